"""From entries of the journal to postings.

It knows which facts change what an order costs, and refuses to know accounts beyond their names.

What an order costs is posted from its placing on, or from when somebody pays for it: a draft that
nobody has paid for costs nobody anything.

Problem: one payment pays orders of several customers, and a mother pays for her child; whoever
books all of a payment on one of them duns a customer who has paid.
Decision: money on an order is that order's customer's, and all other money of a payment is its
payer's. Where nobody has named a payer it is nobody's until an order has used some of it, and the
customer of that order's from then on.
Nothing that comes later changes a posting that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import attrs

from orderflow.calls import Ref
from orderflow.facts import Compensated, MoneyMoved
from orderflow.journal import Entry
from orderflow.ledger.accounts import ClaimAccount, CompensationAccount, OrderAccount, Posting
from orderflow.ledger.known import Known
from orderflow.ledger.onto import converted, is_put_on, issued, way_of
from orderflow.ledger.sides import About, Side, posted
from orderflow.pricing import total
from orderflow.pricing.carrying import is_owed
from orderflow.records import CarrierClaim, Document, MoneyAccount, Order, Payment
from orderflow.tenders import StoredValue


def postings(entries: Iterable[Entry], tenant: str = "") -> tuple[Posting, ...]:
    """What a journal has done to money of a tenant, in its order.

    All of it is wanted, from its first entry on: one without its beginning does not fold, which is
    a `ValueError`.
    """
    known = Known()
    found: list[Posting] = []
    for entry in entries:
        if entry.call.ref.tenant == tenant:
            found += _of_entry(entry, known.follow(entry), known)
    return tuple(found)


def _of_entry(
    entry: Entry, before: Mapping[Ref[Document], Document | None], known: Known
) -> Iterator[Posting]:
    """What a command has done: to orders, to whose money it is, and to money."""
    payments: list[Payment] = []
    for ref, was in before.items():
        now = known.now(ref)
        if isinstance(now, Order):
            yield from _cost(entry, cast("Order | None", was), now)
            yield from _compensated(entry, now, known)
        elif isinstance(now, Payment):
            payments.append(now)
            if isinstance(was, Payment):
                yield from _named(entry, was, now, known)
            yield from converted(entry, now, known)
        elif isinstance(now, CarrierClaim):
            yield from _claimed(entry, cast("CarrierClaim | None", was), now)
        elif isinstance(now, StoredValue):
            yield from issued(entry, cast("StoredValue | None", was), now)
    for payment in payments:
        yield from _moves(entry, payment, known)


def _cost(entry: Entry, was: Order | None, now: Order) -> Iterator[Posting]:
    """By how much an order costs more than before, or less."""
    more = _costs(now) - (0 if was is None else _costs(was))
    sold = Side(OrderAccount.SOLD, now.customer)
    receivable = Side(OrderAccount.RECEIVABLE, now.customer)
    yield from posted(About(entry, now.currency, now.ref.id), sold, receivable, more)


def _claimed(entry: Entry, was: CarrierClaim | None, now: CarrierClaim) -> Iterator[Posting]:
    """What a carrier has agreed to make good, and what it has paid of it; it is no customer's."""
    owed, paid = (0, 0) if was is None else (was.owed, was.paid)
    about, nobody = About(entry, now.currency), ""
    recovered, claimed = Side(ClaimAccount.RECOVERED, nobody), Side(ClaimAccount.CLAIMED, nobody)
    yield from posted(about, recovered, claimed, now.owed + now.paid - owed - paid)
    yield from posted(about, claimed, Side(ClaimAccount.PAID_IN, nobody), now.paid - paid)


def _compensated(entry: Entry, now: Order, known: Known) -> Iterator[Posting]:
    """What the customer of an order was paid beyond it: onto a balance, or to an account."""
    granted = Side(CompensationAccount.COMPENSATED, now.customer)
    for fact in entry.facts:
        if not isinstance(fact, Compensated) or fact.order != now.ref:
            continue
        target, stored = Side(CompensationAccount.PAID_OUT, now.customer), fact.paid.stored
        if stored:
            holder = known.stored(Ref(now.ref.tenant, "stored value", stored)).holder
            target = Side(MoneyAccount.STORED, holder)
        about = About(entry, now.currency, now.ref.id, stored=stored)
        yield from posted(about, granted, target, fact.paid.amount)


def _costs(order: Order) -> int:
    return total(order) if is_owed(order) else 0


def _named(entry: Entry, was: Payment, now: Payment, known: Known) -> Iterator[Posting]:
    """Money that was nobody's, and has become somebody's by the order that uses it."""
    source = Side(MoneyAccount.UNAPPLIED, known.payer(was))
    target = Side(MoneyAccount.UNAPPLIED, known.payer(now))
    if source != target:
        about = About(entry, now.currency, payment=now.ref.id)
        yield from posted(about, source, target, was.unapplied)


def _moves(entry: Entry, payment: Payment, known: Known) -> Iterator[Posting]:
    """The money of a payment that moved, and what of it came off a balance or went onto one."""
    way = way_of(entry, payment, known)
    left = 0 if way is None else way.amount
    for fact in entry.facts:
        if not isinstance(fact, MoneyMoved) or fact.payment != payment.ref or is_put_on(fact):
            continue
        order = "" if fact.order is None else fact.order.id
        about = About(entry, payment.currency, order, payment.ref.id)
        source, target = _sides(fact, payment, known)
        rest = fact.amount
        if way is not None and way.instead_of in (fact.source, fact.target):
            part = min(left, rest)
            left, rest = left - part, rest - part
            by = attrs.evolve(about, stored=way.stored)
            yield from posted(by, way.of(source), way.of(target), part)
        yield from posted(about, source, target, rest)


def _sides(fact: MoneyMoved, payment: Payment, known: Known) -> tuple[Side, Side]:
    """Whose money a fact moves: on an order it is the order's customer's, else the payer's."""
    payer = known.payer(payment)
    customer = payer if fact.order is None else known.order(fact.order).customer

    def side(account: MoneyAccount) -> Side:
        return Side(account, customer if account is MoneyAccount.APPLIED else payer)

    return side(fact.source), side(fact.target)
