"""Each row and each guard of every chart, taken away in turn: somebody must notice.

A walk over the small worlds remembers where each row was asked for, and where each guard said no
alone.
In these worlds the same calls are put to a library whose chart lacks that row or guard, wherever it
looks, and the second opinion, or an invariant, has to contradict what it says or does.
Some guards only stand behind a verb that looks first, so that no call of a small world meets them;
for these the table of gates is asked, which says move by move what the business allows, and why no
walk notices them.
What breaks a chart's own checks is noticed when the library is imported.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import process_time
from typing import Any, Final

import attrs
import pytest

from orderflow.chart import Chart, Row
from orderflow.process import Process
from orderflow.states import CHARTS, AnyChart
from orderflow.testing import INVARIANTS, Stuck, explore
from orderflow.testing.judge import AnyCall, Judge, Outcome
from orderflow.testing.memo import Seen
from orderflow.testing.walk import _Walk
from orderflow.testing.world import World
from tests.business import ROWS
from tests.gates import UNSEEN, gates, leads, situations
from tests.worlds import WORLDS, Small

LARGE: Final = (
    "a card that keeps its order",
    "cash at a door that something else has paid",
    "deposits that must stay",
    "fees and partial refunds",
    "money",
    "partial refunds of two payments",
    "prepaid goods, parcels and returns",
    "purchases",
    "sent again",
    "the road and its reports",
)
"""Worlds that are walked elsewhere: smaller ones notice what they would notice here."""

WITNESSES: Final = 150
"""How many calls of one small world are remembered for each row and guard, done ones and others."""

Key = tuple[str, str, str, int]
"""A chart, a state, a move, and which guard of the row; -1 is the row itself."""


@contextmanager
def noted(notes: set[Key]) -> Iterator[None]:
    """As long as it lasts, notes which rows are asked for, and which of their guards say no."""

    def noting(asked: Callable[..., Any]) -> Callable[..., Any]:
        def answer(chart: AnyChart, state: Any, move: Any, *given: Any) -> Any:
            row: Row[Any, Any, Any] | None = chart._compiled[state][0].get(move)
            if row is not None:
                key = (chart.name, str(state), str(move))
                notes.add((*key, -1))
                for i, guard in enumerate(row.when if given else ()):
                    if guard.refuse(given[0]):
                        notes.add((*key, i))
            return asked(chart, state, move, *given)

        return answer

    with pytest.MonkeyPatch.context() as patch:
        for name in ("target", "refusals", "advance"):
            patch.setattr(Chart, name, noting(getattr(Chart, name)))
        yield


@contextmanager
def in_place(chart: AnyChart) -> Iterator[None]:
    """As long as it lasts, the library has this chart instead of its own, wherever it looks."""
    ours = CHARTS[chart.name]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("rows", "_compiled"):
            patch.setattr(ours, name, getattr(chart, name))
        yield


@attrs.frozen
class Witness:
    """A call in a small world: what was asked where a row or a guard mattered."""

    small: Small
    world: World
    call: AnyCall


@attrs.frozen
class Walked:
    """Where each row was asked for, and where each guard said no; and the verbs that succeeded."""

    found: dict[tuple[Key, bool], list[Witness]] = attrs.field(factory=dict)
    here: Tally[tuple[Key, bool]] = attrs.field(factory=Tally)
    done: set[str] = attrs.field(factory=set)

    def of(self, key: Key) -> list[Witness]:
        """Those where the call was done come first: without its row it is not."""
        return [*self.found.get((key, True), ()), *self.found.get((key, False), ())]


class Noting(Judge):
    """A judge that remembers where each row and guard was needed."""

    def note(self, small: Small, notes: set[Key], walked: Walked) -> None:
        object.__setattr__(self, "kept", (small, notes, walked))

    def outcome(self, seen: Seen, call: AnyCall) -> Outcome:
        small, notes, walked = self.kept  # type: ignore[attr-defined]
        notes.clear()
        outcome = super().outcome(seen, call)
        if outcome.effect is not None:
            walked.done.add(call.verb)
        for key in notes:
            if key[3] >= 0 and len(outcome.refusals) > 1:
                continue  # without this guard another reason is left
            which = (key, outcome.effect is not None)
            walked.here[which] += 1
            if walked.here[which] <= WITNESSES:
                walked.found.setdefault(which, []).append(Witness(small, seen.world, call))
        return outcome


def judge_of(small: Small, kind: type[Judge] = Judge) -> Judge:
    business = small.business
    return kind(small.rules, INVARIANTS, business.allows, business.comes)


def walked_through() -> Walked:
    """The small worlds, walked by a library that lacks nothing."""
    walked = Walked()
    notes: set[Key] = set()
    for name, small in WORLDS.items():
        if name in LARGE:
            continue
        judge = judge_of(small, Noting)
        assert isinstance(judge, Noting)
        judge.note(small, notes, walked)
        walked.here.clear()
        with noted(notes):
            _Walk(judge, small.bounds).to_the_end()
    return walked


def mutants() -> Iterator[tuple[Key, AnyChart | None]]:
    """Each chart without one of its rows, or without one guard of a row; `None` is no chart."""
    for chart in CHARTS.values():
        for row in chart.rows:
            key = (chart.name, str(row.source), str(row.move))
            others = [one for one in chart.rows if one is not row]
            yield (*key, -1), changed(chart, others)
            for i in range(len(row.when)):
                kept = row.when[:i] + row.when[i + 1 :]
                other = Row(row.source, row.move, row.target, kept)
                rows = [other if one is row else one for one in chart.rows]
                yield (*key, i), changed(chart, rows)


def changed(chart: AnyChart, rows: list[Row[Any, Any, Any]]) -> AnyChart | None:
    try:
        return Chart(
            chart.name,
            chart.states,
            chart.moves,
            rows,
            initial=chart.initial,
            ends=chart.ends,
            outside=chart.outside,
        )
    except ValueError:
        return None


def contradicted(chart: AnyChart, witnesses: Sequence[Witness]) -> str:
    """What the second opinion or an invariant has against a library with this chart."""
    with in_place(chart):
        return next((said for said in map(said_of, witnesses) if said), "")


def said_of(witness: Witness) -> str:
    judge = judge_of(witness.small)
    seen = Seen(witness.world)
    outcome = judge.outcome(seen, witness.call)
    if outcome.wrong or outcome.effect is None:
        return outcome.wrong
    after = witness.world.after(outcome.effect)
    if after is None:
        return "more is claimed than is there"
    broken = (judge.broken(Seen(after), one) for one in outcome.effect.documents.values())
    return next((said for said in broken if said), "")


def disagrees(chart: AnyChart, key: Key) -> bool:
    """Whether the table of gates says otherwise than a chart does about a row of it."""
    name, state, move, _ = key
    source, asked = chart.states(state), chart.moves(move)
    return any(
        led(chart, source, asked, facts) != leads(name, state, move, facts)
        for facts in situations(name, move)
    )


def led(chart: AnyChart, state: Any, move: Any, facts: Any) -> str | None:
    """Where a chart leads."""
    if not chart.allows(state, move, facts):
        return None
    target = chart.target(state, move)
    return None if target is None else str(target)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_the_charts_allow_what_the_business_allows_and_nothing_else(chart: AnyChart) -> None:
    known = gates(chart.name)

    assert {(str(row.source), str(row.move)) for row in chart.rows} == set(known)
    for row in chart.rows:
        state, move = str(row.source), str(row.move)
        for facts in situations(chart.name, move):
            wanted = leads(chart.name, state, move, facts)
            assert led(chart, row.source, row.move, facts) == wanted, (state, move, facts)


def name_of(key: Key) -> str:
    chart, state, move, i = key
    row = next(r for r in CHARTS[chart].rows if (str(r.source), str(r.move)) == (state, move))
    what = f"{chart}: {state}, {move}"
    return what if i < 0 else f"{what} [{row.when[i].name}]"


@pytest.mark.feature("F069", "F088", "F091")
def test_every_row_and_every_guard_that_is_taken_away_is_missed() -> None:
    since = process_time()
    walked = walked_through()

    missed: list[str] = []
    behind: list[str] = []
    caught: Tally[str] = Tally()
    for key, chart in mutants():
        if chart is None:
            caught["by the checks of the chart"] += 1
        elif contradicted(chart, walked.of(key)):
            caught["in a small world"] += 1
        elif disagrees(chart, key):
            caught["by the table of gates alone"] += 1
            behind.append(name_of(key))
        else:
            missed.append(name_of(key))

    seconds = process_time() - since
    print(f"{caught.total()} mutants caught, {dict(caught)}, {len(missed)} not, {seconds:.0f} s")
    assert missed == []
    elsewhere = {verb for name in LARGE for verb in WORLDS[name].bounds.only}
    assert set(ROWS) - walked.done <= elsewhere
    assert sorted(behind) == sorted(name for names in UNSEEN.values() for name in names)


def test_a_library_without_a_guard_is_found_by_a_walk_too() -> None:
    small = WORLDS["review and holds"]
    order = CHARTS["order"]
    rows: list[Row[Any, Any, Any]] = [Row(one.source, one.move, one.target) for one in order.rows]
    careless = changed(order, rows)
    assert careless is not None

    with in_place(careless), pytest.raises(Stuck, match="the business forbids it"):
        explore(Process(), small.bounds, allows=small.business.allows)
