"""Invoices and credit notes, and the series that numbers them: the documents alone.

It knows what stands on them, and refuses to know how they are made: that is `invoices`.

Problem: an invoice that is drawn from its order each time it is printed changes when the order
does, and a credit note that is computed anew repeats other amounts than what it corrects.
Decision: both are documents that never change once they are issued. Their lines name slices of an
order, unit indices `start` to `stop` of one of its lines, and say the amounts of just these units.
What can be added up from lines is a property, so no document can disagree with itself.

All amounts are minor units. On a credit note they are what is given back: mostly above zero too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput
from orderflow.taxes import Rate, RateTotal, rate_totals


@attrs.frozen(weakref_slot=False)
class Discount:
    """What a discount takes off a line: below zero. `bearer` pays for it; empty is the seller."""

    charge: str
    amount: int
    bearer: str = ""
    reason: str = ""


@attrs.frozen(weakref_slot=False)
class LineTax:
    """One tax of a line."""

    rate: Rate
    amount: int


def _plain_nothing(price: Decimal) -> Decimal:
    """A price; one of nothing without decimals, since it is left out where a line is written."""
    return price or Decimal(0)


@attrs.frozen(weakref_slot=False)
class BillLine:
    """A line of an invoice or credit note.

    Of goods it names units `start` to `stop` of an order's line, what they are and their price for
    `per`; `goods` is price x quantity by the line's rounding, and `rounding` what these units carry
    beside that. Freight and fees have their charge's id as `line` and a `group`, and count as one.
    `correction` stands on a line of no units: a change of amount alone, of the units from `start`
    on. A credit note gives so much back; an invoice charges so much more for units that are on the
    invoice `changes`, as the paper that credits that line says too.
    `at` is the tax point. Whether the amounts have the taxes in them, the document says.
    """

    line: str
    goods: int
    taxes: tuple[LineTax, ...]
    at: datetime
    sku: str = ""
    start: int = 0
    stop: int = 0
    unit: str = ""
    scale: int = 0
    price: Decimal = attrs.field(default=Decimal(0), converter=_plain_nothing)
    per: int = 1
    group: str = ""
    rounding: int = 0
    discounts: tuple[Discount, ...] = ()
    parcel: str = ""  # the parcel by which they left; empty where they have not, or need none
    correction: int = 0
    version: str = ""  # of the price
    grams: int = 0  # what they weigh, where they are priced by weight
    changes: str = ""  # the invoice whose amount it raises
    order: str = ""  # the order that it is of, on a document over several

    @property
    def n(self) -> int:
        """How many units it is of."""
        return self.stop - self.start

    @property
    def amount(self) -> int:
        """What the line comes to, with or without its taxes as the document says."""
        discounts = sum([one.amount for one in self.discounts])
        return self.goods + self.rounding + discounts + self.correction

    @property
    def tax(self) -> int:
        """All its taxes."""
        return sum([one.amount for one in self.taxes])


class _Totals:
    """What the lines of a document come to: computed from them, so that it never disagrees."""

    __slots__ = ()
    lines: tuple[BillLine, ...]
    inclusive: bool
    order: str

    def of(self, order: str) -> tuple[BillLine, ...]:
        """Its lines of an order."""
        return tuple([line for line in self.lines if self.order_of(line) == order])

    def order_of(self, line: BillLine) -> str:
        """The order that a line is of."""
        return line.order or self.order

    def gross_of(self, order: str) -> int:
        """What its lines of an order come to, taxes and all."""
        return sum([gross(line, inclusive=self.inclusive) for line in self.of(order)])

    def tax_of(self, order: str) -> int:
        """The taxes of its lines of an order."""
        return sum([line.tax for line in self.of(order)])

    @property
    def net(self) -> int:
        """All lines without their taxes."""
        return sum([net(line, inclusive=self.inclusive) for line in self.lines])

    @property
    def tax(self) -> int:
        """All taxes."""
        return sum([line.tax for line in self.lines])

    @property
    def gross(self) -> int:
        """What is to be paid, or given back."""
        return self.net + self.tax

    @property
    def by_rate(self) -> tuple[RateTotal, ...]:
        """Base and tax by rate."""
        return rate_totals(
            (net(line, inclusive=self.inclusive), [(one.rate, one.amount) for one in line.taxes])
            for line in self.lines
        )


@attrs.frozen(weakref_slot=False)
class Billed:
    """What an invoice bills of an order beside its units.

    `charges` are the order's charges as a whole, and how much of each: freight, fees, what is off
    them, and their taxes. `known` of the order's charges, the first ones, are what the amounts of
    its lines come from.
    """

    order: str
    charges: tuple[tuple[str, int], ...]
    known: int


@attrs.frozen(weakref_slot=False)
class Lowered:
    """What a credit note answers of an order beside its units.

    `lowers` are charges of the order as a whole, below zero, and how much of each; `released` are
    those that may be billed anew.
    """

    order: str
    lowers: tuple[tuple[str, int], ...] = ()
    released: tuple[tuple[str, int], ...] = ()


@attrs.frozen(weakref_slot=False)
class Invoice(_Totals):
    """An invoice: what a customer is to pay for slices of an order, or of several.

    `charges` and `known` are what it bills of `order` as a whole, as `Billed` tells. Where it is
    over several orders, `others` say that of the others, and each line names its own.
    `place` is where it is taxed, `convention` the name of how; with `inclusive` its amounts have
    the taxes in them.
    """

    ref: Ref[Invoice]
    number: str
    order: str
    seller: str
    customer: str
    currency: str
    at: datetime
    lines: tuple[BillLine, ...]
    charges: tuple[tuple[str, int], ...]
    known: int
    place: str = ""
    convention: str = ""
    inclusive: bool = False
    others: tuple[Billed, ...] = ()

    @property
    def billed(self) -> tuple[Billed, ...]:
        """What it bills of each of its orders."""
        return (Billed(self.order, self.charges, self.known), *self.others)

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that it is over."""
        return (self.order, *[one.order for one in self.others])

    def known_of(self, order: str) -> int:
        """How many of the charges of one of its orders its amounts come from."""
        if order == self.order:
            return self.known
        return next(one.known for one in self.others if one.order == order)


