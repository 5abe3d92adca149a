"""The way of an order from each warehouse of a host to its customer.

It knows which warehouse ships how, and refuses to know calendars.

A warehouse that says nothing of its shipping takes no time: what stands there is there.
One that is closed for longer than a calendar looks ahead ships nothing: its goods never arrive, and
those of others are promised all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.errors import BadInput, Refused
from orderflow.promising.portions import ALWAYS, NEVER
from orderflow.promising.values import AtOnce, Way
from orderflow.rules import Location
from orderflow.values import warehouse

if TYPE_CHECKING:
    from orderflow.shipping import Shipping


def way_of(locations: Iterable[Location], region: str) -> Way:
    """The way from a host's locations to a region."""
    houses = {place.id: place.ships for place in locations if place.ships is not None}
    return Ways(houses, region) if houses else AtOnce()


@attrs.frozen
class Ways:
    """How long it takes from each warehouse to a region; each question is worked out once."""

    houses: Mapping[str, Shipping]
    region: str
    _arrives: dict[tuple[str, datetime], datetime] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )
    _ready_by: dict[tuple[str, datetime], datetime] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )

    def arrives(self, location: str, ready: datetime) -> datetime:
        """When the customer has what is ready at a location at an instant."""
        house = warehouse(location)
        key = (house, ready)
        if key not in self._arrives:
            self._arrives[key] = self._out(house, ready)
        return self._arrives[key]

    def ready_by(self, location: str, promised: datetime) -> datetime:
        """When goods must be ready at a location for the customer to have them by then."""
        house = warehouse(location)
        key = (house, promised)
        if key not in self._ready_by:
            self._ready_by[key] = self._back(house, promised)
        return self._ready_by[key]

    def _out(self, house: str, ready: datetime) -> datetime:
        ships = self.houses.get(house)
        if ships is None:
            return ready
        try:
            return ships.arrives(ready, self.region)
        except (Refused, BadInput):  # closed too long, or a year that no calendar has
            return NEVER

    def _back(self, house: str, promised: datetime) -> datetime:
        ships = self.houses.get(house)
        if ships is None:
            return promised
        try:
            return ships.ready_by(promised, self.region)
        except (Refused, BadInput):
            return ALWAYS
