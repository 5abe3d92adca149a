"""What comes back together: a kit as it was sold, and a gift with what has earned it.

It knows which units belong to those that are asked back, and refuses to know whether a host minds:
its rules say so.

A kit is whole when as many of each part come back as so many kits have, or all that is left of it.
A gift belongs to the lines that have earned it: when the last of them comes back, so does the gift.
One that was earned by an offer alone belongs to no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from orderflow.eligible import Asked
from orderflow.errors import Refusal
from orderflow.records import Line
from orderflow.rules import Rules
from orderflow.states import UnitState

_GIVEN_UP: Final = (UnitState.CANCELLED, UnitState.RETURNED)


def belongs_along(asked: Asked, rules: Rules) -> Iterator[Refusal]:
    """What is asked back without what belongs to it, where the rules want both."""
    if rules.whole_kits:
        yield from _parts_of_kits(asked)
    if rules.gifts_back:
        yield from _gifts(asked)


def _parts_of_kits(asked: Asked) -> Iterator[Refusal]:
    back = _coming(asked)
    for kit in asked.order.kits:
        parts = [line for line in asked.order.lines if line.kit == kit.id]
        kits = max([-(-back[part.id] // part.per_kit) for part in parts], default=0)
        for part in parts:
            lacking = min(kits * part.per_kit, _there(part)) - back[part.id]
            if lacking > 0:
                said = {"kit": kit.id, "order": asked.order.ref.id, "line": part.id}
                yield Refusal.of("kit_in_part", **said, n=lacking)


def _gifts(asked: Asked) -> Iterator[Refusal]:
    back, lines = _coming(asked), asked.order.by_id()
    for gift in asked.order.lines:
        earned = [lines[name] for name in gift.gift_for if name in lines]
        left = sum([_kept(line) - back[line.id] for line in earned])
        lacking = _there(gift) - back[gift.id]
        if earned and not left and any(back[line.id] for line in earned) and lacking > 0:
            yield Refusal.of("gift_stays", order=asked.order.ref.id, line=gift.id, n=lacking)


def _coming(asked: Asked) -> Mapping[str, int]:
    """How many units of each line are meant to come back."""
    counts = dict.fromkeys((line.id for line in asked.order.lines), 0)
    for line, _, n in asked.chosen:
        counts[line.id] += n
    return counts


def _there(line: Line) -> int:
    """How many units of a line their customer has, and gives none of them back already."""
    return sum(
        [
            spot.n
            for spot in line.spots
            if spot.state is UnitState.DELIVERED and not spot.slice.returning
        ]
    )


def _kept(line: Line) -> int:
    """How many units of a line are neither given up nor asked back."""
    return sum(
        [spot.n for spot in line.spots if spot.state not in _GIVEN_UP and not spot.slice.returning]
    )
