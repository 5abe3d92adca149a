"""What is agreed when an order is placed: its lines, its charges, and whom it is for.

It knows which values make sense together, and refuses to know how an order is opened from them.

Problem: prices, discounts and taxes are found before there is an order, by the host or by offers
and tables, and each of them wants to add to the same agreement.
Decision: what is agreed is a value of its own, checked as it is made. Whoever prices it gives
another such value, with more charges, and only the last one is placed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.kits import Component, check_components, part_id
from orderflow.money import Price, Rounding, exponent
from orderflow.records import ChargeKind, Destination, Fixing
from orderflow.thresholds import Terms
from orderflow.values import MINOR_MAX, Sku, instant, several, text, unique, whole

LINES_MAX: Final = 10_000

OF_THE_ORDER: Final = (ChargeKind.FREIGHT, ChargeKind.FEE)
"""Charges that belong to an order as a whole, and to none of its units."""

AGREED_KINDS: Final = (ChargeKind.DISCOUNT, ChargeKind.TAX, *OF_THE_ORDER)
"""The charges that are agreed beside the price of the goods."""

_MAY_BE_BELOW_ZERO: Final = (ChargeKind.DISCOUNT, ChargeKind.FREIGHT)

LineAmounts: TypeAlias = tuple[tuple[str, int], ...]
"""(line id, minor units) pairs."""


@attrs.frozen
class NewLine:
    """A line to be ordered: `n` smallest units of a SKU at a price.

    `promised` is the date that was agreed for it; a `serial` is of the only unit of its line, and
    others are scanned (`scan_serials`) when the warehouse has them. A `service` is redeemed instead
    of shipped, until its promised date where it has one.
    With `components` the SKU is a kit: each of these becomes a line of its own, `1.1` and `1.2` of
    the kit on line 1, and carries its part of the price.
    `rounding` makes an amount of the price, once for the line; `version` names the price list or
    agreement that the price is of. `gift_for` are the lines or the offer that earned a free item.
    `fixed` says when the amount is: at placing, unless the agreement leaves it open. Goods that are
    ordered by the piece and sold by weight have `grams_each`, at a price for so many grams, and
    cost what that comes to until they are weighed.
    """

    id: str
    sku: Sku
    n: int
    price: Price
    serial: str = ""
    promised: datetime | None = None
    service: bool = False
    components: tuple[Component, ...] = ()
    rounding: Rounding = Rounding.HALF_UP
    fixed: Fixing = Fixing.PLACING
    grams_each: int = 0
    gift_for: tuple[str, ...] = ()
    version: str = ""

    def __attrs_post_init__(self) -> None:
        text(self.id, "line.id")
        path = f"line {self.id}"
        if not isinstance(self.sku, Sku):
            raise BadInput(f"{path}.sku", "a Sku is wanted")
        whole(self.n, f"{path}.n")
        if not isinstance(self.price, Price):
            raise BadInput(f"{path}.price", "a Price is wanted")
        if text(self.serial, f"{path}.serial", empty=True) and self.n != 1:
            raise BadInput(f"{path}.serial", "names one unit: the line must be of one")
        if self.promised is not None:
            object.__setattr__(self, "promised", instant(self.promised, f"{path}.promised"))
        if type(self.service) is not bool:
            raise BadInput(f"{path}.service", "true or false is wanted")
        check_components(self.sku, self.n, self.price, self.components, self.id)
        if self.components and (self.serial or self.service):
            raise BadInput(f"{path}.components", "a kit has no serial and is no service")
        if type(self.rounding) is not Rounding:
            raise BadInput(f"{path}.rounding", f"one of {', '.join(Rounding)} is wanted")
        self._check_fixing(path)
        if self.gift_for != ():
            several(self.gift_for, f"{path}.gift_for")
        text(self.version, f"{path}.version", empty=True)

    def _check_fixing(self, path: str) -> None:
        if type(self.fixed) is not Fixing:
            raise BadInput(f"{path}.fixed", f"one of {', '.join(Fixing)} is wanted")
        whole(self.grams_each, f"{path}.grams_each", least=0)
        if (self.fixed is Fixing.WEIGHING) != bool(self.grams_each):
            raise BadInput(f"{path}.grams_each", "goes with an amount that is fixed at weighing")
        if self.grams_each:
            whole(self.n * self.grams_each, f"{path}.grams_each")
            if self.components or self.service or self.sku.scale:
                raise BadInput(f"{path}.grams_each", "only goods by the piece are weighed so")

    @property
    def amount(self) -> int:
        """What the line costs at its price, in minor units, rounded once; without any charge."""
        return self.price.times(self.n * (self.grams_each or 1), self.rounding)

    @property
    def opened(self) -> tuple[str, ...]:
        """The ids of the lines that it becomes: its own, or those of its parts."""
        if not self.components:
            return (self.id,)
        return tuple([part_id(self.id, i) for i in range(len(self.components))])


@attrs.frozen
class NewCharge:
    """A discount, tax, freight or fee to be agreed, in minor units; a discount is below zero.

    Freight below zero is a discount on the freight charged before it, which never falls below zero.
    A discount or tax is shared over `lines` (all, when empty) by what they carry; freight and fees
    belong to the order as a whole. `bearer` pays for a discount: empty is the seller.
    Where somebody has shared it already, `parts` has each line's own part, and they sum to
    `amount`. They may name a kit, which shares its part over its lines, or one of these lines. A
    tax of the order as a whole, as on its freight, is one part of no line: `(("", amount),)`.
    `terms` are what a discount, or one on freight, was given for.
    """

    kind: ChargeKind
    amount: int
    lines: tuple[str, ...] = ()
    bearer: str = ""
    reason: str = ""
    parts: LineAmounts = ()
    terms: Terms | None = None

    def __attrs_post_init__(self) -> None:
        if not (type(self.kind) is ChargeKind and self.kind in AGREED_KINDS):
            raise BadInput("charge.kind", f"one of {', '.join(AGREED_KINDS)} is wanted")
        least = -MINOR_MAX if self.kind in _MAY_BE_BELOW_ZERO else 0
        most = 0 if self.kind is ChargeKind.DISCOUNT else MINOR_MAX
        whole(self.amount, "charge.amount", least=least, most=most)
        if not isinstance(self.lines, tuple):
            raise BadInput("charge.lines", "a tuple of lines is wanted")
        for line in self.lines:
            text(line, "charge.lines")
        unique(self.lines, "charge.lines")
        text(self.bearer, "charge.bearer", empty=True)
        text(self.reason, "charge.reason", empty=True)
        _check_terms(self)
        _check_parts(self.parts, least, most, whole_order=self.kind is ChargeKind.TAX)
        if not self.parts:
            return
        if self.kind in OF_THE_ORDER:
            raise BadInput("charge.parts", "freight and fees belong to the order as a whole")
        if self.lines:
            raise BadInput("charge.parts", "names its lines itself: lines must be empty")
        if sum([part for _, part in self.parts]) != self.amount:
            raise BadInput("charge.parts", "must sum to the amount")

    @property
    def is_of_order(self) -> bool:
        """Whether it belongs to the order as a whole, and to none of its units."""
        return self.kind in OF_THE_ORDER or any(not line for line, _ in self.parts)


def _check_terms(charge: NewCharge) -> None:
    if charge.terms is None:
        return
    if not isinstance(charge.terms, Terms):
        raise BadInput("charge.terms", "Terms are wanted")
    if charge.kind not in _MAY_BE_BELOW_ZERO or charge.amount > 0:
        raise BadInput("charge.terms", "only a discount is given for something")


def _check_parts(parts: object, least: int, most: int, *, whole_order: bool) -> None:
    if not isinstance(parts, tuple):
        raise BadInput("charge.parts", "a tuple of pairs of line and amount is wanted")
    for i, pair in enumerate(parts):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(f"charge.parts[{i}]", "a pair of line and amount is wanted")
        text(pair[0], f"charge.parts[{i}].line", empty=whole_order and len(parts) == 1)
        whole(pair[1], f"charge.parts[{i}].amount", least=least, most=most)
    unique((line for line, _ in parts), "charge.parts")


@attrs.frozen
class NewOrder:
    """All that is agreed when an order is placed.

    `customer` is a person's reference; `number` is the channel's own and unique there; `pay_by` is
    when an unpaid order falls due to expire; a lower `priority` is more urgent. Each of its
    `coupons` is used once. `on_account` it goes out unpaid, on the credit of its customer; then
    `pay_by` is when it is to be paid, and without it the terms of the credit say so. `tier` is that
    of its customer, and says what he has after the sale.
    """

    customer: str
    currency: str
    lines: tuple[NewLine, ...]
    charges: tuple[NewCharge, ...] = ()
    seller: str = ""
    channel: str = ""
    shop: str = ""
    number: str = ""
    cash_on_delivery: bool = False
    priority: int = 0
    pay_by: datetime | None = None
    destination: Destination = Destination()
    coupons: tuple[str, ...] = ()
    on_account: bool = False
    tier: str = ""

    def __attrs_post_init__(self) -> None:
        text(self.customer, "customer")
        exponent(self.currency)
        for name in ("seller", "channel", "shop", "number", "tier"):
            text(getattr(self, name), name, empty=True)
        if type(self.cash_on_delivery) is not bool:
            raise BadInput("cash_on_delivery", "true or false is wanted")
        if type(self.on_account) is not bool:
            raise BadInput("on_account", "true or false is wanted")
        if self.on_account and self.cash_on_delivery:
            raise BadInput("on_account", "an order is paid at the door or on account, not both")
        whole(self.priority, "priority", least=0, most=1_000_000)
        if self.pay_by is not None:
            object.__setattr__(self, "pay_by", instant(self.pay_by, "pay_by"))
        if self.coupons != ():
            several(self.coupons, "coupons")
        checked_tuple(self.lines, NewLine, "lines")
        checked_tuple(self.charges, NewCharge, "charges")
        unique((line.id for line in self.lines), "lines")
        _check_kits(self.lines)
        for line in self.lines:
            if line.price.currency != self.currency:
                raise BadInput(
                    f"line {line.id}.price", f"is in {line.price.currency}, not {self.currency}"
                )
        _check_freight(self.charges)
        known = {line.id for line in self.lines}
        kit_of = {part: line.id for line in self.lines for part in line.opened}
        for charge in self.charges:
            for name in charge.lines:
                if name not in known:
                    raise BadInput("charge.lines", f"there is no line {name}")
            parts = {name for name, _ in charge.parts if name}
            for name in sorted(parts):
                if name not in known and name not in kit_of:
                    raise BadInput("charge.parts", f"there is no line {name}")
                kit = kit_of.get(name, name)
                if kit != name and kit in parts:
                    raise BadInput("charge.parts", f"{name} is a part of {kit}")
            if charge.terms is not None:
                for name in charge.terms.lines:
                    if name not in known:
                        raise BadInput("charge.terms.lines", f"there is no line {name}")
                for name in [name for names, _ in charge.terms.together for name in names]:
                    if name not in known:
                        raise BadInput("charge.terms.together", f"there is no line {name}")
        _checked_destination(self.destination)


def _check_freight(charges: tuple[NewCharge, ...]) -> None:
    freight = 0
    for i, charge in enumerate(charges):
        if charge.kind is ChargeKind.FREIGHT:
            freight += charge.amount
            if freight < 0:
                raise BadInput(f"charges[{i}].amount", "the discount is more than the freight")


def _check_kits(lines: tuple[NewLine, ...]) -> None:
    """A kit's parts are lines beside the others, and none of them is a kit."""
    kits = [line for line in lines if line.components]
    if not kits:
        return
    opened = [id for line in lines for id in line.opened]
    if len(opened) > LINES_MAX:
        raise BadInput("lines", f"with the parts of kits there are more than {LINES_MAX}")
    unique((*opened, *(kit.id for kit in kits)), "lines")
    made = {kit.sku.code for kit in kits}
    for kit in kits:
        for i, one in enumerate(kit.components):
            if one.sku.code in made:
                path = f"line {kit.id}.components[{i}]"
                raise BadInput(path, f"{one.sku.code} is a kit itself")


