"""What an order costs, explained: the parts sum to the total, in every case that is kept as text.

The kept texts stand in `tests/golden/statements`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from itertools import pairwise
from typing import Any

import pytest

from orderflow import BadInput, ChargeKind, MoveRefused, NewCharge, verbs
from orderflow.bills import Invoice
from orderflow.invoices import account, en16931, fapiao_lines
from orderflow.pricing import due, total
from orderflow.records import Destination, Fixing, Order
from orderflow.sentences import STATEMENT
from orderflow.statements import LineStated, Part, Statement, statement, text
from orderflow.taxes import GROSS_BY_LINE, GROSS_BY_TOTAL, Convention
from tests.builders import BELL, LAMP, TEA, Shop, line, new_order
from tests.kept import GOLDEN, assert_kept, kept
from tests.stated import CASES
from tests.test_invoices import taxing

DISCOUNT, TAX, FREIGHT = ChargeKind.DISCOUNT, ChargeKind.TAX, ChargeKind.FREIGHT


def assert_adds_up(stated: Statement) -> None:
    """Each sum of a statement is the sum of its rows."""
    for one in stated.lines:
        goods = sum(price.amount for price in one.prices) + one.rounding
        assert goods + sum(part.amount for part in one.parts) == one.amount
        assert sum(price.n for price in one.prices) == one.kept
    of_lines = sum(one.amount for one in stated.lines)
    assert of_lines + sum(part.amount for part in stated.parts) == stated.total
    assert stated.total - sum(tender.applied for tender in stated.paid) == stated.due
    told = [*[tax for one in stated.lines for tax in one.included], *stated.included_in_parts]
    assert sum(one.tax for one in stated.included) == sum(one.tax for one in told)
    assert sum(one.base for one in stated.included) == sum(one.base for one in told)


def assert_is_of(stated: Statement, order: Order) -> None:
    """A statement says what its order costs, and finds all that was ever charged."""
    assert_adds_up(stated)
    assert (stated.total, stated.due) == (total(order), due(order))
    assert stated.total + stated.given_up == sum(one.amount for one in order.charges)


# --- the kept texts ----------------------------------------------------------------------------


@pytest.mark.feature("F193")
@pytest.mark.parametrize("name", CASES)
def test_a_statement_says_what_was_agreed_to_be_said(name: str) -> None:
    stated = CASES[name]()

    said = f"{text(stated)}\n{text(stated, 'zh')}"

    assert_adds_up(stated)
    assert_kept("statements", name, said)


def test_no_kept_text_is_without_its_case() -> None:
    assert kept("statements") == set(CASES)


def amounts(said: str) -> list[tuple[str, Decimal]]:
    """The rows of a text that have an amount at the right edge, with what they say."""
    rows: list[tuple[str, Decimal]] = []
    lines = said.splitlines()
    for before, row in pairwise(["", *lines]):
        found = re.fullmatch(r"(.*?) {2,}(-?[0-9]+(?:\.[0-9]+)?)", row)
        if found is not None:
            rows.append((found[1] or before, Decimal(found[2])))
    return rows


@pytest.mark.parametrize("name", CASES)
def test_a_clerk_who_adds_the_rows_of_a_kept_text_finds_its_sums(name: str) -> None:
    said = (GOLDEN / "statements" / f"{name}.txt").read_text(encoding="utf-8").split("\n订单")[0]
    of_line = of_order = paid = Decimal(0)
    sums = []

    for title, amount in amounts(said):
        if title.lstrip().startswith("included"):
            continue  # in another row already
        if re.match("  Line [0-9.]+$", title):
            sums.append((title, of_line, amount))
            of_order, of_line = of_order + amount, Decimal(0)
        elif title.startswith("  "):
            of_line += amount
        elif title == "Total":
            sums.append((title, of_order, amount))
        elif title.startswith("Paid by"):
            paid += amount
        elif title in ("Still to be paid", "Owed back", "Nothing is open"):
            sums.append((title, abs(of_order + paid), amount))
            break
        else:
            of_order += amount

    assert len(sums) > 2
    assert [found for _, found, _ in sums] == [told for _, _, told in sums]


def test_each_row_is_said_in_both_languages_with_the_same_figures() -> None:
    for title, said in STATEMENT.items():
        figures = [set(re.findall("{[a-z_]+}", one)) for one in said.values()]
        assert set(said) == {"en", "zh"}, title
        assert figures[0] == figures[1], title


# --- single rows -------------------------------------------------------------------------------


def only(stated: Statement) -> LineStated:
    (found,) = stated.lines
    return found


def test_each_discount_is_named_with_its_bearer_and_its_reason(shop: Shop) -> None:
    charges = (
        NewCharge(DISCOUNT, -100, bearer="platform", reason="11.11"),
        NewCharge(DISCOUNT, -50, reason="ours"),
        NewCharge(TAX, 161),
    )

    order = shop.place("o-17", new_order((LAMP, 1), charges=charges)).document

    assert only(statement(order)).parts == (
        Part(DISCOUNT, -100, "platform", "11.11"),
        Part(DISCOUNT, -50, "", "ours"),
        Part(TAX, 161),
    )
    assert "Discount: 11.11, borne by platform" in text(statement(order))
    assert "Discount: ours, borne by the seller" in text(statement(order))
    assert "优惠:ours,由商家承担" in text(statement(order), "zh")


def test_figures_are_written_whole_whatever_the_hosts_decimals_do(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    to = Destination(region="DE")
    ham = line("2", BELL, 12345, "1234.56789", fixed=Fixing.WEIGHING, grams_each=601)
    shop.place("o-17", new_order((TEA, 1_234_567), ham, destination=to))
    shop.weigh_line("o-17", "2", 7_654_321)
    shop.invoice("o-17", "2026", lines=(("1", 1_234_567), ("2", 12345)))
    bill = shop.invoiced("2026-000001")

    def said() -> tuple[object, ...]:
        stated = shop.statement("o-17")
        return text(stated), text(stated, "zh"), fapiao_lines(bill), en16931(bill)

    whole = said()

    assert "1234.567 kg x BLACK-TEA" in str(whole[0])
    for context in (Context(prec=1), Context(prec=3), Context(traps=[Inexact, Rounded])):
        with localcontext(context):
            assert said() == whole


def test_an_order_of_which_nothing_is_kept_costs_nothing(shop: Shop) -> None:
    charges = (NewCharge(DISCOUNT, -100), NewCharge(FREIGHT, 490))
    shop.place("o-17", new_order((LAMP, 2), charges=charges))
    shop.cancel("o-17")

    stated = statement(shop.order("o-17"))

    assert_is_of(stated, shop.order("o-17"))
    assert (stated.total, stated.given_up, stated.parts) == (0, 2390, ())
    assert "Nothing is open" in text(stated)


def test_an_order_without_lines_has_a_statement(shop: Shop) -> None:
    shop.draft("o-17", new_order(charges=(NewCharge(FREIGHT, 490),)))

    assert_is_of(statement(shop.order("o-17")), shop.order("o-17"))


def test_what_was_paid_too_much_is_owed_back(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 2))
    shop.cancel("o-17", (("1", 1),))

    stated = statement(shop.order("o-17"))

    assert stated.due == -1000
    assert "Owed back" in text(stated)
    assert "应退" in text(stated, "zh")


def test_an_estimate_is_called_one(shop: Shop) -> None:
    late = line("1", LAMP, 2, fixed=Fixing.DELIVERY)

    stated = statement(shop.place("o-17", new_order(late)).document)

    assert stated.is_estimate
    assert "2 x 10.00, an estimate until delivery" in text(stated)
    assert "2 × 10.00(交付前为预估)" in text(stated, "zh")


def test_what_units_cost_beside_their_price_is_a_row(shop: Shop) -> None:
    shop.place("o-17", new_order(line("1", LAMP, 7, "0.119")))
    shop.cancel("o-17", (("1", 2),))

    one = only(statement(shop.order("o-17")))

    assert (one.prices[0].amount, one.rounding, one.amount) == (60, -1, 59)


def test_invoices_stand_beside_the_total(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.apply(verbs.invoice.on("o-17", "2026"))
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    (bill,) = [one for one in shop.documents() if isinstance(one, Invoice)]
    shop.apply(verbs.credit.on(bill.ref.id, "2026"))
    bills = [one for one in shop.documents() if one.ref.kind in ("invoice", "credit note")]

    stated = statement(shop.order("o-17"), bills)  # type: ignore[arg-type] # of these kinds

    assert [(one.amount, one.tax) for one in stated.bills] == [(2000, 0), (-1000, 0)]
    assert sum(one.amount for one in stated.bills) == stated.total
    assert "Credit note" in text(stated)


def test_an_invoice_stands_beneath_though_nothing_was_given_up(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.apply(verbs.invoice.on("o-17", "2026", lines=(("1", 2),)))
    (bill,) = [one for one in shop.documents() if isinstance(one, Invoice)]

    said = text(statement(shop.order("o-17"), [bill]))

    row = "Invoice 2026-000001, 0.00 of tax in it"
    assert said.endswith(f"\n\n{row}{'20.00':>{72 - len(row)}}\n")


def test_a_credit_note_of_nothing_is_called_one(shop: Shop) -> None:
    off = NewCharge(ChargeKind.DISCOUNT, -2000)
    shop.place("o-17", new_order((LAMP, 2), charges=(off,)))
    shop.apply(verbs.invoice.on("o-17", "2026", lines=(("1", 2),)))
    shop.apply(verbs.credit.on("2026-000001", "CN", whole=True))
    papers = (shop.invoiced("2026-000001"), shop.credited("CN-000001"))

    stated = statement(shop.order("o-17"), papers)

    assert [(one.amount, one.is_credit) for one in stated.bills] == [(0, False), (0, True)]
    assert "\nCredit note CN-000001, 0.00 of tax in it" in text(stated)


def test_what_is_off_the_freight_is_a_discount_with_its_bearer(shop: Shop) -> None:
    freight = NewCharge(ChargeKind.FREIGHT, 490)
    free = NewCharge(ChargeKind.FREIGHT, -490, bearer="platform", reason="free freight")
    shop.place("o-17", new_order((LAMP, 1), charges=(freight, free)))

    said = text(statement(shop.order("o-17"))).splitlines()

    title = "Discount on freight: free freight, borne by platform"
    assert f"{'Freight':<68}4.90" in said
    assert f"{title:<67}-4.90" in said


def test_an_invoice_of_another_order_is_bad_input(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    shop.apply(verbs.invoice.on("o-17", "2026"))
    (bill,) = [one for one in shop.documents() if isinstance(one, Invoice)]
    shop.place("o-18", new_order((BELL, 1)))

    with pytest.raises(BadInput, match=r"bills\[0\]: is of order o-17"):
        statement(shop.order("o-18"), [bill])


# --- taxes in the prices --------------------------------------------------------------------------


def taxed_order(shop: Shop, **more: object) -> None:
    """Three lamps and a bell that go to a place with a tax, with freight."""
    freight = NewCharge(FREIGHT, 490)
    off = NewCharge(DISCOUNT, -100, reason="spring")
    to = Destination(region="DE")
    wanted = new_order((LAMP, 3), (BELL, 1), charges=(freight, off), destination=to, **more)
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 1)
    shop.place("o-17", wanted)


@pytest.mark.feature("F193")
@pytest.mark.parametrize("convention", (GROSS_BY_LINE, GROSS_BY_TOTAL), ids=lambda one: one.name)
def test_what_is_told_as_included_is_what_the_invoice_says(
    any_shop: Shop, convention: Convention
) -> None:
    shop = any_shop.under(taxing(convention))
    taxed_order(shop)

    stated = statement(shop.order("o-17"), taxing=shop.rules.taxing)

    shop.invoice("o-17", "2026", lines=(("1", 3), ("2", 1)))
    bill = shop.invoiced("2026-000001")
    assert_is_of(stated, shop.order("o-17"))
    assert stated.included == bill.by_rate
    assert [one.rate.id for one in stated.included] == ["VAT-19", "VAT-7"]
    assert sum(one.base + one.tax for one in stated.included) == stated.total == bill.gross
    for line_ in stated.lines:
        assert sum(one.base + one.tax for one in line_.included) == line_.amount


def test_what_is_on_papers_is_told_by_them_and_the_rest_as_included(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    taxed_order(shop)
    shop.invoice("o-17", "2026", lines=(("1", 2),))
    bill = shop.invoiced("2026-000001")

    stated = statement(shop.order("o-17"), [bill], shop.rules.taxing)

    left = sum(one.base + one.tax for one in stated.included)
    assert_is_of(stated, shop.order("o-17"))
    assert stated.included_in_parts == ()  # the freight is on the invoice
    assert left == shop.account("o-17").to_invoice
    assert bill.gross + left == stated.total
    assert "  included, on no invoice yet: VAT-19 on " in text(stated)
    assert "未开票税额:VAT-19" in text(stated, "zh")


def test_what_is_included_wants_every_paper_of_the_order(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    taxed_order(shop)
    shop.invoice("o-17", "2026", lines=(("1", 2),))
    shop.credit("2026-000001", "CN", whole=True)
    bill = shop.invoiced("2026-000001")

    with pytest.raises(BadInput, match="bills: are without CN-000001"):
        statement(shop.order("o-17"), [bill], shop.rules.taxing)


def test_a_credit_note_of_the_whole_gives_its_taxes_back_to_what_is_included(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    taxed_order(shop)
    before = statement(shop.order("o-17"), taxing=shop.rules.taxing)
    shop.invoice("o-17", "2026", lines=(("1", 2),))
    shop.credit("2026-000001", "CN", whole=True)
    papers = (shop.invoiced("2026-000001"), shop.credited("CN-000001"))

    stated = statement(shop.order("o-17"), papers, shop.rules.taxing)

    assert stated.included == before.included


def test_no_tax_is_included_where_prices_are_without_it(shop: Shop) -> None:
    shop = shop.under(taxing())
    taxed_order(shop)

    assert statement(shop.order("o-17"), taxing=shop.rules.taxing).included == ()


def test_an_order_with_a_tax_of_its_own_has_none_in_its_prices(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    shop.place("o-17", new_order((LAMP, 1), charges=(NewCharge(TAX, 190),)))

    stated = statement(shop.order("o-17"), taxing=shop.rules.taxing)

    assert stated.included == ()
    assert stated.total == 1190


def test_an_order_that_is_given_up_has_no_tax_in_it(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    taxed_order(shop)
    shop.cancel("o-17")

    assert statement(shop.order("o-17"), taxing=shop.rules.taxing).included == ()


@pytest.mark.feature("F193")
def test_a_shop_states_an_order_with_all_its_papers_and_its_taxes(any_shop: Shop) -> None:
    shop = any_shop.under(taxing(GROSS_BY_LINE))
    taxed_order(shop)
    shop.invoice("o-17", "2026", lines=(("1", 3),))
    shop.cancel("o-17", (("1", 1),))
    shop.credit("2026-000001", "CN")
    papers = (shop.invoiced("2026-000001"), shop.credited("CN-000001"))

    stated = shop.statement("o-17")

    assert stated == statement(shop.order("o-17"), papers, shop.rules.taxing)
    assert [one.number for one in stated.bills] == ["2026-000001", "CN-000001"]
    assert [one.rate.id for one in stated.included] == ["VAT-7"]
    assert_is_of(stated, shop.order("o-17"))


def test_a_rate_that_is_missing_is_refused_and_not_left_out(shop: Shop) -> None:
    shop = shop.under(taxing(GROSS_BY_LINE))
    shop.place("o-17", new_order((LAMP, 1), destination=Destination(region="nowhere")))

    with pytest.raises(MoveRefused) as caught:
        statement(shop.order("o-17"), taxing=shop.rules.taxing)

    assert [one.code for one in caught.value.refusals] == ["no_tax_rate"]


@pytest.mark.parametrize(
    ("ask", "path"),
    (
        (lambda order: statement(cast_any(None)), "order: an Order"),
        (lambda order: statement(order, cast_any((5,))), r"bills\[0\]: an Invoice"),
        (lambda order: statement(order, cast_any(5)), "bills: a tuple"),
        (lambda order: statement(order, (), cast_any("VAT")), "taxing: a Taxing"),
        (lambda order: text(cast_any(None)), "stated: a Statement"),
        (lambda order: text(statement(order), cast_any("fr")), "language: en or zh"),
        (lambda order: account(cast_any(None), ()), "order: an Order"),
        (lambda order: account(order, cast_any(5)), "invoices: a tuple"),
        (lambda order: account(order, (), cast_any("CN")), "credit_notes: a tuple"),
        (lambda order: fapiao_lines(cast_any(None)), r"paper\[0\]: an Invoice"),
        (lambda order: en16931(cast_any(5)), r"paper\[0\]: an Invoice"),
    ),
)
def test_what_is_no_order_and_no_paper_is_refused_in_words(
    shop: Shop, ask: Callable[[Order], object], path: str
) -> None:
    order = shop.place("o-17", new_order((LAMP, 1))).document

    with pytest.raises(BadInput, match=path):
        ask(order)


def cast_any(value: object) -> Any:
    """What a hurried host might hand over, whatever its type should be."""
    return value
