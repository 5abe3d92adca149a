"""What a discount was given for, and what becomes of it when less than that is kept.

It knows the terms of a discount as they were agreed, and refuses to know orders and returns.

Problem: ten percent off from 300.00 on are given for six lamps at 50.00, and five of them come
back. Whether the sixth keeps its discount is a question of the law and of the shop, and no order
can answer it that has forgotten why the discount was given.
Decision: a discount keeps its terms, from which amount or number on it was given and how often, and
may say itself what becomes of it below that.

>>> TenOff = Terms(least=30000, unmet=Unmet.CLAW_BACK)
>>> TenOff.earned(Reached(25000, 5)), TenOff.earned(Reached(30000, 6))
(0, 1)
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import attrs

from orderflow.errors import BadInput
from orderflow.values import MINOR_MAX, text, unique, whole


class Unmet(StrEnum):
    """What becomes of a discount where what is kept does not reach its threshold any more."""

    KEEP = "keep"
    """What is kept keeps its part of it."""
    CLAW_BACK = "claw back"
    """What is kept loses it, and may come to cost more than was paid for all."""
    CAP = "cap"
    """What is kept loses it, but costs no more than what would just have reached the threshold."""


class Reached(NamedTuple):
    """What goods cost, in minor units, and how many units they are; in all, and of each group of
    lines that the terms want together."""

    worth: Fraction | int
    units: int
    together: tuple[int, ...] = ()


@attrs.frozen
class Terms:
    """What a discount was given for: goods that cost `least` minor units, or are `units`, or are
    `together`: so many units of each of some groups of lines, as a bundle has them; or all of that.

    It was given so many `times`, and is earned as often as that is reached. The goods are those of
    `lines`, or all; what they cost is measured without any discount where it is `listed`, else
    after the discounts before it. `unmet` says what becomes of it below that, else the rules do.
    A unit that two bundles could have counts for either.
    """

    least: int = 0
    units: int = 0
    times: int = 1
    listed: bool = False
    lines: tuple[str, ...] = ()
    unmet: Unmet | None = None
    together: tuple[tuple[tuple[str, ...], int], ...] = ()

    def __attrs_post_init__(self) -> None:
        whole(self.least, "terms.least", least=0, most=MINOR_MAX)
        whole(self.units, "terms.units", least=0)
        _check_together(self.together)
        if not (self.least or self.units or self.together):
            raise BadInput("terms.least", "an amount or a number of units is wanted")
        whole(self.times, "terms.times", most=MINOR_MAX)
        if type(self.listed) is not bool:
            raise BadInput("terms.listed", "true or false is wanted")
        if not isinstance(self.lines, tuple):
            raise BadInput("terms.lines", "a tuple of lines is wanted")
        for line in self.lines:
            text(line, "terms.lines")
        unique(self.lines, "terms.lines")
        check_unmet(self.unmet, "terms.unmet")

    def earned(self, reached: Reached) -> int:
        """How many times goods earn it, at most as often as it was given."""
        times = self.times
        if self.least:
            times = min(times, int(reached.worth // self.least))
        if self.units:
            times = min(times, reached.units // self.units)
        for (_, n), there in zip(self.together, reached.together, strict=True):
            times = min(times, there // n)
        return times


def _check_together(together: object) -> None:
    if not isinstance(together, tuple):
        raise BadInput("terms.together", "a tuple of pairs of lines and units is wanted")
    for i, pair in enumerate(together):
        path = f"terms.together[{i}]"
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], tuple):
            raise BadInput(path, "a pair of a tuple of lines and units is wanted")
        if pair[0] == ():
            raise BadInput(path, "at least one line is wanted")
        for line in pair[0]:
            text(line, path)
        whole(pair[1], path)
    unique((line for lines, _ in together for line in lines), "terms.together")


def check_unmet(unmet: object, path: str) -> None:
    """`unmet` must be an `Unmet` or `None`; `BadInput` with its path otherwise."""
    if unmet is not None and type(unmet) is not Unmet:
        raise BadInput(path, f"one of {', '.join(Unmet)} is wanted")
