from __future__ import annotations

import copy
import doctest
import pickle
import time
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from iso4217 import Currency

from orderflow.currencies import EXPONENTS
from orderflow.errors import BadInput
from orderflow.money import (
    Money,
    Price,
    Rounding,
    Spread,
    amounts,
    exponent,
    not_negative,
    rounded,
    scale,
    share,
    sharing,
    spread,
)
from orderflow.values import MINOR_MAX, QUANTITY_MAX

MINORS = st.integers(-MINOR_MAX, MINOR_MAX)
COUNTS = st.integers(1, QUANTITY_MAX)
CODES = st.sampled_from(sorted(EXPONENTS))
WEIGHTS = st.lists(st.integers(0, MINOR_MAX) | st.integers(0, 3), min_size=1, max_size=12)
AMOUNTS = st.decimals(0, 10**6, places=5)


def same_sign(part: int, total: int) -> bool:
    return part == 0 or (part > 0) == (total > 0)


def exactly(top: int, bottom: int, rounding: Rounding) -> int:
    """The rounding that a person would do, over fractions; neither is negative."""
    value = Fraction(top, bottom)
    down = value.numerator // value.denominator
    rest = value - down
    up = {
        Rounding.DOWN: False,
        Rounding.UP: rest > 0,
        Rounding.HALF_UP: rest >= Fraction(1, 2),
        Rounding.HALF_DOWN: rest > Fraction(1, 2),
        Rounding.HALF_EVEN: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and down % 2 == 1),
    }
    return down + up[rounding]


