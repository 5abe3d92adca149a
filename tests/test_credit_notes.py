"""Credit notes: they repeat what was billed, and never give back more than that."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from orderflow import BadInput, ChargeKind, NewCharge
from orderflow.audit import audit
from orderflow.audit.papers import PapersCheck
from orderflow.bills import CreditNote, Invoice, Series, gross, net
from orderflow.calls import Ref
from orderflow.conditions import Verdict
from orderflow.invoices import credit, en16931, fapiao_lines, invoice, left_of
from orderflow.orders import adjust
from orderflow.pricing import total
from orderflow.records import Cut, CutKind, Document
from orderflow.taxes import GROSS_BY_LINE, GROSS_BY_TOTAL, NET_BY_TOTAL, Convention
from tests.builders import LAMP, Shop, eur, line
from tests.test_invoices import SPRING, agree, invoices, notes, order, ship, taxing

CONVENTIONS = (NET_BY_TOTAL, GROSS_BY_LINE)


@pytest.fixture(params=CONVENTIONS, ids=lambda one: one.name)
def taxed_shop(any_shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """The shop on each store, with prices without their taxes and with them."""
    convention: Convention = request.param
    return any_shop.under(taxing(convention))


def delivered(shop: Shop, n: int, price: str, *charges: NewCharge, to: str = "DE") -> None:
    """Order o-17 of n lamps, delivered and invoiced."""
    shop.stock(LAMP, "leith", n)
    order(shop, line("1", LAMP, n, price), to=to, charges=charges)
    ship(shop, "p-1", n)
    shop.invoice("o-17", "2026")
    shop.deliver("p-1")


def give_back(shop: Shop, id: str, n: int) -> None:
    shop.ask_return(id, "o-17", (("1", n),), "too small")
    shop.receive_return(id, "leith")
    shop.inspect(id, (("1", n, Verdict.SOUND),))


def test_units_that_come_back_are_credited_as_they_were_billed(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 3, "9.99", NewCharge(ChargeKind.DISCOUNT, -100, bearer="brand", reason="May"))
    before = total(shop.order("o-17"))
    give_back(shop, "r-1", 2)
    shop.clock.at = SPRING  # another rate from now on

    shop.credit("2026-000001", "CN", reason="returned")

    (bill,), (note,) = invoices(shop), notes(shop)
    (had,), (back,) = bill.lines, note.lines
    assert (note.number, note.invoice, note.order) == ("CN-000001", "2026-000001", "o-17")
    assert (back.sku, back.n, back.price, back.unit) == (had.sku, 2, had.price, had.unit)
    assert [one.rate for one in back.taxes] == [one.rate for one in had.taxes]
    assert [(off.charge, off.bearer, off.reason) for off in back.discounts] == [
        ("discount-1", "brand", "May")
    ]
    assert back.goods == 1998
    assert note.reason == "returned"
    assert note.gross == before - total(shop.order("o-17"))
    assert shop.order("o-17").lines[0].cuts[-1] == Cut(CutKind.CREDITED, 0, 2, "CN-000001")
    agree(shop)
    shop.assert_lawful()


def test_several_credit_notes_of_a_line_sum_to_it_and_never_beyond(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 7, "0.99", NewCharge(ChargeKind.DISCOUNT, -10), NewCharge(ChargeKind.FEE, 7))
    for i, n in enumerate((2, 1, 3, 1)):
        give_back(shop, f"r-{i}", n)
        shop.credit("2026-000001", "CN")

    (bill,) = invoices(shop)
    units = [one for note in notes(shop) for one in note.lines]
    line_, fee = bill.lines
    assert sum(one.n for one in units) == 7
    assert sum(one.amount for one in units) == line_.amount
    assert sum(one.tax for one in units) == line_.tax
    assert sum(one.discounts[0].amount for one in units if one.discounts) == -10
    assert left_of(bill, notes(shop)) == (fee.amount if bill.inclusive else fee.amount + fee.tax)
    assert shop.refuses(credit.on("2026-000001", "CN")) == (
        "invoice 2026-000001 has nothing to credit: its order costs what it says"
    )
    agree(shop)


def test_nothing_is_credited_of_an_invoice_whose_order_stands(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "5.00")

    assert shop.codes(credit.on("2026-000001", "CN")) == ["nothing_to_credit"]
    assert shop.codes(credit.on("2026-000001", "CN", "7")) == ["not_on_invoice"]


def test_units_that_come_back_before_they_are_invoiced_are_not_invoiced(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, (LAMP, 3))
    ship(shop, "p-1", 3)
    shop.deliver("p-1")
    give_back(shop, "r-1", 1)

    shop.invoice("o-17", "2026")

    assert [(one.start, one.stop) for one in invoices(shop)[0].lines] == [(1, 3)]
    assert shop.codes(credit.on("2026-000001", "CN")) == ["nothing_to_credit"]
    agree(shop)


def test_units_invoiced_in_advance_and_cancelled_are_credited(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    order(shop, (LAMP, 3), charges=(NewCharge(ChargeKind.FREIGHT, 500),))
    shop.invoice("o-17", "2026", lines=(("1", 3),))
    shop.cancel("o-17")

    shop.credit("2026-000001", "CN")

    (bill,), (note,) = invoices(shop), notes(shop)
    assert [one.group for one in note.lines] == ["", "freight"]
    assert left_of(bill, (note,)) == 0
    assert (note.net, note.tax) == (bill.net, bill.tax)
    assert total(shop.order("o-17")) == 0
    agree(shop)


# --- amounts --------------------------------------------------------------------------------------


def test_a_price_that_is_lowered_after_the_invoice_is_credited_as_a_correction(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    delivered(shop, 2, "100.00")
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -1190, reason="a scratch"))

    shop.credit("2026-000001", "CN")

    (note,) = notes(shop)
    assert [(one.n, one.goods) for one in note.lines] == [(0, 0)]
    assert (note.net, note.tax, note.gross) == (1000, 190, 1190)
    agree(shop)


def test_an_amount_is_credited_and_its_order_costs_so_much_less(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "100.00")
    before = total(shop.order("o-17"))

    shop.credit("2026-000001", "CN", "1", eur(1190), reason="goodwill")

    (note,) = notes(shop)
    charge = shop.order("o-17").charges[-1]
    assert (charge.id, charge.kind, charge.amount) == (
        "credit-CN-000001",
        ChargeKind.DISCOUNT,
        -1190,
    )
    assert (charge.reason, charge.spans[0].line) == ("goodwill", "1")
    assert note.gross == 1190
    assert total(shop.order("o-17")) == before - 1190
    agree(shop)


def test_what_was_corrected_is_not_given_back_a_second_time(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 3, "33.33")
    (bill,) = invoices(shop)
    shop.credit("2026-000001", "CN", "1", eur(1000))

    for i in range(3):
        give_back(shop, f"r-{i}", 1)
        shop.credit("2026-000001", "CN")
        agree(shop)

    assert left_of(bill, notes(shop)) == 0
    assert sum(one.tax for one in notes(shop)) == bill.tax
    assert sum(one.net for one in notes(shop)) == bill.net
    assert total(shop.order("o-17")) == 0


def test_no_more_is_credited_than_is_left(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "10.00", NewCharge(ChargeKind.FREIGHT, 500))
    goods, freight = shop.invoiced("2026-000001").lines
    of_goods = goods.amount + (0 if shop.invoiced("2026-000001").inclusive else goods.tax)
    of_freight = freight.amount + (0 if shop.invoiced("2026-000001").inclusive else freight.tax)
    shop.credit("2026-000001", "CN", "1", eur(500))
    shop.credit("2026-000001", "CN", freight.line, eur(200))

    assert shop.codes(credit.on("2026-000001", "CN", "1", eur(of_goods - 499))) == ["over_credit"]
    assert shop.codes(credit.on("2026-000001", "CN", freight.line, eur(of_freight - 199))) == [
        "over_credit"
    ]
    shop.credit("2026-000001", "CN", "1", eur(of_goods - 500))
    shop.credit("2026-000001", "CN", freight.line, eur(of_freight - 200))
    assert left_of(invoices(shop)[0], notes(shop)) == 0
    agree(shop)


def test_a_part_of_the_freight_is_given_back_with_its_tax(any_shop: Shop) -> None:
    # REF-042, Sylius RefundPlugin: 5.75 of 10.00 and 15 % is 5.00 and 0.75; here at 19 %
    shop = any_shop.under(taxing())
    delivered(shop, 1, "10.00", NewCharge(ChargeKind.FREIGHT, 1000))

    shop.credit("2026-000001", "CN", "freight-1", eur(595))

    (note,) = notes(shop)
    assert (note.net, note.tax) == (500, 95)
    agree(shop)


def test_what_is_taken_off_the_freight_after_its_invoice_is_credited(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "10.00", NewCharge(ChargeKind.FREIGHT, 500))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -119, reason="came late"))

    nothing = shop.codes(invoice.on("o-17", "2026"))
    on_goods = shop.codes(credit.on("2026-000001", "CN", "1"))
    shop.credit("2026-000001", "CN")

    (note,) = notes(shop)
    assert (nothing, on_goods) == (["nothing_to_invoice"], ["nothing_to_credit"])
    assert (note.net, note.tax, note.lowers) == (100, 19, (("freight-later-2", -119),))
    assert shop.codes(credit.on("2026-000001", "CN")) == ["nothing_to_credit"]
    agree(shop)


def test_freight_is_not_lowered_below_what_is_off_it_already(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "10.00", NewCharge(ChargeKind.FREIGHT, 100))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -60))

    assert shop.codes(credit.on("2026-000001", "CN", "freight-1", eur(90))) == ["over_credit"]

    shop.credit("2026-000001", "CN", "freight-1", eur(40))
    assert notes(shop)[0].gross == 100
    agree(shop)


def test_what_is_off_freight_that_is_invoiced_comes_off_no_later_fee(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "10.00", NewCharge(ChargeKind.FREIGHT, 500), NewCharge(ChargeKind.FEE, 500))
    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 119))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -119))

    shop.invoice("o-17", "2026")
    shop.credit("2026-000001", "CN")

    (fee,), (less,) = invoices(shop)[1].lines, notes(shop)[0].lines
    assert (fee.group, fee.amount) == ("fee", 119)
    assert (less.group, notes(shop)[0].gross) == ("freight", 119)
    assert shop.codes(credit.on("2026-000001", "CN")) == ["nothing_to_credit"]
    agree(shop)


def test_what_is_off_the_freight_comes_off_what_is_charged_later(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "10.00", NewCharge(ChargeKind.FREIGHT, 100))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, 500))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -300))

    shop.invoice("o-17", "2026")

    (later,) = invoices(shop)[1].lines
    assert later.amount == 200
    assert shop.codes(credit.on("2026-000001", "CN")) == ["nothing_to_credit"]
    agree(shop)


def test_what_is_off_more_than_one_invoice_is_credited_on_each_as_far_as_it_goes(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    delivered(shop, 2, "10.00", NewCharge(ChargeKind.FREIGHT, 100))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, 50))
    shop.invoice("o-17", "2026")
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -150))

    shop.credit("2026-000001", "CN")
    shop.credit("2026-000002", "CN")

    (first,), (second,) = (note.lowers for note in notes(shop))
    assert first[0] == second[0] == "freight-later-3"
    assert first[1] + second[1] == -150
    agree(shop)


def test_all_that_is_left_after_a_first_amount_is_what_sylius_publishes(any_shop: Shop) -> None:
    # REF-047, Sylius RefundPlugin: two units at 10.00 and 23 %, shipping 20.00; after 5.00 all of
    # it, 44.60 together
    shop = any_shop.under(taxing())
    shop.stock(LAMP, "leith", 2)
    order(shop, line("1", LAMP, 2), to="PL", charges=(NewCharge(ChargeKind.FREIGHT, 2000),))
    ship(shop, "p-1", 2)
    shop.invoice("o-17", "2026")
    shop.credit("2026-000001", "CN", "1", eur(500))

    shop.credit("2026-000001", "CN", whole=True)

    assert [one.gross for one in notes(shop)] == [500, 3960]


def test_a_promotion_is_billed_as_tryton_publishes(any_shop: Shop) -> None:
    # REF-093, trytond sale_promotion: 470.00 untaxed, 47.00 tax, 517.00
    shop = any_shop.under(taxing())
    shop.stock(LAMP, "leith", 25)
    lines = [line(str(i), LAMP, n, "20.00") for i, n in enumerate((5, 10, 5, 5), 1)]
    tenth = NewCharge(ChargeKind.DISCOUNT, -3000, ("1", "2"))
    order(shop, *lines, to="HOME", charges=(tenth,))
    shop.ship("o-17", "p-1")

    shop.invoice("o-17", "2026")

    (bill,) = invoices(shop)
    assert (bill.net, bill.tax, bill.gross) == (47000, 4700, 51700)


# --- anew -----------------------------------------------------------------------------------------


def test_freight_that_was_credited_is_not_taken_off_again(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 1, "10.00", NewCharge(ChargeKind.FREIGHT, 1000))
    charged = sum(one.amount for one in shop.order("o-17").charges if not one.spans)
    shop.credit("2026-000001", "CN", "freight-1", eur(charged))

    off = NewCharge(ChargeKind.FREIGHT, -1)
    assert shop.cannot_take(adjust.on("o-17", off)) == "charge.amount"

    agree(shop)


def test_freight_that_was_credited_is_not_taken_off_a_fee(any_shop: Shop) -> None:
    shop = any_shop.under(taxing())
    delivered(shop, 1, "10.00", NewCharge(ChargeKind.FREIGHT, 278), to="PL")  # freight at 0 %
    shop.credit("2026-000001", "CN", "freight-1", eur(198))
    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 1))

    off = NewCharge(ChargeKind.FREIGHT, -81)
    assert shop.cannot_take(adjust.on("o-17", off)) == "charge.amount"

    shop.adjust("o-17", attrs.evolve(off, amount=-80))
    shop.credit("2026-000001", "CN")
    assert shop.account("o-17").to_credit == 0
    agree(shop)


def test_what_is_credited_of_a_fee_leaves_the_freight_to_be_lowered(any_shop: Shop) -> None:
    shop = any_shop.under(taxing())
    freight, fee = NewCharge(ChargeKind.FREIGHT, 300), NewCharge(ChargeKind.FEE, 200)
    delivered(shop, 1, "10.00", freight, fee, to="PL")
    shop.credit("2026-000001", "CN", "fee-2", eur(150))

    shop.adjust("o-17", attrs.evolve(freight, amount=-300))

    shop.credit("2026-000001", "CN")
    assert total(shop.order("o-17")) == 1230 + 246 - 150
    agree(shop)


def test_a_line_that_is_named_as_a_charge_is_not_taken_for_it(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 2)
    freight = NewCharge(ChargeKind.FREIGHT, 1000)
    order(shop, line("freight-1", LAMP, 2, "10.00"), charges=(freight,))
    ship(shop, "p-1", 2, "freight-1")
    shop.deliver("p-1")
    shop.invoice("o-17", "2026")

    shop.credit("2026-000001", "CN", "freight-1", eur(100))
    shop.ask_return("r-1", "o-17", (("freight-1", 2),), "no")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.credit("2026-000001", "CN")

    (bill,) = invoices(shop)
    goods, freight_line = bill.lines
    assert [note.gross for note in notes(shop)] == [
        100,
        gross(goods, inclusive=bill.inclusive) - 100,
    ]
    assert left_of(bill, notes(shop)) == gross(freight_line, inclusive=bill.inclusive)
    agree(shop)


def test_a_wrong_invoice_is_credited_whole_and_issued_anew(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 3, "9.99", NewCharge(ChargeKind.FREIGHT, 300))
    shop.credit("2026-000001", "CN", "freight-1", eur(100))
    cost = total(shop.order("o-17"))

    shop.credit("2026-000001", "CN", whole=True, reason="wrong name")
    shop.invoice("o-17", "2026")

    first, second = invoices(shop)
    assert left_of(first, notes(shop)) == 0
    assert second.gross == total(shop.order("o-17")) == cost
    off = -100 if second.inclusive else -84  # and 16 of the tax
    assert [one.amount for one in second.lines[1].discounts] == [off]
    assert shop.codes(credit.on("2026-000001", "CN", whole=True)) == ["nothing_to_credit"]
    give_back(shop, "r-1", 1)
    shop.credit("2026-000002", "CN")
    agree(shop)
    shop.assert_lawful()


def test_an_invoice_that_is_credited_whole_is_issued_anew_at_the_rate_of_its_shipment(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(taxing())
    delivered(shop, 3, "9.99")
    shop.clock.at = SPRING

    shop.credit("2026-000001", "CN", whole=True)
    shop.invoice("o-17", "2026")

    assert [[row.rate.id for row in one.by_rate] for one in invoices(shop)] == [["VAT-19"]] * 2
    assert [[row.rate.id for row in one.by_rate] for one in notes(shop)] == [["VAT-19"]]
    agree(shop)


def test_an_archived_order_gets_no_papers(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))
    shop.invoice("o-17", "2026")
    shop.deliver("p-1")
    shop.clock.forward(days=30)
    shop.complete("o-17")
    shop.archive("o-17")

    assert shop.codes(invoice.on("o-17", "2026")) == ["illegal_move"]
    assert shop.codes(credit.on("2026-000001", "CN", whole=True)) == ["illegal_move"]


# --- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("convention", (NET_BY_TOTAL, GROSS_BY_TOTAL), ids=lambda one: one.name)
def test_the_totals_of_a_paper_keep_the_rules_of_en_16931(
    shop: Shop, convention: Convention
) -> None:
    shop = shop.under(taxing(convention))
    delivered(
        shop, 7, "3.33", NewCharge(ChargeKind.DISCOUNT, -100), NewCharge(ChargeKind.FREIGHT, 499)
    )
    give_back(shop, "r-1", 3)
    shop.credit("2026-000001", "CN")

    papers: list[Invoice | CreditNote] = [*invoices(shop), *notes(shop)]
    for paper in papers:
        form = en16931(paper, paid=1)

        assert form.sum_of_lines == sum(form.lines)  # BR-CO-10
        assert not form.allowances + form.charges  # BR-CO-11, BR-CO-12
        assert form.without_tax == form.sum_of_lines - form.allowances + form.charges  # BR-CO-13
        assert form.tax == sum(row.tax for row in form.breakdown)  # BR-CO-14
        assert form.with_tax == form.without_tax + form.tax  # BR-CO-15
        assert form.payable == form.with_tax - form.paid + form.rounding  # BR-CO-16
        cent = form.paid
        for row in form.breakdown:  # BR-CO-17, whose published check allows for a coin
            assert abs(row.base * row.percent / 100 - row.tax) <= cent
            assert row.category == "S"
            assert row.reason == ""


def test_a_rate_of_nothing_has_its_category_and_reason_on_the_form(shop: Shop) -> None:
    shop = shop.under(taxing())
    shop.stock(LAMP, "leith", 1)
    charges = (NewCharge(ChargeKind.FREIGHT, 100),)
    order(shop, (LAMP, 1), to="FR", charges=charges)
    ship(shop, "p-1", 1)
    shop.invoice("o-17", "2026")

    rows = en16931(invoices(shop)[0]).breakdown

    assert [(row.category, row.reason) for row in rows] == [("S", ""), ("E", "Art. 132")]


def test_a_fapiao_has_discounts_beneath_their_goods_and_no_lines_of_nothing(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 4)
    off = NewCharge(ChargeKind.DISCOUNT, -500, ("1",))
    order(shop, line("1", LAMP, 3), line("2", LAMP, 1, "0"), charges=(off,))
    shop.ship("o-17", "p-1")
    shop.invoice("o-17", "2026")
    (bill,) = invoices(shop)

    goods, less = fapiao_lines(bill)

    assert (goods.name, goods.unit, goods.quantity) == ("BRASS-LAMP", "piece", Decimal(3))
    assert (less.name, less.quantity) == ("BRASS-LAMP", None)
    assert less.amount < 0
    assert less.tax < 0
    assert goods.amount + less.amount == bill.net
    assert goods.tax + less.tax == bill.tax
    assert (goods.amount, less.amount) == ((2521, -420) if bill.inclusive else (3000, -500))


def test_a_fapiao_line_has_one_tax(shop: Shop) -> None:
    shop = shop.under(taxing())
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1), to="GST")
    ship(shop, "p-1", 1)
    shop.invoice("o-17", "2026")

    with pytest.raises(Exception, match="has several taxes"):
        fapiao_lines(invoices(shop)[0])


def test_a_red_fapiao_has_lines_below_zero_with_discounts_taken_off(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 3, "10.00", NewCharge(ChargeKind.DISCOUNT, -500, ("1",)))
    give_back(shop, "r-1", 2)
    shop.credit("2026-000001", "CN")
    (note,) = notes(shop)

    (goods,) = fapiao_lines(note)

    assert (goods.name, goods.unit, goods.quantity) == ("BRASS-LAMP", "piece", Decimal(-2))
    assert (goods.amount, goods.tax) == (-note.net, -note.tax)
    assert goods.amount < 0 > goods.tax
    assert goods.rate == note.lines[0].taxes[0].rate


def test_a_red_fapiao_of_an_amount_has_no_quantity(taxed_shop: Shop) -> None:
    shop = taxed_shop
    delivered(shop, 2, "100.00")
    shop.credit("2026-000001", "CN", "1", eur(1190))

    (lowered,) = fapiao_lines(notes(shop)[0])

    assert (lowered.name, lowered.unit, lowered.quantity) == ("BRASS-LAMP", "", None)
    assert (lowered.amount, lowered.tax) == (-1000, -190)


def test_no_line_of_a_red_fapiao_is_above_zero_or_of_nothing(taxed_shop: Shop) -> None:
    shop = taxed_shop
    shop.stock(LAMP, "leith", 5)
    freight = NewCharge(ChargeKind.FREIGHT, 490)
    order(shop, line("1", LAMP, 4, "33.33"), line("2", LAMP, 1, "0"), charges=(freight,))
    shop.ship("o-17", "p-1")
    shop.invoice("o-17", "2026")
    shop.deliver("p-1")
    shop.credit("2026-000001", "CN", "1", eur(1000))
    shop.ask_return("r-1", "o-17", (("1", 3), ("2", 1)))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.credit("2026-000001", "CN")
    shop.credit("2026-000001", "CN", whole=True)

    papers = notes(shop)
    red = [fapiao_lines(note) for note in papers]

    assert any(one.correction < 0 for one in papers[1].lines)
    for note, rows in zip(papers, red, strict=True):
        assert sum(row.amount for row in rows) == -note.net
        assert sum(row.tax for row in rows) == -note.tax
        assert all(row.amount < 0 >= row.tax for row in rows)  # each note has some
        assert all(row.quantity is None or row.quantity < 0 for row in rows)
    assert [row.quantity for rows in red for row in rows] == [None, -3, -1, -1]
    assert sum(row.amount + row.tax for rows in red for row in rows) == -invoices(shop)[0].gross


def test_a_red_fapiao_line_has_one_tax(shop: Shop) -> None:
    shop = shop.under(taxing())
    shop.stock(LAMP, "leith", 1)
    order(shop, (LAMP, 1), to="GST")
    ship(shop, "p-1", 1)
    shop.invoice("o-17", "2026")
    shop.credit("2026-000001", "CN", whole=True)

    with pytest.raises(BadInput, match="has several taxes"):
        fapiao_lines(notes(shop)[0])


def test_a_paper_says_what_it_comes_to_of_each_line(shop: Shop) -> None:
    shop = shop.under(taxing())
    delivered(shop, 3, "9.99")
    (bill,) = invoices(shop)

    assert bill.net == sum(net(one, inclusive=False) for one in bill.lines)
    assert isinstance(shop.credit("2026-000001", "CN", whole=True).document, type(bill))
    assert isinstance(notes(shop)[0], CreditNote)


# --- the audit ------------------------------------------------------------------------------------


def audited(shop: Shop, *instead: Document, gone: str = "") -> tuple[str, ...]:
    """What the audit says of the money when some documents are other than they were."""
    papers = PapersCheck()
    changed = {one.ref: one for one in instead}
    for document in shop.documents():
        if str(document.ref) != gone:
            papers.expect(changed.get(document.ref, document))
    return tuple(papers.all_breaches())


@pytest.mark.feature("F185")
def test_the_audit_finds_papers_that_do_not_agree(shop: Shop) -> None:
    shop = shop.under(taxing())
    delivered(shop, 3, "9.99", NewCharge(ChargeKind.FREIGHT, 300))
    give_back(shop, "r-1", 1)
    shop.credit("2026-000001", "CN")
    (bill,), (note,), of = invoices(shop), notes(shop), shop.order("o-17")
    line_ = bill.lines[0]
    shorter = attrs.evolve(bill, lines=(attrs.evolve(line_, stop=2), *bill.lines[1:]))
    dearer = attrs.evolve(note, lines=(attrs.evolve(note.lines[0], goods=99_999),))
    twice = attrs.evolve(
        of.lines[0], cuts=(*of.lines[0].cuts, Cut(CutKind.INVOICED, 1, 3, "2026-000001"))
    )
    series: Ref[Series] = Ref("", "series", "CN")

    assert audited(shop) == ()
    assert audited(shop, shorter) == (
        "invoice 2026-000001 has other units of line 1 than order o-17 says",
    )
    assert [said for said in audited(shop, dearer) if "credited of" in said] != []
    assert audited(shop, attrs.evolve(of, lines=(twice,)))[0] == (
        "order o-17: indices 1 to 3 of line 1 are on 2 invoices"
    )
    assert audited(shop, attrs.evolve(of, credit_notes=())) == (
        "credit note CN-000001 and order o-17 do not name each other",
    )
    assert "series CN: number CN-000002 is not on one paper" in audited(
        shop, Series(series, "CN", "", 2)
    )
    assert "number CN-000001 is of no series" in audited(shop, gone="series CN")
    assert "credit note CN-000001 credits invoice 2026-000001, which is not there" in audited(
        shop, gone="invoice 2026-000001"
    )


def test_the_audit_counts_the_papers(shop: Shop) -> None:
    shop = shop.under(taxing())
    delivered(shop, 3, "9.99")

    money = next(law for law in audit(shop.store) if law.name == "money")

    assert money.holds
    assert money.figure.endswith("; 1 invoices and 0 credit notes")
