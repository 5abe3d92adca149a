"""What has happened, as values, and the fold that turns it into documents.

It knows the kinds of fact and what each does to a document, and refuses to know why it happened:
verbs decide, facts record.

Problem: a document that is changed in place cannot say how it came to be what it is.
Decision: a verb gives facts, and `fold(document, facts)` is the only way to a new document.
Because one fact, `Moved`, carries reserving, picking, shipping, cancelling and returning alike, a
dozen kinds are enough.
A fact names every document that it touches; folding one never reads another, so a document's own
facts give it again, byte for byte.

One file, though long: each kind of fact is read beside what it does to each document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar, cast

import attrs

from orderflow.bills import CreditNote, Invoice, Series
from orderflow.calls import Ref
from orderflow.money import Money, Price
from orderflow.records import (
    KINDS,
    AddedServices,
    Application,
    Arrival,
    Booking,
    BookingState,
    CarrierClaim,
    Charge,
    Charted,
    Compensation,
    Complaint,
    Coupon,
    CreditLine,
    Cut,
    CutKind,
    Dispatch,
    Document,
    Door,
    Exchange,
    Feed,
    Hold,
    Instalment,
    Item,
    Line,
    Lot,
    MatterKind,
    MoneyAccount,
    Notice,
    Order,
    Outcome,
    Parcel,
    Payment,
    Plan,
    PoolClaim,
    PriceRange,
    Purchase,
    Quota,
    Ready,
    Reissue,
    Remitted,
    Reported,
    Request,
    RequestKind,
    Return,
    SentAgain,
    Slice,
    Spot,
    StockHold,
    Supply,
    Tender,
    Transfer,
    WorkOrder,
)
from orderflow.states import (
    CarrierClaimState,
    ComplaintState,
    OrderState,
    ParcelMove,
    ParcelState,
    PaymentState,
    ReplacementState,
    RequestState,
    ReturnState,
    StockHoldState,
    SupplyState,
    UnitState,
    WorkOrderState,
)
from orderflow.tenders import StoredValue, TenderBook, Worth, part_of
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import Position

D = TypeVar("D", bound=Document)
E = TypeVar("E", bound=StrEnum)


@attrs.frozen(weakref_slot=False)
class Opened:
    """A document came to be, as it is here."""

    document: Document


@attrs.frozen(weakref_slot=False)
class Described:
    """What an item, a feed, a series, a coupon, an arrival or a credit line says is now this."""

    document: Document


@attrs.frozen(weakref_slot=False)
class Advanced:
    """A document moved along its chart at an instant."""

    ref: Ref[Document]
    source: str
    move: str
    target: str
    at: datetime


@attrs.frozen(weakref_slot=False)
class Moved:
    """`n` units of an order line went from spot to spot."""

    order: Ref[Order]
    line: str
    sku: str
    n: int
    source: UnitState
    taken: Slice
    target: UnitState
    put: Slice


@attrs.frozen(weakref_slot=False)
class CutMade:
    """Unit indices of a line were billed, given up, invoiced or credited."""

    order: Ref[Order]
    line: str
    cut: Cut


@attrs.frozen(weakref_slot=False)
class Charged:
    """An order costs so much more, or less."""

    order: Ref[Order]
    charge: Charge


@attrs.frozen(weakref_slot=False)
class Repriced:
    """Unit indices of a line have another price, or another weight, or their amount was fixed."""

    order: Ref[Order]
    line: str
    prices: PriceRange


@attrs.frozen(weakref_slot=False)
class Held:
    """A document was put on hold."""

    ref: Ref[Document]
    hold: Hold


@attrs.frozen(weakref_slot=False)
class Unheld:
    """A hold was lifted."""

    ref: Ref[Document]
    code: str


@attrs.frozen(weakref_slot=False)
class MoneyMoved:
    """`amount` minor units of a payment went from account to account, for an order where named.

    Of a tender in another unit its part goes along by itself; `units` says it where it is known
    better: what was asked for by a request comes back as it went. None go along with what a payment
    from a balance got from elsewhere besides. `worth` says how much of the amount is money that
    such units stand for; without it that is as much as there is.
    """

    payment: Ref[Payment]
    source: MoneyAccount
    target: MoneyAccount
    amount: int
    order: Ref[Order] | None = None
    units: int | None = None
    worth: int | None = None


@attrs.frozen(weakref_slot=False)
class Compensated:
    """The customer of an order was paid money beyond what it costs."""

    order: Ref[Order]
    paid: Compensation


@attrs.frozen(weakref_slot=False)
class Posted:
    """Goods went from account to account other than by units of an order."""

    transfer: Transfer
    ref: Ref[Document] | None = None


@attrs.frozen(weakref_slot=False)
class Limited:
    """What a supply row or a pool will give grew by `n`, or shrank."""

    position: Position
    n: int
    ref: Ref[Document] | None = None


@attrs.frozen(weakref_slot=False)
class Claimed:
    """A document claims `n` units more at a position, or fewer, other than by units of an order.

    `until` is the claim's new expiry; `None` is for good. `due` is for when it is: a holder has one
    claim at a position for each.
    """

    holder: Ref[Document]
    position: Position
    n: int
    until: datetime | None = None
    due: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Noted:
    """Something was learnt that changes no count: a scan, a notice, a reason, a piece of evidence.

    `details` are (name, text or whole number) pairs.
    """

    ref: Ref[Document]
    what: str
    details: tuple[tuple[str, str | int], ...] = ()


Fact: TypeAlias = (
    Opened
    | Described
    | Advanced
    | Moved
    | CutMade
    | Charged
    | Repriced
    | Held
    | Unheld
    | MoneyMoved
    | Compensated
    | Posted
    | Limited
    | Claimed
    | Noted
)


# An enum's own look-up by value is a slow call, and folding does it for each move.
_ORDER_STATES: Final = {state.value: state for state in OrderState}
_PAYMENT_STATES: Final = {state.value: state for state in PaymentState}
_REQUEST_STATES: Final = {state.value: state for state in RequestState}
_PARCEL_STATES: Final = {state.value: state for state in ParcelState}
_RETURN_STATES: Final = {state.value: state for state in ReturnState}
_CARRIER_CLAIM_STATES: Final = {state.value: state for state in CarrierClaimState}
_COMPLAINT_STATES: Final = {state.value: state for state in ComplaintState}
_STOCK_HOLD_STATES: Final = {state.value: state for state in StockHoldState}
_REPLACEMENT_STATES: Final = {state.value: state for state in ReplacementState}
_WORK_ORDER_STATES: Final = {state.value: state for state in WorkOrderState}
_SUPPLY_STATES: Final = {state.value: state for state in SupplyState}


def _state(states: Mapping[str, E], name: str) -> E:
    state = states.get(name)
    if state is None:
        raise ValueError(f"no such state: {name}")
    return state


def touches(fact: Fact) -> tuple[Ref[Document], ...]:
    """Every document that a fact changes or belongs to, in a fixed order."""
    one = TOUCHES_ONE.get(type(fact))
    if one is not None:
        return (one(fact),)
    match fact:
        case Opened() | Described():
            return (fact.document.ref,)
        case MoneyMoved():
            return (fact.payment,) if fact.order is None else (fact.payment, fact.order)
        case Noted():
            return (fact.ref,) if fact.ref.kind in KINDS else ()  # stock is no document
        case Posted() | Limited():
            return () if fact.ref is None else (fact.ref,)
        case _:
            raise TypeError(f"{type(fact).__name__} is no fact")


TOUCHES_ONE: Final[dict[type[Fact], Callable[[Fact], Ref[Document]]]] = {
    Moved: attrgetter("order"),
    CutMade: attrgetter("order"),
    Charged: attrgetter("order"),
    Repriced: attrgetter("order"),
    Compensated: attrgetter("order"),
    Advanced: attrgetter("ref"),
    Held: attrgetter("ref"),
    Unheld: attrgetter("ref"),
    Claimed: attrgetter("holder"),
}
"""The kinds of fact that always touch just one document, and which that is."""


def fold(document: D | None, facts: Iterable[Fact]) -> D:
    """The document after its facts. The first fact of a document that is not yet there opens it.

    Every fact must touch this document; one that does not fit it is a `ValueError`, since a journal
    that does not fold is damaged.
    """
    rest = facts if isinstance(facts, list) else list(facts)
    if document is None:
        if not rest or not isinstance(rest[0], Opened):
            raise ValueError("the first fact of a document must open it")
        document = cast("D", rest[0].document)
        rest = rest[1:]
    if not rest:
        return document
    folder: Callable[[Any, Sequence[Fact]], Any] = _FOLDS[type(document)]
    return cast("D", folder(document, rest))


def move_spots(
    spots: list[Spot], n: int, source: UnitState, taken: Slice, target: UnitState, put: Slice
) -> None:
    """Take `n` units from one spot and add them to another, in place; spots stay merged."""
    if len(spots) == 1 and spots[0].slice is taken and spots[0].n == n:  # a whole line, mostly
        if spots[0].state is not source:
            raise ValueError(f"no {n} units {source.value} in this slice")
        spots[0] = Spot(target, n, put)
        return
    i = _find(spots, source, taken)
    if i is None or spots[i].n < n:
        raise ValueError(f"no {n} units {source.value} in this slice")
    j = _find(spots, target, put)
    if j == i:
        return
    spot = spots[i]
    left = [Spot(source, spot.n - n, spot.slice)] if spot.n > n else []
    if j is None:
        spots[i : i + 1] = [Spot(target, n, put), *left]
    else:
        spots[j] = Spot(target, spots[j].n + n, spots[j].slice)
        spots[i : i + 1] = left


def _find(spots: list[Spot], state: UnitState, slice: Slice) -> int | None:
    """Where the spot of a state and slice is in a bag."""
    for i, spot in enumerate(spots):
        if spot.state is state and (spot.slice is slice or spot.slice == slice):
            return i
    return None


def add_cut(cuts: tuple[Cut, ...], cut: Cut) -> tuple[Cut, ...]:
    """The cuts with one more; it joins the last where they meet."""
    last = cuts[-1] if cuts else None
    if (
        last is not None
        and last.stop == cut.start
        and last.kind is cut.kind
        and last.document == cut.document
    ):
        return (*cuts[:-1], Cut(cut.kind, last.start, cut.stop, cut.document))
    return (*cuts, cut)


def add_prices(prices: tuple[PriceRange, ...], new: PriceRange) -> tuple[PriceRange, ...]:
    """The prices of a line with new ones for some indices, in the order of the indices."""
    left: list[PriceRange] = [new]
    for old in prices:
        if old.start < new.start:
            left.append(old.part(old.start, min(old.stop, new.start)))
        if old.stop > new.stop:
            left.append(old.part(max(old.start, new.stop), old.stop))
    return tuple(sorted(left, key=attrgetter("start")))


def _fold_order(order: Order, facts: Sequence[Fact]) -> Order:
    state, charges, holds, tenders = order.state, order.charges, order.holds, order.tenders
    lines, received_at, sent_again = order.lines, order.received_at, order.sent_again
    invoices, credit_notes, plan = order.invoices, order.credit_notes, order.plan
    pools, pay_by, doors, ready = order.pools, order.pay_by, order.doors, order.ready
    awaited = order.awaited
    compensations, contact = order.compensations, order.contact
    by_id: dict[str, Line] = {}
    spots: dict[str, list[Spot]] = {}
    cuts: dict[str, tuple[Cut, ...]] = {}
    prices: dict[str, tuple[PriceRange, ...]] = {}
    for fact in facts:
        match fact:
            case Moved():
                bag = spots.get(fact.line)
                if bag is None:
                    bag = spots[fact.line] = list(_line(order, by_id, fact.line).spots)
                move_spots(bag, fact.n, fact.source, fact.taken, fact.target, fact.put)
            case CutMade():
                earlier = cuts.get(fact.line)
                if earlier is None:
                    earlier = _line(order, by_id, fact.line).cuts
                cuts[fact.line] = add_cut(earlier, fact.cut)
            case Advanced():
                state = _state(_ORDER_STATES, fact.target)
            case Charged():
                charges = (*charges, fact.charge)
            case Repriced():
                known = prices.get(fact.line)
                if known is None:
                    known = _line(order, by_id, fact.line).prices
                prices[fact.line] = add_prices(known, fact.prices)
            case Held():
                holds = (*holds, fact.hold)
            case Unheld():
                holds = _without(holds, fact.code)
            case MoneyMoved():
                tenders = _tendered(tenders, fact)
            case Compensated():
                compensations = (*compensations, fact.paid)
            case Claimed():
                pools = _pooled(pools, fact)
            case Noted():
                if fact.what == "receipt":
                    received_at = datetime.fromisoformat(str(dict(fact.details)["at"]))
                elif fact.what == PAYABLE:
                    pay_by = datetime.fromisoformat(str(dict(fact.details)["by"]))
                elif fact.what == SENT_AGAIN:
                    sent_again = _sent_again(sent_again, dict(fact.details))
                elif fact.what == INVOICED:
                    invoices = (*invoices, str(dict(fact.details)["invoice"]))
                elif fact.what == CREDITED:
                    credit_notes = (*credit_notes, str(dict(fact.details)["credit_note"]))
                elif fact.what in (PLAN, INSTALMENT, INSTALMENT_MISSED):
                    plan = _planned(plan, fact)
                elif fact.what == DOOR:
                    doors = _with_door(doors, dict(fact.details))
                elif fact.what == READY:
                    ready = _with_ready(ready, dict(fact.details))
                elif fact.what == AWAITED:
                    awaited = _with_awaited(awaited, dict(fact.details))
                elif fact.what == CONTACT:
                    contact = str(dict(fact.details)["desk"])
                elif fact.what == REINSTATED:
                    for line in lines:
                        known_cuts = cuts.get(line.id, line.cuts)
                        cuts[line.id] = tuple([cut for cut in known_cuts if not _expired(cut)])
            case _:
                raise _misfit(order, fact)
    if spots or cuts or prices:
        changed: list[Line] = []
        for line in lines:
            bag, cut = spots.get(line.id), cuts.get(line.id)
            if bag is not None or cut is not None or line.id in prices:
                line = Line(
                    line.id,
                    line.sku,
                    line.n,
                    line.price,
                    line.per,
                    line.unit,
                    line.scale,
                    line.spots if bag is None else tuple(bag),
                    line.cuts if cut is None else cut,
                    line.promised,
                    line.service,
                    line.kit,
                    line.per_kit,
                    line.rounding,
                    line.fixed,
                    line.grams_each,
                    line.gift_for,
                    prices.get(line.id, line.prices),
                )
            changed.append(line)
        lines = tuple(changed)
    return Order(
        order.ref,
        state,
        order.currency,
        order.customer,
        lines,
        charges,
        order.placed_at,
        order.seller,
        order.channel,
        order.shop,
        order.number,
        order.cash_on_delivery,
        order.priority,
        pay_by,
        order.destination,
        holds,
        tenders,
        order.parent,
        received_at,
        sent_again,
        order.kits,
        invoices,
        credit_notes,
        plan,
        order.coupons,
        order.on_account,
        pools,
        doors,
        ready,
        awaited=awaited,
        compensations=compensations,
        tier=order.tier,
        contact=contact,
    )


def _planned(plan: Plan | None, fact: Noted) -> Plan:
    """A plan that begins, has one instalment more, or has missed one."""
    said = dict(fact.details)
    if plan is None or fact.what == PLAN:
        return Plan((), tuple(str(said["blocks"]).split(",")) if said["blocks"] else ())
    due_at = datetime.fromisoformat(str(said["due_at"]))
    if fact.what == INSTALMENT_MISSED:
        return attrs.evolve(plan, missed=due_at)
    more = Instalment(int(said["amount"]), due_at)
    return attrs.evolve(plan, instalments=(*plan.instalments, more))


def _expired(cut: Cut) -> bool:
    return cut.kind is CutKind.GIVEN_UP and cut.document == EXPIRED


def _line(order: Order, by_id: dict[str, Line], id: str) -> Line:
    """A line that a fact names; `by_id` is filled when the first is asked for."""
    if not by_id:
        by_id.update(order.by_id())
    line = by_id.get(id)
    if line is None:
        raise ValueError(f"{order.ref} has no line {id}")
    return line


SENT_AGAIN: Final = "sent again"
"""What an order notes of reissues: `reissue`, `line`, `n` (0: none after all), `done`, `astray`."""

INVOICED: Final = "invoiced"
"""What an order notes of an invoice over it: `invoice`."""

CREDITED: Final = "credited"
"""What an order notes of a credit note over it: `credit_note`."""

PLAN: Final = "plan"
"""What an order notes of a new plan: what an overdue instalment of it `blocks`, by commas."""

INSTALMENT: Final = "instalment"
"""What an order notes of one instalment of its plan: `amount` and `due_at`."""

INSTALMENT_MISSED: Final = "instalment missed"
"""What an order notes of the last instalment that is overdue: `due_at`."""

EXPIRED: Final = "expire"
"""The document of the cuts of units that were given up as their order expired."""

REINSTATED: Final = "reinstated"
"""What an order notes when it stands again after it had expired: what it gave up then is kept."""

CONTACT: Final = "contact"
"""What a completed order notes: whom its customer turns to after the sale."""

RESENT: Final = "resent"
"""The note of a return whose rejected goods go to their customer again, or came back from him."""

BROUGHT: Final = "brought"
"""What a return notes of an inspection: the `amount` that it has taken off its order's price."""

