from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import ChargeKind, NewCharge, Price, Rules
from orderflow.deposits import (
    forfeit_deposit,
    miss_balance,
    open_balance,
    pay_balance,
    plan_balance,
)
from orderflow.payments import Notice
from orderflow.pricing import DepositCounts, Given, Offer, due, priced
from orderflow.records import Application, Fixing, Outcome, Payment
from orderflow.refunds import pay_back, refund
from orderflow.states import OrderState, PaymentState
from orderflow.views import Headline, headline
from tests.builders import LAMP, MORNING, Shop, eur, line, new_order

IN_A_WEEK = MORNING + timedelta(days=7)
IN_A_MONTH = MORNING + timedelta(days=30)


@pytest.fixture
def ordered(any_shop: Shop) -> Shop:
    """An order of 20.00, of which 5.00 have come as a deposit."""
    any_shop.place("o-17", new_order((LAMP, 2)))
    any_shop.take_deposit("pay-1", eur(2000), eur(500), (("o-17", 500),), "card", "c-7")
    return any_shop


# --- the deposit --------------------------------------------------------------


def test_a_deposit_is_the_first_part_of_one_payment(ordered: Shop) -> None:
    payment = ordered.payment("pay-1")

    assert payment.state is PaymentState.DEPOSIT_TAKEN
    assert (payment.amount, payment.deposit, payment.captured) == (2000, 500, 500)
    assert payment.applications == (Application("o-17", 500),)
    assert (payment.method, payment.payer) == ("card", "c-7")


def test_an_order_whose_deposit_has_come_awaits_its_balance(ordered: Shop) -> None:
    order = ordered.order("o-17")

    assert order.state is OrderState.PLACED
    assert headline(order) is Headline.AWAITING_BALANCE
    assert due(order) == 1500


def test_one_deposit_may_be_for_several_orders(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 1)))

    payment = shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 600), ("o-18", 250)))

    assert payment.document.unapplied == 50
    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (1400, 750)


# --- the balance --------------------------------------------------------------


@pytest.mark.feature("F079")
def test_a_balance_that_is_paid_confirms_its_order(ordered: Shop) -> None:
    opened = ordered.open_balance("pay-1", IN_A_WEEK).document
    assert (opened.state, opened.expires_at) == (PaymentState.BALANCE_OPEN, IN_A_WEEK)

    paid = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document

    assert (paid.state, paid.captured, paid.unapplied) == (PaymentState.CAPTURED, 2000, 0)
    assert ordered.order("o-17").state is OrderState.CONFIRMED
    assert ordered.due(IN_A_WEEK) == []


def test_a_part_of_a_balance_is_recorded_and_the_balance_stays_open(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)

    part = ordered.pay_balance("pay-1", eur(700), (("o-17", 700),)).document
    assert (part.state, part.captured) == (PaymentState.BALANCE_OPEN, 1200)
    assert headline(ordered.order("o-17")) is Headline.AWAITING_BALANCE
    rest = ordered.pay_balance("pay-1", eur(800), (("o-17", 800),)).document

    assert rest.state is PaymentState.CAPTURED
    assert due(ordered.order("o-17")) == 0


def test_a_balance_may_be_paid_before_it_was_asked_for(ordered: Shop) -> None:
    paid = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document

    assert paid.state is PaymentState.CAPTURED


@pytest.mark.feature("F181")
def test_a_gateway_may_report_the_balance_in_parts(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)

    part = ordered.record_notice("pay-1", Notice.CAPTURED, eur(700), "ev-1").document
    assert (part.state, part.unapplied, part.holds) == (PaymentState.BALANCE_OPEN, 0, ())
    assert due(ordered.order("o-17")) == 800
    whole = ordered.record_notice("pay-1", Notice.CAPTURED, eur(800), "ev-2").document

    assert (whole.state, whole.unapplied, whole.holds) == (PaymentState.CAPTURED, 0, ())
    assert ordered.order("o-17").state is OrderState.CONFIRMED


