"""Invoices and credit notes: what they say, and that their order comes to the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow import (
    ChargeKind,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Position,
    Price,
    Refusal,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.bills import CreditNote, Invoice, Series
from orderflow.calls import Ref
from orderflow.conditions import Verdict
from orderflow.invoices import (
    credit,
    fapiao_lines,
    invoice,
    left_of,
    series_id,
)
from orderflow.journal import Change, Committed
from orderflow.kits import Component
from orderflow.money import Rounding, divided
from orderflow.orders import adjust
from orderflow.ports import Query
from orderflow.pricing import carried, total
from orderflow.records import Cut, CutKind, Destination, Fixing
from orderflow.states import UnitState
from orderflow.taxes import (
    GROSS_BY_LINE,
    GROSS_BY_TOTAL,
    NET_BY_LINE,
    NET_BY_TOTAL,
    NET_BY_UNIT,
    Convention,
    Rate,
    Table,
    Taxing,
    TaxPlace,
    TaxRow,
)
from orderflow.taxing import tax_charges
from tests.builders import BELL, LAMP, LEITH, MORNING, TEA, YORK, Shop, eur, line, new_order
from tests.rivals import Crossed

SPRING: Final = MORNING + timedelta(days=30)
"""When the tax of DE goes up."""

VAT_19, VAT_20 = Rate.of("VAT-19", "19"), Rate.of("VAT-20", "20")
TABLE: Final = Table(
    "europe",
    (
        TaxRow("DE", VAT_19, until=SPRING),
        TaxRow("DE", VAT_20, since=SPRING),
        TaxRow("DE", Rate.of("VAT-7", "7"), group="books"),
        TaxRow("FR", Rate.of("TVA", "20")),
        TaxRow("FR", Rate.exempt("post", "Art. 132"), group="freight"),
        TaxRow("US", Rate.zero("export", "Art. 146")),
        TaxRow("GST", Rate.of("GST", "5")),
        TaxRow("GST", Rate.of("QST", "9.975")),
        TaxRow("BR", Rate.of("IPI", "15")),
        TaxRow("BR", Rate.of("ICMS", "18", on_taxes=True)),
        TaxRow("PL", Rate.of("VAT-23", "23")),
        TaxRow("PL", Rate.zero("none", "as published"), group="freight"),
        TaxRow("HOME", Rate.of("VAT-10", "10")),
        TaxRow("HOME", Rate.zero("none", "as published"), group="freight"),
    ),
    groups=(("SHIP-BELL", "books"),),
)
TO_DE: Final = Destination(region="DE")


def taxing(convention: Convention = NET_BY_TOTAL, **more: Any) -> Rules:
    return Rules(locations=(LEITH, YORK), taxing=Taxing(TABLE, convention, **more))


def with_taxes(shop: Shop, new: NewOrder) -> NewOrder:
    assert shop.rules.taxing is not None
    return tax_charges(new, shop.rules.taxing, shop.clock.at)


def order(shop: Shop, *wanted: Any, to: str = "DE", taxed: bool = True, **more: Any) -> None:
    """Order o-17, confirmed as cash on delivery, with its taxes, allocated."""
    new = new_order(*wanted, destination=Destination(region=to), cash_on_delivery=True, **more)
    shop.place("o-17", with_taxes(shop, new) if taxed else new)
    shop.allocate("o-17")


def ship(shop: Shop, parcel: str, n: int, line: str = "1") -> None:
    shop.ship("o-17", parcel, "leith", ((line, n),))


def invoices(shop: Shop) -> list[Invoice]:
    return [shop.invoiced(id) for id in shop.order("o-17").invoices]


def notes(shop: Shop) -> list[CreditNote]:
    return [shop.credited(id) for id in shop.order("o-17").credit_notes]


def agree(shop: Shop) -> None:
    """The order costs what its papers say, for all that they bill."""
    account = shop.account("o-17")
    assert account.to_credit == 0
    assert account.invoiced - account.credited + account.to_invoice == total(shop.order("o-17"))


@pytest.fixture
def taxed_shop(any_shop: Shop) -> Shop:
    """The shop on each store, with taxes on the total."""
    return any_shop.under(taxing())


# --- issuing --------------------------------------------------------------------------------------


@pytest.mark.feature("F186")
def test_an_invoice_bills_what_has_left_with_its_taxes_and_its_number(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    order(shop, (LAMP, 5), seller="acme")
    ship(shop, "p-1", 3)

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert (made.ref.id, made.number) == ("acme/2026-000001", "2026-000001")
    assert (made.order, made.customer, made.seller) == ("o-17", "c-7", "acme")
    assert (made.currency, made.place, made.convention) == ("EUR", "DE", "net, by total")
    assert [(one.line, one.sku, one.n, one.price, one.per) for one in made.lines] == [
        ("1", "BRASS-LAMP", 3, Decimal("10.00"), 1)
    ]
    assert (made.net, made.tax, made.gross) == (3000, 570, 3570)
    assert [(row.rate, row.base, row.tax) for row in made.by_rate] == [(VAT_19, 3000, 570)]
    agree(shop)
    shop.assert_lawful()


def test_the_rest_is_invoiced_when_it_has_left_and_nothing_twice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    order(shop, (LAMP, 5))
    ship(shop, "p-1", 3)
    shop.invoice("o-17", "2026")

    again = shop.refuses(invoice.on("o-17", "2026"))
    ship(shop, "p-2", 2)
    shop.invoice("o-17", "2026")

    assert again == (
        "order o-17 has nothing to invoice: what has left is invoiced, and nothing twice"
    )
    assert [one.number for one in invoices(shop)] == ["2026-000001", "2026-000002"]
    assert [one.gross for one in invoices(shop)] == [3570, 2380]
    assert shop.order("o-17").lines[0].cuts[1:] == (
        Cut(CutKind.INVOICED, 0, 3, "2026-000001"),
        Cut(CutKind.BILLED, 3, 5, "p-2"),
        Cut(CutKind.INVOICED, 3, 5, "2026-000002"),
    )
    agree(shop)


def test_some_parcels_alone_may_be_invoiced(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    order(shop, (LAMP, 5))
    ship(shop, "p-1", 1)
    ship(shop, "p-2", 2)

    shop.invoice("o-17", "2026", ("p-2",))
    unknown = shop.codes(invoice.on("o-17", "2026", ("p-2", "p-9")))

    assert [(one.start, one.stop, one.parcel) for one in invoices(shop)[0].lines] == [(1, 3, "p-2")]
    assert unknown == ["nothing_to_invoice", "nothing_to_invoice"]


def test_units_may_be_invoiced_in_advance_and_their_parcel_bills_the_same(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    order(shop, (LAMP, 5))

    shop.invoice("o-17", "2026", lines=(("1", 2),))
    ship(shop, "p-1", 3)
    shop.invoice("o-17", "2026")

    assert [(one.start, one.stop) for paper in invoices(shop) for one in paper.lines] == [
        (0, 2),
        (2, 3),
    ]
    agree(shop)


def test_no_more_is_invoiced_in_advance_than_is_kept_and_on_no_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    order(shop, (LAMP, 5))
    shop.invoice("o-17", "2026", lines=(("1", 2),))
    shop.cancel("o-17", (("1", 1),))

    said = shop.refuses(invoice.on("o-17", "2026", lines=(("1", 3), ("7", 1))))

    assert said == ("line 1 of order o-17: 3 asked to invoice, 2 can; order o-17 has no line 7")


def test_a_draft_and_an_archived_order_are_not_invoiced(shop: Shop) -> None:
    shop.draft("o-17", new_order((LAMP, 1)))

    assert shop.codes(invoice.on("o-17", "2026")) == ["illegal_move"]


def test_an_order_without_taxes_is_invoiced_where_the_rules_name_none(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 2))

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert (made.net, made.tax, made.by_rate, made.place) == (2000, 0, (), "")


def test_an_order_with_a_tax_wants_rates_for_its_invoice(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    tax = NewCharge(ChargeKind.TAX, 380)
    shop.sell("o-17", (LAMP, 2), charges=(tax,))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    assert shop.codes(invoice.on("o-17", "2026")) == ["not_taxed"]
    assert shop.under(taxing(GROSS_BY_TOTAL, place=TaxPlace.SELLER, home="DE")).codes(
        invoice.on("o-17", "2026")
    ) == ["taxed_twice"]


def test_every_rate_that_is_missing_is_told_at_once(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    freight = NewCharge(ChargeKind.FREIGHT, 500)
    order(shop, (LAMP, 2), to="MARS", taxed=False, charges=(freight,))
    ship(shop, "p-1", 2)

    said = shop.refuses(invoice.on("o-17", "2026"))

    assert said == (
        "no tax rate is known for BRASS-LAMP in MARS at 2026-03-02T09:00:00+00:00; "
        "no tax rate is known for freight in MARS at 2026-03-02T09:00:00+00:00"
    )


def test_the_same_key_gives_the_same_number(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    ship(shop, "p-1", 2)

    first = shop.invoice("o-17", "2026", key="bill")
    again = shop.invoice("o-17", "2026", key="bill")

    assert again.repeated
    assert again.facts == first.facts
    assert len(invoices(shop)) == 1


def test_each_seller_has_series_of_its_own_without_a_gap(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 9)
    for i, seller in enumerate(("acme", "", "acme")):
        new = new_order((LAMP, 1), destination=TO_DE, cash_on_delivery=True, seller=seller)
        shop.place(f"o-{i}", with_taxes(shop, new))
        shop.allocate(f"o-{i}")
        shop.ship(f"o-{i}", f"p-{i}")
        shop.invoice(f"o-{i}", "2026")
        shop.refuses(invoice.on(f"o-{i}", "2026"))

    assert [shop.order(f"o-{i}").invoices for i in range(3)] == [
        ("acme/2026-000001",),
        ("2026-000001",),
        ("acme/2026-000002",),
    ]
    ref: Ref[Series] = Ref("", "series", series_id("acme", "2026"))
    assert shop.get(ref) == Series(ref, "2026", "acme", 2)


def test_a_slash_in_the_name_of_a_seller_is_not_taken_for_the_one_between() -> None:
    assert series_id("a/b", "c") == "a%2Fb/c"


@pytest.mark.parametrize(
    "call",
    (
        invoice.on("o-17", ""),
        invoice.on("o-17", "a/b"),
        invoice.on("o-17", "2026", ("p-1", "p-1")),
        invoice.on("o-17", "2026", ("p-1",), (("1", 1),)),
        invoice.on("o-17", "2026", (), (("1", 0),)),
        credit.on("2026-000001", "a/b"),
        credit.on("2026-000001", "2026", amount=eur(5)),
        credit.on("2026-000001", "2026", "1", eur(0)),
        credit.on("2026-000001", "2026", "1", Money(5, "USD")),
        credit.on("2026-000001", "2026", "1", whole=True),
        credit.on("2026-000001", "2026", whole=1),  # type: ignore[arg-type]  # on purpose
        credit.on("2026-000001", "2026", reason=" no"),
    ),
)
def test_what_is_no_invoice_is_not_taken(shop: Shop, call: Any) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 2))
    shop.invoice("o-17", "2026")
    shop.sell_and_ship("o-18", "p-2", (LAMP, 1))

    assert shop.cannot_take(call)


# --- what stands on it ----------------------------------------------------------------------------


def test_a_coin_between_price_times_quantity_and_what_units_carry_is_shown(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, line("1", LAMP, 3, "0.335"))  # 1.005 is 1.01: 34, 33, 34
    ship(shop, "p-1", 1)
    shop.invoice("o-17", "2026")
    ship(shop, "p-2", 1)
    shop.invoice("o-17", "2026")

    first, second = (one.lines[0] for one in invoices(shop))

    assert (first.goods, first.rounding, first.amount) == (34, 0, 34)
    assert (second.goods, second.rounding, second.amount) == (34, -1, 33)


def test_each_discount_is_shown_with_who_bears_it(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    charges = (
        NewCharge(ChargeKind.DISCOUNT, -300, bearer="platform", reason="spring"),
        NewCharge(ChargeKind.DISCOUNT, -100, reason="coupon"),
    )
    order(shop, (LAMP, 3), charges=charges)
    ship(shop, "p-1", 2)

    shop.invoice("o-17", "2026")

    (one,) = invoices(shop)[0].lines
    assert [(off.charge, off.amount, off.bearer, off.reason) for off in one.discounts] == [
        ("discount-1", -200, "platform", "spring"),
        ("discount-2", -67, "", "coupon"),
    ]
    assert one.amount == 2000 - 267
    assert one.tax == 329
    agree(shop)


@pytest.mark.feature("F186")
def test_freight_and_fees_are_invoiced_once_with_the_first_invoice(taxed_shop: Shop) -> None:
    # REF-095, trytond sale_shipment_cost: 103.00 ordered; billed again with the second parcel it
    # would come to 83.00 and 23.00
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    charges = (NewCharge(ChargeKind.FREIGHT, 300),)
    order(shop, line("1", LAMP, 5, "20.00"), to="US", charges=charges)
    ship(shop, "p-1", 4)
    shop.invoice("o-17", "2026")
    ship(shop, "p-2", 1)
    shop.invoice("o-17", "2026")

    assert [one.net for one in invoices(shop)] == [8300, 2000]
    assert total(shop.order("o-17")) == 10300
    assert [one.group for one in invoices(shop)[0].lines] == ["", "freight"]
    agree(shop)


def test_what_is_charged_later_goes_on_the_next_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")
    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 100, reason="gift wrapping"))

    shop.invoice("o-17", "2026")

    assert [(one.net, one.tax) for one in invoices(shop)] == [(2000, 380), (100, 19)]
    assert total(shop.order("o-17")) == 2380 + 119
    agree(shop)


def test_a_tax_of_the_order_as_a_whole_is_on_its_invoice_once(taxed_shop: Shop) -> None:
    """A shop that told its customer one tax for all: the invoice says its own instead."""
    shop = taxed_shop
    shop.stock(LAMP, "leith", 1)
    tax = NewCharge(ChargeKind.TAX, 190, parts=(("", 190),))
    order(shop, (LAMP, 1), taxed=False, charges=(tax,))
    ship(shop, "p-1", 1)

    shop.invoice("o-17", "2026")

    assert (invoices(shop)[0].gross, total(shop.order("o-17"))) == (1190, 1190)
    agree(shop)


def test_a_tax_that_is_charged_when_all_is_invoiced_waits_for_nothing(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1))
    ship(shop, "p-1", 1)
    shop.invoice("o-17", "2026")

    shop.adjust("o-17", NewCharge(ChargeKind.TAX, 50, parts=(("", 50),)))

    assert shop.codes(invoice.on("o-17", "2026")) == ["nothing_to_invoice"]
    assert shop.account("o-17").to_invoice == 0


def test_freight_is_invoiced_though_all_goods_came_back_before(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1), charges=(NewCharge(ChargeKind.FREIGHT, 500),))
    assert shop.codes(invoice.on("o-17", "2026")) == ["nothing_to_invoice"]
    ship(shop, "p-1", 1)
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17", (("1", 1),), "no")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    shop.invoice("o-17", "2026")

    assert [one.group for one in invoices(shop)[0].lines] == ["freight"]
    assert invoices(shop)[0].gross == total(shop.order("o-17")) == 595
    agree(shop)


def test_freight_is_taxed_as_the_table_says(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1), to="FR", charges=(NewCharge(ChargeKind.FREIGHT, 600),))
    ship(shop, "p-1", 1)

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert made.lines[1].goods == 600
    assert [(row.rate.id, row.base, row.tax) for row in made.by_rate] == [
        ("TVA", 1000, 200),
        ("post", 600, 0),
    ]
    agree(shop)


def test_what_is_off_the_freight_is_shown_with_who_bears_it(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 1)
    off = NewCharge(ChargeKind.FREIGHT, -200, bearer="platform", reason="half way")
    order(shop, (LAMP, 1), charges=(NewCharge(ChargeKind.FREIGHT, 600), off))
    ship(shop, "p-1", 1)

    shop.invoice("o-17", "2026")

    freight = invoices(shop)[0].lines[1]
    assert (freight.goods, freight.amount, freight.tax) == (600, 400, 76)
    assert [(one.amount, one.bearer, one.reason) for one in freight.discounts] == [
        (-200, "platform", "half way")
    ]
    agree(shop)


def test_what_is_off_the_freight_is_off_no_fee(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 1)
    fee, freight = NewCharge(ChargeKind.FEE, 600), NewCharge(ChargeKind.FREIGHT, 600)
    off = NewCharge(ChargeKind.FREIGHT, -200, bearer="platform")
    order(shop, (LAMP, 1), to="FR", charges=(fee, freight, off))
    ship(shop, "p-1", 1)

    shop.invoice("o-17", "2026")

    _, of_fee, of_freight = invoices(shop)[0].lines
    assert (of_fee.amount, of_fee.tax, of_fee.discounts) == (600, 120, ())
    assert (of_freight.amount, of_freight.tax) == (400, 0)
    assert shop.account("o-17").rounding == 0  # the order was told the same
    agree(shop)


def hams(n: int) -> NewLine:
    """So many at 299.00 a kilogram, where each gram is thirty coins."""
    price = Price.of("299.00", "EUR", 1000)
    return NewLine("1", Sku("HAM"), n, price, fixed=Fixing.WEIGHING, grams_each=500)


def test_a_part_of_weighed_goods_costs_what_its_grams_do(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.place("o-17", with_taxes(shop, new_order(hams(3), destination=TO_DE)))
    shop.weigh_line("o-17", "1", 1724)

    shop.invoice("o-17", "2026", lines=(("1", 1),))
    shop.invoice("o-17", "2026", lines=(("1", 2),))

    (first,), (rest,) = [one.lines for one in invoices(shop)]
    assert [(one.n, one.grams, one.goods) for one in (first, rest)] == [
        (1, 575, 17193),  # 171.925
        (2, 1149, 34355),  # 343.551, and 515.48 in all
    ]
    assert abs(first.rounding) <= 1
    assert abs(rest.rounding) <= 1
    agree(shop)


def test_goods_that_were_weighed_together_are_one_line_of_their_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.place("o-17", with_taxes(shop, new_order(hams(4), destination=TO_DE)))
    shop.weigh_line("o-17", "1", 1724, 3)
    shop.weigh_line("o-17", "1", 600, 1)
    shop.invoice("o-17", "2026", lines=(("1", 4),))

    together, alone = invoices(shop)[0].lines

    assert (together.n, together.grams, together.goods, together.rounding) == (3, 1724, 51548, 0)
    assert (alone.n, alone.grams, alone.goods, alone.rounding) == (1, 600, 17940, 0)
    shop.cancel("o-17", (("1", 1),))
    shop.credit("2026-000001", "CN")
    (back,) = notes(shop)[0].lines
    assert (back.grams, back.goods, back.rounding) == (600, 17940, 0)
    agree(shop)


def test_the_tax_of_weighed_goods_is_that_of_their_weight(taxed_shop: Shop) -> None:
    """Three pieces of 551 g and three of 550 g, whose tax was told by the piece when ordered."""
    shop = taxed_shop
    new = new_order(hams(6), destination=TO_DE, cash_on_delivery=True)
    shop.place("o-17", with_taxes(shop, new))
    shop.weigh_line("o-17", "1", 3303)
    shop.invoice("o-17", "2026", lines=(("1", 6),))

    shop.cancel("o-17", (("1", 4),))
    shop.credit("2026-000001", "CN")

    assert [(one.n, one.grams, one.goods, one.rounding) for one in notes(shop)[0].lines] == [
        (4, 2201, 65810, 0)
    ]
    agree(shop)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_however_goods_are_weighed_and_invoiced_they_cost_what_their_grams_do(seed: int) -> None:
    chance = Random(seed)
    shop = Shop(MemoryStore(), taxing(chance.choice((NET_BY_TOTAL, GROSS_BY_LINE))))
    n = chance.randint(1, 9)
    off = NewCharge(ChargeKind.DISCOUNT, -chance.randint(0, 9_000))
    new = new_order(hams(n), destination=TO_DE, charges=(off,))
    shop.place("o-17", with_taxes(shop, new))
    for _ in range(chance.randint(0, 2)):
        shop.weigh_line("o-17", "1", chance.randint(n * 400, n * 900))
    left = n
    while left:
        shop.weigh_line("o-17", "1", chance.randint(left * 400, left * 900))
        part = chance.randint(1, left)
        shop.invoice("o-17", "2026", lines=(("1", part),))
        left -= part
    while shop.order("o-17").lines[0].spots[0].state is UnitState.OPEN:
        shop.cancel("o-17", (("1", 1),))
        for id in shop.order("o-17").invoices:
            if not shop.why_not(credit.on(id, "CN")):
                shop.credit(id, "CN")

    billed = [line for bill in invoices(shop) for line in bill.lines]
    lines = [*billed, *[line for note in notes(shop) for line in note.lines]]
    assert billed
    assert max(abs(line.rounding) for line in lines) <= 2  # two ranges of one weighing
    assert all(line.goods == divided(line.grams * 299, 10, Rounding.HALF_UP) for line in lines)
    agree(shop)


def test_each_price_of_a_line_is_a_line_of_its_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, (LAMP, 3))
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026", ("p-1",))
    shop.reprice("o-17", (("1", Price.of("9.00", "EUR")),), "v-2")
    ship(shop, "p-2", 1)
    shop.invoice("o-17", "2026")

    assert [
        (one.n, one.price, one.version, one.goods, one.rounding)
        for paper in invoices(shop)
        for one in paper.lines
    ] == [(2, Decimal("10.00"), "", 2000, 0), (1, Decimal("9.00"), "v-2", 900, 0)]
    assert invoices(shop)[1].tax == 171
    assert shop.account("o-17").rounding == 0
    assert total(shop.order("o-17")) == 2900 + 551
    agree(shop)


def test_a_price_that_changes_with_its_line_on_no_invoice_is_a_change_of_tax(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    shop.reprice("o-17", (("1", Price.of("5.00", "EUR")),))
    ship(shop, "p-1", 2)

    shop.invoice("o-17", "2026")

    last = shop.order("o-17").charges[-1]
    assert (last.kind, last.amount) == (ChargeKind.TAX, -190)
    assert invoices(shop)[0].gross == total(shop.order("o-17")) == 1190
    agree(shop)


def test_an_estimate_is_not_invoiced_and_what_was_weighed_is_by_its_weight(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    ham = Sku("HAM")
    shop.stock(ham, "leith", 2)
    weighed = NewLine(
        "1", ham, 2, Price.of("15.80", "EUR", 1000), fixed=Fixing.WEIGHING, grams_each=600
    )
    order(shop, weighed)
    ship(shop, "p-1", 2)

    early = shop.codes(invoice.on("o-17", "2026"))
    shop.weigh_line("o-17", "1", 1254)
    shop.invoice("o-17", "2026")

    (one,) = invoices(shop)[0].lines
    assert early == ["not_fixed"]
    assert (one.n, one.grams, one.per, one.goods, one.rounding) == (2, 1254, 1000, 1981, 0)
    agree(shop)
    shop.deliver("p-1")
    for i in range(2):
        shop.ask_return(f"r-{i}", "o-17", (("1", 1),), "too salty")
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}", (("1", 1, Verdict.SOUND),))
        shop.credit("2026-000001", "CN")
        agree(shop)
    assert sum(one.grams for note in notes(shop) for one in note.lines) == 1254
    assert left_of(invoices(shop)[0], notes(shop)) == 0


def test_a_protected_price_is_credited_as_a_correction(any_shop: Shop) -> None:
    rules = attrs.evolve(taxing(GROSS_BY_LINE), price_protection_days=7)
    shop = any_shop.under(rules)
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")

    shop.protect_price("o-17", (("1", Price.of("9.00", "EUR")),))
    shop.credit("2026-000001", "CN")

    (note,) = notes(shop)
    assert (note.gross, note.lines[0].n) == (200, 0)
    agree(shop)


def test_a_discount_that_was_given_after_the_tax_is_of_the_price_with_it(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 10)
    order(shop, (LAMP, 10))
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -1190, reason="goodwill"))
    ship(shop, "p-1", 10)

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert (made.net, made.tax, made.gross) == (9000, 1710, 10710)
    assert shop.account("o-17").rounding == 0
    assert total(shop.order("o-17")) == 11900 - 1190
    agree(shop)


@pytest.mark.parametrize(("tax", "bill"), (((162,), (850, 162)), ((), (858, 163))))
def test_a_discount_in_the_place_of_another_is_billed_as_it_was_agreed(
    shop: Shop, tax: tuple[int, ...], bill: tuple[int, int]
) -> None:
    """Without a new tax beside it, the new discount is of the price with the tax that stays."""
    shop = shop.under(taxing())
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1), charges=(NewCharge(ChargeKind.DISCOUNT, -100, reason="spring"),))
    taxes = tuple(NewCharge(ChargeKind.TAX, minor) for minor in tax)
    again = NewCharge(ChargeKind.DISCOUNT, -50, reason="autumn")
    shop.reprice("o-17", (("1", Price.of("9.00", "EUR")),), charges=(again, *taxes))
    agreed = total(shop.order("o-17"))
    ship(shop, "p-1", 1)

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert (made.net, made.tax) == bill
    assert made.gross == agreed
    agree(shop)


def test_parts_of_a_line_with_a_discount_in_the_place_of_another_are_billed_so(
    shop: Shop,
) -> None:
    shop = shop.under(taxing())
    shop.stock(LAMP, "leith", 7)
    order(shop, line("1", LAMP, 7, "0.98765"), charges=(NewCharge(ChargeKind.DISCOUNT, -101),))
    charges = (NewCharge(ChargeKind.DISCOUNT, -53), NewCharge(ChargeKind.TAX, 121))
    shop.reprice("o-17", (("1", Price.of("0.98765", "EUR")),), "v-2", charges=charges)

    for i in range(7):
        ship(shop, f"p-{i}", 1)
        shop.invoice("o-17", "2026")

    assert sum(one.net for one in invoices(shop)) == 691 - 53
    agree(shop)


@pytest.mark.parametrize(
    "convention", (NET_BY_LINE, NET_BY_TOTAL, NET_BY_UNIT, GROSS_BY_LINE, GROSS_BY_TOTAL)
)
def test_a_tax_on_a_tax_is_billed_and_credited_with_its_base(
    any_shop: Shop, convention: Convention
) -> None:
    shop = any_shop.under(taxing(convention))
    shop.stock(LAMP, "leith", 3)
    off = NewCharge(ChargeKind.DISCOUNT, -101)
    order(shop, line("1", LAMP, 3, "33.335"), charges=(off,), to="BR")
    ship(shop, "p-1", 3)
    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    ipi, icms = made.by_rate
    assert (ipi.base, icms.base) == (made.net, made.net + ipi.tax)
    assert abs(ipi.tax * 100 - ipi.base * 15) <= 300
    assert abs(icms.tax * 100 - icms.base * 18) <= 400
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.credit(made.ref.id, "CN")
    shop.credit(made.ref.id, "CN", whole=True)
    assert sum(one.gross for one in notes(shop)) == made.gross
    assert sum(one.tax for one in notes(shop)) == made.tax
    agree(shop)


def test_measured_goods_are_taxed_as_one_and_not_gram_by_gram(any_shop: Shop) -> None:
    shop = any_shop.under(taxing(NET_BY_UNIT))
    shop.stock(TEA, "leith", 1254)
    order(shop, (TEA, 1254))
    ship(shop, "p-1", 1254)

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert (made.net, made.tax) == (1981, 376)
    assert shop.account("o-17").rounding == 0
    agree(shop)


@pytest.mark.parametrize("convention", (NET_BY_LINE, NET_BY_TOTAL, NET_BY_UNIT))
def test_goodwill_goes_as_far_as_the_price_with_its_tax(
    any_shop: Shop, convention: Convention
) -> None:
    shop = any_shop.under(taxing(convention))
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 1)
    order(shop, line("1", LAMP, 3, "0.335"), (BELL, 1))
    placed = shop.order("o-17")
    lamps = carried(placed.lines[0], placed.charges, [(0, 3)])
    assert lamps > 101, "they carry their tax"

    over = NewCharge(ChargeKind.DISCOUNT, -lamps - 1, ("1",))
    assert shop.cannot_take(adjust.on("o-17", over)) == "charge.amount"
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -lamps, ("1",)))
    shop.ship("o-17", "p-1")
    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert (made.lines[0].amount, made.lines[0].tax) == (0, 0)
    assert made.gross == total(shop.order("o-17")) == total(placed) - lamps
    agree(shop)


def test_an_order_that_is_given_away_has_an_invoice_of_nothing(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, line("1", LAMP, 3, "0.33"))
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -total(shop.order("o-17"))))
    ship(shop, "p-1", 3)

    shop.invoice("o-17", "2026")

    assert invoices(shop)[0].gross == 0
    assert fapiao_lines(invoices(shop)[0]) != ()
    agree(shop)


def test_parts_of_a_kit_are_lines_with_rates_of_their_own(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 2)
    kit = line("1", attrs.evolve(LAMP, code="SET"), 2, "50.01")
    order(shop, attrs.evolve(kit, components=(Component(LAMP, 1), Component(BELL, 1))))
    shop.ship("o-17", "p-1")

    shop.invoice("o-17", "2026")

    (made,) = invoices(shop)
    assert [(one.line, one.sku, one.amount) for one in made.lines] == [
        ("1.1", "BRASS-LAMP", 5002),
        ("1.2", "SHIP-BELL", 5000),
    ]
    assert [(row.rate.id, row.tax) for row in made.by_rate] == [("VAT-19", 950), ("VAT-7", 350)]
    agree(shop)


def test_several_taxes_stand_beside_each_other(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, line("1", LAMP, 3, "9.99"), to="GST")
    ship(shop, "p-1", 3)

    shop.invoice("o-17", "2026")

    assert [(row.rate.id, row.base, row.tax) for row in invoices(shop)[0].by_rate] == [
        ("GST", 2997, 150),
        ("QST", 2997, 299),
    ]


def test_prices_that_include_their_taxes_stay_what_they_are(any_shop: Shop) -> None:
    shop = any_shop.under(taxing(GROSS_BY_LINE))
    shop.stock(LAMP, "leith", 3)
    charges = (NewCharge(ChargeKind.DISCOUNT, -100), NewCharge(ChargeKind.FREIGHT, 595))
    order(shop, line("1", LAMP, 3, "11.90"), charges=charges)
    before = shop.order("o-17").charges
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")
    ship(shop, "p-2", 1)
    shop.invoice("o-17", "2026")

    first, second = invoices(shop)

    assert shop.order("o-17").charges == before
    assert [(one.net, one.tax, one.gross) for one in (first, second)] == [
        (2444, 464, 2313 + 595),
        (972, 185, 1157),
    ]
    assert first.gross + second.gross == total(shop.order("o-17"))
    agree(shop)


# --- fixed cases ----------------------------------------------------------------------------------


@pytest.mark.feature("F185")
@pytest.mark.parametrize(
    "convention", (NET_BY_TOTAL, NET_BY_LINE, NET_BY_UNIT), ids=lambda one: one.name
)
def test_nine_thousand_pieces_in_three_part_shipments_are_invoiced_to_the_cent(
    shop: Shop, convention: Convention
) -> None:
    shop = shop.under(taxing(convention))
    shop.stock(LAMP, "leith", 9000)
    order(shop, line("1", LAMP, 9000, "0.98765"))  # 8888.85
    told = total(shop.order("o-17"))

    for i, n in enumerate((3001, 2999, 3000)):
        ship(shop, f"p-{i}", n)
        shop.invoice("o-17", "2026")

    papers = invoices(shop)
    assert sum(one.net for one in papers) == 888885
    assert sum(one.gross for one in papers) == total(shop.order("o-17"))
    assert total(shop.order("o-17")) - told == shop.account("o-17").rounding
    if convention is not NET_BY_UNIT:
        assert [(one.net, one.tax) for one in papers] == [
            (296394, 56315),
            (296196, 56277),
            (296295, 56296),
        ]
        assert (told, shop.account("o-17").rounding) == (888885 + 168888, 0)
    assert [(one.lines[0].goods, one.lines[0].rounding) for one in papers] == [
        (296394, 0),
        (296196, 0),
        (296295, 0),
    ]
    agree(shop)


def test_taxes_that_round_apart_are_one_signed_charge_on_their_order(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, line("1", LAMP, 3, "0.45"))  # 1.35, tax 0.26; each alone 0.09
    for i in range(3):
        ship(shop, f"p-{i}", 1)
        shop.invoice("o-17", "2026")

    roundings = [one for one in shop.order("o-17").charges if one.kind is ChargeKind.ROUNDING]

    assert [one.tax for one in invoices(shop)] == [9, 9, 9]
    assert [(one.id, one.amount) for one in roundings] == [("rounding-2026-000002", 1)]
    assert shop.account("o-17").rounding == 1
    assert total(shop.order("o-17")) == 135 + 27
    agree(shop)


@pytest.mark.feature("F185")
def test_a_rate_that_changes_between_order_and_shipment_is_that_of_the_shipment(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    charges = (NewCharge(ChargeKind.FREIGHT, 500),)
    order(shop, (LAMP, 3), charges=charges)
    ship(shop, "p-1", 2)
    shop.clock.at = SPRING
    ship(shop, "p-2", 1)

    shop.invoice("o-17", "2026", ("p-2",))
    shop.invoice("o-17", "2026")

    late, early = invoices(shop)
    assert [(row.rate.id, row.base, row.tax) for row in late.by_rate] == [("VAT-20", 1500, 300)]
    assert [(row.rate.id, row.base, row.tax) for row in early.by_rate] == [("VAT-19", 2000, 380)]
    more = [one for one in shop.order("o-17").charges if "2026-000001" in one.id]
    assert [(one.kind, one.amount) for one in more] == [
        (ChargeKind.TAX, 10),
        (ChargeKind.TAX, 5),
    ]
    assert total(shop.order("o-17")) == 3500 + 680
    assert shop.account("o-17").rounding == 0
    agree(shop)


def test_the_sellers_place_applies_where_the_rules_say_so(any_shop: Shop) -> None:
    shop = any_shop.under(taxing(place=TaxPlace.SELLER, home="FR"))
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1), to="US")
    ship(shop, "p-1", 1)

    shop.invoice("o-17", "2026")

    assert [row.rate.id for row in invoices(shop)[0].by_rate] == ["TVA"]


@pytest.mark.feature("F104")
def test_the_taxes_of_goods_that_cross_a_border_are_shown_when_they_are_ordered(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    freight = NewCharge(ChargeKind.FREIGHT, 1000)
    new = new_order((LAMP, 3), (BELL, 1), charges=(freight,), destination=TO_DE)

    shop.place("o-17", with_taxes(shop, new))

    taxes = [one for one in shop.order("o-17").charges if one.kind is ChargeKind.TAX]
    assert [(one.reason, one.amount, len(one.spans)) for one in taxes] == [
        ("VAT-19", 570, 1),
        ("VAT-7", 319, 1),
        ("VAT-19", 190, 0),
    ]
    assert total(shop.order("o-17")) == 3000 + 4550 + 1000 + 1079


def test_taxes_are_not_added_twice_and_not_without_a_rate(taxed_shop: Shop) -> None:
    shop = taxed_shop
    new = with_taxes(shop, new_order((LAMP, 3), destination=TO_DE))

    with pytest.raises(Exception, match="has a tax already"):
        with_taxes(shop, new)
    with pytest.raises(Exception, match="no tax rate is known for BRASS-LAMP in nowhere"):
        with_taxes(shop, new_order((LAMP, 3)))


# --- many hands -----------------------------------------------------------------------------------


def test_two_who_invoice_at_once_get_two_numbers() -> None:
    store = Crossed()
    house = Workflow(store, taxing(), clock=lambda: MORNING)
    house.receive(Position("BRASS-LAMP", "leith"), 2)
    for i in (17, 18):
        new = new_order((LAMP, 1), destination=TO_DE, cash_on_delivery=True)
        house.place(f"o-{i}", new)
        house.allocate(f"o-{i}")
        house.release(f"o-{i}", f"d-{i}")
        house.pick(f"d-{i}")
        house.pack(f"p-{i}", (f"d-{i}",))
        house.hand_over(f"p-{i}")
    store.rivals = [lambda: house.invoice("o-18", "2026")]

    house.invoice("o-17", "2026")

    assert house.order("o-18").invoices == ("2026-000001",)
    assert house.order("o-17").invoices == ("2026-000002",)


class Watched(MemoryStore):
    """A store that keeps what the last change rests on."""

    def commit(self, change: Change) -> Committed:
        self.relied = [ref.id for ref, _ in change.relied if ref.kind == "invoice"]
        return super().commit(change)


def test_an_order_in_many_parcels_is_invoiced_without_a_look_at_every_invoice() -> None:
    store = Watched()
    shop = Shop(store, taxing())
    shop.stock(LAMP, "leith", 6)
    freight = NewCharge(ChargeKind.FREIGHT, 500)
    order(shop, line("1", LAMP, 6, "0.45"), charges=(freight,))
    read = []
    for i in range(4):
        ship(shop, f"p-{i}", 1)
        shop.invoice("o-17", "2026")
        read.append(store.relied)
    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 100))
    ship(shop, "p-4", 1)
    shop.invoice("o-17", "2026")

    first = "2026-000001"
    assert read == [[], [first], [first], [first]]
    assert len(store.relied) == 4
    assert [[one.group for one in paper.lines if one.group] for paper in invoices(shop)] == [
        ["freight"],
        [],
        [],
        [],
        ["fee"],
    ]
    agree(shop)


def test_papers_are_found_by_their_order(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")
    shop.credit("2026-000001", "CN", whole=True)

    found = [
        stored.value.ref.id
        for kind in ("invoice", "credit note")
        for stored in shop.store.find(Query(kind, order="o-17"))
    ]

    assert found == ["2026-000001", "CN-000001"]
    assert not list(shop.store.find(Query("invoice", order="o-18")))


def test_a_supplier_sees_no_invoice_of_the_purchaser(taxed_shop: Shop) -> None:
    shop = taxed_shop
    new = new_order((LAMP, 1), destination=TO_DE, cash_on_delivery=True)
    shop.place("o-17", with_taxes(shop, new))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "acme", cost=eur(700))
    shop.send_purchase("pu-1")
    shop.invoice("o-17", "2026", lines=(("1", 1),))

    seen = shop.seen_by_supplier("o-17", "acme")

    assert seen is not None
    assert "2026-000001" not in repr(seen)
    assert str(invoices(shop)[0].gross) not in repr(seen)


def test_what_may_be_done_with_an_order_and_its_invoice_is_suggested(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    early = {one.call.verb: one for one in shop.options(shop.order("o-17").ref)}
    ship(shop, "p-1", 2)
    now = {one.call.verb: one for one in shop.options(shop.order("o-17").ref)}
    shop.invoice("o-17", "2026")
    (credited,) = shop.options(invoices(shop)[0].ref)

    assert [one.code for one in early["invoice"].refusals] == ["nothing_to_invoice"]
    assert now["invoice"].allowed
    assert [one.say("zh") for one in credited.refusals] == [
        "发票 2026-000001 没有可冲红的内容:订单金额与发票一致"
    ]


def test_a_refusal_about_rates_is_told_in_chinese() -> None:
    refusal = Refusal.of("nothing_to_invoice", what="order o-17")

    assert refusal.say("zh") == "订单 o-17没有可开票的内容:已发出的才开票,且不重复开票"
