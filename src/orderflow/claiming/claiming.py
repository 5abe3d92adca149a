"""What one order may take in one step, and the pools that its units count against.

It knows limits and quotas together, and refuses to know how goods are chosen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import attrs

from orderflow.claiming.capacity import Capacity
from orderflow.claiming.limits import Limits
from orderflow.claiming.quotas import Quotas
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import Fact
from orderflow.journal import Step
from orderflow.pools import QUOTA, pool_name
from orderflow.records import Counter, Order
from orderflow.units import Chosen
from orderflow.values import Position

Parts = list[tuple[int, tuple[str, ...]]]
"""So many units carry these pools, and so many those."""


class Claiming:
    """Reads each SKU once, so what it grants in one step adds up."""

    def __init__(self, step: Step, order: Order) -> None:
        self._step: Final = step
        self._limits: Final = Limits(step, order)
        self._quotas: Final = Quotas(step, order)
        self.capacity: Final = Capacity(step)
        self._rows: dict[str, dict[Position, Counter]] = {}

    def counters(self, skus: Collection[str]) -> tuple[Counter, ...]:
        """The counters of some SKUs, as this order may use them.

        Where goods are kept for it and others, what is free there is what it may take.
        """
        found: list[Counter] = []
        for sku in sorted(set(skus)):
            for row in self._read(sku).values():
                room = self._quotas.room(row.position)
                if room is None:
                    found.append(row)
                else:
                    more = room - (row.there - row.claimed)
                    found.append(attrs.evolve(row, there=row.there + more))
        return tuple(found)

    @property
    def is_member(self) -> bool:
        """Whether anything of what was read is kept for this order by a quota."""
        return self._quotas.any

    def take(
        self,
        wanted: Mapping[Position, int],
        leaving: Mapping[tuple[str, date], int] = MappingProxyType({}),
    ) -> dict[Position, Parts]:
        """Which pools the units carry that are claimed at some positions.

        Refused with a reason for each limit and quota that they are beyond, and each day that is
        full on which so many of them are to leave a location.
        """
        refusals: list[Refusal] = []
        facts: list[Fact] = []
        by_sku: dict[str, int] = {}
        for at, n in wanted.items():
            by_sku[at.sku] = by_sku.get(at.sku, 0) + n
        limits = {
            sku: self._limits.take(sku, n, facts, refusals) for sku, n in sorted(by_sku.items())
        }
        found: dict[Position, Parts] = {}
        for at, n in wanted.items():
            self._read(at.sku)
            drawn = self._quotas.take(at, n, facts, refusals)
            found[at] = [(part, (*pools, *limits[at.sku])) for part, pools in drawn]
        for (location, day), n in sorted(leaving.items()):
            self.capacity.take(location, day, n, facts, refusals)
        if refusals:
            raise MoveRefused(tuple(refusals))
        self._step.add(*facts)
        return found

    def goods_of(self, at: Position) -> Position | None:
        """Where the goods of a position are: itself, or the source of a quota; of no other pool."""
        if at.location:
            return at
        named = pool_name(at.sku)
        if named is None or named.kind != QUOTA:
            return None
        quota = self._step.case.find(self._step.case.quota(named.parts[0]))
        return None if quota is None else quota.position

    def give(self, at: Position, n: int) -> None:
        """So many units come free in this step at a position, or of a pool."""
        goods = self.goods_of(at)
        if goods is not None:
            self._read(goods.sku)
        self._quotas.give(at, n)

    def _read(self, sku: str) -> dict[Position, Counter]:
        rows = self._rows.get(sku)
        if rows is None:
            read = self._step.case.counters((sku,))
            rows = self._rows[sku] = {row.position: row for row in read}
            self._quotas.read(sku, read)
        return rows


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
