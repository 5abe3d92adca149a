from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, Final, cast

import pytest

from orderflow import states
from orderflow.chart import Chart
from orderflow.errors import IllegalMove, MoveRefused
from orderflow.records import Hold
from orderflow.states import (
    ORDER,
    UNIT,
    DocumentFacts,
    OrderFacts,
    OrderMove,
    OrderState,
    UnitFacts,
    UnitMove,
    UnitState,
    all_units_ended,
    has_lines,
    no_unit_kept,
    not_held,
    nothing_owed,
    nothing_paid,
    order_confirmed,
    paid_or_cash_on_delivery,
)

CHARTS: Final = tuple(states.CHARTS.values())
FRAUD: Final = Hold("fraud", "address unknown", "anna")
RECOUNT: Final = Hold("recount", "shelf is empty", "bo")
ONLY_SHIP: Final = Hold("storm", "ferry is cancelled", "bo", ("ship",))
QUESTION: Final = Hold("odd", "who wrote this?", "bo", ())
NO_CANCEL: Final = Hold("court", "under seizure", "bo", ("cancel",))


def order_facts(**more: Any) -> OrderFacts:
    """A confirmed, delivered, settled order: every guard but two holds."""
    facts: dict[str, Any] = {
        "order": "o-17",
        "lines": 1,
        "units_live": 0,
        "units_kept": 3,
        "due_minor": 0,
        "applied_minor": 3000,
        "currency": "EUR",
        "cash_on_delivery": False,
    }
    return OrderFacts(**(facts | more))


EVERY_ORDER: Final = tuple(
    order_facts(
        lines=lines,
        units_live=live,
        units_kept=kept,
        due_minor=due,
        applied_minor=applied,
        cash_on_delivery=cod,
        holds=holds,
        receipt_until=until,
        window_until=until,
    )
    for lines, live, kept, due, applied, cod, holds, until in product(
        (0, 1), (0, 2), (0, 3), (-1, 0, 1), (0, 3000), (False, True), ((), (FRAUD,)), ("", "later")
    )
)
EVERY_UNIT: Final = tuple(
    UnitFacts("o-17", state, holds, "1", service)
    for state in OrderState
    for holds in ((), (FRAUD,))
    for service in (False, True)
)
EVERY_DOCUMENT: Final = (DocumentFacts("it"), DocumentFacts("it", (FRAUD,)))


def every_facts(chart: Chart[Any, Any, Any]) -> tuple[Any, ...]:
    """Facts for every outcome of every guard of a chart."""
    if chart.name == "unit":
        return EVERY_UNIT
    return EVERY_ORDER if chart.name == "order" else EVERY_DOCUMENT


def good_facts(chart: Chart[Any, Any, Any], move: str) -> Any:
    """Facts that let a move pass."""
    if chart.name == "unit":
        return UnitFacts("o-17", OrderState.CONFIRMED, service=move in ("redeem", "lapse"))
    if chart.name == "order":
        gone = move in ("cancel", "expire", "reject")
        return order_facts(units_kept=0, applied_minor=0) if gone else order_facts()
    return DocumentFacts("it")


def every_pair(chart: Chart[Any, Any, Any]) -> Iterator[tuple[Any, Any]]:
    states: Iterable[Any] = cast("Iterable[Any]", chart.states)
    moves: Iterable[Any] = cast("Iterable[Any]", chart.moves)
    return product(states, moves)


def pairs_in_no_table() -> Iterator[Any]:
    for chart in CHARTS:
        known = {(row.source, row.move) for row in chart.rows}
        for state, move in every_pair(chart):
            if (state, move) not in known:
                yield pytest.param(chart, state, move, id=f"{chart.name}: {state}, {move}")


STRANGERS: Final = tuple(pairs_in_no_table())
ROWS: Final = tuple(
    pytest.param(chart, row, id=f"{chart.name}: {row.source}, {row.move}")
    for chart in CHARTS
    for row in chart.rows
)


def test_every_chart_is_looked_at_here() -> None:
    there = [value for value in vars(states).values() if isinstance(value, Chart)]

    assert {chart.name for chart in there} == {chart.name for chart in CHARTS}