def test_a_balance_is_paid_when_its_orders_cost_no_more(ordered: Shop) -> None:
    ordered.cancel("o-17", (("1", 1),))

    paid = ordered.pay_balance("pay-1", eur(500), (("o-17", 500),)).document

    assert (paid.state, paid.captured) == (PaymentState.CAPTURED, 1000)


def test_a_balance_of_no_order_is_paid_when_the_whole_amount_has_come(shop: Shop) -> None:
    shop.take_deposit("pay-1", eur(1000), eur(300), ())

    assert shop.pay_balance("pay-1", eur(600), ()).document.state is PaymentState.DEPOSIT_TAKEN
    assert shop.pay_balance("pay-1", eur(100), ()).document.state is PaymentState.CAPTURED


def test_a_payment_without_a_deposit_has_no_balance(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())

    assert shop.refuses(pay_balance.on("pay-1", eur(100), ())) == (
        "payment pay-1 is captured: no balance of it is to come"
    )
    assert shop.codes(open_balance.on("pay-1", IN_A_WEEK)) == ["illegal_move"]
    assert shop.codes(miss_balance.on("pay-1")) == ["illegal_move"]


def test_no_balance_is_asked_for_while_the_payment_is_on_hold(ordered: Shop) -> None:
    ordered.hold_payment("pay-1", "fraud", "looked into")

    assert ordered.refuses(open_balance.on("pay-1", IN_A_WEEK)) == (
        "payment pay-1 is on hold: fraud (looked into)"
    )


# --- what it is ---------------------------------------------------------------


@pytest.mark.feature("F079")
def test_the_balance_that_is_asked_for_follows_what_the_order_costs(any_shop: Shop) -> None:
    lamp = line("1", LAMP, 1, "299.00", fixed=Fixing.BALANCE)
    grows = Offer("presale", DepositCounts(eur(3000), eur(6000)))
    new = priced(new_order(lamp), (grows,), Given(any_shop.clock.at)).order
    any_shop.place("o-17", new)
    any_shop.take_deposit("pay-1", eur(26900), eur(3000), (("o-17", 3000),))

    any_shop.reprice("o-17", (("1", Price.of("279.00", "EUR")),), "balance day")
    asked = any_shop.open_balance("pay-1", IN_A_WEEK).document

    assert (asked.amount, asked.captured) == (24900, 3000)
    assert asked.amount - asked.captured == due(any_shop.order("o-17"))
    paid = any_shop.pay_balance("pay-1", eur(21900), (("o-17", 21900),)).document
    assert (paid.state, paid.unapplied) == (PaymentState.CAPTURED, 0)
    assert any_shop.order("o-17").state is OrderState.CONFIRMED


def test_a_balance_of_a_dearer_order_is_paid_when_all_of_it_has_come(ordered: Shop) -> None:
    ordered.adjust("o-17", NewCharge(ChargeKind.FREIGHT, 300))
    ordered.open_balance("pay-1", IN_A_WEEK)

    part = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document

    assert (part.state, part.amount) == (PaymentState.BALANCE_OPEN, 2300)
    rest = ordered.pay_balance("pay-1", eur(300), (("o-17", 300),)).document
    assert rest.state is PaymentState.CAPTURED


def test_the_balance_of_several_orders_follows_them_all(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 1)))
    shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 600), ("o-18", 250)))
    shop.cancel("o-18")
    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 100))

    asked = shop.open_balance("pay-1", IN_A_WEEK).document

    assert (asked.amount, asked.unapplied) == (2350, 50)  # o-17 and what o-18 is owed back
    assert due(shop.order("o-17")) == 1500


def test_a_balance_of_no_order_stays_as_it_was_agreed(shop: Shop) -> None:
    shop.take_deposit("pay-1", eur(1000), eur(300), ())

    assert shop.open_balance("pay-1", IN_A_WEEK).document.amount == 1000


