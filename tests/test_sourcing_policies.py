"""Policies as rows of small functions, and why not for all that they leave out."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput
from orderflow.sourcing import (
    DEFAULT,
    LEAST_COST,
    LEAST_DAYS,
    LEAST_SHIPMENTS,
    Goal,
    Place,
    Point,
    Problem,
    Proof,
    Quantities,
    Rates,
    Share,
    Tariff,
    Want,
    best,
    parcels,
    stages,
    verify,
)
from orderflow.sourcing.explaining import Lack, Missing, Unused
from orderflow.sourcing.parcels import Parcel, packed
from orderflow.sourcing.pipeline import Cascade, Pipeline, Sourced, in_order, planned
from orderflow.sourcing.policies import (
    BALANCED,
    BEST,
    CHEAPEST,
    FEWEST_SHIPMENTS,
    FIRST_EXPIRED,
    NEAREST,
    NEAREST_WHOLE,
    ONE_OR_NONE,
    OWN_FIRST,
    PRIORITY,
    SHIP_FROM_STORE,
    product_table,
    region_table,
)
from orderflow.sourcing.stages import Dropped, KeptBack
from orderflow.sourcing.whole import at_a_glance
from tests.allocating import random_problem

EDINBURGH: Final = Point(55_953_000, -3_188_000)
LONDON: Final = Point(51_507_000, -128_000)
LEITH: Final = Place(
    "leith", Quantities({"LAMP": 2, "BELL": 1}), point=EDINBURGH, priority=2, load=7
)
YORK: Final = Place(
    "york", Quantities({"LAMP": 5}), point=Point(53_958_000, -1_080_000), priority=1, load=3
)
LAMPS: Final = Want.of("1", "LAMP", 3)
BELL: Final = Want.of("2", "BELL", 1)
ALL: Final = (
    NEAREST, PRIORITY, CHEAPEST, ONE_OR_NONE, FEWEST_SHIPMENTS, BALANCED, FIRST_EXPIRED,
    SHIP_FROM_STORE, OWN_FIRST, BEST, NEAREST_WHOLE,
)  # fmt: skip


def asks(*wants: Want, places: tuple[Place, ...] = (LEITH, YORK)) -> Problem:
    return Problem(wants, places, to=LONDON)


def shares(found: Sourced) -> list[tuple[str, str, int]]:
    return [(one.line, one.place, one.n) for one in found.plan.shares]


def stocked(id: str, stock: Mapping[str, int], *tags: str) -> Place:
    return Place(id, Quantities(stock), tags=frozenset(tags))


# --- who is asked first ---------------------------------------------------------------------------


@pytest.mark.feature("F140", "F141")
def test_the_nearest_gives_what_it_has_before_the_next() -> None:
    near_leith = attrs.evolve(asks(LAMPS), to=EDINBURGH)

    assert shares(NEAREST(asks(LAMPS))) == [("1", "york", 3)]
    assert shares(NEAREST(near_leith)) == [("1", "leith", 2), ("1", "york", 1)]


@pytest.mark.feature("F140")
def test_the_hosts_own_order_comes_first_where_it_is_asked_for() -> None:
    assert shares(PRIORITY(asks(LAMPS, BELL))) == [("1", "york", 3), ("2", "leith", 1)]


@pytest.mark.feature("F140", "F148")
def test_the_place_with_least_to_do_is_asked_first() -> None:
    assert BALANCED(asks(LAMPS)).plan.places == ("york",)
    busy = attrs.evolve(YORK, load=9)
    assert BALANCED(asks(LAMPS, places=(LEITH, busy))).plan.places == ("leith", "york")


def test_goods_that_expire_first_leave_first() -> None:
    fresh, old = attrs.evolve(LEITH, expires=90), attrs.evolve(YORK, expires=30)

    found = FIRST_EXPIRED(asks(Want.of("1", "LAMP", 2), places=(fresh, old)))

    assert found.plan.places == ("york",)
    never = attrs.evolve(YORK, expires=None)
    assert [one.id for one in stages.by_expiry((never, fresh), asks(LAMPS))] == ["leith", "york"]


def test_suppliers_are_asked_last() -> None:
    supplier = attrs.evolve(YORK, tags=frozenset({"supplier"}), priority=0)

    found = OWN_FIRST(asks(LAMPS, places=(supplier, LEITH)))

    assert shares(found) == [("1", "leith", 2), ("1", "york", 1)]


def test_one_place_or_none_leaves_all_where_none_has_all() -> None:
    assert ONE_OR_NONE(asks(LAMPS)).plan.places == ("york",)
    assert ONE_OR_NONE(asks(LAMPS, BELL)).plan.shares == ()
    assert ONE_OR_NONE(attrs.evolve(asks(LAMPS), shipments_max=0)).plan.shares == ()


def test_the_cheapest_looks_at_the_price_of_the_whole_way() -> None:
    rates = Rates({"leith": Tariff(640), "york": Tariff(1_200)})
    problem = attrs.evolve(asks(Want.of("1", "LAMP", 2)), freight=rates)

    assert CHEAPEST(problem).plan.places == ("leith",)
    assert [one.id for one in stages.by_cost((YORK, LEITH), problem)] == ["leith", "york"]
    dear = attrs.evolve(LEITH, handling=700)
    assert [one.id for one in stages.by_cost((dear, YORK), problem)] == ["york", "leith"]


def test_a_cascade_takes_the_first_rule_that_fills() -> None:
    assert NEAREST_WHOLE(asks(LAMPS)).policy == "one place or none"
    assert NEAREST_WHOLE(asks(LAMPS)).tried == ()
    assert NEAREST_WHOLE(asks(LAMPS, BELL)).policy == "best"
    assert [one.policy for one in NEAREST_WHOLE(asks(LAMPS, BELL)).tried] == ["one place or none"]


def test_a_cascade_has_at_least_one_rule() -> None:
    with pytest.raises(BadInput, match="at least one policy is wanted"):
        Cascade("none", ())


def test_a_cascade_that_fills_nowhere_takes_the_rule_that_leaves_least() -> None:
    too_many = asks(Want.of("1", "LAMP", 9))
    rules = Cascade("two", (ONE_OR_NONE, NEAREST, PRIORITY))

    found = rules(too_many)

    assert found.policy == "nearest"
    assert [one.policy for one in found.tried] == ["one place or none", "priority"]


@pytest.mark.feature("F141", "F142")
def test_tables_say_who_serves_a_region_and_who_sends_a_product() -> None:
    problem = attrs.evolve(asks(Want.of("1", "LAMP", 2)), region="GB-SCT")

    by_region = region_table({"GB-SCT": ("leith",)}, NEAREST)(problem)
    by_product = product_table({"LAMP": ("leith",)}, NEAREST)(problem)

    assert by_region.plan.places == by_product.plan.places == ("leith",)
    why = "does not serve the region"
    assert by_region.dropped == (Dropped("york", why, (("region", "GB-SCT"),)),)
    assert region_table({"FR": ("leith",)}, NEAREST)(problem).plan.places == ("york",)


def test_a_table_says_who_serves_a_channel() -> None:
    policy = Pipeline("channels", (stages.by_channel({"market": ("leith",)}),))
    sold = attrs.evolve(asks(Want.of("1", "LAMP", 2)), channel="market")

    found = policy(sold)

    assert found.plan.places == ("leith",)
    why = "does not serve the channel"
    assert found.dropped == (Dropped("york", why, (("channel", "market"),)),)
    assert policy(attrs.evolve(sold, channel="web")).dropped == ()


# --- who is not asked at all ----------------------------------------------------------------------


def test_a_place_that_is_dropped_says_why() -> None:
    places = (
        stocked("hull", {"RUG": 1}),
        stocked("leith", {"LAMP": 1}, "closed"),
        stocked("perth", {"LAMP": 1}, "pickup only"),
        attrs.evolve(stocked("skye", {"LAMP": 1}), capacity=0),
        stocked("york", {"LAMP": 1}),
    )

    found = BEST(asks(LAMPS, places=places))

    assert [(one.place, one.why) for one in found.dropped] == [
        ("hull", "has nothing to give of what is wanted"),
        ("leith", "is closed"),
        ("perth", "is pickup only"),
        ("skye", "has sent all that it may"),
    ]
    assert shares(found) == [("1", "york", 1)]


def test_a_store_keeps_its_last_piece_for_those_who_walk_in() -> None:
    store = stocked("mall", {"LAMP": 3, "BELL": 1}, "store")

    found = SHIP_FROM_STORE(asks(Want.of("1", "LAMP", 3), BELL, places=(store,)))

    assert shares(found) == [("1", "mall", 2)]
    last = "keeps its last pieces"
    assert found.kept_back == (KeptBack("mall", "BELL", 1, last), KeptBack("mall", "LAMP", 1, last))


@pytest.mark.parametrize(
    ("look", "why"),
    (
        (stages.bearing("hazmat", ("LAMP",)), "is not hazmat"),
        (stages.by_product({"LAMP": ("york",)}), "does not send it"),
        (lambda place, _: attrs.evolve(place, stock=Quantities({"BELL": 1})), "may not send it"),
    ),
)
def test_what_a_filter_keeps_back_of_what_is_wanted_says_why(look: stages.Filter, why: str) -> None:
    found = Pipeline("kept", (look,))(asks(LAMPS, places=(LEITH,)))

    assert found.kept_back == (KeptBack("leith", "LAMP", 2, why),)


def test_a_filter_that_forgets_to_give_the_place_is_told_so() -> None:
    def forgetful(place: Place, problem: Problem) -> Any:
        del place, problem

    with pytest.raises(BadInput, match="policy ours: a filter gives a place, or says why not"):
        Pipeline("ours", (forgetful,))(asks(LAMPS))


def test_only_a_licensed_place_sends_batteries() -> None:
    policy = Pipeline("licensed", (stages.bearing("hazmat", ("BATTERY",)),))
    plain = stocked("leith", {"LAMP": 1, "BATTERY": 1})
    licensed = stocked("york", {"BATTERY": 1}, "hazmat")
    wants = (Want.of("1", "LAMP", 1), Want.of("2", "BATTERY", 1))

    assert policy(asks(*wants, places=(plain, licensed))).plan.places == ("leith", "york")


def test_what_is_too_far_away_is_dropped() -> None:
    policy = Pipeline("near", (stages.within_km(300),))

    found = policy(asks(LAMPS, places=(LEITH, YORK, stocked("nowhere", {"LAMP": 1}))))

    assert found.dropped == (
        Dropped("leith", "is too far away", (("km", 534), ("most", 300))),
        Dropped("nowhere", "lies at no known distance", (("most", 300),)),
    )


def test_a_filter_of_ones_own_has_five_lines() -> None:
    def weekdays_only(place: Place, problem: Problem) -> Place | Dropped:
        if problem.region == "weekend" and "weekend" not in place.tags:
            return Dropped(place.id, "rests")
        return place

    policy = Pipeline("weekdays", (weekdays_only,))

    assert [one.place for one in policy(attrs.evolve(asks(LAMPS), region="weekend")).dropped] == [
        "leith",
        "york",
    ]


# --- why not --------------------------------------------------------------------------------------


def test_a_place_that_is_not_used_says_what_using_it_would_cost() -> None:
    rates = Rates({"leith": Tariff(640), "york": Tariff(1_200)})
    problem = Problem((Want.of("1", "LAMP", 2),), (LEITH, YORK, stocked("hull", {})), rates)

    found = attrs.evolve(BEST, filters=())(problem)

    assert found.unused() == (
        Unused("hull", None, 0, None),
        Unused("york", Goal.COST, 560, (0, 0, 1_200, 1, 0)),
    )


@settings(max_examples=100)
@given(seed=st.integers(0, 10**6))
def test_what_using_a_place_would_cost_is_the_best_of_all_plans_that_use_it(seed: int) -> None:
    problem = random_problem(Random(seed), 3, 3)
    found = attrs.evolve(BEST, filters=())(problem)
    for one in found.unused():
        if one.score is not None:
            assert one.score >= found.plan.score
            assert (one.goal is None) == (one.score == found.plan.score)
            # Without any of the others, the place that must ship does.
            alone = tuple(place for place in problem.places if place.id == one.place)
            least = best(attrs.evolve(problem, places=alone))
            assert one.score <= least.score or not least.shares


@pytest.mark.parametrize(
    ("want", "place", "lack", "there"),
    (
        (Want.of("1", "RUG", 1), {"LAMP": 1}, Lack.NOWHERE, 0),
        (Want.of("1", "LAMP", 3), {"LAMP": 1}, Lack.TOO_FEW, 1),
        (Want.of("1", "LAMP", 3, together=True), {"LAMP": 2}, Lack.DIVIDED, 2),
    ),
)
def test_a_unit_that_is_left_out_says_what_was_missing(
    want: Want, place: dict[str, int], lack: Lack, there: int
) -> None:
    found = BEST(Problem((want,), (stocked("leith", place),)))
    left = dict(found.plan.left)["1"]

    whole = attrs.evolve(found, problem=Problem((want,), (stocked("leith", place),)))
    assert whole.missing() == (Missing("1", left, lack, there),)


def test_units_are_left_out_where_places_are_full_or_too_many_or_others_had_them() -> None:
    full = attrs.evolve(stocked("leith", {"LAMP": 3}), capacity=1)
    two = (stocked("leith", {"LAMP": 2}), stocked("york", {"LAMP": 1}))
    first, second = Want.of("1", "LAMP", 2, priority=5), Want.of("2", "LAMP", 2)

    def lack(problem: Problem) -> list[tuple[str, Lack]]:
        return [(one.line, one.lack) for one in BEST(problem).missing()]

    assert lack(Problem((LAMPS,), (full,))) == [("1", Lack.FULL)]
    assert lack(Problem((LAMPS,), two, shipments_max=1)) == [("1", Lack.SHIPMENTS)]
    assert lack(Problem((first, second), (two[0],))) == [("2", Lack.OTHERS)]
    assert lack(Problem((LAMPS,), two, split_from=100)) == [("1", Lack.WORTH)]
    assert lack(Problem((LAMPS,), two, shipments_max=1, split_from=100)) == [("1", Lack.SHIPMENTS)]


def test_the_parts_of_a_kit_that_lie_apart_are_there_and_may_not_be_divided() -> None:
    kit = Want("1", Quantities({"LAMP": 2, "BELL": 1}), 1)
    apart = (stocked("leith", {"LAMP": 2}), stocked("york", {"BELL": 1}))
    too_few = (stocked("leith", {"LAMP": 1}), stocked("york", {"BELL": 1}))

    assert [one.lack for one in BEST(Problem((kit,), apart)).missing()] == [Lack.DIVIDED]
    assert [one.lack for one in BEST(Problem((kit,), too_few)).missing()] == [Lack.NOWHERE]


def test_a_unit_that_is_left_out_by_choice_says_whose_it_is() -> None:
    two = (stocked("leith", {"LAMP": 2}), stocked("york", {"LAMP": 1}))
    problem = Problem((LAMPS,), two, Rates(otherwise=Tariff(640)))
    dear = Pipeline("money first", objective=(Goal.COST, Goal.LEFT))

    one = (Share("1", "leith", 1),)
    thrifty = Pipeline("thrifty", allocate=lambda _, asked, goals: planned(one, asked, goals))
    alone = attrs.evolve(problem, places=(stocked("leith", {"LAMP": 3}),), shipments_max=1)

    assert [one.lack for one in ONE_OR_NONE(problem).missing()] == [Lack.RULE]
    assert [one.lack for one in thrifty(alone).missing()] == [Lack.RULE]
    assert [one.lack for one in dear(problem).missing()] == [Lack.BETTER]


def test_a_plan_by_a_plain_rule_is_held_against_what_the_problem_says() -> None:
    assert ONE_OR_NONE(asks(LAMPS)).plan.certificate.proof is Proof.BOUND
    whole = PRIORITY(asks(Want.of("1", "LAMP", 2), BELL)).plan
    assert whole.certificate.proof is Proof.NONE
    assert whole.gap is not None


@settings(max_examples=80)
@given(seed=st.integers(0, 10**6), policy=st.sampled_from(ALL))
def test_every_policy_gives_a_plan_that_is_allowed(seed: int, policy: Pipeline | Cascade) -> None:
    problem = random_problem(Random(seed), 4, 4)

    found = policy(problem)

    assert verify(found.plan, found.problem) == ()
    units = sum(share.n for parcel in found.parcels for share in parcel.shares)
    assert units == sum(share.n for share in found.plan.shares)


def test_shares_of_ones_own_become_a_plan() -> None:
    plan = planned((Share("1", "york", 2),), asks(LAMPS), (Goal.LEFT, Goal.SHIPMENTS))

    assert (plan.score, plan.left) == ((1, 1), (("1", 1),))


# --- parcels --------------------------------------------------------------------------------------


HEAVY: Final = Problem(
    (Want.of("1", "LAMP", 3), Want.of("2", "SOFA", 1), Want.of("3", "FISH", 1)),
    (stocked("leith", {"LAMP": 3, "SOFA": 1, "FISH": 1}),),
    grams=Quantities({"LAMP": 4_000, "SOFA": 40_000, "FISH": 500}),
    cm3=Quantities({"LAMP": 9_000, "SOFA": 900_000, "FISH": 500}),
)


def contents(*splits: parcels.Split) -> list[list[tuple[str, int]]]:
    found = packed(best(HEAVY).shares, HEAVY, splits)
    return [[(share.line, share.n) for share in parcel.shares] for parcel in found]


def test_what_leaves_a_place_is_one_parcel_where_nothing_parts_it() -> None:
    assert contents() == [[("1", 3), ("2", 1), ("3", 1)]]


def test_parcels_are_parted_by_weight_volume_and_kind() -> None:
    assert contents(parcels.by_weight(10_000)) == [
        [("2", 1)],
        [("1", 2), ("3", 1)],
        [("1", 1)],
    ]
    assert contents(parcels.by_volume(100_000)) == [[("2", 1)], [("1", 3), ("3", 1)]]
    assert contents(parcels.by_kind({"FISH": "chilled"})) == [[("1", 3), ("2", 1)], [("3", 1)]]


def test_splits_follow_each_other() -> None:
    found = contents(parcels.by_kind({"FISH": "chilled"}), parcels.by_weight(10_000))

    assert found == [[("2", 1)], [("1", 2)], [("1", 1)], [("3", 1)]]


@given(seed=st.integers(0, 10**6), most=st.integers(1, 9_000))
def test_a_split_loses_nothing_and_doubles_nothing(seed: int, most: int) -> None:
    problem = random_problem(Random(seed), 4, 3)
    splits = (parcels.by_kind({"LAMP": "fragile"}), parcels.by_weight(most))
    plan = best(problem)

    found = packed(plan.shares, problem, splits)

    units: dict[tuple[str, str], int] = {}
    for parcel in found:
        assert isinstance(parcel, Parcel)
        for share in parcel.shares:
            assert share.place == parcel.place
            units[share.line, share.place] = units.get((share.line, share.place), 0) + share.n
    assert units == {(share.line, share.place): share.n for share in plan.shares}


def test_a_policy_of_ones_own_is_a_row_of_stages() -> None:
    policy = Pipeline("ours", (stages.without("closed"),), stages.by_load, in_order)

    assert policy(asks(LAMPS)).policy == "ours"


# --- at a glance ----------------------------------------------------------------------------------

ORDERS: Final = (DEFAULT, LEAST_SHIPMENTS, LEAST_COST, LEAST_DAYS, (Goal.LEFT, Goal.SHIPMENTS))


@pytest.mark.feature("F140")
@pytest.mark.parametrize("seed", range(4))
def test_a_plan_seen_at_a_glance_is_the_one_that_the_search_finds(seed: int) -> None:
    chance, seen = Random(seed), 0

    for _ in range(300):
        problem = random_problem(chance, lines=2, places=3)
        ranked = sorted(problem.places, key=lambda place: (place.handling, place.id))
        for objective in ORDERS:
            plan = at_a_glance(ranked, problem, objective)
            if plan is not None:
                found = best(problem, objective, ties=[place.id for place in ranked])
                seen += 1
                assert (plan.score, plan.shares, plan.left) == (
                    found.score, found.shares, found.left,
                )  # fmt: skip
                assert plan.certificate.bound == found.certificate.bound
                assert verify(plan, problem) == ()

    assert seen > 100


def test_what_no_place_has_whole_is_not_seen_at_a_glance() -> None:
    short, late = asks(LAMPS, BELL), asks(Want.of("1", "LAMP", 3, promised=1))
    slow = attrs.evolve(late, places=(LEITH, attrs.evolve(YORK, days=2)))
    nothing = asks()
    unsent = attrs.evolve(asks(LAMPS), shipments_max=0)

    for problem in (short, slow, nothing, unsent):
        assert at_a_glance(problem.places, problem, LEAST_SHIPMENTS) is None


def test_where_parcels_count_after_money_only_a_single_place_is_seen_at_a_glance() -> None:
    several, single = asks(LAMPS), asks(LAMPS, places=(YORK,))

    assert at_a_glance(several.places, several, DEFAULT) is None
    assert at_a_glance(several.places, several, LEAST_SHIPMENTS) is not None
    assert at_a_glance(single.places, single, DEFAULT) is not None


@pytest.mark.parametrize("places", ((YORK,), (LEITH, YORK)))
def test_a_freight_that_is_no_amount_is_refused_at_a_glance_too(places: tuple[Place, ...]) -> None:
    cents: Any = lambda place, load: 6.4  # noqa: E731 - what a hurried host might write
    problem = attrs.evolve(asks(LAMPS, places=places), freight=cents)

    with pytest.raises(BadInput, match="freight from york"):
        at_a_glance(problem.places, problem, LEAST_SHIPMENTS)
