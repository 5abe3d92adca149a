"""What was asked of a gateway and not sent is not sent when nobody wants its money any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from orderflow.adapters.gateways import Fault, ScriptedGateway, send_open
from orderflow.payments import Notice, ask_authorise, ask_capture, ask_void, key_of
from orderflow.records import Outcome, RequestKind
from orderflow.states import PaymentState
from tests.builders import LAMP, MORNING, Shop, eur, new_order

LIMIT: Final = MORNING + timedelta(days=1)


@pytest.fixture
def asked(shop: Shop) -> Shop:
    """An order of 100.00, for which a gateway is to be asked at once."""
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", LIMIT, (("o-17", 10000),))
    shop.ask_capture("pay-1")
    return shop


def expire(shop: Shop) -> None:
    shop.clock.at = LIMIT
    shop.expire_payment("pay-1")


ENDS: Final[tuple[Callable[[Shop], object], ...]] = (
    lambda shop: shop.void_payment("pay-1", "paid in another way"),
    expire,
    lambda shop: shop.record_notice("pay-1", Notice.FAILED, eur(10000)),
    lambda shop: shop.cancel("o-17"),
    lambda shop: shop.pay("pay-2", eur(10000), (("o-17", 10000),), "bank transfer"),
)
ENDED_BY: Final = ("voided", "expired", "failed", "its order cancelled", "its order paid otherwise")


@pytest.mark.feature("F183")
@pytest.mark.parametrize("end", ENDS, ids=ENDED_BY)
def test_what_was_not_sent_when_its_payment_has_ended_is_never_sent(
    asked: Shop, end: Callable[[Shop], object]
) -> None:
    gateway = ScriptedGateway("stirling", asked.clock)

    end(asked)
    send_open(asked, gateway, asked.clock.at)

    payment = asked.payment("pay-1")
    assert (gateway.heard, payment.captured) == ([], 0)
    assert [(one.outcome, one.tries) for one in payment.requests] == [(Outcome.FAILED, 0)]
    asked.clock.at = LIMIT
    assert {found.call.verb for found in asked.due(LIMIT)} <= {"expire_payment"}
    asked.assert_lawful()


@pytest.mark.feature("F183")
def test_what_a_gateway_never_heard_of_is_not_sent_after_its_payment_has_ended(
    asked: Shop,
) -> None:
    gateway = ScriptedGateway("stirling", asked.clock)
    gateway.fail(Fault.TIMED_OUT)
    send_open(asked, gateway, asked.clock.at)

    expire(asked)
    send_open(asked, gateway, asked.clock.at)

    assert [what for what, _ in gateway.heard] == ["capture", "query"]
    payment = asked.payment("pay-1")
    assert (payment.state, payment.captured) == (PaymentState.EXPIRED, 0)
    assert payment.requests[0].outcome is Outcome.FAILED
    assert not list(asked.due(asked.clock.at))


def test_what_was_sent_before_its_payment_ended_is_asked_about(asked: Shop) -> None:
    gateway = ScriptedGateway("stirling", asked.clock)
    gateway.fail(Fault.REPLY_LOST)
    send_open(asked, gateway, asked.clock.at)

    asked.void_payment("pay-1", "paid in another way")
    send_open(asked, gateway, asked.clock.forward(minutes=1))

    payment = asked.payment("pay-1")
    assert [what for what, _ in gateway.heard] == ["capture", "query"]
    assert (payment.captured, payment.refunding) == (10000, 10000), "it has come, and goes back"
    send_open(asked, gateway, asked.clock.at)
    assert gateway.moved(RequestKind.REFUND, "pay-1") == 10000


def test_a_balance_that_was_paid_in_another_way_is_not_taken_once_more(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 10)))
    shop.take_deposit("pay-1", eur(10000), eur(3000), (("o-17", 3000),))
    shop.open_balance("pay-1", LIMIT)
    shop.ask_capture("pay-1")
    gateway = ScriptedGateway("stirling", shop.clock)

    shop.pay("pay-2", eur(7000), (("o-17", 7000),), "bank transfer")
    send_open(shop, gateway, shop.clock.at)

    payment = shop.payment("pay-1")
    assert (payment.state, payment.captured, payment.holds) == (PaymentState.CAPTURED, 3000, ())
    assert gateway.heard == []


def test_an_answer_to_what_was_withdrawn_counts_and_asks_a_person(asked: Shop) -> None:
    asked.void_payment("pay-1", "paid in another way")

    payment = asked.record_answer("pay-1", "capture-1", Outcome.DONE).document

    assert (payment.captured, payment.refunding) == (10000, 10000)
    assert [hold.code for hold in payment.holds] == ["answer_changed"]


@pytest.mark.feature("F183")
@pytest.mark.parametrize("by_webhook", (True, False), ids=("by a webhook", "by the reply"))
def test_what_is_kept_ready_for_a_payment_that_has_ended_can_be_given_up(
    shop: Shop, by_webhook: bool
) -> None:
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.await_payment("pay-1", eur(10000), "card", "c-7")
    shop.ask_authorise("pay-1")
    gateway.fail(Fault.REPLY_LOST)
    send_open(shop, gateway, shop.clock.at)
    shop.void_payment("pay-1", "a slip of the pen")
    if by_webhook:
        event = gateway.effects[-1].answer.event
        shop.record_notice("pay-1", Notice.AUTHORISED, eur(10000), event)
    send_open(shop, gateway, shop.clock.forward(minutes=1))
    assert [hold.code for hold in shop.payment("pay-1").holds] == ["unexpected_notice"]

    shop.ask_void("pay-1", "a slip of the pen")
    send_open(shop, gateway, shop.clock.at)

    assert gateway.moved(RequestKind.VOID, "pay-1") == 10000
    assert shop.payment("pay-1").state is PaymentState.VOIDED
    assert shop.codes(ask_void.on("pay-1", "once more")) == ["over_asked"]


def test_what_is_meant_for_two_orders_is_sent_while_one_of_them_stands(shop: Shop) -> None:
    gateway = ScriptedGateway("stirling", shop.clock)
    for id in ("o-17", "o-18"):
        shop.place(id, new_order((LAMP, 1)))
    meant = (("o-17", 1000), ("o-18", 1000))
    shop.await_payment("pay-1", eur(2000), "card", "c-7", None, meant)
    shop.ask_capture("pay-1")

    shop.cancel("o-17")
    send_open(shop, gateway, shop.clock.at)

    assert gateway.heard == [("capture", key_of(shop.payment("pay-1").ref, "capture-1"))]
    assert (shop.payment("pay-1").applied, shop.payment("pay-1").refunding) == (1000, 1000)


@pytest.mark.feature("F183")
def test_no_card_is_charged_for_an_order_that_was_paid_in_another_way(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", LIMIT, (("o-17", 10000),))
    shop.ask_authorise("pay-1")
    shop.record_answer("pay-1", "authorise-1", Outcome.DONE)

    shop.pay("pay-2", eur(10000), (("o-17", 10000),), "bank transfer")

    assert shop.codes(ask_capture.on("pay-1")) == ["over_asked"]
    payment = shop.ask_void("pay-1", "paid in another way").document
    assert payment.asked(RequestKind.VOID) == 10000


def test_no_card_is_asked_to_keep_money_for_an_order_that_is_paid(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", LIMIT, (("o-17", 10000),))

    shop.pay("pay-2", eur(10000), (("o-17", 10000),), "bank transfer")

    assert shop.payment("pay-1").state is PaymentState.VOIDED
    assert shop.codes(ask_authorise.on("pay-1")) == ["illegal_move"]
    assert shop.codes(ask_capture.on("pay-1")) == ["illegal_move"]


@pytest.mark.feature("F183")
@pytest.mark.parametrize("authorised", (True, False), ids=("authorised", "charged in one go"))
def test_a_card_is_charged_no_more_than_its_order_still_costs(
    shop: Shop, *, authorised: bool
) -> None:
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.await_payment("pay-1", eur(3000), "card", "c-7", LIMIT, (("o-17", 3000),))
    if authorised:
        shop.ask_authorise("pay-1")
        send_open(shop, gateway, shop.clock.at)

    shop.cancel("o-17", (("1", 2),))
    assert shop.codes(ask_capture.on("pay-1", eur(3000))) == ["over_asked"]
    shop.ask_capture("pay-1")
    send_open(shop, gateway, shop.clock.at)

    payment = shop.payment("pay-1")
    assert (payment.captured, payment.applied, payment.holds) == (1000, 1000, ())
    assert gateway.moved(RequestKind.CAPTURE, "pay-1") == 1000


def test_what_is_meant_for_no_order_may_be_asked_for_beside_what_its_orders_cost(
    shop: Shop,
) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.await_payment("pay-1", eur(5000), "card", "c-7", LIMIT, (("o-17", 3000),))

    shop.cancel("o-17", (("1", 1),))
    payment = shop.ask_capture("pay-1").document

    assert payment.asked(RequestKind.CAPTURE) == 2000 + 2000


def test_money_goes_back_though_its_payment_and_order_have_ended(asked: Shop) -> None:
    gateway = ScriptedGateway("stirling", asked.clock)
    send_open(asked, gateway, asked.clock.at)
    asked.cancel("o-17")
    asked.ask_refund("o-17")

    send_open(asked, gateway, asked.clock.at)

    assert gateway.moved(RequestKind.REFUND, "pay-1") == 10000


SAID: Final = {
    "never asked": "no money has come in time: the payment ends",
    "never sent": "what was asked was never sent: the payment ends, and it is not sent any more",
    "sent": "the gateway did not answer in time: the payment ends, and it is still asked",
}


@pytest.mark.parametrize("asked", SAID)
def test_what_silence_means_says_what_was_sent(shop: Shop, asked: str) -> None:
    shop.await_payment("pay-1", eur(10000), "card", "c-7", LIMIT)
    if asked != "never asked":
        shop.ask_capture("pay-1")
    if asked == "sent":
        shop.send_request("pay-1", "capture-1")
    shop.clock.at = LIMIT

    (found,) = shop.due(LIMIT)

    assert found.means == SAID[asked]
