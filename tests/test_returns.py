from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Call, Position, Refused, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.closing import complete
from orderflow.conditions import Verdict
from orderflow.facts import Noted
from orderflow.fulfilment import ScanStatus, found, report_missing
from orderflow.inspecting import deliver_again, inspect, take_back
from orderflow.journal import VERBS
from orderflow.orders import cancel
from orderflow.pricing import due
from orderflow.receiving import receive_return
from orderflow.records import Cut, CutKind, MatterKind
from orderflow.refunds import owed_back
from orderflow.returns import (
    approve_return,
    ask_return,
    close_return,
    hold_return,
    record_return_scan,
    reject_return,
)
from orderflow.states import RETURN, OrderState, ReturnState
from tests.builders import BELL, LAMP, LEITH, MORNING, Shop, line, new_order

SOUND, SECOND, DAMAGED, REJECTED = Verdict


def delivered(shop: Shop, n: int = 3) -> None:
    """Order o-17 of n lamps, with its customer since this morning."""
    shop.stock(LAMP, "leith", n)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, n))


def in_return(shop: Shop, id: str) -> int:
    return sum(spot.n for _, spot in shop.order("o-17").units() if spot.slice.returning == id)


# --- serials ----------------------------------------------------------------------------------


@pytest.mark.feature("F232", "F234")
def test_a_piece_that_comes_back_is_one_that_was_sent(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(BELL, "leith", 2)
    bells = (line("1", BELL, 1, serial="SB-1"), line("2", BELL, 1, serial="SB-2"))
    shop.sell_and_deliver("o-17", "p-1", *bells)
    shop.ask_return("r-1", "o-17")

    shop.receive_return("r-1", "leith", serials=("SB-2", "SB-7"))

    assert shop.bag("o-17", "2") == {"received back": 1}
    assert shop.bag("o-17", "1") == {"delivered": 1}
    (hold,) = shop.returned("r-1").holds
    assert (hold.code, hold.blocks) == ("other_serial", ())
    assert hold.reason == "SB-7 came back, and is none of those that were sent"
    shop.receive_return("r-1", "leith", serials=("SB-1",))
    assert shop.bag("o-17") == {"received back": 2}


def test_a_lot_of_one_is_named_beside_other_goods(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(Position("SHIP-BELL", "leith", lot="SB-1"), 1, serial=True)
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (BELL, 1), (LAMP, 2))
    shop.ask_return("r-1", "o-17")

    shop.receive_return("r-1", "leith", (("2", 1),), ("SB-1",))

    assert shop.bag("o-17", "1") == {"received back": 1}
    assert shop.bag("o-17", "2") == {"received back": 1, "delivered": 1}
    assert shop.returned("r-1").holds == ()


def test_a_serial_that_comes_for_a_return_that_is_over_is_written_down(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    shop.close_return("r-1")

    shop.receive_return("r-1", "leith", serials=("SB-7",))

    codes = [hold.code for hold in shop.returned("r-1").holds]
    assert codes == ["came_unasked", "other_serial"]
    assert shop.cannot_take(receive_return.on("r-1", "leith", (), ("SB-7", "SB-7"))) == "serials"


# --- asking -------------------------------------------------------------------


def test_an_archived_order_has_no_after_sales(shop: Shop) -> None:
    delivered(shop)
    shop.complete("o-17")
    shop.clock.forward(days=15)
    shop.archive("o-17")

    assert shop.codes(ask_return.on("r-1", "o-17")) == ["illegal_move", "window_closed"]


def test_a_scan_of_what_comes_back_is_a_scan(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    word: Any = "delivered"

    assert shop.cannot_take(record_return_scan.on("r-1", word)) == "status"


@pytest.mark.feature("F226", "F227")
def test_delivered_goods_may_be_asked_back_and_stay_with_the_customer_until_they_move(
    any_shop: Shop,
) -> None:
    shop = any_shop
    delivered(shop)

    asked = shop.ask_return("r-1", "o-17", (("1", 2),), "too small").document

    assert (asked.state, asked.order, asked.reason) == (ReturnState.APPROVED, "o-17", "too small")
    assert shop.bag("o-17") == {"delivered": 3}
    assert in_return(shop, "r-1") == 2
    assert shop.refuses(ask_return.on("r-2", "o-17", (("1", 2),))) == (
        "line 1 of order o-17: 2 asked to return, 1 can"
    )


@pytest.mark.feature("F226")
def test_only_what_the_customer_has_can_be_asked_back(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 3))

    assert shop.refuses(ask_return.on("r-1", "o-17")) == (
        "a unit of line 1 of order o-17 is shipped: cannot return "
        "(can: make ready, deliver, lose, report missing, turn back)"
    )
    assert shop.refuses(ask_return.on("r-1", "o-9")) == "there is no order o-9"
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17")
    assert shop.refuses(ask_return.on("r-1", "o-17", (("1", 1),))).startswith("line 1 of order")
    assert shop.refuses(ask_return.on("r-2", "o-17")) == (
        "a unit of line 1 of order o-17 is delivered: cannot return "
        "(can: ask return, report missing)"
    )


@pytest.mark.feature("F244")
def test_everything_that_speaks_against_a_return_is_told_at_once(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-17", (LAMP, 3), (LAMP, 1), (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 3), ("2", 1)))
    shop.deliver("p-1")
    shop.clock.forward(days=15)
    shop.ship("o-17", "p-2", lines=(("3", 2),))
    shop.deliver("p-2")
    shop.ask_reissue("i-1", "o-17", (("3", 2),), "faulty")

    wanted = (("1", 4), ("3", 1), ("9", 1))

    assert shop.codes(ask_return.on("r-1", "o-17", wanted)) == [
        "too_many",
        "no_such_line",
        "window_closed",
        "sent_again",
    ]
    assert shop.codes(ask_return.on("r-1", "o-17")) == ["window_closed", "sent_again"]
    shop.reject_reissue("i-1", "worn")
    assert shop.ask_return("r-1", "o-17", (("3", 2),)).document.state is ReturnState.APPROVED


def test_a_unit_that_has_not_come_is_told_beside_one_whose_window_is_over(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1), (LAMP, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.deliver("p-1")
    shop.clock.forward(days=15)

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 1), ("2", 1)))) == [
        "too_many",
        "window_closed",
    ]


