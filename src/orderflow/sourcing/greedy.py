"""A first answer: always the place that serves most of what is open.

It knows what each place has left while it is given out, and refuses to look back.

It is good and quick, and no more: its use is that a search need not look at anything worse.
"""

from __future__ import annotations

from operator import mul

from orderflow.sourcing.filling import Filling
from orderflow.sourcing.grid import Grid


def first_guess(filling: Filling, most: int) -> None:
    """Offer a plan of at most so many places; every answer that it gives is allowed."""
    grid = filling.grid
    open_ = [row.n for row in grid.rows]
    counts = [row.priority for row in grid.rows]
    chosen: dict[int, list[int]] = {}
    candidates = list(range(len(grid.places)))
    while candidates and len(chosen) < most:
        best, best_key, gives = -1, (0, 0), [0]
        for p in candidates:
            given = offer(grid, p, open_)
            worth = sum(map(mul, counts, given))
            if worth >= best_key[0] and (worth, -grid.least[p]) > best_key and worth:
                best, best_key, gives = p, (worth, -grid.least[p]), given
        if best < 0:
            break
        candidates.remove(best)
        chosen[best] = gives
        open_ = [n - given for n, given in zip(open_, gives, strict=True)]
    places = sorted(chosen)
    amounts = tuple([tuple([chosen[p][i] for p in places]) for i in range(len(grid.rows))])
    offer_answer(filling, places, amounts)


def offer(grid: Grid, p: int, open_: list[int]) -> list[int]:
    """What a place gives to each row of what is open, the first row first."""
    if not grid.coupled:
        return list(map(min, open_, grid.at[p]))  # what is kept together is there whole, or not
    left, capacity = dict(grid.stock[p]), grid.capacity[p]
    given: list[int] = []
    for row, n, has in zip(grid.rows, open_, grid.at[p], strict=True):
        n = min(n, has)
        if n:
            n = min([n, *[left.get(sku, 0) // each for sku, each in row.parts]])
            if capacity is not None:
                n = min(n, capacity // row.pieces)
        if row.together and n < row.n:
            n = 0
        given.append(n)
        for sku, each in row.parts if n else ():
            left[sku] -= n * each
        if capacity is not None:
            capacity -= n * row.pieces
    return given


def offer_answer(filling: Filling, places: list[int], amounts: tuple[tuple[int, ...], ...]) -> None:
    """Keep an answer where it is better than the best; it wins no ties."""
    grid = filling.grid
    left = late = cost = 0
    for row, given in zip(grid.rows, amounts, strict=True):
        left += row.priority * (row.n - sum(given))
        if row.promised is not None:
            late += sum(
                [n for p, n in zip(places, given, strict=True) if grid.days[p] > row.promised]
            )
    for j, p in enumerate(places) if filling.costs else ():
        grams = sum([row.grams * n[j] for row, n in zip(grid.rows, amounts, strict=True)])
        cm3 = sum([row.cm3 * n[j] for row, n in zip(grid.rows, amounts, strict=True)])
        cost += grid.parcel(p, grams, cm3)[0]
    days = max([grid.days[p] for p in places], default=0)
    score = filling.score(left, late, cost, len(places), days)
    mask = sum([grid.bits[p] for p in places])
    best = filling.best
    if best.score is None or (score, len(places)) < (best.score, len(best.places)):
        best.take(score, places, mask, amounts, final=False)
