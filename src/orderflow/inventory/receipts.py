"""Goods that come in.

It knows how they come onto the shelf, and refuses to know who is waiting for them.
"""

from __future__ import annotations

from orderflow.facts import Posted
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, stock_verb
from orderflow.records import MatterKind, Transfer
from orderflow.values import Position, text, whole


@stock_verb("receive")
def receive(case: Case, context: Context, position: Position, n: int, source: str = "") -> Step:
    """Record goods that came in, sellable from here on; `source` refers to the supplier."""
    step = Step(case, context)
    at = on_hand(position)
    supplier = Position(at.sku, owner=text(source, "source", empty=True))
    goods = Transfer(MatterKind.SUPPLIER, supplier, MatterKind.SELLABLE, at, whole(n, "n"))
    step.add(Posted(goods))
    return step
