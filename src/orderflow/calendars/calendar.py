"""The calendar itself: what a place decides about its days and hours.

It knows how such decisions are written, each in one way so that equal calendars have one repr (it
is their part in the fingerprint of rules), and refuses to know what follows from them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import attrs

from orderflow.calendars.recurrence import WEEK, YEAR_MAX, YEAR_MIN, check_rule
from orderflow.calendars.wall import zone_of
from orderflow.errors import BadInput
from orderflow.values import unique


def _dates(days: Collection[date], path: str) -> tuple[date, ...]:
    """The days, each once and in order, so that equal calendars are written alike."""
    if not isinstance(days, (tuple, list, set, frozenset)):
        raise BadInput(path, "a tuple or set of dates is wanted")
    return tuple(sorted({checked_day(day, path) for day in days}))


def _closed_dates(days: Collection[date]) -> tuple[date, ...]:
    return _dates(days, "closed")


def _extra_dates(days: Collection[date]) -> tuple[date, ...]:
    return _dates(days, "extra")


def _in_order(weekdays: tuple[str, ...]) -> tuple[str, ...]:
    # Without any weekday, only `extra` and `open_rules` open the place.
    if type(weekdays) is not tuple or not all(day in WEEK for day in weekdays):
        raise BadInput("weekdays", f"a tuple of some of {', '.join(WEEK)} is wanted")
    unique(weekdays, "weekdays")
    return tuple(sorted(weekdays, key=WEEK.index))


def _written(days: tuple[date, ...]) -> str:
    return f"({' '.join(day.isoformat() for day in days)})"


@attrs.frozen
class Calendar:
    """When a place works: its zone, its days, its opening hours, and until when it ships.

    `zone` is a name such as `Europe/Berlin`; `weekdays` are those of RFC 5545: MO to SU.
    `closed` are single days off, `extra` single days that are worked all the same.
    `closed_rules` and `open_rules` are rules of RFC 5545 for days that come again:
    `FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,31`, or `FREQ=MONTHLY;BYDAY=1SA`.
    `hours` are the spans in which it is open on each working day; without any, it is open all day,
    and a span that ends at midnight lasts until the day does.
    An order that comes before `cut_off` ships the same working day; a place that ships has one.

    >>> Calendar("Europe/Berlin", closed=(date(2026, 4, 3),), cut_off=time(15)).weekdays
    ('MO', 'TU', 'WE', 'TH', 'FR')
    """

    zone: str
    weekdays: tuple[str, ...] = attrs.field(default=WEEK[:5], converter=_in_order)
    closed: tuple[date, ...] = attrs.field(default=(), converter=_closed_dates, repr=_written)
    extra: tuple[date, ...] = attrs.field(default=(), converter=_extra_dates, repr=_written)
    closed_rules: tuple[str, ...] = ()
    open_rules: tuple[str, ...] = ()
    hours: tuple[tuple[time, time], ...] = ()
    cut_off: time | None = None
    _zone: ZoneInfo = attrs.field(init=False, eq=False, repr=False)
    _week: frozenset[int] = attrs.field(init=False, eq=False, repr=False)
    _days_off: frozenset[date] = attrs.field(init=False, eq=False, repr=False)
    _days_on: frozenset[date] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        _check_rules(self.closed_rules, "closed_rules")
        _check_rules(self.open_rules, "open_rules")
        _check_hours(self.hours)
        if self.cut_off is not None:
            _check_clock(self.cut_off, "cut_off")
        # What is asked for every day is looked up, not searched.
        object.__setattr__(self, "_zone", zone_of(self.zone))
        object.__setattr__(self, "_week", frozenset([WEEK.index(day) for day in self.weekdays]))
        object.__setattr__(self, "_days_off", frozenset(self.closed))
        object.__setattr__(self, "_days_on", frozenset(self.extra))


def checked_day(value: object, path: str) -> date:
    """A day of a year in which orders are, and no instant."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadInput(path, f"a date is wanted, not {type(value).__name__}")
    check_year(value, path)
    return value


def check_year(value: date, path: str) -> None:
    """Refuse a day or an instant of a year in which no orders are."""
    if not YEAR_MIN <= value.year <= YEAR_MAX:
        raise BadInput(path, f"is not between {YEAR_MIN} and {YEAR_MAX}")


def _check_rules(rules: object, path: str) -> None:
    if not isinstance(rules, tuple):
        raise BadInput(path, "a tuple of rules is wanted")
    for i, rule in enumerate(rules):
        check_rule(rule, f"{path}[{i}]")


def _check_clock(value: object, path: str) -> time:
    if type(value) is not time or value.tzinfo or value.fold or value.microsecond:
        raise BadInput(path, "a plain wall time in whole seconds is wanted, such as time(15, 0)")
    return value


def _check_hours(hours: object) -> None:
    last = time.min
    for i, span in enumerate(hours if isinstance(hours, tuple) else (hours,)):
        path = f"hours[{i}]"
        if not isinstance(span, tuple) or len(span) != 2:
            raise BadInput(path, "a pair of times is wanted: when it opens and when it closes")
        opens, closes = _check_clock(span[0], path), _check_clock(span[1], path)
        is_over = i > 0 and last == time.min  # the one before lasts until midnight
        if is_over or opens < last or time.min < closes <= opens:
            raise BadInput(path, "spans come one after the other, and end by midnight")
        last = closes