PAID_OVER: Final = "paid over"
"""What an exchange notes of the `amount` by which its return has paid its new order."""

CLAIMED_ON: Final = "claimed on"
"""What a parcel notes of a `claim` on its carrier."""

CLAIM_SAID: Final = "claim said"
"""What a claim notes of its carrier: how much it has `accepted`, or `paid`."""

WAITS: Final = "waits"
"""What a return, an exchange or a reissue notes of its limit: `until`, empty without one."""

EVIDENCE: Final = "evidence"
"""What is noted of evidence: the `reference` of a picture or film, or `words`."""

TALK: Final = "talk"
"""What is noted of what staff and customer have said: the talk's `reference`."""

REPLIED: Final = "replied"
"""What a complaint notes of its end: the `answer`, and how much was `granted`."""

PAYABLE: Final = "payable"
"""What an order on account notes of the day on which it is to be paid: `by`."""

SLIPPED: Final = "slipped"
"""What a supply row notes of its new date: `due`."""

TENDERED: Final = "tendered"
"""What a payment notes of units of its tender that have come: `unit`, `n`, `rate` for `per`; the
`worth` of it in money, and how much of that a `gateway` has brought. Where `late` is 1, the money
had come before."""

DUE_AT_DOOR: Final = "due at the door"
"""What a payment notes of the cash that is expected: its `order`, and `parcel` where named."""

