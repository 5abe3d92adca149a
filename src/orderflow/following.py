"""What follows for orders and payments from what a verb has done, whichever it was.

It knows claims, doors and balances that follow what has become of their orders, and refuses to know
which verb it was.

Problem: an order comes to its end, or to cost less or more, by a score of verbs, and a claim that
one of them forgets to give back is lost for good; a balance that one of them forgets is missed by
who has paid it.
Decision: no verb gives back. When a verb has given its facts, the doors of its orders follow what
they cost (`cod`). Then each order that it touched is looked at once, and what it claims as a whole
follows: its coupons where it has ended unused, its customer's credit by what it owes. So do the
holds that ask for its money (`missing_money`). An order notes what gateways keep ready for it. A
payment that no order wants money of any more ends, or falls due (`payments.unwanted`). One that
owes nothing any more is confirmed, as one is that was paid, and each balance that was asked for it
ends. What waits for somebody after a sale notes until when, and a parcel on the road by when it is
to be heard of; what a gateway was to be asked, and nobody wants any more, is not sent, and no label
is kept that no parcel uses.
"""

from __future__ import annotations

from datetime import timedelta

from orderflow.bookings import drop_unused
from orderflow.calls import Ref
from orderflow.chasing import note_limits
from orderflow.cod.following import follow_doors
from orderflow.coupons import given_back
from orderflow.deposits import let_go
from orderflow.facts import PAYABLE
from orderflow.journal import Step
from orderflow.missing_money import ask_about_lost, let_go_on
from orderflow.on_account import as_owed
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.payments.ready import note_ready
from orderflow.payments.requests import withdraw_unwanted
from orderflow.payments.unwanted import end_unwanted, note_awaited
from orderflow.pricing import due
from orderflow.pricing.carrying import has_left
from orderflow.records import Order, Payment, credit_id
from orderflow.states import OrderState
from orderflow.values import later
from orderflow.waiting import note_waits
from orderflow.withheld import withhold_unasked


def follow(step: Step) -> None:
    """Let orders, payments and doors follow what has become of those that were touched."""
    follow_doors(step)
    for document in tuple(step.after.values()):
        if type(document) is Payment:
            let_go(step, document.ref)
            note_ready(step, step.now(document.ref))
            note_awaited(step, step.now(document.ref))
            _let_orders_go_on(step, document)
        if type(document) is not Order:
            continue
        if document.pools:
            step.add(*given_back(document))
        withhold_unasked(step, step.now(document.ref))
        ask_about_lost(step, step.now(document.ref))
        if document.on_account:
            _begin_terms(step, document)
            step.add(*as_owed(step.now(document.ref)))
        went_on = let_go_on(step, document.ref)
        if document.tenders and due(document) <= 0 < _due_before(step, document):
            _settled(step, document)
        elif went_on:
            _confirm(step, document.ref)
    end_unwanted(step)
    for document in tuple(step.after.values()):
        if type(document) is Payment:
            withdraw_unwanted(step, document.ref)
    note_waits(step)
    note_limits(step)
    drop_unused(step)


def _due_before(step: Step, order: Order) -> int:
    """What an order still cost before the step."""
    before = step.case.find(order.ref)
    return 0 if before is None else due(before)


def _settled(step: Step, order: Order) -> None:
    """An order owes nothing any more: what waited for its money goes on."""
    _confirm(step, order.ref)
    for tender in order.tenders:
        let_go(step, step.case.payment(tender.payment))


def _confirm(step: Step, order: Ref[Order]) -> None:
    if step.now(order).state is OrderState.PLACED:
        confirm_if_ready(step, order)


def _let_orders_go_on(step: Step, payment: Payment) -> None:
    """The orders of a payment whose money a bank has, or had, may be waiting for that alone."""
    before = step.case.find(payment.ref)
    if payment.charged_back or (before is not None and before.charged_back):
        for one in payment.applications:
            if let_go_on(step, step.case.order(one.order)):
                _confirm(step, step.case.order(one.order))


def _begin_terms(step: Step, order: Order) -> None:
    """The days in which an order is to be paid count from when goods of it first leave."""
    if order.pay_by is None and order.plan is None and has_left(order):
        line = step.case.get(step.case.credit_line(credit_id(order.customer, order.currency)))
        by = later(step.context.at, timedelta(days=line.terms_days))
        step.note(order.ref, PAYABLE, by=by.isoformat())
