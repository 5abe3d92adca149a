from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter, signature
from typing import Any, Final, get_args, get_type_hints

import pytest

import orderflow
from orderflow import BadInput, Position, Ref, Rules, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.calls import Call
from orderflow.commands import Commands, Done
from orderflow.journal import STOCK, VERBS, Case, Context, Step, Verb
from orderflow.records import KINDS

METHODS: Final = {
    name: method
    for name, method in vars(Commands).items()
    if callable(method) and not name.startswith("_") and name != "apply"
}


class Ear(Commands):
    """Hears a call, and does nothing."""

    tenant = "north"

    def __init__(self) -> None:
        self.heard: list[tuple[Call[Any], str | None, str]] = []

    def apply(self, call: Call[Any], *, key: str | None = None, by: str = "") -> Done[Any]:
        self.heard.append((call, key, by))
        return Done(1, (), False, None)


def own_parameters(method: Any) -> list[Parameter]:
    """The parameters that a method shares with its verb."""
    after_self = list(signature(method).parameters.values())[1:]
    return [one for one in after_self if one.name not in ("key", "by")]


def test_each_verb_has_its_method_and_each_method_its_verb() -> None:
    assert set(METHODS) == set(VERBS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_has_the_parameters_of_its_verb(name: str) -> None:
    verb = VERBS[name]
    of_verb = list(signature(verb.function).parameters.values())[2:]
    of_method = own_parameters(METHODS[name])
    if verb.kind != STOCK:
        document, *of_method = of_method
        assert (document.name, document.default) == ("id", Parameter.empty)

    assert [(one.name, one.default, one.kind) for one in of_method] == [
        (one.name, one.default, one.kind) for one in of_verb
    ]
    assert {one.name: one.annotation for one in of_method} == {
        one.name: one.annotation for one in of_verb
    }


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_gives_the_document_of_its_verb(name: str) -> None:
    verb = VERBS[name]
    given = get_type_hints(METHODS[name])["return"].__args__[0]

    if verb.kind != STOCK:
        assert given is KINDS[verb.kind]


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_calls_its_verb_with_key_and_actor(name: str) -> None:
    ear, verb = Ear(), VERBS[name]
    values = {one.name: f"<{one.name}>" for one in own_parameters(METHODS[name])}
    at = Position("BRASS-LAMP", "leith")
    if "position" in values:
        values["position"] = at  # type: ignore[assignment] # any value that has a SKU

    getattr(ear, name)(**values, key="k-1", by="anna")

    ((call, key, by),) = ear.heard
    id = {
        "position": "BRASS-LAMP",
        "pool": "<pool>",
        "carrier": "<carrier>",
        "location": "<location>",
        "id": "<id>",
    }[next(iter(values))]
    values.pop("id", None)
    assert (call.verb, call.ref) == (name, Ref("north", verb.kind, id))
    assert dict(call.args) == values
    assert (key, by) == ("k-1", "anna")


# --- calls --------------------------------------------------------------------


def polish(case: Case, context: Context, cloth: str, times: int = 1, *, dry: bool = False) -> Step:
    """Polish the brass of an order."""
    return Step(case, context)


POLISH: Final = Verb[Any, Any]("polish", "order", polish)


def test_one_question_has_one_form() -> None:
    plain: Call[Any] = Call("polish", Ref("", "order", "o-17"), (("cloth", "soft"),))

    assert POLISH.on("o-17", "soft") == plain
    assert POLISH.on("o-17", cloth="soft") == plain
    assert POLISH.on("o-17", "soft", 1) == plain
    assert POLISH.on("o-17", "soft", dry=False, times=1) == plain


def test_what_only_equals_its_default_is_no_default() -> None:
    assert POLISH.on("o-17", "soft", True).args == (("cloth", "soft"), ("times", True))
    assert POLISH.on("o-17", "soft", 1, dry=0).args == (("cloth", "soft"), ("dry", 0))


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    (
        ((), {}, "polish lacks cloth"),
        (("soft",), {"cloth": "soft"}, "polish has cloth twice"),
        (("soft",), {"colour": "red"}, "polish does not take colour"),
        (("soft", 1, True, 4), {}, "polish does not take 4 arguments"),
    ),
)
def test_a_call_that_does_not_fit_its_verb_is_a_mistake(
    args: tuple[Any, ...], kwargs: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        POLISH.on("o-17", *args, **kwargs)


def test_a_verb_of_another_kind_of_document_is_a_mistake() -> None:
    shop = Workflow(MemoryStore(), Rules())

    with pytest.raises(TypeError, match="hand_over is for a parcel, not for a order"):
        shop.apply(VERBS["hand_over"].of(Ref("", "order", "o-17")))
    with pytest.raises(ValueError, match="there is no verb fly"):
        shop.apply(Call("fly", Ref("", "order", "o-17")))


def test_another_tenants_document_is_not_touched() -> None:
    shop = Workflow(MemoryStore(), Rules(), tenant="north")

    with pytest.raises(BadInput, match=r"ref\.tenant: is south, not north"):
        shop.apply(VERBS["confirm"].of(Ref("south", "order", "o-17")))
    with pytest.raises(BadInput, match="is south, not without one"):
        Workflow(MemoryStore()).why_not(VERBS["confirm"].of(Ref("south", "order", "o-17")))


def test_whatever_a_verb_takes_stands_at_the_root() -> None:
    root = {id(getattr(orderflow, name)) for name in orderflow.__all__}

    taken = {one for verb in VERBS.values() for hint in verb.hints.values() for one in ours(hint)}

    assert taken
    assert sorted(one.__name__ for one in taken if id(one) not in root) == []


def ours(hint: Any) -> Iterator[type]:
    """The types of the library that a hint names, within others, too."""
    for part in get_args(hint):
        yield from ours(part)
    if isinstance(hint, type) and hint.__module__.startswith("orderflow."):
        yield hint
