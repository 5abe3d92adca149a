"""What documents are found by: headline, customer, number, order, lot, holds, what falls due.

It knows what `find` should give, read off the documents, and refuses to know how a store looks it
up. An order whose limit is not found never falls due; one whose hold is not found waits for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime

import attrs

from orderflow.audit.law import Law
from orderflow.deadlines import FALL_DUE, next_due
from orderflow.journal import holds_of
from orderflow.ports import Query, Store, every
from orderflow.records import KINDS, Document, Order, lots_of, orders_of
from orderflow.views import headline

_FOREVER = datetime.max.replace(tzinfo=UTC)


class LookupsCheck:
    """Collects what each question should find, and then asks the store."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        fall_due = [Query(kind, tenant, due_by=_FOREVER) for kind in FALL_DUE]
        on_hold = [Query(kind, tenant, on_hold=True) for kind in KINDS]
        self._wanted: dict[Query, set[str]] = {query: set() for query in (*fall_due, *on_hold)}

    def expect(self, document: Document) -> None:
        """Remember by what a document should be found."""
        kind, id = document.ref.kind, document.ref.id
        if next_due(document) is not None:
            self._wanted[Query(kind, self._tenant, due_by=_FOREVER)].add(id)
        for hold in holds_of(document):
            for query in (
                Query(kind, self._tenant, on_hold=True),
                Query(kind, self._tenant, hold=hold.code),
            ):
                self._wanted.setdefault(query, set()).add(id)
        for order in orders_of(document):
            about = Query(kind, self._tenant, order=order)
            self._wanted.setdefault(about, set()).add(id)
        for lot in lots_of(document):
            self._wanted.setdefault(Query(kind, self._tenant, lot=lot), set()).add(id)
        if isinstance(document, Order):
            named = Query(kind, self._tenant, headline=headline(document).value)
            mine = Query(kind, self._tenant, customer=document.customer)
            for query in (named, mine):
                self._wanted.setdefault(query, set()).add(id)
            if document.number:
                numbered = attrs.evolve(
                    mine, customer="", channel=document.channel, number=document.number
                )
                self._wanted.setdefault(numbered, set()).add(id)

    def law(self, store: Store) -> Law:
        """Each question finds just the documents that it should."""
        breaches: list[str] = []
        for query, wanted in self._wanted.items():
            found = {stored.value.ref.id for stored in every(store, query)}
            by = _words(query)
            breaches += [f"{query.kind} {id} is not found by {by}" for id in sorted(wanted - found)]
            breaches += [f"{query.kind} {id} is found by {by}" for id in sorted(found - wanted)]
        answers = sum(map(len, self._wanted.values()))
        return Law(
            "lookups",
            answers,
            f"{answers:,} answers to {len(self._wanted):,} questions of find",
            tuple(breaches),
        )


def _words(query: Query) -> str:
    """What a question asks by."""
    by = (("hold", query.hold), ("order", query.order), ("lot", query.lot))
    narrower = next((f"{name} {asked}" for name, asked in by if asked), "")
    otherwise = "its holds" if query.on_hold else "what falls due"
    return query.headline or query.customer or query.number or narrower or otherwise
