"""Money in: payments as documents, applied to orders.

It knows where a payment stands and what it pays for, and refuses to know gateways and what is owed
back.

One payment may pay several orders, and one order may have several payments.
The books balance for each payment: captured = applied + unapplied + refunded + charged back.
What a gateway, a courier or a bank reports has happened: it is recorded in every state, and where
the chart has no row for it, the money is kept unapplied and a named hold asks a person.

Cash on delivery: the carrier *collects*, from then on the order is paid and the carrier owes us; it
*remits*, and that debt is settled.
What it remits beyond its debt has come too, and stays unapplied.

A dispute: the payer's bank takes money *back* and decides later.
When the dispute is won the money comes back unapplied, not to the orders that it was taken from: by
then they may have been paid in another way.
When it is lost, money that no order was named for is missing on the payment, whose unapplied rest
is below zero: the loss is the payment's, and its orders stay paid.
An order that owes something back, or comes to, owes so much less: its customer has had it from the
bank, so what stands on the order makes good what is missing, and nothing is sent.

One file, though long: what a payment's verbs share is the balance of its accounts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from orderflow.calls import Ref
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import DUE_AT_DOOR, MoneyMoved, Noted
from orderflow.holding import checked_blocks, set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.pricing import due, order_facts
from orderflow.promising.reserving import reserve_paid
from orderflow.records import MoneyAccount, Order, Payment
from orderflow.states import (
    ONWARD,
    ORDER,
    PAYMENT,
    OrderMove,
    OrderState,
    PaymentMove,
    PaymentState,
)
from orderflow.values import MINOR_MAX, instant, text, unique, whole

_PAYER, _UNAPPLIED, _APPLIED = MoneyAccount.PAYER, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED

BALANCE_DUE: Final = frozenset(
    {PaymentState.DEPOSIT_TAKEN, PaymentState.BALANCE_OPEN, PaymentState.BALANCE_OVERDUE}
)
"""The states of a payment whose deposit has come and whose balance has not."""

Shares = tuple[tuple[str, int], ...]
"""(order id, minor units) pairs: how much of a payment is for which order."""


class Notice(StrEnum):
    """What a gateway reports of a payment."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"


_OWN_HOLDS: Final = frozenset(
    {
        "charged_back",
        "other_order",
        "over_remitted",
        "paid_late",
        "unexpected_cash",
        "unexpected_notice",
        "unexpected_settlement",
    }
)
"""The holds that the verbs here set by themselves: one that a person sets has another name."""

_ENDED: Final = (PaymentState.EXPIRED, PaymentState.FAILED, PaymentState.VOIDED)

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
    open_payment(step, amount, method, payer)
    step.proceed(PAYMENT, case.own(Payment), PaymentMove.CAPTURE)
    capture(step, case.own(Payment), amount.minor)
    apply_shares(step, case.own(Payment), orders)
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
    open_payment(step, amount, method, payer, until)
    return step


