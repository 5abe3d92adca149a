"""Deposits and their balances over the port of gateways, and the window of a balance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import ChargeKind, NewCharge, Outcome, Rules
from orderflow.deposits import forfeit_deposit, open_balance, plan_balance
from orderflow.payments import Notice, ask_capture
from orderflow.pricing import due
from orderflow.records import Application, Payment
from orderflow.states import OrderState, PaymentState
from tests.builders import LAMP, MORNING, Shop, eur, new_order

EVENING = MORNING + timedelta(days=1, hours=11)
IN_A_WEEK = MORNING + timedelta(days=7)


@pytest.fixture
def awaited(any_shop: Shop) -> Shop:
    """An order of 20.00, of whose deposit of 5.00 a gateway is to tell."""
    any_shop.place("o-17", new_order((LAMP, 2), pay_by=EVENING))
    deposit = (eur(500), (("o-17", 500),))
    any_shop.await_payment("pay-1", eur(2000), "wechat pay", "c-7", EVENING, deposit[1], deposit[0])
    return any_shop


@pytest.fixture
def ordered(awaited: Shop) -> Shop:
    """The deposit has come."""
    awaited.ask_capture("pay-1")
    answered(awaited)
    return awaited


def answered(shop: Shop, outcome: Outcome = Outcome.DONE) -> Payment:
    """The gateway has answered to what it was asked last."""
    last = shop.payment("pay-1").requests[-1].id
    return shop.record_answer("pay-1", last, outcome).document


# --- the deposit ----------------------------------------------------------------------------------


@pytest.mark.feature("F181")
def test_a_deposit_is_captured_over_a_gateway_and_pays_its_order(awaited: Shop) -> None:
    asked = awaited.ask_capture("pay-1").document
    assert asked.requests[-1].amount == 500, "the deposit, not the whole price"
    assert awaited.codes(ask_capture.on("pay-1", eur(1))) == ["over_asked"]

    payment = answered(awaited)

    assert payment.state is PaymentState.DEPOSIT_TAKEN
    assert (payment.captured, payment.applications) == (500, (Application("o-17", 500),))
    assert due(awaited.order("o-17")) == 1500
    awaited.assert_lawful()


def test_a_deposit_may_be_authorised_first(awaited: Shop) -> None:
    assert awaited.ask_authorise("pay-1").document.requests[-1].amount == 500
    answered(awaited)

    awaited.ask_capture("pay-1")

    assert answered(awaited).state is PaymentState.DEPOSIT_TAKEN


def test_who_pays_the_whole_price_at_once_has_paid(awaited: Shop) -> None:
    payment = awaited.record_notice("pay-1", Notice.CAPTURED, eur(2000), "ch-1").document

    assert (payment.state, payment.unapplied, payment.holds) == (PaymentState.CAPTURED, 0, ())
    assert awaited.order("o-17").state is OrderState.CONFIRMED


def test_a_deposit_whose_order_is_paid_already_has_no_balance(awaited: Shop) -> None:
    asked = awaited.ask_capture("pay-1").document.requests[-1].id
    awaited.send_request("pay-1", asked, 1)
    awaited.pay("pay-2", eur(2000), (("o-17", 2000),))

    payment = answered(awaited)

    assert (payment.unapplied, payment.applications) == (500, ()), "it is there, and on no order"
    assert (payment.state, payment.holds[0].code) == (PaymentState.CAPTURED, "overpaid")
    assert awaited.codes(ask_capture.on("pay-1")) == ["illegal_move"]
    assert awaited.codes(open_balance.on("pay-1", IN_A_WEEK)) == ["illegal_move"]
    awaited.assert_lawful()


def test_a_deposit_that_comes_short_asks_a_person(awaited: Shop) -> None:
    payment = awaited.record_notice("pay-1", Notice.CAPTURED, eur(300), "ch-1").document

    assert payment.state is PaymentState.DEPOSIT_TAKEN
    assert [hold.code for hold in payment.holds] == ["amount_differs"]


@pytest.mark.feature("F183")
@pytest.mark.parametrize("in_time", (True, False))
def test_a_deposit_that_is_told_of_late_is_judged_by_when_it_was_paid(
    awaited: Shop, in_time: bool
) -> None:
    awaited.clock.at = EVENING
    for found in awaited.due(EVENING):
        awaited.apply(found.call)
    assert awaited.order("o-17").state is OrderState.EXPIRED
    paid_at = EVENING - timedelta(minutes=1) if in_time else EVENING

    payment = awaited.record_notice(
        "pay-1", Notice.CAPTURED, eur(500), "ch-1", paid_at=paid_at
    ).document

    assert payment.state is (PaymentState.DEPOSIT_TAKEN if in_time else PaymentState.REFUNDED)
    stands = OrderState.PLACED if in_time else OrderState.EXPIRED
    assert awaited.order("o-17").state is stands
    awaited.assert_lawful()


# --- the balance ----------------------------------------------------------------------------------


@pytest.mark.feature("F079", "F181")
def test_a_balance_is_captured_over_a_gateway_and_confirms_its_order(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)

    asked = ordered.ask_capture("pay-1").document
    assert asked.requests[-1].amount == 1500
    assert ordered.codes(ask_capture.on("pay-1", eur(1))) == ["over_asked"]
    payment = answered(ordered)

    assert (payment.state, payment.captured, payment.unapplied) == ("captured", 2000, 0)
    assert ordered.order("o-17").state is OrderState.CONFIRMED
    ordered.assert_lawful()


def test_a_balance_is_captured_in_parts_and_one_that_is_declined_is_asked_for_again(
    ordered: Shop,
) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)
    ordered.ask_capture("pay-1", eur(1000))
    assert answered(ordered).state is PaymentState.BALANCE_OPEN
    assert due(ordered.order("o-17")) == 500
    ordered.ask_capture("pay-1")
    assert answered(ordered, Outcome.FAILED).state is PaymentState.BALANCE_OPEN

    ordered.ask_capture("pay-1")

    assert answered(ordered).state is PaymentState.CAPTURED


@pytest.mark.parametrize("opened", (False, True))
def test_no_more_is_asked_of_a_gateway_than_the_orders_cost_by_now(
    ordered: Shop, opened: bool
) -> None:
    if opened:
        ordered.open_balance("pay-1", IN_A_WEEK)
    ordered.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -300))

    asked = ordered.ask_capture("pay-1").document

    assert asked.requests[-1].amount == 1200
    assert answered(ordered).state is PaymentState.CAPTURED


def test_a_balance_that_was_not_asked_for_is_what_a_dearer_order_costs(ordered: Shop) -> None:
    ordered.adjust("o-17", NewCharge(ChargeKind.FEE, 300))

    part = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document
    assert part.state is PaymentState.DEPOSIT_TAKEN, "3.00 are still to come"
    assert ordered.codes(ask_capture.on("pay-1")) == ["over_asked"], "the customer knows of 20.00"
    ordered.open_balance("pay-1", IN_A_WEEK)
    asked = ordered.ask_capture("pay-1").document

    assert asked.requests[-1].amount == 300


def test_a_balance_is_not_asked_for_anew_while_the_gateway_may_have_it(ordered: Shop) -> None:
    ordered.plan_balance("pay-1", EVENING, IN_A_WEEK)
    ordered.ask_capture("pay-1")
    ordered.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -300))

    assert ordered.codes(open_balance.on("pay-1", IN_A_WEEK)) == ["request_open"]
    assert [one.call.verb for one in ordered.due(EVENING)] == ["send_request"]


def test_what_comes_beyond_a_balance_asks_a_person(ordered: Shop) -> None:
    payment = ordered.record_notice("pay-1", Notice.CAPTURED, eur(1600), "ch-2").document

    assert (payment.state, payment.unapplied) == (PaymentState.CAPTURED, 100)
    assert [hold.code for hold in payment.holds] == ["overpaid"]


def test_a_balance_that_comes_when_its_order_was_given_up_goes_back(ordered: Shop) -> None:
    ordered.open_balance("pay-1", MORNING)
    ordered.miss_balance("pay-1")
    ordered.cancel("o-17")

    payment = ordered.record_notice("pay-1", Notice.CAPTURED, eur(1500), "ch-2").document

    assert (payment.refunding, payment.unapplied) == (1500, 0)
    assert due(ordered.order("o-17")) == -500
    ordered.assert_lawful()


@pytest.mark.feature("F181")
def test_no_deposit_is_forfeited_while_the_gateway_may_have_the_balance(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK, forfeit=True)
    ordered.ask_capture("pay-1")
    ordered.send_request("pay-1", "capture-2")
    ordered.clock.at = IN_A_WEEK
    ordered.miss_balance("pay-1")

    assert ordered.codes(forfeit_deposit.on("pay-1")) == ["request_open"]
    assert [one.call.verb for one in ordered.due(IN_A_WEEK)] == ["send_request"]
    answered(ordered)

    assert ordered.payment("pay-1").state is PaymentState.CAPTURED
    assert ordered.order("o-17").state is OrderState.CONFIRMED


# --- its window -----------------------------------------------------------------------------------


@pytest.mark.feature("F078", "F079")
def test_a_balance_that_was_planned_is_listed_when_it_is_to_be_asked_for(ordered: Shop) -> None:
    ordered.plan_balance("pay-1", EVENING, IN_A_WEEK, forfeit=True)
    assert ordered.due(EVENING - timedelta(seconds=1)) == []

    (found,) = ordered.due(EVENING)
    assert (found.since, found.who) == (EVENING, "seller")
    assert found.means == "the balance is to be asked for from now on"
    ordered.clock.at = EVENING
    ordered.apply(found.call)

    payment = ordered.payment("pay-1")
    assert (payment.state, payment.expires_at) == (PaymentState.BALANCE_OPEN, IN_A_WEEK)
    assert payment.forfeits
    assert payment.balance_from is None
    assert [one.since for one in ordered.due(IN_A_WEEK)] == [IN_A_WEEK]


def test_the_window_of_a_balance_may_be_planned_anew_until_it_opens(ordered: Shop) -> None:
    ordered.plan_balance("pay-1", EVENING, IN_A_WEEK, forfeit=True)

    again = ordered.plan_balance("pay-1", IN_A_WEEK, IN_A_WEEK + timedelta(days=3)).document
    assert (again.balance_from, again.forfeits) == (IN_A_WEEK, False)
    assert ordered.due(EVENING) == []
    ordered.open_balance("pay-1", IN_A_WEEK)

    assert ordered.codes(plan_balance.on("pay-1", EVENING, IN_A_WEEK)) == ["illegal_move"]


def test_a_planned_balance_that_no_order_wants_is_not_listed(ordered: Shop) -> None:
    ordered.plan_balance("pay-1", EVENING, IN_A_WEEK)

    ordered.pay("pay-2", eur(1500), (("o-17", 1500),))

    assert ordered.due(EVENING) == []


@pytest.mark.feature("F179")
def test_a_customer_is_reminded_of_a_balance_from_when_its_window_is_planned(
    ordered: Shop,
) -> None:
    shop = ordered.under(Rules(remind_days=(1, 9)))
    shop.plan_balance("pay-1", EVENING, IN_A_WEEK, forfeit=True)

    before = shop.reminders(MORNING)
    not_opened_yet = shop.reminders(IN_A_WEEK - timedelta(hours=12))

    (first,) = before
    assert (first.due.since, first.due.who, first.days) == (IN_A_WEEK, "customer", 9)
    assert [(one.due.since, one.days) for one in not_opened_yet] == [(IN_A_WEEK, 1)]
    assert shop.reminders(IN_A_WEEK) == []
    shop.clock.at = EVENING
    shop.apply(shop.due(EVENING)[0].call)
    assert shop.reminders(EVENING)[0].key == first.key


def test_a_window_that_opens_after_its_end_runs_for_as_long_as_was_planned(ordered: Shop) -> None:
    ordered.plan_balance("pay-1", EVENING, EVENING + timedelta(days=2), forfeit=True)
    ordered.clock.at = late = EVENING + timedelta(days=3)

    while found := ordered.due(late):
        ordered.apply(found[0].call)

    payment = ordered.payment("pay-1")
    assert (payment.state, payment.expires_at) == (
        PaymentState.BALANCE_OPEN,
        late + timedelta(days=2),
    )
    assert payment.forfeits
    ordered.assert_lawful()


def test_no_balance_is_asked_for_until_an_instant_that_is_over(ordered: Shop) -> None:
    earlier = ordered.clock.at - timedelta(days=3)

    assert ordered.codes(open_balance.on("pay-1", earlier)) == ["balance_over"]
    assert ordered.codes(open_balance.on("pay-1")) == ["balance_not_planned"]


def test_a_deposit_whose_order_owes_nothing_waits_for_no_balance(ordered: Shop) -> None:
    ordered.pay("pay-2", eur(1500), (("o-17", 1500),))

    assert ordered.payment("pay-1").state is PaymentState.CAPTURED
    assert ordered.codes(plan_balance.on("pay-1", EVENING, IN_A_WEEK)) == ["illegal_move"]
    assert ordered.codes(open_balance.on("pay-1", IN_A_WEEK)) == ["illegal_move"]
    ordered.assert_lawful()
