from __future__ import annotations

import pickle
import subprocess
import sys
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given
from hypothesis import strategies as st

from orderflow import BadInput, Refused
from orderflow.calendars import (
    SEARCH_DAYS_MAX,
    Calendar,
    add_working_days,
    add_working_hours,
    arrives_at,
    cut_off_on,
    is_working_day,
    latest_ready,
    latest_shipped,
    next_working_day,
    ready_to_ship_at,
    wall_day,
    working_day_from,
)
from orderflow.calendars.recurrence import WEEK, days_of
from orderflow.calendars.wall import MOMENT, ONE_DAY, clock_of, day_start
from tests.builders import MORNING

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",  # its clocks were changed at midnight, until 2019
    "America/St_Johns",  # and here a minute past it, until 2011
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Apia",
    "UTC",
)
EVERY_DAY = WEEK
THREE = time(15)
FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2026, 3, day) for day in (6, 7, 8, 9, 10))
LEITH = Calendar("Europe/London", cut_off=THREE)
BERLIN = Calendar("Europe/Berlin", cut_off=THREE)
SHIFTS = ((time(8), time(12)), (time(13), time(17)))


def at(day: date, hour: int, minute: int = 0, *, zone: str, fold: int = 0) -> datetime:
    """A wall time of a zone, in UTC; `fold` is 1 for the second time that clocks show it."""
    local = datetime.combine(day, time(hour, minute, fold=fold), tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def in_leith(day: date, hour: int, minute: int = 0) -> datetime:
    return at(day, hour, minute, zone="Europe/London")


def in_berlin(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return at(day, hour, minute, zone="Europe/Berlin", fold=fold)


# --- working days ---------------------------------------------------------------------------------


def test_a_place_works_on_its_weekdays() -> None:
    assert is_working_day(LEITH, FRIDAY)
    assert not is_working_day(LEITH, SATURDAY)
    assert next_working_day(LEITH, FRIDAY) == MONDAY
    assert next_working_day(LEITH, SATURDAY) == MONDAY


def test_a_place_in_the_gulf_works_on_sunday() -> None:
    kuwait = Calendar("Asia/Kuwait", weekdays=("SU", "MO", "TU", "WE", "TH"))

    assert is_working_day(kuwait, SUNDAY)
    assert not is_working_day(kuwait, FRIDAY)


def test_an_instant_belongs_to_the_day_that_the_place_has_then() -> None:
    shanghai = Calendar("Asia/Shanghai")
    late = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)

    assert wall_day(LEITH, late) == FRIDAY
    assert wall_day(shanghai, late) == SATURDAY
    assert is_working_day(LEITH, late)
    assert not is_working_day(shanghai, late)
    assert next_working_day(shanghai, late) == MONDAY


def test_a_closed_day_is_not_worked() -> None:
    closed = attrs.evolve(LEITH, closed=frozenset({MONDAY}))

    assert next_working_day(closed, FRIDAY) == TUESDAY


def test_a_saturday_is_worked_in_the_stead_of_a_holiday() -> None:
    # 调休: the Saturday before the spring festival of 2026 was worked.
    worked = date(2026, 2, 14)
    holidays = frozenset(date(2026, 2, day) for day in range(15, 24))
    shanghai = Calendar("Asia/Shanghai", closed=holidays, extra=(worked, date(2026, 2, 28)))

    assert next_working_day(shanghai, date(2026, 2, 13)) == worked
    assert next_working_day(shanghai, worked) == date(2026, 2, 24)


def test_a_rule_closes_days_and_another_opens_some() -> None:
    shop = Calendar(
        "Europe/Berlin",
        closed_rules=("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,31",),
        open_rules=("FREQ=MONTHLY;BYDAY=1SA",),
    )

    assert not is_working_day(shop, date(2026, 12, 24))
    assert is_working_day(shop, date(2026, 12, 23))
    assert is_working_day(shop, SATURDAY)
    assert not is_working_day(shop, SATURDAY + timedelta(days=7))


def test_the_more_particular_word_counts() -> None:
    first_saturday = "FREQ=MONTHLY;BYDAY=1SA"

    both_rules = Calendar("UTC", closed_rules=(first_saturday,), open_rules=(first_saturday,))
    closed = Calendar("UTC", closed=(SATURDAY,), open_rules=(first_saturday,))
    extra = Calendar("UTC", closed=(SATURDAY,), extra=(SATURDAY,), closed_rules=(first_saturday,))

    assert not is_working_day(both_rules, SATURDAY)
    assert not is_working_day(closed, SATURDAY)
    assert is_working_day(extra, SATURDAY)


def test_the_working_day_from_a_day_counts_on_from_the_first_one() -> None:
    assert working_day_from(LEITH, FRIDAY) == FRIDAY
    assert working_day_from(LEITH, FRIDAY, 1) == MONDAY
    assert working_day_from(LEITH, SATURDAY) == MONDAY
    assert working_day_from(LEITH, SATURDAY, 1) == TUESDAY


# --- rules of RFC 5545 ----------------------------------------------------------------------------


def test_every_second_monday_counts_from_its_start() -> None:
    rule = "DTSTART:20260302\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20260331"

    found = days_of(rule, 2026)

    assert sorted(found) == [date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 30)]
    assert days_of(rule, 2027) == frozenset()


