"""The report: figures, pictures and one file that needs no network."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.adapters.memory import MemoryStore
from orderflow.chart import Chart
from orderflow.demo import run_files
from orderflow.intake import orders, stock
from orderflow.reporting import Outcome, render, write_report
from orderflow.reporting.bars import draw_bars, draw_months
from orderflow.reporting.chart_svg import MOVE_SIZE, draw_chart
from orderflow.reporting.layout import Box, arrange
from orderflow.states import CHARTS
from tests.charts import big

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}[red]"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def outcome_of(sku: str = "LAMP", bad: str = "x") -> Outcome:
    cell = '"' + sku.replace('"', '""') + '"'
    taken = orders(
        "order,sku,quantity,price,currency,customer,placed_at,status\n"
        f"o-1,{cell},2,9.90,EUR,c-7,2026-01-31T09:30:00Z,delivered\n"
        f"o-2,{cell},9,9.90,EUR,c-7,2026-03-01T09:30:00Z,returned\n"
        f"o-3,{cell},{bad},9.90,EUR,c-7,,\n"
    )
    shelves = stock(f"sku,location,quantity\n{cell},leith,4\n", skus=taken.skus)
    return run_files(MemoryStore(), taken, shelves, NOW)


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += (
            value or "" for name, value in attributes if name in ("href", "src", "action")
        )
        assert not [name for name, _ in attributes if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.mark.feature("F320", "F321")
def test_the_report_is_one_file_with_figures_refusals_findings_and_laws(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", outcome_of())

    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    said = " ".join(Page(html).said)
    for wanted in (
        "all laws hold",
        "What came in",
        "What went out",
        "What was refused, and why",
        "LAMP at all locations: 9 asked, 2 free",
        "a plain decimal number is wanted",
        "returned",
        "108.90",
        "units sellable",
    ):
        assert wanted in said


def test_the_report_runs_no_script_and_names_no_outside_address() -> None:
    html = render(outcome_of())
    page = Page(html)

    assert "script" not in page.tags
    assert "link" not in page.tags
    assert page.addresses == []
    assert not re.findall(r"(https?:)?//[a-z]", html)
    assert "@import" not in html
    assert "url(" not in html


def test_what_came_from_outside_is_escaped_everywhere() -> None:
    outcome = outcome_of(HOSTILE, bad='"<b onclick=1>"')

    html = render(outcome)

    assert "<script" not in html
    assert "<b " not in html
    assert "&lt;script&gt;alert(1)" in html
    assert HOSTILE in " ".join(Page(html).said)


def test_a_column_with_markup_in_its_name_is_escaped() -> None:
    taken = orders("order,<img src=x onerror=alert(1)>\n")
    outcome = run_files(MemoryStore(), taken, stock(""), NOW)

    html = render(outcome)

    assert "img" not in Page(html).tags
    assert "<img" not in html


def test_an_empty_run_has_a_report_too() -> None:
    outcome = run_files(MemoryStore(), orders(""), stock(""), NOW)

    assert "all laws hold" in render(outcome)
    assert outcome.summary.orders == 0


DRAWN: Final = (*CHARTS.values(), big())
drawn_charts = pytest.mark.parametrize(
    "chart", DRAWN, ids=[f"{chart.name}, {len(chart.rows)} rows" for chart in DRAWN]
)


def picture(chart: Chart[S, M, F]) -> ET.Element:
    return ET.fromstring(str(draw_chart(chart)))  # noqa: S314 - our own picture


def boxes(svg: ET.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box; the first is the paper."""
    found: list[tuple[float, float, float, float]] = []
    for rect in svg.iter("rect"):
        x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + w, y + h))
    return found


def points(path: str) -> Iterator[tuple[float, float]]:
    """Points along a line, close together."""
    x = y = 0.0
    for step, numbers in re.findall(r"([MVC])([-\d. ]+)", path):
        told = [float(one) for one in numbers.split()]
        if step == "M":
            x, y = told
            continue
        (a, b, c, d, u, v) = told if step == "C" else (x, y, x, told[0], x, told[0])
        for i in range(21):
            t, r = i / 20, 1 - i / 20
            yield (
                r**3 * x + 3 * r * r * t * a + 3 * r * t * t * c + t**3 * u,
                r**3 * y + 3 * r * r * t * b + 3 * r * t * t * d + t**3 * v,
            )
        x, y = u, v


def tips(svg: ET.Element) -> Iterator[tuple[float, float]]:
    """The middle of the broad side of each tip, where its line comes from."""
    for path in svg.iter("path"):
        for x, y, rise in re.findall(r"M([-\d.]+) ([-\d.]+)l-4 (-?7)h", path.attrib["d"]):
            yield float(x), float(y) + float(rise)


