"""What doors are to bring follows their order, until a courier was told; then he is asked."""

from __future__ import annotations

from itertools import chain
from typing import Any

import attrs
import pytest

from orderflow import ChargeKind, NewCharge, Rules
from orderflow.audit import audit
from orderflow.audit.journal import JournalCheck
from orderflow.audit.money import MoneyCheck
from orderflow.cash import CashRounding
from orderflow.closing import complete
from orderflow.cod import cash_by_parcel
from orderflow.deadlines import next_due
from orderflow.fulfilment import hand_over
from orderflow.payments import Notice, change_cash, expect_cash
from orderflow.pricing import due
from orderflow.records import Door
from orderflow.remittances import Remittance, RemittanceRow
from orderflow.states import COMING_BACK, NOT_LEFT, UNIT, PaymentState, UnitState
from tests.builders import BELL, LAMP, LEITH, Shop, eur, line


def sell(shop: Shop, *wanted: Any, order: str = "o-1", **more: Any) -> None:
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 10)
    shop.sell(order, *(wanted or ((LAMP, 3),)), cash_on_delivery=True, **more)
    shop.allocate(order)


def send(shop: Shop, *wanted: Any, **more: Any) -> None:
    sell(shop, *wanted, **more)
    shop.pack_up("o-1", "p-1")
    shop.hand_over("p-1")


def coins(shop: Shop, step: int = 5) -> Shop:
    return shop.under(Rules((LEITH,), cash_rounding=(CashRounding("EUR", step),)))


def at_doors(shop: Shop) -> dict[str, int]:
    return {door.payment: door.amount for door in shop.order("o-1").doors}


# --- an order knows its doors ---------------------------------------------------------------------


@pytest.mark.feature("F177")
def test_an_order_notes_what_is_to_be_collected_for_it_until_it_was(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop)

    shop.expect_cash("pay-1", "o-1", eur(1000), "p-1")
    shop.expect_cash("pay-2", "o-1", eur(2000))
    assert shop.order("o-1").doors == (Door("pay-1", 1000, "p-1"), Door("pay-2", 2000))
    shop.change_cash("pay-2", eur(1500))
    assert at_doors(shop) == {"pay-1": 1000, "pay-2": 1500}
    shop.void_payment("pay-1", "a mistake")
    shop.collect_on_delivery("pay-2", "o-1", eur(1500))

    assert shop.order("o-1").doors == ()
    shop.assert_lawful()


def test_a_door_on_which_an_order_and_its_payment_do_not_agree_is_found(shop: Shop) -> None:
    sell(shop)
    shop.expect_cash("pay-1", "o-1", eur(1000), "p-1")
    shop.expect_cash("pay-2", "o-1", eur(2000))
    order, check = shop.order("o-1"), MoneyCheck(JournalCheck("", "", 0, 0))

    noted = (attrs.evolve(order.doors[0], amount=1001), Door("pay-3", 500))
    check.check_order(attrs.evolve(order, doors=noted))
    for payment in ("pay-1", "pay-2"):
        check.check_payment(shop.payment(payment))

    where = "order o-1, payment"
    assert check.law().breaches == (
        f"{where} pay-1: 1001 at the door of p-1 noted, 1000 at the door of p-1 due",
        f"{where} pay-2: no door noted, 2000 at the door of any parcel due",
        f"{where} pay-3: 500 at the door of any parcel noted, no door due",
    )
    assert not [law.breaches for law in audit(shop.store) if law.breaches]


@pytest.mark.feature("F177")
def test_no_door_is_told_more_than_the_order_costs_beyond_its_other_doors(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop)
    too_much = "order o-1: {} EUR offered, {} due"

    assert shop.refuses(expect_cash.on("pay-1", "o-1", eur(3001))) == too_much.format(
        "30.01", "30.00"
    )
    shop.expect_cash("pay-1", "o-1", eur(2000))
    assert shop.refuses(expect_cash.on("pay-2", "o-1", eur(1001))) == too_much.format(
        "10.01", "10.00"
    )
    shop.expect_cash("pay-2", "o-1", eur(1000))
    assert shop.refuses(change_cash.on("pay-1", eur(2001))) == too_much.format("20.01", "20.00")
    shop.cancel("o-1")
    assert shop.refuses(expect_cash.on("pay-3", "o-1", eur(100))) == too_much.format("1.00", "0.00")