def test_the_last_working_day_of_each_month_is_counted_within_the_month() -> None:
    found = sorted(days_of("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 2026))

    assert len(found) == 12
    assert found[:3] == [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31)]


def one_of(values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values.split())


def lists(values: str) -> st.SearchStrategy[str]:
    return st.lists(one_of(values), min_size=1, max_size=3, unique=True).map(",".join)


PLAIN_DAYS = lists("MO TU WE TH FR SA SU")
NUMBERED_DAYS = lists("1MO 2TU -1FR 5SU -5SA")
MONTH_DAYS = lists("1 13 28 29 30 31 -1 -31")
MONTHS = lists("1 2 6 12")
PARTS: dict[str, dict[str, st.SearchStrategy[str]]] = {
    "DAILY": {"BYMONTH": MONTHS, "BYMONTHDAY": MONTH_DAYS, "BYDAY": PLAIN_DAYS},
    "WEEKLY": {"BYMONTH": MONTHS, "BYDAY": PLAIN_DAYS},
    "MONTHLY": {
        "BYMONTH": MONTHS,
        "BYMONTHDAY": MONTH_DAYS,
        "BYDAY": PLAIN_DAYS | NUMBERED_DAYS,
        "BYSETPOS": lists("1 2 -1"),
    },
    "YEARLY": {
        "BYMONTH": MONTHS,
        "BYYEARDAY": lists("1 60 100 366 -1 -366"),
        "BYMONTHDAY": MONTH_DAYS,
        "BYDAY": PLAIN_DAYS | NUMBERED_DAYS,
        "BYSETPOS": lists("1 2 -1"),
    },
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(one_of("DAILY WEEKLY MONTHLY YEARLY"))
    start = draw(st.dates(date(2018, 1, 1), date(2024, 12, 31)))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    parts += [f"WKST={draw(one_of('MO SU WE'))}"] if draw(st.booleans()) else []
    parts += [f"UNTIL={draw(one_of('20240229 20250630'))}"] if draw(st.booleans()) else []
    names = draw(st.sets(st.sampled_from(sorted(PARTS[frequency])), max_size=3))
    parts += [f"{name}={draw(PARTS[frequency][name])}" for name in sorted(names)]
    return f"DTSTART:{start:%Y%m%d}\nRRULE:{';'.join(parts)}"


@given(rules())
@example("DTSTART:20240229\nRRULE:FREQ=YEARLY")
@example("DTSTART:20240131\nRRULE:FREQ=MONTHLY")
@example("DTSTART:20200101\nRRULE:FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU")
def test_the_days_of_a_rule_are_those_that_dateutil_gives(rule: str) -> None:
    years = range(2018, 2031)
    found = {day for year in years for day in days_of(rule, year)}
    assume(found)  # of a rule without days, dateutil is only sure in the year 9999

    end = datetime(2031, 1, 1)  # noqa: DTZ001
    expected = {one.date() for one in takewhile(lambda one: one < end, rrulestr(rule))}

    assert found == expected


@pytest.mark.parametrize(
    ("rule", "reason"),
    (
        (7, "as text is wanted"),
        ("", "is wanted"),
        ("every Monday", "is wanted"),
        ("BYDAY=MO", "FREQ is wanted"),
        ("FREQ=HOURLY;BYDAY=MO", "FREQ cannot be HOURLY"),
        ("FREQ=WEEKLY;BYDAY=MO\nEXDATE:20260302", "is wanted"),
        ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", "comes twice"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "COUNT is not for rules of whole days"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR is not for rules of whole days"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY with a number"),
        ("FREQ=MONTHLY;BYDAY=MO,1TU", "BYDAY cannot be MO,1TU"),
        ("FREQ=WEEKLY;BYMONTHDAY=13", "BYMONTHDAY is not for rules that are WEEKLY"),
        ("FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1", "BYMONTH cannot be 13"),
        ("FREQ=YEARLY;BYMONTH=１;BYMONTHDAY=1", "BYMONTH cannot be"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO needs BYDAY"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260230", "UNTIL is no day"),
        ("DTSTART:20260230\nRRULE:FREQ=DAILY", "DTSTART is no day"),
        ("DTSTART:00010101\nRRULE:FREQ=DAILY", "DTSTART is before 1900"),
        ("FREQ=WEEKLY", "depends on its start"),
        ("FREQ=YEARLY;BYMONTH=12", "depends on its start"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "depends on its start"),
        ("FREQ=DAILY;INTERVAL=" + "9" * 600, "longer than 500"),
    ),
)
def test_a_rule_whose_days_cannot_be_told_is_bad_input(rule: Any, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as caught:
        Calendar("UTC", open_rules=("FREQ=DAILY", rule))

    assert caught.value.path == "open_rules[1]"


# --- a calendar without working days --------------------------------------------------------------


@pytest.mark.parametrize(
    "never",
    (
        Calendar("Europe/London", weekdays=(), cut_off=THREE),
        Calendar("Europe/London", closed_rules=("FREQ=DAILY",), cut_off=THREE),
        Calendar(
            "Europe/London",
            weekdays=(),
            open_rules=(
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                "DTSTART:20260101\nRRULE:FREQ=DAILY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=30",
            ),
            cut_off=THREE,
        ),
        Calendar("Europe/London", weekdays=(), open_rules=("FREQ=DAILY;UNTIL=20260101",)),
    ),
)
def test_a_place_that_never_works_is_refused_after_a_bounded_search(never: Calendar) -> None:
    started = clock.perf_counter()

    asks: tuple[Callable[[], object], ...] = (
        lambda: next_working_day(never, SUNDAY),
        lambda: add_working_days(never, in_leith(MONDAY, 9), 1),
        lambda: add_working_hours(never, in_leith(MONDAY, 9), 1),
        lambda: ready_to_ship_at(never, in_leith(MONDAY, 9)),
        lambda: arrives_at(never, in_leith(MONDAY, 9), 1),
    )
    for ask in asks:
        with pytest.raises(Refused) as caught:
            ask()

        (refusal,) = caught.value.refusals
        assert refusal.code == "closed_too_long"
        assert dict(refusal.facts) == {
            "zone": "Europe/London",
            "days": SEARCH_DAYS_MAX,
            "day": MONDAY.isoformat(),
        }
    assert clock.perf_counter() - started < 2


def test_a_lead_time_that_leads_too_far_is_refused() -> None:
    once_a_year = Calendar("UTC", weekdays=(), open_rules=("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1",))

    assert working_day_from(once_a_year, MONDAY, 9) == date(2035, 5, 1)
    with pytest.raises(Refused, match="closed too long"):
        working_day_from(once_a_year, MONDAY, 10)


# --- cut-off --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "ships"),
    (
        (in_leith(FRIDAY, 14, 59), FRIDAY),
        (in_leith(FRIDAY, 15) - MOMENT, FRIDAY),
        (in_leith(FRIDAY, 15), MONDAY),  # at the cut-off is too late
        (in_leith(FRIDAY, 15, 1), MONDAY),
        (in_leith(SATURDAY, 9), MONDAY),
        (in_leith(SUNDAY, 23, 59), MONDAY),
        (in_leith(FRIDAY, 0), FRIDAY),
    ),
)
def test_an_order_ships_the_same_working_day_when_it_comes_before_the_cut_off(
    placed: datetime, ships: date
) -> None:
    ready = ready_to_ship_at(LEITH, placed)

    assert ready == in_leith(ships, 15)
    assert ready.tzinfo is UTC
    assert wall_day(LEITH, ready) == ships


def test_the_cut_off_is_in_wall_time_in_summer_and_in_winter() -> None:
    assert cut_off_on(BERLIN, date(2026, 1, 15)) == datetime(2026, 1, 15, 14, 0, tzinfo=UTC)
    assert cut_off_on(BERLIN, date(2026, 7, 15)) == datetime(2026, 7, 15, 13, 0, tzinfo=UTC)


def test_lead_days_count_from_the_day_that_the_cut_off_gives() -> None:
    assert ready_to_ship_at(LEITH, in_leith(FRIDAY, 14), lead_days=1) == in_leith(MONDAY, 15)
    assert ready_to_ship_at(LEITH, in_leith(FRIDAY, 16), lead_days=1) == in_leith(TUESDAY, 15)


def test_lead_hours_pass_before_the_cut_off_is_looked_at() -> None:
    leith = attrs.evolve(LEITH, hours=SHIFTS)

    assert ready_to_ship_at(leith, in_leith(FRIDAY, 11), lead_hours=2) == in_leith(FRIDAY, 15)
    assert ready_to_ship_at(leith, in_leith(FRIDAY, 11), lead_hours=3) == in_leith(MONDAY, 15)
    assert ready_to_ship_at(leith, in_leith(FRIDAY, 11), lead_hours=11) == in_leith(TUESDAY, 15)


def test_a_place_without_a_cut_off_is_asked_in_vain() -> None:
    with pytest.raises(BadInput, match="calendar has no cut-off"):
        ready_to_ship_at(Calendar("UTC"), in_leith(MONDAY, 9))


# --- the days when clocks are changed -------------------------------------------------------------


CHANGES = (
    # zone, day, hours of it, and a cut-off on it with its instant
    ("Europe/Berlin", date(2026, 3, 29), 23, time(2, 30), "2026-03-29T01:00Z"),
    ("Europe/Berlin", date(2026, 10, 25), 25, time(2, 30), "2026-10-25T00:30Z"),
    ("Europe/London", date(2026, 3, 29), 23, time(1, 30), "2026-03-29T01:00Z"),
    ("Europe/London", date(2026, 10, 25), 25, time(1, 30), "2026-10-25T00:30Z"),
    ("America/New_York", date(2026, 3, 8), 23, time(2, 30), "2026-03-08T07:00Z"),
    ("America/New_York", date(2026, 11, 1), 25, time(1, 30), "2026-11-01T05:30Z"),
    ("America/Sao_Paulo", date(2018, 11, 4), 23, time(0, 30), "2018-11-04T03:00Z"),
    ("America/Sao_Paulo", date(2018, 2, 17), 25, time(23, 30), "2018-02-18T01:30Z"),
    ("America/St_Johns", date(2010, 3, 14), 23, time(0, 30), "2010-03-14T03:31Z"),
    ("America/St_Johns", date(2010, 11, 7), 25, time(15), "2010-11-07T18:30Z"),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5, time(2, 15), "2026-10-03T15:30Z"),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5, time(1, 45), "2026-04-04T14:45Z"),
    ("Australia/Adelaide", date(2026, 10, 4), 23, time(2, 15), "2026-10-03T16:30Z"),
    ("Australia/Adelaide", date(2026, 4, 5), 25, time(2, 15), "2026-04-04T15:45Z"),
    ("Asia/Beirut", date(2026, 3, 29), 23, time(0, 30), "2026-03-28T22:00Z"),
    ("Pacific/Apia", date(2011, 12, 29), 24, time(15), "2011-12-30T01:00Z"),
    ("Pacific/Apia", date(2011, 12, 30), 0, time(15), "2011-12-30T10:00Z"),
    ("Pacific/Apia", date(2011, 12, 31), 24, time(15), "2011-12-31T01:00Z"),
    ("Asia/Kathmandu", date(2026, 3, 29), 24, time(15), "2026-03-29T09:15Z"),
    ("Asia/Shanghai", date(2026, 3, 29), 24, time(15), "2026-03-29T07:00Z"),
)


