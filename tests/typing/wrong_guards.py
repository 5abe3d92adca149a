"""A guard over the facts of another chart."""

from __future__ import annotations

from typing import Final

from orderflow.chart import Chart, Row
from orderflow.states import order_confirmed
from tests.typing.right import LAMP, Lamp, LampRow, Turn, Wick, has_oil

LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (order_confirmed,))  # E: mypy arg-type, pyright reportArgumentType
LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (has_oil, order_confirmed))  # E: mypy arg-type, pyright reportArgumentType
LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT, has_oil)  # E: mypy arg-type, pyright reportArgumentType

IN_A_ROW: Final[Chart[Lamp, Turn, Wick]] = Chart(
    "lamp",
    Lamp,
    Turn,
    [
        LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (has_oil,)),
        LampRow(Lamp.LIT, Turn.DROP, Lamp.BROKEN, (order_confirmed,)),  # E: mypy arg-type, pyright reportArgumentType
    ],
    initial=Lamp.NEW,
    ends=[Lamp.BROKEN],
)

ROWS: Final = [
    Row(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (order_confirmed,)),
    Row(Lamp.LIT, Turn.DROP, Lamp.BROKEN, (order_confirmed,)),
]
A: Final[Chart[Lamp, Turn, Wick]] = Chart("", Lamp, Turn, ROWS, initial=Lamp.NEW, ends=[Lamp.BROKEN])  # E: mypy arg-type, pyright reportAssignmentType
B: Final[Row[Lamp, Turn, Wick]] = Row(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (order_confirmed,))  # E: mypy arg-type, pyright reportAssignmentType

LAMP.advance(Lamp.NEW, Turn.LIGHT, "oil")  # E: mypy arg-type, pyright reportArgumentType
LAMP.refusals(Lamp.NEW, Turn.LIGHT, None)  # E: mypy arg-type, pyright reportArgumentType
