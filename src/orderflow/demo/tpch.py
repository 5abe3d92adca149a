"""The order stream of TPC-H, made on the spot and read as journeys, stock and places.

It knows the tables of TPC-H, and refuses to know what the library makes of them.

`tpchgen-cli` writes the tables; each column is taken as it is, and what TPC-H does not know (when a
return is asked, who cancels, which goods come late) is drawn by seed. `docs/explanation/demo.md`
says which is which.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

import attrs

from orderflow.agreed import NewCharge, NewLine, NewOrder
from orderflow.demo.chance import draw
from orderflow.demo.journey import DAY, Journey
from orderflow.demo.nations import degrees_e6
from orderflow.errors import BadInput, OrderflowError
from orderflow.intake import Stocked
from orderflow.money import Money, Price, spread
from orderflow.records import ChargeKind, Destination
from orderflow.rules import Location
from orderflow.values import Position, Sku

CURRENCY: Final = "USD"
FIRST_DAY: Final = datetime(1992, 1, 1, tzinfo=UTC)
TABLES: Final = ("nation", "supplier", "customer", "partsupp", "orders", "lineitem")

CANCELS_PERCENT: Final = 4
CANCELS_AFTER_DAYS_MAX: Final = 45
LATE_PERCENT: Final = 60
"""How much of a scarce part's stock comes late."""
LATE_FROM: Final = datetime(1995, 7, 1, 6, tzinfo=UTC)
LATE_DAYS: Final = 1_200


class GeneratorMissing(OrderflowError):
    """`tpchgen-cli` is not installed, or failed."""


@attrs.frozen
class Purchase:
    """Goods that come late."""

    position: Position
    n: int
    comes: datetime


@attrs.frozen
class Factor:
    """How partsupp's quantities were scaled: so many units of so many, and to how many parts."""

    stock: int
    partsupp: int
    scarce_parts: int
    plentiful_parts: int

    @property
    def sentence(self) -> str:
        """What was done, for people."""
        return (
            f"stock is {self.stock / self.partsupp:.4f} of partsupp's: demand is 1.05 of it for "
            f"{self.scarce_parts} parts (of which {LATE_PERCENT} % comes late) and 0.5 for "
            f"{self.plentiful_parts}"
        )


@attrs.frozen
class World:
    """What a demo runs on."""

    journeys: tuple[Journey, ...]
    stock: tuple[Stocked, ...]
    purchases: tuple[Purchase, ...]
    locations: tuple[Location, ...]
    factor: Factor
    lines: int


def check_ready(scale: float) -> str:
    """Where `tpchgen-cli` is; an exception says why its tables could not be made."""
    if not 0 < scale <= 1:
        raise BadInput("scale", "a number above 0 and up to 1 is wanted")
    beside = Path(sys.executable).with_name("tpchgen-cli")
    program = str(beside) if beside.is_file() else shutil.which("tpchgen-cli")
    if program is None:
        raise GeneratorMissing(
            "the demo needs tpchgen-cli: install it with pip install 'orderflow-oms[demo]'"
        )
    return program


def generate(folder: Path, scale: float) -> None:
    """Let `tpchgen-cli` write its tables into a folder; `GeneratorMissing` says what is wrong."""
    program = check_ready(scale)
    options = ["-s", f"{scale:f}", "-o", str(folder), "-T", ",".join(TABLES), "--quiet"]
    done = subprocess.run(  # noqa: S603 - our own options for a program from our own environment
        [program, "csv", *options], capture_output=True, text=True, check=False
    )
    if done.returncode or not (folder / "lineitem.csv").is_file():
        raise GeneratorMissing(f"tpchgen-cli failed: {done.stderr.strip()[-300:]}")


def read_world(folder: Path, seed: int) -> World:
    """Read the tables as journeys, stock and places."""
    nations = {row["n_nationkey"]: row["n_name"] for row in _rows(folder, "nation")}
    suppliers = {row["s_suppkey"]: nations[row["s_nationkey"]] for row in _rows(folder, "supplier")}
    customers = {row["c_custkey"]: nations[row["c_nationkey"]] for row in _rows(folder, "customer")}
    lines: dict[str, list[dict[str, str]]] = {}
    demand: Counter[str] = Counter()
    for row in _rows(folder, "lineitem"):
        lines.setdefault(row["l_orderkey"], []).append(row)
        demand[row["l_partkey"]] += int(row["l_quantity"])
    journeys = tuple(
        _journey(row, lines[row["o_orderkey"]], customers[row["o_custkey"]], seed)
        for row in _rows(folder, "orders")
    )
    stock, purchases, factor = _shelves(_rows(folder, "partsupp"), demand, seed)
    return World(
        tuple(sorted(journeys, key=lambda one: (one.at, one.id))),
        stock,
        purchases,
        tuple(_location(key, nation) for key, nation in suppliers.items()),
        factor,
        sum(map(len, lines.values())),
    )


