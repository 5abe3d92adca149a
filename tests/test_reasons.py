"""Why customers complain, and where each reason leads."""

from __future__ import annotations

from typing import Any, Final

import pytest

from orderflow import BadInput, Fault, Reason, Rules, Way
from orderflow.errors import Refusal
from orderflow.reasons import FAULTY, MISSING, USAGE, WITHDRAWAL, WRONG_ITEM, not_for
from orderflow.returns import ask_return
from tests.builders import LAMP, LEITH, Shop

REASONS = (WITHDRAWAL, FAULTY, WRONG_ITEM, MISSING, USAGE)
NAMED = Rules(locations=(LEITH,), reasons=REASONS)


def delivered(shop: Shop) -> Shop:
    """Order o-17 of three lamps, with its customer, in a shop that names its reasons."""
    shop = shop.under(NAMED)
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    return shop


@pytest.mark.feature("F234", "F240")
def test_a_return_is_asked_for_a_reason_that_leads_to_one(any_shop: Shop) -> None:
    shop = delivered(any_shop)

    shop.ask_return("r-1", "o-17", (("1", 1),), "faulty")
    shop.ask_return("r-2", "o-17", (("1", 1),), "wrong item")

    assert shop.returned("r-1").reason == "faulty"
    assert shop.refuses(ask_return.on("r-3", "o-17", (), "missing")) == (
        "the reason missing leads to no return (can: reissue, refund)"
    )


@pytest.mark.feature("F241")
def test_a_question_of_usage_leads_to_support_and_is_no_return(shop: Shop) -> None:
    shop = delivered(shop)

    (no,) = shop.why_not(ask_return.on("r-1", "o-17", (), "usage"))

    assert str(no) == "the reason usage leads to no return (can: support)"
    assert no.say("zh") == "原因“usage”不支持退货(可以:技术支持)"


@pytest.mark.feature("F234")
def test_another_word_is_told_which_reasons_there_are(shop: Shop) -> None:
    shop = delivered(shop)

    assert shop.refuses(ask_return.on("r-1", "o-17", (), "too small")) == (
        "there is no reason too small: it must be one of withdrawal, faulty, wrong item"
    )
    assert shop.refuses(ask_return.on("r-1", "o-17")) == (
        "a reason is wanted: one of withdrawal, faulty, wrong item"
    )


def test_the_reason_is_told_beside_all_that_speaks_against_the_units(shop: Shop) -> None:
    shop = delivered(shop)
    shop.clock.forward(days=15)

    call = ask_return.on("r-1", "o-17", (("1", 4),), "usage")
    assert shop.codes(call) == ["too_many", "window_closed", "another_way"]


def test_a_shop_that_names_no_reasons_takes_any_words() -> None:
    assert [*not_for((), "too small", Way.REFUND)] == []
    assert Rules().reason("too small") is None
    assert NAMED.reason("faulty") is FAULTY


def test_where_no_reason_leads_is_said_without_any() -> None:
    (no,) = not_for((USAGE,), "dull", Way.REPAIR)

    assert no == Refusal.of("no_reason_leads", move="repair")


_SOME: Final = "some of return, exchange, reissue, refund, repair, support are wanted"


@pytest.mark.parametrize(
    ("said", "wrong"),
    (
        ("reason.code: must not be empty", {"code": ""}),
        (
            "reason dull.fault: one of customer, seller, carrier, nobody is wanted",
            {"fault": "seller"},
        ),
        ("reason dull.ways: a tuple of at least one Way is wanted", {"ways": ()}),
        ("reason dull.ways: a tuple of at least one Way is wanted", {"ways": [Way.RETURN]}),
        (f"reason dull.ways: {_SOME}", {"ways": ("return",)}),
        ("reason dull.ways: return comes twice", {"ways": (Way.RETURN, Way.RETURN)}),
        ("reason dull.evidence: -1 is not between 0 and 20", {"evidence": -1}),
        ("reason dull.evidence: 21 is not between 0 and 20", {"evidence": 21}),
        ("reason dull.evidence: a whole number is wanted, not bool", {"evidence": True}),
        ("reason dull.statutory: true or false is wanted", {"statutory": 1}),
        (
            "reason dull.statutory: is nobody's fault and needs no evidence",
            {"statutory": True},
        ),
        (
            "reason dull.statutory: is nobody's fault and needs no evidence",
            {"statutory": True, "fault": Fault.NOBODY, "evidence": 1},
        ),
        ("reason dull.window: a Window is wanted", {"window": 5}),
    ),
)
def test_a_reason_that_makes_no_sense_says_what_is_wrong_with_it(
    said: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as no:
        Reason(**{"code": "dull", **wrong})

    assert str(no.value) == said


@pytest.mark.parametrize(
    ("said", "wrong"),
    (
        ("reasons: a tuple of Reason is wanted", [Reason("dull")]),
        ("reasons: a tuple of Reason is wanted", ("dull",)),
        ("reasons: dull comes twice", (Reason("dull"), Reason("dull"))),
    ),
)
def test_the_reasons_of_a_host_are_reasons_with_a_code_each(said: str, wrong: Any) -> None:
    with pytest.raises(BadInput) as no:
        Rules(reasons=wrong)

    assert str(no.value) == said
