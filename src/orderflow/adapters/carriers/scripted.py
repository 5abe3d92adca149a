"""A carrier that does as its script says: faults and scans on demand, for tests offline and trials.

It knows labels and scans, and refuses to know orders: what a carrier is told is a parcel. Its time
is handed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from orderflow.adapters.carriers.desk import Asked, Desk
from orderflow.errors import CarrierFailed
from orderflow.ports import Label, Quote
from orderflow.records import Parcel, Return
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import instant, text, whole

T = TypeVar("T")


class Fault(StrEnum):
    """What can go wrong with one question."""

    REPLY_LOST = "reply lost"  # it did as asked, and nobody hears of it
    TIMED_OUT = "timed out"  # it did nothing, and nobody hears of it
    REFUSED = "refused"  # it says no


class ScriptedCarrier:
    """A carrier that does as its script says; without one it books whatever comes.

    `clock` is its time: a scan is seen from its instant on. `quotes` is what it asks for any
    parcel.
    """

    def __init__(
        self, name: str, clock: Callable[[], datetime], quotes: Sequence[Quote] = ()
    ) -> None:
        self._desk = Desk(name)
        self._clock = clock
        self._quotes = tuple(quotes)
        self._faults: dict[Asked, deque[Fault]] = {asked: deque() for asked in Asked}
        self._scans: dict[str, list[tuple[datetime, Scan]]] = {}

    # --- the script ----------------------------------------------------------------------------

    def fail(self, asked: Asked, *faults: Fault) -> None:
        """The next questions of this kind meet these faults, one each."""
        self._faults[Asked(asked)].extend(Fault(fault) for fault in faults)

    def scan(
        self,
        number: str,
        status: str,
        *,
        place: str = "",
        incident: Incident | None = None,
        at: datetime | None = None,
        seen_at: datetime | None = None,
        times: int = 1,
    ) -> Scan:
        """Something is scanned under a waybill number, booked here or not.

        A `status` that is none of `TrackingStatus` is unknown, and kept as what was said.
        `at` is what the scan says, now unless said; `seen_at` is from when on it is shown, later
        for a scan that comes late. `times` shows it so often. Scans are shown as they were
        scripted, so they may come unordered.
        """
        when = instant(self._clock() if at is None else at, "at")
        shown = when if seen_at is None else instant(seen_at, "seen_at")
        said = text(str(status), "status")
        known = said in list(TrackingStatus)
        meant = TrackingStatus(said) if known else TrackingStatus.UNKNOWN
        scan = Scan(number, meant, when, place, incident, "" if known else said)
        whole(times, "times", most=1_000)
        self._scans.setdefault(number, []).extend([(shown, scan)] * times)
        return scan

    @property
    def running(self) -> tuple[Label, ...]:
        """The labels that are booked and not cancelled: what really happened."""
        return self._desk.running()

    # --- the carrier ---------------------------------------------------------------------------

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What it would ask."""
        return self._answer(Asked.QUOTE, "", parcel.ref.id, lambda: self._quotes)

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label; the same key gives the same label."""
        return self._answer(Asked.BOOK, key, parcel.ref.id, lambda: self._desk.book(parcel, key))

    def book_return(self, returned: Return, key: str) -> Label:
        """A label for goods that come back; the same key gives the same label."""
        id = returned.ref.id
        return self._answer(Asked.BOOK, key, id, lambda: self._desk.book(returned, key))

    def cancel(self, label: Label, key: str) -> None:
        """Take a booking back; again is no error."""
        self._answer(Asked.CANCEL, key, label.parcel, lambda: self._desk.cancel(label, key))

    def track(self, number: str) -> Sequence[Scan]:
        """The scans that are seen by now."""
        return self._answer(Asked.TRACK, "", number, lambda: self._seen(number))

    def _seen(self, number: str) -> Sequence[Scan]:
        now = instant(self._clock(), "clock")
        return tuple(scan for shown, scan in self._scans.get(number, ()) if shown <= now)

    def _answer(self, asked: Asked, key: str, parcel: str, act: Callable[[], T]) -> T:
        faults = self._faults[asked]
        fault = faults.popleft() if faults else None
        if fault is Fault.REFUSED:
            raise self._desk.refusal(asked, parcel, "its script says so")
        if fault is Fault.TIMED_OUT:
            raise CarrierFailed(self._desk.carrier, asked.value, key, fault.value)
        answer = act()
        if fault is Fault.REPLY_LOST:
            raise CarrierFailed(self._desk.carrier, asked.value, key, fault.value)
        return answer
