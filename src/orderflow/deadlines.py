"""Time limits: when a document falls due, who must act until then, and what silence means.

It knows which waiting states run out, and refuses to know what time it is.

Problem: a job that cancels unpaid orders at midnight is a second truth about them: it runs late,
twice or not at all, and nobody can ask it beforehand.
Observation: a limit is fixed when the waiting begins, so *when* a document falls due is a property
of the document; only *whether* it has fallen due needs a clock.
Decision: `next_due` is clock-free, so a store may index it, and "what has fallen due" is a question
to that index.
An order that waits for nothing but the days after its delivery is found by that index from its
placing on: how many days those are is decided by the host's rules, and when they began is written
on its parcels, so only `due_of`, which is given both, says from when it is to be completed or
archived.
The answer is a `Due` with the call that silence means; the host makes it, when it likes.
Until it is made nothing has changed, so payment that comes a minute late still finds its order.

A stock hold is not listed, though it runs out: from that instant it counts as free by itself, and
nobody has to act.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from orderflow.arrivals import keep_arrival
from orderflow.bookings import send_booking, waiting
from orderflow.calls import Call, Ref
from orderflow.carrier_claims import miss_carrier_claim
from orderflow.chasing import chase, limits_of
from orderflow.closing import archive, complete, receipt_since, window_since
from orderflow.deposits import forfeit_deposit, miss_balance, open_balance
from orderflow.instalments import miss_instalment
from orderflow.journal import Case
from orderflow.on_account import miss_terms, next_terms
from orderflow.orders import expire
from orderflow.payments import expire_payment, lapse_stored_value, send_request
from orderflow.payments.ready import is_kept
from orderflow.payments.requests import UNREAD, ask_void
from orderflow.payments.unwanted import WHY, given_up_from, limit_of
from orderflow.plans import next_instalment
from orderflow.pools import stored_pool
from orderflow.pricing import due, order_facts, under_way
from orderflow.records import (
    Arrival,
    CarrierClaim,
    Complaint,
    Document,
    Exchange,
    Order,
    Outcome,
    Parcel,
    Payment,
    Reissue,
    Request,
    RequestKind,
    Return,
)
from orderflow.replacements import cancel_exchange
from orderflow.return_labels import send_return_label
from orderflow.rules import Rules
from orderflow.silence import silence_of
from orderflow.states import ORDER, ORDER_UNCONFIRMED, OrderMove, OrderState, PaymentState
from orderflow.tenders import StoredValue
from orderflow.tracking.troubles import LATE, SILENT
from orderflow.values import Position
from orderflow.waiting import AfterSale
from orderflow.withheld import CHARGED_BACK

_CLOSING: Final = {
    OrderState.CONFIRMED: OrderMove.COMPLETE,
    OrderState.COMPLETED: OrderMove.ARCHIVE,
}
_KNOWING: Final = (PaymentState.DEPOSIT_TAKEN, PaymentState.BALANCE_OVERDUE)
"""The states of a payment whose limit waits for a gateway that has not answered."""
_RUNNING: Final = (
    PaymentState.AWAITING,
    PaymentState.AUTHORISED,
    PaymentState.PART_CAPTURED,
    PaymentState.BALANCE_OPEN,
)


@attrs.frozen
class Due:
    """A time limit of a document: since when it is due, who must act until then, and what follows.

    `who` is a party (customer, gateway, seller, carrier); `means` says for people what silence
    means, `call` for the library: while there was something to wait for before `since`, it was
    refused. `state` is what the document has come to. `desk` is who of the seller acts for such a
    customer after a sale, where the rules name one.
    """

    ref: Ref[Document]
    since: datetime
    who: str
    means: str
    call: Call[Document]
    state: str = ""
    desk: str = ""

    @property
    def key(self) -> str:
        """The key to make the call with: the same limit is so acted upon once, whoever does it."""
        return f"{self.ref}/{self.state}/{self.since.isoformat()}"


@attrs.frozen
class Reminder:
    """A customer is to be told that something is to be paid, or used, until a limit.

    `days` is the shortest of the rules' spans that has begun. A reminder with the same `key` is the
    same one: whoever sends it sends it once.
    """

    due: Due
    days: int

    @property
    def key(self) -> str:
        """What tells it from reminders of other limits and other spans."""
        return f"{self.due.ref}/{self.due.since.isoformat()}/{self.days}"


_REMINDED: Final = (
    *(expire, miss_balance, forfeit_deposit, miss_instalment, miss_terms),
    *(lapse_stored_value, cancel_exchange),
)
"""The calls that silence means where a customer has not paid, or not used what is his."""


FALL_DUE: Final = (
    *("order", "payment", "stored value", "parcel", "arrival"),
    *("return", "exchange", "reissue", "complaint", "carrier claim"),
)
"""The kinds of document that have a time limit."""


def next_due(document: Document) -> datetime | None:
    """When a document next falls due at the earliest, as far as it says so itself.

    `None` when it waits for nobody, or without a limit.

    "支付...否则订单将被取消": an order is to be paid until its `pay_by`, in review or not, unless
    the carrier shall collect, a part is paid already, a gateway keeps its money ready or it costs
    nothing; on account, by the day that its terms give it. A payment is to be answered for and
    captured until it expires, a balance is to be asked for from when it was planned, and paid until
    the limit that it was opened with, an instalment until its own; what a gateway was asked is to
    be sent at once, and again when whoever has sent it has had no reply for as long as it was to
    wait. What is kept ready and no order wants is to be given up at once. A stored value is to be
    spent until its time is over. A return, an exchange, a reissue or a complaint notes until when
    it waits, and a parcel from when on it is silent and late. An order that may be completed or
    archived but for the days after its delivery is looked at from its placing on.
    """
    if type(document) is Order:
        unpaid = document.pay_by if _is_unpaid(document) else None
        either = (next_instalment(document), next_terms(document), unpaid)
        earliest = min([at for at in either if at is not None], default=None)
        if earliest is not None:
            return earliest
        return document.placed_at if _may_close(document) else None
    if type(document) is Payment:
        limits = [_unanswered(one) for one in document.requests if one.outcome is Outcome.PENDING]
        given_up = given_up_from(document)
        wanted_no_more = () if given_up is None else (given_up,)
        return min([*limits, *_limits(document), *wanted_no_more], default=None)
    if type(document) is StoredValue and not document.lapsed:
        return document.until
    if type(document) is Return:
        open_labels = [at for at, _ in waiting(document)]
        known = open_labels if document.until is None else [*open_labels, document.until]
        return min(known, default=None)
    if isinstance(document, AfterSale | CarrierClaim):
        return document.until
    if type(document) is Arrival:
        return document.until
    if type(document) is Parcel:
        limits = [at for _, at in limits_of(document)] + [at for at, _ in waiting(document)]
        return min(limits, default=None)
    return None


def reminder_of(due: Due, at: datetime, rules: Rules) -> Reminder | None:
    """The reminder that a limit to come deserves by now, if the rules name one and a customer acts.

    None of a limit that is over: that is due.
    """
    left = due.since - at
    spans = [days for days in rules.remind_days if left <= timedelta(days=days)]
    asked = due.who == "customer" and due.call.verb in {verb.name for verb in _REMINDED}
    return Reminder(due, min(spans)) if spans and left > timedelta() and asked else None


def limit_behind(due: Due, case: Case) -> Due:
    """The limit that a customer is told of: the end of a balance whose opening is planned.

    Any other is its own. Who is told when it opens may have no time left, where it opens late.
    """
    if due.call.verb != open_balance.name:
        return due
    payment = case.payment(due.ref.id)
    planned = case.get(payment)
    return due if planned.expires_at is None else _missed(planned, planned.expires_at)


def due_of(document: Document, case: Case, rules: Rules) -> Due | None:
    """The time limit that a document is under; `None` exactly when `next_due` is.

    Never before `next_due`. `case` reads the parcels of an order, `rules` have its days.
    """
    since = next_due(document)
    match document:
        case _ if since is None:
            return None
        case Order():
            found = _order_due(document, since, case, rules)
        case Payment():
            found = _payment_due(document, since, case)
        case StoredValue():
            return _lapse_due(document, since, case)
        case Arrival():
            means = "nobody has said whose the goods are: they are kept, to be inspected"
            return Due(document.ref, since, "seller", means, keep_arrival.of(document.ref))
        case Return() if (label := _label_due(document, case)) is not None:
            found = label
        case Return() | Exchange() | Reissue() | Complaint():
            silent = silence_of(document, document.until or since, case, rules.patience)
            if silent is None:
                return None
            told = silent.silence
            ref, since, state = document.ref, silent.since, silent.state
            desk = rules.desk(case.get(case.order(document.order)).tier)
            ours = desk if told.who == "seller" else ""
            return Due(ref, since, told.who, told.means, silent.call, state, ours)
        case CarrierClaim():
            means = "the carrier has not answered the claim, or not paid it, in time"
            call = miss_carrier_claim.of(document.ref)
            found = Due(document.ref, since, "carrier", means, call)
        case Parcel():
            found = _parcel_due(document, since)
        case _:
            return None
    return attrs.evolve(found, state=document.state.value)


_PARCEL: Final = {
    SILENT: "nothing was heard of the parcel for days: its carrier is asked",
    LATE: "the parcel is not there on the day that it was promised for: its carrier is asked",
}


def _label_due(returned: Return, case: Case) -> Due | None:
    """The label of a return that is to be sent; a limit that is over comes first.

    A carrier that is silent for good keeps nobody from ending a return.
    """
    until = returned.until
    for at, one in waiting(returned)[:1]:
        if until is None or (until > case.at and at <= until):
            return Due(
                returned.ref, at, "carrier", _ASKED, send_return_label.of(returned.ref, one.id)
            )
    return None


_ASKED: Final = "the carrier has not answered: it is asked, or asked again by the same key"


def _parcel_due(parcel: Parcel, since: datetime) -> Due:
    """What comes first of a parcel: a booking that is to be sent, its silence, or its lateness."""
    for at, one in waiting(parcel):
        if at == since:
            return Due(parcel.ref, since, "carrier", _ASKED, send_booking.of(parcel.ref, one.id))
    code = min(limits_of(parcel), key=lambda one: (one[1], one[0]))[0]
    return Due(parcel.ref, since, "carrier", _PARCEL[code], chase.of(parcel.ref))


def _lapse_due(stored: StoredValue, since: datetime, case: Case) -> Due:
    """The end of a balance: of one that is spent nobody has anything to lose."""
    who, means = "customer", "it was not spent in time: what is left of it is nobody's any more"
    if case.counter(Position(stored_pool(stored.ref.id))).free <= 0:
        who, means = "seller", "its time is over, and nothing is left of it"
    return Due(stored.ref, since, who, means, lapse_stored_value.of(stored.ref))


def _order_due(order: Order, since: datetime, case: Case, rules: Rules) -> Due:
    """What silence means for an order, which it says best itself: who says nothing is a customer.

    "自动将订单状态修改为“完成”,并将订单信息存档".
    """
    if since == next_instalment(order):
        means = "an instalment was not paid in time: the order is on hold until it is"
        return Due(order.ref, since, "customer", means, miss_instalment.of(order.ref))
    if since == next_terms(order):
        means = "the order was not paid by its day: its customer gets nothing more on account"
        return Due(order.ref, since, "customer", means, miss_terms.of(order.ref))
    if order.state is OrderState.CONFIRMED:
        call, since = complete.of(order.ref), max(since, receipt_since(case, order, rules))
        means = "the receipt was confirmed, or nobody complained in time: the order is completed"
    elif order.state is OrderState.COMPLETED:
        call, since = archive.of(order.ref), max(since, window_since(case, order, rules))
        means = "nothing was asked back in time: the order is archived"
    else:
        call = expire.of(order.ref)
        means = "the order was not paid in time: it ends, and its stock is free again"
        if order.state is OrderState.AWAITING_CUSTOMER:
            means = (
                "the order was neither answered for nor paid in time: it ends, and its stock is "
                "free"
            )
    return Due(order.ref, since, "customer", means, call)


def _unanswered(request: Request) -> datetime:
    """From when on a request that was not answered for is to be sent, or sent again."""
    return request.busy_until or request.at


def _payment_due(payment: Payment, since: datetime, case: Case) -> Due:
    """A limit that is over comes first: it does not wait for a gateway that is silent for good.

    But no balance is asked for, and no deposit forfeited, while the gateway may have it, and
    nothing ends while what a gateway has said of it cannot be read.
    """
    until = min(_limits(payment), default=None)
    given_up = given_up_from(payment)
    if given_up is not None and (until is None or until > case.at):
        means = "no order wants the money that is kept ready: it is given up"
        return Due(payment.ref, given_up, "seller", means, ask_void.of(payment.ref, WHY))
    waiting = [one for one in payment.requests if one.outcome is Outcome.PENDING]
    unread = any(hold.code == UNREAD for hold in payment.holds)
    unsure = unread or (payment.state in _KNOWING and payment.asked(RequestKind.CAPTURE))
    if waiting and (until is None or until > case.at or unsure):
        one = min(waiting, key=lambda one: (_unanswered(one), one.id))
        means = "the gateway has not answered: it is asked, or asked again by the same key"
        if unread:
            means = "what the gateway said cannot be read: it is asked again by the same key"
        return Due(payment.ref, since, "gateway", means, send_request.of(payment.ref, one.id))
    since = until or since
    if payment.state is PaymentState.DEPOSIT_TAKEN and payment.expires_at is not None:
        means = "the balance is to be asked for from now on"
        return Due(payment.ref, since, "seller", means, open_balance.of(payment.ref))
    if payment.state is PaymentState.BALANCE_OPEN:
        return _missed(payment, since)
    if payment.state is PaymentState.BALANCE_OVERDUE:
        means = "the balance was not paid in time: the deposit is forfeited, its orders end"
        return Due(payment.ref, since, "customer", means, forfeit_deposit.of(payment.ref))
    who, means = "seller", "the money was not captured in time: the authorisation ends"
    if payment.state is PaymentState.AWAITING:
        who, means = "gateway", "no money has come in time: the payment ends"
        if payment.expires_at is None:
            means = "its orders have ended, and it has no limit of its own: the payment ends"
        if any(one.tries for one in waiting):
            means = "the gateway did not answer in time: the payment ends, and it is still asked"
        elif waiting:
            means = "what was asked was never sent: the payment ends, and it is not sent any more"
    return Due(payment.ref, since, who, means, expire_payment.of(payment.ref))


def _missed(payment: Payment, since: datetime) -> Due:
    means = "the balance was not paid in time: it is overdue"
    return Due(payment.ref, since, "customer", means, miss_balance.of(payment.ref))


def _limits(payment: Payment) -> tuple[datetime, ...]:
    """The limit that a payment is under, if it is: one that is missed may cost a deposit.

    Before a balance is asked for, that is when it is to be.
    """
    if payment.state is PaymentState.DEPOSIT_TAKEN:
        return () if payment.balance_from is None else (payment.balance_from,)
    forfeits = payment.forfeits and payment.state is PaymentState.BALANCE_OVERDUE
    runs = payment.state in _RUNNING or forfeits
    limit = limit_of(payment) if runs else None
    return () if limit is None else (limit,)


def _may_close(order: Order) -> bool:
    """Whether an order may be completed or archived but for the days after its delivery.

    Asked of our own chart: what it refuses, no host's process allows. None is closed while units
    are under way, which most often is so, and soon seen.
    """
    move = _CLOSING.get(order.state)
    if move is None or under_way(order):
        return False
    return ORDER.allows(order.state, move, order_facts(order))


def _is_unpaid(order: Order) -> bool:
    """Whether an order ends by its `pay_by`: one whose money a bank has taken back was paid."""
    return (
        order.pay_by is not None
        and order.state in ORDER_UNCONFIRMED
        and not order.cash_on_delivery
        and not order.on_account
        and order.applied == 0
        and due(order) > 0
        and not is_kept(order)
        and all(hold.code != CHARGED_BACK for hold in order.holds)  # none: nobody took it back
    )
