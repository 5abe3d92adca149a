"""Plans that are proved: equal to looking at every plan, and spoiled ones are found out."""

from __future__ import annotations

import doctest
import gc
import os
import subprocess
import sys
from collections.abc import Mapping
from random import Random
from types import ModuleType
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput, sourcing
from orderflow.sourcing import (
    DEFAULT,
    LEAST_COST,
    LEAST_DAYS,
    LEAST_SHIPMENTS,
    Certificate,
    Gap,
    Goal,
    Load,
    Objective,
    Place,
    Plan,
    Point,
    Problem,
    Proof,
    Quantities,
    Rates,
    Share,
    Surcharge,
    Tariff,
    Want,
    best,
    freight,
    quantities,
    verify,
)
from tests.allocating import brute, random_problem

# `make plans` looks at 20,000 problems; it takes some ten minutes.
PLANS: Final = int(os.environ.get("ORDERFLOW_PLANS", "60"))
AMPLE: Final = 10**7
OBJECTIVES: Final[tuple[Objective, ...]] = (
    DEFAULT,
    (Goal.LEFT, Goal.SHIPMENTS, Goal.COST),
    (Goal.LATE, Goal.LEFT, Goal.DAYS, Goal.COST),
)
SEEDS: Final = st.integers(0, 10**6)


def place(id: str, stock: Mapping[str, int], days: int = 0, capacity: int | None = None) -> Place:
    return Place(id, Quantities(stock), capacity, days)


def shares(plan: Plan) -> list[tuple[str, str, int]]:
    return [(one.line, one.place, one.n) for one in plan.shares]


LEITH: Final = place("leith", {"LAMP": 2, "BELL": 1}, days=1)
YORK: Final = place("york", {"LAMP": 5}, days=2)
LAMPS: Final = Want.of("1", "LAMP", 2)
BELL: Final = Want.of("2", "BELL", 1)


@pytest.mark.parametrize("module", (sourcing, quantities, freight), ids=lambda one: one.__name__)
def test_the_examples_run(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert (results.failed, results.attempted > 0) == (0, True)


# --- quantities -----------------------------------------------------------------------------------


def test_what_is_taken_is_what_is_wanted_and_there() -> None:
    wanted, there = Quantities({"LAMP": 3, "BELL": 1}), Quantities({"LAMP": 2, "RUG": 9})

    taken = wanted & there

    assert taken == Quantities({"LAMP": 2})
    assert wanted - taken == Quantities({"LAMP": 1, "BELL": 1})
    assert there - taken == Quantities({"RUG": 9})
    assert (wanted - taken) + taken == wanted


def test_nothing_of_a_sku_is_the_same_as_not_to_name_it() -> None:
    assert Quantities({"LAMP": 0}) == Quantities()
    assert hash(Quantities({"LAMP": 0})) == hash(Quantities())
    assert not Quantities({"LAMP": 0})
    assert Quantities()["LAMP"] == 0
    assert "LAMP" not in Quantities({"LAMP": 0})
    assert Quantities({"LAMP": 2, "BELL": 1}).total == 3


def test_more_than_there_is_cannot_be_taken() -> None:
    with pytest.raises(ValueError, match="2 LAMP cannot be taken of 1"):
        Quantities({"LAMP": 1}) - Quantities({"LAMP": 2})


@pytest.mark.parametrize("wrong", ({"LAMP": -1}, {"LAMP": 1.0}, {"": 1}, [("LAMP", 1)]))
def test_quantities_are_whole_numbers_by_sku(wrong: Mapping[str, int]) -> None:
    with pytest.raises(BadInput):
        Quantities(wrong)


# --- freight --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grams", "cost"),
    ((0, 1000), (1, 1000), (1000, 1000), (1001, 1200), (2000, 1200), (2001, 1400)),
)
def test_each_further_kilogram_that_is_begun_is_charged(grams: int, cost: int) -> None:
    assert Tariff(1000, step=200).of(Load(grams)) == cost


