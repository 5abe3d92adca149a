from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    Component,
    Destination,
    Location,
    NewLine,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, reserve, unreserve
from orderflow.calendars import Calendar
from orderflow.records import PLAIN, Counter
from orderflow.rules import Policy
from orderflow.sending import Sending
from orderflow.shipping import Shipping
from orderflow.sourcing import Objective, Place, Point, Problem, Quantities, Rates, Share, Tariff
from orderflow.sourcing import Plan as SourcingPlan
from orderflow.sourcing.pipeline import Cascade, Pipeline, Sourced, in_order, planned
from orderflow.sourcing.policies import (
    CHEAPEST,
    FEWEST_SHIPMENTS,
    NEAREST,
    PRIORITY,
    SHIP_FROM_STORE,
)
from orderflow.sourcing.stages import (
    CLOSED,
    Dropped,
    by_distance,
    by_priority,
    by_region,
    within_km,
    without,
)
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, LEITH, MORNING, YORK, Shop, line, new_order

EDINBURGH: Final = Destination("", "GB", 55_953_000, -3_188_000)
LONDON: Final = Destination("", "GB", 51_507_000, -128_000)
NOWHERE: Final = Destination()
HULL: Final = Location("hull", 0)
STORE: Final = attrs.evolve(LEITH, tags=("store",))
POLICIES: Final = (PRIORITY, NEAREST, FEWEST_SHIPMENTS)


# --- policies -----------------------------------------------------------------


def allocated(
    policy: Policy | None,
    wanted: tuple[tuple[Sku, int], ...],
    there: Mapping[str, tuple[tuple[Sku, int], ...]],
    *,
    places: tuple[Location, ...] = (LEITH, YORK),
    to: Destination = NOWHERE,
    **more: Any,
) -> Shop:
    """A shop in which order o-17 has been allocated by a policy."""
    shop = Shop(MemoryStore(), Rules(locations=places, policy=policy, **more))
    for place, goods in there.items():
        for sku, n in goods:
            shop.stock(sku, place, n)
    shop.sell("o-17", *wanted, destination=to)
    shop.allocate("o-17")
    return shop


def took(shop: Shop) -> dict[tuple[str, str], int]:
    """How many units of each line of order o-17 a place gives."""
    found: Tally[tuple[str, str]] = Tally()
    for one, spot in shop.order("o-17").units():
        if spot.slice.location:
            found[one.id, spot.slice.location] += spot.n
    return dict(found)


@pytest.mark.feature("F140", "F142")
def test_priority_takes_from_the_hosts_first_location() -> None:
    there = {"york": ((LAMP, 5),), "leith": ((LAMP, 2),)}

    shop = allocated(PRIORITY, ((LAMP, 3),), there, to=LONDON)

    assert took(shop) == {("1", "leith"): 2, ("1", "york"): 1}


@pytest.mark.feature("F140", "F141")
@pytest.mark.parametrize(("to", "place"), ((LONDON, "york"), (EDINBURGH, "leith")))
def test_nearest_takes_from_the_location_next_to_the_customer(to: Destination, place: str) -> None:
    there = {"leith": ((LAMP, 5),), "york": ((LAMP, 5),)}

    assert took(allocated(NEAREST, ((LAMP, 1),), there, to=to)) == {("1", place): 1}


@pytest.mark.feature("F140", "F148")
def test_fewest_shipments_is_the_default_and_prefers_the_one_location_that_has_everything() -> None:
    there = {"leith": ((LAMP, 5),), "york": ((LAMP, 5), (BELL, 1))}

    for policy in (FEWEST_SHIPMENTS, None):
        shop = allocated(policy, ((LAMP, 2), (BELL, 1)), there, to=EDINBURGH)

        assert took(shop) == {("1", "york"): 2, ("2", "york"): 1}


def test_of_plans_with_as_few_shipments_the_nearest_is_taken_and_without_a_way_the_first() -> None:
    there = {"leith": ((LAMP, 5),), "york": ((LAMP, 5),), "hull": ((LAMP, 5),)}
    places = (attrs.evolve(LEITH, priority=2), YORK, attrs.evolve(HULL, priority=0))

    for to, place in ((LONDON, "york"), (EDINBURGH, "leith"), (NOWHERE, "hull")):
        shop = allocated(None, ((LAMP, 1),), there, places=places, to=to)

        assert took(shop) == {("1", place): 1}


