"""A host's own process: its charts, tightened, and its stages within our states.

It knows which chart a host uses in the place of ours, and refuses to know what they are about.

Hosts refine, they do not fork.
They may take rows away and set guards on others; they may not add rows, for what every view, book
and law says of a state must stay true.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

import attrs

from orderflow.chart import Chart
from orderflow.states import CHARTS, AnyChart

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")


@attrs.frozen(eq=False)
class Process:
    """The charts that a host has tightened; those that it leaves alone are ours."""

    charts: tuple[AnyChart, ...] = ()
    _by_name: dict[str, Any] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for chart in self.charts:
            if chart.name not in CHARTS:
                raise ValueError(f"there is no chart {chart.name}")
        object.__setattr__(self, "_by_name", {chart.name: chart for chart in self.charts})

    def chart(self, ours: Chart[S, M, F]) -> Chart[S, M, F]:
        """The host's chart of that name, or ours."""
        found: Chart[S, M, F] = self._by_name.get(ours.name, ours)
        return found

    @property
    def fingerprint(self) -> str:
        """The tightened charts as text; empty where every chart is ours."""
        return "".join(
            f"{chart.name}: {row.source} {row.move} {[guard.name for guard in row.when]};"
            for chart in self.charts
            for row in chart.rows
        )
