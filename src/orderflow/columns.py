"""Titles and amounts in columns, as statements and settlements are written.

It knows how wide signs are, and refuses to know what they say.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final
from unicodedata import east_asian_width

_WHAT: Final = 48
_AMOUNT: Final = 13


def minute(at: datetime) -> str:
    """An instant to the minute."""
    return f"{at:%Y-%m-%d %H:%M}"


def plain(value: Decimal) -> str:
    """A number without zeros at its end.

    >>> plain(Decimal("2.50")), plain(Decimal("10"))
    ('2.5', '10')
    """
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def row(what: str, *amounts: str, width: int = 0) -> str:
    """A title, and amounts at the right edges of their columns; the last one ends at `width`.

    Without a width the title has its usual room. Amounts stand beneath a title that would touch
    them, and one that is too long for its column moves those after it.

    >>> print(row("lamp", "3.33", width=12), row("a brass lamp", "3.33", width=12), sep="\\n")
    lamp    3.33
    a brass lamp
            3.33
    """
    edge = (width or _WHAT + _AMOUNT * len(amounts)) - _AMOUNT * len(amounts)
    said, above = what, ""
    for amount in amounts:
        edge += _AMOUNT
        room = edge - _columns(amount)
        gap = room - _columns(said)
        if amount and gap < 2 and said == what and what:
            said, above, gap = "", f"{what}\n", room
        said += (" " * max(1 if said else 0, gap) + amount) if amount else ""
    return above + said


def _columns(said: str) -> int:
    """How many columns a text takes; a Chinese character takes two."""
    return sum([2 if east_asian_width(one) in "WF" else 1 for one in said])
