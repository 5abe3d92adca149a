"""Price lists of carriers: weight, volume, surcharges, zones, and what is wrong in a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, MoveRefused, Ref
from orderflow.adapters.carriers import (
    PriceList,
    Rate,
    Surcharge,
    TableRateCarrier,
    Zones,
    price_list,
    zones,
)
from orderflow.ports import Quote
from orderflow.records import Parcel
from orderflow.states import ParcelState

AIR: Final = Rate("air", "GB", 1_000, 1_200, 500, 250, days=1, volume_divisor=5_000)
LAND: Final = Rate("land", "GB", 1_000, 600, 1_000, 100, days=3, grams_max=20_000)
FUEL: Final = Surcharge("fuel", percent=Decimal("12.5"))
BULKY: Final = Surcharge("bulky", 900, service="land", grams_over=15_000, cm3_over=100_000)
FAR: Final = Surcharge("remote", 500, region="islands")


def parcel(grams: int) -> Parcel:
    return Parcel(Ref("", "parcel", "p-17"), ParcelState.PACKED, ("o-17",), "leith", grams)


def carrier(*surcharges: Surcharge, cm3: int = 0, zone: str = "GB") -> TableRateCarrier:
    prices = PriceList((AIR, LAND), surcharges)
    return TableRateCarrier("own vans", "GBP", prices, lambda _: zone, lambda _: cm3)


# --- volume weight --------------------------------------------------------------------------------


@pytest.mark.feature("F191")
@pytest.mark.parametrize(
    ("grams", "cm3", "charged"),
    (
        (1_318, 0, 1_318),
        (1_318, 6_590, 1_318),  # just as heavy
        (1_318, 6_591, 1_319),  # a gram begun
        (1_318, 9_000, 1_800),
        (0, 5_000, 1_000),
    ),
)
def test_a_light_and_bulky_parcel_pays_by_its_volume(grams: int, cm3: int, charged: int) -> None:
    assert AIR.charged_grams(grams, cm3) == charged
    assert LAND.charged_grams(grams, cm3) == grams, "where volume costs nothing"


def test_the_volume_that_a_host_measures_is_what_is_quoted() -> None:
    assert carrier(cm3=9_000).quote(parcel(1_318)) == (
        Quote("land", 700, "GBP", 3),
        Quote("air", 1_700, "GBP", 1),
    )


volumes = st.integers(0, 10**6)
weights = st.integers(0, 50_000)
rates = st.builds(
    Rate,
    service=st.sampled_from(("land", "air")),
    region=st.just("GB"),
    first_grams=st.integers(1, 5_000),
    first_minor=st.integers(0, 10_000),
    step_grams=st.integers(1, 2_000),
    step_minor=st.integers(0, 5_000),
    days=st.integers(0, 30),
    volume_divisor=st.none() | st.integers(1, 10_000),
)
surcharges = st.builds(
    Surcharge,
    name=st.just("more"),
    minor=st.integers(0, 5_000),
    percent=st.decimals(0, 100, places=3),
    service=st.sampled_from(("", "land")),
    grams_over=st.sampled_from((0, 10_000)),
    cm3_over=st.sampled_from((0, 100_000)),
)


@given(rate=rates, grams=weights, more=weights, cm3=volumes, wider=volumes)
def test_more_weight_or_volume_is_never_cheaper(
    rate: Rate, grams: int, more: int, cm3: int, wider: int
) -> None:
    assert rate.amount(grams + more, cm3 + wider) >= rate.amount(grams, cm3)


@given(rate=rates, grams=weights, cm3=volumes)
def test_a_volume_weighs_as_little_as_it_can(rate: Rate, grams: int, cm3: int) -> None:
    charged = rate.charged_grams(grams, cm3)

    divisor = rate.volume_divisor
    assert charged >= grams
    if divisor is not None:
        assert charged * divisor >= cm3 * 1_000
        assert charged == grams or (charged - 1) * divisor < cm3 * 1_000


# --- surcharges -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "land"),
    (
        ((), 2_500),
        ((FUEL,), 2_500 + 313),  # 312.5
        ((FUEL, FUEL), 2_500 + 313 + 313),  # of the freight alone
        ((FAR,), 2_500),  # for elsewhere
        ((BULKY,), 2_500 + 900),
        ((attrs.evolve(BULKY, grams_over=20_000),), 2_500),
        ((attrs.evolve(BULKY, cm3_over=200_000),), 2_500),
    ),
)
def test_surcharges_are_added_to_the_freight_where_they_apply(
    more: tuple[Surcharge, ...], land: int
) -> None:
    quotes = {one.service: one.amount for one in carrier(*more, cm3=150_000).quote(parcel(20_000))}

    assert quotes["land"] == land
    assert BULKY not in more or quotes["air"] == AIR.amount(20_000, 150_000)


@given(rate=rates, more=st.lists(surcharges, max_size=4), grams=weights, cm3=volumes)
def test_the_order_of_surcharges_changes_nothing(
    rate: Rate, more: list[Surcharge], grams: int, cm3: int
) -> None:
    ((_, amount),) = PriceList((rate,), tuple(more)).asked("GB", grams, cm3)
    ((_, turned),) = PriceList((rate,), tuple(more[::-1])).asked("GB", grams, cm3)

    freight = rate.amount(grams, cm3)
    each = [
        with_one - freight
        for one in more
        for _, with_one in PriceList((rate,), (one,)).asked("GB", grams, cm3)
    ]
    assert amount == turned == freight + sum(each)


def test_a_parcel_that_is_too_heavy_for_a_service_goes_by_another() -> None:
    assert [one.service for one in carrier().quote(parcel(20_001))] == ["air"]


def test_a_parcel_that_is_too_heavy_for_every_service_is_not_booked() -> None:
    vans = TableRateCarrier("own vans", "GBP", (LAND,), lambda _: "GB")

    with pytest.raises(MoveRefused, match="nothing of 20001 g is taken to GB"):
        vans.book(parcel(20_001), "k-1")

    assert vans.quote(parcel(20_001)) == ()
    assert vans.running == ()


def test_an_empty_list_serves_nowhere() -> None:
    assert not PriceList(()).serves("GB")
    assert list(PriceList(()).asked("GB", 100)) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("surcharge.name", {"name": ""}),
        ("surcharge.minor", {"minor": -1}),
        ("surcharge.percent", {"percent": 12.5}),
        ("surcharge.percent", {"percent": Decimal("-1")}),
        ("surcharge.percent", {"percent": Decimal("NaN")}),
        ("surcharge.percent", {"percent": 1_001}),
        ("surcharge.service", {"service": " air"}),
        ("surcharge.region", {"region": None}),
        ("surcharge.grams_over", {"grams_over": -1}),
        ("surcharge.cm3_over", {"cm3_over": True}),
    ),
)
def test_a_surcharge_that_cannot_be_is_not_taken(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        attrs.evolve(FUEL, **wrong)

    assert bad.value.path == path


@pytest.mark.parametrize(
    ("path", "wrong"),
    (("rate.volume_divisor", {"volume_divisor": 0}), ("rate.grams_max", {"grams_max": 0})),
)
def test_a_rate_that_cannot_be_is_not_taken(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        attrs.evolve(AIR, **wrong)

    assert bad.value.path == path


# --- from a file ----------------------------------------------------------------------------------

RATES: Final = """service,region,first_grams,first,step_grams,step,days,volume_divisor,grams_max
air,GB,1000,12,500,2.50,1,5000,
land,GB,1000,6.00,1000,1,3,,20000
"""
MORE: Final = """name,amount,percent,service,region,grams_over,cm3_over
fuel,,12.5%,,,,
bulky,9,,land,,15000,100000
remote,5.00,,,islands,,
"""


def test_a_price_list_is_read_from_a_file() -> None:
    taken = price_list(RATES, "GBP", MORE)

    assert taken.findings == ()
    assert taken.prices == PriceList((AIR, LAND), (FUEL, BULKY, FAR))
    assert price_list(RATES.encode(), "GBP").prices == PriceList((AIR, LAND))


def test_each_thing_that_is_wrong_with_a_price_list_is_told_and_the_rest_is_read() -> None:
    rows = RATES + "sea,,0,-1,1.5,x,3,,\nair,GB,1,1,1,1,1,,\nland,FR,1000\n"
    more = MORE + "nothing,,,,,,\nhalf,,1e3,,,,\n"

    taken = price_list(rows, "GBP", more)

    assert taken.prices == PriceList((AIR, LAND), (FUEL, BULKY, FAR))
    assert [(one.row, one.column) for one in taken.findings] == [
        (4, "region"),
        (4, "first_grams"),
        (4, "first"),
        (4, "step_grams"),
        (4, "step"),
        (5, "service"),
        (6, ""),
        (5, "amount"),
        (6, "percent"),
    ]


def test_a_file_without_a_column_that_must_be_there_gives_no_prices() -> None:
    taken = price_list("service,region\nair,GB\n", "GBP")

    assert taken.prices == PriceList(())
    assert {one.column for one in taken.findings} == {
        *("first_grams", "first", "step_grams", "step", "days")
    }


def test_the_zone_from_a_place_comes_before_the_zone_from_anywhere() -> None:
    taken = zones("from,to,zone\n,GB,land\nleith,GB,near\n,islands,far\n")

    assert taken.findings == ()
    assert taken.zones.of("leith", "GB") == "near"
    assert taken.zones.of("york", "GB") == "land"
    assert taken.zones.of("leith", "islands") == "far"
    assert taken.zones.of("leith", "moon") == ""


def test_a_way_in_two_zones_is_told() -> None:
    taken = zones("from,to,zone\nleith,GB,near\nleith,GB,far\nleith,GB,near\nleith,,far\n")

    assert taken.zones == Zones({("leith", "GB"): "near"})
    assert [(one.row, one.column) for one in taken.findings] == [(3, "zone"), (5, "to")]


@given(junk=st.text() | st.binary())
def test_no_file_is_an_exception(junk: Any) -> None:
    assert price_list(junk, "GBP").prices == PriceList(())
    assert zones(junk).zones == Zones()
