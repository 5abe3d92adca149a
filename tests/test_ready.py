"""An authorised payment keeps its order from expiring: it is captured, or it runs out first."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import ChargeKind, NewCharge, Rules
from orderflow.audit.journal import JournalCheck
from orderflow.audit.money import MoneyCheck
from orderflow.orders import expire
from orderflow.payments import Notice
from orderflow.pricing import due
from orderflow.records import Outcome, Payment, Ready
from orderflow.rules import ReserveWhen
from orderflow.states import OrderState, PaymentState, UnitState
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, new_order

LIMIT = MORNING + timedelta(days=1)
RUNS_OUT = MORNING + timedelta(days=5)
IN_TIME = LIMIT - timedelta(seconds=1)


@pytest.fixture
def awaited(any_shop: Shop) -> Shop:
    """An order of 30.00 that is to be paid by tomorrow, and a card that is meant for it."""
    shop = any_shop.under(Rules(locations=(LEITH,), reserve_when=ReserveWhen.PLACED))
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 3), pay_by=LIMIT))
    shop.await_payment("pay-1", eur(3000), "card", "c-7", RUNS_OUT, (("o-17", 3000),))
    return shop


@pytest.fixture
def authorised(awaited: Shop) -> Shop:
    """Its payer has let his bank keep the money ready."""
    awaited.ask_authorise("pay-1")
    awaited.record_answer("pay-1", "authorise-1", Outcome.DONE)
    return awaited


def silence(shop: Shop) -> list[str]:
    """What is due by now is done, until nothing is; the verbs."""
    done: list[str] = []
    while found := shop.due(shop.clock.at):
        shop.apply(found[0].call)
        done.append(found[0].call.verb)
    return done


@pytest.mark.feature("F181")
def test_an_order_whose_payer_has_authorised_in_time_does_not_expire(authorised: Shop) -> None:
    shop = authorised
    shop.clock.at = LIMIT

    assert silence(shop) == []
    assert shop.codes(expire.on("o-17")) == ["money_ready"]
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-2", Outcome.DONE)

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert (shop.payment("pay-1").state, shop.order("o-17").ready) == ("captured", ())
    shop.assert_lawful()


@pytest.mark.feature("F181")
def test_an_order_expires_when_its_authorisation_has_run_out(authorised: Shop) -> None:
    shop = authorised
    assert shop.order("o-17").ready == (Ready("pay-1", 3000),)
    shop.clock.at = RUNS_OUT

    assert silence(shop) == ["expire_payment", "expire"]

    assert (shop.order("o-17").state, shop.order("o-17").ready) == (OrderState.EXPIRED, ())
    shop.assert_lawful()


@pytest.mark.parametrize("told", (Notice.VOIDED, None))
def test_an_order_expires_when_its_authorisation_is_given_up(
    authorised: Shop, told: Notice | None
) -> None:
    shop = authorised
    shop.clock.at = LIMIT
    if told is None:
        shop.ask_void("pay-1", "wanted no more")
        assert silence_of_order(shop) == []
        shop.record_answer("pay-1", "void-2", Outcome.DONE)
    else:
        shop.record_notice("pay-1", told, eur(3000))

    assert silence_of_order(shop) == ["expire"]
    shop.assert_lawful()


def silence_of_order(shop: Shop) -> list[str]:
    """What silence means for orders by now."""
    return [one.call.verb for one in shop.due(shop.clock.at) if one.ref.kind == "order"]


@pytest.mark.parametrize(("ready", "kept"), ((2999, False), (3000, True), (5000, True)))
def test_an_authorisation_keeps_its_order_when_it_covers_what_is_due(
    awaited: Shop, ready: int, *, kept: bool
) -> None:
    shop = awaited
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(ready))
    shop.clock.at = LIMIT

    assert (silence_of_order(shop) == []) is kept


def test_an_order_that_costs_more_than_is_ready_is_late(authorised: Shop) -> None:
    shop = authorised
    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 1))
    shop.clock.at = LIMIT

    assert silence_of_order(shop) == ["expire"]


def test_several_cards_keep_an_order_together(awaited: Shop) -> None:
    shop = awaited
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(2000))
    shop.await_payment("pay-2", eur(1000), "card", "c-8", RUNS_OUT, (("o-17", 1000),))
    shop.clock.at = LIMIT
    assert silence_of_order(shop) == ["expire"]

    shop.record_notice("pay-2", Notice.AUTHORISED, eur(1000), paid_at=IN_TIME)

    assert silence_of_order(shop) == []
    shop.record_notice("pay-2", Notice.VOIDED, eur(1000))
    assert silence_of_order(shop) == ["expire"]
    shop.assert_lawful()


def test_one_card_keeps_its_orders_one_after_the_other(any_shop: Shop) -> None:
    shop = any_shop
    for id in ("o-1", "o-2"):
        shop.place(id, new_order((LAMP, 1), pay_by=LIMIT))
    meant = (("o-1", 1000), ("o-2", 1000))
    shop.await_payment("pay-1", eur(2000), "card", "c-7", RUNS_OUT, meant)
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(1500))
    assert [shop.order(id).ready[0].amount for id in ("o-1", "o-2")] == [1000, 500]

    shop.ask_capture("pay-1", eur(1000))
    shop.record_answer("pay-1", "capture-1", Outcome.DONE)

    assert [shop.order(id).ready for id in ("o-1", "o-2")] == [(), (Ready("pay-1", 500),)]
    assert shop.order("o-1").state is OrderState.CONFIRMED
    shop.assert_lawful()


def test_money_that_is_ready_for_no_order_keeps_none(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), pay_by=LIMIT))
    shop.await_payment("pay-1", eur(1000), "card", "c-7", RUNS_OUT)
    shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000))
    shop.clock.at = LIMIT

    assert silence_of_order(shop) == ["expire"]


def test_a_deposit_that_is_ready_keeps_its_order(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 3), pay_by=LIMIT))
    meant = (("o-17", 900),)
    shop.await_payment("pay-1", eur(3000), "card", "c-7", RUNS_OUT, meant, eur(900))
    shop.ask_authorise("pay-1")
    shop.record_answer("pay-1", "authorise-1", Outcome.DONE)
    assert shop.order("o-17").ready == (Ready("pay-1", 900, deposit=True),)
    shop.clock.at = LIMIT

    assert silence_of_order(shop) == []
    shop.ask_capture("pay-1")
    shop.record_answer("pay-1", "capture-2", Outcome.DONE)
    assert (shop.payment("pay-1").state, due(shop.order("o-17"))) == ("deposit taken", 2100)
    assert shop.order("o-17").ready == ()
    shop.assert_lawful()


def test_whoever_has_authorised_is_not_reminded(awaited: Shop) -> None:
    shop = awaited.under(Rules(remind_days=(1,)))
    assert [one.due.ref.id for one in shop.reminders(MORNING)] == ["o-17"]

    shop.record_notice("pay-1", Notice.AUTHORISED, eur(3000))

    assert shop.reminders(MORNING) == []


# --- judged by the time of the payer --------------------------------------------------------------


def told_late(shop: Shop) -> Payment:
    """Its order has expired when a gateway tells that the payer had authorised in time."""
    shop.clock.at = LIMIT
    assert silence(shop) == ["expire"]
    return shop.record_notice(
        "pay-1", Notice.AUTHORISED, eur(3000), "e-1", paid_at=IN_TIME
    ).document


@pytest.mark.feature("F181")
def test_an_authorisation_in_time_that_is_told_of_late_lets_its_order_stand_again(
    awaited: Shop,
) -> None:
    shop = awaited

    payment = told_late(shop)

    order = shop.order("o-17")
    assert (payment.state, payment.authorised_at) == (PaymentState.AUTHORISED, IN_TIME)
    assert (order.state, order.lines[0].count(UnitState.RESERVED)) == (OrderState.PLACED, 3)
    assert silence(shop) == []
    shop.assert_lawful()


def test_an_answer_that_is_heard_late_does_so_too(awaited: Shop) -> None:
    shop = awaited
    shop.ask_authorise("pay-1")
    shop.clock.at = LIMIT
    shop.expire("o-17")

    shop.record_answer("pay-1", "authorise-1", Outcome.DONE, paid_at=IN_TIME)

    assert shop.order("o-17").state is OrderState.PLACED


@pytest.mark.parametrize("why", ("too late", "too little", "goods gone"))
def test_an_order_stays_expired_where_its_authorisation_does_not_serve(
    awaited: Shop, why: str
) -> None:
    shop = awaited
    shop.clock.at = LIMIT
    shop.expire("o-17")
    if why == "goods gone":
        shop.place("o-18", new_order((LAMP, 1)))
    amount, paid_at = 2999 if why == "too little" else 3000, LIMIT if why == "too late" else IN_TIME

    shop.record_notice("pay-1", Notice.AUTHORISED, eur(amount), "e-1", paid_at=paid_at)

    assert shop.order("o-17").state is OrderState.EXPIRED
    assert silence_of_order(shop) == []
    shop.assert_lawful()


@pytest.mark.feature("F181", "F183")
def test_what_is_captured_late_of_an_authorisation_in_time_pays_its_order(
    authorised: Shop,
) -> None:
    """The reply to the capture is lost, and heard of when the authorisation has run out."""
    shop = authorised
    shop.clock.at = RUNS_OUT - timedelta(hours=1)
    shop.ask_capture("pay-1")
    shop.send_request("pay-1", "capture-2")
    captured_at, shop.clock.at = shop.clock.at, RUNS_OUT
    assert silence_of_order(shop) == []
    shop.expire_payment("pay-1")
    shop.expire("o-17")

    shop.record_answer("pay-1", "capture-2", Outcome.DONE, paid_at=captured_at)

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.payment("pay-1").applied == 3000
    shop.assert_lawful()


def test_what_an_order_notes_as_ready_and_nobody_keeps_is_found(authorised: Shop) -> None:
    check = MoneyCheck(JournalCheck("", "", 0, 0))
    order = authorised.order("o-17")
    check.check_order(attrs.evolve(order, ready=(Ready("pay-1", 2000),)))
    check.check_payment(authorised.payment("pay-1"))

    assert check.law().breaches == ("order o-17, payment pay-1: 2000 noted as ready, 3000 kept",)
