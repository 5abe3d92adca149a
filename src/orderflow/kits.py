"""Kits: sold as one line at one price, and kept as the lines of their parts.

It knows how a kit becomes lines and how many whole kits lines make, and refuses to know stock.

Problem: where a kit stays one line, its stock is a number that nobody counts, and a part that is
lost, returned or out of stock has no place to be written down.
Observation: parts are what is promised, picked and returned; the kit is a price and a name.
Decision: a kit is exploded once, when it is ordered, and what was agreed then stays: its parts are
lines of their own, and a kit that is put together otherwise tomorrow changes none of them.

The kit's price is shared over its parts by weight, at its own precision and no coarser than a coin,
so that the parts' prices sum to it; each is the price of as many units as one kit has.
The amount of the line is rounded once, for all kits, and shared by these prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import lcm
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.money import Price, exponent, spread
from orderflow.records import Line, Order, Span, Spot
from orderflow.states import UnitState
from orderflow.values import MINOR_MAX, QUANTITY_MAX, Sku, text, unique, whole

PARTS_MAX: Final = 1_000


@attrs.frozen
class Component:
    """A kit has `n` smallest units of a SKU, which carry the kit's price by their `weight`.

    The weight is of all `n` together; where no part weighs anything, all weigh alike.
    """

    sku: Sku
    n: int
    weight: int = 1

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.sku, Sku):
            raise BadInput("component.sku", "a Sku is wanted")
        whole(self.n, f"component {self.sku.code}.n")
        whole(self.weight, f"component {self.sku.code}.weight", least=0, most=MINOR_MAX)


def check_components(kit: Sku, n: int, price: Price, components: object, line: str) -> None:
    """A kit is counted in pieces, and has each SKU once, itself never; `BadInput` otherwise."""
    path = f"line {line}"
    if not isinstance(components, tuple) or len(components) > PARTS_MAX:
        raise BadInput(f"{path}.components", f"a tuple of at most {PARTS_MAX} is wanted")
    made: list[Component] = []
    for i, one in enumerate(components):
        if not isinstance(one, Component):
            raise BadInput(f"{path}.components[{i}]", "a Component is wanted")
        made.append(one)
        text(part_id(line, i), f"{path}.components[{i}]")
        whole(n * one.n, f"{path}.components[{i}].n", most=QUANTITY_MAX)
        whole(price.per * one.n, f"{path}.components[{i}].per", most=QUANTITY_MAX)
        if one.sku.code == kit.code:
            raise BadInput(f"{path}.components[{i}]", f"{kit.code} would be a part of itself")
    unique((one.sku.code for one in made), f"{path}.components")
    if made and kit.scale:
        raise BadInput(f"{path}.sku", "a kit is counted in pieces: its scale must be 0")


def part_id(line: str, i: int) -> str:
    """The line of a kit's part: `1.1` and `1.2` of the kit on line 1."""
    return f"{line}.{i + 1}"


def exploded(kit: Line, price: Price, components: Sequence[Component]) -> tuple[Line, ...]:
    """The lines of a kit's parts; `kit` is its line as it would stand without them."""
    prices = shared_price(price, [one.weight for one in components])
    return tuple(
        Line(
            part_id(kit.id, i),
            one.sku.code,
            kit.n * one.n,
            share,
            kit.per * one.n,
            one.sku.unit,
            one.sku.scale,
            tuple([Spot(spot.state, spot.n * one.n, spot.slice) for spot in kit.spots]),
            (),
            kit.promised,
            kit.service,
            kit.id,
            one.n,
            kit.rounding,
            kit.fixed,
            0,
            kit.gift_for,
        )
        for i, (one, share) in enumerate(zip(components, prices, strict=True))
    )


def shared_price(price: Price, weights: Sequence[int]) -> tuple[Decimal, ...]:
    """A price shared by weight, as fine as it is and no coarser than a coin; the parts sum to it.

    >>> [str(part) for part in shared_price(Price.of("10", "EUR"), (1, 2))]
    ['3.33', '6.67']
    """
    top, bottom = price.amount.as_integer_ratio()
    digits = price.amount.as_tuple().exponent
    fine = max(exponent(price.currency), -digits if isinstance(digits, int) else 0)
    parts = spread(top * 10**fine // bottom, weights)
    return tuple([Decimal((0, Decimal(part).as_tuple().digits, -fine)) for part in parts])


def kit_spans(amount: int, parts: Sequence[Line]) -> tuple[Span, ...]:
    """What the lines of a kit's parts carry of its amount, by their prices."""
    shares = spread(amount, price_weights(parts))
    return tuple(
        [Span(part.id, 0, part.n, share) for part, share in zip(parts, shares, strict=True)]
    )


def price_weights(parts: Sequence[Line]) -> list[int]:
    """In which proportion a kit's parts carry its price, as it was agreed when it was ordered."""
    ratios = [part.price.as_integer_ratio() for part in parts]
    common = lcm(*[bottom for _, bottom in ratios])
    return [top * (common // bottom) for top, bottom in ratios]


def lines_named(order: Order, names: Sequence[str]) -> tuple[str, ...]:
    """The lines that are named: a kit's name stands for all its parts."""
    if not order.kits:
        return tuple(dict.fromkeys(names))
    kits, meant = {one.id for one in order.kits}, set(names)
    parts = [line for line in order.lines if line.kit in meant]
    plain = [name for name in names if name not in kits]
    return tuple(dict.fromkeys((*plain, *(line.id for line in parts))))


def whole_kits(order: Order, kit: str, *states: UnitState) -> int:
    """How many whole kits stand in these states: as many as the scarcest part makes.

    A kit that the order does not have makes none.
    """
    parts = [line for line in order.lines if line.kit == kit]
    return min([part.count(*states) // part.per_kit for part in parts], default=0)