@verb("record_notice", Payment)
def record_notice(
    case: Case, context: Context, notice: Notice, amount: Money, event: str = ""
) -> Step:
    """Record what a gateway says has happened, in any state of the payment.

    Money that comes when it was no longer expected is kept unapplied, under a hold; a part of a
    balance is kept unapplied, and the balance stays open. A gateway may report the same `event`
    twice: the second time is written down and changes nothing.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
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
    late = payment.state in _ENDED
    if notice is Notice.CAPTURED:
        capture(step, payment.ref, minor)
    ends_with_money = notice is Notice.VOIDED and _holds_money(payment)
    if step.chart(PAYMENT).target(payment.state, move) is not None and not ends_with_money:
        if notice is Notice.CAPTURED:
            _arrived(step, payment.ref)
        else:
            step.proceed(PAYMENT, payment.ref, move)
        if late:
            step.hold(payment.ref, "paid_late", "money came after the payment had ended")
    else:
        state = payment.state.value
        step.hold(payment.ref, "unexpected_notice", f"{notice.value} came while {state}")
    return step


@verb("hold_payment", Payment)
def hold_payment(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on a payment, until it is lifted.

    It blocks the moves that it names: "onward", that a balance is asked for; "refund" and "refund
    part", that money goes back. Without any it is a question that blocks nothing. What happens
    outside, such as a capture, cannot be blocked.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if text(code, "code") in _OWN_HOLDS:
        raise BadInput("code", "a name that no verb of payments sets by itself is wanted")
    set_hold(step, payment.ref, code, reason, checked_blocks(step, blocks, PAYMENT))
    return step


@verb("lift_payment_hold", Payment)
def lift_payment_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a payment: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Payment), text(code, "code"))
    return step


@verb("expire_payment", Payment)
def expire_payment(case: Case, context: Context) -> Step:
    """End a payment that the gateway has not answered for in time."""
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if payment.expires_at is None or payment.expires_at > context.at:
        until = "any time" if payment.expires_at is None else payment.expires_at.isoformat()
        raise MoveRefused((Refusal.of("payment_not_due", payment=payment.ref.id, until=until),))
    step.proceed(PAYMENT, payment.ref, PaymentMove.EXPIRE)
    return step


@verb("apply_payment", Payment)
def apply_payment(case: Case, context: Context, orders: Shares) -> Step:
    """Apply unapplied money of a payment to orders."""
    step = Step(case, context)
    apply_shares(step, case.own(Payment), orders)
    return step


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
    if _holds_money(payment):
        void = PaymentMove.VOID.value
        can = tuple(move for move in step.chart(PAYMENT).can(payment.state) if move != void)
        raise IllegalMove(str(ref), payment.state.value, void, can)
    step.proceed(PAYMENT, ref, PaymentMove.VOID)
    step.note(ref, "voided", reason=reason)
    return step


@verb("expect_cash", Payment)
def expect_cash(case: Case, context: Context, order: str, amount: Money) -> Step:
    """Open a payment that is due at the door: the carrier is to collect so much for an order."""
    step = Step(case, context)
    owing = _cash_order(step, order)
    positive(amount, owing.currency)
    _open_at_door(step, owing, amount)
    return step


@verb("collect_on_delivery", Payment)
def collect_on_delivery(case: Case, context: Context, order: str, amount: Money) -> Step:
    """Record that the carrier has taken cash at the door: the order is paid from here on.

    It is the cash that a payment due at the door has waited for, or a payment of its own. What is
    more than the order costs stays unapplied, and what the payer's bank had taken back before is
    made good first. All of it stays unapplied under a hold where the payment had been voided, or
    was due for another order, and where the order is not paid at the door.
    """
    step = Step(case, context)
    ref = case.own(Payment)
    owing = step.now(case.order(text(order, "order")))
    payment = step.case.find(ref)
    if payment is None or step.chart(PAYMENT).target(payment.state, PaymentMove.COLLECT) is None:
        _open_at_door(step, owing, amount)
        payment = step.now(ref)
    minor = positive(amount, payment.currency)
    capture(step, ref, minor)
    step.add(MoneyMoved(ref, MoneyAccount.BANK, MoneyAccount.CARRIER, minor))
    step.proceed(PAYMENT, ref, PaymentMove.COLLECT)
    payable = min(minor, max(0, due(owing)), max(0, step.now(ref).unapplied))
    other = payment.due_for != order
    if other:
        said = f"cash of order {order} was taken on a payment that was due for {payment.due_for}"
        step.hold(ref, "other_order", said, blocks=())
    if not owing.cash_on_delivery:
        said = f"cash was taken for order {order}, which is not paid at the door"
        step.hold(ref, "unexpected_cash", said, blocks=())
    elif payment.state in _ENDED:
        step.hold(ref, "paid_late", "cash was taken at the door after the payment had ended")
    elif payable and not other and _matches(payment, owing):
        apply_shares(step, ref, ((order, payable),))
    return step


@verb("remit", Payment)
def remit(case: Case, context: Context, amount: Money) -> Step:
    """Record that the carrier has handed over cash that it had collected, in any state.

    What is more than it owed stays unapplied, under a hold, and may go back: where no money was to
    come of the payment yet, or no more, it is captured by it.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    minor = positive(amount, payment.currency)
    owed = min(minor, payment.with_carrier)
    if owed:  # so it is collected or short paid
        step.add(MoneyMoved(payment.ref, MoneyAccount.CARRIER, MoneyAccount.BANK, owed))
        settled = owed == payment.with_carrier
        step.proceed(PAYMENT, payment.ref, PaymentMove.REMIT if settled else PaymentMove.REMIT_PART)
    if minor > owed:
        capture(step, payment.ref, minor - owed)
        if payment.state is PaymentState.DUE_AT_DOOR:  # it must have been collected
            step.proceed(PAYMENT, payment.ref, PaymentMove.COLLECT)
            step.proceed(PAYMENT, payment.ref, PaymentMove.REMIT)
        else:
            _arrived(step, payment.ref)
        step.hold(payment.ref, "over_remitted", "the carrier has remitted more than it owed")
    return step


