"""Goods that were rejected at inspection, on their way to the customer again, or not wanted there.

It knows how they go back to him and what becomes of those that he does not take, and refuses to
know why they were rejected.

Rejected goods are his: he keeps owing for them, whoever has them.
They go by a parcel of their own, whose number their return keeps; when it comes back undelivered,
they wait for him.
What he does not take for good stays sold, and stays here.

They are a number of their return, and no `Parcel`. Handing a parcel over bills what is in it, takes
it off the stage, and its delivery begins a return window; these goods were billed when they first
went out, stand on no stage, and their window is that of the parcel in which they came then. A
parcel that does none of that would be an exception in each verb that reads one.
"""

from __future__ import annotations

from orderflow.books import LEAVES_FOR, matter_position
from orderflow.conditions import TO_INSPECT, Fate
from orderflow.errors import BadInput
from orderflow.facts import RESENT, Posted
from orderflow.inspecting import Verdicts, judged
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import MatterKind, Return, Transfer
from orderflow.states import UnitMove, UnitState
from orderflow.units import Chosen, LineQuantities
from orderflow.values import text

_HIS = (UnitState.SENT_BACK,)


@verb("send_rejected", Return)
def send_rejected(case: Case, context: Context, tracking: str, carrier: str = "") -> Step:
    """Send what was rejected of a return to its customer again, by a parcel of its own.

    The return keeps its number. `deliver_again` records that it has come.
    """
    step = Step(case, context)
    _rejected(step, "send rejected")
    number = text(tracking, "tracking")
    by = text(carrier, "carrier", empty=True)
    step.note(case.ref, RESENT, tracking=number, carrier=by)
    return step


@verb("receive_rejected", Return)
def receive_rejected(case: Case, context: Context, location: str = "") -> Step:
    """Record that rejected goods came back: their customer has not taken them, and they wait here.

    Without a `location` they are where they were inspected.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    chosen = _rejected(step, "receive rejected")
    at = text(location, "location", empty=True)
    step.note(returned.ref, RESENT, tracking="", carrier="")
    if at:
        order = step.now(case.order(returned.order))
        moved = [one for one in chosen if one.spot.slice.location != at]
        step.retag(order, moved, location=at)
    return step


@verb("keep_rejected", Return)
def keep_rejected(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Keep rejected goods that their customer does not take: they stay sold, and are not his.

    All of them wait to be inspected, or a verdict or condition says where so many go.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    known = judged(verdicts, context.rules)
    for i, (_, _, condition) in enumerate(known):
        if condition.fate is Fate.REJECT:
            raise BadInput(f"verdicts[{i}].verdict", "goods that stay here go to nobody")
    order = case.order(returned.order)
    if not known:
        for one in _rejected(step, "keep rejected"):
            _keep(step, returned, one, TO_INSPECT)
    for line, n, condition in known:
        for one in _rejected(step, "keep rejected", ((line, n),)):
            _keep(step, returned, one, condition.graded(one.spot.slice.grade))
    step.note(order, "kept rejected", returned=returned.ref.id)
    return step


def _rejected(step: Step, move: str, wanted: LineQuantities = ()) -> list[Chosen]:
    """The units of a return that were rejected and have not reached their customer."""
    returned = step.now(step.case.own(Return))
    order = step.now(step.case.order(returned.order))
    return step.choose(order, move, _HIS, wanted, lambda tag: tag.returning == returned.ref.id)


def _keep(step: Step, returned: Return, one: Chosen, grade: str) -> None:
    """Count units as with their customer, and take the goods from him again."""
    order = step.now(step.case.order(returned.order))
    step.move(order, UnitMove.DELIVER, [one], returning="")
    at = matter_position(one.line.sku, one.spot.slice)
    kind = LEAVES_FOR.get(grade, MatterKind.SELLABLE)
    step.add(Posted(Transfer(MatterKind.CUSTOMER, at, kind, at._replace(grade=grade), one.n)))
