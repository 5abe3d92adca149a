"""Who takes from which portion: an assignment that is made larger by augmenting paths.

It knows needs, portions and how many units of the one are served by the other, and refuses to know
lines, policies and kits.

Problem: a source that is full need not be the end: its promises may find their goods elsewhere.
Observation: the live promises are an assignment already, each has its peg; so a new need asks for
no more than a path from it to a portion with room, over promises that move along the path.
Such a path is there exactly when a larger assignment is (Berge), so what is refused could not be
granted by any other plan.
Decision: breadth first, so that as few promises move as can be; among equals the portion that
serves the fewest others: the latest, of these our own before those that we sell for others, and
then the one that ends first. What is only at a supplier comes last: it must be bought.

A search that fails has seen all that its need could reach, and none of it has room.
Nothing that is served later changes that, since no path to room leads through it: so these portions
are passed over from then on, until something is undone or leaves its place.

A promise keeps to its warehouse, and not to the bin there.
What a quota keeps at a position is a portion of its own: its members take there what it keeps, and
nothing else, and others never enter it.
A promise whose source no longer serves it may stay where it is, and may move to one that does.
A source that is claimed beyond its units is entered by nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from orderflow.promising.portions import NEVER, Portion, portions
from orderflow.promising.values import Figures, Pegged, Terms
from orderflow.records import is_fed
from orderflow.values import Position, warehouse, within


class Need:
    """So many units of a SKU by a date; a live promise has its source beside it."""

    __slots__ = ("date", "eligible", "live", "location", "owners", "quotas", "sku")

    def __init__(
        self,
        sku: str,
        date: datetime,
        location: str,
        owners: tuple[str, ...],
        quotas: tuple[str, ...],
    ) -> None:
        self.sku = sku
        self.date = date
        self.location = location
        self.owners = owners
        self.quotas = quotas
        self.live = False
        self.eligible: list[int] = []


class Assignment:
    """How many units of each need each portion serves; it can go back to an earlier mark."""

    def __init__(self, figures: Figures, at: datetime, terms: Terms) -> None:
        self.at = at
        self.terms = terms
        self.portions: Sequence[Portion] = portions(figures.sources, figures.safety, figures.live)
        known = {(one.position, one.quota) for one in self.portions}
        gone = sorted({(one.position, one.quota) for one in figures.live} - known)
        none = (Portion(at, 0, NEVER, NEVER, quota=quota) for at, quota in gone)
        self.portions = (*self.portions, *none)
        self._kept: dict[Position, set[str]] = {}
        for one in self.portions:
            if one.quota:
                self._kept.setdefault(one.position, set()).add(one.quota)
        self.room = [one.n for one in self.portions]
        self.served: list[dict[Need, int]] = [{} for _ in self.portions]
        self.live: list[tuple[Pegged, Need]] = []
        self._log: list[tuple[int, Need, int]] = []
        self._known: dict[tuple[str, datetime, str], list[int]] = {}  # who may serve a new need
        self._shut: dict[int, int] = {}  # portions that lead nowhere, and since which mark
        self._places = {name: i for i, name in enumerate(terms.locations)}
        self._preferred = self._by_preference()
        self._settle(figures.live)

    # --- reading -------------------------------------------------------------------------------

    def taken(self, need: Need) -> list[tuple[int, int]]:
        """The portions that serve a need, and how many units each."""
        return [(i, held[need]) for i, held in enumerate(self.served) if held.get(need)]

    def serves(self, i: int, need: Need) -> bool:
        """Whether a portion may serve a need that comes new to it."""
        one = self.portions[i]
        at = one.position
        if at.sku != need.sku or at.owner not in need.owners:
            return False
        if not within(at.location, need.location) or not self.is_for(i, need):
            return False
        by = self.ready_by(i, need)
        return one.ready <= by < one.until and (need.live or by >= self.at)

    def is_for(self, i: int, need: Need) -> bool:
        """Whether quotas let a need have of a portion: of what its own keep, or what none does."""
        one = self.portions[i]
        if one.quota:
            return one.quota in need.quotas
        return self._kept.get(one.position, set()).isdisjoint(need.quotas)

    def ready_by(self, i: int, need: Need) -> datetime:
        """When the goods of a portion must be ready to serve a need in time."""
        if need.live:
            return need.date
        return self.terms.way.ready_by(self.portions[i].position.location, need.date)

    def keeps(self, i: int, need: Need) -> bool:
        """Whether a portion serves a live promise that is pegged to its source already."""
        one = self.portions[i]
        return (one.here or one.ready <= need.date) and need.date < one.until

    def closed(self, i: int, leaving: int | None = None) -> bool:
        """Whether the source of a portion is claimed beyond its units, so that nobody enters it.

        Who is `leaving` another portion of it is there already, and may have what is served.
        """
        there = leaving is not None and self._last[leaving] == self._last[i]
        return self.room[i if there else self._last[i]] < 0

    # --- changing ------------------------------------------------------------------------------

    def need(self, sku: str, date: datetime, location: str) -> Need:
        """A new need, of which nothing is served yet."""
        need = Need(sku, date, location, self.terms.owners, self.terms.quotas)
        key = (sku, date, location)
        if key not in self._known:
            self._known[key] = self._eligible(need)
        need.eligible = self._known[key]
        return need

    def add(self, need: Need, wanted: int) -> int:
        """Serve up to so many units more of a need; how many it was."""
        got = 0
        while got < wanted:
            path = self._path(need)
            if not path:
                break
            got += self._push(path, wanted - got)
        return got

    def leave(self, i: int, need: Need, n: int) -> int:
        """Serve up to `n` units of a need elsewhere than by a portion; how many it was.

        Those beyond the units of its source go first, and nobody else takes their place.
        """
        if i in need.eligible:
            need.eligible.remove(i)
        self._shut.clear()
        beyond = min(n, max(0, -self.room[i]))
        got = self.add(need, beyond)  # while all stand here still, so that it is closed
        if got:
            self._move(i, need, -got)
        if got == beyond < n:
            self._shut.clear()
            rest = n - beyond
            self._move(i, need, -rest)
            more = self.add(need, rest)
            if more < rest:
                self._move(i, need, rest - more)
            got += more
        return got

    def move(self, need: Need, source: int, target: int, n: int) -> None:
        """Let `n` units of a need have another portion, whose room whoever asks has seen to."""
        self._shut.clear()
        self._move(target, need, n)
        self._move(source, need, -n)

    def mark(self) -> int:
        """Where the assignment stands now."""
        return len(self._log)

    def back_to(self, mark: int) -> None:
        """Undo all that came after a mark."""
        while len(self._log) > mark:
            i, need, n = self._log.pop()
            self._shift(i, need, -n)
        while self._shut and next(reversed(self._shut.values())) > mark:  # found last, undone first
            self._shut.popitem()

    # --- behind it -----------------------------------------------------------------------------

    def _by_preference(self) -> dict[str, list[int]]:
        """The portions of each SKU: what serves fewest others first."""
        by_sku: dict[str, list[int]] = {}
        for i, one in enumerate(self.portions):
            by_sku.setdefault(one.position.sku, []).append(i)
        for found in by_sku.values():
            found.sort(key=self._rank)  # of equals the position, which they stand by, decides
        return by_sku

    def _eligible(self, need: Need) -> list[int]:
        """The portions that may serve a need, by preference."""
        found = [i for i in self._preferred.get(need.sku, ()) if self.serves(i, need)]
        if need.quotas:
            rank = {quota: i for i, quota in enumerate(need.quotas)}
            found.sort(key=lambda i: rank.get(self.portions[i].quota, len(rank)))
            found.sort(key=self._rank)
        return found

    def _rank(self, i: int) -> tuple[bool, timedelta, bool, datetime, int]:
        """How few others a portion serves: the latest first, and so on."""
        one = self.portions[i]
        place = self._places.get(_house(one), len(self._places))
        at = one.position
        return (is_fed(at.peg), NEVER - one.ready, bool(at.owner), one.until, place)

    def _settle(self, live: Iterable[Pegged]) -> None:
        """Put live promises where they are pegged: earliest first, into the latest portion.

        What its source has for it already comes next, so that it enters no safety stock by that;
        one that its source fails is served as early as it can be there.
        """
        at: dict[tuple[Position, str], list[int]] = {}
        for i in reversed(range(len(self.portions))):
            at.setdefault((self.portions[i].position, self.portions[i].quota), []).append(i)
        # The one that bears what is beyond all.
        self._last = [at[one.position, one.quota][0] for one in self.portions]
        for one in sorted(live, key=_by_date):
            sku, house = one.position.sku, warehouse(one.position.location)
            need = Need(sku, one.ready_by, house, one.owners, one.quotas)
            need.live = True
            need.eligible = self._eligible(need)
            self.live.append((one, need))
            own = at[one.position, one.quota]
            in_time = [i for i in own if self.portions[i].ready <= need.date]
            rest = [i for i in reversed(own) if self.portions[i].ready > need.date]
            left = one.n
            # Stable: of each kind in the order of the instants.
            for i in sorted((*in_time, *rest), key=lambda i: not self.keeps(i, need)):
                n = min(left, self.room[i])
                if n > 0:
                    self._stay(i, need, n)
                    left -= n
            if left:
                self._stay(own[0], need, left)

    def _stay(self, i: int, need: Need, n: int) -> None:
        if i not in need.eligible:
            need.eligible.append(i)
        self._shift(i, need, n)

    def _shift(self, i: int, need: Need, n: int) -> None:
        self.room[i] -= n
        held = self.served[i]
        left = held.get(need, 0) + n
        if left:
            held[need] = left
        else:
            del held[need]

    def _path(self, need: Need) -> list[_Step]:
        """The shortest way from a need to a portion with room; empty when there is none."""
        came: dict[int, _Step] = {}
        queue: deque[tuple[Need, int | None]] = deque([(need, None)])
        while queue:
            moving, source = queue.popleft()
            for i in moving.eligible:
                if i in came or i in self._shut or self.closed(i):
                    continue
                came[i] = _Step(moving, source, i)
                if self.room[i]:
                    return _traced(came, i)
                queue.extend([(other, i) for other in self.served[i] if other is not need])
        self._shut.update(dict.fromkeys(came, self.mark()))
        return []

    def _push(self, path: Sequence[_Step], wanted: int) -> int:
        """Move as many units along a path as all of it bears."""
        n = min(wanted, self.room[path[0].target])
        for need, source, _ in path:
            if source is not None:
                n = min(n, self.served[source][need])
        for need, source, target in path:
            self._move(target, need, n)
            if source is not None:
                self._move(source, need, -n)
        return n

    def _move(self, i: int, need: Need, n: int) -> None:
        self._shift(i, need, n)
        self._log.append((i, need, n))


def _by_date(one: Pegged) -> tuple[datetime, Position, str, int, str]:
    return (one.ready_by, one.position, one.order, one.n, one.quota)


def _house(one: Portion) -> str:
    return warehouse(one.position.location)


class _Step(NamedTuple):
    """A need takes from a portion, and gives up as much of another where it stood before."""

    need: Need
    source: int | None
    target: int


def _traced(came: dict[int, _Step], end: int) -> list[_Step]:
    """The steps to a portion, the last one first."""
    path = [came[end]]
    while path[-1].source is not None:
        path.append(came[path[-1].source])
    return path
