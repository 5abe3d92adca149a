"""What a story of scans gives somebody to do, by a name of our own.

It knows the reasons of incidents and the order of scans, and refuses to know parcels, and what may
be done about a trouble.

Problem: 35 reasons are too many to be worked off by, and most of them need nobody: who was not at
home is tried again tomorrow.
Decision: each reason has the name of a trouble, or none. A story has the trouble of its last word:
it goes when the parcel is seen on its way again, and stays while it goes back, since that is why.
A damage alone is never unsaid, least of all by a delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from orderflow.tracking.pieces import is_left_behind, of_piece
from orderflow.tracking.tracker import follow
from orderflow.tracking.words import Incident, Scan, TrackingStatus

LOST: Final = "parcel_lost"
DAMAGED: Final = "parcel_damaged"
REFUSED: Final = "parcel_refused"
WRONG_ADDRESS: Final = "wrong_address"
AT_CUSTOMS: Final = "held_at_customs"
DELAYED: Final = "parcel_delayed"

PIECE_MISSING: Final = "piece_missing"
LATE: Final = "parcel_late"
SILENT: Final = "parcel_silent"

OF_STORIES: Final = (DAMAGED, LOST, REFUSED, WRONG_ADDRESS, AT_CUSTOMS, DELAYED, PIECE_MISSING)
"""The troubles that scans tell of, in the order in which they are listed."""

OURS: Final = frozenset({*OF_STORIES, LATE, SILENT})
"""All troubles: those of stories, and those of which no scan tells."""

_I = Incident
_OF_INCIDENTS: Final = {
    DAMAGED: (_I.CARRIER_DAMAGED_PARCEL, _I.RETAILER_PACKAGING_ISSUE),
    LOST: (_I.CARRIER_PARCEL_LOST,),
    REFUSED: (_I.CONSIGNEE_REFUSED, _I.CONSIGNEE_CANCELLED),
    WRONG_ADDRESS: (
        *(_I.CARRIER_ADDRESS_NOT_FOUND, _I.CONSIGNEE_INCORRECT_ADDRESS),
        _I.RETAILER_INCORRECT_DATA,
    ),
    AT_CUSTOMS: (
        *(_I.CUSTOMS_DELAY, _I.CUSTOMS_DOCUMENTATION, _I.CUSTOMS_DUTIES_UNPAID),
        *(_I.CUSTOMS_PROHIBITED, _I.CUSTOMS_INSPECTION, _I.REGULATORY_HOLD),
    ),
    DELAYED: (
        *(_I.CARRIER_SORTING_ERROR, _I.CARRIER_NOT_ENOUGH_TIME, _I.CARRIER_VEHICLE_ISSUE),
        *(_I.CARRIER_CAPACITY_EXCEEDED, _I.CARRIER_MECHANICAL_DELAY, _I.WEATHER_DELAY),
        *(_I.NATURAL_DISASTER, _I.FORCE_MAJEURE, _I.PARCEL_BEING_RESEARCHED),
        *(_I.SECURITY_ISSUE, _I.RETAILER_CANCELLED, _I.RETAILER_NOT_READY),
        *(_I.RETAILER_INCORRECT_PARCEL, _I.RETAILER_INCORRECT_DIMENSIONS),
    ),
}

TROUBLE: Final[Mapping[Incident, str]] = MappingProxyType(
    {incident: code for code, incidents in _OF_INCIDENTS.items() for incident in incidents}
)
"""The trouble of each reason; one that is not here needs nobody, since its carrier tries again."""


@attrs.frozen
class Trouble:
    """What somebody must look into: its name, and why in words."""

    code: str
    reason: str


def troubles_of_piece(scans: tuple[Scan, ...], number: str, waybill: str) -> tuple[Trouble, ...]:
    """The troubles of a piece that goes with others under one waybill; of any parcel, without."""
    found = troubles(of_piece(scans, number, waybill))
    if not is_left_behind(scans, number, waybill):
        return found
    reason = f"all of {waybill} is said to be delivered, and nothing says so of {number}"
    return (*found, Trouble(PIECE_MISSING, reason))


def troubles(scans: Iterable[Scan]) -> tuple[Trouble, ...]:
    """The troubles that scans of one parcel tell of together; none in most stories.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> no = Scan("c-1", TrackingStatus.DELIVERY_FAILED, at, incident=Incident.CONSIGNEE_REFUSED)
    >>> troubles([no])
    (Trouble(code='parcel_refused', reason='delivery failed: consignee refused'),)
    """
    track = follow(scans)
    fits_nowhere = set(track.unplaced)
    last: Trouble | None = None
    damage: Trouble | None = None
    turned = False
    for scan in track.scans:
        if scan in fits_nowhere:
            continue
        said = _said_by(scan)
        turned = turned or scan.status in (TrackingStatus.RETURN_TO_SENDER, TrackingStatus.RETURNED)
        if said is not None and said.code == DAMAGED:
            damage = damage or said
        elif said is not None or not turned or (last is not None and last.code == LOST):
            last = said
    return tuple([one for one in (damage, last) if one is not None])


def _said_by(scan: Scan) -> Trouble | None:
    """The trouble of a single scan; one that says where the parcel ended says nothing is lost."""
    reason = scan.status.value if scan.incident is None else f"{scan.status}: {scan.incident}"
    code = "" if scan.incident is None else TROUBLE.get(scan.incident, "")
    if code == LOST and not scan.is_lost:
        code = ""
    if not code and scan.status is TrackingStatus.DELAYED:
        code = DELAYED
    return Trouble(code, reason) if code else None
