"""Our carriers and gateways pass the suites for those of hosts, and broken ones do not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from orderflow.adapters.carriers import Asked, Fault, Rate, ScriptedCarrier, TableRateCarrier
from orderflow.adapters.gateways import Fault as GatewayFault
from orderflow.adapters.gateways import ScriptedGateway
from orderflow.adapters.karrio import Consignment, KarrioCarrier, PostalAddress
from orderflow.calls import Ref
from orderflow.ports import Carrier, Gateway, Label, Quote
from orderflow.records import Parcel, RequestKind, Return
from orderflow.states import ParcelState
from orderflow.testing import CarrierSuite, GatewaySuite, Result, conformance
from orderflow.testing.broken import BROKEN_CARRIERS, BROKEN_GATEWAYS
from orderflow.testing.samples import FixedClock
from orderflow.tracking import Scan

from karrio.api.gateway import Gateway as KarrioGateway  # isort: skip
from karrio.core import models  # isort: skip

LAND = Rate("land", "GB", 1_000, 1_200, 500, 250, days=3, grams_max=30_000)


class OfScripted(CarrierSuite):
    name = "north post"
    make: type[ScriptedCarrier] = ScriptedCarrier

    def carrier(self) -> Carrier:
        return self.make(self.name, FixedClock(), (Quote("land", 1_200, "EUR", 3),))

    def running(self, carrier: Carrier) -> Collection[Label]:
        assert isinstance(carrier, ScriptedCarrier)
        return carrier.running

    def lose_reply(self, carrier: Carrier, asked: Asked) -> bool:
        assert isinstance(carrier, ScriptedCarrier)
        carrier.fail(asked, Fault.REPLY_LOST)
        return True

    def scan(self, carrier: Carrier, number: str, status: str) -> bool:
        assert isinstance(carrier, ScriptedCarrier)
        carrier.scan(number, status)
        return True


@pytest.mark.feature("F211")
class TestScriptedCarrier(OfScripted):
    of = "ScriptedCarrier"


class TestTableRateCarrier(CarrierSuite):
    of = "TableRateCarrier"
    name = "own vans"

    def carrier(self) -> Carrier:
        return TableRateCarrier(self.name, "GBP", (LAND,), lambda parcel: "GB")

    def running(self, carrier: Carrier) -> Collection[Label]:
        assert isinstance(carrier, TableRateCarrier)
        return carrier.running

    def not_served(self) -> Parcel:
        ref: Ref[Parcel] = Ref("", "parcel", "p-9")
        return Parcel(ref, ParcelState.PACKED, ("o-1",), "leith", 31_000)


class Forgetful:
    """A carrier that books anew each time it is asked, and knows what it has booked for a key."""

    def __init__(self) -> None:
        self.booked: list[tuple[str, Label]] = []
        self.cancelled: set[Label] = set()

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        return ()

    def book(self, parcel: Parcel, key: str) -> Label:
        label = Label("by hand", f"BH-{len(self.booked) + 1}", parcel.ref.id)
        self.booked.append((key, label))
        return label

    def book_return(self, returned: Return, key: str) -> Label:
        label = Label("by hand", f"BH-{len(self.booked) + 1}", returned.ref.id)
        self.booked.append((key, label))
        return label

    def cancel(self, label: Label, key: str) -> None:
        self.cancelled.add(label)

    def track(self, number: str) -> Sequence[Scan]:
        return ()


class TestCarrierThatCannotTell(CarrierSuite):
    """Without keys, and without an answer to what was booked: a person is asked."""

    of = "a carrier by telephone"
    name = "by hand"
    knows_keys = False

    def carrier(self) -> Carrier:
        return Forgetful()

    def running(self, carrier: Carrier) -> Collection[Label]:
        assert isinstance(carrier, Forgetful)
        return [label for _, label in carrier.booked if label not in carrier.cancelled]


class TestCarrierThatLooksUp(TestCarrierThatCannotTell):
    of = "a carrier who looks up"

    def look_up(self, carrier: Carrier, key: str) -> Label | None:
        assert isinstance(carrier, Forgetful)
        return next((label for known, label in carrier.booked if known == key), None)


class Courier:
    """The own end of a carrier that karrio speaks to, in karrio's objects."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.loses = False

    def get_rates(self, request: Any) -> Any:
        return [models.RateDetails("post", "post-1", "van", "EUR", 4.99, transit_days=2)], []

    def create_shipment(self, request: Any) -> Any:
        number = f"NP-{len(self.labels) + 1}"
        self.labels[number] = request.parcels[0].id
        if self.loses:
            self.loses = False
            raise TimeoutError("reading")
        docs = models.Documents(label=None)
        return models.ShipmentDetails("post", "post-1", number, number, docs, "PDF"), []

    def cancel_shipment(self, request: Any) -> Any:
        self.cancelled.add(request.shipment_identifier)
        return models.ConfirmationDetails("post", "post-1", success=True, operation="cancel"), []

    def get_tracking(self, request: Any) -> Any:
        return [], []


