"""The database is ours, is set as we need it, and says in a sentence when it cannot be."""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import combinations
from pathlib import Path
from threading import Barrier, Event, Thread, Timer
from typing import Any, Final

import pytest

from orderflow import BadInput, Position, Workflow
from orderflow.adapters import schema, sql
from orderflow.adapters.schema import APPLICATION_ID, SCHEMA_VERSION, Synchronous, connect
from orderflow.adapters.sqlite import SqliteStore
from orderflow.errors import StoreUnavailable

SHELF: Final = Position("BRASS-LAMP", "leith")


def pragma(connection: sqlite3.Connection, name: str) -> int | str:
    value: int | str = connection.execute(f"pragma {name}").fetchone()[0]
    return value


# --- ours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("synchronous", "level"), (("full", 2), ("normal", 1)))
def test_every_pragma_is_really_set(tmp_path: Path, synchronous: Synchronous, level: int) -> None:
    with closing(connect(tmp_path / "orders.sqlite", synchronous)) as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == level
        assert pragma(connection, "busy_timeout") == 30_000
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "secure_delete") == 1
        assert pragma(connection, "application_id") == APPLICATION_ID
        assert pragma(connection, "user_version") == SCHEMA_VERSION
        assert not connection.in_transaction


def test_a_database_in_memory_is_set_too() -> None:
    with closing(connect(":memory:")) as connection:
        assert pragma(connection, "journal_mode") == "memory"
        assert pragma(connection, "user_version") == SCHEMA_VERSION


def test_a_pragma_that_does_not_hold_is_not_passed_over() -> None:
    # A temporary database, which has no name, keeps no log of its own.
    with pytest.raises(StoreUnavailable, match="journal_mode stays delete, wal is needed"):
        connect("")


def test_every_table_is_strict_and_refuses_a_float(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "orders.sqlite")) as connection:
        tables = connection.execute(
            "select name, strict from pragma_table_list where schema = 'main' and type = 'table'"
            " and name not like 'sqlite%'"
        ).fetchall()
        assert {name for name, _ in tables} == {
            *(
                "about",
                "archive",
                "claim",
                "counter",
                "document",
                "entry",
                "matter",
                "of_lot",
                "outbox",
                "person",
                "rules",
                "version",
            ),
        }
        assert all(strict for _, strict in tables)

        with pytest.raises(sqlite3.IntegrityError, match="cannot store REAL"):
            connection.execute(sql.SHELF, ("", "BRASS-LAMP", "leith", "", "", "", "", 1.5))
        with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
            connection.execute(sql.SHELF, ("", "BRASS-LAMP", "leith", "", "", "", "", "many"))
        assert connection.execute("select count(*) from counter").fetchone() == (0,)


def test_a_database_is_opened_again_as_it_was_left(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    with SqliteStore(file) as store:
        Workflow(store).receive(SHELF, 5)

    with SqliteStore(str(file)) as store:
        (counter,) = store.books("").counters
        assert (counter.position, counter.there) == (SHELF, 5)


def test_an_empty_file_becomes_ours(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    file.touch()

    with SqliteStore(file) as store:
        assert list(store.entries()) == []


def test_many_may_open_a_new_file_at_one_moment(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def open_it(file: Path, gate: Barrier) -> None:
        gate.wait()
        try:
            connect(file).close()
        except StoreUnavailable as no:
            failures.append(no)

    for turn in range(6):
        file, gate = tmp_path / f"{turn}.sqlite", Barrier(8)
        openers = [Thread(target=open_it, args=(file, gate)) for _ in range(8)]
        for opener in openers:
            opener.start()
        for opener in openers:
            opener.join()

    assert failures == []


def test_who_opens_a_new_file_while_another_writes_its_first_page_waits_for_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "orders.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("begin immediate")
        Timer(0.1, lambda: other.execute("rollback")).start()

        connection = connect(file)  # SQLite itself refuses a new journal mode here at once

    with closing(connection):
        assert pragma(connection, "journal_mode") == "wal"


def test_nobody_waits_for_ever_for_who_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0)
    file = tmp_path / "orders.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")

        assert said(file) == "database is locked"


# --- not ours, or not to be had -----------------------------------------------------------------


def said(file: Path) -> str:
    """What is said instead of opening a file; the file itself stays as it is."""
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StoreUnavailable) as caught:
        SqliteStore(file)
    assert (file.read_bytes() if file.is_file() else None) == before
    assert caught.value.store == str(file)
    assert str(caught.value) == f"{file}: {caught.value.reason}"
    return caught.value.reason


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    assert said(tmp_path / "nowhere" / "orders.sqlite") == "unable to open database file"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert said(tmp_path) == "unable to open database file"


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir, the lamps have not arrived.\n" * 100)

    assert said(file) == "file is not a database"


