"""What a carrier is asked for: a label, and to take it back; the wire is between two commands.

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
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import BOOKING, NUMBERED
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import AddedServices, Booking, BookingState, Outcome, Parcel
from orderflow.states import ParcelState
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
    text(carrier, "carrier")
    text(service, "service", empty=True)
    if added is not None and not isinstance(added, AddedServices):
        raise BadInput("added", "AddedServices are wanted")
    refusals = [
        Refusal.of("booking_open", parcel=parcel.ref.id, booking=one.id, state=one.state)
        for one in parcel.bookings
        if one.state in _TAKEN
    ]
    if parcel.state is not ParcelState.PACKED:
        refusals.append(Refusal.of("not_packed", parcel=parcel.ref.id, state=parcel.state))
    if parcel.tracking and not refusals:
        refusals.append(Refusal.of("already_there", kind="waybill", id=parcel.tracking))
    if refusals:
        raise MoveRefused(tuple(refusals))
    step.lift_if_there(parcel.ref, REFUSED)
    id = f"book-{len(parcel.bookings) + 1}"
    asked = Booking(id, carrier, context.at, service, added=added or AddedServices())
    _write(step, parcel.ref, asked)
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
    parcel = step.now(case.own(Parcel))
    one = parcel.booking(text(booking, "booking"))
    seconds = whole(patience_seconds, "patience_seconds", most=SECONDS_MAX)
    named = {"parcel": parcel.ref.id, "booking": booking}
    if one is None:
        raise MoveRefused((Refusal.of("no_such_booking", **named),))
    if one.state not in _OPEN:
        raise MoveRefused((Refusal.of("booking_answered", **named, state=one.state),))
    if one.busy_until is not None and one.busy_until > context.at:
        until = one.busy_until.isoformat()
        raise MoveRefused((Refusal.of("booking_under_way", **named, until=until),))
    until_at = later(context.at, timedelta(seconds=seconds))
    _write(step, parcel.ref, attrs.evolve(one, tries=one.tries + 1, busy_until=until_at))
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
    if type(outcome) is not Outcome:
        raise BadInput("outcome", f"one of {', '.join(Outcome)} is wanted")
    number = text(tracking, "tracking", empty=True)
    named = text(reference, "reference", empty=True)
    one = parcel.booking(text(booking, "booking"))
    fits = one is not None and one.state in _OPEN
    wants_number = fits and one is not None and one.state is BookingState.ASKED
    if wants_number and outcome is Outcome.DONE and not number:
        raise BadInput("tracking", "the number of the label is wanted")
    if one is None or not fits:
        _keep(step, parcel, one, booking, outcome, number)
        return step
    if outcome is Outcome.PENDING:
        step.hold(parcel.ref, UNKNOWN, f"nobody knows what came of {one.id} at {one.carrier}", ())
        return step
    step.lift_if_there(parcel.ref, UNKNOWN)
    _write(step, parcel.ref, _answered(one, outcome, number, named))
    if one.state is BookingState.ASKED and outcome is Outcome.DONE:
        if parcel.state is ParcelState.PACKED and not parcel.tracking:
            step.note(parcel.ref, NUMBERED, carrier=one.carrier, tracking=number)
    elif outcome is Outcome.FAILED:
        what = "book" if one.state is BookingState.ASKED else "cancel"
        step.hold(parcel.ref, REFUSED, f"{one.carrier} does not {what} {one.id}", ())
    return step


@verb("cancel_booking", Parcel)
def cancel_booking(case: Case, context: Context, booking: str) -> Step:
    """Ask a carrier to take a booked label back that its packed parcel is not to go with."""
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    one = parcel.booking(text(booking, "booking"))
    named = {"parcel": parcel.ref.id, "booking": booking}
    if one is None:
        raise MoveRefused((Refusal.of("no_such_booking", **named),))
    if one.state is not BookingState.BOOKED:
        raise MoveRefused((Refusal.of("booking_answered", **named, state=one.state),))
    if parcel.state is not ParcelState.PACKED:
        refusal = Refusal.of("not_packed", parcel=parcel.ref.id, state=parcel.state)
        raise MoveRefused((refusal,))
    step.note(parcel.ref, NUMBERED, carrier="", tracking="")
    return step  # and `drop_unused` asks for it, as for every label that no parcel uses


def key_of(ref: Ref[Parcel], booking: str) -> str:
    """The key by which a carrier knows a booking: the same however often it is sent.

    >>> key_of(Ref("north", "parcel", "p/1"), "book-2")
    'north/p%2F1/book-2'
    """
    parts = (ref.tenant, ref.id, booking)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def asked_by(parcel: Parcel, key: str) -> Booking | None:
    """What a parcel's carrier is asked for by a key."""
    return next((one for one in parcel.bookings if key_of(parcel.ref, one.id) == key), None)


def waiting(parcel: Parcel) -> tuple[tuple[datetime, Booking], ...]:
    """The bookings of a parcel that are to be sent, each with since when; none while one is asked
    of a person.
    """
    if any(hold.code == UNKNOWN for hold in parcel.holds):
        return ()
    found = [(one.busy_until or one.at, one) for one in parcel.bookings if one.state in _OPEN]
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].id)))


def drop_unused(step: Step) -> None:
    """Give up each label that a parcel which was touched does not need any more."""
    for document in tuple(step.after.values()):
        if type(document) is Parcel:
            for one in document.bookings:
                if not _is_used(document, one):
                    _drop(step, document.ref, one)


def _is_used(parcel: Parcel, one: Booking) -> bool:
    if one.state is BookingState.ASKED:
        return parcel.state is ParcelState.PACKED and not parcel.tracking
    gone = parcel.state is ParcelState.CANCELLED
    return one.state is not BookingState.BOOKED or (not gone and parcel.tracking == one.tracking)


def _drop(step: Step, ref: Ref[Parcel], one: Booking) -> None:
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
    step: Step, parcel: Parcel, one: Booking | None, booking: str, outcome: Outcome, number: str
) -> None:
    """Write down an answer that was there before, or that nobody has asked for: that is a hold."""
    known = one is not None and outcome is not Outcome.PENDING and number in ("", one.tracking)
    step.note(parcel.ref, "booking answer", booking=booking, outcome=outcome.value, tracking=number)
    if not known:
        reason = f"{outcome.value} was said of {booking}, of which nothing was to be heard"
        step.hold(parcel.ref, "unexpected_answer", reason, ())


def _write(step: Step, ref: Ref[Parcel], one: Booking) -> None:
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
