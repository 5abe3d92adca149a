"""What an order claims as a whole: just what it owes on account, and coupons that it has used.

It knows how such claims follow from an order alone, and refuses to know which verb moved them.
It is written a second time here, apart from what it watches over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orderflow.pools import COUPON, COUPON_OF, CREDIT, pool_name
from orderflow.pricing import due
from orderflow.records import CutKind, Order
from orderflow.states import OrderState

_ENDED_UNUSED = (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REJECTED)


def whole_breaches(order: Order) -> Iterator[str]:
    """What is wrong with what an order claims as a whole."""
    owed = 0
    plan = () if order.plan is None else order.plan.instalments
    days: list[datetime | None] = [one.due_at for one in plan]
    days = days or [order.pay_by]
    for one in order.pools:
        kind, names = pool_name(one.pool) or ("", ())
        if kind == CREDIT and names == (order.customer, order.currency):
            owed += one.n
            if one.due not in days:
                said = " or ".join(map(str, days))
                yield f"owes {one.n} on account for {one.due}, it is payable by {said}"
        elif kind in (COUPON, COUPON_OF) and names[0] in order.coupons:
            if one.n != 1:
                yield f"uses coupon {names[0]} {one.n} times"
            if order.state in _ENDED_UNUSED and not _has_left(order):
                yield f"uses coupon {names[0]}, and has ended before anything left"
        else:
            yield f"claims {one.n} of {one.pool}, which is not its own"
    wanted = max(0, due(order)) if order.on_account and order.state != OrderState.DRAFT else 0
    if owed != wanted:
        yield f"claims {owed} on account and owes {wanted}"


def _has_left(order: Order) -> bool:
    return any(cut.kind is CutKind.BILLED for line in order.lines for cut in line.cuts)
