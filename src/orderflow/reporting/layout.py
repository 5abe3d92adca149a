"""Where the boxes and lines of a drawing go: a small layered layout, top to bottom.

It knows boxes, their sizes and who points at whom, and refuses to know what they mean.

The steps are the usual ones (Sugiyama, 1981).
Lines that lead back are turned round for the time being; each box stands one layer below the lowest
that points at it; a line over several layers gets a bend in each; layers are sorted by where their
neighbours stand until fewer lines cross; then each box moves as near to its neighbours as the
boxes beside it allow.
A line goes straight up or down where there are boxes beside it, and aside only between layers, so
that it meets no box but its own two.
Everything is sorted and nothing is drawn by chance, so the same table gives the same picture.

Sums of lengths are exact (`fsum`): `sum` rounds in another way from Python 3.12 on, and a picture
must be the same from every version.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum
from typing import Final, TypeAlias

import attrs

SWEEPS: Final = 40
GAP: Final = 14.0
BEND_WIDTH: Final = 6.0
LAYER_GAP: Final = 20.0
LAYER_GAP_MAX: Final = 44.0
SLOPE: Final = 0.11  # how much more room a line wants that goes far aside
PORT_GAP: Final = 11.0  # between two lines at the same side of a box

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = tuple[str, str]


@attrs.frozen
class Box:
    """A box to be placed: its name and size."""

    id: str
    width: float
    height: float


@attrs.frozen
class Layout:
    """The middle of each box, the points of each line from source to target, and the size of all.

    Between two points a line is straight where they stand one above the other, else a curve that
    begins and ends upright. One that leads back runs upwards.
    """

    places: Mapping[str, Point]
    lines: Mapping[Line, Sequence[Point]]
    width: float
    height: float
    crossings: int


def arrange(boxes: Sequence[Box], lines: Sequence[Line], first: str) -> Layout:
    """Place boxes so that lines lead downwards from `first`, where they can."""
    sizes = {box.id: box for box in boxes}
    turned = _leading_back([box.id for box in boxes], lines, first)
    down = [(b, a) if (a, b) in turned else (a, b) for a, b in lines]
    level = _levels([box.id for box in boxes], down)
    chains: dict[Line, list[str]] = {}
    layers: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    for box in boxes:
        layers[level[box.id]].append(box.id)
    for (a, b), line in zip(down, lines, strict=True):
        chain = [a]
        for step in range(level[a] + 1, level[b]):
            bend = f"\0{a}\0{b}\0{step}"
            sizes[bend] = Box(bend, BEND_WIDTH, 0)
            layers[step].append(bend)
            chain.append(bend)
        chains[line] = [*chain, b]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    layers = _sorted_layers(layers, links)
    across = _across(layers, links, sizes)
    left = min(across[id] - sizes[id].width / 2 for id in across)
    across = {id: x - left for id, x in across.items()}
    out, into = _ports(links, across, sizes)
    spans = _spans(layers, sizes, [(out[link], into[link], link) for link in links])
    middle = {id: fsum(spans[i]) / 2 for i, layer in enumerate(layers) for id in layer}
    drawn: dict[Line, Sequence[Point]] = {}
    for line, chain in chains.items():
        points: list[Point] = []
        for a, b in pairwise(chain):
            bottom = middle[a] + sizes[a].height / 2
            top = middle[b] - sizes[b].height / 2
            edges = spans[_level_of(a, level)][1], spans[_level_of(b, level)][0]
            points += (
                *((out[a, b], bottom), (out[a, b], edges[0])),
                *((into[a, b], edges[1]), (into[a, b], top)),
            )
        plain = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
        drawn[line] = plain[::-1] if line in turned else plain
    return Layout(
        {box.id: (across[box.id], middle[box.id]) for box in boxes},
        drawn,
        max(across[id] + sizes[id].width / 2 for id in across),
        spans[-1][1],
        _crossings(layers, links),
    )


def _level_of(id: str, level: Mapping[str, int]) -> int:
    """The layer of a box, or of a bend."""
    return level[id] if id in level else int(id.rpartition("\0")[2])


def _ports(
    links: Sequence[Line], across: Mapping[str, float], sizes: Mapping[str, Box]
) -> tuple[dict[Line, float], dict[Line, float]]:
    """How far to the right each link leaves its upper box, and enters its lower one.

    Lines of one side stand apart in the order of where they come from, as far as the box is wide.
    """
    ports: tuple[dict[Line, float], dict[Line, float]] = ({}, {})
    for side in (0, 1):
        of: dict[str, list[Line]] = {}
        for link in links:
            of.setdefault(link[side], []).append(link)
        for id, mine in of.items():
            mine.sort(key=lambda link: (across[link[1 - side]], link))
            step = min(PORT_GAP, max(0.0, sizes[id].width - 16) / max(1, len(mine) - 1))
            for i, link in enumerate(mine):
                ports[side][link] = across[id] + (i - (len(mine) - 1) / 2) * step
    return ports


def _spans(
    layers: Sequence[Sequence[str]],
    sizes: Mapping[str, Box],
    links: Sequence[tuple[float, float, Line]],
) -> list[tuple[float, float]]:
    """The top and bottom of each layer: further apart where a line between them goes far aside."""
    at = {id: i for i, layer in enumerate(layers) for id in layer}
    aside = [0.0] * len(layers)
    for x, u, (a, _) in links:
        aside[at[a]] = max(aside[at[a]], abs(x - u))
    spans: list[tuple[float, float]] = []
    y = 0.0
    for far, layer in zip(aside, layers, strict=True):
        bottom = y + max(sizes[id].height for id in layer)
        spans.append((y, bottom))
        y = bottom + min(LAYER_GAP_MAX, LAYER_GAP + SLOPE * far)
    return spans


def depths(ids: Sequence[str], lines: Sequence[Line], first: str) -> dict[str, int]:
    """How many layers below `first` each box would stand, were all lines drawn."""
    turned = _leading_back(ids, lines, first)
    return _levels(ids, [(b, a) if (a, b) in turned else (a, b) for a, b in lines])


def _leading_back(
    ids: Sequence[str], lines: Sequence[tuple[str, str]], first: str
) -> set[tuple[str, str]]:
    """The lines that close a circle, seen from `first` on."""
    targets: dict[str, list[str]] = {id: [] for id in ids}
    for a, b in lines:
        targets[a].append(b)
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    for start in (first, *ids):
        if start in done:
            continue
        path = {start: None}
        stack = [(start, iter(targets[start]))]
        while stack:
            here, ahead = stack[-1]
            nearest = next(ahead, None)
            if nearest is None:
                stack.pop()
                path.pop(here)
                done.add(here)
            elif nearest in path:
                back.add((here, nearest))
            elif nearest not in done:
                path[nearest] = None
                stack.append((nearest, iter(targets[nearest])))
    return back


def _levels(ids: Sequence[str], down: Sequence[tuple[str, str]]) -> dict[str, int]:
    """One layer below the lowest that points at it; then as low as what it points at allows."""
    level = dict.fromkeys(ids, 0)
    for _ in ids:
        for a, b in down:
            level[b] = max(level[b], level[a] + 1)
    pointed_at = {b for _, b in down}
    for id in ids:
        ahead = [level[b] for a, b in down if a == id]
        if id not in pointed_at and ahead:
            level[id] = min(ahead) - 1
    return level


def _sorted_layers(layers: list[list[str]], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for a, b in links:
        below.setdefault(a, []).append(b)
        above.setdefault(b, []).append(a)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, links)
    for sweep in range(SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        spots = {id: i for layer in layers for i, id in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):

            def middle(id: str, spots: dict[str, int] = spots) -> tuple[float, int]:
                near = [spots[one] for one in neighbours.get(id, ())]  # noqa: B023 - used at once
                return (fsum(near) / len(near) if near else spots[id], spots[id])

            layer.sort(key=middle)
            spots.update({id: i for i, id in enumerate(layer)})
        _swap_neighbours(layers, links)
        crossings = _crossings(layers, links)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _swap_neighbours(layers: list[list[str]], links: Sequence[tuple[str, str]]) -> None:
    """Swap boxes side by side wherever fewer lines cross so."""
    near: dict[str, tuple[list[str], list[str]]] = {
        id: ([], []) for layer in layers for id in layer
    }
    for a, b in links:
        near[a][1].append(b)
        near[b][0].append(a)
    spots = {id: i for layer in layers for i, id in enumerate(layer)}

    def crossed(one: str, other: str) -> int:
        return sum(
            spots[p] > spots[q]
            for side in (0, 1)
            for p in near[one][side]
            for q in near[other][side]
        )

    for layer in layers:
        for i in range(len(layer) - 1):
            one, other = layer[i], layer[i + 1]
            if crossed(other, one) < crossed(one, other):
                layer[i], layer[i + 1] = other, one
                spots[one], spots[other] = i + 1, i


def _crossings(layers: Sequence[Sequence[str]], links: Sequence[Line]) -> int:
    """How many pairs of links cross: those out of order below, when in order above."""
    spots = {id: (level, i) for level, layer in enumerate(layers) for i, id in enumerate(layer)}
    by_level: dict[int, list[tuple[int, int]]] = {}
    for a, b in links:
        by_level.setdefault(spots[a][0], []).append((spots[a][1], spots[b][1]))
    crossings = 0
    for pairs in by_level.values():
        passed: list[int] = []
        for _, below in sorted(pairs):
            crossings += len(passed) - bisect_right(passed, below)
            insort(passed, below)
    return crossings


def _across(
    layers: Sequence[Sequence[str]], links: Sequence[tuple[str, str]], sizes: Mapping[str, Box]
) -> dict[str, float]:
    """How far to the right each box stands: near its neighbours, in its order, with gaps."""
    above: dict[str, list[tuple[str, float]]] = {id: [] for layer in layers for id in layer}
    below: dict[str, list[tuple[str, float]]] = {id: [] for layer in layers for id in layer}
    for a, b in links:
        # A line of bends should be straight before anything else is.
        weight = 6.0 if a[0] == b[0] == "\0" else 2.0 if "\0" in (a[0], b[0]) else 1.0
        below[a].append((b, weight))
        above[b].append((a, weight))
    both = {id: above[id] + below[id] for id in above}
    across: dict[str, float] = {}
    for layer in layers:
        x = 0.0
        for id in layer:
            across[id] = x + sizes[id].width / 2
            x += sizes[id].width + GAP
    for sweep in range(SWEEPS * 2):
        down = sweep % 2 == 0
        # One side at first, which puts a long chain upright in one sweep; both sides at last.
        near = both if sweep >= SWEEPS else above if down else below
        for layer in layers if down else reversed(layers):
            wanted = [
                fsum(across[one] * weight for one, weight in near[id])
                / fsum(weight for _, weight in near[id])
                if near[id]
                else across[id]
                for id in layer
            ]
            across.update(zip(layer, _spaced(layer, wanted, sizes), strict=True))
    return across


def _spaced(layer: Sequence[str], wanted: Sequence[float], sizes: Mapping[str, Box]) -> list[float]:
    """Places in order and apart, as near as can be to those that are wanted (least squares)."""
    offsets = [0.0]
    for a, b in pairwise(layer):
        offsets.append(offsets[-1] + (sizes[a].width + sizes[b].width) / 2 + GAP)
    blocks: list[tuple[float, int]] = []  # mean of what is wanted less the offset, and how many
    for want, offset in zip(wanted, offsets, strict=True):
        mean, n = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, m = blocks.pop()
            mean, n = (mean * n + other * m) / (n + m), n + m
        blocks.append((mean, n))
    means = [mean for mean, n in blocks for _ in range(n)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
