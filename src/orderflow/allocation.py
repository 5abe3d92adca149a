"""Which location ships what.

It knows policies as pipelines of small functions over plain values, and the verbs that carry a plan
out, and refuses to know how a plan is stored.

A policy filters (what may serve), ranks (which warehouse first), and fills.
It sees only what the order may have, and takes the bins of a warehouse in the order in which it is
given them: that is the host's pick rule.
The plan it gives is the reservation itself: what was checked is what is claimed, position by
position, and the store grants all of it or none, so no check can sum one thing and reserve another.

Three policies are shipped.
*Priority* and *nearest* fill each line from the best location that has it, as most shops do.
*Fewest shipments* first looks for one location that has everything, then always takes the location
that covers most of what is left: greedy, so good and quick, without a proof.

One file, though long: a plan and the verbs that carry it out are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Final, TypeAlias

import attrs

from orderflow.books import position_of
from orderflow.claiming import (
    Claiming,
    is_goods,
    keep_again,
    parted,
    refuse_early,
    refuse_waiting,
)
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import Claimed, Limited
from orderflow.inventory import due_at, feed_at, open_supply, pickable, refuse_stale, spoiled
from orderflow.journal import Case, Context, Step, verb
from orderflow.promising.shelves import beside_safety
from orderflow.records import Counter, Destination, Order, Spot, Supply, is_fed
from orderflow.rules import Demand, Location, Plan, Take
from orderflow.states import UNIT, UnitMove, UnitState
from orderflow.units import (
    UNCLAIMED,
    Chosen,
    LineQuantities,
    Tag,
    checked_quantities,
)
from orderflow.values import Position, text, warehouse

EARTH_RADIUS_KM: Final = 6371

Filter: TypeAlias = Callable[[Counter, Destination], bool]
Rank: TypeAlias = Callable[[Sequence[Location], Destination], Sequence[Location]]
Stock: TypeAlias = dict[str, dict[str, list[Counter]]]
"""Free counters by warehouse and SKU, each list in the order in which it is used up."""
Fill: TypeAlias = Callable[[Sequence[Demand], Stock, Sequence[str]], Plan]


@attrs.frozen
class Pipeline:
    """A policy of stages: every filter must pass a counter; then rank the locations; then fill."""

    name: str
    filters: tuple[Filter, ...]
    rank: Rank
    fill: Fill

    def __call__(
        self,
        demand: Sequence[Demand],
        counters: Sequence[Counter],
        locations: Sequence[Location],
        destination: Destination,
    ) -> Plan:
        """Plan the demand; same input, same plan."""
        stock: Stock = {}
        for counter in counters:
            if counter.free and all(passes(counter, destination) for passes in self.filters):
                at = counter.position
                stock.setdefault(warehouse(at.location), {}).setdefault(at.sku, []).append(counter)
        listed = {location.id for location in locations}
        others = (Location(id, priority=1_000_000) for id in sorted(stock) if id not in listed)
        ranked = self.rank((*locations, *others), destination)
        return self.fill(demand, stock, [place.id for place in ranked if place.id in stock])


def sound(counter: Counter, destination: Destination) -> bool:
    """Sound goods on hand: neither seconds, nor to be inspected, nor still to come.

    Whose they are has been looked at before: a policy sees no goods that the order may not have.
    """
    del destination
    at = counter.position
    return bool(at.location) and not (at.grade or at.peg)


def by_priority(locations: Sequence[Location], destination: Destination) -> Sequence[Location]:
    """Locations in the host's own order, then by id."""
    del destination
    return sorted(locations, key=lambda place: (place.priority, place.id))


def by_distance(locations: Sequence[Location], destination: Destination) -> Sequence[Location]:
    """Nearest first; what lies nowhere comes last; ties by priority, then by id."""
    if destination.latitude_e6 is None:
        return by_priority(locations, destination)

    def key(place: Location) -> tuple[int, int, str]:
        return (distance_km(place, destination), place.priority, place.id)

    return sorted(locations, key=key)


def distance_km(place: Location, destination: Destination) -> int:
    """The great-circle distance in whole kilometres; 100,000 when either lies nowhere."""
    lat, lon = destination.latitude_e6, destination.longitude_e6
    if place.latitude_e6 is None or place.longitude_e6 is None or lat is None or lon is None:
        return 100_000
    a, b = radians(place.latitude_e6 / 1e6), radians(lat / 1e6)
    across = radians((lon - place.longitude_e6) / 1e6)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(across / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, h))))


