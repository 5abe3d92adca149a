"""Parcels of which nothing is heard, or that are not there on the day that was promised.

It knows until when a parcel may be silent, and from when on it is late, and refuses to know what
may be done about it.

Problem: a parcel that vanishes gives no scan of it, so nothing that waits for scans finds it.
Observation: when it was heard of last, and by when it was promised, are known beforehand.
Decision: with `Rules.silent_days` each parcel on the road notes both limits, and `due` lists those
that are over. To *chase* it sets a named hold, so that somebody asks the carrier.
The limits are noted once for every verb, in `following`: each that gives news of a parcel moves its
limit, and news lift the hold of its silence. Who lifts that hold without any has asked the carrier,
and gives him as many days again. A parcel is chased as late once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import LIMITS
from orderflow.fulfilment import contents
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Parcel
from orderflow.states import ParcelState, UnitState
from orderflow.tracking import follow
from orderflow.tracking.troubles import LATE, SILENT
from orderflow.values import later

_ON_THE_ROAD: Final = (
    ParcelState.SHIPPED,
    ParcelState.READY_TO_COLLECT,
    ParcelState.GOING_BACK,
)
"""Where a parcel is in hands that should tell of it."""


@verb("chase", Parcel)
def chase(case: Case, context: Context) -> Step:
    """Put a parcel that is silent or late on a hold of that name, which blocks nothing.

    Nothing was heard of it for `Rules.silent_days`, or the day is over that goods of it were
    promised for. `due` lists it from then on.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    limits = limits_of(parcel)
    if not any(at <= context.at for _, at in limits):  # without a limit it is never due
        until = min([at for _, at in limits]).isoformat() if limits else "-"
        raise MoveRefused((Refusal.of("parcel_not_due", parcel=parcel.ref.id, until=until),))
    for code, at in limits:
        if at <= context.at:
            step.hold(parcel.ref, code, _REASONS[code].format(at=at.date().isoformat()), ())
            if code == LATE:
                _note(step, parcel.ref.id, parcel.silent_at, None)
    return step


_REASONS: Final = {
    SILENT: "nothing was heard of it: its carrier was to be asked from {at} on",
    LATE: "it was promised for {at}, and is not there",
}


def limits_of(parcel: Parcel) -> tuple[tuple[str, datetime], ...]:
    """The limits that a parcel is under, by the hold that each means."""
    held = {hold.code for hold in parcel.holds}
    found: list[tuple[str, datetime]] = []
    if parcel.silent_at is not None and SILENT not in held:
        found.append((SILENT, parcel.silent_at))
    if parcel.late_at is not None and LATE not in held and parcel.state is ParcelState.SHIPPED:
        found.append((LATE, parcel.late_at))
    return tuple(found)


def note_limits(step: Step) -> None:
    """Note the limits of each parcel that a verb has touched, and lift what has been answered."""
    for document in tuple(step.after.values()):
        if type(document) is Parcel:
            _follow_news(step, document)


def _follow_news(step: Step, parcel: Parcel) -> None:
    before = step.case.find(parcel.ref)
    heard, heard_before = _heard(parcel), None if before is None else _heard(before)
    held = {hold.code for hold in parcel.holds}
    if heard != heard_before and SILENT in held:
        step.lift(parcel.ref, SILENT)
    if LATE in held and parcel.state in _ARRIVED:
        step.lift(parcel.ref, LATE)
    days = step.context.rules.silent_days
    silent_at, late_at = parcel.silent_at, parcel.late_at
    lifted = before is not None and SILENT in {hold.code for hold in before.holds} - held
    if heard is None or not days:
        silent_at = None
    elif heard != heard_before:
        silent_at = later(heard, timedelta(days=days))
    elif lifted:
        silent_at = later(step.context.at, timedelta(days=days))
    left = before is None or before.state is ParcelState.PACKED
    if days and left and parcel.state is ParcelState.SHIPPED:
        late_at = _promised(step, parcel)
    if (silent_at, late_at) != (parcel.silent_at, parcel.late_at):
        _note(step, parcel.ref.id, silent_at, late_at)


_ARRIVED: Final = (
    ParcelState.READY_TO_COLLECT,
    ParcelState.DELIVERED,
    ParcelState.RETURNED,
)


def _heard(parcel: Parcel) -> datetime | None:
    """When a parcel on the road was heard of last; `None` where nobody waits for news of it."""
    if parcel.state not in _ON_THE_ROAD or parcel.handed_over_at is None:
        return None
    said = follow(parcel.told).at
    return parcel.handed_over_at if said is None else max(said, parcel.handed_over_at)


def _promised(step: Step, parcel: Parcel) -> datetime | None:
    """The first instant that goods of a parcel were promised for; `None` where none were."""
    days = [
        one.spot.slice.promised
        for _, inside in contents(step, parcel, UnitState.SHIPPED)
        for one in inside
    ]
    return min([day for day in days if day is not None], default=None)


def _note(step: Step, parcel: str, silent_at: datetime | None, late_at: datetime | None) -> None:
    step.note(
        step.case.parcel(parcel),
        LIMITS,
        silent_at="" if silent_at is None else silent_at.isoformat(),
        late_at="" if late_at is None else late_at.isoformat(),
    )
