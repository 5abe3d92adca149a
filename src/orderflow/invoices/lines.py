"""A line of an invoice beside its credit notes: what is left of it, and what is to come off.

It knows one line, its units and its amounts, and refuses to know what is issued over it.

All in closed form: what the line's first so many units came to is a prefix, so the parts of any
sequence of credit notes sum to the line. Its tax follows what it came to, by the same prefix; so
does the tax of a correction, which is a part of the line by amount alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import attrs

from orderflow.bills import BillLine, CreditNote, Discount, Invoice, LineTax, gross
from orderflow.invoices.papers import keeps_nothing
from orderflow.money import Price, scale
from orderflow.pricing import (
    Ranges,
    both,
    carried,
    given_up,
    parts_carried,
    prices_of,
    shares_of,
    standing,
    without,
)
from orderflow.records import Charge, Line, Order


@attrs.frozen
class Book:
    """A line of an invoice, with what its credit notes have taken off it so far."""

    order: Order
    invoice: Invoice
    line: BillLine
    of: Line | None  # the order's line; freight and fees have none
    charges: tuple[Charge, ...]  # of that line alone
    known: tuple[Charge, ...]  # those of them that the invoice came from
    before: tuple[BillLine, ...]
    notes: tuple[str, ...]

    @property
    def live(self) -> Ranges:
        """The units that are on the invoice still; freight counts as one."""
        if self.of is not None:
            return standing(self.of, self.line.start, self.line.stop, self.notes)
        return [] if any(one.n for one in self.before) else [(0, 1)]

    @property
    def gone(self) -> Ranges:
        """Those of them that its order has given up."""
        if self.of is not None:
            return both(self.live, given_up(self.of))
        return self.live if keeps_nothing(self.order) else []

    @property
    def total(self) -> int:
        """What the line came to, taxes and all."""
        return self._gross(self.line)

    @property
    def corrected(self) -> int:
        """By how much its amount was corrected so far."""
        return sum([self._gross(one) for one in self.before if not one.n])

    def now(self, ranges: Ranges) -> int:
        """What units cost on the order now."""
        if self.of is not None:
            return carried(self.of, self.charges, ranges)
        return self.total - self.corrected if ranges else 0

    def credited(self, off: int, *, whole: bool) -> Iterable[BillLine]:
        """What is to be credited: each range that is gone, and the change of what stays.

        `off` is what the order takes off freight or a fee; off goods, their units tell.
        """
        gone = self.live if whole else self.gone
        stays = without(self.live, gone)
        taxed = sum([one.tax for one in self.before])
        for start, stop in gone:
            one = self._units(start, stop, taxed)
            taxed += one.tax
            yield one
        after = self._lowered_by(stays, off)
        by = after - self.corrected
        if by > 0 or (by and gone):
            yield self._correction(by, taxed)

    def _lowered_by(self, stays: Ranges, off: int) -> int:
        """By how much the order has lowered what stays, since the invoice."""
        if self.of is None:
            return self.corrected + off if stays else 0
        was = carried(self.of, self.known, stays)
        return max(0, was - self.now(stays))

    def _units(self, start: int, stop: int, taxed: int) -> BillLine:
        """Units of the line, with the amounts that they had on it."""
        came_to = self._upto(stop) - self._upto(start)
        tax = self._tax_upto(self._upto(stop)) - self._tax_upto(self._upto(start))
        amount = came_to if self.invoice.inclusive else came_to - tax
        at = prices_of(self.of, [(start, stop)]) if self.of is not None else ()
        grams = sum([one.grams for one in at])
        goods = self._goods(grams or stop - start)
        discounts = self._discounts(start, stop)
        rest = goods + sum([one.amount for one in discounts])
        return attrs.evolve(
            self.line,
            start=start,
            stop=stop,
            goods=goods,
            grams=grams,
            rounding=amount - rest,
            discounts=discounts,
            taxes=self._taxes(taxed, tax),
        )

    def _correction(self, by: int, taxed: int) -> BillLine:
        """A change of what stays by an amount, taxes and all."""
        tax = self._tax_upto(self.corrected + by) - self._tax_upto(self.corrected)
        return attrs.evolve(
            self.line,
            stop=self.line.start,
            goods=0,
            grams=0,
            rounding=0,
            discounts=(),
            taxes=self._taxes(taxed, tax),
            correction=by if self.invoice.inclusive else by - tax,
        )

    def _gross(self, line: BillLine) -> int:
        return gross(line, inclusive=self.invoice.inclusive)

    def _upto(self, stop: int) -> int:
        """What the line's units before an index came to."""
        if self.of is None:
            return self.total * stop
        return carried(self.of, self.known, [(self.line.start, stop)])

    def _tax_upto(self, amount: int) -> int:
        """The tax in the first so much of the line, in closed form."""
        return scale(self.line.tax, amount, self.total) if self.total else 0

    def _goods(self, n: int) -> int:
        if self.of is None:
            return self.line.goods
        price = Price(self.line.price, self.invoice.currency, self.line.per)
        return price.times(n, self.of.rounding)

    def _discounts(self, start: int, stop: int) -> tuple[Discount, ...]:
        """Each discount of the line as far as these units had it."""
        if self.of is None:
            return self.line.discounts
        shares = shares_of(self.known).get(self.of.id, ())

        def upto(index: int) -> dict[str, int]:
            parts = parts_carried(shares, [(self.line.start, index)])
            return {charge.id: abs(part) for charge, part in parts}

        of_all, low, high = upto(self.line.stop), upto(start), upto(stop)
        parts = [
            (one, partial(scale, one.amount, whole=of_all[one.charge]))
            for one in self.line.discounts
        ]
        return tuple(
            [
                attrs.evolve(one, amount=amount)
                for one, part in parts
                if (amount := part(high.get(one.charge, 0)) - part(low.get(one.charge, 0)))
            ]
        )

    def _taxes(self, before: int, tax: int) -> tuple[LineTax, ...]:
        """So much more tax of the line, told by rate; all of it is what the invoice said."""
        return tuple(
            [
                LineTax(one.rate, b - a)
                for one, a, b in zip(
                    self.line.taxes, self._told(before), self._told(before + tax), strict=True
                )
            ]
        )

    def _told(self, tax: int) -> list[int]:
        """The first so much tax of the line by rate."""
        every = self.line.tax
        told: list[int] = []
        upto = 0
        for one in self.line.taxes:
            upto += one.amount
            told.append((scale(tax, upto, every) if every else 0) - sum(told))
        return told