def test_a_parcel_that_reaches_no_door_or_has_nothing_of_the_order_is_named(shop: Shop) -> None:
    send(shop)
    sell(shop, order="o-2")
    shop.turn_back("p-1", "refused")
    said = "order {}: nothing is to be collected with parcel p-1"

    for order in ("o-1", "o-2"):
        call = expect_cash.on("pay-1", order, eur(1000), "p-1")
        assert shop.refuses(call) == said.format(order)


# --- what a parcel is to bring by the rule --------------------------------------------------------


@pytest.mark.feature("F177")
def test_without_an_amount_a_door_brings_what_its_parcel_carries(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop, (LAMP, 3), (BELL, 1), charges=(NewCharge(ChargeKind.FREIGHT, 490),))
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.pack_up("o-1", "p-2", lines=(("1", 1), ("2", 1)))
    assert due(shop.order("o-1")) == 3000 + 4550 + 490

    for parcel in ("p-1", "p-2"):
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)
    shop.expect_cash("pay-rest", "o-1")

    assert at_doors(shop) == {"pay-p-1": 1065, "pay-p-2": 5910, "pay-rest": 1065}
    nothing = "order o-1: nothing is to be collected at any door"
    assert shop.refuses(expect_cash.on("pay-4", "o-1")) == nothing


def test_what_is_packed_later_for_another_door_keeps_its_part(shop: Shop) -> None:
    sell(shop, (LAMP, 1), (BELL, 1))
    shop.expect_cash("pay-2", "o-1", eur(4550), "p-2")
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))

    assert shop.expect_cash("pay-1", "o-1", parcel="p-1").document.amount == 1000


def test_each_door_is_told_coins(shop: Shop) -> None:
    shop = coins(shop)
    sell(shop, line("1", LAMP, 3, "3.57"))
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.pack_up("o-1", "p-2")

    for parcel in ("p-1", "p-2"):
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)

    assert at_doors(shop) == {"pay-p-1": 355, "pay-p-2": 715}


@pytest.mark.feature("F177")
def test_a_parcel_that_is_split_splits_its_door_and_two_that_are_joined_join_theirs(
    any_shop: Shop,
) -> None:
    shop = any_shop
    sell(shop)
    shop.pack_up("o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", parcel="p-1")

    shop.cancel_parcel("p-1")
    assert (shop.payment("pay-1").state, shop.order("o-1").doors) == ("voided", ())
    shop.pack_up("o-1", "p-2", lines=(("1", 1),))
    shop.pack_up("o-1", "p-3")
    for parcel in ("p-2", "p-3"):
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)
    assert at_doors(shop) == {"pay-p-2": 1000, "pay-p-3": 2000}
    for parcel in ("p-2", "p-3"):
        shop.cancel_parcel(parcel)
    shop.pack_up("o-1", "p-4")

    assert shop.expect_cash("pay-4", "o-1", parcel="p-4").document.amount == 3000
    assert at_doors(shop) == {"pay-4": 3000}


# --- before a courier was told --------------------------------------------------------------------


@pytest.mark.feature("F177", "F183")
@pytest.mark.parametrize("paid", (False, True))
def test_what_is_due_at_the_door_falls_with_what_the_order_costs(
    any_shop: Shop, paid: bool
) -> None:
    shop = any_shop
    sell(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000), "p-1")

    if paid:
        shop.pay("card", eur(1000), (("o-1", 1000),))
    else:
        shop.cancel("o-1", (("1", 1),))

    payment = shop.payment("pay-1")
    assert (payment.state, payment.amount, payment.holds) == ("due at door", 2000, ())
    shop.assert_lawful()


@pytest.mark.feature("F177")
def test_a_door_with_a_part_of_what_is_due_stays_as_it_is_until_less_is_due(shop: Shop) -> None:
    sell(shop)
    shop.expect_cash("pay-1", "o-1", eur(1000))

    shop.cancel("o-1", (("1", 1),))
    assert at_doors(shop) == {"pay-1": 1000}
    shop.pay("card", eur(1500), (("o-1", 1500),))

    assert at_doors(shop) == {"pay-1": 500}


