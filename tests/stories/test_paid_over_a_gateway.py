"""A hundred is authorised, and everything goes wrong that can: nobody pays twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import MoveRefused, Notice
from orderflow.adapters.gateways import Fault, ScriptedGateway, send_open
from orderflow.records import Outcome, RequestKind
from orderflow.states import OrderState, PaymentState
from tests.builders import LAMP, Shop, eur, new_order


@pytest.mark.feature("F176", "F181", "F183")
def test_two_clerks_a_lost_reply_two_webhooks_and_a_refund_in_between(any_shop: Shop) -> None:
    shop, gateway = any_shop, ScriptedGateway("stirling", any_shop.clock)
    shop.stock(LAMP, "leith", 10)
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", None, (("o-17", 10000),))
    shop.ask_authorise("pay-1")
    send_open(shop, gateway, shop.clock.at)

    # Two clerks ask for sixty each: one gets it, and its reply is lost.
    shop.ask_capture("pay-1", eur(6000), by="anna")
    with pytest.raises(MoveRefused):
        shop.ask_capture("pay-1", eur(6000), by="bela")
    gateway.fail(Fault.REPLY_LOST)
    send_open(shop, gateway, shop.clock.at)
    assert shop.payment("pay-1").captured == 0

    # Eight lamps are given up while nobody knows whether the money has come: nothing is owed yet.
    shop.cancel("o-17", (("1", 8),))
    with pytest.raises(MoveRefused, match="owed"):
        shop.ask_refund("o-17")

    # The webhook comes, twice. The order costs 20.00 by now: what is beyond that asks a person.
    charge = gateway.effects[-1].answer
    shop.record_notice("pay-1", Notice.CAPTURED, eur(6000), charge.event)
    shop.record_answer("pay-1", "capture-2", Outcome.DONE, event=charge.event)
    shop.record_notice("pay-1", Notice.CAPTURED, eur(6000), charge.event)
    payment = shop.payment("pay-1")
    assert (payment.captured, payment.applied, payment.unapplied) == (6000, 2000, 4000)
    assert payment.state is PaymentState.PART_CAPTURED
    assert [hold.code for hold in payment.holds] == ["overpaid"]
    assert shop.order("o-17").state is OrderState.CONFIRMED

    # The rest is given up, and what is too much goes back, at the second attempt.
    shop.lift_payment_hold("pay-1", "overpaid")
    shop.ask_void("pay-1", "eight lamps less")
    shop.ask_pay_back("pay-1")
    gateway.fail(Fault.TIMED_OUT, Fault.REPLY_LOST)
    for _ in range(3):
        send_open(shop, gateway, shop.clock.forward(minutes=2))

    payment = shop.payment("pay-1")
    assert (payment.captured, payment.applied, payment.refunded) == (6000, 2000, 4000)
    assert (payment.state, payment.refunding) == (PaymentState.PART_REFUNDED, 0)
    assert gateway.moved(RequestKind.CAPTURE, "pay-1") == 6000
    assert gateway.moved(RequestKind.REFUND, "pay-1") == 4000
    assert shop.due(shop.clock.forward(days=1)) == []


@pytest.mark.feature("F176")
@pytest.mark.parametrize("method", ("wechat pay", "alipay", "unionpay", "card"))
def test_every_way_to_pay_on_line_goes_through_the_one_port(any_shop: Shop, method: str) -> None:
    shop, gateway = any_shop, ScriptedGateway("stirling", any_shop.clock)
    until = shop.clock.at + timedelta(minutes=30)
    shop.place("o-17", new_order((LAMP, 1), pay_by=until))
    shop.await_payment("pay-1", eur(1000), method, "c-7", until, (("o-17", 1000),))
    shop.ask_capture("pay-1")

    send_open(shop, gateway, shop.clock.at)

    assert gateway.effects[0].request.method == method
    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.order("o-17").applied == 1000
