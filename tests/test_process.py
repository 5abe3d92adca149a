"""A host's own process: what may be tightened, and what is wrong with a process that cannot be."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from orderflow import BadInput, Call, Refusal, Rules
from orderflow.chart import Chart, Guard
from orderflow.process import Close, Piece, Process, Remove, Require, Stage, own_guard
from orderflow.states import (
    CHARTS,
    DISPATCH,
    LEADS_ON,
    ORDER,
    PARCEL,
    UNIT,
    OrderFacts,
    OrderMove,
    OrderState,
    ParcelFacts,
    ParcelMove,
    ParcelState,
    RequestMove,
    RequestState,
    UnitFacts,
    UnitMove,
    UnitState,
    order_confirmed,
)
from orderflow.units import can_do
from orderflow.verbs import cancel, close_return, hand_over, reserve
from tests.builders import LAMP, TWO_PLACES, Shop
from tests.processes import BAREST, FORBIDDEN

PICKED: Final = UnitState.PICKED

weighed: Final[Guard[ParcelFacts]] = own_guard(
    "weighed", lambda parcel: parcel.weight_grams > 0, "the parcel has not been weighed"
)
wrong_facts: Final = Guard[OrderFacts]("lines", lambda facts: ())


def wrong(*pieces: Piece) -> str:
    """What is wrong with a process of these pieces."""
    with pytest.raises(ValueError, match="pieces") as bad:
        Process.of(*pieces)
    assert isinstance(bad.value, BadInput)
    return str(bad.value)


# --- tightening ---------------------------------------------------------------


def test_without_pieces_every_chart_is_ours() -> None:
    for chart in CHARTS.values():
        assert Process().chart(chart) is chart


@pytest.mark.feature("F090")
def test_a_host_takes_a_row_away() -> None:
    process = Process.of(Remove(ORDER, OrderState.DRAFT, OrderMove.CANCEL))

    assert process.chart(ORDER).can(OrderState.DRAFT) == ("place",)
    assert ORDER.can(OrderState.DRAFT) == ("place", "cancel")
    assert process.chart(UNIT) is UNIT


@pytest.mark.feature("F090")
def test_a_host_closes_states_that_it_does_not_use() -> None:
    process = Process.of(
        Close(ORDER, OrderState.IN_REVIEW),
        Close(ORDER, OrderState.AWAITING_CUSTOMER),
        Close(ORDER, OrderState.REJECTED),
    )

    assert process.chart(ORDER).can(OrderState.PLACED) == ("confirm", "cancel", "expire")
    stuck = process.chart(ORDER).can(OrderState.IN_REVIEW)
    assert stuck == ("confirm", "cancel", "expire"), "who stands there already gets out"


@pytest.mark.feature("F069")
def test_a_parcel_that_was_not_weighed_is_not_handed_over(shop: Shop) -> None:
    rules = Rules(
        locations=TWO_PLACES.locations,
        process=Process.of(
            Require(PARCEL, ParcelState.PACKED, ParcelMove.HAND_OVER, weighed),
        ),
    )
    shop = shop.under(rules)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",), lines=(("1", 1),))
    shop.pack("p-2", ("d-1",), 900)

    assert shop.reasons(hand_over.on("p-1")) == (
        Refusal.of("own_rule", rule="weighed", reason="the parcel has not been weighed"),
    )
    shop.hand_over("p-2")
    assert shop.bag("o-17") == {"packed": 1, "shipped": 1}
    shop.assert_lawful()


def test_further_guards_come_after_ours_and_all_say_why() -> None:
    chart = Process.of(
        Require(PARCEL, ParcelState.PACKED, ParcelMove.HAND_OVER, weighed),
        Require(
            PARCEL,
            ParcelState.PACKED,
            ParcelMove.HAND_OVER,
            own_guard("labelled", lambda parcel: parcel.what == "", "there is no label"),
        ),
    ).chart(PARCEL)

    reasons = chart.refusals(ParcelState.PACKED, ParcelMove.HAND_OVER, ParcelFacts("parcel p-1"))

    assert [dict(reason.facts)["rule"] for reason in reasons] == ["weighed", "labelled"]
    assert str(reasons[1]) == "there is no label (labelled)"
    assert reasons[1].say("zh") == "there is no label(labelled)"


# --- what cannot be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "said"),
    (
        (
            Remove(ORDER, OrderState.CONFIRMED, OrderMove.CONFIRM),
            "pieces[0].move: order: no row leads from confirmed by confirm (can: cancel, complete)",
        ),
        (
            Remove(ORDER, OrderState.AWAITING_CUSTOMER, OrderMove.ANSWER),
            "pieces[0].move: order: answer reports what has happened outside and cannot be "
            "tightened (can: reject, cancel, expire)",
        ),
        (
            Require(UNIT, UnitState.SHIPPED, UnitMove.LOSE, order_confirmed),
            "pieces[0].move: unit: lose reports what has happened outside and cannot be tightened "
            "(can: none)",
        ),
        (
            Remove(DISPATCH, RequestState.CREATED, RequestMove.SEND),
            "pieces[0].move: dispatch: no row leads to sent; "
            "close that state too, or leave the row",
        ),
        (
            Close(ORDER, OrderState.IN_REVIEW),
            "pieces[0]: order: no row leads to awaiting customer; "
            "close that state too, or leave the row",
        ),
        (
            Close(UNIT, UnitState.LOST),
            "pieces[0]: unit: lost is closed, and can still be reached; "
            "close that state too, or leave the row",
        ),
        (
            Remove(UNIT, UnitState.RESERVED, UnitMove.PACK),
            "pieces[0].move: unit: no row leads from reserved by pack "
            "(can: unreserve, allocate, cancel)",
        ),
    ),
)
def test_a_row_or_state_that_cannot_go_is_named(piece: Piece, said: str) -> None:
    assert wrong(piece) == said


def test_a_dead_end_is_told_of_the_piece_that_made_it() -> None:
    rows = (
        Remove(UNIT, UnitState.RESERVED, UnitMove.UNRESERVE),
        Remove(UNIT, UnitState.RESERVED, UnitMove.CANCEL),
        Remove(UNIT, UnitState.RESERVED, UnitMove.ALLOCATE),
    )

    assert wrong(*rows).startswith("pieces[2].move: unit: reserved is a dead end, but no end")


def test_a_row_is_taken_away_once_and_not_guarded_then() -> None:
    gone = Remove(ORDER, OrderState.DRAFT, OrderMove.CANCEL)

    assert wrong(gone, gone).startswith("pieces[1].move: order: no row leads from draft by cancel")
    guard: Guard[OrderFacts] = own_guard("never", lambda facts: False, "never")
    more = Require(ORDER, OrderState.DRAFT, OrderMove.CANCEL, guard)
    assert wrong(gone, more).startswith("pieces[1].move: order: no row leads from draft by cancel")


@pytest.mark.parametrize(
    ("piece", "path"),
    (
        (Remove(ORDER, UnitState.OPEN, OrderMove.CANCEL), "pieces[0].state"),  # type: ignore[misc]
        (Remove(ORDER, OrderState.DRAFT, UnitMove.CANCEL), "pieces[0].move"),  # type: ignore[misc]
        (Remove(ORDER, "draft", OrderMove.CANCEL), "pieces[0].state"),  # type: ignore[misc]
        (Close(ORDER, UnitState.OPEN), "pieces[0].state"),  # type: ignore[misc]
        (
            Require(UNIT, PICKED, UnitMove.PACK, lambda facts: ()),  # type: ignore[arg-type]
            "pieces[0].guard",
        ),
        (Stage("polishing", "picked"), "pieces[0].within"),  # type: ignore[arg-type]
        (Remove(None, OrderState.DRAFT, OrderMove.CANCEL), "pieces[0].chart"),  # type: ignore[arg-type]
        ("polishing", "pieces[0]"),
    ),
)
def test_what_a_type_checker_refuses_is_refused(piece: Any, path: str) -> None:
    assert wrong(piece).startswith(f"{path}: ")


def test_a_guard_over_the_facts_of_another_chart_is_found_by_a_type_checker() -> None:
    Require(UNIT, PICKED, UnitMove.PACK, wrong_facts)  # type: ignore[misc]
    Require(UNIT, PICKED, UnitMove.PACK, order_confirmed)


def test_a_chart_that_only_looks_like_ours_is_refused() -> None:
    other = ORDER.tightened(without=[(OrderState.DRAFT, OrderMove.CANCEL)])

    assert wrong(Remove(other, OrderState.PLACED, OrderMove.CANCEL)) == (
        f"pieces[0].chart: a chart of ours is wanted (can: {', '.join(CHARTS)})"
    )
    with pytest.raises(BadInput, match="pieces: a tuple of pieces is wanted"):
        Process([Stage("polishing", PICKED)])  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="process: a Process is wanted"):
        Rules(process=BAREST.pieces)  # type: ignore[arg-type]


# --- the fingerprint ----------------------------------------------------------


def test_the_plain_rules_have_the_fingerprint_that_old_journals_have() -> None:
    assert Rules().fingerprint == (
        "Rules(locations=(), policy=None, confirm_when_paid=True, split=True, "
        "return_window_days=14, approve_returns=True, tries_max=8)fewest shipments"
    )


PIECES: Final[tuple[Piece, ...]] = (
    Remove(ORDER, OrderState.DRAFT, OrderMove.CANCEL),
    Remove(ORDER, OrderState.PLACED, OrderMove.CANCEL),
    Close(UNIT, UnitState.BACKORDERED),
    Require(PARCEL, ParcelState.PACKED, ParcelMove.HAND_OVER, weighed),
    Require(
        PARCEL,
        ParcelState.PACKED,
        ParcelMove.HAND_OVER,
        own_guard("weighed twice", lambda parcel: weighed(parcel), "it was weighed once"),
    ),
    Stage("polishing", PICKED),
    Stage("polishing", PICKED, obligatory=True),
    Stage("polishing", UnitState.PACKED),
    Stage("engraving", PICKED),
)


def test_another_process_is_another_fingerprint() -> None:
    processes = [Process(), *(Process.of(piece) for piece in PIECES)]

    assert len({Rules(process=one).fingerprint for one in processes}) == len(processes)


def test_equal_pieces_are_equal_processes() -> None:
    for piece in PIECES:
        one, other = Rules(process=Process.of(piece)), Rules(process=Process.of(piece))
        assert one == other
        assert hash(one) == hash(other)
        assert one.fingerprint == other.fingerprint


# --- every chart, tightened as far as it goes -------------------------------------------------


def goes_around(chart: Chart[UnitState, UnitMove, UnitFacts], *left_out: UnitState) -> bool:
    """Whether units can be shipped from our own house without passing these states."""
    reached, front = {chart.initial}, [chart.initial]
    while front:
        state = front.pop()
        for row in chart.rows:
            ours = row.source is state and row.move is not UnitMove.SHIP_DIRECT
            if ours and row.target not in reached and row.target not in left_out:
                reached.add(row.target)
                front.append(row.target)
    return UnitState.SHIPPED in reached


@pytest.mark.feature("F069", "F088")
@pytest.mark.parametrize("process", (Process(), BAREST), ids=("ours", "barest"))
def test_nothing_ships_from_our_house_without_passing_each_step_before_it(process: Process) -> None:
    chart = process.chart(UNIT)

    assert chart.initial is UnitState.OPEN
    assert process.chart(ORDER).initial is OrderState.DRAFT
    assert goes_around(chart)
    steps = (UnitState.ALLOCATED, UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED)
    for state in steps:
        assert not goes_around(chart, state)


@pytest.mark.feature("F091")
@pytest.mark.parametrize("process", (BAREST, FORBIDDEN), ids=("barest", "forbidden"))
def test_what_happens_outside_stays_in_every_process(process: Process) -> None:
    for ours in CHARTS.values():
        theirs = process.chart(ours)
        kept = {(row.source, row.move): row for row in theirs.rows}
        for row in ours.rows:
            if row.move in ours.outside:
                assert kept[row.source, row.move].when == row.when
        assert {(row.source, row.move) for row in ours.rows} >= set(kept)


def test_each_move_of_a_unit_leads_on_or_takes_back_or_happens_outside() -> None:
    rest = set(UnitMove) - LEADS_ON - UNIT.outside

    assert not LEADS_ON & UNIT.outside
    assert rest == {
        UnitMove.UNRESERVE,
        UnitMove.STOP_BUYING,
        UnitMove.STOP_MAKING,
        UnitMove.GIVE_UP_PLAN,
        UnitMove.CANCEL,
        UnitMove.RESTOCK,  # its goods go back on the shelf
        UnitMove.LAPSE,  # the calendar does it
    }


def test_what_guards_see_of_units_is_their_line_and_stage() -> None:
    guard: Guard[UnitFacts] = own_guard("line_two", lambda facts: facts.line == "2", "only line 2")

    assert guard(UnitFacts("o-17", OrderState.CONFIRMED, line="2"))
    assert not guard(UnitFacts("o-17", OrderState.CONFIRMED, line="1"))


# --- what may be done instead -------------------------------------------------


def with_pieces(shop: Shop, *pieces: Piece) -> Shop:
    return shop.under(attrs.evolve(TWO_PLACES, process=Process.of(*pieces)))


def said_of(shop: Shop, call: Call[Any]) -> str:
    """What a refusal says may be done instead."""
    (reason,) = shop.reasons(call)
    assert reason.code == "illegal_move"
    return str(dict(reason.facts)["can"])


@pytest.mark.feature("F089", "F090")
def test_a_refusal_names_no_move_that_the_host_has_taken_away(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    strict = with_pieces(shop, Remove(UNIT, UnitState.ALLOCATED, UnitMove.UNRESERVE))

    assert said_of(shop, reserve.on("o-17")) == "unreserve, release, cancel"
    assert said_of(strict, reserve.on("o-17")) == "release, cancel"


@pytest.mark.feature("F089", "F090")
def test_a_refusal_names_the_stages_of_the_host_and_not_what_would_leave_them_out(
    shop: Shop,
) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    careful = with_pieces(shop, Stage("polishing", PICKED, obligatory=True))

    for call in (reserve.on("o-17"), cancel.on("o-17")):
        assert said_of(shop, call) == "pack, recall"
        assert said_of(careful, call) == "enter polishing, recall"
    careful.enter_stage("o-17", "polishing", (("1", 1),))
    assert said_of(careful, reserve.on("o-17")) == "enter polishing, pack, recall"


def test_what_is_missing_may_be_cancelled_where_the_host_says_so(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))
    shop.report_missing("o-17", ())
    strict = with_pieces(shop, Remove(UNIT, UnitState.MISSING, UnitMove.CANCEL))

    assert said_of(shop, reserve.on("o-17")) == "found, cancel"
    assert said_of(strict, reserve.on("o-17")) == "found"


def test_what_came_back_is_inspected_where_the_host_says_so(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    for call in (cancel.on("o-17"), close_return.on("r-1")):
        assert said_of(shop, call) == "inspect"
    strict = with_pieces(shop, Close(UNIT, UnitState.RETURNED))
    assert said_of(strict, cancel.on("o-17")) == "inspect", "it may still be sent back"
    stricter = with_pieces(shop, Close(UNIT, UnitState.RETURNED), Close(UNIT, UnitState.SENT_BACK))
    for call in (cancel.on("o-17"), close_return.on("r-1")):
        assert said_of(stricter, call) == "nothing more"


@pytest.mark.parametrize("state", UnitState)
@pytest.mark.parametrize("service", (False, True))
def test_the_barest_process_offers_only_what_happens_outside(
    state: UnitState, service: bool
) -> None:
    ours = can_do(state, Process(), ("",), service=service)
    bare = can_do(state, BAREST, ("",), service=service)
    rows = {row.move.value for row in BAREST.chart(UNIT).rows if row.source is state}

    assert set(bare) <= set(ours)
    renamed = {"ask return", "report missing", "found", "inspect", "hand over"}
    assert {move for move in bare if move not in renamed} <= rows
