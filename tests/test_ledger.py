"""The ledger of money: read off the journal, and told as statements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import BadInput, Money, Price, StoredKind, Tendered
from orderflow.adapters.memory import MemoryStore
from orderflow.ledger import (
    AccountStated,
    ClaimAccount,
    CompensationAccount,
    Day,
    OrderAccount,
    StoredAccount,
    balances,
    day,
    of_customer,
    of_order,
    text,
)
from orderflow.pricing import due
from orderflow.records import MoneyAccount
from tests.builders import BELL, LAMP, MORNING, Shop, eur, new_order

DAY = timedelta(days=1)


@pytest.fixture
def traded() -> Shop:
    """A lamp of o-17 is given up and paid back on the second day; c-8 pays two orders at once."""
    shop = Shop(MemoryStore())
    shop.sell("o-17", (LAMP, 2), (BELL, 1))
    shop.place("o-18", new_order((LAMP, 1), customer="c-8"))
    shop.place("o-19", new_order((BELL, 1), customer="c-8"))
    shop.clock.forward(days=1)
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")
    shop.pay("pay-9", eur(6000), (("o-18", 1000), ("o-19", 4550)))
    return shop


def closing(shop: Shop, customer: str) -> int:
    """What a customer owes in EUR; below zero it is owed back."""
    (stated,) = of_customer(shop.postings(), customer)
    return stated.closing


def test_a_draft_costs_nobody_anything_until_it_is_placed() -> None:
    shop = Shop(MemoryStore())
    shop.draft("o-17", new_order((LAMP, 2)))

    assert shop.postings() == ()

    shop.place("o-17")

    (one,) = shop.postings()
    assert (one.source, one.target) == (OrderAccount.SOLD, OrderAccount.RECEIVABLE)
    assert (one.amount, one.order, one.customer, one.call) == (2000, "o-17", "c-7", "place")


@pytest.mark.feature("F194")
def test_a_draft_that_somebody_pays_for_costs_him_what_its_lines_do_and_nothing_is_owed_back() -> (
    None
):
    shop = Shop(MemoryStore())
    shop.draft("o-17", new_order((LAMP, 2)))

    shop.pay("pay-1", eur(500), (("o-17", 500),), "card")

    stated = of_order(shop.postings(), "o-17")
    assert stated is not None
    assert [(row.cost, row.paid) for row in stated.rows] == [(2000, 0), (0, 500)]
    assert (stated.closing, due(shop.order("o-17"))) == (1500, 1500)
    shop.assert_lawful()
    shop.cancel("o-17")
    assert closing(shop, "c-7") == -500
    shop.refund("o-17")
    assert closing(shop, "c-7") == 0
    shop.assert_lawful()


def test_the_accounts_of_a_currency_sum_to_nothing(traded: Shop) -> None:
    traded.place("o-20", new_order((LAMP, 1)))

    found = balances(traded.postings())

    assert sum(found.values()) == 0
    assert found["EUR", MoneyAccount.APPLIED] == 5550 + 5550
    assert found["EUR", MoneyAccount.UNAPPLIED] == 450
    assert found["EUR", MoneyAccount.REFUNDED] == 1000
    assert found["EUR", OrderAccount.RECEIVABLE] == 5550 + 1000 + 4550 + 1000


@pytest.mark.feature("F194")
def test_a_customer_statement_says_what_was_owed_and_paid_and_what_is_open(traded: Shop) -> None:
    (stated,) = of_customer(traded.postings(), "c-8")

    rows = [(row.call, row.order or row.payment, row.cost, row.paid) for row in stated.rows]
    assert rows == [
        ("place", "o-18", 1000, 0),
        ("place", "o-19", 4550, 0),
        ("pay", "pay-9", 0, 6000),
    ]
    assert [row.balance for row in stated.rows] == [1000, 5550, -450]
    assert (stated.opening, stated.closing) == (0, -450)


def test_what_came_before_the_period_is_brought_forward(traded: Shop) -> None:
    posted = traded.postings()

    (stated,) = of_customer(posted, "c-8", MORNING + DAY)
    (before,) = of_customer(posted, "c-8", until=MORNING + DAY)

    assert (stated.opening, [row.call for row in stated.rows]) == (5550, ["pay"])
    assert before.closing == stated.opening


def test_an_order_statement_follows_what_it_costs_and_what_it_was_paid(traded: Shop) -> None:
    stated = of_order(traded.postings(), "o-17")

    assert stated is not None
    assert [(row.call, row.cost, row.paid, row.balance) for row in stated.rows] == [
        ("place", 6550, 0, 6550),
        ("pay", 0, 6550, 0),
        ("cancel", -1000, 0, -1000),
        ("refund", 0, -1000, 0),
    ]
    assert of_order(traded.postings(), "o-99") is None


@pytest.mark.feature("F194")
def test_money_pays_the_customer_of_its_order_whoever_has_given_it() -> None:
    shop = Shop(MemoryStore())
    shop.place("o-1", new_order((LAMP, 1), customer="ann"))
    shop.place("o-2", new_order((LAMP, 2), customer="bob"))
    shop.pay("pay-1", eur(3000), (("o-1", 1000), ("o-2", 2000)))
    shop.place("o-3", new_order((LAMP, 3), customer="eve"))
    shop.pay("pay-2", eur(3500), (("o-3", 3000),), payer="mother")

    owes = {who: closing(shop, who) for who in ("ann", "bob", "eve", "mother")}

    assert owes == {"ann": 0, "bob": 0, "eve": 0, "mother": -500}
    shop.assert_lawful()


@pytest.mark.feature("F194")
def test_a_dealers_money_flow_is_told_by_account_and_month() -> None:
    shop = Shop(MemoryStore())
    shop.place("o-1", new_order((LAMP, 3), customer="dealer-3"))
    shop.place("o-2", new_order((LAMP, 2), customer="dealer-3"))
    shop.place("o-3", new_order((LAMP, 1), customer="dealer-4"))
    shop.pay("pay-1", eur(6500), (("o-1", 3000), ("o-3", 1000)), "bank transfer", "dealer-3")
    april = MORNING + 30 * DAY
    shop.clock.at = april
    shop.apply_payment("pay-1", (("o-2", 2000),))
    shop.cancel("o-1", (("1", 1),))
    shop.refund("o-1")
    mine = [one for one in shop.postings() if one.customer == "dealer-3"]

    (first,) = day(mine, MORNING, april)
    (second,) = day(mine, april, april + 30 * DAY)

    assert {one.account: (one.got, one.gave) for one in first.accounts} == {
        OrderAccount.SOLD: (0, 5000),
        OrderAccount.RECEIVABLE: (5000, 0),
        OrderAccount.PAID_FOR: (1000, 0),
        MoneyAccount.PAYER: (0, 6500),
        MoneyAccount.UNAPPLIED: (6500, 4000),
        MoneyAccount.APPLIED: (3000, 0),
    }
    assert {one.account: (one.opening, one.closing) for one in second.accounts} == {
        OrderAccount.SOLD: (-5000, -4000),
        OrderAccount.RECEIVABLE: (5000, 4000),
        OrderAccount.PAID_FOR: (1000, 1000),
        MoneyAccount.PAYER: (-6500, -6500),
        MoneyAccount.UNAPPLIED: (2500, 500),
        MoneyAccount.APPLIED: (3000, 4000),
        MoneyAccount.REFUNDED: (0, 1000),
    }
    assert "paid for others" in text(first)
    assert "代付" in text(first, "zh")


def test_what_comes_back_of_anothers_order_is_its_payers_again() -> None:
    shop = Shop(MemoryStore())
    shop.place("o-3", new_order((LAMP, 3), customer="eve"))
    shop.pay("pay-2", eur(3000), (("o-3", 3000),), payer="mother")
    shop.cancel("o-3", (("1", 1),))
    shop.refund("o-3")
    mothers = [one for one in shop.postings() if one.customer == "mother"]

    (flow,) = day(mothers, MORNING, MORNING + DAY)

    told = {one.account: one.closing for one in flow.accounts}
    assert told == {
        MoneyAccount.PAYER: -3000,
        MoneyAccount.UNAPPLIED: 0,
        MoneyAccount.REFUNDED: 1000,
        OrderAccount.PAID_FOR: 2000,
    }
    assert (closing(shop, "eve"), closing(shop, "mother")) == (0, 0)
    shop.assert_lawful()


def test_money_that_nobody_has_named_is_its_customers_from_the_day_on_which_it_pays() -> None:
    shop = Shop(MemoryStore())
    shop.pay("pay-1", eur(1500), ())
    march = shop.postings()
    shop.clock.forward(days=3)
    shop.place("o-17", new_order((LAMP, 1)))
    shop.apply_payment("pay-1", (("o-17", 1000),))

    (stated,) = of_customer(shop.postings(), "c-7")
    (nobodys,) = of_customer(shop.postings(), "", until=MORNING + DAY)

    assert [(row.at, row.call, row.balance) for row in stated.rows] == [
        (MORNING + 3 * DAY, "place", 1000),
        (MORNING + 3 * DAY, "apply_payment", -500),
    ]
    assert (nobodys.closing, closing(shop, "")) == (-1500, 0)
    assert text(nobodys).startswith("Customer -, in EUR\n")
    assert shop.postings()[: len(march)] == march
    shop.assert_lawful()


def test_a_statement_of_a_draft_that_is_paid_ahead_names_its_customer() -> None:
    shop = Shop(MemoryStore())
    shop.draft("o-17", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(2000), (("o-17", 2000),), payer="mother")

    stated = of_order(shop.postings(), "o-17")

    assert stated is not None
    assert (stated.customer, stated.closing) == ("c-7", 0)
    shop.assert_lawful()


def on(shop: Shop, currency: str = "EUR") -> dict[str, int]:
    """What stands on the accounts beside orders and their payments."""
    beside = (*StoredAccount, MoneyAccount.STORED, MoneyAccount.PAYER, MoneyAccount.REFUNDED)
    found = balances(shop.postings())
    return {one.value: found[currency, one] for one in beside if (currency, one) in found}


def test_what_stands_as_stored_is_what_balances_still_have() -> None:
    shop = Shop(MemoryStore())
    shop.open_stored_value("g-1", StoredKind.STORED_VALUE, "EUR", holder="c-7")
    shop.pay("pay-1", eur(3000), (), "card", "c-7")
    shop.pay_back("pay-1", to="g-1")
    shop.place("o-17", new_order((LAMP, 2)))
    shop.spend("pay-2", "g-1", eur(2000), (("o-17", 2000),))
    assert on(shop) == {"stored": 1000, "payer": -3000}

    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")

    assert on(shop) == {"stored": 2000, "payer": -3000}
    assert closing(shop, "c-7") == 0
    shop.assert_lawful()


def test_what_no_payment_has_brought_was_issued_and_what_nobody_spends_lapses() -> None:
    shop = Shop(MemoryStore())
    until = shop.clock.at + DAY
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 500, until=until)
    shop.top_up("v-1", 300, "goodwill")
    shop.spend("pay-1", "v-1", eur(200), ())
    shop.clock.at = until
    shop.lapse_stored_value("v-1")

    assert on(shop) == {"issued": -800, "lapsed": 600}
    shop.assert_lawful()


def test_points_are_worth_what_they_pay_and_dollars_leave_their_own_balance() -> None:
    shop = Shop(MemoryStore())
    shop.open_stored_value("points-7", StoredKind.POINTS, "points", 900, "c-7")
    shop.open_stored_value("usd-7", StoredKind.STORE_CREDIT, "USD", 5000, "c-7")
    shop.place("o-17", new_order((LAMP, 2)))
    points = Tendered("points", 600, Price.of("1.00", "EUR", per=300))
    shop.spend("pay-1", "points-7", eur(200), (("o-17", 200),), points)
    dollars = Tendered.of(Money.of("10.87", "USD"), "0.92", "EUR")
    shop.spend("pay-2", "usd-7", eur(1000), (("o-17", 1000),), dollars)

    assert on(shop) == {"converted": -1200}
    assert on(shop, "USD") == {"issued": -5000, "stored": 3913, "converted": 1087}
    shop.cancel("o-17")
    shop.refund("o-17")
    assert on(shop) == {}
    assert on(shop, "USD") == {"issued": -5000, "stored": 5000}
    shop.assert_lawful()


def test_who_pays_money_onto_a_balance_is_told_that_it_is_there() -> None:
    shop = Shop(MemoryStore())
    shop.open_stored_value("g-1", StoredKind.STORED_VALUE, "EUR")
    shop.pay("pay-1", eur(5000), (), "bank transfer", "c-7")

    shop.pay_back("pay-1", to="g-1")

    (stated,) = of_customer(shop.postings(), "c-7")
    assert [(row.call, row.onto, row.paid) for row in stated.rows] == [
        ("pay", "", 5000),
        ("pay_back", "g-1", -5000),
    ]
    assert "put pay-1 on g-1" in text(stated)
    assert "pay-1 转入 g-1" in text(stated, "zh")
    assert on(shop) == {"stored": 5000, "payer": -5000}
    shop.assert_lawful()


def test_a_day_says_what_each_account_had_got_and_gave(traded: Shop) -> None:
    (second,) = day(traded.postings(), MORNING + DAY, MORNING + 2 * DAY)

    told = {one.account: (one.opening, one.got, one.gave, one.closing) for one in second.accounts}
    assert told[OrderAccount.RECEIVABLE] == (12100, 0, 1000, 11100)
    assert told[MoneyAccount.APPLIED] == (6550, 5550, 1000, 11100)
    assert told[MoneyAccount.PAYER] == (-6550, 0, 6000, -12550)
    assert sum(one.opening for one in second.accounts) == 0
    assert sum(one.closing for one in second.accounts) == 0


def test_each_currency_has_a_statement_and_a_day_of_its_own(traded: Shop) -> None:
    traded.pay("pay-10", Money(700, "USD"), (), payer="c-8")

    stated = of_customer(traded.postings(), "c-8")
    days = day(traded.postings(), MORNING, MORNING + 2 * DAY)

    assert [(one.currency, one.closing) for one in stated] == [("EUR", -450), ("USD", -700)]
    assert [one.currency for one in days] == ["EUR", "USD"]


def test_a_period_that_ends_before_it_begins_is_refused(traded: Shop) -> None:
    posted = traded.postings()

    with pytest.raises(BadInput, match="until"):
        day(posted, MORNING, MORNING)
    with pytest.raises(BadInput, match="until"):
        of_customer(posted, "c-8", MORNING, MORNING - DAY)


def test_tenants_have_ledgers_of_their_own() -> None:
    store = MemoryStore()
    here, there = Shop(store, tenant="a"), Shop(store, tenant="b")
    here.place("o-17", new_order((LAMP, 1)))
    there.place("o-17", new_order((LAMP, 2)))

    assert [one.amount for one in here.postings()] == [1000]
    assert [one.amount for one in there.postings()] == [2000]


def test_a_statement_is_told_in_columns_in_both_languages(traded: Shop) -> None:
    (stated,) = of_customer(traded.postings(), "c-8", MORNING + DAY)

    assert text(stated) == (
        "Customer c-8, in EUR\n"
        "\n"
        "                  what                                   cost         paid      balance\n"
        "2026-03-03 09:00  brought forward                                                 55.50\n"
        "2026-03-03 09:00  pay pay-9                                          60.00        -4.50\n"
        "\n"
        "Owed back                                                                          4.50\n"
    )
    assert "期初余额" in text(stated, "zh")
    assert "付款 pay-9" in text(stated, "zh")


def test_each_account_has_a_word_in_both_languages() -> None:
    accounts = (*OrderAccount, *MoneyAccount, *StoredAccount, *CompensationAccount, *ClaimAccount)
    stated = tuple([AccountStated(account, 0, 0, 0, 0) for account in accounts])

    told = Day("EUR", MORNING, MORNING + DAY, stated)

    english, chinese = (text(told, language).splitlines()[3:] for language in ("en", "zh"))
    assert len(english) == len(chinese) == len(accounts)
    assert [row.split("  ")[0] for row in english] == [account.value for account in accounts]
    assert not any(account.value in text(told, "zh") for account in accounts)
