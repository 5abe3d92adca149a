"""One invoice over several orders of a customer, as a month of deliveries has it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from orderflow import Call, ChargeKind, NewCharge, NewLine, NewOrder, Position, Price, Workflow
from orderflow.adapters.codec import put_document
from orderflow.bills import Invoice
from orderflow.errors import BadInput
from orderflow.invoices import account, credit, en16931, fapiao_lines, invoice
from orderflow.pricing import total
from orderflow.records import Cut, CutKind, Destination
from orderflow.statements import statement
from orderflow.taxes import GROSS_BY_LINE, NET_BY_TOTAL
from orderflow.taxing import tax_charges
from tests.builders import BELL, LAMP, MORNING, Shop, eur, line, new_order
from tests.rivals import Crossed
from tests.test_invoices import TO_DE, taxed_shop, taxing, with_taxes

__all__ = ["taxed_shop"]


def place(shop: Shop, id: str, *wanted: Any, **more: Any) -> None:
    new = new_order(*wanted, **{"destination": TO_DE, "cash_on_delivery": True, **more})
    shop.place(id, with_taxes(shop, new) if shop.rules.taxing is not None else new)
    shop.allocate(id)


def send(shop: Shop, order: str, parcel: str, *lines: tuple[str, int]) -> None:
    shop.ship(order, parcel, "leith", lines)
    shop.deliver(parcel)


def month(shop: Shop) -> None:
    """Two orders in three parcels: lamps and freight, and bells whose tax is another."""
    shop.stock(LAMP, "leith", 9)
    shop.stock(BELL, "leith", 9)
    place(shop, "o-1", (LAMP, 3), charges=(NewCharge(ChargeKind.FREIGHT, 500),))
    place(shop, "o-2", line("1", BELL, 2, "45.55"), line("2", LAMP, 1))
    send(shop, "o-1", "p-1", ("1", 2))
    send(shop, "o-1", "p-2", ("1", 1))
    send(shop, "o-2", "p-3", ("1", 2), ("2", 1))


def back(shop: Shop, order: str, line: str, n: int = 1) -> None:
    name = f"r-{order}-{line}"
    shop.ask_return(name, order, ((line, n),), "no")
    shop.receive_return(name, "leith")
    shop.inspect(name)


def agree(shop: Shop, *orders: str) -> None:
    """Each order costs what the papers say of it, and the papers what they say of all orders."""
    for id in orders:
        one = shop.account(id)
        assert one.to_credit == 0
        assert one.invoiced - one.credited + one.to_invoice == one.total == total(shop.order(id))
    for id in shop.order(orders[0]).invoices:
        paper = shop.invoiced(id)
        assert sum(paper.gross_of(one) for one in paper.orders) == paper.gross
    shop.assert_lawful()


def credit_of(line: str, order: str = "", minor: int = 100) -> Call[Invoice]:
    return credit.on("2026-000001", "CN", line, eur(minor), order=order)


@pytest.mark.feature("F186")
def test_one_invoice_is_over_several_orders_of_a_customer(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)

    shop.invoice("o-1", "2026", others=("o-2",))

    made = shop.invoiced("2026-000001")
    assert made.orders == ("o-1", "o-2")
    assert [(one.order, one.line, one.n, one.parcel) for one in made.lines] == [
        ("o-1", "1", 2, "p-1"),
        ("o-1", "1", 1, "p-2"),
        ("o-1", "freight-1", 1, ""),
        ("o-2", "1", 2, "p-3"),
        ("o-2", "2", 1, "p-3"),
    ]
    assert [(row.rate.id, row.base, row.tax) for row in made.by_rate] == [
        ("VAT-19", 4500, 855),
        ("VAT-7", 9110, 638),
    ]
    assert [shop.order(id).invoices for id in ("o-1", "o-2")] == [("2026-000001",)] * 2
    assert shop.order("o-2").lines[0].cuts[-1] == Cut(CutKind.INVOICED, 0, 2, "2026-000001")
    agree(shop, "o-1", "o-2")
    shop.assert_lawful()


def test_tax_that_is_rounded_on_the_total_is_rounded_once_for_all_orders(
    taxed_shop: Shop,
) -> None:
    """Three orders of 0.45 have a tax of 0.09 each, and of 0.26 together."""
    shop = taxed_shop
    shop.stock(LAMP, "leith", 3)
    for id in ("o-1", "o-2", "o-3"):
        place(shop, id, line("1", LAMP, 1, "0.45"))
        send(shop, id, f"p-{id}", ("1", 1))

    shop.invoice("o-1", "2026", others=("o-2", "o-3"))

    made = shop.invoiced("2026-000001")
    assert (made.net, made.tax) == (135, 26)
    assert sum(total(shop.order(id)) for id in made.orders) == 161
    assert sum(shop.account(id).rounding for id in made.orders) == -1
    agree(shop, *made.orders)


def test_units_that_come_back_are_credited_for_their_order_alone(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))

    back(shop, "o-2", "1")
    shop.credit("2026-000001", "CN")

    note = shop.credited("CN-000001")
    assert (note.order, note.orders) == ("o-2", ("o-2",))
    assert [(one.order, one.line, one.n) for one in note.lines] == [("o-2", "1", 1)]
    assert (note.net, note.tax) == (4555, 319)
    assert [shop.order(id).credit_notes for id in ("o-1", "o-2")] == [(), ("CN-000001",)]
    agree(shop, "o-1", "o-2")


def test_one_credit_note_is_over_all_orders_that_gave_something_up(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))

    for id in ("o-1", "o-2"):
        back(shop, id, "1")
    shop.credit("2026-000001", "CN")

    note = shop.credited("CN-000001")
    assert note.orders == ("o-1", "o-2")
    assert [(one.order, one.line, one.n) for one in note.lines] == [
        ("o-1", "1", 1),
        ("o-2", "1", 1),
    ]
    agree(shop, "o-1", "o-2")


def test_a_line_of_several_orders_is_named_with_its_order(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))

    unclear = shop.cannot_take(credit_of("1"))
    unknown = [shop.codes(call) for call in (credit_of("1", "o-3"), credit_of("2", "o-1"))]
    shop.apply(credit_of("2", "o-2", 119))

    note = shop.credited("CN-000001")
    assert unclear
    assert unknown == [["not_on_invoice"], ["not_on_invoice"]]
    assert shop.cannot_take(credit.on("2026-000001", "CN", order="o-2"))
    assert [(one.order, one.line, one.correction, one.tax) for one in note.lines] == [
        ("o-2", "2", 100, 19)
    ]
    assert total(shop.order("o-2")) == 9110 + 638 + 1190 - 119
    agree(shop, "o-1", "o-2")


def test_a_joint_invoice_is_credited_whole_and_each_order_invoiced_apart(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))

    shop.credit("2026-000001", "CN", whole=True, reason="to be apart")
    shop.invoice("o-1", "2026")
    shop.invoice("o-2", "2026")

    assert shop.credited("CN-000001").gross == shop.invoiced("2026-000001").gross
    assert [shop.invoiced(f"2026-00000{i}").order for i in (2, 3)] == ["o-1", "o-2"]
    assert [one.group for one in shop.invoiced("2026-000002").lines] == ["", "", "freight"]
    agree(shop, "o-1", "o-2")


def test_what_is_charged_more_for_one_of_its_orders_is_on_a_further_invoice(
    taxed_shop: Shop,
) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))

    shop.reprice("o-2", (("1", Price.of("50.00", "EUR")),), invoiced=True)
    shop.invoice("o-2", "2026")
    back(shop, "o-2", "1", 2)
    for id in shop.order("o-2").invoices:
        shop.credit(id, "CN")

    (raised,) = shop.invoiced("2026-000002").lines
    assert (raised.order, raised.changes, raised.correction) == ("", "2026-000001", 890)
    agree(shop, "o-1", "o-2")


@pytest.mark.parametrize(
    ("more", "why"),
    (
        ({"customer": "c-8"}, "the customer"),
        ({"seller": "acme"}, "the seller"),
        ({"destination": Destination(region="FR")}, "the place of tax"),
    ),
)
def test_orders_that_do_not_belong_together_are_on_no_invoice(
    shop: Shop, more: dict[str, Any], why: str
) -> None:
    shop = shop.under(taxing())
    month(shop)
    place(shop, "o-3", (LAMP, 1), **more)
    send(shop, "o-3", "p-4", ("1", 1))

    said = shop.refuses(invoice.on("o-1", "2026", others=("o-2", "o-3")))

    assert said == f"orders o-1 and o-3 differ in {why}: an invoice is for one"
    assert shop.order("o-2").invoices == ()


def test_orders_in_two_currencies_are_on_no_invoice(shop: Shop) -> None:
    month(shop)
    lamp = NewLine("1", LAMP, 1, Price.of("9.00", "USD"))
    shop.place("o-3", NewOrder("c-7", "USD", (lamp,), destination=TO_DE))

    (no,) = shop.why_not(invoice.on("o-1", "2026", others=("o-3",)))

    assert no.say("zh") == "订单 o-1 与 o-3 的币种不同,不能合并开票"


def test_each_order_has_something_to_invoice_or_none_is_invoiced(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    place(shop, "o-3", (LAMP, 1))
    place(shop, "o-4", (LAMP, 1))

    codes = shop.codes(invoice.on("o-1", "2026", others=("o-3", "o-4")))
    of_parcels = shop.codes(invoice.on("o-1", "2026", ("p-1",), others=("o-2",)))
    shop.invoice("o-1", "2026", ("p-1", "p-3"), others=("o-2",))

    assert codes == ["nothing_to_invoice", "nothing_to_invoice"]
    assert of_parcels == ["nothing_to_invoice"]
    assert [one.parcel for one in shop.invoiced("2026-000001").lines if one.parcel] == [
        "p-1",
        "p-3",
        "p-3",
    ]


@pytest.mark.parametrize(
    "call",
    (
        invoice.on("o-1", "2026", others=("o-1",)),
        invoice.on("o-1", "2026", others=("o-2", "o-2")),
        invoice.on("o-1", "2026", lines=(("1", 1),), others=("o-2",)),
    ),
)
def test_what_is_no_joint_invoice_is_not_taken(shop: Shop, call: Call[Any]) -> None:
    month(shop)

    assert shop.cannot_take(call)


def test_an_order_that_is_not_there_is_on_no_invoice(shop: Shop) -> None:
    month(shop)

    assert shop.codes(invoice.on("o-1", "2026", others=("o-9",))) == ["not_found"]


def test_a_paper_of_another_order_is_not_taken_for_one_of_its_own(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))
    place(shop, "o-3", (LAMP, 1))
    paper = shop.invoiced("2026-000001")

    with pytest.raises(BadInput, match="is of order o-1, o-2"):
        account(shop.order("o-3"), (paper,))
    with pytest.raises(BadInput, match="is of order o-1, o-2"):
        statement(shop.order("o-3"), (paper,))
    assert statement(shop.order("o-2"), (paper,)).bills[0].amount == paper.gross_of("o-2")


@pytest.mark.parametrize("convention", (NET_BY_TOTAL, GROSS_BY_LINE), ids=lambda one: one.name)
def test_a_form_names_the_order_of_each_line(any_shop: Shop, convention: Any) -> None:
    shop = any_shop.under(taxing(convention))
    month(shop)
    shop.invoice("o-1", "2026", others=("o-2",))
    shop.reprice("o-1", (("1", Price.of("11.00", "EUR")),), invoiced=True)
    shop.invoice("o-1", "2026")

    joint, alone = [en16931(shop.invoiced(f"2026-00000{i}")) for i in (1, 2)]

    assert (joint.order, alone.order) == ("", "o-1")
    assert [(one.order, one.line) for one in joint.references[2:]] == [
        ("o-1", "freight-1"),
        ("o-2", "1"),
        ("o-2", "2"),
    ]
    assert (joint.preceding, alone.preceding) == ((), ("2026-000001",))
    assert joint.with_tax == Decimal(shop.invoiced("2026-000001").gross) / 100
    rows = fapiao_lines(shop.invoiced("2026-000001"))
    assert sum(row.amount + row.tax for row in rows) == shop.invoiced("2026-000001").gross


def test_an_invoice_over_one_order_is_written_as_it_ever_was(taxed_shop: Shop) -> None:
    shop = taxed_shop
    month(shop)
    shop.invoice("o-1", "2026")

    written = json.loads(put_document(shop.invoiced("2026-000001")))

    assert {"others", "orders", "billed"}.isdisjoint(written)
    assert all({"order", "changes"}.isdisjoint(one) for one in written["lines"])  # it has lines


def test_an_order_that_changes_while_it_is_invoiced_is_read_again() -> None:
    store = Crossed()
    house = Workflow(store, taxing(), clock=lambda: MORNING)
    house.receive(Position("BRASS-LAMP", "leith"), 2)
    for id in ("o-1", "o-2"):
        new = new_order((LAMP, 1), destination=TO_DE, cash_on_delivery=True)
        assert house.rules.taxing is not None
        house.place(id, tax_charges(new, house.rules.taxing, MORNING))
        house.allocate(id)
        house.release(id, f"d-{id}")
        house.pick(f"d-{id}")
        house.pack(f"p-{id}", (f"d-{id}",))
        house.hand_over(f"p-{id}")
    store.rivals = [lambda: house.adjust("o-2", NewCharge(ChargeKind.DISCOUNT, -119, ("1",)))]

    house.invoice("o-1", "2026", others=("o-2",))

    assert house.invoiced("2026-000001").gross_of("o-2") == 1190 - 119