@pytest.mark.parametrize("module", (amounts, sharing), ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_right(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert results.attempted
    assert not results.failed


# --- currencies ---------------------------------------------------------------


def test_every_active_iso_4217_code_has_its_decimals() -> None:
    published = {currency.code: currency.exponent or 0 for currency in Currency}

    assert published.items() <= dict(EXPONENTS).items()
    assert len(EXPONENTS) == 178


@pytest.mark.parametrize(
    ("currency", "decimals"),
    (("EUR", 2), ("CNY", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("HUF", 2), ("CLF", 4)),
)
def test_decimals_are_those_of_iso_and_not_of_local_habit(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


def test_a_code_without_a_minor_unit_counts_whole_units() -> None:
    without = {currency.code for currency in Currency if currency.exponent is None}

    assert {EXPONENTS[code] for code in without} == {0}
    assert str(Money(3, "XAU")) == "3 XAU"
    with pytest.raises(BadInput, match="finer"):
        Money.of("0.5", "XAU")


@pytest.mark.parametrize(
    "wrong", ("eur", "EURO", "DEM", "", "€", " EUR", None, 978, b"EUR", ["EUR"])
)
def test_what_is_no_currency_code_is_refused_with_its_path(wrong: object) -> None:
    with pytest.raises(BadInput) as refused:
        exponent(wrong, "order.currency")

    assert refused.value.path == "order.currency"


def test_an_unknown_currency_is_named_in_the_refusal() -> None:
    with pytest.raises(BadInput, match=r"^currency: DEM is not a currency of ISO 4217$"):
        Money(1, "DEM")


# --- amounts ------------------------------------------------------------------


@given(MINORS, CODES)
def test_an_amount_survives_its_decimal_in_every_currency(minor: int, currency: str) -> None:
    amount = Money(minor, currency)

    assert Money.of(amount.decimal, currency) == amount
    assert Money.of(str(amount).split()[0], currency) == amount
    assert amount.decimal.as_tuple().exponent == -EXPONENTS[currency]


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    (
        (1250, "EUR", "12.50 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1250, "JPY", "1250 JPY"),
        (1, "KWD", "0.001 KWD"),
        (1, "CLF", "0.0001 CLF"),
        (MINOR_MAX, "EUR", "10000000000000.00 EUR"),
    ),
)
def test_an_amount_is_shown_with_all_its_decimals(minor: int, currency: str, words: str) -> None:
    assert str(Money(minor, currency)) == words


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    (
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        (12, "EUR", 1200),
        (Decimal("12.500000"), "EUR", 1250),
        (Decimal("1E+3"), "JPY", 1000),
        ("-0.00", "EUR", 0),
        ("-0.001", "IQD", -1),
    ),
)
def test_a_decimal_becomes_whole_minor_units(amount: object, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    (("0.001", "EUR"), ("12.505", "EUR"), ("0.5", "JPY"), ("-0.0001", "KWD")),
)
def test_an_amount_finer_than_the_smallest_coin_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(BadInput, match=f"^line.amount: {amount} is finer than the smallest coin"):
        Money.of(amount, currency, path="line.amount")


@pytest.mark.parametrize("wrong", (True, 1.0, "1", None, Decimal(1), MINOR_MAX + 1, -MINOR_MAX - 1))
def test_minor_units_are_whole_numbers_within_bounds(wrong: object) -> None:
    with pytest.raises(BadInput):
        Money(wrong, "EUR")  # type: ignore[arg-type]  # what an untyped host may pass


@pytest.mark.parametrize(
    "wrong", (12.5, True, "NaN", Decimal("sNaN"), Decimal("1e2000000"), "1,50")
)
def test_an_amount_is_a_plain_finite_decimal(wrong: object) -> None:
    with pytest.raises(BadInput):
        Money.of(wrong, "EUR")


def test_an_amount_above_the_bound_is_refused_at_its_path() -> None:
    assert Money.of("10000000000000.00", "EUR").minor == MINOR_MAX

    with pytest.raises(BadInput, match=r"^paid: "):
        Money.of("10000000000000.01", "EUR", path="paid")


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), CODES)
def test_amounts_of_one_currency_add_and_compare_as_their_minor_units(
    left: int, right: int, currency: str
) -> None:
    a, b = Money(left, currency), Money(right, currency)

    assert (a + b).minor == left + right
    assert (a - b).minor == left - right
    assert (-a).minor == -left
    assert (a < b, a <= b, a > b, a >= b, a == b) == (
        left < right,
        left <= right,
        left > right,
        left >= right,
        left == right,
    )


def test_a_sum_above_the_bound_is_refused() -> None:
    most = Money(MINOR_MAX, "EUR")

    with pytest.raises(BadInput):
        most + Money(1, "EUR")
    with pytest.raises(BadInput):
        -most - Money(1, "EUR")


def test_two_currencies_neither_add_nor_compare() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")

    assert euro != dollar
    for mix in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro <= dollar,
        lambda: euro > dollar,
        lambda: euro >= dollar,
    ):
        with pytest.raises(BadInput, match=r"^currency: (EUR is wanted, not USD|USD .* not EUR)$"):
            mix()


def test_an_amount_neither_multiplies_nor_meets_a_bare_number() -> None:
    euro = Money(1, "EUR")

    for mistake in (
        "euro * 2",
        "euro * 1.5",
        "1.5 * euro",
        "euro / 2",
        "euro + 1",
        "euro - 1",
        "euro < 1",
        "euro <= 1",
    ):
        with pytest.raises(TypeError):
            eval(mistake, {"euro": euro})  # noqa: S307  # the types forbid what this shows


def test_the_callers_decimal_context_changes_no_amount() -> None:
    with localcontext(prec=3):
        assert Money.of("123456.78", "EUR").minor == 12345678
        assert str(Money(12345678, "EUR")) == "123456.78 EUR"
        assert Price.of("0.98765", "EUR").times(1_000_000) == 98_765_000


# --- prices -------------------------------------------------------------------


def test_a_price_finer_than_the_currency_rounds_once_a_line() -> None:
    price = Price.of("0.98765", "EUR")

    assert price.times(1) == 99
    assert price.times(1000) == 98765
    assert price.times(3) == 296  # 2.96295; three pieces at 0.99 would be 2.97


def test_a_price_a_kilogram_prices_grams() -> None:
    price = Price.of("15.80", "EUR", per=1000)

    assert price.times(1318) == 2082  # 20.8244
    assert price.times(0) == 0


