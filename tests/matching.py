"""A second opinion on promises: a maximum flow by hand, unit by unit, and exhaustive search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product

from orderflow.promising import Figures, Source, Wanted
from orderflow.promising.values import OURS

Need = tuple[str, datetime, str, int, int, tuple[str, ...]]
"""SKU, date, location, units, the index of the source where it stands already, or -1, and whose
goods it may have."""


def serves(source: Source, need: Need, i: int) -> bool:
    sku, date, location, _, own, owners = need
    at = source.position
    if i == own:
        return True
    if at.sku != sku or location not in ("", at.location) or at.owner not in owners:
        return False
    return (source.ready is None or source.ready <= date) and (
        source.until is None or date < source.until
    )


def largest(sources: Sequence[Source], needs: Sequence[Need]) -> int:
    """How many units of the needs can be served at once: Ford and Fulkerson, one by one."""
    served: list[list[int]] = [[] for _ in sources]
    units = [need for need in needs for _ in range(need[3])]

    def place(unit: int, seen: set[int]) -> bool:
        for i, source in enumerate(sources):
            if i in seen or not serves(source, units[unit], i):
                continue
            seen.add(i)
            if len(served[i]) < source.n:
                served[i].append(unit)
                return True
            for other in served[i]:
                if place(other, seen):
                    served[i].remove(other)
                    served[i].append(unit)
                    return True
        return False

    return sum([place(unit, set()) for unit in range(len(units))])


def live_needs(figures: Figures) -> list[Need]:
    found: list[Need] = []
    for one in figures.live:
        at = one.position
        own = next(i for i, source in enumerate(figures.sources) if source.position == at)
        found.append((at.sku, one.ready_by, at.location, one.n, own, one.owners))
    return found


def feasible(figures: Figures, needs: Sequence[Need]) -> bool:
    """Whether all live promises and these needs can be served together."""
    everything = [*live_needs(figures), *needs]
    return largest(figures.sources, everything) == sum([need[3] for need in everything])


def ways(wanted: Wanted) -> Iterator[list[Need]]:
    """Every way in which a line can be served whole by its date."""
    assert wanted.by is not None
    own = [(part.sku, part.n) for part in wanted.kit] or [(wanted.sku, 1)]
    counts = [range(wanted.n // other.per + 1) for other in wanted.instead]
    for batches in product(*counts):
        kits = wanted.n - sum(
            [k * other.per for k, other in zip(batches, wanted.instead, strict=True)]
        )
        if kits >= 0:
            parts = [(sku, n * kits) for sku, n in own] + [
                (other.sku, other.n * k) for k, other in zip(batches, wanted.instead, strict=True)
            ]
            yield [(sku, wanted.by, wanted.location, n, -1, OURS) for sku, n in parts if n]


def exhaustive(figures: Figures, lines: Sequence[Wanted]) -> bool:
    """Whether any way to serve all lines whole by their dates is feasible."""
    return any(
        feasible(figures, [need for way in chosen for need in way])
        for chosen in product(*[list(ways(line)) for line in lines])
    )
