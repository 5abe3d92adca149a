from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal, Inexact, localcontext
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.calls import Call, Ref
from orderflow.errors import BadInput
from orderflow.values import (
    MINOR_MAX,
    QUANTITY_MAX,
    TEXT_MAX,
    Position,
    Sku,
    decimal,
    instant,
    text,
    unique,
    whole,
)

TEA = Sku("TEA", "kg", scale=3, per=1000)
LAMP = Sku("BRASS-LAMP", packs=(("box", 12), ("pallet", 480)))


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


@contextmanager
def refused(path: str, reason: str = "") -> Iterator[None]:
    with pytest.raises(BadInput) as caught:
        yield
    assert caught.value.path == path
    assert reason in caught.value.reason


@contextmanager
def at_once() -> Iterator[None]:
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < 0.5


# --- text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "good", ("o-17", "BRASS-LAMP", "黄铜台灯", "Grace O'Malley", "é", "x" * TEXT_MAX)
)
def test_proper_text_comes_back_as_it_is(good: str) -> None:
    assert text(good, "id") is good


@pytest.mark.parametrize("wrong", (None, 17, 1.0, b"o-17", ["o-17"], Colour.RED))
def test_what_is_not_text_is_refused(wrong: object) -> None:
    with refused("id", "text is wanted"):
        text(wrong, "id")


def test_empty_text_means_absent_only_where_that_is_allowed() -> None:
    assert text("", "lot", empty=True) == ""
    with refused("id", "must not be empty"):
        text("", "id")


@pytest.mark.parametrize("length", (TEXT_MAX + 1, 1_000_000))
@pytest.mark.parametrize("letter", ("x", "灯"))
def test_text_too_long_is_refused(length: int, letter: str) -> None:
    with refused("id", "longer than 200"), at_once():
        text(letter * length, "id")


@pytest.mark.parametrize("unseen", (
    "\x00", "\n", "\t", "\x1b", "\x7f", "\x85",  # control
    "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u180e",  # no width
    "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2066", "\u2069",  # direction
    "\u2028", "\u2029",  # line ends
    "\u115f", "\u3164", "\uffa0", "\u2800",  # blank letters
    "\ufe0f", "\u180b", "\U000e0100",  # variants
    "\U000e0041", "\U0001d173", "\U0001bca0", "\ufff9",  # tags and marks
    "\ud800",  # halves of a pair
))  # fmt: skip
def test_a_character_that_cannot_be_seen_is_refused(unseen: str) -> None:
    for place in (f"LA{unseen}MP", f"黄铜{unseen}台灯"):
        with refused("sku", "cannot be seen"):
            text(place, "sku")


@pytest.mark.parametrize("blank", (" ", "\u00a0", "\u2003", "\u3000"))
def test_a_space_at_either_end_is_refused_and_one_inside_is_kept(blank: str) -> None:
    assert text(f"BRASS{blank}LAMP", "sku") == f"BRASS{blank}LAMP"
    for place in (blank, f"LAMP{blank}", f"{blank}LAMP"):
        with refused("sku", "begins or ends with a space"):
            text(place, "sku")


@given(st.text(max_size=TEXT_MAX + 5))
def test_any_text_is_taken_unchanged_or_refused(value: str) -> None:
    try:
        taken = text(value, "id")
    except BadInput:
        return

    assert taken == value
    assert taken.strip() == taken
    taken.encode()


# --- whole numbers ------------------------------------------------------------


@pytest.mark.parametrize("good", (1, 2, QUANTITY_MAX))
def test_a_whole_number_within_bounds_comes_back(good: int) -> None:
    assert whole(good, "quantity") == good


@pytest.mark.parametrize("wrong", (True, False, 1.0, "1", Decimal(1), None, Size.SMALL, 1j))
def test_what_only_looks_like_a_whole_number_is_refused(wrong: object) -> None:
    with refused("quantity", "a whole number is wanted"):
        whole(wrong, "quantity")


