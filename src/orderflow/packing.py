"""What goods need so that they travel whole: limits of a box, what shares none, marks, scales.

It knows a host's limits and the weights of its goods, and refuses to know who packs and carries.

Problem: a vase under an anvil, lithium cells in a bag of liquid, a box that the courier sends back
for 200 grams: each is found when it is too late, and each could have been read off the packing.
Decision: a host says once, in its `Rules`, what its goods are like. What would not travel is no
parcel then; what leaves was on the scales, and bears the marks that its goods want.
Observation: a box that weighs what its goods weigh holds them, as far as scales can tell; so a
weight that is off says that something is missing or is too much, before a customer says so.
The weights of goods are long lists, and journals keep the rules as text, so they stand there by
the `name` of the list: another list needs another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.quantities import Quantities
from orderflow.values import QUANTITY_MAX, several, text, unique, whole

PER_MILLE_MAX: Final = 1_000


def _pairs(apart: object) -> tuple[tuple[str, str], ...]:
    """Pairs of traits, each in one order, so that equal limits are written alike."""
    if not isinstance(apart, tuple):
        raise BadInput("packing.apart", "a tuple of pairs of traits is wanted")
    found: set[tuple[str, str]] = set()
    for i, pair in enumerate(apart):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(f"packing.apart[{i}]", "a pair of traits is wanted")
        one, other = (text(part, f"packing.apart[{i}]") for part in pair)
        found.add((min(one, other), max(one, other)))
    return tuple(sorted(found))


@attrs.frozen
class Clash:
    """Two traits that may not share a box, and the SKUs that have them."""

    traits: tuple[str, str]
    skus: tuple[str, str]


@attrs.frozen
class Packing:
    """What a parcel may hold, weigh and leave without.

    `grams` and `cm3` are of one unit of each SKU, `box_grams` is the box; a parcel weighs and
    measures at most `grams_max` and `cm3_max`. On the scales a parcel may be off by
    `off_grams_max` or by `off_per_mille_max` of what its goods and its box weigh, whichever is
    more; without either, and where the weight of some goods is not known, any weight is taken.
    `traits` say what a SKU is like ("fragile", "battery"); two that are `apart` share no box.
    Nothing leaves without the marks that its goods have among `marked`, nor, where all are
    `weighed`, without having been on the scales.
    """

    name: str
    grams: Quantities = attrs.field(default=Quantities(), repr=False, eq=False)
    cm3: Quantities = attrs.field(default=Quantities(), repr=False, eq=False)
    traits: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, repr=False, eq=False)
    box_grams: int = 0
    grams_max: int | None = None
    cm3_max: int | None = None
    off_grams_max: int | None = None
    off_per_mille_max: int | None = None
    apart: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    marked: tuple[str, ...] = ()
    weighed: bool = False

    def __attrs_post_init__(self) -> None:
        text(self.name, "packing.name")
        for name in ("grams", "cm3"):
            if not isinstance(getattr(self, name), Quantities):
                raise BadInput(f"packing.{name}", "Quantities are wanted")
        if not isinstance(self.traits, Mapping):
            raise BadInput("packing.traits", "a mapping of SKU to traits is wanted")
        for sku, traits in self.traits.items():
            several(traits, f"packing.traits {text(sku, 'packing.traits')}")
        whole(self.box_grams, "packing.box_grams", least=0)
        for name, most in (
            ("grams_max", QUANTITY_MAX),
            ("cm3_max", QUANTITY_MAX),
            ("off_grams_max", QUANTITY_MAX),
            ("off_per_mille_max", PER_MILLE_MAX),
        ):
            limit = getattr(self, name)
            if limit is not None:
                whole(limit, f"packing.{name}", least=0, most=most)
        if self.marked != ():
            unique(several(self.marked, "packing.marked"), "packing.marked")
        if type(self.weighed) is not bool:
            raise BadInput("packing.weighed", "true or false is wanted")

    def known_grams(self, inside: Quantities) -> int:
        """What these goods weigh with their box, as far as it is known."""
        return self.box_grams + sum(n * self.grams[sku] for sku, n in inside.items())

    def known_cm3(self, inside: Quantities) -> int:
        """The room that these goods take, as far as it is known."""
        return sum(n * self.cm3[sku] for sku, n in inside.items())

    def weighs(self, inside: Quantities) -> tuple[int, int] | None:
        """The least and the most that a box of these goods may weigh; `None`: any weight.

        >>> lamps = Packing("2026", Quantities({"LAMP": 800}), box_grams=200, off_per_mille_max=50)
        >>> lamps.weighs(Quantities({"LAMP": 2}))
        (1710, 1890)
        """
        if self.off_grams_max is None and self.off_per_mille_max is None:
            return None
        if any(sku not in self.grams for sku in inside):  # empty: the box alone is known
            return None
        expected = self.known_grams(inside)
        off = max(self.off_grams_max or 0, expected * (self.off_per_mille_max or 0) // 1_000)
        return max(0, expected - off), expected + off

    def clashes(self, skus: Iterable[str]) -> tuple[Clash, ...]:
        """The traits that may not share a box and would, each pair once."""
        having: dict[str, str] = {}
        for sku in sorted(set(skus), reverse=True):
            having |= dict.fromkeys(self.traits.get(sku, ()), sku)
        return tuple(
            Clash((one, other), (having[one], having[other]))
            for one, other in self.apart
            if one in having and other in having
        )

    def marks_of(self, skus: Iterable[str]) -> tuple[str, ...]:
        """The marks that a box of these goods bears, in the order of `marked`."""
        having = {trait for sku in skus for trait in self.traits.get(sku, ())}
        return tuple(mark for mark in self.marked if mark in having)
