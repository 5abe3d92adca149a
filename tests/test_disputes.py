from __future__ import annotations

import pytest

from orderflow import Instalment, Notice, verbs
from orderflow.adapters.gateways import ScriptedGateway, send_open
from orderflow.pricing import due
from tests.builders import BELL, LAMP, MORNING, Shop, eur, new_order


def codes(shop: Shop, order: str) -> list[str]:
    return [hold.code for hold in shop.order(order).holds]


@pytest.fixture
def taken_back(any_shop: Shop) -> Shop:
    """A paid order on the shelf, of which the payer's bank has taken all money back."""
    any_shop.stock(LAMP, "leith", 3)
    any_shop.sell("o-17", (LAMP, 2))
    any_shop.allocate("o-17")
    any_shop.charge_back("pay-o-17", eur(2000), "o-17")
    return any_shop


# --- goods that stay ------------------------------------------------------------------------------


@pytest.mark.feature("F183")
def test_goods_whose_money_a_bank_has_taken_back_do_not_go_out(taken_back: Shop) -> None:
    said = taken_back.refuses(verbs.release.on("o-17", "d-1"))

    assert said == (
        "order o-17 is on hold: charged_back (the payer's bank has taken its money back)"
    )
    assert due(taken_back.order("o-17")) == 2000
    taken_back.assert_lawful()


def test_a_packed_parcel_stays_too(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 3)
    any_shop.sell("o-17", (LAMP, 2))
    any_shop.allocate("o-17")
    any_shop.pack_up("o-17", "p-1")

    any_shop.charge_back("pay-o-17", eur(2000), "o-17")

    assert any_shop.codes(verbs.hand_over.on("p-1")) == ["on_hold"]


def test_all_orders_stay_of_a_payment_of_which_more_is_gone_than_none_had_used(shop: Shop) -> None:
    for order in ("o-17", "o-18"):
        shop.place(order, new_order((LAMP, 1)))
    shop.pay("pay-1", eur(3000), (("o-17", 1000), ("o-18", 1000)))

    shop.charge_back("pay-1", eur(1000))
    assert codes(shop, "o-17") == codes(shop, "o-18") == []
    shop.charge_back("pay-1", eur(1))

    assert codes(shop, "o-17") == codes(shop, "o-18") == ["charged_back"]


def test_an_order_that_was_not_named_goes_on(shop: Shop) -> None:
    for order in ("o-17", "o-18"):
        shop.place(order, new_order((LAMP, 1)))
    shop.pay("pay-1", eur(1500), (("o-17", 1000), ("o-18", 500)))

    shop.charge_back("pay-1", eur(1000), "o-17")

    assert (codes(shop, "o-17"), codes(shop, "o-18")) == (["charged_back"], [])


def test_goods_that_have_left_are_held_by_nobody(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))

    shop.charge_back("pay-o-17", eur(1000), "o-17")

    assert codes(shop, "o-17") == []


@pytest.mark.parametrize("asked", (0, 1000, 1999, 2000))
def test_an_order_at_the_door_goes_out_when_all_that_it_owes_is_asked_there(
    shop: Shop, asked: int
) -> None:
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    shop.pay("pay-1", eur(1000), (("o-17", 1000),))

    shop.charge_back("pay-1", eur(1000), "o-17")
    assert codes(shop, "o-17") == ["charged_back"]
    if asked:
        shop.expect_cash("pay-2", "o-17", eur(asked))

    assert codes(shop, "o-17") == ([] if asked == 2000 else ["charged_back"])


def test_an_order_at_the_door_stays_where_more_is_gone_than_none_had_used(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))

    shop.charge_back("pay-1", eur(1000))

    assert codes(shop, "o-17") == ["charged_back"]


