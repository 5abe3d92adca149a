"""Reissues (补发): what goes out again though nothing comes back.

It knows which units may be sent again, and that nobody pays for it, and refuses to know shelves and
parcels: its order goes the way of any order.
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from orderflow.errors import MoveRefused, Refusal, all_told
from orderflow.holding import set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import order_facts
from orderflow.reasons import Way, not_for
from orderflow.records import Fixing, Order, Reissue, SentAgain, Spot
from orderflow.replacements.ending import end, not_ended
from orderflow.replacements.opening import call_off, must_be_open, named, open_anew, reopen
from orderflow.sent_again import note_kept, note_sent_again
from orderflow.states import ORDER, REISSUE, OrderMove, ReplacementMove, UnitState
from orderflow.units import (
    LineQuantities,
    astray_to_send_again,
    checked_quantities,
    left_to_send_again,
)
from orderflow.values import text
from orderflow.withheld import withhold_anew


@verb("ask_reissue", Reissue)
def ask_reissue(
    case: Case, context: Context, order: str, lines: LineQuantities, reason: str
) -> Step:
    """Ask that units of an order go out again: so many, or all that went astray.

    They were lost, are missing, or are with their customer and faulty; each goes out again once.
    What is sent anew and goes astray too is asked for on the order that sent it. A completed order
    is open again until this is settled.
    """
    step = Step(case, context)
    old = step.now(case.order(text(order, "order")))
    wanted = checked_quantities(lines)
    said = text(reason, "reason")
    must_be_open(step, old, "reissue")
    barred = tuple(not_for(context.rules.reasons, said, Way.REISSUE))
    with all_told(barred):
        pairs = _to_send_again(old, wanted) if wanted else _astray(old)
    astray = {line.id: min(n, astray_to_send_again(old, line)) for line, n in named(old, pairs)}
    text(case.ref.id, "reissue")
    step.open(Reissue(case.own(Reissue), REISSUE.initial, order, said, pairs))
    for line, n in pairs:
        note_sent_again(step, old.ref, SentAgain(case.ref.id, line, n, astray=astray[line]))
    reopen(step, old.ref)
    return step


@verb("approve_reissue", Reissue)
def approve_reissue(case: Case, context: Context, anew: str) -> Step:
    """Agree to a reissue: the order `anew` is opened and confirmed, and costs nothing.

    It is on hold as long as the payer's bank has taken back what its goods were paid with.
    """
    step = Step(case, context)
    step.proceed(REISSUE, case.ref, ReplacementMove.APPROVE)
    reissue = step.now(case.own(Reissue))
    old = step.now(case.order(reissue.order))
    lines = tuple(
        attrs.evolve(
            line,
            n=n,
            price=Decimal(0),
            spots=(Spot(UnitState.OPEN, n),),
            cuts=(),
            promised=None,
            kit="",
            per_kit=0,
            fixed=Fixing.PLACING,
            grams_each=0,
            prices=(),
        )
        for line, n in named(old, reissue.lines)
    )
    ref = open_anew(step, old, text(anew, "anew"), lines, (), as_the_old=False)
    step.advance(ORDER, ref, OrderMove.CONFIRM, order_facts(step.now(ref)))
    withhold_anew(step, step.now(ref))
    return step


@verb("reject_reissue", Reissue)
def reject_reissue(case: Case, context: Context, reason: str) -> Step:
    """Refuse a reissue; its units may be paid back, or asked for again."""
    step = Step(case, context)
    step.proceed(REISSUE, case.ref, ReplacementMove.REJECT)
    step.note(case.ref, "rejected", reason=text(reason, "reason"))
    _forget_sent_again(step)
    return step


@verb("cancel_reissue", Reissue)
def cancel_reissue(case: Case, context: Context) -> Step:
    """Call a reissue off, with its order, while no unit is with the warehouse."""
    step = Step(case, context)
    reissue = step.now(case.own(Reissue))
    step.proceed(REISSUE, case.ref, ReplacementMove.CANCEL)
    if reissue.anew:
        call_off(step, case.order(reissue.anew))
    _forget_sent_again(step)
    return step


@verb("settle_reissue", Reissue)
def settle_reissue(case: Case, context: Context) -> Step:
    """End a reissue: every unit that went out has ended its outward life.

    What of it was cancelled, or accepted back, has not been sent again: the unit that it stood for
    may be paid back, or sent once more.
    """
    step = Step(case, context)
    reissue = step.now(case.own(Reissue))
    missing = not_ended(step, REISSUE, reissue) if reissue.anew else ()
    end(step, REISSUE, reissue, ReplacementMove.SETTLE, missing)
    anew = step.now(case.order(reissue.anew))
    old = step.now(case.order(reissue.order))
    noted = {row.line: row for row in old.sent_again if row.reissue == case.ref.id}
    for line, n in named(anew, reissue.lines):
        if line.id in noted:  # else all of it was given back before
            note_kept(step, old.ref, attrs.evolve(noted[line.id], done=True), line, n)
    return step


@verb("hold_reissue", Reissue)
def hold_reissue(case: Case, context: Context, code: str, reason: str) -> Step:
    """Put a named hold on a reissue: it goes no further until that is lifted."""
    step = Step(case, context)
    set_hold(step, case.own(Reissue), code, reason)
    return step


@verb("lift_reissue_hold", Reissue)
def lift_reissue_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a reissue."""
    step = Step(case, context)
    step.lift(case.own(Reissue), text(code, "code"))
    return step


def _to_send_again(order: Order, wanted: LineQuantities) -> LineQuantities:
    """The wanted units, each of which can be sent again; else a reason for each line."""
    refusals: list[Refusal] = []
    for name, n in wanted:
        line = order.line(name)
        if line is None:
            refusals.append(Refusal.of("no_such_line", order=order.ref.id, line=name))
            continue
        there = left_to_send_again(order, line)
        if n > there:
            refusals.append(
                Refusal.of(
                    "too_many",
                    line=name,
                    order=order.ref.id,
                    asked=n,
                    move="reissue",
                    there=there,
                )
            )
    if refusals:
        raise MoveRefused(tuple(refusals))
    return wanted


def _astray(order: Order) -> LineQuantities:
    """All that was lost or is missing and is not sent again yet."""
    named = [(line.id, astray_to_send_again(order, line)) for line in order.lines]
    pairs = [(line, n) for line, n in named if n]
    if not pairs:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(order.ref), move="reissue"),))
    return tuple(pairs)


def _forget_sent_again(step: Step) -> None:
    """Nothing is sent again after all."""
    reissue = step.now(step.case.own(Reissue))
    for line, _ in reissue.lines:
        row = SentAgain(reissue.ref.id, line, 0)
        note_sent_again(step, step.case.order(reissue.order), row)
