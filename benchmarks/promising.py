"""What a promise asks of a horizon: over few events and many, and beside a scan and SQL.

The mix is that of one SKU at one place over a year.
Nine events in ten are demands, due when one of four carriers calls that day; the tenth is a supply,
which the dock takes in at a full hour of the working day.
A round is what a promise does: a new demand is added, at an instant that nothing else has, what is
available at some instant is asked, and from when on so many units are.
Instants, to the microsecond, and counts are drawn anew in each round, over the whole year, so
nothing that was asked before helps. A horizon takes rounds until it has grown by a tenth, or by
a fifth where there are ten events. All of it is computing, so it is told in processor time.

`growth_1k_to_100k` is of this mix. In `growth_all_instants_own` no two events ever meet, so that a
hundred thousand events are as many instants: no warehouse is like that, and it is the worst there
is, for the tree and for the processor's caches.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from statistics import median
from time import thread_time
from typing import Any, NamedTuple, Protocol, TypeAlias

from benchmarks.ratios import Ratio, Work, ratio, seconds
from orderflow.horizon import Horizon

START = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAYS = 365
DAY = 86_400_000_000
CALLS = (10, 12, 16, 20)
DOCK = range(8, 18)
ROUNDS = 100
SIZES = (10, 100, 10_000, 100_000)
BASE = 1_000
ASKED = {
    "growth_1k_to_100k": 1.5,
    "speedup_over_sqlite_window_100k": 5_000,
    "slowdown_at_10_over_scan": 3.0,
}
WINDOW = """
select max(0, min(balance)) from (
    select at, sum(n) over (order by at) as balance from event
) where at >= (select max(at) from event where at <= ?)
"""

Events: TypeAlias = list[tuple[datetime, int]]


class Promises(Protocol):
    """What a round is done on."""

    def add(self, at: datetime, n: int) -> None: ...
    def available(self, at: datetime) -> int: ...
    def earliest(self, n: int, since: datetime) -> datetime | None: ...


class Scan:
    """The plain way: sorted lists, and every sum at every question, as quick as C adds up."""

    def __init__(self, events: Events) -> None:
        self.instants: list[datetime] = []
        self.counts: list[int] = []
        for at, n in events:
            self.add(at, n)

    def add(self, at: datetime, n: int) -> None:
        i = bisect_left(self.instants, at)
        self.instants.insert(i, at)
        self.counts.insert(i, n)

    def available(self, at: datetime) -> int:
        i = bisect_right(self.instants, at)
        return max(0, min(accumulate(self.counts[i:], initial=sum(self.counts[:i]))))

    def earliest(self, n: int, since: datetime) -> datetime | None:
        balance = sum(self.counts)
        if balance < n:
            return None
        for at, count in zip(reversed(self.instants), reversed(self.counts), strict=True):
            balance -= count
            if balance < n:
                return max(at, since)
        return since


class Round(NamedTuple):
    """A new demand at an instant, an instant to ask about, and a number of units."""

    demand: datetime
    asked: datetime
    n: int


def instant(chance: Random) -> datetime:
    """Any microsecond of the year."""
    return START + chance.randrange(DAYS * DAY) * MICROSECOND


def at_hour(chance: Random, hours: Sequence[int]) -> datetime:
    """One of these hours of any day."""
    return START + timedelta(days=chance.randrange(DAYS), hours=chance.choice(hours))


def events(chance: Random, n: int, *, meet: bool = True) -> Events:
    """As much supply as demand, on top of what is there: six units for each event."""
    there = [(START, 6 * n)]
    for i in range(1, n):
        hours, units = (CALLS, -chance.randrange(1, 8)) if i % 10 else (DOCK, 36)
        there.append((at_hour(chance, hours) if meet else instant(chance), units))
    return there


def rounds(chance: Random, n: int, count: int) -> list[Round]:
    return [
        Round(instant(chance), instant(chance), chance.randrange(1, 2 * n)) for _ in range(count)
    ]


def promising(pairs: Iterable[tuple[Promises, list[Round]]]) -> Work:
    """Every round on its own side."""
    there = [(one.add, one.available, one.earliest, round) for one, some in pairs for round in some]

    def work() -> None:
        for add, available, earliest, (demand, asked, n) in there:
            add(demand, -1)
            available(asked)
            earliest(n, START)

    return work


class Side:
    """Horizons of one size, and turns of rounds on them.

    Few events take few rounds, or they would not be few; many take those of a whole run.
    """

    def __init__(self, chance: Random, n: int, *, meet: bool = True) -> None:
        self.chance, self.n = chance, n
        self.events = events(chance, n, meet=meet)
        self.each = min(ROUNDS, max(2, n // 10))

    def run(self, turns: int) -> Iterator[Work]:
        stays = Horizon(self.events) if self.n > BASE else None
        for _ in range(turns):
            yield promising(
                (stays or Horizon(self.events), rounds(self.chance, self.n, self.each))
                for _ in range(ROUNDS // self.each)
            )


def over(pairs: int, turns: int, one: Side, other: Side) -> Ratio:
    """What a round costs on one side over what it costs on the other."""
    runs = (zip(one.run(turns), other.run(turns), strict=True) for _ in range(pairs))
    return ratio(runs, ROUNDS, thread_time)


def over_scan(pairs: int, turns: int) -> Ratio:
    """Ten events, in a horizon and in plain lists."""
    chance = Random(10)

    def turn() -> tuple[Work, Work]:
        there = [(events(chance, 10), rounds(chance, 10, 2)) for _ in range(ROUNDS // 2)]
        return (
            promising((Horizon(some), asked) for some, asked in there),
            promising((Scan(some), asked) for some, asked in there),
        )

    return ratio(((turn() for _ in range(turns)) for _ in range(pairs)), ROUNDS, thread_time)


def over_window(pairs: int) -> dict[str, float]:
    """What is available at an instant: one window query over a hundred thousand events, and us."""
    chance = Random(100)
    there = events(chance, 100_000)
    horizon = Horizon(there)
    db = sqlite3.connect(":memory:")
    db.execute("create table event (at integer not null, n integer not null)")
    db.executemany("insert into event values (?, ?)", [(micros(at), n) for at, n in there])
    db.execute("create index event_at on event (at, n)")
    db.execute("analyze")
    found: list[tuple[float, float]] = []
    for _ in range(pairs):
        asked = [instant(chance) for _ in range(ROUNDS)]
        answers: list[int] = []

        def query(at: datetime = asked[0], answers: list[int] = answers) -> None:
            answers.extend(db.execute(WINDOW, (micros(at),)).fetchone())

        def ask(asked: list[datetime] = asked) -> None:
            for at in asked:
                horizon.available(at)

        found.append((seconds(query, thread_time), seconds(ask, thread_time) / ROUNDS))
        if answers != [horizon.available(asked[0])]:
            raise AssertionError(f"{answers} of SQL, {horizon.available(asked[0])} of the horizon")
    db.close()
    ratios = [query / ask for query, ask in found]
    return {
        "median": round(median(ratios)),
        "least": round(min(ratios)),
        "most": round(max(ratios)),
        "pairs": len(ratios),
        "window_us": round(median(query for query, _ in found) * 1e6),
        "horizon_us": round(median(ask for _, ask in found) * 1e6, 1),
    }


def micros(at: datetime) -> int:
    return (at - START) // MICROSECOND


def sizes(pairs: int, turns: int, *, meet: bool = True) -> Iterator[tuple[int, Ratio]]:
    """Each size over a thousand events."""
    for n in SIZES if meet else SIZES[-1:]:
        chance = Random(n)
        one, other = (Side(chance, size, meet=meet) for size in (n, BASE))
        yield n, over(pairs, turns, one, other)


def measured(pairs: int, turns: int) -> dict[str, Any]:
    by_size = dict(sizes(pairs, turns))
    ((most, own),) = sizes(pairs, turns, meet=False)
    growth, window, scan = by_size[most], over_window(pairs), over_scan(pairs, turns)
    micros = {n: found["ours_us"] for n, found in by_size.items()}
    return {
        "query_and_update_us": dict(sorted({**micros, BASE: growth["theirs_us"]}.items())),
        "growth_1k_to_100k": growth["median"],
        "growth_all_instants_own": own["median"],
        "speedup_over_sqlite_window_100k": window["median"],
        "slowdown_at_10_over_scan": scan["median"],
        "growth": growth,
        "all_instants_own": own,
        "window": window,
        "scan": scan,
        "asked": ASKED,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pairs", type=int, default=15, help="pairs of runs")
    parser.add_argument("--turns", type=int, default=10, help="turns a run")
    options = parser.parse_args()
    result = measured(options.pairs, options.turns)
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
