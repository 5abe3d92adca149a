"""Which units of an order may claim goods, before anybody looks for goods.

It knows lines and the guards of the unit chart, and refuses to know what there is on a shelf.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderflow.errors import MoveRefused
from orderflow.journal import Step
from orderflow.records import Line, Order
from orderflow.states import UNIT, UnitMove, UnitState
from orderflow.units import Chosen, LineQuantities, unit_facts


def is_goods(line: Line) -> bool:
    """Whether a line is goods, and no service: services are never looked for on a shelf."""
    return not line.service


def refuse_early(order: Order, move: UnitMove, wanted: LineQuantities) -> None:
    """Say why not before anything is planned.

    Each service that is named is a reason; so is each where nothing is named and there is nothing
    else.
    """
    named = {name for name, _ in wanted}
    meant = [line for line in order.lines if line.id in named] if named else order.lines
    services = [line for line in meant if line.service]
    facts = [unit_facts(order)]
    if named or len(services) == len(meant):
        facts += [unit_facts(order, line) for line in services]
    refusals = [reason for one in facts for reason in UNIT.refusals(UnitState.OPEN, move, one)]
    if refusals:
        raise MoveRefused(tuple(dict.fromkeys(refusals)))


def refuse_waiting(step: Step, order: Order, move: UnitMove, waiting: Sequence[Chosen]) -> None:
    """Say what a host's own guards have against units, before any of them is backordered."""
    chart = step.chart(UNIT)
    if chart is UNIT:
        return
    reasons = dict.fromkeys(
        reason
        for line, spot, _ in waiting
        for reason in chart.refusals(spot.state, move, unit_facts(order, line, spot.slice.stage))
    )
    if reasons:
        raise MoveRefused(tuple(reasons))