def _rows(folder: Path, table: str) -> Iterator[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _location(key: str, nation: str) -> Location:
    return Location(f"supplier-{key}", int(key), nation, *degrees_e6(nation))


def _day(text: str, hour: int) -> datetime:
    return datetime.fromisoformat(text).replace(hour=hour, tzinfo=UTC)


def _journey(
    row: Mapping[str, str], lines: list[dict[str, str]], nation: str, seed: int
) -> Journey:
    id = f"o-{row['o_orderkey']}"
    urgency = int(row["o_orderpriority"][0])
    at = _day(row["o_orderdate"], 9) + timedelta(minutes=urgency)
    new = NewOrder(
        customer=f"c-{row['o_custkey']}",
        currency=CURRENCY,
        lines=tuple(_line(line) for line in lines),
        charges=tuple(charge for line in lines for charge in _charges(line)),
        channel="tpc-h",
        number=row["o_orderkey"],
        cash_on_delivery=lines[0]["l_shipinstruct"] == "COLLECT COD",
        priority=urgency,
        destination=Destination(f"a-{row['o_custkey']}", nation, *degrees_e6(nation)),
    )
    cancels = draw(seed, 100, id, "cancels") < CANCELS_PERCENT
    after = 1 + draw(seed, CANCELS_AFTER_DAYS_MAX, id, "cancels after")
    return Journey(
        id,
        new,
        at,
        ships={line["l_linenumber"]: _day(line["l_shipdate"], 15) for line in lines},
        arrives={line["l_linenumber"]: _day(line["l_receiptdate"], 12) for line in lines},
        back=frozenset(line["l_linenumber"] for line in lines if line["l_returnflag"] == "R"),
        cancel_at=at + after * DAY if cancels else None,
        by=row["o_clerk"],
        carrier=lines[0]["l_shipmode"],
    )


def _line(row: Mapping[str, str]) -> NewLine:
    """A line; its price is that of the whole line, for as many units as it has."""
    n = int(row["l_quantity"])
    price = Price.of(row["l_extendedprice"], CURRENCY, per=n)
    sku = Sku(f"part-{row['l_partkey']}")
    return NewLine(row["l_linenumber"], sku, n, price, promised=_day(row["l_commitdate"], 23))


def _charges(row: Mapping[str, str]) -> Iterator[NewCharge]:
    """The discount is a part of the price, the tax a part of what is left; each to the cent."""
    goods = Money.of(row["l_extendedprice"], CURRENCY).minor
    off = _part(goods, row["l_discount"])
    tax = _part(goods - off, row["l_tax"])
    if off:
        yield NewCharge(ChargeKind.DISCOUNT, -off, (row["l_linenumber"],))
    if tax:
        yield NewCharge(ChargeKind.TAX, tax, (row["l_linenumber"],))


def _part(minor: int, rate: str) -> int:
    return int((minor * Decimal(rate)).quantize(Decimal(1), ROUND_HALF_UP))


def _shelves(
    partsupp: Iterator[dict[str, str]], demand: Mapping[str, int], seed: int
) -> tuple[tuple[Stocked, ...], tuple[Purchase, ...], Factor]:
    """Scale partsupp to the demand: scarce for a third of the parts, plenty for the others."""
    offers: dict[str, list[tuple[str, int]]] = {}
    for row in partsupp:
        offer = (f"supplier-{row['ps_suppkey']}", int(row["ps_availqty"]))
        offers.setdefault(row["ps_partkey"], []).append(offer)
    parts = sorted(offers, key=lambda part: (draw(seed, 2**60, part, "scarce"), part))
    scarce = frozenset(parts[: len(parts) // 3])
    stock: list[Stocked] = []
    purchases: list[Purchase] = []
    for part, places in offers.items():
        asked = demand.get(part, 0)
        there = asked * 20 // 21 if part in scarce else asked * 2
        shares = spread(there, [weight for _, weight in places])
        comes = LATE_FROM + draw(seed, LATE_DAYS, part, "comes") * DAY
        for (place, _), n in zip(places, shares, strict=True):
            position = Position(f"part-{part}", place)
            late = n * LATE_PERCENT // 100 if part in scarce else 0
            stock.append(Stocked(0, position, n - late))
            if late:
                purchases.append(Purchase(position, late, comes))
    total = sum(row.n for row in stock) + sum(row.n for row in purchases)
    offered = sum(weight for places in offers.values() for _, weight in places)
    factor = Factor(total, offered, len(scarce), len(parts) - len(scarce))
    return tuple(stock), tuple(purchases), factor
