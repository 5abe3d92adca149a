"""How much comes back, for which reason, of whose goods, and what becomes of it: counted, exact.

It knows what the journal says of goods and money after a sale, and refuses to judge: which share of
returns is too high is for a person.

Problem: a report of returns that keeps counters of its own disagrees with the returns, and one that
is cut for one question (by reason) cannot answer the next (by supplier).
Decision: one row for each thing that happened, with all that it can be asked by, and one function
that adds up whichever rows are meant. So any question is a sum, two adjoining periods add up to
both together, and no figure is rounded.

Goods are units, counted when it happens to them: those that a customer gets, those that he asks to
give back, and what is decided of them. What went undelivered was never sold, and is no return.
Whose goods they are says who ships or owns them; what came through our warehouse is ours.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

import attrs

from orderflow.conditions import Verdict
from orderflow.errors import BadInput
from orderflow.facts import BROUGHT, REPLIED, Fact, Moved, Noted, Opened
from orderflow.journal import Entry
from orderflow.records import Complaint, Exchange, Order, Reissue, Return, Slice
from orderflow.states import UnitState
from orderflow.values import instant


class Happened(StrEnum):
    """What a row of the figures counts."""

    DELIVERED = "delivered"  # units that customers got, less those that were missing
    ASKED = "asked back"  # units
    ACCEPTED = "accepted"  # units that were given up, and owed back
    REJECTED = "rejected"  # units that went to their customer again
    MENDED = "mended"  # units that did so as good as new
    SENT_AGAIN = "sent again"  # units that reissues were asked for
    RETURN = "return"  # documents, from here on
    EXCHANGE = "exchange"
    REISSUE = "reissue"
    COMPLAINT = "complaint"
    OWED_BACK = "owed back"  # minor units of a currency, for goods that came back or are kept


class AfterSalesRow(NamedTuple):
    """So many (`n`) of what happened, and all that may be asked about them; empty where unknown.

    `supplier` ships or owns the goods. `condition` is what they were like, by the host's own names
    or by the verdict. Money has a `currency`, and `n` is minor units of it.
    """

    what: Happened
    n: int
    sku: str = ""
    supplier: str = ""
    reason: str = ""
    condition: str = ""
    currency: str = ""


@attrs.frozen
class AfterSales:
    """What happened after `start` and until `end`, row by row, sorted."""

    start: datetime
    end: datetime
    rows: tuple[AfterSalesRow, ...]

    def count(
        self,
        what: Happened,
        *,
        sku: str | None = None,
        supplier: str | None = None,
        reason: str | None = None,
        condition: str | None = None,
        currency: str | None = None,
    ) -> int:
        """How many of that happened, of all that is named; what is not named counts alike."""
        named = (what, sku, supplier, reason, condition, currency)
        return sum([row.n for row in self.rows if _is_meant(row, named)])

    def share_back(
        self, *, sku: str | None = None, supplier: str | None = None, reason: str | None = None
    ) -> Fraction | None:
        """The units that were accepted back for each that was delivered; `None` without any.

        For a reason it is that part of the goods that came back for it.
        """
        delivered = self.count(Happened.DELIVERED, sku=sku, supplier=supplier)
        if delivered <= 0:
            return None
        back = self.count(Happened.ACCEPTED, sku=sku, supplier=supplier, reason=reason)
        return Fraction(back, delivered)

    def then(self, later: AfterSales) -> AfterSales:
        """Both periods together; the other must begin where this one ends."""
        if self.end != later.start:
            raise ValueError(f"{later.start} does not follow {self.end}")
        tally: Tally[AfterSalesRow] = Tally()
        for row in (*self.rows, *later.rows):
            tally[row._replace(n=0)] += row.n
        return AfterSales(self.start, later.end, _rows(tally))


def after_sales(
    entries: Iterable[Entry], start: datetime, end: datetime, tenant: str = ""
) -> AfterSales:
    """What happened after `start` and until `end`; one pass over a whole journal."""
    start, end = instant(start, "start"), instant(end, "end")
    if start >= end:
        raise BadInput("end", "a period ends after it begins")
    known = _Known()
    tally: Tally[AfterSalesRow] = Tally()
    for entry in entries:
        if entry.call.ref.tenant != tenant or entry.at > end:
            continue
        known.follow(entry)
        if entry.at > start:
            for row in known.told(entry):
                tally[row._replace(n=0)] += row.n
    return AfterSales(start, end, _rows(tally))


_CASES: Final = {
    "return": Happened.RETURN,
    "exchange": Happened.EXCHANGE,
    "reissue": Happened.REISSUE,
    "complaint": Happened.COMPLAINT,
}


class _Known:
    """What documents said when they were opened, as far as figures ask for it."""

    def __init__(self) -> None:
        self.skus: dict[tuple[str, str], str] = {}
        self.currencies: dict[str, str] = {}
        self.reasons: dict[tuple[str, str], str] = {}
        self.orders: dict[tuple[str, str], str] = {}

    def follow(self, entry: Entry) -> None:
        for fact in entry.facts:
            if not isinstance(fact, Opened):
                continue
            document = fact.document
            id = document.ref.id
            if isinstance(document, Order):
                self.currencies[id] = document.currency
                self.skus |= {(id, line.id): line.sku for line in document.lines}
            elif isinstance(document, Return | Exchange | Reissue | Complaint):
                self.reasons[document.ref.kind, id] = document.reason
                self.orders[document.ref.kind, id] = document.order

    def told(self, entry: Entry) -> list[AfterSalesRow]:
        """What an entry adds to the figures."""
        exchanged = {
            fact.document.returned
            for fact in entry.facts
            if isinstance(fact, Opened) and isinstance(fact.document, Exchange)
        }
        found: list[AfterSalesRow] = []
        for fact in entry.facts:
            if isinstance(fact, Opened):
                found += self._opened(fact, exchanged)
            elif isinstance(fact, Moved):
                found += self._moved(fact, entry.call.verb == "mend")
            else:
                found += self._owed(fact)
        return found

    def _opened(self, fact: Opened, exchanged: set[str]) -> list[AfterSalesRow]:
        """A case; the return of an exchange is none of its own."""
        document = fact.document
        if not isinstance(document, Return | Exchange | Reissue | Complaint):
            return []
        if isinstance(document, Return) and document.ref.id in exchanged:
            return []
        reason = document.reason
        found = [AfterSalesRow(_CASES[document.ref.kind], 1, reason=reason)]
        if isinstance(document, Reissue):
            for line, n in document.lines:
                sku = self.skus[document.order, line]
                found.append(AfterSalesRow(Happened.SENT_AGAIN, n, sku, reason=reason))
        return found

    def _moved(self, fact: Moved, mended: bool) -> list[AfterSalesRow]:
        before, after = _is_his(fact.source, fact.taken), _is_his(fact.target, fact.put)
        sku, supplier = fact.sku, fact.taken.supplier or fact.taken.owner
        if before != after:
            n = fact.n if after else -fact.n
            return [AfterSalesRow(Happened.DELIVERED, n, sku, supplier)]
        returning = fact.put.returning
        reason = self.reasons.get(("return", returning), "")
        if returning and not fact.taken.returning:
            return [AfterSalesRow(Happened.ASKED, fact.n, sku, supplier, reason)]
        if fact.source is not UnitState.RECEIVED_BACK or not returning:
            return []
        condition = fact.put.condition or fact.put.grade or Verdict.SOUND.value
        if fact.target is UnitState.RETURNED:
            return [AfterSalesRow(Happened.ACCEPTED, fact.n, sku, supplier, reason, condition)]
        if fact.target is not UnitState.SENT_BACK:
            return []
        if mended:
            return [AfterSalesRow(Happened.MENDED, fact.n, sku, supplier, reason)]
        condition = fact.put.condition or Verdict.REJECTED.value
        return [AfterSalesRow(Happened.REJECTED, fact.n, sku, supplier, reason, condition)]

    def _owed(self, fact: Fact) -> list[AfterSalesRow]:
        """What an inspection has fixed, or what a complaint was granted."""
        if not isinstance(fact, Noted) or fact.what not in (BROUGHT, REPLIED):
            return []
        amount = int(dict(fact.details).get("amount" if fact.what == BROUGHT else "granted", 0))
        of = (fact.ref.kind, fact.ref.id)
        currency = self.currencies[self.orders[of]]
        row = AfterSalesRow(Happened.OWED_BACK, amount, reason=self.reasons[of], currency=currency)
        return [row] if amount else []


def _is_his(state: UnitState, tags: Slice) -> bool:
    """Whether units have come to their customer, wherever they went since."""
    return state is UnitState.DELIVERED or tags.returning != ""


def _is_meant(row: AfterSalesRow, named: tuple[str | None, ...]) -> bool:
    what, _, *rest = row
    return all(one is None or one == other for one, other in zip(named, (what, *rest), strict=True))


def _rows(tally: Tally[AfterSalesRow]) -> tuple[AfterSalesRow, ...]:
    order = {what: i for i, what in enumerate(Happened)}
    rows = [row._replace(n=n) for row, n in tally.items() if n]
    return tuple(sorted(rows, key=lambda row: (order[row.what], *row[2:])))