@pytest.mark.parametrize("wrong", (0, -1, QUANTITY_MAX + 1, 10**17, -(10**18) + 1))
def test_a_number_outside_its_bounds_is_shown_with_them(wrong: int) -> None:
    with refused("quantity", f"{wrong} is not between 1 and {QUANTITY_MAX}"):
        whole(wrong, "quantity")


@pytest.mark.parametrize(
    "wrong",
    (10**18, -(10**18), 10**5000, -(10**5000)),
    ids=["19 digits", "minus 19 digits", "above", "below"],
)
def test_a_number_too_long_to_read_is_refused_in_words(wrong: int) -> None:
    with refused("quantity", "this number is not between"), at_once():
        whole(wrong, "quantity")


def test_the_bounds_leave_room_in_64_bits() -> None:
    assert (QUANTITY_MAX, MINOR_MAX) == (10**9, 10**15)


def test_the_caller_names_the_bounds() -> None:
    assert whole(0, "free", least=0) == 0
    assert whole(-5, "change", least=-5, most=5) == -5
    with refused("change", "6 is not between -5 and 5"):
        whole(6, "change", least=-5, most=5)


# --- decimals -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "number"),
    (
        ("12.50", "12.50"),
        ("-12.50", "-12.50"),
        ("+3", "3"),
        ("007", "7"),
        (12, "12"),
        (-12, "-12"),
        (Decimal("0.98765"), "0.98765"),
        (Decimal("1E+1"), "10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0." + "9" * 18), "0." + "9" * 18),
        (Decimal("1E+17"), "100000000000000000"),
        ("9" * 18 + "." + "9" * 18, "9" * 18 + "." + "9" * 18),
    ),
)
def test_a_plain_decimal_is_taken_exactly(given: object, number: str) -> None:
    taken = decimal(given, "price")

    assert type(taken) is Decimal
    assert str(taken) == number


@pytest.mark.parametrize(
    "wrong",
    (
        "", " 1", "1 ", "1\n", "1_000", "1,000", "1.000,5", "1e3", "0x10", "1.", ".5", "--1", "NaN",
        "sNaN", "Infinity", "-inf", "１２", "1２", "١٢", "²", "½", "1/2", "€1",
    ),
)  # fmt: skip
def test_text_that_is_no_plain_decimal_is_refused(wrong: str) -> None:
    with refused("price", "a plain decimal number is wanted"):
        decimal(wrong, "price")


@pytest.mark.parametrize(
    "wrong", (True, 1.0, float("nan"), None, b"1", 1j, Colour.RED, Size.SMALL, [1])
)
def test_what_is_no_decimal_is_refused(wrong: object) -> None:
    with refused("price", "a decimal number is wanted"):
        decimal(wrong, "price")


@pytest.mark.parametrize("wrong", ("NaN", "sNaN", "-NaN", "NaN123", "Infinity", "-Infinity"))
def test_a_number_that_is_not_finite_is_refused(wrong: str) -> None:
    with refused("price", "must be finite"):
        decimal(Decimal(wrong), "price")


@pytest.mark.parametrize(
    "wrong",
    (
        Decimal("1e999999"),
        Decimal("1e2000000"),
        Decimal("-1e2000000"),
        Decimal("1e-2000000"),
        Decimal("0e2000000"),
        Decimal("1e18"),
        Decimal("1e-19"),
        Decimal("1." + "0" * 19),
        Decimal("9" * 5000),
        10**18,
        -(10**18),
        10**5000,
    ),
    ids=lambda number: f"{type(number).__name__}",
)
def test_a_number_too_long_is_refused_at_once(wrong: object) -> None:
    with refused("price", "more than 18 digits"), at_once():
        decimal(wrong, "price")


@pytest.mark.parametrize("wrong", ("9" * 5000, "9" * 19, "0." + "9" * 19, "9" * 1_000_000), ids=len)
def test_text_of_too_many_digits_is_refused_at_once(wrong: str) -> None:
    with refused("price", "plain decimal"), at_once():
        decimal(wrong, "price")


