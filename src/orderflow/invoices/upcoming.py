"""What an invoice would say of all that is on none yet.

It knows an order and the papers over it, and refuses to know when goods leave.

Problem: where prices include their taxes the order has no charge for them, and a customer asks how
much tax is in them long before there is an invoice.
Decision: it is drawn by what draws invoices, over every kept unit and charge that is on none, at
the rates of the day on which the order was placed. Its invoice says those of its tax point.
"""

from __future__ import annotations

from orderflow.bills import BillLine
from orderflow.invoices.drawing import Part, Piece, draw
from orderflow.invoices.papers import Papers, on_paper, to_bill
from orderflow.pricing import in_advance, to_invoice_in_advance
from orderflow.records import Cut, Line, Order
from orderflow.taxes import Taxing


def upcoming(order: Order, papers: Papers, taxing: Taxing) -> tuple[BillLine, ...]:
    """The lines of an invoice over all of an order that is on none of its papers.

    Raises `MoveRefused` with every rate that is missing.
    """
    order, at = on_paper(order), order.placed_at
    pieces = [Piece(line, cut, at) for line in order.lines for cut in _on_none(line)]
    part = Part(order, tuple(pieces), to_bill(order, papers), at)
    return draw([part], taxing, "").lines


def _on_none(line: Line) -> tuple[Cut, ...]:
    return in_advance(line, sum([stop - start for start, stop in to_invoice_in_advance(line)]))
