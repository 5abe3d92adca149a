"""A remittance file of many rows with planted faults, and the shop that it is held against.

What is planted is written down as it is planted, apart from what the library says of it.
"""

from __future__ import annotations

import os
from random import Random
from typing import Final

from orderflow import NewLine, NewOrder, Price, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.remittances import Fault, Remittance, RemittanceRow
from tests.builders import LAMP, TWO_PLACES, Clock, eur

ROWS: Final = int(os.environ.get("ORDERFLOW_REMITTANCE", "1000"))
"""How many parcels are in the file; `make laws` asks for 10,000."""

FAULTS_EACH: Final = ROWS // 400 or 1
"""How many faults of each of the eight kinds: 200 in all of 10,000 rows."""

Found = set[tuple[int, str, Fault]]


def bookkeeping() -> Workflow:
    return Workflow(MemoryStore(), TWO_PLACES, clock=Clock())


def fee_of(cash: int) -> int:
    """0.50 and one in a hundred, the half up."""
    return 50 + (cash + 50) // 100


def planted(shop: Workflow) -> tuple[Workflow, Remittance, Found]:
    """The shop with the cash of many doors, the file about it, and the faults that are in it.

    Every tenth order is paid back, in part or wholly, between the door and the remittance.
    """
    chance = Random(7)
    parcels = ROWS - FAULTS_EACH  # two kinds add a row, one takes one away
    faulty = iter(chance.sample(range(parcels), 7 * FAULTS_EACH))
    wrong = {next(faulty): fault for fault in OF_PARCELS for _ in range(FAULTS_EACH)}
    said: list[tuple[str, int, int, Fault | None]] = []
    missing: Found = set()
    for i in range(parcels):
        fault, n = wrong.get(i), i % 3 + 1
        order, payment, parcel, cash = f"o-{i}", f"pay-{i}", f"p-{i}", n * 1995
        fee = fee_of(cash)
        line = NewLine("1", LAMP, n, Price.of("19.95", "EUR"))
        shop.place(order, NewOrder("c-7", "EUR", (line,), cash_on_delivery=True))
        shop.expect_cash(payment, order, eur(cash), parcel)
        if fault is Fault.REFUSED_YET_REMITTED:
            shop.void_payment(payment, "refused at the door")
        else:
            shop.collect_on_delivery(payment, order, eur(cash))
        if fault is Fault.REMITTED_BEFORE:
            shop.remit(payment, eur(cash), eur(fee), "R-6", i + 2)
        if fault is None and i % 10 == 0:
            shop.cancel(order, (("1", chance.randint(1, n)),))
            shop.refund(order)
        if fault is Fault.MISSING:
            missing.add((0, parcel, fault))
        else:
            off = {Fault.SHORT: -chance.randint(1, 900), Fault.OVER: chance.randint(1, 900)}
            kept = fee + (chance.choice((-30, 45)) if fault is Fault.WRONG_FEE else 0)
            whole = cash + off.get(fault or Fault.MISSING, 0)
            said.append((parcel, whole, kept, None if fault is Fault.TWICE else fault))
            if fault is Fault.TWICE:
                said.append((parcel, whole, kept, fault))
    said += [(f"T-{i}", 1000, 60, Fault.UNKNOWN_PARCEL) for i in range(FAULTS_EACH)]
    chance.shuffle(said)
    rows = tuple(RemittanceRow(at, *one[:3]) for at, one in enumerate(said, 2))
    found = {(at, one[0], one[3]) for at, one in enumerate(said, 2) if one[3]}
    return shop, Remittance("R-7", "EUR", rows), _second_is_twice(rows, found) | missing


OF_PARCELS: Final = tuple(fault for fault in Fault if fault is not Fault.UNKNOWN_PARCEL)


def _second_is_twice(rows: tuple[RemittanceRow, ...], found: Found) -> Found:
    """Of two rows about one parcel the later one is one too many, whichever was planted."""
    last = {row.parcel: row.row for row in rows}
    return {
        (last[parcel] if fault is Fault.TWICE else row, parcel, fault)
        for row, parcel, fault in found
    }
