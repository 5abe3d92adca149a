"""Until when goods may be asked back: in days of the customer's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    ChargeKind,
    Destination,
    Fault,
    NewCharge,
    Reason,
    Rules,
    Scan,
    ScanStatus,
    TrackingStatus,
    Way,
)
from orderflow.calendars import Calendar
from orderflow.calendars.recurrence import YEAR_MAX
from orderflow.closing import archive
from orderflow.reasons import USAGE
from orderflow.returns import ask_return
from orderflow.settlement import Role
from orderflow.values import LAST_INSTANT
from orderflow.windows import DAYS_MAX, LastDay, Start, Window
from tests.builders import BELL, LAMP, LEITH, MORNING, Shop, new_order

SHANGHAI: Final = "Asia/Shanghai"
BERLIN: Final = "Europe/Berlin"
SEVEN: Final = Window(7, SHANGHAI)
FOURTEEN: Final = Window(14, BERLIN, Start.LAST_PARCEL)
HOLIDAYS: Final = Calendar(BERLIN, closed=(date(2026, 4, 3), date(2026, 4, 6)))


def local(text: str, zone: str) -> datetime:
    """A wall time of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def sold(shop: Shop, window: Window, *reasons: Reason, zone: str = "") -> Shop:
    """Order o-17 of two lamps and a bell is on its way in parcels p-1 and p-2."""
    shop = shop.under(Rules(locations=(LEITH,), return_window=window, reasons=reasons))
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 1)
    shop.sell("o-17", (LAMP, 2), (BELL, 1), destination=Destination(zone=zone))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 2),))
    shop.ship("o-17", "p-2")
    return shop


def delivered(shop: Shop, parcel: str, at: datetime) -> None:
    shop.clock.at = at
    shop.deliver(parcel)


# --- how days are counted ---------------------------------------------------------------------


@pytest.mark.feature("F244")
def test_seven_days_end_with_the_seventh_day_after_the_signing_in_shanghai(any_shop: Shop) -> None:
    shop = sold(any_shop, SEVEN)
    delivered(shop, "p-1", local("2026-03-02T09:15", SHANGHAI))

    shop.clock.at = local("2026-03-09T23:59:59.999999", SHANGHAI)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.clock.at = local("2026-03-10T00:00", SHANGHAI)

    assert shop.refuses(ask_return.on("r-2", "o-17", (("1", 1),))) == (
        "the return window of order o-17 closed on 2026-03-10T00:00:00+08:00"
    )


@pytest.mark.feature("F244")
def test_fourteen_days_end_with_the_day_in_berlin_though_clocks_were_put_forward(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop, FOURTEEN)
    delivered(shop, "p-1", local("2026-03-18T10:00", BERLIN))
    delivered(shop, "p-2", local("2026-03-20T22:30", BERLIN))

    shop.clock.at = local("2026-04-03T23:59:59", BERLIN)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.clock.at = datetime(2026, 4, 3, 22, 0, tzinfo=UTC)  # midnight in Berlin

    assert shop.refuses(ask_return.on("r-2", "o-17")) == (
        "the return window of order o-17 closed on 2026-04-04T00:00:00+02:00"
    )


def test_a_parcel_that_is_signed_for_before_midnight_begins_its_window_that_day() -> None:
    before, after = local("2026-03-02T23:59:59", SHANGHAI), local("2026-03-03T00:00", SHANGHAI)

    assert SEVEN.closing(after).last - SEVEN.closing(before).last == timedelta(days=1)


def test_what_would_close_beyond_the_years_of_calendars_never_does() -> None:
    last = YEAR_MAX - 10

    assert SEVEN.closing(datetime(last, 3, 2, tzinfo=UTC)).said == f"{last}-03-10T00:00:00+08:00"
    never = SEVEN.closing(datetime(last + 1, 3, 2, tzinfo=UTC))
    assert (never.last, never.zone, never.said) == (LAST_INSTANT, "", LAST_INSTANT.isoformat())


@pytest.mark.feature("F244")
def test_days_are_those_of_the_customer_where_his_zone_is_known(shop: Shop) -> None:
    shop = sold(shop, SEVEN, zone="America/New_York")
    delivered(shop, "p-1", local("2026-03-02T20:00", "America/New_York"))

    shop.clock.at = local("2026-03-09T23:00", "America/New_York")

    shop.ask_return("r-1", "o-17", (("1", 1),))


