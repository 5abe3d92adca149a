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

An invoice over several orders is credited for each of them alike; the note names the order of each
line.

With `whole` all that is left is credited though nothing was given up: a wrong name, a wrong
address. What the order still costs may then be invoiced anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from orderflow.bills import BillLine, CreditNote, Invoice, Lowered, lowering_id
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import CREDITED, Charged, CutMade
from orderflow.invoices.lines import Book
from orderflow.invoices.papers import (
    checked_series,
    is_off,
    number,
    on_paper,
    papers_of,
    refuse_closed,
    unanswered,
)
from orderflow.invoices.raises import Raised, books_of
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive, spread
from orderflow.records import Charge, ChargeKind, Cut, CutKind, Order, Span
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
    order: str = "",
) -> Step:
    """Issue a credit note for an invoice, with the next number of a series of its seller.

    It credits what its orders have given up or lowered since, of one line or of all. With an
    `amount`, taxes and all, the order is lowered by it on that line first. With `whole` it credits
    all that is left, and the order may be invoiced anew.
    A line of an invoice over several orders is named with its `order`.
    """
    step = Step(case, context)
    invoice = step.now(case.own(Invoice))
    _check(series, line, amount, whole, reason)
    _check_order(invoice, line, order)
    meant = (order,) if order else invoice.orders
    orders = [on_paper(step.now(case.order(one))) for one in meant if one in invoice.orders]
    for one in orders:
        refuse_closed(one, "credit")
    if line and all(line != had.line for one in meant for had in invoice.of(one)):
        raise MoveRefused((Refusal.of("not_on_invoice", invoice=invoice.ref.id, line=line),))
    id, given = number(step, invoice.seller, series)
    lower = None if amount is None else _Lower(amount, lowering_id(id), reason)
    parts = [_part(step, one, invoice, line, lower, whole=whole) for one in orders]
    parts = [part for part in parts if part.lines]
    if not parts:
        raise MoveRefused((Refusal.of("nothing_to_credit", invoice=invoice.ref.id),))
    first, *others = [part.answered for part in parts]
    step.open(
        CreditNote(
            case.credit_note(id),
            given,
            invoice.ref.id,
            first.order,
            invoice.seller,
            invoice.customer,
            invoice.currency,
            context.at,
            tuple([one for part in parts for one in part.lines]),
            reason,
            first.lowers,
            first.released,
            invoice.place,
            invoice.convention,
            inclusive=invoice.inclusive,
            others=tuple(others),
        )
    )
    for part in parts:
        ref = case.order(part.answered.order)
        for had in part.lines:
            if had.n and not had.group:
                step.add(CutMade(ref, had.line, Cut(CutKind.CREDITED, had.start, had.stop, id)))
        step.note(ref, CREDITED, credit_note=id)
    return step


@attrs.frozen
class _Lower:
    """An amount by which an order is to be lowered first, by a charge of that id."""

    amount: Money
    id: str
    reason: str


@attrs.frozen
class _Part:
    """The lines of a credit note for an order, and the charges of it that they answer."""

    lines: tuple[BillLine, ...]
    answered: Lowered


def _part(
    step: Step, order: Order, invoice: Invoice, line: str, lower: _Lower | None, *, whole: bool
) -> _Part:
    """What is to be credited of an order."""
    papers = papers_of(step, order)
    own: list[int] = []
    if lower is not None:
        books = books_of(order, invoice, papers, line)
        own = _lowered(books, invoice, lower.amount)
        charge = attrs.evolve(_charge(books, own, lower.id), reason=lower.reason)
        step.add(Charged(order.ref, charge))
        order = on_paper(step.now(order.ref))
    books = books_of(order, invoice, papers, line)
    off = [] if whole else [one for one in unanswered(order, papers) if is_off(one)]
    first = "" if lower is None else lower.id
    answer = _answer(books, sorted(off, key=lambda one: one.id != first), own)
    lines = [
        one
        for book, part in zip(books, answer.parts, strict=True)
        for one in book.credited(part, whole=whole)
    ]
    id = order.ref.id
    billed = [pair for one in invoice.billed if one.order == id for pair in one.charges]
    billed += [
        pair
        for note in papers.of(invoice.ref.id)
        for one in note.answered
        if one.order == id
        for pair in one.lowers
    ]
    return _Part(tuple(lines), Lowered(id, answer.charges, tuple(billed) if whole else ()))


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


def _check_order(invoice: Invoice, line: str, order: object) -> None:
    name = text(order, "order", empty=True)
    if name and not line:
        raise BadInput("order", "names whose line is meant: a line is wanted")
    if line and not name and len(invoice.orders) > 1:
        raise BadInput("order", "must say whose line is meant: the invoice is over several orders")


@attrs.frozen
class _Answer:
    """What is taken off each line beside its units, and the charges of the order that did it."""

    charges: tuple[tuple[str, int], ...]
    parts: list[int]


def _answer(books: Sequence[Book | Raised], off: Sequence[Charge], own: Sequence[int]) -> _Answer:
    """Share what an order takes off freight and fees over those of an invoice, as far as they go;
    the rest is another's to answer. What is off the freight is off no fee.

    Off goods it is the credit note's `own` amount, if it has one."""
    lines = [book for book in books if isinstance(book, Book) and book.of is None and book.stays]
    left = [book.now(book.live) for book in lines]
    answered: list[tuple[str, int]] = []
    for charge in off:
        room = rooms(charge, [book.line.group for book in lines], left)
        part = max(charge.amount, -sum(room))
        if part:
            left = [a + b for a, b in zip(left, spread(part, room), strict=True)]
            answered.append((charge.id, part))
    taken = {
        book.line.line: book.now(book.live) - rest for book, rest in zip(lines, left, strict=True)
    }
    parts = [
        taken.get(book.line.line, 0) if book.of is None else part
        for book, part in zip(books, own or [0] * len(books), strict=True)
    ]
    return _Answer(tuple(answered), parts)


def _lowered(books: Sequence[Book | Raised], invoice: Invoice, amount: Money) -> list[int]:
    """By how much an amount lowers each line of an invoice, by what stays of it."""
    minor = positive(amount, invoice.currency)
    lefts = [book.left() for book in books]
    left = sum(lefts)
    for book in books:
        # Off freight, no more than the order as a whole costs: it may be less.
        if isinstance(book, Book) and book.of is None:
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
    return list(spread(minor, lefts))


def _charge(books: Sequence[Book | Raised], own: Sequence[int], id: str) -> Charge:
    """The charge that lowers an order by so much of each line, over the units that stay of it."""
    spans = [
        Span(book.line.line, *pair, part)
        for book, amount in zip(books, own, strict=True)
        if book.of is not None
        for pair, part in zip(
            book.stays, spread(-amount, [book.now([pair]) for pair in book.stays]), strict=True
        )
        if part
    ]
    return Charge(id, ChargeKind.DISCOUNT, -sum(own), tuple(spans))
