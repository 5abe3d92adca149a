"""An order that ended unpaid, and was paid in time after all: it stands again.

It knows what an order gave up as it ended so, and refuses to know who says that it was paid in
time.

Problem: a payer pays in the last minute, the gateway tells of it an hour later, and by then the
order has ended and its goods are free for others.
Decision: what the order gave up is its own again, units and money alike, and its goods are claimed
in the same commit, all of them, where the rules claim goods by themselves; so are the uses of its
coupons. Where any are gone, or another reason stands against it, nothing has changed, and whoever
asked is told so.

An order whose balance was missed and whose deposit was forfeited has ended so, too. It stands again
where all of its balance was paid before its limit, by whichever payment, and its deposit is on it
again.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.coupons import use_coupons
from orderflow.errors import MoveRefused, Refusal, all_told
from orderflow.facts import EXPIRED, REINSTATED, MoneyMoved
from orderflow.journal import Step
from orderflow.pricing import due, order_facts
from orderflow.promising.reserving import attempted, reserve_again
from orderflow.records import CutKind, Line, MoneyAccount, Order, Payment
from orderflow.states import ORDER, OrderMove, OrderState, UnitMove, UnitState
from orderflow.units import Chosen


def paid_in_time(step: Step, order: Order, at: datetime) -> bool:
    """Whether what was paid at an instant was in time for an order that has ended unpaid."""
    if order.state is OrderState.EXPIRED:
        return order.pay_by is not None and at < order.pay_by
    if order.state is not OrderState.CANCELLED:
        return False
    return any(balance_in_time(one, at) for one in forfeited_by(step, order))


def balance_in_time(payment: Payment, at: datetime) -> bool:
    """Whether what was paid at an instant was within the limit of a balance."""
    return payment.expires_at is not None and at < payment.expires_at


def forfeited_by(step: Step, order: Order) -> list[Payment]:
    """The payments whose deposit for an order was forfeited as that ended; none where it has not.

    Where it was cancelled otherwise, whoever did so wants no money for it.
    """
    # The empty case: an order without lines has given up nothing.
    if not any(_given_up(line) for line in order.lines):
        return []
    tenders = [step.now(step.case.payment(one.payment)) for one in order.tenders]
    return [one for one in tenders if one.forfeited]


def reinstated(step: Step, ref: Ref[Order], paid: int, *, whole: bool = False) -> bool:
    """Let an order that has ended unpaid stand again; false if it cannot, and nothing has changed.

    `paid` is what there is for it: one that has missed its balance wants the whole of that, and so
    does each where `whole` says so.
    """
    return not attempted(step, lambda tried: _reinstate(tried, ref, paid, whole=whole))


def _reinstate(step: Step, ref: Ref[Order], paid: int, *, whole: bool) -> None:
    order = step.now(ref)
    deposits = forfeited_by(step, order) if order.state is OrderState.CANCELLED else []
    for line in order.lines:
        units = _given_up(line)
        if units:
            step.move(step.now(ref), UnitMove.REINSTATE, units)
    step.note(ref, REINSTATED)
    step.advance(ORDER, ref, OrderMove.REINSTATE, order_facts(step.now(ref)))
    for payment in deposits:
        share = {one.order: one.amount for one in payment.meant}.get(ref.id, payment.forfeited)
        part = min(payment.forfeited, share)
        source, target = MoneyAccount.FORFEITED, MoneyAccount.APPLIED
        step.add(MoneyMoved(payment.ref, source, target, part, ref))
    again = step.now(ref)
    owed = due(again)
    if (deposits or whole) and owed > paid:
        refusal = Refusal.of("not_paid", order=ref.id, due=owed - paid, currency=again.currency)
        raise MoveRefused((refusal,))
    with all_told(use_coupons(step, again, again.placed_at)):
        reserve_again(step, ref)


def _given_up(line: Line) -> list[Chosen]:
    """The units of a line that were cancelled as its order ended unpaid.

    Others may have been cancelled before; what had left the house among them comes last.
    """
    n = sum(
        cut.stop - cut.start
        for cut in line.cuts
        if cut.kind is CutKind.GIVEN_UP and cut.document == EXPIRED
    )
    chosen: list[Chosen] = []
    spots = [spot for spot in line.spots if spot.state is UnitState.CANCELLED]
    for spot in sorted(spots, key=lambda spot: bool(spot.slice.parcel)):
        part = min(n, spot.n)
        if part:
            chosen.append(Chosen(line, spot, part))
            n -= part
    return chosen
