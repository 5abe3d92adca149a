from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orderflow import BadInput, Money, Ref
from orderflow.payments import (
    Notice,
    apply_payment,
    await_payment,
    charge_back,
    collect_on_delivery,
    expect_cash,
    expire_payment,
    hold_payment,
    lift_payment_hold,
    pay,
    record_notice,
    remit,
    void_payment,
)
from orderflow.pricing import due
from orderflow.records import Application, Reported, Tender
from orderflow.refunds import pay_back, refund
from orderflow.states import OrderState, PaymentState
from tests.builders import BELL, LAMP, MORNING, Shop, eur, new_order

NAIVE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - that it is refused is what is shown


# --- money that has come in ---------------------------------------------------


@pytest.mark.feature("F079", "F180", "F190")
def test_a_payment_in_full_confirms_its_order(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))

    payment = shop.pay("pay-1", eur(2000), (("o-17", 2000),), "transfer", "c-7").document

    assert payment.state is PaymentState.CAPTURED
    assert (payment.method, payment.payer) == ("transfer", "c-7")
    assert (payment.captured, payment.unapplied) == (2000, 0)
    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.order("o-17").tenders == (Tender("pay-1", 2000),)


def test_a_share_that_is_money_is_told_where_its_minor_units_are(shop: Shop) -> None:
    shares: Any = (("o-17", eur(2000)),)

    with pytest.raises(BadInput, match=r"orders\[0\]\.amount: minor units are wanted"):
        shop.pay("pay-1", eur(2000), shares)


def test_an_order_is_paid_in_parts(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))

    shop.pay("pay-1", eur(500), (("o-17", 500),))
    assert shop.order("o-17").state is OrderState.PLACED
    shop.pay("pay-2", eur(1500), (("o-17", 1500),))

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert due(shop.order("o-17")) == 0


