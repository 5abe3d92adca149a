"""Deposits: a price that is paid in two parts, and the limit of the second.

It knows the deposit (定金), its balance (尾款) and what missing it means, and refuses to know what
is owed back when an order is given up.

Problem: two payments for one order say neither that they belong together nor that one is late.
Observation: deposit and balance are one promise to pay one price.
Decision: they are one payment. Its amount is the whole price, its captured money what has come; the
balance is what is still to come, and has a limit of its own once it is asked for.
A balance may come in parts: the payment is captured when all of it is there, or when its orders
owe no more.

Problem: an order whose balance was asked for is paid in another way, or comes to cost no more than
its deposit; a limit that is looked at alone ends an order that owes nothing, and keeps its deposit.
Decision: a balance that no order wants any more is captured as soon as that is so, whichever
command did it and whether or not it was asked for, and is never missed.

A deposit whose balance was missed may be forfeited: the orders that miss it are given up, and their
deposit stands on an account of its own, so that they owe none of it back. Which orders have missed
it is written down at the miss: one that was given up in time is owed its share of the deposit back,
as where it stands alone, and one that has paid keeps its share and stands. One that is given up
after the miss leaves its deposit to be decided on. Until then a late balance is taken, and only a
person forfeits, or `due` where it was said when the balance was asked for.

A balance has a window: from when on it is asked for may be said as soon as the deposit is there,
and `due` lists its opening then, so nobody has to be there at eight in the evening. Who opens it
when its window is over already gives the customer one as long: no deposit is forfeited in the
minute in which its balance is asked for.

Observation: what a presale costs is often known only when its balance is asked for, and units may
have been cancelled since the deposit.
Decision: asking fixes the whole price anew, as what has come and what the payment's orders still
cost. What changes after that is not asked for in silence.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import BALANCE_MISSED, BALANCE_PLANNED, EXPIRED, MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.orders import cancel_order
from orderflow.payments import Shares
from orderflow.payments.applying import apply_shares, capture, checked_shares, open_payment
from orderflow.payments.balances import BALANCE_DUE, balance_of, meant_for, still_due
from orderflow.payments.course import come_in
from orderflow.payments.losses import left_of, lost_of
from orderflow.pricing import due
from orderflow.records import (
    Application,
    MoneyAccount,
    Order,
    Outcome,
    Payment,
    RequestKind,
)
from orderflow.states import ORDER_CALLED_OFF, PAYMENT, PaymentMove, PaymentState
from orderflow.tenders import Tendered
from orderflow.values import instant, later


@verb("take_deposit", Payment)
def take_deposit(
    case: Case,
    context: Context,
    amount: Money,
    deposit: Money,
    orders: Shares,
    method: str = "",
    payer: str = "",
    tendered: Tendered | None = None,
) -> Step:
    """Record that the deposit of a price has come in, and apply it to orders.

    `amount` is the whole price; `orders` says how much of the deposit is for which order, in minor
    units. `tendered` is what was handed over for the deposit in another currency or in points.
    """
    step = Step(case, context)
    whole_price = positive(amount)
    minor = positive(deposit, amount.currency, "deposit")
    if minor >= whole_price:
        raise BadInput("deposit", "less than the amount is wanted")
    shares = tuple([Application(order, share) for order, share in checked_shares(orders)])
    open_payment(step, amount, method, payer, deposit=minor, meant=shares)
    step.proceed(PAYMENT, case.own(Payment), PaymentMove.TAKE_DEPOSIT)
    capture(step, case.own(Payment), minor, tendered)
    apply_shares(step, case.own(Payment), orders)
    return step


@verb("open_balance", Payment)
def open_balance(
    case: Case, context: Context, until: datetime | None = None, forfeit: bool = False
) -> Step:
    """Ask for the balance of a payment: it is to come before `until`, which is not over yet.

    Without `until` it is as `plan_balance` has it, whatever `forfeit` says here; where that window
    is over already, it runs from now on for as long as was planned.
    The whole price is from here on what its orders cost by now; of a payment of no order it is as
    it was. Where they cost no more than has come, nothing is to be asked for; while a gateway that
    was asked for some of it has not answered, it waits.
    With `forfeit` a balance that is missed costs the deposit: `due` lists that, too.
    """
    step = Step(case, context)
    said_until = None if until is None else instant(until, "until")
    if type(forfeit) is not bool:
        raise BadInput("forfeit", "true or false is wanted")
    payment = step.now(case.own(Payment))
    step.proceed(PAYMENT, payment.ref, PaymentMove.OPEN_BALANCE)
    limit = _planned_end(payment, context.at) if said_until is None else said_until
    if limit < context.at:
        over = limit.isoformat()
        raise MoveRefused((Refusal.of("balance_over", payment=payment.ref.id, until=over),))
    forfeits = payment.forfeits if said_until is None else forfeit
    amount = _whole_price(step, payment)
    if amount <= payment.captured - lost_of(payment):
        raise _no_balance(payment)
    _know_what_came(payment)
    said: dict[str, str | int] = {"forfeit": 1} if forfeits else {}
    step.note(payment.ref, "balance", until=limit.isoformat(), amount=amount, **said)
    return step


@verb("plan_balance", Payment)
def plan_balance(
    case: Case, context: Context, opens_at: datetime, until: datetime, forfeit: bool = False
) -> Step:
    """Say from when on a balance is to be asked for, and until when it is to come then.

    `due` lists it as `open_balance` from that instant on, and `reminders` its end from now on. It
    may be said anew as long as the balance was not asked for; one that comes before is taken all
    the same.
    """
    step = Step(case, context)
    start, limit = instant(opens_at, "opens_at"), instant(until, "until")
    if limit <= start:
        raise BadInput("until", "is not after opens_at")
    if type(forfeit) is not bool:
        raise BadInput("forfeit", "true or false is wanted")
    payment = step.now(case.own(Payment))
    if payment.state is not PaymentState.DEPOSIT_TAKEN:
        can = step.chart(PAYMENT).can(payment.state)
        raise IllegalMove(str(payment.ref), payment.state.value, "plan balance", can)
    if balance_of(step, payment) <= 0:
        raise _no_balance(payment)
    said: dict[str, str | int] = {"forfeit": 1} if forfeit else {}
    window = {"opens_at": start.isoformat(), "until": limit.isoformat()}
    step.note(payment.ref, BALANCE_PLANNED, **window, **said)
    return step


@verb("miss_balance", Payment)
def miss_balance(case: Case, context: Context) -> Step:
    """Say that a balance has not come in time: from now on it is overdue.

    The orders that owe some of it by now have missed it, and no others.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    until = payment.expires_at
    if payment.state is PaymentState.BALANCE_OPEN:
        if until is not None and until > context.at:
            limit = until.isoformat()
            raise MoveRefused((Refusal.of("balance_not_due", payment=payment.ref.id, until=limit),))
        if balance_of(step, payment) <= 0:
            raise _no_balance(payment)
    step.proceed(PAYMENT, payment.ref, PaymentMove.MISS_BALANCE)
    for one in payment.applications:
        order = step.now(case.order(one.order))
        if order.state not in ORDER_CALLED_OFF and due(order) > 0:
            step.note(payment.ref, BALANCE_MISSED, order=one.order)
    return step


