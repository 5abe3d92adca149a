"""Choosing units out of bags, and tagging them.

It knows how to read a bag, and refuses to know the rules by which verbs do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.process import Process
from orderflow.records import Line, Order, SentAgain, Slice, Spot
from orderflow.states import (
    LEADS_ON,
    RETURN,
    UNIT,
    ReturnMove,
    ReturnState,
    UnitFacts,
    UnitMove,
    UnitState,
)
from orderflow.values import text, unique, whole

ENDED: Final = frozenset(
    {
        UnitState.CANCELLED,
        UnitState.DELIVERED,
        UnitState.RETURNED,
        UnitState.REDEEMED,
        UnitState.LAPSED,
    }
)
"""The states in which a unit's outward life has ended."""

LineQuantities: TypeAlias = tuple[tuple[str, int], ...]
"""(line id, units) pairs, as a verb's argument; empty means all that there is."""


class Chosen(NamedTuple):
    """`n` units of one spot of a line."""

    line: Line
    spot: Spot
    n: int


STILL_OUT: Final = (UnitState.GOING_BACK, UnitState.DELIVERED, UnitState.LOST)
"""Where units are that can still come, in the order in which they are taken for what came."""


def of_return(order: Order, returning: str, states: tuple[UnitState, ...]) -> list[Chosen]:
    """The units of a return in these states; there may be none."""
    return [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if spot.state in states and spot.slice.returning == returning
    ]


def checked_quantities(quantities: object, path: str = "lines") -> LineQuantities:
    """A verb's argument of (line id, units) pairs: each line once, each count at least 1."""
    if quantities == ():
        return ()
    if not isinstance(quantities, tuple | list):
        raise BadInput(path, "pairs of line and quantity are wanted")
    pairs: list[tuple[str, int]] = []
    for i, pair in enumerate(quantities):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise BadInput(f"{path}[{i}]", "a pair of line and quantity is wanted")
        pairs.append((text(pair[0], f"{path}[{i}].line"), whole(pair[1], f"{path}[{i}].quantity")))
    unique((line for line, _ in pairs), path)
    return tuple(pairs)


def choose(
    order: Order,
    verb: str,
    states: Sequence[UnitState],
    wanted: LineQuantities = (),
    where: Callable[[Slice], bool] | None = None,
    ready: Callable[[Spot], int] | None = None,
    of: Callable[[Line], bool] | None = None,
    *,
    process: Process,
) -> list[Chosen]:
    """The units that a verb means: all in these states, or as many of each line as are wanted.

    `of` says of which lines, where none is named. Earlier states are taken first, and of one state
    those units that are `ready`. A verb asks by its step, which knows the `process`. Raises
    `MoveRefused` with a reason for each line that has too few, and `IllegalMove` when nothing is
    meant and nothing is there.
    """
    if wanted:
        chosen, refusals = select(order, verb, states, wanted, where, ready)
        if refusals:
            raise MoveRefused(tuple(refusals))
        return chosen
    chosen = []
    lines = order.lines if of is None else tuple([line for line in order.lines if of(line)])
    for line in lines:
        for spot in line.spots:
            if spot.state in states and (where is None or where(spot.slice)):
                chosen.append(Chosen(line, spot, spot.n))
    if not chosen:
        least = _least_advanced(lines)
        if least is None:
            raise IllegalMove(str(order.ref), "empty", verb, ())
        line, state = least
        standing = {spot.slice.stage for one in lines for spot in one.spots if spot.state is state}
        can = can_do(state, process, standing, service=line.service)
        raise IllegalMove(unit_of(order, line), state.value, verb, can)
    return chosen


_ASKED_BY: Final = {
    UnitMove.BACKORDER: "allocate",
    UnitMove.SHIP: "hand over",
    UnitMove.MISS: "report missing",
    UnitMove.REJECT: "inspect",
    UnitMove.MEND: "mend",
    UnitMove.ACCEPT_BACK: "inspect",
}


