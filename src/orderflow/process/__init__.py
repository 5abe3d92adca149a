"""A host's own process: its charts, tightened, and its stages within our states.

It knows which pieces fit together, and refuses to know what the charts are about.

Problem: every enterprise works a little differently, and a workflow that is configured as a free
graph means nothing to the books, the views and the laws.
Decision: hosts refine, they do not fork.
They take rows away, close states that they do not use, set further guards, and divide a unit state
into stages of their own; they never add rows or states, so whatever is said of a state stays true
of it.
What reports something that has happened outside cannot be tightened: it happens all the same.

The pieces are checked when the process is made, and what is wrong is `BadInput` with the path to
the piece: a mistake that is found at the first order is found too late.
A process is a value that is handed over in `Rules`; there is no configuration beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Never, TypeVar

import attrs

from orderflow.chart import Chart, Guard
from orderflow.errors import BadInput
from orderflow.process.pieces import Close, Piece, Remove, Require, Stage, own_guard
from orderflow.process.stages import Ways, ways
from orderflow.process.toml import read
from orderflow.states import CHARTS, LEADS_ON, UNIT, AnyChart, UnitState

__all__ = ["Close", "Piece", "Process", "Remove", "Require", "Stage", "own_guard"]

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")


@attrs.frozen
class Process:
    """What a host's process has in the place of ours; without pieces, it is ours.

    >>> from orderflow.states import ORDER, OrderMove, OrderState
    >>> process = Process.of(
    ...     Remove(ORDER, OrderState.DRAFT, OrderMove.CANCEL),
    ...     Stage("polishing", within=UnitState.PICKED, obligatory=True),
    ... )
    >>> process.chart(ORDER).can(OrderState.DRAFT)
    ('place',)
    """

    pieces: tuple[Piece, ...] = ()
    stages: tuple[Stage, ...] = attrs.field(init=False, eq=False, repr=False)
    _ways: Mapping[UnitState, Ways] = attrs.field(init=False, eq=False, repr=False)
    _charts: Mapping[str, AnyChart] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.pieces, tuple):
            raise BadInput("pieces", "a tuple of pieces is wanted")
        placed = [(f"pieces[{i}]", piece) for i, piece in enumerate(self.pieces)]
        for path, piece in placed:
            _check(path, piece)
        stages = [(path, piece) for path, piece in placed if isinstance(piece, Stage)]
        object.__setattr__(self, "stages", tuple([stage for _, stage in stages]))
        object.__setattr__(self, "_ways", ways(stages))
        charts = {
            name: made
            for name, ours in CHARTS.items()
            if (made := _tightened(ours, placed, self._ways)) is not ours
        }
        object.__setattr__(self, "_charts", charts)

    @classmethod
    def of(cls, *pieces: Piece) -> Process:
        """A process of these pieces; a mistake in them is a `ValueError` with its path."""
        return cls(pieces)

    @classmethod
    def from_toml(
        cls, text: str | bytes, guards: Mapping[str, Guard[Never]] | None = None
    ) -> Process:
        """A process from the text of a TOML file; `guards` are the host's own, by name.

        The library's guards can be named as they are. A mistake is `BadInput` whose path is that of
        the key.
        """
        pieces, paths = read(text, guards or {})
        try:
            return cls(tuple(pieces))
        except BadInput as bad:
            name, _, rest = bad.path.removeprefix("pieces[").partition("]")
            raise BadInput(f"{paths[int(name)]}{rest}", bad.reason) from None

    def chart(self, ours: Chart[S, M, F]) -> Chart[S, M, F]:
        """The host's chart of that name, or ours."""
        found: Chart[S, M, F] = self._charts.get(ours.name, ours)
        return found

    def stage(self, name: str) -> Stage:
        """The stage of that name; `BadInput` names those that there are."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        can = ", ".join(stage.name for stage in self.stages) or "none"
        raise BadInput("stage", f"there is no stage of this name (can: {can})")

    def may_enter(self, stage: Stage, standing: str) -> bool:
        """Whether units of the stage's state that stand in `standing` may enter it."""
        return self._ways[stage.within].may_enter(stage.name, standing)

    def passed(self, state: UnitState, standing: str) -> bool:
        """Whether a unit has passed each obligatory stage of its state."""
        here = self._ways.get(state)
        return here is None or here.standing(standing) not in here.missing

    @property
    def fingerprint(self) -> str:
        """The pieces as text, guards by their names; empty where there are none."""
        return "".join(f"; {_said(piece)}" for piece in self.pieces)


