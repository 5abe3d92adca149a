"""Many processes on one database: how much they do together, and that nothing is exceeded.

Processes reserve orders of two to five goods of twenty, each process its own orders.
Or all of them want what is limited: a quota, what one buyer may have, the uses of a coupon, the
credit of a dealer; twice as much as there is.
Run as a module it is one of the processes.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Final, TypedDict

from sqlalchemy import create_engine

from orderflow import Money, NewLine, NewOrder, Position, Price, Refused, Rules, Sku, Workflow
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.sqlalchemy import SqlAlchemyStore, make_tables
from orderflow.adapters.sqlite import SqliteStore
from orderflow.ports import Store
from orderflow.records import credit_id

GOODS: Final = tuple(Position(f"GOODS-{i:02}", "leith") for i in range(20))
PRICE: Final = Price.of("9.90", "EUR")
LIMITED: Final = ("quota", "buyers_limit", "coupon_uses", "dealer_credit")
PROCESSES: Final = 4


class Limit(TypedDict):
    """What all processes have got of something, how much of it there was, and the excess."""

    granted: int
    of: int
    exceeded: int


def opened(kind: str, where: str, schema: str) -> Store:
    """A store on a database that others have open, too."""
    if kind == "sqlite":
        return SqliteStore(where, synchronous="normal")
    if kind == "postgres":
        return PostgresStore(where, schema=schema)
    engine = create_engine(where.replace("postgresql://", "postgresql+psycopg://", 1))
    make_tables(engine, schema=schema)
    return SqlAlchemyStore(engine, schema=schema)


def storm(kind: str, where: str, schema: str, mode: str, processes: int, count: int) -> float:
    """How long so many processes take, all of them started at one moment."""
    command = [sys.executable, "-m", "benchmarks.storms", kind, where, schema, mode]
    running = [
        subprocess.Popen(
            [*command, str(i), str(count)],
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
    return time.perf_counter() - began


def reserved_a_second(url: str, schema: str, processes: int, orders: int) -> float:
    """How many orders a second so many processes have reserved, all of them together."""
    with PostgresStore(url, schema=schema) as store:
        shop = Workflow(store)
        for at in GOODS:
            shop.receive(at, 10**7)
    took = storm("postgres", url, schema, "reserve", processes, orders)
    return round(processes * orders / took, 1)


def limits(kind: str, where: str, schema: str, each: int) -> dict[str, Limit]:
    """What processes get of all that is limited, where each wants half of it and there are four."""
    store = opened(kind, where, schema)
    shop = Workflow(store)
    for at in GOODS[:4]:
        shop.receive(at, 10**7)
    shop.set_quota("web", GOODS[0], each, "web")
    shop.describe_item(GOODS[1].sku, each)
    shop.set_coupon("SPRING", each)
    shop.set_credit(credit_id("dealer", "EUR"), Money(990 * each, "EUR"))
    storm(kind, where, schema, "limits", PROCESSES, 2 * each // PROCESSES)
    got = Counter(
        entry.call.ref.id.partition("-")[0]
        for entry in store.entries()
        if entry.call.verb == ("reserve" if entry.call.ref.id.startswith(LIMITED[:2]) else "place")
    )
    over = sum([row.over_committed for row in store.books("").counters])
    return {
        one: Limit(granted=got[one], of=each, exceeded=max(over, got[one] - each))
        for one in LIMITED
    }


def reserve(shop: Workflow, name: str, count: int) -> None:
    """Place orders, and have each reserved."""
    chance = random.Random(name)
    for i in range(count):
        wanted = chance.sample(GOODS, chance.randint(2, 5))
        lines = tuple(NewLine(str(k), Sku(at.sku), 1, PRICE) for k, at in enumerate(wanted))
        shop.place(f"{name}-{i}", NewOrder("c-7", "EUR", lines, cash_on_delivery=True))
        shop.reserve(f"{name}-{i}")


def want_limited(shop: Workflow, name: str, count: int) -> None:
    """Ask in turn for each thing that is limited."""
    one, two, three, four = ((NewLine("1", Sku(at.sku), 1, PRICE),) for at in GOODS[: len(LIMITED)])
    for i in range(count):
        orders = (
            NewOrder(f"c-{name}", "EUR", one, channel="web", cash_on_delivery=True),
            NewOrder("c-7", "EUR", two, cash_on_delivery=True),
            NewOrder(f"c-{name}", "EUR", three, coupons=("SPRING",)),
            NewOrder("dealer", "EUR", four, on_account=True),
        )
        for limited, order in zip(LIMITED, orders, strict=True):
            id = f"{limited}-{name}-{i}"
            try:
                shop.place(id, order)
                if limited in LIMITED[:2]:
                    shop.reserve(id)
            except Refused:
                continue


MODES: Final[dict[str, Callable[[Workflow, str, int], None]]] = {
    "reserve": reserve,
    "limits": want_limited,
}


def main() -> None:
    kind, where, schema, mode, name, count = sys.argv[1:]
    shop = Workflow(opened(kind, where, schema), Rules(tries_max=1_000))
    print("ready", flush=True)
    sys.stdin.readline()
    MODES[mode](shop, name, int(count))


if __name__ == "__main__":
    main()
