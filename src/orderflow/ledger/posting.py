"""From entries of the journal to postings.

It knows which facts change what an order costs, and refuses to know accounts beyond their names.

What an order costs is posted from its placing on: a draft costs nobody anything.
Money has often come before anybody knows whose it is, and it was his all the same: the customer of
a payment is its payer, or that of the first order that has used it, for all of its postings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, cast

import attrs

from orderflow.calls import Ref
from orderflow.facts import Fact, MoneyMoved, fold, touches
from orderflow.journal import Entry
from orderflow.ledger.accounts import OrderAccount, Posting
from orderflow.pricing import total
from orderflow.records import Document, Order, Payment
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
        found += _costs(entry, before, known)
        found += _moves(entry, known)
    customers = {one.ref.id: _customer(one, known) for one in known.values()}
    return tuple(
        [
            attrs.evolve(one, customer=customers[one.payment]) if one.payment else one
            for one in found
        ]
    )


def _by_document(facts: Iterable[Fact]) -> dict[Ref[Document], list[Fact]]:
    """The facts of each order and payment."""
    found: dict[Ref[Document], list[Fact]] = {}
    for fact in facts:
        for ref in touches(fact):
            if ref.kind in ("order", "payment"):
                found.setdefault(ref, []).append(fact)
    return found


def _costs(
    entry: Entry, before: Mapping[Ref[Document], Order | Payment | None], known: _Known
) -> Iterator[Posting]:
    """By how much orders cost more than before the entry, or less."""
    for ref, was in before.items():
        now = known[ref]
        if not isinstance(now, Order):
            continue
        more = _cost(now) - (_cost(was) if isinstance(was, Order) else 0)
        if more:
            sides = (OrderAccount.SOLD, OrderAccount.OWED)
            source, target = sides if more > 0 else sides[::-1]
            at, call = entry.at, entry.call.verb
            yield Posting(
                entry.seq,
                at,
                call,
                source,
                target,
                abs(more),
                now.currency,
                order=ref.id,
                customer=now.customer,
            )


def _cost(order: Order) -> int:
    return 0 if order.state is OrderState.DRAFT else total(order)


def _moves(entry: Entry, known: _Known) -> Iterator[Posting]:
    """The money that moved."""
    for fact in entry.facts:
        if isinstance(fact, MoneyMoved):
            yield Posting(
                entry.seq,
                entry.at,
                entry.call.verb,
                fact.source,
                fact.target,
                fact.amount,
                known[fact.payment].currency,
                "" if fact.order is None else fact.order.id,
                fact.payment.id,
            )


def _customer(document: Order | Payment, known: _Known) -> str:
    if isinstance(document, Order):
        return document.customer
    if document.payer or not document.applications:
        return document.payer
    first = known[Ref(document.ref.tenant, "order", document.applications[0].order)]
    return cast("Order", first).customer
