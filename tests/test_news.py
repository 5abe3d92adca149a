"""What a customer is told of his parcel: soon, exact, each thing once, and by when it comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Final

import attrs
import pytest

from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.outbox import Event, drain
from orderflow.states import ParcelState
from orderflow.tracking import Incident, Scan, TrackingStatus, follow
from orderflow.views import News
from tests.builders import LAMP, MORNING, Shop, eur, line, new_order

T = TrackingStatus
FRIDAY: Final = MORNING + timedelta(days=4)
LATER: Final = FRIDAY + timedelta(days=1)


def scan(
    status: TrackingStatus, hour: int, expected: datetime | None = None, place: str = ""
) -> Scan:
    return Scan("NP-17", status, MORNING + timedelta(hours=hour), place, expected_at=expected)


def sent(shop: Shop) -> Shop:
    """Order o-17 of two lamps that are promised for Friday, in parcel p-1 that was handed over."""
    shop.stock(LAMP, "leith", 2)
    shop.place("o-17", new_order(line("1", LAMP, 2, promised=FRIDAY)))
    shop.pay("pay-17", eur(2000), (("o-17", 2000),))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "north post", "NP-17")
    return shop


def expected(shop: Shop) -> datetime | None:
    (seen,) = shop.seen_by_purchaser("o-17").parcels
    assert seen.expected_at == shop.news("p-1").expected_at
    return seen.expected_at


# --- by when it comes -----------------------------------------------------------------------------


@pytest.mark.feature("F223")
def test_a_customer_sees_the_promised_day_until_the_carrier_says_another(any_shop: Shop) -> None:
    shop = sent(any_shop)
    assert expected(shop) == FRIDAY

    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 5),))
    assert expected(shop) == FRIDAY
    shop.record_scans("p-1", (scan(T.DELAYED, 9, LATER),))
    assert expected(shop) == LATER
    shop.record_scans("p-1", (scan(T.PICKED_UP, 2, FRIDAY),))  # an older word, that comes late
    assert expected(shop) == LATER
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 20, FRIDAY),))
    assert expected(shop) == FRIDAY


@pytest.mark.parametrize("end", (T.DELIVERED, T.RETURN_TO_SENDER, T.READY_FOR_PICKUP))
def test_what_has_come_or_turns_is_expected_no_more(shop: Shop, end: TrackingStatus) -> None:
    sent(shop)
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 5, LATER), scan(end, 9, LATER)))

    assert expected(shop) is None


def test_a_parcel_of_which_nobody_has_said_when_it_comes_is_expected_at_no_day(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))

    assert expected(shop) is None


def test_the_same_scan_with_two_days_counts_once_and_with_the_later() -> None:
    failed = [scan(T.DELIVERY_FAILED, 5, day) for day in (FRIDAY, None, LATER)]

    for order in permutations(failed):
        track = follow(order)
        assert (track.attempts, track.expected_at, len(track.scans)) == (1, LATER, 1)


# --- what is told ---------------------------------------------------------------------------------


class Mailbox:
    """A host that hears of each change, asks for the news, and sends each of them once."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sent: dict[str, News] = {}

    def publish(self, event: Event) -> None:
        kind, _, id = event.subject.partition("/")
        if kind == "parcel":
            news = self.shop.news(id)
            self.sent.setdefault(news.key, news)

    def hear(self) -> list[str]:
        """What was sent that is new."""
        before = len(self.sent)
        drain(self.shop.store, self)  # type: ignore[arg-type] # each store of ours has an outbox
        return [news.status.value for news in list(self.sent.values())[before:]]


@pytest.mark.feature("F214", "F216")
def test_a_customer_hears_each_thing_once_and_nothing_that_a_late_scan_unsays(
    any_shop: Shop,
) -> None:
    shop = sent(any_shop)
    mailbox = Mailbox(shop)
    assert mailbox.hear() == ["unknown"]  # handed over: the carrier has not seen it yet

    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 5, LATER, "Perth"),))
    assert mailbox.hear() == ["in transit"]
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 5, LATER, "Perth"),))  # the same once more
    shop.record_scans("p-1", (scan(T.PICKED_UP, 2),))  # a late one
    assert mailbox.hear() == []
    shop.record_scans("p-1", (scan(T.OUT_FOR_DELIVERY, 9), scan(T.DELIVERED, 12)))
    assert mailbox.hear() == ["delivered"]
    shop.record_scans("p-1", (scan(T.OUT_FOR_DELIVERY, 10),))
    assert mailbox.hear() == []

    last = list(mailbox.sent.values())[-1]
    assert (last.orders, last.waybill) == (("o-17",), "north post-NP-17")
    assert (last.state, last.at) == (ParcelState.DELIVERED, MORNING + timedelta(hours=12))


def test_a_reason_and_another_day_are_news(shop: Shop) -> None:
    sent(shop)
    mailbox = Mailbox(shop)
    mailbox.hear()

    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 5),))
    assert mailbox.hear() == ["in transit"]
    late = attrs.evolve(scan(T.IN_TRANSIT, 7), incident=Incident.WEATHER_DELAY)
    shop.record_scans("p-1", (late,))
    assert mailbox.hear() == ["in transit"]
    shop.record_scans("p-1", (attrs.evolve(late, expected_at=LATER),))
    assert mailbox.hear() == ["in transit"]
    assert [news.expected_at for news in mailbox.sent.values()] == [FRIDAY, FRIDAY, FRIDAY, LATER]


def test_any_shuffle_of_scans_ends_in_the_same_news() -> None:
    heap = (scan(T.IN_TRANSIT, 5, LATER), scan(T.DELAYED, 7), scan(T.IN_TRANSIT, 9, FRIDAY))
    keys = set()
    for order in permutations(heap):
        shop = sent(Shop(MemoryStore()))
        for one in order:
            shop.record_scans("p-1", (one,))
        keys.add(shop.news("p-1").key)

    assert len(keys) == 1
