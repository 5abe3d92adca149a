"""The tolerant tracker: of any heap of scans, the one story that it tells.

It knows a set of scans, and refuses to know in which order and how often they came.

Problem: scans come late, twice, unordered and in any time zone, and a program that takes each as
the news of the day moves a parcel back and forth: it is out for delivery after it was delivered, or
delivered to a customer who has refused it.
Observation: what a scan means depends on those that were *made* before it, never on those that
*came* before it.
Decision: the story is a function of the set of scans alone, read in the order of their instants.
Whoever has the same scans has the same story, and one that comes late falls into its place.

The rules are few:

- the last word counts: after a failed attempt the parcel goes out again, and one that was given up
  for lost is found when it is seen again;
- no scan undoes a delivery: only the customer can say that nothing came;
- once a parcel has turned to its sender, *delivered* means that it is back there, under the same
  number. A refusal alone is no turn: a second attempt is usual;
- what says nothing of ours, or comes after the end of the road, cannot be placed: it is kept and
  listed. Carriers use numbers again, so it may be of another parcel.

By when it is expected is what the last scan says that says so, and nothing once the road has ended
or turned. Where the same scan comes again with another day, the later one counts: nobody is told
of a day that is too early.

Of scans of the same instant those that are further along come later, and a turn comes before a
delivery: to wait for goods that are with their customer does less harm than to take money for goods
that he has refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from orderflow.tracking.words import Incident, Scan, TrackingStatus

_T = TrackingStatus


class Whereabouts(StrEnum):
    """Where a parcel is, by all that was scanned of it."""

    NOT_SEEN = "not seen"  # announced or cancelled at most
    ON_ITS_WAY = "on its way"
    AT_DESK = "at desk"
    LOST = "lost"
    GOING_BACK = "going back"
    BACK = "back"  # at its sender's, where it waits to be received
    DELIVERED = "delivered"


_W = Whereabouts


@attrs.frozen
class Track:
    """The story of a parcel on the road.

    `status` is what to tell people, said `at` an instant and a `place`, with the reason `incident`
    where it has one; without scans it is unknown, at no instant. `attempts` are failed deliveries
    on the way to the customer. `unplaced` are the scans that fit nowhere, in the order of their
    instants. `expected_at` is by when its carrier expects to deliver, where it has said so.
    """

    scans: tuple[Scan, ...] = ()  # each once, in the order of their instants
    whereabouts: Whereabouts = Whereabouts.NOT_SEEN
    status: TrackingStatus = TrackingStatus.UNKNOWN
    at: datetime | None = None
    place: str = ""
    incident: Incident | None = None
    attempts: int = 0
    turned_at: datetime | None = None
    delivered_at: datetime | None = None
    back_at: datetime | None = None
    unplaced: tuple[Scan, ...] = ()
    expected_at: datetime | None = None


def follow(scans: Iterable[Scan]) -> Track:
    """What scans of one parcel say together, in whichever order and however often they are given.

    >>> from datetime import UTC, datetime, timedelta
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> turned = Scan("c-1", TrackingStatus.RETURN_TO_SENDER, noon)
    >>> home = Scan("c-1", TrackingStatus.DELIVERED, noon + timedelta(days=2))
    >>> follow([home]).status.value, follow([home, turned, home]).status.value
    ('delivered', 'returned')
    """
    heap = tuple(sorted(_once(scans), key=_order))
    track = Track(heap)
    for scan in heap:
        track = _after(track, scan)
    if track.whereabouts not in (_W.NOT_SEEN, _W.ON_ITS_WAY):
        return track
    said = [scan.expected_at for scan in heap if scan.expected_at is not None]
    return attrs.evolve(track, expected_at=said[-1]) if said else track


def _once(scans: Iterable[Scan]) -> set[Scan]:
    """Each scan once; of two that differ in nothing but the day that is expected, the later."""
    heap = set(scans)
    latest: dict[Scan, datetime] = {}
    for scan in heap:
        if scan.expected_at is not None:
            bare = attrs.evolve(scan, expected_at=None)
            latest[bare] = max(scan.expected_at, latest.get(bare, scan.expected_at))
    if not latest:
        return heap
    rest = {scan for scan in heap if scan.expected_at is None and scan not in latest}
    return rest | {attrs.evolve(scan, expected_at=at) for scan, at in latest.items()}


_FURTHER: Final = {
    status: i
    for i, status in enumerate(
        (
            *(_T.PENDING, _T.CANCELLED, _T.PICKED_UP, _T.DELAYED, _T.IN_TRANSIT),
            *(_T.ON_HOLD, _T.OUT_FOR_DELIVERY, _T.DELIVERY_FAILED, _T.READY_FOR_PICKUP),
            *(_T.RETURN_TO_SENDER, _T.DELIVERED, _T.RETURNED, _T.UNKNOWN),
        )
    )
}
"""The order of scans of the same instant."""


def _order(scan: Scan) -> tuple[datetime, int, bool, str, str, str, str]:
    status = _T.ON_HOLD if scan.is_lost else scan.status
    reason = scan.incident or ""
    same = (scan.place, scan.said, reason, f"{scan.tracking} {scan.status}")
    return (scan.at, _FURTHER[status], scan.is_lost, *same)


def _after(track: Track, scan: Scan) -> Track:
    """The story with the next scan of it."""
    if track.whereabouts in _ENDS:
        return track if scan.status in _ENDS[track.whereabouts] else _listed(track, scan)
    if scan.is_lost:
        return _seen(track, scan, _W.LOST, scan.status)
    match scan.status:
        case _T.UNKNOWN:
            return _listed(track, scan)
        case _T.DELIVERED if track.turned_at is None:
            track = attrs.evolve(track, delivered_at=scan.at)
            return _seen(track, scan, _W.DELIVERED, _T.DELIVERED)
        case _T.DELIVERED | _T.RETURNED:
            track = attrs.evolve(track, turned_at=track.turned_at or scan.at, back_at=scan.at)
            return _seen(track, scan, _W.BACK, _T.RETURNED)
        case _T.RETURN_TO_SENDER:
            track = attrs.evolve(track, turned_at=track.turned_at or scan.at)
            return _seen(track, scan, _W.GOING_BACK, _T.RETURN_TO_SENDER)
        case _:
            return _on_the_way(track, scan)


_ENDS: Final = {
    _W.DELIVERED: (_T.DELIVERED,),
    _W.BACK: (_T.RETURN_TO_SENDER, _T.DELIVERED, _T.RETURNED),
}
"""The ends of the road, and the scans that say them once more."""


def _on_the_way(track: Track, scan: Scan) -> Track:
    """A scan that ends and turns nothing."""
    if track.turned_at is not None:
        return _seen(track, scan, _W.GOING_BACK, _T.RETURN_TO_SENDER)
    if scan.status is _T.DELIVERY_FAILED:
        track = attrs.evolve(track, attempts=track.attempts + 1)
    if scan.status in (_T.PENDING, _T.CANCELLED):  # words of an office: nobody has seen the parcel
        if track.whereabouts is _W.NOT_SEEN or scan.status is _T.CANCELLED:
            return _seen(track, scan, track.whereabouts, scan.status)
        return track
    where = _W.AT_DESK if scan.status is _T.READY_FOR_PICKUP else _W.ON_ITS_WAY
    return _seen(track, scan, where, scan.status)


def _seen(track: Track, scan: Scan, where: Whereabouts, status: TrackingStatus) -> Track:
    return attrs.evolve(
        track,
        whereabouts=where,
        status=status,
        at=scan.at,
        place=scan.place,
        incident=scan.incident,
    )


def _listed(track: Track, scan: Scan) -> Track:
    return attrs.evolve(track, unplaced=(*track.unplaced, scan))
