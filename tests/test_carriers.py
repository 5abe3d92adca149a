from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Destination, KeyReused, MoveRefused, OrderflowError, Ref
from orderflow.adapters.carriers import Asked, Fault, Rate, ScriptedCarrier, TableRateCarrier
from orderflow.errors import CarrierFailed
from orderflow.fulfilment import ScanStatus
from orderflow.ports import Carrier, Label, Quote
from orderflow.records import Parcel
from orderflow.states import ParcelState, UnitState
from orderflow.tracking import Incident, Scan, TrackingStatus, Whereabouts, follow
from tests.builders import LAMP, MORNING, Clock, Shop

LAND = Rate("land", "GB", 1_000, 1_200, 500, 250, days=3)
AIR = Rate("air", "GB", 500, 2_000, 100, 90, days=1)
ISLANDS = Rate("land", "leith>islands", 1_000, 3_100, 1_000, 1_000, days=6)


def parcel(id: str = "p-17", grams: int = 1_318) -> Parcel:
    return Parcel(Ref("", "parcel", id), ParcelState.PACKED, ("o-17",), "leith", grams)


def scripted(clock: Clock | None = None, *quotes: Quote) -> ScriptedCarrier:
    return ScriptedCarrier("caledonian", clock or Clock(), quotes)


def table(zone: str = "GB", *rates: Rate) -> TableRateCarrier:
    return TableRateCarrier("own vans", "GBP", rates or (LAND, AIR, ISLANDS), lambda parcel: zone)


MAKERS: tuple[Callable[[], ScriptedCarrier | TableRateCarrier], ...] = (scripted, table)


@pytest.fixture(params=MAKERS, ids=("scripted", "table of rates"))
def carrier(request: pytest.FixtureRequest) -> Any:
    return request.param()


# --- what holds for every carrier -----------------------------------------------------------------


@pytest.mark.parametrize("make", MAKERS)
def test_both_are_carriers_by_the_protocol(
    make: Callable[[], ScriptedCarrier | TableRateCarrier],
) -> None:
    found: Carrier = make()

    assert found.track("unknown-1") == ()


def test_the_same_key_gives_the_same_label_and_books_once(carrier: Any) -> None:
    first = carrier.book(parcel(), "k-1")

    again = carrier.book(attrs.evolve(parcel(), weight_grams=2_000), "k-1")

    assert again == first
    assert carrier.running == (first,)


def test_another_key_is_another_booking_with_a_number_of_its_own(carrier: Any) -> None:
    one, other = carrier.book(parcel(), "k-1"), carrier.book(parcel(), "k-2")

    assert one.tracking != other.tracking
    assert (one.parcel, other.parcel) == ("p-17", "p-17")
    assert carrier.running == (one, other)


def test_a_key_of_one_parcel_does_not_serve_another(carrier: Any) -> None:
    carrier.book(parcel("p-17"), "k-1")

    with pytest.raises(KeyReused):
        carrier.book(parcel("p-18"), "k-1")

    assert len(carrier.running) == 1


def test_a_cancel_may_be_repeated_and_the_booking_is_gone_once(carrier: Any) -> None:
    label, kept = carrier.book(parcel(), "k-1"), carrier.book(parcel("p-18"), "k-2")

    for key in ("k-3", "k-3", "k-4"):
        carrier.cancel(label, key)

    assert carrier.running == (kept,)
    assert carrier.book(parcel(), "k-1") == label


def test_a_cancel_with_the_key_of_another_cancel_is_refused(carrier: Any) -> None:
    one, other = carrier.book(parcel(), "k-1"), carrier.book(parcel("p-18"), "k-2")
    carrier.cancel(one, "k-3")

    with pytest.raises(KeyReused):
        carrier.cancel(other, "k-3")

    assert carrier.running == (other,)


def test_what_was_never_booked_cannot_be_cancelled(carrier: Any) -> None:
    stray = Label("caledonian", "caledonian-000099", "p-99")

    with pytest.raises(MoveRefused, match="nothing is booked as caledonian-000099"):
        carrier.cancel(stray, "k-1")


@pytest.mark.parametrize("key", ("", " k-1", "k\x00", 7, None))
def test_a_key_that_is_no_text_is_not_taken(carrier: Any, key: Any) -> None:
    with pytest.raises(BadInput):
        carrier.book(parcel(), key)

    assert carrier.running == ()


# --- faults on demand -----------------------------------------------------------------------------