def test_no_balance_is_asked_for_where_what_has_come_pays_it_all(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.take_deposit("pay-1", eur(2000), eur(500), (("o-17", 300),))
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -1550))

    assert shop.codes(plan_balance.on("pay-1", IN_A_WEEK, IN_A_MONTH)) == ["no_balance"]
    assert shop.refuses(open_balance.on("pay-1", IN_A_WEEK)) == (
        "payment pay-1 is deposit taken: no balance of it is to come"
    )


# --- its limit ----------------------------------------------------------------


def test_a_balance_is_not_overdue_before_its_time(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)

    (reason,) = ordered.reasons(miss_balance.on("pay-1"))

    assert (reason.code, dict(reason.facts)["until"]) == (
        "balance_not_due",
        "2026-03-09T09:00:00+00:00",
    )


@pytest.mark.feature("F078", "F179")
def test_a_balance_falls_due_and_its_customer_is_to_be_reminded(ordered: Shop) -> None:
    ordered.place("o-18", new_order((LAMP, 1), pay_by=MORNING + timedelta(hours=1)))
    ordered.open_balance("pay-1", IN_A_WEEK)

    unpaid = [(one.ref.id, one.who, one.since) for one in ordered.due(IN_A_WEEK)]
    assert unpaid == [
        ("o-18", "customer", MORNING + timedelta(hours=1)),
        ("pay-1", "customer", IN_A_WEEK),
    ]
    ordered.clock.forward(days=7)
    (found,) = [one for one in ordered.due(ordered.clock.at) if one.ref.id == "pay-1"]
    ordered.apply(found.call)

    assert ordered.payment("pay-1").state is PaymentState.BALANCE_OVERDUE
    late = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document
    assert late.state is PaymentState.CAPTURED, "money that comes late has come all the same"


# --- what goes back -----------------------------------------------------------


def test_a_part_of_a_deposit_goes_back_and_the_balance_is_still_to_come(ordered: Shop) -> None:
    ordered.take_deposit("pay-2", eur(2000), eur(500), ())

    part = ordered.pay_back("pay-2", eur(100)).document

    assert (part.state, part.refunded, part.unapplied) == (PaymentState.DEPOSIT_TAKEN, 100, 400)


def test_a_deposit_that_goes_back_whole_is_refunded(ordered: Shop) -> None:
    ordered.cancel("o-17")

    ordered.refund("o-17")

    assert ordered.payment("pay-1").state is PaymentState.REFUNDED
    assert ordered.codes(pay_balance.on("pay-1", eur(1500), ())) == ["no_balance"]


@pytest.mark.feature("F078", "F183")
def test_a_balance_that_was_asked_for_is_so_again_when_a_dispute_is_won(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)
    before = ordered.due(IN_A_WEEK)
    ordered.charge_back("pay-1", eur(500), "o-17")
    assert headline(ordered.order("o-17")) is Headline.AWAITING_PAYMENT

    won = ordered.settle_dispute("pay-1", won=True).document
    assert (won.state, won.applied) == (PaymentState.BALANCE_OPEN, 500)
    assert ordered.due(IN_A_WEEK) == before

    paid = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document
    assert paid.state is PaymentState.CAPTURED


def test_a_balance_that_was_planned_and_not_asked_for_is_so_after_a_dispute(ordered: Shop) -> None:
    ordered.plan_balance("pay-1", IN_A_WEEK, IN_A_MONTH)
    before = ordered.due(IN_A_MONTH)
    ordered.charge_back("pay-1", eur(100), "o-17")

    settled = ordered.settle_dispute("pay-1", won=False).document

    assert settled.state is PaymentState.DEPOSIT_TAKEN
    assert ordered.due(IN_A_MONTH) == before
    ordered.open_balance("pay-1")
    asked = ordered.payment("pay-1")
    assert (asked.amount, asked.expires_at) == (2000, IN_A_MONTH)


