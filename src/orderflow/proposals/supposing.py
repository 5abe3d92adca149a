"""What would be if some calls were made: each is run dry on what those before it would leave.

It knows calls, and refuses to know what they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from orderflow.calls import Call, Ref
from orderflow.complaints import ask_refund_only, grant_complaint
from orderflow.conditions import Verdict
from orderflow.errors import MoveRefused
from orderflow.inspecting import inspect
from orderflow.journal import Context, kind_of
from orderflow.money import Money
from orderflow.reasons import named
from orderflow.receiving import receive_return
from orderflow.records import Complaint, Document, Order, Return
from orderflow.returns import approve_return, ask_return
from orderflow.states import ReturnState, UnitState
from orderflow.trial import Imagined, Source, tried
from orderflow.units import LineQuantities

D = TypeVar("D", bound=Document)

_ANYWHERE: Final = "returns"
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
    verdict: Verdict | str = Verdict.SOUND,
) -> tuple[Call[Document], ...]:
    """The calls by which delivered units of an order would come back, and be found in a condition.

    They are asked for with the evidence that the reason wants, approved where the rules do not do
    that by themselves, received and inspected; `verdict` may be the code of a condition of the
    rules. Raises `MoveRefused` with every reason against asking for them.
    """
    ref = _fresh(source, order, Return)
    proof = _evidence(context, reason)
    calls: list[Call[Document]] = [ask_return.of(ref, order.ref.id, lines, reason, proof)]
    asked = supposed(source, context, calls)
    found = asked.load(ref)
    if found is not None and found.value.state is ReturnState.ASKED:
        calls.append(approve_return.of(ref))
    calls.append(receive_return.of(ref, _place(order)))
    counts = _received(supposed(source, context, calls), order, ref)
    verdicts = () if verdict is Verdict.SOUND else counts
    return (*calls, inspect.of(ref, tuple([(line, n, verdict) for line, n in verdicts])))


def money_alone(
    source: Source,
    context: Context,
    order: Order,
    amount: Money | None = None,
    lines: LineQuantities = (),
    reason: str = "",
) -> tuple[Call[Document], ...]:
    """The calls by which money would be asked for and granted, and the goods be kept (仅退款)."""
    ref, proof = _fresh(source, order, Complaint), _evidence(context, reason)
    asked = ask_refund_only.of(ref, order.ref.id, amount, lines, reason, proof)
    return (asked, grant_complaint.of(ref))


def _evidence(context: Context, reason: str) -> tuple[str, ...]:
    """As many references of pictures as a reason wants."""
    found = named(context.rules.reasons, reason)
    return tuple([f"supposed-{i + 1}" for i in range(found.evidence if found is not None else 0)])


def _fresh(source: Source, order: Order, kind: type[D]) -> Ref[D]:
    """A name that no document of a kind has yet."""
    number = 1
    while True:
        ref: Ref[D] = Ref(order.ref.tenant, kind_of(kind), f"supposed-{number}")
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
