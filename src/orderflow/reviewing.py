"""An order under review: look at it, ask its customer, take the answer, reject it.

It knows who has the next word on an order that is not confirmed yet, and refuses to know what is
looked at: that is the host's.

A question and its answer are written down as they were put; the state says only whose turn it is.
A review that ends well ends with `confirm`.
An answer comes from outside, so it is never refused: one that nobody asked for is written down, and
a hold says that somebody should read it.
An order that is confirmed stays so while its customer is asked: the mark `TO_AGREE` stands for the
question, and an answer lifts it.
"""

from __future__ import annotations

from typing import Final

from orderflow.journal import Case, Context, Step, verb
from orderflow.orders import CANCELLABLE, cancel_units
from orderflow.pricing import order_facts
from orderflow.records import Order
from orderflow.states import ORDER, OrderMove
from orderflow.values import text as checked

TO_AGREE: Final = "to_agree"
"""The code of the hold that says: another solution was offered, and the customer is to choose.

Whoever sets it says what it blocks; a mark that blocks nothing lets the other goods go on.
"""


@verb("review", Order)
def review(case: Case, context: Context) -> Step:
    """Take a placed order into review: from here on a person confirms or rejects it."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.advance(ORDER, order.ref, OrderMove.REVIEW, order_facts(order))
    return step


@verb("ask_customer", Order)
def ask_customer(case: Case, context: Context, question: str) -> Step:
    """Ask the customer what only the customer can answer; the question is written down."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    asked = checked(question, "question")
    step.advance(ORDER, order.ref, OrderMove.ASK_CUSTOMER, order_facts(order))
    step.note(order.ref, "asked", question=asked)
    return step


@verb("answer", Order)
def answer(case: Case, context: Context, text: str) -> Step:
    """Record what the customer says, in any state: an order that waits for it is in review again.

    It lifts the hold `to_agree`. An answer that nobody waits for is written down under a hold.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.note(order.ref, "answered", text=checked(text, "text"))
    waited = any(hold.code == TO_AGREE for hold in order.holds)
    if waited:
        step.lift(order.ref, TO_AGREE)
    if step.chart(ORDER).target(order.state, OrderMove.ANSWER) is not None:
        step.advance(ORDER, order.ref, OrderMove.ANSWER, order_facts(order))
    elif not waited:
        reason = f"the customer wrote while the order was {order.state.value}"
        step.hold(order.ref, "unasked_answer", reason)
    return step


@verb("reject", Order)
def reject(case: Case, context: Context, reason: str) -> Step:
    """End an order that review found wanting: its units are given up, and money is owed back."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    why = checked(reason, "reason")
    if step.chart(ORDER).target(order.state, OrderMove.REJECT) is not None:
        cancel_units(step, order.ref, step.choose(order, "reject", CANCELLABLE))
    step.advance(ORDER, order.ref, OrderMove.REJECT, order_facts(step.now(order.ref)))
    step.note(order.ref, "rejected", reason=why)
    return step
