"""The tables: which state may follow which, by which move, on which conditions.

It knows every state, move, row and guard, and refuses to know orders, stock and money: a guard sees
a small frozen value of counts and flags.

The unit chart is the heart.
An order line is a bag of units; each unit walks this chart on its own, so partial shipping,
cancelling and returning are no special cases.
An order's own chart has only what is true of the order as a whole; how far goods and money are is
derived, and the product of two lives is never a chart.
Each document that joins several orders (payment, dispatch, parcel, return) has a small one of its
own.

One file, though long: each life is states, moves and a table that are read together, and whoever
looks for a state looks here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from orderflow.chart import Chart, Guard, Row
from orderflow.errors import Refusal

# --- the order: what is true of it as a whole -----------------------------------------------------


class OrderState(StrEnum):
    """Where an order stands as a whole; how far its goods and money are is derived."""

    DRAFT = "draft"
    PLACED = "placed"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # unpaid in time


class OrderMove(StrEnum):
    """What happens to an order as a whole."""

    PLACE = "place"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    EXPIRE = "expire"
    COMPLETE = "complete"
    REOPEN = "reopen"


@attrs.frozen
class UnitFacts:
    """What the guards of a unit see: its order's name and state, and the holds upon it."""

    order: str
    state: str
    held: str = ""  # the codes of the holds, comma-separated; empty when there is none
    reason: str = ""


@attrs.frozen
class OrderFacts:
    """What the guards of an order see, in units and in minor units of its currency."""

    order: str
    lines: int
    units_live: int  # neither cancelled nor ended
    units_kept: int  # all but the cancelled ones
    due_minor: int  # still to be paid; negative when it is owed back
    applied_minor: int
    currency: str
    cash_on_delivery: bool
    held: str = ""
    reason: str = ""


def _held(facts: UnitFacts | OrderFacts) -> Refusal | None:
    if not facts.held:
        return None
    return Refusal.of("on_hold", what=f"order {facts.order}", hold=facts.held, reason=facts.reason)


def _confirmed(facts: UnitFacts) -> Refusal | None:
    if facts.state == OrderState.CONFIRMED:
        return None
    return Refusal.of("not_confirmed", order=facts.order, state=facts.state)


def _has_lines(facts: OrderFacts) -> Refusal | None:
    return None if facts.lines else Refusal.of("no_lines", order=facts.order)


def _paid_or_cod(facts: OrderFacts) -> Refusal | None:
    if facts.cash_on_delivery or facts.due_minor <= 0:
        return None
    return Refusal.of("not_paid", order=facts.order, due=facts.due_minor, currency=facts.currency)


def _all_ended(facts: OrderFacts) -> Refusal | None:
    # The empty case: an order none of whose units is kept has nothing to complete; it is cancelled.
    if facts.units_live == 0 and facts.units_kept:
        return None
    return Refusal.of("not_all_ended", order=facts.order, open=facts.units_live)


def _none_kept(facts: OrderFacts) -> Refusal | None:
    if facts.units_kept == 0:
        return None
    return Refusal.of("not_all_ended", order=facts.order, open=facts.units_kept)


def _settled(facts: OrderFacts) -> Refusal | None:
    if facts.due_minor == 0:
        return None
    return Refusal.of(
        "money_owed", order=facts.order, balance=facts.due_minor, currency=facts.currency
    )


def _unpaid(facts: OrderFacts) -> Refusal | None:
    if facts.applied_minor == 0:
        return None
    return Refusal.of(
        "money_owed", order=facts.order, balance=-facts.applied_minor, currency=facts.currency
    )


not_held: Final = Guard("not_held", _held)
order_confirmed: Final = Guard("order_confirmed", _confirmed)
has_lines: Final = Guard("has_lines", _has_lines)
paid_or_cash_on_delivery: Final = Guard("paid_or_cash_on_delivery", _paid_or_cod)
all_units_ended: Final = Guard("all_units_ended", _all_ended)
no_unit_kept: Final = Guard("no_unit_kept", _none_kept)
nothing_owed: Final = Guard("nothing_owed", _settled)
nothing_paid: Final = Guard("nothing_paid", _unpaid)


