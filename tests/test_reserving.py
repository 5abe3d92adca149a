"""When goods are claimed for an order by themselves."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import BadInput, Position, Rules, verbs
from orderflow.rules import ReserveWhen
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, eur, line, new_order

LEITH = Position("BRASS-LAMP", "leith")
AT_PLACING = attrs.evolve(TWO_PLACES, reserve_when=ReserveWhen.PLACED)
AT_PAYING = attrs.evolve(TWO_PLACES, reserve_when=ReserveWhen.PAID)


def test_by_hand_nothing_is_claimed_at_placing(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)

    any_shop.place("o-1", new_order((LAMP, 2)))

    assert any_shop.bag("o-1") == {"open": 2}


@pytest.mark.feature("F118")
def test_the_command_that_places_an_order_claims_its_goods(any_shop: Shop) -> None:
    shop = any_shop.under(AT_PLACING)
    shop.stock(LAMP, "leith", 5)

    done = shop.place("o-1", new_order((LAMP, 2)))

    assert shop.bag("o-1") == {"reserved": 2}
    assert shop.counter(LEITH).claimed == 2
    assert len([one for one in shop.store.entries() if one.seq == done.seq]) == 1
    shop.assert_lawful()


@pytest.mark.feature("F118")
def test_the_command_that_pays_an_order_claims_its_goods(any_shop: Shop) -> None:
    shop = any_shop.under(AT_PAYING)
    shop.stock(LAMP, "leith", 5)
    shop.place("o-1", new_order((LAMP, 2)))
    assert shop.bag("o-1") == {"open": 2}
    shop.pay("pay-1", eur(1000), (("o-1", 1000),))
    assert shop.bag("o-1") == {"open": 2}

    shop.pay("pay-2", eur(1000), (("o-1", 1000),))

    assert shop.bag("o-1") == {"reserved": 2}
    shop.assert_lawful()


def test_cash_on_delivery_is_claimed_at_placing_also_where_others_wait_to_be_paid(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(AT_PAYING)
    shop.stock(LAMP, "leith", 5)

    shop.place("o-1", new_order((LAMP, 2), cash_on_delivery=True))

    assert shop.bag("o-1") == {"reserved": 2}


@pytest.mark.feature("F121")
def test_what_is_not_there_is_promised_by_the_date_of_its_supply_and_the_rest_waits(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(AT_PLACING)
    due = MORNING + timedelta(days=9)
    shop.stock(LAMP, "leith", 2)
    shop.expect("po-1", LEITH, 3, due)

    shop.place("o-1", new_order((LAMP, 7)))

    spots = shop.order("o-1").lines[0].spots
    told = {(spot.state.value, spot.slice.peg, spot.n) for spot in spots}
    assert told == {("reserved", "", 2), ("reserved", "po-1", 3), ("backordered", "", 2)}
    assert {spot.slice.promised for spot in spots if spot.slice.peg} == {due}
    shop.assert_lawful()


def test_an_order_that_cannot_be_whole_is_refused_where_none_is_split(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(AT_PLACING, split=False))
    shop.stock(LAMP, "leith", 2)

    assert shop.codes(verbs.place.on("o-1", new_order((LAMP, 3)))) == ["not_in_time"]


def test_money_is_never_refused_for_want_of_goods(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(AT_PAYING, split=False))
    shop.place("o-1", new_order((LAMP, 1)))

    shop.pay("pay-1", eur(1000), (("o-1", 1000),))

    (hold,) = shop.order("o-1").holds
    assert hold.code == "not_reserved"
    assert shop.payment("pay-1").captured == 1000
    shop.assert_lawful()


def test_a_buyer_beyond_the_limit_is_refused_at_placing_and_held_at_paying(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 9)
    any_shop.describe_item("BRASS-LAMP", 2)
    call = verbs.place.on("o-1", new_order((LAMP, 3)))
    assert any_shop.under(AT_PLACING).codes(call) == ["over_limit"]
    shop = any_shop.under(AT_PAYING)
    shop.place("o-1", new_order((LAMP, 3)))

    shop.pay("pay-1", eur(3000), (("o-1", 3000),))

    assert [hold.code for hold in shop.order("o-1").holds] == ["not_reserved"]
    assert any_shop.free(LAMP, "leith") == 9
    shop.assert_lawful()


def test_a_cart_and_the_rest_of_its_order_are_claimed_together(any_shop: Shop) -> None:
    shop = any_shop.under(AT_PLACING)
    shop.stock(LAMP, "leith", 5)
    shop.describe_item("BRASS-LAMP", 4)
    shop.hold_stock("cart-1", LEITH, 2, MORNING + timedelta(minutes=15))

    assert shop.codes(verbs.place.on("o-1", new_order((LAMP, 5)), ("cart-1",))) == ["over_limit"]
    shop.place("o-1", new_order((LAMP, 4)), ("cart-1",))

    assert shop.bag("o-1") == {"reserved": 4}
    assert shop.counter(LEITH).claimed == 4
    shop.assert_lawful()


def test_services_are_claimed_from_no_shelf(any_shop: Shop) -> None:
    shop = any_shop.under(AT_PLACING)

    shop.place("o-1", new_order(line("1", LAMP, 1, service=True)))

    assert shop.bag("o-1") == {"open": 1}


def test_a_policy_is_one_of_three() -> None:
    with pytest.raises(BadInput, match="reserve_when"):
        Rules(reserve_when="sometimes")  # type: ignore[arg-type] # what is tested


def test_one_payment_of_two_orders_claims_for_both_or_for_the_first(any_shop: Shop) -> None:
    shop = any_shop.under(AT_PAYING)
    shop.stock(LAMP, "leith", 3)
    for id in ("o-1", "o-2"):
        shop.place(id, new_order((LAMP, 2)))

    shop.pay("pay-1", eur(4000), (("o-1", 2000), ("o-2", 2000)))

    assert (shop.bag("o-1"), shop.bag("o-2")) == ({"reserved": 2}, {"open": 2})
    assert [hold.code for hold in shop.order("o-2").holds] == ["not_reserved"]
    assert shop.order("o-2").applied == 2000
    shop.assert_lawful()
