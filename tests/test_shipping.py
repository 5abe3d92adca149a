"""The way from a warehouse to the customer, both ways, and what promises make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Destination, Position, Rules
from orderflow.calendars import Calendar
from orderflow.promising import Wanted
from orderflow.promising.committing import promise
from orderflow.records import Order
from orderflow.shipping import Shipping
from tests.builders import LAMP, LEITH, MORNING, TWO_PLACES, YORK, Shop
from tests.test_calendars import FEW, INSTANTS, calendars

MOMENT: Final = timedelta(microseconds=1)
WORKS: Final = Calendar("Europe/London", cut_off=time(15))
SHIPS: Final = Shipping(WORKS, transit_days=1)
FAR: Final = Shipping(WORKS, transit_days=3, transit=(("GB", 2), ("DE", 5)))
DATED: Final = Rules(
    locations=(attrs.evolve(LEITH, ships=SHIPS), attrs.evolve(YORK, ships=FAR)),
)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, day) for day in range(2, 7))
"""`MORNING` is nine o'clock on this Monday."""


def at(day: date, hour: int, minute: int = 0, zone: str = "Europe/London") -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end(day: date) -> datetime:
    return at(day + timedelta(days=1), 0) - MOMENT


def dates(order: Order) -> set[tuple[str, datetime | None, datetime | None]]:
    """Where the units of an order come from, when they must be there, and what was told."""
    return {
        (spot.slice.peg or spot.slice.location, spot.slice.ready_by, spot.slice.promised)
        for _, spot in order.units()
    }


@pytest.fixture
def dated(any_shop: Shop) -> Shop:
    return any_shop.under(DATED)


# --- the way --------------------------------------------------------------------------------------


def test_goods_go_out_with_the_next_cut_off_and_arrive_after_their_transit() -> None:
    assert SHIPS.arrives(at(MONDAY, 14, 59)) == end(TUESDAY)
    assert SHIPS.arrives(at(MONDAY, 15)) == end(WEDNESDAY)
    assert SHIPS.arrives(at(FRIDAY, 14)) == end(MONDAY + timedelta(days=7))
    assert FAR.arrives(at(MONDAY, 14), "GB") == end(WEDNESDAY)
    assert FAR.arrives(at(MONDAY, 14), "FR") == end(THURSDAY)


def test_lead_time_is_worked_before_goods_go_out() -> None:
    slow = attrs.evolve(SHIPS, lead_days=1, lead_hours=2)

    assert slow.arrives(at(MONDAY, 12, 59)) == end(WEDNESDAY)
    assert slow.ready_by(end(WEDNESDAY)) == at(MONDAY, 13) - MOMENT


def test_a_carrier_has_working_days_of_his_own() -> None:
    carrier = Calendar("Europe/London", weekdays=("MO", "TU", "WE", "TH", "FR", "SA"))
    ships = attrs.evolve(SHIPS, carrier=carrier)

    assert ships.arrives(at(FRIDAY, 14)) == end(FRIDAY + timedelta(days=1))


def test_the_hours_of_a_warehouse_say_nothing_of_when_goods_are_brought() -> None:
    hours = attrs.evolve(WORKS, hours=((time(8), time(17)),))

    assert Shipping(hours, transit_days=1).arrives(at(MONDAY, 9)) == end(TUESDAY)


@pytest.mark.parametrize(
    ("sunday", "utc_hour"), ((date(2026, 3, 29), 14), (date(2026, 10, 25), 15))
)
def test_the_cut_off_keeps_its_wall_time_on_the_day_when_clocks_change(
    sunday: date, utc_hour: int
) -> None:
    ships = Shipping(Calendar("Europe/London", weekdays=("SU", "MO"), cut_off=time(15)))
    cut_off = datetime.combine(sunday, time(utc_hour), tzinfo=UTC)

    assert ships.ready_by(end(sunday)) == cut_off - MOMENT
    assert ships.arrives(cut_off - MOMENT) == end(sunday)
    assert ships.arrives(cut_off) == end(sunday + timedelta(days=1))


@given(calendars(), calendars(), INSTANTS, FEW, FEW, FEW)
def test_what_is_ready_in_time_arrives_by_the_date_and_a_moment_later_does_not(
    calendar: Calendar, carrier: Calendar, by: datetime, days: int, hours: int, transit: int
) -> None:
    ships = Shipping(calendar, days, hours, carrier, transit)

    ready = ships.ready_by(by)

    assert ships.arrives(ready) <= by < ships.arrives(ready + MOMENT)
    assert ready <= by
    assert ships.ready_by(ships.arrives(by)) >= by


