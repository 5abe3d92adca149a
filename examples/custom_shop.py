"""A small shop's day, in one SQLite file.

    python examples/custom_shop.py shop.sqlite

Run it twice: each command has a key, so the second run changes nothing. Only what had fallen due is
not told again, since the first run saw to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orderflow import (
    Location,
    Money,
    NewLine,
    NewOrder,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import audit
from orderflow.ports import Query
from orderflow.records import Order
from orderflow.states import UnitState
from orderflow.views import headline

LAMP, BELL = Sku("BRASS-LAMP"), Sku("SHIP-BELL")
PRICES = {LAMP: Price.of("49.90", "EUR"), BELL: Price.of("120.00", "EUR")}
RULES = Rules(locations=(Location("shop"), Location("attic", priority=1)))
OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Day:
    """A clock that every command puts forward by five minutes."""

    def __init__(self) -> None:
        self.at = OPENING

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=5)
        return self.at


def basket(customer: str, *wanted: tuple[Sku, int], cash: bool = False) -> NewOrder:
    """An order with a line for each thing wanted; unless it is cash, it is paid within an hour."""
    lines = tuple(NewLine(str(i), sku, n, PRICES[sku]) for i, (sku, n) in enumerate(wanted, 1))
    by = None if cash else OPENING + timedelta(hours=1)
    return NewOrder(customer, "EUR", lines, cash_on_delivery=cash, pay_by=by)


def send(shop: Workflow, order: str) -> None:
    """From the shelf to the carrier, in one parcel."""
    shop.allocate(order, key=f"allocate/{order}")
    shop.release(order, f"d-{order}", key=f"release/{order}")
    shop.pick(f"d-{order}", key=f"pick/{order}")
    shop.pack(f"p-{order}", (f"d-{order}",), key=f"pack/{order}")
    shop.hand_over(f"p-{order}", "post", f"RR-{order}", key=f"hand-over/{order}")


def live(shop: Workflow) -> Iterator[str]:
    """The day; what is worth telling of it."""
    for sku, place, n in ((LAMP, "shop", 3), (LAMP, "attic", 1), (BELL, "shop", 1)):
        shop.receive(Position(sku.code, place), n, key=f"stock/{sku.code}/{place}")

    shop.place("o-1", basket("c-1", (LAMP, 2)), key="place/o-1")
    shop.pay("pay-1", Money.of("99.80", "EUR"), (("o-1", 9980),), "card", key="pay/o-1")
    send(shop, "o-1")

    shop.place("o-2", basket("c-2", (BELL, 1), cash=True), key="place/o-2")
    send(shop, "o-2")

    shop.place("o-3", basket("c-3", (LAMP, 1)), key="place/o-3")  # and never pays

    shop.place("o-4", basket("c-4", (LAMP, 5), cash=True), key="place/o-4")
    shop.allocate("o-4", key="allocate/o-4")  # there are two; three wait for supply
    waiting = shop.order("o-4").lines[0].count(UnitState.BACKORDERED)
    yield f"o-4 waits for {waiting} lamps"

    shop.deliver("p-o-1", key="deliver/o-1")
    shop.ask_return("r-1", "o-1", (("1", 1),), "too bright", key="return/o-1")
    shop.receive_return("r-1", "shop", key="came-back/o-1")
    shop.inspect("r-1", key="inspect/o-1")
    back = shop.refund("o-1", key="refund/o-1").document
    yield f"o-1 keeps {Money(back.applied, 'EUR')}"

    shop.deliver("p-o-2", key="deliver/o-2")
    shop.collect_on_delivery("pay-2", "o-2", Money.of("120.00", "EUR"), key="collect/o-2")

    try:
        shop.cancel("o-2", key="cancel/o-2")
    except Refused as no:
        yield f"no: {no}"

    for due in shop.due(OPENING + timedelta(hours=8)):
        yield f"{due.ref}: {due.means}"
        shop.apply(due.call, key=f"due/{due.call.verb}/{due.ref}/{due.since}")


def main(path: Path) -> None:
    with SqliteStore(path) as store:
        shop = Workflow(store, RULES, clock=Day())
        for line in live(shop):
            print(line)
        for stored in store.find(Query("order")):
            order = stored.value
            if isinstance(order, Order):
                print(f"{order.ref.id}: {headline(order)}")
        laws = audit(store, rules=RULES, sample=100)
        print("all laws hold" if all(law.holds for law in laws) else laws)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "shop.sqlite"))
