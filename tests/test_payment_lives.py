"""Any life of one payment: whatever comes in whatever order, its books and its rows hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orderflow import Refused
from orderflow.adapters.memory import MemoryStore
from orderflow.facts import Advanced
from orderflow.payments import Notice
from orderflow.payments.losses import left_of
from orderflow.states import PAYMENT, PaymentMove, PaymentState
from tests.builders import LAMP, Shop, assert_laws, eur, new_order

AMOUNTS: Final = st.sampled_from((1, 100, 300, 700, 1000, 1500))
ORDERS: Final = st.sampled_from(("o-1", "o-cod"))


class PaymentLife(RuleBasedStateMachine):
    """One payment, two orders, and a ledger that is kept apart: what came, went back, was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.came = self.back = self.carrier = self.fees = 0

    def attempt(self, deed: Callable[[], object]) -> bool:
        try:
            deed()
        except Refused:
            return False
        return True

    @initialize(kind=st.sampled_from(("awaited", "deposit", "paid", "at the door", "collected")))
    def open(self, kind: str) -> None:
        shop = self.shop
        shop.place("o-1", new_order((LAMP, 1)))
        shop.place("o-cod", new_order((LAMP, 1), cash_on_delivery=True))
        if kind == "awaited":
            shop.await_payment("pay-1", eur(1000))
        elif kind == "deposit":
            shop.take_deposit("pay-1", eur(1000), eur(300), (("o-1", 200),))
            self.came = 300
        elif kind == "paid":
            shop.pay("pay-1", eur(1200), (("o-1", 1000),))
            self.came = 1200
        elif kind == "at the door":
            shop.expect_cash("pay-1", "o-cod", eur(1000))
        else:
            shop.collect_on_delivery("pay-1", "o-cod", eur(1100))
            self.came = self.carrier = 1100

    @rule(notice=st.sampled_from(Notice), amount=AMOUNTS)
    def notice(self, notice: Notice, amount: int) -> None:
        before = self.shop.payment("pay-1").refunded
        self.shop.record_notice("pay-1", notice, eur(amount))
        self.came += amount if notice is Notice.CAPTURED else 0
        gone = self.shop.payment("pay-1").refunded - before  # too late: it goes back by itself
        self.back += gone

    @rule()
    def balance_falls_due(self) -> None:
        self.attempt(lambda: self.shop.open_balance("pay-1", self.shop.clock.at))
        self.attempt(lambda: self.shop.miss_balance("pay-1"))

    @rule()
    def ask_for_the_balance(self) -> None:
        self.attempt(lambda: self.shop.open_balance("pay-1", self.shop.clock.forward(days=1)))

    @rule(amount=AMOUNTS, order=ORDERS, applied=st.booleans())
    def pay_balance(self, amount: int, order: str, applied: bool) -> None:
        shares = ((order, amount),) if applied else ()
        if self.attempt(lambda: self.shop.pay_balance("pay-1", eur(amount), shares)):
            self.came += amount

    @rule(amount=AMOUNTS, order=ORDERS)
    def apply(self, amount: int, order: str) -> None:
        self.attempt(lambda: self.shop.apply_payment("pay-1", ((order, amount),)))

    @rule(order=ORDERS)
    def refund(self, order: str) -> None:
        before = self.shop.payment("pay-1").refunded
        self.attempt(lambda: self.shop.cancel(order))
        self.attempt(lambda: self.shop.refund(order))
        self.back += self.shop.payment("pay-1").refunded - before

    @rule(amount=AMOUNTS)
    def pay_back(self, amount: int) -> None:
        if self.attempt(lambda: self.shop.pay_back("pay-1", eur(amount))):
            self.back += amount

    @rule(amount=AMOUNTS, order=st.sampled_from(("", "o-1", "o-cod")))
    def charge_back(self, amount: int, order: str) -> None:
        before = self.shop.payment("pay-1").disputed
        assert self.shop.charge_back("pay-1", eur(amount), order).document.disputed == (
            before + amount
        )

    @rule(won=st.booleans())
    def settle(self, won: bool) -> None:
        before = self.shop.payment("pay-1")
        after = self.shop.settle_dispute("pay-1", won).document
        assert after.disputed == 0
        assert before.charged_back - after.charged_back == (before.disputed if won else 0)

    @rule(amount=AMOUNTS)
    def collect(self, amount: int) -> None:
        if self.attempt(lambda: self.shop.collect_on_delivery("pay-1", "o-cod", eur(amount))):
            self.came += amount
            self.carrier += amount

    @rule(amount=AMOUNTS, fee=st.sampled_from((0, 1, 60)))
    def remit(self, amount: int, fee: int) -> None:
        fee = min(fee, amount)
        first_heard = self.shop.payment("pay-1").state is PaymentState.DUE_AT_DOOR
        self.shop.remit("pay-1", eur(amount), eur(fee) if fee else None)
        of_debt = min(fee, self.carrier)
        owed = min(amount - fee, self.carrier - of_debt)
        self.came += amount if first_heard else amount - fee - owed
        self.carrier -= owed + of_debt
        self.fees += fee

    @rule(amount=AMOUNTS, agreed=st.booleans())
    def change_cash(self, amount: int, agreed: bool) -> None:
        before = self.shop.payment("pay-1")
        if self.attempt(lambda: self.shop.change_cash("pay-1", eur(amount))):
            assert before.state is PaymentState.DUE_AT_DOOR
        self.shop.answer_cash_change("pay-1", agreed)

    @rule()
    def void(self) -> None:
        self.attempt(lambda: self.shop.void_payment("pay-1", "wanted no more"))

    @rule(blocks=st.sampled_from(((), ("refund",), ("refund part",))))
    def hold_and_lift(self, blocks: tuple[str, ...]) -> None:
        if not self.attempt(lambda: self.shop.hold_payment("pay-1", "fraud", "odd", blocks)):
            self.shop.lift_payment_hold("pay-1", "fraud")

    @invariant()
    def the_books_hold(self) -> None:
        found = [one for one in self.shop.documents() if one.ref.id == "pay-1"]
        if not found:
            return
        payment = self.shop.payment("pay-1")
        assert (payment.captured, payment.refunded) == (self.came, self.back)
        assert (payment.with_carrier, payment.fees) == (self.carrier, self.fees)
        parts = payment.applied + payment.unapplied + payment.refunded + payment.charged_back
        assert payment.captured == parts
        with_carrier = payment.state in (PaymentState.COLLECTED, PaymentState.SHORT_PAID)
        assert with_carrier == (payment.with_carrier > 0)
        if payment.disputed == 0:
            assert payment.state is not PaymentState.DISPUTED
        if payment.state is PaymentState.PART_REFUNDED and not payment.holds:
            assert left_of(payment) > 0

    def teardown(self) -> None:
        assert_laws(self.shop.store)
        for entry in self.shop.store.entries():
            for fact in entry.facts:
                if isinstance(fact, Advanced) and fact.ref.kind == "payment":
                    state, move = PaymentState(fact.source), PaymentMove(fact.move)
                    assert PAYMENT.target(state, move) == fact.target


TestPaymentLife = PaymentLife.TestCase
TestPaymentLife.settings = settings(max_examples=60, stateful_step_count=25)
