"""Orders on account: within the credit of their customer, and not while he is overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderflow import ChargeKind, NewCharge, Position, Refused, Workflow, verbs
from orderflow.audit import audit
from orderflow.audit.claims import whole_breaches
from orderflow.on_account import OpenOrder, miss_terms
from orderflow.pools import credit_pool
from orderflow.records import CreditLine, Instalment, PoolClaim, credit_id
from orderflow.rules import ReserveWhen
from orderflow.states import OrderState
from tests.builders import BELL, LAMP, MORNING, Clock, Shop, eur, line, new_order
from tests.rivals import Crossed

DEALER = credit_id("d-1", "EUR")
POOL = credit_pool("d-1", "EUR")
DAY = timedelta(days=1)


def wanted(price: str = "60.00", n: int = 1, **more: Any) -> Any:
    return new_order(line("1", LAMP, n, price), customer="d-1", on_account=True, **more)


def place(shop: Shop, id: str, price: str = "60.00", n: int = 1, **more: Any) -> None:
    shop.place(id, wanted(price, n, **more))


def owed(shop: Shop) -> int:
    """What the dealer owes on account, by the book."""
    return shop.counter(Position(POOL)).claimed


def deliver(shop: Shop, id: str, parcel: str, **more: Any) -> None:
    shop.allocate(id)
    shop.ship(id, parcel, **more)
    shop.deliver(parcel)


# --- placing --------------------------------------------------------------------------------------


def test_an_order_on_account_is_confirmed_unpaid_and_owes_what_it_costs(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00))

    place(any_shop, "o-1")

    order = any_shop.order("o-1")
    assert order.state is OrderState.CONFIRMED
    assert order.pools == (PoolClaim(POOL, 60_00),)
    assert owed(any_shop) == 60_00
    any_shop.assert_lawful()


def test_orders_on_account_stay_within_the_credit_of_their_customer(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00))
    place(any_shop, "o-1")

    (reason,) = any_shop.reasons(verbs.place.on("o-2", wanted("40.01")))

    assert reason.say("en") == "customer d-1 has 40.00 EUR of credit left: 40.01 asked"
    assert reason.say("zh") == "客户 d-1 剩余信用额度 40.00 EUR:需要 40.01"
    place(any_shop, "o-3", "40.00")
    assert owed(any_shop) == 100_00


def test_each_currency_and_each_customer_has_a_credit_of_its_own(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(60_00))
    shop.set_credit(credit_id("d-2", "EUR"), eur(60_00))
    place(shop, "o-1")

    shop.place("o-2", attrs.evolve(wanted(), customer="d-2"))

    call = verbs.place.on("o-3", attrs.evolve(wanted(), customer="d-3"))
    assert shop.refuses(call) == "customer d-3 has no credit in EUR: 60.00 asked"


def test_a_draft_on_account_owes_nothing_until_it_is_placed(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(60_00))
    shop.draft("o-1", wanted())
    assert owed(shop) == 0

    shop.place("o-1")

    assert owed(shop) == 60_00


def test_an_order_on_account_never_expires(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(60_00))
    by_hand = shop.under(attrs.evolve(shop.rules, confirm_when_paid=False))
    by_hand.place("o-1", wanted(pay_by=MORNING + DAY))
    by_hand.clock.at = MORNING + 2 * DAY

    assert [found.call.verb for found in by_hand.due(by_hand.clock.at)] == ["miss_terms"]
    assert by_hand.codes(verbs.expire.on("o-1")) == ["not_due"]
    by_hand.confirm("o-1")


def test_every_reason_is_told_at_once(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00), 10)
    any_shop.set_coupon("SPRING", 1, until=MORNING + DAY)
    any_shop.stock(LAMP, "leith", 1)
    place(any_shop, "o-1")
    deliver(any_shop, "o-1", "p-1")
    any_shop.hold_credit(DEALER, "insolvent", "in the papers")
    any_shop.clock.at = MORNING + 20 * DAY
    at_placing = any_shop.under(
        attrs.evolve(any_shop.rules, reserve_when=ReserveWhen.PLACED, split=False)
    )

    codes = at_placing.codes(verbs.place.on("o-2", wanted("50.00", coupons=("SPRING",))))

    assert codes == ["coupon_over", "on_hold", "credit_exceeded", "credit_overdue", "not_in_time"]


# --- what is owed is followed ---------------------------------------------------------------------


def test_what_is_paid_may_be_owed_again(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00))
    place(any_shop, "o-1")

    any_shop.pay("pay-1", eur(50_00), (("o-1", 50_00),))

    assert owed(any_shop) == 10_00
    place(any_shop, "o-2", "90.00")
    any_shop.assert_lawful()


def test_what_is_cancelled_or_credited_is_owed_no_more(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00))
    any_shop.stock(LAMP, "leith", 5)
    place(any_shop, "o-1", "20.00", 5)
    any_shop.cancel("o-1", (("1", 1),))
    assert owed(any_shop) == 80_00
    deliver(any_shop, "o-1", "p-1")

    any_shop.ask_return("r-1", "o-1", (("1", 2),))
    any_shop.receive_return("r-1", "leith")
    any_shop.inspect("r-1")
    assert owed(any_shop) == 40_00
    any_shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -10_00))

    assert owed(any_shop) == 30_00
    any_shop.assert_lawful()


def test_an_order_that_is_cancelled_owes_nothing(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    place(shop, "o-1", charges=(NewCharge(ChargeKind.FREIGHT, 5_00),))

    shop.cancel("o-1")

    assert owed(shop) == 0
    assert shop.order("o-1").pools == ()


def test_one_payment_of_several_orders_frees_the_credit_of_each(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(200_00))
    for id in ("o-1", "o-2", "o-3"):
        place(shop, id)

    shop.pay("pay-1", eur(150_00), (("o-1", 60_00), ("o-2", 60_00), ("o-3", 30_00)))

    assert owed(shop) == 30_00
    shop.assert_lawful()


def test_what_a_bank_takes_back_is_owed_again_though_there_is_no_credit_left(
    any_shop: Shop,
) -> None:
    any_shop.set_credit(DEALER, eur(100_00))
    any_shop.stock(LAMP, "leith", 4)
    place(any_shop, "o-1")
    any_shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))
    place(any_shop, "o-2", "45.00", 2)
    any_shop.allocate("o-2")

    any_shop.charge_back("pay-1", eur(60_00), "o-1")

    assert owed(any_shop) == 150_00
    assert any_shop.credit_standing("d-1", "EUR").left == -50_00
    call = verbs.release.on("o-2", "d-2", "leith")
    (reason,) = any_shop.reasons(call)
    assert str(reason) == "customer d-1 has 40.00 EUR of credit left: 90.00 asked"
    assert any_shop.codes(verbs.place.on("o-3", wanted("0.01"))) == ["credit_exceeded"]
    any_shop.pay("pay-2", eur(50_00), (("o-1", 50_00),))
    any_shop.apply(call)
    any_shop.assert_lawful()


def test_a_credit_of_nothing_is_taken_away(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    place(shop, "o-1")

    shop.set_credit(DEALER, eur(0))

    assert shop.credit_standing("d-1", "EUR").left == -60_00
    (reason,) = shop.reasons(verbs.place.on("o-2", wanted("0.01")))
    assert str(reason) == "customer d-1 has -60.00 EUR of credit left: 0.01 asked"
    shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))
    assert shop.codes(verbs.place.on("o-2", wanted("0.01"))) == ["credit_exceeded"]
    shop.assert_lawful()


def test_a_credit_is_not_below_nothing(shop: Shop) -> None:
    assert shop.cannot_take(verbs.set_credit.on(DEALER, eur(-1))) == "limit"


def test_credit_that_an_outside_fact_has_widened_is_narrow_again_for_the_next(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    place(shop, "o-1")
    shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))
    place(shop, "o-2", "100.00")
    shop.charge_back("pay-1", eur(60_00), "o-1")
    shop.pay("pay-2", eur(160_00), (("o-1", 60_00), ("o-2", 100_00)))
    assert shop.counter(Position(POOL)).there == 160_00

    place(shop, "o-3", "99.00")

    assert shop.counter(Position(POOL)).there == 100_00
    assert shop.codes(verbs.place.on("o-4", wanted("1.01"))) == ["credit_exceeded"]


def test_what_is_taken_back_in_between_gives_no_order_more_credit() -> None:
    store = Crossed()
    shop, bank = Workflow(store, clock=Clock()), Workflow(store, clock=Clock())
    shop.set_credit(DEALER, eur(100_00))
    shop.place("o-1", wanted())
    shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))

    store.rivals = [lambda: bank.charge_back("pay-1", eur(60_00), "o-1")]
    with pytest.raises(Refused, match="EUR of credit left: 60"):
        shop.place("o-2", wanted())

    assert shop.credit_standing("d-1", "EUR").owed == 60_00


def test_a_charge_that_makes_an_order_dearer_is_owed_too(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    place(shop, "o-1", "100.00")

    shop.adjust("o-1", NewCharge(ChargeKind.FEE, 5_00))

    assert owed(shop) == 105_00
    shop.assert_lawful()


def test_a_lower_limit_lets_nothing_more_out_until_enough_is_paid(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    shop.stock(LAMP, "leith", 1)
    place(shop, "o-1", "90.00")
    shop.allocate("o-1")

    shop.set_credit(DEALER, eur(50_00))

    assert shop.codes(verbs.release.on("o-1", "d-1", "leith")) == ["credit_exceeded"]
    shop.pay("pay-1", eur(40_00), (("o-1", 40_00),))
    shop.release("o-1", "d-1", "leith")


# --- terms ----------------------------------------------------------------------------------------


def test_the_terms_of_an_order_count_from_when_its_first_goods_leave(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00), 10)
    any_shop.stock(LAMP, "leith", 2)
    place(any_shop, "o-1", "20.00", 2)
    any_shop.allocate("o-1")
    any_shop.clock.at = MORNING + 3 * DAY
    any_shop.ship("o-1", "p-1", lines=(("1", 1),))
    any_shop.clock.at = MORNING + 5 * DAY

    any_shop.ship("o-1", "p-2")

    by = MORNING + 13 * DAY
    assert any_shop.order("o-1").pay_by == by
    assert any_shop.order("o-1").pools == (PoolClaim(POOL, 40_00, by),)
    assert any_shop.credit_standing("d-1", "EUR").orders == (OpenOrder("o-1", 40_00, by),)
    any_shop.assert_lawful()


def test_a_day_that_was_agreed_goes_before_the_terms(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00), 10)
    shop.stock(LAMP, "leith", 1)
    agreed = MORNING + 60 * DAY
    place(shop, "o-1", pay_by=agreed)

    deliver(shop, "o-1", "p-1")

    assert shop.order("o-1").pools == (PoolClaim(POOL, 60_00, agreed),)


def test_the_instalments_of_a_plan_go_before_the_terms_each_on_its_day(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(100_00), 10)
    any_shop.stock(LAMP, "leith", 1)
    place(any_shop, "o-1")
    first, second = MORNING + 20 * DAY, MORNING + 40 * DAY
    any_shop.agree_plan("o-1", (Instalment(20_00, first), Instalment(40_00, second)))
    deliver(any_shop, "o-1", "p-1")
    any_shop.pay("pay-1", eur(5_00), (("o-1", 5_00),))

    any_shop.clock.at = first

    assert any_shop.order("o-1").pools == (
        PoolClaim(POOL, 15_00, first),
        PoolClaim(POOL, 40_00, second),
    )
    assert any_shop.credit_standing("d-1", "EUR").overdue == 15_00
    assert any_shop.codes(verbs.place.on("o-2", wanted("1.00"))) == ["credit_overdue"]
    any_shop.pay("pay-2", eur(15_00), (("o-1", 15_00),))
    place(any_shop, "o-2", "1.00")
    any_shop.assert_lawful()


def test_new_terms_are_for_what_leaves_from_then_on(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(200_00), 10)
    shop.stock(LAMP, "leith", 2)
    for id in ("o-1", "o-2"):
        place(shop, id)
    deliver(shop, "o-1", "p-1")

    shop.set_credit(DEALER, eur(200_00), 30)
    deliver(shop, "o-2", "p-2")

    assert shop.order("o-1").pay_by == MORNING + 10 * DAY
    assert shop.order("o-2").pay_by == MORNING + 30 * DAY


@pytest.mark.feature("F078", "F179")
def test_a_dealer_is_reminded_of_his_day_and_when_it_is_over_it_is_due(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(any_shop.rules, remind_days=(5,)))
    shop.set_credit(DEALER, eur(500_00), 10)
    shop.stock(LAMP, "leith", 3)
    place(shop, "o-1")
    assert shop.order("o-1").pay_by is None
    assert shop.due(MORNING + 40 * DAY) == [], "its days begin when goods leave"
    deliver(shop, "o-1", "p-1")
    day = MORNING + 10 * DAY

    assert shop.reminders(MORNING + 4 * DAY) == []
    (reminder,) = shop.reminders(MORNING + 6 * DAY)
    assert (reminder.due.ref.id, reminder.due.since, reminder.days) == ("o-1", day, 5)
    assert shop.due(day - timedelta(microseconds=1)) == []
    (found,) = shop.due(day)
    assert (found.who, found.since, found.call) == ("customer", day, miss_terms.on("o-1"))
    assert found.means == (
        "the order was not paid by its day: its customer gets nothing more on account"
    )


@pytest.mark.feature("F179")
def test_an_order_that_is_overdue_is_on_hold_until_it_is_paid(any_shop: Shop) -> None:
    shop = any_shop
    shop.set_credit(DEALER, eur(500_00), 10)
    shop.stock(LAMP, "leith", 3)
    place(shop, "o-1")
    assert shop.codes(miss_terms.on("o-1")) == ["not_due"]
    deliver(shop, "o-1", "p-1")
    assert shop.codes(miss_terms.on("o-1")) == ["not_due"]
    shop.clock.at = MORNING + 10 * DAY

    shop.miss_terms("o-1")

    assert [one.ref.id for one in shop.held("terms_overdue")] == ["o-1"]
    assert shop.codes(miss_terms.on("o-1")) == ["already_there"]
    assert shop.due(MORNING + 40 * DAY) == [], "somebody knows"
    shop.pay("pay-1", eur(20_00), (("o-1", 20_00),))
    assert [one.ref.id for one in shop.held("terms_overdue")] == ["o-1"]
    shop.pay("pay-2", eur(40_00), (("o-1", 40_00),))
    assert list(shop.held("terms_overdue")) == []
    shop.assert_lawful()


def test_a_dealer_who_has_paid_is_neither_reminded_nor_overdue(shop: Shop) -> None:
    shop = shop.under(attrs.evolve(shop.rules, remind_days=(5,)))
    shop.set_credit(DEALER, eur(500_00), 10)
    shop.stock(LAMP, "leith", 3)
    place(shop, "o-1")
    deliver(shop, "o-1", "p-1")

    shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))

    assert shop.reminders(MORNING + 6 * DAY) == []
    assert [one.call.verb for one in shop.due(MORNING + 40 * DAY)] == ["complete"]
    assert shop.codes(miss_terms.on("o-1")) == ["not_due"]


def test_a_customer_who_is_overdue_gets_nothing_more_on_account_until_he_has_paid(
    any_shop: Shop,
) -> None:
    any_shop.set_credit(DEALER, eur(500_00), 10)
    any_shop.stock(LAMP, "leith", 3)
    place(any_shop, "o-1")
    deliver(any_shop, "o-1", "p-1")
    place(any_shop, "o-2")
    any_shop.allocate("o-2")
    any_shop.clock.at = MORNING + 10 * DAY - timedelta(microseconds=1)
    assert any_shop.why_not(verbs.release.on("o-2", "d-2", "leith")) == ()

    any_shop.clock.at = MORNING + 10 * DAY

    (reason,) = any_shop.reasons(verbs.release.on("o-2", "d-2", "leith"))
    since = (MORNING + 10 * DAY).isoformat()
    assert str(reason) == f"customer d-1 owes 60.00 EUR that is overdue since {since}: o-1"
    assert any_shop.codes(verbs.place.on("o-3", wanted())) == ["credit_overdue"]
    assert any_shop.credit_standing("d-1", "EUR").overdue == 60_00
    any_shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))
    any_shop.release("o-2", "d-2", "leith")
    place(any_shop, "o-3")
    any_shop.assert_lawful()


def test_what_a_supplier_may_ship_for_one_who_is_overdue_is_not_bought(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(500_00), 10)
    shop.stock(LAMP, "leith", 1)
    place(shop, "o-1")
    deliver(shop, "o-1", "p-1")
    place(shop, "o-2")
    shop.plan_to_buy("o-2")
    shop.clock.at = MORNING + 10 * DAY

    assert shop.codes(verbs.purchase.on("b-1", ("o-2",), "acme")) == ["credit_overdue"]
    shop.purchase("b-1", ("o-2",), "acme", "leith")


def test_every_credit_of_which_something_is_overdue_is_listed(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 3)
    for customer in ("d-1", "d-2", "d-3"):
        any_shop.set_credit(credit_id(customer, "EUR"), eur(500_00), 10)
        any_shop.place(f"o-{customer}", attrs.evolve(wanted(), customer=customer))
    for customer in ("d-1", "d-3"):
        deliver(any_shop, f"o-{customer}", f"p-{customer}")
    any_shop.pay("pay-1", eur(20_00), (("o-d-1", 20_00),))
    any_shop.pay("pay-3", eur(60_00), (("o-d-3", 60_00),))
    assert any_shop.overdue() == ()

    any_shop.clock.at = MORNING + 10 * DAY

    (late,) = any_shop.overdue()
    assert (late.line.customer, late.overdue, late.owed) == ("d-1", 40_00, 40_00)


def test_what_is_paid_before_it_goes_out_asks_for_no_credit(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(500_00), 10)
    shop.stock(LAMP, "leith", 2)
    place(shop, "o-1")
    deliver(shop, "o-1", "p-1")
    place(shop, "o-2")
    shop.pay("pay-2", eur(60_00), (("o-2", 60_00),))
    shop.clock.at = MORNING + 20 * DAY

    deliver(shop, "o-2", "p-2")

    assert shop.order("o-2").pay_by == MORNING + 30 * DAY


def test_what_is_taken_back_of_an_order_that_was_paid_keeps_its_day(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(500_00), 10)
    shop.stock(LAMP, "leith", 1)
    place(shop, "o-1")
    shop.pay("pay-1", eur(60_00), (("o-1", 60_00),))
    deliver(shop, "o-1", "p-1")
    shop.clock.at = MORNING + 20 * DAY

    shop.charge_back("pay-1", eur(60_00), "o-1")

    assert shop.codes(verbs.place.on("o-2", wanted())) == ["credit_overdue"]


def test_many_overdue_orders_are_told_by_the_first_of_them(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(500_00), 0)
    shop.stock(LAMP, "leith", 7)
    for i in range(7):
        place(shop, f"o-{i}", "1.00")
        shop.allocate(f"o-{i}")
    shop.clock.at = MORNING - DAY  # so that none is overdue before all are out
    for i in range(7):
        shop.clock.at = MORNING - DAY
        shop.pack_up(f"o-{i}", f"p-{i}")
    for i in range(7):
        shop.clock.at = MORNING + (7 - i) * DAY
        shop.hand_over(f"p-{i}")
    shop.clock.at = MORNING + 9 * DAY

    (reason,) = shop.reasons(verbs.place.on("o-9", wanted("1.00")))

    figures = dict(reason.facts)
    assert figures["overdue"] == 7_00
    assert figures["orders"] == "o-6, o-5, o-4, o-3, o-2, …"
    assert figures["since"] == (MORNING + DAY).isoformat()


# --- blocked by hand ------------------------------------------------------------------------------


def test_a_credit_that_is_held_lets_nothing_more_out_until_the_hold_is_lifted(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(500_00))
    shop.hold_credit(DEALER, "insolvent", "in the papers")

    (reason,) = shop.why_not(verbs.place.on("o-1", wanted()))

    assert reason.code == "on_hold"
    assert [remedy.verb for remedy in reason.remedies] == ["lift_credit_hold"]
    shop.apply(reason.remedies[0])
    place(shop, "o-1")
    shop.set_credit(DEALER, eur(400_00))
    assert shop.credit_line("d-1", "EUR") == CreditLine(
        shop.credit_line("d-1", "EUR").ref, "d-1", "EUR", 400_00, 30
    )


def test_a_hold_outlives_a_new_limit(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(500_00))
    shop.hold_credit(DEALER, "insolvent", "in the papers")

    shop.set_credit(DEALER, eur(600_00))

    assert shop.codes(verbs.place.on("o-1", wanted())) == ["on_hold"]
    shop.assert_lawful()


@pytest.mark.parametrize("id", ("d-1", "/EUR", "d-1/USD", "d-1/eur", "EUR"))
def test_a_credit_is_named_by_its_customer_and_currency(shop: Shop, id: str) -> None:
    assert shop.cannot_take(verbs.set_credit.on(id, eur(1_00))) == "id"


def test_what_costs_nothing_asks_for_no_credit(shop: Shop) -> None:
    place(shop, "o-1", "0.00")

    assert shop.order("o-1").state is OrderState.CONFIRMED


def test_what_is_owed_is_counted_as_no_goods(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    shop.stock(LAMP, "leith", 1)
    place(shop, "o-1")
    shop.reserve("o-1")

    (claims,) = [law for law in audit(shop.store) if law.name == "claims"]

    assert claims.figure.startswith("1 units in 2 claims at 2 positions")
    assert [row.position.sku for row in shop.standing()] == ["BRASS-LAMP"]


# --- checked -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    (
        ({"pools": ()}, "claims 0 on account and owes 6000"),
        ({"pools": (PoolClaim(POOL, 59_00),)}, "claims 5900 on account and owes 6000"),
        ({"on_account": False}, "claims 6000 on account and owes 0"),
        ({"customer": "d-2"}, f"claims 6000 of {POOL}, which is not its own"),
        ({"pay_by": MORNING}, "owes 6000 on account for None, it is payable by"),
        ({"coupons": ()}, "claims 1 of coupon uses:SPRING, which is not its own"),
        ({"state": OrderState.CANCELLED}, "uses coupon SPRING, and has ended before anything left"),
        ({"pools": (PoolClaim("coupon uses:SPRING", 2),)}, "uses coupon SPRING 2 times"),
        ({"pools": (PoolClaim("first-orders", 1),)}, "claims 1 of first-orders, which is not"),
    ),
)
def test_a_check_finds_an_order_that_claims_what_it_does_not_owe(
    shop: Shop, changed: dict[str, Any], said: str
) -> None:
    shop.set_credit(DEALER, eur(100_00))
    shop.set_coupon("SPRING", 9)
    place(shop, "o-1", coupons=("SPRING",))
    order = shop.order("o-1")
    assert list(whole_breaches(order)) == []

    found = list(whole_breaches(attrs.evolve(order, **changed)))

    assert any(said in one for one in found), found


# --- what goes out for it -------------------------------------------------------------------------


def test_what_goes_out_in_exchange_is_on_account_as_the_old_order_is(shop: Shop) -> None:
    shop.set_credit(DEALER, eur(100_00))
    shop.stock(LAMP, "leith", 1)
    place(shop, "o-1")
    deliver(shop, "o-1", "p-1")
    again = (line("1", BELL, 1, "90.00"),)
    shop.ask_exchange("x-1", "o-1", "r-1", (("1", 1),), again)
    shop.approve_exchange("x-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    shop.send_replacement("x-1", "o-2")

    assert shop.order("o-2").state is OrderState.CONFIRMED
    assert owed(shop) == 90_00
    shop.assert_lawful()


@pytest.mark.feature("F183")
def test_what_a_dealer_paid_for_goods_that_came_back_pays_what_is_overdue(any_shop: Shop) -> None:
    any_shop.set_credit(DEALER, eur(200_00), 10)
    any_shop.stock(LAMP, "leith", 2)
    for order, parcel in (("o-1", "p-1"), ("o-2", "p-2")):
        place(any_shop, order)
        deliver(any_shop, order, parcel)
    any_shop.pay("pay-1", eur(60_00), (("o-1", 60_00),), "bank transfer", "d-1")
    any_shop.ask_return("r-1", "o-1", (("1", 1),))
    any_shop.receive_return("r-1", "leith")
    any_shop.inspect("r-1")
    any_shop.clock.forward(days=10)
    assert any_shop.codes(verbs.place.on("o-3", wanted("1.00"))) == ["credit_overdue"]

    any_shop.apply_payment("pay-1", (("o-2", 60_00),))

    assert any_shop.overdue() == ()
    assert "miss_terms" not in {one.call.verb for one in any_shop.due(any_shop.clock.at)}
    place(any_shop, "o-3", "1.00")
    any_shop.assert_lawful()
