from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput
from orderflow.assignment import Assignment, Given, Lot, Short, Wanted, assign
from orderflow.horizon import Horizon
from tests.builders import MORNING
from tests.flow import SINK, SOURCE, max_flow, most_served

NAN: Any = float("nan")
HALF: Any = 0.5
NOTHING: Any = None
LOTS = st.lists(
    st.builds(
        lambda n, ready, life: (n, ready, None if life is None else ready + life),
        st.integers(0, 6),
        st.integers(0, 8),
        st.none() | st.integers(0, 6),
    ),
    max_size=6,
).map(lambda rows: [Lot(f"lot-{i}", *row) for i, row in enumerate(rows)])
DEMANDS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 9), st.integers(0, 2)), max_size=7
).map(lambda rows: [Wanted(f"d-{i}", *row) for i, row in enumerate(rows)])


def granted(demands: list[Wanted[int]], found: Assignment) -> list[Wanted[int]]:
    """The demands that are served, with as many units as are."""
    short = {one.wanted: one.n for one in found.short}
    cut = [Wanted(one.id, one.n - short.get(one.id, 0), one.at, one.priority) for one in demands]
    return [one for one in cut if one.n]


def test_what_expires_first_goes_first() -> None:
    milk = [Lot("fresh", 5, 1, 9), Lot("old", 5, 1, 5), Lot("tinned", 5, 1)]

    found = assign(milk, [Wanted("d-1", 12, 2)])

    assert found.given == (
        Given("d-1", "old", 5),
        Given("d-1", "fresh", 5),
        Given("d-1", "tinned", 2),
    )


def test_units_that_expire_on_day_5_can_be_promised_on_day_1_and_not_on_day_6() -> None:
    milk = [Lot("old", 5, 1, 5)]

    assert assign(milk, [Wanted("d-1", 5, 1)]).short == ()
    assert assign(milk, [Wanted("d-1", 5, 6)]).short == (Short("d-1", 5),)


@pytest.mark.parametrize(("at", "short"), ((1, 5), (2, 0), (4, 0), (5, 5)))
def test_a_window_begins_with_its_first_instant_and_ends_before_its_last(
    at: int, short: int
) -> None:
    found = assign([Lot("old", 5, 2, 5)], [Wanted("d-1", 5, at)])

    assert sum(one.n for one in found.short) == short


def test_a_later_demand_is_not_robbed_of_the_only_lot_it_can_have() -> None:
    milk = [Lot("new", 5, 1), Lot("old", 5, 1, 5)]

    found = assign(milk, [Wanted("early", 5, 4), Wanted("late", 5, 6)])

    assert found == Assignment((Given("early", "old", 5), Given("late", "new", 5)), ())


def test_the_least_important_demand_stays_short() -> None:
    lamps = [Lot("on hand", 10, 0)]
    demands = [Wanted("a", 4, 1, priority=2), Wanted("b", 4, 3), Wanted("c", 4, 2, priority=1)]

    found = assign(lamps, demands)

    assert found.short == (Short("a", 2),)


def test_between_demands_of_one_priority_the_id_decides() -> None:
    found = assign([Lot("on hand", 5, 0)], [Wanted("b", 4, 1), Wanted("a", 4, 2)])

    assert found.short == (Short("b", 3),)


def test_a_demand_that_nothing_can_serve_takes_nothing_from_the_less_important() -> None:
    found = assign([Lot("late", 5, 8)], [Wanted("early", 5, 1), Wanted("d-2", 5, 9, priority=9)])

    assert found == Assignment((Given("d-2", "late", 5),), (Short("early", 5),))


def test_without_demands_nothing_is_given_and_without_supplies_all_are_short() -> None:
    assert assign([Lot("on hand", 5, 0)], []) == Assignment((), ())
    assert assign([], [Wanted("d-1", 5, 0)]) == Assignment((), (Short("d-1", 5),))


@settings(max_examples=2000)
@given(lots=LOTS, demands=DEMANDS)
def test_all_demands_are_granted_exactly_when_a_maximum_flow_serves_them(
    lots: list[Lot[int]], demands: list[Wanted[int]]
) -> None:
    found = assign(lots, demands)

    wanted = sum(one.n for one in demands)
    most = most_served(lots, demands)
    assert (found.short == ()) == (most == wanted)
    assert sum(one.n for one in found.given) == most
    assert sum(one.n for one in found.short) == wanted - most


