"""Cash on delivery: what a carrier is to collect, has collected, and has handed over.

It knows who has the cash, and refuses to know parcels and what they hold.

The carrier *collects*, from then on the order is paid and the carrier owes us; it *remits*, and
that debt is settled. What it keeps of it as its fee settles the debt as well: the order was paid in
full, and the fee is ours to bear.
What it remits beyond its debt has come too, and stays unapplied.
"""

from __future__ import annotations

from typing import Final

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import DUE_AT_DOOR, REMITTED, MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.applying import (
    ENDED,
    apply_shares,
    arrived,
    capture,
    matches,
    open_payment,
)
from orderflow.pricing import due
from orderflow.records import MoneyAccount, Order, Payment
from orderflow.states import (
    PAYMENT,
    PaymentMove,
    PaymentState,
)
from orderflow.values import text, whole

ROWS_MAX: Final = 100_000_000
"""The last line of a remittance file that is believed."""


@verb("expect_cash", Payment)
def expect_cash(case: Case, context: Context, order: str, amount: Money, parcel: str = "") -> Step:
    """Open a payment that is due at the door: the carrier is to collect so much for an order.

    Where the order comes in several parcels, each may have a payment of its own: `parcel` says
    which, and it may be packed later.
    """
    step = Step(case, context)
    owing = _cash_order(step, order)
    positive(amount, owing.currency)
    _open_at_door(step, owing, amount, text(parcel, "parcel", empty=True))
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
    elif payment.state in ENDED:
        step.hold(ref, "paid_late", "cash was taken at the door after the payment had ended")
    elif payable and not other and matches(payment, owing):
        apply_shares(step, ref, ((order, payable),))
    return step


@verb("remit", Payment)
def remit(
    case: Case,
    context: Context,
    amount: Money,
    fee: Money | None = None,
    remittance: str = "",
    row: int = 0,
) -> Step:
    """Record that the carrier has handed over cash that it had collected, in any state.

    `fee` is the part of the amount that it has kept; what of that is beyond its debt was kept of
    our money. `remittance` and `row` say where it stands in a remittance file. What is handed over
    beyond the debt stays unapplied, under a hold, and may go back: where no money was to come of
    the payment yet, or no more, it is captured by it.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    ref, state = payment.ref, payment.state
    minor = positive(amount, payment.currency)
    kept = 0 if fee is None else positive(fee, payment.currency, "fee")
    if kept > minor:
        raise BadInput("fee", "is a part of the amount, and not more than it")
    line = whole(row, "row", least=0, most=ROWS_MAX)
    if text(remittance, "remittance", empty=True):
        step.note(ref, REMITTED, remittance=remittance, row=line, amount=minor, fee=kept)
    of_debt = min(kept, payment.with_carrier)
    owed = min(minor - kept, payment.with_carrier - of_debt)
    for source, target, part in (
        (MoneyAccount.CARRIER, MoneyAccount.BANK, owed),
        (MoneyAccount.CARRIER, MoneyAccount.FEES, of_debt),
        (MoneyAccount.BANK, MoneyAccount.FEES, kept - of_debt),
    ):
        if part:
            step.add(MoneyMoved(ref, source, target, part))
    if owed + of_debt:  # so it is collected or short paid
        settled = owed + of_debt == payment.with_carrier
        step.proceed(PAYMENT, ref, PaymentMove.REMIT if settled else PaymentMove.REMIT_PART)
    at_door = state is PaymentState.DUE_AT_DOOR  # it must have been collected, with the fee
    beyond = minor if at_door else minor - kept - owed
    if beyond:
        capture(step, ref, beyond)
        if at_door:
            step.proceed(PAYMENT, ref, PaymentMove.COLLECT)
            step.proceed(PAYMENT, ref, PaymentMove.REMIT)
        else:
            arrived(step, ref)
        step.hold(ref, "over_remitted", "the carrier has remitted more than it owed")
    return step


def _cash_order(step: Step, order: str) -> Order:
    """An order that is paid at the door; others are refused."""
    owing = step.now(step.case.order(text(order, "order")))
    if not owing.cash_on_delivery:
        raise MoveRefused((Refusal.of("not_cash_on_delivery", order=order),))
    return owing


def _open_at_door(step: Step, owing: Order, amount: Money, parcel: str = "") -> None:
    open_payment(step, amount, "cash on delivery", owing.customer)
    step.proceed(PAYMENT, step.case.own(Payment), PaymentMove.OWE_AT_DOOR)
    named = {"parcel": parcel} if parcel else {}
    step.note(step.case.own(Payment), DUE_AT_DOOR, order=owing.ref.id, **named)
