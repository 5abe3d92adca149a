"""A parcel that is taken in part at the door (部分签收).

It knows what a customer keeps after having looked at it, and refuses to know who takes the cash.

What is sent back travels as a parcel of its own, so that all that can become of a parcel can become
of it: it is received back, lost or delivered after all.
What is to be collected is less by what the units carry that go back: to the coin what the order
will cost less once they are taken back. It is the carrier that says so, so nobody asks it again.
"""

from __future__ import annotations

import attrs

from orderflow.cod.following import coin_of, end_at_door
from orderflow.cod.sharing import carried_by, indices_of, lowered, staying, to_collect
from orderflow.cod.terms import charge_rounding
from orderflow.errors import BadInput
from orderflow.facts import CASH_CHANGED
from orderflow.fulfilment import ON_THE_ROAD, ask_about_given_up, contents, put_on_road
from orderflow.journal import Case, Context, Step, verb
from orderflow.payments.losses import holds_money
from orderflow.records import Order, Parcel, Spot
from orderflow.states import (
    PARCEL,
    ParcelMove,
    UnitMove,
    UnitState,
)
from orderflow.units import Chosen, LineQuantities, checked_quantities
from orderflow.values import text


@verb("take_in_part", Parcel)
def take_in_part(
    case: Case,
    context: Context,
    back: str,
    taken: LineQuantities,
    order: str = "",
) -> Step:
    """Record that a customer keeps a part of a parcel at the door, and sends the rest back.

    `taken` are the units that are kept, by line; all others of the order go `back`, as a parcel of
    that name. `order` says whose lines they are where the parcel has several; of the others all is
    kept. So much less is to be collected at the door as the units carry that go back.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    keep = checked_quantities(taken, "taken")
    if not keep:
        raise BadInput("taken", "units that are kept are wanted: else the parcel is turned back")
    name = _whose(parcel, order)
    back_ref = case.parcel(text(back, "back"))
    step.proceed(PARCEL, parcel.ref, ParcelMove.DELIVER)
    here = ON_THE_ROAD[parcel.state]
    for one, inside in contents(step, parcel, here):
        if one.ref.id != name:
            step.move(one, UnitMove.DELIVER, inside)
    of_order = step.now(case.order(name))
    keeping = step.choose(
        of_order, "deliver", (here,), keep, lambda tag: tag.parcel == parcel.ref.id
    )
    sent = _others(of_order, parcel, here, keeping)
    step.move(of_order, UnitMove.DELIVER, keeping)
    if sent:
        step.open(Parcel(back_ref, PARCEL.initial, (name,), parcel.location))
        put_on_road(step, step.now(back_ref), parcel.carrier, "")
        step.proceed(PARCEL, back_ref, ParcelMove.TURN_BACK)
        step.move(of_order, UnitMove.TURN_BACK, sent, parcel=back)
        step.note(parcel.ref, "taken in part", back=back)
    _collect_less(step, parcel, of_order, sent)
    ask_about_given_up(step, parcel)
    return step


def _whose(parcel: Parcel, order: str) -> str:
    """The order whose lines are meant: the only one of the parcel, or the one that is named."""
    if not text(order, "order", empty=True) and len(set(parcel.orders)) == 1:
        return parcel.orders[0]
    if order not in parcel.orders:
        raise BadInput("order", f"one of the parcel's is wanted: {', '.join(parcel.orders)}")
    return order


def _others(order: Order, parcel: Parcel, here: UnitState, keeping: list[Chosen]) -> list[Chosen]:
    """The units of an order in a parcel that are not kept."""
    stays: dict[tuple[str, Spot], int] = {}
    for line, spot, n in keeping:
        stays[line.id, spot] = stays.get((line.id, spot), 0) + n
    others: list[Chosen] = []
    for line, spot in order.units():
        if spot.state is here and spot.slice.parcel == parcel.ref.id:
            n = spot.n - stays.get((line.id, spot), 0)
            if n:
                others.append(Chosen(line, spot, n))
    return others


def _collect_less(step: Step, parcel: Parcel, order: Order, sent: list[Chosen]) -> None:
    """Let the doors of a parcel bring less by what goes back of an order, or nothing at all.

    What each brings then is as for any order that costs less: by what its units carry.
    Where the rules round cash, what is to be collected is, and the units that stay bear it.
    """
    doors = [one for one in order.doors if one.parcel in ("", parcel.ref.id)]
    payments = [step.now(step.case.payment(one.payment)) for one in doors]
    units: dict[str, list[tuple[Spot, int]]] = {}
    for line, spot, n in sent:
        units.setdefault(line.id, []).append((spot, n))
    back = {line.id: indices_of(line, units[line.id]) for line in order.lines if line.id in units}
    less = sum([carried_by(order, line, back.get(line.id, ())) for line in order.lines])
    asked = sum([one.amount for one in payments])
    if not less or not asked:
        return

    now = step.now(order.ref)
    still = to_collect(now)
    left = max(0, asked - less + charge_rounding(step, now, still, staying) - still)
    coin = coin_of(step.context.rules, order.currency)
    told = [
        attrs.evolve(one, amount=paid.amount) for one, paid in zip(doors, payments, strict=True)
    ]
    for payment, part in zip(payments, lowered(step.now(order.ref), told, left, coin), strict=True):
        if part:
            step.note(payment.ref, CASH_CHANGED, amount=part)
        elif not holds_money(payment):
            end_at_door(step, payment, "what was kept of the parcel is paid for")
