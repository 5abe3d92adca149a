"""Goods on their way from one warehouse to another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderflow import Position
from orderflow.adapters.memory import MemoryStore
from orderflow.audit.books import BooksCheck
from orderflow.audit.journal import JournalCheck
from orderflow.inventory import receive_supply, send_transfer
from orderflow.records import Counter, MatterKind, Origin
from orderflow.states import SupplyState
from tests.builders import LAMP, MORNING, Shop

YORK = Position("BRASS-LAMP", "york/a-1")
LEITH = Position("BRASS-LAMP", "leith/dock")
PEG = LEITH._replace(peg="t-1")
DUE = MORNING + timedelta(days=2)
BETWEEN = MatterKind.ROAD_BETWEEN


@pytest.mark.feature("F123")
def test_goods_are_on_the_road_between_two_warehouses_and_can_be_promised(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(YORK, 10)
    shop.sell("o-17", (LAMP, 6))

    row = shop.send_transfer("t-1", YORK, "leith/dock", 8, DUE).document
    shop.reserve("o-17", "t-1")

    assert (row.origin, row.source, row.position, row.on_road) == (
        Origin.TRANSFER,
        "york/a-1",
        LEITH,
        8,
    )
    assert (shop.there(LAMP, "york/a-1"), shop.matter(BETWEEN, LAMP)) == (2, 8)
    assert shop.counter(PEG) == Counter(PEG, 8, 6)
    shop.receive_supply("t-1", 5)
    assert shop.matter(BETWEEN, LAMP) == 3
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 5, "reserved": 1}
    shop.receive_supply("t-1", 3, last=True)
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 6}
    assert shop.counter(LEITH) == Counter(LEITH, 8, 6)
    assert shop.matter(BETWEEN, LAMP) == 0
    assert shop.supply("t-1").state is SupplyState.CLOSED
    shop.assert_lawful()


def test_goods_on_the_road_that_no_transfer_knows_of_are_a_breach() -> None:
    shop = Shop(MemoryStore())
    shop.receive(YORK, 10)
    row = shop.send_transfer("t-1", YORK, "leith/dock", 8, DUE).document
    check = BooksCheck(JournalCheck("", "", 0, 0))
    check.journal.read(shop.store.entries())

    check.expect(attrs.evolve(row, on_road=7))

    assert check.goods(shop.store.books("")).breaches == (
        "BRASS-LAMP at leith/dock: 8 on the road between, 7 of transfers",
    )


def test_only_free_goods_are_sent(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(YORK, 5)
    shop.hold_stock("h-1", YORK, 4)
    call = send_transfer.on("t-1", YORK, "leith", 2, DUE)

    assert shop.refuses(call) == "BRASS-LAMP at york/a-1: 2 asked, 1 free"
    (reason,) = shop.why_not(call)
    assert [dict(remedy.args)["n"] for remedy in reason.remedies] == [1]


@pytest.mark.feature("F123")
def test_what_does_not_arrive_is_lost_and_its_promises_are_in_danger(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(YORK, 10)
    shop.send_transfer("t-1", YORK, "leith/dock", 8, DUE)
    shop.sell("o-17", (LAMP, 8))
    shop.reserve("o-17", "t-1")

    row = shop.receive_supply("t-1", 5, rejected=1, last=True).document

    assert (row.received, row.rejected, row.lost, row.on_road) == (5, 1, 2, 0)
    assert shop.matter(MatterKind.CARRIER, LAMP) == 2
    (danger,) = shop.in_danger()
    assert danger.counter.over_committed == 3
    shop.assert_lawful()


def test_what_broke_on_the_way_is_promised_no_more(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(YORK, 10)
    shop.send_transfer("t-1", YORK, "leith/dock", 8, DUE)

    row = shop.receive_supply("t-1", 5, rejected=1).document

    assert (row.expected, row.on_road, shop.counter(PEG).free) == (7, 2, 2)
    shop.receive_supply("t-1", 2, inspect=True)
    shop.reject_quarantine(LEITH, 1, "dented", "t-1")
    assert (shop.supply("t-1").expected, shop.counter(PEG).free) == (6, 1)
    shop.assert_lawful()


def test_lost_goods_that_turn_up_serve_their_promises_after_all(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(YORK, 10)
    shop.send_transfer("t-1", YORK, "leith/dock", 8, DUE)
    shop.sell("o-17", (LAMP, 8))
    shop.reserve("o-17", "t-1")
    shop.receive_supply("t-1", 5, last=True)

    shop.receive_supply("t-1", 4)

    row = shop.supply("t-1")
    assert (row.received, row.lost) == (9, 0)
    assert shop.matter(MatterKind.COUNT_DIFFERENCE, LAMP) == -1, "one more than was sent"
    assert shop.in_danger() == ()
    assert shop.free(LAMP, "leith/dock") == 1
    shop.assert_lawful()


def test_more_may_come_than_was_sent(shop: Shop) -> None:
    shop.receive(YORK, 10)
    shop.send_transfer("t-1", YORK, "leith/dock", 3, DUE)

    shop.receive_supply("t-1", 4, last=True)

    assert shop.free(LAMP, "leith/dock") == 4
    assert shop.matter(MatterKind.COUNT_DIFFERENCE, LAMP) == -1
    shop.assert_lawful()


def test_a_serial_that_is_sent_elsewhere_does_not_come_twice(shop: Shop) -> None:
    serial = YORK._replace(lot="SN-4711")
    shop.receive(serial, 1, serial=True)
    shop.send_transfer("t-1", serial, "leith/dock", 1, DUE)

    shop.receive_supply("t-1", 1, last=True)

    assert shop.lot("BRASS-LAMP", "SN-4711").holds == ()
    assert shop.free(LAMP, "leith/dock", lot="SN-4711") == 1


def test_a_transfer_leads_to_another_warehouse(shop: Shop) -> None:
    shop.receive(YORK, 3)
    cage = YORK._replace(grade="to inspect")
    none: Any = None

    for call, path in (
        (send_transfer.on("t-1", YORK, "york/a-2", 1, DUE), "to"),
        (send_transfer.on("t-1", YORK, "leith//dock", 1, DUE), "to"),
        (send_transfer.on("t-1", cage, "leith", 1, DUE), "position.grade"),
        (send_transfer.on("t-1", YORK, "leith", 0, DUE), "n"),
        (send_transfer.on("t-1", YORK, "leith", 1, none), "due"),
    ):
        assert shop.cannot_take(call) == path
    assert shop.refuses(receive_supply.on("t-1", 1)) == "there is no supply t-1"
