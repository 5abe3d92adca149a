"""Goods that stand in another grade from here on: mended, or looked at again.

It knows between which grades goods of a place may go, and refuses to know how they came there.
"""

from __future__ import annotations

from typing import Final

from orderflow.conditions import DAMAGED, TO_SUPPLIER, WRITTEN_OFF
from orderflow.errors import BadInput
from orderflow.facts import Noted, Posted
from orderflow.grants import Kept
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, stock_verb
from orderflow.records import MatterKind, Transfer
from orderflow.values import Position, text, whole

_GONE: Final = (WRITTEN_OFF, TO_SUPPLIER)


@stock_verb("regrade")
def regrade(
    case: Case, context: Context, position: Position, n: int, grade: str, reason: str = ""
) -> Step:
    """Let free goods stand in another grade: they were mended, or looked at again.

    The empty grade is sound, *to inspect* and *to repair* are shelves from which nothing is sold,
    and *damaged* is for good.
    """
    step = Step(case, context)
    at = on_hand(position)
    if at.grade == DAMAGED:
        raise BadInput("position.grade", "what is damaged is written off")
    to = text(grade, "grade", empty=True)
    if to == at.grade or to in _GONE:
        raise BadInput("grade", "another grade in which they stand here is wanted")
    kind = MatterKind.DAMAGED if to == DAMAGED else MatterKind.SELLABLE
    step.keep(Kept(at))
    details = (("n", whole(n, "n")), ("grade", to))
    why = text(reason, "reason", empty=True)
    step.add(
        Posted(Transfer(MatterKind.SELLABLE, at, kind, at._replace(grade=to), n)),
        Noted(case.ref, "regraded", (*details, *((("reason", why),) if why else ()))),
    )
    return step
