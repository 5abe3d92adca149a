"""How a customer may pay an order: each way with its amount, and what is told for it.

It knows what is due and the methods that a host offers, and refuses to know any gateway: a code to
scan, a link or an account stands in the host's own lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from orderflow.money import Money
from orderflow.plans import due_by
from orderflow.pricing import due
from orderflow.records import Order
from orderflow.tenders import MARKS, MethodKind, PaymentMethod


@attrs.frozen
class WayToPay:
    """One way to pay an order: so much of it, and so many units of the tender for that.

    `rest` is what a tender that does not divide leaves to another. `lines` are for the customer.
    """

    method: PaymentMethod
    amount: Money
    units: int
    rest: Money
    lines: tuple[str, ...]


def ways_to_pay(
    order: Order, methods: Iterable[PaymentMethod], at: datetime
) -> tuple[WayToPay, ...]:
    """The ways in which an order may be paid, in the order of the methods; none that costs nothing.

    What is due by now, where it has a plan and something is; else all that is. At the door only
    cash is taken, and elsewhere none.
    """
    wanted = due_by(order, at)
    wanted = wanted if wanted > 0 else due(order)
    if wanted <= 0:
        return ()
    return tuple(
        [
            _way(order, method, wanted)
            for method in methods
            if (method.kind is MethodKind.CASH) == order.cash_on_delivery
            and method.may_pay(order.currency)
            and method.units_for(wanted)
        ]
    )


def _way(order: Order, method: PaymentMethod, wanted: int) -> WayToPay:
    units = method.units_for(wanted)
    minor = method.worth(units)
    amount = Money(minor, order.currency)
    much = f"{units} {method.unit}" if method.unit else str(amount)
    figures = (str(amount), much, order.ref.id, order.number or order.ref.id)
    said = dict(zip(MARKS, figures, strict=True))
    lines = tuple([_told(line, said) for line in method.lines])
    return WayToPay(method, amount, units, Money(wanted - minor, order.currency), lines)


def _told(line: str, said: dict[str, str]) -> str:
    """A line with what stands for its marks; what a mark stands for is not looked at again."""
    found = min((mark for mark in said if mark in line), key=line.index, default="")
    if not found:
        return line
    before, _, after = line.partition(found)
    return before + said[found] + _told(after, said)
