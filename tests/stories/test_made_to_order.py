"""A maker's order, from its reception to the customer's door."""

from __future__ import annotations

import pytest

from tests.builders import LAMP, Shop, eur, new_order


@pytest.mark.feature("F073")
def test_a_maker_s_order_is_received_reviewed_planned_made_and_delivered(any_shop: Shop) -> None:
    shop = any_shop

    shop.place("o-17", new_order((LAMP, 2)))
    shop.review("o-17")
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))
    shop.confirm("o-17")
    shop.plan_to_make("o-17")
    shop.plan_production("w-1", ("o-17",), "leith")
    assert shop.bag("o-17") == {"to make": 2}

    shop.start_production("w-1")
    shop.inspect_production("w-1")
    shop.finish_production("w-1")
    assert shop.bag("o-17") == {"allocated": 2}

    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.complete("o-17")

    assert shop.order("o-17").state == "completed"
    shop.assert_lawful()
