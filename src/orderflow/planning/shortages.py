"""Shortages: which other periods stand in for a period that has promised more than it has.

It knows a discrete row, and refuses to know whose order is short.

Problem: a negative figure says that promises were given beyond a period's own supply. While it
stands, the figures beside it promise the same goods a second time.
Decision: a shortage eats the surplus of other periods, period by period from the nearest on, the
earliest shortage first. Where that does not do, what is left stays to be seen.

=====================  =====================  ============  =========================
who                    toward                 left          then
=====================  =====================  ============  =========================
Oracle Inventory R11   BACKWARD, FORWARD,     IN_PLACE      nothing, or `accumulated`
                       or both
QAD                    BACKWARD_THEN_FORWARD  FIRST_PERIOD  `running` for the cumulative
Orlicky's MRP          (none: left standing)                `running` for the cumulative
=====================  =====================  ============  =========================
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate

from orderflow.planning.rows import Row, Sparse, count, figures, filled, member


class Toward(StrEnum):
    """Where a shortage looks for surplus."""

    BACKWARD = "backward"  # in earlier periods: goods that are there in time
    FORWARD = "forward"  # in later periods: goods that come too late, but come
    BACKWARD_THEN_FORWARD = "backward_then_forward"


class Left(StrEnum):
    """Where a shortage shows that nothing could resolve."""

    IN_PLACE = "in_place"
    FIRST_PERIOD = "first_period"  # all that is left, as one figure


def consume(
    row: Sequence[int | None],
    toward: Toward = Toward.BACKWARD,
    *,
    window: int | None = None,
    left: Left = Left.IN_PLACE,
) -> Sparse:
    """A discrete row in which shortages have eaten surplus; its total stays the same.

    `window` is the most periods that a surplus is kept for a later shortage.
    A period without a figure has nothing to give and stays without; `filled` puts a nought there.

    Periods 3 and 4 are short by 1 and 2, and period 2 has 2 to give; later ones are not touched:

    >>> consume((0, 2, -1, -2, 2, 3))
    (0, 0, 0, -1, 2, 3)
    >>> consume((0, 2, -1, -2, 2, 3), Toward.FORWARD)
    (0, 2, 0, 0, 0, 2)
    >>> consume((0, 2, -6, 1), Toward.BACKWARD_THEN_FORWARD, left=Left.FIRST_PERIOD)
    (-3, 0, 0, 0)
    """
    given = figures(row, "row")
    cells = list(filled(given))
    toward, left = member(toward, Toward, "toward"), member(left, Left, "left")
    reach = _reach(window)
    kept: list[int] = []  # the places that have surplus, the nearest last
    ahead = 0
    for at in range(len(cells)):
        if cells[at] > 0:
            kept.append(at)
        elif toward is not Toward.FORWARD:
            _eat_backward(cells, at, kept, reach)
        if toward is not Toward.BACKWARD:
            ahead = _eat_forward(cells, at, max(ahead, at + 1))
    if left is Left.FIRST_PERIOD:
        unresolved = sum(min(cell, 0) for cell in cells)
        cells = [max(cell, 0) for cell in cells]
        cells[0] += unresolved
    return tuple(
        [None if was is None and not cell else cell for was, cell in zip(given, cells, strict=True)]
    )


def accumulated(row: Sequence[int | None], *, window: int | None = None) -> Row:
    """A consumed row in which each period has the surplus of earlier ones beside its own.

    A shortage is shown as it stands, and is not carried on. `window` is the most periods that a
    surplus is carried for; `consume` takes the same.

    >>> accumulated((0, 0, 0, -1, 2, 3, 2, 2))
    (0, 0, 0, -1, 2, 5, 7, 9)
    >>> accumulated((0, 0, 0, -1, 2, 3, 2, 2), window=1)
    (0, 0, 0, -1, 2, 5, 5, 4)
    """
    cells = filled(figures(row, "row"))
    reach = _reach(window)
    upto = tuple(accumulate([max(cell, 0) for cell in cells], initial=0))
    return tuple(
        [
            cell if cell < 0 else upto[at + 1] - upto[0 if reach is None else max(0, at - reach)]
            for at, cell in enumerate(cells)
        ]
    )


def _reach(window: int | None) -> int | None:
    return None if window is None else count(window, "window")


def _eat_backward(cells: list[int], at: int, kept: list[int], reach: int | None) -> None:
    """Where the nearest is too old, all are."""
    while kept and cells[at] < 0 and (reach is None or at - kept[-1] <= reach):
        _eat(cells, at, kept[-1])
        if not cells[kept[-1]]:
            kept.pop()


def _eat_forward(cells: list[int], at: int, ahead: int) -> int:
    """Where surplus may still be found: everything before it has been eaten."""
    while cells[at] < 0 and ahead < len(cells):
        _eat(cells, at, ahead)
        if cells[ahead] <= 0:
            ahead += 1
    return ahead


def _eat(cells: list[int], at: int, giver: int) -> None:
    eaten = min(-cells[at], max(cells[giver], 0))
    cells[giver] -= eaten
    cells[at] += eaten
