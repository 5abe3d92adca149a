from __future__ import annotations

from collections import Counter as Tally
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Destination, Location, Position, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import (
    FEWEST_SHIPMENTS,
    NEAREST,
    PRIORITY,
    Pipeline,
    allocate,
    by_distance,
    by_priority,
    distance_km,
    fill_in_order,
    reserve,
    sound,
    unreserve,
)
from orderflow.records import PLAIN, Counter
from orderflow.rules import Demand, Plan, Policy
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, new_order

EDINBURGH: Final = Destination("", "GB", 55_953_000, -3_188_000)
LONDON: Final = Destination("", "GB", 51_507_000, -128_000)
NOWHERE: Final = Destination()
HULL: Final = Location("hull", 0)
POLICIES: Final = (PRIORITY, NEAREST, FEWEST_SHIPMENTS)


def stock(**there: int) -> tuple[Counter, ...]:
    """Free counters: `leith_lamp=3` is three lamps at leith."""
    counters = []
    for name, n in there.items():
        location, _, sku = name.partition("_")
        counters.append(Counter(Position(sku, location), n, 0))
    return tuple(counters)


def wants(*wanted: tuple[str, int]) -> tuple[Demand, ...]:
    return tuple(Demand(f"{i}", sku, n) for i, (sku, n) in enumerate(wanted, 1))


def took(plan: Plan) -> list[tuple[str, str, int]]:
    return [(take.line, take.position.location, take.n) for take in plan.takes]


# --- policies -----------------------------------------------------------------


@pytest.mark.feature("F140", "F142")
def test_priority_takes_from_the_hosts_first_location() -> None:
    plan = PRIORITY(wants(("lamp", 3)), stock(york_lamp=5, leith_lamp=2), (YORK, LEITH), LONDON)

    assert took(plan) == [("1", "leith", 2), ("1", "york", 1)]


@pytest.mark.feature("F140", "F141")
def test_nearest_takes_from_the_location_next_to_the_customer() -> None:
    counters = stock(leith_lamp=5, york_lamp=5)

    assert took(NEAREST(wants(("lamp", 1)), counters, (LEITH, YORK), LONDON)) == [("1", "york", 1)]
    assert took(NEAREST(wants(("lamp", 1)), counters, (LEITH, YORK), EDINBURGH)) == [
        ("1", "leith", 1)
    ]


@pytest.mark.feature("F140")
def test_fewest_shipments_prefers_the_one_location_that_has_everything() -> None:
    counters = stock(leith_lamp=5, york_lamp=5, york_bell=1)

    plan = FEWEST_SHIPMENTS(wants(("lamp", 2), ("bell", 1)), counters, (LEITH, YORK), EDINBURGH)

    assert plan.locations == ("york",)
    assert plan.short == ()


def test_fewest_shipments_then_takes_what_covers_most() -> None:
    counters = stock(leith_lamp=1, york_lamp=2, hull_lamp=1, hull_bell=4)

    plan = FEWEST_SHIPMENTS(wants(("lamp", 3), ("bell", 4)), counters, (LEITH, YORK, HULL), LONDON)

    assert took(plan) == [("1", "hull", 1), ("2", "hull", 4), ("1", "york", 2)]


def test_what_is_nowhere_is_left_short() -> None:
    plan = NEAREST(wants(("lamp", 3), ("bell", 1)), stock(leith_lamp=2), (LEITH,), NOWHERE)

    assert took(plan) == [("1", "leith", 2)]
    assert plan.short == (Demand("1", "lamp", 1), Demand("2", "bell", 1))


def test_nothing_wanted_and_nothing_there_are_empty_plans() -> None:
    for policy in POLICIES:
        assert policy((), stock(leith_lamp=2), (LEITH,), NOWHERE) == Plan(())
        assert policy(wants(("lamp", 1)), (), (LEITH,), NOWHERE) == Plan((), wants(("lamp", 1)))