@pytest.mark.parametrize(
    ("rounding", "halves"),
    (
        (Rounding.HALF_UP, [1, 2, 3, 4]),
        (Rounding.HALF_EVEN, [0, 2, 2, 4]),
        (Rounding.HALF_DOWN, [0, 1, 2, 3]),
        (Rounding.DOWN, [0, 1, 2, 3]),
        (Rounding.UP, [1, 2, 3, 4]),
    ),
)
def test_each_rounding_has_its_own_half(rounding: Rounding, halves: list[int]) -> None:
    price = Price.of("0.005", "EUR")

    assert [price.times(units, rounding) for units in (1, 3, 5, 7)] == halves
    assert [price.times(units, rounding) for units in (2, 4)] == [1, 2]


def test_rounding_up_takes_the_least_remainder() -> None:
    assert Price.of("1", "JPY", per=3).times(4, Rounding.UP) == 2
    assert Price.of("1", "JPY", per=3).times(4, Rounding.DOWN) == 1


@given(AMOUNTS, COUNTS, st.integers(1, 10**6), CODES, st.sampled_from(Rounding))
def test_a_line_is_the_exact_product_rounded_once(
    amount: Decimal, units: int, per: int, currency: str, rounding: Rounding
) -> None:
    product = Fraction(amount) * 10 ** EXPONENTS[currency] * units / per
    price = Price.of(amount, currency, per)

    if exactly(product.numerator, product.denominator, rounding) > MINOR_MAX:
        with pytest.raises(BadInput):
            price.times(units, rounding)
    else:
        assert price.times(units, rounding) == exactly(
            product.numerator, product.denominator, rounding
        )


def test_rounding_may_come_as_the_text_of_a_settings_file() -> None:
    price = Price.of("0.005", "EUR")

    names = ("half_up", "half_even", "half_down", "down", "up")

    assert [price.times(1, Rounding(name)) for name in names] == [1, 0, 0, 0, 1]
    with pytest.raises(ValueError, match="nearest"):
        price.times(1, "nearest")  # type: ignore[arg-type]


def test_a_line_dearer_than_the_bound_is_refused() -> None:
    price = Price.of("10000", "EUR")

    assert price.times(QUANTITY_MAX) == MINOR_MAX
    with pytest.raises(BadInput, match="amount"):
        Price.of("10000.01", "EUR").times(QUANTITY_MAX)


@pytest.mark.parametrize("units", (-1, True, 1.0, "1", QUANTITY_MAX + 1))
def test_a_price_counts_whole_units(units: object) -> None:
    with pytest.raises(BadInput, match=r"^units: "):
        Price.of("1", "EUR").times(units)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ("-0.01", "-1", Decimal("NaN"), 0.5, True, "1e5", None))
