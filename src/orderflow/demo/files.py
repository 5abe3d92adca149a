"""Journeys out of orders that a file holds.

It knows what such a file leaves unsaid, and refuses to know how it is read.

A file says when an order was placed and how far it is, not on which days it moved: goods leave a
day after, and arrive three days later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from orderflow.demo.journey import DAY, Journey
from orderflow.intake import Status, TakenOrder

LEAVES_AFTER: Final = DAY
ARRIVES_AFTER: Final = 4 * DAY


def journeys_of(orders: Iterable[TakenOrder], now: datetime) -> tuple[Journey, ...]:
    """One journey an order, in the order in which they were placed."""
    journeys = (_journey(order, order.placed_at or now) for order in orders)
    return tuple(sorted(journeys, key=lambda one: (one.at, one.new.priority, one.id)))


def _journey(order: TakenOrder, at: datetime) -> Journey:
    lines = [line.id for line in order.new.lines]
    return Journey(
        order.id,
        order.new,
        at,
        ships=dict.fromkeys(lines, at + LEAVES_AFTER),
        arrives=dict.fromkeys(lines, at + ARRIVES_AFTER),
        back=frozenset(lines) if order.status is Status.RETURNED else frozenset(),
        status=order.status,
        by="file",
    )
