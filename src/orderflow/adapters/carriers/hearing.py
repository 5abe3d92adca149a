"""What a carrier tells by numbers, brought to the parcels and returns that bear them.

It knows waybill numbers, and refuses to know what a scan changes.

A number may be that of a parcel, or of several pieces together: then each of them hears it.
Carriers use numbers again: of several parcels of one number that one is meant that was handed over
last before the scan was made, and of several returns that one whose label was asked for last. What
is about nothing of ours is handed back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import attrs

from orderflow.records import Parcel, Return
from orderflow.tracking import Scan
from orderflow.values import text
from orderflow.workflow import Workflow

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@attrs.frozen
class Heard:
    """The parcels and the returns that heard something, by id, and the scans about none of ours."""

    parcels: tuple[str, ...]
    unknown: tuple[Scan, ...]
    returns: tuple[str, ...] = ()


def hear(
    workflow: Workflow,
    scans: Sequence[Scan],
    carrier: str = "",
    *,
    key: str | None = None,
    by: str = "",
) -> Heard:
    """Record scans with what they are about, whichever came first and how often.

    With a `carrier` only parcels and returns of his are meant. A `key`, such as a webhook's, makes
    each part of it a command of its own.
    """
    found: dict[str, list[Scan]] = {}
    back: dict[str, list[Scan]] = {}
    unknown: list[Scan] = []
    numbers = {scan.tracking: workflow.numbered(scan.tracking, carrier) for scan in scans}
    returns = {number: workflow.numbered_returns(number, carrier) for number in numbers}
    for scan in scans:
        meant = _meant(scan, numbers[scan.tracking])
        coming = _coming(scan, returns[scan.tracking])
        unknown += [] if meant or coming else [scan]
        for parcel in meant:
            found.setdefault(parcel, []).append(scan)
        for returned in coming:
            back.setdefault(returned, []).append(scan)
    for parcel, told in sorted(found.items()):
        own = None if key is None else f"{text(key, 'key')}/{parcel}"
        workflow.record_scans(parcel, tuple(told), key=own, by=by)
    for returned, told in sorted(back.items()):
        own = None if key is None else f"{text(key, 'key')}/return/{returned}"
        workflow.record_return_scans(returned, tuple(told), key=own, by=by)
    return Heard(tuple(sorted(found)), tuple(unknown), tuple(sorted(back)))


def _coming(scan: Scan, returns: Sequence[Return]) -> tuple[str, ...]:
    """The return whose goods a scan is about."""
    asked = {one.ref.id: max([label.at for label in one.bookings]) for one in returns}
    before = [id for id, at in asked.items() if at <= scan.at] or list(asked)
    last = max(before, key=lambda id: (asked[id], id), default=None)
    return () if last is None else (last,)


def _meant(scan: Scan, parcels: Sequence[Parcel]) -> tuple[str, ...]:
    """The parcel that a scan is about, and the pieces that go under its number."""
    pieces = {one.ref.id for one in parcels if one.waybill == scan.tracking}
    alone = [one for one in parcels if one.tracking == scan.tracking]
    before = [one for one in alone if (one.handed_over_at or _EVER) <= scan.at] or alone
    last = max(before, key=lambda one: (one.handed_over_at or _EVER, one.ref.id), default=None)
    return tuple(sorted(pieces | ({last.ref.id} if last is not None else set())))
