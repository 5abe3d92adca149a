"""How many units may leave a location on a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from threading import Thread
from typing import Any

import attrs
import pytest

from orderflow import BadInput, Location, Position, Rules, verbs
from orderflow.calendars import Calendar
from orderflow.calendars.recurrence import WEEK
from orderflow.pools import capacity_pool
from orderflow.shipping import Shipping
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


def days(shop: Shop, id: str) -> dict[str, int]:
    """How many units of an order count for which day."""
    found: dict[str, int] = {}
    for _, spot in shop.order(id).units():
        for pool in spot.slice.pools:
            found[pool[-10:]] = found.get(pool[-10:], 0) + spot.n
    return found


@pytest.mark.feature("F139")
@pytest.mark.parametrize("taken_by", (verbs.reserve, verbs.allocate))
def test_what_is_taken_by_itself_counts_for_the_first_day_with_room(
    any_shop: Shop, taken_by: Any
) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    promised(shop, "o-1", 2)
    shop.place("o-2", new_order((LAMP, 5), cash_on_delivery=True))

    shop.apply(taken_by.on("o-2"))

    assert days(shop, "o-2") == {"2026-03-02": 1, "2026-03-03": 3, "2026-03-04": 1}
    assert promised(shop, "o-3", 2) == {MIDNIGHT + timedelta(days=2)}
    shop.assert_lawful()


def test_what_is_promised_and_then_allocated_counts_once(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    promised(shop, "o-1", 2, date=MORNING + timedelta(days=1))

    shop.allocate("o-1")

    assert days(shop, "o-1") == {"2026-03-03": 2}


def test_what_was_reserved_before_there_was_a_rule_counts_from_its_allocation_on(
    any_shop: Shop,
) -> None:
    any_shop.stock(LAMP, "leith", 20)
    any_shop.place("o-1", new_order((LAMP, 4), cash_on_delivery=True))
    any_shop.reserve("o-1")
    shop = any_shop.under(THREE_A_DAY)

    shop.allocate("o-1")

    assert days(shop, "o-1") == {"2026-03-02": 3, "2026-03-03": 1}


def test_what_is_reserved_out_of_supply_counts_for_the_day_on_which_it_comes(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.expect("po-1", LEITH, 2, MORNING + timedelta(days=2))
    shop.place("o-1", new_order((LAMP, 2), cash_on_delivery=True))
    shop.reserve("o-1", "po-1")
    shop.receive_supply("po-1", 2)

    shop.allocate("o-1")

    assert days(shop, "o-1") == {"2026-03-04": 2}
    shop.assert_lawful()


def test_a_cart_counts_for_a_day_when_it_becomes_an_order(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    shop.hold_stock("cart-1", LEITH, 2, MORNING + timedelta(minutes=15))

    shop.place("o-1", new_order((LAMP, 2), cash_on_delivery=True), stock_holds=("cart-1",))

    assert days(shop, "o-1") == {"2026-03-02": 2}


def test_goods_in_a_bin_leave_the_warehouse(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith/a-1", 3)
    shop.stock(LAMP, "leith/b-2", 3)

    told = [promised(shop, f"o-{i}", 3) for i in range(2)]

    assert told == [{MORNING}, {MIDNIGHT + timedelta(days=1)}]


def test_a_new_date_on_the_same_day_is_not_counted_twice(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.expect("po-1", LEITH, 3, MORNING + timedelta(days=2))
    promised(shop, "o-1", 3)
    shop.slip("po-1", MORNING + timedelta(days=2, hours=3))

    shop.repromise("o-1")

    assert told(shop, "o-1") == {MORNING + timedelta(days=2, hours=3)}
    assert days(shop, "o-1") == {"2026-03-04": 3}
    shop.assert_lawful()


def test_a_day_is_one_of_the_warehouse_and_not_of_utc(any_shop: Shop) -> None:
    calendar = Calendar("Asia/Shanghai", WEEK, cut_off=time(23, 59))
    house = Location("leith", ships=Shipping(calendar))
    shop = any_shop.under(attrs.evolve(THREE_A_DAY, locations=(house,)))
    shop.stock(LAMP, "leith", 20)
    for id in ("o-1", "o-2"):
        shop.place(id, new_order((LAMP, 3), cash_on_delivery=True))
    any_shop.clock.forward(hours=8)  # one in the morning of the third, in Shanghai

    shop.allocate("o-1")
    shop.promise("o-2")

    assert days(shop, "o-1") == {"2026-03-03": 3}
    assert days(shop, "o-2") == {"2026-03-04": 3}
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
    "wrong",
    (
        None,
        ("leith",),
        (("leith",),),
        (("leith", 0),),
        (("", 1),),
        (("a", 1), ("a", 2)),
        (("leith/a-1", 3),),
    ),
)
def test_a_capacity_is_a_number_of_units_for_each_location(wrong: Any) -> None:
    with pytest.raises(BadInput, match="capacity"):
        Rules(capacity=wrong)


def test_goods_that_have_the_name_of_a_day_are_no_room_on_it(any_shop: Shop) -> None:
    shop = any_shop.under(THREE_A_DAY)
    shop.stock(LAMP, "leith", 20)
    named = Position(capacity_pool("leith", MORNING.date()), "leith")
    shop.receive(named, 500)

    promised(shop, "o-1", 3)

    assert [row.there for row in shop.standing(named.sku, "leith")] == [500]
    assert promised(shop, "o-2", 1) == {MIDNIGHT + timedelta(days=1)}
    shop.assert_lawful()
