"""What is left of the money of a payment, and what makes good what a bank has kept of it.

It knows what has gone back and what was taken back, and refuses to know who says so.

What a bank has kept of a payment for good is missing on it.
An order that owes something back makes it good: its customer has had it from the bank already.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.facts import MoneyMoved
from orderflow.journal import Step
from orderflow.records import MoneyAccount, Order, Payment, RequestKind


def left_of(payment: Payment) -> int:
    """What is left of the money of a payment, in minor units: neither gone back nor taken back."""
    return payment.captured - payment.refunded - payment.charged_back


def lost_of(payment: Payment) -> int:
    """What the payer's bank has kept of a payment for good, in minor units."""
    return payment.charged_back - payment.disputed


def left_to_payer(payment: Payment) -> int:
    """What is left of the payer's own money, in minor units: a deposit that is forfeited is ours.

    What a bank has taken back was his, so it is the rest of his money that is less.
    """
    return max(0, left_of(payment) - payment.forfeited)


def left_at_gateway(payment: Payment) -> int:
    """What can still go back of a payment by the gateway that it came by, in minor units.

    From a balance that we keep anything comes back, and no gateway is asked.
    """
    of_balance = left_of(payment) - payment.outside if payment.stored else 0
    return of_balance + at_gateway(payment)


def at_gateway(payment: Payment) -> int:
    """What a gateway can be asked to pay back of a payment, in minor units."""
    asked = [one.booked for one in payment.requests if one.kind is RequestKind.REFUND]
    gone = sum(asked) + payment.charged_back
    there = payment.outside if payment.stored else left_of(payment)
    return max(0, min(payment.by_gateway - gone, there))


def tender_at_gateway(payment: Payment) -> int:
    """What a gateway can be asked to pay back in the units of a tender, in minor units.

    None of a payment whose book does not count the money that its units stand for.
    """
    worth = None if payment.tendered is None else payment.tendered.worth
    if worth is None:
        return 0
    refunds = [one for one in payment.requests if one.kind is RequestKind.REFUND]
    asked = sum([min(one.booked, one.amount) for one in refunds if one.units is not None])
    return max(0, min(worth.by_gateway - asked - worth.charged_back, worth.held))


def holds_money(payment: Payment) -> bool:
    """Whether money has come that was not sent back; what a bank has taken may come again."""
    return payment.captured > payment.refunded


def make_good(step: Step, ref: Ref[Payment], order: Ref[Order], most: int) -> int:
    """Let what stands on an order make good what a bank has taken of its payment for good.

    At most so much, in minor units; how much it was.
    """
    payment = step.now(ref)
    # What is in dispute may still come back, and is not missing yet.
    missing = -(payment.unapplied + payment.disputed)
    on_order = sum([one.amount for one in payment.applications if one.order == order.id])
    part = max(0, min(most, missing, on_order))
    if part:
        step.add(MoneyMoved(ref, MoneyAccount.APPLIED, MoneyAccount.UNAPPLIED, part, order))
    return part


def make_all_good(step: Step, order: Ref[Order], most: int) -> int:
    """Let what stands on an order make good what was taken of any of its payments for good.

    All of them before any money goes elsewhere: which payment comes first must not decide whether
    a loss is paid out. At most so much, in minor units; how much it was.
    """
    made = 0
    for tender in step.now(order).tenders:
        made += make_good(step, step.case.payment(tender.payment), order, most - made)
    return made