@pytest.mark.feature("F177", "F183")
@pytest.mark.parametrize("paid", (False, True))
def test_a_door_at_which_nothing_is_due_any_more_is_closed_by_itself(
    any_shop: Shop, paid: bool
) -> None:
    shop = any_shop
    sell(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    if paid:
        shop.pay("card", eur(3000), (("o-1", 3000),))
    else:
        shop.cancel("o-1")

    assert shop.payment("pay-1").state is PaymentState.VOIDED
    assert shop.order("o-1").doors == ()


@pytest.mark.feature("F177")
def test_what_a_door_asks_beyond_the_part_of_its_parcel_goes_first(shop: Shop) -> None:
    sell(shop, (LAMP, 1), (BELL, 1))
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.expect_cash("pay-1", "o-1", eur(1000), "p-1")
    shop.expect_cash("pay-2", "o-1", eur(4550), "p-2")

    shop.cancel("o-1", (("2", 1),))

    assert at_doors(shop) == {"pay-1": 1000}
    assert shop.payment("pay-2").state is PaymentState.VOIDED


def test_doors_that_ask_alike_beyond_their_parts_fall_alike(shop: Shop) -> None:
    sell(shop)
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.pack_up("o-1", "p-2", lines=(("1", 2),))
    for parcel in ("p-1", "p-2"):
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)

    shop.pay("card", eur(600), (("o-1", 600),))

    assert at_doors(shop) == {"pay-p-1": 800, "pay-p-2": 1600}


@pytest.mark.feature("F177")
def test_a_door_that_brings_all_of_it_rises_with_the_price_and_one_with_a_part_does_not(
    shop: Shop,
) -> None:
    sell(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    shop.adjust("o-1", NewCharge(ChargeKind.FEE, 250))
    assert at_doors(shop) == {"pay-1": 3250}
    shop.change_cash("pay-1", eur(3000))
    shop.adjust("o-1", NewCharge(ChargeKind.FEE, 100))

    assert at_doors(shop) == {"pay-1": 3000}


@pytest.mark.feature("F177")
def test_a_door_that_brings_all_of_it_brings_what_a_bank_takes_back_too(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop)
    shop.pay("card", eur(1000), (("o-1", 1000),))
    shop.expect_cash("pay-1", "o-1")

    shop.charge_back("card", eur(1000), "o-1")

    assert (due(shop.order("o-1")), at_doors(shop)) == (3000, {"pay-1": 3000})
    assert shop.order("o-1").holds == ()
    shop.assert_lawful()


def test_a_door_with_a_part_does_not_and_the_goods_stay(shop: Shop) -> None:
    sell(shop)
    shop.pay("card", eur(1000), (("o-1", 1000),))
    shop.expect_cash("pay-1", "o-1", eur(1500))

    shop.charge_back("card", eur(1000), "o-1")

    assert at_doors(shop) == {"pay-1": 1500}
    assert [hold.code for hold in shop.order("o-1").holds] == ["charged_back"]
    shop.change_cash("pay-1", eur(3000))
    assert shop.order("o-1").holds == ()


@pytest.mark.feature("F177", "F183")
def test_goods_of_which_a_bank_took_the_money_stay_until_a_door_asks_for_it(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop, (LAMP, 2))
    shop.pack_up("o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", parcel="p-1")
    shop.pay("card", eur(2000), (("o-1", 2000),))
    assert at_doors(shop) == {}

    shop.charge_back("card", eur(2000), "o-1")

    assert shop.codes(hand_over.on("p-1", "land")) == ["on_hold"]
    shop.expect_cash("pay-2", "o-1", parcel="p-1")
    assert shop.order("o-1").holds == ()
    shop.void_payment("pay-2", "a mistake")
    assert shop.codes(hand_over.on("p-1", "land")) == ["on_hold"]
    shop.lift_hold("o-1", "charged_back")
    shop.hold("o-1", "look", "it touches the order, and the other hold stays lifted", ())
    shop.hand_over("p-1")
    shop.assert_lawful()


@pytest.mark.feature("F177", "F183")
@pytest.mark.parametrize("told", (False, True))
def test_freight_of_goods_that_are_cancelled_is_asked_at_the_doors_that_are_left(
    any_shop: Shop, told: bool
) -> None:
    shop = any_shop
    sell(shop, (LAMP, 3), charges=(NewCharge(ChargeKind.FREIGHT, 600),))
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.expect_cash("pay-1", "o-1", parcel="p-1")
    if told:
        shop.hand_over("p-1")
    assert at_doors(shop) == {"pay-1": 1200}

    shop.cancel("o-1", (("1", 1),))
    assert at_doors(shop) == {"pay-1": 1200}, "the other lamp goes to a door of its own"
    shop.cancel("o-1", (("1", 1),))

    assert (due(shop.order("o-1")), at_doors(shop)) == (1600, {"pay-1": 1600})
    assert shop.payment("pay-1").cash_asked == (1600 if told else None)
    shop.assert_lawful()


@pytest.mark.feature("F177")
def test_freight_of_goods_that_were_refused_is_asked_at_the_other_door(shop: Shop) -> None:
    sell(shop, (LAMP, 2), charges=(NewCharge(ChargeKind.FREIGHT, 600),))
    for parcel in ("p-1", "p-2"):
        shop.pack_up("o-1", parcel, lines=(("1", 1),))
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)
        shop.hand_over(parcel)

    shop.turn_back("p-1", "refused")
    shop.receive_back("p-1")
    assert at_doors(shop) == {"pay-p-2": 1300}, "the lamp may go out again"
    shop.take_back("o-1")

    assert at_doors(shop) == {"pay-p-2": 1600}
    assert [hold.code for hold in shop.payment("pay-p-2").holds] == ["cash_change"]


