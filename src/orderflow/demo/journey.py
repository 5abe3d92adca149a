"""What a source knows of one order's life, and what people do that no source knows.

It knows dates and shares, and refuses to know what becomes of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderflow.agreed import NewOrder
from orderflow.intake import Status

DAY: Final = timedelta(days=1)


@attrs.frozen
class Journey:
    """One order, and what its source knows of its life.

    `ships` and `arrives` are times by line; a line that leaves late arrives as much later.
    `back` are the lines that come back; `cancel_at` is when the customer wants to be rid of it.
    """

    id: str
    new: NewOrder
    at: datetime
    ships: Mapping[str, datetime]
    arrives: Mapping[str, datetime]
    back: Collection[str] = ()
    status: Status = Status.COMPLETED
    cancel_at: datetime | None = None
    by: str = ""
    carrier: str = ""


@attrs.frozen
class Habits:
    """What people do that no file tells, in percent of the occasions, and in days."""

    seconds: int = 0  # what comes back is found to be second grade
    damaged: int = 0
    rejected: int = 0  # what comes back is not accepted, and sent to the customer again
    overpays: int = 0  # a clerk first types what the goods cost before their discount
    asks_after_days: int = 1  # a return is asked up to so many days after delivery


NO_HABITS: Final = Habits()
"""Everything happens as the source says."""
