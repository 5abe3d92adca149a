from __future__ import annotations

from typing import Any, cast

import attrs
import pytest

from orderflow import (
    BadInput,
    ChargeKind,
    Destination,
    NewCharge,
    Price,
    Ref,
    Rounding,
    Rules,
)
from orderflow.bills import CreditNote, Invoice
from orderflow.cash import CashRounding, CashRule
from orderflow.cod import cash_by_parcel
from orderflow.invoices import account
from orderflow.orders import adjust, place
from orderflow.pricing import due, total
from orderflow.records import Fixing
from orderflow.replacements import send_replacement
from orderflow.repricing import reprice
from orderflow.statements import statement, text
from orderflow.taxes import (
    GROSS_BY_TOTAL,
    NET_BY_LINE,
    NET_BY_TOTAL,
    Convention,
    Rate,
    Table,
    Taxing,
    TaxRow,
)
from orderflow.taxing import tax_charges
from tests.builders import LAMP, LEITH, MORNING, Shop, bag, eur, line, new_order

TABLE = Table("home", (TaxRow("DE", Rate.of("VAT-19", "19")),))

HERE = Destination(region="SCT")


def under(shop: Shop, *roundings: CashRounding, **rule: Any) -> Shop:
    terms = CashRule(**rule) if rule else None
    return shop.under(Rules((LEITH,), cash_on_delivery=terms, cash_rounding=roundings))


# --- who may pay at the door ----------------------------------------------------------------------


@pytest.mark.feature("F177", "F183")
def test_all_reasons_against_paying_at_the_door_are_told_at_once(any_shop: Shop) -> None:
    shop = under(any_shop, regions=("SCT", "ENG"), most=(("EUR", 1999),), refused_most=0)
    refuse_at_the_door(shop, "o-1")

    call = place.on("o-2", new_order((LAMP, 2), cash_on_delivery=True))

    assert shop.codes(call) == ["cash_region", "cash_too_much", "cash_refused_before"]
    assert shop.refuses(call) == (
        "order o-2: nothing is paid at the door in region ?; "
        "order o-2: 20.00 EUR is due at the door, at most 19.99 may be; "
        "order o-2: its customer has refused a parcel before, at most 0"
    )


def refuse_at_the_door(shop: Shop, order: str, reason: str = "refused", **more: Any) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell(order, (LAMP, 1), cash_on_delivery=True, destination=HERE, **more)
    shop.allocate(order)
    shop.ship(order, f"p-{order}")
    shop.turn_back(f"p-{order}", reason)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    (
        ({"regions": ("SCT",)}, True),
        ({"regions": ("ENG",)}, False),
        ({"not_regions": ("SCT",)}, False),
        ({"not_regions": ("ENG",)}, True),
        ({"most": (("EUR", 1000),)}, True),
        ({"most": (("EUR", 999),)}, False),
        ({"most": (("CNY", 1),)}, True),
    ),
)
def test_where_and_up_to_how_much_is_data(shop: Shop, rule: dict[str, Any], allowed: bool) -> None:
    shop = under(shop, **rule)
    call = place.on("o-1", new_order((LAMP, 1), cash_on_delivery=True, destination=HERE))

    assert (shop.why_not(call) == ()) is allowed
    paid = place.on("o-1", new_order((LAMP, 1), destination=HERE))
    assert shop.why_not(paid) == ()  # who pays before is not asked


def test_each_refused_parcel_of_a_customer_counts_and_no_other(shop: Shop) -> None:
    shop = under(shop, refused_most=1)
    again = place.on("o-9", new_order((LAMP, 1), cash_on_delivery=True))

    refuse_at_the_door(shop, "o-1")
    refuse_at_the_door(shop, "o-2", "nobody there")
    refuse_at_the_door(shop, "o-3", customer="c-8")
    assert shop.why_not(again) == ()
    refuse_at_the_door(shop, "o-4")

    assert shop.codes(again) == ["cash_refused_before"]
    other = place.on("o-9", new_order((LAMP, 1), cash_on_delivery=True, customer="c-8"))
    assert shop.why_not(other) == ()
    shop.assert_lawful()


