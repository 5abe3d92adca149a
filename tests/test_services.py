from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import NewLine, Sku
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, reserve
from orderflow.closing import complete
from orderflow.fulfilment import release
from orderflow.pricing import due
from orderflow.records import Cut, CutKind
from orderflow.services import lapse, redeem
from orderflow.states import OrderState
from tests.builders import LAMP, MORNING, Shop, eur, line, new_order

POLISH = Sku("LAMP-POLISHING")
TOUR = Sku("HARBOUR-TOUR")
NEXT_WEEK = MORNING + timedelta(days=7)


def service(id: str, n: int, sku: Sku = POLISH, **more: Any) -> NewLine:
    return line(id, sku, n, "12.00", service=True, **more)


def mixed(shop: Shop) -> None:
    """Order o-17: two lamps, and two polishings of lamps."""
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", line("1", LAMP, 2), service("2", 2))


# --- what a shelf never sees --------------------------------------------------


@pytest.mark.feature("F024", "F146")
def test_goods_go_to_the_warehouse_and_services_to_those_who_render_them(any_shop: Shop) -> None:
    shop = any_shop
    mixed(shop)

    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.redeem("o-17", (("2", 1),))

    assert shop.bag("o-17", "1") == {"shipped": 2}
    assert shop.bag("o-17", "2") == {"open": 1, "redeemed": 1}
    assert all(not spot.slice.parcel for _, spot in shop.order("o-17").units() if _.id == "2")


@pytest.mark.feature("F024")
def test_a_reservation_leaves_services_alone(shop: Shop) -> None:
    mixed(shop)

    shop.reserve("o-17")

    assert shop.bag("o-17") == {"reserved": 2, "open": 2}


@pytest.mark.feature("F024")
@pytest.mark.parametrize(
    ("call", "move"),
    (
        (reserve.on("o-17", "", (("2", 1),)), "reserve"),
        (allocate.on("o-17", (("2", 1), ("1", 1))), "allocate"),
    ),
)
def test_a_service_that_is_named_is_not_looked_for_on_a_shelf(
    shop: Shop, call: Any, move: str
) -> None:
    mixed(shop)

    assert shop.refuses(call) == f"line 2 of order o-17 is a service: it cannot {move}"


def test_an_order_of_services_only_has_nothing_to_allocate(shop: Shop) -> None:
    shop.sell("o-17", service("1", 1), service("2", 1))

    assert shop.codes(allocate.on("o-17")) == ["not_goods", "not_goods"]
    assert shop.codes(reserve.on("o-17")) == ["not_goods", "not_goods"]
    assert shop.refuses(release.on("o-17", "d-1")) == (
        "a unit of line 1 of order o-17 is open: cannot release (can: cancel, redeem, lapse)"
    )


def test_a_stock_hold_is_never_used_for_a_service(shop: Shop) -> None:
    at = shop.stock(LAMP, "leith", 3)
    shop.hold_stock("cart-1", at, 3)

    shop.place("o-17", new_order(line("1", LAMP, 2, service=True), line("2", LAMP, 1)), ("cart-1",))

    assert shop.bag("o-17", "1") == {"open": 2}
    assert shop.bag("o-17", "2") == {"reserved": 1}


def test_why_a_service_goes_nowhere_is_said_once_and_whole(shop: Shop) -> None:
    shop.place("o-17", new_order(service("1", 1)))

    assert shop.codes(allocate.on("o-17", (("1", 1),))) == ["not_confirmed", "not_goods"]


# --- redeeming ----------------------------------------------------------------


