"""The forms that laws ask for: the totals of EN 16931, and the lines of a 发票.

It knows how a paper is read into a form, and refuses to know files, seals and tax offices.

All is read off the paper and nothing is computed anew, but for two things: EN 16931 sums lines
without their tax, and a 发票 shows a discount as a line of its own beneath its goods, each with its
part of the tax. It has no lines of nothing.

A credit note is a red 发票 (红字发票): its lines are below zero, and discounts are taken off there.
What an amount was raised or lowered by is a line without a quantity. Where units come back whose
amount was lowered before, the credit note takes that off again: on the form it is off these units,
since no line of a red 发票 is above zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import attrs

from orderflow.bills import BillLine, CreditNote, Invoice, checked_papers, gross, net
from orderflow.errors import BadInput
from orderflow.money import Money, scale
from orderflow.taxes import Rate, Taxation, percents
from orderflow.values import scaled

_CATEGORY: Final = {Taxation.STANDARD: "S", Taxation.ZERO: "Z", Taxation.EXEMPT: "E"}


@attrs.frozen
class VatBreakdown:
    """BG-23: the base of a rate (BT-116), its tax, category, percent and reason (to BT-120)."""

    base: Decimal
    tax: Decimal
    category: str
    percent: Decimal
    reason: str


@attrs.frozen
class LineReference:
    """BT-132, which line of which order a line is of; freight and fees have their charge's id."""

    order: str
    line: str


@attrs.frozen
class En16931:
    """BG-22, the document totals, in the currency's main unit, with the VAT breakdown.

    Discounts stand within their lines and freight is a line, so there is nothing to add or to take
    off on the document as a whole (BT-107, BT-108).
    """

    lines: tuple[Decimal, ...]  # BT-131, each line without tax
    sum_of_lines: Decimal  # BT-106
    allowances: Decimal  # BT-107
    charges: Decimal  # BT-108
    without_tax: Decimal  # BT-109
    tax: Decimal  # BT-110
    with_tax: Decimal  # BT-112
    paid: Decimal  # BT-113
    rounding: Decimal  # BT-114
    payable: Decimal  # BT-115
    breakdown: tuple[VatBreakdown, ...]
    order: str  # BT-13; empty where the paper is over several: then each line says its own
    references: tuple[LineReference, ...]  # BT-132, line by line
    preceding: tuple[str, ...]  # BT-25, the invoices that it credits or whose amounts it raises


def en16931(paper: Invoice | CreditNote, paid: int = 0) -> En16931:
    """The totals of a paper as EN 16931 names them; `paid` is in minor units."""
    checked_papers((paper,), "paper")

    def amount(minor: int) -> Decimal:
        return Money(minor, paper.currency).decimal

    nets = tuple([net(line, inclusive=paper.inclusive) for line in paper.lines])
    return En16931(
        tuple([amount(one) for one in nets]),
        amount(sum(nets)),
        amount(0),
        amount(0),
        amount(paper.net),
        amount(paper.tax),
        amount(paper.gross),
        amount(paid),
        amount(0),
        amount(paper.gross - paid),
        tuple(
            [
                VatBreakdown(
                    amount(row.base),
                    amount(row.tax),
                    _CATEGORY[row.rate.kind],
                    row.rate.percent,
                    row.rate.reason,
                )
                for row in paper.by_rate
            ]
        ),
        paper.order if len(paper.orders) == 1 else "",
        tuple([LineReference(paper.order_of(line), line.line) for line in paper.lines]),
        tuple(dict.fromkeys(_preceding(paper))),
    )


def _preceding(paper: Invoice | CreditNote) -> list[str]:
    """The invoices that a paper follows, by their ids."""
    if isinstance(paper, CreditNote):
        return [paper.invoice]
    return [line.changes for line in paper.lines if line.changes]


@attrs.frozen
class FapiaoLine:
    """A line of a 发票: goods, or beneath them their discount (折扣行), below zero.

    `amount` is without tax (金额), `tax` is beside it (税额), in minor units.
    A discount has no quantity. On a red 发票 all three are below zero, and a change of amount alone
    has no quantity.
    """

    name: str
    unit: str
    quantity: Decimal | None
    amount: int
    tax: int
    rate: Rate | None


def fapiao_lines(paper: Invoice | CreditNote) -> tuple[FapiaoLine, ...]:
    """The lines of a 发票 for an invoice, of a red one for a credit note; a line with several taxes
    has no place on either."""
    checked_papers((paper,), "paper")
    if isinstance(paper, CreditNote):
        rows = [_red(lines, inclusive=paper.inclusive) for lines in _with_their_units(paper)]
    else:
        inclusive = paper.inclusive
        rows = [row for line in paper.lines for row in _rows(line, inclusive=inclusive)]
    return tuple([row for row in rows if row.amount or row.tax])


def _with_their_units(note: CreditNote) -> list[list[BillLine]]:
    """Each line of a credit note by itself; what takes an earlier change off again goes with the
    units of its piece, which stand before it."""
    found: list[list[BillLine]] = []
    for line in note.lines:
        together = [line]
        if gross(line, inclusive=note.inclusive) < 0:
            while found and _is_of_piece(found[-1][0], line):
                together = found.pop() + together
        found.append(together)
    return found


def _is_of_piece(units: BillLine, change: BillLine) -> bool:
    same = (units.order, units.line, units.group) == (change.order, change.line, change.group)
    return same and units.n > 0 and units.start >= change.start


def _red(lines: list[BillLine], *, inclusive: bool) -> FapiaoLine:
    """Lines of one piece as one, below zero."""
    first, n = lines[0], sum([line.n for line in lines])
    return FapiaoLine(
        first.sku or first.group,
        first.unit if n else "",
        scaled(-n, first.scale) if n else None,
        -sum([net(line, inclusive=inclusive) for line in lines]),
        -sum([line.tax for line in lines]),
        _rate(first),
    )


def _rate(line: BillLine) -> Rate | None:
    if len(line.taxes) > 1:
        raise BadInput("paper", f"line {line.line} has several taxes: a fapiao has one")
    return line.taxes[0].rate if line.taxes else None


def _rows(line: BillLine, *, inclusive: bool) -> tuple[FapiaoLine, ...]:
    rate, name = _rate(line), line.sku or line.group
    quantity = scaled(line.n, line.scale) if line.n else None
    own = net(line, inclusive=inclusive)
    discount = sum([one.amount for one in line.discounts])
    if not discount:
        unit = line.unit if line.n else ""
        return (FapiaoLine(name, unit, quantity, own, line.tax, rate),)
    part = percents([rate] if rate else [])
    part = part / (1 + part) if inclusive else part
    off = scale(discount, part.numerator, part.denominator)
    less = discount - off if inclusive else discount
    return (
        FapiaoLine(name, line.unit, quantity, own - less, line.tax - off, rate),
        FapiaoLine(name, "", None, less, off, rate),
    )
