"""The laws of a refund, over all currencies: no order of the same returns makes a difference."""

from __future__ import annotations

import os
from collections import Counter as Tally
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count, pairwise
from random import Random
from typing import Final

import pytest

from orderflow import (
    Location,
    Money,
    NewLine,
    NewOrder,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.conditions import Verdict
from orderflow.currencies import EXPONENTS
from orderflow.paid_back import Deduction, FreightBack, LostValue, Refunding, RestockingFee
from orderflow.pricing import (
    AmountOff,
    BuyGet,
    FreightOff,
    Given,
    Offer,
    PercentOff,
    Threshold,
    When,
    carried,
    due,
    kept,
    parts_carried,
    priced,
    shares_of,
    total,
)
from orderflow.reasons import FAULTY, WITHDRAWAL, Fault, Reason
from orderflow.records import Destination
from orderflow.refunding.came import TAXES
from orderflow.refunding.fees import LOST_VALUE, POSTAGE, RESTOCKING
from orderflow.taxes import GROSS_BY_LINE, NET_BY_LINE, Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from orderflow.thresholds import Unmet

# ORDERFLOW_REFUNDS=20000 looks at as many orders; it takes some twenty minutes. See `make laws`.
ORDERS: Final = int(os.environ.get("ORDERFLOW_REFUNDS", "200"))
DAY: Final = datetime(2026, 11, 11, tzinfo=UTC)
CURRENCIES: Final = sorted(EXPONENTS)
FEES: Final = (LOST_VALUE, RESTOCKING, POSTAGE)
CHANGED_MIND: Final = Reason("changed mind")
REASONS: Final = (CHANGED_MIND, FAULTY, WITHDRAWAL, Reason("lost", Fault.CARRIER))
TABLE: Final = Table("one", (TaxRow("X", Rate.of("VAT", "19")),))

Back = tuple[str, int, Reason, Verdict]
"""A return: so many units of a line, why, and what they are like."""


class Case:
    """An order that was delivered, with its rules, and the returns that are to come."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.currency = CURRENCIES[seed % len(CURRENCIES)]
        self.unmet = list(Unmet)[seed % len(Unmet)]
        self.invoiced = chance.random() < 0.5
        taxing = chance.choice([None, None, GROSS_BY_LINE, NET_BY_LINE])
        self.rules = Rules(
            (Location("leith"),),
            refunding=self._refunding(chance),
            reasons=REASONS,
            taxing=None if taxing is None else Taxing(TABLE, taxing),
        )
        self.new = self._order(chance)
        self.backs = self._backs(chance)

    def _money(self, chance: Random, top: int) -> Money:
        return Money(chance.randint(1, max(1, top)), self.currency)

    def _refunding(self, chance: Random) -> Refunding:
        ways = [FreightBack.NONE, *FreightBack]
        fee = Deduction(Decimal(chance.randint(1, 30)), (self._money(chance, 50),))
        return Refunding(
            self.unmet,
            tuple((fault, chance.choice(ways)) for fault in Fault),
            (self._money(chance, 500),) if chance.random() < 0.5 else (),
            restocking=(RestockingFee(fee, (CHANGED_MIND.code,)),) if chance.random() < 0.5 else (),
            lost_value=(LostValue("damaged", Deduction(Decimal(40))),),
            points=(self._money(chance, 100),),
        )

    def _order(self, chance: Random) -> NewOrder:
        lines = []
        for i in range(chance.randint(1, 3)):
            coins = Decimal(chance.randint(0, chance.choice([5, 100, 99_999])))
            price = Price(coins.scaleb(-EXPONENTS[self.currency]), self.currency)
            lines.append(NewLine(str(i + 1), Sku(f"SKU-{i}"), chance.randint(1, 7), price))
        new = NewOrder("c-7", self.currency, tuple(lines), destination=Destination(region="X"))
        worth = sum(line.amount for line in lines)
        least = Money(max(1, worth * chance.randint(30, 100) // 100), self.currency)
        offers = [
            Offer("ten", PercentOff(Decimal(chance.randint(1, 60))), When(least=least)),
            Offer("some", AmountOff(self._money(chance, worth)), When(units=2), bearer="brand"),
            Offer("each", Threshold(self._money(chance, least.minor), self._money(chance, 900))),
            Offer("one more", BuyGet(2, 1)),
            Offer("free freight", FreightOff(), When(least=least)),
        ]
        chosen = chance.sample(offers, chance.randint(1, 3))
        freight = Money(chance.randint(0, 900), self.currency)
        found = priced(new, chosen, Given(DAY, freight=freight)).order
        taxing = self.rules.taxing
        return found if taxing is None else tax_charges(found, taxing, DAY)

    def _backs(self, chance: Random) -> list[Back]:
        backs: list[Back] = []
        for line in self.new.lines:
            left = line.n
            while left and chance.random() < 0.85:
                n = chance.randint(1, left)
                left -= n
                fate = chance.choice([Verdict.SOUND, Verdict.DAMAGED])
                backs.append((line.id, n, chance.choice(REASONS), fate))
        return backs

    def after(self, order: list[int]) -> Lived:
        """The order after its returns, in that order."""
        keys = count()
        store = MemoryStore()
        shop = Workflow(store, self.rules, clock=lambda: DAY, keys=lambda: f"k-{next(keys)}")
        for line in self.new.lines:
            shop.receive(Position(line.sku.code, "leith"), line.n)
        placed = shop.place("o-17", self.new).document
        if due(placed):
            shop.pay("pay", Money(due(placed), self.currency), (("o-17", due(placed)),))
        else:
            assert placed.state.value == "confirmed"
        shop.allocate("o-17")
        shop.release("o-17", "d-1")
        shop.pick("d-1")
        shop.pack("p-1", ("d-1",))
        shop.hand_over("p-1")
        shop.deliver("p-1")
        if self.invoiced:
            shop.invoice("o-17", "2026")
        lived = Lived(shop)
        for at in order:
            line_id, n, reason, fate = self.backs[at]
            shop.ask_return(f"r-{at}", "o-17", ((line_id, n),), reason.code)
            shop.receive_return(f"r-{at}", "leith")
            shop.inspect(f"r-{at}", ((line_id, n, fate),))
            lived.look()
        return lived


class Lived:
    """An order with what it came to after each return."""

    def __init__(self, shop: Workflow) -> None:
        self.shop = shop
        self.totals: list[int] = []
        self.without_fees: list[int] = []
        self.untaxed: list[int] = []  # and without fees
        self.look()

    def look(self) -> None:
        order = self.shop.order("o-17")
        self.totals.append(total(order))
        told = [(one.because, one.amount) for one in order.charges]
        fees = sum([amount for because, amount in told if because and because.rule in FEES])
        self.without_fees.append(total(order) - fees)
        taxes = sum([one.amount for one in order.charges if one.kind in TAXES and not one.spans])
        shares = shares_of(order.charges)
        for line in order.lines:
            parts = parts_carried(shares.get(line.id, ()), kept(line))
            taxes += sum([part for one, part in parts if one.kind in TAXES])
        self.untaxed.append(self.without_fees[-1] - taxes)
        for line in order.lines:
            for at in range(line.n):
                assert carried(line, order.charges, [(at, at + 1)]) >= 0
        assert sum(one.amount for one in order.charges if not one.spans) >= 0
        assert total(order) >= 0

    def rules_came_to(self) -> Tally[tuple[str, str]]:
        """What each rule of a refund has charged, as far as it is carried still."""
        order, sums = self.shop.order("o-17"), Tally[tuple[str, str]]()
        for charge in order.charges:
            if charge.because is not None:
                name = (charge.because.rule, charge.because.of)
                sums[name] += 0 if charge.spans else charge.amount
        for line in order.lines:
            sums["kept", line.id] += carried(line, order.charges, kept(line))
        return +sums


@pytest.mark.parametrize("part", range(4))
def test_any_order_of_the_same_returns_ends_at_the_same_totals(part: int) -> None:
    came_back = 0
    for seed in range(part, ORDERS, 4):
        case, chance = Case(seed), Random(-seed)
        one = list(range(len(case.backs)))
        other = chance.sample(one, len(one))

        first, second = case.after(one), case.after(other)

        assert first.totals[-1] == second.totals[-1], seed
        assert first.rules_came_to() == second.rules_came_to(), seed
        came_back += len(one)
    assert came_back > ORDERS // 4


def test_under_a_cap_nobody_pays_more_for_keeping_less() -> None:
    capped = 0
    for seed in range(ORDERS):
        case = Case(seed)
        if case.unmet is not Unmet.CAP:
            continue

        lived = case.after(list(range(len(case.backs))))

        assert lived.untaxed == sorted(lived.untaxed, reverse=True), seed
        for before, after in pairwise(lived.without_fees):
            assert after <= before + 2 * len(case.new.lines), seed  # taxes are rounded line by line
        capped += len(lived.untaxed) > 1
    assert capped > ORDERS // 5


def test_papers_and_money_follow_what_a_refund_has_charged() -> None:
    credited = 0
    for seed in range(1, ORDERS, 5):
        case = Case(seed)
        shop = case.after(list(range(len(case.backs)))).shop

        if case.invoiced:
            credited += settle_papers(shop)
        with suppress(Refused):
            shop.refund("o-17")

        order = shop.order("o-17")
        assert order.applied >= 0
        assert due(order) >= 0, seed
        assert [law.breaches for law in audit(shop.store) if law.breaches] == [], seed
    assert credited


def settle_papers(shop: Workflow) -> int:
    """Credit and invoice what there is; what was credited."""
    with suppress(Refused):
        shop.credit("2026-000001", "CN")
    with suppress(Refused):
        shop.invoice("o-17", "2026")
    account = shop.account("o-17")
    assert account.to_credit == 0
    assert account.to_invoice == 0
    assert account.invoiced - account.credited == total(shop.order("o-17"))
    return account.credited
