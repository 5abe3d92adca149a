"""An order that had expired, and was paid in time after all: it stands again.

It knows what an order gave up as it expired, and refuses to know who says that it was paid in time.

Problem: a payer pays in the last minute, the gateway tells of it an hour later, and by then the
order has ended and its goods are free for others.
Decision: what the order gave up is its own again, units and money alike, and its goods are claimed
in the same commit, all of them, where the rules claim goods by themselves; so are the uses of its
coupons. Where any are gone, or another reason stands against it, nothing has changed, and whoever
asked is told so.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.coupons import use_coupons
from orderflow.errors import all_told
from orderflow.facts import EXPIRED, REINSTATED
from orderflow.journal import Step
from orderflow.pricing import order_facts
from orderflow.promising.reserving import attempted, reserve_again
from orderflow.records import CutKind, Line, Order
from orderflow.states import ORDER, OrderMove, UnitMove, UnitState
from orderflow.units import Chosen


def reinstated(step: Step, ref: Ref[Order]) -> bool:
    """Let an order that has expired stand again; false where it cannot, and nothing has changed."""
    return not attempted(step, lambda tried: _reinstate(tried, ref))


def _reinstate(step: Step, ref: Ref[Order]) -> None:
    order = step.now(ref)
    for line in order.lines:
        units = _given_up(line)
        if units:
            step.move(step.now(ref), UnitMove.REINSTATE, units)
    step.note(ref, REINSTATED)
    step.advance(ORDER, ref, OrderMove.REINSTATE, order_facts(step.now(ref)))
    again = step.now(ref)
    with all_told(use_coupons(step, again, again.placed_at)):
        reserve_again(step, ref)


def _given_up(line: Line) -> list[Chosen]:
    """The units of a line that were cancelled as its order expired.

    Others may have been cancelled before; what had left the house among them comes last.
    """
    n = sum(
        cut.stop - cut.start
        for cut in line.cuts
        if cut.kind is CutKind.GIVEN_UP and cut.document == EXPIRED
    )
    chosen: list[Chosen] = []
    spots = [spot for spot in line.spots if spot.state is UnitState.CANCELLED]
    for spot in sorted(spots, key=lambda spot: bool(spot.slice.parcel)):
        part = min(n, spot.n)
        if part:
            chosen.append(Chosen(line, spot, part))
            n -= part
    return chosen
