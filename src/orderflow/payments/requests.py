"""What a gateway is asked to do: the wire is between two commands.

It knows what may be asked of a payment, and refuses to know the wire and what follows from an
answer.

Problem: whoever calls a gateway inside a command does not know what has happened when the reply is
lost, and whoever calls it before one has no record when the process dies. A webhook may come before
the reply, twice, or instead of it, and two clerks may ask for the same money at once.
Decision: one command *asks*: in the same commit it reserves what it asks for, so nothing can be
asked twice. Somebody outside any command sends what is open, always with the same key, which is
made of the payment and the request. A second command *records the answer*.

Problem: a request that waits to be sent outlives what it was asked for, and charges a card for a
payment that a clerk has ended, or an order that was given up or paid in another way.
Decision: what would take the payer's money, and was never sent, is *withdrawn* as soon as it could
not be asked any more; where only the orders want none it is when somebody would send it. It counts
as failed. Of what was sent nobody knows, so it is asked about, and not sent once more. To give up
and to pay back is right at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import REQUESTED, SENT, WITHDRAWN, MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.balances import (
    BALANCE_DUE,
    balance_of,
    left_to_ask,
    meant_for,
    note_balance,
)
from orderflow.payments.losses import at_gateway, left_of, tender_at_gateway
from orderflow.payments.stored import give_back, of_balance, put_on, units_of
from orderflow.pricing import due
from orderflow.records import MoneyAccount, Order, Outcome, Payment, Request, RequestKind
from orderflow.states import ORDER_CALLED_OFF, PAYMENT, PaymentMove, PaymentState
from orderflow.tenders import units_gone
from orderflow.values import text, whole

_TAKES: Final[Mapping[RequestKind, PaymentMove]] = {
    RequestKind.AUTHORISE: PaymentMove.ASK_AUTHORISE,
    RequestKind.CAPTURE: PaymentMove.ASK_CAPTURE,
}
"""How the payer's money is asked for; to give it up or to pay it back is right at any time."""

PATIENCE_SECONDS: Final = 60
"""How long whoever has sent a request is left alone with it, unless said otherwise."""

UNREAD: Final = "unread_answer"
"""The hold of a payment over which a gateway has said what cannot be read: with a request that is
open still, it is not known whether money has moved, and its limit waits."""

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
    is still to come of the balance. For the orders that it is for it is no more than these still
    cost. A smaller amount is asked for only of what was authorised or of a balance: whoever is
    charged in one go is charged the whole.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    step.proceed(PAYMENT, payment.ref, PaymentMove.ASK_CAPTURE)
    if payment.state is PaymentState.AWAITING and amount is not None:
        _must_be_whole(step, payment, amount)
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
    long nobody else sends it. What would take money that nobody wants any more, since the payment
    has gone on or all orders that it is for were given up or paid, is withdrawn instead where it
    was never sent: whoever sends looks first whether its outcome is still pending.
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
    orders = (step.now(case.order(name)) for name in meant_for(payment))
    if not one.tries and not still_wanted(payment, one, orders):
        step.note(payment.ref, WITHDRAWN, request=one.id)
        return step
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


def still_wanted(payment: Payment, one: Request, orders: Iterable[Order]) -> bool:
    """Whether a request may still be sent, by the state of its payment and of these orders.

    A payment that is for no order is wanted by whoever asks.
    """
    move = _TAKES.get(one.kind)
    if move is None:
        return True
    known = tuple(orders)
    # The empty case: for no order, or none that anybody has looked at, all of it is wanted.
    wanted = not known or _wanted(payment, known) > 0
    over = bool(known) and all(order.state in ORDER_CALLED_OFF for order in known)
    return wanted and not over and PAYMENT.target(payment.state, move) is not None


def _wanted(payment: Payment, orders: Iterable[Order]) -> int:
    """What is wanted of a payment for its orders, and beside them for none, in minor units.

    Of each order no more than was meant for it, nor than it still costs.
    """
    owed = {order.ref.id: max(0, due(order)) for order in orders}
    if payment.state in BALANCE_DUE:
        return sum(owed.values())
    limit = _first(payment) if payment.state is PaymentState.AWAITING else payment.authorised
    used = {one.order: one.amount for one in payment.applications}
    parts = [min(one.amount - used.get(one.order, 0), owed[one.order]) for one in payment.meant]
    beside = limit - sum([one.amount for one in payment.meant])
    return sum([max(0, part) for part in (*parts, beside)])


def _first(payment: Payment) -> int:
    """What comes first of a payment: the deposit, where its price is in two parts."""
    return payment.deposit or payment.amount


