"""What a host tests its own process and adapters with: nothing here runs in production.

It knows how to walk every way that a small order can go, and refuses to know any test framework.
"""

from orderflow.testing.invariants import INVARIANTS, Invariant
from orderflow.testing.judge import OUTSIDE, Allows, Comes
from orderflow.testing.memo import Seen
from orderflow.testing.walk import Bounds, Explored, Stuck, explore

__all__ = [
    "INVARIANTS",
    "OUTSIDE",
    "Allows",
    "Bounds",
    "Comes",
    "Explored",
    "Invariant",
    "Seen",
    "Stuck",
    "explore",
]
