"""An order is placed and its stock is reserved: in one step, or not at all."""

from __future__ import annotations

import attrs
import pytest

from orderflow import verbs
from orderflow.facts import Moved, Opened
from orderflow.rules import ReserveWhen
from tests.builders import BELL, LAMP, Shop, new_order


@pytest.mark.feature("F118", "F125")
def test_no_order_is_placed_before_its_stock_is_reserved(any_shop: Shop) -> None:
    rules = attrs.evolve(any_shop.rules, reserve_when=ReserveWhen.PLACED, split=False)
    shop = any_shop.under(rules)
    shop.stock(LAMP, "leith", 2)

    first = shop.place("o-1", new_order((LAMP, 2)))
    said = shop.reasons(verbs.place.on("o-2", new_order((LAMP, 1), (BELL, 1))))

    assert {type(fact) for fact in first.facts} >= {Opened, Moved}
    assert [reason.code for reason in said] == ["not_in_time", "not_in_time"]
    assert [one.ref.id for one in shop.documents() if one.ref.kind == "order"] == ["o-1"]
    for entry in shop.store.entries():
        placed = any(isinstance(fact, Opened) for fact in entry.facts)
        assert placed == any(isinstance(fact, Moved) for fact in entry.facts)
    shop.assert_lawful()
