"""What customers send back: ask, decide, follow it home, end it.

It knows what may come back, and refuses to know what becomes of it: `receiving` says what came, and
`inspecting` what is decided of it.

Asking changes the return and tags the units; they stay delivered until they move.
So returnable is simply what is delivered and in no return: no second counter can drift.
What never comes stays with the customer when the return is closed.

What was lost on its way back stays lost until somebody decides: `cancel` gives it up, and it is
owed back; `found` says that the customer has it.
What scans say is recorded in every state of the return, and where its chart has no row for it, a
named hold asks a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.calls import Ref
from orderflow.eligible import asked_of, why_not_returned
from orderflow.errors import BadInput, IllegalMove, MoveRefused, all_told
from orderflow.fulfilment import ScanStatus
from orderflow.holding import checked_blocks, set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import order_facts
from orderflow.proving import checked_evidence, lacks_evidence
from orderflow.reasons import Way, not_for
from orderflow.records import Order, Return
from orderflow.return_windows import closings, windows_of
from orderflow.states import (
    ONWARD,
    ORDER,
    RETURN,
    OrderMove,
    OrderState,
    ReturnMove,
    ReturnState,
    UnitMove,
    UnitState,
)
from orderflow.together import belongs_along
from orderflow.units import (
    LineQuantities,
    can_inspect,
    checked_quantities,
    of_return,
)
from orderflow.values import text

if TYPE_CHECKING:
    from orderflow.windows import Closing


@verb("ask_return", Return)
def ask_return(
    case: Case,
    context: Context,
    order: str,
    lines: LineQuantities = (),
    reason: str = "",
    evidence: tuple[str, ...] = (),
    words: str = "",
) -> Step:
    """Ask to give back delivered units of an order: all, or so many of some lines.

    Each unit must be inside its return window, and the reason one that leads to a return, where the
    rules name any. All that speaks against it is told at once. The rules may approve by themselves.
    A completed order is open again until this is settled.
    `evidence` are references of pictures and films, and `words` say what is the matter; what the
    reason wants of it may come later (`add_evidence`), and until then nobody agrees.
    """
    step = Step(case, context)
    given = checked_evidence(evidence)
    said = text(words, "words", empty=True)
    open_return(step, case.own(Return), order, lines, reason, evidence=given, words=said)
    approve_by_itself(step, case.own(Return))
    return step


@verb("approve_return", Return)
def approve_return(case: Case, context: Context) -> Step:
    """Agree that the goods may come back, once the evidence is there that its reason wants."""
    step = Step(case, context)
    agree_to_return(step, case.own(Return))
    return step


@verb("reject_return", Return)
def reject_return(case: Case, context: Context, reason: str) -> Step:
    """Refuse a return; its units are as before."""
    step = Step(case, context)
    step.proceed(RETURN, case.ref, ReturnMove.REJECT)
    untag_returned(step, step.now(case.own(Return)))
    step.note(case.ref, "rejected", reason=text(reason, "reason"))
    return step


@verb("close_return", Return)
def close_return(case: Case, context: Context) -> Step:
    """End a return: what has not come back stays with the customer.

    What has come back is inspected first. What was lost on its way back stays lost, for its order
    to decide: `cancel` or `found`.
    """
    step = Step(case, context)
    end_return(step, case.own(Return))
    return step


@verb("record_return_scan", Return)
def record_return_scan(
    case: Case, context: Context, status: ScanStatus, tracking: str = "", event: str = ""
) -> Step:
    """Record a scan of what a customer sends back (退货快递包跟踪), in any state of the return.

    The first one of an approved return says that its units are on their way. What is lost may be
    scanned again. A scan that does not fit the return sets a hold.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    if not isinstance(status, ScanStatus):
        raise BadInput("status", "a ScanStatus is wanted")
    step.note(
        returned.ref,
        "scan",
        status=status.value,
        tracking=text(tracking, "tracking", empty=True),
        event=text(event, "event", empty=True),
    )
    if not _follow_scan(step, returned, status):
        reason = f"scanned {status.value} while {returned.state.value}"
        step.hold(returned.ref, "unexpected_scan", reason, ())
    return step


