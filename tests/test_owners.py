"""Whose goods they are: our own, consigned by a supplier, or a customer's."""

from __future__ import annotations

import attrs
import pytest

from orderflow import BadInput, Rules
from orderflow.allocation import reserve
from tests.builders import LAMP, Shop


def owners(shop: Shop, order: str) -> dict[str, int]:
    return {spot.slice.owner: spot.n for _, spot in shop.order(order).units()}


def test_goods_of_others_are_for_nobody_else(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5, owner="maker-3")
    shop.stock(LAMP, "leith", 5, owner="c-8")
    shop.sell("o-17", (LAMP, 1))

    assert shop.refuses(reserve.on("o-17")) == "BRASS-LAMP at all locations: 1 asked, 0 free"
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"backordered": 1}


def test_consigned_goods_are_sold_after_our_own_where_the_rules_name_their_owner(
    any_shop: Shop,
) -> None:
    shop = any_shop.under(attrs.evolve(any_shop.rules, sells_for=("maker-3",)))
    shop.stock(LAMP, "leith", 5, owner="maker-3")
    shop.stock(LAMP, "leith", 5, owner="maker-4")
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 3))

    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    assert owners(shop, "o-17") == {"": 1, "maker-3": 2}
    shop.assert_lawful()


def test_a_customer_gets_his_own_goods(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2, owner="c-7")
    shop.sell("o-17", (LAMP, 2))
    shop.sell("o-18", (LAMP, 1), customer="c-8")

    shop.allocate("o-18")
    shop.allocate("o-17")

    assert shop.bag("o-18") == {"backordered": 1}
    assert owners(shop, "o-17") == {"c-7": 2}


def test_rules_name_each_owner_once() -> None:
    with pytest.raises(BadInput, match="sells_for"):
        Rules(sells_for=("maker-3", "maker-3"))
