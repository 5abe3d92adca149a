"""What a carrier is asked to make good: a parcel that it has lost, damaged or brought late.

It knows how such a claim is answered, and refuses to know parcels and money.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from orderflow.chart import Chart, Row
from orderflow.states.holds import DocumentFacts


class CarrierClaimState(StrEnum):
    """Where a claim on a carrier stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"  # the carrier owes it
    OVERDUE = "overdue"  # the carrier has not answered, or not paid, in time
    PAID = "paid"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class CarrierClaimMove(StrEnum):
    """What happens to a claim on a carrier."""

    ACCEPT = "accept"
    PAY = "pay"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    MISS = "fall overdue"


_Row: TypeAlias = Row[CarrierClaimState, CarrierClaimMove, DocumentFacts]
_C, _M = CarrierClaimState, CarrierClaimMove

CARRIER_CLAIM: Final[Chart[CarrierClaimState, CarrierClaimMove, DocumentFacts]] = Chart(
    "carrier claim",
    CarrierClaimState,
    CarrierClaimMove,
    [
        _Row(_C.ASKED, _M.ACCEPT, _C.ACCEPTED),
        _Row(_C.ASKED, _M.PAY, _C.PAID),
        _Row(_C.ASKED, _M.REJECT, _C.REJECTED),
        _Row(_C.ASKED, _M.WITHDRAW, _C.WITHDRAWN),
        _Row(_C.ASKED, _M.MISS, _C.OVERDUE),
        _Row(_C.ACCEPTED, _M.PAY, _C.PAID),
        _Row(_C.ACCEPTED, _M.WITHDRAW, _C.WITHDRAWN),
        _Row(_C.ACCEPTED, _M.MISS, _C.OVERDUE),
        _Row(_C.OVERDUE, _M.ACCEPT, _C.ACCEPTED),
        _Row(_C.OVERDUE, _M.PAY, _C.PAID),
        _Row(_C.OVERDUE, _M.REJECT, _C.REJECTED),
        _Row(_C.OVERDUE, _M.WITHDRAW, _C.WITHDRAWN),
    ],
    initial=_C.ASKED,
    ends=[_C.PAID, _C.REJECTED, _C.WITHDRAWN],
)
"""A carrier is to make good what became of a parcel (快递理赔)."""
