"""A process from a TOML file, and what is said of one that cannot be taken."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput
from orderflow.chart import Guard
from orderflow.process import Close, Process, Remove, Require, Stage, own_guard
from orderflow.process.toml import CHARACTERS_MAX
from orderflow.states import (
    ORDER,
    PARCEL,
    UNIT,
    OrderMove,
    OrderState,
    ParcelFacts,
    ParcelMove,
    ParcelState,
    UnitMove,
    UnitState,
    order_confirmed,
    paid_or_cash_on_delivery,
)

weighed: Final[Guard[ParcelFacts]] = own_guard(
    "weighed", lambda parcel: parcel.weight_grams > 0, "the parcel has not been weighed"
)

WHOLE: Final = """
[[stage]]
name = "engraving"
within = "picked"

[[stage]]
name = "polishing"
within = "picked"
after = ["engraving"]
obligatory = true

[chart.order]
close = ["in review", "awaiting customer", "rejected"]

[[chart.order.remove]]
from = "draft"
move = "cancel"

[[chart.unit.require]]
from = "picked"
move = "pack"
guard = "order_confirmed"

[[chart.parcel.require]]
from = "packed"
move = "hand over"
guard = "weighed"
"""


def refused(text: Any, guards: Any = None) -> str:
    """What is said of a file that cannot be taken."""
    with pytest.raises(BadInput) as bad:
        Process.from_toml(text, guards)
    assert bad.value.path
    assert len(str(bad.value)) < 600
    return str(bad.value)


@pytest.mark.feature("F089", "F090")
@pytest.mark.parametrize("text", (WHOLE, WHOLE.encode(), WHOLE.replace("\n", "\r\n")))
def test_a_file_says_what_the_pieces_say(text: str | bytes) -> None:
    process = Process.from_toml(text, {"weighed": weighed})

    assert process == Process.of(
        Close(ORDER, OrderState.IN_REVIEW),
        Close(ORDER, OrderState.AWAITING_CUSTOMER),
        Close(ORDER, OrderState.REJECTED),
        Remove(ORDER, OrderState.DRAFT, OrderMove.CANCEL),
        Require(UNIT, UnitState.PICKED, UnitMove.PACK, order_confirmed),
        Require(PARCEL, ParcelState.PACKED, ParcelMove.HAND_OVER, weighed),
        Stage("engraving", UnitState.PICKED),
        Stage("polishing", UnitState.PICKED, ("engraving",), obligatory=True),
    )


def test_an_empty_file_is_our_own_process() -> None:
    assert Process.from_toml("") == Process()
    assert Process.from_toml("# nothing yet\n").fingerprint == ""


def test_the_librarys_guards_are_there_by_name() -> None:
    text = """
[[chart.order.require]]
from = "placed"
move = "review"
guard = "paid_or_cash_on_delivery"

