"""A clean store holds every law; a store that was tampered with says where."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest

from orderflow import ChargeKind, Money, NewCharge, NewLine, Position, Price, Ref, Rules, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import Law, audit, reconcile
from orderflow.audit.books import LISTED_MAX
from orderflow.conditions import Verdict
from orderflow.facts import Moved
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.payments import Notice
from orderflow.ports import Books, Query, Store
from orderflow.records import (
    Application,
    Claim,
    Counter,
    Cut,
    CutKind,
    Document,
    Line,
    MatterKind,
    Request,
    RequestKind,
    Span,
    Spot,
    Tender,
)
from orderflow.states import RequestState, UnitState, WorkOrderState
from tests.builders import BELL, LAMP, MORNING, ROPE, TEA, TWO_PLACES, Clock, Shop, eur, new_order

D = TypeVar("D", bound=Document)
Laws = Mapping[str, Law]

LEITH_LAMPS = Position("BRASS-LAMP", "leith")
YORK_LAMPS = Position("BRASS-LAMP", "york")
LEITH_BELLS = Position("SHIP-BELL", "leith")


def checked(store: Store, **more: Any) -> Laws:
    """The laws of a store by name."""
    return {law.name: law for law in audit(store, **more)}


def broken(store: Store, **more: Any) -> list[str]:
    """The names of the laws that do not hold."""
    return [law.name for law in audit(store, **more) if not law.holds]


# --- a busy week --------------------------------------------------------------------------------


@cache
def busy_shop() -> Shop:
    """A shop in which everything has happened at least once. No test changes it."""
    shop = Shop(MemoryStore())
    for location in ("leith", "york"):
        shop.stock(LAMP, location, 40)
        shop.stock(BELL, location, 10)
        shop.stock(ROPE, location, 100_000)
        shop.stock(TEA, location, 5_000)
    shop.stock(LAMP, "leith", 5, lot="L-7", owner="brass & sons")

    discounted = (NewCharge(ChargeKind.DISCOUNT, -700), NewCharge(ChargeKind.FREIGHT, 490))
    shop.sell("o-17", (LAMP, 5), (BELL, 2), charges=discounted)
    shop.cancel("o-17", (("1", 1),), "one too many")
    shop.allocate("o-17")
    shop.ship("o-17", "p-17", lines=(("1", 3),))
    shop.ship("o-17", "p-18")
    shop.deliver("p-17")
    shop.deliver("p-18")
    shop.ask_return("r-17", "o-17", (("1", 2), ("2", 1)))
    shop.receive_return("r-17", "york")
    shop.inspect("r-17", (("1", 1, Verdict.DAMAGED), ("1", 1, Verdict.SECOND)))
    shop.inspect("r-17", (("2", 1, Verdict.REJECTED),))
    shop.refund("o-17")

    shop.sell("o-18", (LAMP, 4))
    shop.reserve("o-18")
    shop.sell("o-19", (LAMP, 3), (BELL, 1))
    shop.allocate("o-19")
    shop.pack_up("o-19", "p-19", lines=(("1", 2),))

    shop.sell_and_ship("o-20", "p-20", (LAMP, 2))  # lost for good
    shop.lose("p-20")
    shop.cancel("o-20")
    shop.refund("o-20")
    shop.sell_and_ship("o-21", "p-21", (BELL, 2))  # lost, and looked for
    shop.lose("p-21")
    shop.sell_and_deliver("o-22", "p-22", (LAMP, 3))
    shop.report_missing("o-22", (("1", 1),))
    shop.sell_and_ship("o-23", "p-23", (TEA, 1_318))  # refused at the door
    shop.turn_back("p-23")
    shop.receive_back("p-23", "york")
    shop.sell_and_ship("o-24", "p-24", (TEA, 500))
    shop.turn_back("p-24")

    shop.place("o-25", new_order((ROPE, 2_500), cash_on_delivery=True))
    shop.allocate("o-25")
    shop.ship("o-25", "p-25")
    shop.deliver("p-25")
    shop.collect_on_delivery("pay-25", "o-25", eur(500))
    shop.remit("pay-25", eur(200))

    shop.place("o-26", new_order((BELL, 1)))
    shop.place("o-27", new_order((BELL, 1)))
    shop.pay("pay-26", eur(10_000), (("o-26", 4_550), ("o-27", 4_550)))
    shop.pay_back("pay-26", eur(400))
    shop.charge_back("pay-26", eur(4_550), "o-27")
    shop.await_payment("pay-27", eur(100), expires_at=shop.clock.at + timedelta(hours=1))
    shop.clock.forward(hours=2)
    shop.expire_payment("pay-27")
    shop.record_notice("pay-27", Notice.CAPTURED, eur(100))

    shop.set_limit("first-orders", 3)
    shop.hold_stock("h-1", Position("first-orders"), 1)
    shop.hold_stock("h-2", LEITH_LAMPS, 2, shop.clock.at + timedelta(minutes=15))
    shop.hold_stock("h-3", YORK_LAMPS, 2, shop.clock.at + timedelta(days=9))
    shop.hold_stock("h-4", LEITH_BELLS, 1, shop.clock.at + timedelta(minutes=15))
    shop.confirm_stock_hold("h-4")
    shop.hold_stock("h-5", YORK_LAMPS, 1)
    shop.clock.forward(hours=1)
    shop.hold_stock("h-6", LEITH_LAMPS, 1)  # gives h-2 back, which has run out
    shop.place("o-28", new_order((LAMP, 1)), ("h-5",))

    shop.expect("s-1", LEITH_BELLS, 20, shop.clock.at + timedelta(days=3))
    shop.sell("o-29", (BELL, 6))
    shop.sell("o-30", (BELL, 9))
    shop.reserve("o-29", "s-1")
    shop.reserve("o-30", "s-1")
    shop.receive_supply("s-1", 12)
    shop.allocate("o-29", (("1", 2),))
    shop.cancel("o-30", (("1", 5),))
    shop.free_surplus("s-1")
    shop.receive_supply("s-1", 3, last=True)

    shop.count(LEITH_LAMPS, 1)  # below what is claimed there
    shop.record_breakage(LEITH_BELLS, 1)
    return shop


class Tampered:
    """A store that shows other documents, books or entries than it holds."""

    def __init__(
        self,
        store: Store,
        documents: Mapping[Ref[Document], Stored[Document] | None] | None = None,
        books: Books | None = None,
        entries: tuple[Entry, ...] | None = None,
    ) -> None:
        self.store = store
        self.documents = documents or {}
        self.shown_books = books
        self.shown_entries = entries

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        return self.store.load(ref)

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        everything = attrs.evolve(query, after="", limit=1_000_000)
        found: dict[Ref[Document], Stored[Document] | None] = {
            stored.value.ref: stored for stored in self.store.find(everything)
        }
        found |= {ref: other for ref, other in self.documents.items() if ref.kind == query.kind}
        kept = (found[ref] for ref in sorted(found) if ref.id > query.after)
        yield from [stored for stored in kept if stored is not None][: query.limit]

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        return self.store.counters(tenant, skus, at)

    def over_committed(self, tenant: str, at: datetime) -> tuple[Counter, ...]:
        return self.store.over_committed(tenant, at)

    def claims(self, tenant: str, position: Position) -> tuple[Claim, ...]:
        return self.store.claims(tenant, position)

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        return self.store.counters_at(tenant, location, at)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        return self.store.claims_of(tenant, skus, at)

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        shown = self.shown_books
        return self.store.books(tenant, sku, location) if shown is None else shown

    def seen(self, tenant: str, key: str) -> Entry | None:
        return self.store.seen(tenant, key)

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        if self.shown_entries is None:
            yield from self.store.entries(after, ref)
            return
        for entry in self.shown_entries:
            if entry.seq > after and (ref is None or ref in dict(entry.versions)):
                yield entry

    def commit(self, change: Change) -> Committed:
        return self.store.commit(change)


def with_document(old: D, new: D) -> Store:
    store = busy_shop().store
    stored = store.load(old.ref)
    assert stored is not None
    return Tampered(store, {old.ref: Stored(new, stored.version)})


def with_order(id: str, **other: Any) -> Store:
    order = busy_shop().order(id)
    return with_document(order, attrs.evolve(order, **other))


def with_line(id: str, change: Callable[[Line], Line]) -> Store:
    """The order's first line is another."""
    lines = busy_shop().order(id).lines
    return with_order(id, lines=(change(lines[0]), *lines[1:]))


