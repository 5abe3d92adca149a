"""Goods do not come: the customer reads it, is asked, and what was agreed is done and kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orderflow import Position
from orderflow.facts import Noted
from orderflow.promising import Instead, Wanted
from orderflow.promising.alternatives import Kind
from orderflow.reviewing import TO_AGREE
from orderflow.views import Turn
from tests.builders import BELL, LAMP, MORNING, Shop, new_order
from tests.test_parties import assert_keeps

SHELF = Position("BRASS-LAMP", "leith")
FRIDAY = MORNING + timedelta(days=4)
THE_14TH = MORNING + timedelta(days=12)
INNER = ("po-secret", "leith", "york", "inner-note", "c-other")


def told(shop: Shop, id: str = "o-1") -> list[tuple[int, datetime | None, Turn | None]]:
    """What a customer reads of what waits; nothing that is not for customers stands there."""
    seen = shop.seen_by_purchaser(id)
    assert_keeps(seen, INNER)
    return [(one.n, one.by, one.turn) for one in seen.waits]


def notes(shop: Shop, id: str = "o-1") -> list[tuple[str, str, str]]:
    """Who wrote what down about an order."""
    return [
        (entry.by, fact.what, str(fact.details[0][1]))
        for entry in shop.store.entries(0, shop.order(id).ref)
        for fact in entry.facts
        if isinstance(fact, Noted)
    ]


def late(shop: Shop) -> None:
    """Ten lamps are promised for Friday, and the supply of six of them comes on the 14th."""
    shop.receive(SHELF, 4)
    shop.expect("po-secret", SHELF, 6, FRIDAY)
    shop.sell("o-1", (LAMP, 10))
    shop.promise("o-1", date=FRIDAY)
    shop.slip("po-secret", THE_14TH)


@pytest.mark.feature("F120", "F124")
def test_the_customer_reads_which_goods_wait_and_that_the_seller_owes_an_offer(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(SHELF, 4)
    shop.expect("po-secret", SHELF, 6, FRIDAY)
    shop.sell("o-1", (LAMP, 10))
    shop.promise("o-1", date=FRIDAY)
    in_time = told(shop)

    shop.slip("po-secret", THE_14TH)

    assert in_time == [(10, FRIDAY, None)]
    assert told(shop) == [(4, FRIDAY, None), (6, FRIDAY, Turn.TO_OFFER)]


@pytest.mark.feature("F124")
def test_asking_the_customer_is_listed_once_a_promise_is_in_danger(any_shop: Shop) -> None:
    shop = any_shop
    late(shop)

    (ask,) = [
        one.call
        for one in shop.options(shop.order("o-1").ref)
        if one.allowed and TO_AGREE in dict(one.call.args).values()
    ]
    shop.apply(ask, by="anna")

    assert told(shop)[1] == (6, FRIDAY, Turn.TO_CHOOSE)
    assert [order.ref.id for order in shop.held(TO_AGREE)] == ["o-1"]
    assert shop.bag("o-1") == {"reserved": 10}
    shop.allocate("o-1", (("1", 4),))
    assert shop.bag("o-1") == {"allocated": 4, "reserved": 6}, "the rest goes on meanwhile"


@pytest.mark.feature("F121", "F124")
def test_a_later_date_is_agreed_and_it_is_kept_with_whom(any_shop: Shop) -> None:
    shop = any_shop
    late(shop)
    shop.hold("o-1", TO_AGREE, "inner-note: offered the 14th", (), by="anna")

    shop.answer("o-1", "the 14th will do", by="c-7")
    shop.repromise("o-1", "with c-7, by letter", by="anna")

    assert told(shop) == [(4, FRIDAY, None), (6, THE_14TH, None)]
    assert notes(shop) == [
        ("c-7", "answered", "the 14th will do"),
        ("anna", "agreed", "with c-7, by letter"),
    ]
    assert shop.order("o-1").holds == ()
    assert shop.in_danger() == ()


@pytest.mark.feature("F102", "F124")
def test_giving_up_the_part_that_is_late_is_agreed(any_shop: Shop) -> None:
    shop = any_shop
    late(shop)
    shop.hold("o-1", TO_AGREE, "inner-note", (), by="anna")

    shop.answer("o-1", "then only the four", by="c-7")
    shop.allocate("o-1", (("1", 4),))
    shop.cancel("o-1", (("1", 6),), "as c-7 wrote", by="anna")

    assert told(shop) == []
    assert shop.bag("o-1") == {"allocated": 4, "cancelled": 6}
    assert [said[:2] for said in notes(shop)] == [("c-7", "answered"), ("anna", "cancelled")]
    assert shop.in_danger() == ()


@pytest.mark.feature("F122", "F124")
def test_another_product_is_offered_only_as_it_can_be_had_and_agreed(any_shop: Shop) -> None:
    shop = any_shop
    late(shop)
    other = Position("SHIP-BELL", "leith")
    shop.receive(other, 6)
    shop.allocate("o-1", (("1", 4),))

    wanted = Wanted("1", "BRASS-LAMP", 6, FRIDAY, instead=(Instead("SHIP-BELL"),))
    offers = {one.kind: one for one in shop.alternatives((wanted,))}
    shop.hold("o-1", TO_AGREE, "bells, or the 14th?", (), by="anna")
    shop.answer("o-1", "bells", by="c-7")
    shop.cancel("o-1", (("1", 6),), "bells in their place: o-2", by="anna")
    (bells,) = offers[Kind.INSTEAD].wanted
    shop.place("o-2", new_order((BELL, bells.n), cash_on_delivery=True), by="anna")
    shop.promise("o-2", date=FRIDAY)

    assert Kind.LATER not in offers, "the supply of the 14th is its own: repromise"
    assert told(shop, "o-2") == [(6, FRIDAY, None)]
    assert notes(shop)[-1] == ("anna", "cancelled", "bells in their place: o-2")


@pytest.mark.feature("F120")
def test_what_waits_without_any_date_is_told_too(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 1)
    shop.sell("o-1", (LAMP, 3))
    shop.allocate("o-1")

    assert shop.bag("o-1") == {"allocated": 1, "backordered": 2}
    assert told(shop) == [(2, None, Turn.TO_OFFER)]


def test_a_customer_who_was_asked_is_not_said_to_write_unasked(any_shop: Shop) -> None:
    shop = any_shop
    late(shop)
    shop.hold("o-1", TO_AGREE, "the 14th?", ())

    shop.answer("o-1", "yes")
    assert shop.order("o-1").holds == ()
    shop.answer("o-1", "or the 15th")

    assert [hold.code for hold in shop.order("o-1").holds] == ["unasked_answer"]


def test_each_turn_has_its_words() -> None:
    assert [(turn.value, turn.zh) for turn in Turn] == [
        ("to offer", "待提供方案"),
        ("to choose", "待客户选择"),
    ]
