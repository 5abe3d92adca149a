"""Cash on delivery: one customer pays at the door, another refuses the parcel there."""

from __future__ import annotations

import pytest

from orderflow.pricing import due
from orderflow.states import OrderState, PaymentState
from orderflow.views import Headline, headline
from tests.builders import LAMP, Shop, eur


@pytest.mark.feature("F177", "F182", "F213", "F222")
def test_a_customer_looks_signs_and_pays_at_the_door(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), cash_on_delivery=True)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    shop.collect_on_delivery("cod-1", "o-17", eur(2000), by="courier-5")
    shop.deliver("p-1")
    shop.complete("o-17")
    shop.remit("cod-1", eur(2000), by="finance")

    assert shop.order("o-17").state is OrderState.COMPLETED
    assert shop.payment("cod-1").state is PaymentState.REMITTED
    assert shop.payment("cod-1").with_carrier == 0


@pytest.mark.feature("F177", "F085", "F221")
def test_a_parcel_that_is_refused_at_the_door_comes_back_and_nobody_owes_anything(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), cash_on_delivery=True)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    shop.turn_back("p-1", "refused at the door")
    assert headline(shop.order("o-17")) is Headline.REFUSED_GOING_BACK
    shop.receive_back("p-1")
    shop.take_back("o-17")

    order = shop.order("o-17")
    assert shop.bag("o-17") == {"returned": 2}
    assert (due(order), order.applied) == (0, 0)
    assert shop.free(LAMP, "leith") == 2
    assert shop.complete("o-17").document.state is OrderState.COMPLETED
