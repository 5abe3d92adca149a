"""Goods travel whole: what shares a box, what it weighs, and what it bears when it leaves."""

from __future__ import annotations

from typing import Any, Final

import pytest

from orderflow import BadInput, Refused, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.fulfilment import Manifest, ManifestRow, manifest_of
from orderflow.packing import Packing
from orderflow.sourcing import Quantities
from orderflow.states import ParcelState
from orderflow.verbs import hand_over, mark, pack, weigh
from tests.builders import BELL, LAMP, LEITH, MORNING, YORK, Shop

PACKING: Final = Packing(
    "2026",
    grams=Quantities({"BRASS-LAMP": 800, "SHIP-BELL": 4_000}),
    cm3=Quantities({"BRASS-LAMP": 2_000, "SHIP-BELL": 9_000}),
    traits={"BRASS-LAMP": ("fragile",), "SHIP-BELL": ("heavy",)},
    box_grams=200,
    grams_max=10_000,
    cm3_max=20_000,
    off_grams_max=50,
    off_per_mille_max=50,
    apart=(("heavy", "fragile"),),
    marked=("fragile",),
    weighed=True,
)


def house(**rules: Any) -> Shop:
    return Shop(MemoryStore(), Rules(locations=(LEITH, YORK), **{"packing": PACKING} | rules))


def picked(shop: Shop, *lines: Any) -> None:
    """Order o-17 of these lines, picked as d-1."""
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 20)
    shop.sell("o-17", *lines)
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")


def remedies(shop: Shop, call: Any) -> list[Any]:
    return [remedy for reason in shop.why_not(call) for remedy in reason.remedies]


# --- what goes into a box -------------------------------------------------------------------------


@pytest.mark.feature("F199")
def test_what_may_not_share_a_box_is_packed_in_two() -> None:
    shop = house()
    picked(shop, (LAMP, 2), (BELL, 1))

    assert shop.refuses(pack.on("p-1", ("d-1",))) == (
        "BRASS-LAMP is fragile and SHIP-BELL is heavy: they may not share parcel p-1"
    )

    for i, remedy in enumerate(remedies(shop, pack.on("p-1", ("d-1",)))[:1]):
        assert dict(remedy.args)["lines"] == ((str(i + 1), 2 - i),)
        shop.apply(remedy)
    shop.pack("p-2", ("d-1",))
    assert shop.bag("o-17") == {"packed": 3}


@pytest.mark.feature("F199")
def test_a_box_takes_so_much_weight_and_room_and_every_reason_is_told() -> None:
    shop = house()
    picked(shop, (BELL, 3))

    assert shop.codes(pack.on("p-1", ("d-1",))) == ["parcel_too_large", "parcel_too_heavy"]
    assert shop.refuses(pack.on("p-1", ("d-1",))).startswith(
        "what is to be in parcel p-1 takes 27000 cm3, and there is room for 20000 cm3"
    )
    (remedy, _) = remedies(shop, pack.on("p-1", ("d-1",)))
    assert dict(remedy.args)["lines"] == (("1", 1),)
    shop.pack("p-1", ("d-1",), lines=(("1", 2),))
    shop.pack("p-2", ("d-1",))


def test_goods_of_several_orders_share_a_box_only_where_they_may() -> None:
    shop = house()
    picked(shop, (LAMP, 1))
    shop.sell("o-18", (BELL, 1))
    shop.allocate("o-18")
    shop.release("o-18", "d-2")
    shop.pick("d-2")

    assert shop.codes(pack.on("p-1", ("d-1", "d-2"))) == ["not_in_one_box"]
    assert remedies(shop, pack.on("p-1", ("d-1", "d-2"))) == []


def test_without_rules_of_packing_anything_goes_into_a_box() -> None:
    shop = house(packing=None)
    picked(shop, (LAMP, 2), (BELL, 9))

    shop.pack("p-1", ("d-1",), 1)
    shop.weigh("p-1", 9_999_999)
    shop.hand_over("p-1")


# --- the scales and the marks ---------------------------------------------------------------------


