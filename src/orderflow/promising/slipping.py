"""What is learnt of supply before it comes: a new date, or less than was announced.

It knows how to write that down, and refuses to know which promises it breaks: that is asked.

A supplier who is late has not asked us; so a slip is recorded in any state and never refused.
No promise is changed by it: those that it breaks are listed as in danger until somebody has decided
about them.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.facts import SLIPPED, Limited
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Supply
from orderflow.states import SupplyState
from orderflow.values import instant, whole


@verb("slip", Supply)
def slip(case: Case, context: Context, due: datetime, to_come: int | None = None) -> Step:
    """Record that supply comes at another time, and how much will still come, where that changed.

    What it has promised stays promised; what it cannot keep is in danger.
    """
    step = Step(case, context)
    supply = step.now(case.own(Supply))
    at = instant(due, "due")
    if to_come is not None:
        whole(to_come, "to_come", least=0)
    step.note(supply.ref, SLIPPED, due=at.isoformat())
    change = 0 if to_come is None else to_come - max(0, supply.expected - supply.received)
    if change and supply.state is not SupplyState.CLOSED:  # nothing more comes of a closed one
        peg = supply.position._replace(peg=supply.ref.id)
        step.add(Limited(peg, change, supply.ref))
    return step
