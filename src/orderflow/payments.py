"""Money in: payments as documents, applied to orders.

It knows where a payment stands and what it pays for, and refuses to know gateways and what is owed
back.

One payment may pay several orders, and one order may have several payments.
The books balance for each payment: captured = applied + unapplied + refunded + charged back.
What a gateway, a courier or a bank reports has happened: it is recorded in every state, and where
the chart has no row for it, the money is kept unapplied and a named hold asks a person.

Cash on delivery: the carrier *collects*, from then on the order is paid and the carrier owes us; it
*remits*, and that debt is settled.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import MoneyMoved, Noted
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.pricing import due, order_facts
from orderflow.records import MoneyAccount, Order, Payment
from orderflow.states import ORDER, PAYMENT, OrderMove, OrderState, PaymentMove, PaymentState
from orderflow.values import MINOR_MAX, instant, text, unique, whole

_PAYER, _UNAPPLIED, _APPLIED = MoneyAccount.PAYER, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED

Shares = tuple[tuple[str, int], ...]
"""(order id, minor units) pairs: how much of a payment is for which order."""


class Notice(StrEnum):
    """What a gateway reports of a payment."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"


_MOVES: Final = {
    Notice.AUTHORISED: PaymentMove.AUTHORISE,
    Notice.CAPTURED: PaymentMove.CAPTURE,
    Notice.FAILED: PaymentMove.FAIL,
    Notice.VOIDED: PaymentMove.VOID,
}


@verb("pay", Payment)
def pay(
    case: Case, context: Context, amount: Money, orders: Shares, method: str = "", payer: str = ""
) -> Step:
    """Record money that has come in, and apply it to orders.

    `orders` says how much of it is for which order, in minor units; what is left stays unapplied.
    Nothing is applied beyond what an order still costs.
    """
    step = Step(case, context)
    _open(step, amount, method, payer, None)
    step.proceed(PAYMENT, _this(case), PaymentMove.CAPTURE)
    _capture(step, _this(case), amount.minor)
    _apply(step, _this(case), orders)
    return step


@verb("await_payment", Payment)
def await_payment(
    case: Case,
    context: Context,
    amount: Money,
    method: str = "",
    payer: str = "",
    expires_at: datetime | None = None,
) -> Step:
    """Open a payment that a gateway will answer for; it may expire."""
    step = Step(case, context)
    until = None if expires_at is None else instant(expires_at, "expires_at")
    _open(step, amount, method, payer, until)
    return step


@verb("record_notice", Payment)
def record_notice(
    case: Case, context: Context, notice: Notice, amount: Money, event: str = ""
) -> Step:
    """Record what a gateway says has happened, in any state of the payment.

    Money that comes when it was no longer expected is kept unapplied, under a hold. A gateway may
    report the same `event` twice: the second time is written down and changes nothing.
    """
    step = Step(case, context)
    payment = step.now(_this(case))
    if not isinstance(notice, Notice):
        raise BadInput("notice", "one of authorised, captured, failed, voided is wanted")
    minor = positive(amount, payment.currency)
    if text(event, "event", empty=True) and event in payment.events:
        step.note(payment.ref, "repeated_notice", event=event)
        return step
    step.add(
        Noted(
            payment.ref,
            "notice",
            (
                ("notice", notice.value),
                ("amount", minor),
                ("event", event),
            ),
        )
    )
    move = _MOVES[notice]
    late = payment.state in (PaymentState.EXPIRED, PaymentState.FAILED, PaymentState.VOIDED)
    if notice is Notice.CAPTURED:
        _capture(step, payment.ref, minor)
    if step.chart(PAYMENT).target(payment.state, move) is not None:
        step.proceed(PAYMENT, payment.ref, move)
        if late:
            step.hold(payment.ref, "paid_late", "money came after the payment had ended")
    else:
        state = payment.state.value
        step.hold(payment.ref, "unexpected_notice", f"{notice.value} came while {state}")
    return step


