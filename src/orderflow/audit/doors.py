"""Doors: what an order notes to be collected is what its payments that are due at doors say.

It knows both sides alone, and refuses to know who is to change them.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderflow.records import Door, Order, Payment
from orderflow.states import PaymentState


class DoorsCheck:
    """Each door of an order is a payment that is due at one, for as much and for that parcel."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], Door] = {}
        self._due: dict[tuple[str, str], Door] = {}

    def check_order(self, order: Order) -> None:
        """Remember what an order notes."""
        for door in order.doors:
            self._noted[order.ref.id, door.payment] = door

    def check_payment(self, payment: Payment) -> None:
        """Remember what is due at a door."""
        if payment.state is PaymentState.DUE_AT_DOOR:
            amount = payment.amount if payment.cash_asked is None else payment.cash_asked
            door = Door(payment.ref.id, amount, payment.parcel)
            self._due[payment.due_for, payment.ref.id] = door

    def breaches(self) -> Iterator[str]:
        """Each door on which an order and its payment do not agree."""
        for order, payment in sorted({*self._noted, *self._due}):
            noted, due = (doors.get((order, payment)) for doors in (self._noted, self._due))
            if noted != due:
                yield f"order {order}, payment {payment}: {_said(noted)} noted, {_said(due)} due"


def _said(door: Door | None) -> str:
    if door is None:
        return "no door"
    return f"{door.amount} at the door of {door.parcel or 'any parcel'}"
