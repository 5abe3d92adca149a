"""The promise itself: for each line date and quantity, the sources it rests on, and what limits it.

It knows policies, and refuses to know orders, stores and the clock: same input, same answer.

Lines with a date are served first, each as much as can be by its date; what is left, and lines
without a date, at the earliest instant at which something more can be had, then the next.
Nothing that was granted on the way is taken back, it only moves, so a cart of plain lines is
granted whole exactly when a maximum flow finds an assignment of all of it and of every live
promise.
A kit takes all its parts or none, and two kits may want the same part; still a demand that was
served stays served, so one pass is exact.
Only where other SKUs may stand in does it matter which of them is taken; there the ways are tried
one after the other, the preferred first, in a bounded number of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from orderflow.promising.cart import Demand, demands, most, splits
from orderflow.promising.explaining import limits
from orderflow.promising.flow import Assignment
from orderflow.promising.keeping import kept
from orderflow.promising.mending import repegs
from orderflow.promising.portions import NEVER
from orderflow.promising.sharing import Grant, shared_out
from orderflow.promising.values import (
    Figures,
    Limited,
    Promise,
    PromisePolicy,
    Terms,
    Wanted,
)
from orderflow.values import QUANTITY_MAX, Position, within


def promise(
    lines: Sequence[Wanted], figures: Figures, at: datetime, terms: Terms | None = None
) -> Promise:
    """Promise lines on figures at an instant; nothing is ever promised for an earlier one."""
    return _Cart(lines, figures, at, terms or Terms()).promise()


def available(
    figures: Figures,
    sku: str,
    by: datetime,
    at: datetime,
    location: str = "",
    terms: Terms | None = None,
) -> int:
    """How many units more can be promised at an instant by a date, all live promises being kept."""
    assignment = Assignment(figures, at, terms or Terms())
    return assignment.add(assignment.need(sku, by, location), QUANTITY_MAX)


def soonest(wanted: Wanted, places: Iterable[Position], at: datetime, terms: Terms) -> datetime:
    """Before when nobody can have what a line wants, whatever stands at these positions."""
    by_sku: dict[str, datetime] = {}
    for place in places:
        if within(place.location, wanted.location):
            arrives = terms.way.arrives(place.location, at)
            by_sku[place.sku] = min(arrives, by_sku.get(place.sku, arrives))
    parts = [part.sku for part in wanted.kit] or [wanted.sku]
    return max([by_sku.get(sku, at) for sku in parts])


class _Ways(NamedTuple):
    """A demand while it is served whole: the ways left to try, and where it all stood before."""

    demand: Demand
    left: Iterator[tuple[int, ...]]
    mark: int
    grants: int


class _Cart:
    """A promise while it is made."""

    def __init__(
        self, lines: Sequence[Wanted], figures: Figures, at: datetime, terms: Terms
    ) -> None:
        self.lines = lines
        self.at = at
        self.terms = terms
        self.demands = demands(lines)
        self.assignment = Assignment(figures, at, terms)
        self.grants: list[Grant] = []
        self.steps = terms.steps_max
        self.dates = self._dates()

    def promise(self) -> Promise:
        """The answer under the policy."""
        if self.terms.policy is PromisePolicy.ONE_DATE:
            self._one_date()
        else:
            self._each_date()
        limited = {id(demand): self._limits(demand) for demand in self.demands}
        whole = not any(demand.left for demand in self.demands)  # nothing wanted: all of it is had
        if self.terms.policy is PromisePolicy.ALL_OR_NOTHING:
            whole = whole and not any(self._late(demand) for demand in self.demands)
        if not whole and self.terms.policy is not PromisePolicy.PARTIAL:
            self._back_to(0, 0)
        found = shared_out(self.assignment, self.demands, self.grants, limited)
        rows = tuple(found[one.line] for one in self.lines)
        moves = repegs(self.assignment)
        drawn = [(peg.position, peg.ready_by) for row in rows for peg in row.pegs]
        drawn += [(move.target, move.ready_by) for move in moves]
        left = kept(self.assignment, drawn)
        return Promise(rows, moves, whole or self.steps > 0, left)

    # --- policies ------------------------------------------------------------------------------

    def _each_date(self) -> None:
        dated = [one for one in self.demands if one.wanted.by and one.wanted.by >= self.at]
        if not self._whole(dated, lambda demand: demand.wanted.by or self.at):
            for demand in dated:
                self._give_most(demand, demand.wanted.by or self.at)
        for date in self.dates:
            for demand in self.demands:
                if demand.left and (demand.wanted.by is None or date > demand.wanted.by):
                    self._give_most(demand, date)

    def _one_date(self) -> None:
        """The earliest instant at which all can be had, not before the last that was asked."""
        first = max([self.at, *(one.wanted.by for one in self.demands if one.wanted.by)])
        for date in [first, *(date for date in self.dates if date > first)]:
            if self._whole(self.demands, lambda _, date=date: date):  # type: ignore[misc]
                return
        for demand in self.demands:  # to say what limits it
            self._give_most(demand, first)

    def _whole(self, wanted: Sequence[Demand], date: Callable[[Demand], datetime]) -> bool:
        """Serve all of these whole, or change nothing. None wanted: all of it is served.

        A cart may have more lines than Python has frames, so the ways are kept in a list.
        """
        served: list[_Ways] = []
        while len(served) < len(wanted):
            demand = wanted[len(served)]
            pers = [option.per for option in demand.options]
            ways = splits(demand.left, self._caps(demand, date(demand)), pers)
            served.append(_Ways(demand, ways, self.assignment.mark(), len(self.grants)))
            while not self._next_way(served[-1], date):
                served.pop()
                if not served:
                    return False
                self._back_to(served[-1].mark, served[-1].grants)
                self.steps -= 1
                if self.steps <= 0:
                    self._back_to(served[0].mark, served[0].grants)
                    return False
        return True

    def _next_way(self, one: _Ways, date: Callable[[Demand], datetime]) -> bool:
        """Serve a demand in the next way that there is for it."""
        split = next(one.left, None)
        if split is not None:
            self._give(one.demand, date(one.demand), split)
        return split is not None

    # --- serving -------------------------------------------------------------------------------

    def _give_most(self, demand: Demand, by: datetime) -> None:
        pers = [option.per for option in demand.options]
        self._give(demand, by, most(demand.left, self._caps(demand, by), pers))

    def _give(self, demand: Demand, by: datetime, split: Sequence[int]) -> None:
        for i, batches in enumerate(split):
            if batches:
                self.grants.append(self._take(demand, by, i, batches))
                demand.left -= batches * demand.options[i].per

    def _take(self, demand: Demand, by: datetime, option: int, batches: int) -> Grant:
        needs = []
        for sku, n in demand.options[option].parts:
            need = self.assignment.need(sku, by, demand.wanted.location)
            self.assignment.add(need, batches * n)
            needs.append(need)
        return Grant(demand, by, option, batches, tuple(needs))

    def _caps(self, demand: Demand, by: datetime) -> list[int]:
        """How many batches of each option could be had, each by itself.

        Options share no SKU, so what one of them takes is not missed by another.
        """
        caps = []
        for option in demand.options:
            cap = demand.left // option.per
            for sku, n in option.parts:
                mark = self.assignment.mark()
                need = self.assignment.need(sku, by, demand.wanted.location)
                cap = min(cap, self.assignment.add(need, cap * n) // n)
                self.assignment.back_to(mark)
            caps.append(cap)
        return caps

    def _back_to(self, mark: int, grants: int) -> None:
        self.assignment.back_to(mark)
        for grant in self.grants[grants:]:
            grant.demand.left += grant.batches * grant.demand.options[grant.option].per
        del self.grants[grants:]

    def _dates(self) -> list[datetime]:
        """The instants at which a customer could have something more."""
        arrives = self.terms.way.arrives
        found = {
            arrives(one.position.location, max(self.at, one.ready))
            for one in self.assignment.portions
            if one.ready < NEVER
        }
        return sorted(found - {NEVER})

    # --- telling -------------------------------------------------------------------------------

    def _late(self, demand: Demand) -> bool:
        by = demand.wanted.by
        return by is not None and any(
            grant.demand is demand and grant.date > by for grant in self.grants
        )

    def _limits(self, demand: Demand) -> tuple[Limited, ...]:
        """What kept a demand from being whole by its date, or at all."""
        by = demand.wanted.by
        missing = demand.left + sum(
            [
                grant.batches * demand.options[grant.option].per
                for grant in self.grants
                if grant.demand is demand and by is not None and grant.date > by
            ]
        )
        if not missing:
            return ()
        date = self.dates[-1] if by is None and self.dates else by or self.at
        return limits(self.assignment, demand, missing, date)
