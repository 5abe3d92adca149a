"""Working days, cut-off times and transit, as a place's own clocks and customs have them.

It knows which days a place works and which instants its wall times are, and refuses to know what
time it is, what is shipped, and what was promised.

Problem: "ordered by three, shipped today" is said in wall time, of a place, on days that the place
works, while all that is stored and compared is an instant.
Days of 24 hours, or a cut-off in UTC, are wrong for weeks of each year, and a list of holidays is
wrong where a Saturday is worked in their stead (调休).
Observation: time outside working days is no time: what comes on a Saturday is as if it came when
Monday begins.
Decision: a calendar is a frozen value, and each question about it is a function of that value and
an instant; answers are instants in UTC, so that a later version of the zones changes nothing that
is stored. How a wall time becomes an instant on the days when clocks are changed is said in `wall`.

Which days are worked, the more particular first: `extra` days are, `closed` days are not, days of
`closed_rules` are not, days of `open_rules` are, and else the `weekdays` are.
A day that the zone skips, such as 30 December 2011 in Apia, is not worked whatever is said of it.

So later never comes out earlier: of two orders, the later one never ships or arrives first.
Adding working days by parts is adding them at once, and so is adding hours; only where a day on the
way skips the very wall time does the sum by parts keep the later one.
A promise is asked the other way round: until when goods may come, so that they are with the
customer on a day. `latest_ready` and `latest_shipped` give the last such instant: with it the date
is met, and a moment later it is not.
A search looks ten years ahead, or back, and no further, so a calendar without working days is a
refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from orderflow.calendars.calendar import Calendar, check_year, checked_day
from orderflow.calendars.recurrence import days_of
from orderflow.calendars.wall import (
    MOMENT,
    ONE_DAY,
    clock_of,
    day_of,
    day_start,
    wall_instant,
    zone_of,
)
from orderflow.errors import BadInput, Refusal, Refused
from orderflow.values import instant, whole

__all__ = [
    "SEARCH_DAYS_MAX",
    "Calendar",
    "add_working_days",
    "add_working_hours",
    "arrives_at",
    "cut_off_on",
    "is_working_day",
    "latest_ready",
    "latest_shipped",
    "next_working_day",
    "ready_to_ship_at",
    "wall_day",
    "working_day_from",
    "zone_of",
]

SEARCH_DAYS_MAX: Final = 3_653
"""How many days ahead any question looks: ten years."""

LEAD_DAYS_MAX: Final = 1_000
LEAD_HOURS_MAX: Final = 24_000
"""The longest lead time or transit, in days or in hours."""


# --- days -----------------------------------------------------------------------------------------


def wall_day(calendar: Calendar, at: datetime) -> date:
    """The day of the place that an instant belongs to."""
    _check_calendar(calendar)
    return day_of(calendar._zone, _instant(at))


def is_working_day(calendar: Calendar, when: date | datetime) -> bool:
    """Whether a day is worked, or the day that an instant belongs to."""
    _check_calendar(calendar)
    return _is_worked(calendar, _day_or_instant(calendar, when))


def next_working_day(calendar: Calendar, when: date | datetime) -> date:
    """The first working day after a day, or after the day that an instant belongs to."""
    _check_calendar(calendar)
    return _nth(calendar, _day_or_instant(calendar, when) + ONE_DAY, 0)


def working_day_from(calendar: Calendar, when: date | datetime, days: int = 0) -> date:
    """The first working day from a day on, that day included, and so many working days further.

    >>> from datetime import date
    >>> working_day_from(Calendar("Europe/Berlin"), date(2026, 3, 7), 1)  # a Saturday
    datetime.date(2026, 3, 10)
    """
    _check_calendar(calendar)
    whole(days, "days", least=0, most=LEAD_DAYS_MAX)
    return _nth(calendar, _day_or_instant(calendar, when), days)


# --- lead time ------------------------------------------------------------------------------------


def add_working_days(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The instant so many working days later, at the same wall time.

    What is not on a working day counts as the beginning of the next one, also for no days at all.
    Of an hour that the clocks show twice, the second time counts as the end of the first.
    """
    _check_calendar(calendar)
    whole(days, "days", least=0, most=LEAD_DAYS_MAX)
    at = _instant(at)
    today = day_of(calendar._zone, at)
    first = _nth(calendar, today, 0)
    if first == today and not days:
        return at
    day = _nth(calendar, first, days)
    clock = clock_of(calendar._zone, at) if first == today else time.min
    return wall_instant(calendar._zone, day, clock)