def _said(piece: Piece) -> str:
    match piece:
        case Remove():
            return repr(("remove", piece.chart.name, piece.state.value, piece.move.value))
        case Close():
            return repr(("close", piece.chart.name, piece.state.value))
        case Require():
            row = (piece.chart.name, piece.state.value, piece.move.value)
            return repr(("require", *row, piece.guard.name))
        case Stage():
            after, obligatory = piece.after, piece.obligatory
            return repr(("stage", piece.name, piece.within.value, after, obligatory))
        case _:
            raise TypeError(f"{type(piece).__name__} is no piece")


def _check(path: str, piece: object) -> None:
    """A piece is of its types; callers may be untyped."""
    if not isinstance(piece, Remove | Close | Require | Stage):
        raise BadInput(path, "a Remove, Close, Require or Stage is wanted")
    if isinstance(piece, Stage):
        return
    chart: object = piece.chart
    if not isinstance(chart, Chart) or CHARTS.get(chart.name) is not chart:
        raise BadInput(f"{path}.chart", f"a chart of ours is wanted (can: {', '.join(CHARTS)})")
    if not isinstance(piece.state, chart.states):
        can = _values(chart.states)
        raise BadInput(f"{path}.state", f"a state of {chart.name} is wanted (can: {can})")
    if isinstance(piece, Close):
        return
    if not isinstance(piece.move, chart.moves):
        can = _values(chart.moves)
        raise BadInput(f"{path}.move", f"a move of {chart.name} is wanted (can: {can})")
    if isinstance(piece, Require) and not isinstance(piece.guard, Guard):
        raise BadInput(f"{path}.guard", "a Guard is wanted")


def _values(members: type[StrEnum]) -> str:
    return ", ".join(members)


def _tightened(
    ours: AnyChart, placed: Sequence[tuple[str, Piece]], ways: Mapping[UnitState, Ways]
) -> AnyChart:
    """A chart after all pieces that are about it; ours itself where none is.

    Rows are taken one by one, so that what is wrong is told of the piece that did it: a state that
    is out of reach, or a dead end, is never mended by taking more away.
    """
    chart = ours
    closing = {path: p.state for path, p in placed if isinstance(p, Close) and p.chart is ours}
    if closing:
        chart = _attempt(next(iter(closing)), chart, closed=tuple(closing.values()))
    for path, piece in placed:
        if isinstance(piece, Remove) and piece.chart is ours:
            _check_row(path, chart, piece.state, piece.move)
            chart = _attempt(f"{path}.move", chart, without=((piece.state, piece.move),))
    guarded: list[tuple[Any, Any, Guard[Any]]] = []
    for path, piece in placed:
        if isinstance(piece, Require) and piece.chart is ours:
            _check_row(path, chart, piece.state, piece.move)
            guarded.append((piece.state, piece.move, piece.guard))
    if ours is UNIT:
        guarded += _stages_passed(chart, ways)
    return chart.tightened(guarded=guarded) if guarded else chart


def _stages_passed(
    chart: AnyChart, ways: Mapping[UnitState, Ways]
) -> Iterator[tuple[Any, Any, Guard[Any]]]:
    """The guards before each move of our own that leads on from a state with obligatory stages."""
    for state, through in ways.items():
        if through.missing:
            guard = through.guard()
            for row in chart.rows:
                if row.source is state and row.move in LEADS_ON:
                    yield state, row.move, guard


def _check_row(path: str, chart: AnyChart, state: StrEnum, move: StrEnum) -> None:
    own = [row.move for row in chart.rows if row.source is state and row.move not in chart.outside]
    if move in own:
        return
    if chart.target(state, move) is None:
        reason = f"{chart.name}: no row leads from {state} by {move}"
    else:
        reason = f"{chart.name}: {move} reports what has happened outside and cannot be tightened"
    raise BadInput(f"{path}.move", f"{reason} (can: {', '.join(own) or 'none'})")


def _attempt(path: str, chart: AnyChart, **less: Any) -> AnyChart:
    try:
        return chart.tightened(**less)
    except ValueError as wrong:
        raise BadInput(path, f"{wrong}; close that state too, or leave the row") from None
