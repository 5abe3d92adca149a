"""Safety stock by place and date: set, honoured by whoever claims, and guarded when it commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs
import pytest

from orderflow import BadInput, Position, Refused
from orderflow.allocation import allocate, reserve
from orderflow.promising import Wanted
from orderflow.promising.alternatives import Kind
from orderflow.promising.committing import promise, repeg
from orderflow.promising.dangers import Why
from orderflow.promising.forecasting import Forecast
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import SafetyRow
from orderflow.rules import ReserveWhen
from tests.builders import LAMP, MORNING, Shop, new_order
from tests.test_promises import pegs
from tests.test_workflow import crossed

SHELF: Final = Position("BRASS-LAMP", "leith")
YORK: Final = Position("BRASS-LAMP", "york")


def day(n: int) -> datetime:
    return MORNING + timedelta(days=n)


def keep(shop: Shop, *rows: tuple[str, int, int | None]) -> None:
    """Keep so many lamps at a place from a day on."""
    said = [(place, n, None if since is None else day(since)) for place, n, since in rows]
    shop.describe_item("BRASS-LAMP", safety=tuple(said))


def available(shop: Shop, days: int, place: str = "") -> list[int]:
    """How many lamps can be promised by each of the first days."""
    return [shop.available("BRASS-LAMP", day(n), place) for n in range(days)]


# --- saying it ----------------------------------------------------------------------------------


def test_safety_stock_is_a_part_of_what_is_planned_for_a_sku(any_shop: Shop) -> None:
    rows = (("york", 5, None), ("leith", 2, day(3)), ("leith", 4, None))

    item = any_shop.describe_item("BRASS-LAMP", 3, rows).document

    assert item is not None
    assert item == any_shop.item("BRASS-LAMP")
    assert item.limit_per_buyer == 3
    assert item.safety == (
        SafetyRow("leith", 4),
        SafetyRow("leith", 2, day(3)),
        SafetyRow("york", 5),
    )
    any_shop.assert_lawful()


def test_what_is_said_anew_takes_the_place_of_what_was_said_and_a_quota_of_nothing(
    any_shop: Shop,
) -> None:
    keep(any_shop, ("leith", 4, None))
    any_shop.receive(SHELF, 10)

    any_shop.set_quota("web", SHELF, 2, "web")

    assert any_shop.item("BRASS-LAMP").safety == (SafetyRow("leith", 4),)
    any_shop.describe_item("BRASS-LAMP")
    assert any_shop.item("BRASS-LAMP").safety == ()
    assert any_shop.item("BRASS-LAMP").quotas == ("web",)


@pytest.mark.parametrize(
    ("rows", "path", "reason"),
    (
        ((("leith", -1, None),), "safety[0].n", "-1 is not between 0 and"),
        ((("leith/a-1", 1, None),), "safety[0].location", "a warehouse is wanted"),
        ((("york", 1, None), ("", 1, None)), "safety[1].location", "must not be empty"),
        ((("leith", 1, None), ("leith", 2, None)), "safety", "leith since ever comes twice"),
        ((("leith", 1),), "safety[0]", "(warehouse, units, since) is wanted"),
    ),
)
def test_what_is_no_safety_stock_is_bad_input(
    shop: Shop, rows: tuple[tuple[str, int, datetime | None], ...], path: str, reason: str
) -> None:
    with pytest.raises(BadInput) as caught:
        shop.describe_item("BRASS-LAMP", safety=rows)

    assert caught.value.path == path
    assert reason in str(caught.value)


# --- promising ----------------------------------------------------------------------------------


def test_what_is_available_leaves_safety_stock_until_later_goods_make_up_for_it(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 10)
    any_shop.expect("po-1", SHELF, 7, day(5))

    keep(any_shop, ("leith", 4, None))

    assert available(any_shop, 7) == [6, 6, 6, 6, 6, 13, 13]
    assert available(any_shop, 1, "york") == [0]


def test_safety_stock_that_begins_or_ends_on_a_day_is_kept_from_before_until_then(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 10)

    keep(any_shop, ("leith", 4, 2), ("leith", 1, 5))

    # What is gone by day 2 is missing then; from day 5 on less is asked for.
    assert available(any_shop, 7) == [6, 6, 6, 6, 6, 9, 9]


@pytest.mark.feature("F116", "F139")
def test_a_promise_never_enters_safety_stock_and_its_refusal_says_so(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 10)
    any_shop.expect("po-1", SHELF, 7, day(5))
    keep(any_shop, ("leith", 4, None))
    any_shop.sell("o-17", (LAMP, 8))

    said = any_shop.refuses(promise.on("o-17", date=day(1)))

    assert said == (
        "line 1 of order o-17: 8 BRASS-LAMP cannot be promised by 2026-03-03T09:00:00+00:00; "
        "what can be: 6 (2026-03-03T09:00:00+00:00), 2 (2026-03-07T09:00:00+00:00); "
        "4 of BRASS-LAMP are kept as safety stock"
    )
    reasons = any_shop.reasons(promise.on("o-17", date=day(1)))
    assert reasons[1].say("zh") == "BRASS-LAMP 有 4 件作为安全库存保留"
    any_shop.promise("o-17", (("1", 6),), day(1))
    assert available(any_shop, 6) == [0, 0, 0, 0, 0, 7]
    any_shop.assert_lawful()


def test_goods_that_are_promised_for_later_are_safety_stock_until_then(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 10)
    keep(any_shop, ("leith", 4, None), ("leith", 0, 5))
    any_shop.sell("o-later", (LAMP, 4))
    any_shop.promise("o-later", date=day(7))

    any_shop.sell("o-now", (LAMP, 6))
    any_shop.promise("o-now", date=day(1))

    assert pegs(any_shop.order("o-now")) == {("", 1): 6}
    assert available(any_shop, 7) == [0] * 7
    assert any_shop.in_danger() == ()


def test_without_a_date_all_that_goods_for_later_make_up_for_is_promised_at_once(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 10)
    keep(any_shop, ("leith", 4, None), ("leith", 0, 5))
    any_shop.sell("o-later", (LAMP, 4))
    any_shop.promise("o-later", date=day(7))
    any_shop.sell("o-now", (LAMP, 6))

    any_shop.promise("o-now")

    assert pegs(any_shop.order("o-now")) == {("", 0): 6}


def test_what_is_offered_instead_leaves_the_safety_stock_too(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 10)
    any_shop.expect("po-1", SHELF, 7, day(5))
    keep(any_shop, ("leith", 4, None))

    found = any_shop.alternatives((Wanted("1", "BRASS-LAMP", 8, day(1)),))

    dates = {
        one.kind: [(dated.n, (dated.date - MORNING).days) for dated in one.promise.lines[0].dated]
        for one in found
    }
    assert dates == {Kind.IN_PARTS: [(6, 1), (2, 5)], Kind.LATER: [(8, 5)], Kind.FEWER: [(6, 1)]}


def test_safety_stock_of_one_place_is_none_of_another(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 5)
    any_shop.receive(YORK, 5)

    keep(any_shop, ("leith", 9, None))

    assert available(any_shop, 1) == [5]
    assert available(any_shop, 1, "leith") == [0]


# --- what breaks it -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ("a count", "a new plan"))
def test_what_breaks_safety_stock_takes_nothing_from_anybody_and_lets_nobody_in(
    any_shop: Shop, how: str
) -> None:
    any_shop.receive(SHELF, 8)
    keep(any_shop, ("leith", 2, None))
    any_shop.sell("o-17", (LAMP, 6))
    any_shop.promise("o-17", date=day(3))
    before = any_shop.order("o-17")

    if how == "a count":
        any_shop.count(SHELF, 7)
    else:
        keep(any_shop, ("leith", 9, None))

    assert any_shop.order("o-17") == before
    assert any_shop.in_danger() == ()
    assert available(any_shop, 9) == [0] * 9
    any_shop.sell("o-18", (LAMP, 1))
    assert any_shop.codes(promise.on("o-18")) == ["not_in_time", "safety_stock"]


def test_who_waits_for_what_makes_up_for_broken_safety_stock_is_promised_it(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 8)
    any_shop.expect("po-1", SHELF, 5, day(5))
    keep(any_shop, ("leith", 2, None))
    any_shop.sell("o-17", (LAMP, 6))
    any_shop.promise("o-17", date=day(3))

    any_shop.count(SHELF, 7)

    assert available(any_shop, 7) == [0, 0, 0, 0, 0, 4, 4]


def test_a_slip_lists_what_it_breaks_and_safety_stock_does_not_save_it_by_itself(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 4)
    any_shop.expect("po-1", SHELF, 4, day(2))
    any_shop.sell("o-17", (LAMP, 4))
    any_shop.promise("o-17", date=day(3))
    keep(any_shop, ("leith", 4, None))

    any_shop.slip("po-1", day(8))

    assert [one.why for one in any_shop.in_danger()] == [Why.LATE]
    assert pegs(any_shop.order("o-17")) == {("po-1", 3): 4}
    assert any_shop.codes(repeg.on("o-17")) == ["no_other_supply"]
    any_shop.describe_item("BRASS-LAMP")  # a person gives it up
    any_shop.repeg("o-17")
    assert pegs(any_shop.order("o-17")) == {("", 3): 4}
    assert any_shop.in_danger() == ()


# --- the guard ----------------------------------------------------------------------------------


def test_two_who_read_the_same_shelves_do_not_enter_safety_stock_together() -> None:
    store, ours, rival = crossed()
    first, second = SHELF._replace(lot="L-1"), SHELF._replace(lot="L-2")
    for at in (first, second):
        ours.receive(at, 5)
    ours.describe_item("BRASS-LAMP", safety=(("leith", 4, None),))
    for id in ("o-1", "o-2"):
        ours.place(id, new_order((LAMP, 6), cash_on_delivery=True))
    store.rivals = [lambda: rival.promise("o-1", (("1", 4),), day(1))]

    with pytest.raises(Refused, match="4 of BRASS-LAMP are kept as safety stock"):
        ours.promise("o-2", (("1", 3),), day(1))

    ours.promise("o-2", (("1", 2),), day(1))
    assert ours.available("BRASS-LAMP", day(1)) == 0


def test_a_late_promise_that_is_given_up_in_between_lets_nobody_into_safety_stock() -> None:
    store, ours, rival = crossed()
    ours.receive(SHELF, 10)
    ours.expect("po-1", SHELF, 4, day(5))
    ours.describe_item("BRASS-LAMP", safety=(("leith", 4, None),))
    for id, n in (("o-late", 8), ("o-1", 6), ("o-2", 6)):
        ours.place(id, new_order((LAMP, n), cash_on_delivery=True))
    ours.promise("o-late", (("1", 4),), day(7))
    assert pegs(ours.order("o-late")) == {("", 7): 4}  # on what is kept back until day 5

    def given_up_and_taken() -> None:
        rival.cancel("o-late")
        rival.promise("o-1", (("1", 4),), day(1))

    store.rivals = [given_up_and_taken]
    with pytest.raises(Refused, match="4 of BRASS-LAMP are kept as safety stock"):
        ours.promise("o-2", (("1", 3),), day(1))

    ours.promise("o-2", (("1", 2),), day(1))
    assert [ours.available("BRASS-LAMP", day(n)) for n in (1, 5)] == [0, 4]


def test_late_goods_are_taken_by_others_in_between_and_an_early_promise_still_holds() -> None:
    store, ours, rival = crossed()
    ours.receive(SHELF, 10)
    ours.describe_item("BRASS-LAMP", safety=(("leith", 4, None), ("leith", 0, day(5))))
    for id in ("o-1", "o-2"):
        ours.place(id, new_order((LAMP, 6), cash_on_delivery=True))
    store.rivals = [lambda: rival.promise("o-1", (("1", 4),), day(7))]

    done = ours.promise("o-2", (("1", 6),), day(1))

    assert done.seq == sum(1 for _ in store.entries())
    assert pegs(ours.order("o-2")) == {("", 1): 6}


def test_a_count_in_between_leaves_no_promise_that_enters_safety_stock() -> None:
    store, ours, rival = crossed()
    first, second = SHELF._replace(lot="L-1"), SHELF._replace(lot="L-2")
    for at in (first, second):
        ours.receive(at, 5)
    ours.describe_item("BRASS-LAMP", safety=(("leith", 4, None),))
    ours.place("o-1", new_order((LAMP, 6), cash_on_delivery=True))
    store.rivals = [lambda: rival.count(second, 0)]  # where the safety stock stood

    with pytest.raises(Refused, match="4 of BRASS-LAMP are kept as safety stock"):
        ours.promise("o-1", (("1", 5),), day(1))


def test_a_new_plan_in_between_is_heeded() -> None:
    store, ours, rival = crossed()
    ours.receive(SHELF, 5)
    ours.place("o-1", new_order((LAMP, 5), cash_on_delivery=True))
    store.rivals = [lambda: rival.describe_item("BRASS-LAMP", safety=(("leith", 1, None),))]

    with pytest.raises(Refused, match="one of BRASS-LAMP is kept as safety stock"):
        ours.promise("o-1", date=day(1))


# --- claiming without a date --------------------------------------------------------------------


def test_whoever_reserves_or_allocates_without_a_date_leaves_the_safety_stock(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 10)
    keep(any_shop, ("leith", 4, None))
    any_shop.sell("o-17", (LAMP, 7))

    said = any_shop.refuses(reserve.on("o-17"))

    assert said == (
        "BRASS-LAMP at all locations: 7 asked, 6 free; 4 of BRASS-LAMP are kept as safety stock"
    )
    any_shop.allocate("o-17")
    assert any_shop.bag("o-17") == {"allocated": 6, "backordered": 1}
    assert any_shop.codes(allocate.on("o-17")) == ["short", "safety_stock"]
    any_shop.assert_lawful()


def test_what_is_promised_is_allocated_though_the_safety_stock_is_broken(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 10)
    keep(any_shop, ("leith", 4, None))
    any_shop.sell("o-17", (LAMP, 6))
    any_shop.promise("o-17", date=day(1))
    any_shop.count(SHELF, 7)

    any_shop.allocate("o-17")

    assert any_shop.bag("o-17") == {"allocated": 6}


def test_a_place_whose_goods_are_safety_stock_is_passed_over(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 5)
    any_shop.receive(YORK, 5)
    keep(any_shop, ("leith", 4, None))
    any_shop.sell("o-17", (LAMP, 3))

    any_shop.allocate("o-17")

    assert any_shop.free(LAMP, "leith") == 5
    assert any_shop.free(LAMP, "york") == 2


def test_who_reserves_supply_that_is_to_come_leaves_what_of_it_is_safety_stock(
    any_shop: Shop,
) -> None:
    any_shop.expect("po-1", SHELF, 10, day(5))
    keep(any_shop, ("leith", 4, None))
    any_shop.sell("o-17", (LAMP, 7))

    assert any_shop.codes(reserve.on("o-17", "po-1")) == ["not_enough_due", "safety_stock"]

    any_shop.reserve("o-17", "po-1", (("1", 6),))
    assert available(any_shop, 7) == [0] * 7


def test_a_cart_does_not_hold_safety_stock(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 10)
    keep(any_shop, ("leith", 4, None))

    said = any_shop.refuses(hold_stock.on("cart-1", SHELF, 7))

    assert said == (
        "BRASS-LAMP at leith: 7 asked, 6 free; 4 of BRASS-LAMP are kept as safety stock"
    )
    any_shop.hold_stock("cart-1", SHELF, 6, day(1))
    assert any_shop.codes(hold_stock.on("cart-2", SHELF, 1)) == ["short", "safety_stock"]
    any_shop.clock.at = day(1)
    any_shop.hold_stock("cart-2", SHELF, 6)
    any_shop.place("o-17", new_order((LAMP, 6), cash_on_delivery=True), stock_holds=("cart-2",))
    assert any_shop.bag("o-17") == {"reserved": 6}


def test_an_order_that_claims_as_it_is_placed_leaves_the_safety_stock(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(any_shop.rules, reserve_when=ReserveWhen.PLACED))
    shop.receive(SHELF, 10)
    keep(shop, ("leith", 4, None))

    shop.place("o-17", new_order((LAMP, 7), cash_on_delivery=True))

    assert shop.bag("o-17") == {"reserved": 6, "backordered": 1}


def test_two_without_a_date_do_not_enter_safety_stock_together() -> None:
    store, ours, rival = crossed()
    first, second = SHELF._replace(lot="L-1"), SHELF._replace(lot="L-2")
    for at in (first, second):
        ours.receive(at, 5)
    ours.describe_item("BRASS-LAMP", safety=(("leith", 4, None),))
    for id, n in (("o-1", 4), ("o-2", 3)):
        ours.place(id, new_order((LAMP, n), cash_on_delivery=True))
    store.rivals = [lambda: rival.hold_stock("cart-1", first, 4)]

    with pytest.raises(Refused, match="3 asked, 2 free; 4 of BRASS-LAMP are kept"):
        ours.reserve("o-2")

    store.rivals = [lambda: rival.count(second, 2)]
    with pytest.raises(Refused, match="1 asked, 0 free; 3 of BRASS-LAMP are kept"):
        ours.hold_stock("cart-2", first, 1)


def test_a_forecast_tells_what_is_free_and_what_is_safety_stock_until_when(
    any_shop: Shop,
) -> None:
    any_shop.receive(SHELF, 10)
    any_shop.expect("po-1", SHELF, 7, day(5))
    keep(any_shop, ("leith", 4, None))
    any_shop.sell("o-17", (LAMP, 4))
    any_shop.promise("o-17", date=day(7))

    rows = any_shop.forecast("BRASS-LAMP")

    peg = SHELF._replace(peg="po-1")
    order = any_shop.order("o-17").ref
    assert [(row.holder, row.position, row.n, row.ready, row.safety) for row in rows] == [
        (order, SHELF, 4, None, False),
        (None, SHELF, 6, None, False),
        (None, peg, 4, None, True),
        (None, peg, 3, day(5), False),
    ]
    any_shop.cancel("o-17")
    assert Forecast(None, SHELF, 4, day(5), safety=True) in any_shop.forecast("BRASS-LAMP")
