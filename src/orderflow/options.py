"""What may be done with a document: each verb that it knows, with the arguments that it suggests.

It knows what a clerk would fill in, read off the document, and refuses to know whether it would be
allowed: that is asked.

Problem: a screen that lists what may be done needs every verb with its reasons, and most verbs need
arguments: a name for the new parcel, the amount to pay back, the hold to lift.
Observation: what a document is waiting for can be read off it: what is owed is the amount, the
holds are the codes, the units that stand somewhere are the lines.
Decision: beside each verb whose arguments depend on the document stands a function that suggests
them; a verb without one is suggested as it is, with sample words for what a clerk would write.
A host does the same for its own verbs, by `suggests`.

One file, though long: it is a list to look a verb's suggestion up in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, Generic, ParamSpec, TypeAlias, TypeVar, cast

import attrs

from orderflow import (
    bookings,
    carrier_claims,
    compensating,
    complaints,
    coupons,
    deposits,
    doorstep,
    fulfilment,
    inspecting,
    instalments,
    inventory,
    items,
    on_account,
    orders,
    payments,
    production,
    proving,
    receiving,
    redirecting,
    refunds,
    rejecting,
    repairs,
    replacements,
    repricing,
    return_labels,
    return_scans,
    returns,
    scanning,
    stages,
    waybills,
)
from orderflow.agreed import NewCharge, NewLine
from orderflow.calls import Call, Ref
from orderflow.claiming import setting
from orderflow.conditions import Verdict
from orderflow.errors import Refusal
from orderflow.fulfilment import ScanStatus
from orderflow.journal import MISSING, VERBS, Case, Context, Verb, holds_of, kind_of
from orderflow.money import Money, Price
from orderflow.payments import Notice
from orderflow.payments.balances import left_to_ask
from orderflow.pricing import due, kept, prices_of, quantity, total
from orderflow.promising import slipping
from orderflow.promising.dangers import broken
from orderflow.records import (
    KINDS,
    CarrierClaim,
    ChargeKind,
    ClaimCause,
    Complaint,
    Coupon,
    CreditLine,
    Dispatch,
    Document,
    Exchange,
    Feed,
    Instalment,
    Item,
    Order,
    Outcome,
    Parcel,
    Payment,
    Purchase,
    Quota,
    Reissue,
    Return,
    Supply,
    WorkOrder,
)
from orderflow.reviewing import TO_AGREE
from orderflow.states import UnitState
from orderflow.tender_order import Means, Portion
from orderflow.tenders import StoredValue
from orderflow.tracking import Scan, TrackingStatus
from orderflow.trial import Source
from orderflow.units import LineQuantities
from orderflow.values import TEXT_MAX, Sku, later
from orderflow.views import Turn
from orderflow.views.waits import waits

T = TypeVar("T", bound=Document)
T_co = TypeVar("T_co", bound=Document, covariant=True)
U = TypeVar("U", bound=Document)
P = ParamSpec("P")


@attrs.frozen
class Option:
    """A call that a document suggests: allowed, or with every reason against it."""

    call: Call[Document]
    refusals: tuple[Refusal, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it would succeed now."""
        return not self.refusals


@attrs.frozen
class Look(Generic[T_co]):
    """A document that suggests calls, where the others are, and when and by which rules."""

    document: T_co
    source: Source
    context: Context

    @property
    def id(self) -> str:
        """The document's own id."""
        return self.document.ref.id

    def fresh(self, kind: type[Document], mark: str) -> str:
        """A name that no document of the kind has yet, made of this one's and a mark."""
        name, number = kind_of(kind), 1
        while True:
            end = f"-{mark}{number}"
            stem = self.id[: TEXT_MAX - len(end)].rstrip()
            ref: Ref[Document] = Ref(self.document.ref.tenant, name, stem + end)
            if self.source.load(ref) is None:
                return ref.id
            number += 1


Suggest: TypeAlias = Callable[[Look[Document]], Iterable[Call[Document]]]

