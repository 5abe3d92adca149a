"""What a command costs: in memory beside one trigger of a state machine, on SQLite beside the SQL.

The reference life has 13 commands: place, pay, allocate, release, pick, pack, hand over, deliver,
ask a return of one line, receive it, inspect it, refund, complete; 3 lines out of a pool of 50 SKUs
over 2 warehouses, each order fits one.

The hand-written side runs the statements that the store runs for the same lives, on a database of
its own: the same rows with the same guards, and nothing is decided.
It keeps no document between two commands, as such programs do not: it reads each whole, decodes it,
and encodes what it writes, by the same codec of JSON.
So the ratio is what the rules, the fold and the types cost, less what documents save that are kept
decoded.
Beside it stands the ratio to the statements alone, with all values ready made.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.ratios import Clock, Ratio, Work, ratio
from orderflow import (
    Location,
    Money,
    NewLine,
    NewOrder,
    Position,
    Price,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters import codec, sql
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.schema import Synchronous, connect
from orderflow.adapters.sqlite import SqliteStore
from orderflow.allocation import allocate
from orderflow.calls import Call
from orderflow.closing import complete
from orderflow.fulfilment import deliver, hand_over, pack, pick, release
from orderflow.inspecting import inspect
from orderflow.orders import hold, lift_hold, place
from orderflow.payments import pay
from orderflow.ports import Store
from orderflow.receiving import receive_return
from orderflow.refunds import refund
from orderflow.returns import ask_return
from orderflow.states import UNIT, OrderState, UnitFacts

SKUS = [Sku(f"SKU-{i:02}") for i in range(50)]
PRICE = Price.of("9.90", "EUR")
RULES = Rules(locations=(Location("leith"), Location("york", 1)))
COMMANDS = 13
PAIRS = 9
MEMORY_FILES = Path("/dev/shm")  # noqa: S108 - a memory file system, where there is one


def life(name: str, chance: random.Random) -> list[Call[Any]]:
    """The calls of one order."""
    chosen = chance.sample(SKUS, 3)
    lines = tuple(NewLine(str(i), sku, 2, PRICE) for i, sku in enumerate(chosen, 1))
    order, bill, work, box, back = (f"{kind}-{name}" for kind in ("o", "pay", "d", "p", "r"))
    return [
        place.on(order, NewOrder("c-7", "EUR", lines)),
        pay.on(bill, Money(5940, "EUR"), ((order, 5940),)),
        allocate.on(order),
        release.on(order, work),
        pick.on(work),
        pack.on(box, (work,)),
        hand_over.on(box),
        deliver.on(box),
        ask_return.on(back, order, (("1", 2),), "too small"),
        receive_return.on(back, "leith"),
        inspect.on(back),
        refund.on(order),
        complete.on(order),
    ]


def stocked(store: Store) -> Workflow:
    """A workflow with more than enough in both warehouses, and a clock that ticks."""
    ticks = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=i) for i in range(10**9))
    workflow = Workflow(store, RULES, clock=lambda: next(ticks))
    for sku in SKUS:
        for location in RULES.locations:
            workflow.receive(Position(sku.code, location.id), 10**8)
    return workflow


class Lives:
    """Lives with names and keys that never come again."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.chance = random.Random(7)
        self.next = 0

    def one(self) -> Work:
        """The 13 commands of the next order, made and not yet run."""
        name, self.next = self.next, self.next + 1
        calls = [(call, f"{name}-{i}") for i, call in enumerate(life(str(name), self.chance))]

        def work() -> None:
            for call, key in calls:
                self.workflow.apply(call, key=key)

        return work

    def run(self, orders: int) -> None:
        """So many orders."""
        for _ in range(orders):
            self.one()()