def test_one_payment_pays_two_orders_and_the_rest_stays(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.place("o-18", new_order((BELL, 1)))

    payment = shop.pay("pay-1", eur(6000), (("o-17", 1000), ("o-18", 4550))).document

    assert payment.applications == (Application("o-17", 1000), Application("o-18", 4550))
    assert payment.unapplied == 450
    assert shop.order("o-18").state is OrderState.CONFIRMED


def test_money_may_come_before_it_is_known_what_for(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.place("o-17", new_order((LAMP, 1)))

    shop.apply_payment("pay-1", (("o-17", 1000),))

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.payment("pay-1").unapplied == 0


@pytest.mark.feature("F183")
def test_nothing_is_applied_beyond_what_an_order_costs(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert (
        shop.refuses(pay.on("pay-1", eur(1500), (("o-17", 1001),)))
        == "order o-17: 10.01 EUR offered, 10.00 due"
    )
    shop.pay("pay-1", eur(1500), (("o-17", 1000),))
    assert (
        shop.refuses(apply_payment.on("pay-1", (("o-17", 1),)))
        == "order o-17: 0.01 EUR offered, 0.00 due"
    )


def test_nothing_is_applied_that_did_not_come(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert (
        shop.refuses(pay.on("pay-1", eur(900), (("o-17", 1000),)))
        == "payment pay-1: 10.00 EUR to apply, 9.00 there"
    )


def test_money_of_another_currency_is_not_applied(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    call = pay.on("pay-1", Money(1000, "USD"), (("o-17", 1000),))
    assert shop.refuses(call) == "payment pay-1 is in USD, order o-17 in EUR"


def test_all_reasons_against_an_application_are_said_at_once(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.place("o-18", new_order((LAMP, 1)))

    call = pay.on("pay-1", eur(100), (("o-17", 1500), ("o-18", 2000)))
    assert shop.codes(call) == ["overpaid", "overpaid", "over_applied"]


def test_what_is_wrong_with_its_orders_is_told_of_a_payment_that_was_refunded(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.pay("pay-1", eur(1500), ())
    shop.pay_back("pay-1")

    assert shop.codes(apply_payment.on("pay-1", (("o-17", 1001),))) == ["overpaid", "illegal_move"]
    assert shop.codes(apply_payment.on("pay-1", (("o-17", 1000),))) == ["illegal_move"]


@pytest.mark.feature("F183")
def test_what_is_owed_back_on_one_order_pays_the_next_of_its_customer(any_shop: Shop) -> None:
    any_shop.sell("o-17", (LAMP, 5))
    any_shop.cancel("o-17", (("1", 3),))
    any_shop.place("o-18", new_order((LAMP, 4)))

    said = any_shop.refuses(apply_payment.on("pay-o-17", (("o-18", 3001),)))
    assert said == "payment pay-o-17: 30.01 EUR to apply, 30.00 there"
    any_shop.apply_payment("pay-o-17", (("o-18", 2500),))

    assert [due(any_shop.order(id)) for id in ("o-17", "o-18")] == [-500, 1500]
    any_shop.pay("pay-2", eur(100), ())
    assert any_shop.payment("pay-o-17").applications == (
        Application("o-17", 2500),
        Application("o-18", 2500),
    )
    any_shop.assert_lawful()


def test_what_is_unapplied_is_used_before_what_is_owed_back(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 5)))
    shop.pay("pay-1", eur(7000), (("o-17", 5000),))
    shop.cancel("o-17", (("1", 3),))
    shop.place("o-18", new_order((LAMP, 3)))

    payment = shop.apply_payment("pay-1", (("o-18", 2500),)).document

    assert (payment.unapplied, due(shop.order("o-17"))) == (0, -2500)


def test_what_is_owed_to_one_customer_pays_nothing_for_another(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 5))
    shop.cancel("o-17", (("1", 3),))
    shop.place("o-18", new_order((LAMP, 1), customer="c-8"))

    assert shop.codes(apply_payment.on("pay-o-17", (("o-18", 1000),))) == ["over_applied"]


def test_what_a_bank_has_kept_is_owed_back_no_more_and_pays_no_order(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 5))
    shop.charge_back("pay-o-17", eur(1000))
    shop.settle_dispute("pay-o-17", won=False)
    shop.cancel("o-17", (("1", 3),))
    shop.place("o-18", new_order((LAMP, 3)))

    assert shop.codes(apply_payment.on("pay-o-17", (("o-18", 2001),))) == ["over_applied"]
    shop.apply_payment("pay-o-17", (("o-18", 2000),))

    assert due(shop.order("o-17")) == 0


def test_a_payment_comes_once_and_its_orders_are_there(shop: Shop) -> None:
    shop.pay("pay-1", eur(100), ())

    assert shop.refuses(pay.on("pay-1", eur(100), ())) == "payment pay-1 is there already"
    assert shop.refuses(pay.on("pay-2", eur(100), (("o-9", 1),))) == "there is no order o-9"
    assert shop.refuses(apply_payment.on("pay-9", ())) == "there is no payment pay-9"


def test_a_draft_that_is_paid_is_not_confirmed_before_it_is_placed(shop: Shop) -> None:
    shop.draft("o-17", new_order((LAMP, 1)))
    shop.pay("pay-1", eur(1000), (("o-17", 1000),))
    assert shop.order("o-17").state is OrderState.DRAFT

    shop.place("o-17")

    assert shop.order("o-17").state is OrderState.CONFIRMED


# --- a gateway ----------------------------------------------------------------


@pytest.mark.feature("F176", "F181")
def test_a_gateway_authorises_and_captures(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    until = MORNING + timedelta(minutes=15)

    awaited = shop.await_payment("pay-1", eur(1000), "alipay", "c-7", until).document
    assert (awaited.state, awaited.expires_at) == (PaymentState.AWAITING, until)
    assert shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000)).document.captured == 0
    captured = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ev-3").document

    assert captured.state is PaymentState.CAPTURED
    assert (captured.captured, captured.unapplied, captured.holds) == (1000, 1000, ())


def test_a_payment_that_failed_is_over(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(1000))

    assert shop.record_notice("pay-1", Notice.FAILED, eur(1000)).document.state is (
        PaymentState.FAILED
    )


def test_a_payment_that_is_not_answered_for_expires(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(1000), expires_at=MORNING + timedelta(minutes=15))
    shop.await_payment("pay-2", eur(1000))

    assert (
        shop.refuses(expire_payment.on("pay-1"))
        == "payment pay-1 may be answered for until 2026-03-02T09:15:00+00:00"
    )
    assert (
        shop.refuses(expire_payment.on("pay-2"))
        == "payment pay-2 may be answered for until any time"
    )
    shop.clock.forward(minutes=15)
    (found,) = shop.due(shop.clock.at)
    shop.apply(found.call)

    assert shop.payment("pay-1").state is PaymentState.EXPIRED
    assert (
        shop.refuses(expire_payment.on("pay-1"))
        == "payment pay-1 is expired: cannot expire (can: ask void)"
    )


@pytest.mark.feature("F183")
@pytest.mark.parametrize("ended", (Notice.FAILED, None))
def test_money_that_comes_too_late_is_kept_under_a_hold(shop: Shop, ended: Notice | None) -> None:
    shop.await_payment("pay-1", eur(1000), expires_at=MORNING)
    if ended:
        shop.record_notice("pay-1", ended, eur(1000))
    else:
        shop.expire_payment("pay-1")

    payment = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000)).document

    assert payment.state is PaymentState.CAPTURED
    assert payment.unapplied == 1000
    assert [hold.code for hold in payment.holds] == ["paid_late"]


