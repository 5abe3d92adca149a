"""One label for each parcel and none that nobody uses, whatever is lost and whoever dies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count, product
from typing import Any, Final

import attrs
import pytest

from orderflow import AddedServices, BadInput, Workflow
from orderflow.adapters.carriers import (
    Asked,
    Fault,
    Heard,
    Once,
    ScriptedCarrier,
    book_open,
    track_all,
)
from orderflow.bookings import asked_by, key_of
from orderflow.calls import Ref
from orderflow.errors import CarrierFailed, OutcomeUnknown
from orderflow.journal import Change, Committed
from orderflow.ports import Carrier, Label, Quote
from orderflow.records import BookingState, Outcome, Parcel, Return
from orderflow.states import ParcelState, ReturnState
from orderflow.tracking import Scan, TrackingStatus
from orderflow.verbs import ask_booking, cancel_booking, record_booking, send_booking
from tests.builders import LAMP, MORNING, Shop, eur

POST: Final = "north post"
B = BookingState


class Killed(BaseException):
    """The process dies: nothing of ours may catch it."""


class Forgetful:
    """A carrier that books anew each time it is asked, and knows what it has booked for a key."""

    def __init__(self) -> None:
        self.booked: list[tuple[str, Label]] = []
        self.cancelled: set[Label] = set()
        self.lose_replies = 0

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        return ()

    def book(self, parcel: Parcel, key: str) -> Label:
        label = Label(POST, f"NP-{len(self.booked) + 1}", parcel.ref.id)
        self.booked.append((key, label))
        if self.lose_replies:
            self.lose_replies -= 1
            raise CarrierFailed(POST, "book", key, "reply lost")
        return label

    def book_return(self, returned: Return, key: str) -> Label:
        label = Label(POST, f"NP-{len(self.booked) + 1}", returned.ref.id)
        self.booked.append((key, label))
        if self.lose_replies:
            self.lose_replies -= 1
            raise CarrierFailed(POST, "book", key, "reply lost")
        return label

    def cancel(self, label: Label, key: str) -> None:
        self.cancelled.add(label)

    def track(self, number: str) -> Sequence[Scan]:
        return ()

    def look_up(self, key: str) -> Label | None:
        return next((label for known, label in self.booked if known == key), None)


def packed(shop: Shop) -> None:
    """Order o-17 of two lamps, packed as p-1."""
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")


def post(shop: Shop) -> ScriptedCarrier:
    return ScriptedCarrier(POST, shop.clock)


def work_off(shop: Shop, carrier: Carrier | Once, times: int = 4) -> None:
    """Send what is open, and once more when its patience is over, until nothing falls due."""
    for _ in range(times):
        book_open(shop, {POST: carrier}, shop.clock.at)
        shop.clock.forward(minutes=2)


def state(shop: Shop, i: int = 1) -> BookingState:
    booking = shop.parcel("p-1").booking(f"book-{i}")
    assert booking is not None
    return booking.state


def codes(shop: Shop) -> list[str]:
    return [hold.code for hold in shop.parcel("p-1").holds]


# --- the way of a label ---------------------------------------------------------------------------


@pytest.mark.feature("F204", "F209", "F211")
def test_a_label_is_asked_for_sent_and_on_the_parcel(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop)
    carrier = post(shop)

    shop.ask_booking("p-1", POST, "parcel")
    (due,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "parcel"]
    assert (due.who, due.call) == ("carrier", send_booking.on("p-1", "book-1"))
    (sent,) = book_open(shop, {POST: carrier}, shop.clock.at)

    assert sent.outcome is Outcome.DONE
    (label,) = carrier.running
    parcel = shop.parcel("p-1")
    assert (parcel.carrier, parcel.tracking) == (POST, label.tracking)
    assert (state(shop), book_open(shop, {POST: carrier}, shop.clock.at)) == (B.BOOKED, ())
    shop.hand_over("p-1")
    assert shop.parcel("p-1").tracking == label.tracking


def test_beside_a_label_no_other_is_asked_for(shop: Shop) -> None:
    packed(shop)
    shop.ask_booking("p-1", POST)
    assert shop.codes(ask_booking.on("p-1", "courier")) == ["booking_open"]
    work_off(shop, post(shop))
    assert shop.codes(ask_booking.on("p-1", "courier")) == ["booking_open"]
    shop.hand_over("p-1")
    assert shop.codes(ask_booking.on("p-1", POST)) == ["booking_open", "not_packed"]


def test_what_has_a_number_already_needs_no_label(shop: Shop) -> None:
    packed(shop)
    shop.add_waybills(POST, "NP-1", 5)
    shop.number_parcel("p-1", POST)

    assert shop.codes(ask_booking.on("p-1", POST)) == ["already_there"]


def test_a_carrier_that_says_no_is_a_hold_until_another_is_asked(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    carrier.fail(Asked.BOOK, Fault.REFUSED)
    shop.ask_booking("p-1", POST)

    work_off(shop, carrier, 1)
    assert (state(shop), codes(shop), carrier.running) == (B.REFUSED, ["booking_refused"], ())
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)

    assert (state(shop, 2), codes(shop), len(carrier.running)) == (B.BOOKED, [], 1)


@pytest.mark.feature("F217")
def test_a_label_with_a_wrong_address_is_cancelled_and_booked_anew(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)

    shop.cancel_booking("p-1", "book-1")
    assert (shop.parcel("p-1").tracking, state(shop)) == ("", B.CANCEL_ASKED)
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)

    assert (state(shop), state(shop, 2)) == (B.CANCELLED, B.BOOKED)
    assert [label.tracking for label in carrier.running] == [shop.parcel("p-1").tracking]


def test_what_was_never_sent_is_withdrawn_with_its_parcel(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    shop.ask_booking("p-1", POST)

    shop.cancel_parcel("p-1")
    work_off(shop, carrier)

    assert (state(shop), carrier.running) == (B.WITHDRAWN, ())


def test_a_label_that_no_parcel_uses_is_found_and_cancelled(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop)
    carrier = post(shop)
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)

    shop.cancel_parcel("p-1")
    assert state(shop) is B.CANCEL_ASKED
    work_off(shop, carrier)

    assert (state(shop), carrier.running) == (B.CANCELLED, ())


def test_the_label_of_a_parcel_that_goes_out_otherwise_is_cancelled(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)

    shop.hand_over("p-1", "courier", "CC-9")
    work_off(shop, carrier)

    assert (state(shop), carrier.running) == (B.CANCELLED, ())
    assert shop.parcel("p-1").tracking == "CC-9"


def test_an_answer_that_comes_when_its_parcel_is_unpacked_is_cancelled(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    carrier.fail(Asked.BOOK, Fault.REPLY_LOST)
    shop.ask_booking("p-1", POST)
    book_open(shop, {POST: carrier}, shop.clock.at)

    shop.cancel_parcel("p-1")
    shop.clock.forward(minutes=2)
    work_off(shop, carrier)

    assert (state(shop), carrier.running) == (B.CANCELLED, ())


def test_a_label_that_cannot_be_cancelled_is_a_hold(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    carrier.fail(Asked.CANCEL, Fault.REFUSED)
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)

    shop.cancel_parcel("p-1")
    work_off(shop, carrier)

    assert (state(shop), codes(shop)) == (B.NOT_CANCELLED, ["booking_refused"])


# --- answers --------------------------------------------------------------------------------------


def test_the_same_answer_twice_has_one_effect(shop: Shop) -> None:
    packed(shop)
    shop.ask_booking("p-1", POST)
    shop.send_booking("p-1", "book-1")
    shop.record_booking("p-1", "book-1", Outcome.DONE, "NP-1")
    before = shop.parcel("p-1")

    shop.record_booking("p-1", "book-1", Outcome.DONE, "NP-1")

    assert shop.parcel("p-1") == before


@pytest.mark.parametrize(("booking", "number"), (("book-1", "NP-2"), ("book-9", "NP-1")))
def test_an_answer_that_nobody_waits_for_asks_a_person(
    shop: Shop, booking: str, number: str
) -> None:
    packed(shop)
    shop.ask_booking("p-1", POST)
    shop.record_booking("p-1", "book-1", Outcome.DONE, "NP-1")

    shop.record_booking("p-1", booking, Outcome.DONE, number)

    assert (shop.parcel("p-1").tracking, codes(shop)) == ("NP-1", ["unexpected_answer"])


def test_what_is_asked_wrongly_is_refused(shop: Shop) -> None:
    packed(shop)
    assert shop.codes(send_booking.on("p-1", "book-1")) == ["no_such_booking"]
    assert shop.codes(cancel_booking.on("p-1", "book-1")) == ["no_such_booking"]
    shop.ask_booking("p-1", POST)
    assert shop.codes(cancel_booking.on("p-1", "book-1")) == ["booking_answered"]
    assert shop.cannot_take(record_booking.on("p-1", "book-1", Outcome.DONE)) == "tracking"
    shop.send_booking("p-1", "book-1")
    assert shop.codes(send_booking.on("p-1", "book-1")) == ["booking_under_way"]
    shop.record_booking("p-1", "book-1", Outcome.DONE, "NP-1")
    assert shop.codes(send_booking.on("p-1", "book-1")) == ["booking_answered"]
    shop.hand_over("p-1")
    assert shop.codes(cancel_booking.on("p-1", "book-1")) == ["not_packed"]


def test_keys_of_two_bookings_are_never_the_same() -> None:
    keys = {
        key_of(Ref(tenant, "parcel", parcel), booking)
        for tenant, parcel, booking in product(("", "a", "a/b"), ("p", "b/p", "%2F"), ("1", "2"))
    }

    assert len(keys) == 18


# --- what is lost, and who dies -------------------------------------------------------------------


@attrs.define
class Dying:
    """A store that dies, or whose answer is lost, at the n-th commit."""

    store: object
    at: int
    after: bool
    _count: count[int] = attrs.field(factory=lambda: count(1))

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def commit(self, change: Change) -> Committed:
        dies = next(self._count) == self.at
        if dies and not self.after:
            raise Killed
        committed: Committed = self.store.commit(change)  # type: ignore[attr-defined] # a Store
        if dies:
            raise Killed
        return committed


STEPS: Final[tuple[Callable[[Workflow], object], ...]] = (
    lambda shop: shop.ask_booking("p-1", POST, key="ask"),
    lambda shop: shop.cancel_parcel("p-1", key="unpack"),
)


@pytest.mark.parametrize("after", (False, True))
@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("cancels", (False, True))
def test_whenever_the_process_dies_there_is_one_label_and_none_that_nobody_uses(
    any_shop: Shop, at: int, after: bool, cancels: bool
) -> None:
    shop = any_shop
    packed(shop)
    carrier = post(shop)
    dying = Workflow(Dying(shop.store, at, after), shop.rules, clock=shop.clock)  # type: ignore[arg-type] # a Store

    for step in STEPS[: 1 + cancels]:
        for host in (dying, shop):  # who comes after asks again by the same key
            try:
                step(host)
                book_open(host, {POST: carrier}, shop.clock.at)
                break
            except Killed:
                shop.clock.forward(minutes=2)
    work_off(shop, carrier)

    running = [label.tracking for label in carrier.running]
    assert running == ([] if cancels else [shop.parcel("p-1").tracking])
    assert state(shop) in ((B.CANCELLED, B.WITHDRAWN) if cancels else (B.BOOKED,))
    assert not [one for one in shop.due(shop.clock.at) if one.ref.kind == "parcel"]


@pytest.mark.parametrize(
    ("booking", "cancelling"), tuple(product((Fault.REPLY_LOST, Fault.TIMED_OUT, None), repeat=2))
)
def test_whatever_reply_is_lost_there_is_one_label_and_none_that_nobody_uses(
    any_shop: Shop, booking: Fault | None, cancelling: Fault | None
) -> None:
    shop = any_shop
    packed(shop)
    carrier = post(shop)
    for asked, fault in ((Asked.BOOK, booking), (Asked.CANCEL, cancelling)):
        if fault is not None:
            carrier.fail(asked, fault, fault)

    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)
    assert [label.tracking for label in carrier.running] == [shop.parcel("p-1").tracking]

    shop.cancel_parcel("p-1")
    work_off(shop, carrier)
    assert (carrier.running, state(shop), codes(shop)) == ((), B.CANCELLED, [])


def test_a_carrier_that_forgets_keys_is_asked_what_it_has_booked(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop)
    carrier = Forgetful()
    carrier.lose_replies = 1
    shop.ask_booking("p-1", POST)

    work_off(shop, Once(carrier, carrier.look_up))

    assert len(carrier.booked) == 1
    assert (state(shop), shop.parcel("p-1").tracking) == (B.BOOKED, "NP-1")


def test_a_carrier_that_cannot_tell_is_never_booked_again_blindly(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop)
    carrier = Forgetful()
    carrier.lose_replies = 1
    shop.ask_booking("p-1", POST)

    work_off(shop, Once(carrier))

    assert (len(carrier.booked), state(shop), codes(shop)) == (1, B.ASKED, ["booking_unknown"])
    assert not [one for one in shop.due(shop.clock.at) if one.ref.kind == "parcel"]
    shop.record_booking(
        "p-1", "book-1", Outcome.DONE, "NP-1"
    )  # a person has asked on the telephone
    assert (state(shop), codes(shop), shop.parcel("p-1").tracking) == (B.BOOKED, [], "NP-1")


def test_a_store_that_does_not_know_whether_it_has_committed_is_asked_again(shop: Shop) -> None:
    packed(shop)
    carrier = post(shop)
    shop.ask_booking("p-1", POST)

    class Unsure:
        def __getattr__(self, name: str) -> object:
            return getattr(shop.store, name)

        def commit(self, change: Change) -> Committed:
            shop.store.commit(change)
            raise OutcomeUnknown(change.key)

    unsure = Workflow(Unsure(), shop.rules, clock=shop.clock)  # type: ignore[arg-type] # a Store
    assert book_open(unsure, {POST: carrier}, shop.clock.at) == ()
    shop.clock.forward(minutes=2)
    work_off(shop, carrier)

    assert (len(carrier.running), state(shop)) == (1, B.BOOKED)


# --- scans ----------------------------------------------------------------------------------------


@pytest.mark.feature("F212", "F214")
def test_carriers_are_asked_for_the_scans_of_what_is_on_its_road(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop)
    carrier = post(shop)
    shop.ask_booking("p-1", POST)
    work_off(shop, carrier)
    shop.hand_over("p-1")
    number = shop.parcel("p-1").tracking
    carrier.scan(number, TrackingStatus.IN_TRANSIT, times=3)
    carrier.fail(Asked.TRACK, Fault.TIMED_OUT)

    assert track_all(shop, {POST: carrier}).parcels == ()
    assert track_all(shop, {POST: carrier}).parcels == ("p-1",)
    assert track_all(shop, {POST: carrier}).parcels == ()  # nothing new
    carrier.scan(number, TrackingStatus.DELIVERED)
    track_all(shop, {POST: carrier})

    assert shop.parcel("p-1").state is ParcelState.DELIVERED
    assert track_all(shop, {}).parcels == ()
    assert shop.clock.at > MORNING + timedelta(minutes=1)


# --- what is done besides carrying ----------------------------------------------------------------


def test_what_is_done_besides_carrying_stands_in_the_booking(any_shop: Shop) -> None:
    packed(any_shop)
    added = AddedServices(eur(9950), eur(4005), signature=True)

    parcel = any_shop.ask_booking("p-1", POST, "express", added).document

    asked = asked_by(parcel, key_of(parcel.ref, "book-1"))
    assert asked is not None
    assert (asked.service, asked.added) == ("express", added)
    assert asked_by(parcel, "another") is None


@pytest.mark.parametrize(
    "wrong",
    ({"insured": 5}, {"insured": eur(0)}, {"collect": eur(-1)}, {"signature": "yes"}),
)
def test_what_cannot_be_done_besides_is_bad_input(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        AddedServices(**wrong)


@pytest.mark.parametrize("after", (False, True))
@pytest.mark.parametrize("at", range(1, 4))
def test_whenever_the_process_dies_while_it_asks_for_scans_nothing_is_lost_or_told_twice(
    any_shop: Shop, at: int, after: bool
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    carrier = post(shop)
    for i in (1, 2):
        shop.sell(f"o-{i}", (LAMP, 1))
        shop.allocate(f"o-{i}")
        shop.pack_up(f"o-{i}", f"p-{i}")
        shop.hand_over(f"p-{i}", POST, f"NP-{i}")
    shop.deliver("p-2")
    shop.ask_return("r-1", "o-2")
    shop.ask_return_label("r-1", POST)
    shop.record_return_label("r-1", "back-1", Outcome.DONE, "NP-3")
    for number, word in (("NP-1", TrackingStatus.DELIVERED), ("NP-3", TrackingStatus.IN_TRANSIT)):
        carrier.scan(number, TrackingStatus.PICKED_UP)
        carrier.scan(number, word)
    dying = Workflow(Dying(shop.store, at, after), shop.rules, clock=shop.clock)  # type: ignore[arg-type] # a Store

    with suppress(Killed):
        track_all(dying, {POST: carrier})
    track_all(shop, {POST: carrier})

    assert shop.parcel("p-1").state is ParcelState.DELIVERED
    assert (len(shop.parcel("p-1").scans), len(shop.returned("r-1").scans)) == (2, 2)
    assert shop.returned("r-1").state is ReturnState.GOING_BACK
    assert track_all(shop, {POST: carrier}) == Heard((), ())


@pytest.mark.parametrize("fault", (Fault.REPLY_LOST, Fault.TIMED_OUT))
def test_a_reply_about_scans_that_is_lost_is_asked_for_again(any_shop: Shop, fault: Fault) -> None:
    shop = any_shop
    packed(shop)
    shop.hand_over("p-1", POST, "NP-1")
    carrier = post(shop)
    carrier.scan("NP-1", TrackingStatus.DELIVERED)
    carrier.fail(Asked.TRACK, fault)

    assert track_all(shop, {POST: carrier}).parcels == ()
    assert track_all(shop, {POST: carrier}).parcels == ("p-1",)
    assert shop.parcel("p-1").state is ParcelState.DELIVERED
