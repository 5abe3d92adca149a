"""A process from a TOML file.

It knows the keys of the file, and refuses to know what makes a good process: what it reads becomes
pieces, and those are checked as any others are.

    [[stage]]
    name = "polishing"
    within = "picked"
    after = ["engraving"]
    obligatory = true

    [chart.order]
    close = ["in review", "awaiting customer"]

    [[chart.order.remove]]
    from = "draft"
    move = "cancel"

    [[chart.parcel.require]]
    from = "packed"
    move = "hand over"
    guard = "weighed"

The file is written by people, so each mistake is told with the path of its key and with what is
possible there, and no key is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, Never, TypeVar

from orderflow.chart import Guard
from orderflow.errors import BadInput
from orderflow.process.pieces import Close, Piece, Remove, Require, Stage
from orderflow.states import (
    CHARTS,
    AnyChart,
    UnitState,
    all_units_ended,
    has_lines,
    no_unit_kept,
    not_held,
    nothing_owed,
    nothing_paid,
    order_confirmed,
    paid_or_cash_on_delivery,
    receipt_settled,
    window_over,
)
from orderflow.values import text as checked_text

E = TypeVar("E", bound=StrEnum)

CHARACTERS_MAX: Final = 50_000
"""The longest file."""

LINE_MAX: Final = 500
"""The longest line: the time that a key of many dots takes grows with the square of its length."""

_LIBRARY: Final[Mapping[str, tuple[Guard[Never], ...]]] = {
    "order": (
        has_lines,
        paid_or_cash_on_delivery,
        all_units_ended,
        no_unit_kept,
        nothing_owed,
        nothing_paid,
        receipt_settled,
        window_over,
    ),
    "unit": (order_confirmed,),
}
"""The library's own guards by chart: each sees the facts of that chart alone."""

_HOLDABLE: Final = ("order", "unit", "payment", "parcel", "return", "exchange", "reissue")
"""The charts whose facts have holds, so that `not_held` can be asked of them."""


def read(text: str | bytes, guards: Mapping[str, Guard[Never]]) -> tuple[list[Piece], list[str]]:
    """The pieces of a file, and the path of each."""
    for name, guard in guards.items():
        path = f"guards.{checked_text(name, 'guards')}"
        if not isinstance(guard, Guard):
            raise BadInput(path, "a Guard is wanted")
    whole = _table(_parsed(text), "text", ("chart", "stage"))
    pieces: list[Piece] = []
    paths: list[str] = []
    for name, about in _table(whole.get("chart", {}), "chart", CHARTS).items():
        chart, at = CHARTS[name], f"chart.{name}"
        keys = _table(about, at, ("close", "remove", "require"))
        for i, state in enumerate(_list(keys.get("close", []), f"{at}.close")):
            paths.append(f"{at}.close[{i}]")
            pieces.append(Close(chart, _member(chart.states, state, paths[-1])))
        for i, row in enumerate(_list(keys.get("remove", []), f"{at}.remove")):
            paths.append(f"{at}.remove[{i}]")
            _table(row, paths[-1], ("from", "move"), needs=("from", "move"))
            pieces.append(Remove(chart, *_row(chart, row, paths[-1])))
        for i, row in enumerate(_list(keys.get("require", []), f"{at}.require")):
            paths.append(f"{at}.require[{i}]")
            wanted = ("from", "move", "guard")
            _table(row, paths[-1], wanted, needs=wanted)
            state, move = _row(chart, row, paths[-1])
            guard = _guard(chart, move, row["guard"], f"{paths[-1]}.guard", guards)
            pieces.append(Require(chart, state, move, guard))
    for i, row in enumerate(_list(whole.get("stage", []), "stage")):
        paths.append(f"stage[{i}]")
        pieces.append(_stage(row, paths[-1]))
    return pieces, paths


def _parsed(text: object) -> object:
    import tomllib  # most hosts have no such file, and importing it costs

    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError:
            raise BadInput("text", "is not UTF-8") from None
    if not isinstance(text, str):
        raise BadInput("text", f"text is wanted, not {type(text).__name__}")
    if len(text) > CHARACTERS_MAX:
        raise BadInput("text", f"longer than {CHARACTERS_MAX} characters")
    for i, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_MAX:
            raise BadInput("text", f"line {i} is longer than {LINE_MAX} characters")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise BadInput("text", "is nested too deep") from None
    except ValueError as wrong:
        raise BadInput("text", f"is no TOML: {ascii(str(wrong))[1:-1][:200]}") from None


def _table(
    value: object, path: str, known: Iterable[str], *, needs: Iterable[str] = ()
) -> dict[str, Any]:
    """A table with no other keys than these."""
    if not isinstance(value, dict):
        raise BadInput(path, f"a table is wanted, not {_kind(value)}")
    known = tuple(known)
    for key in value:
        if key not in known:
            shown = key if key.isascii() and key.isprintable() else ascii(key)[1:-1]
            raise BadInput(
                f"{path}.{shown[:80]}".removeprefix("text."),
                f"there is no such key (can: {', '.join(known)})",
            )
    for key in needs:
        if key not in value:
            raise BadInput(f"{path}.{key}", "is missing")
    return value


def _list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput(path, f"a list is wanted, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    return "a table" if isinstance(value, dict) else type(value).__name__


def _member(members: type[E], value: object, path: str) -> E:
    """A state or move by its value."""
    name = checked_text(value, path)
    for member in members:
        if member.value == name:
            return member
    raise BadInput(path, f"there is no {name} (can: {', '.join(members)})")


def _row(chart: AnyChart, row: dict[str, Any], path: str) -> tuple[StrEnum, StrEnum]:
    state: StrEnum = _member(chart.states, row["from"], f"{path}.from")
    move: StrEnum = _member(chart.moves, row["move"], f"{path}.move")
    return state, move


def _guard(
    chart: AnyChart, move: StrEnum, value: object, path: str, own: Mapping[str, Guard[Never]]
) -> Guard[Never]:
    """A guard by its name: the host's own, else the library's."""
    name = checked_text(value, path)
    known: dict[str, Guard[Never]] = {guard.name: guard for guard in _LIBRARY.get(chart.name, ())}
    if chart.name in _HOLDABLE:
        known["not_held"] = not_held(move)
    known |= own
    if name not in known:
        raise BadInput(path, f"there is no guard {name} (can: {', '.join(known) or 'none'})")
    return known[name]


def _stage(value: object, path: str) -> Stage:
    known = ("name", "within", "after", "obligatory")
    row = _table(value, path, known, needs=("name", "within"))
    after = tuple(_list(row.get("after", []), f"{path}.after"))
    within = _member(UnitState, row["within"], f"{path}.within")
    return Stage(row["name"], within, after, row.get("obligatory", False))
