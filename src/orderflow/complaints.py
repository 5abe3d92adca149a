"""What customers complain of and give nothing back for: money (仅退款) or an answer (投诉).

It knows who asks and who decides, and refuses to know goods: what is granted lowers what the units
carry that the customer keeps, and `refund` pays what is owed then.

A question of usage leads here, and to nothing else; so does a complaint about no goods at all.
Silence never takes anything from a customer who has done his part: money that nobody decides about
is granted as far as the goods still carry it, and what nobody answers is written down as
unanswered, and may be answered late.
"""

from __future__ import annotations

from typing import Final

from orderflow.errors import IllegalMove, MoveRefused, Refusal, all_told
from orderflow.facts import REPLIED
from orderflow.journal import Case, Context, Step, verb
from orderflow.kept_goods import carrying, lower, meant_units
from orderflow.money import Money, positive
from orderflow.proving import checked_evidence, lacks_evidence, note_evidence, note_talk
from orderflow.reasons import Way, not_for
from orderflow.records import Complaint, Order
from orderflow.return_windows import closings, windows_of
from orderflow.states import COMPLAINT, ComplaintMove, ComplaintState, OrderState
from orderflow.units import LineQuantities, checked_quantities
from orderflow.values import text

REFUND_ONLY: Final = "refund without return"
"""Why goods cost less of which no reason was given."""


@verb("complain", Complaint)
def complain(
    case: Case,
    context: Context,
    order: str,
    words: str,
    reason: str = "",
    evidence: tuple[str, ...] = (),
) -> Step:
    """Ask for an answer about an order: a question, a complaint or a suggestion, about no goods.

    With a reason it is one that leads to support.
    """
    step = Step(case, context)
    about = _changeable(step, order)
    said, given = text(reason, "reason", empty=True), checked_evidence(evidence)
    if said:
        _refuse(list(not_for(context.rules.reasons, said, Way.SUPPORT)))
    _open(step, about, said, text(words, "words"), given)
    return step


@verb("ask_refund_only", Complaint)
def ask_refund_only(
    case: Case,
    context: Context,
    order: str,
    amount: Money | None = None,
    lines: LineQuantities = (),
    reason: str = "",
    evidence: tuple[str, ...] = (),
    words: str = "",
) -> Step:
    """Ask for money and give nothing back (仅退款): so much, or all that the units carry.

    It is about units that have left: all that the customer keeps, or so many of some lines. They
    are inside the window of the reason, and no other goods are sent for them.
    """
    step = Step(case, context)
    about = _changeable(step, order)
    wanted = checked_quantities(lines)
    said, given = text(reason, "reason", empty=True), checked_evidence(evidence)
    told = text(words, "words", empty=True)
    minor = None if amount is None else positive(amount, about.currency)
    windows = windows_of(context.rules, about.tier, said)
    ends = closings(about, lambda name: step.now(case.parcel(name)), windows)
    closed = {name: end for name, end in ends.items() if context.at > end.last}
    pairs, refusals = meant_units(about, wanted, closed)
    refusals += not_for(context.rules.reasons, said, Way.REFUND)
    there = carrying(about, pairs).amount
    asked = there if minor is None else minor
    if not refusals:
        refusals += _over_kept(about, asked, there)
    _refuse(refusals)
    _open(step, about, said, told, given, pairs, asked)
    return step


@verb("grant_complaint", Complaint)
def grant_complaint(
    case: Case, context: Context, amount: Money | None = None, answer: str = ""
) -> Step:
    """Give in: the goods cost less by what was asked, or by another amount; it is owed back.

    Never more than its units still carry; without an amount, what is left of what was asked. A
    complaint about no goods is granted an amount off all that the customer keeps.
    """
    step = Step(case, context)
    complaint = step.now(case.own(Complaint))
    said = text(answer, "answer", empty=True)
    ref = case.order(complaint.order)
    order = step.now(ref)
    pairs = complaint.lines or meant_units(order, (), {})[0]
    there = carrying(order, pairs).amount
    if amount is not None:
        minor = positive(amount, order.currency)
    elif complaint.amount:
        minor = min(complaint.amount, there)
    else:
        no = Refusal.of("amount_wanted", what=str(complaint.ref))
        raise MoveRefused((no,))
    open_ = complaint.state not in COMPLAINT.ends
    reasons = [*lacks_evidence(complaint), *_over_kept(order, minor, there)] if open_ else []
    with all_told(reasons):
        step.proceed(COMPLAINT, case.ref, ComplaintMove.GRANT)
    lower(step, ref, pairs, minor, complaint.reason or REFUND_ONLY)
    step.note(case.ref, REPLIED, granted=minor, answer=said)
    return step


