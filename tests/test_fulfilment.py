from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import Destination, Position
from orderflow.calls import Ref
from orderflow.conditions import Verdict
from orderflow.facts import Moved, Noted
from orderflow.fulfilment import (
    ScanStatus,
    ask_cancel_dispatch,
    cancel_parcel,
    deliver,
    found,
    hand_over,
    hold_parcel,
    lose,
    pack,
    pick,
    recall,
    receive_back,
    record_scan,
    release,
    reopen,
    report_missing,
    scan_serials,
    send_dispatch,
    turn_back,
)
from orderflow.inspecting import take_back
from orderflow.orders import cancel
from orderflow.pricing import due
from orderflow.records import Cut, CutKind, Dispatch, Hold, MatterKind
from orderflow.states import OrderState, ParcelState, RequestState
from tests.builders import BELL, LAMP, MORNING, Shop, line, new_order

ON_THE_ROAD = "(can: make ready, deliver, lose, report missing, turn back)"


def dispatch_state(shop: Shop, id: str) -> RequestState:
    ref: Ref[Dispatch] = Ref(shop.tenant, "dispatch", id)
    return shop.get(ref).state


def allocated(shop: Shop, n: int = 3) -> None:
    """Order o-17 of n lamps, allocated at leith."""
    shop.stock(LAMP, "leith", n)
    shop.sell("o-17", (LAMP, n))
    shop.allocate("o-17")


# --- the way out --------------------------------------------------------------


def test_whoever_picks_is_given_the_dispatch_though_only_the_order_has_changed(
    any_shop: Shop,
) -> None:
    allocated(any_shop)
    any_shop.release("o-17", "d-1")

    done = any_shop.pick("d-1")

    assert done.document == any_shop.dispatch("d-1")


@pytest.mark.feature("F196", "F197", "F198", "F175", "F205")
def test_a_warehouse_releases_picks_packs_and_hands_over(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)

    shop.release("o-17", "d-1")
    assert shop.bag("o-17") == {"released": 3}
    shop.pick("d-1")
    assert shop.bag("o-17") == {"picked": 3}
    assert shop.there(LAMP, "leith") == 0
    assert shop.matter(MatterKind.STAGED, LAMP) == 3
    shop.pack("p-1", ("d-1",), 2400)
    assert shop.bag("o-17") == {"packed": 3}
    shop.clock.forward(hours=3)
    parcel = shop.hand_over("p-1", "north-post", "NP-77").document

    assert (parcel.carrier, parcel.tracking, parcel.weight_grams) == ("north-post", "NP-77", 2400)
    assert parcel.handed_over_at == shop.clock.at != MORNING
    assert shop.bag("o-17") == {"shipped": 3}
    assert shop.matter(MatterKind.ROAD_OUT, LAMP) == 3
    assert dispatch_state(shop, "d-1") is RequestState.DONE
    assert shop.order("o-17").lines[0].cuts == (Cut(CutKind.BILLED, 0, 3, "p-1"),)