@pytest.mark.parametrize(
    "statement", ("create table invoices (id integer)", "pragma application_id = 7")
)
def test_the_database_of_another_program_is_left_alone(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()

    assert said(file) == "is a database of another program"


def test_a_file_of_the_version_before_is_brought_to_this_one(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    with SqliteStore(file) as store:
        Workflow(store).receive(SHELF, 5)
    with closing(sqlite3.connect(file)) as old:
        old.execute("drop table outbox")
        old.execute("drop table archive")
        old.execute("pragma user_version = 3")

    with SqliteStore(file) as store, SqliteStore(file) as another:
        Workflow(another).receive(SHELF, 2, key="k-2")

        assert store.books("").counters[0].there == 7
        assert [entry.key for entry in store.unsent(5)] == ["k-2"]


def test_a_step_is_taken_while_four_others_write_and_none_of_them_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, done, stepped = tmp_path / "orders.sqlite", [0] * 4, Event()

    def write(name: int, store: SqliteStore) -> None:
        while not stepped.is_set() or not all(done):
            Workflow(store).receive(SHELF, 1, key=f"{name}-{done[name]}")
            done[name] += 1
        store.close()

    stores = [SqliteStore(file, synchronous="normal") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, *one) for one in enumerate(stores)]
        while not all(done) and not any(one.done() for one in writers):
            time.sleep(0.005)
        later = "create table later (n integer primary key) strict"
        monkeypatch.setattr(schema, "STEPS", {SCHEMA_VERSION: (later,)})
        connect(file).close()
        stepped.set()
        for one in writers:
            one.result()

    with SqliteStore(file) as store:
        assert store.books("").counters[0].there == sum(done)
    with closing(sqlite3.connect(file)) as newer:
        assert pragma(newer, "user_version") == SCHEMA_VERSION + 1


def test_a_file_that_the_next_version_has_opened_is_worked_on(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    connect(file).close()
    with closing(sqlite3.connect(file)) as newer:  # a step only adds
        newer.execute("create table later (n integer primary key) strict")
        newer.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")

    with SqliteStore(file) as store:
        Workflow(store).receive(SHELF, 5)
        assert store.books("").counters[0].there == 5
    with closing(sqlite3.connect(file)) as newer:
        assert pragma(newer, "user_version") == SCHEMA_VERSION + 1


@pytest.mark.parametrize("version", (0, SCHEMA_VERSION + 2))
def test_tables_of_another_version_are_left_alone(tmp_path: Path, version: int) -> None:
    file = tmp_path / "orders.sqlite"
    connect(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"pragma user_version = {version}")

    told = f"has tables of version {version}, not {SCHEMA_VERSION}"
    assert said(file) == f"{told}: open it with the orderflow that made it"


def test_what_is_no_level_of_safety_says_which_there_are(tmp_path: Path) -> None:
    off: Any = "off"

    with pytest.raises(BadInput, match="synchronous: one of full, normal is wanted"):
        connect(tmp_path / "orders.sqlite", off)


def test_a_new_file_that_somebody_else_locks_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0)
    file = tmp_path / "orders.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")

        assert said(file) == "database is locked"


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of the superuser, whom no file refuses."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are POSIX's")
def test_a_file_that_may_only_be_read_says_so_and_keeps_what_it_has(open_folder: Path) -> None:
    file = open_folder / "orders.sqlite"
    with SqliteStore(file) as store:
        Workflow(store).receive(SHELF, 5)
    file.chmod(0o444)

    with as_nobody():
        if os.geteuid() != 65534:
            open_folder.chmod(0o555)
        with pytest.raises(StoreUnavailable) as caught:
            SqliteStore(file)
        with pytest.raises(StoreUnavailable):
            SqliteStore(open_folder / "new.sqlite")

    open_folder.chmod(0o755)
    assert caught.value.reason in (
        "unable to open database file",
        "attempt to write a readonly database",
    )
    file.chmod(0o644)
    with SqliteStore(file) as store:
        assert store.books("").counters[0].there == 5


