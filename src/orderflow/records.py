"""The documents: what is kept about an order and what it meets on its way.

It knows which values a document holds, and refuses to know how they change: that is `facts.py`.

An order line is a bag of *spots*: so many units stand in this state, in this *slice*.
A slice is a frozen tag, empty by default, so a plain shop never sees it.
Nothing but the bag counts units: a dispatch, a parcel and a return hold no counts of their own, and
their contents are views of the bags.

Documents of their own are those that may join several orders: payment, dispatch, parcel, return,
exchange, reissue, complaint, carrier claim, purchase, work order, stock hold, supply row, lot,
item, quota, feed, coupon, credit line; invoice, credit note and their series, which stand in
`bills.py`; stored value, which is in `tenders.py`.
All amounts are whole minor units of the document's currency, all quantities whole units of the SKU,
all times aware.
People and addresses are references; nothing here reads a name or a street.

One file, though long: it is a list of values to look things up in, and they name one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import attrs

from orderflow.bills import CreditNote, Invoice, Series
from orderflow.calls import Ref
from orderflow.errors import BadInput
from orderflow.money import Money, Rounding, positive, share
from orderflow.states import (
    ONWARD,
    CarrierClaimState,
    ComplaintState,
    OrderState,
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
from orderflow.tenders import StoredValue, TenderBook
from orderflow.thresholds import Terms
from orderflow.tracking import Scan
from orderflow.tracking.pieces import of_piece
from orderflow.values import Position


@attrs.frozen(weakref_slot=False)
class Slice:
    """The tag of a spot: what is true of these units and not of others of the line."""

    location: str = ""
    lot: str = ""
    grade: str = ""  # empty is sound; "second", "damaged"
    serial: str = ""
    owner: str = ""  # empty is ourselves
    supplier: str = ""
    dispatch: str = ""
    parcel: str = ""
    returning: str = ""  # the id of the return that asks for them
    invoice: str = ""  # the bill that these units are on
    credit: str = ""
    price_version: str = ""
    peg: str = ""  # the supply row, purchase or work order that they wait for
    stage: str = ""  # the host's own, within the state
    pools: tuple[str, ...] = ()  # the quotas and limits that they count against
    ready_by: datetime | None = None  # when their goods must be there, while the peg may change
    promised: datetime | None = None  # the date that the customer was told
    condition: str = ""  # what it was like when it came back, by the host's own names


PLAIN: Final = Slice()


@attrs.frozen(weakref_slot=False)
class Spot:
    """So many units stand in this state, in this slice."""

    state: UnitState
    n: int
    slice: Slice = PLAIN


class CutKind(StrEnum):
    """What happened to the money of some unit indices of a line."""

    BILLED = "billed"  # due: they have left with a parcel, or were redeemed
    GIVEN_UP = "given up"  # cancelled or returned: the customer owes nothing for them
    INVOICED = "invoiced"  # on an invoice
    CREDITED = "credited"  # on a credit note: off their invoice again


@attrs.frozen(weakref_slot=False)
class Cut:
    """What happened to unit indices `start` to `stop` (excluded) of a line, on `document`."""

    kind: CutKind
    start: int
    stop: int
    document: str = ""


class Fixing(StrEnum):
    """When the amount of a line is fixed; until then it is an estimate."""

    PLACING = "placing"
    BALANCE = "balance"  # of a presale: at the price of the day on which its balance is asked for
    WEIGHING = "weighing"  # of goods that are ordered by the piece and sold by weight
    DELIVERY = "delivery"  # at the price of the day of delivery


@attrs.frozen(weakref_slot=False)
class PriceRange:
    """Unit indices `start` to `stop` (excluded) of a line have this price, for `per` units.

    `version` names the price list or agreement that it is of. Weighed units have weighed `grams`
    together, and their price is for `per` grams. An amount that is not `fixed` is an estimate.
    """

    start: int
    stop: int
    price: Decimal
    per: int
    version: str = ""
    grams: int = 0
    fixed: bool = True

    def part(self, start: int, stop: int) -> PriceRange:
        """The same for some of its indices, with their part of what it weighs."""
        n = self.stop - self.start
        grams = share(self.grams, n, start - self.start, stop - self.start)
        return PriceRange(start, stop, self.price, self.per, self.version, grams, self.fixed)


@attrs.frozen(weakref_slot=False)
class Line:
    """One line of an order: so many units of a SKU, at a price fixed at placing.

    `n` is in the SKU's smallest unit; `unit` and `scale` say what that is; `price` is for `per`
    units, in the order's currency, and becomes an amount by one `rounding`.
    `spots` sum to `n`. A `service` is redeemed instead of shipped.
    With a `kit` it is a part of that kit of the order, `per_kit` units of it in each.
    `fixed` says when its amount is; goods sold by weight have `grams_each` in a piece until they
    are weighed, and their price is for `per` grams. `prices` are those of unit indices that are not
    at `price` any more, or have a version. `gift_for` are the lines or the offer that earned it.
    """

    id: str
    sku: str
    n: int
    price: Decimal
    per: int
    unit: str
    scale: int
    spots: tuple[Spot, ...]
    cuts: tuple[Cut, ...] = ()
    promised: datetime | None = None
    service: bool = False
    kit: str = ""
    per_kit: int = 0
    rounding: Rounding = Rounding.HALF_UP
    fixed: Fixing = Fixing.PLACING
    grams_each: int = 0
    gift_for: tuple[str, ...] = ()
    prices: tuple[PriceRange, ...] = ()

    def count(self, *states: UnitState) -> int:
        """How many units stand in these states."""
        return sum(spot.n for spot in self.spots if spot.state in states)


@attrs.frozen(weakref_slot=False)
class Kit:
    """A kit as it was ordered: `n` of its SKU at a price for `per`, in the order's currency.

    It has no units: its parts are the lines that name it.
    """

    id: str
    sku: str
    n: int
    price: Decimal
    per: int = 1
    unit: str = "piece"


@attrs.frozen(weakref_slot=False)
class Span:
    """The part of a charge that unit indices `start` to `stop` (excluded) of a line carry."""

    line: str
    start: int
    stop: int
    amount: int


class ChargeKind(StrEnum):
    """What a charge is for."""

    GOODS = "goods"
    DISCOUNT = "discount"
    TAX = "tax"
    FREIGHT = "freight"
    FEE = "fee"
    PRICE = "price"  # a change of what goods cost, more or less
    ROUNDING = "rounding"  # between the tax of an order and that of its invoice, more or less
    CASH = "cash rounding"  # what an order is rounded by to a coin, more or less: on no invoice


@attrs.frozen(weakref_slot=False)
class Because:
    """Why goods that came back made a charge: the rule, and the figures that it looked at.

    `document` is the return, `of` the charge that is taken back, where it is of one. `figures` are
    (name, text) pairs; amounts are in the main unit of the order's currency.
    """

    rule: str
    document: str = ""
    of: str = ""
    figures: tuple[tuple[str, str], ...] = ()


@attrs.frozen(weakref_slot=False)
class Charge:
    """An amount that the order costs, in minor units; negative for a discount.

    Its `spans` share `amount` between unit indices of lines; without spans (freight, a fee) it
    belongs to the order as a whole.
    `bearer` pays for a discount: empty is the seller, else the platform's, supplier's or brand's
    reference. `terms` are what it was given for; `because` says which rule of a refund made it.
    """

    id: str
    kind: ChargeKind
    amount: int
    spans: tuple[Span, ...] = ()
    bearer: str = ""
    reason: str = ""
    terms: Terms | None = None
    because: Because | None = None


@attrs.frozen(weakref_slot=False)
class Hold:
    """Why a document may not go on: a code, a sentence, who set it, and the moves that it blocks.

    `onward` among them is whatever brings the document further; without any it blocks nothing, and
    is a question that somebody must look into.
    """

    code: str
    reason: str
    by: str
    blocks: tuple[str, ...] = ONWARD


@attrs.frozen(weakref_slot=False)
class Tender:
    """What one payment has paid of an order, in minor units, less what went back."""

    payment: str
    applied: int


@attrs.frozen(weakref_slot=False)
class SentAgain:
    """So many units of a line go out again by a reissue; `done` once that is settled.

    `astray` of them were lost or missing; the rest is with the customer, and faulty.
    """

    reissue: str
    line: str
    n: int
    done: bool = False
    astray: int = 0


@attrs.frozen(weakref_slot=False)
class Door:
    """A payment that is due at the door of an order, in minor units, with `parcel` where named.

    `amount` is what is to be collected, or what the carrier was asked to collect instead.
    """

    payment: str
    amount: int
    parcel: str = ""


@attrs.frozen(weakref_slot=False)
class Ready:
    """What a gateway keeps ready of a payment for an order, in minor units.

    As a `deposit` it is all of the first part of a price that is paid in two.
    """

    payment: str
    amount: int
    deposit: bool = False


@attrs.frozen(weakref_slot=False)
class PoolClaim:
    """What an order as a whole claims of a pool: a use of a coupon, or what it owes on account.

    `due` is when what it owes is to be paid; without one, nobody has said yet.
    """

    pool: str
    n: int
    due: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Destination:
    """Where an order goes: an address token, and what allocation may read of it.

    Degrees are in millionths; without them, nothing is near or far. `zone` is the time zone of the
    customer's clocks, where it is known.
    """

    address: str = ""
    region: str = ""
    latitude_e6: int | None = None
    longitude_e6: int | None = None
    zone: str = ""


@attrs.frozen(weakref_slot=False)
class Instalment:
    """A part of what an order costs, in minor units, and the instant until which it is to come."""

    amount: int
    due_at: datetime


@attrs.frozen(weakref_slot=False)
class Plan:
    """By when an order is paid in which parts, and which moves one that is overdue blocks.

    Those until `missed` are overdue under a hold, as long as the order has that hold.
    """

    instalments: tuple[Instalment, ...] = ()
    blocks: tuple[str, ...] = ONWARD
    missed: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Compensation:
    """What a customer was paid beyond what his order costs, in minor units, and for which reason.

    It went to the account that `payee` refers to, or onto the balance `stored`; below zero it came
    back from there. `bearer` makes it good to us; without one, we bear it.
    """

    reason: str
    amount: int
    bearer: str = ""
    payee: str = ""
    stored: str = ""


@attrs.frozen(weakref_slot=False)
class Order:
    """An order: its lines with their bags, its charges and its named holds."""

    ref: Ref[Order]
    state: OrderState
    currency: str
    customer: str  # a person's reference
    lines: tuple[Line, ...]
    charges: tuple[Charge, ...]
    placed_at: datetime
    seller: str = ""
    channel: str = ""
    shop: str = ""
    number: str = ""  # the channel's own, unique there
    cash_on_delivery: bool = False
    priority: int = 0  # lower is more urgent
    pay_by: datetime | None = None
    destination: Destination = Destination()
    holds: tuple[Hold, ...] = ()
    tenders: tuple[Tender, ...] = ()
    parent: str = ""  # the order that this one sends goods again for
    received_at: datetime | None = None  # when the customer confirmed the receipt
    sent_again: tuple[SentAgain, ...] = ()  # by reissues that were neither rejected nor cancelled
    kits: tuple[Kit, ...] = ()
    invoices: tuple[str, ...] = ()  # in the order in which they were issued
    credit_notes: tuple[str, ...] = ()
    plan: Plan | None = None
    coupons: tuple[str, ...] = ()  # the codes that it uses
    on_account: bool = False  # it goes out unpaid, on the credit of its customer
    pools: tuple[PoolClaim, ...] = ()  # what it claims as a whole, beside what its units claim
    doors: tuple[Door, ...] = ()  # where carriers are to collect cash for it
    ready: tuple[Ready, ...] = ()  # what gateways keep ready for it, and have not captured
    awaited: tuple[str, ...] = ()  # the payments for it that wait, or are kept ready
    compensations: tuple[Compensation, ...] = ()  # what was paid beside it, in that order
    tier: str = ""  # of its customer, as the host names them
    contact: str = ""  # whom its customer was told to turn to after the sale

    def line(self, id: str) -> Line | None:
        """The line of that id."""
        for line in self.lines:
            if line.id == id:
                return line
        return None

    def by_id(self) -> dict[str, Line]:
        """Its lines by their ids, for whoever looks for many."""
        return {line.id: line for line in self.lines}

    def units(self) -> Iterator[tuple[Line, Spot]]:
        """Every spot with its line."""
        for line in self.lines:
            for spot in line.spots:
                yield line, spot

    @property
    def applied(self) -> int:
        """What has been paid and not gone back, in minor units."""
        return sum([tender.applied for tender in self.tenders])


@attrs.frozen(weakref_slot=False)
class Application:
    """So much of a payment is applied to an order, in minor units."""

    order: str
    amount: int


class MoneyAccount(StrEnum):
    """Where money of a payment stands."""

    PAYER = "payer"  # outside: what came in counts below zero here
    UNAPPLIED = "unapplied"
    APPLIED = "applied"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged back"
    CARRIER = "carrier"  # owed by the carrier: collected, not yet remitted
    BANK = "bank"  # with us
    STORED = "stored"  # refunded onto a balance that we keep
    FORFEITED = "forfeited"  # applied to no order any more: a deposit that is ours
    FEES = "fees"  # kept by the carrier for collecting


@attrs.frozen(weakref_slot=False)
class Remitted:
    """A row of a carrier's remittance file: so much cash of a payment, and the fee that it kept.

    Both are minor units; `row` is the number of its line in the file.
    """

    remittance: str
    row: int
    amount: int
    fee: int


class RequestKind(StrEnum):
    """What a gateway can be asked to do with a payment."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"  # what was authorised and not captured