def test_the_callers_decimal_context_changes_no_number() -> None:
    with localcontext(Context(prec=3, Emin=-5, Emax=5, traps=[Inexact])):
        assert decimal(Decimal("1E+17"), "price") == 10**17
        assert str(decimal("123456.789", "price")) == "123456.789"
        assert TEA.units("123456.789") == 123_456_789
        assert str(TEA.amount(123_456_789)) == "123456.789"
        with refused("quantity", "finer"):
            Sku("TEA", "kg", scale=9).units("1.0000000001")


@given(st.decimals(-(10**17), 10**17, places=4))
def test_a_decimal_and_its_text_are_taken_alike(number: Decimal) -> None:
    assert decimal(number, "price") == decimal(f"{number:f}", "price") == number


# --- times --------------------------------------------------------------------


def test_a_time_comes_back_as_the_same_instant_in_utc() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))

    taken = instant(noon, "at")

    assert taken == noon
    assert (taken.tzinfo, taken.hour) == (UTC, 4)


def test_a_time_in_utc_is_not_touched() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert instant(noon, "at") is noon


class OddTime(datetime):
    """A time of another library, which writes itself in its own way."""

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        return super().isoformat(sep, timespec).replace("+", ".000000001+")


@pytest.mark.parametrize("zone", (UTC, ZoneInfo("Asia/Shanghai")))
def test_a_time_of_another_class_becomes_a_plain_one(zone: tzinfo) -> None:
    noon = OddTime(2026, 3, 1, 12, 30, 15, 7, tzinfo=zone)

    taken = instant(noon, "at")

    assert type(taken) is datetime
    assert taken == noon
    assert taken.tzinfo is UTC


def test_the_hour_that_comes_twice_keeps_its_fold() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)

    assert instant(second, "at") - instant(first, "at") == timedelta(hours=1)


def test_a_naive_time_is_refused() -> None:
    with refused("at", "no time zone"):
        instant(datetime(2026, 3, 1, 12), "at")  # noqa: DTZ001


@pytest.mark.parametrize("wrong", (date(2026, 3, 1), "2026-03-01T12:00:00Z", 1_772_366_400, None))
def test_what_is_no_time_is_refused(wrong: object) -> None:
    with refused("at", "a time is wanted"):
        instant(wrong, "at")


@pytest.mark.parametrize(
    "wrong",
    (
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
    ),
)
def test_a_time_beyond_the_calendar_is_refused(wrong: datetime) -> None:
    with refused("at", "out of range"):
        instant(wrong, "at")


# --- names --------------------------------------------------------------------


def test_a_name_that_comes_twice_is_refused() -> None:
    unique(["a", "b"], "lines")
    unique([], "lines")
    with refused("lines", "a comes twice"):
        unique(["a", "b", "a"], "lines")


def test_a_ref_is_named_by_kind_and_id_and_is_a_key() -> None:
    ref: Ref[object] = Ref("acme", "order", "o-17")

    assert str(ref) == "order o-17"
    assert {ref: 1}[Ref("acme", "order", "o-17")] == 1
    assert Ref[object]("other", "order", "o-17") != ref
    assert pickle.loads(pickle.dumps(ref)) == ref  # noqa: S301


def test_a_call_is_a_value() -> None:
    ref: Ref[object] = Ref("acme", "order", "o-17")
    call = Call("ship", ref, (("parcel", "p1"),))

    assert call == Call("ship", ref, (("parcel", "p1"),))
    assert hash(call) == hash(Call("ship", ref, (("parcel", "p1"),)))
    assert call != Call("ship", ref)