@verb("charge_back", Payment)
def charge_back(case: Case, context: Context, amount: Money, order: str = "") -> Step:
    """Record that the payer's bank has taken money back, from an order or unapplied money.

    It has happened, so it is recorded in any state; what was applied less than it is taken from the
    unapplied rest, which may fall below zero. The payment is in dispute until `settle_dispute`.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
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


@verb("settle_dispute", Payment)
def settle_dispute(case: Case, context: Context, won: bool) -> Step:
    """Record how the payer's bank has decided about all money that it had taken back.

    When the seller has `won`, the money is back and unapplied; else it is gone for good. The
    payment is whole, in part or wholly refunded by what is left, or waits for its balance again.
    What is gone is owed back on none of its orders. The hold "charged_back" is lifted, where money
    was in dispute.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    ref, in_dispute = payment.ref, payment.disputed
    if type(won) is not bool:
        raise BadInput("won", "true or false is wanted")
    if won and in_dispute:
        step.add(MoneyMoved(ref, MoneyAccount.CHARGED_BACK, _UNAPPLIED, in_dispute))
    outcome = "won" if won else "lost"
    step.note(ref, "dispute", outcome=outcome)
    move = _settled(step, ref, won=won)
    if step.chart(PAYMENT).target(payment.state, move) is not None:
        step.proceed(PAYMENT, ref, move)
    if not in_dispute:
        reason = f"a dispute was {outcome} while {payment.state.value}"
        step.hold(ref, "unexpected_settlement", reason)
    elif any(hold.code == "charged_back" for hold in payment.holds):
        step.lift(ref, "charged_back")
    for application in payment.applications:
        order = step.now(case.order(application.order))
        make_good(step, ref, order.ref, -due(order))
    return step


def paid_in_full(step: Step, ref: Ref[Payment]) -> bool:
    """Whether the whole amount has come, or as much as its orders still cost.

    They may cost less by now than when the deposit was taken; a payment of no order waits for the
    whole amount.
    """
    payment = step.now(ref)
    orders = [step.now(step.case.order(one.order)) for one in payment.applications]
    open_yet = sum([max(0, due(order)) for order in orders])
    return payment.captured >= payment.amount or (bool(orders) and open_yet <= payment.unapplied)


def left_of(payment: Payment) -> int:
    """What is left of the money of a payment, in minor units: neither gone back nor taken back."""
    return payment.captured - payment.refunded - payment.charged_back


def make_good(step: Step, ref: Ref[Payment], order: Ref[Order], most: int) -> int:
    """Let what stands on an order make good what a bank has taken of its payment for good.

    At most so much, in minor units; how much it was.
    """
    payment = step.now(ref)
    # What is in dispute may still come back, and is not missing yet.
    missing = -(payment.unapplied + payment.disputed)
    on_order = sum([one.amount for one in payment.applications if one.order == order.id])
    part = max(0, min(most, missing, on_order))
    if part:
        step.add(MoneyMoved(ref, _APPLIED, _UNAPPLIED, part, order))
    return part


def make_all_good(step: Step, order: Ref[Order], most: int) -> int:
    """Let what stands on an order make good what was taken of any of its payments for good.

    All of them before any money goes elsewhere: which payment comes first must not decide whether
    a loss is paid out. At most so much, in minor units; how much it was.
    """
    made = 0
    for tender in step.now(order).tenders:
        made += make_good(step, step.case.payment(tender.payment), order, most - made)
    return made


