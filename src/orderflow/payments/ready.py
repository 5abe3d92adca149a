"""What gateways keep ready for orders: an authorisation is no payment, and it keeps its order.

It knows what of an authorised payment is meant for which order, and refuses to know when it is
captured.

Problem: a card is authorised at the checkout and captured when the goods leave. Its payer has done
what he could, and an order that looks at captured money alone ends at its `pay_by`.
Observation: when an order falls due is a property of the order, so it must know what is kept ready
for it.
Decision: an order notes what each payment that is meant for it keeps ready, after each command that
changes that. As long as that covers what is due, or is the deposit of a price in two parts, the
order is not late. When it is captured, the order is paid; when it runs out or is given up, nothing
is ready any more, and an order whose `pay_by` is over falls due at once.
The payer's time is that of his authorisation, also for what is captured later: one that is told of
when its order has expired, and was in time, lets the order stand again as money does.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.facts import READY
from orderflow.journal import Step
from orderflow.payments.course import MONEY_READY
from orderflow.payments.reinstating import paid_in_time, reinstated
from orderflow.pricing import due
from orderflow.records import Order, Outcome, Payment, Ready, RequestKind
from orderflow.states import OrderState


def ready_for(payment: Payment) -> tuple[tuple[str, Ready], ...]:
    """What of a payment is kept ready for which order, one order after the other; none is 0.

    Of an authorisation whose instant nobody wrote down, no order knows.
    """
    voids = [one for one in payment.requests if one.kind is RequestKind.VOID]
    given_up = sum([one.done for one in voids if one.outcome is Outcome.DONE])
    left = max(0, payment.authorised - payment.captured - given_up)
    if payment.state not in MONEY_READY or payment.authorised_at is None:
        left = 0
    used = {one.order: one.amount for one in payment.applications}
    found: list[tuple[str, Ready]] = []
    for one in payment.meant:
        wanted = max(0, one.amount - used.get(one.order, 0))
        part = min(left, wanted)
        left -= part
        first = bool(payment.deposit) and 0 < part == wanted
        found.append((one.order, Ready(payment.ref.id, part, first)))
    return tuple(found)


def note_ready(step: Step, payment: Payment) -> None:
    """Let the orders of a payment note what is kept ready for them, where that has changed."""
    before = step.case.find(payment.ref)
    if payment.state not in MONEY_READY and (before is None or before.state not in MONEY_READY):
        return
    for name, ready in ready_for(payment):
        order = step.now(step.case.order(name))
        had = next((one for one in order.ready if one.payment == ready.payment), None)
        if ready != had and (had is not None or ready.amount):
            amount, deposit = ready.amount, int(ready.deposit)
            step.note(order.ref, READY, payment=ready.payment, amount=amount, deposit=deposit)


def is_kept(order: Order) -> bool:
    """Whether what gateways keep ready for an order is as much as is to be paid by now.

    Nothing is ready of an order that no payment was authorised for.
    """
    if not order.ready:
        return False
    covered = sum([one.amount for one in order.ready]) >= due(order)
    return covered or any(one.deposit for one in order.ready)


def stand_by(step: Step, ref: Ref[Payment]) -> None:
    """Let orders stand again that had expired when an authorisation is told of that was in time.

    What is ready must be all that such an order costs, or its deposit.
    """
    payment = step.now(ref)
    if payment.authorised_at is None:
        return
    for name, ready in ready_for(payment):
        order = step.now(step.case.order(name))
        expired = order.state is OrderState.EXPIRED and ready.amount > 0
        if expired and paid_in_time(step, order, payment.authorised_at):
            reinstated(step, order.ref, ready.amount, whole=not ready.deposit)
