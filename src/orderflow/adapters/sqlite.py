"""A store in one SQLite file, for any number of processes.

It knows what a commit does in which order, and refuses to know any rule of the business.

Every write begins with `BEGIN IMMEDIATE`, so there is one writer at a time and nobody's snapshot
grows old while it decides.
Positions are changed in sorted order, each counter by one statement that carries its own guard.
A grant that finds a position short gives back the holds that have run out there, and tries once
more.
What is plainly short is refused by a read, without waiting for the lock.
Documents are kept decoded by version, so a command reads its documents' versions, not their bodies.

One file, though long: it is read beside the protocol, method by method.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from os import PathLike
from threading import RLock
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast
from weakref import finalize

from orderflow.adapters import codec, sql
from orderflow.adapters.schema import Synchronous, connect
from orderflow.books import ClaimChange, changes_on_shelf, claimed_net
from orderflow.calls import Call, Ref
from orderflow.deadlines import next_due
from orderflow.errors import (
    KeyReused,
    OrderflowError,
    OutcomeUnknown,
    RetryExhausted,
    Short,
    Stale,
    StoreUnavailable,
)
from orderflow.grants import checked_details, hold_expired, must_run, number_taken, shortage, unkept
from orderflow.journal import Change, Committed, Entry, Stored, holds_of
from orderflow.ports import Books, Query
from orderflow.records import Claim, Counter, Document, MatterKind, Order, lots_of, orders_of
from orderflow.values import Position
from orderflow.views import headline

D = TypeVar("D", bound=Document)

_Row = tuple[str | None, int | None, str | None, str]
"""What is looked up of a document, and its JSON: headline, next due, holds, body."""

CACHE_MAX: Final = 10_000
"""How many decoded documents are kept."""

PAGE: Final = 500

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """An instant as whole microseconds since 1970, in UTC."""
    return (at - _EPOCH) // _MICROSECOND


class SqliteStore:
    """A `Store` and a `People` in one file; safe for processes, and for threads of each.

    `synchronous="full"` loses nothing that was acknowledged, whatever happens; `"normal"` may lose
    the last commands when the machine (not the process) stops, never half of one.
    `path` may be `:memory:`.
    """

    def __init__(self, path: str | PathLike[str], *, synchronous: Synchronous = "full") -> None:
        self._db: Final = connect(path, synchronous)
        self._close: Final = finalize(self, self._db.close)  # also when it is forgotten
        self._name: Final = str(path)
        self._lock: Final = RLock()
        self._cache: dict[Ref[Any], Stored[Any]] = {}
        self._rules: dict[str, int] = {}

    def close(self) -> None:
        """Close the file. The store cannot be used any more."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- reading -------------------------------------------------------------------------------

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """A document with its version, or `None`."""
        cached = self._cache.get(ref)
        if cached is not None:
            row = self._one(sql.VERSION, ref)
            if row is not None and row[0] == cached.version:
                return cast("Stored[D]", cached)
        row = self._one(sql.LOAD, ref)
        if row is None:
            return None
        stored = Stored(codec.read_document(row[1]), row[0])
        self._remember(ref, stored)
        return cast("Stored[D]", stored)

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The documents that a query means, in the order of their ids."""
        narrowed = {name: getattr(query, name) for name in sql.NARROWING if getattr(query, name)}
        due = () if query.due_by is None else (micros(query.due_by),)
        hold = (_listed((query.hold,)),) if query.hold else ()
        order = (query.order,) if query.order else ()
        lot = (query.lot,) if query.lot else ()
        statement = sql.find(
            narrowed,
            due=bool(due),
            on_hold=bool(hold) or query.on_hold,
            hold=bool(hold),
            order=bool(order),
            lot=bool(lot),
        )
        asked = (*narrowed.values(), *due, *hold, *order, *lot)
        values = (query.tenant, query.kind, query.after, *asked, query.limit)
        for version, body in self._all(statement, values):
            yield Stored(codec.read_document(body), version)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of these SKUs, sorted; claims that have run out are left out."""
        now = micros(at)
        found: list[Counter] = []
        for sku in sorted(set(skus)):
            rows = self._all(sql.COUNTERS_OF, (now, tenant, sku))
            found += (Counter(Position(*row[:6]), row[6], row[7]) for row in rows)
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
        return tuple(_claim(tenant, position, row) for row in rows)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs, sorted."""
        now = micros(at)
        return tuple(
            _claim(tenant, Position(*row[:6]), row[6:])
            for sku in sorted(set(skus))
            for row in self._all(sql.CLAIMS_OF, (tenant, sku, now))
        )

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        """Both books as they are, of a SKU and within a location where named."""
        values = (tenant, *((sku,) if sku else ()), *(_within(location) if location else ()))

        def rows(statement: str, order: str) -> list[tuple[Any, ...]]:
            narrowed = sql.of_books(statement, order, sku=bool(sku), location=bool(location))
            return self._all(narrowed, values)

        counters = rows(sql.ALL_COUNTERS, sql.COLUMNS)
        matter = rows(sql.ALL_MATTER, f"account, {sql.COLUMNS}")
        claims = rows(sql.ALL_CLAIMS, f"{sql.COLUMNS}, holder_kind, holder, due")
        return Books(
            tuple(Counter(Position(*row[:6]), row[6], row[7]) for row in counters),
            {(MatterKind(row[6]), Position(*row[:6])): row[7] for row in matter},
            tuple(_claim(tenant, Position(*row[:6]), row[6:]) for row in claims),
        )

    def tenants(self) -> tuple[str, ...]:
        """Every tenant that the journal has, sorted; the nameless one is always among them."""
        found = [""]
        while (row := self._one(sql.NEXT_TENANT, (found[-1],))) is not None:
            found.append(row[0])
        return tuple(found)

    def seen(self, tenant: str, key: str) -> Entry | None:
        """The entry of an earlier command with this key."""
        row = self._one(sql.SEEN, (tenant, key))
        return None if row is None else self._entry(row)

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The journal in order: all of it, or one document's."""
        statement = sql.ENTRIES if ref is None else sql.ENTRIES_OF
        values = () if ref is None else tuple(ref)
        while True:
            rows = self._all(statement, (after, *values, PAGE))
            for row in rows:
                yield self._entry(row)
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    # --- writing -------------------------------------------------------------------------------

    def commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing."""
        tenant = change.call.ref.tenant
        net = claimed_net(change.postings)
        if net:
            short = self._plainly_short(tenant, net, change)
            if short is not None:
                return short
        # What is written is made before the lock is taken.
        documents = [_written(document) for document, _ in change.replaced]
        args = codec.put_args(change.call.verb, change.call.args)
        entered = (
            tenant,
            change.key,
            change.call.verb,
            change.call.ref.kind,
            change.call.ref.id,
            args,
            change.by,
            micros(change.at),
            self._rules_number(change),
            codec.put_figures(change.figures),
            codec.put_facts(change.facts),
        )
        with self._lock:
            self._begin(change)
            try:
                try:
                    seq = cast("int", self._db.execute(sql.ENTER, entered).lastrowid)
                except sqlite3.IntegrityError:
                    self._db.execute("rollback")
                    return self._repeated(change)
                self._replace(change, documents, seq)
                self._post(tenant, change, net)
            except sqlite3.Error as error:
                self._roll_back()
                raise StoreUnavailable(self._name, str(error)) from error
            except BaseException:
                self._roll_back()
                raise
            try:
                self._db.execute("commit")
            except sqlite3.Error as error:
                self._roll_back()
                raise OutcomeUnknown(change.key) from error
            except BaseException:
                self._roll_back()
                raise
            for document, version in change.replaced:
                self._remember(document.ref, Stored(document, version + 1))
        return Committed(
            Entry(
                seq,
                change.key,
                change.call,
                change.by,
                change.at,
                change.rules,
                change.figures,
                change.facts,
                tuple((document.ref, version + 1) for document, version in change.replaced),
            )
        )

    def _begin(self, change: Change) -> None:
        try:
            self._settle()
            self._db.execute("begin immediate")
        except sqlite3.Error as error:
            self._roll_back()
            raise self._unable(change, error) from error

    def _unable(self, change: Change, error: sqlite3.Error) -> OrderflowError:
        """What it means that a write could not even begin; errors of the module have no code."""
        code: int = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_BUSY:
            return RetryExhausted(change.call.verb, 1)
        return StoreUnavailable(self._name, str(error))

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._settle()

    def _repeated(self, change: Change) -> Committed:
        earlier = self.seen(change.call.ref.tenant, change.key)
        if earlier is None:
            raise Stale(f"key {change.key}")
        if (earlier.call, earlier.by) != (change.call, change.by):
            raise KeyReused(change.key, change.call.verb)
        return Committed(earlier, repeated=True)

    def _plainly_short(
        self, tenant: str, net: Mapping[Position, int], change: Change
    ) -> Committed | None:
        """Refuse without the lock what a read shows to be short; a key seen before comes first."""
        short = []
        now = micros(change.at)
        for position, n in net.items():
            row = self._one(sql.FREE, (tenant, *position))
            free = 0 if row is None else row[0]
            if free < n:
                gone = self._one(sql.RUN_OUT, (tenant, *position, now))
                free += gone[0] if gone is not None else 0
                if free < n:
                    short.append(shortage(position, n, free))
        if not short:
            return None
        if self.seen(tenant, change.key) is not None:
            return self._repeated(change)
        raise Short(tuple(short))

    def _rules_number(self, change: Change) -> int:
        """The number that stands for a fingerprint, written once and ahead of any command."""
        number = self._rules.get(change.rules)
        if number is None:
            # Under the lock, lest it be written into another thread's transaction and lost with it.
            with self._lock:
                try:
                    self._settle()
                    self._db.execute(sql.RULES, (change.rules,))
                    row = self._db.execute(sql.RULES_NUMBER, (change.rules,)).fetchone()
                except sqlite3.Error as error:
                    raise self._unable(change, error) from error
            number = self._rules[change.rules] = cast("int", row[0])
        return number

    def _replace(self, change: Change, written: list[_Row], seq: int) -> None:
        """Write the documents, each over the version that it replaces, and check the others."""
        execute = self._db.execute
        for (document, version), row in zip(change.replaced, written, strict=True):
            ref = document.ref
            if version == 0:
                self._insert(document, row)
            else:
                row = (version + 1, *row, *ref, version)
                if execute(sql.UPDATE, row).rowcount != 1:
                    raise Stale(str(ref))
            self._keep_lots(document, version)
            for order in orders_of(document):
                execute(sql.ABOUT, (ref.tenant, order, ref.kind, ref.id))
            execute(sql.VERSIONED, (*ref, version + 1, seq))
        for relied, version in change.relied:
            found = execute(sql.VERSION, relied).fetchone()
            if (0 if found is None else found[0]) != version:
                raise Stale(str(relied))
        for position, n in change.there:
            found = execute(sql.THERE, (change.call.ref.tenant, *position)).fetchone()
            if (0 if found is None else found[0]) != n:
                raise Stale(f"what is there of {position.sku}")

    def _keep_lots(self, document: Document, version: int) -> None:
        """Keep by which lots an order is found; most orders have none, before and after."""
        if not isinstance(document, Order):
            return
        lots = lots_of(document)
        before = self._cache.get(document.ref)
        if before is not None and before.version == version and lots_of(before.value) == lots:
            return
        tenant, _, id = document.ref
        if version:
            self._db.execute(sql.NO_LOT, (tenant, id))
        for lot in lots:
            self._db.execute(sql.OF_LOT, (tenant, lot, id))

    def _insert(self, document: Document, row: _Row) -> None:
        head, *rest = row
        named: tuple[str | None, ...] = (None, None, None, None)
        if isinstance(document, Order):
            number = document.number or None
            named = (document.customer, document.channel, document.shop, number)
        try:
            self._db.execute(sql.INSERT, (*document.ref, 1, head, *named, *rest))
        except sqlite3.IntegrityError as error:
            there = self._db.execute(sql.VERSION, document.ref).fetchone()
            if there is None and isinstance(document, Order):
                named_so = (document.ref.tenant, *named[1:])
                taken = self._db.execute(sql.NUMBER, named_so).fetchone()
                if taken is not None:
                    raise number_taken(document, taken[0]) from error
            raise Stale(str(document.ref)) from error

    def _post(self, tenant: str, change: Change, net: Mapping[Position, int]) -> None:
        """Post to both books: what is there first, then claims, each in sorted order."""
        postings = change.postings
        execute = self._db.execute
        short = unkept(postings, change.keep, lambda at: self._free(tenant, at, change.at))
        if short:
            raise Short(tuple(short))
        for position, n in sorted(changes_on_shelf(postings).items()):
            execute(sql.SHELF, (tenant, *position, n))
        matter: dict[tuple[Position, MatterKind], int] = {}
        for transfer in postings.transfers:
            source = (transfer.source_at, transfer.source)
            target = (transfer.target_at, transfer.target)
            matter[source] = matter.get(source, 0) - transfer.n
            matter[target] = matter.get(target, 0) + transfer.n
        for (position, account), n in sorted(matter.items()):
            if account is not MatterKind.SELLABLE:
                execute(sql.MATTER, (tenant, *position, account.value, n))
        if not postings.claims:
            return
        more: dict[Position, int] = {}
        for claim in postings.claims:
            more[claim.position] = more.get(claim.position, 0) + claim.n
        short = [
            shortage(position, net.get(position, 0), free)
            for position, n in sorted(more.items())
            if (free := self._count(tenant, position, n, net.get(position, 0), change.at))
            is not None
        ]
        if short:
            raise Short(tuple(short))
        for claim in postings.claims:
            self._claim(tenant, claim, change.at)

    def _free(self, tenant: str, position: Position, at: datetime) -> int:
        """What is free at a position, below zero where claims are beyond what is there."""
        row = self._db.execute(sql.FREE, (tenant, *position)).fetchone()
        gone = self._db.execute(sql.RUN_OUT, (tenant, *position, micros(at))).fetchone()
        return (0 if row is None else cast("int", row[0])) + cast("int", gone[0])

    def _count(self, tenant: str, position: Position, n: int, net: int, at: datetime) -> int | None:
        """Count `n` more claims at a position; what is free, where that is too little.

        Only what grows beyond what the same change brings (`net`) is guarded. On shortage, holds
        that have run out are given back, claim rows and counter together, and it is tried again.
        """
        execute = self._db.execute
        here = (tenant, *position)
        if net <= 0:
            if n:
                if n > 0:
                    execute(sql.SHELF, (*here, 0))
                execute(sql.CLAIM_LESS, (-n, *here))
            return None
        if execute(sql.CLAIM_MORE, (n, *here, n)).rowcount:
            return None
        now = micros(at)
        gone = execute(sql.RUN_OUT, (*here, now)).fetchone()[0]
        if gone:
            execute(sql.GIVE_BACK, (*here, now))
            execute(sql.CLAIM_LESS, (gone, *here))
            if execute(sql.CLAIM_MORE, (n, *here, n)).rowcount:
                return None
        row = execute(sql.FREE, here).fetchone()
        # What the change itself brings is in the counter already, and is no answer to what it asks.
        return 0 if row is None else cast("int", row[0]) - (n - net)

    def _claim(self, tenant: str, claim: ClaimChange, at: datetime) -> None:
        """Change the claim row itself; one with an expiry must still run."""
        execute = self._db.execute
        holder = (claim.holder.kind, claim.holder.id, _due(claim.due))
        row = (tenant, *claim.position, *holder)
        until = None if claim.until is None else micros(claim.until)
        now = micros(at)
        if not must_run(claim):
            execute(sql.GRANT, (*row, claim.n, until))
        elif claim.n:
            if execute(sql.END, (*row, -claim.n, now)).rowcount:
                return
            if not execute(sql.LESSEN, (-claim.n, *row, -claim.n, now)).rowcount:
                raise hold_expired(claim)
        elif not execute(sql.RUNS, (*row, now)).fetchone():
            raise hold_expired(claim)
        if claim.renewed:
            execute(sql.RENEW, (until, *row))

    # --- people --------------------------------------------------------------------------------

    def put(self, ref: str, details: Mapping[str, str]) -> None:
        """Keep or replace what is known of a person."""
        checked_details(ref, details)
        self._all(sql.PUT_PERSON, (ref, codec.put_details(details)))

    def get(self, ref: str) -> Mapping[str, str] | None:
        """What is known of a person."""
        row = self._one(sql.GET_PERSON, (ref,))
        return None if row is None else codec.read_details(row[0])

    def erase(self, ref: str) -> None:
        """Forget a person: what was known is in no page of the file any more.

        Copies in the log that readers still need go with the next checkpoint.
        """
        self._all(sql.ERASE_PERSON, (ref,))
        self._all(sql.CHECKPOINT, ())

    # --- rows ----------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Roll back what a failure has left open, lest anybody read or write in it."""
        if self._db.in_transaction:
            self._db.execute("rollback")

    def _one(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        with self._lock:
            try:
                self._settle()
                row: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
            except sqlite3.Error as error:
                raise StoreUnavailable(self._name, str(error)) from error
        return row

    def _all(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                self._settle()
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise StoreUnavailable(self._name, str(error)) from error

    def _remember(self, ref: Ref[Any], stored: Stored[Any]) -> None:
        cache = self._cache
        with self._lock:
            if len(cache) >= CACHE_MAX and ref not in cache:
                cache.pop(next(iter(cache)))
            cache[ref] = stored

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        seq, tenant, key, verb, kind, id, args, by, at, rules, figures, facts = row
        versions = self._all(sql.VERSIONS, (seq,))
        return Entry(
            seq,
            key,
            Call(verb, Ref(tenant, kind, id), codec.read_args(verb, args)),
            by,
            _instant(at),
            rules,
            codec.read_figures(figures),
            codec.read_facts(facts),
            tuple((Ref(*version[:3]), version[3]) for version in versions),
        )


def _written(document: Document) -> _Row:
    """What is kept of a document: its headline, when it falls due, its holds, and its JSON."""
    due = next_due(document)
    holds = holds_of(document)
    return (
        headline(document).value if isinstance(document, Order) else None,
        None if due is None else micros(due),
        _listed([hold.code for hold in holds]) if holds else None,
        codec.put_document(document),
    )


def _within(location: str) -> tuple[str, str, str]:
    """A location, and the bounds of the paths below it: `0` is what comes after a slash."""
    return location, f"{location}/", f"{location}0"


def _listed(codes: Sequence[str]) -> str:
    """Codes as one text in which each is found whole, since no code has a line break."""
    return "\n".join(("", *codes, ""))


def _instant(at: int) -> datetime:
    """The instant of so many microseconds since 1970."""
    return _EPOCH + at * _MICROSECOND


def _until(at: int | None) -> datetime | None:
    return None if at is None else _instant(at)


_NO_DATE: Final = -(1 << 62)
"""Stands in a key for a claim that is for no date: earlier than any."""


def _due(at: datetime | None) -> int:
    return _NO_DATE if at is None else micros(at)


def _claim(tenant: str, position: Position, row: tuple[Any, ...]) -> Claim:
    """A claim of its row: holder, due, units, expiry."""
    kind, id, due, n, until = row
    day = None if due == _NO_DATE else _instant(due)
    return Claim(Ref(tenant, kind, id), position, n, _until(until), day)