def test_a_notice_that_no_row_takes_is_recorded_under_a_hold(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())

    twice = shop.record_notice("pay-1", Notice.CAPTURED, eur(300)).document
    again = shop.record_notice("pay-1", Notice.FAILED, eur(300)).document

    assert (twice.captured, twice.unapplied) == (1300, 1300)
    assert [hold.code for hold in again.holds] == ["unexpected_notice"]
    assert again.holds[0].reason == "captured came while captured"
    assert again.state is PaymentState.CAPTURED


# --- cash on delivery ---------------------------------------------------------


@pytest.mark.feature("F177", "F182")
def test_cash_is_collected_at_the_door_and_remitted_later(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))

    collected = shop.collect_on_delivery("cod-1", "o-17", eur(1000)).document
    assert collected.state is PaymentState.COLLECTED
    assert (collected.method, collected.payer) == ("cash on delivery", "c-7")
    assert (collected.captured, collected.with_carrier) == (1000, 1000)
    assert due(shop.order("o-17")) == 0

    short = shop.remit("cod-1", eur(400)).document
    assert (short.state, short.with_carrier) == (PaymentState.SHORT_PAID, 600)
    remitted = shop.remit("cod-1", eur(600)).document
    assert (remitted.state, remitted.with_carrier) == (PaymentState.REMITTED, 0)
    assert remitted.holds == ()


@pytest.mark.feature("F183")
def test_a_carrier_that_remits_more_than_it_owes_is_not_refused_and_asks_a_person(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.collect_on_delivery("cod-1", "o-17", eur(1000))

    too_much = shop.remit("cod-1", eur(1100)).document
    again = shop.remit("cod-1", eur(50)).document

    assert (too_much.state, too_much.with_carrier) == (PaymentState.REMITTED, 0)
    assert (too_much.captured, too_much.unapplied) == (1100, 100)
    assert [hold.code for hold in too_much.holds] == ["over_remitted"]
    assert (again.state, again.unapplied) == (PaymentState.REMITTED, 150)


@pytest.mark.feature("F177", "F182")
def test_cash_that_is_due_at_the_door_is_collected_there(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))

    expected = shop.expect_cash("cod-1", "o-17", eur(1000)).document
    assert (expected.state, expected.amount, expected.captured) == (
        PaymentState.DUE_AT_DOOR,
        1000,
        0,
    )
    collected = shop.collect_on_delivery("cod-1", "o-17", eur(900)).document

    assert (collected.state, collected.amount, collected.with_carrier) == (
        PaymentState.COLLECTED,
        1000,
        900,
    )
    assert due(shop.order("o-17")) == 100


