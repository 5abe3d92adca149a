"""What PostgreSQL alone can do to a store: break a line, keep it waiting, be ahead of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, cast

import attrs
import psycopg
import pytest

from orderflow import (
    BadInput,
    OutcomeUnknown,
    Position,
    RetryExhausted,
    Short,
    Sku,
    Stale,
    Workflow,
)
from orderflow.adapters import postgres, postgres_sql
from orderflow.adapters.dialects import TABLES
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.postgres_tables import steps_done, take_step
from orderflow.errors import StoreUnavailable
from orderflow.journal import Change
from orderflow.orders import place
from orderflow.ports import Query
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Counter
from tests import servers
from tests.builders import LAMP, Clock, assert_laws, everything, new_order
from tests.stores import schema_of
from tests.test_stores import BELLS, LAMPS, goods, of_books, prepared


@pytest.fixture
def schema(tmp_path: Path) -> str:
    return schema_of(tmp_path)


@pytest.fixture
def served(schema: str) -> Iterator[PostgresStore]:
    with PostgresStore(servers.url(), schema=schema) as store:
        yield store


@contextmanager
def by_hand() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Somebody else at the same database."""
    with psycopg.connect(servers.url(), autocommit=True) as line:
        yield line


def do(line: psycopg.Connection[tuple[Any, ...]], statement: str) -> Any:
    return line.execute(statement.encode())


def waiting(line: psycopg.Connection[tuple[Any, ...]], schema: str) -> int | None:
    """The process of whoever waits for a lock on a counter of a schema."""
    row = line.execute(
        "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like %s",
        (f"%{schema}%",),
    ).fetchone()
    return None if row is None else cast("int", row[0])


def until_somebody_waits(line: psycopg.Connection[tuple[Any, ...]], schema: str) -> int:
    for _ in range(1000):
        pid = waiting(line, schema)
        if pid is not None:
            return pid
        time.sleep(0.005)
    raise AssertionError("nobody waits")


# --- round trips ---------------------------------------------------------------------------------


