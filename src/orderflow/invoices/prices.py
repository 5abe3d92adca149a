"""The prices that units of a line have: one, or several where some were changed or weighed.

It knows the ranges of a line, and refuses to know what was charged for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import attrs

from orderflow.money import Price, Rounding, share
from orderflow.records import Line


@attrs.frozen
class Priced:
    """Unit indices of a line at one price for `per`, of units or of the `grams` that they weigh."""

    start: int
    stop: int
    price: Decimal
    per: int
    version: str = ""
    grams: int = 0

    def times(self, currency: str, rounding: Rounding) -> int:
        """Price x quantity, rounded once."""
        quantity = self.grams or self.stop - self.start
        return Price(self.price, currency, self.per).times(quantity, rounding)


def prices_of(line: Line, start: int, stop: int) -> Iterator[Priced]:
    """The prices of unit indices, each with its range, in order; units that were weighed together
    share their grams in closed form."""
    at = start
    for one in sorted(line.prices, key=lambda one: one.start):
        low, high = max(at, one.start), min(stop, one.stop)
        if low >= high:
            continue
        if at < low:
            yield Priced(at, low, line.price, line.per)
        width = one.stop - one.start
        grams = share(one.grams, width, low - one.start, high - one.start)
        yield Priced(low, high, one.price, one.per, one.version, grams)
        at = high
    if at < stop:
        yield Priced(at, stop, line.price, line.per)
