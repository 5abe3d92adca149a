"""Every drift is named with the smallest repair, nothing healthy is touched, nothing by itself."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import cast

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Position, Ref, Short, Stale, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import DriftKind, Plan, audit, reconcile
from orderflow.journal import Change, Committed, Stored
from orderflow.lookups import Lookup
from orderflow.mending import MendClaim, MendLookup, MendThere
from orderflow.ports import Query
from orderflow.records import Order
from tests.builders import (
    BELL,
    LAMP,
    MORNING,
    TWO_PLACES,
    Clock,
    Shop,
    assert_laws,
    line,
    new_order,
)
from tests.drifts import (
    EVERYWHERE,
    MORE,
    SKUS,
    TEN,
    Found,
    Hands,
    MendableStore,
    SqliteHands,
    claim_of,
    found,
    furnish,
    furnished,
    lookup,
    lose_claim,
    missing_row,
    orphan_claim,
    shelf,
    wrong_claimed,
    wrong_expiry,
    wrong_there,
)
from tests.test_audit import busy_shop

BOTH = ("memory", "sqlite")


@pytest.fixture(params=BOTH)
def hands(request: pytest.FixtureRequest) -> Iterator[Hands]:
    """Each furnished store, with hands that may spoil it."""
    with furnished(cast("str", request.param)) as hands:
        yield hands


@pytest.fixture
def file_hands() -> Iterator[SqliteHands]:
    with furnished("sqlite") as hands:
        yield cast("SqliteHands", hands)


def mend(hands: Hands, plan: Plan) -> None:
    hands.store.mend(plan.tenant, plan.repairs)


# --- a clean store ------------------------------------------------------------------------------


def test_a_store_in_which_everything_has_happened_has_no_drift() -> None:
    store = busy_shop().store
    assert isinstance(store, MemoryStore)

    assert reconcile(store) == Plan("", ())


def test_a_furnished_store_has_no_drift_and_empty_ones_neither(hands: Hands) -> None:
    assert reconcile(hands.store).clean
    assert reconcile(hands.store, "nobody").clean
    assert reconcile(MemoryStore()).clean
    assert reconcile(SqliteStore(":memory:")).clean


def test_claims_that_have_run_out_are_no_drift(any_shop: Shop) -> None:
    store = cast("MendableStore", any_shop.store)
    at = any_shop.stock(LAMP, "leith", 3)
    any_shop.hold_stock("h-1", at, 3, MORNING + timedelta(minutes=15))
    any_shop.clock.forward(hours=1)
    any_shop.receive(at, 1)
    assert reconcile(store).clean, "it is still there"
    any_shop.hold_stock("h-2", at, 4)

    assert reconcile(store).clean, "it was given back"
    assert [claim.holder.id for claim in store.claims("", at)] == ["h-2"]


# --- a hundred drifts ---------------------------------------------------------------------------


@pytest.mark.feature("F138")
def test_a_hundred_drifts_of_ten_kinds_are_reported_and_mended_and_nothing_else(
    hands: Hands,
) -> None:
    before = hands.dump()
    injected = [spoil(hands, i) for spoil in TEN for i in range(1, 11)]
    spoilt = hands.dump()

    plan = reconcile(hands.store)

    assert len(injected) == 100
    assert len({kind for kind, *_ in injected}) == 10
    assert found(plan) == sorted(injected, key=str)
    assert hands.dump() == spoilt, "a plan changes nothing"

    mend(hands, plan)

    assert hands.dump() == before
    assert reconcile(hands.store).clean
    assert all(law.holds for law in audit(hands.store))
    assert_laws(hands.store)


@pytest.mark.parametrize("spoil", (*EVERYWHERE, *MORE), ids=lambda spoil: spoil.__name__)
def test_each_kind_of_drift_alone_is_one_repair(
    hands: Hands, spoil: Callable[[Hands, int], Found]
) -> None:
    before = hands.dump()
    injected = spoil(hands, 4)

    plan = reconcile(hands.store)
    mend(hands, plan)

    assert found(plan) == [injected]
    assert len(plan.repairs) == 1
    assert hands.dump() == before


Drawn = st.sets(st.tuples(st.sampled_from(EVERYWHERE), st.integers(1, len(SKUS))), max_size=40)


@pytest.mark.parametrize("name", BOTH)
def test_any_set_of_drifts_is_named_exactly_and_mended_exactly(name: str) -> None:
    @settings(max_examples=40 if name == "memory" else 15)
    @given(Drawn, st.randoms(use_true_random=False))
    def check(drawn: set[tuple[Callable[[Hands, int], Found], int]], chance: random.Random) -> None:
        with furnished(name) as hands:
            before = hands.dump()
            drifts = sorted(drawn, key=lambda one: (one[0].__name__, one[1]))
            injected = [spoil(hands, i) for spoil, i in drifts]

            plan = reconcile(hands.store)
            repairs = list(plan.repairs)
            chance.shuffle(repairs)
            hands.store.mend("", repairs)

            assert found(plan) == sorted(injected, key=str)
            assert hands.dump() == before
            assert reconcile(hands.store).clean

    check()


# --- what is said -------------------------------------------------------------------------------


def test_a_drift_says_where_it_is_what_is_kept_and_what_it_should_be(hands: Hands) -> None:
    lose_claim(hands, 1)
    wrong_there(hands, 2)
    orphan_claim(hands, 3)

    lost, orphan, there = reconcile(hands.store).drifts

    assert str(lost) == (
        "lost claim: the claim of order kept-1 on GOODS-01 at leith: kept is nothing, should be 3"
    )
    assert (lost.position, lost.ref) == (shelf(SKUS[0]), Ref("", "order", "kept-1"))
    assert (lost.kept, lost.should) == ("nothing", "3")
    assert isinstance(lost.repair, MendClaim)
    assert (orphan.kept, orphan.should) == ("2", "nothing")
    assert str(there) == (
        "wrong there: what is there of GOODS-02 at leith: kept is 45, should be 44"
    )
    assert there.ref is None
    assert there.repair == MendThere(shelf(SKUS[1]), 45, 44)


def test_a_document_that_was_changed_is_told_by_its_fields(file_hands: SqliteHands) -> None:
    ref: Ref[Order] = Ref("", "order", "open-1")
    order = file_hands.store.load(ref)
    assert order is not None
    padded = attrs.evolve(order.value, customer="c-9", seller="somebody")
    file_hands.document(order.value.ref, Stored(padded, order.version))
    file_hands.do("update document set headline = 'shipped', holds = null where id = 'open-1'")

    changed, stale = reconcile(file_hands.store).drifts

    assert changed.ref == order.value.ref
    assert changed.position is None
    assert changed.kept == f"version {order.version} with another customer, seller"
    assert changed.should == f"version {order.version}"
    assert stale.kept == "headline shipped; holds none"
    assert stale.should == "headline awaiting balance; holds fraud"
    mend(file_hands, reconcile(file_hands.store))
    assert reconcile(file_hands.store).clean


# --- what is found by, and what cannot be read: files alone -------------------------------------


@pytest.mark.parametrize(
    ("change", "kind", "id"),
    (
        ("headline = 'shipped'", "order", "open-1"),
        ("headline = null", "order", "open-1"),
        ("customer = 'c-8'", "order", "open-1"),
        ("number = 'N-99'", "order", "kept-1"),
        ("channel = 'fair'", "order", "kept-1"),
        ("next_due = null", "order", "due-1"),
        ("next_due = 1", "payment", "pay-1"),
        ("next_due = 9223372036854775807", "order", "open-1"),
        ("holds = null", "order", "open-1"),
        ("holds = 'fraud'", "order", "open-1"),
        ("holds = ''", "parcel", "p-sent-1"),
    ),
)
def test_what_a_document_is_found_by_is_mended(
    file_hands: SqliteHands, change: str, kind: str, id: str
) -> None:
    before = file_hands.dump()
    injected = lookup(change, kind, id)(file_hands)

    plan = reconcile(file_hands.store)
    mend(file_hands, plan)

    assert found(plan) == [injected]
    assert file_hands.dump() == before


@pytest.mark.parametrize(
    ("statement", "id"),
    (
        ("delete from about where id = 'p-sent-1'", "p-sent-1"),
        ("""update about set "order" = 'kept-1' where id = 'p-sent-1'""", "p-sent-1"),
        ("insert into about values ('', 'kept-1', 'parcel', 'p-sent-1')", "p-sent-1"),
        ("insert into about values ('', 'kept-1', 'parcel', 'p-none')", "p-none"),
    ),
)
def test_what_a_document_is_about_is_mended(
    file_hands: SqliteHands, statement: str, id: str
) -> None:
    before = file_hands.dump()
    file_hands.do(statement)

    plan = reconcile(file_hands.store)
    mend(file_hands, plan)

    assert found(plan) == [(DriftKind.STALE_LOOKUP, None, Ref("", "parcel", id))]
    assert file_hands.dump() == before


@pytest.mark.feature("F138")
@pytest.mark.parametrize(
    ("statement", "id"),
    (
        ("delete from of_lot where id = 'of-lot-1'", "of-lot-1"),
        ("update of_lot set lot = 'SHIP-BELL/S-9' where id = 'of-lot-1'", "of-lot-1"),
        ("insert into of_lot values ('', 'SHIP-BELL/S-4', 'kept-1')", "kept-1"),
        ("insert into of_lot values ('', 'SHIP-BELL/S-4', 'none')", "none"),
    ),
)
def test_by_which_lots_an_order_is_found_is_mended(
    file_hands: SqliteHands, statement: str, id: str
) -> None:
    order_of_a_lot(file_hands)
    before = file_hands.dump()
    file_hands.do(statement)
    assert not all(law.holds for law in audit(file_hands.store)) or id == "none"

    plan = reconcile(file_hands.store)
    mend(file_hands, plan)

    assert found(plan) == [(DriftKind.STALE_LOOKUP, None, Ref("", "order", id))]
    assert "lots" in str(plan.drifts[0])
    assert file_hands.dump() == before
    assert reconcile(file_hands.store).clean
    assert all(law.holds for law in audit(file_hands.store))


def test_an_order_that_is_written_again_is_found_by_its_lots(hands: Hands) -> None:
    order_of_a_lot(hands)
    before = hands.dump()
    hands.document(Ref("", "order", "of-lot-1"), None)

    mend(hands, reconcile(hands.store))

    of_lot = Query("order", lot="SHIP-BELL/S-4")
    assert [stored.value.ref.id for stored in hands.store.find(of_lot)] == ["of-lot-1"]
    assert hands.dump() == before


def order_of_a_lot(hands: Hands) -> None:
    """An order of the bell with a number of its own, which is a lot of one."""
    bell = line("1", BELL, 1, serial="S-4")
    Shop(hands.store, TWO_PLACES).place("of-lot-1", new_order(bell))


def test_two_orders_get_their_numbers_back_though_each_has_the_others(
    file_hands: SqliteHands,
) -> None:
    before = file_hands.dump()
    file_hands.do("update document set number = 'x' where id = 'kept-1'")
    file_hands.do("update document set number = 'kept-1' where id = 'kept-2'")
    file_hands.do("update document set number = 'kept-2' where id = 'kept-1'")

    mend(file_hands, reconcile(file_hands.store))

    assert file_hands.dump() == before


def test_a_document_that_cannot_be_read_is_written_again(file_hands: SqliteHands) -> None:
    before = file_hands.dump()
    file_hands.do("update document set body = substr(body, 1, 40) where id = 'sent-1'")

    plan = reconcile(file_hands.store)
    mend(file_hands, plan)

    assert found(plan) == [(DriftKind.CHANGED_DOCUMENT, None, Ref("", "order", "sent-1"))]
    assert plan.drifts[0].kept.endswith("which cannot be read")
    assert file_hands.dump() == before


def test_a_document_of_another_kind_is_told_as_that(file_hands: SqliteHands) -> None:
    file_hands.do(
        """update document set body = (select body from document where id = 'h-1')
        where id = 'sent-1'"""
    )

    (drift,) = reconcile(file_hands.store).drifts

    assert "a document of another kind" in drift.kept


def test_a_missing_document_comes_back_with_all_that_it_is_found_by(
    file_hands: SqliteHands,
) -> None:
    before = file_hands.dump()
    file_hands.do("delete from document where id = 'p-sent-1'")
    file_hands.do("delete from about where id = 'p-sent-1'")

    plan = reconcile(file_hands.store)
    mend(file_hands, plan)

    assert found(plan) == [(DriftKind.MISSING_DOCUMENT, None, Ref("", "parcel", "p-sent-1"))]
    assert file_hands.dump() == before


def test_a_store_in_memory_keeps_nothing_that_documents_are_found_by() -> None:
    with furnished("memory") as hands:
        repair = MendLookup(Ref("", "order", "open-1"), Lookup(), Lookup(), 3)

        with pytest.raises(Stale):
            hands.store.mend("", (repair,))


# --- all or none --------------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", (*EVERYWHERE, *MORE), ids=lambda spoil: spoil.__name__)
def test_a_store_that_has_moved_on_refuses_and_does_nothing(
    hands: Hands, spoil: Callable[[Hands, int], Found]
) -> None:
    wrong_claimed(hands, 7)
    spoil(hands, 4)
    plan = reconcile(hands.store)
    mend(hands, plan)
    mended = hands.dump()

    with pytest.raises(Stale):
        mend(hands, plan)

    assert hands.dump() == mended


def test_one_repair_that_is_stale_keeps_all_others_from_being_made(hands: Hands) -> None:
    for i in range(1, 11):
        lose_claim(hands, i)
    plan = reconcile(hands.store)
    shop = Workflow(hands.store, clock=Clock())
    shop.hold("kept-10", "look", "somebody should look at it")
    moved_on = hands.dump()

    with pytest.raises(Stale, match="the claim of order kept-10 on GOODS-10 at leith"):
        mend(hands, plan)

    assert hands.dump() == moved_on
    mend(hands, reconcile(hands.store))
    assert reconcile(hands.store).clean


def test_a_part_of_a_plan_may_be_carried_out(hands: Hands) -> None:
    lose_claim(hands, 1)
    wrong_there(hands, 2)
    plan = reconcile(hands.store)

    hands.store.mend("", plan.repairs[1:])

    assert [drift.kind for drift in reconcile(hands.store).drifts] == [DriftKind.LOST_CLAIM]
    hands.store.mend("", ())


def test_a_hold_that_is_confirmed_between_plan_and_repair_gets_no_expiry(hands: Hands) -> None:
    """Here the value that was seen is there again, and is right: only the version tells."""
    claim = claim_of(hands.store.books(""), "stock hold", "h-1")
    hands.claim(claim, attrs.evolve(claim, until=None))
    plan = reconcile(hands.store)
    Workflow(hands.store, clock=Clock()).confirm_stock_hold("h-1")

    with pytest.raises(Stale):
        mend(hands, plan)

    assert reconcile(hands.store).clean
    assert claim_of(hands.store.books(""), "stock hold", "h-1").until is None


def test_a_lookup_that_has_become_right_in_between_is_left_alone(
    file_hands: SqliteHands,
) -> None:
    file_hands.do("update document set holds = null where id = 'open-1'")
    plan = reconcile(file_hands.store)
    Workflow(file_hands.store, clock=Clock()).lift_hold("open-1", "fraud")

    with pytest.raises(Stale):
        mend(file_hands, plan)

    assert reconcile(file_hands.store).clean


def test_what_others_sell_in_between_is_kept_where_the_books_are_mended(hands: Hands) -> None:
    wrong_there(hands, 1)
    plan = reconcile(hands.store)
    shop = Workflow(hands.store, clock=Clock())
    shop.receive(shelf(SKUS[0]), 5)

    with pytest.raises(Stale):
        mend(hands, plan)

    mend(hands, reconcile(hands.store))
    counter = next(row for row in hands.store.books("").counters if row.position == shelf(SKUS[0]))
    assert counter.there == 44 + 5


# --- who has read a document before it was mended -----------------------------------------------


def test_nobody_goes_on_from_a_document_as_it_was_before_it_was_mended(
    file_hands: SqliteHands,
) -> None:
    ref: Ref[Order] = Ref("", "order", "open-1")
    right = file_hands.store.load(ref)
    assert right is not None
    wrong = Stored(attrs.evolve(right.value, customer="c-9"), right.version)
    file_hands.document(ref, wrong)
    with SqliteStore(file_hands.file) as other:
        assert other.load(ref) == wrong
        mend(file_hands, reconcile(file_hands.store))

        assert other.load(ref) == right

        Workflow(other, clock=Clock()).hold("open-1", "look", "somebody should look at it")
    assert reconcile(file_hands.store).clean


def test_a_command_that_had_read_the_wrong_document_is_asked_again(
    file_hands: SqliteHands,
) -> None:
    ref: Ref[Order] = Ref("", "order", "open-1")
    right = file_hands.store.load(ref)
    assert right is not None
    file_hands.document(ref, Stored(attrs.evolve(right.value, customer="c-9"), right.version))

    class Slow(SqliteStore):
        """Between its reading and its writing the document is mended, once."""

        mended = False

        def commit(self, change: Change) -> Committed:
            if not self.mended:
                self.mended = True
                mend(file_hands, reconcile(file_hands.store))
            return super().commit(change)

    with Slow(file_hands.file) as other:
        Workflow(other, clock=Clock()).hold("open-1", "look", "somebody should look at it")

    assert reconcile(file_hands.store).clean


# --- a damaged journal --------------------------------------------------------------------------

LOST_ENTRY = "delete from entry where verb = 'allocate' and id = 'kept-3'"
LAST_ENTRY = "delete from entry where seq = (select max(seq) from version)"


@pytest.mark.parametrize(
    ("damage", "said"),
    (
        (LOST_ENTRY, " are lost"),
        (LAST_ENTRY, " are lost"),
        (
            "update entry set facts = 'x' where verb = 'allocate' and id = 'kept-3'",
            "cannot be read",
        ),
        (
            "update entry set at = 9223372036854775807 where verb = 'place' and id = 'kept-3'",
            "cannot be read",
        ),
    ),
)
def test_what_is_lost_of_the_journal_is_named_and_nothing_that_may_hang_on_it_is_touched(
    file_hands: SqliteHands, damage: str, said: str
) -> None:
    file_hands.do(damage)
    for spoil in EVERYWHERE:
        spoil(file_hands, 5)
    stale = lookup("headline = null", "order", "due-5")(file_hands)

    plan = reconcile(file_hands.store)

    assert not plan.clean
    assert said in plan.damage[0]
    assert plan.left_alone == ("every document, and both books",)
    assert found(plan) == [stale], "a sound document says itself what it is found by"


@pytest.mark.parametrize(
    "damage",
    (
        "update entry set facts = '[]' where verb = 'allocate' and id = 'kept-3'",
        "update entry set facts = '[]' where verb = 'place' and id = 'kept-3'",
        "update version set version = 9 where version = 2 and id = 'kept-3'",
        "delete from version where version = 2 and id = 'kept-3'",
    ),
)
def test_of_a_damaged_entry_only_what_hangs_on_it_is_left_alone(
    file_hands: SqliteHands, damage: str
) -> None:
    file_hands.do(damage)
    for i in (3, 5):
        for spoil in EVERYWHERE:
            spoil(file_hands, i)

    plan = reconcile(file_hands.store)
    mend(file_hands, plan)

    assert plan.damage
    assert "order kept-3" in plan.left_alone
    assert "the books of GOODS-03" in plan.left_alone
    assert all("kept-3" in one or "GOODS-03" in one for one in plan.left_alone)
    assert {drift.ref for drift in plan.drifts} >= {Ref("", "order", "sent-3")}
    assert not [one for one in plan.drifts if one.position and one.position.sku == "GOODS-03"]
    assert len([one for one in plan.drifts if one.position and one.position.sku == "GOODS-05"]) > 8
    after = reconcile(file_hands.store)
    assert (after.drifts, after.damage) == ((), plan.damage)


def test_an_entry_that_is_there_twice_is_damage() -> None:
    with furnished("memory") as hands:
        store = cast("MemoryStore", hands.store)
        store._rows.append(store._rows[0])
        wrong_there(hands, 1)

        plan = reconcile(store)

    assert "for the second time" in plan.damage[0]
    assert plan.drifts == ()


# --- others -------------------------------------------------------------------------------------


def test_another_tenant_is_not_looked_at(any_shop: Shop) -> None:
    store = any_shop.store
    assert isinstance(store, MemoryStore | SqliteStore)
    north = Workflow(store, tenant="north", clock=Clock())
    at = Position("BRASS-LAMP", "leith")
    north.receive(at, 5)
    any_shop.receive(at, 3)
    store.mend("north", (MendThere(at, 5, 4),))

    assert reconcile(store).clean
    (drift,) = reconcile(store, "north").drifts
    assert drift.repair == MendThere(at, 4, 5)
    store.mend("north", (drift.repair,))
    assert reconcile(store, "north").clean


def _sell_on(store: MendableStore, stop: threading.Event, name: str) -> None:
    """Somebody who places, holds, cancels and receives for a while, or until told to stop."""
    shop = Workflow(store, TWO_PLACES, clock=Clock())
    for i in range(40):
        if stop.wait(0.02):
            return
        sku, id = SKUS[i % len(SKUS)], f"{name}-{i}"
        with suppress(Short):
            shop.place(id, new_order(line("1", sku, 1, "1.00"), cash_on_delivery=True))
            shop.reserve(id)
            shop.hold(id, "look", "somebody should look at it")
            shop.lift_hold(id, "look")
            if i % 3:
                shop.cancel(id)
        shop.receive(shelf(sku), 1)


@contextmanager
def selling(store: MendableStore) -> Iterator[None]:
    """While three others write to the store."""
    stop = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        others = [pool.submit(_sell_on, store, stop, f"other{i}") for i in range(3)]
        try:
            yield
        finally:
            stop.set()
        for other in others:
            other.result()


def test_nothing_that_others_write_meanwhile_looks_like_a_drift(hands: Hands) -> None:
    before = len(list(hands.store.entries()))

    with selling(hands.store):
        plans = [reconcile(hands.store) for _ in range(3)]

    assert all(plan.clean for plan in plans)
    assert next(hands.store.entries(before), None), "somebody wrote"


def test_a_file_in_memory_alone_is_read_at_one_instant_too() -> None:
    with SqliteStore(":memory:") as store:
        furnish(store)

        with selling(store):
            plans = [reconcile(store) for _ in range(3)]

    assert all(plan.clean for plan in plans)


def test_what_others_write_meanwhile_is_kept_while_the_store_is_mended(hands: Hands) -> None:
    for i, spoil in enumerate((lose_claim, wrong_there, wrong_claimed, missing_row, wrong_expiry)):
        spoil(hands, i + 1)
        spoil(hands, i + 6)

    with selling(hands.store):
        _mend_at_last(hands.store)

    assert reconcile(hands.store).clean
    assert_laws(hands.store)


def _mend_at_last(store: MendableStore) -> None:
    """Mend row by row, and look again wherever somebody else was quicker."""
    for _ in range(60):
        drifts = reconcile(store).drifts
        for drift in drifts:
            with suppress(Stale):
                store.mend("", (drift.repair,))
        if not drifts:
            return
    raise AssertionError("others were always quicker")


# --- laws and plans agree -----------------------------------------------------------------------


@pytest.mark.parametrize("spoil", EVERYWHERE, ids=lambda spoil: spoil.__name__)
def test_what_is_a_drift_breaks_a_law(hands: Hands, spoil: Callable[[Hands, int], Found]) -> None:
    spoil(hands, 2)

    assert reconcile(hands.store).drifts
    assert [law.name for law in audit(hands.store) if not law.holds]
