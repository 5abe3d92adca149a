"""What the business allows, written down a second time and from the trade's side.

One row for each verb: what must stand where so that a clerk may ask for it.
The rows read documents and count units; they know no chart, no guard and no verb, so a row that is
missing there, or a guard, shows as a difference between two opinions.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs

from orderflow.calls import Call, Ref
from orderflow.ports import Query
from orderflow.records import (
    ChargeKind,
    Counter,
    Document,
    Line,
    Order,
    Parcel,
    Payment,
    PriceRange,
    Request,
    Slice,
)
from orderflow.testing import Seen
from orderflow.values import Position

Where: TypeAlias = Callable[[Slice], bool]
Row: TypeAlias = Callable[["Desk"], bool]

ENDED: Final = ("cancelled", "delivered", "returned", "redeemed", "lapsed")
WAITING: Final = ("backordered", "open")
ON_PAPER: Final = (*WAITING, "to buy", "to make", "reserved", "allocated")
ASTRAY: Final = ("lost", "missing")
AT_WORK: Final = ("released", "picked", "packed")
OVER: Final = ("archived", "rejected", "cancelled", "expired")
CLOSED: Final = ("cancelled", "refused", "done")
WAITS: Final = ("awaiting", "authorised", "deposit taken", "balance open", "balance overdue")
PAID_ONCE: Final = (
    *("deposit taken", "balance open", "balance overdue", "captured", "part refunded"),
    *("refunded", "disputed", "collected", "short paid", "remitted", "due at door"),
    "part captured",
)
"""The states of a payment in which money has come, so that it can go back."""


def anywhere(tag: Slice) -> bool:
    return True


def outside_returns(tag: Slice) -> bool:
    return not tag.returning


@attrs.frozen
class Desk:
    """A call as it lies on a clerk's desk, with the papers that it is about."""

    seen: Seen
    call: Call[Any]
    window_days: int = 14
    receipt_days: int = 0
    replace_first: bool = False
    protection_days: int = 0
    compensated_most: int = 0

    # --- the papers ----------------------------------------------------------------------------

    def arg(self, name: str, default: Any = None) -> Any:
        return dict(self.call.args).get(name, default)

    def get(self, kind: str, id: str) -> Any:
        """A document, or `None`."""
        ref: Ref[Any] = Ref("", kind, id)
        stored = self.seen.load(ref)
        return None if stored is None else stored.value

    def is_new(self, kind: str, id: str) -> bool:
        return self.get(kind, id) is None

    @property
    def fresh(self) -> bool:
        """The document that the call opens is not there yet."""
        return self.is_new(self.call.ref.kind, self.call.ref.id)

    @property
    def paper(self) -> Any:
        """The document that the call is about; `None` where it is not there."""
        return self.get(self.call.ref.kind, self.call.ref.id)

    @property
    def order(self) -> Order:
        """The order that the call is about."""
        if self.call.ref.kind == "order":
            found = self.paper
        else:
            found = self.get("order", self.arg("order") or self.paper.order)
        assert isinstance(found, Order)
        return found

    def orders(self, paper: Any = None) -> list[Order]:
        """The orders of a dispatch, a parcel, a purchase or a work order."""
        return [self.get("order", id) for id in (paper or self.paper).orders]

    def stands(self, *states: str) -> bool:
        """The document is there, in one of these states."""
        return self.paper is not None and self.paper.state in states

    # --- units ---------------------------------------------------------------------------------

    def wanted(self) -> dict[str, int]:
        return dict(self.arg("lines", ()))

    def there(
        self,
        order: Order,
        *states: str,
        where: Where = anywhere,
        goods: bool = False,
        services: bool = False,
    ) -> bool:
        """As many units as are asked for stand there; any at all, where nothing is named."""
        lines = [
            line
            for line in order.lines
            if (not goods or not line.service) and (not services or line.service)
        ]
        if not self.wanted():
            return any(count(line, *states, where=where) for line in lines)
        counts = {line.id: count(line, *states, where=where) for line in lines}
        return all(n <= counts.get(line, 0) for line, n in self.wanted().items())

    def mine(self, *states: str, tag: str) -> list[tuple[Order, Line, int]]:
        """The units of the document's orders that carry its id as their tag."""
        id = self.call.ref.id
        found = []
        for order in self.orders():
            for line in order.lines:
                n = count(line, *states, where=lambda one: getattr(one, tag) == id)
                if n:
                    found.append((order, line, n))
        return found

    def feed(self, peg: str) -> Any:
        """What the supplier of a peg says that he has; the small worlds have one SKU of his."""
        return self.get("feed", f"{peg.removeprefix('feed:')}/GOODS-1")

    def on_shelf(self, sku: str) -> int:
        """How many sound units of ours nobody has claimed."""
        rows = self.seen.counters("", (sku,), self.seen.at)
        return sum(
            max(0, row.there - row.claimed)
            for row in rows
            if row.position.location
            and row.position == Position(sku, row.position.location, lot=row.position.lot)
            and self.is_good(sku, row.position.lot)
        )

    def sources(self, sku: str) -> list[tuple[Position, int]]:
        """What nobody has claimed of our sound goods, on the shelf and to come."""
        rows = self.seen.counters("", (sku,), self.seen.at)
        return [
            (row.position, max(0, row.there - row.claimed))
            for row in rows
            if row.position.location and not row.position.owner and not row.position.grade
        ]

    def is_good(self, sku: str, lot: str) -> bool:
        """Nobody holds the lot, and it has not expired."""
        known = self.get("lot", f"{sku}/{lot}") if lot else None
        if known is None:
            return True
        held = any(hold.blocks for hold in known.holds)
        return not held and (known.expires_at is None or known.expires_at > self.seen.at)

    def free_at(self, at: Position) -> int:
        """How many units nobody has claimed at a position."""
        rows = self.seen.counters("", (at.sku,), self.seen.at)
        return sum(max(0, row.there - row.claimed) for row in rows if row.position == at)

    # --- holds ---------------------------------------------------------------------------------

    def free(self, move: str, document: Any = None) -> bool:
        """No hold of the document stands in the way of going onward by this move."""
        holds = (self.paper if document is None else document).holds
        return not any({move, "onward"} & set(hold.blocks) for hold in holds)

    def not_forbidden(self, move: str, document: Any = None) -> bool:
        """No hold names just this move: what takes back is left open otherwise."""
        holds = (self.paper if document is None else document).holds
        return not any(move in hold.blocks for hold in holds)

    def has_hold(self) -> bool:
        return self.paper is not None and any(
            hold.code == self.arg("code") for hold in self.paper.holds
        )

    def lacks_hold(self) -> bool:
        return self.paper is not None and not self.has_hold()


def count(line: Line, *states: str, where: Where = anywhere) -> int:
    return sum(spot.n for spot in line.spots if spot.state in states and where(spot.slice))


def units(order: Order, *states: str, where: Where = anywhere) -> int:
    return sum(count(line, *states, where=where) for line in order.lines)


def every(order: Order) -> int:
    return sum(line.n for line in order.lines)


def owing(order: Order) -> int:
    """What the customer still owes, in cents: each kept unit at its price, and the fees."""
    goods = round(sum(price_of(line, i) for line in order.lines for i in kept_units(line)))
    of_goods = (ChargeKind.GOODS, ChargeKind.PRICE)
    fees = sum(one.amount for one in order.charges if one.kind not in of_goods)
    paid = sum(tender.applied for tender in order.tenders)
    return goods + (fees if units(order, "cancelled") < every(order) else 0) - paid


def kept_units(line: Line) -> list[int]:
    """The units of a line, by number, that were not given up."""
    gone = {i for cut in line.cuts if cut.kind == "given up" for i in range(cut.start, cut.stop)}
    return [i for i in range(line.n) if i not in gone]


def said_of(line: Line, unit: int) -> PriceRange | None:
    """What was said last of the price of a unit, if anything."""
    return next((one for one in line.prices if one.start <= unit < one.stop), None)


def price_of(line: Line, unit: int) -> Fraction:
    """What a unit costs now, in cents."""
    said = said_of(line, unit)
    if said is None:
        return Fraction(line.price) * 100 * (line.grams_each or 1) / line.per
    weighed = Fraction(said.grams, said.stop - said.start) if said.grams else 0
    return Fraction(said.price) * 100 * (weighed or line.grams_each or 1) / said.per


def estimates(order: Order) -> bool:
    """Whether any kept unit is still to be weighed, or waits for its price."""
    return any(
        said is None or not said.fixed
        for line in order.lines
        if line.fixed != "placing"
        for said in (said_of(line, unit) for unit in kept_units(line))
    )


# --- the order as a whole -------------------------------------------------------------------------


def may_place(d: Desk) -> bool:
    holds = [d.get("stock hold", id) for id in d.arg("stock_holds", ())]
    for kept in holds:
        waits = any(line.sku == kept.position.sku and count(line, "open") for line in d.paper.lines)
        if kept.state not in ("running", "confirmed") or not waits:
            return False
    written = d.stands("draft") and len(d.paper.lines) > 0
    return written and may_owe(d, d.paper) and all(may_use(d, code) for code in d.paper.coupons)


def may_owe(d: Desk, order: Order) -> bool:
    """Nothing is asked on credit, or the customer may owe it all, is in time and not held."""
    if not order.on_account or owing(order) <= 0:
        return True
    line = d.get("credit line", f"{order.customer}/{order.currency}")
    if line is None or any(hold.blocks for hold in line.holds):
        return False
    orders = [stored.value for stored in d.seen.find(Query("order", ""))]
    open_ = [
        one
        for one in orders
        if isinstance(one, Order)
        and (one.customer, one.currency) == (order.customer, order.currency)
        and one.on_account
        and owing(one) > 0
        and (one.state != "draft" or one.ref == order.ref)
    ]
    late = [one for one in open_ if one.state != "draft" and one.pay_by is not None]
    return sum(owing(one) for one in open_) <= line.limit and not any(
        one.pay_by <= d.seen.at for one in late if one.pay_by is not None
    )


