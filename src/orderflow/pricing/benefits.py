"""The benefits of the trade: one value each, with what it takes off a basket.

It knows what each kind of offer gives, and refuses to know when it is given and with which others.

All are measured on what the goods cost *now*, after the offers before this one, if not said
otherwise: three tenths off what a coupon has made cheaper are three tenths of the cheaper price.
None looks at what a line must cost at least, and none shares an amount between lines: whoever
asks them does both, once for all (`discounting`).
A unit of which a benefit speaks is what its price is for: a kilogram, where that is sold by gram.

A unit serves one bundle or one buy n get m of an order: the first that takes it, in the host's
order. A lamp that stands in two bundles would be paid for in neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import attrs

from orderflow.errors import BadInput
from orderflow.money import Money, Price, Rounding, divided, positive, scale
from orderflow.pricing.offers import (
    Basis,
    Basket,
    Gift,
    Item,
    Lack,
    Saving,
    checked_member,
    checked_pairs,
)
from orderflow.thresholds import Terms
from orderflow.values import Sku, decimal, whole


class Level(StrEnum):
    """On what an amount or a percentage is worked out, and rounded."""

    UNIT = "unit"  # each unit: its price is rounded, and then taken as often as there are units
    LINE = "line"  # each line
    SUM = "sum"  # all lines together; each line gets its part


@attrs.frozen
class AmountOff:
    """So much off: of each unit, of each line, or of all together."""

    amount: Money
    level: Level = Level.SUM

    def __attrs_post_init__(self) -> None:
        positive(self.amount, path="amount_off.amount")
        checked_member(self.level, Level, "amount_off.level")

    @property
    def currency(self) -> str:
        """The currency of the amount."""
        return self.amount.currency

    def __call__(self, basket: Basket, /) -> Saving:
        """The amount, however little the goods cost."""
        off = self.amount.minor
        if self.level is Level.SUM:
            return Saving(amount=off)
        if self.level is Level.LINE:
            return Saving(parts=(off,) * len(basket.items))
        return Saving(parts=tuple([_by_unit(off, item) for item in basket.items]))


@attrs.frozen
class PercentOff:
    """So many percent off: of each unit, of each line, or of all together, rounded once each."""

    percent: Decimal
    level: Level = Level.SUM
    rounding: Rounding = Rounding.HALF_UP

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "percent", checked_percent(self.percent, "percent_off.percent"))
        checked_member(self.level, Level, "percent_off.level")
        checked_member(self.rounding, Rounding, "percent_off.rounding")

    def __call__(self, basket: Basket, /) -> Saving:
        """The percentage of what the goods cost now."""
        if self.level is Level.SUM:
            return Saving(amount=self._of(basket.worth(), 1))
        if self.level is Level.LINE:
            return Saving(parts=tuple([self._of(item.net, 1) for item in basket.items]))
        return Saving(parts=tuple([self._by_unit(item) for item in basket.items]))

    def _by_unit(self, item: Item) -> int:
        return _by_unit(self._of(item.net * item.per, item.priced), item)

    def _of(self, top: int, bottom: int) -> int:
        """The percentage of a fraction of minor units."""
        share, whole_ = self.percent.as_integer_ratio()
        return divided(top * share, bottom * whole_ * 100, self.rounding)


@attrs.frozen
class FixedPrice:
    """The goods cost this price instead, where that is less."""

    price: Price

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.price, Price):
            raise BadInput("fixed_price.price", "a Price is wanted")

    @property
    def currency(self) -> str:
        """The currency of the price."""
        return self.price.currency

    def __call__(self, basket: Basket, /) -> Saving:
        """What each line costs above the price."""
        off = [max(0, item.net - self.price.times(item.priced)) for item in basket.items]
        return Saving(parts=tuple(off))


@attrs.frozen
class BuyGet:
    """Of each `buy + get` units the `get` cheapest of all are free, or cheaper by `percent`."""

    buy: int
    get: int
    percent: Decimal = Decimal(100)

    def __attrs_post_init__(self) -> None:
        whole(self.buy, "buy_get.buy")
        whole(self.get, "buy_get.get")
        object.__setattr__(self, "percent", checked_percent(self.percent, "buy_get.percent"))

    def __call__(self, basket: Basket, /) -> Saving:
        """What the cheapest units cost, or the percentage of it."""
        wanted, free = self.buy + self.get, sum([item.free for item in basket.items])
        if free < wanted:
            return Saving(lack=Lack(wanted, free))
        left, bought = free // wanted * self.get, free // wanted * self.buy
        share, whole_ = self.percent.as_integer_ratio()
        off = dict.fromkeys((item.line for item in basket.items), 0)
        uses = dict.fromkeys(off, 0)
        for item in sorted(basket.items, key=lambda one: (Fraction(one.net, one.n), one.line)):
            n = min(left, item.free)
            left -= n
            uses[item.line] = n
            off[item.line] = scale(item.net * share, n, item.n * whole_ * 100)
        for item in basket.items:  # the first of the others are those that were bought
            n = min(bought, item.free - uses[item.line])
            bought -= n
            uses[item.line] += n
        terms = Terms(units=wanted, times=sum([item.free for item in basket.items]) // wanted)
        return Saving(parts=tuple(off.values()), uses=tuple(uses.values()), terms=terms)


@attrs.frozen
class Threshold:
    """So much off from so much on (满减): each time that it is reached, or once.

    What the goods cost is measured on `basis`.
    """

    least: Money
    off: Money
    each: bool = True
    basis: Basis = Basis.NET

    def __attrs_post_init__(self) -> None:
        positive(self.least, path="threshold.least")
        positive(self.off, self.least.currency, "threshold.off")
        if type(self.each) is not bool:
            raise BadInput("threshold.each", "true or false is wanted")
        checked_member(self.basis, Basis, "threshold.basis")

    @property
    def currency(self) -> str:
        """The currency of both amounts."""
        return self.least.currency

    def __call__(self, basket: Basket, /) -> Saving:
        """The amount, as often as the goods reach the threshold."""
        worth, least = basket.worth(self.basis), self.least.minor
        if worth < least:
            return Saving(lack=Lack(least, worth, money=True))
        times = worth // least if self.each else 1
        terms = Terms(least, times=times, listed=self.basis is Basis.LIST)
        return Saving(amount=self.off.minor * times, terms=terms)


@attrs.frozen
class Bundle:
    """So many of each of these SKUs together at a price, as often as the basket has them all.

    What that saves is shared by what the units of the bundles cost now. It is earned as often as
    the kept goods make bundles still.
    """

    parts: tuple[tuple[str, int], ...]  # (SKU, units in one bundle)
    price: Money

    def __attrs_post_init__(self) -> None:
        for sku, n in checked_pairs(self.parts, "bundle.parts"):
            whole(n, f"bundle.parts.{sku}")
        if not self.parts:
            raise BadInput("bundle.parts", "at least one pair is wanted")
        bundle: object = self.price
        if not isinstance(bundle, Money) or bundle.minor < 0:
            raise BadInput("bundle.price", "Money from zero up is wanted")

    @property
    def currency(self) -> str:
        """The currency of the price."""
        return self.price.currency

    def __call__(self, basket: Basket, /) -> Saving:
        """What the units of the bundles cost above their price."""
        there = dict.fromkeys((sku for sku, _ in self.parts), 0)
        for item in basket.items:
            if item.sku in there:
                there[item.sku] += item.free
        bundles = min([there[sku] // n for sku, n in self.parts])
        if not bundles:
            whole_one = sum([n for _, n in self.parts])
            return Saving(lack=Lack(whole_one, sum([min(n, there[sku]) for sku, n in self.parts])))
        wanted = {sku: n * bundles for sku, n in self.parts}
        uses = tuple(_taken(basket, wanted))
        pairs = zip(basket.items, uses, strict=True)
        values = tuple([scale(item.net, n, item.n) for item, n in pairs])
        together = tuple([(_of_sku(basket, sku), n) for sku, n in self.parts])
        terms = Terms(times=bundles, together=together)
        off = max(0, sum(values) - bundles * self.price.minor)
        return Saving(off, values, uses=uses, terms=terms)


def _of_sku(basket: Basket, sku: str) -> tuple[str, ...]:
    """The lines of a SKU whose units may serve a bundle."""
    return tuple([item.line for item in basket.items if item.sku == sku and item.free])


def _taken(basket: Basket, wanted: dict[str, int]) -> Iterator[int]:
    """The first free units of each SKU, item by item; `wanted` is used up."""
    for item in basket.items:
        n = min(item.free, wanted.get(item.sku, 0))
        if n:
            wanted[item.sku] -= n
        yield n


@attrs.frozen
class DepositCounts:
    """The deposit of each unit counts for more than it is (定金膨胀): 30.00 counts for 60.00."""

    deposit: Money
    counts: Money

    def __attrs_post_init__(self) -> None:
        least = positive(self.deposit, path="deposit_counts.deposit")
        if positive(self.counts, self.deposit.currency, "deposit_counts.counts") <= least:
            raise BadInput("deposit_counts.counts", "more than the deposit is wanted")

    @property
    def currency(self) -> str:
        """The currency of both amounts."""
        return self.deposit.currency

    def __call__(self, basket: Basket, /) -> Saving:
        """What the deposits count for beyond what they are."""
        more = self.counts.minor - self.deposit.minor
        return Saving(parts=tuple([_by_unit(more, item) for item in basket.items]))


@attrs.frozen
class FreightOff:
    """So much off the freight, or all of it. A threshold for it is measured on goods alone."""

    amount: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.amount is not None:
            positive(self.amount, path="freight_off.amount")

    @property
    def currency(self) -> str:
        """The currency of the amount; empty where all of it is off."""
        return self.amount.currency if self.amount else ""

    def __call__(self, basket: Basket, /) -> Saving:
        """The amount, however little the freight is."""
        return Saving(freight=self.amount.minor if self.amount else basket.freight)


@attrs.frozen
class Free:
    """Goods in addition, for nothing or at a price of their own such as 0.01."""

    sku: Sku
    price: Price
    n: int = 1

    def __attrs_post_init__(self) -> None:
        Gift(self.sku, self.n, self.price)

    @property
    def currency(self) -> str:
        """The currency of the price."""
        return self.price.currency

    def __call__(self, basket: Basket, /) -> Saving:
        """The goods, once."""
        return Saving(gifts=(Gift(self.sku, self.n, self.price),))


def checked_percent(value: object, path: str) -> Decimal:
    """A percentage above zero, up to 100."""
    percent = decimal(value, path)
    if not 0 < percent <= 100:
        raise BadInput(path, "more than 0 and at most 100 is wanted")
    return percent


def _by_unit(off: int, item: Item) -> int:
    """So much off each unit that the price of an item is for."""
    return divided(off * item.priced, item.per, Rounding.HALF_UP)
