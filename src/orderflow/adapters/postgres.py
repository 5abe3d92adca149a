"""A store in PostgreSQL, for any number of hosts.

It knows its connection and what an error of it means, and refuses to know any rule of the business;
what is read is in `reading`, and what a commit does in `postgres_sql`.

A commit is one statement, and that a transaction of its own, at READ COMMITTED.
When the connection breaks under it, nobody knows whether it has committed: `OutcomeUnknown`, and
the next command connects anew and finds out by the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar, cast
from weakref import finalize

import psycopg
from psycopg.conninfo import conninfo_to_dict

from orderflow.adapters import mending, postgres_sql, sql
from orderflow.adapters.archiving import Archiving
from orderflow.adapters.dialects import said, schema_name
from orderflow.adapters.postgres_commit import asked, numbers, refused
from orderflow.adapters.postgres_tables import check, steps_done, take_step
from orderflow.adapters.reading import committed
from orderflow.adapters.writing import Connected, Rows
from orderflow.books import claimed_net
from orderflow.errors import (
    BadInput,
    OrderflowError,
    OutcomeUnknown,
    Refused,
    RetryExhausted,
    Stale,
    StoreUnavailable,
)
from orderflow.journal import Change, Committed, Stored
from orderflow.mending import Instant, Repair

BUSY_SECONDS: Final = 30
"""How long a command waits for others to let go of what it needs."""

_MET_OTHERS: Final = frozenset({"40001", "40P01", "23505"})
"""Others were quicker: nothing has changed, and to read and ask again is right."""
_BUSY: Final = "55P03"
_GOING_DOWN: Final = ("08", "57P")

T = TypeVar("T")

_Line: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


class PostgresStore(Archiving):
    """A `Store` and a `People` in a schema of a PostgreSQL database; safe for threads.

    `url` is what libpq takes, such as `postgresql://shop@db/erp`. The tables stand in a `schema` of
    their own, and are made where there are none. Threads of one store wait for each other: give
    each that shall not a store of its own.
    """

    def __init__(self, url: str, *, schema: str = "orderflow") -> None:
        super().__init__()
        self._prefix: Final = f"{schema_name(schema)}."
        self._url: Final = url
        self._name: Final = _named(url)
        self._lines: Final[list[_Line]] = []
        self._close: Final = finalize(self, _hang_up, self._lines)  # also when it is forgotten
        try:
            with self._calls():
                self._migrate(self._line(), schema)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection. The store cannot be used any more."""
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

    # --- writing -------------------------------------------------------------------------------

    def _commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing."""
        values = asked(change, claimed_net(change.postings), self._kept)
        with self._lock:
            with self._calls():
                line = self._line()
            try:
                row = line.execute(self._said(postgres_sql.COMMIT), values).fetchone()
            except psycopg.Error as error:
                no = self._failed(change, error, line)
                if isinstance(no, Refused | Stale) and self._was_sent_twice(change):
                    return self._repeated(change)
                raise no from error
            answer, seq, detail = cast("tuple[str, int, str | None]", row)
            if answer == "seen" or (answer == "stale" and self._was_sent_twice(change)):
                return self._repeated(change)
            if answer != "done" or detail is None:
                raise refused(change, answer, detail)
            for (document, version), n in zip(change.replaced, numbers(detail), strict=True):
                self._remember(document.ref, n, Stored(document, version + 1))
        return committed(change, seq)

    def _was_sent_twice(self, change: Change) -> bool:
        """Whether another has carried it out meanwhile: then what refuses it is its own doing."""
        return self.seen(change.call.ref.tenant, change.key) is not None

    def _failed(self, change: Change, error: psycopg.Error, line: _Line) -> OrderflowError:
        """What it means that the statement failed."""
        state = error.sqlstate or ""
        if state == postgres_sql.REFUSED:
            return refused(change, error.diag.message_primary or "", error.diag.message_detail)
        if state in _MET_OTHERS:
            return Stale(str(change.call.ref))
        if state == _BUSY:
            return RetryExhausted(change.call.verb, 1)
        if line.closed or state.startswith(_GOING_DOWN):
            return OutcomeUnknown(change.key)
        return StoreUnavailable(self._name, _first_line(error))

    # --- mending -------------------------------------------------------------------------------

    @contextmanager
    def instant(self, tenant: str) -> Generator[Instant]:
        """All that it holds of a tenant, read in one transaction that keeps no writer waiting."""
        with self._calls(), closing(self._dial()) as line:
            line.execute("begin isolation level repeatable read read only")
            db = _Spoken(line, self._prefix)
            lost = db.execute(sql.LOST_VERSIONED).fetchall()
            yield mending.looked(db, tenant, ((first, last) for first, last in lost))

    def mend(self, tenant: str, repairs: Sequence[Repair]) -> None:
        """Make every repair, or raise and make none."""

        def work(db: Connected) -> None:
            self._line().execute(self._said(postgres_sql.ALONE))
            mending.mend(db, tenant, repairs, hints=False)

        self._at_once("mend", work)

    def _at_once(self, verb: str, work: Callable[[Connected], T]) -> T:
        with self._lock, self._calls():
            line = self._line()
            with line.transaction():
                return work(_Spoken(line, self._prefix))

    # --- people --------------------------------------------------------------------------------

    def erase(self, ref: str) -> None:
        """Forget a person: nobody is told any more what was known.

        The bytes themselves go when the server vacuums the page, and with its oldest logs.
        """
        self._all(sql.ERASE_PERSON, (ref,))

    # --- the connection --------------------------------------------------------------------------

    def _migrate(self, line: _Line, schema: str) -> None:
        plain = _Plain(line)
        more = steps_done(plain, schema) < len(postgres_sql.MIGRATIONS)
        while more:
            with line.transaction():
                more = take_step(plain, schema)
        check(steps_done(plain, schema), self._name)

    def _dial(self) -> _Line:
        """Another connection, set as we need it."""
        line = psycopg.connect(self._url, autocommit=True)
        try:
            line.execute(
                "select set_config('default_transaction_isolation', 'read committed', false),"
                " set_config('lock_timeout', %s, false)",
                (f"{BUSY_SECONDS}s",),
            )
            if line.info.encoding != "utf-8":
                line.execute("set client_encoding to 'UTF8'")
        except BaseException:
            line.close()
            raise
        return line

    def _line(self) -> _Line:
        """The connection of this store; a new one where it has broken."""
        if not self._close.alive:
            raise StoreUnavailable(self._name, "the store is closed")
        if self._lines and self._lines[0].closed:
            self._lines.clear()
        if not self._lines:
            self._lines.append(self._dial())
        return self._lines[0]

    @contextmanager
    def _calls(self) -> Generator[None]:
        """Errors of the database in here are `StoreUnavailable`."""
        try:
            yield
        except psycopg.Error as error:
            raise StoreUnavailable(self._name, _first_line(error)) from error

    def _said(self, statement: str) -> bytes:
        return statement.replace("{p}", self._prefix).encode()

    def _one(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        with self._lock, self._calls():
            row: tuple[Any, ...] | None = self._told(statement, values).fetchone()
        return row

    def _all(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock, self._calls():
            rows = self._told(statement, values)
            return rows.fetchall() if rows.description else []

    def _told(self, statement: str, values: tuple[Any, ...]) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._line().execute(said(statement, self._prefix, "%s").encode(), values)


class _Spoken:
    """A connection that is told the shared statements."""

    def __init__(self, line: _Line, prefix: str) -> None:
        self._line, self._prefix = line, prefix

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Rows:
        """Carry out a statement with its values."""
        said_so = said(statement, self._prefix, "%s").encode()
        return cast("Rows", self._line.execute(said_so, values))


class _Plain:
    """A connection that is told statements as they are."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def one(self, statement: str) -> Any:
        """The first column of the first row."""
        row = self._line.execute(statement.encode()).fetchone()
        return None if row is None else row[0]

    def do(self, statement: str) -> None:
        """Carry statements out."""
        self._line.execute(statement.encode())


def _hang_up(lines: list[_Line]) -> None:
    for line in lines:
        line.close()


def _named(url: str) -> str:
    """What a database is called in messages: no password, and no more than tells it apart."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise BadInput("url", f"libpq cannot read it: {_first_line(error)}") from error
    place = ":".join(str(known[part]) for part in ("host", "port") if known.get(part))
    return f"postgresql {place}/{known.get('dbname', '')}".rstrip("/")


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
