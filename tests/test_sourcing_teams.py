"""Work goes to who may do it and has least to do."""

from __future__ import annotations

import doctest
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput
from orderflow.sourcing import teams
from orderflow.sourcing.teams import Assigned, Team, Unfit, Work, assign

NORTH: Final = Team("north", frozenset({"goods"}), frozenset({"GB-SCT"}))
SOUTH: Final = Team("south", frozenset({"goods"}), frozenset({"GB-ENG"}))
FITTERS: Final = Team("fitters", frozenset({"service"}))
ALL: Final = (NORTH, SOUTH, FITTERS)


def names(work: tuple[Work, ...], some: tuple[Team, ...], within: str = "") -> list[str]:
    return [one.team for one in assign(work, some, within=within)]


def test_the_example_runs() -> None:
    assert doctest.testmod(teams).failed == 0


@pytest.mark.feature("F141", "F144")
def test_work_goes_by_its_kind_and_its_region() -> None:
    work = (Work("o-17", "goods", "GB-SCT"), Work("o-18", "goods", "GB-ENG"))

    assert names(work, ALL) == ["north", "south"]


@pytest.mark.feature("F146")
def test_goods_go_to_the_warehouse_and_services_to_who_fits_them() -> None:
    work = (Work("o-17", "goods", "GB-SCT"), Work("o-18", "service", "GB-SCT"))

    assert names(work, ALL) == ["north", "fitters"]


@pytest.mark.feature("F145")
def test_who_has_least_to_do_for_what_he_can_is_next() -> None:
    some = (Team("a", capacity=10), Team("b", capacity=2), Team("c", capacity=0))
    work = tuple(Work(f"o-{i}") for i in range(13))

    given = names(work, some)

    assert given[:6] == ["a", "b", "a", "a", "a", "a"]
    assert (given.count("a"), given.count("b"), given[-1]) == (10, 2, "")


def test_beside_a_team_without_a_limit_units_are_compared() -> None:
    some = (Team("a", capacity=10, load=1), Team("b", load=50))

    assert names((Work("o-17"), Work("o-18", n=9)), some) == ["a", "b"]


@pytest.mark.feature("F150", "F144")
def test_work_of_a_team_is_given_on_to_its_people() -> None:
    people = (Team("ann", within="north", load=3), Team("bob", within="north"), NORTH)

    assert names((Work("o-17", "goods", "GB-SCT"),), people) == ["north"]
    assert names((Work("o-17"), Work("o-18")), people, "north") == ["bob", "bob"]


def test_what_nobody_may_do_says_why() -> None:
    full = Team("west", frozenset({"goods"}), capacity=1, load=1)

    found = assign((Work("o-17", "goods", "GB-WLS"),), (*ALL, full))

    why = (
        ("fitters", Unfit.KIND),
        ("north", Unfit.REGION),
        ("south", Unfit.REGION),
        ("west", Unfit.FULL),
    )
    assert found == (Assigned("o-17", "", why),)


@given(st.permutations(ALL))
def test_the_order_of_teams_changes_nothing(some: list[Team]) -> None:
    work = (Work("o-17", "goods", "GB-SCT"), Work("o-18", "service"), Work("o-19", "rent"))

    assert names(work, tuple(some)) == ["north", "fitters", ""]


@pytest.mark.parametrize(
    ("path", "make"),
    (
        ("work o-17.n", lambda: Work("o-17", n=0)),
        ("team a.load", lambda: Team("a", load=-1)),
        ("team a.kinds", lambda: Team("a", ("goods",))),  # type: ignore[arg-type]  # wrong on purpose
        ("teams", lambda: assign((), (NORTH, NORTH))),
    ),
)  # fmt: skip
def test_wrong_work_and_teams_are_named(path: str, make: object) -> None:
    assert callable(make)

    with pytest.raises(BadInput) as caught:
        make()

    assert caught.value.path == path