def test_a_price_is_a_decimal_from_zero(wrong: object) -> None:
    with pytest.raises(BadInput, match=r"^price: "):
        Price.of(wrong, "EUR")
    with pytest.raises(BadInput, match=r"^price: "):
        Price(wrong, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("per", (0, -1, True, 1.0, QUANTITY_MAX + 1))
def test_a_price_is_for_at_least_one_unit(per: object) -> None:
    with pytest.raises(BadInput, match=r"^price\.per: "):
        Price.of("1", "EUR", per)  # type: ignore[arg-type]


def test_a_price_in_no_currency_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^currency: "):
        Price.of("1", "EURO")


def test_a_price_of_nothing_has_no_sign() -> None:
    assert str(Price.of(Decimal("-0.00"), "EUR").amount) == "0.00"
    assert Price.of("0", "EUR").times(7) == 0


def test_prices_are_values() -> None:
    price = Price.of("15.80", "EUR", per=1000)

    assert price == Price(Decimal("15.8"), "EUR", 1000)
    assert hash(price) == hash(Price(Decimal("15.8"), "EUR", 1000))
    assert price != Price.of("15.80", "EUR")
    assert Price(Decimal("15.80"), "EUR") == Price.of("15.80", "EUR", per=1)
    assert repr(price) == "Price(amount=Decimal('15.80'), currency='EUR', per=1000)"


def test_amounts_and_prices_survive_pickle_and_copy() -> None:
    price = Price.of("15.80", "EUR", per=1000)
    amount = Money(1250, "EUR")

    assert pickle.loads(pickle.dumps(amount)) == amount  # noqa: S301
    again = pickle.loads(pickle.dumps(price))  # noqa: S301
    assert again == price
    assert again.times(1318) == copy.deepcopy(price).times(1318) == price.times(1318)


# --- the units of one line ----------------------------------------------------


def test_ten_over_three_units_leaves_no_cent() -> None:
    assert [share(1000, 3, unit, unit + 1) for unit in range(3)] == [333, 334, 333]
    assert share(1000, 3, 0, 3) == 1000


@given(MINORS, COUNTS, st.data())
@example(-1, 2, None)
def test_parts_of_any_slicing_sum_to_the_whole(
    total: int, count: int, data: st.DataObject | None
) -> None:
    cuts = data.draw(st.lists(st.integers(0, count), max_size=8)) if data else [1]
    edges = [0, *sorted(cuts), count]

    parts = [share(total, count, start, stop) for start, stop in pairwise(edges)]

    assert sum(parts) == total
    assert all(same_sign(part, total) for part in parts)


@given(MINORS, COUNTS, st.data())
def test_a_credit_is_shared_as_the_mirror_of_its_charge(
    total: int, count: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, count))
    stop = data.draw(st.integers(start, count))

    assert share(-total, count, start, stop) == -share(total, count, start, stop)


@given(MINORS, COUNTS, st.data())
def test_a_slice_is_within_a_unit_of_its_proportion(
    total: int, count: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, count))
    stop = data.draw(st.integers(start, count))

    exact = Fraction(total * (stop - start), count)

    assert abs(share(total, count, start, stop) - exact) <= 1
    assert abs(share(total, count, 0, stop) - Fraction(total * stop, count)) <= Fraction(1, 2)


def test_two_single_units_differ_by_at_most_one() -> None:
    singles = {share(997, 10**9, unit, unit + 1) for unit in range(0, 10**9, 999_983)}
    singles |= {share(10**9 + 7, 1000, unit, unit + 1) - 10**6 for unit in range(1000)}

    assert singles <= {0, 1}


def test_a_huge_line_is_shared_as_fast_as_a_small_one() -> None:
    started = time.perf_counter()

    for unit in range(1000):
        share(MINOR_MAX, QUANTITY_MAX, unit, QUANTITY_MAX - unit)

    assert time.perf_counter() - started < 1


def test_no_unit_carries_nothing() -> None:
    assert share(1000, 3, 2, 2) == 0
    assert share(0, 3, 0, 2) == 0


@pytest.mark.parametrize(
    ("count", "start", "stop"), ((3, -1, 1), (3, 2, 1), (3, 0, 4), (0, 0, 0), (-1, 0, 0))
)
def test_units_outside_the_line_are_a_mistake(count: int, start: int, stop: int) -> None:
    with pytest.raises(ValueError, match=f"of {count}"):
        share(1000, count, start, stop)


def test_stacked_discounts_shared_on_running_nets_leave_no_unit_below_zero() -> None:
    # Three pieces at 0.01 with two discounts of 0.01.
    nets = [3, 2, 1]

    one_by_one = [share(3, 3, i, i + 1) - 2 * share(1, 3, i, i + 1) for i in range(3)]
    on_nets = [[share(net, 3, i, i + 1) for i in range(3)] for net in nets]

    assert one_by_one == [1, -1, 1]
    assert on_nets[-1] == [0, 1, 0]
    assert all(part >= 0 for parts in on_nets for part in parts)


@given(st.integers(0, MINOR_MAX), COUNTS, st.data())
def test_returns_in_any_order_give_back_what_was_billed(
    total: int, count: int, data: st.DataObject
) -> None:
    left = list(range(min(count, 40)))
    cuts = sorted({0, count, *data.draw(st.lists(st.integers(0, count), max_size=len(left)))})
    slices = data.draw(st.permutations(list(pairwise(cuts))))

    given_back = 0
    for start, stop in slices:
        given_back += share(total, count, start, stop)
        assert 0 <= given_back <= total

    assert given_back == total


