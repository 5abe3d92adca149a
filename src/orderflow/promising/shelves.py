"""What may be claimed at once, without a date: what is free beside the safety stock.

It knows counters and portions, and refuses to know by which rule a warehouse is chosen.

What others were promised counts as gone here, whenever it is to leave: who claims goods without a
date asks nobody to make room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import attrs

from orderflow.claiming import Claiming, Quotas
from orderflow.errors import Refusal
from orderflow.grants import Kept
from orderflow.journal import Step
from orderflow.promising.figures import free_figures, safety_of
from orderflow.promising.flow import Assignment
from orderflow.promising.keeping import kept
from orderflow.promising.portions import ALWAYS, Portion
from orderflow.promising.values import Terms
from orderflow.records import Counter
from orderflow.values import Position


@attrs.frozen
class Beside:
    """Counters as somebody may use them, without what is safety stock there."""

    counters: tuple[Counter, ...]
    held: tuple[Portion, ...] = ()  # of what he may use
    _assignment: Assignment | None = None

    def held_at(self, at: Position) -> int:
        """How much of a position is safety stock now, or when its goods come."""
        return sum([one.n for one in self.held if one.position == at])

    def reasons(self, skus: Collection[str]) -> tuple[Refusal, ...]:
        """What is safety stock of some SKUs, of each where anything is."""
        counts: dict[str, int] = {}
        for one in [one for one in self.held if one.position.sku in skus]:
            counts[one.position.sku] = counts.get(one.position.sku, 0) + one.n
        return tuple(
            [Refusal.of("safety_stock", sku=sku, n=n) for sku, n in sorted(counts.items())]
        )

    def kept(self, drawn: Iterable[Position]) -> tuple[Kept, ...]:
        """What must stay free where goods are claimed at some positions."""
        if self._assignment is None:
            return ()
        return kept(self._assignment, [(at, ALWAYS) for at in drawn])


def beside_safety(step: Step, claiming: Claiming, skus: Collection[str]) -> Beside:
    """What an order may claim of some SKUs beside the safety stock."""
    usable = claiming.counters(skus)
    if not safety_of(step.case, usable):  # most have none: then no supply row is looked at
        return Beside(usable)
    mine = claiming.members_of(skus)
    return _beside(step, claiming.rows(skus), usable, claiming.quotas, mine)


def shelf_beside_safety(step: Step, sku: str) -> Beside:
    """What anybody may claim of a SKU beside the safety stock."""
    rows = step.case.counters((sku,))
    if not safety_of(step.case, rows):
        return Beside(rows)
    return _beside(step, rows, rows, Quotas(step), ())


def _beside(
    step: Step,
    rows: Sequence[Counter],
    usable: tuple[Counter, ...],
    quotas: Quotas,
    mine: tuple[str, ...],
) -> Beside:
    now = step.context.at
    figures = free_figures(step.case, rows, step.context.rules, quotas, mine)
    assignment = Assignment(figures, now, Terms())
    own = {one.position for one in assignment.portions if one.quota}  # the rest is not for him
    held = tuple(
        [
            one
            for one in assignment.portions
            if one.held is not None and one.ready > now and (one.quota or one.position not in own)
        ]
    )
    beside = Beside(usable, held, assignment)
    less = [attrs.evolve(row, there=row.there - beside.held_at(row.position)) for row in usable]
    return attrs.evolve(beside, counters=tuple(less))
