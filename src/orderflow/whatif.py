"""What another policy would have decided for the orders of the past.

It knows past allocations and two answers to each, and refuses to know which answer is right.

Problem: a policy that looks better on an example may be worse on the orders that a shop has.
Observation: the journal keeps each question with the figures that were read for it, and what was
decided stands in its facts.
Decision: each allocation is asked once more, by the verb itself, with a policy that only listens;
so the other policy is told exactly what it would have been told then.
What was done and what would have been done are measured by one yardstick, line by line of the
order: the goals that plans are made for.

Each order is asked for itself, on the stock that it met: what an earlier order would have left is
not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput, Refused
from orderflow.facts import Moved
from orderflow.journal import Case, Context, Entry
from orderflow.past import Journal, Past
from orderflow.posing import answered, by_line, place_id
from orderflow.records import Order
from orderflow.rules import Policy, Rules
from orderflow.sourcing.pipeline import Sourced, planned
from orderflow.sourcing.values import DEFAULT, Goal, Problem, Score, Share
from orderflow.sourcing.verifying import score_of
from orderflow.states import UnitState
from orderflow.trial import ask

_ASKED: Final = {"allocate": UnitState.ALLOCATED, "reserve": UnitState.RESERVED}
_WAITING: Final = (UnitState.OPEN, UnitState.BACKORDERED)


@attrs.frozen
class Answer:
    """Which location shipped how much of which line, and how good that is by each goal."""

    shares: tuple[Share, ...]
    score: Score

    def figure(self, goal: Goal) -> int:
        """How many units, parcels, days or minor units of a goal."""
        return self.score[DEFAULT.index(goal)]


@attrs.frozen
class Tried:
    """One allocation of the past: what was done, and what the policy would have done.

    `units` is how many were wanted; `sourced` has the reasons of what would have been done.
    """

    seq: int
    at: datetime
    order: str
    units: int
    was: Answer
    would: Answer
    sourced: Sourced

    def more(self, goal: Goal) -> int:
        """How much more of a goal the policy would have; less than nothing where it is better."""
        return self.would.figure(goal) - self.was.figure(goal)

    @property
    def differs(self) -> bool:
        """Whether anything would have left from elsewhere, or not at all."""
        return self.was.shares != self.would.shares


@attrs.frozen
class Trial:
    """What a policy would have decided, allocation by allocation, in the order of the journal.

    `unlike` are entries whose units came from where the rules of today let nobody take them: they
    cannot be compared.
    """

    policy: str
    tried: tuple[Tried, ...]
    unlike: tuple[int, ...] = ()

    @property
    def units(self) -> int:
        """How many units were wanted in all."""
        return sum([one.units for one in self.tried])

    def was(self, goal: Goal) -> int:
        """A goal over all that was done; of days, those of all allocations together."""
        return sum([one.was.figure(goal) for one in self.tried])

    def would(self, goal: Goal) -> int:
        """A goal over all that would have been done."""
        return sum([one.would.figure(goal) for one in self.tried])

    @property
    def differing(self) -> tuple[Tried, ...]:
        """The allocations for which it would have decided otherwise."""
        return tuple([one for one in self.tried if one.differs])


def trial(journal: Journal, rules: Rules, policy: Policy, *, tenant: str = "") -> Trial:
    """Ask a policy about each allocation and each plain reservation of a journal."""
    if policy is None:  # in rules that stands for the default
        raise BadInput("policy", "a policy of orderflow.sourcing is wanted")
    rules = attrs.evolve(rules, policy=policy)  # refuses what is no policy
    tried: list[Tried] = []
    unlike: list[int] = []
    for entry in journal.entries(0):
        if entry.call.verb in _ASKED and entry.call.ref.tenant == tenant:
            past = Past(journal, entry)
            asked = _asked(past, entry, rules)
            if asked is None:
                continue  # nothing was planned: it was reserved before, or out of a supply row
            found = _tried(past, entry, rules, policy, asked)
            if found is None:
                unlike.append(entry.seq)
            else:
                tried.append(found)
    return Trial(policy.name, tuple(tried), tuple(unlike))


@attrs.define
class _Listening:
    """A policy that ships nothing, and remembers what it was asked."""

    name: str = "listening"
    heard: Problem | None = None

    def __call__(self, problem: Problem) -> Sourced:
        self.heard = problem
        return Sourced(self.name, problem, planned((), problem, DEFAULT), (), ())


def _asked(past: Past, entry: Entry, rules: Rules) -> Problem | None:
    """What a policy was asked by a command of the past, or would have been."""
    listening = _Listening()
    context = Context(entry.at, entry.by, attrs.evolve(rules, policy=listening))
    with suppress(Refused):  # of what would have come of it nothing is wanted
        ask(Case(entry.call.ref, past, entry.at), entry.call, context)
    return listening.heard


def _tried(past: Past, entry: Entry, rules: Rules, policy: Policy, asked: Problem) -> Tried | None:
    order = _order(past, entry)
    yardstick: Problem | None = asked
    if rules.sending is not None and rules.sending.kits_together:  # measured line by line
        apart = attrs.evolve(rules.sending, kits_together=False)
        yardstick = _asked(past, entry, attrs.evolve(rules, sending=apart))
    assert yardstick is not None
    done = by_line(order, _done(entry))
    if not {share.place for share in done} <= {place.id for place in yardstick.places}:
        return None
    sourced = answered(policy, asked)
    would = by_line(order, sourced.plan.shares)
    return Tried(
        entry.seq,
        entry.at,
        order.ref.id,
        sum([want.n for want in yardstick.wants]),
        Answer(done, score_of(done, yardstick, DEFAULT)),
        Answer(would, score_of(would, yardstick, DEFAULT)),
        sourced,
    )


def _order(past: Past, entry: Entry) -> Order:
    ref: Ref[Order] = Ref(entry.call.ref.tenant, "order", entry.call.ref.id)
    stored = past.load(ref)
    assert stored is not None
    return stored.value


def _done(entry: Entry) -> Iterator[Share]:
    """What was taken for units that waited."""
    target = _ASKED[entry.call.verb]
    for fact in entry.facts:
        if isinstance(fact, Moved) and fact.source in _WAITING and fact.target is target:
            yield Share(fact.line, place_id(fact.put.location), fact.n)
