"""What users of other systems report of discounts and refunds, and what becomes of it here.

Pain 17: a refund ignores promotions, or a discount is not shared by line.
Pain 18: the discount of an order moves to the lines that stay when others are cancelled.
Pain 19: a coupon with a minimum is kept by who sends back all but one.
Pain 20: refunds come to a cent more than was paid, for taxes are rounded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from orderflow import ChargeKind, Money, NewCharge, NewOrder, Rules
from orderflow.invoices import credit, left_of
from orderflow.pricing import Given, Offer, PercentOff, When, carried, due, priced, total
from orderflow.records import Destination, Order
from orderflow.refunds import refund
from orderflow.taxes import NET_BY_LINE, Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from tests.builders import BELL, LAMP, LEITH, MORNING, YORK, Shop, eur, line, new_order

VAT: Final = Taxing(Table("vat", (TaxRow("DE", Rate.of("VAT", "19")),)), NET_BY_LINE)
TENTH: Final = Offer(
    "a tenth", PercentOff(Decimal(10)), When(least=Money(30000, "EUR")), bearer="platform"
)


def sell(shop: Shop, new: NewOrder) -> None:
    """Place o-17, pay it in full, and deliver all of it."""
    shop.place("o-17", new)
    shop.pay("pay-1", eur(total(shop.order("o-17"))), (("o-17", total(shop.order("o-17"))),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")


def give_back(shop: Shop, name: str, line: str, n: int) -> int:
    """Some units come back and their money goes out; how much."""
    shop.ask_return(name, "o-17", ((line, n),), "no")
    shop.receive_return(name, "leith")
    shop.inspect(name)
    owed = -due(shop.order("o-17"))
    if owed:
        assert shop.codes(refund.on("o-17", eur(owed + 1))) == ["over_refund"]
        shop.refund("o-17")
    return owed


def cost(order: Order, line: str) -> int:
    """What all units of a line carry."""
    found = order.line(line)
    assert found is not None
    return carried(found, order.charges, [(0, found.n)])


# --- pain 17 ------------------------------------------------------------------------------------


@pytest.mark.feature("F193", "F195")
def test_pain_17_what_is_paid_back_is_what_was_paid_with_every_promotion(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 30)
    shop.stock(BELL, "leith", 2)
    offers = (TENTH, Offer("ours", PercentOff(Decimal(5))))
    sell(shop, priced(new_order((LAMP, 30), (BELL, 2)), offers, Given(MORNING)).order)

    lamps = [give_back(shop, f"r-{i}", "1", 10) for i in range(3)]

    assert lamps == [8550, 8550, 8550]  # of 100.00 less a tenth, and less a twentieth of that
    assert give_back(shop, "r-bells", "2", 2) == cost(shop.order("o-17"), "2")
    assert total(shop.order("o-17")) == 0


# --- pain 18 ------------------------------------------------------------------------------------


@pytest.mark.feature("F193", "F097")
def test_pain_18_a_discount_stays_where_it_was_when_a_line_is_cancelled(any_shop: Shop) -> None:
    shop = any_shop
    off = NewCharge(ChargeKind.DISCOUNT, -3110, bearer="platform")
    freight = NewCharge(ChargeKind.FREIGHT, 490)
    shop.sell("o-17", (LAMP, 22), (BELL, 2), charges=(off, freight))
    before = shop.order("o-17")

    shop.cancel("o-17", (("1", 22),))

    after = shop.order("o-17")
    assert -due(after) == cost(before, "1") == 22000 - 2200
    assert total(after) == cost(before, "2") + 490 == 9100 - 910 + 490


@pytest.mark.feature("F097")
def test_pain_18_amounts_of_the_order_go_back_with_the_last_of_its_lines(any_shop: Shop) -> None:
    shop = any_shop
    charges = (NewCharge(ChargeKind.FREIGHT, 490), NewCharge(ChargeKind.FEE, 150))
    shop.sell("o-17", (LAMP, 1), (BELL, 1), charges=charges)

    shop.cancel("o-17", (("1", 1),))
    assert -due(shop.order("o-17")) == 1000
    shop.cancel("o-17")

    assert -due(shop.order("o-17")) == 1000 + 4550 + 490 + 150


# --- pain 19 ------------------------------------------------------------------------------------


@pytest.mark.feature("F195")
def test_pain_19_a_coupon_with_a_minimum_is_kept_unless_the_seller_says_otherwise(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    sell(shop, priced(new_order(line("1", LAMP, 6, "50.00")), (TENTH,), Given(MORNING)).order)

    assert give_back(shop, "r-1", "1", 5) == 5 * 4500
    assert total(shop.order("o-17")) == 4500

    # Where the law of the place lets him, one command takes it back from what stays.
    nothing = (NewCharge(ChargeKind.DISCOUNT, 0),)
    shop.reprice("o-17", (("1", line("1", LAMP, 1, "50.00").price),), charges=nothing)

    assert (total(shop.order("o-17")), due(shop.order("o-17"))) == (5000, 500)


# --- pain 20 ------------------------------------------------------------------------------------


@pytest.mark.feature("F186", "F230")
@pytest.mark.parametrize("price", ("3.33", "0.01", "9.99", "0.98765"))
def test_pain_20_refunds_and_credit_notes_never_come_to_a_cent_more_than_was_paid(
    any_shop: Shop, price: str
) -> None:
    shop = any_shop.under(Rules(locations=(LEITH, YORK), taxing=VAT))
    shop.stock(LAMP, "leith", 7)
    charges = (NewCharge(ChargeKind.DISCOUNT, -3), NewCharge(ChargeKind.FREIGHT, 101))
    new = new_order(
        line("1", LAMP, 7, price), charges=charges, destination=Destination(region="DE")
    )
    sell(shop, tax_charges(new, VAT, MORNING))
    shop.invoice("o-17", "2026")
    paid = shop.payment("pay-1").captured

    back = 0
    for i, n in enumerate((1, 2, 1, 3)):
        back += give_back(shop, f"r-{i}", "1", n)
        shop.credit("2026-000001", "CN")

    order = shop.order("o-17")
    assert back <= paid
    assert paid - back == total(order)
    invoice = shop.invoiced("2026-000001")
    notes = [shop.credited(id) for id in order.credit_notes]
    assert left_of(invoice, notes) == total(order)
    assert shop.codes(credit.on("2026-000001", "CN")) == ["nothing_to_credit"]