class Plain:
    """A mapper that leaves requests and answers as they are."""

    def __getattr__(self, name: str) -> Any:
        return lambda one: one


class TestKarrioCarrier(CarrierSuite):
    of = "KarrioCarrier"
    name = "north post"
    service = "van"
    knows_keys = False

    def carrier(self) -> Carrier:
        self.courier = Courier()
        shipping_services = SimpleNamespace(state=None)
        settings = SimpleNamespace(
            carrier_name="post",
            carrier_id="post-1",
            account_country_code="DE",
            connection_config=SimpleNamespace(shipping_services=shipping_services),
        )
        karrio = KarrioGateway(False, self.courier, Plain(), None, settings, SimpleNamespace())
        home = PostalAddress("Ada", "Torstrasse 1", "Berlin", "10115", "DE")
        away = PostalAddress("Bo", "Marienplatz 1", "Munich", "80331", "DE")
        way = Consignment(home, away, 300, 200, 105)
        back = Consignment(away, home, 300, 200, 105)
        return KarrioCarrier(
            self.name,
            karrio,
            lambda parcel: way,
            lambda label: None,
            consign_return=lambda returned: back,
        )

    def running(self, carrier: Carrier) -> Collection[Label]:
        labels = self.courier.labels.items()
        found = [Label(self.name, number, parcel) for number, parcel in labels]
        return [label for label in found if label.tracking not in self.courier.cancelled]

    def lose_reply(self, carrier: Carrier, asked: Asked) -> bool:
        self.courier.loses = asked is Asked.BOOK
        return True


def test_eight_carriers_are_broken_each_in_a_way_of_its_own() -> None:
    assert len(BROKEN_CARRIERS) == len(set(BROKEN_CARRIERS.values())) == 8


@pytest.mark.parametrize("broken", BROKEN_CARRIERS, ids=lambda one: one.__name__)
def test_each_broken_carrier_is_found_out_by_the_check_that_names_its_fault(
    broken: type[ScriptedCarrier],
) -> None:
    suite = type(broken.__name__, (OfScripted,), {"make": broken})

    report = conformance(suite, BROKEN_CARRIERS[broken])

    assert report.failed == (BROKEN_CARRIERS[broken],)


def test_a_carrier_without_keys_that_is_said_to_know_them_is_found_out_on_a_cut_line() -> None:
    suite = type("Hopeful", (TestCarrierThatCannotTell,), {"knows_keys": True})

    report = conformance(suite)

    assert "test_a_line_that_is_cut_anywhere_leaves_one_label_for_each_parcel" in report.failed
    assert "2 labels for one parcel" in str(report)


# --- gateways -------------------------------------------------------------------------------------


class OfScriptedGateway(GatewaySuite):
    make: type[ScriptedGateway] = ScriptedGateway

    def gateway(self) -> Gateway:
        return self.make("stirling", FixedClock())

    def moved(self, gateway: Gateway, kind: RequestKind, payment: str) -> int:
        assert isinstance(gateway, ScriptedGateway)
        return gateway.moved(kind, payment)

    def lose_reply(self, gateway: Gateway) -> bool:
        assert isinstance(gateway, ScriptedGateway)
        gateway.fail(GatewayFault.REPLY_LOST)
        return True

    def decline(self, gateway: Gateway) -> bool:
        assert isinstance(gateway, ScriptedGateway)
        gateway.fail(GatewayFault.DECLINED)
        return True


class TestScriptedGateway(OfScriptedGateway):
    of = "ScriptedGateway"


@pytest.mark.parametrize("broken", BROKEN_GATEWAYS, ids=lambda one: one.__name__)
def test_each_broken_gateway_is_found_out_by_the_check_that_names_its_fault(
    broken: type[ScriptedGateway],
) -> None:
    suite = type(broken.__name__, (OfScriptedGateway,), {"make": broken})

    report = conformance(suite, BROKEN_GATEWAYS[broken])

    assert report.failed == (BROKEN_GATEWAYS[broken],)


def test_what_nobody_has_declared_is_not_asked() -> None:
    class Plain(GatewaySuite):
        def gateway(self) -> Gateway:
            return ScriptedGateway("stirling", FixedClock())

    report = conformance(Plain)

    left = [one.name for one in report.checks if one.result is Result.NOT_ASKED]
    assert left == ["test_a_lost_reply_is_no_answer", "test_what_is_declined_is_an_answer"]
    assert report.passed
