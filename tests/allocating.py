"""A second opinion on plans: every way to give out units, place by place, and random problems."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from orderflow.sourcing import (
    Goal,
    Load,
    Objective,
    Place,
    Problem,
    Quantities,
    Rates,
    Score,
    Surcharge,
    Tariff,
    Want,
)

SKUS = ("BELL", "DESK", "LAMP", "RUG", "SOFA", "VASE")
Goods = tuple[tuple[int, ...], ...]
"""For each place what it has left of each SKU, its pieces, its grams and its volume."""
State = tuple[Goods, int, int]


def brute(problem: Problem, objectives: Iterable[Objective]) -> list[tuple[Score, tuple[str, ...]]]:
    """The best score for each objective, and the places that ties fall to, out of all plans."""
    skus = sorted({sku for want in problem.wants for sku in want.parts})
    last = {sku: i for i, want in enumerate(problem.wants) for sku in want.parts}
    start = tuple((*[place.stock[sku] for sku in skus], 0, 0, 0) for place in problem.places)
    states: set[State] = {(start, 0, 0)}
    for i, want in enumerate(problem.wants):
        open_states = {(state, want.n) for state in states}
        unit = _unit(problem, skus, want)
        for j in range(len(problem.places)):
            open_states = {
                after
                for state, n in open_states
                for after in _gives(problem.places[j], unit, want, j, state, n)
            }
        states = {
            (_forget(goods, skus, last, i), left + n * want.priority, late)
            for (goods, left, late), n in open_states
            if not want.together or n in (0, want.n)
        }
    found: list[tuple[Score, tuple[str, ...]]] = []
    keys = [_figures(problem, state) for state in states]
    for objective in objectives:
        best = min(
            (tuple(figures[goal] for goal in objective), len(ids), ids)
            for figures, ids in keys
            if len(ids) <= problem.most_shipments
        )
        found.append((best[0], best[2]))
    return found


def _unit(problem: Problem, skus: list[str], want: Want) -> tuple[int, ...]:
    """What one unit takes of each SKU, less what it adds in pieces, grams and volume."""
    parts = [want.parts[sku] for sku in skus]
    grams = sum(problem.grams[sku] * n for sku, n in zip(skus, parts, strict=True))
    cm3 = sum(problem.cm3[sku] * n for sku, n in zip(skus, parts, strict=True))
    return (*parts, -sum(parts), -grams, -cm3)


def _gives(
    place: Place, unit: tuple[int, ...], want: Want, j: int, state: State, open_: int
) -> Iterable[tuple[State, int]]:
    goods, left, late = state
    has = goods[j]
    is_late = want.promised is not None and place.days > want.promised
    yield state, open_
    for n in (want.n,) if want.together else range(1, open_ + 1):
        after = tuple([have - n * one for have, one in zip(has, unit, strict=True)])
        full = place.capacity is not None and after[-3] > place.capacity
        if n > open_ or full or min(after[:-3]) < 0:
            break
        yield ((*goods[:j], after, *goods[j + 1 :]), left, late + n * is_late), open_ - n


def _forget(goods: Goods, skus: list[str], last: dict[str, int], i: int) -> Goods:
    """What is left of SKUs that nobody wants any more makes no difference."""
    return tuple(
        (*[0 if last[sku] <= i else n for sku, n in zip(skus, one, strict=False)], *one[-3:])
        for one in goods
    )


def _figures(problem: Problem, state: State) -> tuple[dict[Goal, int], tuple[str, ...]]:
    goods, left, late = state
    used = [(place, one) for place, one in zip(problem.places, goods, strict=True) if one[-3]]
    cost = sum(
        place.handling + problem.freight(place, Load(one[-2], one[-1])) for place, one in used
    )
    days = max((place.days for place, _ in used), default=0)
    figures = dict(zip(Goal, (left, late, cost, len(used), days), strict=True))
    return figures, tuple(sorted(place.id for place, _ in used))


def random_problem(chance: Random, lines: int = 6, places: int = 6) -> Problem:
    """Lines and places up to so many: small numbers, so that ties, kits and limits meet."""
    skus = SKUS[: chance.randint(1, len(SKUS))]
    grams = Quantities({sku: chance.choice((0, 300, 500, 800, 2_500)) for sku in SKUS})
    cm3 = Quantities({sku: chance.choice((0, 1_000, 9_000)) for sku in SKUS})
    there = tuple(_place(chance, f"p{i}", skus) for i in range(chance.randint(1, places)))
    some = range(1, chance.randint(1, lines) + 1)
    # Looking at every plan must come to an end: of many lines and places, few units.
    most = 3 if len(some) * len(there) <= 9 else 2 if len(some) * len(there) <= 15 else 1
    wants = tuple(_want(chance, f"{i}", skus, most) for i in some)
    rates = {place.id: _tariff(chance) for place in there if chance.random() < 0.8}
    return Problem(
        wants,
        there,
        Rates(rates, _tariff(chance)),
        grams,
        cm3,
        shipments_max=chance.choice((None, None, None, 1, 2, 3)),
        split_from=chance.choice((0, 0, 0, 30)),
    )


def _want(chance: Random, line: str, skus: tuple[str, ...], most: int) -> Want:
    parts = {chance.choice(skus): 1}
    if chance.random() < 0.15:
        parts[chance.choice(skus)] = chance.randint(1, 2)
    return Want(
        line,
        Quantities(parts),
        chance.randint(1, most),
        priority=chance.choice((1, 1, 1, 5)),
        together=chance.random() < 0.15,
        promised=chance.choice((None, None, 1, 3)),
        value=chance.randint(0, 20),
    )


def _place(chance: Random, id: str, skus: tuple[str, ...]) -> Place:
    full = chance.choice((0.3, 0.6, 0.9))
    stock = {sku: chance.randint(1, 4) for sku in skus if chance.random() < full}
    return Place(
        id,
        Quantities(stock),
        capacity=chance.choice((None, None, None, None, 2, 4)),
        days=chance.randint(0, 4),
        handling=chance.choice((0, 100)),
    )


def _tariff(chance: Random) -> Tariff:
    extra = (Surcharge("fuel", per_mille=125), Surcharge("heavy", 500, from_grams=3_000))
    return Tariff(
        chance.choice((600, 640, 1_200)),
        step=chance.choice((0, 200, 300)),
        first_grams=chance.choice((500, 1_000)),
        step_grams=chance.choice((500, 1_000)),
        cm3_per_kilogram=chance.choice((None, 6_000)),
        surcharges=extra if chance.random() < 0.2 else (),
    )
