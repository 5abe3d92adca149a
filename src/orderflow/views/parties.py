"""One order, three readers: the platform, the purchaser and a supplier each see their own.

It knows which words, lines and amounts each party may read, and refuses to know who asks: whether
somebody is that purchaser or that supplier is for the host to say.

Problem: the three meet over one order, and each must know how far it is.
What each may *not* know is as firm: a supplier never sees another supplier's line, a selling price
or the purchaser's payment; a purchaser never sees a cost; nobody but the platform sees an inner
note, such as the reason of a hold.
Observation: a view that is made by leaving secrets out forgets one some day.
Decision: each reader has a value of its own, which has no place for what is not for it, and is
filled from the units that this reader may see.

The status of a reader follows the rule of the headline, over those units and in its own words: the
least advanced live unit names it, with "partly" where some are further.
Cancelled units do not count, unless all are.
Where several things are true at once, the first of these names the status, since it is what a
reader must act upon before the rest:

1.  special handling, for the platform alone: a hold of that code waits for a person, unless the
    order is a draft or called off;
2.  a return that was asked for, until its goods have come;
3.  a reissue that was asked for, or is on its way; of several, the least advanced;
4.  units that are still on their way to their customer, or wait for payment or review;
5.  units that came back, all or partly;
6.  a reissue that was received;
7.  whatever else the units say.

A purchaser is told that an order is paid until somebody is at work on a part of it, and then that
it awaits shipment, also when a supplier says no: where we buy is our own affair.
What is made for it is named, for it may watch that.
An order that is not paid is never called so: on cash on delivery it awaits shipment from the start.

Units of a purchase that was not sent yet are still to buy, for the parties.
What waits is told to the purchaser with its date, and whose turn it is where no date can be kept.
Why that is so, and where the goods were to come from, is not.

A supplier sees an order from the moment when its purchase was sent; before that, and if it never
was, there is no view at all.
Its units are those that are tagged with it or wait for one of its purchases, from buying on.
It prepares until it has accepted, then has to ship; what has arrived with us is sent, for it.
What it ships straight to the customer stays its own to the end; what came by way of us is ours from
then on, and what is returned or reissued of it is no affair of the supplier's.
An order that brings it nothing any more reads cancelled.
A reissue is a supplier's where it is of a line of its own, and the goods that go out anew are not
tagged with others alone.

One file, though long: three readers are compared side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

import attrs

from orderflow.kits import whole_kits
from orderflow.pricing import due, total
from orderflow.promising import Pegged
from orderflow.records import Hold, Line, Order, Parcel, Purchase, Reissue, Spot
from orderflow.replacements import Progress, progress
from orderflow.states import (
    ORDER_CALLED_OFF,
    ParcelState,
    RequestState,
    UnitState,
)
from orderflow.views.headlines import (
    AT_WORK,
    GOODS_RUNG,
    UNDER_WAY,
    Headline,
    headline,
    name_of,
    named,
    rung_of,
)
from orderflow.views.news import expected_arrival
from orderflow.views.waits import WaitSeen, waits

SPECIAL_HANDLING: Final = "special_handling"
"""The code of the hold that asks for special handling (特殊处理)."""


class PartyStatus(StrEnum):
    """What one party reads of an order; its value is the English label.

    >>> PartyStatus.TO_PREPARE.value, PartyStatus.TO_PREPARE.zh
    ('to prepare', '等待备货')
    """

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting payment"
    PAID = "paid"
    IN_REVIEW = "in review"
    TO_ALLOCATE = "to allocate"
    WAITING_FOR_STOCK = "waiting for stock"
    TO_BUY = "to buy"
    BUYING = "buying"
    TO_MAKE = "to make"
    MAKING = "making"
    TO_PREPARE = "to prepare"
    TO_SHIP = "to ship"  # for who ships
    AWAITING_SHIPMENT = "awaiting shipment"  # for who waits
    SPECIAL_HANDLING = "special handling"
    PARTLY_SENT = "partly sent"
    SENT = "sent"
    READY_TO_COLLECT = "ready to collect"
    PARTLY_RECEIVED = "partly received"
    RECEIVED = "received"
    REFUSED_GOING_BACK = "refused, going back"
    LOST = "lost"
    TO_REDEEM = "to redeem"
    PARTLY_REDEEMED = "partly redeemed"
    REDEEMED = "redeemed"
    LAPSED = "lapsed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REISSUE = "reissue"
    REISSUED = "reissued"
    REISSUE_RECEIVED = "reissue received"
    RETURN = "return"
    PARTLY_RETURNED = "partly returned"
    RETURNED = "returned"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return _ZH.get(self) or Headline(self.value).zh


_ZH: Final[dict[PartyStatus, str]] = {
    PartyStatus.AWAITING_PAYMENT: "等待支付",
    PartyStatus.PAID: "已支付",
    PartyStatus.TO_PREPARE: "等待备货",
    PartyStatus.TO_SHIP: "等待发货",
    PartyStatus.AWAITING_SHIPMENT: "等待发货",
    PartyStatus.SPECIAL_HANDLING: "特殊处理",
    PartyStatus.PARTLY_SENT: "部分发送",
    PartyStatus.SENT: "已发送",
    PartyStatus.REISSUE: "补发",
    PartyStatus.REISSUED: "已补发",
    PartyStatus.REISSUE_RECEIVED: "补发签收",
    PartyStatus.RETURN: "退货",
}

# --- what is known, and what is seen --------------------------------------------------------------


@attrs.frozen
class Dossier:
    """An order with the documents about it: its purchases, reissues and parcels, in any order.

    `anew` are the orders by which reissues send goods again; `broken` are the promises of the order
    that cannot be kept as things are.
    """

    order: Order
    purchases: tuple[Purchase, ...] = ()
    reissues: tuple[Reissue, ...] = ()
    anew: tuple[Order, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    broken: tuple[Pegged, ...] = ()


@attrs.frozen
class LineSeen:
    """A line as a reader sees it: `n` units are its own to see, so many under each status.

    `n` is in the SKU's smallest unit, as on the line. A part of a kit names it by the kit's id.
    `conditions` are what units of it were like that came back, by the host's names, so many each.
    """

    id: str
    sku: str
    n: int
    unit: str
    scale: int
    progress: tuple[tuple[PartyStatus, int], ...]
    kit: str = ""
    conditions: tuple[tuple[str, int], ...] = ()


@attrs.frozen
class KitSeen:
    """A kit as it was ordered, and how many whole ones are left, and have been received."""

    id: str
    sku: str
    n: int
    unit: str
    kept: int
    received: int


@attrs.frozen
class ParcelSeen:
    """A parcel on its way: where it stands, and the number to look it up by.

    `expected_at` is by when it should be there, as far as anybody has said so.
    """

    waybill: str
    state: ParcelState
    handed_over_at: datetime | None
    delivered_at: datetime | None
    expected_at: datetime | None = None


@attrs.frozen
class PurchaseSeen:
    """A purchase: where it stands, and what its supplier asks for it, in minor units."""

    id: str
    supplier: str
    state: RequestState
    cost: int
    currency: str


@attrs.frozen
class PlatformView:
    """What the platform sees: everything, inner notes and costs among it."""

    order: str
    status: PartyStatus
    headline: Headline
    lines: tuple[LineSeen, ...]
    currency: str
    total: int
    paid: int
    due: int
    purchases: tuple[PurchaseSeen, ...]
    parcels: tuple[ParcelSeen, ...]
    holds: tuple[Hold, ...]
    kits: tuple[KitSeen, ...] = ()


@attrs.frozen
class PurchaserView:
    """What the purchaser sees: its lines, its parcels, and its own money in minor units.

    `contact` is whom it turns to after the sale, once its order was completed.
    """

    order: str
    status: PartyStatus
    lines: tuple[LineSeen, ...]
    currency: str
    total: int
    paid: int
    due: int
    parcels: tuple[ParcelSeen, ...]
    kits: tuple[KitSeen, ...] = ()
    waits: tuple[WaitSeen, ...] = ()
    contact: str = ""


@attrs.frozen
class SupplierView:
    """What one supplier sees: its units, its purchases with their cost, its parcels."""

    order: str
    status: PartyStatus
    lines: tuple[LineSeen, ...]
    purchases: tuple[PurchaseSeen, ...]
    parcels: tuple[ParcelSeen, ...]


def platform_view(dossier: Dossier) -> PlatformView:
    """The order as the platform sees it."""
    order = dossier.order
    units = _units(order, dossier.purchases)
    head = named(order, _together(units))
    status = _status(_platform_word(head), units, _reissue(dossier.reissues, dossier.anew))
    if head not in _OVER and any(hold.code == SPECIAL_HANDLING for hold in order.holds):
        status = PartyStatus.SPECIAL_HANDLING
    return PlatformView(
        order.ref.id,
        status,
        headline(order),
        _lines(order, units, _platform_word),
        order.currency,
        total(order),
        order.applied,
        due(order),
        _purchases(dossier.purchases),
        _parcels(order, dossier.parcels),
        order.holds,
        _kits(order),
    )


def purchaser_view(dossier: Dossier) -> PurchaserView:
    """The order as its purchaser sees it."""
    order = dossier.order
    owing = due(order)
    units = _units(order, dossier.purchases)
    rungs = _together(units)
    begun = bool(rungs & AT_WORK) or any(map(_was_sent, dossier.purchases))
    word = _waiting_word if owing > 0 or begun else _purchaser_word
    head = named(order, rungs)
    return PurchaserView(
        order.ref.id,
        _status(word(head), units, _reissue(dossier.reissues, dossier.anew)),
        _lines(order, units, word),
        order.currency,
        total(order),
        order.applied,
        owing,
        _parcels(order, dossier.parcels),
        _kits(order),
        waits(order, dossier.broken),
        order.contact,
    )


def supplier_view(dossier: Dossier, supplier: str) -> SupplierView | None:
    """The order as one supplier sees it; `None` unless a purchase was sent to it."""
    order = dossier.order
    mine = {
        purchase.ref.id: purchase
        for purchase in dossier.purchases
        if purchase.supplier == supplier and _was_sent(purchase)
    }
    if not mine:
        return None
    units = [
        _Unit(line, spot, _supplier_rung(line, spot, mine))
        for line, spot in order.units()
        if _is_of(spot, supplier, mine)
    ]
    rungs = _together(units)
    sent_all = not units and any(p.state is RequestState.DONE for p in mine.values())
    # What was supplied and bears no tag any more was sent all the same.
    word = PartyStatus.SENT if sent_all else _supplier_word(name_of(rungs))
    if order.state in ORDER_CALLED_OFF:
        word = PartyStatus.CANCELLED
    reissue = _reissue(_reissues_of(dossier, supplier, units), dossier.anew)
    theirs = _parcels_of_others(order, units)
    return SupplierView(
        order.ref.id,
        _status(word, units, reissue),
        _lines(None, units, _supplier_word),
        _purchases(mine.values()),
        _parcels(
            order,
            [
                parcel
                for parcel in dossier.parcels
                if parcel.ref.id not in theirs
                and any(unit.spot.slice.parcel == parcel.ref.id for unit in units)
            ],
        ),
    )


# --- words ----------------------------------------------------------------------------------------

_OVER: Final = (Headline.DRAFT, Headline.CANCELLED)

_OWN_WORDS: Final = {
    Headline.AWAITING_BALANCE: PartyStatus.AWAITING_PAYMENT,
    Headline.TO_SHIP: PartyStatus.AWAITING_SHIPMENT,
    Headline.PARTLY_SHIPPED: PartyStatus.PARTLY_SENT,
    Headline.SHIPPED: PartyStatus.SENT,
}
_PLATFORM: Final = {name: _OWN_WORDS.get(name) or PartyStatus(name.value) for name in Headline}

_PURCHASER: Final = {
    **_PLATFORM,
    Headline.IN_REVIEW: PartyStatus.PAID,
    Headline.TO_ALLOCATE: PartyStatus.PAID,
    Headline.WAITING_FOR_STOCK: PartyStatus.PAID,
    Headline.TO_BUY: PartyStatus.PAID,
    Headline.BUYING: PartyStatus.AWAITING_SHIPMENT,
}

_WAITING: Final = {
    **_PURCHASER,
    Headline.IN_REVIEW: PartyStatus.IN_REVIEW,
    Headline.TO_ALLOCATE: PartyStatus.AWAITING_SHIPMENT,
    Headline.WAITING_FOR_STOCK: PartyStatus.AWAITING_SHIPMENT,
    Headline.TO_BUY: PartyStatus.AWAITING_SHIPMENT,
}
"""A purchaser's words once somebody is at work, or while something is due that was not prepaid."""

