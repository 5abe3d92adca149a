"""What a remittance file says, what a carrier may keep, and what comes of holding both together.

It knows rows, fees, findings and bookings as values, and refuses to know which of them are right.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from orderflow.calls import Call
from orderflow.errors import BadInput, Refusal
from orderflow.money import Rounding, divided, exponent
from orderflow.records import Payment
from orderflow.values import MINOR_MAX, instant, text, unique, whole

MILLION: Final = 1_000_000


class FindingKind(StrEnum):
    """What is wrong between a remittance file and what is known here."""

    MISSING = "missing"  # cash was collected, and no row is about it
    SHORT = "short"
    OVER = "over"
    WRONG_FEE = "wrong_fee"
    TWICE = "twice"  # an earlier row of the file is about the same cash
    REMITTED_BEFORE = "remitted_before"  # by another file, or this one said something else then
    REFUSED_YET_REMITTED = "refused_yet_remitted"  # nothing was collected
    UNKNOWN_PARCEL = "unknown_parcel"


@attrs.frozen
class CashFee:
    """What a carrier keeps of the cash of a parcel: a flat amount and a share, between bounds.

    Amounts are minor units, the share is in millionths, rounded once. `refused` is the most that it
    keeps, of the cash of others, for a parcel that brought nothing.

    >>> CashFee("EUR", flat=50, share_millionths=15_000, least=100).of(2_000), CashFee("EUR").of(9)
    (100, 0)
    """

    currency: str
    flat: int = 0
    share_millionths: int = 0
    least: int = 0
    most: int = MINOR_MAX
    rounding: Rounding = Rounding.HALF_UP
    refused: int = 0

    def __attrs_post_init__(self) -> None:
        exponent(self.currency)
        whole(self.share_millionths, "share_millionths", least=0, most=MILLION)
        for name in ("flat", "least", "most", "refused"):
            whole(getattr(self, name), name, least=0, most=MINOR_MAX)
        if self.least > self.most:
            raise BadInput("least", "must not be above the most")
        if not isinstance(self.rounding, Rounding):
            raise BadInput("rounding", "a Rounding is wanted")

    def of(self, collected: int) -> int:
        """The fee for so much cash, in minor units; never more than the cash."""
        part = divided(collected * self.share_millionths, MILLION, self.rounding)
        return min(max(self.flat + part, self.least), self.most, collected)


@attrs.frozen
class RemittanceRow:
    """One row: the parcel by a name that the carrier knows, its cash, and what is kept of that.

    The name is that of a parcel, its waybill number, or an order's, and then the row is about all
    doors of that order; amounts are minor units. Of several parcels with one waybill number it is
    that of the file's carrier at whose door cash is owed.
    """

    row: int
    parcel: str
    cash: int
    fee: int = 0

    def __attrs_post_init__(self) -> None:
        whole(self.row, "row", least=0)
        text(self.parcel, "parcel")
        whole(self.cash, "cash", least=0, most=MINOR_MAX)
        whole(self.fee, "fee", least=0, most=MINOR_MAX)

    @property
    def remitted(self) -> int:
        """What is handed over; below zero where more is kept than was collected."""
        return self.cash - self.fee


@attrs.frozen
class Remittance:
    """A carrier's file: its name, its currency, and its rows, each with a number of its own.

    With a `carrier`, parcels of others are none of its business; with `until`, what was delivered
    later is not missing from it. `unread` are the parcels whose rows could not be read.
    """

    id: str
    currency: str
    rows: tuple[RemittanceRow, ...]
    carrier: str = ""
    until: datetime | None = None
    unread: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        text(self.id, "remittance")
        exponent(self.currency)
        rows: object = self.rows
        if not isinstance(rows, tuple):
            raise BadInput("rows", "a tuple of RemittanceRow is wanted")
        for i, row in enumerate(rows):
            if not isinstance(row, RemittanceRow):
                raise BadInput(f"rows[{i}]", "a RemittanceRow is wanted")
        unique([str(row.row) for row in self.rows], "rows")
        text(self.carrier, "carrier", empty=True)
        if self.until is not None:
            object.__setattr__(self, "until", instant(self.until, "until"))


@attrs.frozen
class Booking:
    """A call that books a part of the file, and its key: the same part is never booked twice."""

    call: Call[Payment]
    key: str


@attrs.frozen
class RemittanceFinding:
    """What is wrong: its row (0 where there is none), the parcel, what is stated and what is known.

    `bookings` book the row as it is stated, for whoever decides so: money that has come has come.
    There are none for a row that is missing or was taken out, and for a parcel that is not known.
    """

    row: int
    parcel: str
    kind: FindingKind
    stated: int
    known: int
    currency: str
    payments: tuple[str, ...] = ()
    bookings: tuple[Booking, ...] = ()

    @property
    def reason(self) -> Refusal:
        """What is wrong, in words."""
        code = f"remittance_{self.kind}"
        if self.kind is FindingKind.REMITTED_BEFORE and self.known:
            code = "remittance_row_changed"
        return Refusal.of(
            code,
            parcel=self.parcel,
            stated=self.stated,
            known=self.known,
            currency=self.currency,
        )


@attrs.frozen
class Reconciled:
    """What comes of a file: the bookings of all that is right, and every finding.

    `stated` is what the file says was handed over, `right` as much of it as is right or was booked
    before, in minor units.
    """

    bookings: tuple[Booking, ...]
    findings: tuple[RemittanceFinding, ...]
    stated: int
    right: int
