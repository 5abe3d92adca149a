"""满300减50, and all of it comes back in three steps: each step is kept as a text.

The kept text stands in `tests/golden/returned`.
"""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from orderflow import ChargeKind, Money, NewCharge, NewLine, NewOrder, Price, Sku, ledger
from orderflow.paid_back import Refunding
from orderflow.pricing import Given, Offer, Threshold, due, priced, total
from orderflow.statements import statement, text
from orderflow.thresholds import Unmet
from tests.builders import MORNING, TWO_PLACES, Shop
from tests.kept import assert_kept

GOODS: Final = (("TEA-SET", 1, "120.00"), ("FAN", 1, "99.99"), ("SILK", 2, "40.01"))
FULL_REDUCTION: Final = Offer(
    "满300减50", Threshold(Money(30_000, "CNY"), Money(5_000, "CNY")), bearer="platform"
)
KEPT: Final = {
    Unmet.CLAW_BACK: "full-reduction-claw-back",
    Unmet.CAP: "full-reduction-cap",
}
"""The text that is kept for each policy that takes a discount back."""
STEPS: Final = ((("1", 1),), (("3", 1),), (("2", 1), ("3", 1)))
"""What comes back in turn; the last piece of silk goes back with the fan."""


def sell(shop: Shop) -> None:
    """Three lines for 300.01 less 50.00, with freight of 12.00; paid, delivered and invoiced."""
    lines = []
    for i, (code, n, price) in enumerate(GOODS, 1):
        lines.append(NewLine(str(i), Sku(code), n, Price.of(price, "CNY")))
        shop.stock(Sku(code), "leith", n)
    freight = (NewCharge(ChargeKind.FREIGHT, 1200),)
    new = priced(NewOrder("c-7", "CNY", tuple(lines), freight), (FULL_REDUCTION,), Given(MORNING))
    shop.place("o-17", new.order)
    shop.pay("pay-1", Money(26_201, "CNY"), (("o-17", 26_201),), "wallet")
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.invoice("o-17", "2026")


@pytest.mark.feature("F195", "F230")
@pytest.mark.parametrize("unmet", KEPT)
def test_what_is_kept_below_the_threshold_loses_its_reduction_where_the_rules_say_so(
    any_shop: Shop, unmet: Unmet
) -> None:
    rules = attrs.evolve(TWO_PLACES, refunding=Refunding(unmet))
    shop = any_shop.under(rules)
    sell(shop)

    said, back = [], []
    for i, lines in enumerate(STEPS, 1):
        shop.clock.forward(days=1)
        shop.ask_return(f"r-{i}", "o-17", lines, "unwanted")
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}")
        said.append(text(statement(shop.order("o-17"))))
        back.append(-due(shop.order("o-17")))
        shop.refund("o-17")

    # Without the tea set 180.01 is kept, and loses what is off it: 30.00 are held back once.
    assert back == [10_000 - 3_000, 4_001, 9_999 + 4_001]
    assert sum(back) == 25_001
    said.append(text(statement(shop.order("o-17")), "zh"))
    assert_kept("returned", KEPT[unmet], "\n".join(said))


@pytest.mark.feature("F195", "F230", "F231")
def test_all_of_a_full_reduction_comes_back_in_three_steps(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop)
    said = [text(statement(shop.order("o-17")))]
    back = []

    for i, lines in enumerate(STEPS, 1):
        shop.clock.forward(days=1)
        shop.ask_return(f"r-{i}", "o-17", lines, "unwanted")
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}")
        said.append(text(statement(shop.order("o-17"))))
        owed = -due(shop.order("o-17"))
        shop.credit("2026-000001", "CN")
        assert shop.credited(f"CN-{i:06}").gross == owed
        shop.refund("o-17")
        back.append(owed)

    # A sixth is off each: the offer is kept, whatever else is kept of the order.
    assert back == [10_000, 3_334, 8_333 + 3_334]
    assert (total(shop.order("o-17")), shop.payment("pay-1").refunded) == (1_200, sum(back))
    assert sum(back) == 25_001
    stated = ledger.of_order(shop.postings(), "o-17")
    assert stated is not None
    said += [
        text(statement(shop.order("o-17")), "zh"),
        ledger.text(stated),
        ledger.text(stated, "zh"),
    ]
    assert_kept("returned", "full-reduction-in-three-steps", "\n".join(said))
