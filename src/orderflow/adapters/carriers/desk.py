"""The bookings of one carrier, by key: the same key, the same label.

It knows keys and labels, and refuses to know what a booking costs and what becomes of the parcel.

Problem: a carrier's reply gets lost, and whoever books again has two waybills for one parcel.
Decision: each booking has a key, and the same key gives the same label whatever became of the
first reply. A reply that did not come is `CarrierFailed`, which says that nobody knows; a carrier
that says no is `Refused`, and nothing has happened.
"""

from __future__ import annotations

from enum import StrEnum

from orderflow.calls import Ref
from orderflow.errors import KeyReused, MoveRefused, Refusal
from orderflow.ports import Label
from orderflow.records import Parcel, Return
from orderflow.values import text


class Asked(StrEnum):
    """What a carrier can be asked for."""

    QUOTE = "quote"
    BOOK = "book"
    CANCEL = "cancel"
    TRACK = "track"


class Desk:
    """The bookings of one carrier, by key."""

    def __init__(self, carrier: str) -> None:
        self.carrier = text(carrier, "carrier")
        self.booked: dict[str, tuple[Ref[Parcel] | Ref[Return], Label]] = {}
        self.cancelled: dict[str, Label] = {}

    def known(self, about: Parcel | Return, key: str) -> Label | None:
        """The label that this key has had; of another parcel or return, it is `KeyReused`."""
        earlier = self.booked.get(text(key, "key"))
        if earlier is None:
            return None
        ref, label = earlier
        if ref != about.ref:
            raise KeyReused(key, Asked.BOOK)
        return label

    def book(self, about: Parcel | Return, key: str) -> Label:
        label = self.known(about, key)
        if label is None:
            number = f"{self.carrier}-{len(self.booked) + 1:06}"
            label = Label(self.carrier, number, about.ref.id)
            self.booked[key] = (about.ref, label)
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
        return refusal_of(self.carrier, asked, parcel, reason)


def refusal_of(carrier: str, asked: Asked, parcel: str, reason: str) -> MoveRefused:
    """That a carrier says no to what it is asked about a parcel."""
    of = {"carrier": carrier, "asked": asked.value, "parcel": parcel, "reason": reason}
    return MoveRefused((Refusal.of("carrier_refused", **of),))