class Outcome(StrEnum):
    """What came of asking a gateway."""

    PENDING = "pending"  # nobody knows yet
    DONE = "done"
    FAILED = "failed"


class Notice(StrEnum):
    """What a gateway reports of a payment."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"


@attrs.frozen(weakref_slot=False)
class Reported:
    """What a gateway has reported under a name of its own: by a notice, or in answer to `request`.

    One name may stand for several events, such as that of the charge for what was authorised and
    what was captured of it; so an event is known by its name together with what has happened.
    """

    notice: Notice
    event: str
    amount: int  # as it was said
    request: str = ""
    units: int | None = None  # of a tender in another unit, where they were named


@attrs.frozen(weakref_slot=False)
class Request:
    """What a gateway was asked to do with a payment, and what it has answered.

    What is asked is reserved: so much less of it can be asked again. `order` is that from which a
    refund is taken, empty for money that no order has used; `units` is what went or came along with
    it of a payment in another currency or in points. `tries` is how often it was sent; until
    `busy_until` somebody waits for the reply, and nobody else sends it.
    """

    id: str
    kind: RequestKind
    amount: int
    at: datetime
    order: str = ""
    outcome: Outcome = Outcome.PENDING
    tries: int = 0
    busy_until: datetime | None = None
    done: int = 0  # what the gateway has done, where that is another amount
    reference: str = ""  # the gateway's own name of what it has done
    event: str = ""
    booked: int = 0  # what has come or gone back for it, which may be other than was said last
    units: int | None = None


@attrs.frozen(weakref_slot=False)
class Payment:
    """A payment: one tender, applied to any number of orders.

    Captured = applied + unapplied + refunded + charged back, whatever comes in whatever order.
    `with_carrier` is the part of captured that a carrier still owes us, `disputed` the part of
    charged back about which the payer's bank has not decided yet.
    With a `deposit` the amount comes in two parts, the deposit and its balance.
    `due_for` is the order for which a carrier is to collect it at the door, with `parcel` where it
    is for one of several parcels; `fees` is what the carrier has kept for that, and `remitted` what
    its remittance files have said of it; `cash_asked` what it was asked to collect instead.
    `tendered` are its books in another currency or in points, where it came in such. What was
    `spent` is claimed of the balance `stored`, in units of that, and `outside` is left of money
    that such a payment got from elsewhere; `credited` is the part of refunded that went onto such a
    balance and stays with us. `forfeited` is the part of applied that was
    kept of a deposit; it is on no order any more. A balance that is missed `forfeits` the deposit
    where that was said when it was opened.
    `authorised` is what a gateway keeps ready of the payer's money, `authorised_at` when he has
    let it, `requests` what it was asked, and `by_gateway` the part of captured that has come by it.
    """

    ref: Ref[Payment]
    state: PaymentState
    method: str
    amount: int  # asked for; of a deposit, the whole price
    currency: str
    payer: str = ""
    expires_at: datetime | None = None
    captured: int = 0
    unapplied: int = 0
    refunded: int = 0
    charged_back: int = 0
    with_carrier: int = 0
    applications: tuple[Application, ...] = ()
    holds: tuple[Hold, ...] = ()
    events: tuple[Reported, ...] = ()  # what has a name of the gateway's own
    deposit: int = 0
    disputed: int = 0
    due_for: str = ""
    tendered: TenderBook | None = None
    stored: str = ""
    spent: int = 0
    credited: int = 0
    forfeited: int = 0
    forfeits: bool = False
    parcel: str = ""
    fees: int = 0
    remitted: tuple[Remitted, ...] = ()
    authorised: int = 0
    requests: tuple[Request, ...] = ()
    meant: tuple[Application, ...] = ()  # what is to become of it by itself when it comes
    cash_asked: int | None = None
    by_gateway: int = 0
    balance_from: datetime | None = None  # from when on the balance is to be asked for
    outside: int = 0
    missed: tuple[str, ...] = ()  # orders that owed their balance when its limit was over
    balance_was: PaymentState | None = None  # where it stood when all went back or was disputed
    authorised_at: datetime | None = None
    taken: tuple[Application, ...] = ()  # what of disputed was taken from which order
    unwanted_since: datetime | None = None  # since when no order wants its money, while it is open

    @property
    def applied(self) -> int:
        """What stands on orders, and what was forfeited."""
        return sum(application.amount for application in self.applications) + self.forfeited

    def asked(self, kind: RequestKind) -> int:
        """What a gateway was asked to do and has not answered for, in minor units."""
        open_yet = (one for one in self.requests if one.outcome is Outcome.PENDING)
        return sum([one.amount for one in open_yet if one.kind is kind])

    @property
    def refunding(self) -> int:
        """The part of what is refunded for which the gateway has not answered yet."""
        return self.asked(RequestKind.REFUND)

    def request(self, id: str) -> Request | None:
        """The request of that id."""
        return next((one for one in self.requests if one.id == id), None)


@attrs.frozen(weakref_slot=False)
class Dispatch:
    """What a warehouse is asked to ship of an order (发货单). Its units carry its id."""

    ref: Ref[Dispatch]
    state: RequestState
    location: str
    orders: tuple[str, ...]
    holds: tuple[Hold, ...] = ()


class BookingState(StrEnum):
    """How far a carrier is with the label of a parcel."""

    ASKED = "asked"
    BOOKED = "booked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # it was never sent
    CANCEL_ASKED = "cancel asked"
    CANCELLED = "cancelled"
    NOT_CANCELLED = "not cancelled"


@attrs.frozen(weakref_slot=False)
class AddedServices:
    """What a carrier is to do besides carrying (增值服务), and for how much.

    `insured` is the value that he answers for (保价), `collect` the cash that he takes at the door
    (代收货款), `signature` that somebody signs.
    """

    insured: Money | None = None
    collect: Money | None = None
    signature: bool = False

    def __attrs_post_init__(self) -> None:
        for name in ("insured", "collect"):
            money = getattr(self, name)
            if money is not None:
                positive(money, path=f"added.{name}")
        if type(self.signature) is not bool:
            raise BadInput("added.signature", "yes or no is wanted")


@attrs.frozen(weakref_slot=False)
class Booking:
    """What a carrier was asked for a parcel, and what came of it.

    `tries` is how often it, or its cancelling, was sent; until `busy_until` somebody waits for the
    reply, and nobody else sends it. `tracking` is the number of its label, and `reference` the
    carrier's own name for the shipment, where that is another one.
    """

    id: str
    carrier: str
    at: datetime
    service: str = ""
    state: BookingState = BookingState.ASKED
    tries: int = 0
    busy_until: datetime | None = None
    tracking: str = ""
    added: AddedServices = AddedServices()
    reference: str = ""


@attrs.frozen(weakref_slot=False)
class Parcel:
    """A parcel: what travels together. Its units carry its id, of one order or of several."""

    ref: Ref[Parcel]
    state: ParcelState
    orders: tuple[str, ...]
    location: str
    weight_grams: int = 0
    carrier: str = ""
    tracking: str = ""
    handed_over_at: datetime | None = None
    delivered_at: datetime | None = None
    holds: tuple[Hold, ...] = ()
    scans: tuple[Scan, ...] = ()  # each once, in the order of their instants
    by_hand: bool = False  # a person has said where it is: scans correct nothing of that
    silent_at: datetime | None = None  # from when on it is chased, where nothing is heard of it
    late_at: datetime | None = None  # from when on it is late; `None` once it was chased for that
    waybill: str = ""  # the number of all pieces, where it is one of several under one waybill
    bookings: tuple[Booking, ...] = ()
    claims: tuple[str, ...] = ()  # on its carrier, by their ids
    marks: tuple[str, ...] = ()  # that stand on it
    redirected: str = ""  # the address that it is to be brought to instead, by its token
    manifest: str = ""  # the name under which it left with others

    def booking(self, id: str) -> Booking | None:
        """The booking of that name."""
        return next((one for one in self.bookings if one.id == id), None)

    @property
    def told(self) -> tuple[Scan, ...]:
        """The scans that tell where it is: of a piece those of its own number, where it has one."""
        return of_piece(self.scans, self.tracking, self.waybill)


@attrs.frozen(weakref_slot=False)
class Return:
    """A return: what a customer wants to give back. Its units carry its id.

    `words` say what is the matter, `evidence` and `talks` are references of pictures and films, and
    of what staff and customer have said. So many pieces are wanted before somebody agrees.
    `brought` is what its accepted units have taken off the price of their order, in minor units, as
    each inspection fixed it; `None` where the journal is older than that note.
    """

    ref: Ref[Return]
    state: ReturnState
    order: str
    reason: str
    location: str = ""  # where it was received
    holds: tuple[Hold, ...] = ()
    until: datetime | None = None  # when silence means something
    words: str = ""
    evidence: tuple[str, ...] = ()
    evidence_wanted: int = 0
    talks: tuple[str, ...] = ()
    brought: int | None = None
    repair: bool = False  # its goods are to be mended, and stay their customer's
    resent: str = ""  # the number of the parcel by which rejected goods go to their customer
    carrier: str = ""  # who brings the goods back by a label of ours, and its number
    tracking: str = ""
    bookings: tuple[Booking, ...] = ()
    scans: tuple[Scan, ...] = ()  # each once, in the order of their instants

    def booking(self, id: str) -> Booking | None:
        """The booking of that name."""
        return next((one for one in self.bookings if one.id == id), None)

    @property
    def lacks_evidence(self) -> bool:
        """Whether less of it has come than is wanted."""
        return len(self.evidence) < self.evidence_wanted


@attrs.frozen(weakref_slot=False)
class Reissue:
    """Goods that go out again for an order (补发): units of its lines, for a reason.

    `anew` is the order that sends them, with a bag of its own; empty until it is approved.
    """

    ref: Ref[Reissue]
    state: ReplacementState
    order: str
    reason: str
    lines: tuple[tuple[str, int], ...]  # (line id, units) of the order
    anew: str = ""
    holds: tuple[Hold, ...] = ()
    until: datetime | None = None  # when silence means something


@attrs.frozen(weakref_slot=False)
class Exchange:
    """Goods come back by a return, and others go out for them by the order `anew` (换货).

    `wanted` are the lines that the new order will have, at the prices that were agreed. `paid_over`
    is what of the money that the return brought has paid the new order, in minor units.
    """

    ref: Ref[Exchange]
    state: ReplacementState
    order: str
    reason: str
    returned: str  # the return
    wanted: tuple[Line, ...]
    anew: str = ""
    holds: tuple[Hold, ...] = ()
    until: datetime | None = None  # when silence means something
    paid_over: int = 0


@attrs.frozen(weakref_slot=False)
class Complaint:
    """What a customer complains of without giving anything back: for money, or for an answer.

    `lines` are pairs of a line's id and how many units of it are meant, of which `amount` is asked
    in minor units (仅退款); both are empty where an answer is wanted. `granted` is by how much they
    cost less. `words`, `evidence` and `talks` are as those of a return.
    """

    ref: Ref[Complaint]
    state: ComplaintState
    order: str
    reason: str
    lines: tuple[tuple[str, int], ...] = ()
    amount: int = 0
    granted: int = 0
    answer: str = ""
    until: datetime | None = None  # when silence means something
    words: str = ""
    evidence: tuple[str, ...] = ()
    evidence_wanted: int = 0
    talks: tuple[str, ...] = ()

    @property
    def lacks_evidence(self) -> bool:
        """Whether less of it has come than is wanted."""
        return len(self.evidence) < self.evidence_wanted


class ClaimCause(StrEnum):
    """What became of a parcel that its carrier is to make good."""

    LOST = "lost"
    DAMAGED = "damaged"
    LATE = "late"


@attrs.frozen(weakref_slot=False)
class CarrierClaim:
    """What a carrier is asked to make good for a parcel (快递理赔), in minor units.

    `amount` is what was asked, `accepted` what the carrier has agreed to, `paid` what came.
    """

    ref: Ref[CarrierClaim]
    state: CarrierClaimState
    parcel: str
    orders: tuple[str, ...]  # those of the parcel
    carrier: str
    cause: ClaimCause
    amount: int
    currency: str
    reason: str = ""
    accepted: int = 0
    paid: int = 0
    until: datetime | None = None  # when silence means something

    @property
    def owed(self) -> int:
        """What the carrier owes of it now."""
        is_open = self.state in (CarrierClaimState.ACCEPTED, CarrierClaimState.OVERDUE)
        return self.accepted if is_open else 0


@attrs.frozen(weakref_slot=False)
class Purchase:
    """What a supplier is asked to supply for orders (采购单). Its units carry its id as their peg.

    Goods come to `location`, or go straight to the customer where that is empty. `cost` is what the
    supplier asks for all of it, in minor units; neither customer nor other suppliers see it.
    """

    ref: Ref[Purchase]
    state: RequestState
    supplier: str  # a party's reference
    orders: tuple[str, ...]
    location: str = ""
    cost: int = 0
    currency: str = ""
    holds: tuple[Hold, ...] = ()
    sent_at: datetime | None = None  # before that, its supplier does not know of it


@attrs.frozen(weakref_slot=False)
class WorkOrder:
    """What production is asked to make for orders (生产单). Its units carry its id as their peg."""

    ref: Ref[WorkOrder]
    state: WorkOrderState
    location: str  # where the finished goods will stand
    orders: tuple[str, ...]
    holds: tuple[Hold, ...] = ()


@attrs.frozen(weakref_slot=False)
class StockHold:
    """A claim with an expiry: from `until` on it counts as free, unless it was confirmed."""

    ref: Ref[StockHold]
    state: StockHoldState
    position: Position
    n: int
    until: datetime | None


class Origin(StrEnum):
    """Where goods that are to come will come from."""

    SUPPLIER = "supplier"
    PRODUCTION = "production"
    TRANSFER = "transfer"  # from another warehouse of ours


@attrs.frozen(weakref_slot=False)
class Supply:
    """Goods that are to come: a purchase, a production order or a transfer.

    `expected` units were announced for `due`; `received` have come; `earmarked` of those wait at
    `position` for the orders that were promised them. `inspecting` have come and are to be
    inspected first; `rejected` came and were no good. Of a transfer, `on_road` are on the road
    between two warehouses, and `lost` did not arrive.
    """

    ref: Ref[Supply]
    state: SupplyState
    position: Position  # where they will stand, on hand
    expected: int
    due: datetime
    received: int = 0
    earmarked: int = 0
    origin: Origin = Origin.SUPPLIER
    source: str = ""  # the supplier's reference, or where a transfer comes from
    inspecting: int = 0
    rejected: int = 0
    on_road: int = 0
    lost: int = 0


@attrs.frozen(weakref_slot=False)
class Lot:
    """What was made or has come together of a SKU (批次); a `serial` is a lot of one.

    `expires_at` is the first instant at which it is no good any more. `received_at` is when it
    first came. A lot whose holds block anything is not allocated.
    """

    ref: Ref[Lot]
    sku: str
    lot: str
    received_at: datetime
    expires_at: datetime | None = None
    serial: bool = False
    holds: tuple[Hold, ...] = ()

    @property
    def state(self) -> str:
        """A lot walks no chart: whether it may be used follows from its holds."""
        return "held" if any(hold.blocks for hold in self.holds) else "usable"


def lot_id(sku: str, lot: str) -> str:
    """The id of a lot's document: `SKU/LOT`. A slash in the SKU is written so that none is taken
    for the one between."""
    return f"{sku.replace('%', '%25').replace('/', '%2F')}/{lot}"


@attrs.frozen(weakref_slot=False)
class SafetyRow:
    """`n` units stay unpromised at a warehouse, from an instant on or from ever.

    The latest row of a warehouse that has begun counts, until the next one begins.
    """

    location: str
    n: int
    since: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Item:
    """What is planned for a SKU, whose code is the document's id.

    `limit_per_buyer` is how many a customer may have in all, `None` where there is no limit;
    `quotas` are the ids of the quotas on its goods; `safety` is its safety stock, by warehouse and
    instant.
    """

    ref: Ref[Item]
    limit_per_buyer: int | None = None
    quotas: tuple[str, ...] = ()
    safety: tuple[SafetyRow, ...] = ()


@attrs.frozen(weakref_slot=False)
class Quota:
    """So many units of a source are kept for orders of a channel or customer, who get no more.

    An empty `channel` or `customer` means any. From `until` on what is left is free to all.
    `within` is the quota that this one is a part of: it then keeps units of that one, and not of
    the source itself. `left` is what it still keeps there, and `n` is that and what its members
    have: what they lose, or give up elsewhere, makes it smaller.
    """

    ref: Ref[Quota]
    position: Position
    n: int
    left: int
    channel: str = ""
    customer: str = ""
    within: str = ""
    until: datetime | None = None


FEED: Final = "feed:"
"""How the peg of units begins that are promised of a supplier's own stock."""


