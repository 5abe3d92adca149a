"""What no plan of a wave can be better than, by linear programming.

It knows a wave and its goals, and refuses to know plans.

Problem: a plan that was improved for a second is good, and nobody knows how good.
Observation: where a parcel may be half sent, the whole wave is one linear program, and what that
comes to no real plan can beat.
Decision: the goals are asked one after the other, each under what those before it came to.
All figures are whole numbers, so each bound is rounded up; a millionth of it is given away before,
for the solver counts in floating point.

HiGHS does it: `[optimize]` brings highspy, and it is imported when it is asked for.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from orderflow.sourcing.floor import Floor, Wave
from orderflow.sourcing.grid import Grid
from orderflow.sourcing.values import DEFAULT, Goal, Objective, Score, checked_objective

if TYPE_CHECKING:
    import highspy

GIVEN_AWAY: Final = 1e-6
_FREE: Final = float("inf")


def relaxed(wave: Wave, objective: Objective = DEFAULT) -> Score:
    """A score that no plan of a wave can be better than; `ImportError` without highspy."""
    checked_objective(objective)
    program = Program(wave, objective)
    found: list[int] = []
    for goal in objective:
        figure = program.minimum(goal)
        found.append(rounded_up(figure))
        # A bound from which a millionth was given away may be less than halves of parcels reach.
        program.hold(goal, max(found[-1], figure))
    return tuple(found)


def rounded_up(figure: float) -> int:
    """The whole number that a figure of the solver stands for, or less."""
    return ceil(figure - GIVEN_AWAY * (1 + abs(figure)))


class Program:
    """A wave as a linear program, or as an integer one where parcels and units are `whole`."""

    def __init__(self, wave: Wave, objective: Objective, *, whole: bool = False) -> None:
        import highspy

        self.highs: highspy.Highs = highspy.Highs()
        self.highs.silent()
        # An inner point is enough for a bound, and takes a tenth of the time that a corner takes.
        if not whole:
            self.highs.setOptionValue("solver", "ipm")
            self.highs.setOptionValue("run_crossover", "off")
        self.whole = whole
        self.columns: list[tuple[float, bool]] = []
        self.rows: list[tuple[float, float, dict[int, float]]] = []
        self.goals: dict[Goal, dict[int, float]] = {goal: {} for goal in Goal}
        floor = Floor(wave, objective)
        stock: dict[tuple[int, str], dict[int, float]] = {}
        capacity: dict[int, dict[int, float]] = {}
        for i in range(len(wave.orders)):
            self._add(floor, i, stock, capacity)
        for (p, sku), takes in stock.items():
            self.rows.append((-_FREE, floor.stock[p][sku], takes))
        for p, takes in capacity.items():
            self.rows.append((-_FREE, floor.capacity[p] or 0, takes))
        self._pass()

    def minimum(self, goal: Goal) -> float:
        """The least that a goal can come to."""
        costs = [0.0] * len(self.columns)
        for column, cost in self.goals[goal].items():
            costs[column] = cost
        self.solve(costs)
        return float(self.highs.getInfo().objective_function_value)

    def solve(self, costs: list[float]) -> None:
        """Make a weighted sum of columns small."""
        for column, cost in enumerate(costs):
            self.highs.changeColCost(column, cost)
        self.highs.run()

    def hold(self, goal: Goal, most: float) -> None:
        """Let a goal come to no more from here on."""
        pairs = {column: each for column, each in self.goals[goal].items() if each}
        if most < GIVEN_AWAY:
            for column in pairs:
                self.highs.changeColBounds(column, 0.0, 0.0)
            return
        self.highs.addRow(-_FREE, most, len(pairs), list(pairs), list(pairs.values()))

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
            self.rows.append((-_FREE, floor.wave.shipments_max, dict.fromkeys(ships.values(), 1.0)))
        for p, column in ships.items():
            self.goals[Goal.SHIPMENTS][column] = 1
            self.goals[Goal.COST][column] = grid.least[p]
        if any(grid.days):  # no place: nothing arrives
            day = self._column(_FREE, whole=False)
            self.goals[Goal.DAYS][day] = 1
            for p, column in ships.items():
                self.rows.append((0, _FREE, {day: 1.0, column: -float(grid.days[p])}))
        for r, row in enumerate(grid.rows):
            left = self._column(row.n)
            self.goals[Goal.LEFT][left] = row.priority
            units = {left: 1.0}
            for p in useful:
                most = grid.has[r][p]
                if most:
                    n = self._column(most)
                    units[n] = 1
                    self.rows.append((-_FREE, 0, {n: 1.0, ships[p]: -float(most)}))
                    self._draw(grid, p, r, n, stock, capacity)
            self.rows.append((row.n, row.n, units))

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
        self.columns.append((most, whole))
        return len(self.columns) - 1

    def _pass(self) -> None:
        """Hand the program to the solver."""
        import highspy

        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.columns), len(self.rows)
        model.col_cost_ = [0.0] * len(self.columns)
        model.col_lower_ = [0.0] * len(self.columns)
        model.col_upper_ = [most for most, _ in self.columns]
        model.row_lower_ = [least for least, _, _ in self.rows]
        model.row_upper_ = [most for _, most, _ in self.rows]
        starts, index, value = _compressed([row for _, _, row in self.rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts
        model.a_matrix_.index_ = index
        model.a_matrix_.value_ = value
        if self.whole:
            kinds = highspy.HighsVarType
            model.integrality_ = [
                kinds.kInteger if whole else kinds.kContinuous for _, whole in self.columns
            ]
        self.highs.passModel(model)


def _compressed(
    rows: list[dict[int, float]],
) -> tuple[list[int], list[int], list[float]]:
    starts, index, value = [0], list[int](), list[float]()
    for row in rows:
        index.extend(row)
        value.extend(row.values())
        starts.append(len(index))
    return starts, index, value
