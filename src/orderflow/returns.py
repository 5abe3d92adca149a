"""What customers send back: ask, decide, receive, inspect.

It knows what may come back and what becomes of it, and refuses to know money: a unit that is
accepted back is given up, and what is owed follows from that.

Asking changes the return and tags the units; they stay delivered until they move.
So returnable is simply what is delivered and in no return: no second counter can drift.
Receiving fewer units than were announced is normal; what never comes stays with the customer when
the return is closed.

What was lost on its way back stays lost until somebody decides: `cancel` gives it up, and it is
owed back; `found` says that the customer has it.
What scans and receipts say is recorded in every state of the return, and where its chart has no row
for it, a named hold asks a person.

One file, though long: a return is read from its asking to its end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from orderflow.books import matter_position
from orderflow.calls import Ref
from orderflow.eligible import asked_of, why_not_returned
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import Noted, Posted
from orderflow.fulfilment import ScanStatus, as_far_as_there
from orderflow.holding import checked_blocks, set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.orders import give_up_units
from orderflow.pricing import order_facts
from orderflow.reasons import Way, not_for
from orderflow.records import Line, MatterKind, Order, Return, Spot, Transfer
from orderflow.sent_again import count_again
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
from orderflow.units import (
    Chosen,
    LineQuantities,
    can_inspect,
    checked_quantities,
    left_not_arrived,
    not_arrived,
    refuse_sent_again,
    tag,
)
from orderflow.values import later, text, whole


class Verdict(StrEnum):
    """What inspection decides about units that came back."""

    SOUND = "sound"  # on the shelf again, in the grade in which it was sold
    SECOND = "second"  # sellable as second grade
    DAMAGED = "damaged"
    REJECTED = "rejected"  # goes back to the customer, who keeps owing for it


Verdicts: TypeAlias = tuple[tuple[str, int, Verdict], ...]
"""(line id, units, verdict) triples."""

_OUT: Final = (UnitState.GOING_BACK, UnitState.DELIVERED, UnitState.LOST)
"""Where units are that can still come, in the order in which they are taken for what came."""


@verb("ask_return", Return)
def ask_return(
    case: Case, context: Context, order: str, lines: LineQuantities = (), reason: str = ""
) -> Step:
    """Ask to give back delivered units of an order: all, or so many of some lines.

    Each unit must be inside the window that its parcel's delivery has opened, and the reason one
    that leads to a return, where the rules name any. All that speaks against it is told at once.
    The rules may approve by themselves. A completed order is open again
    until this is settled.
    """
    step = Step(case, context)
    open_return(step, case.own(Return), order, lines, reason)
    if context.rules.approve_returns:
        step.proceed(RETURN, case.ref, ReturnMove.APPROVE)
    return step


@verb("approve_return", Return)
def approve_return(case: Case, context: Context) -> Step:
    """Agree that the goods may come back."""
    step = Step(case, context)
    step.proceed(RETURN, case.ref, ReturnMove.APPROVE)
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


@verb("receive_return", Return)
def receive_return(case: Case, context: Context, location: str, lines: LineQuantities = ()) -> Step:
    """Record what came back of a return, and where: all that was announced, or so many.

    Goods that come for a return that is not open, beyond what was announced, or of lines that the
    order does not have, are written down under a hold.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    at = text(location, "location")
    wanted = checked_quantities(lines)
    if step.chart(RETURN).target(returned.state, ReturnMove.RECEIVE) is None:
        _keep_unasked(step, at, wanted, f"goods came while the return was {returned.state.value}")
        return step
    order = step.now(case.order(returned.order))
    out = [
        (line, spot) for state in _OUT for line, spot, _ in _units_of(order, case.ref.id, (state,))
    ]
    came = as_far_as_there(order, out, wanted)
    if came.chosen:
        step.add(Noted(case.ref, "received", (("location", at),)))
        step.proceed(RETURN, case.ref, ReturnMove.RECEIVE)
        on_the_road = _found_again(step, order, came.chosen)
        step.move(order, UnitMove.RECEIVE_BACK, on_the_road, location=at)
    if came.beyond:
        _keep_unasked(step, at, wanted, "more goods came than were announced")
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


