"""A dispatch: its warehouse is told, takes the work or not, and stops or goes on.

It knows what is asked of a warehouse and what it answers, and refuses to know its shelves.

What a warehouse answers has happened: where the chart has no row for it, a named hold asks.
"""

from __future__ import annotations

from orderflow.books import position_of
from orderflow.errors import MoveRefused, Refusal, all_told
from orderflow.fulfilment.contents import AT_WORK, has_units
from orderflow.inventory import spoiled
from orderflow.journal import Case, Context, Step, verb
from orderflow.on_account import cover
from orderflow.records import Dispatch, Order
from orderflow.sent_again import sold_by
from orderflow.states import (
    DISPATCH,
    RequestMove,
    RequestState,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    Chosen,
    LineQuantities,
    checked_quantities,
)
from orderflow.values import text, warehouse, within


@verb("release", Order)
def release(
    case: Case, context: Context, dispatch: str, location: str = "", lines: LineQuantities = ()
) -> Step:
    """Give the warehouse the work: open a dispatch for the units allocated in a location.

    The location may be left out where all of them stand at one. No unit goes out of a lot that is
    on hold, or is no longer good for as long as the rules ask.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    at = text(location, "location", empty=True) or _only_location(order)
    here = (UnitState.ALLOCATED,)
    chosen = step.choose(
        order, "release", here, wanted, lambda tag: within(tag.location, at), ready=step.ready
    )
    reasons = spoiled(step, [position_of(line.sku, spot.slice) for line, spot, _ in chosen])
    ref = case.dispatch(text(dispatch, "dispatch"))
    with all_told((*reasons, *cover(step, sold_by(step, order)))):
        step.open(Dispatch(ref, DISPATCH.initial, at, (order.ref.id,)))
        step.move(order, UnitMove.RELEASE, chosen, dispatch=dispatch)
    return step


@verb("send_dispatch", Dispatch)
def send_dispatch(case: Case, context: Context) -> Step:
    """Write down that the warehouse was told of the work."""
    step = Step(case, context)
    step.advance(DISPATCH, case.ref, RequestMove.SEND, None)
    return step


@verb("accept_dispatch", Dispatch)
def accept_dispatch(case: Case, context: Context) -> Step:
    """Record that the warehouse takes the work; who takes it was told of it."""
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    chart, created = step.chart(DISPATCH), RequestState.CREATED
    told = chart.target(created, RequestMove.SEND) is not None
    if dispatch.state is created and told and not chart.refusals(created, RequestMove.SEND, None):
        step.advance(DISPATCH, dispatch.ref, RequestMove.SEND, None)
    if not _answer(step, RequestMove.ACCEPT):
        keep_answer(step, "accepts", known=(RequestState.ACCEPTED, RequestState.CANCEL_ASKED))
    return step


@verb("refuse_dispatch", Dispatch)
def refuse_dispatch(case: Case, context: Context, reason: str) -> Step:
    """Record that the warehouse does not take the work: its units are allocated again.

    A warehouse that has accepted, or has packed some of it, gives the work back (`recall`): its
    refusal is written down under a hold, and a person decides.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    step.note(dispatch.ref, "refused", reason=text(reason, "reason"))
    packed = has_units(step, dispatch, (UnitState.PACKED,))
    if packed or not _answer(step, RequestMove.REFUSE):
        keep_answer(step, "refuses")
        return step
    for name in dispatch.orders:
        order = step.now(case.order(name))
        step.move(order, UnitMove.RECALL, _unpacked(order, dispatch), dispatch="")
    return step


@verb("ask_cancel_dispatch", Dispatch)
def ask_cancel_dispatch(case: Case, context: Context) -> Step:
    """Ask the warehouse to stop; it may be too late, and it says so."""
    step = Step(case, context)
    step.advance(DISPATCH, case.ref, RequestMove.ASK_CANCEL, None)
    return step


@verb("refuse_cancel_dispatch", Dispatch)
def refuse_cancel_dispatch(case: Case, context: Context) -> Step:
    """Record that the warehouse goes on: it was too late to stop."""
    step = Step(case, context)
    if not _answer(step, RequestMove.GO_ON):
        keep_answer(step, "goes on", known=(RequestState.ACCEPTED,))
    return step


@verb("lift_dispatch_hold", Dispatch)
def lift_dispatch_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a dispatch: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Dispatch), text(code, "code"))
    return step


@verb("recall", Dispatch)
def recall(case: Case, context: Context) -> Step:
    """The warehouse gives back what it has not packed: it is allocated again, on the shelf.

    Packed units stay in their parcel until that is cancelled. Of a dispatch that has ended there is
    nothing to give back: it is written down under a hold.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    if dispatch.state in DISPATCH.ends:
        keep_answer(step, "gives back")
        return step
    for name in dispatch.orders:
        order = step.now(case.order(name))
        states = (UnitState.RELEASED, UnitState.PICKED)
        chosen = step.choose(order, "recall", states, (), lambda tag: tag.dispatch == case.ref.id)
        step.move(order, UnitMove.RECALL, chosen, dispatch="")
    if not has_units(step, dispatch, AT_WORK):
        step.advance(DISPATCH, case.ref, RequestMove.CANCEL, None)
    return step


def _only_location(order: Order) -> str:
    places = {
        warehouse(spot.slice.location)
        for _, spot in order.units()
        if spot.state is UnitState.ALLOCATED
    }
    if len(places) > 1:
        listed = ", ".join(sorted(places))
        raise MoveRefused((Refusal.of("several_locations", order=order.ref.id, locations=listed),))
    return places.pop() if places else ""


def _unpacked(order: Order, dispatch: Dispatch) -> list[Chosen]:
    """The units of a dispatch that the warehouse can still give back; there may be none."""
    return [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if spot.state in (UnitState.RELEASED, UnitState.PICKED)
        and spot.slice.dispatch == dispatch.ref.id
    ]


def _answer(step: Step, move: RequestMove) -> bool:
    """Move the dispatch by what its warehouse says; whether its chart has a row for that."""
    ref = step.case.own(Dispatch)
    if step.chart(DISPATCH).target(step.now(ref).state, move) is None:
        return False
    step.advance(DISPATCH, ref, move, None)
    return True


def keep_answer(step: Step, says: str, known: tuple[RequestState, ...] = ()) -> None:
    """Write down what a warehouse says that fits no row; a hold, unless it is `known` already."""
    dispatch = step.now(step.case.own(Dispatch))
    step.note(dispatch.ref, "answer", says=says, state=dispatch.state.value)
    if dispatch.state not in known:
        reason = f"the warehouse {says} while it is {dispatch.state.value}"
        step.hold(dispatch.ref, "unexpected_answer", reason, ())