def with_spots(id: str, change: Callable[[tuple[Spot, ...]], tuple[Spot, ...]]) -> Store:
    return with_line(id, lambda line: attrs.evolve(line, spots=change(line.spots)))


def with_cuts(id: str, *more: Cut) -> Store:
    return with_line(id, lambda line: attrs.evolve(line, cuts=(*line.cuts, *more)))


def with_payment(id: str, **other: Any) -> Store:
    payment = busy_shop().payment(id)
    return with_document(payment, attrs.evolve(payment, **other))


def asked(kind: RequestKind, amount: int) -> Request:
    return Request(f"{kind}-1", kind, amount, busy_shop().clock.at)


def with_matter(kind: MatterKind, position: Position, more: int) -> Store:
    books = busy_shop().store.books("")
    matter = {**books.matter, (kind, position): books.matter.get((kind, position), 0) + more}
    return Tampered(busy_shop().store, books=attrs.evolve(books, matter=matter))


def with_counter(position: Position, *, there: int = 0, claimed: int = 0) -> Store:
    books = busy_shop().store.books("")
    assert any(row.position == position for row in books.counters)
    counters = tuple(
        Counter(position, row.there + there, row.claimed + claimed)
        if row.position == position
        else row
        for row in books.counters
    )
    return Tampered(busy_shop().store, books=attrs.evolve(books, counters=counters))


def with_claims(change: Callable[[Claim], Claim | None], *more: Claim) -> Store:
    books = busy_shop().store.books("")
    kept = (change(claim) for claim in books.claims)
    claims = (*(claim for claim in kept if claim is not None), *more)
    return Tampered(busy_shop().store, books=attrs.evolve(books, claims=claims))


def without_claims_of(id: str) -> Store:
    return with_claims(lambda claim: None if claim.holder.id == id else claim)


