"""What is agreed when an order is placed: shared charges, roundings, gifts and weights."""

from __future__ import annotations

import attrs
import pytest

from orderflow import BadInput, ChargeKind, Component, NewCharge, NewLine, Price, Sku
from orderflow.money import Rounding
from orderflow.orders import adjust, place
from orderflow.pricing import total
from orderflow.records import Charge, Fixing, Order, PriceRange, Span
from tests.builders import BELL, LAMP, Shop, line, new_order

DISCOUNT, TAX = ChargeKind.DISCOUNT, ChargeKind.TAX
HAM = Sku("HAM")
PARTS = (Component(LAMP, 1), Component(BELL, 1))
KIT = NewLine("1", Sku("DESK-SET"), 2, Price.of("50", "EUR"), components=PARTS)


def by_line(order: Order, charge: str) -> dict[str, int]:
    found = next(one for one in order.charges if one.id == charge)
    return {span.line: span.amount for span in found.spans}


def ham(n: int = 2, grams_each: int = 600, **more: object) -> NewLine:
    price = Price.of("15.80", "EUR", per=1000)
    weighed = {"fixed": Fixing.WEIGHING, "grams_each": grams_each}
    return NewLine("1", HAM, n, price, **weighed, **more)  # type: ignore[arg-type] # by name


# --- parts -------------------------------------------------------------------------------------


def test_a_charge_that_is_shared_already_keeps_its_parts(any_shop: Shop) -> None:
    off = NewCharge(DISCOUNT, -300, bearer="brand", parts=(("1", -300), ("2", 0)))

    order = any_shop.place("o-17", new_order((LAMP, 1), (BELL, 1), charges=(off,))).document

    discount = Charge("discount-1", DISCOUNT, -300, (Span("1", 0, 1, -300),), "brand")
    assert order.charges[1] == discount
    any_shop.assert_lawful()


def test_the_part_of_a_kit_is_shared_over_its_parts(shop: Shop) -> None:
    off = NewCharge(DISCOUNT, -1001, parts=(("1", -1001),))

    order = shop.place("o-17", new_order(KIT, line("2", LAMP, 1), charges=(off,))).document

    assert by_line(order, "discount-1") == {"1.1": -501, "1.2": -500}


def test_a_charge_may_name_one_line_of_a_kit_and_not_both(shop: Shop) -> None:
    tax = NewCharge(TAX, 7, parts=(("1.2", 7),))

    order = shop.place("o-17", new_order(KIT, charges=(tax,))).document

    assert by_line(order, "tax-1") == {"1.2": 7}
    both = (NewCharge(TAX, 9, parts=(("1.2", 7), ("1", 2))),)
    with pytest.raises(BadInput, match=r"charge.parts: 1\.2 is a part of 1"):
        new_order(KIT, charges=both)


def test_a_tax_on_the_freight_belongs_to_the_order_as_a_whole(any_shop: Shop) -> None:
    tax = NewCharge(TAX, 93, parts=(("", 93),))
    freight = NewCharge(ChargeKind.FREIGHT, 490)

    any_shop.place("o-17", new_order((LAMP, 1), charges=(freight, tax)))
    any_shop.adjust("o-17", tax)

    order = any_shop.order("o-17")
    assert order.charges[2:] == (Charge("tax-2", TAX, 93), Charge("tax-later-2", TAX, 93))
    assert total(order) == 1000 + 490 + 93 + 93
    any_shop.cancel("o-17")
    assert total(any_shop.order("o-17")) == 0


def test_no_part_takes_its_line_below_zero(shop: Shop) -> None:
    both = (
        NewCharge(DISCOUNT, -1000, parts=(("1", -1000),)),
        NewCharge(DISCOUNT, -1, parts=(("1", -1),)),
    )

    wanted = new_order((LAMP, 1), (BELL, 1), charges=both)

    assert shop.cannot_take(place.on("o-17", wanted)) == "charges[1].amount"


