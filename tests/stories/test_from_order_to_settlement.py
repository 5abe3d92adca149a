"""From the order to the settlement, way by way in which money comes: its books are kept as texts.

The kept texts stand in `tests/golden/ledgers`; `tests/ledgers.py` says what is in them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from orderflow import (
    ChargeKind,
    NewCharge,
    Price,
    StoredKind,
    Tendered,
)
from orderflow.adapters.gateways import Fault, ScriptedGateway, send_open
from orderflow.intake import remittance
from orderflow.plans import oldest_first
from orderflow.pricing import due
from orderflow.records import RequestKind
from orderflow.remittances import CashFee
from orderflow.states import OrderState, PaymentState
from tests.builders import BELL, LAMP, Shop, eur, new_order
from tests.ledgers import assert_kept

DAY: Final = timedelta(days=1)
FREIGHT: Final = NewCharge(ChargeKind.FREIGHT, 490)
CENT_A_POINT: Final = Price.of("0.01", "EUR")


def deliver(shop: Shop, order: str, parcel: str) -> None:
    """All that is allocated of an order goes out and arrives, on the third day after."""
    shop.allocate(order)
    shop.pack_up(order, parcel)
    shop.hand_over(parcel, "land", f"L-{parcel}")
    shop.clock.forward(days=3)
    shop.deliver(parcel)


def send_back(shop: Shop, name: str, *lines: tuple[str, int]) -> None:
    """Some units of o-17 come back, and are sound."""
    shop.ask_return(name, "o-17", lines, "one too many")
    shop.receive_return(name, "leith")
    shop.inspect(name)


def owing(shop: Shop, *orders: str) -> list[int]:
    return [due(shop.order(order)) for order in orders]


def settle_up(shop: Shop) -> None:
    """Nothing more can come back: o-17 is archived, fifteen days after all of it has arrived."""
    shop.clock.forward(days=15)
    shop.complete("o-17")
    assert shop.archive("o-17").document.state is OrderState.ARCHIVED


@pytest.mark.feature("F176", "F181", "F184", "F190")
def test_a_card_is_charged_in_part_refunded_and_everybody_is_settled_with(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    off = NewCharge(ChargeKind.DISCOUNT, -300, bearer="platform", reason="spring")
    shop.place("o-17", new_order((LAMP, 2), (BELL, 1), charges=(off, FREIGHT)))
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.await_payment("pay-1", eur(6740), "card", "c-7", orders=(("o-17", 6740),))
    shop.ask_authorise("pay-1")
    send_open(shop, gateway, shop.clock.at)
    shop.ask_capture("pay-1")
    gateway.fail(Fault.REPLY_LOST)
    send_open(shop, gateway, shop.clock.at)
    assert shop.payment("pay-1").captured == 0  # nobody knows yet
    send_open(shop, gateway, shop.clock.forward(minutes=10))
    assert shop.order("o-17").state is OrderState.CONFIRMED

    shop.plan_to_buy("o-17", (("2", 1),))
    shop.purchase("pu-1", ("o-17",), "the foundry", cost=eur(2750))
    shop.send_purchase("pu-1")
    deliver(shop, "o-17", "p-1")
    shop.ship_direct("p-2", "pu-1", carrier="sea", tracking="S-1")
    shop.clock.forward(days=2)
    shop.deliver("p-2")
    send_back(shop, "r-1", ("1", 1))
    shop.ask_refund("o-17")
    send_open(shop, gateway, shop.clock.at)
    settle_up(shop)

    assert owing(shop, "o-17") == [0]
    assert shop.payment("pay-1").state is PaymentState.PART_REFUNDED
    told = [(one.request.kind, one.request.amount.minor) for one in gateway.effects]
    assert told == [
        (RequestKind.AUTHORISE, 6740),
        (RequestKind.CAPTURE, 6740),
        (RequestKind.REFUND, 954),
    ]
    assert_kept("card", shop)


@pytest.mark.feature("F176", "F190")
def test_points_and_a_card_pay_one_order_and_each_gets_back_what_it_gave(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.open_stored_value("points-7", StoredKind.POINTS, "points", 1200, "c-7")
    shop.place("o-17", new_order((LAMP, 3)))
    points = Tendered("points", 1200, CENT_A_POINT)
    shop.spend("pay-1", "points-7", eur(1200), (("o-17", 1200),), points)
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.await_payment("pay-2", eur(1800), "card", "c-7", orders=(("o-17", 1800),))
    charge(shop, gateway, "pay-2")
    deliver(shop, "o-17", "p-1")

    send_back(shop, "r-1", ("1", 2))
    shop.ask_refund("o-17")
    send_open(shop, gateway, shop.clock.at)
    settle_up(shop)

    assert shop.balance("points-7") == 1200
    assert shop.payment("pay-2").refunded == gateway.moved(RequestKind.REFUND, "pay-2") == 800
    assert_kept("card-and-points", shop)


@pytest.mark.feature("F180", "F190", "F194")
def test_one_transfer_of_a_dealer_pays_three_orders_and_the_rest_waits(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    names = ("o-17", "o-18", "o-19")
    for i, name in enumerate(names, 1):
        shop.place(name, new_order((LAMP, i), customer="dealer-3"))
        shop.clock.forward(days=1)

    orders = [shop.order(name) for name in names]
    shares = oldest_first(7000, orders)
    shop.pay("pay-1", eur(7000), shares, "bank transfer", "dealer-3", by="finance")
    assert owing(shop, *names) == [0, 0, 0]
    assert shop.payment("pay-1").unapplied == 1000
    deliver(shop, "o-17", "p-17")
    deliver(shop, "o-18", "p-18")
    deliver(shop, "o-19", "p-19")
    settle_up(shop)

    assert_kept("one-transfer-three-orders", shop, orders=names)


def silence(shop: Shop, *verbs: str) -> None:
    """What has fallen due is done, one after the other: nobody else does anything."""
    done = []
    while found := shop.due(shop.clock.at):
        done.append(found[0].call.verb)
        shop.apply(found[0].call)
    assert done == [*verbs]


def charge(shop: Shop, gateway: ScriptedGateway, payment: str = "pay-1") -> None:
    """What is still to come of a payment is asked of its gateway, and comes."""
    shop.ask_capture(payment)
    send_open(shop, gateway, shop.clock.at)


def deposit(shop: Shop) -> ScriptedGateway:
    """A third of o-17 is paid on the first day; its balance is asked for on the third, for three.

    Both over a gateway, which has the deposit now.
    """
    gateway, first = ScriptedGateway("stirling", shop.clock), (("o-17", 1500),)
    shop.stock(BELL, "leith", 1)
    shop.place("o-17", new_order((BELL, 1)))
    shop.await_payment("pay-1", eur(4550), "card", "c-7", orders=first, deposit=eur(1500))
    charge(shop, gateway)
    opens_at = shop.clock.at + 2 * DAY
    shop.plan_balance("pay-1", opens_at, opens_at + 3 * DAY, forfeit=True)
    shop.clock.forward(days=2)
    silence(shop, "open_balance")
    return gateway


@pytest.mark.feature("F079", "F181", "F190")
def test_a_deposit_is_followed_by_its_balance(any_shop: Shop) -> None:
    shop = any_shop
    gateway = deposit(shop)

    shop.clock.forward(days=1)
    charge(shop, gateway)
    assert shop.order("o-17").state is OrderState.CONFIRMED
    deliver(shop, "o-17", "p-1")
    settle_up(shop)

    assert owing(shop, "o-17") == [0]
    assert_kept("deposit-and-balance", shop)


@pytest.mark.feature("F190")
def test_a_balance_that_comes_late_still_pays_its_order(any_shop: Shop) -> None:
    shop = any_shop
    gateway = deposit(shop)

    shop.clock.forward(days=4)
    (found,) = shop.due(shop.clock.at)
    shop.apply(found.call)
    assert shop.payment("pay-1").state is PaymentState.BALANCE_OVERDUE
    charge(shop, gateway)
    silence(shop)
    deliver(shop, "o-17", "p-1")
    settle_up(shop)

    assert owing(shop, "o-17") == [0]
    assert_kept("balance-paid-late", shop)


@pytest.mark.feature("F078", "F190")
def test_a_deposit_whose_balance_never_comes_is_forfeited(any_shop: Shop) -> None:
    shop = any_shop
    deposit(shop)

    shop.clock.forward(days=4)
    silence(shop, "miss_balance", "forfeit_deposit")

    order, payment = shop.order("o-17"), shop.payment("pay-1")
    assert (order.state, due(order)) == (OrderState.CANCELLED, 0)
    assert (payment.forfeited, payment.refunded) == (1500, 0)
    assert_kept("deposit-forfeited", shop)


def at_the_door(shop: Shop, *charges: NewCharge) -> None:
    """Two lamps of o-17 are to be paid at the door, to the carrier of p-1."""
    shop.stock(LAMP, "leith", 2)
    shop.place("o-17", new_order((LAMP, 2), charges=charges, cash_on_delivery=True))
    shop.expect_cash("pay-1", "o-17", eur(due(shop.order("o-17"))), "p-1")


def remitted(shop: Shop, row: str) -> None:
    """The carrier hands over what it has collected, with a file that says so."""
    taken = remittance(f"parcel,collected,fee\n{row}\n", "R-7", "EUR")
    found = shop.reconcile_remittance(taken.remittance, CashFee("EUR", flat=60))
    assert (taken.findings, found.findings) == ((), ())
    for one in found.bookings:
        shop.apply(one.call, key=one.key)
    assert shop.reconcile_remittance(taken.remittance).bookings == ()


@pytest.mark.feature("F177", "F182", "F190")
def test_cash_is_taken_at_the_door_and_handed_over_less_the_fee(any_shop: Shop) -> None:
    shop = any_shop
    at_the_door(shop, FREIGHT)
    deliver(shop, "o-17", "p-1")
    shop.collect_on_delivery("pay-1", "o-17", eur(2490))
    assert owing(shop, "o-17") == [0]

    send_back(shop, "r-1", ("1", 1))  # it is paid back though the carrier has the cash still
    shop.refund("o-17")
    shop.clock.forward(days=7)
    remitted(shop, "p-1,24.90,0.60")
    settle_up(shop)

    assert shop.payment("pay-1").with_carrier == 0
    assert_kept("cash-at-the-door", shop)


@pytest.mark.feature("F177", "F182", "F190")
def test_a_part_is_taken_at_the_door_and_paid_for_and_the_rest_goes_back(any_shop: Shop) -> None:
    shop = any_shop
    at_the_door(shop, FREIGHT)
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "land", "L-1")

    shop.take_in_part("p-1", "p-1-back", (("1", 1),))
    assert shop.payment("pay-1").amount == 1490
    shop.collect_on_delivery("pay-1", "o-17", eur(1490))
    shop.clock.forward(days=4)
    shop.receive_back("p-1-back", "leith")
    shop.take_back("o-17")
    remitted(shop, "L-1,14.90,0.60")
    settle_up(shop)

    assert owing(shop, "o-17") == [0]
    assert shop.free(LAMP, "leith") == 1
    assert_kept("cash-for-a-part-at-the-door", shop)


@pytest.mark.feature("F177", "F184")
def test_a_parcel_is_refused_at_the_door_and_nobody_owes_anything(any_shop: Shop) -> None:
    shop = any_shop
    at_the_door(shop)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    shop.turn_back("p-1", "refused at the door")
    shop.receive_back("p-1")
    shop.take_back("o-17")

    assert owing(shop, "o-17") == [0]
    assert shop.payment("pay-1").state is PaymentState.VOIDED
    assert_kept("cash-refused-at-the-door", shop)


@pytest.mark.feature("F190")
def test_a_bank_takes_back_what_is_left_after_a_partial_refund(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.await_payment("pay-o-17", eur(3000), "card", "c-7", orders=(("o-17", 3000),))
    charge(shop, gateway, "pay-o-17")
    deliver(shop, "o-17", "p-1")
    send_back(shop, "r-1", ("1", 1))
    shop.ask_refund("o-17")
    send_open(shop, gateway, shop.clock.at)

    shop.clock.forward(days=5)
    shop.charge_back("pay-o-17", eur(2000), "o-17")
    assert owing(shop, "o-17") == [2000]
    shop.clock.forward(days=30)
    shop.settle_dispute("pay-o-17", won=False)

    payment = shop.payment("pay-o-17")
    assert (payment.captured, payment.refunded, payment.charged_back) == (3000, 1000, 2000)
    assert_kept("chargeback-after-a-partial-refund", shop)
