"""Every row of the payment's chart is walked by a verb, and what comes from outside is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from orderflow.adapters.memory import MemoryStore
from orderflow.chart import Row
from orderflow.facts import Advanced
from orderflow.payments import Notice, void_payment
from orderflow.records import Outcome, Payment, Reported
from orderflow.states import PAYMENT, DocumentFacts, PaymentMove, PaymentState
from tests.builders import LAMP, MORNING, Shop, eur, new_order

S, M = PaymentState, PaymentMove
Deed = Callable[[Shop], object]

LIMIT: Final = MORNING + timedelta(hours=1)


def expect_cash(shop: Shop) -> None:
    """Cash for an order that another one will be paid with, so that it stays unapplied."""
    shop.place("o-cod", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("pay-1", "o-cod", eur(1000))
    shop.place("o-else", new_order((LAMP, 1), cash_on_delivery=True))


def collect(shop: Shop) -> None:
    shop.collect_on_delivery("pay-1", "o-else", eur(1000))


def capture_part(shop: Shop) -> None:
    asked = shop.ask_capture("pay-1", eur(400)).document
    shop.record_answer("pay-1", asked.requests[-1].id, Outcome.DONE)


def fail_refund(shop: Shop) -> None:
    """All that was paid back is asked for again by a gateway, which says no."""
    refund = next(one for one in shop.payment("pay-1").requests[::-1] if one.kind == "refund")
    shop.record_answer("pay-1", refund.id, Outcome.FAILED)


def run_out(shop: Shop) -> None:
    shop.clock.at = LIMIT


WAYS: Final[dict[PaymentState, tuple[Deed, ...]]] = {
    S.AWAITING: (lambda shop: shop.await_payment("pay-1", eur(1000), expires_at=LIMIT),),
    S.AUTHORISED: (
        lambda shop: bring(shop, S.AWAITING),
        lambda shop: shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000)),
    ),
    S.PART_CAPTURED: (
        lambda shop: bring(shop, S.AUTHORISED),
        lambda shop: capture_part(shop),
    ),
    S.DEPOSIT_TAKEN: (lambda shop: shop.take_deposit("pay-1", eur(1000), eur(300), ()),),
    S.BALANCE_OPEN: (
        lambda shop: bring(shop, S.DEPOSIT_TAKEN),
        lambda shop: shop.open_balance("pay-1", LIMIT),
    ),
    S.BALANCE_OVERDUE: (
        lambda shop: bring(shop, S.BALANCE_OPEN),
        run_out,
        lambda shop: shop.miss_balance("pay-1"),
    ),
    S.CAPTURED: (
        lambda shop: shop.await_payment("pay-1", eur(1000)),
        lambda shop: shop.record_notice("pay-1", Notice.CAPTURED, eur(1000)),
    ),
    S.PART_REFUNDED: (
        lambda shop: bring(shop, S.CAPTURED),
        lambda shop: shop.pay_back("pay-1", eur(400)),
    ),
    S.REFUNDED: (lambda shop: bring(shop, S.CAPTURED), lambda shop: shop.pay_back("pay-1")),
    S.DISPUTED: (
        lambda shop: bring(shop, S.CAPTURED),
        lambda shop: shop.charge_back("pay-1", eur(400)),
    ),
    S.FAILED: (
        lambda shop: bring(shop, S.AWAITING),
        lambda shop: shop.record_notice("pay-1", Notice.FAILED, eur(1000)),
    ),
    S.VOIDED: (expect_cash, lambda shop: shop.void_payment("pay-1", "refused at the door")),
    S.EXPIRED: (
        lambda shop: bring(shop, S.AWAITING),
        run_out,
        lambda shop: shop.expire_payment("pay-1"),
    ),
    S.DUE_AT_DOOR: (expect_cash,),
    S.COLLECTED: (expect_cash, collect),
    S.SHORT_PAID: (expect_cash, collect, lambda shop: shop.remit("pay-1", eur(400))),
    S.REMITTED: (expect_cash, collect, lambda shop: shop.remit("pay-1", eur(1000))),
}
"""How a payment comes to each state."""


def bring(shop: Shop, state: PaymentState) -> Payment:
    """Bring the payment pay-1 to a state."""
    for deed in WAYS[state]:
        deed(shop)
    payment = shop.payment("pay-1")
    assert payment.state is state
    return payment


def comes_after_all(shop: Shop) -> None:
    """Money comes for a payment that was refunded, or in another way than at the door."""
    shop.record_notice("pay-1", Notice.CAPTURED, eur(500))


DEEDS: Final[dict[PaymentMove, Deed]] = {
    M.ASK_AUTHORISE: lambda shop: shop.ask_authorise("pay-1"),
    M.ASK_CAPTURE: lambda shop: shop.ask_capture("pay-1"),
    M.ASK_VOID: lambda shop: shop.ask_void("pay-1", "wanted no more"),
    M.CAPTURE_PART: lambda shop: shop.record_notice("pay-1", Notice.CAPTURED, eur(10)),
    M.AUTHORISE: lambda shop: shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000)),
    M.CAPTURE: lambda shop: shop.record_notice("pay-1", Notice.CAPTURED, eur(1000)),
    M.FAIL: lambda shop: shop.record_notice("pay-1", Notice.FAILED, eur(1000)),
    M.VOID: lambda shop: shop.void_payment("pay-1", "wanted no more"),
    M.OPEN_BALANCE: lambda shop: shop.open_balance("pay-1", LIMIT),
    M.FORFEIT: lambda shop: shop.forfeit_deposit("pay-1"),
    M.REFUND_PART: lambda shop: shop.pay_back("pay-1", eur(100)),
    M.REFUND: lambda shop: shop.pay_back("pay-1"),
    M.CHARGE_BACK: lambda shop: shop.charge_back("pay-1", eur(100)),
    M.SETTLE_WHOLE: lambda shop: shop.settle_dispute("pay-1", won=True),
    M.SETTLE_PART: lambda shop: shop.settle_dispute("pay-1", won=False),
    M.COLLECT: collect,
    M.REMIT_PART: lambda shop: shop.remit("pay-1", eur(100)),
    M.REMIT: lambda shop: shop.remit("pay-1", eur(shop.payment("pay-1").with_carrier)),
}
"""What makes each move, where one command does."""


DONE_AFTER_ALL: Final = (
    *(S.CAPTURED, S.PART_REFUNDED),
    *(S.DEPOSIT_TAKEN, S.BALANCE_OPEN, S.BALANCE_OVERDUE),
)
TO_COME: Final = (M.SETTLE_DEPOSIT, M.SETTLE_BALANCE, M.SETTLE_OVERDUE)
"""What leaves a balance to come: as it stood before."""
SETTLES: Final = (M.SETTLE_WHOLE, *TO_COME, M.SETTLE_PART, M.SETTLE_EMPTY)


def refund_fails(shop: Shop, row: Row[PaymentState, PaymentMove, DocumentFacts]) -> None:
    """A refund that was asked of a gateway comes back, after others or as the only one."""
    bring(shop, row.target if row.move in TO_COME else S.CAPTURED)
    if row.move is M.SETTLE_PART:
        shop.pay_back("pay-1", eur(100))
    if row.move in TO_COME:  # of a deposit that was taken by hand
        shop.record_notice("pay-1", Notice.CAPTURED, eur(100))
        shop.pay_back("pay-1", eur(300))
    shop.ask_pay_back("pay-1", eur(400) if row.source is S.PART_REFUNDED else None)
    assert shop.payment("pay-1").state is row.source
    fail_refund(shop)


def refund_is_done_after_all(
    shop: Shop, row: Row[PaymentState, PaymentMove, DocumentFacts]
) -> None:
    """A refund that a gateway had failed comes to be done, of all that is left or of a part."""
    if row.source in (S.CAPTURED, S.PART_REFUNDED):
        bring(shop, S.CAPTURED)
    else:  # a deposit by hand, which goes back, and a part of its balance by a gateway
        bring(shop, S.DEPOSIT_TAKEN)
        shop.record_notice("pay-1", Notice.CAPTURED, eur(100))
        shop.pay_back("pay-1", eur(300))
    whole = row.source is not S.PART_REFUNDED and row.move is M.SETTLE_EMPTY
    shop.ask_pay_back("pay-1", None if whole else eur(400))
    fail_refund(shop)
    if row.source is S.PART_REFUNDED:
        shop.pay_back("pay-1", eur(600))
    if row.source in (S.BALANCE_OPEN, S.BALANCE_OVERDUE):
        shop.open_balance("pay-1", LIMIT)
    if row.source is S.BALANCE_OVERDUE:
        run_out(shop)
        shop.miss_balance("pay-1")
    assert shop.payment("pay-1").state is row.source
    shop.record_answer("pay-1", shop.payment("pay-1").requests[-1].id, Outcome.DONE)


def rest_is_given_up(shop: Shop, row: Row[PaymentState, PaymentMove, DocumentFacts]) -> None:
    """A gateway voids what was not captured, when all, a part or none of the rest is there."""
    bring(shop, S.PART_CAPTURED)
    if row.move is not M.SETTLE_WHOLE:
        shop.pay_back("pay-1", eur(100) if row.move is M.SETTLE_PART else None)
    asked = shop.ask_void("pay-1", "wanted no more").document
    shop.record_answer("pay-1", asked.requests[-1].id, Outcome.DONE)


def deposit_comes(shop: Shop, row: Row[PaymentState, PaymentMove, DocumentFacts]) -> None:
    """A deposit that a gateway was asked for comes, when it was ready or no longer expected."""
    shop.await_payment("pay-1", eur(1000), expires_at=LIMIT, deposit=eur(300))
    if row.source is S.EXPIRED:
        run_out(shop)
        shop.expire_payment("pay-1")
    elif row.source is not S.AWAITING:
        shop.record_notice("pay-1", Notice(row.source.value), eur(300))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(300))


def walk(shop: Shop, row: Row[PaymentState, PaymentMove, DocumentFacts]) -> None:
    """Bring the payment to the row's state, and make its move."""
    if row.move is M.OWE_AT_DOOR:  # a payment is opened by it
        bring(shop, row.target)
        return
    if row.move in (M.SETTLE_PART, M.SETTLE_EMPTY) and row.source in DONE_AFTER_ALL:
        refund_is_done_after_all(shop, row)
        return
    if row.move is M.TAKE_DEPOSIT:
        deposit_comes(shop, row)
        return
    if row.source in (S.PART_REFUNDED, S.REFUNDED) and row.move in SETTLES:
        refund_fails(shop, row)
        return
    if row.source is S.PART_CAPTURED and row.move in SETTLES:
        rest_is_given_up(shop, row)
        return
    if row.move in TO_COME:
        bring(shop, row.target)
        shop.charge_back("pay-1", eur(300))
        shop.settle_dispute("pay-1", won=True)
        return
    if row.source is S.CAPTURED and row.move is M.COLLECT:
        bring(shop, S.DUE_AT_DOOR)
        shop.void_payment("pay-1", "wanted no more")
        shop.record_notice("pay-1", Notice.CAPTURED, eur(400))
        shop.collect_on_delivery("pay-1", "o-else", eur(600))
        return
    if row.source in (S.PART_REFUNDED, S.REFUNDED) and row.move is M.COLLECT:
        bring(shop, S.REMITTED)  # it had come from a door
        shop.pay_back("pay-1", eur(1000 if row.source is S.REFUNDED else 400))
        collect(shop)
        return
    bring(shop, row.source)
    if row.move is M.ASK_VOID and row.source in (S.FAILED, S.EXPIRED, S.VOIDED):
        shop.record_notice("pay-1", Notice.AUTHORISED, eur(1000))  # it is kept ready after all
    if row.source in (S.REFUNDED, S.DUE_AT_DOOR) and row.move in (M.REFUND, M.REFUND_PART):
        comes_after_all(shop)
    if row.move is M.SETTLE_EMPTY:
        shop.charge_back("pay-1", eur(600))
        shop.settle_dispute("pay-1", won=False)
    elif row.move in (M.EXPIRE, M.MISS_BALANCE):
        run_out(shop)
        (found,) = shop.due(shop.clock.at)
        shop.apply(found.call)
    else:
        DEEDS[row.move](shop)


