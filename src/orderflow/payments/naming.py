"""The units of a tender that a gateway names, by whichever of its reports of a capture.

It knows which units were named before, and refuses to know whether the money has come.

Observation: a webhook says that money has come, and the reply after it says in how many dollars; or
both say so.
Decision: the units of a capture are named once. Who names them later, names those of the money that
is there already; what was named before is not named again.
"""

from __future__ import annotations

import attrs

from orderflow.facts import ANSWERED_AGAIN
from orderflow.journal import Step
from orderflow.payments.applying import name_units
from orderflow.records import Notice, Payment, Request, RequestKind
from orderflow.tenders import Tendered, part_of


def named_before(payment: Payment, one: Request, event: str) -> int:
    """The units of a capture that were named in an answer, or by notices of its event alone."""
    notices = [
        reported.units or 0
        for reported in payment.events
        if (reported.notice, reported.event, reported.request) == (Notice.CAPTURED, event, "")
    ]
    same = [each for each in payment.requests if each.event == event]
    taken = sum([each.units or 0 for each in same if each.kind is RequestKind.CAPTURE])
    return (one.units or 0) + max(0, sum(notices) - taken)


def units_named(
    tendered: Tendered | None, done: int, known: int, before: int
) -> tuple[Tendered | None, Tendered | None]:
    """The units of what had come of a capture, and of what comes now: `done` in all, `known` there.

    `before` are those that were named of it; where none were, all of the money is all of the units.
    """
    if tendered is None or not known:
        return None, tendered
    there = 0 if before else part_of(tendered.n, done, known)
    rest = tendered.n - before - there if done > known else 0
    return _so_many(tendered, there), _so_many(tendered, rest)


def answer_again(
    step: Step, payment: Payment, one: Request, event: str, tendered: Tendered | None
) -> None:
    """Write down that a capture is told of once more, with its units where nobody had named any."""
    units = {} if tendered is None else {"units": tendered.n}
    step.note(payment.ref, ANSWERED_AGAIN, request=one.id, event=event, **units)
    if tendered is not None:
        name_units(step, payment.ref, tendered, one.done)


def _so_many(tendered: Tendered, n: int) -> Tendered | None:
    return attrs.evolve(tendered, n=n) if n > 0 else None
