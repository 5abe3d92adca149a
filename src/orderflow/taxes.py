"""What tax lines carry: rates, where they come from, and how they are rounded.

It knows rates by place and day and the arithmetic of a tax, and refuses to know orders, documents
and which goods are in which group: that is handed in.

Problem: two systems that both know 19 % bill different taxes, and each is right by its own rule.
Three pieces at 1.08 cost 3.86 with tax where the line is rounded, and 3.87 where each unit is.

Observations:

- What differs is small and can be named: whether prices include the tax; what is rounded (each
  unit, each line, or the total of a document); whether each tax is rounded by itself, or all taxes
  of a line together; in which direction and to which step; and, where prices include the tax,
  whether the tax is rounded or what is left without it.
- A tax that is rounded on the total is still told by line: on a return, and on paper.
- A rate belongs to a day and a place. No rate is not a rate of zero: zero and exempt are said, with
  the reason that the law wants to see.

Decision: a `Convention` is a value with these choices, and `taxed` is one pure function of lines
and a convention. A total's tax is told to the lines by `money.spread`, so that they sum to it.
Taxes on a tax (compound) are not here: no published case asks for one; a law that has one publishes
the rate that it comes to.

Rates come through the port `TaxTable`; `Table` is one made of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Final, Protocol

import attrs

from orderflow.errors import BadInput
from orderflow.money import Rounding, Spread, divided, spread
from orderflow.values import MINOR_MAX, decimal, instant, text, unique, whole

PERCENT_MAX: Final = 1_000
STEP_MAX: Final = 10**6

FREIGHT_GROUP: Final = "freight"
"""The group that freight is asked for by."""
FEE_GROUP: Final = "fee"
"""The group that fees are asked for by."""


class Taxation(StrEnum):
    """Why a rate is what it is."""

    STANDARD = "standard"
    ZERO = "zero"  # taxed, at nothing
    EXEMPT = "exempt"  # not taxed


@attrs.frozen(weakref_slot=False)
class Rate:
    """One tax: its code, and how many percent of the net it is.

    A rate of nothing says whether it is zero or exempt, and why.

    >>> Rate.of("VAT", "19").percent
    Decimal('19')
    """

    id: str
    percent: Decimal
    kind: Taxation = Taxation.STANDARD
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        path = f"rate {text(self.id, 'rate.id')}"
        percent = decimal(self.percent, f"{path}.percent")
        if not 0 <= percent <= PERCENT_MAX:
            raise BadInput(f"{path}.percent", f"is not between 0 and {PERCENT_MAX}")
        if type(self.kind) is not Taxation:
            raise BadInput(f"{path}.kind", f"one of {', '.join(Taxation)} is wanted")
        if (percent == 0) != (self.kind is not Taxation.STANDARD):
            raise BadInput(f"{path}.kind", "a rate is nothing exactly when it is zero or exempt")
        if text(self.reason, f"{path}.reason", empty=not percent == 0) and percent:
            raise BadInput(f"{path}.reason", "is for a rate of nothing")
        object.__setattr__(self, "percent", percent.copy_abs())  # Decimal("-0") is no rate

    @classmethod
    def of(cls, id: str, percent: object) -> Rate:
        """A rate above zero: `Rate.of("VAT", "19")`."""
        return cls(id, decimal(percent, "rate.percent"))

    @classmethod
    def zero(cls, id: str, reason: str) -> Rate:
        """A tax at a rate of nothing, and why."""
        return cls(id, Decimal(0), Taxation.ZERO, reason)

    @classmethod
    def exempt(cls, id: str, reason: str) -> Rate:
        """No tax, and why."""
        return cls(id, Decimal(0), Taxation.EXEMPT, reason)


class Level(StrEnum):
    """What a tax is rounded on."""

    UNIT = "unit"
    LINE = "line"
    TOTAL = "total"


class By(StrEnum):
    """Whether each tax is rounded by itself, or all taxes of a line together."""

    CODE = "code"
    COMBINATION = "combination"


@attrs.frozen
class Convention:
    """How a tax is computed and rounded.

    With `inclusive` prices have the tax in them. `step` is in minor units: 5 rounds to 0.05 EUR.
    `spread` tells a total's tax to its lines. With `rounds_net`, what is left of an inclusive price
    is rounded, all taxes together, and they are the rest.
    """

    name: str
    inclusive: bool = False
    level: Level = Level.TOTAL
    by: By = By.CODE
    rounding: Rounding = Rounding.HALF_UP
    step: int = 1
    spread: Spread = Spread.LARGEST_REMAINDER
    rounds_net: bool = False

    def __attrs_post_init__(self) -> None:
        text(self.name, "convention.name")
        for flag in ("inclusive", "rounds_net"):
            if type(getattr(self, flag)) is not bool:
                raise BadInput(f"convention.{flag}", "true or false is wanted")
        for name, kind in (("level", Level), ("by", By), ("rounding", Rounding)):
            if type(getattr(self, name)) is not kind:
                raise BadInput(f"convention.{name}", f"one of {', '.join(kind)} is wanted")
        if type(self.spread) is not Spread:
            raise BadInput("convention.spread", f"one of {', '.join(Spread)} is wanted")
        whole(self.step, "convention.step", most=STEP_MAX)
        if self.rounds_net and not self.inclusive:
            raise BadInput("convention.rounds_net", "is for prices that include the tax")


NET_BY_TOTAL: Final = Convention("net, by total")
"""Prices without their taxes, and each tax rounded once on the total: what EN 16931 checks."""
NET_BY_LINE: Final = Convention("net, by line", level=Level.LINE)
"""Prices without their taxes, rounded line by line: commercetools by line, Sylius' refunds."""
NET_BY_UNIT: Final = Convention("net, by unit", level=Level.UNIT)
"""Prices without their taxes, rounded unit by unit: commercetools by unit price."""
GROSS_BY_TOTAL: Final = Convention("gross, by total", inclusive=True)
"""Prices with their taxes, and each tax rounded once on the total."""
GROSS_BY_LINE: Final = Convention("gross, by line", inclusive=True, level=Level.LINE)
"""Prices with their taxes, rounded line by line: a 发票, which states the tax of each line."""
GROSS_BY_UNIT: Final = Convention("gross, by unit", inclusive=True, level=Level.UNIT)
"""Prices with their taxes, rounded unit by unit."""
NET_OF_LINE: Final = attrs.evolve(GROSS_BY_LINE, name="gross, net of line", rounds_net=True)
"""Prices with their taxes; what is left of each line is rounded: Vendure by line."""
NET_OF_UNIT: Final = attrs.evolve(GROSS_BY_UNIT, name="gross, net of unit", rounds_net=True)
"""Prices with their taxes; what is left of each unit is rounded: Vendure by unit."""

