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

import attrs

from orderflow.bills import CreditNote, Invoice
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import CREDITED, Charged, CutMade
from orderflow.invoices.lines import Book, books_of
from orderflow.invoices.papers import (
    checked_series,
    is_off,
    number,
    on_paper,
    papers_of,
    refuse_closed,
    unanswered,
)
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive, spread
from orderflow.pricing import without
from orderflow.records import Charge, ChargeKind, Cut, CutKind, Span
from orderflow.taxing import rooms
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
    order = on_paper(step.now(case.order(invoice.order)))
    _check(series, line, amount, whole, reason)
    refuse_closed(order, "credit")
    papers = papers_of(step, order)
    notes = papers.of(invoice.ref.id)
    if line and all(one.line != line for one in invoice.lines):  # an invoice has lines
        raise MoveRefused((Refusal.of("not_on_invoice", invoice=invoice.ref.id, line=line),))
    id, given = number(step, order.seller, series)
    own = ""
    if amount is not None:
        charge = _lowered(books_of(order, invoice, notes, line), invoice, amount, f"credit-{id}")
        step.add(Charged(order.ref, attrs.evolve(charge, reason=reason)))
        own, order = charge.id, on_paper(step.now(order.ref))
    books = books_of(order, invoice, notes, line)
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
class _Answer:
    """What is taken off freight and fees, line by line, and the charges that did it."""

    charges: tuple[tuple[str, int], ...]
    by_line: dict[str, int]


def _answer(books: Sequence[Book], off: Sequence[Charge]) -> _Answer:
    """Share what an order takes off freight and fees over those of an invoice, as far as they go;
    the rest is another's to answer. What is off the freight is off no fee."""
    lines = [book for book in books if book.of is None and without(book.live, book.gone)]
    left = [book.now(book.live) for book in lines]
    answered: list[tuple[str, int]] = []
    for charge in off:
        room = rooms(charge, [book.line.group for book in lines], left)
        part = max(charge.amount, -sum(room))
        if part:
            left = [a + b for a, b in zip(left, spread(part, room), strict=True)]
            answered.append((charge.id, part))
    by_line = {
        book.line.line: book.now(book.live) - rest for book, rest in zip(lines, left, strict=True)
    }
    return _Answer(tuple(answered), by_line)


def _lowered(books: Sequence[Book], invoice: Invoice, amount: Money, id: str) -> Charge:
    """The charge that lowers an order by an amount, over what stays of a line of its invoice."""
    minor = positive(amount, invoice.currency)
    stays = [(book, piece) for book in books for piece in without(book.live, book.gone)]
    worth = [book.now([piece]) for book, piece in stays]
    left = sum(worth)
    for book in books:
        if book.of is None:  # off freight, no more than the order as a whole costs: it may be less
            left = min(left, sum([one.amount for one in book.order.charges if not one.spans]))
    if minor > left:
        raise MoveRefused(
            (
                Refusal.of(
                    "over_credit",
                    asked=minor,
                    currency=invoice.currency,
                    left=left,
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