def add_working_hours(calendar: Calendar, at: datetime, hours: int) -> datetime:
    """The first instant by which the place has been open for so many hours; `at` for none.

    Hours are hours that pass, so on the day when clocks are put forward there is one less.
    """
    _check_calendar(calendar)
    whole(hours, "hours", least=0, most=LEAD_HOURS_MAX)
    at = _instant(at)
    if not hours:
        return at
    left = timedelta(hours=hours)
    today = day_of(calendar._zone, at)
    for day in _working_days(calendar, today):
        for opens, closes in _open_spans(calendar, day):
            begins = max(opens, at)
            open_for = max(closes - begins, timedelta(0))
            if left <= open_for:
                return begins + left
            left -= open_for
    raise _closed_too_long(calendar, today)


# --- shipping -------------------------------------------------------------------------------------


def cut_off_on(calendar: Calendar, day: date) -> datetime:
    """The instant of the cut-off on a day; `BadInput` where the calendar has none."""
    _check_calendar(calendar)
    return _cut_off(calendar, checked_day(day, "day"))


def ready_to_ship_at(
    calendar: Calendar, at: datetime, *, lead_days: int = 0, lead_hours: int = 0
) -> datetime:
    """The cut-off with which an order ships that is placed or released at an instant.

    Before the cut-off of a working day it is that one's; *at the cut-off* and after it, the next
    working day's. Hours of lead time pass before the cut-off is looked at, days of it after.
    """
    _check_calendar(calendar)
    whole(lead_days, "lead_days", least=0, most=LEAD_DAYS_MAX)
    whole(lead_hours, "lead_hours", least=0, most=LEAD_HOURS_MAX)
    at = add_working_hours(calendar, at, lead_hours)
    day = _nth(calendar, day_of(calendar._zone, at), 0)
    if at >= _cut_off(calendar, day):
        day = _nth(calendar, day + ONE_DAY, 0)
    return _cut_off(calendar, _nth(calendar, day, lead_days))


def arrives_at(
    carrier: Calendar, shipped_at: datetime, days: int, *, calendar_days: bool = False
) -> datetime:
    """The end of the day on which a carrier delivers what it is given at an instant.

    It takes the goods on its first working day from then, and needs so many of its working days;
    or so many days of any kind, and delivers on its first working day from then.
    The end is when it closes for the day; without `hours`, the last microsecond of the day.
    """
    _check_calendar(carrier, "carrier")
    whole(days, "days", least=0, most=LEAD_DAYS_MAX)
    taken = _nth(carrier, day_of(carrier._zone, _instant(shipped_at, "shipped_at")), 0)
    if calendar_days:
        day = _nth(carrier, taken + timedelta(days=days), 0)
    else:
        day = _nth(carrier, taken, days)
    return _end_of(carrier, day)


# --- and back -------------------------------------------------------------------------------------


def latest_ready(
    calendar: Calendar, ships_by: datetime, *, lead_days: int = 0, lead_hours: int = 0
) -> datetime:
    """The last instant at which an order may be placed or released that ships by an instant.

    Then `ready_to_ship_at` is not after `ships_by`, and a microsecond later it is.
    """
    _check_calendar(calendar)
    whole(lead_days, "lead_days", least=0, most=LEAD_DAYS_MAX)
    whole(lead_hours, "lead_hours", least=0, most=LEAD_HOURS_MAX)
    by = _instant(ships_by, "ships_by")
    today = day_of(calendar._zone, by)
    if _cut_off(calendar, today) > by:
        today -= ONE_DAY
    at = _cut_off(calendar, _nth_back(calendar, today, lead_days)) - MOMENT
    return _hours_before(calendar, at, lead_hours)