def with_claims_of(id: str, **other: Any) -> Store:
    return with_claims(
        lambda claim: attrs.evolve(claim, **other) if claim.holder.id == id else claim
    )


def with_entries(change: Callable[[list[Entry]], list[Entry]]) -> Store:
    entries = list(busy_shop().store.entries())
    return Tampered(busy_shop().store, entries=tuple(change(entries)))


def with_entry(verb: str, id: str, change: Callable[[Entry], Entry]) -> Store:
    """The first entry of that verb on that document is another."""

    def changed(entries: list[Entry]) -> list[Entry]:
        i = entries.index(entry_of(verb, id))
        return [*entries[:i], change(entries[i]), *entries[i + 1 :]]

    return with_entries(changed)


def entry_of(verb: str, id: str) -> Entry:
    entries = busy_shop().store.entries()
    return next(one for one in entries if (one.call.verb, one.call.ref.id) == (verb, id))


# --- clean --------------------------------------------------------------------------------------


@pytest.mark.feature("F188")
def test_a_store_in_which_everything_has_happened_holds_every_law() -> None:
    shop = busy_shop()

    laws = audit(shop.store, rules=TWO_PLACES, sample=1_000)

    assert [law.breaches for law in laws] == [()] * 7
    assert all(law.holds and law.checked for law in laws)
    assert [law.name for law in laws] == [
        "units",
        "goods",
        "claims",
        "money",
        "journal",
        "lookups",
        "questions",
    ]


def test_an_empty_store_holds_every_law() -> None:
    laws = audit(MemoryStore(), rules=TWO_PLACES, sample=10)

    assert all(law.holds for law in laws)
    assert {law.checked for law in laws} == {0}


def test_each_law_says_in_a_sentence_what_it_has_looked_at() -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", 1_200)
    shop.sell("o-17", (LAMP, 1_100))
    shop.allocate("o-17")

    laws = checked(shop.store, rules=TWO_PLACES, sample=2)

    assert laws["units"].figure == "1,100 units in 1 lines of 1 orders"
    assert laws["goods"].figure == "1,200 units sellable; 2 accounts of 1 SKUs"
    assert laws["claims"].figure == ("1,100 units in 1 claims at 1 positions; over-committed: none")
    assert laws["money"].figure == (
        "1 payments of 1 orders; EUR: 11,000.00 captured, 11,000.00 applied, "
        "0.00 unapplied, 0.00 refunded, 0.00 charged back"
    )
    assert laws["journal"].figure == "9 facts in 4 entries fold to 2 documents"
    assert laws["questions"].figure == "2 of 4 run again; 0 more were decided under other rules"


def test_one_tenant_is_looked_at_and_no_other() -> None:
    store, clock = MemoryStore(), Clock()
    for tenant, n in (("brass & sons", 3), ("ropewalk", 4)):
        shop = Shop(store, tenant=tenant, clock=clock)
        shop.stock(LAMP, "leith", 9)
        shop.sell("o-17", (LAMP, n))

    laws = {one: checked(store, tenant=one) for one in ("brass & sons", "ropewalk", "nobody")}

    assert all(law.holds for one in laws.values() for law in one.values())
    assert [one["units"].figure for one in laws.values()] == [
        "3 units in 1 lines of 1 orders",
        "4 units in 1 lines of 1 orders",
        "0 units in 0 lines of 0 orders",
    ]


def test_documents_are_found_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audit(busy_shop().store)
    monkeypatch.setattr("orderflow.ports.PAGE", 2)

    paged = audit(busy_shop().store)

    assert paged == whole


def test_a_currency_has_its_own_decimals_in_the_figure() -> None:
    shop = Shop(MemoryStore())
    price = Price.of(250, "JPY")
    new = attrs.evolve(new_order(), currency="JPY", lines=(NewLine("1", LAMP, 3, price),))
    shop.place("o-17", new)
    shop.pay("pay-17", Money(750, "JPY"), (("o-17", 750),))

    assert "JPY: 750 captured, 750 applied" in checked(shop.store)["money"].figure


