"""The calls that book a row of a remittance file, and the keys by which none is booked twice.

It knows what is to be booked of a row, and refuses to know whether it is right.
"""

from __future__ import annotations

import attrs

from orderflow.calls import Call
from orderflow.money import Money, spread
from orderflow.payments import collect_on_delivery, remit
from orderflow.records import Payment
from orderflow.remittances.values import Booking, Remittance, RemittanceRow
from orderflow.states import PaymentState


@attrs.frozen
class Rest:
    """What of a row is not booked yet, and the payments on which it has booked nothing."""

    row: RemittanceRow
    payments: list[Payment]
    cash: int
    fee: int
    begun: bool

    @property
    def settled(self) -> bool:
        """Whether a row was booked as it is."""
        return self.begun and not self.cash and not self.fee

    @property
    def changed(self) -> bool:
        """Whether a row says something else than when it was booked."""
        less = self.cash < 0 or self.fee < 0
        return self.begun and not self.settled and (less or not self.payments)


def book(
    file: Remittance,
    rest: Rest,
    parts: list[int],
    owed: list[int],
    doors: dict[str, int] | None = None,
) -> tuple[Booking, ...]:
    """The calls that book a row as it is stated; one parcel may have cash of several orders.

    `doors` is what was taken at each door, by this row and others; the first takes it out.
    """
    fees = spread(rest.fee, parts if rest.cash else [1] * len(parts))
    made: list[Booking] = []
    for one, part, n, fee in zip(rest.payments, parts, owed, fees, strict=True):
        key = key_of(file, rest.row, one)
        if not part and not fee:  # nothing has come, and nothing is kept
            continue
        if part and n and one.state is PaymentState.DUE_AT_DOOR:
            taken = part if doors is None else doors.pop(one.ref.id, 0)
            if taken:
                said = Money(taken, file.currency)
                call = collect_on_delivery.of(one.ref, one.due_for, said)
                made.append(Booking(call, f"{key}/collected"))
        made.append(Booking(remitted(file, rest.row, one, part, fee), key))
    return tuple(made)


def parts_of(owed: list[int], cash: int) -> list[int]:
    """The cash of a row over what is owed, in its order; what is more goes to the last."""
    parts: list[int] = []
    for n in owed[:-1]:
        parts.append(min(n, cash - sum(parts)))
    return [*parts, cash - sum(parts)] if owed else []


def remitted(
    file: Remittance, row: RemittanceRow, payment: Payment, cash: int, kept: int
) -> Call[Payment]:
    """The call that books so much of a row on a payment."""
    currency = file.currency
    fee = Money(kept, currency) if kept else None
    return remit.of(payment.ref, Money(cash, currency), fee, file.id, row.row)


def key_of(file: Remittance, row: RemittanceRow, payment: Payment) -> str:
    """The key of what a row books of a payment."""
    return f"remittance/{file.id}/{row.row}/{payment.ref.id}"
