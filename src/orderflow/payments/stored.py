"""Balances that we keep for customers: vouchers, gift cards, store credit, points.

It knows what is put on such a balance, spent of it and given back to it, and refuses to know what
it was earned by.

Problem: a balance that is read, found large enough and written back is spent twice by two tills.
Decision: a balance is a pool, and who spends of it claims it, as a buyer's limit is claimed.
The store grants the claim or nothing at all, in the same commit as the payment; no wire is asked.
What goes back of such a payment gives its claim back in the same commit, however late.
A gateway may bring such a payment money all the same, and that is no balance's: what goes back of
an order is the balance's first, and of money on no order what came from elsewhere is.
Where the time of its balance is over nobody could spend that, so nothing goes back to it: what is
owed goes onto another balance, and is never gone in silence.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import LAPSED, Claimed, Limited, MoneyMoved
from orderflow.grants import Kept
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, exponent, positive
from orderflow.payments.applying import Shares, apply_shares, capture, open_payment
from orderflow.payments.losses import left_of
from orderflow.pools import stored_pool
from orderflow.records import MoneyAccount, Order, Payment
from orderflow.states import PAYMENT, PaymentMove
from orderflow.tenders import StoredKind, StoredValue, Tendered, checked_tendered, part_of
from orderflow.tenders import unit as unit_of
from orderflow.values import MINOR_MAX, Position, instant, text, whole


@verb("open_stored_value", StoredValue)
def open_stored_value(
    case: Case,
    context: Context,
    kind: StoredKind,
    unit: str,
    units: int = 0,
    holder: str = "",
    until: datetime | None = None,
) -> Step:
    """Open a balance with so many units on it: minor units of a currency, or points.

    All but points are in a currency. Nothing of it is spent from `until` on.
    """
    step = Step(case, context)
    if type(kind) is not StoredKind:
        raise BadInput("kind", f"one of {', '.join(StoredKind)} is wanted")
    end = None if until is None else instant(until, "until")
    if end is not None and end <= context.at:
        raise BadInput("until", "is over already")
    of = unit_of(unit, "unit")
    if kind is not StoredKind.POINTS:
        exponent(of, "unit")
    on_it = whole(units, "units", least=0, most=MINOR_MAX)
    own = case.own(StoredValue)
    text(own.id, "stored")
    step.open(StoredValue(own, kind, of, on_it, text(holder, "holder", empty=True), end))
    return step


@verb("top_up", StoredValue)
def top_up(case: Case, context: Context, units: int, reason: str) -> Step:
    """Put so many units more on a balance: points that were earned, or goodwill.

    Money that was paid in goes onto it by `pay_back`, what is owed back by `refund`.
    """
    step = Step(case, context)
    stored = running(step, case.own(StoredValue).id)
    whole(units, "units", most=MINOR_MAX)
    _put(step, stored, units)
    step.note(stored.ref, "topped up", n=units, reason=text(reason, "reason"))
    return step


@verb("spend", Payment)
def spend(
    case: Case,
    context: Context,
    stored: str,
    amount: Money,
    orders: Shares,
    tendered: Tendered | None = None,
) -> Step:
    """Pay orders from a balance; refused where it has less.

    Where the balance is in another unit, `tendered` says how many of them, and at which rate.
    """
    step = Step(case, context)
    balance = running(step, text(stored, "stored"))
    n = positive(amount)
    given = amount.currency if tendered is None else checked_tendered(tendered).unit
    if given != balance.unit:
        raise MoveRefused((_other_unit(balance, given),))
    ref = case.own(Payment)
    open_payment(step, amount, balance.kind.value, balance.holder, stored=balance.ref.id)
    step.proceed(PAYMENT, ref, PaymentMove.CAPTURE)
    capture(step, ref, n, tendered)
    step.add(Claimed(ref, _pool(balance.ref.id), n if tendered is None else tendered.n))
    apply_shares(step, ref, orders)
    return step


@verb("lapse_stored_value", StoredValue)
def lapse_stored_value(case: Case, context: Context) -> Step:
    """Let what nobody has spent of a balance in time be nobody's any more."""
    step = Step(case, context)
    stored = step.now(case.own(StoredValue))
    if stored.lapsed:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(stored.ref), move="lapse"),))
    if stored.until is None or stored.until > context.at:
        until = "any time" if stored.until is None else stored.until.isoformat()
        raise MoveRefused((Refusal.of("stored_not_due", stored=stored.ref.id, until=until),))
    pool = _pool(stored.ref.id)
    left = case.counter(pool).free
    if left:
        step.keep(Kept(pool, 0))  # who has spent of it meanwhile keeps it
        step.add(Limited(pool, -left, stored.ref))
    step.note(stored.ref, LAPSED, n=left)
    return step


