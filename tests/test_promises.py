"""Promises of orders: committed, pegged anew, given new dates; slips of supply."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
import pytest

from orderflow import BadInput, Position, Refused, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.ports import Store
from orderflow.promising import Instead, Wanted
from orderflow.promising.committing import promise, repeg, repromise
from orderflow.promising.dangers import Why
from orderflow.promising.slipping import slip
from orderflow.records import Claim, Counter, Order
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, MORNING, TWO_PLACES, Clock, Shop, line, new_order
from tests.test_stores import together

SHELF: Final = Position("BRASS-LAMP", "leith")


def day(n: int) -> datetime:
    return MORNING + timedelta(days=n)


def pegs(order: Order) -> dict[tuple[str, int], int]:
    """How many units stand promised, by supply row and by day."""
    found: dict[tuple[str, int], int] = {}
    for _, spot in order.units():
        if spot.state is UnitState.RESERVED and spot.slice.promised is not None:
            key = (spot.slice.peg, (spot.slice.promised - MORNING).days)
            found[key] = found.get(key, 0) + spot.n
    return found


# --- promising ----------------------------------------------------------------------------------


@pytest.mark.feature("F116")
@pytest.mark.feature("F139")
def test_an_order_is_promised_by_a_date_out_of_what_is_to_come(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.expect("po-1", SHELF, 10, day(5))
    shop.sell("o-17", (LAMP, 12))

    shop.promise("o-17", date=day(7))

    assert pegs(shop.order("o-17")) == {("po-1", 7): 10, ("", 7): 2}
    assert shop.free(LAMP, "leith") == 4
    shop.assert_lawful()


def test_a_promise_that_cannot_be_kept_by_its_date_says_how_many_can_and_when(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.expect("po-1", SHELF, 10, day(5))
    shop.sell("o-17", (LAMP, 12))

    said = shop.refuses(promise.on("o-17", date=day(2)))

    assert said == (
        "line 1 of order o-17: 12 BRASS-LAMP cannot be promised by 2026-03-04T09:00:00+00:00; "
        "what can be: 6 (2026-03-04T09:00:00+00:00), 6 (2026-03-07T09:00:00+00:00)"
    )


def test_a_date_that_is_past_is_said_to_be(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.sell("o-17", (LAMP, 2))
    shop.sell("o-18", line("1", LAMP, 2, promised=day(-1)), (BELL, 1))

    assert shop.codes(promise.on("o-17", date=day(-1))) == ["date_past", "not_in_time"]
    assert shop.refuses(promise.on("o-17", date=day(-1))).startswith(
        "line 1 of order o-17: the date 2026-03-01T09:00:00+00:00 is past"
    )
    assert shop.codes(promise.on("o-18")) == ["date_past", "not_in_time", "not_in_time"]


def test_each_line_that_misses_its_date_is_a_reason(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 6)
    shop.sell("o-17", (LAMP, 7), (BELL, 1))

    assert shop.codes(promise.on("o-17")) == ["not_in_time", "not_in_time"]
    assert "any date; what can be: 0" in shop.refuses(promise.on("o-17"))


def test_what_can_be_had_is_promised_in_parts_where_that_is_asked(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.expect("po-1", SHELF, 3, day(5))
    shop.sell("o-17", (LAMP, 12))

    shop.promise("o-17", date=day(2), policy="partial")

    assert pegs(shop.order("o-17")) == {("", 2): 6, ("po-1", 5): 3}
    assert shop.bag("o-17") == {"open": 3, "reserved": 9}
    assert shop.codes(promise.on("o-17", policy="partial")) == ["not_in_time"]
    shop.assert_lawful()


def test_a_line_is_promised_by_the_date_that_was_asked_for_it(shop: Shop) -> None:
    shop.expect("po-1", SHELF, 3, day(5))
    shop.sell("o-17", line("1", LAMP, 2, promised=day(6)))
    shop.sell("o-18", line("1", LAMP, 1, promised=day(4)))

    shop.promise("o-17")

    assert pegs(shop.order("o-17")) == {("po-1", 6): 2}
    assert shop.codes(promise.on("o-18")) == ["not_in_time"]


def test_one_date_for_all_waits_for_the_last(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 6)
    shop.expect("po-1", Position("SHIP-BELL", "leith"), 1, day(5))
    shop.sell("o-17", (LAMP, 2), (BELL, 1))

    shop.promise("o-17", policy="one date")

    assert pegs(shop.order("o-17")) == {("", 5): 2, ("po-1", 5): 1}


def test_a_promise_keeps_to_the_location_that_was_asked(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 6)
    shop.stock(LAMP, "york", 6)
    shop.sell("o-17", (LAMP, 2))

    shop.promise("o-17", location="york")

    assert shop.free(LAMP, "york") == 4
    assert shop.free(LAMP, "leith") == 6


@pytest.mark.feature("F125")
def test_an_earlier_promise_makes_room_and_keeps_its_date(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(9))
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-2", (LAMP, 4))

    shop.promise("o-2", date=day(2))

    assert pegs(shop.order("o-1")) == {("", 9): 1, ("po-1", 9): 4}
    assert pegs(shop.order("o-2")) == {("", 2): 4}
    shop.assert_lawful()


def test_what_is_allocated_makes_room_for_nobody(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(9))
    shop.allocate("o-1")
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-2", (LAMP, 4))

    assert shop.codes(promise.on("o-2", date=day(2))) == ["not_in_time"]


def test_promised_goods_are_allocated_when_they_have_come(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1")
    shop.receive_supply("po-1", 5)

    shop.allocate("o-1")

    assert shop.bag("o-1") == {"allocated": 5}
    assert shop.store.claims_of("", ["BRASS-LAMP"], MORNING)[0].due is None
    shop.assert_lawful()


def test_a_cancelled_promise_gives_its_source_free(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1")

    shop.cancel("o-1")

    assert shop.free(LAMP, "leith", peg="po-1") == 5
    assert pegs(shop.order("o-1")) == {}
    shop.assert_lawful()


def test_a_service_is_promised_from_no_shelf(shop: Shop) -> None:
    shop.sell("o-1", line("1", LAMP, 1, service=True))

    assert shop.codes(promise.on("o-1")) == ["not_goods"]


def test_a_promise_asks_for_sense(shop: Shop) -> None:
    shop.sell("o-1", (LAMP, 1))

    assert shop.cannot_take(promise.on("o-1", policy="some")) == "policy"
    assert shop.cannot_take(promise.on("o-1", date=datetime(2026, 3, 4))) == "date"  # noqa: DTZ001
    assert shop.cannot_take(promise.on("o-1", location=" leith")) == "location"


# --- slips --------------------------------------------------------------------------------------


def test_a_slip_is_recorded_and_breaks_no_promise_by_itself(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))

    supply = shop.slip("po-1", day(12)).document

    assert supply is not None
    assert (supply.due, supply.expected) == (day(12), 5)
    assert pegs(shop.order("o-1")) == {("po-1", 6): 5}
    shop.assert_lawful()


def test_supply_may_come_short_before_it_comes(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.receive_supply("po-1", 1)

    supply = shop.slip("po-1", day(5), to_come=2).document

    assert supply is not None
    assert (supply.expected, supply.received) == (3, 1)
    assert shop.free(LAMP, "leith", peg="po-1") == 2
    shop.assert_lawful()


def test_a_slip_of_supply_that_is_closed_is_written_down(shop: Shop) -> None:
    shop.expect("po-1", SHELF, 5, day(5))
    shop.receive_supply("po-1", 5, last=True)

    supply = shop.slip("po-1", day(9), to_come=2).document

    assert supply is not None
    assert (supply.due, supply.expected) == (day(9), 5)
    assert shop.cannot_take(slip.on("po-1", day(9), -1)) == "to_come"


@pytest.mark.feature("F121")
def test_promises_are_pegged_off_a_late_supply_and_keep_their_dates(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))
    shop.slip("po-1", day(12))
    shop.expect("po-2", SHELF, 3, day(6))
    shop.stock(LAMP, "york", 9)

    shop.repeg("o-1")

    assert pegs(shop.order("o-1")) == {("po-1", 6): 2, ("po-2", 6): 3}
    assert (
        shop.refuses(repeg.on("o-1"))
        == "no other supply keeps the date of 2 units that order o-1 was promised"
    )
    shop.assert_lawful()


def test_promises_that_cannot_be_kept_are_given_the_earliest_date_that_can(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))
    shop.slip("po-1", day(12))
    shop.stock(LAMP, "york", 2)

    shop.repromise("o-1")

    assert pegs(shop.order("o-1")) == {("", 0): 2, ("po-1", 12): 3}
    assert shop.refuses(repromise.on("o-1")) == "no unit of order o-1 can repromise"
    shop.assert_lawful()


def test_where_no_other_supply_keeps_a_date_a_new_one_is_offered(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))
    assert shop.refuses(repeg.on("o-1")) == "no unit of order o-1 can repeg"

    shop.slip("po-1", day(12))

    (reason,) = shop.why_not(repeg.on("o-1"))
    assert (reason.code, dict(reason.facts)["n"]) == ("no_other_supply", 5)
    (remedy,) = reason.remedies
    assert remedy.verb == "repromise"
    shop.apply(remedy)
    assert shop.in_danger() == ()


def test_a_promise_without_any_supply_left_can_be_given_no_date(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))
    shop.count(SHELF, 0)

    assert shop.codes(repromise.on("o-1")) == ["not_in_time"]


def test_what_has_come_of_a_late_supply_keeps_its_promises(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))
    shop.receive_supply("po-1", 2)
    shop.slip("po-1", day(12))

    shop.repromise("o-1")

    assert pegs(shop.order("o-1")) == {("po-1", 6): 2, ("po-1", 12): 3}


# --- dangers and what saves -----------------------------------------------------------------------


def test_promises_whose_supply_comes_too_late_are_listed_until_they_are_decided(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))
    assert shop.in_danger() == ()

    shop.slip("po-1", day(12))

    (danger,) = shop.in_danger()
    assert danger.why is Why.LATE
    assert danger.counter == Counter(SHELF._replace(peg="po-1"), 5, 5)
    assert [(claim.holder.id, claim.n, claim.due) for claim in danger.claims] == [
        ("o-1", 5, day(6))
    ]
    shop.repromise("o-1")
    assert shop.in_danger() == ()


def test_a_supply_that_is_overdue_endangers_what_is_due(shop: Shop) -> None:
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1")

    shop.clock.forward(days=6)

    assert [danger.why for danger in shop.in_danger()] == [Why.LATE]


def test_supply_that_comes_short_leaves_its_promises_in_danger(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(5))
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(6))

    shop.slip("po-1", day(5), to_come=3)

    (danger,) = shop.in_danger()
    assert (danger.why, danger.counter.over_committed) == (Why.OVER_COMMITTED, 2)


def test_before_a_slip_is_recorded_it_says_what_it_would_break_and_what_saves_the_most(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 6, day(5))
    for id, priority in (("o-1", 3), ("o-2", 1), ("o-3", 2)):
        shop.sell(id, (LAMP, 2), priority=priority)
        shop.promise(id, date=day(6))
    shop.expect("po-2", SHELF, 3, day(6))

    found = shop.slipped("po-1", day(12))

    assert [(one.order, one.n) for one in found.broken] == [("o-1", 2), ("o-3", 2), ("o-2", 2)]
    assert [(one.order, one.n) for one in found.lost] == [("o-1", 2), ("o-3", 1)]
    assert found.calls == (slip.on("po-1", day(12)), repeg.on("o-2"), repeg.on("o-3"))
    assert shop.in_danger() == ()

    for call in found.calls:
        shop.apply(call)

    (danger,) = shop.in_danger()
    assert sum(claim.n for claim in danger.claims) == 3
    assert shop.slipped("po-2", day(6)).broken == ()


def test_a_supply_that_would_come_short_breaks_the_least_urgent(shop: Shop) -> None:
    shop.expect("po-1", SHELF, 4, day(5))
    for id, priority in (("o-1", 3), ("o-2", 1)):
        shop.sell(id, (LAMP, 2), priority=priority)
        shop.promise(id, date=day(6))

    found = shop.slipped("po-1", day(5), to_come=2)

    assert [(one.order, one.n) for one in found.broken] == [("o-1", 2)]
    assert found.lost == found.broken
    assert shop.cannot_take(slip.on("po-1", day(5), -1)) == "to_come"
    with pytest.raises(BadInput):
        shop.slipped("po-1", day(5), to_come=-1)


# --- questions ------------------------------------------------------------------------------------


@pytest.mark.feature("F116")
def test_what_is_available_counts_what_others_can_make_room_for(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-1", (LAMP, 5))
    shop.promise("o-1", date=day(9))
    shop.expect("po-1", SHELF, 3, day(5))
    shop.stock(LAMP, "york", 1)

    assert shop.available("BRASS-LAMP", day(2)) == 4
    assert shop.available("BRASS-LAMP", day(2), "york") == 1
    assert shop.available("BRASS-LAMP", day(6), "leith") == 3
    assert shop.available("SHIP-BELL", day(6)) == 0


def test_a_forecast_shows_each_demand_with_its_supply_and_date(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.hold_stock("h-1", SHELF, 1)
    shop.expect("po-1", SHELF, 3, day(5))
    shop.sell("o-1", (LAMP, 2))
    shop.promise("o-1", date=day(6))

    rows = [
        (row.holder and row.holder.id, row.position.peg, row.n, row.ready, row.due)
        for row in shop.forecast("BRASS-LAMP")
    ]

    assert rows == [
        ("h-1", "", 1, None, None),
        (None, "", 4, None, None),
        ("o-1", "po-1", 2, day(5), day(6)),
        (None, "po-1", 1, day(5), None),
    ]


@pytest.mark.feature("F121", "F122")
def test_what_cannot_be_had_is_answered_with_what_can(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.stock(LAMP, "york", 5)
    shop.receive(Position("BRASS-LAMP-B", "leith"), 10)
    shop.expect("po-1", SHELF, 10, day(11))
    friday = day(4)
    wanted = Wanted("1", "BRASS-LAMP", 10, friday, "leith", instead=(Instead("BRASS-LAMP-B"),))

    found = shop.alternatives((wanted,))

    said = {
        one.kind.value: [
            (dated.n, (dated.date - MORNING).days, {peg.position[:2]: peg.n for peg in dated.pegs})
            for dated in one.promise.lines[0].dated
        ]
        for one in found
    }
    here, there = ("BRASS-LAMP", "leith"), ("BRASS-LAMP", "york")
    other = ("BRASS-LAMP-B", "leith")
    assert said == {
        "in parts": [(6, 4, {here: 6}), (4, 11, {here: 4})],
        "later": [(10, 11, {here: 10})],
        "from several places": [(10, 4, {here: 6, there: 4})],
        "instead": [(10, 4, {other: 10})],
        "topped up": [(10, 4, {here: 6, other: 4})],
        "fewer": [(6, 4, {here: 6})],
    }
    assert all(one.promise.short == 0 for one in found)


def test_what_can_be_had_as_asked_needs_no_alternative(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 6)

    (only,) = shop.alternatives((Wanted("1", "BRASS-LAMP", 6),))

    assert only.kind.value == "as asked"


@pytest.mark.parametrize(
    ("wanted", "path"),
    ((None, "wanted"), (Wanted("1", "BRASS-LAMP", 1), "wanted"), ((3,), "wanted[0]")),
)
def test_alternatives_to_what_nobody_can_want_are_bad_input(
    shop: Shop, wanted: Any, path: str
) -> None:
    with pytest.raises(BadInput) as no:
        shop.alternatives(wanted)

    assert no.value.path == path


def test_what_cannot_be_had_at_all_has_no_alternative(shop: Shop) -> None:
    assert shop.alternatives((Wanted("1", "BRASS-LAMP", 6, day(3)),)) == ()


def test_a_refused_promise_names_calls_that_would_be_granted(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 6)
    shop.stock(LAMP, "york", 1)
    shop.expect("po-1", SHELF, 10, day(11))
    shop.sell("o-1", (LAMP, 10))

    (reason,) = shop.why_not(promise.on("o-1", date=day(4), location="leith"))

    assert [remedy.args for remedy in reason.remedies] == [
        promise.on("o-1", (), day(4), "partial", "leith").args,
        promise.on("o-1", (), day(11), location="leith").args,
        promise.on("o-1", (("1", 6),), day(4), location="leith").args,
    ]


# --- many at once -------------------------------------------------------------------------------


def promised(store: Store) -> int:
    """How many units of all orders stand promised out of the purchase."""
    claims = store.claims("", SHELF._replace(peg="po-1"))
    return sum(claim.n for claim in claims if claim.due is not None)


class Meanwhile(MemoryStore):
    """A store in which an order is cancelled just after the claims were read for the first time."""

    cancels = ""

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        read = super().claims_of(tenant, skus, at)
        id, self.cancels = self.cancels, ""
        if id:
            Workflow(self, TWO_PLACES, clock=Clock()).cancel(id)
        return read


def test_a_promise_that_is_refused_while_another_is_cancelled_is_asked_again() -> None:
    store = Meanwhile()
    shop = Workflow(store, TWO_PLACES, clock=Clock())
    shop.receive(SHELF, 2)
    for id in ("o-17", "o-18"):
        shop.place(id, new_order((LAMP, 2), cash_on_delivery=True))
    shop.promise("o-17")
    store.cancels = "o-17"

    order = shop.promise("o-18").document

    assert pegs(order) == {("", 0): 2}


@pytest.mark.feature("F125")
def test_eight_writers_promise_five_hundred_of_a_purchase_and_never_more(store: Store) -> None:
    clock = Clock()
    house = Workflow(store, attrs.evolve(TWO_PLACES, tries_max=100), clock=clock)
    house.expect("po-1", SHELF, 500, day(5))
    for name in range(8):
        for i in range(24):
            house.place(f"o-{name}-{i}", new_order((LAMP, 3), cash_on_delivery=True))
    granted: list[str] = []

    def ask(name: int) -> None:
        for i in range(24):
            order = f"o-{name}-{i}"
            with suppress(Refused):
                house.promise(order, date=day(7) if i % 2 else None, policy="partial")
                granted.append(order)

    wrong = together(*[lambda name=name: ask(name) for name in range(8)])

    assert wrong == []
    assert promised(store) == 500
    assert len(granted) == 167
    assert [breach for law in audit(store) for breach in law.breaches] == []


def test_a_slip_in_the_middle_leaves_no_new_promise_with_a_date_that_is_gone(
    store: Store,
) -> None:
    clock = Clock()
    house = Workflow(store, attrs.evolve(TWO_PLACES, tries_max=100), clock=clock)
    house.expect("po-1", SHELF, 500, day(5))
    for i in range(40):
        house.place(f"o-{i}", new_order((LAMP, 1), cash_on_delivery=True))

    def ask(name: int) -> None:
        for i in range(10):
            with suppress(Refused):
                house.promise(f"o-{name * 10 + i}", date=day(7))

    wrong = together(*[lambda name=name: ask(name) for name in range(4)], slip_now(house))

    assert wrong == []
    slipped = False
    for entry in store.entries():
        slipped = slipped or entry.call.verb == "slip"
        assert not (slipped and entry.call.verb == "promise"), "granted after the slip"


def slip_now(house: Workflow) -> Callable[[], object]:
    return lambda: house.slip("po-1", day(12))


def test_writers_who_make_room_for_one_another_leave_no_promise_without_supply(
    store: Store,
) -> None:
    clock = Clock()
    house = Workflow(store, attrs.evolve(TWO_PLACES, tries_max=200), clock=clock)
    house.receive(SHELF, 20)
    for i in range(40):
        house.place(f"o-{i}", new_order((LAMP, 2), cash_on_delivery=True))
    for i in range(10):  # late dates on goods that are on hand: others will need them
        house.promise(f"o-{i}", date=day(9))
    house.expect("po-1", SHELF, 20, day(3))
    house.expect("po-2", SHELF, 20, day(6))

    def ask(name: int) -> None:
        for i in range(10 + name, 40, 4):
            with suppress(Refused):
                house.promise(f"o-{i}", date=day(1 + i % 8))
            if i % 5 == 0:
                with suppress(Refused):
                    house.cancel(f"o-{i - 4}")

    wrong = together(*[lambda name=name: ask(name) for name in range(4)])

    assert wrong == []
    assert house.in_danger() == ()
    dues = {"": MORNING, "po-1": day(3), "po-2": day(6)}
    claims = store.claims_of("", ["BRASS-LAMP"], MORNING)
    assert all(claim.due and dues[claim.position.peg] <= claim.due for claim in claims)
    assert sum(claim.n for claim in claims) > 50
    moved = [entry for entry in store.entries() if len(entry.versions) > 1]
    assert any(entry.call.verb == "promise" for entry in moved), "nobody made room"
    assert [breach for law in audit(store) for breach in law.breaches] == []