DOOR: Final = "door"
"""What an order notes of a door: `payment`, `amount`, `parcel`; `open` is 0 where it has ended."""

READY: Final = "kept ready"
"""What an order notes of what a gateway keeps ready for it: `payment`, `amount` (0: nothing any
more), `deposit` (1: it is the whole first part of a price in two)."""

AWAITED: Final = "awaited"
"""What an order notes of a payment that is meant for it: `payment`, `open` (0: no more)."""

SCANNED: Final = "scanned"
"""What a parcel notes of a scan that it keeps: what a `Scan` says; `incident` may be empty."""

CAME_AT: Final = "came at"
"""What a parcel notes of the instant `at` which it came, as its scans say."""

BOOKING: Final = "booking"
"""What a parcel notes of a booking as it is now: what a `Booking` says; `until` may be empty.

What is done besides carrying stands there only where something is: `insured` and `collect`, each
with its currency, and `signature`; and so does the carrier's own `reference`.
"""

REDIRECTED: Final = "redirected"
"""A carrier is asked to bring a parcel to another address, named by its token."""

NUMBERED: Final = "numbered"
"""What a parcel notes of the waybill number that it gets: `carrier`, `tracking`."""

WEIGHED: Final = "weighed"
"""What a parcel notes of what it weighs: `grams`, and why they were `accepted`."""

MARKED: Final = "marked"
"""What a parcel notes of a `mark` that was put on it."""

REPACKED: Final = "repacked"
"""What a parcel notes when its contents change: the `order` that units of came, or where `into`."""

LIMITS: Final = "limits"
"""What a parcel notes of when it is silent and when late: `silent_at`, `late_at`, or empty."""

LEFT_AT: Final = "left at"
"""What a parcel notes of the instant `at` which its carrier had it, as its scans say."""

BY_HAND: Final = "by hand"
"""What a parcel notes whose state people have said, and no scans."""

CASH_CHANGED: Final = "cash changed"
"""What a payment notes of what is to be collected from here on: `amount`."""

CASH_ASKED: Final = "cash asked"
"""What a payment notes of what its carrier is asked to collect instead: `amount`."""

TENDERED_BESIDE: Final = "tendered beside"
"""What a payment from a balance notes of what came from elsewhere in other units, as `TENDERED`."""

BALANCE_PLANNED: Final = "balance planned"
"""What a payment notes of when its balance is to be asked for: `opens_at`, `until`, `forfeit`."""

BALANCE_STOOD: Final = "balance stood"
"""What a payment notes of where its balance stands when its money is disputed or goes: `state`."""

BALANCE_MISSED: Final = "balance missed"
"""What a payment notes of an order that has missed its balance: `order`."""

CASH_ANSWERED: Final = "cash answered"
"""What a payment notes of its carrier's answer: `agreed`, 1 or 0."""

REMITTED: Final = "remitted"
"""What a payment notes of a row of a remittance file: `remittance`, `row`, `amount`, `fee`."""

UNWANTED: Final = "unwanted"
"""What an open payment notes of when its orders want its money no more: `since`, empty where one
wants it again."""

