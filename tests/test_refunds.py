from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import ChargeKind, Money, NewCharge, StoredKind
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import Verdict
from orderflow.facts import Noted
from orderflow.pricing import due
from orderflow.records import Outcome, Tender
from orderflow.refunds import ask_pay_back, ask_refund, owed_back, pay_back, refund
from orderflow.states import PaymentState
from tests.builders import LAMP, Shop, assert_laws, eur, line, new_order

DISCOUNT, TAX, FREIGHT = ChargeKind.DISCOUNT, ChargeKind.TAX, ChargeKind.FREIGHT


@pytest.mark.feature("F230", "F231")
def test_what_was_cancelled_after_payment_is_paid_back(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.cancel("o-17", (("1", 2),))
    assert owed_back(shop.order("o-17")) == 2000

    order = shop.refund("o-17").document

    assert owed_back(order) == 0
    assert order.tenders == (Tender("pay-o-17", 1000),)
    payment = shop.payment("pay-o-17")
    assert (payment.refunded, payment.state) == (2000, PaymentState.PART_REFUNDED)


@pytest.mark.feature("F097")
def test_an_order_that_changes_is_paid_further_or_paid_back(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 2))

    shop.adjust("o-17", NewCharge(ChargeKind.FEE, 300, reason="gift wrapping"))
    assert due(shop.order("o-17")) == 300
    shop.pay("more", eur(300), (("o-17", 300),))
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")

    assert due(shop.order("o-17")) == 0
    states = [shop.payment(id).state for id in ("pay-o-17", "more")]
    assert states == [PaymentState.PART_REFUNDED, PaymentState.CAPTURED]


def test_a_smaller_amount_may_be_paid_back_and_the_rest_later(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))
    shop.cancel("o-17")

    shop.refund("o-17", eur(300))

    assert shop.refuses(refund.on("o-17", eur(701))) == (
        "7.01 EUR asked back, 7.00 owed to order o-17"
    )
    shop.refund("o-17", eur(700))
    assert shop.payment("pay-o-17").state is PaymentState.REFUNDED
    assert shop.refuses(refund.on("o-17")) == "nothing is owed back on order o-17"


@pytest.mark.feature("F183")
def test_no_more_is_paid_back_than_is_owed(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))

    assert shop.refuses(refund.on("o-17")) == "nothing is owed back on order o-17"
    assert shop.refuses(refund.on("o-17", eur(1))) == "0.01 EUR asked back, 0.00 owed to order o-17"


def test_money_goes_back_to_the_payments_in_the_order_in_which_they_came(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.cancel("o-17", (("1", 2),))

    shop.refund("o-17")

    assert shop.payment("card").refunded == 1200
    assert shop.payment("bank").refunded == 800


def test_money_goes_back_to_a_named_payment_but_never_more_than_it_had_paid(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.cancel("o-17", (("1", 2),))

    assert shop.refuses(refund.on("o-17", None, "card")) == (
        "order o-17: 20.00 EUR to go back, 12.00 left of card"
    )
    assert shop.refuses(refund.on("o-17", eur(5), "cash")) == (
        "payment cash has paid nothing of order o-17"
    )
    shop.refund("o-17", eur(1800), "bank")
    assert shop.payment("bank").refunded == 1800


def test_money_of_another_order_on_the_same_payment_is_left_alone(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.place("o-18", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(3000), (("o-17", 1000), ("o-18", 2000)))
    shop.cancel("o-17")

    shop.refund("o-17")

    assert shop.payment("pay-1").refunded == 1000
    assert shop.order("o-18").applied == 2000


def by_card(shop: Shop, id: str, amount: int, *orders: tuple[str, int]) -> None:
    """A payment that comes by a gateway."""
    shop.await_payment(id, eur(amount), "card", "c-7", None, orders)
    shop.ask_capture(id)
    shop.record_answer(id, "capture-1", Outcome.DONE, event=f"done-{id}")


@pytest.mark.feature("F183", "F231")
def test_a_gateway_is_asked_for_what_came_by_it_and_the_rest_is_owed_still(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 3)))
    by_card(shop, "card", 1200, ("o-17", 1200))
    shop.pay("cash", eur(1800), (("o-17", 1800),))
    shop.cancel("o-17")

    assert shop.refuses(ask_refund.on("o-17", eur(1300))) == (
        "payment cash: 1.00 EUR came by no gateway, so none can pay it back"
    )
    shop.ask_refund("o-17")

    assert owed_back(shop.order("o-17")) == 1800
    (asked,) = [one for one in shop.payment("card").requests if one.outcome is Outcome.PENDING]
    assert asked.amount == 1200
    assert shop.codes(ask_refund.on("o-17")) == ["not_by_gateway"]
    shop.record_answer("card", asked.id, Outcome.FAILED)
    assert owed_back(shop.order("o-17")) == 3000  # what it does not pay back is owed again
    shop.refund("o-17")
    assert [shop.payment(id).refunded for id in ("card", "cash")] == [1200, 1800]


@pytest.mark.feature("F183")
def test_money_that_no_order_has_used_is_asked_of_the_gateway_it_came_by(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1)))
    by_card(shop, "card", 2500, ("o-17", 1000))
    shop.pay("cash", eur(700), ())

    assert shop.refuses(pay_back.on("card", eur(1501))) == (
        "payment card: 15.01 EUR to pay back, 15.00 that no order has used"
    )
    assert shop.codes(ask_pay_back.on("cash")) == ["not_by_gateway"]
    shop.ask_pay_back("card", eur(500))
    shop.pay_back("card")
    shop.pay_back("cash", eur(700))

    assert (shop.payment("card").refunded, shop.payment("cash").refunded) == (1500, 700)
    assert shop.codes(pay_back.on("card")) == ["nothing_to_pay_back"]


