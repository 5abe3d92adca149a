"""Whether parcels arrive in time and unharmed, carrier by carrier."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

import pytest

from orderflow import BadInput
from orderflow.measures import Ended
from orderflow.tracking import Incident, Scan, TrackingStatus
from tests.builders import LAMP, MORNING, Shop, eur, line, new_order

T = TrackingStatus
FRIDAY: Final = MORNING + timedelta(days=4)
MONTH: Final = (MORNING, MORNING + timedelta(days=30))


def send(shop: Shop, i: int, carrier: str, promised: datetime | None = FRIDAY) -> None:
    """Order o-i of a lamp, in parcel p-i, that was handed over now."""
    shop.stock(LAMP, "leith", 1)
    shop.place(f"o-{i}", new_order(line("1", LAMP, 1, promised=promised)))
    shop.pay(f"pay-{i}", eur(1000), ((f"o-{i}", 1000),))
    shop.allocate(f"o-{i}")
    shop.pack_up(f"o-{i}", f"p-{i}")
    shop.hand_over(f"p-{i}", carrier, f"NP-{i}")


def scan(shop: Shop, i: int, status: T, days: int, incident: Incident | None = None) -> None:
    at = MORNING + timedelta(days=days)
    shop.record_scans(f"p-{i}", (Scan(f"NP-{i}", status, at, incident=incident),))


@pytest.mark.feature("F219")
def test_parcels_in_time_and_unharmed_are_counted_for_each_carrier(any_shop: Shop) -> None:
    shop = any_shop
    for i in range(1, 7):
        send(shop, i, "north post" if i < 5 else "courier", None if i == 6 else FRIDAY)
    scan(shop, 1, T.DELIVERED, 4)  # in time
    scan(shop, 2, T.DELIVERED, 5)  # late
    scan(shop, 3, T.ON_HOLD, 2, Incident.CARRIER_PARCEL_LOST)
    scan(shop, 4, T.IN_TRANSIT, 2, Incident.CARRIER_DAMAGED_PARCEL)
    scan(shop, 4, T.DELIVERED, 3)  # in time, and harmed
    scan(shop, 6, T.DELIVERED, 9)  # for no day; parcel 5 is under way

    told = shop.deliveries(*MONTH)

    assert [told.count(one) for one in Ended] == [2, 1, 1, 1, 0, 1]
    assert told.share_in_time() == Fraction(2, 4)
    assert told.share_in_time("north post") == Fraction(2, 4)
    assert told.share_in_time("courier") is None
    assert told.share_unharmed("north post") == Fraction(2, 4)
    assert told.share_unharmed("courier") == 1
    assert told.count(harmed=True) == 1
    assert sum(row.n for row in told.rows) == 6


def test_a_turn_that_is_heard_of_late_puts_the_figure_right(shop: Shop) -> None:
    send(shop, 1, "north post")
    scan(shop, 1, T.DELIVERED, 3)
    assert shop.deliveries(*MONTH).count(Ended.IN_TIME) == 1

    scan(shop, 1, T.RETURN_TO_SENDER, 2)

    assert [(row.ended, row.n) for row in shop.deliveries(*MONTH).rows] == [(Ended.CAME_BACK, 1)]


def test_a_parcel_counts_once_for_the_period_in_which_it_was_handed_over(shop: Shop) -> None:
    start, noon = shop.clock.at, shop.clock.at + timedelta(days=2)
    send(shop, 1, "north post")
    shop.clock.at = noon
    send(shop, 2, "north post")
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-3", (LAMP, 1))
    shop.allocate("o-3")
    shop.pack_up("o-3", "p-3")  # it has not left

    ends = (start, noon, noon + timedelta(days=1))
    parts = [shop.deliveries(*pair).count() for pair in pairwise(ends)]

    assert parts == [1, 1]
    assert shop.deliveries(start, ends[-1]).count() == sum(parts)


def test_a_period_ends_after_it_begins(shop: Shop) -> None:
    with pytest.raises(BadInput, match="a period ends after it begins"):
        shop.deliveries(FRIDAY, FRIDAY)
