"""What a gateway is asked to do: the wire is between two commands.

It knows what may be asked of a payment, and refuses to know the wire and what follows from an
answer.

Problem: whoever calls a gateway inside a command does not know what has happened when the reply is
lost, and whoever calls it before one has no record when the process dies. A webhook may come before
the reply, twice, or instead of it, and two clerks may ask for the same money at once.
Decision: one command *asks*: in the same commit it reserves what it asks for, so nothing can be
asked twice. Somebody outside any command sends what is open, always with the same key, which is
made of the payment and the request. A second command *records the answer*.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import REQUESTED, SENT, MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.balances import BALANCE_DUE, balance_of
from orderflow.payments.losses import at_gateway, left_of
from orderflow.payments.stored import give_back, of_balance, put_on, units_of
from orderflow.records import MoneyAccount, Order, Outcome, Payment, Request, RequestKind
from orderflow.states import PAYMENT, PaymentMove, PaymentState
from orderflow.tenders import units_gone
from orderflow.values import text, whole

PATIENCE_SECONDS: Final = 60
"""How long whoever has sent a request is left alone with it, unless said otherwise."""

SECONDS_MAX: Final = 86_400
"""The longest that a request is left to whoever has sent it: a day."""


@verb("ask_authorise", Payment)
def ask_authorise(case: Case, context: Context) -> Step:
    """Ask the gateway to keep the amount of a payment ready, before any of it is captured."""
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    step.proceed(PAYMENT, payment.ref, PaymentMove.ASK_AUTHORISE)
    _ask(step, payment, RequestKind.AUTHORISE, PaymentMove.ASK_AUTHORISE, None)
    return step


@verb("ask_capture", Payment)
def ask_capture(case: Case, context: Context, amount: Money | None = None) -> Step:
    """Ask the gateway for money of a payment: all that can still be asked for, or a smaller amount.

    That is what was authorised, or the amount of a payment that is captured in one go, less what
    has come and what was asked for already; of a price in two parts the deposit, and after it what
    is still to come of the balance.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    step.proceed(PAYMENT, payment.ref, PaymentMove.ASK_CAPTURE)
    _ask(step, payment, RequestKind.CAPTURE, PaymentMove.ASK_CAPTURE, amount)
    return step


@verb("ask_void", Payment)
def ask_void(case: Case, context: Context, reason: str) -> Step:
    """Ask the gateway to give up what was authorised and not captured, since none is wanted more.

    Not while it has another request that it has not answered for: what that one brings must be
    known first.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    text(reason, "reason")
    step.proceed(PAYMENT, payment.ref, PaymentMove.ASK_VOID)
    open_yet = [
        Refusal.of("request_open", payment=payment.ref.id, request=one.id)
        for one in payment.requests
        if one.outcome is Outcome.PENDING and one.kind is not RequestKind.REFUND
    ]
    if open_yet:
        raise MoveRefused(tuple(open_yet))
    _ask(step, payment, RequestKind.VOID, PaymentMove.ASK_VOID, None)
    step.note(payment.ref, "voided", reason=reason)
    return step


@verb("send_request", Payment)
def send_request(
    case: Case, context: Context, request: str, patience_seconds: int = PATIENCE_SECONDS
) -> Step:
    """Write down that a request goes over the wire now: made by whoever sends it, before it does.

    From then on nobody knows whether it has been carried out, until an answer is recorded. For so
    long nobody else sends it.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    one = _request(payment, request)
    seconds = whole(patience_seconds, "patience_seconds", most=SECONDS_MAX)
    named = {"payment": payment.ref.id, "request": one.id}
    if one.outcome is not Outcome.PENDING:
        outcome = one.outcome.value
        raise MoveRefused((Refusal.of("request_answered", **named, outcome=outcome),))
    if one.busy_until is not None and one.busy_until > context.at:
        until = one.busy_until.isoformat()
        raise MoveRefused((Refusal.of("request_under_way", **named, until=until),))
    until = (context.at + timedelta(seconds=seconds)).isoformat()
    step.note(payment.ref, SENT, request=one.id, until=until)
    return step


