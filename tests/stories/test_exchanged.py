"""Goods are exchanged for dearer ones, for cheaper ones, and not at all: one difference is left.

The kept texts stand in `tests/golden/ledgers`; `tests/ledgers.py` says what is in them.
"""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from orderflow import ChargeKind, Instalment, NewCharge, NewLine, Patience
from orderflow.pricing import due
from orderflow.refunds import owed_back
from orderflow.states import OrderState, ReplacementState
from tests.builders import BELL, LAMP, Shop, eur, line
from tests.ledgers import assert_kept

BOTH: Final = ("o-17", "o-18")


def sold(shop: Shop) -> Shop:
    """Three lamps at ten euro, less ten percent that the platform bears, with their customer."""
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 10)
    off = NewCharge(ChargeKind.DISCOUNT, -300, bearer="platform", reason="spring")
    shop.sell("o-17", (LAMP, 3), charges=(off, NewCharge(ChargeKind.FREIGHT, 490)))
    send(shop, "o-17")
    return shop


def send(shop: Shop, order: str) -> None:
    shop.allocate(order)
    shop.ship(order, f"p-{order}")
    shop.clock.forward(days=2)
    shop.deliver(f"p-{order}")


def agree(shop: Shop, n: int, new: NewLine) -> None:
    """So many lamps are to come back for something else, and both sides agree to it."""
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", n),), (new,), "too bright")
    shop.approve_exchange("e-1")


def come_back(shop: Shop) -> None:
    shop.clock.forward(days=3)
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")


@pytest.mark.feature("F228", "F230", "F233")
def test_two_lamps_are_exchanged_for_a_bell_that_costs_more(any_shop: Shop) -> None:
    shop = sold(any_shop)
    agree(shop, 2, line("1", BELL, 1))
    come_back(shop)
    assert owed_back(shop.order("o-17")) == 1800  # the lamps as they were paid, freight kept

    shop.send_replacement("e-1", "o-18")

    difference = due(shop.order("o-18"))
    assert (difference, owed_back(shop.order("o-17"))) == (4550 - 1800, 0)
    shop.pay("pay-2", eur(difference), (("o-18", difference),))
    send(shop, "o-18")
    assert shop.settle_exchange("e-1").document.state is ReplacementState.SETTLED
    for order in BOTH:
        shop.complete(order)
    assert shop.bag("o-17") == {"delivered": 1, "returned": 2}
    assert_kept("exchanged-up", shop, orders=BOTH, explain=True)
    shop.assert_lawful()


@pytest.mark.feature("F228", "F230", "F231")
def test_a_bell_that_costs_less_goes_out_and_the_rest_is_paid_back(any_shop: Shop) -> None:
    shop = sold(any_shop)
    agree(shop, 3, line("1", BELL, 1, "15.00"))
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    assert [due(shop.order(order)) for order in BOTH] == [-1200, 0]
    shop.refund("o-17")
    send(shop, "o-18")
    shop.settle_exchange("e-1")
    for order in BOTH:
        shop.complete(order)
    assert shop.payment("pay-o-17").refunded == 1200
    assert_kept("exchanged-down", shop, orders=BOTH, explain=True)
    shop.assert_lawful()


@pytest.mark.feature("F228", "F231", "F242")
def test_the_difference_is_never_paid_and_silence_calls_the_exchange_off(any_shop: Shop) -> None:
    shop = sold(any_shop)
    shop = shop.under(attrs.evolve(shop.rules, patience=Patience(exchange_days=20)))
    agree(shop, 2, line("1", BELL, 1))
    come_back(shop)
    shop.send_replacement("e-1", "o-18")
    assert due(shop.order("o-18")) == 2750

    shop.clock.forward(days=17)
    (silent,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "exchange"]
    assert (silent.who, silent.call.verb) == ("customer", "cancel_exchange")
    shop.apply(silent.call, key=silent.key)

    assert shop.exchange("e-1").state is ReplacementState.CANCELLED
    assert shop.order("o-18").state is OrderState.CANCELLED
    assert owed_back(shop.order("o-18")) == 1800
    shop.refund("o-18")
    shop.complete("o-17")
    assert_kept("exchange-abandoned", shop, orders=BOTH, explain=True)
    shop.assert_lawful()


@pytest.mark.feature("F228")
@pytest.mark.parametrize(("price", "difference"), (("9.00", 0), ("15.00", 600)))
@pytest.mark.parametrize("they_come", (True, False))
def test_new_goods_go_out_first_for_the_difference_alone(
    any_shop: Shop, price: str, difference: int, they_come: bool
) -> None:
    shop = sold(any_shop)
    rules = attrs.evolve(shop.rules, replace_before_return=True, patience=Patience())
    shop = shop.under(rules)
    agree(shop, 1, line("1", BELL, 1, price))
    shop.send_replacement("e-1", "o-18")

    by = shop.exchange("e-1").until
    assert by is not None
    parts = (Instalment(difference, shop.clock.at), Instalment(900, by))
    shop.agree_plan("o-18", parts if difference else parts[1:])
    if difference:
        shop.pay("pay-2", eur(difference), (("o-18", difference),))
    assert shop.order("o-18").state is OrderState.CONFIRMED
    send(shop, "o-18")

    if they_come:
        come_back(shop)
        shop.settle_exchange("e-1")
        assert [due(shop.order(order)) for order in BOTH] == [0, 0]
        shop.complete("o-17")
        shop.complete("o-18")
    else:
        shop.close_return("r-1")
        shop.clock.at = by
        calls = sorted(
            one.call.verb for one in shop.due(by) if one.ref.kind in ("order", "exchange")
        )
        assert "undo_exchange" in calls
        assert "miss_instalment" in calls
        for one in shop.due(by):
            shop.apply(one.call, key=one.key)
        assert shop.exchange("e-1").state is ReplacementState.UNDONE
        assert due(shop.order("o-18")) == 900
        held = {hold.code for hold in shop.order("o-18").holds}
        assert held == {"goods_never_came", "instalment_overdue"}
    shop.assert_lawful()
