"""A parcel follows the story of its scans: the same scans end the same, however they come."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise, permutations
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Position, Rules, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.facts import fold, touches
from orderflow.records import Cut, CutKind, Order, Parcel
from orderflow.scanning import SCANS_DISAGREE, SCANS_MAX
from orderflow.states import OrderState, ParcelState, PaymentState, RequestState
from orderflow.tracking import Incident, Scan, TrackingStatus, follow, troubles
from orderflow.verbs import hold_parcel, record_scans
from tests.builders import LAMP, LEITH, MORNING, TWO_PLACES, YORK, Clock, Shop, eur, new_order

T, P = TrackingStatus, ParcelState
GONE: Final = Incident.CARRIER_PARCEL_LOST
REFUSED: Final = Incident.CONSIGNEE_REFUSED

# ORDERFLOW_SCANS=10000 looks at as many heaps of scans. See `make laws`.
HEAPS: Final = int(os.environ.get("ORDERFLOW_SCANS", "200"))


def scan(status: TrackingStatus, at: float, **more: Any) -> Scan:
    return Scan("NP-17", status, MORNING + timedelta(hours=at), **more)


BACK_UNDER_ITS_NUMBER: Final = (
    scan(T.OUT_FOR_DELIVERY, 1),
    scan(T.DELIVERY_FAILED, 2, incident=REFUSED),
    scan(T.RETURN_TO_SENDER, 3),
    scan(T.IN_TRANSIT, 4, place="york"),
    scan(T.DELIVERED, 5, place="leith"),
)


def sent(shop: Shop, **more: Any) -> None:
    """Order o-17, two lamps, in parcel p-1 that was handed over."""
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), **more)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")


def hear(shop: Workflow, *scans: Scan) -> None:
    """Each scan by a message of its own."""
    for one in scans:
        shop.record_scans("p-1", (one,))


def codes(shop: Shop) -> list[str]:
    return [hold.code for hold in shop.parcel("p-1").holds]


# --- what is scanned before it was handed over ----------------------------------------------------


def labelled(shop: Shop) -> None:
    """Order o-17, two lamps, packed in p-1, which has the number NP-17 of its carrier."""
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.add_waybills("north post", "NP-17", 1)
    shop.number_parcel("p-1", "north post")


BY_SCAN: Final = Rules(locations=(LEITH, YORK), first_scan_ships=True)


@pytest.mark.feature("F218")
def test_the_first_scan_of_a_packed_parcel_ships_its_order(any_shop: Shop) -> None:
    shop = Shop(any_shop.store, BY_SCAN, clock=any_shop.clock)
    labelled(shop)

    shop.record_scans("p-1", (scan(T.PENDING, 1),))
    assert shop.parcel("p-1").state is P.PACKED
    shop.record_scans("p-1", (scan(T.PICKED_UP, 2),))

    parcel = shop.parcel("p-1")
    assert (parcel.state, parcel.carrier, parcel.tracking) == (P.SHIPPED, "north post", "NP-17")
    assert (parcel.handed_over_at, codes(shop)) == (MORNING + timedelta(hours=2), [])
    assert shop.bag("o-17") == {"shipped": 2}
    assert shop.dispatch("d-p-1").state is RequestState.DONE
    assert shop.order("o-17").lines[0].cuts == (Cut(CutKind.BILLED, 0, 2, "p-1"),)


@pytest.mark.feature("F218")
def test_a_parcel_whose_first_scan_comes_late_is_where_all_its_scans_say(shop: Shop) -> None:
    shop = Shop(shop.store, BY_SCAN, clock=shop.clock)
    labelled(shop)
    heard = (scan(T.DELIVERED, 9), scan(T.PICKED_UP, 2))

    shop.record_scans("p-1", heard)

    parcel = shop.parcel("p-1")
    assert (parcel.state, shop.bag("o-17")) == (P.DELIVERED, {"delivered": 2})
    assert parcel.handed_over_at == MORNING + timedelta(hours=2)
    assert parcel.delivered_at == MORNING + timedelta(hours=9)
    assert not parcel.by_hand


def test_without_that_rule_a_scan_of_a_packed_parcel_is_a_question(shop: Shop) -> None:
    labelled(shop)

    shop.record_scans("p-1", (scan(T.PICKED_UP, 2),))

    assert (shop.parcel("p-1").state, codes(shop)) == (P.PACKED, ["scans_disagree"])
    shop.hand_over("p-1")
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 3),))
    assert codes(shop) == []


def test_a_scan_of_another_number_ships_nothing(shop: Shop) -> None:
    shop = Shop(shop.store, BY_SCAN, clock=shop.clock)
    labelled(shop)

    shop.record_scans("p-1", (Scan("NP-18", T.PICKED_UP, MORNING + timedelta(hours=2)),))

    assert (shop.parcel("p-1").state, codes(shop)) == (P.PACKED, ["scans_disagree"])


def test_what_is_on_hold_and_was_scanned_stays_a_question_until_it_is_not(shop: Shop) -> None:
    shop = Shop(shop.store, BY_SCAN, clock=shop.clock)
    labelled(shop)
    shop.hold("o-17", "fraud", "address unknown")

    shop.record_scans("p-1", (scan(T.PICKED_UP, 2),))
    assert (shop.parcel("p-1").state, codes(shop)) == (P.PACKED, ["scans_disagree"])
    shop.lift_hold("o-17", "fraud")
    shop.record_scans("p-1", (scan(T.IN_TRANSIT, 3),))

    assert (shop.parcel("p-1").state, codes(shop)) == (P.SHIPPED, [])
    assert shop.parcel("p-1").handed_over_at == MORNING + timedelta(hours=2)


def test_a_held_parcel_is_not_shipped_by_a_scan(shop: Shop) -> None:
    shop = Shop(shop.store, BY_SCAN, clock=shop.clock)
    labelled(shop)
    shop.hold_parcel("p-1", "label", "torn", ("hand over",))

    shop.record_scans("p-1", (scan(T.PICKED_UP, 2),))

    assert shop.parcel("p-1").state is P.PACKED
    assert sorted(codes(shop)) == ["label", "scans_disagree"]


@pytest.mark.parametrize("shuffled", tuple(permutations(range(3))))
def test_a_parcel_ends_the_same_in_whichever_order_its_first_scans_come(
    shop: Shop, shuffled: tuple[int, ...]
) -> None:
    shop = Shop(shop.store, BY_SCAN, clock=shop.clock)
    labelled(shop)
    story = (
        scan(T.PICKED_UP, 2),
        scan(T.IN_TRANSIT, 4),
        scan(T.READY_FOR_PICKUP, 6),
    )

    hear(shop, *(story[i] for i in shuffled))

    parcel = shop.parcel("p-1")
    assert (parcel.state, codes(shop)) == (P.READY_TO_COLLECT, [])
    assert parcel.handed_over_at == MORNING + timedelta(hours=2)


# --- single stories -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "state", "bag"),
    (
        ((scan(T.PENDING, 1),), P.SHIPPED, "shipped"),
        ((scan(T.IN_TRANSIT, 1),), P.SHIPPED, "shipped"),
        ((scan(T.READY_FOR_PICKUP, 1),), P.READY_TO_COLLECT, "ready to collect"),
        (
            (scan(T.READY_FOR_PICKUP, 1), scan(T.OUT_FOR_DELIVERY, 2)),
            P.SHIPPED,
            "shipped",
        ),
        ((scan(T.DELIVERED, 1),), P.DELIVERED, "delivered"),
        ((scan(T.RETURN_TO_SENDER, 1),), P.GOING_BACK, "going back"),
        ((scan(T.RETURNED, 1),), P.GOING_BACK, "going back"),
        ((scan(T.ON_HOLD, 1, incident=GONE),), P.LOST, "lost"),
        ((scan(T.ON_HOLD, 1, incident=GONE), scan(T.IN_TRANSIT, 2)), P.SHIPPED, "shipped"),
        (
            (scan(T.ON_HOLD, 1, incident=GONE), scan(T.READY_FOR_PICKUP, 2)),
            P.READY_TO_COLLECT,
            "ready to collect",
        ),
        ((scan(T.RETURN_TO_SENDER, 1), scan(T.ON_HOLD, 2, incident=GONE)), P.LOST, "lost"),
    ),
)
@pytest.mark.feature("F212")
def test_a_parcel_and_its_goods_are_where_the_scans_say(
    any_shop: Shop, story: tuple[Scan, ...], state: ParcelState, bag: str
) -> None:
    shop = any_shop
    sent(shop)

    hear(shop, *story)

    assert shop.parcel("p-1").state is state
    assert shop.bag("o-17") == {bag: 2}
    assert shop.parcel("p-1").scans == story
    assert codes(shop) == [one.code for one in troubles(story)]


@pytest.mark.feature("F212", "F213")
def test_a_parcel_that_goes_back_under_its_own_number_is_never_delivered(shop: Shop) -> None:
    sent(shop)

    hear(shop, *BACK_UNDER_ITS_NUMBER)

    parcel = shop.parcel("p-1")
    assert (parcel.state, parcel.delivered_at) == (P.GOING_BACK, None)
    assert follow(parcel.scans).status is T.RETURNED
    assert shop.bag("o-17") == {"going back": 2}
    shop.receive_back("p-1")
    shop.take_back("o-17")
    assert shop.bag("o-17") == {"returned": 2}


@pytest.mark.feature("F177", "F213")
@pytest.mark.parametrize("shuffled", tuple(permutations(BACK_UNDER_ITS_NUMBER))[::7])
def test_a_parcel_that_goes_back_under_its_own_number_never_collects_cash(
    shop: Shop, shuffled: tuple[Scan, ...]
) -> None:
    sent(shop, cash_on_delivery=True)
    shop.expect_cash("cod-1", "o-17", None, "p-1")

    hear(shop, *shuffled)

    payment = shop.payment("cod-1")
    assert (payment.state, payment.captured) == (PaymentState.VOIDED, 0)
    assert (shop.order("o-17").applied, shop.order("o-17").doors) == (0, ())
    assert (shop.bag("o-17"), codes(shop)) == ({"going back": 2}, ["parcel_refused"])


def test_a_turn_that_is_heard_of_late_puts_the_delivery_right(any_shop: Shop) -> None:
    shop = any_shop
    sent(shop)
    early = [one for one in BACK_UNDER_ITS_NUMBER if one.status is not T.RETURN_TO_SENDER]
    hear(shop, *early)
    assert shop.bag("o-17") == {"delivered": 2}
    assert shop.complete("o-17").document.state is OrderState.COMPLETED

    hear(shop, scan(T.RETURN_TO_SENDER, 3))

    parcel = shop.parcel("p-1")
    assert (parcel.state, parcel.delivered_at) == (P.GOING_BACK, None)
    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.bag("o-17") == {"going back": 2}


def test_a_delivery_before_the_turn_that_is_heard_of_late_puts_the_turn_right(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.RETURN_TO_SENDER, 6))

    hear(shop, scan(T.DELIVERED, 5))

    parcel = shop.parcel("p-1")
    assert (parcel.state, parcel.delivered_at) == (P.DELIVERED, MORNING + timedelta(hours=5))
    assert shop.bag("o-17") == {"delivered": 2}
    assert follow(parcel.scans).unplaced == (scan(T.RETURN_TO_SENDER, 6),)


def test_a_delivery_that_was_put_right_asks_who_has_the_cash(shop: Shop) -> None:
    sent(shop, cash_on_delivery=True)
    hear(shop, scan(T.RETURN_TO_SENDER, 6))

    hear(shop, scan(T.DELIVERED, 5))

    assert codes(shop) == ["cash_to_look_for"]
    assert shop.bag("o-17") == {"delivered": 2}


def test_a_parcel_is_delivered_when_its_first_scan_says_so(shop: Shop) -> None:
    sent(shop)
    shop.clock.forward(days=3)

    hear(shop, scan(T.DELIVERED, 5), scan(T.DELIVERED, 4))

    assert shop.parcel("p-1").delivered_at == MORNING + timedelta(hours=4)


def test_a_locker_is_no_signature(shop: Shop) -> None:
    sent(shop)

    hear(shop, scan(T.READY_FOR_PICKUP, 1, said="快件已由驿站代收"))

    assert (shop.parcel("p-1").state, shop.parcel("p-1").delivered_at) == (P.READY_TO_COLLECT, None)
    shop.deliver("p-1")
    assert shop.bag("o-17") == {"delivered": 2}


@pytest.mark.feature("F222")
def test_delivered_disputed_and_found(any_shop: Shop) -> None:
    shop = any_shop
    sent(shop)
    hear(shop, scan(T.DELIVERED, 5))

    shop.report_missing("o-17", (), "nothing came")
    hear(shop, scan(T.DELIVERED, 5), scan(T.DELIVERED, 6), scan(T.OUT_FOR_DELIVERY, 1))
    assert shop.bag("o-17") == {"missing": 2}

    shop.found("o-17")
    assert shop.bag("o-17") == {"delivered": 2}
    assert codes(shop) == []


def test_what_is_disputed_stays_missing_when_a_turn_is_heard_of(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.DELIVERED, 5))
    shop.report_missing("o-17", (("1", 1),))

    hear(shop, scan(T.RETURN_TO_SENDER, 3))

    assert shop.bag("o-17") == {"missing": 1, "going back": 1}


def test_what_is_in_a_return_stays_in_it_when_a_turn_is_heard_of(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.DELIVERED, 5))
    shop.ask_return("r-1", "o-17", (("1", 1),), "too bright")

    hear(shop, scan(T.RETURN_TO_SENDER, 3))
    shop.receive_back("p-1")

    assert shop.bag("o-17") == {"delivered": 1, "received back": 1}
    shop.receive_return("r-1", "leith")
    assert shop.bag("o-17") == {"received back": 2}


def test_what_fits_nowhere_is_kept_and_listed(shop: Shop) -> None:
    sent(shop)
    odd = (scan(T.UNKNOWN, 1, said="???"), scan(T.IN_TRANSIT, 9))

    hear(shop, scan(T.DELIVERED, 5), *odd)

    assert follow(shop.parcel("p-1").scans).unplaced == odd
    assert (shop.parcel("p-1").state, codes(shop)) == (P.DELIVERED, [])


# --- what people have said ------------------------------------------------------------------------


def test_a_delivery_that_a_person_has_recorded_is_undone_by_no_scan(shop: Shop) -> None:
    sent(shop)
    shop.deliver("p-1")

    hear(shop, scan(T.IN_TRANSIT, 1), scan(T.DELIVERED, 5))
    assert codes(shop) == []
    hear(shop, scan(T.RETURN_TO_SENDER, 3))

    assert (shop.parcel("p-1").state, shop.parcel("p-1").delivered_at) == (P.DELIVERED, MORNING)
    assert codes(shop) == [SCANS_DISAGREE]


def test_a_receipt_that_the_customer_has_confirmed_is_undone_by_no_scan(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.DELIVERED, 5))
    shop.clock.forward(days=1)
    shop.confirm_receipt("o-17")

    hear(shop, scan(T.RETURN_TO_SENDER, 3))

    assert (shop.parcel("p-1").state, codes(shop)) == (P.DELIVERED, [SCANS_DISAGREE])


def test_an_order_that_is_closed_for_good_is_asked_about(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.DELIVERED, 5))
    shop.clock.forward(days=1)
    shop.complete("o-17")
    shop.clock.forward(days=60)
    shop.archive("o-17")

    hear(shop, scan(T.RETURN_TO_SENDER, 3))

    assert shop.bag("o-17") == {"delivered": 2}
    assert codes(shop) == [SCANS_DISAGREE]


def test_what_scans_tell_of_a_parcel_that_never_left_is_asked_about(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    hear(shop, scan(T.PENDING, 0))
    assert codes(shop) == []

    hear(shop, scan(T.IN_TRANSIT, 1))
    assert (shop.parcel("p-1").state, codes(shop)) == (P.PACKED, [SCANS_DISAGREE])

    hear(shop, scan(T.DELIVERED, 5))
    shop.hand_over("p-1")
    shop.record_scans("p-1", ())
    assert (shop.parcel("p-1").state, codes(shop)) == (P.DELIVERED, [])


def test_a_doubt_says_what_the_scans_say_now_and_goes_with_it(shop: Shop) -> None:
    sent(shop)
    shop.lose("p-1")

    hear(shop, scan(T.IN_TRANSIT, 1))
    assert [hold.reason for hold in shop.parcel("p-1").holds] == [
        "its scans say shipped, and it is lost"
    ]
    hear(shop, scan(T.READY_FOR_PICKUP, 2))
    assert [hold.reason for hold in shop.parcel("p-1").holds] == [
        "its scans say ready to collect, and it is lost"
    ]
    hear(shop, scan(T.DELIVERED, 3))

    assert (shop.parcel("p-1").state, codes(shop)) == (P.DELIVERED, [])


def test_what_came_back_is_where_it_is(shop: Shop) -> None:
    sent(shop)
    shop.receive_back("p-1")

    hear(shop, scan(T.IN_TRANSIT, 1), scan(T.RETURN_TO_SENDER, 2))
    assert codes(shop) == []
    hear(shop, scan(T.DELIVERED, 1.5))

    assert (shop.parcel("p-1").state, codes(shop)) == (P.RETURNED, [SCANS_DISAGREE])


def test_scans_that_a_parcel_has_change_nothing(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.IN_TRANSIT, 1))
    before = shop.parcel("p-1")

    done = shop.record_scans("p-1", (scan(T.IN_TRANSIT, 1),) * 3)

    assert (done.facts, done.document) == ((), before)
    assert shop.record_scans("p-1", ()).facts == ()


def test_only_scans_are_taken_and_not_too_many(shop: Shop) -> None:
    sent(shop)
    wrong: Any = (scan(T.DELIVERED, 1), "delivered")

    assert shop.cannot_take(record_scans.on("p-1", wrong)) == "scans[1]"
    assert (
        shop.cannot_take(record_scans.on("p-1", (scan(T.DELIVERED, 1),) * (SCANS_MAX + 1)))
        == "scans"
    )


# --- troubles -------------------------------------------------------------------------------------


@pytest.mark.feature("F221", "F292")
@pytest.mark.parametrize(
    ("said", "code"),
    (
        (scan(T.ON_HOLD, 1, incident=GONE), "parcel_lost"),
        (scan(T.IN_TRANSIT, 1, incident=Incident.CARRIER_DAMAGED_PARCEL), "parcel_damaged"),
        (scan(T.DELIVERY_FAILED, 1, incident=REFUSED), "parcel_refused"),
        (scan(T.ON_HOLD, 1, incident=Incident.CONSIGNEE_INCORRECT_ADDRESS), "wrong_address"),
        (scan(T.ON_HOLD, 1, incident=Incident.CUSTOMS_DUTIES_UNPAID), "held_at_customs"),
        (scan(T.DELAYED, 1), "parcel_delayed"),
        (scan(T.IN_TRANSIT, 1, incident=Incident.WEATHER_DELAY), "parcel_delayed"),
    ),
)
def test_what_goes_wrong_on_the_road_is_a_hold_of_its_name(
    any_shop: Shop, said: Scan, code: str
) -> None:
    shop = any_shop
    sent(shop)

    hear(shop, said)

    (hold,) = shop.parcel("p-1").holds
    assert (hold.code, hold.blocks) == (code, ())
    assert [one.ref.id for one in shop.held(code, "parcel")] == ["p-1"]


def test_a_failed_attempt_that_is_made_again_is_no_trouble(shop: Shop) -> None:
    sent(shop)

    hear(shop, scan(T.DELIVERY_FAILED, 1, incident=Incident.CONSIGNEE_NOT_HOME))

    assert codes(shop) == []


def test_a_trouble_goes_when_the_parcel_goes_on(shop: Shop) -> None:
    sent(shop)
    hear(shop, scan(T.DELIVERY_FAILED, 2, incident=REFUSED))

    hear(shop, scan(T.IN_TRANSIT, 1))
    assert codes(shop) == ["parcel_refused"]
    hear(shop, scan(T.OUT_FOR_DELIVERY, 3))

    assert codes(shop) == []


def test_a_damage_is_not_unsaid_by_a_delivery(shop: Shop) -> None:
    sent(shop)

    hear(
        shop,
        scan(T.DELIVERED, 5),
        scan(T.DELIVERY_FAILED, 3, incident=REFUSED),
        scan(T.IN_TRANSIT, 1, incident=Incident.CARRIER_DAMAGED_PARCEL),
    )

    assert (shop.parcel("p-1").state, codes(shop)) == (P.DELIVERED, ["parcel_damaged"])


def test_a_trouble_that_somebody_has_looked_into_comes_back_only_with_news_of_it(
    shop: Shop,
) -> None:
    sent(shop)
    hear(shop, scan(T.ON_HOLD, 1, incident=Incident.CUSTOMS_INSPECTION))
    shop.lift_parcel_hold("p-1", "held_at_customs")

    hear(shop, scan(T.IN_TRANSIT, 0.5))
    assert codes(shop) == []
    hear(shop, scan(T.ON_HOLD, 2, incident=Incident.CUSTOMS_DUTIES_UNPAID))

    assert codes(shop) == ["held_at_customs"]


def test_what_comes_after_the_end_of_the_road_is_no_trouble(shop: Shop) -> None:
    sent(shop)

    hear(shop, scan(T.DELIVERED, 5), scan(T.ON_HOLD, 6, incident=Incident.CUSTOMS_INSPECTION))

    assert codes(shop) == []


def test_no_person_sets_a_hold_that_scans_set_and_lift(shop: Shop) -> None:
    sent(shop)

    assert shop.cannot_take(hold_parcel.on("p-1", "parcel_lost", "where is it?")) == "code"


# --- laws -----------------------------------------------------------------------------------------

SCANS: Final = st.builds(
    scan,
    st.sampled_from(TrackingStatus),
    st.integers(0, 6),
    place=st.sampled_from(("", "york")),
    incident=st.sampled_from((None, None, None, REFUSED, GONE)),
)
HEAP: Final = st.lists(SCANS, min_size=1, max_size=7, unique=True)


def road() -> Workflow:
    """A shop of its own with parcel p-1 on its road; it is too many for supervision."""
    shop = Workflow(MemoryStore(), TWO_PLACES, clock=Clock())
    order = new_order((LAMP, 2))
    shop.receive(PLACE, 2)
    shop.place("o-17", order)
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")
    return shop


PLACE: Final = Position("BRASS-LAMP", "leith")


def ended(messages: Iterable[tuple[Scan, ...]]) -> tuple[Parcel, Order, dict[str, int]]:
    """What becomes of a parcel, its order and the books by these messages."""
    shop = road()
    for message in messages:
        shop.record_scans("p-1", message)
    counters = shop.store.counters("", ("BRASS-LAMP",), MORNING)
    return (
        shop.parcel("p-1"),
        shop.order("o-17"),
        {str(one.position): one.there for one in counters},
    )


@settings(max_examples=HEAPS)
@given(heap=HEAP, data=st.data())
def test_the_same_scans_end_the_same_in_any_order_and_number(
    heap: list[Scan], data: st.DataObject
) -> None:
    twice = data.draw(st.permutations([*heap, *data.draw(st.lists(st.sampled_from(heap)))]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(twice)), max_size=3)) | {0, len(twice)})
    messages = [tuple(twice[a:b]) for a, b in pairwise(cuts)]

    one_by_one = ended((one,) for one in sorted(heap, key=lambda one: one.at))

    assert ended(messages) == one_by_one
    assert ended([tuple(heap)]) == one_by_one


@settings(max_examples=HEAPS)
@given(heap=HEAP)
def test_a_parcel_is_delivered_just_when_its_story_is(heap: list[Scan]) -> None:
    track = follow(heap)

    parcel, order, _ = ended((one,) for one in heap)

    assert set(parcel.scans) == set(heap)
    assert parcel.delivered_at == track.delivered_at
    assert (parcel.state is P.DELIVERED) == (track.delivered_at is not None)
    assert [(one.code, one.reason) for one in parcel.holds] == [
        (one.code, one.reason) for one in troubles(heap)
    ]
    states = {spot.state.value for _, spot in order.units()}
    assert states == {parcel.state.value}


@settings(max_examples=HEAPS)
@given(heap=HEAP)
def test_the_journal_of_scans_folds_to_the_parcel(heap: list[Scan]) -> None:
    shop = road()
    for one in heap:
        shop.record_scans("p-1", (one,))

    parcel = shop.parcel("p-1")
    entries = shop.store.entries(0, parcel.ref)
    facts = [fact for entry in entries for fact in entry.facts if parcel.ref in touches(fact)]

    assert fold(None, facts) == parcel


def test_every_order_of_a_refused_parcel_ends_the_same() -> None:
    ends = {
        (parcel.state, parcel.delivered_at, parcel.scans)
        for shuffled in permutations(BACK_UNDER_ITS_NUMBER)
        for parcel, _, _ in [ended((one,) for one in shuffled)]
    }

    assert ends == {(P.GOING_BACK, None, BACK_UNDER_ITS_NUMBER)}
