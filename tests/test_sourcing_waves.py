"""Many orders that want the same goods: nobody takes what is not there, and more looking helps."""

from __future__ import annotations

import importlib.util
from random import Random
from typing import Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput
from orderflow.sourcing import (
    DEFAULT,
    Goal,
    Objective,
    Order,
    Place,
    Problem,
    Quantities,
    Rates,
    Tariff,
    Turns,
    Want,
    Wave,
    WavePlan,
    allocate_wave,
    best,
)
from orderflow.sourcing.floor import Floor
from orderflow.sourcing.improving import Chance, apart
from tests.allocating import random_problem

PARCELS: Final[Objective] = (Goal.LEFT, Goal.SHIPMENTS)
SEEDS: Final = st.integers(0, 10**6)
needs_highspy = pytest.mark.skipif(
    importlib.util.find_spec("highspy") is None, reason="highspy is an extra"
)


def lamps(id: str, n: int, tier: str = "", priority: int = 1) -> Order:
    return Order(id, (Want.of("1", "LAMP", n),), priority, tier)


def stocked(id: str, **stock: int) -> Place:
    return Place(id, Quantities(stock))


def random_wave(seed: int, orders: int = 12) -> Wave:
    """Orders of a few lines over a few places, with less of each SKU than is wanted of it."""
    chance = Random(seed)
    shape = random_problem(chance, 3, 4)
    some = [random_problem(chance, 3, 1).wants for _ in range(chance.randint(1, orders))]
    made = tuple(
        Order(f"o{i:02}", wants, chance.randint(1, 3), chance.choice(("", "gold")))
        for i, wants in enumerate(some)
    )
    limit = chance.choice((None, None, 2))
    return Wave(made, shape.places, shape.freight, shape.grams, shape.cm3, limit)


