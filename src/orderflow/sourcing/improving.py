"""Better plans for a wave, by ruin and recreate.

It knows orders that meet, and refuses to know how one of them is served.

A round takes one order that is split or short, and a place that nearly has all of it; puts back
what it has taken, and what those few others have that took there what this order lacks; serves them
anew, this one first, or in a turn of chance; and keeps what comes out where all of them together
are no worse off, and none of a higher priority is left shorter for one of a lower.
To keep what is as good lets the plan drift to where the next round finds something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from orderflow.sourcing.filling import Best
from orderflow.sourcing.floor import Floor
from orderflow.sourcing.grid import Row

OTHERS: Final = 4
"""How many orders are served anew beside the one that is split or short, at the most."""

LOOKS: Final = 2
"""How many places are looked at besides the first."""

_FACTOR: Final = 6_364_136_223_846_793_005
_STEP: Final = 1_442_695_040_888_963_407
_SIZE: Final = 1 << 64


class Chance:
    """Numbers that look like chance and are the same everywhere: Knuth's congruential series."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed % _SIZE
        self.below(2)

    def below(self, n: int) -> int:
        """A whole number from 0 to below `n`."""
        self.state = (self.state * _FACTOR + _STEP) % _SIZE
        return (self.state >> 33) % n

    def shuffle(self, values: list[int]) -> None:
        """Put values in any order."""
        for i in range(len(values) - 1, 0, -1):
            j = self.below(i + 1)
            values[i], values[j] = values[j], values[i]


def apart(rows: Sequence[Sequence[Row]], *, limited: bool) -> list[list[int]]:
    """Orders by index, in groups that share no SKU; one group where places are `limited`."""
    if limited:
        return [list(range(len(rows)))] if rows else []
    root: dict[str, str] = {}

    def find(sku: str) -> str:
        while root.setdefault(sku, sku) != sku:
            root[sku] = root[root[sku]]
            sku = root[sku]
        return sku

    skus = [sorted({sku for row in some for sku, _ in row.parts}) for some in rows]
    for some in skus:
        for sku in some[1:]:
            one, other = find(some[0]), find(sku)
            root[max(one, other)] = min(one, other)
    groups: dict[str, list[int]] = {}
    for i, some in enumerate(skus):
        if some:
            groups.setdefault(find(some[0]), []).append(i)
    return list(groups.values())


def improve(floor: Floor, part: Sequence[int], budget: int, chance: Chance) -> int:
    """Serve some orders of a part anew, again and again, for so many nodes; how many rounds."""
    if not floor.places:
        return 0  # nobody ships
    flawed = _Bag(i for i in part if _is_flawed(floor, i))
    end, rounds = floor.nodes + budget, 0
    while flawed.values and floor.nodes < end:
        rounds += 1
        first = flawed.values[chance.below(len(flawed.values))]
        group = _with_others(floor, first, chance)
        _again(floor, group, chance)
        for i in group:
            flawed.put(i, there=_is_flawed(floor, i))
    return rounds


def _with_others(floor: Floor, first: int, chance: Chance) -> list[int]:
    """An order, and some that stand in its way at one place, whatever of it lies there."""
    group = [first]
    p = chance.below(len(floor.places))
    for _ in range(LOOKS):
        other = chance.below(len(floor.places))
        if _lacks(floor, first, other) < _lacks(floor, first, p):
            p = other
    for row in floor.rows[first]:
        for sku, each in row.parts:
            there = floor.held[p].get(sku, {})
            lacks = row.n * each - floor.stock[p].get(sku, 0) - there.get(first, 0)
            others = [i for i in there if i not in group]
            while lacks > 0 and others and len(group) <= OTHERS:
                other = others.pop(chance.below(len(others)))
                group.append(other)
                lacks -= there[other]
    return group


def _lacks(floor: Floor, i: int, p: int) -> int:
    """How many units of an order a place lacks, beside what the order has from there."""
    stock, held, lacks = floor.stock[p], floor.held[p], 0
    for row in floor.rows[i]:
        for sku, each in row.parts:
            own = held[sku].get(i, 0) if sku in held else 0
            lacks += max(0, row.n * each - stock.get(sku, 0) - own)
    return lacks


def _again(floor: Floor, group: list[int], chance: Chance) -> None:
    """Serve some orders anew, and keep what is not worse."""
    before = [(i, floor.release(i)) for i in group]
    was = [best.score or () for _, best in before]
    if chance.below(2):
        chance.shuffle(group)
    now = [floor.serve(i) for i in group]
    after = [(i, floor.best[i]) for i in group]
    worse = list(map(sum, zip(*now, strict=True))) > list(map(sum, zip(*was, strict=True)))
    if worse or _short(floor, after) > _short(floor, before):
        for i in group:
            floor.release(i)
        for i, best in before:
            floor.take(i, best)


def _short(floor: Floor, served: Iterable[tuple[int, Best]]) -> list[tuple[int, int]]:
    """How many units are left out of the orders of each priority, the highest first.

    Of orders that count alike nothing is said: among them all that counts is what they come to.
    """
    found: dict[int, int] = {}
    for i, best in served:
        priority = -floor.orders[i].priority
        pairs = zip(floor.rows[i], best.amounts, strict=True)
        found[priority] = found.get(priority, 0) + sum([row.n - sum(n) for row, n in pairs])
    return sorted(found.items()) if len(found) > 1 else []


def _is_flawed(floor: Floor, i: int) -> bool:
    """Whether an order is split or short; one that wants nothing is neither."""
    best = floor.best[i]
    if len(best.places) > 1:
        return True
    return any(sum(n) < row.n for row, n in zip(floor.rows[i], best.amounts, strict=True))


class _Bag:
    """Values from which one is drawn at any index; what comes in and goes costs nothing."""

    __slots__ = ("index", "values")

    def __init__(self, values: Iterable[int]) -> None:
        self.values = list(values)
        self.index = {value: i for i, value in enumerate(self.values)}

    def put(self, value: int, *, there: bool) -> None:
        """See that a value is there, or is not."""
        at = self.index.get(value)
        if there and at is None:
            self.index[value] = len(self.values)
            self.values.append(value)
        elif not there and at is not None:
            last = self.values.pop()
            del self.index[value]
            if last != value:
                self.values[at] = last
                self.index[last] = at
