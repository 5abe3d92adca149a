"""What a command costs on a store beside hand-written statements, and what processes add.

The hand-written side says the same statements for the same lives, in one transaction for each
command and over one connection: the same rows, the same guards, in the same order.
On PostgreSQL each is a round trip.
It decides nothing; documents are read whole and decoded, and what is written is encoded, as in
`benchmarks.lifecycle`.
Of a reservation only the command itself is told, with an order of three lines that is there.

What processes do together is in `benchmarks.storms`.
A real PostgreSQL is started for it, with its settings as they come.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import create_engine

from benchmarks.lifecycle import (
    COMMANDS,
    MEMORY_FILES,
    PRICE,
    SKUS,
    Lives,
    Recorder,
    Statement,
    made,
    over_hand,
    read,
    statements,
    stocked,
    unmade,
)
from benchmarks.ratios import Ratio, Work, ratio
from benchmarks.storms import limits, reserved_a_second
from orderflow import NewLine, NewOrder
from orderflow.adapters.dialects import said
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.sqlalchemy import SqlAlchemyStore, make_tables
from orderflow.adapters.sqlite import SqliteStore
from orderflow.ports import Store
from tests import servers

PROCESSES: Final = (1, 2, 4, 8)

Line = psycopg.Connection[tuple[Any, ...]]


def by_hand(line: Line, prefix: str, spoken: Iterable[Statement]) -> None:
    """Say statements one after the other, a transaction for each command."""
    for statement, values in spoken:
        if statement == "begin immediate":
            line.execute("begin")
        else:
            told = said(statement, prefix, "%s").encode()
            cursor = line.execute(told, made(values) or None)
            if cursor.description:
                read(statement, cursor.fetchall())


def life_over_hand(ours: Store, hand: Line, prefix: str, orders: int, pairs: int) -> Ratio:
    """Our commands beside hand-written ones, order by order."""
    lives, recorded = Lives(stocked(ours)), statements(orders * pairs + 20)
    by_hand(hand, prefix, next(recorded))
    for _ in range(20):
        lives.one()()
        by_hand(hand, prefix, next(recorded))

    def turn() -> tuple[Work, Work]:
        spoken = list(unmade(next(recorded)))
        return lives.one(), lambda: by_hand(hand, prefix, spoken)

    return ratio(((turn() for _ in range(orders)) for _ in range(pairs)), COMMANDS)


def three_lines(chance: random.Random) -> NewOrder:
    lines = [NewLine(str(i), sku, 2, PRICE) for i, sku in enumerate(chance.sample(SKUS, 3))]
    return NewOrder("c-7", "EUR", tuple(lines), cash_on_delivery=True)


def reservations() -> Iterator[tuple[list[Statement], list[Statement]]]:
    """What the store says to place an order, and what to reserve it; first to take stock."""
    store = SqliteStore(":memory:")
    recorder = Recorder(store._db)
    store._db = recorder  # type: ignore[misc, assignment]  # it is listened to, not changed
    shop = stocked(store)
    yield recorder.said, []
    chance = random.Random(11)
    for i in range(10**9):
        placing: list[Statement] = []
        reserving: list[Statement] = []
        recorder.said = placing
        shop.place(f"r-{i}", three_lines(chance), key=f"p-{i}")
        recorder.said = reserving
        shop.reserve(f"r-{i}", key=f"r-{i}")
        yield placing, reserving


def reservations_over_hand(ours: Store, hand: Line, prefix: str, orders: int, pairs: int) -> Ratio:
    """Our reservations of three lines beside hand-written ones, order by order."""
    shop, recorded = stocked(ours), reservations()
    by_hand(hand, prefix, next(recorded)[0])
    chance = random.Random(11)
    numbers = iter(range(10**9))

    def turn() -> tuple[Work, Work]:
        i, (placing, reserving) = next(numbers), next(recorded)
        shop.place(f"r-{i}", three_lines(chance), key=f"p-{i}")
        by_hand(hand, prefix, placing)
        spoken = list(unmade(reserving))
        return (
            lambda: shop.reserve(f"r-{i}", key=f"r-{i}"),
            lambda: by_hand(hand, prefix, spoken),
        )

    for _ in range(20):
        for work in turn():
            work()
    return ratio(((turn() for _ in range(COMMANDS * orders)) for _ in range(pairs)), 1)


def on_postgres(url: str, orders: int, pairs: int) -> dict[str, Any]:
    """Everything that is measured on a server."""
    found: dict[str, Any] = {}
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    make_tables(engine, schema="through")

    def hand_written(schema: str) -> str:
        PostgresStore(url, schema=schema).close()
        return f"{schema}."

    with psycopg.connect(url, autocommit=True) as hand, PostgresStore(url, schema="ours") as ours:
        prefix = hand_written("hand")
        found["postgres_over_hand"] = life_over_hand(ours, hand, prefix, orders, pairs)
        with PostgresStore(url, schema="reserving") as reserving:
            prefix = hand_written("hand_reserving")
            found["postgres_reservations_over_hand"] = reservations_over_hand(
                reserving, hand, prefix, orders, pairs
            )
        through = SqlAlchemyStore(engine, schema="through")
        prefix = hand_written("hand_through")
        found["sqlalchemy_over_hand"] = life_over_hand(through, hand, prefix, orders, pairs)
        engine.dispose()
        rates = {n: reserved_a_second(url, f"storm_{n}", n, 10 * orders) for n in PROCESSES}
        found["orders_reserved_a_second"] = rates
        found["four_processes_over_one"] = round(rates[4] / rates[1], 2)
        found["limits"] = {
            kind: limits(kind, url, f"limits_{kind}", 4 * orders)
            for kind in ("postgres", "sqlalchemy")
        }
        row = hand.execute("select sum(deadlocks)::bigint from pg_stat_database").fetchone()
        found["deadlocks"] = None if row is None else row[0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--orders", type=int, default=20, help="orders a run")
    options = parser.parse_args()
    shm = MEMORY_FILES if MEMORY_FILES.is_dir() else Path(tempfile.gettempdir())
    pairs, orders = options.pairs, options.orders
    own = time.thread_time
    result: dict[str, Any] = {
        "sqlite_shm_over_hand": over_hand(shm, "full", orders, pairs, clock=own),
        "sqlite_shm_over_statements": over_hand(shm, "full", orders, pairs, alone=True, clock=own),
        "sqlite_normal_over_hand": over_hand(Path.cwd(), "normal", orders, pairs),
        "sqlite_full_over_hand": over_hand(Path.cwd(), "full", orders, pairs),
    }
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        url = servers.apart("start", data)
        try:
            result |= on_postgres(url, orders, pairs)
        finally:
            servers.apart("stop", data)
        result["limits"]["sqlite"] = limits("sqlite", f"{folder}/limits.sqlite", "", 4 * orders)
    result["asked"] = {
        "sqlite_shm_over_hand": 2.0,
        "sqlite_normal_over_hand": 1.5,
        "sqlite_full_over_hand": 1.25,
        "postgres_over_hand": 1.3,
        "postgres_reservations_over_hand": 1.15,
        "four_processes_over_one": 2.2,
        "exceeded": 0,
        "deadlocks": 0,
    }
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
