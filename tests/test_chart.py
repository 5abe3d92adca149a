from __future__ import annotations

import gc
import weakref
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final

import attrs
import pytest
from transitions import MachineError

from benchmarks.charts import Case, Model, Switched, cases, switched
from orderflow.chart import Chart, Guard, Row
from orderflow.errors import IllegalMove, MoveRefused, Refusal
from orderflow.states import CHARTS


class Lamp(StrEnum):
    NEW = "new"
    LIT = "lit"
    BROKEN = "broken"


class Turn(StrEnum):
    LIGHT = "light"
    DROP = "drop"


@attrs.frozen
class Wick:
    oil: int
    dry: bool


has_oil: Final = Guard[Wick](
    "has_oil", lambda wick: () if wick.oil else (Refusal.of("no_stock", order="the lamp"),)
)
is_dry: Final = Guard[Wick](
    "is_dry", lambda wick: () if wick.dry else (Refusal.of("nothing_owed", order="the lamp"),)
)

LIGHT: Final = Row(Lamp.NEW, Turn.LIGHT, Lamp.LIT, (has_oil, is_dry))
DROP: Final = Row[Lamp, Turn, Wick](Lamp.LIT, Turn.DROP, Lamp.BROKEN)
READY: Final = Wick(oil=1, dry=True)


def chart(
    *rows: Row[Lamp, Turn, Wick], ends: tuple[Lamp, ...] = (Lamp.BROKEN,)
) -> Chart[Lamp, Turn, Wick]:
    return Chart("lamp", Lamp, Turn, rows, initial=Lamp.NEW, ends=ends)


# --- mistakes are found when a chart is made ----------------------------------


def test_a_row_that_an_earlier_one_hides_is_a_mistake() -> None:
    hidden = Row[Lamp, Turn, Wick](Lamp.NEW, Turn.LIGHT, Lamp.BROKEN)

    with pytest.raises(ValueError, match="lamp: a second row for new, light"):
        chart(LIGHT, DROP, hidden)


def test_a_state_that_cannot_be_reached_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="lamp: no row leads to broken"):
        chart(LIGHT, ends=(Lamp.LIT,))


def test_a_state_reached_only_from_an_unreachable_one_is_a_mistake() -> None:
    loop = Row[Lamp, Turn, Wick](Lamp.BROKEN, Turn.DROP, Lamp.BROKEN)

    with pytest.raises(ValueError, match="no row leads to broken"):
        chart(LIGHT, loop, ends=(Lamp.LIT,))


def test_a_dead_end_that_is_no_end_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="lamp: broken is a dead end, but no end"):
        chart(LIGHT, DROP, ends=())


def test_an_end_with_a_way_out_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="lamp: lit is an end with a way out"):
        chart(LIGHT, DROP, ends=(Lamp.LIT, Lamp.BROKEN))


# --- tightening ---------------------------------------------------------------


def test_a_closed_state_must_be_out_of_reach() -> None:
    with pytest.raises(ValueError, match="lamp: lit is closed, and can still be reached"):
        Chart(
            "lamp",
            Lamp,
            Turn,
            (LIGHT, DROP),
            initial=Lamp.NEW,
            ends=(Lamp.BROKEN,),
            closed=(Lamp.LIT,),
        )


def test_a_tightened_chart_may_have_a_move_without_a_row() -> None:
    dropped = Row[Lamp, Turn, Wick](Lamp.NEW, Turn.DROP, Lamp.BROKEN)

    bare = chart(LIGHT, DROP, dropped).tightened(closed=(Lamp.LIT,))

    assert [row.move for row in bare.rows] == [Turn.DROP, Turn.DROP]
    assert bare.closed == {Lamp.LIT}
    with pytest.raises(ValueError, match="lamp: no row has the move light"):
        Chart("lamp", Lamp, Turn, bare.rows, initial=Lamp.NEW, ends=bare.ends, closed=bare.closed)


def test_what_is_allowed_has_a_row_and_no_reason_against_it() -> None:
    lamp = chart(LIGHT, DROP)

    assert lamp.allows(Lamp.NEW, Turn.LIGHT, READY)
    assert not lamp.allows(Lamp.NEW, Turn.LIGHT, Wick(oil=0, dry=True))
    assert not lamp.allows(Lamp.NEW, Turn.DROP, READY)


# --- the gate -----------------------------------------------------------------


def test_a_move_leads_to_the_target_of_its_row() -> None:
    assert chart(LIGHT, DROP).advance(Lamp.NEW, Turn.LIGHT, READY) is Lamp.LIT


def test_a_move_without_a_row_lists_what_can_be_done() -> None:
    with pytest.raises(IllegalMove) as no:
        chart(LIGHT, DROP).advance(Lamp.NEW, Turn.DROP, READY, "the brass lamp")

    assert str(no.value) == "the brass lamp is new: cannot drop (can: light)"


def test_what_is_said_of_a_move_without_a_row_is_plain_text() -> None:
    with pytest.raises(IllegalMove) as no:
        chart(LIGHT, DROP).advance(Lamp.NEW, Turn.DROP, READY, "the brass lamp")

    (refusal,) = no.value.refusals
    assert refusal.facts == (
        ("what", "the brass lamp"),
        ("state", "new"),
        ("move", "drop"),
        ("can", "light"),
    )
    assert {type(figure) for _, figure in refusal.facts} == {str}