@pytest.mark.feature("F244")
def test_the_window_counts_from_the_delivery_of_each_parcel(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1), (LAMP, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.ship("o-17", "p-2")
    shop.deliver("p-1")
    shop.clock.forward(days=10)
    shop.deliver("p-2")
    shop.clock.at = MORNING + timedelta(days=14, microseconds=1)

    assert shop.refuses(ask_return.on("r-1", "o-17")) == (
        "the return window of order o-17 closed on 2026-03-16T09:00:00+00:00"
    )
    shop.ask_return("r-1", "o-17", (("2", 1),))


def test_so_many_units_of_a_line_are_taken_from_parcels_whose_window_is_open(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 2),))
    shop.ship("o-17", "p-2")
    shop.deliver("p-1")
    shop.clock.forward(days=10)
    shop.deliver("p-2")
    shop.clock.forward(days=10)

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 2),))) == ["window_closed"]
    shop.ask_return("r-1", "o-17", (("1", 1),))

    asked = [spot.slice.parcel for _, spot in shop.order("o-17").units() if spot.slice.returning]
    assert asked == ["p-2"]


def test_the_last_instant_of_the_window_is_inside_it(shop: Shop) -> None:
    delivered(shop)
    shop.clock.at = MORNING + timedelta(days=14)

    shop.ask_return("r-1", "o-17")


@pytest.mark.feature("F226")
def test_a_completed_order_can_be_returned_and_is_open_until_that_is_settled(
    any_shop: Shop,
) -> None:
    shop = any_shop
    delivered(shop)
    shop.complete("o-17")

    shop.ask_return("r-1", "o-17", (("1", 1),))
    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.refuses(complete.on("o-17")) == "order o-17 has a unit that is still under way"
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-17")

    assert shop.complete("o-17").document.state is OrderState.COMPLETED


# --- deciding -----------------------------------------------------------------


def careful() -> Shop:
    """A shop in which a person approves returns."""
    return Shop(MemoryStore(), Rules(locations=(LEITH,), approve_returns=False))


@pytest.mark.feature("F244")
def test_a_person_approves_or_rejects_where_the_rules_say_so() -> None:
    shop = careful()
    delivered(shop)

    assert shop.ask_return("r-1", "o-17").document.state is ReturnState.ASKED
    assert shop.approve_return("r-1", by="anna").document.state is ReturnState.APPROVED
    assert shop.refuses(reject_return.on("r-1", "worn")) == (
        "return r-1 is approved: cannot reject (can: send, receive, cancel)"
    )
    assert shop.refuses(approve_return.on("r-1")) == (
        "return r-1 is approved: cannot approve (can: send, receive, cancel)"
    )


