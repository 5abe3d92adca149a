"""The verbs that pay back: what is owed on an order, and what of a payment no order has used.

It knows a clerk who says what goes where, and refuses to know proposals.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Refusal
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.losses import left_at_gateway, left_to_payer, make_all_good
from orderflow.payments.requests import send_back
from orderflow.records import Order, Payment
from orderflow.refunds.owing import (
    not_taken_back,
    not_through_a_door,
    owed_back,
    tenders_in_order,
)
from orderflow.refunds.planning import name_payee
from orderflow.values import text


@verb("refund", Order)
def refund(
    case: Case,
    context: Context,
    amount: Money | None = None,
    payment: str = "",
    to: str = "",
    payee: str = "",
) -> Step:
    """Pay back what is owed on an order: all of it, or a smaller amount.

    It goes to the named payment, or to the order's payments in the order of the rules, which is the
    one in which they were applied where they say none, to each never more than it had paid of this
    order, nor than is left of it: what a payer's bank has taken back is not sent a second time.
    What a bank keeps for good of any of them counts as paid back first, and nothing is sent for it.
    With `to` it goes onto that balance of the customer's, and stays with us; so it must where the
    rules say that nothing goes back to what it was paid with. Else `payee` is the account of his
    that it is transferred to, by its reference: cash of a door may want one by the rules.
    """
    return _refund(case, context, amount, payment, to, payee, ask=False)


@verb("ask_refund", Order)
def ask_refund(
    case: Case, context: Context, amount: Money | None = None, payment: str = ""
) -> Step:
    """Ask the gateways to pay back what is owed on an order: all of it, or a smaller amount.

    As `refund`, and nothing is owed from here on; but each payment has a request that a gateway
    must answer for, and what one of them does not pay back is owed again. A gateway is asked only
    for what came by it: what came in another way, such as cash, is owed still, for `refund` to
    record.
    """
    return _refund(case, context, amount, payment, "", "", ask=True)


def _refund(
    case: Case,
    context: Context,
    amount: Money | None,
    payment: str,
    to: str,
    payee: str,
    *,
    ask: bool,
) -> Step:
    step = Step(case, context)
    order = step.now(case.own(Order))
    named, balance = text(payment, "payment", empty=True), text(to, "to", empty=True)
    account = text(payee, "payee", empty=True)
    asked = _asked_of(order, amount, named)
    left, stuck = asked - make_all_good(step, order.ref, asked), list[Refusal]()
    by_hand, sent = list[Refusal](), False
    in_order = tenders_in_order(step, step.now(order.ref))
    tenders = [one for one in in_order if named in ("", one.payment)]
    for tender in tenders:
        ref = case.payment(tender.payment)
        part = min(left, tender.applied, left_to_payer(step.now(ref)))
        barred = () if part <= 0 or balance else _barred(step, ref, account, ask=ask)
        stuck += barred
        if ask and not barred:
            whole, part = part, min(part, left_at_gateway(step.now(ref)))
            by_hand += _by_hand(step, ref, whole - part)
        if part > 0 and not barred:
            send_back(step, ref, part, order.ref, ask=ask, to=balance)
            if account and not balance:
                name_payee(step, ref, part, account)
            left, sent = left - part, True
    if left and by_hand and not stuck:
        if sent and amount is None:
            return step  # that is what gateways have; the rest is owed still
        stuck = by_hand
    if left and not stuck:
        names = ", ".join([one.payment for one in tenders])
        figures = {"asked": asked, "left": asked - left}
        which = {"order": order.ref.id, "payments": names, "currency": order.currency}
        stuck = [Refusal.of("over_left", **which, **figures)]
    if left:
        raise MoveRefused(tuple(stuck))
    return step


def _asked_of(order: Order, amount: Money | None, payment: str) -> int:
    """How much of what is owed back on an order is asked for; a payment that is named has paid."""
    back, name = owed_back(order), order.ref.id
    asked = back if amount is None else positive(amount, order.currency)
    if asked > back:
        which = {"order": name, "currency": order.currency}
        raise MoveRefused((Refusal.of("over_refund", **which, asked=asked, owed=back),))
    if not asked:
        raise MoveRefused((Refusal.of("nothing_owed", order=name),))
    if payment and all(one.payment != payment for one in order.tenders):
        # The empty case: an order that owes something back was paid by one payment at least.
        raise MoveRefused((Refusal.of("not_paid_by", order=name, payment=payment),))
    return asked


@verb("pay_back", Payment)
def pay_back(
    case: Case, context: Context, amount: Money | None = None, to: str = "", payee: str = ""
) -> Step:
    """Pay back money of a payment that no order has used: all of it, or a smaller amount.

    With `to` it goes onto that balance of the customer's, and stays with us; so it must where the
    rules say that nothing goes back to what it was paid with. `payee` is the account of his that it
    is transferred to, by its reference.
    """
    return _pay_back(case, context, amount, to, payee, ask=False)


@verb("ask_pay_back", Payment)
def ask_pay_back(case: Case, context: Context, amount: Money | None = None) -> Step:
    """Ask the gateway to pay back money that no order has used: all of it, or a smaller amount.

    As `pay_back`; but the gateway must answer for it, and what it does not pay back is there again.
    It is asked only for what came by it.
    """
    return _pay_back(case, context, amount, "", "", ask=True)


def _pay_back(
    case: Case, context: Context, amount: Money | None, to: str, payee: str, *, ask: bool
) -> Step:
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    free = max(0, min(payment.unapplied, left_to_payer(payment)))
    asked = free if amount is None else positive(amount, payment.currency)
    if not free:
        raise MoveRefused((Refusal.of("nothing_to_pay_back", payment=payment.ref.id),))
    if asked > free:
        which = {"payment": payment.ref.id, "currency": payment.currency}
        raise MoveRefused((Refusal.of("over_pay_back", **which, asked=asked, free=free),))
    balance, account = text(to, "to", empty=True), text(payee, "payee", empty=True)
    stuck = () if balance else _barred(step, payment.ref, account, ask=ask)
    if ask:
        there = left_at_gateway(payment)
        asked = min(asked, there) if amount is None and there else asked
        stuck = (*stuck, *_by_hand(step, payment.ref, asked - min(asked, there)))
    if stuck:
        raise MoveRefused(stuck)
    send_back(step, payment.ref, asked, None, ask=ask, to=balance)
    if account and not balance:
        name_payee(step, payment.ref, asked, account)
    return step


def _barred(step: Step, ref: Ref[Payment], payee: str, *, ask: bool) -> tuple[Refusal, ...]:
    """Why a payment takes nothing back; a gateway is not asked for cash, and is told so apart."""
    of_cash = () if ask else not_through_a_door(step, ref, payee)
    return (*not_taken_back(step, ref), *of_cash)


def _by_hand(step: Step, ref: Ref[Payment], amount: int) -> tuple[Refusal, ...]:
    """That so much of a payment came by no gateway, so none can be asked for it."""
    if not amount:
        return ()
    currency = step.now(ref).currency
    return (Refusal.of("not_by_gateway", payment=ref.id, amount=amount, currency=currency),)
