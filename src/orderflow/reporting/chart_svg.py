"""A chart drawn from its table, as SVG.

It knows how a row of a chart looks, and refuses to know which charts there are.

A state is a box; a move is a small label, through which pass the lines of all rows that make the
same move to the same state on the same conditions.
So six ways to cancel are one label with six lines in and one out, and no label lies on a line.

Problem: a table of seventy rows has lines that run past everything; drawn whole, nobody can follow
one of them, and a page is too narrow for all.
Observation: what people look for in a picture is the way ahead; a way back or a way out is looked
up at the state where it begins.
Decision: rows are drawn as lines by how many layers they reach over, the nearest first, as long as
the picture fits a page and few lines cross. A row that reaches further is told in the box of its
source, as `cancel → cancelled`, and so is one that keeps its state. No row is left out, and each
state keeps its shortest line in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from math import fsum
from typing import Final, TypeVar

import attrs

from orderflow.chart import Chart
from orderflow.reporting.chart_text import ChartData, RowData, StateData, chart_data
from orderflow.reporting.layout import Box, Layout, Point, arrange, depths
from orderflow.reporting.svg import Svg, fill, joined

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

WIDTH_MAX: Final = 920.0
CROSSINGS_MAX: Final = 8
TOLD_MAX: Final = 40  # letters in a line of what is told
MARGIN: Final = 10.0

NAME_SIZE: Final = 13
MOVE_SIZE: Final = 12
SMALL_SIZE: Final = 11
SMALL_LINE: Final = 14
NAME_HEIGHT: Final = 28
MOVE_HEIGHT: Final = 20

# How wide a letter is, in parts of the size of its type, in the widest of the usual faces.
WIDTHS: Final = {**dict.fromkeys("fijlrt.,'|:;!I[]() ", 0.42), **dict.fromkeys("mwMW→", 0.98)}
LETTER: Final = 0.64
BOLD: Final = 1.1

COLOURS: Final = (
    *("#1f6f8b", "#b5542b", "#4f7227", "#7a4fa3", "#a8326b", "#80641a"),
    *("#2b6cb0", "#b83227", "#28734a", "#8f5514", "#555e9e", "#00695c"),
)
MUTED: Final = "#4d5862"
FIRST: Final = ("#d9ecdf", "#2f6b47")
BETWEEN: Final = ("#eef3f7", "#4a6072")
END: Final = ("#e7e3ee", "#5d4b80")


@attrs.frozen
class _Way:
    """Rows that share a label: the same move, target and guards."""

    id: str
    rows: tuple[RowData, ...]
    colour: str


@attrs.frozen
class _Picture:
    """What is drawn as lines, what is told in the boxes, and where all of it stands."""

    ways: Sequence[_Way]
    told: Mapping[str, Sequence[RowData]]
    boxes: Mapping[str, Box]
    layout: Layout


def draw_chart(chart: Chart[S, M, F]) -> Svg:
    """The chart of a table: every state, every row, every guard."""
    data = chart_data(chart)
    moves = dict.fromkeys(row["move"] for row in data["rows"])
    colours = {move: COLOURS[i % len(COLOURS)] for i, move in enumerate(moves)}
    picture = _fitting(data, colours)
    boxes, places = picture.boxes, picture.layout.places
    lines = [
        _line(points, way.colour, arrow=b == _state_id(way.rows[0]["target"]))
        for way in picture.ways
        for (a, b), points in picture.layout.lines.items()
        if way.id in (a, b)
    ]
    # Where a row begins: a line at the foot of a label may be one that comes from below.
    dots = [
        fill('<circle cx="{:.1f}" cy="{:.1f}" r="2.6" fill="{}"/>', *points[0], way.colour)
        for way in picture.ways
        for (_, b), points in picture.layout.lines.items()
        if b == way.id
    ]
    labels = [_label(way, boxes[way.id], places[way.id]) for way in picture.ways]
    states = [
        _state(state, picture.told.get(state["name"], ()), colours, boxes[id], places[id])
        for state in data["states"]
        for id in [_state_id(state["name"])]
    ]
    width, height = picture.layout.width + 2 * MARGIN, picture.layout.height + 2 * MARGIN
    return fill(
        '<svg class="chart" viewBox="{0} {0} {1:.0f} {2:.0f}" width="{1:.0f}" role="img" '
        'aria-label="{3}" style="max-width:{1:.0f}px;font:{4}px Helvetica,Arial,sans-serif">'
        '<rect x="{0}" y="{0}" width="{1:.0f}" height="{2:.0f}" fill="#fff"/>{5}</svg>',
        *(
            -MARGIN,
            width,
            height,
            f"chart of the {chart.name}",
            MOVE_SIZE,
            joined((*lines, *labels, *states, *dots)),
        ),
    )


# --- what is drawn, and what is told --------------------------------------------------------------


def _fitting(data: ChartData, colours: Mapping[str, str]) -> _Picture:
    """As many rows drawn as fit a page; the others are told in the boxes of their sources."""
    ids = [_state_id(state["name"]) for state in data["states"]]
    first = next(_state_id(state["name"]) for state in data["states"] if state["initial"])
    lines = [(_state_id(row["source"]), _state_id(row["target"])) for row in data["rows"]]
    depth = depths(ids, [line for line in lines if line[0] != line[1]], first)
    reach = [abs(depth[b] - depth[a]) for a, b in lines]
    shortest: dict[str, int] = {}
    for n, (_, b) in zip(reach, lines, strict=True):
        shortest[b] = min(n or len(ids), shortest.get(b, len(ids)))
    best, least = None, (True, len(lines) ** 2)
    for limit in sorted({1, *reach} - {0}):
        kept = [
            0 < n <= max(limit, shortest[b] if n == shortest[b] else 0)
            for n, (_, b) in zip(reach, lines, strict=True)
        ]
        picture = _arranged(data, kept, colours, first)
        layout = picture.layout
        faults = (layout.width > WIDTH_MAX, max(0, layout.crossings - CROSSINGS_MAX))
        if best is not None and faults > least:  # it must fit first, and then be clear
            break
        best, least = picture, faults
    assert best is not None, "one limit is there at least"
    return best


def _arranged(
    data: ChartData, kept: Sequence[bool], colours: Mapping[str, str], first: str
) -> _Picture:
    labels: dict[str, list[RowData]] = {}
    told: dict[str, list[RowData]] = {}
    for row, drawn in zip(data["rows"], kept, strict=True):
        if drawn:
            id = f"m {row['move']} {row['target']} {','.join(row['guards'])}"
            labels.setdefault(id, []).append(row)
        else:
            told.setdefault(row["source"], []).append(row)
    ways = [_Way(id, tuple(rows), colours[rows[0]["move"]]) for id, rows in labels.items()]
    boxes = [
        *(_state_box(state["name"], told.get(state["name"], ())) for state in data["states"]),
        *(_label_box(way) for way in ways),
    ]
    lines = [
        line
        for way in ways
        for line in (
            *((_state_id(row["source"]), way.id) for row in way.rows),
            (way.id, _state_id(way.rows[0]["target"])),
        )
    ]
    return _Picture(ways, told, {box.id: box for box in boxes}, arrange(boxes, lines, first))


def _state_id(name: str) -> str:
    return f"s {name}"


def _state_box(name: str, told: Sequence[RowData]) -> Box:
    lines = [line for row in told for line in _told_lines(row)]
    width = max(
        22 + _width(name, NAME_SIZE) * BOLD, *(18 + _width(line, SMALL_SIZE) for line in lines), 0
    )
    return Box(_state_id(name), width, NAME_HEIGHT + SMALL_LINE * len(lines) + (4 if lines else 0))


def _label_box(way: _Way) -> Box:
    guards = _guards(way.rows[0])
    width = max(
        14 + _width(way.rows[0]["move"], MOVE_SIZE),
        *(12 + _width(line, SMALL_SIZE) for line in guards),
        0,
    )
    return Box(way.id, width, MOVE_HEIGHT + SMALL_LINE * len(guards) + (2 if guards else 0))


def _width(text: str, size: int) -> float:
    return size * fsum(WIDTHS.get(letter, LETTER) for letter in text)


def _guards(row: RowData) -> list[str]:
    """A line for each guard, all of them in one pair of brackets."""
    if not row["guards"]:
        return []
    return f"[{',|'.join(row['guards'])}]".split("|")


def _told_lines(row: RowData) -> list[str]:
    """What is told of a row, in lines of the same indent; guards go on where there is room."""
    lines = [f"{row['move']} → {row['target']}"]
    for guard in _guards(row):
        if len(lines[-1]) + len(guard) < TOLD_MAX:
            lines[-1] += f" {guard}"
        else:
            lines.append(guard)
    return lines


# --- how it looks ---------------------------------------------------------------------------------


def _state(
    state: StateData,
    told: Sequence[RowData],
    colours: Mapping[str, str],
    box: Box,
    at: Point,
) -> Svg:
    x, y = at
    left, top = x - box.width / 2, y - box.height / 2
    inside, edge = END if state["end"] else FIRST if state["initial"] else BETWEEN
    pieces = [
        fill(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="7" fill="{}" '
            'stroke="{}"/><text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-weight="bold" '
            'font-size="{}" fill="#1a2530">{}</text>',
            *(left, top, box.width, box.height, inside, edge),
            *(x, top + 18.5, NAME_SIZE, state["name"]),
        )
    ]
    y = top + NAME_HEIGHT + 8
    for row in told:
        for line in _told_lines(row):
            pieces.append(_small(left + 9, y, line, colours[row["move"]], "start"))
            y += SMALL_LINE
    return joined(pieces)


def _label(way: _Way, box: Box, at: Point) -> Svg:
    x, y = at
    top = y - box.height / 2
    return joined(
        (
            fill(
                '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="9" fill="#fff" '
                'stroke="{}"/><text x="{:.1f}" y="{:.1f}" text-anchor="middle" fill="{}">{}</text>',
                *(x - box.width / 2, top, box.width, box.height, way.colour),
                *(x, top + 14, way.colour, way.rows[0]["move"]),
            ),
            *(
                _small(x, top + 14 + SMALL_LINE * i, line, MUTED, "middle")
                for i, line in enumerate(_guards(way.rows[0]), 1)
            ),
        )
    )


def _small(x: float, y: float, text: str, colour: str, anchor: str) -> Svg:
    return fill(
        '<text x="{:.1f}" y="{:.1f}" font-size="{}" fill="{}" text-anchor="{}">{}</text>',
        *(x, y, SMALL_SIZE, colour, anchor, text),
    )


def _line(points: Sequence[Point], colour: str, *, arrow: bool) -> Svg:
    """A line along its points: straight up and down, and in curves that begin and end so."""
    steps = ["M{:.1f} {:.1f}".format(*points[0])]
    for (ax, ay), (bx, by) in pairwise(points):
        half = (by - ay) / 2
        steps.append(
            f"V{by:.1f}"
            if ax == bx
            else f"C{ax:.1f} {ay + half:.1f} {bx:.1f} {by - half:.1f} {bx:.1f} {by:.1f}"
        )
    drawn = fill(
        '<path d="{}" fill="none" stroke="{}" stroke-width="1.3"/>', " ".join(steps), colour
    )
    if not arrow:
        return drawn
    down = points[-1][1] > points[0][1]
    tip = '<path d="M{:.1f} {:.1f}l-4 {}h8z" fill="{}"/>'
    return joined((drawn, fill(tip, *points[-1], -7 if down else 7, colour)))
