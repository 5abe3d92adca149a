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

from collections.abc import Mapping, Sequence
from typing import Final

from orderflow.sourcing.freight import Load, charging
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


def at_a_glance(ranked: Sequence[Place], problem: Problem, objective: Objective) -> Plan | None:
    """The best plan, where one parcel must be the best; else `None`, and it is searched for.

    Of places that are as good, the first in rank ships.
    """
    if not problem.wants or not problem.most_shipments or objective[0] is not Goal.LEFT:
        return None
    in_time = False
    if len(problem.places) > 1:
        first = objective[: objective.index(Goal.SHIPMENTS)] if Goal.SHIPMENTS in objective else ()
        if len(ranked) < len(problem.places) or not first or not _FIRST.issuperset(first):
            return None
        in_time = Goal.LATE in first  # two parcels in time are better than one that is late
    found = _cheapest(ranked, problem, objective, in_time=in_time)
    if found is None:
        return None
    id, score = found
    shares = sorted([Share(want.line, id, want.n) for want in problem.wants], key=_by_line)
    return Plan(objective, score, tuple(shares), (), Certificate(Proof.EXHAUSTION, score, 0))


def _goods(problem: Problem) -> dict[str, int]:
    """All that is wanted, by SKU."""
    goods: dict[str, int] = {}
    for want in problem.wants:
        for sku, each in want.parts.plain.items():
            goods[sku] = goods.get(sku, 0) + each * want.n
    return goods


def _has_all(place: Place, goods: Mapping[str, int]) -> bool:
    """Whether a place could ship all that is wanted by itself; nothing, each could."""
    if place.capacity is not None and place.capacity < sum(goods.values()):
        return False
    there = place.stock.plain
    return all(there.get(sku, 0) >= n for sku, n in goods.items())


def unbeaten_by_any(objective: Objective) -> Score:
    """All in one parcel, sent for nothing and there today: no plan that ships all is better."""
    left = objective.index(Goal.LEFT)
    return tuple([int(goal is Goal.SHIPMENTS and i > left) for i, goal in enumerate(objective)])


def _cheapest(
    ranked: Sequence[Place], problem: Problem, objective: Objective, *, in_time: bool
) -> tuple[str, Score] | None:
    """The first place of the best score that has all, with the score."""
    goods = _goods(problem)
    load = _load(goods, problem)
    unbeaten = unbeaten_by_any(objective)
    found: tuple[str, Score] | None = None
    for place in ranked:
        if _has_all(place, goods):
            late = _late(place, problem)
            if late and in_time:
                continue
            score = _score(place, problem, objective, load, late)
            if found is None or score < found[1]:
                found = (place.id, score)
            if score == unbeaten:
                break
    return found


def _by_line(share: Share) -> str:
    return share.line


def _late(place: Place, problem: Problem) -> int:
    """How many units come late, where all come from one place."""
    return sum(
        [one.n for one in problem.wants if one.promised is not None and place.days > one.promised]
    )


def _load(goods: Mapping[str, int], problem: Problem) -> Load:
    """All that is wanted, in one parcel."""
    grams, cm3 = problem.grams.plain, problem.cm3.plain
    return Load(
        sum([grams.get(sku, 0) * n for sku, n in goods.items()]),
        sum([cm3.get(sku, 0) * n for sku, n in goods.items()]),
    )


def _score(place: Place, problem: Problem, objective: Objective, load: Load, late: int) -> Score:
    costs = Goal.COST in objective
    figures = {
        Goal.LEFT: 0,
        Goal.LATE: late,
        Goal.COST: place.handling + charging(problem.freight)(place, load) if costs else 0,
        Goal.SHIPMENTS: 1,
        Goal.DAYS: place.days,
    }
    return tuple([figures[goal] for goal in objective])
