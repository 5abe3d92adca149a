"""When a document is put away, and what a store offers for that.

It knows when nothing is to come of a document, and refuses to know where it is kept after that.

Problem: each list of work, each index and each backup has every order that there ever was.
Observation: of an order that has ended, and of which nothing has been heard for a year, there is
nothing to list; but a late return, a dispute or a scan may still come, and what has happened cannot
be refused.
Decision: such documents leave the tables that lists are made of, each by itself. They are read by
their names as before, and are found by what they are about, by number and by lot; a verb that
changes one, or relies on it, brings it back within the same command.
So nobody has to know whether a document was put away, and the journal stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from orderflow.bills import CreditNote, Invoice
from orderflow.calls import Ref
from orderflow.deadlines import next_due
from orderflow.errors import BadInput
from orderflow.journal import Stored, holds_of
from orderflow.ports import People, Query, Store, every
from orderflow.pricing import due
from orderflow.records import (
    CarrierClaim,
    Complaint,
    Dispatch,
    Document,
    Exchange,
    Order,
    Parcel,
    Payment,
    Purchase,
    Reissue,
    Return,
    StockHold,
    WorkOrder,
    orders_of,
)
from orderflow.states import (
    CarrierClaimState,
    ComplaintState,
    OrderState,
    ParcelState,
    PaymentState,
    ReplacementState,
    RequestState,
    ReturnState,
    StockHoldState,
    WorkOrderState,
)
from orderflow.values import instant, whole

BATCH: Final = 100
"""How many documents are put away in one transaction."""

KINDS: Final = (
    "payment",
    "dispatch",
    "parcel",
    "return",
    "exchange",
    "reissue",
    "complaint",
    "carrier claim",
    "purchase",
    "work order",
    "stock hold",
    "invoice",
    "credit note",
    "order",
)
"""The kinds of documents that end; the others, such as lots, quotas and balances, go on."""

_Ended: TypeAlias = (
    OrderState
    | PaymentState
    | RequestState
    | ParcelState
    | ReturnState
    | ReplacementState
    | ComplaintState
    | CarrierClaimState
    | WorkOrderState
    | StockHoldState
)

_ENDED: Final[frozenset[_Ended]] = frozenset(
    {
        OrderState.ARCHIVED,
        OrderState.REJECTED,
        OrderState.CANCELLED,
        OrderState.EXPIRED,
        PaymentState.CAPTURED,
        PaymentState.PART_REFUNDED,
        PaymentState.REFUNDED,
        PaymentState.FAILED,
        PaymentState.VOIDED,
        PaymentState.EXPIRED,
        PaymentState.REMITTED,
        RequestState.CANCELLED,
        RequestState.REFUSED,
        RequestState.DONE,
        ParcelState.DELIVERED,
        ParcelState.CANCELLED,
        ParcelState.LOST,
        ParcelState.RETURNED,
        ReturnState.SETTLED,
        ReturnState.REJECTED,
        ReturnState.CANCELLED,
        ReplacementState.SETTLED,
        ReplacementState.REJECTED,
        ReplacementState.CANCELLED,
        ReplacementState.UNDONE,
        ComplaintState.GRANTED,
        ComplaintState.ANSWERED,
        ComplaintState.REJECTED,
        ComplaintState.WITHDRAWN,
        CarrierClaimState.PAID,
        CarrierClaimState.REJECTED,
        CarrierClaimState.WITHDRAWN,
        WorkOrderState.DONE,
        WorkOrderState.STOPPED,
        StockHoldState.USED,
        StockHoldState.RELEASED,
    }
)


class Archive(Store, Protocol):
    """A store that keeps what has ended apart from what goes on."""

    def quiet(
        self, tenant: str, kind: str, before: datetime, after: str, limit: int
    ) -> Iterator[Stored[Document]]:
        """The documents of a kind that were last changed before an instant and not put away.

        In the order of their ids, from behind `after`, at most `limit` of them.
        """
        ...

    def put_away(self, documents: Sequence[tuple[Ref[Document], int]]) -> int:
        """Put documents away that have still these versions; how many were."""
        ...


def is_at_rest(document: Document) -> bool:
    """Whether a document has ended, is on no hold, waits for nothing and owes nothing.

    An order rests when it is archived, or never came to anything; an invoice always does.
    """
    if holds_of(document) or next_due(document) is not None:
        return False
    match document:
        case Order():
            return document.state in _ENDED and not due(document)
        case Payment():
            return document.state in _ENDED and document.unapplied <= 0
        case Invoice() | CreditNote():
            return True
        case Dispatch() | Parcel() | Return() | Exchange() | Reissue() | Complaint():
            return document.state in _ENDED
        case CarrierClaim() | Purchase() | WorkOrder() | StockHold():
            return document.state in _ENDED
        case _:
            return False


def put_away(
    store: Archive, before: datetime, tenant: str = "", *, limit: int | None = None
) -> int:
    """Put away what has ended and was last changed before an instant; how many documents were.

    What is about orders leaves when all of them are at rest. At most `limit` leave, all by default;
    others may go on writing meanwhile, and what they change stays.
    """
    if not hasattr(store, "put_away"):
        raise TypeError(f"a store that can put documents away is wanted, not {store!r}")
    since = instant(before, "before")
    left = None if limit is None else whole(limit, "limit")
    away = 0
    for kind in KINDS:
        after = ""
        while left is None or away < left:
            page = tuple(store.quiet(tenant, kind, since, after, BATCH))
            if not page:
                break
            after = page[-1].value.ref.id
            ready = [(one.value.ref, one.version) for one in page if _may_leave(store, one.value)]
            away += store.put_away(ready if left is None else ready[: left - away])
    return away


def forget(
    store: Store, people: People, before: datetime, tenants: Collection[str] = ("",)
) -> tuple[str, ...]:
    """Erase what is known of customers whom nothing goes on with; their references, sorted.

    That is everybody who has orders, all of them put away, and none of them changed since an
    instant. `people` are of all `tenants` together: whoever has an order that goes on in one of
    them is kept. Orders and journal stay as they are, since they have nothing but the reference.
    """
    since = instant(before, "before")
    if isinstance(tenants, str) or not isinstance(tenants, Collection):
        raise BadInput("tenants", "a tuple of names is wanted")
    kept = {order.customer for order in _orders(store, tenants, archived=False)}
    found: set[str] = set()
    for order in _orders(store, tenants, archived=True):
        if order.customer not in kept and _last_changed(store, order) >= since:
            kept.add(order.customer)
        found.add(order.customer)
    gone = [one for one in sorted(found - kept) if people.get(one) is not None]
    for customer in gone:
        people.erase(customer)
    return tuple(gone)


def _orders(store: Store, tenants: Collection[str], *, archived: bool) -> Iterator[Order]:
    for tenant in tenants:
        for stored in every(store, Query("order", tenant, archived=archived)):
            if isinstance(stored.value, Order):
                yield stored.value


def _last_changed(store: Store, order: Order) -> datetime:
    return max(entry.at for entry in store.entries(0, order.ref))


def _may_leave(store: Archive, document: Document) -> bool:
    if not is_at_rest(document):
        return False
    for id in orders_of(document):
        order: Stored[Order] | None = store.load(Ref(document.ref.tenant, "order", id))
        if order is None or not is_at_rest(order.value):
            return False
    return True
