"""A move that is misspelt, a word in place of a move, and a move of another chart."""

from __future__ import annotations

from typing import Final

from orderflow.chart import Chart
from orderflow.states import OrderMove
from tests.typing.right import LAMP, Lamp, LampRow, Turn, Wick

LampRow(Lamp.NEW, Turn.LIHGT, Lamp.LIT)  # E: mypy attr-defined, pyright reportAttributeAccessIssue
LampRow(Lamp.NEW, "light", Lamp.LIT)  # E: mypy arg-type, pyright reportArgumentType
LampRow(Lamp.NEW, OrderMove.PLACE, Lamp.LIT)  # E: mypy arg-type, pyright reportArgumentType

IN_A_ROW: Final[Chart[Lamp, Turn, Wick]] = Chart(
    "lamp",
    Lamp,
    Turn,
    [
        LampRow(Lamp.NEW, Turn.LIHGT, Lamp.LIT),  # E: mypy attr-defined, pyright reportAttributeAccessIssue
        LampRow(Lamp.LIT, OrderMove.CANCEL, Lamp.BROKEN),  # E: mypy arg-type, pyright reportArgumentType
    ],
    initial=Lamp.NEW,
    ends=[Lamp.BROKEN],
)

LAMP.advance(Lamp.NEW, Turn.LIHGT, Wick(1))  # E: mypy attr-defined, pyright reportAttributeAccessIssue
LAMP.advance(Lamp.NEW, "light", Wick(1))  # E: mypy arg-type, pyright reportArgumentType
LAMP.advance(Lamp.NEW, OrderMove.PLACE, Wick(1))  # E: mypy arg-type, pyright reportArgumentType
