"""What is wanted as demands: lines of one kind merged, and the ways to serve each.

It knows lines, kits and what may stand in, and refuses to know supply.

Two lines that ask for the same SKU by the same date are one demand: asked one by one, each could be
answered with the same goods.
A demand has one option of its own, which is the SKU itself or the parts of a kit, and one for each
SKU that may stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from math import prod
from typing import Final, NamedTuple

from orderflow.promising.values import Wanted
from orderflow.values import unique

_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Option(NamedTuple):
    """One batch of an option serves `per` units of the demand, by so many units of each SKU."""

    parts: tuple[tuple[str, int], ...]
    per: int


class Demand:
    """What lines of one kind want together."""

    __slots__ = ("left", "lines", "n", "options", "wanted")

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.lines: list[tuple[str, int]] = []
        self.n = 0
        self.left = 0  # what is promised for no date yet
        self.options = _options(wanted)

    def add(self, line: str, n: int) -> None:
        """One line more that wants the same."""
        self.lines.append((line, n))
        self.n += n
        self.left += n


def skus_wanted(wanted: Wanted) -> set[str]:
    """Every SKU that could serve a line."""
    return {sku for option in _options(wanted) for sku, _ in option.parts}


def demands(lines: Iterable[Wanted]) -> list[Demand]:
    """Merge lines of one kind; what has the earliest date is served first, then as they stand.

    Where something stands in by batches of several units, each line has its own batches.
    """
    lines = tuple(lines)
    unique((one.line for one in lines), "lines")
    merged: dict[tuple[object, ...], Demand] = {}
    for i, one in enumerate(lines):
        batched = any(other.per > 1 for other in one.instead)  # nothing stands in: they merge
        own = i if batched else -1
        key = (one.sku, one.by, one.location, one.kit, one.instead, own)
        if key not in merged:
            merged[key] = Demand(one)
        merged[key].add(one.line, one.n)
    return sorted(merged.values(), key=lambda one: one.wanted.by or _LAST)  # stable


def splits(n: int, caps: Sequence[int], pers: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way to serve `n` units by batches, at most so many of each; the first option first."""
    return _splits(n, caps, pers, set())


def _splits(
    n: int, caps: Sequence[int], pers: Sequence[int], without: set[tuple[int, int]]
) -> Iterator[tuple[int, ...]]:
    """The same; `without` has what was tried in vain: so many units by so many last options."""
    if not caps:
        if not n:
            yield ()
        return
    reach = [cap * per for cap, per in zip(caps, pers, strict=True)]
    if sum(reach) < n or (n, len(caps)) in without:
        return
    found = False
    for batches in range(min(caps[0], n // pers[0]), -1, -1):
        left = n - batches * pers[0]
        if left > sum(reach[1:]):
            break
        for rest in _splits(left, caps[1:], pers[1:], without):
            found = True
            yield (batches, *rest)
    if not found:
        without.add((n, len(caps)))


def most(n: int, caps: Sequence[int], pers: Sequence[int]) -> tuple[int, ...]:
    """The split that serves as much of `n` as can be.

    What is served falls short of the least of demand and reach by less than the product of all
    batches, since so many units can always be served by whole ones.
    """
    total = min(n, sum([cap * per for cap, per in zip(caps, pers, strict=True)]))
    for served in range(total, max(-1, total - prod(pers) - 1), -1):
        for found in splits(served, caps, pers):
            return found
    return tuple([0 for _ in caps])


def _options(wanted: Wanted) -> tuple[Option, ...]:
    parts: dict[str, int] = {}
    for part in wanted.kit:
        parts[part.sku] = parts.get(part.sku, 0) + part.n
    own = Option(tuple(parts.items()) or ((wanted.sku, 1),), 1)
    options = (own, *(Option(((other.sku, other.n),), other.per) for other in wanted.instead))
    unique((sku for option in options for sku, _ in option.parts), f"lines.{wanted.line}")
    return options
