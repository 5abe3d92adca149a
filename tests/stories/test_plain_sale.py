"""A plain sale: placed, paid, allocated, shipped, delivered, completed."""

from __future__ import annotations

import pytest

from orderflow.pricing import due
from orderflow.states import OrderState
from orderflow.views import headline
from tests.builders import BELL, LAMP, Shop, eur, new_order


@pytest.mark.feature("F070", "F074", "F077", "F079", "F081", "F087", "F092", "F197", "F205")
def test_a_plain_sale_from_placing_to_completion(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "leith", 1)
    labels = []

    def told() -> None:
        labels.append(headline(shop.order("o-17")).zh)

    shop.place("o-17", new_order((LAMP, 2), (BELL, 1), channel="web", number="W-77"))
    told()
    shop.pay("pay-1", eur(6550), (("o-17", 6550),), "wechat")
    told()
    shop.allocate("o-17")
    told()
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",), 1900)
    told()
    shop.hand_over("p-1", "north-post", "NP-77")
    told()
    shop.deliver("p-1")
    told()
    shop.complete("o-17")
    told()

    assert labels == ["待支付", "待配货", "待发货", "待发货", "已发货", "已签收", "已完成"]
    order = shop.order("o-17")
    assert order.state is OrderState.COMPLETED
    assert due(order) == 0
    assert shop.free(LAMP, "leith") == 3
    assert len(list(shop.store.entries(0, order.ref))) == 9
