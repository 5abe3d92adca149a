"""Amounts, prices, and how an amount is shared without losing a cent.

It knows currencies and whole numbers of their smallest coin, and refuses to know orders.

`amounts` is what an amount and a price are, `sharing` how units and lines share one.
"""

from orderflow.money.amounts import (
    Money,
    Price,
    Rounding,
    divided,
    exponent,
    not_negative,
    positive,
    rounded,
)
from orderflow.money.sharing import Spread, scale, share, spread

__all__ = [
    "Money",
    "Price",
    "Rounding",
    "Spread",
    "divided",
    "exponent",
    "not_negative",
    "positive",
    "rounded",
    "scale",
    "share",
    "spread",
]