AUTHORISED: Final = "authorised"
"""What a payment notes of what a gateway keeps ready: `amount`, and `at`, when the payer let it."""

NOTICED: Final = "notice"
"""What a payment notes of what a gateway reports: `notice`, `amount`, `event`, and of a tender in
another unit `units`."""

REQUESTED: Final = "requested"
"""What a payment notes of what a gateway is asked: `request`, `kind`, `amount`, `order`, `at`, and
of a tender in another unit `units`."""

SENT: Final = "sent"
"""What a payment notes before a request goes over the wire: `request`, `until`."""

ANSWERED: Final = "answered"
"""What a payment notes of an answer: `request`, `outcome`, `amount`, `reference`, `event`; of a
capture or a refund, what has come or gone back for it in our books, too: `booked`; of a capture,
how much has come with just this answer: `came`, and the `units` of its tender that it names."""

WITHDRAWN: Final = "request withdrawn"
"""What a payment notes of what was asked and is not sent any more: `request`."""

ANSWERED_AGAIN: Final = "repeated_answer"
"""What a payment notes of an answer that says nothing new: `request`, `event`, and `units` where
nobody had named them before."""


def _sent_again(
    rows: tuple[SentAgain, ...], said: Mapping[str, str | int]
) -> tuple[SentAgain, ...]:
    """The rows with what was noted last of a reissue and a line."""
    n, astray = int(said["n"]), int(said["astray"])
    row = SentAgain(str(said["reissue"]), str(said["line"]), n, bool(said["done"]), astray)
    key = (row.reissue, row.line)
    kept = tuple(one for one in rows if (one.reissue, one.line) != key)
    return (*kept, row) if row.n else kept


def _with_door(doors: tuple[Door, ...], said: Mapping[str, str | int]) -> tuple[Door, ...]:
    """The doors with what was noted last of one of them."""
    door = Door(str(said["payment"]), int(said["amount"]), str(said["parcel"]))
    there = [i for i, one in enumerate(doors) if one.payment == door.payment]
    i = there[0] if there else len(doors)
    return (*doors[:i], *([door] if said["open"] else []), *doors[i + 1 :])


def _with_ready(rows: tuple[Ready, ...], said: Mapping[str, str | int]) -> tuple[Ready, ...]:
    """What is kept ready, with what was noted last of one payment."""
    new = Ready(str(said["payment"]), int(said["amount"]), bool(said["deposit"]))
    kept = tuple([one for one in rows if one.payment != new.payment])
    return (*kept, new) if new.amount else kept


def _with_awaited(names: tuple[str, ...], said: Mapping[str, str | int]) -> tuple[str, ...]:
    """The payments that are open for an order, with one more or without one."""
    kept = tuple([name for name in names if name != said["payment"]])
    return (*kept, str(said["payment"])) if said["open"] else kept


def _without(holds: tuple[Hold, ...], code: str) -> tuple[Hold, ...]:
    return tuple(hold for hold in holds if hold.code != code)


def _tendered(tenders: tuple[Tender, ...], fact: MoneyMoved) -> tuple[Tender, ...]:
    change = _change(fact, MoneyAccount.APPLIED)
    name = fact.payment.id
    for i, tender in enumerate(tenders):
        if tender.payment == name:
            return (*tenders[:i], Tender(name, tender.applied + change), *tenders[i + 1 :])
    return (*tenders, Tender(name, change))


def _pooled(pools: tuple[PoolClaim, ...], fact: Claimed) -> tuple[PoolClaim, ...]:
    """What an order claims as a whole with one claim more, or fewer; none is left out."""
    name, due, n = fact.position.sku, fact.due, fact.n
    for i, one in enumerate(pools):
        if (one.pool, one.due) == (name, due):
            left = (PoolClaim(name, one.n + n, due),) if one.n + n else ()
            return (*pools[:i], *left, *pools[i + 1 :])
    return (*pools, PoolClaim(name, n, due))


def _change(fact: MoneyMoved, account: MoneyAccount) -> int:
    """How much the fact adds to an account."""
    return fact.amount * ((fact.target is account) - (fact.source is account))


def _fold_payment(payment: Payment, facts: Sequence[Fact]) -> Payment:
    state, holds, applications = payment.state, payment.holds, payment.applications
    events, expires_at, disputed = payment.events, payment.expires_at, payment.disputed
    due_for, parcel, remitted = payment.due_for, payment.parcel, payment.remitted
    tendered, spent, forfeits = payment.tendered, payment.spent, payment.forfeits
    outside = payment.outside
    cash_asked, by_gateway = payment.cash_asked, payment.by_gateway
    balance_from, missed = payment.balance_from, payment.missed
    balance_was, authorised_at = payment.balance_was, payment.authorised_at
    taken = payment.taken
    unwanted_since = payment.unwanted_since
    amount, authorised, requests = payment.amount, payment.authorised, payment.requests
    sums = {
        MoneyAccount.PAYER: -payment.captured,
        MoneyAccount.UNAPPLIED: payment.unapplied,
        MoneyAccount.APPLIED: 0,  # kept order by order
        MoneyAccount.REFUNDED: payment.refunded,
        MoneyAccount.CHARGED_BACK: payment.charged_back,
        MoneyAccount.CARRIER: payment.with_carrier,
        MoneyAccount.BANK: 0,  # follows from the others
        MoneyAccount.STORED: payment.credited,
        MoneyAccount.FORFEITED: payment.forfeited,
        MoneyAccount.FEES: payment.fees,
    }
    for fact in facts:
        match fact:
            case MoneyMoved():
                if tendered is not None:
                    tendered = _along(tendered, sums, fact)
                if payment.stored:
                    outside += _from_elsewhere(fact, first=not sums[MoneyAccount.PAYER])
                sums[fact.source] -= fact.amount
                sums[fact.target] += fact.amount
                applications = _applied(applications, fact)
                disputed += _change(fact, MoneyAccount.CHARGED_BACK)
                to_bank = fact.target is MoneyAccount.CHARGED_BACK
                if to_bank and fact.order is not None:
                    taken = _added(taken, fact.order.id, fact.amount)
            case Claimed():
                spent += fact.n
            case Advanced():
                state = _state(_PAYMENT_STATES, fact.target)
                balance_was = balance_was if state in _WITHOUT_BALANCE else None
            case Held():
                holds = (*holds, fact.hold)
            case Unheld():
                holds = _without(holds, fact.code)
            case Noted():
                details = dict(fact.details)
                if fact.what == NOTICED:
                    said = Notice(str(details["notice"]))
                    by_gateway += int(details["amount"]) if said is Notice.CAPTURED else 0
                    units = int(details["units"]) if "units" in details else None
                    one = Reported(said, str(details["event"]), int(details["amount"]), "", units)
                    events = _reported(events, one)
                elif fact.what == "balance":
                    expires_at = datetime.fromisoformat(str(details["until"]))
                    forfeits = bool(details.get("forfeit", 0))
                    amount = int(details.get("amount", amount))
                    balance_from, missed = None, ()
                elif fact.what == BALANCE_PLANNED:
                    expires_at = datetime.fromisoformat(str(details["until"]))
                    forfeits = bool(details.get("forfeit", 0))
                    balance_from = datetime.fromisoformat(str(details["opens_at"]))
                elif fact.what == BALANCE_STOOD:
                    balance_was = _state(_PAYMENT_STATES, str(details["state"]))
                elif fact.what == BALANCE_MISSED:
                    missed = (*missed, str(details["order"]))
                elif fact.what == DUE_AT_DOOR:
                    due_for, parcel = str(details["order"]), str(details.get("parcel", ""))
                elif fact.what == CASH_CHANGED:
                    amount = int(details["amount"])
                elif fact.what == CASH_ASKED:
                    cash_asked = int(details["amount"])
                elif fact.what == CASH_ANSWERED:
                    cash_asked = None
                elif fact.what == TENDERED:
                    tendered = _came_in(tendered, details, payment.currency, sums)
                elif fact.what == REMITTED:
                    remitted = (*remitted, _remitted(details))
                elif fact.what == AUTHORISED:
                    authorised = int(details["amount"])
                    if "at" in details:
                        authorised_at = datetime.fromisoformat(str(details["at"]))
                elif fact.what == UNWANTED:
                    since = str(details["since"])
                    unwanted_since = datetime.fromisoformat(since) if since else None
                elif fact.what in _OF_REQUESTS:
                    requests = _requested(requests, fact.what, details)
                    events = _answered(events, requests, fact.what, details)
                    by_gateway += int(details.get("came", 0))
                elif fact.what == "dispute":
                    # What was won has come back, what was lost is gone for good.
                    disputed, taken = 0, ()
            case _:
                raise _misfit(payment, fact)
    return Payment(
        payment.ref,
        state,
        payment.method,
        amount,
        payment.currency,
        payment.payer,
        expires_at,
        -sums[MoneyAccount.PAYER],
        sums[MoneyAccount.UNAPPLIED],
        sums[MoneyAccount.REFUNDED],
        sums[MoneyAccount.CHARGED_BACK],
        sums[MoneyAccount.CARRIER],
        applications,
        holds,
        events,
        payment.deposit,
        disputed,
        due_for,
        tendered=tendered,
        stored=payment.stored,
        spent=spent,
        credited=sums[MoneyAccount.STORED],
        forfeited=sums[MoneyAccount.FORFEITED],
        forfeits=forfeits,
        parcel=parcel,
        fees=sums[MoneyAccount.FEES],
        remitted=remitted,
        authorised=authorised,
        requests=requests,
        meant=payment.meant,
        cash_asked=cash_asked,
        by_gateway=by_gateway,
        balance_from=balance_from,
        outside=outside,
        missed=missed,
        balance_was=balance_was,
        authorised_at=authorised_at,
        taken=taken,
        unwanted_since=unwanted_since,
    )


