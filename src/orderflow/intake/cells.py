"""What a cell may say: numbers, times, yes and no.

It knows how each kind of cell is written, and refuses to know in which column it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from orderflow.calendars import zone_of
from orderflow.errors import BadInput
from orderflow.money import Money, exponent
from orderflow.values import MINOR_MAX, decimal, instant, text, whole

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199
"""What lies outside is a slip of a key, not a time of an order."""

# Of our own: the host's decimal context may round or trap as it likes.
_EXACT: Final = Context(prec=60, traps=[])

_YES: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def name(cell: str) -> str:
    """An id, code or name."""
    if any("\udc80" <= c <= "\udcff" for c in cell):
        raise BadInput("", "is not UTF-8")
    return text(cell, "")


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number between bounds."""

    def parse(cell: str) -> int:
        value = decimal(cell, "")
        if value != value.to_integral_value():
            raise BadInput("", "a whole number is wanted")
        return whole(int(value), "", least=least, most=most)

    return parse


def currency(cell: str) -> str:
    """A code of ISO 4217."""
    exponent(name(cell))
    return cell


def yes_or_no(cell: str) -> bool:
    """`yes`, `true` or `1`; `no`, `false` or `0`."""
    known = _YES.get(cell.casefold())
    if known is None:
        raise BadInput("", "yes or no is wanted")
    return known


def degrees(most: int) -> Callable[[str], int]:
    """Degrees, in millionths; what is finer (10 cm) is rounded."""

    def parse(cell: str) -> int:
        value = decimal(cell, "")
        if abs(value) > most:
            raise BadInput("", f"is not between -{most} and {most} degrees")
        return int(value.quantize(Decimal("1e-6"), ROUND_HALF_EVEN, _EXACT).scaleb(6, _EXACT))

    return parse


def amount(in_currency: str) -> Callable[[str], int]:
    """An amount from zero in a currency, in minor units."""

    def parse(cell: str) -> int:
        minor = Money.of(cell, in_currency).minor
        return whole(minor, "", least=0, most=MINOR_MAX)

    return parse


def time_in(zone: str) -> Callable[[str], datetime]:
    """A time of ISO 8601 with its zone; or in `zone`, where one is named for the file."""
    default = zone_of(zone) if zone else None

    def parse(cell: str) -> datetime:
        try:
            value = datetime.fromisoformat(cell) if cell.isascii() else None
        except ValueError:
            value = None
        if value is None:
            raise BadInput("", "a time such as 2026-01-31T09:30:00+01:00 is wanted")
        if value.tzinfo is None and default is not None:
            value = value.replace(tzinfo=default)
        at = instant(value, "")
        if not YEAR_MIN <= at.year <= YEAR_MAX:
            raise BadInput("", f"is not between {YEAR_MIN} and {YEAR_MAX}")
        return at

    return parse