def latest_shipped(
    carrier: Calendar, by: datetime, days: int, *, calendar_days: bool = False
) -> datetime:
    """The last instant at which a carrier may be given what it delivers by an instant.

    Then `arrives_at` is not after `by`, and a microsecond later it is.
    """
    _check_calendar(carrier, "carrier")
    whole(days, "days", least=0, most=LEAD_DAYS_MAX)
    by = _instant(by, "by")
    day = _nth_back(carrier, day_of(carrier._zone, by), 0)
    if _end_of(carrier, day) > by:
        day = _nth_back(carrier, day - ONE_DAY, 0)
    if calendar_days:
        taken = _nth_back(carrier, day - timedelta(days=days), 0)
    else:
        taken = _nth_back(carrier, day, days)
    return day_start(carrier._zone, taken + ONE_DAY) - MOMENT


def _hours_before(calendar: Calendar, at: datetime, hours: int) -> datetime:
    """The last instant from which on the place is open for so many hours until `at`."""
    if not hours:
        return at
    left = timedelta(hours=hours)
    today = day_of(calendar._zone, at)
    for day in _working_days(calendar, today, -ONE_DAY):
        for opens, closes in reversed(_open_spans(calendar, day)):
            ends = min(closes, at)
            open_for = max(ends - opens, timedelta(0))
            if left <= open_for:
                return ends - left
            left -= open_for
    raise _closed_too_long(calendar, today)


# --- the search -----------------------------------------------------------------------------------


def _is_worked(calendar: Calendar, day: date) -> bool:
    # Without rules, `any` is false: none of them closes or opens a day.
    if day not in calendar._days_on:
        if day in calendar._days_off:
            return False
        if any(day in days_of(rule, day.year) for rule in calendar.closed_rules):
            return False
        if day.weekday() not in calendar._week and not any(
            day in days_of(rule, day.year) for rule in calendar.open_rules
        ):
            return False
    return day_start(calendar._zone, day) < day_start(calendar._zone, day + ONE_DAY)


def _working_days(calendar: Calendar, day: date, step: timedelta = ONE_DAY) -> Iterator[date]:
    """The working days from a day on, or back, as far as a question looks."""
    for _ in range(SEARCH_DAYS_MAX):
        if _is_worked(calendar, day):
            yield day
        day += step


def _nth(calendar: Calendar, day: date, n: int, step: timedelta = ONE_DAY) -> date:
    found = next(islice(_working_days(calendar, day, step), n, None), None)
    if found is None:
        raise _closed_too_long(calendar, day)
    return found


def _nth_back(calendar: Calendar, day: date, n: int) -> date:
    """The last working day until a day, that day included, and so many working days before."""
    return _nth(calendar, day, n, -ONE_DAY)


def _closed_too_long(calendar: Calendar, day: date) -> Refused:
    refusal = Refusal.of(
        "closed_too_long", zone=calendar.zone, days=SEARCH_DAYS_MAX, day=day.isoformat()
    )
    return Refused((refusal,))


def _cut_off(calendar: Calendar, day: date) -> datetime:
    if calendar.cut_off is None:
        raise BadInput("calendar", "the calendar has no cut-off")
    return wall_instant(calendar._zone, day, calendar.cut_off)


def _end_of(calendar: Calendar, day: date) -> datetime:
    """When a day ends for a carrier."""
    _, closes = _open_spans(calendar, day)[-1]
    return min(closes, day_start(calendar._zone, day + ONE_DAY) - MOMENT)


def _open_spans(calendar: Calendar, day: date) -> tuple[tuple[datetime, datetime], ...]:
    zone, ends = calendar._zone, day_start(calendar._zone, day + ONE_DAY)
    if not calendar.hours:
        return ((day_start(zone, day), ends),)
    return tuple(
        [
            (
                wall_instant(zone, day, opens),
                ends if closes == time.min else wall_instant(zone, day, closes),
            )
            for opens, closes in calendar.hours
        ]
    )


# --- what enters ----------------------------------------------------------------------------------


def _check_calendar(value: object, path: str = "calendar") -> None:
    if not isinstance(value, Calendar):
        raise BadInput(path, f"a Calendar is wanted, not {type(value).__name__}")


def _instant(value: object, path: str = "at") -> datetime:
    at = instant(value, path)
    check_year(at, path)
    return at


def _day_or_instant(calendar: Calendar, when: object) -> date:
    if isinstance(when, datetime):
        return day_of(calendar._zone, _instant(when, "when"))
    return checked_day(when, "when")
