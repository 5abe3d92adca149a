"""The journal as a settlement reads it: documents at an instant, and what suppliers have sent.

It knows which facts bring goods of suppliers, and refuses to know what anybody owes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from orderflow.calls import Ref
from orderflow.facts import Moved
from orderflow.journal import Entry
from orderflow.ledger.known import follow
from orderflow.records import CarrierClaim, Document, Order, Parcel, Payment, Purchase, Reissue
from orderflow.states import UnitState
from orderflow.tenders import StoredValue

D = TypeVar("D", bound=Document)

_KINDS: Final = frozenset(
    {"order", "payment", "parcel", "purchase", "reissue", "stored value", "carrier claim"}
)


class Bought(NamedTuple):
    """Units of an order line that a purchase asks for."""

    purchase: str
    order: str
    line: str
    sku: str


class Known:
    """What the journal has said until an instant."""

    def __init__(self) -> None:
        self.seq = 0
        self.documents: dict[Ref[Document], Document] = {}
        self.asked: dict[Bought, int] = {}
        self.came: dict[Bought, int] = {}
        """What of it came to our warehouse."""
        self.shipped_for: dict[str, str] = {}
        """The purchase of a parcel that its supplier has shipped, by the parcel's id."""

    def follow(self, entry: Entry) -> None:
        """Go one entry further."""
        self.seq = entry.seq
        for fact in entry.facts:
            if isinstance(fact, Moved):
                self._follow_goods(fact)
        follow(self.documents, entry, _KINDS)

    def _follow_goods(self, fact: Moved) -> None:
        if UnitState.BUYING not in (fact.source, fact.target):
            if fact.put.supplier and fact.taken.parcel in self.shipped_for:  # a part goes on alone
                self.shipped_for[fact.put.parcel] = self.shipped_for[fact.taken.parcel]
            return
        of = Bought(fact.put.peg or fact.taken.peg, fact.order.id, fact.line, fact.sku)
        if fact.target is UnitState.BUYING:
            self.asked[of] = self.asked.get(of, 0) + fact.n
        elif fact.target is UnitState.ALLOCATED:
            self.came[of] = self.came.get(of, 0) + fact.n
        elif fact.target is UnitState.SHIPPED:
            self.shipped_for[fact.put.parcel] = of.purchase

    def copy(self) -> Known:
        """What is known now, whatever is followed later."""
        now = Known()
        now.seq = self.seq
        now.documents, now.asked = dict(self.documents), dict(self.asked)
        now.came, now.shipped_for = dict(self.came), dict(self.shipped_for)
        return now

    def orders(self) -> list[Order]:
        """All orders, by id."""
        return self._all(Order)

    def payments(self) -> list[Payment]:
        """All payments, by id."""
        return self._all(Payment)

    def balances(self) -> list[StoredValue]:
        """All balances that we keep for customers, by id."""
        return self._all(StoredValue)

    def parcels(self) -> dict[str, Parcel]:
        """All parcels."""
        return {one.ref.id: one for one in self._all(Parcel)}

    def carrier_claims(self) -> list[CarrierClaim]:
        """All claims on carriers, by id."""
        return self._all(CarrierClaim)

    def reissues(self) -> list[Reissue]:
        """All reissues, by id."""
        return self._all(Reissue)

    def purchases(self) -> dict[str, Purchase]:
        """All purchases."""
        return {one.ref.id: one for one in self._all(Purchase)}

    def _all(self, kind: type[D]) -> list[D]:
        found = [one for one in self.documents.values() if isinstance(one, kind)]
        return sorted(found, key=lambda one: one.ref.id)


def replayed(entries: Iterable[Entry], tenant: str, instants: Sequence[datetime]) -> list[Known]:
    """What was known at each of some instants, in their order.

    What was written after the first entry of an instant belongs to it, whatever its clock said.
    """
    known = Known()
    found: list[Known] = []
    for entry in entries:
        while len(found) < len(instants) and entry.at >= instants[len(found)]:
            found.append(known.copy())
        if entry.call.ref.tenant == tenant:
            known.follow(entry)
    return [*found, *(known for _ in instants[len(found) :])]
