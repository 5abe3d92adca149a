"""Limits for each buyer, and quotas of channels and customers."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import Any

import attrs
import pytest

from orderflow import BadInput, Position, Refused, verbs
from orderflow.claiming.claiming import parted
from orderflow.pools import (
    capacity_pool,
    coupon_pool,
    coupon_pool_of,
    credit_pool,
    limit_pool,
    pool_name,
    quota_pool,
)
from orderflow.records import Order, Slice, Spot
from orderflow.states import UnitState
from orderflow.units import Chosen
from orderflow.workflow import Workflow
from tests.builders import LAMP, MORNING, Shop, new_order

LEITH = Position("BRASS-LAMP", "leith")


DAY = MORNING.date()


def place(shop: Workflow, id: str, n: int, **more: Any) -> None:
    shop.place(id, new_order((LAMP, n), cash_on_delivery=True, **more))


def take(shop: Workflow, id: str, n: int, **more: Any) -> None:
    place(shop, id, n, **more)
    shop.reserve(id)


# --- names ----------------------------------------------------------------------------------------


def test_no_two_limits_share_a_name_whatever_colons_are_in_it() -> None:
    names = {
        limit_pool(*pair) for pair in (("a:b", "c"), ("a", "b:c"), ("a%3Ab", "c"), ("a:", ":c"))
    }

    assert len(names) == 4


def test_a_pool_says_what_it_limits() -> None:
    assert pool_name(limit_pool("a:b%", "c:d")) == ("limit", ("a:b%", "c:d"))
    assert pool_name(quota_pool("web:x")) == ("quota", ("web:x",))
    assert pool_name(capacity_pool("le:ith", DAY)) == (
        "capacity",
        ("le:ith", DAY.isoformat()),
    )


@pytest.mark.parametrize("pool", ("SPRING-10", "limit", "limit:x", "coupon:a:b"))
def test_a_pool_that_a_host_named_says_nothing(pool: str) -> None:
    assert pool_name(pool) is None


@pytest.mark.parametrize(
    "pool",
    (
        *(quota_pool("web"), limit_pool("BRASS-LAMP", "c-9"), capacity_pool("leith", DAY)),
        *(coupon_pool("SPRING"), coupon_pool_of("SPRING", "c-9"), credit_pool("c-9", "EUR")),
    ),
)
def test_what_a_plan_or_the_rules_limit_is_set_there_alone(shop: Shop, pool: str) -> None:
    shop.stock(LAMP, "leith", 4)
    quota(shop)

    with pytest.raises(BadInput, match="pool"):
        shop.set_limit(pool, 1)

    take(shop, "o-1", 4, channel="web")


@pytest.mark.parametrize(
    "pool", (coupon_pool("SPRING"), coupon_pool_of("SPRING", "c-9"), credit_pool("c-9", "EUR"))
)
def test_what_orders_claim_as_a_whole_is_held_in_no_cart(shop: Shop, pool: str) -> None:
    with pytest.raises(BadInput, match=r"position\.sku"):
        shop.hold_stock("cart-1", Position(pool), 1)


# --- what is planned for a SKU --------------------------------------------------------------------


def test_a_sku_can_be_described_anew(any_shop: Shop) -> None:
    any_shop.describe_item("BRASS-LAMP", 3)

    any_shop.describe_item("BRASS-LAMP", 2)

    assert any_shop.item("BRASS-LAMP").limit_per_buyer == 2


# --- a buyer's limit ------------------------------------------------------------------------------


@pytest.mark.feature("F125")
def test_a_buyer_gets_no_more_than_the_limit_over_all_orders(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.describe_item("BRASS-LAMP", 2)
    take(any_shop, "o-1", 1)
    place(any_shop, "o-2", 2)

    said = any_shop.refuses(verbs.reserve.on("o-2"))

    assert "customer c-7 may have 1 more of BRASS-LAMP: 2 asked" in said
    take(any_shop, "o-3", 1)


def test_the_limit_of_one_buyer_is_not_that_of_another(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.describe_item("BRASS-LAMP", 2)
    take(any_shop, "o-1", 2)

    take(any_shop, "o-2", 2, customer="c-8")

    assert any_shop.free(LAMP, "leith") == 6


def test_what_is_cancelled_counts_no_more_and_what_is_delivered_does(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.describe_item("BRASS-LAMP", 2)
    any_shop.sell_and_deliver("o-1", "p-1", (LAMP, 1))
    take(any_shop, "o-2", 1)

    any_shop.cancel("o-2")

    take(any_shop, "o-3", 1)
    place(any_shop, "o-4", 1)
    assert any_shop.codes(verbs.reserve.on("o-4")) == ["over_limit"]


def test_a_limit_that_is_raised_or_lowered_counts_from_the_next_claim_on(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.describe_item("BRASS-LAMP", 2)
    take(any_shop, "o-1", 2)
    any_shop.describe_item("BRASS-LAMP", 3)
    take(any_shop, "o-2", 1)

    any_shop.describe_item("BRASS-LAMP", 1)

    place(any_shop, "o-3", 1)
    assert any_shop.codes(verbs.reserve.on("o-3")) == ["over_limit"]
    assert any_shop.in_danger() == ()
    any_shop.cancel("o-1")
    assert any_shop.codes(verbs.reserve.on("o-3")) == ["over_limit"]
    any_shop.cancel("o-2")
    any_shop.reserve("o-3")


def test_two_lines_of_one_sku_are_limited_together(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 10)
    shop.describe_item("BRASS-LAMP", 2)
    shop.place("o-1", new_order((LAMP, 1), (LAMP, 2)))

    assert shop.codes(verbs.reserve.on("o-1")) == ["over_limit"]


def test_a_limit_is_refused_in_chinese_too(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 10)
    shop.describe_item("BRASS-LAMP", 2)
    place(shop, "o-1", 3)

    (reason,) = shop.reasons(verbs.reserve.on("o-1"))

    assert reason.say("zh") == "客户 c-7 还可购买 BRASS-LAMP 2 件:需要 3"


def test_allocating_counts_too_and_once(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.describe_item("BRASS-LAMP", 2)
    take(any_shop, "o-1", 1)
    any_shop.allocate("o-1")
    place(any_shop, "o-2", 2)

    assert any_shop.codes(verbs.allocate.on("o-2")) == ["over_limit"]

    take(any_shop, "o-3", 1)


# --- quotas ---------------------------------------------------------------------------------------


def quota(shop: Workflow, n: int = 4, id: str = "web", **more: Any) -> None:
    if not {"channel", "customer"} & more.keys():
        more["channel"] = "web"
    shop.set_quota(id, LEITH, n, **more)


@pytest.mark.feature("F125")
def test_others_never_enter_what_a_quota_keeps(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop)

    take(any_shop, "o-1", 6)

    place(any_shop, "o-2", 1)
    assert any_shop.codes(verbs.reserve.on("o-2")) == ["short"]
    take(any_shop, "o-3", 4, channel="web")
    assert any_shop.quota("web").left == 0


def test_members_never_get_more_than_their_quota(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop)
    place(any_shop, "o-1", 5, channel="web")

    (reason,) = any_shop.reasons(verbs.reserve.on("o-1"))

    assert (reason.code, dict(reason.facts)["free"]) == ("short", 4)
    take(any_shop, "o-2", 4, channel="web")


def test_members_have_what_other_places_have_too(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.stock(LAMP, "york", 3)
    quota(any_shop)

    take(any_shop, "o-1", 7, channel="web")

    assert any_shop.free(LAMP, "leith") == 6
    assert any_shop.free(LAMP, "york") == 0


def test_a_quota_is_free_to_all_from_its_release_on_with_no_job(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, until=MORNING + timedelta(days=2))
    take(any_shop, "o-1", 1, channel="web")
    take(any_shop, "o-2", 6)

    any_shop.clock.forward(days=2)

    take(any_shop, "o-3", 3)


def test_a_released_quota_limits_its_members_no_more(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop)
    take(any_shop, "o-1", 1, channel="web")

    any_shop.release_quota("web")

    take(any_shop, "o-2", 9, channel="web")
    assert any_shop.codes(verbs.release_quota.on("web")) == ["nothing_to_do"]


@pytest.mark.feature("F125")
@pytest.mark.parametrize("give_up", (verbs.cancel, verbs.unreserve))
def test_what_a_member_gives_up_is_kept_for_the_next(any_shop: Shop, give_up: Any) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop)
    take(any_shop, "o-1", 3, channel="web")

    any_shop.apply(give_up.on("o-1"))

    assert (any_shop.quota("web").left, any_shop.free(LAMP, "leith")) == (4, 6)
    take(any_shop, "o-2", 6)
    place(any_shop, "o-3", 1)
    assert any_shop.codes(verbs.reserve.on("o-3")) == ["short"]
    take(any_shop, "o-4", 4, channel="web")


def test_what_a_member_gives_up_after_the_release_is_free_to_all(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, until=MORNING + timedelta(days=2))
    take(any_shop, "o-1", 3, channel="web")
    any_shop.clock.forward(days=2)

    any_shop.cancel("o-1")

    take(any_shop, "o-2", 10)


def test_what_a_member_of_a_part_gives_up_is_kept_for_the_part(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 6)
    quota(any_shop, 4, "vip", customer="c-9", within="web")
    take(any_shop, "o-1", 3, channel="web", customer="c-9")

    any_shop.cancel("o-1")

    assert (any_shop.quota("web").left, any_shop.quota("vip").left) == (6, 4)
    place(any_shop, "o-2", 3, channel="web")
    assert any_shop.codes(verbs.reserve.on("o-2")) == ["short"]
    take(any_shop, "o-3", 4, channel="web", customer="c-9")


def test_what_a_member_of_a_part_that_has_ended_gives_up_is_kept_for_the_whole(
    any_shop: Shop,
) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 6)
    quota(any_shop, 4, "vip", customer="c-9", within="web", until=MORNING + timedelta(days=1))
    take(any_shop, "o-1", 3, channel="web", customer="c-9")
    any_shop.clock.forward(days=1)

    any_shop.cancel("o-1")

    take(any_shop, "o-2", 6, channel="web")
    assert any_shop.free(LAMP, "leith") == 4


def test_what_a_member_sends_back_undelivered_is_kept_where_it_stood(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 4)
    quota(any_shop)
    place(any_shop, "o-1", 3, channel="web")
    any_shop.allocate("o-1")
    any_shop.ship("o-1", "p-1")
    any_shop.receive_back("p-1")

    any_shop.reopen("o-1")

    assert (any_shop.quota("web").n, any_shop.quota("web").left) == (4, 4)
    assert any_shop.free(LAMP, "leith") == 0


def test_a_quota_is_smaller_by_what_its_members_lost(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop)
    place(any_shop, "o-1", 3, channel="web")
    any_shop.allocate("o-1")
    any_shop.ship("o-1", "p-1")
    any_shop.lose("p-1")

    any_shop.cancel("o-1")

    assert (any_shop.quota("web").n, any_shop.quota("web").left) == (1, 1)
    take(any_shop, "o-2", 6)
    place(any_shop, "o-3", 2, channel="web")
    assert any_shop.codes(verbs.reserve.on("o-3")) == ["short"]
    take(any_shop, "o-4", 1, channel="web")


def test_a_part_of_a_quota_counts_in_both(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 6)
    quota(any_shop, 4, "vip", customer="c-9", within="web")

    take(any_shop, "o-1", 2, channel="web")

    place(any_shop, "o-2", 1, channel="web")
    assert any_shop.codes(verbs.reserve.on("o-2")) == ["short"]
    place(any_shop, "o-3", 5, channel="web", customer="c-9")
    assert any_shop.codes(verbs.reserve.on("o-3")) == ["short"]
    take(any_shop, "o-4", 4, channel="web", customer="c-9")
    take(any_shop, "o-5", 4, customer="c-9")  # not through the channel: no member of either
    assert any_shop.free(LAMP, "leith") == 0


def test_a_part_of_a_quota_is_free_to_the_rest_of_it_when_it_ends(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 6)
    quota(any_shop, 4, "vip", customer="c-9", within="web", until=MORNING + timedelta(days=1))

    any_shop.clock.forward(days=1)

    take(any_shop, "o-1", 4)
    place(any_shop, "o-2", 1)
    assert any_shop.codes(verbs.reserve.on("o-2")) == ["short"]
    take(any_shop, "o-3", 6, channel="web")


def test_a_whole_that_is_released_releases_its_parts(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 6)
    quota(any_shop, 4, "vip", customer="c-9", within="web")

    any_shop.release_quota("web")

    take(any_shop, "o-1", 10)


def test_the_quota_of_a_customer_comes_before_that_of_a_channel(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 2)
    quota(any_shop, 2, "vip", customer="c-9")

    take(any_shop, "o-1", 3, channel="web", customer="c-9")

    assert (any_shop.quota("vip").left, any_shop.quota("web").left) == (0, 1)


def test_a_presale_is_a_quota_of_a_supply_row(any_shop: Shop) -> None:
    any_shop.expect("po-1", LEITH, 10, MORNING + timedelta(days=9))
    any_shop.set_quota("presale", LEITH._replace(peg="po-1"), 4, channel="presale")
    place(any_shop, "o-1", 7)
    assert any_shop.codes(verbs.reserve.on("o-1", "po-1")) == ["not_enough_due"]
    place(any_shop, "o-2", 4, channel="presale")
    any_shop.reserve("o-2", "po-1")

    any_shop.receive_supply("po-1", 10, last=True)

    any_shop.confirm("o-2") if any_shop.order("o-2").state == "placed" else None
    any_shop.allocate("o-2")
    assert any_shop.bag("o-2") == {"allocated": 4}


def test_a_quota_can_be_made_larger_and_smaller_but_not_below_what_is_taken(
    any_shop: Shop,
) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop, 4)
    take(any_shop, "o-1", 3, channel="web")
    quota(any_shop, 6)
    assert any_shop.free(LAMP, "leith") == 4

    assert any_shop.codes(verbs.set_quota.on("web", LEITH, 2, "web")) == ["over_quota"]
    quota(any_shop, 3)

    assert any_shop.free(LAMP, "leith") == 7


def test_a_quota_keeps_no_more_than_is_free(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 3)

    assert any_shop.codes(verbs.set_quota.on("web", LEITH, 4, "web")) == ["short"]


def test_a_quota_is_said_once(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 3)
    quota(any_shop, 2)

    assert any_shop.codes(verbs.set_quota.on("web", LEITH, 3, "shop")) == ["already_there"]
    assert any_shop.codes(verbs.set_quota.on("web", LEITH, 2, "web")) == ["nothing_to_do"]


def test_a_part_lies_within_its_whole(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.stock(LAMP, "york", 10)
    quota(any_shop, 6, until=MORNING + timedelta(days=2))

    def part(**more: Any) -> str:
        said: dict[str, Any] = {"position": LEITH, "n": 2, "customer": "c-9", "within": "web"}
        said |= more
        return any_shop.cannot_take(verbs.set_quota.on("vip", **said))

    assert part(position=LEITH._replace(location="york")) == "position"
    assert part() == "until"
    assert part(until=MORNING + timedelta(days=3)) == "until"
    assert part(customer="") == "channel"
    assert part(position=LEITH._replace(location="")) == "position.location"
    any_shop.clock.forward(days=2)
    assert part(until=MORNING + timedelta(days=4)) == "within"


def test_the_units_of_two_pools_are_parted_in_order() -> None:
    chosen = [Chosen(None, Spot(UnitState.OPEN, 5, Slice()), n) for n in (2, 3)]  # type: ignore[arg-type]

    found = [
        ([c.n for c in units], pools) for units, pools in parted(chosen, [(1, ("a",)), (4, ())])
    ]

    assert found == [([1], ("a",)), ([1, 3], ())]


# --- many at once ---------------------------------------------------------------------------------


@pytest.mark.feature("F125")
def test_eight_threads_never_pass_limit_quota_or_goods(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 100)
    any_shop.describe_item("BRASS-LAMP", 2)
    quota(any_shop, 20)
    flow = Workflow(any_shop.store, any_shop.rules, clock=any_shop.clock)
    granted: list[tuple[str, str]] = []

    def buy(worker: int) -> None:
        for i in range(24):
            channel, id = ("web", "")[i % 3 > 0], f"o-{worker}-{i}"
            buyer = f"c-{i % 12 + 12 * (worker % 4)}"
            place(flow, id, 1, channel=channel, customer=buyer)
            try:
                flow.reserve(id)
            except Refused:
                continue
            granted.append((channel, buyer))

    threads = [Thread(target=buy, args=(i,)) for i in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    buyers = [buyer for _, buyer in granted]
    assert max(buyers.count(one) for one in buyers) <= 2
    assert [channel for channel, _ in granted].count("web") <= 20
    assert any_shop.counter(LEITH).claimed == len([c for c, _ in granted if not c]) + 20


def test_threads_that_promise_peg_anew_and_cancel_leave_a_quota_what_it_keeps(
    any_shop: Shop,
) -> None:
    any_shop.stock(LAMP, "leith", 12)
    quota(any_shop, 6)
    any_shop.expect("po-1", LEITH, 12, MORNING + timedelta(days=2))
    rules = attrs.evolve(any_shop.rules, tries_max=100)
    flow = Workflow(any_shop.store, rules, clock=any_shop.clock)

    def trade(worker: int) -> None:
        for i in range(5):
            id, channel = f"o-{worker}-{i}", ("web", "")[worker % 2]
            place(flow, id, 2, channel=channel)
            for call in (
                verbs.promise.on(id, date=MORNING + timedelta(days=(9, 0)[i % 2])),
                verbs.cancel.on(f"o-{worker}-{max(0, i - 2)}"),
            ):
                with suppress(Refused):
                    flow.apply(call)

    threads = [Thread(target=trade, args=(i,)) for i in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    carried = sum(
        spot.n
        for document in any_shop.documents()
        if isinstance(document, Order)
        for _, spot in document.units()
        if "quota:web" in spot.slice.pools
    )
    assert any_shop.quota("web").left + carried == 6
    assert any_shop.counter(LEITH).over_committed == 0
    any_shop.assert_lawful()


# --- promises -------------------------------------------------------------------------------------


PRESALE = LEITH._replace(peg="po-1")


def test_a_promise_counts_against_limit_and_quota(any_shop: Shop) -> None:
    any_shop.expect("po-1", LEITH, 10, MORNING + timedelta(days=9))
    any_shop.describe_item("BRASS-LAMP", 3)
    any_shop.set_quota("presale", PRESALE, 4, channel="presale")
    place(any_shop, "o-1", 3, channel="presale")

    any_shop.promise("o-1")

    (spot,) = any_shop.order("o-1").lines[0].spots
    assert spot.slice.pools == ("quota:presale", "limit:BRASS-LAMP:c-7")
    assert any_shop.quota("presale").left == 1
    place(any_shop, "o-2", 1)
    assert any_shop.codes(verbs.promise.on("o-2")) == ["over_limit"]
    place(any_shop, "o-3", 2, channel="presale", customer="c-8")
    assert any_shop.codes(verbs.promise.on("o-3")) == ["not_in_time", "kept_by_quotas"]


def test_promises_to_others_leave_what_a_quota_keeps(any_shop: Shop) -> None:
    any_shop.expect("po-1", LEITH, 10, MORNING + timedelta(days=9))
    any_shop.set_quota("presale", PRESALE, 4, channel="presale")
    place(any_shop, "o-1", 6)
    any_shop.promise("o-1")
    place(any_shop, "o-2", 1, customer="c-8")

    assert any_shop.codes(verbs.promise.on("o-2")) == ["not_in_time", "kept_by_quotas"]

    place(any_shop, "o-3", 4, channel="presale")
    any_shop.promise("o-3")
    assert any_shop.counter(PRESALE).free == 0


# --- carts ----------------------------------------------------------------------------------------


def test_a_cart_on_a_quota_becomes_a_reservation_of_its_goods(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    quota(any_shop)
    pool = Position(quota_pool("web"))
    any_shop.hold_stock("cart-1", pool, 3, MORNING + timedelta(minutes=15))
    place(any_shop, "o-1", 2, channel="web")
    assert any_shop.codes(verbs.reserve.on("o-1")) == ["short"]

    any_shop.place("o-2", new_order((LAMP, 3), channel="web"), stock_holds=("cart-1",))

    assert any_shop.bag("o-2") == {"reserved": 3}
    assert any_shop.quota("web").left == 1
    assert any_shop.counter(pool).claimed == 3


def test_a_cart_that_is_left_gives_its_quota_back_with_no_job(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 4)
    quota(any_shop)
    any_shop.hold_stock("cart-1", Position(quota_pool("web")), 3, MORNING + timedelta(minutes=15))

    any_shop.clock.forward(minutes=15)

    take(any_shop, "o-1", 4, channel="web")


def test_a_cart_on_supply_that_is_to_come_is_promised_its_date(any_shop: Shop) -> None:
    due = MORNING + timedelta(days=9)
    any_shop.expect("po-1", LEITH, 10, due)
    any_shop.hold_stock("cart-1", PRESALE, 3, MORNING + timedelta(minutes=15))

    any_shop.place("o-1", new_order((LAMP, 3)), stock_holds=("cart-1",))

    (spot,) = any_shop.order("o-1").lines[0].spots
    assert (spot.slice.peg, spot.slice.promised) == ("po-1", due)


def test_a_cart_counts_against_the_limit_when_it_becomes_an_order(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 10)
    any_shop.describe_item("BRASS-LAMP", 2)
    take(any_shop, "o-1", 1)
    any_shop.hold_stock("cart-1", LEITH, 2, MORNING + timedelta(minutes=15))

    call = verbs.place.on("o-2", new_order((LAMP, 2)), ("cart-1",))

    assert any_shop.codes(call) == ["over_limit"]
