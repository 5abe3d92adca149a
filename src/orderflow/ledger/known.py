"""The documents of money as the journal has told them so far, and whose the money on them is.

It knows orders, payments and balances, and refuses to know what was done to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, cast

from orderflow.calls import Ref
from orderflow.facts import Fact, fold, touches
from orderflow.journal import Entry
from orderflow.records import Document, Order, Payment
from orderflow.tenders import StoredValue

_KINDS: Final = frozenset({"order", "payment", "stored value", "carrier claim"})


def follow(
    documents: dict[Ref[Document], Document], entry: Entry, kinds: Collection[str]
) -> Mapping[Ref[Document], Document | None]:
    """Bring documents of these kinds one entry further; what it has changed, as that was before."""
    mine: dict[Ref[Document], list[Fact]] = {}
    for fact in entry.facts:
        for ref in touches(fact):
            if ref.kind in kinds:
                mine.setdefault(ref, []).append(fact)
    before = {ref: documents.get(ref) for ref in mine}
    for ref, facts in mine.items():
        documents[ref] = fold(before[ref], facts)
    return before


class Known:
    """What the journal has said until an entry."""

    def __init__(self) -> None:
        self._documents: dict[Ref[Document], Document] = {}

    def follow(self, entry: Entry) -> Mapping[Ref[Document], Document | None]:
        """Go one entry further; what it has changed, as that was before."""
        return follow(self._documents, entry, _KINDS)

    def now(self, ref: Ref[Document]) -> Document:
        """A document as it is now."""
        return self._documents[ref]

    def order(self, ref: Ref[Order]) -> Order:
        """An order as it is now."""
        return cast("Order", self._documents[ref])

    def balance(self, payment: Payment) -> StoredValue | None:
        """The balance that a payment came from, `None` where it came from none."""
        if not payment.stored:
            return None
        return self.stored(Ref(payment.ref.tenant, "stored value", payment.stored))

    def stored(self, ref: Ref[Document]) -> StoredValue:
        """A balance as it is now."""
        return cast("StoredValue", self._documents[ref])

    def payer(self, payment: Payment) -> str:
        """Whose the money of a payment is that is on no order; empty while nobody can tell."""
        if payment.payer or not payment.applications:
            return payment.payer
        first = payment.applications[0].order
        return self.order(Ref(payment.ref.tenant, "order", first)).customer
