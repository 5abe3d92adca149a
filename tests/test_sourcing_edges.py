"""Plans at the edge: odd tariffs, huge and empty problems, and claims that were spoiled by hand."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

from orderflow import BadInput
from orderflow.sourcing import (
    Certificate,
    Goal,
    Load,
    Objective,
    Order,
    Place,
    Problem,
    Proof,
    Quantities,
    Rates,
    Score,
    Share,
    Surcharge,
    Tariff,
    Turns,
    Want,
    Wave,
    allocate_wave,
    best,
    verify,
)
from orderflow.sourcing.policies import NEAREST
from orderflow.values import QUANTITY_MAX
from tests.allocating import SKUS, brute, random_problem
from tests.test_sourcing import AMPLE, SEEDS, taken
from tests.test_sourcing_waves import lamps, needs_highspy, stocked

ALL_ORDERS: tuple[Objective, ...] = tuple(permutations(Goal))
SOFAS = tuple(Place(id, Quantities({"SOFA": 4})) for id in ("hull", "leith", "perth", "york"))
HEAVY = Quantities({"SOFA": 10_000})
WIDE = Rates({}, Tariff(1, step=500, first_grams=10_000))
"""A parcel more costs less than the grams that it pays for."""


# --- bounds ---------------------------------------------------------------------------------------


def test_a_guess_is_not_proved_by_a_bound_that_more_parcels_would_break() -> None:
    problem = Problem((Want.of("1", "SOFA", 4),), SOFAS, WIDE, HEAVY, shipments_max=3)

    plan = best(problem, (Goal.LEFT, Goal.COST))

    assert plan.score == (0, 5_003)
    assert verify(plan, problem) == ()


@pytest.mark.parametrize("budget", (0, 1, 2, 5, 13, 34))
@pytest.mark.parametrize("most", (None, 3))
def test_what_an_ended_search_claims_holds_for_larger_sets_too(
    budget: int, most: int | None
) -> None:
    problem = Problem((Want.of("1", "SOFA", 4),), SOFAS, WIDE, HEAVY, shipments_max=most)

    plan = best(problem, (Goal.LEFT, Goal.COST), budget=budget)

    assert verify(plan, problem) == ()


# --- every order of goals, and tariffs as wild as a host may print them ---------------------------


def wild(chance: Random) -> Problem:
    """A small problem with all features on: free and huge tariffs, closed docks, no shipments."""
    problem = random_problem(chance, 3, 3)
    rates = {place.id: _tariff(chance) for place in problem.places}
    places = [
        attrs.evolve(place, capacity=chance.choice((None, None, None, 0, 1, 3)))
        for place in problem.places
    ]
    return attrs.evolve(
        problem,
        places=tuple(places),
        freight=Rates(rates, _tariff(chance)),
        shipments_max=chance.choice((None, None, 0, 1, 2)),
    )


def _tariff(chance: Random) -> Tariff:
    extra = (Surcharge("fuel", 7, per_mille=333), Surcharge("heavy", 500, from_grams=3_000))
    return Tariff(
        chance.choice((0, 1, 640)),
        step=chance.choice((0, 1, 200, 1_000)),
        first_grams=chance.choice((0, 1, 1_000, 5_000, 10**6)),
        step_grams=chance.choice((1, 300, 1_000, 10**5)),
        cm3_per_kilogram=chance.choice((None, 1, 6_000, 10**7)),
        surcharges=extra if chance.random() < 0.2 else (),
    )


@settings(max_examples=60)
@given(seed=SEEDS)
def test_in_each_order_of_goals_no_plan_is_better_and_no_bound_is_wrong(seed: int) -> None:
    chance = Random(seed)
    problem = wild(chance)
    objectives = chance.sample(ALL_ORDERS, 8)

    found = brute(problem, objectives)

    for objective, (score, places) in zip(objectives, found, strict=True):
        plan = best(problem, objective, budget=AMPLE)
        ended = best(problem, objective, budget=chance.choice((0, 1, 3, 20)))
        assert (plan.score, plan.places, plan.gap) == (score, places, None), objective
        assert verify(plan, problem) == (), objective
        assert ended.certificate.bound <= score <= ended.score, objective


@settings(max_examples=60)
@given(seed=SEEDS)
def test_with_all_features_more_is_never_worse_and_less_is_never_better(seed: int) -> None:
    chance = Random(seed)
    problem = wild(chance)
    objective = chance.choice(ALL_ORDERS)
    one, *others = chance.sample(problem.places, len(problem.places))
    fuller = attrs.evolve(one, stock=one.stock + Quantities(dict.fromkeys(SKUS[:3], 2)))
    opened = attrs.evolve(one, id="q", capacity=chance.choice((None, 2)))

    def score(*places: Place, **changes: Any) -> Score:
        some = attrs.evolve(problem, places=places, **changes)
        return best(some, objective, budget=AMPLE).score

    now = score(*problem.places)
    assert score(*others, fuller) <= now
    assert score(*others, attrs.evolve(one, capacity=None)) <= now
    assert score(*problem.places, opened) <= now
    assert score(*problem.places, shipments_max=None) <= now
    assert score(*others) >= now


@settings(max_examples=60)
@given(seed=SEEDS)
def test_with_all_features_reordered_and_parted_lines_take_the_same(seed: int) -> None:
    chance = Random(seed)
    problem = wild(chance)
    objective = chance.choice(ALL_ORDERS)
    parted = [
        half
        for want in problem.wants
        for half in (
            (want,)
            if want.together or want.n < 2
            else (
                attrs.evolve(want, n=1, value=0),
                attrs.evolve(want, line=f"0{want.line}", n=want.n - 1),
            )
        )
    ]
    chance.shuffle(parted)
    places = chance.sample(problem.places, len(problem.places))
    other = attrs.evolve(problem, wants=tuple(parted), places=tuple(places))

    before, after = (best(one, objective, budget=AMPLE) for one in (problem, other))

    assert (after.score, after.places) == (before.score, before.places)
    assert taken(after, other) == taken(before, problem)


# --- a host's own freight -------------------------------------------------------------------------


@pytest.mark.parametrize("amount", (6.4, -5, None, True, "640", float("nan"), 10**16))
def test_a_freight_of_ones_own_gives_whole_minor_units(amount: Any) -> None:
    problem = Problem((Want.of("1", "SOFA", 4),), SOFAS, lambda place, load: amount)

    for ask in (best, NEAREST):
        with pytest.raises(BadInput) as caught:
            ask(problem)
        assert caught.value.path == "freight from hull"


def test_rates_that_a_host_changes_are_bounded_by_no_printed_tariff() -> None:
    class Squares(Rates):
        def __call__(self, place: Place, load: Load) -> int:
            return (load.grams // 10_000) ** 2

    printed = Squares({}, Tariff(640, step=90))
    problem = Problem((Want.of("1", "SOFA", 4),), SOFAS, printed, HEAVY)

    plan = best(problem, (Goal.LEFT, Goal.COST))

    assert plan.score == (0, 4)
    assert verify(plan, problem) == ()


# --- nothing wanted -------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", (0, 1, 100))
def test_nothing_wanted_is_shipped_by_nobody_whatever_counts(budget: int) -> None:
    problem = Problem((), SOFAS, WIDE)

    for objective in ALL_ORDERS:
        plan = best(problem, objective, budget=budget)

        assert (plan.score, plan.gap) == ((0, 0, 0, 0, 0), None), objective
        assert verify(plan, problem) == ()


# --- more than can be looked through --------------------------------------------------------------


def crowd(lines: int, places: int, n: int, there: int, capacity: int | None = None) -> Problem:
    """So many lines of a SKU each, and places that have so much of all of them."""
    skus = [f"S{i}" for i in range(lines)]
    stock = Quantities(dict.fromkeys(skus, there))
    return Problem(
        tuple([Want.of(sku, sku, n) for sku in skus]),
        tuple([Place(f"p{j:04}", stock, capacity) for j in range(places)]),
    )


@pytest.mark.parametrize(
    "problem",
    (
        crowd(1, 450, 450, 1),
        crowd(1_000, 2, 3, 3, capacity=1_500),
        crowd(1_000, 3, 3, 2),
        crowd(40, 30, 30, 1, capacity=50),
    ),
    ids=("places", "lines and capacity", "lines to divide", "both"),
)
def test_what_is_too_deep_to_look_through_has_a_plan_all_the_same(problem: Problem) -> None:
    plan = best(problem, budget=2_000)

    assert plan.figure(Goal.LEFT) == 0
    assert sum(share.n for share in plan.shares) == sum(want.n for want in problem.wants)


# --- claims that were spoiled by hand -------------------------------------------------------------

LAMP = Want.of("1", "LAMP", 2)
LAMPS = Problem((LAMP, Want.of("2", "BELL", 1)), (Place("leith", Quantities({"LAMP": 9})),))
PLAN = best(LAMPS, (Goal.LEFT, Goal.SHIPMENTS))
MORE = (Share("1", "leith", 3),)


@pytest.mark.parametrize(
    "changes",
    (
        {"shares": MORE, "left": (("1", -1), ("2", 1)), "score": (0, 1)},
        {"shares": MORE},
        {"left": ()},
        {"left": (("2", 1), ("2", 1))},
        {"left": (("1", 0), ("2", 1))},
        {"left": (("2", 1), ("3", 4))},
        {"shares": (Share("1", "leith", 0),)},
        {"shares": (Share("1", "leith", -1),)},
        {"shares": (Share("1", "leith", 2.0),)},  # type: ignore[arg-type]  # a spoiled plan
        {"shares": (Share("1", "leith", True), Share("1", "leith", True))},
        {"shares": (Share("3", "leith", 2),)},
        {"shares": (Share("1", "york", 2),)},
        {"objective": (Goal.SHIPMENTS,), "score": (1,)},
        {"objective": (), "score": ()},
        {"objective": (Goal.LEFT, Goal.LEFT), "score": (1, 1)},
        {"certificate": Certificate(Proof.NONE, (1,), 1)},
        {"certificate": Certificate(Proof.NONE, (1, 1, 0), 1)},
        {"certificate": Certificate(Proof.NONE, (1, 2), 1)},
        {"certificate": Certificate(Proof.BOUND, (1, 0), 1)},
    ),
)
def test_a_plan_spoiled_in_any_field_is_found_out(changes: dict[str, Any]) -> None:
    assert verify(PLAN, LAMPS) == ()

    spoiled = attrs.evolve(PLAN, **changes)
    if "certificate" not in changes:
        claimed = attrs.evolve(PLAN.certificate, bound=spoiled.score)
        spoiled = attrs.evolve(spoiled, certificate=claimed)

    assert len(verify(spoiled, LAMPS)) >= 1


def test_lines_that_are_alike_may_want_more_together_than_one_line_can() -> None:
    wants = tuple(Want.of(line, "LAMP", QUANTITY_MAX) for line in ("1", "2", "3"))
    problem = Problem(wants, (Place("leith", Quantities({"LAMP": QUANTITY_MAX})),))

    for plan in (best(problem), NEAREST(problem).plan):
        assert plan.figure(Goal.LEFT) == 2 * QUANTITY_MAX
        assert verify(plan, problem) == ()


# --- waves and their bound ------------------------------------------------------------------------


@pytest.mark.parametrize("orders", ((), (lamps("a", 2),)))
@pytest.mark.parametrize("places", ((), (attrs.evolve(stocked("leith", LAMP=3), capacity=1),)))
def test_a_wave_of_nothing_is_improved_in_no_time(
    orders: tuple[Order, ...], places: tuple[Place, ...]
) -> None:
    plan = allocate_wave(Wave(orders, places), budget=50)

    assert len(plan.served) == len(orders)
    assert plan.figure(Goal.LEFT) == sum(2 - len(places) for _ in orders)


@pytest.mark.parametrize("seed", range(6))
def test_no_order_is_left_short_for_one_of_a_lower_priority(seed: int) -> None:
    orders = (lamps("o-17", 1), lamps("o-18", 2, priority=9), lamps("o-19", 1))
    wave = Wave(orders, (stocked("leith", LAMP=1), stocked("york", LAMP=1)))

    plan = allocate_wave(wave, Turns.PRIORITY, (Goal.LEFT, Goal.SHIPMENTS), budget=200, seed=seed)

    assert [one.left for one in plan.served] == [(("1", 1),), (), (("1", 1),)]


@needs_highspy
def test_what_costs_nothing_is_not_forbidden_where_nothing_may_be_spent() -> None:
    from orderflow.sourcing.relaxation import relaxed

    wave = Wave((lamps("a", 2),), (stocked("leith", LAMP=3),))

    assert relaxed(wave, (Goal.COST, Goal.LEFT, Goal.SHIPMENTS)) == (0, 0, 1)


@needs_highspy
@pytest.mark.parametrize("first", (10, 1_000_001, 10**9 + 1, 10**12 - 1))
def test_large_sums_leave_the_goals_after_them_their_bounds(first: int) -> None:
    from orderflow.sourcing.relaxation import relaxed

    places = (stocked("leith", LAMP=2), stocked("york", LAMP=2))
    wave = Wave((lamps("a", 3),), places, Rates({}, Tariff(first)))

    left, cost, shipments = relaxed(wave, (Goal.LEFT, Goal.COST, Goal.SHIPMENTS))

    assert (left, shipments) == (0, 2)
    assert 0.999_998 * 1.5 * first < cost <= 1.5 * first
