"""One item netted: what is missing in which period, and the orders that cover it.

It knows gross demand, stock, receipts, lots and a lead time, and refuses to know what the item is
made of.

Problem: the same demand gives another plan under each lot rule, and textbooks differ by a word.
Decision: a period nets what is wanted, with the safety stock, against what is there by then, with
what was planned before. A lot is at least so much, a multiple of so much, and covers so many
periods.

=======================  ==========================================================
rule of the books        here
=======================  ==========================================================
lot for lot              `Lot()`
fixed order quantity     `Lot(multiple=50)`: as many lots of 50 as are needed
minimum order quantity   `Lot(least=50)`
period order quantity    `Lot(periods=3)`: what three periods need, in one order
=======================  ==========================================================

An order is released its lead time before it is wanted, even before period 1: that one is past due,
and hiding it would say that the plan can be kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.planning.rows import PERIODS_MAX, Row, count, stock
from orderflow.planning.timeline import Dated, dated
from orderflow.values import whole


@attrs.frozen
class Lot:
    """How much one order is for, beside what is missing."""

    least: int = 1
    multiple: int = 1
    periods: int = 1

    def __attrs_post_init__(self) -> None:
        whole(self.least, "lot.least")
        whole(self.multiple, "lot.multiple")
        whole(self.periods, "lot.periods", most=PERIODS_MAX)

    def sized(self, missing: int) -> int:
        """The order that covers what is missing; none where nothing is.

        >>> Lot(least=30, multiple=20).sized(25), Lot(multiple=20).sized(61), Lot().sized(0)
        (40, 80, 0)
        """
        if missing <= 0:
            return 0
        wanted = max(missing, self.least)
        return -(-wanted // self.multiple) * self.multiple


def _receipts(value: Sequence[Dated]) -> tuple[Dated, ...]:
    return dated(value, "item.receipts")


@attrs.frozen
class Item:
    """What is known of an item when it is planned; `receipts` are open orders by period."""

    lead_time: int = 0
    on_hand: int = 0
    safety_stock: int = 0
    receipts: tuple[Dated, ...] = attrs.field(default=(), converter=_receipts)
    lot: Lot = attrs.field(factory=Lot)

    def __attrs_post_init__(self) -> None:
        count(self.lead_time, "item.lead_time")
        stock(self.on_hand, "item.on_hand")
        whole(self.safety_stock, "item.safety_stock", least=0)
        if not isinstance(self.lot, Lot):
            raise BadInput("item.lot", "a Lot is wanted")


PLAIN: Final = Item()
"""No stock, no lead time, lot for lot."""


@attrs.frozen
class Netted:
    """The record of one item: each row has a figure for each of `periods`.

    `planned` is when orders are wanted, `releases` when they are given out, by period.
    """

    periods: tuple[int, ...]
    gross: Row
    projected: Row
    net: Row
    planned: Row
    releases: tuple[Dated, ...]

    @property
    def missing(self) -> int:
        """What all periods together lack."""
        return sum(self.net)


def net(gross: Sequence[Dated], item: Item = PLAIN) -> Netted:
    """Net gross demand by period against what is there, and plan orders for the rest.

    30 on hand, lots of 50, two periods of lead time:

    >>> record = net(((1, 20), (2, 25), (3, 60)), Item(2, on_hand=30, lot=Lot(multiple=50)))
    >>> record.net, record.planned, record.projected
    ((0, 15, 25), (0, 50, 50), (10, 35, 25))
    >>> record.releases
    ((0, 50), (1, 50))
    """
    if not isinstance(item, Item):
        raise BadInput("item", "an Item is wanted")
    wanted = _summed(dated(gross, "gross", least=0))
    comes = _summed(item.receipts)
    periods = tuple(sorted({*wanted, *comes}))
    there = item.on_hand
    projected, missing, planned = [], [], []
    for i, period in enumerate(periods):
        there += comes[period] - wanted[period]
        short = max(0, item.safety_stock - there)
        order = 0
        if short:
            after = _covered(periods[i + 1 :], period + item.lot.periods)
            order = item.lot.sized(item.safety_stock - _lowest(there, after, wanted, comes))
        there += order
        projected.append(there)
        missing.append(short)
        planned.append(order)
    return Netted(
        periods,
        tuple([wanted[period] for period in periods]),
        tuple(projected),
        tuple(missing),
        tuple(planned),
        tuple([(p - item.lead_time, n) for p, n in zip(periods, planned, strict=True) if n]),
    )


def _summed(pairs: Sequence[Dated]) -> Counter[int]:
    found: Counter[int] = Counter()
    for period, quantity in pairs:
        found[period] += quantity
    return found


def _covered(later: Sequence[int], end: int) -> Sequence[int]:
    return [period for period in later if period < end]


def _lowest(there: int, periods: Sequence[int], wanted: Counter[int], comes: Counter[int]) -> int:
    """The lowest balance until the end of these periods, were nothing ordered."""
    lowest = there
    for period in periods:
        there += comes[period] - wanted[period]
        lowest = min(lowest, there)
    return lowest
