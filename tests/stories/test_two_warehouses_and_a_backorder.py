"""An order leaves in part from two warehouses; the rest waits until a purchase comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Position
from orderflow.closing import complete
from orderflow.orders import cancel
from orderflow.views import Headline, headline
from tests.builders import BELL, LAMP, MORNING, Shop


@pytest.mark.feature("F121", "F149")
def test_a_backorder_is_resolved_by_a_receipt(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 1)
    shop.stock(BELL, "york", 1)
    shop.sell("o-17", (LAMP, 6), (BELL, 1))

    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 4, "backordered": 3}
    shop.ship("o-17", "p-1", "york")
    shop.ship("o-17", "p-2", "leith")
    assert headline(shop.order("o-17")) is Headline.PARTLY_SHIPPED
    shop.deliver("p-1")
    shop.deliver("p-2")
    assert shop.refuses(complete.on("o-17")) == "order o-17 has 3 units that are still under way"
    shop.expect("s-1", Position("BRASS-LAMP", "leith"), 10, MORNING + timedelta(days=3))
    shop.reserve("o-17", "s-1")
    assert headline(shop.order("o-17")) is Headline.PARTLY_SHIPPED
    shop.clock.forward(days=3)
    shop.receive_supply("s-1", 10, last=True)
    shop.allocate("o-17")
    shop.ship("o-17", "p-3")
    shop.deliver("p-3")
    shop.complete("o-17")

    assert shop.bag("o-17") == {"delivered": 7}
    assert shop.free(LAMP, "leith") == 7


@pytest.mark.feature("F087", "F099", "F102")
def test_a_customer_who_does_not_want_to_wait_gets_the_rest_of_the_money_back(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    assert shop.refuses(cancel.on("o-17")).startswith(
        "a unit of line 1 of order o-17 is shipped: cannot cancel"
    )
    shop.cancel("o-17", (("1", 3),), "too slow")
    shop.refund("o-17")
    shop.deliver("p-1")
    shop.complete("o-17")

    assert shop.bag("o-17") == {"delivered": 2, "cancelled": 3}
    assert shop.payment("pay-o-17").refunded == 3000
