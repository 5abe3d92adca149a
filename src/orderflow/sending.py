"""What it costs to send an order's goods, and how far an order may be split.

It knows a host's price lists and its limits, and refuses to know which places there are.

Problem: which location ships what is decided by figures that no order has: what a parcel costs to
an address, what a SKU weighs, which goods must not be parted.
Decision: a host names them once, in its `Rules`.
Price lists and weights are long, and journals keep the rules as text, so they stand there by the
`name` of the list: another list needs another name.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.freight import Freight, Rates
from orderflow.sourcing.quantities import Quantities
from orderflow.values import MINOR_MAX, several, text, whole


def _in_order(skus: object) -> tuple[str, ...]:
    """Each SKU once and in order, so that equal limits are written alike."""
    return () if skus == () else tuple(sorted(set(several(skus, "sending.together"))))


@attrs.frozen
class Sending:
    """What sending costs, and what may be parted.

    `freight` is what a parcel costs from each location, `by_region` the same for some regions of
    the destination; `grams` and `cm3` are of one unit of each SKU. Lines of the SKUs in `together`
    leave from one location, and with `kits_together` so does each kit with its parts. At most
    `shipments_max` locations ship, and what is worth less than `split_from` (in minor units of the
    order's currency) leaves from one. With `same_day` a location sends no more than its day has
    room for; without, what has no room leaves on a later day.
    """

    name: str
    freight: Freight = attrs.field(factory=Rates, repr=False, eq=False)
    by_region: Mapping[str, Freight] = attrs.field(factory=dict, repr=False, eq=False)
    grams: Quantities = attrs.field(default=Quantities(), repr=False, eq=False)
    cm3: Quantities = attrs.field(default=Quantities(), repr=False, eq=False)
    together: tuple[str, ...] = attrs.field(default=(), converter=_in_order)
    kits_together: bool = False
    shipments_max: int | None = None
    split_from: int = 0
    same_day: bool = False

    def __attrs_post_init__(self) -> None:
        text(self.name, "sending.name")
        if not isinstance(self.by_region, Mapping):
            raise BadInput("sending.by_region", "a mapping of region to freight is wanted")
        for freight in (self.freight, *self.by_region.values()):
            if not callable(freight):
                raise BadInput("sending.freight", "a function of place and load is wanted")
        for name in ("grams", "cm3"):
            if not isinstance(getattr(self, name), Quantities):
                raise BadInput(f"sending.{name}", "Quantities are wanted")
        for name in ("kits_together", "same_day"):
            if type(getattr(self, name)) is not bool:
                raise BadInput(f"sending.{name}", "true or false is wanted")
        if self.shipments_max is not None:
            whole(self.shipments_max, "sending.shipments_max")
        whole(self.split_from, "sending.split_from", least=0, most=MINOR_MAX)

    def to(self, region: str) -> Freight:
        """What a parcel to a region costs."""
        return self.by_region.get(region, self.freight)
