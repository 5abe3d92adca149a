"""What a carrier is asked for: a label, and to take it back; the wire is between two commands.

The verbs are those of parcels; `return_labels` has those of returns, whose labels go the same way.

It knows bookings and what has come of them, and refuses to know the wire, labels and prices.

Problem: whoever books inside a command does not know what was booked when the reply is lost, and
whoever books before one has no record when the process dies. Both book again, and pay two labels
for one parcel.
Decision: one command *asks* and writes the booking down. Somebody outside any command sends what is
open, always with the same key, which is made of the parcel and the booking. A second command
*records the answer*. A label that no parcel uses any more, since it was unpacked or went out
otherwise, is asked to be cancelled in the same commit that made it so; what was never sent is
withdrawn. So every label is used, cancelled, or on its way to be, and `due` lists the rest.
Where a carrier neither knows our keys nor can tell what he has booked, a lost reply is a question
for a person: the hold *booking_unknown*. It is never booked again blindly.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeAlias

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import BOOKING, NUMBERED
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import (
    AddedServices,
    Booking,
    BookingState,
    Document,
    Outcome,
    Parcel,
    Return,
)
from orderflow.states import ParcelState, ReturnState
from orderflow.values import later, text, whole

PATIENCE_SECONDS: Final = 60
"""How long whoever has sent a booking is left alone with it, unless said otherwise."""

SECONDS_MAX: Final = 86_400

UNKNOWN: Final = "booking_unknown"
"""The hold of a parcel of which nobody can know whether a label is booked, until a person says."""

REFUSED: Final = "booking_refused"
"""The hold of a parcel whose carrier has said no, until another booking is asked for."""

_OPEN: Final = (BookingState.ASKED, BookingState.CANCEL_ASKED)
"""The states of a booking in which its carrier is to be asked."""

_TAKEN: Final = (BookingState.ASKED, BookingState.BOOKED)
"""The states of a booking beside which no other label is asked for."""


@verb("ask_booking", Parcel)
def ask_booking(
    case: Case,
    context: Context,
    carrier: str,
    service: str = "",
    added: AddedServices | None = None,
) -> Step:
    """Ask a carrier for a label of a packed parcel that has no waybill number yet.

    `added` is what he is to do besides: insure a value, take cash at the door, have it signed for.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    refusals: tuple[Refusal, ...] = ()
    if parcel.state is not ParcelState.PACKED:
        refusals = (Refusal.of("not_packed", parcel=parcel.ref.id, state=parcel.state),)
    ask_label(step, parcel, carrier, service, added, refusals)
    return step


@verb("send_booking", Parcel)
def send_booking(
    case: Case, context: Context, booking: str, patience_seconds: int = PATIENCE_SECONDS
) -> Step:
    """Write down that a booking, or its cancelling, goes over the wire now: made before it does.

    From then on nobody knows what came of it until an answer is recorded. For so long nobody else
    sends it.
    """
    step = Step(case, context)
    send_label(step, step.now(case.own(Parcel)), booking, patience_seconds)
    return step


@verb("record_booking", Parcel)
def record_booking(
    case: Case,
    context: Context,
    booking: str,
    outcome: Outcome,
    tracking: str = "",
    reference: str = "",
) -> Step:
    """Record what a carrier has answered to a booking or to its cancelling, in any state.

    Done is a label with its number, or one that is cancelled; pending says that nobody can know,
    and a person is asked. A label that comes for a parcel that needs none is cancelled. `reference`
    is the carrier's own name for the shipment, where he has one beside the number.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    record_label(step, parcel, booking, outcome, tracking, reference)
    return step


@verb("cancel_booking", Parcel)
def cancel_booking(case: Case, context: Context, booking: str) -> Step:
    """Ask a carrier to take a booked label back that its packed parcel is not to go with."""
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    one = booked(parcel, booking)
    if one.state is not BookingState.BOOKED:
        raise MoveRefused((_answered_already(parcel, one),))
    if parcel.state is not ParcelState.PACKED:
        refusal = Refusal.of("not_packed", parcel=parcel.ref.id, state=parcel.state)
        raise MoveRefused((refusal,))
    forget_number(step, parcel)
    return step


# --- labels of parcels and of returns -------------------------------------------------------------

Labelled: TypeAlias = Parcel | Return
"""What goes by a label of a carrier's: a parcel to its customer, or a return of his."""


