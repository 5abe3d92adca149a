"""The bridge to karrio, held against karrio's own objects, offline."""

from __future__ import annotations

import base64
import importlib
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Money
from orderflow.adapters.carriers import Once, book_open
from orderflow.adapters.karrio import (
    INCIDENTS,
    STATUSES,
    Consignment,
    KarrioCarrier,
    PostalAddress,
    PrintedLabel,
    incident_of,
    karrio_incident,
    karrio_status,
    status_of,
)
from orderflow.adapters.karrio.amounts import from_float, to_float
from orderflow.bookings import key_of
from orderflow.choosing import DAYS_MAX
from orderflow.currencies import EXPONENTS
from orderflow.errors import CarrierFailed, MoveRefused
from orderflow.ports import Label
from orderflow.records import AddedServices, BookingState, Parcel
from orderflow.tracking import Incident, TrackingStatus
from orderflow.values import MINOR_MAX
from tests.builders import LAMP, Shop

from karrio import sdk  # isort: skip
from karrio.api.gateway import Gateway  # isort: skip
from karrio.core import models, units  # isort: skip

POST: Final = "north post"
BERLIN: Final = ZoneInfo("Europe/Berlin")
HOME: Final = PostalAddress("Ada", "Torstrasse 1", "Berlin", "10115", "DE")
AWAY: Final = PostalAddress("Bo", "Marienplatz 1", "Munich", "80331", "DE", company="Lamps")
WAY: Final = Consignment(HOME, AWAY, 300, 200, 105)