def test_a_door_whose_goods_are_never_packed_leaves_their_freight_to_the_others(shop: Shop) -> None:
    sell(shop, (LAMP, 1), (BELL, 1), charges=(NewCharge(ChargeKind.FREIGHT, 600),))
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    for parcel, amount in (("p-1", 1108), ("p-2", 5042)):
        shop.expect_cash(f"pay-{parcel}", "o-1", eur(amount), parcel)

    shop.cancel("o-1", (("2", 1),))

    assert at_doors(shop) == {"pay-p-1": 1600}
    assert shop.payment("pay-p-2").state is PaymentState.VOIDED


@pytest.mark.feature("F177")
def test_what_is_lost_is_asked_at_no_other_door_until_it_is_given_up(shop: Shop) -> None:
    sell(shop, (LAMP, 3), charges=(NewCharge(ChargeKind.FREIGHT, 600),))
    for parcel in ("p-1", "p-2"):
        shop.pack_up("o-1", parcel, lines=(("1", 1),))
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)
        shop.hand_over(parcel)

    shop.lose("p-1")
    shop.cancel("o-1", (("1", 1),))
    assert at_doors(shop) == {"pay-p-2": 1200}, "the lost lamp may be sent again"
    shop.cancel("o-1", (("1", 1),))

    assert at_doors(shop) == {"pay-p-2": 1600}


# --- after it -------------------------------------------------------------------------------------


@pytest.mark.feature("F177", "F183")
@pytest.mark.parametrize("agreed", (True, False))
def test_a_courier_who_was_told_is_asked_and_his_word_counts(any_shop: Shop, agreed: bool) -> None:
    shop = any_shop
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000), "p-1")

    shop.pay("card", eur(1000), (("o-1", 1000),))
    asked = shop.payment("pay-1")
    assert (asked.amount, asked.cash_asked, asked.state) == (3000, 2000, "due at door")
    assert [(hold.code, hold.blocks) for hold in asked.holds] == [("cash_change", ())]
    answered = shop.answer_cash_change("pay-1", agreed).document
    assert answered.amount == (2000 if agreed else 3000)
    assert [hold.code for hold in answered.holds] == ([] if agreed else ["overpaid"])
    shop.hold("o-1", "look", "it touches the order, and asks nobody again")
    assert shop.payment("pay-1").cash_asked is None
    taken = shop.collect_on_delivery("pay-1", "o-1", eur(answered.amount)).document

    assert taken.unapplied == (0 if agreed else 1000)
    assert [hold.code for hold in taken.holds] == ([] if agreed else ["overpaid"])
    shop.assert_lawful()


