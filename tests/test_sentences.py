from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import orderflow
from orderflow import verbs
from orderflow.errors import IllegalMove, NotFound, Refusal
from orderflow.journal import VERBS
from orderflow.records import KINDS
from orderflow.sentences import HOLDS, KINDS_AND_STATES, MOVES_AND_VERBS, REASONS, SENTENCES, WORDS
from orderflow.sourcing.explaining import Lack
from orderflow.states import CHARTS

SOURCE = Path(orderflow.__file__).parent

STATES = sorted({state.value for chart in CHARTS.values() for state in chart.states})
MOVES = sorted({move.value for chart in CHARTS.values() for move in chart.moves})
VERB_NAMES = sorted(name.replace("_", " ") for name in verbs.__all__ if name in VERBS)


def figures(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", (*KINDS, *STATES))
def test_each_kind_and_state_has_a_chinese_word(word: str) -> None:
    assert is_chinese(KINDS_AND_STATES[word]), f"sentences.KINDS_AND_STATES wants {word}"


@pytest.mark.parametrize("lack", set(Lack) - {Lack.NOWHERE, Lack.TOO_FEW, Lack.OTHERS})
def test_each_reason_for_which_a_line_is_left_out_has_chinese_words(lack: Lack) -> None:
    assert is_chinese(REASONS[lack]), f"sentences.REASONS wants {lack}"


@pytest.mark.parametrize("word", (*MOVES, *VERB_NAMES))
def test_each_move_and_verb_has_a_chinese_word(word: str) -> None:
    assert word in MOVES_AND_VERBS, f"sentences.MOVES_AND_VERBS wants {word}"
    assert is_chinese(MOVES_AND_VERBS[word])


def asked_in_code() -> Iterator[str]:
    """What modules ask units for in words of their own: `step.choose(order, "return", ...)`."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                wanted = {"step.choose": 1, "select": 1, "IllegalMove": 2}.get(name)
                if wanted is not None and len(node.args) > wanted:
                    yield from named(node.args[wanted])
                if name == "IllegalMove" and len(node.args) > 3:
                    yield from named(node.args[3])


def named(node: ast.expr) -> Iterator[str]:
    """The texts in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def test_each_thing_that_the_code_asks_units_for_has_a_chinese_word() -> None:
    asked = {one.strip() for one in asked_in_code()}

    assert {"return", "inspect"} <= asked
    assert asked - MOVES_AND_VERBS.keys() == set()


def holds_in_code() -> Iterator[str]:
    """The codes of holds that modules set by themselves: `step.hold(ref, "paid_late", ...)`."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "step.hold":
                code = node.args[1]
                if isinstance(code, ast.Constant):
                    yield str(code.value)


def test_each_hold_that_the_library_sets_has_a_chinese_name() -> None:
    codes = set(holds_in_code())

    assert "paid_late" in codes
    assert codes - HOLDS.keys() == set()


def is_chinese(word: str) -> bool:
    return bool(word) and re.search("[A-Za-z]", word) is None


def test_no_chinese_word_has_a_latin_letter() -> None:
    assert all(is_chinese(word) for word in (*WORDS.values(), *HOLDS.values()))


def test_a_noun_comes_before_a_verb_of_the_same_name() -> None:
    assert NotFound("return", "R-1").refusals[0].say("zh") == "没有退货单 R-1"
    illegal = IllegalMove("order O-17", "open", "return", ("ship", "cancel"))
    assert illegal.refusals[0].say("zh") == "订单 O-17状态为“待处理”,不能退货(可以:发货、取消)"


# --- sentences ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_name_the_same_figures(code: str) -> None:
    assert figures(SENTENCES[code]["en"]) == figures(SENTENCES[code]["zh"])


SAMPLES = {
    "kind": list(KINDS),
    "state": [*STATES, "empty"],
    "move": [*MOVES, *VERB_NAMES],
    "can": [", ".join(MOVES), "ask return, report missing", "nothing more"],
    "what": [f"{kind} X-17" for kind in KINDS],
    "hold": list(HOLDS),
    "asked": ["quote", "book", "cancel", "track"],
    "location": ["LEITH", "the pool", "all locations"],
    "currency": ["EUR"],
}
"""What guards and verbs put into figures; every other figure is a name, a date or a count."""


def refusals(code: str) -> Iterator[Refusal]:
    """A refusal of this code for each sample of each of its figures."""
    names = sorted(figures(SENTENCES[code]["zh"]))
    longest = max(len(SAMPLES.get(name, ())) for name in names)
    for i in range(max(1, longest)):
        facts = {name: SAMPLES.get(name, ["X-17"]) for name in names}
        yield Refusal.of(code, **{name: of[i % len(of)] for name, of in facts.items()})


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_chinese_sentence_has_no_english_word_of_ours(code: str) -> None:
    for refusal in refusals(code):
        said = refusal.say("zh")
        assert re.search("[a-z]", said) is None, said


def test_the_reason_of_a_hold_is_told_as_it_was_given() -> None:
    def told(hold: str) -> str:
        return Refusal.of("on_hold", what="order O-17", hold=hold, reason="odd address").say("zh")

    assert told("fraud") == "订单 O-17已被挂起:fraud(odd address)"
    assert told("special_handling") == "订单 O-17已被挂起:特殊处理(odd address)"
    assert told("paid_late") == "订单 O-17已被挂起:逾期到账(系统记录)"


def test_a_stage_is_called_by_the_hosts_own_name() -> None:
    refusal = Refusal.of("nothing_to_do", what="order O-17", move="enter 抛光")

    assert refusal.say("zh") == "订单 O-17没有可以进入“抛光”的商品"


def test_an_amount_is_told_in_its_main_unit_in_both_languages() -> None:
    short = Refusal.of("not_paid", order="O-17", due=1250, currency="EUR")

    assert "12.50 EUR" in short.say("en")
    assert "12.50 EUR" in short.say("zh")