class Courier:
    """A carrier's own end: what is asked of it, and what it answers, in karrio's objects."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.answers: list[Any] = []

    def _ask(self, request: Any) -> Any:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def get_rates(self, request: Any) -> Any:
        return self._ask(request)

    def create_shipment(self, request: Any) -> Any:
        return self._ask(request)

    def cancel_shipment(self, request: Any) -> Any:
        return self._ask(request)

    def get_tracking(self, request: Any) -> Any:
        return self._ask(request)


class Plain:
    """A mapper that leaves requests and answers as they are."""

    def __getattr__(self, name: str) -> Any:
        return lambda one: one


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def printed() -> list[PrintedLabel]:
    return []


@pytest.fixture
def carrier(courier: Courier, printed: list[PrintedLabel]) -> KarrioCarrier:
    settings = SimpleNamespace(
        carrier_name="post",
        carrier_id="post-1",
        account_country_code="DE",
        connection_config=SimpleNamespace(shipping_services=SimpleNamespace(state=None)),
    )
    gateway = Gateway(False, courier, Plain(), None, settings, SimpleNamespace())
    return KarrioCarrier(POST, gateway, lambda parcel: WAY, printed.append, BERLIN)


def said(code: Any, words: str = "no") -> list[Any]:
    return [models.Message("post", "post-1", message=words, code=code)]


def rate(service: str, charge: Any, currency: str = "EUR", days: int | None = 2) -> Any:
    return models.RateDetails("post", "post-1", service, currency, charge, transit_days=days)


def shipment(number: str, own: str, label: str = "") -> Any:
    docs = models.Documents(label=label or None)
    return models.ShipmentDetails("post", "post-1", number, own, docs, label_type="PDF")


def asked_for(shop: Shop, service: str = "express", added: AddedServices | None = None) -> Parcel:
    """A packed parcel of 1250 g for which a label is asked."""
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",), weight_grams=1250)
    return shop.ask_booking("p-1", POST, service, added).document


# --- words ----------------------------------------------------------------------------------------


def test_each_status_of_karrio_is_one_of_ours_and_back() -> None:
    theirs = {one.name for one in units.TrackingStatus}

    assert set(STATUSES) == theirs
    assert {karrio_status(status_of(name)) for name in theirs} == theirs
    assert all(karrio_status(status_of(name)) == name for name in theirs)
    assert {karrio_status(one) for one in TrackingStatus} == theirs
    assert set(TrackingStatus) - set(STATUSES.values()) == {TrackingStatus.RETURNED}


def test_each_reason_of_karrio_is_one_of_ours_and_back() -> None:
    theirs = {one.name for one in units.TrackingIncidentReason}

    assert set(INCIDENTS) == theirs
    assert {karrio_incident(one) for one in Incident} == theirs
    assert all(incident_of(karrio_incident(one)) is one for one in Incident)


def test_words_that_nobody_knows_are_unknown() -> None:
    assert status_of("teleported") is TrackingStatus.UNKNOWN
    assert incident_of("eaten by a goat") is Incident.UNKNOWN
    assert incident_of("") is None


# --- money ----------------------------------------------------------------------------------------


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(sorted(EXPONENTS)))
def test_money_goes_through_karrio_to_the_last_minor_unit(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert from_float(to_float(money), currency) == money


def test_what_adding_floats_leaves_behind_is_rounded_away() -> None:
    assert from_float(0.1 + 0.2, "EUR") == Money(30, "EUR")
    assert from_float(1e15 / 8, "JPY") == Money(125_000_000_000_000, "JPY")
    assert from_float(7, "KWD") == Money(7_000, "KWD")


@pytest.mark.parametrize("amount", (float("nan"), float("inf"), None, "12.50", True, 1e300))
def test_what_is_no_amount_is_refused(amount: object) -> None:
    with pytest.raises(BadInput):
        from_float(amount, "EUR")


# --- asking what it costs -------------------------------------------------------------------------


def test_rates_are_quotes_in_minor_units_the_cheapest_first(
    carrier: KarrioCarrier, courier: Courier, shop: Shop
) -> None:
    rates = [rate("express", 10.1 + 0.2), rate("slow boat", 4.99, days=None), rate("van", 4.99)]
    courier.answers = [(rates, [])]

    quotes = carrier.quote(asked_for(shop))

    told = [(one.service, one.amount, one.currency, one.days) for one in quotes]
    assert told == [
        ("van", 499, "EUR", 2),
        ("slow boat", 499, "EUR", DAYS_MAX),
        ("express", 1030, "EUR", 2),
    ]
    parcel = courier.asked[0].parcels[0]
    assert (parcel.weight, parcel.weight_unit) == (1.25, "KG")
    assert (parcel.length, parcel.width, parcel.height) == (30.0, 20.0, 10.5)
    assert courier.asked[0].recipient.company_name == "Lamps"


def test_a_way_that_is_not_served_has_no_quotes(
    carrier: KarrioCarrier, courier: Courier, shop: Shop
) -> None:
    parcel = asked_for(shop)
    courier.answers = [([], said("SHIPPING_SDK_DESTINATION_NOT_SERVICED_ERROR")), ([], [])]

    assert carrier.quote(parcel) == ()
    assert carrier.quote(parcel) == ()


def test_a_failure_beside_no_rates_is_told(
    carrier: KarrioCarrier, courier: Courier, shop: Shop
) -> None:
    parcel = asked_for(shop)
    courier.answers = [([], said("E-12", "no contract")), TimeoutError("reading")]

    with pytest.raises(MoveRefused, match="no contract"):
        carrier.quote(parcel)
    with pytest.raises(CarrierFailed, match="reading"):
        carrier.quote(parcel)


@pytest.mark.parametrize("wrong", (rate("van", float("nan")), rate("van", 1.0, "EURO")))
def test_a_rate_that_is_no_amount_is_no_quote(
    carrier: KarrioCarrier, courier: Courier, shop: Shop, wrong: Any
) -> None:
    parcel = asked_for(shop)
    courier.answers = [([wrong], [])]

    with pytest.raises(MoveRefused, match="van"):
        carrier.quote(parcel)


# --- labels ---------------------------------------------------------------------------------------


@pytest.mark.feature("F210")
def test_a_label_is_booked_printed_and_cancelled_by_the_name_that_the_carrier_gave(
    carrier: KarrioCarrier, courier: Courier, printed: list[PrintedLabel], shop: Shop
) -> None:
    added = AddedServices(Money(9_950, "EUR"), Money(4_005, "EUR"), signature=True)
    asked_for(shop, "express", added)
    courier.answers = [(shipment("NP-1", "shp_77", base64.b64encode(b"%PDF").decode()), [])]

    book_open(shop, {POST: Once(carrier)}, shop.clock.at)

    booked = shop.parcel("p-1").bookings[0]
    assert (booked.state, booked.tracking, booked.reference) == (
        BookingState.BOOKED,
        "NP-1",
        "shp_77",
    )
    assert booked.added == added
    request = courier.asked[0]
    assert (request.service, request.reference) == (
        "express",
        key_of(shop.parcel("p-1").ref, "book-1"),
    )
    assert request.options == {
        "insurance": 99.5,
        "cash_on_delivery": 40.05,
        "currency": "EUR",
        "signature_confirmation": True,
    }
    assert [(one.form, one.content) for one in printed] == [("PDF", b"%PDF")]

    shop.cancel_booking("p-1", "book-1")
    done = models.ConfirmationDetails("post", "post-1", success=True, operation="cancel")
    courier.answers = [(done, [])]
    book_open(shop, {POST: Once(carrier)}, shop.clock.at)

    assert courier.asked[1].shipment_identifier == "shp_77"
    assert shop.parcel("p-1").bookings[0].state is BookingState.CANCELLED


def test_a_number_that_is_the_carriers_own_name_is_kept_once(
    carrier: KarrioCarrier, courier: Courier, printed: list[PrintedLabel], shop: Shop
) -> None:
    parcel = asked_for(shop)
    courier.answers = [(shipment("NP-1", "NP-1", "^XA^XZ"), [])]

    assert carrier.book(parcel, key_of(parcel.ref, "book-1")) == Label(POST, "NP-1", "p-1")
    assert printed[0].content == b"^XA^XZ", "what is no base64 is kept as it came"


def test_a_carrier_that_says_no_has_booked_nothing(
    carrier: KarrioCarrier, courier: Courier, shop: Shop
) -> None:
    asked_for(shop)
    courier.answers = [(None, said("E-7", "postal code unknown"))]

    book_open(shop, {POST: Once(carrier)}, shop.clock.at)

    assert shop.parcel("p-1").bookings[0].state is BookingState.REFUSED


@pytest.mark.parametrize(
    "answer",
    (TimeoutError("reading"), (None, []), (None, said(502, "bad gateway")), (shipment("", ""), [])),
)
def test_a_reply_that_is_lost_is_asked_of_a_person_and_never_booked_again(
    carrier: KarrioCarrier, courier: Courier, shop: Shop, answer: Any
) -> None:
    asked_for(shop)
    courier.answers = [answer]

    for _ in range(3):
        book_open(shop, {POST: Once(carrier)}, shop.clock.at)
        shop.clock.forward(minutes=2)

    assert len(courier.asked) == 1
    assert [hold.code for hold in shop.parcel("p-1").holds] == ["booking_unknown"]


def test_no_label_is_booked_without_a_service(
    carrier: KarrioCarrier, courier: Courier, shop: Shop
) -> None:
    parcel = asked_for(shop, "")

    for key in (key_of(parcel.ref, "book-1"), "another"):
        with pytest.raises(MoveRefused, match="no service is named"):
            carrier.book(parcel, key)

    assert courier.asked == []


def test_a_cancelling_that_is_not_confirmed_is_refused(
    carrier: KarrioCarrier, courier: Courier
) -> None:
    done = models.ConfirmationDetails("post", "post-1", success=False, operation="cancel")
    courier.answers = [(done, said("E-3", "it is on its way"))]

    with pytest.raises(MoveRefused, match="on its way"):
        carrier.cancel(Label(POST, "NP-1", "p-1"), "k-1")

    assert courier.asked[0].shipment_identifier == "NP-1"


# --- scans ----------------------------------------------------------------------------------------


def test_events_are_scans_at_their_instants(carrier: KarrioCarrier, courier: Courier) -> None:
    event = models.TrackingEvent
    events = [
        event("2026-03-05", time="02:05 PM", status="delivery_failed", reason="consignee_refused"),
        event("2026-03-04", time="08:00", description="Sorted", location="Leith"),
        event("", timestamp="2026-03-03T07:16:00.000Z", status="picked_up", code="PU"),
        event("2026-03-02"),
        event("soon"),
    ]
    tracked = models.TrackingDetails("post", "post-1", "NP-1", events, status="on_hold")
    courier.answers = [([tracked], [])]

    scans = carrier.track("NP-1")

    assert [(one.status.value, one.at, one.place, one.said) for one in scans] == [
        ("delivery failed", datetime(2026, 3, 5, 13, 5, tzinfo=UTC), "", ""),
        ("in transit", datetime(2026, 3, 4, 7, 0, tzinfo=UTC), "Leith", "Sorted"),
        ("picked up", datetime(2026, 3, 3, 7, 16, tzinfo=UTC), "", "PU"),
        ("in transit", datetime(2026, 3, 1, 23, 0, tzinfo=UTC), "", ""),
    ]
    assert scans[0].incident is Incident.CONSIGNEE_REFUSED


@pytest.mark.parametrize(
    ("status", "delivered", "ours"),
    (
        ("on_hold", None, TrackingStatus.ON_HOLD),
        (None, True, TrackingStatus.DELIVERED),
        (None, None, TrackingStatus.UNKNOWN),
    ),
)
def test_the_newest_scan_without_a_status_has_that_of_the_whole(
    carrier: KarrioCarrier,
    courier: Courier,
    status: str | None,
    delivered: bool | None,
    ours: TrackingStatus,
) -> None:
    events = [models.TrackingEvent("2026-03-05"), models.TrackingEvent("2026-03-04")]
    tracked = models.TrackingDetails(
        "post", "post-1", "NP-1", events, status=status, delivered=delivered
    )
    courier.answers = [([tracked], [])]

    assert [one.status for one in carrier.track("NP-1")] == [ours, TrackingStatus.IN_TRANSIT]


def test_a_number_of_which_nothing_is_known_has_no_scans(
    carrier: KarrioCarrier, courier: Courier
) -> None:
    courier.answers = [([], []), ([], said("E-404", "not found"))]

    assert carrier.track("NP-1") == ()
    with pytest.raises(MoveRefused, match="not found"):
        carrier.track("NP-1")


# --- karrio's own carrier -------------------------------------------------------------------------


def test_karrios_own_table_of_services_is_rated_offline(shop: Shop) -> None:
    zones = [{"label": "near", "rate": 4.35, "country_codes": ["DE"], "transit_days": 2}]
    service = {
        "service_name": "Van",
        "service_code": "van",
        "currency": "EUR",
        "zones": zones,
        "max_weight": 2.0,
        "weight_unit": "KG",
    }
    gateway = sdk.gateway["generic"].create(
        {
            "display_name": "Vans",
            "custom_carrier_name": "vans",
            "account_country_code": "DE",
            "services": [service],
        }
    )
    vans = KarrioCarrier("vans", gateway, lambda parcel: WAY, lambda label: None)

    (quote,) = vans.quote(asked_for(shop))

    assert (quote.service, quote.amount, quote.currency, quote.days) == ("van", 435, "EUR", 2)
    with pytest.raises(MoveRefused, match="not supported"):
        vans.track("NP-1")


# --- bad input ------------------------------------------------------------------------------------


def test_a_gateway_of_nobody_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="one that karrio makes"):
        KarrioCarrier(POST, object(), lambda parcel: WAY, lambda label: None)


def test_an_address_without_a_country_is_refused() -> None:
    with pytest.raises(BadInput, match="two letters"):
        PostalAddress("Ada", "", "Berlin", "", "Germany")
    with pytest.raises(BadInput):
        Consignment(HOME, "Munich")  # type: ignore[arg-type] # on purpose
    with pytest.raises(BadInput):
        Consignment(HOME, AWAY, length_mm=-1)


def test_importing_the_bridge_writes_nothing() -> None:
    code = "import orderflow.adapters.karrio"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert (ran.stdout, ran.stderr) == (b"", b"")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "karrio", None)  # as if it were not there
    monkeypatch.delitem(sys.modules, "orderflow.adapters.karrio.carrier")

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'orderflow-oms\[karrio\]'"):
        importlib.import_module("orderflow.adapters.karrio.carrier")
