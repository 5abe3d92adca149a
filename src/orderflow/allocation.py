"""The verbs by which an order gets its goods: reserve, allocate, and give back.

It knows how a decision is carried out, and refuses to know how it is made: `deciding.py` asks the
policy of the rules.
It is imported with the first order that waits, so that whoever imports the library does not load
the search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

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
from orderflow.inventory import due_at, feed_at, open_supply, refuse_stale, spoiled
from orderflow.journal import Case, Context, Step, verb
from orderflow.promising.shelves import Beside, beside_safety
from orderflow.records import Order, Spot, Supply, is_fed
from orderflow.states import UNIT, UnitMove, UnitState
from orderflow.units import UNCLAIMED, Chosen, LineQuantities, Tag, checked_quantities
from orderflow.values import Position, text

if TYPE_CHECKING:
    from orderflow.deciding import Decided

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
        beside = beside_safety(step, claiming, {at.sku for at in places})
        _refuse_beyond(beside, places)
        now = step.context.at
        for at, units in places.items():
            ready = max(due_at(step, at) or now, now)
            _claim(step, claiming, beside, order, UnitMove.RESERVE, {at: units}, ready)
        return step
    decided = _decided(step, claiming, order, chosen)
    if decided.plan.short:
        raise MoveRefused(decided.shortfalls(order))
    _carry_out(step, claiming, order, UnitMove.RESERVE, chosen, decided)
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
    reasons = (Refusal.of("no_stock", order=order.ref.id),)  # of what has not come yet
    if waiting:
        decided = _decided(step, claiming, order, waiting)
        if decided.plan.short and not context.rules.split:
            raise MoveRefused(decided.shortfalls(order))
        left = _carry_out(step, claiming, order, UnitMove.ALLOCATE, waiting, decided)
        _backorder(step, order, left)
        reasons = decided.shortfalls(order) if not step.facts else ()
    if not step.facts:
        raise MoveRefused(reasons)
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


def _decided(step: Step, claiming: Claiming, order: Order, chosen: Sequence[Chosen]) -> Decided:
    """Let the policy of the rules decide for what was chosen."""
    from orderflow.deciding import decided  # here, see above

    return decided(step, claiming, order, chosen)


def _carry_out(
    step: Step,
    claiming: Claiming,
    order: Order,
    move: UnitMove,
    chosen: Sequence[Chosen],
    decided: Decided,
) -> list[Chosen]:
    """Move the units of the takes, position by position; what was chosen first is served first.

    Gives what is left.
    """
    bags: dict[str, list[Chosen]] = {}
    for one in reversed(chosen):
        bags.setdefault(one.line.id, []).append(one)
    places: dict[Position, list[Chosen]] = {}
    for take in decided.plan.takes:
        units, bag, n = places.setdefault(take.position, []), bags[take.line], take.n
        while n:
            one = bag.pop()
            if one.n > n:
                bag.append(Chosen(one.line, one.spot, one.n - n))
            units.append(Chosen(one.line, one.spot, min(n, one.n)))
            n -= units[-1].n
    _claim(step, claiming, decided.beside, order, move, places, step.context.at)
    return [one for bag in bags.values() for one in bag]


def _claim(
    step: Step,
    claiming: Claiming,
    beside: Beside,
    order: Order,
    move: UnitMove,
    places: Mapping[Position, Sequence[Chosen]],
    ready: datetime,
) -> None:
    """Move units to the positions that they claim, with the pools that they count against.

    Safety stock stays free beside them.
    """
    counts = {at: sum([one.n for one in units]) for at, units in places.items()}
    step.keep(*beside.kept(places))
    pools = claiming.take(counts, ready)
    for at, units in places.items():
        for part, names in parted(units, pools[at]):
            step.move(order, move, part, **_place(at), pools=names)


def _backorder(step: Step, order: Order, left: Sequence[Chosen]) -> None:
    """What found no supply waits as a backorder; what waited so stays.

    A host without backorders leaves it open.
    """
    if step.chart(UNIT).target(UnitState.OPEN, UnitMove.BACKORDER) is None:
        return
    units = [one for one in left if one.spot.state is UnitState.OPEN]
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


def _refuse_beyond(beside: Beside, places: Mapping[Position, Sequence[Chosen]]) -> None:
    """Refuse to claim more of what is to come than is free of it beside the safety stock."""
    reasons: list[Refusal] = []
    for at, units in places.items():
        asked = sum([one.n for one in units])
        free = next((row.free for row in beside.counters if row.position == at), 0)
        if asked > free:
            reasons.append(
                Refusal.of("not_enough_due", supply=at.peg, asked=asked, sku=at.sku, free=free)
            )
            reasons += beside.reasons((at.sku,)) if beside.held_at(at) else ()
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
