"""A quota whose source has less than it keeps: nobody is promised goods that are not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from orderflow import Call, MoveRefused, Position, Workflow, verbs
from orderflow.pools import quota_pool
from tests.builders import LAMP, MORNING, TWO_PLACES, Clock, Shop, new_order
from tests.rivals import Crossed

SHELF: Final = Position("BRASS-LAMP", "leith")
ROW: Final = SHELF._replace(peg="po-1")
DUE: Final = MORNING + timedelta(days=3)
POOL: Final = Position(quota_pool("web"))
TAKES: Final = (verbs.promise, verbs.reserve)


@pytest.mark.feature("F125")
@pytest.mark.parametrize("take", TAKES)
def test_a_member_gets_no_more_than_a_count_has_left(any_shop: Shop, take: Any) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.set_quota("web", SHELF, 4, "web")
    any_shop.count(SHELF, 2)
    any_shop.sell("o-1", (LAMP, 3), channel="web")

    with pytest.raises(MoveRefused):
        any_shop.apply(take.on("o-1"))

    any_shop.apply(take.on("o-1", lines=(("1", 2),)))
    assert any_shop.bag("o-1") == {"reserved": 2, "open": 1}


@pytest.mark.feature("F125")
def test_a_member_is_allocated_no_more_than_a_count_has_left(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.set_quota("web", SHELF, 4, "web")
    any_shop.count(SHELF, 2)
    any_shop.sell("o-1", (LAMP, 3), channel="web")

    any_shop.allocate("o-1")

    assert any_shop.bag("o-1") == {"allocated": 2, "backordered": 1}


@pytest.mark.feature("F125")
@pytest.mark.parametrize("how", ("promise", "reserve"))
def test_a_presale_that_comes_short_is_sold_no_further(any_shop: Shop, how: str) -> None:
    any_shop.expect("po-1", SHELF, 4, DUE)
    any_shop.set_quota("web", ROW, 4, "web")
    any_shop.slip("po-1", DUE, 1)
    any_shop.sell("o-1", (LAMP, 2), channel="web")
    call = verbs.promise.on("o-1") if how == "promise" else verbs.reserve.on("o-1", "po-1")

    assert any_shop.reasons(call)
    any_shop.promise("o-1", (("1", 1),))

    assert any_shop.available("BRASS-LAMP", DUE) == 0
    assert any_shop.reasons(verbs.promise.on("o-1"))


@pytest.mark.feature("F125")
def test_a_cart_holds_no_more_of_a_quota_than_there_is(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.set_quota("web", SHELF, 4, "web")
    any_shop.count(SHELF, 2)

    assert any_shop.codes(verbs.hold_stock.on("cart-1", POOL, 3)) == ["over_quota"]
    any_shop.hold_stock("cart-1", POOL, 2)

    assert any_shop.codes(verbs.hold_stock.on("cart-2", POOL, 1)) == ["over_quota"]
    any_shop.sell("o-1", (LAMP, 1), channel="web")
    assert any_shop.reasons(verbs.reserve.on("o-1"))


@pytest.mark.feature("F125")
def test_what_is_short_is_borne_by_what_nobody_has_and_not_by_a_member(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 6)
    any_shop.set_quota("web", SHELF, 4, "web")
    any_shop.set_quota("vip", SHELF, 2, customer="c-8")
    any_shop.sell("o-1", (LAMP, 2), customer="c-8")
    any_shop.promise("o-1", date=MORNING)
    any_shop.count(SHELF, 3)
    any_shop.sell("o-2", (LAMP, 2), channel="web")

    assert any_shop.reasons(verbs.promise.on("o-2"))
    any_shop.promise("o-2", (("1", 1),))

    assert any_shop.codes(verbs.repromise.on("o-1")) == ["nothing_to_do"]


@pytest.mark.feature("F125")
@pytest.mark.parametrize(
    "call",
    (
        verbs.promise.on("o-1"),
        verbs.reserve.on("o-1"),
        verbs.hold_stock.on("cart-1", POOL, 3),
    ),
)
def test_a_count_in_between_leaves_a_member_no_goods_that_are_not_there(call: Call[Any]) -> None:
    store = Crossed()
    shop, other = (Workflow(store, TWO_PLACES, clock=Clock()) for _ in range(2))
    shop.receive(SHELF, 4)
    shop.set_quota("web", SHELF, 4, "web")
    shop.place("o-1", new_order((LAMP, 3), channel="web", cash_on_delivery=True))

    store.rivals = [lambda: other.count(SHELF, 2)]
    with pytest.raises(MoveRefused):
        shop.apply(call)

    assert shop.quota("web").left == 4


# --- quotas that end ----------------------------------------------------------------------------


@pytest.mark.feature("F117")
def test_a_quota_is_not_released_while_a_cart_keeps_units_of_a_part_of_it(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.set_quota("web", SHELF, 3, "web")
    any_shop.set_quota("vip", SHELF, 2, customer="c-8", within="web")
    any_shop.hold_stock(
        "cart-1", Position(quota_pool("vip")), 2, any_shop.clock.at + timedelta(hours=1)
    )

    with pytest.raises(MoveRefused, match="2 units of quota web are in stock holds"):
        any_shop.release_quota("web")

    any_shop.clock.at += timedelta(hours=1)
    any_shop.release_quota("web")
    assert any_shop.available("BRASS-LAMP", any_shop.clock.at) == 4


@pytest.mark.feature("F117")
def test_no_cart_keeps_units_of_a_quota_longer_than_the_quota_does(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.set_quota("web", SHELF, 3, "web", until=DUE)

    for until in (None, DUE + timedelta(seconds=1)):
        with pytest.raises(MoveRefused, match="quota web ends at"):
            any_shop.hold_stock("cart-1", POOL, 2, until)
    any_shop.hold_stock("cart-1", POOL, 2, DUE)
    any_shop.clock.at = DUE

    with pytest.raises(MoveRefused, match="quota web is over"):
        any_shop.hold_stock("cart-2", POOL, 2, DUE + timedelta(hours=1))


@pytest.mark.feature("F121")
def test_a_promise_that_falls_short_says_what_quotas_keep_for_others(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.set_quota("web", SHELF, 3, "web")
    any_shop.sell("o-1", (LAMP, 3))

    reasons = any_shop.why_not(verbs.promise.on("o-1"))

    assert [str(one) for one in reasons][1:] == [
        "3 units of BRASS-LAMP are for others alone, by quotas"
    ]
