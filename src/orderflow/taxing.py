"""The taxes of an order when it is placed: charges that its customer sees beside the goods.

It knows what is agreed and asks for rates, and refuses to know invoices.

Problem: a customer wants to know what it costs with its taxes before anything is shipped, and the
tax is due only then, at the rate of that day.
Decision: the taxes at placing are charges of the order like others, each with the part of each
line. They are what the customer was told; the invoice says its own, and the order follows it.
Where prices include their taxes there is nothing to add.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from orderflow.agreed import NewCharge, NewOrder
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.money import spread
from orderflow.orders import agreed_charges, opened_lines
from orderflow.records import Charge, ChargeKind, Line
from orderflow.taxes import (
    FEE_GROUP,
    FREIGHT_GROUP,
    Rate,
    Taxing,
    TaxLine,
    TaxQuestion,
    taxed,
)
from orderflow.values import instant

GROUPS = {ChargeKind.FREIGHT: FREIGHT_GROUP, ChargeKind.FEE: FEE_GROUP}
"""The groups that charges of an order as a whole are taxed by."""


def tax_charges(new: NewOrder, taxing: Taxing, at: datetime) -> NewOrder:
    """What is agreed, with its taxes at an instant: one charge for each rate on the goods, and one
    for each on freight and fees.

    Raises `MoveRefused` with every rate that is missing.
    """
    if not isinstance(new, NewOrder):
        raise BadInput("new", "a NewOrder is wanted")
    if not isinstance(taxing, Taxing):
        raise BadInput("taxing", "a Taxing is wanted")
    if any(charge.kind is ChargeKind.TAX for charge in new.charges):
        raise BadInput("charges", "has a tax already")
    day = instant(at, "at")
    lines = tuple([line for wanted in new.lines for line in opened_lines(wanted)])
    made = taxes_on(lines, agreed_charges(new, lines), taxing, new.destination.region, day)
    return attrs.evolve(new, charges=(*new.charges, *made))


def taxes_on(
    lines: Sequence[Line], charges: Sequence[Charge], taxing: Taxing, region: str, at: datetime
) -> tuple[NewCharge, ...]:
    """The taxes on what lines and an order as a whole cost; none where prices include them.

    Raises `MoveRefused` with every rate that is missing.
    """
    place = taxing.where(region)
    worth: dict[str, int] = {}
    for charge in charges:
        for span in charge.spans:
            worth[span.line] = worth.get(span.line, 0) + span.amount
    asked = [
        (line.id, roundable(line.n, line.scale), worth.get(line.id, 0), line.sku, "")
        for line in lines
    ]
    asked += [(one.id, 1, amount, "", GROUPS[one.kind]) for one, amount in costs(charges)]
    unknown: dict[Refusal, None] = {}
    wanted: list[TaxLine] = []
    for id, n, amount, sku, group in asked:
        rates = taxing.table.rates(TaxQuestion(sku, group, place, at))
        if not rates:
            unknown[no_rate(sku or group, place, at)] = None
        wanted.append(TaxLine(id, n, amount, rates))
    if unknown:
        raise MoveRefused(tuple(unknown))
    if taxing.convention.inclusive:
        return ()
    goods: dict[Rate, list[tuple[str, int]]] = {}
    whole: dict[Rate, int] = {}
    done = taxed(wanted, taxing.convention)
    for i, line in enumerate(done.lines):
        for rate, tax in line.taxes:
            if tax and i < len(lines):
                goods.setdefault(rate, []).append((line.line, tax))
            elif tax:
                whole[rate] = whole.get(rate, 0) + tax
    made = [
        NewCharge(
            ChargeKind.TAX, sum([tax for _, tax in parts]), reason=rate.id, parts=tuple(parts)
        )
        for rate, parts in goods.items()
    ]
    made += [
        NewCharge(ChargeKind.TAX, tax, reason=rate.id, parts=(("", tax),))
        for rate, tax in whole.items()
    ]
    return tuple(made)


def roundable(n: int, scale: int) -> int:
    """How many units a tax may be rounded on one by one: measured goods are rounded as one, for the
    tax of a gram is less than a coin.
    """
    return 1 if scale else n


def costs(charges: Sequence[Charge]) -> list[tuple[Charge, int]]:
    """Freight and fees with what is left of each, when what was given off them is shared."""
    found = [one for one in charges if one.kind in GROUPS and one.amount > 0]
    left = [one.amount for one in found]
    for off in charges:
        if not off.spans and off.amount < 0:
            room = rooms(off, [GROUPS[one.kind] for one in found], left)
            left = [a + b for a, b in zip(left, spread(off.amount, room), strict=True)]
    return list(zip(found, left, strict=True))


def rooms(off: Charge, groups: Sequence[str], left: Sequence[int]) -> list[int]:
    """What a charge may take off costs of some groups, of which so much is left: what is off the
    freight is off freight alone, what is off by a credit note is off whatever is left.
    """
    of = GROUPS.get(off.kind)
    return [
        so_much if of in (None, group) else 0 for group, so_much in zip(groups, left, strict=True)
    ]


def no_rate(goods: str, place: str, at: datetime) -> Refusal:
    """What is refused where a table has no rate."""
    return Refusal.of("no_tax_rate", goods=goods, place=place or "nowhere", at=at.isoformat())
