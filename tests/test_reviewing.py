"""An order under review: whose turn it is, what was asked and said, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate
from orderflow.deadlines import next_due
from orderflow.facts import Noted
from orderflow.orders import confirm, expire
from orderflow.pricing import total
from orderflow.refunds import owed_back
from orderflow.reviewing import answer, ask_customer, reject, review
from orderflow.states import OrderState
from orderflow.views import headline
from tests.builders import BELL, LAMP, LEITH, MORNING, Shop, eur, line, new_order

IN_AN_HOUR = MORNING + timedelta(hours=1)


@pytest.fixture
def careful() -> Iterator[Shop]:
    """A shop in which a person confirms; the laws hold when a test is over."""
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), confirm_when_paid=False))
    yield shop
    shop.assert_lawful()


def notes(shop: Shop, id: str) -> list[tuple[str, dict[str, Any]]]:
    """What was written down about an order, in order."""
    return [
        (fact.what, dict(fact.details))
        for entry in shop.store.entries(0, shop.order(id).ref)
        for fact in entry.facts
        if isinstance(fact, Noted)
    ]


# --- question and answer --------------------------------------------------------------------------


@pytest.mark.feature("F043", "F044", "F060")
def test_a_question_is_settled_with_the_customer_before_the_order_goes_on(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.place("o-17", new_order((LAMP, 2)))
    shop.review("o-17", by="anna")

    shop.ask_customer("o-17", "the lamps come on 9 March: is that in time?", by="anna")
    assert shop.refuses(confirm.on("o-17")) == (
        "order o-17 is awaiting customer: cannot confirm (can: answer, reject, cancel, expire)"
    )
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))
    assert shop.order("o-17").state is OrderState.AWAITING_CUSTOMER
    shop.answer("o-17", "by telephone: yes", by="anna")
    assert shop.order("o-17").state is OrderState.IN_REVIEW
    shop.confirm("o-17", by="anna")
    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 2}
    assert notes(shop, "o-17") == [
        ("asked", {"question": "the lamps come on 9 March: is that in time?"}),
        ("answered", {"text": "by telephone: yes"}),
    ]


def test_more_than_one_question_may_be_asked(careful: Shop) -> None:
    careful.place("o-17", new_order((LAMP, 1)))
    careful.review("o-17")
    for question, said in (("which colour?", "brass"), ("which street?", "the old one")):
        careful.ask_customer("o-17", question)
        careful.answer("o-17", said)

    assert [what for what, _ in notes(careful, "o-17")] == ["asked", "answered"] * 2
    assert careful.order("o-17").holds == ()


@pytest.mark.feature("F091")
def test_an_answer_that_nobody_waits_for_is_written_down_under_a_hold(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))

    shop.answer("o-17", "please ring twice")
    shop.answer("o-17", "or three times")

    order = shop.order("o-17")
    assert order.state is OrderState.CONFIRMED
    assert [hold.code for hold in order.holds] == ["unasked_answer"]
    assert [details["text"] for _, details in notes(shop, "o-17")] == [
        "please ring twice",
        "or three times",
    ]
    assert shop.codes(allocate.on("o-17")) == ["on_hold"]


@pytest.mark.parametrize("end", ("reject", "cancel"))
def test_an_answer_is_taken_after_the_order_has_ended(careful: Shop, end: str) -> None:
    careful.place("o-17", new_order((LAMP, 1)))
    careful.review("o-17")
    getattr(careful, end)("o-17", reason="too late")

    careful.answer("o-17", "I am here")

    assert careful.order("o-17").state in (OrderState.REJECTED, OrderState.CANCELLED)
    assert careful.order("o-17").holds[0].reason == (
        f"the customer wrote while the order was {careful.order('o-17').state.value}"
    )


def test_questions_answers_and_reasons_are_text(careful: Shop) -> None:
    careful.place("o-17", new_order((LAMP, 1)))
    careful.review("o-17")

    assert careful.cannot_take(ask_customer.on("o-17", "")) == "question"
    assert careful.cannot_take(answer.on("o-17", "a\x00b")) == "text"
    assert careful.cannot_take(reject.on("o-17", "")) == "reason"


# --- how it ends ----------------------------------------------------------------------------------


@pytest.mark.feature("F059", "F068")
def test_an_order_that_stands_review_is_worked_on(careful: Shop) -> None:
    careful.stock(LAMP, "leith", 1)
    careful.sell("o-17", (LAMP, 1))
    careful.review("o-17")
    assert careful.codes(allocate.on("o-17")) == ["not_confirmed"]

    careful.confirm("o-17")

    assert headline(careful.order("o-17")).value == "to allocate"
    careful.allocate("o-17")


def test_an_order_in_review_is_not_confirmed_by_its_payment(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.review("o-17")

    shop.pay("pay-1", eur(1000), (("o-17", 1000),))

    assert shop.order("o-17").state is OrderState.IN_REVIEW


@pytest.mark.feature("F059", "F091")
@pytest.mark.parametrize("asked", (False, True))
def test_a_rejected_order_gives_its_stock_up_and_owes_the_money_back(
    any_shop: Shop, asked: bool
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.reserve("o-17")
    shop.review("o-17")
    if asked:
        shop.ask_customer("o-17", "who are you?")
    shop.pay("pay-1", eur(3000), (("o-17", 3000),))

    shop.reject("o-17", "a false address")

    order = shop.order("o-17")
    assert (order.state, shop.bag("o-17")) == (OrderState.REJECTED, {"cancelled": 3})
    assert notes(shop, "o-17")[-1] == ("rejected", {"reason": "a false address"})
    assert shop.free(LAMP, "leith") == 5
    assert (total(order), owed_back(order)) == (0, 3000)
    shop.refund("o-17")
    assert owed_back(shop.order("o-17")) == 0


@given(
    lamps=st.integers(1, 5),
    bells=st.integers(1, 5),
    gone=st.integers(0, 5),
    paid=st.integers(0, 6000),
)
def test_whatever_was_paid_of_a_rejected_order_is_owed_back(
    lamps: int, bells: int, gone: int, paid: int
) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), confirm_when_paid=False))
    shop.place("o-17", new_order(line("1", LAMP, lamps, "3.33"), line("2", BELL, bells, "7.77")))
    if gone:
        shop.cancel("o-17", (("1", min(gone, lamps)),))
    shop.review("o-17")
    pay = min(paid, total(shop.order("o-17")))
    if pay:
        shop.pay("pay-1", eur(pay), (("o-17", pay),))

    shop.reject("o-17", "a false address")

    assert owed_back(shop.order("o-17")) == pay
    shop.assert_lawful()


@pytest.mark.feature("F078")
@pytest.mark.parametrize("asked", (False, True))
def test_an_order_under_review_falls_due_as_any_unpaid_order_does(
    any_shop: Shop, asked: bool
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.place("o-17", new_order((LAMP, 1), pay_by=IN_AN_HOUR))
    shop.reserve("o-17")
    shop.review("o-17")
    if asked:
        shop.ask_customer("o-17", "which colour?")
    assert shop.codes(expire.on("o-17")) == ["not_due"]
    assert shop.due(MORNING) == []

    (found,) = shop.due(IN_AN_HOUR)
    shop.clock.at = IN_AN_HOUR
    shop.apply(found.call)

    assert (found.ref.id, found.who) == ("o-17", "customer")
    assert shop.order("o-17").state is OrderState.EXPIRED
    assert shop.free(LAMP, "leith") == 1
    assert next_due(shop.order("o-17")) is None


def test_an_order_that_is_worked_on_is_not_reviewed_any_more(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))

    assert (
        shop.refuses(review.on("o-17"))
        == "order o-17 is confirmed: cannot review (can: cancel, complete)"
    )
    assert (
        shop.refuses(reject.on("o-17", "too late"))
        == "order o-17 is confirmed: cannot reject (can: cancel, complete)"
    )
