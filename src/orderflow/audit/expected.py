"""What both books should hold, by a journal that has been read and by documents.

It knows what a counter, a claim and a row of the ledger should be, and refuses to know what they
are: the laws say where they are not so, and `reconcile` how to mend it.
"""

from __future__ import annotations

from collections import Counter as Tally
from datetime import datetime

from orderflow.audit.journal import Account, Holding, HoldingKey, JournalCheck
from orderflow.books import claims_by
from orderflow.records import Document, MatterKind
from orderflow.values import Position


class ExpectedBooks:
    """Both books as the journal gives them; what documents say of their own claims is told it."""

    def __init__(self, journal: JournalCheck) -> None:
        self._journal = journal
        self._claims: dict[HoldingKey, Holding] = {}

    def expect(self, document: Document) -> None:
        """What one document says that it claims."""
        for key, n, until in claims_by(document):
            before = self._claims.get(key, (0, None))[0]
            if before + n:
                self._claims[key] = (before + n, until)

    def there(self) -> Tally[Position]:
        """What is there: the sellable account, or what a supply row or a pool will give."""
        should = Tally(self._journal.limits)
        for (kind, at), n in self._journal.accounts.items():
            if kind is MatterKind.SELLABLE:
                should[at] += n
        return should

    def matter(self) -> dict[Account, int]:
        """The ledger of goods: every account but the sellable one, which is what is there."""
        accounts = self._journal.accounts
        return {row: n for row, n in accounts.items() if row[0] is not MatterKind.SELLABLE and n}

    def claims(self) -> dict[HoldingKey, Holding]:
        """Each claim is what its document says; of a document that says nothing, the journal."""
        return self._journal.claims | self._claims

    def may_be_gone(self, until: datetime | None) -> bool:
        """Whether a claim has run out, so that it may have been given back without a word."""
        return until is not None and until <= self._journal.last
