"""Published numbers of other systems: each is reproduced, and its source is named beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import attrs
import pytest

from orderflow import (
    BadInput,
    ChargeKind,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Sku,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.money import Rounding, Spread, rounded, scale, share, spread
from orderflow.pricing import (
    FreightOff,
    Given,
    Level,
    Offer,
    PercentOff,
    Scope,
    When,
    capped,
    due,
    priced,
)

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


# --- beyond splits ----------------------------------------------------------------------------


class Told(NamedTuple):
    """A published case that is no split: what is asked, what is published, and what we answer."""

    system: str
    source: str
    rule: str
    what: str
    published: tuple[str, ...]
    ours: Callable[[], tuple[object, ...]]


def stepped(way: Rounding) -> Callable[[], tuple[object, ...]]:
    steps = ("0.01", "0.10", "1.00", "10", "0.02", "0.05", "0.25")
    return lambda: tuple(rounded(Decimal("987.345"), Decimal(step), way) for step in steps)


def shown(*minor: int) -> tuple[object, ...]:
    """Amounts of a currency with two decimals."""
    return tuple(Decimal(amount).scaleb(-2) for amount in minor)


def left(prices: tuple[int, ...], coupon: tuple[int, ...]) -> tuple[object, ...]:
    return shown(*[price - off for price, off in zip(prices, coupon, strict=True)])


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def lamps(*prices: str, n: int = 1) -> tuple[NewLine, ...]:
    return tuple(
        NewLine(str(i), Sku(f"LAMP-{i}"), n, Price.of(price, "EUR"))
        for i, price in enumerate(prices, 1)
    )


def paid(*prices: str, freight: int = 0, n: int = 1, pays: str = "") -> Workflow:
    """A shop in which order o-1 is placed, and paid for in part or in full."""
    shop = Workflow(MemoryStore())
    charges = (NewCharge(ChargeKind.FREIGHT, freight),) if freight else ()
    order = shop.place("o-1", NewOrder("c-7", "EUR", lamps(*prices, n=n), charges)).document
    amount = euros(pays) if pays else Money(due(order), "EUR")
    shop.pay("pay-1", amount, (("o-1", amount.minor),))
    return shop


def over_refund() -> tuple[object, ...]:
    shop = paid("12.30")
    shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -500))
    shop.refund("o-1")
    try:
        shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -1000))
    except BadInput:
        return shown(1230 - shop.order("o-1").applied)
    return ()


def outstanding() -> tuple[object, ...]:
    shop = paid("3.00", "3.00", freight=1300, pays="10.00")
    shop.cancel("o-1")
    return shown(due(shop.refund("o-1", euros("6.00")).document))


def named_amount() -> tuple[object, ...]:
    shop = paid("73.80")
    shop.cancel("o-1")
    return shown(7380 - shop.refund("o-1", euros("10.00")).document.applied)


def refunded_once() -> tuple[object, ...]:
    shop = paid("10.00", "10.00", "10.00", n=2)
    shop.cancel("o-1", (("3", 2),))
    shop.refund("o-1")
    shop.cancel("o-1")
    return shown(-due(shop.order("o-1")))


def freight_from_101() -> tuple[object, ...]:
    at = datetime(2026, 11, 11, tzinfo=UTC)
    free = Offer("free", FreightOff(), When(least=euros("101.00")))

    def freight(n: int) -> int:
        cart = NewOrder("c-7", "EUR", lamps("20.00", n=n))
        order = priced(cart, (free,), Given(at, freight=euros("3.00"))).order
        return sum(charge.amount for charge in order.charges)

    return shown(freight(5), freight(6))


def by_quantity() -> tuple[object, ...]:
    at = datetime(2026, 11, 11, tzinfo=UTC)
    numbers = ((1, 5), (2, 10), (3, 5), (4, 5))
    lines = [attrs.evolve(lamps("20.00", n=n)[0], id=f"{p}", sku=Sku(f"P-{p}")) for p, n in numbers]
    groups = (("P-1", ("1",)), ("P-2", ("1",)), ("P-4", ("2",)))
    tenth = PercentOff(Decimal(10), Level.UNIT)
    offer = Offer("tenth", tenth, When(units=10), Scope(groups=("1",)))
    order = priced(NewOrder("c-7", "EUR", tuple(lines)), (offer,), Given(at, groups=groups)).order
    return shown(sum([line.amount for line in lines]) + sum([one.amount for one in order.charges]))


THREE: Final = (501, 342, 213)
MAXIMA: Final = (4600, 4600, 5000, 5000, 5000)
DYNAMICS: Final = "Dynamics 365 Finance, RT-02"
TOLD: Final = (
    Told(
        DYNAMICS,
        "tax-calculation-rounding-rules",
        "`rounded`, `HALF_UP`",
        "987.345 to 0.01, 0.10, 1, 10, 0.02, 0.05, 0.25",
        ("987.35", "987.30", "987.00", "990", "987.34", "987.35", "987.25"),
        stepped(Rounding.HALF_UP),
    ),
    Told(
        DYNAMICS,
        "tax-calculation-rounding-rules",
        "`rounded`, `DOWN`",
        "the same",
        ("987.34", "987.30", "987", "980", "987.34", "987.30", "987.25"),
        stepped(Rounding.DOWN),
    ),
    Told(
        DYNAMICS,
        "tax-calculation-rounding-rules",
        "`rounded`, `UP`",
        "the same",
        ("987.35", "987.40", "988", "990", "987.36", "987.35", "987.50"),
        stepped(Rounding.UP),
    ),
    Told(
        "Dangdang, CN-01",
        "help page",
        "`scale`, half up to 0.1",
        "part of a coupon of 15 on goods of 40 for 25 that come back, and the cash",
        ("9.4", "15.6"),
        lambda: (
            Decimal(scale(150, 25, 40)).scaleb(-1),
            Decimal(250 - scale(150, 25, 40)).scaleb(-1),
        ),
    ),
    Told(
        "Taobao, CN-02",
        "an article on its rules",
        "`LARGEST_REMAINDER`",
        "what of 190 paid for goods of 100 and 110 comes back for each",
        ("90.48", "99.52"),
        lambda: shown(*spread(19000, (10000, 11000))),
    ),
    Told(
        "an article, CN-03",
        "woshipm.com 5777215",
        "`LAST_ABSORBS_CUT` over cut ratios",
        "paid for 5.01, 3.42 and 2.13 with a coupon of 1.57",
        ("4.28", "2.92", "1.79"),
        lambda: left(THREE, spread(157, (47, 32, 21), Spread.LAST_ABSORBS_CUT)),
    ),
    Told(
        "an article, CN-03",
        "woshipm.com 5777215",
        "`LARGEST_REMAINDER`",
        "the same, exact",
        ("4.27", "2.91", "1.81"),
        lambda: left(THREE, spread(157, THREE)),
    ),
    Told(
        "Sylius, REF-048",
        "refunding_part_of_order_unit.feature",
        "no unit below zero",
        "refunded of a unit of 12.30 after 5.00 and a refusal of 10.00",
        ("5.00",),
        over_refund,
    ),
    Told(
        "Solidus, REF-051",
        "reimbursement_spec",
        "`Price.times`, `DOWN`",
        "two at 10.003",
        ("20.00",),
        lambda: shown(Price.of("10.003", "EUR").times(2, Rounding.DOWN)),
    ),
    Told(
        "Solidus, REF-053",
        "order_cancellations_spec",
        "`share`",
        "two units of a line of 1.67, one after the other",
        ("0.84", "0.83"),
        lambda: shown(share(167, 2, 0, 1), share(167, 2, 1, 2)),
    ),
    Told(
        "Solidus, REF-061",
        "outstanding_balance_integration_spec",
        "due = cost − applied",
        "19.00 ordered, 10.00 paid, cancelled, 6.00 refunded: due",
        ("-4.00",),
        outstanding,
    ),
    Told(
        "Saleor, REF-077",
        "test_order_actions_refund_products",
        "`refund` of an amount",
        "refunded when 10.00 of 73.80 are asked for",
        ("10.00",),
        named_amount,
    ),
    Told(
        "Saleor, REF-078",
        "test_order_actions_create_fulfillments_for_returned_products",
        "units are given up once",
        "owed for three lines of 20.00 of which one was refunded before",
        ("40.00",),
        refunded_once,
    ),
    Told(
        "tryton, REF-093",
        "scenario_sale_promotion",
        "`PercentOff`, by unit",
        "500.00 with a tenth off 15 units at 20.00, untaxed",
        ("470.00",),
        by_quantity,
    ),
    Told(
        "tryton, REF-094",
        "scenario_sale_shipment_cost_promotion",
        "`FreightOff`, from goods of 101.00 on",
        "freight of 3.00 for five and for six at 20.00",
        ("3.00", "0.00"),
        freight_from_101,
    ),
    Told(
        "Shopify",
        "allocator_spec, allocate_max_amounts",
        "`capped`",
        "24.20 up to 46, 46, 50, 50, 50",
        ("4.60", "4.60", "5.00", "5.00", "5.00"),
        lambda: shown(*capped(2420, MAXIMA, MAXIMA)),
    ),
    Told(
        "Shopify",
        "allocator_spec, allocate_max_amounts",
        "`capped`",
        "30.75 up to 26.00 and 4.74",
        ("26.00", "4.74"),
        lambda: shown(*capped(3075, (2600, 474), (2600, 474))),
    ),
)


@pytest.mark.parametrize("case", TOLD, ids=lambda case: f"{case.system} {case.rule}")
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
