"""The verb that issues an invoice.

It knows which units and charges of an order are to be invoiced, and refuses to know what they come
to: that is drawn in `drawing`.

What has left is invoiced: the units of the parcels that are named, or of all. With `lines`, so many
units of each are invoiced in advance, shipped or not.
Freight and fees go on the first invoice, once; what is charged later, on the next. They have one of
their own where all goods came back before any.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.bills import Invoice
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import INVOICED, Charged, CutMade
from orderflow.invoices.drawing import Piece, convention_of, draw
from orderflow.invoices.papers import (
    all_invoiced,
    checked_series,
    is_cost,
    number,
    on_paper,
    papers_of,
    refuse_closed,
    to_bill,
)
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import both, estimated, in_advance, to_invoice, to_invoice_in_advance
from orderflow.records import ChargeKind, Cut, CutKind, Line, Order
from orderflow.states import Estimate
from orderflow.states.order import not_fixed
from orderflow.units import LineQuantities, checked_quantities
from orderflow.values import several


@verb("invoice", Order)
def invoice(
    case: Case,
    context: Context,
    series: str,
    parcels: tuple[str, ...] = (),
    lines: LineQuantities = (),
) -> Step:
    """Issue an invoice over an order, with the next number of a series of its seller.

    Over the units of some parcels, or all that were shipped or redeemed and are on no invoice yet;
    with `lines`, over so many units of each in advance, shipped or not. Its taxes are those of the
    rules at the tax point: the day on which a parcel was handed over, else now.
    """
    step = Step(case, context)
    order = on_paper(step.now(case.own(Order)))
    checked_series(series)
    wanted = checked_quantities(lines)
    bills = several(parcels, "parcels") if parcels != () else ()
    if wanted and bills:
        raise BadInput("lines", "either parcels or lines are wanted")
    refuse_closed(order, "invoice")
    taxing = context.rules.taxing
    cuts = _in_advance(order, wanted) if wanted else _billed(order, bills)
    charges = to_bill(order, papers_of(step, order))
    costs = any(is_cost(charge) for charge in charges) and not bills
    if not cuts and not (costs and (order.invoices or all_invoiced(order))):
        what = f"parcel {bills[0]}" if bills else str(order.ref)
        raise MoveRefused((Refusal.of("nothing_to_invoice", what=what),))
    _refuse_estimates(order, cuts)
    _refuse_taxed(order, taxing is not None, inclusive=convention_of(taxing).inclusive)
    pieces = tuple([Piece(line, cut, _tax_point(step, cut)) for line, cut in cuts])
    id, given = number(step, order.seller, series)
    at = max([piece.at for piece in pieces], default=context.at)
    drawn = draw(order, taxing, pieces, charges, at, id)
    whole = [one for one in (*charges, *drawn.differences) if not one.spans]
    made = Invoice(
        case.invoice(id),
        given,
        order.ref.id,
        order.seller,
        order.customer,
        order.currency,
        context.at,
        drawn.lines,
        tuple([(one.id, one.amount) for one in whole]),
        len(order.charges) + len(drawn.differences),
        "" if taxing is None else taxing.where(order.destination.region),
        "" if taxing is None else taxing.convention.name,
        inclusive=convention_of(taxing).inclusive,
    )
    step.open(made)
    step.add(*[Charged(order.ref, charge) for charge in drawn.differences])
    for line, cut in cuts:
        on = Cut(CutKind.INVOICED, cut.start, cut.stop, id)
        step.add(CutMade(order.ref, line.id, on))
    step.note(order.ref, INVOICED, invoice=id)
    return step


def _billed(order: Order, bills: tuple[str, ...]) -> list[tuple[Line, Cut]]:
    """What was billed and is on no invoice; each parcel that is named must have some of it."""
    found = [(line, cut) for line in order.lines for cut in to_invoice(line, bills)]
    there = {cut.document for _, cut in found}
    refusals = [
        Refusal.of("nothing_to_invoice", what=f"parcel {bill}")
        for bill in bills
        if bill not in there
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    return found


def _in_advance(order: Order, wanted: LineQuantities) -> list[tuple[Line, Cut]]:
    """So many units of each line that are kept and on no invoice, the first ones of each."""
    refusals: list[Refusal] = []
    found: list[tuple[Line, Cut]] = []
    for id, n in wanted:
        line = order.line(id)
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


def _refuse_estimates(order: Order, cuts: list[tuple[Line, Cut]]) -> None:
    """What is not fixed is an estimate, which no invoice may state."""
    open_: dict[str, Estimate] = {}
    for line, cut in cuts:
        n = sum([b - a for a, b in both([(cut.start, cut.stop)], estimated(line))])
        n += open_[line.id].n if line.id in open_ else 0
        if n:
            open_[line.id] = Estimate(line.id, n, line.fixed.value)
    if open_:
        raise MoveRefused(tuple([not_fixed(order.ref.id, one) for one in open_.values()]))


def _refuse_taxed(order: Order, knows_rates: bool, *, inclusive: bool) -> None:
    """An order with a tax needs rates for its invoice, and prices without the tax in them."""
    has_tax = any(charge.kind is ChargeKind.TAX for charge in order.charges)
    if has_tax and not knows_rates:
        raise MoveRefused((Refusal.of("not_taxed", order=order.ref.id),))
    if has_tax and inclusive:
        raise MoveRefused((Refusal.of("taxed_twice", order=order.ref.id),))


def _tax_point(step: Step, cut: Cut) -> datetime:
    """When the units of a bill left the house; now, where they have not, or go in no parcel."""
    parcel = step.case.find(step.case.parcel(cut.document)) if cut.document else None
    return (parcel and parcel.handed_over_at) or step.context.at