@pytest.mark.parametrize(("zone", "day", "hours", "cut_off", "at"), CHANGES)
def test_a_wall_day_has_the_hours_and_the_cut_off_that_its_clocks_show(
    zone: str, day: date, hours: float, cut_off: time, at: str
) -> None:
    calendar = Calendar(zone, weekdays=EVERY_DAY, cut_off=cut_off)
    local = ZoneInfo(zone)

    assert day_start(local, day + ONE_DAY) - day_start(local, day) == timedelta(hours=hours)
    assert cut_off_on(calendar, day) == datetime.fromisoformat(at)


@pytest.mark.parametrize(("zone", "day", "hours", "cut_off", "at"), CHANGES)
def test_the_cut_off_parts_the_orders_of_such_a_day(
    zone: str, day: date, hours: float, cut_off: time, at: str
) -> None:
    calendar = Calendar(zone, weekdays=EVERY_DAY, cut_off=cut_off)
    limit = datetime.fromisoformat(at)
    if not is_working_day(calendar, day):
        assert not hours  # the day that Apia skipped
        return

    assert ready_to_ship_at(calendar, limit - MOMENT) == limit
    assert ready_to_ship_at(calendar, limit) > limit
    assert wall_day(calendar, ready_to_ship_at(calendar, limit)) == next_working_day(calendar, day)