[[chart.unit.require]]
from = "picked"
move = "pack"
guard = "not_held"
"""

    process = Process.from_toml(text)

    review, pack = process.pieces
    assert review == Require(ORDER, OrderState.PLACED, OrderMove.REVIEW, paid_or_cash_on_delivery)
    assert isinstance(pack, Require)
    assert pack.guard.name == "not_held"


def row(kind: str, **keys: str) -> str:
    return "\n".join([f"[[chart.{kind}]]", *(f'{key} = "{value}"' for key, value in keys.items())])


STATES_OF_A_PARCEL: Final = (
    "(can: packed, shipped, ready to collect, delivered, cancelled, lost, going back, returned)"
)


@pytest.mark.parametrize(
    ("text", "said"),
    (
        ("stages = 1", "stages: there is no such key (can: chart, stage)"),
        ("[chart.oder]", "chart.oder: there is no such key (can: order, unit, payment, "),
        (
            "[chart.order]\nremoved = []",
            "chart.order.removed: there is no such key (can: close, remove, require)",
        ),
        ("chart = 1", "chart: a table is wanted, not int"),
        ("[chart]\norder = []", "chart.order: a table is wanted, not list"),
        ("[chart.order]\nclose = 'archived'", "chart.order.close: a list is wanted, not str"),
        ("[chart.order.remove]\nfrom = 'x'", "chart.order.remove: a list is wanted, not a table"),
        ("[chart.order]\nremove = [1]", "chart.order.remove[0]: a table is wanted, not int"),
        (
            row("order.remove", **{"from": "draft"}),
            "chart.order.remove[0].move: is missing",
        ),
        (
            row("parcel.remove", **{"from": "parked"}, move="cancel"),
            f"chart.parcel.remove[0].from: there is no parked {STATES_OF_A_PARCEL}",
        ),
        (
            row("parcel.remove", **{"from": "packed"}, move="fly"),
            "chart.parcel.remove[0].move: there is no fly (can: hand over, make ready, deliver, "
            "cancel, lose, turn back, receive back, go on, put right)",
        ),
        (
            row("parcel.remove", **{"from": "packed"}, move="deliver"),
            "chart.parcel.remove[0].move: parcel: no row leads from packed by deliver "
            "(can: hand over, cancel)",
        ),
        (
            row("parcel.remove", **{"from": "shipped"}, move="deliver"),
            "chart.parcel.remove[0].move: parcel: deliver reports what has happened outside and "
            "cannot be tightened (can: none)",
        ),
        (
            row("parcel.remove", **{"from": "packed"}, move="hand over"),
            "chart.parcel.remove[0].move: parcel: no row leads to shipped; ",
        ),
        (
            "[chart.order]\nclose = ['in review']",
            "chart.order.close[0]: order: no row leads to awaiting customer; ",
        ),
        (
            row("parcel.require", **{"from": "packed"}, move="hand over", guard="sealed"),
            "chart.parcel.require[0].guard: there is no guard sealed (can: not_held, weighed)",
        ),
        (
            row("parcel.require", **{"from": "packed"}, move="hand over", guard="has_lines"),
            "chart.parcel.require[0].guard: there is no guard has_lines (can: not_held, weighed)",
        ),
        (
            row("unit.require", **{"from": "picked"}, move="pack", guard="has_lines"),
            "chart.unit.require[0].guard: there is no guard has_lines "
            "(can: order_confirmed, not_held, weighed)",
        ),
        (
            row("unit.require", **{"from": "shipped"}, move="lose", guard="not_held"),
            "chart.unit.require[0].move: unit: lose reports what has happened outside",
        ),
        ("[[stage]]\nname = 'a'", "stage[0].within: is missing"),
        ("[[stage]]\nname = 3\nwithin = 'picked'", "stage[0].name: text is wanted, not int"),
        ("[[stage]]\nname = 'a'\nwithin = 'piked'", "stage[0].within: there is no piked (can: "),
        ("[[stage]]\nname = 'a'\nwithin = 1.5", "stage[0].within: text is wanted, not float"),
        (
            "[[stage]]\nname = 'a'\nwithin = 'picked'\nafter = 'b'",
            "stage[0].after: a list is wanted, not str",
        ),
        (
            "[[stage]]\nname = 'a'\nwithin = 'picked'\nafter = [['b']]",
            "stage[0].after[0]: text is wanted, not list",
        ),
        (
            "[[stage]]\nname = 'a'\nwithin = 'picked'\nafter = ['b']",
            "stage[0].after[0]: there is no stage b within picked (can: none)",
        ),
        (
            "[[stage]]\nname = 'a'\nwithin = 'picked'\nobligatory = 'yes'",
            "stage[0].obligatory: true or false is wanted",
        ),
        (
            "[[stage]]\nname = 'a'\nwithin = 'picked'\nbefore = ['b']",
            "stage[0].before: there is no such key (can: name, within, after, obligatory)",
        ),
        ("[[stage]]\nname = 'a'\nwithin = 'lapsed'", "stage[0].within: lapsed is an end (can: "),
    ),
)
def test_a_mistake_is_told_with_its_key_and_what_is_possible(text: str, said: str) -> None:
    assert refused(text, {"weighed": weighed}).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    (
        (None, "text: text is wanted, not NoneType"),
        (17, "text: text is wanted, not int"),
        (b"\xff\xfe", "text: is not UTF-8"),
        ("[", "text: is no TOML: "),
        ("a = 1\na = 2", "text: is no TOML: "),
        ("a = '\x00'", "text: is no TOML: "),
        ("a = " + "[" * 400, "text: is no TOML: "),
        ("a = [" + "\n[" * 20_000, "text: is nested too deep"),
        ("a = " + "9" * 600, "text: line 1 is longer than 500 characters"),
        ("a." * 300 + "b = 1", "text: line 1 is longer than 500 characters"),
        ("#\n" * CHARACTERS_MAX, f"text: longer than {CHARACTERS_MAX} characters"),
        ('"\\u202Eoder" = 1', "\\u202eoder: there is no such key"),
        (f'"{"x" * 400}" = 1', f"{'x' * 80}: there is no such key"),
        ("[[stage]]\nname = '" + "x" * 300 + "'\nwithin = 'picked'", "stage[0].name: longer than"),
        ("[[stage]]\nname = 'a\u200b'\nwithin = 'picked'", "stage[0].name: has a character that"),
        ("[[stage]]\nname='a'\nwithin='open'\n" * 101, "stage[100]: more than 100 stages"),
    ),
)
def test_hostile_text_is_refused(text: Any, said: str) -> None:
    assert refused(text).startswith(said)


def test_a_guard_that_is_none_is_refused() -> None:
    assert refused("", {"weighed": lambda parcel: True}) == "guards.weighed: a Guard is wanted"
    assert refused("", {3: weighed}).startswith("guards: text is wanted")


@given(st.one_of(st.text(), st.binary()))
def test_any_text_is_a_process_or_bad_input(text: str | bytes) -> None:
    with suppress(BadInput):
        Process.from_toml(text)


words = st.sampled_from(
    (
        "order",
        "unit",
        "picked",
        "pack",
        "open",
        "draft",
        "cancel",
        "weighed",
        "a",
        "",
        "x y",
        "\u202e",
    )
)
values = st.recursive(
    st.one_of(words, st.integers(), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
tables = st.dictionaries(
    st.sampled_from(("name", "within", "after", "obligatory", "from", "move", "guard", "when")),
    values,
    max_size=5,
)


def toml(value: object) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return repr(value)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("stage", "chart.order.remove", "chart.unit.require", "chart.unit")),
            tables,
        ),
        max_size=4,
    )
)
def test_any_tables_are_a_process_or_bad_input_at_one_of_their_keys(
    blocks: list[tuple[str, dict[str, object]]],
) -> None:
    text = "\n".join(
        f"[[{name}]]\n" + "\n".join(f"{key} = {toml(value)}" for key, value in table.items())
        for name, table in blocks
    )

    with suppress(BadInput):
        assert len(Process.from_toml(text, {"weighed": weighed}).pieces) == len(blocks)
        return
    assert refused(text, {"weighed": weighed}).startswith(("stage", "chart", "text"))
