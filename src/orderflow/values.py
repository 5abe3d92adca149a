"""Small frozen nouns that everything else is made of, and the checks at the boundary.

It knows names, quantities and times, and refuses to know orders, stock or money.

Problem: a host hands over what it has: text from a form, a float from a spreadsheet, a naive time.
Python would take most of it in silence: `True` is 1, `int("１２")` is 12, `1_000` is a number.
An 11-byte decimal can keep `int()` busy for minutes.
Decision: what enters passes one of the checks below, once, and what passed is not checked again.
A check returns the value itself or raises `BadInput` with the path to the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final, NamedTuple

import attrs

from orderflow.errors import BadInput

QUANTITY_MAX: Final = 10**9
"""The most units of one SKU in one line, position or posting."""

MINOR_MAX: Final = 10**15
"""The largest amount of money, in minor units."""

TEXT_MAX: Final = 200
"""The longest id, code or name, in characters."""

_PLAIN_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)
# Control characters, bidirectional controls and all that Unicode says to draw as nothing: what
# cannot be seen must not tell two SKUs apart.
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The host's own decimal context may round or trap as it likes; a quantity must not depend on it.
# 36 digits by a pack of 10 fit.
_EXACT: Final = Context(prec=60, Emin=-999999, Emax=999999, traps=[])


def text(value: object, path: str, *, empty: bool = False) -> str:
    """An id, code or name: 1 to 200 visible characters, compared by code points.

    A space at either end is refused, not cut off: `LAMP` and `LAMP ` look alike.
    `empty` allows the empty text, which means absent.
    """
    if type(value) is not str:
        raise BadInput(path, f"text is wanted, not {type(value).__name__}")
    if not value:
        if empty:
            return value
        raise BadInput(path, "must not be empty")
    if len(value) > TEXT_MAX:
        raise BadInput(path, f"longer than {TEXT_MAX} characters")
    if value != value.strip():
        raise BadInput(path, "begins or ends with a space")
    if value.isascii() and value.isprintable():
        return value
    if _UNSEEN.search(value):
        raise BadInput(path, "has a character that cannot be seen")
    return value


def seen_only(value: str) -> str:
    """A text without what cannot be seen, for words of others that are kept as they came."""
    return _UNSEEN.sub("", value)


def whole(value: object, path: str, *, least: int = 1, most: int = QUANTITY_MAX) -> int:
    """A whole number from `least` to `most`; neither `True` nor 1.0 is one."""
    if type(value) is not int:
        raise BadInput(path, f"a whole number is wanted, not {type(value).__name__}")
    if not least <= value <= most:
        shown = value if -(10**18) < value < 10**18 else "this number"
        raise BadInput(path, f"{shown} is not between {least} and {most}")
    return value


def decimal(value: object, path: str) -> Decimal:
    """A finite decimal of at most 18 digits on each side of the point.

    Takes a `Decimal`, an `int` or plain ASCII text such as `-12.50`; floats are refused because
    they are not what they seem.
    """
    if type(value) is str:
        if not _PLAIN_DECIMAL.fullmatch(value):
            raise BadInput(path, "a plain decimal number is wanted")
        return Decimal(value)
    if type(value) is int:
        if abs(value) >= 10**18:
            raise BadInput(path, "has more than 18 digits before the point")
        return Decimal(value)
    if type(value) is not Decimal:
        raise BadInput(path, f"a decimal number is wanted, not {type(value).__name__}")
    if not value.is_finite():
        raise BadInput(path, "must be finite")
    exponent = value.as_tuple().exponent
    # adjusted() first: int(Decimal("1e2000000")) would not end.
    if value.adjusted() >= 18 or not isinstance(exponent, int) or exponent < -18:
        raise BadInput(path, "has more than 18 digits before or after the point")
    return value if exponent <= 0 else Decimal(int(value))


def scaled(n: int, decimals: int) -> Decimal:
    """A whole number of the last of so many decimals, whatever the host's own context rounds to.

    >>> scaled(1318, 3)
    Decimal('1.318')
    """
    return _EXACT.scaleb(Decimal(n), Decimal(-decimals))


def instant(value: object, path: str) -> datetime:
    """A time with its zone; what comes back is the same instant in UTC."""
    if not isinstance(value, datetime):
        raise BadInput(path, f"a time is wanted, not {type(value).__name__}")
    if value.tzinfo is UTC and type(value) is datetime:
        return value
    if value.utcoffset() is None:
        raise BadInput(path, "the time has no time zone")
    try:
        return in_utc(value)
    except OverflowError:
        raise BadInput(path, "the time is out of range") from None


LAST_INSTANT: Final = datetime.max.replace(tzinfo=UTC)
"""The end of all days that can be written."""


def later(at: datetime, span: timedelta) -> datetime:
    """An instant in UTC so much later, but never beyond the last that there is.

    What would fall due after it never does; one date at the end of all days breaks no other.
    """
    return at + span if span <= LAST_INSTANT - at else LAST_INSTANT


def in_utc(value: datetime) -> datetime:
    """The same instant in UTC, to the microsecond: a plain time, whatever class it came as.

    Classes of other libraries write themselves in other ways, and may be finer.
    """
    if value.tzinfo is UTC and type(value) is datetime:
        return value
    at = value.astimezone(UTC)
    if type(at) is datetime:
        return at
    day = (at.year, at.month, at.day)
    return datetime(*day, at.hour, at.minute, at.second, at.microsecond, tzinfo=UTC)


def several(values: object, path: str) -> tuple[str, ...]:
    """A tuple of at least one name, each once."""
    if not isinstance(values, tuple) or not values:
        raise BadInput(path, "a tuple of at least one name is wanted")
    names = tuple([text(value, f"{path}[{i}]") for i, value in enumerate(values)])
    unique(names, path)
    return names


def unique(names: Iterable[str], path: str) -> None:
    """Refuse a name that comes twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadInput(path, f"{name} comes twice")
        seen.add(name)