@verb("forfeit_deposit", Payment)
def forfeit_deposit(case: Case, context: Context, amount: Money | None = None) -> Step:
    """Keep the deposit of a payment whose balance is overdue, or a smaller amount of it.

    The orders that still miss it are cancelled, which is refused where their goods have gone on,
    and owe nothing of it back; what is more than the deposit is owed back. Orders that owe nothing
    stand, with what the deposit has paid of them, and what it has paid of one that was given up
    before its balance was missed is owed back. It waits for the gateway where that was asked for
    the balance and has not answered.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    ref, deposit = payment.ref, payment.deposit - _kept(step, payment)
    asked = deposit if amount is None else positive(amount, payment.currency)
    if payment.state is PaymentState.BALANCE_OVERDUE:
        if deposit <= 0:
            raise _no_balance(payment)
        if asked > deposit:
            of, facts = payment.currency, {"asked": asked, "deposit": deposit}
            raise MoveRefused((Refusal.of("over_deposit", payment=ref.id, currency=of, **facts),))
        _know_what_came(payment)
    come_in(step, ref, PaymentMove.FORFEIT)
    left = min(asked, left_of(payment))
    of_deposit = {one.order: one.amount for one in payment.meant}
    for one in payment.applications:
        order = case.order(one.order)
        if not one.amount or not _misses(payment, step.now(order)):
            continue
        if step.now(order).state not in ORDER_CALLED_OFF:
            # as one that expires: where its balance had come in time, it stands again
            cancel_order(step, order, reason="the balance was not paid", document=EXPIRED)
        share = of_deposit.get(one.order, one.amount)
        part = min(left, share, one.amount, max(0, -due(step.now(order))))
        if part > 0:
            step.add(MoneyMoved(ref, MoneyAccount.APPLIED, MoneyAccount.FORFEITED, part, order))
            left -= part
    part = min(left, payment.unapplied)
    if part > 0:
        step.add(MoneyMoved(ref, MoneyAccount.UNAPPLIED, MoneyAccount.FORFEITED, part))
    return step


@verb("pay_balance", Payment)
def pay_balance(
    case: Case,
    context: Context,
    amount: Money,
    orders: Shares,
    tendered: Tendered | None = None,
) -> Step:
    """Record that a balance has come in, or a part of it, and apply it to orders.

    It may come before it was asked for, and after its limit. The payment is captured when the
    whole price has come, or when its orders cost no more. `tendered` is what was handed over for
    it, in the unit of the deposit and at a rate of its own.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    ref, minor = payment.ref, positive(amount, payment.currency)
    if payment.state not in BALANCE_DUE:
        raise _no_balance(payment)
    capture(step, ref, minor, tendered)
    apply_shares(step, ref, orders)
    if balance_of(step, step.now(ref)) <= 0:
        come_in(step, ref)
    return step


