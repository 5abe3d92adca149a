"""What a command costs on a store beside hand-written statements, and what processes add.

The hand-written side says the same statements for the same lives, with their values ready made, in
one transaction for each command and over one connection: the same rows, the same guards, in the
same order. On PostgreSQL each is a round trip.
So the ratio is what everything but the database costs, less what one statement saves.

Processes reserve orders of two to five goods of twenty, each process its own orders.
A real PostgreSQL is started for it, with its settings as they come.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import create_engine

from benchmarks.lifecycle import (
    COMMANDS,
    MEMORY_FILES,
    Lives,
    Statement,
    over_hand,
    statements,
    stocked,
)
from benchmarks.ratios import Ratio, Work, ratio
from orderflow import NewLine, NewOrder, Position, Price, Rules, Sku, Workflow
from orderflow.adapters.dialects import said
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.sqlalchemy import SqlAlchemyStore, make_tables
from orderflow.ports import Store
from tests import servers

GOODS: Final = tuple(Position(f"GOODS-{i:02}", "leith") for i in range(20))
PRICE: Final = Price.of("9.90", "EUR")
PROCESSES: Final = (1, 2, 4, 8)

Line = psycopg.Connection[tuple[Any, ...]]


def by_hand(line: Line, prefix: str, spoken: Iterable[Statement]) -> None:
    """Say statements one after the other, a transaction for each command."""
    for statement, values in spoken:
        if statement == "begin immediate":
            line.execute("begin")
        else:
            cursor = line.execute(said(statement, prefix, "%s").encode(), values or None)
            if cursor.description:
                cursor.fetchall()


def life_over_hand(ours: Store, hand: Line, prefix: str, orders: int, pairs: int) -> Ratio:
    """Our commands beside the statements alone, order by order."""
    lives, recorded = Lives(stocked(ours)), statements(orders * pairs + 20)
    by_hand(hand, prefix, next(recorded))
    for _ in range(20):
        lives.one()()
        by_hand(hand, prefix, next(recorded))

    def turn() -> tuple[Work, Work]:
        spoken = next(recorded)
        return lives.one(), lambda: by_hand(hand, prefix, spoken)

    return ratio(((turn() for _ in range(orders)) for _ in range(pairs)), COMMANDS)


def reserve(url: str, schema: str, name: str, orders: int) -> None:
    """One of the processes: place orders, and have each reserved; say how long that has taken."""
    chance = random.Random(name)
    with PostgresStore(url, schema=schema) as store:
        shop = Workflow(store, Rules(tries_max=100))
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.perf_counter()
        for i in range(orders):
            wanted = chance.sample(GOODS, chance.randint(2, 5))
            lines = tuple(NewLine(str(k), Sku(at.sku), 1, PRICE) for k, at in enumerate(wanted))
            shop.place(f"{name}-{i}", NewOrder("c-7", "EUR", lines, cash_on_delivery=True))
            shop.reserve(f"{name}-{i}")
        print(time.perf_counter() - began, flush=True)


def reserved_a_second(url: str, schema: str, processes: int, orders: int) -> float:
    """How many orders a second so many processes have reserved, all of them together."""
    with PostgresStore(url, schema=schema) as store:
        shop = Workflow(store)
        for at in GOODS:
            shop.receive(at, 10**7)
    command = [sys.executable, "-m", "benchmarks.stores", "--reserve", url, schema]
    running = [
        subprocess.Popen(
            [*command, str(i), str(orders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(processes)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in running:
        one.communicate()
        assert one.returncode == 0
    return round(processes * orders / (time.perf_counter() - began), 1)


def on_postgres(url: str, orders: int, pairs: int) -> dict[str, Any]:
    """Everything that is measured on a server."""
    found: dict[str, Any] = {}
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    make_tables(engine, schema="through")
    with psycopg.connect(url, autocommit=True) as hand:
        for name, store in (
            ("postgres_over_hand", PostgresStore(url, schema="ours")),
            ("sqlalchemy_over_hand", SqlAlchemyStore(engine, schema="through")),
        ):
            schema = f"hand_{name.partition('_')[0]}"
            PostgresStore(url, schema=schema).close()
            found[name] = life_over_hand(store, hand, f"{schema}.", orders, pairs)
            if isinstance(store, PostgresStore):
                store.close()
        engine.dispose()
        rates = {n: reserved_a_second(url, f"storm_{n}", n, 10 * orders) for n in PROCESSES}
        found["orders_reserved_a_second"] = rates
        found["four_processes_over_one"] = round(rates[4] / rates[1], 2)
        row = hand.execute("select sum(deadlocks)::bigint from pg_stat_database").fetchone()
        found["deadlocks"] = None if row is None else row[0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--orders", type=int, default=20, help="orders a run")
    parser.add_argument("--reserve", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reserve:
        url, schema, name, orders = options.reserve
        reserve(url, schema, name, int(orders))
        return
    shm = MEMORY_FILES if MEMORY_FILES.is_dir() else Path(tempfile.gettempdir())
    pairs, orders = options.pairs, options.orders
    result: dict[str, Any] = {
        "sqlite_shm_over_hand": over_hand(shm, "full", orders, pairs),
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
    result["asked"] = {
        "sqlite_shm_over_hand": 2.0,
        "sqlite_normal_over_hand": 1.5,
        "sqlite_full_over_hand": 1.25,
        "postgres_over_hand": 1.3,
        "four_processes_over_one": 2.2,
        "deadlocks": 0,
    }
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
