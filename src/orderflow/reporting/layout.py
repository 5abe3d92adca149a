"""Where the boxes and lines of a drawing go: a small layered layout, top to bottom.

It knows boxes, their sizes and who points at whom, and refuses to know what they mean.

The steps are the usual ones (Sugiyama, 1981).
Lines that lead back are turned round for the time being; each box stands one layer below the lowest
that points at it; a line over several layers gets a bend in each; layers are sorted by where their
neighbours stand until fewer lines cross; then each box moves as near to its neighbours as the
boxes beside it allow.
Everything is sorted and nothing is drawn by chance, so the same table gives the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import attrs

SWEEPS: Final = 40
GAP: Final = 14.0
LAYER_GAP: Final = 26.0
BEND_WIDTH: Final = 8.0


@attrs.frozen
class Box:
    """A box to be placed: its name and size."""

    id: str
    width: float
    height: float


@attrs.frozen
class Layout:
    """The middle of each box, the bends of each line from its source on, and the size of it all.

    A line that leads back is drawn upwards: its bends are in its own direction, too.
    """

    places: Mapping[str, tuple[float, float]]
    bends: Mapping[tuple[str, str], Sequence[tuple[float, float]]]
    width: float
    height: float


def arrange(boxes: Sequence[Box], lines: Sequence[tuple[str, str]], first: str) -> Layout:
    """Place boxes so that lines lead downwards from `first`, where they can."""
    sizes = {box.id: box for box in boxes}
    turned = _leading_back([box.id for box in boxes], lines, first)
    down = [(b, a) if (a, b) in turned else (a, b) for a, b in lines]
    level = _levels([box.id for box in boxes], down)
    chains: dict[tuple[str, str], list[str]] = {}
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
    down_to: dict[str, float] = {}
    y = 0.0
    for layer in layers:
        height = max(sizes[id].height for id in layer)
        for id in layer:
            down_to[id] = y + height / 2
        y += height + LAYER_GAP
    places = {id: (across[id] - left, down_to[id]) for id in across}
    bends = {
        line: [places[id] for id in (chain[-2:0:-1] if line in turned else chain[1:-1])]
        for line, chain in chains.items()
    }
    right = max(places[id][0] + sizes[id].width / 2 for id in across)
    return Layout({box.id: places[box.id] for box in boxes}, bends, right, y - LAYER_GAP)


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
                return (sum(near) / len(near) if near else spots[id], spots[id])

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


def _crossings(layers: Sequence[Sequence[str]], links: Sequence[tuple[str, str]]) -> int:
    spots = {id: (level, i) for level, layer in enumerate(layers) for i, id in enumerate(layer)}
    by_level: dict[int, list[tuple[int, int]]] = {}
    for a, b in links:
        by_level.setdefault(spots[a][0], []).append((spots[a][1], spots[b][1]))
    return sum(
        (a - c) * (b - d) < 0
        for pairs in by_level.values()
        for i, (a, b) in enumerate(pairs)
        for c, d in pairs[i + 1 :]
    )


def _across(
    layers: Sequence[Sequence[str]], links: Sequence[tuple[str, str]], sizes: Mapping[str, Box]
) -> dict[str, float]:
    """How far to the right each box stands: near its neighbours, in its order, with gaps."""
    near: dict[str, list[tuple[str, float]]] = {}
    for a, b in links:
        # A line of bends should be straight before anything else is.
        weight = 6.0 if a[0] == b[0] == "\0" else 2.0 if "\0" in (a[0], b[0]) else 1.0
        near.setdefault(a, []).append((b, weight))
        near.setdefault(b, []).append((a, weight))
    across: dict[str, float] = {}
    for layer in layers:
        x = 0.0
        for id in layer:
            across[id] = x + sizes[id].width / 2
            x += sizes[id].width + GAP
    for sweep in range(SWEEPS * 4):
        order = layers if sweep % 2 == 0 else tuple(reversed(layers))
        for layer in order:
            wanted = [
                sum(across[one] * weight for one, weight in near[id])
                / sum(weight for _, weight in near[id])
                if id in near
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
