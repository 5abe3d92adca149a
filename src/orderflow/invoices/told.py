"""A line of an invoice beside what was credited of it: how its tax is told, in closed form.

It knows one line and the lines of credit notes over it, and refuses to know why they were issued.

The tax of a line follows what the line came to: the first so much of it has a tax that is a prefix,
so the parts of any sequence of credit notes sum to the line, and so do their taxes by rate. A
correction is such a part, by amount alone.
"""

from __future__ import annotations

import attrs

from orderflow.bills import BillLine, Invoice, LineTax, gross
from orderflow.money import scale


@attrs.frozen
class Told:
    """A line of an invoice, with what its credit notes have said of it so far."""

    invoice: Invoice
    line: BillLine
    before: tuple[BillLine, ...]

    @property
    def total(self) -> int:
        """What the line came to, taxes and all."""
        return self.gross(self.line)

    @property
    def corrected(self) -> int:
        """By how much its amount was corrected so far."""
        return sum([self.gross(one) for one in self.before if not one.n])

    @property
    def taxed(self) -> int:
        """How much of its tax was credited so far."""
        return sum([one.tax for one in self.before])

    def gross(self, line: BillLine) -> int:
        """A line of this paper, or of a credit note over it, with its taxes."""
        return gross(line, inclusive=self.invoice.inclusive)

    def correction(self, by: int, taxed: int) -> BillLine:
        """A change by an amount, taxes and all, when so much of the tax was credited before it."""
        tax = self.tax_upto(self.corrected + by) - self.tax_upto(self.corrected)
        return attrs.evolve(
            self.line,
            stop=self.line.start,
            goods=0,
            grams=0,
            rounding=0,
            discounts=(),
            taxes=self.taxes(taxed, tax),
            correction=by if self.invoice.inclusive else by - tax,
        )

    def tax_upto(self, amount: int) -> int:
        """The tax in the first so much of the line."""
        return scale(self.line.tax, amount, self.total) if self.total else 0

    def taxes(self, before: int, tax: int) -> tuple[LineTax, ...]:
        """So much more tax of the line, told by rate; all of it is what the invoice said."""
        return tuple(
            [
                LineTax(one.rate, b - a)
                for one, a, b in zip(
                    self.line.taxes, self._by_rate(before), self._by_rate(before + tax), strict=True
                )
            ]
        )

    def _by_rate(self, tax: int) -> list[int]:
        """The first so much tax of the line by rate."""
        every = self.line.tax
        told: list[int] = []
        upto = 0
        for one in self.line.taxes:
            upto += one.amount
            told.append((scale(tax, upto, every) if every else 0) - sum(told))
        return told
