from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, TypeVar

import attrs
import pytest

from orderflow import (
    BadInput,
    Call,
    KeyReused,
    OutcomeUnknown,
    Position,
    Refused,
    RetryExhausted,
    Rules,
    Short,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.allocation import allocate, reserve
from orderflow.calls import Ref
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.orders import cancel, expire, hold, place
from orderflow.payments import expire_payment
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Document, Tender
from orderflow.sourcing.policies import NEAREST
from orderflow.workflow import random_key, utc_now
from tests.builders import (
    BELL,
    LAMP,
    MORNING,
    TWO_PLACES,
    Clock,
    Shop,
    assert_laws,
    eur,
    everything,
    new_order,
)
from tests.rivals import Crossed

D = TypeVar("D", bound=Document)

SHELF = Position("BRASS-LAMP", "leith")


def crossed(rules: Rules = TWO_PLACES) -> tuple[Crossed, Workflow, Workflow]:
    """A store, and two who work on it: we, and a rival."""
    store = Crossed()
    return store, Workflow(store, rules, clock=Clock()), Workflow(store, rules, clock=Clock())


# --- keys ---------------------------------------------------------------------


@pytest.mark.feature("F009")
def test_the_same_key_gives_the_same_answer_and_has_no_second_effect(any_shop: Shop) -> None:
    shop = any_shop
    first = shop.place("o-17", new_order((LAMP, 1)), key="web-77", by="anna")
    shop.hold("o-17", "fraud", "address unknown")
    before = everything(shop.store)

    again = shop.place("o-17", new_order((LAMP, 1)), key="web-77", by="anna")

    assert everything(shop.store) == before
    assert (first.repeated, again.repeated) == (False, True)
    assert again.facts == first.facts
    assert again.seq == first.seq
    assert again.document == shop.order("o-17"), "the document is as it is now"
    assert again.document.holds


def test_the_same_key_with_another_question_or_from_another_is_an_error(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1)), key="web-77", by="anna")
    before = everything(shop.store)

    others: tuple[tuple[Call[Any], str], ...] = (
        (place.on("o-17", new_order((LAMP, 2))), "anna"),
        (place.on("o-18", new_order((LAMP, 1))), "anna"),
        (place.on("o-17", new_order((LAMP, 1))), "bo"),
        (cancel.on("o-17"), "anna"),
    )
    for call, by in others:
        with pytest.raises(KeyReused, match="key web-77 was used before, for another"):
            shop.apply(call, key="web-77", by=by)
    assert everything(shop.store) == before


def test_a_refused_command_leaves_its_key_unused(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))
    assert shop.refuses(reserve.on("o-17"), key="web-78").startswith("BRASS-LAMP")
    shop.stock(LAMP, "leith", 1)

    done = shop.reserve("o-17", key="web-78")

    assert not done.repeated


def test_a_key_is_looked_up_only_where_something_stops_its_command() -> None:
    looked: list[str] = []

    class Asked(SqliteStore):
        def seen(self, tenant: str, key: str) -> Entry | None:
            looked.append(key)
            return super().seen(tenant, key)

    store = Asked(":memory:")
    shop = Workflow(store)
    shop.place("o-17", new_order((LAMP, 1)), key="k-1")
    shop.cancel("o-17", key="k-2")
    assert not looked

    assert shop.cancel("o-17", key="k-2").repeated
    with pytest.raises(Refused, match="order o-17 is cancelled: cannot cancel"):
        shop.cancel("o-17", key="k-3")
    with pytest.raises(KeyReused):
        shop.cancel("o-17", key="k-1")
    with pytest.raises(KeyReused):
        shop.cancel("o-17", (("no such line", 1),), key="k-2")
    assert looked == ["k-2", "k-3", "k-1", "k-2"]


def test_a_call_on_stock_may_be_repeated_too(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 5, key="delivery-3")

    assert any_shop.receive(SHELF, 5, key="delivery-3").repeated
    assert any_shop.free(LAMP, "leith") == 5


def test_two_tenants_may_use_one_key(any_shop: Shop) -> None:
    north, south = (Shop(any_shop.store, tenant=name) for name in ("north", "south"))

    north.receive(SHELF, 5, key="k-1")

    assert not south.receive(SHELF, 2, key="k-1").repeated


@pytest.mark.parametrize("key", ("", " k", "k\x00", "k" * 201, 7))
def test_a_key_is_proper_text(shop: Shop, key: Any) -> None:
    with pytest.raises(BadInput) as bad:
        Workflow(shop.store).receive(SHELF, 5, key=key)

    assert bad.value.path == "key"