# --- a proportion -------------------------------------------------------------


@given(MINORS, st.integers(-QUANTITY_MAX, QUANTITY_MAX), COUNTS)
def test_a_proportion_is_rounded_to_the_nearest_half_away_from_zero(
    amount: int, part: int, whole: int
) -> None:
    top = amount * part

    size = exactly(abs(top), whole, Rounding.HALF_UP)

    assert scale(amount, part, whole) == (size if top >= 0 else -size)


def test_halves_go_away_from_zero_on_both_sides() -> None:
    assert [scale(1, 1, 2), scale(-1, 1, 2), scale(3, 1, 2), scale(-3, 1, 2)] == [1, -1, 2, -2]
    assert scale(1998, 1318, 1318) == 1998


@pytest.mark.parametrize("whole", (0, -1))
def test_a_part_of_nothing_is_a_mistake(whole: int) -> None:
    with pytest.raises(ValueError, match=f"a part of {whole}"):
        scale(1, 1, whole)


# --- between lines ------------------------------------------------------------


LEAVING = (Spread.FRONT_MENDS, Spread.BACKWARD, Spread.FORWARD)
SHARING = [rule for rule in Spread if rule not in LEAVING]


@given(MINORS, WEIGHTS, st.sampled_from(Spread))
def test_lines_share_an_amount_exactly_under_each_rule(
    total: int, weights: list[int], rule: Spread
) -> None:
    parts = spread(total, weights, rule)

    assert len(parts) == len(weights)
    assert sum(parts) == (total if any(weights) or rule in SHARING else 0)
    assert all(same_sign(part, total) for part in parts)
    assert spread(total, weights, rule.value) == parts  # type: ignore[arg-type]
    if rule is not Spread.SIGNED_REMAINDER:
        assert parts == tuple(-part for part in spread(-total, weights, rule))


CUTTING = (
    Spread.LARGEST_REMAINDER,
    Spread.SIGNED_REMAINDER,
    Spread.LARGEST_WEIGHT,
    Spread.FRONT_FIRST,
    Spread.BACK_FIRST,
)


@given(MINORS, WEIGHTS, st.sampled_from(CUTTING))
def test_no_line_is_a_whole_unit_off_its_proportion(
    total: int, weights: list[int], rule: Spread
) -> None:
    every = sum(weights)
    by_remainder = rule in (Spread.LARGEST_REMAINDER, Spread.SIGNED_REMAINDER)

    for part, weight in zip(spread(total, weights, rule), weights, strict=True):
        exact = Fraction(total * weight, every) if every else Fraction(total, len(weights))
        off = abs(part - exact)
        assert off < 1 or (off == 1 and not by_remainder)


@given(WEIGHTS, st.data(), st.sampled_from(CUTTING))
def test_a_discount_up_to_the_lines_leaves_none_below_zero(
    weights: list[int], data: st.DataObject, rule: Spread
) -> None:
    discount = data.draw(st.integers(0, sum(weights)))

    parts = spread(discount, weights, rule)

    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@given(MINORS, WEIGHTS.filter(any), st.sampled_from(Spread))
def test_a_line_that_weighs_nothing_gets_nothing(
    total: int, weights: list[int], rule: Spread
) -> None:
    parts = spread(total, weights, rule)

    assert all(not part for part, weight in zip(parts, weights, strict=True) if not weight)


@pytest.mark.parametrize("rule", SHARING)
def test_lines_that_all_weigh_nothing_share_alike(rule: Spread) -> None:
    assert spread(100, (0, 0, 0), rule) == spread(100, (1, 1, 1), rule)
    assert sum(spread(100, (0, 0, 0), rule)) == 100


@pytest.mark.parametrize("rule", LEAVING)
def test_lines_that_all_weigh_nothing_get_nothing_where_the_rule_says_so(rule: Spread) -> None:
    assert spread(-299, (0, 0, 0), rule) == (0, 0, 0)


