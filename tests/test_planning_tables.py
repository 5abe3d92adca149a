"""Published tables of planning: each is reproduced, and its source is named beside it.

Figures are facts and are carried over; the rule in the name of a test is in our words.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from orderflow import planning
from orderflow.planning import (
    Bucket,
    Item,
    Late,
    Left,
    LookAhead,
    Lot,
    Spans,
    Timeline,
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

MODULES = [name for _, name, _ in pkgutil.iter_modules(planning.__path__, "orderflow.planning.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_right(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))

    assert results.attempted
    assert not results.failed


# --- Oracle Inventory User Guide R11: ATP computation (A60725_05, atpcal02 and atpcal03) ---------

R11_SUPPLY = (6, 4, 2, 4, 8, 4, 4, 4)
R11_DEMAND = (6, 2, 3, 6, 6, 1, 2, 2)


@pytest.mark.feature("F116")
def test_oracle_r11_lets_a_shortage_eat_earlier_periods_and_leaves_later_ones() -> None:
    each = discrete(R11_SUPPLY, R11_DEMAND, bucket=Bucket.EACH_PERIOD)

    available = consume(each)

    assert available == (0, 0, 0, -1, 2, 3, 2, 2)
    assert promise(available, 3, first=7, last=7) is None
    assert promise(available, 3, last=7) == 6
    assert take(available, 3, 6) == (0, 0, 0, -1, 2, 0, 2, 2)


@pytest.mark.feature("F116")
def test_oracle_r11_carries_surplus_on_but_no_shortage() -> None:
    each = discrete(R11_SUPPLY, R11_DEMAND, bucket=Bucket.EACH_PERIOD)

    available = accumulated(consume(each))

    assert available == (0, 0, 0, -1, 2, 5, 7, 9)
    assert promise(available, 3, first=7) == 7


def test_what_is_taken_from_surplus_that_was_carried_is_gone_from_there_on() -> None:
    # The published row after the order (2, 4, 5 from period 6) contradicts itself: 9 - 3 is 6.
    periods = consume(discrete(R11_SUPPLY, R11_DEMAND, bucket=Bucket.EACH_PERIOD))

    after = accumulated(take(periods, 3, 7, spans=Spans.SEVERAL_PERIODS))

    assert after == (0, 0, 0, -1, 2, 4, 4, 6)


# --- Orlicky's Material Requirements Planning (Ptak and Smith), figure 19-4 ----------------------

ORLICKY_FORECAST = (100, 90, 80, 75, 80, 90, 100, 100, 120, 130)
ORLICKY_ORDERS = (80, 120, 75, 30, 20, 10, 0, 0, 0, 0)
ORLICKY_MPS = (0, 150, 0, 150, 0, 150, 0, 150, 150, 150)


@pytest.mark.feature("F116")
def test_orlicky_counts_orders_alone_within_the_demand_time_fence() -> None:
    demand = expected(ORLICKY_FORECAST, ORLICKY_ORDERS, fence=3)

    balance = projected(ORLICKY_MPS, demand, 172)

    assert balance == (92, 122, 47, 122, 42, 102, 2, 52, 82, 102)


@pytest.mark.feature("F116")
def test_orlicky_leaves_a_shortage_standing_and_nets_it_in_the_cumulative_row() -> None:
    available = discrete(ORLICKY_MPS, ORLICKY_ORDERS, 172)

    assert available == (92, -45, None, 100, None, 140, None, 150, 150, 150)
    assert running(available) == (92, 47, 47, 147, 147, 287, 287, 437, 587, 737)
    # This row is ours: what may be promised of each receipt without breaking a promise.
    assert filled(consume(available)) == (47, 0, 0, 100, 0, 140, 0, 150, 150, 150)


# --- NetSuite, discrete ATP calculation (online help, section N2301636) --------------------------


@pytest.mark.feature("F116")
def test_netsuite_meets_a_request_out_of_one_bucket_or_after_the_lead_time() -> None:
    buckets = ("01-01", "02-10", "02-15", "03-01")

    available = discrete((50, 40, 50, 50), (30, 40, 10, 0), bucket=Bucket.EACH_PERIOD)

    assert available == (20, 0, 40, 50)
    found = [promise(available, wanted) for wanted in (10, 30, 100)]
    dates = ["atp_lead_time" if one is None else buckets[one - 1] for one in found]
    assert dates == ["01-01", "02-15", "atp_lead_time"]
    # Had it been cumulative:
    assert promise(available, 100, spans=Spans.SEVERAL_PERIODS) == 4


# --- Dynamics 365: a community thread on the delayed supply offset (2a59ff98) --------------------


def delayed(late_supply: Late) -> Timeline:
    supply = ((-3, 200), (10, 100))
    return timeline(supply, ((-1, 75),), late_supply=late_supply, late_demand=Late(0))


def promisable(table: Timeline) -> dict[int, int | None]:
    row = cumulative(table.supply, table.demand, look_ahead=LookAhead.HORIZON)
    return dict(zip(table.days, never_below(row), strict=True))


@pytest.mark.feature("F116")
def test_dynamics_counts_late_supply_for_tomorrow_and_late_demand_for_today() -> None:
    table = delayed(Late(moved_by=1))

    available = promisable(table)

    assert available == {0: 0, 1: 125, 10: 225}
    period = promise(tuple(available.values()), 150)
    assert period is not None
    assert table.days[period - 1] == 10


def test_late_supply_may_drop_out_or_count_at_once() -> None:
    dropped, at_once = delayed(Late()), delayed(Late(moved_by=0))

    assert promisable(dropped) == {0: 0, 10: 25}
    assert promisable(at_once) == {0: 125, 10: 225}


# --- Bozarth and Handfield, Introduction to Operations and SCM (quesba.com 466846) ---------------

BOZARTH_FORECAST = (47, 20, 56, 62, 65, 75, 75, 70)
BOZARTH_ORDERS = (25, 150, 49, 26, 75, 22, 68, 10)
BOZARTH_MPS = (250, 0, 0, 200, 0, 0, 150, 0)
WEEK_4 = 2  # the first is week 2


@pytest.mark.feature("F116")
def test_bozarth_and_handfield_count_the_greater_of_forecast_and_orders() -> None:
    demand = expected(BOZARTH_FORECAST, BOZARTH_ORDERS)

    assert projected(BOZARTH_MPS, demand, 65) == (268, 118, 62, 200, 125, 50, 125, 55)
    available = discrete(BOZARTH_MPS, BOZARTH_ORDERS, 65)
    assert available == (91, None, None, 77, None, None, 72, None)


@pytest.mark.feature("F116")
def test_a_new_order_lessens_what_can_be_promised_by_all_of_it_and_the_balance_by_less() -> None:
    orders = list(BOZARTH_ORDERS)

    orders[WEEK_4] += 10

    after = projected(BOZARTH_MPS, expected(BOZARTH_FORECAST, orders), 65)
    assert after == (268, 118, 59, 197, 122, 47, 122, 52)
    assert discrete(BOZARTH_MPS, orders, 65) == (81, None, None, 77, None, None, 72, None)


# --- course slides (scribd.com 701731711) --------------------------------------------------------


@pytest.mark.feature("F116")
def test_four_periods_and_three_lots_of_a_course() -> None:
    forecast, orders, mps = (70, 70, 70, 70), (80, 50, 30, 10), (100, 100, 100, 0)

    assert projected(mps, expected(forecast, orders)) == (20, 50, 80, 10)
    assert discrete(mps, orders) == (20, 50, 60, None)


# --- a public repository's test file, mps.test ---------------------------------------------------


@pytest.mark.feature("F116")
def test_a_quantity_is_promised_where_the_running_sum_first_covers_it() -> None:
    forecast, orders = (20, 20, 20, 20, 20), (24, 18, 25, 10, 0)
    mps = (16, 20, 25, 20, 20)

    available = discrete(mps, orders, 8)

    assert projected(mps, expected(forecast, orders), 8) == (0, 0, 0, 0, 0)
    assert available == (0, 2, 0, 10, 20)
    assert promise(available, 12, spans=Spans.SEVERAL_PERIODS) == 4
    assert promise(available, 500, spans=Spans.SEVERAL_PERIODS) is None
    assert discrete(mps, orders, free_stock(8, allocated=8))[0] == -8


# --- a pump maker's master schedule, lots of 70 (studymode.com 49373664) --------------------------


@pytest.mark.feature("F116")
def test_a_master_schedule_makes_a_lot_wherever_the_balance_would_fall_below_nought() -> None:
    demand = expected((30, 30, 30, 30, 40, 40, 40, 40), (33, 20, 0, 0, 0, 0, 0, 0))

    schedule = net(tuple(enumerate(demand, 1)), Item(on_hand=64, lot=Lot(multiple=70)))

    assert schedule.planned == (0, 0, 70, 0, 70, 0, 70, 70)
    assert discrete(schedule.planned, (33, 20, 0, 0, 0, 0, 0, 0), 64)[0] == 11


# --- 59 of Z (tutorsglobe.com 557214; the answer is derived) -------------------------------------


def test_parts_are_released_their_own_lead_time_before_the_order_above_them() -> None:
    bill = {"Z": {"A": 2, "B": 3}, "A": {"C": 4, "D": 4}, "D": {"E": 2}}
    leads = {"Z": 2, "A": 1, "B": 1, "C": 1, "D": 1, "E": 3}

    plan = explode(bill, {"Z": ((10, 59),)}, {name: Item(lead) for name, lead in leads.items()})

    assert {name: dict(record.releases) for name, record in plan.items()} == {
        "Z": {8: 59},
        "A": {7: 118},
        "C": {6: 472},
        "D": {6: 472},
        "E": {3: 944},
        "B": {7: 177},
    }


# --- ABC Lamp: SAS/OR BOM procedure, example 2.2, after Fogarty, Blackstone and Hoffmann ---------

LAMP = {
    "LA01": {"B100": 1, "S100": 1, "A100": 1},
    "B100": {"1100": 1, "1200": 1, "1300": 1, "1400": 4},
    "A100": {"1500": 1, "1600": 1, "1700": 1},
}


def missing(stock: dict[str, int]) -> dict[str, int]:
    items = {name: Item(on_hand=there) for name, there in stock.items()}
    return {name: one.missing for name, one in explode(LAMP, {"LA01": ((1, 50),)}, items).items()}


def test_stock_of_an_assembly_shields_everything_below_it() -> None:
    lacking = missing({"LA01": 20, "B100": 50})

    assert lacking == {
        "LA01": 30,
        "B100": 0,
        "S100": 30,
        "A100": 30,
        "1100": 0,
        "1200": 0,
        "1300": 0,
        "1400": 0,
        "1500": 30,
        "1600": 30,
        "1700": 30,
    }


def test_an_explosion_that_is_told_no_stock_asks_for_everything() -> None:
    lacking = missing({})

    assert lacking.pop("1400") == 200
    assert set(lacking.values()) == {50}


# --- the rules that are published without a table ------------------------------------------------


@pytest.mark.feature("F116")
def test_infor_ln_corrects_a_cumulative_row_by_the_smallest_later_figure() -> None:
    supply, demand = (0, 0, 5, 0, 0), (0, 7, 0, 6, 0)

    uncorrected = cumulative(supply, demand, 10, look_ahead=LookAhead.NONE)
    corrected = cumulative(supply, demand, 10, look_ahead=LookAhead.HORIZON)

    assert (uncorrected, corrected) == ((10, 3, 8, 2, 2), (2, 2, 2, 2, 2))


@pytest.mark.feature("F116")
def test_qad_eats_earlier_surplus_then_later_and_shows_what_is_left_in_the_first_period() -> None:
    enough = consume((5, 10, -30, 40), Toward.BACKWARD_THEN_FORWARD, left=Left.FIRST_PERIOD)
    too_little = consume((5, 10, -30, 4), Toward.BACKWARD_THEN_FORWARD, left=Left.FIRST_PERIOD)

    assert (enough, running(enough)) == ((0, 0, 0, 25), (0, 0, 0, 25))
    assert (too_little, running(too_little)) == ((-11, 0, 0, 0), (-11, -11, -11, -11))


@pytest.mark.feature("F116")
def test_the_three_methods_of_apics_agree_at_the_last_receipt_and_differ_before() -> None:
    mps, orders = (0, 60, 0, 60), (20, 10, 40, 5)

    assert discrete(mps, orders, 30) == (10, 10, None, 55)
    assert cumulative(mps, orders, 30, look_ahead=LookAhead.NONE) == (10, 60, 20, 75)
    assert cumulative(mps, orders, 30, look_ahead=LookAhead.NEXT_RECEIPT) == (10, 20, 20, 75)


def test_a_quota_and_a_safety_stock_lessen_what_a_channel_may_promise() -> None:
    available = cumulative((0, 40), (10, 0), free_stock(30, safety_stock=15))

    assert available == (5, 45)
    assert capped(available, (10, 20)) == (5, 20)


@pytest.mark.parametrize(
    ("lot", "planned", "releases"),
    (
        (Lot(), (0, 25, 40, 0, 15), ((1, 25), (2, 40), (4, 15))),
        (Lot(multiple=50), (0, 50, 50, 0, 0), ((1, 50), (2, 50))),
        (Lot(least=30), (0, 30, 35, 0, 30), ((1, 30), (2, 35), (4, 30))),
        (Lot(least=45, multiple=20), (0, 60, 60, 0, 0), ((1, 60), (2, 60))),
        (Lot(periods=2), (0, 65, 0, 0, 15), ((1, 65), (4, 15))),
        (Lot(periods=9), (0, 80, 0, 0, 0), ((1, 80),)),
    ),
)
def test_each_lot_rule_covers_the_same_demand_in_its_own_way(
    lot: Lot, planned: tuple[int, ...], releases: tuple[tuple[int, int], ...]
) -> None:
    gross = tuple(enumerate((20, 35, 40, 0, 15), 1))

    record = net(gross, Item(lead_time=1, on_hand=30, lot=lot))

    assert (record.planned, record.releases) == (planned, releases)


def test_open_receipts_and_the_safety_stock_are_netted_too() -> None:
    gross = tuple(enumerate((20, 35, 40), 1))

    record = net(gross, Item(1, on_hand=30, safety_stock=10, receipts=((2, 15), (2, 5))))

    assert record.net == (0, 15, 40)
    assert record.projected == (10, 10, 10)


def test_an_order_that_should_have_been_given_out_before_period_1_is_shown_there() -> None:
    plan = explode({"Z": {"A": 1}}, {"Z": ((2, 5),)}, {"Z": Item(2), "A": Item(3)})

    assert plan["Z"].releases == ((0, 5),)
    assert plan["A"].releases == ((-3, 5),)


def test_a_part_of_two_products_waits_until_both_have_said_what_they_want() -> None:
    bill = {"P": {"X": 1, "Q": 1}, "Q": {"X": 2}}

    plan = explode(bill, {"P": ((1, 10),), "X": ((1, 1),)}, {"X": Item(on_hand=25)})

    assert list(plan) == ["P", "Q", "X"]
    assert (plan["X"].gross, plan["X"].missing) == ((31,), 6)


def test_stock_is_used_up_by_the_earliest_that_want_it() -> None:
    plan = explode({"P": {"X": 2}}, {"P": ((1, 3), (5, 3))}, {"X": Item(on_hand=8)})

    assert plan["X"].net == (0, 4)


def test_a_row_may_be_filled_for_whoever_shows_noughts() -> None:
    assert filled((91, None, None, 77)) == (91, 0, 0, 77)
