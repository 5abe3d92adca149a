"""Amounts and prices.

It knows currencies and whole numbers of their smallest coin, and refuses to know orders, taxes,
exchange rates and who owes what.

Problem: a price tag says 12.50, a settings file 0.98765, a spreadsheet 12.499999999999998.
Observations:

- A float is not the number on the price tag, and a `Decimal` sum depends on the caller's context.
  Whole numbers of the smallest coin do neither.
- A *price* may be finer than any coin: 0.98765 a piece, 15.80 a kilogram sold by the gram.

Decision: an amount is an `int` of minor units. A price becomes an amount by one named rounding a
line (`Price.times`); what a country rounds to more than a coin goes to a multiple of any step
(`rounded`). A credit is the mirror of a charge.
"""

from __future__ import annotations

from decimal import Context, Decimal
from enum import StrEnum
from typing import Final

import attrs

from orderflow.currencies import EXPONENTS, amount_said, in_main_unit
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


# The product of a step and a count has at most twice the digits of a decimal that is let in.
_EXACT: Final = Context(prec=90, traps=[])


class Rounding(StrEnum):
    """What becomes of a part of the smallest coin; each treats credit and charge alike."""

    HALF_UP = "half_up"  # to the nearest, the half away from zero
    HALF_EVEN = "half_even"  # to the nearest, the half to the even neighbour
    HALF_DOWN = "half_down"  # to the nearest, the half towards zero
    DOWN = "down"  # towards zero
    UP = "up"  # away from zero


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
        return amount_said(self.minor, self.currency)

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


def rounded(amount: Decimal, step: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """An amount as a multiple of `step`, which need not be a power of ten; a credit is mirrored.

    >>> [str(rounded(Decimal("987.345"), Decimal(step))) for step in ("0.05", "0.25", "10")]
    ['987.35', '987.25', '990']
    """
    size, coin = decimal(amount, "amount"), decimal(step, "step")
    if coin <= 0:
        raise BadInput("step", "must be above zero")
    # abs() would round as the caller's context does.
    top, bottom = size.copy_abs().as_integer_ratio()
    coin_top, coin_bottom = coin.as_integer_ratio()
    times = divided(top * coin_bottom, bottom * coin_top, rounding)
    return _EXACT.multiply(Decimal(times if size >= 0 else -times), coin)


def divided(top: int, bottom: int, rounding: Rounding) -> int:
    """`top / bottom` as a whole number; neither is negative."""
    if rounding == Rounding.HALF_UP:
        return (2 * top + bottom) // (2 * bottom)
    down, rest = divmod(top, bottom)
    if rounding == Rounding.HALF_EVEN:
        return down + (2 * rest + down % 2 > bottom)
    if rounding == Rounding.HALF_DOWN:
        return down + (2 * rest > bottom)
    return down + (Rounding(rounding) is Rounding.UP and rest > 0)


def positive(amount: object, currency: str = "", path: str = "amount") -> int:
    """The minor units of an amount that is handed in: at least 1, in `currency` where one is named.

    >>> positive(Money.of("12.50", "EUR"), "EUR")
    1250
    """
    return _minor(amount, currency, path, 1)


def not_negative(amount: object, currency: str = "", path: str = "amount") -> int:
    """The minor units of an amount that is handed in and may be nothing, as `positive` has them."""
    return _minor(amount, currency, path, 0)


def _minor(amount: object, currency: str, path: str, least: int) -> int:
    if not isinstance(amount, Money):
        raise BadInput(path, f"Money is wanted, not {type(amount).__name__}")
    if currency and amount.currency != currency:
        raise BadInput(path, f"is in {amount.currency}, not in {currency}")
    return whole(amount.minor, path, least=least, most=MINOR_MAX)
