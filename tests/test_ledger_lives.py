"""Any life of several customers who pay for each other: each owes what his own orders do.

The laws of money after each life (`assert_laws`): accounts sum to nothing for everybody and for
each customer, what stands as stored is what balances have, and what was told of a month is told of
it for good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from orderflow import Money, Price, Refused, StoredKind, Tendered
from orderflow.adapters.memory import MemoryStore
from orderflow.ports import Query
from orderflow.pricing import due
from tests.builders import LAMP, Shop, assert_laws, eur, new_order

OWNERS: Final = {"o-ann": "ann", "o-bob": "bob", "o-eve": "eve"}
ORDERS: Final = st.sampled_from(tuple(OWNERS))
PAYERS: Final = st.sampled_from(("", "", "ann", "mother"))
AMOUNTS: Final = st.sampled_from((1, 300, 1000, 2500, 4000))
CARDS: Final = st.sampled_from(("card", "anns", "dollars", "points"))
ONTO: Final = st.sampled_from(("", "", "card", "anns", "dollars"))
NUMBERS: Final = st.integers(0, 3)


class Paid(RuleBasedStateMachine):
    """Three customers with an order each, their payments, and four balances."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.payments = 0

    def attempt(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except Refused:
            return

    @initialize(n=st.sampled_from((0, 2000)), days=st.integers(1, 3))
    def open(self, n: int, days: int) -> None:
        shop = self.shop
        shop.pay(self.fresh(), eur(1), ())
        for order, customer in OWNERS.items():
            shop.place(order, new_order((LAMP, 2), customer=customer))
        until = shop.clock.at + timedelta(days=days)
        shop.open_stored_value("card", StoredKind.VOUCHER, "EUR", n, until=until)
        shop.open_stored_value("anns", StoredKind.STORE_CREDIT, "EUR", n, "ann")
        shop.open_stored_value("dollars", StoredKind.STORED_VALUE, "USD", n, "mother")
        shop.open_stored_value("points", StoredKind.POINTS, "points", 3 * n, "bob")

    def fresh(self) -> str:
        self.payments += 1
        return f"pay-{self.payments:03}"

    def earlier(self, ago: int) -> str:
        """A payment of some while ago; one that was refused was none."""
        query = Query("payment", limit=1000)
        ids = [one.value.ref.id for one in self.shop.store.find(query)]
        return ids[-1 - min(ago, len(ids) - 1)]

    def shares(self, minor: int, *orders: str) -> tuple[tuple[str, int], ...]:
        """What these orders still cost, as far as an amount goes."""
        found: dict[str, int] = {}
        for order in orders:
            part = min(minor - sum(found.values()), due(self.shop.order(order)))
            if part > 0 and order not in found:
                found[order] = part
        return tuple(found.items())

    @rule(amount=AMOUNTS, payer=PAYERS, one=ORDERS, other=ORDERS)
    def pay(self, amount: int, payer: str, one: str, other: str) -> None:
        shares = self.shares(amount, one, other)
        self.attempt(lambda: self.shop.pay(self.fresh(), eur(amount), shares, payer=payer))

    @rule(amount=AMOUNTS, payer=PAYERS)
    def pay_ahead(self, amount: int, payer: str) -> None:
        self.shop.pay(self.fresh(), eur(amount), (), payer=payer)

    @rule(ago=NUMBERS, one=ORDERS, other=ORDERS)
    def apply(self, ago: int, one: str, other: str) -> None:
        id = self.earlier(ago)
        self.attempt(
            lambda: self.shop.apply_payment(
                id, self.shares(self.shop.payment(id).unapplied, one, other)
            )
        )

    @rule(card=CARDS, amount=AMOUNTS, one=ORDERS, other=ORDERS)
    def spend(self, card: str, amount: int, one: str, other: str) -> None:
        tendered = None
        if card == "dollars":
            tendered = Tendered("USD", amount, Price.of("0.92", "EUR", per=100))
        elif card == "points":
            tendered = Tendered("points", amount, Price.of("1.00", "EUR", per=300))
        money = eur(amount if tendered is None else tendered.worth)
        if not money.minor:
            return
        shares = self.shares(money.minor, one, other)
        self.attempt(lambda: self.shop.spend(self.fresh(), card, money, shares, tendered))

    @rule(order=ORDERS)
    def cancel(self, order: str) -> None:
        self.attempt(lambda: self.shop.cancel(order, (("1", 1),)))

    @rule(order=ORDERS, onto=ONTO)
    def refund(self, order: str, onto: str) -> None:
        self.attempt(lambda: self.shop.refund(order, to=onto))

    @rule(ago=NUMBERS, onto=ONTO)
    def pay_back(self, ago: int, onto: str) -> None:
        self.attempt(lambda: self.shop.pay_back(self.earlier(ago), to=onto))

    @rule(ago=NUMBERS, amount=AMOUNTS, order=ORDERS, won=st.booleans())
    def charge_back(self, ago: int, amount: int, order: str, won: bool) -> None:
        id = self.earlier(ago)
        self.attempt(lambda: self.shop.charge_back(id, eur(amount), order))
        self.attempt(lambda: self.shop.settle_dispute(id, won))

    @rule(amount=AMOUNTS, order=ORDERS, payer=PAYERS)
    def forfeit(self, amount: int, order: str, payer: str) -> None:
        shop, id = self.shop, self.fresh()
        whole = Money(amount + 500, "EUR")
        shares = self.shares(amount, order)
        self.attempt(lambda: shop.take_deposit(id, whole, eur(amount), shares, payer=payer))
        self.attempt(lambda: shop.open_balance(id, shop.clock.at, forfeit=True))
        self.attempt(lambda: shop.miss_balance(id))
        self.attempt(lambda: shop.forfeit_deposit(id))

    @rule()
    def wait(self) -> None:
        self.shop.clock.forward(days=1)
        for found in self.shop.due(self.shop.clock.at):
            self.shop.apply(found.call)

    def teardown(self) -> None:
        assert_laws(self.shop.store)


TestPaid = Paid.TestCase
TestPaid.settings = settings(max_examples=60, stateful_step_count=25)
