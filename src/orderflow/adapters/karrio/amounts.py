"""Money and weights through karrio's floats, without losing a minor unit or a gram.

It knows floats and minor units, and refuses to know what is paid for.

A float of an amount that `Money` can hold, at most 10^15 minor units, lies nearest to the minor
unit that was meant. What is finer than a minor unit is what adding floats leaves behind, and is
rounded to the nearest one; so is a rate that is quoted finer.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

from orderflow.errors import BadInput
from orderflow.money import Money, exponent


def to_float(money: Money) -> float:
    """An amount as karrio takes it.

    >>> to_float(Money.of("12.35", "EUR"))
    12.35
    """
    return float(money.decimal)


def from_float(said: object, currency: str) -> Money:
    """What karrio says of an amount; what is no amount is `BadInput`.

    >>> from_float(0.1 + 0.2, "EUR")
    Money(minor=30, currency='EUR')
    """
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        raise BadInput("amount", "a finite number is wanted")
    minor = Decimal(str(said)).scaleb(exponent(currency)).to_integral_value(ROUND_HALF_EVEN)
    return Money(int(minor), currency)


def kilograms(grams: int) -> float:
    """A weight as karrio takes it.

    >>> kilograms(1250)
    1.25
    """
    return float(Decimal(grams).scaleb(-3))
