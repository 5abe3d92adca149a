"""There is not enough: what is missing is promised with a date, and nothing counts below zero."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import Position
from orderflow.rules import ReserveWhen
from tests.builders import LAMP, MORNING, Shop, new_order

SHELF = Position("BRASS-LAMP", "leith")


@pytest.mark.feature("F121", "F139")
def test_a_backorder_is_a_promise_with_a_date(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(any_shop.rules, reserve_when=ReserveWhen.PLACED))
    friday = MORNING + timedelta(days=4)
    shop.receive(SHELF, 2)
    shop.expect("po-1", SHELF, 3, friday)

    shop.place("o-1", new_order((LAMP, 6), cash_on_delivery=True))

    assert shop.bag("o-1") == {"reserved": 5, "backordered": 1}
    spots = shop.order("o-1").lines[0].spots
    assert [spot.n for spot in spots if spot.slice.promised == friday] == [3]
    assert all(row.there >= row.claimed for row in shop.store.books("").counters)
    shop.clock.at = friday
    shop.receive_supply("po-1", 3, last=True)
    shop.allocate("o-1")
    assert shop.bag("o-1") == {"allocated": 5, "backordered": 1}
    shop.assert_lawful()