def checked_tuple(values: object, wanted: type, path: str) -> None:
    """`values` must be a tuple of at most `LINES_MAX` of one type; `BadInput` with the path."""
    if not isinstance(values, tuple) or len(values) > LINES_MAX:
        raise BadInput(path, f"a tuple of at most {LINES_MAX} is wanted")
    for i, value in enumerate(values):
        if not isinstance(value, wanted):
            raise BadInput(f"{path}[{i}]", f"a {wanted.__name__} is wanted")


def _checked_destination(destination: object) -> None:
    if not isinstance(destination, Destination):
        raise BadInput("destination", "a Destination is wanted")
    text(destination.address, "destination.address", empty=True)
    text(destination.region, "destination.region", empty=True)
    for name, most in (("latitude_e6", 90_000_000), ("longitude_e6", 180_000_000)):
        degrees = getattr(destination, name)
        if degrees is not None:
            whole(degrees, f"destination.{name}", least=-most, most=most)
    if (destination.latitude_e6 is None) != (destination.longitude_e6 is None):
        raise BadInput("destination", "latitude and longitude go together")
    if text(destination.zone, "destination.zone", empty=True):
        from orderflow.windows import check_zone  # here, so that a plain shop loads no zones

        check_zone(destination.zone, "destination.zone")
