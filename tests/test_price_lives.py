"""Lives of one order whose prices change: whatever happens, it costs what its units carry.

A second opinion shares each charge unit by unit, naively; the prices of the units are kept in a
plain table beside the order.
"""

from __future__ import annotations

from collections import Counter as Tally
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import Any, ClassVar, Final

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orderflow import (
    Call,
    ChargeKind,
    Component,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Ref,
    Refused,
    Sku,
    verbs,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.errors import BadInput
from orderflow.facts import Charged, Fact
from orderflow.pricing import carried, due, estimated, total
from orderflow.records import Fixing, Line, Order, PriceRange
from orderflow.rules import Rules
from orderflow.statements import statement
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, TEA, TWO_PLACES, Shop
from tests.test_statements import assert_is_of

DISCOUNT, TAX, PRICE, GOODS = (
    ChargeKind.DISCOUNT,
    ChargeKind.TAX,
    ChargeKind.PRICE,
    ChargeKind.GOODS,
)
HAM: Final = Sku("HAM")
ID: Final = "o-17"
LINES: Final = st.sampled_from(("1", "2", "3", "4", "4.1"))
PRICES: Final = st.sampled_from(("0", "0.01", "0.98765", "3.333", "8.50", "10.00", "12.34"))
CURRENCIES: Final = st.sampled_from(("EUR", "JPY", "KWD"))

Parts = list[Tally[ChargeKind]]


def parts_of(order: Order, line: Line) -> Parts:
    """What each unit of a line carries by kind: each charge shared by what the units carry, but a
    price that rises by count."""
    parts: Parts = [Tally() for _ in range(line.n)]
    for charge in order.charges:
        for span in (one for one in charge.spans if one.line == line.id):
            units = range(span.start, span.stop)
            weights = [sum(parts[i].values()) for i in units]
            if not any(weights) or (charge.kind is PRICE and span.amount > 0):
                weights = [1 for _ in units]
            size, sign = abs(span.amount), 1 if span.amount >= 0 else -1
            done = before = 0
            for i, weight in zip(units, weights, strict=True):
                done += weight
                upto = floor(Fraction(size * done, sum(weights)) + Fraction(1, 2))
                parts[i][charge.kind] += sign * (upto - before)
                before = upto
    return parts


def gone(line: Line, *kinds: str) -> set[int]:
    return {i for cut in line.cuts if cut.kind in kinds for i in range(cut.start, cut.stop)}


def kept(line: Line) -> list[int]:
    return [i for i in range(line.n) if i not in gone(line, "given up")]


def still_open(line: Line) -> list[int]:
    """The units whose price may change: those that are kept and on no invoice."""
    taken = Tally(
        i for cut in line.cuts if cut.kind == "invoiced" for i in range(cut.start, cut.stop)
    )
    taken.subtract(
        i for cut in line.cuts if cut.kind == "credited" for i in range(cut.start, cut.stop)
    )
    return [i for i in kept(line) if taken[i] <= 0]


def said_of(line: Line, i: int) -> PriceRange:
    for one in line.prices:
        if one.start <= i < one.stop:
            return one
    return PriceRange(0, line.n, line.price, line.per, fixed=line.fixed is Fixing.PLACING)


def price_at(line: Line, i: int) -> tuple[Decimal, int, str, bool]:
    said = said_of(line, i)
    return (said.price, said.per, said.version, said.fixed)


def cost(price: Decimal, per: int, much: int, currency: str) -> int:
    coin = Decimal(1).scaleb({"JPY": 0, "EUR": -2, "KWD": -3}[currency])
    amount = (price * much / per).quantize(coin, ROUND_HALF_UP)
    return int(amount / coin)


class PriceLives(RuleBasedStateMachine):
    """One order, its customer, the warehouse, and a seller who changes prices."""

    house: ClassVar[Rules] = attrs.evolve(TWO_PLACES, price_protection_days=7)

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore(), self.house)
        self.made = 0

    ref: ClassVar[Ref[Order]] = Ref("", "order", ID)

    @property
    def order(self) -> Order:
        return self.shop.get(self.ref)

    def attempt(self, call: Call[Any]) -> tuple[Fact, ...] | None:
        """The facts of a call; `None` where it was refused, and then nothing has happened."""
        before = self.order
        try:
            return self.shop.apply(call).facts
        except (Refused, BadInput):
            assert self.order == before
            return None

    def fresh(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}-{self.made}"

    def money(self, minor: int) -> Money:
        return Money(minor, self.order.currency)

    # --- what happens ------------------------------------------------------------------------

    @initialize(
        currency=CURRENCIES,
        price=PRICES,
        counts=st.tuples(st.integers(1, 6), st.integers(1, 3), st.integers(1, 40)),
        fixing=st.sampled_from((Fixing.PLACING, Fixing.BALANCE, Fixing.DELIVERY)),
        off=st.integers(0, 30),
        tax=st.integers(0, 300),
    )
    def place(
        self,
        currency: str,
        price: str,
        counts: tuple[int, int, int],
        fixing: Fixing,
        off: int,
        tax: int,
    ) -> None:
        lamps, hams, tea = counts
        parts = (Component(LAMP, 1, 1), Component(BELL, 2, 3))
        lines = (
            NewLine("1", LAMP, lamps, Price.of(price, currency), fixed=fixing),
            NewLine(
                "2",
                HAM,
                hams,
                Price.of("15.80", currency, 1000),
                fixed=Fixing.WEIGHING,
                grams_each=600,
            ),
            NewLine("3", TEA, tea, Price.of("15.80", currency, 1000)),
            NewLine("4", Sku("DESK-SET"), 2, Price.of("50.01", currency), components=parts),
        )
        charges = (
            NewCharge(DISCOUNT, -off, bearer="platform", reason="spring"),
            NewCharge(DISCOUNT, -1, ("4",)),
            NewCharge(TAX, tax),
            NewCharge(ChargeKind.FREIGHT, 49),
        )
        for sku, n in ((LAMP, 8), (HAM, 3), (TEA, 2000), (BELL, 4)):
            self.shop.stock(sku, "leith", n)
        self.shop.place(ID, NewOrder("c-7", currency, lines, charges))

    def changes_by(self, facts: tuple[Fact, ...], before: int) -> None:
        """One signed difference of price, and what is due changes by just that."""
        made = [fact.charge for fact in facts if isinstance(fact, Charged)]
        assert len(made) <= 1
        assert all(one.kind is PRICE for one in made)  # no charge: no coin changes
        assert due(self.order) - before == sum(one.amount for one in made)

    def goods(self, before: Line, units: list[int]) -> int:
        """What some units carry of their price now."""
        parts = parts_of(self.order, before)
        return sum(parts[i][GOODS] + parts[i][PRICE] for i in units)

    @rule(line=LINES, price=PRICES, per=st.sampled_from((1, 100)))
    def reprice(self, line: str, price: str, per: int) -> None:
        per = 1000 if line in "23" else per
        new = Price.of(price, self.order.currency, per)
        before = self.order
        facts = self.attempt(verbs.reprice.on(ID, ((line, new),), self.fresh("v"), "by hand"))
        if facts is None:
            return
        self.changes_by(facts, due(before))
        for one in (one for one in before.lines if line in (one.id, one.kit)):
            units = still_open(one)
            now = self.order.line(one.id)
            assert now is not None
            assert all(said_of(now, i).version == f"v-{self.made}" for i in units)
            changed = [i for i in range(one.n) if price_at(now, i) != price_at(one, i)]
            assert set(changed) <= set(units)
        if line != "4" and line != "2":
            (one,) = [one for one in before.lines if one.id == line]
            units = still_open(one)
            wanted = cost(new.amount, per, len(units), before.currency)
            assert self.goods(one, units) == wanted

    @rule(grams=st.integers(3, 3000), pieces=st.integers(0, 2))
    def weigh(self, grams: int, pieces: int) -> None:
        before = self.order
        (ham,) = [one for one in before.lines if one.id == "2"]
        facts = self.attempt(verbs.weigh_line.on(ID, "2", grams, pieces))
        if facts is None:
            return
        self.changes_by(facts, due(before))
        units = still_open(ham)
        if pieces:
            units = [i for i in units if not said_of(ham, i).grams][:pieces]
        prices = {(said_of(ham, i).price, said_of(ham, i).per) for i in units}
        if len(prices) == 1:
            ((price, per),) = prices
            assert self.goods(ham, units) == cost(price, per, grams, before.currency)
        now = self.order.line("2")
        assert now is not None
        assert all(said_of(now, i).fixed and said_of(now, i).grams for i in units)

    @rule(line=LINES, price=PRICES)
    def protect(self, line: str, price: str) -> None:
        per = 1000 if line in "23" else 1
        before = self.order
        new = Price.of(price, before.currency, per)
        facts = self.attempt(verbs.protect_price.on(ID, ((line, new),), self.fresh("v")))
        if facts is None:
            return
        self.changes_by(facts, due(before))
        assert due(self.order) <= due(before)
        again = self.attempt(verbs.protect_price.on(ID, ((line, new),)))
        assert again is None, "a difference was given twice"

    @rule(off=st.integers(0, 500), lines=st.sets(LINES, max_size=2), tax=st.booleans())
    def adjust(self, off: int, lines: set[str], tax: bool) -> None:
        kind = TAX if tax else DISCOUNT
        charge = NewCharge(kind, off if tax else -off, tuple(sorted(lines)), reason="goodwill")
        self.attempt(verbs.adjust.on(ID, charge))

    @rule(price=PRICES, off=st.integers(0, 300))
    def price_anew(self, price: str, off: int) -> None:
        """A new price with new discounts, which take the place of the earlier ones."""
        before = self.order
        new = Price.of(price, before.currency)
        charges = (NewCharge(DISCOUNT, -off, bearer="brand", reason=self.fresh("offer")),)
        facts = self.attempt(verbs.reprice.on(ID, (("1", new),), charges=charges))
        if facts is None:
            return
        made = [fact.charge for fact in facts if isinstance(fact, Charged)]
        assert due(self.order) - due(before) == sum(one.amount for one in made)
        left = 0
        for one in self.order.lines:
            parts = parts_of(self.order, one)
            left += sum(parts[i][DISCOUNT] for i in still_open(one))
        assert left == -off

    @rule(line=st.sampled_from(("1", "2", "3", "4.1", "4.2")), n=st.integers(1, 3))
    def cancel(self, line: str, n: int) -> None:
        self.attempt(verbs.cancel.on(ID, ((line, n),)))

    @rule(part=st.integers(1, 4))
    def pay(self, part: int) -> None:
        owing = due(self.order)
        minor = max(1, owing // part)
        if owing > 0:
            call = verbs.pay.on(self.fresh("pay"), self.money(minor), ((ID, minor),))
            self.attempt(call)

    @rule()
    def refund(self) -> None:
        owing = due(self.order)
        if self.attempt(verbs.refund.on(ID)) is not None:
            assert owing < 0
            assert due(self.order) == 0

    @rule(line=st.sampled_from(("1", "2", "3", "4.1", "4.2")), n=st.integers(1, 3))
    def ship(self, line: str, n: int) -> None:
        if due(self.order) > 0:
            self.pay(1)
        if self.attempt(verbs.allocate.on(ID, ((line, n),))) is None:
            return
        parcel = self.fresh("p")
        self.shop.ship(ID, parcel)
        self.shop.deliver(parcel)

    @rule(line=st.sampled_from(("1", "2", "3", "4.1", "4.2")), n=st.integers(1, 2))
    def give_back(self, line: str, n: int) -> None:
        back = self.fresh("r")
        if self.attempt(verbs.ask_return.on(back, ID, ((line, n),))) is not None:
            self.shop.receive_return(back, "leith")
            self.shop.inspect(back)

    @rule()
    def bill(self) -> None:
        self.attempt(verbs.invoice.on(ID, "2026"))

    @rule(days=st.integers(1, 5))
    def time_passes(self, days: int) -> None:
        self.shop.clock.at += timedelta(days=days)

    @precondition(lambda self: not any(estimated(line) for line in self.order.lines))
    @rule()
    def complete(self) -> None:
        self.attempt(verbs.complete.on(ID))

    # --- what holds always -------------------------------------------------------------------

    @invariant()
    def the_order_costs_what_its_kept_units_carry(self) -> None:
        order = self.order
        sums, lives = 0, False
        for line in order.lines:
            parts = parts_of(order, line)
            whole = [sum(one.values()) for one in parts]
            assert min(whole) >= 0
            assert carried(line, order.charges, [(0, line.n)]) == sum(whole)
            half = line.n // 2
            assert carried(line, order.charges, [(0, half)]) == sum(whole[:half])
            sums += sum(whole[i] for i in kept(line))
            lives = lives or line.count(UnitState.CANCELLED) < line.n
        beside = sum(one.amount for one in order.charges if not one.spans) if lives else 0
        assert total(order) == sums + beside

    @invariant()
    def its_statement_adds_up(self) -> None:
        assert_is_of(statement(self.order), self.order)

    def teardown(self) -> None:
        """All of it comes back: what is left is the freight, and all else was paid back."""
        if self.shop.store.load(self.ref) is None:  # it was never placed
            return
        self.attempt(verbs.cancel.on(ID))
        delivered = tuple(
            (line.id, line.count(UnitState.DELIVERED))
            for line in self.order.lines
            if line.count(UnitState.DELIVERED)
        )
        back = self.fresh("r")
        if delivered and self.attempt(verbs.ask_return.on(back, ID, delivered)) is not None:
            self.shop.receive_return(back, "leith")
            self.shop.inspect(back)
        open_units = [
            spot
            for _, spot in self.order.units()
            if spot.state not in (UnitState.RETURNED, "cancelled")
        ]
        if not open_units:
            assert all(not kept(line) for line in self.order.lines)
            self.refund()
            beside = sum(one.amount for one in self.order.charges if not one.spans)
            assert total(self.order) in (0, beside)


TestPriceLives = pytest.mark.feature("F051", "F096", "F097")(PriceLives.TestCase)
TestPriceLives.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