@verb("inspect", Return)
def inspect(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Decide about what came back: all sound, or a verdict for so many of some lines.

    What is accepted is given up by the customer, and what it carried is owed back; what is rejected
    goes to the customer again. The return is settled when none of its units waits any more.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    order_ref = case.order(returned.order)
    _inspect(step, order_ref, case.ref.id, _checked_verdicts(verdicts))
    count_again(step, order_ref)
    after = step.now(order_ref)
    if not _units_of(after, case.ref.id, (*_OUT, UnitState.RECEIVED_BACK)):
        step.proceed(RETURN, case.ref, ReturnMove.SETTLE)
    return step


@verb("take_back", Order)
def take_back(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Accept units that came back undelivered for good: they are given up, and owed back."""
    step = Step(case, context)
    ref = case.own(Order)
    _inspect(step, ref, "", _checked_verdicts(verdicts))
    count_again(step, ref)
    return step


@verb("restock", Order)
def restock(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Put goods on the shelf that came back undelivered, while others are sent in their stead.

    For their order they stay lost, and nothing is owed back: its reissue makes up for them, or when
    that is called off, `cancel` does. Without verdicts all that is sent again is meant, as sound.
    """
    step = Step(case, context)
    ref = case.own(Order)
    checked = _checked_verdicts(verdicts)
    for i, (_, _, verdict) in enumerate(checked):
        if verdict is Verdict.REJECTED:
            raise BadInput(f"verdicts[{i}].verdict", "what is sent again goes to nobody else")
    if not checked:
        order = step.now(ref)
        back = _units_of(order, "", (UnitState.RECEIVED_BACK,))
        came = {one.id: sum(n for line, _, n in back if line.id == one.id) for one in order.lines}
        covered = [
            (one.id, min(came[one.id], _sent_in_their_stead(order, one))) for one in order.lines
        ]
        checked = tuple((line, n, Verdict.SOUND) for line, n in covered if n)
        if not checked:
            raise MoveRefused((Refusal.of("nothing_to_do", what=str(ref), move="restock"),))
    for line, n, verdict in checked:
        _restock(step, ref, line, n, verdict)
    return step


@verb("deliver_again", Order)
def deliver_again(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that rejected units have reached their customer again."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    chosen = step.choose(order, "deliver", (UnitState.SENT_BACK,), checked_quantities(lines))
    step.move(order, UnitMove.DELIVER, chosen, returning="")
    return step


def open_return(
    step: Step,
    ref: Ref[Return],
    order: str,
    lines: LineQuantities,
    reason: str,
    way: Way = Way.RETURN,
) -> None:
    """Open a return of delivered units, and the order again where it was completed.

    Nobody has approved it yet. The reason leads to what is asked for, that `way`.
    """
    returned = step.now(step.case.order(text(order, "order")))
    wanted = checked_quantities(lines)
    asked = asked_of(returned, wanted, _closed_windows(step, returned), step.context.rules.process)
    said = text(reason, "reason", empty=True)
    reasons = (*why_not_returned(asked), *not_for(step.context.rules.reasons, said, way))
    if reasons:
        raise MoveRefused(reasons)
    id = text(ref.id, "return")
    step.open(Return(ref, RETURN.initial, order, said))
    step.retag(returned, asked.chosen, returning=id)
    if returned.state is OrderState.COMPLETED:
        step.advance(ORDER, returned.ref, OrderMove.REOPEN, order_facts(returned))


def end_return(step: Step, ref: Ref[Return]) -> None:
    """End a return of which nothing waits for its inspection; the rest stays with the customer."""
    returned = step.now(ref)
    order = step.now(step.case.order(returned.order))
    if _units_of(order, ref.id, (UnitState.RECEIVED_BACK,)):
        can = can_inspect(step.context.rules.process)
        raise IllegalMove(str(ref), returned.state.value, "close", can)
    coming = _units_of(order, ref.id, (UnitState.GOING_BACK,))
    step.move(order, UnitMove.DELIVER, coming, returning="")
    untag_returned(step, returned)
    under_way = returned.state in (ReturnState.GOING_BACK, ReturnState.RECEIVED)
    step.proceed(RETURN, ref, ReturnMove.SETTLE if under_way else ReturnMove.CANCEL)


def _closed_windows(step: Step, order: Order) -> dict[str, datetime]:
    """The last instant of each return window of delivered units that is over, by its parcel."""
    days = timedelta(days=step.context.rules.return_window_days)
    closed: dict[str, datetime] = {}
    names = {
        spot.slice.parcel for _, spot in order.units() if spot.state is UnitState.DELIVERED
    } - {""}
    for name in sorted(names):
        since = step.now(step.case.parcel(name)).delivered_at
        if since is not None and step.context.at > later(since, days):
            closed[name] = later(since, days)
    return closed


def _units_of(order: Order, returning: str, states: tuple[UnitState, ...]) -> list[Chosen]:
    """The units of a return in these states; there may be none."""
    return [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if spot.state in states and spot.slice.returning == returning
    ]


def untag_returned(step: Step, returned: Return) -> None:
    """Units that are still with the customer are in no return any more."""
    order = step.now(step.case.order(returned.order))
    step.retag(order, _units_of(order, returned.ref.id, (UnitState.DELIVERED,)), returning="")


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
        step.move(order, UnitMove.TURN_BACK, _units_of(order, id, (UnitState.DELIVERED,)))
        order = step.now(order.ref)
    if status is not ScanStatus.LOST:
        step.move(order, UnitMove.TURN_BACK, _units_of(order, id, (UnitState.LOST,)))
        return True
    coming = _units_of(order, id, (UnitState.GOING_BACK,))
    step.move(order, UnitMove.LOSE, coming)
    return sent or bool(coming) or bool(_units_of(order, id, (UnitState.LOST,)))


def _found_again(step: Step, order: Order, chosen: list[Chosen]) -> list[Chosen]:
    """The same units, with the lost ones on the road again."""
    lost = [one for one in chosen if one.spot.state is UnitState.LOST]
    step.move(order, UnitMove.TURN_BACK, lost)
    return [
        one._replace(spot=Spot(UnitState.GOING_BACK, one.n, one.spot.slice)) if one in lost else one
        for one in chosen
    ]


def _keep_unasked(step: Step, at: str, wanted: LineQuantities, reason: str) -> None:
    """Write down what came and was not waited for, under a hold."""
    for line, n in wanted:
        step.note(step.case.ref, "came_unasked", location=at, line=line, n=n)
    step.hold(step.case.ref, "came_unasked", reason, ())


def _inspect(step: Step, ref: Ref[Order], returning: str, verdicts: Verdicts) -> None:
    order = step.now(ref)
    came = (UnitState.RECEIVED_BACK,)
    if not verdicts:
        chosen = step.choose(order, "inspect", came, (), lambda tag: tag.returning == returning)
        _decide(step, ref, chosen, Verdict.SOUND, returning)
    for line, n, verdict in verdicts:
        order = step.now(ref)
        chosen = step.choose(
            order, "inspect", came, ((line, n),), lambda tag: tag.returning == returning
        )
        _decide(step, ref, chosen, verdict, returning)


def _decide(
    step: Step, ref: Ref[Order], chosen: list[Chosen], verdict: Verdict, returning: str
) -> None:
    order = step.now(ref)
    refuse_sent_again(order, chosen)
    if verdict is Verdict.REJECTED:
        step.move(order, UnitMove.REJECT, chosen)
        return
    give_up_units(step, ref, chosen, returning or "take back")
    if verdict is Verdict.SOUND:
        step.move(order, UnitMove.ACCEPT_BACK, chosen)
    else:
        step.move(order, UnitMove.ACCEPT_BACK, chosen, grade=verdict.value)


def _sent_in_their_stead(order: Order, line: Line) -> int:
    """How many units of a line that did not arrive are sent again."""
    rows = [row for row in order.sent_again if row.line == line.id]
    return not_arrived(line) - left_not_arrived(line, rows)


def _restock(step: Step, ref: Ref[Order], name: str, n: int, verdict: Verdict) -> None:
    order = step.now(ref)
    wanted = ((name, n),)
    came = (UnitState.RECEIVED_BACK,)
    chosen = step.choose(order, "restock", came, wanted, lambda tag: not tag.returning)
    there = _sent_in_their_stead(order, chosen[0].line)
    if n > there:
        raise MoveRefused(
            (Refusal.of("too_many", line=name, order=ref.id, asked=n, move="restock", there=there),)
        )
    kind = MatterKind.DAMAGED if verdict is Verdict.DAMAGED else MatterKind.SELLABLE
    for one in chosen:
        tags = one.spot.slice
        graded = tags if verdict is Verdict.SOUND else tag(tags, grade=verdict.value)
        step.move(order, UnitMove.RESTOCK, [one], grade=graded.grade)
        at = matter_position(one.line.sku, graded)
        step.add(Posted(Transfer(MatterKind.CARRIER, at, kind, at, one.n)))


def _checked_verdicts(verdicts: object) -> Verdicts:
    if not isinstance(verdicts, tuple | list):
        raise BadInput("verdicts", "triples of line, quantity and verdict are wanted")
    checked: list[tuple[str, int, Verdict]] = []
    for i, triple in enumerate(verdicts):
        path = f"verdicts[{i}]"
        if not isinstance(triple, tuple | list) or len(triple) != 3:
            raise BadInput(path, "a triple of line, quantity and verdict is wanted")
        if not isinstance(triple[2], Verdict):
            raise BadInput(f"{path}.verdict", "a Verdict is wanted")
        line, n = text(triple[0], f"{path}.line"), whole(triple[1], f"{path}.quantity")
        checked.append((line, n, triple[2]))
    return tuple(checked)
