"""The verbs of a plan: instalments that are agreed, and one that does not come.

They know what is agreed for an order, and refuse to know what has come of it: that is `plans`.
"""

from __future__ import annotations

import attrs

from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import INSTALMENT, INSTALMENT_MISSED, PLAN
from orderflow.holding import checked_blocks
from orderflow.journal import Case, Context, Step, verb
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.plans import OVERDUE, instalments_missing, missed_until, overdue
from orderflow.pricing import total
from orderflow.records import Instalment, Order
from orderflow.states import ONWARD, ORDER, ORDER_RUNNING, UNIT, OrderState
from orderflow.values import MINOR_MAX, instant, whole


@verb("agree_plan", Order)
def agree_plan(
    case: Case,
    context: Context,
    parts: tuple[Instalment, ...],
    blocks: tuple[str, ...] = ONWARD,
) -> Step:
    """Agree by when an order is paid in which parts; they sum to what it costs.

    It is confirmed when what is due by then has come. What `blocks` names goes no further while an
    instalment is overdue. A plan may be agreed anew as long as the order is not over.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = _checked(parts)
    blocked = checked_blocks(step, blocks, ORDER, UNIT)
    if _is_over(order):
        raise IllegalMove(str(order.ref), order.state.value, "agree plan", ())
    refusals = []
    if order.cash_on_delivery:
        refusals.append(Refusal.of("paid_at_door", order=order.ref.id))
    planned, cost = sum([one.amount for one in wanted]), total(order)
    if planned != cost:
        refusals.append(
            Refusal.of(
                "plan_differs",
                order=order.ref.id,
                planned=planned,
                currency=order.currency,
                cost=cost,
            )
        )
    if refusals:
        raise MoveRefused(tuple(refusals))
    step.note(order.ref, PLAN, blocks=",".join(blocked))
    for one in wanted:
        step.note(order.ref, INSTALMENT, amount=one.amount, due_at=one.due_at.isoformat())
    confirm_if_ready(step, order.ref)
    return step


@verb("miss_instalment", Order)
def miss_instalment(case: Case, context: Context) -> Step:
    """Say that an instalment has not come in time: the order is on hold until it has.

    One that is missed after it makes the hold anew, with what is missing by then.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    missing = instalments_missing(order, context.at)
    if order.plan is None or missing <= 0:
        raise MoveRefused((Refusal.of("no_instalment_due", order=order.ref.id),))
    last = max([one.due_at for one in overdue(order, context.at)])
    noted = missed_until(order)
    if noted is not None and noted >= last:
        raise MoveRefused((Refusal.of("already_there", kind="hold", id=OVERDUE),))
    step.note(order.ref, INSTALMENT_MISSED, due_at=last.isoformat())
    step.lift_if_there(order.ref, OVERDUE)
    reason = f"{missing} {order.currency} of the plan have not come in time"
    step.hold(order.ref, OVERDUE, reason, order.plan.blocks)
    return step


def _is_over(order: Order) -> bool:
    """Whether nothing can be agreed or missed any more: it is completed, or came to nothing."""
    return order.state is not OrderState.DRAFT and order.state not in ORDER_RUNNING


def _checked(parts: object) -> tuple[Instalment, ...]:
    if not isinstance(parts, tuple | list) or not parts:
        raise BadInput("parts", "a tuple of Instalment is wanted")
    checked: list[Instalment] = []
    for i, one in enumerate(parts):
        path = f"parts[{i}]"
        if not isinstance(one, Instalment):
            raise BadInput(path, "an Instalment is wanted")
        whole(one.amount, f"{path}.amount", most=MINOR_MAX)
        at = instant(one.due_at, f"{path}.due_at")
        if checked and at <= checked[-1].due_at:
            raise BadInput(f"{path}.due_at", "is not after the one before")
        checked.append(attrs.evolve(one, due_at=at))
    return tuple(checked)
