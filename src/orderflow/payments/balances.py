"""The balance of a deposit: what of a price is still to come.

It knows what the orders of a payment still cost, and refuses to know who asks for it, and until
when.

Observation: an order may be paid by another payment, or come to cost less or more.
Decision: what is to come is never stored. Before it is asked for it is what the orders still cost;
from then on no more than was asked for.

What a payer's bank has kept of a deposit is to come once more with the balance, until the same
limit: the whole price was asked for, and so much less of it has come.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from orderflow.calls import Ref
from orderflow.facts import BALANCE_STOOD
from orderflow.journal import Step
from orderflow.payments.losses import lost_of
from orderflow.pricing import due
from orderflow.records import Payment
from orderflow.states import PaymentState

BALANCE_ASKED: Final = frozenset({PaymentState.BALANCE_OPEN, PaymentState.BALANCE_OVERDUE})
"""The states of a payment whose balance was asked for and has not come."""

BALANCE_DUE: Final = BALANCE_ASKED | {PaymentState.DEPOSIT_TAKEN}
"""The states of a payment whose deposit has come and whose balance has not."""


def left_to_ask(payment: Payment) -> int:
    """What of a whole price was asked for and has not come, or was lost to the payer's bank."""
    return payment.amount - payment.captured + lost_of(payment)


def meant_for(payment: Payment) -> tuple[str, ...]:
    """The orders that money of a payment is for, or is on already, each once."""
    names = [one.order for one in (*payment.meant, *payment.applications)]
    return tuple(dict.fromkeys(names))


def still_due(step: Step, orders: Iterable[str]) -> int:
    """What these orders still cost, in minor units; one that owes something back costs nothing."""
    return sum([max(0, due(step.now(step.case.order(name)))) for name in orders])


def note_balance(step: Step, ref: Ref[Payment]) -> None:
    """Write down where a balance stands, before its payment is disputed or all of it goes back."""
    payment = step.now(ref)
    if payment.state in BALANCE_DUE:
        step.note(ref, BALANCE_STOOD, state=payment.state.value)


def balance_of(step: Step, payment: Payment) -> int:
    """What of a balance is still to come, in minor units; zero or less where nothing is.

    Money that has come and is on no order counts as there. A payment of no order waits for its
    whole amount; one that is meant for orders which others have paid by now is not of that kind.
    """
    asked, names = left_to_ask(payment), meant_for(payment)
    if not names:
        return asked
    wanted = still_due(step, names) - max(0, payment.unapplied)
    return wanted if payment.state is PaymentState.DEPOSIT_TAKEN else min(asked, wanted)
