"""Ratios taken pair by pair: the machine drifts for minutes, so only what alternates compares."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import TypedDict

Work = Callable[[], object]
Clock = Callable[[], float]


class Ratio(TypedDict):
    """The median of the pairs with the least and the most of them, and each side's microseconds."""

    median: float
    least: float
    most: float
    pairs: int
    ours_us: float
    theirs_us: float


def seconds(work: Work, clock: Clock = time.perf_counter) -> float:
    """How long a piece of work takes."""
    start = clock()
    work()
    return clock() - start


def ratio(
    pairs: Iterable[Iterable[tuple[Work, Work]]],
    commands: int,
    clock: Clock = time.perf_counter,
) -> Ratio:
    """Our time over theirs, for each pair of runs.

    A run is many turns, and in each turn both sides do the same amount, one after the other, so
    that what slows the machine down slows both. `commands` is how many commands a turn has.
    Work that waits for nothing may be told by `time.thread_time`, which other processes do not
    touch.
    """
    found: list[tuple[float, float]] = []
    for turns in pairs:
        gc.collect()
        ours = theirs = 0.0
        count = 0
        for i, (own, other) in enumerate(turns):
            if i % 2:
                theirs += seconds(other, clock)
                ours += seconds(own, clock)
            else:
                ours += seconds(own, clock)
                theirs += seconds(other, clock)
            count += commands
        found.append((ours / count, theirs / count))
    ratios = [own / other for own, other in found]
    return {
        "median": round(median(ratios), 3),
        "least": round(min(ratios), 3),
        "most": round(max(ratios), 3),
        "pairs": len(ratios),
        "ours_us": round(median(own for own, _ in found) * 1e6, 1),
        "theirs_us": round(median(other for _, other in found) * 1e6, 1),
    }
