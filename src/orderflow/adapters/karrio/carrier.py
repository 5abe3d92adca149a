"""A carrier that karrio speaks to.

It knows karrio's requests and its answers, and refuses to know where parcels go and what becomes of
printed labels: a host says the one and is handed the other.
"""

from __future__ import annotations

import base64
import binascii
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, tzinfo
from typing import Final, NoReturn, Protocol, cast

from orderflow.adapters.carriers.desk import Asked, refusal_of
from orderflow.adapters.karrio.amounts import from_float, kilograms, to_float
from orderflow.adapters.karrio.consignments import Consignment, PostalAddress, PrintedLabel
from orderflow.adapters.karrio.words import incident_of, instant_of, status_of
from orderflow.bookings import asked_by
from orderflow.choosing import DAYS_MAX
from orderflow.errors import BadInput, CarrierFailed
from orderflow.ports import Label, Quote
from orderflow.records import AddedServices, Booking, Parcel, Return
from orderflow.tracking import Scan, TrackingStatus
from orderflow.values import TEXT_MAX, seen_only, text

try:
    from loguru import logger

    logger.disable("karrio")  # it writes addresses to the terminal, and says so at import
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what it reads labels with
        from karrio import sdk
        from karrio.api.gateway import Gateway as KarrioGateway
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "carriers by karrio need the package karrio: pip install 'orderflow-oms[karrio]'",
        name=missing.name,
    ) from missing

_NOT_SERVED: Final = (
    "SHIPPING_SDK_ORIGIN_NOT_SERVICED_ERROR",
    "SHIPPING_SDK_DESTINATION_NOT_SERVICED_ERROR",
)
_NOBODY_KNOWS: Final = "SHIPPING_SDK_INTERNAL_ERROR"
"""Karrio's code for whatever was raised on the way, a lost line among it."""

SERVER_FAULT: Final = 500
"""From this HTTP status on nobody knows whether a request was carried out."""


class _Message(Protocol):
    code: str | int | None
    message: object


class _Rate(Protocol):
    service: str
    currency: str | None
    total_charge: float | None
    transit_days: int | None


class _Documents(Protocol):
    label: str | None


class _Shipment(Protocol):
    tracking_number: str | None
    shipment_identifier: str | None
    docs: _Documents | None
    label_type: str | None


class _Confirmation(Protocol):
    success: bool


class _Event(Protocol):
    date: str | None
    time: str | None
    timestamp: str | None
    status: str | None
    reason: str | None
    location: str | None
    description: str | None
    code: str | None


class _Tracked(Protocol):
    tracking_number: str
    events: Sequence[_Event] | None
    status: str | None
    delivered: bool | None
    estimated_delivery: str | None


