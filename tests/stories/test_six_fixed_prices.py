"""Six prices that are hard to keep to the cent, each from its cart to its last return.

What is offered is shown before it is placed, and no amount is given that a paper does not repeat.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs
import pytest

from orderflow import Money, NewLine, NewOrder, Price, Sku
from orderflow.bills import CreditNote, Invoice
from orderflow.pricing import (
    AmountOff,
    DepositCounts,
    Given,
    Offer,
    Threshold,
    When,
    carried,
    due,
    priced,
    total,
)
from orderflow.records import ChargeKind, Destination, Fixing
from orderflow.statements import statement
from orderflow.states import PaymentState
from orderflow.taxes import Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from tests.builders import LAMP, MORNING, TEA, TWO_PLACES, Shop, eur, line, new_order
from tests.test_statements import assert_is_of

ID: Final = "o-17"
APRIL: Final = MORNING + timedelta(days=30)
VAT: Final = Taxing(
    Table(
        "vat",
        (
            TaxRow("DE", Rate.of("VAT-19", "19"), until=APRIL),
            TaxRow("DE", Rate.of("VAT-20", "20"), since=APRIL),
        ),
    )
)
TO_DE: Final = Destination(region="DE")


def taxed(shop: Shop) -> Shop:
    return shop.under(attrs.evolve(TWO_PLACES, taxing=VAT, return_window_days=60))


def pay_all(shop: Shop, payment: str = "pay-1") -> int:
    """Pay what is due; how much."""
    order = shop.order(ID)
    owed = due(order)
    shop.pay(payment, Money(owed, order.currency), ((ID, owed),))
    return owed


def send(shop: Shop, parcel: str, *lines: tuple[str, int]) -> Invoice:
    """These units are shipped and delivered; their invoice."""
    shop.ship(ID, parcel, "leith", lines)
    shop.deliver(parcel)
    shop.invoice(ID, "I")
    return shop.invoiced(shop.order(ID).invoices[-1])


def give_back(shop: Shop, name: str, *lines: tuple[str, int]) -> int:
    """These units come back, and what was paid for them goes out; how much."""
    shop.ask_return(name, ID, lines)
    shop.receive_return(name, "leith")
    shop.inspect(name)
    owed = -due(shop.order(ID))
    if owed:
        shop.refund(ID)
    return owed


def credit(shop: Shop, invoice: Invoice) -> CreditNote:
    shop.credit(invoice.ref.id, "C")
    return shop.credited(shop.order(ID).credit_notes[-1])


def agree(shop: Shop) -> None:
    """What was invoiced and not credited is what the order costs and what has been paid, and its
    statement says so row by row."""
    order = shop.order(ID)
    papers = [shop.invoiced(id) for id in order.invoices]
    stated = statement(order, [*papers, *[shop.credited(id) for id in order.credit_notes]])
    assert_is_of(stated, order)
    account = shop.account(ID)
    cost = account.invoiced - account.credited
    assert (account.to_invoice, account.to_credit) == (0, 0)
    assert cost == total(order) == order.applied == sum(one.amount for one in stated.bills)


@pytest.mark.feature("F193")
def test_two_discounts_of_a_cent_over_three_pieces_at_a_cent(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    cent = AmountOff(eur(1))
    offers = (Offer("first order", cent), Offer("11.11", cent, bearer="platform"))

    found = priced(new_order(line("1", LAMP, 3, "0.01")), offers, Given(MORNING))
    assert [(one.offer, one.parts, one.unused) for one in found.used] == [
        ("first order", (("1", 1),), 0),
        ("11.11", (("1", 1),), 0),
    ]
    shop.place(ID, found.order)
    assert pay_all(shop) == 1
    (lamps,) = shop.order(ID).lines
    units = [carried(lamps, shop.order(ID).charges, [(i, i + 1)]) for i in range(3)]
    assert units == [0, 0, 1]

    shop.allocate(ID)
    bills = [send(shop, "p-1", ("1", 1)), send(shop, "p-2", ("1", 2))]
    assert [(one.goods, one.amount) for bill in bills for one in bill.lines] == [(1, 0), (2, 1)]
    agree(shop)

    back = [give_back(shop, name, ("1", 1)) for name in ("r-1", "r-2", "r-3")]
    notes = [credit(shop, bill) for bill in bills]
    assert back == [0, 0, 1]
    assert [note.gross for note in notes] == [0, 1]
    agree(shop)
    assert total(shop.order(ID)) == 0


@pytest.mark.feature("F193", "F195")
def test_50_off_300_with_a_coupon_of_15_that_the_platform_bears(any_shop: Shop) -> None:
    shop = any_shop
    prices = {"TEA-SET": "120.00", "FAN": "99.99", "SILK": "80.02"}
    lines = tuple(
        NewLine(str(i), Sku(sku), 1, Price.of(price, "CNY"))
        for i, (sku, price) in enumerate(prices.items(), 1)
    )
    for one in lines:
        shop.stock(one.sku, "leith", 1)
    offers = (
        Offer("满300减50", Threshold(Money.of("300", "CNY"), Money.of("50", "CNY"))),
        Offer("coupon", AmountOff(Money.of("15", "CNY")), When(coupon="C-15"), bearer="platform"),
    )

    found = priced(NewOrder("c-7", "CNY", lines), offers, Given(MORNING, coupons=("C-15",)))
    assert [one.parts for one in found.used] == [
        (("1", 2000), ("2", 1666), ("3", 1334)),
        (("1", 600), ("2", 500), ("3", 400)),
    ]
    shop.place(ID, found.order)
    assert pay_all(shop) == 23501
    shop.allocate(ID)
    bill = send(shop, "p-1")
    assert [(one.goods, one.amount) for one in bill.lines] == [
        (12000, 9400),
        (9999, 7833),
        (8002, 6268),
    ]
    assert [[(off.amount, off.bearer) for off in one.discounts] for one in bill.lines] == [
        [(-2000, ""), (-600, "platform")],
        [(-1666, ""), (-500, "platform")],
        [(-1334, ""), (-400, "platform")],
    ]
    agree(shop)

    # The goods fall below 300.00, and keep what they were given.
    assert give_back(shop, "r-1", ("2", 1)) == 7833
    note = credit(shop, bill)
    assert [(off.amount, off.bearer) for off in note.lines[0].discounts] == [
        (-1666, ""),
        (-500, "platform"),
    ]
    assert total(shop.order(ID)) == 9400 + 6268
    assert give_back(shop, "r-2", ("1", 1), ("3", 1)) == 15668
    assert credit(shop, bill).gross == 15668
    agree(shop)
    assert total(shop.order(ID)) == 0


@pytest.mark.feature("F185")
def test_9000_pieces_at_0_98765_in_three_part_shipments_with_19_percent(any_shop: Shop) -> None:
    shop = taxed(any_shop)
    nails = Sku("NAIL")
    shop.stock(nails, "leith", 9000)
    new = new_order(line("1", nails, 9000, "0.98765"), destination=TO_DE)
    shop.place(ID, tax_charges(new, VAT, MORNING))
    assert pay_all(shop) == 888_885 + 168_888  # 8888.85, and 1688.8815 of tax

    shop.allocate(ID)
    bills = [send(shop, f"p-{n}", ("1", n)) for n in (1000, 3500, 4500)]
    assert [(bill.net, bill.tax) for bill in bills] == [
        (98_765, 18_765),  # 987.65 and 187.6535
        (345_678, 65_679),  # 3456.775 and 656.7882: half a cent is a cent of the first 4,500
        (444_442, 84_444),  # 4444.425, of which half a cent is told already
    ]
    assert sum(bill.net for bill in bills) == 888_885
    assert sum(bill.tax for bill in bills) == 168_888
    assert shop.account(ID).rounding == 0
    agree(shop)

    back = [give_back(shop, f"r-{n}", ("1", n)) for n in (1000, 999, 2501, 4500)]
    notes = [credit(shop, bill) for bill in bills]
    assert back == [117_530, 117_413, 293_944, 528_886]
    assert [(note.net, note.tax) for note in notes] == [
        (98_765, 18_765),
        (345_678, 65_679),
        (444_442, 84_444),
    ]
    agree(shop)
    assert total(shop.order(ID)) == 0


@pytest.mark.feature("F185")
def test_a_rate_that_changes_between_order_and_shipment(any_shop: Shop) -> None:
    shop = taxed(any_shop)
    shop.stock(LAMP, "leith", 3)
    shop.place(ID, tax_charges(new_order((LAMP, 3), destination=TO_DE), VAT, MORNING))
    assert pay_all(shop) == 3570

    shop.allocate(ID)
    early = send(shop, "p-1", ("1", 2))
    shop.clock.at = APRIL
    late = send(shop, "p-2", ("1", 1))
    assert [(row.rate.id, row.base, row.tax) for row in early.by_rate] == [("VAT-19", 2000, 380)]
    assert [(row.rate.id, row.base, row.tax) for row in late.by_rate] == [("VAT-20", 1000, 200)]
    assert pay_all(shop, "pay-2") == 10
    agree(shop)

    assert give_back(shop, "r-1", ("1", 3)) == 3580
    notes = [credit(shop, early), credit(shop, late)]
    assert [(note.net, note.tax) for note in notes] == [(2000, 380), (1000, 200)]
    agree(shop)
    assert total(shop.order(ID)) == 0


def test_1254_grams_at_15_80_a_kilogram(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(TEA, "leith", 1254)
    shop.place(ID, new_order((TEA, 1254)))
    assert pay_all(shop) == 1981  # 19.8132

    shop.allocate(ID)
    bills = [send(shop, "p-1", ("1", 500)), send(shop, "p-2", ("1", 754))]
    assert [(one.goods, one.rounding) for bill in bills for one in bill.lines] == [
        (790, 0),
        (1191, 0),
    ]
    agree(shop)

    back = [give_back(shop, f"r-{n}", ("1", n)) for n in (254, 1000)]
    notes = [credit(shop, bill) for bill in bills]
    assert back == [401, 1580]
    assert sum(note.gross for note in notes) == 1981
    agree(shop)


@pytest.mark.feature("F096")
def test_1254_grams_of_ham_are_paid_by_what_they_weigh(any_shop: Shop) -> None:
    shop = any_shop
    price = Price.of("15.80", "EUR", per=1000)
    ham = NewLine("1", Sku("HAM"), 2, price, fixed=Fixing.WEIGHING, grams_each=600)
    shop.stock(ham.sku, "leith", 2)
    shop.place(ID, new_order(ham))
    assert pay_all(shop) == 1896  # 1.2 kg, an estimate

    shop.allocate(ID)
    shop.weigh_line(ID, "1", 1254)
    assert pay_all(shop, "pay-2") == 85
    bill = send(shop, "p-1")
    assert [(one.n, one.grams, one.goods) for one in bill.lines] == [(2, 1254, 1981)]
    agree(shop)

    back = [give_back(shop, name, ("1", 1)) for name in ("r-1", "r-2")]
    assert (sum(back), credit(shop, bill).gross) == (1981, 1981)
    agree(shop)


@pytest.mark.feature("F193", "F195")
def test_a_presale_of_299_with_a_deposit_of_30_that_counts_for_60(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    counts = Offer("deposit counts double", DepositCounts(eur(3000), eur(6000)), bearer="brand-3")
    found = priced(new_order(line("1", LAMP, 1, "299.00")), (counts,), Given(MORNING))
    shop.place(ID, found.order)
    assert total(shop.order(ID)) == 26900

    shop.take_deposit("pay-1", eur(26900), eur(3000), ((ID, 3000),))
    assert due(shop.order(ID)) == 23900  # 299.00 less the 60.00 that 30.00 count for
    shop.open_balance("pay-1", shop.clock.at + timedelta(days=3))
    shop.pay_balance("pay-1", eur(23900), ((ID, 23900),))
    assert shop.payment("pay-1").state is PaymentState.CAPTURED

    shop.allocate(ID)
    bill = send(shop, "p-1")
    (row,) = bill.lines
    assert (row.goods, row.amount) == (29900, 26900)
    assert [(off.amount, off.bearer) for off in row.discounts] == [(-3000, "brand-3")]
    agree(shop)

    assert give_back(shop, "r-1", ("1", 1)) == 26900
    assert credit(shop, bill).gross == 26900
    agree(shop)
    assert [one.kind for one in shop.order(ID).charges] == [ChargeKind.GOODS, ChargeKind.DISCOUNT]