@attrs.frozen(weakref_slot=False)
class Ordered:
    """`n` units were asked of a supplier by a purchase or a supply row, at an instant."""

    ref: Ref[Document]
    n: int
    at: datetime


@attrs.frozen(weakref_slot=False)
class Feed:
    """What a supplier has of a SKU by his own word: `n` units, counted at `as_of`.

    `buffer` of them are never promised. What is ordered is at `location` when `lead_days` working
    days are over. From `until` on the assertion counts for nothing. `ordered` is what was asked of
    him that it does not know of.
    """

    ref: Ref[Feed]
    supplier: str
    sku: str
    location: str
    n: int
    as_of: datetime
    buffer: int = 0
    lead_days: int = 0
    until: datetime | None = None
    ordered: tuple[Ordered, ...] = ()

    @property
    def there(self) -> int:
        """How many units promises may rest on."""
        return max(0, self.n - self.buffer - sum([row.n for row in self.ordered]))

    @property
    def position(self) -> Position:
        """Where promises of it are counted: where its goods would come to."""
        return Position(self.sku, self.location, peg=feed_peg(self.supplier))


def feed_id(supplier: str, sku: str) -> str:
    """The id of a feed's document: `SUPPLIER/SKU`. A slash in the supplier's name is written so
    that none is taken for the one between."""
    return f"{supplier.replace('%', '%25').replace('/', '%2F')}/{sku}"