CONVENTIONS: Final = {
    one.name: one
    for one in (
        NET_BY_TOTAL,
        NET_BY_LINE,
        NET_BY_UNIT,
        GROSS_BY_TOTAL,
        GROSS_BY_LINE,
        GROSS_BY_UNIT,
        NET_OF_LINE,
        NET_OF_UNIT,
    )
}
"""The shipped conventions by name; `attrs.evolve` makes others of them."""


@attrs.frozen
class TaxLine:
    """`n` units cost `amount` minor units, without their taxes or with them, as the convention
    says."""

    line: str
    n: int
    amount: int
    rates: tuple[Rate, ...]

    def __attrs_post_init__(self) -> None:
        path = f"line {text(self.line, 'tax.line')}"
        whole(self.n, f"{path}.n")
        whole(self.amount, f"{path}.amount", least=0, most=MINOR_MAX)
        if not isinstance(self.rates, tuple):
            raise BadInput(f"{path}.rates", "a tuple of Rate is wanted")
        for i, rate in enumerate(self.rates):
            if not isinstance(rate, Rate):
                raise BadInput(f"{path}.rates[{i}]", "a Rate is wanted")
        unique((rate.id for rate in self.rates), f"{path}.rates")


@attrs.frozen
class TaxedLine:
    """What a line is without its taxes, and each tax, in the order of its rates."""

    line: str
    net: int
    taxes: tuple[tuple[Rate, int], ...]

    @property
    def tax(self) -> int:
        """All taxes of the line."""
        return sum([tax for _, tax in self.taxes])

    @property
    def gross(self) -> int:
        """The line with its taxes."""
        return self.net + self.tax


