"""Bars: counts by name, and counts over time, as SVG.

It knows lengths and labels, and refuses to know what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderflow.reporting.svg import Svg, fill, joined

WIDTH: Final = 460
ROW: Final = 24
LABEL: Final = 150
NUMBER: Final = 70
MONTHS_WIDTH: Final = 960
MONTHS_HEIGHT: Final = 170


def draw_bars(title: str, pairs: Sequence[tuple[str, int]], colour: str = "#3f7ca8") -> Svg:
    """One bar a name, with its count."""
    most = max((n for _, n in pairs), default=0) or 1
    room = WIDTH - LABEL - NUMBER
    rows = joined(
        fill(
            '<text x="{}" y="{}" class="name">{}</text>'
            '<rect x="{}" y="{}" width="{:.1f}" height="15" rx="2" fill="{}"/>'
            '<text x="{:.1f}" y="{}" class="count">{:,}</text>',
            *(LABEL - 8, i * ROW + 15, _short(name)),
            *(LABEL, i * ROW + 3, max(1.0, room * n / most), colour),
            *(LABEL + max(1.0, room * n / most) + 6, i * ROW + 15, n),
        )
        for i, (name, n) in enumerate(pairs)
    )
    height = max(1, len(pairs)) * ROW
    nothing = Svg("") if pairs else Svg('<text x="8" y="16">nothing</text>')
    return fill(
        '<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        WIDTH,
        height,
        title,
        rows,
        nothing,
    )


def draw_months(title: str, pairs: Sequence[tuple[str, int]], colour: str = "#3f7ca8") -> Svg:
    """One column a month, named `2026-01`; the years stand below, where they begin."""
    most = max((n for _, n in pairs), default=0) or 1
    step = (MONTHS_WIDTH - 50) / max(1, len(pairs))
    floor = MONTHS_HEIGHT - 24
    drawn = joined(
        fill(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}">'
            "<title>{}: {:,}</title></rect>",
            *(50 + i * step, floor - (floor - 12) * n / most, min(40.0, step * 0.8)),
            *((floor - 12) * n / most, colour, month, n),
        )
        for i, (month, n) in enumerate(pairs)
    )
    named = _named_months([month for month, _ in pairs])
    labels = joined(
        fill('<text x="{:.1f}" y="{}">{}</text>', 50 + i * step, floor + 17, label)
        for i, label in named
    )
    axis = fill(
        '<path d="M46 12H{0}M46 {1}H{0}" class="axis"/>'
        '<text x="40" y="16" class="name">{2:,}</text>'
        '<text x="40" y="{1}" class="name">0</text>',
        MONTHS_WIDTH,
        floor,
        most,
    )
    return fill(
        '<svg class="months" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        MONTHS_WIDTH,
        MONTHS_HEIGHT,
        title,
        axis,
        drawn,
        labels,
    )


def _named_months(months: Sequence[str]) -> list[tuple[int, str]]:
    """Where a label goes: each month of a short time, each year of a long one."""
    if len(months) <= 14:
        return list(enumerate(months))
    first: dict[str, int] = {}
    for i, month in enumerate(months):
        first.setdefault(month[:4], i)
    every = 1 + len(first) // 20
    return [(i, year) for k, (year, i) in enumerate(first.items()) if k % every == 0]


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"
