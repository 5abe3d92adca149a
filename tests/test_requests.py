"""What a gateway is asked, and what it answers: nothing twice, and every answer recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Money
from orderflow.payments import Notice, ask_capture, ask_void, send_request
from orderflow.pricing import due
from orderflow.records import Outcome, Payment, RequestKind
from orderflow.refunds import ask_pay_back, ask_refund
from orderflow.states import PaymentState
from tests.builders import LAMP, Shop, eur, new_order

DONE, FAILED, PENDING = Outcome.DONE, Outcome.FAILED, Outcome.PENDING


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """An order of 100.00, for which a gateway keeps 100.00 ready."""
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7")
    shop.ask_authorise("pay-1")
    shop.record_answer("pay-1", "authorise-1", DONE, reference="auth-9", event="e-auth")
    return shop


def captured(shop: Shop, amount: int = 10000) -> Payment:
    """So much of it has come, and is applied."""
    shop.ask_capture("pay-1", eur(amount))
    shop.record_answer("pay-1", "capture-2", DONE, event="e-cap")
    return shop.apply_payment("pay-1", (("o-17", amount),)).document


def books(payment: Payment) -> tuple[int, int, int, int]:
    return payment.captured, payment.applied, payment.unapplied, payment.refunded


# --- names of what has happened ---------------------------------------------------------------


@pytest.fixture
def charged(shop: Shop) -> Shop:
    """An order of 100.00; its gateway has authorised them, and calls the charge ch-1."""
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", None, (("o-17", 10000),))
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(10000), "ch-1")
    return shop


@pytest.mark.feature("F183")
def test_a_capture_counts_though_its_authorisation_has_the_same_name(charged: Shop) -> None:
    payment = charged.record_notice("pay-1", Notice.CAPTURED, eur(10000), "ch-1").document

    assert (payment.state, payment.applied, payment.holds) == (PaymentState.CAPTURED, 10000, ())
    again = charged.record_notice("pay-1", Notice.CAPTURED, eur(10000), "ch-1").document
    assert (again.captured, again.holds) == (10000, ())


@pytest.mark.feature("F183")
def test_the_answer_to_a_capture_counts_though_its_authorisation_has_the_same_name(
    charged: Shop,
) -> None:
    charged.ask_capture("pay-1")

    payment = charged.record_answer("pay-1", "capture-1", DONE, event="ch-1").document

    assert (payment.state, payment.captured) == (PaymentState.CAPTURED, 10000)
    assert payment.requests[0].booked == 10000


def test_a_payer_who_tries_once_more_has_paid_under_the_name_of_the_first_try(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 10)))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", None, (("o-17", 10000),))
    shop.record_notice("pay-1", Notice.FAILED, eur(10000), "ch-1")

    payment = shop.record_notice("pay-1", Notice.CAPTURED, eur(10000), "ch-1").document

    assert (payment.state, payment.captured) == (PaymentState.CAPTURED, 10000)
    assert shop.order("o-17").applied + payment.unapplied == 10000


@pytest.mark.parametrize("first", ("answers", "a notice", "two notices"))
def test_parts_of_one_charge_come_once_each_whoever_tells_of_them(
    charged: Shop, first: str
) -> None:
    for part in (6000, 4000):
        charged.ask_capture("pay-1", eur(part))
    for part in {"answers": (), "a notice": (6000,), "two notices": (6000, 4000)}[first]:
        charged.record_notice("pay-1", Notice.CAPTURED, eur(part), "ch-1")

    for name in ("capture-2", "capture-1"):
        charged.record_answer("pay-1", name, DONE, event="ch-1")
    charged.record_notice("pay-1", Notice.CAPTURED, eur(4000), "ch-1")

    payment = charged.payment("pay-1")
    assert (payment.state, payment.captured) == (PaymentState.CAPTURED, 10000)
    assert sum(one.booked for one in payment.requests) == 10000


@pytest.mark.feature("F183")
def test_an_answer_of_more_than_its_notice_brings_what_is_missing(charged: Shop) -> None:
    charged.ask_capture("pay-1")
    charged.record_notice("pay-1", Notice.CAPTURED, eur(6000), "e-9")

    payment = charged.record_answer("pay-1", "capture-1", DONE, event="e-9").document

    assert (payment.captured, payment.requests[0].booked) == (10000, 10000)


def test_an_answer_of_less_than_its_notice_asks_a_person(charged: Shop) -> None:
    charged.ask_capture("pay-1", eur(4000))
    charged.record_notice("pay-1", Notice.CAPTURED, eur(6000), "e-9")

    payment = charged.record_answer("pay-1", "capture-1", DONE, event="e-9").document

    assert (payment.captured, payment.requests[0].booked) == (6000, 4000)
    assert [hold.code for hold in payment.holds] == ["amount_differs"]


def test_the_same_event_about_another_amount_moves_nothing_and_asks_a_person(charged: Shop) -> None:
    charged.record_notice("pay-1", Notice.CAPTURED, eur(6000), "e-9")

    payment = charged.record_notice("pay-1", Notice.CAPTURED, eur(7000), "e-9").document

    assert payment.captured == 6000
    assert [(hold.code, hold.reason) for hold in payment.holds] == [
        ("amount_differs", "e-9 is captured of 70.00 EUR, and was of 60.00 EUR before")
    ]


def test_what_a_gateway_has_unsaid_does_not_come_twice_by_its_notice(charged: Shop) -> None:
    charged.ask_capture("pay-1")
    charged.record_answer("pay-1", "capture-1", DONE, event="e-9")
    charged.record_answer("pay-1", "capture-1", FAILED, event="e-10")

    payment = charged.record_notice("pay-1", Notice.CAPTURED, eur(10000), "e-9").document

    assert payment.captured == 10000
    assert [hold.code for hold in payment.holds] == ["answer_changed"]


def test_an_answer_that_brings_its_name_later_is_the_same_event(charged: Shop) -> None:
    charged.ask_capture("pay-1", eur(6000))
    charged.record_answer("pay-1", "capture-1", DONE)
    charged.record_answer("pay-1", "capture-1", DONE, event="e-9")

    payment = charged.record_notice("pay-1", Notice.CAPTURED, eur(6000), "e-9").document

    assert (payment.captured, payment.holds) == (6000, ())


# --- asking -----------------------------------------------------------------------------------


def test_what_is_asked_is_reserved_and_cannot_be_asked_twice(ready: Shop) -> None:
    ready.ask_capture("pay-1", eur(6000))

    assert ready.refuses(ask_capture.on("pay-1", eur(6000))) == (
        "payment pay-1: 60.00 EUR to ask capture, 40.00 can be asked for"
    )
    (refused,) = ready.why_not(ask_capture.on("pay-1", eur(6000)))
    assert [dict(one.args) for one in refused.remedies] == [{"amount": eur(4000)}]
    payment = ready.ask_capture("pay-1").document
    assert [one.amount for one in payment.requests] == [10000, 6000, 4000]
    assert payment.captured == 0


def test_a_request_that_failed_may_be_asked_again(ready: Shop) -> None:
    ready.ask_capture("pay-1")

    payment = ready.record_answer("pay-1", "capture-2", FAILED).document

    assert (payment.state, payment.captured) == (PaymentState.AUTHORISED, 0)
    assert ready.ask_capture("pay-1").document.requests[-1].amount == 10000


def test_a_payment_may_be_captured_in_one_go(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(5000), "wechat pay")
    shop.ask_capture("pay-1")

    payment = shop.record_answer("pay-1", "capture-1", DONE).document

    assert (payment.state, payment.unapplied) == (PaymentState.CAPTURED, 5000)


def test_a_payment_whose_only_capture_fails_has_failed(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(5000), "wechat pay")
    shop.ask_capture("pay-1", eur(5000))

    payment = shop.record_answer("pay-1", "capture-1", FAILED).document

    assert payment.state is PaymentState.FAILED


@pytest.mark.parametrize("deposit", (None, eur(2000)), ids=("whole", "deposit"))
def test_a_wallet_is_never_charged_a_part_whose_rest_nobody_could_ask_for(
    shop: Shop, deposit: Money | None
) -> None:
    shop.await_payment("pay-1", eur(5000), "alipay", deposit=deposit)
    whole = "50.00" if deposit is None else "20.00"

    (refused,) = shop.why_not(ask_capture.on("pay-1", eur(500)))

    assert (
        refused.sentence
        == f"payment pay-1: 5.00 EUR of {whole} asked for, and none is authorised: "
        "it is captured in one go"
    )
    (remedy,) = refused.remedies
    shop.apply(remedy)
    assert shop.payment("pay-1").requests[0].amount == (5000 if deposit is None else 2000)


def test_a_payment_is_captured_in_parts_and_its_rest_given_up(ready: Shop) -> None:
    part = captured(ready, 6000)
    assert (part.state, part.applied) == (PaymentState.PART_CAPTURED, 6000)

    ready.ask_void("pay-1", "one lamp less")
    after = ready.record_answer("pay-1", "void-3", DONE).document

    assert (after.state, books(after)) == (PaymentState.CAPTURED, (6000, 6000, 0, 0))


def test_the_rest_of_an_authorisation_runs_out(shop: Shop) -> None:
    until = shop.clock.at + timedelta(days=7)
    shop.await_payment("pay-1", eur(1000), expires_at=until)
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(400), "e-1")
    shop.clock.at = until

    (found,) = shop.due(until)
    shop.apply(found.call)

    assert shop.payment("pay-1").state is PaymentState.CAPTURED
    assert found.who == "seller"


def test_nothing_is_given_up_while_a_capture_is_unknown(ready: Shop) -> None:
    ready.ask_capture("pay-1", eur(6000))

    assert ready.refuses(ask_void.on("pay-1", "too late")) == (
        "payment pay-1: the gateway has not answered for capture-2 yet"
    )


def test_a_hold_stops_what_is_asked_and_not_what_is_answered(ready: Shop) -> None:
    ready.ask_capture("pay-1", eur(1000))
    ready.hold_payment("pay-1", "fraud", "an odd address", ("ask capture",))

    assert ready.codes(ask_capture.on("pay-1")) == ["on_hold"]
    assert ready.record_answer("pay-1", "capture-2", DONE).document.captured == 1000


# --- sending ----------------------------------------------------------------------------------


def test_a_request_is_sent_by_one_at_a_time(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    sent = ready.send_request("pay-1", "capture-2", 60).document
    assert sent.requests[1].tries == 1

    assert ready.refuses(send_request.on("pay-1", "capture-2")) == (
        "payment pay-1: capture-2 is under way until 2026-03-02T09:01:00+00:00"
    )
    (refused,) = ready.why_not(send_request.on("pay-1", "capture-2"))
    assert [one.at for one in refused.remedies] == [ready.clock.at + timedelta(seconds=60)]
    ready.clock.forward(seconds=60)
    assert ready.send_request("pay-1", "capture-2").document.requests[1].tries == 2


def test_what_is_answered_is_sent_no_more(ready: Shop) -> None:
    captured(ready)

    assert ready.refuses(send_request.on("pay-1", "capture-2")) == (
        "payment pay-1: capture-2 is answered for: done"
    )
    assert ready.codes(send_request.on("pay-1", "capture-9")) == ["no_such_request"]


@pytest.mark.feature("F183")
def test_what_a_gateway_has_not_answered_falls_due_until_it_does(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    (asked,) = ready.due(ready.clock.at)
    assert (asked.who, asked.call) == ("gateway", send_request.on("pay-1", "capture-2"))

    ready.apply(asked.call)
    assert ready.due(ready.clock.at) == []
    (again,) = ready.due(ready.clock.forward(seconds=60))
    assert again.call == asked.call
    ready.record_answer("pay-1", "capture-2", DONE)

    assert ready.due(ready.clock.forward(days=900)) == []


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.feature("F183")
def test_a_reply_and_its_webhook_are_one_event_whichever_comes_first(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    ready.send_request("pay-1", "capture-2")

    first = ready.record_answer("pay-1", "capture-2", DONE, event="e-1").document
    again = ready.record_answer("pay-1", "capture-2", DONE, event="e-1").document
    told = ready.record_notice("pay-1", Notice.CAPTURED, eur(10000), "e-1").document

    assert first.captured == again.captured == told.captured == 10000
    assert told.holds == ()


@pytest.mark.feature("F183")
def test_a_webhook_that_names_no_request_comes_before_the_reply(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    told = ready.record_notice("pay-1", Notice.CAPTURED, eur(10000), "e-1").document
    assert told.captured == 10000

    after = ready.record_answer("pay-1", "capture-2", DONE, event="e-1").document

    assert (after.captured, after.asked(RequestKind.CAPTURE)) == (10000, 0)
    assert after.requests[1].outcome is DONE


def test_a_request_may_stay_pending_for_long(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    ready.send_request("pay-1", "capture-2")

    waiting = ready.record_answer("pay-1", "capture-2", PENDING, event="e-1").document
    assert (waiting.captured, waiting.asked(RequestKind.CAPTURE)) == (0, 10000)
    done = ready.record_answer("pay-1", "capture-2", DONE, event="e-1").document
    late = ready.record_answer("pay-1", "capture-2", PENDING, event="e-1").document

    assert done.captured == late.captured == 10000
    assert late.requests[1].outcome is DONE


def test_another_amount_than_was_asked_is_recorded_and_asks_a_person(ready: Shop) -> None:
    ready.ask_capture("pay-1", eur(6000))

    payment = ready.record_answer("pay-1", "capture-2", DONE, eur(5900)).document

    assert (payment.captured, payment.state) == (5900, PaymentState.PART_CAPTURED)
    assert [hold.code for hold in payment.holds] == ["amount_differs"]


def test_a_gateway_that_changes_its_mind_is_recorded_and_asks_a_person(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    ready.record_answer("pay-1", "capture-2", FAILED)

    payment = ready.record_answer("pay-1", "capture-2", DONE).document

    assert (payment.captured, payment.state) == (10000, PaymentState.CAPTURED)
    assert [hold.code for hold in payment.holds] == ["answer_changed"]


def test_an_answer_to_what_was_never_asked_moves_nothing_and_asks_a_person(ready: Shop) -> None:
    payment = ready.record_answer("pay-1", "capture-9", DONE, eur(100)).document

    assert (payment.captured, payment.state) == (0, PaymentState.AUTHORISED)
    assert [hold.code for hold in payment.holds] == ["unknown_request"]


def test_an_authorisation_that_fails_ends_its_payment(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(500))
    shop.ask_authorise("pay-1")

    assert shop.record_answer("pay-1", "authorise-1", FAILED).document.state is (
        PaymentState.FAILED
    )


# --- money back -------------------------------------------------------------------------------


def test_a_refund_is_booked_when_it_is_asked_and_counted_until_it_is_answered(
    ready: Shop,
) -> None:
    captured(ready)
    ready.cancel("o-17", (("1", 4),))

    ready.ask_refund("o-17")

    payment = ready.payment("pay-1")
    assert (books(payment), payment.refunding) == ((10000, 6000, 0, 4000), 4000)
    assert ready.codes(ask_refund.on("o-17")) == ["nothing_owed"]
    after = ready.record_answer("pay-1", "refund-3", DONE).document
    assert (books(after), after.refunding) == ((10000, 6000, 0, 4000), 0)


def test_a_refund_that_fails_is_owed_again_and_asks_a_person(ready: Shop) -> None:
    captured(ready)
    ready.cancel("o-17")
    ready.ask_refund("o-17")
    assert ready.payment("pay-1").state is PaymentState.REFUNDED

    after = ready.record_answer("pay-1", "refund-3", FAILED).document

    assert (books(after), after.state) == ((10000, 10000, 0, 0), PaymentState.CAPTURED)
    assert [hold.code for hold in after.holds] == ["refund_failed"]
    ready.ask_refund("o-17")
    assert ready.payment("pay-1").refunding == 10000


def test_a_refund_that_bounces_after_it_was_done_is_owed_again(ready: Shop) -> None:
    captured(ready)
    ready.cancel("o-17", (("1", 4),))
    ready.ask_refund("o-17")
    ready.record_answer("pay-1", "refund-3", DONE)

    after = ready.record_answer("pay-1", "refund-3", FAILED).document

    assert (books(after), after.state) == ((10000, 10000, 0, 0), PaymentState.CAPTURED)
    assert [hold.code for hold in after.holds] == ["answer_changed", "refund_failed"]


def test_a_part_of_a_refund_that_a_gateway_keeps_is_owed_again(ready: Shop) -> None:
    captured(ready)
    ready.cancel("o-17")
    ready.ask_refund("o-17")

    after = ready.record_answer("pay-1", "refund-3", DONE, eur(9000)).document

    assert (books(after), after.state) == ((10000, 1000, 0, 9000), PaymentState.PART_REFUNDED)


@pytest.mark.parametrize("part", (3000, 10000))
def test_a_refund_that_had_failed_and_is_done_after_all_leaves_what_is_left(
    ready: Shop, part: int
) -> None:
    ready.ask_capture("pay-1")
    ready.record_answer("pay-1", "capture-2", DONE)
    ready.ask_pay_back("pay-1", eur(part))
    ready.record_answer("pay-1", "refund-3", FAILED)

    after = ready.record_answer("pay-1", "refund-3", DONE).document

    assert books(after) == (10000, 0, 10000 - part, part)
    assert after.state is (PaymentState.REFUNDED if part == 10000 else PaymentState.PART_REFUNDED)


def test_a_refund_of_an_order_that_is_done_after_all_is_owed_no_more(ready: Shop) -> None:
    captured(ready)
    ready.cancel("o-17", (("1", 4),))
    ready.ask_refund("o-17")
    ready.record_answer("pay-1", "refund-3", FAILED)
    assert due(ready.order("o-17")) == -4000

    after = ready.record_answer("pay-1", "refund-3", DONE).document

    assert (books(after), after.state) == ((10000, 6000, 0, 4000), PaymentState.PART_REFUNDED)
    assert due(ready.order("o-17")) == 0


def test_a_deposit_that_went_back_after_all_waits_for_no_balance(shop: Shop) -> None:
    shop.take_deposit("pay-1", eur(10000), eur(3000), (), "cash")
    shop.record_notice("pay-1", Notice.CAPTURED, eur(2000), "e-1")
    shop.pay_back("pay-1", eur(3000))
    shop.ask_pay_back("pay-1")
    shop.record_answer("pay-1", "refund-1", FAILED)
    shop.open_balance("pay-1", shop.clock.at + timedelta(days=3))

    after = shop.record_answer("pay-1", "refund-1", DONE).document

    assert (after.state, after.unapplied) == (PaymentState.REFUNDED, 0)
    assert shop.due(shop.clock.forward(days=4)) == []


def test_a_refund_that_fails_after_its_dispute_was_lost_is_owed_to_nobody(ready: Shop) -> None:
    captured(ready)
    ready.cancel("o-17")
    ready.ask_refund("o-17")
    ready.send_request("pay-1", "refund-3")
    ready.charge_back("pay-1", eur(10000))  # the bank gives what we had given already
    ready.settle_dispute("pay-1", won=False)

    after = ready.record_answer("pay-1", "refund-3", FAILED).document

    assert books(after) == (10000, 0, 0, 0)
    assert due(ready.order("o-17")) == 0
    assert [hold.reason for hold in after.holds if hold.code == "refund_failed"] == [
        "the gateway has not paid back 100.00 EUR of refund-3: the payer's bank has"
    ]


def test_what_goes_back_after_all_is_of_the_order_that_it_was_asked_for(shop: Shop) -> None:
    for name in ("o-17", "o-18"):
        shop.place(name, new_order((LAMP, 5)))
    meant = (("o-17", 5000), ("o-18", 5000))
    shop.await_payment("pay-1", eur(10000), "card", "c-7", None, meant)
    shop.record_notice("pay-1", Notice.CAPTURED, eur(10000), "e-1")
    for name in ("o-17", "o-18"):
        shop.cancel(name)
    shop.ask_refund("o-18")
    shop.record_answer("pay-1", "refund-1", FAILED)

    shop.record_answer("pay-1", "refund-1", DONE)

    assert [due(shop.order(name)) for name in ("o-17", "o-18")] == [-5000, 0]


def test_money_that_no_order_has_used_goes_back_by_the_gateway(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    ready.record_answer("pay-1", "capture-2", DONE)
    ready.ask_pay_back("pay-1", eur(2500))

    failed = ready.record_answer("pay-1", "refund-3", FAILED).document

    assert (books(failed), failed.state) == ((10000, 0, 10000, 0), PaymentState.CAPTURED)


def test_nothing_is_owed_back_of_money_that_is_not_known_to_have_come(ready: Shop) -> None:
    ready.ask_capture("pay-1")
    ready.send_request("pay-1", "capture-2")
    ready.cancel("o-17", (("1", 8),))

    assert ready.codes(ask_refund.on("o-17")) == ["nothing_owed"]


# --- what came by no gateway --------------------------------------------------------------------


@pytest.fixture
def mixed(shop: Shop) -> Shop:
    """An order of 100.00, of which 60.00 came by a gateway and 40.00 in cash, and all given up."""
    shop.place("o-17", new_order((LAMP, 10)))
    shop.pay("pay-2", eur(4000), (("o-17", 4000),), "cash")
    shop.await_payment("pay-1", eur(6000), "card", "c-7", None, (("o-17", 6000),))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(6000), "e-1")
    shop.cancel("o-17")
    return shop


@pytest.mark.feature("F181", "F183")
def test_a_gateway_is_asked_only_for_what_came_by_it_and_the_rest_is_owed_still(
    mixed: Shop,
) -> None:
    mixed.ask_refund("o-17")

    assert mixed.payment("pay-1").refunding == 6000
    assert (mixed.payment("pay-2").requests, mixed.payment("pay-2").refunded) == ((), 0)
    assert due(mixed.order("o-17")) == -4000
    mixed.refund("o-17")
    assert mixed.payment("pay-2").refunded == 4000


def test_no_gateway_pays_back_cash(mixed: Shop) -> None:
    assert mixed.refuses(ask_refund.on("o-17", payment="pay-2")) == (
        "payment pay-2: 40.00 EUR came by no gateway, so none can pay it back"
    )
    (refused,) = mixed.why_not(ask_refund.on("o-17", payment="pay-2"))
    assert [(one.verb, dict(one.args)) for one in refused.remedies] == [
        ("refund", {"amount": eur(4000), "payment": "pay-2"})
    ]


def test_a_named_amount_is_asked_of_gateways_as_a_whole_or_not_at_all(mixed: Shop) -> None:
    (refused,) = mixed.why_not(ask_refund.on("o-17", eur(7000)))

    assert (refused.code, dict(refused.facts)["amount"]) == ("not_by_gateway", 4000)
    assert ("ask_refund", {"amount": eur(3000)}) in [
        (one.verb, dict(one.args)) for one in refused.remedies
    ]
    assert mixed.ask_refund("o-17", eur(6000)).document.applied == 4000


def test_unapplied_cash_is_paid_back_by_hand(shop: Shop) -> None:
    shop.pay("pay-1", eur(5000), (), "bank transfer")

    (refused,) = shop.why_not(ask_pay_back.on("pay-1"))

    assert refused.code == "not_by_gateway"
    assert [(one.verb, dict(one.args)) for one in refused.remedies] == [
        ("pay_back", {"amount": eur(5000)})
    ]


def test_of_a_deposit_in_cash_a_gateway_pays_back_what_came_by_it_later(shop: Shop) -> None:
    shop.take_deposit("pay-1", eur(10000), eur(3000), (), "cash")
    shop.record_notice("pay-1", Notice.CAPTURED, eur(2000), "e-1")
    assert shop.codes(ask_pay_back.on("pay-1", eur(2001))) == ["not_by_gateway"]

    payment = shop.ask_pay_back("pay-1").document

    assert (payment.by_gateway, payment.refunding, payment.unapplied) == (2000, 2000, 3000)
    assert shop.codes(ask_pay_back.on("pay-1")) == ["not_by_gateway"]


def test_what_a_bank_has_taken_back_is_with_no_gateway_any_more(shop: Shop) -> None:
    shop.take_deposit("pay-1", eur(10000), eur(3000), (), "cash")
    shop.record_notice("pay-1", Notice.CAPTURED, eur(2000), "e-1")
    shop.charge_back("pay-1", eur(2000))

    assert shop.codes(ask_pay_back.on("pay-1")) == ["not_by_gateway"]
