"""Goods that come in, and those that must be inspected first.

It knows how they come onto the shelf, and refuses to know who is waiting for them.

Goods in quarantine stand on the shelf with the grade *to inspect*: they are counted and guarded
like others, and no policy sees them.
What has passed is sellable; what has not is damaged.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.books import to_inspect
from orderflow.conditions import DAMAGED, TO_INSPECT
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Claimed, Posted
from orderflow.grants import Kept
from orderflow.inventory.lots import record_lot
from orderflow.inventory.places import on_hand
from orderflow.inventory.supply import give_up_rest, take_in
from orderflow.journal import Case, Context, Step, stock_verb
from orderflow.records import MatterKind, Supply, Transfer
from orderflow.values import Position, text, whole


@stock_verb("receive")
def receive(
    case: Case,
    context: Context,
    position: Position,
    n: int,
    source: str = "",
    *,
    expires_at: datetime | None = None,
    serial: bool = False,
    inspect: bool = False,
) -> Step:
    """Record goods that came in, sellable from here on; `source` refers to the supplier.

    Goods of a lot may expire, and a `serial` is a lot of one. With `inspect` they wait in
    quarantine; of the grade *damaged* they are no good. What contradicts what is known of the lot
    is recorded, and holds it.
    """
    step = Step(case, context)
    at = on_hand(position)
    supplier = Position(at.sku, owner=text(source, "source", empty=True))
    if type(inspect) is not bool:
        raise BadInput("inspect", "true or false is wanted")
    if inspect and at.grade:
        raise BadInput("position.grade", "is found out by the inspection")
    put = to_inspect(at) if inspect else at
    to = MatterKind.DAMAGED if at.grade == DAMAGED else MatterKind.SELLABLE
    goods = Transfer(MatterKind.SUPPLIER, supplier, to, put, whole(n, "n"))
    step.add(Posted(goods))
    record_lot(step, at, n, expires_at, serial=serial)
    return step


@stock_verb("release_quarantine")
def release_quarantine(
    case: Case, context: Context, position: Position, n: int, supply: str = ""
) -> Step:
    """Let goods in quarantine be sold at a position: they have passed their inspection.

    `supply` is the row that they came by, whose promises they serve first.
    """
    step = Step(case, context)
    at = _inspected(position)
    goods = Transfer(MatterKind.SELLABLE, to_inspect(at), MatterKind.SELLABLE, at, whole(n, "n"))
    step.keep(Kept(to_inspect(at)))
    if text(supply, "supply", empty=True):
        row = _came_by(step, supply, at, n)
        take_in(step, row, (goods,))
    else:
        step.add(Posted(goods))
    return step


@stock_verb("reject_quarantine")
def reject_quarantine(
    case: Case, context: Context, position: Position, n: int, reason: str, supply: str = ""
) -> Step:
    """Take goods in quarantine as damaged: they have not passed their inspection.

    Their supply row still waits for others in their stead, unless its last goods have come.
    """
    step = Step(case, context)
    at = _inspected(position)
    broken = at._replace(grade=DAMAGED)
    goods = Transfer(MatterKind.SELLABLE, to_inspect(at), MatterKind.DAMAGED, broken, whole(n, "n"))
    step.keep(Kept(to_inspect(at)))
    row = _came_by(step, supply, at, n) if text(supply, "supply", empty=True) else None
    step.add(Posted(goods, None if row is None else row.ref))
    if row is not None:
        give_up_rest(step, row, n)
    step.note(case.ref, "rejected", n=n, reason=text(reason, "reason"))
    return step


def _inspected(position: object) -> Position:
    """Where goods will stand that have passed: the grade is what the inspection finds out."""
    at = on_hand(position)
    if at.grade == TO_INSPECT:
        raise BadInput("position.grade", "is found out by the inspection")
    return at


def _came_by(step: Step, supply: str, at: Position, n: int) -> Supply:
    """The supply row whose goods are inspected; it lets go of what it claims in quarantine."""
    row = step.now(step.case.supply(supply))
    there = row.inspecting if row.position == at else 0
    if n > there:
        raise MoveRefused(
            (Refusal.of("not_in_quarantine", supply=supply, asked=n, sku=at.sku, there=there),)
        )
    step.add(Claimed(row.ref, to_inspect(at), -n))
    return row
