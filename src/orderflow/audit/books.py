"""Goods and claims: what both books hold, by the journal and by the documents.

It knows accounts, counters and claims, and refuses to know how they came to be: the journal has
been read already.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from orderflow.audit.expected import ExpectedBooks
from orderflow.audit.journal import Account, Holding, HoldingKey, JournalCheck
from orderflow.audit.law import Law
from orderflow.books import EXACT, STANDS, by_claim, claim_key, matter_position
from orderflow.mending import place
from orderflow.pools import CREDIT, pool_name, stored_pool
from orderflow.ports import Books
from orderflow.records import Counter, Document, Feed, MatterKind, Order, Supply
from orderflow.tenders import StoredValue
from orderflow.values import Position

_OUTSIDE: Final = (MatterKind.CUSTOMER, MatterKind.CARRIER)

LISTED_MAX: Final = 20
"""How many over-committed positions a figure lists by name."""


class BooksCheck:
    """Both books: what they should hold by the journal and by the documents, and what they do."""

    def __init__(self, journal: JournalCheck) -> None:
        self.journal = journal
        self.bags: Tally[Account] = Tally()
        self.said: dict[Position, tuple[int, str]] = {}
        self.expected = ExpectedBooks(journal)

    def expect(self, document: Document) -> None:
        """What one document says that the books must hold."""
        if isinstance(document, Order):
            for line, spot in document.units():
                account = STANDS[spot.state]
                if account in EXACT or account in _OUTSIDE:
                    self.bags[account, matter_position(line.sku, spot.slice)] += spot.n
        elif isinstance(document, Supply) and document.on_road:
            self.bags[MatterKind.ROAD_BETWEEN, document.position] += document.on_road
        elif isinstance(document, Feed):
            self.said[document.position] = (document.there, "feed")
        elif isinstance(document, StoredValue):
            self.said[Position(stored_pool(document.ref.id))] = (document.n, "document")
        self.expected.expect(document)

    def goods(self, books: Books) -> Law:
        """Nothing comes from nowhere: each account is as derived, and each SKU sums to zero."""
        journal = self.journal
        breaches = list(self._accounts(books.matter))
        there = {row.position: row.there for row in books.counters if _on_hand(row.position)}
        breaches += self._counters(there, on_hand=True)
        by_sku: Tally[str] = Tally()
        for (_, at), n in books.matter.items():
            by_sku[at.sku] += n
        for at, n in there.items():
            by_sku[at.sku] += n - journal.limits[at]
        breaches += [
            f"{sku}: its accounts sum to {n}, not to 0" for sku, n in sorted(by_sku.items()) if n
        ]
        accounts = len(books.matter) + len(there)
        figure = f"{sum(there.values()):,} units sellable; "
        figure += f"{accounts:,} accounts of {len(by_sku):,} SKUs"
        return Law("goods", accounts, figure, tuple(breaches))

    def claimed(self, books: Books, over_committed: Sequence[Counter]) -> Law:
        """Counters are the sums of their claims, and each claim is what its document says."""
        there = {row.position: row.there for row in books.counters if not _on_hand(row.position)}
        breaches = list(self._counters(there, on_hand=False))
        breaches += [
            f"{place(at)}: {there.get(at, 0)} there, {n} by its {document}"
            for at, (n, document) in sorted(self.said.items())
            if there.get(at, 0) != n
        ]
        rows = {claim_key(row): (row.n, row.until) for row in books.claims}
        breaches += self._claims(rows)
        sums: Tally[Position] = Tally()
        for (at, _, _), (n, _) in rows.items():
            sums[at] += n
        counted = {row.position: row.claimed for row in books.counters}
        for at in sorted(counted.keys() | sums.keys()):
            if counted.get(at, 0) != sums[at]:
                said = f"{counted.get(at, 0)} claimed, its claims sum to {sums[at]}"
                breaches.append(f"{place(at)}: {said}")
        beyond = [f"{place(row.position)} by {row.over_committed}" for row in over_committed]
        if len(beyond) > LISTED_MAX:
            beyond[LISTED_MAX:] = [f"and {len(beyond) - LISTED_MAX:,} positions more"]
        owed = sum([n for at, n in sums.items() if _is_money(at)])
        figure = (
            f"{sums.total() - owed:,} units in {len(rows):,} claims at {len(sums):,} positions; "
        )
        figure += f"over-committed: {', '.join(beyond) or 'none'}"
        return Law("claims", len(rows), figure, tuple(breaches))

    def _counters(self, there: Mapping[Position, int], *, on_hand: bool) -> Iterator[str]:
        """What is there: the sellable account, or what a supply row or a pool will give."""
        should = self.expected.there()
        for at in sorted(there.keys() | should.keys()):
            if _on_hand(at) is on_hand and there.get(at, 0) != should[at]:
                yield f"{place(at)}: {there.get(at, 0)} there, {should[at]} by the journal"

    def _accounts(self, matter: Mapping[Account, int]) -> Iterator[str]:
        """Accounts other than sellable stand as the journal says, and as the bags do."""
        accounts = self.journal.accounts
        for account in sorted(matter.keys() | accounts.keys() | self.bags.keys()):
            kind, at = account
            if kind is MatterKind.SELLABLE:
                continue
            n, bag = matter.get(account, 0), self.bags[account]
            if n != accounts[account]:
                yield f"{place(at)}: {n} {kind}, {accounts[account]} by the journal"
            # Only outside may more than units of orders stand: what was posted there, and what
            # stays lost though its order has given it up.
            own = n if kind in EXACT else n - self.journal.posted[account]
            between = kind is MatterKind.ROAD_BETWEEN
            if between and n != bag:
                yield f"{place(at)}: {n} {kind}, {bag} of transfers"
            exact = kind in EXACT or kind is MatterKind.CUSTOMER
            if (exact and own != bag) or (kind is MatterKind.CARRIER and own < bag):
                yield f"{place(at)}: {n} {kind}, {bag} in the bags of the orders"

    def _claims(self, rows: Mapping[HoldingKey, Holding]) -> Iterator[str]:
        """Each claim is what its document says; of a document that says nothing, the journal."""
        expected = self.expected.claims()
        for claim in sorted(rows.keys() | expected.keys(), key=by_claim):
            at, holder, _ = claim
            n, until = rows.get(claim, (0, None))
            should, limit = expected.get(claim, (0, None))
            if claim not in rows and self.expected.may_be_gone(limit):
                continue  # it has run out, and was given back
            if n != should or (claim in rows and n <= 0):
                yield f"{holder} claims {n} of {place(at)}, not {should}"
            elif until != limit:
                yield f"{holder} claims {place(at)} until {until}, not {limit}"


def _is_money(at: Position) -> bool:
    """Whether a position is what a customer may owe on account, in minor units."""
    named = None if at.location else pool_name(at.sku)
    return named is not None and named.kind == CREDIT


def _on_hand(at: Position) -> bool:
    return bool(at.location) and not at.peg
