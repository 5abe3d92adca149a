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
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderflow import orders
from orderflow.calls import Call
from orderflow.errors import Refusal
from orderflow.journal import VERBS, Context
from orderflow.money import Price
from orderflow.options import suggested
from orderflow.orders import NewLine, NewOrder
from orderflow.process import Process
from orderflow.rules import Rules
from orderflow.testing.invariants import INVARIANTS, Invariant, is_at_an_end
from orderflow.testing.memo import Memo, Seen
from orderflow.testing.world import AnyRef, Effect, World, effect_of
from orderflow.trial import tried
from orderflow.values import Position, Sku

AnyCall = Call[Any]
Allows: TypeAlias = Callable[[Seen, AnyCall], bool | None]
"""A second opinion: whether the business allows a call in a world; `None` where it has none."""

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLACE: Final = "leith"

OUTSIDE: Final = frozenset(
    {
        "record_scan",
        "record_notice",
        "charge_back",
        "receive_return",
    }
)
"""The verbs that record what has happened outside: none may be refused in any world."""


@attrs.frozen
class Bounds:
    """How small the world is.

    `units` are those of each line of the one order, which costs 1.00 a unit; `stock` is what is
    there of each SKU. `most` is how many documents of a kind there may be (one, unless said), and
    `without` names the verbs that nobody asks for. Time passes by each of `waits` in turn.
    """

    units: tuple[int, ...] = (2,)
    stock: int = 2
    cash_on_delivery: bool = False
    service: bool = False
    most: Mapping[str, int] = attrs.field(factory=dict)
    without: frozenset[str] = frozenset()
    waits: tuple[timedelta, ...] = ()


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
) -> Explored:
    """Walk every reachable world of one small order under a process, and ask each what must hold.

    Raises `Stuck` at the first that breaks an invariant, contradicts the second opinion `allows`,
    loses what has happened outside, or from which no end can be reached.
    """
    walk = _Walk(attrs.evolve(rules, process=process), bounds, invariants, allows)
    return walk.to_the_end()


@attrs.frozen
class _Outcome:
    """What became of a call: an effect, or the reasons against it."""

    effect: Effect | None
    refusals: tuple[Refusal, ...]


