"""Which units of an order are under a live promise, and of which source and quota.

It knows the tags that a promise leaves on units, and refuses to know whether it can be kept.

A claim has the units of one order, source and date together; what quotas keep apart there, only the
units tell.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import datetime

from orderflow.books import position_of
from orderflow.claiming import Quotas
from orderflow.errors import Stale
from orderflow.promising.values import Pegged
from orderflow.records import Order, Spot
from orderflow.states import UnitState
from orderflow.units import Chosen
from orderflow.values import Position


def is_live(spot: Spot) -> bool:
    """Whether units are under a live promise: reserved, with an instant to be ready by."""
    return spot.state is UnitState.RESERVED and spot.slice.ready_by is not None


def promised_at(order: Order, at: Position, due: datetime) -> list[Chosen]:
    """Units of an order that are promised at a source for a date."""
    return [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if is_live(spot) and spot.slice.ready_by == due and position_of(line.sku, spot.slice) == at
    ]


def promised_by_quota(
    order: Order, at: Position, due: datetime, quotas: Quotas
) -> Mapping[str, int]:
    """How many of these units are of what each quota keeps there; of none, the empty name."""
    counts = Tally[str]()
    for line, spot, n in promised_at(order, at, due):
        counts[quotas.of_unit(line.sku, spot.slice.pools)] += n
    return counts


def some_of(
    order: Order, at: Position, due: datetime, n: int, quota: str, quotas: Quotas
) -> list[Chosen]:
    """So many of the units that are promised there; the first lines come first.

    The claims were read before the order: where it has moved on, everything is read again.
    """
    found = []
    for one in promised_at(order, at, due):
        of_it = quotas.of_unit(one.line.sku, one.spot.slice.pools) == quota
        part = min(n, one.n) if of_it else 0
        if part:
            found.append(one._replace(n=part))
            n -= part
    if n:
        raise Stale(str(order.ref))
    return found


def promises_of(order: Order, units: Iterable[Chosen], quotas: Quotas) -> list[Pegged]:
    """The live promises that units are under, one for each source, quota and date."""
    counts = Tally[tuple[Position, datetime, str]]()
    for line, spot, n in units:
        if spot.slice.ready_by is not None:
            quota = quotas.of_unit(line.sku, spot.slice.pools)
            counts[position_of(line.sku, spot.slice), spot.slice.ready_by, quota] += n
    return [Pegged(order.ref.id, at, n, by, quota=id) for (at, by, id), n in counts.items()]
