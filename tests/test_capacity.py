"""How many units may leave a location on a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import attrs
import pytest

from orderflow import BadInput, Position, Rules, verbs
from orderflow.pools import capacity_pool
from orderflow.workflow import Workflow
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, new_order

THREE_A_DAY = attrs.evolve(TWO_PLACES, capacity=(("leith", 3),), tries_max=100)
MIDNIGHT = MORNING.replace(hour=0)
LEITH = Position("BRASS-LAMP", "leith")


def told(shop: Workflow, id: str) -> set[datetime | None]:
    return {spot.slice.promised for _, spot in shop.order(id).units()}


def promised(shop: Workflow, id: str, n: int, **more: Any) -> set[datetime | None]:
    shop.place(id, new_order((LAMP, n), cash_on_delivery=True))
    shop.promise(id, **more)
    return told(shop, id)


@pytest.mark.feature("F139")
def test_where_a_day_is_full_the_next_one_is_promised(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)

    days = [promised(shop, f"o-{i}", 2) for i in range(3)]

    assert days == [{MORNING}, *({MIDNIGHT + timedelta(days=i)} for i in (1, 2))]
    assert promised(shop, "o-9", 1) == {MORNING}
    shop.assert_lawful()


def test_another_location_has_its_own_days(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 3)
    shop.stock(LAMP, "york", 3)
    promised(shop, "o-1", 3)

    assert promised(shop, "o-2", 3) == {MORNING}


def test_a_wanted_date_on_a_full_day_is_served_by_an_earlier_one(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    friday = MORNING + timedelta(days=4)
    promised(shop, "o-1", 2, date=friday)

    assert promised(shop, "o-2", 2, date=friday) == {friday}

    thursday = Position(capacity_pool("leith", friday.date() - timedelta(days=1)))
    assert shop.counter(thursday).claimed == 2


def test_what_is_cancelled_makes_room_on_its_day(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    promised(shop, "o-1", 3)

    shop.cancel("o-1")

    assert promised(shop, "o-2", 3) == {MORNING}
    shop.assert_lawful()


def test_an_order_beyond_a_day_is_refused(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    shop.place("o-1", new_order((LAMP, 4)))

    assert shop.codes(verbs.promise.on("o-1")) == ["day_full"]


def test_a_new_date_is_counted_on_its_own_day(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.expect("po-1", LEITH, 3, MORNING + timedelta(days=2))
    promised(shop, "o-1", 3)
    shop.slip("po-1", MORNING + timedelta(days=9))

    shop.repromise("o-1")

    pools = [Position(capacity_pool("leith", (MORNING + timedelta(days=n)).date())) for n in (2, 9)]
    assert [shop.counter(pool).claimed for pool in pools] == [0, 3]
    shop.assert_lawful()


def test_threads_never_fill_a_day_beyond_its_capacity(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 50)
    flow = Workflow(any_shop.store, THREE_A_DAY, clock=any_shop.clock)

    def buy(worker: int) -> None:
        for i in range(3):
            promised(flow, f"o-{worker}-{i}", 1)

    threads = [Thread(target=buy, args=(i,)) for i in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    days = [day for i in range(4) for j in range(3) for day in told(flow, f"o-{i}-{j}")]
    assert len(days) == 12
    assert sorted(days.count(day) for day in set(days)) == [3, 3, 3, 3]


@pytest.mark.parametrize(
    "wrong", (None, ("leith",), (("leith",),), (("leith", 0),), (("", 1),), (("a", 1), ("a", 2)))
)
def test_a_capacity_is_a_number_of_units_for_each_location(wrong: Any) -> None:
    with pytest.raises(BadInput, match="capacity"):
        Rules(capacity=wrong)
