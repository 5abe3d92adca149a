"""What a gateway reports of a payment, in any state of it.

It knows what a notice says has happened, and refuses to know who is asked and by which wire.

Where the chart has no row for it, the money is kept unapplied and a named hold asks a person.
An attempt that fails while there is more to come changes nothing, as it does where a request is
answered so: the payer tries again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.currencies import amount_said
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import NOTICED
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.applying import (
    Shares,
    against,
    checked_shares,
    open_payment,
    own_book,
)
from orderflow.payments.arriving import receive
from orderflow.payments.balances import BALANCE_DUE
from orderflow.payments.course import (
    MONEY_READY,
    give_up_rest,
    kept_after_all,
    note_authorised,
)
from orderflow.payments.losses import holds_money
from orderflow.payments.naming import answer_again, named_before
from orderflow.payments.ready import stand_by
from orderflow.records import Application, Notice, Payment, RequestKind
from orderflow.states import (
    PAYMENT,
    PaymentMove,
    PaymentState,
)
from orderflow.tenders import Tendered, paid_in
from orderflow.values import instant, text

_MOVES: Final = {
    Notice.AUTHORISED: PaymentMove.AUTHORISE,
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
    orders: Shares = (),
    deposit: Money | None = None,
) -> Step:
    """Open a payment that a gateway will answer for; it may expire.

    `orders` says how much of it is meant for which order, in minor units: what comes is applied to
    them by itself. With a `deposit` the amount is a whole price that comes in two parts, `orders`
    says how much of the deposit is for which order, and what comes after it pays what these still
    cost. What comes when the payment or an order has ended is judged by when the payer
    has paid: in time, and with its goods still to be had, an order stands again; otherwise the
    money goes back by itself.
    """
    step = Step(case, context)
    until = None if expires_at is None else instant(expires_at, "expires_at")
    whole_amount = positive(amount)
    shares = checked_shares(orders)
    first = whole_amount if deposit is None else positive(deposit, amount.currency, "deposit")
    if deposit is not None and first >= whole_amount:
        raise BadInput("deposit", "less than the amount is wanted")
    if sum([share for _, share in shares]) > first:
        what = "amount" if deposit is None else "deposit"
        raise BadInput("orders", f"no more than the {what} is wanted")
    refusals = against(step, case.ref.id, amount.currency, shares)
    if refusals:
        raise MoveRefused(tuple(refusals))
    meant = tuple([Application(order, share) for order, share in shares])
    part = 0 if deposit is None else first
    open_payment(step, amount, method, payer, until, part, meant=meant)
    return step


@verb("record_notice", Payment)
def record_notice(
    case: Case,
    context: Context,
    notice: Notice,
    amount: Money,
    event: str = "",
    paid_at: datetime | None = None,
    tendered: Tendered | None = None,
) -> Step:
    """Record what a gateway says has happened, in any state of the payment.

    Money that comes when it was no longer expected is kept unapplied, under a hold; what comes of a
    balance pays the orders of its deposit, and the balance stays open until all of it is there. A
    gateway may report the same of an `event` twice, or answer a request with it: the second time is
    written down and changes nothing; where it is about another amount, a hold asks a person.
    `paid_at` is when the payer has paid, or has authorised it, by which money that comes late is
    judged. What was captured in another currency or in points is `tendered`, worth just the amount;
    it may be said when a capture has been answered for without it. Where it names a request,
    `record_answer` is the verb.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if not isinstance(notice, Notice):
        raise BadInput("notice", "one of authorised, captured, failed, voided is wanted")
    minor = positive(amount, payment.currency)
    when = None if paid_at is None else instant(paid_at, "paid_at")
    if tendered is not None:
        paid_in(tendered, amount, own_book(payment))
    if text(event, "event", empty=True) and _is_known(step, payment, notice, event, minor):
        if tendered is not None and not payment.stored:
            _name_after(step, payment, event, tendered)
        return step
    named = {} if tendered is None or payment.stored else {"units": tendered.n}
    step.note(payment.ref, NOTICED, notice=notice.value, amount=minor, event=event, **named)
    move = _MOVES.get(notice)
    if move is None:
        receive(step, payment.ref, minor, when, tendered)
        return step
    if notice is Notice.VOIDED and payment.state is PaymentState.PART_CAPTURED:
        give_up_rest(step, payment.ref)
        return step
    if notice is Notice.FAILED and payment.state in (*MONEY_READY, *BALANCE_DUE):
        return step
    ends_with_money = notice is Notice.VOIDED and holds_money(payment)
    if step.chart(PAYMENT).target(payment.state, move) is not None and not ends_with_money:
        if notice is Notice.AUTHORISED:
            note_authorised(step, payment.ref, minor, when)
        step.proceed(PAYMENT, payment.ref, move)
        if notice is Notice.AUTHORISED:
            stand_by(step, payment.ref)
    elif notice is Notice.AUTHORISED:
        kept_after_all(step, payment.ref, minor, when)
    else:
        state = payment.state.value
        step.hold(payment.ref, "unexpected_notice", f"{notice.value} came while {state}")
    return step


def _name_after(step: Step, payment: Payment, event: str, tendered: Tendered) -> None:
    """The units of a capture that was answered for before, and without them."""
    for one in payment.requests:
        same = one.kind is RequestKind.CAPTURE and one.event == event
        whole = one.booked == one.done == tendered.worth
        if same and whole and not named_before(payment, one, event):
            answer_again(step, payment, one, event, tendered)
            return


def _is_known(step: Step, payment: Payment, notice: Notice, event: str, minor: int) -> bool:
    """Whether the same was reported before, by a notice or by an answer; then that is noted."""
    known = [one.amount for one in payment.events if (one.notice, one.event) == (notice, event)]
    if not known:
        return False
    step.note(payment.ref, "repeated_notice", event=event, notice=notice.value, amount=minor)
    if minor not in known:
        now, before = (amount_said(one, payment.currency) for one in (minor, known[0]))
        said = f"{event} is {notice.value} of {now}, and was of {before} before"
        step.hold(payment.ref, "amount_differs", said, blocks=())
    return True


@verb("expire_payment", Payment)
def expire_payment(case: Case, context: Context) -> Step:
    """End a payment that the gateway has not answered for in time.

    Of one that was captured in part, the rest is given up.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if payment.expires_at is None or payment.expires_at > context.at:
        until = "any time" if payment.expires_at is None else payment.expires_at.isoformat()
        raise MoveRefused((Refusal.of("payment_not_due", payment=payment.ref.id, until=until),))
    if payment.state is PaymentState.PART_CAPTURED:
        give_up_rest(step, payment.ref)
    else:
        step.proceed(PAYMENT, payment.ref, PaymentMove.EXPIRE)
    return step
