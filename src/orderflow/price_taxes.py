"""The tax of units that are on an invoice, when their price changes.

It knows an order, what a change of its price charges, and the rates of its invoices; it refuses to
know why the price changed.

Problem: where prices are without their tax, a new price is one too. Units on no invoice have their
tax from the invoice to come; those on one have it already, and no paper computes it again.
Decision: what their price changes by has a tax at the rates of their invoice, charged at once. So
the customer is told one sum, and the next invoice or credit note finds it on the order.
Where prices include their tax there is nothing to add.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderflow.bills import Invoice
from orderflow.facts import Charged
from orderflow.journal import Step
from orderflow.money import scale
from orderflow.orders import later_id
from orderflow.pricing import both, invoiced_on, parts_carried, shares_of
from orderflow.records import Charge, ChargeKind, Line, Order, Span
from orderflow.taxes import Rate, of_net


def charge_tax(step: Step, change: Charge) -> None:
    """Charge the tax of a change of price, for those of its units that are on an invoice."""
    order = step.now(step.case.own(Order))
    shares = shares_of(order.charges)
    changes: dict[str, list[tuple[int, int]]] = {}
    for span in change.spans:
        changes.setdefault(span.line, []).append((span.start, span.stop))
    taxes: dict[str, list[Span]] = {}
    for line in order.lines:
        changed = changes.get(line.id, [])
        for cut in invoiced_on(line) if changed else ():
            invoice = step.now(step.case.invoice(cut.document))
            for pair in both(changed, [(cut.start, cut.stop)]):
                parts = parts_carried(shares[line.id], [pair])
                rates = _rates(order, invoice, line, pair[0])
                for rate, span in _taxes(line.id, pair, change, parts, rates):
                    taxes.setdefault(rate.id, []).append(span)
    for rate_id, spans in taxes.items():
        id = later_id(step.now(order.ref), ChargeKind.TAX)
        amount = sum([span.amount for span in spans])
        made = Charge(id, ChargeKind.TAX, amount, tuple(spans), reason=rate_id)
        step.add(Charged(order.ref, made))


def _taxes(
    line: str,
    pair: tuple[int, int],
    change: Charge,
    parts: Sequence[tuple[Charge, int]],
    rates: Sequence[Rate],
) -> list[tuple[Rate, Span]]:
    """Each tax of what units change by, at the rates of their invoice; none falls below zero."""
    by = sum([part for charge, part in parts if charge.id == change.id])
    left = sum([part for _, part in parts])
    found: list[tuple[Rate, Span]] = []
    for rate, percent in zip(rates, of_net(rates), strict=True):
        amount = max(-left, scale(by, percent.numerator, 100 * percent.denominator))
        left += amount
        found += [(rate, Span(line, *pair, amount))] if amount else []
    return found


def _rates(order: Order, invoice: Invoice, line: Line, start: int) -> list[Rate]:
    """The rates that an invoice adds to a unit; none where its prices include them."""
    return [
        tax.rate
        for one in invoice.of(order.ref.id)
        if one.line == line.id and not one.group and one.start <= start < one.stop
        for tax in one.taxes
        if not invoice.inclusive
    ]
