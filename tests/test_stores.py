"""What every store promises, clause by clause, on each store that there is."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, Final, cast

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    KeyReused,
    MoveRefused,
    OutcomeUnknown,
    Position,
    Ref,
    Refused,
    RetryExhausted,
    Rules,
    Short,
    Stale,
    Workflow,
)
from orderflow.adapters import reading, schema
from orderflow.adapters import sqlite as sqlite_adapter
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.allocation import allocate
from orderflow.audit import audit, reconcile
from orderflow.books import postings
from orderflow.calls import Call
from orderflow.errors import OrderflowError, StoreUnavailable
from orderflow.facts import Claimed, Limited, Moved, Posted
from orderflow.fulfilment import hand_over
from orderflow.grants import Kept
from orderflow.inventory import confirm_stock_hold, receive
from orderflow.journal import VERBS, Case, Change, Context, Entry
from orderflow.mending import Mendable, MendClaimed, MendMatter, MendThere
from orderflow.orders import hold, place
from orderflow.payments import Notice
from orderflow.ports import Books, People, Query, Store
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import (
    PLAIN,
    Claim,
    Counter,
    Document,
    MatterKind,
    Order,
    Slice,
    Transfer,
)
from orderflow.states import UnitState
from tests.builders import (
    BELL,
    LAMP,
    MORNING,
    ROPE,
    TWO_PLACES,
    Clock,
    Shop,
    assert_laws,
    eur,
    everything,
    line,
    new_order,
)
from tests.stores import empty

LAMPS: Final = Position("BRASS-LAMP", "leith")
BELLS: Final = Position("SHIP-BELL", "leith")
ROPES: Final = Position("HEMP-ROPE", "york")
QUOTA: Final = Position("SPRING-QUOTA")
TICK: Final = timedelta(microseconds=1)
AN_HOUR: Final = MORNING + timedelta(hours=1)


def prepared(
    store: Store,
    call: Call[Any],
    *,
    key: str = "k-prepared",
    at: datetime = MORNING,
    by: str = "",
) -> Change:
    """The change that a workflow would hand to the store, for this call, on what it reads now."""
    case = Case(call.ref, store, at)
    step = VERBS[call.verb].function(case, Context(at, by, TWO_PLACES), **dict(call.args))
    after = step.after
    versions = {ref: 0 if read is None else read.version for ref, read in case.read.items()}
    return Change(
        key,
        call,
        by,
        at,
        TWO_PLACES.fingerprint,
        case.figures,
        tuple(step.facts),
        tuple((after[ref], versions[ref]) for ref in sorted(case.read) if ref in after),
        tuple((ref, versions[ref]) for ref in sorted(case.read) if ref not in after),
        postings(step.facts),
    )


def of_books(*facts: Any, key: str = "k-books", at: datetime = MORNING) -> Change:
    """A change of the books alone."""
    call: Call[Document] = Call("receive", Ref("", "stock", "books"), (("n", 1),))
    return Change(key, call, "", at, "", (), facts, (), (), postings(facts))


def goods(position: Position, n: int) -> Posted:
    supplier = Position(position.sku)
    return Posted(Transfer(MatterKind.SUPPLIER, supplier, MatterKind.SELLABLE, position, n))


def holder(id: str) -> Ref[Document]:
    return Ref("", "stock hold", id)


def refuses(store: Store, change: Change, error: type[OrderflowError]) -> OrderflowError:
    """A refused change leaves nothing behind, not even its key."""
    before = everything(store)
    seen = store.seen("", change.key)
    with pytest.raises(error) as caught:
        store.commit(change)
    assert everything(store) == before
    assert store.seen("", change.key) == seen
    return caught.value


# --- load and find ------------------------------------------------------------------------------


def test_a_document_is_loaded_with_the_number_of_commands_that_changed_it(any_shop: Shop) -> None:
    placed = any_shop.place("o-17", new_order((LAMP, 2))).document
    held = any_shop.hold("o-17", "check", "an odd address").document

    stored = any_shop.store.load(placed.ref)

    assert stored is not None
    assert (stored.value, stored.version) == (held, 2)


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.load(Ref("", "order", "o-17")) is None
    assert list(store.find(Query("order"))) == []
    assert store.counters("", ["BRASS-LAMP"], MORNING) == ()
    assert store.over_committed("", MORNING) == ()
    assert store.claims("", LAMPS) == ()
    assert store.books("") == Books((), {}, ())
    assert store.seen("", "k-1") is None
    assert list(store.entries()) == list(store.entries(0, Ref("", "order", "o-17"))) == []


def test_a_kind_and_a_tenant_are_part_of_the_name(store: Store) -> None:
    for tenant in ("north", "south"):
        house = Workflow(store, tenant=tenant, clock=Clock())
        house.place("17", new_order((LAMP, 1), customer=tenant, number="7"))
        house.await_payment("17", eur(1))

    for tenant in ("north", "south"):
        ref: Ref[Order] = Ref(tenant, "order", "17")
        order = store.load(ref)
        assert order is not None
        assert order.value.customer == tenant
        assert store.load(Ref(tenant, "payment", "17")) is not None
    assert store.load(Ref("", "order", "17")) is None


@pytest.fixture
def gallery(any_shop: Shop) -> Shop:
    """Orders and payments of every sort, and those of another tenant beside them."""
    other = Workflow(any_shop.store, tenant="south", clock=any_shop.clock)
    other.place("o-1", new_order((LAMP, 1), channel="web", number="77", pay_by=AN_HOUR))
    soon, later = AN_HOUR, AN_HOUR + TICK
    orders: dict[str, dict[str, Any]] = {
        "o-3": {"channel": "web", "number": "77", "pay_by": soon},
        "o-10": {"channel": "web", "number": "78", "customer": "c-8", "pay_by": later},
        "o-1": {"channel": "app", "number": "77", "cash_on_delivery": True},
        "o-2": {"channel": "web", "shop": "outlet", "number": "77"},
        "Ö-1": {},
        "東-1": {},
        "O-1": {"cash_on_delivery": True},
    }
    for id, more in orders.items():
        any_shop.place(id, new_order((LAMP, 1), **more))
    any_shop.await_payment("p-1", eur(5), expires_at=soon)
    any_shop.await_payment("p-2", eur(5), expires_at=later)
    any_shop.await_payment("p-3", eur(5))
    any_shop.record_notice("p-3", Notice.FAILED, eur(5))
    any_shop.record_notice("p-3", Notice.AUTHORISED, eur(5))
    for id, code in (
        ("o-1", "fraud"),
        ("o-2", "special_handling"),
        ("o-3", "fraud"),
        ("o-3", "special_handling"),
        ("o-10", "fraud"),
    ):
        any_shop.hold(id, code, "an unusual amount")
    any_shop.lift_hold("o-10", "fraud")
    return any_shop


@pytest.mark.feature("F330")
@pytest.mark.parametrize(
    ("query", "ids"),
    (
        (Query("order"), ["O-1", "o-1", "o-10", "o-2", "o-3", "Ö-1", "東-1"]),
        (Query("order", tenant="south"), ["o-1"]),
        (Query("order", tenant="west"), []),
        (Query("payment"), ["p-1", "p-2", "p-3"]),
        (Query("parcel"), []),
        (Query("barge"), []),
        (Query("order", customer="c-8"), ["o-10"]),
        (Query("order", customer="c-9"), []),
        (Query("order", headline="to allocate"), ["O-1", "o-1"]),
        (Query("order", headline="awaiting payment"), ["o-10", "o-2", "o-3", "Ö-1", "東-1"]),
        (Query("order", headline="shipped"), []),
        (Query("order", channel="web"), ["o-10", "o-2", "o-3"]),
        (Query("order", number="77"), ["o-1", "o-2", "o-3"]),
        (Query("order", channel="web", number="77"), ["o-2", "o-3"]),
        (Query("order", customer="c-7", headline="to allocate", channel="app"), ["o-1"]),
        (Query("payment", customer="c-7"), []),
        (Query("payment", headline="awaiting payment"), []),
        (Query("order", due_by=AN_HOUR - TICK), []),
        (Query("order", due_by=AN_HOUR), ["o-3"]),
        (Query("order", due_by=AN_HOUR + TICK), ["o-10", "o-3"]),
        (Query("order", due_by=AN_HOUR + TICK, number="78"), ["o-10"]),
        (Query("order", due_by=AN_HOUR, headline="to allocate"), []),
        (Query("payment", due_by=AN_HOUR), ["p-1"]),
        (Query("payment", due_by=AN_HOUR + TICK), ["p-1", "p-2"]),
        (Query("order", on_hold=True), ["o-1", "o-2", "o-3"]),
        (Query("order", hold="fraud"), ["o-1", "o-3"]),
        (Query("order", hold="fraud", on_hold=True), ["o-1", "o-3"]),
        (Query("order", hold="special_handling"), ["o-2", "o-3"]),
        (Query("order", hold="special"), []),
        (Query("order", hold="fraud", after="o-1"), ["o-3"]),
        (Query("order", on_hold=True, limit=2), ["o-1", "o-2"]),
        (Query("order", hold="fraud", number="77", channel="web"), ["o-3"]),
        (Query("order", hold="fraud", customer="c-8"), []),
        (Query("order", hold="fraud", due_by=AN_HOUR), ["o-3"]),
        (Query("order", tenant="south", on_hold=True), []),
        (Query("payment", hold="unexpected_notice"), ["p-3"]),
        (Query("payment", hold="fraud"), []),
        (Query("supply", on_hold=True), []),
        (Query("order", after="o-10"), ["o-2", "o-3", "Ö-1", "東-1"]),
        (Query("order", after="o-10", limit=2), ["o-2", "o-3"]),
        (Query("order", after="o-11", number="77", limit=1), ["o-2"]),
        (Query("order", after="\U0010ffff"), []),
        (Query("order", limit=1), ["O-1"]),
        (Query("order", limit=0), []),
    ),
)
def test_each_condition_narrows_what_is_found(gallery: Shop, query: Query, ids: list[str]) -> None:
    found = list(gallery.store.find(query))

    assert [stored.value.ref for stored in found] == [
        Ref(query.tenant, query.kind, id) for id in ids
    ]
    assert [gallery.store.load(stored.value.ref) for stored in found] == found


def test_pages_together_are_the_whole(gallery: Shop) -> None:
    whole = [stored.value.ref.id for stored in gallery.store.find(Query("order"))]

    for limit in range(1, len(whole) + 2):
        paged: list[str] = []
        while True:
            after = paged[-1] if paged else ""
            query = Query("order", after=after, limit=limit)
            page = [stored.value.ref.id for stored in gallery.store.find(query)]
            assert len(page) <= limit
            paged += page
            if len(page) < limit:
                break
        assert paged == whole


def test_what_is_found_changes_with_the_document(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 1), pay_by=AN_HOUR))
    any_shop.pay("pay-1", eur(1000), (("o-17", 1000),))

    def ids(**more: Any) -> list[str]:
        return [stored.value.ref.id for stored in any_shop.store.find(Query("order", **more))]

    assert ids(headline="awaiting payment") == ids(due_by=AN_HOUR) == []
    assert ids(headline="to allocate") == ids(customer="c-7") == ["o-17"]


def test_what_is_about_an_order_is_found_by_it(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.sell_and_deliver("o-17", "a-1", (LAMP, 2))
    any_shop.sell_and_ship("o-18", "a-2", (LAMP, 1))
    any_shop.ask_return("r-1", "o-17")

    def ids(kind: str, order: str, **more: Any) -> list[str]:
        query = Query(kind, order=order, **more)
        return [stored.value.ref.id for stored in any_shop.store.find(query)]

    for kind, id in (("payment", "pay-o-17"), ("parcel", "a-1"), ("dispatch", "d-a-1")):
        assert ids(kind, "o-17") == [id]
        assert ids(kind, "o-17", limit=0) == ids(kind, "o-17", after=id) == []
    assert ids("return", "o-17") == ["r-1"]
    assert ids("return", "o-18") == ids("order", "o-17") == ids("parcel", "o-99") == []
    assert ids("parcel", "o-17", tenant="south") == []
    assert ids("parcel", "o-17", on_hold=True) == ids("parcel", "o-17", hold="fraud") == []


def test_a_payment_is_about_each_order_that_it_came_to_pay(any_shop: Shop) -> None:
    for id in ("o-17", "o-18"):
        any_shop.place(id, new_order((LAMP, 1)))
    any_shop.pay("pay-1", eur(2000), (("o-17", 1000),))
    any_shop.apply_payment("pay-1", (("o-18", 1000),))

    for id in ("o-17", "o-18"):
        (found,) = any_shop.store.find(Query("payment", order=id))
        assert found.value.ref.id == "pay-1"


# --- the journal --------------------------------------------------------------------------------


@pytest.mark.feature("F326")
def test_the_journal_is_in_order_from_behind_an_entry_on(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.place("o-17", new_order((LAMP, 1)))
    any_shop.place("o-18", new_order((LAMP, 1)))
    any_shop.hold("o-17", "check", "an odd address")
    store, first = any_shop.store, Ref("", "order", "o-17")

    def told(entries: Iterator[Entry]) -> list[tuple[int, str, str]]:
        return [(entry.seq, entry.call.verb, entry.call.ref.id) for entry in entries]

    everything_told = told(store.entries())
    assert [name for _, *name in everything_told] == [
        ["receive", "BRASS-LAMP"],
        ["place", "o-17"],
        ["place", "o-18"],
        ["hold", "o-17"],
    ]
    seqs = [seq for seq, *_ in everything_told]
    assert seqs == sorted(set(seqs))
    assert told(store.entries(seqs[1])) == everything_told[2:]
    assert told(store.entries(seqs[-1])) == []
    assert told(store.entries(-5)) == everything_told
    assert told(store.entries(0, first)) == [everything_told[1], everything_told[3]]
    assert told(store.entries(seqs[1], first)) == [everything_told[3]]
    assert [entry.versions for entry in store.entries(0, first)] == [((first, 1),), ((first, 2),)]


def test_a_journal_longer_than_a_page_is_told_whole(store: Store) -> None:
    for i in range(reading.PAGE + 3):
        store.commit(of_books(goods(LAMPS, 1), key=f"k-{i}"))

    entries = list(store.entries())

    assert [entry.key for entry in entries] == [f"k-{i}" for i in range(reading.PAGE + 3)]


def test_an_entry_holds_the_question_the_figures_and_the_facts(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.sell("o-17", (LAMP, 2))

    done = any_shop.allocate("o-17", (("1", 2),), key="k-17", by="anna")

    entry = any_shop.store.seen("", "k-17")
    assert entry is not None
    assert (entry.key, entry.by, entry.at) == ("k-17", "anna", MORNING)
    assert entry.call == allocate.on("o-17", (("1", 2),))
    assert entry.rules == TWO_PLACES.fingerprint
    assert entry.figures == (Counter(LAMPS, 5, 0),)
    assert entry.facts == done.facts
    assert entry.versions == ((Ref("", "order", "o-17"), 3),)
    assert list(any_shop.store.entries(done.seq - 1)) == [entry]


def test_a_key_is_seen_by_its_own_tenant_alone(store: Store) -> None:
    north = Workflow(store, tenant="north", clock=Clock())
    south = Workflow(store, tenant="south", clock=Clock())

    first = north.receive(LAMPS, 5, key="k-1")
    second = south.receive(LAMPS, 7, key="k-1")

    assert (first.repeated, second.repeated) == (False, False)
    assert store.seen("", "k-1") is None
    assert [store.books(name).counters[0].there for name in ("north", "south")] == [5, 7]


# --- commit: all of it, once --------------------------------------------------------------------


def test_the_entry_of_a_commit_is_the_one_in_the_journal(store: Store) -> None:
    committed = store.commit(prepared(store, place.on("o-17", new_order((LAMP, 1))), by="anna"))

    assert not committed.repeated
    assert list(store.entries()) == [committed.entry]
    assert store.seen("", "k-prepared") == committed.entry


def test_a_repeated_key_gives_the_first_entry_and_does_nothing(any_shop: Shop) -> None:
    store = any_shop.store
    any_shop.stock(LAMP, "leith", 1)
    change = prepared(store, hold_stock.on("h-1", LAMPS, 1))
    first = store.commit(change)
    before = everything(store)

    # Neither its old versions nor the goods that are gone by now matter.
    again = store.commit(attrs.evolve(change, at=AN_HOUR))

    assert again.repeated
    assert again.entry == first.entry
    assert everything(store) == before


@pytest.mark.parametrize(
    "other",
    (
        lambda change: attrs.evolve(change, by="boris"),
        lambda change: attrs.evolve(change, call=hold_stock.on("h-1", LAMPS, 2)),
        lambda change: attrs.evolve(change, call=hold_stock.on("h-2", LAMPS, 1)),
        lambda change: attrs.evolve(change, call=confirm_stock_hold.on("h-1")),
    ),
)
def test_a_key_with_another_question_is_an_error(
    any_shop: Shop, other: Callable[[Change], Change]
) -> None:
    any_shop.stock(LAMP, "leith", 9)
    change = prepared(any_shop.store, hold_stock.on("h-1", LAMPS, 1))
    any_shop.store.commit(change)

    refuses(any_shop.store, other(change), KeyReused)


def test_a_replaced_document_that_moved_on_is_stale(any_shop: Shop) -> None:
    store = any_shop.store
    any_shop.place("o-17", new_order((LAMP, 1)))
    change = prepared(store, hold.on("o-17", "check", "an odd address"))
    any_shop.hold("o-17", "fraud", "three cards")

    stale = refuses(store, change, Stale)

    assert str(stale) == "order o-17 has changed in between"


def test_a_new_document_whose_name_was_taken_in_between_is_stale(any_shop: Shop) -> None:
    change = prepared(any_shop.store, place.on("o-17", new_order((LAMP, 1), number="7")))
    any_shop.place("o-17", new_order((BELL, 1), number="7"))

    refuses(any_shop.store, change, Stale)


def test_a_document_that_is_not_there_any_more_is_stale(store: Store) -> None:
    change = prepared(store, place.on("o-17", new_order((LAMP, 1))))
    ((order, _),) = change.replaced

    refuses(store, attrs.evolve(change, replaced=((order, 3),)), Stale)


@pytest.mark.parametrize("version", (0, 1, 3))
def test_a_document_that_was_relied_on_must_not_move(any_shop: Shop, version: int) -> None:
    any_shop.stock(LAMP, "leith", 5)
    order = any_shop.sell("o-17", (LAMP, 1))  # placed and paid: its second version
    change = prepared(any_shop.store, hold_stock.on("h-1", LAMPS, 1))

    relied: tuple[Any, ...] = ((order.ref, version),)
    refuses(any_shop.store, attrs.evolve(change, relied=relied), Stale)

    nobody: Ref[Document] = Ref("", "order", "o-99")
    relied = ((order.ref, 2), (nobody, 0))
    any_shop.store.commit(attrs.evolve(change, relied=relied))


def test_a_verb_relies_on_what_it_reads_and_does_not_change(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.sell("o-17", (LAMP, 1))
    any_shop.allocate("o-17")
    any_shop.release("o-17", "d-1")
    any_shop.pick("d-1")

    change = prepared(any_shop.store, VERBS["pack"].of(Ref("", "parcel", "p-1"), ("d-1",)))

    assert change.relied == ((Ref("", "dispatch", "d-1"), 1),)


def test_every_short_position_is_named_at_once(any_shop: Shop) -> None:
    store = any_shop.store
    for sku in (LAMP, BELL, ROPE):
        any_shop.stock(sku, "leith", 5)
    any_shop.sell("o-17", (LAMP, 3), (BELL, 4), (ROPE, 5))
    change = prepared(store, allocate.on("o-17"))
    any_shop.hold_stock("h-1", LAMPS, 3)
    any_shop.hold_stock("h-2", LAMPS._replace(sku="HEMP-ROPE"), 1)

    short = refuses(store, change, Short)

    assert str(short) == (
        "BRASS-LAMP at leith: 3 asked, 2 free; HEMP-ROPE at leith: 5 asked, 4 free"
    )


def test_what_was_never_there_is_short_and_leaves_no_counter(any_shop: Shop) -> None:
    store = any_shop.store

    short = refuses(store, of_books(Claimed(holder("h-1"), QUOTA, 2)), Short)

    assert str(short) == "SPRING-QUOTA at the pool: 2 asked, 0 free"
    assert store.counters("", [QUOTA.sku], MORNING) == ()


def test_all_is_undone_when_the_last_of_it_fails(store: Store) -> None:
    Workflow(store, clock=Clock()).receive(LAMPS, 5)
    whole = prepared(store, place.on("o-17", new_order((LAMP, 1), number="7")))
    facts = (
        *whole.facts,
        goods(BELLS, 7),
        Limited(QUOTA, 3),
        Claimed(holder("h-1"), LAMPS, 2),
        Claimed(holder("h-2"), QUOTA, 2, AN_HOUR),
        Claimed(holder("h-3"), ROPES, -1),  # nobody holds it
    )

    refuses(store, attrs.evolve(whole, facts=facts, postings=postings(facts)), MoveRefused)

    # The same without its last fact is done, and the number is not taken by what was refused.
    store.commit(attrs.evolve(whole, facts=facts[:-1], postings=postings(facts[:-1])))
    assert store.counters("", ["BRASS-LAMP", "SHIP-BELL", QUOTA.sku], MORNING) == (
        Counter(LAMPS, 5, 2),
        Counter(BELLS, 7, 0),
        Counter(QUOTA, 3, 2),
    )


def test_what_a_change_brings_it_may_claim(store: Store) -> None:
    store.commit(of_books(goods(LAMPS, 5), Claimed(holder("h-1"), LAMPS, 5)))

    assert store.counters("", ["BRASS-LAMP"], MORNING) == (Counter(LAMPS, 5, 5),)
    more = of_books(goods(LAMPS, 2), Claimed(holder("h-2"), LAMPS, 3), key="k-2")
    assert str(refuses(store, more, Short)) == "BRASS-LAMP at leith: 1 asked, 0 free"


def test_a_fact_may_take_goods_below_the_claims_but_no_new_claim_may(any_shop: Shop) -> None:
    store, at = any_shop.store, any_shop.stock(LAMP, "leith", 5)
    any_shop.hold_stock("h-1", at, 4)

    any_shop.count(at, 1)

    assert store.over_committed("", MORNING) == (Counter(LAMPS, 1, 4),)
    refuses(store, of_books(Claimed(holder("h-2"), LAMPS, 1)), Short)
    any_shop.release_stock_hold("h-1")
    assert store.over_committed("", MORNING) == ()


@pytest.mark.feature("F032")
def test_a_number_is_unique_in_its_tenant_channel_and_shop(store: Store) -> None:
    def open_order(id: str, tenant: str = "", **names: str) -> Change:
        house = {"channel": "web", "shop": "main", "number": "77"} | names
        ref: Ref[Any] = Ref(tenant, "order", id)
        return prepared(store, place.of(ref, new_order((LAMP, 1), **house)), key=f"k-{id}")

    store.commit(open_order("o-1"))
    for id, names in {
        "o-2": {"channel": "app"},
        "o-3": {"shop": "outlet"},
        "o-4": {"number": "78"},
        "o-5": {"tenant": "south"},
        "o-6": {"number": ""},
        "o-7": {"number": ""},
    }.items():
        store.commit(open_order(id, **names))

    taken = refuses(store, open_order("o-9"), MoveRefused)
    assert str(taken) == "number 77 of web main is taken by order o-1"


def test_two_orders_of_one_change_cannot_share_a_number(store: Store) -> None:
    first = prepared(store, place.on("o-1", new_order((LAMP, 1), channel="web", number="77")))
    second = prepared(store, place.on("o-2", new_order((LAMP, 1), channel="web", number="77")))
    both = attrs.evolve(first, replaced=first.replaced + second.replaced)

    assert str(refuses(store, both, MoveRefused)) == "number 77 of web is taken by order o-1"


# --- holds that run out -------------------------------------------------------------------------


@pytest.fixture
def last_lamp(any_shop: Shop) -> Shop:
    """One lamp, held for an hour."""
    any_shop.stock(LAMP, "leith", 1)
    any_shop.hold_stock("h-1", LAMPS, 1, AN_HOUR)
    return any_shop


def test_a_hold_counts_until_its_last_instant(last_lamp: Shop) -> None:
    store = last_lamp.store

    assert store.counters("", ["BRASS-LAMP"], AN_HOUR - TICK) == (Counter(LAMPS, 1, 1),)
    refuses(store, prepared(store, hold_stock.on("h-2", LAMPS, 1), at=AN_HOUR - TICK), Short)

    assert store.counters("", ["BRASS-LAMP"], AN_HOUR) == (Counter(LAMPS, 1, 0),)


def test_a_grant_gives_back_what_has_run_out_claim_and_counter_together(last_lamp: Shop) -> None:
    store = last_lamp.store
    last_lamp.stock(BELL, "leith", 1)
    last_lamp.hold_stock("h-bell", BELLS, 1, AN_HOUR)

    store.commit(prepared(store, hold_stock.on("h-2", LAMPS, 1), at=AN_HOUR))

    books = store.books("")
    assert books.counters == (Counter(LAMPS, 1, 1), Counter(BELLS, 1, 1))
    # Of other positions nothing is given back.
    assert books.claims == (
        Claim(holder("h-2"), LAMPS, 1),
        Claim(holder("h-bell"), BELLS, 1, AN_HOUR),
    )


def test_a_hold_is_not_given_back_while_there_is_enough_without_it(last_lamp: Shop) -> None:
    last_lamp.stock(LAMP, "leith", 1)
    last_lamp.clock.at = AN_HOUR

    last_lamp.hold_stock("h-2", LAMPS, 1)

    assert len(last_lamp.store.claims("", LAMPS)) == 2
    assert last_lamp.counter(LAMPS) == Counter(LAMPS, 2, 1)


def test_a_hold_is_confirmed_in_its_last_instant_and_not_at_its_end(last_lamp: Shop) -> None:
    store = last_lamp.store
    in_time = prepared(store, confirm_stock_hold.on("h-1"), at=AN_HOUR - TICK)

    late = refuses(store, attrs.evolve(in_time, at=AN_HOUR), MoveRefused)
    store.commit(in_time)

    assert "h-1 ran out" in str(late)
    assert store.claims("", LAMPS) == (Claim(holder("h-1"), LAMPS, 1),)


def test_a_slow_clock_cannot_confirm_what_was_given_back(last_lamp: Shop) -> None:
    store = last_lamp.store
    confirmed = prepared(store, confirm_stock_hold.on("h-1"), at=AN_HOUR - TICK)
    released = prepared(store, VERBS["release_stock_hold"].of(holder("h-1")), at=AN_HOUR - TICK)
    store.commit(prepared(store, hold_stock.on("h-2", LAMPS, 1), at=AN_HOUR, key="k-quick"))

    refuses(store, confirmed, MoveRefused)
    refuses(store, released, MoveRefused)

    assert store.claims("", LAMPS) == (Claim(holder("h-2"), LAMPS, 1),)


def test_claims_of_several_dates_stand_apart_and_are_read_by_sku(store: Store) -> None:
    order, held = Ref[Order]("", "order", "o-17"), Claimed(holder("h-1"), LAMPS, 1, AN_HOUR)
    tags = [Slice(location="leith", ready_by=day) for day in (AN_HOUR, MORNING, None)]
    moves = [
        Moved(order, "1", "BRASS-LAMP", 1, UnitState.OPEN, PLAIN, UnitState.RESERVED, tag)
        for tag in tags
    ]

    store.commit(of_books(goods(LAMPS, 5), *moves, held))

    mine: Ref[Document] = Ref("", "order", "o-17")
    expected = (
        Claim(mine, LAMPS, 1),
        Claim(mine, LAMPS, 1, None, MORNING),
        Claim(mine, LAMPS, 1, None, AN_HOUR),
        Claim(holder("h-1"), LAMPS, 1, AN_HOUR),
    )
    assert store.claims("", LAMPS) == store.books("").claims == expected
    assert store.claims_of("", ["BRASS-LAMP", "SHIP-BELL"], MORNING) == expected
    assert store.claims_of("", ["BRASS-LAMP"], AN_HOUR) == expected[:3]
    assert store.claims_of("", ["SHIP-BELL"], MORNING) == ()
    assert store.claims_of("other", ["BRASS-LAMP"], MORNING) == ()


def test_what_must_be_left_free_is_looked_at_when_a_change_commits(store: Store) -> None:
    store.commit(of_books(goods(LAMPS, 5), Claimed(holder("h-1"), LAMPS, 1)))
    two = of_books(Claimed(holder("h-2"), LAMPS, 2), key="k-2")

    short = refuses(store, attrs.evolve(two, keep=(Kept(LAMPS, 3),)), Short)

    assert str(short) == "BRASS-LAMP at leith: 2 asked, 1 free"
    refuses(store, attrs.evolve(two, keep=(Kept(LAMPS, 2), Kept(BELLS, 1))), Short)
    store.commit(attrs.evolve(two, keep=(Kept(LAMPS, 2), Kept(BELLS))))
    assert store.counters("", ["BRASS-LAMP"], MORNING) == (Counter(LAMPS, 5, 3),)


def test_what_is_kept_until_an_instant_may_be_claimed_for_that_or_later(store: Store) -> None:
    dates = (None, MORNING, AN_HOUR, AN_HOUR + timedelta(hours=1))
    early, morning, hour, later = [
        Moved(
            Ref[Order]("", "order", f"o-{i}"),
            *("1", "BRASS-LAMP", 2, UnitState.OPEN, PLAIN, UnitState.RESERVED),
            Slice(location="leith", ready_by=date),
        )
        for i, date in enumerate(dates)
    ]
    store.commit(of_books(goods(LAMPS, 7), later))
    kept = (Kept(LAMPS, 6, AN_HOUR),)

    store.commit(attrs.evolve(of_books(hour, key="k-2"), keep=kept))

    for one in (early, morning):
        short = refuses(store, attrs.evolve(of_books(one, key="k-3"), keep=kept), Short)
        assert str(short) == "BRASS-LAMP at leith: 2 asked, 1 free"
    # Who gives up goods for later makes no room for now.
    given_up = Moved(
        Ref[Order]("", "order", "o-2"),
        *("1", "BRASS-LAMP", 2, UnitState.RESERVED, Slice(location="leith", ready_by=AN_HOUR)),
        *(UnitState.CANCELLED, PLAIN),
    )
    instead = attrs.evolve(of_books(given_up, morning, key="k-3"), keep=kept)
    assert str(refuses(store, instead, Short)) == "BRASS-LAMP at leith: 2 asked, 1 free"


def test_a_hold_that_has_run_out_leaves_its_units_free_to_be_kept(store: Store) -> None:
    store.commit(of_books(goods(LAMPS, 5), Claimed(holder("h-1"), LAMPS, 3, MORNING)))
    claim = of_books(Claimed(holder("h-2"), LAMPS, 2), key="k-2")

    store.commit(attrs.evolve(claim, keep=(Kept(LAMPS, 3),)))


def test_a_part_of_a_claim_is_given_back_and_no_more_than_there_is(any_shop: Shop) -> None:
    store, mine = any_shop.store, holder("h-1")
    store.commit(of_books(goods(LAMPS, 5), Claimed(mine, LAMPS, 4, AN_HOUR)))

    refuses(store, of_books(Claimed(mine, LAMPS, -5), key="k-2"), MoveRefused)
    refuses(store, of_books(Claimed(mine, LAMPS, -1), key="k-2", at=AN_HOUR), MoveRefused)
    store.commit(of_books(Claimed(mine, LAMPS, -1, None), key="k-2"))

    assert store.claims("", LAMPS) == (Claim(mine, LAMPS, 3),)
    store.commit(of_books(Claimed(mine, LAMPS, -3), key="k-3"))
    assert store.claims("", LAMPS) == ()
    assert store.counters("", ["BRASS-LAMP"], MORNING) == (Counter(LAMPS, 5, 0),)


# --- the books ----------------------------------------------------------------------------------


def test_the_books_are_sorted_whole_and_without_zeros(any_shop: Shop) -> None:
    store = any_shop.store
    far = Position("BRASS-LAMP", "york", owner="c-9", lot="L7", grade="second")
    any_shop.stock(BELL, "leith", 2)
    any_shop.receive(far, 4)
    any_shop.stock(LAMP, "leith", 3)
    any_shop.stock(ROPE, "york", 1)
    any_shop.record_breakage(ROPES, 1)
    any_shop.set_limit(QUOTA.sku, 9)
    any_shop.hold_stock("h-2", LAMPS, 1)
    any_shop.hold_stock("h-1", LAMPS, 2, AN_HOUR)

    books = store.books("")

    assert books.counters == (
        Counter(LAMPS, 3, 3),
        Counter(far, 4, 0),
        Counter(BELLS, 2, 0),
        Counter(QUOTA, 9, 0),
    )
    assert books.claims == (
        Claim(holder("h-1"), LAMPS, 2, AN_HOUR),
        Claim(holder("h-2"), LAMPS, 1),
    )
    assert books.matter == {
        (MatterKind.DAMAGED, ROPES._replace(grade="damaged")): 1,
        (MatterKind.SUPPLIER, Position("BRASS-LAMP")): -7,
        (MatterKind.SUPPLIER, Position("HEMP-ROPE")): -1,
        (MatterKind.SUPPLIER, Position("SHIP-BELL")): -2,
    }
    assert store.counters("", ["SHIP-BELL", "BRASS-LAMP", "BRASS-LAMP"], AN_HOUR) == (
        Counter(LAMPS, 3, 1),
        Counter(far, 4, 0),
        Counter(BELLS, 2, 0),
    )
    assert store.claims("", LAMPS) == books.claims
    assert store.claims("", far) == ()
    assert store.books("south").counters == ()


# --- mending ------------------------------------------------------------------------------------


def test_what_has_drifted_is_found_and_mended_on_any_store(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    any_shop.hold_stock("h-1", LAMPS, 1)
    store = cast("Mendable", any_shop.store)
    assert reconcile(store).clean
    before = everything(any_shop.store)
    staged = MendMatter(MatterKind.STAGED, LAMPS, 0, 4)

    store.mend("", (MendThere(LAMPS, 3, 7), MendClaimed(LAMPS, 1, 2), staged))
    with pytest.raises(Stale):
        store.mend("", (MendThere(LAMPS, 7, 9), MendClaimed(LAMPS, 1, 3)))

    plan = reconcile(store)
    assert {type(repair) for repair in plan.repairs} == {MendThere, MendClaimed, MendMatter}
    store.mend(plan.tenant, plan.repairs)
    assert reconcile(store).clean
    assert everything(any_shop.store) == before


# --- people -------------------------------------------------------------------------------------

ANN: Final = {"name": "Ann Lighthouse", "street": "Pier 7\nLeith", "phone": "+44 131 496 0007"}


@pytest.mark.feature("F256")
def test_a_person_is_kept_replaced_and_forgotten(store: Store) -> None:
    people = cast("People", store)
    assert people.get("c-7") is None

    people.put("c-7", ANN)
    people.put("c-8", {})
    assert people.get("c-7") == ANN
    assert people.get("c-8") == {}

    people.put("c-7", {"name": "Ann Harbour"})
    assert people.get("c-7") == {"name": "Ann Harbour"}

    people.erase("c-7")
    people.erase("c-7")
    assert people.get("c-7") is None
    assert people.get("c-8") == {}


def test_what_is_kept_of_a_person_cannot_be_changed_from_outside(store: Store) -> None:
    people, details = cast("People", store), dict(ANN)
    people.put("c-7", details)

    details["name"] = "somebody else"
    cast("dict[str, str]", people.get("c-7"))["name"] = "somebody else"

    assert people.get("c-7") == ANN


@pytest.mark.parametrize(
    ("ref", "details", "path"),
    (
        ("", ANN, "ref"),
        (None, ANN, "ref"),
        ("c-7\x00", ANN, "ref"),
        ("c-7", None, "details"),
        ("c-7", [("name", "Ann")], "details"),
        ("c-7", {"name": 7}, "details.name"),
        ("c-7", {"name": None}, "details.name"),
        ("c-7", {"name": "half a letter \ud83d"}, "details.name"),
        ("c-7", {7: "Ann"}, "details"),
    ),
)
def test_what_is_no_text_about_a_person_is_not_kept(
    store: Store, ref: Any, details: Any, path: str
) -> None:
    people = cast("People", store)

    with pytest.raises(BadInput) as caught:
        people.put(ref, details)

    assert caught.value.path == path
    assert people.get("c-7") is None


def dump(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


@pytest.mark.feature("F256")
def test_nothing_of_a_person_is_left_in_any_file_once_they_are_erased(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    words = [b"Lighthouse", b"Ann", b"Pier 7", b"496 0007", b"moved"]
    with SqliteStore(file) as store, SqliteStore(file) as another:
        shop = Shop(store)
        shop.stock(LAMP, "leith", 5)
        store.put("c-7", ANN)
        store.put("c-7", {**ANN, "note": "moved house, " * 1000})  # more than fits a page
        store.put("c-8", {"name": "Boris"})
        shop.sell("o-17", (LAMP, 1))
        assert another.get("c-7") is not None
        assert all(word in dump(tmp_path) for word in words)

        store.erase("c-7")

        left = dump(tmp_path)
        assert [word for word in words if word in left] == []
        assert b"Boris" in left
        assert another.get("c-7") is None
        assert_laws(store)


def test_orders_and_journal_know_nobody_by_name(any_shop: Shop) -> None:
    cast("People", any_shop.store).put("c-7", ANN)
    any_shop.stock(LAMP, "leith", 5)
    any_shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))

    told = repr(everything(any_shop.store))

    assert "c-7" in told
    assert not [value for value in ANN.values() if value in told]


# --- the stores agree ---------------------------------------------------------------------------

SHELVES: Final = (LAMPS, LAMPS._replace(location="york"), BELLS, LAMPS._replace(lot="L7"), QUOTA)
SOME: Final = st.integers(1, 4)
ID: Final = st.sampled_from(("1", "2"))
SHELF: Final = st.sampled_from(SHELVES)
PART: Final = st.just(()) | st.tuples(st.tuples(ID, SOME))


@st.composite
def orders(draw: st.DrawFn) -> Any:
    one = st.builds(lambda id, sku, n: line(id, sku, n), ID, st.sampled_from((LAMP, BELL)), SOME)
    lines = draw(st.lists(one, min_size=1, max_size=2, unique_by=lambda line: line.id))
    number = draw(st.sampled_from(("", "", "77")))
    return new_order(*lines, number=number, cash_on_delivery=draw(st.booleans()))


Asked = tuple[str, tuple[Any, ...]]


def ask(verb: str, *args: st.SearchStrategy[Any] | str) -> st.SearchStrategy[Asked]:
    given_args = [st.just(arg) if isinstance(arg, str) else arg for arg in args]
    return st.tuples(st.just(verb), st.tuples(*given_args))


COMMANDS: Final[st.SearchStrategy[Asked]] = st.one_of(
    ask("receive", SHELF, SOME),
    ask("count", SHELF, st.integers(0, 4)),
    ask("record_breakage", SHELF, SOME),
    ask("set_limit", QUOTA.sku, st.integers(0, 5)),
    ask("hold_stock", ID, SHELF, SOME, st.none() | st.integers(1, 20)),
    ask("hold_stock", st.text("abcdef", min_size=1, max_size=3), SHELF, SOME, st.integers(1, 9)),
    ask("confirm_stock_hold", ID),
    ask("release_stock_hold", ID),
    ask("expect", ID, SHELF, SOME, st.just(20)),
    ask("receive_supply", ID, SOME),
    ask("free_surplus", ID),
    ask("place", st.sampled_from("123456"), orders(), st.just(()) | st.tuples(ID)),
    ask("pay", ID, st.just(eur(1000)), st.tuples(st.tuples(ID, st.just(1000)))),
    ask("cancel", ID, PART),
    ask("refund", ID),
    ask("complete", ID),
    ask("reserve", ID, st.just("") | ID, PART),
    ask("unreserve", ID, PART),
    ask("allocate", ID, PART),
    ask("release", ID, ID, st.sampled_from(("", "leith"))),
    ask("recall", ID),
    ask("pick", ID),
    ask("pack", ID, st.tuples(ID)),
    ask("cancel_parcel", ID),
    ask("hand_over", ID),
    ask("deliver", ID),
    ask("lose", ID),
    ask("turn_back", ID),
    ask("receive_back", ID),
    ask("ask_return", ID, ID, PART),
    ask("receive_return", ID, "york"),
    ask("inspect", ID),
    ask("take a pause", st.integers(1, 15)),
)
COD: Final[dict[str, Any]] = {"cash_on_delivery": True, "customer": "c-8"}
OPENING: Final[tuple[Asked, ...]] = (
    *[("receive", (shelf, 6)) for shelf in SHELVES if shelf.location],
    ("set_limit", (QUOTA.sku, 4)),
    ("hold_stock", ("1", LAMPS, 2, 12)),
    ("hold_stock", ("2", QUOTA, 3, 4)),
    ("expect", ("1", LAMPS, 4, 20)),
    ("place", ("1", new_order((LAMP, 3), (BELL, 2), **COD), ("1", "2"))),
    ("place", ("2", new_order((LAMP, 4), (BELL, 4), **COD))),
    ("allocate", ("1",)),
    ("reserve", ("2", "1", (("1", 2),))),
    ("release", ("1", "1", "leith")),
    ("pick", ("1",)),
    ("pack", ("1", ("1",))),
    ("hand_over", ("1",)),
    ("deliver", ("1",)),
    ("ask_return", ("1", "1", (("1", 2),))),
    ("receive_return", ("1", "york")),
)
"""An order on its way, as far as the example goes with it."""


def outcome(house: Workflow, verb: str, args: Sequence[Any], key: str) -> object:
    """What comes of a command, comparable between stores."""
    try:
        done = getattr(house, verb)(*args, key=key)
    except Refused as no:
        return type(no), no.refusals
    except (KeyReused, BadInput) as no:
        return type(no), str(no)
    return done


STREAMS: Final = (
    st.integers(0, len(OPENING)),
    st.lists(st.tuples(COMMANDS, st.integers(0, 40), st.booleans()), min_size=10, max_size=30),
)


@settings(max_examples=120)
@given(*STREAMS)
def test_memory_and_sqlite_agree_about_everything(
    opened: int, stream: list[tuple[Asked, int, bool]]
) -> None:
    with SqliteStore(":memory:") as on_disk:
        assert_agree_with_memory(on_disk, opened, stream)


@settings(max_examples=12)
@given(*STREAMS)
def test_memory_and_postgres_agree_about_everything(
    opened: int, stream: list[tuple[Asked, int, bool]]
) -> None:
    with closing(cast("PostgresStore", empty("postgres", Path()))) as on_a_server:
        assert_agree_with_memory(on_a_server, opened, stream)


def assert_agree_with_memory(
    on_disk: Store, opened: int, stream: list[tuple[Asked, int, bool]]
) -> None:
    clock = Clock()
    commands = [(asked, 100 + i, True) for i, asked in enumerate(OPENING[:opened])] + stream
    stores: tuple[Store, Store] = (MemoryStore(), on_disk)
    houses = {
        tenant: [Workflow(store, TWO_PLACES, tenant=tenant, clock=clock) for store in stores]
        for tenant in ("", "south")
    }

    for i, ((verb, args), key, at_home) in enumerate(commands):
        if verb == "take a pause":
            clock.forward(minutes=args[0])
            continue
        if verb in ("hold_stock", "expect") and args[-1] is not None:
            args = (*args[:-1], clock.at + timedelta(minutes=args[-1]))
        tenant = "" if at_home or key % 3 else "south"
        # Now and then a key comes again, mostly with another question.
        named = f"k-{key}" if key < 3 else f"k-{key}-{i}"
        mine, theirs = (outcome(house, verb, args, named) for house in houses[tenant])
        assert mine == theirs

    for tenant in houses:
        mine, theirs = (everything(store, tenant) for store in stores)
        assert mine == theirs
        skus = [*{shelf.sku for shelf in SHELVES}, "NOWHERE"]
        for at in (clock.at, clock.at + timedelta(minutes=10)):
            mine, theirs = (
                (store.counters(tenant, skus, at), store.over_committed(tenant, at))
                for store in stores
            )
            assert mine == theirs
        for shelf in SHELVES:
            mine, theirs = (store.claims(tenant, shelf) for store in stores)
            assert mine == theirs
        for entry in stores[0].entries():
            seen = [store.seen(tenant, entry.key) for store in stores]
            assert seen[0] == seen[1]
        for stored in everything(stores[0], tenant).documents:
            ref = cast("Ref[Document]", stored.value.ref)
            mine, theirs = (list(store.entries(0, ref)) for store in stores)
            assert mine == theirs
            assert stores[0].load(ref) == stores[1].load(ref)
        assert_laws(on_disk, tenant)


# --- threads ------------------------------------------------------------------------------------


def together(*works: Callable[[], object]) -> list[BaseException]:
    """Do all of it at once, in threads that change often; what went wrong."""
    gate, wrong = Barrier(len(works)), list[BaseException]()

    def do(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            wrong.append(error)

    threads = [Thread(target=do, args=(work,)) for work in works]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    return wrong


@pytest.mark.feature("F117", "F125")
def test_eight_threads_get_exactly_what_is_there(store: Store) -> None:
    there, each = 40, 12
    clock = Clock()
    Workflow(store, clock=clock).receive(LAMPS, there)
    granted: list[str] = []

    def ask(name: int) -> None:
        # Each thread has rules that the store does not know yet.
        house = Workflow(store, Rules(return_window_days=name), clock=clock)
        for i in range(each):
            try:
                house.hold_stock(f"{name}-{i}", LAMPS, 1, AN_HOUR)
            except Short:
                continue
            granted.append(f"{name}-{i}")

    def look() -> None:
        for _ in range(60):
            (counter,) = store.counters("", ["BRASS-LAMP"], AN_HOUR - TICK)
            assert 0 <= counter.claimed <= there
            sum(claim.n for claim in store.claims("", LAMPS))
            books = store.books("")
            assert len(books.counters) == 1
            for entry in store.entries():
                assert entry.rules.startswith("Rules(")
            list(store.find(Query("stock hold")))

    wrong = together(*[lambda name=name: ask(name) for name in range(8)], look, look)

    assert wrong == []
    assert len(granted) == there
    claims = store.claims("", LAMPS)
    assert sorted(claim.holder.id for claim in claims) == sorted(granted)
    assert store.books("").counters == (Counter(LAMPS, there, there),)
    assert [breach for law in audit(store) for breach in law.breaches] == []


def test_holds_that_run_out_under_many_threads_are_given_back_once(store: Store) -> None:
    early, late = Clock(), Clock(AN_HOUR)
    house = Workflow(store, clock=early)
    house.receive(LAMPS, 24)
    for i in range(24):
        house.hold_stock(f"old-{i}", LAMPS, 1, AN_HOUR)
    kept: list[str] = []

    def take(name: int) -> None:
        for i in range(6):
            try:
                Workflow(store, clock=late).hold_stock(f"{name}-{i}", LAMPS, 1)
            except Short:
                continue
            kept.append(f"{name}-{i}")

    wrong = together(*[lambda name=name: take(name) for name in range(8)])

    assert wrong == []
    assert len(kept) == 24
    assert sorted(claim.holder.id for claim in store.claims("", LAMPS)) == sorted(kept)
    assert_laws(store)


def test_who_reads_while_others_write_sees_whole_books(store: Store) -> None:
    clock = Clock()
    house = Workflow(store, clock=clock)
    house.receive(LAMPS, 1000)
    for i in range(100):
        house.hold_stock(f"old-{i}", LAMPS, 1, AN_HOUR)
    writing = True

    def write() -> None:
        nonlocal writing
        for i in range(60):
            house.hold_stock(f"new-{i}", LAMPS, 1, AN_HOUR)
            house.release_stock_hold(f"old-{i}")
        writing = False

    def look() -> None:
        while writing:
            (counter,) = store.counters("", ["BRASS-LAMP"], AN_HOUR - TICK)
            assert counter.claimed in (100, 101)
            (counter,) = store.counters("", ["BRASS-LAMP"], AN_HOUR)
            assert counter.claimed == 0
            assert sum(claim.n for claim in store.claims("", LAMPS)) in (100, 101)
            assert store.over_committed("", MORNING) == ()

    assert together(write, *[look] * 3) == []


def test_a_document_that_many_change_has_every_change(store: Store) -> None:
    house = Workflow(store, Rules(tries_max=200), clock=Clock())
    house.place("o-17", new_order((LAMP, 1)))

    def change(name: int) -> None:
        for i in range(5):
            house.hold("o-17", f"{name}-{i}", "a reason")

    assert together(*[lambda name=name: change(name) for name in range(4)]) == []

    (stored,) = store.find(Query("order"))
    assert stored.version == 21
    assert_laws(store)


def test_a_full_cache_forgets_and_reads_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CACHE_MAX", 3)
    with SqliteStore(tmp_path / "orders.sqlite", synchronous="normal") as store:
        house = Workflow(store, clock=Clock())

        def work(name: int) -> None:
            for i in range(6):
                house.await_payment(f"{name}-{i}", eur(5))
                for j in range(i + 1):
                    assert store.load(Ref("", "payment", f"{name}-{j}")) is not None

        assert together(*[lambda name=name: work(name) for name in range(6)]) == []
        assert len(list(store.find(Query("payment")))) == 36


# --- several handles on one file ----------------------------------------------------------------


def test_two_handles_on_one_file_see_each_others_changes(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    with SqliteStore(file) as one, SqliteStore(file) as other:
        ann, boris = Workflow(one, clock=Clock()), Workflow(other, clock=Clock())
        ann.receive(LAMPS, 5)
        placed = ann.place("o-17", new_order((LAMP, 2), cash_on_delivery=True)).document
        assert other.load(placed.ref) == one.load(placed.ref)

        held = boris.hold("o-17", "check", "an odd address", key="k-7").document

        seen = one.load(placed.ref)
        assert seen is not None
        assert (seen.value, seen.version) == (held, 2)
        assert ann.hold("o-17", "check", "an odd address", key="k-7").repeated
        boris.lift_hold("o-17", "check")
        boris.allocate("o-17")
        assert one.books("") == other.books("")
        assert everything(one) == everything(other)
        with pytest.raises(Refused, match="there already"):
            ann.place("o-17", new_order((LAMP, 1)))


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "orders.sqlite")
    change = of_books(goods(LAMPS, 1))
    store.commit(change)
    store.close()

    works: tuple[Callable[[], object], ...] = (
        lambda: store.load(Ref("", "order", "o-17")),
        lambda: list(store.entries()),
        lambda: store.commit(attrs.evolve(change, key="k-2")),
        lambda: store.put("c-7", ANN),
    )
    for work in works:
        with pytest.raises(StoreUnavailable, match="closed"):
            work()


def test_a_locked_database_is_given_up_in_time_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0)
    file = tmp_path / "orders.sqlite"
    with SqliteStore(file) as store:
        house = Workflow(store, clock=Clock())
        other_rules = Workflow(store, Rules(return_window_days=3), clock=Clock())
        house.receive(LAMPS, 5)
        before = everything(store)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("begin immediate")

            for one in (house, other_rules):
                with pytest.raises(RetryExhausted, match="nothing has changed"):
                    one.hold_stock("h-1", LAMPS, 1, key="k-1")
            with pytest.raises(StoreUnavailable, match="locked"):
                store.put("c-7", ANN)

            # Readers wait for nobody, and what is plainly short needs no lock.
            assert everything(store) == before
            with pytest.raises(Short):
                house.hold_stock("h-1", LAMPS, 6)
            other.execute("rollback")

        assert not house.hold_stock("h-1", LAMPS, 1, key="k-1").repeated
        assert_laws(store)


def test_a_damaged_row_is_bad_input_and_no_other_error(tmp_path: Path) -> None:
    file = tmp_path / "orders.sqlite"
    with SqliteStore(file) as store:
        ref = Workflow(store, clock=Clock()).place("o-17", new_order((LAMP, 1))).document.ref
    with closing(sqlite3.connect(file)) as other:
        other.execute("update document set body = replace(body, '\"n\":1', '\"n\":1.5')")
        other.execute("update entry set facts = '[[\"Vanished\",{}]]'")
        other.commit()

    with SqliteStore(file) as store:
        with pytest.raises(BadInput, match=r"document\.lines\[0\]\.n"):
            store.load(ref)
        with pytest.raises(BadInput, match=r"facts\[0\]"):
            list(store.entries())


# --- faults -------------------------------------------------------------------------------------


class Faulty:
    """A connection that fails at its k-th statement: before it is carried out, or after."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real
        self.left = -1
        self.after = False
        self.only = ""
        self.error: BaseException = sqlite3.OperationalError("disk I/O error")
        self.failed = ""

    def fail(self, k: int, *, after: bool, error: BaseException, only: str = "") -> None:
        self.left, self.after, self.error, self.only, self.failed = k, after, error, only, ""

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        counted = self.left >= 0 and statement.startswith(self.only)
        due = counted and self.left == 0
        if counted:
            self.left -= 1
        if due and not self.after:
            self.failed = statement
            raise self.error
        cursor = self.real.execute(statement, values)
        if due:
            self.failed = statement
            raise self.error
        return cursor

    @property
    def in_transaction(self) -> bool:
        return self.real.in_transaction

    def close(self) -> None:
        self.real.close()


