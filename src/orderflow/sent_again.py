"""What an order notes of units that go out again for it, and what of them came to nothing.

It knows the rows beside an order's bag, and refuses to know why something is sent again: that is
`replacements`.

Problem: a unit that was sent again is neither sent a third time nor paid back; but what went out
may be cancelled there, or come back and be accepted, and it cost nothing, so nobody is owed
anything for it there.
Observation: whatever becomes of it happens to the order that sent it anew, also long after the
reissue was settled.
Decision: a unit counts as sent again as long as its customer was sent something that was neither
cancelled nor accepted back.
It is counted again as soon as that changes, settled or not, and the unit of the old order may be
claimed like any other at once; where it went astray that order is open again.
An archived order has no after-sales, so nothing is counted for it any more.

What is sent anew costs nothing, so whether it is paid is told by the order by which it was sold:
that of the goods which went astray first.
"""

from __future__ import annotations

import attrs

from orderflow.calls import Ref
from orderflow.facts import SENT_AGAIN
from orderflow.journal import Step
from orderflow.pricing import order_facts
from orderflow.records import Line, Order, SentAgain
from orderflow.states import ORDER, ORDER_OVER, OrderMove, OrderState, UnitState


def note_sent_again(step: Step, order: Ref[Order], row: SentAgain) -> None:
    """Let an order note what a reissue sends of one of its lines; none at all forgets the row."""
    done, astray = int(row.done), row.astray
    step.note(
        order, SENT_AGAIN, reissue=row.reissue, line=row.line, n=row.n, done=done, astray=astray
    )


def note_kept(step: Step, order: Ref[Order], row: SentAgain, line: Line, n: int) -> None:
    """Note what is left of `n` units that went out on a line, and no more than that."""
    kept = n - _came_to_nothing(line)
    note_sent_again(step, order, attrs.evolve(row, n=kept, astray=min(kept, row.astray)))


def count_again(step: Step, ref: Ref[Order]) -> None:
    """Count again what an order has sent anew of what it was to send."""
    anew = step.now(ref)
    if not anew.parent:
        return
    old = step.now(step.case.order(anew.parent))
    if old.state in ORDER_OVER:
        return
    for row in old.sent_again:
        line = anew.line(row.line)
        if line is None:
            continue
        reissue = step.now(step.case.reissue(row.reissue))
        n = dict(reissue.lines)[row.line]
        if reissue.anew == ref.id and row.n > n - _came_to_nothing(line):
            note_kept(step, old.ref, row, line, n)
    after = order_facts(step.now(old.ref))
    if old.state is OrderState.COMPLETED and after.units_live:
        step.advance(ORDER, old.ref, OrderMove.REOPEN, after)


def sold_by(step: Step, order: Order) -> Order:
    """The order that the goods of an order are paid by: for what is sent anew, the one before."""
    while order.parent:
        old = step.now(step.case.order(order.parent))
        if order.ref.id not in _names_anew(step, old):
            return order  # the new order of an exchange is paid for itself
        order = old
    return order


def sent_anew(step: Step, order: Order) -> list[Order]:
    """The orders that send goods of an order anew, and those that send these once more."""
    if not order.sent_again:
        return []
    direct = [step.now(step.case.order(name)) for name in _names_anew(step, order)]
    return [one for anew in direct for one in (anew, *sent_anew(step, anew))]


def _names_anew(step: Step, order: Order) -> list[str]:
    reissues = dict.fromkeys([row.reissue for row in order.sent_again])
    found = [step.now(step.case.reissue(one)).anew for one in reissues]
    return [name for name in found if name]


def _came_to_nothing(line: Line) -> int:
    """How many units of a line were cancelled, or came back and were accepted."""
    return line.count(UnitState.CANCELLED, UnitState.RETURNED)
