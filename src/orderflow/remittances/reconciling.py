"""Each row of a remittance file against the cash of its parcel, alone.

It knows whose cash a row is about and what the carrier owes of it, and refuses to know how a file
is read and who books what is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from orderflow.calls import Call
from orderflow.errors import BadInput
from orderflow.money import Money, spread
from orderflow.payments import collect_on_delivery, remit
from orderflow.records import Parcel, Payment
from orderflow.remittances.values import (
    Booking,
    CashFee,
    FindingKind,
    Reconciled,
    Remittance,
    RemittanceFinding,
    RemittanceRow,
)
from orderflow.states import ParcelState, PaymentState


def reconcile_remittance(
    remittance: Remittance,
    payments: Iterable[Payment],
    parcels: Iterable[Parcel] = (),
    fee: CashFee | None = None,
) -> Reconciled:
    """Hold each row against the cash of its parcel, and find what no row is about.

    `payments` and `parcels` are those that may be in the file, in any order; others do no harm.
    Without `fee` no fee is wrong. The work grows with rows, payments and parcels, and not faster.
    """
    if fee is not None and fee.currency != remittance.currency:
        raise BadInput("fee.currency", f"{remittance.currency} is wanted, not {fee.currency}")
    desk = _Desk(remittance, payments, parcels, fee)
    for row in remittance.rows:
        desk.judge(row)
    for name in remittance.unread:
        desk.named.update(one.ref.id for one in desk.cash_of(name)[0])
    desk.find_missing()
    stated = sum([row.remitted for row in remittance.rows])
    return Reconciled(tuple(desk.bookings), tuple(desk.findings), stated, desk.right)


_NEVER_COLLECTED: Final = (PaymentState.DUE_AT_DOOR, PaymentState.VOIDED)
_AT_CUSTOMER: Final = (ParcelState.SHIPPED, ParcelState.READY_TO_COLLECT, ParcelState.DELIVERED)
"""Where a parcel may be of which a row says that its cash was collected."""


class _Desk:
    """Where a file lies beside what is known."""

    def __init__(
        self,
        remittance: Remittance,
        payments: Iterable[Payment],
        parcels: Iterable[Parcel],
        fee: CashFee | None,
    ) -> None:
        self.file = remittance
        self.fee = fee
        self.bookings: list[Booking] = []
        self.findings: list[RemittanceFinding] = []
        self.right = 0
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

    # --- whose cash it is ----------------------------------------------------------------------

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
            came = not there or any(one.state in _AT_CUSTOMER for one in there)
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

    # --- row by row ----------------------------------------------------------------------------

    def judge(self, row: RemittanceRow) -> None:
        """Book a row that is right, and find what is wrong with any other."""
        payments, parcel = self.cash_of(row.parcel, row.row)
        if not payments:
            if row.cash or row.fee:  # a parcel that came back may stand there with nothing
                self.find(row, FindingKind.UNKNOWN_PARCEL, row.cash, 0)
            return
        fresh = [one for one in payments if one.ref.id not in self.named]
        self.named.update(one.ref.id for one in payments)
        done = {one.ref.id: said for one in payments if (said := self.said_of(one, row.row))}
        cash = row.cash - sum([amount for amount, _ in done.values()])
        kept = row.fee - sum([fee for _, fee in done.values()])
        about = fresh or payments
        left = [one for one in about if one.ref.id not in done]
        owed = self.owed_of(left, parcel, cash) if fresh else [0] * len(left)
        if done and (cash <= 0 or not any(owed)):
            self.judge_again(row, [one for one in payments if one.ref.id in done], cash, kept)
            return
        bookings = self.book(row, left, owed, cash, kept)
        wrong = [(FindingKind.TWICE, cash, 0)]
        if fresh:
            wrong = self.wrong(left, owed, cash, kept, self.right_fee(about, sum(owed), kept))
        for kind, stated, wanted in wrong:
            self.find(row, kind, stated, wanted, left, bookings)
        if not wrong:
            self.bookings += bookings
            self.right += row.remitted

    def wrong(
        self, payments: list[Payment], owed: list[int], cash: int, kept: int, right: int
    ) -> list[tuple[FindingKind, int, int]]:
        """What is wrong with a row about this cash, and its right fee: what is stated and known."""
        known = sum(owed)
        if not known and cash:
            never = all(one.state in _NEVER_COLLECTED for one in payments)  # there is at least one
            kind = FindingKind.REFUSED_YET_REMITTED if never else FindingKind.REMITTED_BEFORE
            return [(kind, cash, 0)]
        found: list[tuple[FindingKind, int, int]] = []
        if cash != known:
            found.append((FindingKind.SHORT if cash < known else FindingKind.OVER, cash, known))
        if kept != right:
            found.append((FindingKind.WRONG_FEE, kept, right))
        return found

    def said_of(self, payment: Payment, row: int) -> tuple[int, int] | None:
        """What was booked of a payment by this row of this file before: its cash and its fee."""
        said = [one for one in payment.remitted if (one.remittance, one.row) == (self.file.id, row)]
        return (sum([one.amount for one in said]), sum([one.fee for one in said])) if said else None

    def judge_again(
        self, row: RemittanceRow, payments: list[Payment], cash: int, kept: int
    ) -> None:
        """A row that was booked before is done with, unless it says something else by now.

        What it says more may have come, and is booked under a key of its own.
        """
        if not cash and not kept:
            self.right += row.remitted
            return
        one, before = payments[-1], row.cash - cash
        after = f"after {before}" if cash else f"after {before} with {row.fee - kept}"
        more: tuple[Booking, ...] = ()
        if cash >= 0 and kept >= 0:  # one of them is above zero
            call = self.remitted(row, one, cash, kept)
            more = (Booking(call, f"{self.key_of(row, one)}/{after}"),)
        if cash:
            self.find(row, FindingKind.REMITTED_BEFORE, row.cash, before, payments, more)
        else:
            self.find(row, FindingKind.WRONG_FEE, row.fee, row.fee - kept, payments, more)

    def remitted(self, row: RemittanceRow, payment: Payment, cash: int, kept: int) -> Call[Payment]:
        """The call that books so much of a row on a payment."""
        currency = self.file.currency
        fee = Money(kept, currency) if kept else None
        return remit.of(payment.ref, Money(cash, currency), fee, self.file.id, row.row)

    def key_of(self, row: RemittanceRow, payment: Payment) -> str:
        """The key of what a row books of a payment."""
        return f"remittance/{self.file.id}/{row.row}/{payment.ref.id}"

    def right_fee(self, payments: list[Payment], known: int, kept: int) -> int:
        """The fee that is right: of the cash that was collected, whatever is handed over of it.

        Of a parcel that brought nothing it may keep less than was agreed.
        """
        if self.fee is None:
            return kept
        before = [said for one in payments for said in one.remitted]
        collected = known + sum([said.amount for said in before])
        charged = sum([said.fee for said in before])
        if not collected and not any(one.captured for one in payments):
            return min(kept, max(0, self.fee.refused - charged))
        return max(0, self.fee.of(collected) - charged)

    def book(
        self, row: RemittanceRow, payments: list[Payment], owed: list[int], cash: int, kept: int
    ) -> tuple[Booking, ...]:
        """The calls that book a row as it is stated; one parcel may have cash of several orders."""
        left, parts = cash, []
        for n in owed[:-1]:
            parts.append(min(n, left))
            left -= parts[-1]
        parts.append(left)
        fees = spread(kept, parts if cash else [1] * len(parts))
        made: list[Booking] = []
        for one, part, n, fee in zip(payments, parts, owed, fees, strict=True):
            key = self.key_of(row, one)
            if not part and not fee:  # nothing has come, and nothing is kept
                continue
            if part and n and one.state is PaymentState.DUE_AT_DOOR:
                said = Money(part, self.file.currency)
                call = collect_on_delivery.of(one.ref, one.due_for, said)
                made.append(Booking(call, f"{key}/collected"))
            made.append(Booking(self.remitted(row, one, part, fee), key))
        return tuple(made)

    # --- what no row is about ------------------------------------------------------------------

    def find_missing(self) -> None:
        """Find the cash that the carrier has, or must have, and says nothing of."""
        for id, payment in self.payments.items():
            owed = self.owed(payment, None)
            if id in self.named or not owed:
                continue
            there = self.parcels_for(payment)
            if payment.state is PaymentState.DUE_AT_DOOR:
                there = [one for one in there if one.state is ParcelState.DELIVERED]
                if not there:
                    continue
            if self._of_file(there):
                name = there[0].ref.id if there else payment.parcel or payment.due_for
                row = RemittanceRow(0, name, 0)
                self.find(row, FindingKind.MISSING, 0, owed, [payment])

    def _of_file(self, parcels: list[Parcel]) -> bool:
        """Whether cash that was due with these parcels should be in the file."""
        carrier, until = self.file.carrier, self.file.until
        if not parcels:  # nobody knows who has it, and since when
            return not carrier and until is None
        return any(
            (not carrier or one.carrier == carrier)
            and (until is None or (one.delivered_at is not None and one.delivered_at <= until))
            for one in parcels
        )

    def find(
        self,
        row: RemittanceRow,
        kind: FindingKind,
        stated: int,
        known: int,
        payments: Iterable[Payment] = (),
        bookings: tuple[Booking, ...] = (),
    ) -> None:
        """Write a finding down."""
        names = tuple(one.ref.id for one in payments)
        currency = self.file.currency
        self.findings.append(
            RemittanceFinding(row.row, row.parcel, kind, stated, known, currency, names, bookings)
        )