def test_who_asks_is_proper_text_and_times_have_a_zone(shop: Shop) -> None:
    naive = Workflow(MemoryStore(), clock=lambda: datetime(2026, 3, 2))  # noqa: DTZ001 - refused
    wrong: Any = None

    with pytest.raises(BadInput, match="by: "):
        Workflow(shop.store).receive(SHELF, 5, by=wrong)
    with pytest.raises(BadInput, match="clock: the time has no time zone"):
        naive.receive(SHELF, 5)
    with pytest.raises(BadInput, match="tenant: "):
        Workflow(MemoryStore(), tenant=" north")


def test_without_a_key_one_is_drawn_that_nobody_has_used() -> None:
    store = MemoryStore()
    shop = Workflow(store)

    for _ in range(3):
        shop.receive(SHELF, 1)

    assert len({entry.key for entry in store.entries()}) == 3
    assert random_key() != random_key()
    assert utc_now().utcoffset() == timedelta(0)


def test_a_commit_whose_outcome_is_unknown_is_settled_by_the_same_key() -> None:
    class Torn(MemoryStore):
        torn = True

        def commit(self, change: Change) -> Committed:
            done = super().commit(change)
            if self.torn:
                self.torn = False
                raise OutcomeUnknown(change.key)
            return done

    shop = Workflow(Torn())

    with pytest.raises(OutcomeUnknown, match="send it again with the same key"):
        shop.receive(SHELF, 5, key="k-1")

    assert shop.receive(SHELF, 5, key="k-1").repeated


# --- others who are quicker ---------------------------------------------------


def test_a_document_that_has_moved_on_is_read_again() -> None:
    store, ours, rival = crossed()
    ours.place("o-17", new_order((LAMP, 1)))
    store.rivals = [lambda: rival.hold("o-17", "fraud", "address unknown")]

    done = ours.hold("o-17", "stock", "recount")

    assert [one.code for one in done.document.holds] == ["fraud", "stock"]
    assert_laws(store)


def test_what_is_read_again_may_be_refused() -> None:
    store, ours, rival = crossed()
    ours.place("o-17", new_order((LAMP, 1)))
    store.rivals = [lambda: rival.cancel("o-17")]

    with pytest.raises(Refused, match="order o-17 is cancelled: cannot cancel"):
        ours.cancel("o-17")


def test_the_same_key_carried_out_in_between_gives_its_answer_and_no_refusal() -> None:
    class Slow(MemoryStore):
        """What is asked first for a document finds that the same command was quicker."""

        rivals: tuple[Callable[[], object], ...] = ()

        def load(self, ref: Ref[D]) -> Stored[D] | None:
            rivals, self.rivals = self.rivals, ()
            for rival in rivals:
                rival()
            return super().load(ref)

    store = Slow()
    ours, rival = Workflow(store), Workflow(store)
    new = new_order((LAMP, 1))
    store.rivals = (lambda: rival.place("o-17", new, key="k-1"),)

    assert ours.place("o-17", new, key="k-1").repeated
    store.rivals = (lambda: rival.cancel("o-17", key="k-2"),)
    with pytest.raises(KeyReused):
        ours.place("o-17", new, key="k-2")
    with pytest.raises(Refused, match="order o-17 is there already"):
        ours.place("o-17", new, key="k-3")


def test_two_counts_at_once_end_at_what_was_counted() -> None:
    store, ours, rival = crossed()
    ours.receive(SHELF, 10)
    store.rivals = [lambda: rival.count(SHELF, 5)]

    ours.count(SHELF, 5)

    assert [row.there for row in store.books("").counters] == [5]
    store.rivals = [lambda: rival.receive(SHELF, 2)]
    ours.count(SHELF, 6)
    assert [row.there for row in store.books("").counters] == [6]
    assert_laws(store)


def test_two_who_set_a_limit_at_once_do_not_add_it_up() -> None:
    store, ours, rival = crossed()
    store.rivals = [lambda: rival.set_limit("SPRING-COUPON", 100)]

    ours.set_limit("SPRING-COUPON", 100)

    assert [row.there for row in store.books("").counters] == [100]


def test_a_document_that_was_only_read_must_not_have_moved_on_either() -> None:
    store, ours, rival = crossed()
    ours.expect("s-1", SHELF, 5, MORNING + timedelta(days=7))
    ours.place("o-17", new_order((LAMP, 1)))
    store.rivals = [lambda: rival.receive_supply("s-1", 0, last=True)]

    with pytest.raises(Refused, match="supply s-1 is closed"):
        ours.reserve("o-17", "s-1")