def test_a_lost_reply_leaves_a_booking_which_the_same_key_finds() -> None:
    carrier = scripted()
    carrier.fail(Asked.BOOK, Fault.REPLY_LOST)

    with pytest.raises(CarrierFailed) as lost:
        carrier.book(parcel(), "k-1")

    assert str(lost.value) == (
        "caledonian gave no answer to book (reply lost): ask again with key k-1"
    )
    made = carrier.running
    assert len(made) == 1
    assert carrier.book(parcel(), "k-1") == made[0]
    assert carrier.running == made


def test_a_timeout_leaves_no_booking_and_looks_the_same_from_outside() -> None:
    carrier = scripted()
    carrier.fail(Asked.BOOK, Fault.TIMED_OUT)

    with pytest.raises(CarrierFailed) as lost:
        carrier.book(parcel(), "k-1")

    assert (lost.value.carrier, lost.value.asked, lost.value.key) == ("caledonian", "book", "k-1")
    assert carrier.running == ()
    assert carrier.book(parcel(), "k-1").parcel == "p-17"
    assert len(carrier.running) == 1


def test_a_refusal_has_a_reason_and_changes_nothing() -> None:
    carrier = scripted()
    carrier.fail(Asked.BOOK, Fault.REFUSED)

    with pytest.raises(MoveRefused) as no:
        carrier.book(parcel(), "k-1")

    assert [refusal.code for refusal in no.value.refusals] == ["carrier_refused"]
    assert str(no.value) == "caledonian says no to book of parcel p-17: its script says so"
    assert carrier.running == ()


def test_faults_come_in_their_order_one_for_each_question_of_that_kind() -> None:
    carrier = scripted()
    carrier.fail(Asked.BOOK, Fault.TIMED_OUT, Fault.REPLY_LOST, Fault.REFUSED)
    carrier.fail(Asked.TRACK, Fault.TIMED_OUT)
    met: list[type[OrderflowError] | None] = []

    for _ in range(4):
        try:
            carrier.book(parcel(), "k-1")
            met.append(None)
        except OrderflowError as fault:
            met.append(type(fault))

    assert met == [CarrierFailed, CarrierFailed, MoveRefused, None]
    assert len(carrier.running) == 1
    with pytest.raises(CarrierFailed, match=r"track \(timed out\): ask again$"):
        carrier.track("caledonian-000001")
    assert carrier.track("caledonian-000001") == ()


def test_a_cancel_whose_reply_is_lost_has_happened() -> None:
    carrier = scripted()
    label = carrier.book(parcel(), "k-1")
    carrier.fail(Asked.CANCEL, Fault.REPLY_LOST)

    with pytest.raises(CarrierFailed):
        carrier.cancel(label, "k-2")
    carrier.cancel(label, "k-2")

    assert carrier.running == ()


@given(faults=st.lists(st.sampled_from((Fault.REPLY_LOST, Fault.TIMED_OUT)), max_size=12))
def test_whatever_gets_lost_asking_until_there_is_an_answer_books_once(
    faults: list[Fault],
) -> None:
    carrier = scripted()
    carrier.fail(Asked.BOOK, *faults)

    label = None
    while label is None:
        with suppress(CarrierFailed):
            label = carrier.book(parcel(), "k-1")

    assert carrier.running == (label,)


def test_quotes_are_what_the_script_says() -> None:
    quote = Quote("land", 1_200, "GBP", 3)
    carrier = scripted(None, quote)
    carrier.fail(Asked.QUOTE, Fault.REFUSED)

    with pytest.raises(MoveRefused):
        carrier.quote(parcel())

    assert carrier.quote(parcel()) == (quote,)
    assert scripted().quote(parcel()) == ()


# --- scans on demand ------------------------------------------------------------------------------


def test_a_scan_is_seen_from_its_instant_on() -> None:
    clock = Clock()
    carrier = scripted(clock)
    scan = carrier.scan("c-1", "delivered", place="york", at=MORNING + timedelta(hours=2))

    before = carrier.track("c-1")
    clock.forward(hours=2)

    assert before == ()
    assert carrier.track("c-1") == (scan,)
    assert scan == Scan("c-1", TrackingStatus.DELIVERED, MORNING + timedelta(hours=2), "york")


def test_a_late_scan_says_an_earlier_time_than_it_is_seen() -> None:
    clock = Clock()
    carrier = scripted(clock)
    carrier.scan("c-1", "in transit", at=MORNING, seen_at=MORNING + timedelta(days=1))

    clock.forward(hours=23)
    assert carrier.track("c-1") == ()
    clock.forward(hours=1)

    assert [scan.at for scan in carrier.track("c-1")] == [MORNING]


