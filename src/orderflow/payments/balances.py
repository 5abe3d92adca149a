"""The balance of a deposit: what of a price is still to come.

It knows what the orders of a payment still cost, and refuses to know who asks for it, and until
when.

Observation: an order may be paid by another payment, or come to cost less or more.
Decision: what is to come is never stored. Before it is asked for it is what the orders still cost;
from then on no more than was asked for.
"""

from __future__ import annotations

from typing import Final

from orderflow.journal import Step
from orderflow.pricing import due
from orderflow.records import Payment
from orderflow.states import PaymentState

BALANCE_ASKED: Final = frozenset({PaymentState.BALANCE_OPEN, PaymentState.BALANCE_OVERDUE})
"""The states of a payment whose balance was asked for and has not come."""

BALANCE_DUE: Final = BALANCE_ASKED | {PaymentState.DEPOSIT_TAKEN}
"""The states of a payment whose deposit has come and whose balance has not."""


def balance_of(step: Step, payment: Payment) -> int:
    """What of a balance is still to come, in minor units; zero or less where nothing is.

    Money that has come and is on no order counts as there. A payment of no order waits for its
    whole amount.
    """
    asked = payment.amount - payment.captured
    if not payment.applications:
        return asked
    orders = [step.now(step.case.order(one.order)) for one in payment.applications]
    wanted = sum([max(0, due(order)) for order in orders]) - max(0, payment.unapplied)
    return wanted if payment.state is PaymentState.DEPOSIT_TAKEN else min(asked, wanted)
