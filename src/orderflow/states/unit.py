"""The unit chart, the heart: where one piece, gram or millimetre of a line stands.

It knows the way of goods and services from open to an end, and refuses to know counts: a line is a
bag of units, and each walks this chart on its own, so partial shipping, cancelling and returning
are no special cases.

The states stand in the order of their advance, least first.
Asking for a return changes the return, not the unit.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import takewhile
from typing import Final, TypeAlias

import attrs

from orderflow.chart import Chart, Guard, Row
from orderflow.errors import Refusal
from orderflow.states.holds import Holding, not_held
from orderflow.states.order import OrderState


class UnitState(StrEnum):
    """Where one unit of an order line stands."""

    OPEN = "open"
    BACKORDERED = "backordered"
    TO_BUY = "to buy"
    BUYING = "buying"  # a purchase has been made out for it
    TO_MAKE = "to make"
    MAKING = "making"
    RESERVED = "reserved"  # a claim on supply anywhere
    ALLOCATED = "allocated"  # a claim at the location that will ship it
    RELEASED = "released"  # the warehouse has the work: from here a cancel is a request
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    READY_TO_COLLECT = "ready to collect"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    LOST = "lost"
    MISSING = "missing"  # short in the box, or a delivery that the customer disputes
    GOING_BACK = "going back"  # refused, intercepted, undeliverable or returned
    RECEIVED_BACK = "received back"
    SENT_BACK = "sent back"  # rejected or mended, on its way to the customer again
    RETURNED = "returned"
    REDEEMED = "redeemed"  # a service that was used
    LAPSED = "lapsed"  # a service that was not used in time


class UnitMove(StrEnum):
    """What happens to units."""

    BACKORDER = "backorder"
    RESERVE = "reserve"
    UNRESERVE = "unreserve"
    PLAN_TO_BUY = "plan to buy"
    BUY = "buy"
    STOP_BUYING = "stop buying"
    SHIP_DIRECT = "ship direct"  # the supplier ships to the customer
    PLAN_TO_MAKE = "plan to make"
    MAKE = "make"
    STOP_MAKING = "stop making"
    ARRIVE = "arrive"  # what was bought or made is at the location that will ship it
    GIVE_UP_PLAN = "give up plan"
    ALLOCATE = "allocate"
    RELEASE = "release"
    RECALL = "recall"  # the warehouse gives the work back
    PICK = "pick"
    PACK = "pack"
    SHIP = "ship"
    MAKE_READY = "make ready"  # it waits for its customer at a desk
    DELIVER = "deliver"
    CANCEL = "cancel"
    LOSE = "lose"
    MISS = "miss"
    TURN_BACK = "turn back"
    RECEIVE_BACK = "receive back"
    GO_ON = "go on"  # its parcel is scanned on its way again
    REJECT = "reject"
    MEND = "mend"  # it came to be repaired, and goes to its customer again
    ACCEPT_BACK = "accept back"
    REOPEN = "reopen"
    REINSTATE = "reinstate"  # its order had expired, and was paid in time after all
    RESTOCK = "restock"  # its customer gets others in its stead: it stays lost for its order
    REDEEM = "redeem"
    LAPSE = "lapse"


NOT_LEFT: Final = frozenset(takewhile(lambda state: state is not UnitState.SHIPPED, UnitState))
"""The states of a unit that has not left us: all that stand before it is shipped."""

COMING_BACK: Final = frozenset({UnitState.GOING_BACK, UnitState.RECEIVED_BACK})
"""The states of a unit that comes back, and of which nobody has decided yet what becomes of it."""

LEADS_ON: Final = frozenset(
    {
        UnitMove.BACKORDER,
        UnitMove.RESERVE,
        UnitMove.PLAN_TO_BUY,
        UnitMove.BUY,
        UnitMove.PLAN_TO_MAKE,
        UnitMove.MAKE,
        UnitMove.ALLOCATE,
        UnitMove.RELEASE,
        UnitMove.PICK,
        UnitMove.PACK,
        UnitMove.SHIP,
        UnitMove.REJECT,
        UnitMove.MEND,
        UnitMove.ACCEPT_BACK,
        UnitMove.REOPEN,
        UnitMove.REDEEM,
    }
)
"""The moves of our own that bring a unit further: an obligatory stage stands before them.

