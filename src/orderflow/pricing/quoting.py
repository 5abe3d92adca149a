"""What an order costs after offers, before it is placed.

It knows what is agreed and which offers there are, and refuses to know taxes and customers.

Decision: an offer that is used becomes a charge of its own with its bearer and its part of each
line, and nothing is left to be shared or computed when the order is placed. So what a customer was
shown is what he is charged. Discounts that the host has agreed already come first, and get their
parts here too.
Taxes come last, on what the goods cost then; an order that has some already is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from orderflow.agreed import LineAmounts, NewCharge, NewLine, NewOrder
from orderflow.errors import BadInput
from orderflow.money import Price, spread
from orderflow.pricing.discounting import Discounts, Passed, Used, discounted
from orderflow.pricing.offers import Given, Item, Offer
from orderflow.records import ChargeKind


@attrs.frozen
class Priced:
    """An order with what its offers gave, and what became of each offer.

    `gifts` say which offer added which line.
    """

    order: NewOrder
    used: tuple[Used, ...]
    passed: tuple[Passed, ...]
    gifts: tuple[tuple[str, str], ...] = ()


def priced(new: NewOrder, offers: Sequence[Offer], given: Given) -> Priced:
    """Ask offers in their order, each on what the order costs after those before it.

    The order that comes back has a charge for each discount, a line for each gift, and the coupons
    of the offers that are used.
    """
    if not isinstance(new, NewOrder):
        raise BadInput("new", "a NewOrder is wanted")
    if not isinstance(given, Given):
        raise BadInput("given", "a Given is wanted")
    charges, net = _agreed(new)
    freight = sum([one.amount for one in charges if one.kind is ChargeKind.FREIGHT])
    if given.freight is not None:
        if given.freight.currency != new.currency:
            raise BadInput("given.freight", f"is in {given.freight.currency}, not {new.currency}")
        charges.append(NewCharge(ChargeKind.FREIGHT, given.freight.minor))
        freight += given.freight.minor
    found = discounted(_items(new, net, given), freight, new.currency, offers, given)
    for one in found.used:
        charges += _charged(one)
    gifted, gifts = _gifts(new, found)
    codes = {one.id: one.when.coupon for one in offers}
    wanted = [codes[one.offer] for one in found.used if codes[one.offer]]
    coupons = tuple(dict.fromkeys((*new.coupons, *wanted)))
    lines = (*new.lines, *gifted)
    order = attrs.evolve(new, lines=lines, charges=tuple(charges), coupons=coupons)
    return Priced(order, found.used, found.passed, gifts)


def _agreed(new: NewOrder) -> tuple[list[NewCharge], dict[str, int]]:
    """The charges that the host has agreed, shared over lines, and what each line costs then."""
    net = {line.id: line.amount for line in new.lines}
    kit_of = {part: line.id for line in new.lines for part in line.opened}
    charges: list[NewCharge] = []
    for i, charge in enumerate(new.charges):
        made = charge
        if charge.kind is ChargeKind.TAX:
            raise BadInput(f"charges[{i}].kind", "taxes come after offers")
        if charge.kind is ChargeKind.DISCOUNT and not charge.parts:
            meant = charge.lines or tuple(net)
            shares = spread(charge.amount, [net[line] for line in meant]) if meant else ()
            parts = tuple([pair for pair in zip(meant, shares, strict=True) if pair[1]])
            made = attrs.evolve(charge, lines=() if parts else charge.lines, parts=parts)
        for name, part in made.parts:
            line = kit_of.get(name, name)
            net[line] += part
            if net[line] < 0:
                raise BadInput(f"charges[{i}].amount", "the discount is more than its lines cost")
        charges.append(made)
    return charges, net


def _items(new: NewOrder, net: dict[str, int], given: Given) -> list[Item]:
    groups, least = dict(given.groups), dict(given.least)
    for line in least:
        if line not in net:
            raise BadInput("given.least", f"there is no line {line}")
        if least[line].currency != new.currency:
            raise BadInput(f"given.least.{line}", f"is not in {new.currency}")
    return [_item(line, net[line.id], groups, least) for line in new.lines]


def _item(
    line: NewLine,
    net: int,
    groups: Mapping[str, tuple[str, ...]],
    least: Mapping[str, Price],
) -> Item:
    weight = line.n * (line.grams_each or 1)
    floor = least.get(line.id)
    return Item(
        line.id,
        line.sku.code,
        line.n,
        line.price.per,
        weight,
        line.amount,
        net,
        floor.times(weight) if floor else 0,
        groups.get(line.sku.code, ()),
    )


def _charged(one: Used) -> list[NewCharge]:
    """The charges of an offer: on goods, and on freight."""
    made: list[NewCharge] = []
    if one.parts:
        parts: LineAmounts = tuple([(line, -part) for line, part in one.parts])
        made.append(
            NewCharge(
                ChargeKind.DISCOUNT,
                one.freight - one.amount,
                bearer=one.bearer,
                reason=one.reason,
                parts=parts,
                terms=one.terms,
            )
        )
    if one.freight:
        made.append(
            NewCharge(
                ChargeKind.FREIGHT,
                -one.freight,
                bearer=one.bearer,
                reason=one.reason,
                terms=one.terms,
            )
        )
    return made


def _gifts(new: NewOrder, found: Discounts) -> tuple[list[NewLine], tuple[tuple[str, str], ...]]:
    """A line for each gift, by a name that no line has."""
    taken = {id for line in new.lines for id in (line.id, *line.opened)}
    lines: list[NewLine] = []
    names: list[tuple[str, str]] = []
    number = 0
    for one in found.used:
        for gift in one.gifts:
            number += 1
            while f"gift-{number}" in taken:
                number += 1
            id = f"gift-{number}"
            lines.append(NewLine(id, gift.sku, gift.n, gift.price, gift_for=one.earned_by))
            names.append((one.offer, id))
    return lines, tuple(names)