def _arrived(step: Step, ref: Ref[Payment]) -> None:
    """Let a payment follow money that has come, where its chart has a row for that.

    A balance waits for the rest of it. Money that the payer's bank had taken back before is in
    dispute at once.
    """
    chart, payment = step.chart(PAYMENT), step.now(ref)
    if chart.target(payment.state, PaymentMove.CAPTURE) is None:
        return
    if payment.state in BALANCE_DUE and not paid_in_full(step, ref):
        return
    step.proceed(PAYMENT, ref, PaymentMove.CAPTURE)
    if payment.disputed:
        step.proceed(PAYMENT, ref, PaymentMove.CHARGE_BACK)


def _holds_money(payment: Payment) -> bool:
    """Whether money has come that was not sent back; what a bank has taken may come again."""
    return payment.captured > payment.refunded


def _settled(step: Step, ref: Ref[Payment], *, won: bool) -> PaymentMove:
    """How a dispute ends, by what is left of the money."""
    payment = step.now(ref)
    if left_of(payment) <= 0:
        return PaymentMove.SETTLE_EMPTY
    if won and payment.deposit and not paid_in_full(step, ref):
        return PaymentMove.SETTLE_DEPOSIT
    if payment.refunded or payment.charged_back:
        return PaymentMove.SETTLE_PART
    return PaymentMove.SETTLE_WHOLE


def confirm_if_ready(step: Step, ref: Ref[Order]) -> None:
    """Confirm a placed order that is paid, where the rules say so and nothing speaks against it.

    Where they say so its goods are claimed for it, too.
    """
    order = step.now(ref)
    if order.state is OrderState.DRAFT or (due(order) > 0 and not order.cash_on_delivery):
        return
    reserve_paid(step, ref)
    order = step.now(ref)
    if not step.context.rules.confirm_when_paid or order.state is not OrderState.PLACED:
        return
    facts = order_facts(order)
    if step.chart(ORDER).allows(order.state, OrderMove.CONFIRM, facts):
        step.advance(ORDER, ref, OrderMove.CONFIRM, facts)


def open_payment(
    step: Step,
    amount: Money,
    method: str,
    payer: str,
    expires_at: datetime | None = None,
    deposit: int = 0,
) -> None:
    """Open the payment that the command is called on."""
    positive(amount)
    text(step.case.ref.id, "payment")
    step.open(
        Payment(
            step.case.own(Payment),
            PAYMENT.initial,
            text(method, "method", empty=True),
            amount.minor,
            amount.currency,
            text(payer, "payer", empty=True),
            expires_at,
            deposit=deposit,
        )
    )


def _cash_order(step: Step, order: str) -> Order:
    """An order that is paid at the door; others are refused."""
    owing = step.now(step.case.order(text(order, "order")))
    if not owing.cash_on_delivery:
        raise MoveRefused((Refusal.of("not_cash_on_delivery", order=order),))
    return owing


def _open_at_door(step: Step, owing: Order, amount: Money) -> None:
    open_payment(step, amount, "cash on delivery", owing.customer)
    step.proceed(PAYMENT, step.case.own(Payment), PaymentMove.OWE_AT_DOOR)
    step.note(step.case.own(Payment), DUE_AT_DOOR, order=owing.ref.id)


def capture(step: Step, ref: Ref[Payment], amount: int) -> None:
    """Money has come in; nothing has used it yet."""
    step.add(MoneyMoved(ref, _PAYER, _UNAPPLIED, amount))


def apply_shares(step: Step, ref: Ref[Payment], orders: Shares) -> None:
    """Apply parts of a payment, all refusals at once.

    Money that comes for a payment that was refunded pays for nothing: it goes back.
    """
    shares = _checked_shares(orders)
    payment = step.now(ref)
    if payment.state is PaymentState.REFUNDED:
        can = step.chart(PAYMENT).can(payment.state)
        raise IllegalMove(str(ref), payment.state.value, "apply", can)
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