@pytest.mark.feature("F183")
def test_money_that_no_order_has_used_goes_onto_a_balance_or_to_an_account(any_shop: Shop) -> None:
    shop = any_shop
    shop.open_stored_value("purse", StoredKind.STORED_VALUE, "EUR", 0, "c-7")
    by_card(shop, "card", 2500)
    shop.pay("cash", eur(700), ())

    shop.pay_back("card", eur(500), to="purse")
    shop.pay_back("cash", eur(200), payee="account-c-7")

    assert shop.balance("purse") == 500
    assert (shop.payment("card").unapplied, shop.payment("card").credited) == (2000, 500)
    payment = shop.payment("cash")
    assert (payment.unapplied, payment.refunded) == (500, 200)
    (told,) = [
        dict(fact.details)
        for entry in shop.store.entries()
        for fact in entry.facts
        if isinstance(fact, Noted) and fact.what == "transferred"
    ]
    assert told == {"amount": 200, "payee": "account-c-7"}

    shop.ask_pay_back("card")  # all that came by its gateway and is there still
    (asked,) = [one for one in shop.payment("card").requests if one.outcome is Outcome.PENDING]
    assert asked.amount == 2000
    assert shop.refuses(pay_back.on("card")) == ("payment card has nothing that could be paid back")
    assert shop.cannot_take(pay_back.on("cash", eur(100), to=" ")) == "to"
    assert shop.cannot_take(pay_back.on("cash", eur(100), payee=" ")) == "payee"
    assert shop.cannot_take(pay_back.on("cash", Money(100, "USD"))) == "amount"


@pytest.mark.feature("F183")
def test_money_that_a_bank_has_taken_back_is_not_refunded_a_second_time(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))
    shop.charge_back("pay-o-17", eur(1000))
    shop.cancel("o-17")
    assert owed_back(shop.order("o-17")) == 1000

    said = "order o-17: 10.00 EUR to go back, 0.00 left of pay-o-17"
    assert shop.refuses(refund.on("o-17")) == said
    assert shop.codes(refund.on("o-17", eur(1), "pay-o-17")) == ["over_left"]
    assert shop.codes(pay_back.on("pay-o-17")) == ["nothing_to_pay_back"]

    shop.settle_dispute("pay-o-17", won=True)
    shop.refund("o-17")
    payment = shop.payment("pay-o-17")
    assert (payment.captured, payment.refunded, payment.charged_back) == (1000, 1000, 0)