def fill_in_order(demand: Sequence[Demand], stock: Stock, ranked: Sequence[str]) -> Plan:
    """Each line from the first location that has some of it, then the next."""
    left = _Left(stock)
    takes: list[Take] = []
    short: list[Demand] = []
    for wanted in demand:
        n = wanted.n
        for location in ranked:
            n -= left.take(location, wanted.line, wanted.sku, n, takes)
            if not n:
                break
        if n:
            short.append(Demand(wanted.line, wanted.sku, n))
    return Plan(tuple(takes), tuple(short))


def fill_with_fewest(demand: Sequence[Demand], stock: Stock, ranked: Sequence[str]) -> Plan:
    """One location for all if there is one, else always that which covers most of what is left."""
    left = _Left(stock)
    takes: list[Take] = []
    open_ = list(demand)
    candidates = list(ranked)
    while open_ and candidates:
        covers = [left.cover(location, open_) for location in candidates]
        best = max(covers)
        if not best:
            break
        location = candidates.pop(covers.index(best))  # ties: the first in rank
        still: list[Demand] = []
        for wanted in open_:
            taken = left.take(location, wanted.line, wanted.sku, wanted.n, takes)
            if taken < wanted.n:
                still.append(Demand(wanted.line, wanted.sku, wanted.n - taken))
        open_ = still
    return Plan(tuple(takes), tuple(open_))


class _Left:
    """What is left to give while a plan is filled."""

    __slots__ = ("free", "stock")

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.free: dict[Position, int] = {}

    def take(self, location: str, line: str, sku: str, n: int, takes: list[Take]) -> int:
        """Take up to `n` units for a line, from one position after the other; how many it was."""
        taken = 0
        for counter in self.stock[location].get(sku, ()):
            there = self.free.get(counter.position, counter.free)
            part = min(n - taken, there)
            if part:
                self.free[counter.position] = there - part
                takes.append(Take(line, counter.position, part))
                taken += part
        return taken

    def cover(self, location: str, demand: Sequence[Demand]) -> int:
        """How many units of the demand the location could give."""
        wanted: dict[str, int] = {}
        for one in demand:
            wanted[one.sku] = wanted.get(one.sku, 0) + one.n
        shelf = self.stock[location]
        return sum(
            min(n, sum(self.free.get(c.position, c.free) for c in shelf.get(sku, ())))
            for sku, n in wanted.items()
        )


PRIORITY: Final = Pipeline("priority", (sound,), by_priority, fill_in_order)
NEAREST: Final = Pipeline("nearest", (sound,), by_distance, fill_in_order)
FEWEST_SHIPMENTS: Final = Pipeline("fewest shipments", (sound,), by_distance, fill_with_fewest)

_WAITING: Final = (UnitState.BACKORDERED, UnitState.OPEN)


