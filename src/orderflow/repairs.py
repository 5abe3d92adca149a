"""Goods under warranty: they come back to be mended, and go to their customer again.

It knows what is asked for and what was mended, and refuses to know how goods come home and go out:
a repair is a return whose goods stay their customer's.

Problem: a repair that is booked as a return gives up what was sold and owes it back, and one that
is booked nowhere leaves goods of a customer among our own.
Observation: until somebody has looked at the goods, a repair is a return like any other: it is
asked for, agreed to, posted and received, each with its silence.
Decision: it is a return that says so. What was mended goes out as what was rejected does: nothing
is given up, and nothing is owed back. What cannot be mended is inspected like what any return
brings, and paid back, or given for others by an exchange of the same goods.
How long it may be asked for says the window of its reason.
"""

from __future__ import annotations

from orderflow.errors import MoveRefused, Refusal
from orderflow.inspecting import COMING
from orderflow.journal import Case, Context, Step, verb
from orderflow.reasons import Way
from orderflow.records import Return
from orderflow.returns import approve_by_itself, open_return
from orderflow.states import RETURN, ReturnMove, UnitMove, UnitState
from orderflow.units import LineQuantities, checked_quantities, of_return


@verb("ask_repair", Return)
def ask_repair(
    case: Case, context: Context, order: str, lines: LineQuantities = (), reason: str = ""
) -> Step:
    """Ask that delivered units of an order be mended: all, or so many of some lines.

    It is a return that may be asked for as any may, by a reason that leads to a repair where the
    rules name any, and as long as the window of that reason is open. Its goods stay the customer's.
    Evidence that the reason wants is given by `add_evidence`, and until then nobody agrees.
    """
    step = Step(case, context)
    open_return(step, case.own(Return), order, lines, reason, Way.REPAIR)
    approve_by_itself(step, case.own(Return))
    return step


@verb("mend", Return)
def mend(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that goods of a repair were mended: all that came, or so many of some lines.

    They go to their customer again, and nothing is owed back. The repair is settled when none of
    its units waits any more.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    wanted = checked_quantities(lines)
    if not returned.repair:
        raise MoveRefused((Refusal.of("not_for_repair", returned=returned.ref.id),))
    order = step.now(case.order(returned.order))
    id = returned.ref.id
    came = (UnitState.RECEIVED_BACK,)
    chosen = step.choose(order, "mend", came, wanted, lambda tag: tag.returning == id)
    step.move(order, UnitMove.MEND, chosen)
    if not of_return(step.now(order.ref), id, COMING):
        step.proceed(RETURN, case.ref, ReturnMove.SETTLE)
    return step
