"""A small house for checks: its goods, its orders, and the changes that workflows hand to stores.

It knows how to make what stores and wires are asked with, and refuses to know what they answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

import attrs

from orderflow.agreed import NewLine, NewOrder
from orderflow.books import postings
from orderflow.calls import Call, Ref
from orderflow.facts import Claimed, Fact, Posted
from orderflow.journal import Change, Entry, Stored
from orderflow.money import Price
from orderflow.ports import Books, Query, Store, every
from orderflow.records import KINDS, Document, MatterKind, Transfer
from orderflow.rules import Location, Rules
from orderflow.testing.kit.passing import Passing
from orderflow.values import Position, Sku
from orderflow.workflow import Workflow

MORNING: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When the clock of a check stands, unless it is put forward."""

LAMP: Final = Sku("BRASS-LAMP")
BELL: Final = Sku("SHIP-BELL")
LAMPS: Final = Position("BRASS-LAMP", "leith")
BELLS: Final = Position("SHIP-BELL", "leith")
ROPES: Final = Position("HEMP-ROPE", "york")
POOL: Final = Position("SPRING-QUOTA")
RULES: Final = Rules(locations=(Location("leith"), Location("york", 1)))


class FixedClock:
    """A clock that stands still until it is put forward."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The time that it shows."""
        return self.at

    def forward(self, **span: float) -> datetime:
        """Put it forward by days, hours, minutes or seconds."""
        self.at += timedelta(**span)
        return self.at


class CountedIds:
    """Keys and ids that count: `k-1`, `k-2`, and so on."""

    def __init__(self, prefix: str = "k-") -> None:
        self._prefix = prefix
        self._n = 0

    def __call__(self) -> str:
        """The next one."""
        self._n += 1
        return f"{self._prefix}{self._n}"


def order_of(
    *wanted: tuple[Sku, int],
    price: str = "10.00",
    customer: str = "c-7",
    channel: str = "",
    shop: str = "",
    number: str = "",
    cash_on_delivery: bool = False,
    pay_by: datetime | None = None,
) -> NewOrder:
    """An order in euro with a line for each thing wanted, named 1, 2, 3; `price` is of a unit."""
    lines = tuple(
        NewLine(str(i), sku, n, Price.of(price, "EUR", sku.per))
        for i, (sku, n) in enumerate(wanted, 1)
    )
    return NewOrder(
        customer,
        "EUR",
        lines,
        channel=channel,
        shop=shop,
        number=number,
        cash_on_delivery=cash_on_delivery,
        pay_by=pay_by,
    )


def holder(id: str, tenant: str = "") -> Ref[Document]:
    """The name of a stock hold."""
    return Ref(tenant, "stock hold", id)


def goods(position: Position, n: int) -> Posted:
    """The fact that so many units have come in from a supplier."""
    source = (MatterKind.SUPPLIER, Position(position.sku))
    return Posted(Transfer(*source, MatterKind.SELLABLE, position, n))


def claims(id: str, *positions: Position, n: int = 1, until: datetime | None = None) -> list[Fact]:
    """The facts that a hold claims so many units at each of these positions, in this order."""
    return [Claimed(holder(id), position, n, until) for position in positions]


def of_books(
    *facts: Fact, key: str = "k-books", at: datetime = MORNING, tenant: str = "", by: str = ""
) -> Change:
    """A change of the books alone."""
    call: Call[Document] = Call("receive", Ref(tenant, "stock", "books"), (("n", 1),))
    return Change(key, call, by, at, "", (), facts, (), (), postings(facts))


class _Handed(BaseException):
    """A change that was about to be committed; nothing in the library catches it."""

    def __init__(self, change: Change) -> None:
        super().__init__(change)
        self.change = change


class _Catching(Passing):
    def commit(self, change: Change) -> NoReturn:
        raise _Handed(change)


def change_of(
    store: Store,
    call: Call[Any],
    *,
    key: str = "k-change",
    at: datetime = MORNING,
    by: str = "",
    rules: Rules = RULES,
) -> Change:
    """The change that a workflow would hand to the store for this call, on what it reads now."""
    house = Workflow(_Catching(store), rules, tenant=call.ref.tenant, clock=lambda: at)
    try:
        house.apply(call, key=key, by=by)
    except _Handed as handed:
        return handed.change
    raise ValueError(f"key {key} was seen before")


@attrs.frozen
class Everything:
    """All that a store shows of a tenant, to be compared."""

    documents: tuple[Stored[Document], ...]
    books: Books
    entries: tuple[Entry, ...]


def everything(store: Store, tenant: str = "") -> Everything:
    """Read all that a store shows of a tenant; the journal is that of all tenants."""
    return Everything(tuple(documents(store, tenant)), store.books(tenant), tuple(store.entries()))


def documents(store: Store, tenant: str = "") -> Iterator[Stored[Document]]:
    """Every document of a tenant, kind by kind."""
    for kind in KINDS:
        yield from every(store, Query(kind, tenant, archived=True))
