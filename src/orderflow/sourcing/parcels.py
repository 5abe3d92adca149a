"""What leaves a place, parted into parcels.

It knows shares of one plan, and refuses to know carriers.

A split is a function of one parcel that gives one or more; splits follow each other, so each sees
what the one before left. No unit is lost, and none goes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.freight import GRAMS_MAX, Load
from orderflow.sourcing.values import Problem, Share, Want
from orderflow.values import text, whole


@attrs.frozen
class Parcel:
    """What leaves a place together."""

    place: str
    shares: tuple[Share, ...]


Split: TypeAlias = Callable[[Parcel, Problem], Sequence[Parcel]]


def packed(
    shares: Iterable[Share], problem: Problem, splits: Sequence[Split] = ()
) -> tuple[Parcel, ...]:
    """A parcel for each place, and then as many as the splits make of it, by place and line."""
    by_place: dict[str, list[Share]] = {}
    for share in sorted(shares, key=lambda share: (share.place, share.line)):
        by_place.setdefault(share.place, []).append(share)
    parcels = [Parcel(place, tuple(there)) for place, there in by_place.items()]
    for split in splits:
        parcels = [part for parcel in parcels for part in split(parcel, problem)]
    return tuple(parcels)


def by_kind(kinds: Mapping[str, str]) -> Split:
    """What may not travel together: chilled and dry, by the kind of each SKU.

    A line goes where its first part does; the parts of a kit stay together.
    """
    if not isinstance(kinds, Mapping):
        raise BadInput("kinds", "a mapping of SKUs to kinds is wanted")
    for sku, kind in kinds.items():
        text(kind, f"kinds.{text(sku, 'kinds')}", empty=True)

    def split(parcel: Parcel, problem: Problem) -> Sequence[Parcel]:
        wants = {want.line: want for want in problem.wants}
        parted: dict[str, list[Share]] = {}
        for share in parcel.shares:
            sku = next(iter(wants[share.line].parts))
            parted.setdefault(kinds.get(sku, ""), []).append(share)
        return [Parcel(parcel.place, tuple(parted[kind])) for kind in sorted(parted)]

    return split


def by_weight(grams_max: int) -> Split:
    """Parcels of no more than a weight; a unit that weighs more has one of its own."""
    return _by_size(lambda load: load.grams, grams_max)


def by_volume(cm3_max: int) -> Split:
    """Parcels of no more than a volume; a unit that is larger has one of its own."""
    return _by_size(lambda load: load.cm3, cm3_max)


def weighed(want: Want, problem: Problem) -> Load:
    """One unit of a line."""
    parts = want.parts.items()
    grams = sum([problem.grams[sku] * n for sku, n in parts])
    return Load(grams, sum([problem.cm3[sku] * n for sku, n in parts]))


def _by_size(size: Callable[[Load], int], most: int) -> Split:
    whole(most, "most", most=GRAMS_MAX)

    def split(parcel: Parcel, problem: Problem) -> Sequence[Parcel]:
        sizes = {want.line: size(weighed(want, problem)) for want in problem.wants}
        parted: list[dict[str, int]] = []
        room: list[int] = []
        heavy_first = sorted(parcel.shares, key=lambda one: (-sizes[one.line], one.line))
        for share in heavy_first:
            each, left = sizes[share.line], share.n
            for i, contents in enumerate(parted):
                n = min(left, room[i] // each if each else left)
                if n > 0:
                    contents[share.line] = n
                    room[i] -= n * each
                    left -= n
            while left:
                n = min(left, max(1, most // each)) if each else left
                parted.append({share.line: n})
                room.append(max(0, most - n * each))
                left -= n
        return [
            Parcel(
                parcel.place, tuple([Share(line, parcel.place, one[line]) for line in sorted(one)])
            )
            for one in parted
        ]

    return split
