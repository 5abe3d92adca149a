"""Money that a gateway says has come, in any state of its payment and of the orders that it is for.

It knows what becomes of money that was expected, and of money that was not, and refuses to know who
has told of it: a notice or an answer.

Money that is meant for orders is applied to them by itself: a deposit as it was said, and what
comes of its balance to what the same orders still cost.
What comes when the payment or an order has ended is judged by when the payer has paid, not by when
somebody has told of it, and of what he had authorised by when he did: in time, an order that has
expired stands again where its goods are still
to be had; otherwise what was meant for it goes back by itself, by a request that a gateway must
answer for. Where a hold forbids that, or its tender does not go back, it stays under a hold.
Payment and order both note it, so nothing is kept in silence.
So is a balance that is told of when its deposit was forfeited: whole and in time, its orders stand
again, and of one that cannot the deposit goes back with it; too late, it goes back alone.
Money that is meant for nothing in particular stays unapplied, under a hold where it was no longer
expected.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.calls import Ref
from orderflow.currencies import amount_said
from orderflow.facts import MoneyMoved
from orderflow.journal import Step, document_facts
from orderflow.payments.applying import apply_shares, take_in, use_for
from orderflow.payments.balances import BALANCE_DUE
from orderflow.payments.course import ENDED, MONEY_READY, arrived
from orderflow.payments.losses import left_of
from orderflow.payments.reinstating import (
    balance_in_time,
    forfeited_by,
    paid_in_time,
    reinstated,
)
from orderflow.payments.requests import send_back
from orderflow.pricing import due
from orderflow.records import Application, MoneyAccount, Payment
from orderflow.states import ORDER_CALLED_OFF, PAYMENT, PaymentMove, PaymentState
from orderflow.tenders import Tendered

_FORFEITED_IN: Final = (PaymentState.CAPTURED, PaymentState.PART_REFUNDED)
"""The states of a payment whose deposit was forfeited and about which nothing else is open."""


def receive(
    step: Step,
    ref: Ref[Payment],
    minor: int,
    paid_at: datetime | None,
    tendered: Tendered | None = None,
) -> None:
    """So much has come of a payment; where its chart has no row for that, a hold asks a person."""
    before, at = step.now(ref), paid_at or step.context.at
    currency = before.currency
    take_in(step, ref, minor, tendered, by_gateway=True)
    if before.forfeited and before.state in _FORFEITED_IN and _take_balance(step, ref, minor, at):
        return
    if step.chart(PAYMENT).target(before.state, PaymentMove.CAPTURE) is None:
        step.hold(ref, "unexpected_notice", f"captured came while {before.state.value}")
        return
    arrived(step, ref)
    came = step.now(ref).captured
    if before.state in MONEY_READY and came > before.authorised:
        there, ready = (amount_said(one, currency) for one in (came, before.authorised))
        said = f"{there} has come of {ready} that was authorised"
        step.hold(ref, "amount_differs", said, blocks=())
    if before.deposit and before.captured == 0 and came < before.deposit:
        there, wanted = (amount_said(one, currency) for one in (came, before.deposit))
        said = f"{there} has come of a deposit of {wanted}"
        step.hold(ref, "amount_differs", said, blocks=())
    if before.state in ENDED and not before.meant:
        step.hold(ref, "paid_late", "money came after the payment had ended")
    elif before.state in ENDED and not _in_time(before, at):
        _go_back(step, ref, minor, [one.order for one in before.meant])
    else:
        if before.state not in BALANCE_DUE:
            for one in before.meant:
                _use(step, ref, one, at)
        if before.deposit and came > before.deposit:
            _use_balance(step, ref, [one.order for one in before.meant])


def _in_time(payment: Payment, at: datetime) -> bool:
    """Whether a payment that has ended was paid before that; one that was voided is not wanted."""
    if payment.state is PaymentState.VOIDED:
        return False
    return payment.expires_at is None or at < payment.expires_at


def _use(step: Step, ref: Ref[Payment], meant: Application, at: datetime) -> None:
    """Apply what is meant for an order, or send it back where that order is over."""
    payment, order = step.now(ref), step.now(step.case.order(meant.order))
    used = sum([one.amount for one in payment.applications if one.order == meant.order])
    part = min(meant.amount - used, payment.unapplied)
    if part <= 0:
        return
    over = order.state in ORDER_CALLED_OFF
    if payment.authorised_at is not None:  # it was the payer's to do, and to capture was ours
        at = min(at, payment.authorised_at)
    if over and not (paid_in_time(step, order, at) and reinstated(step, order.ref, part)):
        _go_back(step, ref, part, [meant.order])
        for deposit in forfeited_by(step, order):
            if balance_in_time(deposit, at) and part >= deposit.amount - left_of(deposit):
                _deposit_back(step, deposit, [meant.order])
        return
    use_for(step, ref, step.now(order.ref), part, "has come")


def _take_balance(step: Step, ref: Ref[Payment], minor: int, at: datetime) -> bool:
    """Take a balance that is told of when its deposit was forfeited; false for a part in time.

    Nobody knows whether the rest of that has come in time, too. What was sent back is not there.
    """
    payment = step.now(ref)
    names = [one.order for one in payment.applications]
    if not balance_in_time(payment, at):
        _go_back(step, ref, minor, names)
        return True
    if left_of(payment) < payment.amount:
        return False
    for name in names:
        order = step.now(step.case.order(name))
        free = step.now(ref).unapplied
        if paid_in_time(step, order, at) and reinstated(step, order.ref, free):
            owed = due(step.now(order.ref))
            if owed > 0:
                apply_shares(step, ref, ((name, owed),))
    over = [name for name in names if step.now(step.case.order(name)).state in ORDER_CALLED_OFF]
    if over:
        _deposit_back(step, step.now(ref), over)
    else:
        _not_forfeited(step, step.now(ref))
        if names and step.now(ref).unapplied > 0:
            _too_much(step, ref)
    return True


def _deposit_back(step: Step, payment: Payment, orders: list[str]) -> None:
    """A deposit was not to be kept: what is forfeited yet, and what is on no order, goes back."""
    _not_forfeited(step, payment)
    free = step.now(payment.ref).unapplied
    if free > 0:
        _go_back(step, payment.ref, free, orders)


def _not_forfeited(step: Step, payment: Payment) -> None:
    if payment.forfeited:
        source, target = MoneyAccount.FORFEITED, MoneyAccount.UNAPPLIED
        step.add(MoneyMoved(payment.ref, source, target, payment.forfeited))


def _use_balance(step: Step, ref: Ref[Payment], orders: list[str]) -> None:
    """Apply what has come beyond a deposit to what its orders still cost, one after the other.

    Where nothing more is wanted, what is left goes back for orders that are over; otherwise a hold
    asks a person.
    """
    over: list[str] = []
    for name in orders:
        order = step.now(step.case.order(name))
        part = min(step.now(ref).unapplied, due(order))
        if order.state in ORDER_CALLED_OFF:
            over.append(name)
        elif part > 0:
            apply_shares(step, ref, ((name, part),))
    payment = step.now(ref)
    if not orders or payment.unapplied <= 0 or payment.state in BALANCE_DUE:
        return
    if over:
        _go_back(step, ref, payment.unapplied, over)
    else:
        _too_much(step, ref)


def _too_much(step: Step, ref: Ref[Payment]) -> None:
    payment = step.now(ref)
    more = amount_said(payment.unapplied, payment.currency)
    said = f"{more} more has come than its orders cost"
    step.hold(ref, "overpaid", said, blocks=())


def _go_back(step: Step, ref: Ref[Payment], amount: int, orders: list[str]) -> None:
    """Money that came too late goes back by itself, unless a hold keeps it, or its tender does."""
    payment = step.now(ref)
    amount = min(amount, payment.unapplied, left_of(payment))
    move = PaymentMove.REFUND_PART if left_of(payment) > amount else PaymentMove.REFUND
    method = step.context.rules.method(payment.method)
    free = step.chart(PAYMENT).allows(payment.state, move, document_facts(payment))
    if amount > 0 and free and (method is None or method.goes_back):
        send_back(step, ref, amount, None, ask=True)
        step.note(ref, "sent_back", amount=amount, why="it came too late")
    else:
        step.hold(ref, "paid_late", "money came after the payment or its order had ended")
    for order in orders:
        step.note(step.case.order(order), "paid_late", payment=ref.id, amount=amount)