@verb("reserve", Order)
def reserve(case: Case, context: Context, supply: str = "", lines: LineQuantities = ()) -> Step:
    """Claim goods for an order: out of a supply row, or on hand by the rules' policy.

    With `feed:` and a supplier's name, out of what he has himself. All that is asked, or none.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    refuse_early(order, UnitMove.RESERVE, wanted)
    chosen = step.choose(order, "reserve", _WAITING, wanted, of=is_goods, ready=step.ready)
    refuse_waiting(step, order, UnitMove.RESERVE, chosen)
    claiming = Claiming(step, order)
    if text(supply, "supply", empty=True):
        places = _due_from(step, supply, chosen)
        if not places:
            raise MoveRefused((Refusal.of("nothing_to_do", what=str(order.ref), move="reserve"),))
        _refuse_beyond(step, claiming, places)
        now = step.context.at
        for at, units in places.items():
            ready = max(due_at(step, at) or now, now)
            _claim(step, claiming, order, UnitMove.RESERVE, {at: units}, ready)
        return step
    plan = _plan(step, claiming, order, chosen)
    if plan.short:
        raise MoveRefused(tuple(_shortfalls(step, claiming, order, plan)))
    _carry_out(step, claiming, order, UnitMove.RESERVE, chosen, plan)
    return step


@verb("unreserve", Order)
def unreserve(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Give claims of an order back; its units wait again."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    states = (UnitState.RESERVED, UnitState.ALLOCATED)
    chosen = step.choose(order, "unreserve", states, checked_quantities(lines))
    step.move(order, UnitMove.UNRESERVE, chosen, grade="", **UNCLAIMED)
    keep_again(step, chosen)
    return step


@verb("allocate", Order)
def allocate(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Decide which location ships what, and claim it there.

    What is reserved is allocated where it is, unless its lot has expired or is on hold; goods of a
    supply row once they have come; the rest by the rules' policy. What finds no supply is
    backordered, where the rules allow a split.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    refuse_early(order, UnitMove.ALLOCATE, wanted)
    states = (UnitState.RESERVED, *_WAITING)
    chosen = step.choose(order, "allocate", states, wanted, of=is_goods, ready=_here_first(step))
    here, pegged, waiting = [], [], []
    for one in chosen:
        if one.spot.state is not UnitState.RESERVED:
            waiting.append(one)
        elif one.spot.slice.peg:
            pegged.append(one)
        else:
            here.append(one)
    refuse_waiting(step, order, UnitMove.ALLOCATE, waiting)
    reserved = (*here, *pegged)
    reasons = spoiled(step, (position_of(one.line.sku, one.spot.slice) for one in reserved))
    if reasons:
        raise MoveRefused(reasons)
    claiming = Claiming(step, order)
    for one in here:
        for part, pools in parted((one,), claiming.days(one)):
            step.move(order, UnitMove.ALLOCATE, part, ready_by=None, pools=pools)
    for one in pegged:
        _allocate_arrived(step, claiming, order, one)
    plan = _plan(step, claiming, order, waiting) if waiting else Plan(())
    if waiting:
        if plan.short and not context.rules.split:
            raise MoveRefused(tuple(_shortfalls(step, claiming, order, plan)))
        left = _carry_out(step, claiming, order, UnitMove.ALLOCATE, waiting, plan)
        _backorder(step, order, left, plan)
    if not step.facts:
        unarrived = Refusal.of("no_stock", order=order.ref.id)
        raise MoveRefused(tuple(_shortfalls(step, claiming, order, plan)) or (unarrived,))
    return step


def _here_first(step: Step) -> Callable[[Spot], int]:
    """Of units of one state, those that have passed their stages, and whose goods are here."""
    passed = step.ready
    return lambda spot: 2 * (passed is None or passed(spot)) + (not spot.slice.peg)


def _place(at: Position) -> dict[str, Tag]:
    """The tags of units that claim at a position."""
    return {
        "location": at.location,
        "owner": at.owner,
        "lot": at.lot,
        "grade": at.grade,
        "peg": at.peg,
    }


def _plan(step: Step, claiming: Claiming, order: Order, chosen: Sequence[Chosen]) -> Plan:
    """Plan what was chosen, one demand for each line, over the figures that are read here."""
    rules = step.context.rules
    by_line: dict[str, Demand] = {}
    for line, _, n in chosen:
        before = by_line.get(line.id)
        by_line[line.id] = Demand(line.id, line.sku, n + (before.n if before else 0))
    skus = {demand.sku for demand in by_line.values()}
    counters = pickable(step, order, beside_safety(step, claiming, skus).counters)
    policy = rules.policy or FEWEST_SHIPMENTS
    return policy(tuple(by_line.values()), counters, rules.locations, order.destination)


def _carry_out(
    step: Step,
    claiming: Claiming,
    order: Order,
    move: UnitMove,
    chosen: Sequence[Chosen],
    plan: Plan,
) -> list[Chosen]:
    """Move the units of the takes, position by position; what was chosen first is served first.

    Gives what is left.
    """
    bags: dict[str, list[Chosen]] = {}
    for one in reversed(chosen):
        bags.setdefault(one.line.id, []).append(one)
    places: dict[Position, list[Chosen]] = {}
    for take in plan.takes:
        units, bag, n = places.setdefault(take.position, []), bags[take.line], take.n
        while n:
            one = bag.pop()
            if one.n > n:
                bag.append(Chosen(one.line, one.spot, one.n - n))
            units.append(Chosen(one.line, one.spot, min(n, one.n)))
            n -= units[-1].n
    _claim(step, claiming, order, move, places, step.context.at)
    return [one for bag in bags.values() for one in bag]


def _claim(
    step: Step,
    claiming: Claiming,
    order: Order,
    move: UnitMove,
    places: Mapping[Position, Sequence[Chosen]],
    ready: datetime,
) -> None:
    """Move units to the positions that they claim, with the pools that they count against.

    Safety stock stays free beside them.
    """
    counts = {at: sum([one.n for one in units]) for at, units in places.items()}
    step.keep(*beside_safety(step, claiming, {at.sku for at in places}).kept(places))
    pools = claiming.take(counts, ready)
    for at, units in places.items():
        for part, names in parted(units, pools[at]):
            step.move(order, move, part, **_place(at), pools=names)


def _backorder(step: Step, order: Order, left: Sequence[Chosen], plan: Plan) -> None:
    """What found no supply waits as a backorder; what waited so, or was not meant, stays.

    A host without backorders leaves it open.
    """
    if step.chart(UNIT).target(UnitState.OPEN, UnitMove.BACKORDER) is None:
        return
    short = {demand.line for demand in plan.short}
    units = [one for one in left if one.line.id in short and one.spot.state is UnitState.OPEN]
    step.move(order, UnitMove.BACKORDER, units)


def _due_from(
    step: Step, supply: str, chosen: Sequence[Chosen]
) -> dict[Position, Sequence[Chosen]]:
    """The units that a supply row or a supplier's own stock can give, by where they claim it."""
    if not is_fed(supply):
        row = open_supply(step, step.case.supply(supply))
        of_row = [one for one in chosen if one.line.sku == row.position.sku]
        return {row.position._replace(peg=row.ref.id): of_row} if of_row else {}
    found: dict[Position, Sequence[Chosen]] = {}
    for sku in sorted({one.line.sku for one in chosen}):
        feed = feed_at(step.case, Position(sku, peg=supply))
        if feed is not None:
            refuse_stale(step, feed.position)
            found[feed.position] = [one for one in chosen if one.line.sku == sku]
    return found


