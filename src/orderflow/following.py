"""What an order claims as a whole, after each verb.

It knows that such claims follow what has become of their order, and refuses to know which verb it
was.

Problem: an order comes to its end, or to cost less or more, by a score of verbs, and a claim that
one of them forgets to give back is lost for good.
Decision: no verb gives back. When a verb has given its facts, each order that it touched is looked
at once, and what it claims as a whole follows: its coupons where it has ended unused, its
customer's credit by what it owes.
"""

from __future__ import annotations

from datetime import timedelta

from orderflow.cod import follow_doors
from orderflow.coupons import given_back, has_left
from orderflow.facts import PAYABLE
from orderflow.journal import Step
from orderflow.on_account import as_owed
from orderflow.records import Order, credit_id
from orderflow.values import later


def follow(step: Step) -> None:
    """Let what touched orders claim as a whole, and their doors, follow what became of them."""
    follow_doors(step)
    for document in tuple(step.after.values()):
        if type(document) is not Order:
            continue
        if document.pools:
            step.add(*given_back(document))
        if document.on_account:
            _begin_terms(step, document)
            step.add(*as_owed(step.now(document.ref)))


def _begin_terms(step: Step, order: Order) -> None:
    """The days in which an order is to be paid count from when goods of it first leave."""
    if order.pay_by is None and order.plan is None and has_left(order):
        line = step.case.get(step.case.credit_line(credit_id(order.customer, order.currency)))
        by = later(step.context.at, timedelta(days=line.terms_days))
        step.note(order.ref, PAYABLE, by=by.isoformat())