@attrs.frozen(weakref_slot=False)
class CreditNote(_Totals):
    """What is given back of an invoice: for units that were given up, or a change of amount.

    `lowers` and `released` are what it answers of `order` as a whole, as `Lowered` tells. Where it
    has lines of several orders, `others` say that of the others, and each line names its own.
    """

    ref: Ref[CreditNote]
    number: str
    invoice: str
    order: str
    seller: str
    customer: str
    currency: str
    at: datetime
    lines: tuple[BillLine, ...]
    reason: str = ""
    lowers: tuple[tuple[str, int], ...] = ()
    released: tuple[tuple[str, int], ...] = ()
    place: str = ""
    convention: str = ""
    inclusive: bool = False
    others: tuple[Lowered, ...] = ()

    @property
    def answered(self) -> tuple[Lowered, ...]:
        """What it answers of each of its orders."""
        return (Lowered(self.order, self.lowers, self.released), *self.others)

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that it has lines of."""
        return (self.order, *[one.order for one in self.others])


def lowering_id(note: str) -> str:
    """The id of the charge by which a credit note of an amount lowers its order."""
    return f"credit-{note}"


def checked_papers(papers: object, path: str) -> None:
    """Each must be an invoice or a credit note; `BadInput` with its path otherwise."""
    if isinstance(papers, str) or not isinstance(papers, Sequence):
        raise BadInput(path, "a tuple of invoices and credit notes is wanted")
    for i, one in enumerate(papers):
        if not isinstance(one, Invoice | CreditNote):
            raise BadInput(f"{path}[{i}]", "an Invoice or a CreditNote is wanted")


def net(line: BillLine, *, inclusive: bool) -> int:
    """A line without its taxes."""
    return line.amount - line.tax if inclusive else line.amount


def gross(line: BillLine, *, inclusive: bool) -> int:
    """A line with its taxes."""
    return line.amount if inclusive else line.amount + line.tax


DIGITS: Final = 6
"""How many digits a number has at least, so that documents are found in their order."""


@attrs.frozen(weakref_slot=False)
class Series:
    """A series of numbers of a seller, without a gap: `last` is the one that was given last."""

    ref: Ref[Series]
    name: str
    seller: str = ""
    last: int = 0

    def number(self, n: int) -> str:
        """A number as it stands on its document: `2026-000001`."""
        return f"{self.name}-{n:0{DIGITS}}"


def series_id(seller: str, name: str) -> str:
    """The id of a series' document: `SELLER/NAME`. A slash in the seller's name is written so that
    none is taken for the one between."""
    path = seller.replace("%", "%25").replace("/", "%2F")
    return f"{path}/{name}" if seller else name
