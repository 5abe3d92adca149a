"""A fulfilment is cancelled: its goods are reserved again where they stand, for the same order."""

from __future__ import annotations

import pytest

from orderflow import Position, verbs
from tests.builders import LAMP, Shop, new_order

SHELF = Position("BRASS-LAMP", "york")


@pytest.mark.feature("F118")
def test_a_cancelled_fulfilment_restores_the_reservation_at_its_own_place(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 3)
    any_shop.describe_item("BRASS-LAMP", 3)
    any_shop.sell("o-1", (LAMP, 3))
    any_shop.allocate("o-1")
    any_shop.release("o-1", "d-1")
    any_shop.pick("d-1")
    assert any_shop.counter(SHELF).there == 0

    any_shop.recall("d-1")

    assert any_shop.bag("o-1") == {"allocated": 3}
    assert (any_shop.counter(SHELF).there, any_shop.counter(SHELF).claimed) == (3, 3)
    any_shop.receive(SHELF, 1)
    any_shop.place("o-2", new_order((LAMP, 1)))
    assert any_shop.codes(verbs.reserve.on("o-2")) == ["over_limit"]  # the units still count
    any_shop.ship("o-1", "p-1", "york")
    assert any_shop.bag("o-1") == {"shipped": 3}
