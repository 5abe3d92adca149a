"""What is known while sets of places are filled: the best answer, and what a score is.

It knows answers, and refuses to know how they are found.

What is better is said here once: a lower score, then fewer places, then those that come first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, TypeAlias

from orderflow.sourcing.grid import Grid
from orderflow.sourcing.values import Goal, Objective, Score

Amounts: TypeAlias = tuple[tuple[int, ...], ...]
"""For each row, how many units each place of the set gives."""

Figures: TypeAlias = tuple[int, int, int, int, int]
"""One figure for each goal, in the order of `ORDER`."""

ORDER: Final = (Goal.LEFT, Goal.LATE, Goal.COST, Goal.SHIPMENTS, Goal.DAYS)


class Best:
    """The best answer so far: its score, its places and their amounts, and what ties fall to."""

    __slots__ = ("amounts", "final", "mask", "places", "score")

    def __init__(self) -> None:
        self.score: Score | None = None
        self.places: tuple[int, ...] = ()
        self.mask = 0
        self.amounts: Amounts = ()
        self.final = True

    def beaten_by(self, score: Score, size: int, mask: int) -> bool:
        """Whether a score of so many places, none of them earlier than in a mask, could be better.

        What was found greedily is no tie's winner: it gives way to its equal.
        """
        if self.score is None or score < self.score:
            return True
        if score > self.score or size > len(self.places):
            return False
        return size < len(self.places) or mask > self.mask or (mask == self.mask and not self.final)

    def is_of(self, score: Score, mask: int) -> bool:
        """Whether the best is the final one of a set, with a score."""
        return self.mask == mask and self.final and self.score == score

    def take(
        self, score: Score, places: Sequence[int], mask: int, amounts: Amounts, *, final: bool
    ) -> None:
        """Keep an answer that is better."""
        self.score, self.places, self.mask = score, tuple(places), mask
        self.amounts, self.final = amounts, final


class Filling:
    """What all sets of one search are filled with: the grid, the best answer, and the steps.

    `step` is called for each step of the walk, so that a budget can end it.
    """

    __slots__ = ("best", "costs", "exact", "grid", "picked", "step")

    def __init__(self, grid: Grid, objective: Objective, step: Callable[[], None]) -> None:
        self.grid = grid
        self.picked = _picked(objective)
        self.costs = Goal.COST in objective
        self.exact = objective[0] is Goal.LEFT and not grid.coupled
        self.best = Best()
        self.step = step

    def score(self, left: int, late: int, cost: int, shipments: int, days: int) -> Score:
        """The figures that the objective names, in its order."""
        return self.picked((left, late, cost, shipments, days))


@lru_cache(64)
def _picked(objective: Objective) -> Callable[[Figures], Score]:
    """What picks the figures that an objective names, in its order."""
    order = [ORDER.index(goal) for goal in objective]
    # Of several goals it picks a tuple; one goal can only be units left out, the first figure.
    return itemgetter(*order) if len(order) > 1 else itemgetter(slice(1))
