"""Settlement: what each party and we owe each other for a period, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
import pytest

from orderflow import BadInput, ChargeKind, Condition, Fate, Money, NewCharge, Price, Rules, Verdict
from orderflow.adapters.memory import MemoryStore
from orderflow.settlement import (
    PartySettled,
    Quote,
    Reason,
    Role,
    SettlementRow,
    text,
)
from orderflow.tenders import StoredKind
from tests.builders import BELL, LAMP, MORNING, TWO_PLACES, Shop, eur, new_order

DAY: Final = timedelta(days=1)
WINDOW: Final = 14 * DAY
PLATFORM: Final = NewCharge(ChargeKind.DISCOUNT, -300, bearer="platform")


def settled(
    shop: Shop,
    role: Role,
    party: str,
    since: datetime = MORNING,
    until: datetime = MORNING + 90 * DAY,
    *quotes: Quote,
    currency: str = "EUR",
) -> PartySettled:
    found = shop.settlement(since, until, quotes).of(role, party, currency)
    assert found is not None
    return found


def told(one: PartySettled) -> list[tuple[Reason, str, int, int]]:
    return [(row.reason, row.line or row.document, row.n, row.amount) for row in one.rows]


def dropship(shop: Shop, n: int = 3, cost: Money | None = None, **more: Any) -> None:
    """n lamps of o-17 go straight from the mill to the customer, and arrive."""
    shop.sell("o-17", (LAMP, n), **more)
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", cost=cost)
    shop.send_purchase("pu-1")
    shop.ship_direct("p-1", "pu-1")
    shop.deliver("p-1")


# --- suppliers --------------------------------------------------------------------------------


@pytest.mark.feature("F184")
def test_a_supplier_is_paid_for_what_is_kept_when_the_window_is_over(shop: Shop) -> None:
    dropship(shop, 3, eur(1000))
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    early = settled(shop, Role.SUPPLIER, "mill", until=MORNING + WINDOW)
    late = settled(shop, Role.SUPPLIER, "mill", MORNING + WINDOW)

    assert (early.closing, early.rows, early.waiting) == (0, (), -667)
    assert told(late) == [(Reason.SHIPPED, "1", 2, -667)]
    assert (late.closing, late.waiting) == (-667, 0)


def test_units_in_a_return_that_is_still_open_are_not_paid_for(shop: Shop) -> None:
    dropship(shop, 3, eur(900))
    shop.ask_return("r-1", "o-17", (("1", 1),))

    one = settled(shop, Role.SUPPLIER, "mill")
    assert (told(one), one.waiting) == ([(Reason.SHIPPED, "1", 2, -600)], -300)

    shop.close_return("r-1")
    assert settled(shop, Role.SUPPLIER, "mill").closing == -900


def test_what_goes_on_in_a_parcel_of_its_own_is_of_the_same_purchase(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", cost=eur(900))
    shop.send_purchase("pu-1")
    shop.ship_direct("p-1", "pu-1")
    shop.take_in_part("p-1", "p-1-back", (("1", 2),))
    soon = settled(shop, Role.SUPPLIER, "mill", until=MORNING + DAY)
    shop.receive_back("p-1-back", "leith")
    shop.take_back("o-17")

    assert (soon.closing, soon.waiting) == (0, -900)
    assert told(settled(shop, Role.SUPPLIER, "mill")) == [(Reason.SHIPPED, "1", 2, -600)]


def test_what_is_kept_in_steps_costs_no_cent_more_than_the_purchase(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", cost=eur(1000))
    for day in range(3):
        shop.ship_direct(f"p-{day}", "pu-1", (("1", 1),))
        shop.deliver(f"p-{day}")
        shop.clock.forward(days=1)

    ends = [MORNING + WINDOW + day * DAY + timedelta(hours=1) for day in range(3)]
    begins = [MORNING, *ends]
    paid = [
        settled(shop, Role.SUPPLIER, "mill", since, until).rows[0].amount
        for since, until in zip(begins, ends, strict=False)
    ]

    assert paid == [-333, -334, -333]


def test_a_purchase_over_two_orders_is_shared_between_them(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))
    shop.sell("o-18", (LAMP, 2))
    for order in ("o-17", "o-18"):
        shop.plan_to_buy(order)
    shop.purchase("pu-1", ("o-17", "o-18"), "mill", "leith", cost=eur(100))
    shop.receive_purchase("pu-1")

    one = settled(shop, Role.SUPPLIER, "mill")

    assert [(row.reason, row.order, row.n, row.amount) for row in one.rows] == [
        (Reason.BOUGHT, "o-17", 1, -33),
        (Reason.BOUGHT, "o-18", 2, -67),
    ]


def test_what_came_to_our_warehouse_is_paid_as_it_comes_and_is_ours_when_it_returns(
    shop: Shop,
) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", "leith", cost=eur(900))
    shop.receive_purchase("pu-1", (("1", 2),))
    first = settled(shop, Role.SUPPLIER, "mill", until=MORNING + DAY)
    assert (told(first), first.waiting) == ([(Reason.BOUGHT, "1", 2, -600)], -300)

    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    assert settled(shop, Role.SUPPLIER, "mill").closing == -600


def went_back_to_the_mill(shop: Shop, n: int, came: int, cost: Money | None) -> None:
    """n of `came` lamps that were bought for o-17 come back, and go on to the mill."""
    shop.sell("o-17", (LAMP, 3))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", "leith", cost=cost)
    shop.receive_purchase("pu-1", (("1", came),))
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17", (("1", n),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", n, "factory fault"),))


FAULT: Final = Condition("factory fault", Fate.SUPPLIER)


def test_what_goes_back_to_its_supplier_is_owed_by_him_at_what_it_cost(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(TWO_PLACES, conditions=(FAULT,)))
    went_back_to_the_mill(shop, 2, 3, eur(1000))

    one = settled(shop, Role.SUPPLIER, "mill")

    assert told(one) == [(Reason.BOUGHT, "1", 3, -1000), (Reason.SENT_BACK, "1", 2, 667)]
    assert "sent back to the supplier" in text(one)
    assert "退回供应商" in text(one, "zh")


def test_what_goes_back_of_several_purchases_is_owed_by_the_first_as_far_as_it_was_his(
    shop: Shop,
) -> None:
    shop = shop.under(attrs.evolve(TWO_PLACES, conditions=(FAULT,)))
    shop.sell("o-17", (LAMP, 2))
    for supplier, purchase in (("aster", "pu-1"), ("mill", "pu-2")):
        shop.plan_to_buy("o-17", (("1", 1),))
        shop.purchase(purchase, ("o-17",), supplier, "leith", cost=eur(100))
        shop.receive_purchase(purchase)
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    shop.inspect("r-1", (("1", 1, "factory fault"), ("1", 1, Verdict.SOUND)))

    assert settled(shop, Role.SUPPLIER, "aster").closing == 0
    assert settled(shop, Role.SUPPLIER, "mill").closing == -100


def test_what_goes_back_without_a_price_is_told_no_more(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(TWO_PLACES, conditions=(FAULT,)))
    went_back_to_the_mill(shop, 2, 3, None)

    one = settled(shop, Role.SUPPLIER, "mill")

    assert told(one) == [(Reason.UNQUOTED, "1", 1, 0)]


def test_what_a_supplier_had_shipped_himself_and_gets_back_was_never_owed(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(TWO_PLACES, conditions=(FAULT,)))
    dropship(shop, 1, eur(100))
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", 1, "factory fault"),))

    parties = shop.settlement(MORNING - DAY, MORNING + WINDOW + DAY).parties

    assert [one for one in parties if one.role is Role.SUPPLIER] == []


def test_what_comes_to_us_and_what_goes_straight_cost_together_what_the_purchase_costs(
    shop: Shop,
) -> None:
    shop.sell("o-17", (LAMP, 2))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill", "leith", cost=eur(1))
    shop.receive_purchase("pu-1", (("1", 1),))
    shop.ship_direct("p-1", "pu-1")
    shop.deliver("p-1")

    one = settled(shop, Role.SUPPLIER, "mill")

    assert told(one) == [(Reason.SHIPPED, "1", 1, 0), (Reason.BOUGHT, "1", 1, -1)]


@pytest.mark.feature("F192")
def test_without_a_purchase_the_quote_of_the_day_of_the_order_counts(shop: Shop) -> None:
    consigned = shop.under(attrs.evolve(TWO_PLACES, sells_for=("maker-3",)))
    consigned.stock(LAMP, "leith", 9, owner="maker-3")
    for order in ("o-17", "o-18"):
        consigned.sell(order, (LAMP, 3))
        consigned.allocate(order)
        consigned.ship(order, f"p-{order}")
        consigned.deliver(f"p-{order}")
        consigned.clock.forward(days=10)
    quotes = (
        Quote("maker-3", "BRASS-LAMP", Price.of("1.115", "EUR")),
        Quote("maker-3", "BRASS-LAMP", Price.of("2.00", "EUR"), MORNING + 5 * DAY),
        Quote("maker-4", "BRASS-LAMP", Price.of("9.00", "EUR")),
    )

    stated = consigned.settlement(MORNING, MORNING + 90 * DAY, quotes)

    one = stated.of(Role.SUPPLIER, "maker-3", "EUR")
    assert one is not None
    assert [(row.reason, row.order, row.n, row.amount) for row in one.rows] == [
        (Reason.CONSIGNED, "o-17", 3, -335),
        (Reason.CONSIGNED, "o-18", 3, -600),
    ]
    assert stated.of(Role.SUPPLIER, "maker-4", "EUR") is None


def test_units_without_a_quote_are_told_and_nothing_is_owed_for_them(shop: Shop) -> None:
    dropship(shop, 3)

    one = settled(shop, Role.SUPPLIER, "mill")

    assert told(one) == [(Reason.UNQUOTED, "1", 3, 0)]
    assert one.closing == 0


def test_a_customers_own_goods_are_settled_with_nobody(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2, owner="c-7")
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))

    stated = shop.settlement(MORNING, MORNING + 90 * DAY)

    assert {one.role for one in stated.parties} == {Role.CUSTOMER, Role.FINANCE}


def test_a_supplier_who_bears_a_discount_settles_it_with_what_he_is_paid(shop: Shop) -> None:
    off = NewCharge(ChargeKind.DISCOUNT, -300, bearer="mill")
    dropship(shop, 3, eur(1000), charges=(off,))

    one = settled(shop, Role.SUPPLIER, "mill")

    assert told(one) == [(Reason.DISCOUNT, "1", 3, 300), (Reason.SHIPPED, "1", 3, -1000)]
    assert one.closing == -700


# --- who bears discounts ------------------------------------------------------------------------


@pytest.mark.feature("F184")
def test_who_bears_a_discount_owes_it_for_the_units_that_are_kept(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3), charges=(PLATFORM,))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17", (("1", 1),))
    early = settled(shop, Role.BEARER, "platform", until=MORNING + DAY)
    assert (early.closing, early.waiting) == (0, 300)

    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    one = settled(shop, Role.BEARER, "platform")

    assert told(one) == [(Reason.DISCOUNT, "1", 2, 200)]
    assert (one.closing, one.waiting) == (200, 0)


def test_units_in_an_open_return_are_the_first_of_their_bill(shop: Shop) -> None:
    cent = NewCharge(ChargeKind.DISCOUNT, -1, bearer="platform")  # the first lamp carries it
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), charges=(cent,))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    shop.ask_return("r-1", "o-17", (("1", 1),))
    asked = settled(shop, Role.BEARER, "platform")
    shop.close_return("r-1")
    kept = settled(shop, Role.BEARER, "platform")

    assert (asked.closing, asked.waiting) == (0, 1)
    assert (kept.closing, kept.waiting) == (1, 0)


def test_a_discount_of_the_order_as_a_whole_is_owed_when_all_of_it_is_kept(shop: Shop) -> None:
    freight = NewCharge(ChargeKind.FREIGHT, 490)
    free = NewCharge(ChargeKind.FREIGHT, -490, bearer="platform")
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), charges=(freight, free))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.deliver("p-1")

    half = settled(shop, Role.BEARER, "platform")
    assert (half.closing, half.waiting) == (0, 490)

    shop.ship("o-17", "p-2")
    shop.deliver("p-2")
    all_of_it = settled(shop, Role.BEARER, "platform")
    assert (told(all_of_it), all_of_it.waiting) == ([(Reason.FREIGHT, "", 0, 490)], 0)


# --- customers, carriers, finance -----------------------------------------------------------------


@pytest.mark.feature("F184", "F185")
def test_a_customer_is_told_each_part_of_what_he_owes_and_has_paid(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3), (BELL, 1), charges=(PLATFORM,))
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")
    shop.pay("pay-2", eur(500), (), payer="c-7")

    one = settled(shop, Role.CUSTOMER, "c-7")

    assert told(one) == [
        (Reason.UNAPPLIED, "pay-2", 0, -500),
        (Reason.PAID, "pay-o-17", 0, -6290),
        (Reason.GOODS, "1", 2, 2000),
        (Reason.DISCOUNT, "1", 2, -79),
        (Reason.GOODS, "2", 1, 4550),
        (Reason.DISCOUNT, "2", 1, -181),
    ]
    assert one.closing == -500


def test_what_comes_back_in_the_next_month_is_a_row_of_that_month(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.clock.forward(days=10)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    middle = MORNING + 5 * DAY

    first = settled(shop, Role.CUSTOMER, "c-7", until=middle)
    second = settled(shop, Role.CUSTOMER, "c-7", middle)

    assert (first.opening, first.closing) == (0, 0)
    assert told(second) == [(Reason.GOODS, "1", -1, -1000)]
    assert (second.opening, second.closing) == (0, -1000)


def test_a_month_that_is_over_is_told_as_it_was_whatever_is_learnt_later(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1), cash_on_delivery=True, charges=(PLATFORM,))
    shop.collect_on_delivery("cod-1", "o-17", eur(700))  # nobody knows yet which carrier it was
    shop.pay("pay-2", eur(300), ())
    middle = MORNING + DAY
    march = shop.settlement(MORNING, middle)
    shop.clock.forward(days=3)
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "land", "L-1")
    shop.place("o-18", new_order((LAMP, 1)))
    shop.apply_payment("pay-2", (("o-18", 300),))
    shop.sell("o-19", (LAMP, 1))
    shop.plan_to_buy("o-19")
    shop.purchase("pu-1", ("o-19",), "platform")  # who bore a discount is a supplier from now on

    again = shop.settlement(MORNING, middle)
    april = shop.settlement(middle, MORNING + 90 * DAY)

    assert again == march
    found = [(one.role, one.party, one.opening, one.closing) for one in april.parties]
    assert [one for one in found if one[0] is not Role.FINANCE] == [
        (Role.CUSTOMER, "", -300, 0),
        (Role.CUSTOMER, "c-7", 0, 700),
        (Role.SUPPLIER, "platform", 0, 0),  # what it bears waits until the lamp is kept
        (Role.CARRIER, "", 700, 0),
        (Role.CARRIER, "land", 0, 700),
    ]


@pytest.mark.feature("F182", "F185")
def test_a_carrier_owes_what_it_collected_less_what_it_remitted_and_kept(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-17", (LAMP, 5), cash_on_delivery=True)
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "land", "L-1")
    shop.collect_on_delivery("cod-1", "o-17", eur(5000))
    shop.deliver("p-1")
    shop.clock.forward(days=3)
    shop.remit("cod-1", eur(3000), eur(100))
    middle = MORNING + DAY

    first = settled(shop, Role.CARRIER, "land", until=middle)
    second = settled(shop, Role.CARRIER, "land", middle)
    finance = settled(shop, Role.FINANCE, "cash on delivery", middle)

    assert told(first) == [(Reason.COLLECTED, "cod-1", 0, 5000)]
    assert told(second) == [
        (Reason.REMITTED, "cod-1", 0, -2900),
        (Reason.KEPT_AS_FEE, "cod-1", 0, -100),
    ]
    assert (second.opening, second.closing) == (5000, 2000)
    assert told(finance) == [(Reason.HELD, "cod-1", 0, 2900)]


def test_each_parcel_of_an_order_names_its_carrier_where_there_are_several(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), cash_on_delivery=True)
    shop.allocate("o-17")
    for parcel, carrier in (("p-1", "land"), ("p-2", "sea")):
        shop.pack_up("o-17", parcel, lines=(("1", 1),))
        shop.hand_over(parcel, carrier, f"L-{parcel}")
        shop.expect_cash(f"cod-{parcel}", "o-17", eur(1000), parcel)
        shop.collect_on_delivery(f"cod-{parcel}", "o-17", eur(1000))

    stated = shop.settlement(MORNING, MORNING + DAY)

    carriers = [one for one in stated.parties if one.role is Role.CARRIER]
    assert [(one.party, one.closing) for one in carriers] == [("land", 1000), ("sea", 1000)]


def test_money_that_goes_onto_a_balance_stays_with_us_and_is_owed_until_it_is_spent(
    shop: Shop,
) -> None:
    shop.open_stored_value("sc-1", StoredKind.STORE_CREDIT, "EUR", holder="c-7")
    shop.sell("o-17", (LAMP, 2))
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17", to="sc-1")
    kept = settled(shop, Role.FINANCE, "")
    assert told(kept) == [(Reason.HELD, "pay-o-17", 0, 2000)]
    owed = settled(shop, Role.FINANCE, "store credit")
    assert told(owed) == [(Reason.STORED, "sc-1", 0, -1000)]
    assert text(owed).splitlines()[-1].split() == ["Owed", "by", "us", "10.00"]

    shop.place("o-18", new_order((LAMP, 1)))
    shop.spend("pay-18", "sc-1", eur(400), (("o-18", 400),))

    assert settled(shop, Role.FINANCE, "store credit").closing == -600
    assert settled(shop, Role.FINANCE, "").closing == 2000
    assert settled(shop, Role.CUSTOMER, "c-7").closing == 600


def test_a_deposit_that_was_forfeited_is_with_us_and_no_customers(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.take_deposit("pay-1", eur(2000), eur(500), (("o-17", 500),))
    shop.open_balance("pay-1", shop.clock.at + DAY, forfeit=True)
    shop.clock.forward(days=2)
    shop.miss_balance("pay-1")
    shop.forfeit_deposit("pay-1")

    stated = shop.settlement(MORNING, MORNING + 90 * DAY)

    (finance,) = stated.parties
    assert (finance.role, finance.closing) == (Role.FINANCE, 500)


# --- bad input and words --------------------------------------------------------------------------


def test_what_cannot_be_a_quote_or_a_period_is_refused(shop: Shop) -> None:
    quote = Quote("mill", "BRASS-LAMP", Price.of("1.00", "EUR"))
    wrong: dict[str, Callable[[], object]] = {
        "quote.supplier": lambda: attrs.evolve(quote, supplier=""),
        "quote.sku": lambda: attrs.evolve(quote, sku=""),
        "quote.price": lambda: attrs.evolve(quote, price=eur(100)),  # type: ignore[arg-type]
        "quote.since": lambda: attrs.evolve(quote, since=MORNING.replace(tzinfo=None)),
        "until": lambda: shop.settlement(MORNING, MORNING),
        "quotes": lambda: shop.settlement(MORNING, MORNING + DAY, (quote, quote)),
        "quotes[0]": lambda: shop.settlement(MORNING, MORNING + DAY, ["mill"]),  # type: ignore[list-item]
    }

    for path, ask in wrong.items():
        with pytest.raises(BadInput) as bad:
            ask()
        assert bad.value.path == path


def test_the_window_is_that_of_the_rules() -> None:
    shop = Shop(MemoryStore(), Rules(return_window_days=0))
    dropship(shop, 3, eur(900))

    assert settled(shop, Role.SUPPLIER, "mill", until=MORNING + DAY).closing == -900


def test_a_settlement_is_told_in_columns_in_both_languages(shop: Shop) -> None:
    dropship(shop, 3, eur(1000), charges=(PLATFORM,))

    stated = shop.settlement(MORNING, MORNING + 90 * DAY)
    supplier = stated.of(Role.SUPPLIER, "mill", "EUR")
    bearer = stated.of(Role.BEARER, "platform", "EUR")

    assert supplier is not None
    assert bearer is not None
    assert text(supplier) == (
        "Supplier mill, in EUR                                   units       amount\n"
        "brought forward                                                       0.00\n"
        "o-17/1 shipped by the supplier pu-1                         3       -10.00\n"
        "Owed by us                                                           10.00\n"
    )
    assert "折扣 由 platform 承担" in text(bearer, "zh")
    assert text(stated).startswith("Settlement, 2026-03-02 09:00 to 2026-05-31 09:00\n\nCustomer")


def test_each_role_and_reason_has_a_word_in_both_languages() -> None:
    for role in Role:
        rows = tuple([SettlementRow(reason, "o-17", "1", "", "", 1, 100) for reason in Reason])
        one = PartySettled(role, "x", "EUR", 0, rows, 100 * len(rows))
        english, chinese = text(one).splitlines(), text(one, "zh").splitlines()
        assert len(english) == len(chinese) == len(rows) + 3
        assert not any(reason.value in row for reason in Reason for row in chinese)


def test_each_kind_of_charge_is_a_reason() -> None:
    assert {kind.value for kind in ChargeKind} <= {reason.value for reason in Reason}
