"""Money: payments balance, no part of a price is lost, nothing is billed or paid back twice.

It knows payments, tenders, charges and papers, and refuses to know what was bought.
A bank may take back what was refunded before; a refund may not send what a bank has taken back.
Which of them came first only the journal tells, so it is asked.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import attrs

from orderflow.audit.claims import whole_breaches
from orderflow.audit.doors import DoorsCheck
from orderflow.audit.journal import JournalCheck
from orderflow.audit.law import Law
from orderflow.audit.papers import PapersCheck
from orderflow.audit.ready import ReadyCheck
from orderflow.currencies import EXPONENTS
from orderflow.pricing import carried
from orderflow.records import Charge, Order, Payment, RequestKind
from orderflow.values import scaled

_PARTS: Final = ("captured", "applied", "unapplied", "refunded", "charged back")
"""The figures that are always told; what stands beside them is told where there is any."""


class MoneyCheck:
    """Payments balance, orders and payments agree, and nothing is lost or paid back twice."""

    def __init__(self, journal: JournalCheck) -> None:
        self.journal = journal
        self.papers = PapersCheck()
        self.doors = DoorsCheck()
        self.ready = ReadyCheck()
        self.orders = self.payments = 0
        self.tenders: dict[tuple[str, str], tuple[int, str]] = {}
        self.sums: dict[str, Tally[str]] = {}
        self.breaches: list[str] = []

    def check_order(self, order: Order) -> None:
        self.orders += 1
        self.doors.check_order(order)
        self.ready.check_order(order)
        for tender in order.tenders:
            if tender.applied < 0:
                said = f"{tender.applied} minor units of payment {tender.payment}"
                self.breaches.append(f"{order.ref}: {said}")
            self.tenders[tender.payment, order.ref.id] = (tender.applied, order.currency)
        self.breaches += (f"{order.ref} {said}" for said in _charge_breaches(order))
        self.breaches += (f"{order.ref} {said}" for said in whole_breaches(order))

    def check_payment(self, payment: Payment) -> None:
        self.payments += 1
        self.doors.check_payment(payment)
        self.ready.check_payment(payment)
        applied, unapplied = payment.applied, payment.unapplied
        parts = applied + unapplied + payment.refunded + payment.charged_back
        if payment.captured != parts:
            self.breaches.append(
                f"{payment.ref}: {payment.captured} captured, its parts are {parts}"
            )
        if payment.refunded > payment.captured:
            said = f"{payment.refunded} refunded of {payment.captured} captured"
            self.breaches.append(f"{payment.ref}: {said}")
        if not 0 <= payment.forfeited <= payment.deposit:
            said = f"{payment.forfeited} forfeited of a deposit of {payment.deposit}"
            self.breaches.append(f"{payment.ref}: {said}")
        if not 0 <= payment.credited <= payment.refunded:
            said = f"{payment.credited} kept for the payer of {payment.refunded} refunded"
            self.breaches.append(f"{payment.ref}: {said}")
        if payment.spent < 0 or (payment.spent and not payment.stored):
            said = f"{payment.spent} spent of {payment.stored or 'no balance'}"
            self.breaches.append(f"{payment.ref}: {said}")
        left = payment.captured - payment.refunded - payment.charged_back
        if payment.outside and not 0 <= payment.outside <= left:
            said = f"{payment.outside} from elsewhere than its balance, {left} is left"
            self.breaches.append(f"{payment.ref}: {said}")
        if payment.refunding > payment.refunded:
            said = f"{payment.refunding} asked back of gateways, {payment.refunded} refunded"
            self.breaches.append(f"{payment.ref}: {said}")
        asked, most = payment.asked(RequestKind.CAPTURE), max(payment.authorised, payment.amount)
        if asked > most:
            self.breaches.append(f"{payment.ref}: {asked} asked of gateways, {most} to be had")
        captures = [one for one in payment.requests if one.kind is RequestKind.CAPTURE]
        brought = sum([one.booked for one in captures])
        if brought > payment.captured:
            said = f"{brought} brought by requests, {payment.captured} captured"
            self.breaches.append(f"{payment.ref}: {said}")
        if not 0 <= payment.disputed <= payment.charged_back:
            said = f"{payment.disputed} in dispute of {payment.charged_back} charged back"
            self.breaches.append(f"{payment.ref}: {said}")
        self.breaches += (f"{payment.ref}: {said}" for said in _book_breaches(payment))
        for application in payment.applications:
            tender, currency = self.tenders.pop(
                (payment.ref.id, application.order), (0, payment.currency)
            )
            where = f"{payment.ref}, order {application.order}"
            if tender != application.amount:
                said = f"{application.amount} applied, the order has {tender}"
                self.breaches.append(f"{where}: {said}")
            if currency != payment.currency:
                self.breaches.append(f"{where}: in {payment.currency}, the order in {currency}")
        sums = self.sums.setdefault(payment.currency, Tally())
        sums["captured"] += payment.captured
        sums["applied"] += applied
        sums["unapplied"] += unapplied
        sums["refunded"] += payment.refunded
        sums["charged back"] += payment.charged_back
        if not 0 <= payment.with_carrier <= payment.captured:
            said = f"{payment.with_carrier} with the carrier of {payment.captured} captured"
            self.breaches.append(f"{payment.ref}: {said}")
        if payment.fees < 0:
            self.breaches.append(f"{payment.ref}: {payment.fees} of fees")
        sums["with carriers"] += payment.with_carrier
        sums["fees"] += payment.fees

    def law(self) -> Law:
        left = (
            f"order {order}: {applied} of payment {payment}, which has nothing applied to it"
            for (payment, order), (applied, _) in sorted(self.tenders.items())
            if applied
        )
        totals = "".join(
            f"; {currency}: "
            + ", ".join(
                f"{_amount(n, currency)} {name}" for name, n in sums.items() if n or name in _PARTS
            )
            for currency, sums in sorted(self.sums.items())
        )
        papers = self.papers.figure
        figure = f"{self.payments:,} payments of {self.orders:,} orders{totals}{papers}"
        found = (*self.breaches, *self.journal.over_refunds, *left, *self.doors.breaches())
        found = (*found, *self.ready.breaches())
        breaches = (*found, *self.papers.all_breaches())
        return Law("money", self.orders + self.payments, figure, breaches)


def _amount(minor: int, currency: str) -> str:
    decimals = EXPONENTS.get(currency, 0)
    return f"{scaled(minor, decimals):,.{decimals}f}"


def _book_breaches(payment: Payment) -> Iterator[str]:
    """The books in another unit: nothing of them is below zero."""
    book = payment.tendered
    if book is None:
        return
    if min(book.captured, book.refunded, book.charged_back, book.held) < 0:
        said = f"{book.refunded} refunded and {book.charged_back} charged back"
        yield f"{said} of {book.captured} {book.unit}"
    worth = book.worth
    if worth is None:
        return
    left = payment.captured - payment.refunded
    beyond = worth.held > left and not payment.charged_back  # a bank may take more than there was
    if beyond or min(worth.held, worth.refunded, worth.charged_back) < 0:
        said = f"{book.held} {book.unit} stand for {worth.held}"
        yield f"{said}, {left} of its money is left"


def _charge_breaches(order: Order) -> Iterator[str]:
    lines = {line.id: line for line in order.lines}
    shares: dict[str, list[Charge]] = {line.id: [] for line in order.lines}
    for charge in order.charges:
        spanned = sum(span.amount for span in charge.spans)
        if charge.spans and spanned != charge.amount:
            yield f"charge {charge.id}: {charge.amount}, its spans sum to {spanned}"
        for span in charge.spans:
            line = lines.get(span.line)
            if line is None or not 0 <= span.start < span.stop <= line.n:
                yield f"charge {charge.id}: no indices {span.start} to {span.stop} of {span.line}"
            else:
                shares[line.id].append(attrs.evolve(charge, spans=(span,)))
    for line in order.lines:
        charges = shares[line.id]
        whole = sum(charge.spans[0].amount for charge in charges)
        ends = sorted({0, line.n, *(end for cut in line.cuts for end in (cut.start, cut.stop))})
        pieces = pairwise(ends)
        parts = sum(carried(line, charges, [piece]) for piece in pieces)
        if parts != whole:
            yield f"line {line.id}: its units carry {parts}, its spans {whole}"
