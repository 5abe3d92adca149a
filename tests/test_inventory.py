from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orderflow import Position, Short
from orderflow.allocation import allocate, reserve
from orderflow.inventory import (
    confirm_stock_hold,
    count,
    expect,
    free_surplus,
    receive,
    receive_supply,
    record_breakage,
    release_stock_hold,
    set_limit,
)
from orderflow.orders import place
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Claim, Counter, MatterKind
from orderflow.states import StockHoldState, SupplyState
from tests.builders import BELL, LAMP, MORNING, Shop, new_order

SHELF = Position("BRASS-LAMP", "leith")
PEG = Position("BRASS-LAMP", "leith", peg="s-1")
NAIVE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - that it is refused is what is shown
LATER = MORNING + timedelta(hours=1)
NEXT_WEEK = MORNING + timedelta(days=7)


# --- goods that come in, are counted and break --------------------------------


@pytest.mark.feature("F119", "F131")
def test_goods_that_came_in_are_free_at_once_and_their_time_is_known(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 5, "maker-3")
    any_shop.clock.forward(days=1)
    any_shop.receive(SHELF, 2)

    assert any_shop.free(LAMP, "leith") == 7
    assert any_shop.matter(MatterKind.SUPPLIER, LAMP) == -7
    assert [entry.at for entry in any_shop.store.entries()] == [
        MORNING,
        MORNING + timedelta(days=1),
    ]


def test_goods_of_another_owner_lot_or_grade_stand_apart(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "leith", 2, owner="maker-3")
    shop.stock(LAMP, "leith", 3, lot="L-4")
    shop.stock(LAMP, "leith", 4, grade="second")

    assert shop.free(LAMP, "leith") == 1
    assert shop.free(LAMP, "leith", owner="maker-3") == 2
    assert shop.free(LAMP, "leith", lot="L-4") == 3
    assert shop.free(LAMP, "leith", grade="second") == 4


@pytest.mark.feature("F127", "F128")
@pytest.mark.parametrize(("counted", "difference"), ((5, 0), (7, 2), (2, -3), (0, -5)))
def test_a_count_corrects_the_book(shop: Shop, counted: int, difference: int) -> None:
    shop.receive(SHELF, 5)

    done = shop.count(SHELF, counted)

    assert shop.there(LAMP, "leith") == counted
    assert shop.matter(MatterKind.COUNT_DIFFERENCE, LAMP) == -difference
    with pytest.raises(ValueError, match="a call on stock has no document"):
        _ = done.document


def test_a_shelf_that_was_never_heard_of_can_be_counted(shop: Shop) -> None:
    shop.count(SHELF, 3)

    assert shop.free(LAMP, "leith") == 3


@pytest.mark.feature("F128")
def test_broken_goods_leave_the_shelf_and_are_known_as_damaged(shop: Shop) -> None:
    shop.receive(SHELF, 5)

    shop.record_breakage(SHELF, 2, "dropped")

    assert shop.free(LAMP, "leith") == 3
    assert shop.matter(MatterKind.DAMAGED, LAMP) == 2


# --- pools --------------------------------------------------------------------


def test_a_pool_gives_no_more_than_its_limit(any_shop: Shop) -> None:
    shop = any_shop
    pool = Position("SPRING-COUPON")
    shop.set_limit("SPRING-COUPON", 2)

    shop.hold_stock("use-1", pool, 1)
    shop.hold_stock("use-2", pool, 1)

    assert (
        shop.refuses(hold_stock.on("use-3", pool, 1))
        == "SPRING-COUPON at the pool: 1 asked, 0 free"
    )
    shop.release_stock_hold("use-1")
    shop.hold_stock("use-3", pool, 1)


def test_a_limit_may_fall_below_what_was_given(shop: Shop) -> None:
    pool = Position("SPRING-COUPON")
    shop.set_limit("SPRING-COUPON", 5)
    shop.hold_stock("use-1", pool, 4)

    shop.set_limit("SPRING-COUPON", 3)

    assert shop.counter(pool) == Counter(pool, 3, 4)
    assert [danger.counter.over_committed for danger in shop.in_danger()] == [1]


def test_a_hold_on_a_pool_is_used_up_by_its_order(shop: Shop) -> None:
    pool = Position("SPRING-COUPON")
    shop.set_limit("SPRING-COUPON", 1)
    shop.hold_stock("use-1", pool, 1, LATER)

    shop.place("o-17", new_order((LAMP, 1)), ("use-1",))
    shop.clock.forward(days=1)

    assert shop.stock_hold("use-1").state is StockHoldState.USED
    assert shop.counter(pool).free == 0
    assert shop.refuses(place.on("o-18", new_order((LAMP, 1)), ("use-1",))).startswith(
        "stock hold use-1 is used: cannot use"
    )


