"""Picked goods become parcels, and stop being parcels while they have not left.

It knows what goes together into one box, and refuses to know who carries it.
"""

from __future__ import annotations

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.fulfilment.contents import WEIGHT_GRAMS_MAX, contents, finish_dispatches
from orderflow.fulfilment.weighing import against_packing
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
