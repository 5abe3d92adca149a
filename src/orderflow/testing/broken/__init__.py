"""Adapters that are broken on purpose, each in one way, to see that the suites catch them.

It knows faults that real adapters have had, and refuses to know how a suite finds them: a fault
names the check that must.
"""

from orderflow.testing.broken.sound import SoundStore
from orderflow.testing.broken.stores import BROKEN_STORES
from orderflow.testing.broken.wires import BROKEN_CARRIERS, BROKEN_GATEWAYS

__all__ = ["BROKEN_CARRIERS", "BROKEN_GATEWAYS", "BROKEN_STORES", "SoundStore"]
