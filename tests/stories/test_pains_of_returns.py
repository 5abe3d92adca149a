"""What users of other systems report of changes, cancels and returns, and what becomes of it here.

Pain 15: an order cannot be changed once it is confirmed, or its claims are wrong afterwards.
Pain 16: a change after the payment asks for a refund though nothing is due, or for the wrong one.
Pain 21: freight or a fee cannot be paid back.
Pain 22: an order that was paid back in part cannot be cancelled, or ends in the wrong state.
Pain 23: a return cannot be called off, is there twice, or makes what is reserved wrong.
"""

from __future__ import annotations

import pytest

from orderflow import ChargeKind, NewCharge, Price
from orderflow.conditions import Verdict
from orderflow.orders import adjust, cancel
from orderflow.pricing import due, total
from orderflow.refunds import refund
from orderflow.returns import ask_return
from orderflow.states import OrderState, PaymentState, ReturnState
from tests.builders import BELL, LAMP, Shop, eur, new_order

FREIGHT, FEE = NewCharge(ChargeKind.FREIGHT, 490), NewCharge(ChargeKind.FEE, 150)


def paid_twice(shop: Shop) -> None:
    """Three lamps and a bell of o-17, paid by a voucher of 20.00 and by card."""
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "leith", 1)
    shop.place("o-17", new_order((LAMP, 3), (BELL, 1), charges=(FREIGHT, FEE)))
    cost = total(shop.order("o-17"))
    shop.pay("pay-1", eur(2000), (("o-17", 2000),), "voucher")
    shop.pay("pay-2", eur(cost - 2000), (("o-17", cost - 2000),), "card")


def refunded(shop: Shop) -> tuple[int, int]:
    return shop.payment("pay-1").refunded, shop.payment("pay-2").refunded


# --- pain 15 ------------------------------------------------------------------------------------


@pytest.mark.feature("F097")
def test_pain_15_a_line_of_a_confirmed_order_goes_and_only_its_claims_go_with_it(
    any_shop: Shop,
) -> None:
    shop = any_shop
    paid_twice(shop)
    shop.allocate("o-17")
    assert shop.order("o-17").state is OrderState.CONFIRMED

    shop.cancel("o-17", (("2", 1), ("1", 1)))

    assert (shop.free(BELL, "leith"), shop.free(LAMP, "leith")) == (1, 5 - 2)
    assert shop.bag("o-17", "1") == {"cancelled": 1, "allocated": 2}
    assert shop.codes(cancel.on("o-17", (("2", 1),))) == ["too_many"]

    shop.reprice("o-17", (("1", Price.of("12.00", "EUR")),))

    assert shop.free(LAMP, "leith") == 5 - 2  # another price claims nothing
    assert -due(shop.order("o-17")) == 4550 + 1000 - 2 * 200


# --- pain 16 ------------------------------------------------------------------------------------


@pytest.mark.feature("F230")
def test_pain_16_a_change_after_the_payment_is_one_signed_difference(any_shop: Shop) -> None:
    shop = any_shop
    paid_twice(shop)
    dearer, cheaper = Price.of("10.50", "EUR"), Price.of("9.00", "EUR")

    shop.reprice("o-17", (("1", dearer),), reason="engraved")
    assert due(shop.order("o-17")) == 150
    assert shop.codes(refund.on("o-17")) == ["nothing_owed"]

    shop.reprice("o-17", (("1", cheaper),), reason="without the engraving")
    assert due(shop.order("o-17")) == -300
    assert shop.codes(refund.on("o-17", eur(301))) == ["over_refund"]

    coupon = NewCharge(ChargeKind.DISCOUNT, -2000, reason="forgotten at the till")
    shop.adjust("o-17", coupon)
    shop.refund("o-17")

    assert due(shop.order("o-17")) == 0
    assert refunded(shop) == (2000, 300)  # first what was applied first, none beyond what it gave
    assert shop.codes(refund.on("o-17")) == ["nothing_owed"]


