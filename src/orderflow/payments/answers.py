"""What a gateway answers to a request, in any state of its payment.

It knows what an answer changes, and refuses to know who has heard it: a reply, a webhook or a
query.

An answer is known by the request that it names: reply and webhook are one event, and whichever
comes second is written down and changes nothing.
A refund has left the books from when it is asked, and is `refunding` until it is answered for; one
that fails comes back to where it was, and is owed again.
What a gateway says has happened, also where it is not what was asked, not what it said before, or
about nothing that was asked: it is recorded, and a named hold asks a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.currencies import amount_said
from orderflow.errors import BadInput
from orderflow.facts import ANSWERED, WITHDRAWN, MoneyMoved
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.payments.applying import name_units, own_book
from orderflow.payments.arriving import receive
from orderflow.payments.balances import note_balance
from orderflow.payments.course import ended_as, give_up_rest, kept_after_all, note_authorised
from orderflow.payments.losses import holds_money, left_of, make_good
from orderflow.payments.naming import answer_again, named_before, units_named
from orderflow.payments.ready import stand_by
from orderflow.pricing import due
from orderflow.records import MoneyAccount, Notice, Order, Outcome, Payment, Request, RequestKind
from orderflow.states import PAYMENT, PaymentMove, PaymentState
from orderflow.tenders import Tendered, paid_in, part_of
from orderflow.values import instant, text

_REOPENS: Final = {
    PaymentState.PART_REFUNDED: (PaymentMove.SETTLE_WHOLE,),
    PaymentState.REFUNDED: (
        PaymentMove.SETTLE_WHOLE,
        PaymentMove.SETTLE_DEPOSIT,
        PaymentMove.SETTLE_BALANCE,
        PaymentMove.SETTLE_OVERDUE,
        PaymentMove.SETTLE_PART,
    ),
}
"""What becomes of a payment whose refund has failed; in other states it stays where it is."""

_EMPTIES: Final = {
    PaymentState.CAPTURED: (PaymentMove.SETTLE_PART, PaymentMove.SETTLE_EMPTY),
    PaymentState.PART_REFUNDED: (PaymentMove.SETTLE_EMPTY,),
    PaymentState.DEPOSIT_TAKEN: (PaymentMove.SETTLE_EMPTY,),
    PaymentState.BALANCE_OPEN: (PaymentMove.SETTLE_EMPTY,),
    PaymentState.BALANCE_OVERDUE: (PaymentMove.SETTLE_EMPTY,),
}
"""What becomes of one whose refund had failed, and is done after all; else it stays there too."""


@verb("record_answer", Payment)
def record_answer(
    case: Case,
    context: Context,
    request: str,
    outcome: Outcome,
    amount: Money | None = None,
    reference: str = "",
    event: str = "",
    paid_at: datetime | None = None,
    tendered: Tendered | None = None,
) -> Step:
    """Record what the gateway has answered to a request, in any state of the payment.

    A reply and a webhook that name the same request are one event: the second changes nothing.
    Without an `amount` it is what was asked. `event` is the gateway's own name of what has
    happened, by which a notice that names no request is known to be the same; `reference` is its
    name of the result. `paid_at` is when the payer has paid, or has authorised it, by which money
    that comes late is judged. What was captured in another currency or in points is `tendered`,
    worth just the amount; it may be said when the money has been told of before.
    What is said of a request that is not there is written down, under a hold.
    """
    step = Step(case, context)
    payment = step.now(case.own(Payment))
    one = payment.request(text(request, "request"))
    if not isinstance(outcome, Outcome):
        raise BadInput("outcome", "one of pending, done, failed is wanted")
    said = None if amount is None else positive(amount, payment.currency)
    text(reference, "reference", empty=True)
    text(event, "event", empty=True)
    when = None if paid_at is None else instant(paid_at, "paid_at")
    if tendered is not None:
        asked = 0 if one is None else one.amount
        worth = Money(asked if said is None else said, payment.currency)
        paid_in(tendered, worth, own_book(payment))
    if one is None:
        step.note(payment.ref, "unknown_answer", request=request, outcome=outcome.value)
        step.hold(payment.ref, "unknown_request", f"{request} was never asked", blocks=())
        return step
    done = 0
    if outcome is Outcome.DONE:
        done = one.amount if said is None else said
    captures = one.kind is RequestKind.CAPTURE and not payment.stored
    of_tender = tendered if captures and done else None  # what has failed names nothing
    named = named_before(payment, one, event) if captures else 0
    answered = one.outcome is not Outcome.PENDING
    if answered and (outcome is Outcome.PENDING or (one.outcome, one.done) == (outcome, done)):
        answer_again(step, payment, one, event, None if named else of_tender)
        return step
    booked: dict[str, str | int] = {}
    told = 0
    if outcome is not Outcome.PENDING and one.kind is RequestKind.REFUND:
        # More than is left of it cannot leave the books; what came from a balance is with no bank.
        left = payment.outside if payment.stored else max(0, left_of(payment))
        booked["booked"] = min(done, one.booked + left)
    elif one.kind is RequestKind.CAPTURE:
        told = _told_before(payment, event)
        booked["booked"] = max(done, one.booked)  # what has come is not told away
        booked["came"] = max(0, done - one.booked - told)
        units_now = max(named, 0 if of_tender is None else of_tender.n)
        booked |= {"units": units_now} if units_now else {}
    step.note(
        payment.ref,
        ANSWERED,
        request=one.id,
        outcome=outcome.value,
        amount=done,
        reference=reference,
        event=event,
        **booked,
    )
    if answered:
        changed = f"{one.id} is {outcome.value}, and was {one.outcome.value} before"
        step.hold(payment.ref, "answer_changed", changed, blocks=())
    elif outcome is Outcome.DONE and done != one.amount:
        of, did = (amount_said(minor, payment.currency) for minor in (one.amount, done))
        differs = f"{one.id} was about {of}, and the gateway has done {did}"
        step.hold(payment.ref, "amount_differs", differs, blocks=())
    if outcome is not Outcome.PENDING:
        said_so = _Said(one, done, event, when, tendered, one.booked + told, told, named)
        _carry_out(step, payment, said_so)
    return step


@attrs.frozen
class _Said:
    """What was answered, and how much of it had come and was told before, in money and in units."""

    request: Request
    done: int
    event: str
    paid_at: datetime | None
    tendered: Tendered | None
    known: int
    told: int
    named: int


def _carry_out(step: Step, payment: Payment, said: _Said) -> None:
    """What follows from an answer: so much was done, or nothing where it has failed.

    `payment` is as it was before; a notice may have told of it then, and it has counted.
    """
    ref, one, done = payment.ref, said.request, said.done
    match one.kind:
        case RequestKind.AUTHORISE:
            if not (done and _noticed(payment, Notice.AUTHORISED, said.event)):
                _authorised(step, ref, done, said.paid_at)
        case RequestKind.CAPTURE:
            _captured(step, ref, said)
        case RequestKind.REFUND:
            _refunded(step, ref, one)
        case RequestKind.VOID:
            if done:
                _voided(step, ref)


def _noticed(payment: Payment, notice: Notice, event: str) -> list[int]:
    """The amounts that notices have told of an event, each of its own; none without a name."""
    return [
        one.amount
        for one in payment.events
        if (one.notice, one.event, one.request) == (notice, event, "")
    ]


def _told_before(payment: Payment, event: str) -> int:
    """What notices have told of a capture's event that no request is known to have brought.

    A gateway may give all captures of one charge its name; what came by a notice is that of one.
    """
    same = [one for one in payment.requests if one.event == event]
    taken = sum([one.booked for one in same if one.kind is RequestKind.CAPTURE])
    return max(0, sum(_noticed(payment, Notice.CAPTURED, event)) - taken)


def _authorised(step: Step, ref: Ref[Payment], done: int, paid_at: datetime | None) -> None:
    """The payer's money is ready, or not; a payment that has gone on meanwhile stays as it is."""
    if step.now(ref).state is not PaymentState.AWAITING:
        if done:
            kept_after_all(step, ref, done, paid_at)
        return
    if done:
        note_authorised(step, ref, done, paid_at)
    step.proceed(PAYMENT, ref, PaymentMove.AUTHORISE if done else PaymentMove.FAIL)
    if done:
        stand_by(step, ref)


