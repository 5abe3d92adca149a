"""A state of another chart in a row, or handed to a chart."""

from __future__ import annotations

from typing import Final

from orderflow.chart import Chart, Row
from orderflow.states import OrderState
from tests.typing.right import LAMP, Lamp, LampRow, Turn, Wick

LampRow(OrderState.DRAFT, Turn.LIGHT, Lamp.LIT)  # E: mypy arg-type, pyright reportArgumentType
LampRow(Lamp.NEW, Turn.LIGHT, OrderState.PLACED)  # E: mypy arg-type, pyright reportArgumentType
LampRow("new", Turn.LIGHT, Lamp.LIT)  # E: mypy arg-type, pyright reportArgumentType

SOURCE: Final[Row[Lamp, Turn, Wick]] = Row(OrderState.DRAFT, Turn.LIGHT, OrderState.PLACED)  # E: mypy arg-type, pyright reportAssignmentType

IN_A_ROW: Final[Chart[Lamp, Turn, Wick]] = Chart(
    "lamp",
    Lamp,
    Turn,
    [
        LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT),
        LampRow(Lamp.LIT, Turn.DROP, OrderState.CANCELLED),  # E: mypy arg-type, pyright reportArgumentType
        LampRow(OrderState.PLACED, Turn.DROP, Lamp.BROKEN),  # E: mypy arg-type, pyright reportArgumentType
    ],
    initial=Lamp.NEW,
    ends=[Lamp.BROKEN],
)

ROWS: Final = [LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT), LampRow(Lamp.LIT, Turn.DROP, Lamp.BROKEN)]
A: Final[Chart[Lamp, Turn, Wick]] = Chart("", Lamp, Turn, ROWS, initial=OrderState.DRAFT, ends=[Lamp.BROKEN])  # E: mypy arg-type, pyright reportArgumentType reportAssignmentType
B: Final[Chart[Lamp, Turn, Wick]] = Chart("", Lamp, Turn, ROWS, initial=Lamp.NEW, ends=[OrderState.CANCELLED])  # E: mypy list-item, pyright reportArgumentType reportAssignmentType
C: Final[Chart[Lamp, Turn, Wick]] = Chart("", OrderState, Turn, ROWS, initial=Lamp.NEW, ends=[Lamp.BROKEN])  # E: mypy arg-type, pyright reportArgumentType reportAssignmentType
D = Chart("", Lamp, Turn, ROWS, initial=OrderState.DRAFT, ends=[Lamp.BROKEN])  # E: mypy misc, pyright reportArgumentType
E = Chart("", OrderState, Turn, ROWS, initial=Lamp.NEW, ends=[Lamp.BROKEN])  # E: mypy misc, pyright reportArgumentType
F: Final[Chart[Lamp, Turn, Wick]] = Chart[Lamp, Turn, Wick]("", Lamp, Turn, ROWS, initial=OrderState.DRAFT, ends=[Lamp.BROKEN])  # E: mypy arg-type, pyright reportArgumentType
G: Final[Chart[OrderState, Turn, Wick]] = LAMP  # E: mypy assignment, pyright reportAssignmentType

LAMP.advance(OrderState.DRAFT, Turn.LIGHT, Wick(1))  # E: mypy arg-type, pyright reportArgumentType
LAMP.target(OrderState.DRAFT, Turn.LIGHT)  # E: mypy arg-type, pyright reportArgumentType
