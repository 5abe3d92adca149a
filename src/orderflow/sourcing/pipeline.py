"""A policy as a row of small functions: filter, rank, allocate, split.

It knows how the stages follow each other, and refuses to know what they decide.

Problem: a policy that is one long function cannot say why it left a warehouse out, and cannot be
changed without being read as a whole.
Decision: each stage is a function that may be replaced by one's own; what a filter drops it
explains, and the rest is explained by asking: what would it have cost to use that place, and what
was missing for a unit that was left out?

A cascade is rules as data: the first that leaves nothing out is taken, else the one that leaves the
least, of these the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import is_
from typing import TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.explaining import Missing, Unused, missing, unused
from orderflow.sourcing.parcels import Parcel, Split, packed
from orderflow.sourcing.solving import BUDGET, BUDGET_MAX, best
from orderflow.sourcing.stages import (
    Dropped,
    Filter,
    KeptBack,
    Lessened,
    Rank,
    by_priority,
    has_something,
)
from orderflow.sourcing.values import (
    DEFAULT,
    Certificate,
    Objective,
    Place,
    Plan,
    Problem,
    Proof,
    Share,
    Want,
    checked_objective,
    checked_problem,
)
from orderflow.sourcing.verifying import plain_bound, score_of
from orderflow.sourcing.whole import at_a_glance, unbeaten_by_any
from orderflow.values import text, whole

Allocate: TypeAlias = Callable[[Sequence[Place], Problem, Objective], Plan]
"""Places as they are ranked, the problem with these places alone, and what counts."""


@attrs.frozen
class Sourced:
    """What a policy decided: its plan, the parcels, and why not for all that is not in it.

    `dropped` has the places that a filter left out, `kept_back` what a filter left out of others;
    `tried` what the other rules of a cascade answered.
    """

    policy: str
    problem: Problem
    plan: Plan
    parcels: tuple[Parcel, ...]
    dropped: tuple[Dropped, ...]
    kept_back: tuple[KeptBack, ...] = ()
    tried: tuple[Sourced, ...] = ()

    def unused(self, *, budget: int = BUDGET) -> tuple[Unused, ...]:
        """For each place that passed the filters and does not ship: what using it would cost."""
        return unused(self.plan, self.problem, budget=budget)

    def missing(self) -> tuple[Missing, ...]:
        """For each line of which units are left out: what was missing."""
        return missing(self.plan, self.problem)


@attrs.frozen
class Pipeline:
    """A policy of stages: places pass every filter, are ranked, give, and what leaves is parted."""

    name: str
    filters: tuple[Filter, ...] = (has_something,)
    rank: Rank = by_priority
    allocate: Allocate = attrs.field(factory=lambda: exact())
    splits: tuple[Split, ...] = ()
    objective: Objective = DEFAULT

    def __attrs_post_init__(self) -> None:
        path = f"policy {text(self.name, 'policy.name')}"
        for name in ("filters", "splits"):
            given = getattr(self, name)
            if not isinstance(given, tuple) or not all(map(callable, given)):  # none is one too
                raise BadInput(f"{path}.{name}", "a tuple of functions is wanted")
        for name in ("rank", "allocate"):
            if not callable(getattr(self, name)):
                raise BadInput(f"{path}.{name}", "a function is wanted")
        checked_objective(self.objective)

    def __call__(self, problem: Problem) -> Sourced:
        """Decide; same input, same answer."""
        checked_problem(problem)
        passed: list[Place] = []
        dropped: list[Dropped] = []
        back: list[KeptBack] = []
        for place in sorted(problem.places, key=lambda place: place.id):
            kept = self._filtered(place, problem, back)
            if isinstance(kept, Dropped):
                dropped.append(kept)
            else:
                passed.append(kept)
        as_asked = len(passed) == len(problem.places) and all(map(is_, passed, problem.places))
        asked = problem if as_asked else attrs.evolve(problem, places=tuple(passed))
        plan = self.allocate(tuple(self.rank(passed, asked)), asked, self.objective)
        parcels = packed(plan.shares, asked, self.splits)
        return Sourced(self.name, asked, plan, parcels, tuple(dropped), tuple(back))

    def _filtered(self, place: Place, problem: Problem, back: list[KeptBack]) -> Place | Dropped:
        for look in self.filters:
            kept: object = look(place, problem)
            if isinstance(kept, Dropped):
                return kept
            why = "may not send it"
            if isinstance(kept, Lessened):
                why, kept = kept.why, kept.place
            if not isinstance(kept, Place):
                raise BadInput(f"policy {self.name}", "a filter gives a place, or says why not")
            if kept.stock is not place.stock:
                back.extend(_kept_back(place, kept, problem, why))
            place = kept
        return place


@attrs.frozen
class Cascade:
    """Policies one after the other: the first that leaves nothing out wins."""

    name: str
    rules: tuple[Pipeline, ...]

    def __attrs_post_init__(self) -> None:
        path = f"cascade {text(self.name, 'cascade.name')}.rules"
        rules: object = self.rules
        if not isinstance(rules, tuple) or not all(map(callable, rules)):  # of none see below
            raise BadInput(path, "a tuple of policies is wanted")
        if not rules:
            raise BadInput(path, "at least one policy is wanted")

    def __call__(self, problem: Problem) -> Sourced:
        """The first whole answer, or the first of those that leave the least."""
        tried: list[Sourced] = []
        for rule in self.rules:
            tried.append(rule(problem))
            if not tried[-1].plan.left:
                break
        found = min(tried, key=lambda one: sum([n for _, n in one.plan.left]))
        return attrs.evolve(found, tried=tuple([one for one in tried if one is not found]))


def _kept_back(has: Place, gives: Place, problem: Problem, why: str) -> Iterator[KeptBack]:
    """What a place has of what is wanted and may not give, by SKU."""
    for sku in sorted({sku for want in problem.wants for sku in want.parts}):
        n = has.stock[sku] - gives.stock[sku]
        if n > 0:
            yield KeptBack(has.id, sku, n, why)


# --- allocating -----------------------------------------------------------------------------------


def exact(budget: int = BUDGET) -> Allocate:
    """The best plan there is; of those that are as good, that of the places that rank first.

    What one place serves whole is mostly seen at a glance; the rest is searched for.
    """

    whole(budget, "budget", least=0, most=BUDGET_MAX)

    def allocate(ranked: Sequence[Place], problem: Problem, objective: Objective) -> Plan:
        plan = at_a_glance(ranked, problem, objective)
        if plan is not None:
            return plan
        ties = [place.id for place in ranked]
        return best(problem, objective, budget=budget, ties=ties)

    return allocate


def in_order(ranked: Sequence[Place], problem: Problem, objective: Objective) -> Plan:
    """Each place in turn gives what it can, as most shops do it."""
    open_ = {want.line: want.n for want in problem.wants}
    shares: list[Share] = []
    used = 0
    for place in ranked:
        if used == problem.most_shipments:
            break
        given = _given(place, problem.wants, open_)
        shares.extend(given)
        used += bool(given)
    return planned(shares, problem, objective)


def one_or_none(ranked: Sequence[Place], problem: Problem, objective: Objective) -> Plan:
    """The first place that has everything ships all of it; where there is none, nobody ships."""
    wanted = {want.line: want.n for want in problem.wants}
    for place in ranked if problem.most_shipments else ():
        open_ = dict(wanted)
        given = _given(place, problem.wants, open_)
        if not any(open_.values()):  # nothing wanted: nothing is shipped
            return planned(given, problem, objective)
    return planned((), problem, objective)


def planned(shares: Sequence[Share], problem: Problem, objective: Objective) -> Plan:
    """Shares as a plan: scored, and held against what is read off the problem."""
    score = score_of(shares, problem, objective)
    bound = score
    if score != unbeaten_by_any(objective):
        bound = min(plain_bound(problem, objective), score)
    proof = Proof.BOUND if bound == score else Proof.NONE
    served: dict[str, int] = {}
    for share in shares:
        served[share.line] = served.get(share.line, 0) + share.n
    left = [(want.line, want.n - served.get(want.line, 0)) for want in problem.wants]
    return Plan(
        objective,
        score,
        tuple(sorted(shares, key=lambda share: (share.line, share.place))),
        tuple(sorted([(line, n) for line, n in left if n])),
        Certificate(proof, bound, 0),
    )


def _given(place: Place, wants: Sequence[Want], open_: dict[str, int]) -> list[Share]:
    """What a place gives to what is open, line by line; `open_` is lessened."""
    stock, capacity = dict(place.stock.plain), place.capacity
    given: list[Share] = []
    for want in wants:
        parts = want.parts.plain
        n = min([open_[want.line], *[stock.get(sku, 0) // each for sku, each in parts.items()]])
        if capacity is not None:
            n = min(n, capacity // want.parts.total)
        if not n or (want.together and n < want.n):
            continue
        given.append(Share(want.line, place.id, n))
        open_[want.line] -= n
        for sku, each in parts.items():
            stock[sku] -= n * each
        if capacity is not None:
            capacity -= n * want.parts.total
    return given
