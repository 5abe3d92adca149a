"""What an order charges more for units that are on an invoice already, and the lines that say it.

It knows a line of an invoice and what was charged over its units since, and refuses to know which
verb charged it.

Problem: an invoice never changes, so what is charged more for its units needs another paper. A new
invoice over the same units would bill them twice.
Decision: a later invoice has a line of no units, the mirror of a credit note's correction: an
amount at the rates of the line whose amount it raises. It is what the order costs for these units
beyond what their papers say, taxes and all. When the amount falls again or the units come back,
that line is credited on its own invoice, since a credit note repeats the invoice that it corrects.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import attrs

from orderflow.bills import BillLine, Invoice, gross
from orderflow.invoices.lines import Book
from orderflow.invoices.papers import DIFFERENCES, Papers
from orderflow.invoices.told import Told
from orderflow.pricing import Ranges, invoiced_on, shares_of
from orderflow.records import Charge, Cut, Line, Order


@attrs.frozen
class Raised(Told):
    """A line of no units of an invoice, with what its credit notes have taken off it so far."""

    of: Line
    book: Book  # the line whose amount it raises
    earlier: int  # what was raised before it, and stands

    @property
    def stays(self) -> Ranges:
        """The units whose amount it raises."""
        return self.book.stays

    def now(self, ranges: Ranges) -> int:
        """What units cost on the order now."""
        return self.book.now(ranges)

    def left(self, off: int = 0) -> int:
        """How much of it the order still charges, but for what was taken `off` it just now."""
        raised = self.book.settled(self.of, self.book.gone, off).raised
        return min(self.total - self.corrected, max(0, raised - self.earlier))

    def credited(self, off: int, *, whole: bool) -> Iterable[BillLine]:
        """What is to be credited: a change of its amount."""
        stands = 0 if whole else self.left(off) - off
        by = self.total - self.corrected - stands
        if by > 0:
            yield self.correction(by, self.taxed)


@attrs.frozen
class Missing:
    """What an order charges more than the papers say, for units that stay on an invoice."""

    book: Book
    amount: int

    @property
    def dearest(self) -> tuple[int, int]:
        """The range of these units that carries the most: it bears a coin of rounding."""
        first, *more = self.book.stays
        if not more:  # most often: what they carry is not to be asked for
            return first
        return max((first, *more), key=lambda pair: (self.book.now([pair]), -pair[0]))


def books_of(order: Order, invoice: Invoice, papers: Papers, line: str = "") -> list[Book | Raised]:
    """The lines of an invoice, or those of that name, with what was credited of each.

    A name that goods and a charge of the order have both is that of the goods.
    """
    named = [one for one in invoice.of(order.ref.id) if line in ("", one.line)]
    if line and any(not one.group for one in named):
        named = [one for one in named if not one.group]
    return list(_Books(order, papers).of(invoice, named))


def missing(order: Order, papers: Papers) -> tuple[Missing, ...]:
    """What an order charges more than its papers say, for units that stay on its invoices."""
    id = order.ref.id
    touched = set(_touched(order, {one.ref.id: one.known_of(id) for one in papers.invoices}))
    if not touched:
        return ()
    books = _Books(order, papers)
    found: list[Missing] = []
    for invoice in papers.invoices:
        pieces = [one for one in invoice.of(id) if (invoice.ref.id, one.line) in touched and one.n]
        for line in [one for one in pieces if not one.group]:
            book = books.book(invoice, line)
            more = book.settled(books.lines[line.line], book.gone).missing
            found += [Missing(book, more)] if more else []
    return tuple(found)


def _touched(order: Order, known: dict[str, int]) -> Iterator[tuple[str, str]]:
    """The invoices with the lines whose units were charged with something since.

    What an invoice differed by it has charged itself, so its papers say it.
    """
    said = {f"{kind.value}-{id}" for id in known for kind in DIFFERENCES}
    least = min(known.values(), default=len(order.charges))
    later: dict[str, list[tuple[int, int, int]]] = {}
    for i, charge in enumerate(order.charges[least:], least):
        for span in charge.spans if charge.id not in said else ():
            later.setdefault(span.line, []).append((i, span.start, span.stop))
    for line in order.lines:
        spans = later.get(line.id)
        cuts = invoiced_on(line) if spans else ()
        starts = [cut.start for cut in cuts]
        for i, start, stop in spans or ():
            for cut in _from(cuts, bisect_right(starts, start) - 1):
                if cut.start >= stop:
                    break
                if cut.stop > start and known[cut.document] <= i:
                    yield cut.document, line.id


def _from(cuts: Sequence[Cut], at: int) -> Iterator[Cut]:
    for i in range(max(at, 0), len(cuts)):
        yield cuts[i]


class _Books:
    """The lines of the papers of an order, each found with what was credited and raised of it."""

    def __init__(self, order: Order, papers: Papers) -> None:
        self.order = order
        self.papers = papers
        self.lines = {one.id: one for one in order.lines}
        self._now = _by_line(order.charges)
        self._by_invoice: dict[str, dict[str, list[Charge]]] = {}
        self._credited: dict[tuple[str, str, str], list[BillLine]] = {}
        for note in papers.credit_notes:
            for had in note.of(order.ref.id):
                key = (note.invoice, had.line, had.group)
                self._credited.setdefault(key, []).append(had)
        self._raising: dict[tuple[str, str, int], list[tuple[Invoice, BillLine]]] = {}
        for one in papers.invoices:
            for line in one.of(order.ref.id):
                if line.changes:
                    key_of = (line.changes, line.line, line.start)
                    self._raising.setdefault(key_of, []).append((one, line))

    def of(self, invoice: Invoice, lines: Iterable[BillLine]) -> Iterator[Book | Raised]:
        """Some lines of an invoice."""
        for line in lines:
            yield self._raised(invoice, line) if line.changes else self.book(invoice, line)

    def book(self, invoice: Invoice, line: BillLine) -> Book:
        """A line of an invoice that is of units, freight or a fee."""
        known = self._known(invoice)
        return Book(
            invoice,
            line,
            self._before(invoice, line),
            self.order,
            None if line.group else self.lines[line.line],
            tuple(self._now.get(line.line, ())),
            tuple(known.get(line.line, ())),
            tuple([note.ref.id for note in self.papers.of(invoice.ref.id)]),
            sum(self._standing(invoice, line)),
        )

    def _raised(self, invoice: Invoice, line: BillLine) -> Raised:
        of = next(one for one in self.papers.invoices if one.ref.id == line.changes)
        changed = next(
            one
            for one in of.of(self.order.ref.id)
            if one.n and not one.group and (one.line, one.start) == (line.line, line.start)
        )
        ids = [one.ref.id for one, _ in self._raising[line.changes, line.line, line.start]]
        earlier = self._standing(of, changed)[: ids.index(invoice.ref.id)]
        return Raised(
            invoice,
            line,
            self._before(invoice, line),
            self.lines[line.line],
            self.book(of, changed),
            sum(earlier),
        )

    def _known(self, invoice: Invoice) -> dict[str, list[Charge]]:
        """The charges that the amounts of an invoice come from, line by line."""
        id = invoice.ref.id
        if id not in self._by_invoice:
            known = invoice.known_of(self.order.ref.id)
            self._by_invoice[id] = _by_line(self.order.charges[:known])
        return self._by_invoice[id]

    def _before(self, invoice: Invoice, line: BillLine) -> tuple[BillLine, ...]:
        """What was credited of a line."""
        credited = self._credited.get((invoice.ref.id, line.line, line.group), ())
        return tuple([had for had in credited if _is_of(had, line)])

    def _standing(self, invoice: Invoice, line: BillLine) -> list[int]:
        """What each later invoice charges more for a line, less what was credited of that."""
        return [
            gross(more, inclusive=one.inclusive)
            - sum([gross(had, inclusive=one.inclusive) for had in self._before(one, more)])
            for one, more in self._raising.get((invoice.ref.id, line.line, line.start), ())
        ]


def _by_line(charges: Iterable[Charge]) -> dict[str, list[Charge]]:
    """Charges line by line, each with its spans there alone."""
    return {
        line: [attrs.evolve(charge, spans=(span,)) for charge, span in shares]
        for line, shares in shares_of(charges).items()
    }


def _is_of(credited: BillLine, line: BillLine) -> bool:
    """Whether what was credited of a line was of this piece of it."""
    if line.changes:
        return (credited.changes, credited.start) == (line.changes, line.start)
    return not credited.changes and line.start <= credited.start < line.stop