@settings(max_examples=500)
@given(lots=LOTS, demands=DEMANDS)
def test_an_assignment_keeps_to_the_windows_and_to_what_is_there(
    lots: list[Lot[int]], demands: list[Wanted[int]]
) -> None:
    found = assign(lots, demands)

    by_lot, by_demand = Counter[str](), Counter[str]()
    windows, dates = {lot.id: lot for lot in lots}, {one.id: one.at for one in demands}
    for one in found.given:
        lot, at = windows[one.lot], dates[one.wanted]
        assert one.n > 0
        assert lot.ready <= at
        assert lot.until is None or at < lot.until
        by_lot[one.lot] += one.n
        by_demand[one.wanted] += one.n
    for short in found.short:
        assert short.n > 0
        by_demand[short.wanted] += short.n
    assert all(by_lot[lot.id] <= lot.n for lot in lots)  # no lots: nothing is given
    assert all(by_demand[one.id] == one.n for one in demands)  # no demands: nothing is short


@settings(max_examples=500)
@given(lots=LOTS, demands=DEMANDS)
def test_no_demand_is_short_for_the_sake_of_a_less_important_one(
    lots: list[Lot[int]], demands: list[Wanted[int]]
) -> None:
    found = assign(lots, demands)

    short = {one.wanted: one.n for one in found.short}
    ranked = sorted(demands, key=lambda one: (one.priority, one.id))
    for k in range(len(ranked) + 1):
        first = ranked[:k]
        served = sum(one.n - short.get(one.id, 0) for one in first)
        assert served == most_served(lots, first)


@settings(max_examples=200)
@given(lots=LOTS, demands=DEMANDS, data=st.data())
def test_the_order_of_the_rows_decides_nothing(
    lots: list[Lot[int]], demands: list[Wanted[int]], data: st.DataObject
) -> None:
    others = data.draw(st.permutations(lots)), data.draw(st.permutations(demands))

    assert assign(*others) == assign(lots, demands)


@settings(max_examples=1000)
@given(lots=LOTS, demands=DEMANDS, at=st.integers(0, 10))
def test_where_nothing_expires_a_horizon_tells_what_one_more_demand_could_have(
    lots: list[Lot[int]], demands: list[Wanted[int]], at: int
) -> None:
    lasting = [Lot(lot.id, lot.n, lot.ready) for lot in lots]
    kept = granted(demands, assign(lasting, demands))
    horizon = Horizon([*((lot.ready, lot.n) for lot in lasting), *((d.at, -d.n) for d in kept)])

    everything = 1 + sum(lot.n for lot in lasting)
    most = most_served(lasting, [*kept, Wanted("one more", everything, at)])

    assert horizon.available(at) == most - sum(one.n for one in kept)


def test_the_second_opinion_takes_back_what_it_gave_too_early() -> None:
    # The shortest way takes a to y first; the most is had with a to x and b to y.
    room = {
        SOURCE: {"a": 1, "b": 1},
        "a": {"y": 1, "x": 1},
        "b": {"y": 1},
        "x": {SINK: 1},
        "y": {SINK: 1},
    }

    assert max_flow(room) == 2


def test_hundreds_of_demands_are_served_out_of_hundreds_of_lots() -> None:
    lots = [Lot(f"lot-{i:04}", 3, i, i + 20) for i in range(300)]
    demands = [Wanted(f"d-{i:04}", 4, i + 5, priority=i % 7) for i in range(300)]

    found = assign(lots, demands)

    assert sum(one.n for one in found.given) == 900
    assert {one.wanted for one in found.short} <= {one.id for one in demands if one.priority}


@pytest.mark.parametrize(
    ("lots", "demands", "path"),
    (
        (None, [], "supplies"),
        ([("old", 5, 1)], [], "supplies[0]"),
        ([], [Lot("old", 5, 1)], "demands[0]"),
        ([Lot("", 5, 1)], [], "supplies[0].id"),
        ([Lot("old", -1, 1)], [], "supplies[0].n"),
        ([Lot("old", NAN, 1)], [], "supplies[0].n"),
        ([Lot("old", 5, NAN)], [], "supplies[0].ready"),
        ([Lot("old", 5, 1, HALF)], [], "supplies[0].until"),
        ([Lot("old", 5, 1), Lot("new", 5, MORNING)], [], "supplies[1].ready"),
        ([Lot("old", 5, 1), Lot("old", 5, 1)], [], "supplies"),
        ([], [Wanted("d-1", HALF, 1)], "demands[0].n"),
        ([], [Wanted("d-1", True, 1)], "demands[0].n"),
        ([], [Wanted("d-1", 5, NOTHING)], "demands[0].at"),
        ([], [Wanted("d-1", 5, MORNING.replace(tzinfo=None))], "demands[0].at"),
        ([], [Wanted("d-1", 5, 1, NAN)], "demands[0].priority"),
        ([Lot("old", 5, 1)], [Wanted("d-1", 5, MORNING)], "demands[0].at"),
        ([], [Wanted("d-1", 5, 1), Wanted("d-1", 5, 2)], "demands"),
    ),
)
def test_what_is_no_lot_and_no_demand_is_told_by_its_path(
    lots: Any, demands: Any, path: str
) -> None:
    with pytest.raises(BadInput) as no:
        assign(lots, demands)

    assert no.value.path == path
