"""Each row of a remittance file against the cash of its parcel, with the rows about the same cash.

It knows what a row and the cash that it is about must agree in, and refuses to know how a file is
read and who books what is right.

Several rows may be about one cash: a fee in a row of its own, a row for each parcel of one door.
They are right where they are right together; where their cash is not, the first is held against
all of it, and each further one is one too many.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.records import Parcel, Payment
from orderflow.remittances.booking import Rest, book, key_of, parts_of, remitted
from orderflow.remittances.values import (
    Booking,
    CashFee,
    FindingKind,
    Reconciled,
    Remittance,
    RemittanceFinding,
    RemittanceRow,
)
from orderflow.remittances.whose import Known
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
    known = Known(remittance, payments, parcels)
    desk = _Desk(remittance, known, fee)
    for row in remittance.rows:
        desk.place(row)
    for pile in desk.piles.values():
        desk.judge_pile(pile)
    at = {row.row: i for i, row in enumerate(remittance.rows)}
    desk.findings.sort(key=lambda one: at[one.row])  # each row is one of the file's, and two stay
    for name in remittance.unread:
        for one in known.cash_of(name)[0]:
            known.named.add(one.ref.id)
            known.strayed.pop(one.ref.id, None)
    desk.find_strayed()
    desk.find_missing()
    stated = sum([row.remitted for row in remittance.rows])
    return Reconciled(tuple(desk.bookings), tuple(desk.findings), stated, desk.right)


_NEVER_COLLECTED: Final = (PaymentState.DUE_AT_DOOR, PaymentState.VOIDED)


@attrs.frozen
class _Placed:
    """A row on the desk, with all cash that its name is about."""

    row: RemittanceRow
    named: list[Payment]


@attrs.frozen
class _Pile:
    """The rows about the same cash, in their order; not `fresh` where earlier rows are about it."""

    payments: list[Payment]
    parcel: Parcel | None
    fresh: bool
    rows: list[_Placed]


class _Desk:
    """Where a file lies beside what is known."""

    def __init__(self, remittance: Remittance, known: Known, fee: CashFee | None) -> None:
        self.file = remittance
        self.known = known
        self.fee = fee
        self.piles: dict[tuple[str, ...], _Pile] = {}
        self.bookings: list[Booking] = []
        self.findings: list[RemittanceFinding] = []
        self.right = 0

    # --- row by row ----------------------------------------------------------------------------

    def place(self, row: RemittanceRow) -> None:
        """Put a row to those about the same cash; an order's is about what none has named."""
        payments, parcel = self.known.cash_of(row.parcel, row.row)
        if not payments:
            if row.cash or row.fee:  # a parcel that came back may stand there with nothing
                self.find(row, FindingKind.UNKNOWN_PARCEL, row.cash, 0)
            return
        fresh = [one for one in payments if one.ref.id not in self.known.named]
        self.known.named.update(one.ref.id for one in payments)
        about = fresh or payments
        key = tuple([one.ref.id for one in about])
        pile = self.piles.setdefault(key, _Pile(about, parcel, bool(fresh), []))
        pile.rows.append(_Placed(row, payments))

    def judge_pile(self, pile: _Pile) -> None:
        """Judge rows together where they can be, and else the first against all of their cash."""
        if len(pile.rows) > 1 and pile.fresh and self.judge_together(pile):
            return
        fresh = pile.fresh
        for placed in sorted(pile.rows, key=lambda one: not one.row.cash):  # fees last, in order
            self.judge(placed, pile, fresh)
            fresh = False

    def judge_together(self, pile: _Pile) -> bool:
        """Whether rows could be judged by their sum: it is right, or one of them brings the cash.

        A fee that is wrong is that of the last row that has one.
        """
        rests = [self.rest_of(one.row, pile.payments, pile.payments) for one in pile.rows]
        if any(one.changed or one.row.row in self.known.given_away for one in rests):
            return False  # there are at least two rows, and at least one payment
        if any(one.ref.id in self.known.strayed for one in pile.payments):
            return False
        cash, kept = sum([one.cash for one in rests]), sum([one.fee for one in rests])
        owed = self.known.owed_of(pile.payments, pile.parcel, cash)
        bringing = [one for one in rests if one.row.cash]
        if cash != sum(owed) and len(bringing) > 1:
            return False
        still = [one for one in rests if not one.settled]
        found: dict[int, list[tuple[FindingKind, int, int]]] = {one.row.row: [] for one in still}
        paying = next((one for one in bringing if not one.settled), None)
        if still and (paying or not bringing):  # else what came was booked, and is done with
            at = (paying or still[0]).row.row
            found[at] += self.wrong(pile.payments, owed, cash, 0, 0)
        right = self.right_fee(pile.payments, sum(owed), kept)
        if still and kept != right:
            last = next((one for one in reversed(still) if one.fee), still[0])
            before = sum([one.row.fee for one in rests]) - kept
            found[last.row.row].append((FindingKind.WRONG_FEE, kept + before, right + before))
        self.right += sum([one.row.remitted for one in rests if one.settled])
        owing = {one.ref.id: n for one, n in zip(pile.payments, owed, strict=True)}
        doors = dict(owing) if cash == sum(owed) else None
        for rest in still:
            left = [owing[one.ref.id] for one in rest.payments]
            parts = parts_of(left, rest.cash)
            self.tell(rest, found[rest.row.row], book(self.file, rest, parts, left, doors))
            for one, part in zip(rest.payments, parts, strict=True):
                owing[one.ref.id] -= part
        return True

    def judge(self, placed: _Placed, pile: _Pile, fresh: bool) -> None:
        """Book a row that is right, and find what is wrong with any other."""
        row = placed.row
        rest = self.rest_of(row, pile.payments, placed.named)
        left, cash, kept = rest.payments, rest.cash, rest.fee
        owed = self.known.owed_of(left, pile.parcel, cash) if fresh else [0] * len(left)
        if rest.begun and (cash <= 0 or not any(owed)):
            done = [one for one in placed.named if self.known.said_of(one, row.row)]
            self.judge_again(row, done, cash, kept)
            return
        bookings = book(self.file, rest, parts_of(owed, cash), owed)
        wrong: list[tuple[FindingKind, int, int]] = []
        if fresh:
            right = self.right_fee(pile.payments, sum(owed), kept)
            wrong = self.wrong(left, owed, cash, kept, right)
        elif cash or kept:
            wrong = [(FindingKind.TWICE, cash, 0) if cash else (FindingKind.WRONG_FEE, kept, 0)]
        if bookings:
            wrong = self.strayed(row, left) or wrong
        self.tell(rest, wrong, bookings)

    def rest_of(self, row: RemittanceRow, payments: list[Payment], named: list[Payment]) -> Rest:
        """What of a row is not booked yet, of all that its name is about."""
        done = {one.ref.id: said for one in named if (said := self.known.said_of(one, row.row))}
        cash = row.cash - sum([said.cash for said in done.values()])
        kept = row.fee - sum([said.fee for said in done.values()])
        left = [one for one in payments if one.ref.id not in done]
        return Rest(row, left, cash, kept, bool(done))

    def strayed(
        self, row: RemittanceRow, payments: list[Payment]
    ) -> list[tuple[FindingKind, int, int]]:
        """What this file booked of these payments by other rows, or by this row for others."""
        known = self.known
        said = [one for p in payments for one in known.strayed.pop(p.ref.id, {}).values()]
        said = said or known.given_away.get(row.row, [])
        if not said:
            return []
        cash = sum([one.cash for one in said])
        if cash:
            return [(FindingKind.REMITTED_BEFORE, row.cash, cash)]
        return [(FindingKind.WRONG_FEE, row.fee, sum([one.fee for one in said]))]

    def tell(
        self,
        rest: Rest,
        wrong: list[tuple[FindingKind, int, int]],
        bookings: tuple[Booking, ...],
    ) -> None:
        """Book a row with which nothing is wrong, and write down what is."""
        for kind, stated, wanted in wrong:
            self.find(rest.row, kind, stated, wanted, rest.payments, bookings)
        if not wrong:
            self.bookings += bookings
            self.right += rest.row.remitted

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
            call = remitted(self.file, row, one, cash, kept)
            more = (Booking(call, f"{key_of(self.file, row, one)}/{after}"),)
        if cash:
            self.find(row, FindingKind.REMITTED_BEFORE, row.cash, before, payments, more)
        else:
            self.find(row, FindingKind.WRONG_FEE, row.fee, row.fee - kept, payments, more)

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

    # --- what no row is about ------------------------------------------------------------------

    def find_strayed(self) -> None:
        """Find what this file has booked, and no row of it is about any more."""
        for id, rows in self.known.strayed.items():
            payment = self.known.payments[id]
            there = self.known.parcels_for(payment)
            for number, said in rows.items():
                kind, before = FindingKind.REMITTED_BEFORE, said.cash
                if not before:
                    kind, before = FindingKind.WRONG_FEE, said.fee
                row = RemittanceRow(number, self.known.name_of(payment, there), 0)
                self.find(row, kind, 0, before, [payment])

    def find_missing(self) -> None:
        """Find the cash that the carrier has, or must have, and says nothing of."""
        known = self.known
        for id, payment in known.payments.items():
            owed = known.owed(payment, None)
            if id in known.named or not owed:
                continue
            there = known.parcels_for(payment)
            if payment.state is PaymentState.DUE_AT_DOOR:
                there = [one for one in there if one.state is ParcelState.DELIVERED]
                if not there:
                    continue
            if self._of_file(there):
                row = RemittanceRow(0, known.name_of(payment, there), 0)
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
