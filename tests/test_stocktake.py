"""Stocktakes, write-offs and the live view of what stands where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import Position, Ref
from orderflow.facts import Noted, Posted
from orderflow.inventory import Standing, take_stock, total, write_off
from orderflow.records import Counter, MatterKind
from tests.builders import BELL, LAMP, MORNING, Shop

BIN_1 = Position("BRASS-LAMP", "leith/a/1")
BIN_2 = Position("BRASS-LAMP", "leith/a/2")
BELLS = Position("SHIP-BELL", "leith/a/1")
DUE = MORNING + timedelta(days=7)


@pytest.mark.feature("F127", "F128", "F138")
def test_a_stocktake_of_a_place_adjusts_what_was_counted_and_lists_what_was_not(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(BIN_1, 5)
    shop.receive(BIN_2, 5)
    shop.receive(BELLS, 3)
    shop.stock(LAMP, "leith/b/1", 9)
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17")

    done = shop.take_stock("leith/a", ((BIN_1, 4), (BIN_2, 6)), "the yearly count", by="anna")

    assert [shop.counter(at).there for at in (BIN_1, BIN_2, BELLS)] == [4, 6, 3]
    assert [fact for fact in done.facts if isinstance(fact, Noted)] == [
        noted("counted", BIN_1, counted=4, book=5, reason="the yearly count"),
        noted("counted", BIN_2, counted=6, book=5, reason="the yearly count"),
        noted("not counted", BELLS, book=3),
    ]
    assert sum(isinstance(fact, Posted) for fact in done.facts) == 2
    assert shop.matter(MatterKind.COUNT_DIFFERENCE, LAMP) == 0
    (entry,) = (one for one in shop.store.entries() if one.seq == done.seq)
    assert entry.by == "anna"
    assert [danger.counter for danger in shop.in_danger()] == [Counter(BIN_1, 4, 5)]
    shop.assert_lawful()


def noted(what: str, at: Position, **more: str | int) -> Noted:
    place = (("sku", at.sku), ("location", at.location))
    return Noted(Ref("", "stock", "leith/a"), what, (*place, *more.items()))


def test_what_stands_where_nobody_knew_is_found(shop: Shop) -> None:
    lot = BIN_1._replace(lot="L-1")

    shop.take_stock("leith", ((lot, 2), (BIN_2, 0)))

    assert shop.counter(lot).free == 2
    assert shop.lot("BRASS-LAMP", "L-1").received_at == MORNING


def test_a_stocktake_is_of_one_place_and_counts_each_position_once(shop: Shop) -> None:
    call: Any = take_stock.on
    none: Any = None
    york = Position("BRASS-LAMP", "york")

    for counted, path in (
        (none, "counted"),
        ((BIN_1,), "counted[0]"),
        (((none, 1),), "counted[0].position"),
        (((BIN_1, -1),), "counted[0].quantity"),
        (((BIN_1, 1), (BIN_1, 2)), "counted[1].position"),
        (((york, 1),), "counted[0].position.location"),
    ):
        assert shop.cannot_take(call("leith", "leith", counted)) == path
    assert shop.cannot_take(call("leith", "leith/", ())) == "location"


@pytest.mark.feature("F128")
def test_a_count_says_why(shop: Shop) -> None:
    done = shop.count(BIN_1, 3, "found behind the shelf")

    assert dict(done.facts[-1].details)["reason"] == "found behind the shelf"  # type: ignore[union-attr] # it is a note


@pytest.mark.feature("F128", "F138")
def test_goods_are_written_off_with_a_reason_though_they_are_claimed(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(BIN_1, 5)
    shop.hold_stock("h-1", BIN_1, 5)
    shop.record_breakage(BIN_1, 1)
    damaged = BIN_1._replace(grade="damaged")

    shop.write_off(BIN_1, 2, "stolen", by="anna")
    shop.write_off(damaged, 1, "scrapped", by="anna")

    assert shop.matter(MatterKind.WRITTEN_OFF, LAMP) == 3
    assert shop.matter(MatterKind.DAMAGED, LAMP) == 0
    assert [danger.counter for danger in shop.in_danger()] == [Counter(BIN_1, 2, 5)]
    assert shop.cannot_take(write_off.on("BRASS-LAMP", BIN_1, 1, "")) == "reason"
    shop.assert_lawful()


@pytest.mark.feature("F119", "F129", "F132")
def test_what_stands_where_is_seen_at_any_time(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(BIN_1, 10)
    shop.receive(BIN_1, 2, inspect=True)
    shop.stock(LAMP, "york", 4)
    shop.stock(BELL, "leith/a/1", 1)
    shop.hold_stock("h-1", BIN_1, 1, MORNING + timedelta(minutes=15))
    shop.record_breakage(BIN_1, 1)
    shop.sell("o-1", (LAMP, 2))
    shop.allocate("o-1")
    shop.ship("o-1", "p-1")
    shop.sell("o-2", (LAMP, 1))
    shop.allocate("o-2")
    shop.pack_up("o-2", "p-2")
    shop.sell("o-3", (LAMP, 3))
    shop.allocate("o-3")
    shop.expect("s-1", BIN_1, 20, DUE)
    shop.receive_supply("s-1", 5)
    shop.send_transfer("t-1", Position("BRASS-LAMP", "york"), "leith/dock", 3, DUE)

    rows = shop.standing("BRASS-LAMP")

    assert rows == (
        Standing(BIN_1, 11, 4, 7, 2, 1, 2, 1, 15),
        Standing(Position("BRASS-LAMP", "leith/dock"), on_road=3, coming=3),
        Standing(Position("BRASS-LAMP", "york"), 1, 0, 1),
    )
    shop.clock.forward(days=1)
    assert shop.standing("BRASS-LAMP", "leith/a")[0].free == 8, "the hold has run out"
    assert total(rows) == Standing(Position(""), 12, 4, 8, 2, 1, 5, 1, 18)
    assert {row.position.sku for row in shop.standing(location="leith/a")} == {
        "BRASS-LAMP",
        "SHIP-BELL",
    }
    assert len(shop.standing()) == 4
    assert shop.standing("LEAD-SHOT") == ()
    shop.assert_lawful()


def test_returned_goods_stand_in_quarantine_until_they_are_inspected(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(BIN_1, 1)
    shop.sell_and_deliver("o-1", "p-1", (LAMP, 1))
    shop.ask_return("r-1", "o-1", (), "too bright")
    shop.receive_return("r-1", "leith")

    assert shop.standing("BRASS-LAMP") == (Standing(Position("BRASS-LAMP", "leith"), quarantine=1),)