To backorder is one of them: a unit that waits elsewhere has left its stages behind.
The rest takes back, follows from the calendar, or reports what has happened outside.
"""


class StageMove(StrEnum):
    """What happens to units within a state: a hold blocks it as it blocks a move."""

    ENTER = "enter stage"


@attrs.frozen
class UnitFacts:
    """What the guards of a unit see: its order's name, state and holds, and its own line.

    `service` says that the line is a service; `stage` is the host's own, within the unit's state.
    """

    order: str
    state: OrderState
    holds: tuple[Holding, ...] = ()
    line: str = ""
    service: bool = False
    stage: str = ""

    @property
    def what(self) -> str:
        """The order's name in sentences."""
        return f"order {self.order}"


def _confirmed(facts: UnitFacts) -> tuple[Refusal, ...]:
    if facts.state is OrderState.CONFIRMED:
        return ()
    return (Refusal.of("not_confirmed", order=facts.order, state=facts.state),)


def _goods(move: UnitMove) -> Guard[UnitFacts]:
    """The line is goods, no service."""

    def refuse(facts: UnitFacts) -> tuple[Refusal, ...]:
        if not facts.service:
            return ()
        return (Refusal.of("not_goods", line=facts.line, order=facts.order, move=move),)

    return Guard("is_goods", refuse)


def _service(move: UnitMove) -> Guard[UnitFacts]:
    """The line is a service."""

    def refuse(facts: UnitFacts) -> tuple[Refusal, ...]:
        if facts.service:
            return ()
        return (Refusal.of("not_service", line=facts.line, order=facts.order, move=move),)

    return Guard("is_service", refuse)


order_confirmed: Final = Guard("order_confirmed", _confirmed)

_Row: TypeAlias = Row[UnitState, UnitMove, UnitFacts]
_U, _UM = UnitState, UnitMove
_RESERVE: Final = (_goods(_UM.RESERVE), not_held(_UM.RESERVE))
_ALLOCATE: Final = (_goods(_UM.ALLOCATE), order_confirmed, not_held(_UM.ALLOCATE))
_TO_BUY: Final = (_goods(_UM.PLAN_TO_BUY), order_confirmed, not_held(_UM.PLAN_TO_BUY))
_TO_MAKE: Final = (_goods(_UM.PLAN_TO_MAKE), order_confirmed, not_held(_UM.PLAN_TO_MAKE))
_CANCEL: Final = (not_held(_UM.CANCEL),)