def test_each_guard_is_asked_once() -> None:
    asked: list[str] = []

    def claim(name: str, holds: bool) -> Guard[Wick]:
        def refuse(_: Wick) -> tuple[Refusal, ...]:
            asked.append(name)
            return () if holds else (Refusal.of("no_lines", order=name),)

        return Guard(name, refuse)

    guards = (claim("a", True), claim("b", False), claim("c", True), claim("d", False))
    lamp = chart(Row(Lamp.NEW, Turn.LIGHT, Lamp.LIT, guards), DROP)

    with pytest.raises(MoveRefused) as no:
        lamp.advance(Lamp.NEW, Turn.LIGHT, READY)

    assert asked == ["a", "b", "c", "d"]
    assert [reason.facts for reason in no.value.refusals] == [
        (("order", "b"),),
        (("order", "d"),),
    ]


def test_a_thing_without_a_name_is_called_by_its_chart() -> None:
    with pytest.raises(IllegalMove, match=r"lamp is broken: cannot light \(can: nothing more\)"):
        chart(LIGHT, DROP).advance(Lamp.BROKEN, Turn.LIGHT, READY)


def test_all_reasons_against_a_move_are_said_at_once() -> None:
    with pytest.raises(MoveRefused) as no:
        chart(LIGHT, DROP).advance(Lamp.NEW, Turn.LIGHT, Wick(oil=0, dry=False))

    assert [reason.code for reason in no.value.refusals] == ["no_stock", "nothing_owed"]


@pytest.mark.parametrize(
    ("wick", "codes"),
    (
        (READY, []),
        (Wick(oil=0, dry=True), ["no_stock"]),
        (Wick(oil=1, dry=False), ["nothing_owed"]),
        (Wick(oil=0, dry=False), ["no_stock", "nothing_owed"]),
    ),
)
def test_the_reasons_can_be_asked_without_moving(wick: Wick, codes: list[str]) -> None:
    refusals = chart(LIGHT, DROP).refusals(Lamp.NEW, Turn.LIGHT, wick)

    assert [reason.code for reason in refusals] == codes


def test_where_no_row_is_there_are_no_reasons_and_no_target() -> None:
    lamp = chart(LIGHT, DROP)

    assert lamp.refusals(Lamp.NEW, Turn.DROP, READY) == ()
    assert lamp.target(Lamp.NEW, Turn.DROP) is None
    assert lamp.target(Lamp.NEW, Turn.LIGHT) is Lamp.LIT


def test_what_can_be_done_comes_in_the_order_of_the_table() -> None:
    drop_new = Row[Lamp, Turn, Wick](Lamp.NEW, Turn.DROP, Lamp.BROKEN)

    assert chart(drop_new, LIGHT, DROP).can(Lamp.NEW) == ("drop", "light")
    assert chart(drop_new, LIGHT, DROP).can(Lamp.BROKEN) == ()


def test_a_guard_is_true_when_it_has_no_reason() -> None:
    assert has_oil(READY)
    assert not has_oil(Wick(oil=0, dry=True))


def test_the_gate_keeps_no_facts() -> None:
    class Kept:
        oil, dry = 1, True

    lamp = chart(LIGHT, DROP)
    facts = Kept()
    trace = weakref.ref(facts)

    lamp.advance(Lamp.NEW, Turn.LIGHT, facts)  # type: ignore[arg-type] # can be weakly referenced
    del facts
    gc.collect()

    assert trace() is None


# --- the gate and the machine behind it -----------------------------------------


def by_machine(table: Switched, case: Case) -> str | None:
    """Where the machine leads; nowhere when it says no."""
    state, move, failing = case
    model = Model()
    table.machine.add_model(model, initial=state.value)
    try:
        event = table.machine.events.get(move.value)
        moved = event is not None and event.trigger(model, failing)
        return model.state if moved else None
    except MachineError:
        return None
    finally:
        table.machine.remove_model(model)


def by_gate(table: Switched, case: Case) -> str | None:
    """Where the gate leads; nowhere when it says no."""
    try:
        return str(table.advance(*case).value)
    except (IllegalMove, MoveRefused):
        return None


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_gate_and_machine_agree_on_every_state_move_and_guard_outcome(
    chart: Chart[Any, Any, Any],
) -> None:
    table = switched(chart)
    every = list(cases(table))

    told = [(str(state), str(move), set(failing)) for state, move, failing in every]
    for row in chart.rows:
        outcomes = [no for state, move, no in told if (state, move) == (row.source, row.move)]
        assert len(row.when) <= 5
        assert len(outcomes) == 2 ** len(row.when)
    for case in every:
        assert by_gate(table, case) == by_machine(table, case), case


@pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
def test_the_gate_keeps_nothing_that_went_through_it_or_was_turned_away(
    chart: Chart[Any, Any, Any],
) -> None:
    class Thing(str):
        pass

    class Failing(frozenset[str]):
        pass

    table = switched(chart)
    traces: list[weakref.ref[Any]] = []
    for state, move, failing in cases(table):
        thing, facts = Thing("o-17"), Failing(failing)
        traces += (weakref.ref(thing), weakref.ref(facts))
        with suppress(IllegalMove, MoveRefused):
            table.advance(state, move, facts, thing)
        del thing, facts
    gc.collect()

    assert traces
    assert [trace() for trace in traces if trace() is not None] == []
