"""The charts by their names, and the forms that each can be written in.

It knows which charts there are and how a name is typed, and refuses to know how one is drawn.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final, Literal, TypeAlias, TypeVar

from orderflow.chart import Chart
from orderflow.errors import BadInput
from orderflow.reporting.chart_svg import draw_chart
from orderflow.reporting.chart_text import chart_data, mermaid
from orderflow.states import CHARTS, AnyChart

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

# A file must name it; inside a page it is understood.
SVG: Final = "http://www.w3.org/2000/svg"

Form: TypeAlias = Literal["mermaid", "svg", "json"]


def written(chart: Chart[S, M, F], form: Form = "mermaid") -> str:
    """A chart as text that ends in a line break: Mermaid, an SVG file, or JSON."""
    if form == "svg":
        # A piece a line, so that a change of one row is seen where files are compared.
        drawn = draw_chart(chart).replace("><", ">\n<")
        return drawn.replace("<svg ", f'<svg xmlns="{SVG}" ', 1) + "\n"
    if form == "json":
        return json.dumps(chart_data(chart), indent=1) + "\n"
    return mermaid(chart)


def chart_named(name: str) -> AnyChart:
    """The chart of a name, however its words are joined: `stock hold`, `stock-hold`, `Stock_Hold`.

    Raises `BadInput` with the names that there are.
    """
    wanted = _plain(name)
    for one in CHARTS.values():
        if _plain(one.name) == wanted:
            return one
    raise BadInput("chart", f"there is no chart {name}; there are {', '.join(CHARTS)}")


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").replace("_", " ").split())