# --- units --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tamper", "said"),
    (
        pytest.param(
            lambda: with_spots("o-18", lambda spots: (attrs.evolve(spots[0], n=5), *spots[1:])),
            "order o-18 line 1: its spots sum to 5, not to 4",
            id="a unit too many",
        ),
        pytest.param(
            lambda: with_spots("o-18", lambda spots: (*spots, Spot(UnitState.OPEN, 0))),
            "order o-18 line 1: a spot of 0 units open",
            id="an empty spot",
        ),
        pytest.param(
            lambda: with_spots(
                "o-18", lambda spots: (attrs.evolve(spots[0], n=3), attrs.evolve(spots[0], n=1))
            ),
            "order o-18 line 1: two spots reserved in the same slice",
            id="two spots that should be one",
        ),
        pytest.param(
            lambda: with_line("o-17", lambda line: attrs.evolve(line, cuts=line.cuts[1:])),
            "order o-17 line 1: 2 indices are given up, 3 units cancelled or returned",
            id="a cut is lost",
        ),
        pytest.param(
            lambda: with_cuts("o-18", Cut(CutKind.GIVEN_UP, 3, 4, "cancel")),
            "order o-18 line 1: 1 indices are given up, 0 units cancelled or returned",
            id="a cut for a unit that is kept",
        ),
        pytest.param(
            lambda: with_cuts("o-17", Cut(CutKind.GIVEN_UP, 4, 5, "cancel")),
            "order o-17 line 1: index 4 is given up twice",
            id="given up twice",
        ),
        pytest.param(
            lambda: with_cuts("o-17", Cut(CutKind.BILLED, 0, 1, "p-18")),
            "order o-17 line 1: index 0 is billed twice",
            id="billed twice",
        ),
        pytest.param(
            lambda: with_cuts("o-18", Cut(CutKind.BILLED, 3, 5, "p-99")),
            "order o-18 line 1: indices 3 to 5 are billed, of 4",
            id="indices that the line does not have",
        ),
        pytest.param(
            lambda: with_cuts("o-18", Cut(CutKind.BILLED, 0, 2, "p-99")),
            "order o-18 line 1: bill p-99: 2 indices, 0 units are on it",
            id="a bill for units that are not on it",
        ),
        pytest.param(
            lambda: with_spots(
                "o-22",
                lambda spots: tuple(
                    attrs.evolve(spot, slice=attrs.evolve(spot.slice, invoice="p-99"))
                    for spot in spots
                ),
            ),
            "order o-22 line 1: bill p-99: 0 indices, 3 units are on it",
            id="units on a bill that has no indices",
        ),
    ),
)
def test_a_bag_that_is_wrong_is_named(tamper: Callable[[], Store], said: str) -> None:
    store = tamper()

    law = checked(store)["units"]

    assert not law.holds
    assert said in law.breaches


@pytest.mark.parametrize(
    ("kind", "state"), (("purchase", UnitState.BUYING), ("work order", UnitState.MAKING))
)
def test_units_and_who_is_asked_for_them_name_each_other(kind: str, state: UnitState) -> None:
    shop = Shop(MemoryStore())
    shop.sell("o-17", (LAMP, 4))
    shop.plan_to_buy("o-17", (("1", 2),))
    shop.plan_to_make("o-17", (("1", 2),))
    shop.purchase("1", ("o-17",), "mill", "leith")
    shop.plan_production("1", ("o-17",), "leith")
    shop.start_production("1")
    order = shop.order("o-17")
    (one,) = order.lines
    away = tuple(
        attrs.evolve(spot, state=UnitState.OPEN) if spot.state is state else spot
        for spot in one.spots
    )
    without = attrs.evolve(order, lines=(attrs.evolve(one, spots=away),))
    done: Document = attrs.evolve(shop.bought("1"), state=RequestState.DONE)
    if kind == "work order":
        done = attrs.evolve(shop.work_order("1"), state=WorkOrderState.DONE)

    idle = Tampered(shop.store, {order.ref: Stored(without, 9)})
    lost = Tampered(shop.store, {done.ref: Stored(done, 9)})

    assert checked(shop.store)["units"].holds
    assert checked(idle)["units"].breaches == (f"{kind} 1 is under way for no unit",)
    assert checked(lost)["units"].breaches == (f"{kind} 1 has units, and is not under way",)


# --- goods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tamper", "said"),
    (
        pytest.param(
            lambda: with_counter(LEITH_BELLS, there=1),
            ("SHIP-BELL at leith: 21 there, 20 by the journal", "SHIP-BELL: its accounts sum to 1"),
            id="a bell on the shelf from nowhere",
        ),
        pytest.param(
            lambda: with_matter(MatterKind.STAGED, LEITH_LAMPS, -1),
            (
                "BRASS-LAMP at leith: 1 staged, 2 by the journal",
                "BRASS-LAMP at leith: 1 staged, 2 in the bags of the orders",
                "BRASS-LAMP: its accounts sum to -1, not to 0",
            ),
            id="a lamp gone from the stage",
        ),
        pytest.param(
            lambda: with_matter(MatterKind.QUARANTINE, Position("SHIP-BELL", "york"), 2),
            ("SHIP-BELL at york: 2 quarantine, 0 by the journal",),
            id="an account that nobody opened",
        ),
        pytest.param(
            lambda: with_spots(
                "o-19",
                lambda spots: tuple(
                    attrs.evolve(spot, slice=attrs.evolve(spot.slice, location="york"))
                    for spot in spots
                ),
            ),
            (
                "BRASS-LAMP at leith: 2 staged, 0 in the bags of the orders",
                "BRASS-LAMP at york: 0 staged, 2 in the bags of the orders",
            ),
            id="packed units that stand elsewhere",
        ),
        pytest.param(
            lambda: with_spots(
                "o-22",
                lambda spots: tuple(attrs.evolve(spot, n=spot.n + 1) for spot in spots),
            ),
            (
                "BRASS-LAMP at leith: 4 customer, 5 in the bags of the orders",
                # two more are lost for good, with an order that was cancelled
            ),
            id="more delivered than the customers have",
        ),
        pytest.param(
            lambda: with_spots(
                "o-21", lambda spots: tuple(attrs.evolve(spot, n=spot.n + 1) for spot in spots)
            ),
            ("SHIP-BELL at leith: 2 carrier, 3 in the bags of the orders",),
            id="more lost than the carrier owes",
        ),
    ),
)
def test_goods_that_are_wrong_are_named(tamper: Callable[[], Store], said: tuple[str, ...]) -> None:
    store = tamper()

    law = checked(store)["goods"]

    for words in said:
        assert any(breach.startswith(words) for breach in law.breaches), law.breaches


