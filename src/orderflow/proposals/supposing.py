"""What would be if some calls were made: each is run dry on what those before it would leave.

It knows calls, and refuses to know what they do.
"""

from __future__ import annotations

from collections.abc import Iterable

from orderflow.calls import Call, Ref
from orderflow.conditions import Verdict
from orderflow.errors import MoveRefused
from orderflow.inspecting import inspect
from orderflow.journal import Context
from orderflow.receiving import receive_return
from orderflow.records import Document, Order, Return
from orderflow.returns import approve_return, ask_return
from orderflow.states import ReturnState, UnitState
from orderflow.trial import Imagined, Source, tried
from orderflow.units import LineQuantities

_ANYWHERE = "returns"
"""Where goods are supposed to come back to that lay at no place of ours."""


def supposed(source: Source, context: Context, calls: Iterable[Call[Document]]) -> Imagined:
    """A source as it would be after some calls, one after the other.

    Raises `MoveRefused` with every reason against the first of them that would be refused.
    """
    imagined = Imagined(source)
    for call in calls:
        step, refusals = tried(imagined, call, context)
        if step is None:
            raise MoveRefused(refusals)
        imagined.after(step)
    return imagined


def coming_back(
    source: Source,
    context: Context,
    order: Order,
    lines: LineQuantities = (),
    reason: str = "",
    verdict: Verdict = Verdict.SOUND,
) -> tuple[Call[Document], ...]:
    """The calls by which delivered units of an order would come back, and be found in a condition.

    They are asked for, approved where the rules do not do that by themselves, received and
    inspected. Raises `MoveRefused` with every reason against asking for them.
    """
    ref = _fresh(source, order)
    calls: list[Call[Document]] = [ask_return.of(ref, order.ref.id, lines, reason)]
    asked = supposed(source, context, calls)
    found = asked.load(ref)
    if found is not None and found.value.state is ReturnState.ASKED:
        calls.append(approve_return.of(ref))
    calls.append(receive_return.of(ref, _place(order)))
    counts = _received(supposed(source, context, calls), order, ref)
    verdicts = () if verdict is Verdict.SOUND else counts
    return (*calls, inspect.of(ref, tuple([(line, n, verdict) for line, n in verdicts])))


def _fresh(source: Source, order: Order) -> Ref[Return]:
    """A name that no return has yet."""
    number = 1
    while True:
        ref: Ref[Return] = Ref(order.ref.tenant, "return", f"supposed-{number}")
        if source.load(ref) is None:
            return ref
        number += 1


def _place(order: Order) -> str:
    """Where goods of an order came from, so that they may come back there."""
    places = [spot.slice.location for _, spot in order.units() if spot.slice.location]
    return places[0] if places else _ANYWHERE


def _received(source: Source, order: Order, ref: Ref[Return]) -> LineQuantities:
    """How many units of each line have come back of a return."""
    found = source.load(order.ref)
    counts: dict[str, int] = {}
    for line, spot in found.value.units() if found is not None else ():
        if spot.state is UnitState.RECEIVED_BACK and spot.slice.returning == ref.id:
            counts[line.id] = counts.get(line.id, 0) + spot.n
    return tuple(counts.items())
