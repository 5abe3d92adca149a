"""The verb that credits an invoice: for units that were given up, or a change of amount.

It knows what an invoice says and what its order costs now, and refuses to know why that is less.

Problem: a credit note that is computed from today's prices gives back other amounts than were
billed; and one that shares its invoice's line anew each time gives back a cent too much in the end.

Observations:

- What an order gives back for units is what they carry: a difference of two prefixes, so that any
  sequence of returns sums exactly. The invoice came to the same over the same units.
- A price that is lowered after its invoice lowers what the units carry by a later charge.

Decision: a credit note follows its order. For units that were given up it repeats the invoice's
line: price, rates, and the amounts that just these units had on it, all in closed form. What the
order has lowered since for units that stay is a `correction`; where such units come back later, it
is taken off again, so that no coin is given back twice.
`amount` lowers the order in the same step, by one charge over what the line has left.

With `whole` all that is left is credited though nothing was given up: a wrong name, a wrong
address. What the order still costs may then be invoiced anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import attrs

from orderflow.bills import BillLine, CreditNote, Discount, Invoice, LineTax, gross
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import CREDITED, Charged, CutMade
from orderflow.invoices.papers import (
    checked_series,
    is_off,
    keeps_nothing,
    number,
    papers_of,
    refuse_closed,
    unanswered,
)
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, Price, positive, scale, share, spread
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
from orderflow.records import Charge, ChargeKind, Cut, CutKind, Line, Order, Span
from orderflow.values import text


@verb("credit", Invoice)
def credit(
    case: Case,
    context: Context,
    series: str,
    line: str = "",
    amount: Money | None = None,
    whole: bool = False,
    reason: str = "",
) -> Step:
    """Issue a credit note for an invoice, with the next number of a series of its seller.

    It credits what its order has given up or lowered since, of one line or of all. With an
    `amount`, taxes and all, the order is lowered by it on that line first. With `whole` it credits
    all that is left, and the order may be invoiced anew.
    """
    step = Step(case, context)
    invoice = step.now(case.own(Invoice))
    order = step.now(case.order(invoice.order))
    _check(series, line, amount, whole, reason)
    refuse_closed(order, "credit")
    papers = papers_of(step, order)
    notes = papers.of(invoice.ref.id)
    if line and all(one.line != line for one in invoice.lines):  # an invoice has lines
        raise MoveRefused((Refusal.of("not_on_invoice", invoice=invoice.ref.id, line=line),))
    id, given = number(step, order.seller, series)
    own = ""
    if amount is not None:
        charge = _lowered(_books(order, invoice, notes, line), invoice, amount, f"credit-{id}")
        step.add(Charged(order.ref, attrs.evolve(charge, reason=reason)))
        own, order = charge.id, step.now(order.ref)
    books = _books(order, invoice, notes, line)
    off = [] if whole else [one for one in unanswered(order, papers) if is_off(one)]
    answer = _answer(books, sorted(off, key=lambda one: one.id != own))
    lines = [
        one
        for book in books
        for one in book.credited(answer.by_line.get(book.line.line, 0), whole=whole)
    ]
    if not lines:
        raise MoveRefused((Refusal.of("nothing_to_credit", invoice=invoice.ref.id),))
    released = (*invoice.charges, *[one for note in notes for one in note.lowers]) if whole else ()
    step.open(
        CreditNote(
            case.credit_note(id),
            given,
            invoice.ref.id,
            order.ref.id,
            invoice.seller,
            invoice.customer,
            invoice.currency,
            context.at,
            tuple(lines),
            reason,
            answer.charges,
            released,
            invoice.place,
            invoice.convention,
            inclusive=invoice.inclusive,
        )
    )
    for one in lines:
        if one.n and not one.group:
            cut = Cut(CutKind.CREDITED, one.start, one.stop, id)
            step.add(CutMade(order.ref, one.line, cut))
    step.note(order.ref, CREDITED, credit_note=id)
    return step


def left_of(invoice: Invoice, credit_notes: Iterable[CreditNote]) -> int:
    """What stands of an invoice without its credit notes; nothing when it is wholly credited."""
    return invoice.gross - sum(
        [note.gross for note in credit_notes if note.invoice == invoice.ref.id]
    )


def _check(series: object, line: str, amount: object, whole: object, reason: str) -> None:
    checked_series(series)
    text(reason, "reason", empty=True)
    if type(whole) is not bool:
        raise BadInput("whole", "true or false is wanted")
    if amount is not None and not text(line, "line", empty=True):
        raise BadInput("line", "an amount is credited on a line")
    if whole and (line or amount is not None):
        raise BadInput("whole", "is of all lines, and for no amount")


@attrs.frozen
class _Book:
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
        grams = share(self.line.grams, self.line.n, *self._within(start, stop))
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

    def _within(self, start: int, stop: int) -> tuple[int, int]:
        return start - self.line.start, stop - self.line.start

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


def _books(order: Order, invoice: Invoice, notes: Sequence[CreditNote], line: str) -> list[_Book]:
    """The lines of an invoice, or those of that name, with what was credited of each."""
    credited: dict[str, list[BillLine]] = {}
    for note in notes:
        for had in note.lines:
            credited.setdefault(had.line, []).append(had)
    ids = tuple([note.ref.id for note in notes])
    of = {one.id: one for one in order.lines}
    now, known = _by_line(order.charges), _by_line(order.charges[: invoice.known])
    return [
        _Book(
            order,
            invoice,
            one,
            None if one.group else of[one.line],
            tuple(now.get(one.line, ())),
            tuple(known.get(one.line, ())),
            tuple([had for had in credited.get(one.line, ()) if _is_of(had, one)]),
            ids,
        )
        for one in invoice.lines
        if not line or one.line == line
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


@attrs.frozen
class _Answer:
    """What is taken off freight and fees, line by line, and the charges that did it."""

    charges: tuple[tuple[str, int], ...]
    by_line: dict[str, int]


def _answer(books: Sequence[_Book], off: Sequence[Charge]) -> _Answer:
    """Share what an order takes off freight and fees over those of an invoice, as far as they go;
    the rest is another's to answer."""
    lines = [book for book in books if book.of is None and without(book.live, book.gone)]
    left = [book.now(book.live) for book in lines]
    answered: list[tuple[str, int]] = []
    for charge in off:
        part = max(charge.amount, -sum(left))
        if part:
            left = [a + b for a, b in zip(left, spread(part, left), strict=True)]
            answered.append((charge.id, part))
    by_line = {
        book.line.line: book.now(book.live) - rest for book, rest in zip(lines, left, strict=True)
    }
    return _Answer(tuple(answered), by_line)


def _lowered(books: Sequence[_Book], invoice: Invoice, amount: Money, id: str) -> Charge:
    """The charge that lowers an order by an amount, over what stays of a line of its invoice."""
    minor = positive(amount, invoice.currency)
    stays = [(book, piece) for book in books for piece in without(book.live, book.gone)]
    worth = [book.now([piece]) for book, piece in stays]
    if minor > sum(worth):
        raise MoveRefused(
            (
                Refusal.of(
                    "over_credit",
                    asked=minor,
                    currency=invoice.currency,
                    left=sum(worth),
                    invoice=invoice.ref.id,
                ),
            )
        )
    spans = [
        Span(book.line.line, *piece, part)
        for (book, piece), part in zip(stays, spread(-minor, worth), strict=True)
        if part and book.of is not None
    ]
    return Charge(id, ChargeKind.DISCOUNT, -minor, tuple(spans))
