"""How far the goods of a reissue or an exchange are, in the words of a shop.

It knows the bag of what is sent anew, and refuses to know the decision about it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from orderflow.records import Exchange, Order, Reissue
from orderflow.states import NOT_LEFT, ReplacementState, UnitState


class Progress(StrEnum):
    """How far the goods of a reissue or an exchange are."""

    ASKED = "asked"  # 补发: nothing has left, or something has not
    SHIPPED = "shipped"  # 已补发
    RECEIVED = "received"  # 补发签收


_ARRIVED: Final = frozenset(
    {UnitState.DELIVERED, UnitState.RETURNED, UnitState.REDEEMED, UnitState.LAPSED}
)


def progress(document: Reissue | Exchange, anew: Order | None) -> Progress | None:
    """How far what is sent anew is; `None` where nothing is, since it was rejected or cancelled.

    The least advanced live unit names it: one unit on the shelf keeps all of it asked. Cancelled
    units do not count; without an order, or without a live unit in it, nothing has left yet. What
    its customer has had and is giving back was received.
    """
    if document.state in (ReplacementState.REJECTED, ReplacementState.CANCELLED):
        return None
    spots = [] if anew is None else [spot for _, spot in anew.units()]
    live = [spot for spot in spots if spot.state is not UnitState.CANCELLED]
    if not live or any(spot.state in NOT_LEFT for spot in live):
        return Progress.ASKED
    if all(spot.state in _ARRIVED or spot.slice.returning for spot in live):
        return Progress.RECEIVED
    return Progress.SHIPPED