def sold_as(d: Desk, order: Order) -> Order:
    """What is sent anew for nothing is paid by the order whose goods went astray."""
    if order.parent:
        old = d.get("order", order.parent)
        if any(d.get("reissue", row.reissue).anew == order.ref.id for row in old.sent_again):
            return sold_as(d, old)
    return order


def may_use(d: Desk, code: str) -> bool:
    """The coupon is good, and a use of it is left in all; the small worlds have one customer."""
    coupon = d.get("coupon", code)
    if coupon is None:
        return True
    orders = [stored.value for stored in d.seen.find(Query("order", ""))]
    used = sum(isinstance(one, Order) and code in one.coupons and has_used(one) for one in orders)
    limits = [n for n in (coupon.uses, coupon.per_customer) if n is not None]
    return all(used < n for n in limits) and (coupon.until is None or coupon.until > d.seen.at)


def has_used(order: Order) -> bool:
    """It was placed, and not called off before any of it had left."""
    out = any(cut.kind == "billed" for line in order.lines for cut in line.cuts)
    return order.state != "draft" and (out or order.state not in OVER[1:])


def may_confirm(d: Desk) -> bool:
    unpaid = d.paper.cash_on_delivery or d.paper.on_account
    paid = unpaid or missing(d, d.paper) <= 0
    return d.stands("placed", "in review") and paid and d.free("confirm")


def missing(d: Desk, order: Order) -> int:
    """What should have come of an order by now: all of it, or what of its plan is due."""
    owed = owing(order)
    if order.plan is None or owed <= 0:
        return owed
    paid = sum(tender.applied for tender in order.tenders)
    parts = order.plan.instalments
    if parts[-1].due_at <= d.seen.at:
        return owed
    wanted = sum(one.amount for one in parts if one.due_at <= d.seen.at)
    return max(0, min(wanted, owed + paid) - paid)


def may_cancel(d: Desk) -> bool:
    """Whatever has not gone to the warehouse, has gone astray, or came back undelivered."""
    order = d.order
    if not every(order):
        return d.stands("draft") and d.not_forbidden("cancel")
    if not d.there(order, *ON_PAPER, *ASTRAY, "received back", where=not_for_inspection(order)):
        return False
    if not d.wanted():
        left = units(order, *ON_PAPER, *ASTRAY, "cancelled")
        left += units(order, "received back", where=outside_returns)
        if left < every(order):
            return False
    return d.not_forbidden("cancel") and all(
        enough_not_sent_again(order, line, d.wanted().get(line.id)) for line in order.lines
    )


def not_for_inspection(order: Order) -> Where:
    """What came back in a return is inspected, and nothing of that return is cancelled before."""
    inspected = {
        spot.slice.returning
        for line in order.lines
        for spot in line.spots
        if spot.state == "received back"
    } - {""}
    return lambda tag: tag.returning not in inspected


def enough_not_sent_again(order: Order, line: Line, asked: int | None) -> bool:
    """A unit that is sent again is not given up as well; those that never left are taken first."""
    again = sum(row.n for row in order.sent_again if row.line == line.id)
    if not again:
        return True
    where = not_for_inspection(order)
    astray = count(line, *ASTRAY, where=where) + came_back(line)
    first = count(line, *ON_PAPER, where=where)
    given = astray if asked is None else max(0, min(astray, asked - first))
    return given <= max(0, sendable(line) + came_back(line) - again)


def sendable(line: Line) -> int:
    """What was sent and may be needed again."""
    return count(line, *ASTRAY, "delivered", where=outside_returns)


def came_back(line: Line) -> int:
    """What never reached its customer: where others are sent in its stead, it stands for lost."""
    return count(line, "received back", where=outside_returns)


def may_take_in(d: Desk) -> bool:
    """What came back goes out again, or money does, where no others were sent in its stead."""
    if not d.there(d.order, "received back", where=outside_returns):
        return False
    for line in d.order.lines:
        again = sum(row.n for row in d.order.sent_again if row.line == line.id)
        asked = d.wanted().get(line.id, 0) if d.wanted() else came_back(line)
        if again and asked > max(0, sendable(line) + came_back(line) - again):
            return False
    return True


def may_restock(d: Desk) -> bool:
    """Goods that came back while others are sent in their stead."""
    again = {row.line for row in d.order.sent_again if row.n}
    lines = [line for line in d.order.lines if line.id in again]
    return any(came_back(line) for line in lines)


def may_pay_over(d: Desk) -> bool:
    """What is owed back on the old order pays what the new one still costs."""
    exchange = d.paper
    if not d.stands("approved") or exchange.holds or not exchange.anew:
        return False
    old, anew = d.get("order", exchange.order), d.get("order", exchange.anew)
    return owing(old) < 0 and owing(anew) > 0


def may_expire(d: Desk) -> bool:
    order = d.paper
    late = order.pay_by is not None and order.pay_by <= d.seen.at
    unpaid = owing(order) > 0 and not any(tender.applied for tender in order.tenders)
    return (
        d.stands("placed", "in review", "awaiting customer")
        and late
        and unpaid
        and not (order.cash_on_delivery or order.on_account)
        and not keeps_ready(d, order)
        and d.not_forbidden("cancel")
    )


def keeps_ready(d: Desk, order: Order) -> bool:
    """Cards that were authorised for an order, and not captured, are good for what it owes."""
    name, ready = order.ref.id, 0
    for card in (d.get("payment", f"{name}-pay{n}") for n in (1, 2)):
        if card is None or card.state not in ("authorised", "part captured"):
            continue
        gone = sum(one.done for one in card.requests if one.kind == "void")
        left = card.authorised - card.captured - gone
        for one in card.meant:
            paid = sum(row.amount for row in card.applications if row.order == one.order)
            part = max(0, min(left, one.amount - paid))
            left -= part
            ready += part if one.order == name else 0
            if card.deposit and one.order == name and part == one.amount - paid > 0:
                return True
    return 0 < ready >= owing(order)


def has_ended(order: Order) -> bool:
    """All units are where they stay, some are kept, and nothing is asked back or sent again.

    An order without units, or none of whose units is kept, has not ended well: it is cancelled.
    """
    if units(order, "cancelled") == every(order):
        return False
    for line in order.lines:
        under_way = count(line, "delivered", where=lambda tag: bool(tag.returning))
        under_way += line.n - count(line, *ENDED, *ASTRAY)
        rows = [row for row in order.sent_again if row.line == line.id]
        replaced = sum(row.n for row in rows if row.done)
        if under_way or count(line, *ASTRAY) > replaced or any(not row.done for row in rows):
            return False
    return True


def last_delivery(d: Desk, order: Order) -> Any:
    """When the last parcel came, of those whose units the customer still has."""
    names = {
        spot.slice.parcel
        for line in order.lines
        for spot in line.spots
        if spot.state == "delivered" and spot.slice.parcel
    }
    days = [d.get("parcel", name).delivered_at for name in sorted(names)]
    return max((day for day in days if day is not None), default=None)


def may_complete(d: Desk) -> bool:
    order = d.paper
    came = last_delivery(d, order)
    silent = came is None or d.seen.at >= came + timedelta(days=d.receipt_days)
    said = order.received_at is not None and (came is None or order.received_at >= came)
    received = said or not d.receipt_days or silent
    done = has_ended(order) and owing(order) == 0 and not estimates(order)
    return d.stands("confirmed") and done and received and d.free("complete")


def may_archive(d: Desk) -> bool:
    order = d.paper
    came = last_delivery(d, order)
    window_over = came is None or d.seen.at > came + timedelta(days=d.window_days)
    done = has_ended(order) and owing(order) == 0
    return d.stands("completed") and done and window_over and d.free("archive")


def may_reprice(d: Desk) -> bool:
    """Each line named has units left, and some of them are at another price."""
    lines = [(d.paper.line(name), price) for name, price in d.arg("prices")]
    there = all(line is not None and kept_units(line) for line, _ in lines)
    other = there and any(
        Fraction(line.price if said is None else said.price) != Fraction(price.amount)
        for line, price in lines
        for said in (said_of(line, unit) for unit in kept_units(line))
    )
    return other and not d.stands("archived")


def may_weigh(d: Desk) -> bool:
    line = d.paper.line(d.arg("line"))
    weighed = line is not None and line.fixed == "weighing" and bool(kept_units(line))
    return weighed and not d.stands("archived")


def may_protect_price(d: Desk) -> bool:
    """In time, and each line named has units left that cost more."""
    lines = [(d.paper.line(name), price) for name, price in d.arg("prices")]
    lower = [
        line is not None
        and any(price_of(line, i) > Fraction(price.amount) * 100 for i in kept_units(line))
        for line, price in lines
    ]
    last = d.paper.placed_at + timedelta(days=d.protection_days)
    in_time = d.protection_days > 0 and d.seen.at <= last
    return in_time and all(lower) and not estimates(d.paper) and not d.stands("archived")


def may_take_in_part(d: Desk) -> bool:
    """The parcel comes to the door, and each line has as many of its units in it as are kept."""
    if not d.stands("shipped", "ready to collect", "lost"):
        return False
    order = d.get("order", d.arg("order") or d.paper.orders[0])
    inside = {
        line.id: count(line, d.paper.state, where=lambda tag: tag.parcel == d.call.ref.id)
        for line in order.lines
    }
    enough = all(n <= inside.get(line, 0) for line, n in d.arg("taken"))
    return enough and (dict(d.arg("taken")) == inside or d.is_new("parcel", d.arg("back")))


def may_reject(d: Desk) -> bool:
    return d.stands("in review", "awaiting customer") and d.not_forbidden("cancel")


# --- goods for it ---------------------------------------------------------------------------------


def may_reserve(d: Desk) -> bool:
    """All that is asked is on the shelf, or will come by the supply that is named."""
    order = d.order
    if not d.free("reserve") or not d.there(order, *WAITING, goods=True):
        return False
    if d.arg("supply"):
        return may_promise(d, order)
    return all(
        d.wanted().get(line.id, 0 if d.wanted() else count(line, *WAITING)) <= d.on_shelf(line.sku)
        for line in order.lines
        if not line.service
    )


