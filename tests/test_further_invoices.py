"""What is charged more for units that are on an invoice: a further invoice says it."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from orderflow import Call, ChargeKind, NewCharge, NewLine, Price, Sku
from orderflow.bills import Invoice
from orderflow.invoices import credit, en16931, fapiao_lines, invoice, left_of
from orderflow.kits import Component
from orderflow.pricing import total
from orderflow.records import Fixing
from orderflow.repricing import reprice, weigh_line
from orderflow.taxes import (
    GROSS_BY_LINE,
    NET_BY_LINE,
    NET_BY_TOTAL,
    Convention,
    Rate,
    Table,
    Taxing,
    TaxRow,
)
from tests.builders import BELL, LAMP, Shop, eur
from tests.test_invoices import agree, invoices, notes, order, ship, taxed_shop, taxing

__all__ = ["taxed_shop"]


def invoiced(shop: Shop, n: int = 2, price: str = "10.00") -> None:
    """Order o-17 of so many lamps, all delivered and invoiced."""
    shop.stock(LAMP, "leith", n)
    order(shop, NewLine("1", LAMP, n, Price.of(price, "EUR")))
    ship(shop, "p-1", n)
    shop.deliver("p-1")
    shop.invoice("o-17", "2026")


def dearer(shop: Shop, price: str = "12.00") -> None:
    shop.reprice("o-17", (("1", Price.of(price, "EUR")),), "v-2", "a mistake", invoiced=True)


def back(shop: Shop, name: str, n: int) -> None:
    shop.ask_return(name, "o-17", (("1", n),), "no")
    shop.receive_return(name, "leith")
    shop.inspect(name)


def credit_of(id: str, minor: int = 0) -> Call[Invoice]:
    return credit.on(id, "CN", "1", eur(minor)) if minor else credit.on(id, "CN")


def last(shop: Shop) -> Invoice:
    return invoices(shop)[-1]


@pytest.mark.feature("F186")
def test_a_price_that_is_raised_after_the_invoice_has_a_further_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)

    dearer(shop)
    before = shop.account("o-17")
    shop.invoice("o-17", "2026")

    (line,) = last(shop).lines
    assert before.to_invoice == 476
    assert shop.codes(credit_of("2026-000002")) == ["nothing_to_credit"]
    assert (line.n, line.goods, line.correction, line.tax) == (0, 0, 400, 76)
    assert (line.line, line.sku, line.changes) == ("1", "BRASS-LAMP", "2026-000001")
    assert [(row.rate.id, row.base, row.tax) for row in last(shop).by_rate] == [("VAT-19", 400, 76)]
    assert total(shop.order("o-17")) == 2 * 1428
    assert shop.codes(invoice.on("o-17", "2026")) == ["nothing_to_invoice"]
    agree(shop)
    shop.assert_lawful()


def test_the_tax_of_what_is_invoiced_follows_its_price_at_once(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)

    dearer(shop)

    assert [(one.kind, one.amount, one.reason) for one in shop.order("o-17").charges[-2:]] == [
        (ChargeKind.PRICE, 400, "a mistake"),
        (ChargeKind.TAX, 76, "VAT-19"),
    ]


def test_a_tax_on_a_tax_follows_the_price_with_it(shop: Shop) -> None:
    rows = (TaxRow("DE", Rate.of("GST", "5")), TaxRow("DE", Rate.of("QST", "10", on_taxes=True)))
    shop = shop.under(attrs.evolve(taxing(), taxing=Taxing(Table("both", rows), NET_BY_LINE)))
    invoiced(shop)

    dearer(shop)
    shop.invoice("o-17", "2026")

    taxes = [(tax.rate.id, tax.amount) for tax in last(shop).lines[0].taxes]
    assert taxes == [("GST", 20), ("QST", 42)]  # of 4.00, and of 4.20
    assert last(shop).gross == 462
    agree(shop)


def test_prices_with_their_taxes_rise_by_what_is_agreed(any_shop: Shop) -> None:
    shop = any_shop.under(taxing(GROSS_BY_LINE))
    shop.stock(LAMP, "leith", 2)
    order(shop, (LAMP, 2))
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")

    dearer(shop)
    shop.invoice("o-17", "2026")

    assert (last(shop).net, last(shop).tax, last(shop).gross) == (336, 64, 400)
    assert total(shop.order("o-17")) == 2400
    agree(shop)


def test_without_being_asked_a_new_price_leaves_what_is_invoiced(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)

    (no,) = shop.why_not(reprice.on("o-17", (("1", Price.of("12.00", "EUR")),)))

    assert no.code == "invoiced"
    told = reprice.on("o-17", (("1", Price.of("12.00", "EUR")),), invoiced=True)
    assert told in [Call(one.verb, one.ref, one.args) for one in no.remedies]


def test_a_price_may_fall_for_what_is_invoiced_and_is_credited(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)

    dearer(shop, "9.00")
    shop.credit("2026-000001", "CN")

    assert (notes(shop)[0].net, notes(shop)[0].tax) == (200, 38)
    assert total(shop.order("o-17")) == 2 * 1071
    agree(shop)


def test_a_protected_price_gives_back_its_tax_too(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(taxing(), price_protection_days=7))
    invoiced(shop)

    shop.protect_price("o-17", (("1", Price.of("9.00", "EUR")),))
    shop.credit("2026-000001", "CN")

    assert (notes(shop)[0].net, notes(shop)[0].tax) == (200, 38)
    assert total(shop.order("o-17")) == 2 * 1071
    agree(shop)


def test_a_new_tax_that_is_handed_in_is_the_tax_of_the_new_price(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)

    new = (("1", Price.of("12.00", "EUR")),)
    shop.reprice("o-17", new, charges=(NewCharge(ChargeKind.TAX, 456),), invoiced=True)
    shop.invoice("o-17", "2026")

    assert (last(shop).net, last(shop).tax) == (400, 76)
    agree(shop)


def test_a_kit_that_becomes_dearer_is_raised_part_by_part(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 2)
    kit = NewLine("1", Sku("SET"), 2, Price.of("50.01", "EUR"))
    order(shop, attrs.evolve(kit, components=(Component(LAMP, 1), Component(BELL, 1))))
    shop.ship("o-17", "p-1")
    shop.invoice("o-17", "2026")

    dearer(shop, "60.00")
    shop.invoice("o-17", "2026")

    assert [(one.line, one.correction, one.tax) for one in last(shop).lines] == [
        ("1.1", 999, 190),
        ("1.2", 999, 70),
    ]
    agree(shop)


def test_a_tax_that_is_charged_later_is_invoiced_later(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)

    shop.adjust("o-17", NewCharge(ChargeKind.TAX, 119, ("1",)))
    shop.invoice("o-17", "2026")

    assert (last(shop).net, last(shop).tax) == (100, 19)
    agree(shop)


def test_goods_that_weigh_more_than_was_invoiced_have_a_further_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    ham = Sku("HAM")
    shop.stock(ham, "leith", 2)
    price = Price.of("15.80", "EUR", 1000)
    order(shop, NewLine("1", ham, 2, price, fixed=Fixing.WEIGHING, grams_each=600))
    shop.weigh_line("o-17", "1", 1254)
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")

    plain = shop.codes(weigh_line.on("o-17", "1", 1354))
    shop.weigh_line("o-17", "1", 1354, invoiced=True)
    shop.invoice("o-17", "2026")
    shop.deliver("p-1")
    back(shop, "r-1", 1)
    for id in shop.order("o-17").invoices:
        shop.credit(id, "CN")

    assert plain == ["invoiced"]
    assert [(one.grams, one.goods, one.correction) for one in last(shop).lines] == [(0, 0, 158)]
    assert [(one.grams, one.goods) for note in notes(shop) for one in note.lines] == [
        (627, 991),  # as it was billed
        (0, 0),
    ]
    agree(shop)


def test_units_that_come_back_are_credited_on_both_their_invoices(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop, 3, "33.33")
    dearer(shop, "40.00")
    shop.invoice("o-17", "2026")

    for i in range(3):
        back(shop, f"r-{i}", 1)
        for id in reversed(shop.order("o-17").invoices) if i else shop.order("o-17").invoices:
            shop.credit(id, "CN")
        agree(shop)

    assert total(shop.order("o-17")) == 0
    assert [left_of(one, notes(shop)) for one in invoices(shop)] == [0, 0]


def test_what_was_raised_comes_off_before_the_first_invoice_does(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)
    dearer(shop)
    shop.invoice("o-17", "2026")
    dearer(shop, "13.00")
    shop.invoice("o-17", "2026")

    dearer(shop, "11.50")
    first = shop.codes(credit_of("2026-000001"))
    may = [not shop.why_not(credit_of(f"2026-00000{i}")) for i in (2, 3)]
    shop.credit("2026-000003", "CN")
    shop.credit("2026-000002", "CN")

    assert (first, may) == (["nothing_to_credit"], [True, True])
    assert [(note.invoice, note.net) for note in notes(shop)] == [
        ("2026-000003", 200),
        ("2026-000002", 100),
    ]
    agree(shop)


def test_what_was_corrected_and_is_raised_again_stands_on_papers_of_its_own(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    invoiced(shop)
    dearer(shop, "9.00")
    shop.credit("2026-000001", "CN")
    dearer(shop, "10.50")
    shop.invoice("o-17", "2026")

    for name in ("r-1", "r-2"):
        back(shop, name, 1)
        for id in shop.order("o-17").invoices:
            if not shop.why_not(credit_of(id)):
                shop.credit(id, "CN")
        agree(shop)

    assert [one.gross for one in invoices(shop)] == [2380, 357]
    assert all(note.gross > 0 for note in notes(shop))
    assert [left_of(one, notes(shop)) for one in invoices(shop)] == [0, 0]


def test_units_on_both_sides_of_those_that_came_back_are_raised_together(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, (LAMP, 3))
    shop.invoice("o-17", "2026", lines=(("1", 3),))
    ship(shop, "p-1", 1)
    ship(shop, "p-2", 1)
    shop.deliver("p-2")
    shop.ask_return("r-1", "o-17", (("1", 1),), "no")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.credit("2026-000001", "CN")

    dearer(shop, "10.33")
    shop.invoice("o-17", "2026")

    assert [(one.correction, one.tax) for one in last(shop).lines] == [(66, 13)]
    assert shop.order("o-17").lines[0].cuts[-1].start == 1
    agree(shop)


def test_an_amount_is_credited_of_what_was_raised(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)
    dearer(shop)
    shop.invoice("o-17", "2026")

    (too_much,) = shop.why_not(credit_of("2026-000002", 477))
    shop.credit("2026-000002", "CN", "1", eur(119))
    shop.credit("2026-000001", "CN", "1", eur(238))

    assert too_much.code == "over_credit"
    assert [dict(remedy.args)["amount"] for remedy in too_much.remedies] == [eur(476)]
    assert [(note.invoice, note.net, note.tax) for note in notes(shop)] == [
        ("2026-000002", 100, 19),
        ("2026-000001", 200, 38),
    ]
    assert total(shop.order("o-17")) == 2 * 1428 - 357
    agree(shop)


def test_a_further_invoice_that_is_credited_whole_is_issued_anew(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)
    dearer(shop)
    shop.invoice("o-17", "2026")

    shop.credit("2026-000002", "CN", whole=True, reason="a wrong name")
    shop.invoice("o-17", "2026")

    assert [one.gross for one in invoices(shop)] == [2380, 476, 476]
    agree(shop)


def test_what_was_raised_falls_with_its_invoice(taxed_shop: Shop) -> None:
    shop = taxed_shop
    invoiced(shop)
    dearer(shop)
    shop.invoice("o-17", "2026")

    shop.credit("2026-000001", "CN", whole=True, reason="a wrong name")
    shop.invoice("o-17", "2026")
    shop.credit("2026-000002", "CN")

    assert [one.gross for one in invoices(shop)] == [2380, 476, 2856]
    assert [one.gross for one in notes(shop)] == [2380, 476]
    agree(shop)


def test_parcels_and_lines_that_are_named_are_invoiced_alone(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, (LAMP, 3))
    ship(shop, "p-1", 1)
    shop.invoice("o-17", "2026")
    dearer(shop)
    ship(shop, "p-2", 1)

    shop.invoice("o-17", "2026", ("p-2",))
    shop.invoice("o-17", "2026", lines=(("1", 1),))
    shop.invoice("o-17", "2026")

    assert [[(one.n, one.correction) for one in paper.lines] for paper in invoices(shop)] == [
        [(1, 0)],
        [(1, 0)],
        [(1, 0)],
        [(0, 200)],
    ]
    agree(shop)


@pytest.mark.parametrize("convention", (NET_BY_TOTAL, GROSS_BY_LINE), ids=lambda one: one.name)
def test_a_further_invoice_agrees_with_itself_on_every_form(
    any_shop: Shop, convention: Convention
) -> None:
    shop = any_shop.under(taxing(convention))
    invoiced(shop, 3, "33.33")
    dearer(shop, "40.01")
    shop.stock(LAMP, "leith", 1)
    shop.invoice("o-17", "2026")

    form, (row,) = en16931(last(shop)), fapiao_lines(last(shop))

    assert form.sum_of_lines == form.without_tax == sum(one.base for one in form.breakdown)
    assert form.with_tax == form.without_tax + form.tax == Decimal(last(shop).gross) / 100
    assert (row.name, row.unit, row.quantity) == ("BRASS-LAMP", "", None)
    assert (row.amount, row.tax) == (last(shop).net, last(shop).tax)
    agree(shop)
