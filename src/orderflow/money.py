"""Amounts, prices, and how an amount is shared without losing a cent.

It knows currencies and whole numbers of their smallest coin, and refuses to know orders, taxes,
exchange rates and who owes what.

Problem: three lamps for 10.00 cost 3.33 each, and a cent is left. Whoever rounds each part for
itself loses it, finds it twice, or refunds 10.01.

Observations:

- A float is not the number on the price tag, and a `Decimal` sum depends on the caller's context.
  Whole numbers of the smallest coin do neither.
- A *price* may be finer than any coin: 0.98765 a piece, 15.80 a kilogram sold by the gram.
- Units of one line leave it in any order and in any number: shipped, billed, returned.
  What three units carry must not depend on what was asked about the other four.
- Between *lines* there is no order to lean on, and systems differ:

  =================  ==================================================================
  LARGEST_REMAINDER  moneyphp (101 over 3:7 is 30, 71), Sylius, Shopify "nearest";
                     RubyMoney and Vendure agree in their published cases
  LAST_ABSORBS       Saleor's vouchers; the article of case CN-03, over ratios it had cut
  FRONT_FIRST        brick/money (1000 over 37:62 is 374, 626; over 62:37 it is 627, 373)
  =================  ==================================================================

- LAST_ABSORBS piles up what all others were rounded by: 7 over five lines of 4 and one of 1 puts 2
  on the last, which is worth 1. FRONT_FIRST charges a line that owed no fraction.

Decision: an amount is an `int` of minor units. A price becomes an amount by one named rounding a
line (`Price.times`). Units of a line carry a closed form (`share`) in which any slices sum to the
whole. A proportion is rounded once, for the quantity that moves (`scale`). Lines share by
`spread`, largest remainder unless the caller names another rule.
All of it treats a credit as the mirror of a charge, and none of it gives a part the other sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

import attrs

from orderflow.currencies import EXPONENTS, in_main_unit
from orderflow.errors import BadInput
from orderflow.values import MINOR_MAX, decimal, text, whole


def exponent(currency: object, path: str = "currency") -> int:
    """How many decimals a currency has; what is not an active ISO 4217 code is `BadInput`.

    >>> exponent("EUR"), exponent("JPY"), exponent("KWD")
    (2, 0, 3)
    """
    decimals = EXPONENTS.get(currency) if type(currency) is str else None
    if decimals is None:
        raise BadInput(path, f"{text(currency, path)} is not a currency of ISO 4217")
    return decimals


class Rounding(StrEnum):
    """What becomes of a part of the smallest coin; each treats credit and charge alike."""

    HALF_UP = "half_up"  # to the nearest, the half away from zero
    HALF_EVEN = "half_even"  # to the nearest, the half to the even neighbour
    DOWN = "down"  # towards zero
    UP = "up"  # away from zero


class Spread(StrEnum):
    """How lines share an amount that does not divide; who uses which is told above."""

    LARGEST_REMAINDER = "largest_remainder"  # cut off all; left coins to the largest remainders
    LAST_ABSORBS = "last_absorbs"  # round each; the last line that weighs takes what is left
    FRONT_FIRST = "front_first"  # cut off all; left coins to the first lines that weigh


@attrs.frozen
class Money:
    """An amount: so many minor units of a currency, at most 10**15 either way.

    >>> print(Money.of("12.50", "EUR") - Money(1, "EUR"))
    12.49 EUR

    Adding or comparing two currencies is `BadInput`; multiplying is for `Price`, `scale`, `share`.
    """

    minor: int
    currency: str

    def __attrs_post_init__(self) -> None:
        whole(self.minor, "amount", least=-MINOR_MAX, most=MINOR_MAX)
        exponent(self.currency)

    @classmethod
    def of(cls, amount: object, currency: str, *, path: str = "amount") -> Money:
        """The amount that a decimal is; what is finer than the smallest coin is refused."""
        top, bottom = decimal(amount, path).as_integer_ratio()
        minor, rest = divmod(top * 10 ** exponent(currency), bottom)
        if rest:
            raise BadInput(path, f"{amount} is finer than the smallest coin of {currency}")
        return cls(whole(minor, path, least=-MINOR_MAX, most=MINOR_MAX), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in the currency's main unit, with all its decimals."""
        return Decimal(in_main_unit(self.minor, self.currency))

    def __str__(self) -> str:
        return f"{in_main_unit(self.minor, self.currency)} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor + self._alike(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor - self._alike(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    # Python turns > and >= into these two.
    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._alike(other)

    def __le__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor <= self._alike(other)

    def _alike(self, other: Money) -> int:
        if other.currency != self.currency:
            raise BadInput("currency", f"{self.currency} is wanted, not {other.currency}")
        return other.minor


