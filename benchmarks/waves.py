"""Waves of orders for the benchmark of allocation.

An order wants 1 to 4 of one SKU in five orders, mostly one unit of each; units lie at any place,
each by itself, so many of a SKU that they come to 0.9 or 1.05 of what is wanted of it.
*Nearest first* gives each line from the place that is nearest to its order, then the next: a plain
loop, which sorts the places by distance for each order, as a shop would write it.
Short times are the least of three, in processor time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, NamedTuple, TypeVar

from orderflow.sourcing import (
    Goal,
    Objective,
    Order,
    Place,
    Point,
    Quantities,
    Want,
    Wave,
    WavePlan,
    allocate_wave,
)

SEED: Final = 20_260_102
OBJECTIVE: Final[Objective] = (Goal.LEFT, Goal.SHIPMENTS)
ORDERS: Final = 1_000
PLACES: Final = (3, 10)
RATIOS: Final = (0.9, 1.05)
BUDGET: Final = 20_000
SIZES: Final = (1_000, 2_000, 5_000, 10_000, 20_000)
MANY: Final = 50
LONG: Final = 0.2
T = TypeVar("T")


class Asked(NamedTuple):
    """A wave, and where its orders go."""

    wave: Wave
    to: Sequence[Point]


def wave_of(chance: Random, orders: int, places: int, ratio: float) -> Asked:
    """A random wave of a size."""
    skus = [f"S{i:05}" for i in range(max(20, orders // 5))]
    wanted = dict.fromkeys(skus, 0)
    made: list[Order] = []
    for i in range(orders):
        wants: list[Want] = []
        for sku in sorted(chance.sample(skus, chance.choice((1, 1, 2, 2, 3, 4)))):
            n = chance.choice((1, 1, 1, 2))
            wanted[sku] += n
            wants.append(Want.of(sku, sku, n))
        made.append(Order(f"o{i:05}", tuple(wants)))
    stock: list[dict[str, int]] = [{} for _ in range(places)]
    for sku, n in wanted.items():
        for _ in range(round(n * ratio)):
            shelf = stock[chance.randrange(places)]
            shelf[sku] = shelf.get(sku, 0) + 1
    there = tuple(
        Place(f"p{i:02}", Quantities(some), point=_point(chance)) for i, some in enumerate(stock)
    )
    return Asked(Wave(tuple(made), there), [_point(chance) for _ in range(orders)])


def _point(chance: Random) -> Point:
    return Point(chance.randrange(50_000_000, 58_000_000), chance.randrange(-5_000_000, 2_000_000))


def nearest_first(asked: Asked) -> tuple[int, int]:
    """Units left out and shipments, where each line takes from the nearest place first."""
    wave = asked.wave
    stock = {place.id: dict(place.stock.plain) for place in wave.places}
    places = [(place.id, place.point) for place in wave.places if place.point is not None]
    left = shipments = 0
    for order, to in zip(wave.orders, asked.to, strict=True):
        ranked = [id for _, id in sorted([(point.km(to), id) for id, point in places])]
        used: set[str] = set()
        for want in order.wants:
            open_ = want.n
            for sku in want.parts:
                for id in ranked:
                    n = min(open_, stock[id].get(sku, 0))
                    if n:
                        stock[id][sku] -= n
                        open_ -= n
                        used.add(id)
                    if not open_:
                        break
            left += open_
        shipments += len(used)
    return left, shipments


def quickest(work: Callable[[], T]) -> tuple[T, float]:
    """What a piece of work gives, and the least of three times; one time where it takes long."""
    times: list[float] = []
    while True:
        start = time.process_time()
        found = work()
        times.append(time.process_time() - start)
        if len(times) == 3 or times[0] > LONG:
            return found, min(times)


def timed(wave: Wave, budget: int) -> tuple[WavePlan, float]:
    return quickest(lambda: allocate_wave(wave, objective=OBJECTIVE, budget=budget))


def beside(asked: Asked, limit: float) -> dict[str, Any]:
    """One wave by each way; the integer program only where it has time."""
    from orderflow.sourcing.relaxation import relaxed

    (left, shipments), took = quickest(lambda: nearest_first(asked))
    turns, turns_s = timed(asked.wave, 0)
    best, best_s = timed(asked.wave, BUDGET)
    bound = relaxed(asked.wave, OBJECTIVE)
    found: dict[str, Any] = {
        "nearest_first": {"left": left, "shipments": shipments, "s": round(took, 3)},
        "sequential_exact": _told(turns, turns_s),
        "best_overall": {**_told(best, best_s), "nodes": best.nodes, "rounds": best.rounds},
        "relaxation": {"left": bound[0], "shipments": bound[1]},
        "gap_to_relaxation": round(best.score[1] / bound[1] - 1, 4),
        "exact_over_nearest_time": round(turns_s / took, 1),
        "fewer_than_nearest": round(1 - turns.score[1] / shipments, 4),
    }
    if limit:
        found["milp"] = milp(asked.wave, limit)
    return found


def _told(plan: WavePlan, seconds: float) -> dict[str, Any]:
    return {"left": plan.score[0], "shipments": plan.score[1], "s": round(seconds, 3)}


def milp(wave: Wave, limit: float) -> dict[str, Any]:
    """The same by HiGHS: a unit left out counts two shipments, and saves one at the most."""
    from orderflow.sourcing.highs import loaded
    from orderflow.sourcing.relaxation import Program

    program = Program(wave, OBJECTIVE)
    left, ships = (program.goals[goal] for goal in OBJECTIVE)
    costs = dict.fromkeys(left, 2.0) | dict.fromkeys(ships, 1.0)
    highs = loaded(program.asking(costs), program.whole)
    highs.setOptionValue("time_limit", float(limit))
    highs.setOptionValue("threads", 1)
    start = time.process_time()
    highs.run()
    took = time.process_time() - start
    values = highs.getSolution().col_value
    bound = highs.getInfo().mip_dual_bound
    return {
        "left": round(sum(values[column] for column in left)),
        "shipments": round(sum(values[column] for column in ships)),
        "bound_of_the_sum": round(bound, 1),
        "s": round(took, 1),
    }


def growth() -> list[dict[str, Any]]:
    """More and more orders over many places, sequential and with a budget that grows with them."""
    found: list[dict[str, Any]] = []
    for orders in SIZES:
        asked = wave_of(Random(f"{SEED} {orders}"), orders, MANY, 1.05)
        turns, turns_s = timed(asked.wave, 0)
        best, best_s = timed(asked.wave, orders * BUDGET // ORDERS)
        found.append(
            {
                "orders": orders,
                "places": MANY,
                "sequential_s": round(turns_s, 2),
                "ms_an_order": round(turns_s / orders * 1e3, 3),
                "sequential_shipments": turns.score[1],
                "best_s": round(best_s, 2),
                "best_shipments": best.score[1],
            }
        )
    return found


def measured(limit: float) -> dict[str, Any]:
    waves = [
        {
            "orders": ORDERS,
            "places": places,
            "stock": ratio,
            **beside(wave_of(Random(f"{SEED} {places} {ratio}"), ORDERS, places, ratio), limit),
        }
        for places in PLACES
        for ratio in RATIOS
    ]
    return {
        "seed": SEED,
        "objective": [str(goal) for goal in OBJECTIVE],
        "budget_nodes": BUDGET,
        "beside": waves,
        "growth": growth(),
    }
