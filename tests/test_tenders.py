"""Payments in another currency or in points, at the rate at which they came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    Instalment,
    Money,
    Outcome,
    Price,
    Rounding,
    Rules,
    StoredKind,
    Tendered,
)
from orderflow.adapters.gateways import ScriptedGateway, send_open
from orderflow.audit.journal import JournalCheck
from orderflow.audit.money import MoneyCheck
from orderflow.payments import Notice
from orderflow.ports import GatewayAnswer, GatewayRequest
from orderflow.refunds import pay_back, refund
from orderflow.tenders import MethodKind, PaymentMethod, part_of
from tests.builders import LAMP, MORNING, Shop, eur, new_order

POINTS = Price.of("1.00", "EUR", per=300)
"""Three hundred points are worth one euro."""


def dollars(cents: int, rate: str = "0.92") -> Tendered:
    return Tendered.of(Money(cents, "USD"), rate, "EUR")


def units(shop: Shop) -> tuple[int, int, int]:
    """What came of the tender of pay-1, what went back of it, and what the bank took."""
    book = shop.payment("pay-1").tendered
    assert book is not None
    return book.captured, book.refunded, book.charged_back


@pytest.mark.feature("F176")
def test_an_order_in_euro_is_paid_in_dollars_at_the_rate_of_the_day(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 3)))

    payment = any_shop.pay(
        "pay-1", eur(3000), (("o-17", 3000),), "card", tendered=dollars(3261)
    ).document

    assert payment.tendered is not None
    assert (payment.tendered.unit, payment.tendered.held) == ("USD", 3261)
    assert payment.tendered.rate == Price.of("0.92", "EUR", per=100)
    assert any_shop.order("o-17").state == "confirmed"
    any_shop.assert_lawful()


def test_what_goes_back_takes_its_part_of_the_dollars_and_all_is_all(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 3)))
    any_shop.pay("pay-1", eur(3000), (("o-17", 3000),), tendered=dollars(3261))

    back = []
    for _ in range(3):
        any_shop.cancel("o-17", (("1", 1),))
        any_shop.refund("o-17")
        back.append(units(any_shop)[1])

    assert back == [1087, 2174, 3261]
    assert any_shop.payment("pay-1").state == "refunded"
    any_shop.assert_lawful()


def test_points_that_do_not_divide_go_back_whole(any_shop: Shop) -> None:
    any_shop.pay("pay-1", eur(100), (), "points", tendered=Tendered("points", 299, POINTS))

    for amount in (33, 33, 33, 1):
        any_shop.pay_back("pay-1", eur(amount))

    assert units(any_shop) == (299, 299, 0)


@pytest.mark.parametrize(
    ("rounding", "worth"), ((Rounding.HALF_UP, 100), (Rounding.DOWN, 99), (Rounding.UP, 100))
)
def test_units_are_worth_their_amount_by_one_named_rounding(rounding: Rounding, worth: int) -> None:
    assert Tendered("points", 299, POINTS, rounding).worth == worth


def test_a_currency_in_other_letters_is_no_unit_of_a_tender() -> None:
    with pytest.raises(BadInput, match=r"tendered\.unit: EUR is wanted"):
        Tendered("eur", 3000, Price.of("0.01", "EUR"))


def test_an_amount_that_the_units_are_not_worth_is_refused(shop: Shop) -> None:
    for tendered, path in (
        (dollars(3300), "tendered"),
        (Tendered.of(Money(3261, "USD"), "0.92", "CHF"), "tendered.rate"),
        (Tendered("EUR", 3000, Price.of("0.01", "EUR")), "tendered.unit"),
        ("32.61 USD", "tendered"),
    ):
        with pytest.raises(BadInput) as no:
            shop.pay("pay-1", eur(3000), (), tendered=tendered)  # type: ignore[arg-type]
        assert no.value.path == path


def test_a_balance_comes_at_a_rate_of_its_own_and_in_the_unit_of_its_deposit(
    any_shop: Shop,
) -> None:
    any_shop.place("o-17", new_order((LAMP, 1)))
    any_shop.take_deposit("pay-1", eur(1000), eur(300), (("o-17", 300),), tendered=dollars(326))
    with pytest.raises(BadInput, match="USD is wanted, not points"):
        any_shop.pay_balance("pay-1", eur(700), (), Tendered("points", 2100, POINTS))

    any_shop.pay_balance("pay-1", eur(700), (("o-17", 700),), dollars(737, "0.95"))

    book = any_shop.payment("pay-1").tendered
    assert book is not None
    assert (book.captured, book.rate.amount) == (326 + 737, Price.of("0.95", "EUR").amount)
    any_shop.cancel("o-17")
    any_shop.refund("o-17")
    assert units(any_shop) == (1063, 1063, 0)
    any_shop.assert_lawful()


def test_a_gateway_says_what_was_captured_in_the_payers_currency(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(1000))

    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ev-1", tendered=dollars(1087))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ev-1", tendered=dollars(1087))

    assert units(shop) == (1087, 0, 0)


def test_a_dispute_takes_dollars_and_brings_them_back(any_shop: Shop) -> None:
    any_shop.pay("pay-1", eur(1000), (), tendered=dollars(1087))
    any_shop.pay_back("pay-1", eur(400))
    assert units(any_shop) == (1087, 435, 0)

    any_shop.charge_back("pay-1", eur(1000))  # more than is left: nobody has those dollars
    assert units(any_shop) == (1087, 435, 652)

    any_shop.settle_dispute("pay-1", won=True)
    assert units(any_shop) == (1087, 435, 0)
    any_shop.pay_back("pay-1")
    assert units(any_shop) == (1087, 1087, 0)
    any_shop.assert_lawful()


def test_money_without_units_takes_none_along_that_are_not_there(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), (), tendered=dollars(1087))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000))

    shop.pay_back("pay-1", eur(1000))
    shop.pay_back("pay-1", eur(1000))

    assert units(shop) == (1087, 1087, 0)


def test_books_of_a_tender_that_have_drifted_are_found(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), (), tendered=dollars(1087))
    payment = shop.payment("pay-1")
    assert payment.tendered is not None

    check = MoneyCheck(JournalCheck("", "", 0, 0))
    drifted = attrs.evolve(payment.tendered, refunded=1088)
    check.check_payment(attrs.evolve(payment, tendered=drifted))

    assert check.law().breaches == ("payment pay-1: 1088 refunded and 0 charged back of 1087 USD",)


@given(
    units=st.integers(0, 10**6),
    money=st.integers(1, 10**6),
    parts=st.lists(st.integers(0, 10**6), max_size=8),
)
def test_units_go_along_with_money_and_neither_falls_below_zero(
    units: int, money: int, parts: list[int]
) -> None:
    left, rest = units, money
    for part in parts:
        part = min(part, rest)
        going = part_of(left, rest, part)
        assert 0 <= going <= left
        left, rest = left - going, rest - part

    assert part_of(left, rest, rest) == left


@pytest.mark.parametrize(
    ("unit", "n", "rate", "rounding", "path"),
    (
        ("", 1, POINTS, Rounding.DOWN, "tendered.unit"),
        ("points", 0, POINTS, Rounding.DOWN, "tendered.n"),
        ("points", 1.5, POINTS, Rounding.DOWN, "tendered.n"),
        ("points", 1, "1.00", Rounding.DOWN, "tendered.rate"),
        ("points", 1, POINTS, "down", "tendered.rounding"),
    ),
)
def test_units_without_a_name_a_number_or_a_rate_are_none(
    unit: Any, n: Any, rate: Any, rounding: Any, path: str
) -> None:
    with pytest.raises(BadInput) as no:
        Tendered(unit, n, rate, rounding)

    assert no.value.path == path


def test_only_money_has_a_rate_by_its_main_unit() -> None:
    with pytest.raises(BadInput, match="Money is wanted, not str"):
        Tendered.of("10.87 USD", "0.92", "EUR")  # type: ignore[arg-type]


def test_a_refund_that_the_gateway_fails_brings_its_dollars_back(any_shop: Shop) -> None:
    any_shop.await_payment("pay-1", eur(1000))
    any_shop.ask_capture("pay-1")
    any_shop.record_answer("pay-1", "capture-1", Outcome.DONE, tendered=dollars(1087))
    any_shop.ask_pay_back("pay-1", eur(300))
    any_shop.ask_pay_back("pay-1", eur(400))
    assert units(any_shop) == (1087, 761, 0)

    any_shop.record_answer("pay-1", "refund-2", Outcome.FAILED)
    any_shop.record_answer("pay-1", "refund-3", Outcome.DONE)

    assert any_shop.payment("pay-1").refunded == 400
    assert units(any_shop) == (1087, 435, 0)
    any_shop.pay_back("pay-1")
    assert units(any_shop) == (1087, 1087, 0)
    any_shop.assert_lawful()


def test_a_gateway_is_asked_for_the_dollars_that_have_left_the_books(any_shop: Shop) -> None:
    shop, asked = any_shop, list[tuple[int, str, int]]()

    class Dollars(ScriptedGateway):
        """A gateway that charges in dollars."""

        def capture(self, request: GatewayRequest, key: str) -> GatewayAnswer:
            return attrs.evolve(super().capture(request, key), tendered=dollars(3261))

        def refund(self, request: GatewayRequest, key: str) -> GatewayAnswer:
            asked.append((request.amount.minor, request.unit, request.units))
            return super().refund(request, key)

    gateway = Dollars("stirling", shop.clock)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.await_payment("pay-1", eur(3000), "card", "c-7", None, (("o-17", 3000),))
    shop.ask_capture("pay-1")
    send_open(shop, gateway, shop.clock.at)
    assert units(shop) == (3261, 0, 0)
    for _ in range(3):
        shop.cancel("o-17", (("1", 1),))
        shop.ask_refund("o-17")
        send_open(shop, gateway, shop.clock.at)

    assert asked == [(1000, "USD", 1087)] * 3
    assert units(shop) == (3261, 3261, 0)


def test_dollars_of_a_refund_that_fails_come_back_as_they_were_asked_for(any_shop: Shop) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-1", Outcome.DONE, tendered=dollars(1087))
    for _ in range(3):
        shop.ask_pay_back("pay-1", eur(333))
    asked = {one.id: one.units for one in shop.payment("pay-1").requests[1:]}
    assert asked == {"refund-2": 362, "refund-3": 362, "refund-4": 362}

    shop.record_answer("pay-1", "refund-3", Outcome.DONE)
    shop.record_answer("pay-1", "refund-4", Outcome.DONE, eur(100))
    assert units(shop) == (1087, 362 + 362 + 109, 0)
    shop.record_answer("pay-1", "refund-2", Outcome.FAILED)
    shop.record_answer("pay-1", "refund-4", Outcome.FAILED)

    assert units(shop) == (1087, 362, 0)
    shop.assert_lawful()


@pytest.mark.feature("F176")
def test_euro_that_came_as_euro_do_not_go_back_as_dollars(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 3)))
    meant = (("o-17", 1000),)
    shop.await_payment("pay-1", eur(3000), "card", "c-7", None, meant, eur(1000))
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-1", Outcome.DONE, tendered=dollars(1087))
    shop.open_balance("pay-1", MORNING + timedelta(days=1))
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-2", Outcome.DONE)

    shop.cancel("o-17", (("1", 2),))
    shop.ask_refund("o-17")

    assert refunds(shop) == [(1000, 1087), (1000, None)]
    assert units(shop) == (1087, 1087, 0)
    shop.assert_lawful()


def refunds(shop: Shop) -> list[tuple[int, int | None]]:
    """What gateways were asked to pay back of pay-1: amounts, and units where they came so."""
    asked = [one for one in shop.payment("pay-1").requests if one.kind == "refund"]
    return [(one.amount, one.units) for one in asked]


def test_two_captures_of_one_authorisation_in_two_units_go_back_as_they_came(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(3000))
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(3000))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(2000), "e-1")
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "e-2", tendered=dollars(1087))

    shop.ask_pay_back("pay-1", eur(400))
    shop.ask_pay_back("pay-1", eur(1600))
    shop.record_answer("pay-1", "refund-3", Outcome.FAILED)

    assert refunds(shop) == [(400, 435), (600, 652), (1000, None)]
    assert units(shop) == (1087, 1087, 0)
    assert shop.payment("pay-1").unapplied == 2000
    shop.record_answer("pay-1", "refund-2", Outcome.FAILED)
    assert units(shop) == (1087, 435, 0)
    shop.assert_lawful()


@pytest.mark.parametrize("in_dollars", (True, False))
def test_a_gateway_is_asked_for_no_dollars_that_it_has_not_brought(
    any_shop: Shop, *, in_dollars: bool
) -> None:
    """One part of a price came by hand and the other by a gateway, one of them in dollars."""
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 3)))
    paid, told = (None, dollars(2283)) if in_dollars else (dollars(978), None)
    shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 900),), tendered=paid)
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-1", Outcome.DONE, tendered=told)

    shop.cancel("o-17")
    shop.ask_refund("o-17")

    assert refunds(shop) == [(2100, 2283 if in_dollars else None)]
    assert units(shop)[1] == (2283 if in_dollars else 0)
    shop.refund("o-17")
    assert units(shop)[1] == units(shop)[0]
    shop.assert_lawful()


def test_a_balance_without_units_leaves_those_of_its_deposit_alone(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 3)))
    shop.take_deposit("pay-1", eur(3000), eur(1000), (("o-17", 1000),), tendered=dollars(1087))
    shop.pay_balance("pay-1", eur(2000), (("o-17", 2000),))

    back = []
    for _ in range(3):
        shop.cancel("o-17", (("1", 1),))
        shop.refund("o-17")
        back.append(units(shop)[1])

    assert back == [1087, 1087, 1087], "what came in dollars goes first"
    shop.assert_lawful()


def test_a_bank_takes_dollars_first_and_brings_them_back(any_shop: Shop) -> None:
    shop = any_shop
    shop.pay("pay-1", eur(1000), (), tendered=dollars(1087))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(500))

    shop.charge_back("pay-1", eur(1200))
    assert units(shop) == (1087, 0, 1087)
    shop.settle_dispute("pay-1", won=True)
    assert units(shop) == (1087, 0, 0)
    shop.charge_back("pay-1", eur(500))
    shop.settle_dispute("pay-1", won=False)
    shop.pay_back("pay-1")

    assert units(shop) == (1087, 543, 544)
    shop.assert_lawful()


@pytest.mark.parametrize("named", (True, False))
def test_a_webhook_without_units_drops_none_that_a_later_reply_names(
    any_shop: Shop, *, named: bool
) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    shop.ask_capture("pay-1")
    if named:
        shop.record_answer("pay-1", "capture-1", Outcome.DONE, event="ch-1")
    else:
        shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ch-1")

    for _ in range(2):
        shop.record_answer(
            "pay-1", "capture-1", Outcome.DONE, None, "", "ch-1", None, dollars(1087)
        )

    assert units(shop) == (1087, 0, 0)
    assert shop.payment("pay-1").captured == 1000
    shop.ask_pay_back("pay-1")
    assert refunds(shop) == [(1000, 1087)]
    shop.assert_lawful()


def test_a_reply_without_units_drops_none_that_a_later_webhook_names(any_shop: Shop) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-1", Outcome.DONE, event="ch-1")

    for _ in range(2):
        shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ch-1", tendered=dollars(1087))
    shop.record_answer("pay-1", "capture-1", Outcome.DONE, event="ch-1", tendered=dollars(1087))

    assert (units(shop), shop.payment("pay-1").captured) == ((1087, 0, 0), 1000)
    shop.assert_lawful()


def test_what_has_failed_names_no_units(any_shop: Shop) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    shop.ask_capture("pay-1")
    for _ in range(2):
        shop.record_answer("pay-1", "capture-1", Outcome.FAILED, tendered=dollars(1087))

    assert shop.payment("pay-1").tendered is None


@pytest.mark.parametrize("before", (None, dollars(435)))
def test_units_of_the_rest_are_those_that_a_webhook_has_not_named(
    any_shop: Shop, before: Tendered | None
) -> None:
    """A webhook tells of 4.00, and the reply of 10.00 in all, which are 10.87 dollars."""
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    shop.ask_capture("pay-1")
    shop.record_notice("pay-1", Notice.CAPTURED, eur(400), "ch-1", tendered=before)

    for _ in range(2):
        shop.record_answer(
            "pay-1", "capture-1", Outcome.DONE, None, "", "ch-1", None, dollars(1087)
        )

    assert (units(shop), shop.payment("pay-1").captured) == ((1087, 0, 0), 1000)
    shop.pay_back("pay-1", eur(400))
    assert units(shop) == (1087, 435, 0)
    shop.assert_lawful()


def test_what_went_back_before_its_units_were_named_has_taken_its_part_along(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000))
    shop.ask_capture("pay-1")
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ch-1")
    shop.ask_pay_back("pay-1", eur(300))
    shop.charge_back("pay-1", eur(200))

    shop.record_answer("pay-1", "capture-1", Outcome.DONE, None, "", "ch-1", None, dollars(1087))

    assert units(shop) == (1087, 326, 217)
    shop.record_answer("pay-1", "refund-2", Outcome.FAILED)
    assert units(shop) == (1087, 0, 217)
    shop.settle_dispute("pay-1", won=True)
    shop.pay_back("pay-1")
    assert units(shop) == (1087, 1087, 0)
    shop.assert_lawful()


def test_a_coin_that_is_worth_no_point_asks_for_none(any_shop: Shop) -> None:
    hundred = Tendered("points", 10, Price.of("1.00", "EUR", per=10))
    any_shop.await_payment("pay-1", eur(100))
    any_shop.record_notice("pay-1", Notice.CAPTURED, eur(100), tendered=hundred)
    any_shop.ask_pay_back("pay-1", eur(1))
    assert [one.units for one in any_shop.payment("pay-1").requests] == [0]

    any_shop.record_answer("pay-1", "refund-1", Outcome.FAILED)

    assert units(any_shop) == (10, 0, 0)


# --- the tenders that a host offers ---------------------------------------------------------------

ALIPAY = PaymentMethod(
    "alipay", MethodKind.WALLET, ("Scan the code of order {number}: {amount}",), goes_back=True
)
TRANSFER = PaymentMethod(
    "bank transfer",
    MethodKind.BANK_TRANSFER,
    ("GB33 BUKB 2020 1555 5555 55", "Reference: {order}"),
    currencies=("EUR", "GBP"),
)
SCORE = PaymentMethod("points", MethodKind.POINTS, ("{units}",), "points", POINTS, Rounding.DOWN)
DOLLARS = PaymentMethod(
    "dollars", MethodKind.CARD, ("{units}",), "USD", Price.of("0.92", "EUR", per=100)
)
DOOR = PaymentMethod("cash", MethodKind.CASH, ("Please have {amount} at hand",))
VOUCHER = PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False)
FRANCS = PaymentMethod("twint", MethodKind.WALLET, currencies=("CHF",))
OFFERED = Rules(methods=(ALIPAY, TRANSFER, SCORE, DOLLARS, DOOR, VOUCHER, FRANCS))


@pytest.mark.feature("F178")
def test_a_customer_is_told_how_each_way_to_pay_works_and_how_much_it_takes(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(OFFERED)
    shop.place("o-17", new_order((LAMP, 1), number="2026-17"))
    shop.pay("pay-1", eur(1), (("o-17", 1),))

    told = {way.method.name: (way.amount.minor, way.lines) for way in shop.ways_to_pay("o-17")}

    assert told == {
        "alipay": (999, ("Scan the code of order 2026-17: 9.99 EUR",)),
        "bank transfer": (999, ("GB33 BUKB 2020 1555 5555 55", "Reference: o-17")),
        "points": (999, ("2997 points",)),
        "dollars": (999, ("1086 USD",)),
        "voucher": (999, ()),
    }


@pytest.mark.feature("F178")
def test_an_order_that_is_paid_at_the_door_is_told_about_cash_alone(shop: Shop) -> None:
    shop = shop.under(OFFERED)
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))

    (way,) = shop.ways_to_pay("o-17")

    assert (way.method, way.lines) == (DOOR, ("Please have 10.00 EUR at hand",))


def test_a_tender_that_does_not_divide_leaves_the_rest_to_another(shop: Shop) -> None:
    coarse = PaymentMethod("points", MethodKind.POINTS, (), "points", Price.of("0.03", "EUR"))
    shop = shop.under(Rules(methods=(coarse,)))
    shop.place("o-17", new_order((LAMP, 1)))

    (way,) = shop.ways_to_pay("o-17")

    assert (way.units, way.amount, way.rest) == (333, eur(999), eur(1))
    tendered = Tendered("points", way.units, Price.of("0.03", "EUR"))
    shop.pay("pay-1", way.amount, (("o-17", 999),), "points", tendered=tendered)
    assert shop.ways_to_pay("o-17") == ()
    shop.pay("pay-2", way.rest, (("o-17", 1),))
    assert shop.ways_to_pay("o-17") == ()


def test_a_customer_with_a_plan_is_told_what_is_due_by_now(shop: Shop) -> None:
    shop = shop.under(OFFERED)
    shop.place("o-17", new_order((LAMP, 3)))
    parts = (Instalment(1000, MORNING), Instalment(2000, MORNING + timedelta(days=7)))
    shop.agree_plan("o-17", parts)

    assert shop.ways_to_pay("o-17")[0].amount == eur(1000)
    shop.pay("pay-1", eur(1000), (("o-17", 1000),))
    assert shop.ways_to_pay("o-17")[0].amount == eur(2000)


def test_what_a_mark_stands_for_is_not_read_again(shop: Shop) -> None:
    shop = shop.under(Rules(methods=(TRANSFER,)))
    shop.place("{number}", new_order((LAMP, 1)))

    assert shop.ways_to_pay("{number}")[0].lines[1] == "Reference: {number}"


def test_nothing_goes_back_to_a_voucher_unless_it_goes_onto_a_balance(any_shop: Shop) -> None:
    shop = any_shop.under(OFFERED)
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 1500)
    shop.open_stored_value("credit-c-7", StoredKind.STORE_CREDIT, "EUR")
    shop.place("o-17", new_order((LAMP, 2)))
    shop.spend("pay-1", "v-1", eur(1500), (("o-17", 1200),))
    shop.pay("pay-2", eur(800), (("o-17", 800),), "alipay")

    said = "payment pay-1 was made by voucher: nothing goes back to it, but onto a balance"
    assert shop.refuses(pay_back.on("pay-1")) == said
    shop.pay_back("pay-1", to="credit-c-7")
    shop.cancel("o-17", (("1", 1),))
    assert shop.refuses(refund.on("o-17")) == said
    shop.refund("o-17", eur(800))
    assert shop.payment("pay-2").refunded == 800
    shop.refund("o-17", to="credit-c-7")
    assert (shop.balance("v-1"), shop.balance("credit-c-7")) == (0, 500)
    shop.assert_lawful()


def test_offers_to_pay_change_the_fingerprint_of_the_rules() -> None:
    assert OFFERED.fingerprint != Rules().fingerprint
    assert Rules(methods=()).fingerprint == Rules().fingerprint


@pytest.mark.parametrize(
    ("more", "path"),
    (
        ({"name": ""}, "method.name"),
        ({"kind": "card"}, "method.kind"),
        ({"lines": "scan"}, "method.lines"),
        ({"lines": ("",)}, "method.lines[0]"),
        ({"lines": ("Pay {amount", "")}, "method.lines[0]"),
        ({"lines": ("{order}", "{nothing}")}, "method.lines[1]"),
        ({"unit": "usd", "rate": POINTS}, "method.unit"),
        ({"unit": "points"}, "method.rate"),
        ({"rate": POINTS}, "method.unit"),
        ({"rounding": "down"}, "method.rounding"),
        ({"currencies": ("euro",)}, "method.currencies[0]"),
        ({"goes_back": 1}, "method.goes_back"),
    ),
)
def test_a_tender_that_makes_no_sense_is_not_offered(more: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        PaymentMethod(**({"name": "card", "kind": MethodKind.CARD} | more))

    assert no.value.path == path


@pytest.mark.parametrize("tenders", ("card", ("card",), (ALIPAY, ALIPAY)))
def test_what_is_no_list_of_tenders_is_refused(tenders: Any) -> None:
    with pytest.raises(BadInput) as no:
        Rules(methods=tenders)

    assert no.value.path == "methods"


@given(
    amount=st.decimals("0.1", "9", places=3),
    per=st.integers(1, 10),
    minor=st.integers(0, 30),
    rounding=st.sampled_from(Rounding),
)
def test_the_fewest_units_pay_as_much_as_any_number_of_them(
    amount: Any, per: int, minor: int, rounding: Rounding
) -> None:
    rate = Price.of(amount / 100, "EUR", per)
    tender = PaymentMethod("p", MethodKind.POINTS, (), "points", rate, rounding)
    worths = [tender.worth(units) for units in range(40 * 10 * per)]

    units = tender.units_for(minor)

    most = max(worth for worth in worths if worth <= minor)
    assert (tender.worth(units), units) == (most, worths.index(most))


def test_units_that_are_worth_nothing_pay_nothing() -> None:
    free = PaymentMethod("p", MethodKind.POINTS, (), "points", Price.of("0", "EUR"))

    assert free.units_for(10**15) == 0
    dear = attrs.evolve(free, rate=Price.of("0.000000000000000001", "EUR"))
    assert dear.worth(dear.units_for(10**15)) == 10**15
