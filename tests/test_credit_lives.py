"""Any life of a dealer's orders on account: what he owes is what his orders still cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orderflow import BadInput, ChargeKind, NewCharge, Position, Refused
from orderflow.adapters.memory import MemoryStore
from orderflow.audit.claims import whole_breaches
from orderflow.pools import coupon_pool, coupon_pool_of, credit_pool
from orderflow.pricing import due
from orderflow.records import CutKind, Order, credit_id
from tests.builders import LAMP, Shop, assert_laws, eur, line, new_order

DEALER: Final = credit_id("d-1", "EUR")
NUMBERS: Final = st.integers(0, 7)


class CreditLife(RuleBasedStateMachine):
    """One dealer, one coupon, and whatever becomes of his orders."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.shop.stock(LAMP, "leith", 1_000)
        self.ids: list[str] = []
        self.papers = 0

    def attempt(self, deed: Callable[[], object]) -> bool:
        try:
            deed()
        except Refused:
            return False
        return True

    def new(self, kind: str) -> str:
        self.papers += 1
        return f"{kind}-{self.papers}"

    def order(self, number: int) -> str:
        return self.ids[number % len(self.ids)]

    def orders(self) -> list[Order]:
        return [self.shop.order(id) for id in self.ids]

    def owed(self) -> int:
        return sum(max(0, due(order)) for order in self.orders())

    def is_late(self) -> bool:
        now = self.shop.clock.at
        return any(
            due(one) > 0 and one.pay_by is not None and one.pay_by <= now for one in self.orders()
        )

    @initialize(limit=st.sampled_from((40_00, 100_00)), days=st.sampled_from((0, 3)))
    def begin(self, limit: int, days: int) -> None:
        self.shop.set_credit(DEALER, eur(limit), days)
        self.shop.set_coupon("SPRING", 3, 2)

    @rule(n=st.integers(1, 4), agreed=st.booleans(), coupon=st.booleans())
    def place(self, n: int, agreed: bool, coupon: bool) -> None:
        id, shop = self.new("o"), self.shop
        new = new_order(
            line("1", LAMP, n, "10.01"),
            customer="d-1",
            on_account=True,
            pay_by=shop.clock.at + timedelta(days=2) if agreed else None,
            coupons=("SPRING",) if coupon else (),
        )
        fits = self.owed() + n * 10_01 <= shop.credit_line("d-1", "EUR").limit
        free = not self.is_late()
        used = sum("SPRING" in one.coupons and has_used(one) for one in self.orders())
        if self.attempt(lambda: shop.place(id, new)):
            assert fits
            assert free
            assert not coupon or used < 2
            self.ids.append(id)
        else:
            assert not fits or not free or (coupon and used >= 2)

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS)
    def ship(self, number: int) -> None:
        id, parcel = self.order(number), self.new("p")
        self.attempt(lambda: self.shop.allocate(id))
        fits = self.owed() <= self.shop.credit_line("d-1", "EUR").limit and not self.is_late()
        if self.attempt(lambda: self.shop.release(id, f"d-{parcel}", "leith")):
            assert fits or due(self.shop.order(id)) <= 0
            self.shop.pick(f"d-{parcel}")
            self.shop.pack(parcel, (f"d-{parcel}",))
            self.shop.hand_over(parcel)
            self.shop.deliver(parcel)

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS, other=NUMBERS, part=st.sampled_from((1, 3, 7, 10)))
    def pay(self, number: int, other: int, part: int) -> None:
        shares: dict[str, int] = {}
        for id in (self.order(number), self.order(other)):
            shares[id] = max(0, due(self.shop.order(id))) * part // 10
        wanted = tuple((id, minor) for id, minor in shares.items() if minor)
        total = sum(minor for _, minor in wanted)
        if total:
            self.shop.pay(self.new("pay"), eur(total), wanted)

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS, part=st.sampled_from((1, 2, 1_000)))
    def take_back(self, number: int, part: int) -> None:
        order = self.shop.order(self.order(number))
        for tender in order.tenders[:1]:
            if tender.applied > 0:
                amount = eur(max(1, tender.applied // part))
                self.shop.charge_back(tender.payment, amount, order.ref.id)

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS, won=st.booleans())
    def settle(self, number: int, won: bool) -> None:
        for tender in self.shop.order(self.order(number)).tenders[:1]:
            self.shop.settle_dispute(tender.payment, won)

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS, whole=st.booleans())
    def cancel(self, number: int, whole: bool) -> None:
        self.attempt(lambda: self.shop.cancel(self.order(number), () if whole else (("1", 1),)))

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS)
    def send_back(self, number: int) -> None:
        back = self.new("r")
        if self.attempt(lambda: self.shop.ask_return(back, self.order(number), (("1", 1),))):
            self.attempt(lambda: self.shop.approve_return(back))
            self.shop.receive_return(back, "leith")
            self.shop.inspect(back)

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS)
    def refund(self, number: int) -> None:
        self.attempt(lambda: self.shop.refund(self.order(number)))

    @precondition(lambda self: self.ids)
    @rule(number=NUMBERS, amount=st.sampled_from((-1_00, 5_00, 60_00)))
    def adjust(self, number: int, amount: int) -> None:
        kind = ChargeKind.DISCOUNT if amount < 0 else ChargeKind.FEE
        with suppress(BadInput):  # the units that are kept may cost less than is off them
            self.shop.adjust(self.order(number), NewCharge(kind, amount))

    @rule(limit=st.sampled_from((1_00, 40_00, 100_00, 300_00)))
    def set_limit(self, limit: int) -> None:
        self.shop.set_credit(DEALER, eur(limit), 3)

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.shop.clock.forward(days=days)

    @rule()
    def silence(self) -> None:
        """What falls due is done: an order whose day is over is held, and ends by no such call."""
        standing = {one.ref.id for one in self.orders() if one.state == "confirmed"}
        for found in self.shop.due(self.shop.clock.at):
            self.shop.apply(found.call)
        ended = {one.ref.id for one in self.orders() if one.state in ("cancelled", "expired")}
        assert not standing & ended

    @invariant()
    def who_owes_nothing_is_not_late(self) -> None:
        for order in self.orders():
            late = [hold.code for hold in order.holds if hold.code == "terms_overdue"]
            assert not late or due(order) > 0

    @invariant()
    def what_is_owed_is_claimed(self) -> None:
        orders = self.orders()
        for order in orders:
            assert list(whole_breaches(order)) == []
        assert self.shop.counter(Position(credit_pool("d-1", "EUR"))).claimed == self.owed()
        used = sum("SPRING" in one.coupons and has_used(one) for one in orders)
        for pool in (coupon_pool("SPRING"), coupon_pool_of("SPRING", "d-1")):
            assert self.shop.counter(Position(pool)).claimed == used <= 2

    def teardown(self) -> None:
        assert_laws(self.shop.store)
        if self.ids:
            self.shop.assert_lawful()


def has_used(order: Order) -> bool:
    """Whether an order counts as a use: it was not called off before any of it had left."""
    left = any(cut.kind is CutKind.BILLED for line in order.lines for cut in line.cuts)
    return left or order.state not in ("cancelled", "expired", "rejected")


TestCreditLife = CreditLife.TestCase
TestCreditLife.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
