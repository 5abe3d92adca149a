"""A carrier's price list and its zones, out of rows.

It knows which cells make a rate, a surcharge and a zone, and refuses to know what a parcel costs.

Carriers send their prices as spreadsheets, and a slip in one row must not cost the list: what
cannot be read is a finding with its row and column, and a list with findings is for a person to
look at before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeVar

import attrs

from orderflow.adapters.carriers.rates import (
    CM3_MAX,
    PERCENT_MAX,
    PriceList,
    Rate,
    Surcharge,
)
from orderflow.errors import BadInput
from orderflow.intake.cells import amount, name, number
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
from orderflow.values import QUANTITY_MAX, decimal

T = TypeVar("T")

RATE_COLUMNS: Final = (
    *("service", "region", "first_grams", "first", "step_grams", "step", "days"),
    *("volume_divisor", "grams_max"),
)
SURCHARGE_COLUMNS: Final = (
    *("name", "amount", "percent", "service", "region", "grams_over", "cm3_over"),
)
ZONE_COLUMNS: Final = ("from", "to", "zone")


@attrs.frozen
class Zones:
    """In which zone a parcel falls, by its location and the region that it goes to."""

    rows: Mapping[tuple[str, str], str] = attrs.field(factory=dict)

    def of(self, location: str, region: str) -> str:
        """The zone; a row for the location comes before one for all. Empty where there is none."""
        return self.rows.get((location, region)) or self.rows.get(("", region), "")


@attrs.frozen
class TakenPrices:
    """The rows that can be read, as a price list, and what is wrong with the others."""

    prices: PriceList
    findings: tuple[Finding, ...]


@attrs.frozen
class TakenZones:
    """The rows that can be read, as zones, and what is wrong with the others."""

    zones: Zones
    findings: tuple[Finding, ...]


def price_list(
    rates: Source, currency: str, surcharges: Source = (), columns: Columns = AS_OURS
) -> TakenPrices:
    r"""Read rates and surcharges from CSV lines, amounts in the main unit of a currency.

    Whatever is wrong is a finding, never an exception; `columns` are those of the rates.

    >>> rows = "service,region,first_grams,first,step_grams,step,days\nland,GB,1000,12,500,2.50,3\n"
    >>> price_list(rows, "GBP").prices.rates[0].amount(1_318)
    1450
    """
    findings: list[Finding] = []
    once: dict[tuple[str, str], Rate] = {}
    for cells, row in _rows(rates, RATE_COLUMNS, RATE_COLUMNS[:7], columns, findings):
        rate = _rate(cells, row, currency, columns)
        if rate is not None and once.setdefault((rate.service, rate.region), rate) is not rate:
            cells.fault(row.number, "service", "has a rate for this region already")
    more: list[Surcharge] = []
    for cells, row in _rows(surcharges, SURCHARGE_COLUMNS, ("name",), AS_OURS, findings):
        surcharge = _surcharge(cells, row, currency)
        if surcharge is not None:
            more.append(surcharge)
    return TakenPrices(PriceList(tuple(once.values()), tuple(more)), tuple(findings))


def zones(source: Source, columns: Columns = AS_OURS) -> TakenZones:
    """Read zones from CSV lines; an empty `from` is every location."""
    findings: list[Finding] = []
    found: dict[tuple[str, str], str] = {}
    for cells, row in _rows(source, ZONE_COLUMNS, ZONE_COLUMNS[1:], columns, findings):
        start = _take(cells, row, columns, "from", name, "")
        end = _wanted(cells, row, columns, "to", name, "")
        zone = _wanted(cells, row, columns, "zone", name, "")
        if cells.sound and found.setdefault((start, end), zone) != zone:
            cells.fault(row.number, "zone", f"this way is in {found[start, end]} already")
    return TakenZones(Zones(found), tuple(findings))


def _rows(
    source: Source,
    known: tuple[str, ...],
    required: tuple[str, ...],
    columns: Columns,
    findings: list[Finding],
) -> Iterator[tuple[Cells, TableRow]]:
    """The rows of a file that can be read, each with a reader of its cells; no file has none."""
    if source == ():
        return
    columns.check(known)
    table = read_table(source, known, columns)
    wrong = [*table.findings, *not_there(table.unused)]
    wrong = wrong or list(missing(required, table.columns))
    findings += wrong
    if wrong:
        return
    for row in table.rows:
        cells = Cells(findings)
        if row.fault:
            cells.fault(row.number, "", row.fault)
        else:
            yield cells, row


def _take(
    cells: Cells,
    row: TableRow,
    columns: Columns,
    column: str,
    parse: Callable[[str], T],
    absent: T,
) -> T:
    return cells.take(row.number, column, row.cell(column, columns.given), parse, absent)


def _wanted(
    cells: Cells,
    row: TableRow,
    columns: Columns,
    column: str,
    parse: Callable[[str], T],
    absent: T,
) -> T:
    """What a cell says that must not be empty."""
    if not row.cell(column, columns.given):
        cells.fault(row.number, column, "must not be empty")
    return _take(cells, row, columns, column, parse, absent)


_GRAMS: Final = number(1, QUANTITY_MAX)
_GRAMS_OR_NONE: Final[Callable[[str], int | None]] = _GRAMS


def _rate(cells: Cells, row: TableRow, currency: str, columns: Columns) -> Rate | None:
    """A rate, or a finding for each thing that is wrong with it."""
    money, days = amount(currency), number(0, 10_000)
    service = _wanted(cells, row, columns, "service", name, "")
    region = _wanted(cells, row, columns, "region", name, "")
    first_grams = _wanted(cells, row, columns, "first_grams", _GRAMS, 1)
    first = _wanted(cells, row, columns, "first", money, 0)
    step_grams = _wanted(cells, row, columns, "step_grams", _GRAMS, 1)
    step = _wanted(cells, row, columns, "step", money, 0)
    takes = _wanted(cells, row, columns, "days", days, 0)
    divisor = _take(cells, row, columns, "volume_divisor", _GRAMS_OR_NONE, None)
    most = _take(cells, row, columns, "grams_max", _GRAMS_OR_NONE, None)
    if not cells.sound:
        return None
    return Rate(service, region, first_grams, first, step_grams, step, takes, divisor, most)


def _surcharge(cells: Cells, row: TableRow, currency: str) -> Surcharge | None:
    """A surcharge, or a finding for each thing that is wrong with it."""
    names = [_take(cells, row, AS_OURS, column, name, "") for column in ("service", "region")]
    called = _wanted(cells, row, AS_OURS, "name", name, "")
    minor = _take(cells, row, AS_OURS, "amount", amount(currency), 0)
    percent = _take(cells, row, AS_OURS, "percent", _percent, Decimal(0))
    grams = _take(cells, row, AS_OURS, "grams_over", number(0, QUANTITY_MAX), 0)
    cm3 = _take(cells, row, AS_OURS, "cm3_over", number(0, CM3_MAX), 0)
    if not minor and not percent and cells.sound:
        cells.fault(row.number, "amount", "an amount or a percentage is wanted")
    if not cells.sound:
        return None
    return Surcharge(called, minor, percent, names[0], names[1], grams, cm3)


def _percent(cell: str) -> Decimal:
    """A percentage that a surcharge may have; with its sign or without."""
    value = decimal(cell.removesuffix("%").strip(), "")
    if not 0 <= value <= PERCENT_MAX:
        raise BadInput("", f"is not between 0 and {PERCENT_MAX}")
    return value