def test_money_of_an_instalment_that_is_not_due_yet_keeps_no_goods(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    later = MORNING.replace(month=5)
    shop.agree_plan("o-17", (Instalment(500, MORNING), Instalment(1500, later)))
    shop.pay("pay-1", eur(1000), (("o-17", 1000),))

    shop.charge_back("pay-1", eur(500), "o-17")
    assert codes(shop, "o-17") == []
    shop.charge_back("pay-1", eur(1), "o-17")

    assert codes(shop, "o-17") == ["charged_back"]


# --- goods that may go again ----------------------------------------------------------------------


@pytest.mark.feature("F183")
def test_goods_go_when_they_are_paid_in_another_way(taken_back: Shop) -> None:
    taken_back.pay("pay-2", eur(1999), (("o-17", 1999),))
    assert codes(taken_back, "o-17") == ["charged_back"]

    taken_back.pay("pay-3", eur(1), (("o-17", 1),))

    assert codes(taken_back, "o-17") == []
    taken_back.release("o-17", "d-1")
    taken_back.assert_lawful()


def test_an_order_that_was_not_confirmed_yet_is_when_its_money_has_come_again(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.pay("pay-1", eur(600), (("o-17", 600),))
    shop.charge_back("pay-1", eur(600), "o-17")

    shop.pay("pay-2", eur(1000), (("o-17", 1000),))

    assert (shop.order("o-17").state, codes(shop, "o-17")) == ("confirmed", [])


def test_money_that_comes_for_what_a_bank_has_kept_lets_goods_go(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))
    shop.charge_back("pay-o-17", eur(1000))
    shop.settle_dispute("pay-o-17", won=False)
    assert codes(shop, "o-17") == ["charged_back"]

    shop.record_notice("pay-o-17", Notice.CAPTURED, eur(1000))

    assert codes(shop, "o-17") == []


def test_money_that_was_won_lets_the_goods_go_that_it_had_paid(taken_back: Shop) -> None:
    assert codes(taken_back, "o-17") == ["charged_back"]

    taken_back.settle_dispute("pay-o-17", won=True)

    assert codes(taken_back, "o-17") == []
    assert due(taken_back.order("o-17")) == 0
    taken_back.assert_lawful()


def test_a_dispute_about_no_order_lets_goods_go_when_it_is_won(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))
    shop.charge_back("pay-o-17", eur(1000))
    assert codes(shop, "o-17") == ["charged_back"]

    shop.settle_dispute("pay-o-17", won=True)

    assert codes(shop, "o-17") == []
    shop.assert_lawful()


def test_a_dispute_that_is_lost_leaves_it_to_a_person_whether_goods_go(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")
    shop.charge_back("pay-o-17", eur(1000))
    shop.settle_dispute("pay-o-17", won=False)

    (refusal,) = shop.why_not(verbs.release.on("o-17", "d-1"))
    (remedy,) = refusal.remedies

    shop.apply(remedy)
    shop.release("o-17", "d-1")
    shop.assert_lawful()


def test_goods_that_cost_no_more_than_what_is_left_may_go(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1), (BELL, 1))
    shop.charge_back("pay-o-17", eur(4550), "o-17")

    shop.cancel("o-17", (("2", 1),))

    assert due(shop.order("o-17")) == 0
    assert codes(shop, "o-17") == []


def test_an_order_all_of_whose_goods_were_cancelled_is_on_hold_no_more(taken_back: Shop) -> None:
    taken_back.cancel("o-17")

    assert codes(taken_back, "o-17") == []


def test_nobody_sets_by_hand_a_hold_that_is_lifted_by_itself(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))

    for code in ("charged_back", "instalment_overdue"):
        assert shop.cannot_take(verbs.hold.on("o-17", code, "the bank has asked")) == "code"


# --- goods that are sent anew ---------------------------------------------------------------------


def lose_and_ask_anew(shop: Shop, *, on_account: bool = False) -> None:
    """Two lamps for 20.00 were lost, and are asked for anew."""
    shop.stock(LAMP, "leith", 9)
    if on_account:
        shop.place("o-17", new_order((LAMP, 2), on_account=True))
    else:
        shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.lose("p-1")
    shop.ask_reissue("x-1", "o-17", (("1", 2),), "lost")


@pytest.mark.feature("F183")
@pytest.mark.parametrize("bank_first", (False, True), ids=("approved first", "bank first"))
def test_goods_are_not_sent_anew_while_a_bank_has_their_money(
    any_shop: Shop, *, bank_first: bool
) -> None:
    lose_and_ask_anew(any_shop)
    if not bank_first:
        any_shop.approve_reissue("x-1", "o-18")
    any_shop.charge_back("pay-o-17", eur(2000), "o-17")
    if bank_first:
        any_shop.approve_reissue("x-1", "o-18")

    assert (codes(any_shop, "o-17"), codes(any_shop, "o-18")) == ([], ["charged_back"])
    assert any_shop.codes(verbs.allocate.on("o-18")) == ["on_hold"]
    any_shop.settle_dispute("pay-o-17", won=False)
    assert codes(any_shop, "o-18") == ["charged_back"], "what they cost is owed still"
    any_shop.pay("pay-2", eur(2000), (("o-17", 2000),))
    assert codes(any_shop, "o-18") == []
    any_shop.assert_lawful()


def test_goods_sent_anew_stay_too_where_more_is_gone_than_no_order_had_used(shop: Shop) -> None:
    lose_and_ask_anew(shop)
    shop.approve_reissue("x-1", "o-18")

    shop.charge_back("pay-o-17", eur(2000))

    assert codes(shop, "o-18") == ["charged_back"]
    shop.settle_dispute("pay-o-17", won=True)
    assert codes(shop, "o-18") == []


