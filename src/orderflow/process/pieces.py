"""The pieces that a host's process is made of.

It knows what each says, and refuses to know whether they fit together.

They are typed by the chart that they are about, so that a type checker finds a state of another
chart, a misspelt move and a guard over the wrong facts.
Their common base names no chart: a list of pieces must not widen what each of them was checked by.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeVar

import attrs

from orderflow.chart import Chart, Guard
from orderflow.errors import Refusal
from orderflow.states import UnitState

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)


@attrs.frozen
class Piece:
    """One decision about a process: `Remove`, `Close`, `Require` or `Stage`."""


@attrs.frozen
class Remove(Piece, Generic[S, M, F]):
    """A chart has one row less: from `state`, there is no `move`."""

    chart: Chart[S, M, F]
    state: S
    move: M


@attrs.frozen
class Close(Piece, Generic[S, M, F]):
    """A chart has one state less in use: no move of our own leads there.

    What is reached through it alone is closed with it, each state by a piece of its own.
    """

    chart: Chart[S, M, F]
    state: S


@attrs.frozen
class Require(Piece, Generic[S, M, F]):
    """A move is made only when one more guard holds."""

    chart: Chart[S, M, F]
    state: S
    move: M
    guard: Guard[F]


@attrs.frozen
class Stage(Piece):
    """A part of a unit state that only the host knows, such as polishing within picked.

    It is entered from the state itself where `after` is empty, and else from the stages that are
    named there; an empty name among them is the state itself.
    Units go on only when they have passed each `obligatory` stage.
    """

    name: str
    within: UnitState
    after: tuple[str, ...] = ()
    obligatory: bool = False


def own_guard(name: str, holds: Callable[[F_contra], bool], reason: str) -> Guard[F_contra]:
    """A guard of a host's own: where it does not hold, the move is refused for this reason.

    Another condition needs another name, for the name stands in the fingerprint of the rules.
    """

    def refuse(facts: F_contra) -> tuple[Refusal, ...]:
        return () if holds(facts) else (Refusal.of("own_rule", rule=name, reason=reason),)

    return Guard(name, refuse)
