"""Labels by which customers send goods back: one for each return, and none that nobody uses."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations, product
from typing import Final

import attrs
import pytest

from orderflow import AddedServices, Patience, Workflow
from orderflow.adapters.carriers import (
    Asked,
    Fault,
    Once,
    ScriptedCarrier,
    book_open,
    hear,
    track_all,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.bookings import asked_by, key_of
from orderflow.calls import Ref
from orderflow.ports import Carrier
from orderflow.records import BookingState, Outcome, Return
from orderflow.states import ReturnState
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.verbs import (
    ask_return_label,
    cancel_return_label,
    record_return_scans,
    send_return_label,
)
from tests.builders import LAMP, MORNING, Shop, eur
from tests.test_bookings import Dying, Forgetful, Killed

POST: Final = "north post"
B = BookingState
T = TrackingStatus


def agreed(shop: Shop) -> None:
    """Two lamps of order o-17 are delivered, and both may come back as r-1."""
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.ask_return("r-1", "o-17")


def post(shop: Shop) -> ScriptedCarrier:
    return ScriptedCarrier(POST, shop.clock)


def work_off(shop: Shop, carrier: Carrier | Once, times: int = 4) -> None:
    for _ in range(times):
        book_open(shop, {POST: carrier}, shop.clock.at)
        shop.clock.forward(minutes=2)


def labelled(shop: Shop) -> ScriptedCarrier:
    """The same, with a label."""
    agreed(shop)
    carrier = post(shop)
    shop.ask_return_label("r-1", POST)
    work_off(shop, carrier, 1)
    return carrier


def state(shop: Shop, i: int = 1) -> BookingState:
    booking = shop.returned("r-1").booking(f"back-{i}")
    assert booking is not None
    return booking.state


def codes(shop: Shop) -> list[str]:
    return [hold.code for hold in shop.returned("r-1").holds]


def due_labels(shop: Shop) -> list[str]:
    due = shop.due(shop.clock.at)
    return [one.call.verb for one in due if one.ref.kind == "return"]


# --- the way of a label ---------------------------------------------------------------------------


def test_a_return_that_is_agreed_gets_a_label(any_shop: Shop) -> None:
    shop = any_shop
    agreed(shop)
    carrier = post(shop)

    shop.ask_return_label("r-1", POST, "parcel", AddedServices(insured=eur(2000)))
    assert due_labels(shop) == ["send_return_label"]
    (sent,) = book_open(shop, {POST: carrier}, shop.clock.at)

    (label,) = carrier.running
    returned = shop.returned("r-1")
    assert (sent.parcel, sent.outcome, label.parcel) == ("r-1", Outcome.DONE, "r-1")
    assert (returned.carrier, returned.tracking, state(shop)) == (POST, label.tracking, B.BOOKED)
    asked = asked_by(returned, key_of(returned.ref, "back-1"))
    assert asked is not None
    assert (asked.service, asked.added.insured) == ("parcel", eur(2000))
    assert due_labels(shop) == []


def test_a_return_and_a_parcel_of_one_name_have_no_key_in_common() -> None:
    assert key_of(Ref("", "parcel", "x-1"), "book-1") != key_of(Ref("", "return", "x-1"), "back-1")


def test_a_label_is_for_goods_that_are_agreed_to_come_and_were_not_posted(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(shop.rules, approve_returns=False))
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.ask_return("r-1", "o-17")
    assert shop.codes(ask_return_label.on("r-1", POST)) == ["not_to_be_sent"]
    shop.approve_return("r-1")
    assert shop.codes(send_return_label.on("r-1", "back-1")) == ["no_such_booking"]
    shop.ask_return_label("r-1", POST)
    assert shop.codes(ask_return_label.on("r-1", "courier")) == ["booking_open"]
    assert shop.codes(cancel_return_label.on("r-1", "back-1")) == ["booking_answered"]
    shop.send_return_label("r-1", "back-1")
    assert shop.codes(send_return_label.on("r-1", "back-1")) == ["booking_under_way"]
    shop.record_return_label("r-1", "back-1", Outcome.DONE, "NP-1")
    shop.receive_return("r-1", "leith")
    assert shop.codes(cancel_return_label.on("r-1", "back-1")) == ["not_to_be_sent"]
    assert shop.codes(ask_return_label.on("r-1", POST)) == ["booking_open", "not_to_be_sent"]
    (reason, _) = shop.why_not(ask_return_label.on("r-1", POST))
    assert str(reason) == "return r-1: back-1 is booked, and one label is enough"


def test_a_carrier_that_says_no_is_a_hold_until_another_is_asked(shop: Shop) -> None:
    agreed(shop)
    carrier = post(shop)
    carrier.fail(Asked.BOOK, Fault.REFUSED)
    shop.ask_return_label("r-1", POST)

    work_off(shop, carrier, 1)
    assert (state(shop), codes(shop), carrier.running) == (B.REFUSED, ["booking_refused"], ())
    shop.ask_return_label("r-1", POST)
    work_off(shop, carrier)

    assert (state(shop, 2), codes(shop), len(carrier.running)) == (B.BOOKED, [], 1)


def test_a_label_is_cancelled_and_another_asked_for(any_shop: Shop) -> None:
    shop = any_shop
    carrier = labelled(shop)

    shop.cancel_return_label("r-1", "back-1")
    shop.ask_return_label("r-1", POST)
    work_off(shop, carrier)

    assert (state(shop), state(shop, 2)) == (B.CANCELLED, B.BOOKED)
    assert [one.tracking for one in carrier.running] == [shop.returned("r-1").tracking]


def test_the_label_of_a_return_that_ends_without_having_been_posted_is_cancelled(
    any_shop: Shop,
) -> None:
    shop = any_shop
    carrier = labelled(shop)

    shop.close_return("r-1")
    assert due_labels(shop) == ["send_return_label"]
    work_off(shop, carrier)

    assert (state(shop), carrier.running, due_labels(shop)) == (B.CANCELLED, (), [])


def test_what_was_never_sent_is_withdrawn_with_its_return(shop: Shop) -> None:
    agreed(shop)
    shop.ask_return_label("r-1", POST)

    shop.close_return("r-1")

    assert (state(shop), due_labels(shop)) == (B.WITHDRAWN, [])


def test_the_label_of_goods_that_have_come_counts_as_used(shop: Shop) -> None:
    carrier = labelled(shop)

    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    work_off(shop, carrier)

    assert (state(shop), len(carrier.running)) == (B.BOOKED, 1)


def test_a_carrier_that_is_silent_for_good_keeps_no_return_from_ending(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(shop.rules, patience=Patience(send_days=3)))
    agreed(shop)
    shop.ask_return_label("r-1", POST)
    assert due_labels(shop) == ["send_return_label"]

    shop.clock.forward(days=3)

    assert due_labels(shop) == ["close_return"]


# --- what is lost, and who dies -------------------------------------------------------------------


@pytest.mark.parametrize("after", (False, True))
@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("ends", (False, True))
def test_whenever_the_process_dies_there_is_one_label_and_none_that_nobody_uses(
    any_shop: Shop, at: int, after: bool, ends: bool
) -> None:
    shop = any_shop
    agreed(shop)
    carrier = post(shop)
    dying = Workflow(Dying(shop.store, at, after), shop.rules, clock=shop.clock)  # type: ignore[arg-type] # a Store

    for step in ("ask", "end")[: 1 + ends]:
        for host in (dying, shop):  # who comes after asks again by the same key
            try:
                if step == "ask":
                    host.ask_return_label("r-1", POST, key="ask")
                else:
                    host.close_return("r-1", key="end")
                book_open(host, {POST: carrier}, shop.clock.at)
                break
            except Killed:
                shop.clock.forward(minutes=2)
    work_off(shop, carrier)

    running = [label.tracking for label in carrier.running]
    assert running == ([] if ends else [shop.returned("r-1").tracking])
    assert state(shop) in ((B.CANCELLED, B.WITHDRAWN) if ends else (B.BOOKED,))
    assert due_labels(shop) == []


@pytest.mark.parametrize(
    ("booking", "cancelling"), tuple(product((Fault.REPLY_LOST, Fault.TIMED_OUT, None), repeat=2))
)
def test_whatever_reply_is_lost_there_is_one_label_and_none_that_nobody_uses(
    any_shop: Shop, booking: Fault | None, cancelling: Fault | None
) -> None:
    shop = any_shop
    agreed(shop)
    carrier = post(shop)
    for asked, fault in ((Asked.BOOK, booking), (Asked.CANCEL, cancelling)):
        if fault is not None:
            carrier.fail(asked, fault, fault)

    shop.ask_return_label("r-1", POST)
    work_off(shop, carrier)
    assert [label.tracking for label in carrier.running] == [shop.returned("r-1").tracking]

    shop.close_return("r-1")
    work_off(shop, carrier)
    assert (carrier.running, state(shop), codes(shop)) == ((), B.CANCELLED, [])


def test_a_carrier_that_cannot_tell_is_never_booked_again_blindly(any_shop: Shop) -> None:
    shop = any_shop
    agreed(shop)
    carrier = Forgetful()
    carrier.lose_replies = 1
    shop.ask_return_label("r-1", POST)

    work_off(shop, Once(carrier))

    assert (len(carrier.booked), state(shop), codes(shop)) == (1, B.ASKED, ["booking_unknown"])
    assert due_labels(shop) == []
    shop.record_return_label("r-1", "back-1", Outcome.DONE, "NP-1")  # a person has asked
    assert (state(shop), codes(shop), shop.returned("r-1").tracking) == (B.BOOKED, [], "NP-1")


def test_an_answer_that_nobody_waits_for_asks_a_person(shop: Shop) -> None:
    labelled(shop)

    shop.record_return_label("r-1", "back-9", Outcome.DONE, "NP-9")

    assert codes(shop) == ["unexpected_answer"]


# --- scans ----------------------------------------------------------------------------------------


def scan(status: TrackingStatus, hour: int, incident: Incident | None = None) -> Scan:
    return Scan("NP-1", status, MORNING + timedelta(hours=hour), "Perth", incident)


POSTED: Final = scan(T.PICKED_UP, 1)
GONE: Final = scan(T.ON_HOLD, 2, Incident.CARRIER_PARCEL_LOST)
SEEN: Final = scan(T.IN_TRANSIT, 3)
TURNED: Final = scan(T.RETURN_TO_SENDER, 4)
HERE: Final = scan(T.DELIVERED, 5)


@pytest.mark.feature("F229")
def test_the_carrier_is_asked_where_goods_are_that_come_back(any_shop: Shop) -> None:
    shop = any_shop
    carrier = labelled(shop)
    number = shop.returned("r-1").tracking
    carrier.scan(number, T.IN_TRANSIT, times=3)

    assert track_all(shop, {POST: carrier}).returns == ("r-1",)
    assert track_all(shop, {POST: carrier}).returns == ()  # nothing new

    assert shop.returned("r-1").state is ReturnState.GOING_BACK
    assert shop.bag("o-17") == {"going back": 2}
    carrier.scan(number, T.DELIVERED)
    track_all(shop, {POST: carrier})
    assert shop.bag("o-17") == {"going back": 2}  # a scan is no receipt


@pytest.mark.feature("F229")
def test_a_message_by_the_number_of_a_label_reaches_its_return(shop: Shop) -> None:
    labelled(shop)
    number = shop.returned("r-1").tracking
    told = (attrs.evolve(POSTED, tracking=number), attrs.evolve(POSTED, tracking="NP-404"))

    heard = hear(shop, told, POST, key="evt-1")
    again = hear(shop, told, POST, key="evt-1")

    assert (heard.parcels, heard.returns, heard.unknown) == ((), ("r-1",), told[1:])
    assert again == heard
    assert shop.returned("r-1").scans == told[:1]


def test_of_several_returns_of_one_number_the_last_that_was_asked_for_is_meant(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    for i in (1, 2):
        shop.sell_and_deliver(f"o-{i}", f"p-{i}", (LAMP, 1))
        shop.ask_return(f"r-{i}", f"o-{i}")
        shop.ask_return_label(f"r-{i}", POST)
        shop.record_return_label(f"r-{i}", "back-1", Outcome.DONE, "NP-1")
        shop.clock.forward(hours=2)

    assert hear(shop, (POSTED,), POST).returns == ("r-1",)
    assert hear(shop, (SEEN,), POST).returns == ("r-2",)


def outcome(shop: Shop) -> tuple[object, ...]:
    returned = shop.returned("r-1")
    return returned.state, shop.bag("o-17"), returned.scans, returned.holds


HEAPS: Final = (
    (POSTED, SEEN, HERE),
    (POSTED, GONE),
    (POSTED, GONE, SEEN),
    (POSTED, TURNED),
    (POSTED, SEEN, TURNED, HERE),
    (GONE, TURNED),
)


@pytest.mark.parametrize("heap", HEAPS)
def test_any_shuffle_of_the_scans_of_a_return_ends_in_the_same_state(
    heap: tuple[Scan, ...],
) -> None:
    found = []
    for order in permutations(heap):
        shop = Shop(MemoryStore())
        agreed(shop)
        for one in (*order, *heap):  # and all of them once more
            shop.record_return_scans("r-1", (one,))
        shop.assert_lawful()
        found.append(outcome(shop))

    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(
    ("heap", "units", "holds"),
    (
        ((POSTED,), "going back", []),
        ((POSTED, GONE), "lost", []),
        ((POSTED, GONE, SEEN), "going back", []),
        ((POSTED, TURNED), "going back", ["return_turned"]),
        ((POSTED, HERE), "going back", []),
    ),
)
def test_goods_that_come_back_are_where_all_scans_say(
    shop: Shop, heap: tuple[Scan, ...], units: str, holds: list[str]
) -> None:
    agreed(shop)

    shop.record_return_scans("r-1", heap)

    assert shop.returned("r-1").state is ReturnState.GOING_BACK
    assert (shop.bag("o-17"), codes(shop)) == ({units: 2}, holds)


def test_a_turn_that_is_contradicted_by_an_earlier_delivery_is_no_turn(shop: Shop) -> None:
    agreed(shop)
    shop.record_return_scans("r-1", (TURNED,))
    assert codes(shop) == ["return_turned"]

    shop.record_return_scans("r-1", (scan(T.DELIVERED, 3),))

    assert codes(shop) == []


def test_scans_of_a_return_that_nobody_waits_for_ask_a_person(shop: Shop) -> None:
    agreed(shop)
    shop.close_return("r-1")

    shop.record_return_scans("r-1", (POSTED,))

    assert (codes(shop), shop.bag("o-17")) == (["unexpected_scan"], {"delivered": 2})


def test_an_announcement_moves_nothing(shop: Shop) -> None:
    agreed(shop)

    returned: Return = shop.record_return_scans("r-1", (scan(T.PENDING, 1),)).document

    assert (returned.state, len(returned.scans)) == (ReturnState.APPROVED, 1)
    assert shop.cannot_take(record_return_scans.on("r-1", POSTED)) == "scans"  # type: ignore[arg-type]
