"""How units and lines share an amount without losing a cent.

It knows whole numbers and their parts, and refuses to know what they stand for.

Problem: three lamps for 10.00 cost 3.33 each, and a cent is left. Whoever rounds each part for
itself loses it, finds it twice, or refunds 10.01.

Observations:

- Units of one line leave it in any order and in any number: shipped, billed, returned.
  What three units carry must not depend on what was asked about the other four.
- Between *lines* there is no order to lean on, and systems differ; `Spread` names each way that a
  published case needs, and who goes it.
- A line that absorbs what all others were rounded by piles it up: 7 over five lines of 4 and one of
  1 puts 2 on the last, which is worth 1. Whoever starts at the front charges a line that owed no
  fraction.

Decision: units of a line carry a closed form (`share`) in which any slices sum to the whole.
A proportion is rounded once, for the quantity that moves (`scale`). Lines share by `spread`,
largest remainder unless the caller names another rule.
All of it treats a credit as the mirror of a charge, but for the one rule that says so, and none of
it gives a part the other sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Final

from orderflow.money.amounts import Rounding, divided


class Spread(StrEnum):
    """How lines share an amount that does not divide: by what each is worth, if not said otherwise.

    The two that go on line by line, and the one that rounds first, give lines that all weigh
    nothing nothing, as the systems do that go these ways; under all others such lines share alike.
    """

    LARGEST_REMAINDER = "largest_remainder"
    """Cut off all; left coins to the largest remainders, ties to the first: Shopify's *nearest*,
    brick/money's *floor to largest remainder*."""
    SIGNED_REMAINDER = "signed_remainder"
    """The same, but a credit is cut off to the number below: Vendure, moneyphp."""
    LARGEST_WEIGHT = "largest_weight"
    """Cut off all; left coins to the heaviest lines: brick/money's *floor to largest ratio*."""
    FRONT_FIRST = "front_first"
    """Cut off all; left coins to the first lines that weigh: brick/money's *floor to first*,
    Shopify's *roundrobin*."""
    BACK_FIRST = "back_first"
    """Cut off all; left coins to the last lines that weigh: Shopify's *roundrobin_reverse*."""
    LAST_ABSORBS = "last_absorbs"
    """Round each; the last line that weighs takes what is left: Saleor's vouchers."""
    LAST_ABSORBS_EVEN = "last_absorbs_even"
    """The same with halves to the even coin, as Tryton rounds its currencies."""
    LAST_ABSORBS_CUT = "last_absorbs_cut"
    """The same with all others cut off, as an article on refunds does over cut ratios (CN-03)."""
    FRONT_MENDS = "front_mends"
    """Round each, the half down; the first lines take or give a coin each: Sylius over items."""
    BACKWARD = "backward"
    """From the last line on, of what is left by what still weighs, cut off: RubyMoney, Solidus."""
    FORWARD = "forward"
    """From the first line on, of what is left by what still weighs, rounded up."""
    PER_UNIT = "per_unit"
    """Weights count units: each carries the same, cut off, and left coins go one a unit to the
    first units: Sylius within an item, WooCommerce's fixed discount on a cart."""


def share(total: int, count: int, start: int, stop: int) -> int:
    """The part of `total` that units `start` to `stop - 1` of `count` carry.

    In closed form, so any slices that cover the line sum to `total`, and a huge line costs no more.

    >>> [share(1000, 3, unit, unit + 1) for unit in range(3)]
    [333, 334, 333]
    """
    if not (0 <= start <= stop <= count and count):
        raise ValueError(f"units {start} to {stop} of {count}")
    size = abs(total)
    after = (2 * size * stop + count) // (2 * count)
    before = (2 * size * start + count) // (2 * count)
    return after - before if total >= 0 else before - after


def scale(amount: int, part: int, whole: int) -> int:
    """`amount * part / whole`, rounded once, the half away from zero.

    >>> scale(1998, 500, 1318), scale(-1998, 500, 1318)
    (758, -758)
    """
    if whole <= 0:
        raise ValueError(f"a part of {whole}")
    top = amount * part
    size = divided(abs(top), whole, Rounding.HALF_UP)
    return size if top >= 0 else -size


def spread(
    total: int, weights: Sequence[int], rule: Spread = Spread.LARGEST_REMAINDER
) -> tuple[int, ...]:
    """Share an amount between lines by weight; the parts sum to `total`, in the order of the lines.

    A line that weighs nothing gets nothing. Where no line weighs anything all weigh alike, or get
    nothing where the rule says so: only then the parts do not sum to `total`.

    >>> spread(101, (3, 7)), spread(-5, (1, 1, 1)), spread(100, (0, 0))
    ((30, 71), (-2, -2, -1), (50, 50))
    """
    if type(total) is not int:
        raise ValueError(f"a whole number of minor units is wanted, not {total!r}")
    if any(type(weight) is not int or weight < 0 for weight in weights):
        raise ValueError(f"weights must be whole numbers from 0: {weights}")
    way = _WAYS[Spread(rule)]
    if not weights:
        if total:
            raise ValueError(f"no lines to share {total}")
        return ()
    if not any(weights):
        if rule in _LEAVING:
            return (0,) * len(weights)
        weights = (1,) * len(weights)
    if total < 0 and rule == Spread.SIGNED_REMAINDER:
        return tuple(_cut_below(-total, weights))
    parts = way(abs(total), weights)
    return tuple(parts) if total >= 0 else tuple([-part for part in parts])