@pytest.mark.parametrize(
    ("rule", "parts"),
    (
        (Spread.LARGEST_REMAINDER, (14, 28, 57)),
        (Spread.SIGNED_REMAINDER, (14, 28, 57)),
        (Spread.LARGEST_WEIGHT, (14, 28, 57)),
        (Spread.FRONT_FIRST, (15, 28, 56)),
        (Spread.BACK_FIRST, (14, 28, 57)),
        (Spread.LAST_ABSORBS, (14, 28, 57)),
        (Spread.LAST_ABSORBS_EVEN, (14, 28, 57)),
        (Spread.LAST_ABSORBS_CUT, (14, 28, 57)),
        (Spread.FRONT_MENDS, (14, 28, 57)),
        (Spread.BACKWARD, (15, 28, 56)),
        (Spread.FORWARD, (15, 28, 56)),
        (Spread.PER_UNIT, (15, 28, 56)),
    ),
)
def test_the_rules_differ_where_the_remainders_do(rule: Spread, parts: tuple[int, ...]) -> None:
    # 14.14, 28.29 and 56.57
    assert spread(99, (1, 2, 4), rule) == parts


@pytest.mark.parametrize(
    ("rule", "parts"),
    (
        (Spread.LARGEST_REMAINDER, (3, 1, 4, 3)),
        (Spread.SIGNED_REMAINDER, (3, 1, 4, 3)),
        (Spread.LARGEST_WEIGHT, (2, 1, 5, 3)),
        (Spread.FRONT_FIRST, (3, 2, 4, 2)),
        (Spread.BACK_FIRST, (2, 1, 5, 3)),
        (Spread.LAST_ABSORBS, (3, 1, 5, 2)),
        (Spread.LAST_ABSORBS_EVEN, (2, 1, 4, 4)),
        (Spread.LAST_ABSORBS_CUT, (2, 1, 4, 4)),
        (Spread.FRONT_MENDS, (3, 1, 4, 3)),
        (Spread.BACKWARD, (4, 1, 4, 2)),
        (Spread.FORWARD, (3, 2, 4, 2)),
        (Spread.PER_UNIT, (11, 0, 0, 0)),
    ),
)
def test_the_rules_share_eleven_over_four_lines(rule: Spread, parts: tuple[int, ...]) -> None:
    # 2.5, 1.375, 4.5 and 2.625 of 20, 11, 36 and 21
    assert spread(11, (20, 11, 36, 21), rule) == parts


def test_equal_remainders_go_to_the_first_line() -> None:
    assert spread(2, (1, 1, 1, 1)) == (1, 1, 0, 0)
    assert spread(-2, (1, 1, 1, 1)) == (-1, -1, 0, 0)


def test_a_credit_that_is_cut_off_below_leaves_its_coins_with_the_last_lines() -> None:
    assert spread(-5, (1, 1, 1), Spread.SIGNED_REMAINDER) == (-1, -2, -2)
    assert spread(5, (1, 1, 1), Spread.SIGNED_REMAINDER) == (2, 2, 1)


def test_the_line_that_absorbs_is_never_asked_to_give() -> None:
    # 0.5 each: rounded one by one the last would get -1.
    assert spread(2, (1, 1, 1, 1), Spread.LAST_ABSORBS) == (1, 1, 0, 0)


def test_a_free_last_line_does_not_absorb() -> None:
    assert spread(100, (1, 1, 1, 0), Spread.LAST_ABSORBS) == (33, 33, 34, 0)


def test_the_last_line_may_absorb_more_than_it_is_worth() -> None:
    assert spread(7, (4, 4, 4, 4, 4, 1), Spread.LAST_ABSORBS) == (1, 1, 1, 1, 1, 2)
    assert spread(7, (4, 4, 4, 4, 4, 1)) == (2, 2, 1, 1, 1, 0)


