"""What a gateway reports of a payment, in any state of it.

It knows what a notice says has happened, and refuses to know who is asked and by which wire.

Where the chart has no row for it, the money is kept unapplied and a named hold asks a person.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Noted
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.applying import (
    ENDED,
    arrived,
    capture,
    holds_money,
    open_payment,
)
from orderflow.records import Payment
from orderflow.states import (
    PAYMENT,
    PaymentMove,
)
from orderflow.tenders import Tendered, paid_in
from orderflow.values import instant, text


class Notice(StrEnum):
    """What a gateway reports of a payment."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"


_MOVES: Final = {
    Notice.AUTHORISED: PaymentMove.AUTHORISE,
    Notice.CAPTURED: PaymentMove.CAPTURE,
    Notice.FAILED: PaymentMove.FAIL,
    Notice.VOIDED: PaymentMove.VOID,
}


@verb("await_payment", Payment)
def await_payment(
    case: Case,
    context: Context,
    amount: Money,
    method: str = "",
    payer: str = "",
    expires_at: datetime | None = None,
) -> Step:
    """Open a payment that a gateway will answer for; it may expire."""
    step = Step(case, context)
    until = None if expires_at is None else instant(expires_at, "expires_at")
    open_payment(step, amount, method, payer, until)
    return step


@verb("record_notice", Payment)
def record_notice(
    case: Case,
    context: Context,
    notice: Notice,
    amount: Money,
    event: str = "",
    tendered: Tendered | None = None,
) -> Step:
    """Record what a gateway says has happened, in any state of the payment.

    Money that comes when it was no longer expected is kept unapplied, under a hold; a part of a
    balance is kept unapplied, and the balance stays open. A gateway may report the same `event`
    twice: the second time is written down and changes nothing. What was captured in another
    currency or in points is `tendered`, worth just the amount.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if not isinstance(notice, Notice):
        raise BadInput("notice", "one of authorised, captured, failed, voided is wanted")
    minor = positive(amount, payment.currency)
    if tendered is not None:
        paid_in(tendered, amount, payment.tendered)
    if text(event, "event", empty=True) and event in payment.events:
        step.note(payment.ref, "repeated_notice", event=event)
        return step
    step.add(
        Noted(
            payment.ref,
            "notice",
            (
                ("notice", notice.value),
                ("amount", minor),
                ("event", event),
            ),
        )
    )
    move = _MOVES[notice]
    late = payment.state in ENDED
    if notice is Notice.CAPTURED:
        capture(step, payment.ref, minor, tendered)
    ends_with_money = notice is Notice.VOIDED and holds_money(payment)
    if step.chart(PAYMENT).target(payment.state, move) is not None and not ends_with_money:
        if notice is Notice.CAPTURED:
            arrived(step, payment.ref)
        else:
            step.proceed(PAYMENT, payment.ref, move)
        if late:
            step.hold(payment.ref, "paid_late", "money came after the payment had ended")
    else:
        state = payment.state.value
        step.hold(payment.ref, "unexpected_notice", f"{notice.value} came while {state}")
    return step


@verb("expire_payment", Payment)
def expire_payment(case: Case, context: Context) -> Step:
    """End a payment that the gateway has not answered for in time."""
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if payment.expires_at is None or payment.expires_at > context.at:
        until = "any time" if payment.expires_at is None else payment.expires_at.isoformat()
        raise MoveRefused((Refusal.of("payment_not_due", payment=payment.ref.id, until=until),))
    step.proceed(PAYMENT, payment.ref, PaymentMove.EXPIRE)
    return step