def may_promise(d: Desk, order: Order) -> bool:
    """A supply that is still to come, or a supplier, has enough that nobody was promised."""
    name = d.arg("supply")
    supply = d.feed(name) if name.startswith("feed:") else d.get("supply", name)
    if supply is None:
        return False
    at = supply.position._replace(peg=name)
    rows = d.seen.counters("", (at.sku,), d.seen.at)
    left = sum(row.there - row.claimed for row in rows if row.position == at)
    asked = sum(
        d.wanted().get(line.id, 0 if d.wanted() else count(line, *WAITING))
        for line in order.lines
        if line.sku == at.sku
    )
    comes = name.startswith("feed:") or supply.state == "expected"
    return comes and 0 < asked <= left


def may_promise_order(d: Desk) -> bool:
    """All that waits is on the shelf or still to come, unclaimed; nobody else is there."""
    order = d.order
    if not d.free("reserve") or not d.there(order, *WAITING, goods=True):
        return False
    return all(
        d.wanted().get(line.id, 0 if d.wanted() else count(line, *WAITING)) <= in_time(d, line)
        for line in order.lines
        if not line.service
    )


def in_time(d: Desk, line: Line) -> int:
    """What nobody has claimed, but for what a supplier would bring after the line's date."""
    by = line.promised
    return sum(
        free
        for at, free in d.sources(line.sku)
        if by is None or not at.peg.startswith("feed:") or not late(d, at.peg, by, 1)
    )


def failed(d: Desk) -> list[tuple[Position, datetime, bool]]:
    """Promises whose supply is late or gone: where, by when, and whether it may still come."""
    found = []
    for line, spot in d.order.units():
        tags = spot.slice
        if spot.state != "reserved" or tags.ready_by is None:
            continue
        at = Position(line.sku, tags.location, peg=tags.peg)
        row = next(one for one in d.seen.counters("", (at.sku,), d.seen.at) if one.position == at)
        if row.claimed > row.there:
            found.append((at, tags.ready_by, has_more(d, row)))
        elif tags.peg and late(d, tags.peg, tags.ready_by, spot.n):
            found.append((at, tags.ready_by, True))
    return found


def has_more(d: Desk, row: Counter) -> bool:
    """What a supplier has is more than those were promised who are still in time."""
    peg = row.position.peg
    in_time = sum(
        spot.n
        for _, spot in d.order.units()
        if spot.state == "reserved"
        and spot.slice.peg == peg
        and not (spot.slice.ready_by and late(d, peg, spot.slice.ready_by, spot.n))
    )
    return peg.startswith("feed:") and row.there > in_time


def late(d: Desk, peg: str, by: datetime, n: int) -> bool:
    """A supply comes after a date, and too little of it has come already."""
    if peg.startswith("feed:"):
        midnight = d.seen.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=d.feed(peg).lead_days + 1) > by + timedelta.resolution
    supply = d.get("supply", peg)
    open_ = supply.state == "expected" and supply.received < supply.expected
    return bool(open_ and max(supply.due, d.seen.at) > by and supply.earmarked < n)


def may_repeg(d: Desk) -> bool:
    """What failed finds something else at its place by its date."""
    return any(
        free > 0 and other.location == at.location and not (other.peg and late(d, other.peg, by, 1))
        for at, by, _ in failed(d)
        for other, free in d.sources(at.sku)
        if other != at
    )


def may_repromise(d: Desk) -> bool:
    """What failed comes later, or something else does."""
    return any(
        comes or any(free > 0 for _, free in d.sources(at.sku)) for at, _, comes in failed(d)
    )


def may_allocate(d: Desk) -> bool:
    """Something can be done: goods are there, or a shortage is written down."""
    order = d.order
    if order.state != "confirmed" or not d.free("allocate"):
        return False
    if not d.there(order, "reserved", *WAITING, goods=True):
        return False
    for line in order.lines:
        if line.service or (d.wanted() and line.id not in d.wanted()):
            continue
        kept = [spot for spot in line.spots if spot.state == "reserved"]
        if not all(d.is_good(line.sku, spot.slice.lot) for spot in kept):
            return False
        n = d.wanted().get(line.id, line.n)
        reserved = min(n, count(line, "reserved"))
        to_come = {spot.slice.peg for spot in line.spots if spot.state == "reserved"}
        rows = [d.get("supply", id) for id in to_come if not id.startswith("feed:")]
        here = "" in to_come or any(row.earmarked for row in rows)
        if to_come and not here:
            n -= reserved  # what waits for a supply waits until that has come
            reserved = 0
        backordered = min(n - reserved, count(line, "backordered"))
        open_ = min(n - reserved - backordered, count(line, "open"))
        if reserved or open_ or (backordered and d.on_shelf(line.sku)):
            return True
    return False


def may_plan(move: str) -> Row:
    def row(d: Desk) -> bool:
        confirmed = d.order.state == "confirmed"
        return confirmed and d.free(move) and d.there(d.order, *WAITING, goods=True)

    return row


def may_release(d: Desk) -> bool:
    order = d.order
    places = {
        spot.slice.location
        for line in order.lines
        for spot in line.spots
        if spot.state == "allocated"
    }
    at = d.arg("location") or (places.pop() if len(places) == 1 else None)
    here = at is not None and d.there(order, "allocated", where=lambda tag: tag.location == at)
    confirmed = order.state == "confirmed" and d.free("release") and may_owe(d, sold_as(d, order))
    return confirmed and here and d.is_new("dispatch", d.arg("dispatch"))


# --- the warehouse and the road -------------------------------------------------------------------


def may_pick(d: Desk) -> bool:
    """There is work to be done; what is done after the end is written down too."""
    id = d.call.ref.id
    return d.stands(*CLOSED) or all(
        d.there(one, "released", where=lambda tag: tag.dispatch == id) for one in d.orders()
    )


def may_recall(d: Desk) -> bool:
    """The warehouse has something that it has not packed; after the end it may say what it will."""
    return d.stands(*CLOSED) or bool(d.mine("released", "picked", tag="dispatch"))


def may_pack(d: Desk) -> bool:
    names = d.arg("dispatches")
    orders = d.orders(d.get("dispatch", names[0]))
    picked = all(
        d.there(order, "picked", where=lambda tag: tag.dispatch in names) for order in orders
    )
    return d.fresh and picked


def may_hand_over(d: Desk) -> bool:
    held = [order for order, _, _ in d.mine("packed", tag="parcel") if not d.free("ship", order)]
    return d.stands("packed") and d.free("hand over") and not held


def may_scan_serials(d: Desk) -> bool:
    order = d.order
    known = {spot.slice.serial for line in order.lines for spot in line.spots}
    lines = [line for line in order.lines if line.id == d.arg("line")]
    bare = sum(count(line, *AT_WORK, where=lambda tag: not tag.serial) for line in lines)
    serials = d.arg("serials")
    return not known & set(serials) and bare >= len(serials)


def may_redeem(d: Desk) -> bool:
    """A service that is open, of an order that goes on."""
    order = d.order
    return order.state == "confirmed" and d.free("redeem") and d.there(order, "open", services=True)


def may_lapse(d: Desk) -> bool:
    """A service that nobody has used, and whose date is over."""
    order = d.order
    over = {
        line.id: line.promised is not None and line.promised <= d.seen.at for line in order.lines
    }
    meant = [line for line in order.lines if line.service and count(line, "open")]
    in_time = all(over[id] for id in d.wanted()) and any(over[line.id] for line in meant)
    return order.state == "confirmed" and d.there(order, "open", services=True) and in_time


# --- what comes back ------------------------------------------------------------------------------


def returnable(d: Desk, order: Order) -> bool:
    """What the customer has, is in no return and not sent again, and is inside its window."""
    late = {
        name
        for line in order.lines
        for spot in line.spots
        if (name := spot.slice.parcel) and is_late(d, d.get("parcel", name))
    }
    if not d.there(order, "delivered", where=outside_returns):
        return False
    if d.wanted():
        if not d.there(
            order, "delivered", where=lambda tag: not tag.returning and tag.parcel not in late
        ):
            return False
    elif units(order, "delivered", where=lambda tag: not tag.returning and tag.parcel in late):
        return False
    for line in order.lines:
        again = sum(row.n for row in order.sent_again if row.line == line.id)
        asked = (
            d.wanted().get(line.id, 0)
            if d.wanted()
            else count(line, "delivered", where=outside_returns)
        )
        if again and asked > max(0, sendable(line) + came_back(line) - again):
            return False
    return True


def is_late(d: Desk, parcel: Parcel | None) -> bool:
    came = None if parcel is None else parcel.delivered_at
    return came is not None and d.seen.at > came + timedelta(days=d.window_days)


def may_number(d: Desk) -> bool:
    return d.stands("packed") and not d.paper.tracking


def booked(d: Desk, *states: str, free: bool = False) -> list[Any]:
    """The bookings in these states, or the named one; `free`: those that nobody waits for."""
    named = d.arg("booking")
    return [
        one
        for one in d.paper.bookings
        if one.state.value in states
        and named in (None, one.id)
        and not (free and one.busy_until is not None and one.busy_until > d.seen.at)
    ]


def may_chase(d: Desk) -> bool:
    """A limit is over for which it has not been chased yet."""
    held = {hold.code for hold in d.paper.holds}
    limits = (("parcel_silent", d.paper.silent_at), ("parcel_late", d.paper.late_at))
    past = {code for code, at in limits if at is not None and at <= d.seen.at}
    if d.paper.state != "shipped":
        past -= {"parcel_late"}
    return bool(past - held)


def may_ask_return(d: Desk) -> bool:
    return d.fresh and d.order.state not in OVER and returnable(d, d.order)


_ENDED: Final = ("settled", "rejected", "cancelled", "granted", "answered", "withdrawn")


