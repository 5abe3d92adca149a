"""The conformance suites of wires: carriers and payment gateways of a host's own.

It knows the protocols `Carrier` and `Gateway`, and refuses to know any carrier or gateway.

A wire may be lost at any point, so each suite asks the adapter alone what it promises, and then
runs the library's own sender over a line that is cut before and behind each call.
"""

from orderflow.testing.wires.carriers import CarrierSuite
from orderflow.testing.wires.gateways import GatewaySuite

__all__ = ["CarrierSuite", "GatewaySuite"]