# --- the unit: one piece, gram or millimetre of a line ------------------------------------------


class UnitState(StrEnum):
    """Where one unit of an order line stands."""

    OPEN = "open"
    BACKORDERED = "backordered"
    RESERVED = "reserved"  # a claim on supply anywhere
    ALLOCATED = "allocated"  # a claim at the location that will ship it
    RELEASED = "released"  # the warehouse has the work: from here a cancel is a request
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    LOST = "lost"
    MISSING = "missing"  # short in the box, or a delivery that the customer disputes
    GOING_BACK = "going back"  # refused, intercepted, undeliverable or returned
    RECEIVED_BACK = "received back"
    SENT_BACK = "sent back"  # rejected at inspection, on its way to the customer again
    RETURNED = "returned"


class UnitMove(StrEnum):
    """What happens to units."""

    BACKORDER = "backorder"
    RESERVE = "reserve"
    UNRESERVE = "unreserve"
    ALLOCATE = "allocate"
    RELEASE = "release"
    RECALL = "recall"  # the warehouse gives the work back
    PICK = "pick"
    PACK = "pack"
    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"
    LOSE = "lose"
    MISS = "miss"
    TURN_BACK = "turn back"
    RECEIVE_BACK = "receive back"
    REJECT = "reject"
    ACCEPT_BACK = "accept back"
    REOPEN = "reopen"


_U, _UM = UnitState, UnitMove

UNIT: Final[Chart[UnitState, UnitMove, UnitFacts]] = Chart(
    "unit",
    UnitState,
    UnitMove,
    [
        Row(_U.OPEN, _UM.BACKORDER, _U.BACKORDERED),
        Row(_U.OPEN, _UM.RESERVE, _U.RESERVED, (not_held,)),
        Row(_U.OPEN, _UM.ALLOCATE, _U.ALLOCATED, (order_confirmed, not_held)),
        Row(_U.OPEN, _UM.CANCEL, _U.CANCELLED),
        Row(_U.BACKORDERED, _UM.RESERVE, _U.RESERVED, (not_held,)),
        Row(_U.BACKORDERED, _UM.ALLOCATE, _U.ALLOCATED, (order_confirmed, not_held)),
        Row(_U.BACKORDERED, _UM.CANCEL, _U.CANCELLED),
        Row(_U.RESERVED, _UM.UNRESERVE, _U.OPEN),
        Row(_U.RESERVED, _UM.ALLOCATE, _U.ALLOCATED, (order_confirmed, not_held)),
        Row(_U.RESERVED, _UM.CANCEL, _U.CANCELLED),
        Row(_U.ALLOCATED, _UM.UNRESERVE, _U.OPEN),
        Row(_U.ALLOCATED, _UM.RELEASE, _U.RELEASED, (order_confirmed, not_held)),
        Row(_U.ALLOCATED, _UM.CANCEL, _U.CANCELLED),
        Row(_U.RELEASED, _UM.PICK, _U.PICKED),
        Row(_U.RELEASED, _UM.RECALL, _U.ALLOCATED),
        Row(_U.PICKED, _UM.PACK, _U.PACKED),
        Row(_U.PICKED, _UM.RECALL, _U.ALLOCATED),
        Row(_U.PACKED, _UM.SHIP, _U.SHIPPED, (not_held,)),
        Row(_U.PACKED, _UM.RECALL, _U.ALLOCATED),
        Row(_U.SHIPPED, _UM.DELIVER, _U.DELIVERED),
        Row(_U.SHIPPED, _UM.LOSE, _U.LOST),
        Row(_U.SHIPPED, _UM.MISS, _U.MISSING),
        Row(_U.SHIPPED, _UM.TURN_BACK, _U.GOING_BACK),
        Row(_U.DELIVERED, _UM.MISS, _U.MISSING),
        Row(_U.DELIVERED, _UM.TURN_BACK, _U.GOING_BACK),
        Row(_U.DELIVERED, _UM.RECEIVE_BACK, _U.RECEIVED_BACK),
        Row(_U.LOST, _UM.DELIVER, _U.DELIVERED),
        Row(_U.LOST, _UM.TURN_BACK, _U.GOING_BACK),
        Row(_U.LOST, _UM.CANCEL, _U.CANCELLED),
        Row(_U.MISSING, _UM.DELIVER, _U.DELIVERED),
        Row(_U.MISSING, _UM.CANCEL, _U.CANCELLED),
        Row(_U.GOING_BACK, _UM.RECEIVE_BACK, _U.RECEIVED_BACK),
        Row(_U.GOING_BACK, _UM.LOSE, _U.LOST),
        Row(_U.RECEIVED_BACK, _UM.ACCEPT_BACK, _U.RETURNED),
        Row(_U.RECEIVED_BACK, _UM.REJECT, _U.SENT_BACK),
        Row(_U.RECEIVED_BACK, _UM.REOPEN, _U.OPEN),
        Row(_U.SENT_BACK, _UM.DELIVER, _U.DELIVERED),
    ],
    initial=_U.OPEN,
    ends=[_U.CANCELLED, _U.RETURNED],
)

