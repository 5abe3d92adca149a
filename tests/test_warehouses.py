"""Another's warehouse takes the work and says what has come of it, late, twice and in any order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Final

import pytest

from orderflow import BadInput, WarehouseFailed
from orderflow.adapters.warehouses import (
    Given,
    ScriptedWarehouse,
    WarehouseFault,
    give_work,
    hear_work,
)
from orderflow.ports import Warehouse, WorkEvent, WorkLine, WorkSaid
from orderflow.records import Cut, CutKind
from orderflow.states import ParcelState, RequestState
from orderflow.verbs import report_shipped
from tests.builders import LAMP, MORNING, Shop

W: Final = WorkSaid
NORTH: Final = "north store"


def theirs(shop: Shop) -> ScriptedWarehouse:
    return ScriptedWarehouse(NORTH, shop.clock)


def released(shop: Shop, n: int = 3) -> None:
    """Order o-17 of so many lamps, to be shipped by the warehouse at leith as d-1."""
    shop.stock(LAMP, "leith", n)
    shop.sell("o-17", (LAMP, n))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")


def holds(shop: Shop, id: str) -> list[str]:
    return [hold.code for hold in shop.parcel(id).holds]


def asked(shop: Shop) -> list[str]:
    return [hold.code for hold in shop.dispatch("d-1").holds]


@pytest.mark.feature("F224", "F225")
def test_another_firms_warehouse_takes_the_work_and_ships_it(any_shop: Shop) -> None:
    shop = any_shop
    released(shop)
    north = theirs(shop)

    assert give_work(shop, {"leith": north}) == (Given("d-1", stop=False),)
    (work,) = north.work
    assert work.lines == (WorkLine("o-17", "1", "BRASS-LAMP", 3, "leith"),)
    assert shop.dispatch("d-1").state is RequestState.SENT
    north.say(W.TAKEN, "d-1")
    shop.clock.forward(hours=3)
    north.say(W.SHIPPED, "d-1", parcel="p-1", carrier="post", tracking="NP-17", weight_grams=2_500)
    heard = hear_work(shop, NORTH, north.events(""))

    assert heard.recorded == ("e-1", "e-2")
    parcel = shop.parcel("p-1")
    assert (parcel.state, parcel.carrier, parcel.tracking) == (ParcelState.SHIPPED, "post", "NP-17")
    assert (parcel.weight_grams, holds(shop, "p-1")) == (2_500, [])
    assert shop.bag("o-17") == {"shipped": 3}
    assert shop.dispatch("d-1").state is RequestState.DONE
    assert shop.order("o-17").lines[0].cuts == (Cut(CutKind.BILLED, 0, 3, "p-1"),)
    assert give_work(shop, {"leith": north}) == ()


@pytest.mark.feature("F224", "F225")
@pytest.mark.parametrize("order", tuple(permutations(range(4))))
def test_whichever_event_comes_first_and_how_often_the_end_is_the_same(
    shop: Shop, order: tuple[int, ...]
) -> None:
    released(shop)
    north = theirs(shop)
    give_work(shop, {"leith": north})
    north.say(W.TAKEN, "d-1")
    north.say(W.SHIPPED, "d-1", (("1", 1),), parcel="p-1")
    north.say(W.SHORT, "d-1", (("1", 1),), reason="the bin is empty")
    north.say(W.SHIPPED, "d-1", (("1", 1),), parcel="p-2")
    events = north.events("")

    for i in order:
        hear_work(shop, NORTH, (events[i], events[i]))
    hear_work(shop, NORTH, events)

    assert shop.bag("o-17") == {"shipped": 2, "open": 1}
    assert shop.dispatch("d-1").state is RequestState.DONE
    assert (holds(shop, "p-1"), holds(shop, "p-2"), asked(shop)) == ([], [], [])
    assert [shop.parcel(f"p-{i}").state for i in (1, 2)] == [ParcelState.SHIPPED] * 2


@pytest.mark.parametrize("fault", WarehouseFault)
def test_work_is_told_again_until_it_is_answered_and_is_taken_once(
    any_shop: Shop, fault: WarehouseFault
) -> None:
    shop = any_shop
    released(shop)
    north = theirs(shop)
    north.fail(fault)

    (given,) = give_work(shop, {"leith": north})
    assert given.failed == fault.value
    give_work(shop, {"leith": north})
    give_work(shop, {"leith": north})

    assert [work.dispatch for work in north.work] == ["d-1"]
    hear_work(shop, NORTH, (north.say(W.TAKEN, "d-1"),))
    assert give_work(shop, {"leith": north}) == ()


def test_what_stands_in_our_own_warehouse_is_told_to_nobody(shop: Shop) -> None:
    released(shop)

    assert give_work(shop, {"york": theirs(shop)}) == ()
    assert shop.dispatch("d-1").state is RequestState.CREATED


def test_what_is_picked_already_is_told_to_nobody(shop: Shop) -> None:
    released(shop)
    shop.pick("d-1")

    assert give_work(shop, {"leith": theirs(shop)}) == ()


# --- a cancel that meets a shipment ---------------------------------------------------------------


def asked_to_stop(shop: Shop) -> ScriptedWarehouse:
    released(shop)
    north = theirs(shop)
    give_work(shop, {"leith": north})
    hear_work(shop, NORTH, (north.say(W.TAKEN, "d-1"),))
    shop.ask_cancel_dispatch("d-1")
    give_work(shop, {"leith": north})
    assert north.stops == ("d-1",)
    return north


@pytest.mark.feature("F225")
def test_a_warehouse_that_has_shipped_before_it_is_stopped_has_shipped(any_shop: Shop) -> None:
    shop = any_shop
    north = asked_to_stop(shop)

    hear_work(shop, NORTH, (north.say(W.SHIPPED, "d-1", parcel="p-1"),))
    hear_work(shop, NORTH, (north.say(W.STOPPED, "d-1"),))

    assert shop.bag("o-17") == {"shipped": 3}
    assert shop.dispatch("d-1").state is RequestState.DONE
    assert (holds(shop, "p-1"), asked(shop)) == ([], ["unexpected_answer"])


@pytest.mark.feature("F225")
def test_a_warehouse_that_has_stopped_before_it_says_shipped_is_asked_about(any_shop: Shop) -> None:
    shop = any_shop
    north = asked_to_stop(shop)

    hear_work(shop, NORTH, (north.say(W.STOPPED, "d-1"),))
    hear_work(shop, NORTH, (north.say(W.SHIPPED, "d-1", parcel="p-1"),))

    assert shop.bag("o-17") == {"allocated": 3}
    assert shop.dispatch("d-1").state is RequestState.CANCELLED
    assert holds(shop, "p-1") == ["shipped_unasked"]
    shop.cancel("o-17")
    assert shop.bag("o-17") == {"cancelled": 3}


def test_a_warehouse_that_goes_on_ships_and_its_late_word_says_nothing_new(shop: Shop) -> None:
    north = asked_to_stop(shop)
    late = north.say(W.GOES_ON, "d-1")

    hear_work(shop, NORTH, (north.say(W.SHIPPED, "d-1", parcel="p-1"),))
    hear_work(shop, NORTH, (late,))

    assert (shop.bag("o-17"), asked(shop)) == ({"shipped": 3}, [])


def test_a_warehouse_that_goes_on_is_at_work_again(shop: Shop) -> None:
    north = asked_to_stop(shop)

    hear_work(shop, NORTH, (north.say(W.GOES_ON, "d-1"),))

    assert shop.dispatch("d-1").state is RequestState.ACCEPTED


def test_a_warehouse_that_refuses_gives_its_units_back(shop: Shop) -> None:
    released(shop)
    north = theirs(shop)
    give_work(shop, {"leith": north})

    hear_work(shop, NORTH, (north.say(W.REFUSED, "d-1", reason="no room"),))

    assert shop.bag("o-17") == {"allocated": 3}
    assert shop.dispatch("d-1").state is RequestState.REFUSED


# --- what does not fit ----------------------------------------------------------------------------


def test_what_is_on_hold_and_was_shipped_is_asked_about(any_shop: Shop) -> None:
    shop = any_shop
    released(shop)
    shop.hold("o-17", "fraud", "address unknown")

    shop.report_shipped("p-1", "d-1", (), "post", "NP-17")

    assert (shop.bag("o-17"), holds(shop, "p-1")) == ({"packed": 3}, ["shipped_while_held"])
    assert shop.parcel("p-1").tracking == "NP-17"
    shop.lift_hold("o-17", "fraud")
    shop.hand_over("p-1")
    assert shop.bag("o-17") == {"shipped": 3}


def test_more_than_was_asked_for_is_shipped_under_a_hold(shop: Shop) -> None:
    released(shop, 2)

    shop.report_shipped("p-1", "d-1", (("1", 3), ("9", 1)))

    assert (shop.bag("o-17"), holds(shop, "p-1")) == ({"shipped": 2}, ["shipped_unasked"])


def test_a_parcel_that_was_packed_here_leaves_and_one_that_left_is_known(shop: Shop) -> None:
    released(shop)
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))

    shop.report_shipped("p-1", "d-1")
    shop.report_shipped("p-1", "d-1")

    assert (shop.bag("o-17"), holds(shop, "p-1")) == ({"shipped": 3}, [])


def test_a_parcel_that_was_unpacked_here_and_was_shipped_there_is_asked_about(shop: Shop) -> None:
    released(shop)
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.cancel_parcel("p-1")

    shop.report_shipped("p-1", "d-1")

    assert (shop.bag("o-17"), holds(shop, "p-1")) == ({"allocated": 3}, ["shipped_while_held"])


def test_events_about_nothing_of_ours_are_handed_back(shop: Shop) -> None:
    released(shop)
    strange = WorkEvent("e-9", "d-9", W.TAKEN, MORNING)

    heard = hear_work(shop, NORTH, (strange,))

    assert (heard.recorded, heard.unknown) == ((), (strange,))


def test_bad_events_are_found_with_their_place(shop: Shop) -> None:
    released(shop)

    for changes, path in (
        ({"id": ""}, "event.id"),
        ({"dispatch": ""}, "event.dispatch"),
        ({"said": "taken"}, "event.said"),
        ({"said": W.SHIPPED}, "event.parcel"),
        ({"weight_grams": -1}, "event.weight_grams"),
        ({"carrier": 3}, "event.carrier"),
    ):
        given = {"id": "e-1", "dispatch": "d-1", "said": W.TAKEN, "at": MORNING} | changes
        with pytest.raises(BadInput) as no:
            WorkEvent(**given)  # type: ignore[arg-type]  # that is what is tested
        assert no.value.path == path
    with pytest.raises(BadInput, match="events"):
        hear_work(shop, NORTH, ("e-1",))  # type: ignore[arg-type]  # that is what is tested
    assert shop.cannot_take(report_shipped.on("p-1", "d-1", (), "", "", -1)) == "weight_grams"
    assert shop.cannot_take(report_shipped.on("p-1", "")) == "dispatch"


# --- what a warehouse promises --------------------------------------------------------------------


def test_the_scripted_warehouse_keeps_what_the_port_promises(shop: Shop) -> None:
    """The same key is the same work, a lost reply is done, and events are given again."""
    released(shop)
    north = theirs(shop)
    port: Warehouse = north
    give_work(shop, {"leith": north})
    (work,) = north.work
    north.fail(WarehouseFault.REPLY_LOST, WarehouseFault.TIMED_OUT)

    for _ in range(2):
        with pytest.raises(WarehouseFailed):
            port.stop("d-1", "k-1")
    port.stop("d-1", "k-1")
    port.take(work, "/d-1/take")

    assert (north.stops, north.work) == (("d-1",), (work,))
    first = north.say(W.TAKEN, "d-1")
    shop.clock.at = MORNING + timedelta(hours=1)
    second = north.say(W.GOES_ON, "d-1")
    assert (port.events(""), port.events(first.id)) == ((first, second), (second,))
    assert port.events("never said") == (first, second)
