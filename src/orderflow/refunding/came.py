"""What came back of an order and why, and what it is worth: what each rule of a refund looks at.

It knows units by line and reason, and refuses to know what is charged for them.

Which of a line's units come back first is chance, and equal units carry unlike coins. So a rule
that looks at what came back looks at so many units of a line, at their share of what all of them
cost: then it says the same, whichever of two returns was first.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import attrs

from orderflow.money import scale
from orderflow.paid_back import Refunding
from orderflow.pricing import kept
from orderflow.reasons import Fault, Reason
from orderflow.records import Charge, ChargeKind, Line, Order

TAXES = (ChargeKind.TAX, ChargeKind.ROUNDING)
"""What the taxes of an order come to, with their roundings."""


class GivenBack(NamedTuple):
    """So many units of a line that were given up just now, and the condition that they are in."""

    line: str
    n: int
    condition: str


class Came(NamedTuple):
    """So many units of a line that came back so far, and the reason."""

    line: str
    n: int
    reason: Reason


@attrs.frozen
class Asked:
    """What a refund is worked out for: units of an order that a return has given up.

    `gone` are those of this moment, `came` all of the order so far. Credit notes have `lowered` its
    freight by so much, taxes and all. `freight_tax` is the tax on its freight as its invoices say,
    as a part of it; `None` where freight is on none.
    """

    order: Order
    returned: str
    reason: Reason
    gone: tuple[GivenBack, ...]
    came: tuple[Came, ...]
    refunding: Refunding
    lowered: int = 0
    freight_tax: Fraction | None = None

    def back(self, *faults: Fault, statutory: bool = True) -> Tally[str]:
        """How many units of each line came back by these faults, by law or not."""
        units: Tally[str] = Tally()
        for one in self.came:
            if one.reason.fault in faults and (statutory or not one.reason.statutory):
                units[one.line] += one.n
        return units


def agreed(charges: Iterable[Charge]) -> list[Charge]:
    """The charges that no rule of a refund has made."""
    return [one for one in charges if one.because is None]


def by_line(charges: Iterable[Charge]) -> Tally[str]:
    """What charges come to on each line."""
    sums: Tally[str] = Tally()
    for charge in charges:
        for span in charge.spans:
            sums[span.line] += span.amount
    return sums


def costs(order: Order) -> Tally[str]:
    """What each line costs as it was agreed and changed, without its taxes, from zero up.

    A discount that was given later may have taken the tax with it, in one amount.
    """
    sums = by_line([one for one in agreed(order.charges) if one.kind not in TAXES])
    return Tally({line: max(0, amount) for line, amount in sums.items()})


def part_of(line: Line, cost: int, n: int) -> Fraction:
    """The share of `n` of a line's units in what all of them cost."""
    return Fraction(cost * n, line.n)


def with_tax(order: Order, line: str, amount: int, cost: int) -> int:
    """The tax in a change of what a line costs, by what its tax is of its cost."""
    taxes = by_line([one for one in agreed(order.charges) if one.kind in TAXES])
    return scale(amount, taxes[line], cost) if cost > 0 else 0


def nothing_kept(order: Order) -> bool:
    """Whether every unit was given up; of an order without units, every one was."""
    return not any(kept(line) for line in order.lines)