@verb("lift_payment_hold", Payment)
def lift_payment_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a payment: somebody has looked into it."""
    step = Step(case, context)
    step.lift(_this(case), text(code, "code"))
    return step


@verb("expire_payment", Payment)
def expire_payment(case: Case, context: Context) -> Step:
    """End a payment that the gateway has not answered for in time."""
    step = Step(case, context)
    payment = step.now(_this(case))
    if payment.expires_at is None or payment.expires_at > context.at:
        until = "any time" if payment.expires_at is None else payment.expires_at.isoformat()
        raise MoveRefused((Refusal.of("payment_not_due", payment=payment.ref.id, until=until),))
    step.proceed(PAYMENT, payment.ref, PaymentMove.EXPIRE)
    return step


@verb("apply_payment", Payment)
def apply_payment(case: Case, context: Context, orders: Shares) -> Step:
    """Apply unapplied money of a payment to orders."""
    step = Step(case, context)
    _apply(step, _this(case), orders)
    return step


@verb("collect_on_delivery", Payment)
def collect_on_delivery(case: Case, context: Context, order: str, amount: Money) -> Step:
    """Record that the carrier has taken cash at the door: the order is paid from here on.

    What is more than the order costs stays unapplied.
    """
    step = Step(case, context)
    ref = _this(case)
    owing = step.now(case.order(text(order, "order")))
    if not owing.cash_on_delivery:
        raise MoveRefused((Refusal.of("not_cash_on_delivery", order=order),))
    _open(step, amount, "cash on delivery", owing.customer, None)
    step.proceed(PAYMENT, ref, PaymentMove.OWE_AT_DOOR)
    _capture(step, ref, amount.minor)
    step.add(MoneyMoved(ref, MoneyAccount.BANK, MoneyAccount.CARRIER, amount.minor))
    step.proceed(PAYMENT, ref, PaymentMove.COLLECT)
    payable = min(amount.minor, max(0, due(owing)))
    if payable and _matches(step.now(ref), owing):
        _apply(step, ref, ((order, payable),))
    return step


@verb("remit", Payment)
def remit(case: Case, context: Context, amount: Money) -> Step:
    """Record that the carrier has handed over cash that it had collected."""
    step = Step(case, context)
    payment = step.now(_this(case))
    minor = positive(amount, payment.currency)
    owed = payment.with_carrier
    if minor > owed:
        raise MoveRefused(
            (
                Refusal.of(
                    "nothing_to_remit",
                    payment=payment.ref.id,
                    asked=minor,
                    currency=payment.currency,
                    owed=owed,
                ),
            )
        )
    step.add(MoneyMoved(payment.ref, MoneyAccount.CARRIER, MoneyAccount.BANK, minor))
    step.proceed(
        PAYMENT, payment.ref, PaymentMove.REMIT if minor == owed else PaymentMove.REMIT_PART
    )
    return step


@verb("charge_back", Payment)
def charge_back(case: Case, context: Context, amount: Money, order: str = "") -> Step:
    """Record that the payer's bank has taken money back, from an order or unapplied money.

    It has happened, so it is recorded in any state; what was applied less than it is taken from the
    unapplied rest, which may fall below zero.
    """
    step = Step(case, context)
    payment = step.now(_this(case))
    left = positive(amount, payment.currency)
    if text(order, "order", empty=True):
        owner = case.order(order)
        on_order = sum(a.amount for a in payment.applications if a.order == order)
        taken = min(left, max(0, on_order))
        if taken:
            step.add(MoneyMoved(payment.ref, _APPLIED, MoneyAccount.CHARGED_BACK, taken, owner))
        left -= taken
    if left:
        step.add(MoneyMoved(payment.ref, _UNAPPLIED, MoneyAccount.CHARGED_BACK, left))
    if step.chart(PAYMENT).target(payment.state, PaymentMove.CHARGE_BACK) is not None:
        step.proceed(PAYMENT, payment.ref, PaymentMove.CHARGE_BACK)
    step.hold(payment.ref, "charged_back", "the payer's bank has taken money back")
    return step


def confirm_if_ready(step: Step, ref: Ref[Order]) -> None:
    """Confirm a placed order by itself, where the rules say so and nothing speaks against it."""
    order = step.now(ref)
    if not step.context.rules.confirm_when_paid or order.state is not OrderState.PLACED:
        return
    if due(order) > 0 and not order.cash_on_delivery:
        return
    facts = order_facts(order)
    if step.chart(ORDER).allows(order.state, OrderMove.CONFIRM, facts):
        step.advance(ORDER, ref, OrderMove.CONFIRM, facts)


def _this(case: Case) -> Ref[Payment]:
    return cast("Ref[Payment]", case.ref)


def _open(step: Step, amount: Money, method: str, payer: str, expires_at: datetime | None) -> None:
    positive(amount)
    text(step.case.ref.id, "payment")
    step.open(
        Payment(
            _this(step.case),
            PAYMENT.initial,
            text(method, "method", empty=True),
            amount.minor,
            amount.currency,
            text(payer, "payer", empty=True),
            expires_at,
        )
    )


def _capture(step: Step, ref: Ref[Payment], amount: int) -> None:
    step.add(MoneyMoved(ref, _PAYER, _UNAPPLIED, amount))


def _apply(step: Step, ref: Ref[Payment], orders: Shares) -> None:
    """Apply parts of a payment, all refusals at once."""
    shares = _checked_shares(orders)
    payment = step.now(ref)
    refusals = []
    for name, amount in shares:
        order = step.now(step.case.order(name))
        owed = due(order)
        if not _matches(payment, order):
            refusals.append(
                Refusal.of(
                    "wrong_currency",
                    payment=ref.id,
                    given=payment.currency,
                    order=name,
                    wanted=order.currency,
                )
            )
        elif amount > owed:
            refusals.append(
                Refusal.of(
                    "overpaid",
                    order=name,
                    asked=amount,
                    currency=order.currency,
                    due=max(0, owed),
                )
            )
    asked = sum(amount for _, amount in shares)
    if asked > payment.unapplied:
        refusals.append(
            Refusal.of(
                "over_applied",
                payment=ref.id,
                asked=asked,
                currency=payment.currency,
                free=payment.unapplied,
            )
        )
    if refusals:
        raise MoveRefused(tuple(refusals))
    for name, amount in shares:
        order_ref = step.case.order(name)
        step.add(MoneyMoved(ref, _UNAPPLIED, _APPLIED, amount, order_ref))
        confirm_if_ready(step, order_ref)


def _checked_shares(orders: object) -> Shares:
    if not isinstance(orders, tuple | list):
        raise BadInput("orders", "pairs of order and amount are wanted")
    shares: list[tuple[str, int]] = []
    for i, pair in enumerate(orders):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise BadInput(f"orders[{i}]", "a pair of order and amount is wanted")
        name = text(pair[0], f"orders[{i}].order")
        if isinstance(pair[1], Money):
            raise BadInput(
                f"orders[{i}].amount", "minor units are wanted: the `minor` of the Money"
            )
        shares.append((name, whole(pair[1], f"orders[{i}].amount", most=MINOR_MAX)))
    unique((name for name, _ in shares), "orders")
    return tuple(shares)


def _matches(payment: Payment, order: Order) -> bool:
    return payment.currency == order.currency
