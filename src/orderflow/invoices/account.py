"""How an order and its papers agree: what was invoiced, credited, and is still to be.

It knows the order and all that was issued over it, and refuses to know payments.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from orderflow.bills import CreditNote, Invoice, checked_papers
from orderflow.errors import BadInput
from orderflow.invoices.papers import Papers, on_paper, to_bill
from orderflow.invoices.raises import missing
from orderflow.pricing import carried, to_invoice_in_advance, total
from orderflow.records import ChargeKind, Order


@attrs.frozen
class Account:
    """An order beside its papers, in minor units.

    `total` is without what the order was rounded by to a coin, which is on no paper. `rounding` is
    by how much the taxes of its invoices, each rounded by itself, differ from that of the order; it
    is in `total`. `to_invoice` is what is kept and on no invoice yet, and what is charged more
    since for what is; `to_credit` what the papers say beyond what the order costs for what they
    bill. That is below zero only for a tax of the order as a whole that comes when all is invoiced:
    it waits for the next invoice.
    """

    total: int
    invoiced: int
    credited: int
    to_invoice: int
    rounding: int

    @property
    def to_credit(self) -> int:
        """What the papers say beyond what the order costs; nothing when they agree."""
        return self.invoiced - self.credited + self.to_invoice - self.total


def account(
    order: Order, invoices: Sequence[Invoice], credit_notes: Sequence[CreditNote] = ()
) -> Account:
    """An order beside all papers that were issued over it, of each what is of this order."""
    if not isinstance(order, Order):
        raise BadInput("order", "an Order is wanted")
    checked_papers(invoices, "invoices")
    checked_papers(credit_notes, "credit_notes")
    over = [(f"invoices[{i}]", one.orders) for i, one in enumerate(invoices)]
    over += [(f"credit_notes[{i}]", one.orders) for i, one in enumerate(credit_notes)]
    for path, orders in over:
        if order.ref.id not in orders:
            raise BadInput(path, f"is of order {', '.join(orders)}")
    order = on_paper(order)
    papers = Papers(tuple(invoices), tuple(credit_notes))
    open_ = [carried(line, order.charges, to_invoice_in_advance(line)) for line in order.lines]
    pending = [charge.amount for charge in to_bill(order, papers)]
    pending += [one.amount for one in missing(order, papers)]
    return Account(
        total(order),
        sum([invoice.gross_of(order.ref.id) for invoice in invoices]),
        sum([note.gross_of(order.ref.id) for note in credit_notes]),
        sum(open_) + sum(pending),
        sum([one.amount for one in order.charges if one.kind is ChargeKind.ROUNDING]),
    )
