"""Goods of an order that stay, since the payer's bank has taken their money back.

It knows when such goods are withheld and when they may go, and refuses to know how a bank decides.

Problem: a hold on the payment stops nobody at the shelf, and an order that was confirmed as paid
goes out though its money is gone.
Observation: what the bank has taken stands as due on the order, or as missing on the payment where
no order was named.
Decision: the order is on hold as soon as its money is taken, if any of it has not left yet, and no
longer than while something is due by now or missing. An order on account needs no such hold: its
credit has its own limit. One that is paid at the door needs it for what no door asks: its doors
follow first, and when one of them closes later, what it was to bring is missing, too.
What is sent anew in the place of goods that went astray costs nothing, but it is these goods: it
stays as long as the money of the order by which they were sold is missing.
Where a dispute is lost and nothing stands as due, goods still stay: whether they go out to a payer
whose bank has kept the money is for a person to say, who lifts the hold.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderflow.cod.sharing import to_collect
from orderflow.journal import Step
from orderflow.plans import due_by
from orderflow.records import Order
from orderflow.sent_again import sent_anew, sold_by
from orderflow.states import NOT_LEFT

CHARGED_BACK: Final = "charged_back"
"""The hold of a payment whose money a bank has taken back, and of the orders that it had paid."""


def withhold(step: Step, order: Order) -> None:
    """Keep the goods of an order whose money a bank has taken back, as far as they are here.

    So are those that are sent anew for it. What doors ask instead is known when they have followed:
    see `withhold_unasked`.
    """
    if order.cash_on_delivery and not _is_short(step, order):
        return
    for goods in (order, *sent_anew(step, order)):
        if goods_unpaid(step, goods):
            _keep(step, goods)


def withhold_anew(step: Step, anew: Order) -> None:
    """Keep what is to be sent anew of goods whose money a bank has taken back before."""
    if _was_taken(step, sold_by(step, anew)) and goods_unpaid(step, anew):
        _keep(step, anew)


def withhold_unasked(step: Step, order: Order) -> None:
    """Keep goods of which a bank has taken money back and more is asked at no door than before."""
    before, at = step.case.find(order.ref), step.context.at
    if not order.cash_on_delivery or order.on_account or before is None:
        return
    if _missing_here(order, at) <= _missing_here(before, at):
        return
    if _was_taken(step, order):
        _keep(step, order)


def _was_taken(step: Step, order: Order) -> bool:
    """Whether a bank has taken money of any payment of an order; none has of one that has none."""
    return any(step.now(step.case.payment(one.payment)).charged_back for one in order.tenders)


def _keep(step: Step, order: Order) -> None:
    step.hold(order.ref, CHARGED_BACK, "the payer's bank has taken its money back")


def goods_unpaid(step: Step, order: Order) -> bool:
    """Whether money is missing for goods that have not left and were to be paid before they do."""
    sold, at = sold_by(step, order), step.context.at
    if sold.on_account or not _is_here(order):
        return False
    if sold.ref == order.ref:
        return _missing_here(order, at) > 0 or _is_short(step, order)
    # What a door asks of an order whose goods went astray is asked with what is sent anew.
    return (due_by(sold, at) > 0 and not sold.cash_on_delivery) or _is_short(step, sold)


def _missing_here(order: Order, at: datetime) -> int:
    """What is due by an instant, beyond what doors ask, of an order with goods that have not left.

    What is coming back is to be paid at no door.
    """
    if not _is_here(order):
        return 0
    if not order.cash_on_delivery:
        return due_by(order, at)
    return min(due_by(order, at), to_collect(order)) - sum([door.amount for door in order.doors])


def _is_here(order: Order) -> bool:
    """Whether any goods have not left; an order without units has nothing to keep."""
    return any(spot.state in NOT_LEFT for _, spot in order.units())


def _is_short(step: Step, order: Order) -> bool:
    """Whether more was taken of a payment of an order than no order had used."""
    names = [one.payment for one in order.tenders if one.applied]
    payments = [step.now(step.case.payment(name)) for name in names]
    return any(one.charged_back and one.unapplied < 0 for one in payments)
