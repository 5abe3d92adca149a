"""What a host tests its own process and adapters with: nothing here runs in production.

It knows how to walk every way that a small order can go, and how to hold the adapters of a host to
their promises, and refuses to know any test framework.
"""

from orderflow.testing.invariants import INVARIANTS, Invariant
from orderflow.testing.judge import OUTSIDE, Allows, Comes
from orderflow.testing.kit import Checked, Report, Result, Suite, conformance
from orderflow.testing.memo import Seen
from orderflow.testing.simulating import Broke, Faults, Simulated, simulate
from orderflow.testing.stores import Raw, StoreSuite, Watch
from orderflow.testing.walk import Bounds, Explored, Stuck, explore
from orderflow.testing.wires import CarrierSuite, GatewaySuite

__all__ = [
    "INVARIANTS",
    "OUTSIDE",
    "Allows",
    "Bounds",
    "Broke",
    "CarrierSuite",
    "Checked",
    "Comes",
    "Explored",
    "Faults",
    "GatewaySuite",
    "Invariant",
    "Raw",
    "Report",
    "Result",
    "Seen",
    "Simulated",
    "StoreSuite",
    "Stuck",
    "Suite",
    "Watch",
    "conformance",
    "explore",
    "simulate",
]
