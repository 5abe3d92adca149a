"""What a customer is told of a parcel: where it is, and by when it should be there.

It knows what a parcel and its scans say, and refuses to know how anybody is told.

Problem: a shop that passes each scan on tells its customer three times that his parcel is on the
road, and then that it is back in the depot, since a scan came late.
Decision: news is what all scans say together, so it is the same for all that change nothing. Its
`key` is made of what it says: whoever sends each key once tells each thing once, and nothing that
is taken back by a scan that was made before.

By when a parcel should be there is what was promised, until its carrier says more; his word is the
later knowledge, be it better or worse. What has come, is lost or goes back is expected no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from orderflow.records import Order, Parcel
from orderflow.states import ParcelState
from orderflow.tracking import Incident, TrackingStatus, follow

_COMING: Final = (ParcelState.PACKED, ParcelState.SHIPPED)


@attrs.frozen
class News:
    """What is to be told of a parcel to the customers of its orders.

    `waybill` is the number to look it up by. `status` is the carrier's, said `at` an instant and a
    `place`, unknown until it has seen the parcel; `state` is where the parcel stands with us.
    News with the same `key` is the same news: whoever sends it sends it once.
    """

    parcel: str
    orders: tuple[str, ...]
    waybill: str
    state: ParcelState
    status: TrackingStatus
    at: datetime | None
    place: str
    incident: Incident | None
    expected_at: datetime | None

    @property
    def key(self) -> str:
        """What tells it from other news of this parcel."""
        said = (self.state, self.status, self.incident or "", _text(self.at))
        return "/".join((self.parcel, *said, _text(self.expected_at)))


def news_of(parcel: Parcel, orders: Iterable[Order], number: str) -> News:
    """What the customers of a parcel are told now; `number` is what they look it up by."""
    track = follow(parcel.told)
    return News(
        parcel.ref.id,
        parcel.orders,
        number,
        parcel.state,
        track.status,
        track.at,
        track.place,
        track.incident,
        expected_arrival(parcel, orders),
    )


def expected_arrival(parcel: Parcel, orders: Iterable[Order]) -> datetime | None:
    """By when a parcel should be there; `None` where nobody has said so, or it is expected no more.

    Of goods that were promised for several days, all are there by the last.
    """
    if parcel.state not in _COMING:
        return None
    said = follow(parcel.told).expected_at
    if said is not None:
        return said
    inside = [
        spot.slice.promised or line.promised
        for order in orders
        for line, spot in order.units()
        if spot.slice.parcel == parcel.ref.id
    ]
    return max([day for day in inside if day is not None], default=None)


def _text(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
