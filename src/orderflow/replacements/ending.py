"""How a reissue and an exchange end: with everything that is missing told at once.

It knows when what was sent anew has ended its way, and refuses to know what follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from orderflow.chart import Chart
from orderflow.errors import MoveRefused, Refusal
from orderflow.journal import Step, document_facts
from orderflow.pricing import order_facts
from orderflow.records import Exchange, Reissue
from orderflow.states import DocumentFacts, ReplacementMove, ReplacementState

_Chart: TypeAlias = Chart[ReplacementState, ReplacementMove, DocumentFacts]


def end(
    step: Step,
    chart: _Chart,
    document: Reissue | Exchange,
    move: ReplacementMove,
    missing: Sequence[Refusal],
) -> None:
    """Settle or undo it; what is missing and what holds it are refused together."""
    if missing:
        held = step.chart(chart).refusals(document.state, move, document_facts(document))
        if step.chart(chart).target(document.state, move) is not None:
            raise MoveRefused((*held, *missing))
    step.proceed(chart, document.ref, move)


def not_ended(step: Step, chart: _Chart, document: Reissue | Exchange) -> tuple[Refusal, ...]:
    """Why the order that was sent anew has not ended its outward life, if it has not.

    One of which no unit is kept has sent nothing: it is called off, not settled.
    """
    order = step.now(step.case.order(document.anew))
    facts = order_facts(order)
    if facts.units_live:
        return (Refusal.of("not_all_ended", order=document.anew, open=facts.units_live),)
    if not facts.units_kept:
        cancel = step.chart(chart).target(document.state, ReplacementMove.CANCEL)
        state, can = order.state.value, "nothing more" if cancel is None else "cancel"
        return (
            Refusal.of("illegal_move", what=str(order.ref), state=state, move="settle", can=can),
        )
    return ()
