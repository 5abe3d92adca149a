"""How the places of one set share what is wanted, at the best.

It knows one set of places, and refuses to know the others.

Problem: two warehouses that both have everything can divide five lines in thirty-two ways, and
where a line is divided too in many more.
Observation: most lines have no choice, because one place of the set has them, or all that there is
is wanted.
What is left is a walk down the lines, in which every figure of a score only grows: so a partial
answer that is no better than the best known is given up with all that would follow.
Decision: the walk takes the most from the cheapest place first, of these from the earliest id; so a
good answer comes early, and of all of one score the first is kept, and no other is looked at.

Where rows are coupled, or where to leave units out may be better than to send them, each number of
units from none up is tried; otherwise exactly as many are served as there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from orderflow.sourcing.grid import FINE, Grid, Row
from orderflow.sourcing.values import Goal, Objective, Score

Amounts: TypeAlias = tuple[tuple[int, ...], ...]
"""For each row, how many units each place of the set gives."""

Figures: TypeAlias = tuple[int, int, int, int, int]
"""One figure for each goal, in the order of `ORDER`."""

ORDER: Final = (Goal.LEFT, Goal.LATE, Goal.COST, Goal.SHIPMENTS, Goal.DAYS)

KEPT_MAX: Final = 6
"""Up to so many units of a row, the ways to divide them are kept as a list."""


class Best:
    """The best answer so far: its score, its places and their amounts, and what ties fall to."""

    __slots__ = ("amounts", "final", "mask", "places", "score")

    def __init__(self) -> None:
        self.score: Score | None = None
        self.places: tuple[int, ...] = ()
        self.mask = 0
        self.amounts: Amounts = ()
        self.final = True

    def beaten_by(self, score: Score, size: int, mask: int) -> bool:
        """Whether a score of so many places, none of them earlier than in a mask, could be better.

        What was found greedily is no tie's winner: it gives way to its equal.
        """
        if self.score is None or score < self.score:
            return True
        if score > self.score or size > len(self.places):
            return False
        return size < len(self.places) or mask > self.mask or (mask == self.mask and not self.final)

    def is_of(self, score: Score, mask: int) -> bool:
        """Whether the best is the final one of a set, with a score."""
        return self.mask == mask and self.final and self.score == score

    def take(
        self, score: Score, places: Sequence[int], mask: int, amounts: Amounts, *, final: bool
    ) -> None:
        """Keep an answer that is better."""
        self.score, self.places, self.mask = score, tuple(places), mask
        self.amounts, self.final = amounts, final


class Filling:
    """Fills sets of places, and keeps what is best.

    `step` is called for each step of the walk, so that a budget can end it.
    """

    __slots__ = ("best", "costs", "exact", "grid", "picked", "step")

    def __init__(self, grid: Grid, objective: Objective, step: Callable[[], None]) -> None:
        self.grid = grid
        self.picked = _picked(objective)
        self.costs = Goal.COST in objective
        self.exact = objective[0] is Goal.LEFT and not grid.coupled
        self.best = Best()
        self.step = step

    def score(self, left: int, late: int, cost: int, shipments: int, days: int) -> Score:
        """The figures that the objective names, in its order."""
        return self.picked((left, late, cost, shipments, days))

    def fill(self, places: Sequence[int], mask: int) -> None:
        """Look for a better answer in which exactly these places ship; they come by id."""
        if not self.exact:
            _Loose(self, places, mask).run()
        elif len(places) == 1:
            self._alone(places[0], mask)
        else:
            _Exact(self, places, mask).run()

    def _alone(self, p: int, mask: int) -> None:
        """One place shares with nobody: it ships what it has."""
        self.step()
        grid, at, days = self.grid, self.grid.at[p], self.grid.days[p]
        left = late = grams = cm3 = cost = 0
        for row, n in zip(grid.rows, at, strict=True):
            if n < row.n:
                left += row.priority * (row.n - n)
            if row.promised is not None and days > row.promised:
                late += n
            grams += n * row.grams
            cm3 += n * row.cm3
        if self.costs:
            cost, _ = grid.parcel(p, grams, cm3)
        score = self.score(left, late, cost, 1, days)
        if self.best.beaten_by(score, 1, mask) and any(at):  # nothing there: nothing is shipped
            self.best.take(score, (p,), mask, tuple([(n,) for n in at]), final=True)


class _Free(NamedTuple):
    """A row that the places of a set can share in more than one way."""

    i: int
    row: Row
    there: tuple[int, ...]
    served: int


class _Exact:
    """Rows that do not touch each other, each served as far as the set goes.

    The heaviest rows go first, and onto the cheapest places first: so a good answer comes early,
    and what is no better than it is given up.
    """

    __slots__ = (
        "amounts", "days", "filling", "free", "late_after", "left", "mask", "places", "possible",
        "rest",
    )  # fmt: skip

    def __init__(self, filling: Filling, places: Sequence[int], mask: int) -> None:
        grid = filling.grid
        self.filling, self.mask = filling, mask
        priced = filling.costs and grid.rates is not None
        self.places = sorted(places, key=lambda p: (grid.further[p], p)) if priced else places
        self.days = max([grid.days[p] for p in places])
        self.amounts: list[tuple[int, ...]] = []
        self.free: list[_Free] = []
        self.left = 0

    def run(self) -> None:
        grams, cm3 = [0] * len(self.places), [0] * len(self.places)
        late = self._settle(grams, cm3)
        if len(self.free) > 1:
            self.free.sort(key=lambda one: (-one.row.grams * one.served, one.i))
        # By how many rows are given: what the others weigh, what of it each place could take, and
        # how many of their units come late at the least.
        self.rest, self.late_after = [0], [0]
        self.possible = [[0] * len(self.places)]
        for _, row, there, served in reversed(self.free):
            self.rest.append(self.rest[-1] + row.grams * served)
            pairs = zip(self.possible[-1], there, strict=True)
            self.possible.append([most + row.grams * n for most, n in pairs])
            in_time = sum(there) - self._late(row, there)
            self.late_after.append(self.late_after[-1] + max(0, served - in_time))
        for one in (self.rest, self.late_after, self.possible):
            one.reverse()
        self._walk(0, grams, cm3, late)

    def _settle(self, grams: list[int], cm3: list[int]) -> int:
        """Load the rows without a choice, and note the others; the late units among the former."""
        grid, late = self.filling.grid, 0
        columns = zip(*[grid.at[p] for p in self.places], strict=True)
        for i, (row, there) in enumerate(zip(grid.rows, columns, strict=True)):
            total = sum(there)
            served = min(row.n, total)
            if served < row.n:
                self.left += row.priority * (row.n - served)
            if total == served or max(there) == total:
                self.amounts.append(there)
                late += self._late(row, there)
                for j, n in enumerate(there):
                    grams[j] += n * row.grams
                    cm3[j] += n * row.cm3
            else:
                self.amounts.append(())
                self.free.append(_Free(i, row, there, served))
        return late

    def _late(self, row: Row, amounts: Sequence[int]) -> int:
        """How many units of a row come late."""
        promised, days = row.promised, self.filling.grid.days
        if promised is None:
            return 0
        return sum([n for p, n in zip(self.places, amounts, strict=True) if days[p] > promised])

    def _walk(self, j: int, grams: Sequence[int], cm3: Sequence[int], late: int) -> None:
        """Give out the free rows from the `j`th on, where the places have so much already."""
        filling, best = self.filling, self.filling.best
        filling.step()
        shipments = len(self.places)
        cost = self._cost(j, grams, cm3) if filling.costs else 0
        score = filling.score(self.left, late + self.late_after[j], cost, shipments, self.days)
        if not best.beaten_by(score, shipments, self.mask):
            return
        if j == len(self.free):
            if all(map(any, zip(*self.amounts, strict=True))):  # no place: nothing is shipped
                best.take(score, self.places, self.mask, tuple(self.amounts), final=True)
            return
        i, row, there, served = self.free[j]
        each, size = row.grams, row.cm3
        for amounts in _ways(served, there, together=row.together):
            self.amounts[i] = amounts
            self._walk(
                j + 1,
                [have + n * each for have, n in zip(grams, amounts, strict=True)],
                [have + n * size for have, n in zip(cm3, amounts, strict=True)] if size else cm3,
                late + self._late(row, amounts),
            )
            if best.is_of(score, self.mask):
                break  # no better one begins like this
        self.amounts[i] = ()

    def _cost(self, j: int, grams: Sequence[int], cm3: Sequence[int]) -> int:
        """What the set costs at the least, when the free rows from the `j`th on are still open.

        What is paid for already has some room; what does not go in there pays for further steps,
        at the cheapest places first, as far as these can take it.
        """
        grid, possible = self.filling.grid, self.possible[j]
        cost, rest = 0, self.rest[j]
        over: list[int] = []
        for p, there, volume, most in zip(self.places, grams, cm3, possible, strict=True):
            if there or volume:
                parcel, room = grid.parcel(p, there, volume)
            else:
                parcel, room = grid.least[p], grid.paid[p]
            cost += parcel
            if most <= room:
                rest -= most
                over.append(0)
            else:
                rest -= room
                over.append(most - room)
        if rest <= 0 or grid.rates is None:
            return cost
        steps, further = -(-rest // grid.unit), 0
        for p, most in zip(self.places, over, strict=True):
            if most:
                n = min(steps, -(-most // grid.unit))
                further += n * grid.further[p]
                steps -= n
                if not steps:
                    break
        return cost - (-further // FINE)


class _Loose:
    """Any number of units from each place, in which rows may take from each other."""

    __slots__ = (
        "amounts", "capacity", "days", "filling", "left_after", "mask", "places", "stock",
    )  # fmt: skip

    def __init__(self, filling: Filling, places: Sequence[int], mask: int) -> None:
        self.filling, self.places, self.mask = filling, places, mask
        grid = filling.grid
        self.days = max([grid.days[p] for p in places], default=0)
        self.amounts = [[0] * len(places) for _ in grid.rows]
        self.stock = [
            {sku: grid.stock[p].get(sku, 0) for row in grid.rows for sku, _ in row.parts}
            for p in places
        ]
        self.capacity = [grid.capacity[p] for p in places]
        self.left_after = [0] * (len(grid.rows) + 1)
        for i in range(len(grid.rows) - 1, -1, -1):
            row, has = grid.rows[i], grid.has[i]
            missing = max(0, row.n - sum([has[p] for p in places]))
            self.left_after[i] = self.left_after[i + 1] + row.priority * missing

    def run(self) -> None:
        self._walk(0, 0, self.filling.grid.rows[0].n if self.filling.grid.rows else 0, 0, 0)

    def _walk(self, i: int, j: int, open_: int, left: int, late: int) -> None:
        """Row `i` from place `j` on, of which so many units are open."""
        filling, grid = self.filling, self.filling.grid
        filling.step()
        if i < len(grid.rows) and j == len(self.places):
            left += open_ * grid.rows[i].priority
            i, j = i + 1, 0
            open_ = grid.rows[i].n if i < len(grid.rows) else 0
        shipments = len(self.places)
        cost = self._cost() if filling.costs else 0
        score = filling.score(left + self.left_after[i + (j > 0)], late, cost, shipments, self.days)
        best = filling.best
        if not best.beaten_by(score, shipments, self.mask):
            return
        if i == len(grid.rows):
            if all(map(any, zip(*self.amounts, strict=True))):  # no place: nothing is shipped
                amounts = tuple([tuple(row) for row in self.amounts])
                best.take(score, self.places, self.mask, amounts, final=True)
            return
        row = grid.rows[i]
        is_late = _late(row.promised, grid, self.places[j])
        for n in self._choices(i, j, open_):
            self._give(i, j, n)
            self._walk(i, j + 1, open_ - n, left, late + n * is_late)
            self._give(i, j, -n)
            if best.is_of(score, self.mask):
                break

    def _choices(self, i: int, j: int, open_: int) -> Iterator[int]:
        row, there = self.filling.grid.rows[i], self.stock[j]
        most = min([open_, *[there[sku] // each for sku, each in row.parts]])
        capacity = self.capacity[j]
        if capacity is not None:
            most = min(most, capacity // row.pieces)
        if row.together:
            yield from (row.n, 0) if most == row.n else (0,)
        else:
            yield from range(most, -1, -1)

    def _give(self, i: int, j: int, n: int) -> None:
        row, there = self.filling.grid.rows[i], self.stock[j]
        self.amounts[i][j] += n
        for sku, each in row.parts:
            there[sku] -= n * each
        capacity = self.capacity[j]
        if capacity is not None:
            self.capacity[j] = capacity - n * row.pieces

    def _cost(self) -> int:
        grid, cost = self.filling.grid, 0
        for j, p in enumerate(self.places):
            given = [(n[j], row) for n, row in zip(self.amounts, grid.rows, strict=True) if n[j]]
            grams = sum([n * row.grams for n, row in given])
            cm3 = sum([n * row.cm3 for n, row in given])
            cost += grid.parcel(p, grams, cm3)[0] if given else grid.least[p]
        return cost


@lru_cache(64)
def _picked(objective: Objective) -> Callable[[Figures], Score]:
    """What picks the figures that an objective names, in its order."""
    order = [ORDER.index(goal) for goal in objective]
    # Of several goals it picks a tuple; one goal can only be units left out, the first figure.
    return itemgetter(*order) if len(order) > 1 else itemgetter(slice(1))


def _late(promised: int | None, grid: Grid, p: int) -> bool:
    return promised is not None and grid.days[p] > promised


def _ways(n: int, there: tuple[int, ...], *, together: bool) -> Iterable[tuple[int, ...]]:
    """Every way to have `n` units of what is there, the most from the first place first.

    Those of few units are kept: the same question comes up all the time.
    """
    if together:
        size = range(len(there))
        return [tuple([n if j == k else 0 for k in size]) for j in size if there[j]]
    return _kept(n, there) if n <= KEPT_MAX else _parted(n, there, 0, sum(there))


@lru_cache(1 << 12)
def _kept(n: int, there: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(_parted(n, there, 0, sum(there)))


def _parted(n: int, there: Sequence[int], j: int, total: int) -> Iterator[tuple[int, ...]]:
    if j == len(there):
        yield ()
        return
    total -= there[j]
    for k in range(min(n, there[j]), max(0, n - total) - 1, -1):
        for others in _parted(n - k, there, j + 1, total):
            yield (k, *others)