_SUPPLIER: Final = {
    **_PLATFORM,
    Headline.BUYING: PartyStatus.TO_PREPARE,
    Headline.TO_SHIP: PartyStatus.TO_SHIP,
}

_platform_word: Final = _PLATFORM.__getitem__
_purchaser_word: Final = _PURCHASER.__getitem__
_waiting_word: Final = _WAITING.__getitem__
_supplier_word: Final = _SUPPLIER.__getitem__

_Words = Callable[[Headline], PartyStatus]

# --- units ----------------------------------------------------------------------------------------


class _Unit(NamedTuple):
    """The units of a spot, with the rung that a reader sees them on."""

    line: Line
    spot: Spot
    rung: int


def _units(order: Order, purchases: tuple[Purchase, ...] = ()) -> list[_Unit]:
    unsent = {purchase.ref.id for purchase in purchases if not _was_sent(purchase)}
    return [
        _Unit(line, spot, _unsent_rung(spot, unsent) or _rung(line, spot))
        for line, spot in order.units()
    ]


def _unsent_rung(spot: Spot, unsent: set[str]) -> int | None:
    """Still to buy, where the purchase that units wait for was not sent."""
    if spot.state is UnitState.BUYING and spot.slice.peg in unsent:
        return GOODS_RUNG[UnitState.TO_BUY]
    return None


