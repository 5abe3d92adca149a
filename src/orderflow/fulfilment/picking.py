"""What is taken off the shelf for a dispatch, and the serial numbers that were read.

It knows what was picked, and refuses to know the way through the aisles.
"""

from __future__ import annotations

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.fulfilment.contents import AT_WORK
from orderflow.fulfilment.dispatches import keep_answer
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Dispatch, Order
from orderflow.states import (
    DISPATCH,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    LineQuantities,
    checked_quantities,
)
from orderflow.values import several, text


@verb("pick", Dispatch)
def pick(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units were taken off the shelf: all, or so many of some lines.

    What is picked short stays released, and the warehouse or a count decides about it. What is
    picked for a dispatch that has ended is written down under a hold.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    wanted = checked_quantities(lines)
    if dispatch.state in DISPATCH.ends:
        for line, n in wanted:
            step.note(dispatch.ref, "picked", line=line, n=n)
        keep_answer(step, "picks")
        return step
    if wanted and len(dispatch.orders) > 1:
        raise BadInput("lines", "the dispatch is for several orders: pick it whole")
    for name in dispatch.orders:
        order = step.now(case.order(name))
        chosen = step.choose(
            order,
            "pick",
            (UnitState.RELEASED,),
            wanted,
            lambda tag: tag.dispatch == case.ref.id,
            ready=step.ready,
        )
        step.move(order, UnitMove.PICK, chosen)
    return step


@verb("scan_serials", Order)
def scan_serials(case: Case, context: Context, line: str, serials: tuple[str, ...]) -> Step:
    """Record the serial numbers of units of a line that the warehouse has: one unit each."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    several(serials, "serials")
    known = {spot.slice.serial for _, spot in order.units()}
    refusals = [
        Refusal.of("already_there", kind="serial", id=serial)
        for serial in serials
        if serial in known
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    for serial in serials:
        now = step.now(order.ref)
        one = ((text(line, "line"), 1),)
        chosen = step.choose(now, "scan", AT_WORK, one, lambda tag: not tag.serial)
        step.retag(now, chosen, serial=serial)
    return step