# --- holds --------------------------------------------------------------------


@pytest.mark.feature("F117", "F118", "F125")
def test_what_is_held_is_not_free_for_others(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)

    held = shop.hold_stock("h-1", SHELF, 4, LATER).document

    assert (held.n, held.until, held.state) == (4, LATER, StockHoldState.RUNNING)
    assert shop.free(LAMP, "leith") == 1
    assert shop.refuses(hold_stock.on("h-2", SHELF, 2)) == "BRASS-LAMP at leith: 2 asked, 1 free"
    with pytest.raises(Short):
        shop.hold_stock("h-2", SHELF, 2)


@pytest.mark.feature("F117")
def test_a_hold_counts_as_free_from_the_instant_it_runs_out(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 5, LATER)

    shop.clock.at = LATER - timedelta(microseconds=1)
    assert shop.free(LAMP, "leith") == 0
    assert shop.codes(hold_stock.on("h-2", SHELF, 1)) == ["short"]
    shop.clock.at = LATER
    assert shop.free(LAMP, "leith") == 5
    shop.hold_stock("h-2", SHELF, 5)
    assert shop.counter(SHELF) == Counter(SHELF, 5, 5)


def test_a_hold_that_ran_out_can_be_neither_confirmed_nor_released_nor_used(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 5, LATER)
    shop.clock.at = LATER

    ran_out = "stock hold h-1 ran out at 2026-03-02T10:00:00+00:00"
    assert shop.refuses(confirm_stock_hold.on("h-1")) == ran_out
    assert shop.refuses(release_stock_hold.on("h-1")) == ran_out
    assert shop.refuses(place.on("o-17", new_order((LAMP, 1)), ("h-1",))) == ran_out


def test_a_confirmed_hold_never_runs_out(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 2, LATER)

    confirmed = shop.confirm_stock_hold("h-1").document
    shop.clock.forward(days=365)

    assert (confirmed.state, confirmed.until) == (StockHoldState.CONFIRMED, None)
    assert shop.free(LAMP, "leith") == 3
    assert shop.refuses(confirm_stock_hold.on("h-1")).startswith("stock hold h-1 is confirmed")
    shop.release_stock_hold("h-1")
    assert shop.free(LAMP, "leith") == 5


def test_a_released_hold_is_free_at_once_and_only_once(shop: Shop) -> None:
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 2, LATER)

    shop.release_stock_hold("h-1")

    assert shop.free(LAMP, "leith") == 5
    assert (
        shop.refuses(release_stock_hold.on("h-1"))
        == "stock hold h-1 is released: cannot release (can: nothing more)"
    )


@pytest.mark.feature("F118", "F125")
def test_a_hold_becomes_the_reservation_of_an_order_with_no_gap(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 4, LATER)
    shop.hold_stock("h-2", SHELF, 1, LATER)

    shop.place("o-17", new_order((LAMP, 2), (BELL, 1), (LAMP, 1)), ("h-1",))

    assert shop.bag("o-17") == {"reserved": 3, "open": 1}
    assert shop.stock_hold("h-1").state is StockHoldState.USED
    assert shop.free(LAMP, "leith") == 1, "what the hold kept beyond the order is given back"


def test_a_hold_on_what_the_order_does_not_want_is_refused(shop: Shop) -> None:
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 2)

    call = place.on("o-17", new_order((BELL, 1)), ("h-1",))
    assert shop.refuses(call) == "no unit of order o-17 can reserve"
    assert shop.refuses(place.on("o-17", new_order((LAMP, 1)), ("h-9",))) == (
        "there is no stock hold h-9"
    )


# --- supply that is to come ---------------------------------------------------


@pytest.mark.feature("F030", "F121")
def test_an_order_is_promised_out_of_goods_that_are_to_come(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 10, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 4))

    shop.reserve("o-17", "s-1")

    assert shop.bag("o-17") == {"reserved": 4}
    assert shop.counter(PEG) == Counter(PEG, 10, 4)
    assert shop.free(LAMP, "leith") == 0
    assert shop.codes(allocate.on("o-17")) == ["no_stock"]
    shop.receive_supply("s-1", 10, last=True)
    assert shop.free(LAMP, "leith") == 6
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 4}
    assert shop.counter(SHELF) == Counter(SHELF, 10, 4)
    assert shop.counter(PEG).free == 0
    assert shop.in_danger() == ()
    assert shop.supply("s-1").state is SupplyState.CLOSED


def test_no_more_is_promised_than_is_to_come(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 3, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 2))
    shop.sell("o-18", (LAMP, 2))
    shop.reserve("o-17", "s-1")

    assert (
        shop.refuses(reserve.on("o-18", "s-1"))
        == "supply s-1: 2 asked, 1 of BRASS-LAMP still to be promised"
    )
    shop.reserve("o-18", "s-1", (("1", 1),))
    assert shop.bag("o-18") == {"reserved": 1, "open": 1}


