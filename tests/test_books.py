from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Position, Ref
from orderflow.books import (
    NOTHING,
    ClaimChange,
    changes_on_shelf,
    claimed_net,
    postings,
)
from orderflow.facts import Claimed, Fact, Held, Limited, Moved, Noted, Opened, Posted
from orderflow.records import (
    PLAIN,
    Hold,
    MatterKind,
    Order,
    Slice,
    StockHold,
    Supply,
    Transfer,
)
from orderflow.states import UNIT, StockHoldState, SupplyState, UnitMove, UnitState
from tests.builders import MORNING

U, M = UnitState, UnitMove
K = MatterKind
ORDER: Final = Ref[Order]("", "order", "o-17")
AT_LEITH: Final = Slice(location="leith", owner="maker", lot="L-4")
LEITH: Final = Position("BRASS-LAMP", "leith", "maker", "L-4")

# What each row does to goods, and whether it takes a claim (+1) or gives one back (-1).
ROWS: Final[dict[tuple[UnitState, UnitMove], tuple[MatterKind | None, MatterKind | None, int]]] = {
    (U.OPEN, M.BACKORDER): (None, None, 0),
    (U.OPEN, M.RESERVE): (None, None, +1),
    (U.OPEN, M.ALLOCATE): (None, None, +1),
    (U.OPEN, M.PLAN_TO_BUY): (None, None, 0),
    (U.OPEN, M.PLAN_TO_MAKE): (None, None, 0),
    (U.OPEN, M.CANCEL): (None, None, 0),
    (U.OPEN, M.REDEEM): (None, None, 0),
    (U.OPEN, M.LAPSE): (None, None, 0),
    (U.BACKORDERED, M.RESERVE): (None, None, +1),
    (U.BACKORDERED, M.ALLOCATE): (None, None, +1),
    (U.BACKORDERED, M.PLAN_TO_BUY): (None, None, 0),
    (U.BACKORDERED, M.PLAN_TO_MAKE): (None, None, 0),
    (U.BACKORDERED, M.CANCEL): (None, None, 0),
    (U.CANCELLED, M.REINSTATE): (None, None, 0),
    (U.TO_BUY, M.BUY): (None, None, 0),  # asking for goods moves none
    (U.TO_BUY, M.GIVE_UP_PLAN): (None, None, 0),
    (U.TO_BUY, M.CANCEL): (None, None, 0),
    (U.BUYING, M.ARRIVE): (K.SUPPLIER, K.SELLABLE, +1),
    (U.BUYING, M.SHIP_DIRECT): (K.SUPPLIER, K.ROAD_OUT, 0),
    (U.BUYING, M.STOP_BUYING): (None, None, 0),
    (U.TO_MAKE, M.MAKE): (None, None, 0),
    (U.TO_MAKE, M.GIVE_UP_PLAN): (None, None, 0),
    (U.TO_MAKE, M.CANCEL): (None, None, 0),
    (U.MAKING, M.ARRIVE): (K.PRODUCTION, K.SELLABLE, +1),
    (U.MAKING, M.STOP_MAKING): (None, None, 0),
    (U.RESERVED, M.UNRESERVE): (None, None, -1),
    (U.RESERVED, M.ALLOCATE): (None, None, 0),
    (U.RESERVED, M.CANCEL): (None, None, -1),
    (U.ALLOCATED, M.UNRESERVE): (None, None, -1),
    (U.ALLOCATED, M.RELEASE): (None, None, 0),
    (U.ALLOCATED, M.CANCEL): (None, None, -1),
    (U.RELEASED, M.PICK): (K.SELLABLE, K.STAGED, -1),
    (U.RELEASED, M.RECALL): (None, None, 0),
    (U.PICKED, M.PACK): (None, None, 0),
    (U.PICKED, M.RECALL): (K.STAGED, K.SELLABLE, +1),
    (U.PACKED, M.SHIP): (K.STAGED, K.ROAD_OUT, 0),
    (U.PACKED, M.RECALL): (K.STAGED, K.SELLABLE, +1),
    (U.SHIPPED, M.MAKE_READY): (None, None, 0),
    (U.SHIPPED, M.DELIVER): (K.ROAD_OUT, K.CUSTOMER, 0),
    (U.SHIPPED, M.LOSE): (K.ROAD_OUT, K.CARRIER, 0),
    (U.SHIPPED, M.MISS): (K.ROAD_OUT, K.CARRIER, 0),
    (U.SHIPPED, M.TURN_BACK): (K.ROAD_OUT, K.ROAD_BACK, 0),
    (U.READY_TO_COLLECT, M.DELIVER): (K.ROAD_OUT, K.CUSTOMER, 0),
    (U.READY_TO_COLLECT, M.LOSE): (K.ROAD_OUT, K.CARRIER, 0),
    (U.READY_TO_COLLECT, M.MISS): (K.ROAD_OUT, K.CARRIER, 0),
    (U.READY_TO_COLLECT, M.TURN_BACK): (K.ROAD_OUT, K.ROAD_BACK, 0),
    (U.READY_TO_COLLECT, M.GO_ON): (None, None, 0),
    (U.DELIVERED, M.MISS): (K.CUSTOMER, K.CARRIER, 0),
    (U.DELIVERED, M.TURN_BACK): (K.CUSTOMER, K.ROAD_BACK, 0),
    (U.DELIVERED, M.RECEIVE_BACK): (K.CUSTOMER, K.QUARANTINE, 0),
    (U.LOST, M.DELIVER): (K.CARRIER, K.CUSTOMER, 0),
    (U.LOST, M.TURN_BACK): (K.CARRIER, K.ROAD_BACK, 0),
    (U.LOST, M.GO_ON): (K.CARRIER, K.ROAD_OUT, 0),
    (U.LOST, M.CANCEL): (None, None, 0),  # what the carrier lost does not come back
    (U.MISSING, M.DELIVER): (K.CARRIER, K.CUSTOMER, 0),
    (U.MISSING, M.CANCEL): (None, None, 0),
    (U.GOING_BACK, M.RECEIVE_BACK): (K.ROAD_BACK, K.QUARANTINE, 0),
    (U.GOING_BACK, M.DELIVER): (K.ROAD_BACK, K.CUSTOMER, 0),
    (U.GOING_BACK, M.LOSE): (K.ROAD_BACK, K.CARRIER, 0),
    (U.RECEIVED_BACK, M.ACCEPT_BACK): (K.QUARANTINE, K.SELLABLE, 0),
    (U.RECEIVED_BACK, M.REJECT): (K.QUARANTINE, K.ROAD_OUT, 0),
    (U.RECEIVED_BACK, M.MEND): (K.QUARANTINE, K.ROAD_OUT, 0),
    (U.RECEIVED_BACK, M.REOPEN): (K.QUARANTINE, K.SELLABLE, 0),
    (U.RECEIVED_BACK, M.RESTOCK): (K.QUARANTINE, K.CARRIER, 0),  # and from there on the shelf
    (U.RECEIVED_BACK, M.CANCEL): (K.QUARANTINE, K.SELLABLE, 0),
    (U.SENT_BACK, M.DELIVER): (K.ROAD_OUT, K.CUSTOMER, 0),
    (U.SENT_BACK, M.MISS): (K.ROAD_OUT, K.CARRIER, 0),
}


