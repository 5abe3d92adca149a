"""No waybill number is given twice, however many desks take them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from orderflow import Position, Rules, Workflow
from orderflow.adapters.sqlite import SqliteStore
from orderflow.verbs import add_waybills, number_parcel
from orderflow.waybills import WAYBILLS_MAX
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, new_order

POST: Final = "north post"


def packed(shop: Workflow, n: int) -> None:
    """Parcels p-1 to p-n, packed, each of an order of its own."""
    shop.receive(Position("BRASS-LAMP", "leith"), n)
    for i in range(1, n + 1):
        shop.place(f"o-{i}", new_order((LAMP, 1)))
        shop.pay(f"pay-{i}", eur(1000), ((f"o-{i}", 1000),))
        shop.allocate(f"o-{i}")
        shop.release(f"o-{i}", f"d-{i}")
        shop.pick(f"d-{i}")
        shop.pack(f"p-{i}", (f"d-{i}",))


def numbers(shop: Workflow, n: int) -> list[str]:
    return [shop.parcel(f"p-{i}").tracking for i in range(1, n + 1)]


@pytest.mark.feature("F209")
def test_a_packed_parcel_gets_the_next_number_of_its_carrier(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop, 2)
    shop.add_waybills(POST, "NP-0099", 2)

    shop.number_parcel("p-1", POST)
    shop.number_parcel("p-2", POST)
    shop.hand_over("p-1")

    assert numbers(shop, 2) == ["NP-0099", "NP-0100"]
    assert shop.parcel("p-1").carrier == POST
    assert [one.ref.id for one in shop.numbered("NP-0099")] == ["p-1"]


def test_the_first_range_is_used_up_before_the_next(shop: Shop) -> None:
    packed(shop, 3)
    shop.add_waybills(POST, "NP-500", 9)
    shop.add_waybills(POST, "NP-100", 2)

    for i in (1, 2, 3):
        shop.number_parcel(f"p-{i}", POST)

    assert numbers(shop, 3) == ["NP-100", "NP-101", "NP-500"]


def test_a_carrier_without_numbers_refuses(shop: Shop) -> None:
    packed(shop, 2)
    assert shop.codes(number_parcel.on("p-1", POST)) == ["no_waybills"]
    shop.add_waybills(POST, "NP-1", 1)
    shop.number_parcel("p-1", POST)

    assert shop.codes(number_parcel.on("p-2", POST)) == ["no_waybills"]
    assert shop.codes(number_parcel.on("p-2", "south post")) == ["no_waybills"]


def test_a_parcel_keeps_the_number_that_it_has(shop: Shop) -> None:
    packed(shop, 1)
    shop.add_waybills(POST, "NP-1", 5)
    shop.number_parcel("p-1", POST)

    assert shop.codes(number_parcel.on("p-1", POST)) == ["already_there"]
    shop.hand_over("p-1")
    assert "packed one" in shop.refuses(number_parcel.on("p-1", POST))


def test_a_number_is_used_up_though_its_parcel_is_unpacked(shop: Shop) -> None:
    packed(shop, 2)
    shop.add_waybills(POST, "NP-1", 2)
    shop.number_parcel("p-1", POST)

    shop.cancel_parcel("p-1")
    shop.number_parcel("p-2", POST)

    assert numbers(shop, 2) == ["NP-1", "NP-2"]


@pytest.mark.parametrize(
    ("first", "n", "code"),
    (
        ("NP-0100", 50, "already_there"),
        ("NP-0149", 1, "already_there"),
        ("NP-0090", 11, "already_there"),
        ("NP-0000", 999, "already_there"),
    ),
)
def test_no_number_is_entered_twice(shop: Shop, first: str, n: int, code: str) -> None:
    packed(shop, 1)
    shop.add_waybills(POST, "NP-0100", 50)
    shop.number_parcel("p-1", POST)

    assert shop.codes(add_waybills.on(POST, POST, first, n)) == [code]


@pytest.mark.parametrize("first", ("NP-0150", "NP-0099", "NP-100", "XP-0100"))
def test_numbers_beside_them_are_entered(shop: Shop, first: str) -> None:
    shop.add_waybills(POST, "NP-0100", 50)

    assert shop.why_not(add_waybills.on(POST, POST, first, 1)) == ()
    assert shop.why_not(add_waybills.on("south post", "south post", "NP-0100", 50)) == ()


@pytest.mark.parametrize(
    ("args", "path"),
    (
        (("", "NP-1", 1), "carrier"),
        ((POST, "NP", 1), "first"),
        ((POST, "1" * 31, 1), "first"),
        ((POST, "NP-1", 0), "n"),
        ((POST, "NP-1", WAYBILLS_MAX + 1), "n"),
        ((POST, "NP-99", 2), "n"),
    ),
)
def test_what_is_no_range_of_numbers_is_refused(
    shop: Shop, args: tuple[Any, ...], path: str
) -> None:
    assert shop.cannot_take(add_waybills.on(POST, *args)) == path


def test_desks_that_take_numbers_at_once_take_each_once(tmp_path: Path) -> None:
    rules = Rules(locations=(LEITH,), tries_max=200)
    file = tmp_path / "shop.db"
    shop = Workflow(SqliteStore(file), rules, clock=lambda: MORNING)
    packed(shop, 24)
    shop.add_waybills(POST, "NP-1000", 10)
    shop.add_waybills(POST, "NP-2000", 14)

    def desk(first: int) -> None:
        own = Workflow(SqliteStore(file), rules, clock=lambda: MORNING)
        for i in range(first, 25, 4):
            own.number_parcel(f"p-{i}", POST)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(desk, (1, 2, 3, 4)))

    wanted = [f"NP-{1000 + i}" for i in range(10)] + [f"NP-{2000 + i}" for i in range(14)]
    assert sorted(numbers(shop, 24)) == wanted