@attrs.frozen(weakref_slot=False)
class RateTotal:
    """What stands under one rate: so much tax on so much net."""

    rate: Rate
    base: int
    tax: int


@attrs.frozen
class Taxed:
    """Lines with their taxes."""

    lines: tuple[TaxedLine, ...]

    @property
    def net(self) -> int:
        """All lines without their taxes."""
        return sum([line.net for line in self.lines])

    @property
    def tax(self) -> int:
        """All taxes."""
        return sum([line.tax for line in self.lines])

    @property
    def by_rate(self) -> tuple[RateTotal, ...]:
        """Base and tax by rate, in the order in which the lines name them."""
        return rate_totals((line.net, line.taxes) for line in self.lines)


def rate_totals(
    lines: Iterable[tuple[int, Iterable[tuple[Rate, int]]]],
) -> tuple[RateTotal, ...]:
    """Base and tax by rate over (net, taxes) of lines, in the order in which they name them."""
    sums: dict[Rate, tuple[int, int]] = {}
    for net, taxes in lines:
        for rate, tax in taxes:
            base, before = sums.get(rate, (0, 0))
            sums[rate] = (base + net, before + tax)
    return tuple([RateTotal(rate, base, tax) for rate, (base, tax) in sums.items()])


def taxed(lines: Sequence[TaxLine], convention: Convention) -> Taxed:
    """Each line with its taxes, by a convention.

    >>> vat = Rate.of("VAT", "19")
    >>> taxed([TaxLine("1", 3, 324, (vat,))], NET_BY_LINE).tax
    62
    >>> taxed([TaxLine("1", 3, 324, (vat,))], NET_BY_UNIT).tax
    63
    """
    if convention.level is Level.TOTAL:
        together = convention.by is By.COMBINATION or convention.rounds_net
        taxes = (_by_combination if together else _by_code)(lines, convention)
    else:
        taxes = [_by_line(line, convention) for line in lines]
    return Taxed(
        tuple(
            [
                TaxedLine(
                    line.line,
                    line.amount - sum(parts) if convention.inclusive else line.amount,
                    tuple(zip(line.rates, parts, strict=True)),
                )
                for line, parts in zip(lines, taxes, strict=True)
            ]
        )
    )


