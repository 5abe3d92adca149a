"""Which place ships what: our search beside HiGHS, on the same problems.

A problem is some lines of one SKU each, of 1 to 3 units that weigh 0.2 to 3 kg, over some places.
Stock is *loose*, where a place has six of ten SKUs, up to six units, or *tight*, where it has a
third, up to two units. A place charges 6.00 to 14.00 for the first kilogram and 1.00 to 4.00 for
each that follows. As much as there is must be shipped; fewest shipments come first, then cost.

HiGHS gets the same as an integer program: units by line and place, a binary by place, and the
kilograms that follow by place; a shipment weighs more than any cost. Both times are from the
problem to the answer: with HiGHS that is a model written into arrays, handed over and run;
`speedup_over_highspy_run_median` leaves out the former two. Both are told in processor time, which
other processes hardly touch, one after the other, problem by problem, the least of three times
where it is short. HiGHS uses one thread, proves to a gap of zero, and stops after `limit_s`
seconds of the wall; its times are then too short, in its favour.

`waves` are many orders at once, see `benchmarks/waves.py`.

`speedup_over_highspy_median` is the median over the cells with up to 10 lines and 50 places of the
median of each cell's ratios.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from statistics import median
from typing import Any, Final, NamedTuple, TypedDict

from benchmarks import waves
from benchmarks.waves import quickest
from orderflow.sourcing import (
    Goal,
    Objective,
    Place,
    Plan,
    Problem,
    Quantities,
    Rates,
    Tariff,
    Want,
    best,
)

SEED: Final = 20_260_101
LINES: Final = (3, 10, 50)
PLACES: Final = (3, 10, 50, 200)
STOCK: Final = ("loose", "tight")
OBJECTIVE: Final[Objective] = (Goal.LEFT, Goal.SHIPMENTS, Goal.COST)
SHIPMENT: Final = 1_000_000
BUDGET: Final = {3: 200_000, 10: 200_000, 50: 150_000}
LONG_S: Final = 60
INFINITE: Final = float("inf")
ASKED: Final = {"speedup_over_highspy_median": 30, "proved_optimal_share": 1.0}


class Answer(NamedTuple):
    """Shipments and cost, whether they are proved, and how long it took: all, and to solve it."""

    shipments: int
    cost: int
    proved: bool
    seconds: float
    solving: float


class Cell(TypedDict):
    """One size of problems."""

    lines: int
    places: int
    stock: str
    problems: int
    ours_ms: float
    highspy_ms: float
    speedup_median: float
    speedup_least: float
    speedup_over_run_median: float
    ours_proved: int
    highspy_proved: int
    ours_better: int
    ours_worse: int
    gaps: list[str]


def problem_of(chance: Random, lines: int, places: int, stock: str) -> Problem:
    """A random problem of a size."""
    full, most = (0.6, 6) if stock == "loose" else (0.33, 2)
    skus = [f"S{i:02}" for i in range(lines)]
    there = tuple(
        Place(
            f"p{i:03}",
            Quantities({sku: chance.randint(1, most) for sku in skus if chance.random() < full}),
        )
        for i in range(places)
    )
    rates = {
        place.id: Tariff(chance.randrange(600, 1_401, 10), step=chance.randrange(100, 401, 10))
        for place in there
    }
    grams = Quantities({sku: chance.randrange(200, 3_001, 100) for sku in skus})
    wants = tuple(Want.of(f"{i:02}", sku, chance.randint(1, 3)) for i, sku in enumerate(skus))
    return Problem(wants, there, Rates(rates), grams)


def ours(problem: Problem, budget: int) -> tuple[Answer, Plan]:
    plan, took = quickest(lambda: best(problem, OBJECTIVE, budget=budget))
    _, shipments, cost = plan.score
    return Answer(shipments, cost, plan.gap is None, took, took), plan


def theirs(problem: Problem, limit: float) -> Answer:
    """The same by HiGHS: the model written into arrays and handed over, and then run."""
    import highspy

    highs = highspy.Highs()
    highs.silent()
    for name, value in (("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
        highs.setOptionValue(name, value)
    highs.setOptionValue("time_limit", float(limit))

    def build() -> None:
        highs.passModel(model(problem))

    def run() -> None:
        highs.clearSolver()
        highs.run()

    _, built = quickest(build)
    _, took = quickest(run)
    found = round(highs.getInfo().objective_function_value)
    done = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Answer(found // SHIPMENT, found % SHIPMENT, done, built + took, took)


def model(problem: Problem) -> Any:
    """Units by line and place, parcels and further kilograms by place."""
    import highspy

    freight, grams = problem.freight, problem.grams.plain
    assert isinstance(freight, Rates)
    wanted = [(next(iter(want.parts.plain)), want.n) for want in problem.wants]
    total = sum(grams[sku] * n for sku, n in wanted)
    costs: list[float] = []
    upper: list[float] = []
    rows: list[tuple[float, float, dict[int, float]]] = []
    units: list[dict[int, float]] = [{} for _ in wanted]
    there = [0] * len(wanted)
    for place in problem.places:
        tariff, stock = freight.tariff(place.id), place.stock.plain
        ships = len(costs)
        costs += [SHIPMENT + tariff.first, tariff.step]
        upper += [1, total // 1_000 + 1]
        weight = {ships: -1_000.0, ships + 1: -1_000.0}
        for i, (sku, n) in enumerate(wanted):
            most = min(n, stock.get(sku, 0))
            if most:
                column = len(costs)
                costs.append(0)
                upper.append(most)
                rows.append((-INFINITE, 0, {column: 1.0, ships: -float(most)}))
                units[i][column] = 1.0
                weight[column] = grams[sku]
                there[i] += most
        rows.append((-INFINITE, 0, weight))
    for (_, n), some, have in zip(wanted, units, there, strict=True):
        rows.append((min(n, have), min(n, have), some))
    made = highspy.HighsLp()
    made.num_col_, made.num_row_ = len(costs), len(rows)
    made.col_cost_, made.col_lower_, made.col_upper_ = costs, [0.0] * len(costs), upper
    made.row_lower_ = [least for least, _, _ in rows]
    made.row_upper_ = [most for _, most, _ in rows]
    made.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    made.a_matrix_.start_ = list(accumulate([len(row) for _, _, row in rows], initial=0))
    made.a_matrix_.index_ = [column for _, _, row in rows for column in row]
    made.a_matrix_.value_ = [value for _, _, row in rows for value in row.values()]
    made.integrality_ = [highspy.HighsVarType.kInteger] * len(costs)
    return made


def cell(chance: Random, lines: int, places: int, stock: str, count: int, limit: float) -> Cell:
    """Both on some problems of one size."""
    pairs: list[tuple[Answer, Answer]] = []
    gaps: list[str] = []
    for _ in range(count):
        problem = problem_of(chance, lines, places, stock)
        own, plan = ours(problem, BUDGET[lines])
        other = theirs(problem, limit)
        if own.proved and other.proved and own[:2] != other[:2]:
            raise AssertionError(f"{own} is not {other}: {problem}")
        if plan.gap is not None:
            gaps.append(f"{plan.gap.goal}: {plan.gap.most} of {plan.figure(plan.gap.goal)}")
        pairs.append((own, other))
    ratios = [other.seconds / own.seconds for own, other in pairs]
    runs = [other.solving / own.seconds for own, other in pairs]
    return {
        "lines": lines,
        "places": places,
        "stock": stock,
        "problems": count,
        "ours_ms": round(median(own.seconds for own, _ in pairs) * 1e3, 3),
        "highspy_ms": round(median(other.seconds for _, other in pairs) * 1e3, 2),
        "speedup_median": round(median(ratios), 1),
        "speedup_least": round(min(ratios), 1),
        "speedup_over_run_median": round(median(runs), 1),
        "ours_proved": sum(own.proved for own, _ in pairs),
        "highspy_proved": sum(other.proved for _, other in pairs),
        "ours_better": sum(own[:2] < other[:2] for own, other in pairs),
        "ours_worse": sum(own[:2] > other[:2] for own, other in pairs),
        "gaps": gaps,
    }


def cells(counts: Sequence[int], limit: float) -> list[Cell]:
    few, some = counts
    found: list[Cell] = []
    for lines in LINES:
        for places in PLACES:
            for stock in STOCK:
                chance = Random(f"{SEED} {lines} {places} {stock}")
                count = few if small(lines, places) else some
                found.append(cell(chance, lines, places, stock, count, limit))
    return found


def small(lines: int, places: int) -> bool:
    return lines <= 10 and places <= 50


def measured(counts: Sequence[int], limit: float, long: float) -> dict[str, Any]:
    found = cells(counts, limit)
    core = [one for one in found if small(one["lines"], one["places"])]
    proved = sum(one["ours_proved"] for one in core) / sum(one["problems"] for one in core)
    return {
        "seed": SEED,
        "limit_s": limit,
        "objective": [str(goal) for goal in OBJECTIVE],
        "speedup_over_highspy_median": median(one["speedup_median"] for one in core),
        "speedup_over_highspy_run_median": median(one["speedup_over_run_median"] for one in core),
        "proved_optimal_share": round(proved, 3),
        "cells": found,
        "waves": waves.measured(long),
        "asked": ASKED,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--problems", type=int, default=9, help="problems of each small size")
    parser.add_argument("--large", type=int, default=3, help="problems of each large size")
    parser.add_argument("--limit", type=float, default=10, help="seconds of HiGHS a problem")
    parser.add_argument("--long", action="store_true", help="waves by HiGHS too, a minute each")
    options = parser.parse_args()
    result = measured(
        (options.problems, options.large), options.limit, LONG_S if options.long else 0
    )
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
