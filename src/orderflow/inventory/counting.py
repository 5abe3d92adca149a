"""What is found on the shelf, and what is found to be broken.

It knows how the book follows what was seen, and refuses to know why it differed.

What has happened to goods is recorded in any case: a count below the claims, a breakage of reserved
goods.
Where claims are beyond what is there, the difference stands as over-committed and the promises in
danger are listed.
"""

from __future__ import annotations

from orderflow.facts import Noted, Posted
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, stock_verb
from orderflow.records import MatterKind, Transfer
from orderflow.values import Position, text, whole


@stock_verb("count")
def count(case: Case, context: Context, position: Position, counted: int) -> Step:
    """Record what a stocktake found on the shelf; the difference to the book is posted.

    A count below the claims is accepted, as any fact.
    """
    step = Step(case, context)
    at = on_hand(position)
    whole(counted, "counted", least=0)
    book = step.rely_on_there(at)
    more = counted - book
    shelf, difference = MatterKind.SELLABLE, MatterKind.COUNT_DIFFERENCE
    if more > 0:
        step.add(Posted(Transfer(difference, at, shelf, at, more)))
    elif more < 0:
        step.add(Posted(Transfer(shelf, at, difference, at, -more)))
    step.add(Noted(case.ref, "counted", (("counted", counted), ("book", book))))
    return step


@stock_verb("record_breakage")
def record_breakage(
    case: Case, context: Context, position: Position, n: int, reason: str = ""
) -> Step:
    """Record goods that broke on the shelf, claimed or not."""
    step = Step(case, context)
    at = on_hand(position)
    broken = at._replace(grade="damaged")
    step.add(
        Posted(Transfer(MatterKind.SELLABLE, at, MatterKind.DAMAGED, broken, whole(n, "n"))),
        Noted(case.ref, "broken", (("n", n), ("reason", text(reason, "reason", empty=True)))),
    )
    return step