def feed_of(id: str) -> tuple[str, str]:
    """The supplier and the SKU that the id of a feed is made of; both empty where it is not one."""
    supplier, _, sku = id.partition("/")
    supplier = supplier.replace("%2F", "/").replace("%25", "%")
    return (supplier, sku) if sku and feed_id(supplier, sku) == id else ("", "")


def feed_peg(supplier: str) -> str:
    """The peg of units that are promised of a supplier's own stock."""
    return f"{FEED}{supplier}"


def feed_supplier(peg: str) -> str:
    """The supplier whose stock a peg is."""
    return peg.removeprefix(FEED)


def is_fed(peg: str) -> bool:
    """Whether a peg is a supplier's own stock, and no supply row."""
    return peg.startswith(FEED)


@attrs.frozen(weakref_slot=False)
class Coupon:
    """A code that orders may use: so often in all, so often by each customer, until an instant.

    `None` is without that limit; from `until` on no order is placed with it.
    """

    ref: Ref[Coupon]
    uses: int | None = None
    per_customer: int | None = None
    until: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Arrival:
    """Goods that came back and nobody waited for: what is left of them, as (SKU, units) pairs.

    They stand in quarantine at `location` until somebody says whose they are; `words` are what the
    parcel tells of itself.
    """

    ref: Ref[Arrival]
    location: str
    goods: tuple[tuple[str, int], ...]
    came_at: datetime
    words: str = ""
    until: datetime | None = None  # when silence means something