def test_what_is_bulky_weighs_what_its_volume_stands_for() -> None:
    tariff = Tariff(1000, step=200, cm3_per_kilogram=6_000)

    assert tariff.of(Load(900, 12_000)) == 1200
    assert tariff.of(Load(900, 12_001)) == 1400
    assert tariff.of(Load(3_500, 12_000)) == 1600


def test_surcharges_are_added_from_their_weight_on() -> None:
    extra = (Surcharge("remote", 350), Surcharge("fuel", per_mille=125, from_grams=2_000))
    tariff = Tariff(999, step=200, surcharges=extra)

    assert tariff.of(Load(500)) == 999 + 350
    assert tariff.of(Load(2_000)) == 1199 + 350 + 150


def test_a_place_without_a_tariff_of_its_own_has_the_common_one() -> None:
    rates = Rates({"leith": Tariff(640)}, otherwise=Tariff(1200))

    assert (rates(LEITH, Load(1)), rates(YORK, Load(1))) == (640, 1200)


# --- plans ----------------------------------------------------------------------------------------


@pytest.mark.feature("F140", "F142")
def test_one_place_that_has_everything_ships_alone() -> None:
    plan = best(Problem((LAMPS, BELL), (YORK, LEITH)))

    assert shares(plan) == [("1", "leith", 2), ("2", "leith", 1)]
    assert plan.certificate.proof is Proof.BOUND
    assert plan.gap is None


@pytest.mark.feature("F140")
def test_two_parcels_from_next_door_beat_one_from_across_the_country() -> None:
    near = (place("leith", {"LAMP": 1}, 1), place("york", {"BELL": 1}, 1))
    far = place("zagreb", {"LAMP": 1, "BELL": 1}, 3)
    wants = (Want.of("1", "LAMP", 1, promised=2), Want.of("2", "BELL", 1, promised=2))
    rates = Rates({"zagreb": Tariff(1200)}, otherwise=Tariff(320))
    problem = Problem(wants, (*near, far), rates)

    assert best(problem).places == ("leith", "york")
    assert best(problem, LEAST_COST).places == ("leith", "york")
    assert best(problem, LEAST_DAYS).places == ("leith", "york")
    assert best(problem, (Goal.LEFT, Goal.SHIPMENTS)).places == ("zagreb",)


def test_a_plan_that_misses_a_promise_says_so() -> None:
    plan = best(Problem((Want.of("1", "LAMP", 2, promised=1),), (YORK,)))

    assert plan.figure(Goal.LATE) == 2


def test_what_nobody_has_is_left_out() -> None:
    plan = best(Problem((Want.of("1", "LAMP", 9), Want.of("2", "VASE", 1)), (LEITH, YORK)))

    assert plan.left == (("1", 2), ("2", 1))
    assert plan.figure(Goal.LEFT) == 3


def test_of_scarce_goods_the_line_that_counts_more_is_served() -> None:
    wants = (Want.of("1", "LAMP", 2), Want.of("2", "LAMP", 2, priority=3))

    plan = best(Problem(wants, (LEITH,)))

    assert shares(plan) == [("2", "leith", 2)]
    assert plan.score[0] == 2


def test_a_line_that_is_kept_together_is_not_divided() -> None:
    two = (place("leith", {"LAMP": 2}), place("york", {"LAMP": 2}))

    divided = best(Problem((Want.of("1", "LAMP", 3),), two))
    together = best(Problem((Want.of("1", "LAMP", 3, together=True),), two))

    assert shares(divided) == [("1", "leith", 2), ("1", "york", 1)]
    assert together.shares == ()
    assert together.left == (("1", 3),)