def test_a_rejected_return_leaves_its_units_as_they_were() -> None:
    shop = careful()
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))

    assert shop.reject_return("r-1", "worn").document.state is ReturnState.REJECTED

    assert in_return(shop, "r-1") == 0
    shop.ask_return("r-2", "o-17", (("1", 3),))


def test_a_return_that_is_closed_before_anything_came_is_cancelled(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")

    assert shop.close_return("r-1").document.state is ReturnState.CANCELLED

    assert in_return(shop, "r-1") == 0
    assert shop.refuses(close_return.on("r-1")) == (
        "return r-1 is cancelled: cannot close (can: nothing more)"
    )
    shop.ask_return("r-2", "o-17", (("1", 3),))


# --- receiving ----------------------------------------------------------------


@pytest.mark.feature("F232", "F233")
def test_goods_that_came_back_wait_in_quarantine_for_their_inspection(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))

    received = shop.receive_return("r-1", "york").document

    assert (received.state, received.location) == (ReturnState.RECEIVED, "york")
    assert shop.bag("o-17") == {"delivered": 1, "received back": 2}
    assert shop.matter(MatterKind.QUARANTINE, LAMP) == 2
    assert owed_back(shop.order("o-17")) == 0, "nothing is owed before the goods are looked at"


def test_fewer_units_than_announced_may_come_and_the_rest_later_or_never(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")

    shop.receive_return("r-1", "leith", (("1", 1),))
    shop.inspect("r-1")
    assert shop.returned("r-1").state is ReturnState.RECEIVED
    shop.receive_return("r-1", "leith", (("1", 1),))
    shop.inspect("r-1")
    assert shop.close_return("r-1").document.state is ReturnState.SETTLED

    assert shop.bag("o-17") == {"delivered": 1, "returned": 2}
    assert in_return(shop, "r-1") == 2
    shop.ask_return("r-2", "o-17")


def test_what_came_back_is_inspected_before_its_return_is_closed(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith", (("1", 2),))

    assert shop.refuses(close_return.on("r-1")) == (
        "return r-1 is received: cannot close (can: inspect)"
    )
    shop.inspect("r-1")
    shop.close_return("r-1")
    assert shop.bag("o-17") == {"delivered": 1, "returned": 2}


def test_more_units_than_announced_are_written_down_under_a_hold(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))

    returned = shop.receive_return("r-1", "leith", (("1", 2),)).document

    assert [hold.code for hold in returned.holds] == ["came_unasked"]
    assert shop.bag("o-17") == {"delivered": 2, "received back": 1}
    assert returned.holds[0].reason == "more goods came than were announced"
    (noted,) = [
        dict(fact.details)
        for entry in shop.store.entries()
        for fact in entry.facts
        if isinstance(fact, Noted) and fact.what == "came_unasked"
    ]
    assert noted == {"location": "leith", "line": "1", "n": 1}
    shop.inspect("r-1")
    shop.lift_return_hold("r-1", "came_unasked")
    shop.ask_return("r-2", "o-17", (("1", 1),))
    shop.receive_return("r-2", "leith")
    assert shop.bag("o-17") == {"delivered": 1, "received back": 1, "returned": 1}


def test_goods_for_a_return_that_is_not_open_are_written_down_under_a_hold(
    any_shop: Shop,
) -> None:
    shop = any_shop
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    shop.close_return("r-1")

    shop.receive_return("r-1", "leith", (("1", 2),))
    returned = shop.receive_return("r-1", "leith", (("1", 1),)).document

    assert [hold.code for hold in returned.holds] == ["came_unasked"]
    assert returned.holds[0].reason == "goods came while the return was cancelled"
    notes = [fact for e in shop.store.entries(0, returned.ref) for fact in e.facts]
    assert sum("came_unasked" in repr(note) for note in notes) == 3
    assert shop.bag("o-17") == {"delivered": 3}


def test_units_of_a_return_that_turn_out_to_be_missing_are_in_no_return_any_more(
    shop: Shop,
) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    shop.report_missing("o-17", (("1", 1),))
    shop.close_return("r-1")

    shop.found("o-17")

    shop.ask_return("r-2", "o-17", (("1", 3),))


# --- inspecting ---------------------------------------------------------------


@pytest.mark.feature("F233", "F232", "F230", "F231")
def test_what_is_accepted_is_owed_back_and_goes_where_its_verdict_says(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop, 6)
    shop.ask_return("r-1", "o-17", (("1", 5),))
    shop.receive_return("r-1", "leith")

    shop.inspect("r-1", (("1", 2, SOUND), ("1", 1, SECOND), ("1", 1, DAMAGED), ("1", 1, REJECTED)))

    assert shop.returned("r-1").state is ReturnState.SETTLED
    assert shop.bag("o-17") == {"delivered": 1, "returned": 4, "sent back": 1}
    assert shop.free(LAMP, "leith") == 2
    assert shop.free(LAMP, "leith", grade="second") == 1
    assert shop.matter(MatterKind.DAMAGED, LAMP) == 1
    assert shop.matter(MatterKind.ROAD_OUT, LAMP) == 1
    assert owed_back(shop.order("o-17")) == 4000
    shop.refund("o-17")
    assert shop.payment("pay-o-17").refunded == 4000


def test_seconds_that_come_back_sound_are_seconds_still(any_shop: Shop) -> None:
    shop = any_shop
    seconds = shop.stock(LAMP, "leith", 2, grade="second")
    shop.hold_stock("cart-1", seconds, 2)
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True), ("cart-1",))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.ship("o-17", "p-2")
    shop.turn_back("p-2")
    shop.receive_back("p-2")

    shop.take_back("o-17")

    assert shop.free(LAMP, "leith", grade="second") == 2
    assert shop.free(LAMP, "leith") == 0


