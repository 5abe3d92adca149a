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
from orderflow.records import ChargeKind, Fixing
from orderflow.values import QUANTITY_MAX, Sku, decimal

T = TypeVar("T")
C = TypeVar("C", Rounding, Fixing)

GRAMS_PER_PRICE: Final = 1_000
"""Goods by weight are priced by the kilogram, unless a file says otherwise."""

LINE_COLUMNS: Final = (
    *("order", "line", "sku", "quantity", "price"),
    *("unit", "scale", "per", "discount", "tax"),
    *("rounding", "version", "gift_for", "fixed", "grams_each"),
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
        rounding = self._take(cells, row, "rounding", _one_of(Rounding), Rounding.HALF_UP)
        version = self._take(cells, row, "version", name, "")
        earned = self._take(cells, row, "gift_for", name, "")
        grams = self._grams(cells, row)
        unless_said = Fixing.WEIGHING if grams else Fixing.PLACING
        fixed = self._take(cells, row, "fixed", _one_of(Fixing), unless_said)
        if len(cells.findings) > before:
            return None
        per = self._per(cells, row, GRAMS_PER_PRICE) if grams else sku.per
        try:
            line = NewLine(
                id,
                sku,
                units,
                Price(price, currency, per),
                rounding=rounding,
                gift_for=(earned,) if earned else (),
                version=version,
                fixed=fixed,
                grams_each=grams,
            )
            goods = line.amount
        except BadInput as no:
            column = "grams_each" if no.path.endswith("grams_each") else "price"
            cells.fault(row.number, column, no.reason)
            return None
        charges = self._charges(cells, row, id, currency, goods)
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

    def _grams(self, cells: Cells, row: TableRow) -> int:
        """What a piece weighs until it is weighed; nothing where the goods are not sold so."""
        return self._take(cells, row, "grams_each", number(1, QUANTITY_MAX), 0)

    def _per(self, cells: Cells, row: TableRow, unless_said: int) -> int:
        return self._take(cells, row, "per", number(1, QUANTITY_MAX), unless_said)

    def _sku(self, cells: Cells, row: TableRow) -> Sku | None:
        """What is sold: a price is for one `unit`, unless `per` says for how many of its parts."""
        cell = row.cell("sku", self.given)
        if not cell:
            cells.fault(row.number, "sku", "must not be empty")
        code = cells.take(row.number, "sku", cell, name, "")
        unit = cells.take(row.number, "unit", row.cell("unit", self.given), name, "piece")
        scale = cells.take(row.number, "scale", row.cell("scale", self.given), number(0, 9), 0)
        # What is sold by weight is counted by the piece, and `per` is of its grams.
        is_weighed = bool(row.cell("grams_each", self.given))
        per = 10**scale if is_weighed else self._per(cells, row, 10**scale)
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


def _one_of(kind: type[C]) -> Callable[[str], C]:
    """A value of an enumeration, in any letter case."""

    def parse(cell: str) -> C:
        known = {one.value: one for one in kind}.get(cell.casefold().replace(" ", "_"))
        if known is None:
            raise BadInput("", f"one of {', '.join(kind)} is wanted")
        return known

    return parse


def _decimal(cell: str) -> Decimal:
    return decimal(cell, "")
