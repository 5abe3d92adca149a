"""What sending a parcel costs by a price list: first and following weight (首重、续重) by zone.

It knows grams, volume and amounts, and refuses to know who carries the parcel and where it goes.

Problem: a price list looks simple, and each shop reads another price off it: whether a step that
was begun counts, whether a light and bulky parcel pays by its volume, whether a surcharge of so
many percent is counted on other surcharges.
Decision: a step that was begun counts whole; a parcel pays for its weight or for its volume weight
(体积重), whichever is more; percentages are of the freight alone, each rounded half up for itself,
so no order of surcharges gives another amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.money import Rounding
from orderflow.money.amounts import divided
from orderflow.values import MINOR_MAX, decimal, text, whole

CM3_MAX: Final = 10**9
"""The largest volume of a parcel, in cubic centimetres."""

PERCENT_MAX: Final = 1_000


@attrs.frozen
class Rate:
    """What a service costs in a zone: the first weight (首重), then each step begun (续重).

    Weights are in grams, amounts in minor units; `days` is how long it takes. Where there is a
    `volume_divisor`, so many cubic centimetres weigh a kilogram at least. What weighs more than
    `grams_max` is not taken.

    >>> Rate("land", "GB", 1_000, 1_200, 500, 250, days=3).amount(1_318)
    1450
    >>> Rate("air", "GB", 1_000, 1_200, 500, 250, days=1, volume_divisor=5_000).amount(1_318, 9_000)
    1700
    """

    service: str
    region: str
    first_grams: int
    first_minor: int
    step_grams: int
    step_minor: int
    days: int
    volume_divisor: int | None = None
    grams_max: int | None = None

    def __attrs_post_init__(self) -> None:
        text(self.service, "rate.service")
        text(self.region, "rate.region")
        whole(self.first_grams, "rate.first_grams")
        whole(self.first_minor, "rate.first_minor", least=0, most=MINOR_MAX)
        whole(self.step_grams, "rate.step_grams")
        whole(self.step_minor, "rate.step_minor", least=0, most=MINOR_MAX)
        whole(self.days, "rate.days", least=0, most=10_000)
        if self.volume_divisor is not None:
            whole(self.volume_divisor, "rate.volume_divisor")
        if self.grams_max is not None:
            whole(self.grams_max, "rate.grams_max")

    def charged_grams(self, weight_grams: int, cm3: int = 0) -> int:
        """The weight that is paid for: its own or that of its volume, whichever is more."""
        own = whole(weight_grams, "weight_grams", least=0)
        volume = whole(cm3, "cm3", least=0, most=CM3_MAX) * 1_000
        return own if self.volume_divisor is None else max(own, -(-volume // self.volume_divisor))

    def amount(self, weight_grams: int, cm3: int = 0) -> int:
        """What a parcel costs; a step that was begun counts whole.

        One that was neither weighed nor measured (0) costs the first weight.
        """
        over = max(0, self.charged_grams(weight_grams, cm3) - self.first_grams)
        steps = -(-over // self.step_grams)
        return self.first_minor + steps * self.step_minor

    def takes(self, weight_grams: int) -> bool:
        """Whether a parcel is not too heavy."""
        return self.grams_max is None or weight_grams <= self.grams_max


@attrs.frozen
class Surcharge:
    """What is charged beside the freight: an amount, or so many percent of the freight, or both.

    It is for one `service` or all, for one `region` or all, and for parcels that weigh more than
    `grams_over` by the scales and measure more than `cm3_over`.
    """

    name: str
    minor: int = 0
    percent: Decimal = Decimal(0)
    service: str = ""
    region: str = ""
    grams_over: int = 0
    cm3_over: int = 0

    def __attrs_post_init__(self) -> None:
        text(self.name, "surcharge.name")
        whole(self.minor, "surcharge.minor", least=0, most=MINOR_MAX)
        object.__setattr__(self, "percent", decimal(self.percent, "surcharge.percent"))
        if not 0 <= self.percent <= PERCENT_MAX:
            raise BadInput("surcharge.percent", f"is not between 0 and {PERCENT_MAX}")
        text(self.service, "surcharge.service", empty=True)
        text(self.region, "surcharge.region", empty=True)
        whole(self.grams_over, "surcharge.grams_over", least=0)
        whole(self.cm3_over, "surcharge.cm3_over", least=0, most=CM3_MAX)

    def applies(self, rate: Rate, weight_grams: int, cm3: int) -> bool:
        """Whether a parcel of this weight and volume pays it on top of a rate."""
        meant = self.service in ("", rate.service) and self.region in ("", rate.region)
        heavy = not self.grams_over or weight_grams > self.grams_over
        return meant and heavy and (not self.cm3_over or cm3 > self.cm3_over)

    def amount(self, freight: int) -> int:
        """What it comes to on a freight."""
        top, bottom = self.percent.as_integer_ratio()
        return self.minor + divided(freight * top, bottom * 100, Rounding.HALF_UP)


@attrs.frozen
class PriceList:
    """What a carrier asks: its rates, each service and region once, and its surcharges."""

    rates: tuple[Rate, ...]
    surcharges: tuple[Surcharge, ...] = ()

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "rates", tuple(self.rates))
        object.__setattr__(self, "surcharges", tuple(self.surcharges))
        seen: set[tuple[str, str]] = set()
        for rate in self.rates:
            if (rate.region, rate.service) in seen:
                raise BadInput("rates", f"{rate.service} to {rate.region} comes twice")
            seen.add((rate.region, rate.service))

    def serves(self, region: str) -> bool:
        """Whether any service goes there; an empty list serves nowhere."""
        return any(rate.region == region for rate in self.rates)

    def asked(self, region: str, weight_grams: int, cm3: int = 0) -> Iterable[tuple[Rate, int]]:
        """Each rate that takes such a parcel there, and what it comes to with its surcharges."""
        for rate in self.rates:
            if rate.region == region and rate.takes(weight_grams):
                freight = rate.amount(weight_grams, cm3)
                more = [
                    one.amount(freight)
                    for one in self.surcharges
                    if one.applies(rate, weight_grams, cm3)
                ]
                yield rate, freight + sum(more)
