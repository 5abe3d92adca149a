"""A carrier's scan by its word alone, for a host that keeps no story of scans.

It knows one word at a time, and refuses to know what all scans say together: that is `scanning`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from orderflow.errors import BadInput
from orderflow.facts import Noted
from orderflow.fulfilment.on_the_road import move_parcel
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Parcel
from orderflow.states import (
    PARCEL,
    ParcelMove,
    ParcelState,
    UnitMove,
)
from orderflow.tracking import Track, Whereabouts
from orderflow.values import text


class ScanStatus(StrEnum):
    """What a carrier's scan says."""

    IN_TRANSIT = "in transit"
    READY_TO_COLLECT = "ready to collect"
    DELIVERED = "delivered"
    RETURN_TO_SENDER = "return to sender"
    LOST = "lost"


def said_by(track: Track) -> ScanStatus | None:
    """What all scans of a parcel say together, in the word that `record_scan` takes.

    `None` where nobody has seen it yet. What is back at its sender's is on its way back until it is
    received.
    """
    return _SAID.get(track.whereabouts)


_SAID: Final = {
    Whereabouts.ON_ITS_WAY: ScanStatus.IN_TRANSIT,
    Whereabouts.AT_DESK: ScanStatus.READY_TO_COLLECT,
    Whereabouts.DELIVERED: ScanStatus.DELIVERED,
    Whereabouts.GOING_BACK: ScanStatus.RETURN_TO_SENDER,
    Whereabouts.BACK: ScanStatus.RETURN_TO_SENDER,
    Whereabouts.LOST: ScanStatus.LOST,
}


_SCAN_MOVES: Final = {
    ScanStatus.READY_TO_COLLECT: (ParcelMove.MAKE_READY, UnitMove.MAKE_READY),
    ScanStatus.DELIVERED: (ParcelMove.DELIVER, UnitMove.DELIVER),
    ScanStatus.RETURN_TO_SENDER: (ParcelMove.TURN_BACK, UnitMove.TURN_BACK),
    ScanStatus.LOST: (ParcelMove.LOSE, UnitMove.LOSE),
}


_NOTHING_NEW: Final = frozenset(
    {
        (ParcelState.SHIPPED, ScanStatus.IN_TRANSIT),
        (ParcelState.READY_TO_COLLECT, ScanStatus.IN_TRANSIT),
        (ParcelState.READY_TO_COLLECT, ScanStatus.READY_TO_COLLECT),
        (ParcelState.DELIVERED, ScanStatus.IN_TRANSIT),
        (ParcelState.DELIVERED, ScanStatus.READY_TO_COLLECT),
        (ParcelState.DELIVERED, ScanStatus.DELIVERED),
        (ParcelState.LOST, ScanStatus.LOST),
        (ParcelState.GOING_BACK, ScanStatus.IN_TRANSIT),
        (ParcelState.GOING_BACK, ScanStatus.RETURN_TO_SENDER),
    }
)
"""The scans that say what is known already: they come twice and late, and nobody has to look."""


@verb("record_scan", Parcel)
def record_scan(
    case: Case, context: Context, status: ScanStatus, place: str = "", event: str = ""
) -> Step:
    """Record a carrier's scan, in any state of the parcel.

    A scan never undoes a delivery; one that does not fit the state of the parcel sets a hold.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    if not isinstance(status, ScanStatus):
        raise BadInput("status", "a ScanStatus is wanted")
    step.add(
        Noted(
            parcel.ref,
            "scan",
            (
                ("status", status.value),
                ("place", text(place, "place", empty=True)),
                ("event", text(event, "event", empty=True)),
            ),
        )
    )
    moves = _SCAN_MOVES.get(status)
    if moves is not None and step.chart(PARCEL).target(parcel.state, moves[0]) is not None:
        move_parcel(step, *moves)
    elif (parcel.state, status) not in _NOTHING_NEW:
        reason = f"scanned {status.value} while {parcel.state.value}"
        step.hold(parcel.ref, "unexpected_scan", reason, ())
    return step
