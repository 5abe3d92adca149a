"""Coupons: how often they are used, by whom, and when a use is given back."""

from __future__ import annotations

from datetime import timedelta

import attrs

from orderflow import Money, verbs
from orderflow.pools import coupon_pool, coupon_pool_of, pool_name
from orderflow.pricing import AmountOff, Given, Offer, When, priced
from orderflow.records import Coupon, PoolClaim
from orderflow.rules import ReserveWhen
from orderflow.values import Position
from tests.builders import LAMP, MORNING, Shop, new_order

SPRING = "SPRING-10"


def place(shop: Shop, id: str, customer: str = "c-7", *codes: str) -> None:
    new = new_order((LAMP, 1), customer=customer, coupons=codes or (SPRING,))
    shop.place(id, new)


def used(shop: Shop, code: str = SPRING) -> int:
    """How often a coupon is used now, by the book."""
    return shop.counter(Position(coupon_pool(code))).claimed


# --- using ----------------------------------------------------------------------------------------


def test_a_coupon_is_used_once_by_each_order_that_is_placed_with_it(any_shop: Shop) -> None:
    any_shop.set_coupon(SPRING, 2)
    place(any_shop, "o-1", "c-1")
    place(any_shop, "o-2", "c-2")

    said = any_shop.refuses(verbs.place.on("o-3", new_order((LAMP, 1), coupons=(SPRING,))))

    assert said == "coupon SPRING-10 has no use left"
    assert used(any_shop) == 2
    assert any_shop.order("o-1").pools == (PoolClaim(coupon_pool(SPRING), 1),)
    any_shop.assert_lawful()


def test_a_customer_uses_a_coupon_no_more_often_than_each_may(any_shop: Shop) -> None:
    any_shop.set_coupon(SPRING, 10, 1)
    place(any_shop, "o-1", "c-1")

    said = any_shop.reasons(
        verbs.place.on("o-2", new_order((LAMP, 1), customer="c-1", coupons=(SPRING,)))
    )

    assert [one.sentence for one in said] == [
        "customer c-1 has used coupon SPRING-10 as often as one may"
    ]
    assert said[0].say("zh") == "客户 c-1 使用优惠券 SPRING-10 已达次数上限"
    place(any_shop, "o-3", "c-2")
    assert used(any_shop) == 2


def test_a_draft_uses_no_coupon_until_it_is_placed(shop: Shop) -> None:
    shop.set_coupon(SPRING, 1)
    shop.draft("o-1", new_order((LAMP, 1), coupons=(SPRING,)))
    assert used(shop) == 0

    shop.place("o-1")

    assert used(shop) == 1
    shop.assert_lawful()


def test_a_coupon_is_good_until_just_before_its_end(shop: Shop) -> None:
    end = MORNING + timedelta(days=1)
    shop.set_coupon(SPRING, until=end)
    shop.clock.at = end - timedelta(microseconds=1)
    place(shop, "o-1")

    shop.clock.at = end

    call = verbs.place.on("o-2", new_order((LAMP, 1), coupons=(SPRING,)))
    assert shop.refuses(call) == f"coupon SPRING-10 was good until {end.isoformat()}"


def test_what_speaks_against_coupons_and_goods_is_told_at_once(shop: Shop) -> None:
    shop.set_coupon(SPRING, 1, until=MORNING)
    shop.set_coupon("HALF", 1, 1)
    shop.clock.at = MORNING - timedelta(hours=1)
    place(shop, "o-1", "c-7", SPRING, "HALF")
    shop.clock.at = MORNING
    at_placing = shop.under(attrs.evolve(shop.rules, reserve_when=ReserveWhen.PLACED, split=False))

    call = verbs.place.on("o-2", new_order((LAMP, 1), coupons=(SPRING, "HALF")))

    assert at_placing.codes(call) == [
        "coupon_over",
        "coupon_used_up",
        "coupon_used_up",
        "coupon_used",
        "not_in_time",
    ]