# --- pain 21 ------------------------------------------------------------------------------------


@pytest.mark.feature("F230", "F231")
def test_pain_21_freight_is_paid_back_in_parts_and_never_beyond_what_it_was(
    any_shop: Shop,
) -> None:
    shop = any_shop
    paid_twice(shop)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    for part in (200, 290):
        shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -part, reason="late"))
        shop.refund("o-17")

    assert refunded(shop) == (490, 0)
    more = adjust.on("o-17", NewCharge(ChargeKind.FREIGHT, -1))
    assert shop.cannot_take(more) == "charge.amount"

    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-17")

    order = shop.order("o-17")
    assert (total(order), order.applied) == (150, 150)  # the fee stays, for it was earned


# --- pain 22 ------------------------------------------------------------------------------------


@pytest.mark.feature("F097", "F231")
def test_pain_22_an_order_that_was_paid_back_in_part_is_cancelled_like_any_other(
    any_shop: Shop,
) -> None:
    shop = any_shop
    paid_twice(shop)
    shop.allocate("o-17")
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")
    assert refunded(shop) == (1000, 0)
    assert shop.payment("pay-1").state is PaymentState.PART_REFUNDED

    shop.cancel("o-17")
    assert shop.order("o-17").state is OrderState.CANCELLED
    shop.refund("o-17")

    order = shop.order("o-17")
    assert (total(order), order.applied, due(order)) == (0, 0, 0)
    assert refunded(shop) == (2000, 3000 + 4550 + 490 + 150 - 2000)
    assert {shop.payment(id).state for id in ("pay-1", "pay-2")} == {PaymentState.REFUNDED}
    assert shop.free(LAMP, "leith") == 5


@pytest.mark.feature("F097", "F231")
def test_pain_22_an_order_of_which_a_part_has_left_is_completed_with_the_rest(
    any_shop: Shop,
) -> None:
    shop = any_shop
    paid_twice(shop)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.deliver("p-1")

    assert shop.codes(cancel.on("o-17")) == ["illegal_move"]  # one lamp is with its customer
    shop.cancel("o-17", (("1", 2), ("2", 1)))
    shop.refund("o-17")
    shop.complete("o-17")

    assert shop.order("o-17").state is OrderState.COMPLETED
    assert refunded(shop) == (2000, 2000 + 4550 - 2000)


# --- pain 23 ------------------------------------------------------------------------------------


@pytest.mark.feature("F227", "F232", "F233")
def test_pain_23_a_return_is_called_off_asked_again_and_there_once(any_shop: Shop) -> None:
    shop = any_shop
    paid_twice(shop)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.sell("o-18", (LAMP, 1))
    shop.allocate("o-18")
    assert (shop.there(LAMP, "leith"), shop.free(LAMP, "leith")) == (2, 1)

    shop.ask_return("r-1", "o-17", (("1", 2),))
    assert shop.codes(ask_return.on("r-2", "o-17", (("1", 2),))) == ["too_many"]
    shop.close_return("r-1")
    assert shop.returned("r-1").state is ReturnState.CANCELLED

    shop.ask_return("r-2", "o-17", (("1", 3),))
    shop.receive_return("r-2", "leith", (("1", 2),))  # one stays with its customer
    shop.inspect("r-2", (("1", 1, Verdict.SOUND), ("1", 1, Verdict.DAMAGED)))
    shop.close_return("r-2")

    # Of what was written off nothing is asked again, and what is reserved is as it was.
    assert shop.bag("o-17", "1") == {"delivered": 1, "returned": 2}
    assert -due(shop.order("o-17")) == 2000
    assert (shop.there(LAMP, "leith"), shop.free(LAMP, "leith")) == (3, 2)
    assert shop.bag("o-18") == {"allocated": 1}
    assert shop.codes(ask_return.on("r-3", "o-17", (("1", 2),))) == ["too_many"]
    shop.ask_return("r-3", "o-17", (("1", 1),))
