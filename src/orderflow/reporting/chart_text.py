"""A chart written from its table, as Mermaid and as plain data.

It knows how a row of a chart is written, and refuses to know which charts there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, TypedDict, TypeVar

from orderflow.chart import Chart

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

# What Mermaid reads as its own; a state of such a name gets another id and keeps its name.
RESERVED: Final = frozenset(
    (
        *("as", "class", "classdef", "click", "default", "direction", "end", "hide", "href"),
        *("note", "scale", "state", "style"),
    )
)


class StateData(TypedDict):
    """A state: its name, and whether a chart begins or ends there."""

    name: str
    initial: bool
    end: bool


class RowData(TypedDict):
    """A row: from where, by which move, to where, on which conditions."""

    source: str
    move: str
    target: str
    guards: list[str]


class ChartData(TypedDict):
    """A chart as plain data, for whoever draws charts with other tools."""

    name: str
    states: list[StateData]
    rows: list[RowData]


def mermaid(chart: Chart[S, M, F]) -> str:
    """The chart as a Mermaid state diagram; guards stand in brackets behind their move."""
    return "".join(f"{line}\n" for line in _mermaid(chart))


def chart_data(chart: Chart[S, M, F]) -> ChartData:
    """The chart as plain data, rows in the order of the table."""
    return {
        "name": chart.name,
        "states": [
            {"name": state.value, "initial": state == chart.initial, "end": state in chart.ends}
            for state in chart.used
        ],
        "rows": [
            {
                "source": row.source.value,
                "move": row.move.value,
                "target": row.target.value,
                "guards": [guard.name for guard in row.when],
            }
            for row in chart.rows
        ],
    }


def _mermaid(chart: Chart[S, M, F]) -> Iterator[str]:
    yield "stateDiagram-v2"
    for state in chart.used:
        if state.value != _id(state.value):
            yield f'    state "{state.value}" as {_id(state.value)}'
    yield f"    [*] --> {_id(chart.initial.value)}"
    for row in chart.rows:
        guards = ", ".join(guard.name for guard in row.when)
        label = f"{row.move.value} [{guards}]" if guards else row.move.value
        yield f"    {_id(row.source.value)} --> {_id(row.target.value)}: {label}"
    for state in chart.used:
        if state in chart.ends:
            yield f"    {_id(state.value)} --> [*]"


def _id(state: str) -> str:
    plain = re.sub(r"\W", "_", state)
    return f"{plain}_" if plain.lower() in RESERVED else plain