@given(st.permutations((("GB", 2), ("DE", 5), ("FR", 0))))
def test_equal_ways_are_written_alike(transit: list[tuple[str, int]]) -> None:
    ways = [Shipping(WORKS, transit=tuple(one)) for one in (transit, sorted(transit))]

    assert ways[0] == ways[1]
    assert repr(ways[0]) == repr(ways[1])


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("calendar", {"calendar": Calendar("UTC")}),
        ("calendar", {"calendar": "UTC"}),
        ("carrier", {"carrier": "UTC"}),
        ("lead_days", {"lead_days": -1}),
        ("lead_hours", {"lead_hours": 1.5}),
        ("transit_days", {"transit_days": 1_001}),
        (r"transit\[0\]", {"transit": "GB"}),
        (r"transit\[0\]\.region", {"transit": (("", 1),)}),
        (r"transit\[1\]\.days", {"transit": (("GB", 1), ("DE", -1))}),
        ("transit", {"transit": (("GB", 1), ("GB", 2))}),
    ),
)
def test_a_way_of_wrong_parts_is_bad_input(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=path):
        Shipping(**({"calendar": WORKS} | wrong))


# --- the rules ------------------------------------------------------------------------------------


def test_how_a_warehouse_ships_is_a_decision_and_without_it_all_is_written_as_before() -> None:
    assert TWO_PLACES.fingerprint == (
        "Rules(locations=(Location(id='leith', priority=0, region='GB', latitude_e6=55976000, "
        "longitude_e6=-3170000), Location(id='york', priority=1, region='GB', "
        "latitude_e6=53959000, longitude_e6=-1082000)), policy=None, confirm_when_paid=True, "
        "split=True, return_window_days=14, approve_returns=True, tries_max=8)fewest shipments"
    )
    one_ships = Rules(locations=(attrs.evolve(LEITH, ships=SHIPS), YORK))
    assert len({one.fingerprint for one in (TWO_PLACES, one_ships, DATED)}) == 3
    assert one_ships != TWO_PLACES
    by_road: Any = "by road"
    with pytest.raises(BadInput, match=r"locations\[0\]\.ships"):
        Rules(locations=(attrs.evolve(LEITH, ships=by_road),))


# --- promises -------------------------------------------------------------------------------------


@pytest.mark.feature("F139")
def test_the_date_that_a_customer_is_told_is_that_of_arrival(dated: Shop) -> None:
    dated.stock(LAMP, "leith", 5)
    dated.sell("o-1", (LAMP, 2))
    dated.sell("o-2", (LAMP, 2))

    dated.promise("o-1")
    dated.clock.forward(hours=6)  # three o'clock: the cut-off
    dated.promise("o-2")

    assert dates(dated.order("o-1")) == {("leith", at(MONDAY, 15) - MOMENT, end(TUESDAY))}
    assert dates(dated.order("o-2")) == {("leith", at(TUESDAY, 15) - MOMENT, end(WEDNESDAY))}
    assert dated.in_danger() == ()
    dated.assert_lawful()


@pytest.mark.feature("F139")
def test_goods_must_be_ready_earlier_in_the_warehouse_that_is_farther(dated: Shop) -> None:
    dated.stock(LAMP, "leith", 2)
    dated.stock(LAMP, "york", 2)
    to_berlin = Destination(region="DE")
    dated.sell("o-1", (LAMP, 3), destination=to_berlin)
    next_monday = end(MONDAY + timedelta(days=7))

    dated.promise("o-1", date=next_monday)

    assert dates(dated.order("o-1")) == {
        ("leith", at(FRIDAY, 15) - MOMENT, next_monday),
        ("york", at(MONDAY, 15) - MOMENT, next_monday),
    }
    by_region = [dated.available("BRASS-LAMP", end(THURSDAY), region=name) for name in ("GB", "DE")]
    assert by_region == [1, 0]
    dated.assert_lawful()


def test_a_date_before_anything_can_arrive_is_refused_with_the_first_that_can(dated: Shop) -> None:
    dated.stock(LAMP, "leith", 5)
    dated.sell("o-1", (LAMP, 2))

    said = dated.refuses(promise.on("o-1", date=end(MONDAY)))

    assert f"what can be: 2 ({end(TUESDAY).isoformat()})" in said
    (reason,) = dated.why_not(promise.on("o-1", date=end(MONDAY)))
    assert end(TUESDAY) in [dict(remedy.args).get("date") for remedy in reason.remedies]


