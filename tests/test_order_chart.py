"""Each row of the order's chart is walked by a verb, and each guard speaks through one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from orderflow import Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.calls import Call
from orderflow.closing import archive, complete
from orderflow.errors import Refused
from orderflow.orders import cancel, confirm, expire, place
from orderflow.payments import Notice, record_notice
from orderflow.returns import ask_return
from orderflow.reviewing import answer, ask_customer, reject, review
from orderflow.states import (
    ORDER,
    ORDER_CALLED_OFF,
    ORDER_OVER,
    ORDER_RUNNING,
    ORDER_UNCONFIRMED,
    OrderMove,
    OrderState,
)
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, new_order

BY_HAND: Final = Rules(locations=(LEITH,), confirm_when_paid=False)

CALLS: Final[dict[OrderMove, Call[Any]]] = {
    OrderMove.PLACE: place.on("o-17"),
    OrderMove.REVIEW: review.on("o-17"),
    OrderMove.ASK_CUSTOMER: ask_customer.on("o-17", "which colour?"),
    OrderMove.ANSWER: answer.on("o-17", "the brass one"),
    OrderMove.CONFIRM: confirm.on("o-17"),
    OrderMove.REJECT: reject.on("o-17", "a false address"),
    OrderMove.CANCEL: cancel.on("o-17"),
    OrderMove.EXPIRE: expire.on("o-17"),
    OrderMove.COMPLETE: complete.on("o-17"),
    OrderMove.REOPEN: ask_return.on("r-1", "o-17"),
    OrderMove.ARCHIVE: archive.on("o-17"),
    OrderMove.REINSTATE: record_notice.on("pay-9", Notice.CAPTURED, eur(2000), paid_at=MORNING),
}
"""The verb that makes each move of an order."""

WALKS: Final = [(row.source, row.move, row.target) for row in ORDER.rows]
NO_WALKS: Final = [
    (state, move)
    for state in OrderState
    for move in OrderMove
    if ORDER.target(state, move) is None and move not in (OrderMove.ANSWER, OrderMove.REINSTATE)
]


@pytest.fixture
def careful() -> Iterator[Shop]:
    """A shop in which a person confirms; the laws hold when a test is over."""
    shop = Shop(MemoryStore(), BY_HAND)
    yield shop
    shop.assert_lawful()


def deliver(shop: Shop) -> None:
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")


def bring(shop: Shop, state: OrderState) -> None:
    """Order o-17 in a state, with nothing paid before it is confirmed."""
    hour = timedelta(hours=1)
    shop.stock(LAMP, "leith", 5)
    shop.draft("o-17", new_order((LAMP, 2), pay_by=MORNING + hour))
    if state is OrderState.DRAFT:
        return
    shop.place("o-17")
    steps: dict[OrderState, tuple[Callable[[], object], ...]] = {
        OrderState.PLACED: (),
        OrderState.IN_REVIEW: (lambda: shop.review("o-17"),),
        OrderState.AWAITING_CUSTOMER: (
            lambda: shop.review("o-17"),
            lambda: shop.ask_customer("o-17", "which colour?"),
        ),
        OrderState.REJECTED: (
            lambda: shop.review("o-17"),
            lambda: shop.reject("o-17", "a false address"),
        ),
        OrderState.CANCELLED: (
            lambda: shop.take_deposit("pay-9", eur(2000), eur(500), (("o-17", 500),)),
            lambda: shop.open_balance("pay-9", MORNING + hour),
            lambda: shop.clock.forward(hours=1),
            lambda: shop.miss_balance("pay-9"),
            lambda: shop.forfeit_deposit("pay-9"),
        ),
        OrderState.EXPIRED: (
            lambda: shop.await_payment("pay-9", eur(2000), orders=(("o-17", 2000),)),
            lambda: shop.clock.forward(hours=1),
            lambda: shop.expire("o-17"),
        ),
        OrderState.CONFIRMED: (lambda: pay(shop), lambda: shop.confirm("o-17")),
    }
    steps[OrderState.COMPLETED] = (
        *steps[OrderState.CONFIRMED],
        lambda: deliver(shop),
        lambda: shop.complete("o-17"),
    )
    steps[OrderState.ARCHIVED] = (
        *steps[OrderState.COMPLETED],
        lambda: shop.clock.forward(days=15),
        lambda: shop.archive("o-17"),
    )
    for step in steps[state]:
        step()
    assert shop.order("o-17").state is state


def pay(shop: Shop) -> None:
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))


READY: Final[dict[OrderMove, Callable[[Shop], object]]] = {
    OrderMove.CONFIRM: pay,
    OrderMove.EXPIRE: lambda shop: shop.clock.forward(hours=1),
    OrderMove.COMPLETE: deliver,
    OrderMove.ARCHIVE: lambda shop: shop.clock.forward(days=15),
}
"""What has to happen before a move's guards are content."""