def test_the_parts_of_a_kit_leave_from_one_place() -> None:
    kit = Want("1", Quantities({"LAMP": 1, "BULB": 2}), 2)
    places = (
        place("leith", {"LAMP": 2, "BULB": 3}),
        place("york", {"LAMP": 9, "BULB": 1}),
        place("zagreb", {"LAMP": 1, "BULB": 2}),
    )

    assert shares(best(Problem((kit,), places))) == [("1", "leith", 1), ("1", "zagreb", 1)]


def test_a_kit_and_a_line_share_what_is_there() -> None:
    kit = Want("1", Quantities({"LAMP": 1, "BULB": 2}), 1)
    bulbs = Want.of("2", "BULB", 2)

    plan = best(Problem((kit, bulbs), (place("leith", {"LAMP": 1, "BULB": 3}),)))

    assert plan.figure(Goal.LEFT) == 1
    assert verify(plan, Problem((kit, bulbs), (place("leith", {"LAMP": 1, "BULB": 3}),))) == ()


@pytest.mark.feature("F145")
def test_no_place_ships_more_than_it_may() -> None:
    places = (place("leith", {"LAMP": 9}, capacity=2), place("york", {"LAMP": 9}, capacity=1))

    plan = best(Problem((Want.of("1", "LAMP", 5),), places))

    assert shares(plan) == [("1", "leith", 2), ("1", "york", 1)]
    assert plan.left == (("1", 2),)


def test_no_more_places_ship_than_may() -> None:
    places = (place("leith", {"LAMP": 1}), place("york", {"BELL": 2}), place("zagreb", {"RUG": 1}))
    wants = (Want.of("1", "LAMP", 1), Want.of("2", "BELL", 2), Want.of("3", "RUG", 1))

    assert best(Problem(wants, places, shipments_max=1)).places == ("york",)
    assert best(Problem(wants, places, shipments_max=0)).places == ()


def test_what_is_worth_too_little_is_not_split() -> None:
    places = (place("leith", {"LAMP": 1}), place("york", {"LAMP": 2}))
    want = Want.of("1", "LAMP", 3, value=4_900)

    assert best(Problem((want,), places, split_from=5_000)).places == ("york",)
    assert best(Problem((want,), places, split_from=4_900)).places == ("leith", "york")


def test_ties_end_in_the_ids_of_places() -> None:
    places = tuple(place(id, {"LAMP": 1}) for id in ("york", "leith", "zagreb", "hull"))

    assert best(Problem((Want.of("1", "LAMP", 2),), places)).places == ("hull", "leith")


def test_nothing_wanted_and_nowhere_to_look_are_plans_too() -> None:
    for objective in OBJECTIVES:
        assert not any(best(Problem((), (LEITH,)), objective).score)
        assert best(Problem((LAMPS,), ()), objective).left == (("1", 2),)


def test_freight_may_be_any_function_of_ones_own() -> None:
    def by_hand(place: Place, load: Load) -> int:
        return 500 if place.id == "york" else 400 + load.grams // 10

    problem = Problem((LAMPS,), (LEITH, YORK), by_hand, Quantities({"LAMP": 1_000}))

    assert best(problem, LEAST_COST).places == ("york",)
    assert best(problem, LEAST_COST).figure(Goal.COST) == 500