@pytest.mark.feature("F148")
def test_fewest_shipments_are_the_fewest_that_there_are() -> None:
    """Who always takes the place that covers most needs three here."""
    there = {
        "hull": ((LAMP, 2), (BELL, 2)),
        "leith": ((LAMP, 3),),
        "york": ((BELL, 3),),
    }

    shop = allocated(None, ((LAMP, 3), (BELL, 3)), there, places=(HULL, LEITH, YORK))

    assert {place for _, place in took(shop)} == {"leith", "york"}


def test_two_lines_of_one_sku_share_what_is_there() -> None:
    for policy in POLICIES:
        shop = allocated(policy, ((LAMP, 2), (LAMP, 2)), {"leith": ((LAMP, 3),)})

        assert took(shop) == {("1", "leith"): 2, ("2", "leith"): 1}
        assert shop.bag("o-17", "2") == {"allocated": 1, "backordered": 1}


def test_a_location_that_the_rules_do_not_name_comes_last() -> None:
    there = {"attic": ((LAMP, 5),), "york": ((LAMP, 1),)}

    shop = allocated(PRIORITY, ((LAMP, 2),), there, places=(YORK,))

    assert took(shop) == {("1", "york"): 1, ("1", "attic"): 1}


@pytest.mark.feature("F140")
def test_a_host_puts_a_policy_together_from_its_own_stages() -> None:
    def no_york(place: Place, problem: Problem) -> Place | Dropped:
        return Dropped(place.id, "is york") if place.id == "york" else place

    policy = Pipeline("not from york", (no_york,), by_priority, in_order)

    shop = allocated(policy, ((LAMP, 2),), {"leith": ((LAMP, 1),), "york": ((LAMP, 9),)})

    assert shop.bag("o-17") == {"allocated": 1, "backordered": 1}


@st.composite
def carts(draw: st.DrawFn) -> tuple[tuple[tuple[Sku, int], ...], tuple[Position, ...]]:
    """What is wanted, and a position for each unit that is there."""
    skus = st.sampled_from((BELL, LAMP))
    wanted = draw(st.lists(st.tuples(skus, st.integers(1, 5)), min_size=1, max_size=4))
    positions = st.builds(
        lambda sku, place, lot: Position(sku.code, place, lot=lot),
        skus,
        st.sampled_from(("hull", "leith/a1", "leith/b2", "york")),
        st.sampled_from(("", "L-4")),
    )
    return tuple(wanted), tuple(draw(st.lists(positions, max_size=12)))


@pytest.mark.feature("F125")
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@settings(max_examples=30)
@given(carts(), st.sampled_from((LONDON, EDINBURGH, NOWHERE)))
def test_a_plan_never_takes_more_than_is_free_or_was_asked_and_leaves_nothing_that_is_wanted(
    policy: Policy,
    cart: tuple[tuple[tuple[Sku, int], ...], tuple[Position, ...]],
    to: Destination,
) -> None:
    wanted, units = cart
    shop = Shop(MemoryStore(), Rules(locations=(LEITH, YORK, HULL), policy=policy))
    for at, n in Tally(units).items():
        shop.receive(at, n)
    shop.sell("o-17", *wanted, destination=to)

    with suppress(Refused):  # where nothing is there for it
        shop.allocate("o-17")

    for sku in (BELL, LAMP):
        there = sum(at.sku == sku.code for at in units)
        asked = sum(n for one, n in wanted if one == sku)
        order = shop.order("o-17")
        given_ = sum(
            line.count(UnitState.ALLOCATED) for line in order.lines if line.sku == sku.code
        )
        assert given_ == min(there, asked)
    assert all(row.claimed <= row.there for row in shop.store.books("").counters)


