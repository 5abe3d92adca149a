"""Scans out of messages that were let in.

It knows the words of three senders, and refuses to know whether a message is genuine: whoever
calls it has checked that.

Problem: one wrong entry among twenty must not cost the nineteen others, and a word that is new must
not cost its scan.
Decision: an entry that has a word of its own is a scan with our word beside it, or `unknown`; what
cannot be seen or is too long is cut off its texts. An entry that does not say when, or says it
without a zone where the host has named none, is of the message's time. Only a message that has no
waybill number is rejected: there is no parcel that it could be about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple

import attrs

from orderflow.adapters.webhooks.checking import Delivery, as_instant, at_path
from orderflow.errors import WebhookRejected
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import TEXT_MAX, instant, seen_only

SCANS_MAX: Final = 1_000
"""The most scans in one message; a parcel has some sixty on its way round the world."""

_T, _I = TrackingStatus, Incident


def scans_of(delivery: Delivery, zone: tzinfo = UTC) -> tuple[Scan, ...]:
    """The scans in a message of Shopify, EasyPost or AfterShip, as they stand in it.

    `zone` is where the clocks are whose times come without one. Raises `WebhookRejected` for a
    message that names no waybill or has more than `SCANS_MAX` scans, `KeyError` for a sender that
    is none of the three.
    """
    return _READERS[delivery.scheme](delivery, zone)


class _Meant(NamedTuple):
    """What a sender's word means."""

    status: TrackingStatus
    incident: Incident | None = None


_NOTHING: Final = _Meant(_T.UNKNOWN)

_EASYPOST: Final = {
    "pre_transit": _T.PENDING,
    "in_transit": _T.IN_TRANSIT,
    "out_for_delivery": _T.OUT_FOR_DELIVERY,
    "delivered": _T.DELIVERED,
    "available_for_pickup": _T.READY_FOR_PICKUP,
    "return_to_sender": _T.RETURN_TO_SENDER,
    "failure": _T.DELIVERY_FAILED,
    "cancelled": _T.CANCELLED,
}

_EASYPOST_DETAILS: Final = {
    "address_correction": _Meant(_T.ON_HOLD, _I.CONSIGNEE_INCORRECT_ADDRESS),
    "arrived_at_pickup_location": _Meant(_T.READY_FOR_PICKUP),
    "damaged": _Meant(_T.ON_HOLD, _I.CARRIER_DAMAGED_PARCEL),
    "delayed": _Meant(_T.DELAYED),
    "held": _Meant(_T.ON_HOLD),
    "lost": _Meant(_T.ON_HOLD, _I.CARRIER_PARCEL_LOST),
    "missorted": _Meant(_T.DELAYED, _I.CARRIER_SORTING_ERROR),
    "refused": _Meant(_T.DELIVERY_FAILED, _I.CONSIGNEE_REFUSED),
    "return": _Meant(_T.RETURN_TO_SENDER),
    "weather_delay": _Meant(_T.DELAYED, _I.WEATHER_DELAY),
}

_AFTERSHIP: Final = {
    "Pending": _T.PENDING,
    "InfoReceived": _T.PENDING,
    "InTransit": _T.IN_TRANSIT,
    "OutForDelivery": _T.OUT_FOR_DELIVERY,
    "AttemptFail": _T.DELIVERY_FAILED,
    "Delivered": _T.DELIVERED,
    "AvailableForPickup": _T.READY_FOR_PICKUP,
    "Exception": _T.ON_HOLD,
}

_AFTERSHIP_DETAILS: Final = {
    "Exception_002": _Meant(_T.DELIVERY_FAILED, _I.CONSIGNEE_INCORRECT_ADDRESS),  # has moved
    "Exception_003": _Meant(_T.DELIVERY_FAILED, _I.CONSIGNEE_REFUSED),
    "Exception_004": _Meant(_T.DELAYED, _I.CUSTOMS_DELAY),
    "Exception_005": _Meant(_T.DELAYED),
    "Exception_007": _Meant(_T.DELIVERY_FAILED, _I.CONSIGNEE_INCORRECT_ADDRESS),
    "Exception_008": _Meant(_T.DELIVERY_FAILED, _I.CONSIGNEE_NOT_AVAILABLE),  # not collected
    "Exception_009": _Meant(_T.ON_HOLD, _I.RETAILER_INCORRECT_PARCEL),
    "Exception_010": _Meant(_T.RETURN_TO_SENDER),
    "Exception_011": _Meant(_T.RETURNED),
    "Exception_012": _Meant(_T.ON_HOLD, _I.CARRIER_DAMAGED_PARCEL),
    "Exception_013": _Meant(_T.ON_HOLD, _I.CARRIER_PARCEL_LOST),
}

_SHOPIFY: Final = {
    "label_printed": _T.PENDING,
    "label_purchased": _T.PENDING,
    "confirmed": _T.PENDING,
    "carrier_picked_up": _T.PICKED_UP,
    "in_transit": _T.IN_TRANSIT,
    "out_for_delivery": _T.OUT_FOR_DELIVERY,
    "attempted_delivery": _T.DELIVERY_FAILED,
    "ready_for_pickup": _T.READY_FOR_PICKUP,
    "delayed": _T.DELAYED,
    "delivered": _T.DELIVERED,
    "failure": _T.DELIVERY_FAILED,
}


