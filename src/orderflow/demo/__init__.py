"""The main job, shown: streams of orders driven through the library, and what they come to.

It knows two sources, TPC-H and files of one's own, and refuses to know the terminal.

`run_demo` feeds the order stream of TPC-H; `docs/explanation/demo.md` has the mapping.
`run_files` does the same for files, as far as they tell.
Both check every law at the end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from orderflow.adapters.codec import put_document
from orderflow.audit import audit
from orderflow.demo.files import journeys_of
from orderflow.demo.journey import DAY, Habits
from orderflow.demo.life import Stream
from orderflow.demo.tpch import (
    FIRST_DAY,
    GeneratorMissing,
    World,
    check_ready,
    generate,
    read_world,
)
from orderflow.intake import Finding, TakenOrders, TakenStock
from orderflow.ports import Store
from orderflow.reporting import Outcome, Pace, summarise
from orderflow.rules import Rules

__all__ = [
    "MARK",
    "GeneratorMissing",
    "Progress",
    "check_ready",
    "findings_of",
    "run_demo",
    "run_files",
    "run_world",
]

Progress = Callable[[float, str], None]
"""Told how far a run is, from 0 to 1, and which day it is there."""

MARK: Final = "demo"
"""The first word of each key of a demo, by which its database is known."""

SAMPLE: Final = 200
"""How many questions are run again."""

HABITS: Final = Habits(seconds=5, damaged=3, rejected=2, overpays=10, asks_after_days=16)

WANTED: Final = {
    "short": "stock",
    "illegal_move": "wrong time",
    "window_closed": "return window",
    "over_refund": "over-refund",
}
"""The refusals that a demo must have met, by code."""

SHORT_PERMILLE_MIN: Final = 20
SPLIT_PERMILLE_MIN: Final = 100


def run_demo(
    store: Store, scale: float, seed: int, progress: Progress = lambda part, day: None
) -> Outcome:
    """Make the order stream of TPC-H and run it. `GeneratorMissing` without its generator."""
    with tempfile.TemporaryDirectory(prefix="orderflow-") as folder:
        generate(Path(folder), scale)
        world = read_world(Path(folder), seed)
    return run_world(store, world, seed, progress)


def run_world(
    store: Store, world: World, seed: int, progress: Progress = lambda part, day: None
) -> Outcome:
    """Run a world that was read from TPC-H, and say what the run should have shown and did not."""
    rules = Rules(locations=world.locations)
    stream = Stream(store, rules, mark=MARK, seed=seed, habits=HABITS)
    stream.stock(FIRST_DAY - DAY, world.stock)
    for purchase in world.purchases:
        stream.purchase(purchase.position, purchase.n, FIRST_DAY - DAY, purchase.comes)
    for journey in world.journeys:
        stream.follow(journey)
    last = world.journeys[-1].at + 150 * DAY
    notes = (
        f"TPC-H: {len(world.journeys):,} orders with {world.lines:,} lines, "
        f"{len(world.locations)} locations, seed {seed}",
        world.factor.sentence,
    )
    return _told("TPC-H order stream", store, stream, FIRST_DAY, last, seed, progress, notes)


def run_files(
    store: Store,
    orders: TakenOrders,
    stock: TakenStock,
    now: datetime,
    progress: Progress = lambda part, day: None,
) -> Outcome:
    """Run the good orders of a file; what is wrong with the others is in its findings.

    An order that does not say when it was placed is placed `now`.
    """
    stream = Stream(store, Rules(locations=stock.locations), mark="run")
    journeys = journeys_of(orders.orders, now)
    first = min((journey.at for journey in journeys), default=now)
    last = max((journey.at for journey in journeys), default=now)
    stream.stock(first - DAY, stock.stock)
    for journey in journeys:
        stream.follow(journey)
    notes = (
        f"{len(orders.orders):,} orders taken from {orders.rows:,} rows, "
        f"{orders.left_out:,} left out",
        f"{sum(row.n for row in stock.stock):,} units of stock at {len(stock.locations)} locations",
    )
    findings = findings_of(orders, stock)
    return _told("Orders of a file", store, stream, first, last, 0, progress, notes, findings)


def findings_of(orders: TakenOrders, stock: TakenStock) -> tuple[Finding, ...]:
    """What is wrong with both files; a column of the stock file is named as such."""
    return (*orders.findings, *_in("stock", stock.findings))


def _told(
    title: str,
    store: Store,
    stream: Stream,
    first: datetime,
    last: datetime,
    seed: int,
    progress: Progress,
    notes: tuple[str, ...],
    findings: tuple[Finding, ...] | None = None,
) -> Outcome:
    """Run a stream and check what it leaves behind."""
    span = max(1.0, (last - first).total_seconds())

    def watch(at: datetime) -> None:
        progress(min(1.0, (at - first).total_seconds() / span), at.strftime("%Y-%m-%d"))

    start = perf_counter()
    stream.run(watch)
    seconds = perf_counter() - start
    tally = stream.tally
    pace = Pace(
        tally.orders,
        tally.commands,
        tally.refused,
        seconds,
        tally.units_asked,
        tally.units_short,
        tally.parcels_delivered,
        tally.parcels_late,
        tally.parcels_promised,
    )
    progress(1.0, "checking the laws")
    laws = audit(store, rules=stream.rules, sample=SAMPLE, seed=seed, encode=put_document)
    summary = summarise(store, refusals=tally.refusals)
    not_placed = tuple(Finding(0, id, reason) for id, reason in tally.bad_orders)
    missed: tuple[str, ...] = ()
    if findings is None:
        met = {one.code for one in summary.refusals}
        missed = tuple(_missed(pace.short_permille, summary.split_permille, met))
    return Outcome(title, summary, laws, pace, notes, (*(findings or ()), *not_placed), missed)


def _missed(short: int, split: int, met: set[str]) -> Iterable[str]:
    """What the demo has to show and did not."""
    if short < SHORT_PERMILLE_MIN:
        yield f"only {short / 10:.1f} % of the units were short at first, 2 % are wanted"
    if split < SPLIT_PERMILLE_MIN:
        yield f"only {split / 10:.1f} % of the orders left in several shipments, 10 % are wanted"
    for code, name in WANTED.items():
        if code not in met:
            yield f"nothing was refused for {name} ({code})"


def _in(file: str, findings: Iterable[Finding]) -> Iterable[Finding]:
    for one in findings:
        column = f"{file}.{one.column}" if one.column else file
        yield Finding(one.row, column, one.reason)
