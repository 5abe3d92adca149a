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
from operator import sub
from typing import Final

from orderflow.sourcing.bounds import NOBODY, Bounds, Chosen
from orderflow.sourcing.filling import Best, Filling
from orderflow.sourcing.greedy import first_guess
from orderflow.sourcing.grid import Grid, Stop
from orderflow.sourcing.sharing import fill
from orderflow.sourcing.standing_in import needless
from orderflow.sourcing.steps import DEEPEST, Spent, Steps
from orderflow.sourcing.values import Goal, Objective, Score

THIN_FROM: Final = 3
"""Up to two places a search is done before needless ones are found."""

GUESS_FROM: Final = 4
"""Up to three places a search is done before a guess has been made."""


class Search:
    """One search; after `run`, `best` has the answer, and no plan is better than `bound`."""

    __slots__ = (
        "allowed", "best", "bound", "bounds", "covers", "filling", "forced", "grid", "most",
        "objective", "proved", "steps", "timed", "touch",
    )  # fmt: skip

    def __init__(
        self,
        grid: Grid,
        objective: Objective,
        most: int,
        budget: int,
        stop: Stop | None,
        *,
        forced: int | None = None,
    ) -> None:
        """`most` places may ship; `forced` is one that must."""
        self.grid, self.objective = grid, objective
        self.forced = forced
        self.steps = Steps(budget, stop)
        self.filling = Filling(grid, objective, self.steps.step)
        self.best: Best = self.filling.best
        self.most = min(most, len(grid.places))
        self.timed = Goal.LATE in objective or Goal.DAYS in objective
        self.proved = False
        self.bound: Score = ()
        self.touch: list[int] = []
        self.allowed = 0
        for mask in grid.some:
            self.allowed |= mask
        useful = self.allowed.bit_count()
        # Where all that there is can be had, nothing that leaves more is looked at.
        first = objective[0] is Goal.LEFT
        self.covers = first and not grid.coupled and self.most >= useful
        self.bounds = Bounds(grid, objective, self.filling, self.allowed)

    # --- looking ---------------------------------------------------------------------------------

    @property
    def nodes(self) -> int:
        """How many nodes were looked at."""
        return self.steps.nodes

    def run(self) -> None:
        """Deepen until no larger set can be better."""
        useful = min(self.most, self.allowed.bit_count())
        size = self.bounds.smallest if self.covers else 0
        self.bound = self.bounds.least(min(size, useful))
        if self.forced is not None and not self.grid.some_of(self.forced):
            self.proved = True
            return
        try:
            if not self.covers:
                self._guess()
            while size <= useful and not self._done(size):
                if size == GUESS_FROM and self.best.score is None and self.forced is None:
                    self._guess()
                    continue
                self._look(size)
                size += 1
                if size <= useful:
                    self.bound = self.bounds.least(size)
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
        if size > DEEPEST:
            raise Spent
        grid = self.grid
        if size == 0:
            if self.forced is None:
                self._nothing()
            return
        if THIN_FROM <= size < self.allowed.bit_count() and not self.touch:
            there = [p for p in grid.indices(self.allowed) if p != self.forced]
            self.allowed &= ~needless(grid, there, timed=self.timed)
            self.touch = [sum([1 << i for i, n in enumerate(column) if n]) for column in grid.at]
        if size == 1 and self.forced is None:
            self._close(NOBODY, self._closing(self.allowed, grid.target), grid.target)
            return
        rest = list(map(sum, grid.has))
        if self.forced is None:
            self._dive(NOBODY, self.allowed, grid.target, rest, size)
        else:
            self._dive_with(self.forced, rest, size)

    def _dive_with(self, p: int, rest: Sequence[int], size: int) -> None:
        """Look at the sets of one size that one place is in."""
        grid, at = self.grid, self.grid.at[p]
        bit = grid.bits[p]
        lacking = [max(0, n - have) for n, have in zip(grid.target, at, strict=True)]
        if size > 1:
            others = [n - have for n, have in zip(rest, at, strict=True)]
            alone = NOBODY.with_(grid, p)
            self._dive(alone, self.allowed & ~bit, lacking, others, size - 1)
        elif not (self._strict() and any(lacking)):
            fill(self.filling, [p], bit)

    def _nothing(self) -> None:
        """Ship nothing at all."""
        self.steps.step()
        left = sum([row.priority * row.n for row in self.grid.rows])
        score = self.filling.score(left, 0, 0, 0, 0)
        if self.best.beaten_by(score, 0, 0):
            self.best.take(score, (), 0, tuple([() for _ in self.grid.rows]), final=True)

    def _guess(self) -> None:
        """A first answer, so that what is worse need not be looked at."""
        if self.forced is not None:
            return
        first_guess(self.filling, self.most)

    def _strict(self) -> bool:
        """Whether a set that does not have everything cannot be better."""
        if self.covers:
            return True
        score = self.best.score
        bounds = self.bounds
        return bounds.left_first and score is not None and score[0] == bounds.left

    def _dive(
        self, chosen: Chosen, allowed: int, need: list[int], rest: list[int], more: int
    ) -> None:
        """Add so many more of the allowed places to those chosen, in each way that may be better.

        `need` is what each row still lacks, `rest` what all allowed places have of it.
        """
        if more == 1:
            self._close(chosen, self._closing(allowed, need), need)
            return
        self.steps.step()
        if not self._may_be_better(chosen, allowed, need, rest, more):
            return
        grid = self.grid
        if allowed.bit_count() == more:  # all of them, and there is no more to choose
            places = sorted([*chosen.places, *grid.indices(allowed)])
            fill(self.filling, places, chosen.mask | allowed)
            return
        row, some = -1, allowed
        fewest = len(grid.places) + 1
        for i, n in enumerate(need):
            if n:
                there = grid.some[i] & allowed
                count = there.bit_count()
                if 0 < count < fewest:
                    row, some, fewest = i, there, count
        for p in self._in_order(some):
            if allowed.bit_count() < more:
                return
            at = grid.at[p]
            allowed ^= grid.bits[p]
            lacking = [n - have if n > have else 0 for n, have in zip(need, at, strict=True)]
            rest = list(map(sub, rest, at))
            if more > 2:
                self._dive(chosen.with_(grid, p), allowed, lacking, rest, more - 1)
            elif closing := self._closing(allowed, lacking):
                self._close(chosen.with_(grid, p), closing, lacking)
        if row >= 0 and allowed.bit_count() >= more and not self._strict():
            # What is lacking of this row is left out.
            self._dive(chosen, allowed, need, rest, more)

    def _in_order(self, mask: int) -> list[int]:
        """The places of a mask, the cheapest first: what is good makes the rest short."""
        return sorted(self.grid.indices(mask), key=self.grid.least.__getitem__)

    def _may_be_better(
        self, chosen: Chosen, allowed: int, need: list[int], rest: list[int], more: int
    ) -> bool:
        grid, bounds, strict = self.grid, self.bounds, self._strict()
        left = bounds.left
        for i, n in enumerate(need):
            if n > rest[i]:
                if strict:
                    return False
                left += grid.rows[i].priority * (n - rest[i])
        if self.best.score is not None:
            score, size = bounds.of(chosen, more, left), len(chosen.places) + more
            if not self.best.beaten_by(score, size, chosen.mask | _highest(allowed, more)):
                return False
        return not (strict and self.touch) or self._may_touch_all(allowed, need, more)

    def _may_touch_all(self, allowed: int, need: list[int], more: int) -> bool:
        """Whether so many places may have something of each row that lacks some."""
        open_ = sum([1 << i for i, n in enumerate(need) if n])
        wide = open_.bit_count()
        if wide <= more:
            return True
        touch = self.touch
        touched = [(touch[p] & open_).bit_count() for p in self.grid.indices(allowed)]
        touched.sort(reverse=True)
        return sum(touched[:more]) >= wide

    def _closing(self, allowed: int, need: Sequence[int]) -> int:
        """The places that have all that is lacking; where units may be left out, all of them."""
        self.steps.step()
        if self._strict():
            grid = self.grid
            for i, n in enumerate(need):
                if n:
                    allowed &= grid.enough(i, n)
                    if not allowed:
                        break
        return allowed

    def _close(self, chosen: Chosen, allowed: int, need: Sequence[int]) -> None:
        """Add the last place, one of those that close a set."""
        grid, bounds, strict = self.grid, self.bounds, self._strict()
        if strict and not grid.priced and not self.timed:
            self._close_by_id(chosen, allowed)
            return
        grams = cm3 = 0
        if strict:
            if not self._may_close(chosen, allowed):
                return
            for row, n in zip(grid.rows, need, strict=True):
                grams += n * row.grams
                cm3 += n * row.cm3
        priced = grid.priced
        loaded = priced and (grams or cm3)
        places, taken, sunk, paid, further, days = chosen
        size = len(places) + 1
        left, late, day = bounds.left, bounds.late, max(bounds.days, days)
        cost, whole = 0, True
        found: list[tuple[Score, int, int]] = []
        for p in grid.indices(allowed):
            if not strict:
                left = bounds.left
                for row, n, have in zip(grid.rows, need, grid.at[p], strict=True):
                    if n > have:
                        left += row.priority * (n - have)
                whole = left == bounds.left
                late, day = (bounds.late, max(bounds.days, days)) if whole else (0, days)
            if loaded:
                # What nobody chosen has comes from here; of units left out nobody knows.
                parcel, room = grid.parcel(p, grams, cm3)
                room += grams
            else:
                parcel, room = grid.least[p], grid.paid[p]
            if priced:
                rate = min(further, grid.further[p])
                cost = bounds.cost(sunk + parcel, paid + room, 0, rate, whole=whole)
            score = self.filling.score(left, late, cost, size, max(day, grid.days[p]))
            mask = taken | grid.bits[p]
            if self.best.beaten_by(score, size, mask):
                found.append((score, p, mask))
        self._fill(chosen.places, found)

    def _close_by_id(self, chosen: Chosen, allowed: int) -> None:
        """Where nothing tells places apart but their ids, the first that does is the best."""
        score, size = self.bounds.of(chosen, 1, self.bounds.left), len(chosen.places) + 1
        for p in self.grid.indices(allowed):
            mask = chosen.mask | self.grid.bits[p]
            if not self.best.beaten_by(score, size, mask):
                return
            fill(self.filling, sorted([*chosen.places, p]), mask)
            if self.best.mask == mask:
                return

    def _may_close(self, chosen: Chosen, allowed: int) -> bool:
        """Whether these and the cheapest of all places may be better."""
        if self.best.score is None or not self.grid.priced:
            return True
        score, size = self.bounds.of(chosen, 1, self.bounds.left), len(chosen.places) + 1
        return self.best.beaten_by(score, size, chosen.mask | allowed)

    def _fill(self, chosen: Sequence[int], found: list[tuple[Score, int, int]]) -> None:
        """Fill the sets that close with a place, the most promising first."""
        if len(found) > 1:
            found.sort()
        for score, p, mask in found:
            if self.best.beaten_by(score, len(chosen) + 1, mask):
                fill(self.filling, sorted([*chosen, p]), mask)


def _highest(mask: int, n: int) -> int:
    """The `n` highest bits of a mask."""
    found = 0
    while mask and n:
        bit = 1 << (mask.bit_length() - 1)
        found |= bit
        mask ^= bit
        n -= 1
    return found