def warehouse(location: str) -> str:
    """The warehouse that a location is in: the first part of its path, `leith/a-03/bin-7`."""
    return location.partition("/")[0]


def within(location: str, place: str) -> bool:
    """Whether a location is a place or lies in it; the empty place has every location in it."""
    return not place or location == place or location.startswith(f"{place}/")


def place(value: object, path: str) -> str:
    """A location: a path from a warehouse down to a bin, whose parts have names."""
    location = text(value, path)
    for part in location.split("/"):
        if not part.strip():
            raise BadInput(path, "each part of a location needs a name")
    return location


class Position(NamedTuple):
    """Where goods stand, or where a limit is counted: the key of both books.

    `sku` and `location` name the place; a location is a path from its warehouse down to the bin,
    `leith/a-03/bin-7`. `owner` is empty for one's own goods, `lot` where lots are
    not kept, `grade` for sound goods, `peg` for goods on hand.
    With a `peg` it stands for a dated supply row of that name; a position without a location is a
    pool: a quota, a coupon's uses, a buyer's limit, named by `sku`.
    """

    sku: str
    location: str = ""
    owner: str = ""
    lot: str = ""
    grade: str = ""
    peg: str = ""

    def checked(self, path: str) -> Position:
        """Itself, when each part is proper text."""
        text(self.sku, f"{path}.sku")
        for name, part in zip(self._fields[1:], self[1:], strict=True):
            text(part, f"{path}.{name}", empty=True)
        if self.location:
            place(self.location, f"{path}.location")
        return self


@attrs.frozen
class Sku:
    """What is sold, and in which smallest amount.

    `unit` is the trade's word (piece, g, mm); `scale` how many decimals of it are counted: with
    `Sku("CABLE", "m", scale=3)` one unit is a millimetre and 2.5 m are 2,500 units.
    `per` is the number of units that the price is quoted for: 1,000 for a price a kilogram over
    grams. `packs` names larger amounts: `(("box", 12),)`.
    """

    code: str
    unit: str = "piece"
    scale: int = 0
    per: int = 1
    packs: tuple[tuple[str, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        text(self.code, "sku.code")
        text(self.unit, "sku.unit")
        whole(self.scale, "sku.scale", least=0, most=9)
        whole(self.per, "sku.per")
        _checked_packs(self.packs)
        unique((name for name, _ in self.packs), "sku.packs")

    def units(self, amount: object, pack: str = "", *, path: str = "quantity") -> int:
        """How many units an amount is: `Sku("TEA", "kg", scale=3).units("1.318")` is 1318.

        What is finer than the scale is refused, never rounded.
        """
        number = decimal(amount, path)
        factor = self._pack(pack, path) if pack else 10**self.scale
        count = _EXACT.multiply(number, Decimal(factor))
        if count != count.to_integral_value(ROUND_DOWN, _EXACT):
            raise BadInput(path, f"{amount} is finer than the unit of {self.code}")
        return whole(int(count), path)

    def amount(self, units: int) -> Decimal:
        """The amount that so many units are, in the trade's unit: the inverse of `units`."""
        return scaled(units, self.scale)

    def _pack(self, pack: str, path: str) -> int:
        for name, units in self.packs:
            if name == pack:
                return units
        raise BadInput(path, f"{self.code} has no pack {pack}")


def _checked_packs(packs: object) -> None:
    pairs = packs if isinstance(packs, tuple) else (packs,)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput("sku.packs", "a tuple of pairs of name and units is wanted")
        whole(pair[1], f"sku.packs.{text(pair[0], 'sku.packs')}")
