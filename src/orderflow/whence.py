"""From where an order's goods come, and why not from elsewhere: now, and as it was decided.

It knows one decision of a policy with all its reasons, and refuses to know whether it is carried
out.

Problem: an allocation that succeeds gives no reasons, and a clerk asks all the same why an order
leaves from York when Leith is next door.
Observation: the policy is told everything, and its answer has a reason for each place that it was
told of; what it is not told of is a place with nothing that the order may have.
Decision: the verb is run dry, and what its policy is asked and answers is listened to.
So there is no second way of asking that could decide otherwise than the first.
The locations that were no part of the question are named beside the answer, with what stands there;
no search has to carry them along.

A decision of the past is asked for again on the figures that its entry keeps, by the rules that it
was decided under: reasons by other rules would be reasons for something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import attrs

from orderflow.calls import Call, Ref
from orderflow.deciding import left_out
from orderflow.errors import MoveRefused, Refusal, Refused
from orderflow.journal import Case, Context, Entry, Reader
from orderflow.money import Money
from orderflow.past import Journal, Past
from orderflow.posing import by_line, is_sound, place_id
from orderflow.records import Claim, Counter, Document, Order
from orderflow.rules import Policy, Rules
from orderflow.sourcing.explaining import Missing, Unused
from orderflow.sourcing.pipeline import Sourced
from orderflow.sourcing.policies import FEWEST_SHIPMENTS
from orderflow.sourcing.solving import BUDGET
from orderflow.sourcing.stages import Dropped, KeptBack
from orderflow.sourcing.values import Certificate, Goal, Plan, Problem, Share
from orderflow.trial import ask
from orderflow.whatif import PLANNED, taken

_WORSE: Final = {
    Goal.LEFT: "more units would be left out",
    Goal.LATE: "more units would be late",
    Goal.COST: "it would cost more",
    Goal.SHIPMENTS: "there would be more shipments",
    Goal.DAYS: "it would take more days",
}
_BETTER: Final = {
    Goal.LEFT: "fewer units would be left out, which the policy does not look for",
    Goal.LATE: "fewer units would be late, which the policy does not look for",
    Goal.COST: "it would cost less, which the policy does not look for",
    Goal.SHIPMENTS: "there would be fewer shipments, which the policy does not look for",
    Goal.DAYS: "it would take fewer days, which the policy does not look for",
}
_AS_GOOD: Final = "it would be as good"
_NO_PLAN: Final = "no plan was found"


@attrs.frozen
class Sourcing:
    """What a policy decides for an order: from where its goods come, and why not from elsewhere.

    `shares` are by the order's own lines, those of a kit by its parts. `dropped` has each location
    that a filter left out, and each with nothing that the order may have.
    """

    order: str
    currency: str
    shares: tuple[Share, ...]
    sourced: Sourced

    @property
    def policy(self) -> str:
        """The name of the policy, or of the rule of a cascade, that decided."""
        return self.sourced.policy

    @property
    def plan(self) -> Plan:
        """The plan, with its score."""
        return self.sourced.plan

    @property
    def certificate(self) -> Certificate:
        """Why no plan is better, or how much better one may be."""
        return self.plan.certificate

    @property
    def used(self) -> tuple[str, ...]:
        """The locations that ship, by id."""
        return self.plan.places

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """The locations that may not serve it, each with why and the facts, by id."""
        return self.sourced.dropped

    @property
    def kept_back(self) -> tuple[KeptBack, ...]:
        """What a filter left out of locations that may serve it."""
        return self.sourced.kept_back

    def unused(self, *, budget: int = BUDGET) -> tuple[Unused, ...]:
        """Each location that could ship and does not: what using it would have cost more."""
        return self.sourced.unused(budget=budget)

    def missing(self) -> tuple[Missing, ...]:
        """For each line of which units are left out: what was missing."""
        return self.sourced.missing()

    def reasons(self, *, budget: int = BUDGET) -> tuple[Refusal, ...]:
        """All that speaks against what is not used or left out, in words for a clerk.

        Each has a code, its figures and a sentence in English and Chinese.
        """
        worse = (self._not_used(one) for one in self.unused(budget=budget))
        return tuple(dict.fromkeys((*left_out(self.order, self.sourced), *worse)))

    def _not_used(self, one: Unused) -> Refusal:
        why, figures = _AS_GOOD, ""
        if one.score is None:
            why = _NO_PLAN
        elif one.goal is not None:
            why = (_WORSE if one.more > 0 else _BETTER)[one.goal]
            n = abs(one.more)
            figures = f" ({Money(n, self.currency) if one.goal is Goal.COST else n})"
        return Refusal.of("location_not_used", location=one.place, why=why, figures=figures)


@attrs.frozen
class Decision:
    """A decision of the past for an order: what was taken from where, and why.

    `why` is `None` where it was decided under other rules than those that are asked now, or where
    they decide otherwise today: then there is nobody left who knows.
    """

    seq: int
    at: datetime
    verb: str
    shares: tuple[Share, ...]
    why: Sourcing | None


def sourcing(source: Reader, call: Call[Document], context: Context) -> Sourcing:
    """What the policy would decide for a call; refused as the call, where it would not be asked."""
    case = Case(call.ref, source, context.at)
    heard = _listened(case, call, context)
    if heard is None:  # no unit of it waits: all are reserved where they are
        move = "reserve"
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(call.ref), move=move),))
    return heard


def decisions(journal: Journal, ref: Ref[Order], rules: Rules) -> tuple[Decision, ...]:
    """What was decided for an order, first to last; what had been reserved before is not again."""
    fingerprint = rules.fingerprint
    found: list[Decision] = []
    for entry in journal.entries(0, ref):
        if entry.call.verb not in PLANNED or entry.call.ref != ref:
            continue
        past = Past(journal, entry)
        stored = past.load(ref)
        assert stored is not None, "an order is opened before it is allocated"
        shares = by_line(stored.value, taken(entry))
        why = _why(past, entry, rules) if entry.rules == fingerprint else None
        if why is not None and why.shares != shares:
            why = None
        if shares or why is not None:
            found.append(Decision(entry.seq, entry.at, entry.call.verb, shares, why))
    return tuple(found)


def _why(past: Past, entry: Entry, rules: Rules) -> Sourcing | None:
    case = Case(entry.call.ref, past, entry.at)
    return _listened(case, entry.call, Context(entry.at, entry.by, rules))


@attrs.define
class _Listening:
    """A policy that decides as another one does, and remembers what it was asked and answered."""

    policy: Policy
    asked: Problem | None = None
    answered: Sourced | None = None

    @property
    def name(self) -> str:
        return self.policy.name

    def __call__(self, problem: Problem) -> Sourced:
        self.asked = problem
        self.answered = self.policy(problem)
        return self.answered


def _listened(case: Case, call: Call[Document], context: Context) -> Sourcing | None:
    """The decision within a call; `None` where the call needs none.

    What is refused after the policy has answered was decided all the same.
    """
    listening = _Listening(context.rules.policy or FEWEST_SHIPMENTS)
    rules = attrs.evolve(context.rules, policy=listening)
    try:
        ask(case, call, attrs.evolve(context, rules=rules))
    except Refused:
        if listening.answered is None:
            raise
    asked, sourced = listening.asked, listening.answered
    if asked is None or sourced is None:
        return None
    order = case.get(case.order(call.ref.id))
    dropped = (*sourced.dropped, *_not_asked(asked, case.figures, context.rules))
    sourced = attrs.evolve(sourced, dropped=tuple(sorted(dropped, key=lambda one: one.place)))
    return Sourcing(order.ref.id, order.currency, by_line(order, sourced.plan.shares), sourced)


def _not_asked(
    problem: Problem, figures: Iterable[Counter | Claim], rules: Rules
) -> Iterator[Dropped]:
    """Each location without anything that the order may have, and what stands there of it."""
    skus = {sku for want in problem.wants for sku in want.parts}
    there: dict[str, int] = {place_id(place.id): 0 for place in rules.locations}
    claimed = dict.fromkeys(there, 0)
    rows = {row.position: row for row in figures if isinstance(row, Counter)}
    for at, row in rows.items():
        if at.sku in skus and is_sound(row):
            id = place_id(at.location)
            there[id] = there.get(id, 0) + row.there
            claimed[id] = claimed.get(id, 0) + row.claimed
    for id in sorted(there.keys() - {place.id for place in problem.places}):
        facts = (("there", there[id]), ("claimed", claimed[id]))
        if there[id] > claimed[id]:
            yield Dropped(id, "has none of it that this order may have", facts)
        elif there[id] > 0:
            yield Dropped(id, "has none of it that is free", facts)
        elif id in {place_id(place.id) for place in rules.locations}:
            yield Dropped(id, "has none of it")
