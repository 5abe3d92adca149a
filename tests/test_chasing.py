"""A parcel of which nothing is heard, or that is not there in time, is not forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs
import pytest

from orderflow import Rules
from orderflow.states import ParcelState
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.verbs import chase
from tests.builders import LAMP, LEITH, MORNING, YORK, Shop

T: Final = TrackingStatus
ASKING: Final = Rules(locations=(LEITH, YORK), silent_days=3)
THREE_DAYS: Final = timedelta(days=3)


def sent(shop: Shop, rules: Rules = ASKING) -> Shop:
    """Order o-17 of two lamps, in parcel p-1 that was handed over."""
    shop = shop.under(rules)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    return shop


def scan(status: TrackingStatus, days: float, incident: Incident | None = None) -> Scan:
    return Scan("NP-17", status, MORNING + timedelta(days=days), incident=incident)


def codes(shop: Shop) -> list[str]:
    return [hold.code for hold in shop.parcel("p-1").holds]


def due(shop: Shop) -> list[tuple[str, str]]:
    """What is due now of parcels: since which day, and who must act."""
    return [
        (f"{(one.since - MORNING) / timedelta(days=1):g}", one.who)
        for one in shop.due(shop.clock.at)
        if one.ref.kind == "parcel"
    ]


@pytest.mark.feature("F221", "F290", "F292")
def test_a_parcel_of_which_nothing_is_heard_is_chased(any_shop: Shop) -> None:
    shop = sent(any_shop)
    shop.clock.forward(days=3, microseconds=-1)
    assert due(shop) == []
    assert shop.codes(chase.on("p-1")) == ["parcel_not_due"]

    shop.clock.forward(microseconds=1)
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "parcel"]
    assert (one.who, one.since) == ("carrier", MORNING + THREE_DAYS)
    shop.apply(one.call, key=one.key)

    assert codes(shop) == ["parcel_silent"]
    assert (due(shop), shop.codes(chase.on("p-1"))) == ([], ["parcel_not_due"])


def test_each_news_of_a_parcel_gives_its_carrier_as_many_days_again(shop: Shop) -> None:
    shop = sent(shop)
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 2),))

    shop.clock.forward(days=5, microseconds=-1)
    assert due(shop) == []
    shop.clock.forward(microseconds=1)

    assert due(shop) == [("5", "carrier")]


def test_news_answer_for_a_silence(shop: Shop) -> None:
    shop = sent(shop)
    shop.clock.forward(days=4)
    shop.chase("p-1")

    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 3.5),))

    assert (codes(shop), shop.parcel("p-1").silent_at) == ([], MORNING + timedelta(days=6.5))


def test_a_scan_that_comes_late_and_says_nothing_new_is_no_news(shop: Shop) -> None:
    shop = sent(shop)
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 2),))
    shop.clock.forward(days=6)
    shop.chase("p-1")

    shop.record_scans("p-1", (scan(T.PICKED_UP, 1),))

    assert codes(shop) == ["parcel_silent"]


def test_who_has_asked_the_carrier_waits_as_long_again(shop: Shop) -> None:
    shop = sent(shop)
    shop.clock.forward(days=4)
    shop.chase("p-1")

    shop.lift_parcel_hold("p-1", "parcel_silent")

    assert due(shop) == []
    shop.clock.forward(days=3)
    assert due(shop) == [("7", "carrier")]


@pytest.mark.parametrize("ended", ("deliver", "lose"))
def test_nobody_waits_for_news_of_what_has_arrived_or_is_lost(shop: Shop, ended: str) -> None:
    shop = sent(shop)
    shop.clock.forward(days=4)
    shop.chase("p-1")

    getattr(shop, ended)("p-1")

    assert (codes(shop), shop.parcel("p-1").silent_at) == ([], None)


def test_without_a_rule_no_parcel_is_chased(shop: Shop) -> None:
    shop = sent(shop, attrs.evolve(ASKING, silent_days=0))

    shop.clock.forward(days=400)

    assert due(shop) == []
    assert shop.parcel("p-1").silent_at is None
    assert "-" in shop.refuses(chase.on("p-1"))


def promised(shop: Shop) -> Shop:
    """Parcel p-1 of two lamps that were promised for the day after tomorrow."""
    shop = shop.under(attrs.evolve(ASKING, silent_days=30))
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.promise("o-17", (), MORNING + timedelta(days=2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    return shop


@pytest.mark.feature("F220", "F294", "F295")
def test_a_parcel_that_is_not_there_when_it_was_promised_is_late(any_shop: Shop) -> None:
    shop = promised(any_shop)
    assert shop.parcel("p-1").late_at == MORNING + timedelta(days=2)

    shop.clock.forward(days=2)
    assert due(shop) == [("2", "carrier")]
    shop.chase("p-1")
    assert codes(shop) == ["parcel_late"]

    shop.deliver("p-1")
    assert codes(shop) == []


def test_a_parcel_is_chased_as_late_once(shop: Shop) -> None:
    shop = promised(shop)
    shop.clock.forward(days=3)
    shop.chase("p-1")

    shop.lift_parcel_hold("p-1", "parcel_late")

    assert due(shop) == []
    assert shop.parcel("p-1").silent_at == MORNING + timedelta(days=30)


def test_what_waits_at_a_desk_is_not_late(shop: Shop) -> None:
    shop = promised(shop)
    shop.record_scans("p-1", (scan(T.READY_FOR_PICKUP, 1),))

    shop.clock.forward(days=3)

    assert due(shop) == []
    assert shop.parcel("p-1").state is ParcelState.READY_TO_COLLECT
