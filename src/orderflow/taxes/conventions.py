"""How a tax is computed and rounded: choices with names.

It knows the choices, and refuses to know any amount.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.money import Rounding, Spread
from orderflow.taxes.rates import TaxTable
from orderflow.values import text, whole

STEP_MAX: Final = 10**6


class Level(StrEnum):
    """What a tax is rounded on."""

    UNIT = "unit"
    LINE = "line"
    TOTAL = "total"


class By(StrEnum):
    """Whether each tax is rounded by itself, or all taxes of a line together."""

    CODE = "code"
    COMBINATION = "combination"


@attrs.frozen
class Convention:
    """How a tax is computed and rounded.

    With `inclusive` prices have the tax in them. `step` is in minor units: 5 rounds to 0.05 EUR.
    `spread` tells a total's tax to its lines. With `rounds_net`, what is left of an inclusive price
    is rounded, all taxes together, and they are the rest.
    """

    name: str
    inclusive: bool = False
    level: Level = Level.TOTAL
    by: By = By.CODE
    rounding: Rounding = Rounding.HALF_UP
    step: int = 1
    spread: Spread = Spread.LARGEST_REMAINDER
    rounds_net: bool = False

    def __attrs_post_init__(self) -> None:
        text(self.name, "convention.name")
        for flag in ("inclusive", "rounds_net"):
            if type(getattr(self, flag)) is not bool:
                raise BadInput(f"convention.{flag}", "true or false is wanted")
        for name, kind in (("level", Level), ("by", By), ("rounding", Rounding)):
            if type(getattr(self, name)) is not kind:
                raise BadInput(f"convention.{name}", f"one of {', '.join(kind)} is wanted")
        if type(self.spread) is not Spread:
            raise BadInput("convention.spread", f"one of {', '.join(Spread)} is wanted")
        whole(self.step, "convention.step", most=STEP_MAX)
        if self.rounds_net and not self.inclusive:
            raise BadInput("convention.rounds_net", "is for prices that include the tax")


NET_BY_TOTAL: Final = Convention("net, by total")
"""Prices without their taxes, and each tax rounded once on the total: what EN 16931 checks."""
NET_BY_LINE: Final = Convention("net, by line", level=Level.LINE)
"""Prices without their taxes, rounded line by line: commercetools by line, Sylius' refunds."""
NET_BY_UNIT: Final = Convention("net, by unit", level=Level.UNIT)
"""Prices without their taxes, rounded unit by unit: commercetools by unit price."""
GROSS_BY_TOTAL: Final = Convention("gross, by total", inclusive=True)
"""Prices with their taxes, and each tax rounded once on the total."""
GROSS_BY_LINE: Final = Convention("gross, by line", inclusive=True, level=Level.LINE)
"""Prices with their taxes, rounded line by line: a 发票, which states the tax of each line."""
GROSS_BY_UNIT: Final = Convention("gross, by unit", inclusive=True, level=Level.UNIT)
"""Prices with their taxes, rounded unit by unit."""
NET_OF_LINE: Final = attrs.evolve(GROSS_BY_LINE, name="gross, net of line", rounds_net=True)
"""Prices with their taxes; what is left of each line is rounded: Vendure by line."""
NET_OF_UNIT: Final = attrs.evolve(GROSS_BY_UNIT, name="gross, net of unit", rounds_net=True)
"""Prices with their taxes; what is left of each unit is rounded: Vendure by unit."""

CONVENTIONS: Final = {
    one.name: one
    for one in (
        NET_BY_TOTAL,
        NET_BY_LINE,
        NET_BY_UNIT,
        GROSS_BY_TOTAL,
        GROSS_BY_LINE,
        GROSS_BY_UNIT,
        NET_OF_LINE,
        NET_OF_UNIT,
    )
}
"""The shipped conventions by name; `attrs.evolve` makes others of them."""


class TaxPlace(StrEnum):
    """Whose place says which rates apply."""

    CUSTOMER = "customer"  # the region where the order goes
    SELLER = "seller"  # the seller's own


@attrs.frozen
class Taxing:
    """How a host taxes: its table, its convention, and whose place applies.

    `home` is the seller's own place.
    """

    table: TaxTable
    convention: Convention = NET_BY_TOTAL
    place: TaxPlace = TaxPlace.CUSTOMER
    home: str = ""

    def __attrs_post_init__(self) -> None:
        if not callable(getattr(self.table, "rates", None)):
            raise BadInput("taxing.table", "a TaxTable is wanted")
        text(getattr(self.table, "name", None), "taxing.table.name")
        if not isinstance(self.convention, Convention):
            raise BadInput("taxing.convention", "a Convention is wanted")
        if type(self.place) is not TaxPlace:
            raise BadInput("taxing.place", f"one of {', '.join(TaxPlace)} is wanted")
        text(self.home, "taxing.home", empty=self.place is TaxPlace.CUSTOMER)

    @property
    def fingerprint(self) -> str:
        """It as text for the journal: equal exactly when the decisions are."""
        return f"{self.table.name!r}, {self.convention!r}, {self.place.value}, {self.home!r}"

    def where(self, region: str) -> str:
        """The place that applies for an order that goes to a region."""
        return self.home if self.place is TaxPlace.SELLER else region
