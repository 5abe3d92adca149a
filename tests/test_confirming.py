"""What is owed back goes to its tenders by a plan, and to no other."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow import (
    BadInput,
    CashBack,
    Means,
    MethodKind,
    MoveRefused,
    PayingBack,
    PaymentMethod,
    Portion,
    Price,
    Refusal,
    Rules,
    StoredKind,
    Tendered,
    TenderOrder,
)
from orderflow.facts import Noted
from orderflow.journal import Case, Context
from orderflow.records import Outcome
from orderflow.refunds import Planned, confirm_refund, owed_back, proposed, refund
from tests.builders import LAMP, TWO_PLACES, Shop, eur, new_order

POINTS = Price.of("1.00", "EUR", per=300)
NOT_BACK = "payment pay-v was made by voucher: nothing goes back to it, but onto a balance"
HAND, GATEWAY, BALANCE = Means.BY_HAND, Means.GATEWAY, Means.BALANCE


def ruled(shop: Shop, **rule: Any) -> Shop:
    return shop.under(attrs.evolve(TWO_PLACES, paying_back=PayingBack(**rule)))


def plan_of(shop: Shop, order: str = "o-17", to: str = "", amount: int = 0) -> Planned:
    ref = shop.order(order).ref
    back = amount or owed_back(shop.order(order))
    context = Context(shop.clock.at, "", shop.rules)
    return proposed(Case(ref, shop.store, shop.clock.at), context, ref, back, to)


def confirm(shop: Shop, planned: Planned, order: str = "o-17", payee: str = "") -> None:
    back = owed_back(shop.order(order))
    shop.confirm_refund(order, eur(back), planned.portions, payee)


def by_gateway(shop: Shop, payment: str, amount: int, order: str = "o-17") -> None:
    shop.await_payment(payment, eur(amount), "card", "c-7", None, ((order, amount),))
    shop.ask_capture(payment)
    shop.record_answer(payment, "capture-1", Outcome.DONE, event=f"ch-{payment}")


def mixed(shop: Shop) -> Shop:
    """An order of 100.00: 40.00 by a card's gateway, 30.00 of points, 30.00 recorded by hand."""
    shop.open_stored_value("score", StoredKind.POINTS, "points", 9000, "c-7")
    shop.place("o-17", new_order((LAMP, 10)))
    by_gateway(shop, "pay-card", 4000)
    points = Tendered("points", 9000, POINTS)
    shop.spend("pay-score", "score", eur(3000), (("o-17", 3000),), points)
    shop.pay("pay-bank", eur(3000), (("o-17", 3000),), "bank")
    return shop


@pytest.mark.feature("F231")
def test_gateways_are_asked_and_balances_credited_in_one_step(any_shop: Shop) -> None:
    shop = mixed(any_shop)
    shop.cancel("o-17", (("1", 8),))

    made = plan_of(shop)

    assert made.portions == (
        Portion("pay-card", 4000, GATEWAY),
        Portion("pay-score", 3000, BALANCE),
        Portion("pay-bank", 1000, HAND),
    )
    confirm(shop, made)
    assert [one.amount for one in shop.payment("pay-card").requests] == [4000, 4000]
    assert shop.balance("score") == 9000
    bank = shop.payment("pay-bank")
    assert (bank.refunded, bank.requests) == (1000, ())  # nobody is asked for what goes by hand
    assert owed_back(shop.order("o-17")) == 0