@attrs.frozen(weakref_slot=False)
class CreditLine:
    """How much a customer may owe on account in a currency, and in how many days it is to be paid.

    While any of its holds blocks something, nothing more is placed or released on it.
    """

    ref: Ref[CreditLine]
    customer: str  # a person's reference
    currency: str
    limit: int  # in minor units
    terms_days: int
    holds: tuple[Hold, ...] = ()


def credit_id(customer: str, currency: str) -> str:
    """The id of a customer's credit line in a currency: `CUSTOMER/CURRENCY`."""
    return f"{customer}/{currency}"


Charted: TypeAlias = (
    Order
    | Payment
    | Dispatch
    | Parcel
    | Return
    | Exchange
    | Reissue
    | Complaint
    | CarrierClaim
    | Purchase
    | WorkOrder
    | StockHold
    | Supply
    | Lot
)
"""The documents that walk a chart."""

Document: TypeAlias = (
    Charted
    | Item
    | Quota
    | Feed
    | Invoice
    | CreditNote
    | Series
    | StoredValue
    | Coupon
    | CreditLine
    | Arrival
)

KINDS: Final[dict[str, type[Document]]] = {
    "order": Order,
    "payment": Payment,
    "dispatch": Dispatch,
    "parcel": Parcel,
    "return": Return,
    "exchange": Exchange,
    "reissue": Reissue,
    "complaint": Complaint,
    "carrier claim": CarrierClaim,
    "purchase": Purchase,
    "work order": WorkOrder,
    "stock hold": StockHold,
    "supply": Supply,
    "lot": Lot,
    "item": Item,
    "quota": Quota,
    "feed": Feed,
    "invoice": Invoice,
    "credit note": CreditNote,
    "series": Series,
    "stored value": StoredValue,
    "coupon": Coupon,
    "credit line": CreditLine,
    "arrival": Arrival,
}
"""Each document's kind, as it stands in a `Ref`."""


