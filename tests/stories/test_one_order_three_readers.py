"""Two suppliers ship parts of one order straight to its customer; each party reads its own."""

from __future__ import annotations

import pytest

from orderflow.views import SPECIAL_HANDLING
from tests.builders import BELL, LAMP, Shop, eur, new_order
from tests.test_parties import assert_keeps

PLATFORM_ALONE = ("inner-note", SPECIAL_HANDLING, "clerk-inner")
PURCHASERS = ("c-secret", "pay-secret", "75.50", "7550", "10.00", "45.50")


def read(shop: Shop) -> tuple[str, str, str, str]:
    """What platform, purchaser and the two suppliers read; nobody reads what is not for it."""
    platform, purchaser = shop.seen_by_platform("o-17"), shop.seen_by_purchaser("o-17")
    assert_keeps(purchaser, ("aster", "briar", "4321", "8765", "b-1", "b-2", *PLATFORM_ALONE))
    words = [platform.status.zh, purchaser.status.zh]
    others = {"aster": ("briar", "SHIP-BELL", "8765"), "briar": ("aster", "BRASS-LAMP", "4321")}
    for supplier, theirs in others.items():
        seen = shop.seen_by_supplier("o-17", supplier)
        words.append("-" if seen is None else seen.status.zh)
        assert_keeps(seen, (*theirs, *PURCHASERS, *PLATFORM_ALONE))
    return (words[0], words[1], words[2], words[3])


@pytest.mark.feature("F083", "F084", "F085", "F092", "F206")
def test_one_order_is_read_by_platform_purchaser_and_two_suppliers(any_shop: Shop) -> None:
    shop = any_shop
    order = new_order((LAMP, 3), (BELL, 1), customer="c-secret")
    shop.place("o-17", order)
    unpaid = read(shop)
    shop.pay("pay-secret", eur(7550), (("o-17", 7550),))
    shop.plan_to_buy("o-17")
    paid = read(shop)
    shop.purchase("b-1", ("o-17",), "aster", lines=(("1", 3),), cost=eur(4321))
    shop.purchase("b-2", ("o-17",), "briar", lines=(("2", 1),), cost=eur(8765))
    shop.send_purchase("b-1")
    one_sent = read(shop)
    shop.send_purchase("b-2")
    shop.accept_purchase("b-1")
    accepted = read(shop)
    shop.record_shortfall("b-1", "o-17", (("1", 1),), "inner-note")
    short = read(shop)
    shop.lift_hold("o-17", SPECIAL_HANDLING)
    shop.ship_direct("a-1", "b-1", carrier="申通", tracking="000005")
    one_shipped = read(shop)
    shop.ship_direct("a-2", "b-2")
    shipped = read(shop)
    shop.deliver("a-1")
    one_delivered = read(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    asked_back = read(shop)

    assert unpaid == ("等待支付", "等待支付", "-", "-")
    assert paid == ("需采购", "已支付", "-", "-")
    assert one_sent == ("需采购", "等待发货", "等待备货", "-")
    assert accepted == ("采购中", "等待发货", "等待发货", "等待备货")
    assert short == ("特殊处理", "等待发货", "等待发货", "等待备货")
    assert one_shipped == ("部分发送", "部分发送", "已发送", "等待备货")
    assert shipped == ("已发送", "已发送", "已发送", "已发送")
    assert one_delivered == ("部分签收", "部分签收", "已签收", "已发送")
    assert asked_back == ("退货", "退货", "退货", "已发送")
    seen = shop.seen_by_supplier("o-17", "aster")
    assert seen is not None
    assert [one.waybill for one in seen.parcels] == ["申通-000005"]
    assert [one.cost for one in seen.purchases] == [4321]


@pytest.mark.feature("F083", "F084")
def test_a_supplier_reads_cancelled_only_where_it_was_asked(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 3), (BELL, 1))
    shop.plan_to_buy("o-17")
    shop.purchase("b-1", ("o-17",), "aster", lines=(("1", 3),))
    shop.purchase("b-2", ("o-17",), "briar", lines=(("2", 1),))
    shop.send_purchase("b-1")

    for id in ("b-1", "b-2"):
        shop.cancel_purchase(id)
    shop.cancel("o-17")

    assert read(shop) == ("已取消", "已取消", "已取消", "-")


def test_what_a_supplier_has_sent_to_us_is_sent_for_it(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 3))
    shop.plan_to_buy("o-17")
    shop.purchase("b-1", ("o-17",), "aster", "leith")
    shop.send_purchase("b-1")
    shop.receive_purchase("b-1")

    assert read(shop)[:3] == ("等待发货", "等待发货", "已发送")