@verb("hold_return", Return)
def hold_return(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on a return: it is not approved or settled until the hold is lifted.

    Without `blocks` it blocks nothing, and is a question that somebody must look into.
    """
    step = Step(case, context)
    set_hold(step, case.own(Return), code, reason, checked_blocks(step, blocks, RETURN))
    return step


@verb("lift_return_hold", Return)
def lift_return_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a return: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Return), text(code, "code"))
    return step


def approve_by_itself(step: Step, ref: Ref[Return]) -> None:
    """Approve a return where the rules do so for its customer, and no evidence is wanted yet."""
    returned = step.now(ref)
    tier = step.now(step.case.order(returned.order)).tier
    if step.context.rules.approves(tier) and not returned.lacks_evidence:
        step.proceed(RETURN, ref, ReturnMove.APPROVE)


def agree_to_return(step: Step, ref: Ref[Return]) -> None:
    """Approve a return, once the evidence is there that its reason wants."""
    returned = step.now(ref)
    asked = returned.state is ReturnState.ASKED  # else its state says what is the matter
    with all_told(lacks_evidence(returned) if asked else ()):
        step.proceed(RETURN, ref, ReturnMove.APPROVE)


def open_return(
    step: Step,
    ref: Ref[Return],
    order: str,
    lines: LineQuantities,
    reason: str,
    way: Way = Way.RETURN,
    evidence: tuple[str, ...] = (),
    words: str = "",
) -> None:
    """Open a return of delivered units, and the order again where it was completed.

    Nobody has approved it yet. The reason leads to what is asked for, that `way`.
    """
    returned = step.now(step.case.order(text(order, "order")))
    wanted = checked_quantities(lines)
    said = text(reason, "reason", empty=True)
    closed = _closed_windows(step, returned, said)
    asked = asked_of(returned, wanted, closed, step.context.rules.process)
    reasons = (*why_not_returned(asked), *not_for(step.context.rules.reasons, said, way))
    reasons += tuple(belongs_along(asked, step.context.rules))
    if reasons:
        raise MoveRefused(reasons)
    id = text(ref.id, "return")
    named = step.context.rules.reason(said)
    wanted_of_it = 0 if named is None else named.evidence
    step.open(
        Return(
            ref,
            RETURN.initial,
            order,
            said,
            words=words,
            evidence=evidence,
            evidence_wanted=wanted_of_it,
            brought=0,
            repair=way is Way.REPAIR,
        )
    )
    step.retag(returned, asked.chosen, returning=id)
    if returned.state is OrderState.COMPLETED:
        step.advance(ORDER, returned.ref, OrderMove.REOPEN, order_facts(returned))


def end_return(step: Step, ref: Ref[Return]) -> None:
    """End a return of which nothing waits for its inspection; the rest stays with the customer."""
    returned = step.now(ref)
    order = step.now(step.case.order(returned.order))
    if of_return(order, ref.id, (UnitState.RECEIVED_BACK,)):
        can = can_inspect(step.context.rules.process)
        raise IllegalMove(str(ref), returned.state.value, "close", can)
    coming = of_return(order, ref.id, (UnitState.GOING_BACK,))
    step.move(order, UnitMove.DELIVER, coming, returning="")
    untag_returned(step, returned)
    if returned.state in RETURN.ends:
        raise IllegalMove(str(ref), returned.state.value, "close", ())
    under_way = returned.state in (ReturnState.GOING_BACK, ReturnState.RECEIVED)
    step.proceed(RETURN, ref, ReturnMove.SETTLE if under_way else ReturnMove.CANCEL)


def _closed_windows(step: Step, order: Order, reason: str) -> dict[str, Closing]:
    """The end of each return window of delivered units that is over, by its parcel."""
    windows = windows_of(step.context.rules, order.tier, reason)
    ends = closings(order, lambda name: step.now(step.case.parcel(name)), windows)
    return {name: one for name, one in ends.items() if step.context.at > one.last}


def untag_returned(step: Step, returned: Return) -> None:
    """Units that are still with the customer are in no return any more."""
    order = step.now(step.case.order(returned.order))
    step.retag(order, of_return(order, returned.ref.id, (UnitState.DELIVERED,)), returning="")


def _follow_scan(step: Step, returned: Return, status: ScanStatus) -> bool:
    """Let a return and its units follow a scan; whether the scan makes sense of the return.

    What goes back to its sender goes back to the customer: whether it comes again, nobody knows.
    """
    order = step.now(step.case.order(returned.order))
    id = returned.ref.id
    sent = step.chart(RETURN).target(returned.state, ReturnMove.SEND) is not None
    on_its_way = returned.state in (ReturnState.GOING_BACK, ReturnState.RECEIVED)
    if status is ScanStatus.RETURN_TO_SENDER or not (sent or on_its_way):
        return False
    if sent:
        step.proceed(RETURN, returned.ref, ReturnMove.SEND)
        step.move(order, UnitMove.TURN_BACK, of_return(order, id, (UnitState.DELIVERED,)))
        order = step.now(order.ref)
    if status is not ScanStatus.LOST:
        step.move(order, UnitMove.TURN_BACK, of_return(order, id, (UnitState.LOST,)))
        return True
    coming = of_return(order, id, (UnitState.GOING_BACK,))
    step.move(order, UnitMove.LOSE, coming)
    return sent or bool(coming) or bool(of_return(order, id, (UnitState.LOST,)))
