"""Each reason of an incident has the name of a trouble, or needs nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from orderflow.tracking import Incident, Scan, TrackingStatus, troubles
from orderflow.tracking.troubles import OF_STORIES, PIECE_MISSING, TROUBLE
from tests.builders import MORNING

T: Final = TrackingStatus
TRIED_AGAIN: Final = frozenset(
    {
        Incident.CONSIGNEE_BUSINESS_CLOSED,
        Incident.CONSIGNEE_NOT_AVAILABLE,
        Incident.CONSIGNEE_NOT_HOME,
        Incident.CONSIGNEE_VERIFICATION_FAILED,
        Incident.CONSIGNEE_ACCESS_RESTRICTED,
        Incident.CONSIGNEE_SAFE_PLACE_UNAVAILABLE,
        Incident.UNKNOWN,
    }
)


def scan(status: TrackingStatus, hour: int, incident: Incident | None = None) -> Scan:
    return Scan("NP-17", status, MORNING + timedelta(hours=hour), incident=incident)


def codes(*scans: Scan) -> list[str]:
    return [one.code for one in troubles(scans)]


def test_each_reason_is_a_trouble_but_those_that_are_tried_again() -> None:
    assert set(Incident) - set(TROUBLE) == TRIED_AGAIN
    assert set(TROUBLE.values()) == set(OF_STORIES) - {PIECE_MISSING}


@pytest.mark.parametrize("incident", tuple(Incident))
def test_a_last_word_with_a_reason_is_its_trouble(incident: Incident) -> None:
    assert codes(scan(T.IN_TRANSIT, 1), scan(T.ON_HOLD, 2, incident)) == (
        [TROUBLE[incident]] if incident in TROUBLE else []
    )


def test_why_a_parcel_goes_back_is_remembered_until_it_is_back() -> None:
    story = (
        scan(T.DELIVERY_FAILED, 1, Incident.CONSIGNEE_REFUSED),
        scan(T.RETURN_TO_SENDER, 2),
        scan(T.IN_TRANSIT, 3),
        scan(T.DELIVERED, 4),
    )

    assert [codes(*story[:n]) for n in (1, 2, 3, 4)] == [["parcel_refused"]] * 4


def test_what_was_lost_on_its_way_back_is_found_by_its_next_scan() -> None:
    story = (
        scan(T.RETURN_TO_SENDER, 1),
        scan(T.ON_HOLD, 2, Incident.CARRIER_PARCEL_LOST),
        scan(T.IN_TRANSIT, 3),
    )

    assert (codes(*story[:2]), codes(*story)) == (["parcel_lost"], [])


def test_what_says_where_it_ended_does_not_say_that_it_is_lost() -> None:
    assert codes(scan(T.DELIVERED, 1, Incident.CARRIER_PARCEL_LOST)) == []


def test_a_damage_stands_beside_what_came_after_it() -> None:
    damaged = scan(T.IN_TRANSIT, 1, Incident.CARRIER_DAMAGED_PARCEL)

    assert codes(damaged, scan(T.DELAYED, 2)) == ["parcel_damaged", "parcel_delayed"]
    assert codes(damaged, scan(T.DELIVERED, 3)) == ["parcel_damaged"]


def test_without_scans_there_is_no_trouble() -> None:
    assert troubles(()) == ()
