"""How many nodes a search looks at.

It knows a budget and who may say that it is enough, and refuses to know what a node is.
"""

from __future__ import annotations

from typing import Final

from orderflow.sourcing.grid import Stop

ASKED_EVERY: Final = 1_024
"""How many nodes pass between two questions to the clock."""


DEEPEST: Final = 400
"""A walk calls itself at each step, and Python allows a thousand calls in each other.

A host needs some of them too. What is deeper ends the search, as a spent budget does.
"""


class Spent(Exception):
    """The budget is spent, or the walk would be too deep."""


class Steps:
    """How many nodes a search has looked at, and how many it may.

    It knows nothing of its search, so a search that is done is gone at once: values that know each
    other wait for the garbage collector, and a wave has thousands of them.
    """

    __slots__ = ("budget", "nodes", "stop")

    def __init__(self, budget: int, stop: Stop | None) -> None:
        self.nodes, self.budget, self.stop = 0, budget, stop

    def step(self) -> None:
        """Count a node; end where the budget is spent."""
        self.nodes += 1
        if self.nodes > self.budget:
            raise Spent
        if self.stop is not None and not self.nodes % ASKED_EVERY and self.stop():
            raise Spent