def test_what_stays_lost_when_its_order_is_cancelled_is_no_breach() -> None:
    shop = busy_shop()
    in_bags = sum(
        spot.n
        for order in ("o-20", "o-22")
        for _, spot in shop.order(order).units()
        if spot.state in (UnitState.LOST, UnitState.MISSING)
    )

    lost = shop.matter(MatterKind.CARRIER, LAMP)

    assert (in_bags, lost) == (1, 3)
    assert checked(shop.store)["goods"].holds


# --- claims -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tamper", "said"),
    (
        pytest.param(
            lambda: with_counter(YORK_LAMPS, claimed=1),
            "BRASS-LAMP at york: 4 claimed, its claims sum to 3",
            id="a counter that no claim explains",
        ),
        pytest.param(
            lambda: without_claims_of("o-18"),
            "order o-18 claims 0 of BRASS-LAMP at leith, not 4",
            id="an order's claim is gone",
        ),
        pytest.param(
            lambda: with_claims_of("o-18", n=3),
            "order o-18 claims 3 of BRASS-LAMP at leith, not 4",
            id="an order claims less than it was promised",
        ),
        pytest.param(
            lambda: with_claims_of("o-18", position=YORK_LAMPS),
            "order o-18 claims 4 of BRASS-LAMP at york, not 0",
            id="an order claims elsewhere",
        ),
        pytest.param(
            lambda: with_claims(
                lambda claim: claim, Claim(Ref("", "order", "o-99"), LEITH_LAMPS, 1)
            ),
            "order o-99 claims 1 of BRASS-LAMP at leith, not 0",
            id="an order that nobody knows claims",
        ),
        pytest.param(
            lambda: with_claims(
                lambda claim: claim, Claim(Ref("", "order", "o-17"), LEITH_LAMPS, 0)
            ),
            "order o-17 claims 0 of BRASS-LAMP at leith, not 0",
            id="a claim of nothing",
        ),
        pytest.param(
            lambda: without_claims_of("h-3"),
            "stock hold h-3 claims 0 of BRASS-LAMP at york, not 2",
            id="a hold is gone that has not run out",
        ),
        pytest.param(
            lambda: without_claims_of("h-4"),
            "stock hold h-4 claims 0 of SHIP-BELL at leith, not 1",
            id="a hold is gone that was confirmed",
        ),
        pytest.param(
            lambda: without_claims_of("h-1"),
            "stock hold h-1 claims 0 of first-orders, not 1",
            id="a use of a pool is gone",
        ),
        pytest.param(
            lambda: with_claims_of("h-3", until=None),
            "stock hold h-3 claims BRASS-LAMP at york until None, not 2026-03-11",
            id="a hold no longer runs out",
        ),
        pytest.param(
            lambda: without_claims_of("s-1"),
            "supply s-1 claims 0 of SHIP-BELL at leith (supply s-1), not",
            id="a supply row no longer keeps what it has given away",
        ),
        pytest.param(
            lambda: with_counter(Position("first-orders"), there=1),
            "first-orders: 4 there, 3 by the journal",
            id="a pool that grew by itself",
        ),
        pytest.param(
            lambda: with_counter(LEITH_BELLS._replace(peg="s-1"), there=-1),
            "SHIP-BELL at leith (supply s-1): ",
            id="a supply row that promises less than was announced",
        ),
    ),
)
def test_a_claim_that_is_wrong_is_named(tamper: Callable[[], Store], said: str) -> None:
    store = tamper()

    law = checked(store)["claims"]

    assert any(breach.startswith(said) for breach in law.breaches), law.breaches


def test_a_supply_row_that_keeps_more_than_it_was_promised_is_named() -> None:
    kept = busy_shop().supply("s-1").earmarked
    assert kept > 0
    store = with_claims(
        lambda claim: (
            attrs.evolve(claim, n=claim.n + 1)
            if (claim.holder.kind, claim.position) == ("supply", LEITH_BELLS)
            else claim
        )
    )

    law = checked(store)["claims"]

    assert f"supply s-1 claims {kept + 1} of SHIP-BELL at leith, not {kept}" in law.breaches


def test_a_hold_that_has_run_out_may_be_given_back_or_not() -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", 3)
    shop.hold_stock("h-1", LEITH_LAMPS, 2, shop.clock.at + timedelta(minutes=15))
    shop.clock.forward(hours=1)
    shop.set_limit("first-orders", 3)
    kept = checked(shop.store)["claims"]

    shop.hold_stock("h-2", LEITH_LAMPS, 3)

    assert kept.figure.startswith("2 units in 1 claims")
    assert checked(shop.store)["claims"].figure.startswith("3 units in 1 claims")
    assert kept.holds
    assert checked(shop.store)["claims"].holds


def test_claims_beyond_what_is_there_are_listed_and_are_no_breach() -> None:
    law = checked(busy_shop().store)["claims"]

    assert law.holds
    assert "; over-committed: BRASS-LAMP at leith by 5" in law.figure


