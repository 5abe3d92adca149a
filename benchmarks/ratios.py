"""Ratios taken pair by pair: the machine drifts for minutes, so only what alternates compares."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes, after the garbage of others is gone."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratios(ours: Callable[[], float], theirs: Callable[[], float], pairs: int) -> dict[str, float]:
    """The median ratio of two timings with its least and most, both sides alternating."""
    found: list[float] = []
    for i in range(pairs):
        if i % 2:
            other, own = theirs(), ours()
        else:
            own, other = ours(), theirs()
        found.append(own / other)
    return {
        "median": round(median(found), 3),
        "least": round(min(found), 3),
        "most": round(max(found), 3),
        "pairs": pairs,
    }
