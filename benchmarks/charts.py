"""What a move through `Chart.advance` costs beside one trigger of the machine behind the chart.

Over every chart: each state, each move, and each outcome of the guards of its row, allowed or not.
The guards are switches, so that every outcome can be had and costs both sides the same.
A machine moves a model: one is added, set to the state before each trigger, and taken away again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations, product
from typing import Any, TypeAlias, TypeVar

from transitions import MachineError

from benchmarks.ratios import Work, ratio
from orderflow.chart import Chart, Guard, Row
from orderflow.errors import Refusal, Refused
from orderflow.states import CHARTS

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

ASKED = 8.0
NO = Refusal.of("no_lines", order="o-17")
Failing: TypeAlias = frozenset[str]
Switched: TypeAlias = Chart[Any, Any, Failing]
Case: TypeAlias = tuple[Any, Any, Failing]


class Model:
    """What `transitions` moves."""

    state: str


def switched(chart: Chart[Any, Any, Any]) -> Switched:
    """The same table with guards that fail where their names are among the facts."""

    def switch(name: str) -> Guard[Failing]:
        return Guard(name, lambda failing: (NO,) if name in failing else ())

    rows = [
        Row(row.source, row.move, row.target, tuple(switch(guard.name) for guard in row.when))
        for row in chart.rows
    ]
    return Chart(
        chart.name,
        chart.states,
        chart.moves,
        rows,
        initial=chart.initial,
        ends=chart.ends,
        closed=chart.closed,
        tightened=bool(chart.closed),
    )


def cases(chart: Chart[S, M, F]) -> Iterator[tuple[S, M, Failing]]:
    """Each state and move, with each set of its row's guards failing."""
    guards = {(row.source, row.move): [guard.name for guard in row.when] for row in chart.rows}
    for state, move in product(chart.states, chart.moves):
        names = guards.get((state, move), [])
        for n in range(len(names) + 1):
            for failing in combinations(names, n):
                yield state, move, frozenset(failing)


def by_advance(chart: Switched, there: list[Case]) -> Work:
    def work() -> None:
        for state, move, facts in there:
            try:
                chart.advance(state, move, facts)
            except Refused:
                continue

    return work


def by_trigger(chart: Switched, there: list[Case], model: Model) -> Work:
    events = chart.machine.events
    told = [(state.value, events[move.value], facts) for state, move, facts in there]

    def work() -> None:
        for state, event, facts in told:
            model.state = state
            try:
                event.trigger(model, facts)
            except MachineError:
                continue

    return work


def measured(pairs: int, turns: int) -> dict[str, float]:
    """The speedup; a turn is every case of every chart."""
    tables = [switched(chart) for chart in CHARTS.values()]
    model = Model()
    for chart in tables:
        chart.machine.add_model(model, initial=chart.initial.value)
    try:
        works: list[tuple[Work, Work]] = []
        n = 0
        for chart in tables:
            there = list(cases(chart))
            n += len(there)
            works.append((by_trigger(chart, there, model), by_advance(chart, there)))

        def trigger() -> None:
            for one, _ in works:
                one()

        def advance() -> None:
            for _, one in works:
                one()

        found = ratio((((trigger, advance) for _ in range(turns)) for _ in range(pairs)), n)
    finally:
        for chart in tables:
            chart.machine.remove_model(model)
    return {
        "advance_speedup_over_transitions": found["median"],
        "least": found["least"],
        "most": found["most"],
        "pairs": found["pairs"],
        "cases": n,
        "advance_us": found["theirs_us"],
        "trigger_us": found["ours_us"],
        "asked": ASKED,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pairs", type=int, default=9, help="pairs of runs")
    parser.add_argument("--turns", type=int, default=10, help="turns a run")
    options = parser.parse_args()
    result = measured(options.pairs, options.turns)
    print(json.dumps(result) if options.json else result)


if __name__ == "__main__":
    main()
