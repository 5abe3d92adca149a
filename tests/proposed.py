"""Orders whose proposals are kept as texts, each a case of its own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import attrs

from orderflow import (
    CashBack,
    ChargeKind,
    MethodKind,
    NewCharge,
    PayingBack,
    PaymentMethod,
    Price,
    Sku,
    StoredKind,
    Tendered,
    TenderOrder,
    verbs,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import Verdict
from orderflow.paid_back import Deduction, FreightBack, LostValue, Refunding, RestockingFee
from orderflow.proposals import Proposal
from orderflow.reasons import Fault
from orderflow.records import Outcome
from orderflow.thresholds import Terms, Unmet
from tests.builders import BELL, LAMP, ROPE, TWO_PLACES, Shop, eur, line, new_order

DISCOUNT, FREIGHT = ChargeKind.DISCOUNT, ChargeKind.FREIGHT
POINTS: Final = Price.of("1.00", "EUR", per=300)
ID: Final = "o-17"


def shop_of(**rules: object) -> Shop:
    return Shop(MemoryStore(), attrs.evolve(TWO_PLACES, **rules))  # type: ignore[arg-type] # named


def delivered(shop: Shop, *wanted: tuple[Sku, int], **more: object) -> Shop:
    for sku, n in wanted:
        shop.stock(sku, "leith", n)
    shop.sell(ID, *wanted, **more)
    shop.allocate(ID)
    shop.ship(ID, "p-1")
    shop.deliver("p-1")
    return shop


def part_of_a_discount() -> Proposal:
    """Two of three lamps were cancelled; the platform bears a part of what they cost less."""
    shop = shop_of()
    off = NewCharge(DISCOUNT, -300, bearer="platform", reason="11.11")
    shop.sell(ID, (LAMP, 3), (BELL, 1), charges=(off, NewCharge(FREIGHT, 490)))
    shop.cancel(ID, (("1", 2),))
    return shop.propose(ID)


def card_points_and_cash() -> Proposal:
    """Paid by a card's gateway, points and by hand; points go back last."""
    shop = shop_of(paying_back=PayingBack(TenderOrder.LAST_FIRST, last=("points",)))
    shop.open_stored_value("score", StoredKind.POINTS, "points", 9000, "c-7")
    shop.place(ID, new_order((LAMP, 10)))
    shop.await_payment("pay-card", eur(4000), "card", "c-7", None, ((ID, 4000),))
    shop.ask_capture("pay-card")
    shop.record_answer("pay-card", "capture-1", Outcome.DONE, event="ch-1")
    points = Tendered("points", 9000, POINTS)
    shop.spend("pay-score", "score", eur(3000), ((ID, 3000),), points)
    shop.pay("pay-bank", eur(3000), ((ID, 3000),), "bank")
    shop.cancel(ID, (("1", 8),))
    return shop.propose(ID)


def after_a_part_was_paid_back() -> Proposal:
    """One lamp is paid back already, goodwill was given, and another lamp was cancelled."""
    shop = shop_of()
    shop.sell(ID, (LAMP, 4))
    shop.cancel(ID, (("1", 1),))
    shop.refund(ID)
    shop.adjust(ID, NewCharge(DISCOUNT, -300, reason="scratched"))
    shop.cancel(ID, (("1", 1),))
    return shop.propose(ID)


def if_two_came_back() -> Proposal:
    """Two of three delivered lamps, in second grade; nothing has happened yet."""
    shop = delivered(shop_of(approve_returns=False), (LAMP, 3), (ROPE, 2500))
    return shop.propose_return(ID, (("1", 2), ("2", 500)), "too small", Verdict.SECOND)


def if_more_came_back_than_is_owed_by_now() -> Proposal:
    """One lamp came back and is not paid back yet; two bells are thought of besides."""
    shop = delivered(shop_of(), (LAMP, 2), (BELL, 2))
    shop.ask_return("r-1", ID, (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    return shop.propose_return(ID, (("2", 2),))


def cash_back_by_transfer() -> Proposal:
    """Cash of a door is transferred; its carrier has not remitted it yet."""
    rule = PayingBack(cash=CashBack.TRANSFER)
    shop = delivered(shop_of(paying_back=rule), (LAMP, 2), cash_on_delivery=True)
    shop.collect_on_delivery("cash-1", ID, eur(2000))
    return shop.propose_return(ID, (("1", 1),))


def nothing_takes_the_voucher() -> Proposal:
    """A voucher that takes nothing back, a card's money, and a bank that has taken some of it."""
    voucher = PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False)
    shop = shop_of(methods=(voucher,))
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 500)
    shop.place(ID, new_order((LAMP, 2)))
    shop.spend("pay-v", "v-1", eur(500), ((ID, 500),))
    shop.pay("pay-card", eur(1500), ((ID, 1500),), "card")
    shop.charge_back("pay-card", eur(200))
    shop.settle_dispute("pay-card", won=False)
    shop.cancel(ID)
    return shop.propose(ID)


