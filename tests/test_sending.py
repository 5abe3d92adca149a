from __future__ import annotations

from typing import Any, Final

import pytest

from orderflow import BadInput, Location, Rules
from orderflow.sending import Sending
from orderflow.sourcing import Quantities, Rates, Tariff
from orderflow.sourcing.policies import NEAREST

HOME: Final = Rates(otherwise=Tariff(320))
ABROAD: Final = Rates(otherwise=Tariff(1200))


def test_freight_is_that_of_the_region_and_else_that_of_all_others() -> None:
    sending = Sending("2026", ABROAD, by_region={"GB": HOME})

    assert sending.to("GB") is HOME
    assert sending.to("NO") is sending.to("") is ABROAD


def test_price_lists_and_weights_stand_in_the_rules_by_the_name_of_the_list() -> None:
    light = Sending("2026", HOME, grams=Quantities({"BRASS-LAMP": 900}))
    heavy = Sending("2026", ABROAD, grams=Quantities({"BRASS-LAMP": 1900}))

    assert light == heavy
    assert Rules(sending=light).fingerprint == Rules(sending=heavy).fingerprint
    assert Rules(sending=light).fingerprint != Rules(sending=Sending("2027", HOME)).fingerprint


def test_what_is_kept_together_is_written_in_one_way() -> None:
    assert Sending("2026", together=("B", "A")) == Sending("2026", together=("A", "B"))


@pytest.mark.parametrize(
    ("changes", "path"),
    (
        ({"name": ""}, "sending.name"),
        ({"freight": 3}, "sending.freight"),
        ({"by_region": [("GB", HOME)]}, "sending.by_region"),
        ({"by_region": {"GB": 640}}, "sending.freight"),
        ({"grams": {"BRASS-LAMP": 900}}, "sending.grams"),
        ({"cm3": None}, "sending.cm3"),
        ({"together": ["BRASS-LAMP"]}, "sending.together"),
        ({"together": ("BRASS-LAMP", 3)}, "sending.together[1]"),
        ({"kits_together": 1}, "sending.kits_together"),
        ({"same_day": "yes"}, "sending.same_day"),
        ({"shipments_max": 0}, "sending.shipments_max"),
        ({"split_from": -1}, "sending.split_from"),
    ),
)
def test_a_sending_says_what_is_wrong_with_it(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as caught:
        Sending(**{"name": "2026"} | changes)

    assert caught.value.path == path


@pytest.mark.parametrize(
    ("changes", "path"),
    (
        ({"sending": "2026"}, "sending"),
        ({"policy": "nearest"}, "policy"),
        ({"policy": lambda problem: problem}, "policy.name"),
        ({"locations": (Location("leith", priority=10**6),)}, "locations[0].priority"),
        ({"locations": (Location("leith", handling=-1),)}, "locations[0].handling"),
        ({"locations": (Location("leith", tags=("a", "a")),)}, "locations[0].tags"),
        ({"locations": (Location("leith", region=" GB"),)}, "locations[0].region"),
        ({"locations": (Location("leith", 0, "", 91_000_000, 0),)}, "locations[0].latitude_e6"),
        ({"locations": (Location("leith", 0, "", 0, 181_000_000),)}, "locations[0].longitude_e6"),
        ({"locations": (Location("leith", latitude_e6=0),)}, "locations[0]"),
    ),
)
def test_rules_say_what_a_policy_could_not_reckon_with(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as caught:
        Rules(**{"policy": NEAREST} | changes)

    assert caught.value.path == path
