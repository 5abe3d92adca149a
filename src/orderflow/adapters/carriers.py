"""Two carriers: one that does as its script says, and one that asks by weight and zone.

They know labels, scans and rates, and refuse to know orders: what a carrier is told is a parcel.

Problem: a carrier's reply gets lost, and whoever books again has two waybills for one parcel.
Decision: each booking has a key, and the same key gives the same label whatever became of the
first reply. A reply that did not come is `CarrierFailed`, which says that nobody knows; a carrier
that says no is `Refused`, and nothing has happened.

`ScriptedCarrier` is for tests offline and for trials: faults and scans come on demand, and its time
is handed in.
`TableRateCarrier` is what a shop with a price list has: first and following weight (首重、续重) by
zone. A parcel does not say where it goes, so the host names its zone: a region, or a pair such as
`leith>GB`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput, CarrierFailed, KeyReused, MoveRefused, Refusal
from orderflow.money import exponent
from orderflow.ports import Label, Quote
from orderflow.records import Parcel
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import MINOR_MAX, instant, text, whole

T = TypeVar("T")


class Asked(StrEnum):
    """What a carrier can be asked for."""

    QUOTE = "quote"
    BOOK = "book"
    CANCEL = "cancel"
    TRACK = "track"


class Fault(StrEnum):
    """What can go wrong with one question."""

    REPLY_LOST = "reply lost"  # it did as asked, and nobody hears of it
    TIMED_OUT = "timed out"  # it did nothing, and nobody hears of it
    REFUSED = "refused"  # it says no


class _Desk:
    """The bookings of one carrier, by key."""

    def __init__(self, carrier: str) -> None:
        self.carrier = text(carrier, "carrier")
        self.booked: dict[str, tuple[Ref[Parcel], Label]] = {}
        self.cancelled: dict[str, Label] = {}

    def known(self, parcel: Parcel, key: str) -> Label | None:
        """The label that this key has had; of another parcel, it is `KeyReused`."""
        earlier = self.booked.get(text(key, "key"))
        if earlier is None:
            return None
        ref, label = earlier
        if ref != parcel.ref:
            raise KeyReused(key, Asked.BOOK)
        return label

    def book(self, parcel: Parcel, key: str) -> Label:
        label = self.known(parcel, key)
        if label is None:
            number = f"{self.carrier}-{len(self.booked) + 1:06}"
            label = Label(self.carrier, number, parcel.ref.id)
            self.booked[key] = (parcel.ref, label)
        return label

    def cancel(self, label: Label, key: str) -> None:
        earlier = self.cancelled.get(text(key, "key"))
        if earlier is not None and earlier != label:
            raise KeyReused(key, Asked.CANCEL)
        if all(label != booked for _, booked in self.booked.values()):
            raise self.refusal(Asked.CANCEL, label.parcel, f"nothing is booked as {label.tracking}")
        self.cancelled[key] = label

    def running(self) -> tuple[Label, ...]:
        """The labels that are booked and not cancelled, in the order of booking."""
        gone = set(self.cancelled.values())
        return tuple(label for _, label in self.booked.values() if label not in gone)

    def refusal(self, asked: Asked, parcel: str, reason: str) -> MoveRefused:
        return MoveRefused(
            (
                Refusal.of(
                    "carrier_refused",
                    carrier=self.carrier,
                    asked=asked.value,
                    parcel=parcel,
                    reason=reason,
                ),
            )
        )


class ScriptedCarrier:
    """A carrier that does as its script says; without one it books whatever comes.

    `clock` is its time: a scan is seen from its instant on. `quotes` is what it asks for any
    parcel.
    """

    def __init__(
        self, name: str, clock: Callable[[], datetime], quotes: Sequence[Quote] = ()
    ) -> None:
        self._desk = _Desk(name)
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


@attrs.frozen
class Rate:
    """What a service costs in a zone: the first weight (首重), then each step begun (续重).

    Weights are in grams, amounts in minor units; `days` is how long it takes.

    >>> Rate("land", "GB", 1_000, 1_200, 500, 250, days=3).amount(1_318)
    1450
    """

    service: str
    region: str
    first_grams: int
    first_minor: int
    step_grams: int
    step_minor: int
    days: int

    def __attrs_post_init__(self) -> None:
        text(self.service, "rate.service")
        text(self.region, "rate.region")
        whole(self.first_grams, "rate.first_grams")
        whole(self.first_minor, "rate.first_minor", least=0, most=MINOR_MAX)
        whole(self.step_grams, "rate.step_grams")
        whole(self.step_minor, "rate.step_minor", least=0, most=MINOR_MAX)
        whole(self.days, "rate.days", least=0, most=10_000)

    def amount(self, weight_grams: int) -> int:
        """What a weight costs; a step that was begun counts whole.

        A parcel that was not weighed (0 grams) costs the first weight.
        """
        over = max(0, whole(weight_grams, "weight_grams", least=0) - self.first_grams)
        steps = -(-over // self.step_grams)
        return self.first_minor + steps * self.step_minor


class TableRateCarrier:
    """A carrier with a price list, such as one's own vans.

    `zone` says for a parcel in which of the table's regions it falls. Scans are not its business:
    who drives the van records them.
    """

    def __init__(
        self, name: str, currency: str, rates: Sequence[Rate], zone: Callable[[Parcel], str]
    ) -> None:
        self._desk = _Desk(name)
        exponent(currency)
        self._currency = currency
        self._zone = zone
        self._rates: dict[str, list[Rate]] = {}
        for rate in rates:
            there = self._rates.setdefault(rate.region, [])
            if any(rate.service == earlier.service for earlier in there):
                raise BadInput("rates", f"{rate.service} to {rate.region} comes twice")
            there.append(rate)

    @property
    def running(self) -> tuple[Label, ...]:
        """The labels that are booked and not cancelled."""
        return self._desk.running()

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What each service costs, the cheapest first; nothing where the zone is not served."""
        quotes = [
            Quote(rate.service, rate.amount(parcel.weight_grams), self._currency, rate.days)
            for rate in self._rates.get(self._zone(parcel), ())
        ]
        return tuple(sorted(quotes, key=lambda one: (one.amount, one.days, one.service)))

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label; the same key gives the same label. A zone that is not served is refused."""
        label = self._desk.known(parcel, key)
        if label is not None:
            return label
        zone = self._zone(parcel)
        if zone not in self._rates:
            raise self._desk.refusal(
                Asked.BOOK, parcel.ref.id, f"{zone or 'no zone'} is not served"
            )
        return self._desk.book(parcel, key)

    def cancel(self, label: Label, key: str) -> None:
        """Take a booking back; again is no error."""
        self._desk.cancel(label, key)

    def track(self, number: str) -> Sequence[Scan]:
        """Nothing: it has no scans of its own."""
        text(number, "number")
        return ()
