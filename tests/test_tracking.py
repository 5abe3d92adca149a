"""The tolerant tracker: the same scans tell the same story, in whichever order they come."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from itertools import pairwise, permutations
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput
from orderflow.tracking import Incident, Scan, Track, TrackingStatus, Whereabouts, follow
from tests.builders import MORNING

T, W = TrackingStatus, Whereabouts
LOST: Final = Incident.CARRIER_PARCEL_LOST

# ORDERFLOW_SCANS=10000 looks at as many heaps of scans. See `make laws`.
HEAPS: Final = int(os.environ.get("ORDERFLOW_SCANS", "400"))


def hour(n: float) -> datetime:
    return MORNING + timedelta(hours=n)


def scan(status: TrackingStatus, at: float, **more: Any) -> Scan:
    return Scan("NP-17", status, hour(at), **more)


def story(*statuses: TrackingStatus) -> tuple[Scan, ...]:
    """One scan an hour."""
    return tuple(scan(status, n) for n, status in enumerate(statuses, 1))


# --- single stories -------------------------------------------------------------------------------


def test_without_scans_nothing_is_known() -> None:
    track = follow(())

    assert track == Track()
    assert (track.status, track.whereabouts, track.at) == (T.UNKNOWN, W.NOT_SEEN, None)


@pytest.mark.parametrize(
    ("statuses", "status", "whereabouts"),
    (
        ((T.PENDING,), T.PENDING, W.NOT_SEEN),
        ((T.PENDING, T.CANCELLED), T.CANCELLED, W.NOT_SEEN),
        ((T.PENDING, T.PICKED_UP), T.PICKED_UP, W.ON_ITS_WAY),
        ((T.IN_TRANSIT, T.PENDING), T.IN_TRANSIT, W.ON_ITS_WAY),
        ((T.IN_TRANSIT, T.ON_HOLD), T.ON_HOLD, W.ON_ITS_WAY),
        ((T.IN_TRANSIT, T.DELAYED), T.DELAYED, W.ON_ITS_WAY),
        ((T.DELIVERY_FAILED, T.OUT_FOR_DELIVERY), T.OUT_FOR_DELIVERY, W.ON_ITS_WAY),
        ((T.OUT_FOR_DELIVERY, T.READY_FOR_PICKUP), T.READY_FOR_PICKUP, W.AT_DESK),
        ((T.READY_FOR_PICKUP, T.OUT_FOR_DELIVERY), T.OUT_FOR_DELIVERY, W.ON_ITS_WAY),
        ((T.READY_FOR_PICKUP, T.DELIVERED), T.DELIVERED, W.DELIVERED),
        ((T.DELIVERED,), T.DELIVERED, W.DELIVERED),
        ((T.RETURN_TO_SENDER,), T.RETURN_TO_SENDER, W.GOING_BACK),
        ((T.RETURN_TO_SENDER, T.OUT_FOR_DELIVERY), T.RETURN_TO_SENDER, W.GOING_BACK),
        ((T.RETURN_TO_SENDER, T.DELIVERED), T.RETURNED, W.BACK),
        ((T.RETURNED,), T.RETURNED, W.BACK),
    ),
)
def test_the_last_word_counts_but_for_deliveries_and_turns(
    statuses: tuple[TrackingStatus, ...], status: TrackingStatus, whereabouts: Whereabouts
) -> None:
    track = follow(story(*statuses))

    assert (track.status, track.whereabouts) == (status, whereabouts)
    assert track.unplaced == ()


@pytest.mark.feature("F212", "F213")
def test_a_parcel_that_failed_goes_out_again_and_its_attempts_are_counted() -> None:
    track = follow(
        story(T.PICKED_UP, T.OUT_FOR_DELIVERY, T.DELIVERY_FAILED, T.OUT_FOR_DELIVERY, T.DELIVERED)
    )

    assert (track.status, track.attempts, track.delivered_at) == (T.DELIVERED, 1, hour(5))


def test_a_refused_parcel_that_goes_back_under_its_own_number_is_never_delivered() -> None:
    heap = (
        scan(T.OUT_FOR_DELIVERY, 1),
        scan(T.DELIVERY_FAILED, 2, incident=Incident.CONSIGNEE_REFUSED),
        scan(T.RETURN_TO_SENDER, 3),
        scan(T.IN_TRANSIT, 4, place="york"),
        scan(T.DELIVERED, 5, place="leith"),
    )

    for shuffled in permutations(heap):
        track = follow(shuffled)

        assert (track.status, track.whereabouts) == (T.RETURNED, W.BACK)
        assert (track.delivered_at, track.turned_at, track.back_at) == (None, hour(3), hour(5))


def test_a_refusal_alone_does_not_turn_a_parcel() -> None:
    refused = scan(T.DELIVERY_FAILED, 1, incident=Incident.CONSIGNEE_REFUSED)

    track = follow((refused, scan(T.DELIVERED, 2)))

    assert (track.whereabouts, track.attempts) == (W.DELIVERED, 1)
    assert follow((refused,)).incident is Incident.CONSIGNEE_REFUSED


def test_a_locker_is_not_a_signature() -> None:
    track = follow(story(T.OUT_FOR_DELIVERY, T.READY_FOR_PICKUP))

    assert (track.delivered_at, track.whereabouts) == (None, W.AT_DESK)


@pytest.mark.parametrize("late", (T.IN_TRANSIT, T.RETURN_TO_SENDER, T.RETURNED, T.ON_HOLD))
def test_no_scan_undoes_a_delivery_and_what_comes_after_it_is_listed(late: TrackingStatus) -> None:
    after = scan(late, 9)

    track = follow((scan(T.DELIVERED, 5), after))

    assert (track.status, track.delivered_at, track.at) == (T.DELIVERED, hour(5), hour(5))
    assert track.unplaced == (after,)


def test_a_delivery_that_is_told_twice_happened_at_the_first_time() -> None:
    track = follow((scan(T.DELIVERED, 5), scan(T.DELIVERED, 6, place="the neighbour's")))

    assert (track.delivered_at, track.unplaced) == (hour(5), ())


def test_a_turn_that_comes_late_puts_a_delivery_right() -> None:
    heap = (scan(T.OUT_FOR_DELIVERY, 1), scan(T.DELIVERED, 5))
    turn = scan(T.RETURN_TO_SENDER, 2)

    assert follow(heap).whereabouts is W.DELIVERED
    assert follow((*heap, turn)).whereabouts is W.BACK


def test_a_delivery_before_the_turn_stands_when_it_comes_late() -> None:
    heap = (scan(T.RETURN_TO_SENDER, 3), scan(T.DELIVERED, 5))
    early = scan(T.DELIVERED, 2)

    track = follow((*heap, early))

    assert (track.whereabouts, track.delivered_at) == (W.DELIVERED, hour(2))
    assert track.unplaced == heap[:1]


@pytest.mark.feature("F221")
def test_what_was_lost_is_found_when_it_is_seen_again() -> None:
    lost = scan(T.ON_HOLD, 2, incident=LOST)

    assert follow((scan(T.IN_TRANSIT, 1), lost)).whereabouts is W.LOST
    assert follow((lost, scan(T.IN_TRANSIT, 3))).whereabouts is W.ON_ITS_WAY
    assert follow((lost, scan(T.DELIVERED, 3))).whereabouts is W.DELIVERED
    assert follow((scan(T.RETURN_TO_SENDER, 1), lost)).whereabouts is W.LOST
    assert follow((scan(T.RETURN_TO_SENDER, 1), lost, scan(T.DELIVERED, 3))).whereabouts is W.BACK


@pytest.mark.parametrize("status", (T.DELIVERED, T.RETURN_TO_SENDER, T.RETURNED))
def test_a_scan_that_says_where_it_ended_says_more_than_its_reason(status: TrackingStatus) -> None:
    assert follow((scan(status, 1, incident=LOST),)) == attrs.evolve(
        follow((scan(status, 1),)), scans=(scan(status, 1, incident=LOST),), incident=LOST
    )


def test_an_unknown_word_is_kept_and_listed_and_moves_nothing() -> None:
    strange = scan(T.UNKNOWN, 2, said="快件已到中转仓")

    track = follow((scan(T.IN_TRANSIT, 1), strange))

    assert (track.status, track.at) == (T.IN_TRANSIT, hour(1))
    assert track.unplaced == (strange,)
    assert strange in track.scans


def test_at_the_same_minute_a_parcel_turns_before_it_is_delivered() -> None:
    at_once = (scan(T.DELIVERED, 1), scan(T.RETURN_TO_SENDER, 1))

    assert {follow(order).whereabouts for order in permutations(at_once)} == {W.BACK}


def test_one_instant_is_one_scan_in_whichever_zone_it_was_written() -> None:
    shanghai = timezone(timedelta(hours=8))
    here = scan(T.IN_TRANSIT, 1)
    there = attrs.evolve(here, at=here.at.astimezone(shanghai))

    assert here == there
    assert follow((here, there)).scans == (here,)


def test_the_clocks_of_two_zones_are_put_in_one_order() -> None:
    shanghai = timezone(timedelta(hours=8))
    turned = Scan("NP-17", T.RETURN_TO_SENDER, datetime(2026, 3, 2, 19, 0, tzinfo=shanghai))
    home = Scan("NP-17", T.DELIVERED, datetime(2026, 3, 2, 12, 0, tzinfo=MORNING.tzinfo))

    assert follow((home, turned)).whereabouts is W.BACK


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("scan.tracking", {"tracking": ""}),
        ("scan.status", {"status": "delivered"}),
        ("scan.status", {"status": None}),
        ("scan.at", {"at": datetime(2026, 3, 2)}),  # noqa: DTZ001 - that is what is refused
        ("scan.at", {"at": "2026-03-02"}),
        ("scan.place", {"place": "leith\x00"}),
        ("scan.incident", {"incident": "carrier parcel lost"}),
        ("scan.said", {"said": "x" * 201}),
    ),
)
def test_a_scan_that_cannot_be_is_not_taken(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        attrs.evolve(scan(T.DELIVERED, 1), **wrong)

    assert bad.value.path == path


def test_the_vocabulary_is_thirteen_statuses_and_thirty_five_reasons() -> None:
    assert (len(TrackingStatus), len(Incident)) == (13, 35)


# --- laws -----------------------------------------------------------------------------------------

SCANS: Final = st.builds(
    Scan,
    tracking=st.just("NP-17"),
    status=st.sampled_from(TrackingStatus),
    at=st.integers(0, 12).map(hour),
    place=st.sampled_from(("", "hull", "york")),
    incident=st.sampled_from((None, None, LOST, Incident.CONSIGNEE_REFUSED)),
)
ANY_HEAP: Final = st.lists(SCANS, max_size=12)


def plain(heap: list[Scan]) -> tuple[str, datetime | None, frozenset[Scan]]:
    """Where it is, since when it is at an end, and what fits nowhere: told a second time, naively.

    It looks for the first delivery and the first turn instead of walking through the heap.
    """
    ranks = ["pending", "cancelled", "picked up", "delayed", "in transit", "on hold"]
    ranks += ["out for delivery", "delivery failed", "ready for pickup"]
    ranks += ["return to sender", "delivered", "returned", "unknown"]
    ended = ("delivered", "return to sender", "returned")

    def lost(one: Scan) -> bool:
        return one.incident == "carrier parcel lost" and one.status not in ended

    def when(one: Scan) -> tuple[datetime, int, bool]:
        return (one.at, ranks.index("on hold" if lost(one) else one.status), lost(one))

    known = sorted((one for one in heap if one.status != "unknown" or lost(one)), key=when)
    unplaced = {one for one in heap if one not in known}
    turns = [when(one) for one in known if one.status in ("return to sender", "returned")]
    came = [when(one) for one in known if one.status == "delivered"]
    if came and (not turns or min(came) < min(turns)):
        after = {one for one in known if when(one) > min(came) and one.status != "delivered"}
        return "delivered", min(came)[0], frozenset(unplaced | after)
    home = [when(one) for one in known if one.status in ("delivered", "returned")]
    if turns and home:
        after = {one for one in known if when(one) > min(home) and one.status not in ended}
        return "back", min(home)[0], frozenset(unplaced | after)
    words = [one for one in known if one.status not in ("pending", "cancelled") or lost(one)]
    if turns:
        last = known[-1]
        return ("lost" if lost(last) else "going back"), None, frozenset(unplaced)
    if not words:
        return "not seen", None, frozenset(unplaced)
    where = "at desk" if words[-1].status == "ready for pickup" else "on its way"
    return ("lost" if lost(words[-1]) else where), None, frozenset(unplaced)


@settings(max_examples=HEAPS)
@given(heap=ANY_HEAP)
def test_the_story_is_what_looking_for_first_deliveries_and_turns_gives(heap: list[Scan]) -> None:
    track = follow(heap)

    ended = track.delivered_at or track.back_at
    assert (track.whereabouts.value, ended, frozenset(track.unplaced)) == plain(heap)


@settings(max_examples=HEAPS)
@given(heap=ANY_HEAP, data=st.data())
def test_any_shuffle_and_duplication_ends_in_the_same_story(
    heap: list[Scan], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(heap), max_size=6)) if heap else []
    shuffled = data.draw(st.permutations(heap + again))

    assert follow(shuffled) == follow(heap)


@settings(max_examples=HEAPS)
@given(heap=ANY_HEAP)
def test_one_at_a_time_ends_as_all_at_once(heap: list[Scan]) -> None:
    track = Track()
    for one in heap:
        track = follow((*track.scans, one))

    assert track == follow(heap)


@settings(max_examples=HEAPS)
@given(heap=ANY_HEAP)
def test_every_scan_is_kept_and_each_has_its_place_or_is_listed(heap: list[Scan]) -> None:
    track = follow(heap)

    assert set(track.scans) == set(heap)
    assert len(track.scans) == len(set(track.scans))
    assert set(track.unplaced) <= set(heap)
    assert [one.at for one in track.scans] == sorted(one.at for one in track.scans)


@settings(max_examples=HEAPS)
@given(heap=ANY_HEAP)
def test_in_their_own_order_scans_never_lead_backwards(heap: list[Scan]) -> None:
    heap = list(follow(heap).scans)
    steps = [follow(heap[:n]) for n in range(len(heap) + 1)]

    for before, after in pairwise(steps):
        assert after.attempts >= before.attempts
        assert before.at is None or (after.at is not None and after.at >= before.at)
        for fact in ("turned_at", "delivered_at", "back_at"):
            assert getattr(before, fact) in (None, getattr(after, fact))
        if before.whereabouts in (W.DELIVERED, W.BACK):
            assert after.whereabouts is before.whereabouts
        if before.turned_at is not None:
            assert after.whereabouts in (W.GOING_BACK, W.LOST, W.BACK)
        if before.whereabouts is not W.NOT_SEEN:
            assert after.whereabouts is not W.NOT_SEEN


@settings(max_examples=HEAPS)
@given(heap=ANY_HEAP, late=SCANS)
def test_only_an_earlier_turn_takes_a_delivery_back_and_only_an_earlier_delivery_a_turn(
    heap: list[Scan], late: Scan
) -> None:
    before, after = follow(heap), follow([*heap, late])

    if before.delivered_at is not None and after.delivered_at is None:
        assert late.status in (T.RETURN_TO_SENDER, T.RETURNED)
        assert late.at <= before.delivered_at
        assert after.whereabouts is W.BACK
    if before.turned_at is not None and after.turned_at is None:
        assert late.status is T.DELIVERED
        assert late.at <= before.turned_at
        assert after.whereabouts is W.DELIVERED


ON_THE_WAY: Final = (
    *(T.PICKED_UP, T.IN_TRANSIT, T.OUT_FOR_DELIVERY, T.DELIVERY_FAILED),
    *(T.ON_HOLD, T.DELAYED, T.READY_FOR_PICKUP),
)
ROADS: Final = st.lists(st.sampled_from(ON_THE_WAY), min_size=1, max_size=6)
ENDS: Final = st.sampled_from(
    ((), (T.DELIVERED,), (T.RETURN_TO_SENDER,), (T.RETURN_TO_SENDER, T.IN_TRANSIT, T.DELIVERED))
)


@settings(max_examples=HEAPS)
@given(road=ROADS, end=ENDS, data=st.data())
def test_with_the_first_scans_lost_the_story_ends_the_same_unless_the_turn_was_among_them(
    road: list[TrackingStatus], end: tuple[TrackingStatus, ...], data: st.DataObject
) -> None:
    heap = story(*road, *end)
    lost = data.draw(st.integers(0, len(heap) - 1))
    whole, rest = follow(heap), follow(heap[lost:])
    turned = T.RETURN_TO_SENDER in (one.status for one in heap[:lost])

    if not turned:
        assert (rest.whereabouts, rest.status) == (whole.whereabouts, whole.status)
        assert (rest.delivered_at, rest.back_at) == (whole.delivered_at, whole.back_at)
    else:
        (turn,) = [one for one in heap if one.status is T.RETURN_TO_SENDER]
        right = follow((*heap[lost:], turn))
        assert (right.whereabouts, right.back_at) == (whole.whereabouts, whole.back_at)
