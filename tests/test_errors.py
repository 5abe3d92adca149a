from __future__ import annotations

import copy
import pickle
import string
from typing import Final

import pytest

from orderflow import errors
from orderflow.errors import (
    BadInput,
    CarrierFailed,
    GatewayFailed,
    IllegalMove,
    KeyReused,
    MoveRefused,
    NotFound,
    OrderflowError,
    OutcomeUnknown,
    Refusal,
    Refused,
    RetryExhausted,
    Short,
    Stale,
    StoreUnavailable,
    WarehouseFailed,
    WebhookRejected,
)
from orderflow.sentences import OF_ONE, SENTENCES, Language

LAMP_SHORT = Refusal.of("short", sku="BRASS-LAMP", location="leith", asked=5, free=2)
ON_HOLD = Refusal.of("on_hold", what="order o-17", hold="fraud", reason="address unknown")

RAISED = [
    (OrderflowError("broken"), "broken"),
    (Refused((ON_HOLD,)), "order o-17 is on hold: fraud (address unknown)"),
    (
        IllegalMove("order o-17", "shipped", "cancel", ("return", "close")),
        "order o-17 is shipped: cannot cancel (can: return, close)",
    ),
    (
        MoveRefused((ON_HOLD, LAMP_SHORT)),
        "order o-17 is on hold: fraud (address unknown); BRASS-LAMP at leith: 5 asked, 2 free",
    ),
    (Short((LAMP_SHORT,)), "BRASS-LAMP at leith: 5 asked, 2 free"),
    (NotFound("order", "o-17"), "there is no order o-17"),
    (BadInput("lines.1.quantity", "must not be empty"), "lines.1.quantity: must not be empty"),
    (KeyReused("k1", "ship"), "key k1 was used before, for another ship"),
    (Stale("order o-17"), "order o-17 has changed in between"),
    (
        RetryExhausted("ship", 5),
        "ship met other writers 5 times and gave up; nothing has changed",
    ),
    (OutcomeUnknown("k1"), "the outcome of k1 is unknown: send it again with the same key"),
    (StoreUnavailable("shop.sqlite", "is not a database"), "shop.sqlite: is not a database"),
    (
        GatewayFailed("stirling", "capture", "k1", "reply lost"),
        "stirling gave no answer to capture (reply lost): query key k1, or send it again",
    ),
    (
        CarrierFailed("caledonian", "book", "k1", "reply lost"),
        "caledonian gave no answer to book (reply lost): ask again with key k1",
    ),
    (
        WarehouseFailed("north store", "take", "k1", "reply lost"),
        "north store gave no answer to take (reply lost): ask again with key k1",
    ),
    (
        WebhookRejected("easypost", "too_old", "it is of last year"),
        "message of easypost rejected: it is of last year",
    ),
]


def kinds_below(kind: type[Exception]) -> set[type[Exception]]:
    below = {kind}
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            below |= kinds_below(child)
    return below


LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


# --- the tree -----------------------------------------------------------------


def test_every_exception_is_shown_here() -> None:
    assert {type(raised) for raised, _ in RAISED} == kinds_below(OrderflowError)


def test_the_tree_is_the_one_that_its_docstring_draws() -> None:
    assert kinds_below(Refused) == {Refused, IllegalMove, MoveRefused, Short, NotFound}
    for name in (kind.__name__ for kind in kinds_below(OrderflowError)):
        assert name in str(errors.__doc__)


def test_the_root_catches_all_and_only_bad_input_is_a_value_error() -> None:
    kinds = kinds_below(OrderflowError)

    assert all(issubclass(kind, OrderflowError) for kind in kinds)
    assert {kind for kind in kinds if issubclass(kind, ValueError)} == {BadInput}


@pytest.mark.parametrize(("raised", "words"), RAISED)
def test_an_exception_speaks_to_a_clerk(raised: OrderflowError, words: str) -> None:
    assert str(raised) == words


@pytest.mark.parametrize(("raised", "words"), RAISED)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_exception_survives_pickle(raised: OrderflowError, words: str, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(raised, protocol))  # noqa: S301

    assert type(again) is type(raised)
    assert str(again) == words
    assert again.args == raised.args
    assert vars(again) == vars(raised)


