"""What must stay free where goods are taken, so that nobody enters the safety stock.

It knows portions and what is drawn, and refuses to know who draws.

Problem: two promises may each leave the safety stock whole, and together enter it; they need not
even touch the same shelf, nor the same day.
Observation: whoever plans knows which units he counted on as safety stock, and until when.
While those are there, and nobody has them before that day, it is whole, whatever else was promised
since.
Decision: a plan names them: of this position so many units must stay free of claims that are for
before this instant.
The store looks when it commits; where they are not free any more, all is read and planned again.
Only what is held back beyond the first date that is drawn matters: what is promised for later is
not missed before.
What a quota keeps and nobody was promised needs no such look: it goes to nobody without a new
version of the quota, which whoever plans has read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from orderflow.grants import Kept
from orderflow.promising.flow import Assignment
from orderflow.promising.portions import NEVER
from orderflow.values import Position, warehouse


def kept(assignment: Assignment, drawn: Iterable[tuple[Position, datetime]]) -> tuple[Kept, ...]:
    """What must stay free in the warehouses where goods are drawn for some instants, sorted."""
    first: dict[tuple[str, str], datetime] = {}
    for at, date in drawn:
        house = (at.sku, warehouse(at.location))
        first[house] = min(date, first.get(house, date))
    held: dict[Position, dict[datetime, int]] = {}
    for i, one in enumerate(assignment.portions):
        at = one.position
        since = first.get((at.sku, warehouse(at.location)), NEVER)
        if one.held is not None and one.ready > since:
            ends = held.setdefault(at, {})
            ends[one.ready] = ends.get(one.ready, 0) + _counted_on(assignment, i)
    return tuple(
        [
            Kept(at, sum([n for other, n in ends.items() if other >= end]), _instant(end))
            for at, ends in sorted(held.items())
            for end in sorted(ends)
        ]
    )


def _counted_on(assignment: Assignment, i: int) -> int:
    """How many units of a portion that is held must stay; of a quota's, those that are promised."""
    one = assignment.portions[i]
    if not one.quota:
        return one.n
    served = assignment.served[i].items()
    return sum([n for need, n in served if assignment.ready_by(i, need) >= one.ready])


def _instant(end: datetime) -> datetime | None:
    return None if end == NEVER else end
