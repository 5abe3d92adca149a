"""The wire to a gateway: at most one effect for each request, however replies and webhooks go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Final

import attrs
import pytest

from orderflow import BadInput, GatewayFailed, KeyReused, Money, Price, Ref, Tendered, Workflow
from orderflow.adapters.gateways import Effect, Fault, ScriptedGateway, UniformGateway, send_open
from orderflow.adapters.memory import MemoryStore
from orderflow.payments import Notice, key_of
from orderflow.ports import Gateway, GatewayAnswer, GatewayRequest
from orderflow.records import Outcome, RequestKind
from orderflow.states import PaymentState
from tests.builders import LAMP, Shop, assert_laws, eur, new_order

LOST, TIMED_OUT, DECLINED, PENDING = (
    Fault.REPLY_LOST,
    Fault.TIMED_OUT,
    Fault.DECLINED,
    Fault.PENDING,
)


def authorised(shop: Shop) -> ScriptedGateway:
    """An order of 100.00, for which a gateway keeps 100.00 ready."""
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7")
    shop.ask_authorise("pay-1")
    send_open(shop, gateway, shop.clock.at)
    return gateway


def until_quiet(shop: Shop, gateway: Gateway) -> None:
    """Send again and again, as a host does, until nothing is open."""
    for _ in range(8):
        send_open(shop, gateway, shop.clock.forward(minutes=1))


def tell(shop: Workflow, effect: Effect, *, named: bool) -> None:
    """A webhook about something that a gateway has done."""
    asked, answer = effect.request, effect.answer
    if named:
        shop.record_answer(
            asked.payment,
            asked.request,
            answer.outcome,
            reference=answer.reference,
            event=answer.event,
        )
    else:
        shop.record_notice(asked.payment, Notice.CAPTURED, asked.amount, answer.event)


def test_what_was_asked_is_sent_and_its_answer_recorded(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1", eur(6000))

    (sent,) = send_open(shop, gateway, shop.clock.at)

    payment = shop.payment("pay-1")
    assert (payment.captured, payment.state) == (6000, PaymentState.PART_CAPTURED)
    assert sent.answer is not None
    capture = gateway.effects[-1].request
    assert (capture.method, capture.payer, capture.reference) == ("card", "c-7", "stirling-000001")
    assert send_open(shop, gateway, shop.clock.at) == ()


def test_a_refund_names_what_was_captured(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    send_open(shop, gateway, shop.clock.at)
    shop.ask_pay_back("pay-1", eur(2500))

    send_open(shop, gateway, shop.clock.at)

    assert gateway.effects[-1].request.reference == "stirling-000002"
    assert (shop.payment("pay-1").refunded, shop.payment("pay-1").refunding) == (2500, 0)


def test_the_rest_of_an_authorisation_is_voided_over_the_wire(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_void("pay-1", "wanted no more")

    send_open(shop, gateway, shop.clock.at)

    assert shop.payment("pay-1").state is PaymentState.VOIDED
    assert gateway.moved(RequestKind.VOID, "pay-1") == 10000


@pytest.mark.feature("F181", "F183")
def test_whose_reply_is_lost_asks_what_has_become_of_it(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    gateway.fail(LOST)
    key = key_of(shop.payment("pay-1").ref, "capture-2")

    (sent,) = send_open(shop, gateway, shop.clock.at)
    assert (sent.answer, shop.payment("pay-1").captured) == (None, 0)
    assert send_open(shop, gateway, shop.clock.at) == (), "it is left alone for a while"
    send_open(shop, gateway, shop.clock.forward(minutes=1))

    assert shop.payment("pay-1").captured == 10000
    assert [asked for asked, of in gateway.heard if of == key] == ["capture", "query"]


@pytest.mark.feature("F183")
def test_what_never_arrived_is_sent_again_by_the_same_key(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    gateway.fail(TIMED_OUT)

    until_quiet(shop, gateway)

    assert shop.payment("pay-1").captured == gateway.moved(RequestKind.CAPTURE, "pay-1") == 10000
    assert [asked for asked, _ in gateway.heard][1:] == ["capture", "query", "capture"]


@pytest.mark.feature("F183")
def test_two_clerks_who_ask_for_sixty_of_a_hundred_do_not_both_get_it(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1", eur(6000), by="anna")

    with pytest.raises(Exception, match=r"40\.00 can be asked for"):
        shop.ask_capture("pay-1", eur(6000), by="bela")
    until_quiet(shop, gateway)

    assert gateway.moved(RequestKind.CAPTURE, "pay-1") == 6000


def test_an_answer_that_takes_days_is_asked_for_until_it_comes(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    gateway.fail(PENDING)
    until_quiet(shop, gateway)
    assert shop.payment("pay-1").captured == 0

    gateway.finish(key_of(shop.payment("pay-1").ref, "capture-2"))
    shop.clock.forward(days=3)
    until_quiet(shop, gateway)

    assert shop.payment("pay-1").captured == 10000


def test_what_a_gateway_declines_may_be_asked_again_under_another_key(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    gateway.fail(DECLINED)
    send_open(shop, gateway, shop.clock.at)

    shop.ask_capture("pay-1")
    send_open(shop, gateway, shop.clock.at)

    assert shop.payment("pay-1").captured == 10000
    assert [one.outcome for one in shop.payment("pay-1").requests] == ["done", "failed", "done"]


@pytest.mark.feature("F181")
def test_an_answer_that_cannot_be_read_keeps_nobody_elses_request_waiting(shop: Shop) -> None:
    class Abroad(ScriptedGateway):
        """A gateway that takes the first payment for one of another currency."""

        def capture(self, request: GatewayRequest, key: str) -> GatewayAnswer:
            answer = super().capture(request, key)
            dollars = Money.of("10.00", "USD")
            return attrs.evolve(answer, amount=dollars) if request.payment == "pay-1" else answer

    for id in ("pay-1", "pay-2"):
        shop.await_payment(id, eur(1000), "card")
        shop.ask_capture(id)

    first, second = send_open(shop, Abroad("stirling", shop.clock), shop.clock.at)

    assert (str(first.unread), second.unread) == ("amount: is in USD, not in EUR", None)
    (hold,) = shop.payment("pay-1").holds
    assert (hold.code, hold.blocks) == ("unread_answer", ())
    assert hold.reason == (
        "capture-1: amount: is in USD, not in EUR; "
        "it said done, 10.00 USD, stirling-000001, stirling-e000001"
    )
    assert shop.payment("pay-1").requests[0].outcome is Outcome.PENDING
    assert shop.payment("pay-2").captured == 1000
    shop.assert_lawful()


class Mumbling(UniformGateway):
    """A gateway of which no answer can be read."""

    def __init__(self, answer: GatewayAnswer) -> None:
        self.answer = answer

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        return self.answer

    def query(self, key: str) -> GatewayAnswer | None:
        return self.answer


CENT: Final = Tendered("USD", 1100, Price.of("0.92", "EUR", per=100))
UNREADABLE: Final = (
    GatewayAnswer(Outcome.DONE, Money.of("32.61", "USD")),
    GatewayAnswer(Outcome.DONE, eur(0)),
    GatewayAnswer(Outcome.DONE, tendered=CENT),
    GatewayAnswer(Outcome.DONE, reference="\u200b" + "9" * 300),
)


@pytest.mark.feature("F181", "F183")
@pytest.mark.parametrize("answer", UNREADABLE, ids=("dollars", "nothing", "rate", "reference"))
def test_nothing_ends_while_an_answer_about_it_cannot_be_read(answer: GatewayAnswer) -> None:
    shop = Shop(MemoryStore())
    shop.place("o-17", new_order((LAMP, 3)))
    limit = shop.clock.at + timedelta(days=1)
    shop.await_payment("pay-1", eur(3000), "card", "c-7", limit, (("o-17", 3000),))
    shop.ask_capture("pay-1")
    gateway = Mumbling(answer)

    for _ in range(3):
        (sent,) = send_open(shop, gateway, shop.clock.forward(days=1))
        assert sent.unread is not None
        (found,) = shop.due(shop.clock.at + timedelta(minutes=1))
        assert found.call.verb == "send_request"
        assert found.means.startswith("what the gateway said cannot be read")

    assert [one.ref.id for one in shop.held("unread_answer", "payment")] == ["pay-1"]
    shop.record_answer("pay-1", "capture-1", Outcome.DONE)
    shop.lift_payment_hold("pay-1", "unread_answer")
    payment = shop.payment("pay-1")
    assert (payment.captured, payment.applied, payment.holds) == (3000, 3000, ())
    shop.assert_lawful()


def test_each_of_two_gateways_is_sent_only_its_own(shop: Shop) -> None:
    cards, wallets = (ScriptedGateway(name, shop.clock) for name in ("stirling", "wechat"))
    for id, method in (("pay-1", "card"), ("pay-2", "wechat pay"), ("pay-3", "alipay")):
        shop.await_payment(id, eur(1000), method)
        shop.ask_capture(id)

    send_open(shop, cards, shop.clock.at, methods=("card",))
    send_open(shop, wallets, shop.clock.at, methods=("wechat pay", "alipay"))

    assert [one.request.payment for one in cards.effects] == ["pay-1"]
    assert [one.request.payment for one in wallets.effects] == ["pay-2", "pay-3"]
    with pytest.raises(BadInput):
        send_open(shop, cards, shop.clock.at, methods="card")  # type: ignore[arg-type]


class Died(BaseException):
    """A process dies."""


class Dying(UniformGateway):
    """A gateway whose caller dies when it has done as asked, before it hears of it."""

    def __init__(self, gateway: ScriptedGateway, overtaken: Callable[[Effect], None]) -> None:
        self.gateway, self.overtaken = gateway, overtaken
        self.dies = True

    def _after(self, answer: GatewayAnswer) -> GatewayAnswer:
        self.overtaken(self.gateway.effects[-1])
        if self.dies:
            self.dies = False
            raise Died
        return answer

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        return self._after(self.gateway.do(request, key))

    def query(self, key: str) -> GatewayAnswer | None:
        return self.gateway.query(key)


REPLIES: Final = ("told", "lost", "never sent", "late", "the process dies")
WEBHOOKS: Final = ("none", "before the reply", "after it", "twice", "before and after")
ASKED: Final = ("capture", "refund")


@pytest.mark.feature("F181", "F183", "F185")
@pytest.mark.parametrize(("asked", "reply", "webhook"), (*product(ASKED, REPLIES, WEBHOOKS),))
@pytest.mark.parametrize("named", (True, False), ids=("naming its request", "by its event"))
def test_every_way_of_reply_and_webhook_has_one_effect(
    asked: str, reply: str, webhook: str, named: bool
) -> None:
    shop = Shop(MemoryStore())
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    if asked == "refund":
        send_open(shop, gateway, shop.clock.at)
        shop.ask_pay_back("pay-1", eur(4000))
    of_refunds = asked == "refund"  # a notice of a refund names it: nobody else knows of it
    faults = {"lost": LOST, "never sent": TIMED_OUT, "late": PENDING}
    gateway.fail(*[faults[reply]] if reply in faults else [])

    def overtake(effect: Effect) -> None:
        if effect.key == key and webhook in ("before the reply", "before and after"):
            tell(shop, effect, named=named or of_refunds)

    wire = Dying(gateway, overtake)
    wire.dies = reply == "the process dies"
    key = key_of(shop.payment("pay-1").ref, shop.payment("pay-1").requests[-1].id)

    try:
        send_open(shop, wire, shop.clock.at)
    except Died:
        assert shop.payment("pay-1").requests[-1].tries == 1
    if reply == "late":
        gateway.finish(key)
    for _ in range({"twice": 2, "after it": 1, "before and after": 1}.get(webhook, 0)):
        for effect in [one for one in gateway.effects if one.key == key]:
            tell(shop, effect, named=named or of_refunds)
    until_quiet(shop, wire)

    payment = shop.payment("pay-1")
    assert payment.captured == gateway.moved(RequestKind.CAPTURE, "pay-1") == 10000
    refunded = 4000 if asked == "refund" else 0
    assert payment.refunded == gateway.moved(RequestKind.REFUND, "pay-1") == refunded
    assert payment.requests[-1].outcome is Outcome.DONE
    assert [hold.code for hold in payment.holds] == []
    calls = [what for what, of in gateway.heard if of == key]
    for i, what in enumerate(calls[1:], 1):
        assert what == "query" or calls[i - 1] == "query"
    assert_laws(shop.store)


# --- the scripted gateway itself --------------------------------------------------------------


def test_the_same_key_has_one_effect_and_another_question_is_an_error(shop: Shop) -> None:
    gateway = ScriptedGateway("stirling", shop.clock)
    asked = GatewayRequest(RequestKind.CAPTURE, "pay-1", "capture-1", eur(100))

    assert gateway.capture(asked, "k-1") == gateway.capture(asked, "k-1")

    assert gateway.moved(RequestKind.CAPTURE, "pay-1") == 100
    other = GatewayRequest(RequestKind.CAPTURE, "pay-1", "capture-1", eur(200))
    with pytest.raises(KeyReused):
        gateway.capture(other, "k-1")


def test_a_gateway_that_gives_no_answer_says_what_to_do(shop: Shop) -> None:
    gateway = ScriptedGateway("stirling", shop.clock)
    gateway.fail(TIMED_OUT)
    asked = GatewayRequest(RequestKind.VOID, "pay-1", "void-1", eur(100))

    with pytest.raises(GatewayFailed) as no:
        gateway.void(asked, "k-1")

    assert str(no.value) == (
        "stirling gave no answer to void (timed out): query key k-1, or send it again"
    )
    assert gateway.query("k-1") is None


def test_keys_of_two_payments_are_never_the_same() -> None:
    split = key_of(Ref("a", "payment", "b/c"), "capture-1")

    assert split != key_of(Ref("a/b", "payment", "c"), "capture-1")


def test_only_one_of_two_sends_a_request(shop: Shop) -> None:
    gateway = authorised(shop)
    shop.ask_capture("pay-1")
    shop.send_request("pay-1", "capture-2", 3600)

    assert send_open(shop, gateway, shop.clock.forward(minutes=59)) == ()

    (sent,) = send_open(shop, gateway, shop.clock.forward(minutes=1))
    assert sent.answer is not None
    assert timedelta(hours=1) == shop.clock.at - shop.payment("pay-1").requests[1].at


def test_a_refund_that_was_more_than_was_left_comes_back_as_it_was_booked(any_shop: Shop) -> None:
    any_shop.await_payment("pay-1", eur(7))
    any_shop.record_notice("pay-1", Notice.CAPTURED, eur(7))
    any_shop.ask_pay_back("pay-1")
    any_shop.record_answer("pay-1", "refund-1", Outcome.DONE, eur(333))
    assert any_shop.payment("pay-1").refunded == 7, "there was no more to go back"

    any_shop.record_answer("pay-1", "refund-1", Outcome.FAILED)

    payment = any_shop.payment("pay-1")
    assert (payment.refunded, payment.unapplied, payment.requests[0].booked) == (0, 7, 0)
    assert {hold.code for hold in payment.holds} == {
        "amount_differs",
        "answer_changed",
        "refund_failed",
    }
    any_shop.assert_lawful()


def test_money_that_a_gateway_tells_of_twice_in_other_amounts_comes_once(any_shop: Shop) -> None:
    any_shop.await_payment("pay-1", eur(500))
    any_shop.ask_capture("pay-1")

    for said in (500, 300, 500, 400, 500):
        any_shop.record_answer("pay-1", "capture-1", Outcome.DONE, eur(said))

    payment = any_shop.payment("pay-1")
    assert (payment.captured, payment.unapplied, payment.requests[0].booked) == (500, 500, 500)
    assert "answer_changed" in {hold.code for hold in payment.holds}
    any_shop.assert_lawful()
