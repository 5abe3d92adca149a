from __future__ import annotations

from typing import Any

import pytest

from orderflow import BadInput, ChargeKind, NewCharge
from orderflow.cod import cash_by_parcel
from orderflow.doorstep import take_in_part
from orderflow.money import Spread
from orderflow.payments import (
    Notice,
    answer_cash_change,
    change_cash,
    collect_on_delivery,
)
from orderflow.pricing import due
from orderflow.states import ParcelState, PaymentState
from orderflow.views import headline
from tests.builders import BELL, LAMP, Shop, bag, eur, line

FREIGHT = NewCharge(ChargeKind.FREIGHT, 490)


def send(shop: Shop, *wanted: Any, order: str = "o-1", parcel: str = "p-1", **more: Any) -> None:
    """An order that is paid at the door, whose one parcel is on its road."""
    pack(shop, *wanted, order=order, parcel=parcel, **more)
    shop.hand_over(parcel, "acme", f"T-{parcel}")


def pack(shop: Shop, *wanted: Any, order: str = "o-1", parcel: str = "p-1", **more: Any) -> None:
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 10)
    shop.sell(order, *(wanted or ((LAMP, 3),)), cash_on_delivery=True, **more)
    shop.allocate(order)
    shop.pack_up(order, parcel)


# --- a parcel that is taken in part ---------------------------------------------------------------


@pytest.mark.feature("F177")
def test_a_customer_looks_keeps_a_part_and_pays_for_just_that(any_shop: Shop) -> None:
    shop = any_shop
    cheap = line("1", LAMP, 3, "3.335")
    charges = (NewCharge(ChargeKind.DISCOUNT, -100), FREIGHT)
    send(shop, cheap, charges=charges)
    order = shop.order("o-1")
    assert due(order) == 1391
    shop.expect_cash("pay-1", "o-1", eur(1391))

    parcel = shop.take_in_part("p-1", "p-1-back", (("1", 2),)).document

    assert parcel.state is ParcelState.DELIVERED
    back = shop.parcel("p-1-back")
    assert (back.state, back.orders, back.carrier) == (ParcelState.GOING_BACK, ("o-1",), "acme")
    assert shop.bag("o-1") == {"delivered": 2, "going back": 1}
    shop.receive_back("p-1-back")
    shop.collect_on_delivery("pay-1", "o-1", eur(shop.payment("pay-1").amount))
    shop.take_back("o-1")
    order = shop.order("o-1")
    assert due(order) == 0  # to the coin
    assert order.applied == shop.payment("pay-1").amount == 1391 - 301
    assert shop.complete("o-1").document.state == "completed"
    assert headline(shop.order("o-1")) == "partly returned"
    shop.assert_lawful()


@pytest.mark.feature("F183")
@pytest.mark.parametrize("in_part", (False, True), ids=("refused", "taken in part"))
def test_what_was_not_taken_and_is_lost_on_its_way_back_asks_a_person(
    any_shop: Shop, *, in_part: bool
) -> None:
    shop = any_shop
    send(shop)
    if in_part:
        shop.take_in_part("p-1", "p-back", (("1", 1),))
    else:
        shop.turn_back("p-1")

    shop.lose("p-back" if in_part else "p-1")

    lost = 2 if in_part else 3
    (hold,) = shop.order("o-1").holds
    assert (hold.code, hold.blocks) == ("lost_coming_back", ())
    assert (
        hold.reason == f"{lost} units were lost on their way back: cancel them, or send them again"
    )
    assert [one.ref.id for one in shop.held("lost_coming_back")] == ["o-1"]
    shop.cancel("o-1", (("1", lost),))
    assert (due(shop.order("o-1")), shop.order("o-1").holds) == (1000 if in_part else 0, ())
    shop.assert_lawful()


def test_what_is_found_again_on_its_way_back_asks_nobody_any_more(shop: Shop) -> None:
    send(shop)
    shop.turn_back("p-1")
    shop.lose("p-1")

    shop.turn_back("p-1")

    assert shop.order("o-1").holds == ()