_O, _OM = OrderState, OrderMove

ORDER: Final[Chart[OrderState, OrderMove, OrderFacts]] = Chart(
    "order",
    OrderState,
    OrderMove,
    [
        Row(_O.DRAFT, _OM.PLACE, _O.PLACED, (has_lines,)),
        Row(_O.DRAFT, _OM.CANCEL, _O.CANCELLED, (no_unit_kept,)),
        Row(_O.PLACED, _OM.CONFIRM, _O.CONFIRMED, (paid_or_cash_on_delivery, not_held)),
        Row(_O.PLACED, _OM.CANCEL, _O.CANCELLED, (no_unit_kept,)),
        Row(_O.PLACED, _OM.EXPIRE, _O.EXPIRED, (nothing_paid, no_unit_kept)),
        Row(_O.CONFIRMED, _OM.CANCEL, _O.CANCELLED, (no_unit_kept,)),
        Row(_O.CONFIRMED, _OM.COMPLETE, _O.COMPLETED, (all_units_ended, nothing_owed, not_held)),
        Row(_O.COMPLETED, _OM.REOPEN, _O.CONFIRMED),  # an after-sales case has been opened
    ],
    initial=_O.DRAFT,
    ends=[_O.CANCELLED, _O.EXPIRED],
)


# --- the payment: one tender, of any number of orders --------------------------------------------


class PaymentState(StrEnum):
    """Where a payment stands; how much of it went back is counted, not a state."""

    AWAITING = "awaiting"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"
    EXPIRED = "expired"
    DUE_AT_DOOR = "due at door"  # cash on delivery, not yet collected
    COLLECTED = "collected"  # the carrier has the cash: the order is paid
    REMITTED = "remitted"


