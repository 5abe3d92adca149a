"""Messages that carriers and platforms send by themselves: checked first, read afterwards.

It knows signatures, and what three senders put where, and refuses to know parcels and stores.

`checking` lets nothing in that is not signed, fresh and new; `schemes` says where three senders put
what is checked; `reading` makes scans of what was let in.
"""

from __future__ import annotations

from orderflow.adapters.webhooks.checking import Delivery, Encoding, Endpoint, Scheme
from orderflow.adapters.webhooks.reading import scans_of
from orderflow.adapters.webhooks.schemes import AFTERSHIP, EASYPOST, SHOPIFY

__all__ = [
    "AFTERSHIP",
    "EASYPOST",
    "SHOPIFY",
    "Delivery",
    "Encoding",
    "Endpoint",
    "Scheme",
    "scans_of",
]