def carried_by(order: Order) -> int:
    """What the units cost that have left and are kept, in cents; the small worlds have one line."""
    left = [
        i
        for line in order.lines
        for i in kept_units(line)
        if any(cut.kind == "billed" and cut.start <= i < cut.stop for cut in line.cuts)
    ]
    paid = sum(tender.applied for tender in order.tenders)
    return owing(order) + paid if left else 0


def may_ask_refund_only(d: Desk) -> bool:
    there = carried_by(d.order)
    amount = d.arg("amount")
    asked = there if amount is None else amount.minor
    known = all(d.order.line(id) is not None for id in d.wanted())
    return d.fresh and d.order.state != "archived" and known and 0 < asked <= there


def may_grant(d: Desk) -> bool:
    there = carried_by(d.order)
    amount = d.arg("amount")
    minor = min(d.paper.amount, there) if amount is None else amount.minor
    return d.stands("asked", "unanswered") and not d.paper.lacks_evidence and 0 < minor <= there


def may_miss_complaint(d: Desk) -> bool:
    until = d.paper.until
    return d.stands("asked") and until is not None and until <= d.seen.at


def may_claim(d: Desk) -> bool:
    parcel, cause = d.get("parcel", d.arg("parcel")), d.arg("cause")
    others = [d.get("carrier claim", id) for id in parcel.claims]
    again = [one for one in others if one.state not in ("rejected", "withdrawn")]
    out = parcel.handed_over_at is not None and (cause != "lost" or parcel.state == "lost")
    return d.fresh and out and all(one.cause != cause for one in again)


def may_miss_claim(d: Desk) -> bool:
    until = d.paper.until
    return d.stands("asked", "accepted") and until is not None and until <= d.seen.at


def may_add_evidence(d: Desk) -> bool:
    new = {*d.arg("evidence", ())} - {*d.paper.evidence}
    return not d.stands(*_ENDED) and bool(new or d.arg("words", ""))


def may_record_talk(d: Desk) -> bool:
    is_new = d.arg("reference") not in d.paper.talks
    return not d.stands(*_ENDED) and is_new


def may_close_return(d: Desk) -> bool:
    """What has come of it is decided first."""
    id = d.call.ref.id
    waits = units(d.order, "received back", where=lambda tag: tag.returning == id)
    settled = d.stands("going back", "received") and d.free("settle")
    return not waits and (d.stands("asked", "approved") or settled)


def may_inspect(d: Desk) -> bool:
    id, order = d.call.ref.id, d.order
    mine: Where = lambda tag: tag.returning == id  # noqa: E731
    verdicts = d.arg("verdicts", ())
    came = units(order, "received back", where=mine)
    asked = sum(n for _, n, _ in verdicts) if verdicts else came
    if not came or asked > came:
        return False
    still = units(order, "delivered", "going back", "lost", where=mine)
    is_last = asked == came and not still
    return not is_last or d.free("settle")


def was_rejected(d: Desk) -> bool:
    """Units of the return were rejected, and have not reached their customer."""
    id = d.call.ref.id
    return units(d.order, "sent back", where=lambda tag: tag.returning == id) > 0


def may_attach(d: Desk) -> bool:
    """The return waits for goods, and such goods have come."""
    back, came = d.get("return", d.arg("returned")), dict(d.paper.goods)
    if back is None or back.state not in ("approved", "going back", "received"):
        return False
    lines = {line.id: line for line in d.get("order", back.order).lines}
    there = {
        name: min(
            came.get(line.sku, 0),
            count(
                line,
                *("delivered", "going back", "lost"),
                where=lambda tag: tag.returning == back.ref.id,
            ),
        )
        for name, line in lines.items()
    }
    if not d.wanted():
        return any(there.values())
    return all(n <= there.get(name, 0) for name, n in d.wanted().items())


def may_keep_arrival(d: Desk) -> bool:
    """As many as a verdict is about are left of what has come; without one, anything is."""
    came, judged = dict(d.paper.goods), Tally[str]()
    for sku, n, _ in d.arg("verdicts", ()):
        judged[sku] += n
    return bool(came) and all(n <= came.get(sku, 0) for sku, n in judged.items())


# --- money ----------------------------------------------------------------------------------------


def may_apply(d: Desk, free: int) -> bool:
    shares = d.arg("orders", ())
    asked = sum(amount for _, amount in shares)
    within = all(amount <= owing(d.get("order", id)) for id, amount in shares)  # none: nothing
    return within and asked <= free


def free_of(d: Desk) -> int:
    """What is on no order, and what its orders owe back to the customer of those that want it."""
    wanting = {d.get("order", id).customer for id, _ in d.arg("orders", ())}
    free = int(d.paper.unapplied)
    there = max(0, d.paper.captured - d.paper.refunded - d.paper.charged_back - d.paper.forfeited)
    for one in d.paper.applications:
        order = d.get("order", one.order)
        if wanting == {order.customer}:
            free += max(0, min(-owing(order), one.amount, there))
    return free


def may_pay(d: Desk) -> bool:
    return d.fresh and may_apply(d, d.arg("amount").minor)


def may_send_back(d: Desk, payment: Payment, amount: int) -> bool:
    left = payment.captured - payment.refunded - payment.charged_back - amount
    way = "refund part" if left > 0 else "refund"
    goes_home = payment.stored and "to" not in dict(d.call.args)  # to where it was spent
    if goes_home and not can_be_used(d, d.get("stored value", payment.stored)):
        return False
    return payment.state in PAID_ONCE and d.not_forbidden(way, payment)


def at_gateway(payment: Payment) -> int:
    """What came by a gateway and is there still, neither asked for nor taken back."""
    back = sum(one.booked for one in payment.requests if one.kind == "refund")
    there = payment.by_gateway - back - payment.charged_back
    return still_ours(payment) if payment.stored else max(0, there)


def may_ask_refund(d: Desk) -> bool:
    """What came by gateways is asked for; an amount that is named must all have come so."""
    order, named = d.paper, d.arg("payment", "")
    back = max(0, -owing(order))
    asked = d.arg("amount").minor if d.arg("amount") else back
    if not asked or asked > back:
        return False
    gone = already_with_payer(d, asked)
    left, by_hand, sent = asked - sum(gone.values()), 0, False
    for tender in order.tenders:
        payment = d.get("payment", tender.payment)
        part = min(left, tender.applied - gone[tender.payment], still_ours(payment))
        if part > 0 and named in ("", tender.payment):
            by_wire = min(part, at_gateway(payment))
            by_hand += part - by_wire
            if by_wire and not may_send_back(d, payment, by_wire):
                return False
            left, sent = left - by_wire, sent or by_wire > 0
    return not left or bool(by_hand and sent and d.arg("amount") is None)


def may_refund(d: Desk) -> bool:
    order = d.paper
    if not may_go_to(d):
        return False
    back = max(0, -owing(order))
    asked = d.arg("amount").minor if d.arg("amount") else back
    if not asked or asked > back:
        return False
    gone = already_with_payer(d, asked)
    left = asked - sum(gone.values())
    for tender in order.tenders:
        payment = d.get("payment", tender.payment)
        part = min(left, tender.applied - gone[tender.payment], still_ours(payment))
        if part > 0 and d.arg("payment", "") in ("", tender.payment):
            if not may_send_back(d, d.get("payment", tender.payment), part):
                return False
            left -= part
    return not left


def may_confirm_refund(d: Desk) -> bool:
    """What is owed goes back as it was proposed: to each tender in turn, as far as it takes it."""
    order, plan = d.paper, d.arg("plan")
    back, asked = max(0, -owing(order)), sum(one.amount for one in plan)
    if not back or d.arg("owed").minor != back or asked > back:
        return False
    gone = already_with_payer(d, asked)
    goes, left = Tally({id: n for id, n in gone.items() if n}), asked - sum(gone.values())
    for tender in order.tenders:
        payment = d.get("payment", tender.payment)
        part = min(left, tender.applied - gone[tender.payment], still_ours(payment))
        ended = payment.stored and not can_be_used(d, d.get("stored value", payment.stored))
        if part <= 0 or ended:
            continue  # the next one takes it
        if not may_send_back(d, payment, part):
            return False
        goes[tender.payment] += part
        left -= part
    told = Tally[str]()
    for one in plan:
        told[one.payment] += one.amount
    return not left and told == goes


def may_compensate(d: Desk) -> bool:
    """The rules leave so much for the order, whatever it cost, and somebody gets it.

    What came back from an account may be paid once more.
    """
    given = sum(one.amount for one in d.paper.compensations)  # a small world has one reason
    within = d.arg("amount").minor <= d.compensated_most - given
    somebody = d.arg("payee") or d.arg("to")
    return not d.stands("draft", "archived") and within and bool(somebody) and may_go_to(d)


def may_return_compensation(d: Desk) -> bool:
    """No more comes back than has gone to that account for the reason."""
    name = (d.arg("reason"), d.arg("payee"))
    out = sum(one.amount for one in d.paper.compensations if (one.reason, one.payee) == name)
    return bool(d.arg("amount").minor <= out)


def already_with_payer(d: Desk, most: int) -> dict[str, int]:
    """What of an order's money is missing of its payments: the payer has it back already."""
    left, gone = most, dict[str, int]()
    for tender in d.paper.tenders:
        payment = d.get("payment", tender.payment)
        lacks = max(0, -(payment.unapplied + payment.disputed))
        gone[tender.payment] = min(left, tender.applied, lacks)
        left -= gone[tender.payment]
    return gone


def decision_fits(d: Desk) -> bool:
    """A bank decides about what it has taken; what it gives back is wanted where it took it."""
    if not d.arg("won") or not d.paper.disputed:
        return bool(d.paper.disputed)
    free, unwanted = d.paper.unapplied + d.paper.disputed, 0
    for one in d.paper.taken:
        order = d.get("order", one.order)
        costs = 0 if order.state in ("cancelled", "expired", "rejected") else max(0, owing(order))
        part = min(one.amount, costs, max(0, free))
        free, unwanted = free - part, unwanted + one.amount - part
    return bool(min(free, unwanted) <= 0)


