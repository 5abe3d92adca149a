"""A store that passes every call on to another, and lets somebody look at each before and after it.

It knows the protocol of stores, and refuses to know any store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TypeVar

from orderflow.calls import Ref
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.ports import Books, Query, Store
from orderflow.records import Claim, Counter, Document
from orderflow.values import Position

D = TypeVar("D", bound=Document)


def _nobody(method: str, done: bool) -> None:
    """Nobody looks."""


class Passing:
    """A `Store` in front of another. `look` is called around each call, with the method's name.

    Before the call `done` is false, behind it true; what `look` raises goes to the caller.
    """

    def __init__(self, store: Store, look: Callable[[str, bool], None] = _nobody) -> None:
        self.store = store
        self.look = look

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """A document with its version, or `None`."""
        self.look("load", False)
        found = self.store.load(ref)
        self.look("load", True)
        return found

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The documents that a query means."""
        self.look("find", False)
        yield from self.store.find(query)
        self.look("find", True)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of these SKUs."""
        self.look("counters", False)
        found = self.store.counters(tenant, skus, at)
        self.look("counters", True)
        return found

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter at a location and within it."""
        self.look("counters_at", False)
        found = self.store.counters_at(tenant, location, at)
        self.look("counters_at", True)
        return found

    def over_committed(self, tenant: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter whose claims are beyond what is there."""
        self.look("over_committed", False)
        found = self.store.over_committed(tenant, at)
        self.look("over_committed", True)
        return found

    def claims(self, tenant: str, position: Position) -> tuple[Claim, ...]:
        """Who claims how much at a position."""
        self.look("claims", False)
        found = self.store.claims(tenant, position)
        self.look("claims", True)
        return found

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs."""
        self.look("claims_of", False)
        found = self.store.claims_of(tenant, skus, at)
        self.look("claims_of", True)
        return found

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        """Both books as they are."""
        self.look("books", False)
        found = self.store.books(tenant, sku, location)
        self.look("books", True)
        return found

    def seen(self, tenant: str, key: str) -> Entry | None:
        """The entry of an earlier command with this key."""
        self.look("seen", False)
        found = self.store.seen(tenant, key)
        self.look("seen", True)
        return found

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The journal in order."""
        self.look("entries", False)
        yield from self.store.entries(after, ref)
        self.look("entries", True)

    def commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing."""
        self.look("commit", False)
        done = self.store.commit(change)
        self.look("commit", True)
        return done
