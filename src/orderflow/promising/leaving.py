"""The way to the customer of goods that leave on a day that has room for them.

It knows a way and a capacity, and refuses to know who has filled a day.

A day is full for an order when it has less room than all that the order wants: goods that could
leave together are not scattered over days.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.claiming.capacity import Capacity
from orderflow.promising.values import Way


@attrs.frozen
class Leaving:
    """Another way, from the first day on that has room for `n` units."""

    way: Way
    capacity: Capacity
    n: int

    def arrives(self, location: str, ready: datetime) -> datetime:
        """When the customer has what leaves on the first day with room."""
        return self.way.arrives(location, self.capacity.later(location, ready, self.n))

    def ready_by(self, location: str, promised: datetime) -> datetime:
        """The last instant of a day with room that is early enough."""
        return self.capacity.earlier(location, self.way.ready_by(location, promised), self.n)