@pytest.mark.parametrize("row", PAYMENT.rows, ids=lambda row: f"{row.source}, {row.move}")
def test_every_row_of_a_payment_is_walked_by_a_verb(
    shop: Shop, row: Row[PaymentState, PaymentMove, DocumentFacts]
) -> None:
    walk(shop, row)

    last = list(shop.store.entries(0, shop.payment("pay-1").ref))[-1]
    moves = [fact for fact in last.facts if isinstance(fact, Advanced)]
    mine = [(one.source, one.move, one.target) for one in moves if one.ref.id == "pay-1"]
    assert mine[-1] == (row.source, row.move, row.target)
    assert shop.payment("pay-1").state is row.target


def test_there_is_a_way_to_every_state_of_a_payment() -> None:
    assert set(WAYS) == set(PaymentState)
    for state in PaymentState:
        bring(Shop(MemoryStore()), state)


# --- what comes from outside, in every state ------------------------------------------------------

MOVES: Final = {
    Notice.AUTHORISED: M.AUTHORISE,
    Notice.CAPTURED: M.CAPTURE,
    Notice.FAILED: M.FAIL,
    Notice.VOIDED: M.VOID,
}
NO_MONEY_YET: Final = (S.AWAITING, S.AUTHORISED, S.FAILED, S.EXPIRED, S.VOIDED)
IN_PARTS: Final = (S.DEPOSIT_TAKEN, S.BALANCE_OPEN, S.BALANCE_OVERDUE)
EVERY: Final = pytest.mark.parametrize("state", tuple(PaymentState))