def test_scans_may_come_twice_and_unordered() -> None:
    clock = Clock(MORNING + timedelta(days=1))
    carrier = scripted(clock)
    carrier.scan("c-1", "delivered", at=MORNING + timedelta(hours=5), times=2)
    carrier.scan("c-1", "in transit", at=MORNING)

    seen = carrier.track("c-1")

    assert [scan.status for scan in seen] == ["delivered", "delivered", "in transit"]
    assert seen[2].at < seen[0].at


def test_without_a_time_a_scan_is_of_now() -> None:
    clock = Clock()
    carrier = scripted(clock)
    clock.forward(minutes=7)

    carrier.scan("c-1", ScanStatus.IN_TRANSIT)

    assert carrier.track("c-1") == (
        Scan("c-1", TrackingStatus.IN_TRANSIT, MORNING + timedelta(minutes=7)),
    )


def test_a_word_that_nobody_knows_is_kept_as_it_was_said() -> None:
    clock = Clock()
    carrier = scripted(clock)

    scan = carrier.scan("c-1", "in the hands of fate")

    assert (scan.status, scan.said) == (TrackingStatus.UNKNOWN, "in the hands of fate")
    assert follow(carrier.track("c-1")).unplaced == (scan,)


def test_what_a_carrier_has_seen_tells_where_a_parcel_is() -> None:
    clock = Clock(MORNING + timedelta(days=1))
    carrier = scripted(clock)
    carrier.scan("c-1", "delivered", at=MORNING + timedelta(hours=5), times=2)
    carrier.scan("c-1", "return to sender", at=MORNING)
    carrier.scan("c-2", "on hold", incident=Incident.CARRIER_PARCEL_LOST)

    assert follow(carrier.track("c-1")).whereabouts is Whereabouts.BACK
    assert follow(carrier.track("c-2")).whereabouts is Whereabouts.LOST


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("at", {"at": MORNING.replace(tzinfo=None)}),
        ("seen_at", {"seen_at": MORNING.replace(tzinfo=None)}),
        ("times", {"times": 0}),
        ("scan.place", {"place": "leith\x00"}),
    ),
)
def test_a_scan_that_cannot_be_is_not_taken(path: str, wrong: dict[str, Any]) -> None:
    carrier = scripted()

    with pytest.raises(BadInput) as bad:
        carrier.scan("c-1", "delivered", **wrong)

    assert bad.value.path == path
    assert carrier.track("c-1") == ()


@pytest.mark.feature("F212", "F213")
def test_an_order_is_delivered_by_what_its_carrier_has_seen(shop: Shop) -> None:
    carrier = ScriptedCarrier("caledonian", shop.clock)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    label = carrier.book(shop.pack_up("o-17", "p-17"), "book-p-17")
    shop.hand_over("p-17", label.carrier, label.tracking)
    carrier.scan(label.tracking, ScanStatus.DELIVERED, at=shop.clock.at + timedelta(days=2))
    carrier.scan(label.tracking, ScanStatus.IN_TRANSIT, place="york", times=2)

    shop.clock.forward(days=1)
    on_the_way = carrier.track(label.tracking)
    shop.clock.forward(days=1)
    for i, scan in enumerate(carrier.track(label.tracking)):
        shop.record_scan("p-17", ScanStatus(scan.status), scan.place, key=f"p-17 scan {i}")

    assert [scan.place for scan in on_the_way] == ["york", "york"]
    assert shop.parcel("p-17").tracking == "caledonian-000001"
    assert shop.parcel("p-17").state is ParcelState.DELIVERED
    assert shop.bag("o-17") == {UnitState.DELIVERED.value: 2}


# --- a table of rates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grams", "minor"),
    (
        (0, 1_200),  # not weighed
        (1, 1_200),
        (1_000, 1_200),
        (1_001, 1_450),
        (1_318, 1_450),
        (1_500, 1_450),
        (1_501, 1_700),
        (20_000, 1_200 + 38 * 250),
    ),
)
def test_the_first_weight_has_a_price_and_each_step_begun_another(grams: int, minor: int) -> None:
    assert LAND.amount(grams) == minor


