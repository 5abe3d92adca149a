"""A line of an invoice beside its credit notes: what is left of it, and what is to come off.

It knows one line, its units and its amounts, and refuses to know what is issued over it.

All in closed form: what the line's first so many units came to is a prefix, so the parts of any
sequence of credit notes sum to the line; `told` says the same of its tax.

Papers follow their order both ways. What it lowers for units that stay is corrected on their
invoice; what it raises is a line of a later invoice, as `raises` tells. What these raised comes off
again before anything else does, the latest first. A correction stays where it is when its amount is
raised again, since no paper changes: only where its units are given up is it taken off.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import attrs

from orderflow.bills import BillLine, Discount
from orderflow.invoices.papers import keeps_nothing
from orderflow.invoices.told import Told
from orderflow.money import Price, scale
from orderflow.pricing import (
    Ranges,
    both,
    carried,
    given_up,
    parts_carried,
    shares_of,
    standing,
    without,
)
from orderflow.records import Charge, Line, Order


@attrs.frozen
class Settled:
    """What is to stand beside a line when all is credited that its order gives up or lowers.

    `corrected` off the line, `raised` by later invoices; `missing` is on no paper yet.
    """

    corrected: int
    raised: int
    missing: int


@attrs.frozen
class Book(Told):
    """A line of an invoice, with what its credit notes have taken off it so far."""

    order: Order
    of: Line | None  # the order's line; freight and fees have none
    charges: tuple[Charge, ...]  # of that line alone
    known: tuple[Charge, ...]  # those of them that the invoice came from
    notes: tuple[str, ...]
    raised: int = 0  # by later invoices, less what was credited of these

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
    def stays(self) -> Ranges:
        """Those of them that its order keeps."""
        return without(self.live, self.gone)

    def now(self, ranges: Ranges) -> int:
        """What units cost on the order now."""
        if self.of is not None:
            return carried(self.of, self.charges, ranges)
        return self.total - self.corrected if ranges else 0

    def left(self) -> int:
        """By how much what stays of it may be lowered."""
        stays = self.stays
        if self.of is None:
            return self.now(stays)
        settled = self.settled(self.of, self.gone)
        return min(self.now(stays), carried(self.of, self.known, stays) - settled.corrected)

    def credited(self, off: int, *, whole: bool) -> Iterable[BillLine]:
        """What is to be credited: each range that is gone, and the change of what stays.

        `off` is what is taken off it just now: off freight or a fee by its order, off goods by this
        credit note.
        """
        gone = self.live if whole else self.gone
        taxed = self.taxed
        for start, stop in gone:
            one = self._units(start, stop, taxed)
            taxed += one.tax
            yield one
        by = self._lowered_by(gone, off) - self.corrected
        if by > 0 or (by and gone):
            yield self.correction(by, taxed)

    def settled(self, of: Line, gone: Ranges, off: int = 0) -> Settled:
        """What is to stand beside the line when `gone` of it is credited.

        `off` was taken off the order for a credit note over this very line, or over what raised it.
        """
        stays = without(self.live, gone)
        was = carried(of, self.known, stays)
        by = self.now(stays) + off - was
        corrected = min(max(self.corrected, -by), was, self.raised - by)
        corrected = max(corrected, 0, self.corrected - carried(of, self.known, gone))
        raised = min(by + corrected, self.raised)
        return Settled(corrected, raised, by + corrected - raised)

    def _lowered_by(self, gone: Ranges, off: int) -> int:
        """By how much the order has lowered what stays, since the invoice."""
        if self.of is None:
            return self.corrected + off if without(self.live, gone) else 0
        return self.settled(self.of, gone, off).corrected + off

    def _units(self, start: int, stop: int, taxed: int) -> BillLine:
        """Units of the line, with the amounts that they had on it."""
        came_to = self._upto(stop) - self._upto(start)
        tax = self.tax_upto(self._upto(stop)) - self.tax_upto(self._upto(start))
        amount = came_to if self.invoice.inclusive else came_to - tax
        grams = self._grams_upto(stop) - self._grams_upto(start)
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
            taxes=self.taxes(taxed, tax),
        )

    def _upto(self, stop: int) -> int:
        """What the line's units before an index came to."""
        if self.of is None:
            return self.total * stop
        return carried(self.of, self.known, [(self.line.start, stop)])

    def _grams_upto(self, stop: int) -> int:
        """What the line's units before an index weighed: whole grams each, the first ones more."""
        if not self.line.grams:
            return 0
        each, more = divmod(self.line.grams, self.line.n)
        n = stop - self.line.start
        return each * n + min(more, n)

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