def test_an_order_in_a_repeated_hour_meets_the_first_cut_off() -> None:
    berlin = Calendar("Europe/Berlin", weekdays=EVERY_DAY, cut_off=time(2, 30))
    sunday = date(2026, 10, 25)

    early = ready_to_ship_at(berlin, in_berlin(sunday, 2, 15))
    again = ready_to_ship_at(berlin, in_berlin(sunday, 2, 15, fold=1))

    assert wall_day(berlin, early) == sunday
    assert wall_day(berlin, again) == date(2026, 10, 26)


def test_the_day_that_apia_skipped_is_not_worked() -> None:
    thursday, skipped, saturday = (date(2011, 12, day) for day in (29, 30, 31))
    apia = Calendar("Pacific/Apia", extra=(skipped, saturday), cut_off=THREE)

    assert not is_working_day(apia, skipped)
    assert next_working_day(apia, thursday) == saturday
    # Of a day that is not there, the next one begins at its first instant.
    assert wall_day(apia, day_start(ZoneInfo("Pacific/Apia"), skipped)) == saturday
    evening = at(thursday, 20, zone="Pacific/Apia")
    assert ready_to_ship_at(apia, evening) == at(saturday, 15, zone="Pacific/Apia")


def test_hours_that_pass_are_counted_on_the_day_when_clocks_change() -> None:
    berlin = Calendar("Europe/Berlin", weekdays=EVERY_DAY)

    spring = add_working_hours(berlin, in_berlin(date(2026, 3, 29), 0), 23)
    autumn = add_working_hours(berlin, in_berlin(date(2026, 10, 25), 0), 24)

    assert spring == in_berlin(date(2026, 3, 30), 0)
    assert autumn == in_berlin(date(2026, 10, 25), 23)


def test_the_wall_time_is_kept_when_clocks_change_between() -> None:
    friday, monday = date(2026, 3, 27), date(2026, 3, 30)

    assert add_working_days(BERLIN, in_berlin(friday, 9, 30), 1) == in_berlin(monday, 9, 30)


def test_a_wall_time_that_the_day_skips_is_the_end_of_the_gap() -> None:
    berlin = Calendar("Europe/Berlin", weekdays=EVERY_DAY)
    placed = in_berlin(date(2026, 3, 28), 2, 30) + timedelta(microseconds=7)

    assert add_working_days(berlin, placed, 1) == in_berlin(date(2026, 3, 29), 3)
    assert add_working_days(berlin, placed, 2) == in_berlin(date(2026, 3, 30), 2, 30) + 7 * MOMENT