def test_whoever_meets_others_too_often_gives_up_and_has_changed_nothing() -> None:
    store, ours, rival = crossed(attrs.evolve(TWO_PLACES, tries_max=3))
    ours.place("o-17", new_order((LAMP, 1)))

    def quicker(code: str) -> Callable[[], object]:
        # The rival's own commit finds the next rival in the list, so an idle one stands between.
        return lambda: rival.hold("o-17", code, "recount")

    store.rivals = [one for i in range(3) for one in (quicker(f"h-{i}"), lambda: None)]

    with pytest.raises(RetryExhausted, match="cancel met other writers 3 times"):
        ours.cancel("o-17", key="k-9")
    assert store.seen("", "k-9") is None


def test_stock_that_is_gone_in_between_is_planned_again() -> None:
    store, ours, rival = crossed()
    ours.receive(SHELF, 2)
    ours.receive(Position("BRASS-LAMP", "york"), 1)
    for id in ("o-17", "o-18"):
        ours.place(id, new_order((LAMP, 2), cash_on_delivery=True))
    store.rivals = [lambda: rival.allocate("o-18")]

    order = ours.allocate("o-17").document

    assert [(spot.state.value, spot.slice.location, spot.n) for _, spot in order.units()] in (
        [("allocated", "york", 1), ("backordered", "", 1)],
        [("backordered", "", 1), ("allocated", "york", 1)],
    )
    assert_laws(store)


def test_a_claim_that_reads_no_figures_is_refused_at_once() -> None:
    store, ours, rival = crossed()
    ours.receive(SHELF, 1)
    store.rivals = [lambda: rival.hold_stock("h-2", SHELF, 1)]

    with pytest.raises(Short, match="BRASS-LAMP at leith: 1 asked, 0 free"):
        ours.hold_stock("h-1", SHELF, 1)


@pytest.mark.feature("F125")
def test_threads_that_buy_at_once_get_what_there_is_and_no_more() -> None:
    store = MemoryStore()
    Workflow(store).receive(SHELF, 30)
    granted: list[str] = []

    def buy(name: str) -> None:
        flow = Workflow(store, clock=Clock())
        for i in range(10):
            try:
                flow.hold_stock(f"{name}-{i}", SHELF, 1)
            except Short:
                continue
            granted.append(f"{name}-{i}")

    buyers = [Thread(target=buy, args=(f"t{i}",)) for i in range(6)]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()

    assert len(granted) == 30
    assert_laws(store)


# --- asking beforehand --------------------------------------------------------


def test_asking_why_not_changes_nothing(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 2))
    shop.stock(LAMP, "leith", 2)
    before = everything(shop.store)

    assert shop.why_not(allocate.on("o-17")) == ()
    (reason,) = shop.why_not(hold_stock.on("h-1", SHELF, 3))
    assert str(reason) == "BRASS-LAMP at leith: 3 asked, 2 free"
    (reason,) = shop.why_not(cancel.on("o-9"))
    assert str(reason) == "there is no order o-9"
    assert everything(shop.store) == before


def test_every_short_position_is_named_at_once(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 2), (BELL, 1))

    reasons = shop.reasons(reserve.on("o-17"))

    assert [dict(reason.facts)["sku"] for reason in reasons] == ["BRASS-LAMP", "SHIP-BELL"]


# --- what has fallen due ------------------------------------------------------


@pytest.mark.feature("F078")
def test_what_has_fallen_due_is_listed_by_time_with_the_call_that_silence_means(
    any_shop: Shop,
) -> None:
    shop = any_shop
    for i, minutes in ((1, 30), (2, 10), (3, 90)):
        until = MORNING + timedelta(minutes=minutes)
        shop.place(f"o-{i}", new_order((LAMP, 1), pay_by=until))
    shop.await_payment("pay-9", eur(1000), expires_at=MORNING + timedelta(minutes=20))
    shop.place("o-4", new_order((LAMP, 1)))
    hour = MORNING + timedelta(hours=1)

    found = shop.due(hour)

    assert [one.call for one in found] == [
        expire.on("o-2"),
        expire_payment.on("pay-9"),
        expire.on("o-1"),
    ]
    assert len(shop.due(hour, limit=2)) == 2
    shop.clock.at = hour
    for one in found:
        shop.apply(one.call)
    assert shop.due(hour) == []


def test_another_tenants_limits_are_not_ours(any_shop: Shop) -> None:
    north = Shop(any_shop.store, tenant="north")
    north.place("o-17", new_order((LAMP, 1), pay_by=MORNING))

    assert any_shop.due(MORNING) == []
    (found,) = north.due(MORNING)
    assert north.apply(found.call).facts