@pytest.mark.feature("F177")
@pytest.mark.parametrize("agreed", (True, False))
def test_a_courier_is_asked_to_collect_nothing(any_shop: Shop, agreed: bool) -> None:
    shop = any_shop
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    shop.pay("card", eur(3000), (("o-1", 3000),))
    assert (shop.payment("pay-1").cash_asked, at_doors(shop)) == (0, {"pay-1": 0})
    answered = shop.answer_cash_change("pay-1", agreed).document

    assert answered.state == ("voided" if agreed else "due at door")
    assert [hold.reason for hold in answered.holds] == (
        [] if agreed else ["the carrier collects 30.00 EUR more than is to be paid for order o-1"]
    )
    assert at_doors(shop) == ({} if agreed else {"pay-1": 3000})


@pytest.mark.feature("F177")
def test_a_courier_who_says_nothing_until_the_order_is_completed_collects_nothing(
    any_shop: Shop,
) -> None:
    shop = any_shop
    sell(shop)
    shop.expect_cash("pay-1", "o-1")
    shop.pack_up("o-1", "p-1")
    shop.hand_over("p-1")
    shop.pay("pay-2", eur(3000), (("o-1", 3000),), "card")
    assert at_doors(shop) == {"pay-1": 0}
    shop.deliver("p-1")
    shop.complete("o-1")

    payment = shop.payment("pay-1")
    assert (payment.state, payment.holds, at_doors(shop)) == (PaymentState.VOIDED, (), {})
    late = shop.collect_on_delivery("pay-1", "o-1", eur(3000)).document
    assert [hold.code for hold in late.holds] == ["paid_late"]
    shop.assert_lawful()


def test_what_no_courier_was_told_is_lowered_before_one_is_asked(shop: Shop) -> None:
    sell(shop)
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.expect_cash("pay-1", "o-1", eur(1000), "p-1")
    shop.expect_cash("pay-2", "o-1", eur(2000), "p-2")
    shop.hand_over("p-1")

    shop.pay("a", eur(1500), (("o-1", 1500),))
    assert at_doors(shop) == {"pay-1": 1000, "pay-2": 500}
    shop.pay("b", eur(700), (("o-1", 700),))

    assert shop.payment("pay-2").state is PaymentState.VOIDED
    assert (shop.payment("pay-1").amount, shop.payment("pay-1").cash_asked) == (1000, 800)


def test_a_carrier_that_was_asked_for_nothing_is_asked_again_when_a_bank_takes_the_money(
    shop: Shop,
) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", parcel="p-1")
    shop.pay("card", eur(3000), (("o-1", 3000),))
    assert at_doors(shop) == {"pay-1": 0}

    shop.charge_back("card", eur(3000), "o-1")
    assert at_doors(shop) == {"pay-1": 3000}
    shop.answer_cash_change("pay-1", agreed=True)

    assert (shop.payment("pay-1").amount, shop.payment("pay-1").holds) == (3000, ())
    shop.assert_lawful()