@pytest.mark.feature("F183")
def test_what_a_bank_keeps_of_a_deposit_is_to_come_with_its_balance(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK, forfeit=True)
    before = ordered.due(IN_A_WEEK)
    ordered.charge_back("pay-1", eur(100), "o-17")

    lost = ordered.settle_dispute("pay-1", won=False).document

    assert (lost.state, due(ordered.order("o-17"))) == (PaymentState.BALANCE_OPEN, 1600)
    assert ordered.due(IN_A_WEEK) == before
    part = ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),)).document
    assert part.state is PaymentState.BALANCE_OPEN, "1.00 is to come still"
    paid = ordered.pay_balance("pay-1", eur(100), (("o-17", 100),)).document
    assert (paid.state, due(ordered.order("o-17"))) == (PaymentState.PART_REFUNDED, 0)
    assert ordered.order("o-17").state is OrderState.CONFIRMED
    ordered.assert_lawful()


@pytest.mark.parametrize("won", (True, False))
def test_a_gateway_is_asked_for_the_balance_and_for_what_a_bank_has_kept(
    ordered: Shop, *, won: bool
) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)
    ordered.charge_back("pay-1", eur(100), "o-17")
    ordered.settle_dispute("pay-1", won)

    asked = ordered.ask_capture("pay-1").document.requests[-1]
    paid = ordered.record_answer("pay-1", asked.id, Outcome.DONE).document

    assert asked.amount == (1500 if won else 1600)
    assert (due(ordered.order("o-17")), paid.holds) == (0, ())
    ordered.assert_lawful()


@pytest.mark.parametrize("won", (True, False))
def test_a_limit_that_was_over_before_a_dispute_is_over_after_it(
    ordered: Shop, *, won: bool
) -> None:
    overdue(ordered, forfeit=True)
    before = ordered.payment("pay-1")
    ordered.charge_back("pay-1", eur(100), "o-17")
    assert ordered.due(IN_A_MONTH) == []

    after = ordered.settle_dispute("pay-1", won).document

    assert (after.state, after.missed) == (PaymentState.BALANCE_OVERDUE, before.missed)
    (found,) = ordered.due(IN_A_WEEK)
    kept = ordered.apply(found.call).document
    assert isinstance(kept, Payment)
    assert (kept.forfeited, kept.unapplied) == (500 if won else 400, 0)
    assert ordered.due(IN_A_MONTH) == []
    ordered.assert_lawful()


def test_a_limit_that_passes_while_money_is_disputed_is_told_of_after_it(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)
    ordered.charge_back("pay-1", eur(500), "o-17")
    ordered.clock.at = IN_A_MONTH

    ordered.settle_dispute("pay-1", won=True)

    (found,) = ordered.due(IN_A_MONTH)
    assert (found.call, found.since) == (miss_balance.on("pay-1"), IN_A_WEEK)


def test_of_a_deposit_that_is_lost_whole_no_balance_is_wanted(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)
    ordered.charge_back("pay-1", eur(500), "o-17")

    lost = ordered.settle_dispute("pay-1", won=False).document

    assert (lost.state, due(ordered.order("o-17"))) == (PaymentState.REFUNDED, 2000)
    assert [hold.code for hold in ordered.order("o-17").holds] == ["charged_back"]
    assert ordered.codes(pay_balance.on("pay-1", eur(1500), ())) == ["no_balance"]


def test_a_balance_that_was_asked_for_is_so_again_when_the_refund_of_all_fails(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(2000), deposit=eur(500))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(500))
    shop.open_balance("pay-1", IN_A_WEEK)
    shop.ask_pay_back("pay-1")
    assert shop.payment("pay-1").state is PaymentState.REFUNDED

    failed = shop.record_answer("pay-1", "refund-1", Outcome.FAILED).document

    assert (failed.state, failed.expires_at) == (PaymentState.BALANCE_OPEN, IN_A_WEEK)


def test_a_dispute_about_an_order_that_was_cancelled_leaves_no_balance_to_come(
    ordered: Shop,
) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)
    ordered.charge_back("pay-1", eur(100), "o-17")
    ordered.cancel("o-17")

    settled = ordered.settle_dispute("pay-1", won=True).document

    assert settled.state is PaymentState.CAPTURED
    assert ordered.due(IN_A_MONTH) == []