def test_a_code_that_nobody_has_described_has_no_limit(shop: Shop) -> None:
    place(shop, "o-1")
    place(shop, "o-2")

    assert shop.order("o-2").coupons == (SPRING,)
    assert shop.order("o-2").pools == ()


def test_the_offers_that_are_used_name_the_coupons_of_their_order(shop: Shop) -> None:
    new = new_order((LAMP, 1), coupons=("GIFT",))
    offers = (
        Offer("spring", AmountOff(Money.of("5", "EUR")), When(coupon=SPRING)),
        Offer("more", AmountOff(Money.of("1", "EUR")), When(coupon=SPRING)),
        Offer("late", AmountOff(Money.of("1", "EUR")), When(coupon="LATE", until=MORNING)),
        Offer("all", AmountOff(Money.of("1", "EUR"))),
    )

    found = priced(new, offers, Given(MORNING, coupons=(SPRING, "LATE")))

    assert found.order.coupons == ("GIFT", SPRING)


# --- limits that change ---------------------------------------------------------------------------


def test_a_coupon_with_fewer_uses_than_were_made_is_used_up_and_may_get_more(shop: Shop) -> None:
    shop.set_coupon(SPRING, 3)
    for i in range(2):
        place(shop, f"o-{i}", f"c-{i}")
    shop.set_coupon(SPRING, 1)
    call = verbs.place.on("o-9", new_order((LAMP, 1), coupons=(SPRING,)))
    assert shop.codes(call) == ["coupon_used_up"]

    shop.set_coupon(SPRING, 3)
    place(shop, "o-9")

    assert used(shop) == 3
    assert shop.coupon(SPRING) == Coupon(shop.coupon(SPRING).ref, 3)
    shop.assert_lawful()


# --- giving back ----------------------------------------------------------------------------------


def test_an_order_that_is_cancelled_whole_gives_its_coupons_back(any_shop: Shop) -> None:
    any_shop.set_coupon(SPRING, 1, 1)
    place(any_shop, "o-1")

    any_shop.cancel("o-1")

    assert used(any_shop) == 0
    assert any_shop.order("o-1").pools == ()
    place(any_shop, "o-2")
    any_shop.assert_lawful()


def test_an_order_that_expires_unpaid_gives_its_coupons_back(shop: Shop) -> None:
    shop.set_coupon(SPRING, 1)
    limit = MORNING + timedelta(hours=1)
    shop.place("o-1", new_order((LAMP, 1), coupons=(SPRING,), pay_by=limit))
    shop.clock.at = limit

    (due,) = shop.due(limit)
    shop.apply(due.call)

    assert used(shop) == 0


def test_an_order_that_is_cancelled_in_part_has_used_its_coupons(shop: Shop) -> None:
    shop.set_coupon(SPRING, 1)
    shop.place("o-1", new_order((LAMP, 3), coupons=(SPRING,)))

    shop.cancel("o-1", (("1", 2),))
    assert used(shop) == 1

    shop.cancel("o-1", (("1", 1),))
    assert used(shop) == 0


def test_what_was_shipped_and_came_back_has_used_its_coupons(any_shop: Shop) -> None:
    any_shop.set_coupon(SPRING, 1)
    any_shop.stock(LAMP, "leith", 1)
    any_shop.sell("o-1", (LAMP, 1), coupons=(SPRING,))
    any_shop.allocate("o-1")
    any_shop.ship("o-1", "p-1")
    any_shop.turn_back("p-1")
    any_shop.receive_back("p-1", "leith")

    any_shop.cancel("o-1")

    assert any_shop.order("o-1").state == "cancelled"
    assert used(any_shop) == 1
    any_shop.assert_lawful()


# --- by name, and checked -------------------------------------------------------------------------


def test_pools_of_coupons_say_whose_they_are() -> None:
    assert pool_name(coupon_pool("a:b%")) == ("coupon uses", ("a:b%",))
    assert pool_name(coupon_pool_of("a:b%", "c:d")) == ("coupon uses of", ("a:b%", "c:d"))