class _Walk:
    """The worlds that were met, in the order of their meeting, and how each was reached."""

    def __init__(
        self,
        rules: Rules,
        bounds: Bounds,
        invariants: Mapping[str, Invariant],
        allows: Allows | None,
    ) -> None:
        self.rules, self.bounds = rules, bounds
        self.invariants, self.allows = invariants, allows
        self.numbers: dict[int, int] = {}
        self.worlds: list[World | None] = []
        self.parents = array("l")
        self.calls: list[AnyCall | None] = []
        self.sources, self.targets = array("l"), array("l")
        self.cut: set[int] = set()
        self.ends: set[int] = set()
        self.done = self.refused = 0
        self.outcomes: Memo[_Outcome] = Memo()
        self.suggestions: Memo[tuple[AnyCall, ...]] = Memo()
        self.opinions: Memo[bool | None] = Memo()
        self.breaches: Memo[str] = Memo()
        self.instants = _instants(bounds.waits)

    def to_the_end(self) -> Explored:
        self._meet(self._first(), -1, None)
        number = 0
        while number < len(self.worlds):
            world = self.worlds[number]
            assert world is not None
            self._look(number, world)
            for call in self._calls(world):
                self._ask(number, world, call)
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
                Price.of("1.00", "EUR"),
                promised=START + self.bounds.waits[0] if self.bounds.waits else None,
            )
            for i, (sku, n) in enumerate(zip(skus, self.bounds.units, strict=True), 1)
        )
        new = NewOrder(
            "c-7",
            "EUR",
            lines,
            cash_on_delivery=self.bounds.cash_on_delivery,
            pay_by=START + self.bounds.waits[0] if self.bounds.waits else None,
        )
        there = {Position(sku.code, PLACE): self.bounds.stock for sku in skus if self.bounds.stock}
        empty = World(START, {}, {}, there, {})
        step, _ = tried(empty, orders.draft.on("o", new), self._context(empty))
        assert step is not None
        world = empty.after(effect_of(step))
        assert world is not None
        return world

    def _context(self, world: World) -> Context:
        return Context(world.at, "", self.rules)

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
        for ref in world.documents:
            broken = self.breaches.get(ref, world, self._broken(ref))
            if broken:
                raise Stuck(broken, self._path(number))
        if is_at_an_end(world):
            self.ends.add(number)

    def _broken(self, ref: AnyRef) -> Callable[[Seen], str]:
        """The first invariant that a document breaks."""

        def look(seen: Seen) -> str:
            stored = seen.load(ref)
            assert stored is not None
            for name, invariant in self.invariants.items():
                said = invariant(seen, stored.value)
                if said:
                    return f"{name}: {ref}: {said}"
            return ""

        return look

    def _calls(self, world: World) -> Iterator[AnyCall]:
        """What every document suggests, for all of its units and for a single one of each line."""
        for ref in world.documents:
            yield from self.suggestions.get(ref, world, self._suggested(ref))

    def _suggested(self, ref: AnyRef) -> Callable[[Seen], tuple[AnyCall, ...]]:
        def look(seen: Seen) -> tuple[AnyCall, ...]:
            stored = seen.load(ref)
            assert stored is not None
            context = Context(seen.at, "", self.rules)
            return tuple(self._varied(suggested(seen, stored.value, context)))

        return look

    def _varied(self, calls: Iterator[AnyCall]) -> Iterator[AnyCall]:
        for call in calls:
            if call.verb in self.bounds.without:
                continue
            yield call
            takes_lines = "lines" in VERBS[call.verb].defaults and "lines" not in dict(call.args)
            if takes_lines:
                for i, n in enumerate(self.bounds.units, 1):
                    if n > 1:
                        yield attrs.evolve(call, args=(*call.args, ("lines", ((str(i), 1),))))

    def _ask(self, number: int, world: World, call: AnyCall) -> None:
        """Try a call, compare what was said of it with what comes of it, and go on from there."""
        outcome = self.outcomes.get((call.verb, call.ref, call.args), world, self._try(world, call))
        after = None if outcome.effect is None else world.after(outcome.effect)
        self._compare(number, world, call, outcome, after)
        if after is None:
            self.refused += 1
        elif self._is_within(after):
            self.done += 1
            self._edge(number, self._meet(after, number, call))
        else:
            self.cut.add(number)

    def _try(self, world: World, call: AnyCall) -> Callable[[Seen], _Outcome]:
        def look(seen: Seen) -> _Outcome:
            step, refusals = tried(seen, call, self._context(world))
            return _Outcome(None if step is None else effect_of(step), refusals)

        return look

    def _compare(
        self, number: int, world: World, call: AnyCall, outcome: _Outcome, after: World | None
    ) -> None:
        if outcome.effect is not None and after is None:
            raise Stuck(
                "why_not is empty, and more is claimed than is there", self._path(number, call)
            )
        if after is None and call.verb in OUTSIDE:
            said = "; ".join(map(str, outcome.refusals))
            raise Stuck(f"what has happened is not recorded: {said}", self._path(number, call))
        if self.allows is not None:
            key = (call.verb, call.ref, call.args)
            allows, asked = self.allows, call
            opinion = self.opinions.get(key, world, lambda seen: allows(seen, asked))
            if opinion is not None and opinion is not (after is not None):
                said = "; ".join(map(str, outcome.refusals))
                wrong = f"is refused ({said})" if after is None else "is carried out"
                wanted = "allows" if opinion else "forbids"
                raise Stuck(
                    f"{call.verb} {wrong}, and the business {wanted} it", self._path(number, call)
                )

    def _is_within(self, world: World) -> bool:
        counts: dict[str, int] = {}
        for kind in (ref.kind for ref in world.documents):
            counts[kind] = counts.get(kind, 0) + 1
        return all(n <= self.bounds.most.get(kind, 1) for kind, n in counts.items())  # none: yes

    def _none_is_stuck(self) -> None:
        """From every world an end, or the bounds, can be reached: walked backwards from them."""
        before: dict[int, list[int]] = {}
        for source, target in zip(self.sources, self.targets, strict=True):
            before.setdefault(target, []).append(source)
        front = [*self.ends, *self.cut]
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
