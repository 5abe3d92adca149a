"""Offers: what each kind gives, how they stack, and why one is not used."""

from __future__ import annotations

import doctest
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    ChargeKind,
    Component,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Sku,
)
from orderflow.money import Rounding, Spread
from orderflow.pricing import (
    AmountOff,
    Basis,
    Basket,
    Benefit,
    Bundle,
    BuyGet,
    DepositCounts,
    FixedPrice,
    Free,
    FreightOff,
    Gift,
    Given,
    Item,
    Lack,
    Level,
    Offer,
    PercentOff,
    Priced,
    Saving,
    Scope,
    Threshold,
    When,
    capped,
    carried,
    discounting,
    due,
    priced,
    total,
)
from orderflow.records import Fixing
from tests.builders import Shop
from tests.steps import lines_of

DAY: Final = datetime(2026, 11, 11, tzinfo=UTC)
A_DAY: Final = timedelta(days=1)
GIVEN: Final = Given(DAY)


def yuan(amount: str) -> Money:
    return Money.of(amount, "CNY")


def line(id: str, price: str, n: int = 1, *, sku: str = "", per: int = 1, **more: Any) -> NewLine:
    return NewLine(id, Sku(sku or f"SKU-{id}"), n, Price.of(price, "CNY", per), **more)


def order(*lines: NewLine, charges: tuple[NewCharge, ...] = ()) -> NewOrder:
    return NewOrder("c-7", "CNY", lines, charges)


def ask(new: NewOrder, *offers: Offer | Benefit, given: Given = GIVEN) -> Priced:
    """What becomes of an order; benefits alone are offers for everybody."""
    named = [
        one if isinstance(one, Offer) else Offer(f"offer-{i}", one)
        for i, one in enumerate(offers, 1)
    ]
    return priced(new, named, given)


def off(found: Priced) -> list[dict[str, int]]:
    """What each offer that was used took off which line."""
    return [dict(one.parts) for one in found.used]


def codes(found: Priced) -> dict[str, list[str]]:
    """Why each offer that was not used was not."""
    return {one.offer: [refusal.code for refusal in one.refusals] for one in found.passed}


def net(found: Priced) -> dict[str, int]:
    """What each line costs after all offers."""
    left = {one.id: one.amount for one in found.order.lines}
    for charge in found.order.charges:
        for name, part in charge.parts:
            left[name] += part
    return left


BASKET: Final = order(line("1", "120.00"), line("2", "99.99"), line("3", "80.02"))


def test_the_example_in_the_docstring_is_right() -> None:
    results = doctest.testmod(discounting)

    assert (results.failed, results.attempted > 0) == (0, True)


# --- each benefit -----------------------------------------------------------------------------


def test_an_amount_off_all_is_shared_by_what_the_lines_cost() -> None:
    assert off(ask(BASKET, AmountOff(yuan("30")))) == [{"1": 1200, "2": 1000, "3": 800}]


def test_an_amount_off_each_line_and_off_each_unit() -> None:
    new = order(line("1", "9.00", 3), line("2", "5.00"))

    assert off(ask(new, AmountOff(yuan("1"), Level.LINE))) == [{"1": 100, "2": 100}]
    assert off(ask(new, AmountOff(yuan("1"), Level.UNIT))) == [{"1": 300, "2": 100}]


def test_an_amount_off_each_kilogram_of_what_is_sold_by_the_gram() -> None:
    tea = order(line("1", "15.80", 1254, per=1000))

    assert off(ask(tea, AmountOff(yuan("2"), Level.UNIT))) == [{"1": 251}]  # 2.508


def test_a_percentage_is_rounded_by_unit_by_line_or_on_the_sum() -> None:
    # A tenth of 0.15 is 0.015.
    new = order(line("1", "0.15", 3), line("2", "0.15", 3))

    assert off(ask(new, PercentOff(Decimal(10), Level.UNIT))) == [{"1": 6, "2": 6}]
    assert off(ask(new, PercentOff(Decimal(10), Level.LINE))) == [{"1": 5, "2": 5}]
    assert off(ask(new, PercentOff(Decimal(10)))) == [{"1": 5, "2": 4}]
    assert off(ask(new, PercentOff(Decimal(10), rounding=Rounding.UP))) == [{"1": 5, "2": 4}]
    down = PercentOff(Decimal(10), Level.UNIT, Rounding.DOWN)
    assert off(ask(new, down)) == [{"1": 3, "2": 3}]


def test_a_percentage_of_a_unit_is_of_the_kilogram_that_its_price_is_for() -> None:
    # A tenth of 15.85 is 1.585, rounded to 1.59 a kilogram.
    tea = order(line("1", "15.85", 1000, per=1000), line("2", "0.01", 3))

    assert off(ask(tea, PercentOff(Decimal(10), Level.UNIT))) == [{"1": 159}]
    heavier = order(line("1", "15.80", 1254, per=1000))
    # They cost 19.81, which is 15.797 a kilogram; an eighth is 1.97, and of 1,254 g 2.47.
    assert off(ask(heavier, PercentOff(Decimal("12.5"), Level.UNIT))) == [{"1": 247}]


def test_a_percentage_is_of_what_the_goods_cost_now() -> None:
    new = order(line("1", "100.00"))

    found = ask(new, PercentOff(Decimal(10)), PercentOff(Decimal(10)))

    assert off(found) == [{"1": 1000}, {"1": 900}]


def test_a_fixed_price_is_given_where_it_is_less() -> None:
    new = order(line("1", "12.00", 3), line("2", "9.00", 2), line("3", "10.00"))

    found = ask(new, FixedPrice(Price.of("9.90", "CNY")))

    assert off(found) == [{"1": 630, "3": 10}]
    assert codes(ask(order(line("1", "9.90")), FixedPrice(Price.of("9.90", "CNY")))) == {
        "offer-1": ["offer_gives_nothing"]
    }


@pytest.mark.parametrize(
    ("n", "free"), ((2, 0), (3, 1), (5, 1), (6, 2), (8, 2), (9, 3), (3 * 10**8, 10**8))
)
def test_of_three_pieces_the_third_is_free(n: int, free: int) -> None:
    found = ask(order(line("1", "10.00", n)), BuyGet(2, 1))

    assert sum(one.amount for one in found.used) == free * 1000


def test_the_cheapest_of_all_pieces_are_free() -> None:
    new = order(line("1", "30.00", 2), line("2", "5.00"), line("3", "20.00", 3))

    assert off(ask(new, BuyGet(2, 1))) == [{"2": 500, "3": 2000}]
    assert off(ask(new, BuyGet(1, 2))) == [{"2": 500, "3": 6000}]
    assert off(ask(new, BuyGet(2, 1, Decimal(50)))) == [{"2": 250, "3": 1000}]