@pytest.mark.feature("F183")
@EVERY
@pytest.mark.parametrize("notice", tuple(Notice))
def test_each_notice_in_each_state_takes_a_row_or_sets_a_hold(
    shop: Shop, state: PaymentState, notice: Notice
) -> None:
    before = bring(shop, state)

    after = shop.record_notice("pay-1", notice, eur(70), "ev-1").document

    came = 70 if notice is Notice.CAPTURED else 0
    assert (after.captured, after.unapplied) == (before.captured + came, before.unapplied + came)
    assert after.events == (Reported(notice, "ev-1", 70),)
    move = MOVES[notice]
    if state in (S.AUTHORISED, S.PART_CAPTURED) and notice is Notice.CAPTURED:
        move = M.CAPTURE_PART  # 70 of 1000
    elif state is S.PART_CAPTURED and notice is Notice.VOIDED:
        move = M.SETTLE_WHOLE  # the rest of it
    target = PAYMENT.target(state, move)
    codes = {hold.code for hold in after.holds} - {hold.code for hold in before.holds}
    if notice is Notice.FAILED and state in (S.AUTHORISED, S.PART_CAPTURED, *IN_PARTS):
        assert (after.state, codes) == (state, set()), "the payer tries again"
    elif target is None:
        assert (after.state, codes) == (state, {"unexpected_notice"})
    elif state in IN_PARTS:
        assert (after.state, codes) == (state, set()), "a part of the balance has come"
    else:
        late = state in (S.FAILED, S.EXPIRED, S.VOIDED)
        assert (after.state, codes) == (target, {"paid_late"} if late else set())


