"""What documents are found by: headline, customer, number, order, lot, holds, what falls due.

It knows what `find` should give, read off the documents, and refuses to know how a store looks it
up. An order whose limit is not found never falls due; one whose hold is not found waits for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime

from orderflow.audit.law import Law
from orderflow.deadlines import FALL_DUE
from orderflow.lookups import lookup_of
from orderflow.ports import Query, Store, every
from orderflow.records import KINDS, Document

_FOREVER = datetime.max.replace(tzinfo=UTC)


class LookupsCheck:
    """Collects what each question should find, and then asks the store."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        fall_due = [Query(kind, tenant, due_by=_FOREVER, archived=True) for kind in FALL_DUE]
        on_hold = [Query(kind, tenant, on_hold=True, archived=True) for kind in KINDS]
        self._wanted: dict[Query, set[str]] = {query: set() for query in (*fall_due, *on_hold)}

    def expect(self, document: Document) -> None:
        """Remember by what a document should be found."""
        kind, id = document.ref.kind, document.ref.id
        by = lookup_of(document)
        found = [Query(kind, self._tenant, order=order, archived=True) for order in by.orders]
        found += [Query(kind, self._tenant, lot=lot, archived=True) for lot in by.lots]
        if by.next_due is not None:
            found.append(Query(kind, self._tenant, due_by=_FOREVER, archived=True))
        for hold in by.holds:
            found.append(Query(kind, self._tenant, on_hold=True, archived=True))
            found.append(Query(kind, self._tenant, hold=hold, archived=True))
        if by.headline is not None:
            found.append(Query(kind, self._tenant, headline=by.headline, archived=True))
        if by.customer is not None:
            found.append(Query(kind, self._tenant, customer=by.customer, archived=True))
        if by.number is not None:
            numbered = Query(
                kind, self._tenant, channel=by.channel or "", number=by.number, archived=True
            )
            found.append(numbered)
        for query in found:
            self._wanted.setdefault(query, set()).add(id)

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
