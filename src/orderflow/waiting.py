"""What a return, an exchange, a reissue or a complaint waits for, and until when.

It knows for whom each of them waits and writes the limit down when the waiting begins, and refuses
to know what silence means.

Problem: a limit that is reckoned when somebody asks moves with the host's rules, and a verb that
begins a waiting and forgets its limit leaves a document that waits for ever.
Observation: what a document waits for can be read off it, and off the units that carry its id.
Decision: no verb sets a limit. When a verb has given its facts, each document that it touched, or
whose units it moved, is looked at once; where it waits for something else than before, its limit is
noted on it.
Without `Rules.patience` nothing is noted, and what waits, waits without a limit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from orderflow.calls import Ref
from orderflow.facts import WAITS, Moved
from orderflow.journal import Step
from orderflow.patience import Patience
from orderflow.records import Complaint, Document, Exchange, Order, Reissue, Return
from orderflow.states import ComplaintState, ReplacementState, ReturnState, UnitState
from orderflow.values import later

AfterSale: TypeAlias = Return | Exchange | Reissue | Complaint
"""What follows a sale, and waits for somebody."""


class Wait(StrEnum):
    """What a return, an exchange, a reissue or a complaint waits for."""

    DECISION = "decision"
    EVIDENCE = "evidence"  # the customer's, without which nobody decides
    POSTING = "posting"
    ARRIVAL = "arrival"
    STRAGGLERS = "stragglers"  # nothing is on its way any more, and not all has come
    INSPECTION = "inspection"
    REPAIR = "repair"
    REJECTED = "rejected"  # what was rejected is here, for its customer to take
    RESENT = "resent"  # what was rejected is on its way to him
    EXCHANGE = "exchange"  # the old goods are to come, and the new ones to go
    SENDING = "sending"  # what is sent anew is to arrive


def wait_of(document: AfterSale, order: Callable[[str], Order]) -> Wait | None:
    """What a document waits for; `None` once it has ended. `order` reads the one of that id."""
    match document:
        case Return():
            return _wait_of_return(document, order(document.order))
        case Exchange() | Reissue():
            if document.state is ReplacementState.ASKED:
                return Wait.DECISION
            if document.state is ReplacementState.APPROVED:
                return Wait.EXCHANGE if isinstance(document, Exchange) else Wait.SENDING
            return None
        case Complaint():
            if document.state is not ComplaintState.ASKED:
                return None
            return Wait.EVIDENCE if document.lacks_evidence else Wait.DECISION


def note_waits(step: Step) -> None:
    """Note until when each document waits that waits for something else than before."""
    patience = step.context.rules.patience
    for document in _looked_at(step):
        if patience is None and document.until is None:
            continue
        waits = wait_of(document, lambda id: step.now(step.case.order(id)))
        before = step.case.find(document.ref)
        if isinstance(before, AfterSale) and waits is _waited(step, before):
            continue
        until = None if waits is None else _until(step.context.at, waits, patience)
        if until != document.until:
            step.note(document.ref, WAITS, until="" if until is None else until.isoformat())


def _wait_of_return(returned: Return, order: Order) -> Wait | None:
    if returned.state is ReturnState.ASKED:
        return Wait.EVIDENCE if returned.lacks_evidence else Wait.DECISION
    if returned.state is ReturnState.APPROVED:
        return Wait.POSTING
    id = returned.ref.id
    there = {spot.state for _, spot in order.units() if spot.slice.returning == id}
    rejected = Wait.RESENT if returned.resent else Wait.REJECTED
    if returned.state is ReturnState.SETTLED:
        return rejected if UnitState.SENT_BACK in there else None
    if returned.state not in (ReturnState.GOING_BACK, ReturnState.RECEIVED):
        return None
    if UnitState.RECEIVED_BACK in there:
        return Wait.REPAIR if returned.repair else Wait.INSPECTION
    return Wait.ARRIVAL if UnitState.GOING_BACK in there else Wait.STRAGGLERS


def _waited(step: Step, before: AfterSale) -> Wait | None:
    """What a document has waited for before the step."""
    return wait_of(before, lambda id: step.case.get(step.case.order(id)))


def _looked_at(step: Step) -> tuple[AfterSale, ...]:
    """The documents that a step has touched, or whose units it has moved, as they are now."""
    found: dict[Ref[Document], AfterSale] = {}
    for document in step.after.values():
        if isinstance(document, AfterSale):
            found[document.ref] = document
    if step.context.rules.patience is not None:
        moved = [fact.taken.returning for fact in step.facts if type(fact) is Moved]
        for id in dict.fromkeys(moved):
            if id:
                returned = step.now(step.case.returned(id))
                found[returned.ref] = returned
    return tuple(found.values())


def _until(at: datetime, waits: Wait, patience: Patience | None) -> datetime | None:
    if patience is None:
        return None
    days = {
        Wait.DECISION: patience.decide_days,
        Wait.EVIDENCE: patience.send_days,
        Wait.POSTING: patience.send_days,
        Wait.ARRIVAL: patience.arrive_days,
        Wait.STRAGGLERS: patience.arrive_days,
        Wait.INSPECTION: patience.inspect_days,
        Wait.REPAIR: patience.repair_days,
        Wait.REJECTED: patience.keep_days,
        Wait.RESENT: patience.arrive_days,
        Wait.EXCHANGE: patience.exchange_days,
        Wait.SENDING: 0,  # it ends as soon as all has arrived
    }
    return later(at, timedelta(days=days[waits]))
