"""Processes that are tightened as far as they go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from orderflow.chart import Guard
from orderflow.process import Close, Piece, Process, Remove, Require, own_guard
from orderflow.states import CHARTS


def own_rows() -> Iterator[Remove[Any, Any, Any]]:
    """Every row that a host may tighten."""
    for chart in CHARTS.values():
        for row in chart.rows:
            if row.move not in chart.outside:
                yield Remove(chart, row.source, row.move)


def _barest() -> Process:
    """A process that has closed every state and taken every row away that it can, one by one."""
    process, before = Process(), None
    closings: list[Piece] = [
        Close(chart, state) for chart in CHARTS.values() for state in chart.states
    ]
    while before != process:
        before = process
        for piece in closings:
            process = _with(process, piece)
    for row in own_rows():
        process = _with(process, row)
    return process


def _with(process: Process, piece: Piece) -> Process:
    if piece in process.pieces:
        return process
    try:
        return Process.of(*process.pieces, piece)
    except ValueError:
        return process


BAREST: Final = _barest()

never: Final[Guard[object]] = own_guard("never", lambda facts: False, "it is forbidden")

FORBIDDEN: Final = Process.of(
    *(Require(row.chart, row.state, row.move, never) for row in own_rows())
)
"""A process in which no move of our own is ever made."""
