"""The order that sends goods anew: opened beside the old one, and called off.

It knows what such an order takes from the old one, and refuses to know why goods go out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from orderflow.agreed import NewCharge
from orderflow.calls import Ref
from orderflow.errors import IllegalMove
from orderflow.journal import Step
from orderflow.money import Price
from orderflow.orders import cancel_units, with_charges
from orderflow.pricing import order_facts
from orderflow.records import Charge, ChargeKind, Line, Order, Span
from orderflow.states import ORDER, OrderMove, OrderState, UnitState
from orderflow.units import Chosen, LineQuantities, can_do, unit_of

NOT_YET_OUT: Final = (
    UnitState.OPEN,
    UnitState.BACKORDERED,
    UnitState.TO_BUY,
    UnitState.TO_MAKE,
    UnitState.RESERVED,
    UnitState.ALLOCATED,
)
"""The states in which what is sent anew can still be called off."""


def must_be_open(step: Step, order: Order, asked: str) -> None:
    """After-sales begin at a confirmed order and end with its archive."""
    if order.state not in (OrderState.CONFIRMED, OrderState.COMPLETED):
        can = step.chart(ORDER).can(order.state)
        raise IllegalMove(str(order.ref), order.state.value, asked, can)


def reopen(step: Step, ref: Ref[Order]) -> None:
    """A completed order is open again while something is asked for it."""
    order = step.now(ref)
    if order.state is OrderState.COMPLETED:
        step.advance(ORDER, ref, OrderMove.REOPEN, order_facts(order))


def open_anew(
    step: Step,
    old: Order,
    name: str,
    lines: tuple[Line, ...],
    taxes: Sequence[NewCharge],
    *,
    as_the_old: bool,
) -> Ref[Order]:
    """Open and place the order that sends goods anew, at the prices of its lines.

    What it costs is to be paid as the old one is; what costs nothing, in no way.
    """
    ref = step.case.order(name)
    step.open(
        Order(
            ref=ref,
            state=ORDER.initial,
            currency=old.currency,
            customer=old.customer,
            lines=lines,
            charges=with_charges([goods_charge(lines, old.currency)], taxes, lines),
            placed_at=step.context.at,
            seller=old.seller,
            channel=old.channel,
            shop=old.shop,
            cash_on_delivery=as_the_old and old.cash_on_delivery,
            priority=old.priority,
            destination=old.destination,
            parent=old.ref.id,
            on_account=as_the_old and old.on_account,
            tier=old.tier,
        )
    )
    step.advance(ORDER, ref, OrderMove.PLACE, order_facts(step.now(ref)))
    step.note(step.case.ref, "sent anew", order=name)
    return ref


def goods_charge(lines: Iterable[Line], currency: str) -> Charge:
    """What all units of some lines cost at their prices, as one charge."""
    spans = tuple(
        Span(
            line.id,
            0,
            line.n,
            Price(line.price, currency, line.per).times(
                line.n * (line.grams_each or 1), line.rounding
            ),
        )
        for line in lines
    )
    return Charge("goods", ChargeKind.GOODS, sum(span.amount for span in spans), spans)


def named(order: Order, pairs: LineQuantities) -> list[tuple[Line, int]]:
    """The lines of an order that pairs name, with their units."""
    wanted = dict(pairs)
    return [(line, wanted[line.id]) for line in order.lines if line.id in wanted]


def call_off(step: Step, ref: Ref[Order]) -> None:
    """Cancel what was to be sent anew; refused when any of it is with the warehouse or beyond."""
    order = step.now(ref)
    chosen: list[Chosen] = []
    for line, spot in order.units():
        if spot.state in NOT_YET_OUT:
            chosen.append(Chosen(line, spot, spot.n))
        elif spot.state is not UnitState.CANCELLED:
            can = can_do(spot.state, step.context.rules.process, (spot.slice.stage,))
            raise IllegalMove(unit_of(order, line), spot.state.value, "cancel", can)
    if chosen:
        cancel_units(step, ref, chosen)
        step.advance(ORDER, ref, OrderMove.CANCEL, order_facts(step.now(ref)))
