"""What is owed back on an order, which of its payments comes first, and what takes nothing back.

It knows one order and its payments, and refuses to know who asks.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.errors import Refusal
from orderflow.journal import Step
from orderflow.payments.stored import balance_over
from orderflow.pricing import due
from orderflow.records import Order, Payment, Tender
from orderflow.tender_order import CashBack, PaidBy, PayingBack, in_order


def owed_back(order: Order) -> int:
    """What is owed back to the customer now, in minor units."""
    return max(0, -due(order))


def terms(step: Step) -> PayingBack:
    """How money goes back by the rules of the host."""
    return step.context.rules.paying_back or PayingBack()


def tenders_in_order(step: Step, order: Order) -> tuple[Tender, ...]:
    """The payments of an order in the order in which they get money back by the rules."""
    if step.context.rules.paying_back is None:
        return order.tenders
    of_id = {one.payment: one for one in order.tenders}
    paid = [PaidBy(id, _methods(step, id), one.applied) for id, one in of_id.items()]
    return tuple([of_id[one.payment] for one in in_order(terms(step), paid)])


def _methods(step: Step, id: str) -> tuple[str, ...]:
    """The names by which a host may mean the method of a payment."""
    name = step.now(step.case.payment(id)).method
    method = step.context.rules.method(name)
    return (name,) if method is None else (name, method.kind.value)


def not_taken_back(step: Step, ref: Ref[Payment]) -> tuple[Refusal, ...]:
    """That nothing goes back to what a payment was made with.

    The rules say so, or the time of the balance that it came from is over.
    """
    payment = step.now(ref)
    method, ended = step.context.rules.method(payment.method), balance_over(step, payment)
    if (method is None or method.goes_back) and not ended:
        return ()
    return (Refusal.of("not_taken_back", payment=ref.id, method=payment.method), *ended)


def not_through_a_door(step: Step, ref: Ref[Payment], payee: str) -> tuple[Refusal, ...]:
    """That cash of a door goes back in another way by the rules: onto a balance, or to a payee."""
    cash = terms(step).cash
    if not step.now(ref).due_for or cash is CashBack.BY_HAND:
        return ()
    if cash is CashBack.STORE_CREDIT:
        return (Refusal.of("cash_to_balance", payment=ref.id),)
    return () if payee else (Refusal.of("cash_to_payee", payment=ref.id),)