class KarrioCarrier:
    """A carrier that karrio speaks to, behind a gateway of karrio's that the host has made.

    `name` is what the rules call it. `consign` says of a parcel from where to where it goes, `keep`
    is handed each printed label, and `zone` is where the wall clocks of its scans stand, when they
    name no zone. A service must be named when a label is asked for, as `quote` names it.
    `consign_return` says of a return from where to where it goes; without it it has no label.

    It is no carrier of keys: hand it to `book_open` as `Once(carrier)`.
    """

    def __init__(
        self,
        name: str,
        gateway: object,
        consign: Callable[[Parcel], Consignment],
        keep: Callable[[PrintedLabel], None],
        zone: tzinfo = UTC,
        consign_return: Callable[[Return], Consignment] | None = None,
    ) -> None:
        if not isinstance(gateway, KarrioGateway):
            raise TypeError(f"gateway: one that karrio makes is wanted, not {type(gateway)}")
        self._name = text(name, "name")
        self._gateway = gateway
        self._consign = consign
        self._keep = keep
        self._zone = zone
        self._consign_return = consign_return

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What each service costs, the cheapest first; nothing where the way is not served.

        A service that does not say how long it takes counts as the slowest there is.
        """
        request = self._way(parcel)
        answer, messages = sdk.Rating.fetch(request).from_(self._gateway).parse()
        rates = cast("Sequence[_Rate] | None", answer)
        if not rates:
            said = cast("Sequence[_Message]", messages)
            if said and all(one.code in _NOT_SERVED for one in said):
                return ()
            if said:
                self._failed(Asked.QUOTE, said, parcel.ref.id, "")
            return ()
        quotes = [self._quote(one, parcel.ref.id) for one in rates]
        return tuple(sorted(quotes, key=lambda one: (one.amount, one.days, one.service)))

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label, which is handed to `keep`; another one each time, whatever the key."""
        return self._book(parcel.ref.id, asked_by(parcel, key), self._way(parcel), key)

    def book_return(self, returned: Return, key: str) -> Label:
        """A label from a customer to us, which is handed to `keep`; another one each time."""
        id = returned.ref.id
        if self._consign_return is None:
            said = "nobody says from where to where returns go"
            raise refusal_of(self._name, Asked.BOOK, id, said)
        way = _as_karrio(id, self._consign_return(returned), 0)
        return self._book(id, asked_by(returned, key), way, key)

    def _book(self, id: str, asked: Booking | None, way: dict[str, object], key: str) -> Label:
        if asked is None or not asked.service:
            raise refusal_of(self._name, Asked.BOOK, id, "no service is named")
        named = {"service": asked.service, "reference": key}
        request = way | named | {"options": _options(asked.added)}
        answer, messages = sdk.Shipment.create(request).from_(self._gateway).parse()
        shipment = cast("_Shipment | None", answer)
        if shipment is None or not shipment.tracking_number:
            self._failed(Asked.BOOK, messages, id, key)
        number, own = shipment.tracking_number, shipment.shipment_identifier or ""
        label = Label(self._name, number, id, "" if own == number else own)
        printed = "" if shipment.docs is None else shipment.docs.label or ""
        if printed:
            self._keep(PrintedLabel(label, shipment.label_type or "", _bytes(printed)))
        return label

    def cancel(self, label: Label, key: str) -> None:
        """Take a booking back."""
        request = {"shipment_identifier": label.reference or label.tracking}
        answer, messages = sdk.Shipment.cancel(request).from_(self._gateway).parse()
        done = cast("_Confirmation | None", answer)
        if done is None or not done.success:
            self._failed(Asked.CANCEL, messages, label.parcel, key)

    def track(self, number: str) -> Sequence[Scan]:
        """The scans so far; one without any time is left out, since it says nothing of when."""
        request = {"tracking_numbers": [text(number, "number")]}
        answer, messages = sdk.Tracking.fetch(request).from_(self._gateway).parse()
        tracked = cast("Sequence[_Tracked] | None", answer)
        if not tracked and messages:
            self._failed(Asked.TRACK, messages, number, "")
        return tuple(scan for one in tracked or () for scan in self._scans(number, one))

    # --- what is asked ---------------------------------------------------------------------------

    def _way(self, parcel: Parcel) -> dict[str, object]:
        return _as_karrio(parcel.ref.id, self._consign(parcel), parcel.weight_grams)

    # --- what is answered ------------------------------------------------------------------------

    def _quote(self, rate: _Rate, parcel: str) -> Quote:
        currency = rate.currency or ""
        try:
            amount = from_float(rate.total_charge, currency)
        except BadInput as wrong:
            said = f"{rate.service}: {wrong}"
            raise refusal_of(self._name, Asked.QUOTE, parcel, _short(said)) from None
        days = rate.transit_days
        return Quote(rate.service, amount.minor, currency, DAYS_MAX if days is None else days)

    def _scans(self, number: str, tracked: _Tracked) -> Iterator[Scan]:
        """Of scans without a status the newest has that of the whole; others are on the way.

        The day on which the parcel is expected is meant to its end.
        """
        events = [
            (instant_of(one.timestamp or "", one.date or "", one.time or "", self._zone), one)
            for one in tracked.events or ()
        ]
        dated = [(at, one) for at, one in events if at is not None]
        newest = max((at for at, _ in dated), default=None)
        day = instant_of("", tracked.estimated_delivery or "", "", self._zone)
        due = None if day is None else day.replace(hour=23, minute=59, second=59)
        whole = TrackingStatus.DELIVERED if tracked.delivered else status_of(tracked.status or "")
        for at, one in dated:
            status = TrackingStatus.IN_TRANSIT if at != newest else whole
            if one.status:
                status = status_of(one.status)
            said = _short(one.description or one.code or "")
            incident = incident_of(one.reason or "")
            expected = due if at == newest else None
            place = _short(one.location or "")
            yield Scan(number, status, at, place, incident, said, expected)

    def _failed(self, asked: Asked, messages: Sequence[_Message], about: str, key: str) -> NoReturn:
        """Raise what messages beside an empty answer mean; silence means that nobody knows."""
        said = "; ".join([f"{one.code or 'error'}: {one.message}" for one in messages])
        if not messages or any(_is_open(one.code) for one in messages):
            raise CarrierFailed(self._name, asked.value, key, _short(said) or "an empty answer")
        raise refusal_of(self._name, asked, about, _short(said))


def _is_open(code: str | int | None) -> bool:
    """Whether it is unknown what came of a request that failed in this way."""
    if code == _NOBODY_KNOWS:
        return True
    return str(code).isdecimal() and int(str(code)) >= SERVER_FAULT


def _as_karrio(id: str, consignment: Consignment, weight_grams: int) -> dict[str, object]:
    """From where to where something goes, and what it is, as karrio takes it."""
    sides = ("length", "width", "height")
    measured: dict[str, object] = {
        side: getattr(consignment, f"{side}_mm") / 10
        for side in sides
        if getattr(consignment, f"{side}_mm")
    }
    if weight_grams:
        measured["weight"] = kilograms(weight_grams)
    named = {"id": id, "reference_number": id}
    units = {"weight_unit": "KG", "dimension_unit": "CM"}
    return {
        "shipper": _address(consignment.sender),
        "recipient": _address(consignment.recipient),
        "parcels": [named | units | measured],
    }


def _options(added: AddedServices) -> dict[str, float | str | bool]:
    options: dict[str, float | str | bool] = {}
    if added.insured is not None:
        options["insurance"] = to_float(added.insured)
    if added.collect is not None:
        options["cash_on_delivery"] = to_float(added.collect)
    money = added.insured or added.collect
    if money is not None:
        options["currency"] = money.currency
    if added.signature:
        options["signature_confirmation"] = True
    return options


def _address(address: PostalAddress) -> dict[str, str]:
    said = {
        "person_name": address.name,
        "company_name": address.company,
        "address_line1": address.street,
        "city": address.city,
        "postal_code": address.postal_code,
        "state_code": address.state,
        "country_code": address.country,
        "phone_number": address.phone,
        "email": address.email,
    }
    return {name: words for name, words in said.items() if words}


def _bytes(said: str) -> bytes:
    """A printed label; what is no base64, such as plain ZPL, is kept as it came."""
    try:
        return base64.b64decode(said, validate=True)
    except binascii.Error:
        return said.encode()


def _short(said: str) -> str:
    return seen_only(said).strip()[:TEXT_MAX].strip()