def test_of_pieces_that_cost_the_same_those_of_the_first_line_by_id_are_free() -> None:
    new = order(line("b", "10.00", 1), line("a", "5.00", 2, per=1), line("c", "5.00"))

    assert off(ask(new, BuyGet(3, 1))) == [{"a": 500}]


def test_too_few_pieces_say_how_many_are_wanted() -> None:
    found = ask(order(line("1", "10.00", 2)), BuyGet(2, 1))

    assert codes(found) == {"offer-1": ["offer_wants_units"]}
    assert str(found.passed[0].refusals[0]) == "offer offer-1 wants 3 units: there are 2"


@pytest.mark.parametrize(
    ("price", "each", "once"),
    (("299.99", 0, 0), ("300", 50, 50), ("599.99", 50, 50), ("600", 100, 50), ("950", 150, 50)),
)
def test_a_threshold_gives_once_or_each_time_that_it_is_reached(
    price: str, each: int, once: int
) -> None:
    new = order(line("1", price))
    every = ask(new, Threshold(yuan("300"), yuan("50")))
    single = ask(new, Threshold(yuan("300"), yuan("50"), each=False))

    assert sum(one.amount for one in every.used) == each * 100
    assert sum(one.amount for one in single.used) == once * 100


def test_a_threshold_is_measured_on_what_the_goods_cost_now_or_on_the_list() -> None:
    new = order(line("1", "310.00"))
    first = AmountOff(yuan("20"))

    on_net = ask(new, first, Threshold(yuan("300"), yuan("50")))
    on_list = ask(new, first, Threshold(yuan("300"), yuan("50"), basis=Basis.LIST))

    assert codes(on_net) == {"offer-2": ["offer_wants_more"]}
    said = "offer offer-2 wants goods for 300.00 CNY: they cost 290.00"
    assert str(on_net.passed[0].refusals[0]) == said
    assert net(on_list) == {"1": 24000}


def test_a_bundle_costs_its_price_as_often_as_all_of_it_is_there() -> None:
    new = order(
        line("1", "30.00", 2, sku="POT"),
        line("2", "10.00", 5, sku="CUP"),
        line("3", "99.00", sku="RUG"),
    )

    found = ask(new, Bundle((("POT", 1), ("CUP", 2)), yuan("40")))

    # Two bundles of 50.00 each cost 40.00; 20.00 are shared over 60.00 and 40.00.
    assert off(found) == [{"1": 1200, "2": 800}]


def test_a_bundle_takes_no_more_units_of_a_sku_than_it_has() -> None:
    new = order(
        line("1", "10.00", 2, sku="CUP"),
        line("2", "8.00", 2, sku="CUP"),
        line("3", "20.00", sku="POT"),
    )

    found = ask(new, Bundle((("CUP", 3), ("POT", 1)), yuan("40")))

    assert off(found) == [{"1": 334, "2": 133, "3": 333}]  # 48.00 cost 40.00


def test_the_units_of_a_bundle_are_the_first_of_their_sku() -> None:
    new = order(
        line("1", "10.00", 1, sku="CUP"), line("2", "8.00", 5, sku="CUP"), line("3", "6.00", 9)
    )

    found = ask(new, Bundle((("CUP", 3),), yuan("20")))

    assert off(found) == [{"1": 200, "2": 800}]  # two bundles worth 50.00 cost 40.00


def test_a_unit_serves_one_bundle_the_first_in_the_hosts_order() -> None:
    new = order(
        line("1", "30.00", 1, sku="POT"),
        line("2", "10.00", 2, sku="CUP"),
        line("3", "50.00", 1, sku="RUG"),
    )
    with_rug = Bundle((("POT", 1), ("RUG", 1)), yuan("60"))
    with_cup = Bundle((("POT", 1), ("CUP", 1)), yuan("30"))

    found, other = ask(new, with_rug, with_cup), ask(new, with_cup, with_rug)

    assert off(found) == [{"1": 750, "3": 1250}]
    assert str(found.passed[0].refusals[0]) == "offer offer-2 wants 2 units: there are 1"
    assert off(other) == [{"1": 750, "2": 250}]
    assert codes(other) == {"offer-2": ["offer_wants_units"]}


def test_the_units_that_one_bundle_leaves_serve_the_next() -> None:
    new = order(line("1", "30.00", 2, sku="POT"), line("2", "10.00", 3, sku="CUP"))

    found = ask(
        new, Bundle((("POT", 1), ("CUP", 2)), yuan("40")), Bundle((("POT", 1),), yuan("20"))
    )

    # Two pots, but cups for one bundle: 10.00 over 30.00 and 20.00; the other pot costs 27.00 now.
    assert off(found) == [{"1": 600, "2": 400}, {"1": 700}]


def test_a_unit_of_a_bundle_is_neither_bought_nor_given_by_another_offer() -> None:
    new = order(line("1", "30.00", 1, sku="POT"), line("2", "10.00", 4, sku="CUP"))
    bundle, buy = Bundle((("POT", 1), ("CUP", 2)), yuan("40")), BuyGet(1, 1)

    first_bundle, first_buy = ask(new, bundle, buy), ask(new, buy, bundle)

    assert off(first_bundle) == [{"1": 600, "2": 400}, {"2": 900}]  # two cups are left, at 9.00
    assert off(first_buy) == [{"2": 2000}]  # of five two are given; the pot and a cup were bought
    assert str(first_buy.passed[0].refusals[0]) == "offer offer-2 wants 3 units: there are 1"


def test_two_buy_n_get_m_count_no_unit_twice() -> None:
    found = ask(order(line("1", "10.00", 5)), BuyGet(2, 1), BuyGet(1, 1))

    assert off(found) == [{"1": 1000}, {"1": 800}]  # of three one, then of the other two one


def test_an_offer_that_gives_nothing_uses_no_unit() -> None:
    new = order(line("1", "30.00", 1, sku="POT"), line("2", "10.00", 1, sku="CUP"))
    pair = (("POT", 1), ("CUP", 1))

    found = ask(new, Bundle(pair, yuan("40")), Bundle(pair, yuan("30")))

    assert codes(found) == {"offer-1": ["offer_gives_nothing"]}
    assert off(found) == [{"1": 750, "2": 250}]


def test_a_benefit_of_ones_own_uses_no_more_units_than_are_free() -> None:
    def greedy(basket: Basket, /) -> Saving:
        return Saving(100, uses=tuple([item.n for item in basket.items]))

    new = order(line("1", "10.00", 2))

    assert off(ask(new, greedy)) == [{"1": 100}]
    with pytest.raises(BadInput, match="uses 2 units of line 1: 0 are free"):
        ask(new, greedy, greedy)


def test_a_bundle_that_is_not_whole_or_no_cheaper_gives_nothing() -> None:
    new = order(line("1", "30.00", 2, sku="POT"), line("2", "10.00", 1, sku="CUP"))

    dearer = ask(new, Bundle((("POT", 1), ("CUP", 1)), yuan("40.00")))
    part = ask(new, Bundle((("POT", 3), ("CUP", 3)), yuan("1.00")))

    assert codes(dearer) == {"offer-1": ["offer_gives_nothing"]}
    assert str(part.passed[0].refusals[0]) == "offer offer-1 wants 6 units: there are 3"


