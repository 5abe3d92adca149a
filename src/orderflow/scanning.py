"""A parcel keeps its scans and follows their story.

It knows what a story of scans makes of a parcel, and refuses to know how scans make a story: that
is `tracking`.

Problem: scans come one by one, twice and out of order. A parcel that is moved by each as it comes
ends where the last message left it, not where it is.
Observation: all scans together tell one story, in whichever order they came. What a new one changes
is the difference between the story before and the story now.
Decision: a parcel keeps each scan once, and is brought to where all of them say that it is. Any
shuffle of the same scans ends in the same state, bag and holds.
Cash is the exception: a door that was closed since its parcel seemed to go back is opened again by
no scan, and a hold asks who has the money.

A packed parcel that its carrier has scanned has left, whatever our desk has noted. It is handed
over by its first scan only where the rules say so, and by its own number; else a hold asks.

Two steps are corrections, made by scans alone: a delivery turns out to have been at the sender,
since the turn before it is heard of late; or a parcel that turned had been delivered before.
What people have said no scan corrects: it leads on from there where the chart has a row, and what
contradicts it is asked about under a hold, which goes when a later scan takes the doubt away.
The receipt that a customer has confirmed is such a word; so is an order that is closed for good.

What the story gives somebody to do (`tracking.troubles`) is a hold that blocks nothing. It goes
when the story does not tell of it any more; one that a person has lifted comes back only with news
of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.calls import Ref
from orderflow.errors import BadInput
from orderflow.facts import BY_HAND, CAME_AT, LEFT_AT, SCANNED
from orderflow.fulfilment import (
    ON_THE_ROAD,
    ask_about_given_up,
    contents,
    may_leave,
    put_on_road,
    ship_contents,
)
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import order_facts
from orderflow.records import Document, Parcel
from orderflow.states import (
    ORDER,
    ORDER_OVER,
    PARCEL,
    OrderMove,
    OrderState,
    ParcelMove,
    ParcelState,
    UnitMove,
    UnitState,
)
from orderflow.tracking import Scan, TrackingStatus, Whereabouts, follow
from orderflow.tracking.troubles import OF_STORIES, Trouble, troubles_of_piece

SCANS_MAX: Final = 1_000
"""So many scans are taken at once."""

SCANS_DISAGREE: Final = "scans_disagree"
"""The hold of a parcel whose scans contradict what else is known of it."""


@verb("record_scans", Parcel)
def record_scans(case: Case, context: Context, scans: tuple[Scan, ...]) -> Step:
    """Record what a carrier saw of a parcel, in any state, order and number.

    The parcel keeps each scan once and follows what all of them say together: after a turn to the
    sender, *delivered* means that it waits there to be received. It is delivered at the instant of
    its scan. `follow(parcel.told)` is the story, with what fits nowhere in `unplaced`. Of several
    pieces under one waybill each that has a number of its own is where scans of that number say.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    known = set(parcel.scans)
    new = [scan for scan in dict.fromkeys(checked_scans(scans)) if scan not in known]
    told = _told(parcel)
    if parcel.state not in (ParcelState.PACKED, ParcelState.SHIPPED, told) and not parcel.by_hand:
        step.note(parcel.ref, BY_HAND)
    for scan in new:
        note_scan(step, parcel.ref, scan)
    _leave(step, parcel)
    _catch_up(step, parcel)
    if step.facts:
        _ask_about_doubts(step, parcel)
        _ask_about_troubles(step, parcel)
    return step


def checked_scans(scans: object) -> tuple[Scan, ...]:
    """A verb's argument of scans: a tuple of so many at most."""
    if not isinstance(scans, tuple) or len(scans) > SCANS_MAX:
        raise BadInput("scans", f"a tuple of at most {SCANS_MAX} scans is wanted")
    for i, scan in enumerate(scans):
        if type(scan) is not Scan:
            raise BadInput(f"scans[{i}]", "a Scan is wanted")
    return scans


def note_scan(step: Step, ref: Ref[Document], scan: Scan) -> None:
    """Write a scan down with what it is about."""
    expected = {"expected_at": scan.expected_at.isoformat()} if scan.expected_at else {}
    step.note(
        ref,
        SCANNED,
        tracking=scan.tracking,
        status=scan.status.value,
        at=scan.at.isoformat(),
        place=scan.place,
        incident=scan.incident.value if scan.incident is not None else "",
        said=scan.said,
        **expected,
    )