def test_a_reissue_is_not_undone_since_nothing_is_to_come_of_it() -> None:
    undone = states.ReplacementState.UNDONE

    assert undone in states.EXCHANGE.used
    assert undone not in states.REISSUE.used


@pytest.mark.feature("F069", "F088", "F091")
@pytest.mark.parametrize(("chart", "row"), ROWS)
def test_every_row_leads_where_it_says(chart: Chart[Any, Any, Any], row: Any) -> None:
    facts = good_facts(chart, row.move)

    assert chart.advance(row.source, row.move, facts, "it") is row.target


@pytest.mark.feature("F069", "F091")
@pytest.mark.parametrize(("chart", "state", "move"), STRANGERS)
def test_every_pair_in_no_table_is_refused_and_says_what_can_be_done(
    chart: Chart[Any, Any, Any], state: Any, move: Any
) -> None:
    for facts in every_facts(chart):
        with pytest.raises(IllegalMove) as no:
            chart.advance(state, move, facts, "order o-17")

        can = tuple(row.move.value for row in chart.rows if row.source is state)
        assert no.value.can == can
        listed = ", ".join(can) or "nothing more"
        assert str(no.value) == f"order o-17 is {state}: cannot {move} (can: {listed})"


def through_the_gate(chart: Chart[Any, Any, Any], state: Any, move: Any, facts: Any) -> str | None:
    """Where the gate lets it go; nowhere when it says no."""
    try:
        return str(chart.advance(state, move, facts).value)
    except (IllegalMove, MoveRefused):
        return None


class Model:
    """What `transitions` moves."""

    state: str


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_the_gate_and_the_machine_behind_it_agree(chart: Chart[Any, Any, Any]) -> None:
    machine = chart.machine
    for (state, move), facts in product(every_pair(chart), every_facts(chart)):
        model = Model()
        machine.add_model(model, initial=state.value)
        try:
            known = move.value in machine.get_triggers(state.value)
            moved = known and machine.events[move.value].trigger(model, facts)
            by_machine = model.state if moved else None
        finally:
            machine.remove_model(model)

        assert by_machine == through_the_gate(chart, state, move, facts)
        assert known == (chart.target(state, move) is not None)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_each_state_says_where_it_may_go(chart: Chart[Any, Any, Any]) -> None:
    for state in chart.states:
        assert bool(chart.can(state)) == (state not in chart.ends)


# --- guards, and what each says when there is nothing -------------------------


@pytest.mark.parametrize(
    ("facts", "codes"),
    (
        (UnitFacts("o-17", OrderState.CONFIRMED), ()),
        (UnitFacts("o-17", OrderState.CONFIRMED, (FRAUD,)), ("fraud",)),
        (UnitFacts("o-17", OrderState.CONFIRMED, (FRAUD, RECOUNT)), ("fraud", "recount")),
        (UnitFacts("o-17", OrderState.CONFIRMED, (ONLY_SHIP,)), ()),
    ),
)
def test_each_hold_that_blocks_is_a_reason_of_its_own(
    facts: UnitFacts, codes: tuple[str, ...]
) -> None:
    refusals = not_held(UnitMove.ALLOCATE).refuse(facts)

    assert tuple(dict(refusal.facts)["hold"] for refusal in refusals) == codes


@pytest.mark.parametrize(
    ("hold", "move", "blocked"),
    (
        (FRAUD, UnitMove.SHIP, True),
        (FRAUD, UnitMove.CANCEL, False),
        (ONLY_SHIP, UnitMove.SHIP, True),
        (ONLY_SHIP, UnitMove.RELEASE, False),
        (QUESTION, UnitMove.SHIP, False),
        (NO_CANCEL, UnitMove.CANCEL, True),
        (NO_CANCEL, UnitMove.SHIP, False),
    ),
)
def test_a_hold_blocks_what_it_names_or_else_whatever_goes_onward(
    hold: Hold, move: UnitMove, blocked: bool
) -> None:
    facts = UnitFacts("o-17", OrderState.CONFIRMED, (hold,))

    assert bool(not_held(move).refuse(facts)) == blocked