def test_what_goes_back_may_be_lost_found_and_put_on_the_shelf(shop: Shop) -> None:
    send(shop)
    shop.take_in_part("p-1", "p-back", (("1", 1),))

    shop.lose("p-back")
    assert shop.bag("o-1") == {"delivered": 1, "lost": 2}
    shop.turn_back("p-back")
    shop.receive_back("p-back")
    shop.reopen("o-1")

    assert shop.bag("o-1") == {"delivered": 1, "open": 2}
    assert shop.free(LAMP, "leith") == 9


def test_nothing_goes_back_where_all_is_kept(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    shop.take_in_part("p-1", "p-back", (("1", 3),))

    assert shop.bag("o-1") == {"delivered": 3}
    assert shop.store.load(shop.parcel("p-1").ref._replace(id="p-back")) is None
    assert shop.payment("pay-1").amount == 3000


def test_of_a_shared_parcel_the_units_of_other_orders_are_kept(shop: Shop) -> None:
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 10)
    for order in ("o-1", "o-2"):
        shop.sell(order, (LAMP, 2), cash_on_delivery=True)
        shop.allocate(order)
        shop.release(order, f"d-{order}")
        shop.pick(f"d-{order}")
        shop.expect_cash(f"pay-{order}", order, eur(2000), "p-1")
    shop.pack("p-1", ("d-o-1", "d-o-2"))
    shop.hand_over("p-1")

    assert shop.cannot_take(take_in_part.on("p-1", "p-back", (("1", 1),))) == "order"
    assert shop.cannot_take(take_in_part.on("p-1", "p-back", (("1", 1),), "o-9")) == "order"
    shop.take_in_part("p-1", "p-back", (("1", 1),), "o-2")

    assert shop.bag("o-1") == {"delivered": 2}
    assert shop.bag("o-2") == {"delivered": 1, "going back": 1}
    assert (shop.payment("pay-o-1").amount, shop.payment("pay-o-2").amount) == (2000, 1000)
    assert shop.parcel("p-back").orders == ("o-2",)


def test_what_is_due_with_another_parcel_or_for_another_order_stays(shop: Shop) -> None:
    send(shop)
    send(shop, order="o-2", parcel="p-2")
    shop.expect_cash("pay-2", "o-2", eur(3000))
    shop.expect_cash("pay-1", "o-1", eur(500), "p-9")

    shop.take_in_part("p-1", "p-back", (("1", 1),))

    assert [shop.payment(id).amount for id in ("pay-1", "pay-2")] == [500, 3000]


def test_what_was_collected_before_stays_as_it_was(shop: Shop) -> None:
    send(shop)
    shop.collect_on_delivery("pay-1", "o-1", eur(3000))

    shop.take_in_part("p-1", "p-back", (("1", 1),))

    assert (shop.payment("pay-1").amount, shop.payment("pay-1").with_carrier) == (3000, 3000)
    shop.receive_back("p-back")
    shop.take_back("o-1")
    assert shop.refund("o-1").document.applied == 1000


def test_where_the_rest_was_paid_before_nothing_is_due_at_the_door(shop: Shop) -> None:
    send(shop)
    shop.pay("card", eur(2000), (("o-1", 2000),))
    shop.expect_cash("pay-1", "o-1", eur(1000))

    shop.take_in_part("p-1", "p-back", (("1", 2),))

    assert shop.payment("pay-1").state is PaymentState.VOIDED


def test_money_that_came_in_another_way_is_not_voided(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(1000))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(500))

    shop.take_in_part("p-1", "p-back", (("1", 2),))

    assert (shop.payment("pay-1").state, shop.payment("pay-1").unapplied) == ("due at door", 500)


def test_a_parcel_is_taken_in_part_once_and_no_more_than_it_holds(shop: Shop) -> None:
    send(shop)

    assert shop.cannot_take(take_in_part.on("p-1", "p-back", ())) == "taken"
    assert shop.codes(take_in_part.on("p-1", "p-back", (("1", 4), ("7", 1)))) == [
        "too_many",
        "no_such_line",
    ]
    assert shop.codes(take_in_part.on("p-1", "p-1", (("1", 1),))) == ["already_there"]
    shop.deliver("p-1")
    assert shop.codes(take_in_part.on("p-1", "p-back", (("1", 1),))) == ["illegal_move"]


