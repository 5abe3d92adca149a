"""What a host decides of cash: who may pay at the door, and to which coin it is rounded.

It knows the decisions as values, and refuses to know orders and customers: what follows for an
order is in `cod`.
"""

from __future__ import annotations

import attrs

from orderflow.errors import BadInput
from orderflow.money import Rounding, divided, exponent
from orderflow.values import MINOR_MAX, several, text, unique, whole


@attrs.frozen
class CashRule:
    """Who may pay at the door: where, up to how much, and after how many refusals.

    Orders go to one of `regions`, where any is named, and to none of `not_regions`. `most` has
    pairs of a currency and what an order may cost in it, in minor units; a currency that is not
    named has no bound. `refused_most` is how many parcels a customer may have refused at the door
    before, `None` where that does not count; a parcel counts as refused where it was turned back
    for one of `refused_reasons`.
    """

    regions: tuple[str, ...] = ()
    not_regions: tuple[str, ...] = ()
    most: tuple[tuple[str, int], ...] = ()
    refused_most: int | None = None
    refused_reasons: tuple[str, ...] = ("refused",)

    def __attrs_post_init__(self) -> None:
        for name in ("regions", "not_regions"):
            if getattr(self, name) != ():
                several(getattr(self, name), name)
        several(self.refused_reasons, "refused_reasons")
        if not isinstance(self.most, tuple):
            raise BadInput("most", "a tuple of pairs of currency and minor units is wanted")
        for i, pair in enumerate(self.most):
            if not _is_pair(pair):
                raise BadInput(f"most[{i}]", "a pair of currency and minor units is wanted")
            exponent(pair[0], f"most[{i}].currency")
            whole(pair[1], f"most[{i}].minor", least=0, most=MINOR_MAX)
        unique((currency for currency, _ in self.most), "most")
        if self.refused_most is not None:
            whole(self.refused_most, "refused_most", least=0)


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2


@attrs.frozen
class CashRounding:
    """To which coin cash is rounded in a currency: a step in minor units (抹零, 0.05).

    >>> CashRounding("CHF", 5).of(1072), CashRounding("CNY", 10, Rounding.DOWN).of(1079)
    (1070, 1070)
    """

    currency: str
    step: int
    rounding: Rounding = Rounding.HALF_UP

    def __attrs_post_init__(self) -> None:
        exponent(text(self.currency, "currency"))
        whole(self.step, "step", most=MINOR_MAX)
        if not isinstance(self.rounding, Rounding):
            raise BadInput("rounding", "a Rounding is wanted")

    def of(self, minor: int) -> int:
        """An amount from zero as it is paid in cash."""
        return divided(minor, self.step, self.rounding) * self.step