@pytest.mark.parametrize("state", tuple(OrderState))
def test_only_a_confirmed_order_is_worked_on(state: OrderState) -> None:
    assert order_confirmed(UnitFacts("o-17", state)) == (state is OrderState.CONFIRMED)


def test_an_order_without_lines_is_not_placed() -> None:
    assert has_lines(order_facts(lines=1))
    assert not has_lines(order_facts(lines=0))


@pytest.mark.parametrize(
    ("due", "cod", "ready"),
    ((1, False, False), (0, False, True), (-1, False, True), (1, True, True), (0, True, True)),
)
def test_an_order_is_ready_when_it_is_paid_or_paid_at_the_door(
    due: int, cod: bool, ready: bool
) -> None:
    assert paid_or_cash_on_delivery(order_facts(due_minor=due, cash_on_delivery=cod)) == ready


@pytest.mark.parametrize(
    ("live", "kept", "ended"), ((0, 3, True), (1, 3, False), (0, 0, False), (1, 0, False))
)
def test_an_order_none_of_whose_units_is_kept_has_nothing_to_complete(
    live: int, kept: int, ended: bool
) -> None:
    assert all_units_ended(order_facts(units_live=live, units_kept=kept)) == ended


def test_an_order_ends_by_cancelling_only_when_no_unit_is_kept() -> None:
    assert no_unit_kept(order_facts(units_kept=0))
    assert not no_unit_kept(order_facts(units_kept=1))


@pytest.mark.parametrize(("due", "settled"), ((0, True), (1, False), (-1, False)))
def test_an_order_is_settled_when_nothing_is_owed_either_way(due: int, settled: bool) -> None:
    assert nothing_owed(order_facts(due_minor=due)) == settled


def test_an_order_with_money_on_it_does_not_expire() -> None:
    assert nothing_paid(order_facts(applied_minor=0))
    assert not nothing_paid(order_facts(applied_minor=1))


def test_each_guard_says_its_reason_in_words() -> None:
    facts = order_facts(lines=0, units_live=2, units_kept=2, due_minor=-700, holds=(FRAUD,))

    refusals = ORDER.refusals(OrderState.CONFIRMED, OrderMove.COMPLETE, facts)

    assert [str(reason) for reason in refusals] == [
        "order o-17 has 2 units that are still under way",
        "order o-17 is not settled: -7.00 EUR open",
        "order o-17 is on hold: fraud (address unknown)",
    ]


def test_both_reasons_against_an_allocation_are_said_at_once() -> None:
    facts = UnitFacts("o-17", OrderState.PLACED, (FRAUD,))

    with pytest.raises(MoveRefused) as no:
        UNIT.advance(UnitState.OPEN, UnitMove.ALLOCATE, facts, "order o-17")

    assert str(no.value) == (
        "order o-17 is placed, not confirmed; order o-17 is on hold: fraud (address unknown)"
    )


# --- what the charts say about the trade --------------------------------------


@pytest.mark.feature("F102")
def test_units_with_the_warehouse_or_beyond_cannot_be_cancelled() -> None:
    cancellable = {row.source for row in UNIT.rows if row.move is UnitMove.CANCEL}

    assert cancellable == {
        UnitState.OPEN,
        UnitState.BACKORDERED,
        UnitState.TO_BUY,
        UnitState.TO_MAKE,
        UnitState.RESERVED,
        UnitState.ALLOCATED,
        UnitState.LOST,
        UnitState.MISSING,
        UnitState.RECEIVED_BACK,
    }


def test_nothing_ships_that_was_not_packed() -> None:
    ships = [row.source for row in UNIT.rows if row.move is UnitMove.SHIP]

    assert ships == [UnitState.PACKED]


def test_nothing_is_accepted_back_that_did_not_come() -> None:
    accepted = [row.source for row in UNIT.rows if row.target is UnitState.RETURNED]

    assert accepted == [UnitState.RECEIVED_BACK]
