"""What the guards of an order see: how much is under way, what is due, what is fixed.

It knows how to sum an order up in one small value, and refuses to know what the guards ask of it.
"""

from __future__ import annotations

from orderflow.pricing.carrying import total
from orderflow.pricing.fixing import estimated
from orderflow.records import Line, Order
from orderflow.states import Estimate, OrderFacts, UnitState
from orderflow.units import ENDED, left_not_arrived


def order_facts(order: Order) -> OrderFacts:
    """What the guards of an order see.

    A delivered unit that is asked back is under way again until its return is settled, and one that
    is sent again until its reissue is.
    """
    kept = 0
    for line in order.lines:
        for spot in line.spots:
            if spot.state is not UnitState.CANCELLED:
                kept += spot.n
    applied = order.applied
    return OrderFacts(
        order.ref.id,
        len(order.lines),
        under_way(order),
        kept,
        total(order) - applied,
        applied,
        order.currency,
        order.cash_on_delivery,
        order.holds,
        estimates=estimates(order),
        on_account=order.on_account,
    )


def under_way(order: Order) -> int:
    """How many units of an order have not ended, or do so only with a return or a reissue."""
    live = 0
    for line in order.lines:
        for spot in line.spots:
            in_return = spot.state is UnitState.DELIVERED and spot.slice.returning
            if spot.state not in ENDED or in_return:
                live += spot.n
    if order.sent_again:
        live += sum([_changed_by_reissues(order, line) for line in order.lines])
    return live


def estimates(order: Order) -> tuple[Estimate, ...]:
    """The lines that have kept units whose amount is an estimate."""
    found: list[Estimate] = []
    for line in order.lines:
        n = sum([stop - start for start, stop in estimated(line)])
        if n:
            found.append(Estimate(line.id, n, line.fixed.value))
    return tuple(found)


def _changed_by_reissues(order: Order, line: Line) -> int:
    """How many units more of a line are under way than its bag says, or fewer.

    What was lost has ended once it has been sent again; what the customer has is under way while it
    is being sent again.
    """
    rows = [row for row in order.sent_again if row.line == line.id]
    astray = back = returning = 0
    for spot in line.spots:
        if spot.state in (UnitState.LOST, UnitState.MISSING):
            astray += spot.n
            returning += spot.n if spot.slice.returning else 0
        elif spot.state in (UnitState.GOING_BACK, UnitState.RECEIVED_BACK):
            back += 0 if spot.slice.returning else spot.n
    left = left_not_arrived(line, [row for row in rows if row.done])
    open_ = returning + min(astray - returning, left)
    return max(open_, sum([row.n for row in rows if not row.done]) - back) - astray