def test_lines_that_were_rounded_up_too_often_give_from_the_front() -> None:
    # 0.67 each of two over three, and a free line in front.
    assert spread(2, (0, 1, 1, 1), Spread.FRONT_MENDS) == (0, 0, 1, 1)
    # 0.2, 0.6, 0.6, 0.6: the first line has nothing to give.
    assert spread(2, (1, 3, 3, 3), Spread.FRONT_MENDS) == (0, 0, 1, 1)
    # 1.5 each: the half goes down, and the first line takes the coin.
    assert spread(3, (1, 1), Spread.FRONT_MENDS) == (2, 1)


def test_units_carry_the_same_and_the_first_units_a_coin_more() -> None:
    # 1.67 over two and three units: 0.33 each, and two coins are left.
    assert spread(167, (2, 3), Spread.PER_UNIT) == (68, 99)
    assert spread(169, (2, 0, 3), Spread.PER_UNIT) == (68, 0, 101)
    assert spread(-2, (10**9, 10**9), Spread.PER_UNIT) == (-2, 0)


def test_no_lines_share_nothing() -> None:
    for rule in Spread:
        assert spread(0, (), rule) == ()
        with pytest.raises(ValueError, match="no lines to share 5"):
            spread(5, (), rule)


@pytest.mark.parametrize("weights", ((1, -1), (1.5, 1), (True, 1)))
def test_weights_are_whole_numbers_from_zero(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        spread(10, weights)


@pytest.mark.parametrize("total", (1.5, True, None, "5"))
def test_what_is_shared_is_a_whole_number_of_minor_units(total: int) -> None:
    with pytest.raises(ValueError, match="a whole number of minor units is wanted"):
        spread(total, (1, 2))


def test_an_unknown_rule_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="fairly"):
        spread(10, (1, 1), "fairly")  # type: ignore[arg-type]


# --- multiples of a step ------------------------------------------------------


@given(st.decimals(-(10**6), 10**6, places=5), st.sampled_from(["0.01", "0.05", "0.25", "10"]))
def test_what_is_rounded_to_a_step_is_its_multiple_nearby(amount: Decimal, coin: str) -> None:
    step = Decimal(coin)

    found = {way: rounded(amount, step, way) for way in Rounding}

    assert all(one % step == 0 and abs(one - amount) < step for one in found.values())
    assert abs(found[Rounding.DOWN]) <= abs(amount) <= abs(found[Rounding.UP])
    assert abs(found[Rounding.HALF_UP] - amount) <= step / 2
    assert all(one == -rounded(-amount, step, way) for way, one in found.items())


def test_the_half_of_a_step_goes_where_the_rounding_says() -> None:
    half, step = Decimal("0.075"), Decimal("0.05")

    shown = [str(rounded(half, step, way)) for way in Rounding]

    assert shown == ["0.10", "0.10", "0.05", "0.05", "0.10"]
    assert str(rounded(Decimal("0.125"), step, Rounding.HALF_EVEN)) == "0.10"
    assert str(rounded(Decimal("-0.075"), step, Rounding.HALF_DOWN)) == "-0.05"
    assert str(rounded(Decimal("-0.075"), step)) == "-0.10"
    assert str(rounded(Decimal("0"), step)) == "0.00"


def test_the_largest_amount_in_the_smallest_steps_stays_exact() -> None:
    large = Decimal("123456789012345678.123456789012345678")

    assert rounded(large, Decimal("0.000000000000000001")) == large
    assert rounded(large, Decimal("0.03"), Rounding.DOWN) == Decimal("123456789012345678.12")


@pytest.mark.parametrize("step", ("0", "-0.05", "NaN", 0.05))
def test_a_step_is_above_zero(step: object) -> None:
    with pytest.raises(BadInput, match=r"^step: (must be above zero|must be finite|a dec)"):
        rounded(Decimal(1), Decimal(step) if isinstance(step, str) else step)  # type: ignore[arg-type]


def test_an_amount_that_is_no_number_is_not_rounded() -> None:
    with pytest.raises(BadInput, match=r"^amount: "):
        rounded(Decimal("NaN"), Decimal("0.05"))


def test_an_amount_that_may_be_nothing_is_not_below_it() -> None:
    assert not_negative(Money(0, "EUR")) == 0

    with pytest.raises(BadInput, match="amount"):
        not_negative(Money(-1, "EUR"))