def test_a_refunded_payment_is_never_captured_again() -> None:
    assert PAYMENT.target(S.REFUNDED, M.CAPTURE) is None


@EVERY
def test_a_charge_back_is_recorded_in_every_state(shop: Shop, state: PaymentState) -> None:
    before = bring(shop, state)

    after = shop.charge_back("pay-1", eur(70)).document

    assert after.charged_back == before.charged_back + 70
    assert after.disputed == before.disputed + 70
    assert after.state is (PAYMENT.target(state, M.CHARGE_BACK) or state)
    assert "charged_back" in [hold.code for hold in after.holds]


@EVERY
@pytest.mark.parametrize("won", (True, False))
def test_what_a_bank_decides_is_recorded_in_every_state(
    shop: Shop, state: PaymentState, won: bool
) -> None:
    before = bring(shop, state)
    shop.charge_back("pay-1", eur(70))

    after = shop.settle_dispute("pay-1", won).document

    lost = 0 if won else before.disputed + 70
    assert (after.charged_back, after.disputed) == (lost, 0)
    assert {hold.code for hold in after.holds} <= {"other_order"}
    assert after.state is not S.DISPUTED


@EVERY
def test_a_remittance_is_recorded_in_every_state(shop: Shop, state: PaymentState) -> None:
    before = bring(shop, state)

    after = shop.remit("pay-1", eur(1001)).document

    excess = 1001 - before.with_carrier
    assert (after.with_carrier, after.unapplied) == (0, before.unapplied + excess)
    collected = before.with_carrier > 0 or state is S.DUE_AT_DOOR
    waiting = (
        S.AWAITING,
        S.AUTHORISED,
        S.PART_CAPTURED,
        S.DEPOSIT_TAKEN,
        S.BALANCE_OPEN,
        S.BALANCE_OVERDUE,
    )
    ended = (S.FAILED, S.EXPIRED, S.VOIDED)
    came = S.CAPTURED if state in (*waiting, *ended) else state
    assert after.state is (S.REMITTED if collected else came)
    assert "over_remitted" in [hold.code for hold in after.holds]


@EVERY
@pytest.mark.parametrize("way", ("a notice", "a remittance"))
def test_money_that_comes_in_any_state_can_go_back(
    shop: Shop, state: PaymentState, way: str
) -> None:
    before = bring(shop, state)
    if way == "a notice":
        shop.record_notice("pay-1", Notice.CAPTURED, eur(2000))
    else:
        shop.remit("pay-1", eur(2000))

    after = shop.pay_back("pay-1").document

    assert after.refunded > before.refunded
    assert after.unapplied == 0


@EVERY
def test_a_payment_with_money_is_not_voided_in_any_state(shop: Shop, state: PaymentState) -> None:
    bring(shop, state)
    shop.record_notice("pay-1", Notice.CAPTURED, eur(70))

    assert shop.codes(void_payment.on("pay-1", "wanted no more")) == ["illegal_move"]


def test_a_payment_due_at_the_door_is_voided_when_its_money_has_gone_back(shop: Shop) -> None:
    bring(shop, S.DUE_AT_DOOR)
    shop.record_notice("pay-1", Notice.CAPTURED, eur(70))
    told = shop.record_notice("pay-1", Notice.VOIDED, eur(1000)).document
    assert told.state is S.DUE_AT_DOOR, "its money would be shut in"
    assert shop.refuses(void_payment.on("pay-1", "wanted no more")) == (
        "payment pay-1 is due at door: cannot void (can: collect, refund part, refund)"
    )

    shop.pay_back("pay-1")

    assert shop.void_payment("pay-1", "wanted no more").document.state is S.VOIDED
