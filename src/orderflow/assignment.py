"""Which lot serves which demand, where lots are there from one instant and gone from another.

It knows windows and dated demands of one SKU at one place, and refuses to know orders, and how a
promise is kept.

Problem: units that expire on day 5 can be promised on day 1 and not on day 6, so no balance tells
what is free: a unit may be there on both days and yet serve only the one.

Observation: a lot serves the demands of one unbroken stretch of time.
Of two lots that both serve a demand, whatever the later demands may take from the one that expires
first they may take from the other as well; so nothing is lost by taking it first, and demands that
are walked by date, each served from what is ready and expires first, get as many units as any
assignment could give them.
Units that can be served together also have this property: what is kept for the more important
never costs the others more units than it is.

Decision: that walk answers how many units of some demands can be served, and nothing else does.
Demands are let in from the most important to the least, each with as many units as the walk serves
on top of all that are in; so the least important stay short, and no more units in all than must.
Whole runs of demands are tried before single ones, and halved where only a part of a run fits.

A window begins with its first instant and ends before its last: what is gone at an instant cannot
serve a demand of that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Generic, TypeVar, cast

import attrs

from orderflow.errors import BadInput
from orderflow.horizon import At, instant_of_kind, units
from orderflow.values import text, unique, whole

R = TypeVar("R")


@attrs.frozen
class Lot(Generic[At]):
    """`n` units that are there from `ready` on and gone at `until`; for good without one."""

    id: str
    n: int
    ready: At
    until: At | None = None


@attrs.frozen
class Wanted(Generic[At]):
    """`n` units that are wanted at an instant; of two demands the lower `priority` goes first."""

    id: str
    n: int
    at: At
    priority: int = 0


@attrs.frozen
class Given:
    """So many units of a lot go to a demand."""

    wanted: str
    lot: str
    n: int


@attrs.frozen
class Short:
    """So many units of a demand have no supply."""

    wanted: str
    n: int


@attrs.frozen
class Assignment:
    """Which lot gives how much to which demand, by date, and what is left short, by priority."""

    given: tuple[Given, ...]
    short: tuple[Short, ...]


def assign(supplies: Iterable[Lot[At]], demands: Iterable[Wanted[At]]) -> Assignment:
    """Serve all demands if any assignment does, else as many units as any, by priority and id.

    >>> milk = [Lot("old", 5, ready=1, until=5), Lot("new", 5, ready=1)]
    >>> assign(milk, [Wanted("d-1", 5, at=6), Wanted("d-2", 6, at=4)])
    ... # doctest: +NORMALIZE_WHITESPACE
    Assignment(given=(Given(wanted='d-2', lot='old', n=5), Given(wanted='d-1', lot='new', n=5)),
               short=(Short(wanted='d-2', n=1),))
    """
    there, asked = _checked(supplies, demands)
    lots = sorted(there, key=lambda lot: (lot.ready, lot.id))
    dated = sorted(asked, key=lambda one: (one.at, one.priority, one.id))
    ranked = sorted(range(len(dated)), key=lambda i: (dated[i].priority, dated[i].id))
    granted = [0] * len(dated)
    _let_in(lots, dated, granted, ranked)
    short = [Short(dated[i].id, dated[i].n - granted[i]) for i in ranked]
    return Assignment(
        tuple(_walk(lots, dated, granted)), tuple([one for one in short if one.n > 0])
    )


def _checked(
    supplies: Iterable[Lot[At]], demands: Iterable[Wanted[At]]
) -> tuple[list[Lot[At]], list[Wanted[At]]]:
    """Both as they are, with times in UTC, when each figure is one and no id comes twice."""
    kind: type | None = None

    def at(value: At, path: str) -> At:
        nonlocal kind
        given = cast("At", instant_of_kind(value, path, kind))
        kind = type(given)
        return given

    lots: list[Lot[At]] = []
    for i, lot in _rows(supplies, Lot, "supplies"):
        path = f"supplies[{i}]"
        until = None if lot.until is None else at(lot.until, f"{path}.until")
        id, n = text(lot.id, f"{path}.id"), whole(lot.n, f"{path}.n", least=0)
        lots.append(Lot(id, n, at(lot.ready, f"{path}.ready"), until))
    asked: list[Wanted[At]] = []
    for i, one in _rows(demands, Wanted, "demands"):
        path = f"demands[{i}]"
        id, n = text(one.id, f"{path}.id"), whole(one.n, f"{path}.n", least=0)
        priority = units(one.priority, f"{path}.priority")
        asked.append(Wanted(id, n, at(one.at, f"{path}.at"), priority))
    unique((lot.id for lot in lots), "supplies")
    unique((one.id for one in asked), "demands")
    return lots, asked


def _rows(rows: object, kind: type[R], path: str) -> Iterator[tuple[int, R]]:
    if not isinstance(rows, Iterable):
        raise BadInput(path, f"rows of {kind.__name__} are wanted")
    for i, row in enumerate(rows):
        if not isinstance(row, kind):
            raise BadInput(f"{path}[{i}]", f"a {kind.__name__} is wanted")
        yield i, row


def _let_in(
    lots: Sequence[Lot[At]], dated: Sequence[Wanted[At]], granted: list[int], run: Sequence[int]
) -> None:
    """Grant the demands of a run what can be served on top of what is granted, the first first."""
    asked = granted.copy()
    for i in run:
        asked[i] = dated[i].n
    more = sum([one.n for one in _walk(lots, dated, asked)]) - sum(granted)
    if more == sum([dated[i].n for i in run]):
        granted[:] = asked
    elif more and len(run) == 1:
        granted[run[0]] = more
    elif more:
        half = len(run) // 2
        _let_in(lots, dated, granted, run[:half])
        _let_in(lots, dated, granted, run[half:])


def _walk(
    lots: Sequence[Lot[At]], dated: Sequence[Wanted[At]], asked: Sequence[int]
) -> list[Given]:
    """Serve so many units of each demand, by date, from what is ready and expires first."""
    given: list[Given] = []
    left = [lot.n for lot in lots]
    ready: list[tuple[bool, At, int]] = []
    coming = 0
    for wanted, n in zip(dated, asked, strict=True):
        while coming < len(lots) and lots[coming].ready <= wanted.at:
            lot = lots[coming]
            last = lot.ready if lot.until is None else lot.until
            heappush(ready, (lot.until is None, last, coming))
            coming += 1
        while n > 0 and ready:
            endless, last, i = ready[0]
            took = min(n, left[i]) if endless or wanted.at < last else 0
            if took > 0:
                given.append(Given(wanted.id, lots[i].id, took))
                left[i] -= took
                n -= took
            if n > 0:  # the lot is empty or expired
                heappop(ready)
    return given
