"""Dated supply and demand as a table, and what becomes of what is late.

It knows days as whole numbers, and refuses to know calendars: which day is a working day is settled
before.

Problem: a purchase order that should have come three days ago is no supply of the past. Taken as
stock it promises goods that nobody has; left out it hides goods that will come tomorrow. A customer
who should have been served yesterday still wants the goods.
Decision: supply and demand each say how they treat what is late.

===================  =============================================================================
who                  how
===================  =============================================================================
Dynamics 365         late supply `Late(moved_by=1)`, late demand `Late(moved_by=0)`, each as far
                     back as its backward time fence: `reach`
Oracle R11           both `Late(0, reach=n)`: moved to the current day as far back as the past due
                     days; what is older drops out
===================  =============================================================================
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.planning.rows import PERIODS_MAX, Row, count
from orderflow.values import QUANTITY_MAX, whole

DAY_MAX: Final = 10**6
"""The farthest day, either way: ordinals of dates fit."""

Dated: TypeAlias = tuple[int, int]
"""A day or a period, and the quantity that falls on it."""


@attrs.frozen
class Late:
    """What becomes of what is dated before today.

    It counts `moved_by` days after today, or drops out where that is `None`: `Late()`.
    What is more than `reach` days late drops out in any case.
    """

    moved_by: int | None = None
    reach: int | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("moved_by", "reach"):
            if getattr(self, name) is not None:
                count(getattr(self, name), f"late.{name}")

    def day(self, due: int, today: int) -> int | None:
        """The day on which it counts, or `None`; what is not late keeps its own.

        >>> Late(1).day(-3, 0), Late(1, reach=2).day(-3, 0), Late(1).day(5, 0)
        (1, None, 5)
        """
        if due >= today:
            return due
        if self.moved_by is None or (self.reach is not None and today - due > self.reach):
            return None
        return today + self.moved_by


@attrs.frozen
class Timeline:
    """A table whose periods begin on `days`: today, and each day on which something falls due.

    A period lasts until the day before the next. Every function over rows takes `supply` and
    `demand`.
    """

    days: tuple[int, ...]
    supply: Row
    demand: Row

    def period(self, day: int) -> int:
        """The period in which a day lies; what comes after the last day lies in the last period."""
        whole(day, "day", least=self.days[0], most=DAY_MAX)
        return bisect_right(self.days, day)


def timeline(
    supply: Sequence[Dated],
    demand: Sequence[Dated],
    *,
    late_supply: Late,
    late_demand: Late,
    today: int = 0,
    before: int | None = None,
) -> Timeline:
    """The table of dated supply and demand; what falls on one day is added up.

    `before` is the first day beyond the time fence: what falls due from there on is not counted.

    200 are three days late and expected tomorrow, 75 were wanted yesterday, 100 come in ten days:

    >>> table = timeline(
    ...     ((-3, 200), (10, 100)), ((-1, 75),), late_supply=Late(1), late_demand=Late(0)
    ... )
    >>> table.days, table.supply, table.demand
    ((0, 1, 10), (0, 200, 100), (75, 0, 0))
    """
    today = whole(today, "today", least=-DAY_MAX, most=DAY_MAX)
    end = DAY_MAX * 2 if before is None else whole(before, "before", least=today + 1, most=DAY_MAX)
    comes = _by_day(supply, "supply", _late(late_supply, "late_supply"), today, end)
    goes = _by_day(demand, "demand", _late(late_demand, "late_demand"), today, end)
    days = tuple(sorted({today, *comes, *goes}))
    if len(days) > PERIODS_MAX:
        raise BadInput("supply", f"supply and demand fall on more than {PERIODS_MAX} days")
    return Timeline(days, tuple([comes[day] for day in days]), tuple([goes[day] for day in days]))


def dated(value: object, path: str, *, least: int = 1) -> tuple[Dated, ...]:
    """Pairs of a day, or a period, and a quantity."""
    if not isinstance(value, tuple | list):
        raise BadInput(path, "a tuple of pairs of day and quantity is wanted")
    return tuple([_pair(pair, f"{path}[{i}]", least) for i, pair in enumerate(value)])


def _pair(value: object, path: str, least: int) -> Dated:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise BadInput(path, "a pair of day and quantity is wanted")
    day = whole(value[0], f"{path}.day", least=-DAY_MAX, most=DAY_MAX)
    return day, whole(value[1], f"{path}.quantity", least=least)


def _late(value: object, path: str) -> Late:
    if not isinstance(value, Late):
        raise BadInput(path, "a Late is wanted")
    return value


def _by_day(value: object, path: str, late: Late, today: int, end: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for i, (due, quantity) in enumerate(dated(value, path)):
        day = late.day(due, today)
        if day is not None and day < end:
            found[day] += quantity
            if found[day] > QUANTITY_MAX:  # no function over rows would take it
                more = f"day {day} adds up to more than {QUANTITY_MAX}"
                raise BadInput(f"{path}[{i}].quantity", more)
    return found