def test_a_payment_takes_back_from_an_order_no_more_than_it_gave_it(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.place("o-18", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(3000), (("o-17", 1000), ("o-18", 2000)))
    shop.pay("pay-2", eur(1000), (("o-17", 1000),))
    shop.cancel("o-17")

    made = plan_of(shop)

    assert made.portions == (Portion("pay-1", 1000, HAND), Portion("pay-2", 1000, HAND))
    confirm(shop, made)
    assert shop.order("o-18").applied == 2000


@pytest.mark.feature("F231")
def test_points_go_back_last_where_the_host_says_so(any_shop: Shop) -> None:
    shop = ruled(mixed(any_shop), tenders=TenderOrder.LAST_FIRST, last=("points",))
    shop.cancel("o-17", (("1", 8),))

    made = plan_of(shop)

    assert [(one.payment, one.amount) for one in made.portions] == [
        ("pay-bank", 3000),
        ("pay-card", 4000),
        ("pay-score", 1000),
    ]
    confirm(shop, made)
    assert shop.balance("score") == 3000


def test_a_plain_refund_has_the_same_order_of_tenders(any_shop: Shop) -> None:
    shop = ruled(mixed(any_shop), first=("bank", "points"))
    shop.cancel("o-17", (("1", 4),))

    shop.refund("o-17")

    back = [shop.payment(id).refunded for id in ("pay-card", "pay-score", "pay-bank")]
    assert back == [0, 1000, 3000]


def test_a_method_is_meant_by_its_kind_too(shop: Shop) -> None:
    methods = (PaymentMethod("visa", MethodKind.CARD),)
    rules = attrs.evolve(TWO_PLACES, methods=methods, paying_back=PayingBack(first=("card",)))
    shop = shop.under(rules)
    shop.place("o-17", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(1000), (("o-17", 1000),), "bank")
    shop.pay("pay-2", eur(1000), (("o-17", 1000),), "visa")
    shop.cancel("o-17", (("1", 1),))

    assert [one.payment for one in plan_of(shop).portions] == ["pay-2"]


def test_what_one_tender_cannot_take_goes_to_the_next(any_shop: Shop) -> None:
    voucher = PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False)
    rules = attrs.evolve(TWO_PLACES, methods=(voucher,), paying_back=PayingBack(first=("voucher",)))
    shop = any_shop.under(rules)
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 500)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")
    shop.place("o-17", new_order((LAMP, 2)))
    shop.spend("pay-v", "v-1", eur(500), (("o-17", 500),))
    shop.pay("pay-card", eur(1500), (("o-17", 1500),), "card")
    shop.cancel("o-17", (("1", 1),))

    made = plan_of(shop)

    assert made.portions == (Portion("pay-card", 1000, HAND),)
    assert [one.sentence for one in made.passed_over] == [NOT_BACK]
    shop.cancel("o-17")
    made = plan_of(shop)
    assert (made.left, [one.amount for one in made.portions]) == (500, [1500])
    made = plan_of(shop, to="credit-7")
    assert made.portions[1:] == (Portion("pay-v", 500, Means.STORE_CREDIT, "credit-7"),)
    confirm(shop, made)
    assert (shop.balance("credit-7"), shop.balance("v-1")) == (500, 0)


def test_nothing_goes_onto_a_balance_that_another_tender_takes(shop: Shop) -> None:
    voucher = PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False)
    rules = attrs.evolve(TWO_PLACES, methods=(voucher,), paying_back=PayingBack(first=("voucher",)))
    shop = shop.under(rules)
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 500)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")
    shop.place("o-17", new_order((LAMP, 2)))
    shop.spend("pay-v", "v-1", eur(500), (("o-17", 500),))
    shop.pay("pay-card", eur(1500), (("o-17", 1500),), "card")
    shop.cancel("o-17", (("1", 1),))

    assert plan_of(shop, to="credit-7").portions == (Portion("pay-card", 1000, HAND),)


def test_what_no_tender_takes_is_left_and_the_rest_may_go(shop: Shop) -> None:
    voucher = PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False)
    shop = shop.under(attrs.evolve(TWO_PLACES, methods=(voucher,)))
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 500)
    shop.place("o-17", new_order((LAMP, 2)))
    shop.spend("pay-v", "v-1", eur(500), (("o-17", 500),))
    shop.pay("pay-card", eur(1500), (("o-17", 1500),), "card")
    shop.cancel("o-17")

    confirm(shop, plan_of(shop))

    assert owed_back(shop.order("o-17")) == 500
    assert shop.payment("pay-card").refunded == 1500


# --- a proposal that is no longer true ----------------------------------------------------------


@pytest.mark.feature("F230", "F231")
def test_a_proposal_is_refused_when_something_else_is_owed_by_now(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 3))
    shop.cancel("o-17", (("1", 1),))
    made = plan_of(shop)
    shop.cancel("o-17", (("1", 1),))

    assert shop.refuses(confirm_refund.on("o-17", eur(1000), made.portions)) == (
        "20.00 EUR is owed back on order o-17 by now, not 10.00"
    )
    shop.refund("o-17")
    assert shop.codes(confirm_refund.on("o-17", eur(1000), made.portions)) == ["nothing_owed"]