@contextmanager
def faulty_store(file: Path) -> Iterator[tuple[SqliteStore, Faulty]]:
    made: list[Faulty] = []

    def connect_badly(*args: Any) -> Faulty:
        made.append(Faulty(schema.connect(*args)))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_adapter, "connect", connect_badly)
        store = SqliteStore(file, synchronous="normal")
    with store:
        yield store, made[0]


LIVED: Final[dict[str, tuple[Call[Any], datetime]]] = {
    "a hold that takes what has run out": (hold_stock.on("h-2", LAMPS, 3), AN_HOUR),
    "an order out of a hold": (
        place.on("o-18", new_order((LAMP, 1), (BELL, 2), number="7"), ("h-1",)),
        MORNING,
    ),
    "goods that come in": (receive.on("BRASS-LAMP", LAMPS, 7), MORNING),
    "a parcel that leaves": (hand_over.on("p-1", "sea mail", "T-1"), MORNING),
}
FAULTS: Final[dict[str, BaseException]] = {
    "disk": sqlite3.OperationalError("disk I/O error"),
    "interrupt": KeyboardInterrupt(),
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small house on a file, with something for each of the calls above to do."""
    file = tmp_path_factory.mktemp("lived") / "orders.sqlite"
    with SqliteStore(file, synchronous="normal") as store:
        shop = Shop(store)
        shop.stock(LAMP, "leith", 4)
        shop.stock(BELL, "leith", 4)
        shop.sell("o-17", (BELL, 2))
        shop.allocate("o-17")
        shop.pack_up("o-17", "p-1")
        shop.hold_stock("h-1", LAMPS, 3, AN_HOUR)
    return file


@pytest.mark.parametrize("after", (False, True), ids=("before", "after"))
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("what", LIVED)
def test_a_fault_at_any_statement_leaves_the_old_state_or_the_new(
    lived: Path, tmp_path: Path, what: str, fault: str, after: bool
) -> None:
    call, at = LIVED[what]
    rules = attrs.evolve(TWO_PLACES, return_window_days=30)  # not known to the store yet
    with SqliteStore(lived) as store:
        old = everything(store)
    met: list[str] = []
    failed = "nothing yet"

    for k in range(100):
        file = tmp_path / f"{k}.sqlite"
        shutil.copy(lived, file)
        with faulty_store(file) as (store, connection):
            house = Workflow(store, rules, clock=Clock(at))
            connection.fail(k, after=after, error=FAULTS[fault])
            failure = None
            try:
                house.apply(call, key="k-fault")
            except (OrderflowError, KeyboardInterrupt) as error:
                failure = error
            failed, connection.left = connection.failed, -1

            with SqliteStore(file) as witness:
                kept = everything(witness)
            done = kept != old
            assert done == (failure is None or (failed == "commit" and after)), failed
            if isinstance(FAULTS[fault], sqlite3.Error) and failure is not None:
                kind = OutcomeUnknown if failed == "commit" else StoreUnavailable
                assert type(failure) is kind

            # The same handle goes on, and the same key finds out what has become of it.
            again = house.apply(call, key="k-fault")
            assert again.repeated == done
            assert_laws(store)
            with SqliteStore(file) as witness:
                assert everything(witness) == everything(store)
        if not failed:
            break
        met.append(failed.split()[0])

    assert failed == ""
    assert {"begin", "insert", "commit"} <= set(met)
    assert len(met) >= 8


def test_rules_of_one_thread_are_not_lost_with_the_transaction_of_another(tmp_path: Path) -> None:
    with faulty_store(tmp_path / "orders.sqlite") as (store, connection):
        house = Workflow(store, clock=Clock())
        house.receive(LAMPS, 5)
        stricter = attrs.evolve(of_books(goods(BELLS, 1), key="k-2"), rules="stricter rules")
        other = Thread(target=lambda: store.commit(stricter))

        class Interrupted(Faulty):
            def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
                cursor = super().execute(statement, values)
                if statement.startswith("insert into version") and not other.ident:
                    other.start()  # it may not come in between
                    other.join(0.1)
                    raise sqlite3.OperationalError("disk I/O error")
                return cursor

        connection.__class__ = Interrupted
        with pytest.raises(StoreUnavailable):
            house.hold_stock("h-1", LAMPS, 1)
        other.join()

        entry = store.seen("", "k-2")
        assert entry is not None
        assert entry.rules == "stricter rules"
        assert store.books("").counters == (Counter(LAMPS, 5, 0), Counter(BELLS, 1, 0))


@pytest.mark.parametrize("after", (False, True), ids=("before", "after"))
def test_a_failed_commit_is_an_unknown_outcome_that_the_same_key_settles(
    tmp_path: Path, after: bool
) -> None:
    with faulty_store(tmp_path / "orders.sqlite") as (store, connection):
        house = Workflow(store, clock=Clock())
        house.receive(LAMPS, 5)
        error = sqlite3.OperationalError("disk I/O error")
        connection.fail(0, after=after, error=error, only="commit")

        with pytest.raises(OutcomeUnknown, match="send it again with the same key") as caught:
            house.hold_stock("h-1", LAMPS, 2, key="k-1")

        assert caught.value.key == "k-1"
        again = house.hold_stock("h-1", LAMPS, 2, key="k-1")
        assert again.repeated == after
        assert store.books("").counters == (Counter(LAMPS, 5, 2),)
        assert_laws(store)


def test_a_transaction_that_could_not_be_rolled_back_is_seen_by_nobody(tmp_path: Path) -> None:
    with faulty_store(tmp_path / "orders.sqlite") as (store, connection):
        house = Workflow(store, clock=Clock())
        house.receive(LAMPS, 5)
        old = everything(store)
        error = sqlite3.OperationalError("disk I/O error")

        class Stuck(Faulty):
            def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
                if statement.startswith(("insert into version", "rollback")):
                    raise error
                return super().execute(statement, values)

        whole = connection.__class__
        connection.__class__ = Stuck
        with pytest.raises(StoreUnavailable):
            house.hold_stock("h-1", LAMPS, 2)
        connection.__class__ = whole

        assert everything(store) == old
        house.hold_stock("h-1", LAMPS, 5)
        assert_laws(store)