def test_the_second_time_of_a_repeated_hour_counts_as_the_end_of_the_first() -> None:
    berlin = Calendar("Europe/Berlin", weekdays=EVERY_DAY)
    sunday, monday = date(2026, 10, 25), date(2026, 10, 26)

    first = add_working_days(berlin, in_berlin(sunday, 2, 50), 1)
    second = add_working_days(berlin, in_berlin(sunday, 2, 10, fold=1), 1)

    assert first == in_berlin(monday, 2, 50)
    assert second == in_berlin(monday, 3) - MOMENT


def test_no_more_is_open_when_a_span_lies_in_the_gap() -> None:
    berlin = Calendar("Europe/Berlin", weekdays=EVERY_DAY, hours=((time(2), time(3)),))

    done = add_working_hours(berlin, in_berlin(date(2026, 3, 29), 0), 1)

    assert done == in_berlin(date(2026, 3, 30), 3)


# --- lead time ------------------------------------------------------------------------------------


def test_what_comes_on_a_day_off_counts_as_the_beginning_of_the_next_working_day() -> None:
    assert add_working_days(LEITH, in_leith(SATURDAY, 14), 0) == in_leith(MONDAY, 0)
    assert add_working_days(LEITH, in_leith(SATURDAY, 14), 1) == in_leith(TUESDAY, 0)
    assert add_working_days(LEITH, in_leith(FRIDAY, 14), 1) == in_leith(MONDAY, 14)
    assert add_working_days(LEITH, in_leith(FRIDAY, 14), 0) == in_leith(FRIDAY, 14)


def test_hours_pass_while_the_place_is_open() -> None:
    leith = Calendar("Europe/London", hours=SHIFTS)

    assert add_working_hours(leith, in_leith(FRIDAY, 11), 1) == in_leith(FRIDAY, 12)
    assert add_working_hours(leith, in_leith(FRIDAY, 11), 2) == in_leith(FRIDAY, 14)
    assert add_working_hours(leith, in_leith(FRIDAY, 6), 1) == in_leith(FRIDAY, 9)
    assert add_working_hours(leith, in_leith(FRIDAY, 18), 1) == in_leith(MONDAY, 9)
    assert add_working_hours(leith, in_leith(FRIDAY, 11), 13) == in_leith(MONDAY, 17)


def test_a_span_that_ends_at_midnight_lasts_until_the_day_does() -> None:
    night = Calendar("Europe/London", hours=((time(22), time(0)),))

    assert add_working_hours(night, in_leith(FRIDAY, 9), 2) == in_leith(SATURDAY, 0)
    assert add_working_hours(night, in_leith(FRIDAY, 9), 3) == in_leith(MONDAY, 23)


# --- transit --------------------------------------------------------------------------------------


def test_a_carrier_counts_its_own_working_days_or_days_of_the_calendar() -> None:
    carrier = Calendar("Europe/London", weekdays=WEEK[:6], hours=((time(8), time(18)),))
    shipped = in_leith(FRIDAY, 15)

    assert arrives_at(carrier, shipped, 2) == in_leith(MONDAY, 18)
    assert arrives_at(carrier, shipped, 2, calendar_days=True) == in_leith(MONDAY, 18)
    assert arrives_at(carrier, shipped, 3) == in_leith(TUESDAY, 18)
    assert arrives_at(carrier, shipped, 3, calendar_days=True) == in_leith(MONDAY, 18)
    assert arrives_at(carrier, shipped, 0) == in_leith(FRIDAY, 18)


def test_a_carrier_takes_nothing_on_its_days_off() -> None:
    carrier = Calendar("Europe/London")
    shipped = in_leith(SATURDAY, 10)

    assert arrives_at(carrier, shipped, 1) == in_leith(TUESDAY + ONE_DAY, 0) - MOMENT
    assert arrives_at(carrier, shipped, 1, calendar_days=True) == arrives_at(carrier, shipped, 1)


def test_what_arrives_at_the_end_of_a_day_is_shown_on_that_day() -> None:
    carrier = Calendar("Asia/Shanghai", hours=((time(8), time(0)),))

    arrives = arrives_at(carrier, at(FRIDAY, 15, zone="Asia/Shanghai"), 1)

    assert wall_day(carrier, arrives) == MONDAY
    assert arrives.tzinfo is UTC


# --- and back -------------------------------------------------------------------------------------


def test_what_is_to_arrive_on_a_day_must_be_ready_before_the_last_cut_off_that_does() -> None:
    shipped = latest_shipped(LEITH, in_leith(TUESDAY, 23), 1)

    assert shipped == in_leith(SATURDAY, 0) - MOMENT
    assert latest_ready(LEITH, shipped) == in_leith(FRIDAY, 15) - MOMENT
    assert latest_ready(LEITH, shipped, lead_days=1) == in_leith(FRIDAY - ONE_DAY, 15) - MOMENT


def test_hours_of_lead_time_are_counted_back_while_the_place_is_open() -> None:
    workshop = Calendar("Europe/London", hours=SHIFTS, cut_off=THREE)

    assert (
        latest_ready(workshop, in_leith(MONDAY, 15), lead_hours=3) == in_leith(MONDAY, 11) - MOMENT
    )
    assert (
        latest_ready(workshop, in_leith(MONDAY, 15), lead_hours=8) == in_leith(FRIDAY, 15) - MOMENT
    )