def over_trigger(orders: int, pairs: int, *, loop: int = 1) -> Ratio:
    """13 commands in memory beside 13 triggers of the unit chart's machine, each with two guards.

    With `loop`, each of those triggers is one of a tight loop of so many, which keeps the machine's
    code in the processor's caches, as no host does.
    """

    class Unit:
        state = "allocated"

    unit, machine = Unit(), UNIT.machine
    machine.add_model(unit, initial="allocated")
    trigger = machine.events["release"].trigger
    facts = UnitFacts("o-17", OrderState.CONFIRMED)
    lives = Lives(stocked(MemoryStore()))
    lives.run(20)

    def triggers() -> None:
        for _ in range(COMMANDS * loop):
            trigger(unit, facts)
            unit.state = "allocated"

    def turn() -> tuple[Work, Work]:
        works = [lives.one() for _ in range(loop)]

        def commands() -> None:
            for work in works:
                work()

        return commands, triggers

    runs = ((turn() for _ in range(max(1, orders // loop))) for _ in range(pairs))
    result = ratio(runs, COMMANDS * loop)
    machine.remove_model(unit)
    return result


Statement = tuple[str, tuple[Any, ...]]
"""What is said, and its values: an object or a list among them is to be encoded."""


class Recorder:
    """Stands for a connection and writes down every statement with its values."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.said: list[Statement] = []

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        self.said.append((statement, tuple(values)))
        return self._connection.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def statements(orders: int) -> Iterator[list[Statement]]:
    """What the store says for the lives of so many orders, one list for each."""
    store = SqliteStore(":memory:")
    recorder = Recorder(store._db)
    store._db = recorder  # type: ignore[misc, assignment]  # it is listened to, not changed
    workflow = stocked(store)
    yield recorder.said
    chance = random.Random(7)
    for name in range(orders):
        recorder.said = []
        for i, call in enumerate(life(str(name), chance)):
            workflow.apply(call, key=f"{name}-{i}")
        yield recorder.said


def unmade(said: Iterable[Statement]) -> Iterator[Statement]:
    """The same as who keeps nothing says it: documents are read whole, what is JSON is not made."""
    writing = False
    for statement, values in said:
        writing = statement == "begin immediate" or (writing and statement != "commit")
        whole = sql.LOAD if statement == sql.VERSION and not writing else statement
        yield whole, tuple([json.loads(one) if is_json(one) else one for one in values])


def is_json(value: object) -> bool:
    return isinstance(value, str) and value[:1] in ("{", "[")


def made(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Values as a statement takes them."""
    return tuple(
        [codec._ENCODE(one) if type(one) is dict or type(one) is list else one for one in values]
    )


def read(statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Decode the documents among what was read."""
    if statement is sql.LOAD:
        for row in rows:
            codec._DECODER.decode(row[1])


def say(connection: sqlite3.Connection, said: Iterable[Statement]) -> None:
    for statement, values in said:
        read(statement, connection.execute(statement, made(values)).fetchall())


def say_alone(connection: sqlite3.Connection, said: Iterable[Statement]) -> None:
    for statement, values in said:
        connection.execute(statement, values).fetchall()


def over_hand(
    folder: Path,
    synchronous: Synchronous,
    orders: int,
    pairs: int,
    *,
    alone: bool = False,
    clock: Clock = time.perf_counter,
) -> Ratio:
    """Our commands beside hand-written ones, order by order, on one file system.

    Or beside the statements `alone`. Where nothing waits, a `clock` of our own time is steadier.
    """
    by_hand = say_alone if alone else say
    with tempfile.TemporaryDirectory(dir=folder) as name:
        ours = SqliteStore(Path(name) / "ours.sqlite", synchronous=synchronous)
        hand = connect(Path(name) / "hand.sqlite", synchronous)
        lives = Lives(stocked(ours))
        recorded = statements(orders * pairs + 20)
        say_alone(hand, next(recorded))
        for _ in range(20):
            lives.one()()
            say_alone(hand, next(recorded))

        def turn() -> tuple[Work, Work]:
            said = next(recorded)
            spoken = said if alone else list(unmade(said))
            return lives.one(), lambda: by_hand(hand, spoken)

        return ratio(((turn() for _ in range(orders)) for _ in range(pairs)), COMMANDS, clock)


def kilobytes_an_order(orders: int = 1_000) -> float:
    """What the store in memory keeps for a completed reference order, with all its facts."""
    lives = Lives(stocked(MemoryStore()))
    lives.run(1)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    lives.run(orders)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept / orders / 1024


def many_over_few(orders: int, pairs: int) -> Ratio:
    """A life where 10,000 orders are kept beside one where 100 are."""
    many, few = Lives(stocked(MemoryStore())), Lives(stocked(MemoryStore()))
    many.run(10_000)
    few.run(100)

    def turn() -> tuple[Work, Work]:
        nonlocal few
        if few.next > 150:  # the small side starts anew, so that it stays small
            few = Lives(stocked(MemoryStore()))
            few.run(100)
        return many.one(), few.one()

    return ratio(((turn() for _ in range(orders)) for _ in range(pairs)), COMMANDS)


def long_over_new(orders: int, pairs: int) -> Ratio:
    """A command on an order with 1,000 entries beside one on a new order."""
    workflow = stocked(MemoryStore())
    line = (NewLine("1", SKUS[0], 2, PRICE),)
    numbers = iter(range(10**9))

    def placed(name: str) -> str:
        workflow.apply(place.on(name, NewOrder("c-7", "EUR", line)))
        return name

    def twice(name: str) -> Work:
        calls = [
            (call, f"k-{next(numbers)}")
            for call in (hold.on(name, "check", "address"), lift_hold.on(name, "check"))
        ]

        def work() -> None:
            for call, key in calls:
                workflow.apply(call, key=key)

        return work

    old = placed("old")
    for _ in range(500):
        twice(old)()

    def turn() -> tuple[Work, Work]:
        return twice(old), twice(placed(f"new-{next(numbers)}"))

    return ratio(((turn() for _ in range(orders)) for _ in range(pairs)), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--orders", type=int, default=40, help="orders a run")
    options = parser.parse_args()
    pairs, orders = options.pairs, options.orders
    shm = MEMORY_FILES if MEMORY_FILES.is_dir() else Path(tempfile.gettempdir())
    disk = Path.cwd()

    result: dict[str, Any] = {
        "memory_over_trigger": over_trigger(orders, pairs),
        "memory_over_trigger_in_a_loop": over_trigger(orders, pairs, loop=orders),
        "sqlite_shm_over_hand": over_hand(shm, "full", orders, pairs, clock=time.thread_time),
        "sqlite_normal_over_hand": over_hand(disk, "normal", orders, pairs),
        "sqlite_full_over_hand": over_hand(disk, "full", orders, pairs),
        "kilobytes_an_order": round(kilobytes_an_order(), 2),
        "growth_100_to_10000": many_over_few(orders, pairs),
        "growth_1000_entries": long_over_new(orders, pairs),
        "asked": {
            "memory_over_trigger": 6.0,
            "sqlite_shm_over_hand": 3.0,
            "sqlite_normal_over_hand": 2.0,
            "sqlite_full_over_hand": 1.5,
            "kilobytes_an_order": 13,
            "growth_100_to_10000": 1.1,
            "growth_1000_entries": 1.2,
        },
    }
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
