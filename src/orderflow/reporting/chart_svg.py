"""A chart drawn from its table, as SVG.

It knows how a row of a chart looks, and refuses to know which charts there are.

A state is a box; a move is a small label, through which pass the lines of all rows that make the
same move to the same state on the same conditions.
So six ways to cancel are one label with six lines in and one out, and no label lies on a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final, TypeVar

from orderflow.chart import Chart, Row
from orderflow.reporting.layout import Box, arrange
from orderflow.reporting.svg import Svg, fill, joined

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

STATE_CHAR: Final = 7.6
MOVE_CHAR: Final = 6.6
GUARD_CHAR: Final = 5.6
MARGIN: Final = 8.0

COLOURS: Final = (
    *("#1f6f8b", "#b5542b", "#5b7f2c", "#7a4fa3", "#a8326b", "#8a6d1f"),
    *("#2b6cb0", "#c0392b", "#2f855a", "#975a16", "#555e9e", "#00796b"),
)


def draw_chart(chart: Chart[S, M, F]) -> Svg:
    """The chart of a table: every state, every row, every guard."""
    labels = _labels(chart.rows)
    boxes = [
        *(
            Box(f"s {state.value}", 22 + STATE_CHAR * len(state.value), 28)
            for state in chart.states
        ),
        *(
            Box(
                label,
                max(
                    14 + MOVE_CHAR * len(rows[0].move.value),
                    *(10 + GUARD_CHAR * len(line) for line in _guards(rows[0])),
                    0,
                ),
                18 + 11 * len(_guards(rows[0])),
            )
            for label, rows in labels.items()
        ),
    ]
    lines: list[tuple[str, str]] = []
    colours: dict[tuple[str, str], str] = {}
    moves = {move: i for i, move in enumerate(dict.fromkeys(row.move for row in chart.rows))}
    for label, rows in labels.items():
        colour = COLOURS[moves[rows[0].move] % len(COLOURS)]
        lines += ((f"s {row.source.value}", label) for row in rows)
        lines.append((label, f"s {rows[0].target.value}"))
        colours.update((line, colour) for line in lines if line not in colours)
    layout = arrange(boxes, lines, f"s {chart.initial.value}")
    sizes = {box.id: box for box in boxes}
    drawn = [
        _line(
            [layout.places[a], *layout.bends[a, b], layout.places[b]],
            (sizes[a].height, sizes[b].height),
            colours[a, b],
            arrow=b.startswith("s "),
        )
        for a, b in lines
    ]
    for label, rows in labels.items():
        drawn.append(
            _label(
                rows[0],
                sizes[label],
                layout.places[label],
                colours[(label, f"s {rows[0].target.value}")],
            )
        )
    for state in chart.states:
        id = f"s {state.value}"
        kind = "end" if state in chart.ends else "first" if state == chart.initial else "state"
        drawn.append(_state(state.value, sizes[id], layout.places[id], kind))
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    return fill(
        '<svg class="chart" viewBox="{} {} {:.0f} {:.0f}" role="img" aria-label="{}" '
        'style="max-width:{:.0f}px">{}</svg>',
        -MARGIN,
        -MARGIN,
        width,
        height,
        f"chart of the {chart.name}",
        width,
        joined(drawn),
    )


def _labels(rows: Sequence[Row[S, M, F]]) -> Mapping[str, list[Row[S, M, F]]]:
    """Rows that share a label: the same move, target and guards."""
    labels: dict[str, list[Row[S, M, F]]] = {}
    for row in rows:
        guards = ",".join(guard.name for guard in row.when)
        labels.setdefault(f"m {row.move.value} {row.target.value} {guards}", []).append(row)
    return labels


def _guards(row: Row[Any, Any, Any]) -> list[str]:
    return ["if " + guard.name.replace("_", " ") for guard in row.when]


def _state(name: str, box: Box, at: tuple[float, float], kind: str) -> Svg:
    x, y = at
    return fill(
        '<g class="{}"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="7"/>'
        '<text x="{:.1f}" y="{:.1f}" class="state-name">{}</text></g>',
        kind,
        x - box.width / 2,
        y - box.height / 2,
        box.width,
        box.height,
        x,
        y + 4.5,
        name,
    )


def _label(row: Row[Any, Any, Any], box: Box, at: tuple[float, float], colour: str) -> Svg:
    x, y = at
    top = y - box.height / 2
    guards = joined(
        fill('<text x="{:.1f}" y="{:.1f}" class="guard">{}</text>', x, top + 24 + 11 * i, text)
        for i, text in enumerate(_guards(row))
    )
    return fill(
        '<g class="move"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="9" '
        'stroke="{}"/><text x="{:.1f}" y="{:.1f}" fill="{}">{}</text>{}</g>',
        *(x - box.width / 2, top, box.width, box.height, colour),
        *(x, top + 13, colour, row.move.value, guards),
    )


def _line(
    points: Sequence[tuple[float, float]],
    heights: tuple[float, float],
    colour: str,
    *,
    arrow: bool,
) -> Svg:
    """A smooth line from box to box; it leaves and enters by top or bottom."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    down = points[1][1] > y0
    start = (x0, y0 + (heights[0] if down else -heights[0]) / 2)
    tip = (x1, y1 + (-heights[1] if down else heights[1]) / 2)
    path = [start, *points[1:-1], tip]
    # Vertical at both ends; at a bend, as steep as from the point before it to the one behind it.
    slopes = [
        0.0,
        *((c[0] - a[0]) / (c[1] - a[1]) for a, c in zip(path, path[2:], strict=False)),
        0.0,
    ]
    steps = [f"M{start[0]:.1f} {start[1]:.1f}"]
    for ((ax, ay), m), ((bx, by), n) in pairwise(zip(path, slopes, strict=True)):
        third = (by - ay) / 3
        steps.append(
            f"C{ax + m * third:.1f} {ay + third:.1f} {bx - n * third:.1f} {by - third:.1f} "
            f"{bx:.1f} {by:.1f}"
        )
    drawn = fill('<path class="line" d="{}" stroke="{}"/>', " ".join(steps), colour)
    if not arrow:
        return drawn
    tip_path = '<path d="M{:.1f} {:.1f}l-3.6 {}h7.2z" fill="{}"/>'
    return joined((drawn, fill(tip_path, *tip, -6 if down else 6, colour)))