def test_a_deposit_whose_balance_was_missed_is_to_be_decided_on_after_a_dispute_too(
    ordered: Shop,
) -> None:
    overdue(ordered)
    ordered.cancel("o-17")
    ordered.charge_back("pay-1", eur(100), "o-17")

    settled = ordered.settle_dispute("pay-1", won=False).document

    assert settled.state is PaymentState.BALANCE_OVERDUE
    assert ordered.forfeit_deposit("pay-1").document.forfeited == 400
    ordered.assert_lawful()


def test_a_dispute_about_a_payment_whose_balance_has_come_leaves_it_captured(ordered: Shop) -> None:
    ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),))
    ordered.charge_back("pay-1", eur(500), "o-17")

    assert ordered.settle_dispute("pay-1", won=True).document.state is PaymentState.CAPTURED


# --- a deposit that is forfeited --------------------------------------------------------------


def overdue(shop: Shop, *, forfeit: bool = False) -> None:
    """The balance of pay-1 is asked for and does not come."""
    shop.open_balance("pay-1", IN_A_WEEK, forfeit)
    shop.clock.at = IN_A_WEEK
    shop.miss_balance("pay-1")


def test_a_forfeited_deposit_is_ours_and_its_order_owes_nothing_back(ordered: Shop) -> None:
    overdue(ordered)

    payment = ordered.forfeit_deposit("pay-1").document

    assert (payment.state, payment.forfeited, payment.applied) == ("captured", 500, 500)
    assert payment.applications == (Application("o-17", 0),)
    order = ordered.order("o-17")
    assert (order.state, due(order), order.applied) == (OrderState.CANCELLED, 0, 0)
    assert ordered.codes(refund.on("o-17")) == ["nothing_owed"]
    assert ordered.codes(pay_back.on("pay-1")) == ["nothing_to_pay_back"]
    ordered.assert_lawful()


def test_what_came_of_the_balance_is_owed_back_when_the_deposit_is_forfeited(
    ordered: Shop,
) -> None:
    ordered.pay_balance("pay-1", eur(300), (("o-17", 300),))
    overdue(ordered)

    ordered.forfeit_deposit("pay-1")

    assert due(ordered.order("o-17")) == -300
    ordered.refund("o-17")
    payment = ordered.payment("pay-1")
    assert (payment.refunded, payment.forfeited, payment.state) == (300, 500, "part refunded")
    ordered.assert_lawful()


def test_only_a_part_of_a_deposit_may_be_kept(ordered: Shop) -> None:
    overdue(ordered)
    assert ordered.codes(forfeit_deposit.on("pay-1", eur(501))) == ["over_deposit"]

    ordered.forfeit_deposit("pay-1", eur(200))

    assert ordered.payment("pay-1").forfeited == 200
    assert due(ordered.order("o-17")) == -300
    ordered.assert_lawful()


def test_a_deposit_for_several_orders_and_for_none_is_forfeited_whole(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 2)))
    any_shop.place("o-18", new_order((LAMP, 1)))
    any_shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 600), ("o-18", 250)))
    overdue(any_shop)
    any_shop.cancel("o-18")

    payment = any_shop.forfeit_deposit("pay-1").document

    assert (payment.forfeited, payment.unapplied) == (900, 0)
    assert any_shop.order("o-17").state is OrderState.CANCELLED
    any_shop.assert_lawful()


def two_of_one_deposit(shop: Shop) -> None:
    """A deposit of 9.00 over two orders, one of which is given up before the balance is missed."""
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 1)))
    shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 600), ("o-18", 250)))
    shop.open_balance("pay-1", IN_A_WEEK, forfeit=True)
    shop.cancel("o-18")
    shop.clock.forward(days=7)
    shop.miss_balance("pay-1")