@pytest.mark.feature("F183")
def test_two_orders_on_one_payment_are_refunded_what_a_bank_has_left_of_it(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.place("o-18", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(3000), (("o-17", 1000), ("o-18", 2000)))
    shop.charge_back("pay-1", eur(1500))
    shop.cancel("o-17")
    shop.cancel("o-18")

    shop.refund("o-17")

    said = "order o-18: 20.00 EUR to go back, 5.00 left of pay-1"
    assert shop.refuses(refund.on("o-18")) == said
    shop.refund("o-18", eur(500))
    payment = shop.payment("pay-1")
    assert (payment.refunded, payment.charged_back, payment.captured) == (1500, 1500, 3000)
    assert shop.codes(refund.on("o-18")) == ["over_left"]


@pytest.mark.feature("F183")
def test_a_refund_takes_from_each_payment_what_is_left_of_it(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.charge_back("card", eur(900))
    shop.cancel("o-17", (("1", 2),))

    shop.refund("o-17")

    assert [shop.payment(id).refunded for id in ("card", "bank")] == [300, 1700]


def test_money_that_is_lost_to_a_bank_is_owed_on_no_cancelled_order(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))
    shop.charge_back("pay-o-17", eur(1000))
    shop.cancel("o-17")

    payment = shop.settle_dispute("pay-o-17", won=False).document

    assert (owed_back(shop.order("o-17")), shop.order("o-17").applied) == (0, 0)
    assert (payment.unapplied, payment.refunded, payment.charged_back) == (0, 0, 1000)
    assert payment.state is PaymentState.REFUNDED
    assert shop.codes(refund.on("o-17")) == ["nothing_owed"]
    shop.assert_lawful()


def test_what_is_given_up_after_the_loss_was_paid_back_by_the_bank(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    shop.charge_back("pay-o-17", eur(1000))
    shop.settle_dispute("pay-o-17", won=False)
    assert due(shop.order("o-17")) == 0, "the loss belongs to the payment"
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    shop.refund("o-17")

    payment = shop.payment("pay-o-17")
    assert (payment.unapplied, payment.refunded, payment.charged_back) == (0, 0, 1000)
    shop.complete("o-17")
    shop.assert_lawful()


def test_what_the_bank_has_paid_back_is_not_sent_from_another_payment(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.charge_back("card", eur(900))
    shop.settle_dispute("card", won=False)
    shop.cancel("o-17", (("1", 2),))

    shop.refund("o-17")

    assert [shop.payment(id).refunded for id in ("card", "bank")] == [300, 800]
    assert due(shop.order("o-17")) == 0


def test_a_loss_is_borne_by_the_orders_that_owe_and_no_further(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.place("o-18", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(3000), (("o-17", 1000), ("o-18", 2000)))
    shop.charge_back("pay-1", eur(1500))
    shop.cancel("o-17")

    shop.settle_dispute("pay-1", won=False)

    assert [shop.order(id).applied for id in ("o-17", "o-18")] == [0, 2000]
    assert shop.payment("pay-1").unapplied == -500
    shop.cancel("o-18")
    shop.refund("o-18")
    payment = shop.payment("pay-1")
    assert (payment.refunded, payment.charged_back, payment.captured) == (1500, 1500, 3000)
    assert (payment.unapplied, payment.applied) == (0, 0)
    shop.assert_lawful()


def test_money_that_is_in_dispute_again_is_not_lost_yet(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("pay-1", eur(3000), (("o-17", 3000),))
    shop.charge_back("pay-1", eur(1000))
    shop.settle_dispute("pay-1", won=False)
    shop.charge_back("pay-1", eur(1500))
    shop.cancel("o-17")

    said = "order o-17: 30.00 EUR to go back, 15.00 left of pay-1"
    assert shop.refuses(refund.on("o-17")) == said
    shop.settle_dispute("pay-1", won=True)
    shop.refund("o-17")
    payment = shop.payment("pay-1")
    assert (payment.refunded, payment.charged_back, payment.applied) == (2000, 1000, 0)


@pytest.mark.feature("F230", "F183")
@settings(max_examples=60)
@given(
    st.integers(1, 7),
    st.sampled_from(("0.01", "0.99", "3.33", "0.98765")),
    st.integers(0, 3),
    st.integers(0, 9),
    st.data(),
)
def test_any_sequence_of_partial_returns_ends_at_the_same_sum(
    n: int, price: str, discount: int, tax: int, data: st.DataObject
) -> None:
    shop = Shop(MemoryStore())
    shop.stock(LAMP, "leith", n)
    lamps = line("1", LAMP, n, price)
    worth = lamps.price.times(n)
    charges = (
        NewCharge(DISCOUNT, -min(discount, worth)),
        NewCharge(TAX, tax),
        NewCharge(FREIGHT, 5),
    )
    order = shop.sell("o-17", lamps, charges=charges)
    paid = order.applied
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    left, i = n, 0

    while left:
        k = data.draw(st.integers(1, left))
        shop.ask_return(f"r-{i}", "o-17", (("1", k),))
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}", (("1", k, data.draw(st.sampled_from(list(Verdict)[:3]))),))
        back = owed_back(shop.order("o-17"))
        assert back >= 0
        if back:
            shop.refund("o-17")
        left, i = left - k, i + 1

    assert due(shop.order("o-17")) == 0
    assert shop.order("o-17").applied == 5, "the freight is kept, since nothing was cancelled"
    refunded = sum(shop.payment(t.payment).refunded for t in shop.order("o-17").tenders)
    assert refunded == paid - 5
    assert_laws(shop.store)
