"""What a carrier signs for: the parcels that leave together (交接清单).

It knows parcels that were handed over under one name, and refuses to know paper and signatures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from orderflow.records import Parcel
from orderflow.values import text


@attrs.frozen
class ManifestRow:
    """One parcel of a manifest: its waybill number, and grams; 0 is not weighed."""

    parcel: str
    tracking: str
    weight_grams: int


@attrs.frozen
class Manifest:
    """What left under one name: by whom, since when, and each parcel by its id.

    `carriers` are more than one only where somebody has handed parcels of several over together.
    """

    name: str
    carriers: tuple[str, ...]
    handed_over_at: datetime | None
    rows: tuple[ManifestRow, ...]

    @property
    def weight_grams(self) -> int:
        """What all of it weighs, as far as it was weighed."""
        return sum(row.weight_grams for row in self.rows)  # no rows: nothing left


def manifest_of(name: str, parcels: Iterable[Parcel]) -> Manifest:
    """The manifest of that name, read off parcels; those of other names are left out."""
    text(name, "name")
    mine = sorted(
        (one for one in parcels if one.manifest == name), key=lambda parcel: parcel.ref.id
    )
    left = [one.handed_over_at for one in mine if one.handed_over_at is not None]
    rows = [ManifestRow(one.ref.id, one.tracking, one.weight_grams) for one in mine]
    carriers = tuple(sorted({one.carrier for one in mine if one.carrier}))
    return Manifest(name, carriers, min(left, default=None), tuple(rows))
