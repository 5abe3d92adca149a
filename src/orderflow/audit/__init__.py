"""The laws of the library, checked on a whole store.

It knows what must be true of documents, journal and books together, and refuses to know how to mend
what is not.

Problem: a drift between two records of one thing (a bag and a book, a tender and an application) is
silent until a customer finds it, and by then nobody knows which of the two is wrong.
Observation: everything is written twice already, once as facts and once as what the facts gave.
Decision: the invariants are production code. `audit` reads the journal once, derives everything
from it, and compares: documents with the fold of their facts, both books with the postings of the
facts *and* with the bags of the orders, money with itself from both its ends.
Each law says what it has looked at, in a sentence for people, and names every document or position
that breaks it.

A store that others write to meanwhile may look broken, since it is not read at one instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from orderflow.audit.books import BooksCheck
from orderflow.audit.journal import JournalCheck, run_again
from orderflow.audit.law import Law
from orderflow.audit.money import MoneyCheck
from orderflow.audit.units import UnitsCheck
from orderflow.journal import Stored
from orderflow.ports import Query, Store
from orderflow.records import KINDS, Document, Order, Payment
from orderflow.rules import Rules

__all__ = ["Law", "audit"]

PAGE: Final = 2_000
"""How many documents are asked for at a time."""


def audit(
    store: Store,
    tenant: str = "",
    *,
    rules: Rules | None = None,
    sample: int = 0,
    seed: int = 0,
    encode: Callable[[Document], bytes | str] | None = None,
) -> tuple[Law, ...]:
    """Check every law on a tenant's part of a store: units, goods, claims, money, journal.

    Last, `sample` questions that were decided under `rules`, drawn by `seed`, are run again and
    must give their own facts. With `encode`, folded and stored documents must be the same bytes.
    """
    journal = JournalCheck(tenant, "" if rules is None else rules.fingerprint, sample, seed)
    journal.read(store.entries())
    units, money, books = UnitsCheck(), MoneyCheck(), BooksCheck(journal)
    for stored in _documents(store, tenant):
        document = stored.value
        journal.compare(stored, encode)
        books.expect(document)
        if isinstance(document, Order):
            units.check(document)
            money.check_order(document)
        elif isinstance(document, Payment):
            money.check_payment(document)
    kept = store.books(tenant)
    return (
        units.law(),
        books.goods(kept),
        books.claimed(kept, store.over_committed(tenant, journal.last)),
        money.law(),
        journal.law(),
        run_again(store, rules, journal),
    )


def _documents(store: Store, tenant: str) -> Iterator[Stored[Document]]:
    for kind in KINDS:
        after = ""
        while True:
            page = tuple(store.find(Query(kind, tenant, after=after, limit=PAGE)))
            yield from page
            if len(page) < PAGE:
                break
            after = page[-1].value.ref.id
