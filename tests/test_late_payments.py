"""Money that comes when its payment or its order has ended: judged by when the payer has paid."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orderflow import BadInput, Rules
from orderflow.adapters.gateways import ScriptedGateway, send_open
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.payments import Notice, await_payment
from orderflow.pools import coupon_pool
from orderflow.records import Outcome, Payment, RequestKind
from orderflow.rules import ReserveWhen
from orderflow.states import OrderState, PaymentState, UnitState
from orderflow.values import Position
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, new_order

LIMIT = MORNING + timedelta(minutes=30)
IN_TIME = LIMIT - timedelta(seconds=1)
CLAIMS = Rules(locations=(LEITH,), reserve_when=ReserveWhen.PLACED)


def waiting(rules: Rules = CLAIMS, lamps: int = 3) -> Shop:
    """An order of three lamps that is to be paid in half an hour, over a gateway."""
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", lamps)
    shop.place("o-17", new_order((LAMP, 3), pay_by=LIMIT))
    shop.await_payment("pay-1", eur(3000), "wechat pay", "c-7", LIMIT, (("o-17", 3000),))
    return shop


def silence(shop: Shop) -> None:
    """An hour later everything that nobody has answered for has ended."""
    shop.clock.at = LIMIT + timedelta(minutes=30)
    for found in shop.due(shop.clock.at):
        shop.apply(found.call)
    assert shop.order("o-17").state is OrderState.EXPIRED
    assert shop.payment("pay-1").state is PaymentState.EXPIRED


def tell(shop: Shop, *, in_time: bool) -> Payment:
    paid_at = IN_TIME if in_time else LIMIT
    return shop.record_notice("pay-1", Notice.CAPTURED, eur(3000), "e-1", paid_at).document


def noted(shop: Shop, id: str) -> list[str]:
    entries = shop.store.entries(0, shop.order(id).ref)
    return [str(getattr(fact, "what", "")) for one in entries for fact in one.facts]


@pytest.mark.feature("F181")
def test_what_is_meant_for_an_order_pays_it_by_itself() -> None:
    shop = waiting()

    payment = tell(shop, in_time=True)

    order = shop.order("o-17")
    assert (payment.applied, order.state) == (3000, OrderState.CONFIRMED)


@pytest.mark.feature("F181")
def test_money_that_was_paid_in_time_lets_the_order_stand_again() -> None:
    shop = waiting()
    before = shop.order("o-17")
    silence(shop)
    assert shop.order("o-17").lines[0].count(UnitState.CANCELLED) == 3

    payment = tell(shop, in_time=True)

    order = shop.order("o-17")
    assert (payment.applied, payment.state) == (3000, PaymentState.CAPTURED)
    assert order.state is OrderState.CONFIRMED
    assert order.lines[0].count(UnitState.RESERVED) == 3
    assert order.lines[0].cuts == before.lines[0].cuts == ()
    assert shop.codes(await_payment.on("pay-2", eur(1), orders=(("o-17", 1),))) == ["overpaid"]
    shop.assert_lawful()


@pytest.mark.feature("F181", "F183")
def test_money_that_was_paid_too_late_goes_back_by_itself_and_is_noted_on_both() -> None:
    shop = waiting()
    silence(shop)

    payment = tell(shop, in_time=False)

    assert shop.order("o-17").state is OrderState.EXPIRED
    assert (payment.refunded, payment.refunding, payment.unapplied) == (3000, 3000, 0)
    assert "paid_late" in noted(shop, "o-17")
    gateway = ScriptedGateway("stirling", shop.clock)
    send_open(shop, gateway, shop.clock.at)
    assert gateway.moved(RequestKind.REFUND, "pay-1") == 3000
    assert shop.payment("pay-1").refunding == 0
    shop.assert_lawful()


@pytest.mark.feature("F183")
def test_money_in_time_goes_back_where_the_goods_are_gone() -> None:
    shop = waiting()
    silence(shop)
    shop.place("o-18", new_order((LAMP, 1)))

    payment = tell(shop, in_time=True)

    assert shop.order("o-17").state is OrderState.EXPIRED
    assert shop.order("o-17").lines[0].count(UnitState.CANCELLED) == 3
    assert (payment.refunding, payment.state) == (3000, PaymentState.REFUNDED)
    shop.assert_lawful()


def test_where_goods_are_reserved_by_hand_the_order_stands_without_them() -> None:
    shop = waiting(Rules(locations=(LEITH,)))
    silence(shop)

    tell(shop, in_time=True)

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.order("o-17").lines[0].count(UnitState.OPEN) == 3


def test_what_was_cancelled_before_the_order_expired_stays_cancelled() -> None:
    shop = waiting()
    shop.cancel("o-17", (("1", 1),))
    silence(shop)

    payment = tell(shop, in_time=True)

    order = shop.order("o-17")
    assert order.lines[0].count(UnitState.CANCELLED) == 1
    assert order.lines[0].count(UnitState.RESERVED) == 2
    assert (payment.applied, payment.unapplied) == (2000, 1000)
    assert [hold.code for hold in payment.holds] == ["overpaid"]
    shop.assert_lawful()


def test_the_answer_to_a_capture_is_judged_as_a_notice_is() -> None:
    shop = waiting()
    shop.ask_capture("pay-1")
    silence(shop)

    payment = shop.record_answer("pay-1", "capture-1", Outcome.DONE, paid_at=IN_TIME).document

    assert (payment.applied, shop.order("o-17").state) == (3000, OrderState.CONFIRMED)


def test_money_for_an_order_that_was_cancelled_meanwhile_goes_back_by_itself() -> None:
    shop = waiting()
    shop.cancel("o-17")

    payment = tell(shop, in_time=True)

    assert (payment.refunding, payment.unapplied) == (3000, 0)
    assert "paid_late" in noted(shop, "o-17")


def test_money_of_a_payment_that_was_voided_is_not_wanted() -> None:
    shop = waiting()
    shop.void_payment("pay-1", "paid in another way")

    assert tell(shop, in_time=True).refunding == 3000


def test_a_hold_keeps_money_that_would_go_back_and_asks_a_person() -> None:
    shop = waiting()
    silence(shop)
    shop.hold_payment("pay-1", "fraud", "whose card is it?", ("refund",))

    payment = tell(shop, in_time=False)

    assert (payment.unapplied, payment.refunding) == (3000, 0)
    assert [hold.code for hold in payment.holds] == ["fraud", "paid_late"]


def test_each_order_of_one_payment_is_judged_by_itself() -> None:
    shop = Shop(MemoryStore(), CLAIMS)
    shop.stock(LAMP, "leith", 3)
    shop.place("o-1", new_order((LAMP, 1), pay_by=LIMIT))
    shop.place("o-2", new_order((LAMP, 2), pay_by=LIMIT + timedelta(days=1)))
    shop.await_payment("pay-1", eur(3000), expires_at=None, orders=(("o-1", 1000), ("o-2", 2000)))
    shop.clock.at = LIMIT
    shop.expire("o-1")

    payment = tell(shop, in_time=False)

    assert [shop.order(id).state for id in ("o-1", "o-2")] == ["expired", "confirmed"]
    assert (payment.applied, payment.refunding) == (2000, 1000)
    shop.assert_lawful()


def test_what_is_meant_must_fit_the_payment_and_its_orders() -> None:
    shop = waiting()

    assert shop.codes(await_payment.on("pay-2", eur(9000), orders=(("o-17", 3001),))) == [
        "overpaid"
    ]
    with pytest.raises(BadInput, match="no more than the amount"):
        shop.await_payment("pay-2", eur(10), orders=(("o-17", 11),))


def test_an_order_stands_again_on_a_file_too(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "late.sqlite") as store:
        shop = Shop(store, CLAIMS)
        shop.stock(LAMP, "leith", 3)
        shop.place("o-17", new_order((LAMP, 3), pay_by=LIMIT))
        shop.await_payment("pay-1", eur(3000), "", "", LIMIT, (("o-17", 3000),))
        silence(shop)

        tell(shop, in_time=True)

        assert shop.order("o-17").state is OrderState.CONFIRMED
        shop.assert_lawful()


@pytest.mark.parametrize("gone", (False, True))
def test_an_order_that_stands_again_uses_its_coupon_again_if_a_use_is_left(*, gone: bool) -> None:
    shop = Shop(MemoryStore(), CLAIMS)
    shop.stock(LAMP, "leith", 2)
    shop.set_coupon("SPRING-10", 1, until=LIMIT)
    shop.place("o-17", new_order((LAMP, 1), pay_by=LIMIT, coupons=("SPRING-10",)))
    shop.await_payment("pay-1", eur(1000), "alipay", "c-7", LIMIT, (("o-17", 1000),))
    pool = Position(coupon_pool("SPRING-10"))
    silence(shop)
    assert shop.counter(pool).claimed == 0
    if gone:
        shop.set_coupon("SPRING-10", 1)
        shop.place("o-18", new_order((LAMP, 1), coupons=("SPRING-10",)))

    payment = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "e-1", IN_TIME).document

    assert shop.counter(pool).claimed == 1
    assert (shop.order("o-17").state is OrderState.EXPIRED) is gone
    assert payment.refunding == (1000 if gone else 0)
    shop.assert_lawful()


# --- a balance that is told of when its deposit was forfeited -------------------------------------


def forfeited(rules: Rules = CLAIMS, lamps: int = 3) -> Shop:
    """An order of three lamps whose balance of 21.00 was missed; its deposit of 9.00 is ours."""
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", lamps)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.await_payment("pay-1", eur(3000), "wechat pay", "c-7", None, (("o-17", 900),), eur(900))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(900), "e-0")
    shop.open_balance("pay-1", LIMIT, forfeit=True)
    return shop


def missed(shop: Shop) -> None:
    """An hour later the deposit is ours, and the order is over."""
    shop.clock.at = LIMIT + timedelta(minutes=30)
    while found := shop.due(shop.clock.at):
        shop.apply(found[0].call)
    assert shop.order("o-17").state is OrderState.CANCELLED
    assert shop.payment("pay-1").forfeited == 900


def balance(shop: Shop, minor: int = 2100, *, in_time: bool = True, event: str = "e-1") -> Payment:
    paid_at = IN_TIME if in_time else LIMIT
    return shop.record_notice("pay-1", Notice.CAPTURED, eur(minor), event, paid_at).document


@pytest.mark.feature("F078", "F181")
@pytest.mark.parametrize("rules", (CLAIMS, Rules(locations=(LEITH,))))
def test_a_balance_that_was_paid_in_time_lets_its_order_stand_again(rules: Rules) -> None:
    shop = forfeited(rules)
    missed(shop)

    payment = balance(shop)

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert (payment.state, payment.forfeited) == (PaymentState.CAPTURED, 0)
    assert (payment.applied, payment.unapplied, payment.holds) == (3000, 0, ())
    assert shop.order("o-17").lines[0].cuts == ()
    shop.assert_lawful()


@pytest.mark.feature("F183")
def test_a_balance_that_was_paid_too_late_goes_back_alone() -> None:
    shop = forfeited()
    missed(shop)

    payment = balance(shop, in_time=False)

    assert shop.order("o-17").state is OrderState.CANCELLED
    assert (payment.forfeited, payment.refunding, payment.unapplied) == (900, 2100, 0)
    assert "paid_late" in noted(shop, "o-17")
    shop.assert_lawful()


@pytest.mark.feature("F183")
def test_a_balance_in_time_goes_back_with_its_deposit_where_the_goods_are_gone() -> None:
    shop = forfeited()
    missed(shop)
    shop.place("o-18", new_order((LAMP, 1)))

    payment = balance(shop)

    assert shop.order("o-17").state is OrderState.CANCELLED
    assert (payment.forfeited, payment.refunding) == (0, 3000)
    assert payment.state is PaymentState.REFUNDED
    shop.assert_lawful()


def test_a_balance_that_is_told_of_in_two_parts_is_taken_when_all_of_it_was_in_time() -> None:
    shop = forfeited()
    missed(shop)

    first = balance(shop, 1000, event="e-1")
    assert (first.unapplied, [one.code for one in first.holds]) == (1000, ["unexpected_notice"])
    payment = balance(shop, 1100, event="e-2")

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert (payment.forfeited, payment.applied) == (0, 3000)
    shop.assert_lawful()


def test_what_went_back_of_a_balance_does_not_count_as_a_part_of_it() -> None:
    shop = forfeited()
    missed(shop)
    balance(shop, in_time=False)

    payment = balance(shop, 100, event="e-2")

    assert (payment.forfeited, payment.unapplied) == (900, 100)
    assert [one.code for one in payment.holds] == ["unexpected_notice"]
    shop.assert_lawful()


def test_a_balance_in_time_of_an_order_that_was_given_up_since_goes_back_with_its_deposit() -> None:
    shop = forfeited()
    shop.clock.at = LIMIT
    shop.miss_balance("pay-1")
    shop.cancel("o-17")
    missed(shop)

    payment = balance(shop)

    assert shop.order("o-17").state is OrderState.CANCELLED
    assert (payment.forfeited, payment.refunding) == (0, 3000)
    shop.assert_lawful()


@pytest.mark.feature("F181", "F183")
@pytest.mark.parametrize(
    ("answer", "there", "state", "kept"),
    (
        (IN_TIME, True, OrderState.CONFIRMED, 0),
        (IN_TIME, False, OrderState.CANCELLED, 0),
        (LIMIT, True, OrderState.CANCELLED, 900),
    ),
)
def test_a_balance_by_another_payment_is_judged_as_its_own_is(
    answer: datetime, there: bool, state: OrderState, kept: int
) -> None:
    shop = forfeited()
    shop.await_payment("pay-2", eur(2100), "card", "c-7", None, (("o-17", 2100),))
    shop.ask_capture("pay-2")
    missed(shop)
    if not there:
        shop.place("o-18", new_order((LAMP, 1)))

    shop.record_answer("pay-2", "capture-1", Outcome.DONE, paid_at=answer)

    one, two = shop.payment("pay-1"), shop.payment("pay-2")
    assert (shop.order("o-17").state, one.forfeited) == (state, kept)
    stands = state is OrderState.CONFIRMED
    assert (one.refunding, two.refunding) == (0 if stands else 900 - kept, 0 if stands else 2100)
    shop.assert_lawful()


def test_each_order_of_a_balance_in_time_stands_again_if_its_goods_are_there() -> None:
    shop = Shop(MemoryStore(), CLAIMS)
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 1)))
    shop.place("o-18", new_order((LAMP, 2)))
    shop.take_deposit("pay-1", eur(3000), eur(900), (("o-17", 300), ("o-18", 600)))
    shop.open_balance("pay-1", LIMIT, forfeit=True)
    missed(shop)
    shop.place("o-19", new_order((LAMP, 1)))

    payment = balance(shop)

    assert [shop.order(id).state for id in ("o-17", "o-18")] == ["confirmed", "cancelled"]
    assert (payment.forfeited, payment.applied, payment.refunding) == (0, 1000, 2000)
    shop.assert_lawful()


def test_a_deposit_for_no_order_is_the_payers_again_when_its_balance_was_in_time() -> None:
    shop = Shop(MemoryStore(), CLAIMS)
    shop.take_deposit("pay-1", eur(3000), eur(900), ())
    shop.open_balance("pay-1", LIMIT, forfeit=True)
    shop.clock.at = LIMIT
    shop.miss_balance("pay-1")
    shop.forfeit_deposit("pay-1")

    payment = balance(shop)

    assert (payment.forfeited, payment.unapplied, payment.holds) == (0, 3000, ())
    shop.assert_lawful()
