"""Where three senders put their signature, the name of an event and its time.

It knows what they publish, and refuses to know any secret.

They differ in every point, which is why they are the examples: Shopify signs in base64 and names
the event in headers that the signature does not cover; EasyPost writes the digest in hex behind a
prefix and takes the secret in its normal form; AfterShip tells the time in seconds.
A scheme of one's own is a `Scheme` with other fields.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orderflow.adapters.webhooks.checking import Encoding, Scheme

SHOPIFY: Final = Scheme(
    "shopify",
    header="X-Shopify-Hmac-Sha256",
    encoding=Encoding.BASE64,
    # Its own name of an event stands in a header that is not signed: the body's digest does not.
    sent_header="X-Shopify-Triggered-At",
    keeps_trying=timedelta(days=1),
)

EASYPOST: Final = Scheme(
    "easypost",
    header="X-Hmac-Signature",
    encoding=Encoding.HEX,
    prefix="hmac-sha256-hex=",
    normalised=True,
    event=("id",),
    sent=("created_at",),
    keeps_trying=timedelta(days=7),
)

AFTERSHIP: Final = Scheme(
    "aftership",
    header="aftership-hmac-sha256",
    encoding=Encoding.BASE64,
    event=("event_id",),
    sent=("ts",),
    keeps_trying=timedelta(days=14),
)
