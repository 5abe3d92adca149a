"""What carriers see of goods on their way back (退货快递包跟踪).

It knows what a story of scans makes of a return, and refuses to know how scans make a story: that
is `tracking`.

As of a parcel that goes out, a return keeps each scan once, and all of them together say where the
goods are, whichever came first. The first that has seen them says that they were posted. What is
delivered here waits to be received: a scan is no receipt.
Goods that turn go back to their customer, and nobody knows whether they come again: a hold asks,
which goes when a later scan takes it back. Scans of a return that nobody waits for ask a person.
"""

from __future__ import annotations

from typing import Final

from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Return
from orderflow.scanning import checked_scans, note_scan
from orderflow.states import RETURN, ReturnMove, ReturnState, UnitMove, UnitState
from orderflow.tracking import Scan, Track, Whereabouts, follow
from orderflow.units import of_return

TURNED: Final = "return_turned"
"""The hold of a return whose goods go back to its customer."""


@verb("record_return_scans", Return)
def record_return_scans(case: Case, context: Context, scans: tuple[Scan, ...]) -> Step:
    """Record what a carrier saw of goods that a customer sends back, in any state and order.

    The return keeps each scan once and follows what all of them say together; `follow(scans)` is
    the story.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    known = set(returned.scans)
    for scan in dict.fromkeys(checked_scans(scans)):
        if scan not in known:
            note_scan(step, returned.ref, scan)
    before, track = follow(returned.scans), follow(step.now(returned.ref).scans)
    if (before.whereabouts, before.at) != (track.whereabouts, track.at):
        _catch_up(step, returned, track)
    return step


def _catch_up(step: Step, returned: Return, track: Track) -> None:
    """Bring a return and its units to where all scans say that the goods are."""
    if track.whereabouts is Whereabouts.NOT_SEEN:
        return
    ref, state = returned.ref, returned.state
    order = step.now(step.case.order(returned.order))
    if step.chart(RETURN).target(state, ReturnMove.SEND) is not None:
        step.proceed(RETURN, ref, ReturnMove.SEND)
        step.move(order, UnitMove.TURN_BACK, of_return(order, ref.id, (UnitState.DELIVERED,)))
    elif state not in (ReturnState.GOING_BACK, ReturnState.RECEIVED):
        reason = f"scanned {track.status.value} while {state.value}"
        step.hold(ref, "unexpected_scan", reason, ())
        return
    order = step.now(order.ref)
    if track.whereabouts is Whereabouts.LOST:
        step.move(order, UnitMove.LOSE, of_return(order, ref.id, (UnitState.GOING_BACK,)))
    else:
        step.move(order, UnitMove.TURN_BACK, of_return(order, ref.id, (UnitState.LOST,)))
    if track.turned_at is None:
        step.lift_if_there(ref, TURNED)
    else:
        step.hold(ref, TURNED, "its carrier takes it back to its customer", ())
