"""Laws of the planning tables, their edges, and what they do not take."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orderflow.errors import BadInput
from orderflow.planning import (
    Bucket,
    Counted,
    Item,
    Late,
    Left,
    LookAhead,
    Lot,
    Spans,
    Toward,
    accumulated,
    capped,
    consume,
    cumulative,
    discrete,
    expected,
    explode,
    filled,
    free_stock,
    net,
    never_below,
    projected,
    promise,
    running,
    take,
    timeline,
)
from orderflow.planning.rows import PERIODS_MAX
from orderflow.planning.timeline import DAY_MAX
from orderflow.values import QUANTITY_MAX

Table = tuple[tuple[int, ...], tuple[int, ...], int]

SMALL = st.integers(0, 12) | st.just(0)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    periods = draw(st.integers(1, 9))
    row = st.lists(SMALL, min_size=periods, max_size=periods).map(tuple)
    return draw(row), draw(row), draw(st.integers(-5, 30))


ROWS = st.lists(st.integers(-9, 9) | st.none(), min_size=1, max_size=9).map(tuple)
WINDOWS = st.none() | st.integers(0, 10)
TOWARD = st.sampled_from(Toward)


# --- what is available ---------------------------------------------------------------------------


@given(tables(), st.sampled_from(Bucket))
def test_a_discrete_row_sums_to_supply_less_demand(table: Table, bucket: Bucket) -> None:
    supply, demand, on_hand = table

    row = discrete(supply, demand, on_hand, bucket=bucket)

    assert sum(filled(row)) == on_hand + sum(supply) - sum(demand)
    assert row[0] is not None


@given(tables())
def test_a_receipt_answers_for_all_demand_before_the_next(table: Table) -> None:
    supply, demand, on_hand = table
    balance = projected(supply, demand, on_hand)

    ahead = cumulative(supply, demand, on_hand, look_ahead=LookAhead.NEXT_RECEIPT)

    receipts = [i for i in range(1, len(supply)) if supply[i]]
    for i, promised in enumerate(ahead):
        end = next((receipt for receipt in receipts if receipt > i), len(supply))
        assert promised == balance[end - 1]


@given(tables())
def test_look_ahead_promises_no_more_than_any_later_period_can_stand(table: Table) -> None:
    supply, demand, on_hand = table
    balance = projected(supply, demand, on_hand)

    ahead = cumulative(supply, demand, on_hand)

    for i, promised in enumerate(ahead):
        after = [there - promised for there in balance[i:]]
        assert min(after) == 0, "all of it can be given, and not one more"


@given(tables())
def test_look_ahead_never_rises_and_then_falls(table: Table) -> None:
    ahead = cumulative(*table)

    assert all(early <= late for early, late in pairwise(ahead))  # of one period too
    assert cumulative(*table, look_ahead=LookAhead.NONE)[-1] == ahead[-1]


@given(tables(), st.data())
def test_what_look_ahead_promises_can_be_ordered_and_breaks_nothing(
    table: Table, data: st.DataObject
) -> None:
    supply, demand, on_hand = table
    ahead = cumulative(supply, demand, on_hand)
    at = data.draw(st.integers(0, len(ahead) - 1))
    assume(ahead[at] > 0)
    orders = list(demand)

    orders[at] += ahead[at]

    assert cumulative(supply, orders, on_hand)[at] == 0
    assert min(projected(supply, orders, on_hand)[at:]) == 0


def test_no_demand_leaves_all_that_comes() -> None:
    assert discrete((5, 0, 3), (0, 0, 0)) == (5, None, 3)
    assert cumulative((5, 0, 3), (0, 0, 0)) == (5, 5, 8)


def test_stock_below_zero_is_made_up_for_before_anything_is_promised() -> None:
    assert discrete((5, 10), (0, 0), -8) == (-3, 10)
    assert cumulative((5, 10), (0, 0), -8) == (-3, 7)
    assert consume((-3, 10)) == (-3, 10)
    assert consume((-3, 10), Toward.FORWARD) == (0, 7)


def test_a_first_period_without_a_receipt_still_has_a_figure() -> None:
    assert discrete((0, 0, 0), (1, 2, 3), 6) == (0, None, None)


def test_rows_of_one_period_are_rows() -> None:
    assert discrete((5,), (7,), 1) == (-1,)
    assert cumulative((5,), (7,), 1) == (-1,)
    assert consume((-1,), Toward.BACKWARD_THEN_FORWARD, left=Left.FIRST_PERIOD) == (-1,)
    assert never_below((-1, None, 4)) == (0, None, 4)
    assert never_below((-1, None, 4), 2) == (2, None, 4)


# --- demand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fence", "counted"),
    ((0, (9, 8, 7)), (1, (5, 8, 7)), (2, (5, 8, 7)), (3, (5, 8, 2)), (99, (5, 8, 2))),
)
def test_the_fence_divides_orders_from_the_greater_of_both(
    fence: int, counted: tuple[int, ...]
) -> None:
    assert expected((9, 3, 7), (5, 8, 2), fence=fence) == counted


def test_each_side_of_the_fence_counts_what_it_names() -> None:
    counted = [
        expected((9, 3), (5, 8), fence=1, within=within, beyond=beyond)
        for within, beyond in (
            (Counted.FORECAST, Counted.ORDERS),
            (Counted.ORDERS, Counted.FORECAST),
            (Counted.SUM, Counted.SUM),
        )
    ]

    assert counted == [(9, 8), (5, 3), (14, 11)]


# --- shortages -----------------------------------------------------------------------------------


@given(ROWS, TOWARD, WINDOWS, st.sampled_from(Left))
def test_consumption_conserves_the_total(
    row: tuple[int | None, ...], toward: Toward, window: int | None, left: Left
) -> None:
    consumed = consume(row, toward, window=window, left=left)

    assert sum(filled(consumed)) == sum(filled(row))


@given(ROWS, TOWARD, WINDOWS)
def test_consumption_moves_every_figure_towards_nought(
    row: tuple[int | None, ...], toward: Toward, window: int | None
) -> None:
    consumed = consume(row, toward, window=window)

    for before, after in zip(row, consumed, strict=True):
        assert (after is None) == (before is None)
        assert min(before or 0, 0) <= (after or 0) <= max(before or 0, 0)


@given(ROWS, WINDOWS)
def test_no_shortage_stays_while_an_earlier_period_could_help(
    row: tuple[int | None, ...], window: int | None
) -> None:
    consumed = filled(consume(row, window=window))

    for at, cell in enumerate(consumed):
        first = 0 if window is None else max(0, at - window)
        assert cell >= 0 or all(one <= 0 for one in consumed[first:at])  # none is before period 1


@given(ROWS)
def test_what_looks_both_ways_leaves_surplus_or_shortage_but_never_both(
    row: tuple[int | None, ...],
) -> None:
    consumed = filled(consume(row, Toward.BACKWARD_THEN_FORWARD))
    shown = filled(consume(row, Toward.BACKWARD_THEN_FORWARD, left=Left.FIRST_PERIOD))

    total = sum(filled(row))
    assert (min(consumed) >= 0) if total >= 0 else (max(consumed) <= 0)
    assert (min(shown) >= 0) if total >= 0 else (shown == (total, *[0] * (len(row) - 1)))


@given(ROWS)
def test_a_backward_shortage_leaves_later_periods_alone(row: tuple[int | None, ...]) -> None:
    cells = filled(row)

    consumed = filled(consume(row))

    for at in range(len(cells)):
        if min(cells[at:]) >= 0:
            assert consumed[at:] == cells[at:]


@given(tables())
def test_eating_backward_and_carrying_on_is_look_ahead_where_nothing_stays_short(
    table: Table,
) -> None:
    consumed = filled(consume(discrete(*table, bucket=Bucket.EACH_PERIOD)))
    assume(min(consumed) >= 0)

    assert accumulated(consumed) == cumulative(*table)


@given(ROWS, st.integers(0, 10))
def test_a_window_never_carries_more_than_none(row: tuple[int | None, ...], window: int) -> None:
    cells = filled(row)

    windowed, carried = accumulated(row, window=window), accumulated(row)

    for at, cell in enumerate(cells):
        within = [max(one, 0) for one in cells[max(0, at - window) : at]]
        assert windowed[at] == (cell if cell < 0 else cell + sum(within))
        assert windowed[at] <= carried[at]


@given(ROWS, TOWARD, WINDOWS)
def test_a_shortage_eats_unit_by_unit_from_the_nearest_on(
    row: tuple[int | None, ...], toward: Toward, window: int | None
) -> None:
    cells = list(filled(row))
    for at in range(len(cells)):
        while cells[at] < 0:
            earlier = [i for i in range(at) if window is None or at - i <= window]
            asked = [] if toward is Toward.FORWARD else earlier[::-1]
            asked += [] if toward is Toward.BACKWARD else range(at + 1, len(cells))
            giver = next((i for i in asked if cells[i] > 0), None)
            if giver is None:
                break
            cells[giver] -= 1
            cells[at] += 1

    assert filled(consume(row, toward, window=window)) == tuple(cells)


def test_surplus_beyond_the_window_helps_nobody() -> None:
    assert consume((5, 0, 0, -3)) == (2, 0, 0, 0)
    assert consume((5, 0, 0, -3), window=3) == (2, 0, 0, 0)
    assert consume((5, 0, 0, -3), window=2) == (5, 0, 0, -3)
    assert consume((5, -3), window=0) == (5, -3)


def test_shortages_in_a_row_are_served_from_the_first_and_from_the_nearest() -> None:
    assert consume((3, -2, -3)) == (0, 0, -2)
    assert consume((5, 3, -4, -1)) == (3, 0, 0, 0)
    assert consume((-2, -3, 4), Toward.FORWARD) == (0, -1, 0)


# --- promises ------------------------------------------------------------------------------------


def fits(row: tuple[int | None, ...], quantity: int, period: int, spans: Spans) -> bool:
    """Whether a period has the quantity, said as plainly as it can be."""
    mine = row[:period] if spans is Spans.SEVERAL_PERIODS else row[period - 1 : period]
    return sum(filled(mine)) >= quantity


@given(ROWS, st.integers(1, 20), st.sampled_from(Spans), st.data())
def test_a_promise_is_the_first_period_that_an_oracle_finds(
    row: tuple[int | None, ...], quantity: int, spans: Spans, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(row) + 2))
    last = data.draw(st.none() | st.integers(1, len(row) + 2))
    fence = data.draw(st.none() | st.integers(1, len(row) + 4))

    found = promise(row, quantity, spans=spans, first=first, last=last, unlimited_from=fence)

    open_end = last is None
    candidates = range(first, (len(row) + 7 if last is None else last) + 1)
    oracle = [
        period
        for period in candidates
        if (fence is not None and period >= fence)
        or (period <= len(row) and fits(row, quantity, period, spans))
    ]
    assert found == (oracle[0] if oracle else None)
    assert found is not None or not (open_end and fence)


@given(tables(), st.integers(1, 20))
def test_over_several_periods_units_of_nobody_are_found_wherever_they_are(
    table: Table, quantity: int
) -> None:
    consumed = filled(consume(discrete(*table, bucket=Bucket.EACH_PERIOD)))
    assume(min(consumed) >= 0)

    found = promise(consumed, quantity, spans=Spans.SEVERAL_PERIODS)

    # The oracle lays units out one by one, each with the period from which it is there.
    units = [period for period, n in enumerate(consumed, 1) for _ in range(n)]
    assert found == (units[quantity - 1] if len(units) >= quantity else None)
    assert found == promise(cumulative(*table), quantity)


@given(ROWS, st.integers(1, 12), st.sampled_from(Spans), st.data())
def test_what_is_taken_was_there_and_leaves_by_the_promised_period(
    row: tuple[int | None, ...], quantity: int, spans: Spans, data: st.DataObject
) -> None:
    period = data.draw(st.integers(1, len(row)))
    within = row[:period] if spans is Spans.SEVERAL_PERIODS else row[period - 1 : period]
    there = sum(max(cell or 0, 0) for cell in within)

    if there < quantity:
        with pytest.raises(BadInput, match=f"^quantity: {quantity} is more than the {there} that"):
            take(row, quantity, period, spans=spans)
        return
    after = take(row, quantity, period, spans=spans)

    assert sum(filled(row)) - sum(filled(after)) == quantity
    assert after[period:] == row[period:]
    for before, left in zip(row, after, strict=True):
        assert (left is None) == (before is None)
        assert min(before or 0, 0) <= (left or 0) <= max(before or 0, 0)


@given(tables(), st.integers(1, 12))
def test_a_promise_over_several_periods_can_be_taken(table: Table, quantity: int) -> None:
    consumed = consume(discrete(*table))
    assume(min(filled(consumed)) >= 0)
    period = promise(consumed, quantity, spans=Spans.SEVERAL_PERIODS)
    assume(period is not None)
    assert period is not None

    after = take(consumed, quantity, period, spans=Spans.SEVERAL_PERIODS)

    left = [total - quantity for total in running(consumed)[period - 1 :]]
    assert list(running(after)[period - 1 :]) == left


def test_what_is_taken_over_several_periods_comes_from_the_nearest() -> None:
    assert take((4, None, 3, 9), 5, 3, spans=Spans.SEVERAL_PERIODS) == (2, None, 0, 9)


def test_a_fence_promises_anything_even_beyond_the_table() -> None:
    assert promise((1, 1), 5) is None
    assert promise((1, 1), 5, unlimited_from=9) == 9
    assert promise((1, 1), 5, unlimited_from=2, first=4) == 4
    assert promise((1, 1), 5, unlimited_from=9, last=8) is None
    assert promise((9, 9), 5, unlimited_from=1) == 1


# --- dated supply and demand ---------------------------------------------------------------------

EVENTS = st.lists(st.tuples(st.integers(-6, 9), st.integers(1, 9)), max_size=6).map(tuple)
LATE = st.builds(Late, st.none() | st.integers(0, 3), st.none() | st.integers(0, 7))


@given(EVENTS, EVENTS, LATE, LATE, st.integers(-2, 2), st.none() | st.integers(3, 9))
def test_a_timeline_counts_each_date_once_or_says_why_not(
    supply: tuple[tuple[int, int], ...],
    demand: tuple[tuple[int, int], ...],
    late_supply: Late,
    late_demand: Late,
    today: int,
    before: int | None,
) -> None:
    table = timeline(
        supply,
        demand,
        late_supply=late_supply,
        late_demand=late_demand,
        today=today,
        before=before,
    )

    def counted(pairs: tuple[tuple[int, int], ...], late: Late) -> dict[int, int]:
        found = dict.fromkeys(table.days, 0)
        for due, quantity in pairs:
            lateness = today - due
            if lateness > 0 and (
                late.moved_by is None or (late.reach is not None and lateness > late.reach)
            ):
                continue
            day = due if lateness <= 0 else today + (late.moved_by or 0)
            if before is None or day < before:
                found[day] += quantity
        return found

    assert table.days[0] == today
    assert dict(zip(table.days, table.supply, strict=True)) == counted(supply, late_supply)
    assert dict(zip(table.days, table.demand, strict=True)) == counted(demand, late_demand)


def test_a_day_lies_in_the_period_that_began_last() -> None:
    table = timeline(((3, 5),), ((7, 1),), late_supply=Late(), late_demand=Late(0))

    assert table.days == (0, 3, 7)
    assert [table.period(day) for day in (0, 2, 3, 6, 7, 99)] == [1, 1, 2, 2, 3, 3]
    with pytest.raises(BadInput, match=r"^day: -1 is not between 0"):
        table.period(-1)


def test_a_table_of_nothing_is_today_alone() -> None:
    table = timeline((), (), late_supply=Late(), late_demand=Late(), today=4)

    assert (table.days, cumulative(table.supply, table.demand, 7)) == ((4,), (7,))


# --- parts ---------------------------------------------------------------------------------------


@given(tables(), st.integers(0, 9), st.integers(0, 3), st.builds(Lot, SMALL.map(lambda n: n + 1)))
def test_netting_keeps_the_safety_stock_and_conserves_goods(
    table: Table, safety: int, lead_time: int, lot: Lot
) -> None:
    receipts, gross, on_hand = table
    comes = tuple((period, n) for period, n in enumerate(receipts, 1) if n)
    item = Item(lead_time, on_hand, safety, comes, lot)

    record = net(tuple(enumerate(gross, 1)), item)

    assert min(record.projected) >= safety
    balance = on_hand + sum(receipts) + sum(record.planned) - sum(gross)
    assert record.projected[-1] == balance
    assert sum(n for _, n in record.releases) == sum(record.planned)


@given(tables(), st.integers(0, 9))
def test_lot_for_lot_orders_the_deepest_shortage_and_no_more(table: Table, safety: int) -> None:
    receipts, gross, on_hand = table
    comes = tuple((period, n) for period, n in enumerate(receipts, 1) if n)

    record = net(tuple(enumerate(gross, 1)), Item(0, on_hand, safety, comes))

    lowest = min(projected(receipts, gross, on_hand))
    assert record.missing == sum(record.planned) == max(0, safety - lowest)


@given(tables(), st.integers(1, 5), st.integers(1, 9), st.integers(1, 7))
def test_an_order_is_a_lot_and_covers_its_periods(
    table: Table, periods: int, multiple: int, least: int
) -> None:
    _, gross, on_hand = table
    lot = Lot(least, multiple, periods)

    record = net(tuple(enumerate(gross, 1)), Item(on_hand=on_hand, lot=lot))

    ordered = [i for i, n in enumerate(record.planned) if n]
    for i in ordered:
        assert record.planned[i] % multiple == 0
        assert record.planned[i] >= least
    assert all(later - early >= periods for early, later in pairwise(ordered))  # of none too


@st.composite
def bills(draw: st.DrawFn) -> dict[str, dict[str, int]]:
    names = "ABCDEF"
    return {
        name: draw(st.dictionaries(st.sampled_from(names[i + 1 :]), st.integers(1, 3), max_size=3))
        for i, name in enumerate(names[:-1])
    }


@given(bills(), st.integers(1, 9))
def test_without_stock_each_part_is_wanted_once_for_every_way_to_it(
    bill: dict[str, dict[str, int]], quantity: int
) -> None:
    wanted: dict[str, int] = dict.fromkeys("ABCDEF", 0)

    def ask(name: str, n: int) -> None:
        wanted[name] += n
        for part, per in bill.get(name, {}).items():
            ask(part, n * per)

    ask("A", quantity)

    plan = explode(bill, {"A": ((1, quantity),)})

    assert {name: wanted[name] for name in plan} == {n: one.missing for n, one in plan.items()}
    assert {name for name, n in wanted.items() if n} <= set(plan)


@given(bills(), st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 20)), st.integers(1, 9))
def test_stock_never_makes_more_of_anything_wanted(
    bill: dict[str, dict[str, int]], there: dict[str, int], quantity: int
) -> None:
    items = {name: Item(on_hand=n) for name, n in there.items()}

    without = explode(bill, {"A": ((1, quantity),)})
    with_stock = explode(bill, {"A": ((1, quantity),)}, items)

    assert list(without) == list(with_stock)
    for name, record in with_stock.items():
        assert record.missing <= without[name].missing


def test_a_plan_of_nothing_is_empty() -> None:
    assert explode({}, {}) == {}
    assert net(()).periods == ()


def test_a_safety_stock_that_nothing_asks_for_is_made_up_in_the_first_period_of_the_plan() -> None:
    plan = explode({"P": {"X": 1}}, {"P": ((3, 1),)}, {"P": Item(on_hand=1), "X": Item(1, 2, 6)})

    assert plan["X"].releases == ((2, 4),)


# --- bad input -----------------------------------------------------------------------------------

ANY: Any = None  # what an untyped caller hands over
FLOAT: Any = (1.0, 2)
WRONG: Any = "each_period"
ROW = (1, 2)


@pytest.mark.parametrize(
    ("call", "told"),
    (
        (lambda: discrete(ROW, (1,)), "demand: 2 periods are wanted, not 1"),
        (lambda: discrete((), ()), f"supply: 1 to {PERIODS_MAX} periods are wanted, not 0"),
        (lambda: discrete(ANY, ROW), "supply: a tuple with a figure for each period is wanted"),
        (lambda: discrete(FLOAT, ROW), r"supply\[0\]: a whole number is wanted, not float"),
        (lambda: discrete(ROW, (1, -2)), r"demand\[1\]: -2 is not between 0 and"),
        (lambda: projected(ROW, ROW, ANY), "on_hand: a whole number is wanted, not NoneType"),
        (lambda: discrete(ROW, ROW, bucket=WRONG), "bucket: a Bucket is wanted .can: EACH_PERIOD"),
        (lambda: cumulative(ROW, ROW, look_ahead=WRONG), "look_ahead: a LookAhead is wanted"),
        (lambda: free_stock(5, allocated=-1), "allocated: -1 is not between"),
        (lambda: free_stock(5, safety_stock=-1), "safety_stock: -1 is not between"),
        (lambda: never_below(FLOAT), r"row\[0\]: a whole number"),
        (lambda: never_below(ROW, ANY), "least: a whole number"),
        (lambda: capped(ROW, (1,)), "limits: 2 periods"),
        (lambda: expected(ROW, (1,)), "orders: 2 periods"),
        (lambda: expected(ROW, ROW, fence=-1), "fence: -1 is not between"),
        (lambda: expected(ROW, ROW, within=WRONG), "within: a Counted is wanted"),
        (lambda: expected(ROW, ROW, beyond=WRONG), "beyond: a Counted is wanted"),
        (lambda: running(ANY), "row: a tuple"),
        (lambda: consume(ROW, WRONG), "toward: a Toward is wanted"),
        (lambda: consume(ROW, left=WRONG), "left: a Left is wanted"),
        (lambda: consume(ROW, window=-1), "window: -1"),
        (lambda: accumulated(ROW, window=-1), "window: -1"),
        (lambda: promise(ROW, 0), "quantity: 0 is not between 1"),
        (lambda: promise(ROW, 1, spans=WRONG), "spans: a Spans is wanted"),
        (lambda: promise(ROW, 1, first=0), "first: 0"),
        (lambda: promise(ROW, 1, last=0), "last: 0"),
        (lambda: promise(ROW, 1, unlimited_from=0), "unlimited_from: 0"),
        (lambda: take(ROW, 1, 3), "period: 3 is not between 1 and 2"),
        (lambda: take(ROW, 0, 1), "quantity: 0"),
        (lambda: take(ROW, 1, 1, spans=WRONG), "spans: a Spans is wanted"),
        (lambda: Late(-1), "late.moved_by: -1"),
        (lambda: Late(1, -1), "late.reach: -1"),
        (lambda: Lot(0), "lot.least: 0"),
        (lambda: Lot(1, 0), "lot.multiple: 0"),
        (lambda: Lot(1, 1, 0), "lot.periods: 0"),
        (lambda: Item(-1), "item.lead_time: -1"),
        (lambda: Item(0, ANY), "item.on_hand: a whole number"),
        (lambda: Item(0, 0, -1), "item.safety_stock: -1"),
        (lambda: Item(0, 0, 0, ((1, 0),)), r"item.receipts\[0\].quantity: 0"),
        (lambda: Item(lot=ANY), "item.lot: a Lot is wanted"),
        (lambda: net(((1, -1),)), r"gross\[0\].quantity: -1"),
        (lambda: net(ANY), "gross: a tuple of pairs"),
        (lambda: net((), ANY), "item: an Item is wanted"),
        (lambda: explode(ANY, {}), "bill: a mapping by item is wanted"),
        (lambda: explode({"A": ANY}, {}), "bill.A: a mapping by item is wanted"),
        (lambda: explode({"A": {"B": 0}}, {}), "bill.A.B: 0 is not between 1"),
        (lambda: explode({"A": {"": 1}}, {}), "bill.A: must not be empty"),
        (lambda: explode({}, ANY), "wanted: a mapping"),
        (lambda: explode({}, {"A": ANY}), "wanted.A: a tuple of pairs"),
        (lambda: explode({}, {"A": ()}, {"B": Item()}), "items.B: is neither wanted nor part"),
        (lambda: explode({}, {"A": ()}, {"A": ANY}), "items.A: an Item is wanted"),
        (lambda: explode({"B": {"A": 1}, "A": {"B": 1}}, {}), "bill.A: A is part of itself"),
        (
            lambda: explode({"A": {"B": 1}, "B": {"C": 2}}, {"A": ((1, QUANTITY_MAX),)}),
            f"bill.B.C: {QUANTITY_MAX} of B need more than {QUANTITY_MAX} of C",
        ),
        (
            lambda: explode({"A": {"B": 1}}, {"A": ((-DAY_MAX, 1),)}, {"A": Item(1)}),
            "items.A.lead_time: A is released before all periods",
        ),
        (
            lambda: explode({"D": {"C": 1}, "C": {"D": 1, "B": 2}, "B": {"X": 1}}, {}),
            "bill.C: C is part of itself",
        ),
        (
            lambda: explode(
                {"D": {"D": 1, "A": 1}, "A": {"X": 1, "Y": 1}, "X": {"Z": 1}, "Y": {"Z": 1}}, {}
            ),
            "bill.D: D is part of itself",
        ),
    ),
)
def test_what_cannot_be_taken_is_told_with_its_path(call: Callable[[], object], told: str) -> None:
    with pytest.raises(BadInput, match=f"^{told}"):
        call()


@pytest.mark.parametrize(
    ("supply", "late", "told"),
    (
        (((1, 5), (2,)), Late(0), r"supply\[1\]: a pair of day and quantity is wanted"),
        (((ANY, 5),), Late(0), r"supply\[0\].day: a whole number"),
        (((1, 0),), Late(0), r"supply\[0\].quantity: 0"),
        (((1, 5),), ANY, "late_supply: a Late is wanted"),
        (
            ((-1, QUANTITY_MAX), (3, QUANTITY_MAX), (0, 1)),
            Late(0),
            rf"supply\[2\].quantity: day 0 adds up to more than {QUANTITY_MAX}",
        ),
        (tuple((day, 1) for day in range(PERIODS_MAX + 1)), Late(0), "supply: supply and demand"),
    ),
)
def test_dates_that_cannot_be_taken_are_told_with_their_path(
    supply: Any, late: Any, told: str
) -> None:
    with pytest.raises(BadInput, match=f"^{told}"):
        timeline(supply, (), late_supply=late, late_demand=Late(0))


def test_every_table_of_dates_is_taken_by_the_functions_over_rows() -> None:
    most = ((-1, QUANTITY_MAX - 1), (0, 1), (5, QUANTITY_MAX))

    table = timeline(most, most[:1], late_supply=Late(0), late_demand=Late(0))

    assert discrete(table.supply, table.demand) == (1, QUANTITY_MAX)


def test_the_largest_table_is_taken() -> None:
    most = (QUANTITY_MAX,) * PERIODS_MAX
    none = (0,) * PERIODS_MAX

    row = discrete(most, none, QUANTITY_MAX)

    assert running(row)[-1] == QUANTITY_MAX * (PERIODS_MAX + 1)
    assert accumulated(consume(row)) == running(row)
    assert list(accumulate(filled(row))) == list(running(row))
