"""What a command of the past has read.

It knows how a journal gives documents as they were, and refuses to know why somebody asks.

An entry keeps the figures that were read for it; its documents are folded again from the entries
before it.
So a question of the past can be asked again, as it was or under other rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol, TypeVar, cast

from orderflow.calls import Ref
from orderflow.facts import Fact, fold, touches
from orderflow.journal import Entry, Stored
from orderflow.records import Claim, Counter, Document
from orderflow.values import within

D = TypeVar("D", bound=Document)


class Journal(Protocol):
    """Where entries are read: any store is one."""

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The entries after one, in order; with `ref` those that touch a document."""
        ...


class Past:
    """What a command has read: documents folded from the journal before it, figures as kept."""

    def __init__(self, journal: Journal, entry: Entry) -> None:
        self._journal = journal
        self._entry = entry

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """The document as it was before the entry."""
        facts: list[Fact] = []
        version = 0
        for entry in self._journal.entries(0, cast("Ref[Document]", ref)):
            if entry.seq >= self._entry.seq:
                break
            facts += (fact for fact in entry.facts if ref in touches(fact))
            version = dict(entry.versions)[cast("Ref[Document]", ref)]
        return Stored(fold(None, facts), version) if facts else None

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """The figures that were read then."""
        del tenant, at
        return tuple(row for row in self._figures(skus) if isinstance(row, Counter))

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """The figures of a place that were read then."""
        del tenant, at
        return tuple(
            row
            for row in self._entry.figures
            if isinstance(row, Counter) and within(row.position.location, location)
        )

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """The claims that were read then."""
        del tenant, at
        return tuple(row for row in self._figures(skus) if isinstance(row, Claim))

    def _figures(self, skus: Collection[str]) -> Iterator[Counter | Claim]:
        return (row for row in self._entry.figures if row.position.sku in skus)