class PaymentMove(StrEnum):
    """What happens to a payment."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    FAIL = "fail"
    VOID = "void"
    EXPIRE = "expire"
    OWE_AT_DOOR = "owe at door"
    COLLECT = "collect"
    REMIT = "remit"
    REFUND = "refund"
    CHARGE_BACK = "charge back"


_PaymentS, _PaymentM = PaymentState, PaymentMove

PAYMENT: Final[Chart[PaymentState, PaymentMove, None]] = Chart(
    "payment",
    PaymentState,
    PaymentMove,
    [
        Row(_PaymentS.AWAITING, _PaymentM.AUTHORISE, _PaymentS.AUTHORISED),
        Row(_PaymentS.AWAITING, _PaymentM.CAPTURE, _PaymentS.CAPTURED),
        Row(_PaymentS.AWAITING, _PaymentM.FAIL, _PaymentS.FAILED),
        Row(_PaymentS.AWAITING, _PaymentM.EXPIRE, _PaymentS.EXPIRED),
        Row(_PaymentS.AUTHORISED, _PaymentM.CAPTURE, _PaymentS.CAPTURED),
        Row(_PaymentS.AUTHORISED, _PaymentM.VOID, _PaymentS.VOIDED),
        Row(_PaymentS.AUTHORISED, _PaymentM.EXPIRE, _PaymentS.EXPIRED),
        Row(_PaymentS.FAILED, _PaymentM.CAPTURE, _PaymentS.CAPTURED),
        Row(_PaymentS.EXPIRED, _PaymentM.CAPTURE, _PaymentS.CAPTURED),
        Row(_PaymentS.VOIDED, _PaymentM.CAPTURE, _PaymentS.CAPTURED),
        Row(_PaymentS.CAPTURED, _PaymentM.REFUND, _PaymentS.CAPTURED),
        Row(_PaymentS.CAPTURED, _PaymentM.CHARGE_BACK, _PaymentS.CAPTURED),
        Row(_PaymentS.AWAITING, _PaymentM.OWE_AT_DOOR, _PaymentS.DUE_AT_DOOR),
        Row(_PaymentS.DUE_AT_DOOR, _PaymentM.COLLECT, _PaymentS.COLLECTED),
        Row(_PaymentS.COLLECTED, _PaymentM.REMIT, _PaymentS.REMITTED),
        Row(_PaymentS.COLLECTED, _PaymentM.REFUND, _PaymentS.COLLECTED),
        Row(_PaymentS.REMITTED, _PaymentM.REFUND, _PaymentS.REMITTED),
    ],
    initial=_PaymentS.AWAITING,
    ends=[],
)


# --- the dispatch: what a warehouse or supplier is asked to ship (发货单) -----------------------


class DispatchState(StrEnum):
    """Where the work order of a warehouse stands."""

    CREATED = "created"
    CANCEL_ASKED = "cancel asked"
    CANCELLED = "cancelled"
    DONE = "done"


class DispatchMove(StrEnum):
    """What happens to a dispatch."""

    ASK_CANCEL = "ask cancel"
    CANCEL = "cancel"
    GO_ON = "go on"
    FINISH = "finish"


_DispatchS, _DispatchM = DispatchState, DispatchMove

DISPATCH: Final[Chart[DispatchState, DispatchMove, None]] = Chart(
    "dispatch",
    DispatchState,
    DispatchMove,
    [
        Row(_DispatchS.CREATED, _DispatchM.ASK_CANCEL, _DispatchS.CANCEL_ASKED),
        Row(_DispatchS.CREATED, _DispatchM.CANCEL, _DispatchS.CANCELLED),
        Row(_DispatchS.CREATED, _DispatchM.FINISH, _DispatchS.DONE),
        Row(_DispatchS.CANCEL_ASKED, _DispatchM.CANCEL, _DispatchS.CANCELLED),
        Row(_DispatchS.CANCEL_ASKED, _DispatchM.GO_ON, _DispatchS.CREATED),
        Row(_DispatchS.CANCEL_ASKED, _DispatchM.FINISH, _DispatchS.DONE),
    ],
    initial=_DispatchS.CREATED,
    ends=[_DispatchS.CANCELLED, _DispatchS.DONE],
)


# --- the parcel ----------------------------------------------------------------------------------


class ParcelState(StrEnum):
    """Where a parcel stands."""

    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    LOST = "lost"
    GOING_BACK = "going back"  # refused, intercepted or undeliverable
    RETURNED = "returned"


class ParcelMove(StrEnum):
    """What happens to a parcel."""

    HAND_OVER = "hand over"
    DELIVER = "deliver"
    CANCEL = "cancel"
    LOSE = "lose"
    TURN_BACK = "turn back"
    RECEIVE_BACK = "receive back"


_ParcelS, _ParcelM = ParcelState, ParcelMove

PARCEL: Final[Chart[ParcelState, ParcelMove, None]] = Chart(
    "parcel",
    ParcelState,
    ParcelMove,
    [
        Row(_ParcelS.PACKED, _ParcelM.HAND_OVER, _ParcelS.SHIPPED),
        Row(_ParcelS.PACKED, _ParcelM.CANCEL, _ParcelS.CANCELLED),
        Row(_ParcelS.SHIPPED, _ParcelM.DELIVER, _ParcelS.DELIVERED),
        Row(_ParcelS.SHIPPED, _ParcelM.LOSE, _ParcelS.LOST),
        Row(_ParcelS.SHIPPED, _ParcelM.TURN_BACK, _ParcelS.GOING_BACK),
        Row(_ParcelS.LOST, _ParcelM.DELIVER, _ParcelS.DELIVERED),
        Row(_ParcelS.LOST, _ParcelM.TURN_BACK, _ParcelS.GOING_BACK),
        Row(_ParcelS.GOING_BACK, _ParcelM.LOSE, _ParcelS.LOST),
        Row(_ParcelS.GOING_BACK, _ParcelM.RECEIVE_BACK, _ParcelS.RETURNED),
    ],
    initial=_ParcelS.PACKED,
    ends=[_ParcelS.DELIVERED, _ParcelS.CANCELLED, _ParcelS.RETURNED],
)


# --- the return ----------------------------------------------------------------------------------


class ReturnState(StrEnum):
    """Where a return stands; its units stand in the bags of its order."""

    ASKED = "asked"
    APPROVED = "approved"
    RECEIVED = "received"
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class ReturnMove(StrEnum):
    """What happens to a return."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    RECEIVE = "receive"
    SETTLE = "settle"


