"""Karrio's words for what happens on the road, in ours and back, and its times.

It knows names and times, and refuses to know what karrio's objects are.

Karrio has twelve statuses and we have thirteen: it does not tell a parcel that is on its way back
from one that has arrived at its sender. Its reasons are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from orderflow.tracking import Incident, TrackingStatus

_T = TrackingStatus

STATUSES: Final[Mapping[str, TrackingStatus]] = MappingProxyType(
    {
        "pending": _T.PENDING,
        "picked_up": _T.PICKED_UP,
        "in_transit": _T.IN_TRANSIT,
        "out_for_delivery": _T.OUT_FOR_DELIVERY,
        "ready_for_pickup": _T.READY_FOR_PICKUP,
        "delivered": _T.DELIVERED,
        "on_hold": _T.ON_HOLD,
        "delivery_failed": _T.DELIVERY_FAILED,
        "delivery_delayed": _T.DELAYED,
        "return_to_sender": _T.RETURN_TO_SENDER,
        "cancelled": _T.CANCELLED,
        "unknown": _T.UNKNOWN,
    }
)
"""Karrio's statuses by their names, in ours."""

INCIDENTS: Final[Mapping[str, Incident]] = MappingProxyType(
    {one.value.replace(" ", "_"): one for one in Incident}
)
"""Karrio's reasons of incidents by their names, in ours: they are the same."""

_KARRIO: Final = {ours: theirs for theirs, ours in STATUSES.items()} | {
    _T.RETURNED: "return_to_sender"
}

_TIMES: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %I:%M %p", "%Y-%m-%d")


def status_of(name: str) -> TrackingStatus:
    """Our status for one of karrio's; a name that is not known says nothing.

    >>> status_of("delivery_delayed").value, status_of("teleported").value
    ('delayed', 'unknown')
    """
    return STATUSES.get(name, TrackingStatus.UNKNOWN)


def incident_of(name: str) -> Incident | None:
    """Our reason for one of karrio's: none where it gives none, unknown where it is not known."""
    return INCIDENTS.get(name, Incident.UNKNOWN) if name else None


def karrio_status(status: TrackingStatus) -> str:
    """Karrio's name for one of our statuses.

    >>> karrio_status(TrackingStatus.RETURNED)
    'return_to_sender'
    """
    return _KARRIO[status]


def karrio_incident(incident: Incident) -> str:
    """Karrio's name for one of our reasons."""
    return incident.value.replace(" ", "_")


def instant_of(timestamp: str, date: str, time: str, zone: tzinfo) -> datetime | None:
    """When something was seen, of the texts that karrio has of it; `None` where none is a time.

    What has no zone of its own is wall time of `zone`; without a time of day it is the day's start.
    """
    found: datetime | None
    try:
        found = datetime.fromisoformat(timestamp)
    except ValueError:
        found = _parsed(f"{date} {time}".strip()) or _parsed(date)
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _parsed(said: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(said, form)  # noqa: DTZ007 - the caller has the zone
        except ValueError:
            continue
    return None
