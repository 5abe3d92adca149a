"""What is right, and has to be taken by both checkers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias, assert_type

import attrs

from orderflow import Workflow, verbs
from orderflow.calls import Call
from orderflow.chart import Chart, Guard, Row
from orderflow.errors import Refusal
from orderflow.records import Order
from orderflow.units import LineQuantities
from orderflow.whence import Decision, Sourcing


class Lamp(StrEnum):
    NEW = "new"
    LIT = "lit"
    BROKEN = "broken"


class Turn(StrEnum):
    LIGHT = "light"
    DROP = "drop"


@attrs.frozen
class Wick:
    oil: int


def _oil(wick: Wick) -> tuple[Refusal, ...]:
    return () if wick.oil else (Refusal.of("no_stock", order="the lamp"),)


has_oil: Final = Guard("has_oil", _oil)

# A row through its three types: so each checker looks at each argument by itself. Without them
# pyright takes the second of two states for one of the first's kind.
LampRow: TypeAlias = Row[Lamp, Turn, Wick]

LAMP: Final[Chart[Lamp, Turn, Wick]] = Chart(
    "lamp",
    Lamp,
    Turn,
    [
        LampRow(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (has_oil,)),
        LampRow(Lamp.LIT, Turn.DROP, Lamp.BROKEN),
    ],
    initial=Lamp.NEW,
    ends=[Lamp.BROKEN],
)

PLAIN: Final[Chart[Lamp, Turn, Wick]] = Chart(
    "lamp",
    Lamp,
    Turn,
    [Row(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (has_oil,)), Row(Lamp.LIT, Turn.DROP, Lamp.BROKEN)],
    initial=Lamp.NEW,
    ends=[Lamp.BROKEN],
)

assert_type(LAMP.advance(Lamp.NEW, Turn.LIGHT, Wick(1)), Lamp)
assert_type(LAMP.target(Lamp.NEW, Turn.LIGHT), Lamp | None)

two: LineQuantities = (("1", 2),)
assert_type(verbs.release.on("o-1", "d-1", "leith", two), Call[Order])
assert_type(verbs.release.on("o-1", dispatch="d-1", lines=two), Call[Order])


def asked_whence(shop: Workflow) -> None:
    assert_type(shop.sourcing("o-1", (("1", 2),)), Sourcing)
    assert_type(shop.sourced("o-1"), tuple[Decision, ...])
    assert_type(shop.sourcing("o-1").reasons(budget=9), tuple[Refusal, ...])
