"""What may be done about a parcel in trouble: calls that were tried before they are listed.

It knows where goods of a parcel stand and what is asked for such goods, and refuses to know whether
it would be allowed: that is found out by trying it.

Problem: "the parcel is lost" is true and useless; whoever looks into it wants to know what can be
done, and a list from a manual names steps that are refused.
Decision: the units of the parcel say what can be meant, order by order, and each call is run dry as
everything stands now. What would be refused is not listed; where nothing can be done, nothing is.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Final

import attrs

from orderflow import (
    carrier_claims,
    fulfilment,
    inspecting,
    orders,
    redirecting,
    replacements,
    returns,
)
from orderflow.calls import Call, Ref
from orderflow.journal import Context
from orderflow.kept_goods import carrying
from orderflow.money import Money
from orderflow.options import Look
from orderflow.records import (
    CarrierClaim,
    ClaimCause,
    Document,
    Hold,
    Order,
    Parcel,
    Reissue,
    Return,
)
from orderflow.states import ParcelState, UnitState
from orderflow.tracking.troubles import DAMAGED, LATE, OURS, PIECE_MISSING
from orderflow.trial import Source, tried
from orderflow.units import LineQuantities


class Remedied(StrEnum):
    """What is done about goods in trouble."""

    SEND_AGAIN = "send again"  # the goods that came back
    REISSUE = "reissue"  # others in their place
    CLAIM = "claim on the carrier"
    REDIRECT = "redirect"
    CALL_BACK = "call back"
    DELIVERED = "record as delivered"  # its customer says that he has it
    GIVE_UP = "give up for lost"
    RECEIVE = "receive back"
    TAKE_BACK = "take back to stock"
    REFUND = "refund"
    RETURN = "return"


@attrs.frozen
class WayOut:
    """One thing that can be done: its kind, and the call, which was tried and would succeed."""

    kind: Remedied
    call: Call[Document]


@attrs.frozen
class Troubled:
    """A parcel in trouble: its holds that say so, and all that can be done now."""

    parcel: str
    holds: tuple[Hold, ...]
    ways: tuple[WayOut, ...]


def ways_out(source: Source, parcel: Parcel, context: Context) -> Troubled:
    """What can be done about a parcel as everything stands now.

    A parcel that was lost or turned back is in trouble without a hold, too.
    """
    look = Look(parcel, source, context)
    ways = tuple(
        way for way in _thinkable(look) if not tried(source, _ours(look, way.call), context)[1]
    )
    holds = tuple([hold for hold in parcel.holds if hold.code in OURS])
    return Troubled(parcel.ref.id, holds, ways)


def _ours(look: Look[Parcel], call: Call[Document]) -> Call[Document]:
    return attrs.evolve(call, ref=call.ref._replace(tenant=look.document.ref.tenant))


def _thinkable(look: Look[Parcel]) -> Iterator[WayOut]:
    """Each way that somebody would think of, in the order in which they are listed."""
    for name in dict.fromkeys(look.document.orders):
        order = _order(look, name)
        if order is not None:
            yield from _of_goods(look, order)
    codes = {hold.code for hold in look.document.holds}
    if PIECE_MISSING in codes:
        yield WayOut(Remedied.DELIVERED, fulfilment.deliver.on(look.id))
    if codes & OURS - {DAMAGED}:
        why = next(one.reason for one in look.document.holds if one.code in OURS)
        for name in dict.fromkeys(look.document.orders):
            order = _order(look, name)
            if order is not None and order.destination.address:
                to = order.destination.address
                yield WayOut(Remedied.REDIRECT, redirecting.redirect.on(look.id, to, why))
        yield WayOut(Remedied.CALL_BACK, fulfilment.turn_back.on(look.id, why))
        yield WayOut(Remedied.GIVE_UP, fulfilment.lose.on(look.id))
    yield from _claims(look, codes)
    inside = _inside(look, UnitState.GOING_BACK)
    if inside and look.document.location:
        yield WayOut(Remedied.RECEIVE, fulfilment.receive_back.on(look.id))


def _claims(look: Look[Parcel], codes: set[str]) -> Iterator[WayOut]:
    """What its carrier can be asked to make good: all that its goods cost their customers.

    Goods of several currencies are claimed by a person, who knows in which the carrier pays.
    """
    lost = look.document.state is ParcelState.LOST
    causes = [
        *([ClaimCause.LOST] if lost else []),
        *([ClaimCause.DAMAGED] if DAMAGED in codes else []),
        *([ClaimCause.LATE] if LATE in codes else []),
    ]
    worth: Tally[str] = Tally()
    for name in dict.fromkeys(look.document.orders) if causes else ():
        order = _order(look, name)
        if order is not None:
            worth[order.currency] += carrying(order, _lines(look, order, *_INSIDE)).amount
    for (currency, amount), cause in product(worth.items(), causes):
        if amount > 0 and len(worth) == 1:
            id = look.fresh(CarrierClaim, cause.value)
            value = Money(amount, currency)
            claim = carrier_claims.claim_on_carrier.on(id, look.id, value, cause)
            yield WayOut(Remedied.CLAIM, claim)


_INSIDE: Final = (
    *(UnitState.SHIPPED, UnitState.READY_TO_COLLECT, UnitState.DELIVERED),
    *(UnitState.LOST, UnitState.GOING_BACK, UnitState.RECEIVED_BACK),
)
"""Where units of a parcel stand that has left."""


def _of_goods(look: Look[Parcel], order: Order) -> Iterator[WayOut]:
    """What can be done about the goods of one order in a parcel."""
    id, why = order.ref.id, "went astray on the road"
    astray, back, there = (
        _lines(look, order, state)
        for state in (UnitState.LOST, UnitState.RECEIVED_BACK, UnitState.DELIVERED)
    )
    astray, there = _not_sent_again(order, astray), _not_sent_again(order, there)
    damaged = any(hold.code == DAMAGED for hold in look.document.holds)
    reissue = look.fresh(Reissue, "again")
    if astray:
        yield WayOut(Remedied.REISSUE, replacements.ask_reissue.on(reissue, id, astray, why))
        yield WayOut(Remedied.REFUND, orders.cancel.on(id, astray))
    if back:
        yield WayOut(Remedied.SEND_AGAIN, fulfilment.reopen.on(id, back))
        yield WayOut(Remedied.TAKE_BACK, orders.cancel.on(id, back))
        yield WayOut(Remedied.REFUND, inspecting.take_back.on(id))
    if there and damaged:
        why = "damaged on the road"
        yield WayOut(Remedied.REISSUE, replacements.ask_reissue.on(reissue, id, there, why))
        yield WayOut(
            Remedied.RETURN, returns.ask_return.on(look.fresh(Return, "r"), id, there, why)
        )


def _order(look: Look[Parcel], name: str) -> Order | None:
    tenant = look.document.ref.tenant
    ref: Ref[Order] = Ref(tenant, "order", name)
    stored = look.source.load(ref)
    return None if stored is None else stored.value


def _lines(look: Look[Parcel], order: Order, *states: UnitState) -> LineQuantities:
    """How many units of each line stand in these states with this parcel, outside of returns."""
    counts: dict[str, int] = {}
    for line, spot in order.units():
        tag = spot.slice
        if spot.state in states and tag.parcel == look.id and not tag.returning:
            counts[line.id] = counts.get(line.id, 0) + spot.n
    return tuple(counts.items())


def _not_sent_again(order: Order, lines: LineQuantities) -> LineQuantities:
    """These units less those of their line that others go out for already."""
    left = ((line, n - _again(order, line)) for line, n in lines)
    return tuple((line, n) for line, n in left if n > 0)


def _again(order: Order, line: str) -> int:
    return sum([row.n for row in order.sent_again if row.line == line])


def _inside(look: Look[Parcel], state: UnitState) -> bool:
    orders_of = (_order(look, name) for name in look.document.orders)
    return any(order is not None and _lines(look, order, state) for order in orders_of)