def orders_of(document: Document) -> tuple[str, ...]:
    """The ids of the orders that a document is about, each once; an order is about its parent."""
    match document:
        case Order():
            return (document.parent,) if document.parent else ()
        case Payment():
            both = (*document.applications, *document.meant)
            return tuple(dict.fromkeys([one.order for one in both]))
        case Dispatch() | Parcel() | Purchase() | WorkOrder() | CarrierClaim():
            return tuple(dict.fromkeys(document.orders))
        case Invoice() | CreditNote():
            return document.orders
        case Return() | Exchange() | Reissue() | Complaint():
            return (document.order,)
        case StockHold() | Supply() | Lot() | Item() | Quota() | Feed() | Series() | StoredValue():
            return ()
        case Coupon() | CreditLine() | Arrival():
            return ()
        case _:
            assert_never(document)


def lots_of(document: Document) -> tuple[str, ...]:
    """The ids of the lots and serials that units of an order are of, each once, sorted."""
    if not isinstance(document, Order):
        return ()
    found: set[str] = set()
    for line in document.lines:
        for spot in line.spots:
            tags = spot.slice
            if tags.lot or tags.serial:
                found.update([lot_id(line.sku, name) for name in (tags.lot, tags.serial) if name])
    return tuple(sorted(found)) if found else ()


