"""The verb that issues an invoice.

It knows which units and charges of an order are to be invoiced, and refuses to know what they come
to: that is drawn in `drawing`.

What has left is invoiced: the units of the parcels that are named, or of all. With `lines`, so many
units of each are invoiced in advance, shipped or not.
Freight and fees go on the first invoice, once; what is charged later, on the next. They have one of
their own where all goods came back before any.
So does what is charged more for units that are on an invoice: the invoice says what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orderflow.bills import Billed, Invoice
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import INVOICED, Charged, CutMade
from orderflow.invoices.drawing import Part, Piece, convention_of, draw
from orderflow.invoices.papers import (
    all_invoiced,
    checked_series,
    first_says_all,
    is_cost,
    number,
    on_paper,
    papers_of,
    refuse_closed,
    to_bill,
)
from orderflow.invoices.raises import missing
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import both, estimated, in_advance, to_invoice, to_invoice_in_advance
from orderflow.records import ChargeKind, Cut, CutKind, Line, Order
from orderflow.states import Estimate
from orderflow.states.order import not_fixed
from orderflow.taxes import Taxing
from orderflow.units import LineQuantities, checked_quantities
from orderflow.values import several, unique


@verb("invoice", Order)
def invoice(
    case: Case,
    context: Context,
    series: str,
    parcels: tuple[str, ...] = (),
    lines: LineQuantities = (),
    others: tuple[str, ...] = (),
) -> Step:
    """Issue an invoice over an order, with the next number of a series of its seller.

    Over the units of some parcels, or all that were shipped or redeemed and are on no invoice yet;
    with `lines`, over so many units of each in advance, shipped or not. What was charged more since
    for units on an earlier invoice stands on it where neither are named. Its taxes are those of the
    rules at the tax point: the day on which a parcel was handed over, else now.
    With `others` it is over these orders too (合并开票), each with something to invoice.
    """
    step = Step(case, context)
    checked_series(series)
    wanted = checked_quantities(lines)
    bills = several(parcels, "parcels") if parcels != () else ()
    if wanted and bills:
        raise BadInput("lines", "either parcels or lines are wanted")
    orders = [on_paper(step.now(case.own(Order))), *_others(step, others)]
    if wanted and len(orders) > 1:
        raise BadInput("lines", "are of one order: others are invoiced by what has left")
    for order in orders:
        refuse_closed(order, "invoice")
    _refuse_apart(context, orders)
    parts = [_part(step, order, wanted, bills) for order in orders]
    _refuse_parts(context, parts, bills)
    return _issue(step, parts, series)


def _others(step: Step, others: object) -> list[Order]:
    """The other orders that an invoice is to be over, each once."""
    ids = several(others, "others") if others != () else ()
    unique((step.case.ref.id, *ids), "others")
    return [on_paper(step.now(step.case.order(id))) for id in ids]


def _part(step: Step, order: Order, wanted: LineQuantities, bills: tuple[str, ...]) -> Part:
    """What there is to invoice of an order."""
    cuts = _in_advance(order, wanted) if wanted else _billed(order, bills)
    pieces = tuple([Piece(line, cut, _tax_point(step, cut)) for line, cut in cuts])
    at = max([piece.at for piece in pieces], default=step.context.at)
    if first_says_all(step, order):
        return Part(order, pieces, (), at)
    papers = papers_of(step, order)
    more = () if wanted or bills else missing(order, papers)
    return Part(order, pieces, to_bill(order, papers), at, more)


def _issue(step: Step, parts: Sequence[Part], series: str) -> Step:
    """The facts of an invoice."""
    first, taxing = parts[0].order, step.context.rules.taxing
    id, given = number(step, first.seller, series)
    lines, differences = draw(parts, taxing, id)
    billed = [
        Billed(
            part.order.ref.id,
            tuple([(one.id, one.amount) for one in (*part.charges, *charges) if not one.spans]),
            len(part.order.charges) + len(charges),
        )
        for part, charges in zip(parts, differences, strict=True)
    ]
    made = Invoice(
        step.case.invoice(id),
        given,
        first.ref.id,
        first.seller,
        first.customer,
        first.currency,
        step.context.at,
        lines,
        billed[0].charges,
        billed[0].known,
        "" if taxing is None else taxing.where(first.destination.region),
        "" if taxing is None else taxing.convention.name,
        inclusive=convention_of(taxing).inclusive,
        others=tuple(billed[1:]),
    )
    step.open(made)
    for part, charges in zip(parts, differences, strict=True):
        ref = part.order.ref
        step.add(*[Charged(ref, charge) for charge in charges])
        for one in part.pieces:
            on = Cut(CutKind.INVOICED, one.cut.start, one.cut.stop, id)
            step.add(CutMade(ref, one.line.id, on))
        step.note(ref, INVOICED, invoice=id)
    return step


def _refuse_parts(context: Context, parts: Sequence[Part], bills: tuple[str, ...]) -> None:
    """Every reason why something may not stand on an invoice, or has nothing to stand there."""
    there = {piece.cut.document for part in parts for piece in part.pieces}
    refusals = [
        Refusal.of("nothing_to_invoice", what=f"parcel {bill}")
        for bill in bills
        if bill not in there
    ]
    gone = bool(refusals)
    for part in parts:
        order = part.order
        costs = any(is_cost(charge) for charge in part.charges) and not bills
        costs = costs and (bool(order.invoices) or all_invoiced(order))
        if not (part.pieces or part.missing or costs or gone):
            refusals.append(Refusal.of("nothing_to_invoice", what=str(order.ref)))
    if refusals:
        raise MoveRefused(tuple(refusals))
    taxing = context.rules.taxing
    for part in parts:
        refusals += _estimates(part)
        refusals += _taxed(part.order, taxing)
    if refusals:
        raise MoveRefused(tuple(refusals))


def _refuse_apart(context: Context, orders: Sequence[Order]) -> None:
    """One invoice has one customer, seller and currency, and one place of tax."""
    taxing, first = context.rules.taxing, orders[0]
    refusals: list[Refusal] = []
    for other in orders[1:]:
        alike = {
            "the customer": first.customer == other.customer,
            "the seller": first.seller == other.seller,
            "the currency": first.currency == other.currency,
            "the place of tax": taxing is None
            or taxing.where(first.destination.region) == taxing.where(other.destination.region),
        }
        refusals += [
            Refusal.of("not_together", order=first.ref.id, other=other.ref.id, why=why)
            for why, same in alike.items()
            if not same
        ]
    if refusals:
        raise MoveRefused(tuple(refusals))


def _billed(order: Order, bills: tuple[str, ...]) -> list[tuple[Line, Cut]]:
    """What was billed, on any or on these bills, and is on no invoice."""
    return [(line, cut) for line in order.lines for cut in to_invoice(line, bills)]


def _in_advance(order: Order, wanted: LineQuantities) -> list[tuple[Line, Cut]]:
    """So many units of each line that are kept and on no invoice, the first ones of each."""
    refusals: list[Refusal] = []
    found: list[tuple[Line, Cut]] = []
    lines = order.by_id()
    for id, n in wanted:
        line = lines.get(id)
        if line is None:
            refusals.append(Refusal.of("no_such_line", order=order.ref.id, line=id))
            continue
        there = sum([stop - start for start, stop in to_invoice_in_advance(line)])
        if n > there:
            refusals.append(
                Refusal.of(
                    "too_many", line=id, order=order.ref.id, asked=n, move="invoice", there=there
                )
            )
            continue
        found += [(line, cut) for cut in in_advance(line, n)]
    if refusals:
        raise MoveRefused(tuple(refusals))
    return found


def _estimates(part: Part) -> list[Refusal]:
    """What is not fixed is an estimate, which no invoice may state."""
    open_: dict[str, Estimate] = {}
    for one in part.pieces:
        line = one.line
        n = sum([b - a for a, b in both([(one.cut.start, one.cut.stop)], estimated(line))])
        n += open_[line.id].n if line.id in open_ else 0
        if n:
            open_[line.id] = Estimate(line.id, n, line.fixed.value)
    return [not_fixed(part.order.ref.id, one) for one in open_.values()]


def _taxed(order: Order, taxing: Taxing | None) -> list[Refusal]:
    """An order with a tax needs rates for its invoice, and prices without the tax in them."""
    if all(charge.kind is not ChargeKind.TAX for charge in order.charges):  # no charge is no tax
        return []
    if taxing is None:
        return [Refusal.of("not_taxed", order=order.ref.id)]
    inclusive = taxing.convention.inclusive
    return [Refusal.of("taxed_twice", order=order.ref.id)] if inclusive else []


def _tax_point(step: Step, cut: Cut) -> datetime:
    """When the units of a bill left the house; now, where they have not, or go in no parcel."""
    parcel = step.case.find(step.case.parcel(cut.document)) if cut.document else None
    return (parcel and parcel.handed_over_at) or step.context.at
