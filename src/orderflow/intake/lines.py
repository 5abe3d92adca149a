"""A line of an order out of a row: what, how much, at which price, less what, plus which tax.

It knows a line's cells, and refuses to know the order that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

import attrs

from orderflow.agreed import NewCharge, NewLine
from orderflow.errors import BadInput
from orderflow.intake.cells import amount, name, number
from orderflow.intake.table import Cells, Columns, TableRow
from orderflow.money import Price, Rounding
from orderflow.records import ChargeKind
from orderflow.values import QUANTITY_MAX, Sku, decimal

T = TypeVar("T")

LINE_COLUMNS: Final = (
    *("order", "line", "sku", "quantity", "price"),
    *("unit", "scale", "per", "discount", "tax"),
    *("rounding", "version", "gift_for"),
)


@attrs.frozen
class ReadLine:
    """A line, its discount and tax, and what its goods cost, in minor units."""

    line: NewLine
    charges: tuple[NewCharge, ...]
    goods: int


class LineReader:
    """Reads lines; all rows of a file must agree what a unit of each SKU is."""

    def __init__(self, columns: Columns) -> None:
        self.given = columns.given
        self.skus: dict[str, Sku] = {}
        self._rows: dict[str, int] = {}

    def take(self, cells: Cells, row: TableRow, id: str, currency: str) -> ReadLine | None:
        """The line of a row, or a finding for each thing that is wrong with it."""
        before = len(cells.findings)
        sku = self._sku(cells, row)
        quantity = decimal_cell(cells, row, "quantity", row.cell("quantity", self.given))
        price = decimal_cell(cells, row, "price", row.cell("price", self.given))
        units = None
        if sku is not None and quantity is not None:
            try:
                units = sku.units(quantity)
            except BadInput as no:
                cells.fault(row.number, "quantity", no.reason)
        if sku is None or units is None or price is None or not currency:
            return None
        rounding = self._take(cells, row, "rounding", _rounding, Rounding.HALF_UP)
        version = self._take(cells, row, "version", name, "")
        earned = self._take(cells, row, "gift_for", name, "")
        try:
            agreed = Price(price, currency, sku.per)
            goods = agreed.times(units, rounding)
        except BadInput as no:
            cells.fault(row.number, "price", no.reason)
            return None
        charges = self._charges(cells, row, id, currency, goods)
        gift_for = (earned,) if earned else ()
        line = NewLine(
            id, sku, units, agreed, rounding=rounding, gift_for=gift_for, version=version
        )
        return ReadLine(line, charges, goods) if len(cells.findings) == before else None

    def _take(
        self, cells: Cells, row: TableRow, column: str, parse: Callable[[str], T], absent: T
    ) -> T:
        return cells.take(row.number, column, row.cell(column, self.given), parse, absent)

    def _charges(
        self, cells: Cells, row: TableRow, id: str, currency: str, goods: int
    ) -> tuple[NewCharge, ...]:
        parse = amount(currency)
        discount, tax = (
            cells.take(row.number, column, row.cell(column, self.given), parse, 0)
            for column in ("discount", "tax")
        )
        if discount > goods:
            cells.fault(row.number, "discount", "is more than the line costs")
            return ()
        signed = ((ChargeKind.DISCOUNT, -discount), (ChargeKind.TAX, tax))
        return tuple(NewCharge(kind, minor, (id,)) for kind, minor in signed if minor)

    def _sku(self, cells: Cells, row: TableRow) -> Sku | None:
        """What is sold: a price is for one `unit`, unless `per` says for how many of its parts."""
        cell = row.cell("sku", self.given)
        if not cell:
            cells.fault(row.number, "sku", "must not be empty")
        code = cells.take(row.number, "sku", cell, name, "")
        unit = cells.take(row.number, "unit", row.cell("unit", self.given), name, "piece")
        scale = cells.take(row.number, "scale", row.cell("scale", self.given), number(0, 9), 0)
        per_cell = row.cell("per", self.given)
        per = cells.take(row.number, "per", per_cell, number(1, QUANTITY_MAX), 10**scale)
        if not code:
            return None
        sku = Sku(code, unit, scale, per)
        first = self.skus.setdefault(code, sku)
        first_row = self._rows.setdefault(code, row.number)
        if first != sku:
            cells.fault(row.number, "sku", f"row {first_row} says otherwise what a unit of it is")
        return first


def decimal_cell(cells: Cells, row: TableRow, column: str, cell: str) -> Decimal | None:
    """A decimal that must be there."""
    if not cell:
        cells.fault(row.number, column, "must not be empty")
    return cells.take(row.number, column, cell, _decimal, None)


def _rounding(cell: str) -> Rounding:
    known = {one.value: one for one in Rounding}.get(cell.casefold().replace(" ", "_"))
    if known is None:
        raise BadInput("", f"one of {', '.join(Rounding)} is wanted")
    return known


def _decimal(cell: str) -> Decimal:
    return decimal(cell, "")
