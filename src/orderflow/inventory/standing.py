"""What stands where, as a clerk asks for it.

It knows how to read both books side by side, and refuses to know how they are kept.

The books have a row for each account; a clerk wants one for each position: what is there, what of
it is free, what is in quarantine, broken, on the road or still to come.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from orderflow.conditions import DAMAGED, TO_INSPECT, TO_REPAIR
from orderflow.ports import Books
from orderflow.records import MatterKind, Supply
from orderflow.states import SupplyState
from orderflow.values import Position


@attrs.frozen
class Standing:
    """What stands at a position, in units.

    `free` is what is `there` less what is `claimed`, never below zero. `quarantine` has goods to be
    inspected or mended, returned ones among them; `staged` is picked, `on_road` is on its way from
    here, back to here, or here from another warehouse; `coming` is what open supply rows will
    bring.
    """

    position: Position
    there: int = 0
    claimed: int = 0
    free: int = 0
    quarantine: int = 0
    staged: int = 0
    on_road: int = 0
    damaged: int = 0
    coming: int = 0


_APART: Final = (TO_INSPECT, TO_REPAIR)
_COLUMNS: Final = {
    MatterKind.STAGED: "staged",
    MatterKind.QUARANTINE: "quarantine",
    MatterKind.ROAD_OUT: "on_road",
    MatterKind.ROAD_BACK: "on_road",
    MatterKind.ROAD_BETWEEN: "on_road",
    MatterKind.DAMAGED: "damaged",
}
_NUMBERS: Final = tuple(field.name for field in attrs.fields(Standing) if field.name != "position")


def standing(books: Books, supplies: Iterable[Supply], at: datetime) -> tuple[Standing, ...]:
    """What stands at each position at an instant, sorted; where there is nothing, there is no row.

    Goods to inspect or to repair and damaged ones stand in the row of the sound goods of their
    position.
    """
    rows: dict[Position, dict[str, int]] = {}

    def add(position: Position, column: str, n: int) -> None:
        row = rows.setdefault(position, dict.fromkeys(_NUMBERS, 0))
        row[column] += n

    gone: dict[Position, int] = {}
    for claim in books.claims:
        if claim.until is not None and claim.until <= at:
            gone[claim.position] = gone.get(claim.position, 0) + claim.n
    for counter in books.counters:
        place = counter.position
        if not place.location or place.peg:
            continue
        if place.grade in _APART:
            add(_sound(place), "quarantine", counter.there)
            continue
        claimed = counter.claimed - gone.get(place, 0)
        add(place, "there", counter.there)
        add(place, "claimed", claimed)
        add(place, "free", max(0, counter.there - claimed))
    for (kind, place), n in books.matter.items():
        if kind in _COLUMNS and place.location:
            add(_sound(place), _COLUMNS[kind], n)
    for supply in supplies:
        if supply.state is SupplyState.EXPECTED:
            left = supply.expected - supply.received - supply.inspecting
            add(supply.position, "coming", max(0, left))
    return tuple(
        Standing(position, **row) for position, row in sorted(rows.items()) if any(row.values())
    )


def total(rows: Iterable[Standing]) -> Standing:
    """All rows as one, of no position; nothing stands where there is no row."""
    sums = dict.fromkeys(_NUMBERS, 0)
    for row in rows:
        for name in _NUMBERS:
            sums[name] += getattr(row, name)
    return Standing(Position(""), **sums)


def _sound(place: Position) -> Position:
    """The row in which goods stand that are not to be sold, or not yet."""
    return place._replace(grade="") if place.grade in (*_APART, DAMAGED) else place