@pytest.mark.parametrize(("raised", "words"), RAISED)
def test_an_exception_survives_copying(raised: OrderflowError, words: str) -> None:
    for again in (copy.copy(raised), copy.deepcopy(raised)):
        assert type(again) is type(raised)
        assert (str(again), vars(again)) == (words, vars(raised))


def test_a_refused_move_carries_every_reason() -> None:
    refused = MoveRefused((ON_HOLD, LAMP_SHORT))

    assert [refusal.code for refusal in refused.refusals] == ["on_hold", "short"]


def test_an_illegal_move_is_a_refusal_too_and_lists_what_can_be_done() -> None:
    illegal = IllegalMove("order o-17", "shipped", "cancel", ("return", "close"))

    assert (illegal.what, illegal.state, illegal.move) == ("order o-17", "shipped", "cancel")
    assert illegal.can == ("return", "close")
    assert [refusal.code for refusal in illegal.refusals] == ["illegal_move"]


def test_an_illegal_move_from_an_end_says_that_nothing_can_be_done() -> None:
    illegal = IllegalMove("order o-17", "cancelled", "ship", ())

    assert str(illegal) == "order o-17 is cancelled: cannot ship (can: nothing more)"


def test_a_missing_document_is_named() -> None:
    missing = NotFound("order", "o-17")

    assert (missing.kind, missing.id) == ("order", "o-17")
    assert missing.refusals == (Refusal.of("not_found", kind="order", id="o-17"),)


def test_bad_input_names_the_path_and_the_reason() -> None:
    bad = BadInput("lines.1.quantity", "must not be empty")

    assert (bad.path, bad.reason) == ("lines.1.quantity", "must not be empty")


# --- refusals -----------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_sentence_is_filled_by_its_figures(code: str) -> None:
    names = placeholders(SENTENCES[code]["en"])

    refusal = Refusal.of(code, **{name: f"<{name}>" for name in names})

    assert all(name.isidentifier() for name in names)
    assert placeholders(SENTENCES[code]["zh"]) == names
    for language in LANGUAGES:
        sentence = refusal.say(language)
        assert all(f"<{name}>" in sentence for name in names)
        assert not set("{}") & set(sentence)
    assert refusal.sentence == refusal.say("en") == str(refusal)


@pytest.mark.parametrize("code", sorted(OF_ONE))
def test_a_figure_of_one_is_said_in_the_singular(code: str) -> None:
    counted, of_one = OF_ONE[code]
    names = placeholders(SENTENCES[code]["en"])
    others = {name: f"<{name}>" for name in names if name != counted}

    one, two = (Refusal.of(code, **others, **{counted: n}) for n in (1, 2))

    assert placeholders(of_one) == names - {counted}
    assert not {"1", "units"} & set(one.sentence.split())
    assert "2" in two.sentence.split()
    assert "1" in one.say("zh")


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_sentence_says_what_it_is_about(code: str) -> None:
    assert placeholders(SENTENCES[code]["en"])
    assert code.isidentifier()
    assert code == code.lower()


def test_an_unknown_code_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no such refusal: out_of_mood"):
        Refusal.of("out_of_mood")


def test_a_refusal_keeps_the_figures_in_the_order_of_the_guard() -> None:
    assert LAMP_SHORT.facts == (
        ("sku", "BRASS-LAMP"),
        ("location", "leith"),
        ("asked", 5),
        ("free", 2),
    )
    assert str(LAMP_SHORT) == LAMP_SHORT.sentence == "BRASS-LAMP at leith: 5 asked, 2 free"


def test_a_figure_with_braces_is_shown_as_it_is() -> None:
    refusal = Refusal.of("not_found", kind="order", id="{kind}{0.__class__}")

    assert str(refusal) == "there is no order {kind}{0.__class__}"


def test_refusals_are_values() -> None:
    again = Refusal.of("short", sku="BRASS-LAMP", location="leith", asked=5, free=2)

    assert again == LAMP_SHORT
    assert {again, LAMP_SHORT} == {LAMP_SHORT}
    assert pickle.loads(pickle.dumps(LAMP_SHORT)) == LAMP_SHORT  # noqa: S301
    with pytest.raises(AttributeError):
        again.code = "on_hold"  # type: ignore[misc]
