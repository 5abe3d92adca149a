"""The best plan, by branch and bound over sets of places.

It knows sets of places and what they could do at the best, and refuses to know how the places of a
set share what is wanted.

Problem: of fifty places there are more sets than anybody can look at.
Observation: a plan in which `k` places ship costs at least the `k` smallest parcels and has `k`
shipments; so once the best of size `k` is known, larger sets are often ruled out as a whole.
Of one size, few sets have everything: some line lies in few places, and one of these must be in the
set.
Decision: deepen on the size.
Take the open row that fewest places still have, and try each of them; a place that was tried is out
for those that follow, so each set comes up once.
Close the last place by a bitwise *and* of the places that have enough.
Drop beforehand each place that another one could stand in for.

Where it is not known whether all that there is can be served (rows are coupled, the shipments are
limited, or something comes before units left out), a set need not have everything, and a row may be
given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderflow.sourcing.filling import Best, Filling
from orderflow.sourcing.greedy import first_guess
from orderflow.sourcing.grid import FINE, Grid, Stop
from orderflow.sourcing.values import Goal, Objective, Score

ASKED_EVERY: Final = 1_024
"""How many nodes pass between two questions to the clock."""

GUESS_FROM: Final = 3
"""Up to two places a search is done before a guess has been made."""


class Spent(Exception):
    """The budget is spent."""


class Search:
    """One search; after `run`, `best` has the answer, and no plan is better than `bound`."""

    __slots__ = (
        "allowed", "best", "bound", "budget", "cheapest", "covers", "days", "filling", "fixed",
        "grid", "late", "left", "left_first", "most", "nodes", "objective", "plain", "proved",
        "rest", "stop", "touch",
    )  # fmt: skip

    def __init__(
        self, grid: Grid, objective: Objective, most: int, budget: int, stop: Stop | None
    ) -> None:
        self.grid, self.objective, self.budget, self.stop = grid, objective, budget, stop
        self.nodes = 0
        self.filling = Filling(grid, objective, self.step)
        self.best: Best = self.filling.best
        self.left_first = objective[0] is Goal.LEFT
        self.most = min(most, len(grid.places))
        self.proved = False
        self.bound: Score = ()
        self.plain: Score = ()
        self.touch: list[int] = []
        self.allowed = 0
        for mask in grid.some:
            self.allowed |= mask
        useful = self.allowed.bit_count()
        # Where all that there is can be had, nothing that leaves more is looked at.
        self.covers = self.left_first and not grid.coupled and self.most >= useful
        self._read(useful)

    # --- what no plan can be better than -------------------------------------------------------

    def _read(self, useful: int) -> None:
        """Read the bounds of all plans off the grid."""
        grid = self.grid
        self.left = sum(
            [row.priority * (row.n - n) for row, n in zip(grid.rows, grid.target, strict=True)]
        )
        self.late = self.days = self.rest = 0
        self.cheapest, self.fixed = [0], [0]
        if Goal.LATE in self.objective and self._after_left(Goal.LATE):
            self.late = sum([self._late(i) for i in range(len(grid.rows))])
        if Goal.DAYS in self.objective and self._after_left(Goal.DAYS):
            self.days = max([self._day(i) for i in range(len(grid.rows))], default=0)
        if Goal.COST not in self.objective:
            self.cheapest = self.fixed = [0] * (useful + 1)
            return
        grid.price()
        there = list(grid.indices(self.allowed))
        for least in sorted([grid.least[p] for p in there]):
            self.cheapest.append(self.cheapest[-1] + least)
        for fixed in sorted([grid.fixed[p] for p in there]):
            self.fixed.append(self.fixed[-1] + fixed)
        if self._after_left(Goal.COST):
            for row, has, n in zip(grid.rows, grid.has, grid.target, strict=True):
                if n and row.grams:
                    rates = [grid.per_gram[p] for p in there if has[p]]
                    self.rest += min(rates) * row.grams * n

    def _after_left(self, goal: Goal) -> bool:
        return self.objective.index(Goal.LEFT) < self.objective.index(goal)

    def _late(self, i: int) -> int:
        """How many units of a row come late at the least, where all that there is is served."""
        grid, row = self.grid, self.grid.rows[i]
        if row.promised is None:
            return 0
        pairs = zip(grid.has[i], grid.places, strict=True)
        in_time = sum([n for n, place in pairs if place.days <= row.promised])
        return max(0, grid.target[i] - in_time)

    def _day(self, i: int) -> int:
        """The first day by which all that there is of a row can have come."""
        grid, left, day = self.grid, self.grid.target[i], 0
        pairs = zip(grid.has[i], grid.places, strict=True)
        for at, n in sorted([(place.days, n) for n, place in pairs if n]):
            if left <= 0:
                break
            day, left = at, left - n
        return day

    def least(self, size: int) -> Score:
        """What no plan of so many shipments, or more, can be better than."""
        cost = self.cheapest[size]
        if self.rest:
            cost = max(cost, -(-(self.fixed[size] + self.rest) // FINE))
        return self.filling.score(self.left, self.late, cost, size, self.days)

    def smallest(self) -> int:
        """How many places must ship at the least."""
        if not self.left_first:
            return 0
        size = 0
        for has, n in zip(self.grid.has, self.grid.target, strict=True):
            if n > max(has, default=0):
                need, left = 0, n
                for have in sorted(has, reverse=True):
                    if left <= 0:
                        break
                    left, need = left - have, need + 1
                size = max(size, need)
            elif n:
                size = max(size, 1)
        return size

    # --- looking ---------------------------------------------------------------------------------

    def step(self) -> None:
        """Count a node; end where the budget is spent."""
        self.nodes += 1
        if self.nodes > self.budget:
            raise Spent
        if self.stop is not None and not self.nodes % ASKED_EVERY and self.stop():
            raise Spent

    def run(self) -> None:
        """Deepen until no larger set can be better."""
        useful = min(self.most, self.allowed.bit_count())
        smallest = self.smallest()
        size = smallest if self.covers else 0
        self.bound = self.least(min(size, useful))
        cost = self.cheapest[smallest]
        self.plain = self.filling.score(self.left, self.late, cost, smallest, self.days)
        try:
            if not self.covers:
                self._guess()
            while size <= useful:
                self.bound = self.least(size)
                if self._done(size):
                    break
                if size == GUESS_FROM and self.best.score is None:
                    self._guess()
                    continue
                self._look(size)
                size += 1
            self.proved = True
        except Spent:
            self.proved = False
            if self.best.score is None:
                self._guess()
        score = self.best.score
        if score is not None and (self.proved or score < self.bound):
            self.bound, self.proved = score, True

    def _done(self, size: int) -> bool:
        """Whether no set of this size or larger can be better."""
        score = self.best.score
        if score is None or self.bound < score:
            return False
        return self.bound > score or size > len(self.best.places)

    def _look(self, size: int) -> None:
        """Look at all sets of one size."""
        grid = self.grid
        if size == 0:
            self._nothing()
            return
        if size >= GUESS_FROM and not self.touch:
            self._drop()
            self.touch = [sum([1 << i for i, n in enumerate(column) if n]) for column in grid.at]
        self._dive([], 0, self.allowed, list(grid.target), list(map(sum, grid.has)), size)

    def _nothing(self) -> None:
        """Ship nothing at all."""
        self.step()
        left = sum([row.priority * row.n for row in self.grid.rows])
        score = self.filling.score(left, 0, 0, 0, 0)
        if self.best.beaten_by(score, 0, 0):
            self.best.take(score, (), 0, tuple([() for _ in self.grid.rows]), final=True)

    def _guess(self) -> None:
        """A first answer, so that what is worse need not be looked at."""
        first_guess(self.filling, self.most)

    def _strict(self) -> bool:
        """Whether a set that does not have everything cannot be better."""
        if self.covers:
            return True
        score = self.best.score
        return self.left_first and score is not None and score[0] == self.left

    def _dive(
        self,
        chosen: list[int],
        mask: int,
        allowed: int,
        need: list[int],
        rest: list[int],
        more: int,
    ) -> None:
        """Add so many more of the allowed places to those chosen, in each way that may be better.

        `need` is what each row still lacks, `rest` what all allowed places have of it.
        """
        self.step()
        if more == 1:
            self._close(chosen, mask, allowed, need)
            return
        if not self._may_be_better(chosen, mask, allowed, need, rest, more):
            return
        grid = self.grid
        row, some = -1, allowed
        fewest = len(grid.places) + 1
        for i, n in enumerate(need):
            if n > 0:
                there = grid.some[i] & allowed
                count = there.bit_count()
                if 0 < count < fewest:
                    row, some, fewest = i, there, count
        for p in self._in_order(some):
            if allowed.bit_count() < more:
                return
            at = grid.at[p]
            allowed ^= grid.bits[p]
            rest = [n - have for n, have in zip(rest, at, strict=True)]
            lacking = [n - have if n > have else 0 for n, have in zip(need, at, strict=True)]
            self._dive([*chosen, p], mask | grid.bits[p], allowed, lacking, rest, more - 1)
        if row >= 0 and allowed.bit_count() >= more and not self._strict():
            # What is lacking of this row is left out.
            self._dive(chosen, mask, allowed, need, rest, more)

    def _in_order(self, mask: int) -> list[int]:
        """Cheapest first: what is good makes the rest short."""
        there = list(self.grid.indices(mask))
        if self.grid.least:
            there.sort(key=self.grid.least.__getitem__)
        return there

    def _may_be_better(
        self,
        chosen: Sequence[int],
        mask: int,
        allowed: int,
        need: Sequence[int],
        rest: Sequence[int],
        more: int,
    ) -> bool:
        grid, strict = self.grid, self._strict()
        left = self.left
        for i, n in enumerate(need):
            if n > rest[i]:
                if strict:
                    return False
                left += grid.rows[i].priority * (n - rest[i])
        if strict and self.touch:
            open_ = sum([1 << i for i, n in enumerate(need) if n])
            wide = open_.bit_count()
            if wide > more:
                touched = [(self.touch[p] & open_).bit_count() for p in grid.indices(allowed)]
                touched.sort(reverse=True)
                if sum(touched[:more]) < wide:
                    return False
        if self.best.score is None:
            return True
        # The other bounds of all plans are of those that leave no more than must be left.
        late, day, rest_cost = (self.late, self.days, self.rest) if left == self.left else (0, 0, 0)
        cost = 0
        if grid.least:
            cost = sum([grid.least[p] for p in chosen]) + self.cheapest[more]
            if rest_cost:
                fine = sum([grid.fixed[p] for p in chosen]) + self.fixed[more] + rest_cost
                cost = max(cost, -(-fine // FINE))
        days = max([day, *[grid.places[p].days for p in chosen]])
        size = len(chosen) + more
        score = self.filling.score(left, late, cost, size, days)
        return self.best.beaten_by(score, size, mask | _highest(allowed, more))

    def _close(self, chosen: list[int], mask: int, allowed: int, need: Sequence[int]) -> None:
        """Add the last place."""
        grid = self.grid
        strict = self._strict()
        if strict:
            for i, n in enumerate(need):
                if n:
                    allowed &= grid.enough(i, n)
                    if not allowed:
                        return
        sunk = sum([grid.least[p] for p in chosen]) if grid.least else 0
        days = max([grid.places[p].days for p in chosen], default=0)
        size = len(chosen) + 1
        for p in grid.indices(allowed):
            left = self.left
            if not strict:
                for row, n, have in zip(grid.rows, need, grid.at[p], strict=True):
                    if n > have:
                        left += row.priority * (n - have)
            cost = sunk + grid.least[p] if grid.least else 0
            late, day = (self.late, self.days) if left == self.left else (0, 0)
            day = max(day, days, grid.places[p].days)
            score = self.filling.score(left, late, cost, size, day)
            set_ = mask | grid.bits[p]
            if self.best.beaten_by(score, size, set_):
                self.filling.fill(sorted([*chosen, p]), set_)

    # --- places that another one stands in for ---------------------------------------------------

    def _drop(self) -> None:
        """Drop each place for which another one could stand in, whatever it would have shipped.

        The other has whole every row that this one touches, is no later and no dearer: not alone,
        and not where it ships already. Of two that are alike the earlier id stays.
        """
        grid = self.grid
        if grid.coupled or not self.left_first:
            return
        grams = sum([row.grams * n for row, n in zip(grid.rows, grid.target, strict=True)])
        cm3 = sum([row.cm3 * n for row, n in zip(grid.rows, grid.target, strict=True)])
        there = list(grid.indices(self.allowed))
        whole, touch = [0] * len(grid.places), [0] * len(grid.places)
        for p in there:
            for i, n in enumerate(grid.at[p]):
                touch[p] |= (n > 0) << i
                whole[p] |= (n >= grid.target[i]) << i
        full = {p: grid.cost(p, grams, cm3) for p in there} if grid.least else {}
        for p in there:
            for q in there:
                if p != q and touch[p] & ~whole[q] == 0 and self._stands_in(q, p, full):
                    self.allowed ^= grid.bits[p]
                    break
        # A place may have been dropped for one that went itself: that one's own stand-in serves.

    def _stands_in(self, q: int, p: int, full: dict[int, int]) -> bool:
        grid = self.grid
        timed = Goal.LATE in self.objective or Goal.DAYS in self.objective
        if timed and grid.places[q].days > grid.places[p].days:
            return False
        if not grid.least:
            return q < p
        if full[q] > grid.least[p] or full[q] - grid.least[q] > grid.least[p]:
            return False
        return q < p or full[q] < grid.least[p]


def _highest(mask: int, n: int) -> int:
    """The `n` highest bits of a mask."""
    found = 0
    while mask and n:
        bit = 1 << (mask.bit_length() - 1)
        found |= bit
        mask ^= bit
        n -= 1
    return found