def test_two_lines_of_one_sku_share_what_is_there() -> None:
    for policy in POLICIES:
        plan = policy(wants(("lamp", 2), ("lamp", 2)), stock(leith_lamp=3), (LEITH,), NOWHERE)

        assert took(plan) == [("1", "leith", 2), ("2", "leith", 1)]
        assert plan.short == (Demand("2", "lamp", 1),)


def test_only_sound_goods_on_hand_are_given() -> None:
    assert sound(Counter(Position("lamp", "leith"), 1, 0), NOWHERE)
    assert sound(Counter(Position("lamp", "leith", lot="L-4"), 1, 0), NOWHERE)
    for position in (
        Position("lamp"),
        Position("lamp", "leith", grade="second"),
        Position("lamp", "leith", grade="to inspect"),
        Position("lamp", "leith", peg="s-1"),
    ):
        assert not sound(Counter(position, 1, 0), NOWHERE)


def test_a_location_that_the_rules_do_not_name_comes_last() -> None:
    counters = stock(attic_lamp=5, york_lamp=1)

    plan = PRIORITY(wants(("lamp", 2)), counters, (YORK,), NOWHERE)

    assert took(plan) == [("1", "york", 1), ("1", "attic", 1)]


def test_ties_end_in_the_id() -> None:
    places = tuple(Location(name) for name in ("b", "c", "a"))

    assert [place.id for place in by_priority(places, NOWHERE)] == ["a", "b", "c"]
    assert [place.id for place in by_distance(places, LONDON)] == ["a", "b", "c"]


def test_what_lies_nowhere_is_far_away() -> None:
    assert distance_km(HULL, LONDON) == 100_000
    assert distance_km(LEITH, NOWHERE) == 100_000
    assert distance_km(LEITH, EDINBURGH) == 3
    assert 270 < distance_km(YORK, LONDON) < 290
    across = Location("suva", 0, "", 0, 179_900_000)
    assert distance_km(across, Destination("", "", 0, -179_900_000)) == 22


@pytest.mark.feature("F140")
def test_a_host_puts_a_policy_together_from_its_own_stages() -> None:
    def not_york(counter: Counter, destination: Destination) -> bool:
        return counter.position.location != "york"

    shop = Shop(
        MemoryStore(),
        Rules(
            locations=(LEITH, YORK),
            policy=Pipeline("not from york", (sound, not_york), by_priority, fill_in_order),
        ),
    )
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 9)
    shop.sell("o-17", (LAMP, 2))

    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 1, "backordered": 1}


@st.composite
def problems(draw: st.DrawFn) -> tuple[tuple[Demand, ...], tuple[Counter, ...], Destination]:
    skus = st.sampled_from(("bell", "lamp", "rope"))
    places = st.sampled_from(("hull", "leith", "york"))
    demand = wants(*draw(st.lists(st.tuples(skus, st.integers(1, 9)), max_size=5)))
    positions = st.builds(
        lambda sku, place, lot: Position(sku, place, lot=lot),
        skus,
        places,
        st.sampled_from(("", "L-4")),
    )
    rows = draw(st.dictionaries(positions, st.tuples(st.integers(0, 9), st.integers(0, 5))))
    counters = tuple(Counter(at, *rows[at]) for at in sorted(rows))
    return demand, counters, draw(st.sampled_from((LONDON, EDINBURGH, NOWHERE)))


