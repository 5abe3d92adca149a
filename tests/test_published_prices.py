"""Published numbers of other systems: each is reproduced, and its source is named beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from orderflow.money import Price, Rounding, Spread, rounded, scale, share, spread

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
    Split("Sylius", UNITS, Spread.PER_UNIT, 1000, (1, 1, 1), (334, 333, 333)),
    Split("moneyphp", PHP, OURS, 100, (1, 1, 1), (34, 33, 33)),
    Split("moneyphp", PHP, OURS, 101, (1, 1, 1), (34, 34, 33)),
    Split("moneyphp", PHP, OURS, 2, (1, 1, 1), (1, 1, 0)),
    Split("moneyphp", PHP, OURS, 101, (3, 7), (30, 71)),
    Split("moneyphp", "allocation.rst", OURS, 5, (70, 30), (4, 1)),
    Split("moneyphp 1", PHP, Spread.FRONT_FIRST, 5, (3, 7), (2, 3)),
    Split("moneyphp 1", PHP, Spread.FRONT_FIRST, 5, (7, 3), (4, 1)),
    Split("moneyphp 1", PHP, Spread.FRONT_FIRST, 15, (1, 1), (8, 7)),
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
    Split("Saleor", SALEOR, Spread.LAST_ABSORBS, 1730, (3000, 4000, 1000), (649, 865, 216)),
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
        "Sylius",  # -299 over a line that weighs nothing is dropped there
        "Shopify, roundrobin_reverse",
        "Shopify, roundrobin",
        "brick/money",
        "brick/money, floor to first",
        "brick/money, to largest ratio",
        "an article, CN-03",
    }


def row(case: Split) -> str:
    """A line of the table in docs/explanation/prices.md."""

    def shown(values: tuple[int, ...]) -> str:
        return ", ".join(str(value) for value in values)

    ours = spread(case.total, case.weights, case.rule)
    what = f"{case.total} over {shown(case.weights)}"
    rule = f"`{case.rule.name}`"
    return f"| {case.system} | {rule} | {what} | {shown(case.parts)} | {shown(ours)} |"


def test_the_table_of_the_docs_has_each_published_split_and_what_we_answer() -> None:
    page = PAGE.read_text(encoding="utf-8").splitlines()

    missing = [row(case) for case in SPLITS if row(case) not in page]

    assert not missing, "\n".join(missing)
    table = page[page.index("## Published numbers") :]
    assert sum(line.startswith("| ") and " over " in line for line in table) == len(SPLITS)


# --- rounding ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "published"),
    (
        (Rounding.HALF_UP, ("987.35", "987.30", "987.00", "990", "987.34", "987.35", "987.25")),
        (Rounding.DOWN, ("987.34", "987.30", "987", "980", "987.34", "987.30", "987.25")),
        (Rounding.UP, ("987.35", "987.40", "988", "990", "987.36", "987.35", "987.50")),
    ),
)
def test_one_amount_rounds_to_any_step_as_the_trade_publishes(
    way: Rounding, published: tuple[str, ...]
) -> None:
    # RT-02, Dynamics 365 Finance: 987.345.
    steps = ("0.01", "0.10", "1.00", "10", "0.02", "0.05", "0.25")

    found = [rounded(Decimal("987.345"), Decimal(step), way) for step in steps]

    assert found == [Decimal(one) for one in published]


def test_a_price_that_is_finer_than_a_coin_is_rounded_down_on_its_sum() -> None:
    # REF-051, Solidus: two returns at 10.003.
    assert Price.of("10.003", "USD").times(2, Rounding.DOWN) == 2000


# --- refunds of what was shared -----------------------------------------------------------------


def test_a_coupon_is_taken_back_by_the_part_of_the_eligible_goods() -> None:
    # CN-01, Dangdang's help page: a coupon of 15 on goods of 40, of which 25 come back.
    tenths, cents = scale(150, 25, 40), scale(1500, 25, 40)

    assert (tenths, 250 - tenths) == (94, 156)  # 9.4 and 15.6, as published
    assert (cents, 2500 - cents) == (938, 1562)


def test_a_cross_shop_discount_is_refunded_by_price() -> None:
    # CN-02, an article on Taobao's 12.12 rules: 190 paid for goods of 100 and 110.
    assert spread(19000, (10000, 11000)) == (9048, 9952)


def test_a_coupon_over_three_small_items_sums_to_the_coupon() -> None:
    # CN-03, woshipm.com 5777215: 5.01, 3.42 and 2.13 with a coupon of 1.57.
    prices = (501, 342, 213)

    for rule in (OURS, Spread.LAST_ABSORBS):
        coupon = spread(157, prices, rule)
        assert [price - off for price, off in zip(prices, coupon, strict=True)] == [427, 291, 181]
    # The article cuts each ratio to two decimals and each product to cents; the last one absorbs.
    cut = spread(157, (47, 32, 21), Spread.LAST_ABSORBS_CUT)
    assert [price - off for price, off in zip(prices, cut, strict=True)] == [428, 292, 179]


def test_units_that_are_not_shipped_one_after_the_other_clear_an_odd_line() -> None:
    # REF-053, Solidus: 2 x 0.83 and an adjustment of 0.01; unit 1, then unit 2.
    assert [share(167, 2, unit, unit + 1) for unit in range(2)] == [84, 83]