@pytest.mark.feature("F244")
def test_the_last_day_is_outside_where_the_rules_say_so() -> None:
    strict = Window(7, SHANGHAI, last_day=LastDay.OUTSIDE)

    assert strict.closing(local("2026-03-02T09:15", SHANGHAI)).said == "2026-03-09T00:00:00+08:00"


@pytest.mark.feature("F244")
def test_a_last_day_that_is_a_holiday_moves_on_only_where_a_calendar_is_named() -> None:
    came = local("2026-03-20T12:00", BERLIN)  # the fourteenth day is Good Friday
    rolling = Window(14, BERLIN, rolls_on=HOLIDAYS)

    assert Window(14, BERLIN).closing(came).said == "2026-04-04T00:00:00+02:00"
    assert rolling.closing(came).said == "2026-04-08T00:00:00+02:00"
    assert rolling.closing(local("2026-03-19T12:00", BERLIN)).said == "2026-04-03T00:00:00+02:00"


@given(
    st.integers(0, 32_000 * 24 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes)),
    st.integers(0, 60),
    st.sampled_from([SHANGHAI, BERLIN, "America/New_York", "Pacific/Apia", "Asia/Beirut"]),
)
def test_who_has_his_goods_later_never_has_less_time(came: datetime, days: int, zone: str) -> None:
    window = Window(days, zone)
    first = window.closing(came).last

    assert first >= came
    assert window.closing(came + timedelta(hours=1)).last >= first
    assert Window(days + 1, zone).closing(came).last >= first


def test_a_window_at_the_end_of_all_days_never_closes_before_it_began() -> None:
    came = datetime.max.replace(tzinfo=UTC) - timedelta(hours=1)

    assert SEVEN.closing(came).last >= came


# --- what begins a window -----------------------------------------------------------------------


@pytest.mark.feature("F244")
def test_each_parcel_has_a_window_of_its_own(any_shop: Shop) -> None:
    shop = sold(any_shop, SEVEN)
    delivered(shop, "p-1", MORNING)
    delivered(shop, "p-2", MORNING + timedelta(days=3))

    shop.clock.at = MORNING + timedelta(days=9)

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 1),))) == ["window_closed"]
    shop.ask_return("r-1", "o-17", (("2", 1),))


@pytest.mark.feature("F244")
def test_a_window_that_begins_with_the_last_goods_is_open_for_all_until_they_have_come(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop, FOURTEEN)
    delivered(shop, "p-1", MORNING)

    shop.clock.forward(days=40)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    delivered(shop, "p-2", shop.clock.at)
    shop.clock.forward(days=14)
    shop.ask_return("r-2", "o-17", (("1", 1),))
    shop.clock.forward(days=1)

    assert shop.codes(ask_return.on("r-3", "o-17", (("2", 1),))) == ["window_closed"]


def test_goods_that_were_lost_and_given_up_are_not_waited_for(shop: Shop) -> None:
    shop = sold(shop, FOURTEEN)
    delivered(shop, "p-1", MORNING)
    shop.record_scan("p-2", ScanStatus.LOST)
    shop.clock.forward(days=40)
    assert shop.why_not(ask_return.on("r-1", "o-17", (("1", 1),))) == ()

    shop.cancel("o-17", (("2", 1),))

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 1),))) == ["window_closed"]


def test_goods_that_were_sent_again_are_waited_for_no_more(shop: Shop) -> None:
    shop = sold(shop, FOURTEEN)
    delivered(shop, "p-1", MORNING)
    shop.record_scan("p-2", ScanStatus.LOST)
    shop.ask_reissue("i-1", "o-17", (("2", 1),), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.stock(BELL, "leith", 1)
    shop.allocate("o-18")
    shop.ship("o-18", "p-3")
    shop.clock.forward(days=40)
    assert shop.why_not(ask_return.on("r-1", "o-17", (("1", 1),))) == ()

    shop.deliver("p-3")
    shop.settle_reissue("i-1")

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 1),))) == ["window_closed"]


def test_a_window_may_begin_with_the_placing(shop: Shop) -> None:
    shop = sold(shop, Window(7, SHANGHAI, Start.ORDER))
    delivered(shop, "p-1", MORNING + timedelta(days=8))

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 1),))) == ["window_closed"]


