"""The words for what happens on the road: thirteen statuses, and the reasons of incidents.

It knows what a single scan says, and refuses to know what others say of the same parcel.

Problem: each carrier has words of its own, some two hundred codes, and an aggregator has others.
Observation: those who bridge many carriers end at nearly the same dozen statuses, with a reason
beside them where something went wrong.
A thirteenth is needed: whether a parcel is on its way to its sender or has arrived there is no
detail to whoever waits to receive it.
*Lost* is no status: it is why nothing more is heard, so it is a reason.
Decision: a scan has one of the thirteen, a reason where there is one, and what was `said` in the
carrier's own words, so that nothing is lost when no word of ours fits.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.values import instant, text


class TrackingStatus(StrEnum):
    """What a scan says of a parcel."""

    PENDING = "pending"  # announced; the carrier has not got it
    PICKED_UP = "picked up"
    IN_TRANSIT = "in transit"
    OUT_FOR_DELIVERY = "out for delivery"
    READY_FOR_PICKUP = "ready for pickup"  # at a desk, a locker or a station: nobody has signed
    DELIVERED = "delivered"
    ON_HOLD = "on hold"
    DELIVERY_FAILED = "delivery failed"  # an attempt; another one may follow
    DELAYED = "delayed"
    RETURN_TO_SENDER = "return to sender"
    RETURNED = "returned"  # at its sender's
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Incident(StrEnum):
    """Why a parcel does not come as it should; the first word says on whose side it lies."""

    CARRIER_DAMAGED_PARCEL = "carrier damaged parcel"
    CARRIER_SORTING_ERROR = "carrier sorting error"
    CARRIER_ADDRESS_NOT_FOUND = "carrier address not found"
    CARRIER_PARCEL_LOST = "carrier parcel lost"
    CARRIER_NOT_ENOUGH_TIME = "carrier not enough time"
    CARRIER_VEHICLE_ISSUE = "carrier vehicle issue"
    CARRIER_CAPACITY_EXCEEDED = "carrier capacity exceeded"
    CARRIER_MECHANICAL_DELAY = "carrier mechanical delay"
    RETAILER_CANCELLED = "retailer cancelled"
    RETAILER_INCORRECT_DATA = "retailer incorrect data"
    RETAILER_NOT_READY = "retailer not ready"
    RETAILER_INCORRECT_PARCEL = "retailer incorrect parcel"
    RETAILER_INCORRECT_DIMENSIONS = "retailer incorrect dimensions"
    RETAILER_PACKAGING_ISSUE = "retailer packaging issue"
    CONSIGNEE_REFUSED = "consignee refused"
    CONSIGNEE_BUSINESS_CLOSED = "consignee business closed"
    CONSIGNEE_NOT_AVAILABLE = "consignee not available"
    CONSIGNEE_NOT_HOME = "consignee not home"
    CONSIGNEE_CANCELLED = "consignee cancelled"
    CONSIGNEE_VERIFICATION_FAILED = "consignee verification failed"
    CONSIGNEE_INCORRECT_ADDRESS = "consignee incorrect address"
    CONSIGNEE_ACCESS_RESTRICTED = "consignee access restricted"
    CONSIGNEE_SAFE_PLACE_UNAVAILABLE = "consignee safe place unavailable"
    CUSTOMS_DELAY = "customs delay"
    CUSTOMS_DOCUMENTATION = "customs documentation"
    CUSTOMS_DUTIES_UNPAID = "customs duties unpaid"
    CUSTOMS_PROHIBITED = "customs prohibited"
    CUSTOMS_INSPECTION = "customs inspection"
    WEATHER_DELAY = "weather delay"
    NATURAL_DISASTER = "natural disaster"
    FORCE_MAJEURE = "force majeure"
    PARCEL_BEING_RESEARCHED = "parcel being researched"
    SECURITY_ISSUE = "security issue"
    REGULATORY_HOLD = "regulatory hold"
    UNKNOWN = "unknown"


@attrs.frozen
class Scan:
    """What a carrier saw under a waybill number, where and when; `said` are its own words.

    `expected_at` is by when it expects to deliver, where it has said so along with this. Two
    scans that say the same are the same scan, however often and by whichever message it came.
    """

    tracking: str
    status: TrackingStatus
    at: datetime
    place: str = ""
    incident: Incident | None = None
    said: str = ""
    expected_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        text(self.tracking, "scan.tracking")
        if not isinstance(self.status, TrackingStatus):
            raise BadInput("scan.status", "a TrackingStatus is wanted")
        # One instant is one scan, in whichever zone it was written.
        object.__setattr__(self, "at", instant(self.at, "scan.at"))
        text(self.place, "scan.place", empty=True)
        if self.incident is not None and not isinstance(self.incident, Incident):
            raise BadInput("scan.incident", "an Incident is wanted")
        text(self.said, "scan.said", empty=True)
        if self.expected_at is not None:
            expected = instant(self.expected_at, "scan.expected_at")
            object.__setattr__(self, "expected_at", expected)

    @property
    def is_lost(self) -> bool:
        """Whether the carrier gives the parcel up for lost, and does not say where it ended."""
        return self.incident is Incident.CARRIER_PARCEL_LOST and self.status not in _SAYS_WHERE


_SAYS_WHERE: Final = (
    TrackingStatus.DELIVERED,
    TrackingStatus.RETURN_TO_SENDER,
    TrackingStatus.RETURNED,
)
