"""What an order costs: how pricing grows with its lines, and sharing beside py-moneyed.

A reference order has 3, 30 or 300 lines of one to five pieces, and a freight. It is priced by five
stacked offers (a tenth off every third line, a threshold, a coupon, a tier's percentage, freight)
and by two taxes, and ends as the charges that an order keeps. `growth_3_to_300` is how much longer
300 lines take than 3, both in turn.

`share_over_moneyed` is one amount of 100.00 over seven weights by largest remainder: `spread`
beside what one writes with py-moneyed's operators, which share nothing by themselves. Both are
compared before anything is measured.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

import moneyed

from benchmarks.ratios import Ratio, Work, ratio
from orderflow import Money, NewLine, NewOrder, Price, Sku
from orderflow.money import spread
from orderflow.orders import agreed_charges, opened_lines
from orderflow.pricing import (
    AmountOff,
    FreightOff,
    Given,
    Level,
    Offer,
    PercentOff,
    Scope,
    Threshold,
    When,
    priced,
)
from orderflow.records import Charge
from orderflow.taxes import NET_BY_TOTAL, Rate, Table, Taxing, TaxPlace, TaxRow
from orderflow.taxing import tax_charges

ASKED: Final = {"growth_3_to_300": 130, "share_over_moneyed": 0.2}
AT: Final = datetime(2026, 11, 11, 8, tzinfo=UTC)
LINES: Final = (3, 30, 300)
WEIGHTS: Final = (1299, 450, 7, 8001, 333, 2500, 610)
CENT: Final = Decimal("0.01")
TAXING: Final = Taxing(
    Table(
        "two taxes",
        (TaxRow("here", Rate.of("VAT", "19")), TaxRow("here", Rate.of("LEVY", "1.5"))),
    ),
    NET_BY_TOTAL,
    TaxPlace.SELLER,
    "here",
)
OFFERS: Final = (
    Offer("third", PercentOff(Decimal(10), Level.LINE), scope=Scope(groups=("third",))),
    Offer("full", Threshold(Money.of("100", "EUR"), Money.of("5", "EUR")), bearer="platform"),
    Offer("coupon", AmountOff(Money.of("3", "EUR")), When(coupon="C-1")),
    Offer("gold", PercentOff(Decimal("2.5")), When(tiers=("gold",)), bearer="brand-x"),
    Offer("freight", FreightOff(Money.of("2", "EUR"))),
)


def reference(lines: int) -> NewOrder:
    """An order of so many lines, whose prices and quantities go round."""
    return NewOrder(
        "c-7",
        "EUR",
        tuple(
            NewLine(
                str(i),
                Sku(f"SKU-{i}"),
                1 + i % 5,
                Price.of(Decimal(1999 + 377 * (i % 23)).scaleb(-2), "EUR"),
            )
            for i in range(lines)
        ),
    )


def known(lines: int) -> Given:
    """A customer with a coupon and a tier, and every third SKU in a group."""
    return Given(
        AT,
        tier="gold",
        coupons=("C-1",),
        groups=tuple((f"SKU-{i}", ("third",)) for i in range(0, lines, 3)),
        freight=Money.of("6.90", "EUR"),
    )


def cost(new: NewOrder, given: Given) -> tuple[Charge, ...]:
    """The charges that an order keeps, after offers and taxes."""
    order = tax_charges(priced(new, OFFERS, given).order, TAXING, AT)
    lines = tuple([line for wanted in order.lines for line in opened_lines(wanted)])
    return agreed_charges(order, lines)


def by_moneyed(total: moneyed.Money, weights: Sequence[int]) -> list[moneyed.Money]:
    """Largest remainder by py-moneyed's operators."""
    every = sum(weights)
    # To its types a quotient may be a number; divided by a number it is an amount.
    exact: list[moneyed.Money] = [total * weight / every for weight in weights]  # type: ignore[misc]
    parts = [
        moneyed.Money(one.amount.quantize(CENT, rounding=ROUND_DOWN), total.currency)
        for one in exact
    ]
    left = total - sum(parts, moneyed.Money(0, total.currency))
    rests = [one - part for one, part in zip(exact, parts, strict=True)]
    coin = moneyed.Money(CENT, total.currency)
    coins = int(left.amount / CENT)
    for line in sorted(range(len(weights)), key=lambda at: (-rests[at], at))[:coins]:
        parts[line] += coin
    return parts


def measured(pairs: int, turns: int) -> dict[str, object]:
    """The growth and the share, with what they were taken from."""
    orders = {n: (reference(n), known(n)) for n in LINES}
    for n, (new, given) in orders.items():
        assert len(cost(new, given)) == 11, n  # goods, freight, five offers, two taxes on either
    euro = moneyed.Money("100.00", moneyed.EUR)
    theirs = [int(part.amount / CENT) for part in by_moneyed(euro, WEIGHTS)]
    assert theirs == list(spread(10000, WEIGHTS))

    def pricing(n: int) -> Work:
        return lambda: cost(*orders[n])

    def against_three(n: int) -> Ratio:
        pair = (pricing(n), pricing(3))
        return ratio(((pair for _ in range(turns)) for _ in range(pairs)), 1, time.thread_time)

    sharing = ratio(
        (
            ((_often(lambda: spread(10000, WEIGHTS)), _often(lambda: by_moneyed(euro, WEIGHTS))),)
            for _ in range(pairs)
        ),
        OFTEN,
        time.thread_time,
    )
    thirty, three_hundred = against_three(30), against_three(300)
    return {
        "growth_3_to_300": three_hundred["median"],
        "growth_least": three_hundred["least"],
        "growth_most": three_hundred["most"],
        "growth_3_to_30": thirty["median"],
        "us_3_lines": three_hundred["theirs_us"],
        "us_30_lines": thirty["ours_us"],
        "us_300_lines": three_hundred["ours_us"],
        "share_over_moneyed": sharing["median"],
        "share_least": sharing["least"],
        "share_most": sharing["most"],
        "share_us": sharing["ours_us"],
        "moneyed_us": sharing["theirs_us"],
        "pairs": pairs,
        "asked": ASKED,
    }


OFTEN: Final = 200


def _often(work: Work) -> Work:
    def many() -> None:
        for _ in range(OFTEN):
            work()

    return many


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pairs", type=int, default=9, help="pairs of runs")
    parser.add_argument("--turns", type=int, default=10, help="orders priced in a run")
    options = parser.parse_args()
    result = measured(options.pairs, options.turns)
    print(json.dumps(result) if options.json else result)


if __name__ == "__main__":
    main()