def still_ours(payment: Payment) -> int:
    """What neither we nor the payer's bank has given back, and no deposit that is forfeited."""
    gone = payment.refunded + payment.charged_back + payment.forfeited
    return max(0, payment.captured - gone)


def may_pay_back(d: Desk) -> bool:
    free = min(max(0, d.paper.unapplied), still_ours(d.paper))
    asked = d.arg("amount").minor if d.arg("amount") else free
    return 0 < asked <= free and may_go_to(d) and may_send_back(d, d.paper, asked)


def may_ask_pay_back(d: Desk) -> bool:
    free = min(max(0, d.paper.unapplied), still_ours(d.paper))
    there = min(free, at_gateway(d.paper))
    asked = d.arg("amount").minor if d.arg("amount") else there
    return 0 < asked <= there and may_send_back(d, d.paper, asked)


def can_be_used(d: Desk, stored: Any) -> bool:
    """The time of a balance is not over."""
    return stored.until is None or stored.until > d.seen.at


def may_spend(d: Desk) -> bool:
    """The balance has as much, and the orders still cost it."""
    stored, amount = d.get("stored value", d.arg("stored")), d.arg("amount").minor
    left = d.free_at(Position(f"stored:{stored.ref.id}"))
    return d.fresh and can_be_used(d, stored) and amount <= left and may_apply(d, amount)


def may_go_to(d: Desk) -> bool:
    """Money stays with us on a balance that may be used."""
    return "to" not in dict(d.call.args) or can_be_used(d, d.get("stored value", d.arg("to")))


def unanswered(payment: Payment, *kinds: str) -> list[Request]:
    return [one for one in payment.requests if one.outcome == "pending" and one.kind in kinds]


BALANCE_TO_COME: Final = ("deposit taken", "balance open", "balance overdue")


def may_ask(d: Desk) -> bool:
    """No more is asked for than a gateway keeps ready, or a payment that waits is about."""
    paper, asked = d.paper, unanswered(d.paper, "capture", "void")
    most = paper.authorised
    if paper.state == "awaiting":
        most = paper.deposit or paper.amount
        asked += unanswered(paper, "authorise")
    gone = sum(one.done for one in paper.requests if one.id[:4] == "void")  # given up already
    if paper.state in BALANCE_TO_COME:
        lost = paper.charged_back - paper.disputed
        most = min(paper.amount + lost, paper.captured + still_to_come(d))
        asked, gone = unanswered(d.paper, "capture"), 0  # what was given up was the deposit's
    free = max(0, most - paper.captured - gone - sum(one.amount for one in asked))
    if d.call.verb != "ask_void" and paper.state not in BALANCE_TO_COME:
        free = max(0, min(free, still_wanted(d) - sum(one.amount for one in captures(paper))))
    wanted = d.arg("amount").minor if d.arg("amount") else free
    in_one_go = d.call.verb == "ask_capture" and paper.state == "awaiting"
    return bool(0 < wanted <= free) and (wanted == free or not in_one_go)


def captures(payment: Payment) -> list[Request]:
    return unanswered(payment, "capture")


def still_wanted(d: Desk) -> int:
    """Nobody pays twice: what is meant for an order is wanted as far as that still costs it."""
    paper = d.paper
    ready = (paper.deposit or paper.amount) if paper.state == "awaiting" else paper.authorised
    wanted = max(0, ready - sum(one.amount for one in paper.meant))
    for one in paper.meant:
        there = sum(each.amount for each in paper.applications if each.order == one.order)
        wanted += max(0, min(one.amount - there, owing(d.get("order", one.order))))
    return int(wanted)


def still_to_come(d: Desk) -> int:
    """What the orders of a deposit still cost, once asked for no more than was asked."""
    lost = d.paper.charged_back - d.paper.disputed  # its bank has it, and it is to come again
    rest = d.paper.amount - d.paper.captured + lost
    names = {one.order for one in (*d.paper.applications, *d.paper.meant)}
    orders = [d.get("order", name) for name in sorted(names)]
    if not orders:
        return int(rest)
    costs = sum(max(0, owing(order)) for order in orders) - max(0, d.paper.unapplied)
    return int(costs) if d.stands("deposit taken") else int(min(costs, rest))


def may_void_rest(d: Desk) -> bool:
    open_yet = unanswered(d.paper, "authorise", "capture", "void")
    return not open_yet and may_ask(d) and d.not_forbidden("ask void", d.paper)


def may_send_request(d: Desk) -> bool:
    one = d.paper.request(d.arg("request"))
    waits = one is not None and one.outcome == "pending"
    return waits and (one.busy_until is None or one.busy_until <= d.seen.at)


def may_expire_payment(d: Desk) -> bool:
    """Its time is over; one without a limit waits no longer than an order that may stand again."""
    until = d.paper.expires_at
    if until is None:
        return d.stands("awaiting") and wanted_by_none(d)
    return d.stands("awaiting", "authorised", "part captured") and until <= d.seen.at


def wanted_by_none(d: Desk) -> bool:
    """All of a payment was meant for orders, and each was given up or costs nothing more."""
    paper = d.paper
    whole = sum(one.amount for one in paper.meant) >= (paper.deposit or paper.amount)
    orders = [d.get("order", one.order) for one in paper.meant]
    return whole and all(is_cancelled(order) or owing(order) <= 0 for order in orders)


def may_open_balance(d: Desk) -> bool:
    """Of orders that cost no more than has come, none is to come."""
    knows = not unanswered(d.paper, "capture")
    free = d.stands("deposit taken") and d.free("open balance")
    until = d.arg("until") or d.paper.balance_from
    in_time = until is not None and (not d.arg("until") or until >= d.seen.at)
    return free and _balance_is_wanted(d) and knows and in_time


def _balance_is_wanted(d: Desk) -> bool:
    orders = [d.get("order", one.order) for one in d.paper.applications]
    to_come = sum(max(0, owing(order)) for order in orders) - max(0, d.paper.unapplied)
    return to_come > 0 or not orders


def may_plan_balance(d: Desk) -> bool:
    """Of orders that cost no more than has come, none is to come."""
    return d.stands("deposit taken") and _balance_is_wanted(d)


def may_miss_balance(d: Desk) -> bool:
    """Its time is over, and something of it is still to come."""
    until = d.paper.expires_at
    is_over = until is None or until <= d.seen.at
    orders = [d.get("order", one.order) for one in d.paper.applications]
    wanted = not orders or any(owing(order) > 0 for order in orders)
    return d.stands("balance open") and is_over and wanted


def may_agree_plan(d: Desk) -> bool:
    """The parts sum to what the order costs, which is not over, and no carrier collects."""
    order = d.paper
    cost = owing(order) + sum(tender.applied for tender in order.tenders)
    parts = sum(one.amount for one in d.arg("parts"))
    over = order.state in (*OVER, "completed")
    return not over and not order.cash_on_delivery and parts == cost


def may_miss_terms(d: Desk) -> bool:
    """It goes on account without a plan, owes something whose day is over, and nobody said so."""
    order = d.paper
    is_late = order.pay_by is not None and order.pay_by <= d.seen.at
    told = any(hold.code == "terms_overdue" for hold in order.holds)
    is_open = order.on_account and order.plan is None and order.state != "draft"
    return is_open and owing(order) > 0 and is_late and not told


def may_miss_instalment(d: Desk) -> bool:
    """Less has come than all parts that are due by now, and nobody has said so of the last yet."""
    order = d.paper
    if order.plan is None or order.state in (*OVER, "completed"):
        return False
    past = [one.due_at for one in order.plan.instalments if one.due_at <= d.seen.at]
    held = any(hold.code == "instalment_overdue" for hold in order.holds)
    told = held and order.plan.missed is not None and order.plan.missed >= max(past)
    return missing(d, order) > 0 and not told


def may_forfeit(d: Desk) -> bool:
    """The balance is late, and no goods have gone on for what the deposit was paid for.

    What has paid an order that owes nothing any more is not lost.
    """
    paid = [
        one
        for one in d.paper.applications
        if one.amount
        and owing(d.get("order", one.order)) <= 0
        and not is_cancelled(d.get("order", one.order))
    ]
    of_deposit = {one.order: one.amount for one in d.paper.meant}
    lost = d.paper.deposit - sum(
        min(one.amount, of_deposit.get(one.order, one.amount)) for one in paid
    )
    asked = lost if d.arg("amount") is None else d.arg("amount").minor
    return (
        0 < asked <= lost
        and not unanswered(d.paper, "capture")
        and d.stands("balance overdue")
        and d.free("forfeit")
        and all(  # a deposit of no order has no goods
            is_cancelled(order)
            or (
                units(order, *ON_PAPER, "cancelled") == every(order)
                and d.not_forbidden("cancel", order)
            )
            for order in [
                d.get("order", one.order)
                for one in d.paper.applications
                if one.amount and one not in paid
            ]
        )
    )


def may_pay_balance(d: Desk) -> bool:
    open_ = d.stands("deposit taken", "balance open", "balance overdue")
    return open_ and may_apply(d, d.paper.unapplied + d.arg("amount").minor)


def may_collect(d: Desk) -> bool:
    return d.fresh or bool(d.paper.due_for)


TAKES_CASH: Final = (
    *("due at door", "collected", "short paid", "remitted", "captured", "part refunded"),
    "refunded",
)
"""The states of a payment of a door that waits for cash, or has had some."""


def may_expect_cash(d: Desk) -> bool:
    """It is paid at the door, goods of it go there, and its other doors leave so much of it."""
    if not d.fresh or not d.order.cash_on_delivery:
        return False
    room, parcel = at_no_door(d.order), d.get("parcel", d.arg("parcel") or "?")
    gone = ("cancelled", "going back", "returned")
    if parcel is not None and (d.order.ref.id not in parcel.orders or parcel.state in gone):
        return False
    amount = d.arg("amount")
    return room > 0 if amount is None else amount.minor <= room


