"""How long a host waits for whoever must act after a sale.

It knows the spans as a value, and refuses to know what follows when one is over: `deadlines` does.
"""

from __future__ import annotations

from typing import Final

import attrs

from orderflow.values import whole

PATIENCE_MAX: Final = 3_660
"""The longest span in days, about ten years."""


@attrs.frozen
class Patience:
    """The days after which silence means something in a return, an exchange or a reissue.

    `decide_days` are the seller's, to agree or to refuse; `send_days` the customer's, to post what
    was agreed, or to show the evidence that is wanted; `arrive_days` the carrier's, to bring it;
    `inspect_days` the seller's again, to look at what came. `exchange_days` are all that an
    exchange may take, from its approval to the new goods on their way; `resend_days` all that a
    reissue may. `repair_days` are the seller's, to mend what came under warranty, and `keep_days`
    the customer's, to take what was rejected or mended and waits for him. `claim_days` are the
    carrier's, to answer a claim and to pay it.
    """

    decide_days: int = 2
    send_days: int = 7
    arrive_days: int = 10
    inspect_days: int = 2
    exchange_days: int = 30
    # The rest has places of its own in the fingerprint of the rules.
    resend_days: int = attrs.field(default=14, repr=False)
    repair_days: int = attrs.field(default=30, repr=False)
    keep_days: int = attrs.field(default=30, repr=False)
    claim_days: int = attrs.field(default=30, repr=False)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Patience):
            whole(getattr(self, field.name), field.name, most=PATIENCE_MAX)