def test_what_is_rejected_goes_to_the_customer_again(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", 1, REJECTED),))
    assert shop.codes(complete.on("o-17")) == ["not_all_ended"]

    shop.deliver_again("o-17")

    assert shop.bag("o-17") == {"delivered": 3}
    assert in_return(shop, "r-1") == 0
    assert owed_back(shop.order("o-17")) == 0
    assert shop.refuses(deliver_again.on("o-17")) == (
        "a unit of line 1 of order o-17 is delivered: cannot deliver "
        "(can: ask return, report missing)"
    )
    shop.ask_return("r-2", "o-17")


def test_a_return_gives_up_the_first_units_of_its_bill(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 4)
    shop.sell("o-17", (LAMP, 4))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 2),))
    shop.ship("o-17", "p-2")
    shop.deliver("p-2")
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")

    shop.inspect("r-1")

    cuts = shop.order("o-17").lines[0].cuts
    assert cuts[-1] == Cut(CutKind.GIVEN_UP, 2, 3, "r-1")


def test_a_return_is_settled_when_none_of_its_units_waits(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.receive_return("r-1", "leith")

    shop.inspect("r-1", (("1", 1, SOUND),))
    assert shop.returned("r-1").state is ReturnState.RECEIVED
    shop.inspect("r-1", (("1", 1, DAMAGED),))

    assert shop.returned("r-1").state is ReturnState.SETTLED


def test_nothing_is_inspected_that_did_not_come(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))

    assert shop.refuses(inspect.on("r-1")) == (
        "a unit of line 1 of order o-17 is delivered: cannot inspect "
        "(can: ask return, report missing)"
    )
    shop.receive_return("r-1", "leith")
    assert shop.refuses(inspect.on("r-1", (("1", 2, SOUND),))) == (
        "line 1 of order o-17: 2 asked to inspect, 1 can"
    )


