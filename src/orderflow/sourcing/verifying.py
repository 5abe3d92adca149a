"""A second opinion on a plan: separate, short, and slow on purpose.

It knows a problem and what is claimed of a plan, and refuses to know how the plan was found:
nothing of the search is used here.

Three questions are put to a plan.
Is it allowed: no more than is wanted and there, no line divided that must not be, no place over its
capacity?
Is its score what its shares say?
And is no plan better than the bound that it claims?
Where the claim is a bound, the bound is read off the problem once more; where it is exhaustion, all
plans are walked through, line by line and place by place, and a partial plan is given up only when
what it already ships is no better than what is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from orderflow.sourcing.freight import Load, charging
from orderflow.sourcing.values import (
    Goal,
    Objective,
    Place,
    Plan,
    Problem,
    Proof,
    Score,
    Share,
    Want,
)


def verify(plan: Plan, problem: Problem) -> tuple[str, ...]:
    """What is wrong with a plan; empty where all that it claims is so.

    A plan without a proof is looked at for what it does claim: that none is better than its bound.
    """
    wrong = (*_not_allowed(plan, problem),)
    if wrong:
        return wrong
    score = score_of(plan.shares, problem, plan.objective)
    if score != plan.score:
        return (f"the score is {score}, not {plan.score}",)
    bound = plan.certificate.bound
    if len(bound) != len(score):
        return (f"{bound} is no score",)
    if plan.certificate.proof != Proof.NONE and bound != score:
        return (f"a score of {score} is not proved by {bound}",)
    if plain_bound(problem, plan.objective) >= bound:
        return ()
    if plan.certificate.proof == Proof.BOUND:
        return (f"{bound} cannot be read off the problem",)
    better = better_than(bound, problem, plan.objective)
    return () if better is None else (f"there is a plan of {better}, better than {bound}",)


def score_of(shares: Sequence[Share], problem: Problem, objective: Objective) -> Score:
    """How good shares are, by the goals of an objective."""
    wants = {want.line: want for want in problem.wants}
    places = {place.id: place for place in problem.places}
    served: dict[str, int] = dict.fromkeys(wants, 0)
    loads: dict[str, dict[str, int]] = {}
    late = 0
    for share in shares:
        want = wants[share.line]
        served[share.line] += share.n
        goods = loads.setdefault(share.place, {})
        for sku, n in want.parts.items():
            goods[sku] = goods.get(sku, 0) + n * share.n
        if want.promised is not None and places[share.place].days > want.promised:
            late += share.n
    figures = {
        Goal.LEFT: sum([want.priority * (want.n - served[want.line]) for want in problem.wants]),
        Goal.LATE: late,
        Goal.COST: sum([_cost(problem, places[id], goods) for id, goods in loads.items()]),
        Goal.SHIPMENTS: len(loads),
        Goal.DAYS: max([places[id].days for id in loads], default=0),
    }
    return tuple([figures[goal] for goal in objective])


def _cost(problem: Problem, place: Place, goods: Mapping[str, int]) -> int:
    grams = sum([problem.grams[sku] * n for sku, n in goods.items()])
    cm3 = sum([problem.cm3[sku] * n for sku, n in goods.items()])
    return place.handling + charging(problem.freight)(place, Load(grams, cm3))


def _not_allowed(plan: Plan, problem: Problem) -> Iterator[str]:
    """Each way in which shares break what the problem says."""
    wants = {want.line: want for want in problem.wants}
    places = {place.id: place for place in problem.places}
    named = set(plan.objective)
    if Goal.LEFT not in named or len(named) < len(plan.objective):
        yield f"nothing is made small by {plan.objective}"
        return
    for share in plan.shares:
        if share.line not in wants or share.place not in places:
            yield f"nobody asked for {share}"
            return
        if type(share.n) is not int or share.n < 1:
            yield f"{share} is no number of units"
            return
    if len({(share.line, share.place) for share in plan.shares}) < len(plan.shares):
        yield "a line has a place twice"
    left: list[tuple[str, int]] = []
    for line, want in wants.items():
        shares = [share.n for share in plan.shares if share.line == line]
        if sum(shares) > want.n:
            yield f"line {line} wants {want.n}, and {sum(shares)} are shipped"
        elif sum(shares) < want.n:
            left.append((line, want.n - sum(shares)))
        if want.together and (len(shares) > 1 or sum(shares) not in (0, want.n)):
            yield f"line {line} is divided"
    if sorted(plan.left) != sorted(left):
        yield f"left out are {sorted(left)}, not {sorted(plan.left)}"
    for place in places.values():
        taken = [
            (share.n, wants[share.line].parts) for share in plan.shares if share.place == place.id
        ]
        for sku in sorted({sku for _, parts in taken for sku in parts}):
            if sum([n * parts[sku] for n, parts in taken]) > place.stock[sku]:
                yield f"{place.id} has {place.stock[sku]} {sku}"
        pieces = sum([n * parts.total for n, parts in taken])
        if place.capacity is not None and pieces > place.capacity:
            yield f"{place.id} ships {place.capacity} units at the most"
    if len(plan.places) > problem.most_shipments:
        yield f"{problem.most_shipments} places ship at the most"


def plain_bound(problem: Problem, objective: Objective) -> Score:
    """What no plan can be better than, read off the problem.

    All that is there anywhere is shipped, each unit in time and at once where one is there, from no
    more places than the line needs that is spread the most, each parcel the cheapest that there is.
    What comes before units left out in the objective may always be nothing.
    """
    figures = dict.fromkeys(Goal, 0)
    for want, wanted in _alike(problem.wants):
        have = [(place.days, _gives(place, want, wanted)) for place in problem.places]
        served = min(wanted, sum([n for _, n in have]))
        figures[Goal.LEFT] += want.priority * (wanted - served)
        if want.promised is not None:
            in_time = sum([n for day, n in have if day <= want.promised])
            figures[Goal.LATE] += max(0, served - in_time)
        amounts = sorted([n for _, n in have], reverse=True)
        need = next(k for k in range(len(have) + 1) if sum(amounts[:k]) >= served)
        figures[Goal.SHIPMENTS] = max(figures[Goal.SHIPMENTS], need)
        days = sorted({0, *[day for day, n in have if n]})
        by = next(d for d in days if sum([n for day, n in have if day <= d]) >= served)
        figures[Goal.DAYS] = max(figures[Goal.DAYS], by)
    parcels = sorted(
        [_cheapest(place, problem) for place in problem.places if _useful(place, problem)]
    )
    figures[Goal.COST] = sum(parcels[: figures[Goal.SHIPMENTS]])
    before = objective[: objective.index(Goal.LEFT)]
    return tuple([0 if goal in before else figures[goal] for goal in objective])


def _alike(wants: Sequence[Want]) -> Iterable[tuple[Want, int]]:
    """Lines whose units are alike as one: what two of them could have is there once."""
    found: dict[tuple[object, ...], tuple[Want, int]] = {}
    for want in wants:
        alone = want.line if want.together else ""
        key = (want.parts, want.priority, want.promised, alone)
        one, n = found.get(key, (want, 0))
        found[key] = (one, n + want.n)
    return found.values()


def _gives(place: Place, want: Want, wanted: int) -> int:
    """How many of so many units of a line a place could give, were it the only one."""
    n = min([wanted, *[place.stock[sku] // each for sku, each in want.parts.items()]])
    if place.capacity is not None:
        n = min(n, place.capacity // want.parts.total)
    return 0 if want.together and n < wanted else n


def _useful(place: Place, problem: Problem) -> bool:
    return any(
        _gives(place, want, want.n) for want in problem.wants
    )  # nothing wanted: nothing is of use


def _cheapest(place: Place, problem: Problem) -> int:
    """What the lightest and the smallest of all units would cost, were they one."""
    units = [_weight(want, problem) for want in problem.wants]
    least = Load(min([one.grams for one in units]), min([one.cm3 for one in units]))
    return place.handling + problem.freight(place, least)


def _weight(want: Want, problem: Problem) -> Load:
    """What one unit of a line weighs and fills."""
    parts = want.parts.items()
    grams = sum([problem.grams[sku] * n for sku, n in parts])
    return Load(grams, sum([problem.cm3[sku] * n for sku, n in parts]))


def better_than(bound: Score, problem: Problem, objective: Objective) -> Score | None:
    """The score of some plan that is better than a bound, or `None`: every plan is looked at."""
    walk = _Walk(problem, objective, bound)
    return walk.line(0, 0, 0)


class _Walk:
    """Every plan, line by line and place by place, as far as it may still be better."""

    def __init__(self, problem: Problem, objective: Objective, bound: Score) -> None:
        self.problem, self.objective, self.bound = problem, objective, bound
        self.stock = [dict(place.stock) for place in problem.places]
        self.pieces = [0] * len(problem.places)
        self.loads = [Load(0)] * len(problem.places)
        self.weights = [_weight(want, problem) for want in problem.wants]

    def line(self, i: int, left: int, late: int) -> Score | None:
        """The lines from `i` on, so many units left out and late before it."""
        score = self.score(left, late)
        if score >= self.bound:
            return None  # what is shipped only grows, and so does each figure
        if i == len(self.problem.wants):
            return score
        want = self.problem.wants[i]
        return self.place(i, 0, want.n, left, late)

    def place(self, i: int, j: int, open_: int, left: int, late: int) -> Score | None:
        """Line `i` from place `j` on, of which so many units are open."""
        want = self.problem.wants[i]
        if self.score(left, late) >= self.bound:
            return None
        if j == len(self.problem.places) or not open_:
            if want.together and open_ not in (0, want.n):
                return None
            return self.line(i + 1, left + open_ * want.priority, late)
        place, stock = self.problem.places[j], self.stock[j]
        most = min([open_, *[stock.get(sku, 0) // each for sku, each in want.parts.items()]])
        if place.capacity is not None:
            most = min(most, (place.capacity - self.pieces[j]) // want.parts.total)
        is_late = want.promised is not None and place.days > want.promised
        for n in range(most, -1, -1):
            if want.together and n not in (0, want.n):
                continue
            self.give(i, j, n)
            found = self.place(i, j + 1, open_ - n, left, late + n * is_late)
            self.give(i, j, -n)
            if found is not None:
                return found
        return None

    def give(self, i: int, j: int, n: int) -> None:
        want, weight, load = self.problem.wants[i], self.weights[i], self.loads[j]
        for sku, each in want.parts.items():
            self.stock[j][sku] = self.stock[j].get(sku, 0) - n * each
        self.pieces[j] += n * want.parts.total
        self.loads[j] = Load(load.grams + n * weight.grams, load.cm3 + n * weight.cm3)

    def score(self, left: int, late: int) -> Score:
        used = [j for j, pieces in enumerate(self.pieces) if pieces]
        if len(used) > self.problem.most_shipments:
            return (10**30,)
        places, freight = self.problem.places, self.problem.freight
        figures = {
            Goal.LEFT: left,
            Goal.LATE: late,
            Goal.COST: sum([places[j].handling + freight(places[j], self.loads[j]) for j in used]),
            Goal.SHIPMENTS: len(used),
            Goal.DAYS: max([places[j].days for j in used], default=0),
        }
        return tuple([figures[goal] for goal in self.objective])
