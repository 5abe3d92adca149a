"""Promises out of lots that expire or are held, and out of goods of other owners."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import attrs
import pytest

from orderflow import Position, Refused, Rules, Workflow
from orderflow.ports import Store
from orderflow.promising.committing import promise, repeg, repromise
from orderflow.promising.dangers import Why
from orderflow.states import UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, Clock, Shop, new_order
from tests.test_stores import together

FIRST: Final = Position("BRASS-LAMP", "leith", lot="L-1")
SECOND: Final = Position("BRASS-LAMP", "leith", lot="L-2")
LOT: Final = "BRASS-LAMP/L-1"


def day(n: int) -> datetime:
    return MORNING + timedelta(days=n)


def promised(shop: Shop, order: str) -> dict[tuple[str, int], int]:
    """How many units of an order stand promised, by lot or owner or supply row, and by day."""
    found: dict[tuple[str, int], int] = {}
    for _, spot in shop.order(order).units():
        tags = spot.slice
        if spot.state is UnitState.RESERVED and tags.promised is not None:
            key = (tags.peg or tags.owner or tags.lot, (tags.promised - MORNING).days)
            found[key] = found.get(key, 0) + spot.n
    return found


def dangers(shop: Shop) -> list[tuple[Why, str, int]]:
    """Why whose promises are in danger, and how many units."""
    return [
        (danger.why, claim.holder.id, claim.n)
        for danger in shop.in_danger()
        for claim in danger.claims
    ]


# --- expiry -------------------------------------------------------------------------------------


@pytest.mark.feature("F131")
def test_ten_that_expire_on_day_five_can_be_promised_on_day_one_and_none_on_day_six(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(FIRST, 10, expires_at=day(5))
    shop.sell("o-17", (LAMP, 10))

    assert (shop.available("BRASS-LAMP", day(1)), shop.available("BRASS-LAMP", day(6))) == (10, 0)
    assert shop.codes(promise.on("o-17", date=day(6))) == ["not_in_time"]
    assert shop.codes(promise.on("o-17", date=day(5))) == ["not_in_time"]
    shop.promise("o-17", date=day(1))

    assert promised(shop, "o-17") == {("L-1", 1): 10}
    assert shop.in_danger() == ()
    shop.assert_lawful()


def test_a_lot_is_promised_while_it_is_good_for_as_long_as_is_asked(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(TWO_PLACES, life_days=3))
    shop.receive(FIRST, 10, expires_at=day(5))

    by_then = [shop.available("BRASS-LAMP", day(n)) for n in range(5)]
    a_moment_later = shop.available("BRASS-LAMP", day(2) + timedelta(microseconds=1))

    assert (by_then, a_moment_later) == ([10, 10, 10, 0, 0], 0)


def test_more_life_than_a_calendar_has_is_asked_in_vain(shop: Shop) -> None:
    shop = shop.under(Rules(life_days=36_525))
    soon = MORNING.replace(year=2)
    shop.receive(FIRST, 1)
    shop.set_expiry(LOT, soon)

    assert shop.available("BRASS-LAMP", day(1)) == 0


def test_of_lots_that_serve_a_date_the_one_that_ends_first_is_promised(shop: Shop) -> None:
    shop.receive(FIRST, 4, expires_at=day(9))
    shop.receive(SECOND, 4, expires_at=day(5))
    shop.sell("o-1", (LAMP, 2))
    shop.sell("o-2", (LAMP, 2))

    shop.promise("o-1", date=day(2))
    shop.promise("o-2", date=day(6))

    assert promised(shop, "o-1") == {("L-2", 2): 2}
    assert promised(shop, "o-2") == {("L-1", 6): 2}


def test_a_promise_makes_room_in_a_lot_that_keeps_longer(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(FIRST, 4, expires_at=day(9))
    shop.sell("o-1", (LAMP, 4))
    shop.promise("o-1", date=day(2))
    shop.receive(SECOND, 4, expires_at=day(5))
    shop.sell("o-2", (LAMP, 4))

    shop.promise("o-2", date=day(6))

    assert promised(shop, "o-1") == {("L-2", 2): 4}
    assert promised(shop, "o-2") == {("L-1", 6): 4}
    shop.assert_lawful()


def test_a_supply_row_of_a_known_lot_is_promised_until_that_expires(shop: Shop) -> None:
    shop.receive(FIRST, 1, expires_at=day(5))
    shop.count(FIRST, 0)
    shop.expect("po-1", FIRST, 10, day(3))

    by_then = [shop.available("BRASS-LAMP", day(n)) for n in (2, 3, 4, 5)]

    assert by_then == [0, 10, 10, 0]


# --- dangers ------------------------------------------------------------------------------------


def test_promises_are_in_danger_when_their_lot_turns_out_to_expire_before_their_date(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(FIRST, 10, expires_at=day(9))
    for id, by in (("o-1", 2), ("o-2", 6)):
        shop.sell(id, (LAMP, 4))
        shop.promise(id, date=day(by))

    shop.set_expiry(LOT, day(5))

    assert dangers(shop) == [(Why.EXPIRES, "o-2", 4)]
    assert shop.codes(repeg.on("o-2")) == ["no_other_supply"]
    shop.receive(SECOND, 3, expires_at=day(7))
    shop.repeg("o-2")
    assert promised(shop, "o-2") == {("L-1", 6): 1, ("L-2", 6): 3}
    assert dangers(shop) == [(Why.EXPIRES, "o-2", 1)]
    shop.expect("po-1", SECOND._replace(lot=""), 1, day(8))
    shop.repromise("o-2")
    assert promised(shop, "o-2") == {("L-1", 0): 1, ("L-2", 6): 3}
    assert shop.in_danger() == ()
    shop.assert_lawful()


def test_promises_of_a_lot_on_hold_are_in_danger_until_it_is_lifted(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(FIRST, 10)
    shop.sell("o-1", (LAMP, 4))
    shop.sell("o-2", (LAMP, 4))
    shop.promise("o-1", date=day(2))

    shop.hold_lot(LOT, "recall", "the maker asks for it")

    assert dangers(shop) == [(Why.ON_HOLD, "o-1", 4)]
    assert shop.available("BRASS-LAMP", day(2)) == 0
    assert shop.codes(promise.on("o-2", date=day(2))) == ["not_in_time"]
    assert shop.codes(repromise.on("o-1")) == ["not_in_time"]
    shop.lift_lot_hold(LOT, "recall")
    assert shop.in_danger() == ()
    shop.promise("o-2", date=day(2))


@pytest.mark.feature("F125")
def test_what_is_reserved_for_no_date_is_in_danger_once_its_lot_is_for_nobody(
    any_shop: Shop,
) -> None:
    any_shop.receive(FIRST, 6, expires_at=day(2))
    any_shop.sell("o-1", (LAMP, 2))
    any_shop.sell("o-2", (LAMP, 3))
    any_shop.reserve("o-1")
    any_shop.allocate("o-2")
    assert dangers(any_shop) == []

    any_shop.hold_lot(LOT, "recall", "asked back")
    assert dangers(any_shop) == [(Why.ON_HOLD, "o-1", 2), (Why.ON_HOLD, "o-2", 3)]

    any_shop.lift_lot_hold(LOT, "recall")
    any_shop.clock.at = day(2)
    assert dangers(any_shop) == [(Why.EXPIRES, "o-1", 2), (Why.EXPIRES, "o-2", 3)]

    any_shop.unreserve("o-1")
    any_shop.unreserve("o-2")
    assert dangers(any_shop) == []


def test_a_promise_that_nobody_has_sent_is_in_danger_once_its_lot_has_expired(shop: Shop) -> None:
    shop.receive(FIRST, 10, expires_at=day(5))
    shop.sell("o-1", (LAMP, 4))
    shop.promise("o-1", date=day(2))

    shop.clock.forward(days=4)
    assert shop.in_danger() == ()
    shop.clock.forward(days=1)

    assert dangers(shop) == [(Why.EXPIRES, "o-1", 4)]


def test_a_danger_of_each_kind_is_listed_by_itself(shop: Shop) -> None:
    shop.receive(FIRST, 1, expires_at=day(9))
    shop.count(FIRST, 0)
    shop.expect("po-1", FIRST, 10, day(3))
    for id, by in (("o-1", 4), ("o-2", 7)):
        shop.sell(id, (LAMP, 4))
        shop.promise(id, date=day(by))

    shop.set_expiry(LOT, day(6))
    shop.slip("po-1", day(5))

    assert dangers(shop) == [(Why.EXPIRES, "o-2", 4), (Why.LATE, "o-1", 4)]


def test_a_promise_is_decided_again_by_the_expiry_that_its_lot_had(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(FIRST, 10, expires_at=day(5))
    shop.sell("o-17", (LAMP, 1))
    shop.promise("o-17", date=day(1))
    entry = list(shop.store.entries())[-1]

    shop.set_expiry(LOT, day(1))

    assert entry.call.verb == "promise"
    assert shop.again(entry) == entry.facts


def test_a_new_expiry_in_the_middle_leaves_no_new_promise_beyond_it(store: Store) -> None:
    clock = Clock()
    house = Workflow(store, attrs.evolve(TWO_PLACES, tries_max=100), clock=clock)
    house.receive(FIRST, 500, expires_at=day(9))
    for i in range(40):
        house.place(f"o-{i}", new_order((LAMP, 1), cash_on_delivery=True))

    def ask(name: int) -> None:
        for i in range(10):
            with suppress(Refused):
                house.promise(f"o-{name * 10 + i}", date=day(7))

    wrong = together(
        *[lambda name=name: ask(name) for name in range(4)],
        lambda: house.set_expiry(LOT, day(6)),
    )

    assert wrong == []
    verbs = [entry.call.verb for entry in store.entries()]
    assert "promise" not in verbs[verbs.index("set_expiry") :]


# --- owners, and bins ---------------------------------------------------------------------------


def test_goods_of_another_owner_are_promised_to_himself_and_ours_first(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3, owner="c-8")
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-1", (LAMP, 4))
    shop.sell("o-2", (LAMP, 4), customer="c-8")

    assert shop.available("BRASS-LAMP", day(1)) == 2
    assert shop.codes(promise.on("o-1", date=day(1))) == ["not_in_time"]
    shop.promise("o-2", date=day(1))

    assert promised(shop, "o-2") == {("", 1): 2, ("c-8", 1): 2}
    shop.assert_lawful()


def test_consigned_goods_are_promised_to_anybody_after_ours(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(TWO_PLACES, sells_for=("maker-3",)))
    shop.stock(LAMP, "leith", 3, owner="maker-3")
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-1", (LAMP, 4))

    shop.promise("o-1", date=day(1))

    assert promised(shop, "o-1") == {("", 1): 2, ("maker-3", 1): 2}
    shop.assert_lawful()


def test_who_has_goods_of_his_own_makes_room_by_them_and_nobody_else(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 4)
    for id, customer in (("o-1", "c-8"), ("o-2", "c-9")):
        shop.sell(id, (LAMP, 2), customer=customer)
        shop.promise(id, date=day(1))
    shop.stock(LAMP, "leith", 4, owner="c-8")
    shop.sell("o-3", (LAMP, 3))

    assert shop.available("BRASS-LAMP", day(1)) == 2
    assert shop.codes(promise.on("o-3", date=day(1))) == ["not_in_time"]
    shop.promise("o-3", date=day(1), policy="partial")

    assert promised(shop, "o-1") == {("c-8", 1): 2}
    assert promised(shop, "o-2") == {("", 1): 2}
    assert promised(shop, "o-3") == {("", 1): 2}
    shop.assert_lawful()


def test_a_promise_from_a_warehouse_is_kept_by_any_of_its_bins(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith/a-03", 3)
    shop.stock(LAMP, "york", 9)
    shop.sell("o-1", (LAMP, 3))
    shop.promise("o-1", date=day(2), location="leith")
    shop.stock(LAMP, "leith/b-01", 3)
    shop.count(Position("BRASS-LAMP", "leith/a-03"), 1)

    shop.repeg("o-1")

    places = {spot.slice.location: spot.n for _, spot in shop.order("o-1").units()}
    assert places == {"leith/a-03": 1, "leith/b-01": 2}
    assert shop.in_danger() == ()