_SAID: Final = {
    Whereabouts.ON_ITS_WAY: ParcelState.SHIPPED,
    Whereabouts.AT_DESK: ParcelState.READY_TO_COLLECT,
    Whereabouts.LOST: ParcelState.LOST,
    Whereabouts.GOING_BACK: ParcelState.GOING_BACK,
    Whereabouts.BACK: ParcelState.GOING_BACK,  # a scan is no receipt: it waits to be received
    Whereabouts.DELIVERED: ParcelState.DELIVERED,
}


def _told(parcel: Parcel) -> ParcelState | None:
    """The state of a parcel that only scans have moved; `None` where nobody has seen it."""
    return _SAID.get(follow(parcel.told).whereabouts)


_WAYS: Final = {
    ParcelState.SHIPPED: (ParcelMove.GO_ON,),
    ParcelState.READY_TO_COLLECT: (ParcelMove.MAKE_READY,),
    ParcelState.LOST: (ParcelMove.LOSE,),
    ParcelState.GOING_BACK: (ParcelMove.TURN_BACK, ParcelMove.PUT_RIGHT),
    ParcelState.DELIVERED: (ParcelMove.DELIVER, ParcelMove.PUT_RIGHT),
}
"""The moves by which scans bring a parcel to a state; it has a row for one of them at most."""

_CORRECTS: Final = (ParcelMove.GO_ON, ParcelMove.PUT_RIGHT)

_UNIT_MOVES: Final = {
    ParcelState.SHIPPED: UnitMove.GO_ON,
    ParcelState.READY_TO_COLLECT: UnitMove.MAKE_READY,
    ParcelState.LOST: UnitMove.LOSE,
    ParcelState.GOING_BACK: UnitMove.TURN_BACK,
    ParcelState.DELIVERED: UnitMove.DELIVER,
}


def _leave(step: Step, before: Parcel) -> None:
    """Hand a packed parcel over that its carrier has, where the rules let scans say so.

    Only scans of the number of its own label do; and what is on hold stays a question.
    """
    parcel = step.now(before.ref)
    first, left = _first_seen(parcel), before.handed_over_at
    if not step.context.rules.first_scan_ships or first is None:
        return
    if parcel.state is ParcelState.PACKED:
        if may_leave(step, parcel):
            put_on_road(step, parcel, "", "")
            step.note(parcel.ref, LEFT_AT, at=first.isoformat())
            ship_contents(step, parcel)
    elif left is not None and left == _first_seen(before) != first:  # an earlier one came later
        step.note(parcel.ref, LEFT_AT, at=first.isoformat())


def _first_seen(parcel: Parcel) -> datetime | None:
    """When its carrier first saw a parcel by its own number; `None` where it has not, or none."""
    own = [scan for scan in parcel.scans if parcel.tracking and scan.tracking == parcel.tracking]
    return min((scan.at for scan in own if scan.status not in _OF_AN_OFFICE), default=None)


_OF_AN_OFFICE: Final = (TrackingStatus.PENDING, TrackingStatus.CANCELLED)
"""The scans by which nobody has seen the parcel."""


def _catch_up(step: Step, before: Parcel) -> None:
    """Bring a parcel to where its scans say that it is, as far as they may."""
    parcel = step.now(before.ref)
    target = _told(parcel)
    if target is None or parcel.state not in (*ON_THE_ROAD, ParcelState.DELIVERED):
        return
    found = parcel.state is ParcelState.LOST and target is ParcelState.READY_TO_COLLECT
    if found:
        _lead(step, parcel, ParcelState.SHIPPED)
    _lead(step, step.now(parcel.ref), target)
    parcel = step.now(parcel.ref)
    came = follow(parcel.told).delivered_at
    by_scan = parcel.state is ParcelState.DELIVERED and (
        before.state is not ParcelState.DELIVERED or not parcel.by_hand
    )
    if by_scan and came is not None and came != parcel.delivered_at:
        step.note(parcel.ref, CAME_AT, at=came.isoformat())


def _lead(step: Step, parcel: Parcel, target: ParcelState) -> None:
    """Move a parcel and its units to a state, where there is a row and the move is the scans'."""
    chart = step.chart(PARCEL)
    for move in _WAYS[target]:
        if parcel.state is target or chart.target(parcel.state, move) is not target:
            continue
        if move in _CORRECTS and (parcel.by_hand or _is_settled(step, parcel)):
            continue
        _move(step, parcel, move, target)
        return


