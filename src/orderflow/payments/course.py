"""Where a payment goes along its chart when money of it has come, or what was open is decided.

It knows states and what is left, and refuses to know who has reported it, and what the money is
for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.calls import Ref
from orderflow.facts import AUTHORISED
from orderflow.journal import Step
from orderflow.payments.balances import BALANCE_DUE, balance_of, note_balance
from orderflow.payments.losses import left_of
from orderflow.records import Payment
from orderflow.states import (
    PAYMENT,
    PaymentMove,
    PaymentState,
)

MONEY_READY: Final = (PaymentState.AUTHORISED, PaymentState.PART_CAPTURED)
"""The states in which a gateway keeps money of the payer ready."""

_BACK_TO: Final = {
    PaymentState.DEPOSIT_TAKEN: PaymentMove.SETTLE_DEPOSIT,
    PaymentState.BALANCE_OPEN: PaymentMove.SETTLE_BALANCE,
    PaymentState.BALANCE_OVERDUE: PaymentMove.SETTLE_OVERDUE,
}
"""How a balance comes to where it stood."""

ENDED: Final = (PaymentState.EXPIRED, PaymentState.FAILED, PaymentState.VOIDED)


def arrived(step: Step, ref: Ref[Payment]) -> None:
    """Let a payment follow money that has come, where its chart has a row for that.

    What comes first of a price in two parts is its deposit, and a balance waits for the rest of it.
    Money that the payer's bank had taken back before is in dispute at once.
    """
    chart, payment = step.chart(PAYMENT), step.now(ref)
    if chart.target(payment.state, PaymentMove.CAPTURE) is None:
        return
    if payment.state in BALANCE_DUE and balance_of(step, payment) > 0:
        return
    move = PaymentMove.CAPTURE
    begins = payment.state not in BALANCE_DUE
    if payment.deposit and begins and payment.captured < payment.amount:
        move = PaymentMove.TAKE_DEPOSIT
    elif payment.state in MONEY_READY and payment.captured < payment.authorised:
        move = PaymentMove.CAPTURE_PART
    come_in(step, ref, move)
    if payment.disputed:
        note_balance(step, ref)
        step.proceed(PAYMENT, ref, PaymentMove.CHARGE_BACK)


def come_in(step: Step, ref: Ref[Payment], move: PaymentMove = PaymentMove.CAPTURE) -> None:
    """Let a payment follow what has come; whole, it tells what of it has gone again meanwhile."""
    step.proceed(PAYMENT, ref, move)
    payment = step.now(ref)
    if payment.state is PaymentState.CAPTURED and (payment.refunded or payment.charged_back):
        part_left = left_of(payment) > 0
        move = PaymentMove.SETTLE_PART if part_left else PaymentMove.SETTLE_EMPTY
        step.proceed(PAYMENT, ref, move)


def ended_as(step: Step, ref: Ref[Payment], *, reopened: bool) -> PaymentMove:
    """How what was open about a payment ends, by what is left of its money.

    A balance that was still to come is where it stood; who follows what orders cost closes it where
    it is wanted no more. Else a deposit whose money is there again (`reopened`) waits for its
    balance.
    """
    payment = step.now(ref)
    if left_of(payment) <= 0:
        return PaymentMove.SETTLE_EMPTY
    if payment.balance_was is not None:
        return _BACK_TO[payment.balance_was]
    balance_wanted = payment.deposit and not payment.forfeited
    if reopened and balance_wanted and balance_of(step, payment) > 0:
        return PaymentMove.SETTLE_DEPOSIT
    if payment.refunded or payment.charged_back:
        return PaymentMove.SETTLE_PART
    return PaymentMove.SETTLE_WHOLE


def give_up_rest(step: Step, ref: Ref[Payment]) -> None:
    """Say that no more of what was authorised will be captured, where a part of it was."""
    step.proceed(PAYMENT, ref, ended_as(step, ref, reopened=False))


def note_authorised(step: Step, ref: Ref[Payment], minor: int, paid_at: datetime | None) -> None:
    """Write down what a gateway keeps ready, and since when: the payer has done what he can."""
    step.note(ref, AUTHORISED, amount=minor, at=(paid_at or step.context.at).isoformat())


def kept_after_all(step: Step, ref: Ref[Payment], minor: int, paid_at: datetime | None) -> None:
    """A gateway keeps the payer's money ready though the payment has gone on: a hold says so.

    Of a payment that has ended it can be given up.
    """
    state = step.now(ref).state
    if state in ENDED:
        note_authorised(step, ref, minor, paid_at)
    step.hold(ref, "unexpected_notice", f"authorised came while {state.value}")
