"""A remittance file of many rows with planted faults, and the shop that it is held against.

Its parcels are packed, handed over, delivered, shared by two orders, refused or on their road; its
rows name them by id, by waybill or by their order. What is planted is written down as it is
planted, apart from what the library says of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

import attrs

from orderflow import NewLine, NewOrder, Price, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.remittances import FindingKind, Remittance, RemittanceRow
from orderflow.values import Position
from tests.builders import LAMP, TWO_PLACES, Clock, eur

ROWS: Final = 10_000
"""How many rows are in the file."""

FAULTS_EACH: Final = 25
"""How many faults of each of the eight kinds there are at least: 200 in all."""

PRICE: Final = 1995

Found = list[tuple[int, str, FindingKind]]
Orders = tuple[tuple[str, int], ...]
"""The orders of a parcel, each with its units."""


def bookkeeping(clock: Clock) -> Workflow:
    return Workflow(MemoryStore(), TWO_PLACES, clock=clock)


def fee_of(cash: int) -> int:
    """0.50 and one in a hundred, the half up."""
    return 50 + (cash + 50) // 100


@attrs.frozen
class Said:
    """A row before the file is shuffled: what it names, and what is wrong with it.

    Of two rows about one parcel the later one is one too many, whichever was planted.
    """

    name: str
    cash: int
    fee: int
    faults: tuple[FindingKind, ...] = ()
    parcel: int = -1


@attrs.frozen
class Planted:
    """A shop, the file about its cash, what is wrong with it, and the payments that stay owed."""

    shop: Workflow
    file: Remittance
    faults: Found
    owing: set[str]
    beside: set[str]  # what the carrier has collected and the file is not about


class Carrier:
    """A shop that sends parcels with a carrier, and what the carrier says of their cash."""

    def __init__(self, shop: Workflow) -> None:
        self.shop = shop
        self.chance = Random(7)
        self.said: list[Said] = []
        self.missing: Found = []
        self.owing: set[str] = set()
        self.two_faults = FAULTS_EACH // 3  # so many rows are too small and have a wrong fee
        shop.receive(Position(LAMP.code, "leith"), 4 * ROWS)

    def ship(self, i: int, orders: Orders, carrier: str = "acme") -> None:
        """A parcel on its road, with a payment at its door for each of its orders."""
        shop, parcel = self.shop, f"p-{i}"
        for order, n in orders:
            self.place(order, n)
            shop.allocate(order)
            shop.release(order, f"d-{order}")
            shop.pick(f"d-{order}")
        shop.pack(parcel, tuple(f"d-{order}" for order, _ in orders))
        for order, n in orders:
            shop.expect_cash(f"pay-{order}", order, eur(n * PRICE), parcel if i % 4 else "")
        shop.hand_over(parcel, carrier, f"T-{i}")

    def place(self, order: str, n: int) -> None:
        line = NewLine("1", LAMP, n, Price.of("19.95", "EUR"))
        self.shop.place(order, NewOrder("c-7", "EUR", (line,), cash_on_delivery=True))

    def collect(self, orders: Orders) -> None:
        for order, n in orders:
            self.shop.collect_on_delivery(f"pay-{order}", order, eur(n * PRICE))

    def bring(self, i: int, fault: FindingKind | None) -> None:
        """A parcel, what becomes of it, and what the carrier says of it."""
        n = i % 3 + 1
        orders: Orders = ((f"o-{i}", n), *(((f"o-{i}b", 1),) if i % 11 == 5 else ()))
        if fault is None and i % 3:  # a host who keeps his parcels elsewhere
            self.place(f"o-{i}", n)
            self.shop.expect_cash(f"pay-o-{i}", f"o-{i}", eur(n * PRICE), f"p-{i}")
            self.collect(orders[:1])
            self.say(i, orders[:1], None)
            return
        self.ship(i, orders)
        if fault is FindingKind.REFUSED_YET_REMITTED:
            self.shop.turn_back(f"p-{i}", "refused")
        else:
            self.shop.deliver(f"p-{i}")
            if fault or i % 7 != 3:  # else the file is the first to say that it was collected
                self.collect(orders)
        if fault is FindingKind.REMITTED_BEFORE:
            for order, count in orders:
                self.shop.remit(f"pay-{order}", eur(count * PRICE), None, "R-6", i + 2)
        elif fault is None and i % 5 == 0 and i % 7 != 3:
            self.send_back(*orders[0])
        if fault in (
            FindingKind.MISSING,
            FindingKind.SHORT,
            FindingKind.OVER,
            FindingKind.WRONG_FEE,
        ):
            self.owing |= {f"pay-{order}" for order, _ in orders}
        self.say(i, orders, fault)

    def send_back(self, order: str, n: int) -> None:
        """A customer sends units back, and has his money before the carrier has handed it over."""
        back = f"r-{order}"
        self.shop.ask_return(back, order, (("1", self.chance.randint(1, n)),))
        self.shop.receive_return(back, "leith")
        self.shop.inspect(back)
        self.shop.refund(order)

    def say(self, i: int, orders: Orders, fault: FindingKind | None) -> None:
        """The rows about a parcel: one, none or two."""
        cash = sum([n for _, n in orders]) * PRICE
        fee, chance = fee_of(cash), self.chance
        faults: tuple[FindingKind, ...] = (fault,) if fault else ()
        names = (f"p-{i}", *([f"T-{i}"] if fault or i % 3 == 0 else ()), f"o-{i}")
        name = names[i % (len(names) - (len(orders) > 1))]  # no order is all of a shared parcel
        if fault is FindingKind.MISSING:
            self.missing += [(0, f"p-{i}", fault) for _ in orders]
            return
        if fault is FindingKind.SHORT:
            cash -= chance.randint(1, 900)
            if self.two_faults:
                self.two_faults -= 1
                fee, faults = fee + 45, (FindingKind.SHORT, FindingKind.WRONG_FEE)
        elif fault is FindingKind.OVER:
            cash += chance.randint(1, 900)
        elif fault is FindingKind.WRONG_FEE:
            fee += chance.choice((-30, 45))
        if fault is FindingKind.TWICE:
            self.said.append(Said(name, cash, fee, (), i))
            name = f"T-{i}"
        self.said.append(Said(name, cash, fee, faults, i))


OF_PARCELS: Final = tuple(fault for fault in FindingKind if fault is not FindingKind.UNKNOWN_PARCEL)


def planted(clock: Clock) -> Planted:
    """The shop with the cash of many doors, the file about it, and what is wrong with it.

    Beside what is in the file there are parcels that are on their road, of another carrier, and
    delivered after the day of the file: nothing is missing of them.
    """
    shop = bookkeeping(clock)
    carrier = Carrier(shop)
    wrong = [fault for fault in OF_PARCELS for _ in range(FAULTS_EACH)]
    for _ in range(carrier.two_faults):
        wrong.remove(FindingKind.WRONG_FEE)
    at = dict(
        zip(carrier.chance.sample(range(ROWS - 2 * FAULTS_EACH), len(wrong)), wrong, strict=True)
    )
    i = 0
    while len(carrier.said) < ROWS - FAULTS_EACH:
        carrier.bring(i, at.get(i))
        i += 1
    until = clock.at
    others = range(i, i + FAULTS_EACH)
    for i in others:
        orders: Orders = ((f"o-{i}", 1),)
        carrier.ship(i, orders, "sea mail" if i % 3 == 0 else "acme")
        if i % 3 == 1:
            clock.forward(days=1)
        if i % 3 < 2:
            shop.deliver(f"p-{i}")
            carrier.collect(orders)
    said = [*carrier.said]
    said += [
        Said(f"T-none-{i}", 1000, 60, (FindingKind.UNKNOWN_PARCEL,)) for i in range(FAULTS_EACH)
    ]
    carrier.chance.shuffle(said)
    rows = tuple(RemittanceRow(i, one.name, one.cash, one.fee) for i, one in enumerate(said, 2))
    file = Remittance("R-7", "EUR", rows, "acme", until)
    beside_it = {f"pay-o-{i}" for i in others}
    return Planted(shop, file, [*_found(said), *carrier.missing], carrier.owing, beside_it)


def _found(said: list[Said]) -> Iterator[tuple[int, str, FindingKind]]:
    last = {one.parcel: i for i, one in enumerate(said, 2)}
    for i, one in enumerate(said, 2):
        for fault in one.faults:
            at = last[one.parcel] if fault is FindingKind.TWICE else i
            yield at, said[at - 2].name, fault