@attrs.frozen
class _Parts:
    """Rates as whole numbers: of `bottom` parts of an amount, `tops` are its taxes."""

    tops: tuple[int, ...]
    bottom: int

    @classmethod
    def of(cls, rates: tuple[Rate, ...], convention: Convention) -> _Parts:
        ratios = [rate.percent.as_integer_ratio() for rate in rates]
        fine = lcm(*[bottom for _, bottom in ratios])
        tops = tuple([top * (fine // bottom) for top, bottom in ratios])
        return cls(tops, 100 * fine + (sum(tops) if convention.inclusive else 0))


def _rounded(top: int, bottom: int, convention: Convention) -> int:
    return divided(top, bottom * convention.step, convention.rounding) * convention.step


def _together(amount: int, parts: _Parts, convention: Convention) -> int:
    """All taxes of an amount, rounded once; those of an inclusive price are never more than it."""
    every = sum(parts.tops)
    if convention.rounds_net:
        left = _rounded(amount * (parts.bottom - every), parts.bottom, convention)
        return max(0, amount - left)
    tax = _rounded(amount * every, parts.bottom, convention)
    return min(tax, amount) if convention.inclusive else tax


def _by_line(line: TaxLine, convention: Convention) -> list[int]:
    parts = _Parts.of(line.rates, convention)
    if convention.level is Level.LINE:
        return _of_amount(line.amount, parts, convention)
    # What units carry differs by one at most, so two amounts say it for any number of them.
    least, more = divmod(line.amount, line.n)
    low, high = (_of_amount(one, parts, convention) for one in (least, least + 1))
    return [(line.n - more) * a + more * b for a, b in zip(low, high, strict=True)]


def _of_amount(amount: int, parts: _Parts, convention: Convention) -> list[int]:
    """Each tax of one amount."""
    if convention.by is By.COMBINATION or convention.rounds_net:
        return list(spread(_together(amount, parts, convention), parts.tops)) if parts.tops else []
    taxes = [_rounded(amount * top, parts.bottom, convention) for top in parts.tops]
    if convention.inclusive and sum(taxes) > amount:
        return list(spread(amount, taxes))
    return taxes


def _by_code(lines: Sequence[TaxLine], convention: Convention) -> list[list[int]]:
    """Each tax rounded once for all lines that have it, and told to them."""
    parts = {rates: _Parts.of(rates, convention) for rates in dict.fromkeys(_rates(lines))}
    bottom = lcm(*[one.bottom for one in parts.values()])
    taxes = [[0] * len(line.rates) for line in lines]
    cells: dict[Rate, list[tuple[int, int]]] = {}
    for i, line in enumerate(lines):
        for j, rate in enumerate(line.rates):
            cells.setdefault(rate, []).append((i, j))
    for places in cells.values():
        weights = [
            lines[i].amount
            * parts[lines[i].rates].tops[j]
            * (bottom // parts[lines[i].rates].bottom)
            for i, j in places
        ]
        tax = _rounded(sum(weights), bottom, convention)
        for (i, j), part in zip(places, spread(tax, weights, convention.spread), strict=True):
            taxes[i][j] = part
    return taxes


def _by_combination(lines: Sequence[TaxLine], convention: Convention) -> list[list[int]]:
    """All taxes of lines with the same ones rounded once, told to the lines and then to each tax.

    A line's taxes are told by what each is short of so far, so that they come out even in the end.
    """
    taxes: list[list[int]] = [[] for _ in lines]
    groups: dict[tuple[Rate, ...], list[int]] = {}
    for i, rates in enumerate(_rates(lines)):
        groups.setdefault(rates, []).append(i)
    for rates, members in groups.items():
        parts = _Parts.of(rates, convention)
        amounts = [lines[i].amount for i in members]
        every, so_far, given = sum(parts.tops), 0, [0] * len(rates)
        told = spread(_together(sum(amounts), parts, convention), amounts, convention.spread)
        for i, tax in zip(members, told, strict=True):
            so_far += tax
            short = [
                max(0, so_far * top - every * one)
                for top, one in zip(parts.tops, given, strict=True)
            ]
            taxes[i] = list(spread(tax, short)) if rates else []
            given = [a + b for a, b in zip(given, taxes[i], strict=True)]
    return taxes


def _rates(lines: Iterable[TaxLine]) -> list[tuple[Rate, ...]]:
    return [line.rates for line in lines]


def percents(rates: Iterable[Rate]) -> Fraction:
    """All rates together, as a part of the net."""
    return sum((Fraction(rate.percent) for rate in rates), Fraction(0)) / 100


@attrs.frozen
class TaxQuestion:
    """Which rates are there for goods of a SKU, or for a group of charges, at a place and instant.

    `group` is `freight` or `fee`, and empty for goods: to which group of goods a SKU belongs, the
    table knows.
    """

    sku: str
    group: str
    place: str
    at: datetime


class TaxTable(Protocol):
    """Where rates come from: plain values in, rates out, no wire and no chance."""

    @property
    def name(self) -> str:
        """Its name in the fingerprint of the rules; other rates need another name."""
        ...

    def rates(self, asked: TaxQuestion) -> tuple[Rate, ...]:
        """Every tax that applies, zero and exempt ones said; empty where it knows none."""
        ...


@attrs.frozen
class TaxRow:
    """A rate at a place, from `since` until `until`; for a group, or for all without a row."""

    place: str
    rate: Rate
    group: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        text(self.place, "row.place")
        text(self.group, "row.group", empty=True)
        if not isinstance(self.rate, Rate):
            raise BadInput("row.rate", "a Rate is wanted")
        for name in ("since", "until"):
            at = getattr(self, name)
            if at is not None:
                object.__setattr__(self, name, instant(at, f"row.{name}"))
        if self.since and self.until and self.until <= self.since:
            raise BadInput("row.until", "must be after since")

    def runs(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def meets(self, other: TaxRow) -> bool:
        """Whether both say a rate of one tax, for the same goods, place and some instant."""
        same = (self.place, self.group, self.rate.id) == (other.place, other.group, other.rate.id)
        return same and not (_ends_before(self, other) or _ends_before(other, self))


def _ends_before(one: TaxRow, other: TaxRow) -> bool:
    return one.until is not None and other.since is not None and one.until <= other.since


@attrs.frozen(slots=False)
class Table:
    """Rates by place, group and time; `groups` has (SKU, group) pairs.

    Rows of an empty group are for whatever has no row of its own there at that time. Rows of
    several codes are several taxes, in the order of the rows; two rows of one code may not meet.
    Another table needs another name: the journal keeps it.
    """

    name: str
    rows: tuple[TaxRow, ...] = attrs.field(repr=False)
    groups: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)

    def __attrs_post_init__(self) -> None:
        text(self.name, "table.name")
        if not isinstance(self.rows, tuple):
            raise BadInput("table.rows", "a tuple of TaxRow is wanted")
        by_tax: dict[tuple[str, str, str], list[TaxRow]] = {}
        for i, row in enumerate(self.rows):
            if not isinstance(row, TaxRow):
                raise BadInput(f"table.rows[{i}]", "a TaxRow is wanted")
            same = by_tax.setdefault((row.place, row.group, row.rate.id), [])
            if any(row.meets(other) for other in same):
                said = f"{row.rate.id} in {row.place} has another row at the same time"
                raise BadInput(f"table.rows[{i}]", said)
            same.append(row)
        _check_groups(self.groups)

    @cached_property
    def _group_of(self) -> dict[str, str]:
        return dict(self.groups)

    @cached_property
    def _rows_of(self) -> dict[tuple[str, str], list[TaxRow]]:
        rows: dict[tuple[str, str], list[TaxRow]] = {}
        for row in self.rows:
            rows.setdefault((row.place, row.group), []).append(row)
        return rows

    def rates(self, asked: TaxQuestion) -> tuple[Rate, ...]:
        """Every tax that applies; empty where no row does."""
        own = asked.group or self._group_of.get(asked.sku, "")
        for group in dict.fromkeys((own, "")):
            rows = self._rows_of.get((asked.place, group), ())
            found = tuple([row.rate for row in rows if row.runs(asked.at)])
            if found:
                return found
        return ()


def _check_groups(groups: object) -> None:
    if not isinstance(groups, tuple):
        raise BadInput("table.groups", "a tuple of pairs of SKU and group is wanted")
    for i, pair in enumerate(groups):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(f"table.groups[{i}]", "a pair of SKU and group is wanted")
        text(pair[0], f"table.groups[{i}].sku")
        text(pair[1], f"table.groups[{i}].group")
    unique((sku for sku, _ in groups), "table.groups")


class TaxPlace(StrEnum):
    """Whose place says which rates apply."""

    CUSTOMER = "customer"  # the region where the order goes
    SELLER = "seller"  # the seller's own


@attrs.frozen
class Taxing:
    """How a host taxes: its table, its convention, and whose place applies.

    `home` is the seller's own place.
    """

    table: TaxTable
    convention: Convention = NET_BY_TOTAL
    place: TaxPlace = TaxPlace.CUSTOMER
    home: str = ""

    def __attrs_post_init__(self) -> None:
        if not callable(getattr(self.table, "rates", None)):
            raise BadInput("taxing.table", "a TaxTable is wanted")
        text(getattr(self.table, "name", None), "taxing.table.name")
        if not isinstance(self.convention, Convention):
            raise BadInput("taxing.convention", "a Convention is wanted")
        if type(self.place) is not TaxPlace:
            raise BadInput("taxing.place", f"one of {', '.join(TaxPlace)} is wanted")
        text(self.home, "taxing.home", empty=self.place is TaxPlace.CUSTOMER)

    @property
    def fingerprint(self) -> str:
        """It as text for the journal: equal exactly when the decisions are."""
        return f"{self.table.name!r}, {self.convention!r}, {self.place.value}, {self.home!r}"

    def where(self, region: str) -> str:
        """The place that applies for an order that goes to a region."""
        return self.home if self.place is TaxPlace.SELLER else region
