"""A warehouse down to its bins: goods are put away, allocated, counted and picked there."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import BadInput, Location, Position, Rules, Short
from orderflow.fulfilment import release
from orderflow.inventory import move_stock, receive
from orderflow.journal import Case, Context
from orderflow.records import Counter
from orderflow.trial import ask
from orderflow.values import warehouse, within
from tests.builders import BELL, LAMP, Shop

DOCK = Position("BRASS-LAMP", "leith")
BIN_7 = Position("BRASS-LAMP", "leith/a-03/bin-7")
BIN_8 = Position("BRASS-LAMP", "leith/a-03/bin-8")


def test_a_place_lies_in_each_place_above_it() -> None:
    assert warehouse("leith/a-03/bin-7") == warehouse("leith") == "leith"
    assert within("leith/a-03/bin-7", "leith/a-03")
    assert within("leith/a-03", "leith/a-03")
    assert within("leith", "")
    assert not within("leith/a-031", "leith/a-03")
    assert not within("leith", "leith/a-03")


@pytest.mark.feature("F129", "F137")
def test_goods_are_put_away_down_to_the_bin(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(DOCK, 10)

    shop.move_stock(DOCK, "leith/a-03/bin-7", 6)
    shop.move_stock(BIN_7, "leith/a-03/bin-8", 2)

    assert [shop.counter(at).there for at in (DOCK, BIN_7, BIN_8)] == [4, 4, 2]
    assert [row.position.location for row in shop.standing(location="leith/a-03")] == [
        "leith/a-03/bin-7",
        "leith/a-03/bin-8",
    ]
    shop.assert_lawful()


def test_only_free_goods_are_moved(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(DOCK, 5)
    shop.hold_stock("h-1", DOCK, 4)
    call = move_stock.on("BRASS-LAMP", DOCK, "leith/a-03/bin-7", 2)

    assert shop.refuses(call) == "BRASS-LAMP at leith: 2 asked, 1 free"
    (reason,) = shop.why_not(call)
    assert [dict(remedy.args)["n"] for remedy in reason.remedies] == [1]
    shop.release_stock_hold("h-1")
    shop.apply(call)
    assert shop.counter(DOCK) == Counter(DOCK, 3, 0)


def test_goods_that_somebody_claims_meanwhile_are_not_moved(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(DOCK, 5)
    call = move_stock.on("BRASS-LAMP", DOCK, "leith/a-03/bin-7", 4)
    case = Case(call.ref, shop.store, shop.clock.at)
    step = ask(case, call, Context(shop.clock.at, "", shop.rules))
    change = shop._change(case, step, call, "k-late", "", shop.clock.at)

    shop.hold_stock("h-1", DOCK, 2)

    with pytest.raises(Short, match="BRASS-LAMP at leith: 4 asked, 3 free"):
        shop.store.commit(change)
    assert shop.counter(DOCK) == Counter(DOCK, 5, 2)


def test_a_hold_that_ran_out_is_in_nobodys_way(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(DOCK, 5)
    until = shop.clock.at.replace(hour=10)
    shop.hold_stock("h-1", DOCK, 5, until)
    shop.clock.at = until

    shop.move_stock(DOCK, "leith/a-03/bin-7", 5)

    assert shop.counter(BIN_7).free == 5


def test_goods_stay_in_their_warehouse(shop: Shop) -> None:
    shop.receive(DOCK, 5)
    none: Any = None

    for to in ("york", "leith", "leith/", "/leith", "leith//b", "leith/ /b", "", none):
        assert shop.cannot_take(move_stock.on("BRASS-LAMP", DOCK, to, 1)) == "to"
    odd = Position("BRASS-LAMP", "leith//bin-7")
    assert shop.cannot_take(receive.on("BRASS-LAMP", odd, 1)) == "position.location"


@pytest.mark.feature("F126", "F137")
def test_a_warehouse_is_chosen_and_its_bins_are_emptied_in_order(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(BIN_7, 2)
    shop.receive(BIN_8, 2)
    shop.stock(BELL, "leith/b-01", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 3), (BELL, 1))

    shop.allocate("o-17")

    places = {(spot.slice.location, spot.n) for _, spot in shop.order("o-17").units()}
    assert places == {("leith/a-03/bin-7", 2), ("leith/a-03/bin-8", 1), ("leith/b-01", 1)}
    shop.release("o-17", "d-1")
    assert shop.dispatch("d-1").location == "leith", "one dispatch ships what stands in its bins"
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")
    assert shop.bag("o-17") == {"shipped": 4}
    shop.assert_lawful()


def test_a_dispatch_may_be_for_a_part_of_a_warehouse(shop: Shop) -> None:
    shop.receive(BIN_7, 1)
    shop.stock(BELL, "leith/b-01", 1)
    shop.sell("o-17", (LAMP, 1), (BELL, 1))
    shop.allocate("o-17")

    shop.release("o-17", "d-1", "leith/a-03")

    assert shop.bag("o-17") == {"released": 1, "allocated": 1}


def test_two_warehouses_need_two_dispatches_however_many_bins_there_are(shop: Shop) -> None:
    shop.receive(BIN_7, 1)
    shop.stock(BELL, "york/b-01", 1)
    shop.sell("o-17", (LAMP, 1), (BELL, 1))
    shop.allocate("o-17")

    call = release.on("o-17", "d-1")
    assert shop.codes(call) == ["several_locations"]
    (reason,) = shop.why_not(call)
    assert [dict(remedy.args)["location"] for remedy in reason.remedies] == ["leith", "york"]


def test_rules_name_warehouses() -> None:
    with pytest.raises(BadInput, match=r"locations\[0\].id: a warehouse is wanted"):
        Rules(locations=(Location("leith/a-03"),))


def test_returned_goods_are_received_into_a_bin(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(BIN_7, 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    shop.ask_return("r-1", "o-17", (), "too bright")

    shop.receive_return("r-1", "leith/returns")
    shop.inspect("r-1")

    assert shop.counter(Position("BRASS-LAMP", "leith/returns")).free == 1
    shop.assert_lawful()
