"""Payments that no order wants money of any more: they end, and what is kept ready is given up.

It knows which payments are open for which orders, and whether these want their money, and refuses
to know the wire.

Problem: an order is given up, or paid in another way, and the card that was to pay it waits for
ever, or keeps the payer's money ready; nobody is reminded of it.
Observation: a verb on an order knows nothing of payments that have brought no money yet.
Decision: an order notes the payments that are open for it. When it wants no money any more they are
looked at, in the same commit. A payment stays as long as any order that it is for wants some of it,
and one that is for none is wanted by whoever has opened it.
What only waits, and of which nothing was sent, is voided by itself; money that comes all the same
goes back. Where one of its orders has ended unpaid, and would stand again for money in time, it
waits for its own limit, or where it has none, falls due at once. What a gateway keeps ready falls
due at once, with `ask_void`. Where the gateway does not give it up, a hold says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.calls import Ref
from orderflow.facts import AWAITED, UNWANTED
from orderflow.journal import Step, document_facts
from orderflow.payments.course import MONEY_READY
from orderflow.payments.losses import holds_money
from orderflow.payments.reinstating import forfeited_by
from orderflow.pricing import due
from orderflow.records import Order, Outcome, Payment, RequestKind
from orderflow.states import ORDER_CALLED_OFF, PAYMENT, OrderState, PaymentMove, PaymentState

WHY: Final = "no order wants its money any more"

KEPT_ON: Final = "void_failed"
"""The hold of a payment whose gateway has not given up what it keeps ready, and nobody wants."""

OPEN: Final = (PaymentState.AWAITING, *MONEY_READY)
"""The states of a payment that has brought nothing yet, or not all that is kept ready."""


def note_awaited(step: Step, payment: Payment) -> None:
    """Let the orders of a payment note whether it is open for them, where that has changed."""
    before = step.case.find(payment.ref)
    is_open = payment.state in OPEN
    if is_open is (before is not None and before.state in OPEN):
        return
    for one in payment.meant:
        order = step.now(step.case.order(one.order))
        if is_open is not (payment.ref.id in order.awaited):
            step.note(order.ref, AWAITED, payment=payment.ref.id, open=int(is_open))


def end_unwanted(step: Step) -> None:
    """Look at the open payments that a step has touched, or whose orders it has."""
    for ref in _looked_at(step):
        payment = step.now(ref)
        if payment.state not in OPEN or _is_under_way(payment):
            continue
        if _is_wanted(step, payment):
            if payment.unwanted_since is not None:
                step.note(ref, UNWANTED, since="")
        elif payment.state is not PaymentState.AWAITING or _may_stand_again(step, payment):
            if payment.unwanted_since is None:
                step.note(ref, UNWANTED, since=step.context.at.isoformat())
        elif not holds_money(payment):
            step.proceed(PAYMENT, ref, PaymentMove.VOID)
            step.note(ref, "voided", reason=WHY)
            note_awaited(step, step.now(ref))


def given_up_from(payment: Payment) -> datetime | None:
    """From when on a gateway is to give up what it keeps ready of a payment that nobody wants.

    `None` where it keeps nothing, was asked for something that it has not answered for, or does not
    give it up, or where a hold forbids to ask.
    """
    held = any(hold.code == KEPT_ON for hold in payment.holds)
    if payment.state not in MONEY_READY or held or _is_asked(payment):
        return None
    if payment.authorised <= payment.captured:
        return None
    free = PAYMENT.allows(payment.state, PaymentMove.ASK_VOID, document_facts(payment))
    return payment.unwanted_since if free else None


def limit_of(payment: Payment) -> datetime | None:
    """When a payment ends that was not answered for: without a limit, as soon as it is unwanted."""
    waits = payment.state is PaymentState.AWAITING and payment.expires_at is None
    return payment.unwanted_since if waits else payment.expires_at


def _is_asked(payment: Payment) -> bool:
    """Whether a gateway was asked for something else than to pay back, and has not answered."""
    open_yet = (one for one in payment.requests if one.outcome is Outcome.PENDING)
    return any(one.kind is not RequestKind.REFUND for one in open_yet)


def _looked_at(step: Step) -> tuple[Ref[Payment], ...]:
    """The payments that a step has touched, and those open for orders that want money otherwise."""
    found: list[Ref[Payment]] = []
    for document in tuple(step.after.values()):
        if type(document) is Payment:
            found.append(document.ref)
        elif type(document) is Order and document.awaited:
            before = step.case.find(document.ref)
            if before is None or _wants(before) is not _wants(document):
                found += [step.case.payment(name) for name in document.awaited]
    return tuple(dict.fromkeys(found))


def _wants(order: Order) -> bool:
    return order.state not in ORDER_CALLED_OFF and due(order) > 0


def _is_wanted(step: Step, payment: Payment) -> bool:
    """Whether any order still wants some of a payment, or a part of it is meant for none."""
    first = payment.deposit or payment.amount
    if sum([one.amount for one in payment.meant]) < first:
        return True
    used = {one.order: one.amount for one in payment.applications}
    left = [one.order for one in payment.meant if used.get(one.order, 0) < one.amount]
    return any(_wants(step.now(step.case.order(name))) for name in left)


def _may_stand_again(step: Step, payment: Payment) -> bool:
    """Whether money in time would let an order of a payment stand again."""
    orders = [step.now(step.case.order(one.order)) for one in payment.meant]
    expired = OrderState.EXPIRED
    return any(one.state is expired or forfeited_by(step, one) for one in orders)


def _is_under_way(payment: Payment) -> bool:
    """Whether a gateway may be at what it was asked: nobody knows yet what comes of it."""
    return any(one.outcome is Outcome.PENDING and one.tries for one in payment.requests)
