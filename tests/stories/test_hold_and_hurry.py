"""Two customers want the last lamp: one holds it in the cart and is too slow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Position
from orderflow.orders import place
from orderflow.promising.stock_holds import hold_stock
from orderflow.states import OrderState
from tests.builders import LAMP, MORNING, Shop, eur, new_order

SHELF = Position("BRASS-LAMP", "leith")


@pytest.mark.feature("F117", "F118", "F125", "F078")
def test_the_last_lamp_goes_to_whoever_confirms_in_time(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 1)
    in_15_minutes = MORNING + timedelta(minutes=15)
    shop.hold_stock("ada", SHELF, 1, in_15_minutes)
    assert shop.refuses(hold_stock.on("ben", SHELF, 1)) == ("BRASS-LAMP at leith: 1 asked, 0 free")

    shop.clock.at = in_15_minutes
    shop.hold_stock("ben", SHELF, 1, in_15_minutes + timedelta(minutes=15))
    assert shop.refuses(place.on("o-ada", new_order((LAMP, 1)), ("ada",))) == (
        "stock hold ada ran out at 2026-03-02T09:15:00+00:00"
    )
    shop.place("o-ben", new_order((LAMP, 1)), ("ben",))
    shop.pay("pay-ben", eur(1000), (("o-ben", 1000),))
    shop.allocate("o-ben")

    assert shop.order("o-ben").state is OrderState.CONFIRMED
    assert shop.bag("o-ben") == {"allocated": 1}
    assert [document.ref.id for document in shop.documents() if document.ref.kind == "order"] == [
        "o-ben"
    ]


@pytest.mark.feature("F125", "F078")
def test_an_order_that_nobody_pays_gives_its_lamp_to_the_next(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 1)
    shop.place("o-ada", new_order((LAMP, 1), pay_by=MORNING + timedelta(hours=1)))
    shop.reserve("o-ada")
    shop.sell("o-ben", (LAMP, 1))
    shop.allocate("o-ben")
    assert shop.bag("o-ben") == {"backordered": 1}

    shop.clock.forward(hours=1)
    for due in shop.due(shop.clock.at):
        shop.apply(due.call)
    shop.allocate("o-ben")

    assert shop.bag("o-ben") == {"allocated": 1}
    assert shop.order("o-ada").state is OrderState.EXPIRED
