"""Every way that a small order can go, walked to its end.

It knows how to walk, and refuses to know what an order is: the calls are those that the documents
suggest, and their verbs decide.

Problem: a table may be free of dead ends while what is linked to it is not: a return that can only
be settled once a parcel comes that is lost, an order that can only complete once a payment does.
Such a knot shows in no single chart, and testers find it in production.
Observation: small worlds show it.
An order of two units, with a parcel or two, a payment and a return, meets every pair of states that
a large order meets, and there are few enough of them to visit them all.
Decision: start with an order, make every call that each document suggests, for all units and for a
single one, with every word that the world outside may send, and let time pass; do the same with
each world that comes of it, until no new one comes.
Verbs are pure, so what a call does is looked up once for all worlds in which it reads the same
documents; that makes a hundred thousand worlds a matter of a minute.

In each world is asked:

- whether `why_not` is empty exactly when the call can be carried out;
- whether what happens outside is recorded (law 11);
- whether each named invariant holds;
- at last, whether from every world an end can still be reached: no order is stuck.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from orderflow import orders
from orderflow.agreed import NewLine, NewOrder
from orderflow.journal import VERBS, Context
from orderflow.money import Price
from orderflow.options import suggested
from orderflow.process import Process
from orderflow.records import Document, Fixing, Order, Parcel, Payment, Return, Supply
from orderflow.rules import Rules
from orderflow.tenders import StoredValue
from orderflow.testing.invariants import INVARIANTS, Invariant, is_at_rest
from orderflow.testing.judge import Allows, AnyCall, Comes, Judge
from orderflow.testing.memo import Memo, Seen
from orderflow.testing.world import AnyRef, Effect, World
from orderflow.values import Position, Sku

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLACE: Final = "leith"


@attrs.frozen
class Bounds:
    """How small the world is.

    `units` are those of each line of the one order, which costs 1.00 a unit; goods sold by weight
    have `grams_each`, and cost that when they weigh so much. It is paid at the door, or goes out
    `on_account`, and uses `coupons`. `stock` is what is there of each SKU.
    `most` is how many documents of a kind there may be (one, unless said),
    `times` how often what was expected of a payment or a supply may come, `charges` how many an
    order may have, and how many compensations, and `requests` how many a payment, and bookings a
    parcel or a return. `without` names the verbs that nobody asks for, and where there is an
    `only`, nobody asks for any other. `first` are calls that are made before the walk begins,
    `also` calls that are made in every world beside those that its documents suggest. Time passes
    by each of `waits` in turn.
    """

    units: tuple[int, ...] = (2,)
    stock: int = 2
    cash_on_delivery: bool = False
    service: bool = False
    grams_each: int = 0
    most: Mapping[str, int] = attrs.field(factory=dict)
    times: int = 2
    charges: int = 2
    requests: int = 2
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    first: tuple[AnyCall, ...] = ()
    also: tuple[AnyCall, ...] = ()
    waits: tuple[timedelta, ...] = ()
    on_account: bool = False
    coupons: tuple[str, ...] = ()


@attrs.frozen
class Explored:
    """What was walked: distinct worlds, calls that were carried out and refused, and ends."""

    states: int
    done: int
    refused: int
    ends: int
    cut: int

    def __str__(self) -> str:
        return (
            f"{self.states:,} states; {self.done:,} calls carried out and {self.refused:,} refused"
            f" with reasons; {self.ends:,} ends, {self.cut:,} states at the bounds"
        )


class Stuck(AssertionError):
    """A world that must not be: what is wrong with it, and the calls that lead there."""

    def __init__(self, what: str, path: tuple[AnyCall, ...]) -> None:
        super().__init__(what, path)
        self.what, self.path = what, path

    def __str__(self) -> str:
        steps = "".join(f"\n  {call.verb} {call.ref.id} {dict(call.args)}" for call in self.path)
        return f"{self.what}; after{steps or ' nothing'}"


def explore(
    process: Process,
    bounds: Bounds,
    *,
    rules: Rules = Rules(),  # noqa: B008 - frozen
    invariants: Mapping[str, Invariant] = INVARIANTS,
    allows: Allows | None = None,
    comes: Comes | None = None,
) -> Explored:
    """Walk every reachable world of one small order under a process, and ask each what must hold.

    Raises `Stuck` at the first that breaks an invariant, contradicts the second opinion (`allows`
    says whether a call may be carried out, `comes` what is wrong with what has come of it), loses
    what has happened outside, or from which no end can be reached.
    """
    judge = Judge(attrs.evolve(rules, process=process), invariants, allows, comes)
    return _Walk(judge, bounds).to_the_end()


class _Question:
    """A call that some document suggests, and what became of it wherever it was tried."""

    __slots__ = ("call", "outcomes")

    def __init__(self, call: AnyCall) -> None:
        self.call = call
        self.outcomes: Memo[_Answer] = Memo()


@attrs.frozen
class _Answer:
    """What became of a call, and whether that leads beyond the bounds."""

    effect: Effect | None
    wrong: str
    beyond: bool


@attrs.frozen
class _Standing:
    """What is said of a document: what is wrong with it, and whether something is left to do."""

    broken: str
    at_rest: bool


class _Walk:
    """The worlds that were met, in the order of their meeting, and how each was reached."""

    def __init__(self, judge: Judge, bounds: Bounds) -> None:
        self.judge, self.bounds = judge, bounds
        self.numbers: dict[int, int] = {}
        self.worlds: list[World | None] = []
        self.parents = array("l")
        self.calls: list[AnyCall | None] = []
        self.sources, self.targets = array("l"), array("l")
        self.cut: set[int] = set()
        self.ends: list[int] = []
        self.done = self.refused = 0
        self.questions: dict[AnyCall, _Question] = {}
        self.suggestions: dict[AnyRef, Memo[tuple[_Question, ...]]] = {}
        self.standings: dict[AnyRef, Memo[_Standing]] = {}
        self.besides = tuple(self._question(call) for call in bounds.also)
        self.instants = _instants(bounds.waits)

    def to_the_end(self) -> Explored:
        self._meet(self._first(), -1, None)
        number = 0
        while number < len(self.worlds):
            world = self.worlds[number]
            assert world is not None
            self._look(number, world)
            for ref in world.documents:
                for question in self._suggested(ref, world):
                    self._ask(number, world, question)
            for question in self.besides:
                self._ask(number, world, question)
            later = self.instants.get(world.at)
            if later is not None:
                self._edge(number, self._meet(world.later(later), number, None))
            self.worlds[number] = None  # what was walked is known by its number alone
            number += 1
        self._none_is_stuck()
        return Explored(len(self.worlds), self.done, self.refused, len(self.ends), len(self.cut))

    def _first(self) -> World:
        """Goods on the shelf, and the order written down."""
        skus = [Sku(f"GOODS-{i}") for i in range(1, len(self.bounds.units) + 1)]
        lines = tuple(
            NewLine(
                str(i),
                sku,
                n,
                Price.of("1.00", "EUR", per=self.bounds.grams_each or 1),
                promised=START + self.bounds.waits[0] if self.bounds.waits else None,
                service=self.bounds.service,
                fixed=Fixing.WEIGHING if self.bounds.grams_each else Fixing.PLACING,
                grams_each=self.bounds.grams_each,
            )
            for i, (sku, n) in enumerate(zip(skus, self.bounds.units, strict=True), 1)
        )
        new = NewOrder(
            "c-7",
            "EUR",
            lines,
            cash_on_delivery=self.bounds.cash_on_delivery,
            pay_by=START + self.bounds.waits[0] if self.bounds.waits else None,
            coupons=self.bounds.coupons,
            on_account=self.bounds.on_account,
        )
        there = {Position(sku.code, PLACE): self.bounds.stock for sku in skus if self.bounds.stock}
        empty = World.empty(START, there)
        world = empty
        for call in (orders.draft.on("o", new), *self.bounds.first):
            outcome = self.judge.outcome(Seen(world), call)
            after = None if outcome.effect is None else world.after(outcome.effect)
            if outcome.wrong or after is None:
                said = outcome.wrong or "; ".join(map(str, outcome.refusals))
                raise Stuck(f"{call.verb} is to come first: {said}", (call,))
            world = after
        return world

    def _meet(self, world: World, parent: int, call: AnyCall | None) -> int:
        """The number of a world, new or met before."""
        key = world.key
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.worlds)
            self.worlds.append(world)
            self.parents.append(parent)
            self.calls.append(call)
        return number

    def _edge(self, source: int, target: int) -> None:
        if source != target:
            self.sources.append(source)
            self.targets.append(target)

    def _look(self, number: int, world: World) -> None:
        """Ask a world what must hold in each."""
        at_rest = True
        for ref in world.documents:
            memo = self.standings.get(ref)
            if memo is None:
                memo = self.standings[ref] = Memo()
            standing = memo.get(world, lambda seen, ref=ref: self._standing(seen, ref))  # type: ignore[misc]
            if standing.broken:
                raise Stuck(standing.broken, self._path(number))
            at_rest = at_rest and standing.at_rest
        if at_rest:
            self.ends.append(number)

    def _standing(self, seen: Seen, ref: AnyRef) -> _Standing:
        stored = seen.load(ref)
        assert stored is not None
        return _Standing(self.judge.broken(seen, stored.value), is_at_rest(stored.value))

    def _suggested(self, ref: AnyRef, world: World) -> tuple[_Question, ...]:
        """What a document suggests, for all of its units and for a single one of each line."""
        memo = self.suggestions.get(ref)
        if memo is None:
            memo = self.suggestions[ref] = Memo()

        def look(seen: Seen) -> tuple[_Question, ...]:
            stored = seen.load(ref)
            assert stored is not None
            context = Context(seen.at, "", self.judge.rules)
            calls = dict.fromkeys(self._varied(suggested(seen, stored.value, context)))
            return tuple(self._question(call) for call in calls)

        return memo.get(world, look)

    def _question(self, call: AnyCall) -> _Question:
        """The same question for the same call."""
        known = self.questions.get(call)
        if known is None:
            known = self.questions[call] = _Question(call)
        return known

    def _varied(self, calls: Iterator[AnyCall]) -> Iterator[AnyCall]:
        for call in calls:
            only = self.bounds.only
            if call.verb in self.bounds.without or (only and call.verb not in only):
                continue
            yield call
            takes_lines = "lines" in VERBS[call.verb].defaults and "lines" not in dict(call.args)
            if takes_lines:
                for i, n in enumerate(self.bounds.units, 1):
                    if n > 1:
                        yield attrs.evolve(call, args=(*call.args, ("lines", ((str(i), 1),))))

    def _ask(self, number: int, world: World, question: _Question) -> None:
        """Try a call, and go on from what comes of it."""
        call = question.call
        answer = question.outcomes.get(world, lambda seen: self._answer(seen, call))
        if answer.wrong:
            raise Stuck(answer.wrong, self._path(number, call))
        effect = answer.effect
        if effect is None:
            self.refused += 1
            return
        if answer.beyond or not self._is_within(world, effect):
            self.cut.add(number)
            return
        self.done += 1
        key = world.key_after(effect)
        target = None if key is None else self.numbers.get(key)
        if target is None:
            after = world.after(effect)
            if after is None:
                wrong = "why_not is empty, and more is claimed than is there"
                raise Stuck(wrong, self._path(number, call))
            target = self._meet(after, number, call)
        self._edge(number, target)

    def _answer(self, seen: Seen, call: AnyCall) -> _Answer:
        outcome = self.judge.outcome(seen, call)
        after = () if outcome.effect is None else outcome.effect.documents.values()
        beyond = any(not self._is_small(document) for document in after)
        return _Answer(outcome.effect, outcome.wrong, beyond)

    def _is_small(self, document: Document) -> bool:
        if isinstance(document, Order):
            most = self.bounds.charges
            return len(document.charges) <= most and len(document.compensations) <= most
        if isinstance(document, Payment):
            most = self.bounds.times * document.amount
            few = len(document.requests) <= self.bounds.requests
            return few and document.captured <= most and document.charged_back <= most
        if isinstance(document, Parcel | Return):
            return len(document.bookings) <= self.bounds.requests
        if isinstance(document, StoredValue):
            return document.n <= self.bounds.times * 100 * sum(self.bounds.units)
        if isinstance(document, Supply):
            come = document.received + document.rejected
            return come <= self.bounds.times * max(1, document.expected)
        return True

    def _is_within(self, world: World, effect: Effect) -> bool:
        """Whether a world is as small as the bounds want it after an effect."""
        for place, n in effect.there:
            more = n > 0 and sum(self.bounds.units) * self.bounds.times
            if more and world.there.get(place, 0) + n > self.bounds.stock + more:
                return False
        if not effect.opened:
            return True
        counts: dict[str, int] = {}
        for ref in (*world.documents, *effect.opened):
            counts[ref.kind] = counts.get(ref.kind, 0) + 1
        most = self.bounds.most
        return all(counts[ref.kind] <= most.get(ref.kind, 1) for ref in effect.opened)

    def _none_is_stuck(self) -> None:
        """From every world an end can be reached, within the bounds: walked backwards from them."""
        before: dict[int, list[int]] = {}
        for source, target in zip(self.sources, self.targets, strict=True):
            before.setdefault(target, []).append(source)
        front = list(self.ends)
        reached = set(front)
        while front:
            for number in before.get(front.pop(), ()):
                if number not in reached:
                    reached.add(number)
                    front.append(number)
        for number in range(len(self.worlds)):
            if number not in reached:
                raise Stuck("no end can be reached any more", self._path(number))

    def _path(self, number: int, last: AnyCall | None = None) -> tuple[AnyCall, ...]:
        """The calls that lead to a world; time that passed is between them."""
        path = [] if last is None else [last]
        while number > 0:
            call = self.calls[number]
            if call is not None:
                path.append(call)
            number = self.parents[number]
        return tuple(path[::-1])


def _instants(waits: tuple[timedelta, ...]) -> dict[datetime, datetime]:
    """Each instant with the one after it."""
    following, at = {}, START
    for wait in waits:
        following[at] = at + wait
        at += wait
    return following
