"""What was granted to demands, shared out to the lines that asked: schedule lines with their pegs.

It knows grants and lines, and refuses to know how a grant was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import attrs

from orderflow.promising.cart import Demand
from orderflow.promising.flow import Assignment, Need
from orderflow.promising.values import Dated, Limited, LinePromise, Peg


class Grant(NamedTuple):
    """So many batches of an option serve a demand at a date, each part by a need of its own."""

    demand: Demand
    date: datetime
    option: int
    batches: int
    needs: tuple[Need, ...]


def shared_out(
    assignment: Assignment,
    demands: Sequence[Demand],
    grants: Sequence[Grant],
    limited: dict[int, tuple[Limited, ...]],
) -> dict[str, LinePromise]:
    """What each line has of its demand: the first line first, and the earliest date first."""
    found: dict[str, LinePromise] = {}
    for demand in demands:
        rows = [_Row(assignment, grant) for grant in grants if grant.demand is demand]
        rows.sort(key=lambda row: row.date)
        for line, n in demand.lines:
            dated: list[Dated] = []
            left = n
            for row in rows:
                part = min(left, row.left)
                if part:
                    dated.append(row.take(part))
                    left -= part
            found[line] = LinePromise(line, _joined(dated), left, limited[id(demand)])
    return found


class _Row:
    """A grant while its units are shared out to lines."""

    def __init__(self, assignment: Assignment, grant: Grant) -> None:
        self.date = grant.date
        option = grant.demand.options[grant.option]
        self.per = option.per
        self.left = grant.batches * option.per
        self.parts = [
            (n, _pegs(assignment, need))
            for (_, n), need in zip(option.parts, grant.needs, strict=True)
        ]

    def take(self, units: int) -> Dated:
        """So many units of the demand, with the pegs of each part."""
        self.left -= units
        taken: list[Peg] = []
        for n, pegs in self.parts:
            left = units // self.per * n
            while left:
                peg = pegs.pop()
                part = min(left, peg.n)
                if peg.n > part:
                    pegs.append(attrs.evolve(peg, n=peg.n - part))
                taken.append(attrs.evolve(peg, n=part))
                left -= part
        return Dated(units, self.date, tuple(taken))


def _pegs(assignment: Assignment, need: Need) -> list[Peg]:
    """The pegs of a need, the last one first."""
    found = []
    for i, n in assignment.taken(need):
        one = assignment.portions[i]
        found.append(Peg(one.position, n, assignment.ready_by(i, need), one.quota))
    return found[::-1]


def _joined(dated: Iterable[Dated]) -> tuple[Dated, ...]:
    """Schedule lines of one date as one, and pegs of one source as one."""
    by_date: dict[datetime, list[Dated]] = {}
    for one in dated:
        by_date.setdefault(one.date, []).append(one)
    found = []
    for date, rows in sorted(by_date.items()):
        pegs: dict[Peg, int] = {}
        for row in rows:
            for peg in row.pegs:
                source = attrs.evolve(peg, n=0)
                pegs[source] = pegs.get(source, 0) + peg.n
        merged = [attrs.evolve(source, n=n) for source, n in pegs.items()]
        found.append(Dated(sum([row.n for row in rows]), date, tuple(merged)))
    return tuple(found)