# --- rows -----------------------------------------------------------------------------------------


@pytest.mark.feature("F059", "F087", "F088")
@pytest.mark.parametrize(("source", "move", "target"), WALKS)
def test_each_row_is_walked_by_a_verb(
    careful: Shop, source: OrderState, move: OrderMove, target: OrderState
) -> None:
    bring(careful, source)
    if move in READY:
        READY[move](careful)

    careful.apply(CALLS[move])

    assert careful.order("o-17").state is target


@pytest.mark.feature("F069", "F091")
@pytest.mark.parametrize(("state", "move"), NO_WALKS)
def test_a_move_without_a_row_is_refused_and_changes_nothing(
    careful: Shop, state: OrderState, move: OrderMove
) -> None:
    bring(careful, state)
    before = careful.order("o-17")

    with pytest.raises(Refused) as refused:
        careful.apply(CALLS[move])

    assert "illegal_move" in [reason.code for reason in refused.value.refusals]
    assert careful.order("o-17") == before


# --- guards ---------------------------------------------------------------------------------------


def test_a_draft_without_lines_is_not_placed(careful: Shop) -> None:
    careful.draft("o-17", new_order())

    assert careful.codes(place.on("o-17")) == ["no_lines"]


@pytest.mark.feature("F062")
@pytest.mark.parametrize("state", (OrderState.PLACED, OrderState.IN_REVIEW))
def test_a_confirmation_is_refused_for_each_thing_that_is_wrong_with_the_order(
    careful: Shop, state: OrderState
) -> None:
    bring(careful, state)
    careful.hold("o-17", "address", "the street is not known")
    careful.hold("o-17", "fraud", "an unusual amount")

    reasons = careful.reasons(confirm.on("o-17"))

    assert [(one.code, dict(one.facts).get("hold")) for one in reasons] == [
        ("not_paid", None),
        ("on_hold", "address"),
        ("on_hold", "fraud"),
    ]


@pytest.mark.parametrize(
    "state", (OrderState.PLACED, OrderState.IN_REVIEW, OrderState.AWAITING_CUSTOMER)
)
def test_an_order_that_a_part_was_paid_of_does_not_expire(careful: Shop, state: OrderState) -> None:
    bring(careful, state)
    careful.pay("pay-1", eur(500), (("o-17", 500),))
    careful.clock.forward(hours=1)

    assert careful.codes(expire.on("o-17")) == ["money_owed", "not_all_ended"]


def test_an_order_is_completed_neither_with_units_under_way_nor_with_money_open_nor_on_hold(
    careful: Shop,
) -> None:
    bring(careful, OrderState.CONFIRMED)
    careful.charge_back("pay-1", eur(100), "o-17")
    careful.hold("o-17", "fraud", "the bank has asked")

    said = careful.codes(complete.on("o-17"))
    assert said == ["not_all_ended", "money_owed", "on_hold", "on_hold"]


def test_an_order_is_not_archived_while_money_is_open_or_it_is_on_hold(careful: Shop) -> None:
    bring(careful, OrderState.COMPLETED)
    careful.charge_back("pay-1", eur(100), "o-17")
    careful.hold("o-17", "fraud", "the bank has asked")

    assert careful.codes(archive.on("o-17")) == ["money_owed", "window_open", "on_hold"]


def test_each_state_of_an_order_is_before_its_life_in_it_or_after_it() -> None:
    made = (OrderState.COMPLETED, OrderState.ARCHIVED)

    assert sorted((OrderState.DRAFT, *ORDER_RUNNING, *made, *ORDER_CALLED_OFF)) == sorted(
        OrderState
    )
    assert {*ORDER_CALLED_OFF, OrderState.ARCHIVED} == ORDER_OVER
    assert {*ORDER_UNCONFIRMED, OrderState.CONFIRMED} == {*ORDER_RUNNING}
