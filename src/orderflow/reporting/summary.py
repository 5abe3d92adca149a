"""What became of a store's orders, as figures.

It knows how to count documents, and refuses to know how the figures look.

What stands in the store is counted there; what does not (a refusal changes nothing, so nobody
wrote it down) is handed in by whoever asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import attrs

from orderflow.calls import Ref
from orderflow.ports import Query, Store, every
from orderflow.pricing import due
from orderflow.records import Document, MatterKind, Order, Parcel, Payment, Return
from orderflow.states import UnitState
from orderflow.views import Headline, headline


@attrs.frozen
class RefusedFor:
    """How many commands were refused for a reason, and its sentence in one of them."""

    code: str
    n: int
    sentence: str


@attrs.frozen
class MoneyFlow:
    """Money of one currency, in minor units: asked for, in, back again, and what is left of it."""

    currency: str
    ordered: int
    captured: int
    refunded: int
    charged_back: int
    due: int

    @property
    def kept(self) -> int:
        """What came in and did not go back."""
        return self.captured - self.refunded - self.charged_back


@attrs.frozen
class Summary:
    """A store's orders in figures; pairs are (name, count), in the order in which to show them.

    `months` counts the orders placed in each, `shipments` the orders by how many of their parcels
    have left, `stock` the goods on each kind of account.
    """

    orders: int
    lines: int
    headlines: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    shipments: tuple[tuple[int, int], ...]
    months: tuple[tuple[str, int], ...]
    returns: tuple[tuple[str, int], ...]
    stock: tuple[tuple[str, int], ...]
    money: tuple[MoneyFlow, ...]
    refusals: tuple[RefusedFor, ...] = ()

    @property
    def parcels(self) -> int:
        """How many shipments have left, counted once for each order that is in them."""
        return sum(times * n for times, n in self.shipments)

    @property
    def split_permille(self) -> int:
        """Of a thousand orders of which anything left, how many left in more than one shipment."""
        left = sum(n for times, n in self.shipments if times)
        split = sum(n for times, n in self.shipments if times > 1)
        return 1000 * split // left if left else 0


def summarise(store: Store, tenant: str = "", refusals: Sequence[RefusedFor] = ()) -> Summary:
    """Count a tenant's documents."""
    headlines: Counter[str] = Counter()
    units: Counter[str] = Counter()
    months: Counter[str] = Counter()
    orders: dict[Ref[Order], int] = {}
    flows: dict[str, Counter[str]] = {}
    lines = 0
    for document in _all(store, "order", tenant):
        if isinstance(document, Order):
            orders[document.ref] = 0
            lines += len(document.lines)
            headlines[headline(document)] += 1
            months[document.placed_at.strftime("%Y-%m")] += 1
            for _, spot in document.units():
                units[spot.state] += spot.n
            flow = flows.setdefault(document.currency, Counter())
            flow["ordered"] += sum(charge.amount for charge in document.charges)
            flow["due"] += max(0, due(document))
    for document in _all(store, "parcel", tenant):
        if isinstance(document, Parcel) and document.handed_over_at is not None:
            for name in document.orders:
                orders[Ref(tenant, "order", name)] += 1
    for document in _all(store, "payment", tenant):
        if isinstance(document, Payment):
            flow = flows.setdefault(document.currency, Counter())
            flow["captured"] += document.captured
            flow["refunded"] += document.refunded
            flow["charged_back"] += document.charged_back
    returns = Counter(
        str(document.state)
        for document in _all(store, "return", tenant)
        if isinstance(document, Return)
    )
    return Summary(
        orders=len(orders),
        lines=lines,
        headlines=tuple((one.value, headlines[one]) for one in Headline if headlines[one]),
        units=tuple((one.value, units[one]) for one in UnitState if units[one]),
        shipments=tuple(sorted(Counter(orders.values()).items())),
        months=tuple(sorted(months.items())),
        returns=tuple(sorted(returns.items())),
        stock=_stock(store, tenant),
        money=tuple(_flow(currency, flow) for currency, flow in sorted(flows.items())),
        refusals=tuple(sorted(refusals, key=lambda one: (-one.n, one.code))),
    )


def _flow(currency: str, flow: Counter[str]) -> MoneyFlow:
    return MoneyFlow(
        currency,
        flow["ordered"],
        flow["captured"],
        flow["refunded"],
        flow["charged_back"],
        flow["due"],
    )


def _stock(store: Store, tenant: str) -> tuple[tuple[str, int], ...]:
    """The goods on each kind of account; what is outside and owed to nobody counts below zero."""
    books = store.books(tenant)
    stands: Counter[MatterKind] = Counter()
    for counter in books.counters:
        if counter.position.location and not counter.position.peg:
            stands[MatterKind.SELLABLE] += counter.there
    for (kind, _), n in books.matter.items():
        stands[kind] += n
    return tuple((kind.value, stands[kind]) for kind in MatterKind if stands[kind])


def _all(store: Store, kind: str, tenant: str) -> Iterator[Document]:
    return (stored.value for stored in every(store, Query(kind, tenant, archived=True)))
