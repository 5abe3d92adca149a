"""The stages of one unit state: how each is entered, and from which a unit may go on.

It knows the ways through them, and refuses to know orders and counts.

Problem: a bag of units remembers where each stands, not where it has been, and a slice that
remembered every stage would split the bag for ever.
Observation: where each way to a stage leads through another, a unit in the one has passed the
other. In the theory of graphs the other *dominates* it.
Decision: a unit may go on from a stage that all obligatory stages dominate, itself among them.
A stage that some way reaches past an obligatory one needs another in front of it, which is found
when the process is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from orderflow.chart import Guard
from orderflow.errors import BadInput, Refusal
from orderflow.process.pieces import Stage
from orderflow.states import LEADS_ON, UNIT, UNIT_OVER, UnitFacts, UnitState
from orderflow.values import text, unique

STAGES_MAX = 100

Placed = tuple[str, Stage]
"""A stage with the path to it, for errors."""


@attrs.frozen
class Ways:
    """The ways through the stages of a state. The empty name is the state itself.

    `after` says from where each stage is entered, `missing` which obligatory stage a unit that
    stands somewhere must pass next; where none is missing, it may go on.
    """

    state: UnitState
    after: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, str]

    def standing(self, stage: str) -> str:
        """Where a unit stands: a stage that the process no longer has counts as none."""
        return stage if stage in self.after else ""

    def may_enter(self, stage: str, standing: str) -> bool:
        """Whether a unit that stands there may enter a stage."""
        return self.standing(standing) in self.after[stage]

    def guard(self) -> Guard[UnitFacts]:
        """Every obligatory stage has been passed."""

        def refuse(facts: UnitFacts) -> tuple[Refusal, ...]:
            stage = self.missing.get(self.standing(facts.stage), "")
            if not stage:
                return ()
            return (
                Refusal.of(
                    "stage_left_out", order=facts.order, state=self.state.value, stage=stage
                ),
            )

        return Guard("stages_passed", refuse)


def ways(stages: Sequence[Placed]) -> dict[UnitState, Ways]:
    """The ways through all stages, by state; a mistake in them is `BadInput`."""
    if len(stages) > STAGES_MAX:
        raise BadInput(stages[STAGES_MAX][0], f"more than {STAGES_MAX} stages")
    by_state: dict[UnitState, list[Placed]] = {}
    seen: set[str] = set()
    for path, stage in stages:
        _check(path, stage)
        if stage.name in seen:
            raise BadInput(f"{path}.name", f"there is a stage {stage.name} already")
        seen.add(stage.name)
        by_state.setdefault(stage.within, []).append((path, stage))
    return {state: _ways(state, placed) for state, placed in by_state.items()}


def _check(path: str, stage: Stage) -> None:
    text(stage.name, f"{path}.name")
    if not isinstance(stage.within, UnitState):
        raise BadInput(f"{path}.within", f"a unit state is wanted (can: {_listed(UnitState)})")
    if stage.within in UNIT_OVER:
        divided = [state for state in UnitState if state not in UNIT_OVER]
        raise BadInput(f"{path}.within", f"{stage.within} is an end (can: {_listed(divided)})")
    if not isinstance(stage.after, tuple):
        raise BadInput(f"{path}.after", "a tuple of stages is wanted")
    for i, name in enumerate(stage.after):
        text(name, f"{path}.after[{i}]", empty=True)
    unique(stage.after, f"{path}.after")
    if type(stage.obligatory) is not bool:
        raise BadInput(f"{path}.obligatory", "true or false is wanted")
    left = [state for state in UnitState if any(UNIT.target(state, move) for move in LEADS_ON)]
    if stage.obligatory and stage.within not in left:
        raise BadInput(
            f"{path}.obligatory",
            f"no move of our own leads on from {stage.within} (can: {_listed(left)})",
        )


def _ways(state: UnitState, placed: Sequence[Placed]) -> Ways:
    after = {stage.name: stage.after or ("",) for _, stage in placed}
    for path, stage in placed:
        for i, name in enumerate(stage.after):
            if name and name not in after:
                others = [one for one in after if one != stage.name]
                reason = f"there is no stage {name} within {state} (can: {_listed(others)})"
                raise BadInput(f"{path}.after[{i}]", reason)
    reached = _reached(after)
    for path, stage in placed:
        if stage.name not in reached:
            reason = f"no way from {state} leads to {stage.name} (can: {_listed(reached - {''})})"
            raise BadInput(f"{path}.after", reason)
    obligatory = [stage.name for _, stage in placed if stage.obligatory]
    around = {name: _reached(after, without=name) for name in obligatory}
    missing: dict[str, str] = {}
    for node in ("", *after):
        left_out = [name for name in obligatory if node in around[name]]
        if left_out:
            # The first that can be passed without any other that is missing too.
            missing[node] = next(
                name
                for name in left_out
                if all(name in around[other] for other in left_out if other != name)
            )
    _check_ends(state, placed, after, missing)
    return Ways(state, after, missing)


def _reached(after: Mapping[str, tuple[str, ...]], without: str | None = None) -> set[str]:
    """Where a unit can get from the state itself, or could if there were one stage less."""
    into: dict[str, list[str]] = {}
    for name, sources in after.items():
        for source in sources:
            into.setdefault(source, []).append(name)
    reached, front = {""}, [""]
    while front:
        for name in into.get(front.pop(), ()):
            if name not in reached and name != without:
                reached.add(name)
                front.append(name)
    return reached


def _check_ends(
    state: UnitState,
    placed: Sequence[Placed],
    after: Mapping[str, tuple[str, ...]],
    missing: Mapping[str, str],
) -> None:
    """From wherever a unit stands, some way must lead to where it may go on."""
    free = [node for node in ("", *after) if node not in missing]
    home, front = set(free), free
    while front:
        for source in after.get(front.pop(), ()):
            if source not in home:
                home.add(source)
                front.append(source)
    for path, stage in placed:
        if stage.name not in home:
            reason = (
                f"units in {stage.name} could never leave {state}: "
                f"some way to it leaves out {missing[stage.name]}, and none leads back"
            )
            raise BadInput(f"{path}.after", reason)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(str(name) for name in names)) or "none"
