"""How the places of a set share rows that may take from each other.

It knows one set of places, and refuses to know the others.

Where rows are coupled, or where to leave units out may be better than to send them, each number of
units from the most down to none is tried, row by row and place by place; a partial answer that is
no better than the best known is given up with all that would follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orderflow.sourcing.filling import Filling
from orderflow.sourcing.steps import DEEPEST, Spent


class Rationing:
    """Any number of units from each place, in which rows may take from each other."""

    __slots__ = (
        "amounts", "capacity", "days", "filling", "left_after", "mask", "places", "stock",
    )  # fmt: skip

    def __init__(self, filling: Filling, places: Sequence[int], mask: int) -> None:
        self.filling, self.places, self.mask = filling, places, mask
        grid = filling.grid
        self.days = max([grid.days[p] for p in places], default=0)
        self.amounts = [[0] * len(places) for _ in grid.rows]
        self.stock = [
            {sku: grid.stock[p].get(sku, 0) for row in grid.rows for sku, _ in row.parts}
            for p in places
        ]
        self.capacity = [grid.capacity[p] for p in places]
        self.left_after = [0] * (len(grid.rows) + 1)
        for i in range(len(grid.rows) - 1, -1, -1):
            row, has = grid.rows[i], grid.has[i]
            missing = max(0, row.n - sum([has[p] for p in places]))
            self.left_after[i] = self.left_after[i + 1] + row.priority * missing

    def run(self) -> None:
        if len(self.filling.grid.rows) * len(self.places) > DEEPEST:
            raise Spent
        self._walk(0, 0, self.filling.grid.rows[0].n if self.filling.grid.rows else 0, 0, 0)

    def _walk(self, i: int, j: int, open_: int, left: int, late: int) -> None:
        """Row `i` from place `j` on, of which so many units are open."""
        filling, grid = self.filling, self.filling.grid
        filling.step()
        if i < len(grid.rows) and j == len(self.places):
            left += open_ * grid.rows[i].priority
            i, j = i + 1, 0
            open_ = grid.rows[i].n if i < len(grid.rows) else 0
        shipments = len(self.places)
        cost = self._cost() if filling.costs else 0
        score = filling.score(left + self.left_after[i + (j > 0)], late, cost, shipments, self.days)
        best = filling.best
        if not best.beaten_by(score, shipments, self.mask):
            return
        if i == len(grid.rows):
            if all(map(any, zip(*self.amounts, strict=True))):  # no place: nothing is shipped
                amounts = tuple([tuple(row) for row in self.amounts])
                best.take(score, self.places, self.mask, amounts, final=True)
            return
        row = grid.rows[i]
        is_late = row.promised is not None and grid.days[self.places[j]] > row.promised
        for n in self._choices(i, j, open_):
            self._give(i, j, n)
            self._walk(i, j + 1, open_ - n, left, late + n * is_late)
            self._give(i, j, -n)
            if best.is_of(score, self.mask):
                break

    def _choices(self, i: int, j: int, open_: int) -> Iterator[int]:
        row, there = self.filling.grid.rows[i], self.stock[j]
        most = min([open_, *[there[sku] // each for sku, each in row.parts]])
        capacity = self.capacity[j]
        if capacity is not None:
            most = min(most, capacity // row.pieces)
        if row.together:
            yield from (row.n, 0) if most == row.n else (0,)
        else:
            yield from range(most, -1, -1)

    def _give(self, i: int, j: int, n: int) -> None:
        row, there = self.filling.grid.rows[i], self.stock[j]
        self.amounts[i][j] += n
        for sku, each in row.parts:
            there[sku] -= n * each
        capacity = self.capacity[j]
        if capacity is not None:
            self.capacity[j] = capacity - n * row.pieces

    def _cost(self) -> int:
        grid, cost = self.filling.grid, 0
        for j, p in enumerate(self.places):
            given = [(n[j], row) for n, row in zip(self.amounts, grid.rows, strict=True) if n[j]]
            grams = sum([n * row.grams for n, row in given])
            cm3 = sum([n * row.cm3 for n, row in given])
            cost += grid.parcel(p, grams, cm3)[0] if given else grid.least[p]
        return cost
