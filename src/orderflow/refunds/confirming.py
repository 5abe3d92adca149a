"""To confirm a proposal: what was told is paid back as it was told, or refused as no longer true.

It knows what was proposed, and refuses to know how it was explained.
"""

from __future__ import annotations

from orderflow.currencies import amount_said
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.records import Order
from orderflow.refunds.owing import owed_back
from orderflow.refunds.planning import planned
from orderflow.tender_order import Means, Portions, checked_plan
from orderflow.values import text


@verb("confirm_refund", Order)
def confirm_refund(
    case: Case, context: Context, owed: Money, plan: Portions, payee: str = ""
) -> Step:
    """Pay back what was proposed, in one step: gateways are asked, balances credited.

    `owed` and `plan` are those of a proposal. When something else is owed by now, or it would go
    back in another way, it is refused, and nothing goes back. What is paid by hand is recorded;
    what is transferred wants `payee`, the reference of an account.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    said = positive(owed, order.currency, "owed")
    wanted, name = checked_plan(plan), text(payee, "payee", empty=True)
    amount = sum([one.amount for one in wanted])
    if amount > said:
        raise BadInput("plan", f"is of {Money(amount, order.currency)}, more than is owed")
    back = owed_back(order)
    if not back:
        raise MoveRefused((Refusal.of("nothing_owed", order=order.ref.id),))
    if back != said:
        which = {"order": order.ref.id, "currency": order.currency}
        raise MoveRefused((Refusal.of("owed_changed", **which, owed=back, said=said),))
    to = next((one.to for one in wanted if one.to), "")
    made = planned(step, order.ref, amount, to, name)
    if made.portions != wanted:
        now = ", ".join([_said(one.amount, one.payment, order.currency) for one in made.portions])
        changed = Refusal.of("plan_changed", order=order.ref.id, now=now or "-")
        raise MoveRefused((*made.passed_over, changed))
    transferred = {one.payment for one in wanted if one.means is Means.TRANSFER}
    if transferred and not name:
        each = (Refusal.of("cash_to_payee", payment=one) for one in sorted(transferred))
        raise MoveRefused(tuple(each))
    return step


def _said(amount: int, payment: str, currency: str) -> str:
    return f"{payment} {amount_said(amount, currency)}"