@pytest.mark.feature("F023", "F024", "F025")
def test_an_order_of_services_is_completed_when_all_are_redeemed(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", service("1", 3))

    shop.redeem("o-17", (("1", 1),))
    assert shop.refuses(complete.on("o-17")) == "order o-17 has 2 units that are still under way"
    shop.redeem("o-17")

    assert shop.bag("o-17") == {"redeemed": 3}
    assert shop.complete("o-17").document.state is OrderState.COMPLETED


@pytest.mark.feature("F025")
def test_a_redemption_earns_the_money_and_bills_its_units(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", service("1", 3))
    assert shop.order("o-17").lines[0].cuts == ()

    shop.redeem("o-17", (("1", 2),))

    order = shop.order("o-17")
    assert order.lines[0].cuts == (Cut(CutKind.BILLED, 0, 2, "redeemed"),)
    assert {spot.state.value: spot.slice.invoice for _, spot in order.units()} == {
        "redeemed": "redeemed",
        "open": "",
    }
    assert due(order) == 0


def test_what_was_not_redeemed_can_be_cancelled_and_is_owed_back(shop: Shop) -> None:
    shop.sell("o-17", service("1", 3))
    shop.redeem("o-17", (("1", 1),))

    shop.cancel("o-17", (("1", 2),))

    assert due(shop.order("o-17")) == -2400
    shop.refund("o-17")
    assert shop.complete("o-17").document.state is OrderState.COMPLETED


def test_goods_are_not_redeemed(shop: Shop) -> None:
    mixed(shop)

    assert shop.refuses(redeem.on("o-17", (("1", 1), ("2", 1)))) == (
        "line 1 of order o-17 is goods: it cannot redeem"
    )
    assert shop.refuses(lapse.on("o-17", (("1", 1),))) == (
        "line 1 of order o-17 is goods: it cannot lapse"
    )
    assert shop.bag("o-17", "2") == {"open": 2}


def test_no_more_is_redeemed_than_was_bought(shop: Shop) -> None:
    shop.sell("o-17", service("1", 2))

    assert shop.refuses(redeem.on("o-17", (("1", 3),))) == (
        "line 1 of order o-17: 3 asked to redeem, 2 can"
    )
    shop.redeem("o-17")
    assert shop.refuses(redeem.on("o-17")) == (
        "a unit of line 1 of order o-17 is redeemed: cannot redeem (can: nothing more)"
    )


def test_an_order_without_services_has_nothing_to_redeem(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))

    assert shop.refuses(redeem.on("o-17")) == "line 1 of order o-17 is goods: it cannot redeem"
    assert shop.codes(lapse.on("o-17")) == ["not_service"]


def test_a_service_is_redeemed_once_its_order_is_confirmed_and_off_hold(shop: Shop) -> None:
    shop.place("o-17", new_order(service("1", 1)))
    assert shop.codes(redeem.on("o-17")) == ["not_confirmed"]
    shop.pay("pay-1", eur(1200), (("o-17", 1200),))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.codes(redeem.on("o-17")) == ["on_hold"]

    shop.lift_hold("o-17", "fraud")
    shop.redeem("o-17")


# --- lapsing ------------------------------------------------------------------


@pytest.mark.feature("F025")
def test_what_was_not_used_in_time_lapses_and_its_money_is_kept(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", service("1", 3, promised=NEXT_WEEK))
    shop.redeem("o-17", (("1", 1),))
    shop.clock.at = NEXT_WEEK

    shop.lapse("o-17")

    assert shop.bag("o-17") == {"redeemed": 1, "lapsed": 2}
    assert due(shop.order("o-17")) == 0
    assert shop.complete("o-17").document.state is OrderState.COMPLETED


def test_nothing_lapses_before_its_date_is_over(shop: Shop) -> None:
    shop.sell("o-17", service("1", 1, promised=NEXT_WEEK))
    shop.clock.at = NEXT_WEEK - timedelta(microseconds=1)

    (reason,) = shop.reasons(lapse.on("o-17"))

    assert reason.code == "not_lapsed"
    assert dict(reason.facts)["until"] == "2026-03-09T09:00:00+00:00"
    assert str(reason) == "line 1 of order o-17 may be used until 2026-03-09T09:00:00+00:00"


def test_a_service_without_a_date_never_lapses(shop: Shop) -> None:
    shop.sell("o-17", service("1", 1))
    shop.clock.forward(days=10_000)

    assert shop.refuses(lapse.on("o-17")) == (
        "line 1 of order o-17 may be used at any time: it never lapses"
    )


def test_only_what_is_over_lapses_and_what_is_named_must_be_over(shop: Shop) -> None:
    shop.sell(
        "o-17",
        service("1", 1, promised=NEXT_WEEK),
        service("2", 1, TOUR, promised=NEXT_WEEK + timedelta(days=1)),
        service("3", 1, TOUR),
    )
    shop.clock.at = NEXT_WEEK

    assert shop.codes(lapse.on("o-17", (("1", 1), ("2", 1), ("3", 1)))) == [
        "not_lapsed",
        "never_lapses",
    ]
    shop.lapse("o-17")

    assert shop.bag("o-17") == {"lapsed": 1, "open": 2}
    assert shop.codes(lapse.on("o-17")) == ["not_lapsed", "never_lapses"]


def test_a_date_that_is_over_changes_nothing_until_somebody_lets_it_lapse(shop: Shop) -> None:
    shop.sell("o-17", service("1", 1, promised=NEXT_WEEK))
    shop.clock.at = NEXT_WEEK + timedelta(days=1)

    shop.redeem("o-17")

    assert shop.bag("o-17") == {"redeemed": 1}


# --- whole orders -------------------------------------------------------------


@pytest.mark.feature("F023", "F025")
def test_a_mixed_order_is_completed_when_its_goods_have_come_and_its_services_are_used(
    any_shop: Shop,
) -> None:
    shop = any_shop
    mixed(shop)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    assert shop.codes(complete.on("o-17")) == ["not_all_ended"]

    shop.redeem("o-17")

    assert shop.complete("o-17").document.state is OrderState.COMPLETED


@given(st.lists(st.tuples(st.sampled_from(("redeem", "lapse", "cancel")), st.integers(1, 3))))
@settings(max_examples=50, deadline=None)
def test_whatever_becomes_of_services_only_what_is_cancelled_is_owed_back(
    deeds: list[tuple[str, int]],
) -> None:
    shop = Shop(MemoryStore())
    shop.sell("o-17", service("1", 7, promised=NEXT_WEEK), line("2", LAMP, 1))
    shop.clock.at = NEXT_WEEK
    left, cancelled, redeemed = 7, 0, 0

    for deed, n in deeds:
        if n > left:
            continue
        getattr(shop, deed)("o-17", (("1", n),))
        left -= n
        cancelled += n * (deed == "cancel")
        redeemed += n * (deed == "redeem")

    order = shop.order("o-17")
    assert due(order) == -1200 * cancelled
    billed = [cut for cut in order.lines[0].cuts if cut.kind is CutKind.BILLED]
    assert sum(cut.stop - cut.start for cut in billed) == redeemed
    shop.assert_lawful()


@pytest.mark.feature("F014")
def test_bad_input_about_services_is_found_with_its_place(shop: Shop) -> None:
    shop.sell("o-17", service("1", 1))
    none: Any = None

    assert shop.cannot_take(redeem.on("o-17", none)) == "lines"
    assert shop.cannot_take(lapse.on("o-17", (("1", 0),))) == "lines[0].quantity"
