"""The verbs of a payment by hand: money recorded, applied, held, and payments that end without any.

It knows what a clerk does with a payment, and refuses to know gateways and carriers.
"""

from __future__ import annotations

from typing import Final

from orderflow.calls import Ref
from orderflow.errors import IllegalMove
from orderflow.facts import MoneyMoved
from orderflow.holding import checked_blocks, set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money
from orderflow.payments.applying import (
    Shares,
    apply_shares,
    capture,
    checked_shares,
    open_payment,
)
from orderflow.payments.losses import holds_money, left_to_payer, make_all_good
from orderflow.pricing import due
from orderflow.records import MoneyAccount, Payment
from orderflow.states import (
    ONWARD,
    PAYMENT,
    PaymentMove,
)
from orderflow.tenders import Tendered
from orderflow.values import text

_OWN_HOLDS: Final = frozenset(
    {
        "amount_differs",
        "answer_changed",
        "cash_change",
        "charged_back",
        "other_order",
        "overpaid",
        "over_remitted",
        "paid_late",
        "refund_failed",
        "unexpected_answer",
        "unexpected_cash",
        "unexpected_notice",
        "unexpected_settlement",
        "unknown_request",
        "won_back",
        "void_failed",
    }
)
"""The holds that the verbs here set by themselves: one that a person sets has another name."""

_ALL_BACK: Final = PaymentMove.REFUND.value
_SOME_BACK: Final = PaymentMove.REFUND_PART.value


@verb("pay", Payment)
def pay(
    case: Case,
    context: Context,
    amount: Money,
    orders: Shares,
    method: str = "",
    payer: str = "",
    tendered: Tendered | None = None,
) -> Step:
    """Record money that has come in, and apply it to orders.

    `orders` says how much of it is for which order, in minor units; what is left stays unapplied.
    Nothing is applied beyond what an order still costs. `tendered` is what was handed over for it
    in another currency or in points, worth just the amount.
    """
    step = Step(case, context)
    open_payment(step, amount, method, payer)
    step.proceed(PAYMENT, case.own(Payment), PaymentMove.CAPTURE)
    capture(step, case.own(Payment), amount.minor, tendered)
    apply_shares(step, case.own(Payment), orders)
    return step


@verb("apply_payment", Payment)
def apply_payment(case: Case, context: Context, orders: Shares) -> Step:
    """Apply money of a payment to orders: what is unapplied, and then what its orders owe back.

    What is owed back is set off between orders of one customer alone: what he has paid for goods
    that he gave back pays his next order.
    """
    step = Step(case, context)
    _set_off(step, case.own(Payment), checked_shares(orders))
    apply_shares(step, case.own(Payment), orders)
    return step


def _set_off(step: Step, ref: Ref[Payment], shares: Shares) -> None:
    """Take so much as shares want beyond what is unapplied off orders that owe it back.

    What a payer's bank has taken for good is owed back on no order: it is made good first.
    """
    wanted = sum([amount for _, amount in shares])
    customers = {step.now(step.case.order(name)).customer for name, _ in shares}
    for one in step.now(ref).applications:
        order = step.now(step.case.order(one.order))
        if wanted <= step.now(ref).unapplied or customers != {order.customer} or due(order) >= 0:
            continue
        make_all_good(step, order.ref, -due(order))
        left, payment = -due(step.now(order.ref)), step.now(ref)
        there = sum([each.amount for each in payment.applications if each.order == one.order])
        part = min(wanted - payment.unapplied, left, there, left_to_payer(payment))
        if part > 0:
            source, target = MoneyAccount.APPLIED, MoneyAccount.UNAPPLIED
            step.add(MoneyMoved(ref, source, target, part, order.ref))


@verb("void_payment", Payment)
def void_payment(case: Case, context: Context, reason: str) -> Step:
    """End a payment that no money has come of, since none is wanted any more.

    Such as one that was due at the door where the parcel was refused. Money that has come must go
    back first.
    """
    step = Step(case, context)
    ref = case.own(Payment)
    payment = step.now(ref)
    text(reason, "reason")
    if holds_money(payment):
        void = PaymentMove.VOID.value
        can = tuple(move for move in step.chart(PAYMENT).can(payment.state) if move != void)
        raise IllegalMove(str(ref), payment.state.value, void, can)
    step.proceed(PAYMENT, ref, PaymentMove.VOID)
    step.note(ref, "voided", reason=reason)
    return step


@verb("hold_payment", Payment)
def hold_payment(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on a payment, until it is lifted.

    It blocks the moves that it names: "onward", that a balance is asked for; "refund", that any
    money goes back; "refund part", that only some of it does. Without any it is a question that
    blocks nothing. What happens outside, such as a capture, cannot be blocked.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    blocked = checked_blocks(step, blocks, PAYMENT)
    if _ALL_BACK in blocked and _SOME_BACK not in blocked:
        blocked = (*blocked, _SOME_BACK)  # else all but the last coin goes back
    set_hold(step, payment.ref, code, reason, blocked, ours=_OWN_HOLDS)
    return step


@verb("lift_payment_hold", Payment)
def lift_payment_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a payment: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Payment), text(code, "code"))
    return step
