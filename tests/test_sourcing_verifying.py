"""A second opinion looks at each rule by itself: plans that break one, and are else honest."""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from orderflow.sourcing import (
    DEFAULT,
    Place,
    Problem,
    Proof,
    Quantities,
    Rates,
    Share,
    Tariff,
    Want,
    best,
    verify,
)
from orderflow.sourcing.pipeline import planned

LEITH: Final = Place("leith", Quantities({"LAMP": 2, "BELL": 1}))
YORK: Final = Place("york", Quantities({"LAMP": 2}))
LAMPS: Final = Want.of("1", "LAMP", 3)
SETS: Final = Want("2", Quantities({"LAMP": 1, "BELL": 1}), 1)
PROBLEM: Final = Problem((LAMPS, SETS), (LEITH, YORK))
ALL: Final = (Share("1", "leith", 1), Share("1", "york", 2), Share("2", "leith", 1))


def wrong(problem: Problem, *shares: Share) -> tuple[str, ...]:
    """What is wrong with shares whose score and left units are told as they are."""
    return verify(planned(shares, problem, DEFAULT), problem)


def test_shares_that_break_no_rule_are_allowed() -> None:
    assert wrong(PROBLEM, *ALL) == ()


@pytest.mark.parametrize(
    ("shares", "why"),
    (
        ((Share("1", "york", 3),), "york has 2 LAMP"),
        ((Share("1", "leith", 2), Share("2", "leith", 1)), "leith has 2 LAMP"),
        ((Share("2", "york", 1),), "york has 0 BELL"),
        ((Share("1", "york", 1), Share("1", "york", 1)), "a line has a place twice"),
    ),
)
def test_no_more_leaves_than_there_is_and_than_was_asked(
    shares: tuple[Share, ...], why: str
) -> None:
    assert why in wrong(PROBLEM, *shares)


def test_a_line_gets_no_more_than_it_wants() -> None:
    plan = planned((Share("1", "leith", 2), Share("1", "york", 2)), PROBLEM, DEFAULT)

    assert "line 1 wants 3, and 4 are shipped" in verify(attrs.evolve(plan, left=()), PROBLEM)


def test_a_place_sends_no_more_than_it_may() -> None:
    full = attrs.evolve(PROBLEM, places=(attrs.evolve(LEITH, capacity=2), YORK))

    assert wrong(full, *ALL) == ("leith ships 2 units at the most",)
    assert wrong(full, Share("1", "york", 2), Share("2", "leith", 1)) == ()


def test_a_line_that_is_kept_together_is_not_divided() -> None:
    together = attrs.evolve(PROBLEM, wants=(attrs.evolve(LAMPS, together=True), SETS))
    wide = attrs.evolve(together, places=(LEITH, attrs.evolve(YORK, stock=Quantities({"LAMP": 3}))))

    assert wrong(together, *ALL) == ("line 1 is divided",)
    assert wrong(together, Share("1", "york", 2)) == ("line 1 is divided",)
    assert wrong(wide, Share("1", "york", 3), Share("2", "leith", 1)) == ()


@pytest.mark.parametrize(
    "one",
    (attrs.evolve(PROBLEM, shipments_max=1), attrs.evolve(PROBLEM, split_from=100)),
    ids=("shipments_max", "split_from"),
)
def test_no_more_places_ship_than_may(one: Problem) -> None:
    assert wrong(one, *ALL) == ("1 places ship at the most",)
    assert wrong(one, Share("1", "leith", 1), Share("2", "leith", 1)) == ()


def test_a_bound_that_cannot_be_read_off_is_no_proof_though_the_plan_is_the_best() -> None:
    zagreb = attrs.evolve(LEITH, id="zagreb", stock=Quantities({"LAMP": 3, "BELL": 1}))
    lamps, bell = attrs.evolve(LAMPS, n=2), Want.of("2", "BELL", 1)
    bells = attrs.evolve(LEITH, stock=Quantities({"BELL": 1}))
    rates = Rates({"zagreb": Tariff(1200)}, otherwise=Tariff(320))
    problem = Problem((lamps, bell), (bells, YORK, zagreb), rates)
    plan = best(problem)
    boast = attrs.evolve(plan.certificate, proof=Proof.BOUND)

    assert plan.certificate.proof is Proof.EXHAUSTION
    assert verify(attrs.evolve(plan, certificate=boast), problem) == (
        f"{plan.score} cannot be read off the problem",
    )