def can_do(
    state: UnitState, process: Process, standing: Collection[str], *, service: bool = False
) -> tuple[str, ...]:
    """What may be asked for units of goods, or of a service, in a state, in the verbs' words.

    By the host's process: the stages that units who are `standing` there may enter, and then the
    moves that its chart has; none that leads on, where each of them has left out a stage.
    """
    chart = process.chart(UNIT)
    passed = any(process.passed(state, at) for at in standing)
    enter = [
        f"enter {stage.name}"
        for stage in process.stages
        if stage.within is state and any(process.may_enter(stage, at) for at in standing)
    ]
    if state is UnitState.DELIVERED:
        return (*enter, "ask return", "report missing")
    if state is UnitState.MISSING:
        may_cancel = chart.target(state, UnitMove.CANCEL) is not None
        return (*enter, "found", "cancel") if may_cancel else (*enter, "found")
    never = "is_goods" if service else "is_service"
    moves = [
        row.move
        for row in chart.rows
        if row.source is state
        and all(guard.name != never for guard in row.when)  # no guard: may
        and (passed or row.move not in LEADS_ON)
        # Nobody asks for these of units: money does, and the return that brings them.
        and row.move not in (UnitMove.REINSTATE, UnitMove.MEND)
    ]
    return (*enter, *dict.fromkeys(_ASKED_BY.get(move, move.value) for move in moves))


def can_inspect(process: Process) -> tuple[str, ...]:
    """What may be asked of goods that came back in a return: that they are inspected, if that."""
    settled = process.chart(RETURN).target(ReturnState.RECEIVED, ReturnMove.SETTLE) is not None
    moves = can_do(UnitState.RECEIVED_BACK, process, ("",))
    return ("inspect",) if settled and "inspect" in moves else ()


def select(
    order: Order,
    verb: str,
    states: Sequence[UnitState],
    wanted: LineQuantities,
    where: Callable[[Slice], bool] | None,
    ready: Callable[[Spot], int] | None = None,
) -> tuple[list[Chosen], list[Refusal]]:
    """As many units of each line as are there, and a reason for each line that has too few."""
    chosen: list[Chosen] = []
    refusals: list[Refusal] = []
    lines = order.by_id() if wanted else {}
    for name, n in wanted:
        line = lines.get(name)
        if line is None:
            refusals.append(Refusal.of("no_such_line", order=order.ref.id, line=name))
            continue
        left = n
        spots: Sequence[Spot] = line.spots
        if ready is not None:  # the sort is stable: a bag has its own fixed order
            spots = sorted(spots, key=ready, reverse=True)
        for state in states:
            for spot in spots:
                if left and spot.state is state and (where is None or where(spot.slice)):
                    taken = min(left, spot.n)
                    chosen.append(Chosen(line, spot, taken))
                    left -= taken
        if left:
            refusals.append(
                Refusal.of(
                    "too_many",
                    line=name,
                    order=order.ref.id,
                    asked=n,
                    move=verb,
                    there=n - left,
                )
            )
    return chosen, refusals


TO_SEND_AGAIN: Final = (UnitState.LOST, UnitState.MISSING, UnitState.DELIVERED)
"""The states of units that were shipped and that their customer may need again."""


_ASTRAY: Final = (UnitState.LOST, UnitState.MISSING)


def left_to_send_again(order: Order, line: Line) -> int:
    """How many units of a line could still be sent again.

    Each unit once, and none that its customer is giving back; never below zero.
    """
    left = _held(line, (*TO_SEND_AGAIN, UnitState.RECEIVED_BACK)) - sum(
        [row.n for row in _rows(order, line)]
    )
    return max(0, min(left, _held(line, TO_SEND_AGAIN)))


def astray_to_send_again(order: Order, line: Line) -> int:
    """How many of them went astray: the lost and missing units that are not sent again yet."""
    astray = sum([row.astray for row in _rows(order, line)])
    return max(0, min(left_to_send_again(order, line), _held(line, _ASTRAY) - astray))


def left_not_arrived(line: Line, rows: Iterable[SentAgain]) -> int:
    """How many units of a line did not arrive, and are not sent again by these rows.

    What is going back is not counted: its customer may have it yet.
    """
    rows = tuple(rows)
    there = _held(line, (*_ASTRAY, UnitState.RECEIVED_BACK))
    all_ = there + _held(line, (UnitState.DELIVERED,))
    left = min(there - sum([row.astray for row in rows]), all_ - sum([row.n for row in rows]))
    return max(0, left)