_LEAVING: Final = frozenset({Spread.FRONT_MENDS, Spread.BACKWARD, Spread.FORWARD})


def _cut(size: int, weights: Sequence[int]) -> list[int]:
    every = sum(weights)
    return [size * weight // every for weight in weights]


def _fill(parts: list[int], coins: int, lines: Sequence[int]) -> list[int]:
    """A coin more for each of the first lines in their order; there are fewer coins than lines."""
    for line in lines[:coins]:
        parts[line] += 1
    return parts


def _weighing(weights: Sequence[int]) -> list[int]:
    return [line for line, weight in enumerate(weights) if weight]


def _largest_remainder(size: int, weights: Sequence[int]) -> list[int]:
    every = sum(weights)
    parts = [size * weight // every for weight in weights]
    coins = size - sum(parts)
    if not coins:
        return parts
    # Only lines that weigh have a remainder, and they are more than the coins.
    rests = [size * weight % every for weight in weights]
    return _fill(parts, coins, sorted(range(len(weights)), key=lambda line: (-rests[line], line)))


def _cut_below(size: int, weights: Sequence[int]) -> list[int]:
    """A credit: all parts go to the number below, and coins back to the largest remainders."""
    every = sum(weights)
    parts = [-size * weight // every for weight in weights]
    rests = [-size * weight % every for weight in weights]
    back = -size - sum(parts)
    return _fill(parts, back, sorted(range(len(weights)), key=lambda line: (-rests[line], line)))


def _largest_weight(size: int, weights: Sequence[int]) -> list[int]:
    parts = _cut(size, weights)
    heaviest = sorted(_weighing(weights), key=lambda line: (-weights[line], line))
    return _fill(parts, size - sum(parts), heaviest)


def _front_first(size: int, weights: Sequence[int]) -> list[int]:
    parts = _cut(size, weights)
    return _fill(parts, size - sum(parts), _weighing(weights))


def _back_first(size: int, weights: Sequence[int]) -> list[int]:
    parts = _cut(size, weights)
    return _fill(parts, size - sum(parts), _weighing(weights)[::-1])


def _last_absorbs(size: int, weights: Sequence[int], rounding: Rounding) -> list[int]:
    every, left = sum(weights), size
    parts: list[int] = []
    for weight in weights:
        # Never more than is left: 2 over four equal lines would be 1, 1, 1, -1.
        part = min(left, divided(size * weight, every, rounding))
        parts.append(part)
        left -= part
    parts[_weighing(weights)[-1]] += left
    return parts


def _front_mends(size: int, weights: Sequence[int]) -> list[int]:
    every = sum(weights)
    parts = [divided(size * weight, every, Rounding.HALF_DOWN) for weight in weights]
    missing = size - sum(parts)
    if missing >= 0:
        return _fill(parts, missing, _weighing(weights))
    # Those that were rounded up have a coin to give, and are as many as were rounded up too many.
    for line in [line for line in _weighing(weights) if parts[line]][:-missing]:
        parts[line] -= 1
    return parts


def _backward(size: int, weights: Sequence[int]) -> list[int]:
    left, heavy = size, sum(weights)
    parts = [0] * len(weights)
    for line in reversed(_weighing(weights)):
        parts[line] = left * weights[line] // heavy
        left -= parts[line]
        heavy -= weights[line]
    return parts


def _forward(size: int, weights: Sequence[int]) -> list[int]:
    left, heavy = size, sum(weights)
    parts = [0] * len(weights)
    for line in _weighing(weights):
        parts[line] = divided(left * weights[line], heavy, Rounding.UP)
        left -= parts[line]
        heavy -= weights[line]
    return parts


def _per_unit(size: int, weights: Sequence[int]) -> list[int]:
    each, coins = divmod(size, sum(weights))
    parts = []
    for weight in weights:
        here = min(coins, weight)
        parts.append(each * weight + here)
        coins -= here
    return parts


_WAYS: Final[dict[Spread, Callable[[int, Sequence[int]], list[int]]]] = {
    Spread.LARGEST_REMAINDER: _largest_remainder,
    Spread.SIGNED_REMAINDER: _largest_remainder,
    Spread.LARGEST_WEIGHT: _largest_weight,
    Spread.FRONT_FIRST: _front_first,
    Spread.BACK_FIRST: _back_first,
    Spread.LAST_ABSORBS: partial(_last_absorbs, rounding=Rounding.HALF_UP),
    Spread.LAST_ABSORBS_EVEN: partial(_last_absorbs, rounding=Rounding.HALF_EVEN),
    Spread.LAST_ABSORBS_CUT: partial(_last_absorbs, rounding=Rounding.DOWN),
    Spread.FRONT_MENDS: _front_mends,
    Spread.BACKWARD: _backward,
    Spread.FORWARD: _forward,
    Spread.PER_UNIT: _per_unit,
}
