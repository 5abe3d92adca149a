"""What users of other systems report of reserving from several places, and what becomes of it here.

Pain 3: the check sums all locations, and the reservation takes from the first.
Pain 4: an allocation over several locations takes more than was ordered.
Pain 5: an order is refused though its goods are there together, or is split wrongly.
Pain 6: a change of a price or of a part reserves the whole quantity again.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import ChargeKind, NewCharge, Position, Refused, Rules, Sku
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.allocation import reserve
from orderflow.ports import Store
from orderflow.promising.committing import promise
from orderflow.records import Order
from orderflow.rules import Policy
from orderflow.sourcing.policies import FEWEST_SHIPMENTS, NEAREST, PRIORITY
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, LEITH, MORNING, TWO_PLACES, YORK, Shop, assert_laws

LEITH_LAMPS: Final = Position("BRASS-LAMP", "leith")
YORK_LAMPS: Final = Position("BRASS-LAMP", "york")
POLICIES: Final = (PRIORITY, NEAREST, FEWEST_SHIPMENTS)


def claims(shop: Shop) -> dict[tuple[str, str], int]:
    """How many units each order claims, by location, as the store has it."""
    found: Tally[tuple[str, str]] = Tally()
    for claim in shop.store.books("").claims:
        found[claim.holder.id, claim.position.location] += claim.n
    return {key: n for key, n in found.items() if n}


def places(order: Order, *states: UnitState) -> dict[str, int]:
    """How many units of an order stand in these states, by location."""
    found: Tally[str] = Tally()
    for _, spot in order.units():
        if spot.state in states:
            found[spot.slice.location] += spot.n
    return dict(found)


# --- pain 3 -------------------------------------------------------------------------------------


@pytest.mark.feature("F118", "F125")
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_pain_3_what_is_enough_in_two_places_is_claimed_in_both(
    any_shop: Shop, policy: Policy
) -> None:
    shop = any_shop.under(Rules(locations=(LEITH, YORK), policy=policy))
    shop.stock(LAMP, "leith", 3)
    shop.stock(LAMP, "york", 4)
    shop.sell("o-17", (LAMP, 6))

    shop.reserve("o-17")

    claimed = places(shop.order("o-17"), UnitState.RESERVED)
    assert sum(claimed.values()) == 6
    assert all(
        shop.counter(Position("BRASS-LAMP", place)).claimed == n for place, n in claimed.items()
    )
    assert claimed["leith"] <= 3, "nothing is claimed where it is not"
    assert claimed["york"] <= 4
    assert shop.free(LAMP, "leith") + shop.free(LAMP, "york") == 1


@pytest.mark.feature("F118", "F120")
def test_pain_3_what_is_not_enough_in_all_places_is_claimed_in_none(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.stock(LAMP, "york", 4)
    shop.sell("o-17", (LAMP, 8))

    said = shop.refuses(reserve.on("o-17"))

    assert said == "BRASS-LAMP at all locations: 8 asked, 7 free"
    assert claims(shop) == {}


@pytest.mark.feature("F116", "F139")
def test_pain_3_a_promise_out_of_two_places_is_a_claim_in_both(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.expect("po-1", YORK_LAMPS, 4, MORNING + timedelta(days=2))
    shop.sell("o-17", (LAMP, 7))

    shop.promise("o-17", date=MORNING + timedelta(days=3))

    assert claims(shop) == {("o-17", "leith"): 3, ("o-17", "york"): 4}
    assert shop.codes(promise.on("o-17")) == ["illegal_move"]


# --- pain 4 -------------------------------------------------------------------------------------

CODES: Final = st.sampled_from(["BRASS-LAMP", "SHIP-BELL"])
STOCKS: Final = st.dictionaries(
    st.tuples(CODES, st.sampled_from(["leith", "york"]), st.sampled_from(["a1", "b2"])),
    st.integers(1, 6),
)
WISHES: Final = st.lists(st.tuples(CODES, st.integers(1, 9)), min_size=1, max_size=4)


@pytest.mark.parametrize(
    "database", (MemoryStore, lambda: SqliteStore(":memory:")), ids=("memory", "sqlite")
)
@settings(max_examples=40)
@given(STOCKS, WISHES)
def test_pain_4_what_is_allocated_is_what_was_ordered_and_no_unit_more(
    database: Callable[[], Store],
    there: dict[tuple[str, str, str], int],
    wanted: list[tuple[str, int]],
) -> None:
    shop = Shop(database(), TWO_PLACES)
    for (sku, house, bin), n in there.items():
        shop.receive(Position(sku, f"{house}/{bin}"), n)
    shop.sell("o-17", *((Sku(sku), n) for sku, n in wanted))

    with suppress(Refused):  # where nothing is there for it
        shop.allocate("o-17")

    order = shop.order("o-17")
    for code in ("BRASS-LAMP", "SHIP-BELL"):
        ordered = sum(n for sku, n in wanted if sku == code)
        on_hand = sum(n for (sku, _, _), n in there.items() if sku == code)
        allocated = sum(one.count(UnitState.ALLOCATED) for one in order.lines if one.sku == code)
        claimed = sum(
            row.claimed for row in shop.store.books("").counters if row.position.sku == code
        )
        assert allocated == claimed == min(ordered, on_hand)
    assert_laws(shop.store)


# --- pain 5 -------------------------------------------------------------------------------------


@pytest.mark.feature("F125", "F142")
def test_pain_5_an_order_is_not_refused_where_its_goods_are_there_together(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.stock(BELL, "york", 1)
    shop.sell("o-17", (LAMP, 1), (LAMP, 1), (BELL, 1))

    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 3}
    assert claims(shop) == {("o-17", "leith"): 1, ("o-17", "york"): 2}


@pytest.mark.feature("F142")
def test_pain_5_an_order_is_not_split_where_one_place_has_all_of_it(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.stock(LAMP, "york", 2)
    shop.stock(BELL, "york", 1)
    shop.sell("o-17", (LAMP, 2), (BELL, 1))

    shop.allocate("o-17")

    assert places(shop.order("o-17"), UnitState.ALLOCATED) == {"york": 3}


@pytest.mark.feature("F116", "F139")
def test_pain_5_a_promise_is_not_refused_where_another_can_make_room_for_it(
    any_shop: Shop,
) -> None:
    shop = any_shop
    soon, later = MORNING + timedelta(days=1), MORNING + timedelta(days=9)
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-17", (LAMP, 5))
    shop.promise("o-17", date=later)
    shop.expect("po-1", LEITH_LAMPS, 5, MORNING + timedelta(days=5))
    shop.sell("o-18", (LAMP, 5))

    shop.promise("o-18", date=soon)

    assert {spot.slice.peg for _, spot in shop.order("o-17").units()} == {"po-1"}
    assert {spot.slice.promised for _, spot in shop.order("o-17").units()} == {later}
    assert {spot.slice.peg for _, spot in shop.order("o-18").units()} == {""}


# --- pain 6 -------------------------------------------------------------------------------------


@pytest.mark.feature("F118")
@pytest.mark.parametrize("claim", ("reserve", "promise", "allocate"))
def test_pain_6_a_change_of_the_price_alone_claims_nothing(any_shop: Shop, claim: str) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 20)
    shop.sell("o-17", (LAMP, 6))
    getattr(shop, claim)("o-17")
    before = claims(shop)

    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -500, ("1",), reason="a scratch"))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, 390))

    assert before == {("o-17", "leith"): 6}
    assert claims(shop) == before
    assert shop.free(LAMP, "leith") == 14


@pytest.mark.feature("F118")
def test_pain_6_a_claim_that_is_made_again_is_not_made_twice(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 20)
    shop.sell("o-17", (LAMP, 6))

    shop.promise("o-17", (("1", 2),))
    shop.reserve("o-17", lines=(("1", 1),))
    shop.promise("o-17")
    again = [shop.codes(call) for call in (promise.on("o-17"), reserve.on("o-17"))]
    shop.allocate("o-17")

    assert again == [["illegal_move"], ["illegal_move"]]
    assert claims(shop) == {("o-17", "leith"): 6}


@pytest.mark.feature("F102", "F118")
@pytest.mark.parametrize("claim", ("reserve", "promise", "allocate"))
def test_pain_6_a_cancel_of_a_part_gives_that_part_free_and_no_more(
    any_shop: Shop, claim: str
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 8)
    shop.stock(BELL, "york", 1)
    shop.sell("o-17", (LAMP, 9), (BELL, 1))
    getattr(shop, claim)("o-17")

    shop.cancel("o-17", (("1", 4),))

    assert sum(claims(shop).values()) == 6
    assert shop.free(LAMP, "leith") + shop.free(LAMP, "york") == 5
    assert shop.free(BELL, "york") == 0


@pytest.mark.feature("F118")
def test_pain_6_what_was_given_back_is_claimed_again_and_the_rest_is_not(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-17", (LAMP, 6))
    shop.promise("o-17")

    shop.unreserve("o-17", (("1", 2),))
    shop.promise("o-17")

    assert claims(shop) == {("o-17", "leith"): 6}
    assert shop.free(LAMP, "leith") == 3