def books_of(order: Order, invoice: Invoice, notes: Sequence[CreditNote], line: str) -> list[Book]:
    """The lines of an invoice, or those of that name, with what was credited of each.

    A name that goods and a charge of the order have both is that of the goods.
    """
    credited: dict[tuple[str, str], list[BillLine]] = {}
    for note in notes:
        for had in note.lines:
            credited.setdefault((had.line, had.group), []).append(had)
    named = [one for one in invoice.lines if line in ("", one.line)]
    if line and any(not one.group for one in named):
        named = [one for one in named if not one.group]
    ids = tuple([note.ref.id for note in notes])
    of = {one.id: one for one in order.lines}
    now, known = _by_line(order.charges), _by_line(order.charges[: invoice.known])
    return [
        Book(
            order,
            invoice,
            one,
            None if one.group else of[one.line],
            tuple(now.get(one.line, ())),
            tuple(known.get(one.line, ())),
            tuple([had for had in credited.get((one.line, one.group), ()) if _is_of(had, one)]),
            ids,
        )
        for one in named
    ]


def _by_line(charges: Iterable[Charge]) -> dict[str, list[Charge]]:
    """Charges line by line, each with its spans there alone."""
    return {
        line: [attrs.evolve(charge, spans=(span,)) for charge, span in shares]
        for line, shares in shares_of(charges).items()
    }


def _is_of(credited: BillLine, line: BillLine) -> bool:
    """Whether what was credited of a line was of this piece of it."""
    return line.start <= credited.start < line.stop
