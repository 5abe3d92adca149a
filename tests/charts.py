"""A chart as large as charts become: 23 states, 70 rows, ways back and ways out from everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from orderflow.chart import Chart, Guard, Row

TABLE: Final = """
open > backorder > backordered
open > plan buy > to buy
open > plan make > to make
open > reserve > reserved > not_held
open > allocate > allocated > order_confirmed,not_held
open > cancel > cancelled
open > issue > shipped > order_confirmed,not_held
backordered > reserve > reserved > not_held
backordered > allocate > allocated > order_confirmed,not_held
backordered > plan buy > to buy
backordered > plan make > to make
backordered > cancel > cancelled
backordered > reopen > open
to buy > buy > buying > order_confirmed
to buy > reopen > open
to buy > cancel > cancelled
to buy > reserve > reserved > not_held
buying > reserve > reserved > not_held
buying > allocate > allocated > order_confirmed,not_held
buying > reopen > open
buying > cancel > cancelled > purchase_can_be_cancelled
buying > ship direct > shipped > order_confirmed,not_held
to make > start > making > order_confirmed,parts_there
to make > reopen > open
to make > cancel > cancelled
making > finish > reserved > not_held
making > allocate > allocated > order_confirmed,not_held
making > scrap > open
making > cancel > cancelled > work_can_be_stopped
reserved > unreserve > open
reserved > allocate > allocated > order_confirmed,not_held
reserved > cancel > cancelled
reserved > expire > open
allocated > unreserve > open
allocated > release > released > order_confirmed,not_held,paid_or_cash_on_delivery
allocated > cancel > cancelled
released > pick > picked
released > recall > allocated
picked > pack > packed
picked > recall > allocated
packed > ship > shipped > not_held
packed > recall > allocated
packed > make ready > ready to collect > not_held
ready to collect > collect > delivered > code_shown
ready to collect > recall > allocated
ready to collect > lose > lost
shipped > deliver > delivered
shipped > lose > lost
shipped > miss > missing
shipped > turn back > going back
shipped > make ready > ready to collect
delivered > miss > missing
delivered > turn back > going back
delivered > receive back > received back
delivered > redeem > redeemed > not_held,voucher_valid
delivered > lapse > lapsed
lost > deliver > delivered
lost > turn back > going back
lost > cancel > cancelled
missing > deliver > delivered
missing > cancel > cancelled
going back > receive back > received back
going back > lose > lost
received back > accept back > returned
received back > reject > sent back
received back > reopen > open
sent back > deliver > delivered
sent back > lose > lost
sent back > turn back > going back
sent back > receive back > received back
"""
"""A row a line: source, move, target, guards."""


class State(StrEnum):
    OPEN = "open"
    BACKORDERED = "backordered"
    TO_BUY = "to buy"
    BUYING = "buying"
    TO_MAKE = "to make"
    MAKING = "making"
    RESERVED = "reserved"
    ALLOCATED = "allocated"
    RELEASED = "released"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    READY_TO_COLLECT = "ready to collect"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    LOST = "lost"
    MISSING = "missing"
    GOING_BACK = "going back"
    RECEIVED_BACK = "received back"
    SENT_BACK = "sent back"
    RETURNED = "returned"
    REDEEMED = "redeemed"
    LAPSED = "lapsed"


def _guard(name: str) -> Guard[None]:
    return Guard(name, lambda _: ())


def big() -> Chart[Any, Any, None]:
    """The chart of the table."""
    cells = [[cell.strip() for cell in line.split(">")] for line in TABLE.strip().splitlines()]
    enumeration: Any = StrEnum
    moves = enumeration("Move", {move.replace(" ", "_"): move for _, move, *_ in cells})
    rows = [
        Row(
            State(source),
            moves(move),
            State(target),
            tuple(_guard(name.strip()) for names in guards for name in names.split(",")),
        )
        for source, move, target, *guards in cells
    ]
    ends = (State.CANCELLED, State.RETURNED, State.REDEEMED, State.LAPSED)
    return Chart("unit", State, moves, rows, initial=State.OPEN, ends=ends)