def _rung(line: Line, spot: Spot) -> int:
    """The rung of units; what a return has brought back is returned, for the parties."""
    if spot.state is UnitState.RECEIVED_BACK and spot.slice.returning:
        return GOODS_RUNG[UnitState.RETURNED]
    return rung_of(line, spot)


_IN_HOUSE: Final = (UnitState.ALLOCATED, UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED)
_BEFORE_BUYING: Final = (
    UnitState.OPEN,
    UnitState.BACKORDERED,
    UnitState.TO_BUY,
    UnitState.TO_MAKE,
    UnitState.MAKING,
    UnitState.RESERVED,
)


def _is_of(spot: Spot, supplier: str, mine: dict[str, Purchase]) -> bool:
    """Whether a supplier may see the units of a spot."""
    if spot.state in _BEFORE_BUYING:
        return False
    if spot.state in (UnitState.BUYING, UnitState.CANCELLED):
        return spot.slice.peg in mine
    return spot.slice.supplier == supplier or spot.slice.peg in mine


def _supplier_rung(line: Line, spot: Spot, mine: dict[str, Purchase]) -> int:
    """A supplier prepares until it has accepted, then ships; what we have is sent, for it."""
    if spot.state is UnitState.BUYING:
        waits = mine[spot.slice.peg].state is RequestState.SENT
        return GOODS_RUNG[UnitState.BUYING if waits else UnitState.PACKED]
    if spot.state in _IN_HOUSE:
        return GOODS_RUNG[UnitState.SHIPPED]
    return _rung(line, spot)


