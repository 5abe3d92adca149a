"""What must hold in every world, by name.

It knows laws that a single document or two of them can break, and refuses to know how a world was
reached.

They are written without the charts and guards that they watch over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from orderflow.bills import CreditNote, Invoice, Series
from orderflow.calls import Ref
from orderflow.pricing import due, given_up
from orderflow.records import (
    Arrival,
    Coupon,
    CreditLine,
    Document,
    Feed,
    Item,
    Line,
    Lot,
    Order,
    Parcel,
    Payment,
    Quota,
    StockHold,
    Supply,
)
from orderflow.states import (
    CarrierClaimState,
    ComplaintState,
    OrderState,
    ParcelState,
    PaymentState,
    ReplacementState,
    RequestState,
    ReturnState,
    UnitState,
    WorkOrderState,
)
from orderflow.tenders import StoredValue
from orderflow.testing.memo import Seen

Invariant: TypeAlias = Callable[[Seen, Document], str]
"""A named law of every document in every world: empty text where it holds, else what breaks it."""

_OVER: Final = frozenset(
    {
        UnitState.CANCELLED,
        UnitState.DELIVERED,
        UnitState.RETURNED,
        UnitState.REDEEMED,
        UnitState.LAPSED,
    }
)


def bags_sum_to_their_lines(seen: Seen, document: Document) -> str:
    """So many units as were ordered stand somewhere, and what was given up is what was cut."""
    if not isinstance(document, Order):
        return ""
    for line in document.lines:
        if sum(spot.n for spot in line.spots) != line.n:
            return f"line {line.id} holds other than {line.n} units"
        gone = sum(stop - start for start, stop in given_up(line))
        if gone != line.count(UnitState.CANCELLED, UnitState.RETURNED):
            return f"{gone} units of line {line.id} are given up"
    return ""


def ended_orders_have_nothing_under_way(seen: Seen, document: Document) -> str:
    """A completed or archived order has kept units, and all of them have ended their way out.

    What went astray has ended, too, when as much of its line was sent again; it may turn up later.
    """
    if not isinstance(document, Order):
        return ""
    states = [spot.state for _, spot in document.units()]
    if document.state in (OrderState.COMPLETED, OrderState.ARCHIVED):
        if not states:
            return "an order without units is completed"
        if all(state is UnitState.CANCELLED for state in states):
            return "an order none of whose units is kept is completed"
        under_way = sorted({state for line in document.lines for state in _open(document, line)})
        if under_way:
            return f"{document.state} with units {', '.join(under_way)}"
    if document.state in (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REJECTED):
        left = {state for state in states if state is not UnitState.CANCELLED}
        if left:
            return f"{document.state} with units {', '.join(sorted(left))}"
    return ""


def _open(order: Order, line: Line) -> set[UnitState]:
    """The states in which units of a line are under way, when what was sent again is left out."""
    sent = sum(row.n for row in order.sent_again if row.line == line.id and row.done)
    astray = [spot for spot in line.spots if spot.state in _ASTRAY and not spot.slice.returning]
    replaced = sum(spot.n for spot in astray) <= sent  # none astray: nothing to replace
    return {
        spot.state
        for spot in line.spots
        if spot.state not in _OVER and not (replaced and spot in astray)
    }


_ASTRAY: Final = (
    UnitState.LOST,
    UnitState.MISSING,
    UnitState.GOING_BACK,
    UnitState.RECEIVED_BACK,
)


def nothing_leaves_before_its_order_is_confirmed(seen: Seen, document: Document) -> str:
    """Units of an order that nobody has confirmed wait, or are reserved at most."""
    if not isinstance(document, Order):
        return ""
    waiting = (UnitState.OPEN, UnitState.BACKORDERED, UnitState.RESERVED, UnitState.CANCELLED)
    early = document.state in (
        OrderState.DRAFT,
        OrderState.PLACED,
        OrderState.IN_REVIEW,
        OrderState.AWAITING_CUSTOMER,
    )
    for _, spot in document.units():
        if early and spot.state not in waiting:
            return f"{document.state}, with units {spot.state}"
    return ""


def captured_money_is_somewhere(seen: Seen, document: Document) -> str:
    """Captured money is somewhere: applied, unapplied, refunded or charged back."""
    if not isinstance(document, Payment):
        return ""
    elsewhere = document.unapplied + document.refunded + document.charged_back
    if document.captured != document.applied + elsewhere:
        return f"{document.captured} captured, {document.applied + elsewhere} found"
    return ""


def units_are_with_documents_that_are_there(seen: Seen, document: Document) -> str:
    """What units name is there: a dispatch, a parcel, a return; the latter two not called off.

    The warehouse works for a dispatch that is not over, and what was shipped is in a parcel.
    """
    if not isinstance(document, Order):
        return ""
    for _, spot in document.units():
        tags = spot.slice
        named = (("dispatch", tags.dispatch), ("parcel", tags.parcel), ("return", tags.returning))
        for kind, id in named:
            if id and _state(seen, document, kind, id) in ("", *_CALLED_OFF[kind]):
                return f"units {spot.state} name {kind} {id}, which is not there or was called off"
        at_work = spot.state in (UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED)
        if at_work and _state(seen, document, "dispatch", tags.dispatch) in _OVER_REQUESTS:
            return f"units {spot.state} for dispatch {tags.dispatch}, which is over"
        if spot.state is UnitState.SHIPPED and not tags.parcel:
            return "units shipped in no parcel"
    return ""


_CALLED_OFF: Final[Mapping[str, tuple[str, ...]]] = {
    "dispatch": (),  # one whose rest was called off may have shipped a part before
    "parcel": (ParcelState.CANCELLED,),
    "return": (ReturnState.CANCELLED, ReturnState.REJECTED),
}
_OVER_REQUESTS: Final = ("", RequestState.CANCELLED, RequestState.REFUSED, RequestState.DONE)


def parcels_and_their_units_are_at_one_place(seen: Seen, document: Document) -> str:
    """No unit is packed in a parcel that has left, nor on the road in one that has come.

    What was lost may have come back: on the shelf again, it stays lost for its order.
    """
    if not isinstance(document, Order):
        return ""
    for _, spot in document.units():
        wanted = _TOGETHER.get(spot.state)
        if wanted is None or spot.slice.returning or not spot.slice.parcel:
            continue
        state = _state(seen, document, "parcel", spot.slice.parcel)
        if state not in wanted:
            return (
                f"units {spot.state} in parcel {spot.slice.parcel}, which is {state or 'nowhere'}"
            )
    return ""


_TOGETHER: Final[Mapping[UnitState, tuple[ParcelState, ...]]] = {
    UnitState.PACKED: (ParcelState.PACKED,),
    UnitState.SHIPPED: (ParcelState.SHIPPED,),
    UnitState.READY_TO_COLLECT: (ParcelState.READY_TO_COLLECT,),
    UnitState.LOST: (ParcelState.LOST, ParcelState.RETURNED),
    UnitState.GOING_BACK: (ParcelState.GOING_BACK,),
    UnitState.RECEIVED_BACK: (ParcelState.RETURNED,),
}


def returns_that_ended_have_no_units_under_way(seen: Seen, document: Document) -> str:
    """What comes back belongs to a return that is open: it is inspected before that is over."""
    if not isinstance(document, Order):
        return ""
    for _, spot in document.units():
        if spot.state not in (UnitState.GOING_BACK, UnitState.RECEIVED_BACK, UnitState.DELIVERED):
            continue
        if spot.slice.returning:
            state = _state(seen, document, "return", spot.slice.returning)
            if state in _OVER_RETURNS:
                return f"units {spot.state} in return {spot.slice.returning}, which is {state}"
    return ""


_OVER_RETURNS: Final = ("", ReturnState.SETTLED, ReturnState.REJECTED, ReturnState.CANCELLED)


def what_is_bought_or_made_is_asked_of_somebody(seen: Seen, document: Document) -> str:
    """Units that are being bought or made wait for a purchase or work order that is not over."""
    if not isinstance(document, Order):
        return ""
    for _, spot in document.units():
        if spot.state is UnitState.BUYING:
            if _state(seen, document, "purchase", spot.slice.peg) in _OVER_REQUESTS:
                return f"units are bought by purchase {spot.slice.peg}, which is over"
        elif spot.state is UnitState.MAKING:
            state = _state(seen, document, "work order", spot.slice.peg)
            if state not in (WorkOrderState.IN_PRODUCTION, WorkOrderState.INSPECTING):
                return f"units are made by work order {spot.slice.peg}, which is {state}"
    return ""


def orders_without_lines_go_nowhere(seen: Seen, document: Document) -> str:
    """An order without lines is a draft, or cancelled: there is nothing that could be done."""
    if not isinstance(document, Order) or document.lines:
        return ""
    if document.state in (OrderState.DRAFT, OrderState.CANCELLED):
        return ""
    return f"{document.state} without lines"


def payments_are_applied_to_what_they_pay(seen: Seen, document: Document) -> str:
    """Orders know what each payment has paid of them, and it never is less than nothing."""
    if not isinstance(document, Payment):
        return ""
    standing = (document.refunded, document.charged_back, document.with_carrier, document.fees)
    if min(standing) < 0:
        return "less than nothing has gone back"
    for one in document.applications:
        ref: Ref[Order] = Ref(document.ref.tenant, "order", one.order)
        stored = seen.load(ref)
        if stored is None:
            return f"applied to order {one.order}, which is not there"
        said = [row.applied for row in stored.value.tenders if row.payment == document.ref.id]
        if said != [one.amount] or one.amount < 0:
            return f"{one.amount} applied to order {one.order}, which says {said}"
    return ""


def money_shows_in_the_state_of_its_payment(seen: Seen, document: Document) -> str:
    """A payment in which money stands does not wait for it, and none that is paid back has any."""
    if not isinstance(document, Payment):
        return ""
    if document.captured > document.refunded and document.state in _WITHOUT_MONEY:
        return f"{document.captured} captured while {document.state}"
    gone = 0 < document.captured <= document.refunded
    if gone and document.state in _WITH_MONEY:
        return f"{document.state}, and all of it was paid back"
    if document.with_carrier and document.state in _WITHOUT_CARRIER:
        return f"{document.state}, and the carrier has {document.with_carrier} of it"
    if not document.with_carrier and document.state in _WITH_CARRIER:
        return f"{document.state}, and the carrier has nothing of it"
    if document.state is PaymentState.PART_REFUNDED and not (
        document.refunded or document.charged_back
    ):
        return "part refunded, and nothing was paid back"
    at_door = bool(document.due_for)  # cash is never in dispute: a hold asks
    if document.disputed and not at_door and document.state in _UNDISPUTED:
        return f"the payer's bank has taken money back while {document.state}"
    return ""


_WITH_MONEY: Final = (
    PaymentState.CAPTURED,
    PaymentState.PART_REFUNDED,
    PaymentState.DEPOSIT_TAKEN,
    PaymentState.BALANCE_OPEN,
    PaymentState.BALANCE_OVERDUE,
)
_WITH_CARRIER: Final = (PaymentState.COLLECTED, PaymentState.SHORT_PAID)
_WITHOUT_CARRIER: Final = (
    PaymentState.CAPTURED,
    PaymentState.REMITTED,
    PaymentState.PART_REFUNDED,
    PaymentState.REFUNDED,
)
_WITHOUT_MONEY: Final = (
    PaymentState.AWAITING,
    PaymentState.AUTHORISED,
    PaymentState.FAILED,
    PaymentState.VOIDED,
    PaymentState.EXPIRED,
)
_UNDISPUTED: Final = (
    PaymentState.CAPTURED,
    PaymentState.PART_CAPTURED,
    PaymentState.DEPOSIT_TAKEN,
    PaymentState.BALANCE_OPEN,
    PaymentState.BALANCE_OVERDUE,
    PaymentState.PART_REFUNDED,
    PaymentState.REFUNDED,
)


def _state(seen: Seen, document: Document, kind: str, id: str) -> str:
    ref: Ref[Any] = Ref(document.ref.tenant, kind, id)
    stored = seen.load(ref)
    return "" if stored is None else str(stored.value.state)


INVARIANTS: Final[Mapping[str, Invariant]] = {
    law.__name__.replace("_", " "): law
    for law in (
        bags_sum_to_their_lines,
        ended_orders_have_nothing_under_way,
        nothing_leaves_before_its_order_is_confirmed,
        captured_money_is_somewhere,
        units_are_with_documents_that_are_there,
        parcels_and_their_units_are_at_one_place,
        returns_that_ended_have_no_units_under_way,
        what_is_bought_or_made_is_asked_of_somebody,
        orders_without_lines_go_nowhere,
        payments_are_applied_to_what_they_pay,
        money_shows_in_the_state_of_its_payment,
    )
}
"""The laws that every world is held to, by their names."""

_AT_REST: Final = frozenset(
    {
        OrderState.COMPLETED,
        OrderState.ARCHIVED,
        OrderState.REJECTED,
        OrderState.CANCELLED,
        OrderState.EXPIRED,
        RequestState.CANCELLED,
        RequestState.REFUSED,
        RequestState.DONE,
        ReturnState.SETTLED,
        ReturnState.REJECTED,
        ReturnState.CANCELLED,
        ReplacementState.SETTLED,
        ReplacementState.REJECTED,
        ReplacementState.CANCELLED,
        ReplacementState.UNDONE,
        CarrierClaimState.PAID,
        CarrierClaimState.REJECTED,
        CarrierClaimState.WITHDRAWN,
        ComplaintState.GRANTED,
        ComplaintState.ANSWERED,
        ComplaintState.REJECTED,
        ComplaintState.WITHDRAWN,
        WorkOrderState.DONE,
        WorkOrderState.STOPPED,
    }
)


def is_at_rest(document: Document) -> bool:
    """Whether nothing is left to be done with a document: it is closed, settled, or on no way.

    Money of a payment that no order has used is still to go back, or to be used.
    """
    if isinstance(document, Order) and due(document):
        return False
    if isinstance(document, Payment):
        return document.unapplied <= 0
    if isinstance(document, Parcel):
        return document.state is not ParcelState.PACKED
    if isinstance(document, StockHold | Supply | Lot | Item | Quota | Feed | Arrival):
        return True
    if isinstance(document, Invoice | CreditNote | Series | StoredValue | Coupon | CreditLine):
        return True
    return document.state in _AT_REST
