"""What happened to an order is kept, by whom and when, and gives the order again."""

from __future__ import annotations

from typing import Any, cast

import pytest

from orderflow import Ref
from orderflow.facts import fold, touches
from orderflow.ports import Query
from orderflow.records import Document
from tests.builders import LAMP, Shop, new_order


@pytest.mark.feature("F018", "F020", "F188")
def test_the_journal_says_who_did_what_and_gives_the_order_of_each_moment(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True), by="anna")
    shop.clock.forward(hours=1)
    shop.allocate("o-17", by="bo")
    shop.clock.forward(hours=1)
    shop.cancel("o-17", (("1", 1),), "one is enough", by="anna")
    ref = cast("Ref[Document]", shop.order("o-17").ref)

    entries = list(shop.store.entries(0, ref))

    told = [(entry.at.hour, entry.by, entry.call.verb) for entry in entries]
    assert told == [(9, "anna", "place"), (10, "bo", "allocate"), (11, "anna", "cancel")]
    document: Any = None
    bags = []
    for entry in entries:
        document = fold(document, [fact for fact in entry.facts if ref in touches(fact)])
        bags.append(sorted(spot.state.value for _, spot in document.units()))
    assert bags == [["open"], ["allocated"], ["allocated", "cancelled"]]
    assert document == shop.order("o-17")


@pytest.mark.feature("F002", "F003", "F006", "F032")
def test_orders_of_all_channels_stand_in_one_list_and_are_found_by_what_is_known(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.place("o-17", new_order((LAMP, 1), channel="web", shop="main", number="1"))
    shop.place("o-18", new_order((LAMP, 1), channel="app", number="1", customer="c-8"))
    shop.place("o-19", new_order((LAMP, 1), channel="web", shop="outlet", number="2"))
    shop.sell("o-20", (LAMP, 1), channel="phone")

    def found(**narrowed: Any) -> list[str]:
        return [stored.value.ref.id for stored in shop.store.find(Query("order", **narrowed))]

    assert found() == ["o-17", "o-18", "o-19", "o-20"]
    assert found(channel="web") == ["o-17", "o-19"]
    assert found(number="1") == ["o-17", "o-18"]
    assert found(customer="c-8") == ["o-18"]
    assert found(headline="awaiting payment") == ["o-17", "o-18", "o-19"]
    assert found(headline="to allocate", channel="phone") == ["o-20"]
    assert found(after="o-18") == ["o-19", "o-20"]
    assert found(tenant="north") == []
    assert [s.value.ref.id for s in shop.store.find(Query("order", limit=2))] == ["o-17", "o-18"]