def let_go(step: Step, ref: Ref[Payment]) -> None:
    """Say that a balance is wanted no more, where its orders owe nothing, asked for or not.

    One that was missed waits for a decision as long as an order that it has paid was given up
    since.
    """
    payment = step.now(ref)
    if payment.state not in BALANCE_DUE or balance_of(step, payment) > 0:
        return
    if payment.state is PaymentState.BALANCE_OVERDUE:
        paid = [step.case.order(one.order) for one in payment.applications if one.amount]
        if any(_misses(payment, step.now(order)) for order in paid):
            return
    come_in(step, ref)


def _misses(payment: Payment, order: Order) -> bool:
    """Whether an order has missed its balance, and has not been paid since.

    Where no order was there that could miss it, any that the payment was applied to since does.
    """
    if payment.missed and order.ref.id not in payment.missed:
        return False
    return order.state in ORDER_CALLED_OFF or due(order) > 0


def _planned_end(payment: Payment, at: datetime) -> datetime:
    """Until when a balance that was planned is to come, if it is asked for now."""
    start, end = payment.balance_from, payment.expires_at
    if start is None or end is None:
        raise MoveRefused((Refusal.of("balance_not_planned", payment=payment.ref.id),))
    return end if end > at else later(at, end - start)


def _kept(step: Step, payment: Payment) -> int:
    """What of a deposit has paid orders that do not miss its balance.

    Where nobody has said how much of the deposit is for which order, all that is on such an order.
    """
    of_deposit = {one.order: one.amount for one in payment.meant}
    return sum(
        min(one.amount, of_deposit.get(one.order, one.amount))
        for one in payment.applications
        if one.amount and not _misses(payment, step.now(step.case.order(one.order)))
    )


def _know_what_came(payment: Payment) -> None:
    """Refused while a gateway that was asked may have the balance already: nobody knows yet."""
    under_way = tuple(
        Refusal.of("request_open", payment=payment.ref.id, request=one.id)
        for one in payment.requests
        if one.outcome is Outcome.PENDING and one.kind is RequestKind.CAPTURE
    )
    if under_way:
        raise MoveRefused(under_way)


def _no_balance(payment: Payment) -> MoveRefused:
    state = payment.state.value
    return MoveRefused((Refusal.of("no_balance", payment=payment.ref.id, state=state),))


def _whole_price(step: Step, payment: Payment) -> int:
    """What has come of a payment and is used, and what its orders still cost."""
    names = meant_for(payment)
    if not names:
        return payment.amount
    used = payment.captured - lost_of(payment) - max(0, payment.unapplied)
    return used + still_due(step, names)