_WITHOUT_BALANCE: Final = (PaymentState.DISPUTED, PaymentState.REFUNDED)
"""The states of a payment from which its balance may come to where it was."""


def _came_in(
    book: TenderBook | None,
    said: Mapping[str, str | int],
    currency: str,
    sums: Mapping[MoneyAccount, int],
) -> TenderBook:
    """The books of a tender after so many units more have come, at a rate of their own."""
    rate, n = Price.of(str(said["rate"]), currency, int(said["per"])), int(said["n"])
    if book is None:
        book = TenderBook(str(said["unit"]), rate, worth=Worth() if "worth" in said else None)
    book = attrs.evolve(book, rate=rate, captured=book.captured + n)
    if book.worth is None or "worth" not in said:
        return book
    worth, minor = book.worth, int(said["worth"])
    by_gateway = worth.by_gateway + int(said["gateway"])
    worth = attrs.evolve(worth, captured=worth.captured + minor, by_gateway=by_gateway)
    book = attrs.evolve(book, worth=worth)
    return _named_late(book, worth, n, minor, sums) if "late" in said else book


def _named_late(
    book: TenderBook, worth: Worth, n: int, minor: int, sums: Mapping[MoneyAccount, int]
) -> TenderBook:
    """The books of a tender whose `n` units were named when their money had come before.

    What has gone of that meanwhile, and was not theirs, has taken its part of them along.
    """
    back, taken = sums[MoneyAccount.REFUNDED], sums[MoneyAccount.CHARGED_BACK]
    left = -sums[MoneyAccount.PAYER] - back - taken
    gone = max(0, worth.held - max(0, left))
    refunded = min(gone, back - worth.refunded)
    of_refunded = part_of(n, minor, refunded)
    of_taken = part_of(n - of_refunded, minor - refunded, gone - refunded)
    worth = attrs.evolve(
        worth,
        refunded=worth.refunded + refunded,
        charged_back=worth.charged_back + gone - refunded,
    )
    return attrs.evolve(
        book,
        refunded=book.refunded + of_refunded,
        charged_back=book.charged_back + of_taken,
        worth=worth,
    )


_GONE: Final = (MoneyAccount.REFUNDED, MoneyAccount.CHARGED_BACK)


def _from_elsewhere(fact: MoneyMoved, *, first: bool) -> int:
    """By how much more money a payment from a balance has from elsewhere; below zero, less.

    What came first came from the balance.
    """
    if fact.source is MoneyAccount.PAYER:
        return 0 if first else fact.amount
    if fact.units != 0:
        return 0
    return (fact.source in _GONE) * fact.amount - (fact.target in _GONE) * fact.amount


def _along(book: TenderBook, sums: Mapping[MoneyAccount, int], fact: MoneyMoved) -> TenderBook:
    """The books of a tender after money of its payment went back, or was taken, or came again."""
    if book.worth is not None:
        return _along_worth(book, book.worth, sums, fact)
    back, taken = sums[MoneyAccount.REFUNDED], sums[MoneyAccount.CHARGED_BACK]
    refunded, charged_back, n = book.refunded, book.charged_back, fact.amount
    if fact.source in _GONE:  # it is with us again
        if fact.source is MoneyAccount.REFUNDED:
            refunded -= part_of(refunded, back, n) if fact.units is None else fact.units
        else:
            charged_back -= part_of(charged_back, taken, n) if fact.units is None else fact.units
    elif fact.target in _GONE:
        left = -sums[MoneyAccount.PAYER] - back - taken
        going = part_of(book.held, left, n) if fact.units is None else fact.units
        if fact.target is MoneyAccount.REFUNDED:
            refunded += going
        else:
            charged_back += going
    return attrs.evolve(book, refunded=refunded, charged_back=charged_back)


def _along_worth(
    book: TenderBook, worth: Worth, sums: Mapping[MoneyAccount, int], fact: MoneyMoved
) -> TenderBook:
    """The same where the book counts the money that its units stand for: that goes first.

    What comes again is as much of what had gone as its part of all that had.
    """
    comes = fact.source in _GONE
    account = fact.source if comes else fact.target
    if account not in _GONE:
        return book
    refunded = account is MoneyAccount.REFUNDED
    there, minor = book.held, worth.held
    if comes:
        there = book.refunded if refunded else book.charged_back
        minor = worth.refunded if refunded else worth.charged_back
    part = min(fact.amount, minor) if fact.worth is None else fact.worth
    if comes and fact.worth is None:
        part = part_of(minor, sums[account], fact.amount)
    units = there if part >= minor else part_of(there, minor, part)
    if fact.units is not None and part < minor:  # all of the money is all of the units
        units = min(fact.units, there)
    if not part:
        units = 0
    if comes:
        part, units = -part, -units
    if refunded:
        worth = attrs.evolve(worth, refunded=worth.refunded + part)
        return attrs.evolve(book, refunded=book.refunded + units, worth=worth)
    worth = attrs.evolve(worth, charged_back=worth.charged_back + part)
    return attrs.evolve(book, charged_back=book.charged_back + units, worth=worth)


