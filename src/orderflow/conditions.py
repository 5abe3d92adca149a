"""What goods are like that came back, and what becomes of goods in that condition.

It knows a condition as a value, with a fate out of a fixed few, and refuses to know the goods: what
was decided of units stands on them.

Problem: shops name what they find in a box ("opened", "worn", "recalled"), and no two the same way;
but there are few places to which goods can go from the desk where they are looked at.
Decision: the conditions are the host's and their fates are ours, so that the books of goods know
where everything stands, whatever a shop calls it.
A verdict is one of four conditions that every shop has.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.values import text

DAMAGED: Final = "damaged"
"""The grade whose returned units are not sellable."""

TO_INSPECT: Final = "to inspect"
"""The grade of goods that came in and are in quarantine: they stand on a shelf of their own, where
they are counted and claimed like others, and no policy sees them."""

TO_REPAIR: Final = "to repair"
"""The grade of goods that are to be mended before they are sold: on a shelf of their own, too."""

WRITTEN_OFF: Final = "written off"
"""The grade of returned units that are gone for good."""

TO_SUPPLIER: Final = "to supplier"
"""The grade of returned units that went back to where they were bought."""


class Fate(StrEnum):
    """What becomes of goods that came back."""

    SHELF = "shelf"  # sellable again, in a grade
    QUARANTINE = "quarantine"  # somebody has to look again before they are sold
    REPAIR = "repair"  # to be mended before they are sold
    DAMAGED = "damaged"  # kept, and never sold
    WRITE_OFF = "write off"  # gone for good
    SUPPLIER = "supplier"  # back to where they were bought
    REJECT = "reject"  # goes back to the customer, who keeps owing for it


_GRADES: Final[Mapping[Fate, str]] = MappingProxyType(
    {
        Fate.QUARANTINE: TO_INSPECT,
        Fate.REPAIR: TO_REPAIR,
        Fate.DAMAGED: DAMAGED,
        Fate.WRITE_OFF: WRITTEN_OFF,
        Fate.SUPPLIER: TO_SUPPLIER,
    }
)


class Verdict(StrEnum):
    """What inspection decides about units that came back: the conditions that every shop has."""

    SOUND = "sound"  # on the shelf again, in the grade in which it was sold
    SECOND = "second"  # sellable as second grade
    DAMAGED = "damaged"
    REJECTED = "rejected"  # goes back to the customer, who keeps owing for it


@attrs.frozen
class Condition:
    """What goods may be like that came back, by the name that a shop gives it, and their fate.

    On the shelf they stand in that `grade`; without one, in the grade in which they were sold.
    """

    code: str
    fate: Fate
    grade: str = ""

    def __attrs_post_init__(self) -> None:
        path = f"condition {text(self.code, 'condition.code')}"
        if type(self.fate) is not Fate:
            raise BadInput(f"{path}.fate", f"one of {', '.join(Fate)} is wanted")
        text(self.grade, f"{path}.grade", empty=True)
        if self.grade and self.fate is not Fate.SHELF:
            raise BadInput(f"{path}.grade", "only goods on the shelf have one")
        if self.grade in _GRADES.values():
            raise BadInput(f"{path}.grade", f"{self.grade} is a fate, and no grade to be sold in")

    def graded(self, sold: str) -> str:
        """The grade in which goods stand from here on that were sold in a grade.

        >>> Condition("opened", Fate.SHELF, "second").graded("")
        'second'
        """
        return _GRADES.get(self.fate, self.grade or sold)


OF_VERDICTS: Final[Mapping[Verdict, Condition]] = MappingProxyType(
    {
        Verdict.SOUND: Condition(Verdict.SOUND.value, Fate.SHELF),
        Verdict.SECOND: Condition(Verdict.SECOND.value, Fate.SHELF, "second"),
        Verdict.DAMAGED: Condition(Verdict.DAMAGED.value, Fate.DAMAGED),
        Verdict.REJECTED: Condition(Verdict.REJECTED.value, Fate.REJECT),
    }
)
"""The condition that each verdict stands for."""