def ask_label(
    step: Step,
    document: Labelled,
    carrier: str,
    service: str,
    added: AddedServices | None,
    refusals: tuple[Refusal, ...],
) -> None:
    """Write down that a carrier is asked for a label, unless one is there or `refusals` are."""
    text(carrier, "carrier")
    text(service, "service", empty=True)
    if added is not None and not isinstance(added, AddedServices):
        raise BadInput("added", "AddedServices are wanted")
    against = [
        Refusal.of("booking_open", what=str(document.ref), booking=one.id, state=one.state)
        for one in document.bookings
        if one.state in _TAKEN
    ]
    against += refusals
    if document.tracking and not against:
        against.append(Refusal.of("already_there", kind="waybill", id=document.tracking))
    if against:
        raise MoveRefused(tuple(against))
    step.lift_if_there(document.ref, REFUSED)
    id = f"{_NAMES[document.ref.kind]}-{len(document.bookings) + 1}"
    asked = Booking(id, carrier, step.context.at, service, added=added or AddedServices())
    _write(step, document.ref, asked)


_NAMES: Final = {"parcel": "book", "return": "back"}
"""How bookings begin: a parcel and a return of one name have no key in common."""


def send_label(step: Step, document: Labelled, booking: str, patience_seconds: int) -> None:
    """Write down that a booking goes over the wire now, and for how long nobody else sends it."""
    seconds = whole(patience_seconds, "patience_seconds", most=SECONDS_MAX)
    one = booked(document, booking)
    if one.state not in _OPEN:
        raise MoveRefused((_answered_already(document, one),))
    at = step.context.at
    if one.busy_until is not None and one.busy_until > at:
        named = {"what": str(document.ref), "booking": booking}
        until = one.busy_until.isoformat()
        raise MoveRefused((Refusal.of("booking_under_way", **named, until=until),))
    until_at = later(at, timedelta(seconds=seconds))
    _write(step, document.ref, attrs.evolve(one, tries=one.tries + 1, busy_until=until_at))


def record_label(
    step: Step,
    document: Labelled,
    booking: str,
    outcome: Outcome,
    tracking: str,
    reference: str,
) -> None:
    """Write down what a carrier has answered, whatever has become of what the label is for."""
    if type(outcome) is not Outcome:
        raise BadInput("outcome", f"one of {', '.join(Outcome)} is wanted")
    number = text(tracking, "tracking", empty=True)
    named = text(reference, "reference", empty=True)
    one = document.booking(text(booking, "booking"))
    fits = one is not None and one.state in _OPEN
    wants_number = fits and one is not None and one.state is BookingState.ASKED
    if wants_number and outcome is Outcome.DONE and not number:
        raise BadInput("tracking", "the number of the label is wanted")
    if one is None or not fits:
        _keep(step, document.ref, one, booking, outcome, number)
        return
    if outcome is Outcome.PENDING:
        reason = f"nobody knows what came of {one.id} at {one.carrier}"
        step.hold(document.ref, UNKNOWN, reason, ())
        return
    step.lift_if_there(document.ref, UNKNOWN)
    _write(step, document.ref, _answered(one, outcome, number, named))
    if one.state is BookingState.ASKED and outcome is Outcome.DONE:
        if wants_label(document):
            step.note(document.ref, NUMBERED, carrier=one.carrier, tracking=number)
    elif outcome is Outcome.FAILED:
        what = "book" if one.state is BookingState.ASKED else "cancel"
        step.hold(document.ref, REFUSED, f"{one.carrier} does not {what} {one.id}", ())


def forget_number(step: Step, document: Labelled) -> None:
    """Let a document go by another number: `drop_unused` asks for its label to be cancelled."""
    step.note(document.ref, NUMBERED, carrier="", tracking="")


def booked(document: Labelled, booking: str) -> Booking:
    """A booking by its name; refused where there is none."""
    one = document.booking(text(booking, "booking"))
    if one is None:
        refusal = Refusal.of("no_such_booking", what=str(document.ref), booking=booking)
        raise MoveRefused((refusal,))
    return one


def wants_label(document: Labelled) -> bool:
    """Whether a document waits for a label: it was not sent, and has no number."""
    waits = document.state in (ParcelState.PACKED, ReturnState.APPROVED)
    return waits and not document.tracking


