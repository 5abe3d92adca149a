"""Why a place does not ship, and why a unit is left out.

It knows a plan and its problem, and refuses to know which policy made the plan.

A place that passed every filter is left out because using it would be worse.
How much worse is found by asking for the best plan in which it does ship.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from orderflow.sourcing.search import Search
from orderflow.sourcing.solving import BUDGET, grid_of
from orderflow.sourcing.values import Goal, Plan, Problem, Proof, Score, Want


@attrs.frozen
class Unused:
    """A place that does not ship: in which goal using it is worse, and by how much.

    `goal` is `None` where it is as good, and only its id comes later; `score` is that of the best
    plan in which it ships, `None` where it cannot ship anything, or none was found within the
    budget. A plan that was made without a search may be worse than one with the place: then `more`
    is negative.
    """

    place: str
    goal: Goal | None
    more: int
    score: Score | None


class Lack(StrEnum):
    """What was missing for a unit that is left out."""

    NOWHERE = "no place that may send it has any"
    TOO_FEW = "the places that may send it have too few"
    DIVIDED = "no place has all that must stay together"
    FULL = "the places that have some may send no more"
    SHIPMENTS = "no more places may ship"
    WORTH = "what is worth so little leaves from one place"
    OTHERS = "other lines had it"
    BETTER = "each plan with it is worse"
    RULE = "the policy sends less than it could"


@attrs.frozen
class Missing:
    """So many units of a line are left out: what was missing, and how many the places had."""

    line: str
    n: int
    lack: Lack
    there: int


def unused(plan: Plan, problem: Problem, *, budget: int = BUDGET) -> tuple[Unused, ...]:
    """Each place that does not ship, by id."""
    grid = grid_of(problem)
    found: list[Unused] = []
    for p, place in enumerate(grid.places):
        if place.id in plan.places:
            continue
        search = Search(grid, plan.objective, problem.most_shipments, budget, None, forced=p)
        search.run()
        score = search.best.score
        if score is None:
            found.append(Unused(place.id, None, 0, None))
            continue
        pairs = zip(plan.objective, score, plan.score, strict=True)
        worse = ((goal, would - is_) for goal, would, is_ in pairs if would != is_)
        goal, more = next(worse, (None, 0))
        found.append(Unused(place.id, goal, more, score))
    return tuple(found)


def missing(plan: Plan, problem: Problem) -> tuple[Missing, ...]:
    """Each line of which units are left out, by id."""
    wants = {want.line: want for want in problem.wants}
    return tuple(
        [
            Missing(line, n, _lack(wants[line], n, plan, problem), _there(wants[line], problem))
            for line, n in plan.left
        ]
    )


def _there(want: Want, problem: Problem) -> int:
    """How many units of a line all places together could make."""
    parts = want.parts.items()
    return sum([min([place.stock[sku] // n for sku, n in parts]) for place in problem.places])


def _lack(want: Want, n: int, plan: Plan, problem: Problem) -> Lack:
    there = _there(want, problem)
    if not there:
        pairs = want.parts.items()
        apart = all(sum([place.stock[sku] for place in problem.places]) >= k for sku, k in pairs)
        return Lack.DIVIDED if apart else Lack.NOWHERE  # a want has at least one part
    if want.n - n == there:
        return Lack.TOO_FEW
    given: dict[str, dict[str, int]] = {place.id: {} for place in problem.places}
    parts = {one.line: one.parts for one in problem.wants}
    for share in plan.shares:
        goods = given[share.place]
        for sku, each in parts[share.line].items():
            goods[sku] = goods.get(sku, 0) + each * share.n
    free = wide = unshipped = 0
    for place in problem.places:
        goods = given[place.id]
        left = min([(place.stock[sku] - goods.get(sku, 0)) // k for sku, k in want.parts.items()])
        free += left
        room = left
        if place.capacity is not None:
            room = min(left, (place.capacity - sum(goods.values())) // want.parts.total)
        wide = max(wide, room) if want.together else wide + room
        unshipped += 0 if goods else room
    if not free:
        return Lack.OTHERS
    if not wide:
        return Lack.FULL
    if want.together and wide < want.n:
        return Lack.DIVIDED
    if unshipped and len(plan.places) >= problem.most_shipments:
        limited = problem.may_be_split or problem.shipments_max in (0, 1)
        return Lack.SHIPMENTS if limited else Lack.WORTH
    return Lack.RULE if plan.certificate.proof is Proof.NONE else Lack.BETTER
