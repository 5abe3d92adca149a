"""What gateways keep ready: an order notes just what its authorised payments keep for it.

Each payment that it notes as awaited is open, and meant for it.

It knows both sides alone, and refuses to know who is to change them.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderflow.payments.ready import ready_for
from orderflow.payments.unwanted import OPEN
from orderflow.records import Order, Payment, Ready


class ReadyCheck:
    """Each amount that an order notes as ready is kept so by an authorised payment."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], Ready] = {}
        self._kept: dict[tuple[str, str], Ready] = {}
        self._awaited: set[tuple[str, str]] = set()
        self._open: set[tuple[str, str]] = set()

    def check_order(self, order: Order) -> None:
        """Remember what an order notes."""
        self._awaited |= {(order.ref.id, payment) for payment in order.awaited}
        for ready in order.ready:
            self._noted[order.ref.id, ready.payment] = ready

    def check_payment(self, payment: Payment) -> None:
        """Remember what is kept ready."""
        if payment.state in OPEN:
            self._open |= {(one.order, payment.ref.id) for one in payment.meant}
        for order, ready in ready_for(payment):
            if ready.amount:
                self._kept[order, payment.ref.id] = ready

    def breaches(self) -> Iterator[str]:
        """Each order and payment that do not agree."""
        for order, payment in sorted(self._awaited - self._open):
            yield f"order {order}, payment {payment}: awaited, and not open"
        for order, payment in sorted({*self._noted, *self._kept}):
            noted, kept = (rows.get((order, payment)) for rows in (self._noted, self._kept))
            if noted != kept:
                said = f"{_minor(noted)} noted as ready, {_minor(kept)} kept"
                yield f"order {order}, payment {payment}: {said}"


def _minor(ready: Ready | None) -> int:
    return 0 if ready is None else ready.amount
