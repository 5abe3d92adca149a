"""Balances that we keep for customers: vouchers, gift cards, store credit, points."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderflow import BadInput, MoveRefused, Outcome, Price, Rules, Short, StoredKind, Tendered
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import audit, reconcile
from orderflow.audit.journal import JournalCheck
from orderflow.audit.money import MoneyCheck
from orderflow.payments import Notice, charge_back, lapse_stored_value, spend, top_up
from orderflow.refunds import ask_refund, pay_back, refund
from orderflow.tenders import StoredValue
from orderflow.values import MINOR_MAX
from tests.builders import LAMP, Clock, Shop, eur, new_order

POINTS = Price.of("1.00", "EUR", per=300)


def card(shop: Shop, n: int = 2500, **more: Any) -> StoredValue:
    """The gift card g-1."""
    return shop.open_stored_value("g-1", StoredKind.STORED_VALUE, "EUR", n, **more).document


@pytest.mark.feature("F176")
def test_a_gift_card_pays_orders_until_it_is_empty(any_shop: Shop) -> None:
    card(any_shop, 2500, holder="c-7")
    any_shop.place("o-17", new_order((LAMP, 2)))
    any_shop.place("o-18", new_order((LAMP, 1)))

    payment = any_shop.spend("pay-1", "g-1", eur(2000), (("o-17", 2000),)).document

    assert (payment.state, payment.method, payment.payer) == ("captured", "stored value", "c-7")
    assert (payment.stored, payment.spent, any_shop.balance("g-1")) == ("g-1", 2000, 500)
    assert any_shop.order("o-17").state == "confirmed"
    with pytest.raises(Short, match="g-1 has 500 left to spend: 1000 asked"):
        any_shop.spend("pay-2", "g-1", eur(1000), (("o-18", 1000),))
    any_shop.assert_lawful()


def test_what_goes_back_may_be_spent_again(any_shop: Shop) -> None:
    card(any_shop)
    any_shop.place("o-17", new_order((LAMP, 2)))
    any_shop.spend("pay-1", "g-1", eur(2000), (("o-17", 2000),))

    any_shop.cancel("o-17", (("1", 1),))
    any_shop.refund("o-17")

    assert (any_shop.balance("g-1"), any_shop.payment("pay-1").spent) == (1500, 1000)
    any_shop.cancel("o-17")
    any_shop.refund("o-17")
    assert (any_shop.balance("g-1"), any_shop.payment("pay-1").state) == (2500, "refunded")
    any_shop.assert_lawful()


def test_an_order_is_paid_with_points_and_a_card_and_each_gets_its_own_back(
    any_shop: Shop,
) -> None:
    any_shop.open_stored_value("c-7", StoredKind.POINTS, "points", 1000, "c-7")
    any_shop.place("o-17", new_order((LAMP, 2)))
    points = Tendered("points", 1000, POINTS)
    any_shop.spend("pay-1", "c-7", eur(333), (("o-17", 333),), points)
    any_shop.pay("pay-2", eur(1667), (("o-17", 1667),), "card")

    any_shop.cancel("o-17", (("1", 1),))
    any_shop.refund("o-17")
    assert (any_shop.balance("c-7"), any_shop.payment("pay-2").refunded) == (1000, 667)

    any_shop.cancel("o-17")
    any_shop.refund("o-17")
    assert (any_shop.payment("pay-1").spent, any_shop.payment("pay-2").refunded) == (0, 1667)
    any_shop.assert_lawful()


def test_points_that_do_not_divide_are_all_there_again_at_the_end(any_shop: Shop) -> None:
    any_shop.open_stored_value("c-7", StoredKind.POINTS, "points", 299)
    any_shop.spend("pay-1", "c-7", eur(100), (), Tendered("points", 299, POINTS))

    found = []
    for amount in (33, 33, 33, 1):
        any_shop.pay_back("pay-1", eur(amount))
        found.append(any_shop.balance("c-7"))

    assert found == [99, 198, 296, 299]
    any_shop.assert_lawful()


def test_what_is_owed_back_stays_as_store_credit_where_the_clerk_says_so(any_shop: Shop) -> None:
    any_shop.open_stored_value("credit-c-7", StoredKind.STORE_CREDIT, "EUR", holder="c-7")
    any_shop.sell("o-17", (LAMP, 2))
    any_shop.cancel("o-17", (("1", 1),))

    any_shop.refund("o-17", to="credit-c-7")

    payment = any_shop.payment("pay-o-17")
    assert (payment.refunded, payment.credited) == (1000, 1000)
    assert any_shop.balance("credit-c-7") == 1000
    any_shop.place("o-18", new_order((LAMP, 1)))
    any_shop.spend("pay-2", "credit-c-7", eur(1000), (("o-18", 1000),))
    any_shop.cancel("o-17")
    any_shop.refund("o-17")
    payment = any_shop.payment("pay-o-17")
    assert (payment.refunded, payment.credited, payment.state) == (2000, 1000, "refunded")
    any_shop.assert_lawful()


def test_money_that_is_paid_in_ahead_goes_onto_a_balance(any_shop: Shop) -> None:
    card(any_shop, 0)
    any_shop.pay("pay-1", eur(5000), (), "bank transfer", "c-7")

    any_shop.pay_back("pay-1", to="g-1")

    assert any_shop.balance("g-1") == 5000
    assert any_shop.payment("pay-1").credited == 5000
    any_shop.assert_lawful()


def test_what_came_from_one_balance_may_go_onto_another(any_shop: Shop) -> None:
    card(any_shop, 1000)
    any_shop.open_stored_value("g-2", StoredKind.STORE_CREDIT, "EUR")
    any_shop.spend("pay-1", "g-1", eur(1000), ())

    any_shop.pay_back("pay-1", to="g-2")

    assert (any_shop.balance("g-1"), any_shop.balance("g-2")) == (0, 1000)
    any_shop.assert_lawful()


def test_no_bank_takes_back_what_was_paid_from_a_balance(any_shop: Shop) -> None:
    card(any_shop, 3000, holder="c-7")
    any_shop.place("o-17", new_order((LAMP, 2)))
    any_shop.spend("pay-1", "g-1", eur(2000), (("o-17", 2000),))

    assert any_shop.refuses(charge_back.on("pay-1", eur(2000), "o-17")) == (
        "payment pay-1 came from g-1, and no bank has it: "
        "0.00 EUR of it came from outside, 20.00 was charged back"
    )
    any_shop.record_notice("pay-1", Notice.CAPTURED, eur(500))  # what a gateway tells has happened
    assert any_shop.codes(charge_back.on("pay-1", eur(501))) == ["no_bank"]
    any_shop.charge_back("pay-1", eur(500))
    any_shop.settle_dispute("pay-1", won=False)

    assert (any_shop.payment("pay-1").spent, any_shop.balance("g-1")) == (2000, 1000)
    any_shop.assert_lawful()


def test_no_bank_takes_back_what_points_have_paid(any_shop: Shop) -> None:
    any_shop.open_stored_value("c-7", StoredKind.POINTS, "points", 900)
    any_shop.spend("pay-1", "c-7", eur(300), (), Tendered("points", 900, POINTS))

    assert any_shop.codes(charge_back.on("pay-1", eur(1))) == ["no_bank"]


DOLLARS = Tendered("USD", 500, Price.of("1.00", "EUR", per=100))


@pytest.mark.feature("F185")
@pytest.mark.parametrize("tendered", (None, DOLLARS))
@pytest.mark.parametrize("points", (False, True))
def test_money_from_elsewhere_and_money_of_the_balance_go_back_where_they_came_from(
    any_shop: Shop, points: bool, tendered: Tendered | None
) -> None:
    shop = any_shop
    kind, unit = (StoredKind.POINTS, "points") if points else (StoredKind.STORE_CREDIT, "EUR")
    units = 3000 if points else 1000
    shop.open_stored_value("g-1", kind, unit, units)
    shop.place("o-17", new_order((LAMP, 1)))
    shares = (("o-17", 1000),)
    shop.spend(
        "pay-1", "g-1", eur(1000), shares, Tendered("points", 3000, POINTS) if points else None
    )
    shop.record_notice("pay-1", Notice.CAPTURED, eur(500), tendered=tendered)
    shop.lift_payment_hold("pay-1", "unexpected_notice")
    payment = shop.payment("pay-1")
    assert (payment.spent, payment.outside, payment.unapplied) == (units, 500, 500)

    asked = shop.ask_pay_back("pay-1", eur(200)).document
    assert [(one.amount, one.units) for one in asked.requests] == [(200, 0)]
    assert (asked.outside, shop.balance("g-1")) == (300, 0)
    failed = shop.record_answer("pay-1", "refund-1", Outcome.FAILED).document
    assert (failed.outside, failed.unapplied) == (500, 500)

    shop.cancel("o-17")
    shop.refund("o-17")
    payment = shop.payment("pay-1")
    assert (payment.spent, payment.outside, shop.balance("g-1")) == (0, 500, units)

    shop.lift_payment_hold("pay-1", "refund_failed")
    payment = shop.pay_back("pay-1").document
    assert (payment.outside, payment.refunded, shop.balance("g-1")) == (0, 1500, units)
    shop.assert_lawful()


def test_what_is_put_on_another_balance_is_not_given_back_to_the_first_by_other_money(
    any_shop: Shop,
) -> None:
    card(any_shop, 1000)
    any_shop.open_stored_value("g-2", StoredKind.STORE_CREDIT, "EUR")
    any_shop.place("o-17", new_order((LAMP, 1)))
    any_shop.spend("pay-1", "g-1", eur(1000), (("o-17", 1000),))
    any_shop.record_notice("pay-1", Notice.CAPTURED, eur(500))
    any_shop.lift_payment_hold("pay-1", "unexpected_notice")
    any_shop.cancel("o-17")
    any_shop.refund("o-17", to="g-2")

    any_shop.pay_back("pay-1")

    assert (any_shop.balance("g-1"), any_shop.balance("g-2")) == (0, 1000)
    any_shop.assert_lawful()


def test_a_balance_is_topped_up_for_a_reason(any_shop: Shop) -> None:
    any_shop.open_stored_value("c-7", StoredKind.POINTS, "points")

    stored = any_shop.top_up("c-7", 30, "earned by o-17").document

    assert (stored.n, any_shop.balance("c-7")) == (30, 30)
    any_shop.assert_lawful()


def test_nothing_is_spent_of_a_balance_whose_time_is_over(any_shop: Shop) -> None:
    until = any_shop.clock.at + timedelta(days=30)
    card(any_shop, until=until)
    any_shop.spend("pay-1", "g-1", eur(1000), ())
    any_shop.open_stored_value("g-2", StoredKind.STORE_CREDIT, "EUR")
    assert any_shop.codes(lapse_stored_value.on("g-1")) == ["stored_not_due"]
    assert any_shop.codes(lapse_stored_value.on("g-2")) == ["stored_not_due"]

    any_shop.clock.at = until

    assert any_shop.balance("g-1") == 0
    assert any_shop.codes(spend.on("pay-2", "g-1", eur(100), ())) == ["stored_over"]
    assert any_shop.codes(top_up.on("g-1", 100, "goodwill")) == ["stored_over"]
    (found,) = any_shop.due(until)
    assert (found.who, found.call) == ("customer", lapse_stored_value.on("g-1"))
    any_shop.apply(found.call)
    assert any_shop.stored_value("g-1").n == 1000
    assert not any_shop.due(until)
    assert any_shop.codes(lapse_stored_value.on("g-1")) == ["nothing_to_do"]
    any_shop.assert_lawful()


@pytest.mark.feature("F179")
def test_nobody_is_reminded_of_a_balance_that_is_empty_and_it_ends_all_the_same(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(Rules(remind_days=(7,)))
    until = shop.clock.at + timedelta(days=3)
    card(shop, 1000, until=until)
    shop.open_stored_value("g-2", StoredKind.VOUCHER, "EUR", until=until)
    assert [one.due.ref.id for one in shop.reminders(shop.clock.at)] == ["g-1"]

    shop.spend("pay-1", "g-1", eur(1000), ())

    assert shop.reminders(shop.clock.at) == []
    assert [(found.who, found.means) for found in shop.due(until)] == [
        ("seller", "its time is over, and nothing is left of it")
    ] * 2
    shop.clock.at = until
    for found in shop.due(until):
        shop.apply(found.call)
    assert shop.due(until) == []


def test_no_more_is_put_on_a_balance_than_can_be_written_down(any_shop: Shop) -> None:
    card(any_shop, MINOR_MAX - 10)

    any_shop.top_up("g-1", 10, "goodwill")

    said = f"g-1 takes no 1 more: {MINOR_MAX} were put on it, at most {MINOR_MAX} may be"
    assert any_shop.refuses(top_up.on("g-1", 1, "goodwill")) == said


def test_what_is_owed_back_to_a_balance_whose_time_is_over_goes_onto_another(
    any_shop: Shop,
) -> None:
    until = any_shop.clock.at + timedelta(days=30)
    card(any_shop, until=until)
    any_shop.place("o-17", new_order((LAMP, 1)))
    any_shop.spend("pay-1", "g-1", eur(1500), (("o-17", 1000),))
    any_shop.clock.at = until
    any_shop.cancel("o-17")

    for call in (refund.on("o-17"), ask_refund.on("o-17"), pay_back.on("pay-1")):
        assert any_shop.codes(call) == ["not_taken_back", "stored_over"]
    any_shop.lapse_stored_value("g-1")
    assert any_shop.refuses(refund.on("o-17")) == (
        "payment pay-1 was made by stored value: nothing goes back to it, but onto a balance; "
        "g-1 could be used until 2026-04-01T09:00:00+00:00"
    )

    any_shop.open_stored_value("g-2", StoredKind.STORE_CREDIT, "EUR", holder="c-7")
    any_shop.refund("o-17", to="g-2")
    any_shop.pay_back("pay-1", to="g-2")
    assert (any_shop.balance("g-1"), any_shop.balance("g-2")) == (0, 1500)
    any_shop.assert_lawful()


def test_what_is_owed_back_to_a_card_goes_there_though_the_time_of_a_balance_is_over(
    shop: Shop,
) -> None:
    until = shop.clock.at + timedelta(days=30)
    card(shop, 1000, until=until)
    shop.place("o-17", new_order((LAMP, 2)))
    shop.spend("pay-1", "g-1", eur(1000), (("o-17", 1000),))
    shop.pay("pay-2", eur(1000), (("o-17", 1000),), "card")
    shop.clock.at = until
    shop.cancel("o-17", (("1", 1),))

    shop.refund("o-17")

    assert (shop.payment("pay-1").refunded, shop.payment("pay-2").refunded) == (0, 1000)
    shop.assert_lawful()


def test_an_empty_balance_lapses_without_a_unit(shop: Shop) -> None:
    until = shop.clock.forward(days=1) + timedelta(days=1)
    card(shop, 100, until=until)
    shop.spend("pay-1", "g-1", eur(100), ())
    shop.clock.at = until

    assert shop.lapse_stored_value("g-1").document.lapsed
    shop.assert_lawful()


def test_a_balance_in_points_takes_no_euro_and_one_in_euro_no_points(shop: Shop) -> None:
    card(shop)
    shop.open_stored_value("c-7", StoredKind.POINTS, "points", 900)
    points = Tendered("points", 300, POINTS)
    shop.pay("pay-1", eur(100), ())

    assert shop.refuses(spend.on("pay-2", "g-1", eur(100), (), points)) == (
        "g-1 is in EUR: points is given"
    )
    assert shop.codes(spend.on("pay-2", "c-7", eur(100), ())) == ["other_unit"]
    with pytest.raises(MoveRefused, match="c-7 is in points: EUR is given"):
        shop.pay_back("pay-1", to="c-7")


def test_two_who_spend_the_last_of_a_balance_do_not_both_have_it(any_shop: Shop) -> None:
    card(any_shop, 1000)
    other = Shop(any_shop.store, clock=any_shop.clock)

    other._numbers = any_shop._numbers
    any_shop.spend("pay-1", "g-1", eur(600), ())

    assert other.codes(spend.on("pay-2", "g-1", eur(600), ())) == ["stored_short"]
    assert other.spend("pay-2", "g-1", eur(400), ()).document.spent == 400
    any_shop.assert_lawful()


@pytest.mark.parametrize(
    ("more", "path"),
    (
        ({"kind": "points"}, "kind"),
        ({"unit": ""}, "unit"),
        ({"unit": "eur"}, "unit"),
        ({"kind": StoredKind.VOUCHER, "unit": "points"}, "unit"),
        ({"kind": StoredKind.STORED_VALUE, "unit": "eur"}, "unit"),
        ({"units": -1}, "units"),
        ({"until": Clock().at}, "until"),
    ),
)
def test_a_balance_that_makes_no_sense_is_not_opened(
    shop: Shop, more: dict[str, Any], path: str
) -> None:
    with pytest.raises(BadInput) as no:
        shop.open_stored_value("g-1", **{"kind": StoredKind.POINTS, "unit": "points"} | more)

    assert no.value.path == path


def test_a_balance_that_has_drifted_is_found(shop: Shop) -> None:
    card(shop)
    shop.spend("pay-1", "g-1", eur(1000), ())
    payment = shop.payment("pay-1")

    check = MoneyCheck(JournalCheck("", "", 0, 0))
    check.check_payment(attrs.evolve(payment, credited=1))
    check.check_payment(attrs.evolve(payment, stored=""))

    assert check.law().breaches == (
        "payment pay-1: 1 kept for the payer of 0 refunded",
        "payment pay-1: 1000 spent of no balance",
    )
    assert not [law.breaches for law in audit(shop.store) if law.breaches]


def test_no_gateway_is_asked_for_what_goes_back_to_a_balance(any_shop: Shop) -> None:
    card(any_shop)
    any_shop.place("o-17", new_order((LAMP, 1)))
    any_shop.spend("pay-1", "g-1", eur(1500), (("o-17", 1000),))

    any_shop.cancel("o-17")
    any_shop.ask_refund("o-17")
    any_shop.ask_pay_back("pay-1")

    payment = any_shop.payment("pay-1")
    assert (payment.requests, payment.state, any_shop.balance("g-1")) == ((), "refunded", 2500)
    any_shop.assert_lawful()


@pytest.mark.parametrize(
    ("statement", "said"),
    (
        ("update counter set there = there + 1", "stored:g-1: 2501 there, 2500 by the journal"),
        ("update counter set there = there + 1", "stored:g-1: 2501 there, 2500 by its document"),
        ("update claim set n = n - 1", "payment pay-1 claims 999 of stored:g-1, not 1000"),
        ("delete from claim", "payment pay-1 claims 0 of stored:g-1, not 1000"),
    ),
)
def test_a_balance_that_was_tampered_with_is_found_and_mended(
    tmp_path: Path, statement: str, said: str
) -> None:
    database = tmp_path / "shop.sqlite"
    with SqliteStore(database) as store:
        shop = Shop(store)
        card(shop)
        shop.spend("pay-1", "g-1", eur(1000), ())
    with closing(sqlite3.connect(database)) as raw:
        raw.execute(statement)
        raw.commit()

    with SqliteStore(database) as store:
        breaches = [breach for law in audit(store) for breach in law.breaches]
        assert said in breaches
        store.mend("", reconcile(store).repairs)
        assert not [law.breaches for law in audit(store) if law.breaches]
        assert Shop(store).balance("g-1") == 1500
