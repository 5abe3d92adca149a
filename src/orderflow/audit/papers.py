"""Invoices and credit notes: nothing is billed or credited twice, no number is left out.

It knows papers, series and the cuts of orders, and refuses to know what goods cost.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator

from orderflow.bills import CreditNote, Invoice, Series, series_id
from orderflow.pricing import invoice_depths
from orderflow.records import CutKind, Document, Order

Index = tuple[str, str, str, int, int]
"""An order, a paper, a line of the order, and a range of its unit indices."""


class PapersCheck:
    """Papers agree with the cuts of their orders, and their series have no gap."""

    def __init__(self) -> None:
        self.invoices: dict[str, Invoice] = {}
        self.notes: dict[str, CreditNote] = {}
        self.breaches: list[str] = []
        self._cuts: dict[CutKind, Tally[Index]] = {
            CutKind.INVOICED: Tally(),
            CutKind.CREDITED: Tally(),
        }
        self._named: dict[str, set[tuple[str, str]]] = {"invoice": set(), "credit note": set()}
        self._series: list[Series] = []

    def expect(self, document: Document) -> None:
        """Remember what papers there are, and what orders say of them."""
        if isinstance(document, Invoice):
            self.invoices[document.ref.id] = document
        elif isinstance(document, CreditNote):
            self.notes[document.ref.id] = document
        elif isinstance(document, Series):
            self._series.append(document)
        elif isinstance(document, Order):
            self._expect_order(document)

    def _expect_order(self, order: Order) -> None:
        id = order.ref.id
        self._named["invoice"] |= {(id, one) for one in order.invoices}
        self._named["credit note"] |= {(id, one) for one in order.credit_notes}
        for line in order.lines:
            for start, stop, times in invoice_depths(line):
                if times != 1:
                    said = f"indices {start} to {stop} of line {line.id} are on {times} invoices"
                    self.breaches.append(f"{order.ref}: {said}")
            for cut in line.cuts:
                if cut.kind in self._cuts:
                    index = (id, cut.document, line.id, cut.start, cut.stop)
                    self._cuts[cut.kind][index] += 1

    @property
    def figure(self) -> str:
        """How many papers there are, in words; empty where there are none."""
        if not self.invoices:
            return ""
        return f"; {len(self.invoices):,} invoices and {len(self.notes):,} credit notes"

    def all_breaches(self) -> Iterator[str]:
        """Whatever disagrees."""
        yield from self.breaches
        yield from self._strangers("invoice", CutKind.INVOICED, self.invoices.values())
        yield from self._strangers("credit note", CutKind.CREDITED, self.notes.values())
        yield from self._over_credited()
        yield from self._gaps()

    def _strangers(
        self, kind: str, cut: CutKind, papers: Iterable[Invoice | CreditNote]
    ) -> Iterator[str]:
        """Papers and orders name each other, and the same indices."""
        there: set[tuple[str, str]] = set()
        ranges: Tally[Index] = Tally()
        for paper in papers:
            there |= {(order, paper.ref.id) for order in paper.orders}
            for line in paper.lines:
                if line.n and not line.group:
                    order = paper.order_of(line)
                    ranges[order, paper.ref.id, line.line, line.start, line.stop] += 1
        for order, id in sorted(there ^ self._named[kind]):
            yield f"{kind} {id} and order {order} do not name each other"
        said, cuts = _indices(ranges), _indices(self._cuts[cut])
        for order, id, name in sorted({*said, *cuts}):
            if said.get((order, id, name)) != cuts.get((order, id, name)):
                yield f"{kind} {id} has other units of line {name} than order {order} says"

    def _over_credited(self) -> Iterator[str]:
        credited: Tally[str] = Tally()
        for note in self.notes.values():
            if note.invoice not in self.invoices:
                yield f"{note.ref} credits invoice {note.invoice}, which is not there"
            credited[note.invoice] += note.gross
        for id, invoice in self.invoices.items():
            if not 0 <= credited[id] <= invoice.gross:
                yield f"{invoice.ref}: {credited[id]} credited of {invoice.gross}"

    def _gaps(self) -> Iterator[str]:
        """Each number up to the last stands on one paper, and none beyond."""
        given = Tally([*self.invoices, *self.notes])
        for series in self._series:
            for n in range(1, series.last + 1):
                id = series_id(series.seller, series.number(n))
                if given.pop(id, 0) != 1:
                    yield f"{series.ref}: number {id} is not on one paper"
        for id in sorted(given):
            yield f"number {id} is of no series"


def _indices(ranges: Tally[Index]) -> dict[tuple[str, str, str], list[int]]:
    """The ends of the ranges of each line on each paper, joined where they meet."""
    ends: dict[tuple[str, str, str], Tally[int]] = {}
    for (order, id, line, start, stop), n in ranges.items():
        at = ends.setdefault((order, id, line), Tally())
        at[start] += n
        at[stop] -= n
    return {key: sorted((+at).elements()) + sorted((-at).elements()) for key, at in ends.items()}
