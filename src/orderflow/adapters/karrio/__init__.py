"""Many real carriers behind our protocol, by karrio (the extra of that name).

It knows karrio's requests and answers, and refuses to know orders, and where parcels go: a host
says that for each parcel, as a `Consignment`.

Karrio keeps its carriers behind one model, with habits that are put right here:

- its money is float: `amounts` brings it through to the last minor unit;
- its dates are texts, often without a zone: a host names the zone of its carrier;
- it raises nothing: a failure is a message beside an empty answer. Here a carrier that says no is
  `MoveRefused`, and one of whom nobody knows whether he did as asked is `CarrierFailed`;
- it logs what it sends, at import and in each call: its log is off, until a host enables it with
  `loguru.logger.enable("karrio")`;
- it knows no keys. So a carrier of its kind is handed to `book_open` as `Once(carrier)`, and is
  never asked twice for one label.

A printed label comes with the booking and at no other time: `keep` is handed it before the booking
is recorded.
"""

from __future__ import annotations

from orderflow.adapters.karrio.carrier import KarrioCarrier
from orderflow.adapters.karrio.consignments import Consignment, PostalAddress, PrintedLabel
from orderflow.adapters.karrio.words import (
    INCIDENTS,
    STATUSES,
    incident_of,
    karrio_incident,
    karrio_status,
    status_of,
)

__all__ = [
    "INCIDENTS",
    "STATUSES",
    "Consignment",
    "KarrioCarrier",
    "PostalAddress",
    "PrintedLabel",
    "incident_of",
    "karrio_incident",
    "karrio_status",
    "status_of",
]
