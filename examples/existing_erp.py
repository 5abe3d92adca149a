"""An ERP that keeps its own tables, and lets the library run its orders.

    python examples/existing_erp.py

The ERP's tables here are two dictionaries; its carrier is a function that it has had for years.
Two small pieces join them to the library:

- `Mirror` follows the journal and writes each changed order into the ERP's own table. It remembers
  how far it has read, so it may be run as often as one likes, and may be killed at any time.
- `OwnCarrier` is the ERP's carrier behind the library's protocol.

Here the library keeps its orders in memory; `SqliteStore("orders.sqlite")` in its place keeps them.
An ERP that wants the library to keep nothing of its own implements `Store` instead:
`docs/how-to/use-your-own-tables.md` says what each method must guarantee.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from orderflow import Money, NewLine, NewOrder, Position, Price, Ref, Sku, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.ports import Carrier, Label, Quote, Store
from orderflow.pricing import due
from orderflow.records import Document, Order, Parcel, Return
from orderflow.tracking import Scan
from orderflow.views import headline

Row = dict[str, str | int]


class Erp:
    """What the ERP had before: a table of orders, a table of settings, and a carrier."""

    def __init__(self) -> None:
        self.sales_orders: dict[str, Row] = {}
        self.settings: dict[str, int] = {}
        self.waybills: dict[str, str] = {}

    def book_van(self, reference: str) -> str:
        """The carrier that it has had for years; it knows nothing of keys."""
        number = f"VAN-{len(self.waybills) + 1:04}"
        self.waybills[reference] = number
        return number


class Mirror:
    """Writes what the journal tells into the ERP's table of orders."""

    def __init__(self, store: Store, erp: Erp) -> None:
        self.store = store
        self.erp = erp

    def catch_up(self) -> int:
        """Read on from where it stopped; how many orders were written.

        An order is written as it is now. Whoever is killed half-way writes some of them again.
        """
        changed: dict[Ref[Document], None] = {}
        last = self.erp.settings.get("orderflow_seq", 0)
        for entry in self.store.entries(last):
            last = entry.seq
            changed.update(dict.fromkeys(ref for ref, _ in entry.versions if ref.kind == "order"))
        for ref in changed:
            stored = self.store.load(ref)
            if stored is not None and isinstance(stored.value, Order):
                self.erp.sales_orders[ref.id] = row(stored.value)
        self.erp.settings["orderflow_seq"] = last
        return len(changed)


def row(order: Order) -> Row:
    """An order as the ERP's screens show it."""
    return {
        "customer": order.customer,
        "status": headline(order).value,
        "status_zh": headline(order).zh,
        "units": sum(line.n for line in order.lines),
        "open_amount": due(order),
        "currency": order.currency,
    }


class OwnCarrier:
    """The ERP's carrier behind the library's protocol: the same key gives the same label."""

    def __init__(self, erp: Erp) -> None:
        self.erp = erp

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        return (Quote("van", 590, "EUR", 2),)

    def book(self, parcel: Parcel, key: str) -> Label:
        number = self.erp.waybills.get(key) or self.erp.book_van(key)
        return Label("van", number, parcel.ref.id)

    def book_return(self, returned: Return, key: str) -> Label:
        number = self.erp.waybills.get(key) or self.erp.book_van(key)
        return Label("van", number, returned.ref.id)

    def cancel(self, label: Label, key: str) -> None:
        for reference, number in tuple(self.erp.waybills.items()):
            if number == label.tracking:
                del self.erp.waybills[reference]

    def track(self, number: str) -> Sequence[Scan]:
        return ()


def ship(flow: Workflow, carrier: Carrier, order: str, parcel: str) -> None:
    """Pack what is allocated and send it. The carrier is called between two commands.

    Whatever is killed here can be started again: each command and the booking have their keys.
    """
    flow.release(order, f"d-{parcel}", key=f"{parcel}/release")
    flow.pick(f"d-{parcel}", key=f"{parcel}/pick")
    packed = flow.pack(parcel, (f"d-{parcel}",), key=f"{parcel}/pack").document
    label = carrier.book(packed, key=f"{parcel}/book")
    flow.hand_over(parcel, label.carrier, label.tracking, key=f"{parcel}/hand-over")


def main() -> None:
    erp = Erp()
    store = MemoryStore()
    flow = Workflow(store, clock=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    mirror, carrier = Mirror(store, erp), OwnCarrier(erp)

    flow.receive(Position("BRASS-LAMP", "leith"), 10)
    lamps = NewLine("1", Sku("BRASS-LAMP"), 2, Price.of("10.00", "EUR"))
    flow.place("so-100", NewOrder("c-7", "EUR", (lamps,)))
    flow.place("so-101", NewOrder("c-8", "EUR", (lamps,)))
    print(mirror.catch_up(), erp.sales_orders["so-100"]["status"])

    flow.pay("pay-100", Money.of("20.00", "EUR"), (("so-100", 2000),))
    flow.allocate("so-100")
    ship(flow, carrier, "so-100", "p-100")
    ship(flow, carrier, "so-100", "p-100")  # again, as after a crash: nothing happens twice
    print(mirror.catch_up(), erp.sales_orders["so-100"])
    print(mirror.catch_up(), erp.waybills)


if __name__ == "__main__":
    main()
