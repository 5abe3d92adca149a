"""What follows for orders and payments from what a verb has done, whichever it was.

It knows claims and balances that follow what has become of their orders, and refuses to know which
verb it was.

Problem: an order comes to its end, or to cost less or more, by a score of verbs, and a claim that
one of them forgets to give back is lost for good; a balance that one of them forgets is missed by
who has paid it.
Decision: no verb gives back. When a verb has given its facts, each order that it touched is looked
at once, and what it claims as a whole follows: its coupons where it has ended unused, its
customer's credit by what it owes. So does the hold that keeps its goods, since a bank has taken
their money back. Where it owes nothing any more it is confirmed, as one is that was paid, and so is
the end of each balance that was asked for it.
"""

from __future__ import annotations

from datetime import timedelta

from orderflow.cod.following import follow_doors
from orderflow.coupons import given_back
from orderflow.deposits import let_go
from orderflow.facts import PAYABLE
from orderflow.journal import Step
from orderflow.on_account import as_owed, let_terms_rest
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.pricing import due
from orderflow.pricing.carrying import has_left
from orderflow.records import Order, Payment, credit_id
from orderflow.states import OrderState
from orderflow.values import later
from orderflow.withheld import let_goods_go, withhold_unasked


def follow(step: Step) -> None:
    """Let orders, payments and doors follow what has become of those that were touched."""
    follow_doors(step)
    for document in tuple(step.after.values()):
        if type(document) is Payment:
            let_go(step, document.ref)
            if document.charged_back:
                for one in document.applications:
                    let_goods_go(step, step.now(step.case.order(one.order)))
        if type(document) is not Order:
            continue
        if document.pools:
            step.add(*given_back(document))
        withhold_unasked(step, step.now(document.ref))
        if document.on_account:
            _begin_terms(step, document)
            step.add(*as_owed(step.now(document.ref)))
            let_terms_rest(step, step.now(document.ref))
        let_goods_go(step, step.now(document.ref))
        if document.tenders and due(document) <= 0 < _due_before(step, document):
            _settled(step, document)


def _due_before(step: Step, order: Order) -> int:
    """What an order still cost before the step."""
    before = step.case.find(order.ref)
    return 0 if before is None else due(before)


def _settled(step: Step, order: Order) -> None:
    """An order owes nothing any more: what waited for its money goes on."""
    if order.state is OrderState.PLACED:
        confirm_if_ready(step, order.ref)
    for tender in order.tenders:
        let_go(step, step.case.payment(tender.payment))


def _begin_terms(step: Step, order: Order) -> None:
    """The days in which an order is to be paid count from when goods of it first leave."""
    if order.pay_by is None and order.plan is None and has_left(order):
        line = step.case.get(step.case.credit_line(credit_id(order.customer, order.currency)))
        by = later(step.context.at, timedelta(days=line.terms_days))
        step.note(order.ref, PAYABLE, by=by.isoformat())