_BY_VERB: Final[dict[str, tuple[str, Suggest]]] = {}
"""Each verb's suggestion, with the kind of document that makes it."""


def suggests(
    verb: Verb[U, P], on: type[T]
) -> Callable[[Callable[[Look[T]], Iterable[Call[U]]]], None]:
    """Register how a document of the kind `on` suggests calls of a verb."""

    def register(function: Callable[[Look[T]], Iterable[Call[U]]]) -> None:
        _BY_VERB[verb.name] = (kind_of(on), cast("Suggest", function))  # asked of that kind alone

    return register


BALANCE_DAYS: Final = 7
"""How long a balance is open, where nobody has said."""

SLIP_DAYS: Final = 7
"""From now on, when supply comes that is late, where nobody has said."""

SAMPLES: Final = {
    "answer": "Yes.",
    "code": "look-again",
    "offer": "a later date, or another product?",
    "question": "Is the address right?",
    "reason": "as agreed",
    "reference": "talk-1",
    "series": "bills",
    "text": "Yes.",
}
"""What stands for the words that only a clerk can write, by the name of the argument."""


def suggested(source: Source, document: Document, context: Context) -> Iterator[Call[Document]]:
    """Every call that a document suggests, verb by verb, in the order in which they were made."""
    kind, tenant = document.ref.kind, document.ref.tenant
    look = Look(document, source, context)
    for verb in tuple(VERBS.values()):
        on, suggest = _BY_VERB.get(verb.name, (verb.kind, None))
        if on != kind:
            continue
        if suggest is not None:
            for call in suggest(look):
                yield attrs.evolve(call, ref=call.ref._replace(tenant=tenant))
            continue
        needed = [name for name, default in verb.defaults.items() if default is MISSING]
        if all(name in SAMPLES for name in needed):  # nothing is needed: as it is
            yield verb.of(document.ref, **{name: SAMPLES[name] for name in needed})


SAMPLE_SUPPLIER: Final = "supplier"


def _money(order: Order, minor: int) -> Money:
    return Money(max(1, minor), order.currency)


def _lines(order: Order, *states: UnitState) -> LineQuantities:
    """The units of each line in some states; one of the first line where there are none."""
    there = ((line.id, line.count(*states)) for line in order.lines)
    found = tuple((line, n) for line, n in there if n)
    return found or tuple((line.id, 1) for line in order.lines[:1])


def _place(look: Look[Document]) -> str:
    """The first place of the rules by rank; a sample where they name none."""
    places = sorted(look.context.rules.locations, key=lambda one: (one.priority, one.id))
    return places[0].id if places else "warehouse"


def _lift(verb: Verb[Any, ...]) -> Suggest:
    """Lift each hold of a document; a hold that is not there, where there is none."""

    def suggest(look: Look[Document]) -> Iterator[Call[Document]]:
        codes = [hold.code for hold in holds_of(look.document)] or [SAMPLES["code"]]
        for code in codes:
            yield verb.of(look.document.ref, code)

    return suggest


for _verb in tuple(VERBS.values()):
    if _verb.name.startswith("lift_"):
        suggests(_verb, on=KINDS[_verb.kind])(_lift(_verb))


# --- orders ---------------------------------------------------------------------------------------


