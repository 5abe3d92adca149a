"""Picked goods become parcels, and stop being parcels while they have not left.

It knows what goes together into one box, and refuses to know who carries it.
"""

from __future__ import annotations

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import REPACKED
from orderflow.fulfilment.contents import WEIGHT_GRAMS_MAX, contents, finish_dispatches
from orderflow.fulfilment.weighing import against_packing, left_already
from orderflow.holding import checked_blocks, set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Parcel
from orderflow.states import (
    ONWARD,
    PARCEL,
    ParcelMove,
    UnitMove,
    UnitState,
)
from orderflow.tracking.troubles import OURS
from orderflow.units import (
    LineQuantities,
    checked_quantities,
)
from orderflow.values import several, text, whole


@verb("pack", Parcel)
def pack(
    case: Case,
    context: Context,
    dispatches: tuple[str, ...],
    weight_grams: int = 0,
    lines: LineQuantities = (),
) -> Step:
    """Put picked units into a new parcel; they must go from one place to one place.

    `lines` packs only so many of some lines, where there is one dispatch. What would not travel
    whole by the rules is refused: too heavy, too large, or goods that may not share a box.
    """
    step = Step(case, context)
    several(dispatches, "dispatches")
    wanted = checked_quantities(lines)
    if wanted and len(dispatches) > 1:
        raise BadInput("lines", "there are several dispatches: pack them whole")
    works = [step.now(case.dispatch(name)) for name in dispatches]
    names = tuple(dict.fromkeys(name for work in works for name in work.orders))
    orders = [step.now(case.order(name)) for name in names]
    refusals = [
        Refusal.of("other_destination", order=order.ref.id)
        for order in orders[1:]
        if order.destination != orders[0].destination
    ]
    refusals += [
        Refusal.of("wrong_location", found=work.location, asked=works[0].location)
        for work in works[1:]
        if work.location != works[0].location
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    id = text(case.ref.id, "parcel")
    ref = case.own(Parcel)
    grams = whole(weight_grams, "weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
    step.open(Parcel(ref, PARCEL.initial, names, works[0].location, grams))
    inside = set(dispatches)
    for order in orders:
        chosen = step.choose(
            order,
            "pack",
            (UnitState.PICKED,),
            wanted,
            lambda tag: tag.dispatch in inside,
            ready=step.ready,
        )
        step.move(order, UnitMove.PACK, chosen, parcel=id)
    refusals = against_packing(step, step.now(ref))
    if refusals:
        raise MoveRefused(tuple(refusals))
    return step


@verb("repack", Parcel)
def repack(
    case: Case, context: Context, into: str, lines: LineQuantities = (), order: str = ""
) -> Step:
    """Move what is packed into another parcel, while neither has left: all of it, or a part.

    Where there is no parcel of that name it is opened, so one is split or two are merged; the one
    that is emptied is cancelled. `order` says whose lines are meant where there are several. Both
    are weighed and marked anew.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    wanted = checked_quantities(lines)
    if text(into, "into") == parcel.ref.id:
        raise BadInput("into", "another parcel is wanted")
    inside = contents(step, parcel, UnitState.PACKED)
    named = {one.ref.id for one, _ in inside}
    if text(order, "order", empty=True) and order not in named:
        raise BadInput("order", f"one of the parcel's is wanted: {', '.join(sorted(named))}")
    if wanted and not order and len(named) > 1:
        raise BadInput("order", "the parcel is of several orders: say whose lines are meant")
    target = _opened(step, parcel, into)
    refusals = _against_joining(step, parcel, target)
    if refusals:
        raise MoveRefused(tuple(refusals))
    for one, chosen in inside:
        if order in ("", one.ref.id):
            moved = step.choose(
                one, "repack", (UnitState.PACKED,), wanted, lambda tag: tag.parcel == parcel.ref.id
            )
            step.retag(one, moved if wanted else chosen, parcel=into)
            step.note(target.ref, REPACKED, order=one.ref.id)
    step.note(parcel.ref, REPACKED, into=into)
    if not contents(step, parcel, UnitState.PACKED):
        step.proceed(PARCEL, parcel.ref, ParcelMove.CANCEL)
    refusals = against_packing(step, step.now(target.ref))
    if refusals:
        raise MoveRefused(tuple(refusals))
    return step


def _opened(step: Step, parcel: Parcel, into: str) -> Parcel:
    """The parcel of that name; where there is none, it is opened beside this one."""
    ref = step.case.parcel(into)
    if step.case.find(ref) is None:
        step.open(Parcel(ref, PARCEL.initial, (), parcel.location))
    return step.now(ref)


def _against_joining(step: Step, parcel: Parcel, target: Parcel) -> list[Refusal]:
    """Why what is in one parcel cannot go into another."""
    refusals = [*left_already(parcel, "repack"), *left_already(target, "repack")]
    if target.location != parcel.location:
        refusals.append(Refusal.of("wrong_location", found=parcel.location, asked=target.location))
    here = step.now(step.case.order(parcel.orders[0])).destination
    refusals += [
        Refusal.of("other_destination", order=name)
        for name in target.orders
        if step.now(step.case.order(name)).destination != here
    ]
    return refusals


@verb("cancel_parcel", Parcel)
def cancel_parcel(case: Case, context: Context) -> Step:
    """Unpack a parcel that has not left: its units are allocated again, on the shelf."""
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    step.proceed(PARCEL, parcel.ref, ParcelMove.CANCEL)
    dispatches: set[str] = set()
    for order, chosen in contents(step, parcel, UnitState.PACKED):
        dispatches.update(one.spot.slice.dispatch for one in chosen)
        step.move(order, UnitMove.RECALL, chosen, parcel="", dispatch="")
    finish_dispatches(step, dispatches)
    return step


@verb("hold_parcel", Parcel)
def hold_parcel(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on a parcel: it is not handed over until the hold is lifted.

    Without `blocks` it blocks nothing, and is a question that somebody must look into.
    """
    step = Step(case, context)
    names = checked_blocks(step, blocks, PARCEL)
    set_hold(step, case.own(Parcel), code, reason, names, ours=OURS)
    return step


@verb("lift_parcel_hold", Parcel)
def lift_parcel_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a parcel: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Parcel), text(code, "code"))
    return step