def moved(
    source: UnitState, target: UnitState, taken: Slice, put: Slice | None = None, n: int = 3
) -> Moved:
    return Moved(ORDER, "1", "BRASS-LAMP", n, source, taken, target, put or taken)


def test_every_row_of_the_unit_chart_has_its_accounts_here() -> None:
    assert [(row.source, row.move) for row in UNIT.rows] == list(ROWS)


@pytest.mark.feature("F130", "F138")
@pytest.mark.parametrize("row", UNIT.rows, ids=lambda row: f"{row.source}, {row.move}")
def test_both_books_are_read_off_each_row(row: object) -> None:
    found = next(one for one in UNIT.rows if one is row)
    source, target, claims = ROWS[found.source, found.move]

    posted = postings([moved(found.source, found.target, AT_LEITH)])

    goods = Transfer(source, LEITH, target, LEITH, 3) if source and target else None
    assert posted.transfers == ((goods,) if goods else ())
    assert posted.claims == ((ClaimChange(ORDER, LEITH, 3 * claims),) if claims else ())
    assert posted.limits == ()


@pytest.mark.feature("F232")
@pytest.mark.parametrize(
    ("grade", "account"),
    (("", K.SELLABLE), ("second", K.SELLABLE), ("damaged", K.DAMAGED)),
)
def test_what_is_accepted_back_stands_by_its_grade(grade: str, account: MatterKind) -> None:
    graded = attrs.evolve(AT_LEITH, grade=grade)

    posted = postings([moved(U.RECEIVED_BACK, U.RETURNED, AT_LEITH, graded)])

    assert posted.transfers == (
        Transfer(K.QUARANTINE, LEITH, account, LEITH._replace(grade=grade), 3),
    )


