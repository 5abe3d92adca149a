"""Which demand a table counts: what was forecast, what was ordered, or the greater of both.

It knows a demand time fence, and refuses to know where a forecast comes from.

Problem: a forecast says what customers will order, and orders are what they have ordered, so to
count both counts a customer twice. Close to the present no further order is to be expected.
Decision: each side of the fence names what counts on it.

============  ========  ==========  =========================================================
books, firms  within    beyond      who
============  ========  ==========  =========================================================
textbooks     ORDERS    GREATER     Orlicky's MRP (Ptak and Smith) with a fence of 3; with no
                                    fence Bozarth and Handfield, and most course tables
JD Edwards C  ORDERS    FORECAST    fence rule C: orders, then forecast
remainder     ORDERS    SUM         wherever the forecast was lessened by each order before
============  ========  ==========  =========================================================

The projected balance counts this; what can be *promised* counts orders alone, under every rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from orderflow.planning.rows import Row, count, member, quantities


class Counted(StrEnum):
    """What counts as the demand of a period."""

    ORDERS = "orders"
    FORECAST = "forecast"
    GREATER = "greater"  # of both: an order uses up the forecast of its period
    SUM = "sum"  # the forecast is what is still to be ordered


def expected(
    forecast: Sequence[int],
    orders: Sequence[int],
    *,
    fence: int = 0,
    within: Counted = Counted.ORDERS,
    beyond: Counted = Counted.GREATER,
) -> Row:
    """The demand of each period: `within` counts for the first `fence` periods, then `beyond`.

    A fence of 0 is none; one beyond the last period counts `within` for all of them.

    Orders of 120 against a forecast of 90 within a fence of 2, then 30 against 75:

    >>> expected((100, 90, 75), (80, 120, 30), fence=2)
    (80, 120, 75)
    """
    ahead = quantities(forecast, "forecast")
    booked = quantities(orders, "orders", len(ahead))
    fence = count(fence, "fence")
    within, beyond = member(within, Counted, "within"), member(beyond, Counted, "beyond")
    return tuple(
        [
            _counted(within if period <= fence else beyond, *both)
            for period, both in enumerate(zip(ahead, booked, strict=True), 1)
        ]
    )


def _counted(counted: Counted, forecast: int, orders: int) -> int:
    if counted is Counted.GREATER:
        return max(forecast, orders)
    if counted is Counted.SUM:
        return forecast + orders
    return orders if counted is Counted.ORDERS else forecast
