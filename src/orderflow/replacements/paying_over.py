"""What the return of an exchange has brought pays its new order, out of the same payments.

It knows the payments of the old order, and refuses to know what either order costs.

Problem: an order may have several exchanges and returns at once, and what is owed back on it is one
sum; whoever takes what is there pays the dear goods of one exchange with the old goods of another,
and an even exchange costs its customer something.
Decision: what a return brings is noted when it is inspected, and an exchange takes no more of what
is owed back than its own return has brought.
"""

from __future__ import annotations

from orderflow.facts import PAID_OVER, MoneyMoved
from orderflow.journal import Step
from orderflow.payments.losses import left_to_payer, make_all_good
from orderflow.pricing import due
from orderflow.records import Exchange, MoneyAccount
from orderflow.refunds import owed_back


def pay_out_of(step: Step, exchange: Exchange) -> bool:
    """Pay the new order out of what the return of the old one has brought, payment by payment.

    What a payer's bank has taken of a payment for good is owed back on no order, so it pays none:
    it is made good first. Whether there was anything to pay, and to pay with or to make good.
    """
    old, anew = step.case.order(exchange.order), step.case.order(exchange.anew)
    wanted = max(0, due(step.now(anew)))
    paid = bool(make_all_good(step, old, owed_back(step.now(old)))) and wanted > 0
    left = min(owed_back(step.now(old)), wanted)
    brought = step.now(step.case.returned(exchange.returned)).brought
    if brought is not None:
        left = min(left, max(0, brought - exchange.paid_over))
    over = 0
    for tender in step.now(old).tenders:
        ref = step.case.payment(tender.payment)
        part = min(left - over, tender.applied, left_to_payer(step.now(ref)))
        if part > 0:
            step.add(
                MoneyMoved(ref, MoneyAccount.APPLIED, MoneyAccount.UNAPPLIED, part, old),
                MoneyMoved(ref, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED, part, anew),
            )
            over += part
    if over:
        step.note(exchange.ref, PAID_OVER, amount=over)
    return paid or over > 0