@pytest.mark.feature("F200")
def test_a_parcel_is_packed_weighed_and_marked_before_it_leaves(any_shop: Shop) -> None:
    shop = Shop(any_shop.store, Rules(locations=(LEITH, YORK), packing=PACKING))
    picked(shop, (LAMP, 2))
    shop.pack("p-1", ("d-1",))

    assert shop.codes(hand_over.on("p-1")) == ["mark_missing", "not_weighed"]
    (marking,) = remedies(shop, hand_over.on("p-1"))
    shop.apply(marking)
    shop.weigh("p-1", 1_810, by="scale-2")

    parcel = shop.parcel("p-1")
    assert (parcel.weight_grams, parcel.marks) == (1_810, ("fragile",))
    shop.hand_over("p-1")
    assert shop.bag("o-17") == {"shipped": 2}


@pytest.mark.feature("F200")
def test_a_weight_that_is_off_is_refused_until_somebody_has_looked() -> None:
    shop = house()
    picked(shop, (LAMP, 2))
    shop.pack("p-1", ("d-1",))

    assert shop.refuses(weigh.on("p-1", 1_000)) == (
        "parcel p-1 weighs 1000 g, and by what is in it from 1710 to 1890 g"
    )
    (remedy,) = remedies(shop, weigh.on("p-1", 1_000))
    assert dict(remedy.args) == {"weight_grams": 1_000, "accepted": "looked into"}
    facts = shop.weigh("p-1", 1_000, "the lamps came without feet", by="hana").facts

    assert "the lamps came without feet" in str(facts)
    assert shop.parcel("p-1").weight_grams == 1_000


@pytest.mark.parametrize("grams", (1_710, 1_800, 1_890))
def test_a_weight_within_the_tolerance_is_taken(grams: int) -> None:
    shop = house()
    picked(shop, (LAMP, 2))

    shop.pack("p-1", ("d-1",), grams)

    assert shop.parcel("p-1").weight_grams == grams


@pytest.mark.parametrize("grams", (1_709, 1_891))
def test_a_weight_outside_the_tolerance_packs_nothing(grams: int) -> None:
    shop = house()
    picked(shop, (LAMP, 2))

    assert shop.codes(pack.on("p-1", ("d-1",), grams)) == ["weight_off"]
    (remedy,) = remedies(shop, pack.on("p-1", ("d-1",), grams))
    assert dict(remedy.args) == {"dispatches": ("d-1",)}
    assert shop.bag("o-17") == {"picked": 2}


def test_no_word_makes_a_parcel_lighter_than_it_may_be() -> None:
    shop = house()
    picked(shop, (LAMP, 2))
    shop.pack("p-1", ("d-1",))

    assert shop.codes(weigh.on("p-1", 10_001, "it is right")) == ["parcel_too_heavy"]


def test_goods_whose_weight_nobody_knows_are_taken_at_any() -> None:
    shop = house(packing=Packing("2026", off_grams_max=0))
    picked(shop, (LAMP, 2))
    shop.pack("p-1", ("d-1",))

    shop.weigh("p-1", 5)
    shop.weigh("p-1", 7)

    assert shop.parcel("p-1").weight_grams == 7


def test_a_mark_stands_once_on_a_parcel() -> None:
    shop = house()
    picked(shop, (LAMP, 1))
    shop.pack("p-1", ("d-1",))

    shop.mark("p-1", ("fragile", "this way up"))
    shop.mark("p-1", ("fragile",))

    assert shop.parcel("p-1").marks == ("fragile", "this way up")


def test_what_has_left_is_neither_weighed_nor_marked() -> None:
    shop = house(packing=None)
    picked(shop, (LAMP, 1))
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")

    assert shop.refuses(weigh.on("p-1", 900)) == (
        "parcel p-1 is shipped: only a packed one can be asked to weigh"
    )
    assert shop.codes(mark.on("p-1", ("fragile",))) == ["parcel_left"]
    assert shop.parcel("p-1").state is ParcelState.SHIPPED


# --- what the carrier signs for -------------------------------------------------------------------


