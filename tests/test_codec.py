"""Everything that is kept can be read back, in one form only, and nothing else can be read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import attrs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput, Component, Money, NewCharge, NewLine, NewOrder, Price, Sku, Workflow
from orderflow.adapters import codec
from orderflow.adapters.sqlite import SqliteStore
from orderflow.agreed import AGREED_KINDS, OF_THE_ORDER
from orderflow.calls import Ref
from orderflow.currencies import EXPONENTS
from orderflow.facts import Fact, Moved
from orderflow.journal import VERBS
from orderflow.money import Rounding
from orderflow.records import (
    KINDS,
    AddedServices,
    ChargeKind,
    Claim,
    Counter,
    Destination,
    Fixing,
    Slice,
)
from orderflow.states import UnitState
from orderflow.taxes import Rate
from orderflow.tender_order import Means, Portion
from orderflow.tenders import Tendered
from orderflow.thresholds import Terms, Unmet
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import MINOR_MAX, QUANTITY_MAX, Position

T = TypeVar("T")

# --- any value of any type that is kept ---------------------------------------------------------

TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WHOLE: Final = st.integers(-(2**63), 2**63 - 1)
TIMES: Final = st.datetimes().map(lambda at: at.replace(tzinfo=UTC, fold=0))
NAMES: Final = st.text("abcÄ東-'\"\\", min_size=1, max_size=8)
CURRENCY: Final = st.sampled_from(sorted(EXPONENTS))
DECIMALS: Final = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**17), 10**17),
    st.integers(0, 18),
)
SKUS: Final = st.builds(
    Sku,
    NAMES,
    NAMES,
    st.integers(0, 9),
    st.integers(1, QUANTITY_MAX),
    st.dictionaries(NAMES, st.integers(1, QUANTITY_MAX), max_size=2).map(
        lambda packs: tuple(packs.items())
    ),
)


WEIGHTS: Final = st.integers(0, MINOR_MAX)


def prices(currency: st.SearchStrategy[str]) -> st.SearchStrategy[Price]:
    return st.builds(Price, DECIMALS.map(abs), currency, st.integers(1, QUANTITY_MAX))


def new_lines(currency: st.SearchStrategy[str]) -> st.SearchStrategy[NewLine]:
    price, promised = prices(currency), st.none() | TIMES
    many = st.builds(
        NewLine,
        NAMES,
        SKUS,
        st.integers(1, QUANTITY_MAX),
        price,
        st.just(""),
        promised,
        st.booleans(),
    )
    one = st.builds(NewLine, NAMES, SKUS, st.just(1), price, NAMES, promised)
    earned = st.lists(NAMES, max_size=2, unique=True).map(tuple)
    agreed = st.builds(
        NewLine,
        NAMES,
        st.builds(Sku, NAMES),
        st.integers(1, 1_000),
        price,
        rounding=st.sampled_from(Rounding),
        fixed=st.just(Fixing.WEIGHING),
        grams_each=st.integers(1, 1_000),
        gift_for=earned,
        version=st.just("") | NAMES,
    )
    return many | one | agreed | kits(currency)


@st.composite
def kits(draw: st.DrawFn, currency: st.SearchStrategy[str]) -> NewLine:
    """A line of kits; no name of a part of it is that of the kit."""
    few = st.integers(1, 1_000)
    parts = draw(st.lists(st.builds(Component, SKUS, few, WEIGHTS), min_size=1, max_size=3))
    by_code = {part.sku.code: part for part in parts}
    price = Price(abs(draw(DECIMALS)), draw(currency), draw(few))
    sku = Sku(draw(NAMES.filter(lambda code: code not in by_code)))
    id = draw(st.text("abc", min_size=1))
    return NewLine(id, sku, draw(few), price, components=tuple(by_code.values()))


@st.composite
def new_charges(draw: st.DrawFn, lines: tuple[str, ...] = ("1", "2")) -> NewCharge:
    kind = draw(st.sampled_from(AGREED_KINDS))
    sign = -1 if kind is ChargeKind.DISCOUNT else 1
    named = tuple(line for line in lines if draw(st.booleans()))
    if named and kind not in OF_THE_ORDER and draw(st.booleans()):
        shares = st.integers(0, MINOR_MAX // len(named))
        parts = tuple((line, sign * draw(shares)) for line in named)
        return NewCharge(kind, sum(part for _, part in parts), parts=parts)
    amount = draw(st.integers(0, MINOR_MAX))
    return NewCharge(kind, sign * amount, named, draw(st.just("") | NAMES))


@st.composite
def new_orders(draw: st.DrawFn) -> NewOrder:
    currency, at_the_door = draw(CURRENCY), draw(st.booleans())
    drawn = draw(st.lists(new_lines(st.just(currency)), max_size=3, unique_by=lambda line: line.id))
    kits = {line.sku.code for line in drawn if line.components}
    lines = [
        line for line in drawn if not any(one.sku.code in kits for one in line.components)
    ]  # no part of a kit is a kit
    charges = draw(st.lists(new_charges(tuple(line.id for line in lines)), max_size=3))
    return NewOrder(
        draw(NAMES),
        currency,
        tuple(lines),
        tuple(charges),
        number=draw(st.just("") | NAMES),
        cash_on_delivery=at_the_door,
        on_account=not at_the_door and draw(st.booleans()),
        coupons=tuple(sorted(draw(st.sets(NAMES, max_size=2)))),
        pay_by=draw(st.none() | TIMES),
        destination=draw(
            st.just(Destination())
            | st.builds(Destination, NAMES, NAMES, st.integers(-90, 90), st.integers(-180, 180))
        ),
    )


OF_THEIR_OWN: Final[dict[object, st.SearchStrategy[Any]]] = {
    str: TEXT,
    int: WHOLE,
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: TIMES,
    Decimal: DECIMALS,
    Position: st.builds(Position, *[st.just("") | TEXT] * 6),
    Sku: SKUS,
    Price: prices(CURRENCY),
    Money: st.builds(Money, st.integers(-MINOR_MAX, MINOR_MAX), CURRENCY),
    Terms: st.builds(
        Terms,
        st.integers(1, MINOR_MAX),
        st.integers(0, QUANTITY_MAX),
        st.integers(1, MINOR_MAX),
        st.booleans(),
        st.lists(NAMES, max_size=2, unique=True).map(tuple),
        st.none() | st.sampled_from(Unmet),
    ),
    AddedServices: st.builds(
        AddedServices,
        *[st.none() | st.builds(Money, st.integers(1, MINOR_MAX), CURRENCY)] * 2,
        st.booleans(),
    ),
    NewLine: new_lines(CURRENCY),
    Component: st.builds(Component, SKUS, st.integers(1, QUANTITY_MAX), WEIGHTS),
    NewOrder: new_orders(),
    Scan: st.builds(
        Scan,
        NAMES,
        st.sampled_from(TrackingStatus),
        TIMES,
        st.just("") | NAMES,
        st.none() | st.sampled_from(Incident),
        st.just("") | NAMES,
    ),
    NewCharge: new_charges(),
    Portion: st.builds(
        Portion,
        NAMES,
        st.integers(1, MINOR_MAX),
        st.sampled_from([one for one in Means if one is not Means.STORE_CREDIT]),
    )
    | st.builds(Portion, NAMES, st.integers(1, MINOR_MAX), st.just(Means.STORE_CREDIT), NAMES),
    Tendered: st.builds(
        Tendered, NAMES, st.integers(1, MINOR_MAX), prices(CURRENCY), st.sampled_from(Rounding)
    ),
    Rate: st.builds(Rate.of, NAMES, st.decimals("0.001", 100, places=3))
    | st.builds(Rate.exempt, NAMES, NAMES),
}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, whether the rules would ever make it or not."""
    if kind in OF_THEIR_OWN:
        return OF_THEIR_OWN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Ref or kind is Ref:
        return st.builds(Ref, TEXT, TEXT, TEXT)
    if origin in (Union, UnionType):
        return st.one_of([anything(part) for part in parts])
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(anything(parts[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*[anything(part) for part in parts])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if kind in KINDS.values():
        name = next(name for name, cls in KINDS.items() if cls is kind)
        return built(kind, ref=st.builds(Ref, TEXT, st.just(name), TEXT))
    return built(kind)


def built(kind: type[T], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    hints = get_type_hints(kind)
    return st.deferred(
        lambda: st.builds(
            kind,
            **{
                field.name: fields[field.name]
                if field.name in fields
                else anything(hints[field.name])
                for field in attrs.fields(kind)  # type: ignore[arg-type] # an attrs class
            },
        )
    )


FACTS: Final[tuple[type, ...]] = get_args(Fact)


# --- there and back -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_document_is_read_back_as_it_was(kind: type) -> None:
    @settings(max_examples=40)
    @given(anything(kind))
    def check(document: Any) -> None:
        written = codec.put_document(document)

        again = codec.read_document(written)

        assert again == document
        assert repr(again) == repr(document)
        assert codec.put_document(again) == written

    check()


@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_is_read_back_as_it_was(kind: type) -> None:
    @settings(max_examples=40)
    @given(st.lists(anything(kind), max_size=2).map(tuple))
    def check(facts: Any) -> None:
        written = codec.put_facts(facts)

        again = codec.read_facts(written)

        assert again == facts
        assert repr(again) == repr(facts)
        assert codec.put_facts(again) == written

    check()


@given(st.lists(anything(Counter), max_size=3).map(tuple))
def test_figures_are_read_back_as_they_were(figures: tuple[Counter, ...]) -> None:
    assert codec.read_figures(codec.put_figures(figures)) == figures


@pytest.mark.parametrize("name", sorted(VERBS))
def test_the_arguments_of_every_verb_are_read_back_as_they_were(name: str) -> None:
    hints = VERBS[name].hints

    @settings(max_examples=25)
    @given(st.fixed_dictionaries({}, optional={k: anything(hint) for k, hint in hints.items()}))
    def check(given_args: dict[str, Any]) -> None:
        args = tuple(given_args.items())
        written = codec.put_args(name, args)

        again = codec.read_args(name, written)

        assert again == args
        assert repr(again) == repr(args)
        assert codec.put_args(name, again) == written

    check()


@given(st.dictionaries(TEXT, TEXT, max_size=4))
def test_what_is_known_of_a_person_is_read_back_as_it_was(details: dict[str, str]) -> None:
    assert codec.read_details(codec.put_details(details)) == details


# --- one form -----------------------------------------------------------------------------------


@given(anything(KINDS["order"]), st.lists(st.one_of([anything(k) for k in FACTS]), max_size=3))
def test_both_encoders_give_the_same_bytes(document: Any, facts: list[Any]) -> None:
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

    def written() -> tuple[str, str]:
        return codec.put_document(document), codec.put_facts(tuple(facts))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "_ENCODE", plain)
        with_stdlib = written()
        patch.setattr(codec, "_ENCODE", lambda value: orjson.dumps(value).decode())
        with_orjson = written()

    assert with_stdlib == with_orjson == written()


def test_without_orjson_the_encoder_is_the_one_of_the_standard_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "orjson", None)

    assert codec._encoder()({"lamp": ["東", 1, None]}) == '{"lamp":["東",1,null]}'


def test_one_instant_has_one_form_whatever_its_zone() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    elsewhere = (
        noon.astimezone(ZoneInfo("Asia/Kathmandu")),
        noon.astimezone(timezone(timedelta(hours=-3))),
    )

    forms = {codec.put_args("hold_stock", (("until", at),)) for at in (noon, *elsewhere)}

    assert forms == {'{"until":"2026-07-01T12:00:00+00:00"}'}


def test_a_time_of_another_class_is_kept_and_read_back(tmp_path: Path) -> None:
    class OddTime(datetime):
        def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
            return f"{self.year}"

    until = OddTime(2126, 3, 1, 12, tzinfo=UTC)
    at = Position("BRASS-LAMP", "leith")
    with SqliteStore(tmp_path / "x.sqlite") as store:
        shop = Workflow(store)
        shop.receive(at, 1)
        shop.hold_stock("cart-1", at, 1, until, key="k-1")

        assert shop.hold_stock("cart-1", at, 1, until, key="k-1").repeated
        kept = [dict(entry.call.args).get("until") for entry in store.entries()]
    assert kept == [None, datetime(2126, 3, 1, 12, tzinfo=UTC)]
    assert codec.put_args("hold_stock", (("until", until),)) == (
        '{"until":"2126-03-01T12:00:00+00:00"}'
    )


def test_counters_and_claims_that_were_read_are_kept_apart() -> None:
    at, monday = Position("BRASS-LAMP", "leith"), datetime(2026, 3, 2, tzinfo=UTC)
    figures = (
        Counter(at, 5, 2),
        Claim(Ref("", "order", "o-17"), at, 2, None, monday),
    )

    assert codec.read_figures(codec.put_figures(figures)) == figures
    with pytest.raises(BadInput):
        codec.read_figures('[{"holder":["","order","o-17"],"there":5}]')


def test_what_is_at_its_default_is_left_out() -> None:
    moved = Moved(
        Ref("", "order", "o-17"),
        "1",
        "BRASS-LAMP",
        2,
        UnitState.OPEN,
        Slice(),
        UnitState.ALLOCATED,
        Slice(location="leith"),
    )

    ((_, fields),) = json.loads(codec.put_facts((moved,)))

    assert (fields["taken"], fields["put"]) == ({}, {"location": "leith"})


# --- nothing else -------------------------------------------------------------------------------

DISPATCH: Final[dict[str, Any]] = {
    "ref": ["", "dispatch", "d-1"],
    "state": "created",
    "location": "leith",
    "orders": ["o-17"],
}
PARCEL: Final[dict[str, Any]] = {
    "ref": ["", "parcel", "p-1"],
    "state": "packed",
    "orders": ["o-17"],
    "location": "leith",
    "weight_grams": 900,
}
HELD: Final[dict[str, Any]] = {
    "ref": ["", "stock hold", "h-1"],
    "state": "running",
    "position": ["BRASS-LAMP", "leith"],
    "n": 3,
    "until": "2026-03-02T09:00:00+00:00",
}


def bad(read: Callable[[str], object], text: str) -> str:
    """Read what cannot be read; where it was said to be."""
    started = time.perf_counter()
    with pytest.raises(BadInput) as caught:
        read(text)
    assert time.perf_counter() - started < 0.5
    assert caught.value.path
    assert caught.value.reason
    return str(caught.value)


def test_what_is_altered_below_was_readable_before() -> None:
    for fields in (DISPATCH, PARCEL, HELD):
        assert codec.read_document(json.dumps(fields)).ref.id


@pytest.mark.parametrize(
    "number",
    (
        "1.9",
        "1.0",
        "true",
        '"1"',
        '"１"',
        "null",
        "NaN",
        "Infinity",
        "1e3",
        "[1]",
        "{}",
        "9" * 5000,
    ),
)
def test_only_a_whole_number_is_a_whole_number(number: str) -> None:
    held = json.dumps({**HELD, "n": "?"}).replace('"?"', number)

    said = bad(codec.read_document, held)

    if len(number) < 100:
        assert said.endswith("@ document.n")


@pytest.mark.parametrize(
    "moment",
    (
        "2026-03-02T09:00:00",  # no zone
        "2026-03-02",
        "2026-W10-1T09:00:00+00:00",
        "20260302T090000+00:00",
        "2026-03-02T09:00:00Z",
        "2026-03-02T10:00:00+01:00",
        "２０２６-03-02T09:00:00+00:00",
        "2026-02-30T09:00:00+00:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "soon",
        1772442000,
        None,
        ["2026-03-02T09:00:00+00:00"],
    ),
)
def test_only_a_time_as_we_write_it_is_a_time(moment: object) -> None:
    supply = {
        "ref": ["", "supply", "s-1"],
        "state": "expected",
        "position": ["BRASS-LAMP", "leith"],
        "expected": 5,
        "due": moment,
    }

    assert bad(codec.read_document, json.dumps(supply)).endswith("@ document.due")
    assert bad(
        lambda text: codec.read_args("expect", text), json.dumps({"due": moment})
    ).startswith("arguments: ")


@pytest.mark.parametrize("price", ("1e5", "１0", "1_000", "NaN", "", " 1", "1" * 19, 10, None))
def test_only_a_plain_decimal_in_quotes_is_a_price(price: object) -> None:
    new = {"customer": "c-7", "currency": "EUR"}
    line = {"id": "1", "sku": {"code": "BRASS-LAMP"}, "n": 1}
    line["price"] = {"amount": price, "currency": "EUR"}

    said = bad(
        lambda text: codec.read_args("place", text), json.dumps({"new": {**new, "lines": [line]}})
    )

    assert said.endswith("@ arguments.lines[0].price.amount")


@pytest.mark.parametrize(
    ("fields", "where"),
    (
        ({**DISPATCH, "colour": "red"}, "unknown keys colour @ document"),
        ({k: v for k, v in DISPATCH.items() if k != "orders"}, "@ document.orders"),
        ({**DISPATCH, "state": "sleeping"}, "@ document.state"),
        ({**DISPATCH, "state": 1}, "@ document.state"),
        ({**DISPATCH, "orders": "o-17"}, "@ document.orders"),
        ({**DISPATCH, "orders": {"o-17": 1}}, "@ document.orders"),
        ({**DISPATCH, "orders": ["o-17", 18]}, "@ document.orders[1]"),
        ({**DISPATCH, "location": 5}, "@ document.location"),
        ({**DISPATCH, "location": ["leith"]}, "@ document.location"),
        ({**DISPATCH, "ref": ["", "dispatch"]}, "three parts"),
        ({**DISPATCH, "ref": ["", "dispatch", "d-1", "x"]}, "three parts"),
        ({**DISPATCH, "ref": ["", "dispatch", 1]}, "a list of texts"),
        ({**DISPATCH, "ref": ["", "barge", "d-1"]}, "no documents of kind barge"),
        ({**DISPATCH, "ref": ["", "order", "d-1"]}, "@ document"),
        ({**PARCEL, "weight_grams": True}, "@ document.weight_grams"),
        ({**PARCEL, "holds": [{"code": "x"}]}, "@ document.holds[0].reason"),
        ({**PARCEL, "holds": [None]}, "@ document.holds[0]"),
        ({**HELD, "position": []}, "@ document.position"),
        ({**HELD, "position": ["a"] * 7}, "@ document.position"),
        ({**HELD, "position": "BRASS-LAMP"}, "@ document.position"),
        ([DISPATCH], "an object is wanted"),
        ("BRASS-LAMP", "an object is wanted"),
        (None, "an object is wanted"),
    ),
)
def test_a_document_of_another_form_is_named_with_its_place(fields: object, where: str) -> None:
    assert where in bad(codec.read_document, json.dumps(fields))


@pytest.mark.parametrize(
    ("facts", "where"),
    (
        ([["Vanished", {}]], "@ facts[0]"),
        ([[["Moved"], {}]], "@ facts[0]"),
        ([["Moved", 5]], "@ facts[0]"),
        ([["Moved", "abc"]], "@ facts[0]"),
        ([["Moved", {}]], "@ facts[0].order"),
        ([["Moved"]], "@ facts[0]"),
        (["Mo"], "@ facts[0]"),
        ({"Moved": {}}, "a list is wanted"),
        ("Moved", "a list is wanted"),
        (
            [["Noted", {"ref": ["", "order", "o"], "what": "x", "details": ["ab"]}]],
            "@ facts[0].details[0]",
        ),
        (
            [["Noted", {"ref": ["", "order", "o"], "what": "x", "details": [["a", True]]}]],
            "@ facts[0].details[0]",
        ),
        ([["Opened", {"document": {**PARCEL, "holds": 5}}]], "@ facts[0].document.holds"),
    ),
)
def test_facts_of_another_form_are_named_with_their_place(facts: object, where: str) -> None:
    assert where in bad(codec.read_facts, json.dumps(facts))


@pytest.mark.parametrize(
    ("verb", "args", "where"),
    (
        ("juggle", {"balls": 3}, "there is no verb juggle"),
        ("hold_stock", {"colour": "red"}, "hold_stock does not take colour"),
        ("hold_stock", [1], "an object is wanted"),
        ("hold_stock", 5, "an object is wanted"),
        ("hold_stock", {"n": "5"}, "int is wanted"),
        ("release", {"lines": [["1", 1.5]]}, "@ arguments[0]"),
        ("release", {"lines": ["1a"]}, "@ arguments[0]"),
        ("release", {"lines": [["1"]]}, "@ arguments[0]"),
        ("inspect", {"verdicts": [["1", 1, 7]]}, "@ arguments[0]"),
    ),
)
def test_arguments_of_another_form_are_named(verb: str, args: object, where: str) -> None:
    assert where in bad(lambda text: codec.read_args(verb, text), json.dumps(args))


@pytest.mark.parametrize("details", ('[["name","Ann"]]', '{"name":5}', '{"name":null}', "5", '"x"'))
def test_a_person_of_another_form_is_not_read(details: str) -> None:
    bad(codec.read_details, details)


READERS: Final[dict[str, Callable[[str], object]]] = {
    "document": codec.read_document,
    "facts": codec.read_facts,
    "figures": codec.read_figures,
    "person": codec.read_details,
    "arguments": lambda text: codec.read_args("place", text),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "text",
    (
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "9" * 5000,
        "1e999999999",
        "{",
        '{"a"}',
        "NaN",
        "'a'",
        "\x00",
        "[1,]",
        "[[[[[[]]]]]]",
        '{"ref":{"ref":{"ref":[]}}}',
    ),
    ids=lambda text: text[:12],
)
def test_garbage_is_bad_input_and_quickly(reader: Callable[[str], object], text: str) -> None:
    bad(reader, text)


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(sorted(KINDS)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80)
@given(JSON, st.sampled_from(sorted(READERS)))
def test_no_json_is_anything_but_read_or_bad_input(value: object, name: str) -> None:
    text = json.dumps(value)

    with suppress(BadInput):
        READERS[name](text)


@settings(max_examples=80)
@given(st.data())
def test_a_document_with_one_place_altered_is_read_or_bad_input(data: st.DataObject) -> None:
    order = json.loads(codec.put_document(data.draw(anything(KINDS["order"]))))
    paths = list(places(order))
    *way, last = data.draw(st.sampled_from(paths))
    inner = order
    for step in way:
        inner = inner[step]
    inner[last] = data.draw(JSON)
    text = json.dumps(order)

    with suppress(BadInput):
        again = codec.read_document(text)
        assert codec.read_document(codec.put_document(again)) == again


def places(value: Any, *way: Any) -> list[tuple[Any, ...]]:
    """The way to every place in a JSON value but its root."""
    if isinstance(value, dict):
        steps: list[Any] = list(value)
    else:
        steps = list(range(len(value))) if isinstance(value, list) else []
    found = []
    for step in steps:
        found += [(*way, step), *places(value[step], *way, step)]
    return found