def test_a_position_is_checked_in_each_part() -> None:
    place = Position("BRASS-LAMP", "leith", "acme", "L1", "second", "po-3")

    assert place.checked("line") is place
    assert Position("BRASS-LAMP").checked("line").location == ""
    with refused("line.sku", "must not be empty"):
        Position("", "leith").checked("line")
    for name in Position._fields:
        with refused(f"line.{name}", "cannot be seen"):
            place._replace(**{name: "a\u200bb"}).checked("line")


# --- units of a SKU -----------------------------------------------------------


def test_a_kilogram_sku_counts_grams() -> None:
    assert TEA.units("1.318") == 1318
    assert TEA.units(2) == 2000
    assert TEA.units(Decimal("0.001")) == 1
    assert TEA.units("1.3180") == 1318


def test_a_quantity_finer_than_the_unit_is_refused_and_never_rounded() -> None:
    with refused("line.quantity", "1.3185 is finer than the unit of TEA"):
        TEA.units("1.3185", path="line.quantity")
    with refused("quantity", "0.5 is finer than the unit of BRASS-LAMP"):
        LAMP.units("0.5")


def test_packs_name_larger_amounts() -> None:
    assert LAMP.units(3, "box") == 36
    assert LAMP.units("0.5", "box") == 6
    assert LAMP.units(1, "pallet") == 480
    with refused("quantity", "finer"):
        LAMP.units("0.3", "box")
    with refused("quantity", "BRASS-LAMP has no pack crate"):
        LAMP.units(1, "crate")


@pytest.mark.parametrize("wrong", ("0", "-1", 0, QUANTITY_MAX + 1, "999999999999999999"))
def test_a_quantity_is_at_least_one_unit_and_at_most_the_bound(wrong: object) -> None:
    with refused("quantity", "is not between"):
        LAMP.units(wrong)


@pytest.mark.parametrize(
    "wrong", (True, 1.0, Decimal("NaN"), Decimal("1e2000000"), "1_000", "１２", None)
)
def test_a_quantity_is_a_plain_number(wrong: object) -> None:
    with refused("quantity"), at_once():
        LAMP.units(wrong)


def test_a_long_fraction_of_a_large_pack_is_not_rounded_into_a_whole() -> None:
    huge = Sku("BOLT", packs=(("ship", QUANTITY_MAX),))

    with refused("quantity", "finer"):
        huge.units("0.999999999999999999", "ship")
    with refused("quantity", "finer"):
        huge.units("999999999999999999.999999999999999999", "ship")


@given(st.integers(1, QUANTITY_MAX), st.integers(0, 9))
def test_units_and_amount_are_inverse(units: int, scale: int) -> None:
    sku = Sku("CABLE", "m", scale=scale)

    assert sku.units(sku.amount(units)) == units


def test_a_sku_is_a_piece_priced_by_the_piece_unless_it_says_otherwise() -> None:
    assert Sku("BRASS-LAMP") == Sku("BRASS-LAMP", "piece", scale=0, per=1, packs=())


def test_an_amount_is_shown_in_the_trades_unit() -> None:
    assert str(TEA.amount(1318)) == "1.318"
    assert str(LAMP.amount(36)) == "36"


@pytest.mark.parametrize(
    ("fields", "path"),
    (
        ({"code": ""}, "sku.code"),
        ({"code": 17}, "sku.code"),
        ({"code": "TEA", "unit": ""}, "sku.unit"),
        ({"code": "TEA", "scale": -1}, "sku.scale"),
        ({"code": "TEA", "scale": 10}, "sku.scale"),
        ({"code": "TEA", "scale": True}, "sku.scale"),
        ({"code": "TEA", "per": 0}, "sku.per"),
        ({"code": "TEA", "packs": (("", 12),)}, "sku.packs"),
        ({"code": "TEA", "packs": (("box", 0),)}, "sku.packs.box"),
        ({"code": "TEA", "packs": (("box", 12), ("box", 6))}, "sku.packs"),
    ),
)
def test_a_sku_is_checked_in_each_field(fields: dict[str, object], path: str) -> None:
    with refused(path):
        Sku(**fields)  # type: ignore[arg-type]
