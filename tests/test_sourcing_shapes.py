"""What hosts hand to sourcing by mistake: each is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from orderflow import BadInput
from orderflow.sourcing import (
    DEFAULT,
    Order,
    Place,
    Point,
    Problem,
    Quantities,
    Rates,
    Surcharge,
    Tariff,
    Turns,
    Want,
    Wave,
    allocate_wave,
    best,
)
from orderflow.sourcing.parcels import by_kind, by_volume, by_weight
from orderflow.sourcing.pipeline import Cascade, Pipeline, exact, in_order
from orderflow.sourcing.policies import BEST, NEAREST, NEAREST_WHOLE, product_table, region_table
from orderflow.sourcing.relaxation import relaxed
from orderflow.sourcing.stages import (
    bearing,
    by_channel,
    by_priority,
    by_product,
    by_region,
    has_something,
    keeping_back,
    last,
    within_km,
    without,
)
from orderflow.sourcing.teams import Team, Work, assign

LEITH: Final = Place("leith", Quantities({"LAMP": 3}))
LAMPS: Final = Want.of("1", "LAMP", 2)
ASKED: Final = Problem((LAMPS,), (LEITH,))
WAVE: Final = Wave((Order("o-17", (LAMPS,)),), (LEITH,))
TABLE: Final = {"LAMP": ("leith",)}

CALLS: Final[dict[str, tuple[Callable[..., object], dict[str, Any]]]] = {
    "best": (best, {"problem": ASKED, "objective": DEFAULT, "budget": 9, "ties": ("leith",)}),
    "nearest": (NEAREST, {"problem": ASKED}),
    "cascade": (NEAREST_WHOLE, {"problem": ASKED}),
    "wave": (
        allocate_wave,
        {
            "wave": WAVE,
            "turns": Turns.FAIR_SHARE,
            "objective": DEFAULT,
            "weights": {"": 1},
            "budget": 9,
            "seed": 1,
        },
    ),
    "relaxed": (relaxed, {"wave": WAVE, "objective": DEFAULT, "solver": None}),
    "exact": (exact, {"budget": 9}),
    "without": (without, {"tag": "closed"}),
    "bearing": (bearing, {"tag": "licensed", "skus": ("LAMP",)}),
    "keeping_back": (keeping_back, {"n": 1, "tag": "store"}),
    "within_km": (within_km, {"most": 5}),
    "by_region": (by_region, {"table": TABLE}),
    "by_channel": (by_channel, {"table": TABLE}),
    "by_product": (by_product, {"table": TABLE}),
    "last": (last, {"tag": "supplier", "rank": by_priority}),
    "region_table": (region_table, {"table": TABLE, "rule": BEST}),
    "product_table": (product_table, {"table": TABLE, "rule": BEST}),
    "by_kind": (by_kind, {"kinds": {"LAMP": "dry"}}),
    "by_weight": (by_weight, {"grams_max": 5}),
    "by_volume": (by_volume, {"cm3_max": 5}),
    "assign": (assign, {"work": (Work("o-17"),), "teams": (Team("t"),), "within": ""}),
    "Pipeline": (
        Pipeline,
        {
            "name": "mine",
            "filters": (has_something,),
            "rank": by_priority,
            "allocate": in_order,
            "splits": (by_weight(5),),
            "objective": DEFAULT,
        },
    ),
    "Cascade": (Cascade, {"name": "mine", "rules": (BEST,)}),
    "Order": (
        Order,
        {
            "id": "o-17",
            "wants": (LAMPS,),
            "priority": 1,
            "tier": "gold",
            "days": {"leith": 1},
            "freight": Rates(),
        },
    ),
    "Wave": (Wave, {"orders": WAVE.orders, "places": (LEITH,), "freight": Rates()}),
    "Want.of": (Want.of, {"line": "1", "sku": "LAMP", "n": 2, "priority": 1, "together": False}),
    "Place": (
        Place,
        {
            "id": "leith",
            "stock": Quantities(),
            "days": 1,
            "handling": 1,
            "priority": 1,
            "region": "",
            "tags": frozenset(),
            "load": 0,
        },
    ),
    "Point": (Point, {"latitude_e6": 1, "longitude_e6": 1}),
    "Quantities": (Quantities, {"by_sku": {"LAMP": 1}}),
    "Rates": (Rates, {"by_place": {"leith": Tariff(1)}, "otherwise": Tariff(1)}),
    "Surcharge": (Surcharge, {"name": "fuel", "amount": 1, "per_mille": 1, "from_grams": 1}),
    "Tariff": (Tariff, {"first": 1, "step": 1, "first_grams": 1, "step_grams": 1}),
    "Team": (Team, {"id": "t", "kinds": frozenset(), "regions": frozenset(), "load": 0}),
    "Work": (Work, {"id": "o-17", "kind": "", "region": "", "n": 1}),
}
WRONG: Final = (
    7.5,
    -1,
    b"leith",
    [None],
    (1.5,),
    ("leith", -1),
    {"LAMP": 1.5},
    {7: ("leith",)},
    object(),
)
ABSENT: Final = {
    ("relaxed", "solver"),
    ("wave", "weights"),
    ("Order", "days"),
    ("Order", "freight"),
    ("Quantities", "by_sku"),
}
"""Where `None` says that nothing was given."""


@pytest.mark.parametrize("name", CALLS)
def test_what_is_right_is_taken(name: str) -> None:
    call, args = CALLS[name]

    assert call(**(args | ({"solver": _Zero()} if name == "relaxed" else {}))) is not None


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, argument) for name, (_, args) in CALLS.items() for argument in args],
)
def test_what_is_wrong_in_shape_is_refused_in_words(name: str, argument: str) -> None:
    call, args = CALLS[name]

    for wrong in WRONG if (name, argument) in ABSENT else (None, *WRONG):
        if _fits(argument, wrong):
            continue
        with pytest.raises(BadInput):
            call(**{**args, argument: wrong})


@pytest.mark.parametrize("table", ({"east": "leith"}, {"east": 7}, {"east": (None,)}, ()))
def test_one_text_is_no_row_of_a_table(table: Any) -> None:
    with pytest.raises(BadInput, match="table"):
        by_region(table)


class _Zero:
    """A solver for which everything is free."""

    def minimum(self, program: object) -> float:
        del program
        return 0.0


def _fits(argument: str, value: object) -> bool:
    """What is right in one place, though it is wrong in most."""
    fits: dict[str, tuple[object, ...]] = {
        "latitude_e6": (-1,),
        "longitude_e6": (-1,),
        "skus": ({"LAMP": 1.5},),  # its keys are names
    }
    if argument == "priority":
        return value == -1 and type(value) is int
    return any(value == one for one in fits.get(argument, ()))