def test_a_price_that_rises_on_the_road_is_asked_of_the_carrier(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    shop.adjust("o-1", NewCharge(ChargeKind.FEE, 250))

    assert (shop.payment("pay-1").amount, shop.payment("pay-1").cash_asked) == (3000, 3250)


@pytest.mark.feature("F177", "F183")
@pytest.mark.parametrize("parcel", ("", "p-1"))
def test_a_parcel_that_turns_back_closes_its_door_for_good(any_shop: Shop, parcel: str) -> None:
    shop = any_shop
    send(shop, (LAMP, 3), charges=(NewCharge(ChargeKind.FREIGHT, 490),))
    shop.expect_cash("pay-1", "o-1", eur(3490), parcel)

    shop.turn_back("p-1", "refused")
    payment = shop.payment("pay-1")
    assert (payment.state, next_due(payment)) == (PaymentState.VOIDED, None)
    shop.receive_back("p-1")
    shop.reopen("o-1")
    shop.allocate("o-1")
    shop.pack_up("o-1", "p-2")

    assert shop.expect_cash("pay-2", "o-1", parcel="p-2").document.amount == 3490


def test_one_of_two_parcels_turns_back_and_the_courier_of_the_other_is_asked(shop: Shop) -> None:
    sell(shop)
    for parcel, n in (("p-1", 1), ("p-2", 2)):
        shop.pack_up("o-1", parcel, lines=(("1", n),))
        shop.hand_over(parcel)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    shop.turn_back("p-1", "refused")

    assert shop.payment("pay-1").cash_asked == 2000


@pytest.mark.feature("F177")
def test_what_is_on_its_way_back_is_asked_at_no_door(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop, (LAMP, 2))
    for parcel in ("p-1", "p-2"):
        shop.pack_up("o-1", parcel, lines=(("1", 1),))
        shop.hand_over(parcel)
    shop.turn_back("p-1", "refused")

    assert shop.codes(expect_cash.on("pay-1", "o-1", eur(1001), "p-2")) == ["overpaid"]
    assert cash_by_parcel(shop.order("o-1"), ("p-1", "p-2")) == (("p-1", 0), ("p-2", 1000))
    assert shop.expect_cash("pay-1", "o-1", parcel="p-2").document.amount == 1000
    assert shop.codes(change_cash.on("pay-1", eur(1001))) == ["overpaid"]
    assert shop.codes(expect_cash.on("pay-2", "o-1")) == ["nothing_to_collect"]
    shop.receive_back("p-1")
    shop.take_back("o-1")

    assert (due(shop.order("o-1")), at_doors(shop)) == (1000, {"pay-1": 1000})
    shop.assert_lawful()


def test_a_carrier_that_was_asked_is_asked_again_wherever_the_goods_are(shop: Shop) -> None:
    sell(shop)
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.hand_over("p-1")
    shop.expect_cash("pay-1", "o-1")
    shop.cancel("o-1", (("1", 1),))
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-1", (("1", 1),))

    shop.receive_return("r-1", "leith")
    payment = shop.payment("pay-1")
    assert (payment.amount, payment.cash_asked, at_doors(shop)) == (3000, 1000, {"pay-1": 1000})
    shop.change_cash("pay-1", eur(900))

    assert (shop.payment("pay-1").amount, at_doors(shop)) == (3000, {"pay-1": 900})
    shop.assert_lawful()


def test_a_question_ends_with_its_door(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))
    shop.change_cash("pay-1", eur(2500))

    shop.turn_back("p-1", "refused")

    assert (shop.payment("pay-1").state, shop.payment("pay-1").holds) == ("voided", ())


def test_a_lost_parcel_closes_its_door_and_has_one_again_when_it_is_found(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000), "p-1")

    shop.lose("p-1")
    assert (shop.payment("pay-1").state, at_doors(shop)) == (PaymentState.VOIDED, {})
    assert shop.codes(expect_cash.on("pay-2", "o-1", parcel="p-1")) == ["nothing_at_door"]
    shop.deliver("p-1")

    assert shop.expect_cash("pay-2", "o-1", parcel="p-1").document.amount == 3000


@pytest.mark.feature("F177", "F182")
def test_goods_that_were_lost_are_paid_at_the_door_of_what_is_sent_for_them(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop)
    shop.pack_up("o-1", "p-1", lines=(("1", 2),))
    shop.expect_cash("pay-1", "o-1", parcel="p-1")
    shop.hand_over("p-1", "acme")
    shop.lose("p-1")
    shop.ask_reissue("x-1", "o-1", (("1", 2),), "lost")
    shop.approve_reissue("x-1", "o-2")
    shop.allocate("o-2")
    shop.pack_up("o-2", "p-2", lines=(("1", 1),))
    shop.pack_up("o-2", "p-3")

    assert shop.expect_cash("pay-2", "o-1", eur(1000), "p-2").document.amount == 1000
    shop.hand_over("p-2", "acme")
    shop.deliver("p-2")
    shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -300))

    assert at_doors(shop) == {"pay-2": 1000}
    shop.collect_on_delivery("pay-2", "o-1", eur(1000))
    assert shop.expect_cash("pay-3", "o-1", parcel="p-3").document.amount == 850
    row = RemittanceRow(2, "p-2", 1000)
    assert shop.reconcile_remittance(Remittance("R-7", "EUR", (row,), "acme")).findings == ()
    shop.assert_lawful()