def _easypost(delivery: Delivery, zone: tzinfo) -> tuple[Scan, ...]:
    """A tracker with its details, or the tracker alone where it has none yet."""
    number = _number(delivery, at_path(delivery.payload, ("result", "tracking_code")))
    tracker = at_path(delivery.payload, ("result",))
    entries = _entries(delivery, tracker, "tracking_details")
    scans = tuple(
        _scan(
            number,
            _meaning(_EASYPOST, _EASYPOST_DETAILS, one.get("status"), one.get("status_detail")),
            _when(one.get("datetime"), delivery, zone),
            _joined(one.get("tracking_location"), ("city", "state", "country")),
            one.get("message") or one.get("status_detail") or one.get("status"),
        )
        for one in entries
    )
    return _expected(scans, tracker, "est_delivery_date", zone)


def _aftership(delivery: Delivery, zone: tzinfo) -> tuple[Scan, ...]:
    """A tracking with its checkpoints, or the tracking alone where it has none yet."""
    number = _number(delivery, at_path(delivery.payload, ("msg", "tracking_number")))
    tracking = at_path(delivery.payload, ("msg",))
    entries = _entries(delivery, tracking, "checkpoints")
    scans = tuple(
        _scan(
            number,
            _meaning(_AFTERSHIP, _AFTERSHIP_DETAILS, one.get("tag"), one.get("subtag")),
            _when(one.get("checkpoint_time"), delivery, zone),
            _joined(one, ("city", "state", "country_name")),
            one.get("message") or one.get("subtag") or one.get("tag"),
        )
        for one in entries
    )
    return _expected(scans, tracking, "expected_delivery", zone)


def _shopify(delivery: Delivery, zone: tzinfo) -> tuple[Scan, ...]:
    """A fulfilment: one status for all the numbers that it has."""
    payload = delivery.payload
    numbers = payload.get("tracking_numbers")
    if not isinstance(numbers, list) or not numbers:
        numbers = [payload.get("tracking_number")]
    _check_count(delivery, numbers)
    said = payload.get("shipment_status")
    at = _when(payload.get("updated_at"), delivery, zone)
    meant = _meaning(_SHOPIFY, {}, said, None)
    expected = _by_when(payload.get("estimated_delivery_at"), zone)
    scans = [_scan(_number(delivery, number), meant, at, "", said) for number in numbers]
    return tuple([attrs.evolve(scan, expected_at=expected) for scan in scans])


_READERS: Final[Mapping[str, Callable[[Delivery, tzinfo], tuple[Scan, ...]]]] = {
    "easypost": _easypost,
    "aftership": _aftership,
    "shopify": _shopify,
}


def _entries(delivery: Delivery, whole: object, name: str) -> Sequence[Mapping[str, object]]:
    """The objects of a list in an object, or the object itself where it has none."""
    if not isinstance(whole, dict):
        return []
    inside = whole.get(name)
    if not isinstance(inside, list):
        return [whole]
    _check_count(delivery, inside)
    return [one for one in inside if isinstance(one, dict)] or [whole]


def _check_count(delivery: Delivery, entries: Sequence[object]) -> None:
    if len(entries) > SCANS_MAX:
        raise WebhookRejected(delivery.scheme, "too_large", f"it has more than {SCANS_MAX} scans")


def _meaning(
    words: Mapping[str, TrackingStatus],
    details: Mapping[str, _Meant],
    word: object,
    detail: object,
) -> _Meant:
    """What a word means; a detail that says more comes first, but undoes no end of the road."""
    status = words.get(word) if isinstance(word, str) else None
    closer = details.get(detail) if isinstance(detail, str) else None
    if status is None:
        return closer or _NOTHING
    if closer is not None and status in (_T.DELIVERED, _T.RETURN_TO_SENDER):
        return _Meant(status, closer.incident)
    return closer or _Meant(status)


def _scan(number: str, meant: _Meant, at: datetime, place: str, said: object) -> Scan:
    return Scan(number, meant.status, at, place, meant.incident, _plain(said))


def _expected(scans: tuple[Scan, ...], whole: object, name: str, zone: tzinfo) -> tuple[Scan, ...]:
    """The same scans, the last of which says by when all of it is expected, where that is said."""
    expected = _by_when(whole.get(name) if isinstance(whole, dict) else None, zone)
    if expected is None or not scans:
        return scans
    last = max(scan.at for scan in scans)
    return tuple(
        [attrs.evolve(scan, expected_at=expected) if scan.at == last else scan for scan in scans]
    )


def _by_when(said: object, zone: tzinfo) -> datetime | None:
    """The instant that is meant; a day is meant to its end, and a time without a zone is local."""
    known = as_instant(said)
    if known is not None or not isinstance(said, str):
        return known
    try:
        local = datetime.fromisoformat(said).replace(tzinfo=zone)
        if len(said) <= _DAY:
            local = local.replace(hour=23, minute=59, second=59)
        return instant(local, "expected")
    except ValueError:
        return None


_DAY: Final = len("2026-01-31")


def _number(delivery: Delivery, said: object) -> str:
    number = _plain(said)
    if not number:
        raise WebhookRejected(delivery.scheme, "not_understood", "it names no waybill")
    return number


def _when(said: object, delivery: Delivery, zone: tzinfo) -> datetime:
    """When an entry says that it was; a time without a zone is of `zone`."""
    known = as_instant(said)
    if known is not None:
        return known
    if isinstance(said, str):
        try:
            return instant(datetime.fromisoformat(said).replace(tzinfo=zone), "at")
        except ValueError:
            return delivery.sent_at
    return delivery.sent_at


_SPACES: Final = re.compile(r"\s+")


def _plain(said: object) -> str:
    """A text as far as it can be seen and kept; what is no text is none."""
    if type(said) is not str:
        return ""
    return seen_only(_SPACES.sub(" ", said)).strip()[:TEXT_MAX].strip()


def _joined(one: object, names: tuple[str, ...]) -> str:
    parts = [_plain(one.get(name)) for name in names] if isinstance(one, dict) else []
    return _plain(", ".join(filter(None, parts)))