def key_of(ref: Ref[Payment], request: str) -> str:
    """The key by which a gateway knows a request: the same however often it is sent.

    >>> key_of(Ref("north", "payment", "pay/1"), "capture-2")
    'north/pay%2F1/capture-2'
    """
    parts = (ref.tenant, ref.id, request)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def free_to_ask(step: Step, payment: Payment) -> int:
    """What can still be captured or given up of a payment, less what was asked, in minor units."""
    if payment.state in BALANCE_DUE:
        # What it has become dearer by is asked of the customer first, by `open_balance`.
        wanted = min(balance_of(step, payment), payment.amount - payment.captured)
        return max(0, wanted - payment.asked(RequestKind.CAPTURE))
    limit = payment.authorised
    if payment.state is PaymentState.AWAITING:
        first = payment.deposit or payment.amount
        limit = first - payment.asked(RequestKind.AUTHORISE)
    asked = payment.asked(RequestKind.CAPTURE) + payment.asked(RequestKind.VOID)
    return max(0, limit - payment.captured - asked)


def open_request(
    step: Step,
    ref: Ref[Payment],
    kind: RequestKind,
    amount: int,
    order: str = "",
    units: int | None = None,
) -> None:
    """Write down what a gateway is asked for."""
    number = len(step.now(ref).requests) + 1
    tendered = {} if units is None else {"units": units}
    step.note(
        ref,
        REQUESTED,
        request=f"{kind.value}-{number}",
        kind=kind.value,
        amount=amount,
        order=order,
        at=step.context.at.isoformat(),
        **tendered,
    )


def send_back(
    step: Step,
    ref: Ref[Payment],
    amount: int,
    order: Ref[Order] | None,
    *,
    ask: bool,
    to: str = "",
) -> None:
    """Pay back a part of a payment, or ask a gateway to; it is refunded when nothing is left.

    What was paid from a balance that we keep may be spent of it again, unless it goes onto another
    (`to`); of either, no gateway knows. What such a payment got from elsewhere goes back there.
    """
    before = step.now(ref)
    left = left_of(before) - amount
    step.proceed(PAYMENT, ref, PaymentMove.REFUND_PART if left > 0 else PaymentMove.REFUND)
    source = MoneyAccount.UNAPPLIED if order is None else MoneyAccount.APPLIED
    kept = of_balance(before, amount, order) if before.stored else 0
    for part, units in (
        (kept, units_of(before, kept)),
        (amount - kept, 0 if before.stored else None),
    ):
        if part:
            step.add(MoneyMoved(ref, source, MoneyAccount.REFUNDED, part, order, units))
    if to:
        put_on(step, ref, amount, to)
        return
    if kept:
        give_back(step, before, kept)
    wanted = min(amount - kept, at_gateway(before)) if before.stored else amount
    if ask and wanted:
        name = "" if order is None else order.id
        gone = 0 if before.stored else units_gone(before.tendered, step.now(ref).tendered)
        open_request(step, ref, RequestKind.REFUND, wanted, name, gone)


def _ask(
    step: Step, payment: Payment, kind: RequestKind, move: PaymentMove, amount: Money | None
) -> None:
    """Ask for an amount, or for all that can still be asked for; never for more."""
    free = free_to_ask(step, payment)
    asked = free if amount is None else positive(amount, payment.currency)
    if not asked or asked > free:
        refusal = Refusal.of(
            "over_asked",
            payment=payment.ref.id,
            move=move.value,
            asked=asked,
            currency=payment.currency,
            free=free,
        )
        raise MoveRefused((refusal,))
    open_request(step, payment.ref, kind, asked)


def _request(payment: Payment, id: str) -> Request:
    one = payment.request(text(id, "request"))
    if one is None:
        raise MoveRefused((Refusal.of("no_such_request", payment=payment.ref.id, request=id),))
    return one
