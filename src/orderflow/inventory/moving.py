"""Goods that change their place within a warehouse.

It knows bins, and refuses to know why somebody wants the goods elsewhere.

Only free goods are moved: a claim names the position where its goods stand, and who picks them must
find them there.
What is short says how many can be moved; a claim that is in the way is given back first.
"""

from __future__ import annotations

from orderflow.errors import BadInput
from orderflow.facts import Posted
from orderflow.grants import Kept
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, stock_verb
from orderflow.records import MatterKind, Transfer
from orderflow.values import Position, place, warehouse, whole


@stock_verb("move_stock")
def move_stock(case: Case, context: Context, position: Position, to: str, n: int) -> Step:
    """Bring free goods to another place of the same warehouse: put them away, or down to a bin."""
    step = Step(case, context)
    at = on_hand(position)
    there = at._replace(location=place(to, "to"))
    if warehouse(to) != warehouse(at.location):
        raise BadInput("to", "is in another warehouse: send a transfer")
    if there == at:
        raise BadInput("to", "is where the goods are")
    shelf = MatterKind.SELLABLE
    step.add(Posted(Transfer(shelf, at, shelf, there, whole(n, "n"))))
    step.keep(Kept(at))
    return step