@pytest.mark.feature("F078")
def test_an_order_that_was_given_up_in_time_is_owed_its_share_of_the_deposit(
    any_shop: Shop,
) -> None:
    two_of_one_deposit(any_shop)
    assert any_shop.payment("pay-1").missed == ("o-17",)
    assert any_shop.codes(forfeit_deposit.on("pay-1", eur(651))) == ["over_deposit"]

    silence(any_shop)

    payment = any_shop.payment("pay-1")
    assert (payment.forfeited, payment.applied, payment.unapplied) == (650, 900, 0)
    assert (due(any_shop.order("o-17")), due(any_shop.order("o-18"))) == (0, -250)
    any_shop.assert_lawful()


def test_a_late_balance_ends_the_miss_though_another_order_was_given_up_in_time(
    any_shop: Shop,
) -> None:
    two_of_one_deposit(any_shop)

    any_shop.pay("pay-2", eur(1400), (("o-17", 1400),))

    assert any_shop.payment("pay-1").state is PaymentState.CAPTURED
    assert due(any_shop.order("o-18")) == -250


def test_a_share_that_was_refunded_in_time_is_not_made_up_by_the_balance_of_another_order(
    any_shop: Shop,
) -> None:
    two_of_one_deposit(any_shop)
    any_shop.refund("o-18")
    any_shop.pay_balance("pay-1", eur(300), (("o-17", 300),))

    any_shop.forfeit_deposit("pay-1")

    payment = any_shop.payment("pay-1")
    assert (payment.forfeited, payment.unapplied) == (650, 0)
    assert due(any_shop.order("o-17")) == -300
    any_shop.assert_lawful()


def test_a_late_balance_is_taken_as_long_as_nobody_has_forfeited_the_deposit(
    ordered: Shop,
) -> None:
    overdue(ordered, forfeit=True)

    ordered.pay_balance("pay-1", eur(1500), (("o-17", 1500),))

    assert ordered.order("o-17").state is OrderState.CONFIRMED
    assert ordered.codes(forfeit_deposit.on("pay-1")) == ["illegal_move"]
    assert not ordered.due(IN_A_WEEK)


def test_a_deposit_falls_due_to_be_forfeited_where_that_was_said(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK, forfeit=True)
    ordered.clock.at = IN_A_WEEK

    means = []
    while found := ordered.due(IN_A_WEEK):
        means.append(found[0].means)
        ordered.apply(found[0].call)

    assert means == [
        "the balance was not paid in time: it is overdue",
        "the balance was not paid in time: the deposit is forfeited, its orders end",
    ]
    assert ordered.payment("pay-1").forfeited == 500
    ordered.assert_lawful()


def test_a_deposit_on_hold_is_not_forfeited(ordered: Shop) -> None:
    overdue(ordered, forfeit=True)
    ordered.hold_payment("pay-1", "ask", "the customer says that it was paid", ("forfeit",))

    assert ordered.codes(forfeit_deposit.on("pay-1")) == ["on_hold"]
    assert not ordered.due(IN_A_WEEK)


def test_a_deposit_of_goods_that_have_gone_on_is_not_forfeited(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 2)
    any_shop.set_credit("c-7/EUR", eur(5000))
    any_shop.place("o-17", new_order((LAMP, 2), on_account=True))
    any_shop.take_deposit("pay-1", eur(2000), eur(500), (("o-17", 500),))
    overdue(any_shop)
    any_shop.allocate("o-17")
    any_shop.release("o-17", "d-1")

    assert any_shop.codes(forfeit_deposit.on("pay-1")) == ["illegal_move"]


@pytest.mark.feature("F183")
@pytest.mark.parametrize("won", (True, False))
def test_what_a_bank_gives_back_beside_a_forfeited_deposit_is_not_paid_back_by_us_too(
    any_shop: Shop, won: bool
) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 10)))
    shop.take_deposit("pay-1", eur(10000), eur(3000), (("o-17", 3000),))
    shop.pay_balance("pay-1", eur(2000), (("o-17", 2000),))
    overdue(shop)
    shop.forfeit_deposit("pay-1")
    assert due(shop.order("o-17")) == -2000

    shop.charge_back("pay-1", eur(2000))

    said = "order o-17: 20.00 EUR to go back, 0.00 left of pay-1"
    assert shop.refuses(refund.on("o-17")) == said
    payment = shop.settle_dispute("pay-1", won).document
    assert (payment.forfeited, payment.refunded) == (3000, 0)
    if won:
        shop.refund("o-17")
    assert due(shop.order("o-17")) == 0
    shop.assert_lawful()


