"""Exchanges among promises, until no other plan does less harm.

It knows an assignment, where each promise may stand and what its loss weighs there, and refuses to
know who is urgent and why.

Problem: promises that are saved one after the other are not always the most.
A unit that is not saved keeps its place at its late source, where one of a later date could have
stood; so it may be better to let one unit go back to its late source, and to save two.
Observation: to stand at one's late source is a way like the others, only one that harms.
So the plan is a flow, and its harm a cost; a flow has the least cost exactly when no round of
exchanges lowers it (Klein).
Decision: look for such a round and carry it out, until there is none.
A round leads over portions: one unit gives up its place to another, that one its own to a third,
and so on, back to the first or to a portion with room.
Rounds are found after Bellman and Ford, in as few steps as they have.

A source that is claimed beyond its units is still entered by nobody, though whoever leaves it saves
one that it cannot serve.
Which of several such sources had best be cleared, so that others may enter it, is no flow and is
not weighed.
What has come of a late source is left to those who have it: where they leave, the earliest of the
others has it, however urgent he is, so no plan counts on it.
But for these two, no other plan does less harm than the one that is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from orderflow.promising.flow import Assignment, Need
from orderflow.values import QUANTITY_MAX


class Way(NamedTuple):
    """A portion where a promise may stand, and whether it is lost there."""

    target: int
    late: bool


def ways(assignment: Assignment) -> dict[Need, tuple[Way, ...]]:
    """Where each live promise may stand: where it is, and wherever it is served in time."""
    return {
        need: tuple([Way(i, not assignment.keeps(i, need)) for i in need.eligible])
        for _, need in assignment.live
    }


def lost_at(assignment: Assignment, i: int, least: Iterable[Need]) -> dict[Need, int]:
    """What a portion fails: what is late there, and as many more as it has claims beyond its units.

    `least` are the promises by harm, least first: of what is beyond, the first of them are lost.
    """
    here = [(need, assignment.served[i][need]) for need in least if need in assignment.served[i]]
    found = {need: n for need, n in here if not assignment.keeps(i, need)}
    beyond = -assignment.room[i] - sum(found.values())
    for need, n in here:
        if beyond > 0 and need not in found:
            found[need] = min(n, beyond)
            beyond -= n
    return found


def lessen(
    assignment: Assignment,
    may: Mapping[Need, Sequence[Way]],
    weights: Mapping[Need, int],
) -> None:
    """Exchange places until what is lost weighs least; `weights` come least harm first."""
    while found := _round(_steps(assignment, may, weights), len(assignment.portions) + 1):
        n = min([step.n for step in found])
        for step in found:
            if step.need is not None:
                assignment.move(step.need, step.source, step.target, n)


class _Step(NamedTuple):
    """Up to `n` units of a need change from one portion to another, which adds `weight` of harm.

    Without a need it is the free place that changes: it has a node of its own, after all portions.
    """

    need: Need | None
    source: int
    target: int
    n: int
    weight: int


def _steps(
    assignment: Assignment, may: Mapping[Need, Sequence[Way]], weights: Mapping[Need, int]
) -> list[_Step]:
    """The best single step from each portion to each other."""
    free = len(assignment.portions)
    best: dict[tuple[int, int], _Step] = {}
    for i in range(free):
        if assignment.served[i]:
            best[free, i] = _Step(None, free, i, QUANTITY_MAX, 0)
        if assignment.room[i] > 0:
            best[i, free] = _Step(None, i, free, assignment.room[i], 0)
        for need, n, saved in _leaving(assignment, i, weights):
            for target, late in may[need]:
                weight = (weights[need] if late else 0) - saved
                known = best.get((i, target))
                if known is None or weight < known.weight:
                    best[i, target] = _Step(need, i, target, n, weight)
    return [
        step
        for (i, target), step in best.items()
        if target == free or i == free or not assignment.closed(target, i)
    ]


def _leaving(
    assignment: Assignment, i: int, weights: Mapping[Need, int]
) -> list[tuple[Need, int, int]]:
    """Who may leave a portion, how many units of each, and how much harm one of them saves.

    Where more is claimed than is there, one that is served saves by its leaving one that is not.
    """
    lost = lost_at(assignment, i, weights)
    last = next((need for need in reversed(lost) if assignment.keeps(i, need)), None)
    found = []
    for need, n in assignment.served[i].items():
        who = need if need in lost else last
        found.append((need, n, 0) if who is None else (need, min(n, lost[who]), weights[who]))
    return found


def _round(steps: Sequence[_Step], size: int) -> list[_Step]:
    """Steps that lead back to where they begin, and lower the harm in all; none if there are none.

    Among the last steps to each portion a ring shows as soon as there is one.
    """
    harm = [0] * size
    came: list[_Step | None] = [None] * size
    while True:
        changed = False
        for step in steps:
            least = harm[step.source] + step.weight
            if least < harm[step.target]:
                harm[step.target] = least
                came[step.target] = step
                changed = True
        found = _ring(came) if changed else []
        if found or not changed:
            return found


def _ring(came: Sequence[_Step | None]) -> list[_Step]:
    """The ring among the last steps to each portion; empty when there is none."""
    walked = [-1] * len(came)
    for start in range(len(came)):
        at = start
        while walked[at] < 0:
            walked[at] = start
            step = came[at]
            if step is None:
                break
            at = step.source
        else:
            if walked[at] == start:
                return _around(came, at)
    return []


def _around(came: Sequence[_Step | None], end: int) -> list[_Step]:
    """The steps of a ring, from one portion of it backwards."""
    found: list[_Step] = []
    at = end
    while step := came[at]:
        found.append(step)
        at = step.source
        if at == end:
            break
    return found