@pytest.mark.feature("F125")
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@given(problems())
def test_a_plan_never_takes_more_than_is_free_or_was_asked(
    policy: Policy, problem: tuple[tuple[Demand, ...], tuple[Counter, ...], Destination]
) -> None:
    demand, counters, destination = problem

    plan = policy(demand, counters, (LEITH, YORK, HULL), destination)

    free = {counter.position: counter.free for counter in counters}
    taken: Tally[Position] = Tally()
    given_: Tally[str] = Tally()
    for take in plan.takes:
        assert take.n > 0
        taken[take.position] += take.n
        given_[take.line] += take.n
    left: Tally[str] = Tally({one.line: one.n for one in plan.short})
    assert all(n <= free[at] for at, n in taken.items())
    assert all(given_[one.line] + left[one.line] == one.n for one in demand)
    for one in plan.short:
        there = sum(n for at, n in free.items() if at.sku == one.sku)
        assert there == sum(n for at, n in taken.items() if at.sku == one.sku), "nothing is left"
    assert plan == policy(demand, counters, (LEITH, YORK, HULL), destination)


# --- allocate -----------------------------------------------------------------


@pytest.mark.feature("F149", "F125")
def test_a_confirmed_order_gets_its_goods_from_the_warehouses(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 2)
    shop.sell("o-17", (LAMP, 3))

    order = shop.allocate("o-17").document

    places = {spot.slice.location: spot.n for _, spot in order.units()}
    assert places == {"leith": 2, "york": 1}
    assert shop.free(LAMP, "leith") == 0
    assert shop.free(LAMP, "york") == 1


@pytest.mark.feature("F121")
def test_what_finds_no_supply_waits_as_a_backorder_until_goods_come(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 5))

    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 2, "backordered": 3}
    assert shop.refuses(allocate.on("o-17")) == "BRASS-LAMP at all locations: 3 asked, 0 free"
    shop.stock(LAMP, "york", 9)
    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 5}


def test_an_order_that_must_not_be_split_is_refused_whole() -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), split=False))
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 1)
    shop.sell("o-17", (LAMP, 3), (BELL, 2), (LAMP, 1))

    assert shop.refuses(allocate.on("o-17")) == (
        "BRASS-LAMP at all locations: 4 asked, 2 free; SHIP-BELL at all locations: 2 asked, 1 free"
    )
    assert shop.bag("o-17") == {"open": 6}