def test_a_lost_parcel_may_turn_up_at_the_door_and_be_taken_in_part(shop: Shop) -> None:
    send(shop)
    shop.lose("p-1")
    shop.cancel("o-1", (("1", 1),))

    shop.take_in_part("p-1", "p-back", (("1", 1),))

    assert bag(shop.order("o-1")) == {"delivered": 1, "going back": 1, "cancelled": 1}
    assert [hold.code for hold in shop.parcel("p-1").holds] == ["given_up"]


# --- what is to be collected with each parcel -----------------------------------------------------


def in_three_parcels(shop: Shop) -> None:
    """Two lamps and a bell, freight, and a lamp that is still in the house."""
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 10)
    shop.sell("o-1", (LAMP, 3), (BELL, 1), cash_on_delivery=True, charges=(FREIGHT,))
    shop.allocate("o-1")
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.pack_up("o-1", "p-2", lines=(("1", 1), ("2", 1)))


@pytest.mark.feature("F177")
def test_what_is_due_is_spread_over_parcels_by_what_their_units_carry(any_shop: Shop) -> None:
    shop = any_shop
    in_three_parcels(shop)
    order = shop.order("o-1")
    assert due(order) == 3000 + 4550 + 490

    shares = cash_by_parcel(order, ("p-1", "p-2"))

    # 1000 : 5550 : 1000 of 8040, which is 1064.9 : 5910.2 : 1064.9
    assert shares == (("p-1", 1065), ("p-2", 5910))
    assert cash_by_parcel(order, ("p-2", "p-1")) == (("p-2", 5910), ("p-1", 1065))
    assert cash_by_parcel(order, ("p-1", "p-2"), Spread.LAST_ABSORBS) == shares
    assert cash_by_parcel(order, ("p-1",), Spread.FRONT_FIRST) == (("p-1", 1065),)


def test_all_parcels_together_bring_what_the_order_costs(shop: Shop) -> None:
    in_three_parcels(shop)
    paid = 0
    for parcel, n in cash_by_parcel(shop.order("o-1"), ("p-1", "p-2")):
        shop.expect_cash(f"pay-{parcel}", "o-1", eur(n), parcel)
        shop.hand_over(parcel)
        shop.deliver(parcel)
        shop.collect_on_delivery(f"pay-{parcel}", "o-1", eur(n))
        paid += n
    shop.pack_up("o-1", "p-3")
    assert cash_by_parcel(shop.order("o-1"), ("p-3",)) == (("p-3", 8040 - paid),)
    shop.hand_over("p-3")
    ((_, rest),) = cash_by_parcel(shop.order("o-1"), ("p-3",))

    shop.collect_on_delivery("pay-p-3", "o-1", eur(rest))

    assert due(shop.order("o-1")) == 0
    assert cash_by_parcel(shop.order("o-1"), ("p-3",)) == (("p-3", 0),)
    with pytest.raises(BadInput, match="parcels: a tuple of at least one name"):
        cash_by_parcel(shop.order("o-1"), ())


def test_goods_that_cost_nothing_weigh_by_their_number(shop: Shop) -> None:
    pack(shop, line("1", LAMP, 3, "0"), charges=(FREIGHT,))
    order = shop.order("o-1")

    assert cash_by_parcel(order, ("p-1",)) == (("p-1", 490),)
    assert cash_by_parcel(order, ("p-9", "p-1")) == (("p-9", 0), ("p-1", 490))


def test_a_parcel_that_nobody_knows_brings_nothing(shop: Shop) -> None:
    send(shop)

    assert cash_by_parcel(shop.order("o-1"), ("p-9",)) == (("p-9", 0),)


def test_an_order_in_parcels_is_collected_in_part_and_one_door_takes_a_part(shop: Shop) -> None:
    in_three_parcels(shop)
    for parcel, n in cash_by_parcel(shop.order("o-1"), ("p-1", "p-2")):
        shop.expect_cash(f"pay-{parcel}", "o-1", eur(n), parcel)
        shop.hand_over(parcel)

    shop.take_in_part("p-2", "p-2-back", (("1", 1),))

    assert shop.payment("pay-p-2").amount == 5910 - 4550
    assert shop.payment("pay-p-1").amount == 1065


