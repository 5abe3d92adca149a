"""From a problem to its plan.

It knows how a search is begun and how its answer is told by line, and refuses to know how it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from orderflow.errors import BadInput
from orderflow.sourcing.filling import Best
from orderflow.sourcing.grid import Grid, Row, Stop, rows_of
from orderflow.sourcing.search import Search
from orderflow.sourcing.values import (
    DEFAULT,
    Certificate,
    Objective,
    Place,
    Plan,
    Problem,
    Proof,
    Share,
    checked_objective,
    checked_problem,
)
from orderflow.values import whole

_LINE_AND_PLACE: Final = attrgetter("line", "place")

BUDGET: Final = 200_000
"""Nodes of one search, where nobody says otherwise: a second or two."""

BUDGET_MAX: Final = 10**12


def best(
    problem: Problem,
    objective: Objective = DEFAULT,
    *,
    budget: int = BUDGET,
    stop: Stop | None = None,
    ties: Sequence[str] = (),
) -> Plan:
    """The best plan for an objective, with its proof, or the best that a budget of nodes finds.

    Of plans that are as good, that of the places that come first in `ties` is taken, then by id.
    The same budget gives the same plan everywhere. `stop` is asked every thousand nodes or so; a
    shell that has a clock may say that it is enough.
    """
    checked_problem(problem)
    checked_objective(objective)
    whole(budget, "budget", least=0, most=BUDGET_MAX)
    if not isinstance(ties, tuple | list) or not all(type(id) is str for id in ties):
        raise BadInput("ties", "a sequence of ids of places is wanted")
    search = Search(grid_of(problem, ties), objective, problem.most_shipments, budget, stop)
    search.run()
    return told(search, objective)


def grid_of(problem: Problem, ties: Sequence[str] = ()) -> Grid:
    """A problem as plain numbers, its places in the order that ties end in."""
    places = sorted(problem.places, key=attrgetter("id"))
    if ties:
        turn = {id: i for i, id in enumerate(ties)}
        places.sort(key=lambda place: turn.get(place.id, len(turn)))
    rows = rows_of(problem.wants, problem.grams, problem.cm3)
    return Grid(
        rows,
        places,
        [place.stock.plain for place in places],
        problem.freight,
        [place.days for place in places],
        [place.capacity for place in places],
    )


def told(search: Search, objective: Objective) -> Plan:
    """The answer of a search, by line and place."""
    found, grid = search.best, search.grid
    assert found.score is not None
    if search.proved:
        plain = search.bounds.plain()
        proof = Proof.BOUND if found.score == plain else Proof.EXHAUSTION
    else:
        proof = Proof.NONE
    certificate = Certificate(proof, search.bound, search.nodes)
    shares, left = dealt(grid.rows, grid.places, found)
    return Plan(objective, found.score, shares, left, certificate)


class Dealt(NamedTuple):
    """What lines are given, and what is left out of them."""

    shares: tuple[Share, ...]
    left: tuple[tuple[str, int], ...]


def dealt(rows: Sequence[Row], places: Sequence[Place], found: Best) -> Dealt:
    """Deal what the rows were given to their lines, the first line first."""
    shares: list[Share] = []
    left: list[tuple[str, int]] = []
    turn = sorted([(-p, j, places[p].id) for j, p in enumerate(found.places)])
    for row, amounts in zip(rows, found.amounts, strict=True):
        pool = [(id, amounts[j]) for _, j, id in turn if amounts[j]]
        for line, open_ in row.lines:
            while open_ and pool:
                id, n = pool.pop()
                if n > open_:
                    pool.append((id, n - open_))
                    n = open_
                shares.append(Share(line, id, n))
                open_ -= n
            if open_:
                left.append((line, open_))
    shares.sort(key=_LINE_AND_PLACE)
    return Dealt(tuple(shares), tuple(sorted(left)))
