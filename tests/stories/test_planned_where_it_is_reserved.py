"""The check sums over all places, and the reservation takes from just those."""

from __future__ import annotations

import pytest

from orderflow import verbs
from tests.builders import LAMP, Shop, new_order


@pytest.mark.feature("F126")
def test_what_is_checked_over_all_places_is_reserved_over_all_places(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 3)
    any_shop.stock(LAMP, "york", 4)
    any_shop.place("o-1", new_order((LAMP, 7)))
    assert any_shop.why_not(verbs.reserve.on("o-1")) == ()

    any_shop.reserve("o-1")

    spots = any_shop.order("o-1").lines[0].spots
    assert {spot.slice.location: spot.n for spot in spots} == {"leith": 3, "york": 4}
    assert any_shop.free(LAMP, "leith") == any_shop.free(LAMP, "york") == 0


@pytest.mark.feature("F126")
def test_several_places_give_no_more_than_was_ordered(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.stock(LAMP, "york", 5)
    any_shop.place("o-1", new_order((LAMP, 3), (LAMP, 4)))

    any_shop.reserve("o-1")

    assert any_shop.bag("o-1") == {"reserved": 7}
    assert any_shop.free(LAMP, "leith") + any_shop.free(LAMP, "york") == 3


@pytest.mark.feature("F125")
def test_combined_stock_that_is_enough_is_never_refused(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 1)
    any_shop.stock(LAMP, "york", 1)
    any_shop.place("o-1", new_order((LAMP, 1), (LAMP, 1), cash_on_delivery=True))

    any_shop.allocate("o-1")

    assert any_shop.bag("o-1") == {"allocated": 2}