def test_what_came_is_not_promised_again(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 2))
    shop.receive_supply("s-1", 4)

    assert shop.refuses(reserve.on("o-17", "s-1")) == (
        "supply s-1: 2 asked, 1 of BRASS-LAMP still to be promised"
    )
    shop.reserve("o-17")
    assert shop.free(LAMP, "leith") == 2


def test_what_comes_in_parts_is_kept_for_the_promises_first(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 10, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 5))
    shop.reserve("o-17", "s-1")

    shop.receive_supply("s-1", 4)

    assert shop.supply("s-1").earmarked == 4
    assert shop.free(LAMP, "leith") == 0
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 4, "reserved": 1}
    shop.receive_supply("s-1", 6, last=True)
    assert shop.free(LAMP, "leith") == 5
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 5}
    assert shop.in_danger() == ()


def test_a_short_last_receipt_endangers_only_what_did_not_come(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 10, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 5))
    shop.reserve("o-17", "s-1")

    shop.receive_supply("s-1", 4, last=True)

    (danger,) = shop.in_danger()
    assert danger.counter.over_committed == 1
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 4, "reserved": 1}
    assert [d.counter.over_committed for d in shop.in_danger()] == [1]


def test_more_than_was_expected_is_free_beyond_the_promises(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 5))
    shop.reserve("o-17", "s-1")

    shop.receive_supply("s-1", 8, last=True)

    assert shop.free(LAMP, "leith") == 3
    assert shop.supply("s-1").earmarked == 5
    assert shop.counter(PEG).free == 0


def test_goods_that_come_after_the_last_receipt_still_serve_their_promises(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 5))
    shop.reserve("o-17", "s-1")
    shop.receive_supply("s-1", 2, last=True)
    assert [danger.counter.over_committed for danger in shop.in_danger()] == [3]

    shop.receive_supply("s-1", 4)

    assert shop.in_danger() == ()
    assert shop.free(LAMP, "leith") == 1
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 5}
    assert shop.in_danger() == ()


def test_a_receipt_is_recorded_where_claims_are_beyond_what_is_there(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 5)
    shop.count(SHELF, 1)
    shop.expect("s-1", SHELF, 3, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 3))
    shop.reserve("o-17", "s-1")

    shop.receive_supply("s-1", 3, last=True)

    assert shop.supply("s-1").earmarked == 3
    assert [danger.counter.over_committed for danger in shop.in_danger()] == [4]


def test_goods_of_a_cancelled_promise_are_given_free(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 3))
    shop.reserve("o-17", "s-1")
    shop.receive_supply("s-1", 5, last=True)
    assert shop.refuses(free_surplus.on("s-1")) == "no unit of supply s-1 can free"
    shop.cancel("o-17", (("1", 2),))

    shop.free_surplus("s-1")

    assert shop.supply("s-1").earmarked == 1
    assert shop.free(LAMP, "leith") == 4
    assert shop.refuses(free_surplus.on("s-1")) == "no unit of supply s-1 can free"


def test_what_waits_for_promises_is_no_surplus_while_more_is_to_come(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 10, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 5))
    shop.reserve("o-17", "s-1")
    shop.receive_supply("s-1", 4)

    assert shop.refuses(free_surplus.on("s-1")) == "no unit of supply s-1 can free"