def test_a_policy_that_gives_what_nobody_has_is_a_mistake() -> None:
    def invents(ranked: Sequence[Place], problem: Problem, objective: Objective) -> SourcingPlan:
        return planned([Share("1", "york", 5)], problem, objective)

    shop = Shop(MemoryStore(), Rules(policy=Pipeline("invents", allocate=invents)))
    shop.stock(LAMP, "york", 3)
    for id, n in (("o-17", 5), ("o-18", 2)):
        shop.sell(id, (LAMP, n))

        with pytest.raises(ValueError, match="policy invents ships what nobody has or asked for"):
            shop.apply(allocate.on(id))


# --- what a policy is told ----------------------------------------------------


@attrs.frozen
class Listening:
    """A policy that remembers what it was asked."""

    name: str = "listens"
    heard: list[Problem] = attrs.field(factory=list)

    def __call__(self, problem: Problem) -> Sourced:
        self.heard.append(problem)
        return NEAREST(problem)


def asked(
    shop: Shop, *wanted: tuple[Sku, int] | NewLine, sending: Sending | None = None, **more: Any
) -> Problem:
    """What a policy is asked when an order is allocated."""
    listening = Listening()
    rules = attrs.evolve(shop.rules, policy=listening, sending=sending)
    other = shop.under(rules)
    other.sell("o-17", *wanted, **more)
    other.allocate("o-17")
    return listening.heard[-1]


@pytest.mark.feature("F148")
def test_a_place_is_a_warehouse_with_all_that_is_free_and_sound_there() -> None:
    shop = Shop(MemoryStore())
    shop.receive(Position("BRASS-LAMP", "leith/a1"), 2)
    shop.receive(Position("BRASS-LAMP", "leith/b2", lot="L-4"), 3)
    shop.receive(Position("BRASS-LAMP", "leith", grade="second"), 9)
    shop.receive(Position("BRASS-LAMP", "york", owner="maker-3"), 9)
    shop.stock(BELL, "york", 4)

    problem = asked(shop, (LAMP, 1))

    assert [(one.id, one.stock) for one in problem.places] == [
        ("leith", Quantities({"BRASS-LAMP": 5}))
    ]


def test_a_warehouse_of_an_odd_name_serves_like_any_other() -> None:
    shop = Shop(MemoryStore())
    shop.receive(Position("BRASS-LAMP", "attic /a1"), 1)
    shop.receive(Position("BRASS-LAMP", "york/b2"), 1)

    problem = asked(shop, (LAMP, 2))

    assert [one.id for one in problem.places] == ["attic /", "york"]
    assert took(shop) == {("1", "attic /a1"): 1, ("1", "york/b2"): 1}
    assert [one.differs for one in shop.what_if(NEAREST).tried] == [False]


def test_a_place_is_what_its_location_says() -> None:
    store = attrs.evolve(LEITH, handling=120, tags=("store",))
    shop = Shop(MemoryStore(), Rules(locations=(store,)))
    shop.stock(LAMP, "leith", 1)

    (leith,) = asked(shop, (LAMP, 1)).places

    assert leith == Place(
        "leith",
        Quantities({"BRASS-LAMP": 1}),
        handling=120,
        point=Point(55_976_000, -3_170_000),
        region="GB",
        tags=frozenset({"store"}),
    )


def test_a_policy_is_told_where_the_order_goes_and_where_it_was_sold() -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", 1)

    problem = asked(shop, (LAMP, 1), destination=EDINBURGH, channel="market", number="4711")

    assert (problem.region, problem.to) == ("GB", Point(55_953_000, -3_188_000))
    assert problem.channel == "market"


def test_days_are_those_until_goods_come_and_those_until_they_were_promised() -> None:
    ships = Shipping(Calendar("UTC", cut_off=time(15)), transit_days=2)
    shop = Shop(MemoryStore(), Rules(locations=(attrs.evolve(LEITH, ships=ships),)))
    shop.stock(LAMP, "leith", 1)
    wanted = attrs.evolve(line("1", LAMP, 1), promised=MORNING + timedelta(days=1))

    problem = asked(shop, wanted)

    assert [one.days for one in problem.places] == [2]
    assert [one.promised for one in problem.wants] == [1]