def test_a_proposal_is_refused_when_it_would_go_back_otherwise_by_now(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.cancel("o-17", (("1", 2),))
    made = plan_of(shop)
    shop.charge_back("card", eur(900))

    assert shop.refuses(confirm_refund.on("o-17", eur(2000), made.portions)) == (
        "what is owed back on order o-17 would go back otherwise by now: "
        "card 3.00 EUR, bank 17.00 EUR"
    )


def test_a_plan_that_nobody_proposed_is_refused(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.cancel("o-17", (("1", 2),))
    other = (Portion("bank", 1800, HAND), Portion("card", 200, HAND))

    assert shop.codes(confirm_refund.on("o-17", eur(2000), other)) == ["plan_changed"]
    with pytest.raises(BadInput, match="more than is owed"):
        shop.confirm_refund("o-17", eur(1900), other)


def test_a_plan_of_a_smaller_amount_leaves_the_rest_owed(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.cancel("o-17", (("1", 2),))

    made = plan_of(shop, amount=700)
    shop.confirm_refund("o-17", eur(2000), made.portions)

    assert owed_back(shop.order("o-17")) == 1300


def test_a_payment_on_hold_keeps_a_plan_from_being_made(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.cancel("o-17", (("1", 2),))
    made = plan_of(shop)
    shop.hold_payment("pay-o-17", "fraud", "whose card is it?", ("refund",))

    held = plan_of(shop)

    assert (held.portions, held.left) == ((), 2000)
    assert [one.code for one in held.passed_over] == ["on_hold"]
    assert shop.codes(confirm_refund.on("o-17", eur(2000), made.portions)) == ["on_hold"]


def test_what_a_bank_has_taken_is_told_in_the_plan_and_sent_nowhere(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.charge_back("card", eur(900))
    shop.settle_dispute("card", won=False)
    shop.cancel("o-17", (("1", 2),))

    made = plan_of(shop)

    assert made.portions == (
        Portion("card", 900, Means.BANK),
        Portion("card", 300, HAND),
        Portion("bank", 800, HAND),
    )
    confirm(shop, made)
    assert [shop.payment(id).refunded for id in ("card", "bank")] == [300, 800]


# --- cash that was paid at a door ---------------------------------------------------------------


def at_the_door(shop: Shop) -> Shop:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), cash_on_delivery=True)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("cash-1", "o-17", eur(2000))
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    return shop


@pytest.mark.feature("F231")
def test_cash_of_a_door_goes_back_to_an_account_that_is_named(any_shop: Shop) -> None:
    shop = ruled(at_the_door(any_shop), cash=CashBack.TRANSFER)

    made = plan_of(shop)

    assert made.portions == (Portion("cash-1", 1000, Means.TRANSFER),)
    said = "payment cash-1 was cash at the door: it goes back by transfer, so say to which account"
    assert shop.refuses(confirm_refund.on("o-17", eur(1000), made.portions)) == said
    assert shop.refuses(refund.on("o-17")) == said
    confirm(shop, made, payee="account-c-7")
    assert shop.payment("cash-1").refunded == 1000
    noted = [
        dict(fact.details)
        for entry in shop.store.entries()
        for fact in entry.facts
        if isinstance(fact, Noted) and fact.what == "transferred"
    ]
    assert noted == [{"amount": 1000, "payee": "account-c-7"}]


@pytest.mark.feature("F231")
def test_cash_of_a_door_goes_back_as_store_credit(any_shop: Shop) -> None:
    shop = ruled(at_the_door(any_shop), cash=CashBack.STORE_CREDIT)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")

    without = plan_of(shop)

    assert (without.portions, without.left) == ((), 1000)
    assert without.passed_over == (Refusal.of("cash_to_balance", payment="cash-1"),)
    assert shop.codes(refund.on("o-17")) == ["cash_to_balance"]
    made = plan_of(shop, to="credit-7")
    confirm(shop, made)
    assert (shop.balance("credit-7"), shop.payment("cash-1").credited) == (1000, 1000)
    assert (owed_back(shop.order("o-17")), shop.payment("cash-1").requests) == (0, ())
    assert shop.payment("cash-1").with_carrier == 2000, "its carrier owes all of it still"


def test_cash_goes_back_as_its_clerk_finds_right_where_no_rule_says_how(shop: Shop) -> None:
    shop = at_the_door(shop)

    assert plan_of(shop).portions == (Portion("cash-1", 1000, HAND),)
    shop.refund("o-17", payee="account-c-7")
    assert shop.payment("cash-1").refunded == 1000


def test_cash_that_no_order_has_used_goes_back_by_the_same_rule(shop: Shop) -> None:
    shop = ruled(shop, cash=CashBack.TRANSFER)
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1), cash_on_delivery=True)
    shop.collect_on_delivery("cash-1", "o-17", eur(1200))

    with pytest.raises(MoveRefused, match="say to which account"):
        shop.pay_back("cash-1")
    shop.pay_back("cash-1", payee="account-c-7")
    assert shop.payment("cash-1").refunded == 200


def test_rules_of_cash_leave_other_payments_alone(shop: Shop) -> None:
    shop = shop.under(Rules(paying_back=PayingBack(cash=CashBack.STORE_CREDIT)))
    shop.sell("o-17", (LAMP, 1))
    shop.cancel("o-17")

    assert plan_of(shop).portions == (Portion("pay-o-17", 1000, HAND),)