def tangle(orders: int = 60, places: int = 4, ratio: float = 1.05, seed: int = 3) -> Wave:
    """Orders of one to three lines, and units that lie anywhere."""
    chance = Random(seed)
    skus = [f"S{i:02}" for i in range(max(4, orders // 5))]
    stock: list[dict[str, int]] = [{} for _ in range(places)]
    made: list[Order] = []
    for i in range(orders):
        wanted = sorted(chance.sample(skus, chance.choice((1, 2, 3))))
        made.append(Order(f"o{i:04}", tuple(Want.of(sku, sku, 1) for sku in wanted)))
    for sku in skus:
        n = sum(want.line == sku for order in made for want in order.wants)
        for _ in range(round(n * ratio)):
            shelf = stock[chance.randrange(places)]
            shelf[sku] = shelf.get(sku, 0) + 1
    return Wave(
        tuple(made), tuple(Place(f"p{i}", Quantities(some)) for i, some in enumerate(stock))
    )


def taken(plan: WavePlan, wave: Wave) -> dict[str, Quantities]:
    """What each place gives up."""
    parts = {(order.id, want.line): want.parts for order in wave.orders for want in order.wants}
    found: dict[str, Quantities] = {}
    for one in plan.served:
        for share in one.shares:
            goods = parts[one.order, share.line].items()
            more = Quantities({sku: n * share.n for sku, n in goods})
            found[share.place] = found.get(share.place, Quantities()) + more
    return found


# --- turns ----------------------------------------------------------------------------------------


def served(plan: WavePlan) -> list[int]:
    return [sum(share.n for share in one.shares) for one in plan.served]


@pytest.mark.feature("F140")
def test_who_comes_first_is_served_first() -> None:
    wave = Wave((lamps("a", 2), lamps("b", 2)), (stocked("leith", LAMP=3),))

    assert served(allocate_wave(wave)) == [2, 1]


def test_who_counts_more_is_served_first_where_turns_go_by_priority() -> None:
    wave = Wave((lamps("a", 2), lamps("b", 2, priority=5)), (stocked("leith", LAMP=3),))

    assert served(allocate_wave(wave, Turns.PRIORITY)) == [1, 2]


def test_tiers_take_turns_by_their_weights() -> None:
    tiers = ("silver", "silver", "silver", "gold", "gold", "gold")
    orders = tuple(lamps(f"{i}", 1, tier) for i, tier in enumerate(tiers))
    wave = Wave(orders, (stocked("leith", LAMP=4),))

    plain = allocate_wave(wave, Turns.FAIR_SHARE)
    fair = allocate_wave(wave, Turns.FAIR_SHARE, weights={"gold": 3})

    assert served(plain) == [1, 1, 0, 1, 1, 0]
    assert served(fair) == [1, 0, 0, 1, 1, 1]


def test_each_order_has_its_own_way() -> None:
    places = (stocked("leith", LAMP=2), stocked("york", LAMP=2))
    dear_york, dear_leith = Rates({"york": Tariff(900)}), Rates({"leith": Tariff(900)})
    near = attrs.evolve(lamps("a", 1), freight=dear_leith)
    late = attrs.evolve(
        lamps("b", 1),
        wants=(Want.of("1", "LAMP", 1, promised=1),),
        days={"leith": 3, "york": 1},
        freight=dear_york,
    )

    plan = allocate_wave(Wave((near, late), places))

    assert [one.shares[0].place for one in plan.served] == ["york", "york"]
    assert plan.figure(Goal.COST) == 900


# --- laws -----------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(seed=SEEDS, turns=st.sampled_from(Turns), budget=st.sampled_from((0, 200)))
def test_a_wave_takes_no_more_than_there_is_or_was_asked(
    seed: int, turns: Turns, budget: int
) -> None:
    wave = random_wave(seed)

    plan = allocate_wave(wave, turns, budget=budget)

    places = {place.id: place for place in wave.places}
    for id, goods in taken(plan, wave).items():
        assert goods & places[id].stock == goods
        capacity = places[id].capacity
        assert capacity is None or goods.total <= capacity
    for order, one in zip(wave.orders, plan.served, strict=True):
        shipped = sum(share.n for share in one.shares)
        assert shipped + sum(n for _, n in one.left) == sum(want.n for want in order.wants)
    figures = zip(*(one.score for one in plan.served), strict=True)
    assert plan.score == tuple(map(sum, figures))


@settings(max_examples=60)
@given(seed=SEEDS)
def test_one_order_alone_has_its_best_plan(seed: int) -> None:
    problem = random_problem(Random(seed), 3, 3)
    problem = attrs.evolve(problem, split_from=0)
    wave = Wave(
        (Order("o-17", problem.wants),),
        problem.places,
        problem.freight,
        problem.grams,
        problem.cm3,
        problem.shipments_max,
    )

    (one,) = allocate_wave(wave).served

    plan = best(problem)
    assert (one.score, one.shares, one.left) == (plan.score, plan.shares, plan.left)


@settings(max_examples=40)
@given(seed=SEEDS)
def test_to_improve_is_never_worse(seed: int) -> None:
    wave = random_wave(seed)

    assert allocate_wave(wave, budget=300).score <= allocate_wave(wave).score


def test_to_improve_sends_fewer_parcels() -> None:
    wave = tangle()

    turns, improved = (
        allocate_wave(wave, objective=PARCELS),
        allocate_wave(wave, objective=PARCELS, budget=3_000),
    )

    assert turns.figure(Goal.LEFT) == improved.figure(Goal.LEFT) == 0
    assert improved.figure(Goal.SHIPMENTS) < turns.figure(Goal.SHIPMENTS)
    assert improved.rounds > 0


def test_the_same_seed_and_budget_give_the_same_wave() -> None:
    wave = tangle()

    def plan(seed: int) -> WavePlan:
        return allocate_wave(wave, objective=PARCELS, budget=500, seed=seed)

    assert plan(1) == plan(1)
    assert plan(1) != plan(2)


def test_orders_that_share_nothing_are_solved_apart() -> None:
    floor = Floor(
        Wave(
            (
                lamps("a", 1),
                Order("b", (Want.of("1", "BELL", 1),)),
                Order("c", (Want.of("1", "BELL", 1), Want.of("2", "RUG", 1))),
                Order("d", (Want.of("1", "RUG", 1),)),
                Order("e", ()),
                lamps("f", 1),
            ),
            (stocked("leith", LAMP=1),),
        ),
        DEFAULT,
    )

    assert apart(floor.rows, limited=False) == [[0, 5], [1, 2, 3]]
    assert apart(floor.rows, limited=True) == [[0, 1, 2, 3, 4, 5]]


def test_chance_is_the_same_everywhere() -> None:
    chance = Chance(17)

    assert [chance.below(10) for _ in range(8)] == [1, 0, 1, 5, 7, 7, 4, 0]


@pytest.mark.parametrize(
    ("path", "make"),
    (
        ("orders", lambda: Wave((lamps("a", 1), lamps("a", 1)), ())),
        ("places", lambda: Wave((), (stocked("leith"), stocked("leith")))),
        ("weights.gold", lambda: allocate_wave(
            Wave((lamps("a", 1, "gold"),), ()), Turns.FAIR_SHARE, weights={"gold": 0}
        )),
        ("turns", lambda: allocate_wave(Wave((), ()), "priority")),  # type: ignore[arg-type]  # wrong on purpose
        ("budget", lambda: allocate_wave(Wave((), ()), budget=-1)),
        ("seed", lambda: allocate_wave(Wave((), ()), seed=-1)),
    ),
)  # fmt: skip
def test_a_wave_says_what_is_wrong_with_it(path: str, make: object) -> None:
    assert callable(make)

    with pytest.raises(BadInput) as caught:
        make()

    assert caught.value.path == path


def test_groups_that_never_meet_share_the_budget() -> None:
    goods = [f"S{i:02}" for i in range(20)]
    orders = tuple(Order(sku, (Want.of("1", sku, 2),)) for sku in goods)
    halves = Quantities(dict.fromkeys(goods, 1))
    wave = Wave(orders, (Place("leith", halves), Place("york", halves)))  # all stay split

    more = allocate_wave(wave, budget=400).nodes - allocate_wave(wave).nodes

    assert 400 <= more < 2 * 400


# --- the bound ------------------------------------------------------------------------------------


@needs_highspy
@settings(max_examples=25)
@given(seed=SEEDS)
def test_no_wave_is_better_than_its_relaxation(seed: int) -> None:
    from orderflow.sourcing.relaxation import relaxed

    wave = random_wave(seed, 6)

    assert relaxed(wave) <= allocate_wave(wave, budget=200).score


@needs_highspy
def test_the_relaxation_of_a_wave_that_goes_out_whole_is_reached() -> None:
    from orderflow.sourcing.relaxation import relaxed

    wave = Wave((lamps("a", 2), lamps("b", 1)), (stocked("leith", LAMP=3),))

    assert relaxed(wave, PARCELS) == allocate_wave(wave, objective=PARCELS).score == (0, 2)


@needs_highspy
def test_the_relaxation_counts_capacity_and_shipments_and_what_comes_late() -> None:
    from orderflow.sourcing.relaxation import relaxed

    full = attrs.evolve(stocked("leith", LAMP=3), capacity=1)
    apart = (stocked("leith", LAMP=1), stocked("york", BELL=1))
    both = Order("a", (Want.of("1", "LAMP", 1), Want.of("2", "BELL", 1)))
    soon = Order("a", (Want.of("1", "LAMP", 2, promised=1),))
    far = attrs.evolve(stocked("leith", LAMP=2), days=3)

    assert relaxed(Wave((lamps("a", 3),), (full,)), (Goal.LEFT,)) == (2,)
    assert relaxed(Wave((both,), apart, shipments_max=1), (Goal.LEFT,)) == (1,)
    assert relaxed(Wave((soon,), (far,)), (Goal.LEFT, Goal.LATE)) == (0, 2)


def test_a_problem_and_a_wave_refuse_the_same_limits() -> None:
    for make in (Problem, Wave):
        with pytest.raises(BadInput):
            make((), (), shipments_max=-1)
