"""How an order ends well: its receipt, its completion, and the archive.

It knows what is waited for before an order may end, and refuses to know what may go wrong until
then: that is after-sales.

Problem: "completed" means different things to different people: the parcel came, the customer is
content, the money is in, nobody can complain any more.
Observation: the first three belong together, and the last comes weeks later.
Decision: *completed* means that every unit has ended its outward life, that nothing is owed either
way, and that the receipt was confirmed or `receipt_days` have passed since the last delivery.
After-sales go on: a return opens a completed order again.
*Archived* means that the last return window has closed too; nothing but what happens outside comes
after it.

A receipt says that what had come by then is there; a later delivery has days of its own.

Both spans count from the parcels, so an order need not be touched when a parcel arrives.
A unit that stands delivered in no parcel, or in one that was never reported as delivered, has no
date: that it came was said by somebody who saw it, and it is not waited for.

Nobody needs to watch for either: what follows from silence is listed as due (`deadlines`), and what
is written here says from which instant on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from orderflow.facts import CONTACT
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import order_facts
from orderflow.records import Order
from orderflow.return_windows import last_closing
from orderflow.rules import Rules
from orderflow.states import ORDER, OrderMove, UnitState
from orderflow.values import later


@verb("confirm_receipt", Order)
def confirm_receipt(case: Case, context: Context) -> Step:
    """Record that the customer says that the goods have come (签收), in any state.

    Where no unit counts as delivered, a hold says that somebody should look into it before the
    order is completed.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.note(order.ref, "receipt", at=context.at.isoformat())
    if not any(spot.state is UnitState.DELIVERED for _, spot in order.units()):
        reason = "the customer has confirmed the receipt, and no unit counts as delivered"
        step.hold(order.ref, "unexpected_receipt", reason, (OrderMove.COMPLETE.value,))
    return step


@verb("complete", Order)
def complete(case: Case, context: Context) -> Step:
    """Close an order: every unit has ended its outward life and nothing is owed either way.

    Its receipt was confirmed, or the days of the rules have passed since its last delivery. Its
    customer is told whom to turn to from now on, where the rules name a desk (`Rules.aftercare`).
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    facts = attrs.evolve(order_facts(order), receipt_until=_receipt_until(step, order))
    step.advance(ORDER, order.ref, OrderMove.COMPLETE, facts)
    desk = context.rules.desk(order.tier)
    if desk and desk != order.contact:
        step.note(order.ref, CONTACT, desk=desk)
    return step


@verb("archive", Order)
def archive(case: Case, context: Context) -> Step:
    """Put a completed order away: its after-sales are over."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    facts = attrs.evolve(order_facts(order), window_until=_window_until(step, order))
    step.advance(ORDER, order.ref, OrderMove.ARCHIVE, facts)
    return step


def receipt_since(case: Case, order: Order, rules: Rules) -> datetime:
    """Since when a receipt is settled: it was confirmed, or its days were over before that.

    What came without a date is not waited for: since it was confirmed, or else placed.
    """
    came = _last_delivery(case, order)
    if came is None:
        return order.received_at or order.placed_at
    until = later(came, timedelta(days=rules.receipt_days))
    confirmed = _confirmed(order, came)
    return until if confirmed is None else min(confirmed, until)


def window_since(case: Case, order: Order, rules: Rules) -> datetime:
    """Since when the last return window is closed; a return may be asked up to its last instant."""
    until = _window_end(case, order, rules)
    return order.placed_at if until is None else later(until, timedelta.resolution)


def _receipt_until(step: Step, order: Order) -> str:
    """When silence counts as receipt; empty when it does so already, or nobody needs to wait."""
    days = step.context.rules.receipt_days
    if not days:
        return ""
    came = _last_delivery(step.case, order)
    if came is None or _confirmed(order, came) is not None:
        return ""
    until = later(came, timedelta(days=days))
    return until.isoformat() if step.context.at < until else ""


def _window_until(step: Step, order: Order) -> str:
    """When the last return window closes; empty when it has. Until then returns may be asked."""
    until = _window_end(step.case, order, step.context.rules)
    return until.isoformat() if until is not None and step.context.at <= until else ""


def _window_end(case: Case, order: Order, rules: Rules) -> datetime | None:
    """The last instant at which a return may be asked; `None` where nothing came with a date."""
    return last_closing(order, lambda name: case.get(case.parcel(name)), rules)


def _confirmed(order: Order, came: datetime) -> datetime | None:
    """When the receipt of what came last was confirmed, if it was."""
    said = order.received_at
    return said if said is not None and said >= came else None


def _last_delivery(case: Case, order: Order) -> datetime | None:
    """When the last parcel came whose units stand delivered; `None` where none has a date."""
    names = {
        spot.slice.parcel for _, spot in order.units() if spot.state is UnitState.DELIVERED
    } - {""}
    came = [case.get(case.parcel(name)).delivered_at for name in sorted(names)]
    return max([at for at in came if at is not None], default=None)
