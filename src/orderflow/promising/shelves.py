"""What may be claimed at once, without a date: what is free beside the safety stock.

It knows counters and portions, and refuses to know by which rule a warehouse is chosen.

What others were promised counts as gone here, whenever it is to leave: who claims goods without a
date asks nobody to make room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from orderflow.errors import Refusal
from orderflow.grants import Kept
from orderflow.journal import Step
from orderflow.promising.figures import free_figures, safety_of
from orderflow.promising.flow import Assignment
from orderflow.promising.keeping import kept
from orderflow.promising.portions import ALWAYS, NEVER, Portion, portions
from orderflow.promising.values import Figures, Terms
from orderflow.records import Counter
from orderflow.values import Position


def kept_free(figures: Figures, at: datetime) -> dict[Position, list[tuple[int, datetime | None]]]:
    """What nobody has of each position and is safety stock, and until when; `None`: for good."""
    found: dict[Position, list[tuple[int, datetime | None]]] = {}
    if figures.safety:
        assignment = Assignment(figures, at, Terms())
        for one, room in zip(assignment.portions, assignment.room, strict=True):
            if one.held is not None and one.ready > at and room > 0:
                until = None if one.ready == NEVER else one.ready
                found.setdefault(one.position, []).append((room, until))
    return found


@attrs.frozen
class Beside:
    """Counters without what is safety stock there, and the portions that are."""

    counters: tuple[Counter, ...]
    portions: tuple[Portion, ...]

    def held_at(self, at: Position) -> int:
        """How much of a position is safety stock now, or when its goods come."""
        return sum([one.n for one in self.portions if one.position == at])

    def kept(self, drawn: Iterable[Position]) -> tuple[Kept, ...]:
        """What must stay free where goods are claimed at some positions."""
        return kept(self.portions, [(at, ALWAYS) for at in drawn])


def beside_safety(step: Step, counters: Sequence[Counter]) -> Beside:
    """What is free of some counters beside the safety stock."""
    if not safety_of(step.case, counters):  # most have none: then no supply row is looked at
        return Beside(tuple(counters), ())
    figures = free_figures(step.case, counters, step.context.rules)
    now = step.context.at
    held = tuple(
        [
            one
            for one in portions(figures.sources, figures.safety)
            if one.held is not None and one.ready > now
        ]
    )
    beside = Beside((), held)
    rows = [attrs.evolve(row, there=row.there - beside.held_at(row.position)) for row in counters]
    return Beside(tuple(rows), held)


def kept_back(beside: Beside) -> tuple[Refusal, ...]:
    """What is safety stock of each SKU, where anything is."""
    counts: dict[str, int] = {}
    for one in beside.portions:
        counts[one.position.sku] = counts.get(one.position.sku, 0) + one.n
    return tuple([Refusal.of("safety_stock", sku=sku, n=n) for sku, n in sorted(counts.items())])
