"""HiGHS as a solver of linear programs.

It knows highspy, and refuses to know what a program stands for.

`[optimize]` brings highspy; it is imported with the first program, and nothing else of the library
imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from orderflow.sourcing.relaxation import LinearProgram, Row

if TYPE_CHECKING:
    import highspy

_SOLVERS: Final = (("ipm", "off"), ("simplex", "on"))
"""An inner point is enough for a bound, and takes a tenth of the time that a corner takes."""


class Highs:
    """Solves by HiGHS, one program after the other."""

    def minimum(self, program: LinearProgram) -> float:
        """The least that the columns can cost; `ImportError` without highspy."""
        import highspy

        highs = loaded(program)
        for solver, crossover in _SOLVERS:
            highs.setOptionValue("solver", solver)
            highs.setOptionValue("run_crossover", crossover)
            highs.run()
            if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return float(highs.getInfo().objective_function_value)
        raise ArithmeticError(f"HiGHS did not solve a program of {len(program.costs)} columns")


def loaded(program: LinearProgram, whole: Sequence[bool] = ()) -> highspy.Highs:
    """HiGHS with a program in it, to be run; `whole` columns are whole numbers, without it none."""
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.costs), len(program.rows)
    model.col_cost_ = list(program.costs)
    model.col_lower_ = [0.0] * len(program.costs)
    model.col_upper_ = list(program.most)
    model.row_lower_ = [row.least for row in program.rows]
    model.row_upper_ = [row.most for row in program.rows]
    starts, index, value = _compressed(program.rows)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = index
    model.a_matrix_.value_ = value
    if whole:
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in whole]
    highs = highspy.Highs()
    highs.silent()
    highs.passModel(model)
    return highs


def _compressed(rows: Sequence[Row]) -> tuple[list[int], list[int], list[float]]:
    starts, index, value = [0], list[int](), list[float]()
    for row in rows:
        index.extend(row.factors)
        value.extend(row.factors.values())
        starts.append(len(index))
    return starts, index, value
