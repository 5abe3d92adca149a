"""The parcel: what travels together.

It knows the way to the door, to a desk and back, and refuses to know what is inside.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from orderflow.chart import Chart, Row
from orderflow.states.holds import DocumentFacts, not_held


class ParcelState(StrEnum):
    """Where a parcel stands."""

    PACKED = "packed"
    SHIPPED = "shipped"
    READY_TO_COLLECT = "ready to collect"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    LOST = "lost"
    GOING_BACK = "going back"  # refused, intercepted or undeliverable
    RETURNED = "returned"


class ParcelMove(StrEnum):
    """What happens to a parcel."""

    HAND_OVER = "hand over"
    MAKE_READY = "make ready"
    DELIVER = "deliver"
    CANCEL = "cancel"
    LOSE = "lose"
    TURN_BACK = "turn back"
    RECEIVE_BACK = "receive back"
    GO_ON = "go on"  # scanned on its way again
    PUT_RIGHT = "put right"  # a scan that came late says otherwise


@attrs.frozen
class ParcelFacts(DocumentFacts):
    """What the guards of a parcel see: its name, its holds and its weight; 0 is not weighed."""

    weight_grams: int = 0


_Row: TypeAlias = Row[ParcelState, ParcelMove, ParcelFacts]
_S, _M = ParcelState, ParcelMove

PARCEL: Final[Chart[ParcelState, ParcelMove, ParcelFacts]] = Chart(
    "parcel",
    ParcelState,
    ParcelMove,
    [
        _Row(_S.PACKED, _M.HAND_OVER, _S.SHIPPED, (not_held(_M.HAND_OVER),)),
        _Row(_S.PACKED, _M.CANCEL, _S.CANCELLED),
        _Row(_S.SHIPPED, _M.MAKE_READY, _S.READY_TO_COLLECT),
        _Row(_S.SHIPPED, _M.DELIVER, _S.DELIVERED),
        _Row(_S.SHIPPED, _M.LOSE, _S.LOST),
        _Row(_S.SHIPPED, _M.TURN_BACK, _S.GOING_BACK),
        _Row(_S.READY_TO_COLLECT, _M.DELIVER, _S.DELIVERED),
        _Row(_S.READY_TO_COLLECT, _M.LOSE, _S.LOST),
        _Row(_S.READY_TO_COLLECT, _M.TURN_BACK, _S.GOING_BACK),
        _Row(_S.READY_TO_COLLECT, _M.GO_ON, _S.SHIPPED),
        _Row(_S.DELIVERED, _M.PUT_RIGHT, _S.GOING_BACK),
        _Row(_S.LOST, _M.DELIVER, _S.DELIVERED),
        _Row(_S.LOST, _M.TURN_BACK, _S.GOING_BACK),
        _Row(_S.LOST, _M.GO_ON, _S.SHIPPED),
        _Row(_S.GOING_BACK, _M.LOSE, _S.LOST),
        _Row(_S.GOING_BACK, _M.RECEIVE_BACK, _S.RETURNED),
        _Row(_S.GOING_BACK, _M.PUT_RIGHT, _S.DELIVERED),
    ],
    initial=_S.PACKED,
    ends=[_S.CANCELLED, _S.RETURNED],
    outside=[
        _M.MAKE_READY,
        _M.DELIVER,
        _M.LOSE,
        _M.TURN_BACK,
        _M.RECEIVE_BACK,
        _M.GO_ON,
        _M.PUT_RIGHT,
    ],
)