def test_a_place_that_never_works_is_never_early_enough() -> None:
    never = Calendar("UTC", weekdays=(), cut_off=THREE, extra=(FRIDAY,))

    with pytest.raises(Refused, match="closed too long"):
        latest_shipped(never, in_leith(FRIDAY, 15), 1)
    with pytest.raises(Refused, match="closed too long"):
        latest_ready(never, in_leith(SATURDAY, 15), lead_hours=16)


# --- laws -----------------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    some_days = st.frozensets(st.dates(date(2010, 1, 1), date(2027, 12, 31)), max_size=8)
    return Calendar(
        draw(st.sampled_from(ZONES)),
        weekdays=tuple(draw(st.sets(st.sampled_from(WEEK), min_size=1))),
        closed=draw(some_days),
        extra=draw(some_days),
        closed_rules=draw(st.sampled_from(((), ("FREQ=MONTHLY;BYMONTHDAY=1,30,31",)))),
        open_rules=draw(st.sampled_from(((), ("FREQ=MONTHLY;BYDAY=-1SU",)))),
        hours=draw(st.sampled_from(((), SHIFTS, ((time(0), time(2, 20)), (time(23), time(0)))))),
        cut_off=draw(st.sampled_from((time(0), time(0, 30), time(2, 15), THREE, time(23, 59)))),
    )


CHANGED = [(zone, day) for zone, day, *_ in CHANGES]
AROUND = st.sampled_from(
    [datetime.combine(day, time(0), tzinfo=ZoneInfo(zone)) for zone, day in CHANGED]
).flatmap(lambda start: st.timedeltas(-ONE_DAY, 2 * ONE_DAY).map(lambda by: start + by))
INSTANTS = st.datetimes(
    datetime(2010, 1, 1),  # noqa: DTZ001
    datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
) | AROUND.map(lambda local: local.astimezone(UTC))
FEW = st.integers(0, 12)


@given(calendars(), INSTANTS, INSTANTS, FEW, FEW)
def test_a_later_order_never_ships_or_arrives_earlier(
    calendar: Calendar, one: datetime, other: datetime, days: int, hours: int
) -> None:
    early, late = sorted((one, other))

    assert wall_day(calendar, early) <= wall_day(calendar, late)
    assert add_working_days(calendar, early, days) <= add_working_days(calendar, late, days)
    assert add_working_hours(calendar, early, hours) <= add_working_hours(calendar, late, hours)
    ready = [
        ready_to_ship_at(calendar, at, lead_days=days, lead_hours=hours) for at in (early, late)
    ]
    assert ready == sorted(ready)
    for calendar_days in (False, True):
        first, second = (
            arrives_at(calendar, at, days, calendar_days=calendar_days) for at in (early, late)
        )
        assert first <= second


@given(calendars(), INSTANTS, st.timedeltas(timedelta(0), timedelta(hours=3)))
def test_of_two_orders_within_hours_the_later_one_never_ships_earlier(
    calendar: Calendar, placed: datetime, by: timedelta
) -> None:
    later = placed + by

    assert wall_day(calendar, placed) <= wall_day(calendar, later)
    assert ready_to_ship_at(calendar, placed) <= ready_to_ship_at(calendar, later)
    assert add_working_days(calendar, placed, 1) <= add_working_days(calendar, later, 1)
    assert add_working_hours(calendar, placed, 1) <= add_working_hours(calendar, later, 1)


@given(calendars(), INSTANTS, FEW)
def test_whatever_is_promised_is_on_a_working_day_and_not_in_the_past(
    calendar: Calendar, placed: datetime, days: int
) -> None:
    lead = add_working_days(calendar, placed, days)
    ready = ready_to_ship_at(calendar, placed, lead_days=days)
    arrives = arrives_at(calendar, ready, days)

    for found in (lead, ready, arrives):
        assert found.tzinfo is UTC
        assert is_working_day(calendar, found)
    assert lead >= placed
    assert ready > placed
    assert wall_day(calendar, arrives) >= wall_day(calendar, ready)


@given(calendars(), INSTANTS, FEW, FEW)
def test_the_latest_instant_meets_a_date_and_a_moment_later_does_not(
    calendar: Calendar, by: datetime, days: int, hours: int
) -> None:
    ready = latest_ready(calendar, by, lead_days=days, lead_hours=hours)
    ships = [
        ready_to_ship_at(calendar, at, lead_days=days, lead_hours=hours)
        for at in (ready, ready + MOMENT)
    ]
    assert ready.tzinfo is UTC
    assert ships[0] <= by < ships[1]
    for calendar_days in (False, True):
        shipped = latest_shipped(calendar, by, days, calendar_days=calendar_days)
        arrives = [
            arrives_at(calendar, at, days, calendar_days=calendar_days)
            for at in (shipped, shipped + MOMENT)
        ]
        assert arrives[0] <= by < arrives[1]


@given(calendars(), INSTANTS, FEW, FEW)
def test_adding_working_days_by_parts_is_adding_them_at_once(
    calendar: Calendar, at: datetime, n: int, m: int
) -> None:
    day = wall_day(calendar, at)
    by_parts = working_day_from(calendar, working_day_from(calendar, day, n), m)

    assert by_parts == working_day_from(calendar, day, n + m)

    halfway = add_working_days(calendar, at, n)
    whole_way = add_working_days(calendar, at, n + m)
    added = add_working_days(calendar, halfway, m)
    assert wall_day(calendar, added) == wall_day(calendar, whole_way) == by_parts
    # Where the day between skips the wall time, the sum by parts keeps the end of the gap.
    zone = ZoneInfo(calendar.zone)
    if n == 0 or clock_of(zone, halfway) in (time.min, clock_of(zone, at)):
        assert added == whole_way
    else:
        assert added >= whole_way