def withdraw_unwanted(step: Step, ref: Ref[Payment]) -> None:
    """Withdraw what was never sent, and could not be asked of the payment as it is by now."""
    payment = step.now(ref)
    for one in payment.requests:
        unsent = one.outcome is Outcome.PENDING and not one.tries
        if unsent and not still_wanted(payment, one, ()):
            step.note(ref, WITHDRAWN, request=one.id)


def _free(step: Step, payment: Payment, kind: RequestKind) -> int:
    """What can still be asked for, less what was asked for already, in minor units.

    What takes money asks for no more than is wanted of it; all that is kept ready can be given up.
    """
    if payment.state in BALANCE_DUE:
        # What it has become dearer by is asked of the customer first, by `open_balance`.
        wanted = min(balance_of(step, payment), left_to_ask(payment))
        return max(0, wanted - payment.asked(RequestKind.CAPTURE))
    limit = payment.authorised
    if payment.state is PaymentState.AWAITING:
        limit = _first(payment) - payment.asked(RequestKind.AUTHORISE)
    voids = [one for one in payment.requests if one.kind is RequestKind.VOID]
    given_up = sum([one.done for one in voids if one.outcome is Outcome.DONE])
    open_yet = payment.asked(RequestKind.CAPTURE)
    free = limit - payment.captured - given_up - open_yet - payment.asked(RequestKind.VOID)
    if kind in _TAKES:
        orders = [step.now(step.case.order(name)) for name in meant_for(payment)]
        free = min(free, _wanted(payment, orders) - open_yet)
    return max(0, free)


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
    if left <= 0:
        note_balance(step, ref)
    step.proceed(PAYMENT, ref, PaymentMove.REFUND_PART if left > 0 else PaymentMove.REFUND)
    source = MoneyAccount.UNAPPLIED if order is None else MoneyAccount.APPLIED
    kept = of_balance(before, amount, order) if before.stored else 0
    worth = _of_tender(before, amount) if ask else None
    for part, units in (
        (kept, units_of(before, kept)),
        (amount - kept, 0 if before.stored else None),
    ):
        if part:
            step.add(MoneyMoved(ref, source, MoneyAccount.REFUNDED, part, order, units, worth))
    if to:
        put_on(step, ref, amount, to)
        return
    if kept:
        give_back(step, before, kept)
    wanted = min(amount - kept, at_gateway(before)) if before.stored else amount
    if ask and wanted:
        name = "" if order is None else order.id
        for part, gone in _asked_back(before, step.now(ref), wanted):
            open_request(step, ref, RequestKind.REFUND, part, name, gone)


def _of_tender(payment: Payment, amount: int) -> int | None:
    """How much of what a gateway is asked for goes back in the units in which it came.

    All that it has brought so goes first. `None` where nothing is known of that.
    """
    worth = None if payment.tendered is None else payment.tendered.worth
    if worth is None:
        return None
    others = max(0, left_of(payment) - worth.held)
    return max(min(amount, tender_at_gateway(payment)), amount - others)


def _asked_back(before: Payment, after: Payment, amount: int) -> list[tuple[int, int | None]]:
    """An amount that has left the books, as a gateway is asked for it: each part with its units.

    What came without units is asked for apart, so that units stand for the amount beside them.
    """
    if before.stored:
        return [(amount, 0)]
    was, now = before.tendered, after.tendered
    gone = units_gone(was, now)
    if was is None or now is None or was.worth is None or now.worth is None:
        return [(amount, gone)]
    part = was.worth.held - now.worth.held
    return [one for one in ((part, gone), (amount - part, None)) if one[0]]


def _ask(
    step: Step, payment: Payment, kind: RequestKind, move: PaymentMove, amount: Money | None
) -> None:
    """Ask for an amount, or for all that can still be asked for; never for more."""
    free = _free(step, payment, kind)
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


def _must_be_whole(step: Step, payment: Payment, amount: Money) -> None:
    """Refuse a part of what nobody has authorised: the rest of it could never be asked for."""
    free = _free(step, payment, RequestKind.CAPTURE)
    asked = positive(amount, payment.currency)
    if asked < free:
        name, currency = payment.ref.id, payment.currency
        refusal = Refusal.of(
            "captured_in_one_go", payment=name, asked=asked, currency=currency, free=free
        )
        raise MoveRefused((refusal,))


def _request(payment: Payment, id: str) -> Request:
    one = payment.request(text(id, "request"))
    if one is None:
        raise MoveRefused((Refusal.of("no_such_request", payment=payment.ref.id, request=id),))
    return one
