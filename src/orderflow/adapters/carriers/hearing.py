"""What a carrier tells by numbers, brought to the parcels that bear them.

It knows waybill numbers, and refuses to know what a scan changes.

A number may be that of a parcel, or of several pieces together: then each of them hears it.
Carriers use numbers again: of several parcels of one number that one is meant that was handed over
last before the scan was made. What is about no parcel of ours is handed back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import attrs

from orderflow.records import Parcel
from orderflow.tracking import Scan
from orderflow.values import text
from orderflow.workflow import Workflow

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@attrs.frozen
class Heard:
    """The parcels that heard something, by id, and the scans that are about none of ours."""

    parcels: tuple[str, ...]
    unknown: tuple[Scan, ...]


def hear(
    workflow: Workflow,
    scans: Sequence[Scan],
    carrier: str = "",
    *,
    key: str | None = None,
    by: str = "",
) -> Heard:
    """Record scans with the parcels that they are about, whichever came first and how often.

    With a `carrier` only parcels of his are meant. A `key`, such as a webhook's, makes each part of
    it a command of its own.
    """
    found: dict[str, list[Scan]] = {}
    unknown: list[Scan] = []
    numbers = {scan.tracking: workflow.numbered(scan.tracking, carrier) for scan in scans}
    for scan in scans:
        meant = _meant(scan, numbers[scan.tracking])
        unknown += [] if meant else [scan]
        for parcel in meant:
            found.setdefault(parcel, []).append(scan)
    for parcel, told in sorted(found.items()):
        own = None if key is None else f"{text(key, 'key')}/{parcel}"
        workflow.record_scans(parcel, tuple(told), key=own, by=by)
    return Heard(tuple(sorted(found)), tuple(unknown))


def _meant(scan: Scan, parcels: Sequence[Parcel]) -> tuple[str, ...]:
    """The parcel that a scan is about, and the pieces that go under its number."""
    pieces = {one.ref.id for one in parcels if one.waybill == scan.tracking}
    alone = [one for one in parcels if one.tracking == scan.tracking]
    before = [one for one in alone if (one.handed_over_at or _EVER) <= scan.at] or alone
    last = max(before, key=lambda one: (one.handed_over_at or _EVER, one.ref.id), default=None)
    return tuple(sorted(pieces | ({last.ref.id} if last is not None else set())))
