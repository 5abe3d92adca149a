"""What goods are like that came back, and what becomes of them.

It knows the names, and refuses to know the goods: what is decided of them is on their units.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What inspection decides about units that came back."""

    SOUND = "sound"  # on the shelf again, in the grade in which it was sold
    SECOND = "second"  # sellable as second grade
    DAMAGED = "damaged"
    REJECTED = "rejected"  # goes back to the customer, who keeps owing for it
