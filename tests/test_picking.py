"""What is scanned at the shelf, what is not there, and boxes that are packed anew."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import Destination, Position, Rules
from orderflow.packing import Packing
from orderflow.records import MatterKind
from orderflow.sourcing import Quantities
from orderflow.states import ParcelState, RequestState
from orderflow.verbs import repack, scan_pick
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, line


def released(shop: Shop, n: int = 3, stock: int = 9) -> None:
    """Order o-17 of so many lamps, with the warehouse at leith as d-1."""
    shop.stock(LAMP, "leith", stock)
    shop.sell("o-17", (LAMP, n))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")


# --- what is not on its shelf ---------------------------------------------------------------------


@pytest.mark.feature("F197")
def test_what_is_picked_short_alone_is_planned_anew(any_shop: Shop) -> None:
    shop = any_shop
    released(shop, 3, stock=3)
    shop.stock(LAMP, "york", 5)
    shop.pick("d-1", (("1", 2),))

    shop.pick_short("d-1", (("1", 1),), "the bin is empty")

    assert shop.bag("o-17") == {"picked": 2, "open": 1}
    assert (shop.there(LAMP, "leith"), shop.free(LAMP, "leith")) == (0, 0)
    assert shop.in_danger() == ()
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"picked": 2, "allocated": 1}
    assert shop.free(LAMP, "york") == 4
    assert shop.dispatch("d-1").state is RequestState.CREATED


def test_an_order_over_two_warehouses_is_picked_short_at_one(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 3)
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17")
    for place in ("leith", "york"):
        shop.release("o-17", f"d-{place}", place)
    shop.pick("d-york")

    shop.pick_short("d-leith", (("1", 1),))
    shop.pick("d-leith")
    assert shop.bag("o-17") == {"picked": 4, "open": 1}
    shop.stock(LAMP, "york", 1)
    shop.allocate("o-17")

    (again,) = [spot for _, spot in shop.order("o-17").units() if spot.state == "allocated"]
    assert (again.n, again.slice.location) == (1, "york")
    for i, place in enumerate(("leith", "york")):
        shop.pack(f"p-{i}", (f"d-{place}",))
        shop.hand_over(f"p-{i}")
    shop.ship("o-17", "p-2")
    for i in range(3):
        shop.deliver(f"p-{i}")
    assert shop.bag("o-17") == {"delivered": 5}
    assert shop.there(LAMP, "leith") == shop.there(LAMP, "york") == 0


def test_a_dispatch_of_which_nothing_is_there_is_cancelled(shop: Shop) -> None:
    released(shop, 2, stock=2)

    shop.pick_short("d-1")

    assert shop.dispatch("d-1").state is RequestState.CANCELLED
    assert shop.bag("o-17") == {"open": 2}
    assert shop.matter(MatterKind.COUNT_DIFFERENCE, LAMP) == 2


def test_a_dispatch_whose_rest_is_not_there_is_done(shop: Shop) -> None:
    released(shop, 2)
    shop.pick("d-1", (("1", 1),))
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")

    shop.pick_short("d-1")

    assert shop.dispatch("d-1").state is RequestState.DONE
    assert shop.bag("o-17") == {"shipped": 1, "open": 1}


def test_more_than_is_to_be_picked_is_missed_under_a_hold(shop: Shop) -> None:
    released(shop, 2)
    shop.pick("d-1", (("1", 1),))

    shop.pick_short("d-1", (("1", 2), ("9", 1)))

    assert shop.bag("o-17") == {"picked": 1, "open": 1}
    assert [hold.code for hold in shop.dispatch("d-1").holds] == ["unexpected_answer"]


def test_what_is_missed_for_a_dispatch_that_has_ended_is_asked_about(any_shop: Shop) -> None:
    shop = any_shop
    released(shop, 2)
    shop.recall("d-1")

    shop.pick_short("d-1", (("1", 1),))

    assert shop.bag("o-17") == {"allocated": 2}
    assert [hold.code for hold in shop.dispatch("d-1").holds] == ["unexpected_answer"]


# --- what is scanned at the shelf -----------------------------------------------------------------


@pytest.mark.feature("F197")
def test_each_piece_is_scanned_and_what_is_not_listed_is_refused(any_shop: Shop) -> None:
    shop = any_shop
    released(shop)

    assert shop.refuses(scan_pick.on("d-1", "SHIP-BELL")) == (
        "SHIP-BELL is not, or no more, to be picked for dispatch d-1"
    )
    shop.scan_pick("d-1", "BRASS-LAMP", 2)
    assert shop.refuses(scan_pick.on("d-1", "BRASS-LAMP", 2)) == (
        "2 BRASS-LAMP were scanned for dispatch d-1, and 1 are left to pick"
    )
    shop.scan_pick("d-1", "BRASS-LAMP", serial="BL-7")
    assert shop.codes(scan_pick.on("d-1", "BRASS-LAMP")) == ["not_to_pick"]

    assert shop.bag("o-17") == {"picked": 3}
    assert sorted(spot.slice.serial for _, spot in shop.order("o-17").units()) == ["", "BL-7"]


def test_another_lot_than_was_allocated_is_not_picked(shop: Shop) -> None:
    shop.receive(Position("BRASS-LAMP", "leith", lot="L-1"), 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")

    assert shop.refuses(scan_pick.on("d-1", "BRASS-LAMP", 1, "L-2")) == (
        "BRASS-LAMP of lot L-2 was scanned for dispatch d-1, which wants L-1"
    )
    shop.scan_pick("d-1", "BRASS-LAMP", 2, "L-1")
    assert shop.bag("o-17") == {"picked": 2}


def test_a_piece_that_was_sold_by_its_serial_is_picked_by_it(shop: Shop) -> None:
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", line("1", BELL, 1, serial="SB-7"))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")

    assert shop.codes(scan_pick.on("d-1", "SHIP-BELL", serial="SB-8")) == ["wrong_serial"]
    shop.scan_pick("d-1", "SHIP-BELL", serial="SB-7")
    assert shop.bag("o-17") == {"picked": 1}


def test_a_serial_is_scanned_once(shop: Shop) -> None:
    released(shop)
    shop.scan_pick("d-1", "BRASS-LAMP", serial="BL-7")

    assert shop.codes(scan_pick.on("d-1", "BRASS-LAMP", serial="BL-7")) == ["already_there"]
    assert shop.cannot_take(scan_pick.on("d-1", "BRASS-LAMP", 2, serial="BL-8")) == "n"
    assert shop.cannot_take(scan_pick.on("d-1", "BRASS-LAMP", 0)) == "n"
    assert shop.cannot_take(scan_pick.on("d-1", "")) == "sku"


# --- boxes that are packed anew -------------------------------------------------------------------


def packed(shop: Shop, id: str = "o-17", parcel: str = "p-1", n: int = 3, **more: Any) -> None:
    shop.stock(LAMP, "leith", n)
    shop.sell(id, (LAMP, n), **more)
    shop.allocate(id)
    shop.pack_up(id, parcel)


def inside(shop: Shop, parcel: str, *orders: str) -> int:
    return sum(
        spot.n
        for id in orders or ("o-17",)
        for _, spot in shop.order(id).units()
        if spot.slice.parcel == parcel and spot.state == "packed"
    )


@pytest.mark.feature("F200")
def test_a_parcel_is_split_and_both_are_weighed_anew(any_shop: Shop) -> None:
    shop = any_shop
    packed(shop)
    shop.weigh("p-1", 2_400)
    shop.mark("p-1", ("fragile",))

    shop.repack("p-1", "p-2", (("1", 1),))

    assert (inside(shop, "p-1"), inside(shop, "p-2")) == (2, 1)
    assert (shop.parcel("p-1").weight_grams, shop.parcel("p-1").marks) == (0, ())
    assert shop.parcel("p-2").orders == ("o-17",)
    shop.hand_over("p-2")
    assert shop.bag("o-17") == {"packed": 2, "shipped": 1}
    shop.hand_over("p-1")
    assert shop.dispatch("d-p-1").state is RequestState.DONE


def test_two_parcels_of_two_orders_are_merged_and_one_comes_back(any_shop: Shop) -> None:
    shop = any_shop
    home = Destination("addr-9")
    packed(shop, "o-17", "p-1", 2, destination=home)
    packed(shop, "o-18", "p-2", 1, destination=home)

    shop.repack("p-2", "p-1")

    assert shop.parcel("p-2").state is ParcelState.CANCELLED
    assert shop.parcel("p-1").orders == ("o-17", "o-18")
    assert inside(shop, "p-1", "o-17", "o-18") == 3
    shop.hand_over("p-1")
    shop.deliver("p-1")
    assert (shop.bag("o-17"), shop.bag("o-18")) == ({"delivered": 2}, {"delivered": 1})
    shop.ask_return("r-1", "o-18", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    assert (shop.bag("o-17"), shop.bag("o-18")) == ({"delivered": 2}, {"returned": 1})


def test_units_of_one_order_leave_a_parcel_of_two(shop: Shop) -> None:
    home = Destination("addr-9")
    packed(shop, "o-17", "p-1", 2, destination=home)
    packed(shop, "o-18", "p-2", 1, destination=home)
    shop.repack("p-2", "p-1")

    assert shop.cannot_take(repack.on("p-1", "p-3", (("1", 1),))) == "order"
    shop.repack("p-1", "p-3", order="o-18")

    assert (inside(shop, "p-1", "o-17", "o-18"), inside(shop, "p-3", "o-18")) == (2, 1)
    assert shop.parcel("p-3").orders == ("o-18",)


def test_what_has_left_or_goes_elsewhere_is_not_packed_anew(shop: Shop) -> None:
    packed(shop, "o-17", "p-1", 2)
    packed(shop, "o-18", "p-2", 1, destination=Destination("addr-9"))

    assert shop.codes(repack.on("p-2", "p-1")) == ["other_destination"]
    shop.hand_over("p-1")
    assert shop.codes(repack.on("p-1", "p-3")) == ["parcel_left"]
    assert shop.codes(repack.on("p-2", "p-1")) == ["parcel_left", "other_destination"]
    assert shop.cannot_take(repack.on("p-2", "p-2")) == "into"
    assert shop.cannot_take(repack.on("p-2", "")) == "into"
    assert shop.cannot_take(repack.on("p-2", "p-3", (), "o-17")) == "order"
    assert shop.codes(repack.on("p-2", "p-3", (("1", 2),))) == ["too_many"]


def test_a_parcel_that_would_be_too_heavy_is_not_filled(shop: Shop) -> None:
    packing = Packing("2026", grams=Quantities({"BRASS-LAMP": 800}), grams_max=2_000)
    shop = Shop(shop.store, Rules(locations=(LEITH, YORK), packing=packing))
    packed(shop, "o-17", "p-1", 2)
    packed(shop, "o-18", "p-2", 1)

    assert shop.codes(repack.on("p-2", "p-1")) == ["parcel_too_heavy"]