def _remitted(said: Mapping[str, str | int]) -> Remitted:
    row, amount, fee = int(said["row"]), int(said["amount"]), int(said["fee"])
    return Remitted(str(said["remittance"]), row, amount, fee)


_OF_REQUESTS: Final = (REQUESTED, SENT, WITHDRAWN, ANSWERED, ANSWERED_AGAIN)


def _requested(
    requests: tuple[Request, ...], what: str, said: Mapping[str, str | int]
) -> tuple[Request, ...]:
    """The requests of a payment with what was noted last of one of them."""
    id = str(said["request"])
    if what == REQUESTED:
        kind, at = RequestKind(str(said["kind"])), datetime.fromisoformat(str(said["at"]))
        asked = int(said["amount"])
        booked = asked if kind is RequestKind.REFUND else 0
        order, units = str(said["order"]), int(said["units"]) if "units" in said else None
        return (*requests, Request(id, kind, asked, at, order, booked=booked, units=units))
    i = next(i for i, one in enumerate(requests) if one.id == id)
    named = int(said["units"]) if "units" in said else requests[i].units
    if what == ANSWERED_AGAIN:
        changed = attrs.evolve(requests[i], units=named)
    elif what == SENT:
        until = datetime.fromisoformat(str(said["until"]))
        changed = attrs.evolve(requests[i], tries=requests[i].tries + 1, busy_until=until)
    elif what == WITHDRAWN:
        gone = 0 if requests[i].kind is RequestKind.REFUND else requests[i].booked
        changed = attrs.evolve(requests[i], outcome=Outcome.FAILED, booked=gone)
    else:
        outcome = Outcome(str(said["outcome"]))
        changed = attrs.evolve(
            requests[i],
            outcome=outcome,
            busy_until=requests[i].busy_until if outcome is Outcome.PENDING else None,
            done=int(said["amount"]),
            reference=str(said["reference"]) or requests[i].reference,
            event=str(said["event"]) or requests[i].event,
            booked=int(said.get("booked", requests[i].booked)),
            units=named,
        )
    return (*requests[:i], changed, *requests[i + 1 :])


_REPORTS: Final = {
    (RequestKind.AUTHORISE, Outcome.DONE): Notice.AUTHORISED,
    (RequestKind.AUTHORISE, Outcome.FAILED): Notice.FAILED,
    (RequestKind.CAPTURE, Outcome.DONE): Notice.CAPTURED,
    (RequestKind.CAPTURE, Outcome.FAILED): Notice.FAILED,
    (RequestKind.VOID, Outcome.DONE): Notice.VOIDED,
}
"""What a notice would have said of the same event as an answer; of a refund there is none."""


def _answered(
    events: tuple[Reported, ...],
    requests: tuple[Request, ...],
    what: str,
    said: Mapping[str, str | int],
) -> tuple[Reported, ...]:
    """What a gateway has reported, with what it has answered last."""
    if what not in (ANSWERED, ANSWERED_AGAIN):
        return events
    one = next(one for one in requests if one.id == said["request"])
    notice = _REPORTS.get((one.kind, one.outcome))
    if notice is None:
        return events
    return _reported(events, Reported(notice, str(said["event"]), one.done, one.id))


def _reported(events: tuple[Reported, ...], new: Reported) -> tuple[Reported, ...]:
    """What a gateway has reported, with one event more, where it has a name and is not there."""
    return (*events, new) if new.event and new not in events else events


def _applied(applications: tuple[Application, ...], fact: MoneyMoved) -> tuple[Application, ...]:
    if fact.order is None:
        return applications
    return _added(applications, fact.order.id, _change(fact, MoneyAccount.APPLIED))


def _added(rows: tuple[Application, ...], name: str, change: int) -> tuple[Application, ...]:
    for i, one in enumerate(rows):
        if one.order == name:
            return (*rows[:i], Application(name, one.amount + change), *rows[i + 1 :])
    return (*rows, Application(name, change))


def _fold_dispatch(dispatch: Dispatch, facts: Sequence[Fact]) -> Dispatch:
    state, holds = _fold_common(dispatch, _REQUEST_STATES, dispatch.holds, facts)
    return Dispatch(dispatch.ref, state, dispatch.location, dispatch.orders, holds)


def _fold_parcel(parcel: Parcel, facts: Sequence[Fact]) -> Parcel:
    handed_over_at, delivered_at = parcel.handed_over_at, parcel.delivered_at
    carrier, tracking, waybill = parcel.carrier, parcel.tracking, parcel.waybill
    scans, by_hand = set(parcel.scans), parcel.by_hand
    silent_at, late_at, bookings = parcel.silent_at, parcel.late_at, parcel.bookings
    claims, marks, grams = parcel.claims, parcel.marks, parcel.weight_grams
    orders = parcel.orders
    redirected, manifest = parcel.redirected, parcel.manifest
    for fact in facts:
        if isinstance(fact, Advanced):
            if fact.target == ParcelState.SHIPPED and fact.move != ParcelMove.GO_ON:
                handed_over_at = fact.at
            elif fact.target == ParcelState.DELIVERED:
                delivered_at = fact.at
            elif fact.move == ParcelMove.PUT_RIGHT:  # it never was with its customer
                delivered_at = None
        elif isinstance(fact, Noted) and fact.what == "handed over":
            details = dict(fact.details)
            carrier, tracking = str(details["carrier"]), str(details["tracking"])
            waybill = str(details.get("waybill", ""))
            manifest = str(details.get("manifest", ""))
        elif isinstance(fact, Noted) and fact.what == BOOKING:
            bookings = _booked(bookings, dict(fact.details))
        elif isinstance(fact, Noted) and fact.what == NUMBERED:
            details = dict(fact.details)
            carrier, tracking = str(details["carrier"]), str(details["tracking"])
        elif isinstance(fact, Noted) and fact.what == SCANNED:
            scans.add(_scan(dict(fact.details)))
        elif isinstance(fact, Noted) and fact.what == WEIGHED:
            grams = int(dict(fact.details)["grams"])
        elif isinstance(fact, Noted) and fact.what == REPACKED:
            marks, grams = (), 0
            came = str(dict(fact.details).get("order", ""))
            orders = orders if came in ("", *orders) else (*orders, came)
        elif isinstance(fact, Noted) and fact.what == MARKED:
            marks = (*marks, str(dict(fact.details)["mark"]))
        elif isinstance(fact, Noted) and fact.what == CAME_AT:
            delivered_at = datetime.fromisoformat(str(dict(fact.details)["at"]))
        elif isinstance(fact, Noted) and fact.what == LEFT_AT:
            handed_over_at = datetime.fromisoformat(str(dict(fact.details)["at"]))
        elif isinstance(fact, Noted) and fact.what == BY_HAND:
            by_hand = True
        elif isinstance(fact, Noted) and fact.what == REDIRECTED:
            redirected = str(dict(fact.details)["address"])
        elif isinstance(fact, Noted) and fact.what == CLAIMED_ON:
            claims = (*claims, str(dict(fact.details)["claim"]))
        elif isinstance(fact, Noted) and fact.what == LIMITS:
            said = dict(fact.details)
            silent_at, late_at = _maybe(said["silent_at"]), _maybe(said["late_at"])
    state, holds = _fold_common(parcel, _PARCEL_STATES, parcel.holds, facts)
    return Parcel(
        parcel.ref,
        state,
        orders,
        parcel.location,
        grams,
        carrier,
        tracking,
        handed_over_at,
        delivered_at,
        holds,
        tuple(sorted(scans, key=_by_instant)) if len(scans) > len(parcel.scans) else parcel.scans,
        by_hand,
        silent_at,
        late_at,
        waybill,
        bookings,
        claims,
        marks,
        redirected,
        manifest,
    )


