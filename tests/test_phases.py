"""The five phases in which people put an order."""

from __future__ import annotations

import pytest

from orderflow.records import Order
from orderflow.states import ORDER_CALLED_OFF, OrderState
from orderflow.views import Headline, Phase, headline, phase
from tests.builders import LAMP, Shop, eur, new_order
from tests.test_views import TABLE, order


@pytest.mark.feature("F072")
def test_an_order_reads_as_created_processed_tracked_delivered_and_evaluated(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    read: list[str] = []
    for move in (
        lambda: shop.place("o-17", new_order((LAMP, 2))),
        lambda: shop.pay("pay-1", eur(2000), (("o-17", 2000),)),
        lambda: shop.allocate("o-17"),
        lambda: shop.ship("o-17", "p-1"),
        lambda: shop.deliver("p-1"),
        lambda: shop.complete("o-17"),
    ):
        move()
        now = phase(shop.order("o-17"))
        assert now is not None
        if now.zh not in read:
            read.append(now.zh)

    assert read == ["生成", "处理", "跟踪", "交付", "评估"]


@pytest.mark.feature("F072")
@pytest.mark.parametrize(
    ("bag", "wanted"),
    (
        ("1 shipped, 2 open", Phase.PROCESS),
        ("1 delivered, 2 shipped", Phase.TRACK),
        ("1 delivered, 1 missing", Phase.TRACK),
        ("1 delivered, 2 ready to collect", Phase.TRACK),
        ("2 ready to collect", Phase.DELIVER),
        ("2 delivered, 1 cancelled", Phase.DELIVER),
        ("1 returned, 2 delivered", Phase.EVALUATE),
    ),
)
def test_the_least_advanced_unit_names_the_phase(bag: str, wanted: Phase) -> None:
    assert phase(order(OrderState.CONFIRMED, bag, 300)) is wanted


@pytest.mark.parametrize("one", [row[1] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_order_stands_in_one_phase_unless_it_was_called_off(one: Order) -> None:
    ended = one.state in ORDER_CALLED_OFF or headline(one) is Headline.CANCELLED

    assert (phase(one) is None) is ended


@pytest.mark.parametrize("state", (OrderState.COMPLETED, OrderState.ARCHIVED))
@pytest.mark.parametrize("bag", ("3 delivered", "3 returned", "1 returned, 2 delivered"))
def test_what_is_completed_is_evaluated(state: OrderState, bag: str) -> None:
    assert phase(order(state, bag, 300)) is Phase.EVALUATE
