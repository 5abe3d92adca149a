"""The wire to carriers: what sends bookings and asks for scans.

It knows bookings, keys and labels, and refuses to know orders, and what an answer changes.

Each booking is written down as sent, sent, and its answer recorded, each by itself. What was not
recorded stays open, and falls due again when its patience is over: then it is sent by the same key.
A carrier that does not know his keys is asked first what he has booked for it; of one that cannot
tell either nobody knows, and a person is asked. It is never booked again blindly.
Any number of processes may send side by side: a booking is sent by one of them at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import attrs

from orderflow.adapters.carriers.hearing import Heard, hear
from orderflow.bookings import PATIENCE_SECONDS, Labelled, key_of, waiting
from orderflow.errors import CarrierFailed, OutcomeUnknown, Refused, RetryExhausted
from orderflow.ports import Carrier, Label, Query, every
from orderflow.records import Booking, BookingState, Outcome, Parcel
from orderflow.states import ParcelState, ReturnState
from orderflow.values import instant
from orderflow.workflow import Workflow


@attrs.frozen
class Once:
    """A carrier that books anew each time he is asked, whatever the key.

    `look_up` says what he has booked for a key, where he can tell: a label, or `None`.
    """

    carrier: Carrier
    look_up: Callable[[str], Label | None] | None = None


@attrs.frozen
class Asked:
    """What came of one booking that was sent: what was recorded, or `None` where nobody knows.

    `parcel` is the id of a parcel, or of a return whose label it is.
    """

    parcel: str
    booking: str
    outcome: Outcome | None


def book_open(
    workflow: Workflow,
    carriers: Mapping[str, Carrier | Once],
    at: datetime,
    *,
    patience_seconds: int = PATIENCE_SECONDS,
    by: str = "",
) -> tuple[Asked, ...]:
    """Send every booking of these carriers that waits at an instant, and record what is answered.

    Those of returns are sent with those of parcels, and labels that nothing goes by are cancelled.
    Call it again as often as you like, from as many processes as you like.
    """
    until = instant(at, "at")
    found: list[Asked] = []
    for kind in ("parcel", "return"):
        for stored in every(workflow.store, Query(kind, workflow.tenant, due_by=until)):
            document = stored.value
            if isinstance(document, Labelled):
                for since, one in waiting(document):
                    if since <= until and one.carrier in carriers:
                        sent = _send(workflow, carriers, document, one, patience_seconds, by)
                        found += [] if sent is None else [sent]
    return tuple(found)


def track_all(workflow: Workflow, carriers: Mapping[str, Carrier], *, by: str = "") -> Heard:
    """Ask carriers for the scans of all that is on its road, parcels and returns, and record them.

    One that gives no answer keeps no other from being asked; it is asked again the next time.
    """
    parcels: set[str] = set()
    returns: set[str] = set()
    for kind in ("parcel", "return"):
        for stored in every(workflow.store, Query(kind, workflow.tenant)):
            document = stored.value
            if not isinstance(document, Labelled) or document.state not in _ON_THE_ROAD:
                continue
            carrier, number = carriers.get(document.carrier), document.tracking
            if not number and isinstance(document, Parcel):
                number = document.waybill
            if carrier is None or not number:
                continue
            try:
                scans = tuple(carrier.track(number))
            except (CarrierFailed, Refused):
                continue
            if set(scans) - set(document.scans):
                heard = hear(workflow, scans, document.carrier, by=by)
                parcels |= set(heard.parcels)
                returns |= set(heard.returns)
    return Heard(tuple(sorted(parcels)), (), tuple(sorted(returns)))


_ON_THE_ROAD: Final = (
    *(ParcelState.SHIPPED, ParcelState.READY_TO_COLLECT, ParcelState.LOST),
    *(ParcelState.GOING_BACK, ReturnState.APPROVED, ReturnState.GOING_BACK),
)
"""Where a carrier may have something to tell: a return that was agreed to may be posted any day."""


def _send(
    workflow: Workflow,
    carriers: Mapping[str, Carrier | Once],
    document: Labelled,
    booking: Booking,
    patience_seconds: int,
    by: str,
) -> Asked | None:
    """Send one booking and record its answer; `None` where somebody else was quicker."""
    id = document.ref.id
    try:
        now = _sent(workflow, document, booking.id, patience_seconds, by)
        one = now.booking(booking.id)
        if one is None:
            return None
        outcome, label = _ask(carriers[one.carrier], now, one)
        number, named = ("", "") if label is None else (label.tracking, label.reference)
        if isinstance(now, Parcel):
            workflow.record_booking(id, one.id, outcome, number, named, by=by)
        else:
            workflow.record_return_label(id, one.id, outcome, number, named, by=by)
    except (Refused, RetryExhausted, OutcomeUnknown):
        return None  # another has sent it; or nobody knows, and then it waits
    except CarrierFailed:
        return Asked(id, booking.id, None)
    return Asked(id, one.id, outcome)


def _sent(
    workflow: Workflow, document: Labelled, booking: str, patience_seconds: int, by: str
) -> Labelled:
    """Write down that a booking goes over the wire; the document as it is then."""
    id = document.ref.id
    if isinstance(document, Parcel):
        return workflow.send_booking(id, booking, patience_seconds, by=by).document
    return workflow.send_return_label(id, booking, patience_seconds, by=by).document


def _ask(named: Carrier | Once, document: Labelled, one: Booking) -> tuple[Outcome, Label | None]:
    """Ask a carrier, and say what came of it; a carrier that says no is an answer."""
    key = key_of(document.ref, one.id)
    carrier = named.carrier if isinstance(named, Once) else named
    try:
        if one.state is BookingState.CANCEL_ASKED:
            booked = Label(one.carrier, one.tracking, document.ref.id, one.reference)
            carrier.cancel(booked, f"{key}/cancel")
            return Outcome.DONE, None
        if isinstance(named, Once) and one.tries > 1:
            if named.look_up is None:
                return Outcome.PENDING, None
            known = named.look_up(key)
            if known is not None:
                return Outcome.DONE, known
        if isinstance(document, Parcel):
            label = carrier.book(document, key)
        else:
            label = carrier.book_return(document, key)
        return (Outcome.DONE, label) if label.tracking else (Outcome.PENDING, None)
    except Refused:
        return Outcome.FAILED, None
