"""A store inside a host's own transaction: it lasts when the host commits, and not otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from orderflow import BadInput, OutcomeUnknown, RetryExhausted, Short, Workflow
from orderflow.adapters.sqlalchemy import SqlAlchemyStore, make_tables
from orderflow.errors import StoreUnavailable
from orderflow.journal import Change
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Counter
from tests.builders import Clock, assert_laws
from tests.stores import psycopg_url, schema_of
from tests.test_stores import LAMPS, prepared

NAMES = ("postgresql", "sqlite")


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A host's database with five lamps, and an empty table of its own."""
    on_postgres = request.param == "postgresql"
    made = create_engine(psycopg_url() if on_postgres else f"sqlite:///{tmp_path / 'erp.sqlite'}")
    make_tables(made, schema=schema_of(tmp_path))
    with made.begin() as line:
        line.execute(text(f"create table {schema_of(tmp_path)}_invoices (id text)"))
    house(SqlAlchemyStore(made, schema=schema_of(tmp_path))).receive(LAMPS, 5)
    yield made
    made.dispose()


@pytest.fixture
def schema(tmp_path: Path) -> str:
    return schema_of(tmp_path)


def house(store: SqlAlchemyStore) -> Workflow:
    return Workflow(store, clock=Clock())


def invoice(line: Connection | Session, schema: str, id: str) -> None:
    line.execute(text(f"insert into {schema}_invoices values ('{id}')"))


def invoices(engine: Engine, schema: str) -> list[str]:
    with engine.connect() as line:
        rows = line.execute(text(f"select id from {schema}_invoices order by id")).fetchall()
    return [row[0] for row in rows]


def test_what_is_read_through_an_engine_on_a_server_begins_no_transaction(
    engine: Engine, schema: str
) -> None:
    """Beginning and ending one would be two round trips more for each document."""
    store = SqlAlchemyStore(engine, schema=schema)
    alone: list[bool] = []

    @event.listens_for(engine, "before_cursor_execute")
    def listen(line: Connection, *_: object) -> None:
        real: Any = line.connection.driver_connection
        alone.append(engine.dialect.name == "sqlite" or real.autocommit)

    shop = house(store)
    shop.hold_stock("h-1", LAMPS, 2, key="k-1")
    on_its_way = len(alone)
    assert shop.stock_hold("h-1").n == 2
    assert store.books("").counters == (Counter(LAMPS, 5, 2),)
    store.put("c-7", {"name": "Ann"})
    assert store.get("c-7") == {"name": "Ann"}

    assert len(alone) > on_its_way
    assert all(alone[on_its_way:])
    with engine.connect() as line:
        real: Any = line.connection.driver_connection
        assert engine.dialect.name == "sqlite" or not real.autocommit, "the host's are as they were"


def test_documents_are_kept_decoded_on_an_engine_and_in_no_transaction_of_a_host(
    engine: Engine, schema: str
) -> None:
    """What another has changed is read anew; what a host may still undo is read each time."""
    store = SqlAlchemyStore(engine, schema=schema)
    ours, other = house(store), house(SqlAlchemyStore(engine, schema=schema))
    ours.hold_stock("h-1", LAMPS, 2, key="k-1")
    assert ours.stock_hold("h-1") is ours.stock_hold("h-1")

    other.release_stock_hold("h-1", key="k-2")

    assert ours.stock_hold("h-1") == other.stock_hold("h-1")
    with engine.connect() as line:
        inside = house(SqlAlchemyStore(line, schema=schema))
        inside.hold_stock("h-2", LAMPS, 3, key="k-3")
        assert inside.stock_hold("h-2") is not inside.stock_hold("h-2")
        line.rollback()
    ours.hold_stock("h-2", LAMPS, 1, key="k-4")
    assert ours.stock_hold("h-2").n == 1
    assert_laws(store)


@pytest.mark.parametrize("first", ("ours", "theirs"))
@pytest.mark.parametrize("kind", (Connection, Session))
def test_what_the_host_commits_lasts_with_its_own_rows_and_what_it_rolls_back_does_not(
    engine: Engine, schema: str, kind: type[Connection] | type[Session], first: str
) -> None:
    outside = SqlAlchemyStore(engine, schema=schema)
    for id, kept in (("h-1", False), ("h-2", True)):
        with Session(engine) if kind is Session else engine.connect() as line:
            if first == "theirs":
                invoice(line, schema, id)
            inside = house(SqlAlchemyStore(line, schema=schema))
            inside.hold_stock(id, LAMPS, 2, key="k-1")
            if first == "ours":
                invoice(line, schema, id)
            assert inside.stock_hold(id).n == 2
            assert inside.store.books("").counters == (Counter(LAMPS, 5, 2),)
            if kept:
                line.commit()
            else:
                line.rollback()

        assert outside.books("").counters == (Counter(LAMPS, 5, 2 if kept else 0),)
        assert (outside.seen("", "k-1") is not None) == kept
        assert invoices(engine, schema) == (["h-2"] if kept else [])
    assert house(outside).hold_stock("h-2", LAMPS, 2, key="k-1").repeated
    assert_laws(outside)


