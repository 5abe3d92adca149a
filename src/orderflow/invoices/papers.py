"""What was issued over an order, and the next number.

It knows the documents of one order and the series of a seller, and refuses to know amounts.

Problem: numbers that are drawn before an invoice is sure leave gaps, which tax offices ask about.
Decision: a series is a document, and its next number is one fact of the very command that issues
the paper. What is refused uses none up, two who meet on it are told apart by its version, and the
same key gives the same number, since it gives the same facts.
"""

from __future__ import annotations

from collections import Counter as Tally
from typing import Final, NamedTuple

import attrs

from orderflow.bills import CreditNote, Invoice, Series, series_id
from orderflow.errors import BadInput, IllegalMove
from orderflow.facts import Described
from orderflow.journal import Step
from orderflow.pricing import to_invoice_in_advance
from orderflow.records import Charge, ChargeKind, Order
from orderflow.states import OrderState, UnitState
from orderflow.taxing import GROUPS
from orderflow.values import text

DIFFERENCES: Final = (ChargeKind.ROUNDING, ChargeKind.TAX)
"""What an invoice charges its orders with, so that they come to the same."""


@attrs.frozen
class Papers:
    """All that was issued over an order, in the order in which it was."""

    invoices: tuple[Invoice, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()

    def of(self, invoice: str) -> tuple[CreditNote, ...]:
        """The credit notes of an invoice."""
        return tuple([note for note in self.credit_notes if note.invoice == invoice])


def on_paper(order: Order) -> Order:
    """An order as its papers see it: without what it was rounded by to a coin."""
    if all(charge.kind is not ChargeKind.CASH for charge in order.charges):  # no charges: as it is
        return order
    charges = tuple([one for one in order.charges if one.kind is not ChargeKind.CASH])
    return attrs.evolve(order, charges=charges)


def papers_of(step: Step, order: Order) -> Papers:
    """What was issued over an order, as its case has it."""
    case = step.case
    return Papers(
        tuple([step.now(case.invoice(id)) for id in order.invoices]),
        tuple([step.now(case.credit_note(id)) for id in order.credit_notes]),
    )


def first_says_all(step: Step, order: Order) -> bool:
    """Whether the first invoice of an order bills all that it costs beside what is on no invoice:
    nothing was credited, and nothing charged since but what invoices differed by.

    So an order that is sent in hundreds of parcels needs no look at hundreds of invoices.
    """
    if not order.invoices or order.credit_notes:
        return False
    first = step.now(step.case.invoice(order.invoices[0]))
    differed = {f"{kind.value}-{id}" for id in order.invoices for kind in DIFFERENCES}
    later = order.charges[first.known_of(order.ref.id) :]
    return all(one.id in differed for one in later) and not unanswered(  # none was charged later
        order, Papers((first,))
    )


def to_bill(order: Order, papers: Papers) -> tuple[Charge, ...]:
    """The charges of an order as a whole that its next invoice bills: what it costs, less what is
    off that, and the taxes on it. What is off more than that is off an earlier invoice, and taxes
    alone wait for units. What is off freight alone comes first.
    """
    there = unanswered(order, papers)
    left: Tally[ChargeKind] = Tally()
    for charge in there:
        left[charge.kind] += charge.amount if is_cost(charge) else 0
    if not left.total() and all_invoiced(order):
        return ()
    later = [one for one in there if one.kind is ChargeKind.DISCOUNT]
    billed: list[Charge] = []
    for charge in (*[one for one in there if one.kind is not ChargeKind.DISCOUNT], *later):
        part = charge.amount
        if is_off(charge):
            part = max(part, -(left[charge.kind] if charge.kind in GROUPS else left.total()))
            left[charge.kind] += part
        if part:
            billed.append(attrs.evolve(charge, amount=part))
    return tuple(billed)


def is_cost(charge: Charge) -> bool:
    """Whether it is freight or a fee."""
    return charge.kind in GROUPS and charge.amount > 0


def is_off(charge: Charge) -> bool:
    """Whether it takes something off freight or fees; a tax that was too high does not."""
    taxes = (ChargeKind.TAX, ChargeKind.ROUNDING)
    return charge.amount < 0 and charge.kind not in taxes


def unanswered(order: Order, papers: Papers) -> tuple[Charge, ...]:
    """The charges of an order as a whole, as far as no paper has them; none with no unit kept."""
    if keeps_nothing(order):
        return ()
    answered: Tally[str] = Tally()
    for billed in [one for invoice in papers.invoices for one in invoice.billed]:
        for id, amount in billed.charges if billed.order == order.ref.id else ():
            answered[id] += amount
    for lowered in [one for note in papers.credit_notes for one in note.answered]:
        own = lowered.order == order.ref.id
        for id, amount in lowered.lowers if own else ():
            answered[id] += amount
        for id, amount in lowered.released if own else ():
            answered[id] -= amount
    return tuple(
        [
            attrs.evolve(charge, amount=charge.amount - answered[charge.id])
            for charge in order.charges
            if not charge.spans and charge.amount != answered[charge.id]
        ]
    )


def all_invoiced(order: Order) -> bool:
    """Whether no unit is left to be invoiced; of an order without units, none is."""
    return not any(to_invoice_in_advance(line) for line in order.lines)


def keeps_nothing(order: Order) -> bool:
    """Whether every unit was cancelled; of an order without units, every one was."""
    return all(spot.state is UnitState.CANCELLED for _, spot in order.units())


def refuse_closed(order: Order, what: str) -> None:
    """A draft was agreed with nobody, and an archived order is closed."""
    if order.state in (OrderState.DRAFT, OrderState.ARCHIVED):
        raise IllegalMove(str(order.ref), order.state.value, what, ())


class Numbered(NamedTuple):
    """The id of a document and its number."""

    id: str
    number: str


def checked_series(name: object) -> str:
    """The name of a series: its numbers are parts of ids."""
    series = text(name, "series")
    if "/" in series:
        raise BadInput("series", "must have no slash: its numbers are parts of ids")
    return series


def number(step: Step, seller: str, name: str) -> Numbered:
    """The next number of a series of a seller, which begins with its first."""
    ref = step.case.series(series_id(seller, name))
    known = step.case.find(ref)
    if known is None:
        made = Series(ref, name, seller, 1)
        step.open(made)
    else:
        made = attrs.evolve(known, last=known.last + 1)
        step.add(Described(made))
    given = made.number(made.last)
    return Numbered(text(series_id(seller, given), "series"), given)