def test_a_long_list_of_over_committed_positions_is_cut_off() -> None:
    shop = Shop(MemoryStore())
    for i in range(LISTED_MAX + 2):
        at = Position(f"LAMP-{i:02}", "leith")
        shop.receive(at, 1)
        shop.hold_stock(f"h-{i}", at, 1)
        shop.count(at, 0)

    law = checked(shop.store)["claims"]

    assert law.holds
    assert law.figure.endswith("LAMP-19 at leith by 1, and 2 positions more")


# --- money --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tamper", "said"),
    (
        pytest.param(
            lambda: with_payment("pay-o-18", captured=4_001),
            "payment pay-o-18: 4001 captured, its parts are 4000",
            id="a cent captured that is nowhere",
        ),
        pytest.param(
            lambda: with_payment("pay-26", refunded=800),
            "payment pay-26: 10000 captured, its parts are 10400",
            id="money that went back twice",
        ),
        pytest.param(
            lambda: with_payment("pay-26", disputed=90_000),
            "payment pay-26: 90000 in dispute of 4550 charged back",
            id="more in dispute than was taken back",
        ),
        pytest.param(
            lambda: with_payment("pay-26", requests=(asked(RequestKind.REFUND, 401),)),
            "payment pay-26: 401 asked back of gateways, 400 refunded",
            id="more asked back than has left the books",
        ),
        pytest.param(
            lambda: with_payment("pay-o-18", requests=(asked(RequestKind.CAPTURE, 4_001),)),
            "payment pay-o-18: 4001 asked of gateways, 4000 to be had",
            id="more asked for than was authorised",
        ),
        pytest.param(
            lambda: with_payment(
                "pay-o-18", requests=(attrs.evolve(asked(RequestKind.CAPTURE, 1), booked=4_001),)
            ),
            "payment pay-o-18: 4001 brought by requests, 4000 captured",
            id="more told to have come than has",
        ),
        pytest.param(
            lambda: with_payment("pay-o-18", unapplied=-5_000, refunded=5_000),
            "payment pay-o-18: 5000 refunded of 4000 captured",
            id="more refunded than came in",
        ),
        pytest.param(
            lambda: with_payment("pay-o-18", applications=(Application("o-18", 3_999),)),
            "payment pay-o-18, order o-18: 3999 applied, the order has 4000",
            id="payment and order disagree",
        ),
        pytest.param(
            lambda: with_payment("pay-o-18", applications=(), unapplied=4_000),
            "order o-18: 4000 of payment pay-o-18, which has nothing applied to it",
            id="an order rests on a payment that does not know it",
        ),
        pytest.param(
            lambda: with_order("o-18", tenders=()),
            "payment pay-o-18, order o-18: 4000 applied, the order has 0",
            id="an order does not know its payment",
        ),
        pytest.param(
            lambda: with_order("o-18", tenders=(Tender("pay-o-18", -1),)),
            "order o-18: -1 minor units of payment pay-o-18",
            id="a tender below zero",
        ),
        pytest.param(
            lambda: with_payment("pay-o-18", currency="SEK"),
            "payment pay-o-18, order o-18: in SEK, the order in EUR",
            id="another currency",
        ),
        pytest.param(
            lambda: with_order(
                "o-18",
                charges=tuple(
                    attrs.evolve(charge, amount=4_001)
                    for charge in busy_shop().order("o-18").charges
                ),
            ),
            "order o-18 charge goods: 4001, its spans sum to 4000",
            id="a charge that its spans do not carry",
        ),
        pytest.param(
            lambda: with_order(
                "o-18",
                charges=tuple(
                    attrs.evolve(charge, spans=(Span("1", 0, 5, 4_000),))
                    for charge in busy_shop().order("o-18").charges
                ),
            ),
            "order o-18 charge goods: no indices 0 to 5 of 1",
            id="a span beyond its line",
        ),
        pytest.param(
            lambda: with_order(
                "o-18",
                charges=tuple(
                    attrs.evolve(charge, spans=(Span("2", 0, 4, 4_000),))
                    for charge in busy_shop().order("o-18").charges
                ),
            ),
            "order o-18 charge goods: no indices 0 to 4 of 2",
            id="a span of no line",
        ),
    ),
)
def test_money_that_is_wrong_is_named(tamper: Callable[[], Store], said: str) -> None:
    store = tamper()

    law = checked(store)["money"]

    assert any(breach.startswith(said) for breach in law.breaches), law.breaches


def paid_and_taken_back(*deeds: str) -> Shop:
    """A payment of 10.00 that is refunded and charged back, in this order."""
    shop = Shop(MemoryStore())
    shop.pay("pay-1", eur(1000), ())
    for deed in deeds:
        if deed == "refund":
            shop.pay_back("pay-1")
        else:
            shop.charge_back("pay-1", eur(1000))
    return shop


def test_a_bank_may_take_back_what_was_refunded_before() -> None:
    assert checked(paid_and_taken_back("refund", "charge back").store)["money"].holds


def test_a_refund_of_what_a_bank_had_taken_back_is_named() -> None:
    store = paid_and_taken_back("refund", "charge back").store
    came, refunded, taken = store.entries()
    swapped = (came, attrs.evolve(taken, seq=2), attrs.evolve(refunded, seq=3))

    law = checked(Tampered(store, entries=swapped))["money"]

    assert law.breaches == ("payment pay-1: 1000 refunded by entry 3, 1000 more than was left",)


