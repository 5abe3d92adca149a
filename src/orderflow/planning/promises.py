"""The period that a request is promised for, and the row after the promise.

It knows one row and one quantity, and refuses to know who asks and what else is on the order.

Problem: NetSuite and Oracle R11 promise 100 pieces on no date at all where 20, 40 and 50 are free
in three periods; others promise them for the last of the three. Both are right by their books: the
one ships an order in one go out of one receipt, the other gathers.
Decision: whether a request may span periods is said by its name, and beyond a fence anything can be
promised only if the caller says from where.

A cumulative row has gathered already, so it is asked with ONE_PERIOD; a discrete row may be asked
either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from orderflow.errors import BadInput
from orderflow.planning.rows import (
    PERIODS_MAX,
    SUM_MAX,
    Sparse,
    figures,
    filled,
    member,
    running,
)
from orderflow.values import whole


class Spans(StrEnum):
    """Whether one request may be met out of several periods of a discrete row."""

    ONE_PERIOD = "one_period"
    SEVERAL_PERIODS = "several_periods"


def promise(
    row: Sequence[int | None],
    quantity: int,
    *,
    spans: Spans = Spans.ONE_PERIOD,
    first: int = 1,
    last: int | None = None,
    unlimited_from: int | None = None,
) -> int | None:
    """The earliest period from `first` to `last` that has the quantity; `None` where none has it.

    With SEVERAL_PERIODS it is the one in which the running sum first covers it.
    `unlimited_from` is the first period beyond the replenishment lead time, or beyond the infinite
    supply fence: from there on any quantity is promised, and the row is not asked any more.

    >>> available = (20, 0, 40, 50)
    >>> promise(available, 30), promise(available, 100)
    (3, None)
    >>> promise(available, 100, spans=Spans.SEVERAL_PERIODS)
    4
    >>> promise(available, 100, unlimited_from=3), promise(available, 10, first=2)
    (3, 3)
    """
    cells = filled(figures(row, "row"))
    wanted = whole(quantity, "quantity", most=SUM_MAX)
    if member(spans, Spans, "spans") is Spans.SEVERAL_PERIODS:
        cells = running(cells)
    start = _period(first, "first")
    fence = None if unlimited_from is None else _period(unlimited_from, "unlimited_from")
    end = len(cells) if last is None else _period(last, "last")
    for period in range(start, min(end, len(cells)) + 1):
        if fence is not None and period >= fence:
            break
        if cells[period - 1] >= wanted:
            return period
    if fence is not None and (last is None or max(start, fence) <= end):
        return max(start, fence)
    return None


def take(
    row: Sequence[int | None],
    quantity: int,
    period: int,
    *,
    spans: Spans = Spans.ONE_PERIOD,
) -> Sparse:
    """The discrete row after a quantity was promised for a period.

    With SEVERAL_PERIODS it is taken from that period and then from earlier ones, the nearest first,
    so that what is there early stays for whoever wants it early.
    What is not there cannot be taken: that is `BadInput`.

    >>> take((0, -1, 2, 3, 2), 3, 4)
    (0, -1, 2, 0, 2)
    >>> take((0, -1, 2, 3, 2), 3, 5, spans=Spans.SEVERAL_PERIODS)
    (0, -1, 2, 2, 0)
    """
    cells = list(figures(row, "row"))
    rest = wanted = whole(quantity, "quantity", most=SUM_MAX)
    at = whole(period, "period", most=len(cells)) - 1
    several = member(spans, Spans, "spans") is Spans.SEVERAL_PERIODS
    for giver in range(at, -1 if several else at - 1, -1):
        cell = cells[giver]
        if cell is not None:
            taken = min(rest, max(cell, 0))
            cells[giver] = cell - taken
            rest -= taken
    if rest:
        raise BadInput("quantity", f"{wanted} is more than the {wanted - rest} that are there")
    return tuple(cells)


def _period(value: object, path: str) -> int:
    """A period; it may lie beyond the last of the table."""
    return whole(value, path, most=2 * PERIODS_MAX)