@attrs.frozen
class Price:
    """What `per` units cost; it may be finer than the smallest coin, never below zero.

    >>> Price.of("15.80", "EUR", per=1000).times(1318)  # 1,318 g at 15.80 a kilogram
    2082
    """

    amount: Decimal
    currency: str
    per: int = 1
    # Minor units a unit as a fraction, so that `times` is one multiplication and one division.
    _top: int = attrs.field(init=False, repr=False, eq=False)
    _bottom: int = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        amount = decimal(self.amount, "price")
        if amount < 0:
            raise BadInput("price", "must not be negative")
        top, bottom = amount.as_integer_ratio()
        object.__setattr__(self, "amount", amount.copy_abs())  # Decimal("-0") is no price
        object.__setattr__(self, "_top", top * 10 ** exponent(self.currency))
        object.__setattr__(self, "_bottom", bottom * whole(self.per, "price.per"))

    @classmethod
    def of(cls, amount: object, currency: str, per: int = 1) -> Price:
        """The price that a decimal is: `Price.of("0.98765", "EUR")`."""
        return cls(decimal(amount, "price"), currency, per)

    def times(self, units: int, rounding: Rounding = Rounding.HALF_UP) -> int:
        """What so many units cost, in minor units, rounded once."""
        top = self._top * whole(units, "units", least=0)
        minor = divided(top, self._bottom, rounding)
        return whole(minor, "amount", least=0, most=MINOR_MAX)


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

    A line that weighs nothing gets nothing, unless no line weighs anything: then all weigh alike.

    >>> spread(101, (3, 7)), spread(-5, (1, 1, 1)), spread(100, (0, 0))
    ((30, 71), (-2, -2, -1), (50, 50))
    """
    if any(type(weight) is not int or weight < 0 for weight in weights):
        raise ValueError(f"weights must be whole numbers from 0: {weights}")
    if not weights:
        if total:
            raise ValueError(f"no lines to share {total}")
        return ()
    if not any(weights):
        weights = (1,) * len(weights)
    size = abs(total)
    if Spread(rule) is Spread.LAST_ABSORBS:
        parts = _last_absorbs(size, weights)
    else:
        parts = _cut_and_fill(size, weights, by_remainder=rule == Spread.LARGEST_REMAINDER)
    return tuple(parts) if total >= 0 else tuple(-part for part in parts)


def _cut_and_fill(size: int, weights: Sequence[int], *, by_remainder: bool) -> list[int]:
    every = sum(weights)
    parts = [size * weight // every for weight in weights]
    # The coins left are fewer than the lines with a remainder, and only lines that weigh have one.
    lines = [line for line, weight in enumerate(weights) if weight]
    if by_remainder:
        lines.sort(key=lambda line: (-(size * weights[line] % every), line))
    for line in lines[: size - sum(parts)]:
        parts[line] += 1
    return parts


def _last_absorbs(size: int, weights: Sequence[int]) -> list[int]:
    every, left = sum(weights), size
    parts = []
    for weight in weights:
        # Never more than is left: 2 over four equal lines would be 1, 1, 1, -1.
        parts.append(min(left, divided(size * weight, every, Rounding.HALF_UP)))
        left -= parts[-1]
    last = max(line for line, weight in enumerate(weights) if weight)
    parts[last] += left
    return parts


def divided(top: int, bottom: int, rounding: Rounding) -> int:
    """`top / bottom` as a whole number; neither is negative."""
    if rounding == Rounding.HALF_UP:
        return (2 * top + bottom) // (2 * bottom)
    down, rest = divmod(top, bottom)
    if rounding == Rounding.HALF_EVEN:
        return down + (2 * rest + down % 2 > bottom)
    return down + (Rounding(rounding) is Rounding.UP and rest > 0)


def positive(amount: object, currency: str = "", path: str = "amount") -> int:
    """The minor units of an amount that is handed in: at least 1, in `currency` where one is named.

    >>> positive(Money.of("12.50", "EUR"), "EUR")
    1250
    """
    if not isinstance(amount, Money):
        raise BadInput(path, f"Money is wanted, not {type(amount).__name__}")
    if currency and amount.currency != currency:
        raise BadInput(path, f"is in {amount.currency}, not in {currency}")
    return whole(amount.minor, path, most=MINOR_MAX)