def may_change_cash(d: Desk) -> bool:
    if not d.stands("due at door"):
        return False
    room = at_no_door(d.get("order", d.paper.due_for), d.paper.ref.id)
    return bool(d.arg("amount").minor <= room)


def at_no_door(order: Order, beside: str = "") -> int:
    """What an order costs that is not coming back, and no other payment is to bring from a door."""
    asked = [one.amount for one in order.doors if one.payment != beside]
    return max(0, owing(order) - coming_back(order) - sum(asked))


def coming_back(order: Order) -> int:
    """What the units of an order cost that are on their way back to us, or are here again."""
    found = 0
    for line in order.lines:
        back = sum(spot.n for spot in line.spots if spot.state in ("going back", "received back"))
        found += round(sum(price_of(line, i) for i in kept_units(line)[:back]))
    return found


def may_set_quota(d: Desk) -> bool:
    """What is free can be kept, and a quota that runs can be made larger by what is free."""
    kept = 0 if d.paper is None else d.paper.n
    runs = d.paper is None or (d.paper.until is None and d.arg("n") > kept)
    return runs and d.arg("n") - kept <= d.on_shelf(d.arg("position").sku)


def may_free_surplus(d: Desk) -> bool:
    """More has been put aside than is still promised."""
    id = d.call.ref.id
    orders = [stored.value for stored in d.seen.find(Query("order", ""))]
    promised = sum(
        units(order, "reserved", where=lambda tag: tag.peg == id)
        for order in orders
        if isinstance(order, Order)
    )
    return bool(d.paper.earmarked > promised)


# --- what is bought and made ----------------------------------------------------------------------


def may_purchase(d: Desk) -> bool:
    """All that is to be bought, and all that was promised of what this supplier has."""
    orders = [d.get("order", id) for id in d.arg("orders")]
    his = f"feed:{d.arg('supplier')}"
    return d.fresh and all(
        d.there(order, "to buy", "reserved", where=lambda tag: tag.peg == his or not tag.location)
        and order.state == "confirmed"
        and d.free("buy", order)
        and (d.arg("location") or may_owe(d, sold_as(d, order)))
        for order in orders
    )


def may_plan_production(d: Desk) -> bool:
    orders = [d.get("order", id) for id in d.arg("orders")]
    return d.fresh and all(
        d.there(order, "to make", where=lambda tag: not tag.peg) for order in orders
    )


def may_start_production(d: Desk) -> bool:
    planned = d.mine("to make", tag="peg")
    return (
        d.stands("planned")
        and bool(planned)
        and all(order.state == "confirmed" and d.free("make", order) for order, _, _ in planned)
    )


def may_stop_buying(d: Desk) -> bool:
    id = d.call.ref.id
    return d.there(d.order, "buying", where=lambda tag: tag.peg == id)


# --- what goes out again --------------------------------------------------------------------------


def may_ask_reissue(d: Desk) -> bool:
    order = d.order
    if not d.fresh or order.state not in ("confirmed", "completed"):
        return False
    left = {}
    for line in order.lines:
        again = sum(row.n for row in order.sent_again if row.line == line.id)
        first = min(again, came_back(line))  # others are sent for what came back
        left[line.id] = (sendable(line) - again + first, count(line, *ASTRAY) - again + first)
    if d.wanted():
        return all(n <= left[line][0] for line, n in d.wanted().items())
    return any(min(pair) > 0 for pair in left.values())


def is_not_out(order: Order | None) -> bool:
    """Nothing of what goes out again has left the paper; without an order, nothing has."""
    return order is None or units(order, *ON_PAPER, "cancelled") == every(order)


def may_cancel_anew(d: Desk) -> bool:
    anew = d.get("order", d.paper.anew) if d.paper.anew else None
    free = anew is None or is_cancelled(anew) or d.not_forbidden("cancel", anew)
    return d.stands("asked", "approved") and is_not_out(anew) and free


def is_cancelled(order: Order) -> bool:
    return units(order, "cancelled") == every(order)


def may_settle_anew(d: Desk) -> bool:
    anew = d.get("order", d.paper.anew) if d.paper.anew else None
    sent = anew is not None and has_ended(anew)
    return d.stands("approved") and sent and d.free("settle")


def may_ask_exchange(d: Desk) -> bool:
    order = d.order
    new = d.fresh and d.is_new("return", d.arg("returned"))
    return new and order.state in ("confirmed", "completed") and returnable(d, order)


def may_approve_exchange(d: Desk) -> bool:
    back = d.get("return", d.paper.returned)
    ready = back.state == "asked" and d.free("approve", back)
    moved_on = back.state in ("approved", "going back", "received", "settled")
    return d.stands("asked") and d.free("approve") and (ready or moved_on)


def may_send_replacement(d: Desk) -> bool:
    exchange, order = d.paper, d.order
    back = d.get("return", exchange.returned)
    kept = units(order, "returned", where=lambda tag: tag.returning == exchange.returned)
    accepted = back.state == "settled" and kept > 0
    return (
        d.stands("approved")
        and not exchange.holds
        and not exchange.anew
        and d.is_new("order", d.arg("anew"))
        and (accepted or d.replace_first)
        and order.state in ("confirmed", "completed")
    )


def may_settle_exchange(d: Desk) -> bool:
    return may_settle_anew(d) and d.get("return", d.paper.returned).state == "settled"


def may_undo_exchange(d: Desk) -> bool:
    """It has sent, nothing of what was to come is here, and its papers can be closed."""
    exchange = d.paper
    anew = d.get("order", exchange.anew) if exchange.anew else None
    if anew is None or not d.stands("approved") or not d.free("undo"):
        return False
    back, old = d.get("return", exchange.returned), d.get("order", exchange.order)
    open_ = back.state in ("going back", "received")
    here = units(
        old, "returned", "received back", where=lambda tag: tag.returning == exchange.returned
    )
    stays = not is_not_out(anew) or is_cancelled(anew)
    free = stays or d.not_forbidden("cancel", anew)
    return not here and (not open_ or d.free("settle", back)) and free


def always(d: Desk) -> bool:
    """What has happened is written down, whatever stands where."""
    return True


def never(d: Desk) -> bool:
    return False


# --- invoices -------------------------------------------------------------------------------------


def indices(line: Line, *kinds: str) -> list[int]:
    """The unit indices that were cut so, each as often as it was."""
    return [i for cut in line.cuts if cut.kind in kinds for i in range(cut.start, cut.stop)]


def on_paper(line: Line) -> set[int]:
    """The unit indices that are on an invoice, and not off it again."""
    on, off = indices(line, "invoiced"), indices(line, "credited")
    return {i for i in on if on.count(i) > off.count(i)}


def may_invoice(d: Desk) -> bool:
    order: Order = d.paper
    if order.state in ("draft", "archived"):
        return False
    gone = {line.id: {*indices(line, "given up"), *on_paper(line)} for line in order.lines}
    if d.wanted():
        kept = {line.id: line.n - len(gone[line.id]) for line in order.lines}
        return all(n <= kept.get(line, 0) for line, n in d.wanted().items())
    open_ = any(set(indices(line, "billed")) - gone[line.id] for line in order.lines)
    return open_ or (bool(order.invoices) and bool(unbilled(d, order)))


def unbilled(d: Desk, order: Order) -> list[str]:
    """The charges of an order as a whole that no invoice has; none where nothing is kept."""
    billed = [id for one in order.invoices for id, _ in d.get("invoice", one).charges]
    free = [id for one in order.credit_notes for id, _ in d.get("credit note", one).released]
    answered = [id for one in order.credit_notes for id, _ in d.get("credit note", one).lowers]
    taken = [*billed, *answered]
    if units(order, "cancelled") == every(order):
        return []
    whole = [one.id for one in order.charges if one.kind in ("freight", "fee")]
    return [id for id in whole if taken.count(id) <= free.count(id)]


def may_credit(d: Desk) -> bool:
    """Something that is on the invoice was given up since, or is to be taken off it."""
    invoice = d.paper
    order: Order = d.get("order", invoice.order)
    if order.state == "archived":
        return False
    left: set[tuple[str, int]] = set()
    gone: set[tuple[str, int]] = set()
    mine = {
        one for one in order.credit_notes if d.get("credit note", one).invoice == invoice.ref.id
    }
    for line in order.lines:
        had = {
            i for one in invoice.lines if one.line == line.id for i in range(one.start, one.stop)
        }
        off = {
            i
            for cut in line.cuts
            if cut.kind == "credited" and cut.document in mine
            for i in range(cut.start, cut.stop)
        }
        left |= {(line.id, i) for i in had - off}
        gone |= {(line.id, i) for i in had - off if i in indices(line, "given up")}
    amount = d.arg("amount")
    if amount is not None:  # a unit costs 1.00
        stays = [line for line, _ in left - gone if line == d.arg("line")]
        notes = [d.get("credit note", one) for one in sorted(mine)]
        off_already = [one for note in notes for one in note.lines if not one.n]
        left_of_it = 100 * len(stays) - sum(one.correction for one in off_already)
        return bool(amount.minor <= left_of_it)
    return bool(left if d.arg("whole") else gone)


