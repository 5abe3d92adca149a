"""What goes back for goods that came back, and what is kept of it: each rule with its figures."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest

from orderflow import BadInput, ChargeKind, Money, NewCharge, NewLine, Price
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import Verdict
from orderflow.facts import Noted
from orderflow.paid_back import Deduction, FreightBack, LostValue, Refunding, RestockingFee
from orderflow.pricing import (
    AmountOff,
    Basis,
    BuyGet,
    FreightOff,
    Given,
    Offer,
    PercentOff,
    Saving,
    Scope,
    Threshold,
    When,
    due,
    priced,
    total,
)
from orderflow.reasons import FAULTY, WITHDRAWAL, Fault, Reason
from orderflow.records import Destination, Order
from orderflow.refunding import POINTS_BACK
from orderflow.statements import statement, text
from orderflow.taxes import FREIGHT_GROUP, NET_BY_LINE, Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from orderflow.thresholds import Terms, Unmet
from tests.builders import BELL, LAMP, TWO_PLACES, Shop, eur, line, new_order
from tests.test_invoices import agree, taxing

TOO_SMALL = Reason("too small")
DROPPED = Reason("dropped", Fault.CARRIER)
REASONS = (TOO_SMALL, FAULTY, WITHDRAWAL, DROPPED)
FREIGHT, DISCOUNT, FEE = ChargeKind.FREIGHT, ChargeKind.DISCOUNT, ChargeKind.FEE
GERMANY = Destination(region="DE")


def shop_of(refunding: Refunding | None = None, **rules: Any) -> Shop:
    return Shop(
        MemoryStore(), attrs.evolve(TWO_PLACES, reasons=REASONS, refunding=refunding, **rules)
    )


def deliver(shop: Shop, *lines: Any, offers: tuple[Offer, ...] = (), **more: Any) -> int:
    """Order o-17, delivered; what it cost."""
    freight = more.pop("freight", 0)
    found = priced(new_order(*lines, **more), offers, Given(shop.clock(), freight=eur(freight)))
    new = found.order
    if shop.rules.taxing is not None:
        new = tax_charges(new, shop.rules.taxing, shop.clock())
    for one in new.lines:
        shop.stock(one.sku, "leith", one.n)
    cost = total(shop.place("o-17", new).document)
    if cost:
        shop.pay("pay-1", eur(cost), (("o-17", cost),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    return cost


def back(shop: Shop, id: str, *lines: tuple[str, int], why: Reason = TOO_SMALL, **more: Any) -> int:
    """Units of o-17 come back; what the order costs then."""
    verdict = more.get("verdict", Verdict.SOUND)
    shop.ask_return(id, "o-17", lines, why.code)
    shop.receive_return(id, "leith")
    shop.inspect(id, tuple((*one, verdict) for one in lines))
    return total(shop.order("o-17"))


def ruled(order: Order) -> list[tuple[str, int]]:
    """What each rule of a refund has charged."""
    return [(one.because.rule, one.amount) for one in order.charges if one.because is not None]


def figures(order: Order, rule: str) -> dict[str, str]:
    """What a rule has looked at, where it came to something last."""
    found = [one.because for one in order.charges if one.because and one.because.rule == rule]
    return dict(found[-1].figures)


TEN_OFF = Offer("spring", PercentOff(Decimal(10)), When(least=eur(30000)), bearer="brand")

# --- thresholds --------------------------------------------------------------------------------


@pytest.mark.feature("F230")
@pytest.mark.parametrize("steps", ((5,), (1, 1, 1, 1, 1), (2, 3)))
@pytest.mark.parametrize(
    ("unmet", "kept", "refund"),
    ((Unmet.KEEP, 4500, 22500), (Unmet.CLAW_BACK, 5000, 22000), (Unmet.CAP, 5000, 22000)),
)
def test_six_lamps_at_ten_percent_from_300_on_and_five_come_back(
    unmet: Unmet, kept: int, refund: int, steps: tuple[int, ...]
) -> None:
    shop = shop_of(Refunding(unmet))
    assert deliver(shop, line("1", LAMP, 6, "50"), offers=(TEN_OFF,)) == 27000

    for i, n in enumerate(steps):
        back(shop, f"r-{i}", ("1", n))

    order = shop.order("o-17")
    assert (total(order), -due(order)) == (kept, refund)
    shop.refund("o-17")
    shop.assert_lawful()


@pytest.mark.parametrize(
    ("unmet", "costs"),
    (
        (Unmet.KEEP, [8333, 6667, 5000, 3333, 1667, 0]),
        (Unmet.CLAW_BACK, [25000, 20000, 15000, 10000, 5000, 0]),
        (Unmet.CAP, [10000, 10000, 10000, 10000, 5000, 0]),
    ),
)
def test_what_is_capped_never_costs_more_than_what_just_earned_the_discount(
    unmet: Unmet, costs: list[int]
) -> None:
    shop = shop_of()
    off = Offer("200 off", AmountOff(eur(20000)), When(least=eur(30000)), unmet=unmet)
    deliver(shop, line("1", LAMP, 6, "50"), offers=(off,))

    assert [back(shop, f"r-{i}", ("1", 1)) for i in range(6)] == costs


@pytest.mark.parametrize("steps", ((1, 1, 1, 1, 1, 1), (2, 2, 2), (3, 1, 2), (5, 1)))
def test_what_the_tax_of_one_capped_discount_costs_is_no_matter_of_the_next(
    steps: tuple[int, ...],
) -> None:
    shop = shop_of(Refunding(Unmet.CAP), taxing=taxing(NET_BY_LINE).taxing)
    twelve = Offer("12 off", AmountOff(eur(1200)), When(least=eur(36000)))
    half = Offer("half", PercentOff(Decimal(50)), When(least=eur(34800)))
    offers = (twelve, half)
    cost = deliver(shop, line("1", LAMP, 6, "60"), offers=offers, destination=GERMANY)
    assert cost == 17400 * 119 // 100

    costs = [back(shop, f"r-{i}", ("1", n)) for i, n in enumerate(steps)]

    for_gone = [cost, cost, cost, cost, 14280, 7140, 0]
    assert costs == [for_gone[sum(steps[: i + 1])] for i in range(len(steps))]


def test_discounts_on_goods_and_freight_are_capped_together() -> None:
    shop = shop_of(Refunding(Unmet.CAP))
    ten = Offer("10 off", AmountOff(eur(1000)), When(least=eur(3000)))
    assert deliver(shop, (LAMP, 3), offers=(FREE, ten), freight=490) == 2000

    assert [back(shop, f"r-{i}", ("1", 1)) for i in range(3)] == [2000, 1490, 0]


@pytest.mark.parametrize("policy", (Unmet.CLAW_BACK, Unmet.CAP))
def test_what_a_seller_or_carrier_has_spoilt_counts_as_kept(policy: Unmet) -> None:
    shop = shop_of(Refunding(policy))
    deliver(shop, line("1", LAMP, 6, "50"), offers=(TEN_OFF,))

    assert back(shop, "r-1", ("1", 2), why=FAULTY) == 18000
    assert back(shop, "r-2", ("1", 1), why=DROPPED) == 13500
    assert ruled(shop.order("o-17")) == []
    assert back(shop, "r-3", ("1", 1)) == 10000


def test_an_offer_may_say_itself_what_becomes_of_it() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    keeps = attrs.evolve(TEN_OFF, id="kept", unmet=Unmet.KEEP)
    deliver(shop, line("1", LAMP, 6, "50"), offers=(keeps,))

    assert back(shop, "r-1", ("1", 5)) == 4500


def test_a_discount_on_each_300_is_earned_as_often_as_the_rest_reaches_it() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    off = Offer("each", Threshold(eur(30000), eur(5000)))
    assert deliver(shop, line("1", LAMP, 13, "50"), offers=(off,)) == 55000

    assert back(shop, "r-1", ("1", 1)) == 50769
    assert back(shop, "r-2", ("1", 1)) == 50000
    assert figures(shop.order("o-17"), "clawed_back") == {"left": "550.00", "least": "600.00"}
    assert back(shop, "r-3", ("1", 5)) == 25385
    assert back(shop, "r-4", ("1", 1)) == 25000


def test_three_for_two_is_lost_by_whoever_gives_back_one_of_three() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    offer = Offer("three for two", BuyGet(2, 1), scope=Scope(skus=("BRASS-LAMP",)))
    deliver(shop, (LAMP, 3), (BELL, 1), offers=(offer,))

    assert back(shop, "r-1", ("2", 1)) == 2000
    assert back(shop, "r-2", ("1", 1)) == 2000
    assert figures(shop.order("o-17"), "clawed_back") == {"left": "2", "least": "3"}
    assert back(shop, "r-3", ("1", 2)) == 0


def test_what_is_measured_without_discounts_is_so_after_returns() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    offers = (
        Offer("half", PercentOff(Decimal(50))),
        Offer("more", AmountOff(eur(100)), When(least=eur(3000), units=2, basis=Basis.LIST)),
    )
    deliver(shop, (LAMP, 4), offers=offers)

    assert back(shop, "r-1", ("1", 1)) == 1425
    assert back(shop, "r-2", ("1", 1)) == 1000


def test_a_discount_that_others_have_replaced_is_not_taken_back() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    deliver(shop, line("1", LAMP, 6, "50"), offers=(TEN_OFF,))
    price = (("1", Price.of("50", "EUR")),)
    charges = (NewCharge(DISCOUNT, -600, reason="instead"),)
    shop.reprice("o-17", price, "v2", charges=charges)

    assert back(shop, "r-1", ("1", 5)) == 4900
    assert ruled(shop.order("o-17")) == []


def test_terms_of_a_host_that_were_never_met_take_nothing_back() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    off = NewCharge(DISCOUNT, -600, terms=Terms(least=50000))
    deliver(shop, line("1", LAMP, 6, "50"), charges=(off,))

    assert back(shop, "r-1", ("1", 5)) == 4900


@pytest.mark.parametrize("invoiced", (False, True))
def test_the_tax_of_a_discount_is_taken_back_with_it_and_papers_agree(*, invoiced: bool) -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK), taxing=taxing(NET_BY_LINE).taxing)
    paid = deliver(shop, line("1", LAMP, 6, "50"), offers=(TEN_OFF,), destination=GERMANY)
    assert paid == 32130
    if invoiced:
        shop.invoice("o-17", "2026")

    assert back(shop, "r-1", ("1", 5)) == 5950

    if invoiced:
        shop.credit("2026-000001", "CN")
    shop.invoice("o-17", "2026")
    agree(shop)
    assert total(shop.order("o-17")) == 5950
    shop.refund("o-17")
    shop.assert_lawful()


def test_goods_for_nothing_bear_no_tax_of_a_discount_that_is_taken_back() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK), taxing=taxing(NET_BY_LINE).taxing)
    free = line("2", BELL, 1, "0")
    deliver(shop, line("1", LAMP, 6, "50"), free, offers=(TEN_OFF,), destination=GERMANY)

    back(shop, "r-1", ("1", 5))

    taken = [one for one in shop.order("o-17").charges if one.because is not None]
    assert {span.line for one in taken for span in one.spans} == {"1"}
    assert [one.amount for one in taken] == [500, 95]


def test_what_is_lacking_is_told_in_units_where_the_amount_is_reached_still() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    off = NewCharge(DISCOUNT, -1000, terms=Terms(10000, 2))
    deliver(shop, line("1", LAMP, 2, "100"), charges=(off,))

    assert back(shop, "r-1", ("1", 1)) == 10000

    assert figures(shop.order("o-17"), "clawed_back") == {"left": "1", "least": "2"}


def test_what_was_lowered_to_nothing_since_is_given_no_discount_again() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    each = Offer("each", Threshold(eur(179_569), eur(103_916)))
    deliver(shop, line("1", LAMP, 2, "3.33"), line("2", BELL, 4, "1234.56"), offers=(each,))
    assert back(shop, "r-1", ("2", 2)) == 386 + 2 * 71_568 + 140

    shop.ask_refund_only("q-1", "o-17", None, (("2", 2),), FAULTY.code)
    shop.grant_complaint("q-1")
    assert total(shop.order("o-17")) == 386

    assert back(shop, "r-2", ("1", 1)) == 193  # and not 1.40 less, which nobody has paid


# --- freight -----------------------------------------------------------------------------------

FREE = Offer("free freight", FreightOff(), When(least=eur(3000)), bearer="platform")


def test_freight_that_was_free_is_charged_when_too_little_is_kept() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    assert deliver(shop, (LAMP, 3), offers=(FREE,), freight=490) == 3000

    assert back(shop, "r-1", ("1", 1)) == 2490
    (again,) = [one for one in statement(shop.order("o-17")).parts if one.because is not None]
    assert (again.kind, again.amount, again.bearer) == (FREIGHT, 490, "platform")
    assert back(shop, "r-2", ("1", 2)) == 0


def test_freight_that_was_free_stays_so_in_a_withdrawal_by_law() -> None:
    shop = shop_of(Refunding(Unmet.CLAW_BACK))
    deliver(shop, (LAMP, 3), offers=(FREE,), freight=490)

    assert back(shop, "r-1", ("1", 1), why=WITHDRAWAL) == 2000


def test_capped_freight_costs_no_more_than_was_saved() -> None:
    shop = shop_of(Refunding(Unmet.CAP))
    deliver(shop, line("1", LAMP, 10, "3"), line("2", BELL, 1, "1"), offers=(FREE,), freight=490)

    assert back(shop, "r-1", ("2", 1)) == 3000
    assert back(shop, "r-2", ("1", 1)) == 3000
    assert back(shop, "r-3", ("1", 1)) == 2890


@pytest.mark.parametrize(
    ("way", "costs"),
    (
        (FreightBack.NONE, [1490, 490]),
        (FreightBack.ALL, [1000, 0]),
        (FreightBack.PRO_RATA, [1163, 0]),
        (FreightBack.LAST, [1490, 0]),
    ),
)
def test_freight_goes_back_as_the_rules_say(way: FreightBack, costs: list[int]) -> None:
    shop = shop_of(Refunding(freight=((Fault.CUSTOMER, way),)))
    deliver(shop, (LAMP, 3), charges=(NewCharge(FREIGHT, 490),))

    assert [back(shop, "r-1", ("1", 2)), back(shop, "r-2", ("1", 1))] == costs


def test_freight_goes_back_by_fault() -> None:
    ways = ((Fault.SELLER, FreightBack.ALL), (Fault.NOBODY, FreightBack.LAST))
    shop = shop_of(Refunding(freight=ways))
    deliver(shop, (LAMP, 4), charges=(NewCharge(FREIGHT, 400),))

    assert back(shop, "r-1", ("1", 1)) == 3400
    assert back(shop, "r-2", ("1", 1), why=WITHDRAWAL) == 2400
    assert back(shop, "r-3", ("1", 1), why=FAULTY) == 1000
    assert back(shop, "r-4", ("1", 1), why=FAULTY) == 0


def test_of_goods_for_nothing_freight_goes_back_by_their_number() -> None:
    shop = shop_of(Refunding(freight=((Fault.CUSTOMER, FreightBack.PRO_RATA),)))
    deliver(shop, line("1", LAMP, 4, "0"), charges=(NewCharge(FREIGHT, 400),))

    assert back(shop, "r-1", ("1", 1)) == 300


@pytest.mark.parametrize("invoiced", (False, True))
def test_the_tax_on_freight_goes_back_with_it(*, invoiced: bool) -> None:
    rules = Refunding(freight=((Fault.CUSTOMER, FreightBack.PRO_RATA),))
    shop = shop_of(rules, taxing=taxing(NET_BY_LINE).taxing)
    charges = (NewCharge(FREIGHT, 400),)
    assert deliver(shop, (LAMP, 4), charges=charges, destination=GERMANY) == 5236
    if invoiced:
        shop.invoice("o-17", "2026")

    assert back(shop, "r-1", ("1", 2)) == 2618

    if invoiced:
        shop.credit("2026-000001", "CN")
    else:
        shop.invoice("o-17", "2026")
    agree(shop)
    assert back(shop, "r-2", ("1", 2)) == 0


def test_the_tax_on_a_fee_does_not_go_back_with_the_freight() -> None:
    rows = (
        TaxRow("DE", Rate.of("VAT", "19")),
        TaxRow("DE", Rate.zero("Z", "post"), group=FREIGHT_GROUP),
    )
    rules = Refunding(freight=((Fault.CUSTOMER, FreightBack.ALL),))
    shop = shop_of(rules, taxing=Taxing(Table("post", rows), NET_BY_LINE))
    charges = (NewCharge(FREIGHT, 490), NewCharge(FEE, 700))
    deliver(shop, (LAMP, 2), charges=charges, destination=GERMANY)
    shop.invoice("o-17", "2026")

    assert back(shop, "r-1", ("1", 1)) == 1190 + 833

    shop.credit("2026-000001", "CN")
    agree(shop)


def test_freight_that_was_free_on_its_invoice_brings_no_tax_back() -> None:
    rules = taxing(NET_BY_LINE).taxing
    shop = shop_of(Refunding(freight=((Fault.CUSTOMER, FreightBack.ALL),)), taxing=rules)
    free = Offer("free", FreightOff())
    deliver(shop, line("1", LAMP, 2, "50"), offers=(free,), freight=490, destination=GERMANY)
    shop.invoice("o-17", "2026")

    assert back(shop, "r-1", ("1", 1)) == 5950
    assert ruled(shop.order("o-17")) == []


def test_freight_that_a_credit_note_has_lowered_is_not_given_back_twice() -> None:
    shop = shop_of(Refunding(freight=((Fault.CUSTOMER, FreightBack.ALL),)))
    deliver(shop, (LAMP, 4), charges=(NewCharge(FREIGHT, 400),))
    shop.invoice("o-17", "2026")
    shop.credit("2026-000001", "CN", "freight-1", eur(300))

    assert back(shop, "r-1", ("1", 2)) == 2000


# --- fees --------------------------------------------------------------------------------------

FIFTH = RestockingFee(Deduction(Decimal(20)), (TOO_SMALL.code,), ("sound",))
FLAT = RestockingFee(Deduction(amounts=(eur(150), Money(9, "USD"))))
HALF = LostValue("damaged", Deduction(Decimal(50)))


def test_a_restocking_fee_is_by_reason_and_condition() -> None:
    shop = shop_of(Refunding(restocking=(FIFTH, FLAT)))
    deliver(shop, (LAMP, 6))

    assert back(shop, "r-1", ("1", 2)) == 4000 + 400
    assert back(shop, "r-2", ("1", 2), verdict=Verdict.SECOND) == 2000 + 400 + 300
    assert ruled(shop.order("o-17")) == [("restocking", 400), ("restocking", 300)]
    assert figures(shop.order("o-17"), "restocking") == {
        "line": "1",
        "n": "2",
        "condition": "second",
    }
    told = [one.because for one in shop.order("o-17").charges if one.because is not None]
    assert [one.document for one in told] == ["r-1", "r-2"]


@pytest.mark.parametrize("why", (FAULTY, DROPPED))
def test_nothing_is_kept_for_what_the_customer_has_not_done(why: Reason) -> None:
    shop = shop_of(Refunding(postage=(eur(300),), restocking=(FLAT,), lost_value=(HALF,)))
    deliver(shop, (LAMP, 6))

    assert back(shop, "r-1", ("1", 2), why=why, verdict=Verdict.DAMAGED) == 4000


def test_in_a_withdrawal_by_law_only_lost_value_counts() -> None:
    shop = shop_of(Refunding(restocking=(FLAT,), lost_value=(HALF,)))
    deliver(shop, (LAMP, 6))

    assert back(shop, "r-1", ("1", 2), why=WITHDRAWAL) == 4000
    assert back(shop, "r-2", ("1", 2), why=WITHDRAWAL, verdict=Verdict.DAMAGED) == 3000
    assert ruled(shop.order("o-17")) == [("lost_value", 1000)]


def test_postage_is_kept_once_for_a_return() -> None:
    shop = shop_of(Refunding(postage=(eur(300),)))
    deliver(shop, (LAMP, 6))
    shop.ask_return("r-1", "o-17", (("1", 3),), TOO_SMALL.code)
    shop.receive_return("r-1", "leith", (("1", 1),))
    shop.inspect("r-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    assert ruled(shop.order("o-17")) == [("postage", 300)]
    assert back(shop, "r-2", ("1", 1)) == 2000 + 600


def test_no_more_is_kept_than_goods_were_worth() -> None:
    shop = shop_of(Refunding(postage=(eur(9900),), restocking=(FLAT,), lost_value=(HALF,)))
    deliver(shop, (LAMP, 2))

    assert back(shop, "r-1", ("1", 1), verdict=Verdict.DAMAGED) == 2000
    assert ruled(shop.order("o-17")) == [("lost_value", 500), ("restocking", 150), ("postage", 350)]


def test_what_is_rejected_costs_nothing_and_brings_nothing() -> None:
    shop = shop_of(Refunding(postage=(eur(300),)))
    deliver(shop, (LAMP, 2))

    assert back(shop, "r-1", ("1", 1), verdict=Verdict.REJECTED) == 2000
    assert ruled(shop.order("o-17")) == []


# --- points and coupons ------------------------------------------------------------------------


def test_points_that_were_earned_are_told_to_be_taken_back() -> None:
    shop = shop_of(Refunding(points=(eur(300),)))
    deliver(shop, (LAMP, 2))

    back(shop, "r-1", ("1", 1))
    back(shop, "r-2", ("1", 1))

    facts = [fact for entry in shop.store.entries() for fact in entry.facts]
    told = [dict(one.details) for one in facts if type(one) is Noted and one.what == POINTS_BACK]
    assert told == [{"returned": "r-1", "points": 3}, {"returned": "r-2", "points": 3}]


def test_points_of_less_than_one_are_not_told() -> None:
    shop = shop_of(Refunding(points=(eur(30000), Money(1, "USD"))))
    deliver(shop, (LAMP, 2))

    back(shop, "r-1", ("1", 1))

    facts = [fact for entry in shop.store.entries() for fact in entry.facts]
    assert not [one for one in facts if type(one) is Noted and one.what == POINTS_BACK]


@pytest.mark.parametrize(("given", "left"), ((True, 0), (False, 1)))
def test_a_coupon_may_be_used_again_when_all_came_back(*, given: bool, left: int) -> None:
    shop = shop_of(Refunding(coupons=given))
    shop.set_coupon("SPRING", uses=1)
    deliver(shop, (LAMP, 2), coupons=("SPRING",))

    back(shop, "r-1", ("1", 1))
    assert len(shop.order("o-17").pools) == 1
    back(shop, "r-2", ("1", 1))

    assert len(shop.order("o-17").pools) == left
    shop.assert_lawful()


# --- without rules -----------------------------------------------------------------------------


@pytest.mark.feature("F230")
def test_what_was_given_back_without_a_return_is_not_given_back_again() -> None:
    shop = shop_of()
    deliver(shop, NewLine("1", LAMP, 3, Price.of("100", "EUR", per=3)))
    shop.adjust("o-17", NewCharge(DISCOUNT, -1000, ("1",), reason="goodwill"))

    before = total(shop.order("o-17"))

    assert before - back(shop, "r-1", ("1", 1)) == 3000


@pytest.mark.feature("F230")
def test_what_is_returned_of_the_second_parcel_is_what_its_invoice_said() -> None:
    shop = shop_of()
    shop.stock(LAMP, "leith", 4)
    price = Price.of("10.01", "EUR", per=4)
    shop.sell("o-17", NewLine("1", LAMP, 4, price))
    shop.allocate("o-17")
    for parcel in ("p-1", "p-2"):
        shop.ship("o-17", parcel, lines=(("1", 2),))
        shop.invoice("o-17", "2026", parcels=(parcel,))
    shop.deliver("p-2")
    first, second = [shop.invoiced(id) for id in shop.order("o-17").invoices]
    assert (first.gross, second.gross) == (501, 500)

    assert back(shop, "r-1", ("1", 2)) == 1001 - second.gross

    shop.credit(second.ref.id, "CN")
    (note,) = [shop.credited(id) for id in shop.order("o-17").credit_notes]
    assert note.gross == second.gross
    agree(shop)


# --- what a host may say -----------------------------------------------------------------------


def made(kind: Callable[..., object], *args: object, **more: object) -> str:
    """What is told of a value that makes no sense."""
    with pytest.raises(BadInput) as bad:
        kind(*args, **more)
    return bad.value.path


def test_rules_that_make_no_sense_are_told_by_their_path() -> None:
    for_all = ((Fault.SELLER, FreightBack.ALL),)
    bad: Any = "bad"
    assert made(Refunding, bad) == "refunding.unmet"
    assert made(Refunding, freight=bad) == "refunding.freight"
    assert made(Refunding, freight=(bad,)) == "refunding.freight[0]"
    assert made(Refunding, freight=((Fault.SELLER, "all"),)) == "refunding.freight[0]"
    assert made(Refunding, freight=(*for_all, *for_all)) == "refunding.freight"
    assert made(Refunding, postage=bad) == "refunding.postage"
    assert made(Refunding, postage=(eur(0),)) == "refunding.postage[0]"
    assert made(Refunding, postage=(eur(1), eur(2))) == "refunding.postage"
    assert made(Refunding, postage_by=(Fault.SELLER,)) == "refunding.postage_by"
    assert made(Refunding, postage_by=(bad,)) == "refunding.postage_by"
    assert made(Refunding, restocking=(bad,)) == "refunding.restocking"
    assert made(Refunding, lost_value=(HALF, HALF)) == "refunding.lost_value"
    assert made(Refunding, points=(bad,)) == "refunding.points[0]"
    assert made(Refunding, coupons=1) == "refunding.coupons"
    assert made(Deduction) == "deduction.percent"
    assert made(Deduction, Decimal(101)) == "deduction.percent"
    assert made(Deduction, 1, bad) == "deduction.amounts"
    assert made(RestockingFee, bad) == "restocking.fee"
    assert made(RestockingFee, HALF.loss, bad) == "restocking.reasons"
    assert made(RestockingFee, HALF.loss, (), ("",)) == "restocking.conditions"
    assert made(LostValue, "", HALF.loss) == "lost_value.condition"
    assert made(LostValue, "damaged", bad) == "lost_value.loss"
    assert made(shop_of, bad) == "refunding"


def test_terms_that_make_no_sense_are_told_by_their_path() -> None:
    bad: Any = "bad"
    assert made(Terms) == "terms.least"
    assert made(Terms, -1) == "terms.least"
    assert made(Terms, 1, -1) == "terms.units"
    assert made(Terms, 1, times=0) == "terms.times"
    assert made(Terms, 1, listed=bad) == "terms.listed"
    assert made(Terms, 1, lines=bad) == "terms.lines"
    assert made(Terms, 1, lines=("",)) == "terms.lines"
    assert made(Terms, 1, unmet=bad) == "terms.unmet"
    assert made(NewCharge, DISCOUNT, -1, terms=bad) == "charge.terms"
    assert made(NewCharge, FEE, 1, terms=Terms(1)) == "charge.terms"
    assert made(NewCharge, FREIGHT, 1, terms=Terms(1)) == "charge.terms"
    off = NewCharge(DISCOUNT, -1, terms=Terms(1, lines=("9",)))
    assert made(new_order, (LAMP, 1), charges=(off,)) == "charge.terms.lines"
    assert made(attrs.evolve, TEN_OFF, unmet=bad) == "offer.unmet"
    assert made(Saving, terms=bad) == "saving.terms"


def test_rows_of_a_statement_say_why_in_both_languages() -> None:
    rules = Refunding(
        Unmet.CLAW_BACK,
        ((Fault.CUSTOMER, FreightBack.PRO_RATA),),
        (eur(300),),
        restocking=(FLAT,),
        lost_value=(HALF,),
    )
    shop = shop_of(rules)
    deliver(shop, line("1", LAMP, 6, "50"), offers=(TEN_OFF,), freight=600)
    back(shop, "r-1", ("1", 2), verdict=Verdict.DAMAGED)

    said, zh = [text(statement(shop.order("o-17")), one) for one in ("en", "zh")]

    assert "Discount taken back, 200.00 of 300.00 are left: spring, borne by brand" in said
    assert "Lost value, 2 of line 1 came back damaged" in said
    assert "Freight given back " in said
    assert "收回优惠(剩余 200.00,未满 300.00):spring,由 brand 承担" in zh
    assert "价值减损(第 1 行退回 2," in zh
