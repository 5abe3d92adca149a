"""What random lives of returns begin with: rules of chance, and an order of chance under them."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Final

import attrs

from orderflow import (
    ChargeKind,
    Compensable,
    Location,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Reason,
    Rules,
    Sku,
    Way,
)
from orderflow.currencies import EXPONENTS
from orderflow.paid_back import Deduction, FreightBack, LostValue, Refunding, RestockingFee
from orderflow.pricing import AmountOff, Given, Offer, PercentOff, Threshold, When, priced
from orderflow.reasons import Fault
from orderflow.records import Destination
from orderflow.taxes import (
    GROSS_BY_LINE,
    GROSS_BY_TOTAL,
    NET_BY_LINE,
    NET_BY_TOTAL,
    NET_BY_UNIT,
    Rate,
    Table,
    Taxing,
    TaxRow,
)
from orderflow.taxing import tax_charges
from orderflow.thresholds import Unmet
from tests.builders import MORNING

CURRENCIES: Final = sorted(EXPONENTS)
TABLE: Final = Table(
    "two",
    (
        TaxRow("X", Rate.of("A", "19")),
        TaxRow("X", Rate.of("B", "6.5"), group="b"),
        TaxRow("X", Rate.zero("Z", "post"), group="freight"),
    ),
    groups=(("SKU-2", "b"),),
)
TAXED: Final = (
    None,
    *[
        Taxing(TABLE, way)
        for way in (NET_BY_LINE, NET_BY_UNIT, NET_BY_TOTAL, GROSS_BY_LINE, GROSS_BY_TOTAL)
    ],
)
LINES: Final = ("1", "2")
LATE: Final = "late"
COMPENSATED_MOST: Final = 700
"""What an order may be compensated with for being late, in minor units."""
REASONS: Final = (
    *[Reason(fault.value, fault, tuple(Way)) for fault in Fault],
    Reason("by law", Fault.NOBODY, tuple(Way), statutory=True),
)
"""A reason for each fault, and a withdrawal by law; each leads anywhere."""


def rules_of(chance: Random, currency: str, taxing: Taxing | None) -> Rules:
    """Half of the shops have rules of what is kept of a refund, and reasons for these."""
    plain = Rules(
        locations=(Location("leith"),),
        taxing=taxing,
        price_protection_days=9,
        replace_before_return=chance.random() < 0.5,
        compensable=(Compensable(LATE, most=Money(COMPENSATED_MOST, currency)),),
    )
    if chance.random() < 0.5:
        return plain
    return attrs.evolve(plain, refunding=refunding_of(chance, currency), reasons=REASONS)


def refunding_of(chance: Random, currency: str) -> Refunding:
    """Thresholds, freight, postage, fees and lost value of chance."""

    def money(top: int) -> Money:
        return Money(chance.randint(1, top), currency)

    fee = Deduction(Decimal(chance.randint(1, 100)), (money(50),))
    fees = (RestockingFee(fee), RestockingFee(fee, ("customer",)))
    return Refunding(
        chance.choice(list(Unmet)),
        tuple([(fault, chance.choice(list(FreightBack))) for fault in Fault]),
        chance.choice([(), (money(700),)]),
        restocking=chance.choice([(), *[(one,) for one in fees]]),
        lost_value=chance.choice([(), (LostValue("damaged", Deduction(Decimal(40))),)]),
        points=chance.choice([(), (money(100),)]),
        coupons=chance.random() < 0.5,
    )


def price_of(chance: Random, currency: str) -> Price:
    """Some coins, or finer than one."""
    coins = chance.choice([0, 1, 5, 333, 999, 10_000, 123_456])
    return Price(_scaled(coins, chance.choice([0, 0, -2]), currency), currency)


def _scaled(coins: int, by: int, currency: str) -> Decimal:
    return Money(coins, currency).decimal.scaleb(by)


def new_order_of(chance: Random, currency: str, taxing: Taxing | None) -> NewOrder:
    """Two lines with discounts, freight, and the taxes that the rules know."""
    lines = tuple(
        NewLine(id, Sku(f"SKU-{id}"), chance.randint(1, 5), price_of(chance, currency))
        for id in LINES
    )
    worth = sum(line.amount for line in lines)
    first = chance.randint(0, worth)
    second = chance.randint(0, chance.choice([0, 2, worth - first]) % (worth - first + 1))
    charges = (
        NewCharge(ChargeKind.DISCOUNT, -first, bearer="platform"),
        NewCharge(ChargeKind.DISCOUNT, -second),
        NewCharge(ChargeKind.FREIGHT, chance.choice([0, 490])),
        NewCharge(ChargeKind.FEE, chance.choice([0, 0, 7])),
    )
    new = NewOrder("c-7", currency, lines, charges, destination=Destination(region="X"))
    if worth > 1 and chance.random() < 0.5:
        new = priced(
            attrs.evolve(new, charges=charges[2:]),
            offers_of(chance, worth, currency),
            Given(MORNING),
        ).order
    return new if taxing is None else tax_charges(new, taxing, MORNING)


def offers_of(chance: Random, worth: int, currency: str) -> list[Offer]:
    """Some that hold from an amount or a number of units on, which a return may fall below."""
    least = Money(chance.randint(max(1, worth // 3), worth), currency)
    off = Money(chance.randint(1, least.minor), currency)
    made = (
        Offer("percent", PercentOff(Decimal(chance.randint(1, 60))), When(least=least)),
        Offer("units", AmountOff(off), When(units=2), bearer="brand"),
        Offer("each", Threshold(least, off), unmet=chance.choice([None, *Unmet])),
    )
    return chance.sample(made, chance.randint(1, 2))
