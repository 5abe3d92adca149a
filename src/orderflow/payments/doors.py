"""What is due at doors: expected there, and changed until it is collected.

It knows the payments that are due at a door and what their order costs, and refuses to know who
takes the cash.

Until a parcel is handed over, the amount to collect is ours to change. From then on its courier has
been told, so a change is a question, and the amount stays what it was until the carrier agrees.
All doors of an order together bring no more than it costs, and when it costs less, they follow it
by themselves (`cod`).
"""

from __future__ import annotations

from collections.abc import Mapping

from orderflow.cod.following import CASH_CHANGE, ask_carrier, coin_of, end_at_door, is_over, is_told
from orderflow.cod.sharing import room_at_door, share_of_parcel
from orderflow.currencies import amount_said
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import CASH_ANSWERED, CASH_CHANGED, DUE_AT_DOOR
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.applying import open_payment, overpaid
from orderflow.payments.losses import holds_money
from orderflow.records import Order, Parcel, Payment
from orderflow.states import PAYMENT, PaymentMove, PaymentState
from orderflow.values import text


@verb("expect_cash", Payment)
def expect_cash(
    case: Case, context: Context, order: str, amount: Money | None = None, parcel: str = ""
) -> Step:
    """Open a payment that is due at the door: the carrier is to collect so much for an order.

    Where the order comes in several parcels, each may have a payment of its own: `parcel` says
    which, and it may be packed later. Without an amount it is the part that the units in that
    parcel carry of what is due, or all that no other door brings. It is never more than the order
    costs beyond its other doors and what is coming back.

    What went astray and is sent again costs nothing on the order that sends it, so the cash of the
    first order may be asked with the parcel in which it goes.
    """
    step = Step(case, context)
    owing = step.now(case.order(text(order, "order")))
    if not owing.cash_on_delivery:
        raise MoveRefused((Refusal.of("not_cash_on_delivery", order=order),))
    again: dict[str, int] = {}
    if text(parcel, "parcel", empty=True):
        again = _sent_again_in(step, owing, parcel)
        _must_go_there(step, owing, parcel, again)
    if amount is None:
        coin = coin_of(context.rules, owing.currency)
        amount = Money(share_of_parcel(owing, parcel, coin, again), owing.currency)
        if not amount.minor:
            raise MoveRefused((_nothing_at_door(order, parcel),))
    minor = positive(amount, owing.currency)
    open_at_door(step, owing, amount, parcel)
    _within_room(owing, minor)
    return step


def _nothing_at_door(order: str, parcel: str) -> Refusal:
    if parcel:
        return Refusal.of("nothing_at_door", order=order, parcel=parcel)
    return Refusal.of("nothing_to_collect", order=order)


@verb("change_cash", Payment)
def change_cash(case: Case, context: Context, amount: Money) -> Step:
    """Change what a carrier is to collect at the door.

    Before its parcel is handed over the amount just changes. After that the carrier is asked, under
    a hold that blocks nothing, and the amount stays until `answer_cash_change`; the last that was
    asked counts. It is never more than the order still costs beyond its other doors and what is
    coming back.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if payment.state is not PaymentState.DUE_AT_DOOR:
        can = step.chart(PAYMENT).can(payment.state)
        raise IllegalMove(str(payment.ref), payment.state.value, "change cash", can)
    minor = positive(amount, payment.currency)
    order = step.now(case.order(payment.due_for))
    _within_room(order, minor, payment.ref.id)
    if payment.cash_asked is not None or is_told(step, order, payment.parcel):
        ask_carrier(step, payment.ref, minor)
    else:
        step.note(payment.ref, CASH_CHANGED, amount=minor)
    return step


@verb("answer_cash_change", Payment)
def answer_cash_change(case: Case, context: Context, agreed: bool) -> Step:
    """Record whether a carrier collects the other amount that it was asked for, in any state.

    What it agrees to is due from here on, unless cash was collected before; where that is nothing,
    the payment ends. A carrier that refuses, and will collect more than is to be paid, is under a
    hold; so is an answer that nobody waits for.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    if type(agreed) is not bool:
        raise BadInput("agreed", "true or false is wanted")
    step.note(payment.ref, CASH_ANSWERED, agreed=int(agreed))
    if payment.cash_asked is None:
        said = "agrees to" if agreed else "refuses"
        reason = f"the carrier {said} another amount, and nothing was asked"
        step.hold(payment.ref, "unexpected_answer", reason, ())
        return step
    step.lift_if_there(payment.ref, CASH_CHANGE)
    if payment.state is not PaymentState.DUE_AT_DOOR:
        return step
    if not agreed:
        order = step.now(case.order(payment.due_for))
        more = payment.amount - room_at_door(order, beside=payment.ref.id)
        if more > 0:
            beyond = amount_said(more, payment.currency)
            said = f"the carrier collects {beyond} more than is to be paid for {order.ref}"
            step.hold(payment.ref, "overpaid", said, ())
    elif payment.cash_asked:
        step.note(payment.ref, CASH_CHANGED, amount=payment.cash_asked)
    elif holds_money(payment):
        said = "it has brought money, but its carrier is to collect nothing any more"
        step.hold(payment.ref, "unexpected_cash", said, ())
    else:
        end_at_door(step, step.now(payment.ref), "its carrier collects nothing any more")
    return step


def open_at_door(step: Step, owing: Order, amount: Money, parcel: str = "") -> None:
    """Open the payment that the command is called on, due at the door of an order."""
    ref = step.case.own(Payment)
    open_payment(step, amount, "cash on delivery", owing.customer)
    step.proceed(PAYMENT, ref, PaymentMove.OWE_AT_DOOR)
    named = {"parcel": parcel} if parcel else {}
    step.note(ref, DUE_AT_DOOR, order=owing.ref.id, **named)


def _sent_again_in(step: Step, order: Order, parcel: str) -> dict[str, int]:
    """How many units of each line of an order went astray, and are sent again in a parcel."""
    again: dict[str, int] = {}
    for row in order.sent_again:
        anew = step.now(step.case.reissue(row.reissue)).anew
        line = step.now(step.case.order(anew)).line(row.line) if anew else None
        spots = () if line is None else line.spots
        there = sum([spot.n for spot in spots if spot.slice.parcel == parcel])
        if n := min(there, row.astray):
            again[row.line] = again.get(row.line, 0) + n
    return again


def _must_go_there(step: Step, order: Order, parcel: str, again: Mapping[str, int]) -> None:
    """Refuse a parcel that has nothing of an order, or reaches no door; one may be packed later."""
    found: Parcel | None = step.case.find(step.case.parcel(parcel))
    if found is None:
        return
    has_some = order.ref.id in found.orders or bool(again)
    if not has_some or is_over(step, order, parcel):
        raise MoveRefused((Refusal.of("nothing_at_door", order=order.ref.id, parcel=parcel),))


def _within_room(order: Order, minor: int, payment: str = "") -> None:
    """Refuse more than the order costs beyond what its other doors are to bring."""
    room = room_at_door(order, beside=payment)
    if minor > room:
        raise MoveRefused((overpaid(order, minor, room),))