def test_a_later_charge_in_parts_is_shared_over_the_units_that_are_kept(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3), (BELL, 1)))
    shop.cancel("o-17", (("1", 1),))

    shop.adjust("o-17", NewCharge(DISCOUNT, -300, parts=(("1", -100), ("2", -200))))

    order = shop.order("o-17")
    assert order.charges[-1].spans == (Span("1", 0, 2, -100), Span("2", 0, 1, -200))
    assert total(order) == 2000 + 4550 - 300


def test_a_later_charge_names_each_line_once_and_only_lines_that_are_there(shop: Shop) -> None:
    shop.place("o-17", new_order(KIT))

    twice = NewCharge(TAX, 3, parts=(("1", 1), ("1.1", 2)))
    nowhere = NewCharge(TAX, 3, parts=(("7", 3),))

    assert shop.cannot_take(adjust.on("o-17", twice)) == "charge.parts"
    assert shop.codes(adjust.on("o-17", nowhere)) == ["no_such_line"]


# --- rounding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounding", "amount"),
    (
        (Rounding.HALF_UP, 3),
        (Rounding.HALF_EVEN, 2),
        (Rounding.HALF_DOWN, 2),
        (Rounding.DOWN, 2),
        (Rounding.UP, 3),
    ),
)
def test_each_line_has_one_rounding_of_its_own(shop: Shop, rounding: Rounding, amount: int) -> None:
    order = shop.place("o-17", new_order(line("1", LAMP, 5, "0.005", rounding=rounding))).document

    assert total(order) == amount
    assert order.lines[0].rounding is rounding


def test_the_parts_of_a_kit_have_its_rounding_and_fixing(shop: Shop) -> None:
    kit = NewLine(
        "1",
        Sku("DESK-SET"),
        1,
        Price.of("0.999", "EUR"),
        components=PARTS,
        rounding=Rounding.DOWN,
        fixed=Fixing.BALANCE,
    )

    order = shop.place("o-17", new_order(kit)).document

    assert total(order) == 99
    assert {(part.rounding, part.fixed) for part in order.lines} == {
        (Rounding.DOWN, Fixing.BALANCE)
    }


# --- gifts, versions, weights ------------------------------------------------------------------


@pytest.mark.parametrize(("price", "amount"), (("0", 0), ("0.01", 1)))
def test_a_gift_names_what_earned_it_and_may_cost_a_coin(
    any_shop: Shop, price: str, amount: int
) -> None:
    gift = line("2", BELL, 1, price, gift_for=("1", "spring-offer"))

    order = any_shop.place("o-17", new_order((LAMP, 1), gift)).document

    assert order.lines[1].gift_for == ("1", "spring-offer")
    assert total(order) == 1000 + amount


def test_a_line_says_of_which_version_its_price_is(any_shop: Shop) -> None:
    order = any_shop.place("o-17", new_order(line("1", LAMP, 2, version="list-2026"))).document

    (said,) = order.lines[0].prices
    assert said == PriceRange(0, 2, order.lines[0].price, 1, "list-2026")


def test_goods_sold_by_weight_cost_what_they_are_estimated_to_weigh(any_shop: Shop) -> None:
    order = any_shop.place("o-17", new_order(ham(version="list-2026"))).document

    assert total(order) == 1896  # 1,200 g at 15.80 a kilogram
    assert order.lines[0].grams_each == 600
    assert not order.lines[0].prices[0].fixed


def test_goods_sold_by_weight_may_go_out_in_an_exchange(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(shop.rules, replace_before_return=True))
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    shop.ask_exchange("x-1", "o-17", "r-1", (("1", 1),), (ham(),))
    shop.approve_exchange("x-1")

    shop.send_replacement("x-1", "o-18")

    assert total(shop.order("o-18")) == 1896
    assert shop.order("o-18").lines[0].fixed is Fixing.WEIGHING


def test_what_is_sent_again_is_weighed_no_second_time(shop: Shop) -> None:
    shop.stock(HAM, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", ham())
    shop.report_missing("o-17", (("1", 1),))
    shop.ask_reissue("a-1", "o-17", (("1", 1),), "it never came")

    shop.approve_reissue("a-1", "o-18")

    (anew,) = shop.order("o-18").lines
    assert (anew.fixed, anew.grams_each, anew.prices) == (Fixing.PLACING, 0, ())
    assert total(shop.order("o-18")) == 0