def _together(units: list[_Unit]) -> int:
    """The rungs of all units; none where there are no units."""
    rungs = 0
    for unit in units:
        rungs |= unit.rung
    return rungs


def _is_asked_back(spot: Spot) -> bool:
    """Whether a return asks for the units of a spot, and they have not come yet."""
    return bool(spot.slice.returning) and spot.state in (UnitState.DELIVERED, UnitState.GOING_BACK)


def _lines(order: Order | None, units: list[_Unit], word: _Words) -> tuple[LineSeen, ...]:
    """The lines of these units; with the order, units that nothing was done about wait with it."""
    counts: dict[str, dict[PartyStatus, int]] = {}
    lines = {unit.line.id: unit.line for unit in units}
    for unit in units:
        status = PartyStatus.RETURN if _is_asked_back(unit.spot) else word(_name(order, unit.rung))
        of_line = counts.setdefault(unit.line.id, {})
        of_line[status] = of_line.get(status, 0) + unit.spot.n
    return tuple(
        LineSeen(
            line.id,
            line.sku,
            sum(counts[line.id].values()),
            line.unit,
            line.scale,
            tuple(
                (status, counts[line.id][status])
                for status in PartyStatus
                if status in counts[line.id]
            ),
            line.kit if order is not None else "",
            _conditions(line, units),
        )
        for line in lines.values()
    )


