"""The doors of an order, after each verb that touched it or them.

It knows when a courier has been told an amount, and refuses to know which verb it was.

First an order notes the doors that its payments have opened, changed or closed; then they follow
it. A door is closed where its parcel comes back, was lost or was unpacked, and where nothing is to
be paid there any more.
What an order costs is rounded again to a coin before that, whenever it changes: no coin pays what
is between two.
Doors that were to bring all that is due bring all of it after that has risen, too: by the price, or
since a bank has taken money back. So do those that are left when the last goods are given up which
later doors were for: their freight is to be paid all the same. Where less is due, what no courier
was told falls, and he is asked about the rest.
A carrier that was asked to collect nothing, and says nothing until the order is completed, has
collected nothing: its door is closed by that.
What a carrier has refused to change stays, and is not asked again until the order costs less still:
what it collects too much then is under a hold of its payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderflow.calls import Ref
from orderflow.cod.sharing import lowered, raised, staying, to_collect
from orderflow.cod.terms import charge_rounding
from orderflow.facts import CASH_ASKED, CASH_CHANGED, DOOR
from orderflow.journal import Step
from orderflow.pricing import due
from orderflow.records import Door, Order, Parcel, Payment
from orderflow.rules import Rules
from orderflow.states import (
    COMING_BACK,
    NOT_LEFT,
    ORDER_OVER,
    PAYMENT,
    OrderState,
    ParcelState,
    PaymentMove,
    PaymentState,
    UnitState,
)

CASH_CHANGE: Final = "cash_change"
"""The hold of a payment whose carrier was asked to collect another amount."""

_ON_ITS_ROAD: Final = (
    ParcelState.SHIPPED,
    ParcelState.READY_TO_COLLECT,
    ParcelState.DELIVERED,
)
_NO_DOOR: Final = (
    ParcelState.CANCELLED,
    ParcelState.GOING_BACK,
    ParcelState.RETURNED,
    ParcelState.LOST,
)
"""Where a parcel reaches no door any more; a lost one may be found, and has a new door then."""

_GIVEN_UP: Final = (UnitState.CANCELLED, UnitState.RETURNED)
_FOR_LATER: Final = NOT_LEFT | COMING_BACK | {UnitState.LOST, UnitState.MISSING}
"""The states of units that may go out to a door that is to come yet."""

_NOT_ROUNDED: Final = ORDER_OVER | {OrderState.DRAFT, OrderState.COMPLETED}


def follow_doors(step: Step) -> None:
    """Let touched orders note their doors, and let these follow them."""
    for document in tuple(step.after.values()):
        if type(document) is Payment and document.due_for:
            _note_door(step, document)
    for document in tuple(step.after.values()):
        if type(document) is Order and document.cash_on_delivery:
            before = step.case.find(document.ref)
            if before is not None:
                _round_again(step, document.ref, before)
                _follow(step, document.ref, before)


def is_told(step: Step, order: Order, parcel: str) -> bool:
    """Whether a courier has been told what to collect: the goods of a door are on their road.

    Without a parcel they are all goods of the order; they are with the courier, too, where all have
    been delivered and none has been paid for.
    """
    if parcel:
        found = _parcel(step, parcel)
        return found is not None and found.state in _ON_ITS_ROAD
    states = {spot.state for _, spot in order.units() if spot.slice.parcel}
    if states & {UnitState.SHIPPED, UnitState.READY_TO_COLLECT}:
        return True
    at_home = any(spot.state in NOT_LEFT for _, spot in order.units())
    return UnitState.DELIVERED in states and not at_home


def is_over(step: Step, order: Order, parcel: str) -> bool:
    """Whether no goods go to a door any more: its parcel comes back, was lost or was unpacked.

    Without a parcel all goods of the order come back or were given up; an order without any has
    none that go there.
    """
    if parcel:
        found = _parcel(step, parcel)
        return found is not None and found.state in _NO_DOOR
    gone = {*COMING_BACK, *_GIVEN_UP}
    return all(spot.state in gone for _, spot in order.units())


def ask_carrier(step: Step, payment: Ref[Payment], amount: int) -> None:
    """Ask a carrier to collect another amount, under a hold that blocks nothing; 0 is nothing."""
    step.note(payment, CASH_ASKED, amount=amount)
    step.hold(payment, CASH_CHANGE, "the carrier is asked to collect another amount", ())


def coin_of(rules: Rules, currency: str) -> int:
    """The smallest coin of a currency, in minor units."""
    return next((one.step for one in rules.cash_rounding if one.currency == currency), 1)


def _parcel(step: Step, name: str) -> Parcel | None:
    ref = step.case.parcel(name)
    changed = step.after.get(ref)
    return changed if isinstance(changed, Parcel) else step.case.find(ref)


def _note_door(step: Step, payment: Payment) -> None:
    """Let an order note a door that was opened, changed or closed in this step."""
    before = step.case.find(payment.ref)
    is_open = payment.state is PaymentState.DUE_AT_DOOR
    if not is_open and (before is None or before.state is not PaymentState.DUE_AT_DOOR):
        return
    order = step.now(step.case.order(payment.due_for))
    amount = payment.amount if payment.cash_asked is None else payment.cash_asked
    door = Door(payment.ref.id, amount, payment.parcel)
    noted = next((one for one in order.doors if one.payment == payment.ref.id), None)
    if noted != (door if is_open else None):
        _note(step, order.ref, door, is_open)


def _note(step: Step, order: Ref[Order], door: Door, is_open: bool = True) -> None:
    payment, amount, parcel = door.payment, door.amount, door.parcel
    step.note(order, DOOR, payment=payment, amount=amount, parcel=parcel, open=int(is_open))


def _round_again(step: Step, ref: Ref[Order], before: Order) -> None:
    """Round what is to be paid at doors where that has changed; what comes back bears nothing."""
    order = step.now(ref)
    if not step.context.rules.cash_rounding or order.state in _NOT_ROUNDED:
        return
    minor = to_collect(order)
    if minor != to_collect(before):
        charge_rounding(step, order, minor, staying)


def _follow(step: Step, ref: Ref[Order], before: Order) -> None:
    none_later = _none_later(before, step.now(ref))
    for door in step.now(ref).doors:
        is_empty = none_later and door.parcel and _parcel(step, door.parcel) is None
        if is_empty or is_over(step, step.now(ref), door.parcel):
            _close(step, ref, door, "no goods go to this door any more")
        elif not door.amount and step.now(ref).state is OrderState.COMPLETED:
            _close(step, ref, door, "its order is completed, and nothing is due there")
    order = step.now(ref)
    if not order.doors:
        return
    was, wanted = to_collect(before), to_collect(order)
    asked = sum([door.amount for door in order.doors])
    more = min(due(order) - due(before), wanted - asked)  # what goes out again is for other doors
    if asked > wanted and wanted < was:
        _lower(step, order, wanted)
    elif more > 0 and asked >= was and before.doors == order.doors:
        _raise(step, order, more)
    elif wanted > asked and none_later:
        _raise(step, order, wanted - asked)


def _none_later(before: Order, order: Order) -> bool:
    """Whether the last goods of an order that doors to come would be for have been given up."""
    if not set(order.doors) <= set(before.doors):  # somebody has just said what they bring
        return False
    gone = _given_up(order) - _given_up(before)
    return gone >= _for_later(before) > 0 == _for_later(order)


def _for_later(order: Order) -> int:
    """How many units of an order may go to a door that is to come yet."""
    doors = {door.parcel for door in order.doors}
    if "" in doors:  # it is for all of them
        return 0
    there = [spot for _, spot in order.units() if spot.slice.parcel not in doors]
    return sum([spot.n for spot in there if spot.state in _FOR_LATER])


def _given_up(order: Order) -> int:
    return sum([spot.n for _, spot in order.units() if spot.state in _GIVEN_UP])


def _lower(step: Step, order: Order, wanted: int) -> None:
    """Let doors bring no more than so much: those that no courier was told of come first."""
    free, told = _sides(step, order)
    coin = coin_of(step.context.rules, order.currency)
    of_told = sum([door.amount for door in told])
    left = lowered(order, free, wanted - of_told, coin)
    _set(step, order.ref, free, left)
    _ask(step, order.ref, told, lowered(order, told, wanted - sum(left), coin))


def _raise(step: Step, order: Order, more: int) -> None:
    """Let doors bring so much more: those that no courier was told of, where there is one."""
    free, told = _sides(step, order)
    coin = coin_of(step.context.rules, order.currency)
    if free:
        _set(step, order.ref, free, raised(order, free, more, coin))
    else:
        _ask(step, order.ref, told, raised(order, told, more, coin))


def _sides(step: Step, order: Order) -> tuple[list[Door], list[Door]]:
    """The doors of which no courier has been told, and the others, by the ids of their payments.

    A carrier that was asked has been told, wherever the goods are by now.
    """
    free: list[Door] = []
    told: list[Door] = []
    for door in sorted(order.doors, key=lambda door: door.payment):
        is_asked = step.now(step.case.payment(door.payment)).cash_asked is not None
        (told if is_asked or is_told(step, order, door.parcel) else free).append(door)
    return free, told


def _set(step: Step, ref: Ref[Order], doors: Sequence[Door], amounts: Sequence[int]) -> None:
    for door, n in zip(doors, amounts, strict=True):
        if n == 0:
            _close(step, ref, door, "nothing is to be paid at this door any more")
        elif n != door.amount:
            step.note(step.case.payment(door.payment), CASH_CHANGED, amount=n)
            _note(step, ref, Door(door.payment, n, door.parcel))


def _ask(step: Step, ref: Ref[Order], doors: Sequence[Door], amounts: Sequence[int]) -> None:
    for door, n in zip(doors, amounts, strict=True):
        if n != door.amount:
            ask_carrier(step, step.case.payment(door.payment), n)
            _note(step, ref, Door(door.payment, n, door.parcel))


def _close(step: Step, ref: Ref[Order], door: Door, reason: str) -> None:
    """End the payment of a door; one that has brought money otherwise asks a person."""
    payment = step.now(step.case.payment(door.payment))
    if payment.captured > payment.refunded:
        step.hold(payment.ref, "unexpected_cash", f"it has brought money, but {reason}", ())
        return
    end_at_door(step, payment, reason)
    _note(step, ref, door, is_open=False)


def end_at_door(step: Step, payment: Payment, reason: str) -> None:
    """Let nothing be due at a door any more; what its carrier was asked is answered by that."""
    step.lift_if_there(payment.ref, CASH_CHANGE)
    step.proceed(PAYMENT, payment.ref, PaymentMove.VOID)
    step.note(payment.ref, "voided", reason=reason)
