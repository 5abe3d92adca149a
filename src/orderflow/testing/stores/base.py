"""What a host hands over to have its store checked, and what every check of a store begins with.

It knows how a store is opened, closed and looked at from behind, and refuses to know what is asked
of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import ClassVar, cast

import attrs

from orderflow.archiving import Archive
from orderflow.calls import Ref
from orderflow.errors import OrderflowError
from orderflow.journal import Change
from orderflow.ports import Books, People, Query, Store
from orderflow.records import Document, Order
from orderflow.rules import Rules
from orderflow.testing.kit import NotAsked, Suite, agree
from orderflow.testing.samples import MORNING, RULES, FixedClock, everything
from orderflow.values import Position
from orderflow.workflow import Workflow

Watch = Callable[[str, bool], None]
"""Called around each statement: with its text, and whether it is done. What it raises is a fault
of the database at that point."""

ClaimRow = tuple[str, Position, Ref[Document], datetime | None]
"""The key of a claim's row: tenant, position, holder, and the date that it is for."""


@attrs.frozen
class Raw:
    """What stands in the tables themselves, read past the adapter.

    `documents` is the version of each, `counters` what is there and what is claimed at each tenant
    and position, `claims` the units of each row, and `keys` tenant and key of each entry, in the
    order of the journal.
    """

    documents: Mapping[Ref[Document], int]
    counters: Mapping[tuple[str, Position], tuple[int, int]]
    claims: Mapping[ClaimRow, int]
    keys: tuple[tuple[str, str], ...]


