"""What users of other systems report of bundles, and what becomes of it here.

Pain 14: the stock of a bundle and its reservation are wrong.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from orderflow import Component, NewLine, Position, Price, Sku
from orderflow.promising.committing import promise
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, MORNING, Shop

BOX: Final = Sku("GIFT-BOX")


def box(n: int, *parts: Component) -> NewLine:
    """A gift box of two lamps and a bell, unless the catalogue says otherwise by now."""
    parts = parts or (Component(LAMP, 2), Component(BELL, 1))
    return NewLine("1", BOX, n, Price.of("65.50", "EUR"), components=parts)


@pytest.mark.feature("F116", "F125")
@pytest.mark.parametrize("claim", ("reserve", "promise", "allocate"))
def test_pain_14_a_bundle_claims_its_parts_and_has_no_stock_of_its_own(
    any_shop: Shop, claim: str
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", box(2))

    getattr(shop, claim)("o-17")

    assert (shop.free(LAMP, "leith"), shop.free(BELL, "leith")) == (1, 0)
    assert shop.store.counters("", ("GIFT-BOX",), MORNING) == ()


@pytest.mark.feature("F125")
def test_pain_14_a_bundle_and_its_part_sold_alone_are_not_sold_twice(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-16", (LAMP, 2))
    shop.promise("o-16")
    shop.sell("o-17", box(1))

    assert shop.codes(promise.on("o-17")) == ["not_in_time"]
    assert shop.free(LAMP, "leith") == 1


@pytest.mark.feature("F102", "F118")
def test_pain_14_a_bundle_that_is_called_off_gives_every_part_free(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", box(2))
    shop.promise("o-17")

    shop.cancel("o-17")

    assert (shop.free(LAMP, "leith"), shop.free(BELL, "leith")) == (4, 2)


@pytest.mark.feature("F118")
def test_pain_14_a_bundle_that_is_put_together_otherwise_now_stays_as_it_was_sold(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    shop.stock(BELL, "leith", 9)
    shop.sell("o-16", box(2))
    shop.sell("o-17", box(2, Component(LAMP, 1), Component(BELL, 3)))

    for id in ("o-16", "o-17"):
        shop.allocate(id)
        shop.ship(id, f"p-{id}")
        shop.deliver(f"p-{id}")

    sold = [
        {line.sku: line.count(UnitState.DELIVERED) for line in shop.order(id).lines}
        for id in ("o-16", "o-17")
    ]
    assert sold == [{"BRASS-LAMP": 4, "SHIP-BELL": 2}, {"BRASS-LAMP": 2, "SHIP-BELL": 6}]
    assert (shop.free(LAMP, "leith"), shop.free(BELL, "leith")) == (3, 1)


@pytest.mark.feature("F116", "F139")
def test_pain_14_no_part_is_promised_for_a_bundle_that_cannot_be_whole(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    shop.expect("po-1", Position("SHIP-BELL", "leith"), 1, MORNING + timedelta(days=3))
    shop.sell("o-17", box(4))

    shop.promise("o-17", policy="partial")

    assert shop.bag("o-17") == {"open": 9, "reserved": 3}
    assert {spot.slice.promised for _, spot in shop.order("o-17").units()} == {
        None,
        MORNING + timedelta(days=3),
    }
    assert shop.free(LAMP, "leith") == 7