def test_a_time_without_a_zone_is_no_question(shop: Shop) -> None:
    with pytest.raises(BadInput, match="at: the time has no time zone"):
        shop.due(datetime(2026, 3, 2))  # noqa: DTZ001 - refused


@pytest.mark.parametrize("limit", (0, -1, True, 1.0, "3", None))
def test_a_limit_that_is_no_count_is_bad_input(shop: Shop, limit: Any) -> None:
    with pytest.raises(BadInput, match=r"^limit: "):
        shop.due(MORNING, limit=limit)


# --- dangers ------------------------------------------------------------------


@pytest.mark.feature("F138", "F290", "F293")
def test_a_promise_in_danger_is_listed_until_the_difference_is_zero(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    order = shop.sell("o-17", (LAMP, 4))
    shop.allocate("o-17")
    assert shop.in_danger() == ()

    shop.count(SHELF, 3)

    (danger,) = shop.in_danger()
    assert danger.counter.over_committed == 1
    assert [(claim.holder, claim.n) for claim in danger.claims] == [(order.ref, 4)]
    shop.cancel("o-17", (("1", 1),))
    assert shop.in_danger() == ()


# --- running questions again --------------------------------------------------


def test_under_other_rules_an_answer_would_be_a_trial(shop: Shop) -> None:
    shop.receive(SHELF, 5)
    entry = next(iter(shop.store.entries()))
    other = Workflow(shop.store, attrs.evolve(TWO_PLACES, policy=NEAREST))

    assert shop.again(entry) == entry.facts
    with pytest.raises(ValueError, match="entry 1 was decided under other rules"):
        other.again(entry)


@pytest.mark.feature("F020", "F188")
def test_an_entry_keeps_question_actor_time_and_versions(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1)), by="anna")
    shop.clock.forward(hours=2)
    shop.pay("pay-1", eur(400), (("o-17", 400),), by="bo", key="bank-9")

    placed, paid = shop.store.entries()

    assert (placed.seq, placed.by, placed.at) == (1, "anna", MORNING)
    assert placed.call == place.on("o-17", new_order((LAMP, 1)))
    assert (paid.seq, paid.by, paid.key, paid.at) == (2, "bo", "bank-9", shop.clock.at)
    assert [(ref.id, version) for ref, version in paid.versions] == [("o-17", 2), ("pay-1", 1)]
    assert list(shop.store.entries(1)) == [paid]
    assert list(shop.store.entries(0, shop.payment("pay-1").ref)) == [paid]
    assert shop.order("o-17").tenders == (Tender("pay-1", 400),)


def test_a_workflow_tells_its_rules_and_tenant() -> None:
    shop = Workflow(MemoryStore(), TWO_PLACES, tenant="north")

    assert shop.rules is TWO_PLACES
    assert shop.tenant == "north"
    call = hold.on("o-17", "fraud", "unknown")
    assert [reason.code for reason in shop.why_not(call)] == ["not_found"]


def test_what_is_no_store_no_rules_no_call_or_no_name_is_a_mistake_that_says_what_is_wanted(
    shop: Shop,
) -> None:
    name: Any = "shop.sqlite"

    with pytest.raises(TypeError, match=r"a Store is wanted, such as SqliteStore\(path\)"):
        Workflow(name)
    with pytest.raises(TypeError, match="Rules are wanted"):
        Workflow(shop.store, name)
    with pytest.raises(TypeError, match="a call is wanted"):
        shop.why_not(name)
    with pytest.raises(TypeError, match="a Ref is wanted"):
        Workflow(shop.store).options(name)


@pytest.mark.parametrize("kind", ([], None, 7, ("order",), "orders"))
def test_what_is_held_is_of_a_kind_that_there_is(shop: Shop, kind: Any) -> None:
    with pytest.raises(BadInput, match="kind: one of order"):
        shop.held(kind=kind)


def test_only_an_entry_is_run_again(shop: Shop) -> None:
    for entry in (None, 7, "1"):
        with pytest.raises(TypeError, match="an Entry is wanted"):
            shop.again(entry)  # type: ignore[arg-type]  # what a hurried host might hand over


def test_a_lot_is_named_with_its_sku(any_shop: Shop) -> None:
    any_shop.receive(Position("BRASS-LAMP", "leith", lot="L-1"), 2)

    with pytest.raises(BadInput, match="BRASS-LAMP/L-1"):
        any_shop.hold_lot("L-1", "recall", "it gets too hot")
    with pytest.raises(BadInput, match="BRASS-LAMP/L-1"):
        any_shop.lift_lot_hold("L-1", "recall")
    with pytest.raises(BadInput, match="BRASS-LAMP/L-1"):
        any_shop.set_expiry("L-1")
