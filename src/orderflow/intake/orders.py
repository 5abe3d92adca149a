"""Orders from rows: one row a line, the order's own cells on any of its rows.

It knows which cells make an order, and refuses to know how rows are read and what becomes of the
order.

What is said of the order as a whole (customer, currency, destination) may stand on each of its
rows, or on one; two rows that say different things are a finding.
It may stand in a file of its own, too: then `heads` has one row an order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

import attrs

from orderflow.agreed import NewCharge, NewLine, NewOrder
from orderflow.errors import BadInput
from orderflow.intake.cells import amount, currency, degrees, name, number, time_in, yes_or_no
from orderflow.intake.lines import LINE_COLUMNS, LineReader
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
from orderflow.records import ChargeKind, Destination
from orderflow.values import MINOR_MAX, Sku

T = TypeVar("T")

HEAD_COLUMNS: Final = (
    *("currency", "customer", "freight", "placed_at", "cash_on_delivery", "priority"),
    *("region", "latitude", "longitude", "address"),
    *("channel", "shop", "number", "seller", "pay_by", "status"),
)
REQUIRED: Final = ("order", "sku", "quantity", "price", "currency", "customer")
_KNOWN: Final = frozenset((*LINE_COLUMNS, *HEAD_COLUMNS))


class Status(StrEnum):
    """How far an order had come where it comes from."""

    PLACED = "placed"
    PAID = "paid"
    ALLOCATED = "allocated"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RETURNED = "returned"  # all that was delivered came back and was refunded


_STATUSES: Final = {
    **{status.value: status for status in Status},
    "complete": Status.COMPLETED,
    "canceled": Status.CANCELLED,
    "refunded": Status.RETURNED,
}


@attrs.frozen
class TakenOrder:
    """An order that a file holds: its id, all that is agreed, when it was placed, how far it is."""

    row: int
    id: str
    new: NewOrder
    placed_at: datetime | None
    status: Status


@attrs.frozen
class TakenOrders:
    """The orders that can be taken, in the order of the file; why the others cannot; the SKUs.

    `left_out` counts the others, as far as their rows have an id.
    """

    orders: tuple[TakenOrder, ...]
    findings: tuple[Finding, ...]
    skus: Mapping[str, Sku]
    rows: int
    left_out: int = 0


def orders(source: Source, columns: Columns = AS_OURS, heads: Source | None = None) -> TakenOrders:
    """Read orders from CSV lines; whatever is wrong is a finding, never an exception.

    `columns` says how foreign columns are read; a name in it that is none of ours is `BadInput`.

    >>> taken = orders("order,sku,quantity,price,currency,customer\\no-1,LAMP,2,9.90,EUR,c-7\\n")
    >>> taken.orders[0].new.lines[0].n, taken.findings
    (2, ())
    """
    columns.check(_KNOWN)
    table = read_table(source, _KNOWN, columns)
    found = list(table.findings)
    there, unused = table.columns, table.unused
    head_rows: tuple[TableRow, ...] = ()
    if heads is not None:
        head_table = read_table(heads, frozenset(("order", *HEAD_COLUMNS)), columns)
        head_rows = head_table.rows
        found += (attrs.evolve(one, column=f"heads.{one.column}") for one in head_table.findings)
        there |= head_table.columns
        unused &= head_table.unused
    found += not_there(unused)
    if not found:
        found += missing(REQUIRED, there)
    if found:
        return TakenOrders((), tuple(found), {}, len(table.rows))
    desk = _Desk(columns, found, with_heads=heads is not None)
    for row in head_rows:
        desk.take_head(row)
    for row in table.rows:
        desk.take_line(row)
    taken = desk.finish()
    found.sort(key=lambda one: (one.row, one.column, one.reason))
    left_out = len(desk.drafts) - len(taken)
    return TakenOrders(taken, tuple(found), desk.reader.skus, len(table.rows), left_out)


@attrs.define
class _Draft:
    """An order as far as it has been read."""

    row: int
    sound: bool = True
    head: dict[str, tuple[int, str, str]] = attrs.field(factory=dict)  # row, its name there, cell
    lines: list[tuple[TableRow, str]] = attrs.field(factory=list)
    names: set[str] = attrs.field(factory=set)
    has_head: bool = False


class _Desk:
    """Where rows become orders."""

    def __init__(self, columns: Columns, findings: list[Finding], *, with_heads: bool) -> None:
        self.with_heads = with_heads
        self.given = columns.given
        self.time = time_in(columns.zone)
        self.findings = findings
        self.drafts: dict[str, _Draft] = {}
        self.reader = LineReader(columns)
        self.numbers: dict[tuple[str, str, str], str] = {}

    def take_head(self, row: TableRow) -> None:
        """A row of the file of heads."""
        cells = Cells(self.findings, "heads.")
        draft = self._draft(cells, row)
        if draft is not None:
            if draft.has_head:
                cells.fault(row.number, "order", "this order has a row already")
            draft.has_head = True
            self._note(cells, draft, row)
            draft.sound &= cells.sound

    def take_line(self, row: TableRow) -> None:
        """A row of the file of lines."""
        cells = Cells(self.findings)
        draft = self._draft(cells, row)
        if draft is None:
            return
        self._note(cells, draft, row)
        cell = row.cell("line", self.given)
        id = cells.take(row.number, "line", cell, name, "") or str(len(draft.lines) + 1)
        if id in draft.names:
            cells.fault(row.number, "line", f"{id} comes twice")
        draft.names.add(id)
        draft.lines.append((row, id))
        draft.sound &= cells.sound

    def finish(self) -> tuple[TakenOrder, ...]:
        """The orders that are sound, in the order in which they began."""
        made = (self._order(id, draft) for id, draft in self.drafts.items())
        return tuple(order for order in made if order is not None)

    def _draft(self, cells: Cells, row: TableRow) -> _Draft | None:
        """The order that a row belongs to, as far as that can be told."""
        cell = row.cell("order", self.given)
        id = cell if row.fault else cells.take(row.number, "order", cell, name, "")
        if not cell and not row.fault:
            cells.fault(row.number, "order", "must not be empty")
        draft = self.drafts.setdefault(id, _Draft(row.number)) if id else None
        if row.fault:
            cells.fault(row.number, "", row.fault)
            if draft is not None:
                draft.sound = False
            return None
        return draft

    def _note(self, cells: Cells, draft: _Draft, row: TableRow) -> None:
        """What a row says of the order as a whole; it must agree with the rows before."""
        for column in HEAD_COLUMNS:
            cell = row.cell(column, self.given)
            if not cell:
                continue
            where = (row.number, cells.prefix + column, cell)
            earlier, _, before = draft.head.setdefault(column, where)
            if before != cell:
                cells.fault(row.number, column, f"row {earlier} of this order says {before}")

    def _order(self, id: str, draft: _Draft) -> TakenOrder | None:
        cells = Cells(self.findings)
        read = _Head(cells, draft)
        order_currency = read.take("currency", currency, "", required=True)
        lines: list[NewLine] = []
        charges: list[NewCharge] = []
        goods = 0
        for row, line_id in draft.lines:
            made = self.reader.take(cells, row, line_id, order_currency)
            if made is None:
                continue
            goods += made.goods
            lines.append(made.line)
            charges += made.charges
        if not draft.lines and draft.sound:
            cells.fault(draft.row, "order", "has no lines")
        if draft.lines and self.with_heads and not draft.has_head:
            cells.fault(draft.row, "order", "is not in the file of heads")
        if goods > MINOR_MAX:
            cells.fault(draft.row, "price", "the order costs more than can be kept")
        freight = read.take("freight", amount(order_currency), 0) if order_currency else 0
        if freight:
            charges.append(NewCharge(ChargeKind.FREIGHT, freight))
        taken = self._agreed(read, id, draft, order_currency, tuple(lines), tuple(charges))
        return taken if cells.sound and draft.sound else None

    def _agreed(
        self,
        read: _Head,
        id: str,
        draft: _Draft,
        order_currency: str,
        lines: tuple[NewLine, ...],
        charges: tuple[NewCharge, ...],
    ) -> TakenOrder | None:
        """The order itself. Every cell is read, so that every finding is there at once."""
        cells = read.cells
        customer = read.take("customer", name, "", required=True)
        destination = Destination(
            read.take("address", name, ""),
            read.take("region", name, ""),
            read.take("latitude", degrees(90), None),
            read.take("longitude", degrees(180), None),
        )
        placed_at = read.take("placed_at", self.time, None)
        status = read.take("status", _status, Status.DELIVERED)
        seller, channel, shop = (
            read.take(column, name, "") for column in ("seller", "channel", "shop")
        )
        own_number = read.take("number", name, "")
        cod = read.take("cash_on_delivery", yes_or_no, False)
        priority = read.take("priority", number(0, 1_000_000), 0)
        pay_by = read.take("pay_by", self.time, None)
        if own_number:
            key = (channel, shop, own_number)
            first = self.numbers.setdefault(key, id)
            if first != id:
                cells.fault(draft.row, "number", f"{own_number} is the number of order {first}")
        if not (cells.sound and draft.sound):
            return None
        try:
            new = NewOrder(
                customer,
                order_currency,
                lines,
                charges,
                seller=seller,
                channel=channel,
                shop=shop,
                number=own_number,
                cash_on_delivery=cod,
                priority=priority,
                pay_by=pay_by,
                destination=destination,
            )
        except BadInput as no:
            cells.fault(draft.row, no.path, no.reason)
            return None
        return TakenOrder(draft.row, id, new, placed_at, status)


class _Head:
    """Reads what is said of an order as a whole, each cell with the row where it stood first."""

    def __init__(self, cells: Cells, draft: _Draft) -> None:
        self.cells = cells
        self.draft = draft

    def take(
        self, column: str, parse: Callable[[str], T], absent: T, *, required: bool = False
    ) -> T:
        """What the cell says; empty where it must not be is a finding."""
        row, named, cell = self.draft.head.get(column, (self.draft.row, column, ""))
        if required and not cell and self.draft.lines:
            self.cells.fault(row, named, "must not be empty")
        return self.cells.take(row, named, cell, parse, absent)


def _status(cell: str) -> Status:
    known = _STATUSES.get(cell.casefold())
    if known is None:
        raise BadInput("", f"one of {', '.join(Status)} is wanted")
    return known