def test_a_part_of_a_line_is_allocated(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-17", (LAMP, 5), (LAMP, 2))

    shop.allocate("o-17", (("1", 3),))

    assert shop.bag("o-17", "1") == {"allocated": 3, "open": 2}
    assert shop.bag("o-17", "2") == {"open": 2}


def test_units_that_were_not_asked_for_do_not_become_a_backorder(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17", (("1", 2),))
    assert shop.bag("o-17") == {"backordered": 2, "open": 3}

    assert shop.codes(allocate.on("o-17", (("1", 2),))) == ["short"]
    shop.allocate("o-17", (("1", 3),))
    assert shop.bag("o-17") == {"backordered": 3, "open": 2}


def test_what_waits_longest_is_served_first_and_nothing_else_becomes_a_backorder(
    shop: Shop,
) -> None:
    shop.sell("o-17", (LAMP, 6))
    shop.allocate("o-17", (("1", 2),))
    assert shop.bag("o-17") == {"backordered": 2, "open": 4}
    shop.stock(LAMP, "leith", 1)

    shop.allocate("o-17", (("1", 3),))

    assert shop.bag("o-17") == {"allocated": 1, "backordered": 2, "open": 3}


def test_an_order_that_is_not_confirmed_gets_nothing(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 9)
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.refuses(allocate.on("o-17")) == "order o-17 is placed, not confirmed"


def test_all_reasons_against_an_allocation_are_said_at_once(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.codes(allocate.on("o-17")) == ["not_confirmed", "on_hold"]


def test_a_shipped_order_gets_nothing_more(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))

    assert (
        shop.refuses(allocate.on("o-17"))
        == "a unit of line 1 of order o-17 is shipped: cannot allocate "
        "(can: make ready, deliver, lose, report missing, turn back)"
    )


def test_goods_of_several_lots_serve_one_line_and_keep_their_lots(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2, lot="L-4")
    shop.stock(LAMP, "leith", 2, lot="L-5")
    shop.sell("o-17", (LAMP, 3))

    order = shop.allocate("o-17").document

    assert {spot.slice.lot: spot.n for _, spot in order.units()} == {"L-4": 2, "L-5": 1}


def test_the_last_piece_is_sold_once(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.sell("o-18", (LAMP, 1))

    shop.allocate("o-17")
    shop.allocate("o-18")

    assert (shop.bag("o-17"), shop.bag("o-18")) == ({"allocated": 1}, {"backordered": 1})


def test_the_plan_stands_in_the_journal_with_the_figures_it_read(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")

    entry = list(shop.store.entries())[-1]

    assert entry.figures == (Counter(Position("BRASS-LAMP", "leith"), 2, 0),)
    assert shop.again(entry) == entry.facts


# --- reserve and unreserve ----------------------------------------------------


@pytest.mark.feature("F117", "F118")
def test_goods_are_reserved_before_the_order_is_paid(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 2)))

    shop.reserve("o-17")

    assert shop.bag("o-17") == {"reserved": 2}
    assert shop.free(LAMP, "leith") == 1


def test_all_is_reserved_or_nothing(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.place("o-17", new_order((LAMP, 3), (BELL, 1)))

    assert shop.refuses(reserve.on("o-17")) == (
        "BRASS-LAMP at all locations: 3 asked, 2 free; SHIP-BELL at all locations: 1 asked, 0 free"
    )
    shop.reserve("o-17", lines=(("1", 2),))
    assert shop.bag("o-17") == {"reserved": 2, "open": 2}


def test_what_is_reserved_is_allocated_where_it_is(shop: Shop) -> None:
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.reserve("o-17")
    shop.stock(LAMP, "leith", 9)

    order = shop.allocate("o-17").document

    assert [spot.slice.location for _, spot in order.units()] == ["york"]


def test_claims_are_given_back_and_the_units_wait_again(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.reserve("o-17", lines=(("1", 1),))
    shop.allocate("o-17", (("1", 3),))

    shop.unreserve("o-17", (("1", 2),))

    assert shop.bag("o-17") == {"allocated": 1, "open": 2}
    assert shop.free(LAMP, "leith") == 2
    shop.unreserve("o-17")
    assert (
        shop.refuses(unreserve.on("o-17"))
        == "a unit of line 1 of order o-17 is open: cannot unreserve "
        "(can: allocate, reserve, plan to buy, plan to make, cancel)"
    )


def test_units_that_wait_again_are_of_no_place_owner_lot_or_grade(shop: Shop) -> None:
    at = shop.stock(LAMP, "leith", 2, owner="maker-3", lot="L-4", grade="second")
    shop.hold_stock("cart-1", at, 2)
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True), ("cart-1",))

    shop.unreserve("o-17")

    assert [spot.slice for _, spot in shop.order("o-17").units()] == [PLAIN]


def test_a_held_order_reserves_nothing(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 1)))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.codes(reserve.on("o-17")) == ["on_hold"]


def test_more_than_a_line_has_waiting_is_refused(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-17", (LAMP, 3))

    assert shop.refuses(reserve.on("o-17", "", (("1", 4),))) == (
        "line 1 of order o-17: 4 asked to reserve, 3 can"
    )


def test_bad_input_to_an_allocation_is_found_with_its_place(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    none: Any = None

    for call, path in (
        (reserve.on("o-17", none), "supply"),
        (reserve.on("o-17", " s-1"), "supply"),
        (reserve.on("o-17", "", none), "lines"),
        (reserve.on("o-17", "", (("1", 0),)), "lines[0].quantity"),
        (unreserve.on("o-17", none), "lines"),
        (unreserve.on("o-17", (("", 1),)), "lines[0].line"),
        (allocate.on("o-17", none), "lines"),
        (allocate.on("o-17", (("1", 1), ("1", 1))), "lines"),
    ):
        assert shop.cannot_take(call) == path, call