def test_a_door_that_has_brought_money_otherwise_asks_a_person(shop: Shop) -> None:
    sell(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(500))

    shop.cancel("o-1")

    payment = shop.payment("pay-1")
    assert payment.state is PaymentState.DUE_AT_DOOR
    assert "unexpected_cash" in [hold.code for hold in payment.holds]
    shop.pay_back("pay-1")
    assert shop.void_payment("pay-1", "it went back").document.state == "voided"
    assert shop.order("o-1").doors == ()


# --- coins ----------------------------------------------------------------------------------------


@pytest.mark.feature("F177")
def test_a_parcel_that_is_refused_leaves_no_cent_that_no_coin_pays(any_shop: Shop) -> None:
    shop = coins(any_shop)
    sell(shop, line("1", LAMP, 3, "3.573"))
    assert due(shop.order("o-1")) == 1070
    for parcel, n in (("p-1", 1), ("p-2", 2)):
        shop.pack_up("o-1", parcel, lines=(("1", n),))
        shop.hand_over(parcel)
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)
    assert at_doors(shop) == {"pay-p-1": 355, "pay-p-2": 715}

    shop.deliver("p-1")
    shop.collect_on_delivery("pay-p-1", "o-1", eur(355))
    shop.turn_back("p-2", "refused")
    shop.receive_back("p-2")
    shop.take_back("o-1")

    assert due(shop.order("o-1")) == 0
    assert shop.why_not(complete.on("o-1")) == ()
    shop.assert_lawful()


@pytest.mark.feature("F177")
@pytest.mark.parametrize("how", ("cancel", "fee", "reprice", "gift"))
def test_whatever_an_order_costs_by_now_is_paid_in_coins(any_shop: Shop, how: str) -> None:
    shop = coins(any_shop)
    sell(shop, line("1", LAMP, 3, "3.57"))
    shop.expect_cash("pay-1", "o-1")

    if how == "cancel":
        shop.cancel("o-1", (("1", 1),))
    elif how == "fee":
        shop.adjust("o-1", NewCharge(ChargeKind.FEE, 47))
    elif how == "reprice":
        shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -847))
    else:
        shop.pay("gift", eur(333), (("o-1", 333),))

    owed = due(shop.order("o-1"))
    assert owed % 5 == 0
    assert at_doors(shop) == {"pay-1": owed}
    shop.collect_on_delivery("pay-1", "o-1", eur(owed))
    assert due(shop.order("o-1")) == 0
    shop.assert_lawful()


# --- where units stand ----------------------------------------------------------------------------


def test_a_unit_has_not_left_until_it_is_shipped_and_no_state_is_forgotten() -> None:
    """Each state is on one side: in the house, under way or at the door, coming back, or over."""
    at_door = {UnitState.SHIPPED, UnitState.READY_TO_COLLECT, UnitState.DELIVERED}
    astray = {UnitState.LOST, UnitState.MISSING, UnitState.SENT_BACK}
    over = {UnitState.CANCELLED, UnitState.RETURNED, UnitState.REDEEMED, UnitState.LAPSED}
    sides = (NOT_LEFT, at_door, astray, COMING_BACK, over)

    assert sorted(chain(*sides)) == sorted(UnitState)
    for state in NOT_LEFT:  # each of them can still be shipped without coming back first
        reached, seen = {state}, set[UnitState]()
        while reached - seen:
            seen |= reached
            nexts = {row.target for row in UNIT.rows if row.source in reached}
            reached |= nexts & (NOT_LEFT | {UnitState.SHIPPED})
        assert UnitState.SHIPPED in reached
