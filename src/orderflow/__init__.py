"""Run orders: promise, allocate, ship, return and refund them, on any store, and know why not.

Here stands what verbs take and refuse with, what makes the ids that they are called on and the keys
that a gateway knows, and what `Rules` say of paying. What is only read or computed is in the module
that knows it.
"""

from orderflow.aftercare import Aftercare
from orderflow.agreed import NewCharge, NewLine, NewOrder
from orderflow.calls import Call, Ref, Remedy
from orderflow.cash import CashRounding, CashRule
from orderflow.commands import Done
from orderflow.compensations import Compensable
from orderflow.conditions import Condition, Fate, Verdict
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
    WarehouseFailed,
    WebhookRejected,
)
from orderflow.fulfilment import ScanStatus
from orderflow.kits import Component
from orderflow.money import Money, Price, Rounding
from orderflow.options import Option
from orderflow.patience import Patience
from orderflow.payments import Notice, key_of
from orderflow.ports import Query
from orderflow.promising.dangers import Danger
from orderflow.reasons import Fault, Reason, Way
from orderflow.records import (
    AddedServices,
    ChargeKind,
    ClaimCause,
    Destination,
    Fixing,
    Instalment,
    Origin,
    Outcome,
    credit_id,
    feed_id,
    lot_id,
)
from orderflow.rules import Location, Rules
from orderflow.tender_order import CashBack, Means, PayingBack, Portion, TenderOrder
from orderflow.tenders import MethodKind, PaymentMethod, StoredKind, Tendered
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import Position, Sku
from orderflow.workflow import Workflow

__version__ = "0.1.0"

__all__ = [
    "AddedServices",
    "Aftercare",
    "BadInput",
    "Call",
    "CarrierFailed",
    "CashBack",
    "CashRounding",
    "CashRule",
    "ChargeKind",
    "ClaimCause",
    "Compensable",
    "Component",
    "Condition",
    "Danger",
    "Destination",
    "Done",
    "Due",
    "Fate",
    "Fault",
    "Fixing",
    "GatewayFailed",
    "IllegalMove",
    "Incident",
    "Instalment",
    "KeyReused",
    "Location",
    "Means",
    "MethodKind",
    "Money",
    "MoveRefused",
    "NewCharge",
    "NewLine",
    "NewOrder",
    "NotFound",
    "Notice",
    "Option",
    "OrderflowError",
    "Origin",
    "Outcome",
    "OutcomeUnknown",
    "Patience",
    "PayingBack",
    "PaymentMethod",
    "Portion",
    "Position",
    "Price",
    "Query",
    "Reason",
    "Ref",
    "Refusal",
    "Refused",
    "Remedy",
    "RetryExhausted",
    "Rounding",
    "Rules",
    "Scan",
    "ScanStatus",
    "Short",
    "Sku",
    "Stale",
    "StoreUnavailable",
    "StoredKind",
    "TenderOrder",
    "Tendered",
    "TrackingStatus",
    "Verdict",
    "WarehouseFailed",
    "Way",
    "WebhookRejected",
    "Workflow",
    "credit_id",
    "feed_id",
    "key_of",
    "lot_id",
]
