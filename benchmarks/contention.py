"""What contends with what: 1, 2, 4 and 8 processes on one database, under even and skewed demand.

Each process makes as many commands as the others, one after the other, and times each.
*even* takes one unit of one of two hundred goods by chance, *skewed* of the same goods where the
second is wanted half as often as the first, the third a third as often, and so on, and *one* of the
same one each time.
*order* puts one order of all processes on hold and lifts that again: a document has one version, so
who comes second reads anew and tries again.
Run as a module with more arguments it is one of the processes.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final, TypedDict

from benchmarks.storms import PRICE, opened
from orderflow import NewLine, NewOrder, Position, Rules, Sku, Workflow
from orderflow.errors import Stale
from orderflow.journal import Change, Committed
from orderflow.ports import Store
from orderflow.testing.kit import Passing
from tests import servers

PROCESSES: Final = (1, 2, 4, 8)
GOODS: Final = tuple(Position(f"GOODS-{i:03}", "leith") for i in range(200))
WANTED: Final = {
    "even": [1.0] * len(GOODS),
    "skewed": [1 / rank for rank in range(1, len(GOODS) + 1)],
    "one": [1.0] + [0.0] * (len(GOODS) - 1),
}
DEMANDS: Final = (*WANTED, "order")
STORES: Final = ("sqlite", "postgres", "sqlalchemy")
ENOUGH: Final = Rules(tries_max=1_000)


class Figure(TypedDict):
    """Commands a second of all processes, how long one takes in milliseconds, tries of each."""

    commands_a_second: float
    p50_ms: float
    p99_ms: float
    worst_ms: float
    tries: float


class Counted(Passing):
    """A store that counts how often somebody else was quicker."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.stale = 0

    def commit(self, change: Change) -> Committed:
        try:
            return super().commit(change)
        except Stale:
            self.stale += 1
            raise


def furnished(kind: str, where: str, schema: str) -> None:
    """Goods for all, and the order that all of them want to change."""
    shop = Workflow(opened(kind, where, schema))
    for at in GOODS:
        shop.receive(at, 10**6)
    lines = (NewLine("1", Sku(GOODS[0].sku), 1, PRICE),)
    shop.place("o-1", NewOrder("c-7", "EUR", lines, cash_on_delivery=True))


def commands(shop: Workflow, demand: str, name: str) -> Callable[[int], None]:
    """The command that a process makes for the `i`th time."""
    if demand == "order":

        def change(i: int) -> None:
            if i % 2:
                shop.lift_hold("o-1", f"look_{name}")
            else:
                shop.hold("o-1", f"look_{name}", "somebody looks at it")

        return change
    chance = random.Random(f"{demand} {name}")

    def claim(i: int) -> None:
        (at,) = chance.choices(GOODS, WANTED[demand])
        shop.hold_stock(f"h-{demand}-{name}-{i}", at, 1)

    return claim


def work(kind: str, where: str, schema: str, demand: str, name: str, count: int) -> None:
    """Be one of the processes."""
    store = Counted(opened(kind, where, schema))
    command = commands(Workflow(store, ENOUGH), demand, name)
    print("ready", flush=True)
    sys.stdin.readline()
    ticks = [time.monotonic()]  # the same clock for all processes
    for i in range(count):
        command(i)
        ticks.append(time.monotonic())
    print(json.dumps([store.stale, ticks]))


def measured(kind: str, where: str, schema: str, demand: str, processes: int, count: int) -> Figure:
    """What so many processes do, all of them started at one moment."""
    command = [sys.executable, "-m", "benchmarks.contention", kind, where, schema, demand]
    running = [
        subprocess.Popen(
            [*command, f"{processes}_{i}", str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(processes)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    answers = [json.loads(one.communicate()[0]) for one in running]
    span = max(ticks[-1] for _, ticks in answers) - min(ticks[0] for _, ticks in answers)
    took = sorted(
        1_000 * (after - before) for _, ticks in answers for before, after in pairwise(ticks)
    )
    return Figure(
        commands_a_second=round(len(took) / span, 1),
        p50_ms=round(took[len(took) // 2], 2),
        p99_ms=round(took[len(took) * 99 // 100], 2),
        worst_ms=round(took[-1], 2),
        tries=round(1 + sum(stale for stale, _ in answers) / len(took), 3),
    )


def main() -> None:
    if len(sys.argv) == 7:
        kind, where, schema, demand, name, count = sys.argv[1:]
        work(kind, where, schema, demand, name, int(count))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--commands", type=int, default=800, help="commands of all processes")
    options = parser.parse_args()
    result: dict[str, dict[str, dict[int, Figure]]] = {}
    if not options.json:
        print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        url = servers.apart("start", data)
        try:
            for kind in STORES:
                where = f"{folder}/contention.sqlite" if kind == "sqlite" else url
                furnished(kind, where, kind)
                for demand in DEMANDS:
                    rows = result.setdefault(kind, {})[demand] = {}
                    for n in PROCESSES:
                        row = measured(kind, where, kind, demand, n, options.commands // n)
                        rows[n] = row
                        if not options.json:
                            print(f"{kind:<11}{demand:<8}{n:>9}", *told(row), sep="", flush=True)
        finally:
            servers.apart("stop", data)
    if options.json:
        print(json.dumps(result))


HEAD: Final = "store      demand  processes    a second    p50 ms    p99 ms  worst ms     tries"


def told(row: Figure) -> list[str]:
    """The columns of a row."""
    return [
        f"{row['commands_a_second']:>12}",
        f"{row['p50_ms']:>10}",
        f"{row['p99_ms']:>10}",
        f"{row['worst_ms']:>10}",
        f"{row['tries']:>10}",
    ]


if __name__ == "__main__":
    main()
