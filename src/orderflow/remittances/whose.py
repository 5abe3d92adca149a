"""Whose cash a row of a remittance file is about, what the carrier owes of it, and what was booked.

It knows payments, parcels and their names, and refuses to know what is right.

Problem: carriers name a parcel as they like, number alike, number again, and send a file once more
under its old number when they have corrected it.
Decision: a row is known by the number of the file and its own. What was booked for a row that the
file does not have any more, or gives to another name, has *strayed*: it is told, since it may have
come for somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from orderflow.records import Parcel, Payment
from orderflow.remittances.values import Remittance
from orderflow.states import ParcelState, PaymentState

AT_CUSTOMER: Final = (ParcelState.SHIPPED, ParcelState.READY_TO_COLLECT, ParcelState.DELIVERED)
"""Where a parcel may be of which a row says that its cash was collected."""


class Said(NamedTuple):
    """What a row has booked of a payment: its cash, and the fee that was kept."""

    cash: int
    fee: int


class Known:
    """What is known of the cash that a file may be about; `named` are those with a row so far."""

    def __init__(
        self,
        remittance: Remittance,
        payments: Iterable[Payment],
        parcels: Iterable[Parcel],
    ) -> None:
        self.file = remittance
        self.named: set[str] = set()
        self.payments: dict[str, Payment] = {}
        self.by_parcel: dict[str, list[Payment]] = {}
        self.by_order: dict[str, list[Payment]] = {}  # those that name no parcel
        self.of_order: dict[str, list[Payment]] = {}
        for one in sorted(payments, key=lambda payment: payment.ref.id):
            if one.due_for and one.currency == remittance.currency:
                self.payments[one.ref.id] = one
                self.of_order.setdefault(one.due_for, []).append(one)
                if one.parcel:
                    self.by_parcel.setdefault(one.parcel, []).append(one)
                else:
                    self.by_order.setdefault(one.due_for, []).append(one)
        self.parcels: dict[str, Parcel] = {}
        self.waybills: dict[str, list[Parcel]] = {}  # carriers number alike, and number again
        self.parcels_of: dict[str, list[Parcel]] = {}
        for parcel in sorted(parcels, key=lambda parcel: parcel.ref.id):
            self.parcels[parcel.ref.id] = parcel
            if parcel.tracking:
                self.waybills.setdefault(parcel.tracking, []).append(parcel)
            for order in parcel.orders:
                self.parcels_of.setdefault(order, []).append(parcel)
        self.strayed: dict[str, dict[int, Said]] = {}  # by payment and row
        self.given_away: dict[int, list[Said]] = {}  # by row
        self.find_strayed()

    def cash_of(self, name: str, number: int = 0) -> tuple[list[Payment], Parcel | None]:
        """The payments that a row of this name is about, and the parcel where it is known."""
        parcel = self.parcels.get(name) or self.of_waybill(name, number)
        if parcel is None:
            found = self.by_parcel.get(name) or self.of_order.get(name, [])
            return [one for one in found if self.is_theirs(one)], None
        if self.file.carrier and parcel.carrier != self.file.carrier:
            return [], parcel
        return self.cash_with(parcel), parcel

    def cash_with(self, parcel: Parcel) -> list[Payment]:
        """The payments that are due with a parcel, or with any of one of its orders."""
        found = list(self.by_parcel.get(parcel.ref.id, ()))
        for order in dict.fromkeys(parcel.orders):
            found += self.by_order.get(order, ())
        return found

    def of_waybill(self, name: str, number: int) -> Parcel | None:
        """The parcel of a waybill number, if any; several may have had it.

        Those that the carrier of the file has come first, then what this row has booked before,
        those at whose door cash is owed that no row has named yet, and those where any is due still
        or has come.
        """

        def last(parcel: Parcel) -> tuple[bool, bool, bool, bool, str]:
            cash = self.cash_with(parcel)
            fresh = [one for one in cash if one.ref.id not in self.named]
            return (
                bool(self.file.carrier) and parcel.carrier != self.file.carrier,
                not any(self.said_of(one, number) for one in cash),  # no cash: nothing was booked
                not any(self.owed(one, parcel) for one in fresh),  # no cash: nothing is owed
                all(one.state is PaymentState.VOIDED for one in cash),  # no cash: nothing is due
                parcel.ref.id,
            )

        return min(self.waybills.get(name, ()), key=last, default=None)

    def is_theirs(self, payment: Payment) -> bool:
        """Whether the carrier of the file has what a payment is due with; so where nobody knows."""
        there, carrier = self.parcels_for(payment), self.file.carrier
        return not carrier or not there or any(one.carrier == carrier for one in there)

    def parcels_for(self, payment: Payment) -> list[Parcel]:
        """The parcels at whose doors a payment was due; there may be none yet."""
        if payment.parcel:
            return [self.parcels[payment.parcel]] if payment.parcel in self.parcels else []
        return self.parcels_of.get(payment.due_for, [])

    def owed(self, payment: Payment, parcel: Parcel | None) -> int:
        """What the carrier owes of a payment, also where the row is the first to say so."""
        if payment.state is PaymentState.DUE_AT_DOOR and not payment.captured:
            there = [parcel] if parcel else self.parcels_for(payment)
            # Where no parcel is known, nothing speaks against the row.
            came = not there or any(one.state in AT_CUSTOMER for one in there)
            return payment.amount if came else 0
        return payment.with_carrier

    def owed_of(self, payments: list[Payment], parcel: Parcel | None, cash: int) -> list[int]:
        """What the carrier owes of each; a row may answer to what it was asked to collect."""
        owed = [self.owed(one, parcel) for one in payments]
        asked = [
            n if one.captured or one.cash_asked is None or not n else one.cash_asked
            for one, n in zip(payments, owed, strict=True)
        ]
        return asked if sum(asked) == cash else owed

    # --- what was booked of the file before ----------------------------------------------------

    def said_of(self, payment: Payment, row: int) -> Said | None:
        """What was booked of a payment by this row of this file before."""
        said = [one for one in payment.remitted if (one.remittance, one.row) == (self.file.id, row)]
        return (
            Said(sum([one.amount for one in said]), sum([one.fee for one in said]))
            if said
            else None
        )

    def find_strayed(self) -> None:
        """Find what this file has booked, by rows that it has no more or gives to another name."""
        names = {row.row: row.parcel for row in self.file.rows}
        for id, payment in self.payments.items():
            rows = {one.row for one in payment.remitted if one.remittance == self.file.id}
            if not rows or not self.is_theirs(payment):
                continue
            theirs = self.names_of(payment)
            for row in sorted(rows):
                said = self.said_of(payment, row)
                if said and names.get(row) not in theirs:
                    self.strayed.setdefault(id, {})[row] = said
                    self.given_away.setdefault(row, []).append(said)

    def names_of(self, payment: Payment) -> set[str]:
        """The names under which a row may be about a payment."""
        there = self.parcels_for(payment)
        names = {payment.due_for, payment.parcel, *[one.ref.id for one in there]}
        return names | {one.tracking for one in there}

    def name_of(self, payment: Payment, parcels: list[Parcel]) -> str:
        """The name under which a payment is found that no row is about."""
        return parcels[0].ref.id if parcels else payment.parcel or payment.due_for
