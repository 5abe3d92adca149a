"""What carriers see on the road, in one vocabulary, and what all of it says together.

It knows scans, and refuses to know parcels, orders and carriers.

`words` has the thirteen statuses and the reasons of incidents, `tracker` makes of any heap of
scans the one story that it tells, `pieces` says which scans tell of which of several pieces, and
`troubles` names what of it somebody must look into.
"""

from __future__ import annotations

from orderflow.tracking.tracker import Track, Whereabouts, follow
from orderflow.tracking.troubles import Trouble, troubles
from orderflow.tracking.words import Incident, Scan, TrackingStatus

__all__ = [
    "Incident",
    "Scan",
    "Track",
    "TrackingStatus",
    "Trouble",
    "Whereabouts",
    "follow",
    "troubles",
]