@given(calendars(), INSTANTS, FEW, FEW)
def test_adding_hours_by_parts_is_adding_them_at_once(
    calendar: Calendar, at: datetime, n: int, m: int
) -> None:
    by_parts = add_working_hours(calendar, add_working_hours(calendar, at, n), m)

    assert by_parts == add_working_hours(calendar, at, n + m)


@given(st.sampled_from(ZONES), INSTANTS)
def test_the_days_of_a_zone_follow_each_other_without_gap(zone: str, at: datetime) -> None:
    calendar = Calendar(zone, weekdays=EVERY_DAY)
    local = ZoneInfo(zone)
    day = wall_day(calendar, at)

    assert day_start(local, day) <= at < day_start(local, day + ONE_DAY)
    assert add_working_days(calendar, at, 0) == at


@given(calendars(), INSTANTS, FEW)
def test_the_zone_in_which_an_instant_is_said_changes_nothing(
    calendar: Calendar, at: datetime, days: int
) -> None:
    said = at.astimezone(ZoneInfo("Australia/Lord_Howe"))

    assert ready_to_ship_at(calendar, said, lead_days=days) == ready_to_ship_at(
        calendar, at, lead_days=days
    )
    assert add_working_days(calendar, said, days) == add_working_days(calendar, at, days)


# --- as data --------------------------------------------------------------------------------------


def test_equal_calendars_are_written_alike_however_their_days_came() -> None:
    one = Calendar("UTC", ("TU", "MO"), closed=frozenset({FRIDAY, MONDAY}), extra=[SATURDAY])
    other = Calendar("UTC", ("MO", "TU"), closed=(MONDAY, FRIDAY, MONDAY), extra=(SATURDAY,))

    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - its own


def test_a_calendar_says_all_that_it_decides() -> None:
    calendar = Calendar(
        "Europe/Berlin",
        closed=frozenset({FRIDAY, MONDAY}),
        closed_rules=("FREQ=DAILY;BYMONTH=8",),
        hours=SHIFTS,
        cut_off=THREE,
    )

    assert repr(calendar) == (
        "Calendar(zone='Europe/Berlin', weekdays=('MO', 'TU', 'WE', 'TH', 'FR'), "
        "closed=(2026-03-06 2026-03-09), extra=(), closed_rules=('FREQ=DAILY;BYMONTH=8',), "
        "open_rules=(), hours=((datetime.time(8, 0), datetime.time(12, 0)), "
        "(datetime.time(13, 0), datetime.time(17, 0))), cut_off=datetime.time(15, 0))"
    )


@pytest.mark.parametrize(
    "other",
    (
        Calendar("Europe/Paris", cut_off=THREE),
        attrs.evolve(BERLIN, weekdays=("MO",)),
        attrs.evolve(BERLIN, closed=(MONDAY,)),
        attrs.evolve(BERLIN, extra=(MONDAY,)),
        attrs.evolve(BERLIN, closed_rules=("FREQ=DAILY;BYMONTH=8",)),
        attrs.evolve(BERLIN, open_rules=("FREQ=DAILY;BYMONTH=8",)),
        attrs.evolve(BERLIN, hours=SHIFTS),
        attrs.evolve(BERLIN, cut_off=time(14)),
        attrs.evolve(BERLIN, cut_off=None),
    ),
)
def test_another_decision_is_another_calendar(other: Calendar) -> None:
    assert other != BERLIN
    assert repr(other) != repr(BERLIN)


