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
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from os import PathLike
from threading import RLock
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast
from weakref import finalize

from orderflow.adapters import codec, mending, sql
from orderflow.adapters.rows import (
    Written,
    books_in,
    claim_of,
    date_key,
    entry_of,
    listed,
    micros,
    written,
)
from orderflow.adapters.schema import Synchronous, connect
from orderflow.books import ClaimChange, changes_on_shelf, claimed_net
from orderflow.calls import Ref
from orderflow.errors import (
    BadInput,
    KeyReused,
    OrderflowError,
    OutcomeUnknown,
    RetryExhausted,
    Short,
    Stale,
    StoreUnavailable,
)
from orderflow.grants import checked_details, hold_expired, must_run, number_taken, shortage, unkept
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.mending import Instant, Repair
from orderflow.ports import Books, Query
from orderflow.records import Claim, Counter, Document, MatterKind, Order, lots_of
from orderflow.values import Position

D = TypeVar("D", bound=Document)

CACHE_MAX: Final = 10_000
"""How many decoded documents are kept."""

PAGE: Final = 500


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
        self._cache: dict[Ref[Any], tuple[int, Stored[Any]]] = {}  # with the number of its row
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
            if row is not None and row == (cached[1].version, cached[0]):
                return cast("Stored[D]", cached[1])
        row = self._one(sql.LOAD, ref)
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
        return tuple(claim_of(tenant, position, row) for row in rows)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs, sorted."""
        now = micros(at)
        return tuple(
            claim_of(tenant, Position(*row[:6]), row[6:])
            for sku in sorted(set(skus))
            for row in self._all(sql.CLAIMS_OF, (tenant, sku, now))
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
        documents = [written(document) for document, _ in change.replaced]
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
            self._begin(change.call.verb)
            try:
                try:
                    seq = cast("int", self._db.execute(sql.ENTER, entered).lastrowid)
                except sqlite3.IntegrityError:
                    self._db.execute("rollback")
                    return self._repeated(change)
                numbers = self._replace(change, documents, seq)
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
            for (document, version), n in zip(change.replaced, numbers, strict=True):
                self._remember(document.ref, n, Stored(document, version + 1))
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

    def _begin(self, verb: str) -> None:
        try:
            self._settle()
            self._db.execute("begin immediate")
        except sqlite3.Error as error:
            self._roll_back()
            raise self._unable(verb, error) from error

    def _unable(self, verb: str, error: sqlite3.Error) -> OrderflowError:
        """What it means that a write could not even begin; errors of the module have no code."""
        code: int = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_BUSY:
            return RetryExhausted(verb, 1)
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
                    raise self._unable(change.call.verb, error) from error
            number = self._rules[change.rules] = cast("int", row[0])
        return number

    def _replace(self, change: Change, rows: list[Written], seq: int) -> list[int | None]:
        """Write the documents, each over the version that it replaces, and check the others.

        Gives the numbers of their rows, where they are known.
        """
        execute = self._db.execute
        numbers: list[int | None] = []
        for (document, version), row in zip(change.replaced, rows, strict=True):
            ref = document.ref
            n = self._number(ref)
            if version == 0:
                n = self._insert(document, row)
            elif execute(sql.UPDATE, (version + 1, *row.changing, *ref, version, n)).rowcount != 1:
                raise Stale(str(ref))
            self._keep_lots(document, version, row.lots)
            for order in row.orders:
                execute(sql.ABOUT, (ref.tenant, order, ref.kind, ref.id))
            execute(sql.VERSIONED, (*ref, version + 1, seq))
            numbers.append(n)
        for relied, version in change.relied:
            found = execute(sql.VERSION, relied).fetchone() or (0, None)
            if found[0] != version or self._number(relied) not in (None, found[1]):
                raise Stale(str(relied))
        for position, n in change.there:
            found = execute(sql.THERE, (change.call.ref.tenant, *position)).fetchone()
            if (0 if found is None else found[0]) != n:
                raise Stale(f"what is there of {position.sku}")
        return numbers

    def _number(self, ref: Ref[Document]) -> int | None:
        """The number of the row that a document was read from; a mended one has another."""
        cached = self._cache.get(ref)
        return None if cached is None else cached[0]

    def _keep_lots(self, document: Document, version: int, lots: tuple[str, ...]) -> None:
        """Keep by which lots an order is found; most orders have none, before and after."""
        if not isinstance(document, Order):
            return
        cached = self._cache.get(document.ref)
        before = None if cached is None else cached[1]
        if before is not None and before.version == version and lots_of(before.value) == lots:
            return
        tenant, _, id = document.ref
        if version:
            self._db.execute(sql.NO_LOT, (tenant, id))
        for lot in lots:
            self._db.execute(sql.OF_LOT, (tenant, lot, id))

    def _insert(self, document: Document, row: Written) -> int:
        values = (*document.ref, 1, *row.columns, row.body)
        try:
            return cast("int", self._db.execute(sql.INSERT, values).lastrowid)
        except sqlite3.IntegrityError as error:
            there = self._db.execute(sql.VERSION, document.ref).fetchone()
            if there is None and isinstance(document, Order):
                named_so = (document.ref.tenant, row.channel, row.shop, row.number)
                taken = self._db.execute(sql.NUMBER, named_so).fetchone()
                if taken is not None:
                    raise number_taken(document, taken[0]) from error
            raise Stale(str(document.ref)) from error

    def _post(self, tenant: str, change: Change, net: Mapping[Position, int]) -> None:
        """Post to both books: what is there first, then claims, each in sorted order."""
        postings = change.postings
        execute = self._db.execute
        short = unkept(
            postings,
            change.keep,
            lambda at: self._free(tenant, at, change.at),
            lambda at, before: self._later(tenant, at, before),
        )
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

    def _later(self, tenant: str, position: Position, before: datetime) -> int:
        """How much is claimed at a position for an instant or after it."""
        row = self._db.execute(sql.LATER, (tenant, *position, date_key(before))).fetchone()
        return cast("int", row[0])

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
        holder = (claim.holder.kind, claim.holder.id, date_key(claim.due))
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

    # --- mending -------------------------------------------------------------------------------

    @contextmanager
    def instant(self, tenant: str) -> Generator[Instant]:
        """All that it holds of a tenant, read in one transaction that keeps no writer waiting.

        In `:memory:` there is one connection, so others wait.
        """
        with self._lock:
            self._settle()
            path = cast("str", self._db.execute(sql.FILE).fetchone()[2])
        try:
            if path:
                with closing(connect(path)) as db, mending.reading(db, tenant) as now:
                    yield now
            else:
                with self._lock, mending.reading(self._db, tenant) as now:
                    yield now
        except sqlite3.Error as error:
            raise StoreUnavailable(self._name, str(error)) from error

    def mend(self, tenant: str, repairs: Sequence[Repair]) -> None:
        """Make every repair, or raise and make none."""
        with self._lock:
            self._begin("mend")
            try:
                mending.mend(self._db, tenant, repairs)
                self._db.execute("commit")
            except sqlite3.Error as error:
                self._roll_back()
                raise StoreUnavailable(self._name, str(error)) from error
            except BaseException:
                self._roll_back()
                raise

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

    def _remember(self, ref: Ref[Any], n: int | None, stored: Stored[Any]) -> None:
        cache = self._cache
        with self._lock:
            if n is None:
                cache.pop(ref, None)
                return
            if len(cache) >= CACHE_MAX and ref not in cache:
                cache.pop(next(iter(cache)))
            cache[ref] = (n, stored)

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        try:
            return entry_of(row, self._all(sql.VERSIONS, (row[0],)))
        except BadInput as bad:
            raise BadInput(f"entry {row[0]}.{bad.path}", bad.reason) from bad


def _within(location: str) -> tuple[str, str, str]:
    """A location, and the bounds of the paths below it: `0` is what comes after a slash."""
    return location, f"{location}/", f"{location}0"
