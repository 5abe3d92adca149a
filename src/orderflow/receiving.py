"""What comes back of a return, and where: as announced, fewer, more, or what nobody waits for.

It knows what is written down when goods arrive, and refuses to know what becomes of them.

Receiving fewer units than were announced is normal; what never comes stays with the customer when
the return is closed.
What came has come, so a receipt is recorded in every state of the return, and where its chart has
no row for it, a named hold asks a person.
"""

from __future__ import annotations

from orderflow.facts import Noted
from orderflow.fulfilment import as_far_as_there
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Order, Return, Spot
from orderflow.states import RETURN, ReturnMove, UnitMove, UnitState
from orderflow.units import STILL_OUT, Chosen, LineQuantities, checked_quantities, of_return
from orderflow.values import text


@verb("receive_return", Return)
def receive_return(case: Case, context: Context, location: str, lines: LineQuantities = ()) -> Step:
    """Record what came back of a return, and where: all that was announced, or so many.

    Goods that come for a return that is not open, beyond what was announced, or of lines that the
    order does not have, are written down under a hold.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    at = text(location, "location")
    wanted = checked_quantities(lines)
    if step.chart(RETURN).target(returned.state, ReturnMove.RECEIVE) is None:
        _keep_unasked(step, at, wanted, f"goods came while the return was {returned.state.value}")
        return step
    order = step.now(case.order(returned.order))
    id = case.ref.id
    out = [(line, spot) for state in STILL_OUT for line, spot, _ in of_return(order, id, (state,))]
    came = as_far_as_there(order, out, wanted)
    if came.chosen:
        step.add(Noted(case.ref, "received", (("location", at),)))
        step.proceed(RETURN, case.ref, ReturnMove.RECEIVE)
        on_the_road = _found_again(step, order, came.chosen)
        step.move(order, UnitMove.RECEIVE_BACK, on_the_road, location=at)
    if came.beyond:
        _keep_unasked(step, at, wanted, "more goods came than were announced")
    return step


def _found_again(step: Step, order: Order, chosen: list[Chosen]) -> list[Chosen]:
    """The same units, with the lost ones on the road again."""
    lost = [one for one in chosen if one.spot.state is UnitState.LOST]
    step.move(order, UnitMove.TURN_BACK, lost)
    return [
        one._replace(spot=Spot(UnitState.GOING_BACK, one.n, one.spot.slice)) if one in lost else one
        for one in chosen
    ]


def _keep_unasked(step: Step, at: str, wanted: LineQuantities, reason: str) -> None:
    """Write down what came and was not waited for, under a hold."""
    for line, n in wanted:
        step.note(step.case.ref, "came_unasked", location=at, line=line, n=n)
    step.hold(step.case.ref, "came_unasked", reason, ())