rates = st.builds(
    Rate,
    service=st.just("land"),
    region=st.just("GB"),
    first_grams=st.integers(1, 5_000),
    first_minor=st.integers(0, 10_000),
    step_grams=st.integers(1, 2_000),
    step_minor=st.integers(0, 5_000),
    days=st.integers(0, 30),
)
weights = st.integers(0, 50_000)


@given(rate=rates, grams=weights, more=weights)
def test_more_weight_is_never_cheaper(rate: Rate, grams: int, more: int) -> None:
    assert rate.amount(grams + more) >= rate.amount(grams)


@given(rate=rates, grams=weights)
def test_a_rate_is_what_counting_step_by_step_gives(rate: Rate, grams: int) -> None:
    amount, covered = rate.first_minor, rate.first_grams
    while covered < grams:
        amount += rate.step_minor
        covered += rate.step_grams

    assert rate.amount(grams) == amount


@given(rate=rates, grams=st.integers(1, 50_000))
def test_one_gram_more_costs_at_most_one_step_more(rate: Rate, grams: int) -> None:
    assert rate.amount(grams) - rate.amount(grams - 1) in (0, rate.step_minor)


@pytest.mark.feature("F191")
def test_services_and_their_prices_follow_from_weight_and_address(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    to_the_islands = Destination("a-9", "islands")

    def zone(parcel: Parcel) -> str:
        region = shop.order(parcel.orders[0]).destination.region
        return f"{parcel.location}>{region}" if region == "islands" else region

    carrier = TableRateCarrier("own vans", "GBP", (LAND, AIR, ISLANDS), zone)
    for id, destination in (("o-17", Destination("a-8", "GB")), ("o-18", to_the_islands)):
        shop.sell(id, (LAMP, 1), destination=destination)
        shop.allocate(id)
        shop.release(id, f"d-{id}")
        shop.pick(f"d-{id}")
        shop.pack(f"p-{id}", (f"d-{id}",), 1_318)

    near, far = (carrier.quote(shop.parcel(f"p-{id}")) for id in ("o-17", "o-18"))

    assert near == (Quote("land", 1_450, "GBP", 3), Quote("air", 2_810, "GBP", 1))
    assert far == (Quote("land", 4_100, "GBP", 6),)


def test_the_cheapest_service_comes_first_then_the_quickest() -> None:
    slow, quick = Rate("slow", "GB", 1, 5, 1, 0, 9), Rate("quick", "GB", 1, 5, 1, 0, 2)

    quotes = table("GB", slow, AIR, quick).quote(parcel(grams=100))

    assert [quote.service for quote in quotes] == ["quick", "slow", "air"]


def test_a_zone_that_is_not_served_has_no_quote_and_no_label() -> None:
    carrier = table("the moon")

    with pytest.raises(MoveRefused, match="parcel p-17: the moon is not served"):
        carrier.book(parcel(), "k-1")

    assert carrier.quote(parcel()) == ()
    assert carrier.running == ()


def test_a_booking_is_found_again_though_its_zone_is_no_longer_served() -> None:
    zones = ["the moon", "GB"]
    carrier = TableRateCarrier("own vans", "GBP", (LAND,), lambda parcel: zones.pop())
    label = carrier.book(parcel(), "k-1")

    assert carrier.book(parcel(), "k-1") == label
    assert zones == ["the moon"]


def test_two_rates_of_one_service_and_zone_are_not_taken() -> None:
    with pytest.raises(BadInput, match="rates: land to GB comes twice"):
        table("GB", LAND, attrs.evolve(LAND, first_minor=1))


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("rate.service", {"service": ""}),
        ("rate.region", {"region": " GB"}),
        ("rate.first_grams", {"first_grams": 0}),
        ("rate.first_minor", {"first_minor": -1}),
        ("rate.step_grams", {"step_grams": 0}),
        ("rate.step_minor", {"step_minor": -1}),
        ("rate.step_minor", {"step_minor": 2.5}),
        ("rate.days", {"days": True}),
    ),
)
def test_a_rate_that_cannot_be_is_not_taken(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        attrs.evolve(LAND, **wrong)

    assert bad.value.path == path


@pytest.mark.parametrize("grams", (-1, True, 1.5, "1318"))
def test_a_weight_that_cannot_be_has_no_price(grams: Any) -> None:
    with pytest.raises(BadInput):
        LAND.amount(grams)


def test_a_table_in_no_currency_is_not_taken() -> None:
    with pytest.raises(BadInput):
        TableRateCarrier("own vans", "GBX", (LAND,), lambda parcel: "GB")
