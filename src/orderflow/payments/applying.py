"""What money of a payment is for: opened, captured, and applied to orders.

It knows the accounts of one payment and what an order still costs, and refuses to know who reports
that money has come.

Nothing is applied beyond what an order still costs, and an order that is paid is confirmed in the
same step, where the rules say so.
Shares are minor units, and no `Money`: all of them are in the currency of the payment, and one
question has one form, or the same key would be refused as another question.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.currencies import amount_said
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal, all_told
from orderflow.facts import TENDERED, TENDERED_BESIDE, MoneyMoved
from orderflow.journal import Step
from orderflow.money import Money, positive
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.pricing import due
from orderflow.records import Application, MoneyAccount, Order, Payment
from orderflow.states import (
    PAYMENT,
    PaymentState,
)
from orderflow.tenders import TenderBook, Tendered, paid_in
from orderflow.values import MINOR_MAX, text, unique, whole

Shares = tuple[tuple[str, int], ...]
"""(order id, minor units) pairs: how much of a payment is for which order."""


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
    """Money has come in; nothing has used it yet. `tendered` is what was handed over for it.

    Of a payment from a balance the second book is the balance's: what else was handed over for
    money from elsewhere is noted, and goes back in the currency.
    """
    if tendered is not None:
        payment = step.now(ref)
        paid_in(tendered, Money(amount, payment.currency), own_book(payment))
    take_in(step, ref, amount, tendered, by_gateway=False)


def take_in(
    step: Step, ref: Ref[Payment], amount: int, tendered: Tendered | None, *, by_gateway: bool
) -> None:
    """The same, where somebody has looked already whether the units are worth the amount."""
    if tendered is not None:
        payment = step.now(ref)
        details = _said(tendered)
        if not payment.stored:
            details |= {"worth": amount, "gateway": amount if by_gateway else 0}
        what = TENDERED_BESIDE if payment.stored and payment.captured else TENDERED
        step.note(ref, what, **details)
    step.add(MoneyMoved(ref, MoneyAccount.PAYER, MoneyAccount.UNAPPLIED, amount))


def name_units(step: Step, ref: Ref[Payment], tendered: Tendered, amount: int) -> None:
    """A gateway names the units of money that has come by it without."""
    worth = {"worth": amount, "gateway": amount, "late": 1}
    step.note(ref, TENDERED, **_said(tendered), **worth)


def _said(tendered: Tendered) -> dict[str, str | int]:
    rate, per = format(tendered.rate.amount, "f"), tendered.rate.per
    return {"unit": tendered.unit, "n": tendered.n, "rate": rate, "per": per}


def own_book(payment: Payment) -> TenderBook | None:
    """The book that money which comes goes into: none where it is that of a balance we keep."""
    return None if payment.stored else payment.tendered


def apply_shares(step: Step, ref: Ref[Payment], orders: Shares) -> None:
    """Apply parts of a payment, all refusals at once.

    Money that comes for a payment that was refunded pays for nothing: it goes back.
    """
    shares = checked_shares(orders)
    payment = step.now(ref)
    refusals = against(step, ref.id, payment.currency, shares)
    if payment.state is PaymentState.REFUNDED:
        can = step.chart(PAYMENT).can(payment.state)
        with all_told(refusals):
            raise IllegalMove(str(ref), payment.state.value, "apply", can)
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


def use_for(step: Step, ref: Ref[Payment], order: Order, amount: int, how: str) -> None:
    """Apply what has come for an order as far as it still costs that; more is under a hold.

    `how` says in the hold how the money came.
    """
    owed = max(0, due(order))
    payable = min(amount, owed, max(0, step.now(ref).unapplied))
    if payable:
        apply_shares(step, ref, ((order.ref.id, payable),))
    if amount > owed:
        more = amount_said(amount - owed, order.currency)
        said = f"{more} more {how} than order {order.ref.id} costs"
        step.hold(ref, "overpaid", said, blocks=())


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
            refusals.append(overpaid(order, amount, max(0, owed)))
    return refusals


def overpaid(order: Order, asked: int, room: int) -> Refusal:
    """Why more is not taken for an order than there is room for, in minor units."""
    name, currency = order.ref.id, order.currency
    return Refusal.of("overpaid", order=name, asked=asked, currency=currency, due=room)


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
