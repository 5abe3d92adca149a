"""What a host decides of the money that goes back for goods that come back.

It knows freight, postage, fees, lost value, thresholds, points and coupons as rules, and refuses to
know orders: what the rules come to is worked out in `refunding`.

Problem: whether the freight goes back, who pays for the way back and what is kept for a scratched
lamp differ by country, by shop and by whose fault it is; written into a refund, each new law breaks
it.
Decision: a host names them once. What it does not name, it does not do: then a customer gets back
what the units carried, and the freight stays.

Two rules no host can bend. Nothing is kept for what is the fault of the seller or the carrier. And
in a withdrawal by law no fee is kept for the trouble: only what the goods have lost in value.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.money import Money, Rounding, divided, positive
from orderflow.reasons import Fault
from orderflow.thresholds import Unmet
from orderflow.values import decimal, text, unique

NOT_HIS: Final = (Fault.SELLER, Fault.CARRIER)
"""Whose fault costs the customer nothing."""


class FreightBack(StrEnum):
    """How much of the freight goes back with goods that come back."""

    NONE = "none"
    ALL = "all"
    """All of it, with the first unit."""
    PRO_RATA = "pro rata"
    """As much as the units are worth of all that was ordered."""
    LAST = "last"
    """All of it, with the last unit: when nothing is kept. Of what came back for other reasons,
    its part stays."""


@attrs.frozen
class Deduction:
    """What is kept of what units cost: `percent` of it, and of each unit an amount in its currency.

    A currency that is not named has no amount.
    """

    percent: Decimal = Decimal(0)
    amounts: tuple[Money, ...] = ()

    def __attrs_post_init__(self) -> None:
        percent = decimal(self.percent, "deduction.percent")
        if not 0 <= percent <= 100:
            raise BadInput("deduction.percent", "from 0 to 100 is wanted")
        object.__setattr__(self, "percent", percent)
        checked_amounts(self.amounts, "deduction.amounts")
        if not (percent or self.amounts):
            raise BadInput("deduction.percent", "a percentage or an amount is wanted")

    def of(self, worth: int, n: int, currency: str) -> int:
        """What is kept of `n` units that cost `worth` minor units; never more than that."""
        top, bottom = self.percent.as_integer_ratio()
        part = divided(worth * top, 100 * bottom, Rounding.HALF_UP)
        return min(worth, part + n * amount_in(self.amounts, currency))


@attrs.frozen
class RestockingFee:
    """A fee for goods that come back for one of `reasons` and in one of `conditions`, or in any."""

    fee: Deduction
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.fee, Deduction):
            raise BadInput("restocking.fee", "a Deduction is wanted")
        for name in ("reasons", "conditions"):
            _check_names(getattr(self, name), f"restocking.{name}")

    def fits(self, reason: str, condition: str) -> bool:
        """Whether it is for goods of that reason and condition."""
        return reason in (self.reasons or (reason,)) and condition in (
            self.conditions or (condition,)
        )


@attrs.frozen
class LostValue:
    """What goods in a condition have lost in value, where the customer is answerable for it."""

    condition: str
    loss: Deduction

    def __attrs_post_init__(self) -> None:
        text(self.condition, "lost_value.condition")
        if not isinstance(self.loss, Deduction):
            raise BadInput("lost_value.loss", "a Deduction is wanted")


@attrs.frozen
class GiftWorth:
    """What one unit of a SKU is worth that was a gift, where it is kept without what earned it."""

    sku: str
    amounts: tuple[Money, ...]

    def __attrs_post_init__(self) -> None:
        text(self.sku, "gifts.sku")
        checked_amounts(self.amounts, "gifts.amounts")


@attrs.frozen
class Refunding:
    """What goes back, beside what the units carried that came back, and what is kept of it.

    `unmet` is what becomes of discounts whose threshold is not reached any more. `freight` says for
    each fault how much of the freight goes back; for those that are not named, none does.
    `postage` is what each return costs that the shop sends a label for, where the fault is one of
    `postage_by`; that of seller and carrier never is. The first of `restocking` that fits is kept,
    and `lost_value` by the condition of the goods.
    `points` are earned one for each such amount that goods cost, and taken back with them. With
    `coupons` the uses of an order's codes are given back when all of its goods came back.
    `gifts` are deducted at their worth that are kept when all that has earned them came back.
    """

    unmet: Unmet = Unmet.KEEP
    freight: tuple[tuple[Fault, FreightBack], ...] = ()
    postage: tuple[Money, ...] = ()
    postage_by: tuple[Fault, ...] = (Fault.CUSTOMER, Fault.NOBODY)
    restocking: tuple[RestockingFee, ...] = ()
    lost_value: tuple[LostValue, ...] = ()
    points: tuple[Money, ...] = ()
    coupons: bool = False
    gifts: tuple[GiftWorth, ...] = ()

    def __attrs_post_init__(self) -> None:
        if type(self.unmet) is not Unmet:
            raise BadInput("refunding.unmet", f"one of {', '.join(Unmet)} is wanted")
        _check_freight(self.freight)
        checked_amounts(self.postage, "refunding.postage")
        _check_faults(self.postage_by)
        _check_all(self.restocking, RestockingFee, "refunding.restocking")
        _check_all(self.lost_value, LostValue, "refunding.lost_value")
        unique((one.condition for one in self.lost_value), "refunding.lost_value")
        _check_all(self.gifts, GiftWorth, "refunding.gifts")
        unique((one.sku for one in self.gifts), "refunding.gifts")
        checked_amounts(self.points, "refunding.points")
        if type(self.coupons) is not bool:
            raise BadInput("refunding.coupons", "true or false is wanted")

    def freight_for(self, fault: Fault) -> FreightBack:
        """How much of the freight goes back for a fault."""
        return dict(self.freight).get(fault, FreightBack.NONE)


def amount_in(amounts: tuple[Money, ...], currency: str) -> int:
    """The minor units of the amount in a currency; nothing where there is none."""
    return next((one.minor for one in amounts if one.currency == currency), 0)


def checked_amounts(amounts: object, path: str) -> None:
    """A tuple of amounts above zero, one a currency."""
    if not isinstance(amounts, tuple):
        raise BadInput(path, "a tuple of Money is wanted, one a currency")
    for i, one in enumerate(amounts):
        positive(one, path=f"{path}[{i}]")
    unique((one.currency for one in amounts), path)


def _check_freight(freight: object) -> None:
    path = "refunding.freight"
    if not isinstance(freight, tuple):
        raise BadInput(path, "a tuple of pairs of Fault and FreightBack is wanted")
    for i, pair in enumerate(freight):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(f"{path}[{i}]", "a pair of Fault and FreightBack is wanted")
        if type(pair[0]) is not Fault or type(pair[1]) is not FreightBack:
            raise BadInput(f"{path}[{i}]", "a pair of Fault and FreightBack is wanted")
    unique((fault for fault, _ in freight), path)


def _check_faults(faults: object) -> None:
    path = "refunding.postage_by"
    if not isinstance(faults, tuple) or any(type(one) is not Fault for one in faults):
        raise BadInput(path, "a tuple of Fault is wanted")
    if any(one in NOT_HIS for one in faults):
        raise BadInput(path, "the customer pays for no fault of the seller or the carrier")
    unique(faults, path)


def _check_all(values: object, kind: type[object], path: str) -> None:
    if not isinstance(values, tuple) or any(type(one) is not kind for one in values):
        raise BadInput(path, f"a tuple of {kind.__name__} is wanted")


def _check_names(names: object, path: str) -> None:
    if not isinstance(names, tuple):
        raise BadInput(path, "a tuple of names is wanted")
    for name in names:
        text(name, path)
    unique(names, path)


PLAIN_REFUNDING: Final = Refunding()
"""What units carried goes back, and nothing else."""
