"""What of an order is to be paid by when, and which money goes where first.

It knows instalments and what has come of them, and refuses to know who sets them.

Problem: a plan whose instalments are paid, missed and made smaller one by one is a second truth
about an order's money, and disagrees with it at the first cancelled line.
Decision: a plan is dates and amounts, and nothing of it is ever marked as paid.
What has come of an order fills its instalments from the first on; where the order has become
cheaper the last ones are wanted no more, and where it has become dearer the last one is larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

from orderflow.errors import BadInput
from orderflow.pricing import due, order_facts, total
from orderflow.records import Order
from orderflow.states import ORDER_RUNNING, OrderFacts, OrderState
from orderflow.values import MINOR_MAX, whole

OVERDUE = "instalment_overdue"
"""The hold on an order one of whose instalments did not come in time."""


@attrs.frozen
class Scheduled:
    """An instalment as it stands: its amount as the order costs now, and how much of it has come.

    In minor units of the order's currency.
    """

    due_at: datetime
    amount: int
    paid: int


def schedule(order: Order) -> tuple[Scheduled, ...]:
    """The instalments of an order with what has come of each; none without a plan.

    They sum to what the order costs, and so does what has come, where nothing is owed back.
    """
    return tuple(_scheduled(order))


def _scheduled(order: Order) -> Iterator[Scheduled]:
    plan = () if order.plan is None else order.plan.instalments
    cost, come = max(0, total(order)), order.applied
    for i, one in enumerate(plan):
        amount = cost if i == len(plan) - 1 else min(one.amount, cost)
        paid = min(amount, max(0, come))
        yield Scheduled(one.due_at, amount, paid)
        cost, come = cost - amount, come - paid


def due_by(order: Order, at: datetime) -> int:
    """What should have come of an order by an instant and has not; without a plan, all of it.

    In minor units; below zero where something is owed back.
    """
    owing = due(order)
    if order.plan is None or owing <= 0:
        return owing
    return sum([one.amount - one.paid for one in overdue(order, at)])


def overdue(order: Order, at: datetime) -> tuple[Scheduled, ...]:
    """The instalments of an order that should have come whole by an instant, and have not."""
    late = [one for one in _scheduled(order) if one.due_at <= at and one.paid < one.amount]
    return tuple(late)


def instalments_missing(order: Order, at: datetime) -> int:
    """What of a plan should have come by an instant and has not; none of it without a plan.

    Nothing is missing of an order that is completed, or came to nothing.
    """
    over = order.state is not OrderState.DRAFT and order.state not in ORDER_RUNNING
    return 0 if order.plan is None or over else max(0, due_by(order, at))


def next_instalment(order: Order) -> datetime | None:
    """When the next instalment of an order is due that has not come whole, if one is wanted.

    One that the order is held for already is not meant, since somebody knows, but those after it.
    """
    if order.plan is None or order.state not in ORDER_RUNNING:
        return None
    noted = missed_until(order)
    open_yet = (one.due_at for one in _scheduled(order) if one.paid < one.amount)
    return next((at for at in open_yet if noted is None or at > noted), None)


def missed_until(order: Order) -> datetime | None:
    """The day of the last instalment that an order is on hold for; None without such a hold."""
    held = order.plan is not None and any(hold.code == OVERDUE for hold in order.holds)
    return order.plan.missed if order.plan is not None and held else None


def confirmable(order: Order, at: datetime) -> OrderFacts:
    """What the guard of a confirmation sees: of an order with a plan, what is due by now."""
    facts = order_facts(order)
    return facts if order.plan is None else attrs.evolve(facts, due_minor=due_by(order, at))


def oldest_first(amount: int, orders: Iterable[Order]) -> tuple[tuple[str, int], ...]:
    """How one transfer pays orders: what each still costs, those that were placed first first.

    Pairs of order and minor units, as `pay` takes them; what is left of it is for none of them.
    All orders are in one currency.
    """
    whole(amount, "amount", least=0, most=MINOR_MAX)
    several = sorted(orders, key=lambda one: (one.placed_at, one.ref.id))
    if len({order.currency for order in several}) > 1:
        raise BadInput("orders", "are in several currencies")
    shares: list[tuple[str, int]] = []
    for order in several:
        part = min(amount, max(0, due(order)))
        if part > 0:
            shares.append((order.ref.id, part))
            amount -= part
    return tuple(shares)
