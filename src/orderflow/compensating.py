"""Compensation: money for a customer that is no part of what his order costs.

It knows one order, the rule of its reason and what it was compensated with before, and refuses to
know refunds: nothing that is owed on the order changes.

The limit is that of the order and the reason, over all that was paid for it. Two clerks who pay at
once write to the same order, so one of them reads what the other has paid.
"""

from __future__ import annotations

from orderflow.compensations import Compensable
from orderflow.errors import IllegalMove, MoveRefused, Refusal
from orderflow.facts import Compensated
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.stored import credited
from orderflow.reasons import NONE
from orderflow.records import Compensation, Order
from orderflow.rules import Rules
from orderflow.states import OrderState
from orderflow.values import text


@verb("compensate", Order)
def compensate(
    case: Case,
    context: Context,
    reason: str,
    amount: Money,
    payee: str = "",
    to: str = "",
    bearer: str = "",
) -> Step:
    """Pay a customer money beyond what his order costs: late shipping, a fake, return postage.

    Never more for an order and a reason than the rules allow; it may be above the price that was
    paid. It goes onto the balance `to`, or else to `payee`, the reference of an account. `bearer`
    makes it good to us, where that is another than the rule names: a carrier, the platform, a
    supplier. What the order costs and what is owed back on it stay as they are.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    code, minor = text(reason, "reason"), positive(amount, order.currency)
    account, balance = text(payee, "payee", empty=True), text(to, "to", empty=True)
    who = text(bearer, "bearer", empty=True)
    if order.state in (OrderState.DRAFT, OrderState.ARCHIVED):
        raise IllegalMove(str(order.ref), order.state.value, "compensate", ())
    rule = rule_of(context.rules, code, order.currency)
    if rule is None:
        known = dict.fromkeys(one.reason for one in context.rules.compensable)
        given = {"order": order.ref.id, "given": code, "reasons": ", ".join(known) or NONE}
        raise MoveRefused((Refusal.of("not_compensated", **given),))
    reasons = list(_over_limit(order, rule, minor))
    if not (account or balance):
        reasons.append(Refusal.of("compensation_to_nobody", order=order.ref.id))
    if reasons:
        raise MoveRefused(tuple(reasons))
    if balance:
        credited(step, balance, minor, order.currency)
        account = ""
    paid = Compensation(code, minor, who or rule.bearer, account, balance)
    step.add(Compensated(order.ref, paid))
    return step


@verb("return_compensation", Order)
def return_compensation(
    case: Case, context: Context, reason: str, amount: Money, payee: str
) -> Step:
    """Record that a compensation has not reached its customer: his bank has sent it back.

    So much of what was transferred to that account for the reason; it may be paid once more. Who
    made it good to us owes it no longer, the last of them first.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    code, left = text(reason, "reason"), positive(amount, order.currency)
    account = text(payee, "payee")
    mine = [one for one in order.compensations if (one.reason, one.payee) == (code, account)]
    there = sum([one.amount for one in mine])
    if left > there:
        which = {"order": order.ref.id, "reason": code, "currency": order.currency}
        no = Refusal.of("over_compensated_back", **which, asked=left, there=there)
        raise MoveRefused((no,))
    for bearer in dict.fromkeys(one.bearer for one in reversed(mine)):
        part = min(left, sum([one.amount for one in mine if one.bearer == bearer]))
        if part:
            step.add(Compensated(order.ref, Compensation(code, -part, bearer, account)))
        left -= part
    return step


def rule_of(rules: Rules, reason: str, currency: str) -> Compensable | None:
    """The rule of a reason for orders of a currency: one of that currency before one of any."""
    mine = [one for one in rules.compensable if one.reason == reason]
    meant = [one for one in mine if one.currency in (currency, "")]
    return max(meant, key=lambda one: one.currency, default=None)


def left_to_compensate(order: Order, rule: Compensable) -> int:
    """How much more an order may be compensated with for the reason of a rule, in minor units."""
    done = sum([one.amount for one in order.compensations if one.reason == rule.reason])
    return max(0, rule.limit(_sold_for(order)) - done)


def _sold_for(order: Order) -> int:
    """What the goods of an order were sold for, all of them, with what is given up by now."""
    return sum([span.amount for charge in order.charges for span in charge.spans])


def _over_limit(order: Order, rule: Compensable, asked: int) -> tuple[Refusal, ...]:
    left = left_to_compensate(order, rule)
    if asked <= left:
        return ()
    which = {"order": order.ref.id, "reason": rule.reason, "currency": order.currency}
    limit = rule.limit(_sold_for(order))
    return (Refusal.of("over_compensation", **which, asked=asked, left=left, limit=limit),)
