"""Some units were allocated and some were not: a cancel gives back just what was taken."""

from __future__ import annotations

import pytest

from orderflow import Position
from tests.builders import LAMP, Shop, new_order

SHELF = Position("BRASS-LAMP", "leith")


@pytest.mark.feature("F118")
def test_a_cancel_deallocates_only_what_was_allocated(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 2)
    any_shop.place("o-1", new_order((LAMP, 5), cash_on_delivery=True))
    any_shop.allocate("o-1")
    assert any_shop.bag("o-1") == {"allocated": 2, "backordered": 3}

    any_shop.cancel("o-1", (("1", 3),))
    assert any_shop.counter(SHELF).claimed == 2
    any_shop.cancel("o-1", (("1", 1),))
    assert any_shop.counter(SHELF).claimed == 1
    any_shop.cancel("o-1")

    assert (any_shop.counter(SHELF).there, any_shop.counter(SHELF).claimed) == (2, 0)


@pytest.mark.feature("F118")
def test_allocating_twice_claims_once(any_shop: Shop) -> None:
    any_shop.receive(SHELF, 9)
    any_shop.place("o-1", new_order((LAMP, 5), cash_on_delivery=True))

    any_shop.reserve("o-1")
    any_shop.allocate("o-1", key="k")
    any_shop.allocate("o-1", key="k")

    assert any_shop.counter(SHELF).claimed == 5
