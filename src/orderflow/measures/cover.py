"""How long stock lasts, where there is too little or too much, and what to buy.

It knows figures and a forecast, and refuses to know a supplier: a list is read by a buyer.

What is bought now comes after its lead time; until then what is there and on the way must cover
what goes out, and leave the safety stock: the reorder point is the demand of the lead time and the
safety stock (Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains).
A forecast tells all that goes out, and promises are a part of that: counting both would buy twice.
So the demand until a day is the greater of the two, as planners let orders consume a forecast.
What waits without a claim was to go out before, and comes on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Final

import attrs

from orderflow.journal import Case
from orderflow.measures.turnover import Turned, days_between
from orderflow.ports import DemandForecast
from orderflow.values import Position, later, text, whole, within

DAYS_MAX: Final = 36_500
"""No plan looks further ahead or back."""

_PROMISED_TO: Final = ("order", "stock hold")
"""Whose claims go out; what a supply row or a quota marks is nobody's yet."""


@attrs.frozen
class SteadyDemand:
    """Each day to come brings what a mean day of a past window brought: a moving average.

    The plainest `DemandForecast`: it knows no season and no trend.
    """

    window: tuple[Turned, ...]
    _by_day: dict[tuple[str, str], Fraction] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        by_day: dict[tuple[str, str], Fraction] = {}
        for one in self.window:
            place = (one.sku, one.location)
            by_day[place] = by_day.get(place, Fraction(0)) + max(0, one.sold) / one.days
        object.__setattr__(self, "_by_day", by_day)

    def expected(self, sku: str, location: str, start: datetime, end: datetime) -> Fraction:
        """How many units go out in a period; none of what was not sold in the window."""
        return days_between(start, end) * self._by_day.get((sku, location), Fraction(0))


@attrs.frozen
class Stocking:
    """How a host stocks a SKU in a place or, where that is empty, everywhere.

    Supply takes `lead_days` to come, `safety` units are to be left then, and what lasts for more
    than `most_days` is too much; without them nothing is.
    """

    sku: str
    lead_days: int
    safety: int = 0
    most_days: int | None = None
    location: str = ""

    def __attrs_post_init__(self) -> None:
        text(self.sku, "sku")
        whole(self.lead_days, "lead_days", most=DAYS_MAX)
        whole(self.safety, "safety", least=0)
        if self.most_days is not None:
            whole(self.most_days, "most_days", most=DAYS_MAX)
        text(self.location, "location", empty=True)


@attrs.frozen
class Level:
    """What there is of a SKU: units on hand, to come by when, and promised for when.

    `None` is without a date, and counts as soon. `waiting` units have no claim.
    """

    on_hand: int
    coming: tuple[tuple[datetime, int], ...] = ()
    promised: tuple[tuple[datetime | None, int], ...] = ()
    waiting: int = 0


@attrs.frozen
class Advice:
    """How long the stock of a SKU lasts, how much to buy of it, and how much is too much.

    `demand` is what goes out during the lead time, `coming` what comes until then. `cover_days` is
    `None` where nothing goes out: it lasts for ever.
    """

    sku: str
    location: str
    on_hand: int
    coming: int
    demand: Fraction
    cover_days: Fraction | None
    buy: int
    over: int


def advices(
    case: Case, stockings: Iterable[Stocking], past: Iterable[Turned], forecast: DemandForecast
) -> tuple[Advice, ...]:
    """What the levels of a store mean, what lasts least first; `past` tells what waits."""
    waiting = {(row.sku, row.location): row.waiting for row in past}
    found = []
    for one in stockings:
        level = level_of(case, one, waiting.get((one.sku, one.location), 0))
        found.append(advise(one, level, forecast, case.at))
    return tuple(sorted(found, key=_by_cover))


def _by_cover(one: Advice) -> tuple[bool, Fraction, str, str]:
    days = one.cover_days
    return (days is None, days or Fraction(0), one.sku, one.location)


def advise(stocking: Stocking, level: Level, forecast: DemandForecast, at: datetime) -> Advice:
    """What a level means for how a SKU is stocked: cover, shortage and surplus."""

    def demand(days: int) -> Fraction:
        until = later(at, timedelta(days=days))
        known = sum([n for due, n in level.promised if due is None or due <= until])
        expected = forecast.expected(stocking.sku, stocking.location, at, until)
        return max(Fraction(expected), Fraction(known)) + level.waiting

    arrival = later(at, timedelta(days=stocking.lead_days))
    coming = sum([n for due, n in level.coming if due <= arrival])
    needed = demand(stocking.lead_days)
    over = 0
    if stocking.most_days is not None:
        over = floor(level.on_hand - demand(stocking.most_days) - stocking.safety)
    return Advice(
        stocking.sku,
        stocking.location,
        level.on_hand,
        coming,
        needed,
        level.on_hand * stocking.lead_days / needed if needed else None,
        max(0, ceil(needed + stocking.safety - level.on_hand - coming)),
        max(0, over),
    )


def level_of(case: Case, stocking: Stocking, waiting: int = 0) -> Level:
    """The level of a SKU as a store has it: sound goods of our own, supply rows and claims."""
    skus = (stocking.sku,)

    def counts(at: Position) -> bool:
        here = bool(at.location) and within(at.location, stocking.location)
        return here and not at.owner and not at.grade

    rows = [row for row in case.counters(skus) if counts(row.position)]
    promised = [
        (claim.due, claim.n)
        for claim in case.claims(skus)
        if claim.holder.kind in _PROMISED_TO and counts(claim.position)
    ]
    pegs = {row.position.peg for row in rows if row.position.peg}
    on_hand = sum([row.there for row in rows if not row.position.peg])
    return Level(on_hand, tuple(_coming(case, sorted(pegs))), tuple(promised), waiting)


def _coming(case: Case, pegs: list[str]) -> Iterator[tuple[datetime, int]]:
    for peg in pegs:
        supply = case.find(case.supply(peg))
        if supply is not None and supply.expected > supply.received:
            yield supply.due, supply.expected - supply.received