def test_cash_is_expected_only_where_that_was_agreed(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.codes(expect_cash.on("cod-1", "o-17", eur(1000))) == ["not_cash_on_delivery"]


@pytest.mark.feature("F177")
def test_cash_of_a_parcel_that_was_refused_at_the_door_is_wanted_no_more(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("cod-1", "o-17", eur(1000))

    voided = shop.void_payment("cod-1", "refused at the door").document

    assert voided.state is PaymentState.VOIDED
    assert shop.refuses(void_payment.on("cod-1", "again")) == (
        "payment cod-1 is voided: cannot void (can: ask void, collect)"
    )


@pytest.mark.feature("F183")
def test_cash_at_the_door_makes_good_what_a_bank_had_taken_before(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("cod-1", "o-17", eur(1000))
    shop.charge_back("cod-1", eur(300))

    collected = shop.collect_on_delivery("cod-1", "o-17", eur(1000)).document

    assert (collected.state, collected.with_carrier) == (PaymentState.COLLECTED, 1000)
    assert (collected.applied, collected.unapplied, collected.charged_back) == (700, 0, 300)
    assert due(shop.order("o-17")) == 300


@pytest.mark.feature("F183")
def test_cash_at_the_door_that_a_bank_has_taken_wholly_pays_nothing(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("cod-1", "o-17", eur(1000))
    shop.charge_back("cod-1", eur(1500))

    collected = shop.collect_on_delivery("cod-1", "o-17", eur(1000)).document

    assert (collected.applied, collected.unapplied) == (0, -500)


@pytest.mark.feature("F183")
def test_cash_that_was_due_for_another_order_waits_for_a_person(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.place("o-18", new_order((LAMP, 1), cash_on_delivery=True))
    expected = shop.expect_cash("cod-1", "o-17", eur(1000)).document
    assert expected.due_for == "o-17"

    taken = shop.collect_on_delivery("cod-1", "o-18", eur(1000)).document

    assert (taken.state, taken.applied, taken.unapplied) == (PaymentState.COLLECTED, 0, 1000)
    assert [(hold.code, hold.reason, hold.blocks) for hold in taken.holds] == [
        ("other_order", "cash of order o-18 was taken on a payment that was due for o-17", ())
    ]
    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (1000, 1000)
    shop.apply_payment("cod-1", (("o-18", 1000),))
    assert due(shop.order("o-18")) == 0


@pytest.mark.feature("F183")
def test_cash_that_is_taken_after_the_payment_was_voided_waits_for_a_person(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("cod-1", "o-17", eur(1000))
    shop.void_payment("cod-1", "refused at the door")

    late = shop.collect_on_delivery("cod-1", "o-17", eur(1000)).document

    assert (late.state, late.unapplied, late.with_carrier) == (PaymentState.COLLECTED, 1000, 1000)
    assert [hold.code for hold in late.holds] == ["paid_late"]
    assert shop.remit("cod-1", eur(1000)).document.state is PaymentState.REMITTED


@pytest.mark.parametrize("authorised", (False, True))
def test_a_seller_may_void_a_payment_that_has_brought_no_money(
    shop: Shop, authorised: bool
) -> None:
    shop.await_payment("pay-1", eur(1000))
    if authorised:
        shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000))

    assert shop.void_payment("pay-1", "paid in another way").document.state is PaymentState.VOIDED


def test_a_payment_that_has_brought_money_is_not_voided(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())

    assert shop.codes(void_payment.on("pay-1", "a mistake")) == ["illegal_move"]


def test_too_much_cash_stays_unapplied_and_too_little_leaves_a_debt(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.place("o-18", new_order((LAMP, 1), cash_on_delivery=True))

    over = shop.collect_on_delivery("cod-1", "o-17", eur(1200)).document
    assert over.unapplied == 200
    assert [(hold.code, hold.reason, hold.blocks) for hold in over.holds] == [
        ("overpaid", "2.00 EUR more was collected than order o-17 costs", ())
    ]
    assert shop.collect_on_delivery("cod-2", "o-18", eur(900)).document.unapplied == 0
    assert due(shop.order("o-18")) == 100


def test_cash_of_another_currency_is_kept_unapplied(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))

    payment = shop.collect_on_delivery("cod-1", "o-17", Money(1000, "USD")).document

    assert payment.unapplied == 1000
    assert [hold.reason for hold in payment.holds] == ["cash in USD was taken for an order in EUR"]
    assert due(shop.order("o-17")) == 1000


def test_cash_that_nobody_agreed_upon_is_kept_for_somebody_to_decide(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1)))

    kept = shop.collect_on_delivery("cod-1", "o-17", eur(1000)).document
    shop.remit("cod-1", eur(1000))
    shop.pay_back("cod-1", eur(1000))

    assert (kept.unapplied, kept.with_carrier) == (1000, 1000)
    assert [hold.code for hold in kept.holds] == ["unexpected_cash"]
    assert shop.order("o-17").applied == 0
    assert shop.payment("cod-1").refunded == 1000


@pytest.mark.feature("F177", "F182")
def test_what_a_door_brings_later_is_recorded_too_and_owed_by_the_carrier(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    shop.expect_cash("cod-1", "o-17", eur(2000))
    shop.collect_on_delivery("cod-1", "o-17", eur(1500))

    later = shop.collect_on_delivery("cod-1", "o-17", eur(300)).document
    shop.remit("cod-1", eur(1000))
    short = shop.collect_on_delivery("cod-1", "o-17", eur(100)).document
    shop.remit("cod-1", eur(900))
    again = shop.collect_on_delivery("cod-1", "o-17", eur(100)).document

    assert (later.state, later.with_carrier, later.applied) == ("collected", 1800, 1800)
    assert (short.state, short.with_carrier) == ("short paid", 900)
    assert (again.state, again.with_carrier, again.applied) == ("short paid", 100, 2000)
    assert again.holds == ()
    assert due(shop.order("o-17")) == 0


@pytest.mark.feature("F183")
def test_cash_after_what_was_remitted_has_gone_back_asks_a_person(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.collect_on_delivery("cod-1", "o-17", eur(1000))
    shop.remit("cod-1", eur(1000))
    shop.cancel("o-17")
    shop.refund("o-17")

    late = shop.collect_on_delivery("cod-1", "o-17", eur(400)).document

    assert (late.state, late.unapplied, late.with_carrier) == ("short paid", 400, 400)
    assert [hold.code for hold in late.holds] == ["overpaid"]
    assert shop.remit("cod-1", eur(400)).document.with_carrier == 0
    assert shop.pay_back("cod-1").document.state == "refunded"


@pytest.mark.feature("F183")
def test_cash_on_a_payment_in_dispute_is_recorded_and_asks_a_person(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("cod-1", "o-17", eur(1000))
    shop.void_payment("cod-1", "paid by card")
    shop.record_notice("cod-1", Notice.CAPTURED, eur(1000))
    shop.charge_back("cod-1", eur(1000))

    late = shop.collect_on_delivery("cod-1", "o-17", eur(400)).document

    assert (late.state, late.captured, late.with_carrier) == ("disputed", 1400, 400)
    assert "unexpected_cash" in [hold.code for hold in late.holds]
    remitted = shop.remit("cod-1", eur(400)).document
    assert (remitted.state, remitted.with_carrier) == ("disputed", 0)


def test_the_name_of_a_payment_of_another_kind_is_taken(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.pay("card", eur(500), ())

    call = collect_on_delivery.on("card", "o-17", eur(1000))

    assert shop.refuses(call) == "payment card is there already"


def test_cash_is_refunded_before_and_after_it_is_remitted(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    shop.collect_on_delivery("cod-1", "o-17", eur(2000))
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")
    assert shop.payment("cod-1").state is PaymentState.COLLECTED, "the carrier still has the cash"
    shop.remit("cod-1", eur(2000))
    shop.cancel("o-17")

    shop.refund("o-17")

    payment = shop.payment("cod-1")
    assert (payment.state, payment.refunded) == (PaymentState.REFUNDED, 2000)


# --- what banks take back -----------------------------------------------------


@pytest.mark.feature("F183")
def test_a_chargeback_is_recorded_in_any_state_and_asks_a_person(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))

    payment = shop.charge_back("pay-o-17", eur(600), "o-17").document

    assert (payment.charged_back, payment.applied, payment.unapplied) == (600, 400, 0)
    assert [hold.code for hold in payment.holds] == ["charged_back"]
    assert due(shop.order("o-17")) == 600


def test_a_chargeback_beyond_what_is_applied_leaves_less_than_nothing_unapplied(
    shop: Shop,
) -> None:
    shop.sell("o-17", (LAMP, 1))

    payment = shop.charge_back("pay-o-17", eur(1500), "o-17").document

    assert (payment.charged_back, payment.applied, payment.unapplied) == (1500, 0, -500)


def test_a_chargeback_of_no_order_takes_unapplied_money(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())

    payment = shop.charge_back("pay-1", eur(300)).document

    assert (payment.unapplied, payment.charged_back) == (700, 300)
    again = shop.charge_back("pay-1", eur(300)).document
    assert len(again.holds) == 1


def test_money_that_comes_after_its_chargeback_is_in_dispute_at_once(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(1000))
    shop.charge_back("pay-1", eur(1000))

    payment = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000)).document

    assert payment.state is PaymentState.DISPUTED
    assert shop.settle_dispute("pay-1", won=False).document.state is PaymentState.REFUNDED


def test_a_remittance_of_cash_that_nobody_said_was_collected_can_go_back(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("pay-1", "o-17", eur(1000))

    payment = shop.remit("pay-1", eur(1000)).document

    assert (payment.state, payment.unapplied) == (PaymentState.REMITTED, 1000)
    assert shop.pay_back("pay-1").document.state is PaymentState.REFUNDED


def test_a_remittance_of_a_voided_payment_can_go_back(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("pay-1", "o-17", eur(1000))
    shop.void_payment("pay-1", "refused at the door")

    payment = shop.remit("pay-1", eur(400)).document

    assert (payment.state, payment.unapplied) == (PaymentState.CAPTURED, 400)
    assert shop.pay_back("pay-1").document.state is PaymentState.REFUNDED


@pytest.mark.feature("F183")
def test_a_dispute_that_is_won_lets_the_money_pay_again(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))
    disputed = shop.charge_back("pay-o-17", eur(600), "o-17").document
    assert (disputed.state, disputed.disputed) == (PaymentState.DISPUTED, 600)

    won = shop.settle_dispute("pay-o-17", won=True).document

    assert (won.state, won.charged_back, won.disputed) == (PaymentState.CAPTURED, 0, 0)
    assert (won.applied, won.unapplied, won.holds) == (1000, 0, ())
    assert due(shop.order("o-17")) == 0


def test_money_that_is_lost_in_a_dispute_is_gone_for_good(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.charge_back("pay-1", eur(300))

    part = shop.settle_dispute("pay-1", won=False).document
    assert (part.state, part.charged_back, part.disputed, part.holds) == (
        PaymentState.PART_REFUNDED,
        300,
        0,
        (),
    )
    shop.charge_back("pay-1", eur(700))
    assert shop.payment("pay-1").disputed == 700
    rest = shop.settle_dispute("pay-1", won=True).document
    assert (rest.state, rest.charged_back, rest.unapplied) == (PaymentState.PART_REFUNDED, 300, 700)
    shop.charge_back("pay-1", eur(700))
    assert shop.settle_dispute("pay-1", won=False).document.state is PaymentState.REFUNDED


def test_a_dispute_about_money_that_had_gone_back_leaves_it_refunded(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.pay_back("pay-1")
    shop.charge_back("pay-1", eur(1000))

    won = shop.settle_dispute("pay-1", won=True).document

    assert (won.state, won.refunded, won.charged_back, won.unapplied) == (
        PaymentState.REFUNDED,
        1000,
        0,
        0,
    )


def test_the_rest_of_a_disputed_payment_may_be_paid_back_meanwhile(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.charge_back("pay-1", eur(300))

    shop.pay_back("pay-1", eur(100))
    rest = shop.pay_back("pay-1").document

    assert (rest.state, rest.refunded, rest.disputed) == (PaymentState.DISPUTED, 700, 300)
    won = shop.settle_dispute("pay-1", won=True).document
    assert (won.state, won.unapplied) == (PaymentState.PART_REFUNDED, 300)


def test_a_settlement_that_nobody_waits_for_is_recorded_under_a_hold(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())

    payment = shop.settle_dispute("pay-1", won=False).document

    assert payment.state is PaymentState.CAPTURED
    assert [hold.code for hold in payment.holds] == ["unexpected_settlement"]
    assert payment.holds[0].reason == "a dispute was lost while captured"


def test_a_settlement_that_nobody_waits_for_lifts_no_hold(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.hold_payment("pay-1", "bank", "has it been charged back?")

    payment = shop.settle_dispute("pay-1", won=True).document

    assert [hold.code for hold in payment.holds] == ["bank", "unexpected_settlement"]


# --- holds --------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    (
        "charged_back",
        "other_order",
        "over_remitted",
        "paid_late",
        "unexpected_cash",
        "unexpected_notice",
        "unexpected_settlement",
    ),
)
def test_nobody_takes_a_name_that_the_verbs_of_payments_hold_by(shop: Shop, code: str) -> None:
    shop.pay("pay-1", eur(1000), ())

    assert shop.cannot_take(hold_payment.on("pay-1", code, "looked into")) == "code"


def test_a_charge_back_blocks_beside_whatever_a_person_has_asked(shop: Shop) -> None:
    shop.take_deposit("pay-1", eur(1000), eur(300), ())
    shop.hold_payment("pay-1", "bank", "has it been charged back?", ())

    payment = shop.charge_back("pay-1", eur(300)).document

    assert [(hold.code, hold.blocks) for hold in payment.holds] == [
        ("bank", ()),
        ("charged_back", ("onward",)),
    ]
    settled = shop.settle_dispute("pay-1", won=True).document
    assert [hold.code for hold in settled.holds] == ["bank"]


def test_a_held_payment_pays_back_unless_its_hold_names_that(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.hold_payment("pay-1", "check", "whose is it?")
    shop.hold_payment("pay-1", "question", "does the payer know?", ())
    shop.pay_back("pay-1", eur(100))

    shop.hold_payment("pay-1", "fraud", "looked into", ("refund part",))

    assert shop.refuses(pay_back.on("pay-1", eur(100))) == (
        "payment pay-1 is on hold: fraud (looked into)"
    )
    assert shop.refuses(hold_payment.on("pay-1", "fraud", "again")) == "hold fraud is there already"
    shop.lift_payment_hold("pay-1", "fraud")
    shop.pay_back("pay-1", eur(100))
    shop.pay_back("pay-1")


@pytest.mark.parametrize("blocks", (("refund",), ("refund part", "refund")))
def test_who_holds_refunds_holds_every_part_of_them(shop: Shop, blocks: tuple[str, ...]) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("pay-1", eur(3000), (("o-17", 3000),))
    shop.hold_payment("pay-1", "fraud", "looked into", blocks)
    shop.cancel("o-17")

    for amount in (None, eur(2999), eur(1)):
        assert shop.codes(refund.on("o-17", amount)) == ["on_hold"]

    assert shop.payment("pay-1").refunded == 0
    shop.assert_lawful()


def test_no_hold_keeps_money_from_coming_in(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(1000))
    shop.hold_payment("pay-1", "fraud", "looked into")

    payment = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000)).document

    assert (payment.state, payment.captured) == (PaymentState.CAPTURED, 1000)


# --- money that goes back -----------------------------------------------------


@pytest.mark.feature("F231")
def test_unapplied_money_is_paid_back(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())

    part = shop.pay_back("pay-1", eur(300)).document
    assert (part.state, part.unapplied) == (PaymentState.PART_REFUNDED, 700)
    assert (
        shop.refuses(pay_back.on("pay-1", eur(701)))
        == "payment pay-1: 7.01 EUR to pay back, 7.00 that no order has used"
    )
    whole = shop.pay_back("pay-1").document
    assert (whole.state, whole.refunded) == (PaymentState.REFUNDED, 1000)
    said = "payment pay-1 has nothing that could be paid back"
    assert shop.refuses(pay_back.on("pay-1")) == said


# --- bad input ----------------------------------------------------------------


def test_bad_input_about_money_is_found_with_its_place(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.pay("pay-1", eur(1000), ())
    none: Any = None
    true: Any = True

    for call, path in (
        (pay.on("pay-2", none, ()), "amount"),
        (pay.on("pay-2", eur(0), ()), "amount"),
        (pay.on("pay-2", eur(-5), ()), "amount"),
        (pay.on("pay-2", eur(5), none), "orders"),
        (pay.on("pay-2", eur(5), ("o-17",)), "orders[0]"),  # type: ignore[arg-type] # as it says
        (pay.on("pay-2", eur(5), ((17, 5),)), "orders[0].order"),  # type: ignore[arg-type] # as it says
        (pay.on("pay-2", eur(5), (("o-17", 0),)), "orders[0].amount"),
        (pay.on("pay-2", eur(5), (("o-17", true),)), "orders[0].amount"),
        (pay.on("pay-2", eur(5), (("o-17", 1), ("o-17", 1))), "orders"),
        (pay.on("pay-2", eur(5), (), " card"), "method"),
        (pay.on("pay-2", eur(5), (), "", "\u200b"), "payer"),
        (pay.on("", eur(5), ()), "payment"),
        (await_payment.on("pay-2", none), "amount"),
        (await_payment.on("pay-2", eur(5), none), "method"),
        (await_payment.on("pay-2", eur(5), "", none), "payer"),
        (await_payment.on("pay-2", eur(5), "", "", NAIVE), "expires_at"),
        (record_notice.on("pay-1", none, eur(5)), "notice"),
        (record_notice.on("pay-1", "captured", eur(5)), "notice"),  # type: ignore[arg-type] # as it says
        (record_notice.on("pay-1", Notice.CAPTURED, none), "amount"),
        (record_notice.on("pay-1", Notice.CAPTURED, Money(5, "USD")), "amount"),
        (record_notice.on("pay-1", Notice.CAPTURED, eur(5), none), "event"),
        (apply_payment.on("pay-1", none), "orders"),
        (collect_on_delivery.on("cod-1", "o-17", none), "amount"),
        (collect_on_delivery.on("cod-1", "o-17", eur(0)), "amount"),
        (collect_on_delivery.on("cod-1", none, eur(5)), "order"),
        (remit.on("pay-1", none), "amount"),
        (remit.on("pay-1", Money(5, "USD")), "amount"),
        (charge_back.on("pay-1", none), "amount"),
        (charge_back.on("pay-1", eur(5), none), "order"),
        (charge_back.on("pay-1", eur(5), " o-17"), "order"),
        (pay_back.on("pay-1", true), "amount"),
        (pay_back.on("pay-1", Money(5, "USD")), "amount"),
        (refund.on("o-17", true), "amount"),
        (refund.on("o-17", Money(5, "USD")), "amount"),
    ):
        assert shop.cannot_take(call) == path, call


def test_a_payment_is_named_by_its_own_kind(shop: Shop) -> None:
    assert pay.on("pay-1", eur(5), ()).ref == Ref("", "payment", "pay-1")


@pytest.mark.parametrize("late", (Notice.VOIDED, Notice.FAILED))
def test_money_that_comes_for_a_payment_that_has_ended_is_looked_into_and_paid_back(
    any_shop: Shop, late: Notice
) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    if late is Notice.VOIDED:
        shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000))
    shop.record_notice("pay-1", late, eur(1000))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000))
    assert [hold.code for hold in shop.payment("pay-1").holds] == ["paid_late"]

    shop.lift_payment_hold("pay-1", "paid_late")
    shop.pay_back("pay-1")

    payment = shop.payment("pay-1")
    assert (payment.captured, payment.refunded, payment.holds) == (1000, 1000, ())
    assert shop.refuses(lift_payment_hold.on("pay-1", "paid_late")) == (
        "payment pay-1 has no hold paid_late"
    )


@pytest.mark.feature("F183")
def test_the_same_event_of_a_gateway_counts_once(any_shop: Shop) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))

    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "evt-1")
    again = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "evt-1").document

    assert (again.captured, again.unapplied, again.holds) == (1000, 1000, ())
    assert again.events == (Reported(Notice.CAPTURED, "evt-1", 1000),)