@pytest.mark.feature("F204")
def test_parcels_leave_together_under_a_manifest(any_shop: Shop) -> None:
    shop = any_shop
    picked(shop, (LAMP, 3))
    for i, grams in enumerate((900, 0, 1_100), 1):
        shop.pack(f"p-{i}", ("d-1",), grams, (("1", 1),))

    shop.hand_over("p-2", "north post", "NP-2", manifest="M-7")
    shop.clock.forward(minutes=5)
    shop.hand_over("p-1", "north post", "NP-1", manifest="M-7")
    shop.hand_over("p-3", "north post", "NP-3", manifest="M-8")

    parcels = [shop.parcel(f"p-{i}") for i in (3, 2, 1)]
    signed = manifest_of("M-7", parcels)
    assert (signed.carriers, signed.handed_over_at) == (("north post",), MORNING)
    assert signed.rows == (ManifestRow("p-1", "NP-1", 900), ManifestRow("p-2", "NP-2", 0))
    assert signed.weight_grams == 900
    assert manifest_of("M-9", parcels) == Manifest("M-9", (), None, ())


# --- bad input ------------------------------------------------------------------------------------


def test_bad_input_to_scales_and_marks_is_found_with_its_place() -> None:
    shop = house()
    picked(shop, (LAMP, 1))
    shop.pack("p-1", ("d-1",))

    assert shop.cannot_take(weigh.on("p-1", 0)) == "weight_grams"
    assert shop.cannot_take(weigh.on("p-1", 100_000_001)) == "weight_grams"
    assert shop.cannot_take(mark.on("p-1", ())) == "marks"
    assert shop.cannot_take(mark.on("p-1", ("fragile", "fragile"))) == "marks"
    assert shop.cannot_take(mark.on("p-1", ("",))) == "marks[0]"


@pytest.mark.parametrize(
    ("changes", "path"),
    (
        ({"name": ""}, "packing.name"),
        ({"grams": {"BRASS-LAMP": 900}}, "packing.grams"),
        ({"cm3": None}, "packing.cm3"),
        ({"traits": [("BRASS-LAMP", "fragile")]}, "packing.traits"),
        ({"traits": {"BRASS-LAMP": "fragile"}}, "packing.traits BRASS-LAMP"),
        ({"box_grams": -1}, "packing.box_grams"),
        ({"grams_max": -1}, "packing.grams_max"),
        ({"cm3_max": 1.5}, "packing.cm3_max"),
        ({"off_grams_max": True}, "packing.off_grams_max"),
        ({"off_per_mille_max": 1_001}, "packing.off_per_mille_max"),
        ({"apart": [("a", "b")]}, "packing.apart"),
        ({"apart": (("a",),)}, "packing.apart[0]"),
        ({"apart": (("a", ""),)}, "packing.apart[0]"),
        ({"marked": ("a", "a")}, "packing.marked"),
        ({"marked": "fragile"}, "packing.marked"),
        ({"weighed": 1}, "packing.weighed"),
    ),
)
def test_rules_of_packing_that_mean_nothing_are_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        Packing(**{"name": "2026"} | changes)

    assert no.value.path == path


@pytest.mark.parametrize("name", ("packing", "first_scan_ships"))
def test_rules_want_a_packing_and_a_yes_or_no(name: str) -> None:
    with pytest.raises(BadInput, match=name):
        Rules(**{name: 3})  # type: ignore[arg-type]  # that is what is tested


def test_weights_stand_in_the_rules_by_the_name_of_their_list() -> None:
    light = Packing("2026", Quantities({"BRASS-LAMP": 900}))
    heavy = Packing("2026", Quantities({"BRASS-LAMP": 1900}))

    assert Rules(packing=light).fingerprint == Rules(packing=heavy).fingerprint
    assert Rules(packing=light).fingerprint != Rules(packing=Packing("2027")).fingerprint
    assert Packing("1", apart=(("b", "a"), ("a", "b"))) == Packing("1", apart=(("a", "b"),))


def test_an_empty_box_weighs_what_a_box_weighs() -> None:
    assert PACKING.weighs(Quantities()) == (150, 250)
    assert PACKING.clashes(()) == ()


def test_a_refused_packing_leaves_nothing_behind() -> None:
    shop = house()
    picked(shop, (LAMP, 1), (BELL, 1))

    with pytest.raises(Refused):
        shop.pack("p-1", ("d-1",))

    assert shop.bag("o-17") == {"picked": 2}
