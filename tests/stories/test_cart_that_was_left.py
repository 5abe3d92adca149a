"""A cart is left, a payment fails: what they held is anybody's again, and no job has run."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import Position
from orderflow.payments import Notice
from orderflow.pools import quota_pool
from orderflow.rules import ReserveWhen
from tests.builders import LAMP, MORNING, Shop, eur, new_order

SHELF = Position("BRASS-LAMP", "leith")
IN_15_MINUTES = MORNING + timedelta(minutes=15)


@pytest.mark.feature("F117", "F118")
def test_a_cart_that_is_left_gives_back_goods_quota_and_supply(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 5)
    any_shop.set_quota("web", SHELF, 2, "web")
    any_shop.expect("po-1", SHELF, 1, MORNING + timedelta(days=3))
    for i, at in enumerate((SHELF, Position(quota_pool("web")), SHELF._replace(peg="po-1"))):
        any_shop.hold_stock(f"cart-{i}", at, 1, IN_15_MINUTES)
    entries = len(list(any_shop.store.entries()))

    any_shop.clock.at = IN_15_MINUTES

    assert len(list(any_shop.store.entries())) == entries
    any_shop.place("o-1", new_order((LAMP, 3)))
    any_shop.reserve("o-1")
    any_shop.place("o-2", new_order((LAMP, 2), channel="web"))
    any_shop.reserve("o-2")
    any_shop.place("o-3", new_order((LAMP, 1)))
    any_shop.reserve("o-3", "po-1")


@pytest.mark.feature("F078", "F118")
def test_a_payment_that_fails_leaves_nothing_reserved(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(any_shop.rules, reserve_when=ReserveWhen.PLACED))
    shop.receive(SHELF, 1)
    shop.place("o-1", new_order((LAMP, 1), pay_by=IN_15_MINUTES))
    shop.await_payment("pay-1", eur(1000), expires_at=IN_15_MINUTES)
    shop.record_notice("pay-1", Notice.FAILED, eur(1000))

    shop.clock.at = IN_15_MINUTES
    for due in shop.due(IN_15_MINUTES):
        shop.apply(due.call)

    assert shop.bag("o-1") == {"cancelled": 1}
    assert shop.counter(SHELF).free == 1
    shop.assert_lawful()