def test_goods_that_are_received_elsewhere_stand_there() -> None:
    at_york = attrs.evolve(AT_LEITH, location="york")

    posted = postings([moved(U.DELIVERED, U.RECEIVED_BACK, AT_LEITH, at_york)])

    assert posted.transfers == (
        Transfer(K.CUSTOMER, LEITH, K.QUARANTINE, LEITH._replace(location="york"), 3),
    )


def test_units_that_lose_their_place_come_back_to_the_shelf_where_they_stood() -> None:
    posted = postings([moved(U.RECEIVED_BACK, U.OPEN, AT_LEITH, PLAIN)])

    assert posted.transfers == (Transfer(K.QUARANTINE, LEITH, K.SELLABLE, LEITH, 3),)


def test_a_tag_that_says_nothing_about_the_place_posts_nothing() -> None:
    tagged = attrs.evolve(AT_LEITH, returning="r-1")

    assert postings([moved(U.DELIVERED, U.DELIVERED, AT_LEITH, tagged)]) == NOTHING
    assert postings([moved(U.ALLOCATED, U.RELEASED, AT_LEITH, tagged)]) == NOTHING


def test_a_claim_that_moves_is_given_here_and_taken_there() -> None:
    pegged = attrs.evolve(AT_LEITH, peg="s-1")

    posted = postings([moved(U.RESERVED, U.ALLOCATED, pegged, AT_LEITH)])

    assert posted.claims == (
        ClaimChange(ORDER, LEITH, 3),
        ClaimChange(ORDER, LEITH._replace(peg="s-1"), -3),
    )
    assert posted.transfers == ()


def test_each_date_of_a_promise_is_a_claim_of_its_own() -> None:
    monday, friday = MORNING, MORNING + timedelta(days=4)
    early, late = (attrs.evolve(AT_LEITH, peg="s-1", ready_by=day) for day in (monday, friday))
    peg = LEITH._replace(peg="s-1")

    promised = postings(
        [moved(U.OPEN, U.RESERVED, PLAIN, late, 2), moved(U.OPEN, U.RESERVED, PLAIN, early, 1)]
    )
    later = postings([moved(U.RESERVED, U.RESERVED, early, late, 1)])

    assert promised.claims == (
        ClaimChange(ORDER, peg, 1, due=monday),
        ClaimChange(ORDER, peg, 2, due=friday),
    )
    assert later.claims == (
        ClaimChange(ORDER, peg, -1, due=monday),
        ClaimChange(ORDER, peg, 1, due=friday),
    )


def test_units_count_against_their_pools_until_they_lose_the_tag() -> None:
    counted = attrs.evolve(AT_LEITH, pools=("limit", "quota"))
    limit, quota = Position("limit"), Position("quota")

    taken = postings([moved(U.OPEN, U.RESERVED, PLAIN, counted)])
    shipped = postings([moved(U.PACKED, U.SHIPPED, counted)])
    given_up = postings([moved(U.RESERVED, U.CANCELLED, counted, PLAIN)])

    assert taken.claims == (
        ClaimChange(ORDER, LEITH, 3),
        ClaimChange(ORDER, limit, 3),
        ClaimChange(ORDER, quota, 3),
    )
    assert shipped.claims == ()
    assert given_up.claims == (
        ClaimChange(ORDER, LEITH, -3),
        ClaimChange(ORDER, limit, -3),
        ClaimChange(ORDER, quota, -3),
    )


def test_goods_of_a_supply_row_stand_without_its_name() -> None:
    pegged = attrs.evolve(AT_LEITH, peg="s-1")

    posted = postings([moved(U.RELEASED, U.PICKED, pegged)])

    assert posted.transfers == (Transfer(K.SELLABLE, LEITH, K.STAGED, LEITH, 3),)


