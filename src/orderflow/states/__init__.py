"""The tables: which state may follow which, by which move, on which conditions.

It knows every state, move, row and guard, and refuses to know orders, stock and money: a guard sees
a small frozen value of counts and flags.

The unit chart is the heart.
An order line is a bag of units; each unit walks this chart on its own, so partial shipping,
cancelling and returning are no special cases.
An order's own chart has only what is true of the order as a whole; how far goods and money are is
derived, and the product of two lives is never a chart.
Each document that joins several orders has a small one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from orderflow.chart import Chart
from orderflow.states.aftersales import (
    COMPLAINT,
    EXCHANGE,
    REISSUE,
    RETURN,
    ComplaintMove,
    ComplaintState,
    ReplacementMove,
    ReplacementState,
    ReturnMove,
    ReturnState,
)
from orderflow.states.carrier_claim import (
    CARRIER_CLAIM,
    CarrierClaimMove,
    CarrierClaimState,
)
from orderflow.states.holds import (
    ONWARD,
    DocumentFacts,
    Holdable,
    Holding,
    held_moves,
    not_held,
)
from orderflow.states.order import (
    ORDER,
    ORDER_CALLED_OFF,
    ORDER_OVER,
    ORDER_RUNNING,
    ORDER_UNCONFIRMED,
    Estimate,
    OrderFacts,
    OrderMove,
    OrderState,
    all_units_ended,
    amounts_fixed,
    has_lines,
    no_unit_kept,
    not_fixed,
    nothing_owed,
    nothing_paid,
    paid_or_cash_on_delivery,
    receipt_settled,
    window_over,
)
from orderflow.states.parcel import PARCEL, ParcelFacts, ParcelMove, ParcelState
from orderflow.states.payment import PAYMENT, PaymentMove, PaymentState
from orderflow.states.request import DISPATCH, PURCHASE, RequestMove, RequestState
from orderflow.states.supply import (
    STOCK_HOLD,
    SUPPLY,
    WORK_ORDER,
    StockHoldMove,
    StockHoldState,
    SupplyMove,
    SupplyState,
    WorkOrderMove,
    WorkOrderState,
)
from orderflow.states.unit import (
    COMING_BACK,
    LEADS_ON,
    NOT_LEFT,
    UNIT,
    UNIT_OVER,
    StageMove,
    UnitFacts,
    UnitMove,
    UnitState,
    order_confirmed,
)

AnyChart = Chart[Any, Any, Any]

CHARTS: Final[Mapping[str, AnyChart]] = MappingProxyType(
    {
        chart.name: chart
        for chart in (
            ORDER,
            UNIT,
            PAYMENT,
            DISPATCH,
            PARCEL,
            RETURN,
            EXCHANGE,
            REISSUE,
            COMPLAINT,
            CARRIER_CLAIM,
            PURCHASE,
            WORK_ORDER,
            SUPPLY,
            STOCK_HOLD,
        )
    }
)
"""Every chart by its name. All but the unit's are named as the kind of their document."""

__all__ = [
    "CARRIER_CLAIM",
    "CHARTS",
    "COMING_BACK",
    "COMPLAINT",
    "DISPATCH",
    "EXCHANGE",
    "LEADS_ON",
    "NOT_LEFT",
    "ONWARD",
    "ORDER",
    "ORDER_CALLED_OFF",
    "ORDER_OVER",
    "ORDER_RUNNING",
    "ORDER_UNCONFIRMED",
    "PARCEL",
    "PAYMENT",
    "PURCHASE",
    "REISSUE",
    "RETURN",
    "STOCK_HOLD",
    "SUPPLY",
    "UNIT",
    "UNIT_OVER",
    "WORK_ORDER",
    "AnyChart",
    "CarrierClaimMove",
    "CarrierClaimState",
    "ComplaintMove",
    "ComplaintState",
    "DocumentFacts",
    "Estimate",
    "Holdable",
    "Holding",
    "OrderFacts",
    "OrderMove",
    "OrderState",
    "ParcelFacts",
    "ParcelMove",
    "ParcelState",
    "PaymentMove",
    "PaymentState",
    "ReplacementMove",
    "ReplacementState",
    "RequestMove",
    "RequestState",
    "ReturnMove",
    "ReturnState",
    "StageMove",
    "StockHoldMove",
    "StockHoldState",
    "SupplyMove",
    "SupplyState",
    "UnitFacts",
    "UnitMove",
    "UnitState",
    "WorkOrderMove",
    "WorkOrderState",
    "all_units_ended",
    "amounts_fixed",
    "has_lines",
    "held_moves",
    "no_unit_kept",
    "not_fixed",
    "not_held",
    "nothing_owed",
    "nothing_paid",
    "order_confirmed",
    "paid_or_cash_on_delivery",
    "receipt_settled",
    "window_over",
]
