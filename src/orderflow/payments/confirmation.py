"""What being paid does to an order: it is confirmed, and its goods are claimed.

It knows what of an order is due by now and what the rules say, and refuses to know whose money it
is.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.journal import Step
from orderflow.missing_money import let_go_on
from orderflow.plans import confirmable, due_by
from orderflow.promising.reserving import reserve_paid
from orderflow.records import Order
from orderflow.states import (
    ORDER,
    OrderMove,
    OrderState,
)


def confirm_if_ready(step: Step, ref: Ref[Order]) -> None:
    """Confirm a placed order that is paid, where the rules say so and nothing speaks against it.

    Where they say so its goods are claimed for it, too. One with a plan is paid as far as it is due
    by now, and is not on hold any more for money that is there.
    """
    let_go_on(step, ref)
    order, at = step.now(ref), step.context.at
    open_yet = due_by(order, at)
    goes_unpaid = order.cash_on_delivery or order.on_account
    if order.state is OrderState.DRAFT or (open_yet > 0 and not goes_unpaid):
        return
    reserve_paid(step, ref)
    order = step.now(ref)
    if not step.context.rules.confirm_when_paid or order.state is not OrderState.PLACED:
        return
    facts = confirmable(order, at)
    if step.chart(ORDER).allows(order.state, OrderMove.CONFIRM, facts):
        step.advance(ORDER, ref, OrderMove.CONFIRM, facts)
