"""What one order may take in one step, and the pools that its units count against.

It knows limits, quotas and days together, and refuses to know how goods are chosen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeVar

import attrs

from orderflow.claiming.capacity import Capacity, is_day
from orderflow.claiming.limits import Limits
from orderflow.claiming.quotas import Quotas
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import Fact
from orderflow.grants import shortage
from orderflow.journal import Step
from orderflow.pools import quota_named, quota_pool
from orderflow.records import Counter, Order
from orderflow.units import Chosen
from orderflow.values import Position

K = TypeVar("K")

Parts = list[tuple[int, tuple[str, ...]]]
"""So many units carry these pools, and so many those."""

Drawn = tuple[Position, str, datetime]
"""Where units are claimed, of which quota there, if any, and by when they must be ready."""

KeptAndDays = tuple[tuple[str, ...], tuple[str, ...]]
"""The pools of quotas that units carry, and those of days."""


class Claiming:
    """The claims of an order in one step; they add up, since the case reads each SKU once."""

    def __init__(self, step: Step, order: Order) -> None:
        self._step: Final = step
        self._order: Final = order
        self._limits: Final = Limits(step, order)
        self.quotas: Final = Quotas(step)
        self.capacity: Final = Capacity(step)

    # --- asking --------------------------------------------------------------------------------

    def rows(self, skus: Collection[str]) -> tuple[Counter, ...]:
        """The counters of some SKUs as they are."""
        return self._step.case.counters(skus)

    def members_of(self, skus: Collection[str]) -> tuple[str, ...]:
        """The quotas on some SKUs that the order draws from; of one SKU the narrowest first."""
        found = [self.quotas.for_order(sku, self._order) for sku in sorted(set(skus))]
        return tuple([id for ids in found for id in ids])

    def counters(self, skus: Collection[str]) -> tuple[Counter, ...]:
        """The counters of some SKUs, as this order may use them.

        Where goods are kept for it and others, what is free there is what it may take.
        """
        found: list[Counter] = []
        kept = {sku for sku in skus if self.quotas.chains(sku)}
        for row in self.rows(skus):
            mine = self._mine(row.position) if row.position.sku in kept else None
            if mine:
                room = sum([self.quotas.room(row.position.sku, id) for id in mine])
                row = attrs.evolve(row, there=row.claimed + room)
            found.append(row)
        return tuple(found)

    def goods_of(self, at: Position) -> Position | None:
        """Where the goods of a position are: itself, or the source of a quota; of no other pool."""
        if at.location:
            return at
        id = quota_named(at.sku)
        quota = self._step.case.find(self._step.case.quota(id)) if id else None
        return None if quota is None else quota.position

    def widen(self, pool: Position, n: int) -> None:
        """So many units of a pool come free in this step, that a stock hold had."""
        id = "" if pool.location else quota_named(pool.sku)
        if id:
            self.quotas.widen(id, n)

    # --- taking --------------------------------------------------------------------------------

    def take(self, wanted: Mapping[Position, int], ready: datetime) -> dict[Position, Parts]:
        """Which pools the units carry that are claimed at some positions, by the units at each.

        They leave on the first days with room from the instant on when they are ready. Refused with
        a reason for each limit and quota that they are beyond.
        """
        refusals: list[Refusal] = []
        facts: list[Fact] = []
        limits = self._limited(wanted, facts, refusals)
        found: dict[Position, Parts] = {}
        for at, n in wanted.items():
            drawn = self._shared_out(at, n, refusals)
            for id, part in drawn:
                self.quotas.draw(at.sku, id, part)
            days = self.capacity.first_days(at.location, ready, n, facts, refusals)
            kept = [(part, self.quotas.pools(at.sku, id)) for id, part in drawn]
            found[at] = _joined(kept, [(n, limits[at.sku])], days)
        self._end(facts, refusals)
        self.settle()
        return found

    def take_pegs(self, wanted: Mapping[Drawn, int]) -> dict[Drawn, tuple[str, ...]]:
        """Which pools the units carry that a plan has found, for each of its pegs.

        The plan has asked before what there is of quotas, and which days have room. Refused with a
        reason for each limit that they are beyond, and each day that is full.
        """
        refusals: list[Refusal] = []
        facts: list[Fact] = []
        counts = _summed([(at, n) for (at, _, _), n in wanted.items()])
        limits = self._limited(counts, facts, refusals)
        found: dict[Drawn, tuple[str, ...]] = {}
        for peg, (kept, days) in self._pegged(wanted, facts, refusals).items():
            found[peg] = (*kept, *limits[peg[0].sku], *days)
        self._end(facts, refusals)
        return found

    def move_pegs(self, wanted: Mapping[Drawn, int]) -> dict[Drawn, KeptAndDays]:
        """Like `take_pegs`, for units that the order has: their limits are counted already.

        So the pools of quotas and those of days are apart: what units keep stands between them.
        """
        refusals: list[Refusal] = []
        facts: list[Fact] = []
        found = self._pegged(wanted, facts, refusals)
        self._end(facts, refusals)
        return found

    def days(self, one: Chosen) -> Parts:
        """The pools of units that are to leave by themselves: each unit counts once, for a day."""
        pools, at = one.spot.slice.pools, one.spot.slice.location
        if not self.capacity.is_bounded(at) or any(map(is_day, pools)):
            return [(one.n, pools)]
        refusals: list[Refusal] = []
        facts: list[Fact] = []
        now = self._step.context.at
        days = self.capacity.first_days(at, now, one.n, facts, refusals)
        self._end(facts, refusals)
        return _joined([(one.n, pools)], days)

    def settle(self) -> None:
        """Write down what quotas keep less, or keep again, after all that was taken."""
        self._step.add(*self.quotas.settled())

    # --- behind it -----------------------------------------------------------------------------

    def _mine(self, at: Position) -> list[str]:
        """The quotas of the order at a position, the narrowest first."""
        there = set(self.quotas.at(at))
        return [id for id in self.quotas.for_order(at.sku, self._order) if id in there]

    def _limited(
        self, wanted: Mapping[Position, int], facts: list[Fact], refusals: list[Refusal]
    ) -> dict[str, tuple[str, ...]]:
        by_sku = _summed([(at.sku, n) for at, n in wanted.items()])
        return {
            sku: self._limits.take(sku, n, facts, refusals) for sku, n in sorted(by_sku.items())
        }

    def _pegged(
        self, wanted: Mapping[Drawn, int], facts: list[Fact], refusals: list[Refusal]
    ) -> dict[Drawn, KeptAndDays]:
        leaving = [(self.capacity.pool(at.location, by), n) for (at, _, by), n in wanted.items()]
        for pool, n in sorted(_summed(leaving).items()):
            self.capacity.take(pool, n, facts, refusals)
        found: dict[Drawn, KeptAndDays] = {}
        for (at, id, by), n in wanted.items():
            self.quotas.draw(at.sku, id, n)
            day = self.capacity.pool(at.location, by)
            found[at, id, by] = (self.quotas.pools(at.sku, id), (day,) if day else ())
        return found

    def _shared_out(self, at: Position, n: int, refusals: list[Refusal]) -> list[tuple[str, int]]:
        """From which quotas units of a position are drawn, the narrowest first."""
        mine = self._mine(at)
        if not mine:
            return [("", n)]
        found: list[tuple[str, int]] = []
        asked = n
        for id in mine:
            part = min(n, self.quotas.room(at.sku, id))
            if part:
                found.append((id, part))
                n -= part
        if n:
            refusals.append(shortage(Position(quota_pool(mine[-1])), asked, asked - n))
        return found

    def _end(self, facts: Iterable[Fact], refusals: Iterable[Refusal]) -> None:
        reasons = tuple(refusals)
        if reasons:
            raise MoveRefused(reasons)
        self._step.add(*facts)


def parted(units: Iterable[Chosen], parts: Parts) -> Iterator[tuple[list[Chosen], tuple[str, ...]]]:
    """Units with the pools that they carry; what is used of the parts is taken off them."""
    left = list(units)[::-1]
    while left:
        n, pools = parts[0]
        taken: list[Chosen] = []
        while left and n:
            one = left.pop()
            part = min(n, one.n)
            if one.n > part:
                left.append(one._replace(n=one.n - part))
            taken.append(one._replace(n=part))
            n -= part
        parts[:1] = [(n, pools)] if n else []
        yield taken, pools


def _joined(*rows: Parts) -> Parts:
    """Units parted in several ways as one: each carries the pools of all of them, in order."""
    first, *rest = rows
    for row in rest:
        left = [*row]
        joined: Parts = []
        for n, pools in first:
            while n and left:  # what a refusal has left out is missing in the one or the other
                m, more = left[0]
                part = min(n, m)
                joined.append((part, (*pools, *more)))
                n -= part
                left[:1] = [(m - part, more)] if m > part else []
        first = joined
    return first


def _summed(rows: Iterable[tuple[K, int]]) -> dict[K, int]:
    counts: dict[K, int] = {}
    for key, n in rows:
        counts[key] = counts.get(key, 0) + n
    return counts