def test_a_closed_supply_promises_nothing_more(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.receive_supply("s-1", 0, last=True)
    shop.sell("o-17", (LAMP, 1))

    assert shop.refuses(reserve.on("o-17", "s-1")) == "supply s-1 is closed"
    assert shop.refuses(reserve.on("o-17", "s-9")) == "there is no supply s-9"


def test_a_supply_of_another_sku_is_of_no_use(shop: Shop) -> None:
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.sell("o-17", (BELL, 1))

    assert shop.refuses(reserve.on("o-17", "s-1")) == "no unit of order o-17 can reserve"


def test_a_hold_that_ran_out_is_no_promise_in_danger(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.hold_stock("h-1", SHELF, 3, LATER)
    kept = shop.hold_stock("h-2", SHELF, 2).document
    shop.count(SHELF, 1)
    assert [claim.holder.id for claim in shop.in_danger()[0].claims] == ["h-1", "h-2"]

    shop.clock.at = LATER

    assert [danger.claims for danger in shop.in_danger()] == [(Claim(kept.ref, SHELF, 2),)]


def test_the_claims_at_a_position_are_told_with_their_holders(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    hold = shop.hold_stock("h-1", SHELF, 1, LATER).document
    order = shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    assert shop.store.claims("", SHELF) == (
        Claim(order.ref, SHELF, 2),
        Claim(hold.ref, SHELF, 1, LATER),
    )


# --- bad input ----------------------------------------------------------------


@pytest.mark.feature("F014")
def test_bad_input_about_stock_is_found_with_its_place(shop: Shop) -> None:
    shop.receive(SHELF, 5)
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.hold_stock("h-1", SHELF, 1)
    none: Any = None
    true: Any = True
    half: Any = 0.5
    sku = "BRASS-LAMP"

    for call, path in (
        (receive.on(sku, none, 1), "position"),
        (receive.on(sku, Position(""), 1), "position.sku"),
        (receive.on(sku, Position(sku), 1), "position.location"),
        (receive.on(sku, Position(sku, " leith"), 1), "position.location"),
        (receive.on(sku, Position(sku, "leith", none), 1), "position.owner"),
        (receive.on(sku, Position(sku, "leith", lot="\x00"), 1), "position.lot"),
        (receive.on(sku, Position(sku, "leith", grade=none), 1), "position.grade"),
        (receive.on(sku, PEG, 1), "position.peg"),
        (receive.on(sku, SHELF, 0), "n"),
        (receive.on(sku, SHELF, -1), "n"),
        (receive.on(sku, SHELF, true), "n"),
        (receive.on(sku, SHELF, half), "n"),
        (receive.on(sku, SHELF, 10**5000), "n"),
        (receive.on(sku, SHELF, 1, none), "source"),
        (count.on(sku, PEG, 1), "position.peg"),
        (count.on(sku, SHELF, -1), "counted"),
        (count.on(sku, SHELF, true), "counted"),
        (record_breakage.on(sku, none, 1), "position"),
        (record_breakage.on(sku, SHELF, 0), "n"),
        (record_breakage.on(sku, SHELF, 1, none), "reason"),
        (set_limit.on("X", "", 1), "pool"),
        (set_limit.on("X", none, 1), "pool"),
        (set_limit.on("X", "X", -1), "limit"),
        (set_limit.on("X", "X", true), "limit"),
        (hold_stock.on("", SHELF, 1), "stock hold"),
        (hold_stock.on("h-2", none, 1), "position"),
        (hold_stock.on("h-2", SHELF, 0), "n"),
        (hold_stock.on("h-2", SHELF, half), "n"),
        (hold_stock.on("h-2", SHELF, 1, NAIVE), "until"),
        (hold_stock.on("h-2", SHELF, 1, MORNING), "until"),
        (expect.on("", SHELF, 1, NEXT_WEEK), "supply"),
        (expect.on("s-2", PEG, 1, NEXT_WEEK), "position.peg"),
        (expect.on("s-2", SHELF, 0, NEXT_WEEK), "n"),
        (expect.on("s-2", SHELF, 1, none), "due"),
        (expect.on("s-2", SHELF, 1, NAIVE), "due"),
        (receive_supply.on("s-1", -1), "n"),
        (receive_supply.on("s-1", true), "n"),
        (receive_supply.on("s-1", 1, last=none), "last"),
    ):
        assert shop.cannot_take(call) == path, call


def test_what_is_there_is_not_opened_again(shop: Shop) -> None:
    shop.receive(SHELF, 5)
    shop.expect("s-1", SHELF, 5, NEXT_WEEK)
    shop.hold_stock("h-1", SHELF, 1)

    assert shop.refuses(hold_stock.on("h-1", SHELF, 1)) == "stock hold h-1 is there already"
    assert shop.refuses(expect.on("s-1", SHELF, 1, NEXT_WEEK)) == "supply s-1 is there already"
    assert shop.refuses(receive_supply.on("s-9", 1)) == "there is no supply s-9"
    assert shop.refuses(confirm_stock_hold.on("h-9")) == "there is no stock hold h-9"


# --- tenants ------------------------------------------------------------------


def test_two_tenants_with_the_same_names_never_meet(any_shop: Shop) -> None:
    north = Shop(any_shop.store, tenant="north")
    south = Shop(any_shop.store, tenant="south", clock=north.clock)

    for shop, n in ((north, 5), (south, 2)):
        shop.receive(SHELF, n, key="k-stock")
        shop.sell("o-17", (LAMP, n), number="77", channel="web")
        shop.allocate("o-17", key="k-allocate")
        shop.hold("o-17", f"hold-{shop.tenant}", "recount")

    assert north.bag("o-17") == {"allocated": 5}
    assert south.bag("o-17") == {"allocated": 2}
    assert north.order("o-17").holds != south.order("o-17").holds
    assert north.counter(SHELF) == Counter(SHELF, 5, 5)
    assert south.counter(SHELF) == Counter(SHELF, 2, 2)
    assert any_shop.documents() == []
    assert any_shop.free(LAMP, "leith") == 0
