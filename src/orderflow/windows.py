"""Until when something may be asked for after a sale, in days as the customer's calendar has them.

It knows how days are counted from an instant, and refuses to know orders and parcels.

Problem: "seven days" of 24 hours ends in the middle of a day, and on another day than the law says
where clocks were changed, or where the shop's clock is not the customer's.
Observation: laws count whole days of the place where the customer is: seven from the day after he
has signed, to the end of the seventh.
Decision: a window is a number of such days and what begins them. The day on which it begins is not
counted. What is asked for at the very end is inside or outside by a named rule, and a last day that
is a holiday moves on only where a calendar is named for that.

>>> from datetime import datetime
>>> signed = datetime.fromisoformat("2026-03-02T23:30+08:00")
>>> Window(7, "Asia/Shanghai").closing(signed).said
'2026-03-10T00:00:00+08:00'
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from orderflow.calendars import Calendar, working_day_from, zone_of
from orderflow.calendars.recurrence import YEAR_MAX
from orderflow.calendars.wall import MOMENT, day_of, day_start
from orderflow.errors import BadInput
from orderflow.values import LAST_INSTANT, instant, text, whole

DAYS_MAX: Final = 3_660
"""The longest window in days, about ten years."""


class Start(StrEnum):
    """What begins a window."""

    PARCEL = "parcel"  # the delivery of the parcel in which the units came
    LAST_PARCEL = "last parcel"  # the delivery of the last goods of their order
    ORDER = "order"  # the placing of their order


class LastDay(StrEnum):
    """What is asked for on exactly the last day."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@attrs.frozen
class Closing:
    """The end of a window: its last instant, and the zone in which its days are counted, if any."""

    last: datetime
    zone: str = ""

    @property
    def said(self) -> str:
        """The end as people are told it: the midnight of the customer, or the last instant."""
        if not self.zone:
            return self.last.isoformat()
        return (self.last + MOMENT).astimezone(zone_of(self.zone)).isoformat()


@attrs.frozen
class Window:
    """So many `days` of wall time, begun by `starts`; the day on which that happens is not counted.

    They are days of the customer's zone where his order knows it, else of this `zone`. The
    `last_day` is inside or outside. Where `rolls_on` is a calendar, a last day that is not worked
    there moves on to the next that is.
    """

    days: int
    zone: str
    starts: Start = Start.PARCEL
    last_day: LastDay = LastDay.INSIDE
    rolls_on: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        whole(self.days, "window.days", least=0, most=DAYS_MAX)
        check_zone(self.zone, "window.zone")
        if type(self.starts) is not Start:
            raise BadInput("window.starts", f"one of {', '.join(Start)} is wanted")
        if type(self.last_day) is not LastDay:
            raise BadInput("window.last_day", f"one of {', '.join(LastDay)} is wanted")
        if self.rolls_on is not None and not isinstance(self.rolls_on, Calendar):
            raise BadInput("window.rolls_on", "a Calendar is wanted")

    def closing(self, began: datetime, zone: str = "") -> Closing:
        """When it closes that has begun at an instant, for a customer in a zone.

        What would close beyond the years in which orders are never does.
        """
        name = zone or self.zone
        place = zone_of(name)
        if instant(began, "began").year + DAYS_MAX // 365 > YEAR_MAX:
            return Closing(LAST_INSTANT)
        day = day_of(place, began) + timedelta(days=self.days)
        if self.rolls_on is not None:
            day = working_day_from(self.rolls_on, day)
        inside = 1 if self.last_day is LastDay.INSIDE else 0
        return Closing(day_start(place, day + timedelta(days=inside)) - MOMENT, name)


def check_zone(zone: object, path: str) -> None:
    """Refuse what is no name of a time zone."""
    try:
        zone_of(text(zone, path))
    except BadInput as bad:
        raise BadInput(path, bad.reason) from None