def with_a_part_gone(shop: Shop) -> None:
    """A deposit of 9.00 over two orders, one of which was given up and its share refunded."""
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 1)))
    shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 600), ("o-18", 300)))
    shop.cancel("o-18")
    shop.refund("o-18")
    assert shop.payment("pay-1").state is PaymentState.DEPOSIT_TAKEN


@pytest.mark.feature("F078", "F180")
@pytest.mark.parametrize("way", ("by hand", "by a gateway", "by another payment", "forfeited"))
def test_a_payment_of_which_a_part_went_back_before_its_balance_came_is_part_refunded(
    any_shop: Shop, way: str
) -> None:
    shop = any_shop
    with_a_part_gone(shop)
    shop.open_balance("pay-1", IN_A_WEEK)

    match way:
        case "by hand":
            shop.pay_balance("pay-1", eur(1400), (("o-17", 1400),))
        case "by a gateway":
            shop.record_notice("pay-1", Notice.CAPTURED, eur(1400))
        case "by another payment":
            shop.pay("pay-2", eur(1400), (("o-17", 1400),))
        case _:
            shop.clock.forward(days=7)
            shop.miss_balance("pay-1")
            shop.forfeit_deposit("pay-1")

    payment = shop.payment("pay-1")
    assert (payment.state, payment.refunded) == (PaymentState.PART_REFUNDED, 300)
    shop.assert_lawful()


@pytest.mark.feature("F078", "F183")
def test_a_balance_that_a_gateway_says_has_failed_may_be_asked_for_again(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK)

    payment = ordered.record_notice("pay-1", Notice.FAILED, eur(1500), "ev-1").document
    assert (payment.state, payment.holds) == (PaymentState.BALANCE_OPEN, ())

    asked = ordered.ask_capture("pay-1").document.requests[-1]
    assert asked.amount == 1500


# --- a balance that no order wants any more ---------------------------------------------------


def silence(shop: Shop) -> None:
    """Everything that falls due within a month is done."""
    shop.clock.forward(days=30)
    while found := shop.due(shop.clock.at):
        shop.apply(found[0].call)


@pytest.mark.feature("F078")
def test_a_balance_that_came_by_another_payment_is_not_missed(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK, forfeit=True)

    ordered.pay("pay-2", eur(1500), (("o-17", 1500),), "card")
    assert ordered.payment("pay-1").state is PaymentState.CAPTURED
    silence(ordered)

    assert ordered.order("o-17").state is OrderState.CONFIRMED
    assert ordered.payment("pay-1").forfeited == 0
    ordered.assert_lawful()


@pytest.mark.feature("F078")
def test_a_balance_of_an_order_that_costs_no_more_than_its_deposit_is_not_missed(
    ordered: Shop,
) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK, forfeit=True)
    ordered.cancel("o-17", (("1", 1),))
    assert ordered.payment("pay-1").state is PaymentState.BALANCE_OPEN

    ordered.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -500))
    assert due(ordered.order("o-17")) == 0
    assert ordered.payment("pay-1").state is PaymentState.CAPTURED
    silence(ordered)

    assert ordered.order("o-17").state is OrderState.CONFIRMED
    assert ordered.payment("pay-1").forfeited == 0


def test_a_balance_whose_order_is_given_up_in_time_costs_no_deposit(ordered: Shop) -> None:
    ordered.open_balance("pay-1", IN_A_WEEK, forfeit=True)

    ordered.cancel("o-17")
    silence(ordered)

    assert ordered.payment("pay-1").forfeited == 0
    assert due(ordered.order("o-17")) == -500