class StoreCase(Suite):
    """A store under check. A host says how it is opened, and what it is able to.

    `reopens`: a second `open` of the same place sees what was written through the first.
    `processes`: other processes may open that place, too; the class of the suite must then stand at
    the top of a module that they can import. `people`: the store keeps what is known of people.
    `archives`: it puts away what has ended.
    `threads` and `rounds` say how hard it is raced, `kills` how often a process is killed.
    """

    reopens: ClassVar[bool] = True
    processes: ClassVar[bool] = True
    people: ClassVar[bool] = False
    archives: ClassVar[bool] = False
    threads: ClassVar[int] = 8
    rounds: ClassVar[int] = 12
    kills: ClassVar[int] = 2

    @abstractmethod
    def open(self, where: Path) -> Store:
        """The store that keeps its data at a place: a folder that is there and empty at first.

        A host whose data are in a server makes a schema or database of that folder's name.
        """

    def close(self, store: Store) -> None:
        """Close a store that `open` gave; by default its `close` is called, where it has one."""
        end = getattr(store, "close", None)
        if end is not None:
            end()

    def raw(self, where: Path, store: Store) -> Raw | None:
        """What stands in the tables, read past the adapter; `None` where nobody can look."""
        return None

    def open_watched(self, where: Path, watch: Watch) -> Store | None:
        """Like `open`, and `watch` is called around each statement; `None` where that is not so."""
        return None

    def fault(self) -> Exception:
        """The error that the database's own driver raises when the database fails."""
        return ConnectionError("the database is gone")

    @classmethod
    def capabilities(cls) -> tuple[tuple[str, str], ...]:
        """What the host has declared."""
        told = {True: "yes", False: "no"}
        looks = cls.raw is not StoreCase.raw
        watched = cls.open_watched is not StoreCase.open_watched
        return (
            ("opens a place again", told[cls.reopens]),
            ("several processes", told[cls.processes]),
            ("people", told[cls.people]),
            ("an archive", told[cls.archives]),
            ("looked at behind the adapter", told[looks]),
            ("faults at each statement", told[watched]),
            ("threads, rounds, kills", f"{cls.threads}, {cls.rounds}, {cls.kills}"),
        )

    # --- what checks begin with ----------------------------------------------------------------

    def setup_method(self) -> None:
        """Open an empty store."""
        super().setup_method()
        self._opened: list[Store] = []
        self.clock = FixedClock()
        self.store = self._keep(self.open(self.where))

    def teardown_method(self) -> None:
        """Close whatever was opened."""
        for store in reversed(self._opened):
            self.close(store)
        super().teardown_method()

    def _keep(self, store: Store) -> Store:
        self._opened.append(store)
        return store

    def again(self) -> Store:
        """Another handle on the same data where there can be one, else the same store."""
        return self._keep(self.open(self.where)) if self.reopens else self.store

    def handles(self, count: int) -> tuple[Store, ...]:
        """So many handles on the same data."""
        return (self.store, *[self.again() for _ in range(count - 1)])

    def house(
        self,
        store: Store | None = None,
        *,
        rules: Rules = RULES,
        tenant: str = "",
        at: datetime | None = None,
    ) -> Workflow:
        """A workflow on the store, or on another, whose clock stands still."""
        clock = self.clock if at is None else FixedClock(at)
        return Workflow(store or self.store, rules, tenant=tenant, clock=clock)

    def known_people(self) -> People:
        """The store as what keeps people; raises `NotAsked` where it does not."""
        if not self.people:
            raise NotAsked("this store keeps nothing of people")
        return cast("People", self.store)

    def known_archive(self) -> Archive:
        """The store as what puts documents away; raises `NotAsked` where it does not."""
        if not self.archives:
            raise NotAsked("this store puts nothing away")
        return cast("Archive", self.store)

    # --- what checks end with ------------------------------------------------------------------

    def refuses(self, change: Change, error: type[OrderflowError], why: str) -> OrderflowError:
        """Commit what must be refused; it may leave nothing behind, not even its key."""
        tenant = change.call.ref.tenant
        before, raw = everything(self.store, tenant), self.raw(self.where, self.store)
        seen = self.store.seen(tenant, change.key)
        try:
            self.store.commit(change)
        except error as no:
            agree(everything(self.store, tenant), before, "what is there after a refusal")
            agree(self.raw(self.where, self.store), raw, "what the tables have after a refusal")
            agree(self.store.seen(tenant, change.key), seen, f"the key {change.key} of a refusal")
            return no
        raise AssertionError(f"{error.__name__} was not raised: {why}")

    def books_agree(self, tenant: str = "") -> Books:
        """Counters are the sums of their claims, in the tables too; gives the books."""
        books = self.store.books(tenant)
        sums: dict[Position, int] = {}
        for claim in books.claims:
            sums[claim.position] = sums.get(claim.position, 0) + claim.n
        claimed = {row.position: row.claimed for row in books.counters if row.claimed}
        agree(claimed, sums, "what counters say is claimed, beside the claims")
        raw = self.raw(self.where, self.store)
        if raw is not None:
            self._tables_agree(raw, books, tenant)
        return books

    def _tables_agree(self, raw: Raw, books: Books, tenant: str) -> None:
        counters = {row.position: (row.there, row.claimed) for row in books.counters}
        behind = {at: n for (owner, at), n in raw.counters.items() if owner == tenant and any(n)}
        agree(behind, counters, "the counters in the tables, beside the books")
        said = {
            (tenant, claim.position, claim.holder, claim.due): claim.n for claim in books.claims
        }
        rows = {row: n for row, n in raw.claims.items() if row[0] == tenant}
        agree(rows, said, "the claims in the tables, beside the books")
        told = tuple((entry.call.ref.tenant, entry.key) for entry in self.store.entries())
        agree(raw.keys, told, "the keys in the tables, beside the journal")

    def order_version(self, id: str) -> int:
        """The version of an order of the nameless tenant; 0 where there is none."""
        ref: Ref[Order] = Ref("", "order", id)
        stored = self.store.load(ref)
        return 0 if stored is None else stored.version

    def ids(self, query: Query) -> list[str]:
        """The ids of what a query finds."""
        return [stored.value.ref.id for stored in self.store.find(query)]


AN_HOUR = MORNING.replace(hour=MORNING.hour + 1)
"""An hour after `MORNING`: when the holds of the checks run out."""