def _answered_already(document: Labelled, one: Booking) -> Refusal:
    named = {"what": str(document.ref), "booking": one.id}
    return Refusal.of("booking_answered", **named, state=one.state)


def key_of(ref: Ref[Parcel] | Ref[Return], booking: str) -> str:
    """The key by which a carrier knows a booking: the same however often it is sent.

    >>> key_of(Ref("north", "parcel", "p/1"), "book-2")
    'north/p%2F1/book-2'
    """
    parts = (ref.tenant, ref.id, booking)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def asked_by(document: Labelled, key: str) -> Booking | None:
    """What the carrier of a parcel, or of a return, is asked for by a key."""
    ref, bookings = document.ref, document.bookings
    return next((one for one in bookings if key_of(ref, one.id) == key), None)


def waiting(document: Labelled) -> tuple[tuple[datetime, Booking], ...]:
    """The bookings of a document that are to be sent, each with since when; none while one is asked
    of a person.
    """
    if any(hold.code == UNKNOWN for hold in document.holds):
        return ()
    found = [(one.busy_until or one.at, one) for one in document.bookings if one.state in _OPEN]
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].id)))


def drop_unused(step: Step) -> None:
    """Give up each label that nothing which was touched goes by any more."""
    for document in tuple(step.after.values()):
        if isinstance(document, Labelled):
            for one in document.bookings:
                if not _is_used(document, one):
                    _drop(step, document.ref, one)


_GONE: Final = (ParcelState.CANCELLED, ReturnState.REJECTED, ReturnState.CANCELLED)
"""Where a parcel or a return has ended without having been sent."""


def _is_used(document: Labelled, one: Booking) -> bool:
    if one.state is BookingState.ASKED:
        return wants_label(document)
    gone = document.state in _GONE
    return one.state is not BookingState.BOOKED or (not gone and document.tracking == one.tracking)


def _drop(step: Step, ref: Ref[Document], one: Booking) -> None:
    """What was never sent is withdrawn; of what was sent the answer comes first."""
    if one.state is BookingState.BOOKED:
        asked = attrs.evolve(one, state=BookingState.CANCEL_ASKED, at=step.context.at, tries=0)
        _write(step, ref, asked)
    elif not one.tries:
        _write(step, ref, attrs.evolve(one, state=BookingState.WITHDRAWN))


def _answered(one: Booking, outcome: Outcome, number: str, named: str) -> Booking:
    if outcome is Outcome.FAILED:
        asked = one.state is BookingState.ASKED
        state = BookingState.REFUSED if asked else BookingState.NOT_CANCELLED
        return attrs.evolve(one, state=state, busy_until=None)
    if one.state is BookingState.CANCEL_ASKED:
        return attrs.evolve(one, state=BookingState.CANCELLED, busy_until=None)
    booked = BookingState.BOOKED
    return attrs.evolve(one, state=booked, tracking=number, reference=named, busy_until=None)


def _keep(
    step: Step,
    ref: Ref[Document],
    one: Booking | None,
    booking: str,
    outcome: Outcome,
    number: str,
) -> None:
    """Write down an answer that was there before, or that nobody has asked for: that is a hold."""
    known = one is not None and outcome is not Outcome.PENDING and number in ("", one.tracking)
    step.note(ref, "booking answer", booking=booking, outcome=outcome.value, tracking=number)
    if not known:
        reason = f"{outcome.value} was said of {booking}, of which nothing was to be heard"
        step.hold(ref, "unexpected_answer", reason, ())


def _write(step: Step, ref: Ref[Document], one: Booking) -> None:
    step.note(
        ref,
        BOOKING,
        booking=one.id,
        carrier=one.carrier,
        service=one.service,
        state=one.state.value,
        at=one.at.isoformat(),
        tries=one.tries,
        until="" if one.busy_until is None else one.busy_until.isoformat(),
        tracking=one.tracking,
        **_besides(one),
    )


def _besides(one: Booking) -> dict[str, str | int]:
    """What a booking says beyond what every one says."""
    said: dict[str, str | int] = {}
    for name, money in (("insured", one.added.insured), ("collect", one.added.collect)):
        if money is not None:
            said |= {name: money.minor, f"{name}_currency": money.currency}
    if one.added.signature:
        said["signature"] = 1
    if one.reference:
        said["reference"] = one.reference
    return said
