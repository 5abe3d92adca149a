"""What becomes of a parcel on its road: delivered, lost, turned back, received back.

It knows how the units of a parcel share its fate, and refuses to know who says so.
"""

from __future__ import annotations

from orderflow.claiming import keep_again
from orderflow.cod.terms import count_refused
from orderflow.fulfilment.contents import ON_THE_ROAD, ask_about_given_up, contents
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Order, Parcel
from orderflow.states import (
    PARCEL,
    ParcelMove,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    UNCLAIMED,
    LineQuantities,
    checked_quantities,
    refuse_sent_again,
)
from orderflow.values import text


@verb("make_ready", Parcel)
def make_ready(case: Case, context: Context, desk: str = "") -> Step:
    """Record that a parcel waits for its customer at a desk (待自提)."""
    step = Step(case, context)
    move_parcel(step, ParcelMove.MAKE_READY, UnitMove.MAKE_READY)
    if text(desk, "desk", empty=True):
        step.note(case.ref, "ready to collect", desk=desk)
    return step


@verb("deliver", Parcel)
def deliver(case: Case, context: Context) -> Step:
    """Record that a parcel has reached its customer."""
    step = Step(case, context)
    move_parcel(step, ParcelMove.DELIVER, UnitMove.DELIVER)
    return step


@verb("turn_back", Parcel)
def turn_back(case: Case, context: Context, reason: str = "") -> Step:
    """Record that a parcel is on its way back: refused, intercepted or undeliverable."""
    step = Step(case, context)
    move_parcel(step, ParcelMove.TURN_BACK, UnitMove.TURN_BACK)
    if text(reason, "reason", empty=True):
        count_refused(step, step.now(case.own(Parcel)), reason)
        step.note(case.ref, "turned back", reason=reason)
    return step


@verb("lose", Parcel)
def lose(case: Case, context: Context) -> Step:
    """Record that a parcel is lost; it may be found again."""
    step = Step(case, context)
    move_parcel(step, ParcelMove.LOSE, UnitMove.LOSE)
    return step


@verb("receive_back", Parcel)
def receive_back(case: Case, context: Context, location: str = "") -> Step:
    """Record that a parcel came back; its units wait: reopen, take back or restock.

    It may come without a scan that said so. One that was never out, or was delivered, or has come
    before, is written down under a hold.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    # One that a supplier has shipped comes back to a place that is named here.
    at = text(location, "location", empty=True) or text(parcel.location, "location")
    if step.chart(PARCEL).target(parcel.state, ParcelMove.TURN_BACK) is not None:
        move_parcel(step, ParcelMove.TURN_BACK, UnitMove.TURN_BACK)
        parcel = step.now(parcel.ref)
    if step.chart(PARCEL).target(parcel.state, ParcelMove.RECEIVE_BACK) is None:
        step.note(parcel.ref, "came back", location=at)
        step.hold(parcel.ref, "came_back", f"came back while {parcel.state.value}", ())
        return step
    step.proceed(PARCEL, parcel.ref, ParcelMove.RECEIVE_BACK)
    for order, chosen in contents(step, parcel, UnitState.GOING_BACK):
        step.move(order, UnitMove.RECEIVE_BACK, chosen, location=at)
    ask_about_given_up(step, parcel)
    return step


@verb("reopen", Order)
def reopen(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Put units that came back on the shelf, and let the order wait for goods again."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    chosen = step.choose(
        order,
        "reopen",
        (UnitState.RECEIVED_BACK,),
        checked_quantities(lines),
        lambda tag: not tag.returning,
    )
    refuse_sent_again(order, chosen)
    step.move(
        order,
        UnitMove.REOPEN,
        chosen,
        grade="",
        supplier="",
        dispatch="",
        parcel="",
        **UNCLAIMED,
    )
    keep_again(step, chosen)
    return step


def move_parcel(step: Step, move: ParcelMove, unit_move: UnitMove) -> None:
    """Move a parcel, and those of its units that share its fate."""
    parcel = step.now(step.case.own(Parcel))
    step.proceed(PARCEL, parcel.ref, move)
    for order, chosen in contents(step, parcel, ON_THE_ROAD[parcel.state]):
        step.move(order, unit_move, chosen)
    if move is ParcelMove.DELIVER:
        ask_about_given_up(step, parcel)