def test_what_was_lost_twice_is_the_goods_of_the_order_that_was_paid(shop: Shop) -> None:
    lose_and_ask_anew(shop)
    shop.approve_reissue("x-1", "o-18")
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.lose("p-2")
    shop.ask_reissue("x-2", "o-18", (("1", 2),), "lost")
    shop.approve_reissue("x-2", "o-19")

    shop.charge_back("pay-o-17", eur(2000), "o-17")

    assert (codes(shop, "o-18"), codes(shop, "o-19")) == ([], ["charged_back"])
    shop.pay("pay-2", eur(2000), (("o-17", 2000),))
    assert codes(shop, "o-19") == []


def test_what_is_sent_anew_of_a_paid_order_goes_out(shop: Shop) -> None:
    lose_and_ask_anew(shop)
    shop.approve_reissue("x-1", "o-18")
    shop.allocate("o-18")

    shop.release("o-18", "d-2")

    assert codes(shop, "o-18") == []


@pytest.mark.feature("F183")
def test_a_dealer_who_is_overdue_is_sent_nothing_anew_until_he_has_paid(shop: Shop) -> None:
    shop.set_credit("c-7/EUR", eur(9000), 10)
    lose_and_ask_anew(shop, on_account=True)
    shop.approve_reissue("x-1", "o-18")
    shop.allocate("o-18")
    shop.clock.forward(days=11)

    assert shop.codes(verbs.release.on("o-18", "d-2")) == ["credit_overdue"]

    shop.pay("pay-1", eur(2000), (("o-17", 2000),))
    shop.release("o-18", "d-2")


# --- refunds that nobody has sent -----------------------------------------------------------------


def captured_by_gateway(shop: Shop) -> ScriptedGateway:
    gateway = ScriptedGateway("stirling", shop.clock)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.await_payment("pay-1", eur(3000), "card", "c-7", None, (("o-17", 3000),))
    shop.ask_capture("pay-1")
    send_open(shop, gateway, shop.clock.at)
    shop.cancel("o-17")
    return gateway


@pytest.mark.feature("F183")
@pytest.mark.parametrize("won", (True, False))
def test_a_refund_is_not_sent_when_the_bank_has_taken_its_money_back(
    any_shop: Shop, won: bool
) -> None:
    shop = any_shop
    gateway = captured_by_gateway(shop)
    shop.ask_refund("o-17")

    payment = shop.charge_back("pay-1", eur(3000), "o-17").document
    assert (payment.refunded, payment.charged_back, payment.unapplied) == (0, 3000, 0)
    assert send_open(shop, gateway, shop.clock.at) == ()
    shop.settle_dispute("pay-1", won)

    (said,) = [hold.reason for hold in payment.holds if hold.code == "refund_failed"]
    assert said.startswith("the payer's bank takes money back, so nobody has sent 30.00 EUR")
    left = [one.code for one in shop.why_not(verbs.pay_back.on("pay-1"))]
    assert left == ([] if won else ["nothing_to_pay_back"])
    assert due(shop.order("o-17")) == 0
    shop.assert_lawful()


def test_a_refund_stays_asked_for_where_the_bank_takes_other_money(any_shop: Shop) -> None:
    shop = any_shop
    gateway = captured_by_gateway(shop)
    shop.ask_refund("o-17", eur(1000))

    shop.charge_back("pay-1", eur(2000), "o-17")
    (sent,) = send_open(shop, gateway, shop.clock.at)

    assert sent.answer is not None
    payment = shop.payment("pay-1")
    assert (payment.refunded, payment.charged_back, payment.unapplied) == (1000, 2000, 0)
    shop.assert_lawful()


@pytest.mark.feature("F183")
@pytest.mark.parametrize(("kept", "state"), ((1000, "part refunded"), (3000, "refunded")))
def test_money_that_a_bank_had_kept_before_it_came_is_gone_when_it_comes(
    any_shop: Shop, kept: int, state: str
) -> None:
    any_shop.place("o-17", new_order((LAMP, 3)))
    any_shop.await_payment("pay-1", eur(3000), "card", orders=(("o-17", 3000),))
    any_shop.charge_back("pay-1", eur(kept))
    any_shop.settle_dispute("pay-1", won=False)

    any_shop.record_notice("pay-1", Notice.CAPTURED, eur(3000), "e-1")

    payment = any_shop.payment("pay-1")
    assert (payment.state, payment.applied) == (state, 3000 - kept)
    assert due(any_shop.order("o-17")) == kept
    any_shop.assert_lawful()