def _booked(bookings: tuple[Booking, ...], said: Mapping[str, str | int]) -> tuple[Booking, ...]:
    """The bookings of a parcel with one of them as it is now."""
    one = Booking(
        str(said["booking"]),
        str(said["carrier"]),
        datetime.fromisoformat(str(said["at"])),
        str(said["service"]),
        BookingState(str(said["state"])),
        int(said["tries"]),
        _maybe(said["until"]),
        str(said["tracking"]),
        _added_services(said),
        str(said.get("reference", "")),
    )
    if all(known.id != one.id for known in bookings):  # none is known: it is the first
        return (*bookings, one)
    return tuple([one if known.id == one.id else known for known in bookings])


def _added_services(said: Mapping[str, str | int]) -> AddedServices:
    """What a carrier is to do besides; facts that say nothing of it want nothing."""
    of = {
        name: Money(int(said[name]), str(said[f"{name}_currency"]))
        for name in ("insured", "collect")
        if name in said
    }
    return AddedServices(of.get("insured"), of.get("collect"), bool(said.get("signature", 0)))


def _maybe(at: str | int) -> datetime | None:
    return datetime.fromisoformat(str(at)) if at else None


def _scan(said: Mapping[str, str | int]) -> Scan:
    return Scan(
        str(said["tracking"]),
        TrackingStatus(str(said["status"])),
        datetime.fromisoformat(str(said["at"])),
        str(said["place"]),
        Incident(str(said["incident"])) if said["incident"] else None,
        str(said["said"]),
        _maybe(said.get("expected_at", "")),
    )


def _by_instant(scan: Scan) -> tuple[datetime, str, str, str, str, str, str]:
    words = (scan.tracking, scan.status, scan.place, scan.incident or "", scan.said)
    return (scan.at, *words, "" if scan.expected_at is None else scan.expected_at.isoformat())


def _fold_return(returned: Return, facts: Sequence[Fact]) -> Return:
    location, until = returned.location, _waits(returned.until, facts)
    brought, resent, bookings = returned.brought, returned.resent, returned.bookings
    carrier, tracking, scans = returned.carrier, returned.tracking, set(returned.scans)
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == BOOKING:
            bookings = _booked(bookings, dict(fact.details))
        elif isinstance(fact, Noted) and fact.what == NUMBERED:
            said = dict(fact.details)
            carrier, tracking = str(said["carrier"]), str(said["tracking"])
        elif isinstance(fact, Noted) and fact.what == SCANNED:
            scans.add(_scan(dict(fact.details)))
        elif isinstance(fact, Noted) and fact.what == "received":
            location = str(dict(fact.details)["location"])
        elif isinstance(fact, Noted) and fact.what == BROUGHT:
            brought = (brought or 0) + int(dict(fact.details)["amount"])
        elif isinstance(fact, Noted) and fact.what == RESENT:
            said = dict(fact.details)
            resent = "-".join(filter(None, (str(said["carrier"]), str(said["tracking"]))))
    state, holds = _fold_common(returned, _RETURN_STATES, returned.holds, facts)
    return attrs.evolve(
        returned,
        state=state,
        location=location,
        holds=holds,
        until=until,
        brought=brought,
        words=_words(returned.words, facts),
        evidence=_references(returned.evidence, EVIDENCE, facts),
        talks=_references(returned.talks, TALK, facts),
        resent=resent,
        carrier=carrier,
        tracking=tracking,
        bookings=bookings,
        scans=tuple(sorted(scans, key=_by_instant)),
    )


def _fold_carrier_claim(claim: CarrierClaim, facts: Sequence[Fact]) -> CarrierClaim:
    accepted, paid = claim.accepted, claim.paid
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == CLAIM_SAID:
            said = dict(fact.details)
            accepted, paid = int(said.get("accepted", accepted)), int(said.get("paid", paid))
    state, _ = _fold_common(claim, _CARRIER_CLAIM_STATES, None, facts)
    until = _waits(claim.until, facts)
    return attrs.evolve(claim, state=state, accepted=accepted, paid=paid, until=until)


def _fold_complaint(complaint: Complaint, facts: Sequence[Fact]) -> Complaint:
    granted, answer = complaint.granted, complaint.answer
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == REPLIED:
            said = dict(fact.details)
            granted, answer = int(said.get("granted", granted)), str(said.get("answer", answer))
    state, _ = _fold_common(complaint, _COMPLAINT_STATES, None, facts)
    return attrs.evolve(
        complaint,
        state=state,
        granted=granted,
        answer=answer,
        until=_waits(complaint.until, facts),
        words=_words(complaint.words, facts),
        evidence=_references(complaint.evidence, EVIDENCE, facts),
        talks=_references(complaint.talks, TALK, facts),
    )


def _words(words: str, facts: Sequence[Fact]) -> str:
    """What was said last of what is the matter."""
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == EVIDENCE:
            words = str(dict(fact.details).get("words", words))
    return words