ROWS: Final[Mapping[str, Row]] = {
    # the order as a whole
    "draft": lambda d: d.fresh,
    "place": may_place,
    "review": lambda d: d.stands("placed"),
    "ask_customer": lambda d: d.stands("in review"),
    "answer": always,
    "confirm": may_confirm,
    "reject": may_reject,
    "cancel": may_cancel,
    "expire": may_expire,
    "confirm_receipt": always,
    "complete": may_complete,
    "archive": may_archive,
    "hold": Desk.lacks_hold,
    "lift_hold": Desk.has_hold,
    "adjust": lambda d: not d.stands("archived"),
    "agree_plan": may_agree_plan,
    "miss_instalment": may_miss_instalment,
    "miss_terms": may_miss_terms,
    "reprice": may_reprice,
    "weigh_line": may_weigh,
    "protect_price": may_protect_price,
    # goods for it
    "reserve": may_reserve,
    "unreserve": lambda d: d.there(d.order, "reserved", "allocated"),
    "promise": may_promise_order,
    "repeg": may_repeg,
    "repromise": may_repromise,
    "allocate": may_allocate,
    "plan_to_buy": may_plan("plan to buy"),
    "plan_to_make": may_plan("plan to make"),
    "give_up_plan": lambda d: d.there(d.order, "to buy", "to make"),
    "release": may_release,
    # the warehouse and the road
    "send_dispatch": lambda d: d.stands("created"),
    "accept_dispatch": always,
    "refuse_dispatch": always,
    "ask_cancel_dispatch": lambda d: d.stands("created", "sent", "accepted"),
    "refuse_cancel_dispatch": always,
    "lift_dispatch_hold": Desk.has_hold,
    "recall": may_recall,
    "pick": may_pick,
    "scan_serials": may_scan_serials,
    "pack": may_pack,
    "pick_short": always,
    "scan_pick": lambda d: bool(d.mine("released", tag="dispatch")),
    "repack": lambda d: d.stands("packed") and d.is_new("parcel", d.arg("into")),
    "report_shipped": always,
    "weigh": lambda d: d.stands("packed"),
    "mark": lambda d: d.stands("packed"),
    "cancel_parcel": lambda d: d.stands("packed"),
    "hand_over": may_hand_over,
    "deliver": lambda d: d.stands("shipped", "ready to collect", "lost"),
    "turn_back": lambda d: d.stands("shipped", "ready to collect", "lost"),
    "take_in_part": may_take_in_part,
    "lose": lambda d: d.stands("shipped", "ready to collect", "going back"),
    "receive_back": always,
    "make_ready": lambda d: d.stands("shipped"),
    "record_scan": always,
    "record_scans": always,
    "chase": may_chase,
    "ask_booking": lambda d: may_number(d) and not booked(d, "asked", "booked"),
    "send_booking": lambda d: bool(booked(d, "asked", "cancel asked", free=True)),
    "record_booking": always,
    "cancel_booking": lambda d: d.stands("packed") and bool(booked(d, "booked")),
    "number_parcel": may_number,
    "redirect": lambda d: d.stands("shipped", "ready to collect"),
    "hold_parcel": Desk.lacks_hold,
    "lift_parcel_hold": Desk.has_hold,
    "report_missing": always,
    "found": always,
    "reopen": may_take_in,
    "restock": may_restock,
    "take_back": may_take_in,
    "deliver_again": lambda d: d.there(d.order, "sent back"),
    # services
    "redeem": may_redeem,
    "lapse": may_lapse,
    # what comes back
    "ask_return": may_ask_return,
    "ask_repair": may_ask_return,
    "mend": lambda d: d.paper.repair and may_inspect(d),
    "approve_return": lambda d: (
        d.stands("asked") and d.free("approve") and not d.paper.lacks_evidence
    ),
    "complain": lambda d: d.fresh and d.order.state != "archived",
    "ask_refund_only": may_ask_refund_only,
    "grant_complaint": may_grant,
    "answer_complaint": lambda d: d.stands("asked", "unanswered"),
    "reject_complaint": lambda d: d.stands("asked", "unanswered"),
    "withdraw_complaint": lambda d: d.stands("asked", "unanswered"),
    "miss_complaint": may_miss_complaint,
    "claim_on_carrier": may_claim,
    "accept_carrier_claim": lambda d: d.stands("asked", "overdue"),
    "record_claim_payment": lambda d: d.stands("asked", "accepted", "overdue"),
    "reject_carrier_claim": lambda d: d.stands("asked", "overdue"),
    "withdraw_carrier_claim": lambda d: d.stands("asked", "accepted", "overdue"),
    "miss_carrier_claim": may_miss_claim,
    "add_complaint_evidence": may_add_evidence,
    "record_complaint_talk": may_record_talk,
    "add_evidence": may_add_evidence,
    "record_talk": may_record_talk,
    "reject_return": lambda d: d.stands("asked"),
    "close_return": may_close_return,
    "record_return_scan": always,
    "record_return_scans": always,
    "ask_return_label": lambda d: (
        d.stands("approved") and not d.paper.tracking and not booked(d, "asked", "booked")
    ),
    "send_return_label": lambda d: bool(booked(d, "asked", "cancel asked", free=True)),
    "record_return_label": always,
    "cancel_return_label": lambda d: d.stands("approved") and bool(booked(d, "booked")),
    "receive_return": always,
    "hold_return": Desk.lacks_hold,
    "inspect": may_inspect,
    "send_rejected": was_rejected,
    "receive_rejected": was_rejected,
    "keep_rejected": was_rejected,
    "record_arrival": lambda d: d.fresh,
    "attach_arrival": may_attach,
    "send_back_arrival": lambda d: bool(d.paper.goods),
    "keep_arrival": may_keep_arrival,
    "lift_return_hold": Desk.has_hold,
    # money
    "pay": may_pay,
    "spend": may_spend,
    "open_stored_value": lambda d: d.fresh,
    "top_up": lambda d: can_be_used(d, d.paper),
    "lapse_stored_value": lambda d: not d.paper.lapsed and not can_be_used(d, d.paper),
    "await_payment": may_pay,
    "record_notice": always,
    "lift_payment_hold": Desk.has_hold,
    "expire_payment": may_expire_payment,
    "apply_payment": lambda d: not d.stands("refunded") and may_apply(d, free_of(d)),
    "collect_on_delivery": may_collect,
    "expect_cash": may_expect_cash,
    "remit": always,
    "change_cash": may_change_cash,
    "answer_cash_change": always,
    "void_payment": lambda d: (
        d.stands("awaiting", "authorised", "due at door") and d.paper.captured <= d.paper.refunded
    ),
    "hold_payment": Desk.lacks_hold,
    "take_deposit": lambda d: d.fresh and may_apply(d, d.arg("deposit").minor),
    "open_balance": may_open_balance,
    "plan_balance": may_plan_balance,
    "miss_balance": may_miss_balance,
    "forfeit_deposit": may_forfeit,
    "pay_balance": may_pay_balance,
    "charge_back": lambda d: not d.paper.stored,  # no bank has what a balance of ours has paid
    "settle_dispute": always,
    "refund": may_refund,
    "confirm_refund": may_confirm_refund,
    "compensate": may_compensate,
    "return_compensation": may_return_compensation,
    "pay_back": may_pay_back,
    "ask_refund": may_ask_refund,
    "ask_pay_back": may_ask_pay_back,
    "ask_authorise": lambda d: d.stands("awaiting") and d.free("ask authorise") and may_ask(d),
    "ask_capture": lambda d: (
        d.stands(*WAITS, "part captured") and d.free("ask capture") and may_ask(d)
    ),
    "ask_void": lambda d: (
        d.stands(*WAITS[:2], "part captured", "failed", "voided", "expired") and may_void_rest(d)
    ),
    "send_request": may_send_request,
    "record_answer": always,
    # invoices
    "invoice": may_invoice,
    "credit": may_credit,
    # what is bought and made
    "purchase": may_purchase,
    "send_purchase": lambda d: d.stands("created"),
    "accept_purchase": always,
    "refuse_purchase": always,
    "record_shortfall": always,
    "stop_buying": may_stop_buying,
    "ask_cancel_purchase": lambda d: d.stands("created", "sent", "accepted"),
    "refuse_cancel_purchase": always,
    "cancel_purchase": always,
    "receive_purchase": always,
    "ship_direct": lambda d: d.fresh and d.get("purchase", d.arg("purchase")) is not None,
    "lift_purchase_hold": Desk.has_hold,
    "plan_production": may_plan_production,
    "start_production": may_start_production,
    "inspect_production": always,
    "rework": always,
    "finish_production": always,
    "stop_production": lambda d: d.stands("planned", "in production"),
    "lift_work_order_hold": Desk.has_hold,
    # what goes out again
    "ask_reissue": may_ask_reissue,
    "approve_reissue": lambda d: (
        d.stands("asked") and d.free("approve") and d.is_new("order", d.arg("anew"))
    ),
    "reject_reissue": lambda d: d.stands("asked"),
    "cancel_reissue": may_cancel_anew,
    "settle_reissue": may_settle_anew,
    "hold_reissue": Desk.lacks_hold,
    "lift_reissue_hold": Desk.has_hold,
    "ask_exchange": may_ask_exchange,
    "approve_exchange": may_approve_exchange,
    "reject_exchange": lambda d: d.stands("asked"),
    "cancel_exchange": may_cancel_anew,
    "send_replacement": may_send_replacement,
    "settle_exchange": may_settle_exchange,
    "undo_exchange": may_undo_exchange,
    "pay_over": may_pay_over,
    "hold_exchange": Desk.lacks_hold,
    "lift_exchange_hold": Desk.has_hold,
    # stock that is kept, and stock that is to come
    "hold_stock": lambda d: d.fresh and d.arg("n") <= d.on_shelf(d.arg("position").sku),
    "confirm_stock_hold": lambda d: d.stands("running"),
    "release_stock_hold": lambda d: d.stands("running", "confirmed"),
    "describe_item": always,
    "record_feed": lambda d: d.paper is None or d.arg("as_of") > d.paper.as_of,
    "set_coupon": always,
    "set_credit": always,
    "hold_credit": Desk.lacks_hold,
    "lift_credit_hold": Desk.has_hold,
    "set_quota": may_set_quota,
    "release_quota": lambda d: d.paper is not None and d.paper.until is None,
    "expect": lambda d: d.fresh,
    "send_transfer": lambda d: d.fresh and d.arg("n") <= d.free_at(d.arg("position")),
    "receive_supply": always,
    "free_surplus": may_free_surplus,
    "slip": always,
    # goods that come in, and their lots
    "receive": always,
    "add_waybills": lambda d: True,
    "set_expiry": always,
    "hold_lot": Desk.lacks_hold,
    "lift_lot_hold": Desk.has_hold,
}
"""Verb by verb, what must stand where."""

