"""A store in the database of a host that speaks SQLAlchemy, on SQLite and on PostgreSQL.

It knows whose transaction a change stands in, and refuses to know any rule of the business; what is
read is in `reading`, and how a change is written in `writing` and in `postgres_sql`.

Handed an `Engine`, it has a transaction of its own for each command.
Handed a `Connection` or a `Session`, it works inside the host's transaction: what a command does
stands in a savepoint, is undone alone where it is refused, and lasts when the host commits.
Such a transaction is the host's: nothing in here ends it, or tries it again when it has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from orderflow.adapters import mending, postgres_sql, sql
from orderflow.adapters.archiving import Archiving
from orderflow.adapters.dialects import said, schema_name
from orderflow.adapters.hosted_tables import make_on_postgres, make_on_sqlite
from orderflow.adapters.postgres_commit import asked, numbers, refused
from orderflow.adapters.reading import committed
from orderflow.adapters.rows import written
from orderflow.adapters.writing import Connected, Rows, Writing, entered
from orderflow.books import claimed_net
from orderflow.calls import Ref
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

T = TypeVar("T")

Bind: TypeAlias = Engine | Connection | Session
"""What a host hands over."""

_MET_OTHERS: Final = frozenset({"40001", "40P01", "23505"})
_AUTO: Final = "AUTOCOMMIT"
_POISONED: Final = frozenset({"40001", "40P01"})
_BUSY: Final = frozenset({"55P03", "SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"})


class SqlAlchemyStore(Archiving):
    """A `Store` and a `People` on a host's `Engine`, or inside the transaction of its connection.

    `make_tables` makes the tables first: in a `schema` of their own in PostgreSQL, and with its
    name before each in SQLite. On an `Engine` it is safe for threads; on a `Connection` or
    `Session` as much as that is.
    """

    def __init__(self, bind: Bind, *, schema: str = "orderflow") -> None:
        super().__init__()
        self._bind: Final = bind
        self._dialect: Final = _dialect_of(bind)
        self._on_postgres: Final = self._dialect == "postgresql"
        self._alone: Final = _one_by_one(bind) if self._on_postgres else bind
        self._hints = not self._on_postgres
        self._mark: Final = "%s" if self._on_postgres else "?"
        self._prefix: Final = schema_name(schema) + ("." if self._on_postgres else "_")
        self._name: Final = f"{self._dialect} {schema}"

    # --- writing -------------------------------------------------------------------------------

    def _commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing.

        In a host's transaction it lasts when the host commits; nobody else sees it until then.
        """
        try:
            done = self._committed(change)
        except (Refused, Stale):
            # Another may have carried it out meanwhile: then what refuses it is its own doing.
            if self.seen(change.call.ref.tenant, change.key) is None:
                raise
            done = None
        if done is None:
            return self._repeated(change)
        seq, rows = done
        for (document, version), n in zip(change.replaced, rows, strict=True):
            self._remember(document.ref, n, Stored(document, version + 1))
        return committed(change, seq)

    def _committed(self, change: Change) -> tuple[int, Sequence[int | None]] | None:
        """The number of the entry that a change has become, and those of the rows that it replaced;
        `None` where its key came before.
        """
        net = claimed_net(change.postings)
        with self._changing(change.call.verb, change.key, str(change.call.ref)) as line:
            if not self._on_postgres:
                return self._write(line, change, net)
            ask = postgres_sql.COMMIT.format(p=self._prefix)
            values = asked(change, net, self._kept)
            try:
                found: Any = line.exec_driver_sql(ask, values).fetchone()
            except DBAPIError as error:
                if _state_of(error) != postgres_sql.REFUSED:
                    raise
                told: Any = error.orig
                message, detail = told.diag.message_primary, told.diag.message_detail
                raise refused(change, message, detail) from error
            answer, seq, detail = found
            if answer == "done":
                return cast("int", seq), numbers(cast("str", detail))
            if answer == "seen":
                return None
            raise refused(change, answer, detail)

    def _write(
        self, line: Connection, change: Change, net: dict[Any, int]
    ) -> tuple[int, Sequence[int | None]] | None:
        """Write it row by row: in SQLite there is nobody else meanwhile."""
        db = _Spoken(line, self._prefix, self._mark)
        db.execute(sql.RULES, (change.rules,))
        (rules,) = db.execute(sql.RULES_NUMBER, (change.rules,)).fetchone()
        made = db.execute(sql.ENTER, entered(change, rules))
        if not made.rowcount:
            return None
        seq = cast("int", made.lastrowid)
        rows = [written(document) for document, _ in change.replaced]
        return seq, Writing(db, change, net, self._kept).write(rows, seq)

    # --- whose transaction -----------------------------------------------------------------------

    @contextmanager
    def _changing(self, verb: str, key: str, what: str) -> Generator[Connection]:
        """A transaction of our own, or a savepoint in the host's; undone where anything is raised.

        Errors of the database are told as what they mean there.
        """
        if isinstance(self._bind, Engine):
            with self._told(verb, what), self._bind.connect() as line:
                _begin(line)
                yield line
                try:
                    line.commit()
                except BaseException as error:
                    line.invalidate()  # it may stand in the transaction still: nobody else gets it
                    if isinstance(error, SQLAlchemyError):
                        raise OutcomeUnknown(key) from error
                    raise
            return
        with self._told(verb, what):
            line = _connection_of(self._bind)
            _begin(line)
            line.exec_driver_sql("savepoint orderflow_command")
            try:
                yield line
            except BaseException:
                with suppress(SQLAlchemyError):
                    line.exec_driver_sql("rollback to savepoint orderflow_command")
                    line.exec_driver_sql("release savepoint orderflow_command")
                raise
            line.exec_driver_sql("release savepoint orderflow_command")

    @contextmanager
    def _told(self, verb: str, what: str) -> Generator[None]:
        """What an error of the database means: all of them, that nothing has changed."""
        try:
            yield
        except SQLAlchemyError as error:
            raise self._meaning(error, verb, what) from error

    def _meaning(self, error: SQLAlchemyError, verb: str, what: str) -> OrderflowError:
        state = _state_of(error)
        own = isinstance(self._bind, Engine)
        if state in _BUSY or (state in _POISONED and not own):
            return RetryExhausted(verb, 1)
        if state in _MET_OTHERS:
            return Stale(what)
        told: Any = error.orig if isinstance(error, DBAPIError) else error
        return StoreUnavailable(self._name, str(told).partition("\n")[0])

    # --- mending -------------------------------------------------------------------------------

    @contextmanager
    def instant(self, tenant: str) -> Generator[Instant]:
        """All that it holds of a tenant, read in one transaction.

        In a host's transaction at READ COMMITTED others may come in between what is read.
        """
        with self._told("look", self._name), self._looking() as line:
            db = _Spoken(line, self._prefix, self._mark)
            lost = (
                (tuple(row) for row in db.execute(sql.LOST_VERSIONED).fetchall())
                if self._on_postgres
                else mending.gaps(db)
            )
            yield mending.looked(db, tenant, cast("Any", lost))

    @contextmanager
    def _looking(self) -> Generator[Connection]:
        if not isinstance(self._bind, Engine):
            yield _connection_of(self._bind)
            return
        with self._bind.connect() as line:
            if self._on_postgres:
                line.execution_options(isolation_level="REPEATABLE READ")
            else:
                line.exec_driver_sql("begin")
            yield line

    def mend(self, tenant: str, repairs: Sequence[Repair]) -> None:
        """Make every repair, or raise and make none."""
        with self._changing("mend", "mend", self._name) as line:
            if self._on_postgres:
                line.exec_driver_sql(postgres_sql.ALONE.format(p=self._prefix))
            db = _Spoken(line, self._prefix, self._mark)
            mending.mend(db, tenant, repairs, hints=self._hints)

    def _at_once(self, verb: str, work: Callable[[Connected], T]) -> T:
        with self._changing(verb, verb, self._name) as line:
            return work(_Spoken(line, self._prefix, self._mark))

    # --- people --------------------------------------------------------------------------------

    def erase(self, ref: str) -> None:
        """Forget a person: nobody is told any more what was known, once the host has committed."""
        with self._changing("erase", ref, ref) as line:
            if not self._on_postgres:
                line.exec_driver_sql("pragma secure_delete = 1")
            line.exec_driver_sql(said(sql.ERASE_PERSON, self._prefix, self._mark), (ref,))

    # --- rows ----------------------------------------------------------------------------------

    def _kept(self, ref: Ref[Any]) -> tuple[int, Stored[Any]] | None:
        """In a host's transaction nothing is kept decoded: what was read may be undone."""
        return super()._kept(ref) if isinstance(self._bind, Engine) else None

    def _remember(self, ref: Ref[Any], n: int | None, stored: Stored[Any]) -> None:
        if isinstance(self._bind, Engine):
            super()._remember(ref, n, stored)

    def _one(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        rows = self._all(statement, values)
        return rows[0] if rows else None

    def _all(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        told = said(statement, self._prefix, self._mark)
        with self._told("look", self._name):
            if not isinstance(self._alone, Engine):
                return _rows(_connection_of(self._alone), told, values)
            with self._alone.connect() as line:
                rows = _rows(line, told, values)
                line.commit()
                return rows


def make_tables(bind: Bind, *, schema: str = "orderflow") -> None:
    """Make our tables where there are none, or bring them to this version.

    On a `Connection` or a `Session` in the host's transaction, else in one of its own. Raises
    `StoreUnavailable` where it cannot be done, or a newer library has been there.
    """
    make = make_on_postgres if _dialect_of(bind) == "postgresql" else make_on_sqlite
    name = schema_name(schema)
    try:
        if not isinstance(bind, Engine):
            make(_connection_of(bind), name)
            return
        with bind.connect() as line:
            _begin(line)
            make(line, name)
            line.commit()
    except SQLAlchemyError as error:
        told: Any = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(f"tables of {name}", str(told).partition("\n")[0]) from error


class _Spoken:
    """A connection that is told the shared statements."""

    def __init__(self, line: Connection, prefix: str, mark: str) -> None:
        self._line, self._prefix, self._mark = line, prefix, mark

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Rows:
        """Carry out a statement with its values."""
        told = said(statement, self._prefix, self._mark)
        return cast("Rows", self._line.exec_driver_sql(told, values))


def _dialect_of(bind: Bind) -> str:
    """Which of the two databases it is; `BadInput` for any other thing."""
    if not isinstance(bind, Engine | Connection | Session):
        told = f"an Engine, a Connection or a Session is wanted, not {type(bind).__name__}"
        raise BadInput("bind", told)
    found = (bind.get_bind() if isinstance(bind, Session) else bind).dialect.name
    if found not in ("postgresql", "sqlite"):
        raise BadInput("bind", f"sqlite or postgresql is wanted, not {found}")
    return found


def _one_by_one(bind: Bind) -> Bind:
    """An engine on which each statement is a transaction of its own, and one round trip instead of
    three; a host's transaction stays what it is.
    """
    return bind.execution_options(isolation_level=_AUTO) if isinstance(bind, Engine) else bind


def _connection_of(bind: Connection | Session) -> Connection:
    return bind.connection() if isinstance(bind, Session) else bind


def _begin(line: Connection) -> None:
    """Take the place of the one writer in SQLite, whose driver would begin too late for that."""
    if line.dialect.name == "sqlite":
        real: Any = line.connection.driver_connection
        if not real.in_transaction:
            line.exec_driver_sql("begin immediate")


def _rows(line: Connection, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    found = line.exec_driver_sql(statement, values)
    return [tuple(row) for row in found.fetchall()] if found.returns_rows else []


def _state_of(error: SQLAlchemyError) -> str:
    """The state that the database gives with an error, or SQLite's name of it."""
    told: Any = error.orig if isinstance(error, DBAPIError) else None
    for name in ("sqlstate", "pgcode", "sqlite_errorname"):
        state = getattr(told, name, None)
        if isinstance(state, str):
            return state
    return ""