def test_rates_that_a_host_refines_cost_what_it_says() -> None:
    class Rounded(Rates):
        def __call__(self, place: Place, load: Load) -> int:
            return -(-self.tariff(place.id).of(load) // 100) * 100

    problem = Problem((LAMPS,), (LEITH, YORK), Rounded({"leith": Tariff(640)}, Tariff(690)))

    plan = best(problem)

    assert (plan.figure(Goal.COST), plan.places) == (700, ("leith",))
    assert verify(plan, problem) == ()


def test_heavy_lines_are_divided_where_that_is_cheapest() -> None:
    places = (place("leith", {"SOFA": 3}), place("york", {"SOFA": 3}))
    rates = Rates({"leith": Tariff(1000, step=500), "york": Tariff(1500, step=100)})
    problem = Problem((Want.of("1", "SOFA", 4),), places, rates, Quantities({"SOFA": 2_000}))

    plan = best(problem)

    assert shares(plan) == [("1", "leith", 1), ("1", "york", 3)]
    assert plan.figure(Goal.COST) == 1500 + 2000


def test_two_parcels_may_be_cheaper_than_one_that_is_heavy() -> None:
    places = (place("leith", {"SOFA": 1}, days=4), place("york", {"SOFA": 4}))
    heavy = (Surcharge("fuel", per_mille=125), Surcharge("heavy", 500, from_grams=3_000))
    leith = Tariff(600, step=200, first_grams=500)
    york = Tariff(640, step=200, first_grams=500, surcharges=heavy)
    rates = Rates({"leith": leith, "york": york})
    problem = Problem((Want.of("1", "SOFA", 2),), places, rates, Quantities({"SOFA": 2_500}))

    plan = best(problem)

    assert plan.score == (0, 0, 2_170, 2, 4)
    assert verify(plan, problem) == ()


def test_a_point_knows_how_far_another_is() -> None:
    assert Point(55_953_000, -3_188_000).km(Point(51_507_000, -128_000)) == 534


@pytest.mark.parametrize(
    "objective",
    ((), (Goal.COST,), (Goal.LEFT, Goal.LEFT), ["left out"], ("left out",)),
)
def test_an_objective_names_units_left_out_and_each_goal_once(objective: Objective) -> None:
    with pytest.raises(BadInput):
        best(Problem((), ()), objective)


def test_a_figure_that_the_objective_does_not_count_is_asked_for_in_vain() -> None:
    with pytest.raises(ValueError, match="the objective does not name cost"):
        best(Problem((), ()), (Goal.LEFT,)).figure(Goal.COST)


# --- against every plan there is ------------------------------------------------------------------


@pytest.mark.feature("F140", "F142", "F148")
def test_a_plan_is_as_good_as_the_best_of_all_plans_and_its_certificate_verifies() -> None:
    for seed in range(PLANS):
        problem = random_problem(Random(seed))

        found = brute(problem, OBJECTIVES)

        for objective, (score, places) in zip(OBJECTIVES, found, strict=True):
            plan = best(problem, objective, budget=AMPLE)
            assert (plan.score, plan.places) == (score, places), (seed, objective)
            assert plan.gap is None, (seed, objective)
            assert verify(plan, problem) == (), (seed, objective)


def spoiled(plan: Plan, problem: Problem, chance: Random) -> Plan:
    """The same plan with one thing wrong."""
    certificate, share = plan.certificate, chance.choice(plan.shares)
    others = tuple(one for one in plan.shares if one is not share)
    score = list(plan.score)
    score[chance.randrange(len(score))] += chance.choice((-1, 1))
    bound = list(plan.score)
    bound[-1] += 1
    unproved = Certificate(Proof.EXHAUSTION, tuple(bound), certificate.nodes)
    dropped = (*plan.left, (share.line, share.n))
    return chance.choice(
        (
            attrs.evolve(plan, score=tuple(score)),
            attrs.evolve(plan, certificate=unproved),
            attrs.evolve(plan, shares=(*others, attrs.evolve(share, n=share.n + 1))),
            attrs.evolve(plan, shares=(*others, attrs.evolve(share, place="nowhere"))),
            attrs.evolve(plan, shares=(*plan.shares, share)),
            attrs.evolve(plan, shares=others),
            attrs.evolve(plan, shares=others, left=dropped),
        )
    )


@settings(max_examples=120)
@given(seed=SEEDS)
def test_a_plan_spoiled_by_hand_does_not_verify(seed: int) -> None:
    chance = Random(seed)
    problem = random_problem(chance, 3, 3)
    plan = best(problem, budget=AMPLE)
    if plan.shares:
        assert verify(spoiled(plan, problem, chance), problem) != ()


def test_a_worse_plan_that_claims_to_be_the_best_is_found_out() -> None:
    problem = Problem((LAMPS,), (LEITH, YORK), Rates({"york": Tariff(500)}))
    score = (0, 0, 500, 1, 2)

    for proof in (Proof.BOUND, Proof.EXHAUSTION):
        plan = Plan(DEFAULT, score, (Share("1", "york", 2),), (), Certificate(proof, score, 1))
        assert len(verify(plan, problem)) == 1


# --- what holds of all plans ----------------------------------------------------------------------


def taken(plan: Plan, problem: Problem) -> dict[str, Quantities]:
    """What each place gives up."""
    parts = {want.line: want.parts for want in problem.wants}
    found: dict[str, Quantities] = {}
    for one in plan.shares:
        goods = Quantities({sku: n * one.n for sku, n in parts[one.line].items()})
        found[one.place] = found.get(one.place, Quantities()) + goods
    return found


@settings(max_examples=120)
@given(seed=SEEDS)
def test_no_plan_takes_more_than_there_is_or_more_than_was_asked(seed: int) -> None:
    problem = random_problem(Random(seed), 5, 5)

    plan = best(problem, LEAST_COST, budget=200)

    stock = {one.id: one.stock for one in problem.places}
    for id, goods in taken(plan, problem).items():
        assert goods & stock[id] == goods
    for want in problem.wants:
        shipped = sum(one.n for one in plan.shares if one.line == want.line)
        assert shipped + dict(plan.left).get(want.line, 0) == want.n


@settings(max_examples=100)
@given(seed=SEEDS)
def test_the_order_of_lines_and_of_places_changes_nothing(seed: int) -> None:
    chance = Random(seed)
    problem = random_problem(chance, 4, 4)
    wants, places = list(problem.wants), list(problem.places)
    chance.shuffle(wants)
    chance.shuffle(places)

    other = attrs.evolve(problem, wants=tuple(wants), places=tuple(places))

    assert best(other, budget=AMPLE) == best(problem, budget=AMPLE)


@settings(max_examples=100)
@given(seed=SEEDS)
def test_to_part_a_line_into_two_changes_nothing(seed: int) -> None:
    problem = random_problem(Random(seed), 4, 4)
    halves: list[Want] = []
    for want in problem.wants:
        if want.together or want.n < 2:
            halves.append(want)
        else:
            halves.append(attrs.evolve(want, n=1))
            halves.append(attrs.evolve(want, line=f"{want.line}b", n=want.n - 1, value=0))
    parted = attrs.evolve(problem, wants=tuple(halves))

    one, other = best(problem, budget=AMPLE), best(parted, budget=AMPLE)

    assert (other.score, other.places) == (one.score, one.places)
    assert taken(other, parted) == taken(one, problem)


@settings(max_examples=100)
@given(seed=SEEDS)
def test_more_stock_and_more_places_are_never_worse(seed: int) -> None:
    chance = Random(seed)
    problem = random_problem(chance, 4, 4)
    objective = chance.choice((*OBJECTIVES, LEAST_SHIPMENTS, LEAST_COST, LEAST_DAYS))
    before = best(problem, objective, budget=AMPLE).score
    i = chance.randrange(len(problem.places))
    one = problem.places[i]
    others = (*problem.places[:i], *problem.places[i + 1 :])
    fuller = attrs.evolve(one, stock=one.stock + Quantities({chance.choice(("LAMP", "RUG")): 2}))
    opened = attrs.evolve(chance.choice(problem.places), id="q", capacity=None)

    def score(*places: Place) -> tuple[int, ...]:
        return best(attrs.evolve(problem, places=places), objective, budget=AMPLE).score

    assert score(*others, fuller) <= before
    assert score(*problem.places, opened) <= before
    assert score(*others) >= before


def test_the_plan_is_the_same_on_every_hash_seed() -> None:
    program = (
        "from random import Random\n"
        "from orderflow.sourcing import best\n"
        "from tests.allocating import random_problem\n"
        "for seed in range(25):\n"
        "    print(best(random_problem(Random(seed), 5, 5), budget=9))\n"
    )

    def run(seed: str) -> str:
        path = os.pathsep.join(sys.path)
        environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", program]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, env=environ
        ).stdout

    assert run("1") == run("2")


