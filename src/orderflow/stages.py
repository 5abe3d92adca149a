"""The host's own stages within a unit state: polishing, engraving, a second look.

It knows how units enter a stage, and refuses to know which stages there are: that is `process`.

A stage is a tag of the units that stand in it, so it counts as everything counts: three of five
may be polished.
Nothing else reads it: headline, books and money are those of the state, whatever its stages are.
"""

from __future__ import annotations

from typing import Final

from orderflow.errors import IllegalMove, MoveRefused
from orderflow.journal import Case, Context, Step, verb
from orderflow.process import Process, Stage
from orderflow.records import Order
from orderflow.states import StageMove, not_held
from orderflow.units import LineQuantities, can_do, checked_quantities, unit_facts, unit_of
from orderflow.values import text

_not_held: Final = not_held(StageMove.ENTER)


@verb("enter_stage", Order)
def enter_stage(case: Case, context: Context, stage: str, lines: LineQuantities = ()) -> Step:
    """Record that units have entered a stage of the host's own process.

    They stand in the state of the stage, and where the process lets it be entered from.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    process = context.rules.process
    wanted = checked_quantities(lines)
    entered = process.stage(text(stage, "stage"))
    reasons = _not_held.refuse(unit_facts(order))
    if reasons:
        raise MoveRefused(reasons)
    if not wanted:
        _refuse_where_none_may(process, order, entered)
    chosen = step.choose(
        order,
        f"enter {entered.name}",
        (entered.within,),
        wanted,
        lambda tag: process.may_enter(entered, tag.stage),
    )
    step.retag(order, chosen, stage=entered.name)
    return step


def _refuse_where_none_may(process: Process, order: Order, entered: Stage) -> None:
    """Say what units of the stage's state may do instead, where none of them may enter it."""
    there = [(line, spot) for line, spot in order.units() if spot.state is entered.within]
    standing = {spot.slice.stage for _, spot in there}
    if not standing or any(process.may_enter(entered, one) for one in standing):
        return
    line = there[0][0]
    at = " or ".join(sorted(one for one in standing if one))
    state = f"{entered.within}, {at}" if at else entered.within.value
    can = can_do(entered.within, process, standing)
    raise IllegalMove(unit_of(order, line), state, f"enter {entered.name}", can)