def test_who_gives_up_an_order_after_its_balance_was_missed_may_still_keep_its_deposit(
    ordered: Shop,
) -> None:
    overdue(ordered)

    ordered.cancel("o-17")
    assert ordered.payment("pay-1").state is PaymentState.BALANCE_OVERDUE
    ordered.forfeit_deposit("pay-1")

    assert ordered.payment("pay-1").forfeited == 500
    assert due(ordered.order("o-17")) == 0
    ordered.assert_lawful()


def test_a_missed_balance_that_came_by_another_payment_costs_no_deposit(ordered: Shop) -> None:
    overdue(ordered, forfeit=True)

    ordered.pay("pay-2", eur(1500), (("o-17", 1500),), "card")
    silence(ordered)

    assert ordered.payment("pay-1").state is PaymentState.CAPTURED
    assert ordered.order("o-17").state is OrderState.CONFIRMED


def of_two_orders(shop: Shop) -> None:
    """Two lamps and one: 6.00 and 2.50 of pay-1 are their deposits, and 0.50 are for neither."""
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 1)))
    shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 600), ("o-18", 250)))


@pytest.mark.parametrize("by", ("pay-1", "pay-2"))
def test_a_missed_balance_costs_the_deposit_of_the_orders_that_miss_it_alone(
    any_shop: Shop, by: str
) -> None:
    of_two_orders(any_shop)
    overdue(any_shop, forfeit=True)
    if by == "pay-1":
        any_shop.pay_balance("pay-1", eur(1400), (("o-17", 1400),))
    else:
        any_shop.pay("pay-2", eur(1400), (("o-17", 1400),))

    assert any_shop.codes(forfeit_deposit.on("pay-1", eur(301))) == ["over_deposit"]
    silence(any_shop)

    assert any_shop.order("o-17").state is OrderState.CONFIRMED
    assert any_shop.order("o-18").state is OrderState.CANCELLED
    assert any_shop.payment("pay-1").forfeited == 300
    assert (due(any_shop.order("o-17")), due(any_shop.order("o-18"))) == (0, 0)
    any_shop.assert_lawful()


def test_two_orders_of_one_balance_are_both_to_be_paid_before_it_is_wanted_no_more(
    any_shop: Shop,
) -> None:
    of_two_orders(any_shop)
    any_shop.open_balance("pay-1", IN_A_WEEK)

    any_shop.pay("pay-2", eur(1400), (("o-17", 1400),))
    assert any_shop.payment("pay-1").state is PaymentState.BALANCE_OPEN
    any_shop.cancel("o-18")

    assert any_shop.payment("pay-1").state is PaymentState.CAPTURED


def test_a_customer_is_not_reminded_of_a_balance_that_he_has_paid(shop: Shop) -> None:
    reminding = Shop(shop.store, Rules(remind_days=(30,)), clock=shop.clock)
    reminding.place("o-17", new_order((LAMP, 2)))
    reminding.take_deposit("pay-1", eur(2000), eur(500), (("o-17", 500),))
    reminding.open_balance("pay-1", IN_A_WEEK)
    assert len(reminding.reminders(MORNING)) == 1

    reminding.pay("pay-2", eur(1500), (("o-17", 1500),))

    assert reminding.reminders(MORNING) == []


@pytest.mark.parametrize("won", (True, False))
def test_a_bank_that_gives_a_forfeited_deposit_back_decides_whether_it_was_kept(
    ordered: Shop, won: bool
) -> None:
    overdue(ordered)
    ordered.forfeit_deposit("pay-1")

    ordered.charge_back("pay-1", eur(500), "o-17")
    payment = ordered.settle_dispute("pay-1", won).document

    assert (payment.forfeited, payment.unapplied) == ((500, 0) if won else (0, 0))
    assert payment.charged_back == (0 if won else 500)
    assert payment.state == ("captured" if won else "refunded")
    ordered.assert_lawful()
