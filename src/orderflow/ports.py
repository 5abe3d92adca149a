"""What a host implements: the protocols, and what is asked through them.

It knows the questions that the library asks of storage, carriers, gateways, forecasts and people's
data, and refuses to know any answer to them.

A store keeps documents, the journal and both books, and applies a `Change` whole or not at all.
What it must guarantee is little and strict: a version guards each document, a counter guards each
new claim, a key guards each command.
Nothing else needs a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final, Protocol, TypeVar

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.money import Money
from orderflow.records import (
    Claim,
    Counter,
    Document,
    MatterKind,
    Outcome,
    Parcel,
    RequestKind,
    Return,
)
from orderflow.tenders import Tendered
from orderflow.tracking import Scan
from orderflow.values import Position, instant, text, whole

D = TypeVar("D", bound=Document)


@attrs.frozen
class Query:
    """What `find` looks for: documents of one kind of one tenant, in the order of their ids.

    Empty conditions do not narrow. `headline`, `customer`, `channel` and `number` are an order's;
    `due_by` finds what falls due until then. `hold` is the code of a hold that they have, `on_hold`
    finds what has any. `order` finds what is about that order: its parcels, its returns, its
    payments. `lot` is the id of a lot (`lot_id`) that units of an order are of. `archived` finds
    what was put away beside what goes on; a number, an order and a lot find both in any case.
    `after` is the id to go on from.
    """

    kind: str
    tenant: str = ""
    headline: str = ""
    customer: str = ""
    channel: str = ""
    number: str = ""
    due_by: datetime | None = None
    hold: str = ""
    on_hold: bool = False
    order: str = ""
    lot: str = ""
    archived: bool = False
    after: str = ""
    limit: int = 100

    @property
    def everywhere(self) -> bool:
        """Whether it finds what was put away, too."""
        return bool(self.archived or self.number or self.order or self.lot)


@attrs.frozen
class Books:
    """Everything that both books of a tenant hold; balances of zero are left out."""

    counters: tuple[Counter, ...]
    matter: Mapping[tuple[MatterKind, Position], int]  # accounts other than sellable
    claims: tuple[Claim, ...]


class Store(Protocol):
    """Where documents, journal and books are kept."""

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """A document with its version, or `None`."""
        ...

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The documents that a query means, at most `query.limit` of them."""
        ...

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of these SKUs, sorted; claims that have run out at `at` are left out."""
        ...

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter at a location and within it, sorted; what has run out is left out."""
        ...

    def over_committed(self, tenant: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter whose claims are beyond what is there, sorted."""
        ...

    def claims(self, tenant: str, position: Position) -> tuple[Claim, ...]:
        """Who claims how much at a position, sorted by holder."""
        ...

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every claim on these SKUs that runs at `at`, sorted by position, holder and date."""
        ...

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        """Both books as they are, of a SKU and of what stands within a location, where named."""
        ...

    def seen(self, tenant: str, key: str) -> Entry | None:
        """The entry of an earlier command with this key."""
        ...

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The journal in order, from behind entry `after`: all of it, or one document's."""
        ...

    def commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing.

        Raises `Stale` when a document, or what is `there`, has moved on, `Short` with every
        position that has too little, `KeyReused` when the key came before with another question,
        `MoveRefused` when a claim to be changed has run out, `OutcomeUnknown` when it cannot say
        whether it committed.
        A key that came before with the same question gives that command's entry again.
        """
        ...


PAGE: Final = 2_000
"""How many documents `every` asks for at a time."""


def every(store: Store, query: Query) -> Iterator[Stored[Document]]:
    """All documents that a query means, page by page; its own limit does not count."""
    query = attrs.evolve(query, limit=PAGE)
    while True:
        page = tuple(store.find(query))
        yield from page
        if len(page) < PAGE:
            return
        query = attrs.evolve(query, after=page[-1].value.ref.id)


class People(Protocol):
    """Personal data by reference, apart from orders and journal, so that it can be erased."""

    def put(self, ref: str, details: Mapping[str, str]) -> None:
        """Keep or replace what is known of a person."""
        ...

    def get(self, ref: str) -> Mapping[str, str] | None:
        """What is known of a person; `None` when nothing is, or no more."""
        ...

    def erase(self, ref: str) -> None:
        """Forget a person; what refers to it stays as it is."""
        ...


@attrs.frozen
class Quote:
    """What a carrier asks for a parcel: minor units, and days on the road."""

    service: str
    amount: int
    currency: str
    days: int


@attrs.frozen
class Label:
    """A booked shipment: the waybill number, what it is for, and the carrier's own name for it.

    `parcel` is the id of a parcel, or of the return that a customer sends by it.
    `reference` is by what the carrier knows the shipment where it is not by its number; empty where
    it is.
    """

    carrier: str
    tracking: str
    parcel: str
    reference: str = ""


class DemandForecast(Protocol):
    """What somebody expects to go out: a host's own model, or `measures.SteadyDemand`."""

    def expected(self, sku: str, location: str, start: datetime, end: datetime) -> Fraction | int:
        """How many units go out from `start` until `end`; an empty `location` is everywhere."""
        ...


class Carrier(Protocol):
    """Somebody who moves parcels. Called outside any transaction, with a key."""

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What it would ask; nothing when it does not serve the way."""
        ...

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label; the same key gives the same label.

        What it is booked as stands in the parcel: `bookings.asked_by(parcel, key)` has its service
        and what is to be done besides.
        """
        ...

    def book_return(self, returned: Return, key: str) -> Label:
        """A label by which a customer sends goods back; the same key gives the same label.

        Who brings nothing back refuses it. `bookings.asked_by(returned, key)` has its service.
        """
        ...

    def cancel(self, label: Label, key: str) -> None:
        """Take a booking back; again is no error."""
        ...

    def track(self, number: str) -> Sequence[Scan]:
        """The scans so far: unknown, late, duplicate and unordered ones are normal."""
        ...


@attrs.frozen
class GatewayRequest:
    """What a payment gateway is asked to do: the request `request` of a payment.

    `method` and `payer` are the payment's: a card, WeChat Pay or Alipay is a method. `reference` is
    the gateway's own name of what it has authorised or captured before; empty where it has given
    none. Of a payment that came in another currency or in points, `units` of `unit` are what is to
    go back, and `amount` is what they are worth to its orders.
    """

    kind: RequestKind
    payment: str
    request: str
    amount: Money
    method: str = ""
    payer: str = ""
    reference: str = ""
    unit: str = ""
    units: int = 0


@attrs.frozen
class GatewayAnswer:
    """What has become of a request: done, failed, or pending still.

    Without an `amount` it is what was asked. `event` is the gateway's own name of what has
    happened, the same in its reply, its notice and its answer to a query; it may name a whole
    charge, but captures that have names of their own are told apart by notices, too. `paid_at` is
    when the payer has paid. What was captured in another currency or in points is `tendered`.
    """

    outcome: Outcome
    amount: Money | None = None
    reference: str = ""
    event: str = ""
    paid_at: datetime | None = None
    tendered: Tendered | None = None


class Gateway(Protocol):
    """Somebody who moves payers' money. Called outside any transaction, with a key.

    The same key has one effect, however often it comes. What is refused is an answer that says
    `failed`; `GatewayFailed` says that nobody knows.
    """

    def authorise(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Keep an amount of the payer ready."""
        ...

    def capture(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Take an amount that was authorised, or take it in one go."""
        ...

    def refund(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Pay an amount back that was captured."""
        ...

    def void(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Give up what was authorised and not captured."""
        ...

    def query(self, key: str) -> GatewayAnswer | None:
        """What has become of a key; `None` when it has never come."""
        ...


@attrs.frozen
class WorkLine:
    """A row of a pick list: `n` units of a SKU off a shelf, of a lot and with a serial if named."""

    order: str
    line: str
    sku: str
    n: int
    shelf: str
    lot: str = ""
    serial: str = ""


@attrs.frozen
class Work:
    """What a warehouse is asked to pick and ship; `address` is a token of where it goes."""

    dispatch: str
    location: str
    address: str
    lines: tuple[WorkLine, ...]


class WorkSaid(StrEnum):
    """What a warehouse says of work that it was given."""

    TAKEN = "taken"
    REFUSED = "refused"
    SHORT = "short"  # so many units are not on their shelf
    SHIPPED = "shipped"  # so many units have left in a parcel
    STOPPED = "stopped"  # what was not packed is on the shelf again
    GOES_ON = "goes on"  # it was too late to stop


@attrs.frozen
class WorkEvent:
    """Something that a warehouse says, under an id of its own: it may come late, and twice.

    `lines` are pairs of a line and so many units, all of the dispatch where there are none; what
    has left names its `parcel`, and by whom it goes.
    """

    id: str
    dispatch: str
    said: WorkSaid
    at: datetime
    lines: tuple[tuple[str, int], ...] = ()
    parcel: str = ""
    carrier: str = ""
    tracking: str = ""
    weight_grams: int = 0
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        text(self.id, "event.id")
        text(self.dispatch, "event.dispatch")
        if type(self.said) is not WorkSaid:
            raise BadInput("event.said", f"one of {', '.join(WorkSaid)} is wanted")
        instant(self.at, "event.at")
        for name in ("carrier", "tracking", "reason"):
            text(getattr(self, name), f"event.{name}", empty=True)
        text(self.parcel, "event.parcel", empty=self.said is not WorkSaid.SHIPPED)
        whole(self.weight_grams, "event.weight_grams", least=0)


class Warehouse(Protocol):
    """Somebody who keeps and ships goods for us. Called outside any transaction, with a key.

    `WarehouseFailed` says that nobody knows whether it did as asked.
    """

    def take(self, work: Work, key: str) -> None:
        """Take work; the same key is the same work, however often it comes."""
        ...

    def stop(self, dispatch: str, key: str) -> None:
        """Stop work, where it is not too late; what comes of it is an event."""
        ...

    def events(self, after: str) -> Sequence[WorkEvent]:
        """What it has said since the event of that id; the same ones again are normal."""
        ...
