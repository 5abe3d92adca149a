"""A payment that no order wants money of any more ends: by itself, or it is told to whoever acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from orderflow import Refused, Rules
from orderflow.payments import Notice, ask_void
from orderflow.records import Outcome
from orderflow.states import OrderState, PaymentState
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, new_order

LIMIT: Final = MORNING + timedelta(days=1)


@pytest.fixture
def awaited(any_shop: Shop) -> Shop:
    """An order of 30.00, and a card that is meant for it, with no limit of its own."""
    shop = any_shop.under(Rules(locations=(LEITH,)))
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 3), pay_by=LIMIT))
    shop.await_payment("pay-1", eur(3000), "card", "c-7", None, (("o-17", 3000),))
    return shop


@pytest.fixture
def authorised(awaited: Shop) -> Shop:
    """Its payer has let his bank keep the money ready."""
    awaited.ask_authorise("pay-1")
    awaited.record_answer("pay-1", "authorise-1", Outcome.DONE)
    return awaited


ENDS: Final[tuple[Callable[[Shop], object], ...]] = (
    lambda shop: shop.cancel("o-17"),
    lambda shop: shop.pay("pay-2", eur(3000), (("o-17", 3000),), "bank transfer"),
)
ENDED_BY: Final = ("cancelled", "paid in another way")


def verbs_due(shop: Shop) -> list[str]:
    return [one.call.verb for one in shop.due(shop.clock.at) if one.ref.kind == "payment"]


@pytest.mark.feature("F183")
@pytest.mark.parametrize("end", ENDS, ids=ENDED_BY)
def test_a_payment_that_waits_for_an_order_that_wants_no_money_is_voided(
    awaited: Shop, end: Callable[[Shop], object]
) -> None:
    shop = awaited
    assert shop.order("o-17").awaited == ("pay-1",)

    end(shop)

    assert shop.payment("pay-1").state is PaymentState.VOIDED
    assert (shop.order("o-17").awaited, verbs_due(shop)) == ((), [])
    shop.record_notice("pay-1", Notice.CAPTURED, eur(3000))
    assert shop.payment("pay-1").refunding == 3000, "what comes all the same goes back"
    shop.assert_lawful()


@pytest.mark.feature("F183")
@pytest.mark.parametrize("end", ENDS, ids=ENDED_BY)
def test_what_is_kept_ready_for_an_order_that_wants_no_money_is_to_be_given_up_at_once(
    authorised: Shop, end: Callable[[Shop], object]
) -> None:
    shop = authorised
    assert verbs_due(shop) == []

    end(shop)

    found = next(one for one in shop.due(shop.clock.at) if one.ref.kind == "payment")
    assert (found.call.verb, found.who, found.since) == ("ask_void", "seller", shop.clock.at)
    shop.apply(found.call)
    shop.record_answer("pay-1", "void-2", Outcome.DONE)
    assert (shop.payment("pay-1").state, verbs_due(shop)) == (PaymentState.VOIDED, [])
    shop.assert_lawful()


@pytest.mark.feature("F183")
def test_the_rest_that_is_kept_ready_of_a_part_captured_is_given_up(authorised: Shop) -> None:
    shop = authorised
    shop.ask_capture("pay-1", eur(1000))
    shop.record_answer("pay-1", "capture-2", Outcome.DONE)
    assert verbs_due(shop) == []

    shop.cancel("o-17", (("1", 2),))

    assert verbs_due(shop) == ["ask_void"]
    shop.apply(ask_void.on("pay-1", "no more is wanted"))
    shop.record_answer("pay-1", "void-3", Outcome.DONE)
    assert (shop.payment("pay-1").state, verbs_due(shop)) == (PaymentState.CAPTURED, [])
    shop.assert_lawful()


def test_a_gateway_that_does_not_give_up_what_nobody_wants_is_looked_into(
    authorised: Shop,
) -> None:
    shop = authorised
    shop.cancel("o-17")
    shop.ask_void("pay-1", "wanted no more")

    payment = shop.record_answer("pay-1", "void-2", Outcome.FAILED).document

    assert [hold.code for hold in payment.holds] == ["void_failed"]
    assert verbs_due(shop) == [], "it is not asked for ever"
    shop.lift_payment_hold("pay-1", "void_failed")
    assert verbs_due(shop) == ["ask_void"]


def test_a_payment_for_two_orders_stays_while_one_of_them_wants_it(shop: Shop) -> None:
    for id in ("o-17", "o-18"):
        shop.place(id, new_order((LAMP, 1)))
    meant = (("o-17", 1000), ("o-18", 1000))
    shop.await_payment("pay-1", eur(2000), "card", "c-7", None, meant)

    shop.cancel("o-17")
    assert shop.payment("pay-1").state is PaymentState.AWAITING
    shop.pay("pay-2", eur(1000), (("o-18", 1000),), "bank transfer")

    assert shop.payment("pay-1").state is PaymentState.VOIDED
    shop.assert_lawful()


def test_a_payment_of_which_a_part_is_for_no_order_stays(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.await_payment("pay-1", eur(1001), "card", "c-7", None, (("o-17", 1000),))

    shop.cancel("o-17")

    assert shop.payment("pay-1").state is PaymentState.AWAITING


def test_a_payment_is_not_ended_while_its_gateway_may_be_at_it(awaited: Shop) -> None:
    shop = awaited
    shop.ask_authorise("pay-1")
    shop.send_request("pay-1", "authorise-1")

    shop.cancel("o-17")
    assert shop.payment("pay-1").state is PaymentState.AWAITING
    shop.record_answer("pay-1", "authorise-1", Outcome.DONE)

    assert verbs_due(shop) == ["ask_void"]
    shop.assert_lawful()


def test_a_payment_without_a_limit_ends_when_its_order_has_expired(awaited: Shop) -> None:
    shop = awaited
    shop.clock.at = LIMIT
    with pytest.raises(Refused, match="any time"):
        shop.expire_payment("pay-1")

    shop.expire("o-17")
    assert shop.payment("pay-1").state is PaymentState.AWAITING
    assert verbs_due(shop) == ["expire_payment"]
    shop.expire_payment("pay-1")

    assert shop.payment("pay-1").state is PaymentState.EXPIRED
    shop.record_notice("pay-1", Notice.CAPTURED, eur(3000), paid_at=LIMIT - timedelta(seconds=1))
    assert shop.order("o-17").state is OrderState.CONFIRMED, "its money was in time"
    shop.assert_lawful()


def test_what_waits_is_wanted_again_when_its_order_stands_again(awaited: Shop) -> None:
    shop = awaited
    shop.clock.at = LIMIT
    shop.expire("o-17")
    assert shop.payment("pay-1").unwanted_since == LIMIT

    in_time = LIMIT - timedelta(seconds=1)
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(3000), paid_at=in_time)

    assert shop.order("o-17").state is OrderState.PLACED
    assert (shop.payment("pay-1").unwanted_since, verbs_due(shop)) == (None, [])
    shop.assert_lawful()
