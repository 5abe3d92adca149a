"""Who gets what is there of a SKU and what is to come, and what nobody has.

It knows counters, claims and safety stock side by side, and refuses to know what could still be
promised: that takes the way to a customer, and others who make room.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from orderflow.calls import Ref
from orderflow.inventory import feed_at, there_from
from orderflow.journal import Case
from orderflow.promising.figures import all_figures
from orderflow.promising.flow import Assignment
from orderflow.promising.portions import NEVER
from orderflow.promising.values import Figures, Terms
from orderflow.records import Claim, Document, is_fed
from orderflow.rules import Rules
from orderflow.values import Position


@attrs.frozen
class Forecast:
    """So many units of a source go to a holder by a date, or are still free without one.

    `ready` is when they will be there, `None` for what is on hand. With `safety` they are kept as
    safety stock until `ready`, or for good.
    """

    holder: Ref[Document] | None
    position: Position
    n: int
    ready: datetime | None = None
    due: datetime | None = None
    safety: bool = False


def forecast(case: Case, sku: str, rules: Rules) -> Iterator[Forecast]:
    """Each claim on a SKU with its source and date, and what is free of each source."""
    counters, claims = case.counters((sku,)), case.claims((sku,))
    kept = _kept_free(all_figures(case, counters, claims, rules), case.at)
    claimed: dict[Position, list[Claim]] = {}
    for claim in claims:
        claimed.setdefault(claim.position, []).append(claim)
    for row in counters:
        at, free = row.position, row.free
        ready = _ready(case, at, rules)
        for claim in claimed.get(at, ()):
            yield Forecast(claim.holder, at, claim.n, ready, claim.due)
        for n, until in kept.get(at, ()):
            yield Forecast(None, at, n, until, safety=True)
            free -= n
        if free:
            yield Forecast(None, at, free, ready)


def _kept_free(figures: Figures, at: datetime) -> dict[Position, list[tuple[int, datetime | None]]]:
    """What nobody has of each position and is safety stock, and until when; `None`: for good."""
    found: dict[Position, list[tuple[int, datetime | None]]] = {}
    if figures.safety:
        assignment = Assignment(figures, at, Terms())
        for one, room in zip(assignment.portions, assignment.room, strict=True):
            if one.held is not None and one.ready > at and room > 0:
                until = None if one.ready == NEVER else one.ready
                found.setdefault(one.position, []).append((room, until))
    return found


def _ready(case: Case, at: Position, rules: Rules) -> datetime | None:
    """When goods at a position will be there; `None` for what is on hand."""
    if is_fed(at.peg):
        feed = feed_at(case, at)
        return None if feed is None else there_from(feed, case.at, rules)
    supply = case.find(case.supply(at.peg)) if at.peg else None
    if supply is not None and supply.received < supply.expected:
        return supply.due
    return None
