"""Labels by which customers send goods back (退货面单): asked for, sent, answered, taken back.

It knows when a return may have one, and refuses to know the wire, and what a booking is: that is
`bookings`, which labels of parcels go by as well.

A label is for a return that was agreed to and not posted yet. It is given up when the return ends
without having been posted. Of goods that have come it counts as used, whoever has brought them: a
carrier that is asked to take back what he has carried says no, and somebody is asked for nothing.
"""

from __future__ import annotations

from orderflow.bookings import (
    PATIENCE_SECONDS,
    ask_label,
    booked,
    forget_number,
    record_label,
    send_label,
)
from orderflow.errors import MoveRefused, Refusal
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import AddedServices, BookingState, Outcome, Return
from orderflow.states import ReturnState


@verb("ask_return_label", Return)
def ask_return_label(
    case: Case,
    context: Context,
    carrier: str,
    service: str = "",
    added: AddedServices | None = None,
) -> Step:
    """Ask a carrier for the label by which a customer sends an agreed return.

    `added` is what the carrier is to do besides, as of a parcel that goes out.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    ask_label(step, returned, carrier, service, added, _not_to_be_sent(returned))
    return step


@verb("send_return_label", Return)
def send_return_label(
    case: Case, context: Context, booking: str, patience_seconds: int = PATIENCE_SECONDS
) -> Step:
    """Write down that the label of a return, or its cancelling, goes over the wire now.

    From then on nobody knows what came of it until an answer is recorded. For so long nobody else
    sends it.
    """
    step = Step(case, context)
    send_label(step, step.now(case.own(Return)), booking, patience_seconds)
    return step


@verb("record_return_label", Return)
def record_return_label(
    case: Case,
    context: Context,
    booking: str,
    outcome: Outcome,
    tracking: str = "",
    reference: str = "",
) -> Step:
    """Record what a carrier has answered to the booking of a return's label, in any state.

    Done is a label with its number, or one that is cancelled; pending says that nobody can know,
    and a person is asked. A label that comes when the return needs none any more is cancelled.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    record_label(step, returned, booking, outcome, tracking, reference)
    return step


@verb("cancel_return_label", Return)
def cancel_return_label(case: Case, context: Context, booking: str) -> Step:
    """Ask a carrier to take a booked label back that goods are not to come by."""
    step = Step(case, context)
    returned = step.now(case.own(Return))
    one = booked(returned, booking)
    if one.state is not BookingState.BOOKED:
        named = {"what": str(returned.ref), "booking": booking}
        raise MoveRefused((Refusal.of("booking_answered", **named, state=one.state),))
    refusals = _not_to_be_sent(returned)
    if refusals:
        raise MoveRefused(refusals)
    forget_number(step, returned)
    return step


def _not_to_be_sent(returned: Return) -> tuple[Refusal, ...]:
    if returned.state is ReturnState.APPROVED:
        return ()
    return (Refusal.of("not_to_be_sent", returned=returned.ref.id, state=returned.state),)