# --- every statement finds its rows by an index -------------------------------------------------

FRAGMENTS: Final = frozenset(
    [
        "AT",
        "HOLDER",
        "COLUMNS",
        "KEY",
        "ENTRY",
        "LOOKED_UP_BY",
        "SKUS",
        "_KEPT",
        "_WITHIN",
    ]  # parts of statements
)
# A gap is in no index: each number is looked at. An outbox is read from its front.
WHOLE: Final = {"LOST", "LOST_VERSIONED", "UNSENT", "SENT", "SENT_ON_POSTGRES"}
STATEMENTS: Final = (
    {
        name: sql.of_skus(text, 2)
        for name, text in vars(sql).items()
        if isinstance(text, str) and name.isupper() and name not in FRAGMENTS | WHOLE
    }
    | {
        f"find {' '.join(narrowed)}{' due' if due else ''}{held}": sql.find(
            narrowed, due=due, on_hold=bool(held), hold=held == " hold"
        )
        for n in range(len(sql.NARROWING) + 1)
        for narrowed in combinations(sql.NARROWING, n)
        for due in (False, True)
        for held in ("", " on hold", " hold")
    }
    | {
        f"find everywhere {' '.join(narrowed)}": sql.find(
            narrowed, due=False, order=not narrowed, everywhere=True
        )
        for narrowed in ((), ("customer",), ("number",), ("customer", "channel", "number"))
    }
    | {
        f"find of a lot{held}": sql.find((), due=False, on_hold=bool(held), lot=True)
        for held in ("", " on hold")
    }
    | {
        f"{name}{' of a SKU' if sku else ''}{' at a place' if place else ''}": sql.of_books(
            statement, order, sku=sku, location=place
        )
        for name, (statement, order) in zip(
            ("counters", "matter", "claims"), sql.BOOKS, strict=True
        )
        for sku in (False, True)
        for place in (False, True)
    }
)


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_no_statement_reads_a_whole_table(statement: str) -> None:
    with closing(connect(":memory:")) as connection:
        asked = re.sub(r"\?[0-9]", "", statement).count("?")  # what is numbered is given before
        plan = connection.execute(f"explain query plan {statement}", (None,) * asked).fetchall()

    assert not [step[3] for step in plan if step[3].startswith("SCAN")]


@pytest.mark.parametrize(
    ("narrowed", "due", "index"),
    (
        ((), False, "sqlite_autoindex_document_1 (tenant=? AND kind=? AND id>?)"),
        (("headline",), False, "document_headline (tenant=? AND headline=? AND id>?)"),
        (("customer",), False, "document_customer (tenant=? AND customer=? AND id>?)"),
        (("number",), False, "document_number (tenant=? AND number=?)"),
        (("channel", "number"), False, "document_number (tenant=? AND number=? AND channel=?)"),
        (("customer", "number"), True, "document_number (tenant=? AND number=?)"),
        ((), True, "document_due (tenant=? AND kind=? AND next_due<?)"),
    ),
)
def test_what_is_asked_often_has_an_index_of_its_own(
    narrowed: tuple[str, ...], due: bool, index: str
) -> None:
    statement = sql.find(narrowed, due=due)
    with closing(connect(":memory:")) as connection:
        plan = connection.execute(
            f"explain query plan {statement}", (None,) * statement.count("?")
        ).fetchall()

    assert plan[0][3] == f"SEARCH document USING INDEX {index}"


@pytest.mark.parametrize("hold", (False, True))
def test_what_is_on_hold_is_found_without_looking_at_the_rest(hold: bool) -> None:
    statement = sql.find((), due=False, on_hold=True, hold=hold)
    with closing(connect(":memory:")) as connection:
        plan = connection.execute(
            f"explain query plan {statement}", (None,) * statement.count("?")
        ).fetchall()

    index = "document_holds (tenant=? AND kind=? AND id>?)"
    assert [step[3] for step in plan] == [f"SEARCH document USING INDEX {index}"]
