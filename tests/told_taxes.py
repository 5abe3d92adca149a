"""Published cases of taxes: each with what is published, and what our papers say of such an order.

Orders are placed, shipped and invoiced; what is given back stands on a credit note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import attrs

from orderflow import ChargeKind, Money, NewCharge, NewLine, NewOrder, Position, Rules, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.bills import CreditNote, Invoice
from orderflow.money import Rounding, Spread
from orderflow.pricing import (
    AmountOff,
    FreightOff,
    Given,
    Level,
    Offer,
    PercentOff,
    Scope,
    priced,
    total,
)
from orderflow.records import Destination
from orderflow.taxes import (
    NET_BY_LINE,
    NET_BY_TOTAL,
    NET_BY_UNIT,
    NET_OF_LINE,
    NET_OF_UNIT,
    By,
    Convention,
    Rate,
    Table,
    Taxing,
    TaxRow,
)
from orderflow.taxes import Level as TaxLevel
from orderflow.taxing import tax_charges
from tests.builders import LEITH
from tests.told import DAY, cart, euros, lamps


class TaxTold(NamedTuple):
    """What is asked, under which convention, what is published, and what we answer."""

    case: str
    system: str
    convention: str
    published: str
    ours: Callable[[], str]


def cents(*amounts: int) -> str:
    return ", ".join(f"{amount // 100}.{amount % 100:02}" for amount in amounts)


def taxing(
    convention: Convention, *percents: str, groups: Sequence[tuple[str, str]] = ()
) -> Taxing:
    """Taxes of so many percent on all goods; a pair of SKU and percentage has that one instead.

    A percentage may be several, as in "10 10". Freight has the first that there is.
    """
    ways = {"": " ".join(percents), **{said: said for _, said in groups}}
    rows = [
        TaxRow("here", Rate.of(f"V{i}", percent), group=group)
        for group, said in ways.items()
        for i, percent in enumerate(said.split(), 1)
    ]
    return Taxing(Table("published", tuple(rows), groups=tuple(groups)), convention)


def invoiced(new: NewOrder, taxes: Taxing, *parcels: int) -> Workflow:
    """A shop in which order o-1 is shipped, in one parcel or in parts of its line 1, each with its
    invoice."""
    shop = Workflow(MemoryStore(), Rules(locations=(LEITH,), taxing=taxes), clock=lambda: DAY)
    to = attrs.evolve(new, cash_on_delivery=True, destination=Destination(region="here"))
    shop.place("o-1", tax_charges(to, taxes, DAY))
    for line in new.lines:
        shop.receive(Position(line.sku.code, "leith"), line.n)
    shop.allocate("o-1")
    for i, n in enumerate(parcels or (0,), 1):
        ship(shop, i, n)
    return shop


def ship(shop: Workflow, number: int, n: int) -> None:
    """A parcel of so many units of line 1, or of all that is there, with its invoice."""
    dispatch, parcel = f"d-{number}", f"p-{number}"
    shop.release("o-1", dispatch, lines=(("1", n),) if n else ())
    shop.pick(dispatch)
    shop.pack(parcel, (dispatch,))
    shop.hand_over(parcel)
    shop.invoice("o-1", "I")


def invoices(shop: Workflow) -> list[Invoice]:
    return [shop.invoiced(id) for id in shop.order("o-1").invoices]


def notes(shop: Workflow) -> list[CreditNote]:
    return [shop.credited(id) for id in shop.order("o-1").credit_notes]


def bill(new: NewOrder, taxes: Taxing) -> Invoice:
    (one,) = invoices(invoiced(new, taxes))
    return one


# --- how each is answered -------------------------------------------------------------------------


def three_at_1_08(convention: Convention) -> str:
    return cents(bill(cart("1.08", n=3), taxing(convention, "19")).gross)


UP: Final = Convention("up to a cent", rounding=Rounding.UP, spread=Spread.FRONT_FIRST)


def two_of_ten_percent(by: By, level: TaxLevel) -> str:
    both = tuple((f"LAMP-{i}", "10 10") for i in (2, 4))
    taxes = taxing(attrs.evolve(UP, by=by, level=level), "10", groups=both)
    lines = bill(cart("11.11", "22.22", "33.33", "44.44"), taxes).lines
    return "; ".join(cents(*[tax.amount for tax in line.taxes]) for line in lines)


def freight(amount: int) -> tuple[NewCharge, ...]:
    return (NewCharge(ChargeKind.FREIGHT, amount),)


def part_of_the_freight() -> str:
    new = attrs.evolve(cart("10.00"), charges=freight(1000))
    shop = invoiced(new, taxing(NET_BY_LINE, "15"))
    shop.credit("I-000001", "C", "freight-1", euros("5.75"))
    (note,) = notes(shop)
    return f"{cents(note.net)} and {cents(note.tax)}"


def freight_at_half_price() -> str:
    half = Offer("half", FreightOff(euros("5.00")))
    order = priced(cart("10.00"), (half,), Given(DAY, freight=euros("10.00"))).order
    shop = invoiced(order, taxing(NET_BY_LINE, "23"))
    of_freight = [line for line in invoices(shop)[0].lines if line.group == "freight"]
    back = sum(line.amount + sum(tax.amount for tax in line.taxes) for line in of_freight)
    shop.credit("I-000001", "C", of_freight[0].line, Money(back, "EUR"))
    return cents(notes(shop)[0].gross)


def all_that_is_left() -> str:
    rows = (
        TaxRow("here", Rate.of("VAT", "23")),
        TaxRow("here", Rate.zero("none", "as published"), group="freight"),
    )
    taxes = Taxing(Table("published", rows), NET_BY_TOTAL)
    shop = invoiced(attrs.evolve(cart("10.00", n=2), charges=freight(2000)), taxes)
    shop.credit("I-000001", "C", "1", euros("5.00"))
    shop.credit("I-000001", "C", whole=True)
    return f"{cents(sum(note.gross for note in notes(shop)))} in all"


def three_discounted_lines(convention: Convention) -> str:
    """15 % off the first line and 5.00 off all that is left of the order."""
    lines: list[NewLine] = [
        attrs.evolve(line, n=n)
        for line, n in zip(lamps("10.00", "34.99", "2.55"), (2, 1, 4), strict=True)
    ]
    offers = (
        Offer("15 %", PercentOff(Decimal(15), Level.UNIT), scope=Scope(("1",))),
        Offer("5 off", AmountOff(euros("5.00")), sharing=Spread.SIGNED_REMAINDER),
    )
    order = priced(NewOrder("c-7", "EUR", tuple(lines)), offers, Given(DAY)).order
    rates = taxing(convention, "10", groups=(("LAMP-1", "20"),))
    one = bill(order, rates)
    return f"{cents(one.net)} and {cents(one.gross)}"


def promotion_by_quantity() -> str:
    lines = [
        attrs.evolve(line, n=n)
        for line, n in zip(lamps(*["20.00"] * 4), (5, 10, 5, 5), strict=True)
    ]
    tenth = Offer("tenth", PercentOff(Decimal(10), Level.UNIT), scope=Scope(("1", "2")))
    order = priced(NewOrder("c-7", "EUR", tuple(lines)), (tenth,), Given(DAY)).order
    one = bill(order, taxing(NET_BY_TOTAL, "10"))
    return f"{cents(one.net)} and {cents(one.tax)}"


UNTAXED: Final = Taxing(Table("none", (TaxRow("here", Rate.zero("none", "as published")),)))


def freight_of_two_parcels() -> str:
    shop = invoiced(attrs.evolve(cart("20.00", n=5), charges=freight(300)), UNTAXED, 4, 1)
    assert sum(one.gross for one in invoices(shop)) == total(shop.order("o-1"))
    return cents(total(shop.order("o-1")))


def freight_of_each_parcel() -> str:
    shop = invoiced(attrs.evolve(cart("20.00", n=5), charges=freight(300)), UNTAXED, 4)
    shop.adjust("o-1", *freight(300))
    ship(shop, 2, 1)
    return " and ".join(cents(one.net) for one in invoices(shop))


def on_each_other(convention: Convention, price: str, *percents: str) -> Invoice:
    """A lamp with taxes each of which is on those before it."""
    rows = tuple(
        TaxRow("here", Rate.of(f"V{i}", percent, on_taxes=i > 0))
        for i, percent in enumerate(percents)
    )
    return bill(cart(price), Taxing(Table("published", rows), convention))


def taxes_on_each_other(convention: Convention, price: str, *percents: str) -> str:
    (line,) = on_each_other(convention, price, *percents).lines
    return ", ".join(cents(tax.amount) for tax in line.taxes)


# --- the cases ------------------------------------------------------------------------------------

DYNAMICS: Final = "Dynamics 365 docs, RT-03"
SYLIUS: Final = "Sylius RefundPlugin"

TAX_TOLD: Final = (
    TaxTold(
        "3 at 1.08, 19 %",
        "commercetools docs, RT-01",
        "`NET_BY_LINE`",
        "3.86",
        lambda: three_at_1_08(NET_BY_LINE),
    ),
    TaxTold(
        "the same, by unit",
        "commercetools docs, RT-01",
        "`NET_BY_UNIT`",
        "3.87",
        lambda: three_at_1_08(NET_BY_UNIT),
    ),
    TaxTold(
        "two taxes of 10 %, up, by code and line",
        DYNAMICS,
        "`by=By.CODE, level=Level.LINE`",
        "1.12; 2.23, 2.23; 3.34; 4.45, 4.45",
        lambda: two_of_ten_percent(By.CODE, TaxLevel.LINE),
    ),
    TaxTold(
        "by combination and line",
        DYNAMICS,
        "`by=By.COMBINATION, level=Level.LINE`",
        "1.12; 2.23, 2.22; 3.34; 4.45, 4.44",
        lambda: two_of_ten_percent(By.COMBINATION, TaxLevel.LINE),
    ),
    TaxTold(
        "by code on the total",
        DYNAMICS,
        "`by=By.CODE, level=Level.TOTAL`",
        "1.12; 2.22, 2.23; 3.33; 4.44, 4.44",
        lambda: two_of_ten_percent(By.CODE, TaxLevel.TOTAL),
    ),
    TaxTold(
        "by combination on the total",
        DYNAMICS,
        "`by=By.COMBINATION, level=Level.TOTAL`",
        "1.12; 2.23, 2.22; 3.33; 4.44, 4.45",
        lambda: two_of_ten_percent(By.COMBINATION, TaxLevel.TOTAL),
    ),
    TaxTold(
        "5.75 of shipping at 10.00 and 15 %",
        f"{SYLIUS}, REF-042",
        "`NET_BY_LINE`",
        "5.00 and 0.75",
        part_of_the_freight,
    ),
    TaxTold(
        "shipping 10.00 less half, 23 %, given back",
        f"{SYLIUS}, REF-045",
        "`NET_BY_LINE`",
        "6.15",
        freight_at_half_price,
    ),
    TaxTold(
        "2 at 10.00 and 23 % and shipping 20.00: all that is left after 5.00",
        f"{SYLIUS}, REF-047",
        "`NET_BY_TOTAL`",
        "44.60 in all",
        all_that_is_left,
    ),
    TaxTold(
        "15 % off a line, 5.00 off the order, 20 % and 10 % within",
        "Vendure, REF-088",
        "`NET_OF_LINE`",
        "50.81 and 57.19",
        lambda: three_discounted_lines(NET_OF_LINE),
    ),
    TaxTold(
        "the same, by unit",
        "Vendure, REF-088",
        "`NET_OF_UNIT`",
        "50.82 and 57.19",
        lambda: three_discounted_lines(NET_OF_UNIT),
    ),
    TaxTold(
        "the same, prices without tax",
        "Vendure",
        "`NET_BY_LINE`",
        "57.19 and 64.48",
        lambda: three_discounted_lines(NET_BY_LINE),
    ),
    TaxTold(
        "a promotion by quantity, 10 %",
        "Tryton, REF-093",
        "`NET_BY_TOTAL`",
        "470.00 and 47.00",
        promotion_by_quantity,
    ),
    TaxTold(
        "100.00, 15 % and then 18 % on both",
        "Oracle Fusion, Brazil",
        "`NET_BY_LINE`",
        "15.00, 20.70",
        lambda: taxes_on_each_other(NET_BY_LINE, "100.00", "15", "18"),
    ),
    TaxTold(
        "10,000.00, 3 %, 5 % and 2 % on each other",
        "Dynamics NAV docs",
        "`NET_BY_TOTAL`",
        "300.00, 515.00, 216.30",
        lambda: taxes_on_each_other(NET_BY_TOTAL, "10000.00", "3", "5", "2"),
    ),
    TaxTold(
        "100.00, 6 % and 7.5 % on both",
        "Quebec in 2006",
        "`NET_BY_LINE`",
        "113.95",
        lambda: cents(on_each_other(NET_BY_LINE, "100.00", "6", "7.5").gross),
    ),
    TaxTold(
        "5 at 20.00 and freight 3.00, ordered, and billed with two parcels",
        "Tryton, REF-095",
        "`NET_BY_TOTAL`",
        "103.00",
        freight_of_two_parcels,
    ),
    TaxTold(
        "the same with 3.00 for each parcel",
        "Tryton, REF-095",
        "`NET_BY_TOTAL`, and `adjust`",
        "83.00 and 23.00",
        freight_of_each_parcel,
    ),
)
