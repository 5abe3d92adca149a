"""Lots: what is known of them, which is used up first, and who got any of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from orderflow import BadInput, Position, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, unreserve
from orderflow.inventory import Got, hold_lot, lift_lot_hold, receive, set_expiry
from orderflow.ports import Query
from orderflow.records import Counter, Lot, lot_id
from orderflow.rules import FIRST_EXPIRED, FIRST_IN, LAST_IN, PICK_RULES, PickRule
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, LEITH, MORNING, TWO_PLACES, Shop

DAY = timedelta(days=1)
SOON, LATE = MORNING + 10 * DAY, MORNING + 100 * DAY


def at(lot: str, location: str = "leith", sku: str = "BRASS-LAMP") -> Position:
    return Position(sku, location, lot=lot)


def codes(lot: Lot) -> list[str]:
    return [hold.code for hold in lot.holds]


def took(shop: Shop, order: str) -> dict[str, int]:
    """How many units of an order are of each lot."""
    return {spot.slice.lot: spot.n for _, spot in shop.order(order).units()}


# --- what is known of a lot ---------------------------------------------------


@pytest.mark.feature("F131")
def test_the_first_receipt_of_a_lot_says_when_it_came_and_until_when_it_is_good(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(at("L-1"), 5, expires_at=SOON)
    shop.clock.forward(days=1)

    shop.receive(at("L-1", "york"), 3, expires_at=SOON)

    lot = shop.lot("BRASS-LAMP", "L-1")
    assert (lot.received_at, lot.expires_at, lot.holds) == (MORNING, SOON, ())
    assert lot.ref.id == "BRASS-LAMP/L-1"


def test_goods_of_a_lot_may_come_by_a_supply_row(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", at("L-1"), 5, MORNING + DAY)
    shop.clock.forward(days=1)

    shop.receive_supply("s-1", 5, expires_at=SOON, last=True)

    lot = shop.lot("BRASS-LAMP", "L-1")
    assert (lot.received_at, lot.expires_at) == (MORNING + DAY, SOON)


def test_a_lot_that_a_count_finds_is_known_from_then_on(shop: Shop) -> None:
    shop.count(at("L-9"), 3, "nobody had booked it in")

    assert shop.lot("BRASS-LAMP", "L-9").received_at == MORNING


def test_another_expiry_of_a_known_lot_is_recorded_and_somebody_must_look(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(at("L-1"), 5, expires_at=SOON)

    shop.receive(at("L-1"), 3, expires_at=LATE)

    lot = shop.lot("BRASS-LAMP", "L-1")
    assert shop.there(LAMP, "leith", lot="L-1") == 8
    assert (lot.expires_at, codes(lot), lot.state) == (SOON, ["other_expiry"], "held")
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"backordered": 1}, "nobody gets any of it meanwhile"
    shop.set_expiry(lot.ref.id, LATE)
    shop.lift_lot_hold(lot.ref.id, "other_expiry")
    assert (shop.lot("BRASS-LAMP", "L-1").expires_at, codes(shop.lot("BRASS-LAMP", "L-1"))) == (
        LATE,
        [],
    )
    shop.allocate("o-17")
    assert took(shop, "o-17") == {"L-1": 1}


def test_a_lot_may_turn_out_never_to_expire(shop: Shop) -> None:
    shop.receive(at("L-1"), 5, expires_at=SOON)

    lot = shop.set_expiry("BRASS-LAMP/L-1").document

    assert lot.expires_at is None


@pytest.mark.parametrize(
    ("first", "then"), ((1, 1), (2, 0)), ids=("the same serial twice", "several of one serial")
)
def test_a_serial_is_a_lot_of_one(any_shop: Shop, first: int, then: int) -> None:
    shop = any_shop
    shop.receive(at("SN-4711"), first, serial=True)
    if then:
        assert codes(shop.lot("BRASS-LAMP", "SN-4711")) == []
        shop.receive(at("SN-4711", "york"), then)

    lot = shop.lot("BRASS-LAMP", "SN-4711")

    assert (lot.serial, codes(lot)) == (True, ["serial_twice"])
    assert sum(row.there for row in shop.standing("BRASS-LAMP")) == 2, "it is recorded all the same"


def test_a_lot_of_several_that_comes_as_a_serial_is_looked_at(shop: Shop) -> None:
    shop.receive(at("L-1"), 5)

    shop.receive(at("L-1"), 1, serial=True)

    assert codes(shop.lot("BRASS-LAMP", "L-1")) == ["serial_twice"]


def test_two_lots_never_share_a_name() -> None:
    assert lot_id("A", "B/C") == "A/B/C"
    assert lot_id("A/B", "C") == "A%2FB/C"
    assert lot_id("A%2FB", "C") == "A%252FB/C"


def test_only_goods_of_a_lot_expire(shop: Shop) -> None:
    shelf = Position("BRASS-LAMP", "leith")
    naive = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - that it is refused is what is shown
    yes: Any = "yes"

    for call, path in (
        (receive.on("BRASS-LAMP", shelf, 1, expires_at=SOON), "expires_at"),
        (receive.on("BRASS-LAMP", shelf, 1, serial=True), "serial"),
        (receive.on("BRASS-LAMP", at("L-1"), 1, serial=yes), "serial"),
        (receive.on("BRASS-LAMP", at("L-1"), 1, expires_at=naive), "expires_at"),
        (receive.on("BRASS-LAMP", at("L" * 200), 1), "position.lot"),
    ):
        assert shop.cannot_take(call) == path


# --- which lot is used up first -----------------------------------------------


def three_lots(shop: Shop) -> None:
    """`old` came first, `new` last, and `short` expires first."""
    shop.receive(at("old"), 2, expires_at=LATE)
    shop.clock.forward(days=1)
    shop.receive(at("short"), 2, expires_at=SOON)
    shop.clock.forward(days=1)
    shop.receive(at("new"), 2)
    shop.receive(Position("BRASS-LAMP", "leith"), 2)


@pytest.mark.parametrize(
    ("rule", "order"),
    (
        (FIRST_EXPIRED, ["short", "old", "", "new"]),
        (FIRST_IN, ["old", "short", "new", ""]),
        (LAST_IN, ["new", "short", "old", ""]),
        (
            PickRule("by name", lambda row, lot: (timedelta(len(row.position.lot)),)),
            ["", "new", "old", "short"],
        ),
    ),
    ids=lambda it: getattr(it, "name", ""),
)
def test_lots_are_used_up_by_the_rule_of_the_host(
    any_shop: Shop, rule: PickRule, order: list[str]
) -> None:
    shop = any_shop.under(attrs.evolve(any_shop.rules, pick_rule=rule))
    three_lots(shop)

    picked: list[str] = []
    for i in range(4):
        shop.sell(f"o-{i}", (LAMP, 2))
        shop.allocate(f"o-{i}")
        picked += took(shop, f"o-{i}")

    assert picked == order
    shop.assert_lawful()


def test_the_rule_stands_in_the_fingerprint_where_a_host_has_chosen_one() -> None:
    assert FIRST_EXPIRED.name not in Rules().fingerprint
    assert "PickRule(name='last in')" in Rules(pick_rule=LAST_IN).fingerprint
    assert "life_days=3" in Rules(life_days=3).fingerprint
    assert sorted(PICK_RULES) == ["first expired", "first in", "last in"]
    wrong: Any = "first in"
    with pytest.raises(BadInput, match="pick_rule: a PickRule is wanted"):
        Rules(pick_rule=wrong)
    with pytest.raises(BadInput, match="life_days"):
        Rules(life_days=-1)


@pytest.mark.feature("F132")
@pytest.mark.parametrize(
    ("days", "passed", "given"),
    (
        (0, 10 * DAY - timedelta(microseconds=1), True),
        (0, 10 * DAY, False),
        (3, 7 * DAY, True),
        (3, 7 * DAY + timedelta(microseconds=1), False),
    ),
)
def test_a_lot_that_expires_too_soon_is_never_allocated(
    any_shop: Shop, days: int, passed: timedelta, given: bool
) -> None:
    shop = any_shop.under(attrs.evolve(TWO_PLACES, life_days=days))
    shop.receive(at("L-1"), 5, expires_at=SOON)
    shop.sell("o-17", (LAMP, 1))
    shop.clock.at = MORNING + passed

    shop.allocate("o-17")

    assert shop.bag("o-17") == ({"allocated": 1} if given else {"backordered": 1})


def test_what_was_reserved_of_a_lot_is_not_allocated_once_it_has_expired(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(at("L-1"), 5, expires_at=SOON)
    shop.sell("o-17", (LAMP, 1))
    shop.reserve("o-17")
    shop.receive(at("L-2"), 5)
    shop.clock.at = SOON

    assert shop.refuses(allocate.on("o-17")) == (
        "lot L-1 of BRASS-LAMP expires at 2026-03-12T09:00:00+00:00, and must be good for 0 days"
    )
    (reason,) = shop.why_not(allocate.on("o-17"))
    assert [remedy.verb for remedy in reason.remedies] == [unreserve.name]
    shop.unreserve("o-17")
    shop.allocate("o-17")
    assert took(shop, "o-17") == {"L-2": 1}


def test_a_lot_on_hold_says_so_and_how_to_lift_it(shop: Shop) -> None:
    shop.receive(at("L-1"), 5)
    shop.sell("o-17", (LAMP, 1))
    shop.reserve("o-17")

    shop.hold_lot("BRASS-LAMP/L-1", "recall", "it gets too hot")

    assert shop.refuses(allocate.on("o-17")) == (
        "lot BRASS-LAMP/L-1 is on hold: recall (it gets too hot)"
    )
    (reason,) = shop.why_not(allocate.on("o-17"))
    assert [remedy.verb for remedy in reason.remedies] == [lift_lot_hold.name]
    assert shop.refuses(hold_lot.on("BRASS-LAMP/L-1", "recall", "again")) == (
        "hold recall is there already"
    )
    assert [document.ref.id for document in shop.held("recall", "lot")] == ["BRASS-LAMP/L-1"]
    assert shop.refuses(set_expiry.on("BRASS-LAMP/L-9")) == "there is no lot BRASS-LAMP/L-9"


def test_goods_of_a_lot_of_which_nothing_was_said_are_used_like_others(shop: Shop) -> None:
    shop.receive(Position("BRASS-LAMP", "leith", lot="L-1"), 1)

    assert shop.counter(at("L-1")) == Counter(at("L-1"), 1, 0)
    assert LEITH.id == "leith"


# --- a recall -----------------------------------------------------------------


@pytest.mark.feature("F130")
def test_a_recall_finds_who_got_a_lot_and_what_of_it_still_stands_in_the_house(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(at("L-1"), 6)
    shop.receive(at("L-1", sku=BELL.code), 5)
    shop.sell_and_deliver("o-1", "p-1", (LAMP, 2))
    shop.sell_and_ship("o-2", "p-2", (LAMP, 1))
    for order, n in (("o-3", 1), ("o-4", 1), ("o-5", 1)):
        shop.sell(order, (LAMP, n))
        shop.allocate(order)
    shop.unreserve("o-4")
    shop.sell_and_ship("o-6", "p-6", (BELL, 1))
    shop.ask_return("r-1", "o-1", (("1", 1),), "too hot")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    found = shop.who_got("BRASS-LAMP", "L-1")

    assert found == (
        Got("o-1", "c-7", "1", UnitState.RETURNED, 1, False),
        Got("o-1", "c-7", "1", UnitState.DELIVERED, 1, True),
        Got("o-2", "c-7", "1", UnitState.SHIPPED, 1, True),
        Got("o-3", "c-7", "1", UnitState.ALLOCATED, 1, False),
        Got("o-5", "c-7", "1", UnitState.ALLOCATED, 1, False),
    )
    assert shop.who_got("BRASS-LAMP", "L-2") == ()
    shop.assert_lawful()


def test_a_recall_finds_a_serial_that_the_warehouse_scanned(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-1", (LAMP, 2))
    shop.allocate("o-1")
    shop.pack_up("o-1", "p-1")
    shop.scan_serials("o-1", "1", ("SN-4711",))
    shop.hand_over("p-1")

    assert [(row.order, row.n, row.out) for row in shop.who_got("BRASS-LAMP", "SN-4711")] == [
        ("o-1", 1, True)
    ]


def test_goods_that_went_astray_and_were_given_up_are_out_of_the_house(shop: Shop) -> None:
    shop.receive(at("L-1"), 2)
    shop.sell_and_ship("o-1", "p-1", (LAMP, 2))
    shop.lose("p-1")
    shop.cancel("o-1")

    assert [(row.state, row.out) for row in shop.who_got("BRASS-LAMP", "L-1")] == [
        (UnitState.CANCELLED, True)
    ]


def test_only_orders_are_found_by_a_lot(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(at("L-1"), 1)

    assert list(shop.store.find(Query("lot", lot="BRASS-LAMP/L-1"))) == []
    assert [one.value.ref.id for one in shop.store.find(Query("lot"))] == ["BRASS-LAMP/L-1"]


def test_a_lot_is_good_for_as_long_as_is_asked_to_the_instant() -> None:
    rules = Rules(locations=(LEITH,), life_days=1)
    shop = Shop(MemoryStore(), rules)
    shop.receive(at("L-1"), 1, expires_at=datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    shop.sell("o-17", (LAMP, 1))

    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 1}