# --- budgets --------------------------------------------------------------------------------------


def tangle(lines: int = 12, places: int = 16) -> Problem:
    """Many lines that few places have: more than a handful of nodes can look through."""
    chance = Random(7)
    there = tuple(
        place(f"p{i:02}", {f"S{j}": 1 for j in range(lines) if chance.random() < 0.3}, i % 4)
        for i in range(places)
    )
    wants = tuple(Want.of(f"{j}", f"S{j}", 1) for j in range(lines))
    rates = {one.id: Tariff(600 + 37 * i % 200) for i, one in enumerate(there)}
    return Problem(wants, there, Rates(rates))


def test_a_search_that_was_ended_gives_the_best_it_has_and_says_how_far_it_may_be() -> None:
    problem = tangle()

    short, whole = best(problem, LEAST_SHIPMENTS, budget=8), best(problem, LEAST_SHIPMENTS)

    assert whole.gap is None
    assert short.certificate.proof is Proof.NONE
    assert short.certificate.bound < whole.score <= short.score
    assert isinstance(short.gap, Gap)
    assert short.gap == Gap(Goal.COST, short.figure(Goal.COST) - short.certificate.bound[3])
    assert verify(short, problem) == ()


def test_lines_that_both_places_have_are_shared_in_few_steps() -> None:
    weights = (2_900, 2_600, 2_300, 1_900, 1_700, 1_300, 1_100, 700, 500, 300)
    skus = [f"S{i}" for i in range(len(weights))]
    stock = dict.fromkeys(skus, 2)
    places = (place("hull", stock), place("leith", stock), place("york", stock))
    rates = Rates({"hull": Tariff(900, 310), "leith": Tariff(700, 290), "york": Tariff(800, 250)})
    wants = tuple(Want.of(sku, sku, 3) for sku in skus)
    problem = Problem(wants, places, rates, Quantities(dict(zip(skus, weights, strict=True))))

    plan = best(problem)

    assert plan.gap is None
    assert len(plan.places) == 2
    assert plan.nodes < 100


