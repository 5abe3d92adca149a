"""Nobody is waited for without end after a sale: `due` alone ends each waiting."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Call, Patience, Refused, Rules
from orderflow import verbs as v
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import Verdict
from orderflow.deadlines import Due
from orderflow.errors import BadInput
from orderflow.fulfilment import ScanStatus
from orderflow.patience import PATIENCE_MAX
from orderflow.pricing import due
from orderflow.records import Exchange, Reissue, Return
from orderflow.refunds import owed_back
from orderflow.states import EXCHANGE, REISSUE, RETURN, OrderState, ReplacementState, ReturnState
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, eur, line, new_order

R, X = ReturnState, ReplacementState
PATIENT: Final = Rules(locations=(LEITH, YORK), approve_returns=False, patience=Patience())


def sold(shop: Shop, rules: Rules = PATIENT) -> Shop:
    """Order o-17 of three lamps at ten euro, paid and with its customer."""
    shop = shop.under(rules)
    shop.stock(LAMP, "leith", 10)
    shop.stock(BELL, "leith", 10)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    return shop


def send(shop: Shop, order: str) -> None:
    shop.allocate(order)
    shop.ship(order, f"p-{order}")
    shop.deliver(f"p-{order}")


def waits(shop: Shop) -> list[Due]:
    """What is due now of returns, exchanges and reissues."""
    kinds = ("return", "exchange", "reissue")
    return [one for one in shop.due(shop.clock.at) if one.ref.kind in kinds]


def after(shop: Shop, days: float) -> tuple[str, str]:
    """Nobody acts for so many days, and not a moment before is anything due: who, and the call."""
    shop.clock.forward(days=days, microseconds=-1)
    assert not waits(shop)
    shop.clock.forward(microseconds=1)
    (one,) = waits(shop)
    shop.apply(one.call, key=one.key)
    return one.who, one.call.verb


# --- returns ----------------------------------------------------------------------------------


@pytest.mark.feature("F226", "F242")
def test_a_return_that_nobody_decides_is_agreed_to_and_one_that_is_not_sent_ends(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    assert shop.returned("r-1").until == shop.clock.at + timedelta(days=2)

    assert after(shop, 2) == ("seller", "approve_return")
    assert shop.returned("r-1").state is R.APPROVED
    assert after(shop, 7) == ("customer", "close_return")

    returned = shop.returned("r-1")
    assert (returned.state, returned.until, owed_back(shop.order("o-17"))) == (R.CANCELLED, None, 0)
    shop.assert_lawful()


def test_what_does_not_arrive_is_lost_and_then_its_return_ends(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.approve_return("r-1")
    shop.record_return_scan("r-1", ScanStatus.IN_TRANSIT)

    assert after(shop, 10) == ("carrier", "record_return_scan")
    assert shop.bag("o-17") == {"delivered": 1, "lost": 2}
    assert after(shop, 10) == ("customer", "close_return")

    assert shop.returned("r-1").state is R.SETTLED
    shop.cancel("o-17", (("1", 2),))
    assert owed_back(shop.order("o-17")) == 2000


def test_what_was_lost_and_is_found_is_waited_for_anew(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.approve_return("r-1")
    shop.record_return_scan("r-1", ScanStatus.LOST)
    shop.clock.forward(days=9)

    shop.record_return_scan("r-1", ScanStatus.IN_TRANSIT)

    assert shop.returned("r-1").until == shop.clock.at + timedelta(days=10)


def test_what_nobody_inspects_is_accepted(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.approve_return("r-1")
    shop.receive_return("r-1", "leith")

    assert after(shop, 2) == ("seller", "inspect")

    assert (shop.returned("r-1").state, owed_back(shop.order("o-17"))) == (R.SETTLED, 2000)


def test_the_rest_of_a_return_is_waited_for_from_the_inspection_of_what_came(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 3),))
    shop.approve_return("r-1")
    shop.receive_return("r-1", "leith", (("1", 1),))
    shop.clock.forward(days=1)
    shop.inspect("r-1")

    assert after(shop, 10) == ("customer", "close_return")

    assert shop.returned("r-1").state is R.SETTLED
    assert shop.bag("o-17") == {"delivered": 2, "returned": 1}


# --- exchanges --------------------------------------------------------------------------------


@pytest.mark.feature("F228")
def test_new_goods_that_went_out_in_advance_are_sold_when_the_old_ones_never_come(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop, attrs.evolve(PATIENT, replace_before_return=True))
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))
    shop.approve_exchange("e-1")
    shop.send_replacement("e-1", "o-18")
    shop.pay("pay-2", eur(due(shop.order("o-18"))), (("o-18", due(shop.order("o-18"))),))
    send(shop, "o-18")

    assert after(shop, 7) == ("customer", "close_return")
    assert after(shop, 23) == ("customer", "undo_exchange")

    exchange = shop.exchange("e-1")
    assert (exchange.state, exchange.until) == (X.UNDONE, None)
    assert [due(shop.order(one)) for one in ("o-17", "o-18")] == [0, 0]
    shop.assert_lawful()


def test_an_exchange_that_nobody_carries_on_is_agreed_to_and_called_off(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))
    shop.clock.forward(days=2)

    assert [one.call.verb for one in waits(shop)] == ["approve_exchange", "approve_return"]
    shop.apply(waits(shop)[0].call)
    assert not waits(shop), "the return was agreed to with it"
    assert after(shop, 7) == ("customer", "close_return")
    assert after(shop, 23) == ("seller", "cancel_exchange")

    assert shop.exchange("e-1").state is X.CANCELLED


@pytest.mark.parametrize(
    ("far", "verb"),
    (
        ("accepted", "cancel_exchange"),
        ("unpaid", "cancel_exchange"),
        ("called off", "cancel_exchange"),
        ("delivered", "settle_exchange"),
    ),
)
def test_an_exchange_whose_goods_came_ends_by_what_became_of_the_new_ones(
    shop: Shop, far: str, verb: str
) -> None:
    shop = sold(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))
    shop.approve_exchange("e-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    if far != "accepted":
        shop.send_replacement("e-1", "o-18")
    if far == "called off":
        shop.cancel("o-18")
    if far == "delivered":
        shop.pay("pay-2", eur(due(shop.order("o-18"))), (("o-18", due(shop.order("o-18"))),))
        send(shop, "o-18")

    assert after(shop, 30)[1] == verb

    assert shop.exchange("e-1").state in EXCHANGE.ends
    shop.assert_lawful()


@pytest.mark.feature("F226")
def test_who_has_not_paid_what_new_goods_cost_more_is_reminded_before_the_exchange_is_called_off(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop, attrs.evolve(PATIENT, remind_days=(3,)))
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))
    shop.approve_exchange("e-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.send_replacement("e-1", "o-18")

    ends = shop.clock.at + timedelta(days=30)
    (told,) = [
        one for one in shop.reminders(ends - timedelta(days=3)) if one.due.ref.kind == "exchange"
    ]
    assert after(shop, 30) == ("customer", "cancel_exchange")

    said = "what the new goods cost more was not paid in time: the exchange is called off"
    assert (told.due.means, told.due.since) == (said, ends)
    assert shop.order("o-18").state is OrderState.CANCELLED
    assert owed_back(shop.order("o-18")) == 1000
    shop.assert_lawful()


# --- reissues ---------------------------------------------------------------------------------


@pytest.mark.feature("F236")
def test_a_reissue_that_nobody_decides_goes_out_and_is_settled_when_it_has_arrived(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")

    assert after(shop, 2) == ("seller", "approve_reissue")
    assert shop.order("i-1/anew").state is OrderState.CONFIRMED
    assert not waits(shop), "nothing has left yet"
    send(shop, "i-1/anew")
    assert [one.call.verb for one in waits(shop)] == ["settle_reissue"]
    shop.apply(waits(shop)[0].call)

    assert shop.reissue("i-1").state is X.SETTLED


def test_a_reissue_whose_order_was_called_off_is_called_off(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")
    shop.approve_reissue("i-1", "o-18")
    shop.cancel("o-18")

    assert [one.call.verb for one in waits(shop)] == ["cancel_reissue"]


@pytest.mark.feature("F236")
def test_a_reissue_that_nobody_sends_is_called_off_and_its_goods_may_be_paid_back(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop)
    shop.report_missing("o-17", (("1", 1),))
    shop.ask_reissue("i-1", "o-17", (), "short in the box")
    shop.approve_reissue("i-1", "o-18")
    shop.allocate("o-18")

    assert after(shop, 14) == ("seller", "cancel_reissue")

    assert shop.reissue("i-1").state is X.CANCELLED
    shop.cancel("o-17", (("1", 1),))
    assert owed_back(shop.order("o-17")) == 1000
    shop.assert_lawful()


@pytest.mark.parametrize("kind", ("reissue", "exchange"))
def test_of_what_is_sent_anew_the_part_that_is_not_sent_or_is_lost_is_called_off(
    shop: Shop, kind: str
) -> None:
    shop = sold(shop)
    if kind == "reissue":
        shop.ask_reissue("i-1", "o-17", (("1", 3),), "faulty")
        shop.approve_reissue("i-1", "o-18")
    else:
        shop.ask_exchange("e-1", "o-17", "r-1", (("1", 3),), (line("1", LAMP, 3),))
        shop.approve_exchange("e-1")
        shop.receive_return("r-1", "leith")
        shop.inspect("r-1")
        shop.send_replacement("e-1", "o-18")
    shop.allocate("o-18")
    for i in (1, 2):
        shop.ship("o-18", f"p-{i}-anew", lines=(("1", 1),))
    shop.deliver("p-1-anew")

    assert after(shop, 14 if kind == "reissue" else 30) == ("seller", "cancel")
    assert shop.bag("o-18") == {"delivered": 1, "shipped": 1, "cancelled": 1}
    assert not waits(shop), "the other is on its way"
    shop.lose("p-2-anew")
    (one,) = waits(shop)
    shop.apply(one.call, key=one.key)
    assert shop.bag("o-18") == {"delivered": 1, "cancelled": 2}
    (one,) = waits(shop)
    assert shop.apply(one.call, key=one.key).document.ref.kind == kind

    assert owed_back(shop.order("o-18")) == (0 if kind == "reissue" else 2000)
    shop.assert_lawful()


@pytest.mark.parametrize("refused", (v.reject_return.on("r-1", "worn"), v.close_return.on("r-1")))
def test_an_exchange_whose_return_was_refused_or_ended_is_called_off(
    shop: Shop, refused: Call[Return]
) -> None:
    shop = sold(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))
    shop.apply(refused)

    assert after(shop, 2) == ("seller", "cancel_exchange")

    assert shop.exchange("e-1").state is X.CANCELLED


def test_new_goods_that_were_paid_and_never_sent_are_called_off_and_owed_back(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))
    shop.approve_exchange("e-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.send_replacement("e-1", "o-18")
    shop.pay("pay-2", eur(3550), (("o-18", 3550),))

    assert after(shop, 30) == ("seller", "cancel_exchange")

    assert owed_back(shop.order("o-18")) == 4550
    shop.assert_lawful()


# --- all of them ------------------------------------------------------------------------------


def test_a_limit_is_acted_upon_once_by_its_key(any_shop: Shop) -> None:
    shop = sold(any_shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.clock.forward(days=2)
    (one,) = waits(shop)

    first, again = (shop.apply(one.call, key=one.key) for _ in range(2))

    assert one.key == f"return r-1/asked/{one.since.isoformat()}"
    assert (first.repeated, again.repeated) == (False, True)


def test_without_patience_nothing_has_a_limit_and_what_waits_keeps_the_one_it_has(
    shop: Shop,
) -> None:
    plain = sold(shop, attrs.evolve(PATIENT, patience=None))
    plain.ask_return("r-1", "o-17", (("1", 1),))
    assert plain.returned("r-1").until is None
    patient = plain.under(PATIENT)
    patient.ask_return("r-2", "o-17", (("1", 1),))
    until = patient.returned("r-2").until

    plain.hold_return("r-2", "check", "odd")
    assert plain.returned("r-2").until == until
    plain.reject_return("r-2", "worn")

    assert plain.returned("r-2").until is None


def test_what_is_held_waits_for_a_person(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.hold_return("r-1", "check", "odd")
    shop.clock.forward(days=2)
    assert not waits(shop)

    shop.lift_return_hold("r-1", "check")

    assert [one.call.verb for one in waits(shop)] == ["approve_return"]


@pytest.mark.parametrize("days", (0, PATIENCE_MAX + 1, 2.5, True))
@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Patience)])
def test_a_patience_of_no_days_is_refused(name: str, days: Any) -> None:
    with pytest.raises(BadInput, match=name):
        Patience(**{name: days})


DEEDS: Final = (
    lambda i: v.ask_return.on(f"r-{i}", "o-17", (("1", 1),)),
    lambda i: v.approve_return.on(f"r-{i}"),
    lambda i: v.record_return_scan.on(f"r-{i}", ScanStatus.IN_TRANSIT),
    lambda i: v.record_return_scan.on(f"r-{i}", ScanStatus.LOST),
    lambda i: v.receive_return.on(f"r-{i}", "leith"),
    lambda i: v.inspect.on(f"r-{i}"),
    lambda i: v.inspect.on(f"r-{i}", (("1", 1, Verdict.REJECTED),)),
    lambda i: v.ask_exchange.on(f"e-{i}", "o-17", f"r-{i}", (("1", 1),), (line("1", LAMP, 1),)),
    lambda i: v.approve_exchange.on(f"e-{i}"),
    lambda i: v.send_replacement.on(f"e-{i}", f"o-e-{i}"),
    lambda i: v.pay.on(f"pay-{i}", eur(1000), ((f"o-e-{i}", 1000),)),
    lambda i: v.cancel.on(f"o-e-{i}"),
    lambda i: v.ask_reissue.on(f"i-{i}", "o-17", (("1", 1),), "faulty"),
    lambda i: v.approve_reissue.on(f"i-{i}", f"o-i-{i}"),
    lambda i: v.report_missing.on("o-17", (("1", 1),)),
    lambda i: v.reject_return.on(f"r-{i}", "worn"),
    lambda i: v.close_return.on(f"r-{i}"),
    lambda i: v.allocate.on(f"o-i-{i}"),
)


@given(
    st.lists(st.tuples(st.integers(0, len(DEEDS) - 1), st.integers(1, 3)), max_size=14),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_whatever_was_begun_ends_by_silence_alone(
    deeds: list[tuple[int, int]], first: bool
) -> None:
    shop = sold(Shop(MemoryStore()), attrs.evolve(PATIENT, replace_before_return=first))
    for what, i in deeds:
        with suppress(Refused):
            shop.apply(DEEDS[what](i))

    for _ in range(100):
        shop.clock.forward(days=1)
        for one in waits(shop):
            with suppress(Refused):  # another of them has done it
                shop.apply(one.call, key=one.key)
    for document in shop.documents():
        if isinstance(document, Return):
            assert document.state in RETURN.ends or document.holds
        elif isinstance(document, Exchange):
            assert document.state in EXCHANGE.ends or document.holds or is_out(shop, document)
        elif isinstance(document, Reissue):
            assert document.state in REISSUE.ends
    shop.assert_lawful()


def is_out(shop: Shop, exchange: Exchange) -> bool:
    """Whether its new goods are still to arrive: that is for their order."""
    return bool(exchange.anew) and shop.order(exchange.anew).state is OrderState.CONFIRMED


def test_every_order_that_silence_opens_is_of_its_own_name(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")
    shop.place("i-1/anew", new_order((BELL, 1)))
    shop.clock.forward(days=2)

    assert not waits(shop), "a person must name it"