@pytest.mark.feature("F244")
def test_a_scan_at_a_locker_is_no_signing(any_shop: Shop) -> None:
    shop = sold(any_shop, SEVEN)
    shop.record_scan("p-1", ScanStatus.READY_TO_COLLECT)
    shop.record_scans("p-2", (Scan("NP-2", TrackingStatus.READY_FOR_PICKUP, MORNING),))
    assert (shop.parcel("p-1").delivered_at, shop.parcel("p-2").delivered_at) == (None, None)

    delivered(shop, "p-1", MORNING + timedelta(days=6))
    shop.clock.forward(days=7)

    shop.ask_return("r-1", "o-17", (("1", 1),))


# --- windows of reasons --------------------------------------------------------------------------


@pytest.mark.feature("F234", "F244")
def test_a_fault_may_be_told_longer_than_a_change_of_mind(any_shop: Shop) -> None:
    mind = Reason("changed my mind", Fault.NOBODY, statutory=True)
    fault = Reason("faulty", Fault.SELLER, (Way.RETURN, Way.REPAIR), window=Window(365, SHANGHAI))
    shop = sold(any_shop, SEVEN, mind, fault)
    delivered(shop, "p-1", MORNING)
    shop.clock.forward(days=100)

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 1),), "changed my mind")) == [
        "window_closed"
    ]
    shop.ask_return("r-1", "o-17", (("1", 1),), "faulty")


@pytest.mark.feature("F099")
def test_an_order_is_archived_when_its_longest_window_is_over(any_shop: Shop) -> None:
    fault = Reason("faulty", Fault.SELLER, window=Window(30, SHANGHAI))
    shop = sold(any_shop, SEVEN, Reason("dull"), fault, USAGE)
    delivered(shop, "p-1", MORNING)
    delivered(shop, "p-2", MORNING)
    shop.complete("o-17")
    shop.clock.at = fault.window.closing(MORNING).last if fault.window else MORNING

    assert shop.codes(archive.on("o-17")) == ["window_open"]
    (limit,) = [one for one in shop.due(shop.clock.at + timedelta(days=1)) if one.ref.id == "o-17"]
    assert limit.since == shop.clock.at + timedelta.resolution
    shop.clock.at = limit.since
    shop.archive("o-17")


def test_what_others_bear_is_settled_when_the_window_is_over_by_the_calendar(shop: Shop) -> None:
    shop = shop.under(Rules(locations=(LEITH,), return_window=SEVEN))
    shop.stock(LAMP, "leith", 1)
    discount = NewCharge(ChargeKind.DISCOUNT, -100, bearer="brand")
    shop.sell("o-17", (LAMP, 1), charges=(discount,))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    delivered(shop, "p-1", MORNING)
    over = SEVEN.closing(MORNING).last

    def told(at: datetime) -> list[tuple[int, int]]:
        parties = shop.settlement(MORNING - timedelta(days=1), at).parties
        return [(len(one.rows), one.waiting) for one in parties if one.role is Role.BEARER]

    assert told(over) == [(0, 100)]
    assert told(over + timedelta.resolution) == [(1, 0)]


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("window.days", {"days": -1}),
        ("window.days", {"days": DAYS_MAX + 1}),
        ("window.zone", {"zone": "Asia/Nowhere"}),
        ("window.zone", {"zone": ""}),
        ("window.starts", {"starts": "parcel"}),
        ("window.last_day", {"last_day": True}),
        ("window.rolls_on", {"rolls_on": "DE"}),
    ),
)
def test_a_window_that_makes_no_sense_is_refused(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as no:
        Window(**{"days": 7, "zone": SHANGHAI, **wrong})

    assert no.value.path == path


def test_what_is_no_window_is_refused_where_one_is_named() -> None:
    seven: Any = 7
    with pytest.raises(BadInput, match="return_window"):
        Rules(return_window=seven)
    with pytest.raises(BadInput, match=r"reason dull\.window"):
        Reason("dull", window=seven)


def test_a_zone_that_is_none_is_refused_with_its_order() -> None:
    where = Destination(zone="Europe/Nowhere")

    with pytest.raises(BadInput) as no:
        new_order((LAMP, 1), destination=where)

    assert no.value.path == "destination.zone"