def test_a_place_knows_the_day_on_which_the_first_of_its_goods_expires() -> None:
    shop = Shop(MemoryStore())
    far = datetime.max.replace(tzinfo=UTC)
    for lot, until in (("L-4", MORNING + timedelta(days=9)), ("L-5", far)):
        shop.receive(Position("BRASS-LAMP", "leith", lot=lot), 1, expires_at=until)
    shop.receive(Position("BRASS-LAMP", "york", lot="L-5"), 1, expires_at=far)

    leith, york = asked(shop, (LAMP, 1)).places

    assert (leith.expires, york.expires) == (9, 10**6)


@pytest.mark.feature("F145")
def test_capacity_of_the_day_is_load_and_binds_where_the_host_says_so() -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH, YORK), capacity=(("leith", 5),)))
    shop.stock(LAMP, "leith", 9)
    shop.stock(LAMP, "york", 9)
    shop.sell("o-1", (LAMP, 3))
    shop.allocate("o-1")

    leith, york = asked(shop, (LAMP, 4)).places
    assert (leith.capacity, leith.load, leith.days) == (None, 3, 0)
    assert (york.capacity, york.load) == (None, 0)

    rules = attrs.evolve(shop.rules, policy=NEAREST, sending=Sending("2026", same_day=True))
    other = shop.under(rules)
    other.unreserve("o-17")
    other.allocate("o-17")
    assert took(other) == {("1", "leith"): 2, ("1", "york"): 2}


def test_a_day_that_is_full_is_a_day_later() -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), capacity=(("leith", 3),)))
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-1", (LAMP, 3))
    shop.allocate("o-1")

    (leith,) = asked(shop, (LAMP, 1)).places

    assert (leith.days, leith.load) == (1, 3)


def test_what_must_not_be_parted_is_told() -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 3)
    sending = Sending("2026", together=("BRASS-LAMP",), shipments_max=2, split_from=50_00)

    problem = asked(shop, (LAMP, 2), (BELL, 1), sending=sending)

    prices = {line.id: line.price for line in shop.order("o-17").lines}
    assert [(one.line, one.together) for one in problem.wants] == [("1", True), ("2", False)]
    assert [one.value for one in problem.wants] == [int(prices["1"] * 200), int(prices["2"] * 100)]
    assert (problem.shipments_max, problem.split_from) == (2, 50_00)


KIT: Final = NewLine(
    "1",
    Sku("CABIN-SET"),
    2,
    Price.of("100", "EUR"),
    components=(Component(LAMP, 2), Component(BELL, 1)),
)


@pytest.mark.parametrize("kits_together", (False, True))
def test_a_kit_leaves_from_one_place_where_the_host_says_so(kits_together: bool) -> None:
    there = {"leith": ((LAMP, 4),), "york": ((LAMP, 3), (BELL, 2))}
    sending = Sending("2026", kits_together=kits_together)
    shop = Shop(MemoryStore(), Rules(locations=(LEITH, YORK), policy=NEAREST, sending=sending))
    for place, goods in there.items():
        for sku, n in goods:
            shop.stock(sku, place, n)
    shop.sell("o-17", KIT)

    shop.allocate("o-17")

    if kits_together:
        assert took(shop) == {("1.1", "york"): 2, ("1.2", "york"): 1}
        assert shop.bag("o-17") == {"allocated": 3, "backordered": 3}
    else:
        assert took(shop) == {("1.1", "leith"): 4, ("1.2", "york"): 2}


def test_a_line_is_worth_as_much_as_waits_of_it() -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", 9)
    listening = Listening()
    sending = Sending("2026", split_from=1)
    other = shop.under(attrs.evolve(shop.rules, policy=listening, sending=sending))
    other.sell("o-17", line("1", LAMP, 4, "12.50"))

    other.allocate("o-17", (("1", 3),))

    assert [(one.n, one.value) for one in listening.heard[-1].wants] == [(3, 3_750)]


