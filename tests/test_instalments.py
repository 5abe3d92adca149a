"""An order that is paid by a plan: its instalments, and what one that does not come means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, ChargeKind, Instalment, NewCharge, Ref, Rules
from orderflow.allocation import allocate
from orderflow.instalments import agree_plan, miss_instalment
from orderflow.orders import confirm
from orderflow.plans import due_by, oldest_first, schedule
from orderflow.pricing import due, total
from orderflow.records import Charge, Line, Order, Plan, Spot, Tender
from orderflow.states import OrderState, UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, eur, new_order

WEEK = timedelta(days=7)


def thirds(first: int = 0) -> tuple[Instalment, ...]:
    """10.00 now, 10.00 in a week, 10.00 in two."""
    return tuple(Instalment(1000, MORNING + (first + i) * WEEK) for i in range(3))


@pytest.fixture
def planned(any_shop: Shop) -> Shop:
    """An order of 30.00 that is paid in three parts, the first of them now."""
    any_shop.stock(LAMP, "leith", 3)
    any_shop.place("o-17", new_order((LAMP, 3)))
    any_shop.agree_plan("o-17", thirds())
    return any_shop


def pay(shop: Shop, id: str, amount: int) -> Order:
    shop.pay(id, eur(amount), (("o-17", amount),))
    return shop.order("o-17")


def standing(order: Order) -> list[tuple[int, int]]:
    return [(one.amount, one.paid) for one in schedule(order)]


def overdue(order: Order) -> bool:
    return any(hold.code == "instalment_overdue" for hold in order.holds)


def test_an_order_is_confirmed_when_what_is_due_by_then_has_come(planned: Shop) -> None:
    assert planned.refuses(confirm.on("o-17")) == "order o-17 is not paid: 10.00 EUR due"
    assert pay(planned, "pay-1", 400).state is OrderState.PLACED

    order = pay(planned, "pay-2", 600)

    assert order.state is OrderState.CONFIRMED
    assert (due(order), due_by(order, MORNING), due_by(order, MORNING + WEEK)) == (2000, 0, 1000)
    assert standing(order) == [(1000, 1000), (1000, 0), (1000, 0)]
    planned.assert_lawful()


def test_an_order_nothing_of_which_is_due_yet_is_confirmed_at_once(any_shop: Shop) -> None:
    any_shop.draft("o-17", new_order((LAMP, 3)))
    any_shop.agree_plan("o-17", thirds(1))

    order = any_shop.place("o-17").document

    assert order.state is OrderState.CONFIRMED
    any_shop.assert_lawful()


def test_an_instalment_that_does_not_come_holds_its_order_until_it_does(planned: Shop) -> None:
    pay(planned, "pay-1", 1000)
    assert not planned.due(MORNING + WEEK - timedelta(seconds=1))
    planned.clock.at = MORNING + WEEK

    (found,) = planned.due(planned.clock.at)
    assert (found.who, found.since, found.call) == (
        "customer",
        MORNING + WEEK,
        miss_instalment.on("o-17"),
    )
    order = planned.miss_instalment("o-17").document

    assert overdue(order)
    assert order.holds[0].reason == "1000 EUR of the plan have not come in time"
    assert planned.codes(allocate.on("o-17")) == ["on_hold"]
    assert not planned.due(planned.clock.at)
    assert planned.codes(miss_instalment.on("o-17")) == ["already_there"]
    assert overdue(pay(planned, "pay-2", 999))
    assert not overdue(pay(planned, "pay-3", 1))
    assert planned.allocate("o-17").document.state is OrderState.CONFIRMED
    planned.assert_lawful()


def cancelled_down(shop: Shop) -> Order:
    return shop.cancel("o-17", (("1", 2),)).document


def cancelled_whole(shop: Shop) -> Order:
    return shop.cancel("o-17").document


def made_cheaper(shop: Shop) -> Order:
    return shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -2000)).document


@pytest.mark.parametrize("ends", (cancelled_down, cancelled_whole, made_cheaper))
def test_an_order_that_owes_nothing_any_more_is_not_on_hold_for_an_instalment(
    planned: Shop, ends: Callable[[Shop], Order]
) -> None:
    pay(planned, "pay-1", 1000)
    planned.clock.at = MORNING + WEEK
    planned.miss_instalment("o-17")

    order = ends(planned)

    assert due(order) <= 0
    assert not overdue(order)
    assert not list(planned.held("instalment_overdue"))
    planned.assert_lawful()


def test_an_order_that_waited_for_an_instalment_alone_is_confirmed(planned: Shop) -> None:
    planned.miss_instalment("o-17")

    order = planned.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -3000)).document

    assert (due(order), order.holds, order.state) == (0, (), OrderState.CONFIRMED)
    planned.assert_lawful()


def test_a_missed_instalment_may_be_no_more_than_a_mark(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 3)
    any_shop.place("o-17", new_order((LAMP, 3)))
    any_shop.agree_plan("o-17", thirds(), ())
    pay(any_shop, "pay-1", 1000)
    any_shop.clock.at = MORNING + WEEK

    any_shop.miss_instalment("o-17")

    assert any_shop.order("o-17").holds[0].blocks == ()
    any_shop.allocate("o-17")
    any_shop.assert_lawful()


def test_an_instalment_that_was_missed_hides_none_that_follows(any_shop: Shop) -> None:
    shop = any_shop.under(Rules(remind_days=(3,)))
    shop.place("o-17", new_order((LAMP, 3)))
    shop.agree_plan("o-17", thirds(), ())
    shop.miss_instalment("o-17")
    assert [one.due.since for one in shop.reminders(MORNING + WEEK - timedelta(days=3))] == [
        MORNING + WEEK
    ]

    shop.clock.at = MORNING + WEEK
    (found,) = shop.due(shop.clock.at)
    order = shop.apply(found.call).document

    assert isinstance(order, Order)
    (hold,) = order.holds
    assert "20" in hold.reason
    assert hold.blocks == ()
    assert not shop.due(shop.clock.at)
    assert shop.codes(miss_instalment.on("o-17")) == ["already_there"]
    assert overdue(pay(shop, "pay-1", 1999))
    assert not overdue(pay(shop, "pay-2", 1))
    assert [one.since for one in shop.due(MORNING + 2 * WEEK)] == [MORNING + 2 * WEEK]
    shop.assert_lawful()


def test_a_plan_that_is_agreed_anew_is_missed_anew(planned: Shop) -> None:
    planned.miss_instalment("o-17")

    planned.agree_plan("o-17", (Instalment(500, MORNING), Instalment(2500, MORNING + WEEK)))

    (found,) = planned.due(MORNING)
    order = planned.apply(found.call).document
    assert isinstance(order, Order)
    assert "5" in order.holds[0].reason
    planned.assert_lawful()


def test_an_instalment_of_an_unpaid_order_falls_due_before_its_limit(any_shop: Shop) -> None:
    limit = MORNING + 2 * WEEK
    any_shop.place("o-17", new_order((LAMP, 3), pay_by=limit))
    any_shop.agree_plan("o-17", thirds())

    any_shop.apply(any_shop.due(MORNING)[0].call)

    assert overdue(any_shop.order("o-17"))
    any_shop.clock.at = limit
    any_shop.apply(any_shop.due(limit)[0].call)
    (found,) = any_shop.due(limit)
    assert found.call.verb == "expire"


def test_what_the_order_costs_less_comes_off_the_last_instalments(planned: Shop) -> None:
    order = pay(planned, "pay-1", 1000)

    order = planned.cancel("o-17", (("1", 1),)).document
    assert standing(order) == [(1000, 1000), (1000, 0), (0, 0)]
    order = pay(planned, "pay-2", 1000)

    assert due(order) == 0
    assert not planned.due(MORNING + 9 * WEEK)
    planned.assert_lawful()


def test_what_the_order_costs_more_goes_onto_the_last_instalment(planned: Shop) -> None:
    order = planned.adjust("o-17", NewCharge(ChargeKind.FREIGHT, 250)).document

    assert standing(order) == [(1000, 0), (1000, 0), (1250, 0)]


def test_money_that_is_taken_back_is_missing_in_the_last_that_was_paid(planned: Shop) -> None:
    pay(planned, "pay-1", 2500)

    planned.charge_back("pay-1", eur(700), "o-17")

    order = planned.order("o-17")
    assert standing(order) == [(1000, 1000), (1000, 800), (1000, 0)]
    assert due_by(order, MORNING + WEEK) == 200


def test_a_plan_is_agreed_anew(planned: Shop) -> None:
    pay(planned, "pay-1", 1000)
    planned.clock.at = MORNING + WEEK
    planned.miss_instalment("o-17")

    later = (Instalment(1000, MORNING), Instalment(2000, MORNING + 3 * WEEK))
    order = planned.agree_plan("o-17", later).document

    assert not overdue(order)
    assert order.plan is not None
    assert order.plan.instalments == later
    planned.assert_lawful()


def test_a_plan_that_is_not_what_the_order_costs_is_refused(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 3), cash_on_delivery=True))
    shop.place("o-19", new_order((LAMP, 3)))
    shop.cancel("o-19")

    assert shop.refuses(agree_plan.on("o-17", thirds())) == (
        "order o-17 costs 20.00 EUR: its plan has 30.00 EUR"
    )
    assert shop.codes(agree_plan.on("o-18", thirds())) == ["paid_at_door"]
    assert shop.codes(agree_plan.on("o-19", thirds())) == ["illegal_move"]
    for id in ("o-17", "o-18", "o-19"):
        assert shop.codes(miss_instalment.on(id)) == ["no_instalment_due"]


@pytest.mark.parametrize(
    ("parts", "path"),
    (
        ((), "parts"),
        ("weekly", "parts"),
        ((3000,), "parts[0]"),
        ((Instalment(0, MORNING),), "parts[0].amount"),
        ((Instalment(3000, MORNING.replace(tzinfo=None)),), "parts[0].due_at"),
        ((Instalment(1000, MORNING), Instalment(2000, MORNING)), "parts[1].due_at"),
    ),
)
def test_parts_that_are_no_plan_are_refused(shop: Shop, parts: Any, path: str) -> None:
    shop.place("o-17", new_order((LAMP, 3)))

    with pytest.raises(BadInput) as no:
        shop.agree_plan("o-17", parts)

    assert no.value.path == path


def test_a_plan_blocks_only_what_can_be_blocked(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))

    with pytest.raises(BadInput, match="deliver is none of"):
        shop.agree_plan("o-17", thirds(), ("deliver",))


# --- any plan -------------------------------------------------------------------------------------

THING = Line("1", "LAMP", 1, Decimal(0), 1, "piece", 0, (Spot(UnitState.OPEN, 1),))
BARE = Order(Ref("", "order", "o-17"), OrderState.PLACED, "EUR", "c-7", (THING,), (), MORNING)


@given(
    parts=st.lists(st.integers(1, 2000), min_size=1, max_size=5),
    cost=st.integers(0, 6000),
    applied=st.integers(0, 6000),
)
def test_instalments_sum_to_what_the_order_costs_and_fill_from_the_first(
    parts: list[int], cost: int, applied: int
) -> None:
    plan = Plan(tuple(Instalment(n, MORNING + i * WEEK) for i, n in enumerate(parts)))
    charges = (Charge("fee", ChargeKind.FEE, cost),)
    tenders = (Tender("pay-1", min(applied, cost)),)
    order = attrs.evolve(BARE, charges=charges, tenders=tenders, plan=plan)

    rows = schedule(order)

    assert sum(one.amount for one in rows) == total(order)
    assert sum(one.paid for one in rows) == order.applied
    assert all(0 <= one.paid <= one.amount for one in rows)
    short = [i for i, one in enumerate(rows) if one.paid < one.amount]
    assert all(not one.paid for one in rows[short[0] + 1 :]) if short else True
    last = max(one.due_at for one in rows)
    assert due_by(order, last) == due(order)


# --- one transfer over several orders -------------------------------------------------------------


@pytest.mark.feature("F190")
def test_a_transfer_pays_the_oldest_orders_first_and_the_rest_is_kept(any_shop: Shop) -> None:
    for id in ("o-3", "o-1", "o-2"):
        any_shop.place(id, new_order((LAMP, 1)))
        any_shop.clock.forward(hours=1)
    any_shop.pay("pay-1", eur(1000), (("o-1", 1000),))
    orders = [any_shop.order(id) for id in ("o-1", "o-2", "o-3")]

    shares = oldest_first(2700, orders)

    assert shares == (("o-3", 1000), ("o-2", 1000))
    payment = any_shop.pay("pay-2", eur(2700), shares, "bank transfer").document
    assert payment.unapplied == 700
    assert oldest_first(500, orders) == (("o-3", 500),)
    assert oldest_first(0, orders) == ()
    any_shop.assert_lawful()


@pytest.mark.parametrize("amount", (1.5, True, -1, 10**16))
def test_what_is_no_amount_pays_no_orders(amount: Any) -> None:
    with pytest.raises(BadInput) as no:
        oldest_first(amount, ())

    assert no.value.path == "amount"


def test_one_transfer_pays_orders_of_one_currency(shop: Shop) -> None:
    euro = shop.place("o-1", new_order((LAMP, 1))).document
    yen = attrs.evolve(euro, currency="JPY")

    with pytest.raises(BadInput, match="orders: are in several currencies"):
        oldest_first(5000, (euro, yen))


def test_what_a_confirmed_order_on_a_plan_still_owes_keeps_it_from_its_end(any_shop: Shop) -> None:
    shop = any_shop.under(TWO_PLACES)
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.agree_plan("o-17", thirds())
    pay(shop, "pay-1", 1000)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    (found,) = shop.due(MORNING + WEEK)

    assert found.call.verb == "miss_instalment"
