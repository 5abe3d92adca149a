"""Promises that their source no longer serves: which they are, and what saves the most of them.

It knows an assignment and how much harm each order's loss would do, and refuses to know why a
source came late or short.

A promise is lost where its source is ready after its date, or ends before it, or is claimed beyond
its units.
Each lost unit that finds another way leaves the others served, so they are taken one after the
other, the one that does most harm first.
That is not always the most: a unit that is not saved keeps its place at its late source, where one
of a later date could have stood; to weigh that is a flow of least cost, which is not here yet.
What is not saved stays pegged where it is: nothing is taken from anybody, a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import attrs

from orderflow.grants import Kept
from orderflow.promising.flow import Assignment
from orderflow.promising.keeping import kept
from orderflow.promising.values import Figures, Pegged, Repeg, Terms
from orderflow.values import Position, warehouse


@attrs.frozen
class Mended:
    """The changes of source that save promises, and those that are lost, least harm first.

    `kept` is what must stay free, so that they leave the safety stock whole.
    """

    repegs: tuple[Repeg, ...]
    lost: tuple[Pegged, ...]
    kept: tuple[Kept, ...] = ()


def mend(
    figures: Figures,
    at: datetime,
    harm: Mapping[str, int],
    only: Collection[str] = (),
    terms: Terms | None = None,
) -> Mended:
    """Peg anew what its source fails; `only` of these orders, where any are named.

    `harm` is an order's rank: lower is more urgent, and what has none comes last.
    """
    assignment = Assignment(figures, at, terms or Terms())
    worst = sorted(
        [pair for pair in assignment.live if not only or pair[0].order in only],
        key=lambda pair: (_rank(harm, pair[0]), *pair[0].name),
    )
    for _, need in worst:
        for i, n in assignment.taken(need):
            if not assignment.keeps(i, need):
                assignment.leave(i, need, n)
    for _, need in worst:
        for i, n in assignment.taken(need):
            if assignment.room[i] < 0:
                assignment.leave(i, need, min(n, -assignment.room[i]))
    moves = repegs(assignment)
    left = kept(assignment, [(move.target, move.ready_by) for move in moves])
    return Mended(moves, _lost(assignment, harm), left)


def lost(
    figures: Figures, at: datetime, harm: Mapping[str, int] | None = None
) -> tuple[Pegged, ...]:
    """The promises that their source fails as they are pegged now, least harm first."""
    return _lost(Assignment(figures, at, Terms()), harm or {})


def repegs(assignment: Assignment) -> tuple[Repeg, ...]:
    """What the promises of each order and date have at other sources than before."""
    more: dict[tuple[str, str, str, datetime], dict[tuple[Position, str], int]] = {}
    for one, need in assignment.live:
        key = (one.order, one.position.sku, warehouse(one.position.location), one.ready_by)
        change = more.setdefault(key, {})
        own = (one.position, one.quota)
        change[own] = change.get(own, 0) - one.n
        for i, n in assignment.taken(need):
            at = (assignment.portions[i].position, assignment.portions[i].quota)
            change[at] = change.get(at, 0) + n
    found: list[Repeg] = []
    for (order, _, _, ready_by), change in sorted(more.items()):
        left = [(at, -n) for at, n in sorted(change.items()) if n < 0]
        for (target, joined), n in sorted(change.items()):
            while n > 0:
                (source, parted), there = left.pop()
                part = min(n, there)
                if there > part:
                    left.append(((source, parted), there - part))
                found.append(Repeg(order, source, target, part, ready_by, parted, joined))
                n -= part
    return tuple(found)


def _lost(assignment: Assignment, harm: Mapping[str, int]) -> tuple[Pegged, ...]:
    """What is late or ends too early, and of what is beyond the units that which harms least."""
    counts: dict[Pegged, int] = {}

    def lose(one: Pegged, i: int, n: int) -> None:
        there = assignment.portions[i]
        name = attrs.evolve(one, position=there.position, quota=there.quota, n=0)
        counts[name] = counts.get(name, 0) + n

    over = [max(0, -room) for room in assignment.room]
    least = sorted(assignment.live, key=lambda pair: (-_rank(harm, pair[0]), *pair[0].name))
    for one, need in least:
        for i, n in assignment.taken(need):
            if not assignment.keeps(i, need):
                lose(one, i, n)
                over[i] -= n
    for one, need in least:
        for i, n in assignment.taken(need):
            if assignment.keeps(i, need) and over[i] > 0:
                lose(one, i, min(n, over[i]))
                over[i] -= min(n, over[i])
    found = [attrs.evolve(one, n=n) for one, n in counts.items()]
    return tuple(sorted(found, key=lambda one: (-_rank(harm, one), *one.name)))


def _rank(harm: Mapping[str, int], one: Pegged) -> int:
    return harm.get(one.order, _LAST)


_LAST = 10**9
"""The rank of an order whose urgency nobody has given."""