@verb("add_complaint_evidence", Complaint)
def add_complaint_evidence(
    case: Case, context: Context, evidence: tuple[str, ...] = (), words: str = ""
) -> Step:
    """Add references of pictures or films to a complaint that is not over, or words about it."""
    step = Step(case, context)
    note_evidence(step, step.now(case.own(Complaint)), COMPLAINT.ends, evidence, words)
    return step


@verb("record_complaint_talk", Complaint)
def record_complaint_talk(case: Case, context: Context, reference: str) -> Step:
    """Record that staff and customer have talked about a complaint: the talk's own reference."""
    step = Step(case, context)
    note_talk(step, step.now(case.own(Complaint)), COMPLAINT.ends, reference)
    return step


@verb("answer_complaint", Complaint)
def answer_complaint(case: Case, context: Context, answer: str) -> Step:
    """Answer a complaint, and give nothing."""
    step = Step(case, context)
    step.proceed(COMPLAINT, case.ref, ComplaintMove.ANSWER)
    step.note(case.ref, REPLIED, answer=text(answer, "answer"))
    return step


@verb("reject_complaint", Complaint)
def reject_complaint(case: Case, context: Context, reason: str) -> Step:
    """Refuse a complaint, and say why."""
    step = Step(case, context)
    step.proceed(COMPLAINT, case.ref, ComplaintMove.REJECT)
    step.note(case.ref, REPLIED, answer=text(reason, "reason"))
    return step


@verb("withdraw_complaint", Complaint)
def withdraw_complaint(case: Case, context: Context) -> Step:
    """End a complaint that its customer does not keep up."""
    step = Step(case, context)
    step.proceed(COMPLAINT, case.ref, ComplaintMove.WITHDRAW)
    return step


@verb("miss_complaint", Complaint)
def miss_complaint(case: Case, context: Context) -> Step:
    """Write down that nobody has answered a complaint in time; it may be answered late."""
    step = Step(case, context)
    complaint = step.now(case.own(Complaint))
    if complaint.state is ComplaintState.ASKED:  # else its state says what is the matter
        until = complaint.until
        if until is None or until > context.at:
            limit = "any time" if until is None else until.isoformat()
            raise MoveRefused((Refusal.of("in_time", what=str(case.ref), until=limit),))
    step.proceed(COMPLAINT, case.ref, ComplaintMove.LEAVE)
    return step


def _open(
    step: Step,
    order: Order,
    reason: str,
    words: str,
    evidence: tuple[str, ...],
    lines: LineQuantities = (),
    amount: int = 0,
) -> None:
    ref = step.case.own(Complaint)
    text(ref.id, "complaint")
    named = step.context.rules.reason(reason)
    wanted = 0 if named is None else named.evidence
    step.open(
        Complaint(
            ref,
            COMPLAINT.initial,
            order.ref.id,
            reason,
            lines,
            amount,
            words=words,
            evidence=evidence,
            evidence_wanted=wanted,
        )
    )


def _changeable(step: Step, order: str) -> Order:
    about = step.now(step.case.order(text(order, "order")))
    if about.state is OrderState.ARCHIVED:
        raise IllegalMove(str(about.ref), about.state.value, "complain", ())
    return about


def _over_kept(order: Order, asked: int, there: int) -> list[Refusal]:
    if asked and asked <= there:
        return []
    which = {"order": order.ref.id, "currency": order.currency}
    return [Refusal.of("over_kept", **which, asked=asked, there=there)]


def _refuse(refusals: list[Refusal]) -> None:
    if refusals:
        raise MoveRefused(tuple(refusals))