# --- another amount -------------------------------------------------------------------------------


@pytest.mark.feature("F177", "F183")
def test_before_its_parcel_is_handed_over_the_amount_just_changes(any_shop: Shop) -> None:
    shop = any_shop
    pack(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))
    shop.cancel_parcel("p-1")
    shop.cancel("o-1", (("1", 1),))

    payment = shop.change_cash("pay-1", eur(1500)).document

    assert (payment.amount, payment.cash_asked, payment.holds) == (1500, None, ())


@pytest.mark.feature("F177")
@pytest.mark.parametrize("agreed", (True, False))
@pytest.mark.parametrize("parcel", ("", "p-1"))
def test_after_that_the_amount_stays_until_the_carrier_agrees(
    shop: Shop, agreed: bool, parcel: str
) -> None:
    pack(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000), parcel)
    shop.hand_over("p-1")

    asked = shop.change_cash("pay-1", eur(2500)).document
    assert (asked.amount, asked.cash_asked) == (3000, 2500)
    assert [(hold.code, hold.blocks) for hold in asked.holds] == [("cash_change", ())]
    asked = shop.change_cash("pay-1", eur(2000)).document  # the last that was asked counts
    assert (asked.amount, asked.cash_asked, len(asked.holds)) == (3000, 2000, 1)
    answered = shop.answer_cash_change("pay-1", agreed).document

    assert answered.amount == (2000 if agreed else 3000)
    assert (answered.cash_asked, answered.holds) == (None, ())


def test_another_parcel_of_the_order_may_be_on_its_road(shop: Shop) -> None:
    in_three_parcels(shop)
    shop.expect_cash("pay-1", "o-1", eur(1065), "p-1")
    shop.expect_cash("pay-2", "o-1", eur(5910), "p-2")
    shop.expect_cash("pay-3", "o-1", eur(1065), "p-9")  # it is not packed yet
    shop.hand_over("p-2")

    assert shop.change_cash("pay-1", eur(1000)).document.amount == 1000
    assert shop.change_cash("pay-2", eur(1000)).document.cash_asked == 1000
    assert shop.change_cash("pay-3", eur(1000)).document.amount == 1000


def test_an_answer_that_comes_after_the_cash_changes_nothing(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))
    shop.change_cash("pay-1", eur(2000))
    shop.collect_on_delivery("pay-1", "o-1", eur(2000))

    answered = shop.answer_cash_change("pay-1", agreed=True).document

    assert (answered.amount, answered.captured, answered.holds) == (3000, 2000, ())


def test_an_answer_that_nobody_waits_for_asks_a_person(shop: Shop) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    answered = shop.answer_cash_change("pay-1", agreed=True).document

    assert (answered.amount, [hold.code for hold in answered.holds]) == (
        3000,
        ["unexpected_answer"],
    )
    assert shop.cannot_take(answer_cash_change.on("pay-1", "yes")) == "agreed"  # type: ignore[arg-type]


def test_no_more_is_to_be_collected_than_the_order_costs_and_nothing_after_the_door(
    shop: Shop,
) -> None:
    send(shop)
    shop.expect_cash("pay-1", "o-1", eur(3000))

    assert shop.refuses(change_cash.on("pay-1", eur(3001))) == (
        "order o-1: 30.01 EUR offered, 30.00 due"
    )
    shop.apply(collect_on_delivery.on("pay-1", "o-1", eur(3000)))
    assert shop.codes(change_cash.on("pay-1", eur(2000))) == ["illegal_move"]


def test_two_doors_of_one_parcel_bring_less_alike(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 4)
    shop.sell("o-1", (LAMP, 4), cash_on_delivery=True)
    shop.allocate("o-1")
    shop.expect_cash("pay-1", "o-1", eur(1500), "p-1")
    shop.expect_cash("pay-2", "o-1", eur(2500), "p-1")
    shop.pack_up("o-1", "p-1")
    shop.hand_over("p-1")

    shop.take_in_part("p-1", "p-2", (("1", 2),))

    assert [shop.payment(id).amount for id in ("pay-1", "pay-2")] == [750, 1250]
    shop.assert_lawful()
