"""What changes the price of an order's goods: a new price, a weight, a price protection."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import ChargeKind, Component, NewCharge, NewLine, Price, Sku, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.closing import complete
from orderflow.errors import IllegalMove
from orderflow.invoices import invoice
from orderflow.money import Rounding
from orderflow.pricing import carried, due, estimated, prices_of, total
from orderflow.records import Charge, Fixing, Order, PriceRange, Span
from orderflow.refunds import owed_back
from orderflow.repricing import protect_price, reprice, weigh_line
from tests.builders import BELL, LAMP, TWO_PLACES, Shop, eur, line, new_order
from tests.steps import lines_of

DISCOUNT, TAX, PRICE = ChargeKind.DISCOUNT, ChargeKind.TAX, ChargeKind.PRICE
HAM = Sku("HAM")
WEEK = attrs.evolve(TWO_PLACES, price_protection_days=7)


def at(amount: str, per: int = 1, currency: str = "EUR") -> Price:
    return Price.of(amount, currency, per)


def ham(n: int = 2, **more: object) -> NewLine:
    weighed = {"fixed": Fixing.WEIGHING, "grams_each": 600}
    return NewLine("1", HAM, n, at("15.80", 1000), **weighed, **more)  # type: ignore[arg-type] # named


def kit(n: int = 2, price: str = "50") -> NewLine:
    parts = (Component(LAMP, 1, 1), Component(BELL, 2, 4))
    return NewLine("1", Sku("DESK-SET"), n, at(price), components=parts)


def last(order: Order) -> Charge:
    return order.charges[-1]


def carries(order: Order, id: str = "1") -> int:
    """What the kept units of a line carry; nothing is lost in the sum over them one by one."""
    found = order.line(id)
    assert found is not None
    whole = carried(found, order.charges, [(0, found.n)])
    assert sum(carried(found, order.charges, [(i, i + 1)]) for i in range(found.n)) == whole
    return whole


# --- a new price -------------------------------------------------------------------------------


@pytest.mark.feature("F096", "F098")
def test_a_new_price_is_one_signed_charge_over_all_lines(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 3), (BELL, 1)))

    any_shop.reprice("o-17", (("1", at("9.00")), ("2", at("46.00"))), "v-2", "as agreed by phone")

    order = any_shop.order("o-17")
    spans = (Span("1", 0, 3, -300), Span("2", 0, 1, 50))
    assert order.charges[1:] == (
        Charge("price-later-1", PRICE, -250, spans, "", "as agreed by phone"),
    )
    assert order.lines[0].prices == (PriceRange(0, 3, at("9.00").amount, 1, "v-2"),)
    assert total(order) == 2700 + 4600
    any_shop.assert_lawful()


@pytest.mark.feature("F096", "F097")
def test_after_payment_exactly_the_difference_is_due_or_owed_back(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3), (BELL, 1))

    shop.reprice("o-17", (("1", at("11.00")),))
    assert due(shop.order("o-17")) == 300
    shop.pay("pay-2", eur(300), (("o-17", 300),))

    shop.reprice("o-17", (("1", at("9.333")), ("2", at("45.00"))))
    assert owed_back(shop.order("o-17")) == 500 + 50

    shop.refund("o-17")
    assert due(shop.order("o-17")) == 0
    shop.assert_lawful()


def test_a_price_is_rounded_once_for_its_line_by_the_lines_rounding(shop: Shop) -> None:
    shop.place("o-17", new_order(line("1", LAMP, 3, rounding=Rounding.UP)))

    shop.reprice("o-17", (("1", at("0.331")),))

    assert total(shop.order("o-17")) == 100  # 0.993 and up


def test_units_that_were_given_up_keep_the_price_at_which_they_were(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.cancel("o-17", (("1", 1),))

    shop.reprice("o-17", (("1", at("8.00")),))

    order = shop.order("o-17")
    assert last(order).spans == (Span("1", 0, 2, -400),)
    assert total(order) == 1600
    assert [(one.stop, one.price) for one in prices_of(order.lines[0])] == [
        (2, at("8.00").amount),
        (3, at("10.00").amount),
    ]


@pytest.mark.parametrize(("price", "off"), (("0.01", 2), ("0.00333", 0), ("0", 0)))
def test_each_unit_costs_its_new_price_whatever_coin_it_carried(
    shop: Shop, price: str, off: int
) -> None:
    charges = (NewCharge(DISCOUNT, -off),)
    shop.place("o-17", new_order(line("1", LAMP, 3, price), charges=charges))

    shop.reprice("o-17", (("1", at("10.00")),))

    order = shop.order("o-17")
    units = [carried(order.lines[0], order.charges, [(i, i + 1)]) for i in range(3)]
    assert min(units) >= 998
    assert sum(units) == 3000 - off


def test_discounts_stay_as_they_were_agreed(shop: Shop) -> None:
    off = NewCharge(DISCOUNT, -250, bearer="platform")
    shop.place("o-17", new_order((LAMP, 3), charges=(off,)))

    shop.reprice("o-17", (("1", at("5.00")),))

    assert total(shop.order("o-17")) == 1500 - 250
    assert carries(shop.order("o-17")) == 1250


def test_goods_never_cost_less_than_is_taken_off_them(shop: Shop) -> None:
    charges = (NewCharge(DISCOUNT, -900), NewCharge(TAX, 400))
    shop.place("o-17", new_order((LAMP, 1), charges=charges))

    said = "line 1 of order o-17 would cost 8.99 EUR, and 9.00 are off it"
    assert shop.refuses(reprice.on("o-17", (("1", at("8.99")),))) == said

    shop.reprice("o-17", (("1", at("9.00")),))
    assert total(shop.order("o-17")) == 400


@pytest.mark.feature("F098")
def test_new_discounts_take_the_place_of_the_earlier_ones(shop: Shop) -> None:
    spring = NewCharge(DISCOUNT, -600, bearer="platform", reason="spring")
    ours = NewCharge(DISCOUNT, -101, ("1",), reason="ours")
    shop.place("o-17", new_order((LAMP, 3), (BELL, 1), charges=(spring, ours)))

    again = NewCharge(DISCOUNT, -300, bearer="platform", reason="autumn")
    shop.reprice("o-17", (("1", at("5.00")),), charges=(again,))

    order = shop.order("o-17")
    assert [(one.bearer, one.reason, one.amount) for one in order.charges[3:]] == [
        ("platform", "spring", 600),
        ("", "ours", 101),
        ("", "", -1500),
        ("platform", "autumn", -300),
    ]
    assert total(order) == 1500 + 4550 - 300
    carries(order)


def test_taxes_are_replaced_apart_from_discounts(shop: Shop) -> None:
    charges = (NewCharge(DISCOUNT, -100), NewCharge(TAX, 171))
    shop.place("o-17", new_order((LAMP, 1), charges=charges))

    shop.reprice("o-17", (("1", at("20.00")),), charges=(NewCharge(TAX, 361),))

    assert [(one.kind, one.amount) for one in shop.order("o-17").charges[3:]] == [
        (TAX, -171),
        (PRICE, 1000),
        (TAX, 361),
    ]
    assert total(shop.order("o-17")) == 2000 - 100 + 361


def test_charges_may_be_replaced_at_prices_that_stay(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), charges=(NewCharge(DISCOUNT, -100),)))

    shop.reprice("o-17", (("1", at("10.00")),), charges=(NewCharge(DISCOUNT, 0),))

    assert total(shop.order("o-17")) == 1000
    shop.reprice("o-17", (("1", at("10.00")),), charges=(NewCharge(DISCOUNT, -1),))
    assert [one.amount for one in shop.order("o-17").charges] == [1000, -100, 100, 0, -1]


def test_prices_that_are_there_already_are_no_change(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))

    assert shop.codes(reprice.on("o-17", (("1", at("10.00")),))) == ["price_unchanged"]
    shop.reprice("o-17", (("1", at("10.00")),), "v-2")
    assert len(shop.order("o-17").charges) == 1
    assert shop.order("o-17").lines[0].prices[0].version == "v-2"


def test_every_reason_against_a_new_price_is_said(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), (BELL, 1)))
    shop.cancel("o-17", (("2", 1),))

    charges = (NewCharge(TAX, 1, ("9",)),)
    call = reprice.on("o-17", (("2", at("1")), ("7", at("1"))), charges=charges)

    assert shop.codes(call) == ["no_such_line", "no_such_line", "none_kept"]


def test_an_archived_order_keeps_its_prices(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    shop.complete("o-17")
    shop.clock.forward(days=30)
    shop.archive("o-17")

    for call in (
        reprice.on("o-17", (("1", at("9")),)),
        weigh_line.on("o-17", "1", 600),
        protect_price.on("o-17", (("1", at("9")),)),
    ):
        with pytest.raises(IllegalMove):
            shop.apply(call)


# --- what is on an invoice ---------------------------------------------------------------------


def test_a_new_price_is_for_units_that_are_on_no_invoice(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17", lines=(("1", 2),))
    shop.ship("o-17", "p-1")
    shop.apply(invoice.on("o-17", "2026"))

    shop.reprice("o-17", (("1", at("9.00")),))

    assert last(shop.order("o-17")).spans == (Span("1", 2, 3, -100),)
    shop.apply(invoice.on("o-17", "2026", lines=(("1", 1),)))
    reasons = shop.reasons(reprice.on("o-17", (("1", at("8.00")),)))
    assert [str(one) for one in reasons] == [
        "line 1 of order o-17: its 3 units are on an invoice, credit that first"
    ]


# --- kits --------------------------------------------------------------------------------------


def test_a_kit_gets_its_new_price_over_its_parts(shop: Shop) -> None:
    shop.place("o-17", new_order(kit(3, "50.01")))
    before = shop.order("o-17")

    shop.reprice("o-17", (("1", at("40.01")),))

    order = shop.order("o-17")
    assert total(before) == 15003
    assert total(order) == 12003
    assert [carries(order, one.id) for one in order.lines] == [2400, 9603]
    assert [one.prices[0].per for one in order.lines] == [1, 2]


def test_the_parts_of_a_broken_kit_get_their_own_part_of_the_price(shop: Shop) -> None:
    shop.place("o-17", new_order(kit(2)))
    shop.cancel("o-17", (("1.2", 1),))

    shop.reprice("o-17", (("1", at("40.00")),))

    order = shop.order("o-17")
    assert total(order) == 2 * 800 + 3 * 1600
    assert order.lines[1].prices[0].stop == 3


def test_a_kit_and_one_of_its_parts_are_not_named_together(shop: Shop) -> None:
    shop.place("o-17", new_order(kit(2)))

    both = reprice.on("o-17", (("1", at("40")), ("1.2", at("9"))))

    assert shop.cannot_take(both) == "prices"


# --- when an amount is fixed -------------------------------------------------------------------


@pytest.mark.parametrize("fixing", (Fixing.BALANCE, Fixing.DELIVERY))
def test_a_price_that_was_left_open_is_fixed_by_a_price(shop: Shop, fixing: Fixing) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", line("1", LAMP, 2, fixed=fixing))

    assert shop.refuses(complete.on("o-17")) == (
        f"line 1 of order o-17: the amount of 2 units is an estimate until {fixing.value}"
    )
    assert shop.codes(protect_price.on("o-17", (("1", at("1")),))) == [
        "protection_over",
        "not_fixed",
    ]

    shop.reprice("o-17", (("1", at("10.00")),), "day-3")

    assert estimated(shop.order("o-17").lines[0]) == []
    shop.complete("o-17")


def test_what_is_given_up_need_not_be_fixed(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.place("o-17", new_order((LAMP, 1), line("2", BELL, 1, fixed=Fixing.DELIVERY)))
    shop.cancel("o-17", (("2", 1),))
    shop.pay("pay-1", eur(1000), (("o-17", 1000),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    shop.complete("o-17")


def test_a_presale_is_fixed_at_its_balance(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order(line("1", LAMP, 1, "299.00", fixed=Fixing.BALANCE)))
    any_shop.take_deposit("pay-1", eur(29900), eur(3000), (("o-17", 3000),))

    any_shop.reprice("o-17", (("1", at("269.00")),), "balance day", "the deposit counts for 60.00")
    any_shop.open_balance("pay-1", any_shop.clock.at + timedelta(days=3))
    any_shop.pay_balance("pay-1", eur(23900), (("o-17", 23900),))

    assert due(any_shop.order("o-17")) == 0
    assert any_shop.payment("pay-1").state.value == "captured"
    any_shop.assert_lawful()


def test_what_a_change_of_an_order_costs_grows_with_its_lines() -> None:
    def steps(n: int) -> int:
        names = [str(i) for i in range(n)]
        shop = Workflow(MemoryStore(), TWO_PLACES)  # without supervision
        shop.place("o-17", new_order(*[line(name, LAMP, 3, "9.99") for name in names]))

        def work() -> None:
            shop.reprice("o-17", tuple((name, at("8.00")) for name in names))
            shop.invoice("o-17", "2026", lines=tuple((name, 1) for name in names))
            shop.cancel("o-17", tuple((name, 2) for name in names))
            assert shop.statement("o-17").total == n * 800

        return lines_of(work)

    assert steps(1_000) < 12 * steps(100)


# --- weights -----------------------------------------------------------------------------------


def test_weighing_fixes_the_amount_by_what_the_pieces_weigh(any_shop: Shop) -> None:
    any_shop.sell("o-17", ham())
    assert estimated(any_shop.order("o-17").lines[0]) == [(0, 2)]

    any_shop.weigh_line("o-17", "1", 1254)

    order = any_shop.order("o-17")
    assert last(order) == Charge("price-later-1", PRICE, 85, (Span("1", 0, 2, 85),), "", "weighed")
    assert total(order) == 1981  # 1,254 g at 15.80 a kilogram
    assert due(order) == 85
    assert estimated(order.lines[0]) == []
    any_shop.assert_lawful()


def test_pieces_may_be_weighed_in_turn(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(3)))

    shop.weigh_line("o-17", "1", 700, 1)
    shop.weigh_line("o-17", "1", 1100, 2)

    order = shop.order("o-17")
    assert [(one.start, one.stop, one.grams) for one in order.lines[0].prices] == [
        (0, 1, 700),
        (1, 3, 1100),
    ]
    assert total(order) == 1106 + 1738
    call = weigh_line.on("o-17", "1", 600, 1)
    assert shop.refuses(call) == "line 1 of order o-17: 1 asked to weigh line, 0 can"


def test_a_weight_that_does_not_divide_makes_the_first_pieces_a_gram_heavier(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(5)))

    shop.weigh_line("o-17", "1", 3002)

    def weights() -> list[tuple[int, int, int]]:
        prices = shop.order("o-17").lines[0].prices
        return [(one.start, one.stop, one.grams) for one in prices]

    assert weights() == [(0, 2, 1202), (2, 5, 1800)]
    shop.weigh_line("o-17", "1", 3009)
    assert weights() == [(0, 4, 2408), (4, 5, 601)]  # no more ranges than before
    shop.reprice("o-17", (("1", at("10.00", 1000)),))
    assert weights() == [(0, 4, 2408), (4, 5, 601)]
    assert total(shop.order("o-17")) == 3009


def test_pieces_that_were_unlike_cost_the_same_when_they_weigh_the_same(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(2)))
    shop.weigh_line("o-17", "1", 2000, 1)
    shop.weigh_line("o-17", "1", 400, 1)

    shop.weigh_line("o-17", "1", 1800)

    order = shop.order("o-17")
    assert [carried(order.lines[0], order.charges, [(i, i + 1)]) for i in (0, 1)] == [1422, 1422]


def test_what_is_off_a_heavy_piece_is_borne_by_all_where_it_weighs_less(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(2)))
    shop.weigh_line("o-17", "1", 2000, 1)
    shop.weigh_line("o-17", "1", 400, 1)
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -2700))

    shop.weigh_line("o-17", "1", 1800)

    order = shop.order("o-17")
    assert carries(order) == total(order) == 2844 - 2700
    assert all(carried(order.lines[0], order.charges, [(i, i + 1)]) >= 0 for i in (0, 1))


def test_a_whole_line_may_be_weighed_again(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(3)))
    shop.weigh_line("o-17", "1", 2000)
    shop.cancel("o-17", (("1", 1),))

    shop.weigh_line("o-17", "1", 1254)

    assert total(shop.order("o-17")) == 1981
    assert [one.grams for one in prices_of(shop.order("o-17").lines[0])] == [1254, 666]


def test_a_new_price_of_goods_by_weight_keeps_what_was_weighed(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(3)))
    shop.weigh_line("o-17", "1", 700, 1)

    shop.reprice("o-17", (("1", at("10.00", 1000)),))

    order = shop.order("o-17")
    assert total(order) == 700 + 1200
    assert [(one.grams, one.fixed) for one in order.lines[0].prices] == [(700, True), (0, False)]
    shop.weigh_line("o-17", "1", 1254)
    assert total(shop.order("o-17")) == 1254


def test_only_goods_by_weight_are_weighed(shop: Shop) -> None:
    shop.place("o-17", new_order((BELL, 1), line("2", LAMP, 1)))

    assert shop.codes(weigh_line.on("o-17", "2", 1254)) == ["not_by_weight"]
    assert shop.codes(weigh_line.on("o-17", "9", 1254)) == ["no_such_line"]


def test_a_piece_weighs_at_least_a_gram(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(3)))

    assert shop.cannot_take(weigh_line.on("o-17", "1", 2)) == "grams"
    shop.weigh_line("o-17", "1", 3)


def test_what_was_cancelled_is_not_weighed(shop: Shop) -> None:
    shop.place("o-17", new_order(ham(1), line("2", LAMP, 1)))
    shop.cancel("o-17", (("1", 1),))

    assert shop.codes(weigh_line.on("o-17", "1", 600)) == ["none_kept"]


# --- price protection --------------------------------------------------------------------------


@pytest.mark.feature("F098")
def test_a_price_that_falls_in_time_is_owed_back_once(any_shop: Shop) -> None:
    shop = any_shop.under(WEEK)
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    shop.clock.forward(days=7)

    lower = (("1", at("8.50")),)
    shop.protect_price("o-17", lower, "sale", "11.11")

    assert owed_back(shop.order("o-17")) == 450
    assert shop.refuses(protect_price.on("o-17", lower)) == (
        "line 1 of order o-17 costs no more than 8.50 EUR"
    )
    shop.refund("o-17")
    shop.assert_lawful()


def test_a_price_is_protected_only_for_its_days(shop: Shop) -> None:
    shop = shop.under(WEEK)
    shop.place("o-17", new_order((LAMP, 1), (BELL, 1)))
    shop.clock.forward(days=7, seconds=1)

    call = protect_price.on("o-17", (("1", at("9.00")), ("2", at("50.00")), ("3", at("1"))))

    assert shop.codes(call) == ["no_such_line", "protection_over", "not_lower"]


def test_without_days_in_the_rules_no_price_is_protected(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    call = protect_price.on("o-17", (("1", at("9.00")),))
    assert shop.codes(call) == ["protection_over"]


def test_only_what_is_kept_is_protected(shop: Shop) -> None:
    shop = shop.under(WEEK)
    shop.place("o-17", new_order((LAMP, 3), (BELL, 1)))
    shop.cancel("o-17", (("1", 1), ("2", 1)))

    shop.protect_price("o-17", (("1", at("9.00")),))

    assert last(shop.order("o-17")).spans == (Span("1", 0, 2, -200),)
    assert shop.codes(protect_price.on("o-17", (("2", at("1")),))) == ["none_kept"]


def test_units_that_cost_less_already_are_left_alone(shop: Shop) -> None:
    shop = shop.under(WEEK)
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.apply(invoice.on("o-17", "2026", lines=(("1", 2),)))
    shop.reprice("o-17", (("1", at("8.00")),))

    shop.protect_price("o-17", (("1", at("9.00")),))

    assert last(shop.order("o-17")).spans == (Span("1", 0, 2, -200),)
    assert [one.price for one in prices_of(shop.order("o-17").lines[0])] == [
        at("9.00").amount,
        at("8.00").amount,
    ]


def test_a_kit_is_protected_over_its_parts(shop: Shop) -> None:
    shop = shop.under(WEEK)
    shop.place("o-17", new_order(kit(2)))

    shop.protect_price("o-17", (("1", at("45.00")),))

    assert total(shop.order("o-17")) == 9000
    call = protect_price.on("o-17", (("1", at("45.00")),))
    assert shop.refuses(call) == "line 1 of order o-17 costs no more than 45.00 EUR"


def test_a_part_of_a_kit_that_is_no_cheaper_is_left_alone(shop: Shop) -> None:
    shop = shop.under(WEEK)
    shop.place("o-17", new_order(kit(2)))

    shop.protect_price("o-17", (("1", at("49.99")),))  # 10.00 and 39.99

    order = shop.order("o-17")
    assert last(order).spans == (Span("1.2", 0, 4, -2),)
    assert order.lines[0].prices == ()


def test_weighed_goods_are_protected_by_what_they_weigh(shop: Shop) -> None:
    shop = shop.under(WEEK)
    shop.place("o-17", new_order(ham()))
    shop.weigh_line("o-17", "1", 1254)

    shop.protect_price("o-17", (("1", at("14.80", 1000)),))

    assert total(shop.order("o-17")) == 1856
    said = shop.refuses(protect_price.on("o-17", (("1", at("15.80", 1000)),)))
    assert said == "line 1 of order o-17 costs no more than 15.80 EUR / 1000"


# --- what comes back afterwards ----------------------------------------------------------------


@pytest.mark.feature("F097")
def test_returns_after_a_new_price_give_back_exactly_what_was_paid(shop: Shop) -> None:
    shop = shop.under(WEEK)
    off = NewCharge(DISCOUNT, -100, bearer="brand")
    shop.stock(LAMP, "leith", 7)
    shop.sell("o-17", line("1", LAMP, 7, "3.333"), charges=(off,))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.protect_price("o-17", (("1", at("2.999")),))
    back = owed_back(shop.order("o-17"))
    shop.refund("o-17")

    for n, id in ((2, "r-1"), (4, "r-2"), (1, "r-3")):
        shop.ask_return(id, "o-17", (("1", n),))
        shop.receive_return(id, "leith")
        shop.inspect(id)
        back += owed_back(shop.order("o-17"))
        shop.refund("o-17")

    assert back == 2333 - 100
    assert total(shop.order("o-17")) == 0
    shop.assert_lawful()


# --- input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "path"),
    (
        ((), "prices"),
        ("1", "prices"),
        (("1",), "prices[0]"),
        ((("", at("1")),), "prices[0].line"),
        ((("1", 5),), "prices[0].price"),
        ((("1", at("1", currency="USD")),), "prices[0].price"),
        ((("1", at("1")), ("1", at("2"))), "prices"),
    ),
)
def test_prices_that_are_none_are_bad_input(shop: Shop, prices: object, path: str) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.cannot_take(reprice.on("o-17", prices)) == path  # type: ignore[arg-type] # bad
    assert shop.cannot_take(protect_price.on("o-17", prices)) == path  # type: ignore[arg-type] # bad


@pytest.mark.parametrize(
    ("charges", "path"),
    (
        (5, "charges"),
        ((5,), "charges[0]"),
        ((NewCharge(ChargeKind.FEE, 5),), "charges[0].kind"),
        ((NewCharge(TAX, 5, parts=(("", 5),)),), "charges[0].kind"),
    ),
)
def test_only_discounts_and_taxes_of_lines_are_replaced(
    shop: Shop, charges: object, path: str
) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    call = reprice.on("o-17", (("1", at("9")),), charges=charges)  # type: ignore[arg-type] # bad
    assert shop.cannot_take(call) == path
