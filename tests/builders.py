"""What the tests share: a clock that stands still, a shop under supervision, and the laws.

The laws here are written down a second time, naively and apart from the library.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Final, TypeVar, cast

import attrs

from orderflow import (
    BadInput,
    Call,
    Location,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Position,
    Price,
    Ref,
    Refusal,
    Refused,
    Rules,
    Sku,
    Workflow,
)
from orderflow.commands import Done
from orderflow.currencies import EXPONENTS
from orderflow.deadlines import next_due
from orderflow.facts import fold, touches
from orderflow.journal import Entry, Stored
from orderflow.ledger import (
    Account,
    ClaimAccount,
    CompensationAccount,
    OrderAccount,
    Posting,
    StoredAccount,
    balances,
    of_customer,
    postings,
)
from orderflow.ports import Books, Query, Store
from orderflow.pricing import due, total
from orderflow.pricing.carrying import is_owed
from orderflow.records import (
    KINDS,
    CarrierClaim,
    Complaint,
    Counter,
    CutKind,
    Document,
    Door,
    Exchange,
    MatterKind,
    MoneyAccount,
    Order,
    Outcome,
    Parcel,
    Payment,
    Purchase,
    Reissue,
    Return,
    Slice,
    StockHold,
    Supply,
)
from orderflow.sentences import WORDS
from orderflow.settlement import PartySettled, Reason, Role, Settlement, settlement
from orderflow.states import ORDER_CALLED_OFF, ORDER_OVER, OrderState, PaymentState, UnitState
from orderflow.tenders import StoredValue

D = TypeVar("D", bound=Document)

MORNING: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

LAMP: Final = Sku("BRASS-LAMP")
ROPE: Final = Sku("HEMP-ROPE", "m", scale=3, per=1000)
TEA: Final = Sku("BLACK-TEA", "kg", scale=3, per=1000)
BELL: Final = Sku("SHIP-BELL")

LEITH: Final = Location("leith", 0, "GB", 55_976_000, -3_170_000)
YORK: Final = Location("york", 1, "GB", 53_959_000, -1_082_000)
TWO_PLACES: Final = Rules(locations=(LEITH, YORK))

PRICES: Final = {"BRASS-LAMP": "10.00", "SHIP-BELL": "45.50", "HEMP-ROPE": "2", "BLACK-TEA": "15.8"}


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


def line(id: str, sku: Sku, n: int, price: str = "", **more: Any) -> NewLine:
    """A line of an order in euro; the price is the catalogue's unless one is given."""
    return NewLine(id, sku, n, Price.of(price or PRICES[sku.code], "EUR", sku.per), **more)


def new_order(*wanted: tuple[Sku, int] | NewLine, **more: Any) -> NewOrder:
    """An order of customer c-7 with a line for each thing wanted, named 1, 2, 3."""
    lines = tuple(
        one if isinstance(one, NewLine) else line(str(i), *one) for i, one in enumerate(wanted, 1)
    )
    charges: tuple[NewCharge, ...] = more.pop("charges", ())
    return NewOrder(more.pop("customer", "c-7"), "EUR", lines, charges, **more)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