UNIT: Final[Chart[UnitState, UnitMove, UnitFacts]] = Chart(
    "unit",
    UnitState,
    UnitMove,
    [
        _Row(_U.OPEN, _UM.BACKORDER, _U.BACKORDERED, (_goods(_UM.BACKORDER),)),
        _Row(_U.OPEN, _UM.RESERVE, _U.RESERVED, _RESERVE),
        _Row(_U.OPEN, _UM.ALLOCATE, _U.ALLOCATED, _ALLOCATE),
        _Row(_U.OPEN, _UM.PLAN_TO_BUY, _U.TO_BUY, _TO_BUY),
        _Row(_U.OPEN, _UM.PLAN_TO_MAKE, _U.TO_MAKE, _TO_MAKE),
        _Row(_U.OPEN, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(
            _U.OPEN,
            _UM.REDEEM,
            _U.REDEEMED,
            (_service(_UM.REDEEM), order_confirmed, not_held(_UM.REDEEM)),
        ),
        _Row(_U.OPEN, _UM.LAPSE, _U.LAPSED, (_service(_UM.LAPSE), order_confirmed)),
        _Row(_U.BACKORDERED, _UM.RESERVE, _U.RESERVED, _RESERVE),
        _Row(_U.BACKORDERED, _UM.ALLOCATE, _U.ALLOCATED, _ALLOCATE),
        _Row(_U.BACKORDERED, _UM.PLAN_TO_BUY, _U.TO_BUY, _TO_BUY),
        _Row(_U.BACKORDERED, _UM.PLAN_TO_MAKE, _U.TO_MAKE, _TO_MAKE),
        _Row(_U.BACKORDERED, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.CANCELLED, _UM.REINSTATE, _U.OPEN),
        _Row(_U.TO_BUY, _UM.BUY, _U.BUYING, (order_confirmed, not_held(_UM.BUY))),
        _Row(_U.TO_BUY, _UM.GIVE_UP_PLAN, _U.OPEN),
        _Row(_U.TO_BUY, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.BUYING, _UM.ARRIVE, _U.ALLOCATED),
        _Row(_U.BUYING, _UM.SHIP_DIRECT, _U.SHIPPED),
        _Row(_U.BUYING, _UM.STOP_BUYING, _U.TO_BUY),
        _Row(_U.TO_MAKE, _UM.MAKE, _U.MAKING, (order_confirmed, not_held(_UM.MAKE))),
        _Row(_U.TO_MAKE, _UM.GIVE_UP_PLAN, _U.OPEN),
        _Row(_U.TO_MAKE, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.MAKING, _UM.ARRIVE, _U.ALLOCATED),
        _Row(_U.MAKING, _UM.STOP_MAKING, _U.TO_MAKE),
        _Row(_U.RESERVED, _UM.UNRESERVE, _U.OPEN),
        _Row(_U.RESERVED, _UM.ALLOCATE, _U.ALLOCATED, _ALLOCATE),
        _Row(_U.RESERVED, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.ALLOCATED, _UM.UNRESERVE, _U.OPEN),
        _Row(_U.ALLOCATED, _UM.RELEASE, _U.RELEASED, (order_confirmed, not_held(_UM.RELEASE))),
        _Row(_U.ALLOCATED, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.RELEASED, _UM.PICK, _U.PICKED),
        _Row(_U.RELEASED, _UM.RECALL, _U.ALLOCATED),
        _Row(_U.PICKED, _UM.PACK, _U.PACKED),
        _Row(_U.PICKED, _UM.RECALL, _U.ALLOCATED),
        _Row(_U.PACKED, _UM.SHIP, _U.SHIPPED, (not_held(_UM.SHIP),)),
        _Row(_U.PACKED, _UM.RECALL, _U.ALLOCATED),
        _Row(_U.SHIPPED, _UM.MAKE_READY, _U.READY_TO_COLLECT),
        _Row(_U.SHIPPED, _UM.DELIVER, _U.DELIVERED),
        _Row(_U.SHIPPED, _UM.LOSE, _U.LOST),
        _Row(_U.SHIPPED, _UM.MISS, _U.MISSING),
        _Row(_U.SHIPPED, _UM.TURN_BACK, _U.GOING_BACK),
        _Row(_U.READY_TO_COLLECT, _UM.DELIVER, _U.DELIVERED),
        _Row(_U.READY_TO_COLLECT, _UM.LOSE, _U.LOST),
        _Row(_U.READY_TO_COLLECT, _UM.MISS, _U.MISSING),
        _Row(_U.READY_TO_COLLECT, _UM.TURN_BACK, _U.GOING_BACK),
        _Row(_U.READY_TO_COLLECT, _UM.GO_ON, _U.SHIPPED),
        _Row(_U.DELIVERED, _UM.MISS, _U.MISSING),
        _Row(_U.DELIVERED, _UM.TURN_BACK, _U.GOING_BACK),
        _Row(_U.DELIVERED, _UM.RECEIVE_BACK, _U.RECEIVED_BACK),
        _Row(_U.LOST, _UM.DELIVER, _U.DELIVERED),
        _Row(_U.LOST, _UM.TURN_BACK, _U.GOING_BACK),
        _Row(_U.LOST, _UM.GO_ON, _U.SHIPPED),
        _Row(_U.LOST, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.MISSING, _UM.DELIVER, _U.DELIVERED),
        _Row(_U.MISSING, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.GOING_BACK, _UM.RECEIVE_BACK, _U.RECEIVED_BACK),
        _Row(_U.GOING_BACK, _UM.DELIVER, _U.DELIVERED),  # it stays with the customer after all
        _Row(_U.GOING_BACK, _UM.LOSE, _U.LOST),
        _Row(_U.RECEIVED_BACK, _UM.ACCEPT_BACK, _U.RETURNED),
        _Row(_U.RECEIVED_BACK, _UM.REJECT, _U.SENT_BACK),
        _Row(_U.RECEIVED_BACK, _UM.MEND, _U.SENT_BACK),
        _Row(_U.RECEIVED_BACK, _UM.REOPEN, _U.OPEN),
        _Row(_U.RECEIVED_BACK, _UM.RESTOCK, _U.LOST),  # the goods go on the shelf
        _Row(_U.RECEIVED_BACK, _UM.CANCEL, _U.CANCELLED, _CANCEL),
        _Row(_U.SENT_BACK, _UM.DELIVER, _U.DELIVERED),
        _Row(_U.SENT_BACK, _UM.MISS, _U.MISSING),
    ],
    initial=_U.OPEN,
    ends=[_U.RETURNED, _U.REDEEMED, _U.LAPSED],
    outside=[
        _UM.SHIP_DIRECT,
        _UM.ARRIVE,
        _UM.RECALL,
        _UM.MAKE_READY,
        _UM.DELIVER,
        _UM.LOSE,
        _UM.MISS,
        _UM.TURN_BACK,
        _UM.RECEIVE_BACK,
        _UM.GO_ON,
        _UM.REINSTATE,
    ],
)

UNIT_OVER: Final = UNIT.ends | {UnitState.CANCELLED}
"""The states of a unit that is over; one that was cancelled as its order expired may come back."""
