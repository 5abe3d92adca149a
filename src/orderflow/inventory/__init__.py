"""The books of stock: receipts, counts, holds, limits and supply that is to come.

It knows how goods come in and are claimed ahead of an order, and refuses to know which location
ships what.

What has happened to goods is recorded in any case, and free is what is there less what is claimed,
never counted below zero.
"""

from orderflow.inventory.counting import count, record_breakage
from orderflow.inventory.holds import (
    confirm_stock_hold,
    hold_stock,
    release_stock_hold,
    set_limit,
    take_over,
)
from orderflow.inventory.receipts import receive
from orderflow.inventory.supply import (
    expect,
    free_surplus,
    open_supply,
    receive_supply,
    unpromised,
)

__all__ = [
    "confirm_stock_hold",
    "count",
    "expect",
    "free_surplus",
    "hold_stock",
    "open_supply",
    "receive",
    "receive_supply",
    "record_breakage",
    "release_stock_hold",
    "set_limit",
    "take_over",
    "unpromised",
]