def _is_settled(step: Step, parcel: Parcel) -> bool:
    """Whether people have done with what was delivered: no scan can say otherwise then."""
    if parcel.state is not ParcelState.DELIVERED:
        return False
    orders = [order for order, _ in contents(step, parcel, UnitState.DELIVERED)]
    return any(order.received_at is not None or order.state in ORDER_OVER for order in orders)


def _move(step: Step, parcel: Parcel, move: ParcelMove, target: ParcelState) -> None:
    step.proceed(PARCEL, parcel.ref, move)
    delivered = parcel.state is ParcelState.DELIVERED
    source = UnitState.DELIVERED if delivered else ON_THE_ROAD[parcel.state]
    for order, chosen in contents(step, parcel, source):
        step.move(order, _UNIT_MOVES[target], chosen)
        if order.state is OrderState.COMPLETED and delivered:
            step.advance(ORDER, order.ref, OrderMove.REOPEN, order_facts(order))
    if target is ParcelState.DELIVERED:
        ask_about_given_up(step, parcel)
        if move is ParcelMove.PUT_RIGHT:
            _ask_about_cash(step, parcel)


def _ask_about_cash(step: Step, parcel: Parcel) -> None:
    """A door is closed while its parcel goes back; one that was delivered before may have paid."""
    if any(step.now(step.case.order(name)).cash_on_delivery for name in parcel.orders):
        reason = "it was delivered before it turned, and its door is closed"
        step.hold(parcel.ref, "cash_to_look_for", reason, ())


_NO_NEWS: Final = {
    ParcelState.SHIPPED: (ParcelState.SHIPPED,),
    ParcelState.READY_TO_COLLECT: (ParcelState.SHIPPED, ParcelState.READY_TO_COLLECT),
    ParcelState.DELIVERED: (
        ParcelState.SHIPPED,
        ParcelState.READY_TO_COLLECT,
        ParcelState.DELIVERED,
    ),
    ParcelState.LOST: (ParcelState.LOST,),
    ParcelState.GOING_BACK: (
        ParcelState.SHIPPED,
        ParcelState.READY_TO_COLLECT,
        ParcelState.GOING_BACK,
    ),
    ParcelState.RETURNED: (
        ParcelState.SHIPPED,
        ParcelState.READY_TO_COLLECT,
        ParcelState.LOST,
        ParcelState.GOING_BACK,
    ),
    ParcelState.PACKED: (),
    ParcelState.CANCELLED: (),
}
"""What scans may say of a parcel in each state without a doubt about it: they may come late."""


def _ask_about_doubts(step: Step, before: Parcel) -> None:
    """Set the hold of scans that contradict what is known, or lift it when they do no longer."""
    parcel = step.now(before.ref)
    told = _told(parcel)
    reason = ""
    if told is not None and told not in _NO_NEWS[parcel.state]:
        reason = f"its scans say {told.value}, and it is {parcel.state.value}"
    said = [hold.reason for hold in parcel.holds if hold.code == SCANS_DISAGREE]
    if said and said != [reason]:
        step.lift(parcel.ref, SCANS_DISAGREE)
    if reason:
        step.hold(parcel.ref, SCANS_DISAGREE, reason, ())


def _ask_about_troubles(step: Step, before: Parcel) -> None:
    """Set the holds of what is new in the story, and lift those of what it does not tell any more.

    They stand in an order of their own, whichever scan came first.
    """
    parcel = step.now(before.ref)
    known, told = _troubles(before), _troubles(parcel)
    there = {hold.code for hold in parcel.holds}
    wanted = [one for one in told if one.code in there or one not in known]
    ours = [hold for hold in parcel.holds if hold.code in OF_STORIES]
    if [(hold.code, hold.reason) for hold in ours] == [(one.code, one.reason) for one in wanted]:
        return
    for hold in ours:
        step.lift(parcel.ref, hold.code)
    for trouble in wanted:
        step.hold(parcel.ref, trouble.code, trouble.reason, ())


def _troubles(parcel: Parcel) -> tuple[Trouble, ...]:
    """What the story of a parcel gives to do, where it is the parcel's own."""
    told, state = _told(parcel), parcel.state
    if told is None and state is ParcelState.SHIPPED:  # so far an office alone has spoken
        return troubles_of_piece(parcel.scans, parcel.tracking, parcel.waybill)
    back = state is ParcelState.RETURNED and told is ParcelState.GOING_BACK
    return (
        troubles_of_piece(parcel.scans, parcel.tracking, parcel.waybill)
        if back or told is state
        else ()
    )
