from __future__ import annotations

from pathlib import Path

import pytest

from orderflow.states import OrderState, UnitState
from orderflow.views import Headline, PartyStatus, Phase, quantity_by_status
from tests.builders import LAMP, Shop, eur, new_order
from tools.reference import STATUSES, Asked, reads

FEATURES = Path(__file__).resolve().parent.parent / "docs/reference/features.md"


@pytest.mark.parametrize("asked", STATUSES, ids=lambda one: f"{one.feature} {one.zh}")
def test_a_label_reads_as_the_feature_says_it(asked: Asked) -> None:
    labels = [one for one in asked.members if isinstance(one, Headline | PartyStatus | Phase)]
    said_otherwise = {"已配送": Headline.RECEIVED}

    for label in labels:
        assert reads(label) == asked.zh or said_otherwise[asked.zh] is label
    assert all(reads(one) for one in asked.members)


def test_each_status_belongs_to_a_feature_that_is_there() -> None:
    known = FEATURES.read_text(encoding="utf-8")

    assert [one for one in STATUSES if f"| {one.feature} |" not in known] == []


@pytest.mark.feature("F075", "F076")
def test_a_placed_order_was_received_and_waits_and_a_confirmed_one_is_in_process(
    shop: Shop,
) -> None:
    named = {(one.feature, one.zh): one.members for one in STATUSES}
    shop.stock(LAMP, "leith", 3)

    placed = shop.place("o-17", new_order((LAMP, 3))).document
    shop.pay("pay-1", eur(3000), (("o-17", 3000),))
    confirmed = shop.order("o-17")

    assert named["F075", "订单已收到"] == named["F076", "待处理"] == (placed.state,)
    assert placed.state is OrderState.PLACED
    assert named["F076", "处理中"] == (confirmed.state,)
    assert confirmed.state is OrderState.CONFIRMED


@pytest.mark.feature("F092", "F094")
def test_a_status_is_current_with_each_move_of_the_goods(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    read = []

    for move in (
        lambda: shop.allocate("o-17"),
        lambda: shop.ship("o-17", "a-1", lines=(("1", 1),)),
        lambda: shop.deliver("a-1"),
    ):
        move()
        read.append(quantity_by_status(shop.order("o-17")))

    assert read == [
        {Headline.TO_SHIP: 3},
        {Headline.TO_SHIP: 2, Headline.SHIPPED: 1},
        {Headline.TO_SHIP: 2, Headline.RECEIVED: 1},
    ]
    assert shop.bag("o-17") == {UnitState.ALLOCATED: 2, UnitState.DELIVERED: 1}
