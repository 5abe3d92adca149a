"""The plan that is seen at a glance: one place has all that is wanted.

It knows single places, and refuses to know sets of them.

Problem: most orders are served whole by one place, and a search that is made for the hard ones
costs them as much as the rest of the command.
Observation: where nothing is left out and nothing comes late, one parcel is the least that there
can be; so an objective that counts parcels next has only to choose among the places that have all.
Where there is one place alone, there is nothing to choose.
Decision: such plans are told at once, and they are those that the search would have found, ties
included; all else is left to the search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderflow.sourcing.freight import Load
from orderflow.sourcing.values import (
    Certificate,
    Goal,
    Objective,
    Place,
    Plan,
    Problem,
    Proof,
    Score,
    Share,
)

_FIRST: Final = frozenset({Goal.LEFT, Goal.LATE})


def has_all(place: Place, problem: Problem) -> bool:
    """Whether a place could ship all that is wanted by itself."""
    goods: dict[str, int] = {}
    for want in problem.wants:
        for sku, each in want.parts.plain.items():
            goods[sku] = goods.get(sku, 0) + each * want.n
    if place.capacity is not None and place.capacity < sum(goods.values()):
        return False
    there = place.stock.plain
    return all(there.get(sku, 0) >= n for sku, n in goods.items())  # nothing is had by anybody


def at_a_glance(ranked: Sequence[Place], problem: Problem, objective: Objective) -> Plan | None:
    """The best plan, where one parcel must be the best; else `None`, and it is searched for.

    Of places that are as good, the first in rank ships.
    """
    if not problem.wants or not problem.most_shipments or objective[0] is not Goal.LEFT:
        return None
    whole = [place for place in ranked if has_all(place, problem)]
    if len(problem.places) > 1:
        first = objective[: objective.index(Goal.SHIPMENTS)] if Goal.SHIPMENTS in objective else ()
        if len(ranked) < len(problem.places) or not first or not _FIRST.issuperset(first):
            return None
        if Goal.LATE in first:  # two parcels in time are better than one that is late
            whole = [place for place in whole if not _late(place, problem)]
    if not whole:
        return None
    load = _load(problem)
    scores = [_score(place, problem, objective, load) for place in whole]
    least = min(scores)
    place = whole[scores.index(least)]
    shares = sorted([Share(want.line, place.id, want.n) for want in problem.wants], key=_by_line)
    return Plan(objective, least, tuple(shares), (), Certificate(Proof.EXHAUSTION, least, 0))


def _by_line(share: Share) -> str:
    return share.line


def _late(place: Place, problem: Problem) -> int:
    """How many units come late, where all come from one place."""
    return sum(
        [one.n for one in problem.wants if one.promised is not None and place.days > one.promised]
    )


def _load(problem: Problem) -> Load:
    """All that is wanted, in one parcel."""
    grams, cm3 = problem.grams.plain, problem.cm3.plain
    goods = [(sku, n * want.n) for want in problem.wants for sku, n in want.parts.plain.items()]
    return Load(
        sum([grams.get(sku, 0) * n for sku, n in goods]),
        sum([cm3.get(sku, 0) * n for sku, n in goods]),
    )


def _score(place: Place, problem: Problem, objective: Objective, load: Load) -> Score:
    costs = Goal.COST in objective
    figures = {
        Goal.LEFT: 0,
        Goal.LATE: _late(place, problem),
        Goal.COST: place.handling + problem.freight(place, load) if costs else 0,
        Goal.SHIPMENTS: 1,
        Goal.DAYS: place.days,
    }
    return tuple([figures[goal] for goal in objective])
