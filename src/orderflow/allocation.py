"""The verbs by which an order gets its goods: reserve, allocate, and give back.

It knows how a decision is carried out, and refuses to know how it is made: that is the policy of
the rules, one of `orderflow.sourcing`, to which `posing.py` puts the question.

A refusal has every reason: what is short, each location that was left out though it had some, by
which filter and on which facts, and each line that could not be served as it must be.

One file, though long: a decision and the verbs that carry it out are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

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
from orderflow.posing import Planned, answered, is_sound, planned, posed, shelved
from orderflow.promising.shelves import beside_safety
from orderflow.records import Order, Spot, Supply, is_fed
from orderflow.sourcing.explaining import Lack
from orderflow.sourcing.pipeline import Sourced
from orderflow.sourcing.policies import FEWEST_SHIPMENTS, NEAREST, PRIORITY
from orderflow.states import UNIT, UnitMove, UnitState
from orderflow.units import UNCLAIMED, Chosen, LineQuantities, Tag, checked_quantities
from orderflow.values import Position, text

__all__ = ["FEWEST_SHIPMENTS", "NEAREST", "PRIORITY", "allocate", "reserve", "unreserve"]

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
    plan = _plan(step, claiming, order, waiting) if waiting else Planned()
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


def _plan(step: Step, claiming: Claiming, order: Order, chosen: Sequence[Chosen]) -> Planned:
    """Let the policy of the rules decide for what was chosen, over the figures that are read."""
    skus = {line.sku for line, _, _ in chosen}
    shelves = shelved(pickable(step, order, beside_safety(step, claiming, skus).counters))
    policy = step.context.rules.policy or FEWEST_SHIPMENTS
    sourced = answered(policy, posed(step, claiming, order, chosen, shelves))
    return planned(order, chosen, sourced, shelves)


def _carry_out(
    step: Step,
    claiming: Claiming,
    order: Order,
    move: UnitMove,
    chosen: Sequence[Chosen],
    plan: Planned,
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


def _backorder(step: Step, order: Order, left: Sequence[Chosen], plan: Planned) -> None:
    """What found no supply waits as a backorder; what waited so, or was not meant, stays.

    A host without backorders leaves it open.
    """
    if step.chart(UNIT).target(UnitState.OPEN, UnitMove.BACKORDER) is None:
        return
    short = {one.line for one in plan.short}
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


def _shortfalls(step: Step, claiming: Claiming, order: Order, plan: Planned) -> list[Refusal]:
    """Each SKU that is short over all locations, its safety stock, and why not from where."""
    asked: dict[str, int] = {}
    for one in plan.short:
        asked[one.sku] = asked.get(one.sku, 0) + one.n
    for take in plan.takes:
        if take.position.sku in asked:
            asked[take.position.sku] += take.n
    free = dict.fromkeys(asked, 0)
    beside = beside_safety(step, claiming, asked)
    for row in pickable(step, order, beside.counters):
        if is_sound(row):
            free[row.position.sku] += row.free
    short = [
        Refusal.of("short", sku=sku, location="all locations", asked=n, free=free[sku])
        for sku, n in sorted(asked.items())
    ]
    return [*short, *beside.reasons(), *_left_out(order, plan.sourced)]


_SHORT: Final = frozenset({Lack.NOWHERE, Lack.TOO_FEW, Lack.OTHERS})
"""What is missing where goods are short, which is said of the SKU."""


def _left_out(order: Order, sourced: Sourced | None) -> Iterator[Refusal]:
    """Each location that a filter left out, and each line that was left out for another reason."""
    if sourced is None:
        return
    for one in sourced.dropped:
        figures = ", ".join([f"{name} {figure}" for name, figure in one.facts])
        figures = f" ({figures})" if figures else ""
        yield Refusal.of("location_left_out", location=one.place, why=one.why, figures=figures)
    for lack in sourced.missing():
        if lack.lack not in _SHORT:
            why = lack.lack.value
            yield Refusal.of("line_left_out", order=order.ref.id, line=lack.line, n=lack.n, why=why)
