"""How much of a pool is left whose limit is said elsewhere: in a plan, or in the rules.

It knows what a step has taken of each pool and when its counter is made, and refuses to know whose
limit it is.

There may be a pool for each of millions of buyers, and for each day, so its counter is made when it
is first needed.
It is set again where what was said has changed since; who has more by then keeps it.
"""

from __future__ import annotations

from typing import Final

from orderflow.errors import Refusal
from orderflow.facts import Fact, Limited
from orderflow.grants import shortage
from orderflow.journal import Step
from orderflow.records import Counter
from orderflow.values import Position


class Ceilings:
    """What is left of such pools, in one step."""

    def __init__(self, step: Step) -> None:
        self._step: Final = step
        self._taken: dict[str, int] = {}
        self._set: set[str] = set()

    def left(self, pool: str, limit: int) -> int:
        """How many units more a pool gives under a limit; below zero where it gave more before."""
        return limit - self._row(pool).claimed - self._taken.get(pool, 0)

    def give(self, pool: str, n: int) -> None:
        """So many units count against a pool no more, in this step."""
        self._taken[pool] = self._taken.get(pool, 0) - n

    def take(
        self, pool: str, limit: int, n: int, facts: list[Fact], refusals: list[Refusal]
    ) -> None:
        """Let so many units count against a pool; refused where that is more than its limit."""
        left, row = self.left(pool, limit), self._row(pool)
        self.give(pool, -n)
        if n > left:
            refusals.append(shortage(row.position, n, left))
        elif row.there != limit and pool not in self._set:
            self._set.add(pool)
            self._step.there[row.position] = row.there  # two first claims must not both make it
            facts.append(Limited(row.position, limit - row.there))

    def _row(self, pool: str) -> Counter:
        return self._step.case.counter(Position(pool))