def test_parts_that_are_no_whole_kit_are_asked_for_by_themselves() -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", 9)
    shop.stock(BELL, "leith", 9)
    listening = Listening()
    sending = Sending("2026", kits_together=True)
    other = shop.under(attrs.evolve(shop.rules, policy=listening, sending=sending))
    other.sell("o-17", KIT)

    other.allocate("o-17", (("1.1", 3), ("1.2", 1)))

    wants = listening.heard[-1].wants
    assert [(one.line, one.n, one.parts.total, one.priority) for one in wants] == [
        ("1", 1, 3, 3),
        ("1.1", 1, 1, 1),
    ]
    assert other.bag("o-17") == {"allocated": 4, "open": 2}


def test_freight_is_that_of_the_region_and_the_cheapest_policy_reckons_with_it() -> None:
    rates = {
        "GB": Rates({"leith": Tariff(900), "york": Tariff(400)}),
        "": Rates({"leith": Tariff(300), "york": Tariff(800)}),
    }
    sending = Sending("2026", rates[""], by_region={"GB": rates["GB"]})
    there = {"leith": ((LAMP, 1),), "york": ((LAMP, 1),)}

    for region, place in (("GB", "york"), ("NO", "leith")):
        to = Destination("", region)
        shop = allocated(CHEAPEST, ((LAMP, 1),), there, to=to, sending=sending)

        assert took(shop) == {("1", place): 1}


# --- reasons ------------------------------------------------------------------


def test_a_refusal_names_each_location_that_was_left_out_and_on_which_facts() -> None:
    policy = Pipeline("near and open", (without(CLOSED), within_km(100)), by_distance, in_order)
    places = (LEITH, YORK, attrs.evolve(HULL, tags=("closed",)))
    shop = Shop(MemoryStore(), Rules(locations=places, policy=policy, split=False))
    for place in ("hull", "leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.sell("o-17", (LAMP, 5), destination=EDINBURGH)

    for call in (allocate.on("o-17"), reserve.on("o-17")):
        reasons = shop.reasons(call)

        assert [one.sentence for one in reasons] == [
            "BRASS-LAMP at all locations: 5 asked, 6 free",
            "hull is left out: it is closed",
            "york is left out: it is too far away (km 259, most 100)",
        ]
        assert reasons[1].say("zh") == "未选用hull:暂停营业"


def test_a_refusal_names_the_goods_that_a_location_keeps_back() -> None:
    shop = Shop(MemoryStore(), Rules((STORE, YORK), policy=SHIP_FROM_STORE, split=False))
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 2)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 3), (BELL, 1))

    reasons = shop.reasons(allocate.on("o-17"))

    assert [one.sentence for one in reasons] == [
        "BRASS-LAMP at all locations: 3 asked, 3 free",
        "1 BRASS-LAMP of leith left out: it keeps its last pieces",
    ]
    assert reasons[1].say("zh") == "未选用leith的 BRASS-LAMP 1 件:保留最后几件"


def test_a_refusal_by_a_cascade_has_the_reasons_of_each_rule_once() -> None:
    near = Pipeline("near", (without(CLOSED), within_km(100)), by_distance, in_order)
    table = Pipeline("table", (without(CLOSED), by_region({"GB": ("leith",)})))
    closed = attrs.evolve(HULL, tags=("closed",))
    rules = Rules((LEITH, YORK, closed), policy=Cascade("two", (near, table)), split=False)
    shop = Shop(MemoryStore(), rules)
    for place in ("hull", "leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.sell("o-17", (LAMP, 5), destination=EDINBURGH)

    assert [one.sentence for one in shop.reasons(allocate.on("o-17"))][1:] == [
        "hull is left out: it is closed",
        "york is left out: it is too far away (km 259, most 100)",
        "york is left out: it does not serve the region (region GB)",
    ]


def test_a_refusal_says_of_each_line_why_it_was_left_out() -> None:
    sending = Sending("2026", together=("BRASS-LAMP",))
    rules = Rules(locations=(LEITH, YORK), split=False, sending=sending)
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 2)
    shop.sell("o-17", (LAMP, 3))

    assert shop.refuses(allocate.on("o-17")) == (
        "BRASS-LAMP at all locations: 3 asked, 4 free; line 1 of order o-17: 3 left out, "
        "since no place has all that must stay together"
    )


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
