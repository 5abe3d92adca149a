"""A fault before and after every statement of every command: the old state, or the new one."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
import pytest

from orderflow import OutcomeUnknown, Workflow
from orderflow.adapters import schema
from orderflow.adapters import sqlite as sqlite_adapter
from orderflow.adapters.dialects import TABLES
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.calls import Call
from orderflow.errors import OrderflowError
from orderflow.journal import VERBS
from tests import servers
from tests.stores import EVERYWHERE
from tests.test_bad_input import CALLS, House
from tests.test_store_suite import Cut, Watched, WatchedLine

KEPT: Final = tuple(name for name in TABLES if name != "migration")  # that a file does not need
PARTS: Final = 12
"""The verbs are tried in so many parts: all of them by `make test-slow`, and else the first."""

Promise = Callable[[int, str], None]
Rows = list[list[tuple[Any, ...]]]


@attrs.define
class Point:
    """Raises at its k-th statement: before it, or after it."""

    error: Exception
    after: bool = False
    left: int = -1

    def __call__(self, statement: str, done: bool) -> None:
        if self.left >= 0 and done is self.after:
            self.left -= 1
            if self.left < 0:
                raise self.error


class OnSqlite:
    """A furnished house in a file, of which copies are made."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with SqliteStore(folder / "house.sqlite", synchronous="normal") as store:
            self.house = House(store)

    def error(self) -> Exception:
        return sqlite3.OperationalError("disk I/O error")

    def copy(self, point: Point) -> SqliteStore:
        for old in self.folder.glob("copy.sqlite*"):
            old.unlink()
        shutil.copy(self.folder / "house.sqlite", self.folder / "copy.sqlite")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                sqlite_adapter, "connect", lambda *args: Watched(schema.connect(*args), point)
            )
            return SqliteStore(self.folder / "copy.sqlite", synchronous="normal")

    def rows(self) -> Rows:
        with closing(sqlite3.connect(self.folder / "copy.sqlite")) as file:
            told = [file.execute(f"select * from {name}").fetchall() for name in KEPT]  # noqa: S608
        return [sorted(rows, key=repr) for rows in told]


class OnPostgres:
    """A furnished house in a database of its own, of which copies are made."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self.url = servers.url()
        self.whole, self.copied = f"house_{os.getpid()}", f"copied_{os.getpid()}"
        self.do(f"drop database if exists {self.whole} with (force)")
        self.do(f"create database {self.whole}")
        with PostgresStore(self.at(self.whole)) as store:
            self.house = House(store)

    def do(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as line:
            line.execute(statement.encode())

    def at(self, name: str) -> str:
        return psycopg.conninfo.make_conninfo(self.url, dbname=name)

    def error(self) -> Exception:
        return Cut("server closed the connection unexpectedly")

    def copy(self, point: Point) -> PostgresStore:
        self.do(f"drop database if exists {self.copied} with (force)")
        self.do(f"create database {self.copied} template {self.whole}")
        line: Any = type("Line", (WatchedLine,), {"watch": staticmethod(point)})

        class Watching(PostgresStore):
            def _dial(self) -> Any:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(psycopg, "connect", line.connect)
                    return super()._dial()

        return Watching(self.at(self.copied))

    def rows(self) -> Rows:
        with psycopg.connect(self.at(self.copied), autocommit=True) as line:
            told = [
                line.execute(f"select * from orderflow.{name}".encode()).fetchall()  # noqa: S608
                for name in KEPT
            ]
        return [sorted(rows, key=repr) for rows in told]


@pytest.fixture(scope="module", params=["postgres", "sqlite"] if EVERYWHERE else ["sqlite"])
def houses(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> OnSqlite | OnPostgres:
    kind = OnSqlite if request.param == "sqlite" else OnPostgres
    return kind(tmp_path_factory.mktemp("houses"))


@attrs.define
class Trial:
    """One command, on copies of a house, met by a fault at one point after the other."""

    houses: OnSqlite | OnPostgres
    call: Call[Any]
    point: Point
    store: SqliteStore | PostgresStore | None = None

    def fresh(self) -> Workflow:
        self.end()
        self.store = self.houses.copy(self.point)
        house = self.houses.house
        return Workflow(self.store, house.workflow.rules, clock=house.clock)

    def end(self) -> None:
        if self.store is not None:
            self.store.close()

    def points(self) -> int:
        """How many points there were: what is there after each is what was there, or will be."""
        house = self.fresh()
        old = self.houses.rows()
        house.apply(self.call, key="k-fault")
        new = self.houses.rows()
        assert new != old
        met = 0
        for after in (False, True):
            house, k = self.fresh(), 0
            while True:
                error, reached = self.ask(house, after, k)
                there = self.houses.rows()
                if error is None and not reached:  # there are not so many statements
                    assert there == new
                    break
                if error is None:
                    assert there == new
                elif there != old:
                    assert there == new
                    assert isinstance(error, OutcomeUnknown)
                    assert house.apply(self.call, key="k-fault").repeated
                if there == new:
                    house = self.fresh()
                met, k = met + 1, k + 1
        self.end()
        return met

    def ask(self, house: Workflow, after: bool, k: int) -> tuple[OrderflowError | None, bool]:
        """What came of the command, and whether the point was reached."""
        self.point.after, self.point.left = after, k
        error: OrderflowError | None = None
        try:
            house.apply(self.call, key="k-fault")
        except OrderflowError as failed:
            error = failed
        reached, self.point.left = self.point.left < 0, -1
        return error, reached


@pytest.mark.parametrize("part", range(PARTS if EVERYWHERE else 1))
def test_a_fault_at_any_statement_leaves_the_old_state_or_the_new(
    houses: OnSqlite | OnPostgres, part: int, promise: Promise
) -> None:
    met, names = 0, sorted(CALLS)[part::PARTS]
    for name in names:
        args = CALLS[name]
        own = {key: value for key, value in args.items() if key in VERBS[name].defaults}
        call = VERBS[name].on(args.get("id", "BRASS-LAMP"), **own)
        found = Trial(houses, call, Point(houses.error())).points()
        assert found > 1, name
        met += found

    promise(5, f"{houses.name}: {met:,} points around the statements of {len(names)} commands")
