"""The laws of the library, checked on a whole store; and every drift, with its repair.

It knows what must be true of documents, journal and books together, and refuses to mend what is
not: `reconcile` gives a plan, which the store carries out when it is told to.

Problem: a drift between two records of one thing (a bag and a book, a tender and an application) is
silent until a customer finds it, and by then nobody knows which of the two is wrong.
Observation: everything is written twice already, once as facts and once as what the facts gave.
Decision: the invariants are production code. `audit` reads the journal once, derives everything
from it, and compares: documents with the fold of their facts, both books with the postings of the
facts *and* with the bags of the orders, money with itself from both its ends.
Each law says what it has looked at, in a sentence for people, and names every document or position
that breaks it.

To `audit`, a store that others write to meanwhile may look broken, since it is not read at one
instant; `reconcile` reads a store that can be mended at one instant.
"""

from __future__ import annotations

from collections.abc import Callable

from orderflow.audit.books import BooksCheck
from orderflow.audit.drifts import Drift, DriftKind, Plan
from orderflow.audit.journal import JournalCheck, run_again
from orderflow.audit.law import Law
from orderflow.audit.lookups import LookupsCheck
from orderflow.audit.money import MoneyCheck
from orderflow.audit.reconcile import reconcile
from orderflow.audit.units import UnitsCheck
from orderflow.ports import Query, Store, every
from orderflow.records import KINDS, Document, Order, Payment, Reissue
from orderflow.rules import Rules

__all__ = ["Drift", "DriftKind", "Law", "Plan", "audit", "reconcile"]


def audit(
    store: Store,
    tenant: str = "",
    *,
    rules: Rules | None = None,
    sample: int = 0,
    seed: int = 0,
    encode: Callable[[Document], bytes | str] | None = None,
) -> tuple[Law, ...]:
    """Check every law on a tenant's part of a store: units, goods, claims, money, journal,
    and by what documents are found.

    Last, `sample` questions that were decided under `rules`, drawn by `seed`, are run again and
    must give their own facts. With `encode`, folded and stored documents must be the same bytes.
    """
    if not hasattr(store, "entries"):
        raise TypeError(f"a Store is wanted, such as SqliteStore(path), not {store!r}")
    journal = JournalCheck(tenant, "" if rules is None else rules.fingerprint, sample, seed)
    journal.read(store.entries())
    units, money, books = UnitsCheck(), MoneyCheck(journal), BooksCheck(journal)
    lookups = LookupsCheck(tenant)
    documents = (
        stored for kind in KINDS for stored in every(store, Query(kind, tenant, archived=True))
    )
    for stored in documents:
        document = stored.value
        lookups.expect(document)
        journal.compare(stored, encode)
        books.expect(document)
        units.expect(document)
        money.papers.expect(document)
        if isinstance(document, Order):
            units.check(document)
            money.check_order(document)
        elif isinstance(document, Reissue):
            units.check_reissue(document)
        elif isinstance(document, Payment):
            money.check_payment(document)
    kept = store.books(tenant)
    return (
        units.law(),
        books.goods(kept),
        books.claimed(kept, store.over_committed(tenant, journal.last)),
        money.law(),
        journal.law(),
        lookups.law(store),
        run_again(store, rules, journal),
    )