def not_arrived(line: Line) -> int:
    """How many units of a line were shipped and did not arrive, and are in no return."""
    return _held(line, (*_ASTRAY, UnitState.RECEIVED_BACK))


def left_delivered(order: Order, line: Line) -> int:
    """How many delivered units of a line are in no return, and are not sent again."""
    rows = _rows(order, line)
    there = _held(line, (UnitState.DELIVERED,))
    faulty, n = sum([row.n - row.astray for row in rows]), sum([row.n for row in rows])
    return max(0, min(there - faulty, there + not_arrived(line) - n))


def _rows(order: Order, line: Line) -> tuple[SentAgain, ...]:
    return tuple([row for row in order.sent_again if row.line == line.id])


def _held(line: Line, states: Sequence[UnitState]) -> int:
    """The units of a line in these states that are in no return."""
    return sum([spot.n for spot in line.spots if spot.state in states and not spot.slice.returning])


def refuse_sent_again(order: Order, chosen: Sequence[Chosen]) -> None:
    """Refuse to give up or ship units that are sent again: their customer gets them once.

    He gets goods or money, and not both. Units that came back stand for lost ones of their line.
    """
    refusals: list[Refusal] = []
    for line in order.lines if order.sent_again else ():
        rows = _rows(order, line)
        again = sum([row.n for row in rows])
        for states, left in (
            ((*_ASTRAY, UnitState.RECEIVED_BACK), left_not_arrived(line, rows)),
            ((UnitState.DELIVERED,), left_delivered(order, line)),
        ):
            asked = sum(
                [
                    n
                    for one, spot, n in chosen
                    if one.id == line.id and spot.state in states and not spot.slice.returning
                ]
            )
            if again and asked > left:
                refusals.append(
                    Refusal.of(
                        "sent_again",
                        line=line.id,
                        order=order.ref.id,
                        n=again,
                        asked=asked,
                        left=left,
                    )
                )
    if refusals:
        raise MoveRefused(tuple(refusals))


def unit_of(order: Order, line: Line) -> str:
    """A unit of a line, for sentences: others of its order may stand elsewhere."""
    return f"a unit of line {line.id} of order {order.ref.id}"


def _least_advanced(lines: Sequence[Line]) -> tuple[Line, UnitState] | None:
    """Where the least advanced unit stands that is not cancelled; of any, when all are."""
    for state in sorted(UnitState, key=lambda state: state is UnitState.CANCELLED):
        for line in lines:
            if any(spot.state is state for spot in line.spots):  # no spots: it is not there
                return line, state
    return None


Tag: TypeAlias = str | tuple[str, ...] | datetime | None
"""The value of a slice's tag."""

UNCLAIMED: Final[dict[str, Tag]] = {
    "location": "",
    "owner": "",
    "lot": "",
    "peg": "",
    "pools": (),
    "ready_by": None,
    "promised": None,
}
"""The tags of units that claim nothing any more, and are promised for no date."""


def tag(slice: Slice, **tags: Tag) -> Slice:
    """The slice with some tags changed."""
    changed: dict[str, Any] = dict(tags)
    get = changed.get
    return Slice(
        get("location", slice.location),
        get("lot", slice.lot),
        get("grade", slice.grade),
        get("serial", slice.serial),
        get("owner", slice.owner),
        get("supplier", slice.supplier),
        get("dispatch", slice.dispatch),
        get("parcel", slice.parcel),
        get("returning", slice.returning),
        get("invoice", slice.invoice),
        get("credit", slice.credit),
        get("price_version", slice.price_version),
        get("peg", slice.peg),
        get("stage", slice.stage),
        get("pools", slice.pools),
        get("ready_by", slice.ready_by),
        get("promised", slice.promised),
        get("condition", slice.condition),
    )


def unit_facts(order: Order, line: Line | None = None, stage: str = "") -> UnitFacts:
    """What the guards of units of this order see, of one line and in one stage where they count."""
    if line is None:
        return UnitFacts(order.ref.id, order.state, order.holds)
    return UnitFacts(order.ref.id, order.state, order.holds, line.id, line.service, stage)
