"""Goods that are held for a while, before anybody orders them.

It knows what may be claimed at once, and refuses to know who will order.

Whoever holds goods may turn them into an order with no gap between, so a hold is a promise from now
on, and does not enter the safety stock.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.claiming import hold_of_quota
from orderflow.errors import BadInput, MoveRefused
from orderflow.grants import shortage
from orderflow.inventory import refuse_stale
from orderflow.inventory.places import checked
from orderflow.journal import Case, Context, Step, verb
from orderflow.pools import OF_ORDERS, pool_name
from orderflow.promising.shelves import shelf_beside_safety
from orderflow.records import StockHold
from orderflow.states import STOCK_HOLD
from orderflow.values import Position, instant, text, whole


@verb("hold_stock", StockHold)
def hold_stock(
    case: Case, context: Context, position: Position, n: int, until: datetime | None = None
) -> Step:
    """Claim `n` units at a position, or of a pool, until an instant; for good without one."""
    step = Step(case, context)
    expiry = None if until is None else instant(until, "until")
    if expiry is not None and expiry <= context.at:
        raise BadInput("until", "is over already")
    text(case.ref.id, "stock hold")
    hold = StockHold(
        case.own(StockHold), STOCK_HOLD.initial, checked(position), whole(n, "n"), expiry
    )
    named = None if hold.position.location else pool_name(hold.position.sku)
    if named is not None and named.kind in OF_ORDERS:
        raise BadInput(
            "position.sku", f"names of the kind {named.kind} are claimed by orders alone"
        )
    refuse_stale(step, hold.position)
    step.open(hold)
    hold_of_quota(step, hold.position, n, expiry)
    _leave_safety(step, hold.position, n)
    return step


def _leave_safety(step: Step, at: Position, n: int) -> None:
    """Refuse what would enter the safety stock; what is short of goods is the store's to say."""
    item = step.case.find(step.case.item(at.sku))
    if item is None or not item.safety or not at.location:
        return
    beside = shelf_beside_safety(step, at.sku)
    free = next((row.free for row in beside.counters if row.position == at), 0)
    if beside.held_at(at) and n > free:
        raise MoveRefused((shortage(at, n, free), *beside.reasons((at.sku,))))
    step.keep(*beside.kept((at,)))
