"""A store in one SQLite file, for any number of processes.

It knows when a lock is taken and what an error of SQLite means, and refuses to know any rule of the
business; what is read is in `reading`, and in which order rows are written in `writing`.

Every write begins with `BEGIN IMMEDIATE`, so there is one writer at a time and nobody's snapshot
grows old while it decides.
What is plainly short is refused by a read, without waiting for the lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from os import PathLike
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast
from weakref import finalize

from orderflow.adapters import mending, sql
from orderflow.adapters.archiving import Archiving
from orderflow.adapters.reading import committed
from orderflow.adapters.rows import micros, written
from orderflow.adapters.schema import Synchronous, connect
from orderflow.adapters.writing import Connected, Writing, entered
from orderflow.books import claimed_net
from orderflow.errors import (
    OrderflowError,
    OutcomeUnknown,
    RetryExhausted,
    Short,
    StoreUnavailable,
)
from orderflow.grants import shortage
from orderflow.journal import Change, Committed, Stored
from orderflow.mending import Instant, Repair
from orderflow.values import Position

T = TypeVar("T")


class SqliteStore(Archiving):
    """A `Store` and a `People` in one file; safe for processes, and for threads of each.

    `synchronous="full"` loses nothing that was acknowledged, whatever happens; `"normal"` may lose
    the last commands when the machine (not the process) stops, never half of one.
    `path` may be `:memory:`.
    """

    _hints = True

    def __init__(self, path: str | PathLike[str], *, synchronous: Synchronous = "full") -> None:
        super().__init__()
        self._db: Final = connect(path, synchronous)
        self._close: Final = finalize(self, self._db.close)  # also when it is forgotten
        self._name: Final = str(path)
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

    # --- writing -------------------------------------------------------------------------------

    def _commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing."""
        tenant = change.call.ref.tenant
        net = claimed_net(change.postings)
        if net:
            short = self._plainly_short(tenant, net, change)
            if short is not None:
                return short
        # What is written is made before the lock is taken.
        documents = [written(document) for document, _ in change.replaced]
        values = entered(change, self._rules_number(change))
        with self._lock:
            self._begin(change.call.verb)
            try:
                made = self._db.execute(sql.ENTER, values)
                if not made.rowcount:
                    self._db.execute("rollback")
                    return self._repeated(change)
                seq = cast("int", made.lastrowid)
                numbers = Writing(self._db, change, net, self._kept).write(documents, seq)
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
        return committed(change, seq)

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

    def _at_once(self, verb: str, work: Callable[[Connected], T]) -> T:
        with self._lock:
            self._begin(verb)
            try:
                done = work(self._db)
                self._db.execute("commit")
            except sqlite3.Error as error:
                self._roll_back()
                raise StoreUnavailable(self._name, str(error)) from error
            except BaseException:
                self._roll_back()
                raise
        return done

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._settle()

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
                with closing(connect(path)) as db, _reading(db):
                    yield mending.looked(db, tenant, mending.gaps(db))
            else:
                with self._lock, _reading(self._db):
                    yield mending.looked(self._db, tenant, mending.gaps(self._db))
        except sqlite3.Error as error:
            raise StoreUnavailable(self._name, str(error)) from error

    def mend(self, tenant: str, repairs: Sequence[Repair]) -> None:
        """Make every repair, or raise and make none."""
        self._at_once("mend", lambda db: mending.mend(db, tenant, repairs, hints=True))

    # --- people --------------------------------------------------------------------------------

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


@contextmanager
def _reading(db: sqlite3.Connection) -> Generator[None]:
    """One read transaction."""
    db.execute("begin")
    try:
        yield
    finally:
        db.execute("rollback")
