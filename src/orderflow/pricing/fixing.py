"""At which price each unit of a line is, what that comes to, and whether it is fixed yet.

It knows a line's prices by unit index, and refuses to know why they changed.

Problem: after a price has changed for some units, a document must still say price x quantity for
each of them, and which agreement the price is of. A tag on the units cannot say it: tags sit on
spots, which have counts and no indices, and amounts belong to indices.
Decision: a line keeps its price, and beside it the ranges of indices that have another one. What
stands between these ranges is at the line's own price.
Pieces that are weighed together weigh whole grams each: the first of them a gram more, where the
weight does not divide, as ranges of their own. What any of them weigh and what they cost are then
in one proportion, and price x grams of a part is what it carries; a gram of ham is many coins.
An amount is fixed when the line's agreement says so. Until then what its units carry is an
estimate, which no document may state as final.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

import attrs

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


def same_price(prices: Iterable[PriceRange]) -> list[PriceRange]:
    """Ranges that meet and are at one price as one, whatever their units weigh."""
    return _joined(prices, lambda one, next_: True)


def same_weighing(prices: Iterable[PriceRange]) -> list[PriceRange]:
    """Ranges that meet, are at one price and were weighed together as one: a piece of the second
    weighs a gram less than one of the first.
    """
    return _joined(prices, lambda one, next_: next_.grams > 0 and _each(one) - _each(next_) == 1)


def _joined(
    prices: Iterable[PriceRange], together: Callable[[PriceRange, PriceRange], bool]
) -> list[PriceRange]:
    runs: list[list[PriceRange]] = []
    for one in prices:
        last = runs[-1][-1] if runs else None
        if last is not None and _meet(last, one) and together(last, one):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [
        attrs.evolve(run[0], stop=run[-1].stop, grams=sum([one.grams for one in run]))
        for run in runs
    ]


def _meet(one: PriceRange, next_: PriceRange) -> bool:
    """Whether two ranges are neighbours at one price."""
    return one.stop == next_.start and next_ == attrs.evolve(
        one, start=next_.start, stop=next_.stop, grams=next_.grams
    )


def _each(one: PriceRange) -> Fraction:
    return Fraction(one.grams, one.stop - one.start)


def quantity(line: Line, prices: PriceRange) -> int:
    """What the price of these indices is multiplied with: their units, or their grams."""
    return prices.grams or (prices.stop - prices.start) * (line.grams_each or 1)


def estimated(line: Line) -> Ranges:
    """The kept indices whose amount is an estimate."""
    if line.fixed is Fixing.PLACING:
        return []
    open_ = [(one.start, one.stop) for one in prices_of(line) if not one.fixed]
    return both(kept(line), open_)