_ReturnS, _ReturnM = ReturnState, ReturnMove

RETURN: Final[Chart[ReturnState, ReturnMove, None]] = Chart(
    "return",
    ReturnState,
    ReturnMove,
    [
        Row(_ReturnS.ASKED, _ReturnM.APPROVE, _ReturnS.APPROVED),
        Row(_ReturnS.ASKED, _ReturnM.REJECT, _ReturnS.REJECTED),
        Row(_ReturnS.ASKED, _ReturnM.CANCEL, _ReturnS.CANCELLED),
        Row(_ReturnS.APPROVED, _ReturnM.RECEIVE, _ReturnS.RECEIVED),
        Row(_ReturnS.APPROVED, _ReturnM.CANCEL, _ReturnS.CANCELLED),
        Row(_ReturnS.RECEIVED, _ReturnM.RECEIVE, _ReturnS.RECEIVED),
        Row(_ReturnS.RECEIVED, _ReturnM.SETTLE, _ReturnS.SETTLED),
    ],
    initial=_ReturnS.ASKED,
    ends=[_ReturnS.SETTLED, _ReturnS.REJECTED, _ReturnS.CANCELLED],
)


# --- the stock hold: a claim with an expiry ------------------------------------------------------


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


_StockHoldS, _StockHoldM = StockHoldState, StockHoldMove

STOCK_HOLD: Final[Chart[StockHoldState, StockHoldMove, None]] = Chart(
    "stock hold",
    StockHoldState,
    StockHoldMove,
    [
        Row(_StockHoldS.RUNNING, _StockHoldM.CONFIRM, _StockHoldS.CONFIRMED),
        Row(_StockHoldS.RUNNING, _StockHoldM.USE, _StockHoldS.USED),
        Row(_StockHoldS.RUNNING, _StockHoldM.RELEASE, _StockHoldS.RELEASED),
        Row(_StockHoldS.CONFIRMED, _StockHoldM.USE, _StockHoldS.USED),
        Row(_StockHoldS.CONFIRMED, _StockHoldM.RELEASE, _StockHoldS.RELEASED),
    ],
    initial=_StockHoldS.RUNNING,
    ends=[_StockHoldS.USED, _StockHoldS.RELEASED],
)


# --- the supply row: goods that are to come ------------------------------------------------------


class SupplyState(StrEnum):
    """Where a purchase, production or transfer stands."""

    EXPECTED = "expected"
    CLOSED = "closed"


class SupplyMove(StrEnum):
    """What happens to a supply."""

    RECEIVE = "receive"
    CLOSE = "close"


_SupplyS, _SupplyM = SupplyState, SupplyMove

SUPPLY: Final[Chart[SupplyState, SupplyMove, None]] = Chart(
    "supply",
    SupplyState,
    SupplyMove,
    [
        Row(_SupplyS.EXPECTED, _SupplyM.RECEIVE, _SupplyS.EXPECTED),
        Row(_SupplyS.EXPECTED, _SupplyM.CLOSE, _SupplyS.CLOSED),
    ],
    initial=_SupplyS.EXPECTED,
    ends=[_SupplyS.CLOSED],
)
