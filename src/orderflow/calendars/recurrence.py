"""Days that come again: rules of RFC 5545, such as `FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24`.

It knows the days of a rule, year by year, and refuses to know whether they are worked or free.

Problem: a rule that matches nothing (30 February) keeps dateutil busy until the year 9999, and one
without a start takes today as its start, so its days would depend on the clock.
Observation: within one year, the days of any rule of whole days are those of a yearly rule; whether
a year, month, week or day is one of every second or third is arithmetic.
Decision: a rule is checked by its grammar when a calendar is made, and dateutil is asked for one
year at a time, in one step.
`COUNT` is refused, since it can only be known by counting from the start; `UNTIL` says the same.
A rule that needs a start says it in a line of its own: `DTSTART:20260105` and a new line before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

import attrs

from orderflow.errors import BadInput

LENGTH_MAX: Final = 500
"""The longest rule, in characters."""

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199
"""What lies outside is a slip of a key, not a day of an order."""

WEEK: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The days of the week as RFC 5545 names them, in the order of `date.weekday`."""

_ALWAYS: Final = frozenset({"FREQ", "INTERVAL", "UNTIL", "WKST"})
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    "DAILY": _ALWAYS | {"BYMONTH", "BYMONTHDAY", "BYDAY"},
    "WEEKLY": _ALWAYS | {"BYMONTH", "BYDAY"},
    "MONTHLY": _ALWAYS | {"BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"},
    "YEARLY": _ALWAYS | {"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS"},
}
"""What a rule of each frequency may say, by the table of RFC 5545, 3.3.10."""

_WEEKDAY: Final = f"({'|'.join(WEEK)})"


def _list_of(one: str) -> str:
    return f"{one}(,{one})*"


_VALUES: Final[Mapping[str, str]] = {
    "FREQ": "|".join(_PARTS),
    "INTERVAL": "[1-9][0-9]{0,3}",
    "UNTIL": "[0-9]{8}",
    "WKST": _WEEKDAY,
    "BYMONTH": _list_of("([1-9]|1[0-2])"),
    "BYWEEKNO": _list_of("-?([1-9]|[1-4][0-9]|5[0-3])"),
    "BYYEARDAY": _list_of("-?([1-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])"),
    "BYMONTHDAY": _list_of("-?([1-9]|[12][0-9]|3[01])"),
    # All with a number, or none: dateutil takes a mixed list for days that are both.
    "BYDAY": f"{_list_of(_WEEKDAY)}|{_list_of(f'-?([1-9]|[1-4][0-9]|5[0-3]){_WEEKDAY}')}",
    "BYSETPOS": _list_of("-?([1-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])"),
}

_RULE: Final = re.compile(
    r"(DTSTART(;VALUE=DATE)?:(?P<start>[0-9]{8})\n)?(RRULE:)?(?P<parts>[A-Z]+=[^=;\n]+(;[A-Z]+=[^=;\n]+)*)"
)
_MONTHS: Final = ",".join(str(month) for month in range(1, 13))
_MONTH_DAYS: Final = ",".join(str(day) for day in range(1, 32))


@attrs.frozen
class _Rule:
    """A rule that was read: `asked` are rules within one year that give its days together."""

    asked: tuple[str, ...]
    start: date
    until: date
    is_due: Callable[[date], bool]


def check_rule(rule: object, path: str) -> str:
    """Itself, when it is a rule whose days can be told for any year."""
    if type(rule) is not str:
        raise BadInput(path, f"a rule as text is wanted, not {type(rule).__name__}")
    if len(rule) > LENGTH_MAX:
        raise BadInput(path, f"longer than {LENGTH_MAX} characters")
    try:
        _read(rule)
    except ValueError as bad:
        raise BadInput(path, str(bad)) from None
    return rule


@lru_cache(maxsize=2**12)
def days_of(rule: str, year: int) -> frozenset[date]:
    """The days that a rule names in a year."""
    from dateutil.rrule import rrulestr  # here, so that importing the library does not load it

    read = _read(rule)
    first = datetime(year, 1, 1)  # noqa: DTZ001 - days, in no zone
    return frozenset(
        day
        for asked in read.asked
        for day in (found.date() for found in rrulestr(asked, dtstart=first))
        if read.start <= day <= read.until and read.is_due(day)
    )


