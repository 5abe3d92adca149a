"""A warehouse that does as its script says, for tests offline and trials.

It knows the work that it was given and what it has said, and refuses to know orders and books. Its
time is handed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from orderflow.errors import WarehouseFailed
from orderflow.ports import Work, WorkEvent, WorkSaid
from orderflow.units import LineQuantities
from orderflow.values import text


class WarehouseFault(StrEnum):
    """What can go wrong with one question."""

    REPLY_LOST = "reply lost"  # it did as asked, and nobody hears of it
    TIMED_OUT = "timed out"  # it did nothing, and nobody hears of it


class ScriptedWarehouse:
    """A warehouse of somebody else: it takes what it is given, and says what its script tells."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self.name = text(name, "name")
        self._clock = clock
        self._taken: dict[str, Work] = {}
        self._stops: dict[str, str] = {}
        self._faults: deque[WarehouseFault] = deque()
        self._said: list[WorkEvent] = []

    # --- the script ----------------------------------------------------------------------------

    def fail(self, *faults: WarehouseFault) -> None:
        """The next questions meet these faults, one each."""
        self._faults.extend(WarehouseFault(fault) for fault in faults)

    def say(
        self,
        said: WorkSaid,
        dispatch: str,
        lines: LineQuantities = (),
        *,
        parcel: str = "",
        carrier: str = "",
        tracking: str = "",
        weight_grams: int = 0,
        reason: str = "",
    ) -> WorkEvent:
        """Something has happened at the warehouse, now."""
        event = WorkEvent(
            f"e-{len(self._said) + 1}",
            dispatch,
            said,
            self._clock(),
            lines,
            parcel,
            carrier,
            tracking,
            weight_grams,
            reason,
        )
        self._said.append(event)
        return event

    # --- what it was asked ---------------------------------------------------------------------

    @property
    def work(self) -> tuple[Work, ...]:
        """The work that it has, in the order in which it came."""
        return tuple(self._taken.values())

    @property
    def stops(self) -> tuple[str, ...]:
        """The dispatches that it was asked to stop."""
        return tuple(self._stops.values())

    def take(self, work: Work, key: str) -> None:
        """Take work; the same key is the same work."""
        lost = self._fault("take", key)
        self._taken.setdefault(key, work)
        if lost:
            raise WarehouseFailed(self.name, "take", key, "reply lost")

    def stop(self, dispatch: str, key: str) -> None:
        """Stop, where it is not too late; what comes of it is an event."""
        lost = self._fault("stop", key)
        self._stops.setdefault(key, dispatch)
        if lost:
            raise WarehouseFailed(self.name, "stop", key, "reply lost")

    def events(self, after: str) -> Sequence[WorkEvent]:
        """What it has said since an event of that id: all, where it is empty or not its own."""
        known = [event.id for event in self._said]
        start = known.index(after) + 1 if after in known else 0
        return tuple(self._said[start:])

    def _fault(self, asked: str, key: str) -> bool:
        """Whether the reply is lost; raises where nothing is done at all."""
        fault = self._faults.popleft() if self._faults else None
        if fault is WarehouseFault.TIMED_OUT:
            raise WarehouseFailed(self.name, asked, key, "timed out")
        return fault is WarehouseFault.REPLY_LOST
