"""Goods that came back unasked: attached to returns, sent back or kept; nobody waits for ever."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Patience, Position, Refused, Rules, Verdict
from orderflow import verbs as v
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.conditions import Condition, Fate
from orderflow.deadlines import Due
from orderflow.fulfilment import ScanStatus
from orderflow.pricing import due
from orderflow.records import MatterKind
from orderflow.states import ReturnState
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, line

RULES = Rules(
    locations=(LEITH, YORK),
    patience=Patience(),
    conditions=(Condition("scrap", Fate.WRITE_OFF), Condition("odd", Fate.QUARANTINE)),
)
CAME = (("BRASS-LAMP", 3), ("SHIP-BELL", 1))


def came(any_shop: Shop) -> Shop:
    """Three lamps and a bell came to leith by arrival a-1; o-17 and o-18 have sold lamps."""
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 4)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.sell_and_deliver("o-18", "p-2", (LAMP, 2))
    shop.record_arrival("a-1", "leith", CAME, "a parcel of A. Customer")
    return shop


def caged(shop: Shop, sku: str) -> int:
    return shop.counter(Position(sku, "leith", grade="to inspect")).there


def waits(shop: Shop) -> list[Due]:
    """What is due now of returns and of what came unasked."""
    return [one for one in shop.due(shop.clock.at) if one.ref.kind in ("return", "arrival")]


def assert_all_holds(shop: Shop) -> None:
    shop.assert_lawful()
    assert [law.name for law in audit(shop.store, rules=shop.rules) if not law.holds] == []


@pytest.mark.feature("F232")
def test_what_came_unasked_stands_in_quarantine_until_somebody_says_whose_it_is(
    any_shop: Shop,
) -> None:
    shop = came(any_shop)

    arrival = shop.arrival("a-1")

    assert (arrival.location, arrival.goods, arrival.came_at) == ("leith", CAME, shop.clock.at)
    assert arrival.until == shop.clock.at + timedelta(days=30)
    assert (caged(shop, "BRASS-LAMP"), shop.free(LAMP, "leith")) == (3, 0)
    assert_all_holds(shop)


@pytest.mark.feature("F229", "F232")
def test_one_parcel_may_bring_goods_of_several_orders(any_shop: Shop) -> None:
    shop = came(any_shop)
    shop.ask_return("r-17", "o-17")
    shop.ask_return("r-18", "o-18")

    shop.attach_arrival("a-1", "r-17")
    shop.attach_arrival("a-1", "r-18", (("1", 1),))

    assert shop.bag("o-17") == {"received back": 2}
    assert shop.bag("o-18") == {"received back": 1, "delivered": 1}
    returned = shop.returned("r-17")
    assert (returned.state, returned.location) == (ReturnState.RECEIVED, "leith")
    assert shop.arrival("a-1").goods == (("SHIP-BELL", 1),)
    shop.inspect("r-17")
    assert due(shop.order("o-17")) == -2000
    assert_all_holds(shop)


def test_what_was_never_sold_here_is_sent_back(any_shop: Shop) -> None:
    shop = came(any_shop)

    done = shop.send_back_arrival("a-1", "NP-9").document

    assert (done.goods, done.until) == ((), None)
    assert (caged(shop, "BRASS-LAMP"), caged(shop, "SHIP-BELL")) == (0, 0)
    assert shop.matter(MatterKind.CUSTOMER, BELL) == 0
    assert_all_holds(shop)


def test_what_is_nobodys_is_kept_where_a_verdict_says_or_to_be_inspected(any_shop: Shop) -> None:
    shop = came(any_shop)

    shop.keep_arrival("a-1", (("BRASS-LAMP", 1, Verdict.SOUND), ("BRASS-LAMP", 1, "scrap")))

    assert shop.free(LAMP, "leith") == 1
    assert shop.matter(MatterKind.WRITTEN_OFF, LAMP) == 1
    assert shop.arrival("a-1").goods == (("BRASS-LAMP", 1), ("SHIP-BELL", 1))
    shop.keep_arrival("a-1")
    assert shop.arrival("a-1").goods == ()
    assert (caged(shop, "BRASS-LAMP"), caged(shop, "SHIP-BELL")) == (1, 1)
    shop.release_quarantine(Position("SHIP-BELL", "leith"), 1)
    assert shop.free(BELL, "leith") == 1
    assert_all_holds(shop)


def test_what_is_kept_to_be_looked_at_again_stays_where_it_is(any_shop: Shop) -> None:
    shop = came(any_shop)

    shop.keep_arrival("a-1", (("BRASS-LAMP", 2, "odd"),))

    assert shop.arrival("a-1").goods == (("BRASS-LAMP", 1), ("SHIP-BELL", 1))
    assert caged(shop, "BRASS-LAMP") == 3
    assert_all_holds(shop)


def test_a_parcel_may_bring_some_of_the_goods_that_a_return_waits_for(any_shop: Shop) -> None:
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", line("1", BELL, 1), line("2", LAMP, 2))
    shop.ask_return("r-17", "o-17")
    shop.record_arrival("a-1", "leith", (("BRASS-LAMP", 2),))

    shop.attach_arrival("a-1", "r-17")

    assert shop.bag("o-17", "1") == {"delivered": 1}
    assert shop.bag("o-17", "2") == {"received back": 2}
    assert shop.arrival("a-1").goods == ()
    assert_all_holds(shop)


def test_what_nobody_asks_for_in_time_is_kept(any_shop: Shop) -> None:
    shop = came(any_shop)
    shop.clock.forward(days=30, microseconds=-1)
    assert not [one for one in shop.due(shop.clock.at) if one.ref.kind == "arrival"]

    shop.clock.forward(microseconds=1)
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "arrival"]
    shop.apply(one.call, key=one.key)

    assert (one.who, one.call.verb) == ("seller", "keep_arrival")
    assert one.means == "nobody has said whose the goods are: they are kept, to be inspected"
    assert (shop.arrival("a-1").goods, shop.arrival("a-1").until) == ((), None)


def test_without_patience_goods_wait_without_a_limit(shop: Shop) -> None:
    shop.record_arrival("a-1", "leith", (("BRASS-LAMP", 1),))

    assert shop.arrival("a-1").until is None


def test_a_lost_piece_of_a_return_may_come_in_another_parcel(any_shop: Shop) -> None:
    shop = came(any_shop)
    shop.ask_return("r-17", "o-17")
    shop.record_return_scan("r-17", ScanStatus.LOST)

    shop.attach_arrival("a-1", "r-17")

    assert shop.bag("o-17") == {"received back": 2}
    assert_all_holds(shop)


def test_no_more_is_attached_than_has_come_or_is_waited_for(any_shop: Shop) -> None:
    shop = came(any_shop)
    shop.stock(BELL, "leith", 1)
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-19", "p-3", line("1", LAMP, 1), line("2", BELL, 1))
    shop.ask_return("r-17", "o-17", (("1", 1),))
    shop.ask_return("r-19", "o-19", (("1", 1),))

    assert shop.refuses(v.attach_arrival.on("a-1", "r-17", (("1", 2), ("7", 1)))) == (
        "arrival a-1 has not 1 more of line 1 of what return r-17 waits for; "
        "arrival a-1 has not 1 more of line 7 of what return r-17 waits for"
    )
    shop.attach_arrival("a-1", "r-17")
    assert shop.codes(v.attach_arrival.on("a-1", "r-17")) == ["nothing_to_do"]
    assert shop.refuses(v.keep_arrival.on("a-1", (("BRASS-LAMP", 3, Verdict.SOUND),))) == (
        "arrival a-1 has 2 of BRASS-LAMP: 3 asked"
    )
    shop.close_return("r-19")
    assert shop.codes(v.attach_arrival.on("a-1", "r-19")) == ["nothing_to_do"]
    shop.keep_arrival("a-1")
    for call in (v.keep_arrival.on("a-1"), v.send_back_arrival.on("a-1")):
        assert shop.codes(call) == ["nothing_to_do"]


def test_what_has_left_quarantine_by_another_way_is_not_attached(shop: Shop) -> None:
    there = came(shop)
    there.ask_return("r-17", "o-17")
    there.release_quarantine(Position("BRASS-LAMP", "leith"), 3)

    assert there.codes(v.attach_arrival.on("a-1", "r-17")) == ["short"]


@pytest.mark.parametrize("goods", ((), (("BRASS-LAMP", 0),), (("A", 1), ("A", 1)), "lamps", None))
def test_an_arrival_is_of_some_goods(shop: Shop, goods: Any) -> None:
    assert shop.cannot_take(v.record_arrival.on("a-1", "leith", goods)).startswith("goods")


def test_what_is_nobodys_cannot_be_rejected(shop: Shop) -> None:
    there = came(shop)

    call = v.keep_arrival.on("a-1", (("BRASS-LAMP", 1, Verdict.REJECTED),))

    assert there.cannot_take(call) == "verdicts[0].verdict"


DEEDS: Final = (
    v.record_arrival.on("a-1", "leith", (("BRASS-LAMP", 3),)),
    v.record_arrival.on("a-2", "york", (("BRASS-LAMP", 1), ("SHIP-BELL", 2))),
    v.ask_return.on("r-17", "o-17", (("1", 2),)),
    v.receive_return.on("r-17", "york", (("1", 1),)),
    v.attach_arrival.on("a-1", "r-17", (("1", 1),)),
    v.attach_arrival.on("a-2", "r-17"),
    v.inspect.on("r-17", (("1", 1, "worn"),)),
    v.inspect.on("r-17", (("1", 1, "scrap"),)),
    v.send_rejected.on("r-17", "NP-9"),
    v.keep_rejected.on("r-17", (("1", 1, "to maker"),)),
    v.keep_rejected.on("r-17"),
    v.deliver_again.on("o-17"),
    v.keep_arrival.on("a-1", (("BRASS-LAMP", 1, Verdict.DAMAGED),)),
    v.keep_arrival.on("a-2"),
    v.send_back_arrival.on("a-1"),
    v.release_quarantine.on("BRASS-LAMP", Position("BRASS-LAMP", "leith"), 1),
    v.close_return.on("r-17"),
)


@given(st.lists(st.integers(0, len(DEEDS) - 1), max_size=14))
@settings(max_examples=40, deadline=None)
def test_whatever_is_done_with_what_came_no_goods_are_made_or_lost(deeds: list[int]) -> None:
    conditions = (
        Condition("worn", Fate.REJECT),
        Condition("scrap", Fate.WRITE_OFF),
        Condition("to maker", Fate.SUPPLIER),
    )
    shop = Shop(MemoryStore(), attrs.evolve(RULES, conditions=conditions))
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))

    for deed in deeds:
        with suppress(Refused):
            shop.apply(DEEDS[deed])
    shop.clock.forward(days=400)
    for _ in range(20):
        for one in waits(shop):
            shop.apply(one.call, key=one.key)
        shop.clock.forward(days=31)

    assert not waits(shop), "silence has ended each waiting"
    assert "sent back" not in shop.bag("o-17")
    assert_all_holds(shop)
