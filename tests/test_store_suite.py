"""Our own stores pass the suite that a host proves its own by, and the suite says what it did."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from orderflow.adapters import schema
from orderflow.adapters import sqlite as sqlite_adapter
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.rows import NO_DATE, instant_of
from orderflow.adapters.sqlite import SqliteStore
from orderflow.calls import Ref
from orderflow.ports import Store
from orderflow.records import Document
from orderflow.testing import Raw, Report, Result, StoreSuite, Watch, conformance
from orderflow.testing.broken import BROKEN_STORES, SoundStore
from orderflow.testing.kit import Checked, NotAsked, Suite, together
from orderflow.testing.stores.base import ClaimRow
from orderflow.values import Position
from tests import servers
from tests.stores import EVERYWHERE, Hosted, psycopg_url, schema_of


class TestMemory(StoreSuite):
    of = "MemoryStore"
    reopens = False
    processes = False
    people = True
    archives = True

    def open(self, where: Path) -> Store:
        return MemoryStore()


class Watched:
    """A connection that says of each statement that it begins, and that it is done."""

    def __init__(self, real: sqlite3.Connection, watch: Watch) -> None:
        self.real, self.watch = real, watch

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        self.watch(statement, False)
        cursor = self.real.execute(statement, values)
        self.watch(statement, True)
        return cursor

    @property
    def in_transaction(self) -> bool:
        return self.real.in_transaction

    def close(self) -> None:
        self.real.close()


class TestSqlite(StoreSuite):
    of = "SqliteStore"
    people = True
    archives = True

    def open(self, where: Path) -> Store:
        return SqliteStore(where / "orders.sqlite", synchronous="normal")

    def open_watched(self, where: Path, watch: Watch) -> Store:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                sqlite_adapter, "connect", lambda *args: Watched(schema.connect(*args), watch)
            )
            return SqliteStore(where / "orders.sqlite", synchronous="normal")

    def fault(self) -> Exception:
        return sqlite3.OperationalError("disk I/O error")

    def raw(self, where: Path, store: Store) -> Raw:
        with closing(sqlite3.connect(where / "orders.sqlite")) as db:
            return raw_in(lambda statement: db.execute(statement).fetchall())


def raw_in(rows: Callable[[str], list[tuple[Any, ...]]]) -> Raw:
    """What stands in the tables that both databases have alike."""
    documents: dict[Ref[Document], int] = {
        Ref(*row[:3]): row[3] for row in rows("select tenant, kind, id, version from document")
    }
    counters = {
        (row[0], Position(*row[1:7])): (row[7], row[8]) for row in rows("select * from counter")
    }
    claims: dict[ClaimRow, int] = {
        (
            row[0],
            Position(*row[1:7]),
            Ref(row[0], row[7], row[8]),
            None if row[9] == NO_DATE else instant_of(row[9]),
        ): row[10]
        for row in rows("select * from claim")
    }
    keys = rows("select tenant, key from entry order by seq")
    return Raw(documents, counters, claims, tuple((tenant, key) for tenant, key in keys))


class WatchedLine(psycopg.Connection[tuple[Any, ...]]):
    """A connection that says of each statement that it begins and is done; a fault cuts it."""

    watch: Watch

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        try:
            self.watch(str(query), False)
            cursor = super().execute(query, params, **more)
            self.watch(str(query), True)
        except Cut:
            self.close()
            raise
        return cursor


class Cut(psycopg.OperationalError):
    """The server is gone."""


class TestPostgres(StoreSuite):
    of = "PostgresStore"
    people = True
    archives = True

    def open(self, where: Path) -> Store:
        return PostgresStore(servers.url(), schema=schema_of(where))

    def open_watched(self, where: Path, watch: Watch) -> Store:
        line: Any = type("Line", (WatchedLine,), {"watch": staticmethod(watch)})

        class Watching(PostgresStore):
            def _dial(self) -> Any:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(psycopg, "connect", line.connect)
                    return super()._dial()

        return Watching(servers.url(), schema=schema_of(where))

    def fault(self) -> Exception:
        return Cut("server closed the connection unexpectedly")

    def raw(self, where: Path, store: Store) -> Raw:
        with psycopg.connect(servers.url(), autocommit=True) as db:
            db.execute(f"set search_path to {schema_of(where)}".encode())
            return raw_in(lambda statement: db.execute(statement.encode()).fetchall())


class OfAHost(StoreSuite):
    """The suite on a store in a host's database, by SQLAlchemy's own events."""

    people = True
    archives = True
    processes = EVERYWHERE

    def hosted(self, where: Path) -> Hosted:
        raise NotImplementedError

    def open(self, where: Path) -> Store:
        return self.hosted(where)

    def open_watched(self, where: Path, watch: Watch) -> Store:
        store = self.hosted(where)
        dialect: Any = store.engine.dialect
        commit = dialect.do_commit

        def do_commit(line: object) -> None:
            watch("commit", False)
            commit(line)
            watch("commit", True)

        def begins(line: object, cursor: object, statement: str, *more: object) -> None:
            watch(statement, False)

        def is_done(line: object, cursor: object, statement: str, *more: object) -> None:
            watch(statement, True)

        dialect.do_commit = do_commit
        event.listen(store.engine, "before_cursor_execute", begins)
        event.listen(store.engine, "after_cursor_execute", is_done)
        return store

    def fault(self) -> Exception:
        return OperationalError("a statement", {}, Exception("the server is gone"))


class TestSqlAlchemyOnSqlite(OfAHost):
    of = "SqlAlchemyStore on SQLite"

    def hosted(self, where: Path) -> Hosted:
        return Hosted(f"sqlite:///{where / 'host.sqlite'}", "host")


class TestSqlAlchemyOnPostgres(OfAHost):
    of = "SqlAlchemyStore on PostgreSQL"

    def hosted(self, where: Path) -> Hosted:
        return Hosted(psycopg_url(), schema_of(where))


# --- broken on purpose --------------------------------------------------------------------------


class OfABrokenStore(StoreSuite):
    """The suite on a store in memory that can be watched; `make` is which."""

    reopens = False
    processes = False
    make: type[SoundStore] = SoundStore

    def open(self, where: Path) -> Store:
        return self.make()

    def open_watched(self, where: Path, watch: Watch) -> Store:
        return self.make(watch)


class TestSound(OfABrokenStore):
    of = "what the broken ones are made of"
    people = True
    archives = True


@pytest.mark.parametrize("broken", BROKEN_STORES, ids=lambda one: one.__name__)
def test_each_broken_store_is_found_out_by_the_check_that_names_its_fault(
    broken: type[SoundStore],
) -> None:
    suite = type(broken.__name__, (OfABrokenStore,), {"make": broken})

    report = conformance(suite, BROKEN_STORES[broken])

    assert report.failed == (BROKEN_STORES[broken],)


def test_fourteen_stores_are_broken_each_in_a_way_of_its_own() -> None:
    assert len(BROKEN_STORES) == len(set(BROKEN_STORES.values())) == 14


# --- the suite itself ---------------------------------------------------------------------------


class Half(Suite):
    """Two checks that pass, one that fails, one that breaks, one that is not asked."""

    of = "half a thing"

    def test_it_is_there(self) -> None:
        assert self.where.is_dir()
        self.told = "2 | 3 looked at"

    def test_it_is_whole(self) -> None:
        raise AssertionError("half of it is missing")

    def test_it_does_not_break(self) -> None:
        raise KeyError("handle")

    def test_it_flies(self) -> None:
        raise NotAsked("no wings were declared")

    @classmethod
    def capabilities(cls) -> tuple[tuple[str, str], ...]:
        return (("wings", "no"),)


def test_a_report_tells_of_every_check_and_does_not_stop_at_a_failure() -> None:
    report = conformance(Half)

    assert not report.passed
    assert report.failed == ("test_it_is_whole", "test_it_does_not_break")
    assert str(report) == "\n".join(
        (
            "# half a thing: does not conform",
            "",
            "Suite of orderflow 0.1.0: 1 passed, 2 failed, 1 not asked.",
            "",
            "- wings: no",
            "",
            "| check | result |",
            "|---|---|",
            "| it is there | passed: 2 \\| 3 looked at |",
            "| it is whole | failed: half of it is missing |",
            "| it does not break | failed: KeyError: 'handle' |",
            "| it flies | not asked: no wings were declared |",
        )
    )


def test_a_suite_of_which_nothing_was_asked_does_not_conform() -> None:
    nothing = Report("it", "Suite", (), (Checked("test_it", Result.NOT_ASKED, "no"),))

    assert not nothing.passed
    assert not Report("it", "Suite", (), ()).passed


def test_checks_are_run_by_name_and_a_wrong_name_is_told() -> None:
    assert conformance(Half, "test_it_is_there").passed
    with pytest.raises(ValueError, match="Half has no check test_it_sings"):
        conformance(Half, "test_it_sings")


def test_a_thread_that_never_ends_is_told_of() -> None:
    import threading

    forever = threading.Event()
    (wrong,) = together(forever.wait, patience_seconds=0.05)
    forever.set()

    assert "still at work" in str(wrong)
