"""Services: lines that are redeemed instead of shipped (核销).

It knows when a service is used or lapses, and refuses to know who renders it.

A unit of a service stands open until it is redeemed, or lapses because it was not used in time; no
shelf, parcel or return ever sees it.
"服务核销之后,交易流程结束": a redemption earns the money, so it bills its units, and an order whose
services are all redeemed or lapsed can be completed.
What has lapsed is not given up: the customer keeps owing it, or we keep what was paid.

That a date is over changes nothing by itself: until somebody lets a service lapse it can still be
redeemed.
A service without a date never lapses.
"""

from __future__ import annotations

from typing import Final

from orderflow.errors import MoveRefused, Refusal
from orderflow.fulfilment import bill_units
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Line, Order
from orderflow.states import UNIT, UnitMove, UnitState
from orderflow.units import LineQuantities, checked_quantities, unit_facts

REDEEMED: Final = "redeemed"
"""The bill that redeemed units are on."""


@verb("redeem", Order)
def redeem(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that services were used: all that are open, or so many of some lines. They are billed.

    A line of goods that is named is refused.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    _refuse_early(order, UnitMove.REDEEM, wanted)
    chosen = step.choose(
        order, "redeem", (UnitState.OPEN,), wanted, of=is_service, ready=step.ready
    )
    bill_units(step, order, chosen, REDEEMED)
    step.move(order, UnitMove.REDEEM, chosen, invoice=REDEEMED)
    return step


@verb("lapse", Order)
def lapse(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """End services that were not used until their promised date: all of them, or so many of some.

    They are not owed back. A service whose date is not over yet, or that has none, is refused where
    it is named, and where nothing else is open.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    _refuse_early(order, UnitMove.LAPSE, wanted)
    chosen = step.choose(order, "lapse", (UnitState.OPEN,), wanted, of=is_service, ready=step.ready)
    early = {line.id: reason for line, _, _ in chosen if (reason := _too_early(step, order, line))}
    over = [one for one in chosen if one.line.id not in early]
    if early and (wanted or not over):
        raise MoveRefused(tuple(early.values()))
    step.move(order, UnitMove.LAPSE, over)
    return step


def is_service(line: Line) -> bool:
    """Whether a line is a service, and no goods."""
    return line.service


def _refuse_early(order: Order, move: UnitMove, wanted: LineQuantities) -> None:
    """Say why not before units are counted.

    Each line of goods that is named is a reason; so is each where nothing is named and there is
    nothing else.
    """
    named = {name for name, _ in wanted}
    if not named and any(line.service for line in order.lines):
        return
    refusals = [
        reason
        for line in order.lines
        if not named or line.id in named
        for reason in UNIT.refusals(UnitState.OPEN, move, unit_facts(order, line))
    ]
    if refusals:
        raise MoveRefused(tuple(dict.fromkeys(refusals)))


def _too_early(step: Step, order: Order, line: Line) -> Refusal | None:
    """Why a service cannot lapse yet, if it cannot."""
    if line.promised is None:
        return Refusal.of("never_lapses", line=line.id, order=order.ref.id)
    if line.promised > step.context.at:
        until = line.promised.isoformat()
        return Refusal.of("not_lapsed", line=line.id, order=order.ref.id, until=until)
    return None
