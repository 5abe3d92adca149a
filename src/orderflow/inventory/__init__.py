"""The books of stock: receipts, counts, holds, lots, supply to come, and what suppliers have.

It knows how goods come in and are claimed ahead of an order, and refuses to know which location
ships what.

What has happened to goods is recorded in any case, and free is what is there less what is claimed,
never counted below zero.
"""

from orderflow.inventory.counting import count, record_breakage, take_stock, write_off
from orderflow.inventory.feeds import (
    bring_back,
    feed_at,
    is_stale,
    record_feed,
    refuse_stale,
    take_off,
    there_from,
)
from orderflow.inventory.grading import regrade
from orderflow.inventory.holds import (
    confirm_stock_hold,
    due_at,
    release_stock_hold,
    set_limit,
    take_over,
)
from orderflow.inventory.lots import (
    Got,
    good_until,
    got,
    hold_lot,
    is_held,
    known_lot,
    lift_lot_hold,
    owners_for,
    pickable,
    set_expiry,
    spoiled,
)
from orderflow.inventory.moving import move_stock
from orderflow.inventory.receipts import receive, reject_quarantine, release_quarantine
from orderflow.inventory.standing import Standing, standing, total
from orderflow.inventory.supply import (
    expect,
    free_surplus,
    open_supply,
    receive_supply,
    send_transfer,
    unpromised,
)

__all__ = [
    "Got",
    "Standing",
    "bring_back",
    "confirm_stock_hold",
    "count",
    "due_at",
    "expect",
    "feed_at",
    "free_surplus",
    "good_until",
    "got",
    "hold_lot",
    "is_held",
    "is_stale",
    "known_lot",
    "lift_lot_hold",
    "move_stock",
    "open_supply",
    "owners_for",
    "pickable",
    "receive",
    "receive_supply",
    "record_breakage",
    "record_feed",
    "refuse_stale",
    "regrade",
    "reject_quarantine",
    "release_quarantine",
    "release_stock_hold",
    "send_transfer",
    "set_expiry",
    "set_limit",
    "spoiled",
    "standing",
    "take_off",
    "take_over",
    "take_stock",
    "there_from",
    "total",
    "unpromised",
    "write_off",
]