def test_a_forfeited_deposit_that_was_paid_out_beside_a_bank_is_named() -> None:
    shop = Shop(MemoryStore())
    shop.place("o-17", new_order((LAMP, 10)))
    shop.take_deposit("pay-1", eur(10000), eur(3000), (("o-17", 3000),))
    shop.pay_balance("pay-1", eur(2000), (("o-17", 2000),))
    shop.open_balance("pay-1", shop.clock.at)
    shop.miss_balance("pay-1")
    shop.forfeit_deposit("pay-1")
    shop.refund("o-17")
    shop.charge_back("pay-1", eur(2000))
    *before, refunded, taken = shop.store.entries()
    n = refunded.seq
    swapped = (*before, attrs.evolve(taken, seq=n), attrs.evolve(refunded, seq=n + 1))

    law = checked(Tampered(shop.store, entries=swapped))["money"]

    said = f"payment pay-1: 2000 refunded by entry {n + 1}, 2000 more than was left"
    assert said in law.breaches


def test_units_that_carry_less_than_their_line_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderflow.audit.money.carried", lambda line, charges, ranges: 0)

    law = checked(busy_shop().store)["money"]

    assert "order o-18 line 1: its units carry 0, its spans 4000" in law.breaches


# --- journal ------------------------------------------------------------------------------------


def test_a_document_that_is_not_what_its_facts_give_is_named_with_its_fields() -> None:
    store = with_order("o-18", customer="c-9", priority=3)

    law = checked(store)["journal"]

    assert law.breaches == ("order o-18: its facts give another customer, priority",)
    assert broken(store) == ["journal", "lookups"]


def test_a_wrong_version_is_named() -> None:
    shop = busy_shop()
    order = shop.order("o-18")

    law = checked(Tampered(shop.store, {order.ref: Stored(order, 9)}))["journal"]

    assert law.breaches == ("order o-18: version 9, 3 by the journal",)


def test_a_document_that_the_store_has_lost_is_named() -> None:
    shop = busy_shop()

    law = checked(Tampered(shop.store, {shop.parcel("p-17").ref: None}))["journal"]

    assert law.breaches == ("parcel p-17: in the journal, and not in the store",)


def test_a_document_without_a_journal_is_named() -> None:
    shop = busy_shop()
    stray = attrs.evolve(shop.parcel("p-17"), ref=Ref("", "parcel", "p-99"))

    law = checked(Tampered(shop.store, {stray.ref: Stored(stray, 1)}))["journal"]

    assert law.breaches == ("parcel p-99: in the store, and not in the journal",)


def test_a_lost_entry_leaves_a_gap_in_the_versions() -> None:
    gone = entry_of("deliver", "p-17")
    store = with_entries(lambda entries: [entry for entry in entries if entry != gone])

    law = checked(store)["journal"]

    assert any(
        breach.startswith("order o-17: entry ") and "makes version" in breach
        for breach in law.breaches
    ), law.breaches
    assert any(breach.startswith("parcel p-17: ") for breach in law.breaches)


def test_entries_out_of_order_are_named() -> None:
    store = with_entries(lambda entries: [entries[1], entries[0], *entries[2:]])

    law = checked(store)["journal"]

    assert law.breaches == ("entry 1 comes after entry 2",)


def test_a_key_that_comes_twice_is_named() -> None:
    key = entry_of("place", "o-18").key
    store = with_entry("place", "o-19", lambda entry: attrs.evolve(entry, key=key))

    law = checked(store)["journal"]

    assert law.breaches == (
        f"entry {entry_of('place', 'o-19').seq}: key {key} for the second time",
    )


def test_a_fact_that_does_not_fold_is_named_with_its_entry() -> None:
    def moved_too_many(entry: Entry) -> Entry:
        facts = tuple(
            attrs.evolve(fact, n=99) if isinstance(fact, Moved) else fact for fact in entry.facts
        )
        return attrs.evolve(entry, facts=facts)

    store = with_entry("reserve", "o-18", moved_too_many)

    law = checked(store)["journal"]

    seq = entry_of("reserve", "o-18").seq
    assert len(law.breaches) == 1
    assert law.breaches[0].startswith(f"order o-18: entry {seq} does not fold: ")


def test_a_change_without_a_version_and_a_version_without_a_fact_are_named() -> None:
    def other(entry: Entry) -> Entry:
        return attrs.evolve(entry, versions=((Ref("", "order", "o-19"), 2),))

    store = with_entry("reserve", "o-18", other)

    law = checked(store)["journal"]

    seq = entry_of("reserve", "o-18").seq
    assert f"order o-18: changed by entry {seq} without a version" in law.breaches
    assert f"order o-19: changed by entry {seq} without a fact" in law.breaches


