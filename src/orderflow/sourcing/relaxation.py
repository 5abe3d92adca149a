"""What no plan of a wave can be better than, by linear programming.

It knows a wave and its goals, and refuses to know plans.

Problem: a plan that was improved for a second is good, and nobody knows how good.
Observation: where a parcel may be half sent, the whole wave is one linear program, and what that
comes to no real plan can beat.
Decision: the goals are asked one after the other, each under what those before it came to.
All figures are whole numbers, so each bound is rounded up; a millionth of it is given away before,
for the solver counts in floating point.

Which solver does it is for the host to choose, since not all of them can be loaded into one process
(highspy and ortools cannot): anything with the one method of a `Solver` will do.
Where nobody chooses, HiGHS does it, which `[optimize]` brings; it is imported when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final, Protocol

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.floor import Floor, Wave
from orderflow.sourcing.grid import Grid
from orderflow.sourcing.values import DEFAULT, Goal, Objective, Score, checked_objective

GIVEN_AWAY: Final = 1e-6
_FREE: Final = float("inf")


@attrs.frozen
class Row:
    """So many of each column come to no less than `least` and no more than `most`.

    Either may be infinite, where nothing bounds it.
    """

    least: float
    most: float
    factors: Mapping[int, float]


@attrs.frozen
class LinearProgram:
    """Columns that come to as little as they can: each costs so much, and is from 0 to `most`.

    No cost is below zero; a column's `most` may be infinite.
    """

    costs: tuple[float, ...]
    most: tuple[float, ...]
    rows: tuple[Row, ...]


class Solver(Protocol):
    """Who solves linear programs: the host's own solver, or `highs.Highs`."""

    def minimum(self, program: LinearProgram) -> float:
        """The least that the columns can cost, to a millionth of it; no program has none."""
        ...


def relaxed(wave: Wave, objective: Objective = DEFAULT, *, solver: Solver | None = None) -> Score:
    """A score that no plan of a wave can be better than, by a solver.

    Without one HiGHS is asked: `ImportError` without highspy.
    """
    if not isinstance(wave, Wave):
        raise BadInput("wave", "a Wave is wanted")
    checked_objective(objective)
    if solver is not None and not callable(getattr(solver, "minimum", None)):
        raise BadInput("solver", "a Solver is wanted")
    if solver is None:
        from orderflow.sourcing.highs import Highs  # here, so that it is not needed for another

        solver = Highs()
    program = Program(wave, objective)
    found: list[int] = []
    for goal in objective:
        costs = program.goals[goal]
        figure = solver.minimum(program.asking(costs)) if costs else 0
        found.append(rounded_up(figure))
        # A bound from which a millionth was given away may be less than halves of parcels reach.
        program.hold(goal, max(found[-1], figure))
    return tuple(found)


def rounded_up(figure: float) -> int:
    """The whole number that a figure of the solver stands for, or less."""
    return ceil(figure - GIVEN_AWAY * (1 + abs(figure)))


class Program:
    """A wave as a linear program; `whole` says which columns are whole numbers in a real plan."""

    def __init__(self, wave: Wave, objective: Objective) -> None:
        self.most: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[Row] = []
        self.goals: dict[Goal, dict[int, float]] = {goal: {} for goal in Goal}
        floor = Floor(wave, objective)
        stock: dict[tuple[int, str], dict[int, float]] = {}
        capacity: dict[int, dict[int, float]] = {}
        for i in range(len(wave.orders)):
            self._add(floor, i, stock, capacity)
        for (p, sku), takes in stock.items():
            self.rows.append(Row(-_FREE, floor.stock[p][sku], takes))
        for p, takes in capacity.items():
            self.rows.append(Row(-_FREE, floor.capacity[p] or 0, takes))

    def asking(self, costs: Mapping[int, float]) -> LinearProgram:
        """The program in which these columns cost something."""
        every = tuple([costs.get(column, 0.0) for column in range(len(self.most))])
        return LinearProgram(every, tuple(self.most), tuple(self.rows))

    def hold(self, goal: Goal, most: float) -> None:
        """Let a goal come to no more from here on; what costs nothing may still be there."""
        factors = {column: each for column, each in self.goals[goal].items() if each}
        if most >= GIVEN_AWAY:
            self.rows.append(Row(-_FREE, most, factors))
            return
        for column in factors:
            self.most[column] = 0.0

    def _add(
        self,
        floor: Floor,
        i: int,
        stock: dict[tuple[int, str], dict[int, float]],
        capacity: dict[int, dict[int, float]],
    ) -> None:
        """The parcels and units of one order."""
        grid = floor.grid(i)
        grid.price()
        useful = [p for p in range(len(grid.places)) if grid.some_of(p)]
        ships = {p: self._column(1) for p in useful}
        if floor.wave.shipments_max is not None:
            self.rows.append(
                Row(-_FREE, floor.wave.shipments_max, dict.fromkeys(ships.values(), 1.0))
            )
        for p, column in ships.items():
            self.goals[Goal.SHIPMENTS][column] = 1
            self.goals[Goal.COST][column] = grid.least[p]
        if any(grid.days):  # no place: nothing arrives
            day = self._column(_FREE, whole=False)
            self.goals[Goal.DAYS][day] = 1
            for p, column in ships.items():
                self.rows.append(Row(0, _FREE, {day: 1.0, column: -float(grid.days[p])}))
        for r, row in enumerate(grid.rows):
            left = self._column(row.n)
            self.goals[Goal.LEFT][left] = row.priority
            units = {left: 1.0}
            for p in useful:
                most = grid.has[r][p]
                if most:
                    n = self._column(most)
                    units[n] = 1
                    self.rows.append(Row(-_FREE, 0, {n: 1.0, ships[p]: -float(most)}))
                    self._draw(grid, p, r, n, stock, capacity)
            self.rows.append(Row(row.n, row.n, units))

    def _draw(
        self,
        grid: Grid,
        p: int,
        r: int,
        column: int,
        stock: dict[tuple[int, str], dict[int, float]],
        capacity: dict[int, dict[int, float]],
    ) -> None:
        """What a unit takes of its place."""
        row = grid.rows[r]
        for sku, each in row.parts:
            stock.setdefault((p, sku), {})[column] = each
        if grid.capacity[p] is not None:
            capacity.setdefault(p, {})[column] = row.pieces
        if row.promised is not None and grid.days[p] > row.promised:
            self.goals[Goal.LATE][column] = 1

    def _column(self, most: float, *, whole: bool = True) -> int:
        self.most.append(most)
        self.whole.append(whole)
        return len(self.most) - 1
