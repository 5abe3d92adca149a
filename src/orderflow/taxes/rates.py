"""Rates, and the tables that they come from.

It knows which tax there is at a place on a day, and refuses to know what it is a tax on.

A rate belongs to a day and a place. No rate is not a rate of zero: zero and exempt are said, with
the reason that the law wants to see.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final, Protocol

import attrs

from orderflow.errors import BadInput
from orderflow.values import decimal, instant, text, unique

PERCENT_MAX: Final = 1_000

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
    """One tax: its code, and how many percent of its base it is.

    The base is the net; with `on_taxes` those taxes of the line that stand before it are in it, too
    (a compound tax). A rate of nothing says whether it is zero or exempt, and why.

    >>> Rate.of("VAT", "19").percent
    Decimal('19')
    """

    id: str
    percent: Decimal
    kind: Taxation = Taxation.STANDARD
    reason: str = ""
    on_taxes: bool = False

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
        if type(self.on_taxes) is not bool:
            raise BadInput(f"{path}.on_taxes", "true or false is wanted")
        object.__setattr__(self, "percent", percent.copy_abs())  # Decimal("-0") is no rate

    @classmethod
    def of(cls, id: str, percent: object, *, on_taxes: bool = False) -> Rate:
        """A rate above zero: `Rate.of("VAT", "19")`."""
        return cls(id, decimal(percent, "rate.percent"), on_taxes=on_taxes)

    @classmethod
    def zero(cls, id: str, reason: str) -> Rate:
        """A tax at a rate of nothing, and why."""
        return cls(id, Decimal(0), Taxation.ZERO, reason)

    @classmethod
    def exempt(cls, id: str, reason: str) -> Rate:
        """No tax, and why."""
        return cls(id, Decimal(0), Taxation.EXEMPT, reason)


def percents(rates: Iterable[Rate]) -> Fraction:
    """All rates together, as a part of the net."""
    return sum(of_net(rates), Fraction(0)) / 100


def of_net(rates: Iterable[Rate]) -> list[Fraction]:
    """How many percent of the net each rate of a line is: of one on taxes, of their base with it.

    >>> [str(part) for part in of_net([Rate.of("GST", "5"), Rate.of("QST", "10", on_taxes=True)])]
    ['5', '21/2']
    """
    parts: list[Fraction] = []
    for rate in rates:
        percent = Fraction(rate.percent)
        parts.append(percent * (100 + sum(parts)) / 100 if rate.on_taxes else percent)
    return parts


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


_EVER: Final = datetime.min.replace(tzinfo=UTC)


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
        by_tax: dict[tuple[str, str, str], list[TaxRow]] = {}  # each in the order of time
        for i, row in enumerate(self.rows):
            if not isinstance(row, TaxRow):
                raise BadInput(f"table.rows[{i}]", "a TaxRow is wanted")
            same = by_tax.setdefault((row.place, row.group, row.rate.id), [])
            at = bisect_left(same, row.since or _EVER, key=lambda one: one.since or _EVER)
            if any(row.meets(other) for other in same[max(0, at - 1) : at + 1]):
                said = f"{row.rate.id} in {row.place} has another row at the same time"
                raise BadInput(f"table.rows[{i}]", said)
            same.insert(at, row)
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
