"""Pieces of a host's process: a state, a move or a guard of another chart than the one they name."""

from __future__ import annotations

from orderflow.process import Close, Piece, Remove, Require
from orderflow.states import (
    ORDER,
    UNIT,
    OrderMove,
    OrderState,
    UnitMove,
    UnitState,
    has_lines,
    order_confirmed,
)

Remove(ORDER, UnitState.OPEN, OrderMove.CANCEL)  # E: mypy misc, pyright reportArgumentType
Remove(ORDER, OrderState.PLACED, UnitMove.CANCEL)  # E: mypy misc, pyright reportArgumentType
Remove(ORDER, OrderState.PLACED, OrderMove.CANCLE)  # E: mypy attr-defined, pyright reportAttributeAccessIssue
Close(ORDER, UnitState.OPEN)  # E: mypy misc, pyright reportArgumentType
Require(ORDER, OrderState.PLACED, OrderMove.CANCEL, order_confirmed)  # E: mypy misc, pyright reportArgumentType
Require(UNIT, UnitState.OPEN, UnitMove.ALLOCATE, has_lines)  # E: mypy misc, pyright reportArgumentType
Require(UNIT, UnitState.OPEN, UnitMove.ALLOCATE, lambda facts: True)  # E: mypy arg-type, pyright reportArgumentType

PIECES: tuple[Piece, ...] = (
    Remove(ORDER, OrderState.PLACED, OrderMove.CANCEL),
    Remove(ORDER, UnitState.OPEN, OrderMove.CANCEL),  # E: mypy misc, pyright reportArgumentType
    Require(UNIT, UnitState.OPEN, UnitMove.ALLOCATE, has_lines),  # E: mypy misc, pyright reportArgumentType
)