def test_a_deposit_that_counts_for_more_takes_the_difference_off() -> None:
    presale = order(line("1", "299.00"))

    found = ask(presale, DepositCounts(yuan("30.00"), yuan("60.00")))

    assert net(found) == {"1": 26900}
    assert net(found)["1"] - 3000 == 23900  # the balance
    twice = ask(order(line("1", "299.00", 2)), DepositCounts(yuan("30.00"), yuan("60.00")))
    assert net(twice) == {"1": 53800}


def test_freight_is_less_or_free_and_whoever_bears_it_is_named() -> None:
    new, freight = order(line("1", "50.00")), Given(DAY, freight=yuan("8.00"))

    free = ask(new, Offer("free", FreightOff(), bearer="platform"), given=freight)
    less = ask(new, FreightOff(yuan("3.00")), FreightOff(yuan("6.00")), given=freight)

    assert free.order.charges == (
        NewCharge(ChargeKind.FREIGHT, 800),
        NewCharge(ChargeKind.FREIGHT, -800, bearer="platform", reason="free"),
    )
    assert [(one.freight, one.amount, one.unused) for one in less.used] == [
        (300, 300, 0),
        (500, 500, 100),
    ]
    assert sum(charge.amount for charge in less.order.charges) == 0


def test_an_offer_that_gives_nothing_names_itself() -> None:
    (passed,) = ask(BASKET, FreightOff()).passed

    said = "offer offer-1 finds nothing that it may make cheaper"
    assert str(passed.refusals[0]) == said


def test_free_freight_of_nothing_gives_nothing() -> None:
    assert codes(ask(BASKET, FreightOff())) == {"offer-1": ["offer_gives_nothing"]}


def test_freight_that_the_host_has_charged_already_is_made_cheaper_too() -> None:
    new = order(line("1", "50.00"), charges=(NewCharge(ChargeKind.FREIGHT, 500),))

    found = ask(new, FreightOff(), given=Given(DAY, freight=yuan("3.00")))

    assert [one.amount for one in found.used] == [800]
    assert [charge.amount for charge in found.order.charges] == [500, 300, -800]


def test_a_gift_is_a_line_with_what_earned_it() -> None:
    cup = Free(Sku("CUP"), Price.of("0.01", "CNY"), 2)
    new = order(line("1", "50.00"), line("2", "10.00"), line("gift-1", "1.00"))

    found = ask(new, Offer("cup", cup, scope=Scope(lines=("1", "2"))))

    gift = found.order.lines[-1]
    assert (gift.id, gift.sku, gift.n, gift.amount) == ("gift-2", Sku("CUP"), 2, 2)
    assert gift.gift_for == ("1", "2")
    assert found.gifts == (("cup", "gift-2"),)
    assert found.used[0].earned_by == ("1", "2")
    assert [(one.amount, one.gifts) for one in found.used] == [
        (0, (Gift(Sku("CUP"), 2, Price.of("0.01", "CNY")),))
    ]


def test_two_gifts_are_two_lines_and_later_offers_do_not_see_them() -> None:
    cup = Free(Sku("CUP"), Price.of("0.00", "CNY"))
    bell = Free(Sku("BELL"), Price.of("5.00", "CNY"))

    found = ask(order(line("1", "50.00")), cup, bell, PercentOff(Decimal(10)))

    assert [one.id for one in found.order.lines] == ["1", "gift-1", "gift-2"]
    assert off(found) == [{}, {}, {"1": 500}]
    assert found.gifts == (("offer-1", "gift-1"), ("offer-2", "gift-2"))


