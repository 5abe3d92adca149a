"""A place's wall time: where its days begin, and which instant a wall time is.

It knows zones and their transitions, and refuses to know which days are worked.

Problem: on two days a year a wall time is there twice or not at all, a midnight may be skipped (it
is where clocks change at midnight), and Apia had no 30 December 2011.
Observation: instants have one order, wall times have not.
Decision: whatever is compared or stored is an instant in UTC, and a wall time becomes one here.
A wall time that is skipped is the first instant after the gap.
One that comes twice is its first occurrence: whoever reads the clock has met it by then.
A day begins with its first midnight, and lasts until the next day begins: so instants that follow
each other never go back a day, not even where clocks that were past midnight are set back.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orderflow.errors import BadInput
from orderflow.values import text

ONE_DAY: Final = timedelta(days=1)
MOMENT: Final = timedelta(microseconds=1)
"""The least that two instants can differ by."""


def zone_of(zone: str) -> ZoneInfo:
    """The time zone of that name."""
    name = text(zone, "zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("zone", f"there is no time zone {name[:50]!r}") from None


def wall_instant(zone: ZoneInfo, day: date, clock: time) -> datetime:
    """The instant of a wall time: the first of two, or the end of the gap that it is skipped in."""
    local = datetime.combine(day, clock, tzinfo=zone)
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if first <= second:
        return first
    return _transition(zone, second.replace(microsecond=0), first)


@lru_cache(maxsize=2**14)
def day_start(zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a day; a day that the zone skips begins when the next one does."""
    return wall_instant(zone, day, time.min)


def day_of(zone: ZoneInfo, at: datetime) -> date:
    """The day that an instant belongs to."""
    day = at.astimezone(zone).date()
    after = day + ONE_DAY
    return after if day_start(zone, after) <= at else day


def clock_of(zone: ZoneInfo, at: datetime) -> time:
    """The wall time of an instant; a later instant of its day never has an earlier one.

    When the clocks show an hour again, it stays at the last moment of that hour.
    """
    local = at.astimezone(zone)
    if not local.fold:
        return local.time()
    first = local.replace(fold=0, microsecond=0)
    turn = _transition(zone, first.astimezone(UTC), at)
    return (turn - MOMENT).astimezone(zone).time()


def _transition(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first instant after `low` with another offset than there; `high` has another one."""
    offset = low.astimezone(zone).utcoffset()

    def is_past(second: int) -> bool:
        return (low + timedelta(seconds=second)).astimezone(zone).utcoffset() != offset

    seconds = range(int((high - low).total_seconds()) + 1)
    return low + timedelta(seconds=bisect_left(seconds, True, key=is_past))