def _captured(step: Step, ref: Ref[Payment], said: _Said) -> None:
    """Money has come, or none; what was said to have come before and has not is for a person.

    The units of what had come are named first, so that what goes back by itself goes in them.
    """
    payment, one, done, told = step.now(ref), said.request, said.done, said.told
    tendered = None if (payment.stored and said.known) or not done else said.tendered
    late, units = units_named(tendered, done, said.known, said.named)
    if late is not None:
        name_units(step, ref, late, min(done, said.known))
    if done > said.known:
        receive(step, ref, done - said.known, said.paid_at, units)
        return
    if done < told:
        came, before = (amount_said(minor, payment.currency) for minor in (done, told))
        differs = f"{one.id} has brought {came}, and {before} was told of before"
        step.hold(ref, "amount_differs", differs, blocks=())
    waits = payment.state is PaymentState.AWAITING and not payment.asked(RequestKind.CAPTURE)
    if waits and not done and not one.booked:
        step.proceed(PAYMENT, ref, PaymentMove.FAIL)


def withdraw_refunds(step: Step, ref: Ref[Payment], minor: int) -> None:
    """Let refunds that were never sent stay, where the payer's bank takes so much of them itself.

    The last that was asked for first. What is sent already may still be paid out.
    """
    left = minor
    for one in reversed(step.now(ref).requests):
        unsent = one.outcome is Outcome.PENDING and not one.tries
        if left > 0 and unsent and one.kind is RequestKind.REFUND:
            step.note(ref, WITHDRAWN, request=one.id)
            _refunded(step, ref, one, "the payer's bank takes money back, so nobody has sent")
            left -= one.booked


