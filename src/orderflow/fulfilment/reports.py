"""What customers say of goods that are with them, or are not.

It knows how far a report can be true of an order, and refuses to know who is right.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import order_facts
from orderflow.records import Line, Order, Spot
from orderflow.states import (
    ORDER,
    ORDER_OVER,
    OrderMove,
    OrderState,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    Chosen,
    LineQuantities,
    checked_quantities,
)
from orderflow.values import text


@verb("report_missing", Order)
def report_missing(case: Case, context: Context, lines: LineQuantities, reason: str = "") -> Step:
    """Record that a customer says that units are not there: sent ones count as missing.

    They are in no return any more, and a completed order is open again until that is settled. What
    was not sent, has come back or is given up is written down under a hold, and what is said of
    lines that it does not have; so is all of it when the order is closed for good.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    text(reason, "reason", empty=True)
    sent = [(line, spot) for state in _SENT for line, spot in order.units() if spot.state is state]
    report = as_far_as_there(order, sent, wanted)
    step.move(order, UnitMove.MISS, report.chosen, returning="")
    if order.state is OrderState.COMPLETED and report.chosen:
        step.advance(ORDER, order.ref, OrderMove.REOPEN, order_facts(order))
    if reason and report.chosen:
        step.note(order.ref, "missing", reason=reason)
    if report.beyond:
        said = wanted or tuple((line.id, spot.n) for line, spot in sent)
        _keep_report(step, order, "reported_missing", said, reason)
    return step


@verb("found", Order)
def found(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units are with the customer after all: missing ones, or lost in a return.

    What is said to be found and was not missed, or of lines that there are not, is written down
    under a hold.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    missed = [one for one in order.units() if one[1].state is UnitState.MISSING]
    missed += [
        (line, spot)
        for line, spot in order.units()
        if spot.state is UnitState.LOST and spot.slice.returning  # else its parcel is found
    ]
    report = as_far_as_there(order, missed, wanted)
    step.move(order, UnitMove.DELIVER, report.chosen, returning="")
    if report.beyond:
        _keep_report(step, order, "reported_found", wanted)
    return step


_SENT: Final = (
    UnitState.DELIVERED,
    UnitState.SHIPPED,
    UnitState.READY_TO_COLLECT,
    UnitState.SENT_BACK,
)
"""The states in which units can turn out to be missing, in the order in which they are taken."""


def as_far_as_there(order: Order, spots: list[tuple[Line, Spot]], wanted: LineQuantities) -> Report:
    """What a report can mean of these spots, and whether it says more than that.

    Of an order that is closed for good it can mean nothing, nor of a line that there is not.
    """
    if order.state in ORDER_OVER:
        return Report([], True)
    if not wanted:
        return Report([Chosen(line, spot, spot.n) for line, spot in spots], not spots)
    left = dict(wanted)
    chosen: list[Chosen] = []
    for line, spot in spots:
        n = min(left.get(line.id, 0), spot.n)
        if n:
            chosen.append(Chosen(line, spot, n))
            left[line.id] -= n
    return Report(chosen, any(left.values()))


class Report(NamedTuple):
    """The units that a report means, and whether it says more than is there."""

    chosen: list[Chosen]
    beyond: bool


def _keep_report(
    step: Step, order: Order, code: str, said: LineQuantities, reason: str = ""
) -> None:
    """Write down a report about units that fits no row, under a hold that lets the rest go on."""
    for line, n in said:
        step.note(order.ref, code, line=line, n=n, reason=reason)
    if not said:
        step.note(order.ref, code, reason=reason)
    why = "it was said of more units than it can be true of"
    step.hold(order.ref, code, why, (OrderMove.COMPLETE.value, OrderMove.ARCHIVE.value))