def test_a_parcel_of_two_customers_counts_for_each_who_was_to_pay(shop: Shop) -> None:
    shop = under(shop, refused_most=0)
    shop.stock(LAMP, "leith", 3)
    for order, customer in (("o-1", "c-1"), ("o-2", "c-2"), ("o-3", "c-3")):
        cash = order != "o-3"
        shop.sell(order, (LAMP, 1), cash_on_delivery=cash, customer=customer)
        shop.allocate(order)
        shop.release(order, f"d-{order}")
        shop.pick(f"d-{order}")
    shop.pack("p-1", ("d-o-1", "d-o-2", "d-o-3"))
    shop.hand_over("p-1")
    shop.turn_back("p-1", "refused")

    def barred(customer: str) -> bool:
        new = new_order((LAMP, 1), cash_on_delivery=True, customer=customer)
        return shop.why_not(place.on("o-9", new)) != ()

    assert [barred(customer) for customer in ("c-1", "c-2", "c-3")] == [True, True, False]


def test_a_draft_is_asked_when_it_is_placed(shop: Shop) -> None:
    shop = under(shop, most=(("EUR", 999),))
    shop.draft("o-1", new_order((LAMP, 1), cash_on_delivery=True))

    assert shop.codes(place.on("o-1")) == ["cash_too_much"]