@pytest.mark.feature("F125")
def test_a_reservation_of_three_lines_is_granted_in_one_round_trip(
    served: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three claims, the order, its entry and its message; figures are read in one before it."""
    house = Workflow(served, clock=Clock())
    wanted = ("BRASS-LAMP", "HEMP-ROPE", "SHIP-BELL")
    for sku in wanted:
        house.receive(Position(sku, "leith"), 5)
    house.place("o-17", new_order(*[(Sku(sku), 2) for sku in wanted], cash_on_delivery=True))
    told: list[bytes] = []

    class Heard:
        """A line that is listened to."""

        closed = False

        def execute(self, statement: bytes, values: Any = None) -> Any:
            told.append(statement)
            return line.execute(statement, values)

    line = served._line()
    heard = Heard()
    with monkeypatch.context() as patch:
        patch.setattr(served, "_line", lambda: heard)
        house.reserve("o-17")

    assert {one.claimed for one in served.books("").counters} == {2}
    assert [statement for statement in told if b"commit_1" in statement] == told[-1:]
    assert len([statement for statement in told if b"counter" in statement]) <= 1
    assert_laws(served)


# --- a line that breaks -------------------------------------------------------------------------


@pytest.mark.parametrize("after", (False, True), ids=("before", "after"))
def test_a_reply_that_is_lost_is_an_unknown_outcome_that_the_same_key_settles(
    served: PostgresStore, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    house = Workflow(served, clock=Clock())
    house.receive(LAMPS, 5)

    class Breaking:
        """A line that breaks when a commit goes over it: on its way, or with its reply."""

        closed = False

        def execute(self, statement: bytes, values: Any) -> Any:
            if b"commit_1" in statement:
                if after:
                    line.execute(statement, values)
                line.close()
                self.closed = True
                raise psycopg.OperationalError("server closed the connection unexpectedly")
            return line.execute(statement, values)

    line = served._line()
    with monkeypatch.context() as patch:
        breaking = Breaking()
        patch.setattr(served, "_line", lambda: breaking)
        with pytest.raises(OutcomeUnknown, match="send it again with the same key") as caught:
            house.hold_stock("h-1", LAMPS, 2, key="k-1")

    assert caught.value.key == "k-1"
    again = house.hold_stock("h-1", LAMPS, 2, key="k-1")
    assert again.repeated == after
    assert served.books("").counters == (Counter(LAMPS, 5, 2),)
    assert_laws(served)


def test_a_server_that_ends_a_session_in_mid_commit_leaves_an_unknown_outcome(
    served: PostgresStore, schema: str
) -> None:
    house = Workflow(served, clock=Clock())
    house.receive(LAMPS, 5)
    met: list[BaseException] = []

    def hold() -> None:
        try:
            house.hold_stock("h-1", LAMPS, 2, key="k-1")
        except OutcomeUnknown as error:
            met.append(error)

    with by_hand() as other, by_hand() as judge:
        do(other, "begin")
        do(other, f"select * from {schema}.counter for update")
        thread = Thread(target=hold)
        thread.start()
        judge.execute("select pg_terminate_backend(%s)", (until_somebody_waits(judge, schema),))
        thread.join()
        do(other, "rollback")

    assert [type(error) for error in met] == [OutcomeUnknown]
    assert not house.hold_stock("h-1", LAMPS, 2, key="k-1").repeated
    assert_laws(served)


def test_a_store_whose_line_was_cut_while_idle_connects_anew(served: PostgresStore) -> None:
    house = Workflow(served, clock=Clock())
    house.receive(LAMPS, 5)
    with by_hand() as judge:
        judge.execute("select pg_terminate_backend(%s)", (served._line().info.backend_pid,))

    with pytest.raises(StoreUnavailable, match="postgresql"):
        served.books("")

    assert served.books("").counters == (Counter(LAMPS, 5, 0),)


# --- others -------------------------------------------------------------------------------------


def test_who_waits_too_long_is_told_so_and_nothing_has_changed(
    schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "BUSY_SECONDS", 0.05)
    with PostgresStore(servers.url(), schema=schema) as store, by_hand() as other:
        house = Workflow(store, clock=Clock())
        house.receive(LAMPS, 5)
        before = everything(store)
        do(other, "begin")
        do(other, f"select * from {schema}.counter for update")

        with pytest.raises(RetryExhausted, match="nothing has changed"):
            house.hold_stock("h-1", LAMPS, 2, key="k-1")

        # Readers wait for nobody, and what is plainly short needs no lock.
        assert everything(store) == before
        with pytest.raises(Short):
            house.hold_stock("h-1", LAMPS, 6)
        do(other, "rollback")
        assert not house.hold_stock("h-1", LAMPS, 2, key="k-1").repeated
        assert_laws(store)


def meanwhile(
    store: PostgresStore, schema: str, first: str, change: Change, then: str
) -> list[BaseException]:
    """Commit a change while somebody else is in the middle of something, and then ends it."""
    met: list[BaseException] = []

    def commit() -> None:
        try:
            store.commit(change)
        except (Short, Stale) as error:
            met.append(error)

    with by_hand() as other, by_hand() as judge:
        do(other, "begin")
        do(other, first.replace("{s}", schema))
        thread = Thread(target=commit)
        thread.start()
        until_somebody_waits(judge, schema)
        do(other, then.replace("{s}", schema))
        do(other, "commit")
        thread.join()
    return met


def test_what_somebody_takes_while_a_grant_waits_is_not_granted_again(
    served: PostgresStore, schema: str
) -> None:
    Workflow(served, clock=Clock()).receive(LAMPS, 5)
    change = prepared(served, hold_stock.on("h-1", LAMPS, 2))

    met = meanwhile(
        served,
        schema,
        "update {s}.counter set claimed = claimed + 4",
        change,
        "select 1",
    )

    assert [str(error) for error in met] == ["BRASS-LAMP at leith: 2 asked, 1 free"]
    assert served.seen("", change.key) is None


def test_a_document_that_is_relied_on_cannot_move_before_the_change_is_there(
    served: PostgresStore, schema: str
) -> None:
    Workflow(served, clock=Clock()).place("o-17", new_order((LAMP, 1)))
    (order,) = served.find(Query("order"))
    relying = attrs.evolve(of_books(goods(LAMPS, 1)), relied=((order.value.ref, order.version),))

    met = meanwhile(served, schema, "update {s}.document set version = 2", relying, "select 1")

    assert [str(error) for error in met] == ["order o-17 has changed in between"]


def test_two_that_rely_on_each_other_not_being_there_are_not_both_granted(
    served: PostgresStore, schema: str
) -> None:
    with PostgresStore(servers.url(), schema=schema) as another:
        placed = [
            prepared(served, place.on(id, new_order((LAMP, 1))), key=f"k-{id}")
            for id in ("o-1", "o-2")
        ]
        (first, _), (second, _) = (one.replaced[0] for one in placed)
        changes = (
            attrs.evolve(placed[0], relied=((second.ref, 0),)),
            attrs.evolve(placed[1], relied=((first.ref, 0),)),
        )
        with ThreadPoolExecutor(2) as pool:
            for _ in range(30):
                made = [
                    pool.submit(by.commit, change)
                    for by, change in zip((served, another), changes, strict=True)
                ]
                met = [one.exception() for one in made]
                assert [type(error) for error in met if error is not None] == [Stale]
                with by_hand() as line:
                    for table in TABLES:
                        if table != "migration":
                            do(line, f"delete from {schema}.{table}")


def test_entries_about_one_counter_have_numbers_in_the_order_in_which_they_took_effect(
    served: PostgresStore, schema: str
) -> None:
    """Who began first and had to wait comes behind whom he has waited for."""
    Workflow(served, clock=Clock()).receive(LAMPS, 5)
    early = prepared(served, hold_stock.on("h-1", LAMPS, 2), key="early")

    def late(line: psycopg.Connection[tuple[Any, ...]]) -> None:
        with PostgresStore(servers.url(), schema=schema) as another:
            another.commit(of_books(goods(BELLS, 1), key="late"))

    with by_hand() as other, by_hand() as judge:
        do(other, "begin")
        do(other, f"select * from {schema}.counter for update")
        thread = Thread(target=lambda: served.commit(early))
        thread.start()
        until_somebody_waits(judge, schema)
        late(other)
        do(other, "rollback")
        thread.join()

    assert [entry.key for entry in served.entries(after=1)] == ["late", "early"]


# --- tables -------------------------------------------------------------------------------------


def test_many_that_open_a_new_database_at_once_all_have_it(schema: str) -> None:
    def open_it(name: int) -> None:
        with PostgresStore(servers.url(), schema=schema) as store:
            store.commit(of_books(goods(LAMPS, 1), key=f"k-{name}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_it, range(6)))

    with PostgresStore(servers.url(), schema=schema) as store:
        assert store.books("").counters == (Counter(LAMPS, 6, 0),)


def test_a_database_that_is_one_step_ahead_is_worked_on_and_one_of_two_is_refused(
    served: PostgresStore, schema: str
) -> None:
    known = len(postgres_sql.MIGRATIONS)
    with by_hand() as line:
        do(line, f"insert into {schema}.migration (n) values ({known + 1})")
        with PostgresStore(servers.url(), schema=schema) as one_ahead:
            Workflow(one_ahead, clock=Clock()).receive(LAMPS, 5)
        do(line, f"insert into {schema}.migration (n) values ({known + 2})")

    with pytest.raises(StoreUnavailable, match="open it with a newer one"):
        PostgresStore(servers.url(), schema=schema)


@pytest.mark.parametrize("change", ("add column", "add table"))
def test_a_step_is_taken_while_four_others_write_and_none_of_them_fails(
    served: PostgresStore, schema: str, change: str
) -> None:
    steps = {
        "add column": "alter table {p}entry add column told_to text",
        "add table": "create table {p}told (seq bigint primary key references {p}entry)",
    }
    taken = (*postgres_sql.MIGRATIONS, steps[change])
    done: list[int] = []

    def write(name: int) -> None:
        with PostgresStore(servers.url(), schema=schema) as store:
            house = Workflow(store, clock=Clock())
            while len(done) < 4 or not stepped:
                house.receive(LAMPS, 1, key=f"{name}-{time.monotonic_ns()}")
                done.append(name)

    stepped: list[int] = []
    with ThreadPoolExecutor(4) as pool, by_hand() as line:
        writers = [pool.submit(write, name) for name in range(4)]
        while len(done) < 4 and not any(one.done() for one in writers):
            time.sleep(0.005)
        with line.transaction():
            assert not take_step(postgres._Plain(line), schema, taken)
        stepped.append(1)
        for one in writers:
            one.result()

    assert steps_done(postgres._Plain(served._line()), schema) == len(taken)
    assert served.books("").counters == (Counter(LAMPS, len(done), 0),)
    assert_laws(served)


def test_two_schemas_of_one_database_know_nothing_of_each_other(
    served: PostgresStore, schema: str
) -> None:
    with PostgresStore(servers.url(), schema=f"{schema}_2") as another:
        for one in (served, another):
            Workflow(one, clock=Clock()).receive(LAMPS, 5, key="k-1")

        Workflow(another, clock=Clock()).hold_stock("h-1", LAMPS, 5)

        assert served.books("").counters == (Counter(LAMPS, 5, 0),)


@pytest.mark.parametrize(
    "name", ("", "Shop", "1st", "a b", 'x"; drop schema public', None, "x" * 41)
)
def test_a_name_that_needs_quotes_is_no_schema(name: Any) -> None:
    with pytest.raises(BadInput, match="small letters"):
        PostgresStore("postgresql://nowhere", schema=name)


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(StoreUnavailable, match=r"postgresql 127.0.0.1:1/shop") as caught:
        PostgresStore("postgresql://ann:lighthouse@127.0.0.1:1/shop?connect_timeout=2")

    assert "lighthouse" not in str(caught.value)
    with pytest.raises(BadInput, match="url"):
        PostgresStore("postgresql://nowhere?colour=red")


def test_a_closed_store_says_so(served: PostgresStore) -> None:
    change = of_books(goods(LAMPS, 1))
    served.commit(change)
    served.close()

    works: tuple[Callable[[], object], ...] = (
        lambda: served.books(""),
        lambda: list(served.entries()),
        lambda: served.commit(attrs.evolve(change, key="k-2")),
        lambda: served.put("c-7", {}),
    )
    for work in works:
        with pytest.raises(StoreUnavailable, match="closed"):
            work()
