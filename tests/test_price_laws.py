"""The laws of prices, over all currencies: nothing is lost, nothing falls below zero."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from random import Random
from typing import Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import ChargeKind, Money, NewLine, NewOrder, Price, Sku
from orderflow.currencies import EXPONENTS
from orderflow.money import Rounding, Spread, share, spread
from orderflow.orders import agreed_charges, opened_line
from orderflow.pricing import (
    AmountOff,
    Benefit,
    Bundle,
    BuyGet,
    DepositCounts,
    FixedPrice,
    Given,
    Level,
    Offer,
    PercentOff,
    Priced,
    Scope,
    Threshold,
    bill,
    carried,
    parts_carried,
    priced,
    shares_of,
    spread_charge,
)
from orderflow.records import Charge, Line, Span
from tests.steps import calls_of
from tests.test_pricing import goods, lamps

# ORDERFLOW_PRICES=20000 looks at as many orders; it takes two or three minutes. See `make laws`.
PRICES: Final = int(os.environ.get("ORDERFLOW_PRICES", "500"))
DAY: Final = datetime(2026, 11, 11, tzinfo=UTC)
EACH: Final = max(1, PRICES // 2000)
"""How many orders of each currency."""
CURRENCIES: Final = sorted(EXPONENTS)
NAMES: Final = ("1", "2", "3", "4")
SEEDS: Final = st.integers(0, 2**40)


def random_price(chance: Random, currency: str) -> Price:
    """A price of some coins or finer than one, per piece, hundred or thousand."""
    top = chance.choice([0, 1, 5, 100, 99_999, 12_345_678])
    coins = Decimal(chance.randint(0, top)).scaleb(chance.randint(-5, 2))
    return Price(coins.scaleb(-EXPONENTS[currency]), currency, chance.choice([1, 1, 100, 1000]))


def random_benefit(chance: Random, currency: str) -> Benefit:
    def money() -> Money:
        return Money(chance.randint(1, chance.choice([2, 50, 4000, 400_000])), currency)

    percent = Decimal(chance.randint(1, 10_000)).scaleb(-2)
    less = money()
    made: list[Benefit] = [
        AmountOff(money(), chance.choice(list(Level))),
        AmountOff(money()),
        PercentOff(percent, chance.choice(list(Level)), chance.choice(list(Rounding))),
        FixedPrice(random_price(chance, currency)),
        BuyGet(chance.randint(1, 3), chance.randint(1, 3), percent),
        Bundle((("SKU-1", chance.randint(1, 3)), ("SKU-2", 1)), money()),
        Threshold(money(), money(), chance.random() < 0.5),
        DepositCounts(less, less + money()),
    ]
    return chance.choice(made)


def random_quote(chance: Random, currency: str) -> tuple[NewOrder, tuple[Offer, ...], Given]:
    """An order of up to four lines, a stack of offers, and perhaps a line with a minimum price."""
    names = NAMES[: chance.randint(1, len(NAMES))]
    lines = tuple(
        NewLine(
            id,
            Sku(f"SKU-{id}"),
            chance.randint(1, chance.choice([1, 3, 12, 20_000])),
            random_price(chance, currency),
            rounding=chance.choice(list(Rounding)),
        )
        for id in names
    )
    offers = tuple(
        Offer(
            f"offer-{i}",
            random_benefit(chance, currency),
            scope=Scope(tuple(chance.sample(names, chance.choice([0, 0, 1])))),
            sharing=chance.choice(list(Spread)),
        )
        for i in range(chance.randint(0, 5))
    )
    least = tuple((id, random_price(chance, currency)) for id in names if chance.random() < 0.2)
    return NewOrder("c-7", currency, lines), offers, Given(DAY, least=least)


def opened(found: Priced) -> tuple[tuple[Line, ...], tuple[Charge, ...]]:
    """The lines and charges that placing it gives."""
    lines = tuple([opened_line(line) for line in found.order.lines])
    return lines, agreed_charges(found.order, lines)


@settings(max_examples=PRICES, deadline=None)
@given(SEEDS, st.sampled_from(CURRENCIES))
def test_whatever_is_offered_nothing_is_lost_and_nothing_falls_below_zero(
    seed: int, currency: str
) -> None:
    assert_shared(Random(seed), currency)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_nothing_is_lost_in_any_of_the_178_currencies(currency: str) -> None:
    assert len(CURRENCIES) == 178

    for seed in range(EACH):
        assert_shared(Random(f"{currency} {seed}"), currency)


def assert_shared(chance: Random, currency: str) -> None:
    """An order and its offers of chance: parts sum, none is below zero, slices bill the line."""
    new, offers, known = random_quote(chance, currency)

    found = priced(new, offers, known)

    # Each offer says what became of it, and its parts are its charge.
    assert {one.offer for one in found.used} | {one.offer for one in found.passed} == {
        offer.id for offer in offers
    }
    assert all(one.refusals for one in found.passed)
    assert [-charge.amount for charge in found.order.charges] == [one.amount for one in found.used]
    assert all(one.unused >= 0 and one.amount > 0 for one in found.used)

    lines, charges = opened(found)
    floors = dict(known.least)
    for agreed, line in zip(new.lines, lines, strict=True):
        spans = [span.amount for charge in charges for span in charge.spans if span.line == line.id]
        cost = sum(spans)
        floor = floors[line.id].times(line.n) if line.id in floors else 0

        # Never below zero, nor below what the line must cost at least.
        assert min(agreed.amount, floor) <= cost <= agreed.amount

        # Any slicing into shipments bills the line's total to the unit.
        cuts = [chance.randint(0, line.n) for _ in range(chance.randint(0, 4))]
        edges = sorted({0, *cuts, line.n})
        billed = []
        for number, (start, stop) in enumerate(pairwise(edges)):
            made = bill(line, stop - start, f"p-{number}")
            assert [(cut.start, cut.stop) for cut in made] == [(start, stop)]
            line = attrs.evolve(line, cuts=(*line.cuts, *made))
            billed.append(carried(line, charges, [(start, stop)]))
        assert sum(billed) == cost
        assert min(billed) >= 0

        # No unit is below zero, and no discount adds to one; of many units, some are looked at.
        shares = shares_of(charges)[line.id]
        few = range(line.n) if line.n <= 12 else [edge - 1 for edge in edges[1:]]
        for unit in few:
            parts = parts_carried(shares, [(unit, unit + 1)])
            assert sum(amount for _, amount in parts) >= 0
            for charge, amount in parts:
                assert (amount < 0) == (charge.kind is ChargeKind.DISCOUNT)
    assert sum(charge.amount for charge in charges) == sum(
        span.amount for charge in charges for span in charge.spans
    )


@settings(max_examples=PRICES, deadline=None)
@given(SEEDS)
def test_parts_sum_to_the_whole_and_none_has_the_other_sign(seed: int) -> None:
    chance = Random(seed)
    most = chance.choice([2, 100, 10**6])
    weights = [chance.randint(0, most) for _ in range(chance.randint(0, 8))] + [most]
    total = chance.randint(-1, 1) * chance.randint(0, chance.choice([3, 10**4, 10**12]))

    for rule in Spread:
        parts = spread(total, weights, rule)

        assert sum(parts) == total
        assert all(part == 0 or (part > 0) == (total > 0) for part in parts)


# --- the closed form --------------------------------------------------------------------------


def stacked(n: int) -> tuple[Line, list[Charge]]:
    """A line of so many grams with two discounts, a tax, and a change of a third of it."""
    line = lamps(n)
    charges = [goods(19_81 * n // 10, n)]
    for id, amount in (("a", -100), ("b", -1), ("c", 333)):
        kind = ChargeKind.TAX if amount > 0 else ChargeKind.DISCOUNT
        charges.append(spread_charge(id, kind, amount, [line], charges))
    third = Charge("later", ChargeKind.DISCOUNT, -50, (Span("1", n // 3, n - n // 3, -50),))
    return line, [*charges, third]


def test_grams_by_the_ten_thousand_are_shared_in_as_many_steps_as_ten_pieces() -> None:
    def steps(n: int) -> int:
        line, charges = stacked(n)
        return calls_of(lambda: carried(line, charges, [(0, n // 2), (n - 3, n)]))

    assert steps(40) == steps(12_540) == steps(90_000) == steps(10**9)


@settings(max_examples=PRICES, deadline=None)
@given(SEEDS)
def test_grams_by_the_ten_thousand_are_shared_in_closed_form(seed: int) -> None:
    chance = Random(seed)
    n = chance.randint(10_000, chance.choice([99_999, 10**9]))
    amount = chance.randint(0, chance.choice([9, 10**4, 10**9]))
    line, charges, upto = lamps(n), [goods(amount, n)], [amount]
    for i in range(chance.randint(0, 5)):
        more = chance.randint(-upto[-1], chance.choice([1, 333, 10**6]))
        kind = ChargeKind.DISCOUNT if more < 0 else ChargeKind.TAX
        charges.append(spread_charge(f"{i}", kind, more, [line], charges))
        upto.append(upto[-1] + more)

    def first(units: int) -> int:
        """What so many units carry: each charge by what they carried before it, rounded once."""
        sum_ = halves_up(Fraction(amount * units, n))
        for before, after in pairwise(upto):
            part = Fraction(sum_, before) if before else Fraction(units, n)
            sum_ += halves_up((after - before) * part)
        return sum_

    edges = sorted({0, n, *[chance.randint(0, n) for _ in range(5)]})
    parts = [carried(line, charges, [pair]) for pair in pairwise(edges)]

    assert parts == [first(stop) - first(start) for start, stop in pairwise(edges)]
    assert min(parts) >= 0
    assert sum(parts) == upto[-1]
    assert steps_of(n, upto) == steps_of(10_000, upto)


def halves_up(value: Fraction) -> int:
    """To the nearest whole number, the half away from zero."""
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def steps_of(n: int, upto: list[int]) -> int:
    """How long it takes to say what some of so many units carry, which cost so much in turn."""
    amounts = [after - before for before, after in pairwise([0, *upto])]
    spans = [Span("1", 0, n, amount) for amount in amounts]
    charges = [Charge(f"{i}", ChargeKind.TAX, one.amount, (one,)) for i, one in enumerate(spans)]
    line = lamps(n)
    return calls_of(lambda: carried(line, charges, [(0, n // 2), (n - 3, n)]))


def test_a_plain_line_and_a_bill_take_as_many_steps_whatever_its_length() -> None:
    def steps(n: int) -> tuple[int, int, int]:
        line, price = lamps(n), [goods(7 * n + 1, n)]
        return (
            calls_of(lambda: share(19_81, n, 1, n - 1)),
            calls_of(lambda: carried(line, price, [(0, n // 2)])),
            calls_of(lambda: bill(line, n - 1, "p-1")),
        )

    assert steps(10) == steps(90_000) == steps(10**9)


def test_offers_on_grams_take_as_many_steps_as_on_pieces() -> None:
    offers = (
        Offer("a", PercentOff(Decimal(5), Level.UNIT)),
        Offer("b", BuyGet(2, 1)),
        Offer("c", AmountOff(Money.of("1", "EUR"))),
        Offer("d", AmountOff(Money.of("1", "EUR")), sharing=Spread.PER_UNIT),
    )

    def steps(n: int) -> int:
        tea = NewLine("1", Sku("TEA"), n, Price.of("9000", "EUR", per=1000))
        new = NewOrder("c-7", "EUR", (tea,))
        return calls_of(lambda: priced(new, offers, Given(DAY)))

    assert steps(9) == steps(12_540) == steps(90_000)


# --- cases on paper ---------------------------------------------------------------------------


def test_1254_grams_at_15_80_a_kilogram() -> None:
    price = Price.of("15.80", "CNY", per=1000)

    assert price.times(1254) == 1981  # 19.8132
    assert sum(share(1981, 1254, at, at + 1) for at in range(1254)) == 1981
    assert share(1981, 1254, 0, 500) + share(1981, 1254, 500, 1254) == 790 + 1191


def test_9000_pieces_at_0_98765_in_three_part_shipments() -> None:
    pieces = NewLine("1", Sku("NAIL"), 9000, Price.of("0.98765", "EUR"))
    tenth = Offer("tenth", PercentOff(Decimal(5)), bearer="platform")
    found = priced(NewOrder("c-7", "EUR", (pieces,)), (tenth,), Given(DAY))
    (line,), charges = opened(found)

    parts = [carried(line, charges, [(at, at + 3000)]) for at in (0, 3000, 6000)]

    assert [charge.amount for charge in charges] == [888_885, -44_444]
    assert parts == [281_480, 281_481, 281_480]
    assert sum(parts) == 844_441
