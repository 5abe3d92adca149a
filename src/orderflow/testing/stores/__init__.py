"""The conformance suite of stores: what every store promises, check by check.

It knows the protocol `Store` and the laws, and refuses to know any store.

A host subclasses `StoreSuite`, says how its store is opened, and runs it with pytest or with
`orderflow.testing.conformance`. `keeping`, `finding`, `committing`, `claiming`, `racing` and
`crashing` are the chapters.
"""

from orderflow.testing.stores.base import Raw, Watch
from orderflow.testing.stores.suite import StoreSuite

__all__ = ["Raw", "StoreSuite", "Watch"]
