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

Where rows are coupled, or where to leave units out may be better than to send them, the set is
rationed instead; otherwise exactly as many are served as there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from orderflow.sourcing.filling import Filling
from orderflow.sourcing.grid import FINE, Row
from orderflow.sourcing.rationing import Rationing
from orderflow.sourcing.steps import DEEPEST, Spent

KEPT_UNITS: Final = 6
KEPT_PLACES: Final = 4
"""Up to so many units of a row, among so many places, the ways to divide them are kept: 84."""


def fill(filling: Filling, places: Sequence[int], mask: int) -> None:
    """Look for a better answer in which exactly these places ship; they come by id."""
    if not filling.exact:
        Rationing(filling, places, mask).run()
    elif len(places) == 1:
        _alone(filling, places[0], mask)
    else:
        _Sharing(filling, places, mask).run()


def _alone(filling: Filling, p: int, mask: int) -> None:
    """One place shares with nobody: it ships what it has."""
    filling.step()
    grid, best = filling.grid, filling.best
    at, days = grid.at[p], grid.days[p]
    left = late = cost = 0
    for row, n in zip(grid.rows, at, strict=True):
        if n < row.n:
            left += row.priority * (row.n - n)
        if row.promised is not None and days > row.promised:
            late += n
    if filling.costs:
        pairs = list(zip(grid.rows, at, strict=True))
        grams = sum([n * row.grams for row, n in pairs])
        cost, _ = grid.parcel(p, grams, sum([n * row.cm3 for row, n in pairs]))
    score = filling.score(left, late, cost, 1, days)
    if best.beaten_by(score, 1, mask) and any(at):  # nothing there: nothing is shipped
        best.take(score, (p,), mask, tuple([(n,) for n in at]), final=True)


class _Free(NamedTuple):
    """A row that the places of a set can share in more than one way."""

    i: int
    row: Row
    there: tuple[int, ...]
    served: int


class _Sharing:
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
        if len(self.free) > DEEPEST:
            raise Spent
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


def _ways(n: int, there: tuple[int, ...], *, together: bool) -> Iterable[tuple[int, ...]]:
    """Every way to have `n` units of what is there, the most from the first place first.

    Those of few units are kept, for all searches: the same question comes up all the time.
    """
    if together:
        size = range(len(there))
        return [tuple([n if j == k else 0 for k in size]) for j in size if there[j]]
    if n <= KEPT_UNITS and len(there) <= KEPT_PLACES:
        return _kept(n, there)
    return _parted(n, there, 0, sum(there))


@lru_cache(1 << 10)
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