def test_equal_values_in_other_bytes_are_named_when_bytes_are_compared() -> None:
    def encode(document: Document) -> bytes:
        return repr(document).encode()

    line = busy_shop().order("o-18").lines[0]
    same = attrs.evolve(line, price=Decimal("10.0000"))
    store = with_line("o-18", lambda _: same)

    assert same == line
    assert checked(store)["journal"].holds
    assert checked(store, encode=encode)["journal"].breaches == (
        "order o-18: its facts give the same values in other bytes",
    )
    assert checked(busy_shop().store, encode=encode)["journal"].holds


# --- questions ----------------------------------------------------------------------------------


def test_without_rules_no_question_is_run_again() -> None:
    law = checked(busy_shop().store, sample=50)["questions"]

    assert (law.checked, law.breaches) == (0, ())
    assert law.figure == "none run again: no rules were given"


def test_questions_of_other_rules_are_counted_and_not_run() -> None:
    law = checked(busy_shop().store, rules=Rules(split=False), sample=50)["questions"]

    entries = sum(1 for _ in busy_shop().store.entries())
    assert law.checked == 0
    assert law.figure == f"0 of 0 run again; {entries} more were decided under other rules"


@pytest.mark.parametrize("sample", (0, 1, 7))
def test_a_sample_is_of_the_size_that_was_asked_for(sample: int) -> None:
    law = checked(busy_shop().store, rules=TWO_PLACES, sample=sample)["questions"]

    assert law.checked == sample
    assert law.holds


def test_another_seed_draws_other_questions_and_the_same_seed_the_same() -> None:
    def lies(entries: list[Entry]) -> list[Entry]:
        return [attrs.evolve(entry, facts=entry.facts[:-1]) for entry in entries]

    store = with_entries(lies)

    drawn = [
        checked(store, rules=TWO_PLACES, sample=5, seed=seed)["questions"] for seed in range(4)
    ]

    assert len({law.breaches for law in drawn}) > 1
    assert drawn[0] == checked(store, rules=TWO_PLACES, sample=5, seed=0)["questions"]


def test_a_question_that_gives_other_facts_is_named() -> None:
    place = entry_of("place", "o-18")
    store = with_entry("place", "o-18", lambda entry: attrs.evolve(entry, facts=entry.facts[:-1]))

    law = checked(store, rules=TWO_PLACES, sample=1_000)["questions"]

    assert f"entry {place.seq}, place on order o-18: gives other facts" in law.breaches


def test_a_question_that_is_now_refused_is_named_with_the_reason() -> None:
    hand_over = entry_of("hand_over", "p-17")

    def of_another(entry: Entry) -> Entry:
        call = attrs.evolve(entry.call, ref=Ref("", "parcel", "p-99"))
        return attrs.evolve(entry, call=call)

    store = with_entry("hand_over", "p-17", of_another)

    law = checked(store, rules=TWO_PLACES, sample=1_000)["questions"]

    said = f"entry {hand_over.seq}, hand_over on parcel p-99: there is no parcel p-99"
    assert said in law.breaches


def test_a_question_that_nobody_understands_any_more_is_named() -> None:
    def unknown(entry: Entry) -> Entry:
        return attrs.evolve(entry, call=attrs.evolve(entry.call, verb="polish"))

    store = with_entry("place", "o-18", unknown)

    law = checked(store, rules=TWO_PLACES, sample=1_000)["questions"]

    seq = entry_of("place", "o-18").seq
    assert law.breaches == (f"entry {seq}, polish on order o-18: there is no verb polish",)


# --- lookups ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "breach"),
    (
        ("set next_due = null where id = 'o-1'", "order o-1 is not found by what falls due"),
        ("set headline = 'shipped' where id = 'o-1'", "order o-1 is not found by awaiting payment"),
        ("set customer = 'c-8' where id = 'o-1'", "order o-1 is not found by c-7"),
        ("set number = 'N-9' where id = 'o-1'", "order o-1 is not found by N-1"),
        ("set next_due = 1 where id = 'o-2'", "order o-2 is found by what falls due"),
        ("set holds = null where id = 'o-1'", "order o-1 is not found by its holds"),
        ("set holds = null where id = 'o-1'", "order o-1 is not found by hold fraud"),
        ("set holds = char(10) || 'fraud' || char(10)", "order o-2 is found by its holds"),
        ("set holds = char(10) || 'fraud' || char(10)", "order o-2 is found by hold fraud"),
    ),
)
def test_a_document_that_is_not_found_by_what_it_says_breaks_the_law(
    change: str, breach: str, tmp_path: Path
) -> None:
    path = tmp_path / "orders.sqlite"
    with SqliteStore(path) as store:
        shop = Workflow(store, clock=Clock())
        limit = MORNING + timedelta(days=1)
        shop.place("o-1", new_order((LAMP, 1), pay_by=limit, channel="web", number="N-1"))
        shop.place("o-2", new_order((LAMP, 1)))
        shop.hold("o-1", "fraud", "an unusual amount")
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"update document {change}")
        database.commit()

    with SqliteStore(path) as store:
        (law,) = (law for law in audit(store) if law.name == "lookups")

    assert breach in law.breaches


def test_what_is_no_store_is_not_checked_and_says_what_is_wanted(shop: Shop) -> None:
    host: Any = Workflow(shop.store)

    with pytest.raises(TypeError, match="a Store is wanted"):
        audit(host)
    with pytest.raises(TypeError, match="a store that can be mended is wanted"):
        reconcile(host)