@pytest.mark.feature("F213", "F222")
def test_a_delivered_parcel_is_with_its_customer(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.clock.forward(days=2)

    parcel = shop.deliver("p-1").document

    assert (parcel.state, parcel.delivered_at) == (ParcelState.DELIVERED, shop.clock.at)
    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.matter(MatterKind.CUSTOMER, LAMP) == 3


@pytest.mark.feature("F149")
def test_an_order_leaves_from_two_warehouses(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 2)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")

    assert (
        shop.refuses(release.on("o-17", "d-1"))
        == "order o-17 stands at several locations: leith, york"
    )
    shop.ship("o-17", "p-1", "york")
    assert shop.bag("o-17") == {"allocated": 1, "shipped": 2}
    shop.ship("o-17", "p-2")

    assert shop.bag("o-17") == {"shipped": 3}
    assert shop.order("o-17").lines[0].cuts == (
        Cut(CutKind.BILLED, 0, 2, "p-1"),
        Cut(CutKind.BILLED, 2, 3, "p-2"),
    )


def test_goods_of_a_lot_on_hold_are_not_released(any_shop: Shop) -> None:
    end = MORNING + timedelta(days=2)
    any_shop.receive(Position("BRASS-LAMP", "leith", lot="L-1"), 2, expires_at=end)
    any_shop.receive(Position("BRASS-LAMP", "york"), 1)
    any_shop.sell("o-17", (LAMP, 3))
    any_shop.allocate("o-17")
    any_shop.hold_lot("BRASS-LAMP/L-1", "recall", "asked back")

    assert (
        any_shop.refuses(release.on("o-17", "d-1", "leith"))
        == "lot BRASS-LAMP/L-1 is on hold: recall (asked back)"
    )
    any_shop.release("o-17", "d-2", "york")
    any_shop.lift_lot_hold("BRASS-LAMP/L-1", "recall")
    any_shop.clock.at = end
    assert "expires" in any_shop.refuses(release.on("o-17", "d-1", "leith"))

    assert any_shop.bag("o-17") == {"allocated": 2, "released": 1}


def test_parts_of_an_order_are_released_picked_and_packed(shop: Shop) -> None:
    allocated(shop, 5)

    shop.release("o-17", "d-1", lines=(("1", 4),))
    shop.pick("d-1", (("1", 3),))
    shop.pack("p-1", ("d-1",), lines=(("1", 2),))
    shop.hand_over("p-1")

    assert shop.bag("o-17") == {"allocated": 1, "released": 1, "picked": 1, "shipped": 2}
    assert dispatch_state(shop, "d-1") is RequestState.CREATED
    shop.pick("d-1")
    shop.pack("p-2", ("d-1",))
    shop.hand_over("p-2")
    assert dispatch_state(shop, "d-1") is RequestState.DONE
    assert shop.bag("o-17") == {"allocated": 1, "shipped": 4}


def test_work_is_released_once_and_where_it_stands(shop: Shop) -> None:
    allocated(shop)

    assert (
        shop.refuses(release.on("o-17", "d-1", "york"))
        == "a unit of line 1 of order o-17 is allocated: cannot release "
        "(can: unreserve, release, cancel)"
    )
    shop.release("o-17", "d-1", "leith", (("1", 1),))
    assert shop.refuses(release.on("o-17", "d-1")) == "dispatch d-1 is there already"
    assert shop.refuses(release.on("o-17", "d-2", "", (("1", 3),))) == (
        "line 1 of order o-17: 3 asked to release, 2 can"
    )


def test_work_on_an_order_on_hold_is_not_released_and_its_parcel_does_not_leave(
    shop: Shop,
) -> None:
    allocated(shop)
    shop.release("o-17", "d-1", lines=(("1", 1),))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.codes(release.on("o-17", "d-2")) == ["on_hold"]
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    assert shop.refuses(hand_over.on("p-1")) == "order o-17 is on hold: fraud (address unknown)"
    shop.lift_hold("o-17", "fraud")
    shop.hand_over("p-1")


@pytest.mark.feature("F069")
def test_no_stage_of_the_warehouse_can_be_skipped(shop: Shop) -> None:
    allocated(shop)
    shop.release("o-17", "d-1")

    assert (
        shop.refuses(pack.on("p-1", ("d-1",)))
        == "a unit of line 1 of order o-17 is released: cannot pack (can: pick, recall)"
    )
    shop.pick("d-1")
    assert (
        shop.refuses(pick.on("d-1"))
        == "a unit of line 1 of order o-17 is picked: cannot pick (can: pack, recall)"
    )
    shop.pack("p-1", ("d-1",))
    assert (
        shop.refuses(deliver.on("p-1"))
        == "parcel p-1 is packed: cannot deliver (can: hand over, cancel)"
    )
    shop.hand_over("p-1")
    assert (
        shop.refuses(hand_over.on("p-1"))
        == "parcel p-1 is shipped: cannot hand over (can: make ready, deliver, lose, turn back)"
    )


# --- parcels of several orders ------------------------------------------------


@pytest.mark.feature("F130")
def test_a_serial_number_is_scanned_onto_one_unit_and_stays_with_it(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")

    shop.scan_serials("o-17", "1", ("SN-4711",))

    assert shop.refuses(scan_serials.on("o-17", "1", ("SN-4711",))) == (
        "serial SN-4711 is there already"
    )
    assert shop.refuses(scan_serials.on("o-17", "1", ("A", "B", "C"))) == (
        "line 1 of order o-17: 1 asked to scan, 0 can"
    )
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")
    shop.deliver("p-1")
    units = {spot.slice.serial: spot.n for _, spot in shop.order("o-17").units()}
    assert units == {"SN-4711": 1, "": 2}


def test_a_parcel_carries_lines_of_two_orders_that_go_to_one_place(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    home = Destination("addr-9", "GB")
    for id, n in (("o-17", 1), ("o-18", 2)):
        shop.sell(id, (LAMP, n), destination=home)
        shop.allocate(id)
        shop.release(id, f"d-{id}")
        shop.pick(f"d-{id}")

    parcel = shop.pack("p-1", ("d-o-17", "d-o-18")).document
    shop.hand_over("p-1")
    shop.deliver("p-1")

    assert parcel.orders == ("o-17", "o-18")
    assert shop.bag("o-17") == {"delivered": 1}
    assert shop.bag("o-18") == {"delivered": 2}


def test_what_goes_elsewhere_or_stands_elsewhere_is_not_packed_together(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    for id, address in (("o-17", "addr-9"), ("o-18", "addr-10")):
        shop.sell(id, (LAMP, 1), destination=Destination(address))
        shop.allocate(id)
        shop.release(id, f"d-{id}")
        shop.pick(f"d-{id}")

    assert shop.refuses(pack.on("p-1", ("d-o-17", "d-o-18"))) == (
        "order o-18 goes elsewhere than the parcel; the units stand at york, not at leith"
    )


# --- stopping -----------------------------------------------------------------


def test_a_warehouse_may_be_asked_to_stop_and_may_go_on(shop: Shop) -> None:
    allocated(shop)
    shop.release("o-17", "d-1")

    shop.ask_cancel_dispatch("d-1")
    assert dispatch_state(shop, "d-1") is RequestState.CANCEL_ASKED
    shop.refuse_cancel_dispatch("d-1")
    assert dispatch_state(shop, "d-1") is RequestState.ACCEPTED
    shop.ask_cancel_dispatch("d-1")
    shop.recall("d-1")

    assert dispatch_state(shop, "d-1") is RequestState.CANCELLED
    assert shop.bag("o-17") == {"allocated": 3}
    assert (
        shop.refuses(ask_cancel_dispatch.on("d-1"))
        == "dispatch d-1 is cancelled: cannot ask cancel (can: nothing more)"
    )
    shop.cancel("o-17")
    assert shop.free(LAMP, "leith") == 3


def test_a_warehouse_that_was_asked_to_stop_may_have_shipped_already(shop: Shop) -> None:
    allocated(shop)
    shop.pack_up("o-17", "p-1")
    shop.ask_cancel_dispatch("d-p-1")

    shop.hand_over("p-1")

    assert dispatch_state(shop, "d-p-1") is RequestState.DONE


def test_recalled_goods_are_on_the_shelf_again_with_their_claim(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.release("o-17", "d-1")
    shop.pick("d-1", (("1", 2),))

    shop.recall("d-1")

    assert shop.bag("o-17") == {"allocated": 3}
    assert (shop.there(LAMP, "leith"), shop.free(LAMP, "leith")) == (3, 0)


def test_goods_are_recalled_though_a_count_has_found_the_shelf_short(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.release("o-17", "d-1")
    shop.pick("d-1", (("1", 2),))
    shop.count(Position("BRASS-LAMP", "leith"), 0)

    shop.recall("d-1")

    assert shop.bag("o-17") == {"allocated": 3}
    assert [danger.counter.over_committed for danger in shop.in_danger()] == [1]


def test_packed_units_stay_in_their_parcel_until_it_is_cancelled(shop: Shop) -> None:
    allocated(shop)
    shop.release("o-17", "d-1")
    shop.pick("d-1", (("1", 2),))
    shop.pack("p-1", ("d-1",))

    shop.recall("d-1")
    assert shop.bag("o-17") == {"allocated": 1, "packed": 2}
    assert dispatch_state(shop, "d-1") is RequestState.CREATED
    assert shop.refuses(recall.on("d-1")) == (
        "a unit of line 1 of order o-17 is allocated: cannot recall "
        "(can: unreserve, release, cancel)"
    )
    shop.cancel_parcel("p-1")

    assert shop.bag("o-17") == {"allocated": 3}
    assert dispatch_state(shop, "d-1") is RequestState.DONE
    assert (
        shop.refuses(cancel_parcel.on("p-1"))
        == "parcel p-1 is cancelled: cannot cancel (can: nothing more)"
    )


@pytest.mark.feature("F099")
def test_a_released_order_is_stopped_by_the_warehouse_and_not_by_a_cancel(shop: Shop) -> None:
    allocated(shop)
    shop.release("o-17", "d-1")

    assert (
        shop.refuses(cancel.on("o-17"))
        == "a unit of line 1 of order o-17 is released: cannot cancel (can: pick, recall)"
    )


# --- what happens on the road -------------------------------------------------


@pytest.mark.feature("F221")
def test_a_lost_parcel_may_be_found_again(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")

    shop.lose("p-1")
    assert shop.bag("o-17") == {"lost": 3}
    assert shop.matter(MatterKind.CARRIER, LAMP) == 3
    assert shop.refuses(lose.on("p-1")) == (
        "parcel p-1 is lost: cannot lose (can: deliver, turn back, go on)"
    )
    shop.deliver("p-1")

    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.matter(MatterKind.CARRIER, LAMP) == 0


@pytest.mark.feature("F221")
def test_lost_units_are_cancelled_and_owed_back_and_no_goods_come_from_nowhere(
    shop: Shop,
) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.lose("p-1")

    order = shop.cancel("o-17").document

    assert order.state is OrderState.CANCELLED
    assert due(order) == -3000
    assert shop.there(LAMP, "leith") == 0
    assert shop.matter(MatterKind.CARRIER, LAMP) == 3


def test_a_parcel_that_is_found_after_its_units_were_cancelled_brings_nothing_back_to_life(
    shop: Shop,
) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.lose("p-1")
    shop.cancel("o-17", (("1", 1),))

    shop.deliver("p-1")

    assert shop.bag("o-17") == {"delivered": 2, "cancelled": 1}


def test_a_refused_parcel_comes_back_and_its_order_waits_for_goods_again(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.ship("o-17", "p-1")

    shop.turn_back("p-1", "refused at the door")
    assert shop.bag("o-17") == {"going back": 3}
    assert shop.matter(MatterKind.ROAD_BACK, LAMP) == 3
    parcel = shop.receive_back("p-1", "york").document
    assert parcel.state is ParcelState.RETURNED
    assert shop.bag("o-17") == {"received back": 3}
    shop.reopen("o-17", (("1", 2),))
    shop.take_back("o-17")

    assert shop.bag("o-17") == {"open": 2, "returned": 1}
    assert shop.there(LAMP, "york") == 3
    assert due(shop.order("o-17")) == -1000
    shop.allocate("o-17")
    shop.ship("o-17", "p-2")
    assert shop.bag("o-17") == {"shipped": 2, "returned": 1}
    bills = [cut for cut in shop.order("o-17").lines[0].cuts if cut.kind is CutKind.BILLED]
    assert bills == [Cut(CutKind.BILLED, 0, 3, "p-1")], "what was billed is not billed again"


def test_a_parcel_comes_back_to_the_place_that_it_left_unless_another_is_named(
    shop: Shop,
) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.turn_back("p-1")

    shop.receive_back("p-1")
    shop.take_back("o-17")

    assert shop.there(LAMP, "leith") == 3


def test_a_parcel_that_goes_back_may_get_lost(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.turn_back("p-1")

    shop.lose("p-1")

    assert shop.bag("o-17") == {"lost": 3}


def test_what_did_not_come_back_is_neither_reopened_nor_taken_back(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")

    assert shop.refuses(reopen.on("o-17")) == (
        f"a unit of line 1 of order o-17 is shipped: cannot reopen {ON_THE_ROAD}"
    )
    assert shop.refuses(take_back.on("o-17")) == (
        f"a unit of line 1 of order o-17 is shipped: cannot inspect {ON_THE_ROAD}"
    )
    shop.deliver("p-1")
    assert shop.refuses(turn_back.on("p-1")) == (
        "parcel p-1 is delivered: cannot turn back (can: put right)"
    )


# --- what customers miss ------------------------------------------------------


def test_units_that_the_customer_misses_may_be_found(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    shop.report_missing("o-17", (("1", 2),), "the box was open")
    assert shop.bag("o-17") == {"delivered": 1, "missing": 2}
    shop.found("o-17", (("1", 1),))

    assert shop.bag("o-17") == {"delivered": 2, "missing": 1}
    shop.cancel("o-17", (("1", 1),))
    assert due(shop.order("o-17")) == -1000
    assert shop.found("o-17").document.holds[0].code == "reported_found"


def test_units_missing_on_the_road_do_not_share_the_fate_of_their_parcel(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")

    shop.report_missing("o-17", (("1", 3),))
    shop.deliver("p-1")

    assert shop.bag("o-17") == {"missing": 3}


def test_a_completed_order_is_open_again_when_units_are_missing(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.complete("o-17")

    shop.report_missing("o-17", (("1", 3),))

    assert shop.order("o-17").state is OrderState.CONFIRMED
    shop.cancel("o-17", (("1", 3),))
    shop.refund("o-17")
    assert shop.order("o-17").state is OrderState.CANCELLED


def test_more_than_was_sent_is_not_missing_and_is_written_down_under_a_hold(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1", lines=(("1", 1),))

    order = shop.report_missing("o-17", (("1", 2),)).document

    assert shop.bag("o-17") == {"missing": 1, "allocated": 2}
    assert [(hold.code, hold.blocks) for hold in order.holds] == [
        ("reported_missing", ("complete", "archive"))
    ]
    shop.ship("o-17", "p-2")
    assert shop.bag("o-17") == {"missing": 1, "shipped": 2}, "the rest goes on"


@pytest.mark.parametrize("known", (True, False))
def test_a_report_about_an_unknown_line_keeps_what_is_said_of_the_others(
    any_shop: Shop, known: bool
) -> None:
    shop = any_shop
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    lines = (("1", 1), ("9", 2)) if known else (("9", 2),)

    missed = shop.report_missing("o-17", lines, "the box was open")
    found = shop.found("o-17", lines)

    assert (Moved in map(type, missed.facts)) is known
    assert shop.bag("o-17") == {"delivered": 3}, "what was missed was found"
    assert [hold.code for hold in found.document.holds] == ["reported_missing", "reported_found"]
    for done in (missed, found):
        said = [dict(fact.details) for fact in done.facts if isinstance(fact, Noted)]
        assert [(one["line"], one["n"]) for one in said if "line" in one] == list(lines)
    shop.assert_lawful()


# --- scans --------------------------------------------------------------------


@pytest.mark.feature("F212", "F213")
@pytest.mark.parametrize(
    ("status", "bag"),
    (
        (ScanStatus.IN_TRANSIT, {"shipped": 3}),
        (ScanStatus.READY_TO_COLLECT, {"ready to collect": 3}),
        (ScanStatus.DELIVERED, {"delivered": 3}),
        (ScanStatus.RETURN_TO_SENDER, {"going back": 3}),
        (ScanStatus.LOST, {"lost": 3}),
    ),
)
def test_a_scan_moves_its_parcel(shop: Shop, status: ScanStatus, bag: dict[str, int]) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")

    parcel = shop.record_scan("p-1", status, "hull", "ev-1").document

    assert shop.bag("o-17") == bag
    assert parcel.holds == ()


@pytest.mark.parametrize("status", tuple(ScanStatus))
def test_a_scan_never_undoes_a_delivery(shop: Shop, status: ScanStatus) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    shop.record_scan("p-1", status)

    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.parcel("p-1").state is ParcelState.DELIVERED


def test_scans_that_come_twice_and_late_are_recorded(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")

    for status in (ScanStatus.LOST, ScanStatus.LOST, ScanStatus.DELIVERED, ScanStatus.IN_TRANSIT):
        shop.record_scan("p-1", status)

    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.parcel("p-1").holds == ()


# --- bad input and what is not there ------------------------------------------


def test_what_is_not_there_is_named(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    for call, sentence in (
        (release.on("o-9", "d-1"), "there is no order o-9"),
        (pick.on("d-9"), "there is no dispatch d-9"),
        (pack.on("p-1", ("d-9",)), "there is no dispatch d-9"),
        (hand_over.on("p-9"), "there is no parcel p-9"),
        (record_scan.on("p-9", ScanStatus.LOST), "there is no parcel p-9"),
        (ask_cancel_dispatch.on("d-9"), "there is no dispatch d-9"),
    ):
        assert shop.refuses(call) == sentence


@pytest.mark.feature("F014")
def test_bad_input_to_the_warehouse_is_found_with_its_place(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", (LAMP, 2), line("2", BELL, 1))
    shop.allocate("o-17")
    shop.release("o-17", "d-1", lines=(("1", 1),))
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.ship("o-17", "p-0", lines=(("2", 1),))
    none: Any = None
    true: Any = True
    text: Any = "lost"

    for call, path in (
        (release.on("o-17", ""), "dispatch"),
        (release.on("o-17", none), "dispatch"),
        (release.on("o-17", "d-2", none), "location"),
        (release.on("o-17", "d-2", " leith"), "location"),
        (release.on("o-17", "d-2", "", none), "lines"),
        (pick.on("d-1", none), "lines"),
        (pick.on("d-1", (("1", -1),)), "lines[0].quantity"),
        (pack.on("p-2", ()), "dispatches"),
        (pack.on("p-2", none), "dispatches"),
        (pack.on("p-2", ("d-1", "d-1")), "dispatches"),
        (pack.on("p-2", (none,)), "dispatches[0]"),
        (pack.on("p-2", ("d-1", "d-2"), 0, (("1", 1),)), "lines"),
        (pack.on("p-2", ("d-1",), -1), "weight_grams"),
        (pack.on("p-2", ("d-1",), true), "weight_grams"),
        (pack.on("p-2", ("d-1",), 10**9), "weight_grams"),
        (pack.on(" p-2", ("d-1",)), "parcel"),
        (hand_over.on("p-1", none, "X"), "carrier"),
        (hand_over.on("p-1", "north", none), "tracking"),
        (turn_back.on("p-0", none), "reason"),
        (receive_back.on("p-1", none), "location"),
        (reopen.on("o-17", none), "lines"),
        (record_scan.on("p-1", text), "status"),
        (record_scan.on("p-1", ScanStatus.LOST, none), "place"),
        (record_scan.on("p-1", ScanStatus.LOST, "", none), "event"),
        (report_missing.on("o-17", none), "lines"),
        (report_missing.on("o-17", (("1", 0),)), "lines[0].quantity"),
        (found.on("o-17", none), "lines"),
        (scan_serials.on("o-17", "1", ()), "serials"),
        (scan_serials.on("o-17", "1", ("A", "A")), "serials"),
        (scan_serials.on("o-17", "1", (none,)), "serials[0]"),
        (scan_serials.on("o-17", none, ("A",)), "line"),
    ):
        assert shop.cannot_take(call) == path, call


@pytest.mark.parametrize("delivered", (True, False))
def test_a_lost_parcel_that_was_given_up_and_turns_up_asks_a_person(
    any_shop: Shop, delivered: bool
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 3))
    shop.lose("p-1")
    shop.cancel("o-17")
    shop.refund("o-17")

    if delivered:
        shop.deliver("p-1")
    else:
        shop.turn_back("p-1")
        shop.receive_back("p-1")

    assert [hold.code for hold in shop.parcel("p-1").holds] == ["given_up"]
    assert shop.bag("o-17") == {"cancelled": 3}


# --- what a warehouse says ----------------------------------------------------


@pytest.mark.feature("F196")
def test_a_warehouse_is_told_of_its_work_and_takes_it(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.release("o-17", "d-1")
    assert dispatch_state(shop, "d-1") is RequestState.CREATED

    shop.send_dispatch("d-1")
    assert dispatch_state(shop, "d-1") is RequestState.SENT
    shop.accept_dispatch("d-1")
    assert dispatch_state(shop, "d-1") is RequestState.ACCEPTED

    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")
    assert dispatch_state(shop, "d-1") is RequestState.DONE
    assert shop.refuses(send_dispatch.on("d-1")) == (
        "dispatch d-1 is done: cannot send (can: nothing more)"
    )


def test_who_takes_the_work_was_told_of_it(shop: Shop) -> None:
    allocated(shop)
    shop.release("o-17", "d-1")

    shop.accept_dispatch("d-1")

    assert dispatch_state(shop, "d-1") is RequestState.ACCEPTED


@pytest.mark.feature("F196")
@pytest.mark.parametrize("state", ("created", "sent"))
def test_what_a_warehouse_does_not_take_is_allocated_again(any_shop: Shop, state: str) -> None:
    shop = any_shop
    allocated(shop)
    in_state(shop, state)
    shop.pick("d-1", (("1", 1),))

    dispatch = shop.refuse_dispatch("d-1", "the roof leaks").document

    assert (dispatch.state, dispatch.holds) == (RequestState.REFUSED, ())
    assert shop.bag("o-17") == {"allocated": 3}
    assert (shop.there(LAMP, "leith"), shop.free(LAMP, "leith")) == (3, 0)
    shop.unreserve("o-17")
    shop.cancel("o-17")


def test_a_warehouse_that_has_packed_gives_its_work_back_by_hand(shop: Shop) -> None:
    allocated(shop)
    shop.release("o-17", "d-1")
    shop.pick("d-1", (("1", 2),))
    shop.pack("p-1", ("d-1",))

    dispatch = shop.refuse_dispatch("d-1", "no hands").document

    assert dispatch.state is RequestState.CREATED
    assert [hold.code for hold in dispatch.holds] == ["unexpected_answer"]
    assert shop.bag("o-17") == {"released": 1, "packed": 2}
    shop.lift_dispatch_hold("d-1", "unexpected_answer")
    shop.recall("d-1")
    shop.cancel_parcel("p-1")
    assert shop.bag("o-17") == {"allocated": 3}
    assert dispatch_state(shop, "d-1") is RequestState.DONE


OPEN_DISPATCHES = ("created", "sent", "accepted", "cancel asked")
EVERY_DISPATCH = tuple(state.value for state in RequestState)


def in_state(shop: Shop, state: str) -> None:
    """Dispatch d-1 of order o-17, three lamps, in a state."""
    shop.release("o-17", "d-1")
    if state != "created":
        shop.send_dispatch("d-1")
    if state in ("accepted", "cancel asked"):
        shop.accept_dispatch("d-1")
    if state == "cancel asked":
        shop.ask_cancel_dispatch("d-1")
    if state == "cancelled":
        shop.recall("d-1")
    if state == "refused":
        shop.refuse_dispatch("d-1", "no room")
    if state == "done":
        shop.pick("d-1")
        shop.pack("p-1", ("d-1",))
        shop.hand_over("p-1")
    assert dispatch_state(shop, "d-1") == state


@pytest.mark.parametrize("state", OPEN_DISPATCHES)
def test_a_warehouse_picks_in_every_open_state_and_is_done_when_all_has_left(
    any_shop: Shop, state: str
) -> None:
    shop = any_shop
    allocated(shop)
    in_state(shop, state)

    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    assert dispatch_state(shop, "d-1") == state
    shop.hand_over("p-1")

    assert dispatch_state(shop, "d-1") is RequestState.DONE


@pytest.mark.parametrize("state", OPEN_DISPATCHES)
def test_a_warehouse_gives_work_back_in_every_open_state(any_shop: Shop, state: str) -> None:
    shop = any_shop
    allocated(shop)
    in_state(shop, state)

    shop.recall("d-1")

    assert dispatch_state(shop, "d-1") is RequestState.CANCELLED
    assert shop.bag("o-17") == {"allocated": 3}


@pytest.mark.parametrize("state", ("created", "sent", "accepted"))
def test_a_warehouse_may_be_asked_to_stop_whether_it_has_accepted_or_not(
    shop: Shop, state: str
) -> None:
    allocated(shop)
    in_state(shop, state)

    shop.ask_cancel_dispatch("d-1")

    assert dispatch_state(shop, "d-1") is RequestState.CANCEL_ASKED


# --- collection ---------------------------------------------------------------


@pytest.mark.feature("F213", "F222")
def test_a_parcel_may_wait_for_its_customer_at_a_desk(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.ship("o-17", "p-1")

    parcel = shop.make_ready("p-1", "the kiosk").document

    assert (parcel.state, parcel.holds) == (ParcelState.READY_TO_COLLECT, ())
    assert shop.bag("o-17") == {"ready to collect": 3}
    assert shop.matter(MatterKind.ROAD_OUT, LAMP) == 3
    shop.deliver("p-1")
    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.matter(MatterKind.ROAD_OUT, LAMP) == 0


@pytest.mark.parametrize(
    ("deed", "state"),
    (("deliver", "delivered"), ("turn_back", "going back"), ("lose", "lost")),
)
def test_what_waits_at_a_desk_is_collected_or_goes_back_or_is_lost(
    shop: Shop, deed: str, state: str
) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.make_ready("p-1")

    getattr(shop, deed)("p-1")

    assert shop.parcel("p-1").state == state
    assert shop.bag("o-17") == {state: 3}


def test_units_that_are_not_in_the_box_at_the_desk_are_missing(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.make_ready("p-1")

    shop.report_missing("o-17", (("1", 1),))
    shop.deliver("p-1")

    assert shop.bag("o-17") == {"delivered": 2, "missing": 1}


# --- holds of a parcel --------------------------------------------------------


@pytest.mark.feature("F205")
def test_a_held_parcel_is_not_handed_over(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.pack_up("o-17", "p-1")

    shop.hold_parcel("p-1", "label", "the label is torn", by="anna")

    assert shop.parcel("p-1").holds == (Hold("label", "the label is torn", "anna"),)
    assert shop.refuses(hand_over.on("p-1")) == ("parcel p-1 is on hold: label (the label is torn)")
    assert shop.refuses(hold_parcel.on("p-1", "label", "still")) == "hold label is there already"
    shop.lift_parcel_hold("p-1", "label")
    shop.hand_over("p-1")


def test_a_hold_of_a_parcel_blocks_what_it_names_and_never_what_happens_outside(
    shop: Shop,
) -> None:
    allocated(shop)
    shop.pack_up("o-17", "p-1")
    shop.hold_parcel("p-1", "label", "torn", ("hand over",))

    assert shop.codes(hand_over.on("p-1")) == ["on_hold"]
    assert shop.cannot_take(hold_parcel.on("p-1", "x", "y", ("deliver",))) == "blocks[0]"
    assert shop.cannot_take(hold_parcel.on("p-1", "x", "y", ("hand over",) * 2)) == "blocks"
    shop.cancel_parcel("p-1")


# --- found again --------------------------------------------------------------


def test_a_lost_parcel_may_be_found_on_its_way_back(any_shop: Shop) -> None:
    shop = any_shop
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.lose("p-1")

    shop.record_scan("p-1", ScanStatus.RETURN_TO_SENDER)

    assert shop.bag("o-17") == {"going back": 3}
    shop.record_scan("p-1", ScanStatus.LOST)
    assert shop.bag("o-17") == {"lost": 3}
    shop.receive_back("p-1")
    assert shop.bag("o-17") == {"received back": 3}
    shop.reopen("o-17")
    assert shop.bag("o-17") == {"open": 3}
    assert shop.free(LAMP, "leith") == 3


@pytest.mark.parametrize("state", ("shipped", "ready to collect", "lost", "going back"))
def test_a_parcel_may_come_back_without_a_scan_that_said_so(any_shop: Shop, state: str) -> None:
    shop = any_shop
    allocated(shop)
    shop.ship("o-17", "p-1")
    if state != "shipped":
        {"ready to collect": shop.make_ready, "lost": shop.lose, "going back": shop.turn_back}[
            state
        ]("p-1")

    parcel = shop.receive_back("p-1", "york").document

    assert (parcel.state, parcel.holds) == (ParcelState.RETURNED, ())
    assert shop.bag("o-17") == {"received back": 3}
    assert shop.matter(MatterKind.QUARANTINE, LAMP) == 3


def test_what_was_sent_again_and_did_not_come_is_missing(shop: Shop) -> None:
    allocated(shop)
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", 3, Verdict.REJECTED),))

    shop.report_missing("o-17", (("1", 1),))

    assert shop.bag("o-17") == {"sent back": 2, "missing": 1}
    shop.deliver_again("o-17")
    shop.cancel("o-17", (("1", 1),))
    assert due(shop.order("o-17")) == -1000
