"""Money that a payer's bank has given back: it pays again what it was taken from."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from orderflow import Money, Rules, credit_id
from orderflow.ledger import of_customer, text
from orderflow.pricing import due
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, new_order

LATER: Final = MORNING + timedelta(days=1)


def paid_and_taken(shop: Shop) -> None:
    """Order o-17 of 30.00 was paid by card, and the bank takes that back."""
    shop.stock(LAMP, "leith", 9)
    shop.place("o-17", new_order((LAMP, 3), pay_by=LATER))
    shop.pay("pay-9", eur(3000), (("o-17", 3000),), "card")
    shop.charge_back("pay-9", eur(3000), "o-17")


@pytest.mark.feature("F178")
def test_money_that_was_won_pays_again_what_it_was_taken_from(any_shop: Shop) -> None:
    shop = any_shop
    paid_and_taken(shop)

    shop.settle_dispute("pay-9", won=True)

    order, payment = shop.order("o-17"), shop.payment("pay-9")
    assert (due(order), order.holds) == (0, ())
    assert (payment.state, payment.unapplied, payment.holds) == ("captured", 0, ())


def test_an_order_whose_money_is_in_dispute_was_paid_in_time(any_shop: Shop) -> None:
    shop = any_shop.under(Rules(locations=(LEITH,), confirm_when_paid=False))
    paid_and_taken(shop)
    assert shop.reminders(shop.clock.at) == []

    shop.clock.at = LATER + timedelta(days=1)

    assert [one for one in shop.due(shop.clock.at) if one.call.verb == "expire"] == []
    shop.settle_dispute("pay-9", won=True)
    assert shop.order("o-17").state == "placed"
    assert shop.due(shop.clock.at + timedelta(days=9)) == []


def test_what_was_won_for_an_order_that_is_over_is_under_a_hold(any_shop: Shop) -> None:
    shop = any_shop
    paid_and_taken(shop)
    shop.cancel("o-17")

    shop.settle_dispute("pay-9", won=True)

    payment = shop.payment("pay-9")
    assert (payment.unapplied, [hold.code for hold in payment.holds]) == (3000, ["won_back"])
    assert "30.00 EUR was won back" in payment.holds[0].reason

    shop.pay_back("pay-9")
    assert shop.payment("pay-9").state == "refunded"


def test_no_more_is_paid_again_than_an_order_still_costs(any_shop: Shop) -> None:
    shop = any_shop
    paid_and_taken(shop)
    shop.pay("pay-10", eur(1000), (("o-17", 1000),), "bank transfer")

    shop.settle_dispute("pay-9", won=True)

    payment = shop.payment("pay-9")
    assert due(shop.order("o-17")) == 0
    assert (payment.applied, payment.unapplied) == (2000, 1000)
    assert [hold.code for hold in payment.holds] == ["won_back"]


def test_each_order_gets_back_what_was_taken_of_it(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    for name in ("o-1", "o-2"):
        shop.place(name, new_order((LAMP, 2)))
    shop.pay("pay-9", eur(3500), (("o-1", 1500), ("o-2", 2000)), "card")
    shop.charge_back("pay-9", eur(500), "o-2")
    shop.charge_back("pay-9", eur(1000), "o-1")

    shop.settle_dispute("pay-9", won=True)

    assert [(one.order, one.amount) for one in shop.payment("pay-9").applications] == [
        ("o-1", 1500),
        ("o-2", 2000),
    ]


def test_a_dealer_who_wins_his_bank_over_is_not_dunned(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    shop.set_credit(credit_id("c-7", "EUR"), Money(9000, "EUR"), 30)
    shop.place("o-17", new_order((LAMP, 3), on_account=True))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", "leith", (("1", 3),))
    shop.pay("pay-9", eur(3000), (("o-17", 3000),), "card")
    shop.charge_back("pay-9", eur(3000), "o-17")
    shop.settle_dispute("pay-9", won=True)

    shop.clock.at = MORNING + timedelta(days=31)

    assert not shop.overdue()
    assert [one for one in shop.due(shop.clock.at) if one.call.verb == "miss_terms"] == []
    assert "Nothing is open" in text(of_customer(shop.postings(), "c-7")[0])


def test_a_door_asks_for_nothing_that_was_won(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    shop.pay("pay-9", eur(2000), (("o-17", 2000),), "card")
    shop.charge_back("pay-9", eur(2000), "o-17")
    shop.expect_cash("pay-10", "o-17")

    shop.settle_dispute("pay-9", won=True)

    assert shop.payment("pay-10").state == "voided"
    assert due(shop.order("o-17")) == 0
