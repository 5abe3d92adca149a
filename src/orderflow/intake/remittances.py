"""A carrier's remittance file out of rows: which parcel, what was collected, kept and handed over.

It knows which cells make a row, and refuses to know whether what it says is right.

Carriers say two of the three amounts, or all: what was collected is what was kept and what was
handed over. One alone stands for a row without a fee.
A row that cannot be read is a finding; its parcel is remembered, so that nobody takes its cash for
missing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from orderflow.intake.cells import amount, name
from orderflow.intake.table import (
    AS_OURS,
    Cells,
    Columns,
    Finding,
    Source,
    TableRow,
    missing,
    not_there,
    read_table,
)
from orderflow.money import Money
from orderflow.remittances import Remittance, RemittanceRow
from orderflow.values import MINOR_MAX

REMITTANCE_COLUMNS: Final = ("parcel", "collected", "fee", "remitted", "currency")
REQUIRED: Final = ("parcel",)


@attrs.frozen
class TakenRemittance:
    """The rows that can be read, as a remittance, and what is wrong with the others."""

    remittance: Remittance
    findings: tuple[Finding, ...]
    rows: int


def remittance(
    source: Source,
    id: str,
    currency: str,
    carrier: str = "",
    until: datetime | None = None,
    columns: Columns = AS_OURS,
) -> TakenRemittance:
    """Read a remittance from CSV lines; whatever is wrong is a finding, never an exception.

    >>> remittance("parcel,collected,fee\\nT-1,20.00,0.50\\n", "R-7", "EUR").remittance.rows
    (RemittanceRow(row=2, parcel='T-1', cash=2000, fee=50),)
    """
    columns.check(REMITTANCE_COLUMNS)
    nothing = Remittance(id, currency, (), carrier, until)
    table = read_table(source, REMITTANCE_COLUMNS, columns)
    findings = list(table.findings)
    findings += not_there(table.unused)
    if not findings:
        findings += missing(REQUIRED, table.columns)
    if findings:
        return TakenRemittance(nothing, tuple(findings), len(table.rows))
    rows: list[RemittanceRow] = []
    unread: list[str] = []
    for row in table.rows:
        read = _read(Cells(findings), row, currency, columns)
        if read is not None:
            rows.append(read)
        elif row.cells.get("parcel"):
            unread.append(row.cells["parcel"])
    taken = attrs.evolve(nothing, rows=tuple(rows), unread=tuple(unread))
    return TakenRemittance(taken, tuple(findings), len(table.rows))


def _read(cells: Cells, row: TableRow, currency: str, columns: Columns) -> RemittanceRow | None:
    """What a row says, or a finding for each thing that is wrong with it."""
    if row.fault:
        cells.fault(row.number, "", row.fault)
        return None
    said = {column: row.cell(column, columns.given) for column in REMITTANCE_COLUMNS}
    if not said["parcel"]:
        cells.fault(row.number, "parcel", "must not be empty")
    parcel = cells.take(row.number, "parcel", said["parcel"], name, "")
    if said["currency"] and said["currency"] != currency:
        cells.fault(row.number, "currency", f"{currency} is wanted")
    collected = cells.take(row.number, "collected", said["collected"], amount(currency), None)
    fee = cells.take(row.number, "fee", said["fee"], amount(currency), None)

    def signed(cell: str) -> int:
        return Money.of(cell, currency).minor

    remitted = cells.take(row.number, "remitted", said["remitted"], signed, None)
    if collected is None and remitted is None and cells.sound:
        cells.fault(row.number, "collected", "this, or what was remitted, is wanted")
    if not cells.sound:
        return None
    return _balanced(cells, row.number, parcel, collected, fee, remitted)


def _balanced(
    cells: Cells,
    row: int,
    parcel: str,
    collected: int | None,
    fee: int | None,
    remitted: int | None,
) -> RemittanceRow | None:
    """A row whose amounts agree; what it leaves out follows from the others."""
    if fee is None:
        fee = 0 if collected is None or remitted is None else collected - remitted
    cash = collected if remitted is None else remitted + fee
    if fee < 0 or cash is None or collected not in (None, cash):
        cells.fault(row, "collected", "is not what was kept and what was remitted")
        return None
    if cash < 0:
        cells.fault(row, "remitted", "is less than the fee gives back")
        return None
    if max(cash, fee) > MINOR_MAX:
        cells.fault(row, "remitted", "is more, with its fee, than an amount can be")
        return None
    return RemittanceRow(row, parcel, cash, fee)
