"""What may be done with a document: each verb that it knows, with the arguments that it suggests.

It knows what a clerk would fill in, read off the document, and refuses to know whether it would be
allowed: that is asked.

Problem: a screen that lists what may be done needs every verb with its reasons, and most verbs need
arguments: a name for the new parcel, the amount to pay back, the hold to lift.
Observation: what a document is waiting for can be read off it: what is owed is the amount, the
holds are the codes, the units that stand somewhere are the lines.
Decision: beside each verb that needs arguments stands a function that suggests them; a verb without
one, and with nothing that it must be told, is suggested as it is.
A host does the same for its own verbs, by `suggests`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

import attrs

from orderflow import (
    fulfilment,
    inventory,
    orders,
    payments,
    returns,
)
from orderflow.calls import Call, Ref
from orderflow.errors import Refusal
from orderflow.fulfilment import ScanStatus
from orderflow.journal import MISSING, VERBS, Verb
from orderflow.money import Money
from orderflow.orders import NewCharge
from orderflow.payments import Notice
from orderflow.pricing import due
from orderflow.records import (
    KINDS,
    ChargeKind,
    Dispatch,
    Document,
    Order,
    Parcel,
    Payment,
    Return,
    Supply,
)
from orderflow.states import UnitState
from orderflow.trial import Source

T = TypeVar("T", bound=Document)


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
class Look(Generic[T]):
    """A document that suggests calls, and where the others are."""

    document: T
    source: Source

    @property
    def id(self) -> str:
        """The document's own id."""
        return self.document.ref.id

    def fresh(self, kind: type[Document], mark: str) -> str:
        """A name that no document of the kind has yet, made of this one's and a mark."""
        name = next(name for name, cls in KINDS.items() if cls is kind)
        number = 1
        while True:
            ref: Ref[Document] = Ref(self.document.ref.tenant, name, f"{self.id}-{mark}{number}")
            if self.source.load(ref) is None:
                return ref.id
            number += 1


Suggest: TypeAlias = Callable[[Look[Any]], Iterable[Call[Any]]]

_BY_VERB: Final[dict[str, tuple[str, Suggest]]] = {}
"""Each verb's suggestion, with the kind of document that makes it."""


def suggests(
    verb: Verb[Any, ...], on: type[T]
) -> Callable[[Callable[[Look[T]], Iterable[Call[Any]]]], None]:
    """Register how a document of the kind `on` suggests calls of a verb."""
    kind = next(name for name, cls in KINDS.items() if cls is on)

    def register(function: Callable[[Look[T]], Iterable[Call[Any]]]) -> None:
        _BY_VERB[verb.name] = (kind, function)

    return register


def suggested(source: Source, document: Document) -> Iterator[Call[Document]]:
    """Every call that a document suggests, verb by verb, in the order in which they were made."""
    kind, tenant = document.ref.kind, document.ref.tenant
    look = Look(document, source)
    for verb in tuple(VERBS.values()):
        on, suggest = _BY_VERB.get(verb.name, (verb.kind, None))
        if on != kind:
            continue
        if suggest is not None:
            for call in suggest(look):
                ref = cast("Ref[Document]", call.ref)
                yield attrs.evolve(call, ref=ref._replace(tenant=tenant))
        elif MISSING not in verb.defaults.values():
            yield verb.of(document.ref)


def _money(order: Order, minor: int) -> Money:
    return Money(max(1, minor), order.currency)


# --- orders ---------------------------------------------------------------------------------------


@suggests(orders.hold, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield orders.hold.on(look.id, "look-again", "somebody should look at this order again")


@suggests(orders.lift_hold, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    for code in [hold.code for hold in look.document.holds] or ["look-again"]:
        yield orders.lift_hold.on(look.id, code)


@suggests(orders.adjust, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Order]]:
    yield orders.adjust.on(look.id, NewCharge(ChargeKind.FEE, 100, reason="by hand"))


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


@suggests(payments.await_payment, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    amount = _money(look.document, due(look.document))
    yield payments.await_payment.on(look.fresh(Payment, "pay"), amount)


@suggests(payments.collect_on_delivery, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Payment]]:
    amount = _money(look.document, due(look.document))
    yield payments.collect_on_delivery.on(look.fresh(Payment, "pay"), look.id, amount)


@suggests(returns.ask_return, on=Order)
def _(look: Look[Order]) -> Iterator[Call[Return]]:
    yield returns.ask_return.on(look.fresh(Return, "r"), look.id)


# --- the documents of an order --------------------------------------------------------------------


@suggests(fulfilment.pack, on=Dispatch)
def _(look: Look[Dispatch]) -> Iterator[Call[Parcel]]:
    yield fulfilment.pack.on(look.fresh(Parcel, "p"), (look.id,))


@suggests(fulfilment.record_scan, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for status in ScanStatus:
        yield fulfilment.record_scan.on(look.id, status)


@suggests(fulfilment.lift_parcel_hold, on=Parcel)
def _(look: Look[Parcel]) -> Iterator[Call[Parcel]]:
    for code in [hold.code for hold in look.document.holds] or ["look-again"]:
        yield fulfilment.lift_parcel_hold.on(look.id, code)


@suggests(payments.record_notice, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    amount = Money(look.document.amount, look.document.currency)
    for notice in Notice:
        yield payments.record_notice.on(look.id, notice, amount)


@suggests(payments.lift_payment_hold, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    for code in [hold.code for hold in look.document.holds] or ["look-again"]:
        yield payments.lift_payment_hold.on(look.id, code)


@suggests(payments.remit, on=Payment)
def _(look: Look[Payment]) -> Iterator[Call[Payment]]:
    if look.document.with_carrier:
        yield payments.remit.on(look.id, Money(look.document.with_carrier, look.document.currency))


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


@suggests(returns.reject_return, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield returns.reject_return.on(look.id, "not as agreed")


@suggests(returns.receive_return, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    yield returns.receive_return.on(look.id, look.document.location or "returns")


@suggests(returns.lift_return_hold, on=Return)
def _(look: Look[Return]) -> Iterator[Call[Return]]:
    for code in [hold.code for hold in look.document.holds] or ["look-again"]:
        yield returns.lift_return_hold.on(look.id, code)


@suggests(inventory.receive_supply, on=Supply)
def _(look: Look[Supply]) -> Iterator[Call[Supply]]:
    to_come = max(1, look.document.expected - look.document.received)
    yield inventory.receive_supply.on(look.id, to_come)