def test_a_search_that_is_done_leaves_nothing_to_collect() -> None:
    problem = tangle()
    gc.collect()
    gc.disable()
    try:
        for budget in (8, AMPLE):
            best(problem, budget=budget)
        left = gc.collect()
    finally:
        gc.enable()

    assert left == 0


def test_the_same_budget_gives_the_same_plan() -> None:
    assert best(tangle(), budget=8) == best(tangle(), budget=8)


def test_a_shell_may_end_a_search_by_the_clock() -> None:
    asked: list[None] = []

    def enough() -> bool:
        asked.append(None)
        return len(asked) == 2

    plan = best(tangle(60, 60), stop=enough)

    assert plan.nodes == 2_048
    assert plan.certificate.proof is Proof.NONE


# --- what is no problem ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path"),
    (
        ({"wants": (LAMPS, LAMPS)}, "wants"),
        ({"places": (LEITH, LEITH)}, "places"),
        ({"wants": [LAMPS]}, "wants"),
        ({"places": (LAMPS,)}, "places"),
        ({"freight": 3}, "freight"),
        ({"grams": {"LAMP": 1}}, "grams"),
        ({"shipments_max": -1}, "shipments_max"),
        ({"split_from": 1.5}, "split_from"),
    ),
)
def test_a_problem_says_what_is_wrong_with_it(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as caught:
        attrs.evolve(Problem((LAMPS,), (LEITH,)), **changes)

    assert caught.value.path == path
