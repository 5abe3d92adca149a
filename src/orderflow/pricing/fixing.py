"""At which price each unit of a line is, what that comes to, and whether it is fixed yet.

It knows a line's prices by unit index, and refuses to know why they changed.

Problem: after a price has changed for some units, a document must still say price x quantity for
each of them, and which agreement the price is of. A tag on the units cannot say it: tags sit on
spots, which have counts and no indices, and amounts belong to indices.
Decision: a line keeps its price, and beside it the ranges of indices that have another one. What
stands between these ranges is at the line's own price.
An amount is fixed when the line's agreement says so. Until then what its units carry is an
estimate, which no document may state as final.
"""

from __future__ import annotations

from collections.abc import Iterable

from orderflow.pricing.carrying import Ranges, kept, minus
from orderflow.pricing.invoiced import both
from orderflow.records import Fixing, Line, PriceRange


def prices_of(
    line: Line, ranges: Iterable[tuple[int, int]] | None = None
) -> tuple[PriceRange, ...]:
    """The price of each unit index, or of those in `ranges`, as ranges in their order."""
    wanted = [(0, line.n)] if ranges is None else ranges
    at_once = line.fixed is Fixing.PLACING
    found: list[PriceRange] = []
    known = [(one.start, one.stop) for one in line.prices]
    for pair in wanted:
        for one in line.prices:
            found += [
                one.part(start, stop) for start, stop in both([pair], [(one.start, one.stop)])
            ]
        found += [
            PriceRange(start, stop, line.price, line.per, fixed=at_once)
            for start, stop in minus(pair, known)
        ]
    return tuple(sorted(found, key=lambda one: one.start))


def quantity(line: Line, prices: PriceRange) -> int:
    """What the price of these indices is multiplied with: their units, or their grams."""
    return prices.grams or (prices.stop - prices.start) * (line.grams_each or 1)


def estimated(line: Line) -> Ranges:
    """The kept indices whose amount is an estimate."""
    if line.fixed is Fixing.PLACING:
        return []
    open_ = [(one.start, one.stop) for one in prices_of(line) if not one.fixed]
    return both(kept(line), open_)