def exchange(shop: Shop, price: str) -> Any:
    """The call that sends a lamp of another price for one that was paid at the door."""
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-1", line("1", LAMP, 2, "10.01"), cash_on_delivery=True)
    shop.allocate("o-1")
    shop.ship("o-1", "p-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("pay-1", "o-1", eur(due(shop.order("o-1"))))
    wanted = new_order(line("1", LAMP, 1, price)).lines
    shop.ask_exchange("x-1", "o-1", "r-1", (("1", 1),), wanted, "size")
    shop.approve_exchange("x-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    return send_replacement.on("x-1", "o-2")


@pytest.mark.feature("F177")
def test_what_goes_out_in_an_exchange_is_asked_as_any_order_is(any_shop: Shop) -> None:
    shop = under(any_shop, CashRounding("EUR", 5), most=(("EUR", 2000),), refused_most=0)
    call = exchange(shop, "500.03")
    refuse_at_the_door(shop, "o-3")

    assert shop.codes(call) == ["cash_too_much", "cash_refused_before"]
    assert shop.refuses(call).startswith(
        "order o-2: 490.05 EUR is due at the door, at most 20.00 may be; "
    )


@pytest.mark.feature("F177")
@pytest.mark.parametrize(("price", "left"), (("25.03", 1505), ("10.00", 0), ("3.00", -700)))
def test_what_is_still_due_for_an_exchange_is_paid_in_coins(
    any_shop: Shop, price: str, left: int
) -> None:
    shop = under(any_shop, CashRounding("EUR", 5), most=(("EUR", 2000),))

    shop.apply(exchange(shop, price))

    new = shop.order("o-2")
    assert new.cash_on_delivery
    assert due(new) - max(0, -due(shop.order("o-1"))) == left
    shop.assert_lawful()


def test_an_exchange_of_which_nothing_is_due_is_barred_from_no_door(shop: Shop) -> None:
    shop = under(shop, refused_most=0)
    call = exchange(shop, "10.01")
    refuse_at_the_door(shop, "o-3")

    assert shop.why_not(call) == ()


# --- to which coin --------------------------------------------------------------------------------


@pytest.mark.feature("F177")
@pytest.mark.parametrize(
    ("price", "rounding", "cost"),
    (
        ("10.72", CashRounding("EUR", 5), 1070),
        ("10.73", CashRounding("EUR", 5), 1075),
        ("10.79", CashRounding("EUR", 10, Rounding.DOWN), 1070),
        ("10.70", CashRounding("EUR", 10, Rounding.DOWN), 1070),
        ("10.72", CashRounding("CNY", 10), 1072),
        ("0.02", CashRounding("EUR", 5), 0),
    ),
)
def test_an_order_that_is_paid_at_the_door_costs_what_coins_there_are(
    any_shop: Shop, price: str, rounding: CashRounding, cost: int
) -> None:
    shop = under(any_shop, rounding)

    order = shop.place("o-1", new_order(line("1", LAMP, 1, price), cash_on_delivery=True)).document

    assert total(order) == due(order) == cost
    by = [(one.kind, one.amount, one.bearer) for one in order.charges[1:]]
    off = cost - sum(one.amount for one in order.charges[:1])
    assert by == ([(ChargeKind.CASH, off, "")] if off else [])
    prepaid = shop.place("o-2", new_order(line("1", LAMP, 1, price))).document
    assert len(prepaid.charges) == 1  # a card pays to the cent


def test_units_bear_the_rounding_and_a_return_gives_back_what_they_carry(shop: Shop) -> None:
    shop = under(shop, CashRounding("EUR", 10, Rounding.DOWN))
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-1", line("1", LAMP, 3, "3.33"), cash_on_delivery=True)
    shop.allocate("o-1")
    shop.ship("o-1", "p-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("pay-1", "o-1", eur(990))
    for i in range(3):
        shop.ask_return(f"r-{i}", "o-1", (("1", 1),))
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}")

    shop.refund("o-1")

    assert shop.payment("pay-1").refunded == 990
    shop.assert_lawful()


def test_what_goods_do_not_carry_is_not_rounded_off(shop: Shop) -> None:
    shop = under(shop, CashRounding("EUR", 100, Rounding.DOWN))
    freight = NewCharge(ChargeKind.FREIGHT, 90)

    new = new_order(line("1", LAMP, 1, "0.05"), charges=(freight,), cash_on_delivery=True)
    order = shop.place("o-1", new).document

    assert due(order) == 95


@pytest.mark.feature("F185")
@pytest.mark.parametrize("price", ("5.36", "0.99", "0.03"))
@pytest.mark.parametrize("convention", (NET_BY_TOTAL, GROSS_BY_TOTAL, NET_BY_LINE))
def test_invoice_and_rounding_are_what_was_paid_in_coins(
    any_shop: Shop, convention: Convention, price: str
) -> None:
    taxing = Taxing(TABLE, convention)
    shop = any_shop.under(Rules((LEITH,), taxing=taxing, cash_rounding=(CashRounding("EUR", 5),)))
    shop.stock(LAMP, "leith", 3)
    to = Destination(region="DE")
    wanted = new_order(line("1", LAMP, 3, price), destination=to, cash_on_delivery=True)
    shop.place("o-1", wanted if convention.inclusive else tax_charges(wanted, taxing, MORNING))
    paid = due(shop.order("o-1"))
    assert paid % 5 == 0
    shop.allocate("o-1")
    shop.ship("o-1", "p-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("pay-1", "o-1", eur(paid))

    order = shop.invoice("o-1", "2026").document

    ref: Ref[Invoice] = Ref("", "invoice", order.invoices[0])
    issued = shop.get(ref)
    rounding = sum(one.amount for one in order.charges if one.kind is ChargeKind.CASH)
    stated = statement(order, (issued,), taxing)
    assert issued.gross + rounding == stated.total == paid
    assert (stated.due, account(order, (issued,)).to_credit) == (0, 0)
    assert shop.complete("o-1").document.state == "completed"

    shop.ask_return("r-1", "o-1", (("1", 3),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.credit(order.invoices[0], "CN")
    order = shop.refund("o-1").document
    assert (order.applied, due(order)) == (0, 0)
    notes = [shop.get(cast("Ref[CreditNote]", Ref("", "credit note", order.credit_notes[0])))]
    assert account(order, (issued,), notes).to_credit == 0
    shop.assert_lawful()


@pytest.mark.feature("F185")
def test_a_statement_tells_what_was_rounded(shop: Shop) -> None:
    shop = under(shop, CashRounding("EUR", 5))

    shop.place("o-1", new_order(line("1", LAMP, 1, "10.72"), cash_on_delivery=True))

    stated = statement(shop.order("o-1"))
    assert "Rounding to a coin" in text(stated)
    assert "抹零" in text(stated, "zh")
    assert stated.total == 1070


def test_what_is_kept_of_a_parcel_is_paid_in_coins_too(shop: Shop) -> None:
    shop = under(shop, CashRounding("EUR", 5))
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-1", line("1", LAMP, 3, "3.57"), cash_on_delivery=True)
    assert due(shop.order("o-1")) == 1070
    shop.allocate("o-1")
    shop.ship("o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", eur(1070))

    shop.take_in_part("p-1", "p-back", (("1", 2),))

    assert shop.payment("pay-1").amount == 715  # 7.14, rounded once more
    shop.collect_on_delivery("pay-1", "o-1", eur(715))
    shop.receive_back("p-back")
    shop.take_back("o-1")
    assert due(shop.order("o-1")) == 0
    assert bag(shop.order("o-1")) == {"delivered": 2, "returned": 1}
    shop.assert_lawful()


def test_each_door_of_an_order_is_paid_in_coins(shop: Shop) -> None:
    shop = under(shop, CashRounding("EUR", 5))
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-1", line("1", LAMP, 3, "3.57"), cash_on_delivery=True)
    shop.allocate("o-1")
    shop.pack_up("o-1", "p-1", lines=(("1", 1),))
    shop.pack_up("o-1", "p-2")

    assert cash_by_parcel(shop.order("o-1"), ("p-1", "p-2"), coin=5) == (("p-1", 355), ("p-2", 715))
    assert cash_by_parcel(shop.order("o-1"), ("p-1", "p-2"), coin=4) == (("p-1", 357), ("p-2", 713))


@pytest.mark.feature("F177")
@pytest.mark.parametrize(
    ("rounding", "price", "part", "parts", "left"),
    (
        (CashRounding("EUR", 100, Rounding.DOWN), "10.99", 1, 10, 1000),
        (CashRounding("EUR", 100, Rounding.DOWN), "10.99", 100, 5, 500),
        (CashRounding("EUR", 5), "10.00", 2, 50, 900),
        (CashRounding("EUR", 5), "10.01", 333, 3, 0),
        (CashRounding("EUR", 5), "10.73", 1074, 1, 0),
    ),
)
def test_however_many_parts_are_paid_an_order_is_rounded_by_less_than_a_coin(
    any_shop: Shop, rounding: CashRounding, price: str, part: int, parts: int, left: int
) -> None:
    shop = under(any_shop, rounding)
    wanted = new_order(line("1", LAMP, 1, price), cash_on_delivery=True)
    cost = total(shop.place("o-1", attrs.evolve(wanted, cash_on_delivery=False)).document)
    shop.place("o-2", wanted)

    for i in range(parts):
        shop.pay(f"pay-{i}", eur(part), (("o-2", part),), "card")

    order = shop.order("o-2")
    assert due(order) == left
    assert order.applied == part * parts
    assert abs(total(order) - cost) < rounding.step
    shop.assert_lawful()


@pytest.mark.parametrize(
    ("made", "path"),
    (
        (lambda: CashRule(regions=("SCT", "SCT")), "regions"),
        (lambda: CashRule(most=[("EUR", 1)]), "most"),  # type: ignore[arg-type]
        (lambda: CashRule(most=(("EUR",),)), "most[0]"),  # type: ignore[arg-type]
        (lambda: CashRule(most=(("EURO", 1),)), "most[0].currency"),
        (lambda: CashRule(most=(("EUR", -1),)), "most[0].minor"),
        (lambda: CashRule(most=(("EUR", 1), ("EUR", 2))), "most"),
        (lambda: CashRule(refused_most=-1), "refused_most"),
        (lambda: CashRule(refused_reasons=()), "refused_reasons"),
        (lambda: CashRounding("EUR", 0), "step"),
        (lambda: CashRounding("EURO", 5), "currency"),
        (lambda: CashRounding("EUR", 5, "down"), "rounding"),  # type: ignore[arg-type]
        (lambda: Rules(cash_on_delivery="yes"), "cash_on_delivery"),  # type: ignore[arg-type]
        (lambda: Rules(cash_rounding=[]), "cash_rounding"),  # type: ignore[arg-type]
        (lambda: Rules(cash_rounding=(5,)), "cash_rounding[0]"),  # type: ignore[arg-type]
        (lambda: Rules(cash_rounding=(CashRounding("EUR", 5),) * 2), "cash_rounding"),
    ),
)
def test_terms_that_cannot_be_are_told_by_their_path(made: Any, path: str) -> None:
    with pytest.raises(BadInput) as no:
        made()

    assert no.value.path == path


# --- an order that becomes dearer ----------------------------------------------------------------


@pytest.mark.feature("F177")
def test_an_order_at_the_door_is_made_no_dearer_than_may_be_paid_there(any_shop: Shop) -> None:
    shop = under(any_shop, most=(("EUR", 2000),))
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    fee = NewCharge(ChargeKind.FEE, 100)
    said = "order o-17: 21.00 EUR is due at the door, at most 20.00 may be"

    assert shop.refuses(adjust.on("o-17", fee)) == said
    dearer = reprice.on("o-17", (("1", Price.of("10.50", "EUR")),))
    assert shop.codes(dearer) == ["cash_too_much"]

    shop.pay("pay-1", eur(100), (("o-17", 100),), "card")
    shop.adjust("o-17", fee)
    assert due(shop.order("o-17")) == 2000


@pytest.mark.feature("F177")
def test_goods_that_weigh_more_than_may_be_paid_at_the_door_ask_a_person(any_shop: Shop) -> None:
    shop = under(any_shop, most=(("EUR", 2000),))
    by_kilo = Price.of("10.00", "EUR", per=1000)
    lamp = attrs.evolve(line("1", LAMP, 1, fixed=Fixing.WEIGHING, grams_each=1500), price=by_kilo)
    shop.place("o-17", attrs.evolve(new_order(cash_on_delivery=True), lines=(lamp,)))
    assert due(shop.order("o-17")) == 1500

    order = shop.weigh_line("o-17", "1", 2500).document

    assert due(order) == 2500
    assert [(hold.code, hold.blocks) for hold in order.holds] == [("cash_too_much", ())]