def running(step: Step, id: str) -> StoredValue:
    """A balance that may be used; one whose time is over is refused."""
    stored = step.now(step.case.stored_value(id))
    if stored.until is not None and stored.until <= step.context.at:
        raise MoveRefused((_over(id, stored.until),))
    return stored


def balance_over(step: Step, payment: Payment) -> tuple[Refusal, ...]:
    """That the time of the balance that a payment came from is over, where it is.

    What goes back to it nobody could spend.
    """
    if not payment.stored:
        return ()
    stored = step.now(step.case.stored_value(payment.stored))
    if stored.until is None or stored.until > step.context.at:
        return ()
    return (_over(stored.ref.id, stored.until),)


def of_balance(payment: Payment, amount: int, order: Ref[Order] | None) -> int:
    """How much of an amount that goes back of a payment came from its balance, in minor units.

    What stands on an order is the balance's first; on no order, what came from elsewhere is first.
    """
    left = left_of(payment) - payment.outside
    return max(0, amount - payment.outside) if order is None else min(amount, left)


def units_of(payment: Payment, amount: int) -> int | None:
    """The units of its balance that so much of its money is worth; `None` where it is as many."""
    book = payment.tendered
    return None if book is None else part_of(book.held, left_of(payment) - payment.outside, amount)


def give_back(step: Step, before: Payment, amount: int) -> None:
    """What went back of a payment to its balance since `before` may be spent of it again."""
    units = units_of(before, amount)
    n = min(amount if units is None else units, before.spent)
    if n:
        step.add(Claimed(before.ref, _pool(before.stored), -n))


def put_on(step: Step, ref: Ref[Payment], amount: int, to: str) -> None:
    """What went back of a payment is put on a balance of its currency, and stays with us."""
    credited(step, to, amount, step.now(ref).currency)
    step.add(MoneyMoved(ref, MoneyAccount.BANK, MoneyAccount.STORED, amount))


def credited(step: Step, to: str, amount: int, currency: str) -> None:
    """Put money on a balance of its currency; it may be spent from there on."""
    stored = running(step, to)
    if stored.unit != currency:
        raise MoveRefused((_other_unit(stored, currency),))
    _put(step, stored, amount)


def _put(step: Step, stored: StoredValue, n: int) -> None:
    """Put units on a balance; all that were ever put there are still a number that we can write."""
    if n > MINOR_MAX - stored.n:
        figures = {"there": stored.n, "asked": n, "most": MINOR_MAX}
        raise MoveRefused((Refusal.of("stored_full", stored=stored.ref.id, **figures),))
    step.add(Limited(_pool(stored.ref.id), n, stored.ref))


def _over(stored: str, until: datetime) -> Refusal:
    return Refusal.of("stored_over", stored=stored, until=until.isoformat())


def _other_unit(stored: StoredValue, given: str) -> Refusal:
    return Refusal.of("other_unit", stored=stored.ref.id, unit=stored.unit, given=given)


def _pool(stored: str) -> Position:
    return Position(stored_pool(stored))
