"""Several pieces under one waybill (子母件): which scans tell of which piece.

It knows numbers and scans, and refuses to know what is inside.

Problem: a carrier scans some pieces by their own numbers and tells the rest by the number of all.
"Delivered" is said of all though a piece lies in a depot, and the scan from there comes a day late.
Observation: nothing takes a delivery back but a turn. A piece that is delivered with the others
would stay so, or would not, by which message came first.
Decision: a piece that has a number of its own is where scans of that number say, and nowhere else.
What is said of all is told of those that have none; of the others it says who is left behind.
"""

from __future__ import annotations

from orderflow.tracking.tracker import Whereabouts, follow
from orderflow.tracking.words import Scan


def of_piece(scans: tuple[Scan, ...], number: str, waybill: str) -> tuple[Scan, ...]:
    """The scans that tell where a piece is: those of its own `number`, where it has one.

    `waybill` is the number of all pieces; without one, or where both are the same, all do.
    """
    if not waybill or number in ("", waybill):
        return scans
    return tuple([one for one in scans if one.tracking != waybill])


def is_left_behind(scans: tuple[Scan, ...], number: str, waybill: str) -> bool:
    """Whether all pieces are said to be delivered, and nobody says what has become of this one."""
    own = of_piece(scans, number, waybill)
    if own == scans:
        return False
    together = [one for one in scans if one.tracking == waybill]
    return follow(together).whereabouts is Whereabouts.DELIVERED and (
        follow(own).whereabouts
        in (Whereabouts.NOT_SEEN, Whereabouts.ON_ITS_WAY, Whereabouts.AT_DESK)
    )
