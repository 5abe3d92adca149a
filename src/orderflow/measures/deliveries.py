"""Whether parcels arrive in time and unharmed (按时、安全地送达), counted carrier by carrier.

It knows how parcels ended and for which day their goods were promised, and refuses to judge: which
share is too low is for a person.

Problem: a share of punctual parcels by the day of their delivery never counts those that were lost,
so the worst carrier looks best; and a figure that was noted when the first scan came is not put
right when the turn to the sender is heard of late.
Decision: parcels count for the period in which they were handed over, each once, as it stands now.
So adjoining periods add up, and what is still under way is told as that.

A parcel is in time when it is delivered by the first of the days that goods of it were promised
for. It is harmed when its carrier, or a person, has said so, whatever became of it after.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

import attrs

from orderflow.errors import BadInput
from orderflow.records import Order, Parcel
from orderflow.states import ParcelState
from orderflow.tracking.troubles import DAMAGED, troubles
from orderflow.values import instant


class Ended(StrEnum):
    """What has become of a parcel."""

    IN_TIME = "in time"
    LATE = "late"
    NO_DAY = "delivered for no day"  # nobody had promised one
    LOST = "lost"
    CAME_BACK = "came back"  # or is on its way to us
    UNDER_WAY = "under way"


class DeliveryRow(NamedTuple):
    """So many (`n`) parcels of a carrier ended in this way, harmed or not."""

    ended: Ended
    n: int
    carrier: str = ""
    harmed: bool = False


@attrs.frozen
class Deliveries:
    """The parcels that were handed over from `start` on and before `end`, row by row, sorted."""

    start: datetime
    end: datetime
    rows: tuple[DeliveryRow, ...]

    def count(self, *ended: Ended, carrier: str | None = None, harmed: bool | None = None) -> int:
        """How many ended in any of these ways; what is not named counts alike."""
        return sum(
            row.n
            for row in self.rows
            if (not ended or row.ended in ended)
            and carrier in (None, row.carrier)
            and harmed in (None, row.harmed)
        )

    def share_in_time(self, carrier: str | None = None) -> Fraction | None:
        """Those in time for each that was to be there by a day or went astray; `None` without any.

        What was delivered for no day, and what is under way, says nothing of that.
        """
        ended = self.count(*_TO_BE_IN_TIME, carrier=carrier)
        return Fraction(self.count(Ended.IN_TIME, carrier=carrier), ended) if ended else None

    def share_unharmed(self, carrier: str | None = None) -> Fraction | None:
        """Those delivered unharmed for each that was delivered or lost; `None` without any."""
        ended = self.count(*_DELIVERED, Ended.LOST, carrier=carrier)
        safe = self.count(*_DELIVERED, carrier=carrier, harmed=False)
        return Fraction(safe, ended) if ended else None


_DELIVERED: Final = (Ended.IN_TIME, Ended.LATE, Ended.NO_DAY)
_TO_BE_IN_TIME: Final = (Ended.IN_TIME, Ended.LATE, Ended.LOST)


def deliveries(
    parcels: Iterable[Parcel],
    order: Callable[[str], Order],
    start: datetime,
    end: datetime,
) -> Deliveries:
    """How parcels ended that were handed over from `start` on and before `end`.

    `order` reads the order of an id: its goods say for which day they were promised.
    """
    start, end = instant(start, "start"), instant(end, "end")
    if start >= end:
        raise BadInput("end", "a period ends after it begins")
    tally: Tally[tuple[Ended, str, bool]] = Tally()
    for parcel in parcels:
        left = parcel.handed_over_at
        if left is not None and start <= left < end:
            ended = _ended(parcel, [order(id) for id in parcel.orders])
            tally[ended, parcel.carrier, _is_harmed(parcel)] += 1
    rows = [DeliveryRow(ended, n, carrier, harmed) for (ended, carrier, harmed), n in tally.items()]
    return Deliveries(start, end, tuple(sorted(rows)))


_ENDS: Final = {
    ParcelState.LOST: Ended.LOST,
    ParcelState.GOING_BACK: Ended.CAME_BACK,
    ParcelState.RETURNED: Ended.CAME_BACK,
}


def _ended(parcel: Parcel, orders: Iterable[Order]) -> Ended:
    if parcel.state is not ParcelState.DELIVERED or parcel.delivered_at is None:
        return _ENDS.get(parcel.state, Ended.UNDER_WAY)
    said = [
        spot.slice.promised or line.promised
        for one in orders
        for line, spot in one.units()
        if spot.slice.parcel == parcel.ref.id
    ]
    day = min([at for at in said if at is not None], default=None)
    if day is None:
        return Ended.NO_DAY
    return Ended.IN_TIME if parcel.delivered_at <= day else Ended.LATE


def _is_harmed(parcel: Parcel) -> bool:
    told = {one.code for one in troubles(parcel.told)} | {hold.code for hold in parcel.holds}
    return DAMAGED in told
