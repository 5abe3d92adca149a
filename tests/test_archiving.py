"""What has ended is put away, is read as before, and comes back when anything happens to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, cast

import attrs
import pytest

from orderflow import BadInput, MoveRefused, Ref, Stale, Workflow, verbs
from orderflow.adapters import codec
from orderflow.adapters.archiving import Archiving
from orderflow.adapters.memory import MemoryStore
from orderflow.archiving import Archive, forget, is_at_rest, put_away
from orderflow.audit import DriftKind, Plan, audit, reconcile
from orderflow.journal import Stored
from orderflow.mending import Mendable
from orderflow.ports import People, Query, Store, every
from orderflow.records import KINDS, Order
from orderflow.states import OrderState, PaymentState
from tests.builders import LAMP, MORNING, Clock, Shop, eur, new_order
from tests.test_stores import prepared

A_YEAR = timedelta(days=365)
ORDER: Ref[Order] = Ref("", "order", "o-17")


def archive_of(store: Store) -> Archive:
    return cast("Archive", store)


def over(shop: Shop, id: str = "o-17", parcel: str = "p-1", **more: Any) -> None:
    """An order that was sold, has come, and is archived."""
    shop.stock(LAMP, "leith", 2)
    shop.sell(id, (LAMP, 2), **more)
    shop.allocate(id)
    shop.ship(id, parcel)
    shop.deliver(parcel)
    shop.clock.forward(days=60)
    shop.complete(id)
    shop.archive(id)
    shop.clock.forward(days=366)


@pytest.fixture
def old(any_shop: Shop) -> Shop:
    """A shop that has put one finished order away, a year later."""
    over(any_shop, channel="web", number="W-77")
    any_shop.sell("o-18", (LAMP, 1))
    assert put_away(archive_of(any_shop.store), any_shop.clock.at - A_YEAR) == 4
    return any_shop


def kept(store: Store) -> list[str]:
    """What lists are made of."""
    return sorted(str(stored.value.ref) for kind in KINDS for stored in every(store, Query(kind)))


# --- what is said of it -------------------------------------------------------------------------


@pytest.mark.feature("F080", "F187")
def test_what_has_ended_and_is_old_leaves_the_lists_and_is_read_as_before(any_shop: Shop) -> None:
    shop, store = any_shop, archive_of(any_shop.store)
    over(shop)
    shop.sell("o-18", (LAMP, 1))
    before = {ref: store.load(ref) for ref in (ORDER, Ref[Any]("", "parcel", "p-1"))}
    journal = list(store.entries())

    away = put_away(store, shop.clock.at - A_YEAR)

    assert away == 4  # the order, its payment, its dispatch and its parcel
    assert kept(store) == ["order o-18", "payment pay-o-18"]
    assert {ref: store.load(ref) for ref in before} == before
    assert list(store.entries()) == journal
    assert shop.order("o-17").state is OrderState.ARCHIVED
    assert put_away(store, shop.clock.at - A_YEAR) == 0


def test_what_was_put_away_is_found_by_order_and_number_or_when_asked_for(old: Shop) -> None:
    store = old.store

    def ids(query: Query) -> list[str]:
        return [stored.value.ref.id for stored in store.find(query)]

    assert ids(Query("order", customer="c-7")) == ["o-18"]
    assert ids(Query("order", customer="c-7", archived=True)) == ["o-17", "o-18"]
    assert ids(Query("order", customer="c-7", archived=True, limit=1)) == ["o-17"]
    assert ids(Query("order", archived=True, after="o-17")) == ["o-18"]
    assert ids(Query("order", channel="web", number="W-77")) == ["o-17"]
    assert ids(Query("parcel", order="o-17")) == ["p-1"]
    assert ids(Query("payment", order="o-17")) == ["pay-o-17"]
    assert ids(Query("parcel")) == []


def test_a_late_scan_finds_a_parcel_that_was_put_away(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 2)
    for n in (1, 2):
        any_shop.sell(f"o-{n}", (LAMP, 1))
        any_shop.allocate(f"o-{n}")
        any_shop.pack_up(f"o-{n}", f"p-{n}")
        any_shop.hand_over(f"p-{n}", "north-post", "NP-77")
        any_shop.deliver(f"p-{n}")
    any_shop.clock.forward(days=60)
    for n in (1, 2):
        any_shop.complete(f"o-{n}")
        any_shop.archive(f"o-{n}")
        any_shop.clock.forward(days=1)
        if n == 1:
            put_away(archive_of(any_shop.store), any_shop.clock.at)

    # A number that a carrier uses again is that of what is on its road now.
    assert [parcel.ref.id for parcel in any_shop.numbered("NP-77")] == ["p-2"]
    put_away(archive_of(any_shop.store), any_shop.clock.at)
    assert [parcel.ref.id for parcel in any_shop.numbered("NP-77")] == ["p-1", "p-2"]


def test_who_has_goods_of_a_lot_is_known_of_orders_that_were_put_away(any_shop: Shop) -> None:
    any_shop.receive(any_shop.stock(LAMP, "leith", 1, lot="L7"), 1)
    any_shop.sell("o-17", (LAMP, 2))
    any_shop.allocate("o-17")
    any_shop.ship("o-17", "p-1")
    any_shop.deliver("p-1")
    any_shop.clock.forward(days=60)
    any_shop.complete("o-17")
    any_shop.archive("o-17")
    any_shop.clock.forward(days=366)
    put_away(archive_of(any_shop.store), any_shop.clock.at)

    assert [(got.order, got.n) for got in any_shop.who_got("BRASS-LAMP", "L7")] == [("o-17", 2)]


# --- what may not leave --------------------------------------------------------------------------


def test_what_is_young_or_goes_on_stays(any_shop: Shop) -> None:
    shop, store = any_shop, archive_of(any_shop.store)
    over(shop)
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-18", (LAMP, 1))
    shop.await_payment("pay-19", eur(500))
    shop.hold("o-17", "fraud", "somebody has asked")
    shop.clock.forward(days=400)

    assert put_away(store, MORNING) == 0
    assert put_away(store, shop.clock.at) == 0  # what is about an order leaves when that may
    shop.lift_hold("o-17", "fraud")
    assert put_away(store, shop.clock.at) == 3  # the order has just been changed
    shop.clock.forward(seconds=1)
    assert put_away(store, shop.clock.at) == 1
    assert kept(shop.store) == ["order o-18", "payment pay-19", "payment pay-o-18"]


def test_what_was_never_wanted_leaves_too(any_shop: Shop) -> None:
    shop, store = any_shop, archive_of(any_shop.store)
    shop.place("o-17", new_order((LAMP, 1)))
    shop.cancel("o-17")
    shop.clock.forward(days=1)

    assert put_away(store, shop.clock.at) == 1


def test_as_many_leave_as_are_asked_for(any_shop: Shop) -> None:
    shop, store = any_shop, archive_of(any_shop.store)
    for n in range(5):
        shop.place(f"o-{n}", new_order((LAMP, 1)))
        shop.cancel(f"o-{n}")
    shop.clock.forward(days=1)

    assert [put_away(store, shop.clock.at, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_another_tenant_is_left_alone(store: Store) -> None:
    for tenant in ("north", "south"):
        house = Workflow(store, tenant=tenant, clock=Clock())
        house.place("o-17", new_order((LAMP, 1)))
        house.cancel("o-17")

    assert put_away(archive_of(store), MORNING + A_YEAR, "north") == 1
    assert [len(tuple(store.find(Query("order", name)))) for name in ("north", "south")] == [0, 1]


def test_what_is_no_store_of_that_kind_or_no_time_is_refused_in_words() -> None:
    nobody: Any = object()
    with pytest.raises(TypeError, match="a store that can put documents away is wanted"):
        put_away(nobody, MORNING)
    with pytest.raises(BadInput, match="before: the time has no time zone"):
        put_away(archive_of(MemoryStore()), MORNING.replace(tzinfo=None))
    with pytest.raises(BadInput, match="limit"):
        put_away(archive_of(MemoryStore()), MORNING, limit=0)


def test_what_waits_for_anybody_is_not_at_rest(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-17", (LAMP, 2))
    assert not is_at_rest(shop.order("o-17"))
    assert is_at_rest(shop.payment("pay-o-17"))
    shop.pay("pay-2", eur(500), ())
    assert not is_at_rest(shop.payment("pay-2"))  # no order has used its money
    shop.place("o-18", new_order((LAMP, 1)))
    shop.cancel("o-18")
    assert is_at_rest(shop.order("o-18"))
    shop.sell("o-19", (LAMP, 1))
    shop.cancel("o-19")
    assert not is_at_rest(shop.order("o-19"))  # its money is owed back
    shop.expect("s-1", shop.stock(LAMP, "york", 1), 3, MORNING)
    assert not is_at_rest(shop.supply("s-1"))


# --- who is forgotten ----------------------------------------------------------------------------


@pytest.mark.feature("F256")
def test_who_has_only_old_orders_is_forgotten_and_the_journal_folds(any_shop: Shop) -> None:
    shop, people = any_shop, cast("People", any_shop.store)
    for customer in ("c-7", "c-8", "c-10"):
        people.put(customer, {"name": f"Ann of {customer}"})
    over(shop, customer="c-7")
    over(shop, "o-18", "p-2", customer="c-8")
    shop.place("o-19", new_order((LAMP, 1), customer="c-8"))  # and something goes on with her
    put_away(archive_of(shop.store), shop.clock.at)

    assert forget(shop.store, people, MORNING) == ()
    assert forget(shop.store, people, shop.clock.at, ("", "north")) == ("c-7",)

    assert people.get("c-7") is None
    assert people.get("c-8") == {"name": "Ann of c-8"}
    assert people.get("c-10") == {"name": "Ann of c-10"}  # who has ordered nothing yet
    assert forget(shop.store, people, shop.clock.at) == ()
    assert shop.order("o-17").customer == "c-7"


def test_who_goes_on_with_another_tenant_is_kept(store: Store) -> None:
    people = cast("People", store)
    people.put("c-7", {"name": "Ann"})
    north, south = (Workflow(store, tenant=name, clock=Clock()) for name in ("north", "south"))
    north.place("o-17", new_order((LAMP, 1)))
    north.cancel("o-17")
    south.place("o-17", new_order((LAMP, 1)))
    put_away(archive_of(store), MORNING + A_YEAR, "north")

    assert forget(store, people, MORNING + A_YEAR, ("north", "south")) == ()
    south.cancel("o-17")
    put_away(archive_of(store), MORNING + A_YEAR, "south")
    assert forget(store, people, MORNING + A_YEAR, ("north", "south")) == ("c-7",)


def test_whom_to_forget_is_told_in_words() -> None:
    store, wrong = MemoryStore(), cast("Any", "north")
    with pytest.raises(BadInput, match="tenants: a tuple of names is wanted"):
        forget(store, store, MORNING, wrong)
    with pytest.raises(BadInput, match="before: the time has no time zone"):
        forget(store, store, MORNING.replace(tzinfo=None))


# --- what happens to it after that ----------------------------------------------------------------


def test_a_late_dispute_brings_back_what_it_is_about(old: Shop) -> None:
    old.charge_back("pay-o-17", eur(500), "o-17")

    assert old.payment("pay-o-17").state is PaymentState.DISPUTED
    assert {"payment pay-o-17", "order o-17"} <= set(kept(old.store))
    old.clock.forward(days=400)
    assert put_away(archive_of(old.store), old.clock.at) == 0
    old.settle_dispute("pay-o-17", won=True)
    assert old.payment("pay-o-17").state is PaymentState.CAPTURED


def test_what_is_refused_on_an_archived_order_is_refused_as_before(old: Shop) -> None:
    before = kept(old.store)
    assert "o-17" in old.refuses(verbs.cancel.on("o-17"))
    assert "o-17" in old.refuses(verbs.ask_return.on("r-1", "o-17", (("1", 1),)))
    assert old.why_not(verbs.hold.on("o-17", "fraud", "somebody has asked")) == ()
    assert kept(old.store) == before


def test_a_hold_on_an_archived_order_stands_and_it_can_be_put_away_again(old: Shop) -> None:
    old.hold("o-17", "fraud", "somebody has asked")
    assert [one.ref.id for one in old.held("fraud")] == ["o-17"]
    old.lift_hold("o-17", "fraud")
    old.clock.forward(days=1)

    assert put_away(archive_of(old.store), old.clock.at) == 1
    assert old.order("o-17").state is OrderState.ARCHIVED


def test_a_number_stays_taken(old: Shop) -> None:
    again = new_order((LAMP, 1), channel="web", number="W-77")
    assert "o-17" in old.refuses(verbs.place.on("o-19", again))

    # Neither by who has not looked, and commits at once.
    change = attrs.evolve(prepared(old.store, verbs.place.on("o-19", again)), at=old.clock.at)
    with pytest.raises(MoveRefused) as no:
        old.store.commit(change)
    assert [refusal.code for refusal in no.value.refusals] == ["number_taken"]
    assert old.store.load(Ref("", "order", "o-19")) is None


def test_an_id_stays_taken(old: Shop) -> None:
    assert "o-17" in old.refuses(verbs.place.on("o-17", new_order((LAMP, 1))))


def test_who_read_it_before_it_was_put_away_is_served(any_shop: Shop) -> None:
    over(any_shop)
    change = prepared(any_shop.store, verbs.hold.on("o-17", "fraud", "somebody has asked"))
    put_away(archive_of(any_shop.store), any_shop.clock.at)

    any_shop.store.commit(change)

    assert [hold.code for hold in any_shop.order("o-17").holds] == ["fraud"]


def test_a_change_of_what_has_moved_on_is_refused(old: Shop) -> None:
    change = prepared(old.store, verbs.hold.on("o-17", "fraud", "somebody has asked"))
    old.hold("o-17", "special_handling", "a fragile thing")
    old.lift_hold("o-17", "special_handling")
    put_away(archive_of(old.store), old.clock.at + A_YEAR)

    with pytest.raises(Stale, match="order o-17"):
        old.store.commit(change)
    assert old.order("o-17").holds == ()


def test_a_document_that_has_moved_on_stays(old: Shop) -> None:
    gone: Ref[Order] = Ref("", "order", "o-99")
    moved: Ref[Order] = Ref("", "order", "o-18")

    assert archive_of(old.store).put_away([(gone, 1), (moved, 1), (ORDER, 1)]) == 0
    assert archive_of(old.store).put_away([]) == 0
    assert "order o-18" in kept(old.store)


def test_a_drift_of_what_was_put_away_is_found_and_mended(old: Shop) -> None:
    store = cast("Mendable", old.store)
    assert all(not law.breaches for law in audit(old.store))
    assert reconcile(store) == Plan("", (), (), ())

    stored = old.store.load(ORDER)
    assert stored is not None
    spoilt = attrs.evolve(stored.value, customer="c-8")
    spoil(old.store, spoilt)

    plan = reconcile(store)
    assert [drift.kind for drift in plan.drifts] == [DriftKind.CHANGED_DOCUMENT]
    store.mend("", plan.repairs)
    again = reconcile(store)
    store.mend("", again.repairs)
    assert reconcile(store) == Plan("", (), (), ())
    assert old.store.load(ORDER) == stored


def spoil(store: Store, order: Order) -> None:
    """Write another document over one in the archive, behind the adapter."""
    match store:
        case MemoryStore():
            store._archive[order.ref] = Stored(order, store._archive[order.ref].version)
        case Archiving():
            body = codec.put_document(order)
            store._at_once("spoil", lambda db: db.execute(SPOIL, (body, *order.ref)))
        case _:
            raise AssertionError(f"nobody knows how to spoil {store}")


SPOIL: Final = "update archive set body = ? where tenant = ? and kind = ? and id = ?"
