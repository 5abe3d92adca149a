"""The bound of a wave, by any solver that a host has."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from fractions import Fraction
from math import inf
from typing import Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow.sourcing import DEFAULT, Goal, Objective, Order, Wave, allocate_wave
from orderflow.sourcing.relaxation import LinearProgram, Solver, relaxed
from tests.test_sourcing_waves import PARCELS, lamps, random_wave, stocked

needs_highspy = pytest.mark.skipif(
    importlib.util.find_spec("highspy") is None, reason="highspy is an extra"
)
TWO_ORDERS: Final = Wave((lamps("a", 2), lamps("b", 2)), (stocked("leith", LAMP=3),))


@attrs.define
class Simplex:
    """A host's own solver: the dual simplex method in fractions, without any rounding."""

    asked: int = 0

    def minimum(self, program: LinearProgram) -> float:
        self.asked += 1
        rows = _at_most(program)
        bottom = [*map(Fraction, program.costs), *[Fraction(0)] * (len(rows) + 1)]
        basis = [len(program.costs) + i for i in range(len(rows))]
        while True:
            below = [i for i, row in enumerate(rows) if row[-1] < 0]
            if not below:
                return float(-bottom[-1])
            i = min(below, key=basis.__getitem__)
            j = min(
                [j for j, factor in enumerate(rows[i][:-1]) if factor < 0],
                key=lambda j: (bottom[j] / -rows[i][j], j),
            )
            basis[i] = j
            rows[i] = [factor / rows[i][j] for factor in rows[i]]
            for other in (*rows[:i], *rows[i + 1 :], bottom):
                if other[j]:
                    times = other[j]
                    other[:] = [n - times * m for n, m in zip(other, rows[i], strict=True)]


def _at_most(program: LinearProgram) -> list[list[Fraction]]:
    """Every row and bound as what comes to no more than something, with a slack of its own."""
    columns = range(len(program.costs))
    limits = [({j: 1.0}, most) for j, most in enumerate(program.most)]
    for row in program.rows:
        limits.append((dict(row.factors), row.most))
        limits.append(({j: -n for j, n in row.factors.items()}, -row.least))
    bounded = [(factors, most) for factors, most in limits if most < inf]
    return [
        [
            *[Fraction(factors.get(j, 0)) for j in columns],
            *[Fraction(i == k) for k in range(len(bounded))],
            Fraction(most),
        ]
        for i, (factors, most) in enumerate(bounded)
    ]


def test_a_host_may_bring_a_solver_of_its_own() -> None:
    solver = Simplex()

    bound = relaxed(TWO_ORDERS, PARCELS, solver=solver)

    assert bound == (1, 2)
    assert bound <= allocate_wave(TWO_ORDERS, objective=PARCELS).score
    assert solver.asked == len(PARCELS)


@pytest.mark.parametrize("solver", (Simplex(), pytest.param(None, marks=needs_highspy)))
def test_what_costs_nothing_may_still_be_sent(solver: Solver | None) -> None:
    bound = relaxed(TWO_ORDERS, DEFAULT, solver=solver)

    assert bound == (1, 0, 0, 2, 0)


def test_a_goal_that_nothing_counts_for_is_not_asked() -> None:
    solver, empty = Simplex(), Wave((Order("a", ()),), (stocked("leith", LAMP=3),))

    assert relaxed(empty, DEFAULT, solver=solver) == (0,) * len(DEFAULT)
    assert solver.asked == 0


@settings(max_examples=8)
@given(seed=st.integers(0, 10**6))
def test_no_wave_is_better_than_what_any_solver_says(seed: int) -> None:
    wave = random_wave(seed, 2)

    assert relaxed(wave, solver=Simplex()) <= allocate_wave(wave).score


@needs_highspy
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6))
@pytest.mark.parametrize("objective", (DEFAULT, (Goal.SHIPMENTS, Goal.LEFT)))
def test_two_solvers_give_one_bound(objective: Objective, seed: int) -> None:
    wave = random_wave(seed, 2)

    assert relaxed(wave, objective, solver=Simplex()) == relaxed(wave, objective)


@needs_highspy
def test_highs_is_a_solver_and_says_so_when_a_program_has_no_answer() -> None:
    from orderflow.sourcing.highs import Highs
    from orderflow.sourcing.relaxation import Row

    highs: Solver = Highs()
    impossible = LinearProgram((1.0,), (1.0,), (Row(2, inf, {0: 1.0}),))

    with pytest.raises(ArithmeticError, match="did not solve"):
        highs.minimum(impossible)


def test_another_solver_loads_no_highspy() -> None:
    program = (
        "import sys; from tests.test_sourcing_relaxation import *;"
        "relaxed(TWO_ORDERS, solver=Simplex()); print('highspy' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False"]
