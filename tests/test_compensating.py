"""Compensation is paid beside an order, up to its limit, and changes nothing that it owes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderflow import (
    BadInput,
    ChargeKind,
    Compensable,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Rules,
    StoredKind,
    verbs,
)
from orderflow.compensating import compensate, return_compensation, rule_of
from orderflow.ledger import CompensationAccount, balances, of_customer, of_order
from orderflow.pricing import due
from orderflow.records import Compensation, MoneyAccount
from orderflow.refunds import owed_back
from orderflow.settlement import Reason, Role, text
from orderflow.statements import statement
from orderflow.statements import text as told
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, eur, new_order

LATE = Compensable("late", 30, eur(500), eur(50_000))
FAKE = Compensable("fake", 300)  # 假一赔三
POSTAGE = Compensable("postage", most=eur(1200), bearer="platform")


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def compensating(shop: Shop, *rules: Compensable) -> Shop:
    return shop.under(attrs.evolve(TWO_PLACES, compensable=rules or (LATE, FAKE, POSTAGE)))


# --- the fixed case -------------------------------------------------------------------------------


@pytest.mark.feature("F248")
def test_a_fake_is_compensated_with_three_times_the_price_that_was_paid(any_shop: Shop) -> None:
    shop = compensating(any_shop)
    shop.sell("o-17", (LAMP, 1))

    order = shop.compensate("o-17", "fake", eur(3000), "account-c-7").document

    assert order.compensations == (Compensation("fake", 3000, "", "account-c-7"),)
    assert (due(order), order.applied, owed_back(order)) == (0, 1000, 0)
    assert shop.payment("pay-o-17").refunded == 0
    said = "order o-17: 0.01 EUR to compensate for fake, 0.00 of 30.00 left"
    assert shop.refuses(compensate.on("o-17", "fake", eur(1), "account-c-7")) == said
    shop.cancel("o-17")
    shop.refund("o-17")
    assert shop.payment("pay-o-17").refunded == 1000, "the refund is no part of it"


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "price", "limit"),
    (
        (LATE, 1000, 500),
        (LATE, 10_000, 3000),
        (LATE, 1_000_000, 50_000),
        (LATE, 3335, 1000),
        (FAKE, 1000, 3000),
        (FAKE, 0, 0),
        (POSTAGE, 5, 1200),
        (Compensable("fake", 300, cny(50_000)), 1000, 50_000),
        (Compensable("late", 33, most=eur(100)), 99, 32),
    ),
)
def test_a_limit_is_a_share_of_the_price_within_its_bounds(
    rule: Compensable, price: int, limit: int
) -> None:
    assert rule.limit(price) == limit


def test_a_limit_holds_for_an_order_and_a_reason_over_all_that_was_paid(any_shop: Shop) -> None:
    shop = compensating(any_shop)
    shop.sell("o-17", (LAMP, 10))
    shop.sell("o-18", (LAMP, 10))
    shop.compensate("o-17", "late", eur(2000), "account-c-7")

    call = compensate.on("o-17", "late", eur(1001), "account-c-7")

    assert shop.codes(call) == ["over_compensation"]
    (reason,) = shop.why_not(call)
    assert [dict(one.args)["amount"] for one in reason.remedies] == [eur(1000)]
    shop.compensate("o-17", "late", eur(1000), "account-c-7")
    shop.compensate("o-17", "postage", eur(500), "account-c-7")
    shop.compensate("o-18", "late", eur(3000), "account-c-7")


def test_the_price_is_what_the_goods_were_sold_for_whatever_came_back(shop: Shop) -> None:
    shop = compensating(shop)
    off = NewCharge(ChargeKind.DISCOUNT, -1000)
    shop.sell("o-17", (LAMP, 3), charges=(off, NewCharge(ChargeKind.FREIGHT, 490)))
    shop.cancel("o-17")

    assert shop.codes(compensate.on("o-17", "fake", eur(6001), "a")) == ["over_compensation"]
    shop.compensate("o-17", "fake", eur(6000), "account-c-7")


def test_no_reason_that_the_rules_do_not_know_is_compensated(shop: Shop) -> None:
    plain = shop.sell("o-17", (LAMP, 1))

    assert shop.refuses(compensate.on("o-17", "late", eur(1), "a")) == (
        "order o-17 is not compensated for late: the rules know -"
    )
    shop = compensating(shop)
    assert shop.refuses(compensate.on("o-17", "sorry", eur(1), "a")) == (
        "order o-17 is not compensated for sorry: the rules know late, fake, postage"
    )
    assert plain.compensations == ()


def test_a_rule_with_amounts_is_for_its_currency_and_comes_before_one_of_any(shop: Shop) -> None:
    any_, in_cny = Compensable("late", 10), Compensable("late", 30, cny(500), cny(50_000))
    rules = Rules(compensable=(any_, in_cny))

    assert rule_of(rules, "late", "CNY") == in_cny
    assert rule_of(rules, "late", "EUR") == any_
    assert rule_of(Rules(compensable=(in_cny,)), "late", "EUR") is None
    shop = compensating(shop, in_cny)
    lamp = NewLine("1", LAMP, 1, Price.of("10.00", "CNY"))
    shop.place("o-17", NewOrder("c-7", "CNY", (lamp,)))
    shop.compensate("o-17", "late", cny(500), "account-c-7")
    with pytest.raises(BadInput, match=r"^amount: "):
        shop.compensate("o-17", "late", eur(1), "account-c-7")


def test_money_must_go_somewhere_and_all_reasons_are_told_at_once(shop: Shop) -> None:
    shop = compensating(shop)
    shop.sell("o-17", (LAMP, 1))

    call = compensate.on("o-17", "fake", eur(9000))

    assert shop.codes(call) == ["over_compensation", "compensation_to_nobody"]


def test_a_draft_and_an_archived_order_are_not_compensated(shop: Shop) -> None:
    shop = compensating(shop)
    shop.draft("o-17", new_order((LAMP, 1)))
    call = compensate.on("o-17", "late", eur(1), "account-c-7")

    assert shop.codes(call) == ["illegal_move"]
    shop.place("o-17")
    shop.cancel("o-17")
    shop.compensate("o-17", "late", eur(1), "account-c-7")
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-18", "p-1", (LAMP, 1))
    shop.complete("o-18")
    shop.clock.forward(days=15)
    shop.archive("o-18")
    assert shop.codes(compensate.on("o-18", "late", eur(1), "account-c-7")) == ["illegal_move"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        ({"reason": ""}, "compensable.reason"),
        ({"percent": -1}, "compensable late.percent"),
        ({"percent": 10_001}, "compensable late.percent"),
        ({"percent": 30, "least": 500}, "compensable late.least"),
        ({"percent": 30, "most": eur(0)}, "compensable late.most"),
        ({}, "compensable late.most"),
        ({"least": eur(5), "most": eur(9)}, "compensable late.most"),
        ({"percent": 3, "least": eur(5), "most": cny(9)}, "compensable late.most"),
        ({"percent": 3, "least": eur(9), "most": eur(5)}, "compensable late.most"),
        ({"percent": 3, "bearer": 5}, "compensable late.bearer"),
    ),
)
def test_a_wrong_rule_says_where_it_is_wrong(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        Compensable(**({"reason": "late"} | wrong))
    assert no.value.path == path


def test_the_rules_have_each_reason_once_for_each_currency() -> None:
    wrongs: tuple[Any, ...] = ((LATE, LATE), [LATE], ("late",), None)

    for wrong in wrongs:
        with pytest.raises(BadInput, match=r"^compensable: "):
            Rules(compensable=wrong)


# --- what comes back ---


@pytest.mark.feature("F248")
def test_a_compensation_that_a_bank_sends_back_may_be_paid_once_more(any_shop: Shop) -> None:
    shop = compensating(any_shop)
    shop.sell("o-17", (LAMP, 1))
    shop.compensate("o-17", "late", eur(300), "account-1", bearer="sf-express")
    shop.compensate("o-17", "late", eur(200), "account-1", bearer="platform")

    order = shop.return_compensation("o-17", "late", eur(350), "account-1").document

    assert order.compensations[2:] == (
        Compensation("late", -200, "platform", "account-1"),
        Compensation("late", -150, "sf-express", "account-1"),
    )
    found = balances(shop.postings())
    assert found["EUR", CompensationAccount.PAID_OUT] == 150
    settled = shop.settlement(MORNING, MORNING + timedelta(days=1))
    carrier = settled.of(Role.BEARER, "sf-express", "EUR")
    assert carrier is not None
    assert carrier.closing == 150
    assert told(statement(order)).splitlines()[-1].endswith("-1.50")
    call = return_compensation.on("o-17", "late", eur(151), "account-1")
    assert shop.refuses(call) == (
        "order o-17: 1.51 EUR of a compensation for late to come back, 1.50 went there"
    )
    shop.return_compensation("o-17", "late", eur(150), "account-1")
    shop.compensate("o-17", "late", eur(500), "account-2")


def test_only_what_went_to_an_account_comes_back_from_it(shop: Shop) -> None:
    shop = compensating(shop)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")
    shop.sell("o-17", (LAMP, 1))
    shop.compensate("o-17", "late", eur(300), to="credit-7")

    for reason, payee in (("late", "credit-7"), ("fake", "account-1")):
        call = return_compensation.on("o-17", reason, eur(1), payee)
        assert shop.codes(call) == ["over_compensated_back"]


# --- where it stands ------------------------------------------------------------------------------


@pytest.mark.feature("F248")
def test_a_compensation_has_accounts_of_its_own(any_shop: Shop) -> None:
    shop = compensating(any_shop)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")
    shop.sell("o-17", (LAMP, 2))
    shop.compensate("o-17", "late", eur(500), "account-c-7")
    shop.compensate("o-17", "fake", eur(700), to="credit-7")

    found = balances(shop.postings())

    assert found["EUR", CompensationAccount.COMPENSATED] == -1200
    assert found["EUR", CompensationAccount.PAID_OUT] == 500
    assert found["EUR", MoneyAccount.STORED] == shop.balance("credit-7") == 700
    assert found["EUR", MoneyAccount.APPLIED] == 2000
    stated = of_order(shop.postings(), "o-17")
    assert stated is not None
    assert [row.call for row in stated.rows] == ["place", "pay"]
    assert [one.closing for one in of_customer(shop.postings(), "c-7")] == [0]


def test_a_balance_of_another_currency_takes_no_compensation(shop: Shop) -> None:
    shop = compensating(shop)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "USD", 0, "c-7")
    shop.sell("o-17", (LAMP, 2))

    assert shop.codes(compensate.on("o-17", "late", eur(5), to="credit-7")) == ["other_unit"]


@pytest.mark.feature("F248")
def test_who_bears_a_compensation_owes_it_to_us(any_shop: Shop) -> None:
    shop = compensating(any_shop)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "sf-express", "SF-1")
    shop.compensate("o-17", "late", eur(500), "account-c-7", bearer="sf-express")
    shop.compensate("o-17", "postage", eur(1200), "account-c-7")
    shop.compensate("o-17", "fake", eur(100), "account-c-7")

    settled = shop.settlement(MORNING, MORNING + timedelta(days=1))

    carrier = settled.of(Role.CARRIER, "sf-express", "EUR")
    platform = settled.of(Role.BEARER, "platform", "EUR")
    bank = settled.of(Role.FINANCE, "compensation", "EUR")
    assert carrier is not None
    assert platform is not None
    assert bank is not None
    assert [(row.reason, row.amount) for row in carrier.rows] == [(Reason.COMPENSATION, 500)]
    assert (platform.closing, bank.closing) == (1200, -1800)
    assert "o-17 compensation borne by platform" in text(platform)
    assert "o-17 赔付 由 platform 承担" in text(platform, "zh")


def test_a_statement_tells_a_compensation_beside_its_total(shop: Shop) -> None:
    shop = compensating(shop)
    shop.sell("o-17", (LAMP, 1))
    shop.compensate("o-17", "late", eur(500), "account-c-7")
    shop.compensate("o-17", "postage", eur(300), "account-c-7")

    stated = statement(shop.order("o-17"))

    assert (stated.total, stated.due) == (1000, 0)
    assert [one.amount for one in stated.compensations] == [500, 300]
    assert told(stated).splitlines()[-2:] == [
        "Compensation, no part of the total: late, borne by the seller       5.00",
        "Compensation, no part of the total: postage, borne by platform      3.00",
    ]
    assert "赔付(不计入合计):late,由商家承担" in told(stated, "zh")


def test_a_compensation_is_among_the_options_of_an_order(shop: Shop) -> None:
    shop = compensating(shop, LATE)
    shop.sell("o-17", (LAMP, 10))

    (option,) = [
        one for one in shop.options(shop.order("o-17").ref) if one.call.verb == "compensate"
    ]

    assert option.allowed
    assert option.call == verbs.compensate.on("o-17", "late", eur(3000), "account of c-7")