def test_supply_that_comes_after_the_last_cut_off_is_not_pegged(dated: Shop) -> None:
    dated.expect("po-1", Position("BRASS-LAMP", "leith"), 5, at(FRIDAY, 15))
    dated.expect("po-2", Position("BRASS-LAMP", "leith"), 5, at(FRIDAY, 14, 59))
    dated.sell("o-1", (LAMP, 6))
    next_monday = MONDAY + timedelta(days=7)

    dated.promise("o-1", date=end(next_monday), policy="partial")

    assert dates(dated.order("o-1")) == {
        ("po-2", at(FRIDAY, 15) - MOMENT, end(next_monday)),
        ("po-1", at(next_monday, 15) - MOMENT, end(next_monday + timedelta(days=1))),
    }


def test_promises_that_have_time_make_room_and_keep_the_date_that_was_told(dated: Shop) -> None:
    shelf = dated.stock(LAMP, "leith", 4)
    dated.sell("o-1", (LAMP, 4))
    dated.promise("o-1", date=end(FRIDAY))
    dated.expect("po-1", shelf, 4, at(WEDNESDAY, 9))
    dated.sell("o-2", (LAMP, 3))

    dated.promise("o-2", date=end(TUESDAY))

    assert dates(dated.order("o-1")) == {
        ("leith", at(THURSDAY, 15) - MOMENT, end(FRIDAY)),
        ("po-1", at(THURSDAY, 15) - MOMENT, end(FRIDAY)),
    }
    dated.slip("po-1", at(FRIDAY, 9))
    assert [claim.n for danger in dated.in_danger() for claim in danger.claims] == [3]
    dated.repromise("o-1")
    monday = end(MONDAY + timedelta(days=7))
    assert ("po-1", at(FRIDAY, 15) - MOMENT, monday) in dates(dated.order("o-1"))
    dated.assert_lawful()


def test_what_could_be_had_at_once_is_had_as_soon_as_it_can_arrive(dated: Shop) -> None:
    dated.stock(LAMP, "york", 5)

    (only,) = dated.alternatives((Wanted("1", "BRASS-LAMP", 5),), region="GB")

    assert only.kind.value == "as asked"
    assert only.promise.lines[0].dated[0].date == end(WEDNESDAY)


def test_a_warehouse_that_is_closed_too_long_promises_nothing_and_hinders_nobody(
    any_shop: Shop,
) -> None:
    never = Calendar("Europe/London", weekdays=(), cut_off=time(15))
    closed = attrs.evolve(LEITH, ships=Shipping(never))
    shop = any_shop.under(Rules(locations=(closed, YORK)))
    shop.stock(LAMP, "leith", 5)
    shop.stock(LAMP, "york", 2)
    shop.sell("o-1", (LAMP, 3))

    shop.promise("o-1", policy="partial")

    assert dates(shop.order("o-1")) == {("york", MORNING, MORNING), ("", None, None)}
    assert shop.codes(promise.on("o-1")) == ["not_in_time"]


def test_supply_of_a_year_that_no_calendar_has_never_arrives(dated: Shop) -> None:
    dated.expect("po-1", Position("BRASS-LAMP", "leith"), 5, datetime(9999, 1, 1, tzinfo=UTC))
    dated.stock(LAMP, "leith", 1)
    dated.sell("o-1", (LAMP, 2))

    assert dated.codes(promise.on("o-1")) == ["not_in_time"]
    assert dated.available("BRASS-LAMP", datetime(9999, 12, 1, tzinfo=UTC)) == 0
    dated.promise("o-1", policy="partial")

    assert dated.bag("o-1") == {"open": 1, "reserved": 1}


def test_who_has_goods_as_soon_as_any_can_arrive_looks_at_nobody_elses(
    dated: Shop,
) -> None:
    shelf = dated.stock(LAMP, "leith", 5)
    dated.expect("po-1", shelf, 5, at(FRIDAY, 9))
    for name, by in (("o-1", FRIDAY), ("o-2", FRIDAY + timedelta(days=5))):
        dated.sell(name, (LAMP, 1))
        dated.promise(name, date=end(by))
    dated.sell("o-3", (LAMP, 1))

    dated.promise("o-3")

    entry = list(dated.store.entries())[-1]
    assert {type(row).__name__ for row in entry.figures} == {"Counter"}
