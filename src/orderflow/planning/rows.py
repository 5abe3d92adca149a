"""Rows of a table: one figure a period, and the checks that every planning function begins with.

It knows periods and whole numbers, and refuses to know what they mean.

Problem: tables are typed off paper or come out of a spreadsheet, so rows are of different length,
figures are floats, and a blank is sometimes a nought and sometimes no figure.
Decision: periods are numbered from 1, as on paper. A row is a tuple with one whole number for each;
`None` is a period without a figure of its own, and adds nothing to a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate
from typing import Final, TypeAlias, TypeVar

from orderflow.errors import BadInput
from orderflow.values import QUANTITY_MAX, whole

PERIODS_MAX: Final = 3_660
"""The longest row: ten years of days."""

SUM_MAX: Final = PERIODS_MAX * 3 * QUANTITY_MAX
"""The largest figure of a row that was computed: stock, supply and demand of every period."""

Row: TypeAlias = tuple[int, ...]
"""One figure for each period, from period 1."""

Sparse: TypeAlias = tuple[int | None, ...]
"""A row in which some periods have no figure of their own."""

Member = TypeVar("Member", bound=StrEnum)


def quantities(value: object, path: str, periods: int | None = None) -> Row:
    """A row of quantities, none below zero, of so many periods where that is known."""
    cells = _cells(value, path, periods)
    return tuple([whole(cell, f"{path}[{i}]", least=0) for i, cell in enumerate(cells)])


def figures(value: object, path: str, periods: int | None = None) -> Sparse:
    """A row that was computed: shortages are below zero, and a period may have no figure."""
    cells = _cells(value, path, periods)
    return tuple(
        [
            None if cell is None else whole(cell, f"{path}[{i}]", least=-SUM_MAX, most=SUM_MAX)
            for i, cell in enumerate(cells)
        ]
    )


def stock(value: object, path: str = "on_hand") -> int:
    """What is on hand; below zero where more was issued than was booked in."""
    return whole(value, path, least=-QUANTITY_MAX)


def count(value: object, path: str) -> int:
    """So many periods or days, or none."""
    return whole(value, path, least=0, most=PERIODS_MAX)


def member(value: object, kind: type[Member], path: str) -> Member:
    """One of the named conventions; plain text is refused, so that a misspelt one is found."""
    if not isinstance(value, kind):
        can = ", ".join(one.name for one in kind)
        raise BadInput(path, f"a {kind.__name__} is wanted (can: {can})")
    return value


def filled(row: Sparse) -> Row:
    """The row with a nought where there was no figure."""
    return tuple([cell or 0 for cell in row])


def running(row: Sequence[int | None]) -> Row:
    """The sum of a row up to each period.

    Over a discrete row of available to promise it is the *cumulative ATP with look-ahead* of the
    APICS dictionary, and the cumulative ATP of JD Edwards.

    >>> running((92, -45, None, 100))
    (92, 47, 47, 147)
    """
    return tuple(accumulate(filled(figures(row, "row"))))


def _cells(value: object, path: str, periods: int | None) -> Sequence[object]:
    if not isinstance(value, tuple | list):
        raise BadInput(path, "a tuple with a figure for each period is wanted")
    if not 1 <= len(value) <= PERIODS_MAX:
        raise BadInput(path, f"1 to {PERIODS_MAX} periods are wanted, not {len(value)}")
    if periods is not None and len(value) != periods:
        raise BadInput(path, f"{periods} periods are wanted, not {len(value)}")
    return value
