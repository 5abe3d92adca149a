"""Where goods may stand: the checks of positions that stock verbs share.

It knows what a position on hand is, and refuses to know what is there.
"""

from __future__ import annotations

from orderflow.errors import BadInput
from orderflow.values import Position


def checked(position: object, path: str = "position") -> Position:
    """Any position: on hand, of a supply row, or a pool."""
    if not isinstance(position, Position):
        raise BadInput(path, "a Position is wanted")
    return position.checked(path)


def on_hand(position: object, path: str = "position") -> Position:
    """A position where goods stand."""
    at = checked(position, path)
    if not at.location:
        raise BadInput(f"{path}.location", "must not be empty")
    if at.peg:
        raise BadInput(f"{path}.peg", "goods on hand have none")
    return at
