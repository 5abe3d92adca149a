"""Lamps bought at a discount go back one by one, and the cents add up."""

from __future__ import annotations

import pytest

from orderflow import ChargeKind, NewCharge
from orderflow.conditions import Verdict
from orderflow.pricing import due
from orderflow.refunds import refund
from orderflow.returns import ask_return
from orderflow.states import OrderState
from tests.builders import LAMP, Shop, eur, line


@pytest.mark.feature("F226", "F227", "F230", "F231", "F232", "F233", "F193")
def test_three_lamps_for_ten_less_one_go_back_one_after_the_other(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    charges = (
        NewCharge(ChargeKind.DISCOUNT, -100, bearer="platform"),
        NewCharge(ChargeKind.TAX, 61),
        NewCharge(ChargeKind.FREIGHT, 490),
    )
    shop.sell("o-17", line("1", LAMP, 3, "3.33"), charges=charges)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.complete("o-17")
    assert shop.order("o-17").applied == 999 - 100 + 61 + 490
    refunds = []

    for i, verdict in enumerate((Verdict.SOUND, Verdict.SECOND, Verdict.DAMAGED)):
        shop.ask_return(f"r-{i}", "o-17", (("1", 1),), "too small")
        assert shop.order("o-17").state is OrderState.CONFIRMED
        shop.receive_return(f"r-{i}", "york")
        shop.inspect(f"r-{i}", (("1", 1, verdict),))
        refunds.append(-due(shop.order("o-17")))
        assert shop.codes(refund.on("o-17", eur(refunds[-1] + 1))) == ["over_refund"]
        shop.refund("o-17")
        shop.complete("o-17")

    assert refunds == [320, 320, 320]
    assert shop.order("o-17").applied == 490
    assert shop.free(LAMP, "york") == 1
    assert shop.free(LAMP, "york", grade="second") == 1
    assert shop.refuses(ask_return.on("r-9", "o-17", (("1", 1),))) == (
        "line 1 of order o-17: 1 asked to return, 0 can"
    )


@pytest.mark.feature("F233")
def test_what_inspection_rejects_goes_to_the_customer_again_who_keeps_owing_for_it(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    shop.inspect("r-1", (("1", 1, Verdict.REJECTED), ("1", 1, Verdict.SOUND)))
    shop.refund("o-17")
    shop.deliver_again("o-17")
    shop.complete("o-17")

    assert shop.bag("o-17") == {"delivered": 1, "returned": 1}
    assert shop.payment("pay-o-17").refunded == 1000
