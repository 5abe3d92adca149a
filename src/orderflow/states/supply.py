"""Where goods come from: stock holds, supply rows and work orders.

It knows their small lives, and refuses to know quantities and dates.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from orderflow.chart import Chart, Row


class StockHoldState(StrEnum):
    """Where a hold on stock stands; that it ran out is a question of time, not a state."""

    RUNNING = "running"
    CONFIRMED = "confirmed"  # it no longer runs out
    USED = "used"  # an order took it over
    RELEASED = "released"


class StockHoldMove(StrEnum):
    """What happens to a stock hold."""

    CONFIRM = "confirm"
    USE = "use"
    RELEASE = "release"


_HoldRow: TypeAlias = Row[StockHoldState, StockHoldMove, None]
_H, _HM = StockHoldState, StockHoldMove

STOCK_HOLD: Final[Chart[StockHoldState, StockHoldMove, None]] = Chart(
    "stock hold",
    StockHoldState,
    StockHoldMove,
    [
        _HoldRow(_H.RUNNING, _HM.CONFIRM, _H.CONFIRMED),
        _HoldRow(_H.RUNNING, _HM.USE, _H.USED),
        _HoldRow(_H.RUNNING, _HM.RELEASE, _H.RELEASED),
        _HoldRow(_H.CONFIRMED, _HM.USE, _H.USED),
        _HoldRow(_H.CONFIRMED, _HM.RELEASE, _H.RELEASED),
    ],
    initial=_H.RUNNING,
    ends=[_H.USED, _H.RELEASED],
)


class SupplyState(StrEnum):
    """Where a purchase, production or transfer for stock stands."""

    EXPECTED = "expected"
    CLOSED = "closed"


class SupplyMove(StrEnum):
    """What happens to a supply."""

    RECEIVE = "receive"
    CLOSE = "close"


_SupplyRow: TypeAlias = Row[SupplyState, SupplyMove, None]
_S, _SM = SupplyState, SupplyMove

SUPPLY: Final[Chart[SupplyState, SupplyMove, None]] = Chart(
    "supply",
    SupplyState,
    SupplyMove,
    [
        _SupplyRow(_S.EXPECTED, _SM.RECEIVE, _S.EXPECTED),
        _SupplyRow(_S.EXPECTED, _SM.CLOSE, _S.CLOSED),
    ],
    initial=_S.EXPECTED,
    ends=[_S.CLOSED],
    outside=[_SM.RECEIVE, _SM.CLOSE],
)


class WorkOrderState(StrEnum):
    """Where production for orders stands."""

    PLANNED = "planned"
    IN_PRODUCTION = "in production"
    INSPECTING = "inspecting"
    DONE = "done"
    STOPPED = "stopped"


class WorkOrderMove(StrEnum):
    """What happens to a work order."""

    START = "start"
    INSPECT = "inspect"
    REWORK = "rework"  # inspection has found faults
    FINISH = "finish"
    STOP = "stop"


_WorkOrderRow: TypeAlias = Row[WorkOrderState, WorkOrderMove, None]
_W, _WM = WorkOrderState, WorkOrderMove

WORK_ORDER: Final[Chart[WorkOrderState, WorkOrderMove, None]] = Chart(
    "work order",
    WorkOrderState,
    WorkOrderMove,
    [
        _WorkOrderRow(_W.PLANNED, _WM.START, _W.IN_PRODUCTION),
        _WorkOrderRow(_W.PLANNED, _WM.STOP, _W.STOPPED),
        _WorkOrderRow(_W.IN_PRODUCTION, _WM.INSPECT, _W.INSPECTING),
        _WorkOrderRow(_W.IN_PRODUCTION, _WM.FINISH, _W.DONE),
        _WorkOrderRow(_W.IN_PRODUCTION, _WM.STOP, _W.STOPPED),
        _WorkOrderRow(_W.INSPECTING, _WM.REWORK, _W.IN_PRODUCTION),
        _WorkOrderRow(_W.INSPECTING, _WM.FINISH, _W.DONE),
    ],
    initial=_W.PLANNED,
    ends=[_W.DONE, _W.STOPPED],
    outside=[_WM.INSPECT, _WM.REWORK, _WM.FINISH],
)
