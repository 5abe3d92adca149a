"""The shell: load, ask the verb, commit. The only module that writes to a store.

It knows in which order things are done, and refuses to know any business rule.

A command is a `Call` with a key.
The workflow reads what the verb asks for, the verb gives facts, and the store applies the whole
change or none of it.
Somebody else may have been quicker: then everything is read and asked again, a bounded number of
times, with a pause that grows and is drawn by chance, so that writers who met do not meet again.
A key that the store has seen gives the first facts and the document as it is now.
Nobody asks for it first: a key that is new, as nearly all are, would be looked up for nothing. The
store finds it when it commits, and whatever else stops the command is told only if it is new.

One file, though long: the way of a command is read from top to bottom.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar, cast

import attrs

from orderflow.allocation import allocate
from orderflow.bills import CreditNote, Invoice
from orderflow.books import postings
from orderflow.calls import Call, Ref
from orderflow.commands import Commands, Done
from orderflow.conditions import Verdict
from orderflow.deadlines import FALL_DUE, Due, Reminder, due_of, limit_behind, reminder_of
from orderflow.errors import (
    BadInput,
    KeyReused,
    NotFound,
    Refusal,
    Refused,
    RetryExhausted,
    Short,
    Stale,
)
from orderflow.facts import Fact
from orderflow.inventory import Got, Standing, got, standing
from orderflow.invoices import Account, account
from orderflow.journal import STOCK, Case, Change, Context, Entry, Step
from orderflow.measures import (
    Advice,
    AfterSales,
    Deliveries,
    SteadyDemand,
    Stocking,
    Turned,
    after_sales,
    deliveries,
    turned,
)
from orderflow.measures.cover import DAYS_MAX, advices
from orderflow.money import Money
from orderflow.on_account import CreditStanding, credit_standing
from orderflow.options import Option, suggested
from orderflow.past import Past
from orderflow.pools import stored_pool
from orderflow.ports import DemandForecast, Query, Store, every
from orderflow.promising import Wanted, available
from orderflow.promising.alternatives import Alternative, alternatives
from orderflow.promising.cart import skus_wanted
from orderflow.promising.dangers import (
    MAY_FAIL,
    Danger,
    Slipped,
    broken,
    failing,
    may_fail,
    slipped,
)
from orderflow.promising.figures import skus_of, terms_of
from orderflow.promising.forecasting import Forecast, forecast
from orderflow.records import (
    KINDS,
    Arrival,
    CarrierClaim,
    Claim,
    Complaint,
    Counter,
    Coupon,
    CreditLine,
    Dispatch,
    Document,
    Exchange,
    Feed,
    Item,
    Lot,
    Order,
    Parcel,
    Payment,
    Purchase,
    Quota,
    Reissue,
    Return,
    StockHold,
    Supply,
    WorkOrder,
    credit_id,
    feed_id,
    lot_id,
)
from orderflow.remedies import explained
from orderflow.returnable import Returnable, returnable
from orderflow.rules import Policy, Rules
from orderflow.tenders import StoredValue
from orderflow.tracking.troubles import OURS
from orderflow.trial import ask, tried
from orderflow.units import LineQuantities
from orderflow.values import Position, instant, later, text, whole
from orderflow.views import (
    Dossier,
    News,
    PlatformView,
    PurchaserView,
    SupplierView,
    news_of,
    platform_view,
    purchaser_view,
    supplier_view,
    waybill,
)
from orderflow.ways_out import Troubled, ways_out
from orderflow.ways_to_pay import WayToPay, ways_to_pay

if TYPE_CHECKING:
    from orderflow.ledger import Posting
    from orderflow.proposals import Proposal
    from orderflow.remittances import CashFee, Reconciled, Remittance
    from orderflow.sending import Sending
    from orderflow.settlement import Quote, Settlement
    from orderflow.statements import Statement
    from orderflow.whatif import Trial
    from orderflow.whence import Decision, Sourcing

D = TypeVar("D", bound=Document)

PAUSE_SECONDS: Final = 0.002
"""The first pause after meeting another writer; each further one may be twice as long."""


def utc_now() -> datetime:
    """The time of the machine, in UTC."""
    return datetime.now(UTC)


def random_key() -> str:
    """A key that nobody has used."""
    return os.urandom(16).hex()


class Workflow(Commands):
    """Runs calls on a store, by a host's rules.

    `clock` gives the time of a command, `keys` a key where none is given; `tenant` is whose orders
    these are.
    """

    def __init__(
        self,
        store: Store,
        rules: Rules = Rules(),  # noqa: B008 - frozen
        *,
        tenant: str = "",
        clock: Callable[[], datetime] = utc_now,
        keys: Callable[[], str] = random_key,
    ) -> None:
        if not hasattr(store, "commit"):
            raise TypeError(f"a Store is wanted, such as SqliteStore(path), not {store!r}")
        if not isinstance(rules, Rules):
            raise TypeError(f"Rules are wanted, not {rules!r}")
        self.store: Final = store
        self.rules: Final = rules
        self.tenant = text(tenant, "tenant", empty=True)
        self._clock = clock
        self._keys = keys
        self._fingerprint = rules.fingerprint

    # --- the gate ------------------------------------------------------------------------------

    def apply(self, call: Call[D], *, key: str | None = None, by: str = "") -> Done[D]:
        """Carry out a call, whole or not at all.

        The same `key` again has no second effect and gives the first facts; with another call or
        actor it is `KeyReused`. `by` is who asks. Raises `Refused` with every reason.
        """
        call = self._ours(call)
        key = self._keys() if key is None else text(key, "key")
        text(by, "by", empty=True)
        at = instant(self._clock(), "clock")
        tries = self.rules.tries_max
        for attempt in range(1, tries + 1):
            case = Case(cast("Ref[Document]", call.ref), self.store, at)
            step = None
            try:
                step = ask(case, call, Context(at, by, self.rules))
                committed = self.store.commit(self._change(case, step, call, key, by, at))
            except (Refused, BadInput, Stale) as no:
                # The key may have been carried out before: what stops it is then its own doing.
                earlier = self.store.seen(self.tenant, key)
                if earlier is not None:
                    return self._again(earlier, call, by)
                # A store that is short may have been so since the figures were read: they are read
                # again. When they still say no, so do we.
                moved_on = step is not None and isinstance(no, Short) and bool(case.figures)
                if not isinstance(no, Stale) and (not moved_on or attempt == tries):
                    raise
                self._pause(attempt)
                continue
            if committed.repeated:
                return self._again(committed.entry, call, by)
            after = _after(step, case)
            return Done(committed.entry.seq, committed.entry.facts, False, cast("D | None", after))
        raise RetryExhausted(call.verb, tries)

    def get(self, ref: Ref[D]) -> D:
        """A document of this tenant as it is now; `NotFound` without it."""
        stored = self.store.load(self._mine(ref))
        if stored is None:
            raise NotFound(ref.kind, ref.id)
        return stored.value

    def order(self, id: str) -> Order:
        """An order as it is now."""
        return self.get(Ref(self.tenant, "order", id))

    def payment(self, id: str) -> Payment:
        """A payment as it is now."""
        return self.get(Ref(self.tenant, "payment", id))

    def dispatch(self, id: str) -> Dispatch:
        """A dispatch as it is now."""
        return self.get(Ref(self.tenant, "dispatch", id))

    def parcel(self, id: str) -> Parcel:
        """A parcel as it is now."""
        return self.get(Ref(self.tenant, "parcel", id))

    def returned(self, id: str) -> Return:
        """A return as it is now."""
        return self.get(Ref(self.tenant, "return", id))

    def exchange(self, id: str) -> Exchange:
        """An exchange as it is now."""
        return self.get(Ref(self.tenant, "exchange", id))

    def reissue(self, id: str) -> Reissue:
        """A reissue as it is now."""
        return self.get(Ref(self.tenant, "reissue", id))

    def bought(self, id: str) -> Purchase:
        """A purchase as it is now."""
        return self.get(Ref(self.tenant, "purchase", id))

    def work_order(self, id: str) -> WorkOrder:
        """A work order as it is now."""
        return self.get(Ref(self.tenant, "work order", id))

    def stock_hold(self, id: str) -> StockHold:
        """A stock hold as it is now."""
        return self.get(Ref(self.tenant, "stock hold", id))

    def supply(self, id: str) -> Supply:
        """A supply row as it is now."""
        return self.get(Ref(self.tenant, "supply", id))

    def lot(self, sku: str, lot: str) -> Lot:
        """What is known of a lot now."""
        return self.get(Ref(self.tenant, "lot", lot_id(text(sku, "sku"), text(lot, "lot"))))

    def item(self, sku: str) -> Item:
        """What is planned for a SKU now."""
        return self.get(Ref(self.tenant, "item", sku))

    def ways_to_pay(self, id: str) -> tuple[WayToPay, ...]:
        """How an order may be paid now, by the tenders of the rules, and what is told for it."""
        return ways_to_pay(self.order(id), self.rules.methods, instant(self._clock(), "clock"))

    def stored_value(self, id: str) -> StoredValue:
        """A balance that is kept for a customer, with what was put on it in all."""
        return self.get(Ref(self.tenant, "stored value", id))

    def balance(self, id: str) -> int:
        """What may still be spent of a balance, in its own unit: nothing once its time is over."""
        stored, case = self.stored_value(id), self._case()
        if stored.until is not None and stored.until <= case.at:
            return 0
        return case.counter(Position(stored_pool(id))).free

    def quota(self, id: str) -> Quota:
        """A quota as it is now."""
        return self.get(Ref(self.tenant, "quota", id))

    def feed(self, supplier: str, sku: str) -> Feed:
        """What a supplier has said last that he has of a SKU."""
        id = feed_id(text(supplier, "supplier"), text(sku, "sku"))
        return self.get(Ref(self.tenant, "feed", id))

    def arrival(self, id: str) -> Arrival:
        """Goods that came back unasked, as they are now."""
        return self.get(Ref(self.tenant, "arrival", id))

    def carrier_claim(self, id: str) -> CarrierClaim:
        """A claim on a carrier as it is now."""
        return self.get(Ref(self.tenant, "carrier claim", id))

    def complaint(self, id: str) -> Complaint:
        """A complaint as it is now."""
        return self.get(Ref(self.tenant, "complaint", id))

    def coupon(self, code: str) -> Coupon:
        """A coupon as it is now."""
        return self.get(Ref(self.tenant, "coupon", code))

    def credit_line(self, customer: str, currency: str) -> CreditLine:
        """What a customer may owe on account now."""
        id = credit_id(text(customer, "customer"), text(currency, "currency"))
        return self.get(Ref(self.tenant, "credit line", id))

    def credit_standing(self, customer: str, currency: str) -> CreditStanding:
        """What a customer owes on account, order by order, and what of it is overdue."""
        return credit_standing(self._case(), self.credit_line(customer, currency))

    def overdue(self) -> tuple[CreditStanding, ...]:
        """Every credit of which something is overdue now, by customer and currency."""
        lines = every(self.store, Query("credit line", self.tenant))
        found = [
            credit_standing(self._case(), stored.value)
            for stored in lines
            if isinstance(stored.value, CreditLine)
        ]
        return tuple([standing for standing in found if standing.overdue])

    def invoiced(self, id: str) -> Invoice:
        """An invoice, as it was issued."""
        return self.get(Ref(self.tenant, "invoice", id))

    def credited(self, id: str) -> CreditNote:
        """A credit note, as it was issued."""
        return self.get(Ref(self.tenant, "credit note", id))

    def account(self, id: str) -> Account:
        """An order beside all that was invoiced and credited of it."""
        order = self.order(id)
        invoices = [self.invoiced(one) for one in order.invoices]
        return account(order, invoices, [self.credited(one) for one in order.credit_notes])

    def statement(self, id: str) -> Statement:
        """What an order costs, explained row by row, with its invoices and credit notes.

        Where prices include their taxes by the rules, what is on no paper yet tells those of the
        day of its placing; raises `MoveRefused` with every rate that is missing.
        """
        from orderflow.statements import statement  # here: the library is imported without it

        order = self.order(id)
        invoices = [self.invoiced(one) for one in order.invoices]
        notes = [self.credited(one) for one in order.credit_notes]
        return statement(order, (*invoices, *notes), self.rules.taxing)

    def propose(
        self, id: str, calls: Sequence[Call[Document]] = (), *, to: str = "", by: str = ""
    ) -> Proposal:
        """What is owed on an order and why, row by row, and to which tender each part would go.

        With `calls`, what it would be once they were made, one after the other: a cancel, a new
        price, goods that come back. They are run dry, and nothing is changed; raises `MoveRefused`
        with every reason against the first that would be refused. `to` is the balance for what
        goes onto one. `confirm` of what is proposed is the call that pays it back.
        """
        from orderflow.proposals import propose, supposed  # here, as above
        from orderflow.proposals.proposing import agreed

        order, context = self.order(id), self._context(by)
        text(to, "to", empty=True)
        if not isinstance(calls, tuple | list):
            raise BadInput("calls", "a tuple of calls is wanted")
        ours = [self._ours(call) for call in calls]
        if not ours:
            first = agreed(self.store.entries(0, order.ref), order.ref)
            return propose(self.store, context, first, order, to)
        imagined = supposed(self.store, context, ours)
        found = imagined.load(order.ref)
        after = order if found is None else found.value
        return propose(imagined, context, order, after, to, tuple([one.verb for one in ours]))

    def propose_return(
        self,
        id: str,
        lines: LineQuantities = (),
        reason: str = "",
        verdict: Verdict | str = Verdict.SOUND,
        *,
        to: str = "",
        by: str = "",
    ) -> Proposal:
        """What would be owed if delivered units of an order came back, and were found so.

        All of them, or so many of some lines, for a reason; `verdict` may be the code of a
        condition of the rules. It is asked for, received and inspected dry; raises
        `MoveRefused` with every reason against asking for it.
        """
        from orderflow.proposals import coming_back  # here, as above

        order, context = self.order(id), self._context(by)
        calls = coming_back(self.store, context, order, lines, reason, verdict)
        return self.propose(id, calls, to=to, by=by)

    def propose_refund_only(
        self,
        id: str,
        amount: Money | None = None,
        lines: LineQuantities = (),
        reason: str = "",
        *,
        to: str = "",
        by: str = "",
    ) -> Proposal:
        """What would be owed if money were granted for units that the customer keeps (仅退款).

        So much, or all that they carry; all that he keeps, or so many of some lines. Raises
        `MoveRefused` with every reason against asking for it.
        """
        from orderflow.proposals import money_alone  # here, as above

        order, context = self.order(id), self._context(by)
        calls = money_alone(self.store, context, order, amount, lines, reason)
        return self.propose(id, calls, to=to, by=by)

    def seen_by_platform(self, id: str) -> PlatformView:
        """An order as the platform sees it: its status, and everything about it."""
        return platform_view(self._dossier(self.order(id)))

    def seen_by_purchaser(self, id: str) -> PurchaserView:
        """An order as its purchaser sees it: no cost, and no inner note.

        What waits is there with its date, and who is to act where no date can be kept.
        """
        order = self.order(id)
        failed = broken(self._case(), order, self.rules)
        return purchaser_view(attrs.evolve(self._dossier(order), broken=failed))

    def seen_by_supplier(self, id: str, supplier: str) -> SupplierView | None:
        """An order as one supplier sees it: its own lines, and no money but its own cost.

        `None` where there is nothing that it may see, whether or not there is such an order.
        """
        text(supplier, "supplier")
        stored = self.store.load(self._mine(Ref[Order](self.tenant, "order", id)))
        return None if stored is None else supplier_view(self._dossier(stored.value), supplier)

    def news(self, parcel: str) -> News:
        """What customers are to be told of a parcel now: where it is, and by when it comes.

        Whoever is told by `adapters.outbox.drain` that a parcel has changed asks for its news, and
        sends each `News.key` once.
        """
        found = self.parcel(parcel)
        return news_of(found, [self.order(id) for id in found.orders], waybill(found))

    def why_not(self, call: Call[Document], *, by: str = "") -> tuple[Refusal, ...]:
        """Every reason against a call now; empty exactly when it would succeed on what was read.

        It is the verb run dry, with the claims that it would make compared with the counters.
        Each reason has the remedies that were tried and help.
        """
        return explained(self.store, self._ours(call), self._context(by))

    def options(self, ref: Ref[Document], *, by: str = "") -> tuple[Option, ...]:
        """What may be done with a document now, and what may not, with every reason and remedy.

        Each verb that the document knows is there, with the arguments that the document itself
        suggests; words that only a clerk can write stand as samples. What it has no use for is left
        out: to remit where no carrier owes, to enter a stage where the process has none, and what
        opens a document. `NotFound` without the document.
        """
        document = self.get(ref)
        context = self._context(by)
        return tuple(
            Option(call, explained(self.store, call, context))
            for call in suggested(self.store, document, context)
        )

    def troubled(self) -> Iterator[Troubled]:
        """Every parcel that is lost, late, silent or otherwise in trouble, in the order of ids.

        Beside each stands what can be done about it now: each call was tried.
        """
        for stored in every(self.store, Query("parcel", self.tenant, on_hold=True)):
            parcel = stored.value
            if isinstance(parcel, Parcel) and any(hold.code in OURS for hold in parcel.holds):
                yield self.ways_out(parcel.ref.id)

    def ways_out(self, id: str, *, by: str = "") -> Troubled:
        """What can be done about a parcel now; each call was tried, and would succeed."""
        return ways_out(self.store, self.parcel(id), self._context(by))

    def numbered(self, number: str, carrier: str = "") -> tuple[Parcel, ...]:
        """The parcels that went out under a waybill number, by id: of any carrier, or of one.

        The number of several pieces together finds each of them. Carriers use numbers again, so
        there may be others. It looks at every parcel, and at those that were put away where no
        other has the number.
        """
        text(number, "number")
        text(carrier, "carrier", empty=True)
        return self._numbered(number, carrier, False) or self._numbered(number, carrier, True)

    def _numbered(self, number: str, carrier: str, archived: bool) -> tuple[Parcel, ...]:
        query = Query("parcel", self.tenant, archived=archived)
        return tuple(
            parcel
            for stored in every(self.store, query)
            if isinstance(parcel := stored.value, Parcel)
            and number in (parcel.tracking, parcel.waybill)
            and carrier in ("", parcel.carrier)
        )

    def numbered_returns(self, number: str, carrier: str = "") -> tuple[Return, ...]:
        """The returns that come by a label of that number, by id; of any carrier, or of one."""
        text(number, "number")
        text(carrier, "carrier", empty=True)
        returns = (stored.value for stored in every(self.store, Query("return", self.tenant)))
        return tuple(
            one
            for one in returns
            if isinstance(one, Return) and number == one.tracking and carrier in ("", one.carrier)
        )

    def due(self, at: datetime, *, limit: int = 100) -> list[Due]:
        """What has fallen due until an instant, earliest first, at most `limit` of it.

        Each says who must act, and which call silence means. It was tried: what would be refused at
        that instant, by a hold or by the host's own process, is not listed.
        """
        until = instant(at, "at")
        whole(limit, "limit")
        context = Context(until, "", self.rules)
        found = self._due_by(until)
        accepted = (due for due in found if not tried(self.store, due.call, context)[1])
        return list(islice(accepted, limit))

    def reminders(self, at: datetime, *, limit: int = 100) -> list[Reminder]:
        """Whom to remind of what is to be paid or used before a limit, earliest first.

        At most `limit`; when, `Rules.remind_days` says. Each is listed as long as its span runs:
        whoever sends it keeps its `key`, and sends it once.
        """
        now = instant(at, "at")
        whole(limit, "limit")
        if not self.rules.remind_days:
            return []
        until = later(now, timedelta(days=max(self.rules.remind_days)))
        case = self._case(until)
        limits = [(due, limit_behind(due, case)) for due in self._due_by(until)]
        limits.sort(key=lambda pair: (pair[1].since, pair[1].ref))
        found = ((due, reminder_of(told, now, self.rules)) for due, told in limits)
        return list(islice((one for due, one in found if one and self._falls_due(due)), limit))

    def _falls_due(self, due: Due) -> bool:
        """Whether a limit that is to come will mean what it says, as everything stands now."""
        return not tried(self.store, due.call, Context(due.since, "", self.rules))[1]

    def _due_by(self, until: datetime) -> list[Due]:
        """Every limit until an instant, earliest first, whether or not its call is refused."""
        found: list[Due] = []
        for kind in FALL_DUE:
            for stored in every(self.store, Query(kind, self.tenant, due_by=until)):
                case = Case(stored.value.ref, self.store, until)
                due = due_of(stored.value, case, self.rules)
                if due is not None and due.since <= until:
                    found.append(due)
        return sorted(found, key=lambda due: (due.since, due.ref))

    def held(self, code: str = "", kind: str = "order") -> Iterator[Document]:
        """The documents of a kind that are on hold, in the order of their ids.

        With a `code` those that have that hold: `special_handling` is a list of work.
        """
        if type(kind) is not str or kind not in KINDS:
            raise BadInput("kind", f"one of {', '.join(KINDS)} is wanted")
        named = text(code, "code", empty=True)
        query = Query(kind, self.tenant, hold=named, on_hold=True)
        return (stored.value for stored in every(self.store, query))

    def in_danger(self) -> tuple[Danger, ...]:
        """Every position where claims are beyond what is there, and whose promises that endangers.

        Listed until the difference is zero; beside them, until somebody has decided about them, the
        promises whose supply is ready after their date, and those whose lot is not good until
        then, or is on hold.
        """
        at = instant(self._clock(), "clock")
        over = [
            Danger(counter, self._running_claims(counter, at))
            for counter in self.store.over_committed(self.tenant, at)
        ]
        listed = {danger.counter.position for danger in over}
        skus = {
            may_fail(stored.value)
            for kind in MAY_FAIL
            for stored in every(self.store, Query(kind, self.tenant))
        }
        rest = failing(self._case(at), skus - {""}, self.rules)
        return (*over, *[danger for danger in rest if danger.counter.position not in listed])

    def slipped(self, supply: str, due: datetime, to_come: int | None = None) -> Slipped:
        """The promises that a late or short supply would break, and the calls that save the most.

        Nothing is recorded: make the calls, the first of which is the slip itself.
        """
        ref: Ref[Supply] = Ref(self.tenant, "supply", text(supply, "supply"))
        if to_come is not None:
            whole(to_come, "to_come", least=0)
        return slipped(self._case(), ref, instant(due, "due"), to_come, self.rules)

    def available(self, sku: str, by: datetime, location: str = "", *, region: str = "") -> int:
        """How many units more can be promised by a date, all that is promised being kept.

        To have them by then in a `region`, where warehouses say how they ship.
        """
        case = self._case()
        figures = skus_of(case, (text(sku, "sku"),), self.rules)
        place = text(location, "location", empty=True)
        terms = terms_of(self.rules, region=text(region, "region", empty=True))
        return available(figures, sku, instant(by, "by"), case.at, place, terms)

    def forecast(self, sku: str) -> tuple[Forecast, ...]:
        """Each claim on a SKU with its source and date, and what is free of each source."""
        return tuple(forecast(self._case(), text(sku, "sku"), self.rules))

    def alternatives(
        self, wanted: Sequence[Wanted], *, region: str = ""
    ) -> tuple[Alternative, ...]:
        """What was asked, where it can be had; else what could be had in its place.

        Less, later, in parts, from several places or something else: each was promised before it
        is offered, to a `region` where warehouses say how they ship. Nothing is claimed.
        """
        if not isinstance(wanted, tuple | list):
            raise BadInput("wanted", "a tuple of Wanted is wanted")
        for i, one in enumerate(wanted):
            if not isinstance(one, Wanted):
                raise BadInput(f"wanted[{i}]", "a Wanted is wanted")
        case = self._case()
        skus = {sku for one in wanted for sku in skus_wanted(one)}
        terms = terms_of(self.rules, region=text(region, "region", empty=True))
        return alternatives(wanted, skus_of(case, skus, self.rules), case.at, terms)

    def standing(self, sku: str = "", location: str = "") -> tuple[Standing, ...]:
        """What stands where now, position by position: of a SKU and within a location, where named.

        `total` of the rows is their sum.
        """
        text(sku, "sku", empty=True)
        text(location, "location", empty=True)
        at = instant(self._clock(), "clock")
        books = self.store.books(self.tenant, sku, location)
        pegs = {row.position.peg for row in books.counters if row.position.peg}
        rows = (self.store.load(Ref[Supply](self.tenant, "supply", peg)) for peg in sorted(pegs))
        return standing(books, (row.value for row in rows if row is not None), at)

    def turned(self, start: datetime, end: datetime, location: str = "") -> tuple[Turned, ...]:
        """How each SKU turned over in a period: what lay there, went out and came back.

        It reads the whole journal once; keep the periods that are over, `then` joins them.
        """
        return turned(self.store.entries(), start, end, location, self.tenant)

    def deliveries(self, start: datetime, end: datetime) -> Deliveries:
        """Whether parcels that were handed over in a period came in time and unharmed.

        It reads every parcel, and the orders of those that are meant.
        """
        found = (stored.value for stored in every(self.store, Query("parcel", self.tenant)))
        parcels = (one for one in found if isinstance(one, Parcel))
        return deliveries(parcels, self.order, start, end)

    def after_sales(self, start: datetime, end: datetime) -> AfterSales:
        """How much came back in a period, for which reasons, and what became of it.

        It reads the whole journal once; keep the periods that are over, `then` joins them.
        """
        return after_sales(self.store.entries(), start, end, self.tenant)

    def postings(self) -> tuple[Posting, ...]:
        """What all commands have done to money: `orderflow.ledger` makes statements of it.

        It reads the whole journal.
        """
        from orderflow.ledger import postings  # here, so that importing a workflow loads no ledger

        return postings(self.store.entries(), self.tenant)

    def settlement(
        self, since: datetime, until: datetime, quotes: Sequence[Quote] = ()
    ) -> Settlement:
        """What customers, suppliers, carriers, finance and we owe each other for a period.

        Units are kept when the return window of the rules is over; suppliers are paid by the cost
        of their purchases, else by the `quotes` that are handed in. It reads the whole journal.
        """
        from orderflow.settlement import settlement  # here, for the same reason

        return settlement(
            self.store.entries(),
            since,
            until,
            quotes,
            window_days=self.rules.return_window_days,
            window=self.rules.return_window,
            aftercare=self.rules.aftercare,
            tenant=self.tenant,
        )

    def reconcile_remittance(
        self, remittance: Remittance, fee: CashFee | None = None
    ) -> Reconciled:
        """A carrier's remittance file against the cash that it owes: bookings and findings.

        Without `fee` no fee is wrong. It reads all payments and parcels of the tenant.
        """
        from orderflow.remittances import reconcile_remittance  # here, for the same reason

        payments, parcels = (
            [stored.value for stored in every(self.store, Query(kind, self.tenant, archived=True))]
            for kind in ("payment", "parcel")
        )
        return reconcile_remittance(
            remittance,
            [one for one in payments if isinstance(one, Payment)],
            [one for one in parcels if isinstance(one, Parcel)],
            fee,
        )

    def stock_advice(
        self,
        stockings: Sequence[Stocking],
        forecast: DemandForecast | None = None,
        *,
        window_days: int = 28,
    ) -> tuple[Advice, ...]:
        """How long stock lasts and what to buy now, what lasts least first.

        Without a forecast, each day to come brings what a day of the past window brought.
        """
        if not isinstance(stockings, tuple | list):
            raise BadInput("stockings", "a tuple of Stocking is wanted")
        for i, one in enumerate(stockings):
            if not isinstance(one, Stocking):
                raise BadInput(f"stockings[{i}]", "a Stocking is wanted")
        if forecast is not None and not callable(getattr(forecast, "expected", None)):
            raise BadInput("forecast", "a DemandForecast is wanted")
        case = self._case()
        since = case.at - timedelta(days=whole(window_days, "window_days", most=DAYS_MAX))
        places = sorted({one.location for one in stockings})
        past = tuple([row for place in places for row in self.turned(since, case.at, place)])
        return advices(case, stockings, past, forecast or SteadyDemand(past))

    def who_got(self, sku: str, lot: str) -> tuple[Got, ...]:
        """Which orders have units of a lot or serial, sorted by order: for a recall.

        `out` is true of those that have left the house; the others still stand in it.
        """
        of = lot_id(text(sku, "sku"), text(lot, "lot"))
        found: list[Got] = []
        for stored in every(self.store, Query("order", self.tenant, lot=of)):
            if isinstance(stored.value, Order):
                found += got(stored.value, sku, lot)
        return tuple(found)

    def again(self, entry: Entry) -> tuple[Fact, ...]:
        """The facts that a question of the journal gives when it is run again.

        The documents are folded as they were, and the figures are those that were read then.
        Under the rules it was decided by, these are the entry's own facts; an entry of other rules
        is refused, since what it would give is a trial.
        """
        if not isinstance(entry, Entry):
            raise TypeError(f"an Entry is wanted, as a store gives them, not {entry!r}")
        if entry.rules != self._fingerprint:
            raise ValueError(f"entry {entry.seq} was decided under other rules")
        case = Case(entry.call.ref, Past(self.store, entry), entry.at)
        return tuple(ask(case, entry.call, Context(entry.at, entry.by, self.rules)).facts)

    def returnable(self, id: str, reason: str = "") -> tuple[Returnable, ...]:
        """The delivered units of an order that may come back now for a reason, and until when.

        By line and parcel, with all that speaks against those that may not, and since when.
        """
        order = self.order(id)
        return returnable(
            Case(order.ref, self.store, instant(self._clock(), "clock")), order, self.rules, reason
        )

    def sourcing(self, id: str, lines: LineQuantities = (), *, by: str = "") -> Sourcing:
        """From where an order's goods would come if it were allocated now, and why not elsewhere.

        It is `allocate` run dry, up to the answer of its policy; nothing is changed. For each
        location that is not used it says what dropped it, or what using it would cost more; for
        units that are left out, why. Where `allocate` is refused before a policy is asked, so is
        this. What has been decided already is told by `sourced`.
        """
        from orderflow.whence import sourcing  # here, so that the library is imported without it

        call = self._ours(allocate.of(Ref(self.tenant, "order", id), lines))
        return sourcing(self.store, call, self._context(by))

    def sourced(self, id: str) -> tuple[Decision, ...]:
        """What was decided for an order in the past, first to last, with the reasons of then.

        They are those of the figures that were read then. A decision that these rules did not make
        has no reasons here: ask a workflow with the rules that made it, or `what_if`.
        """
        from orderflow.whence import decisions  # here, as above

        return decisions(self.store, self.order(id).ref, self.rules)

    def what_if(self, policy: Policy, *, sending: Sending | None = None) -> Trial:
        """What another policy would have decided for the orders of the past, order by order.

        Each allocation of the journal is asked again, on the figures that were read then, by these
        rules with the policy, and with another `sending` where one is given. Nothing is changed.
        """
        from orderflow.whatif import trial  # here, so that the library is imported without it

        rules = self.rules if sending is None else attrs.evolve(self.rules, sending=sending)
        return trial(self.store, rules, policy, tenant=self.tenant)

    # --- behind it -----------------------------------------------------------------------------

    def _context(self, by: str) -> Context:
        return Context(instant(self._clock(), "clock"), text(by, "by", empty=True), self.rules)

    def _case(self, at: datetime | None = None) -> Case:
        """To read for a question that is not about one document."""
        return Case(Ref(self.tenant, STOCK, ""), self.store, at or instant(self._clock(), "clock"))

    def _dossier(self, order: Order) -> Dossier:
        """An order with the documents about it that its readers see."""
        reissues = tuple(self._about(order, "reissue", Reissue))
        sent_anew = [self.order(reissue.anew) for reissue in reissues if reissue.anew]
        return Dossier(
            order,
            tuple(self._about(order, "purchase", Purchase)),
            reissues,
            tuple(sent_anew),
            tuple(self._about(order, "parcel", Parcel)),
        )

    def _about(self, order: Order, kind: str, wanted: type[D]) -> Iterator[D]:
        for stored in every(self.store, Query(kind, self.tenant, order=order.ref.id)):
            if isinstance(stored.value, wanted):
                yield stored.value

    def _running_claims(self, counter: Counter, at: datetime) -> tuple[Claim, ...]:
        claims = self.store.claims(self.tenant, counter.position)
        return tuple(claim for claim in claims if claim.until is None or claim.until > at)

    def _ours(self, call: Call[D]) -> Call[D]:
        """The call on this tenant's document; another tenant's is refused."""
        if not isinstance(call, Call):
            raise TypeError(f"a call is wanted, such as verbs.cancel.on(id), not {call!r}")
        ref = self._mine(call.ref)
        if ref is call.ref and type(call) is Call:
            return call
        return Call(call.verb, ref, call.args)  # a remedy is asked as the call that it is

    def _mine(self, ref: Ref[D]) -> Ref[D]:
        if not isinstance(ref, Ref):
            raise TypeError(f"a Ref is wanted, such as Ref('', 'order', id), not {ref!r}")
        tenant, kind, id = ref
        text(id, kind)
        if tenant == self.tenant:
            return ref
        if tenant:
            raise BadInput("ref.tenant", f"is {tenant}, not {self.tenant or 'without one'}")
        return Ref(self.tenant, kind, id)

    def _change(
        self, case: Case, step: Step, call: Call[Document], key: str, by: str, at: datetime
    ) -> Change:
        replaced: list[tuple[Document, int]] = []
        relied: list[tuple[Ref[Document], int]] = []
        after = step.after
        for ref in sorted(case.read):
            stored = case.read[ref]
            version = 0 if stored is None else stored.version
            document = after.get(ref)
            if document is None:
                relied.append((ref, version))
            else:
                replaced.append((document, version))
        facts = tuple(step.facts)
        return Change(
            key,
            call,
            by,
            at,
            self._fingerprint,
            case.figures,
            facts,
            tuple(replaced),
            tuple(relied),
            postings(facts),
            tuple(sorted(step.there.items())),
            tuple(step.kept),
        )

    def _again(self, earlier: Entry, call: Call[D], by: str) -> Done[D]:
        """The answer to a key that has been seen: the first facts, the document as it is now."""
        if (earlier.call, earlier.by) != (call, by):
            raise KeyReused(earlier.key, call.verb)
        stored = None if call.ref.kind == STOCK else self.store.load(call.ref)
        return Done(earlier.seq, earlier.facts, True, None if stored is None else stored.value)

    def _pause(self, attempt: int) -> None:
        """Wait a little, by chance, before everything is read again."""
        chance = int.from_bytes(os.urandom(2)) / 2**16
        time.sleep(chance * PAUSE_SECONDS * 2**attempt)


def _after(step: Step, case: Case) -> Document | None:
    """The document of a call once it is done; a verb may have changed only others, as `pick` does.

    `None` for a call on stock.
    """
    if case.ref in step.after:
        return step.after[case.ref]
    return None if case.ref.kind == STOCK else case.find(case.ref)