@lru_cache(maxsize=2**10)
def _read(rule: str) -> _Rule:
    """The rule in parts; `ValueError` with the reason where it cannot be taken."""
    written = _RULE.fullmatch(rule)
    if written is None:
        raise ValueError("a rule such as FREQ=WEEKLY;BYDAY=SA is wanted")
    pairs = [part.partition("=") for part in written["parts"].split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) < len(pairs):
        raise ValueError("a part comes twice")
    for name, value in parts.items():
        if name not in _VALUES:
            raise ValueError(
                f"{name[:20]} is not for rules of whole days (can: {', '.join(_VALUES)})"
            )
        if not re.fullmatch(_VALUES[name], value, re.ASCII):
            raise ValueError(f"{name} cannot be {value[:50]}")
    start = _start(written["start"], parts)
    return _Rule(
        _within_a_year(parts, start),
        start,
        _day(parts["UNTIL"], "UNTIL") if "UNTIL" in parts else date.max,
        _phase(parts, start),
    )


def _start(written: str | None, parts: Mapping[str, str]) -> date:
    """The start of a rule whose parts fit together; without one, its days must not depend on it."""
    frequency = parts.get("FREQ", "")
    if not frequency:
        raise ValueError("FREQ is wanted")
    if wrong := sorted(parts.keys() - _PARTS[frequency]):
        raise ValueError(f"{wrong[0]} is not for rules that are {frequency}")
    numbered = any(c.isdigit() for c in parts.get("BYDAY", ""))
    if numbered and (frequency not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in parts):
        raise ValueError("BYDAY with a number is for days of a month or year")
    if "BYWEEKNO" in parts and "BYDAY" not in parts:
        raise ValueError("BYWEEKNO needs BYDAY")
    if written is not None:
        start = _day(written, "DTSTART")
        if start.year < YEAR_MIN:
            raise ValueError(f"DTSTART is before {YEAR_MIN}")
        return start
    named = {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & parts.keys() or frequency == "DAILY"
    if not named or parts.get("INTERVAL", "1") != "1":
        raise ValueError("the rule depends on its start: a line DTSTART:20260105 is wanted first")
    return date.min


def _day(written: str, name: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{name} is no day: {written}") from None


def _within_a_year(parts: Mapping[str, str], start: date) -> tuple[str, ...]:
    """Yearly rules that give the days of this one, were it due each year, month, week and day."""
    by = {name: value for name, value in parts.items() if name.startswith("BY")}
    frequency = parts["FREQ"]
    if frequency == "WEEKLY":
        by.setdefault("BYDAY", WEEK[start.weekday()])
    elif not by.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}:
        by["BYMONTHDAY"] = _MONTH_DAYS if frequency == "DAILY" else str(start.day)
        if frequency == "YEARLY":
            by.setdefault("BYMONTH", str(start.month))
    if frequency == "MONTHLY":
        by.setdefault("BYMONTH", _MONTHS)
    months = [by]
    if frequency == "MONTHLY" and "BYSETPOS" in by:  # it counts within each month
        months = [by | {"BYMONTH": month} for month in by["BYMONTH"].split(",")]
    # The next year of such a rule would be beyond the calendar, so it ends after one.
    whole = f"FREQ=YEARLY;INTERVAL=10000;WKST={parts.get('WKST', 'MO')}"
    return tuple(";".join([whole, *(f"{name}={one[name]}" for name in one)]) for one in months)


def _phase(parts: Mapping[str, str], start: date) -> Callable[[date], bool]:
    """Whether a day lies in a period that is due: each second week, each third month."""
    every = int(parts.get("INTERVAL", "1"))
    if every == 1:
        return lambda day: True
    if parts["FREQ"] == "YEARLY":
        return lambda day: (day.year - start.year) % every == 0
    if parts["FREQ"] == "MONTHLY":
        return lambda day: (12 * (day.year - start.year) + day.month - start.month) % every == 0
    if parts["FREQ"] == "DAILY":
        return lambda day: (day - start).days % every == 0
    first = WEEK.index(parts.get("WKST", "MO"))
    week = start - timedelta(days=(start.weekday() - first) % 7)
    return lambda day: (day - week).days // 7 % every == 0
