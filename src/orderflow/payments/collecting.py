"""What a carrier is to collect: shared over the parcels of an order, and changed on its way.

It knows orders, what units of a parcel carry, and payments that are due at the door, and refuses to
know how cash comes to us.

An order that comes in several parcels is paid in parts, and one that shares a parcel with others
pays its own part: there is one payment for each order and parcel, and what is due is spread over
them by a named rule.
Until a parcel is handed over, the amount to collect is ours to change. From then on its courier has
been told, so a change is a question, and the amount stays what it was until the carrier agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import CASH_ANSWERED, CASH_ASKED, CASH_CHANGED
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, Spread, positive, spread
from orderflow.pricing import bill, carried, due, give_up
from orderflow.records import Cut, Line, Order, Payment, Spot
from orderflow.states import PAYMENT, PaymentState, UnitState
from orderflow.values import MINOR_MAX, several, whole

CASH_CHANGE: Final = "cash_change"
"""The hold of a payment whose carrier was asked to collect another amount."""

_IN_THE_HOUSE: Final = frozenset(
    {
        *(UnitState.OPEN, UnitState.BACKORDERED, UnitState.TO_BUY, UnitState.BUYING),
        *(UnitState.TO_MAKE, UnitState.MAKING, UnitState.RESERVED, UnitState.ALLOCATED),
        *(UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED),
    }
)


def cash_by_parcel(
    order: Order,
    parcels: Sequence[str],
    rule: Spread = Spread.LARGEST_REMAINDER,
    coin: int = 1,
) -> tuple[tuple[str, int], ...]:
    """What is to be collected with each parcel of an order, in minor units, in the order named.

    Each part is a multiple of `coin`, where what is due is one.

    What is due is spread over what the units in each of them carry, and over what is still in the
    house, whose part is left for later parcels; goods that all cost nothing weigh by their number.
    Name all parcels that are not paid for yet: units that have left in others weigh nothing.
    """
    names = several(tuple(parcels), "parcels")
    weights, counts = [0] * (len(names) + 1), [0] * (len(names) + 1)
    for line in order.lines:
        inside = [
            *([spot for spot in line.spots if spot.slice.parcel == name] for name in names),
            [
                spot
                for spot in line.spots
                if spot.state in _IN_THE_HOUSE and spot.slice.parcel not in names
            ],
        ]
        left = line
        for i, spots in enumerate(inside):
            cuts = indices_of(left, [(spot, spot.n) for spot in spots])
            left = attrs.evolve(left, cuts=(*left.cuts, *cuts))
            weights[i] += carried_by(order, line, cuts)
            counts[i] += sum([spot.n for spot in spots])
    if not any(counts):
        return tuple((name, 0) for name in names)
    minor = max(0, due(order))
    unit = 1 if minor % whole(coin, "coin", most=MINOR_MAX) else coin
    shared = spread(minor // unit, weights if any(weights) else counts, rule)
    return tuple((name, part * unit) for name, part in zip(names, shared, strict=False))


def indices_of(line: Line, units: Iterable[tuple[Spot, int]]) -> tuple[Cut, ...]:
    """The indices of units of a line that have left it in none of its cuts so far.

    Of a bill they are the first that are left, as if they came back; what was not billed yet will
    be the first unbilled ones.
    """
    left = line
    for spot, n in units:
        document = spot.slice.invoice
        cuts = give_up(left, n, "", billed_on=document) if document else bill(left, n, "")
        left = attrs.evolve(left, cuts=(*left.cuts, *cuts))
    return left.cuts[len(line.cuts) :]


def carried_by(order: Order, line: Line, cuts: Iterable[Cut]) -> int:
    """What the indices of a line in these cuts carry, in minor units."""
    return carried(line, order.charges, sorted((cut.start, cut.stop) for cut in cuts))


@verb("change_cash", Payment)
def change_cash(case: Case, context: Context, amount: Money) -> Step:
    """Change what a carrier is to collect at the door.

    Before its parcel is handed over the amount just changes. After that the carrier is asked, under
    a hold that blocks nothing, and the amount stays until `answer_cash_change`; the last that was
    asked counts. It is never more than the order still costs.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if payment.state is not PaymentState.DUE_AT_DOOR:
        can = step.chart(PAYMENT).can(payment.state)
        raise IllegalMove(str(payment.ref), payment.state.value, "change cash", can)
    minor = positive(amount, payment.currency)
    order = step.now(case.order(payment.due_for))
    if minor > due(order):
        owed = max(0, due(order))
        raise MoveRefused(
            (
                Refusal.of(
                    "overpaid",
                    order=order.ref.id,
                    asked=minor,
                    currency=order.currency,
                    due=owed,
                ),
            )
        )
    if not _handed_over(step, payment, order):
        step.note(payment.ref, CASH_CHANGED, amount=minor)
        return step
    step.note(payment.ref, CASH_ASKED, amount=minor)
    step.hold(payment.ref, CASH_CHANGE, "the carrier is asked to collect another amount", ())
    return step


@verb("answer_cash_change", Payment)
def answer_cash_change(case: Case, context: Context, agreed: bool) -> Step:
    """Record whether a carrier collects the other amount that it was asked for, in any state.

    What it agrees to is due from here on, unless cash was collected before. An answer that nobody
    waits for is written down under a hold.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if type(agreed) is not bool:
        raise BadInput("agreed", "true or false is wanted")
    step.note(payment.ref, CASH_ANSWERED, agreed=int(agreed))
    if not payment.cash_asked:
        said = "agrees to" if agreed else "refuses"
        reason = f"the carrier {said} another amount, and nothing was asked"
        step.hold(payment.ref, "unexpected_answer", reason, ())
        return step
    if any(hold.code == CASH_CHANGE for hold in payment.holds):
        step.lift(payment.ref, CASH_CHANGE)
    if agreed and payment.state is PaymentState.DUE_AT_DOOR:
        step.note(payment.ref, CASH_CHANGED, amount=payment.cash_asked)
    return step


def _handed_over(step: Step, payment: Payment, order: Order) -> bool:
    """Whether a courier has been told the amount: its parcel, or any of the order, has left."""
    if payment.parcel:
        parcel = step.case.find(step.case.parcel(payment.parcel))
        return parcel is not None and parcel.handed_over_at is not None
    return any(spot.slice.parcel and spot.state not in _IN_THE_HOUSE for _, spot in order.units())
