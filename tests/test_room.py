"""Room for what the trade needs, on every store: stored, read back, folded, equal.

`any_shop` folds each document out of the journal and asks each question again at the end.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from orderflow import ChargeKind, Component, Destination, NewCharge, NewLine, Position, Price
from orderflow.pricing import carried, due
from orderflow.records import Application, Charge, Slice, Span
from orderflow.records import ChargeKind as Kind
from orderflow.states import UnitState
from orderflow.values import Sku
from tests.builders import BELL, LAMP, MORNING, ROPE, TEA, Shop, eur, line, new_order


@pytest.mark.feature("F010", "F029")
def test_1318_grams_are_ordered_shipped_and_returned_by_the_gram(any_shop: Shop) -> None:
    shop = any_shop
    grams = TEA.units("1.318")
    shop.stock(TEA, "leith", 2000)

    shop.sell_and_deliver("o-17", "p-1", line("1", TEA, grams))
    shop.ask_return("r-1", "o-17", (("1", 500),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    only = shop.order("o-17").lines[0]
    assert (only.n, only.unit, only.scale, only.per) == (1318, "kg", 3, 1000)
    assert TEA.amount(only.count(UnitState.DELIVERED)) == Decimal("0.818")
    assert shop.free(TEA, "leith") == 2000 - 1318 + 500
    assert due(shop.order("o-17")) == -790
    assert carried(only, shop.order("o-17").charges, [(500, 1318)]) == 2082 - 790


def test_a_price_finer_than_a_coin_is_kept_to_the_last_digit(any_shop: Shop) -> None:
    shop = any_shop

    shop.sell("o-17", line("1", LAMP, 3, "0.98765"), line("2", ROPE, 2500, "0.000000000000000001"))

    order = shop.order("o-17")
    assert order.lines[0].price == Decimal("0.98765")
    assert str(order.lines[1].price) == str(Decimal("0.000000000000000001"))
    assert order.charges[0].amount == 296


def test_one_unit_of_a_line_has_a_lot_and_a_serial(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(BELL, "leith", 1, lot="L-4")
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "leith", 1, lot="L-5")

    shop.sell("o-17", line("1", BELL, 1, serial="SB-0007"), (LAMP, 3))
    shop.allocate("o-17")

    ((bell,), lamps) = (one.spots for one in shop.order("o-17").lines)
    assert bell.slice == Slice(location="leith", lot="L-4", serial="SB-0007")
    assert {spot.slice.lot: spot.n for spot in lamps} == {"": 2, "L-5": 1}
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    assert {spot.slice.serial for _, spot in shop.order("o-17").units()} == {"SB-0007", ""}
    assert shop.there(LAMP, "leith", lot="L-5") == 0


def test_a_parcel_carries_lines_of_two_orders(any_shop: Shop) -> None:
    shop = any_shop
    home = Destination("addr-9", "GB", 51_507_000, -128_000)
    shop.stock(LAMP, "leith", 5)
    for id, n in (("o-17", 2), ("o-18", 3)):
        shop.sell(id, (LAMP, n), destination=home)
        shop.allocate(id)
        shop.release(id, f"d-{id}")
        shop.pick(f"d-{id}")

    shop.pack("p-1", ("d-o-17", "d-o-18"), 5200)
    shop.hand_over("p-1", "north-post", "NP-77")
    shop.deliver("p-1")

    assert shop.parcel("p-1").orders == ("o-17", "o-18")
    assert shop.order("o-18").destination == home
    assert (shop.bag("o-17"), shop.bag("o-18")) == ({"delivered": 2}, {"delivered": 3})


def test_one_payment_pays_two_orders_of_two_sellers(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), seller="north-lights"))
    shop.place("o-18", new_order((BELL, 1), seller="bell-works"))

    shop.pay("pay-1", eur(5600), (("o-17", 1000), ("o-18", 4550)), "wechat")

    payment = shop.payment("pay-1")
    assert payment.applications == (Application("o-17", 1000), Application("o-18", 4550))
    assert payment.unapplied == 50
    assert [shop.order(id).seller for id in ("o-17", "o-18")] == ["north-lights", "bell-works"]
    shop.cancel("o-17")
    shop.refund("o-17")
    assert shop.payment("pay-1").refunded == 1000


def test_goods_of_another_owner_are_held_sold_and_come_back_as_theirs(any_shop: Shop) -> None:
    shop = any_shop
    theirs = shop.stock(LAMP, "leith", 3, owner="maker-3")
    shop.stock(LAMP, "leith", 1)
    shop.hold_stock("h-1", theirs, 2, MORNING + timedelta(hours=1))

    order = new_order((LAMP, 2))
    shop.place("o-17", order, ("h-1",))
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.turn_back("p-1")
    shop.receive_back("p-1")
    assert {spot.slice.owner for _, spot in shop.order("o-17").units()} == {"maker-3"}
    shop.reopen("o-17")

    assert shop.free(LAMP, "leith", owner="maker-3") == 3
    assert shop.free(LAMP, "leith") == 1


def test_a_kit_of_grams_and_pieces_is_sold_at_a_price_finer_than_a_coin(any_shop: Shop) -> None:
    shop = any_shop
    parts = (Component(TEA, 125, 2), Component(BELL, 1, 1))
    kit = NewLine("1", Sku("TEA-SET", "set"), 7, Price.of("9.9999", "EUR"), components=parts)
    shop.stock(TEA, "leith", 1000)
    shop.stock(BELL, "leith", 7)

    shop.sell_and_deliver("o-17", "p-1", kit)

    tea, bell = shop.order("o-17").lines
    assert (tea.n, tea.unit, tea.scale, tea.price, tea.per) == (
        875,
        "kg",
        3,
        Decimal("6.6666"),
        125,
    )
    assert (bell.n, bell.price, bell.per) == (7, Decimal("3.3333"), 1)
    assert shop.order("o-17").applied == 7000
    (kept,) = shop.order("o-17").kits
    assert (kept.sku, kept.n, kept.price, kept.unit) == ("TEA-SET", 7, Decimal("9.9999"), "set")


@pytest.mark.feature("F193")
def test_a_discount_is_borne_by_a_platform(any_shop: Shop) -> None:
    shop = any_shop
    charges = (
        NewCharge(ChargeKind.DISCOUNT, -300, ("1",), bearer="platform", reason="festival"),
        NewCharge(ChargeKind.DISCOUNT, -100, reason="ours"),
        NewCharge(ChargeKind.TAX, 57),
        NewCharge(ChargeKind.FREIGHT, 490, bearer="brand-2"),
    )

    shop.sell("o-17", (LAMP, 3), charges=charges)

    goods, platform, ours, _, freight = shop.order("o-17").charges
    assert platform == Charge(
        "discount-1", Kind.DISCOUNT, -300, (Span("1", 0, 3, -300),), "platform", "festival"
    )
    assert (goods.bearer, ours.bearer, freight.bearer) == ("", "", "brand-2")


def test_the_largest_numbers_that_are_taken_are_kept(any_shop: Shop) -> None:
    shop = any_shop
    grain = Sku("SAND", "grain")
    at = Position("SAND", "leith")
    shop.receive(at, 10**9)

    shop.sell("o-17", line("1", grain, 10**9, "0.01"))
    shop.allocate("o-17")

    assert shop.order("o-17").applied == 10**9
    assert shop.counter(at).claimed == 10**9
    shop.place("o-18", new_order(line("1", grain, 1, str(10**13))))
    assert due(shop.order("o-18")) == 10**15


def test_names_in_any_script_and_times_to_the_microsecond_are_kept(any_shop: Shop) -> None:
    shop = any_shop
    shop.clock.at = MORNING.replace(microsecond=123456)
    brass = Sku("黄铜灯-Ö")
    until = shop.clock.at + timedelta(microseconds=1)

    shop.place(
        "订单-17",
        new_order(
            line("一", brass, 2, "1"),
            customer="客户-7",
            channel="天猫",
            number="№-77",
            pay_by=until,
        ),
        by="安娜",
        key="键-1",
    )

    order = shop.order("订单-17")
    assert (order.customer, order.channel, order.number) == ("客户-7", "天猫", "№-77")
    assert (order.placed_at, order.pay_by) == (shop.clock.at, until)
    assert [entry.by for entry in shop.store.entries()] == ["安娜"]
    assert Price.of("1", "EUR").times(2) == 200