def _references(known: tuple[str, ...], what: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """References that were noted, in the order in which they came."""
    said = [dict(one.details) for one in facts if isinstance(one, Noted) and one.what == what]
    return (*known, *[str(one["reference"]) for one in said if "reference" in one])


def _waits(until: datetime | None, facts: Sequence[Fact]) -> datetime | None:
    """Until when a document waits, by what was noted last of it."""
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == WAITS:
            said = str(dict(fact.details)["until"])
            until = datetime.fromisoformat(said) if said else None
    return until


def _fold_reissue(reissue: Reissue, facts: Sequence[Fact]) -> Reissue:
    state, holds = _fold_common(reissue, _REPLACEMENT_STATES, reissue.holds, facts)
    anew, until = _sent_anew(reissue.anew, facts), _waits(reissue.until, facts)
    return attrs.evolve(reissue, state=state, anew=anew, holds=holds, until=until)


def _fold_exchange(exchange: Exchange, facts: Sequence[Fact]) -> Exchange:
    paid_over = exchange.paid_over
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == PAID_OVER:
            paid_over += int(dict(fact.details)["amount"])
    state, holds = _fold_common(exchange, _REPLACEMENT_STATES, exchange.holds, facts)
    anew, until = _sent_anew(exchange.anew, facts), _waits(exchange.until, facts)
    return attrs.evolve(
        exchange, state=state, anew=anew, holds=holds, until=until, paid_over=paid_over
    )


def _sent_anew(anew: str, facts: Sequence[Fact]) -> str:
    """The order that sends goods anew, once one was opened."""
    for fact in facts:
        if isinstance(fact, Noted) and fact.what == "sent anew":
            anew = str(dict(fact.details)["order"])
    return anew


def _fold_purchase(purchase: Purchase, facts: Sequence[Fact]) -> Purchase:
    sent_at = purchase.sent_at
    for fact in facts:
        if isinstance(fact, Advanced) and fact.target == RequestState.SENT:
            sent_at = fact.at
    state, holds = _fold_common(purchase, _REQUEST_STATES, purchase.holds, facts)
    return attrs.evolve(purchase, state=state, holds=holds, sent_at=sent_at)


def _fold_work_order(work: WorkOrder, facts: Sequence[Fact]) -> WorkOrder:
    state, holds = _fold_common(work, _WORK_ORDER_STATES, work.holds, facts)
    return attrs.evolve(work, state=state, holds=holds)


def _fold_stock_hold(hold: StockHold, facts: Sequence[Fact]) -> StockHold:
    n, until = hold.n, hold.until
    rest: list[Fact] = []
    for fact in facts:
        if isinstance(fact, Claimed):
            n, until = n + fact.n, fact.until
        else:
            rest.append(fact)
    state, _ = _fold_common(hold, _STOCK_HOLD_STATES, None, rest)
    return StockHold(hold.ref, state, hold.position, n, until)


def _fold_supply(supply: Supply, facts: Sequence[Fact]) -> Supply:
    at, expected, earmarked = supply.position, supply.expected, supply.earmarked
    inspecting, due = supply.inspecting, supply.due
    came = {
        MatterKind.SELLABLE: supply.received,
        MatterKind.DAMAGED: supply.rejected,
        MatterKind.ROAD_BETWEEN: supply.on_road,
        MatterKind.CARRIER: supply.lost,
    }
    rest: list[Fact] = []
    for fact in facts:
        match fact:
            case Posted(transfer):
                for kind, place, n in (
                    (transfer.source, transfer.source_at, -transfer.n),
                    (transfer.target, transfer.target_at, transfer.n),
                ):
                    if kind in came and (kind is not MatterKind.SELLABLE or place == at):
                        came[kind] += n
            case Limited():
                expected += fact.n
            case Claimed():
                earmarked += fact.n if fact.position == at else 0
                inspecting += fact.n if not fact.position.peg and fact.position != at else 0
            case Noted() if fact.what == SLIPPED:
                due = datetime.fromisoformat(str(dict(fact.details)["due"]))
            case _:
                rest.append(fact)
    state, _ = _fold_common(supply, _SUPPLY_STATES, None, rest)
    return attrs.evolve(
        supply,
        state=state,
        expected=expected,
        due=due,
        earmarked=earmarked,
        inspecting=inspecting,
        received=came[MatterKind.SELLABLE],
        rejected=came[MatterKind.DAMAGED],
        on_road=came[MatterKind.ROAD_BETWEEN],
        lost=came[MatterKind.CARRIER],
    )


EXPIRY: Final = "expiry"
"""What a lot notes of the instant at which it expires: `until`, empty where it never does."""


def _fold_lot(lot: Lot, facts: Sequence[Fact]) -> Lot:
    expires_at, holds = lot.expires_at, lot.holds
    for fact in facts:
        match fact:
            case Held():
                holds = (*holds, fact.hold)
            case Unheld():
                holds = _without(holds, fact.code)
            case Noted():
                if fact.what == EXPIRY:
                    until = str(dict(fact.details)["until"])
                    expires_at = datetime.fromisoformat(until) if until else None
            case _:
                raise _misfit(lot, fact)
    return attrs.evolve(lot, expires_at=expires_at, holds=holds)


def _fold_arrival(arrival: Arrival, facts: Sequence[Fact]) -> Document:
    return _fold_described(arrival, [fact for fact in facts if not isinstance(fact, Noted)])


def _fold_described(
    document: Item | Feed | Series | Coupon | Arrival, facts: Sequence[Fact]
) -> Document:
    said: Document = document
    for fact in facts:
        if not isinstance(fact, Described) or type(fact.document) is not type(document):
            raise _misfit(document, fact)
        said = fact.document
    return said


def _fold_credit_line(line: CreditLine, facts: Sequence[Fact]) -> CreditLine:
    for fact in facts:
        match fact:
            case Described(CreditLine() as said):
                line = said
            case Held():
                line = attrs.evolve(line, holds=(*line.holds, fact.hold))
            case Unheld():
                line = attrs.evolve(line, holds=_without(line.holds, fact.code))
            case _:
                raise _misfit(line, fact)
    return line


def _fold_issued(document: Invoice | CreditNote, facts: Sequence[Fact]) -> Document:
    """What was issued never changes."""
    raise _misfit(document, facts[0])


LAPSED: Final = "lapsed"
"""What a stored value notes of what nobody has spent of it in time: `n`."""


def _fold_stored(stored: StoredValue, facts: Sequence[Fact]) -> StoredValue:
    n, lapsed = stored.n, stored.lapsed
    for fact in facts:
        match fact:
            case Limited():
                n += fact.n
            case Noted():
                lapsed = lapsed or fact.what == LAPSED
            case _:
                raise _misfit(stored, fact)
    return attrs.evolve(stored, n=n, lapsed=lapsed)


RELEASED: Final = "released"
"""What a quota notes of its early end: `until`."""


def _fold_quota(quota: Quota, facts: Sequence[Fact]) -> Quota:
    n, left, until = quota.n, quota.left, quota.until
    for fact in facts:
        match fact:
            case Claimed():
                left += fact.n
            case Limited():
                n += fact.n
            case Noted() if fact.what == RELEASED:
                until = datetime.fromisoformat(str(dict(fact.details)["until"]))
            case _:
                raise _misfit(quota, fact)
    return attrs.evolve(quota, n=n, left=left, until=until)


def _fold_common(
    document: Charted,
    states: Mapping[str, E],
    holds: tuple[Hold, ...] | None,
    facts: Sequence[Fact],
) -> tuple[E, tuple[Hold, ...]]:
    """What facts do alike to every document but an order: its state and its holds.

    `holds` is `None` for documents that have none.
    """
    state = _state(states, document.state)
    kept = holds or ()
    for fact in facts:
        match fact:
            case Advanced():
                state = _state(states, fact.target)
            case Held() if holds is not None:
                kept = (*kept, fact.hold)
            case Unheld() if holds is not None:
                kept = _without(kept, fact.code)
            case Noted():
                pass
            case _:
                raise _misfit(document, fact)
    return state, kept


def _misfit(document: Document, fact: Fact) -> ValueError:
    return ValueError(f"{type(fact).__name__} does not fit {document.ref}")


_FOLDS: Final[dict[type[Any], Callable[[Any, Sequence[Fact]], Document]]] = {
    Order: _fold_order,
    Payment: _fold_payment,
    Dispatch: _fold_dispatch,
    Parcel: _fold_parcel,
    Return: _fold_return,
    Exchange: _fold_exchange,
    Reissue: _fold_reissue,
    Complaint: _fold_complaint,
    CarrierClaim: _fold_carrier_claim,
    Purchase: _fold_purchase,
    WorkOrder: _fold_work_order,
    StockHold: _fold_stock_hold,
    Supply: _fold_supply,
    Lot: _fold_lot,
    Item: _fold_described,
    Quota: _fold_quota,
    Feed: _fold_described,
    Invoice: _fold_issued,
    CreditNote: _fold_issued,
    Series: _fold_described,
    StoredValue: _fold_stored,
    Coupon: _fold_described,
    Arrival: _fold_arrival,
    CreditLine: _fold_credit_line,
}
