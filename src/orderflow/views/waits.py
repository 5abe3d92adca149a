"""What of an order waits, for which date, and whose turn it is where no date can be kept.

It knows what a purchaser may be told of a shortage, and refuses to know where goods come from: no
supply, supplier or place stands in what it says.

A shortage is a matter between two: the seller owes a date that can be kept, or another solution;
once it has offered, the customer is to choose.
That it has offered is a mark on the order (`TO_AGREE`), which an answer takes away; how the two
write to each other is for the host.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from orderflow.books import position_of
from orderflow.promising import Pegged
from orderflow.records import Order
from orderflow.reviewing import TO_AGREE
from orderflow.states import OrderState, UnitState
from orderflow.values import Position


class Turn(StrEnum):
    """Who is to do something about units that have no date, or one that cannot be kept."""

    TO_OFFER = "to offer"  # the seller, a date or something else
    TO_CHOOSE = "to choose"  # the customer, who was asked

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return _ZH[self]


_ZH: Final[dict[Turn, str]] = {Turn.TO_OFFER: "待提供方案", Turn.TO_CHOOSE: "待客户选择"}


@attrs.frozen
class WaitSeen:
    """`n` units of a line wait: `by` the date that they were promised for, `None` without one.

    `turn` is `None` while they have nothing to wait for but that date.
    """

    line: str
    sku: str
    n: int
    by: datetime | None
    turn: Turn | None


def waits(order: Order, broken: Iterable[Pegged] = ()) -> tuple[WaitSeen, ...]:
    """The units of an order that wait for their goods, line by line, the earliest date first.

    `broken` are the promises of the order that cannot be kept as things are.
    """
    turn = Turn.TO_CHOOSE if is_asked(order) else Turn.TO_OFFER
    late: dict[tuple[Position, datetime | None], int] = {
        (one.position, one.ready_by): one.n for one in broken
    }
    found: dict[tuple[str, str, datetime | None, Turn | None], int] = {}
    for line, spot in order.units():
        tags = spot.slice
        by = tags.promised if spot.state is UnitState.RESERVED else None
        if by is None and spot.state is not UnitState.BACKORDERED:
            continue
        source = (position_of(line.sku, tags), tags.ready_by)
        failed = spot.n if by is None else min(spot.n, late.get(source, 0))
        if by is not None and failed:
            late[source] -= failed
        for n, whose in ((failed, turn), (spot.n - failed, None)):
            if n:
                key = (line.id, line.sku, by, whose)
                found[key] = found.get(key, 0) + n
    rows = [WaitSeen(line, sku, n, by, whose) for (line, sku, by, whose), n in found.items()]
    places = {line.id: i for i, line in enumerate(order.lines)}
    return tuple(sorted(rows, key=lambda row: (places[row.line], *_when(row), row.turn or "")))


def is_asked(order: Order) -> bool:
    """Whether its customer was asked, and has not answered yet."""
    return order.state is OrderState.AWAITING_CUSTOMER or any(
        hold.code == TO_AGREE for hold in order.holds
    )


def _when(row: WaitSeen) -> tuple[bool, str]:
    """What has no date comes last; all dates are in UTC, so their texts are in their order."""
    return (row.by is None, "" if row.by is None else row.by.isoformat())
