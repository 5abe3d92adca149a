"""From entries of the journal to postings.

It knows which facts change what an order costs, and refuses to know accounts beyond their names.

What an order costs is posted from its placing on: a draft costs nobody anything.

Problem: one payment pays orders of several customers, and a mother pays for her child; whoever
books all of a payment on one of them duns a customer who has paid.
Decision: money on an order is that order's customer's, and all other money of a payment is its
payer's. Where nobody has named a payer it is nobody's until an order has used some of it, and the
customer of that order's from then on.
What goes from one customer to another leaves the one and reaches the other by an account between
them: so each posting is of one customer, all postings of a customer sum to nothing, and nothing
that comes later changes a posting that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias, cast

from orderflow.calls import Ref
from orderflow.facts import Fact, MoneyMoved, fold, touches
from orderflow.journal import Entry
from orderflow.ledger.accounts import Account, OrderAccount, Posting
from orderflow.pricing import total
from orderflow.records import Document, MoneyAccount, Order, Payment
from orderflow.states import OrderState

_Known: TypeAlias = dict[Ref[Document], Order | Payment]


def postings(entries: Iterable[Entry], tenant: str = "") -> tuple[Posting, ...]:
    """What a journal has done to money of a tenant, in its order.

    All of it is wanted, from its first entry on: one without its beginning does not fold, which is
    a `ValueError`.
    """
    known: _Known = {}
    found: list[Posting] = []
    for entry in entries:
        if entry.call.ref.tenant != tenant:
            continue
        before = {}
        for ref, facts in _by_document(entry.facts).items():
            before[ref] = known.get(ref)
            known[ref] = cast("Order | Payment", fold(before[ref], facts))
        for ref, was in before.items():
            now = known[ref]
            if isinstance(now, Order):
                found += _cost(entry, cast("Order | None", was), now)
            elif isinstance(was, Payment):
                found += _named(entry, was, now, known)
        found += _moves(entry, known)
    return tuple(found)


class _Side(NamedTuple):
    """An account, and whose amount goes from it or to it."""

    account: Account
    customer: str


def _by_document(facts: Iterable[Fact]) -> dict[Ref[Document], list[Fact]]:
    """The facts of each order and payment."""
    found: dict[Ref[Document], list[Fact]] = {}
    for fact in facts:
        for ref in touches(fact):
            if ref.kind in ("order", "payment"):
                found.setdefault(ref, []).append(fact)
    return found


def _cost(entry: Entry, was: Order | None, now: Order) -> Iterator[Posting]:
    """By how much an order costs more than before the entry, or less."""
    more = _costs(now) - (0 if was is None else _costs(was))
    sold = _Side(OrderAccount.SOLD, now.customer)
    owed = _Side(OrderAccount.OWED, now.customer)
    yield from _posted(entry, sold, owed, more, now.currency, now.ref.id)


def _costs(order: Order) -> int:
    return 0 if order.state is OrderState.DRAFT else total(order)


def _named(entry: Entry, was: Payment, now: Payment, known: _Known) -> Iterator[Posting]:
    """Money that was nobody's, and has become somebody's by the order that uses it."""
    source = _Side(MoneyAccount.UNAPPLIED, _payer(was, known))
    target = _Side(MoneyAccount.UNAPPLIED, _payer(now, known))
    if source != target:
        yield from _posted(entry, source, target, was.unapplied, now.currency, "", now.ref.id)


def _moves(entry: Entry, known: _Known) -> Iterator[Posting]:
    """The money that moved."""
    for fact in entry.facts:
        if isinstance(fact, MoneyMoved):
            payment = cast("Payment", known[fact.payment])
            payer = _payer(payment, known)
            order = None if fact.order is None else cast("Order", known[fact.order])
            source, target = (
                _Side(
                    account,
                    order.customer if order and account is MoneyAccount.APPLIED else payer,
                )
                for account in (fact.source, fact.target)
            )
            name = "" if order is None else order.ref.id
            yield from _posted(
                entry, source, target, fact.amount, payment.currency, name, payment.ref.id
            )


def _posted(
    entry: Entry,
    source: _Side,
    target: _Side,
    amount: int,
    currency: str,
    order: str,
    payment: str = "",
) -> Iterator[Posting]:
    """An amount that goes from side to side; one below zero goes back."""
    if amount < 0:
        source, target, amount = target, source, -amount
    if not amount:
        return
    steps = [(source, target)]
    if source.customer != target.customer:
        left = _Side(OrderAccount.PAID_FOR, source.customer)
        reached = _Side(OrderAccount.PAID_FOR, target.customer)
        steps = [(source, left), (reached, target)]
    for one, other in steps:
        yield Posting(
            entry.seq,
            entry.at,
            entry.call.verb,
            one.account,
            other.account,
            amount,
            currency,
            order,
            payment,
            one.customer,
        )


def _payer(payment: Payment, known: _Known) -> str:
    """Whose the money of a payment is that is on no order; empty while nobody can tell."""
    if payment.payer or not payment.applications:
        return payment.payer
    first = known[Ref(payment.ref.tenant, "order", payment.applications[0].order)]
    return cast("Order", first).customer