def test_a_benefit_of_a_hosts_own_is_a_function_of_a_few_lines() -> None:
    def happy_hour(basket: Basket) -> Saving:
        return Saving(parts=tuple(item.net // 2 if item.n == 1 else 0 for item in basket.items))

    assert off(ask(BASKET, happy_hour)) == [{"1": 6000, "2": 4999, "3": 4001}]


@pytest.mark.parametrize(
    ("answer", "path"),
    (
        (lambda _: None, "offer offer-1.benefit"),
        (lambda _: Saving(parts=(1,)), "offer offer-1.benefit"),
        (lambda _: Saving(5, weights=(1, 1, 1, 1)), "offer offer-1.benefit"),
        (lambda _: Saving(1.5), "saving"),  # type: ignore[arg-type]
        (lambda _: Saving(parts=[1, 2, 3]), "saving.parts"),  # type: ignore[arg-type]
        (lambda _: Saving(gifts=("a cup",)), "saving.gifts"),  # type: ignore[arg-type]
    ),
)
def test_what_a_benefit_of_a_hosts_own_answers_is_checked(answer: Any, path: str) -> None:
    with pytest.raises(BadInput) as bad:
        ask(BASKET, answer)

    assert bad.value.path == path


def test_a_benefit_may_give_parts_an_amount_and_freight_at_once() -> None:
    def all_at_once(_: Basket) -> Saving:
        return Saving(amount=300, parts=(100, 0), freight=50)

    new = order(line("1", "3.00"), line("2", "2.00"))
    (used,) = ask(new, all_at_once, given=Given(DAY, freight=yuan("1.00"))).used

    assert (dict(used.parts), used.freight, used.unused) == ({"1": 280, "2": 120}, 50, 0)


def test_parts_and_an_amount_together_take_no_more_than_a_line_costs() -> None:
    def too_much(_: Basket) -> Saving:
        return Saving(amount=300, parts=(200, 100))

    (used,) = ask(order(line("1", "3.00"), line("2", "2.00")), too_much).used

    assert (dict(used.parts), used.unused) == ({"1": 300, "2": 200}, 100)
    assert (used.earned_by, used.gifts) == ((), ())


# --- conditions -------------------------------------------------------------------------------


@pytest.mark.feature("F195")
@pytest.mark.parametrize(
    ("late", "code"),
    (
        (-timedelta(microseconds=1), ["offer_not_begun"]),
        (timedelta(0), []),
        (A_DAY - timedelta(microseconds=1), []),
        (A_DAY, ["offer_over"]),
    ),
)
def test_a_festival_offer_is_given_on_its_day_alone(late: timedelta, code: list[str]) -> None:
    festival = Offer("11.11", PercentOff(Decimal(10)), When(since=DAY, until=DAY + A_DAY))

    found = ask(BASKET, festival, given=Given(DAY + late))

    assert codes(found).get("11.11", []) == code
    assert len(found.used) == (not code)


@pytest.mark.feature("F258")
def test_an_offer_for_new_customers_is_for_them_alone() -> None:
    welcome = Offer("welcome", AmountOff(yuan("10")), When(tiers=("new", "returned")))

    assert [one.offer for one in ask(BASKET, welcome, given=Given(DAY, tier="new")).used] == [
        "welcome"
    ]
    other = ask(BASKET, welcome, given=Given(DAY, tier="gold"))
    said = "offer welcome is for new, returned, not for gold"
    assert [str(one) for one in other.passed[0].refusals] == [said]
    assert codes(ask(BASKET, welcome)) == {"welcome": ["offer_for_others"]}


def test_a_coupon_must_be_given_and_its_code_is_not_told() -> None:
    spring = Offer("spring", AmountOff(yuan("10")), When(coupon="SPRING-26"))

    missing = ask(BASKET, spring, given=Given(DAY, coupons=("AUTUMN",)))

    assert len(ask(BASKET, spring, given=Given(DAY, coupons=("X", "SPRING-26"))).used) == 1
    assert codes(missing) == {"spring": ["offer_wants_coupon"]}
    assert "SPRING" not in str(missing.passed[0].refusals[0])


@pytest.mark.parametrize(("price", "used"), (("99.99", 0), ("100", 1)))
def test_the_goods_must_cost_at_least_so_much(price: str, used: int) -> None:
    offer = Offer("o", AmountOff(yuan("10")), When(least=yuan("100")))

    found = ask(order(line("1", price)), offer)

    assert len(found.used) == used
    assert codes(found) == ({} if used else {"o": ["offer_wants_more"]})


def test_the_least_amount_is_of_the_goods_that_the_offer_is_about() -> None:
    least = When(least=yuan("100"))
    part = Offer("part", AmountOff(yuan("10")), least, Scope(lines=("2", "3")))
    small = Offer("small", AmountOff(yuan("10")), least, Scope(lines=("3",)))
    late = Offer("late", AmountOff(yuan("10")), When(least=yuan("301"), basis=Basis.LIST))

    found = ask(BASKET, part, small, late)

    assert off(found) == [{"2": 555, "3": 445}]
    assert codes(found) == {"small": ["offer_wants_more"], "late": ["offer_wants_more"]}


@pytest.mark.parametrize(("units", "used"), ((6, 1), (7, 0)))
def test_there_must_be_so_many_units(units: int, used: int) -> None:
    new = order(line("1", "5.00", 4), line("2", "5.00", 2))

    found = ask(new, Offer("o", PercentOff(Decimal(5)), When(units=units)))

    assert len(found.used) == used
    assert codes(found) == ({} if used else {"o": ["offer_wants_units"]})


def test_an_offer_is_about_lines_skus_or_groups() -> None:
    new = order(line("1", "10.00", sku="POT"), line("2", "10.00", sku="CUP"), line("3", "10.00"))
    given = Given(DAY, groups=(("CUP", ("kitchen", "brand-x")), ("SKU-3", ("brand-x",))))

    def about(**names: tuple[str, ...]) -> list[str]:
        scope = Scope(**names)
        offer = Offer("o", AmountOff(yuan("1"), Level.LINE), scope=scope)
        return [name for one in off(ask(new, offer, given=given)) for name in one]

    assert about() == ["1", "2", "3"]
    assert about(lines=("2",)) == ["2"]
    assert about(skus=("POT", "SKU-3")) == ["1", "3"]
    assert about(groups=("brand-x",)) == ["2", "3"]
    assert about(lines=("1",), groups=("kitchen",)) == ["1", "2"]
    assert about(groups=("shoes",)) == []
    assert codes(ask(new, Offer("o", FreightOff(), scope=Scope(skus=("RUG",))))) == {
        "o": ["offer_fits_no_line"]
    }


def test_an_offer_in_another_currency_is_not_used() -> None:
    euro = Money.of("1", "EUR")
    price = Price.of("1", "EUR")
    benefits: list[Benefit] = [
        AmountOff(euro),
        FixedPrice(price),
        Threshold(euro, euro),
        Bundle((("SKU-1", 1),), euro),
        DepositCounts(euro, Money.of("2", "EUR")),
        FreightOff(euro),
        Free(Sku("CUP"), price),
    ]

    found = ask(BASKET, *benefits, Offer("least", PercentOff(Decimal(1)), When(least=euro)))

    assert found.used == ()
    assert {code for why in codes(found).values() for code in why} == {"offer_other_currency"}
    said = "offer least is in EUR, the order in CNY"
    assert str(found.passed[-1].refusals[0]) == said
    assert found.order == BASKET


def test_all_reasons_are_said_at_once() -> None:
    when = When(
        until=DAY - A_DAY,
        tiers=("gold",),
        coupon="X",
        least=yuan("1000"),
        units=9,
    )

    found = ask(BASKET, Offer("o", PercentOff(Decimal(5)), when))

    assert codes(found) == {
        "o": [
            "offer_over",
            "offer_for_others",
            "offer_wants_coupon",
            "offer_wants_more",
            "offer_wants_units",
        ]
    }
    assert [refusal.say("zh") for refusal in found.passed[0].refusals][1:] == [
        "优惠 o 仅限 gold,不适用于 -",
        "优惠 o 需要优惠券,未提供",
        "优惠 o 需满 1000.00 CNY:当前商品金额 300.01",
        "优惠 o 需满 9 件:当前 3 件",
    ]


# --- stacking ---------------------------------------------------------------------------------


def test_a_threshold_and_a_coupon_of_the_platform_over_three_lines() -> None:
    full = Offer("满300减50", Threshold(yuan("300"), yuan("50")), reason="满300减50")
    coupon = Offer("coupon", AmountOff(yuan("15")), bearer="platform")

    found = ask(BASKET, full, coupon)

    assert off(found) == [{"1": 2000, "2": 1666, "3": 1334}, {"1": 600, "2": 500, "3": 400}]
    assert net(found) == {"1": 9400, "2": 7833, "3": 6268}
    assert [(one.bearer, one.reason) for one in found.used] == [
        ("", "满300减50"),
        ("platform", "coupon"),
    ]


def test_the_order_of_offers_is_the_hosts() -> None:
    new = order(line("1", "100.00"))
    tenth, ten = PercentOff(Decimal(10)), AmountOff(yuan("10"))

    assert net(ask(new, tenth, ten)) == {"1": 8000}
    assert net(ask(new, ten, tenth)) == {"1": 8100}


def test_two_discounts_of_a_cent_on_three_pieces_at_a_cent(shop: Shop) -> None:
    cents = order(line("1", "0.01", 3))
    found = ask(cents, AmountOff(yuan("0.01")), AmountOff(yuan("0.01")))

    placed = shop.place("o-17", found.order).document

    each = [carried(placed.lines[0], placed.charges, [(i, i + 1)]) for i in range(3)]
    assert each == [0, 0, 1]
    assert total(placed) == 1


def test_an_offer_that_finds_less_than_it_gives_says_what_is_unused() -> None:
    found = ask(order(line("1", "8.00")), AmountOff(yuan("10")), AmountOff(yuan("1")))

    assert [(one.amount, one.unused) for one in found.used] == [(800, 200)]
    assert codes(found) == {"offer-2": ["offer_gives_nothing"]}


def test_an_offer_of_more_than_money_can_be_takes_what_there_is() -> None:
    found = ask(order(line("1", "999.00", 10**9)), Threshold(yuan("0.01"), yuan("5.00")))

    assert net(found) == {"1": 0}
    assert found.used[0].unused == 10**9 * 99_900 * 499


def test_what_a_line_must_cost_caps_its_discount_and_the_others_bear_the_rest() -> None:
    new = order(line("1", "100.00"), line("2", "50.00"), line("3", "50.00"))
    given = Given(DAY, least=(("1", Price.of("95.00", "CNY")), ("3", Price.of("60.00", "CNY"))))

    found = ask(new, AmountOff(yuan("40")), given=given)

    assert off(found) == [{"1": 500, "2": 3500}]
    assert found.used[0].unused == 0
    more = ask(new, AmountOff(yuan("60")), given=given)
    assert off(more) == [{"1": 500, "2": 5000}]
    assert more.used[0].unused == 500


def test_a_percentage_of_a_line_that_hits_its_minimum_does_not_move_to_others() -> None:
    new = order(line("1", "10.00", 2), line("2", "10.00"))
    given = Given(DAY, least=(("1", Price.of("9.50", "CNY")),))

    found = ask(new, PercentOff(Decimal(10), Level.LINE), given=given)

    assert off(found) == [{"1": 100, "2": 100}]
    assert found.used[0].unused == 100


def test_an_amount_over_lines_is_shared_as_the_offer_says() -> None:
    new = order(line("1", "20.00"), line("2", "11.00"), line("3", "36.00", 3), line("4", "21.00"))

    def shared(rule: Spread) -> list[int]:
        (used,) = ask(new, Offer("o", AmountOff(yuan("0.11")), sharing=rule)).used
        return [dict(used.parts).get(name, 0) for name in "1234"]

    assert shared(Spread.LARGEST_REMAINDER) == [1, 1, 7, 2]
    assert shared(Spread.FRONT_FIRST) == [2, 1, 7, 1]
    assert shared(Spread.PER_UNIT) == [2, 2, 6, 1]


def test_a_rule_that_would_take_a_line_below_zero_is_capped() -> None:
    # 7 over five lines of 4 and one of 1: the last line would bear 2.
    new = order(*[line(str(i), "0.04") for i in range(5)], line("5", "0.01"))

    (used,) = ask(new, Offer("o", AmountOff(yuan("0.07")), sharing=Spread.LAST_ABSORBS)).used

    assert dict(used.parts) == {"0": 1, "1": 1, "2": 1, "3": 1, "4": 2, "5": 1}
    assert used.unused == 0


def test_discounts_of_the_host_come_first_and_are_told_by_line() -> None:
    host = NewCharge(ChargeKind.DISCOUNT, -3000, ("1",), bearer="brand", reason="list")
    fee = NewCharge(ChargeKind.FEE, 100)
    new = attrs.evolve(BASKET, charges=(host, fee))

    found = ask(new, PercentOff(Decimal(10), Level.LINE))

    assert found.order.charges[:2] == (
        attrs.evolve(host, lines=(), parts=(("1", -3000),)),
        fee,
    )
    assert off(found) == [{"1": 900, "2": 1000, "3": 800}]


def test_a_discount_of_the_host_over_all_lines_and_one_that_is_shared_already() -> None:
    everywhere = NewCharge(ChargeKind.DISCOUNT, -3000)
    told = NewCharge(ChargeKind.DISCOUNT, -100, parts=(("2", -100),))

    found = ask(attrs.evolve(BASKET, charges=(everywhere, told)))

    assert found.order.charges[0].parts == (("1", -1200), ("2", -1000), ("3", -800))
    assert found.order.charges[1] is told
    assert net(found) == {"1": 10800, "2": 8899, "3": 7202}


def test_a_discount_of_nothing_stays_as_it_is() -> None:
    nothing = NewCharge(ChargeKind.DISCOUNT, 0, ("2",))

    assert ask(attrs.evolve(BASKET, charges=(nothing,))).order.charges == (nothing,)
    assert ask(order(charges=(attrs.evolve(nothing, lines=()),))).order.charges[0].amount == 0


def test_taxes_come_after_offers() -> None:
    taxed = attrs.evolve(BASKET, charges=(NewCharge(ChargeKind.TAX, 100),))

    with pytest.raises(BadInput, match=r"^charges\[0\]\.kind: taxes come after offers$"):
        ask(taxed)


def test_a_kit_is_one_line_to_an_offer_and_its_parts_share(shop: Shop) -> None:
    parts = (Component(Sku("POT"), 1, 2), Component(Sku("CUP"), 4, 1))
    new = order(line("1", "30.00", components=parts), line("2", "10.00"))

    found = ask(new, AmountOff(yuan("4.00")))
    placed = shop.place("o-17", found.order).document

    assert off(found) == [{"1": 300, "2": 100}]
    assert [span.amount for span in placed.charges[1].spans] == [-200, -100, -100]


def test_a_discount_on_a_part_of_a_kit_counts_for_the_kit() -> None:
    parts = (Component(Sku("POT"), 1), Component(Sku("CUP"), 1))
    host = NewCharge(ChargeKind.DISCOUNT, -500, parts=(("1.2", -500),))
    new = order(line("1", "30.00", components=parts), charges=(host,))

    assert off(ask(new, PercentOff(Decimal(10)))) == [{"1": 250}]


def test_goods_that_are_weighed_are_measured_in_grams() -> None:
    ham = line("1", "20.00", 2, per=1000, fixed=Fixing.WEIGHING, grams_each=750)
    given = Given(DAY, least=(("1", Price.of("19.00", "CNY", per=1000)),))

    assert off(ask(order(ham), AmountOff(yuan("1.00"), Level.UNIT))) == [{"1": 150}]
    assert off(ask(order(ham), PercentOff(Decimal(50)), given=given)) == [{"1": 150}]
    assert off(ask(order(ham), FixedPrice(Price.of("18.00", "CNY", per=1000)))) == [{"1": 300}]


def test_an_order_that_was_priced_costs_what_was_shown(shop: Shop) -> None:
    given = Given(DAY, freight=yuan("8.00"), tier="gold")
    offers = (
        Offer("gold", PercentOff(Decimal(5)), When(tiers=("gold",)), bearer="brand-x"),
        Offer("full", Threshold(yuan("100"), yuan("10"))),
        Offer("free", FreightOff(), bearer="platform"),
    )

    found = priced(BASKET, offers, given)
    placed = shop.place("o-17", found.order).document

    assert due(placed) == sum(net(found).values()) == 30001 - 1500 - 2000
    by_bearer: dict[str, int] = {}
    for charge in placed.charges:
        if charge.amount < 0:
            by_bearer[charge.bearer] = by_bearer.get(charge.bearer, 0) - charge.amount
    assert by_bearer == {"brand-x": 1500, "": 2000, "platform": 800}


@pytest.mark.feature("F193")
def test_each_discount_says_what_it_took_off_which_line_and_why() -> None:
    found = ask(
        BASKET,
        Offer("c-1", AmountOff(yuan("9")), reason="thank you", scope=Scope(lines=("1", "3"))),
    )

    (used,) = found.used
    (charge,) = found.order.charges
    assert (used.offer, used.amount, used.reason) == ("c-1", 900, "thank you")
    assert used.parts == (("1", 540), ("3", 360))
    assert (charge.amount, charge.reason) == (-900, "thank you")
    assert charge.parts == (("1", -540), ("3", -360))


# --- published --------------------------------------------------------------------------------


def test_a_threshold_for_free_freight_leaves_the_freight_out() -> None:
    # REF-094, tryton's sale_shipment_cost: 20.00 each, free from 101.00, freight 3.00; 5, then 6.
    free = Offer("free", FreightOff(), When(least=yuan("101.00")))

    def freight(n: int) -> int:
        found = ask(order(line("1", "20.00", n)), free, given=Given(DAY, freight=yuan("3.00")))
        return sum(charge.amount for charge in found.order.charges)

    assert [freight(5), freight(6)] == [300, 0]


def test_a_promotion_by_quantity_is_for_the_eligible_goods_alone() -> None:
    # REF-093, tryton's sale_promotion: a tenth off from 10 units of category 1 on.
    new = order(*[line(str(p), "20.00", n) for p, n in ((1, 5), (2, 10), (3, 5), (4, 5))])
    given = Given(DAY, groups=(("SKU-1", ("1",)), ("SKU-2", ("1",)), ("SKU-4", ("2",))))
    tenth = Offer("o", PercentOff(Decimal(10), Level.UNIT), When(units=10), Scope(groups=("1",)))

    found = ask(new, tenth, given=given)

    assert sum(net(found).values()) == 47000
    assert sum(net(ask(new)).values()) == 50000


@pytest.mark.parametrize(
    ("amount", "maxima", "parts"),
    (
        (3075, (2600, 475), (2600, 475)),
        (3075, (2600, 474), (2600, 474)),
        (3000, (1500, 1500), (1500, 1500)),
        (100, (3300, 3300, 3300), (34, 33, 33)),
        (10000, (500, 200), (500, 200)),
        (300, (0, 0, 0), (0, 0, 0)),
        (2420, (4600, 4600, 5000, 5000, 5000), (460, 460, 500, 500, 500)),
    ),
)
def test_an_amount_is_shared_up_to_maxima_as_shopify_publishes(
    amount: int, maxima: tuple[int, ...], parts: tuple[int, ...]
) -> None:
    # Shopify/money, allocator_spec, allocate_max_amounts.
    assert capped(amount, maxima, maxima) == parts


# --- what is handed in ------------------------------------------------------------------------


def test_offers_have_an_id_each() -> None:
    one = Offer("o", PercentOff(Decimal(5)))

    with pytest.raises(BadInput, match=r"^offers: o comes twice$"):
        priced(BASKET, (one, one), GIVEN)
    with pytest.raises(BadInput, match=r"^offers\[0\]: a Offer is wanted$"):
        priced(BASKET, (PercentOff(Decimal(5)),), GIVEN)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"^new: a NewOrder is wanted$"):
        priced("o-17", (one,), GIVEN)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"^given: a Given is wanted$"):
        priced(BASKET, (one,), DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "path"),
    (
        (Given(DAY, freight=Money.of("1", "EUR")), "given.freight"),
        (Given(DAY, least=(("9", Price.of("1", "CNY")),)), "given.least"),
        (Given(DAY, least=(("1", Price.of("1", "EUR")),)), "given.least.1"),
    ),
)
def test_what_is_given_must_fit_the_order(given: Given, path: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(BASKET, given=given)

    assert refused.value.path == path


def test_a_host_discount_beyond_what_its_lines_cost_is_refused() -> None:
    host = NewCharge(ChargeKind.DISCOUNT, -8003, ("3",))

    with pytest.raises(BadInput, match=r"^charges\[1\]\.amount: the discount is more than its"):
        ask(attrs.evolve(BASKET, charges=(NewCharge(ChargeKind.FEE, 1), host)))
    just = attrs.evolve(host, amount=-8002)
    assert net(ask(attrs.evolve(BASKET, charges=(just,))))["3"] == 0


EURO: Final = Money.of("1", "EUR")
MAKERS: Final[Sequence[tuple[type[Any], dict[str, Any], str]]] = (
    (Offer, {"id": "", "benefit": FreightOff()}, "offer.id"),
    (Offer, {"id": "o", "benefit": 10}, "offer.benefit"),
    (Offer, {"id": "o", "benefit": FreightOff(), "when": "now"}, "offer.when"),
    (Offer, {"id": "o", "benefit": FreightOff(), "scope": "all"}, "offer.scope"),
    (Offer, {"id": "o", "benefit": FreightOff(), "bearer": 1}, "offer.bearer"),
    (Offer, {"id": "o", "benefit": FreightOff(), "reason": " "}, "offer.reason"),
    (Offer, {"id": "o", "benefit": FreightOff(), "sharing": "fairly"}, "offer.sharing"),
    (
        Offer,
        {"id": "o", "benefit": AmountOff(EURO), "when": When(least=Money.of("1", "CNY"))},
        "offer.when.least",
    ),
    (When, {"since": DAY.replace(tzinfo=None)}, "when.since"),
    (When, {"until": 1}, "when.until"),
    (When, {"since": DAY, "until": DAY}, "when.until"),
    (When, {"tiers": "gold"}, "when.tiers"),
    (When, {"tiers": ("gold", "gold")}, "when.tiers"),
    (When, {"tiers": ("gold", "")}, "when.tiers[1]"),
    (When, {"coupon": None}, "when.coupon"),
    (When, {"least": 100}, "when.least"),
    (When, {"least": Money(0, "CNY")}, "when.least"),
    (When, {"basis": "net"}, "when.basis"),
    (When, {"units": -1}, "when.units"),
    (Scope, {"lines": "1"}, "scope.lines"),
    (Scope, {"skus": ("",)}, "scope.skus[0]"),
    (Scope, {"groups": (1,)}, "scope.groups[0]"),
    (Given, {"at": DAY.replace(tzinfo=None)}, "given.at"),
    (Given, {"at": DAY, "tier": 1}, "given.tier"),
    (Given, {"at": DAY, "coupons": "X"}, "given.coupons"),
    (Given, {"at": DAY, "groups": {"CUP": ("x",)}}, "given.groups"),
    (Given, {"at": DAY, "groups": (("CUP", "x"),)}, "given.groups.CUP"),
    (Given, {"at": DAY, "groups": (("CUP",),)}, "given.groups"),
    (Given, {"at": DAY, "groups": (("", ()),)}, "given.groups[0]"),
    (Given, {"at": DAY, "groups": (("CUP", ()), ("CUP", ()))}, "given.groups"),
    (Given, {"at": DAY, "freight": 100}, "given.freight"),
    (Given, {"at": DAY, "freight": Money(-1, "CNY")}, "given.freight"),
    (Given, {"at": DAY, "least": (("1", 100),)}, "given.least.1"),
    (Gift, {"sku": "CUP", "n": 1, "price": Price.of("0", "CNY")}, "gift.sku"),
    (Gift, {"sku": Sku("CUP"), "n": 0, "price": Price.of("0", "CNY")}, "gift.n"),
    (Free, {"sku": Sku("CUP"), "price": 0}, "gift.price"),
    (Saving, {"amount": -1}, "saving"),
    (Saving, {"parts": (1, -1)}, "saving"),
    (Saving, {"weights": (1.5,)}, "saving"),
    (Saving, {"freight": -1}, "saving"),
    (Saving, {"lack": 5}, "saving.lack"),
    (Lack, {"wanted": -1, "there": 0}, "lack"),
    (Lack, {"wanted": 1, "there": 0.5}, "lack"),
    (Lack, {"wanted": 1, "there": 0, "money": 1}, "lack.money"),
    (Offer, {"id": "o", "benefit": AmountOff}, "offer.benefit"),
    (AmountOff, {"amount": 100}, "amount_off.amount"),
    (AmountOff, {"amount": EURO, "level": "sum"}, "amount_off.level"),
    (PercentOff, {"percent": 0}, "percent_off.percent"),
    (PercentOff, {"percent": Decimal("100.01")}, "percent_off.percent"),
    (PercentOff, {"percent": 0.1}, "percent_off.percent"),
    (PercentOff, {"percent": 5, "level": 1}, "percent_off.level"),
    (PercentOff, {"percent": 5, "rounding": "up"}, "percent_off.rounding"),
    (FixedPrice, {"price": EURO}, "fixed_price.price"),
    (BuyGet, {"buy": 0, "get": 1}, "buy_get.buy"),
    (BuyGet, {"buy": 1, "get": 0}, "buy_get.get"),
    (BuyGet, {"buy": 1, "get": 1, "percent": 101}, "buy_get.percent"),
    (Threshold, {"least": Money(0, "EUR"), "off": EURO}, "threshold.least"),
    (Threshold, {"least": EURO, "off": Money.of("1", "CNY")}, "threshold.off"),
    (Threshold, {"least": EURO, "off": EURO, "each": 1}, "threshold.each"),
    (Threshold, {"least": EURO, "off": EURO, "basis": 1}, "threshold.basis"),
    (Bundle, {"parts": (), "price": EURO}, "bundle.parts"),
    (Bundle, {"parts": (("POT", 0),), "price": EURO}, "bundle.parts.POT"),
    (Bundle, {"parts": (("POT", 1), ("POT", 1)), "price": EURO}, "bundle.parts"),
    (Bundle, {"parts": (("POT", 1),), "price": 1}, "bundle.price"),
    (Bundle, {"parts": (("POT", 1),), "price": Money(-1, "EUR")}, "bundle.price"),
    (DepositCounts, {"deposit": 1, "counts": EURO}, "deposit_counts.deposit"),
    (DepositCounts, {"deposit": EURO, "counts": EURO}, "deposit_counts.counts"),
    (FreightOff, {"amount": Money(0, "EUR")}, "freight_off.amount"),
)


@pytest.mark.parametrize(("maker", "values", "path"), MAKERS)
def test_what_makes_no_sense_is_refused_with_its_path(
    maker: type[Any], values: dict[str, Any], path: str
) -> None:
    with pytest.raises(BadInput) as refused:
        maker(**values)

    assert refused.value.path == path


@pytest.mark.parametrize(
    ("make", "said"),
    (
        (lambda: Offer("o", 10), "offer.benefit: a function of a basket is wanted"),  # type: ignore[arg-type]
        (lambda: Offer("o", FreightOff(), 1), "offer.when: a When is wanted"),  # type: ignore[arg-type]
        (
            lambda: Offer("o", FreightOff(), scope="all"),  # type: ignore[arg-type]
            "offer.scope: a Scope is wanted",
        ),
        (
            lambda: Offer("o", AmountOff(EURO), When(least=yuan("1"))),
            "offer.when.least: is in CNY, not in EUR",
        ),
        (lambda: When(basis="net"), "when.basis: one of net, list is wanted"),  # type: ignore[arg-type]
        (lambda: Scope("all"), "scope.lines: a tuple of names is wanted"),  # type: ignore[arg-type]
        (lambda: Given(DAY, freight=1), "given.freight: Money is wanted"),  # type: ignore[arg-type]
        (
            lambda: Given(DAY, least=(("1", 1),)),  # type: ignore[arg-type]
            "given.least.1: a Price is wanted",
        ),
        (
            lambda: Given(DAY, groups=(("CUP",),)),  # type: ignore[arg-type]
            "given.groups: a tuple of pairs is wanted",
        ),
        (
            lambda: Given(DAY, groups=[("CUP", ())]),  # type: ignore[arg-type]
            "given.groups: a tuple of pairs is wanted",
        ),
        (lambda: Gift("CUP", 1, Price.of(0, "EUR")), "gift.sku: a Sku is wanted"),  # type: ignore[arg-type]
        (lambda: Gift(Sku("CUP"), 1, 0), "gift.price: a Price is wanted"),  # type: ignore[arg-type]
        (lambda: Saving(-1), "saving: a whole number from 0 up is wanted"),
        (
            lambda: PercentOff(Decimal(101)),
            "percent_off.percent: more than 0 and at most 100 is wanted",
        ),
        (lambda: FixedPrice(EURO), "fixed_price.price: a Price is wanted"),  # type: ignore[arg-type]
        (
            lambda: Threshold(EURO, EURO, 1),  # type: ignore[arg-type]
            "threshold.each: true or false is wanted",
        ),
        (lambda: Bundle((), EURO), "bundle.parts: at least one pair is wanted"),
        (
            lambda: Bundle((("POT", 1),), Money(-1, "EUR")),
            "bundle.price: Money from zero up is wanted",
        ),
        (
            lambda: DepositCounts(EURO, EURO),
            "deposit_counts.counts: more than the deposit is wanted",
        ),
        (
            lambda: DepositCounts(EURO, yuan("2")),
            "deposit_counts.counts: is in CNY, not in EUR",
        ),
        (
            lambda: Threshold(EURO, yuan("2")),
            "threshold.off: is in CNY, not in EUR",
        ),
        (
            lambda: ask(BASKET, given=Given(DAY, freight=EURO)),
            "given.freight: is in EUR, not CNY",
        ),
        (
            lambda: ask(BASKET, given=Given(DAY, least=(("9", Price.of(1, "CNY")),))),
            "given.least: there is no line 9",
        ),
        (
            lambda: ask(BASKET, given=Given(DAY, least=(("1", Price.of(1, "EUR")),))),
            "given.least.1: is not in CNY",
        ),
        (
            lambda: ask(attrs.evolve(BASKET, charges=(NewCharge(ChargeKind.DISCOUNT, -99999),))),
            "charges[0].amount: the discount is more than its lines cost",
        ),
        (
            lambda: priced(BASKET, (FreightOff(),), GIVEN),  # type: ignore[arg-type]
            "offers[0]: a Offer is wanted",
        ),
    ),
)
def test_what_is_refused_says_what_is_wanted(make: Callable[[], object], said: str) -> None:
    with pytest.raises(BadInput) as refused:
        make()

    assert str(refused.value) == said


ITEM: Final = Item("1", "POT", 3, 1, 3, 3000, 3000)


@pytest.mark.parametrize(
    ("changed", "path"),
    (
        ({"items": None}, "items"),
        ({"items": ("1",)}, "items[0]"),
        ({"items": (ITEM, ITEM)}, "items"),
        ({"items": (attrs.evolve(ITEM, n=0),)}, "item 1.n"),
        ({"items": (attrs.evolve(ITEM, per=0),)}, "item 1.per"),
        ({"items": (attrs.evolve(ITEM, net=-1),)}, "item 1.net"),
        ({"items": (attrs.evolve(ITEM, net=True),)}, "item 1.net"),
        ({"items": (attrs.evolve(ITEM, used=4),)}, "item 1.used"),
        ({"items": (attrs.evolve(ITEM, groups=("",)),)}, "item 1.groups[0]"),
        ({"freight": -1}, "freight"),
        ({"freight": 10**30}, "freight"),
        ({"currency": "cny"}, "currency"),
        ({"offers": iter(())}, "offers"),
        ({"given": DAY}, "given"),
    ),
)
def test_what_cannot_be_discounted_is_refused_with_its_path(
    changed: dict[str, Any], path: str
) -> None:
    asked: dict[str, Any] = {"items": (ITEM,), "freight": 0, "currency": "CNY", "offers": ()}

    with pytest.raises(BadInput) as refused:
        discounting.discounted(**{**asked, "given": GIVEN, **changed})

    assert refused.value.path == path


@pytest.mark.parametrize("kind", (set, iter, lambda _: None, lambda _: "offers"))
def test_offers_are_in_an_order_and_are_asked_more_than_once(kind: Any) -> None:
    with pytest.raises(BadInput, match=r"^offers: a tuple"):
        priced(BASKET, kind((Offer("o", FreightOff()),)), GIVEN)


def test_a_benefit_names_its_currency_as_text() -> None:
    class Odd:
        currency = 978

        def __call__(self, _: Basket, /) -> Saving:
            return Saving(1)

    with pytest.raises(BadInput, match=r"^offer\.benefit\.currency: text is wanted"):
        Offer("o", Odd())


def test_what_pricing_costs_grows_with_lines_and_offers_and_not_with_their_product() -> None:
    def steps(n: int) -> int:
        new = order(*[line(str(i), "9.99", 3) for i in range(n)])
        names = tuple(one.id for one in reversed(new.lines))
        single = [
            Offer(f"o-{i}", AmountOff(yuan("0.01")), scope=Scope((name,)))
            for i, name in enumerate(names)
        ]
        whole = Offer("all", PercentOff(Decimal(5)), scope=Scope(names))
        least = tuple((name, Price.of("9.00", "CNY")) for name in names)
        much = Offer("much", AmountOff(yuan("100000")))

        def work() -> None:
            assert len(priced(new, (*single, whole), Given(DAY)).used) == n + 1
            assert priced(new, (much,), Given(DAY, least=least)).used[0].unused

        return lines_of(work)

    assert steps(1_000) < 12 * steps(100)


def test_what_is_just_possible_is_taken() -> None:
    assert PercentOff(Decimal("0.01")).percent == Decimal("0.01")
    assert PercentOff(100).percent == Decimal(100)  # type: ignore[arg-type]
    assert Bundle((("POT", 1),), Money(0, "EUR")).price.minor == 0
    assert Given(DAY, freight=Money(0, "CNY")).freight == Money(0, "CNY")
    assert Offer("o", AmountOff(EURO), When(least=EURO)).currency == "EUR"
    assert Offer("o", PercentOff(Decimal(5)), When(least=EURO)).currency == "EUR"
    assert Offer("o", PercentOff(Decimal(5))).currency == ""
    assert FreightOff().currency == ""


def test_parts_that_do_not_fit_the_basket_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="parts for 3 lines"):
        ask(BASKET, lambda _: Saving(parts=(1, 2)))
    with pytest.raises(ValueError, match="parts for 3 lines"):
        ask(BASKET, lambda _: Saving(1, weights=(1, 2)))


