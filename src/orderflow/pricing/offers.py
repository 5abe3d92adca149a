"""What an offer is: whom it is for, which goods, what it gives, and who bears it.

It knows what an offer looks at and what it may answer, and refuses to know how offers stack.

Problem: promotions come in more kinds than anybody can list, and each kind that is written into a
checkout knows a little of time, customers, coupons, rounding and all other promotions.
Observation: when an offer is for somebody, and which goods it looks at, is the same for all kinds.
What differs is one question: what do these goods get?
Decision: an offer is data with one function, its *benefit*. A benefit sees a `Basket`, the goods
that the offer is about at what they cost now, and answers a `Saving`. It neither shares nor caps
nor knows of other offers. Those of the trade are in `benefits`; a host's own is a function of a few
lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import attrs

from orderflow.errors import BadInput, Refusal
from orderflow.money import Money, Price, Spread, positive
from orderflow.thresholds import Terms, Unmet, check_unmet
from orderflow.values import MINOR_MAX, Sku, instant, text, unique, whole


def checked_member(value: object, kind: type[StrEnum], path: str) -> None:
    """`value` must be one of an enumeration, itself and no text."""
    if type(value) is not kind:
        raise BadInput(path, f"one of {', '.join(kind)} is wanted")


def checked_names(values: object, path: str) -> None:
    """A tuple of names, each once; it may be empty."""
    if not isinstance(values, tuple):
        raise BadInput(path, "a tuple of names is wanted")
    for i, value in enumerate(values):
        text(value, f"{path}[{i}]")
    unique(values, path)


def checked_pairs(values: object, path: str) -> Sequence[tuple[str, object]]:
    """A tuple of pairs, each with a name in front that comes once."""
    if not isinstance(values, tuple):
        raise BadInput(path, "a tuple of pairs is wanted")
    pairs: list[tuple[str, object]] = []
    for i, pair in enumerate(values):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(path, "a tuple of pairs is wanted")
        pairs.append((text(pair[0], f"{path}[{i}]"), pair[1]))
    unique((name for name, _ in pairs), path)
    return pairs


class Basis(StrEnum):
    """What a threshold is measured on."""

    NET = "net"  # what the goods cost now, after the offers before this one
    LIST = "list"  # what they cost before any offer


@attrs.frozen
class Item:
    """A line as an offer sees it; amounts are of the whole line, in minor units.

    `net` is what it costs now, `listed` what it cost before any offer, `least` what it must cost.
    Its price is for `per` of `priced`: units, or the grams of goods that are weighed.
    `used` of its units have served a bundle or a buy n get m already; the others are `free`.
    """

    line: str
    sku: str
    n: int
    per: int
    priced: int
    listed: int
    net: int
    least: int = 0
    groups: tuple[str, ...] = ()
    used: int = 0

    @property
    def free(self) -> int:
        """How many units may serve a bundle or a buy n get m still."""
        return self.n - self.used

    @property
    def room(self) -> int:
        """By how much it may become cheaper."""
        return max(0, self.net - self.least)


@attrs.frozen
class Basket:
    """The goods that an offer is about, and the freight of the order as it is now."""

    items: tuple[Item, ...]
    currency: str
    freight: int = 0

    @property
    def units(self) -> int:
        """How many units there are."""
        return sum([item.n for item in self.items])

    def worth(self, basis: Basis = Basis.NET) -> int:
        """What the goods cost, in minor units."""
        if Basis(basis) is Basis.LIST:
            return sum([item.listed for item in self.items])
        return sum([item.net for item in self.items])


@attrs.frozen
class Gift:
    """Goods that an offer adds to the order: for nothing, or for a cent."""

    sku: Sku
    n: int
    price: Price

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.sku, Sku):
            raise BadInput("gift.sku", "a Sku is wanted")
        whole(self.n, "gift.n")
        if not isinstance(self.price, Price):
            raise BadInput("gift.price", "a Price is wanted")


@attrs.frozen
class Lack:
    """Why a benefit gives nothing: so much is wanted, and less is there; money, or units."""

    wanted: int
    there: int
    money: bool = False

    def __attrs_post_init__(self) -> None:
        for one in (self.wanted, self.there):
            if type(one) is not int or one < 0:
                raise BadInput("lack", "a whole number from 0 up is wanted")
        if type(self.money) is not bool:
            raise BadInput("lack.money", "true or false is wanted")


@attrs.frozen
class Saving:
    """What a benefit gives, in minor units from zero up.

    `amount` is shared over the goods by what they cost, or by `weights`; `parts` are told item by
    item, and stay where they are; `freight` is off the freight. `lack` says what is missing where
    nothing is given. `uses` says how many free units of each item it is for, where a unit may serve
    one such offer only. `terms` say what it is given for, where the benefit knows a threshold.
    """

    amount: int = 0
    weights: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    freight: int = 0
    gifts: tuple[Gift, ...] = ()
    lack: Lack | None = None
    uses: tuple[int, ...] = ()
    terms: Terms | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("weights", "parts", "gifts", "uses"):
            if not isinstance(getattr(self, name), tuple):
                raise BadInput(f"saving.{name}", "a tuple is wanted")
        if not all(isinstance(one, Gift) for one in self.gifts):  # no gift is fine
            raise BadInput("saving.gifts", "a tuple of Gift is wanted")
        if self.lack is not None and not isinstance(self.lack, Lack):
            raise BadInput("saving.lack", "a Lack is wanted")
        if self.terms is not None and not isinstance(self.terms, Terms):
            raise BadInput("saving.terms", "Terms are wanted")
        for one in (self.amount, self.freight, *self.weights, *self.parts, *self.uses):
            # However large: 5.00 off for each cent of a large order is more than money can be.
            if type(one) is not int or one < 0:
                raise BadInput("saving", "a whole number from 0 up is wanted")


class Benefit(Protocol):
    """What an offer gives for goods; one that is only for a currency has it as `currency`."""

    def __call__(self, basket: Basket, /) -> Saving:
        """What the goods get: an empty saving where they get nothing."""
        ...


@attrs.frozen
class Scope:
    """Which lines an offer is about: those that any of its names fits, or all without a name."""

    lines: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        for field, names in attrs.asdict(self).items():
            checked_names(names, f"scope.{field}")

    @property
    def is_all(self) -> bool:
        """Whether it is about all lines."""
        return not (self.lines or self.skus or self.groups)


@attrs.frozen
class When:
    """When an offer is given: from `since` until before `until`, to customers of some tiers.

    With a `coupon`, its code must be given. The goods that the offer is about must cost `least`,
    measured on `basis`, and be `units`.
    """

    since: datetime | None = None
    until: datetime | None = None
    tiers: tuple[str, ...] = ()
    coupon: str = ""
    least: Money | None = None
    basis: Basis = Basis.NET
    units: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("since", "until"):
            at = getattr(self, name)
            if at is not None:
                object.__setattr__(self, name, instant(at, f"when.{name}"))
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise BadInput("when.until", "is not after its beginning")
        checked_names(self.tiers, "when.tiers")
        text(self.coupon, "when.coupon", empty=True)
        if self.least is not None:
            positive(self.least, path="when.least")
        checked_member(self.basis, Basis, "when.basis")
        whole(self.units, "when.units", least=0)


@attrs.frozen
class Offer:
    """An offer: what it gives, to whom, on which goods, and who bears it.

    `bearer` pays for it: empty is the seller, else the platform's, supplier's or brand's reference.
    `reason` is what the customer reads, the offer's id where it is empty. `sharing` is how an
    amount over several lines is told by line. `unmet` is what becomes of it where goods come back
    and the kept ones do not reach its threshold any more; without it, the rules say so.
    """

    id: str
    benefit: Benefit
    when: When = When()
    scope: Scope = Scope()
    bearer: str = ""
    reason: str = ""
    sharing: Spread = Spread.LARGEST_REMAINDER
    unmet: Unmet | None = None
    currency: str = attrs.field(init=False)  # empty: any

    def __attrs_post_init__(self) -> None:
        text(self.id, "offer.id")
        benefit: object = self.benefit
        if not callable(benefit) or isinstance(benefit, type):  # a class would make one
            raise BadInput("offer.benefit", "a function of a basket is wanted")
        if not isinstance(self.when, When):
            raise BadInput("offer.when", "a When is wanted")
        if not isinstance(self.scope, Scope):
            raise BadInput("offer.scope", "a Scope is wanted")
        text(self.bearer, "offer.bearer", empty=True)
        text(self.reason, "offer.reason", empty=True)
        checked_member(self.sharing, Spread, "offer.sharing")
        check_unmet(self.unmet, "offer.unmet")
        currency = text(getattr(benefit, "currency", ""), "offer.benefit.currency", empty=True)
        least = self.when.least
        if least is not None and currency not in ("", least.currency):
            raise BadInput("offer.when.least", f"is in {least.currency}, not in {currency}")
        object.__setattr__(self, "currency", currency or (least.currency if least else ""))


@attrs.frozen
class Given:
    """What is known of the order and its customer when offers are asked for.

    `groups` says which groups a SKU is in (its kind, its brand), `least` what a line must cost at
    least; `freight` is what the host asks for it, before any offer.
    """

    at: datetime
    tier: str = ""
    coupons: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    freight: Money | None = None
    least: tuple[tuple[str, Price], ...] = ()

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "at", instant(self.at, "given.at"))
        text(self.tier, "given.tier", empty=True)
        checked_names(self.coupons, "given.coupons")
        for sku, groups in checked_pairs(self.groups, "given.groups"):
            checked_names(groups, f"given.groups.{sku}")
        if self.freight is not None and not isinstance(self.freight, Money):
            raise BadInput("given.freight", "Money is wanted")
        if self.freight is not None:
            whole(self.freight.minor, "given.freight", least=0, most=MINOR_MAX)
        for line, price in checked_pairs(self.least, "given.least"):
            if not isinstance(price, Price):
                raise BadInput(f"given.least.{line}", "a Price is wanted")


def unmet(offer: Offer, given: Given, basket: Basket) -> Iterator[Refusal]:
    """Every reason why an offer is not for this basket; none when it is."""
    when, name = offer.when, offer.id
    if when.since is not None and given.at < when.since:
        yield Refusal.of("offer_not_begun", offer=name, since=when.since.isoformat())
    if when.until is not None and given.at >= when.until:
        yield Refusal.of("offer_over", offer=name, until=when.until.isoformat())
    if when.tiers and given.tier not in when.tiers:
        tiers = ", ".join(when.tiers)
        yield Refusal.of("offer_for_others", offer=name, tiers=tiers, tier=given.tier or "-")
    if when.coupon and when.coupon not in given.coupons:
        yield Refusal.of("offer_wants_coupon", offer=name)
    if offer.currency and offer.currency != basket.currency:
        wanted, there = offer.currency, basket.currency
        yield Refusal.of("offer_other_currency", offer=name, wanted=wanted, there=there)
    elif not basket.items:
        yield Refusal.of("offer_fits_no_line", offer=name)
    else:
        yield from _too_little(when, name, basket)


def _too_little(when: When, name: str, basket: Basket) -> Iterator[Refusal]:
    if when.least is not None and basket.worth(when.basis) < when.least.minor:
        lack = Lack(when.least.minor, basket.worth(when.basis), money=True)
        yield lacking(name, lack, basket.currency)
    if basket.units < when.units:
        yield lacking(name, Lack(when.units, basket.units), basket.currency)


def lacking(offer: str, lack: Lack, currency: str) -> Refusal:
    """What an offer lacks, as a reason."""
    wanted, there = lack.wanted, lack.there
    if lack.money:
        return Refusal.of(
            "offer_wants_more", offer=offer, wanted=wanted, there=there, currency=currency
        )
    return Refusal.of("offer_wants_units", offer=offer, wanted=wanted, there=there)