NEW: Final = frozenset(
    {
        "pay",
        "spend",
        "open_stored_value",
        "await_payment",
        "collect_on_delivery",
        "expect_cash",
        "take_deposit",
        "pack",
        "purchase",
        "plan_production",
        "describe_item",
        "record_feed",
        "set_quota",
        "set_coupon",
        "set_credit",
    }
    | {"complain", "ask_refund_only", "ask_repair", "claim_on_carrier", "record_arrival"}
    | {"report_shipped"}
    | {"ask_return", "ask_reissue", "ask_exchange", "ship_direct", "draft", "hold_stock", "expect"}
    | {"send_transfer", "add_waybills", "receive"}
)
"""The verbs that open the document that they are called on; of all others it must be there."""


def scan_fits(d: Desk) -> bool:
    """A scan says what can be: in order, twice, or late; and nobody had given the goods up."""
    makes_sense = {
        "shipped": ("in transit", "ready to collect", "delivered", "return to sender", "lost"),
        "ready to collect": (
            *("in transit", "ready to collect", "delivered", "return to sender", "lost"),
        ),
        "delivered": ("in transit", "ready to collect", "delivered"),
        "lost": ("lost", "delivered", "return to sender"),
        "going back": ("in transit", "return to sender", "lost"),
    }
    turns_up = d.arg("status") == "delivered" and not d.stands("delivered")
    if turns_up and d.mine("cancelled", tag="parcel"):
        return False
    return d.arg("status") in makes_sense.get(d.paper.state, ())


def return_scan_fits(d: Desk) -> bool:
    id, status = d.call.ref.id, d.arg("status")
    road = units(d.order, "going back", "lost", where=lambda tag: tag.returning == id)
    can_be_lost = d.stands("approved") or road > 0
    if status == "return to sender" or (status == "lost" and not can_be_lost):
        return False
    return d.stands("approved", "going back", "received")


def reported(d: Desk, order: Order, *states: str, where: Where = anywhere) -> bool:
    """A report says no more than can be, of an order that is not over."""
    return order.state not in OVER and d.there(order, *states, where=where)


KEPT_IN: Final = ("captured", "part refunded")
BALANCES: Final = ("deposit taken", "balance open", "balance overdue")


def notice_fits(d: Desk) -> bool:
    makes_sense = {
        "authorised": ("awaiting",),
        "captured": (*WAITS, "part captured"),
        "failed": ("awaiting", "authorised", "part captured", *BALANCES),  # the payer tries again
        "voided": ("awaiting", "authorised", "part captured", "due at door"),
    }
    if d.arg("notice") == "captured" and d.paper.meant and d.stands("expired", "voided"):
        return True  # it pays its order, or goes back by itself
    if d.arg("notice") == "captured" and d.paper.forfeited and d.stands(*KEPT_IN):
        return True  # all of a balance: its order stands again, or it goes back by itself
    if d.arg("notice") == "captured" and d.stands("authorised", "part captured"):
        return bool(d.paper.captured + d.arg("amount").minor <= d.paper.authorised)
    return d.stands(*makes_sense[d.arg("notice")])


def answer_fits(d: Desk) -> bool:
    """It is what was asked, as it was asked, of a payment that waits for it; or it says so again.

    That money cannot go back is always looked into, and that it is kept ready for nobody.
    """
    one, outcome = d.paper.request(d.arg("request")), d.arg("outcome")
    if one is None or one.outcome != "pending":
        return one is not None and outcome in (one.outcome, "pending")
    if outcome == "failed":
        kept_on = one.kind == "void" and d.stands("authorised", "part captured")
        return bool(one.kind != "refund") and not (kept_on and wanted_by_none(d))
    if one.kind == "authorise":
        return d.stands("awaiting")
    if one.kind == "capture" and d.stands("deposit taken", "balance open", "balance overdue"):
        orders = [d.get("order", one.order) for one in d.paper.meant]
        goes_back = any(is_cancelled(order) for order in orders)
        return goes_back or one.amount <= still_to_come(d)
    if one.kind == "capture" and d.paper.authorised:
        room = d.paper.authorised - d.paper.captured
        return d.stands("authorised", "part captured") and bool(one.amount <= room)
    return one.kind != "capture" or d.stands("awaiting")


def arrival_fits(state: str) -> Row:
    return lambda d: is_asked(d, d.paper, state)


def shipment_fits(d: Desk) -> bool:
    """A parcel that left is known; else something of the dispatch, and nothing holds it here."""
    if not d.fresh:
        return not d.stands("packed", "cancelled") or (
            d.stands("packed") and not d.paper.holds and not any(one.holds for one in d.orders())
        )
    id = d.arg("dispatch")
    orders = [d.get("order", name) for name in d.get("dispatch", id).orders]
    there = sum(
        count(line, "released", "picked", where=lambda tag: tag.dispatch == id)
        for order in orders
        for line in order.lines
    )
    return there > 0 and not any(order.holds for order in orders)


def shipped_direct_fits(d: Desk) -> bool:
    return is_asked(d, d.get("purchase", d.arg("purchase")), "buying")


def is_asked(d: Desk, paper: Any, state: str) -> bool:
    """All that is reported, for the named order or for each, somebody was asked for."""
    id = paper.ref.id
    named = d.arg("order")
    orders = [d.get("order", named)] if named else d.orders(paper)
    return all(d.there(order, state, where=lambda tag: tag.peg == id) for order in orders)


FITS: Final[Mapping[str, Row]] = {
    "answer": lambda d: d.stands("awaiting customer"),
    "confirm_receipt": lambda d: units(d.paper, "delivered") > 0,
    "record_scan": scan_fits,
    "receive_back": lambda d: (
        d.stands("shipped", "ready to collect", "lost", "going back")
        and not d.mine("cancelled", tag="parcel")
    ),
    "accept_dispatch": lambda d: not d.stands(*CLOSED),
    "refuse_dispatch": lambda d: (
        d.stands("created", "sent") and not d.mine("packed", tag="dispatch")
    ),
    "refuse_cancel_dispatch": lambda d: d.stands("cancel asked", "accepted"),
    "recall": lambda d: not d.stands(*CLOSED),
    "pick": lambda d: not d.stands(*CLOSED),
    "pick_short": lambda d: bool(d.mine("released", tag="dispatch")) and not d.arg("lines"),
    "report_shipped": shipment_fits,
    "report_missing": lambda d: reported(
        d, d.paper, "delivered", "shipped", "ready to collect", "sent back"
    ),
    "found": lambda d: units_found(d),
    "record_return_scan": return_scan_fits,
    "receive_return": lambda d: (
        d.stands("approved", "going back", "received")
        and reported(
            d,
            d.order,
            *("delivered", "going back", "lost"),
            where=lambda tag: tag.returning == d.call.ref.id,
        )
    ),
    "record_notice": notice_fits,
    "record_answer": answer_fits,
    "settle_dispute": decision_fits,
    "answer_cash_change": lambda d: d.paper.cash_asked is not None,
    "remit": lambda d: d.arg("amount").minor <= d.paper.with_carrier,
    "collect_on_delivery": lambda d: (
        d.order.cash_on_delivery
        and (d.fresh or d.stands(*TAKES_CASH))
        and d.arg("amount").minor <= owing(d.order)
    ),
    "accept_purchase": lambda d: d.stands("sent"),
    "refuse_purchase": lambda d: d.stands("created", "sent"),
    "record_shortfall": lambda d: (
        units(d.order, "buying", where=lambda tag: tag.peg == d.call.ref.id) > 0
        and all(any(line.id == name for line in d.order.lines) for name in d.wanted())
    ),
    "refuse_cancel_purchase": lambda d: d.stands("cancel asked"),
    "cancel_purchase": lambda d: d.stands("created", "sent", "accepted", "cancel asked"),
    "receive_purchase": arrival_fits("buying"),
    "ship_direct": shipped_direct_fits,
    "inspect_production": lambda d: d.stands("in production"),
    "rework": lambda d: d.stands("inspecting"),
    "finish_production": arrival_fits("making"),
}
"""What has happened outside fits what we know, or else somebody has to look: a hold asks."""


def units_found(d: Desk) -> bool:
    """What was missing, or was lost when it was sent back, is with its customer after all."""
    order = d.order
    n = {
        line.id: count(line, "missing") + count(line, "lost", where=lambda tag: bool(tag.returning))
        for line in order.lines
    }
    there = (
        all(m <= n.get(line, 0) for line, m in d.wanted().items())
        if d.wanted()
        else any(n.values())
    )
    return there and order.state not in OVER


@attrs.frozen
class Business:
    """The second opinion, under a host's rules."""

    window_days: int = 14
    receipt_days: int = 0
    replace_first: bool = False
    protection_days: int = 0
    compensated_most: int = 0

    def allows(self, seen: Seen, call: Call[Any]) -> bool | None:
        desk = self._desk(seen, call)
        row = ROWS[call.verb]
        return (call.verb in NEW or desk.paper is not None) and row(desk)

    def _desk(self, seen: Seen, call: Call[Any]) -> Desk:
        days = (self.window_days, self.receipt_days, self.replace_first, self.protection_days)
        return Desk(seen, call, *days, self.compensated_most)

    def comes(self, seen: Seen, call: Call[Any], after: Mapping[Ref[Any], Document]) -> str:
        """What has happened outside sets a hold exactly when somebody has to look into it."""
        fits = FITS.get(call.verb)
        if fits is None:
            return ""
        desk = self._desk(seen, call)
        before = codes(desk.paper)
        now = codes(after.get(call.ref, desk.paper))
        if fits(desk):
            return f"it fits, and {', '.join(now - before)} is asked" if now - before else ""
        return "" if now else "it does not fit, and nobody is asked to look into it"


def codes(document: Any) -> set[str]:
    return set() if document is None else {hold.code for hold in document.holds}