class Shop(Workflow):
    """A workflow under supervision: whatever a test does, the laws of a command are looked at.

    `why_not` must say no exactly when `apply` does, and for the same reasons; what is refused must
    leave no key and change nothing.
    """

    def __init__(
        self,
        store: Store,
        rules: Rules = TWO_PLACES,
        *,
        tenant: str = "",
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._numbers = iter(range(1, 1_000_000))
        super().__init__(
            store, rules, tenant=tenant, clock=self.clock, keys=lambda: f"k-{next(self._numbers)}"
        )

    def apply(self, call: Call[D], *, key: str | None = None, by: str = "") -> Done[D]:
        key = self._keys() if key is None else key
        if self.store.seen(self.tenant, key) is not None:
            return super().apply(call, key=key, by=by)
        before = everything(self.store, self.tenant)
        try:
            foreseen = self.why_not(cast("Call[Document]", call), by=by)
        except BadInput:
            foreseen = None
        try:
            done = super().apply(call, key=key, by=by)
        except (Refused, BadInput) as no:
            self._assert_nothing_happened(before, key)
            assert_told_in_words(no)
            if foreseen != (no.refusals if isinstance(no, Refused) else None):
                raise AssertionError(f"why_not has other reasons: {foreseen}") from no
            raise
        assert foreseen == (), f"why_not said {foreseen}, and apply did it"
        return done

    def under(self, rules: Rules) -> Shop:
        """The same store and clock under other rules; no key of the one is used by the other."""
        other = Shop(self.store, rules, tenant=self.tenant, clock=self.clock)
        other._numbers = self._numbers
        return other

    def _assert_nothing_happened(self, before: Everything, key: str) -> None:
        assert everything(self.store, self.tenant) == before
        assert self.store.seen(self.tenant, key) is None

    def assert_lawful(self) -> None:
        """All laws hold, and each question of the journal gives the same facts again."""
        assert_laws(self.store, self.tenant)
        for entry in self.store.entries():
            if entry.call.ref.tenant == self.tenant and entry.rules == self.rules.fingerprint:
                assert self.again(entry) == entry.facts

    # --- shortcuts -----------------------------------------------------------------------------

    def stock(self, sku: Sku, location: str, n: int, **more: str) -> Position:
        at = Position(sku.code, location, **more)
        self.receive(at, n)
        return at

    def sell(self, id: str, *wanted: tuple[Sku, int] | NewLine, **more: Any) -> Order:
        """Place an order and pay it in full, as `pay-<id>`."""
        order = self.place(id, new_order(*wanted, **more)).document
        owed = owing(order)
        if owed and not order.cash_on_delivery:
            self.pay(f"pay-{id}", eur(owed), ((id, owed),))
        return self.order(id)

    def pack_up(
        self, id: str, parcel: str, location: str = "", lines: tuple[tuple[str, int], ...] = ()
    ) -> Parcel:
        """Release, pick and pack what is allocated, as dispatch `d-<parcel>`."""
        dispatch = f"d-{parcel}"
        self.release(id, dispatch, location, lines)
        self.pick(dispatch)
        return self.pack(parcel, (dispatch,)).document

    def ship(
        self, id: str, parcel: str, location: str = "", lines: tuple[tuple[str, int], ...] = ()
    ) -> Parcel:
        """Pack what is allocated and give it to the carrier."""
        self.pack_up(id, parcel, location, lines)
        return self.hand_over(parcel).document

    def sell_and_ship(self, id: str, parcel: str, *wanted: tuple[Sku, int] | NewLine) -> Parcel:
        self.sell(id, *wanted)
        self.allocate(id)
        return self.ship(id, parcel)

    def sell_and_deliver(self, id: str, parcel: str, *wanted: tuple[Sku, int] | NewLine) -> Parcel:
        self.sell_and_ship(id, parcel, *wanted)
        return self.deliver(parcel).document

    # --- looking -------------------------------------------------------------------------------

    def get(self, ref: Ref[D]) -> D:
        stored = self.store.load(ref)
        assert stored is not None, f"there is no {ref}"
        return stored.value

    def order(self, id: str) -> Order:
        ref: Ref[Order] = Ref(self.tenant, "order", id)
        return self.get(ref)

    def payment(self, id: str) -> Payment:
        ref: Ref[Payment] = Ref(self.tenant, "payment", id)
        return self.get(ref)

    def parcel(self, id: str) -> Parcel:
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        return self.get(ref)

    def returned(self, id: str) -> Return:
        ref: Ref[Return] = Ref(self.tenant, "return", id)
        return self.get(ref)

    def exchange(self, id: str) -> Exchange:
        ref: Ref[Exchange] = Ref(self.tenant, "exchange", id)
        return self.get(ref)

    def reissue(self, id: str) -> Reissue:
        ref: Ref[Reissue] = Ref(self.tenant, "reissue", id)
        return self.get(ref)

    def carrier_claim(self, id: str) -> CarrierClaim:
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        return self.get(ref)

    def complaint(self, id: str) -> Complaint:
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        return self.get(ref)

    def stock_hold(self, id: str) -> StockHold:
        ref: Ref[StockHold] = Ref(self.tenant, "stock hold", id)
        return self.get(ref)

    def supply(self, id: str) -> Supply:
        ref: Ref[Supply] = Ref(self.tenant, "supply", id)
        return self.get(ref)

    def bag(self, id: str, line: str = "") -> dict[str, int]:
        """How many units of an order, or of one line, stand in each state."""
        return bag(self.order(id), line)

    def counter(self, position: Position) -> Counter:
        rows = self.store.counters(self.tenant, (position.sku,), self.clock.at)
        found = [row for row in rows if row.position == position]
        return found[0] if found else Counter(position, 0, 0)

    def free(self, sku: Sku, location: str, **more: str) -> int:
        return self.counter(Position(sku.code, location, **more)).free

    def there(self, sku: Sku, location: str, **more: str) -> int:
        return self.counter(Position(sku.code, location, **more)).there

    def matter(self, kind: MatterKind, sku: Sku) -> int:
        """How much of a SKU stands on an account, at any position."""
        book = self.store.books(self.tenant).matter
        return sum(n for (k, at), n in book.items() if k is kind and at.sku == sku.code)

    def documents(self) -> list[Document]:
        return [stored.value for stored in documents(self.store, self.tenant)]

    # --- refusals ------------------------------------------------------------------------------

    def refuses(self, call: Call[Any], **more: str) -> str:
        """Ask for what will be refused; the sentences that a clerk reads."""
        try:
            self.apply(call, **more)
        except Refused as no:
            return str(no)
        raise AssertionError(f"{call.verb} was not refused")

    def reasons(self, call: Call[Any]) -> tuple[Refusal, ...]:
        """Ask for what will be refused; the reasons."""
        try:
            self.apply(call)
        except Refused as no:
            return no.refusals
        raise AssertionError(f"{call.verb} was not refused")

    def codes(self, call: Call[Any]) -> list[str]:
        return [reason.code for reason in self.reasons(call)]

    def cannot_take(self, call: Call[Any]) -> str:
        """Ask with bad input; the path to it."""
        try:
            self.apply(call)
        except BadInput as bad:
            return bad.path
        raise AssertionError(f"{call.verb} took it")


def assert_told_in_words(no: Refused | BadInput) -> None:
    """A clerk reads what is the matter: with every figure, and with words that Chinese has too."""
    if isinstance(no, BadInput):
        told: list[object] = [no.path, no.reason]
    else:
        told = [no.refusals, *(figure for one in no.refusals for _, figure in one.facts)]
        for one in no.refusals:
            move = str(dict(one.facts).get("move", "cancel"))
            assert move in WORDS or move.startswith("enter "), f"{one}: {move} has no Chinese"
            assert one.say("en") != one.say("zh"), f"{one} is said in one language alone"
    assert None not in told, f"{no} leaves out what it is about"
    assert "" not in told[:2], f"{no} says nothing"


def bag(order: Order, line: str = "") -> dict[str, int]:
    counts: Tally[str] = Tally()
    for one, spot in order.units():
        if line in ("", one.id):
            counts[spot.state.value] += spot.n
    return dict(counts)


def owing(order: Order) -> int:
    """What an order without cuts costs: the sum of its charges."""
    return sum(charge.amount for charge in order.charges) - order.applied


# --- everything that a store holds --------------------------------------------------------------


@attrs.frozen
class Everything:
    """All that a store shows of a tenant, to be compared."""

    documents: tuple[Stored[Document], ...]
    books: Books
    entries: tuple[Entry, ...]


def documents(store: Store, tenant: str = "") -> Iterator[Stored[Document]]:
    for kind in KINDS:
        yield from store.find(Query(kind, tenant, archived=True, limit=1_000_000))


def everything(store: Store, tenant: str = "") -> Everything:
    return Everything(tuple(documents(store, tenant)), store.books(tenant), tuple(store.entries()))


# --- the laws, naively --------------------------------------------------------------------------

CLAIMING: Final = {UnitState.RESERVED, UnitState.ALLOCATED, UnitState.RELEASED}

WHERE_GOODS_STAND: Final = {
    UnitState.PICKED: MatterKind.STAGED,
    UnitState.PACKED: MatterKind.STAGED,
    UnitState.SHIPPED: MatterKind.ROAD_OUT,
    UnitState.READY_TO_COLLECT: MatterKind.ROAD_OUT,
    UnitState.SENT_BACK: MatterKind.ROAD_OUT,
    UnitState.GOING_BACK: MatterKind.ROAD_BACK,
    UnitState.RECEIVED_BACK: MatterKind.QUARANTINE,
}
"""The accounts that hold units of orders and nothing else."""


def goods_at(sku: str, tag: Slice) -> Position:
    return Position(sku, tag.location, tag.owner, tag.lot, tag.grade)


def assert_laws(store: Store, tenant: str = "") -> None:
    """Units, goods in both books and money are conserved, and the journal folds to it all."""
    kept = [stored.value for stored in documents(store, tenant)]
    orders = [one for one in kept if isinstance(one, Order)]
    payments = [one for one in kept if isinstance(one, Payment)]
    books = store.books(tenant)
    assert_units(orders)
    assert_goods(orders, books)
    assert_claims(kept, books)
    assert_money(orders, payments)
    assert_doors(orders, payments)
    assert_wanted(orders, payments)
    balances = [one for one in kept if isinstance(one, StoredValue)]
    assert_ledger(postings(store.entries(), tenant), orders, payments, balances)
    assert_customers(tuple(store.entries()), tenant, orders, payments)
    assert_settled(store, tenant)
    assert_journal(store, tenant)


KNOWN: Final[tuple[Account, ...]] = (
    *OrderAccount,
    *MoneyAccount,
    *StoredAccount,
    *CompensationAccount,
    *ClaimAccount,
)
"""Each account of the ledger."""


def assert_ledger(
    posted: Iterable[Posting],
    orders: Iterable[Order],
    payments: Iterable[Payment],
    stored: Iterable[StoredValue],
) -> None:
    """What is read off the journal is what orders, payments and balances say."""
    of_orders: Tally[str] = Tally()
    of_payments: Tally[tuple[str, str, Account]] = Tally()
    on_balances: Tally[tuple[str, str]] = Tally()
    for one in posted:
        assert one.amount > 0
        for account in (one.source, one.target):
            of_payments[one.payment, one.currency, account] += one.to(account)
        of_orders[one.order] += one.to(OrderAccount.RECEIVABLE)
        on_balances[one.stored, one.currency] += one.to(MoneyAccount.STORED)
    for order in orders:
        cost = total(order) if is_owed(order) else 0
        assert of_orders[order.ref.id] == cost
    balances = {one.ref.id: one for one in stored}
    left = Tally({id: one.n for id, one in balances.items()})
    for payment in payments:
        on = {account: of_payments[payment.ref.id, payment.currency, account] for account in KNOWN}
        outside = on[MoneyAccount.PAYER] + on[MoneyAccount.REFUNDED]
        spent = 0
        if payment.stored:
            left[payment.stored] -= payment.spent
            spent = payment.spent if balances[payment.stored].unit == payment.currency else 0
            outside += on[StoredAccount.CONVERTED]
        else:
            assert on[MoneyAccount.PAYER] == -payment.captured
        assert outside == payment.refunded - payment.captured - payment.credited + spent
        assert on[MoneyAccount.STORED] == payment.credited - spent
        said = {
            MoneyAccount.UNAPPLIED: payment.unapplied,
            MoneyAccount.APPLIED: payment.applied - payment.forfeited,
            MoneyAccount.FORFEITED: payment.forfeited,
            MoneyAccount.CHARGED_BACK: payment.charged_back,
            MoneyAccount.CARRIER: payment.with_carrier,
            MoneyAccount.FEES: payment.fees,
            MoneyAccount.BANK: -payment.with_carrier - payment.fees,
        }
        assert {account: on[account] for account in said} == said
    for id, balance in balances.items():
        assert on_balances[id, balance.unit] == (left[id] if balance.unit in EXPONENTS else 0)


def assert_customers(
    entries: tuple[Entry, ...], tenant: str, orders: Iterable[Order], payments: Iterable[Payment]
) -> None:
    """Each customer owes what his orders do, less what is on none; and what is posted stays so."""
    by_id = {order.ref.id: order for order in orders}
    owing: Tally[tuple[str, str]] = Tally()
    for order in by_id.values():
        cost = total(order) if is_owed(order) else 0
        owing[order.customer, order.currency] += cost - order.applied
    for payment in payments:
        used = [by_id[one.order].customer for one in payment.applications]
        payer = payment.payer or (used[0] if used else "")
        owing[payer, payment.currency] -= payment.unapplied
    posted = postings(entries, tenant)
    for customer in {one.customer for one in posted}:
        for stated in of_customer(posted, customer):
            assert stated.closing == owing.pop((customer, stated.currency), 0)
        flow: Tally[str] = Tally()
        his = [one for one in posted if one.customer == customer]
        for (currency, _), amount in balances(his).items():
            flow[currency] += amount
        assert not any(flow.values())
    assert not any(owing.values())
    half = entries[: len(entries) // 2]
    earlier = postings(half, tenant)
    assert earlier == posted[: len(earlier)]


def assert_settled(store: Store, tenant: str = "") -> None:
    """What parties owe is what the ledger says; and two periods that meet are one."""
    entries = tuple(store.entries())
    if not entries:
        return
    since = min([entry.at for entry in entries])
    until = max([entry.at for entry in entries]) + timedelta(days=1)
    middle = since + (until - since) / 2
    whole = settlement(entries, since, until, tenant=tenant)
    sums: Tally[tuple[Role, str]] = Tally()
    for one in whole.parties:
        assert one.opening + sum(row.amount for row in one.rows) == one.closing
        sums[one.role, one.currency] += one.closing - made_good(one)
    said = balances(postings(entries, tenant))
    for currency in {currency for currency, _ in said} | {currency for _, currency in sums}:
        on = {account: said.get((currency, account), 0) for account in KNOWN}
        paid = on[MoneyAccount.APPLIED] + on[MoneyAccount.UNAPPLIED]
        assert sums[Role.CUSTOMER, currency] == on[OrderAccount.RECEIVABLE] - paid
        owed = on[MoneyAccount.CARRIER] + on[ClaimAccount.CLAIMED]
        assert sums[Role.CARRIER, currency] == owed
        ours = on[MoneyAccount.FORFEITED] + sum(on[account] for account in StoredAccount)
        ours += on[CompensationAccount.COMPENSATED] - on[ClaimAccount.RECOVERED]
        parts = (Role.CUSTOMER, Role.CARRIER, Role.FINANCE)
        all_of_it = sum(sums[role, currency] for role in parts)
        assert all_of_it == ours - on[OrderAccount.SOLD] - on[MoneyAccount.FEES]
        assert not on[OrderAccount.PAID_FOR]
    assert_borne(whole, suppliers_of(store, tenant))
    orders = [one.value for one in documents(store, tenant) if isinstance(one.value, Order)]
    borne = [one for order in orders for one in order.compensations if one.bearer]
    assert sum(made_good(one) for one in whole.parties) == sum(one.amount for one in borne)
    first, second = (
        settlement(entries, *period, tenant=tenant) for period in ((since, middle), (middle, until))
    )
    past = tuple(takewhile(lambda entry: entry.at < middle, entries))
    assert settlement(past, since, middle, tenant=tenant) == first  # what is over never changes
    for one in whole.parties:
        halves = [half.of(one.role, one.party, one.currency) for half in (first, second)]
        moved = [part.closing - part.opening for part in halves if part is not None]
        assert sum(moved) == one.closing - one.opening


def made_good(party: PartySettled) -> int:
    """What a party makes good to us of compensations, over all of its rows."""
    return sum(row.amount for row in party.rows if row.reason is Reason.COMPENSATION)


def suppliers_of(store: Store, tenant: str = "") -> set[str]:
    """Who sells us units, or owns some that we sell: what they bear is settled with their price.

    Where the two come to nothing there is nothing to settle, and no settlement names them.
    """
    kept = [stored.value for stored in documents(store, tenant)]
    owners = {spot.slice.owner for one in kept if isinstance(one, Order) for _, spot in one.units()}
    return owners | {one.supplier for one in kept if isinstance(one, Purchase)}


def assert_borne(whole: Settlement, suppliers: set[str]) -> None:
    """What those owe, now or in time, who bear discounts is what customers were let off."""
    borne: Tally[str] = Tally()
    for one in whole.parties:
        if one.role is Role.BEARER:
            assert {row.bearer for row in one.rows} <= {one.party}
            borne[one.party] += one.closing + one.waiting - made_good(one)
        elif one.role is Role.CUSTOMER:
            for row in one.rows:
                borne[row.bearer] += row.amount
    assert not any(n for bearer, n in borne.items() if bearer and bearer not in suppliers), borne


def assert_units(orders: Iterable[Order]) -> None:
    """A bag sums to its line, is merged, and has cuts for what was given up."""
    for order in orders:
        for one in order.lines:
            assert sum(spot.n for spot in one.spots) == one.n
            assert all(spot.n > 0 for spot in one.spots)
            names = [(spot.state, spot.slice) for spot in one.spots]
            assert len(set(names)) == len(names)
            gone: list[int] = []
            billed: list[int] = []
            for cut in one.cuts:
                assert 0 <= cut.start < cut.stop <= one.n
                if cut.kind in (CutKind.GIVEN_UP, CutKind.BILLED):
                    (gone if cut.kind is CutKind.GIVEN_UP else billed).extend(
                        range(cut.start, cut.stop)
                    )
            assert len(set(gone)) == len(gone)
            assert len(set(billed)) == len(billed)
            assert len(gone) == one.count(UnitState.CANCELLED, UnitState.RETURNED)
            with_bill = sum(spot.n for spot in one.spots if spot.slice.invoice)
            assert len(billed) == with_bill


def assert_goods(orders: Iterable[Order], books: Books) -> None:
    """Nothing comes from nowhere, and what is staged, on the road or in quarantine is in bags."""
    everywhere: Tally[str] = Tally()
    for counter in books.counters:
        if counter.position.location and not counter.position.peg:
            everywhere[counter.position.sku] += counter.there
    for (_, at), n in books.matter.items():
        everywhere[at.sku] += n
    assert not any(everywhere.values()), everywhere
    in_bags: Tally[tuple[MatterKind, Position]] = Tally()
    for order in orders:
        for one, spot in order.units():
            kind = WHERE_GOODS_STAND.get(spot.state)
            if kind is not None:
                in_bags[kind, goods_at(one.sku, spot.slice)] += spot.n
    exact = set(WHERE_GOODS_STAND.values())
    assert dict(in_bags) == {key: n for key, n in books.matter.items() if key[0] in exact}


def assert_claims(kept: Iterable[Document], books: Books) -> None:
    """Counters are the sums of the claims, and orders claim what their bags say."""
    sums: Tally[Position] = Tally()
    of_orders: Tally[tuple[Ref[Document], Position]] = Tally()
    for claim in books.claims:
        assert claim.n > 0
        sums[claim.position] += claim.n
        if claim.holder.kind == "order" and claim.position.location:
            of_orders[claim.holder, claim.position] += claim.n
    assert dict(sums) == {c.position: c.claimed for c in books.counters if c.claimed}
    wanted: Tally[tuple[Ref[Document], Position]] = Tally()
    for order in kept:
        if isinstance(order, Order):
            for one, spot in order.units():
                if spot.state in CLAIMING:
                    at = goods_at(one.sku, spot.slice)._replace(peg=spot.slice.peg)
                    wanted[cast("Ref[Document]", order.ref), at] += spot.n
    assert dict(of_orders) == dict(wanted)


def assert_money(orders: Iterable[Order], payments: Iterable[Payment]) -> None:
    """Captured money is somewhere, and order and payment agree about what was applied."""
    applied: Tally[tuple[str, str]] = Tally()
    for one in payments:
        elsewhere = one.unapplied + one.refunded + one.charged_back
        assert one.captured == one.applied + elsewhere
        assert 0 <= one.with_carrier <= one.captured
        assert one.fees >= sum(row.fee for row in one.remitted) >= 0
        assert 0 <= one.disputed <= one.charged_back
        for application in one.applications:
            applied[application.order, one.ref.id] += application.amount
    tendered = {
        (order.ref.id, tender.payment): tender.applied
        for order in orders
        for tender in order.tenders
    }
    assert {key: n for key, n in tendered.items() if n} == {k: n for k, n in applied.items() if n}
    for order in orders:
        if order.state is OrderState.COMPLETED and not order.holds:
            assert order.applied >= 0


def assert_doors(orders: Iterable[Order], payments: Iterable[Payment]) -> None:
    """Orders know their doors; none asks too much, or waits for ever, and nobody is told."""
    at_door = {
        (one.due_for, one.ref.id): one for one in payments if one.state is PaymentState.DUE_AT_DOOR
    }
    noted = {(order.ref.id, door.payment): door for order in orders for door in order.doors}
    assert noted.keys() == at_door.keys()
    for key, one in at_door.items():
        amount = one.amount if one.cash_asked is None else one.cash_asked
        assert noted[key] == Door(one.ref.id, amount, one.parcel)
    for order in orders:
        silent = [one for one in order.doors if not at_door[order.ref.id, one.payment].holds]
        if silent:
            assert sum(one.amount for one in silent) <= max(0, due(order))
            assert order.state not in (*ORDER_OVER, OrderState.COMPLETED)


def assert_wanted(orders: Iterable[Order], payments: Iterable[Payment]) -> None:
    """No payment waits, or keeps money ready, for orders that want none, and nobody is told."""
    by_id = {order.ref.id: order for order in orders}
    for payment in payments:
        is_open = payment.state in ("awaiting", "authorised", "part captured")
        for one in payment.meant:
            assert is_open is (payment.ref.id in by_id[one.order].awaited)
        meant = [by_id[one.order] for one in payment.meant]
        over = [order.state in ORDER_CALLED_OFF or due(order) <= 0 for order in meant]
        whole = sum(one.amount for one in payment.meant) >= (payment.deposit or payment.amount)
        asked = [one for one in payment.requests if one.outcome is Outcome.PENDING]
        if is_open and whole and all(over) and not asked and not payment.holds:
            assert payment.state != "awaiting" or payment.unwanted_since is not None
            assert next_due(payment) is not None


def assert_journal(store: Store, tenant: str = "") -> None:
    """Each document is what its own facts give."""
    for stored in documents(store, tenant):
        ref = stored.value.ref
        entries = list(store.entries(0, cast("Ref[Document]", ref)))
        facts = [fact for entry in entries for fact in entry.facts if ref in touches(fact)]
        assert fold(None, facts) == stored.value
        assert len(entries) == stored.version
