"""What a chart is: rows checked when they are made, and one gate through them.

It knows states, moves, rows and guards as such, and refuses to know which there are: the tables are
in `states`.

Problem: statuses scattered over `if` statements cannot be checked, drawn or explained.
Observations: h11 keeps a protocol right for years as tables with an essay above them; libraries of
state machines answer a refused move with `False` or one string; the product of two lives (goods and
money) as one machine grows beyond reading.
Decision: one small chart for each life, checked when it is made: no row that an earlier one hides,
no state that cannot be reached, no dead end that is not an end.
`Chart.advance` is the only gate to a new state, and it says every reason against a move at once.

Behind each chart stands one machine of the `transitions` package, without a model, made from the
same rows: the definition that diagrams are drawn from and that hosts know how to read.
Its `trigger` costs many times what a look into the rows compiled as a dictionary costs, so
`advance` looks there, and a test shows that both agree on every state, move and guard outcome.
It is made when it is first asked for: whoever runs orders pays for no machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import attrs

from orderflow.errors import IllegalMove, MoveRefused, Refusal

if TYPE_CHECKING:
    from transitions import Machine

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)


@attrs.frozen(eq=False)
class Guard(Generic[F_contra]):
    """A condition, named as a claim; `refuse` gives every reason why the claim is false.

    Guards see facts `F` only, so that the same guard can be asked, drawn and exhausted.
    """

    name: str
    refuse: Callable[[F_contra], tuple[Refusal, ...]]

    def __call__(self, facts: F_contra) -> bool:
        return not self.refuse(facts)


@attrs.frozen(eq=False)
class Row(Generic[S, M, F]):
    """From `source`, the move leads to `target`, when every guard holds."""

    source: S
    move: M
    target: S
    when: tuple[Guard[F], ...] = ()


class Chart(Generic[S, M, F]):
    """A table of rows, checked when it is made; a mistake in it is a `ValueError`.

    `outside` are the moves that report what has happened: they cannot be refused by a condition.
    `untold` are those of them that nobody makes by name, since they follow from what is reported:
    a refusal does not tell a clerk that he can.
    `closed` are states that a host does not use, so they must be out of reach; the rows that lead
    out of them stay, for whoever stands there already. In a `tightened` chart a move may have lost
    all its rows.
    Annotate a chart with its three types: without them mypy widens states to `StrEnum`. Make its
    rows through the same three, by a name for `Row[State, Move, Facts]`: of two bare members of
    enumerations, pyright takes the second for one of the first's kind.
    """

    __slots__ = (
        "_compiled",
        "_machine",
        "closed",
        "ends",
        "initial",
        "moves",
        "name",
        "outside",
        "rows",
        "states",
        "untold",
    )

    def __init__(
        self,
        name: str,
        states: type[S],
        moves: type[M],
        rows: Iterable[Row[S, M, F]],
        *,
        initial: S,
        ends: Iterable[S],
        outside: Iterable[M] = (),
        untold: Iterable[M] = (),
        closed: Iterable[S] = (),
        tightened: bool = False,
    ) -> None:
        self.name: Final = name
        self.states: Final = states
        self.moves: Final = moves
        self.rows: Final = tuple(rows)
        self.initial: Final = initial
        self.ends: Final = frozenset(ends)
        self.outside: Final = frozenset(outside)
        self.untold: Final = frozenset(untold)
        self.closed: Final = frozenset(closed)
        # The rows of each state by their moves, and the names of these moves in their order.
        self._compiled: dict[S, tuple[dict[M, Row[S, M, F]], tuple[str, ...]]]
        self._compiled = {state: ({}, ()) for state in states}
        for row in self.rows:
            onward, can = self._compiled[row.source]
            if row.move in onward:
                raise ValueError(f"{name}: a second row for {row.source}, {row.move}")
            onward[row.move] = row
            told = () if row.move in self.untold else (row.move.value,)
            self._compiled[row.source] = onward, (*can, *told)
        self._machine: Machine | None = None
        self._check_reach()
        if not tightened:
            self._check_moves()

    @property
    def machine(self) -> Machine:
        """The same table as a `transitions.Machine`; guards are its conditions.

        It is one for everybody, so whoever adds a model takes it away again.
        """
        if self._machine is None:
            self._machine = _machine(self)
        return self._machine

    @property
    def used(self) -> tuple[S, ...]:
        """Its states in their order, without those that are closed and lead nowhere."""
        shut = self.closed - {row.source for row in self.rows}
        return tuple([state for state in self.states if state not in shut])

    def target(self, state: S, move: M) -> S | None:
        """Where the move leads, guards aside; `None` when there is no row."""
        row = self._compiled[state][0].get(move)
        return None if row is None else row.target

    def can(self, state: S) -> tuple[str, ...]:
        """The moves that somebody can make in a state, guards aside, in the order of the table."""
        return self._compiled[state][1]

    def refusals(self, state: S, move: M, facts: F) -> tuple[Refusal, ...]:
        """Every guard's reason against the move; empty where no row is, see `target`."""
        row = self._compiled[state][0].get(move)
        if row is None:
            return ()
        return tuple([reason for guard in row.when for reason in guard.refuse(facts)])

    def allows(self, state: S, move: M, facts: F) -> bool:
        """Whether there is a row, and every guard of it holds."""
        row = self._compiled[state][0].get(move)
        return row is not None and not any(guard.refuse(facts) for guard in row.when)

    def advance(self, state: S, move: M, facts: F, what: object = "") -> S:
        """The state after the move: the one gate.

        Raises `IllegalMove` where there is no row, `MoveRefused` with every reason where guards say
        no; `what` names the thing that moves for the sentence.
        """
        onward, can = self._compiled[state]
        row = onward.get(move)
        if row is None:
            raise IllegalMove(str(what) or self.name, state, move, can)
        reasons: tuple[Refusal, ...] = ()
        for guard in row.when:
            reasons += guard.refuse(facts)
        if reasons:
            raise MoveRefused(reasons)
        return row.target

    def tightened(
        self,
        *,
        without: Collection[tuple[S, M]] = (),
        guarded: Iterable[tuple[S, M, Guard[F]]] = (),
        closed: Collection[S] = (),
    ) -> Chart[S, M, F]:
        """The same chart with fewer rows, or with more guards on some; checked as any chart is.

        A move that reports what has happened outside cannot be tightened: it happens all the same.
        A closed state loses all rows that lead to it, unless they report what has happened.
        """
        more: dict[tuple[S, M], tuple[Guard[F], ...]] = {}
        for state, move, guard in guarded:
            more[state, move] = (*more.get((state, move), ()), guard)
        for state, move in (*without, *more):
            if move not in self._compiled[state][0]:
                raise ValueError(f"{self.name}: there is no row for {state}, {move}")
            if move in self.outside:
                raise ValueError(f"{self.name}: {move} happens outside and cannot be tightened")
        rows = [
            Row(row.source, row.move, row.target, row.when + more.get((row.source, row.move), ()))
            for row in self.rows
            if (row.source, row.move) not in without
            and (row.target not in closed or row.move in self.outside)
        ]
        return Chart(
            self.name,
            self.states,
            self.moves,
            rows,
            initial=self.initial,
            ends=self.ends,
            outside=self.outside,
            untold=self.untold,
            closed=self.closed | frozenset(closed),
            tightened=True,
        )

    def _check_moves(self) -> None:
        used = {row.move for row in self.rows}
        for move in self.moves:
            if move not in used:
                raise ValueError(f"{self.name}: no row has the move {move}")

    def _check_reach(self) -> None:
        sources = {row.source for row in self.rows}
        reached, front = {self.initial}, [self.initial]
        while front:
            state = front.pop()
            for row in self.rows:
                if row.source == state and row.target not in reached:
                    reached.add(row.target)
                    front.append(row.target)
        for state in self.states:
            if (state in reached) is (state in self.closed):
                if state in reached:
                    raise ValueError(f"{self.name}: {state} is closed, and can still be reached")
                raise ValueError(f"{self.name}: no row leads to {state}")
            if (state in sources) is (state in self.ends):
                kind = "an end with a way out" if state in sources else "a dead end, but no end"
                raise ValueError(f"{self.name}: {state} is {kind}")


def _machine(chart: Chart[S, M, F]) -> Machine:
    """The same table as a `transitions.Machine` without a model; guards become conditions."""
    from transitions import Machine

    return Machine(
        model=None,
        states=[state.value for state in chart.states],
        initial=chart.initial.value,
        auto_transitions=False,
        transitions=[
            {
                "trigger": row.move.value,
                "source": row.source.value,
                "dest": row.target.value,
                "conditions": list(row.when),
            }
            for row in chart.rows
        ],
    )
