"""Make and buy: purchases, work orders and what suppliers ship, row by row and fact by fact."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from orderflow import Call, Destination, MoveRefused, Position, Ref, Refused, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate
from orderflow.audit import audit
from orderflow.commands import Done
from orderflow.conditions import Verdict
from orderflow.facts import Noted
from orderflow.fulfilment import receive_back, ship_direct
from orderflow.journal import Case, Context, Stored
from orderflow.orders import cancel
from orderflow.pricing import due
from orderflow.process import Process, Stage
from orderflow.production import (
    accept_purchase,
    ask_cancel_purchase,
    cancel_purchase,
    finish_production,
    give_up_plan,
    inspect_production,
    plan_production,
    plan_to_buy,
    plan_to_make,
    purchase,
    receive_purchase,
    record_shortfall,
    refuse_cancel_purchase,
    refuse_purchase,
    rework,
    send_purchase,
    start_production,
    stop_buying,
    stop_production,
)
from orderflow.records import Claim, Counter, Line, MatterKind, Order
from orderflow.states import (
    PURCHASE,
    UNIT,
    WORK_ORDER,
    RequestMove,
    RequestState,
    UnitMove,
    UnitState,
    WorkOrderMove,
    WorkOrderState,
)
from orderflow.units import LineQuantities
from orderflow.views import Headline, headline, quantity_by_state
from tests.builders import BELL, LAMP, Shop, assert_laws, eur, new_order

SHELF: Final = Position("BRASS-LAMP", "leith")
EVERY_PURCHASE: Final = tuple(RequestState)
EVERY_WORK_ORDER: Final = tuple(WorkOrderState)


def codes(holds: Any) -> list[str]:
    return [hold.code for hold in holds]


def to_buy(shop: Shop, id: str, n: int = 4) -> None:
    shop.sell(id, (LAMP, n))
    shop.plan_to_buy(id)


def to_make(shop: Shop, id: str, n: int = 4) -> None:
    shop.sell(id, (LAMP, n))
    shop.plan_to_make(id)


def bring_purchase(shop: Shop, state: RequestState) -> str:
    """A purchase in a state, named after it, for four lamps of one order."""
    id = state.value
    to_buy(shop, f"o-{id}")
    shop.purchase(id, (f"o-{id}",), "mill", "leith")
    steps: dict[RequestState, tuple[Callable[[], object], ...]] = {
        RequestState.CREATED: (),
        RequestState.SENT: (lambda: shop.send_purchase(id),),
        RequestState.ACCEPTED: (
            lambda: shop.send_purchase(id),
            lambda: shop.accept_purchase(id),
        ),
        RequestState.CANCEL_ASKED: (lambda: shop.ask_cancel_purchase(id),),
        RequestState.CANCELLED: (lambda: shop.cancel_purchase(id),),
        RequestState.REFUSED: (lambda: shop.refuse_purchase(id, "out of brass"),),
        RequestState.DONE: (lambda: shop.receive_purchase(id),),
    }
    for step in steps[state]:
        step()
    assert shop.bought(id).state is state
    return id


def bring_work_order(shop: Shop, state: WorkOrderState) -> str:
    """A work order in a state, named after it, for four lamps of one order."""
    id = state.value
    to_make(shop, f"o-{id}")
    shop.plan_production(id, (f"o-{id}",), "leith")
    if state is WorkOrderState.STOPPED:
        shop.stop_production(id)
    elif state is not WorkOrderState.PLANNED:
        shop.start_production(id)
    if state is WorkOrderState.INSPECTING:
        shop.inspect_production(id)
    if state is WorkOrderState.DONE:
        shop.finish_production(id)
    assert shop.work_order(id).state is state
    return id


# --- plans --------------------------------------------------------------------------------------


@pytest.mark.feature("F086")
def test_goods_that_must_be_bought_first_are_to_buy_and_then_buying(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 3))

    shop.plan_to_buy("o-17")
    planned = {state.value: n for state, n in quantity_by_state(shop.order("o-17")).items()}
    shop.purchase("pu-1", ("o-17",), "mill")

    assert planned == {"to buy": 3}
    assert shop.bag("o-17") == {"buying": 3}
    ((_, spot),) = shop.order("o-17").units()
    assert (spot.slice.peg, spot.slice.supplier) == ("pu-1", "mill")


@pytest.mark.parametrize("plan", (plan_to_buy, plan_to_make))
def test_what_the_shelf_could_not_give_is_planned_first(any_shop: Shop, plan: Any) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17", (("1", 2),))

    shop.apply(plan.on("o-17", (("1", 1),)))

    planned = "to buy" if plan is plan_to_buy else "to make"
    assert shop.bag("o-17") == {"allocated": 1, planned: 1, "open": 1}
    shop.apply(plan.on("o-17"))
    assert shop.bag("o-17") == {"allocated": 1, planned: 2}


@pytest.mark.feature("F163")
def test_a_plan_that_is_given_up_leaves_the_units_open(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 4))
    shop.plan_to_buy("o-17", (("1", 2),))
    shop.plan_to_make("o-17", (("1", 2),))
    shop.plan_production("w-1", ("o-17",), "leith")

    shop.give_up_plan("o-17", (("1", 3),))

    assert shop.bag("o-17") == {"to make": 1, "open": 3}
    assert {s.slice.peg for _, s in shop.order("o-17").units() if s.state == "open"} == {""}
    shop.give_up_plan("o-17")
    assert shop.codes(start_production.on("w-1")) == ["nothing_to_do"]
    shop.stop_production("w-1")
    assert shop.work_order("w-1").state is WorkOrderState.STOPPED


def test_what_is_planned_is_taken_from_no_shelf(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    to_buy(shop, "o-17")
    to_make(shop, "o-18")

    said = shop.refuses(allocate.on("o-17"))

    assert (
        said == "a unit of line 1 of order o-17 is to buy: cannot allocate "
        "(can: buy, give up plan, cancel)"
    )
    assert shop.codes(allocate.on("o-18")) == ["illegal_move"]
    assert shop.free(LAMP, "leith") == 9


def test_units_to_buy_and_to_make_may_be_cancelled(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    to_make(shop, "o-18")
    shop.plan_production("w-1", ("o-18",), "leith")

    shop.cancel("o-17", (("1", 1),))
    shop.cancel("o-17")
    shop.cancel("o-18")

    assert shop.bag("o-17") == shop.bag("o-18") == {"cancelled": 4}
    assert shop.order("o-17").state == shop.order("o-18").state == "cancelled"


def test_units_that_are_being_bought_or_made_are_cancelled_after_a_stop(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")
    to_make(shop, "o-18")
    shop.plan_production("w-1", ("o-18",), "leith")
    shop.start_production("w-1")

    for id in ("o-17", "o-18"):
        assert shop.codes(cancel.on(id)) == ["illegal_move"]
        assert shop.codes(cancel.on(id, (("1", 1),))) == ["too_many"]
    shop.cancel_purchase("pu-1")
    shop.stop_production("w-1")
    shop.cancel("o-17")
    shop.cancel("o-18")

    assert shop.bag("o-17") == shop.bag("o-18") == {"cancelled": 4}
    assert due(shop.order("o-17")) == -4000


@pytest.mark.parametrize("plan", (plan_to_buy, plan_to_make))
def test_an_order_that_is_held_or_not_confirmed_is_not_planned_for(shop: Shop, plan: Any) -> None:
    shop.place("o-16", new_order((LAMP, 1)))
    shop.sell("o-17", (LAMP, 1))
    shop.hold("o-17", "check", "an unusual amount")

    assert shop.codes(plan.on("o-16")) == ["not_confirmed"]
    assert shop.codes(plan.on("o-17")) == ["on_hold"]


def test_every_order_that_is_held_is_a_reason_against_buying_and_making(shop: Shop) -> None:
    for id in ("o-17", "o-18"):
        shop.sell(id, (LAMP, 2))
        shop.plan_to_buy(id, (("1", 1),))
        shop.plan_to_make(id, (("1", 1),))
    shop.plan_production("w-1", ("o-17", "o-18"), "leith")
    for id in ("o-17", "o-18"):
        shop.hold(id, "check", f"look at {id}")

    for call in (purchase.on("pu-1", ("o-17", "o-18"), "mill"), start_production.on("w-1")):
        reasons = [dict(reason.facts)["what"] for reason in shop.reasons(call)]
        assert reasons == ["order o-17", "order o-18"]


# --- units --------------------------------------------------------------------------------------

ROWS: Final = [
    row
    for row in UNIT.rows
    if row.target in (UnitState.TO_BUY, UnitState.BUYING, UnitState.TO_MAKE, UnitState.MAKING)
    or row.source in (UnitState.TO_BUY, UnitState.BUYING, UnitState.TO_MAKE, UnitState.MAKING)
]


def bring_units(shop: Shop, state: UnitState) -> None:
    """Order o-17 with four lamps in a state; what is bought is on `pu-1`, what is made on `w-1`."""
    shop.sell("o-17", (LAMP, 4))
    if state is UnitState.BACKORDERED:
        shop.allocate("o-17")
    elif state in (UnitState.TO_BUY, UnitState.BUYING):
        shop.plan_to_buy("o-17")
    elif state in (UnitState.TO_MAKE, UnitState.MAKING):
        shop.plan_to_make("o-17")
        shop.plan_production("w-1", ("o-17",), "leith")
    if state is UnitState.BUYING:
        shop.purchase("pu-1", ("o-17",), "mill", "leith")
    elif state is UnitState.MAKING:
        shop.start_production("w-1")
    assert shop.bag("o-17") == {state.value: 4}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}-{row.move}")
def test_each_row_of_a_unit_that_is_bought_or_made_is_walked(any_shop: Shop, row: Any) -> None:
    shop = any_shop
    bring_units(shop, row.source)
    bought = row.source is UnitState.BUYING
    calls: dict[UnitMove, Call[Any]] = {
        UnitMove.PLAN_TO_BUY: plan_to_buy.on("o-17"),
        UnitMove.PLAN_TO_MAKE: plan_to_make.on("o-17"),
        UnitMove.GIVE_UP_PLAN: give_up_plan.on("o-17"),
        UnitMove.CANCEL: cancel.on("o-17"),
        UnitMove.BUY: purchase.on("pu-1", ("o-17",), "mill"),
        UnitMove.MAKE: start_production.on("w-1"),
        UnitMove.STOP_BUYING: stop_buying.on("pu-1", "o-17"),
        UnitMove.STOP_MAKING: stop_production.on("w-1"),
        UnitMove.SHIP_DIRECT: ship_direct.on("p-1", "pu-1"),
        UnitMove.ARRIVE: receive_purchase.on("pu-1") if bought else finish_production.on("w-1"),
    }

    shop.apply(calls[row.move])

    assert shop.bag("o-17") == {row.target.value: 4}


# --- purchases ----------------------------------------------------------------------------------

BY_MOVE: Final[dict[RequestMove, Callable[[str], Call[Any]]]] = {
    RequestMove.SEND: send_purchase.on,
    RequestMove.ACCEPT: accept_purchase.on,
    RequestMove.REFUSE: lambda id: refuse_purchase.on(id, "out of brass"),
    RequestMove.ASK_CANCEL: ask_cancel_purchase.on,
    RequestMove.CANCEL: lambda id: cancel_purchase.on(id, "too late"),
    RequestMove.GO_ON: refuse_cancel_purchase.on,
    RequestMove.FINISH: receive_purchase.on,
}
STANDS_AFTER: Final = {
    RequestMove.REFUSE: "to buy",
    RequestMove.CANCEL: "to buy",
    RequestMove.FINISH: "allocated",
}


@pytest.mark.parametrize("row", PURCHASE.rows, ids=lambda row: f"{row.source}-{row.move}")
def test_each_row_of_a_purchase_is_walked(shop: Shop, row: Any) -> None:
    id = bring_purchase(shop, row.source)

    shop.apply(BY_MOVE[row.move](id))

    assert shop.bought(id).state is row.target
    assert shop.bag(f"o-{id}") == {STANDS_AFTER.get(row.move, "buying"): 4}
    assert shop.bought(id).holds == ()


@pytest.mark.parametrize("state", EVERY_PURCHASE)
@pytest.mark.parametrize("move", sorted(PURCHASE.outside))
def test_what_a_supplier_does_is_recorded_in_each_state(
    shop: Shop, state: RequestState, move: RequestMove
) -> None:
    id = bring_purchase(shop, state)
    before = shop.bag(f"o-{id}")

    done = shop.apply(BY_MOVE[move](id))

    target = PURCHASE.target(state, move)
    assert shop.bought(id).state is (target or state)
    if target is None:
        assert len(codes(shop.bought(id).holds)) == 1, "somebody has to look at it"
        assert shop.bag(f"o-{id}") == before
        assert any(type(fact).__name__ == "Noted" for fact in done.facts)
        (code,) = codes(shop.bought(id).holds)
        shop.lift_purchase_hold(id, code)
        assert shop.bought(id).holds == ()


@pytest.mark.parametrize("state", EVERY_PURCHASE)
@pytest.mark.parametrize("move", sorted(set(RequestMove) - PURCHASE.outside))
def test_what_we_ask_of_a_supplier_is_refused_without_a_row(
    shop: Shop, state: RequestState, move: RequestMove
) -> None:
    id = bring_purchase(shop, state)

    if PURCHASE.target(state, move) is None:
        assert shop.codes(BY_MOVE[move](id)) == ["illegal_move"]
        assert shop.bought(id).state is state


@pytest.mark.feature("F155")
def test_suppliers_are_asked_for_the_units_of_several_orders_at_once(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17", 2)
    to_buy(shop, "o-18", 3)

    bought = shop.purchase("pu-1", ("o-17", "o-18"), "mill", "york", cost=eur(900)).document

    assert (bought.supplier, bought.orders, bought.location) == ("mill", ("o-17", "o-18"), "york")
    assert (bought.cost, bought.currency) == (900, "EUR")
    shop.receive_purchase("pu-1", (("1", 2),), order="o-18")
    assert (shop.bag("o-17"), shop.bag("o-18")) == ({"buying": 2}, {"allocated": 2, "buying": 1})
    assert shop.cannot_take(receive_purchase.on("pu-1", (("1", 1),))) == "order"
    shop.receive_purchase("pu-1")
    assert shop.bought("pu-1").state is RequestState.DONE
    assert shop.there(LAMP, "york") == 5
    assert shop.free(LAMP, "york") == 0


def test_a_purchase_may_be_for_some_lines_of_one_order(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 4), (BELL, 1))
    shop.plan_to_buy("o-17")

    shop.purchase("pu-1", ("o-17",), "mill", lines=(("1", 3),))
    shop.purchase("pu-2", ("o-17",), "founder")

    pegs = {(s.slice.peg, one.id): s.n for one, s in shop.order("o-17").units()}
    assert pegs == {("pu-1", "1"): 3, ("pu-2", "1"): 1, ("pu-2", "2"): 1}
    assert shop.codes(purchase.on("pu-3", ("o-17",), "mill")) == ["illegal_move"]
    assert shop.codes(purchase.on("pu-1", ("o-17",), "mill")) == ["already_there"]


@pytest.mark.feature("F174")
def test_what_was_bought_arrives_with_its_claim_on_it(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 4))
    shop.allocate("o-17")
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", "leith")
    to_buy(shop, "o-18")

    shop.receive_purchase("pu-1", (("1", 2),))
    part = shop.bag("o-17")
    shop.sell("o-19", (LAMP, 1))
    assert shop.allocate("o-19").document.lines[0].spots[0].state == "backordered"
    shop.receive_purchase("pu-1")

    assert part == {"allocated": 3, "buying": 1}
    assert shop.bag("o-17") == {"allocated": 4}
    assert shop.matter(MatterKind.SUPPLIER, LAMP) == -4, "one by receive, three by the purchase"
    counter = shop.counter(SHELF)
    assert (counter.there, counter.claimed, counter.free) == (4, 4, 0)
    shop.ship("o-17", "p-1")
    assert headline(shop.order("o-17")) is Headline.SHIPPED


def test_goods_arrive_where_the_shelf_is_over_committed_already(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17", 2)
    shop.purchase("pu-1", ("o-17",), "mill", "leith")
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-18", (LAMP, 3))
    shop.allocate("o-18")
    shop.count(SHELF, 1)

    shop.receive_purchase("pu-1")

    counter = shop.counter(SHELF)
    assert (counter.there, counter.claimed, counter.over_committed) == (3, 5, 2)


@pytest.mark.feature("F163")
def test_a_refused_purchase_is_bought_elsewhere_or_made(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill", "leith")
    shop.send_purchase("pu-1")

    shop.refuse_purchase("pu-1", "out of brass")

    order = shop.order("o-17")
    assert [(hold.code, hold.reason) for hold in order.holds] == [
        ("special_handling", "out of brass")
    ]
    ((_, spot),) = order.units()
    assert (spot.state, spot.slice.peg, spot.slice.supplier) == ("to buy", "", "")
    assert shop.codes(purchase.on("pu-2", ("o-17",), "founder")) == ["on_hold"]
    shop.lift_hold("o-17", "special_handling")
    shop.purchase("pu-2", ("o-17",), "founder", "leith", (("1", 3),))
    shop.give_up_plan("o-17")
    shop.plan_to_make("o-17")
    assert shop.bag("o-17") == {"buying": 3, "to make": 1}


def test_a_supplier_who_refuses_after_accepting_leaves_the_decision_to_us(any_shop: Shop) -> None:
    shop = any_shop
    id = bring_purchase(shop, RequestState.ACCEPTED)

    shop.refuse_purchase(id, "out of brass")

    assert shop.bag(f"o-{id}") == {"buying": 4}
    (hold,) = shop.bought(id).holds
    assert (hold.code, hold.reason) == ("unexpected_report", "refuse while accepted")
    shop.cancel_purchase(id)
    assert shop.bag(f"o-{id}") == {"to buy": 4}


@pytest.mark.feature("F163")
def test_a_shortfall_holds_the_order_and_its_units_are_taken_back(any_shop: Shop) -> None:
    shop = any_shop
    id = bring_purchase(shop, RequestState.ACCEPTED)
    order = f"o-{id}"

    shop.record_shortfall(id, order, (("1", 1),), "one is cracked")
    noted = shop.bag(order)
    shop.stop_buying(id, order, (("1", 1),))
    shop.receive_purchase(id)

    assert noted == {"buying": 4}
    assert codes(shop.order(order).holds) == ["special_handling"]
    assert shop.bag(order) == {"to buy": 1, "allocated": 3}
    assert shop.bought(id).state is RequestState.DONE


@pytest.mark.parametrize("state", EVERY_PURCHASE)
@pytest.mark.parametrize("lines", ((), (("1", 9),)))
def test_a_shortfall_is_recorded_in_each_state(
    shop: Shop, state: RequestState, lines: tuple[tuple[str, int], ...]
) -> None:
    id = bring_purchase(shop, state)
    before = shop.bag(f"o-{id}")

    shop.record_shortfall(id, f"o-{id}", lines, "one is cracked")

    assert (shop.bought(id).state, shop.bag(f"o-{id}")) == (state, before)
    if state in PURCHASE.ends:
        assert codes(shop.bought(id).holds) == ["unexpected_report"]
    else:
        assert codes(shop.order(f"o-{id}").holds) == ["special_handling"]


@pytest.mark.parametrize("known", (True, False))
def test_a_shortfall_of_an_unknown_line_keeps_what_is_said_of_the_others(
    any_shop: Shop, known: bool
) -> None:
    shop = any_shop
    id = bring_purchase(shop, RequestState.ACCEPTED)
    lines = (("1", 1), ("9", 2)) if known else (("9", 2),)

    done = shop.record_shortfall(id, f"o-{id}", lines, "one is cracked")

    noted = [dict(fact.details) for fact in done.facts if isinstance(fact, Noted)]
    assert [(said["line"], said["n"]) for said in noted] == list(lines)
    (hold,) = shop.bought(id).holds
    assert (hold.code, hold.reason) == (
        "unknown_line",
        f"shortfall of lines that order o-{id} does not have: 9",
    )
    assert codes(shop.order(f"o-{id}").holds) == (["special_handling"] if known else [])
    shop.lift_purchase_hold(id, "unknown_line")
    shop.assert_lawful()


def test_a_purchase_that_nothing_is_left_of_is_done(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")

    shop.stop_buying("pu-1", "o-17")

    assert shop.bag("o-17") == {"to buy": 4}
    assert shop.bought("pu-1").state is RequestState.DONE
    assert shop.codes(stop_buying.on("pu-1", "o-17")) == ["illegal_move"]


@pytest.mark.parametrize("state", EVERY_PURCHASE)
def test_more_than_was_bought_is_received_as_free_stock_in_each_state(
    shop: Shop, state: RequestState
) -> None:
    id = bring_purchase(shop, state)
    shelf, bought = shop.there(LAMP, "york"), shop.bag(f"o-{id}").get("buying", 0)

    shop.receive_purchase(id, (("1", 6),), "york")

    assert shop.there(LAMP, "york") == shelf + 6
    assert shop.free(LAMP, "york") == 6 - bought
    assert codes(shop.bought(id).holds) == ["came_unasked"]
    assert shop.bought(id).state in PURCHASE.ends


def test_goods_that_nobody_has_named_are_only_written_down(any_shop: Shop) -> None:
    shop = any_shop
    id = bring_purchase(shop, RequestState.CANCELLED)

    shop.receive_purchase(id)

    assert shop.there(LAMP, "leith") == 0
    assert codes(shop.bought(id).holds) == ["came_unasked"]


def test_a_purchase_without_a_place_says_where_it_came_when_it_comes(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")

    assert shop.cannot_take(receive_purchase.on("pu-1")) == "location"
    shop.receive_purchase("pu-1", location="york")

    assert shop.counter(SHELF._replace(location="york")).claimed == 4


# --- shipped by the supplier --------------------------------------------------------------------


@pytest.mark.feature("F206", "F208")
def test_a_supplier_ships_straight_to_the_customer(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")

    parcel = shop.ship_direct(
        "p-1", "pu-1", (("1", 3),), carrier="申通", tracking="000005", weight_grams=900
    ).document

    assert (parcel.state, parcel.orders, parcel.location) == ("shipped", ("o-17",), "")
    assert f"{parcel.carrier}-{parcel.tracking}" == "申通-000005"
    assert (parcel.handed_over_at, parcel.weight_grams) == (shop.clock.at, 900)
    assert shop.bag("o-17") == {"shipped": 3, "buying": 1}
    assert [(cut.kind, cut.stop, cut.document) for cut in shop.order("o-17").lines[0].cuts] == [
        ("billed", 3, "p-1")
    ]
    assert shop.matter(MatterKind.ROAD_OUT, LAMP) == 3
    shop.ship_direct("p-2", "pu-1")
    assert headline(shop.order("o-17")) is Headline.SHIPPED
    assert shop.bought("pu-1").state is RequestState.DONE
    shop.deliver("p-1")
    shop.deliver("p-2")
    shop.complete("o-17")
    assert shop.there(LAMP, "leith") == 0


def test_what_a_supplier_has_shipped_comes_back_to_a_named_place(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")
    shop.ship_direct("p-1", "pu-1")
    shop.turn_back("p-1", "nobody there")

    assert shop.cannot_take(receive_back.on("p-1")) == "location"
    shop.receive_back("p-1", "leith")
    shop.reopen("o-17", (("1", 2),))
    shop.take_back("o-17")

    assert shop.bag("o-17") == {"open": 2, "returned": 2}
    waits = next(spot for _, spot in shop.order("o-17").units() if spot.state == "open")
    assert (waits.slice.supplier, waits.slice.peg, waits.slice.location) == ("", "", "")
    assert shop.free(LAMP, "leith") == 4
    shop.plan_to_buy("o-17")
    shop.purchase("pu-2", ("o-17",), "founder")
    shop.ship_direct("p-2", "pu-2")
    assert shop.order("o-17").lines[0].cuts[0].document == "p-1", "billed once"


def test_what_a_supplier_has_shipped_is_returned_like_anything(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")
    shop.ship_direct("p-1", "pu-1")
    shop.deliver("p-1")

    shop.ask_return("r-1", "o-17", (("1", 3),))
    shop.receive_return("r-1", "york")
    shop.inspect("r-1", (("1", 1, Verdict.SOUND), ("1", 1, Verdict.REJECTED)))
    shop.inspect("r-1", (("1", 1, Verdict.DAMAGED),))
    shop.deliver_again("o-17")

    assert shop.bag("o-17") == {"delivered": 2, "returned": 2}
    assert (shop.free(LAMP, "york"), shop.matter(MatterKind.DAMAGED, LAMP)) == (1, 1)


def test_what_a_supplier_has_shipped_may_be_lost(any_shop: Shop) -> None:
    shop = any_shop
    to_buy(shop, "o-17")
    shop.purchase("pu-1", ("o-17",), "mill")
    shop.ship_direct("p-1", "pu-1")

    shop.lose("p-1")
    shop.cancel("o-17")

    assert shop.bag("o-17") == {"cancelled": 4}
    assert shop.matter(MatterKind.CARRIER, LAMP) == 4


def test_a_direct_parcel_for_several_places_is_recorded_under_a_hold(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1), destination=Destination("a-1"))
    shop.sell("o-18", (LAMP, 1), destination=Destination("a-2"))
    shop.sell("o-19", (LAMP, 1), destination=Destination("a-1"))
    for id in ("o-17", "o-18", "o-19"):
        shop.plan_to_buy(id)
    shop.purchase("pu-1", ("o-17", "o-18", "o-19"), "mill")

    parcel = shop.ship_direct("p-1", "pu-1").document

    assert parcel.orders == ("o-17", "o-18", "o-19")
    assert [shop.bag(id) for id in parcel.orders] == [{"shipped": 1}] * 3
    (hold,) = parcel.holds
    assert (hold.code, hold.blocks) == ("other_destination", ())
    assert hold.reason == "it goes to one place, and has goods of o-18 for another"
    assert shop.bought("pu-1").state is RequestState.DONE
    shop.lift_parcel_hold("p-1", "other_destination")
    shop.deliver("p-1")
    shop.assert_lawful()


def test_a_direct_parcel_for_one_place_raises_no_question(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1), destination=Destination("a-1"))
    shop.sell("o-18", (LAMP, 1), destination=Destination("a-2"))
    shop.sell("o-19", (LAMP, 1), destination=Destination("a-1"))
    for id in ("o-17", "o-18", "o-19"):
        shop.plan_to_buy(id)
    shop.purchase("pu-1", ("o-17", "o-18", "o-19"), "mill")

    shop.ship_direct("p-1", "pu-1", order="o-18")
    both = shop.ship_direct("p-2", "pu-1").document

    assert (both.orders, both.holds) == (("o-17", "o-19"), ())


@pytest.mark.parametrize("state", EVERY_PURCHASE)
@pytest.mark.parametrize("lines", ((), (("1", 6),)))
def test_a_direct_shipment_is_recorded_in_each_state(
    shop: Shop, state: RequestState, lines: tuple[tuple[str, int], ...]
) -> None:
    id = bring_purchase(shop, state)
    before = shop.bag(f"o-{id}")

    parcel = shop.ship_direct("p-1", id, lines, carrier="sea mail", tracking="T-1").document

    assert (parcel.state, parcel.orders) == ("shipped", (f"o-{id}",))
    if state in PURCHASE.ends:
        assert shop.bag(f"o-{id}") == before
        assert shop.bought(id).state is state
    else:
        assert shop.bag(f"o-{id}") == {"shipped": 4}
        assert shop.bought(id).state is RequestState.DONE
    unasked = state in PURCHASE.ends or lines
    assert codes(parcel.holds) == (["shipped_unasked"] if unasked else [])
    shop.deliver("p-1")


# --- reports that do not fit --------------------------------------------------------------------

MISFITS: Final[dict[str, Callable[[str, LineQuantities], Call[Any]]]] = {
    "receive_purchase": lambda order, lines: receive_purchase.on("pu-1", lines, "york", order),
    "ship_direct": lambda order, lines: ship_direct.on("p-1", "pu-1", lines, order),
    "finish_production": lambda order, lines: finish_production.on("w-1", lines, order),
}
"""What comes of a request, by its verb."""


def asked_for_lamps(shop: Shop) -> None:
    """Order o-17 waits for two lamps that are bought and two that are made; o-18 is paid."""
    shop.sell("o-17", (LAMP, 4))
    shop.sell("o-18", (BELL, 2))
    shop.plan_to_buy("o-17", (("1", 2),))
    shop.plan_to_make("o-17", (("1", 2),))
    shop.purchase("pu-1", ("o-17",), "mill", "york")
    shop.plan_production("w-1", ("o-17",), "york")
    shop.start_production("w-1")


def said_of(done: Done[Any]) -> list[tuple[Any, Any, Any]]:
    """What was only written down: order, line and units."""
    notes = [dict(fact.details) for fact in done.facts if isinstance(fact, Noted)]
    return [(one.get("order"), one["line"], one["n"]) for one in notes if "line" in one]


@pytest.mark.feature("F163")
@pytest.mark.parametrize("verb", MISFITS)
@pytest.mark.parametrize("known", (True, False))
def test_goods_of_an_unknown_line_are_written_down_and_the_others_are_taken(
    any_shop: Shop, verb: str, known: bool
) -> None:
    shop = any_shop
    asked_for_lamps(shop)
    before = shop.bag("o-17")
    lines = (("1", 1), ("9", 3)) if known else (("9", 3),)

    done = shop.apply(MISFITS[verb]("o-17", lines))

    assert said_of(done) == [("o-17", "9", 3)]
    (hold,) = done.document.holds
    assert (hold.code, hold.reason) == (
        "unknown_line",
        "goods of lines that order o-17 does not have: 9",
    )
    assert (shop.bag("o-17") != before) is known
    assert shop.free(LAMP, "york") == 0, "nobody knows which goods they are"
    shop.assert_lawful()


@pytest.mark.feature("F163")
@pytest.mark.parametrize("verb", MISFITS)
@pytest.mark.parametrize("lines", ((), (("1", 2),)))
def test_goods_for_an_order_that_nothing_was_asked_for_are_recorded_under_a_hold(
    any_shop: Shop, verb: str, lines: tuple[tuple[str, int], ...]
) -> None:
    shop = any_shop
    asked_for_lamps(shop)

    done = shop.apply(MISFITS[verb]("o-18", lines))

    code = "shipped_unasked" if verb == "ship_direct" else "came_unasked"
    assert codes(done.document.holds) == [code]
    assert shop.bag("o-17") == {"buying": 2, "making": 2}
    assert shop.bag("o-18") == {"open": 2}
    assert said_of(done) == [("o-18", line, n) for line, n in lines]
    kept = 2 if lines and verb != "ship_direct" else 0
    assert shop.free(BELL, "york") == kept, "goods that came are free stock"
    if verb == "ship_direct":
        assert shop.parcel("p-1").orders == ("o-18",)
        shop.deliver("p-1")
    shop.assert_lawful()


def test_a_shortfall_of_an_order_that_nothing_is_bought_for_is_a_question(any_shop: Shop) -> None:
    shop = any_shop
    asked_for_lamps(shop)

    shop.record_shortfall("pu-1", "o-18", (("1", 1),), "one is cracked")

    assert codes(shop.bought("pu-1").holds) == ["unexpected_report"]
    assert shop.order("o-18").holds == ()


@pytest.mark.parametrize("verb", MISFITS)
def test_what_is_no_order_of_ours_cannot_be_written_down_there(shop: Shop, verb: str) -> None:
    asked_for_lamps(shop)

    assert shop.codes(MISFITS[verb]("o-99", ())) == ["not_found"]


# --- work orders --------------------------------------------------------------------------------

MAKING_BY_MOVE: Final[dict[WorkOrderMove, Callable[[str], Call[Any]]]] = {
    WorkOrderMove.START: start_production.on,
    WorkOrderMove.INSPECT: inspect_production.on,
    WorkOrderMove.REWORK: lambda id: rework.on(id, "a crack"),
    WorkOrderMove.FINISH: finish_production.on,
    WorkOrderMove.STOP: lambda id: stop_production.on(id, "no brass"),
}
MADE_AFTER: Final = {WorkOrderMove.FINISH: "allocated", WorkOrderMove.STOP: "to make"}


@pytest.mark.parametrize("row", WORK_ORDER.rows, ids=lambda row: f"{row.source}-{row.move}")
def test_each_row_of_a_work_order_is_walked(shop: Shop, row: Any) -> None:
    id = bring_work_order(shop, row.source)

    shop.apply(MAKING_BY_MOVE[row.move](id))

    work = shop.work_order(id)
    assert (work.state, work.holds) == (row.target, ())
    assert shop.bag(f"o-{id}") == {MADE_AFTER.get(row.move, "making"): 4}
    pegs = {spot.slice.peg for _, spot in shop.order(f"o-{id}").units()}
    assert pegs == ({""} if row.move in MADE_AFTER else {id})


@pytest.mark.parametrize("state", EVERY_WORK_ORDER)
@pytest.mark.parametrize("move", sorted(WORK_ORDER.outside))
def test_what_production_reports_is_recorded_in_each_state(
    shop: Shop, state: WorkOrderState, move: WorkOrderMove
) -> None:
    id = bring_work_order(shop, state)
    before = shop.bag(f"o-{id}")

    shop.apply(MAKING_BY_MOVE[move](id))

    target = WORK_ORDER.target(state, move)
    assert shop.work_order(id).state is (target or state)
    if target is None:
        (code,) = codes(shop.work_order(id).holds)
        assert shop.bag(f"o-{id}") == before
        shop.lift_work_order_hold(id, code)
        assert shop.work_order(id).holds == ()


@pytest.mark.parametrize("state", EVERY_WORK_ORDER)
@pytest.mark.parametrize("move", sorted(set(WorkOrderMove) - WORK_ORDER.outside))
def test_what_we_ask_of_production_is_refused_without_a_row(
    shop: Shop, state: WorkOrderState, move: WorkOrderMove
) -> None:
    id = bring_work_order(shop, state)

    if WORK_ORDER.target(state, move) is None:
        assert shop.codes(MAKING_BY_MOVE[move](id)) == ["illegal_move"]
        assert shop.work_order(id).state is state


@pytest.mark.parametrize("state", EVERY_WORK_ORDER)
def test_more_than_was_planned_is_free_stock_in_each_state(
    shop: Shop, state: WorkOrderState
) -> None:
    id = bring_work_order(shop, state)
    making = shop.bag(f"o-{id}").get("making", 0)
    shelf = shop.there(LAMP, "leith")

    shop.finish_production(id, (("1", 6),))

    assert shop.there(LAMP, "leith") == shelf + 6
    assert shop.free(LAMP, "leith") == 6 - making
    assert codes(shop.work_order(id).holds) == ["came_unasked"]
    assert shop.matter(MatterKind.PRODUCTION, LAMP) == -(shelf + 6)


@pytest.mark.feature("F151", "F160", "F161", "F162", "F167", "F168", "F174", "F175")
def test_a_customers_order_starts_production_and_is_served_from_it(any_shop: Shop) -> None:
    shop = any_shop
    to_make(shop, "o-17")
    to_make(shop, "o-18", 1)

    shop.plan_production("w-1", ("o-17", "o-18"), "leith")
    shop.start_production("w-1")
    shop.inspect_production("w-1")
    shop.finish_production("w-1", (("1", 3),), "o-17")
    shop.rework("w-1", "two have a crack")
    progress = {state.value: n for state, n in quantity_by_state(shop.order("o-17")).items()}
    shop.ship("o-17", "p-1")
    shop.finish_production("w-1")

    assert progress == {"making": 1, "allocated": 3}
    assert shop.work_order("w-1").state is WorkOrderState.DONE
    assert shop.bag("o-17") == {"shipped": 3, "allocated": 1}
    assert shop.bag("o-18") == {"allocated": 1}
    assert shop.matter(MatterKind.PRODUCTION, LAMP) == -5


@pytest.mark.feature("F159")
def test_what_is_made_is_processed_assembled_and_tested(any_shop: Shop) -> None:
    making = UnitState.MAKING
    steps = (Stage("processing", making), Stage("assembly", making, ("processing",)))
    rules = attrs.evolve(any_shop.rules, process=Process.of(*steps))
    shop = any_shop.under(rules)
    to_make(shop, "o-17", 2)
    shop.plan_production("w-1", ("o-17",), "leith")
    shop.start_production("w-1")

    shop.enter_stage("o-17", "processing")
    shop.enter_stage("o-17", "assembly")
    shop.inspect_production("w-1")
    shop.rework("w-1", "a crack")
    shop.inspect_production("w-1")
    shop.finish_production("w-1")

    assert shop.work_order("w-1").state is WorkOrderState.DONE
    assert shop.bag("o-17") == {"allocated": 2}


@pytest.mark.feature("F169", "F174")
def test_a_part_is_made_in_house_a_part_outside_and_a_part_from_the_shelf(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17")

    shop.plan_to_make("o-17", (("1", 3),))
    shop.plan_to_buy("o-17")
    shop.plan_production("w-1", ("o-17",), "leith")
    shop.start_production("w-1")
    shop.purchase("pu-1", ("o-17",), "the other mill", "leith")

    assert shop.bag("o-17") == {"allocated": 1, "making": 3, "buying": 1}
    shop.finish_production("w-1")
    shop.receive_purchase("pu-1")
    shop.ship("o-17", "p-1")
    assert shop.bag("o-17") == {"shipped": 5}


def test_a_purchase_and_a_work_order_of_one_name_are_told_apart(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 4))
    shop.plan_to_make("o-17", (("1", 2),))
    shop.plan_to_buy("o-17")
    shop.purchase("1", ("o-17",), "mill", "leith")
    shop.plan_production("1", ("o-17",), "leith")
    shop.start_production("1")

    shop.finish_production("1")

    assert shop.bag("o-17") == {"buying": 2, "allocated": 2}
    assert shop.bought("1").state is RequestState.CREATED


def test_what_is_planned_by_one_work_order_is_planned_by_no_other(any_shop: Shop) -> None:
    shop = any_shop
    to_make(shop, "o-17")
    shop.plan_production("w-1", ("o-17",), "leith", (("1", 3),))

    assert shop.codes(plan_production.on("w-2", ("o-17",), "leith", (("1", 2),))) == ["too_many"]
    shop.plan_production("w-2", ("o-17",), "leith")

    counts = {spot.slice.peg: spot.n for _, spot in shop.order("o-17").units()}
    assert counts == {"w-1": 3, "w-2": 1}


def test_units_given_up_before_the_start_are_left_out(any_shop: Shop) -> None:
    shop = any_shop
    to_make(shop, "o-17")
    shop.plan_production("w-1", ("o-17",), "leith", (("1", 3),))
    shop.cancel("o-17", (("1", 2),))

    shop.start_production("w-1")

    assert shop.bag("o-17") == {"cancelled": 2, "making": 1, "to make": 1}
    shop.finish_production("w-1")
    assert shop.work_order("w-1").state is WorkOrderState.DONE


class OneOrder:
    """What a case reads where there is one order, and no stock."""

    def __init__(self, order: Order) -> None:
        self.order = order

    def load(self, ref: Ref[Any]) -> Stored[Any] | None:
        return Stored(self.order, 1) if ref == self.order.ref else None

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        return ()

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        return ()

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        return ()


@pytest.mark.parametrize("plan", (plan_to_buy, plan_to_make))
def test_services_are_neither_bought_nor_made(shop: Shop, plan: Any) -> None:
    shop.sell("o-17", (LAMP, 1), (BELL, 1))
    order = shop.order("o-17")
    goods, bell = order.lines
    service = attrs.evolve(bell, service=True)
    context = Context(shop.clock.at, "", Rules())

    def planned(*lines: Line, **more: Any) -> list[str]:
        reader = OneOrder(attrs.evolve(order, lines=lines))
        step = plan.function(Case(order.ref, reader, shop.clock.at), context, **more)
        return [spot.state.value for _, spot in step.now(order.ref).units()]

    target = "to buy" if plan is plan_to_buy else "to make"
    assert planned(goods, service) == [target, "open"]
    for named in ({"lines": (("2", 1),)}, {}):
        with pytest.raises(MoveRefused, match="line 2 of order o-17 is a service"):
            planned(*((goods, service) if named else (service,)), **named)


# --- any life -----------------------------------------------------------------------------------

some = st.integers(1, 4)
which = st.integers(0, 3)
whole_or_part = st.none() | some


class Lives(RuleBasedStateMachine):
    """Purchases and work orders of three orders, in any sequence; what is outside always works."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.made = 0
        self.bought: list[str] = []
        self.worked: list[str] = []

    def ask(self, call: Call[Any]) -> bool:
        try:
            self.shop.apply(call)
        except Refused:
            return False
        return True

    def tell(self, call: Call[Any]) -> None:
        """An outside fact is never refused."""
        self.shop.apply(call)

    def new(self, kind: str) -> str:
        self.made += 1
        return f"{kind}-{self.made}"

    @initialize()
    def open_shop(self) -> None:
        for id in ("o-0", "o-1", "o-2"):
            self.shop.sell(id, (LAMP, 5))

    @rule(i=st.integers(0, 2), n=some, verb=st.sampled_from((plan_to_buy, plan_to_make)))
    def plan(self, i: int, n: int, verb: Any) -> None:
        self.ask(verb.on(f"o-{i}", (("1", n),)))

    @rule(i=st.integers(0, 2), n=some, verb=st.sampled_from((give_up_plan, cancel)))
    def think_again(self, i: int, n: int, verb: Any) -> None:
        self.ask(verb.on(f"o-{i}", (("1", n),)))

    @rule(i=st.integers(0, 2))
    def lift(self, i: int) -> None:
        if self.shop.order(f"o-{i}").holds:
            self.shop.lift_hold(f"o-{i}", "special_handling")

    @rule(orders=st.lists(st.sampled_from(("o-0", "o-1", "o-2")), min_size=1, unique=True))
    def buy(self, orders: list[str]) -> None:
        id = self.new("pu")
        if self.ask(purchase.on(id, tuple(orders), "mill", "leith")):
            self.bought.append(id)

    @rule(orders=st.lists(st.sampled_from(("o-0", "o-1", "o-2")), min_size=1, unique=True))
    def make(self, orders: list[str]) -> None:
        id = self.new("w")
        if self.ask(plan_production.on(id, tuple(orders), "leith")):
            self.worked.append(id)
            self.ask(start_production.on(id))

    @rule(i=which, n=whole_or_part, direct=st.booleans())
    def supplier_sends(self, i: int, n: int | None, direct: bool) -> None:
        if self.bought:
            id = self.bought[i % len(self.bought)]
            order = self.shop.bought(id).orders[0] if n else ""
            lines = (("1", n),) if n else ()
            if direct:
                self.tell(ship_direct.on(self.new("p"), id, lines, order))
            else:
                self.tell(receive_purchase.on(id, lines, order=order))

    @rule(i=which, n=some, move=st.sampled_from((*PURCHASE.outside, "shortfall")))
    def supplier_says(self, i: int, n: int, move: Any) -> None:
        if self.bought:
            id = self.bought[i % len(self.bought)]
            order = self.shop.bought(id).orders[-1]
            short = record_shortfall.on(id, order, (("1", n),), "cracked")
            self.tell(short if move == "shortfall" else BY_MOVE[move](id))

    @rule(i=which, n=some, move=st.sampled_from((RequestMove.SEND, RequestMove.ASK_CANCEL, None)))
    def we_say(self, i: int, n: int, move: RequestMove | None) -> None:
        if self.bought:
            id = self.bought[i % len(self.bought)]
            stop = stop_buying.on(id, self.shop.bought(id).orders[0], (("1", n),))
            self.ask(stop if move is None else BY_MOVE[move](id))

    @rule(i=which, n=whole_or_part, move=st.sampled_from(WorkOrderMove))
    def work(self, i: int, n: int | None, move: WorkOrderMove) -> None:
        if self.worked:
            id = self.worked[i % len(self.worked)]
            if move in WORK_ORDER.outside:
                order = self.shop.work_order(id).orders[0] if n else ""
                part = finish_production.on(id, (("1", n),), order) if n else None
                told = part if part and move is WorkOrderMove.FINISH else MAKING_BY_MOVE[move](id)
                self.tell(told)
            else:
                self.ask(MAKING_BY_MOVE[move](id))

    @invariant()
    def the_shelf_has_what_came_and_claims_what_is_allocated(self) -> None:
        bags = [self.shop.bag(f"o-{i}") for i in range(3)] if self.shop.documents() else []
        counter = self.shop.counter(SHELF)
        assert counter.claimed == sum(bag.get("allocated", 0) for bag in bags)
        shipped = sum(bag.get("shipped", 0) for bag in bags)
        outside = self.shop.matter(MatterKind.SUPPLIER, LAMP)
        outside += self.shop.matter(MatterKind.PRODUCTION, LAMP)
        assert counter.there + shipped == -outside
        assert counter.over_committed == 0

    @invariant()
    def laws_hold(self) -> None:
        assert_laws(self.shop.store)
        assert [law.breaches for law in audit(self.shop.store) if not law.holds] == []

    def teardown(self) -> None:
        self.shop.assert_lawful()


def test_any_life_of_purchases_and_work_orders_keeps_the_laws() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
