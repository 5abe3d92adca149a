"""Promises that their source no longer serves: which they are, and what saves the most of them.

It knows an assignment and how much harm each order's loss would do, and refuses to know why a
source came late or short.

A promise is lost where its source is ready after its date, or ends before it, or is claimed beyond
its units.
Each lost unit that finds another way leaves the others served, so they are taken one after the
other, the one that does most harm first.
That is not always the most, so places are exchanged until no other plan does less harm: none loses
fewer units of the most urgent rank, or as many of it and fewer of the next, and so on.
Promises of orders that nobody asked to mend stay served where they are served, and weigh nothing.
What is not saved stays pegged where it is: nothing is taken from anybody, a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import attrs

from orderflow.grants import Kept
from orderflow.promising.exchanging import lessen, lost_at, ways
from orderflow.promising.flow import Assignment, Need
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
    may = ways(assignment)
    least = _least_first(assignment, harm)
    ours = [pair for pair in least if not only or pair[0].order in only]
    worst = sorted(ours, key=lambda pair: (_rank(harm, pair[0]), *pair[0].name))
    for _, need in worst:
        for i, n in assignment.taken(need):
            if not assignment.keeps(i, need):
                assignment.leave(i, need, n)
    for _, need in worst:
        for i, n in assignment.taken(need):
            if assignment.room[i] < 0:
                assignment.leave(i, need, min(n, -assignment.room[i]))
    lessen(assignment, may, _weights(least, ours, harm))
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
    least = _least_first(assignment, harm)
    promises = {need: one for one, need in least}
    counts: dict[Pegged, int] = {}
    for i, there in enumerate(assignment.portions):
        for need, n in lost_at(assignment, i, promises).items():
            name = attrs.evolve(promises[need], position=there.position, quota=there.quota, n=0)
            counts[name] = counts.get(name, 0) + n
    found = [attrs.evolve(one, n=n) for one, n in counts.items()]
    return tuple(sorted(found, key=lambda one: (-_rank(harm, one), *one.name)))


def _weights(
    least: Iterable[tuple[Pegged, Need]],
    ours: Iterable[tuple[Pegged, Need]],
    harm: Mapping[str, int],
) -> dict[Need, int]:
    """How much the loss of a unit weighs: more than all that is less urgent; of others', nothing.

    Least harm first.
    """
    more = 1 + sum([one.n for one, _ in least])
    ranks = sorted({_rank(harm, one) for one, _ in ours}, reverse=True)
    weight = {rank: more**i for i, rank in enumerate(ranks)}
    weights = {need: 0 for _, need in least}
    weights.update({need: weight[_rank(harm, one)] for one, need in ours})
    return weights


def _least_first(assignment: Assignment, harm: Mapping[str, int]) -> list[tuple[Pegged, Need]]:
    return sorted(assignment.live, key=lambda pair: (-_rank(harm, pair[0]), *pair[0].name))


def _rank(harm: Mapping[str, int], one: Pegged) -> int:
    return harm.get(one.order, _LAST)


_LAST = 10**9
"""The rank of an order whose urgency nobody has given."""