@pytest.mark.feature("F088", "F094")
@drawn_charts
def test_a_chart_is_drawn_from_its_table(chart: Chart[Any, Any, Any]) -> None:
    svg = picture(chart)

    text = list(svg.itertext())
    assert {state.value for state in chart.used} <= set(text)
    words = set(re.findall(r"\w+", " ".join(text)))
    for row in chart.rows:
        assert {*row.move.value.split(), *(guard.name for guard in row.when)} <= words


@drawn_charts
def test_each_row_is_drawn_or_told(chart: Chart[Any, Any, Any]) -> None:
    svg = picture(chart)

    told = [text for text in svg.itertext() if " → " in text]
    lines = [path for path in svg.iter("path") if path.attrib["fill"] == "none"]
    tips = [path for path in svg.iter("path") if path.attrib["fill"] != "none"]
    # A label has a line in for each of its rows, and one out, with a tip.
    assert len(lines) - len(tips) + len(told) == len(chart.rows)
    for text in told:
        move, target = text.split(" [")[0].split(" → ")
        assert (move, target) in {(row.move, row.target) for row in chart.rows}


@drawn_charts
def test_a_chart_fits_a_page_and_nothing_in_it_meets(chart: Chart[Any, Any, Any]) -> None:
    svg = picture(chart)

    (left, top, right, bottom), *there = boxes(svg)
    assert right - left <= 960
    for i, (x, y, u, v) in enumerate(there):
        assert left < x < u < right
        assert top < y < v < bottom
        for a, b, c, d in there[i + 1 :]:
            assert u <= a or c <= x or v <= b or d <= y
    for tip in tips(svg):
        assert not [box for box in there if box[0] < tip[0] < box[2] and box[1] < tip[1] < box[3]]
    for path in svg.iter("path"):
        for x, y in points(path.attrib["d"]):
            assert left < x < right
            assert not [
                box for box in there if box[0] + 1 < x < box[2] - 1 and box[1] + 1 < y < box[3] - 1
            ]


@drawn_charts
def test_the_words_of_a_chart_are_large_enough_and_within_a_box(
    chart: Chart[Any, Any, Any],
) -> None:
    svg = picture(chart)

    _, *there = boxes(svg)
    assert f"font:{MOVE_SIZE}px" in svg.attrib["style"]
    for text in svg.iter("text"):
        size = float(text.attrib.get("font-size", MOVE_SIZE))
        assert size >= 11
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        width = 0.56 * size * len(text.text or "")
        start = x if text.attrib["text-anchor"] == "start" else x - width / 2
        assert [
            box
            for box in there
            if box[0] < start and start + width < box[2] and box[1] < y - size * 0.75 and y < box[3]
        ], text.text


def test_the_same_table_gives_the_same_picture() -> None:
    assert draw_chart(big()) == draw_chart(big())


def test_lines_that_cross_are_counted() -> None:
    ids = ("a", "b", "c", "d", "e")
    lines = [("a", "b"), ("a", "c"), ("b", "d"), ("b", "e"), ("c", "d"), ("c", "e")]

    layout = arrange([Box(id, 30, 20) for id in ids], lines, "a")

    assert layout.crossings == 1


@given(
    st.integers(1, 9).flatmap(
        lambda n: st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=25
        ).map(lambda lines: (n, lines))
    )
)
def test_any_table_can_be_laid_out_and_lines_lead_down_unless_they_close_a_circle(
    table: tuple[int, list[tuple[int, int]]],
) -> None:
    n, pairs = table
    lines = sorted({(f"b{a}", f"b{b}") for a, b in pairs if a != b})
    layout = arrange([Box(f"b{i}", 30, 20) for i in range(n)], lines, "b0")

    assert set(layout.places) == {f"b{i}" for i in range(n)}
    for a, b in lines:
        assert layout.places[a][1] != layout.places[b][1]
    placed = sorted(layout.places.values(), key=lambda at: (at[1], at[0]))
    for (x, y), (u, v) in pairwise(placed):
        assert y != v or u - x >= 30


@pytest.mark.feature("F319")
def test_bars_and_months_are_drawn_to_scale_and_escaped() -> None:
    bars = ET.fromstring(str(draw_bars("t", [("<a>", 10), ("b", 5), ("c", 0)])))  # noqa: S314
    widths = [float(rect.attrib["width"]) for rect in bars.iter("rect")]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert "<a>" in set(bars.itertext())

    months = ET.fromstring(str(draw_months("t", [("2026-01", 4), ("2026-02", 2)])))  # noqa: S314
    heights = [float(rect.attrib["height"]) for rect in months.iter("rect")]
    assert heights[0] == pytest.approx(2 * heights[1])

    assert "nothing" in str(draw_bars("t", []))
    ET.fromstring(str(draw_months("t", [])))  # noqa: S314 - our own picture
