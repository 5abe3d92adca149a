"""Give back, and give back again: what is reserved stays what the orders say."""

from __future__ import annotations

import pytest

from orderflow import Position, verbs
from tests.builders import LAMP, Shop, new_order

SHELF = Position("BRASS-LAMP", "leith")


@pytest.mark.feature("F125")
def test_what_is_reserved_never_becomes_negative(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 5)
    any_shop.place("o-1", new_order((LAMP, 3)))
    any_shop.reserve("o-1", key="once")
    any_shop.reserve("o-1", key="once")
    assert any_shop.counter(SHELF).claimed == 3

    any_shop.unreserve("o-1", (("1", 2),), key="back")
    any_shop.unreserve("o-1", (("1", 2),), key="back")
    assert any_shop.codes(verbs.unreserve.on("o-1", (("1", 2),))) == ["too_many"]
    any_shop.count(SHELF, 0)
    any_shop.cancel("o-1")

    assert any_shop.codes(verbs.cancel.on("o-1")) == ["illegal_move"]
    assert (any_shop.counter(SHELF).there, any_shop.counter(SHELF).claimed) == (0, 0)
    assert any_shop.in_danger() == ()
