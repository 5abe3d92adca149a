"""Disputes: the payer's bank takes money back, and decides later.

It knows what is in dispute and what a decision leaves, and refuses to know who is right.

When the dispute is won the money pays again what it was taken from, as far as that still costs it;
by then an order may have been paid in another way, or be over. What is left is under a hold.
When it is lost, money that no order was named for is missing on the payment, whose unapplied rest
is below zero: the loss is the payment's, and its orders stay paid.
An order that owes something back, or comes to, owes so much less: its customer has had it from the
bank, so what stands on the order makes good what is missing, and nothing is sent. So does a deposit
that was forfeited: what the bank has given back was not kept.

A dispute stops no limit. A balance that was to come is to come again, where it stood and until the
limit that it had, as long as anything of its deposit is left; what the bank has kept of that is to
come with it. Of a deposit that is lost whole no balance is wanted: its orders are unpaid.

Goods whose money is taken back do not go out meanwhile: their orders are on hold (`withheld`).
"""

from __future__ import annotations

from typing import Final

from orderflow.calls import Ref
from orderflow.currencies import amount_said
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.answers import withdraw_refunds
from orderflow.payments.applying import apply_shares
from orderflow.payments.balances import note_balance
from orderflow.payments.course import ended_as
from orderflow.payments.losses import left_of, make_good
from orderflow.pricing import due
from orderflow.records import MoneyAccount, Payment
from orderflow.states import ORDER_CALLED_OFF, PAYMENT, PaymentMove, PaymentState
from orderflow.values import text
from orderflow.withheld import CHARGED_BACK, withhold

WON_BACK: Final = "won_back"
"""The hold of a payment with money that a bank has given back, and that no order costs by now."""


@verb("charge_back", Payment)
def charge_back(case: Case, context: Context, amount: Money, order: str = "") -> Step:
    """Record that the payer's bank has taken money back, from an order or unapplied money.

    It has happened, so it is recorded in any state; what was applied less than it is taken from the
    unapplied rest, which may fall below zero. The payment is in dispute until `settle_dispute`.
    Money from a balance that we keep was never with a bank, so of that nothing is taken back.
    A refund that was asked for and never sent is withdrawn, as far as the bank takes its money.
    Goods that it had paid and that are still here stay: the order that is named is on hold, and all
    orders of the payment are where more is gone than no order had used.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    left = positive(amount, payment.currency)
    if payment.stored and left > payment.outside:
        raise MoveRefused((_no_bank(payment, left),))
    withdraw_refunds(step, payment.ref, left - left_of(payment))
    payment = step.now(payment.ref)
    ref, bank = payment.ref, MoneyAccount.CHARGED_BACK
    units = 0 if payment.stored else None  # none of what came from a balance
    if text(order, "order", empty=True):
        owner = case.order(order)
        on_order = sum(a.amount for a in payment.applications if a.order == order)
        taken = min(left, max(0, on_order))
        if taken:
            step.add(MoneyMoved(ref, MoneyAccount.APPLIED, bank, taken, owner, units))
        left -= taken
    if left:
        step.add(MoneyMoved(ref, MoneyAccount.UNAPPLIED, bank, left, units=units))
    if step.chart(PAYMENT).target(payment.state, PaymentMove.CHARGE_BACK) is not None:
        note_balance(step, payment.ref)
        step.proceed(PAYMENT, payment.ref, PaymentMove.CHARGE_BACK)
    step.hold(payment.ref, CHARGED_BACK, "the payer's bank has taken money back")
    payment = step.now(payment.ref)
    for one in payment.applications:
        if one.order == order or payment.unapplied < 0:
            withhold(step, step.now(case.order(one.order)))
    return step


@verb("settle_dispute", Payment)
def settle_dispute(case: Case, context: Context, won: bool) -> Step:
    """Record how the payer's bank has decided about all money that it had taken back.

    When the seller has `won`, the money is back: on the orders that it was taken from, as far as
    these still cost it, and the rest unapplied, under the hold "won_back"; else it is gone for
    good. The payment is whole, in part or wholly refunded by what is left, or waits for its balance
    again: where that was asked for before, until the limit that it had. What is gone is owed back
    on none of its orders. The hold "charged_back" is lifted, where money was in dispute; that of an
    order when nothing of its money is missing any more.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    ref, in_dispute = payment.ref, payment.disputed
    if type(won) is not bool:
        raise BadInput("won", "true or false is wanted")
    if won and in_dispute:
        source, target = MoneyAccount.CHARGED_BACK, MoneyAccount.UNAPPLIED
        units = 0 if payment.stored else None
        step.add(MoneyMoved(ref, source, target, in_dispute, units=units))
    outcome = "won" if won else "lost"
    step.note(ref, "dispute", outcome=outcome)
    if payment.state is PaymentState.DISPUTED:
        step.proceed(PAYMENT, ref, ended_as(step, ref, reopened=won))
    if not in_dispute:
        reason = f"a dispute was {outcome} while {payment.state.value}"
        step.hold(ref, "unexpected_settlement", reason)
    else:
        step.lift_if_there(ref, CHARGED_BACK)
    for application in payment.applications:
        order = step.now(case.order(application.order))
        make_good(step, ref, order.ref, -due(order))
    _make_good_of_forfeited(step, ref)
    if won:
        _pay_again(step, payment)
    return step


def _pay_again(step: Step, before: Payment) -> None:
    """Let money that was won pay again what it was taken from; a hold tells of the rest."""
    ref, left = before.ref, 0
    for one in before.taken:
        order, free = step.now(step.case.order(one.order)), max(0, step.now(ref).unapplied)
        wanted = 0 if order.state in ORDER_CALLED_OFF else max(0, due(order))
        part = min(one.amount, wanted, free)
        if part:
            apply_shares(step, ref, ((one.order, part),))
        left += one.amount - part
    left = min(left, step.now(ref).unapplied)
    if left > 0:
        said = f"{amount_said(left, before.currency)} was won back, and its orders cost no more"
        step.hold(ref, WON_BACK, said, blocks=())


def _make_good_of_forfeited(step: Step, ref: Ref[Payment]) -> None:
    """What a bank has kept for good of a payment is missing of its forfeited deposit first."""
    payment = step.now(ref)
    part = min(-(payment.unapplied + payment.disputed), payment.forfeited)
    if part > 0:
        step.add(MoneyMoved(ref, MoneyAccount.FORFEITED, MoneyAccount.UNAPPLIED, part))


def _no_bank(payment: Payment, asked: int) -> Refusal:
    return Refusal.of(
        "no_bank",
        payment=payment.ref.id,
        stored=payment.stored,
        asked=asked,
        currency=payment.currency,
        free=payment.outside,
    )
