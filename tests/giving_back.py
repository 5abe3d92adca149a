"""Many at once give back the same units: what each of them does, and what must have come of it."""

from __future__ import annotations

from collections import Counter as Tally
from typing import Final

from orderflow import ChargeKind, Money, NewCharge, NewOrder, Position, Rules, Workflow, verbs
from orderflow.calls import Call
from orderflow.errors import Refused
from orderflow.facts import Charged, CutMade, MoneyMoved
from orderflow.records import CutKind, Destination, Document, MoneyAccount
from orderflow.taxes import NET_BY_LINE, Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from tests.builders import LAMP, LEITH, MORNING, bag, line, new_order, owing
from tests.by_unit import cost_of, of_the_order

ORDERS: Final = ("o-1", "o-2", "o-3")
UNITS: Final = 14
ROUNDS: Final = 5
SHELF: Final = Position(LAMP.code, "leith")
FREIGHT: Final = 490
COIN: Final = Money(50, "EUR")
"""What is asked for a unit that is kept."""
VAT: Final = Taxing(Table("vat", (TaxRow("DE", Rate.of("VAT", "19")),)), NET_BY_LINE)
RULES: Final = Rules(locations=(LEITH,), taxing=VAT, tries_max=1_000)


def new() -> NewOrder:
    """Fourteen lamps with a discount that does not divide, freight, and tax."""
    charges = (NewCharge(ChargeKind.DISCOUNT, -1001), NewCharge(ChargeKind.FREIGHT, FREIGHT))
    lamps, to = line("1", LAMP, UNITS, "9.99"), Destination(region="DE")
    return tax_charges(new_order(lamps, charges=charges, destination=to), VAT, MORNING)


def deliver_all(shop: Workflow) -> None:
    """Each order is paid for by two payments, sent in two parcels, and invoiced."""
    shop.receive(SHELF, UNITS * len(ORDERS))
    for id in ORDERS:
        owed = owing(shop.place(id, new()).document)
        for i, part in enumerate((owed // 3, owed - owed // 3)):
            shop.pay(f"pay-{id}-{i}", Money(part, "EUR"), ((id, part),))
        shop.allocate(id)
        for i in range(2):
            parcel = f"p-{id}-{i}"
            shop.release(id, f"d-{parcel}", "leith", (("1", UNITS // 2),))
            shop.pick(f"d-{parcel}")
            shop.pack(parcel, (f"d-{parcel}",))
            shop.hand_over(parcel)
            shop.deliver(parcel)
        shop.invoice(id, "I")


def give_back(shop: Workflow, who: int, rounds: int) -> dict[str, int]:
    """Ask, receive, inspect, credit and refund: returns of one's own, and those of all the others.

    Of a unit that is kept a coin is asked without giving it back, and granted. What of all that was
    done, and how often.
    """
    done: Tally[str] = Tally()

    def tries(call: Call[Document]) -> None:
        try:
            shop.apply(call, key=f"{who}/{done['tried']}")
            done[call.verb] += 1
        except Refused as no:
            done[no.refusals[0].code] += 1
        done["tried"] += 1

    for i in range(rounds):
        for order in ORDERS:
            n = 1 + (i + who) % 2
            for id in (f"r-{order}-{i}-{who}", f"r-{order}-{i}"):
                tries(verbs.ask_return.on(id, order, (("1", n),), "too small"))
                tries(verbs.receive_return.on(id, "leith"))
                tries(verbs.inspect.on(id))
                asked = id.replace("r-", "q-")
                tries(verbs.ask_refund_only.on(asked, order, COIN, (("1", 1),)))
                tries(verbs.grant_complaint.on(asked))
            invoice = shop.order(order).invoices[0]
            tries(verbs.credit.on(invoice, "C"))
            tries(verbs.refund.on(order))
    return dict(done)


def assert_given_back_once(shop: Workflow, done: list[dict[str, int]]) -> None:
    """Each unit was asked back, given up, credited and paid back once; the freight is kept.

    What was granted without a return is no part of what went back with the unit later.
    """
    told: Tally[str] = Tally()
    for one in done:
        told.update(one)
    for code in ("too_many", "nothing_owed", "nothing_to_credit", "already_there"):
        assert told[code], f"nobody met another one: {told}"
    granted: Tally[str] = Tally()
    lowered = 0
    gone: Tally[tuple[str, int]] = Tally()
    paid_back: Tally[str] = Tally()
    for entry in shop.store.entries():
        granted[entry.call.ref.id] += entry.call.verb == "grant_complaint"
        for fact in entry.facts:
            if entry.call.verb == "grant_complaint" and isinstance(fact, Charged):
                lowered -= fact.charge.amount
            if isinstance(fact, CutMade) and fact.cut.kind is CutKind.GIVEN_UP:
                gone.update((fact.order.id, i) for i in range(fact.cut.start, fact.cut.stop))
            if isinstance(fact, MoneyMoved) and fact.target is MoneyAccount.REFUNDED:
                paid_back[fact.payment.id] += fact.amount
    assert set((+granted).values()) == {1}
    assert granted.total() == told["grant_complaint"] > len(ORDERS)
    assert 0 < lowered <= granted.total() * COIN.minor
    assert gone == {(id, i): 1 for id in ORDERS for i in range(UNITS)}
    for id in ORDERS:
        order = shop.order(id)
        assert bag(order) == {"returned": UNITS}
        freight = of_the_order(order)
        assert order.applied == cost_of(order) == freight > FREIGHT
        payments = [shop.payment(one.payment) for one in order.tenders]
        assert [paid_back[one.ref.id] for one in payments] == [one.refunded for one in payments]
        assert sum(one.captured - one.refunded for one in payments) == freight
        invoice = shop.invoiced(order.invoices[0])
        notes = [shop.credited(one).gross for one in order.credit_notes]
        assert sum(notes) == sum(one.refunded for one in payments) == invoice.gross - freight
