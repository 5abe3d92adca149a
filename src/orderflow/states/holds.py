"""Named holds, as guards see them.

It knows which moves a hold blocks, and refuses to know who set it.

A hold names the moves that it blocks.
`onward` stands for whatever brings its document further, and leaves open what takes it back: a held
order can still be cancelled, and a held payment be paid back.
A hold that names nothing blocks nothing: it is a question that somebody must look into.
What reports something that has happened outside is never blocked.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol, TypeVar

import attrs

from orderflow.chart import Chart, Guard
from orderflow.errors import Refusal

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")

_NAME: Final = "not_held"

ONWARD: Final = ("onward",)
"""What a hold blocks unless it says otherwise."""

_UNLESS_NAMED: Final = frozenset({"ask void", "cancel", "refund", "refund part"})
"""The moves that a hold blocks only where it names them."""


class Holding(Protocol):
    """One hold: its code, its reason, and the moves that it blocks."""

    @property
    def code(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def blocks(self) -> tuple[str, ...]: ...


class Holdable(Protocol):
    """The facts of a document that may be on hold; `what` names it in sentences."""

    @property
    def what(self) -> str: ...

    @property
    def holds(self) -> Sequence[Holding]: ...


@attrs.frozen
class DocumentFacts:
    """What the guards of a document see that has no figures of its own: its name and its holds."""

    what: str
    holds: tuple[Holding, ...] = ()


def not_held(move: StrEnum) -> Guard[Holdable]:
    """No hold of the document blocks this move; each that does is a reason of its own."""
    name = move.value
    blocking = {name} if name in _UNLESS_NAMED else {name, *ONWARD}

    def refuse(facts: Holdable) -> tuple[Refusal, ...]:
        if not facts.holds:
            return ()
        return tuple(
            [
                Refusal.of("on_hold", what=facts.what, hold=hold.code, reason=hold.reason)
                for hold in facts.holds
                if not blocking.isdisjoint(hold.blocks)
            ]
        )

    return Guard(_NAME, refuse)


def held_moves(chart: Chart[S, M, F]) -> frozenset[str]:
    """The moves of a chart that a hold can block, read off its rows."""
    return frozenset(
        row.move.value for row in chart.rows if any(guard.name == _NAME for guard in row.when)
    )
