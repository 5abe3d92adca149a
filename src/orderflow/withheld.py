"""Goods of an order that stay, since the payer's bank has taken their money back.

It knows when such goods are withheld and when they may go, and refuses to know how a bank decides.

Problem: a hold on the payment stops nobody at the shelf, and an order that was confirmed as paid
goes out though its money is gone.
Observation: what the bank has taken stands as due on the order, or as missing on the payment where
no order was named.
Decision: the order is on hold as soon as its money is taken, if any of it has not left yet, and no
longer than while something is due by now or missing. An order that is paid at the door or on
account needs no such hold: the courier asks for what is due, and the credit has its own limit.
Where a dispute is lost and nothing stands as due, goods still stay: whether they go out to a payer
whose bank has kept the money is for a person to say, who lifts the hold.
"""

from __future__ import annotations

from typing import Final

from orderflow.journal import Step
from orderflow.plans import due_by
from orderflow.records import Order
from orderflow.states import NOT_LEFT

CHARGED_BACK: Final = "charged_back"
"""The hold of a payment whose money a bank has taken back, and of the orders that it had paid."""


def withhold(step: Step, order: Order) -> None:
    """Keep the goods of an order whose money a bank has taken back, as far as they are here."""
    if goods_unpaid(step, order):
        step.hold(order.ref, CHARGED_BACK, "the payer's bank has taken its money back")


def goods_unpaid(step: Step, order: Order) -> bool:
    """Whether money is missing for goods that have not left and were to be paid before they do."""
    if order.cash_on_delivery or order.on_account:
        return False
    if all(spot.state not in NOT_LEFT for _, spot in order.units()):
        return False  # the empty case: an order without units has nothing to keep
    if due_by(order, step.context.at) > 0:
        return True
    names = [one.payment for one in order.tenders if one.applied]
    payments = [step.now(step.case.payment(name)) for name in names]
    return any(one.charged_back and one.unapplied < 0 for one in payments)