def test_a_calendar_is_written_alike_in_every_process() -> None:
    program = (
        "from datetime import date; from orderflow.calendars import Calendar; "
        "print(Calendar('UTC', closed=frozenset(date(2026, m, 1) for m in range(1, 13))))"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1


@pytest.mark.parametrize(
    ("name", "wrong", "path"),
    (
        ("zone", "Leith/Shore", "zone"),
        ("zone", "", "zone"),
        ("zone", None, "zone"),
        ("weekdays", ("Monday",), "weekdays"),
        ("weekdays", ("MO", "MO"), "weekdays"),
        ("weekdays", "MO", "weekdays"),
        ("weekdays", ([],), "weekdays"),
        ("closed", ("2026-03-06",), "closed"),
        ("closed", (datetime(2026, 3, 6, tzinfo=UTC),), "closed"),
        ("closed", MONDAY, "closed"),
        ("extra", (date(1, 1, 1),), "extra"),
        ("extra", iter((MONDAY,)), "extra"),
        ("closed_rules", "FREQ=DAILY", "closed_rules"),
        ("open_rules", (1,), "open_rules[0]"),
        ("hours", (time(8), time(12)), "hours[0]"),
        ("hours", [(time(8), time(12))], "hours[0]"),
        ("hours", ((time(12), time(8)),), "hours[0]"),
        ("hours", ((time(8), time(8)),), "hours[0]"),
        ("hours", ((time(8), time(12)), (time(11), time(13))), "hours[1]"),
        ("hours", ((time(8), time(0)), (time(11), time(13))), "hours[1]"),
        ("hours", (("08:00", "12:00"),), "hours[0]"),
        ("cut_off", "15:00", "cut_off"),
        ("cut_off", time(15, tzinfo=UTC), "cut_off"),
        ("cut_off", time(2, 30, fold=1), "cut_off"),
        ("cut_off", time(15, 0, 0, 1), "cut_off"),
    ),
)
def test_a_calendar_of_wrong_parts_is_bad_input(name: str, wrong: Any, path: str) -> None:
    with pytest.raises(BadInput) as caught:
        attrs.evolve(BERLIN, **{name: wrong})

    assert caught.value.path == path


NAIVE = datetime(2026, 3, 6, 9, 0)  # noqa: DTZ001


@pytest.mark.parametrize("at", (NAIVE, FRIDAY, "2026-03-06", None, datetime(1, 1, 1, tzinfo=UTC)))
def test_what_is_no_instant_is_bad_input(at: Any) -> None:
    asks: tuple[Callable[[], object], ...] = (
        lambda: wall_day(LEITH, at),
        lambda: add_working_days(LEITH, at, 1),
        lambda: add_working_hours(LEITH, at, 1),
        lambda: ready_to_ship_at(LEITH, at),
        lambda: arrives_at(LEITH, at, 1),
        lambda: latest_ready(LEITH, at),
        lambda: latest_shipped(LEITH, at, 1),
    )
    for ask in asks:
        with pytest.raises(BadInput):
            ask()


@pytest.mark.parametrize("when", (NAIVE, None, "2026-03-06", date(1, 1, 1), date.max))
def test_what_is_neither_a_day_nor_an_instant_is_bad_input(when: Any) -> None:
    asks: tuple[Callable[[], object], ...] = (
        lambda: is_working_day(LEITH, when),
        lambda: next_working_day(LEITH, when),
        lambda: working_day_from(LEITH, when),
        lambda: cut_off_on(LEITH, when),
    )
    for ask in asks:
        with pytest.raises(BadInput):
            ask()


@pytest.mark.parametrize("wrong", (-1, 10**6, 1.0, True, None))
def test_a_lead_time_that_is_no_count_is_bad_input(wrong: Any) -> None:
    placed = in_leith(FRIDAY, 9)
    asks: tuple[Callable[[], object], ...] = (
        lambda: working_day_from(LEITH, FRIDAY, wrong),
        lambda: add_working_days(LEITH, placed, wrong),
        lambda: add_working_hours(LEITH, placed, wrong),
        lambda: ready_to_ship_at(LEITH, placed, lead_days=wrong),
        lambda: ready_to_ship_at(LEITH, placed, lead_hours=wrong),
        lambda: arrives_at(LEITH, placed, wrong),
        lambda: latest_ready(LEITH, placed, lead_days=wrong),
        lambda: latest_ready(LEITH, placed, lead_hours=wrong),
        lambda: latest_shipped(LEITH, placed, wrong),
    )
    for ask in asks:
        with pytest.raises(BadInput):
            ask()


def test_an_answer_that_is_stored_is_an_instant_and_no_wall_time() -> None:
    # So a later version of the zones changes nothing that was promised.
    answers = (
        cut_off_on(BERLIN, FRIDAY),
        add_working_days(BERLIN, in_berlin(FRIDAY, 9).astimezone(ZoneInfo("Asia/Tokyo")), 0),
        add_working_days(BERLIN, in_berlin(SATURDAY, 9), 0),
        add_working_hours(BERLIN, in_berlin(FRIDAY, 9).astimezone(ZoneInfo("Asia/Tokyo")), 0),
        ready_to_ship_at(BERLIN, in_berlin(FRIDAY, 9)),
        arrives_at(BERLIN, in_berlin(FRIDAY, 9), 1),
    )

    assert {answer.tzinfo for answer in answers} == {UTC}


# --- what is no calendar --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "path"),
    (
        (lambda no: wall_day(no, MORNING), "calendar"),
        (lambda no: is_working_day(no, MORNING.date()), "calendar"),
        (lambda no: next_working_day(no, MORNING.date()), "calendar"),
        (lambda no: working_day_from(no, MORNING.date()), "calendar"),
        (lambda no: add_working_days(no, MORNING, 1), "calendar"),
        (lambda no: add_working_hours(no, MORNING, 0), "calendar"),
        (lambda no: cut_off_on(no, MORNING.date()), "calendar"),
        (lambda no: ready_to_ship_at(no, MORNING), "calendar"),
        (lambda no: arrives_at(no, MORNING, 1), "carrier"),
        (lambda no: latest_ready(no, MORNING), "calendar"),
        (lambda no: latest_shipped(no, MORNING, 1), "carrier"),
    ),
)
@pytest.mark.parametrize("no", (1, None, "Europe/Berlin"))
def test_what_is_no_calendar_answers_nothing(
    ask: Callable[[Any], object], path: str, no: object
) -> None:
    with pytest.raises(BadInput, match="a Calendar is wanted") as caught:
        ask(no)

    assert caught.value.path == path
