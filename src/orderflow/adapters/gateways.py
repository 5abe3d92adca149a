"""The wire to payment gateways: what sends requests, and a gateway that does as its script says.

It knows requests, keys and answers, and refuses to know orders, and what an answer changes.

Problem: a reply gets lost, a webhook overtakes it, the process dies after the gateway has taken the
money and before anybody has written it down; and whoever asks once more has it taken twice.
Decision: `send_open` writes down that it sends, sends, and records the answer, each by itself. What
it has not recorded stays open, and falls due again when its patience is over. Whoever sends a
request for the second time asks first what has become of its key, and sends it by the same key only
where the gateway has never heard of it, and its money is wanted still; otherwise it has failed.
An answer that cannot be read may be about money that is gone: it is kept in words, under a hold,
its request stays open, and `due` does not end the payment.
Any number of processes may send side by side: a request is sent by one of them at a time.

`ScriptedGateway` is for tests offline and for trials: faults come on demand, and its time is handed
in. It keeps what it has really done apart from what it has said.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

import attrs

from orderflow.calls import Ref
from orderflow.errors import (
    BadInput,
    GatewayFailed,
    KeyReused,
    OutcomeUnknown,
    Refused,
    RetryExhausted,
)
from orderflow.money import Money
from orderflow.payments.balances import meant_for
from orderflow.payments.requests import PATIENCE_SECONDS, UNREAD, key_of, still_wanted
from orderflow.ports import Gateway, GatewayAnswer, GatewayRequest, Query, every
from orderflow.records import Outcome, Payment, Request, RequestKind
from orderflow.values import TEXT_MAX, instant, seen_only, several, text
from orderflow.workflow import Workflow


@attrs.frozen
class Sent:
    """What came of one request: its answer, or `None` where nobody knows yet.

    An answer that cannot be read, such as one in another currency, leaves the request open:
    `unread` says what is wrong with it, and so does the hold *unread_answer* of the payment.
    """

    payment: str
    request: str
    answer: GatewayAnswer | None
    unread: BadInput | None = None


def send_open(
    workflow: Workflow,
    gateway: Gateway,
    at: datetime,
    *,
    methods: tuple[str, ...] | None = None,
    patience_seconds: int = PATIENCE_SECONDS,
    by: str = "",
) -> tuple[Sent, ...]:
    """Send every request of a tenant that waits at an instant, and record what is answered.

    With `methods` only those of payments that are made so: a shop with several gateways sends each
    its own. For `patience_seconds` a request is left to whoever has sent it. What is not answered
    stays open, so call it again, as often as you like, from as many processes as you like.
    """
    until = instant(at, "at")
    only = None if methods is None else frozenset(several(methods, "methods"))
    sent: list[Sent] = []
    for stored in every(workflow.store, Query("payment", workflow.tenant, due_by=until)):
        if isinstance(stored.value, Payment) and (only is None or stored.value.method in only):
            for request in waiting(stored.value, until):
                one = _send(workflow, gateway, stored.value.ref, request.id, patience_seconds, by)
                sent += [] if one is None else [one]
    return tuple(sent)


def waiting(payment: Payment, at: datetime) -> Iterator[Request]:
    """The requests of a payment that nobody has answered, and nobody waits for at an instant."""
    for request in payment.requests:
        if request.outcome is Outcome.PENDING and (request.busy_until or request.at) <= at:
            yield request


def _send(
    workflow: Workflow,
    gateway: Gateway,
    ref: Ref[Payment],
    request: str,
    patience_seconds: int,
    by: str,
) -> Sent | None:
    """Send one request and record its answer; `None` where somebody else was quicker."""
    try:
        payment = workflow.send_request(ref.id, request, patience_seconds, by=by).document
    except (Refused, RetryExhausted, OutcomeUnknown):
        return None  # another has sent it; or nobody knows, and then it waits
    one = payment.request(request)
    if one is None or one.outcome is not Outcome.PENDING:
        return None  # it was withdrawn
    key = key_of(ref, request)
    try:
        answer = gateway.query(key) if one.tries > 1 else None
        if answer is None and not _is_wanted(workflow, payment, one):
            answer = GatewayAnswer(Outcome.FAILED)
        if answer is None:
            answer = _ask(gateway, asked_of(payment, one), key)
    except GatewayFailed:
        return Sent(ref.id, request, None)
    if answer.outcome is Outcome.PENDING and answer.event == one.event != "":
        return Sent(ref.id, request, answer)  # that is known
    try:
        workflow.record_answer(
            ref.id,
            request,
            answer.outcome,
            answer.amount,
            answer.reference,
            answer.event,
            answer.paid_at,
            answer.tendered,
            by=by,
        )
    except (RetryExhausted, OutcomeUnknown):
        return Sent(ref.id, request, None)
    except BadInput as unread:
        _ask_a_person(workflow, ref, f"{request}: {unread}; it said {_words(answer)}", by)
        return Sent(ref.id, request, answer, unread)
    return Sent(ref.id, request, answer)


def _ask_a_person(workflow: Workflow, ref: Ref[Payment], said: str, by: str) -> None:
    """Set the hold of an answer that cannot be read, where it is not there yet."""
    with suppress(Refused, RetryExhausted, OutcomeUnknown):  # the next try will set it
        workflow.hold_payment(ref.id, UNREAD, seen_only(said)[:TEXT_MAX].strip(), (), by=by)


def _words(answer: GatewayAnswer) -> str:
    """What an answer says, as far as that can be written down."""
    tendered = answer.tendered
    units = "" if tendered is None else f"{tendered.n} {tendered.unit}"
    named = (answer.outcome, answer.amount, units, answer.reference, answer.event)
    return ", ".join([str(one) for one in named if one])


def _is_wanted(workflow: Workflow, payment: Payment, one: Request) -> bool:
    return still_wanted(payment, one, map(workflow.order, meant_for(payment)))


def asked_of(payment: Payment, request: Request) -> GatewayRequest:
    """A request as a gateway is told of it, with its own name of what it has done before."""
    book = payment.tendered
    before = RequestKind.CAPTURE if request.kind is RequestKind.REFUND else RequestKind.AUTHORISE
    names = [
        one.reference
        for kind in (before, RequestKind.AUTHORISE)
        for one in payment.requests
        if one.kind is kind and one.outcome is Outcome.DONE and one.reference
    ]
    return GatewayRequest(
        request.kind,
        payment.ref.id,
        request.id,
        Money(request.amount, payment.currency),
        payment.method,
        payment.payer,
        names[0] if names else "",
        "" if book is None or request.units is None else book.unit,
        request.units or 0,
    )


def _ask(gateway: Gateway, request: GatewayRequest, key: str) -> GatewayAnswer:
    match request.kind:
        case RequestKind.AUTHORISE:
            return gateway.authorise(request, key)
        case RequestKind.CAPTURE:
            return gateway.capture(request, key)
        case RequestKind.REFUND:
            return gateway.refund(request, key)
        case RequestKind.VOID:
            return gateway.void(request, key)


class Fault(StrEnum):
    """What can go wrong with one request."""

    REPLY_LOST = "reply lost"  # it did as asked, and nobody hears of it
    TIMED_OUT = "timed out"  # it did nothing, and nobody hears of it
    DECLINED = "declined"  # it says no
    PENDING = "pending"  # it says that it will say


@attrs.frozen
class Effect:
    """What a gateway has really done for a key, and what it says of it."""

    key: str
    request: GatewayRequest
    answer: GatewayAnswer


class UniformGateway(ABC):
    """A gateway that takes a request of any kind in one way: `do`."""

    @abstractmethod
    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Do what is asked, whatever it is."""

    def authorise(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Keep an amount of the payer ready."""
        return self.do(request, key)

    def capture(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Take an amount."""
        return self.do(request, key)

    def refund(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Pay an amount back."""
        return self.do(request, key)

    def void(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Give up what was authorised and not captured."""
        return self.do(request, key)

    @abstractmethod
    def query(self, key: str) -> GatewayAnswer | None:
        """What has become of a key; `None` when it has never come."""


class ScriptedGateway(UniformGateway):
    """A gateway that does as its script says; without one it does whatever it is asked, once a key.

    `clock` is its time: what it does is paid then.
    """

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self.name = text(name, "name")
        self._clock = clock
        self._known: dict[str, Effect] = {}
        self._faults: deque[Fault] = deque()
        self.heard: list[tuple[str, str]] = []
        """What it was asked, query or request, with the key, first to last."""

    # --- the script ----------------------------------------------------------------------------

    def fail(self, *faults: Fault) -> None:
        """The next requests meet these faults, one each; queries meet none."""
        self._faults.extend(Fault(fault) for fault in faults)

    def finish(self, key: str, outcome: Outcome = Outcome.DONE) -> Effect:
        """Come to an end with what it has said to be pending."""
        known = self._known[key]
        answer = attrs.evolve(known.answer, outcome=outcome, paid_at=self._now())
        effect = self._known[key] = attrs.evolve(known, answer=answer)
        return effect

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What it has done, first to last, for webhooks and for whoever counts: one for a key."""
        return tuple(one for one in self._known.values() if one.answer.outcome is Outcome.DONE)

    @property
    def pending(self) -> tuple[Effect, ...]:
        """What it has said that it will say, first to last."""
        return tuple(one for one in self._known.values() if one.answer.outcome is Outcome.PENDING)

    def moved(self, kind: RequestKind, payment: str) -> int:
        """How much it has really done of a kind for a payment, in minor units."""
        mine = [one.request for one in self.effects if one.request.payment == payment]
        return sum([one.amount.minor for one in mine if one.kind is kind])

    # --- the gateway ---------------------------------------------------------------------------

    def query(self, key: str) -> GatewayAnswer | None:
        """What has become of a key."""
        self.heard.append(("query", key))
        known = self._known.get(key)
        return None if known is None else known.answer

    def _now(self) -> datetime:
        return instant(self._clock(), "clock")

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Do what is asked, once a key, unless the script says otherwise."""
        self.heard.append((request.kind.value, text(key, "key")))
        known = self._known.get(key)
        if known is not None and known.request != request:
            raise KeyReused(key, request.kind.value)
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.TIMED_OUT:
            raise GatewayFailed(self.name, request.kind.value, key, fault.value)
        if known is None:
            known = self._known[key] = Effect(key, request, self._answer(request, fault))
        if fault is Fault.REPLY_LOST:
            raise GatewayFailed(self.name, request.kind.value, key, fault.value)
        return known.answer

    def _answer(self, request: GatewayRequest, fault: Fault | None) -> GatewayAnswer:
        number = len(self._known) + 1
        outcome = {Fault.DECLINED: Outcome.FAILED, Fault.PENDING: Outcome.PENDING}
        return GatewayAnswer(
            Outcome.DONE if fault is None else outcome.get(fault, Outcome.DONE),
            reference=f"{self.name}-{number:06}",
            event=f"{self.name}-e{number:06}",
            paid_at=self._now(),
        )