class MatterKind(StrEnum):
    """The accounts that goods stand on. The last six are outside."""

    SELLABLE = "sellable"
    STAGED = "staged"
    ROAD_OUT = "on the road out"
    ROAD_BACK = "on the road back"
    ROAD_BETWEEN = "on the road between"  # from one warehouse of ours to another
    QUARANTINE = "quarantine"
    DAMAGED = "damaged"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    PRODUCTION = "production"
    CARRIER = "carrier"  # lost or claimed
    WRITTEN_OFF = "written off"
    COUNT_DIFFERENCE = "count difference"


@attrs.frozen(weakref_slot=False)
class Transfer:
    """`n` units go from one account to another; each account is a kind at a position."""

    source: MatterKind
    source_at: Position
    target: MatterKind
    target_at: Position
    n: int


@attrs.frozen(weakref_slot=False)
class Claim:
    """`holder` claims `n` units at a position, until an instant or for good.

    `due` is when its goods must be there: a holder has one claim at a position for each date.
    """

    holder: Ref[Document]
    position: Position
    n: int
    until: datetime | None = None
    due: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Counter:
    """What is there at a position and what is claimed of it.

    At a position on hand, `there` is the sellable account; with a peg, what a supply row will
    bring for its promises; at a pool, its limit.
    `there` may fall below `claimed`, since a count is a fact: the difference is over-committed.
    """

    position: Position
    there: int
    claimed: int

    @property
    def left(self) -> int:
        """What is there less what is claimed: below zero where that is more."""
        return self.there - self.claimed

    @property
    def free(self) -> int:
        """What a new claim may take: never below zero."""
        return max(0, self.left)

    @property
    def over_committed(self) -> int:
        """Claims beyond what is there."""
        return max(0, -self.left)
