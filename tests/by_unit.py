"""A second opinion on what units carry: unit by unit, in whole numbers, charge after charge.

It asks the library for nothing but the charges and the cuts of an order, and shares each charge by
walking the units that it is for.
"""

from __future__ import annotations

from orderflow.records import ChargeKind, CutKind, Order
from orderflow.states import UnitState


def nearest(top: int, bottom: int) -> int:
    """The nearest whole number, the half away from zero."""
    size = (2 * abs(top) + bottom) // (2 * bottom)
    return size if top >= 0 else -size


def amounts_of(order: Order) -> dict[str, list[int]]:
    """What each unit of each line carries, kept and given up ones alike.

    A price is the same for each unit; what lowers it, and all else, goes by what they carry.
    """
    found = {line.id: [0] * line.n for line in order.lines}
    for charge in order.charges:
        for span in charge.spans:
            units = found[span.line]
            had = units[span.start : span.stop]
            weights = had
            if not sum(had) or (charge.kind is ChargeKind.PRICE and span.amount > 0):
                weights = [1] * len(had)
            whole, upto, before = sum(weights), 0, 0
            for i, weight in enumerate(weights, span.start):
                upto += weight
                now = nearest(span.amount * upto, whole)
                units[i] += now - before
                before = now
    return found


def given_up(order: Order) -> dict[str, set[int]]:
    """The indices of each line that its customer has given up."""
    return {
        line.id: {
            i
            for cut in line.cuts
            if cut.kind is CutKind.GIVEN_UP
            for i in range(cut.start, cut.stop)
        }
        for line in order.lines
    }


def of_the_order(order: Order) -> int:
    """Freight, fees and their taxes: nothing once every unit was cancelled."""
    states = [spot.state for line in order.lines for spot in line.spots]
    if all(state is UnitState.CANCELLED for state in states):  # no units: nothing is owed either
        return 0
    return sum(charge.amount for charge in order.charges if not charge.spans)


def cost_of(order: Order) -> int:
    """What an order costs its customer: what each unit carries that he keeps, and the rest."""
    gone = given_up(order)
    goods = sum(
        amount
        for line, units in amounts_of(order).items()
        for i, amount in enumerate(units)
        if i not in gone[line]
    )
    return goods + of_the_order(order)
