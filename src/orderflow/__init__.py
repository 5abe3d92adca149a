"""Run orders: promise, allocate, ship, return and refund them, on any store, and know why not."""

from orderflow.agreed import NewCharge, NewLine, NewOrder
from orderflow.calls import Call, Ref, Remedy
from orderflow.commands import Done
from orderflow.deadlines import Due
from orderflow.errors import (
    BadInput,
    CarrierFailed,
    GatewayFailed,
    IllegalMove,
    KeyReused,
    MoveRefused,
    NotFound,
    OrderflowError,
    OutcomeUnknown,
    Refusal,
    Refused,
    RetryExhausted,
    Short,
    Stale,
    StoreUnavailable,
    WebhookRejected,
)
from orderflow.fulfilment import ScanStatus
from orderflow.kits import Component
from orderflow.money import Money, Price, Rounding
from orderflow.options import Option
from orderflow.payments import Notice
from orderflow.promising.dangers import Danger
from orderflow.records import ChargeKind, Destination, Fixing, Instalment, Outcome
from orderflow.returns import Verdict
from orderflow.rules import Location, Rules
from orderflow.tenders import StoredKind, Tendered
from orderflow.values import Position, Sku
from orderflow.workflow import Workflow

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "Call",
    "CarrierFailed",
    "ChargeKind",
    "Component",
    "Danger",
    "Destination",
    "Done",
    "Due",
    "Fixing",
    "GatewayFailed",
    "IllegalMove",
    "Instalment",
    "KeyReused",
    "Location",
    "Money",
    "MoveRefused",
    "NewCharge",
    "NewLine",
    "NewOrder",
    "NotFound",
    "Notice",
    "Option",
    "OrderflowError",
    "Outcome",
    "OutcomeUnknown",
    "Position",
    "Price",
    "Ref",
    "Refusal",
    "Refused",
    "Remedy",
    "RetryExhausted",
    "Rounding",
    "Rules",
    "ScanStatus",
    "Short",
    "Sku",
    "Stale",
    "StoreUnavailable",
    "StoredKind",
    "Tendered",
    "Verdict",
    "WebhookRejected",
    "Workflow",
]
