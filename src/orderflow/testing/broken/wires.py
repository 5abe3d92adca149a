"""Carriers and gateways that are broken on purpose, each in one way that those of others have been.

It knows the faults by their names, and refuses to know how they are found out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, cast

import attrs

from orderflow.adapters.carriers import ScriptedCarrier
from orderflow.adapters.gateways import ScriptedGateway
from orderflow.errors import CarrierFailed, GatewayFailed, MoveRefused, Refusal
from orderflow.ports import GatewayAnswer, GatewayRequest, Label, Quote
from orderflow.records import Outcome, Parcel
from orderflow.tracking import Scan, TrackingStatus


def _no(carrier: str, asked: str, parcel: str, reason: str) -> MoveRefused:
    figures = {"carrier": carrier, "asked": asked, "parcel": parcel, "reason": reason}
    return MoveRefused((Refusal.of("carrier_refused", **figures),))


class BooksAnew(ScriptedCarrier):
    """It takes no notice of keys."""

    calls = 0

    def book(self, parcel: Parcel, key: str) -> Label:
        """Another label each time."""
        self.calls += 1
        return super().book(parcel, f"{key} {self.calls}")


class GivesOneNumberTwice(ScriptedCarrier):
    """Its pool of numbers begins anew after two."""

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label with a number that may be another parcel's."""
        label = super().book(parcel, key)
        n = int(label.tracking[-6:]) % 2
        return attrs.evolve(label, tracking=f"{label.carrier}-{n:06}")


class ServesAnotherParcelByTheKey(ScriptedCarrier):
    """It looks for the key alone, and gives whatever was booked for it."""

    def __init__(
        self, name: str, clock: Callable[[], datetime], quotes: Sequence[Quote] = ()
    ) -> None:
        super().__init__(name, clock, quotes)
        self._first: dict[str, Parcel] = {}

    def book(self, parcel: Parcel, key: str) -> Label:
        """The label that this key has had first, whosever it is."""
        first = self._first.setdefault(key, parcel)
        return attrs.evolve(super().book(first, key), parcel=parcel.ref.id)


class CancelsNothing(ScriptedCarrier):
    """It says yes, and cancels nothing."""

    def cancel(self, label: Label, key: str) -> None:
        """Nothing."""


class RefusesASecondCancel(ScriptedCarrier):
    """Of what is cancelled already it says that it is not booked."""

    def cancel(self, label: Label, key: str) -> None:
        """Cancel a label that runs; any other is refused."""
        if label not in self.running:
            raise _no(label.carrier, "cancel", label.parcel, "it is cancelled already")
        super().cancel(label, key)


class SaysNoWhenItDoesNotKnow(ScriptedCarrier):
    """It takes a reply that did not come for a refusal."""

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label, or no."""
        try:
            return super().book(parcel, key)
        except CarrierFailed as lost:
            raise _no(lost.carrier, lost.asked, parcel.ref.id, lost.reason) from lost


class QuotesInFloats(ScriptedCarrier):
    """Its amounts are floats of the main unit."""

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What it asks, as no Quote may be."""
        quotes = super().quote(parcel) or (Quote("land", 1_250, "EUR", 3),)
        return [attrs.evolve(one, amount=cast("int", one.amount / 100)) for one in quotes]


class DropsStrangeScans(ScriptedCarrier):
    """It leaves out what it has no word for."""

    def track(self, number: str) -> Sequence[Scan]:
        """The scans that it understands."""
        found = super().track(number)
        return [scan for scan in found if scan.status is not TrackingStatus.UNKNOWN]


BROKEN_CARRIERS: Final[Mapping[type[ScriptedCarrier], str]] = {
    BooksAnew: "test_the_same_key_gives_the_same_label_and_books_once",
    GivesOneNumberTwice: "test_each_booking_has_a_number_of_its_own",
    ServesAnotherParcelByTheKey: "test_a_key_of_one_parcel_does_not_serve_another",
    CancelsNothing: "test_what_is_cancelled_is_not_booked_any_more",
    RefusesASecondCancel: "test_a_cancel_may_be_repeated",
    SaysNoWhenItDoesNotKnow: "test_a_lost_reply_is_no_answer",
    QuotesInFloats: "test_quotes_are_whole_minor_units",
    DropsStrangeScans: "test_scans_are_told_again_and_strange_words_are_kept",
}
"""Each broken carrier, with the check that must find it out."""


class TakesTheMoneyAgain(ScriptedGateway):
    """It takes no notice of keys."""

    calls = 0

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Do it once more."""
        self.calls += 1
        return super().do(request, f"{key} {self.calls}")


class CannotBeAsked(ScriptedGateway):
    """It cannot tell what has become of a key."""

    def query(self, key: str) -> GatewayAnswer | None:
        """Nothing."""
        return None


class DeclinesWhatItDoesNotKnow(ScriptedGateway):
    """It takes a reply that did not come for a decline."""

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Do it, and say that it has failed where nobody knows."""
        try:
            return super().do(request, key)
        except GatewayFailed:
            return GatewayAnswer(Outcome.FAILED)


class RaisesWhatIsDeclined(ScriptedGateway):
    """It raises where its payer's bank says no."""

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Do it, or raise."""
        answer = super().do(request, key)
        if answer.outcome is Outcome.FAILED:
            raise GatewayFailed(self.name, request.kind, key, "declined")
        return answer


BROKEN_GATEWAYS: Final[Mapping[type[ScriptedGateway], str]] = {
    TakesTheMoneyAgain: "test_the_same_key_has_one_effect_and_one_answer",
    CannotBeAsked: "test_what_has_become_of_a_key_can_be_asked",
    DeclinesWhatItDoesNotKnow: "test_a_lost_reply_is_no_answer",
    RaisesWhatIsDeclined: "test_what_is_declined_is_an_answer",
}
"""Each broken gateway, with the check that must find it out."""
