"""Plans at the edge: odd tariffs, huge and empty problems, and claims that were spoiled by hand."""

from __future__ import annotations

from itertools import permutations

import pytest

from orderflow.sourcing import (
    Goal,
    Objective,
    Place,
    Problem,
    Quantities,
    Rates,
    Tariff,
    Want,
    best,
    verify,
)

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


# --- nothing wanted -------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", (0, 1, 100))
def test_nothing_wanted_is_shipped_by_nobody_whatever_counts(budget: int) -> None:
    problem = Problem((), SOFAS, WIDE)

    for objective in ALL_ORDERS:
        plan = best(problem, objective, budget=budget)

        assert (plan.score, plan.gap) == ((0, 0, 0, 0, 0), None), objective
        assert verify(plan, problem) == ()
