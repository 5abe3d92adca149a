"""What no plan can be better than, before any is made.

It knows all plans of so many shipments at once, and refuses to know single ones.

All that is there is served, each unit in time and soon where a place in time has it; `k` shipments
cost at least the `k` smallest parcels, and what does not go into these pays for further grams.
These figures hold together for plans that leave no more than must be left; for a plan that leaves
more, what stands behind units left out in the objective may be better.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final, NamedTuple

from orderflow.sourcing.filling import Filling
from orderflow.sourcing.grid import FINE, Grid
from orderflow.sourcing.values import Goal, Objective, Score

DEAR: Final = 1 << 80
"""More than any unit of grams costs."""


class Chosen(NamedTuple):
    """Places that ship together, and what is known of them before they share anything.

    `sunk` is what their parcels cost at the least, `paid` the grams that go into these, `further`
    the least that a unit of further grams costs, `days` when the last of them is there.
    """

    places: tuple[int, ...] = ()
    mask: int = 0
    sunk: int = 0
    paid: int = 0
    further: int = DEAR
    days: int = 0

    def with_(self, grid: Grid, p: int) -> Chosen:
        """These and one more."""
        places, mask, sunk, paid, further, days = self
        return Chosen(
            (*places, p),
            mask | grid.bits[p],
            sunk + grid.least[p],
            paid + grid.paid[p],
            min(further, grid.further[p]),
            max(days, grid.days[p]),
        )


NOBODY: Final = Chosen()


class Bounds:
    """The bounds of all plans: `left`, `late`, `days`, and the cost of so many parcels."""

    __slots__ = (
        "cheapest", "cm3", "days", "filling", "further", "grams", "grid", "late", "left",
        "left_first", "objective", "smallest", "widest",
    )  # fmt: skip

    def __init__(self, grid: Grid, objective: Objective, filling: Filling, useful: int) -> None:
        """`useful` is a mask of the places that have something of what is wanted."""
        self.grid, self.objective, self.filling = grid, objective, filling
        self.left_first = objective[0] is Goal.LEFT
        after_left = objective[objective.index(Goal.LEFT) + 1 :]
        self.left = sum(
            [row.priority * (row.n - n) for row, n in zip(grid.rows, grid.target, strict=True)]
        )
        self.smallest = self._smallest() if self.left_first else 0
        self.late = self.days = self.grams = self.cm3 = self.further = 0
        if Goal.LATE in after_left:
            self.late = sum([self._late(i) for i in range(len(grid.rows))])
        if Goal.DAYS in after_left:
            self.days = max([self._day(i) for i in range(len(grid.rows))], default=0)
        if Goal.COST not in objective:
            self.cheapest = self.widest = [0] * (useful.bit_count() + 1)
            return
        grid.price()
        there = grid.indices(useful)
        least, paid = sorted([grid.least[p] for p in there]), [grid.paid[p] for p in there]
        self.cheapest = list(accumulate(least, initial=0))
        self.widest = list(accumulate(sorted(paid, reverse=True), initial=0))
        self.further = min([grid.further[p] for p in there], default=0)
        if Goal.COST in after_left:
            pairs = list(zip(grid.rows, grid.target, strict=True))
            self.grams = sum([row.grams * n for row, n in pairs])
            self.cm3 = sum([row.cm3 * n for row, n in pairs])

    def _late(self, i: int) -> int:
        """How many units of a row come late at the least, where all that there is is served."""
        grid, row = self.grid, self.grid.rows[i]
        if row.promised is None:
            return 0
        pairs = zip(grid.has[i], grid.days, strict=True)
        in_time = sum([n for n, day in pairs if day <= row.promised])
        return max(0, grid.target[i] - in_time)

    def _day(self, i: int) -> int:
        """The first day by which all that there is of a row can have come."""
        grid, left, day = self.grid, self.grid.target[i], 0
        pairs = zip(grid.days, grid.has[i], strict=True)
        for at, n in sorted([(at, n) for at, n in pairs if n]):
            if left <= 0:
                break
            day, left = at, left - n
        return day

    def of(self, chosen: Chosen, more: int, left: int) -> Score:
        """What no plan of these places and so many more can be better than.

        `left` is what it leaves at the least: the other bounds of all plans are of those that leave
        no more than must be left.
        """
        whole = left == self.left
        late, days = (self.late, max(self.days, chosen.days)) if whole else (0, chosen.days)
        cost = 0
        if self.grid.priced:
            cost = self.cost(chosen.sunk, chosen.paid, more, self.further, whole=whole)
        return self.filling.score(left, late, cost, len(chosen.places) + more, days)

    def least(self, size: int) -> Score:
        """What no plan of so many shipments, or more, can be better than.

        A parcel more may pay for more grams than it costs, so larger sizes are looked at too, as
        far as their parcels alone could be cheaper.
        """
        cost = self.cost(0, 0, size, self.further, whole=True)
        for more in range(size + 1, len(self.cheapest)):
            if self.cheapest[more] >= cost:
                break
            cost = min(cost, self.cost(0, 0, more, self.further, whole=True))
        return self.filling.score(self.left, self.late, cost, size, self.days)

    def plain(self) -> Score:
        """What anybody can read off the problem: no further grams, and the fewest shipments."""
        size = self.smallest
        cost = self.cheapest[size]
        return self.filling.score(self.left, self.late, cost, size, self.days)

    def cost(self, sunk: int, paid: int, more: int, further: int, *, whole: bool) -> int:
        """What places cost that come to so much and so many more, of which some grams are paid.

        `further` is the least that a unit of further grams costs; `whole` says that no more is left
        out than must be.
        """
        cost = sunk + self.cheapest[more]
        over = self.grams - paid - self.widest[more]
        if not whole or over <= 0:
            return cost
        return cost - (-(-(-over // self.grid.unit) * further) // FINE)

    def _smallest(self) -> int:
        """How many places must ship at the least."""
        size = 0
        for has, n in zip(self.grid.has, self.grid.target, strict=True):
            if n and n > max(has):
                need, left = 0, n
                for have in sorted(has, reverse=True):
                    if left <= 0:
                        break
                    left, need = left - have, need + 1
                size = max(size, need)
            elif n and not size:
                size = 1
        return size
