"""Places that another one could stand in for, whatever they would ship.

It knows two places at a time, and refuses to know sets.

The other one has whole every row that this one touches, is no later and no dearer: neither where it
comes in for it, nor where it ships already and takes that as well.
Each exchange makes a plan better, or moves a tie to an earlier id, so exchanges come to an end, and
what they end in is never a place that was dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderflow.sourcing.grid import Grid


def needless(grid: Grid, there: Sequence[int], *, timed: bool) -> int:
    """The places for which another one of those that are there stands in, as a mask.

    `timed` says that days count. Coupled rows are not looked at: what the other one has may be
    needed for something else.
    """
    if grid.coupled:
        return 0
    grams = sum([row.grams * n for row, n in zip(grid.rows, grid.target, strict=True)])
    cm3 = sum([row.cm3 * n for row, n in zip(grid.rows, grid.target, strict=True)])
    whole, touch = [0] * len(grid.places), [0] * len(grid.places)
    for p in there:
        for i, n in enumerate(grid.at[p]):
            touch[p] |= (n > 0) << i
            whole[p] |= (n >= grid.target[i]) << i
    full = {p: grid.parcel(p, grams, cm3)[0] if grid.priced else 0 for p in there}
    dropped = 0
    for p in there:
        for q in there:
            if p == q or touch[p] & ~whole[q]:
                continue
            if timed and grid.days[q] > grid.days[p]:
                continue
            if _no_dearer(grid, q, p, full):
                dropped |= grid.bits[p]
                break
    return dropped


def _no_dearer(grid: Grid, q: int, p: int, full: dict[int, int]) -> bool:
    if full[q] > grid.least[p] or full[q] - grid.least[q] > grid.least[p]:
        return False
    return q < p or full[q] < grid.least[p]
