"""What comes back of a return, and where: as announced, fewer, more, or what nobody waits for.

It knows what is written down when goods arrive, and refuses to know what becomes of them.

Receiving fewer units than were announced is normal; what never comes stays with the customer when
the return is closed.
What came has come, so a receipt is recorded in every state of the return, and where its chart has
no row for it, a named hold asks a person.
"""

from __future__ import annotations

from orderflow.facts import Noted
from orderflow.fulfilment import Report, as_far_as_there
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Line, Order, Return, Spot
from orderflow.states import RETURN, ReturnMove, UnitMove, UnitState
from orderflow.units import STILL_OUT, Chosen, LineQuantities, checked_quantities, of_return
from orderflow.values import several, text


@verb("receive_return", Return)
def receive_return(
    case: Case,
    context: Context,
    location: str,
    lines: LineQuantities = (),
    serials: tuple[str, ...] = (),
) -> Step:
    """Record what came back of a return, and where: all that was announced, or so many.

    `serials` name single pieces that came, beside so many of the `lines`. Goods that come for a
    return that is not open, beyond what was announced, or of lines that the order does not have,
    are written down under a hold; so is a serial that was not sent.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    at = text(location, "location")
    wanted = checked_quantities(lines)
    named = several(serials, "serials") if serials != () else ()
    if step.chart(RETURN).target(returned.state, ReturnMove.RECEIVE) is None:
        reason = f"goods came while the return was {returned.state.value}"
        _keep_unasked(step, at, wanted, reason)
        _keep_serials(step, at, named)
        return step
    order = step.now(case.order(returned.order))
    id = case.ref.id
    out = [(line, spot) for state in STILL_OUT for line, spot, _ in of_return(order, id, (state,))]
    pieces = _by_serial(out, named)
    rest = [(line, spot) for line, spot in out if (line, spot) not in pieces.values()]
    came = as_far_as_there(order, rest, wanted) if wanted or not named else Report([], False)
    chosen = [*(Chosen(line, spot, 1) for line, spot in pieces.values()), *came.chosen]
    if chosen:
        step.add(Noted(case.ref, "received", (("location", at),)))
        step.proceed(RETURN, case.ref, ReturnMove.RECEIVE)
        on_the_road = found_again(step, order, chosen)
        step.move(order, UnitMove.RECEIVE_BACK, on_the_road, location=at)
    if came.beyond:
        _keep_unasked(step, at, _beyond(wanted, came.chosen), "more goods came than were announced")
    _keep_serials(step, at, tuple([serial for serial in named if serial not in pieces]))
    return step


def _by_serial(
    out: list[tuple[Line, Spot]], serials: tuple[str, ...]
) -> dict[str, tuple[Line, Spot]]:
    """The piece that each serial names, out of those that can come; a serial is a lot of one."""
    found: dict[str, tuple[Line, Spot]] = {}
    for serial in serials:
        for line, spot in out:
            if serial in (spot.slice.serial, spot.slice.lot) and (line, spot) not in found.values():
                found.setdefault(serial, (line, spot))
    return found


def _keep_serials(step: Step, at: str, serials: tuple[str, ...]) -> None:
    """Write down serials that came and were not sent, under a hold."""
    for serial in serials:
        step.note(step.case.ref, "other_serial", location=at, serial=serial)
    if serials:
        reason = f"{', '.join(serials)} came back, and is none of those that were sent"
        step.hold(step.case.ref, "other_serial", reason, ())


def found_again(step: Step, order: Order, chosen: list[Chosen]) -> list[Chosen]:
    """The same units, with the lost ones on the road again."""
    lost = [one for one in chosen if one.spot.state is UnitState.LOST]
    step.move(order, UnitMove.TURN_BACK, lost)
    return [
        one._replace(spot=Spot(UnitState.GOING_BACK, one.n, one.spot.slice)) if one in lost else one
        for one in chosen
    ]


def _beyond(wanted: LineQuantities, chosen: list[Chosen]) -> LineQuantities:
    """How many more units of each line came than were waited for."""
    had = {line: sum([one.n for one in chosen if one.line.id == line]) for line, _ in wanted}
    return tuple([(line, n - had[line]) for line, n in wanted if n > had[line]])


def _keep_unasked(step: Step, at: str, wanted: LineQuantities, reason: str) -> None:
    """Write down what came and was not waited for, under a hold."""
    for line, n in wanted:
        step.note(step.case.ref, "came_unasked", location=at, line=line, n=n)
    step.hold(step.case.ref, "came_unasked", reason, ())