def _conditions(line: Line, units: list[_Unit]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for unit in units:
        code = unit.spot.slice.condition
        if code and unit.line.id == line.id:
            found[code] = found.get(code, 0) + unit.spot.n
    return tuple(sorted(found.items()))


_GIVEN_UP: Final = (UnitState.CANCELLED, UnitState.RETURNED)


def _kits(order: Order) -> tuple[KitSeen, ...]:
    kept = [state for state in UnitState if state not in _GIVEN_UP]
    return tuple(
        KitSeen(
            kit.id,
            kit.sku,
            kit.n,
            kit.unit,
            whole_kits(order, kit.id, *kept),
            whole_kits(order, kit.id, UnitState.DELIVERED),
        )
        for kit in order.kits
    )


def _name(order: Order | None, rung: int) -> Headline:
    """What units of one rung are called, of an order that may still wait as a whole."""
    name = named(order, rung) if order is not None and rung else name_of(rung)
    return name_of(rung) if name is Headline.COMPLETED else name


# --- reissues -------------------------------------------------------------------------------------

_REISSUES: Final = {
    Progress.ASKED: PartyStatus.REISSUE,
    Progress.SHIPPED: PartyStatus.REISSUED,
    Progress.RECEIVED: PartyStatus.REISSUE_RECEIVED,
}
"""What a reissue is called, the least advanced first."""


def _status(word: PartyStatus, units: list[_Unit], reissue: PartyStatus | None) -> PartyStatus:
    """The status among what is true at once; the order of precedence is the module's."""
    if any(_is_asked_back(unit.spot) for unit in units):
        return PartyStatus.RETURN
    if reissue is None or reissue is not PartyStatus.REISSUE_RECEIVED:
        return reissue or word
    came_back = word in (PartyStatus.RETURNED, PartyStatus.PARTLY_RETURNED)
    return word if came_back or _together(units) & UNDER_WAY else reissue


def _reissue(reissues: tuple[Reissue, ...], anew: tuple[Order, ...]) -> PartyStatus | None:
    """What the least advanced reissue is called; `None` without one that counts."""
    orders = {order.ref.id: order for order in anew}
    found = {progress(reissue, orders.get(reissue.anew)) for reissue in reissues}
    return next((status for far, status in _REISSUES.items() if far in found), None)


def _reissues_of(dossier: Dossier, supplier: str, units: list[_Unit]) -> tuple[Reissue, ...]:
    """The reissues that a supplier may know of: of its lines, and not supplied by others alone."""
    lines = {unit.line.id for unit in units}
    suppliers = {
        order.ref.id: {spot.slice.supplier for _, spot in order.units()} - {""}
        for order in dossier.anew
    }
    return tuple(
        reissue
        for reissue in dossier.reissues
        if lines & {line for line, _ in reissue.lines}
        and supplier in (suppliers.get(reissue.anew) or {supplier})
    )


# --- documents ------------------------------------------------------------------------------------


def _was_sent(purchase: Purchase) -> bool:
    """Whether a supplier has heard of a purchase; one may be cancelled before it was sent."""
    unsent = (RequestState.CREATED, RequestState.CANCELLED)
    return purchase.sent_at is not None or purchase.state not in unsent


def _purchases(purchases: Iterable[Purchase]) -> tuple[PurchaseSeen, ...]:
    return tuple(
        PurchaseSeen(one.ref.id, one.supplier, one.state, one.cost, one.currency)
        for one in sorted(purchases, key=lambda one: one.ref.id)
    )


def _parcels(order: Order, parcels: Iterable[Parcel]) -> tuple[ParcelSeen, ...]:
    """What is seen of parcels; what else than this order is in them is nobody's affair here."""
    return tuple(
        ParcelSeen(
            waybill(one),
            one.state,
            one.handed_over_at,
            one.delivered_at,
            expected_arrival(one, (order,)),
        )
        for one in sorted(parcels, key=lambda one: one.ref.id)
    )


def _parcels_of_others(order: Order, units: list[_Unit]) -> set[str]:
    """The parcels that hold units of the order which are not among these."""
    own = {(unit.line.id, unit.spot) for unit in units}
    return {spot.slice.parcel for line, spot in order.units() if (line.id, spot) not in own}


def waybill(parcel: Parcel) -> str:
    """The number that people look a parcel up by, with its carrier before it: `申通-000005`."""
    return "-".join(filter(None, (parcel.carrier, parcel.tracking)))