def the_voucher_onto_a_balance() -> Proposal:
    """The same voucher, and a balance of the customer's to put it on."""
    voucher = PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False)
    shop = shop_of(methods=(voucher,))
    shop.open_stored_value("v-1", StoredKind.VOUCHER, "EUR", 500)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")
    shop.place(ID, new_order((LAMP, 2)))
    shop.spend("pay-v", "v-1", eur(500), ((ID, 500),))
    shop.pay("pay-card", eur(1500), ((ID, 1500),), "card")
    shop.cancel(ID)
    return shop.propose(ID, to="credit-7")


def a_dearer_price() -> Proposal:
    """Lamps at a new price and a fee more, of an order for which 0.50 too much was paid."""
    shop = shop_of()
    shop.place(ID, new_order((LAMP, 3)))
    shop.pay("pay-1", eur(3050), ((ID, 3000),))
    dearer = verbs.reprice.on(ID, (("1", Price.of("11.00", "EUR")),), reason="engraved")
    wrapped = verbs.adjust.on(ID, NewCharge(ChargeKind.FEE, 250, reason="gift wrapping"))
    return shop.propose(ID, (dearer, wrapped))


def a_cheaper_price() -> Proposal:
    """The price of three lamps is protected: the difference goes to the card."""
    shop = shop_of(price_protection_days=7)
    shop.sell(ID, (LAMP, 3))
    lower = (("1", Price.of("9.00", "EUR")),)
    return shop.propose(ID, (verbs.protect_price.on(ID, lower, reason="summer sale"),))


def at_the_door() -> Proposal:
    """An order that is to be paid at the door, of which a part is kept ready by a card."""
    shop = shop_of()
    shop.place(ID, new_order(line("1", LAMP, 2), cash_on_delivery=True))
    shop.await_payment("pay-1", eur(500), "card", "c-7", None, ((ID, 500),))
    shop.ask_authorise("pay-1")
    shop.record_answer("pay-1", "authorise-1", Outcome.DONE, event="auth-1")
    return shop.propose(ID)


def nothing_is_open() -> Proposal:
    """A paid order as it was agreed."""
    shop = shop_of()
    shop.sell(ID, (LAMP, 2))
    return shop.propose(ID)


def what_the_rules_keep() -> Proposal:
    """Two of six lamps came back scratched: a discount is lost, a part of the freight goes back,
    and lost value, a fee and the postage are kept."""
    rules = Refunding(
        Unmet.CLAW_BACK,
        ((Fault.CUSTOMER, FreightBack.PRO_RATA),),
        (eur(390),),
        restocking=(RestockingFee(Deduction(amounts=(eur(50),))),),
        lost_value=(LostValue("damaged", Deduction(Decimal(20))),),
    )
    shop = shop_of(refunding=rules)
    off = NewCharge(DISCOUNT, -600, bearer="brand", reason="spring", terms=Terms(least=6000))
    delivered(shop, (LAMP, 6), charges=(off, NewCharge(FREIGHT, 490)))
    shop.ask_return("r-1", ID, (("1", 2),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", 2, Verdict.DAMAGED),))
    return shop.propose(ID)


CASES: Final[dict[str, Callable[[], Proposal]]] = {
    case.__name__.replace("_", "-"): case
    for case in (
        part_of_a_discount,
        card_points_and_cash,
        after_a_part_was_paid_back,
        if_two_came_back,
        if_more_came_back_than_is_owed_by_now,
        cash_back_by_transfer,
        nothing_takes_the_voucher,
        the_voucher_onto_a_balance,
        a_dearer_price,
        a_cheaper_price,
        at_the_door,
        nothing_is_open,
        what_the_rules_keep,
    )
}
"""Each case by the name of its text."""
