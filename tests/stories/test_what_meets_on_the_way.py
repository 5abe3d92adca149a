"""What meets on the way from the shelf to the door, and has exactly one outcome on every store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Destination
from orderflow.adapters.carriers import hear
from orderflow.adapters.warehouses import ScriptedWarehouse, give_work, hear_work
from orderflow.ports import WorkSaid
from orderflow.states import ParcelState, RequestState
from orderflow.tracking import Incident, Scan, TrackingStatus
from tests.builders import LAMP, MORNING, Shop


def scan(number: str, status: TrackingStatus, at: float, incident: Incident | None = None) -> Scan:
    return Scan(number, status, MORNING + timedelta(hours=at), incident=incident)


@pytest.mark.feature("F221")
def test_three_pieces_under_one_waybill_and_one_is_lost(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    for i in (1, 2, 3):
        shop.pack(f"p-{i}", ("d-1",), lines=(("1", 1),))
        shop.hand_over(f"p-{i}", "north post", f"NP-{i}", "NP-0")

    gone = Incident.CARRIER_PARCEL_LOST
    hear(
        shop,
        (
            scan("NP-1", TrackingStatus.DELIVERED, 5),
            scan("NP-2", TrackingStatus.DELIVERED, 5),
            scan("NP-3", TrackingStatus.ON_HOLD, 6, gone),
        ),
    )

    assert shop.bag("o-17") == {"delivered": 2, "lost": 1}
    assert shop.parcel("p-3").state is ParcelState.LOST


def test_what_was_delivered_and_disputed_is_found(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))

    shop.report_missing("o-17", (("1", 2),), "nothing was at the door")
    assert shop.bag("o-17") == {"missing": 2}
    shop.record_scans("p-1", (scan("NP-1", TrackingStatus.DELIVERED, 5),))
    assert shop.bag("o-17") == {"missing": 2}, "a scan does not undo a dispute"
    shop.found("o-17", (("1", 2),))

    assert shop.bag("o-17") == {"delivered": 2}
    shop.complete("o-17")


@pytest.mark.feature("F225")
@pytest.mark.parametrize("first", (WorkSaid.SHIPPED, WorkSaid.STOPPED))
def test_a_cancel_that_meets_a_shipment_has_one_outcome(any_shop: Shop, first: WorkSaid) -> None:
    shop = any_shop
    north = ScriptedWarehouse("north store", shop.clock)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    give_work(shop, {"leith": north})
    hear_work(shop, north.name, (north.say(WorkSaid.TAKEN, "d-1"),))
    shop.ask_cancel_dispatch("d-1")
    said = {
        WorkSaid.SHIPPED: north.say(WorkSaid.SHIPPED, "d-1", parcel="p-1"),
        WorkSaid.STOPPED: north.say(WorkSaid.STOPPED, "d-1"),
    }

    for one in (said.pop(first), *said.values()):
        hear_work(shop, north.name, (one, one))

    shipped = first is WorkSaid.SHIPPED
    assert shop.bag("o-17") == ({"shipped": 2} if shipped else {"allocated": 2})
    ended = RequestState.DONE if shipped else RequestState.CANCELLED
    assert shop.dispatch("d-1").state is ended
    asked = [hold.code for hold in (*shop.dispatch("d-1").holds, *shop.parcel("p-1").holds)]
    assert asked == (["unexpected_answer"] if shipped else ["shipped_unasked"])


def test_two_orders_share_a_parcel_and_one_of_them_comes_back(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    for id, n in (("o-17", 2), ("o-18", 1)):
        shop.sell(id, (LAMP, n), destination=Destination("addr-9"))
        shop.allocate(id)
        shop.release(id, f"d-{id}")
        shop.pick(f"d-{id}")
    shop.pack("p-1", ("d-o-17", "d-o-18"))
    shop.hand_over("p-1")
    shop.deliver("p-1")

    shop.ask_return("r-1", "o-18", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-18")

    assert (shop.bag("o-17"), shop.bag("o-18")) == ({"delivered": 2}, {"returned": 1})
    assert shop.payment("pay-o-18").refunded == 1000
    assert shop.payment("pay-o-17").refunded == 0
    assert shop.parcel("p-1").state is ParcelState.DELIVERED


@pytest.mark.feature("F197")
def test_an_order_over_two_warehouses_is_picked_short_at_one(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 3)
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17")
    for place in ("leith", "york"):
        shop.release("o-17", f"d-{place}", place)
    shop.pick("d-york")

    shop.pick_short("d-leith", (("1", 1),), "the bin is empty")
    shop.pick("d-leith")
    shop.stock(LAMP, "york", 1)
    shop.allocate("o-17")

    assert shop.bag("o-17") == {"picked": 4, "allocated": 1}
    for place in ("leith", "york"):
        shop.pack(f"p-{place}", (f"d-{place}",))
        shop.hand_over(f"p-{place}")
    shop.ship("o-17", "p-3")
    for parcel in ("p-leith", "p-york", "p-3"):
        shop.deliver(parcel)
    shop.complete("o-17")
    assert shop.bag("o-17") == {"delivered": 5}
