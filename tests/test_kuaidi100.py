"""What Kuaidi100 says, in our vocabulary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import BadInput
from orderflow.adapters.carriers.kuaidi100 import CODES, meaning, scans_of_answer
from orderflow.tracking import Incident, TrackingStatus, Whereabouts, follow
from tests.builders import MORNING

T = TrackingStatus


def answer(*entries: dict[str, Any], state: str = "0", **more: Any) -> dict[str, Any]:
    return {"nu": "YT-17", "com": "yuantong", "state": state, "data": list(entries)} | more


def entry(code: str, clock: str = "17:00:00", **more: Any) -> dict[str, Any]:
    return {"time": f"2026-03-02 {clock}", "statusCode": code, "context": "…"} | more


@pytest.mark.parametrize("code", ("304", "501", "205"))
def test_a_locker_or_a_station_is_not_a_signature(code: str) -> None:
    track = follow(scans_of_answer(answer(entry("5", "16:00:00"), entry(code))))

    assert (track.whereabouts, track.delivered_at) == (Whereabouts.AT_DESK, None)


@pytest.mark.parametrize("code", ("3", "301", "302", "303"))
def test_a_signature_is_a_delivery(code: str) -> None:
    assert meaning(code).status is T.DELIVERED


@pytest.mark.parametrize("code", ("14", "203"))
def test_a_refusal_is_not_yet_the_way_back(code: str) -> None:
    track = follow(scans_of_answer(answer(entry(code))))

    assert (track.turned_at, track.incident) == (None, Incident.CONSIGNEE_REFUSED)


def test_what_goes_back_and_is_signed_for_by_its_sender_is_back() -> None:
    heap = (entry("4", "19:00:00"), entry("6", "18:00:00"), entry("203", "17:00:00"))

    track = follow(scans_of_answer(answer(*heap, state="4")))

    assert (track.whereabouts, track.status) == (Whereabouts.BACK, T.RETURNED)


def test_times_are_of_china() -> None:
    (scan,) = scans_of_answer(answer(entry("0", areaName="四川,成都市")))

    assert (scan.at, scan.place) == (MORNING, "四川,成都市")


def test_the_newest_scan_without_a_code_has_that_of_the_answer() -> None:
    plain = {"time": "2026-03-02 17:00:00", "context": "已签收"}
    before = {"time": "2026-03-02 16:00:00", "context": "派件中"}

    newest, older = scans_of_answer(answer(plain, before, state="3"))

    assert (newest.status, newest.said) == (T.DELIVERED, "已签收")
    assert (older.status, older.at) == (T.IN_TRANSIT, MORNING - timedelta(hours=1))


def test_a_code_that_nobody_knows_is_kept_as_it_was_said() -> None:
    (scan,) = scans_of_answer(answer(entry("999")))

    assert follow((scan,)).unplaced == (scan,)


def test_each_basic_code_is_known() -> None:
    assert {*"012345678", "10", "11", "12", "13", "14"} <= set(CODES)


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("nu", answer(nu="")),
        ("nu", {}),
        ("data", answer(data=None)),
        ("data[1]", answer(entry("0"), data=[entry("0"), "已签收"])),
        ("data[0].time", answer({"statusCode": "3"})),
        ("data[0].time", answer(entry("3", "half past"))),
    ),
)
def test_an_answer_that_makes_no_scans_is_told(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        scans_of_answer(wrong)

    assert bad.value.path == path