def test_a_refused_command_undoes_itself_and_nothing_of_the_host(
    engine: Engine, schema: str
) -> None:
    with engine.begin() as line:
        invoice(line, schema, "i-1")
        inside = house(SqlAlchemyStore(line, schema=schema))
        inside.hold_stock("h-1", LAMPS, 3)
        with pytest.raises(Short):
            inside.hold_stock("h-2", LAMPS, 3, key="k-2")
        invoice(line, schema, "i-2")
        inside.hold_stock("h-3", LAMPS, 2, key="k-2")

    assert invoices(engine, schema) == ["i-1", "i-2"]
    outside = SqlAlchemyStore(engine, schema=schema)
    assert [claim.holder.id for claim in outside.claims("", LAMPS)] == ["h-1", "h-3"]
    assert_laws(outside)


def test_what_stands_in_a_savepoint_of_the_host_goes_with_it(engine: Engine, schema: str) -> None:
    with engine.begin() as line:
        inside = house(SqlAlchemyStore(line, schema=schema))
        inside.hold_stock("h-1", LAMPS, 1)
        with line.begin_nested() as part:
            inside.hold_stock("h-2", LAMPS, 1)
            part.rollback()
        inside.hold_stock("h-3", LAMPS, 1)

    outside = SqlAlchemyStore(engine, schema=schema)
    assert [claim.holder.id for claim in outside.claims("", LAMPS)] == ["h-1", "h-3"]
    assert_laws(outside)


@pytest.mark.parametrize("engine", ("postgresql",), indirect=True)
def test_a_transaction_of_the_host_that_has_failed_is_not_tried_again(
    engine: Engine, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    commit = SqlAlchemyStore._committed

    def told(store: SqlAlchemyStore, change: Change) -> tuple[int, Sequence[int | None]] | None:
        asked.append(change.key)
        return commit(store, change)

    monkeypatch.setattr(SqlAlchemyStore, "_committed", told)
    host = engine.execution_options(isolation_level="REPEATABLE READ")
    with host.connect() as line:
        inside = house(SqlAlchemyStore(line, schema=schema))
        assert inside.store.books("").counters == (Counter(LAMPS, 5, 0),)
        house(SqlAlchemyStore(engine, schema=schema)).hold_stock("h-1", LAMPS, 1, key="k-1")

        with pytest.raises(RetryExhausted, match="nothing has changed"):
            inside.hold_stock("h-2", LAMPS, 1, key="k-2")

        line.rollback()
    assert asked == ["k-1", "k-2"]
    assert_laws(SqlAlchemyStore(engine, schema=schema))


@pytest.mark.parametrize("engine", ("sqlite",), indirect=True)
def test_a_transaction_of_the_host_that_meets_a_writer_is_not_tried_again(
    engine: Engine, schema: str
) -> None:
    with engine.connect() as line, engine.connect() as writer:
        line.exec_driver_sql("pragma busy_timeout = 1")
        line.exec_driver_sql("begin")
        inside = house(SqlAlchemyStore(line, schema=schema))
        assert inside.store.books("").counters == (Counter(LAMPS, 5, 0),)
        writer.exec_driver_sql("begin immediate")

        with pytest.raises(RetryExhausted):
            inside.hold_stock("h-2", LAMPS, 1)

        writer.rollback()
        line.rollback()
    assert_laws(SqlAlchemyStore(engine, schema=schema))


@pytest.mark.parametrize("after", (False, True), ids=("before", "after"))
def test_a_reply_to_a_commit_that_is_lost_is_an_unknown_outcome(
    engine: Engine, schema: str, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    store = SqlAlchemyStore(engine, schema=schema)
    commit = Connection.commit

    def fail(self: Connection) -> None:
        if after:
            commit(self)
        raise OperationalError("commit", {}, cast("Any", OSError("the line is dead")))

    change = prepared(store, hold_stock.on("h-1", LAMPS, 2), key="k-1")
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "commit", fail)
        with pytest.raises(OutcomeUnknown, match="send it again with the same key"):
            store.commit(change)

    again = house(store).hold_stock("h-1", LAMPS, 2, key="k-1")
    assert again.repeated == after
    assert store.books("").counters == (Counter(LAMPS, 5, 2),)
    assert_laws(store)


def test_tables_that_are_there_are_left_alone_and_those_that_are_not_are_told_of(
    engine: Engine, schema: str
) -> None:
    make_tables(engine, schema=schema)
    with engine.begin() as line:
        make_tables(line, schema=schema)
    assert SqlAlchemyStore(engine, schema=schema).books("").counters == (Counter(LAMPS, 5, 0),)

    with pytest.raises(StoreUnavailable, match="elsewhere"):
        SqlAlchemyStore(engine, schema="elsewhere").books("")


@pytest.mark.parametrize("bind", (None, "sqlite://", object()))
def test_what_is_no_database_of_a_host_is_bad_input(bind: Any) -> None:
    with pytest.raises(BadInput, match="bind"):
        SqlAlchemyStore(bind)
    with pytest.raises(BadInput, match="bind"):
        make_tables(bind)