def test_a_freight_discount_beyond_the_freight_is_refused(shop: Shop) -> None:
    freight = NewCharge(ChargeKind.FREIGHT, 500)
    less = NewCharge(ChargeKind.FREIGHT, -501)

    with pytest.raises(BadInput, match=r"^charges\[1\]\.amount: the discount is more than the fr"):
        order(line("1", "1.00"), charges=(freight, less))
    with pytest.raises(BadInput, match=r"^charges\[0\]\.amount: "):
        order(line("1", "1.00"), charges=(attrs.evolve(less, amount=-1), freight))
    shop.place("o-17", order(line("1", "1.00"), charges=(freight,)))
    with pytest.raises(BadInput, match=r"^charge\.amount: the discount is more than the freight$"):
        shop.adjust("o-17", less)
    assert total(shop.adjust("o-17", attrs.evolve(less, amount=-500)).document) == 100


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.data())
def test_what_is_capped_is_as_much_as_there_is_room_for(
    rooms: list[int], data: st.DataObject
) -> None:
    weights = [room + data.draw(st.integers(0, 20)) for room in rooms]
    amount = data.draw(st.integers(0, 400))
    rule = data.draw(st.sampled_from(Spread))

    parts = capped(amount, weights, rooms, rule)

    assert sum(parts) == min(amount, sum(rooms))
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))


def test_an_item_has_no_room_below_its_minimum() -> None:
    assert Item("1", "S", 1, 1, 1, 100, 90, 95).room == 0
    assert Item("1", "S", 1, 1, 1, 100, 96, 95).room == 1
    basket = Basket((Item("1", "S", 2, 1, 2, 100, 90), Item("2", "S", 3, 1, 3, 10, 5)), "EUR")
    assert (basket.units, basket.worth(), basket.worth(Basis.LIST)) == (5, 95, 110)
