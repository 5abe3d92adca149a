"""Orders whose statements are kept as texts, each a case of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs

from orderflow import (
    ChargeKind,
    Component,
    Destination,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Sku,
    verbs,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.bills import CreditNote, Invoice
from orderflow.paid_back import Refunding
from orderflow.records import Fixing
from orderflow.statements import Statement, statement
from orderflow.taxes import GROSS_BY_LINE, Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from orderflow.thresholds import Terms, Unmet
from tests.builders import BELL, LAMP, ROPE, TEA, TWO_PLACES, Shop, eur, line, new_order

DISCOUNT, FREIGHT = ChargeKind.DISCOUNT, ChargeKind.FREIGHT
ID: Final = "o-17"


def shop_of(**rules: object) -> Shop:
    return Shop(MemoryStore(), attrs.evolve(TWO_PLACES, **rules))  # type: ignore[arg-type] # named


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def plain() -> Statement:
    """Two lamps, a bell and 1.318 kg of tea, paid."""
    shop = shop_of()
    shop.sell(ID, (LAMP, 2), (BELL, 1), (TEA, 1318), charges=(NewCharge(FREIGHT, 490),))
    return statement(shop.order(ID))


def two_discounts_of_a_cent() -> Statement:
    """Three pieces at 0.01 and two discounts of 0.01: one piece is left to be paid."""
    shop = shop_of()
    charges = (
        NewCharge(DISCOUNT, -1, reason="first order"),
        NewCharge(DISCOUNT, -1, bearer="platform", reason="11.11"),
    )
    shop.place(ID, new_order(line("1", LAMP, 3, "0.01"), charges=charges))
    return statement(shop.order(ID))


def threshold_and_coupon() -> Statement:
    """50 off 300 over three lines, and a coupon of 15 that the platform bears."""
    shop = shop_of()
    prices = (("TEA-SET", "120.00"), ("FAN", "99.99"), ("SILK", "80.02"))
    lines = tuple(
        NewLine(str(i), Sku(code), 1, Price.of(price, "CNY"))
        for i, (code, price) in enumerate(prices, 1)
    )
    charges = (
        NewCharge(DISCOUNT, -5000, reason="满300减50"),
        NewCharge(DISCOUNT, -1500, bearer="platform", reason="coupon"),
    )
    shop.place(ID, NewOrder("c-7", "CNY", lines, charges))
    shop.pay("pay-1", cny(23501), ((ID, 23501),))
    return statement(shop.order(ID))


def kit() -> Statement:
    """Two kits of a lamp and two bells, and one bell of them is given up."""
    shop = shop_of()
    parts = (Component(LAMP, 1, 1), Component(BELL, 2, 4))
    desk = NewLine("1", Sku("DESK-SET"), 2, Price.of("50.01", "EUR"), components=parts)
    off = NewCharge(DISCOUNT, -500, ("1",), reason="a set")
    shop.place(ID, new_order(desk, (ROPE, 2500), charges=(off,)))
    shop.cancel(ID, (("1.2", 1),))
    return statement(shop.order(ID))


def weighed() -> Statement:
    """Hams by the piece at 15.80 a kilogram: two weigh 1,254 g, one is still to be weighed."""
    shop = shop_of()
    ham = NewLine(
        "1",
        Sku("HAM"),
        3,
        Price.of("15.80", "EUR", per=1000),
        fixed=Fixing.WEIGHING,
        grams_each=600,
    )
    shop.sell(ID, ham, (TEA, 250))
    shop.weigh_line(ID, "1", 1254, 2)
    return statement(shop.order(ID))


def presale() -> Statement:
    """299.00 with a deposit of 30.00 that counts for 60.00, and a gift; its balance is paid."""
    shop = shop_of()
    lamp = line("1", LAMP, 1, "299.00", fixed=Fixing.BALANCE, version="presale")
    shop.place(ID, new_order(lamp, line("2", BELL, 1, "0.01", gift_for=("1", "early-bird"))))
    shop.take_deposit("pay-1", eur(29901), eur(3000), ((ID, 3000),))
    lower = (("1", Price.of("269.00", "EUR")),)
    shop.reprice(ID, lower, "balance", "the deposit of 30.00 counts for 60.00")
    shop.open_balance("pay-1", shop.clock.at + timedelta(days=3))
    shop.pay_balance("pay-1", eur(23901), ((ID, 23901),))
    return statement(shop.order(ID))


def repriced_protected_and_returned() -> Statement:
    """Seven lamps at a new price, protected after delivery, and two of them returned."""
    shop = shop_of(price_protection_days=7)
    shop.stock(LAMP, "leith", 7)
    shop.place(
        ID,
        new_order(
            line("1", LAMP, 7, "3.333", version="list-1"),
            charges=(NewCharge(DISCOUNT, -100, bearer="brand-3", reason="spring"),),
        ),
    )
    shop.reprice(ID, (("1", Price.of("3.20", "EUR")),), "list-2", "as agreed by phone")
    shop.pay("pay-1", eur(2140), ((ID, 2140),))
    shop.allocate(ID)
    shop.ship(ID, "p-1")
    shop.deliver("p-1")
    shop.protect_price(ID, (("1", Price.of("2.999", "EUR")),), "list-3", "summer sale")
    shop.ask_return("r-1", ID, (("1", 2),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    return statement(shop.order(ID))


def cash_on_delivery() -> Statement:
    """To be paid at the door, with freight and tax, part cancelled and part refused, invoiced."""
    standard = TaxRow("scotland", Rate.of("19 %", "19"))
    taxing = Taxing(Table("here", (standard,)))
    shop = shop_of(taxing=taxing)
    shop.stock(LAMP, "leith", 9)
    freight = (NewCharge(FREIGHT, 490),)
    wanted = new_order(
        (LAMP, 3),
        (BELL, 1),
        cash_on_delivery=True,
        charges=freight,
        destination=Destination("a-7", "scotland"),
    )
    shop.place(ID, tax_charges(wanted, taxing, shop.clock.at))
    shop.cancel(ID, (("2", 1),), reason="out of stock")
    shop.allocate(ID)
    shop.ship(ID, "p-1")
    shop.deliver("p-1")
    shop.apply(verbs.invoice.on(ID, "2026"))
    owed = statement(shop.order(ID)).due
    shop.collect_on_delivery("pay-1", ID, eur(owed))
    bills = [one for one in shop.documents() if isinstance(one, Invoice | CreditNote)]
    return statement(shop.order(ID), bills)


def taxes_in_the_prices() -> Statement:
    """Prices with their taxes: goods at 13 %, books and freight at 9 %, and a discount."""
    rows = (
        TaxRow("shanghai", Rate.of("VAT 13 %", "13")),
        TaxRow("shanghai", Rate.of("VAT 9 %", "9"), group="books"),
        TaxRow("shanghai", Rate.of("VAT 9 %", "9"), group="freight"),
    )
    taxing = Taxing(Table("here", rows, groups=(("ATLAS", "books"),)), GROSS_BY_LINE)
    shop = shop_of(taxing=taxing)
    lines = (
        NewLine("1", LAMP, 3, Price.of("99.90", "CNY")),
        NewLine("2", Sku("ATLAS"), 1, Price.of("45.00", "CNY")),
    )
    charges = (
        NewCharge(DISCOUNT, -3000, reason="满300减30"),
        NewCharge(FREIGHT, 1200),
        NewCharge(FREIGHT, -200, reason="member"),
    )
    to = Destination("a-7", "shanghai")
    shop.place(ID, NewOrder("c-7", "CNY", lines, charges, destination=to))
    return statement(shop.order(ID), taxing=taxing)


def yen_without_decimals() -> Statement:
    """A currency without decimals: 3 x 333.3 yen and a discount of 100."""
    return _foreign("JPY", "333.3", -100)


def dinar_with_three_decimals() -> Statement:
    """A currency with three decimals: 3 x 1.2345 dinar and a discount of 0.100."""
    return _foreign("KWD", "1.2345", -100)


def _foreign(currency: str, price: str, off: int) -> Statement:
    shop = shop_of()
    lines = (NewLine("1", LAMP, 3, Price.of(price, currency)),)
    charges = (NewCharge(DISCOUNT, off, reason="spring"),)
    shop.place(ID, NewOrder("c-7", currency, lines, charges))
    shop.cancel(ID, (("1", 1),))
    return statement(shop.order(ID))


def a_threshold_that_is_not_reached() -> Statement:
    """10 % from 300 on for six lamps, and five come back in two returns: 5.00 are taken back."""
    shop = shop_of(refunding=Refunding(Unmet.CLAW_BACK, postage=(eur(390),)))
    off = NewCharge(DISCOUNT, -3000, bearer="brand", reason="spring", terms=Terms(least=30000))
    shop.stock(LAMP, "leith", 6)
    shop.sell(ID, line("1", LAMP, 6, "50.00"), charges=(off,))
    shop.allocate(ID)
    shop.ship(ID, "p-1")
    shop.deliver("p-1")
    for name, n in (("r-1", 2), ("r-2", 3)):
        shop.ask_return(name, ID, (("1", n),))
        shop.receive_return(name, "leith")
        shop.inspect(name)
    shop.refund(ID)
    return statement(shop.order(ID))


CASES: Final[dict[str, Callable[[], Statement]]] = {
    case.__name__.replace("_", "-"): case
    for case in (
        plain,
        two_discounts_of_a_cent,
        threshold_and_coupon,
        kit,
        weighed,
        presale,
        repriced_protected_and_returned,
        cash_on_delivery,
        taxes_in_the_prices,
        yen_without_decimals,
        dinar_with_three_decimals,
        a_threshold_that_is_not_reached,
    )
}
"""Each case by the name of its text."""
