"""Payments in another currency or in points, at the rate at which they came."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Money, Price, Rounding, Tendered
from orderflow.audit.journal import JournalCheck
from orderflow.audit.money import MoneyCheck
from orderflow.payments import Notice
from orderflow.tenders import part_of
from tests.builders import LAMP, Shop, eur, new_order

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

    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ev-1", dollars(1087))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ev-1", dollars(1087))

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
