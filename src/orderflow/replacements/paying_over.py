"""What is owed back on one order pays another, out of the same payments.

It knows the payments of the old order, and refuses to know what either order costs.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.facts import MoneyMoved
from orderflow.journal import Step
from orderflow.payments.losses import left_to_payer, make_all_good
from orderflow.pricing import due
from orderflow.records import MoneyAccount, Order
from orderflow.refunds import owed_back


def pay_out_of(step: Step, old: Ref[Order], anew: Ref[Order]) -> bool:
    """Pay the new order out of what is owed back on the old one, payment by payment.

    What a payer's bank has taken of a payment for good is owed back on no order, so it pays none:
    it is made good first. Whether there was anything to pay, and to pay with or to make good.
    """
    wanted = max(0, due(step.now(anew)))
    paid = bool(make_all_good(step, old, owed_back(step.now(old)))) and wanted > 0
    left = min(owed_back(step.now(old)), wanted)
    for tender in step.now(old).tenders:
        ref = step.case.payment(tender.payment)
        part = min(left, tender.applied, left_to_payer(step.now(ref)))
        if part > 0:
            step.add(
                MoneyMoved(ref, MoneyAccount.APPLIED, MoneyAccount.UNAPPLIED, part, old),
                MoneyMoved(ref, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED, part, anew),
            )
            left -= part
            paid = True
    return paid
