"""Stock from rows: so much of a SKU at a location.

It knows which cells make a receipt, and refuses to know the books that it is posted to.

Each row stands for itself, so a bad one leaves the others good.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.intake.cells import degrees, name, number
from orderflow.intake.lines import decimal_cell
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
from orderflow.rules import Location
from orderflow.values import Position, Sku

STOCK_COLUMNS: Final = (
    *("sku", "location", "quantity", "owner", "lot", "grade"),
    *("latitude", "longitude", "priority"),
)
REQUIRED: Final = ("sku", "location", "quantity")


@attrs.frozen
class Stocked:
    """So many units are at a position; zero is worth saying, too."""

    row: int
    position: Position
    n: int


@attrs.frozen
class TakenStock:
    """What is where, which locations there are, and which rows say nothing that can be taken."""

    stock: tuple[Stocked, ...]
    locations: tuple[Location, ...]
    findings: tuple[Finding, ...]
    rows: int


def stock(
    source: Source, columns: Columns = AS_OURS, skus: Mapping[str, Sku] | None = None
) -> TakenStock:
    """Read stock from CSV lines; whatever is wrong is a finding, never an exception.

    `skus` says in which unit a SKU is counted, as the orders have it; others are counted in pieces.

    >>> stock("sku,location,quantity\\nLAMP,leith,12\\n").stock[0].n
    12
    """
    columns.check(STOCK_COLUMNS)
    table = read_table(source, STOCK_COLUMNS, columns)
    findings = list(table.findings)
    findings += not_there(table.unused)
    if not findings:
        findings += missing(REQUIRED, table.columns)
    if findings:
        return TakenStock((), (), tuple(findings), len(table.rows))
    shelf = _Shelf(columns, findings, skus or {})
    taken = [row for row in map(shelf.take, table.rows) if row is not None]
    return TakenStock(
        tuple(taken), tuple(shelf.locations.values()), tuple(findings), len(table.rows)
    )


class _Shelf:
    """Where rows become stock."""

    def __init__(self, columns: Columns, findings: list[Finding], skus: Mapping[str, Sku]) -> None:
        self.given = columns.given
        self.findings = findings
        self.skus = skus
        self.locations: dict[str, Location] = {}
        self.rows: dict[Position, int] = {}

    def take(self, row: TableRow) -> Stocked | None:
        """What a row says, or a finding for each thing that is wrong with it."""
        cells = Cells(self.findings)
        if row.fault:
            cells.fault(row.number, "", row.fault)
            return None
        for column in REQUIRED[:2]:
            if not row.cell(column, self.given):
                cells.fault(row.number, column, "must not be empty")
        sku, location, owner, lot, grade = (
            cells.take(row.number, column, row.cell(column, self.given), name, "")
            for column in ("sku", "location", "owner", "lot", "grade")
        )
        quantity = decimal_cell(cells, row, "quantity", row.cell("quantity", self.given))
        place = self._place(cells, row, location)
        n = 0
        if quantity and sku:
            try:
                n = self.skus.get(sku, Sku(sku)).units(quantity)
            except BadInput as no:
                cells.fault(row.number, "quantity", no.reason)
        position = Position(sku, location, owner, lot, grade)
        if cells.sound:
            first = self.rows.setdefault(position, row.number)
            if first != row.number:
                cells.fault(row.number, "sku", f"row {first} has this stock already")
        if not cells.sound:
            return None
        self.locations.setdefault(location, place)
        return Stocked(row.number, position, n)

    def _place(self, cells: Cells, row: TableRow, id: str) -> Location:
        """Where the row says that its location lies; every row must say the same."""
        latitude = cells.take(
            row.number, "latitude", row.cell("latitude", self.given), degrees(90), None
        )
        longitude = cells.take(
            row.number, "longitude", row.cell("longitude", self.given), degrees(180), None
        )
        rank = cells.take(
            row.number, "priority", row.cell("priority", self.given), number(0, 1_000_000), 0
        )
        if (latitude is None) != (longitude is None):
            cells.fault(row.number, "latitude", "latitude and longitude go together")
        place = Location(id, rank, "", latitude, longitude)
        if self.locations.get(id, place) != place:
            cells.fault(row.number, "location", "an earlier row says that it lies elsewhere")
        return place