def _refuse_beyond(
    step: Step, claiming: Claiming, places: Mapping[Position, Sequence[Chosen]]
) -> None:
    """Refuse to claim more of what is to come than is free of it beside the safety stock."""
    beside = beside_safety(step, claiming, {at.sku for at in places})
    reasons: list[Refusal] = []
    for at, units in places.items():
        asked = sum([one.n for one in units])
        free = next((row.free for row in beside.counters if row.position == at), 0)
        if asked > free:
            reasons.append(
                Refusal.of("not_enough_due", supply=at.peg, asked=asked, sku=at.sku, free=free)
            )
            reasons += beside.reasons() if beside.held_at(at) else ()
    if reasons:
        raise MoveRefused(tuple(dict.fromkeys(reasons)))


def _allocate_arrived(step: Step, claiming: Claiming, order: Order, one: Chosen) -> None:
    """Allocate units that waited for a supply row, as far as its goods have come.

    What a supplier has himself has not been ordered yet.
    """
    if is_fed(one.spot.slice.peg):
        return
    supply: Supply = step.now(step.case.supply(one.spot.slice.peg))
    n = min(one.n, supply.earmarked)
    if n:
        at = supply.position
        peg = at._replace(peg=supply.ref.id)
        some = one._replace(n=n)
        for part, pools in parted((some,), claiming.days(some)):
            step.move(order, UnitMove.ALLOCATE, part, peg="", ready_by=None, pools=pools)
        step.add(Claimed(supply.ref, at, -n), Limited(peg, -n))


def _shortfalls(step: Step, claiming: Claiming, order: Order, plan: Plan) -> list[Refusal]:
    """A reason for each SKU that is short, over all locations, and what is its safety stock."""
    asked: dict[str, int] = {}
    for demand in plan.short:
        asked[demand.sku] = asked.get(demand.sku, 0) + demand.n
    for take in plan.takes:
        if take.position.sku in asked:
            asked[take.position.sku] += take.n
    free = dict.fromkeys(asked, 0)
    nowhere = Destination()
    beside = beside_safety(step, claiming, asked)
    for row in pickable(step, order, beside.counters):
        if sound(row, nowhere):
            free[row.position.sku] += row.free
    short = [
        Refusal.of("short", sku=sku, location="all locations", asked=n, free=free[sku])
        for sku, n in sorted(asked.items())
    ]
    return [*short, *beside.reasons()]
