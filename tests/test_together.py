"""Kits come back whole and gifts with what has earned them, where a host's rules want that."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow import Component, NewLine, Price, Rules, Sku
from orderflow.returns import ask_return
from tests.builders import BELL, LAMP, LEITH, Shop, line

WHOLE = Rules(locations=(LEITH,), whole_kits=True)
GIFTS = Rules(locations=(LEITH,), gifts_back=True)


def box(n: int) -> NewLine:
    """Gift boxes of two lamps (line 1.1) and a bell (line 1.2)."""
    parts = (Component(LAMP, 2), Component(BELL, 1))
    return NewLine("1", Sku("GIFT-BOX"), n, Price.of("65.50", "EUR"), components=parts)


def sold(any_shop: Shop, rules: Rules, *wanted: Any) -> Shop:
    shop = any_shop.under(rules)
    shop.stock(LAMP, "leith", 9)
    shop.stock(BELL, "leith", 9)
    shop.sell_and_deliver("o-17", "p-1", *wanted)
    return shop


@pytest.mark.feature("F244")
def test_a_kit_comes_back_whole(any_shop: Shop) -> None:
    shop = sold(any_shop, WHOLE, box(2), line("2", BELL, 1))

    assert shop.refuses(ask_return.on("r-1", "o-17", (("1.1", 1),))) == (
        "kit 1 of order o-17 comes back whole: 1 more of line 1.1 belong to it; "
        "kit 1 of order o-17 comes back whole: 1 more of line 1.2 belong to it"
    )
    assert shop.codes(ask_return.on("r-1", "o-17", (("1.1", 2), ("1.2", 2)))) == ["kit_in_part"]
    shop.ask_return("r-1", "o-17", (("1.1", 2), ("1.2", 1), ("2", 1)))
    shop.ask_return("r-2", "o-17")


def test_all_that_is_left_of_a_kit_is_whole(any_shop: Shop) -> None:
    shop = sold(any_shop, WHOLE, box(1))
    shop.report_missing("o-17", (("1.2", 1),))

    assert shop.codes(ask_return.on("r-1", "o-17", (("1.1", 1),))) == ["kit_in_part"]
    shop.ask_return("r-1", "o-17", (("1.1", 2),))


def test_a_part_of_a_kit_comes_back_alone_unless_the_rules_mind(any_shop: Shop) -> None:
    shop = sold(any_shop, attrs.evolve(WHOLE, whole_kits=False), box(1))

    shop.ask_return("r-1", "o-17", (("1.2", 1),))


@pytest.mark.feature("F244")
def test_a_gift_comes_back_with_the_last_of_what_has_earned_it(any_shop: Shop) -> None:
    gift = line("2", BELL, 2, "0", gift_for=("1",))
    shop = sold(any_shop, GIFTS, (LAMP, 3), gift, line("3", BELL, 1, "0", gift_for=("spring",)))
    shop.ask_return("r-1", "o-17", (("1", 2),))

    assert shop.refuses(ask_return.on("r-2", "o-17", (("1", 1),))) == (
        "line 2 of order o-17 is a gift for what comes back: 2 of it come along"
    )
    assert shop.codes(ask_return.on("r-2", "o-17", (("1", 1), ("2", 1)))) == ["gift_stays"]
    shop.ask_return("r-2", "o-17", (("1", 1), ("2", 2)))
    shop.ask_return("r-3", "o-17", (("3", 1),))


def test_a_gift_may_come_back_alone_or_is_kept_unless_the_rules_mind(any_shop: Shop) -> None:
    gift = line("2", BELL, 2, "0", gift_for=("1",))
    shop = sold(any_shop, GIFTS, (LAMP, 3), gift)
    shop.ask_return("r-1", "o-17", (("2", 1),))

    shop.under(attrs.evolve(GIFTS, gifts_back=False)).ask_return("r-2", "o-17", (("1", 3),))
