"""What the stores in SQL read, and how they keep people: the same for each database.

It knows which statement answers which question of a store, and refuses to know a connection: that
is `_one` and `_all`, of the store itself.
Documents are kept decoded by version where a store may, so a command reads its documents'
versions, not their bodies.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from threading import RLock
from typing import Any, Final, TypeVar, cast

from orderflow.adapters import codec, sql
from orderflow.adapters.rows import books_in, claim_of, entry_of, listed, micros
from orderflow.calls import Ref
from orderflow.errors import BadInput, KeyReused, Stale
from orderflow.grants import checked_details
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.ports import Books, Query
from orderflow.records import Claim, Counter, Document
from orderflow.values import Position

D = TypeVar("D", bound=Document)

CACHE_MAX: Final = 10_000
"""How many decoded documents are kept."""

PAGE: Final = 500

SKUS_MAX: Final = 50
"""How many SKUs one statement asks for: many at once spare round trips."""


class Reading(ABC):
    """A store in SQL, as far as it reads."""

    _hints: bool = False
    """Whether the database takes SQLite's hints."""

    def __init__(self) -> None:
        self._lock: Final = RLock()
        self._cache: dict[Ref[Any], tuple[int, Stored[Any]]] = {}  # with the number of its row

    # --- the connection -------------------------------------------------------------------------

    @abstractmethod
    def _one(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The first row of an answer; `StoreUnavailable` where there is none to be had."""

    @abstractmethod
    def _all(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Every row of an answer, if it has rows; `StoreUnavailable` where there is none."""

    # --- documents ------------------------------------------------------------------------------

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """A document with its version, or `None`."""
        cached = self._kept(ref)
        if cached is not None:
            row = self._one(sql.VERSION, ref)
            if row is not None and row == (cached[1].version, cached[0]):
                return cast("Stored[D]", cached[1])
        row = self._one(sql.LOAD_ANYWHERE, (*ref, *ref))
        if row is None:
            return None
        version, body, n = row
        stored = Stored(codec.read_document(body), version)
        self._remember(ref, n, stored)
        return cast("Stored[D]", stored)

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The documents that a query means, in the order of their ids."""
        narrowed = {name: getattr(query, name) for name in sql.NARROWING if getattr(query, name)}
        due = () if query.due_by is None else (micros(query.due_by),)
        hold = (listed((query.hold,)),) if query.hold else ()
        order = (query.tenant, query.kind, query.order) if query.order else ()
        lot = (query.kind, query.tenant, query.lot) if query.lot else ()
        statement = sql.find(
            narrowed,
            hints=self._hints,
            due=bool(due),
            on_hold=bool(hold) or query.on_hold,
            hold=bool(hold),
            order=bool(order),
            lot=bool(lot),
            everywhere=query.everywhere,
        )
        asked = (*narrowed.values(), *due, *hold, *order, *lot)
        values = (query.tenant, query.kind, query.after, *asked)
        twice = values if query.everywhere else ()
        for version, body, *_ in self._all(statement, (*values, *twice, query.limit)):
            yield Stored(codec.read_document(body), version)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of these SKUs, sorted; claims that have run out are left out."""
        now = micros(at)
        found: list[Counter] = []
        for asked in _batches(skus):
            rows = self._all(sql.of_skus(sql.COUNTERS_OF, len(asked)), (now, tenant, *asked))
            found += [Counter(Position(*row[:6]), row[6], row[7]) for row in rows]
        return tuple(found)

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter at a location and within it, sorted."""
        rows = self._all(sql.COUNTERS_AT, (micros(at), tenant, *_within(location)))
        return tuple(Counter(Position(*row[:6]), row[6], row[7]) for row in rows)

    def over_committed(self, tenant: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter whose claims are beyond what is there."""
        rows = self._all(sql.OVER_COMMITTED, (tenant,))
        counters = self.counters(tenant, [row[0] for row in rows], at)
        return tuple(row for row in counters if row.over_committed)

    def claims(self, tenant: str, position: Position) -> tuple[Claim, ...]:
        """Who claims how much at a position."""
        rows = self._all(sql.CLAIMS_AT, (tenant, *position))
        return tuple(claim_of(tenant, position, row) for row in rows)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs, sorted."""
        now = micros(at)
        return tuple(
            claim_of(tenant, Position(*row[:6]), row[6:])
            for asked in _batches(skus)
            for row in self._all(sql.of_skus(sql.CLAIMS_OF, len(asked)), (tenant, *asked, now))
        )

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        """Both books as they are, of a SKU and within a location where named."""
        values = (tenant, *((sku,) if sku else ()), *(_within(location) if location else ()))

        def rows(statement: str, order: str) -> list[tuple[Any, ...]]:
            narrowed = sql.of_books(statement, order, sku=bool(sku), location=bool(location))
            return self._all(narrowed, values)

        return books_in(tenant, *(rows(*book) for book in sql.BOOKS))

    def tenants(self) -> tuple[str, ...]:
        """Every tenant that the journal has, sorted; the nameless one is always among them."""
        found = [""]
        while (row := self._one(sql.NEXT_TENANT, (found[-1],))) is not None:
            found.append(row[0])
        return tuple(found)

    def seen(self, tenant: str, key: str) -> Entry | None:
        """The entry of an earlier command with this key."""
        row = self._one(sql.SEEN, (tenant, key))
        return None if row is None else told(row, self._all(sql.VERSIONS, (row[0],)))

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The journal in order: all of it, or one document's."""
        statement = sql.ENTRIES if ref is None else sql.ENTRIES_OF
        beside = sql.VERSIONS_BETWEEN if ref is None else sql.VERSIONS_BESIDE
        values = () if ref is None else tuple(ref)
        while True:
            rows = self._all(statement, (after, *values, PAGE))
            if not rows:
                return
            versions: dict[int, list[tuple[Any, ...]]] = {}
            for seq, *version in self._all(beside, (*values, rows[0][0], rows[-1][0])):
                versions.setdefault(seq, []).append(tuple(version))
            for row in rows:
                yield told(row, versions.get(row[0], ()))
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    # --- the outbox -----------------------------------------------------------------------------

    def unsent(self, limit: int) -> tuple[Entry, ...]:
        """The first entries that have not left, in order."""
        rows = self._all(sql.UNSENT, (limit,))
        return tuple(told(row, self._all(sql.VERSIONS, (row[0],))) for row in rows)

    def sent(self, seqs: tuple[int, ...]) -> None:
        """Note that the entries of these numbers have left."""
        self._all(sql.SENT if self._hints else sql.SENT_ON_POSTGRES, (json.dumps(seqs),))

    # --- people ---------------------------------------------------------------------------------

    def put(self, ref: str, details: Mapping[str, str]) -> None:
        """Keep or replace what is known of a person."""
        checked_details(ref, details)
        self._all(sql.PUT_PERSON, (ref, codec.put_details(details)))

    def get(self, ref: str) -> Mapping[str, str] | None:
        """What is known of a person."""
        row = self._one(sql.GET_PERSON, (ref,))
        return None if row is None else codec.read_details(row[0])

    # --- what is kept decoded --------------------------------------------------------------------

    def _kept(self, ref: Ref[Any]) -> tuple[int, Stored[Any]] | None:
        """A document as it was read last, with the number of its row."""
        return self._cache.get(ref)

    def _number(self, ref: Ref[Document]) -> int | None:
        """The number of the row that a document was read from; a mended one has another."""
        kept = self._kept(ref)
        return None if kept is None else kept[0]

    def _remember(self, ref: Ref[Any], n: int | None, stored: Stored[Any]) -> None:
        cache = self._cache
        with self._lock:
            if n is None:
                cache.pop(ref, None)
                return
            if len(cache) >= CACHE_MAX and ref not in cache:
                cache.pop(next(iter(cache)))
            cache[ref] = (n, stored)

    def _forget(self, refs: Iterable[Ref[Any]]) -> None:
        """Keep documents decoded no longer: their rows have other numbers now."""
        with self._lock:
            for ref in refs:
                self._cache.pop(ref, None)

    # --- a key that came before -------------------------------------------------------------------

    def _repeated(self, change: Change) -> Committed:
        earlier = self.seen(change.call.ref.tenant, change.key)
        if earlier is None:
            raise Stale(f"key {change.key}")
        if (earlier.call, earlier.by) != (change.call, change.by):
            raise KeyReused(change.key, change.call.verb)
        return Committed(earlier, repeated=True)


def committed(change: Change, seq: int) -> Committed:
    """What a change has become under a number of the journal."""
    versions = tuple((document.ref, version + 1) for document, version in change.replaced)
    entry = Entry(
        seq,
        change.key,
        change.call,
        change.by,
        change.at,
        change.rules,
        change.figures,
        change.facts,
        versions,
    )
    return Committed(entry)


def told(row: tuple[Any, ...], versions: Iterable[tuple[Any, ...]]) -> Entry:
    """An entry of its row; `BadInput` names the entry that cannot be read."""
    try:
        return entry_of(row, versions)
    except BadInput as bad:
        raise BadInput(f"entry {row[0]}.{bad.path}", bad.reason) from bad


def _batches(skus: Collection[str]) -> Iterator[tuple[str, ...]]:
    """SKUs in their order, as many at a time as a statement should name."""
    rest = iter(sorted(set(skus)))
    while some := tuple(islice(rest, SKUS_MAX)):
        yield some


def _within(location: str) -> tuple[str, str, str]:
    """A location, and the bounds of the paths below it: `0` is what comes after a slash."""
    return location, f"{location}/", f"{location}0"
