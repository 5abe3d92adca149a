"""Cash on delivery: what a carrier has collected, and has handed over.

It knows who has the cash, and refuses to know parcels and what they hold.

The carrier *collects*, from then on the order is paid and the carrier owes us; it *remits*, and
that debt is settled. What it keeps of it as its fee settles the debt as well: the order was paid in
full, and the fee is ours to bear. So is the fee for a parcel that was refused, which it keeps of
the cash of others: what its customer is to bear of that is a matter of the order's price.
What it remits beyond its debt has come too, and stays unapplied. So does what it collects beyond
what the order costs.
Both have happened, so they are recorded in any state of a payment of a door; where its chart has no
row for that, it stays where it is, and a hold asks a person.
"""

from __future__ import annotations

from typing import Final

from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import REMITTED, MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, not_negative, positive
from orderflow.payments.applying import capture, matches, use_for
from orderflow.payments.course import ENDED, arrived
from orderflow.payments.doors import open_at_door
from orderflow.records import MoneyAccount, Payment
from orderflow.states import PAYMENT, PaymentMove, PaymentState
from orderflow.values import text, whole

ROWS_MAX: Final = 100_000_000
"""The last line of a remittance file that is believed."""


@verb("collect_on_delivery", Payment)
def collect_on_delivery(case: Case, context: Context, order: str, amount: Money) -> Step:
    """Record that the carrier has taken cash at the door: the order is paid from here on.

    It is the cash that a payment due at the door has waited for, or more of it, or a payment of its
    own. What is more than the order costs stays unapplied under a hold, and what the payer's bank
    had taken back before is made good first. All of it stays unapplied under a hold where the
    payment had been voided, is in dispute or was due for another order, and where the order is not
    paid at the door.
    """
    step = Step(case, context)
    ref = case.own(Payment)
    owing = step.now(case.order(text(order, "order")))
    before = case.find(ref)
    if before is None:
        open_at_door(step, owing, amount)
    elif not before.due_for:  # money of another kind: its name is taken
        raise MoveRefused((Refusal.of("already_there", kind=ref.kind, id=ref.id),))
    payment = step.now(ref)
    minor = positive(amount, payment.currency)
    capture(step, ref, minor)
    step.add(MoneyMoved(ref, MoneyAccount.BANK, MoneyAccount.CARRIER, minor))
    expected = _proceed(step, ref, PaymentMove.COLLECT)
    if not expected:
        said = f"cash was taken at the door while it was {payment.state.value}"
        step.hold(ref, "unexpected_cash", said, blocks=())
    if payment.due_for != order:
        said = f"cash of order {order} was taken on a payment that was due for {payment.due_for}"
        step.hold(ref, "other_order", said, blocks=())
    if not owing.cash_on_delivery:
        said = f"cash was taken for order {order}, which is not paid at the door"
        step.hold(ref, "unexpected_cash", said, blocks=())
    elif payment.state in ENDED:
        step.hold(ref, "paid_late", "cash was taken at the door after the payment had ended")
    elif not matches(payment, owing):
        said = f"cash in {payment.currency} was taken for an order in {owing.currency}"
        step.hold(ref, "unexpected_cash", said, blocks=())
    elif expected and payment.due_for == order:
        use_for(step, ref, owing, minor, "was collected")
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

    `fee` is what it has kept of the amount; what of that is beyond its debt, or beyond the amount,
    was kept of our money. With a fee the amount may be nothing: carriers charge for a parcel that
    was refused, too. `remittance` and `row` say where it stands in a remittance file. What is
    handed over beyond the debt stays unapplied, under a hold, and may go back: where no money was
    to come of the payment yet, or no more, it is captured by it.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    ref, state = payment.ref, payment.state
    kept = 0 if fee is None else positive(fee, payment.currency, "fee")
    minor = (not_negative if kept else positive)(amount, payment.currency)
    of_it = min(kept, minor)
    line = whole(row, "row", least=0, most=ROWS_MAX)
    if text(remittance, "remittance", empty=True):
        step.note(ref, REMITTED, remittance=remittance, row=line, amount=minor, fee=kept)
    of_debt = min(of_it, payment.with_carrier)
    owed = min(minor - of_it, payment.with_carrier - of_debt)
    for source, target, part in (
        (MoneyAccount.CARRIER, MoneyAccount.BANK, owed),
        (MoneyAccount.CARRIER, MoneyAccount.FEES, of_debt),
        (MoneyAccount.BANK, MoneyAccount.FEES, kept - of_debt),
    ):
        if part:
            step.add(MoneyMoved(ref, source, target, part))
    if owed + of_debt:
        settled = owed + of_debt == payment.with_carrier
        _proceed(step, ref, PaymentMove.REMIT if settled else PaymentMove.REMIT_PART)
    at_door = state is PaymentState.DUE_AT_DOOR  # it must have been collected, with the fee
    beyond = minor if at_door else minor - of_it - owed
    if beyond:
        capture(step, ref, beyond)
        if at_door:
            step.proceed(PAYMENT, ref, PaymentMove.COLLECT)
            step.proceed(PAYMENT, ref, PaymentMove.REMIT)
        else:
            arrived(step, ref)
        step.hold(ref, "over_remitted", "the carrier has remitted more than it owed")
    return step


def _proceed(step: Step, ref: Ref[Payment], move: PaymentMove) -> bool:
    """Move a payment where its chart has a row for that; whether it has one."""
    has_row = step.chart(PAYMENT).target(step.now(ref).state, move) is not None
    if has_row:
        step.proceed(PAYMENT, ref, move)
    return has_row