def _refunded(
    step: Step, ref: Ref[Payment], one: Request, why: str = "the gateway has not paid back"
) -> None:
    """What was to go back has gone back, or comes back to where it was taken from.

    From when it was asked it counts as gone, and where it has failed as there; `why` says how.
    """
    payment = step.now(ref)
    before, after = one.booked, _now(payment, one).booked
    home = MoneyAccount.APPLIED if one.order else MoneyAccount.UNAPPLIED
    order = step.case.order(one.order) if one.order else None
    if after < before:
        units, worth = _tender_back(payment, one, after)
        back = before - after
        step.add(MoneyMoved(ref, MoneyAccount.REFUNDED, home, back, order, units, worth))
        made = _make_good(step, ref, order)
        if not after:
            again = "the payer's bank has" if made >= before else "it is owed again"
            amount = amount_said(before, payment.currency)
            said = f"{why} {amount} of {one.id}: {again}"
            step.hold(ref, "refund_failed", said, blocks=())
        move = ended_as(step, ref, reopened=payment.state is PaymentState.REFUNDED)
        if move in _REOPENS.get(payment.state, ()):
            step.proceed(PAYMENT, ref, move)
    elif after > before:
        more = after - before
        units = 0 if payment.stored else None
        source, target = MoneyAccount.UNAPPLIED, MoneyAccount.REFUNDED
        step.add(MoneyMoved(ref, source, target, more, units=units))
        _make_good(step, ref, order)
        move = ended_as(step, ref, reopened=False)
        if move in _EMPTIES.get(payment.state, ()):
            note_balance(step, ref)
            step.proceed(PAYMENT, ref, move)


def _make_good(step: Step, ref: Ref[Payment], first: Ref[Order] | None) -> int:
    """Let what the orders of a payment owe back make good what is missing of it for good.

    The first of them first, then the others as it was applied to them; how much it was.
    """
    others = [step.case.order(one.order) for one in step.now(ref).applications]
    made = 0
    for order in others if first is None else [first, *others]:
        made += make_good(step, ref, order, -due(step.now(order)))
    return made


def _tender_back(payment: Payment, one: Request, after: int) -> tuple[int | None, int | None]:
    """The units of its tender that come back of a refund, and the money that they stand for.

    They come as they went when it was asked for. Nobody knows it of a tender in the unit of the
    payment, nor where more had gone than was asked.
    """
    if payment.stored:
        return 0, None
    back, book = one.booked - after, payment.tendered
    known = one.booked <= one.amount
    units = None
    if one.units is not None and known:
        units = part_of(one.units, one.amount, one.booked) - part_of(one.units, one.amount, after)
    if book is None or book.worth is None or not known:
        return units, None
    if units is not None:
        return units, min(back, book.worth.refunded)
    plain = payment.refunded - book.worth.refunded
    return None, max(0, back - plain)


def _now(payment: Payment, one: Request) -> Request:
    """A request as it is after its answer."""
    return next(found for found in payment.requests if found.id == one.id)


def _voided(step: Step, ref: Ref[Payment]) -> None:
    payment = step.now(ref)
    if payment.state is PaymentState.PART_CAPTURED:
        give_up_rest(step, ref)
    elif (
        not holds_money(payment)
        and step.chart(PAYMENT).target(payment.state, PaymentMove.VOID) is not None
    ):
        step.proceed(PAYMENT, ref, PaymentMove.VOID)
