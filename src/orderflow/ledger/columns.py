"""Titles and amounts in columns, as statements of money are written.

It knows how wide signs are, and refuses to know what they say.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from unicodedata import east_asian_width

_WHAT: Final = 48
_AMOUNT: Final = 13


def minute(at: datetime) -> str:
    """An instant to the minute."""
    return f"{at:%Y-%m-%d %H:%M}"


def row(what: str, *amounts: str) -> str:
    """A title, and amounts in columns; what is too long for its column moves the others."""
    return _padded(what, _WHAT, left=True) + "".join([_padded(one, _AMOUNT) for one in amounts])


def _padded(said: str, width: int, *, left: bool = False) -> str:
    columns = sum([2 if east_asian_width(one) in "WF" else 1 for one in said])
    gap = " " * max(1, width - columns)
    return said + gap if left else gap + said
