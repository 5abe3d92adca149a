"""Published numbers of other systems: each is reproduced, and its source is named beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from orderflow.money import Spread, spread
from orderflow.pricing import capped
from tests.told import TOLD, Told

PAGE: Final = Path(__file__).resolve().parent.parent / "docs/explanation/prices.md"
OURS: Final = Spread.LARGEST_REMAINDER


class Split(NamedTuple):
    """A system shares an amount over weights; `rule` is ours that goes its way."""

    system: str
    source: str
    rule: Spread
    total: int
    weights: tuple[int, ...]
    parts: tuple[int, ...]


VENDURE: Final = "prorate.spec.ts"
SYLIUS: Final = "ProportionalIntegerDistributorSpec"
UNITS: Final = "IntegerDistributorSpec"
PHP: Final = "MoneyTest"
RUBY: Final = "allocation_spec"
SHOPIFY: Final = "allocator_spec"
SOLIDUS: Final = "distributed_amounts_handler_spec"
SALEOR: Final = "test_calculate_prices"

SPLITS: Final = (
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 300, (123,), (300,)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 300, (4000, 2000, 2000), (150, 75, 75)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, -300, (4000, 2000, 2000), (-150, -75, -75)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 299, (4300, 1400, 2300), (161, 52, 86)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 299, (1000, 1000, 1000), (100, 100, 99)),
    Split(
        "Vendure",
        VENDURE,
        Spread.SIGNED_REMAINDER,
        95,
        (10, 20, 10, 30, 50, 20, 10, 40),
        (5, 10, 5, 15, 25, 10, 5, 20),
    ),
    Split(
        "Vendure",
        VENDURE,
        Spread.SIGNED_REMAINDER,
        93,
        (10, 20, 10, 30, 50, 20, 10, 40),
        (5, 10, 5, 15, 24, 10, 5, 19),
    ),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 40, (10, 0), (40, 0)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 10, (0, 0), (5, 5)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, 0, (0, 0), (0, 0)),
    Split("Vendure", VENDURE, Spread.SIGNED_REMAINDER, -20, (100, 100), (-10, -10)),
    Split("Sylius", SYLIUS, Spread.FRONT_MENDS, 300, (4000, 2000, 2000), (150, 75, 75)),
    Split("Sylius", SYLIUS, Spread.FRONT_MENDS, -300, (4000, 2000, 2000), (-150, -75, -75)),
    Split("Sylius", SYLIUS, Spread.FRONT_MENDS, 300, (4300, 1400, 2300), (162, 52, 86)),
    Split("Sylius", SYLIUS, Spread.FRONT_MENDS, -300, (4300, 1400, 2300), (-162, -52, -86)),
    Split("Sylius", SYLIUS, Spread.FRONT_MENDS, -299, (4300, 1400, 2300), (-161, -52, -86)),
    Split("Sylius", SYLIUS, Spread.FRONT_MENDS, -299, (0,), (0,)),
    Split("Sylius", UNITS, Spread.PER_UNIT, 0, (1, 1, 1, 1), (0, 0, 0, 0)),
    Split("Sylius", UNITS, Spread.PER_UNIT, 1000, (1, 1, 1, 1), (250, 250, 250, 250)),
    Split("Sylius", UNITS, Spread.PER_UNIT, 1000, (1, 1, 1), (334, 333, 333)),
    Split("Sylius", UNITS, Spread.PER_UNIT, -1000, (1, 1, 1), (-334, -333, -333)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 100, (1, 1, 1), (34, 33, 33)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 101, (1, 1, 1), (34, 34, 33)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (3, 7), (2, 3)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (7, 3), (4, 1)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (7, 3, 0), (4, 1, 0)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, -5, (7, 3), (-3, -2)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (0, 7, 3), (0, 4, 1)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (7, 0, 3), (4, 0, 1)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (0, 0, 1), (0, 0, 5)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 5, (0, 3, 7), (0, 2, 3)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 0, (0, 0, 1), (0, 0, 0)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 2, (1, 1, 1), (1, 1, 0)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 1, (1, 1), (1, 0)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 1, (33, 66), (0, 1)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 101, (3, 7), (30, 71)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 101, (7, 3), (71, 30)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 10, (1, 1, 1), (4, 3, 3)),
    Split("moneyphp", "allocation.rst", Spread.SIGNED_REMAINDER, 5, (70, 30), (4, 1)),
    Split("moneyphp", PHP, Spread.SIGNED_REMAINDER, 15, (1, 1), (8, 7)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 10, (1, 1, 2), (3, 2, 5)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 10, (1, 2, 1), (3, 5, 2)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 100, (7, 3), (70, 30)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 100, (1, 1, 1), (34, 33, 33)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 5, (1, 1), (3, 2)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 2, (1, 1, 1), (1, 1, 0)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 100, (1,) * 6, (17, 17, 17, 17, 16, 16)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 100, (1, 1, 0), (50, 50, 0)),
    Split("RubyMoney", RUBY, Spread.BACKWARD, 100, (0, 1, 1), (0, 50, 50)),
    Split(
        "Shopify, nearest",
        SHOPIFY,
        OURS,
        19535,
        (1, 1, 5, 5, 16, 12),
        (488, 488, 2442, 2442, 7814, 5861),
    ),
    Split("Shopify, roundrobin", SHOPIFY, Spread.FRONT_FIRST, 5, (3, 7), (2, 3)),
    Split("Shopify, roundrobin", SHOPIFY, Spread.FRONT_FIRST, 100, (1, 1, 1), (34, 33, 33)),
    Split(
        "Shopify, roundrobin",
        SHOPIFY,
        Spread.FRONT_FIRST,
        225,
        (128400, 20439, 14589, 14589, 25936),
        (142, 23, 16, 16, 28),
    ),
    Split("Shopify, roundrobin_reverse", SHOPIFY, Spread.BACK_FIRST, 5, (3, 7), (1, 4)),
    Split("Solidus", SOLIDUS, Spread.BACKWARD, 1000, (5000, 5000, 5000), (334, 333, 333)),
    Split("Solidus", SOLIDUS, Spread.BACKWARD, 1500, (15000, 5000, 10000), (750, 250, 500)),
    Split("Saleor", SALEOR, Spread.LAST_ABSORBS, 1730, (3000, 4000, 1000), (649, 865, 216)),
    Split("Saleor", SALEOR, Spread.LAST_ABSORBS, 1000, (3000, 4000, 1000), (375, 500, 125)),
    Split("Saleor", SALEOR, Spread.LAST_ABSORBS, 5000, (3000, 4000, 1000), (1875, 2500, 625)),
    Split("brick/money", "issue 46", Spread.FRONT_FIRST, 1000, (37, 62), (374, 626)),
    Split("brick/money", "issue 46", Spread.FRONT_FIRST, 1000, (62, 37), (627, 373)),
    Split("brick/money, floor to first", PHP, Spread.FRONT_FIRST, 100, (2, 3, 1), (34, 50, 16)),
    Split(
        "brick/money, floor to first",
        PHP,
        Spread.FRONT_FIRST,
        -10000,
        (30, 20, 40, 40),
        (-2308, -1539, -3077, -3076),
    ),
    Split(
        "brick/money, floor to first",
        PHP,
        Spread.FRONT_FIRST,
        10000,
        (30, 20, 40, 0, 40, 0),
        (2308, 1539, 3077, 0, 3076, 0),
    ),
    Split("brick/money, floor to first", PHP, Spread.FRONT_FIRST, 2, (1, 1, 3, 1), (1, 0, 1, 0)),
    Split("brick/money, floor to first", PHP, Spread.FRONT_FIRST, 3, (75, 25), (3, 0)),
    Split("brick/money, floor to first", PHP, Spread.FRONT_FIRST, 10000, (1, 2), (3334, 6666)),
    Split("brick/money, to largest remainder", PHP, OURS, 100, (2, 3, 1), (33, 50, 17)),
    Split(
        "brick/money, to largest remainder",
        PHP,
        OURS,
        -10000,
        (30, 20, 40, 40),
        (-2308, -1538, -3077, -3077),
    ),
    Split("brick/money, to largest remainder", PHP, OURS, 3, (75, 25), (2, 1)),
    Split("brick/money, to largest remainder", PHP, OURS, 10000, (7, 6), (5385, 4615)),
    Split(
        "brick/money, to largest ratio", PHP, Spread.LARGEST_WEIGHT, 100, (2, 3, 1), (33, 51, 16)
    ),
    Split(
        "brick/money, to largest ratio",
        PHP,
        Spread.LARGEST_WEIGHT,
        10000,
        (30, 20, 40),
        (3333, 2222, 4445),
    ),
    Split("brick/money, to largest ratio", PHP, Spread.LARGEST_WEIGHT, 5, (3, 3, 4), (1, 1, 3)),
    Split("brick/money, to largest ratio", PHP, Spread.LARGEST_WEIGHT, 9, (3, 3, 4), (3, 2, 4)),
    Split(
        "brick/money, to largest ratio",
        PHP,
        Spread.LARGEST_WEIGHT,
        -10000,
        (30, 20, 40, 40),
        (-2308, -1538, -3077, -3077),
    ),
    Split(
        "an article, CN-03",
        "woshipm.com 5777215",
        Spread.LAST_ABSORBS_CUT,
        157,
        (47, 32, 21),
        (73, 50, 34),
    ),
)


@pytest.mark.parametrize("case", SPLITS, ids=lambda case: f"{case.system} {case.total}")
def test_each_published_split_comes_out_under_the_rule_of_its_system(case: Split) -> None:
    assert spread(case.total, case.weights, case.rule) == case.parts


def test_only_what_other_systems_publish_differs_from_the_default() -> None:
    differing = {case for case in SPLITS if spread(case.total, case.weights) != case.parts}

    assert {case.system for case in differing} == {
        "moneyphp",  # -5 over 7 and 3 is cut off below
        "Sylius",  # -299 over a line that weighs nothing is dropped there
        "Shopify, roundrobin_reverse",
        "Shopify, roundrobin",
        "brick/money",
        "brick/money, floor to first",
        "brick/money, to largest ratio",
        "an article, CN-03",
    }


# --- the conventions by name ------------------------------------------------------------------

NAMED: Final = {
    "largest_remainder": OURS,
    "largest_remainder_signed": Spread.SIGNED_REMAINDER,
    "floor_front": Spread.FRONT_FIRST,
    "floor_back": Spread.BACK_FIRST,
    "half_up_last_absorbs": Spread.LAST_ABSORBS,
    "half_even_last_absorbs": Spread.LAST_ABSORBS_EVEN,
    "floor_last_absorbs": Spread.LAST_ABSORBS_CUT,
    "half_down_front_fix": Spread.FRONT_MENDS,
    "sequential_remaining_back": Spread.BACKWARD,
    "ceil_sequential_remaining": Spread.FORWARD,
}
"""Our rules by what others call them."""


class Agreeing(NamedTuple):
    """A published split, and each convention that gives just these parts."""

    case: str
    total: int
    weights: tuple[int, ...]
    parts: tuple[int, ...]
    conventions: str


REMAINDERS: Final = "largest_remainder largest_remainder_signed"
LAST: Final = "half_up_last_absorbs half_even_last_absorbs"
FRONT: Final = "floor_front half_down_front_fix sequential_remaining_back"
AGREEING: Final = (
    Agreeing("REF-001", 300, (4000, 2000, 2000), (150, 75, 75), " ".join(NAMED)),
    Agreeing(
        "REF-010",
        -299,
        (4300, 1400, 2300),
        (-161, -52, -86),
        f"{REMAINDERS} {LAST} half_down_front_fix",
    ),
    Agreeing(
        "REF-011",
        -299,
        (0,),
        (0,),
        "half_down_front_fix sequential_remaining_back ceil_sequential_remaining",
    ),
    Agreeing("REF-012", 1000, (1, 1, 1), (334, 333, 333), f"{REMAINDERS} {FRONT}"),
    Agreeing(
        "REF-015",
        101,
        (1, 1, 1),
        (34, 34, 33),
        f"{REMAINDERS} {LAST} floor_front sequential_remaining_back",
    ),
    Agreeing(
        "REF-020",
        2,
        (1, 1, 1),
        (1, 1, 0),
        f"{REMAINDERS} {LAST} floor_front sequential_remaining_back ceil_sequential_remaining",
    ),
    Agreeing(
        "REF-021",
        101,
        (3, 7),
        (30, 71),
        f"{REMAINDERS} {LAST} floor_back floor_last_absorbs half_down_front_fix",
    ),
    Agreeing("REF-022", 10, (1, 1, 2), (3, 2, 5), f"{REMAINDERS} {FRONT}"),
    Agreeing(
        "REF-027",
        19535,
        (1, 1, 5, 5, 16, 12),
        (488, 488, 2442, 2442, 7814, 5861),
        f"{REMAINDERS} {LAST}",
    ),
    Agreeing(
        "REF-030",
        1000,
        (5000, 5000, 5000),
        (334, 333, 333),
        f"{REMAINDERS} {FRONT} ceil_sequential_remaining",
    ),
    Agreeing(
        "REF-032",
        1730,
        (3000, 4000, 1000),
        (649, 865, 216),
        f"{REMAINDERS} {LAST} {FRONT} ceil_sequential_remaining",
    ),
)


def by_convention(case: Agreeing, rule: Spread) -> tuple[int, ...]:
    """One rounds up from the first line on, and takes from no line more than it is worth."""
    if rule is Spread.FORWARD and case.total > 0:
        return capped(case.total, case.weights, case.weights, rule)
    return spread(case.total, case.weights, rule)


@pytest.mark.parametrize("case", AGREEING, ids=lambda case: case.case)
def test_just_the_conventions_that_are_published_for_a_split_give_it(case: Agreeing) -> None:
    agreeing = {name for name, rule in NAMED.items() if by_convention(case, rule) == case.parts}

    assert agreeing == set(case.conventions.split())
    assert case[1:4] in {one[3:] for one in SPLITS}


# --- beyond splits ----------------------------------------------------------------------------


def plain_name(case: Told) -> str:
    """In ASCII: pytest escapes another letter anew in each run, so whoever names it finds none."""
    return f"{case.system} {case.rule}".replace("−", "-")


@pytest.mark.parametrize("case", TOLD, ids=plain_name)
def test_each_published_case_comes_out_under_the_rule_named(case: Told) -> None:
    assert case.ours() == tuple(Decimal(one) for one in case.published)


# --- the table of the docs --------------------------------------------------------------------


def cells(*texts: str) -> str:
    return f"| {' | '.join(texts)} |"


def split_row(case: Split) -> str:
    """A line of the table in docs/explanation/prices.md."""
    parts = ", ".join(map(str, case.parts))
    ours = ", ".join(map(str, spread(case.total, case.weights, case.rule)))
    what = f"{case.total} over {', '.join(map(str, case.weights))}"
    return cells(case.system, f"`{case.rule.name}`", what, parts, ours)


def told_row(case: Told) -> str:
    ours = ", ".join(str(one) for one in case.ours())
    return cells(case.system, case.rule, case.what, ", ".join(case.published), ours)


def test_the_tables_of_the_docs_have_each_published_case_and_what_we_answer() -> None:
    page = PAGE.read_text(encoding="utf-8")
    wanted = [*map(split_row, SPLITS), *map(told_row, TOLD)]

    there = [
        line
        for line in page[page.index("## Published numbers") :].splitlines()
        if line.startswith("| ") and not line.startswith("| system")
    ]

    assert there == wanted