@suggests(orders.adjust, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield orders.adjust.on(look.id, NewCharge(ChargeKind.FEE, 100, reason="by hand"))


def _lower(order: Order) -> repricing.LinePrices:
    """The first line at a price that is lower by one, where nobody has said."""
    if not order.lines:
        return (("1", Price(Decimal(0), order.currency)),)
    now = prices_of(order.lines[0])[0]
    amount = max(Decimal(0), Decimal(int(now.price)) - 1)
    return ((order.lines[0].id, Price(amount, order.currency, now.per)),)


@suggests(repricing.reprice, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield repricing.reprice.on(look.id, _lower(look.document), reason="by hand")


@suggests(repricing.weigh_line, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    lines = [line for line in look.document.lines if line.grams_each] or look.document.lines
    if not lines:
        yield repricing.weigh_line.on(look.id, "1", 1_000)
    for line in lines[:1]:
        grams = sum([quantity(line, one) for one in prices_of(line, kept(line))])
        yield repricing.weigh_line.on(look.id, line.id, max(1, grams))


@suggests(repricing.protect_price, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield repricing.protect_price.on(look.id, _lower(look.document), reason="by hand")


@suggests(orders.hold, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield orders.hold.on(look.id, SAMPLES["code"], SAMPLES["reason"])
    case = Case(look.document.ref, look.source, look.context.at)
    late = waits(look.document, broken(case, look.document, look.context.rules))
    if any(one.turn is Turn.TO_OFFER for one in late):
        yield orders.hold.on(look.id, TO_AGREE, SAMPLES["offer"], ())


@suggests(stages.enter_stage, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    for stage in look.context.rules.process.stages:
        yield stages.enter_stage.on(look.id, stage.name)


@suggests(fulfilment.release, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    places = {
        spot.slice.location
        for _, spot in look.document.units()
        if spot.state is UnitState.ALLOCATED
    }
    dispatch = look.fresh(Dispatch, "d")
    for place in sorted(places) if len(places) > 1 else [""]:
        yield fulfilment.release.on(look.id, dispatch, place)


@suggests(fulfilment.scan_serials, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    lines = look.document.lines
    yield fulfilment.scan_serials.on(look.id, lines[0].id if lines else "1", (f"{look.id}-s1",))


@suggests(fulfilment.report_missing, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield fulfilment.report_missing.on(look.id, ())


@suggests(payments.pay, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    amount = _money(look.document, due(look.document))
    shares = ((look.id, amount.minor),)
    yield payments.pay.on(look.fresh(Payment, "pay"), amount, shares)


@suggests(compensating.compensate, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    order, reason, amount = look.document, SAMPLES["reason"], 1
    for one in look.context.rules.compensable:
        rule = compensating.rule_of(look.context.rules, one.reason, order.currency)
        if rule is not None:
            reason, amount = rule.reason, compensating.left_to_compensate(order, rule)
            break
    payee = f"account of {order.customer}"[:TEXT_MAX]
    yield compensating.compensate.on(look.id, reason, _money(order, amount), payee)


@suggests(compensating.return_compensation, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    order, out = look.document, [one for one in look.document.compensations if one.payee]
    reason, payee = (out[-1].reason, out[-1].payee) if out else (SAMPLES["reason"], order.customer)
    amount = sum([one.amount for one in out if (one.reason, one.payee) == (reason, payee)])
    back = _money(order, amount)
    yield compensating.return_compensation.on(look.id, reason, back, payee or "account")


@suggests(refunds.confirm_refund, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    order, back = look.document, refunds.owed_back(look.document)
    case = Case(order.ref, look.source, look.context.at)
    plan = refunds.proposed(case, look.context, order.ref, back).portions
    first = order.tenders[0].payment if order.tenders else look.fresh(Payment, "pay")
    sample = (Portion(first, 1, Means.BY_HAND),)
    yield refunds.confirm_refund.on(look.id, _money(order, back), plan or sample)


@suggests(payments.await_payment, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    amount = _money(look.document, due(look.document))
    yield payments.await_payment.on(look.fresh(Payment, "pay"), amount)


@suggests(payments.collect_on_delivery, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    amount = _money(look.document, due(look.document))
    yield payments.collect_on_delivery.on(look.fresh(Payment, "pay"), look.id, amount)


@suggests(payments.expect_cash, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    yield payments.expect_cash.on(look.fresh(Payment, "pay"), look.id)


@suggests(instalments.agree_plan, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    now = look.context.at
    half, cost = total(look.document) // 2, total(look.document)
    parts = [(half, now), (cost - half, later(now, timedelta(days=BALANCE_DAYS)))]
    wanted = tuple([Instalment(amount, at) for amount, at in parts if amount > 0])
    yield instalments.agree_plan.on(look.id, wanted or (Instalment(1, now),))


@suggests(deposits.take_deposit, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    order = look.document
    amount = _money(order, max(2, due(order)))
    deposit = _money(order, amount.minor // 2)
    shares = ((look.id, deposit.minor),)
    yield deposits.take_deposit.on(look.fresh(Payment, "pay"), amount, deposit, shares)


@suggests(production.purchase, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Purchase]]:
    purchase = look.fresh(Purchase, "buy")
    for place in (_place(look), ""):  # to our own place, or straight to the customer
        yield production.purchase.on(purchase, (look.id,), SAMPLE_SUPPLIER, place)


@suggests(production.plan_production, on=Order)
def _(look: Look[Order]) -> Iterator[Call[WorkOrder]]:
    yield production.plan_production.on(look.fresh(WorkOrder, "make"), (look.id,), _place(look))


@suggests(repairs.ask_repair, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Return]]:
    yield repairs.ask_repair.on(look.fresh(Return, "r"), look.id)


@suggests(returns.ask_return, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Return]]:
    yield returns.ask_return.on(look.fresh(Return, "r"), look.id)


@suggests(complaints.ask_refund_only, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Complaint]]:
    yield complaints.ask_refund_only.on(look.fresh(Complaint, "q"), look.id)


@suggests(complaints.complain, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Complaint]]:
    yield complaints.complain.on(look.fresh(Complaint, "q"), look.id, SAMPLES["question"])


_MAY_GO_AGAIN: Final = (UnitState.LOST, UnitState.MISSING, UnitState.DELIVERED)


@suggests(replacements.ask_reissue, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Reissue]]:
    wanted = _lines(look.document, *_MAY_GO_AGAIN)
    reissue = look.fresh(Reissue, "again")
    yield replacements.ask_reissue.on(reissue, look.id, wanted, SAMPLES["reason"])


@suggests(replacements.ask_exchange, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Exchange]]:
    order = look.document
    wanted = _lines(order, UnitState.DELIVERED)
    if not wanted:  # an order without lines
        return
    counts = dict(wanted)
    new = tuple(
        NewLine(
            line.id,
            Sku(line.sku, line.unit, line.scale, line.per),
            counts[line.id],
            Price(line.price, order.currency, line.per),
            rounding=line.rounding,
            fixed=line.fixed,
            grams_each=line.grams_each,
        )
        for line in order.lines
        if line.id in counts
    )
    exchange = look.fresh(Exchange, "swap")
    yield replacements.ask_exchange.on(exchange, look.id, look.fresh(Return, "r"), wanted, new)


# --- the documents of an order --------------------------------------------------------------------


@suggests(fulfilment.pack, on=Dispatch)
def _(look: Look[Dispatch]) -> Iterator[Call[Parcel]]:
    yield fulfilment.pack.on(look.fresh(Parcel, "p"), (look.id,))


@suggests(fulfilment.scan_pick, on=Dispatch)
def _(look: Look[Dispatch]) -> Iterator[Call[Dispatch]]:
    listed = {
        (line.sku, spot.slice.lot, spot.slice.serial)
        for order in _orders(look, look.document.orders)
        for line, spot in order.units()
        if spot.slice.dispatch == look.id
    }
    for sku, lot, serial in sorted(listed) or [("sku", "", "")]:
        yield fulfilment.scan_pick.on(look.id, sku, 1, lot, serial)


@suggests(fulfilment.report_shipped, on=Dispatch)
def _(look: Look[Dispatch]) -> Iterator[Call[Parcel]]:
    yield fulfilment.report_shipped.on(look.fresh(Parcel, "p"), look.id)


@suggests(fulfilment.repack, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    yield fulfilment.repack.on(look.id, look.fresh(Parcel, "p"))


@suggests(fulfilment.record_scan, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for status in ScanStatus:
        yield fulfilment.record_scan.on(look.id, status)


@suggests(redirecting.redirect, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for order in _orders(look, look.document.orders):
        yield redirecting.redirect.on(look.id, order.destination.address or "another address")


@suggests(scanning.record_scans, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for scan in _turning(look, look.document.scans, look.document.tracking):
        yield scanning.record_scans.on(look.id, (scan,))


def _turning(
    look: Look[Parcel] | Look[Return], scans: tuple[Scan, ...], number: str
) -> Iterator[Scan]:
    """Scans that move what they are of."""
    kept = {scan.status: scan for scan in scans}
    for status in _TURNING:  # each once: a new scan at each instant would have no end
        yield kept.get(status) or Scan(number or look.id, status, look.context.at)


_TURNING: Final = (
    TrackingStatus.IN_TRANSIT,
    TrackingStatus.READY_FOR_PICKUP,
    TrackingStatus.RETURN_TO_SENDER,
    TrackingStatus.DELIVERED,
)
"""The scans that a parcel or a return suggests: those that move it."""


@suggests(bookings.ask_booking, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    yield bookings.ask_booking.on(look.id, look.document.carrier or "post")


@suggests(bookings.send_booking, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for id in _bookings(look):
        yield bookings.send_booking.on(look.id, id)


@suggests(bookings.record_booking, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for id in _bookings(look):
        number = f"{look.id}-{id}"
        yield bookings.record_booking.on(look.id, id, Outcome.DONE, number)
        yield bookings.record_booking.on(look.id, id, Outcome.FAILED)


@suggests(bookings.cancel_booking, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for id in _bookings(look):
        yield bookings.cancel_booking.on(look.id, id)


def _bookings(look: Look[Parcel]) -> list[str]:
    """The last booking of a parcel, or the name of the first, where there is none."""
    return [one.id for one in look.document.bookings[-1:]] or ["book-1"]


@suggests(waybills.number_parcel, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    yield waybills.number_parcel.on(look.id, look.document.carrier or "post")


@suggests(fulfilment.weigh, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    yield fulfilment.weigh.on(look.id, look.document.weight_grams or 1)


@suggests(fulfilment.mark, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    yield fulfilment.mark.on(look.id, ("fragile",))


@suggests(fulfilment.receive_back, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    yield fulfilment.receive_back.on(look.id, look.document.location or _place(look))


@suggests(doorstep.take_in_part, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    back = look.fresh(Parcel, "back")
    for order in _orders(look, look.document.orders):
        inside = [line.id for line, spot in order.units() if spot.slice.parcel == look.id]
        kept = inside or [line.id for line in order.lines]
        named = order.ref.id if len(look.document.orders) > 1 else ""
        if kept:
            yield doorstep.take_in_part.on(look.id, back, ((kept[0], 1),), named)


@suggests(fulfilment.ship_direct, on=Purchase)
def _(look: Look[Purchase]) -> Iterator[Call[Parcel]]:
    yield fulfilment.ship_direct.on(look.fresh(Parcel, "p"), look.id)


@suggests(production.record_shortfall, on=Purchase)
def _(look: Look[Purchase]) -> Iterator[Call[Purchase]]:
    for order in _orders(look, look.document.orders):
        lines = _lines(order, UnitState.BUYING)
        yield production.record_shortfall.on(look.id, order.ref.id, lines, SAMPLES["reason"])


@suggests(production.receive_purchase, on=Purchase)
def _(look: Look[Purchase]) -> Iterator[Call[Purchase]]:
    yield production.receive_purchase.on(look.id, location=look.document.location or _place(look))


@suggests(production.stop_buying, on=Purchase)
def _(look: Look[Purchase]) -> Iterator[Call[Purchase]]:
    for order in look.document.orders:
        yield production.stop_buying.on(look.id, order)


@suggests(payments.record_notice, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    amount = Money(look.document.amount, look.document.currency)
    for notice in Notice:
        yield payments.record_notice.on(look.id, notice, amount)


@suggests(payments.send_request, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    for one in look.document.requests:
        if one.outcome is Outcome.PENDING:
            yield payments.send_request.on(look.id, one.id)


@suggests(payments.record_answer, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    for one in look.document.requests:
        if one.outcome is Outcome.PENDING:
            yield payments.record_answer.on(look.id, one.id, Outcome.DONE)
            yield payments.record_answer.on(look.id, one.id, Outcome.FAILED)


@suggests(payments.remit, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    if look.document.with_carrier:
        yield payments.remit.on(look.id, Money(look.document.with_carrier, look.document.currency))


@suggests(deposits.open_balance, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    until = look.document.expires_at or later(look.context.at, timedelta(days=BALANCE_DAYS))
    yield deposits.open_balance.on(look.id, until)


@suggests(deposits.plan_balance, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    opens_at = look.document.balance_from or look.context.at
    yield deposits.plan_balance.on(look.id, opens_at, later(opens_at, timedelta(days=BALANCE_DAYS)))


@suggests(deposits.pay_balance, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    payment = look.document
    rest = max(1, left_to_ask(payment))
    shares = tuple((one.order, rest) for one in payment.applications[:1])
    yield deposits.pay_balance.on(look.id, Money(rest, payment.currency), shares)


@suggests(payments.change_cash, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    yield payments.change_cash.on(look.id, Money(look.document.amount, look.document.currency))


@suggests(payments.answer_cash_change, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    for agreed in (True, False):
        yield payments.answer_cash_change.on(look.id, agreed)


@suggests(payments.settle_dispute, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    for won in (True, False):
        yield payments.settle_dispute.on(look.id, won)


@suggests(payments.charge_back, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    payment = look.document
    applied = [one for one in payment.applications if one.amount > 0]
    for one in applied:
        yield payments.charge_back.on(look.id, Money(one.amount, payment.currency), one.order)
    if not applied:
        yield payments.charge_back.on(look.id, Money(payment.amount, payment.currency))


@suggests(payments.apply_payment, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    for one in look.document.applications:
        yield payments.apply_payment.on(look.id, ((one.order, max(1, look.document.unapplied)),))
    if not look.document.applications:
        yield payments.apply_payment.on(look.id, ())


@suggests(carrier_claims.claim_on_carrier, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[CarrierClaim]]:
    claim = look.fresh(CarrierClaim, "claim")
    for order in _orders(look, look.document.orders[:1]):
        for cause in ClaimCause:
            sample = _money(order, 1)
            yield carrier_claims.claim_on_carrier.on(claim, look.id, sample, cause)


@suggests(carrier_claims.record_claim_payment, on=CarrierClaim)
def _(look: Look[CarrierClaim]) -> Iterator[Call[CarrierClaim]]:
    claim = look.document
    owed = Money(claim.accepted or claim.amount, claim.currency)
    yield carrier_claims.record_claim_payment.on(look.id, owed)


SAMPLE_EVIDENCE: Final = ("picture-1",)


@suggests(proving.add_evidence, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield proving.add_evidence.on(look.id, SAMPLE_EVIDENCE)


@suggests(complaints.add_complaint_evidence, on=Complaint)
def _(look: Look[Complaint]) -> Iterator[Call[Complaint]]:
    yield complaints.add_complaint_evidence.on(look.id, SAMPLE_EVIDENCE)


@suggests(complaints.grant_complaint, on=Complaint)
def _(look: Look[Complaint]) -> Iterator[Call[Complaint]]:
    sample: Money | None = None
    for order in () if look.document.amount else _orders(look, (look.document.order,)):
        sample = _money(order, 1)
    yield complaints.grant_complaint.on(look.id, sample)


@suggests(rejecting.send_rejected, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield rejecting.send_rejected.on(look.id, f"{look.id}/rejected")


@suggests(returns.record_return_scan, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    for status in ScanStatus:
        yield returns.record_return_scan.on(look.id, status)


@suggests(return_scans.record_return_scans, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    for scan in _turning(look, look.document.scans, look.document.tracking):
        yield return_scans.record_return_scans.on(look.id, (scan,))


@suggests(return_labels.ask_return_label, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield return_labels.ask_return_label.on(look.id, look.document.carrier or "post")


@suggests(return_labels.send_return_label, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    for id in _return_labels(look):
        yield return_labels.send_return_label.on(look.id, id)


@suggests(return_labels.record_return_label, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    for id in _return_labels(look):
        yield return_labels.record_return_label.on(look.id, id, Outcome.DONE, f"{look.id}-{id}")
        yield return_labels.record_return_label.on(look.id, id, Outcome.FAILED)


@suggests(return_labels.cancel_return_label, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    for id in _return_labels(look):
        yield return_labels.cancel_return_label.on(look.id, id)


def _return_labels(look: Look[Return]) -> list[str]:
    """The last label of a return, or the name of the first, where there is none."""
    return [one.id for one in look.document.bookings[-1:]] or ["back-1"]


@suggests(receiving.receive_return, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield receiving.receive_return.on(look.id, look.document.location or _place(look))


@suggests(inspecting.inspect, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield inspecting.inspect.on(look.id)
    for order in _orders(look, (look.document.order,)):
        came = _lines(order, UnitState.RECEIVED_BACK)
        rejected = tuple((line, n, Verdict.REJECTED) for line, n in came)
        yield inspecting.inspect.on(look.id, rejected)


@suggests(replacements.approve_reissue, on=Reissue)
def _(look: Look[Reissue]) -> Iterator[Call[Reissue]]:
    yield replacements.approve_reissue.on(look.id, look.fresh(Order, "o"))


@suggests(replacements.send_replacement, on=Exchange)
def _(look: Look[Exchange]) -> Iterator[Call[Exchange]]:
    yield replacements.send_replacement.on(look.id, look.fresh(Order, "o"))


@suggests(inventory.receive_supply, on=Supply)
def _(look: Look[Supply]) -> Iterator[Call[Supply]]:
    to_come = max(1, look.document.expected - look.document.received)
    yield inventory.receive_supply.on(look.id, to_come)


@suggests(slipping.slip, on=Supply)
def _(look: Look[Supply]) -> Iterator[Call[Supply]]:
    yield slipping.slip.on(look.id, later(look.context.at, timedelta(days=SLIP_DAYS)))


@suggests(items.describe_item, on=Item)
def _(look: Look[Item]) -> Iterator[Call[Item]]:
    item = look.document
    safety = tuple([(row.location, row.n, row.since) for row in item.safety])
    yield items.describe_item.on(look.id, item.limit_per_buyer, safety)


@suggests(setting.set_quota, on=Quota)
def _(look: Look[Quota]) -> Iterator[Call[Quota]]:
    one = look.document
    whom = (one.channel, one.customer)
    yield setting.set_quota.on(look.id, one.position, one.n + 1, *whom, one.until, one.within)


@suggests(payments.top_up, on=StoredValue)
def _(look: Look[StoredValue]) -> Iterator[Call[StoredValue]]:
    yield payments.top_up.on(look.id, max(1, look.document.n), SAMPLES["reason"])


@suggests(coupons.set_coupon, on=Coupon)
def _(look: Look[Coupon]) -> Iterator[Call[Coupon]]:
    one = look.document
    yield coupons.set_coupon.on(look.id, one.uses, one.per_customer, one.until)


@suggests(on_account.set_credit, on=CreditLine)
def _(look: Look[CreditLine]) -> Iterator[Call[CreditLine]]:
    one = look.document
    yield on_account.set_credit.on(look.id, Money(one.limit, one.currency), one.terms_days)


@suggests(inventory.record_feed, on=Feed)
def _(look: Look[Feed]) -> Iterator[Call[Feed]]:
    one, now = look.document, look.context.at
    until = one.until if one.until is None or one.until > now else None
    yield inventory.record_feed.on(
        look.id, one.location, one.n, now, one.buffer, one.lead_days, until
    )


def _orders(look: Look[Document], names: Iterable[str]) -> Iterator[Order]:
    for name in names:
        ref: Ref[Order] = Ref(look.document.ref.tenant, "order", name)
        stored = look.source.load(ref)
        if stored is not None:
            yield stored.value
