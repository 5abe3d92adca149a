"""What it costs to send a parcel.

It knows weight and volume, and refuses to know carriers and addresses: who asks has chosen the
tariff of the way from each place to the customer.

Problem: a price a kilogram, as most examples have it, is nobody's price list.
Observation: carriers charge a first weight and then each further step that is begun (首重, 续重);
bulky goods are charged by the volume that they fill; a remote region or fuel is added.
Decision: freight is any function of a place and a load that never becomes less when the load
becomes more; `Rates` is the one that carriers print.
A search relies on that and on nothing else, so a host's own function may look up a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import attrs

from orderflow.errors import BadInput
from orderflow.values import MINOR_MAX, text, unique, whole

if TYPE_CHECKING:
    from orderflow.sourcing.values import Place

GRAMS_MAX: Final = 10**12
KILOGRAM: Final = 1_000


class Load(NamedTuple):
    """What goes out of a place: its weight, and the volume that it fills."""

    grams: int
    cm3: int = 0


class Freight(Protocol):
    """What a load costs from a place, in minor units; never less for more of it."""

    def __call__(self, place: Place, load: Load, /) -> int: ...


@attrs.frozen
class Surcharge:
    """An amount, and so many thousandths of the freight, for each parcel from a weight on.

    Of the thousandths what is begun counts as a minor unit.
    """

    name: str
    amount: int = 0
    per_mille: int = 0
    from_grams: int = 0

    def __attrs_post_init__(self) -> None:
        text(self.name, "surcharge.name")
        whole(self.amount, f"surcharge {self.name}.amount", least=0, most=MINOR_MAX)
        whole(self.per_mille, f"surcharge {self.name}.per_mille", least=0, most=1_000_000)
        whole(self.from_grams, f"surcharge {self.name}.from_grams", least=0, most=GRAMS_MAX)


@attrs.frozen
class Tariff:
    """A first weight and its price, then a price for each further step that is begun.

    With `cm3_per_kilogram` (6,000 by air, 8,000 on many roads) a load weighs what it weighs or what
    its volume stands for, whichever is more.

    >>> Tariff(first=1000, step=200).of(Load(3_200))
    1600
    """

    first: int
    step: int = 0
    first_grams: int = KILOGRAM
    step_grams: int = KILOGRAM
    cm3_per_kilogram: int | None = None
    surcharges: tuple[Surcharge, ...] = ()

    def __attrs_post_init__(self) -> None:
        whole(self.first, "tariff.first", least=0, most=MINOR_MAX)
        whole(self.step, "tariff.step", least=0, most=MINOR_MAX)
        whole(self.first_grams, "tariff.first_grams", least=0, most=GRAMS_MAX)
        whole(self.step_grams, "tariff.step_grams", most=GRAMS_MAX)
        if self.cm3_per_kilogram is not None:
            whole(self.cm3_per_kilogram, "tariff.cm3_per_kilogram")
        if not isinstance(self.surcharges, tuple):
            raise BadInput("tariff.surcharges", "a tuple of Surcharge is wanted")
        for one in self.surcharges:
            if not isinstance(one, Surcharge):
                raise BadInput("tariff.surcharges", "a Surcharge is wanted")
        unique((one.name for one in self.surcharges), "tariff.surcharges")

    def chargeable(self, load: Load) -> int:
        """The grams that are charged; of the volume's, what is begun counts."""
        if self.cm3_per_kilogram is None:
            return load.grams
        return max(load.grams, -(-load.cm3 * KILOGRAM // self.cm3_per_kilogram))

    def of(self, load: Load) -> int:
        """What a load costs."""
        grams = load.grams if self.cm3_per_kilogram is None else self.chargeable(load)
        over = grams - self.first_grams
        plain = self.first if over <= 0 else self.first - (-over // self.step_grams) * self.step
        if not self.surcharges:
            return plain
        due = [one for one in self.surcharges if grams >= one.from_grams]
        return plain + sum([one.amount - (-plain * one.per_mille // 1_000) for one in due])

    def room(self, load: Load) -> int:
        """How many grams more cost nothing more than a load does, surcharges aside."""
        over = self.chargeable(load) - self.first_grams
        paid = self.first_grams if over <= 0 else self.first_grams + over + -over % self.step_grams
        return paid - load.grams


@attrs.frozen
class Rates:
    """Freight by the tariff of each place: `by_place`, and `otherwise` for all that are not named.

    >>> rates = Rates({"leith": Tariff(640)}, otherwise=Tariff(1200, step=300))
    """

    by_place: Mapping[str, Tariff] = attrs.field(factory=dict)
    otherwise: Tariff = Tariff(0)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.by_place, Mapping):
            raise BadInput("rates.by_place", "a mapping of place to Tariff is wanted")
        for place, tariff in (*self.by_place.items(), ("otherwise", self.otherwise)):
            if not isinstance(tariff, Tariff):
                raise BadInput(f"rates {text(place, 'rates.by_place')}", "a Tariff is wanted")

    def tariff(self, place: str) -> Tariff:
        """The tariff of a place."""
        return self.by_place.get(place, self.otherwise)

    def __call__(self, place: Place, load: Load) -> int:
        return self.by_place.get(place.id, self.otherwise).of(load)


def charging(freight: Freight) -> Freight:
    """A freight of which each answer is an amount; `BadInput` where a host's own is none.

    Cents that come as 6.40 would be compared as if they were a hundredth of it.
    """
    if type(freight) is Rates:  # its sums are whole; a host's own may inherit from it
        return freight

    def charge(place: Place, load: Load) -> int:
        path = f"freight from {place.id}"
        return whole(freight(place, load), path, least=0, most=MINOR_MAX)

    return charge