def test_two_returns_of_one_order_do_not_meet(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.ask_return("r-2", "o-17", (("1", 2),))
    shop.receive_return("r-2", "leith")

    shop.inspect("r-2")

    assert shop.returned("r-1").state is ReturnState.APPROVED
    assert shop.returned("r-2").state is ReturnState.SETTLED
    assert shop.bag("o-17") == {"delivered": 1, "returned": 2}


def test_units_that_came_back_undelivered_are_no_part_of_a_return(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1), (LAMP, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.ship("o-17", "p-2")
    shop.turn_back("p-1")
    shop.receive_back("p-1")
    shop.deliver("p-2")
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    shop.take_back("o-17", (("1", 1, SECOND),))

    assert shop.bag("o-17", "1") == {"returned": 1}
    assert shop.bag("o-17", "2") == {"received back": 1}
    assert shop.refuses(take_back.on("o-17", (("2", 1, SOUND),))) == (
        "line 2 of order o-17: 1 asked to inspect, 0 can"
    )
    shop.inspect("r-1")


def test_a_fully_returned_order_is_settled_and_completed(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-17")

    order = shop.complete("o-17").document

    assert due(order) == 0
    assert order.applied == 0
    assert shop.bag("o-17") == {"returned": 3}


# --- bad input ----------------------------------------------------------------


@pytest.mark.feature("F014")
def test_bad_input_about_a_return_is_found_with_its_place(shop: Shop) -> None:
    delivered(shop)
    shop.sell("o-18", (BELL, 1))
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.receive_return("r-1", "leith")
    none: Any = None
    word: Any = "sound"

    for call, path in (
        (ask_return.on("r-2", none), "order"),
        (ask_return.on("r-2", ""), "order"),
        (ask_return.on("r-2", "o-17", none), "lines"),
        (ask_return.on("r-2", "o-17", (("1", 0),)), "lines[0].quantity"),
        (ask_return.on("r-2", "o-17", (), none), "reason"),
        (ask_return.on("", "o-17"), "return"),
        (receive_return.on("r-1", ""), "location"),
        (receive_return.on("r-1", none), "location"),
        (receive_return.on("r-1", "leith", none), "lines"),
        (inspect.on("r-1", none), "verdicts"),
        (inspect.on("r-1", (("1", 1),)), "verdicts[0]"),  # type: ignore[arg-type] # as it says
        (inspect.on("r-1", (("1", 1, word),)), "verdicts[0].verdict"),
        (inspect.on("r-1", (("1", 0, SOUND),)), "verdicts[0].quantity"),
        (inspect.on("r-1", (("", 1, SOUND),)), "verdicts[0].line"),
        (take_back.on("o-17", none), "verdicts"),
        (deliver_again.on("o-17", none), "lines"),
    ):
        assert shop.cannot_take(call) == path, call


def test_a_rejection_needs_a_reason() -> None:
    shop = careful()
    delivered(shop)
    shop.ask_return("r-1", "o-17")
    none: Any = None

    assert shop.cannot_take(reject_return.on("r-1", "")) == "reason"
    assert shop.cannot_take(reject_return.on("r-1", none)) == "reason"


def test_a_return_comes_once_and_is_named_when_it_is_not_there(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.place("o-18", new_order((LAMP, 1)))

    assert shop.refuses(ask_return.on("r-1", "o-17", (("1", 1),))) == "return r-1 is there already"
    assert shop.refuses(inspect.on("r-9")) == "there is no return r-9"
    assert shop.refuses(receive_return.on("r-9", "leith")) == "there is no return r-9"


def test_a_later_parcel_of_the_same_line_can_be_returned_when_the_first_ones_window_is_over(
    shop: Shop,
) -> None:
    shop.stock(LAMP, "leith", 4)
    shop.sell("o-17", (LAMP, 4))
    shop.allocate("o-17")
    for number, days in (("1", 10), ("2", 10)):
        shop.release("o-17", f"d-{number}", "", (("1", 2),))
        shop.pick(f"d-{number}")
        shop.pack(f"p-{number}", (f"d-{number}",))
        shop.hand_over(f"p-{number}")
        shop.deliver(f"p-{number}")
        shop.clock.forward(days=days)

    assert shop.codes(ask_return.on("r-1", "o-17", (("1", 3),))) == ["window_closed"]
    assert shop.codes(ask_return.on("r-1", "o-17")) == ["window_closed"]
    shop.ask_return("r-1", "o-17", (("1", 2),))

    asked = {s.slice.parcel for _, s in shop.order("o-17").units() if s.slice.returning}
    assert asked == {"p-2"}


# --- on its way back ----------------------------------------------------------


def on_its_way(shop: Shop) -> None:
    """Two of three delivered lamps, posted by the customer as return r-1."""
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.record_return_scan("r-1", ScanStatus.IN_TRANSIT, "NP-9")


@pytest.mark.feature("F229", "F235")
def test_the_return_parcel_is_followed_by_its_scans(any_shop: Shop) -> None:
    shop = any_shop
    on_its_way(shop)

    assert shop.returned("r-1").state is ReturnState.GOING_BACK
    assert shop.bag("o-17") == {"delivered": 1, "going back": 2}
    assert shop.matter(MatterKind.ROAD_BACK, LAMP) == 2
    shop.record_return_scan("r-1", ScanStatus.DELIVERED, "NP-9", "ev-2")
    assert shop.returned("r-1").holds == ()

    shop.receive_return("r-1", "leith")
    assert shop.bag("o-17") == {"delivered": 1, "received back": 2}
    shop.inspect("r-1")
    assert shop.returned("r-1").state is ReturnState.SETTLED
    assert shop.bag("o-17") == {"delivered": 1, "returned": 2}
    entries = shop.store.entries(0, shop.returned("r-1").ref)
    notes = [fact for entry in entries for fact in entry.facts if isinstance(fact, Noted)]
    assert [dict(note.details)["tracking"] for note in notes if note.what == "scan"] == [
        "NP-9",
        "NP-9",
    ]


@pytest.mark.feature("F229")
def test_a_return_parcel_that_is_lost_may_be_found_again(any_shop: Shop) -> None:
    shop = any_shop
    on_its_way(shop)

    shop.record_return_scan("r-1", ScanStatus.LOST)
    assert shop.bag("o-17") == {"delivered": 1, "lost": 2}
    assert shop.returned("r-1").state is ReturnState.GOING_BACK
    shop.record_return_scan("r-1", ScanStatus.IN_TRANSIT)
    assert shop.bag("o-17") == {"delivered": 1, "going back": 2}
    shop.record_return_scan("r-1", ScanStatus.LOST)
    shop.record_return_scan("r-1", ScanStatus.LOST)  # said twice, it makes sense twice

    shop.receive_return("r-1", "leith")

    assert shop.bag("o-17") == {"delivered": 1, "received back": 2}
    assert shop.returned("r-1").holds == ()


def test_a_return_whose_first_scan_says_that_it_is_lost_was_posted(shop: Shop) -> None:
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))

    shop.record_return_scan("r-1", ScanStatus.LOST)

    assert shop.returned("r-1").state is ReturnState.GOING_BACK
    assert shop.bag("o-17") == {"delivered": 1, "lost": 2}


@pytest.mark.feature("F221")
def test_what_was_lost_on_its_way_back_is_given_up_by_a_cancel(any_shop: Shop) -> None:
    shop = any_shop
    on_its_way(shop)
    shop.record_return_scan("r-1", ScanStatus.LOST)

    assert shop.close_return("r-1").document.state is ReturnState.SETTLED
    assert shop.codes(complete.on("o-17")) == ["not_all_ended"], "nobody has decided"
    shop.cancel("o-17", (("1", 2),))

    assert shop.bag("o-17") == {"delivered": 1, "cancelled": 2}
    assert owed_back(shop.order("o-17")) == 2000
    shop.refund("o-17")
    assert shop.complete("o-17").document.state is OrderState.COMPLETED


def test_what_was_lost_on_its_way_back_may_be_with_the_customer_after_all(any_shop: Shop) -> None:
    shop = any_shop
    on_its_way(shop)
    shop.record_return_scan("r-1", ScanStatus.LOST)

    shop.found("o-17", (("1", 1),))
    shop.close_return("r-1")
    shop.found("o-17")

    assert shop.bag("o-17") == {"delivered": 3}
    assert in_return(shop, "r-1") == 0
    assert owed_back(shop.order("o-17")) == 0
    shop.ask_return("r-2", "o-17")


@pytest.mark.feature("F229")
def test_what_the_carrier_takes_back_to_the_customer_is_looked_into_and_stays_there(
    any_shop: Shop,
) -> None:
    shop = any_shop
    on_its_way(shop)

    returned = shop.record_return_scan("r-1", ScanStatus.RETURN_TO_SENDER).document
    assert [hold.reason for hold in returned.holds] == ["scanned return to sender while going back"]
    shop.close_return("r-1")
    shop.lift_return_hold("r-1", "unexpected_scan")

    assert shop.returned("r-1").state is ReturnState.SETTLED
    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.matter(MatterKind.ROAD_BACK, LAMP) == 0
    assert in_return(shop, "r-1") == 0


def test_a_second_parcel_of_a_return_may_be_lost_when_the_first_has_come(shop: Shop) -> None:
    on_its_way(shop)
    shop.receive_return("r-1", "leith", (("1", 1),))

    shop.record_return_scan("r-1", ScanStatus.LOST)
    shop.inspect("r-1")
    assert shop.returned("r-1").state is ReturnState.RECEIVED, "it may be found again"
    shop.close_return("r-1")

    assert shop.returned("r-1").state is ReturnState.SETTLED
    assert shop.bag("o-17") == {"delivered": 1, "returned": 1, "lost": 1}


# --- holds --------------------------------------------------------------------


@pytest.mark.feature("F233")
def test_a_held_return_is_not_settled_and_goods_still_come(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop)
    shop.ask_return("r-1", "o-17")

    shop.hold_return("r-1", "fraud", "too many returns")
    shop.receive_return("r-1", "leith")

    assert shop.refuses(inspect.on("r-1")) == "return r-1 is on hold: fraud (too many returns)"
    shop.lift_return_hold("r-1", "fraud")
    shop.inspect("r-1")


def test_a_held_return_is_not_approved_unless_the_hold_is_for_its_settling() -> None:
    shop = careful()
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.ask_return("r-2", "o-17", (("1", 1),))
    shop.hold_return("r-1", "fraud", "too many returns")
    shop.hold_return("r-2", "photo", "a photo is wanted", ("settle",))

    assert shop.codes(approve_return.on("r-1")) == ["on_hold"]
    shop.approve_return("r-2")
    shop.reject_return("r-1", "worn")
    shop.receive_return("r-2", "leith")
    assert shop.codes(inspect.on("r-2")) == ["on_hold"]
    assert shop.cannot_take(hold_return.on("r-2", "x", "y", ("receive",))) == "blocks[0]"


# --- no way is without an end -------------------------------------------------

DEEDS = (
    "approve_return",
    "reject_return",
    "scan in transit",
    "scan ready to collect",
    "scan delivered",
    "scan return to sender",
    "scan lost",
    "receive_return",
    "receive one",
    "inspect",
    "reject one",
    "close_return",
    "report_missing",
    "found",
    "deliver_again",
    "cancel",
)


def attempt(shop: Shop, deed: str) -> None:
    """Do it, or be refused."""
    one = (("1", 1),)
    calls: dict[str, Call[Any]] = {
        "receive_return": receive_return.on("r-1", "leith"),
        "receive one": receive_return.on("r-1", "leith", one),
        "reject one": inspect.on("r-1", (("1", 1, REJECTED),)),
        "reject_return": reject_return.on("r-1", "worn"),
        "report_missing": report_missing.on("o-17", one),
        "found": found.on("o-17", one),
        "cancel": cancel.on("o-17", one),
        "deliver_again": deliver_again.on("o-17"),
    }
    if deed.startswith("scan "):
        calls[deed] = record_return_scan.on("r-1", ScanStatus(deed.removeprefix("scan ")))
    with suppress(Refused):
        shop.apply(calls.get(deed) or VERBS[deed].on("r-1"))


@given(st.lists(st.sampled_from(DEEDS), max_size=9), st.booleans())
@settings(max_examples=150, deadline=None)
def test_from_wherever_a_return_stands_it_and_its_order_come_to_an_end(
    deeds: list[str], approved: bool
) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), approve_returns=approved))
    delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 2),))
    for deed in deeds:
        attempt(shop, deed)

    for hold in shop.returned("r-1").holds:
        shop.lift_return_hold("r-1", hold.code)
    for hold in shop.order("o-17").holds:
        shop.lift_hold("o-17", hold.code)
    if shop.bag("o-17").get("received back"):
        shop.inspect("r-1")
    if shop.returned("r-1").state not in RETURN.ends:
        shop.close_return("r-1")
    bag = shop.bag("o-17")
    if bag.get("sent back"):
        shop.deliver_again("o-17")
    if bag.get("lost", 0) + bag.get("missing", 0):
        shop.cancel("o-17", (("1", bag.get("lost", 0) + bag.get("missing", 0)),))
    if owed_back(shop.order("o-17")):
        shop.refund("o-17")
    if shop.order("o-17").state is OrderState.CONFIRMED:
        shop.complete("o-17")

    assert shop.order("o-17").state in (OrderState.COMPLETED, OrderState.CANCELLED)
    assert shop.returned("r-1").state in RETURN.ends
    shop.assert_lawful()
