"""Goods that came in and are no good, or must be inspected first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import Position
from orderflow.allocation import allocate
from orderflow.inventory import (
    expect,
    receive,
    receive_supply,
    reject_quarantine,
    release_quarantine,
)
from orderflow.records import Counter, MatterKind, Origin
from tests.builders import LAMP, MORNING, Shop

SHELF = Position("BRASS-LAMP", "leith")
CAGE = SHELF._replace(grade="to inspect")
DUE = MORNING + timedelta(days=7)


@pytest.mark.feature("F132")
def test_goods_in_quarantine_are_sold_only_when_they_have_passed(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5, "maker-3", inspect=True)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"backordered": 2}

    shop.release_quarantine(SHELF, 3)
    shop.reject_quarantine(SHELF, 1, "dented")

    assert (shop.counter(SHELF).there, shop.counter(CAGE).there) == (3, 1)
    assert shop.matter(MatterKind.DAMAGED, LAMP) == 1
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 2}
    shop.assert_lawful()


def test_no_more_passes_than_is_in_quarantine(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 2, inspect=True)

    for call in (
        release_quarantine.on("BRASS-LAMP", SHELF, 3),
        reject_quarantine.on("BRASS-LAMP", SHELF, 3, "dented"),
    ):
        assert shop.refuses(call) == "BRASS-LAMP at leith: 3 asked, 2 free"


def test_rejected_goods_of_a_supply_row_are_damaged_and_others_are_still_to_come(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 10, DUE, source="maker-3")
    shop.sell("o-17", (LAMP, 8))
    shop.reserve("o-17", "s-1")

    row = shop.receive_supply("s-1", 6, rejected=2).document

    assert (row.received, row.rejected, row.expected) == (6, 2, 10)
    assert shop.matter(MatterKind.DAMAGED, LAMP) == 2
    assert shop.matter(MatterKind.SUPPLIER, LAMP) == -8
    assert shop.in_danger() == ()
    shop.receive_supply("s-1", 0, rejected=1, last=True)
    (danger,) = shop.in_danger()
    assert danger.counter.over_committed == 2
    shop.assert_lawful()


def test_goods_of_a_supply_row_serve_its_promises_when_they_have_passed(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 10, DUE)
    shop.sell("o-17", (LAMP, 4))
    shop.reserve("o-17", "s-1")

    row = shop.receive_supply("s-1", 10, inspect=True, last=True).document
    assert (row.inspecting, row.received) == (10, 0)
    assert shop.codes(allocate.on("o-17")) == ["no_stock"]
    assert shop.refuses(release_quarantine.on("BRASS-LAMP", SHELF, 1)) == (
        "BRASS-LAMP at leith: 1 asked, 0 free"
    ), "they are the supply row's"
    shop.release_quarantine(SHELF, 3, "s-1")
    shop.reject_quarantine(SHELF, 6, "dented", "s-1")

    row = shop.supply("s-1")
    assert (row.inspecting, row.received, row.rejected, row.earmarked) == (1, 3, 6, 3)
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 3, "reserved": 1}
    assert shop.in_danger() == ()
    shop.release_quarantine(SHELF, 1, "s-1")
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 4}
    shop.assert_lawful()


def test_promises_whose_goods_fail_their_inspection_are_in_danger(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 4, DUE)
    shop.sell("o-17", (LAMP, 4))
    shop.reserve("o-17", "s-1")
    shop.receive_supply("s-1", 4, inspect=True, last=True)

    shop.reject_quarantine(SHELF, 1, "dented", "s-1")

    (danger,) = shop.in_danger()
    assert danger.counter.over_committed == 1
    assert shop.refuses(release_quarantine.on("BRASS-LAMP", SHELF, 4, "s-1")) == (
        "supply s-1: 4 asked, 3 of BRASS-LAMP in quarantine"
    )
    shop.assert_lawful()


def test_goods_that_fail_while_more_may_come_endanger_nothing(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 4, DUE)
    shop.sell("o-17", (LAMP, 4))
    shop.reserve("o-17", "s-1")
    shop.receive_supply("s-1", 2, inspect=True)

    shop.reject_quarantine(SHELF, 2, "dented", "s-1")

    assert shop.in_danger() == ()
    assert shop.supply("s-1").expected == 4


def test_a_cage_that_holds_less_than_was_thought_shows_whose_goods_are_missing(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 4, DUE)
    shop.receive_supply("s-1", 4, inspect=True)

    shop.count(CAGE, 1)

    (danger,) = shop.in_danger()
    assert (danger.counter, danger.claims[0].holder.id) == (Counter(CAGE, 1, 4), "s-1")


def test_plain_goods_that_are_no_good_are_received_as_damaged(shop: Shop) -> None:
    shop.receive(SHELF._replace(grade="damaged"), 2)

    assert shop.matter(MatterKind.DAMAGED, LAMP) == 2
    assert shop.standing("BRASS-LAMP")[0].damaged == 2


def test_the_grade_is_found_out_by_the_inspection(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 4, DUE)
    second = SHELF._replace(grade="second")
    yes: Any = "yes"
    never: Any = -1

    for call, path in (
        (receive.on("BRASS-LAMP", second, 1, inspect=True), "position.grade"),
        (receive.on("BRASS-LAMP", SHELF, 1, inspect=yes), "inspect"),
        (release_quarantine.on("BRASS-LAMP", CAGE, 1), "position.grade"),
        (expect.on("s-2", CAGE, 1, DUE), "position.grade"),
        (expect.on("s-2", SHELF, 1, DUE, origin=yes), "origin"),
        (expect.on("s-2", SHELF, 1, DUE, origin=Origin.TRANSFER), "origin"),
        (receive_supply.on("s-1", 1, inspect=yes), "inspect"),
        (receive_supply.on("s-1", 1, rejected=never), "rejected"),
    ):
        assert shop.cannot_take(call) == path


def test_what_production_makes_comes_from_production(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 4, DUE, origin=Origin.PRODUCTION)

    shop.receive_supply("s-1", 4)

    assert shop.matter(MatterKind.PRODUCTION, LAMP) == -4
