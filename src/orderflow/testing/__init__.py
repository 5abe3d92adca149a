"""What a host tests its own process and adapters with: nothing here runs in production.

It knows how to walk every way that a small order can go, and refuses to know any test framework.
"""

from orderflow.testing.walk import Bounds, Explored, Stuck, explore

__all__ = ["Bounds", "Explored", "Stuck", "explore"]
