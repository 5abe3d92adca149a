"""What money of a payment is for: opened, captured, applied to orders, and what is left of it.

It knows the accounts of one payment and what an order still costs, and refuses to know who reports
that money has come.

Nothing is applied beyond what an order still costs, and an order that is paid is confirmed in the
same step, where the rules say so.
What a bank has kept of a payment for good is made good by what its orders are owed back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.calls import Ref
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import TENDERED, MoneyMoved
from orderflow.journal import Step
from orderflow.money import Money, positive
from orderflow.payments.balances import BALANCE_DUE, balance_of
from orderflow.plans import OVERDUE, confirmable, due_by
from orderflow.pricing import due
from orderflow.promising.reserving import reserve_paid
from orderflow.records import Application, MoneyAccount, Order, Payment, RequestKind
from orderflow.states import (
    ORDER,
    PAYMENT,
    OrderMove,
    OrderState,
    PaymentMove,
    PaymentState,
)
from orderflow.tenders import Tendered, paid_in
from orderflow.values import MINOR_MAX, text, unique, whole
from orderflow.withheld import let_goods_go

AUTHORISED: Final = (PaymentState.AUTHORISED, PaymentState.PART_CAPTURED)
"""The states in which a gateway keeps money of the payer ready."""

Shares = tuple[tuple[str, int], ...]
"""(order id, minor units) pairs: how much of a payment is for which order."""

ENDED: Final = (PaymentState.EXPIRED, PaymentState.FAILED, PaymentState.VOIDED)


def open_payment(
    step: Step,
    amount: Money,
    method: str,
    payer: str,
    expires_at: datetime | None = None,
    deposit: int = 0,
    stored: str = "",
    meant: tuple[Application, ...] = (),
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
            stored=stored,
            meant=meant,
        )
    )


def capture(step: Step, ref: Ref[Payment], amount: int, tendered: Tendered | None = None) -> None:
    """Money has come in; nothing has used it yet. `tendered` is what was handed over for it."""
    if tendered is not None:
        payment = step.now(ref)
        paid_in(tendered, Money(amount, payment.currency), payment.tendered)
        rate, per = format(tendered.rate.amount, "f"), tendered.rate.per
        step.note(ref, TENDERED, unit=tendered.unit, n=tendered.n, rate=rate, per=per)
    step.add(MoneyMoved(ref, MoneyAccount.PAYER, MoneyAccount.UNAPPLIED, amount))


def apply_shares(step: Step, ref: Ref[Payment], orders: Shares) -> None:
    """Apply parts of a payment, all refusals at once.

    Money that comes for a payment that was refunded pays for nothing: it goes back.
    """
    shares = checked_shares(orders)
    payment = step.now(ref)
    if payment.state is PaymentState.REFUNDED:
        can = step.chart(PAYMENT).can(payment.state)
        raise IllegalMove(str(ref), payment.state.value, "apply", can)
    refusals = against(step, ref.id, payment.currency, shares)
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
        step.add(MoneyMoved(ref, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED, amount, order_ref))
        confirm_if_ready(step, order_ref)


def against(step: Step, payment: str, currency: str, shares: Shares) -> list[Refusal]:
    """A reason for each order that is in another currency, or costs less than its share."""
    refusals: list[Refusal] = []
    for name, amount in shares:
        order = step.now(step.case.order(name))
        owed = due(order)
        if currency != order.currency:
            refusals.append(
                Refusal.of(
                    "wrong_currency",
                    payment=payment,
                    given=currency,
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
    return refusals


def confirm_if_ready(step: Step, ref: Ref[Order]) -> None:
    """Confirm a placed order that is paid, where the rules say so and nothing speaks against it.

    Where they say so its goods are claimed for it, too. One with a plan is paid as far as it is due
    by now, and is not on hold for an instalment any more.
    """
    order, at = step.now(ref), step.context.at
    open_yet = due_by(order, at)
    if order.plan is not None and open_yet <= 0 and any(one.code == OVERDUE for one in order.holds):
        step.lift(ref, OVERDUE)
    let_goods_go(step, order)
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


def left_of(payment: Payment) -> int:
    """What is left of the money of a payment, in minor units: neither gone back nor taken back."""
    return payment.captured - payment.refunded - payment.charged_back


def left_at_gateway(payment: Payment) -> int:
    """What can still go back of a payment by the gateway that it came by, in minor units.

    From a balance that we keep anything comes back, and no gateway is asked.
    """
    if payment.stored:
        return left_of(payment)
    asked = [one.booked for one in payment.requests if one.kind is RequestKind.REFUND]
    gone = sum(asked) + payment.charged_back
    return max(0, min(payment.by_gateway - gone, left_of(payment)))


def left_to_payer(payment: Payment) -> int:
    """What is left of the payer's own money, in minor units: a deposit that is forfeited is ours.

    What a bank has taken back was his, so it is the rest of his money that is less.
    """
    return max(0, left_of(payment) - payment.forfeited)


def holds_money(payment: Payment) -> bool:
    """Whether money has come that was not sent back; what a bank has taken may come again."""
    return payment.captured > payment.refunded


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
        step.add(MoneyMoved(ref, MoneyAccount.APPLIED, MoneyAccount.UNAPPLIED, part, order))
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


def arrived(step: Step, ref: Ref[Payment]) -> None:
    """Let a payment follow money that has come, where its chart has a row for that.

    What comes first of a price in two parts is its deposit, and a balance waits for the rest of it.
    Money that the payer's bank had taken back before is in
    dispute at once.
    """
    chart, payment = step.chart(PAYMENT), step.now(ref)
    if chart.target(payment.state, PaymentMove.CAPTURE) is None:
        return
    if payment.state in BALANCE_DUE and balance_of(step, payment) > 0:
        return
    move = PaymentMove.CAPTURE
    begins = payment.state not in BALANCE_DUE
    if payment.deposit and begins and payment.captured < payment.amount:
        move = PaymentMove.TAKE_DEPOSIT
    elif payment.state in AUTHORISED and payment.captured < payment.authorised:
        move = PaymentMove.CAPTURE_PART
    elif payment.state is PaymentState.PART_CAPTURED:
        move = _closed(payment)
    step.proceed(PAYMENT, ref, move)
    if payment.disputed:
        step.proceed(PAYMENT, ref, PaymentMove.CHARGE_BACK)


def settled(step: Step, ref: Ref[Payment], *, reopened: bool) -> PaymentMove:
    """How what was open about a payment ends, by what is left of its money.

    A deposit whose money is there again (`reopened`) waits for its balance again.
    """
    payment = step.now(ref)
    if left_of(payment) <= 0:
        return PaymentMove.SETTLE_EMPTY
    balance_wanted = payment.deposit and not payment.forfeited
    if reopened and balance_wanted and balance_of(step, payment) > 0:
        return PaymentMove.SETTLE_DEPOSIT
    if payment.refunded or payment.charged_back:
        return PaymentMove.SETTLE_PART
    return PaymentMove.SETTLE_WHOLE


def give_up_rest(step: Step, ref: Ref[Payment]) -> None:
    """Say that no more of what was authorised will be captured, where a part of it was."""
    step.proceed(PAYMENT, ref, settled(step, ref, reopened=False))


def _closed(payment: Payment) -> PaymentMove:
    """How the last part of what was authorised is captured: some may have gone back meanwhile."""
    gone = payment.refunded or payment.charged_back
    return PaymentMove.SETTLE_PART if gone else PaymentMove.CAPTURE


def matches(payment: Payment, order: Order) -> bool:
    """Whether a payment may pay an order: both are in one currency."""
    return payment.currency == order.currency


def checked_shares(orders: object) -> Shares:
    """A verb's argument of (order id, minor units) pairs: each order once."""
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