def test_postings_of_one_key_are_merged_and_all_are_sorted() -> None:
    york = Slice(location="york")
    facts = [
        moved(U.OPEN, U.ALLOCATED, PLAIN, york, 1),
        moved(U.OPEN, U.ALLOCATED, PLAIN, Slice(location="leith"), 2),
        moved(U.OPEN, U.ALLOCATED, PLAIN, york, 4),
    ]

    posted = postings(facts)

    assert posted.claims == (
        ClaimChange(ORDER, Position("BRASS-LAMP", "leith"), 2),
        ClaimChange(ORDER, Position("BRASS-LAMP", "york"), 5),
    )


def test_what_cancels_out_is_not_posted() -> None:
    facts: list[Fact] = [
        moved(U.OPEN, U.ALLOCATED, PLAIN, AT_LEITH),
        moved(U.ALLOCATED, U.OPEN, AT_LEITH, PLAIN),
        Limited(LEITH, 2),
        Limited(LEITH, -2),
    ]

    posted = postings(facts)

    assert (posted.transfers, posted.limits, posted.claims) == ((), (), ())


@given(st.permutations([(U.OPEN, U.ALLOCATED, i) for i in (1, 2, 3)]))
def test_the_order_of_facts_does_not_matter_to_the_books(
    moves: list[tuple[UnitState, UnitState, int]],
) -> None:
    facts = [
        moved(source, target, PLAIN, Slice(location=f"hall-{n}"), n) for source, target, n in moves
    ]

    assert postings(facts) == postings(facts[::-1])


def test_facts_that_move_no_goods_post_nothing() -> None:
    facts: list[Fact] = [Noted(ORDER, "seen"), Held(ORDER, Hold("fraud", "unknown", "anna"))]

    assert postings(facts) == NOTHING
    assert postings([]) == NOTHING


def test_a_stock_hold_claims_from_its_opening() -> None:
    until = MORNING + timedelta(hours=1)
    hold = StockHold(Ref("", "stock hold", "h-1"), StockHoldState.RUNNING, LEITH, 2, until)

    posted = postings([Opened(hold)])

    assert posted.claims == (ClaimChange(hold.ref, LEITH, 2, until, renewed=True),)


def test_a_renewal_is_posted_though_it_claims_no_more() -> None:
    ref = Ref[StockHold]("", "stock hold", "h-1")

    posted = postings([Claimed(ref, LEITH, 0, None)])

    assert posted.claims == (ClaimChange(ref, LEITH, 0, None, renewed=True),)


def test_a_supply_row_may_be_promised_from_its_opening() -> None:
    supply = Supply(Ref("", "supply", "s-1"), SupplyState.EXPECTED, LEITH, 10, MORNING)

    posted = postings([Opened(supply)])

    assert posted.limits == ((LEITH._replace(peg="s-1"), 10),)


# --- what a store compares ----------------------------------------------------


def test_what_a_step_brings_itself_may_be_claimed_by_it() -> None:
    shelf = Transfer(K.SUPPLIER, LEITH, K.SELLABLE, LEITH, 5)
    hold = Ref[StockHold]("", "stock hold", "h-1")

    posted = postings([Posted(shelf), Claimed(hold, LEITH, 3)])

    assert claimed_net(posted) == {}
    assert claimed_net(postings([Posted(shelf), Claimed(hold, LEITH, 7)])) == {LEITH: 2}
    assert changes_on_shelf(posted) == {LEITH: 5}


def test_a_claim_that_changes_hands_asks_for_nothing_new() -> None:
    hold = Ref[StockHold]("", "stock hold", "h-1")

    posted = postings([Claimed(hold, LEITH, -3), moved(U.OPEN, U.RESERVED, PLAIN, AT_LEITH)])

    assert claimed_net(posted) == {}


def test_goods_that_leave_the_shelf_with_their_claim_ask_for_nothing() -> None:
    posted = postings([moved(U.RELEASED, U.PICKED, AT_LEITH)])

    assert claimed_net(posted) == {}
    assert changes_on_shelf(posted) == {LEITH: -3}
