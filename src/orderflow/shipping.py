"""The time between goods on a shelf and goods at the customer.

It knows when a warehouse ships and how long the way is, and refuses to know what is shipped.

Problem: a customer is told the day on which he has his goods; a warehouse must know by when they
have to stand there.
Observation: the two are one question asked from both ends.
Goods that are ready go out with the next cut-off after the lead time, and are on the road for some
working days of the carrier; later goods never arrive earlier.
Decision: `arrives` is that way, and `ready_by` its inverse: the last instant from which it ends by
a date.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from orderflow.calendars import (
    LEAD_DAYS_MAX,
    LEAD_HOURS_MAX,
    Calendar,
    arrives_at,
    latest_ready,
    latest_shipped,
    ready_to_ship_at,
    zone_of,
)
from orderflow.calendars.wall import day_of, day_start
from orderflow.errors import BadInput
from orderflow.values import text, unique, whole


def _by_region(transit: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """Each region once and in order, so that equal ways are written alike."""
    _check_transit(transit)
    unique((region for region, _ in transit), "transit")
    return tuple(sorted(transit))


def _check_transit(pairs: object) -> None:
    for i, pair in enumerate(pairs if isinstance(pairs, tuple) else (pairs,)):
        path = f"transit[{i}]"
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(path, "a pair of region and days is wanted")
        text(pair[0], f"{path}.region")
        whole(pair[1], f"{path}.days", least=0, most=LEAD_DAYS_MAX)


def _calendar(value: object, path: str) -> Calendar:
    if not isinstance(value, Calendar):
        raise BadInput(path, "a Calendar is wanted")
    return value


@attrs.frozen
class Shipping:
    """How a warehouse ships: when it works, how long it takes, and how long the way is.

    `calendar` has its cut-off; `lead_days` and `lead_hours` are working time between goods that
    stand there and goods that can go out. The way takes so many working days of the `carrier`:
    `transit_days`, or those of the destination's region in `transit`. Without a calendar of his own
    the carrier works on the days of the warehouse.
    """

    calendar: Calendar
    lead_days: int = 0
    lead_hours: int = 0
    carrier: Calendar | None = None
    transit_days: int = 0
    transit: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_by_region)
    _brings: Calendar = attrs.field(init=False, eq=False, repr=False)
    _days_worked: Calendar = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if _calendar(self.calendar, "calendar").cut_off is None:
            raise BadInput("calendar", "the calendar has no cut-off")
        if self.carrier is not None:
            _calendar(self.carrier, "carrier")
        whole(self.lead_days, "lead_days", least=0, most=LEAD_DAYS_MAX)
        whole(self.lead_hours, "lead_hours", least=0, most=LEAD_HOURS_MAX)
        whole(self.transit_days, "transit_days", least=0, most=LEAD_DAYS_MAX)
        # The hours of a warehouse say nothing of when goods are brought.
        worked = attrs.evolve(self.calendar, hours=())
        object.__setattr__(self, "_brings", self.carrier or worked)
        object.__setattr__(self, "_days_worked", worked)

    def arrives(self, ready: datetime, region: str = "") -> datetime:
        """When a customer of a region has what stands there at an instant."""
        shipped = ready_to_ship_at(
            self.calendar, ready, lead_days=self.lead_days, lead_hours=self.lead_hours
        )
        return arrives_at(self._brings, shipped, self._days(region))

    def ready_by(self, arrives: datetime, region: str = "") -> datetime:
        """The last instant at which goods may stand there that a customer has by another."""
        shipped = latest_shipped(self._brings, arrives, self._days(region))
        return latest_ready(
            self.calendar, shipped, lead_days=self.lead_days, lead_hours=self.lead_hours
        )

    def day_of(self, at: datetime) -> date:
        """The day of the warehouse that an instant belongs to, by its own clocks."""
        return day_of(zone_of(self.calendar.zone), at)

    def begins(self, day: date) -> datetime:
        """The first instant of a day of the warehouse."""
        return day_start(zone_of(self.calendar.zone), day)

    def comes(self, ordered: datetime, days: int) -> datetime:
        """The end of the day on which goods are there that are ordered at an instant.

        They take so many working days of the warehouse.
        """
        return arrives_at(self._days_worked, ordered, days)

    def _days(self, region: str) -> int:
        return dict(self.transit).get(region, self.transit_days)
