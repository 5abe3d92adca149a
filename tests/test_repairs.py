"""Goods under warranty come back to be mended: nothing is given up, and nothing is owed back."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Patience, Refusal, Refused, Rules
from orderflow import verbs as v
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import Verdict
from orderflow.pricing import due, total
from orderflow.reasons import Fault, Reason, Way
from orderflow.records import MatterKind
from orderflow.refunds import owed_back
from orderflow.states import OrderState, ReturnState
from orderflow.waiting import Wait, wait_of
from orderflow.windows import Window
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, line

R: Final = ReturnState
BROKEN: Final = Reason("broken", Fault.SELLER, (Way.REPAIR, Way.EXCHANGE))
DULL: Final = Reason("dull", Fault.CUSTOMER)
PATIENT: Final = Rules(locations=(LEITH, YORK), approve_returns=False, patience=Patience())


def sold(shop: Shop, rules: Rules | None = None) -> Shop:
    """Order o-17 of three lamps at ten euro, with its customer."""
    shop = shop.under(rules or shop.rules)
    shop.stock(LAMP, "leith", 10)
    shop.stock(BELL, "leith", 10)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    return shop


def came(shop: Shop, n: int = 2) -> None:
    """So many of them are here to be mended, by repair r-1."""
    shop.ask_repair("r-1", "o-17", (("1", n),), "broken")
    if shop.returned("r-1").state is R.ASKED:
        shop.approve_return("r-1")
    shop.receive_return("r-1", "leith")


@pytest.mark.feature("F244")
def test_goods_are_mended_and_go_out_again_and_nothing_is_owed(any_shop: Shop) -> None:
    shop = sold(any_shop)
    shop.complete("o-17")
    cost, shelf = total(shop.order("o-17")), shop.free(LAMP, "leith")
    came(shop)
    assert shop.order("o-17").state is OrderState.CONFIRMED, "a case is open"
    assert shop.matter(MatterKind.QUARANTINE, LAMP) == 2

    shop.mend("r-1")

    assert shop.returned("r-1").state is R.SETTLED
    assert shop.bag("o-17") == {"delivered": 1, "sent back": 2}
    shop.deliver_again("o-17")
    assert shop.bag("o-17") == {"delivered": 3}
    assert (total(shop.order("o-17")), due(shop.order("o-17"))) == (cost, 0)
    assert shop.free(LAMP, "leith") == shelf
    assert owed_back(shop.order("o-17")) == 0
    shop.complete("o-17")
    shop.assert_lawful()


def test_a_repair_is_settled_when_the_last_of_its_goods_was_mended(shop: Shop) -> None:
    shop = sold(shop)
    came(shop)

    shop.mend("r-1", (("1", 1),))
    assert shop.returned("r-1").state is R.RECEIVED
    assert shop.codes(v.mend.on("r-1", (("1", 2),))) == ["too_many"]
    shop.mend("r-1", (("1", 1),))

    assert shop.returned("r-1").state is R.SETTLED
    assert shop.codes(v.mend.on("r-1")) == ["illegal_move"]


def test_what_is_given_back_is_not_mended(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    assert shop.reasons(v.mend.on("r-1")) == (Refusal.of("not_for_repair", returned="r-1"),)


@pytest.mark.feature("F234", "F244")
def test_a_repair_is_asked_for_by_a_reason_that_leads_to_one_and_in_its_time(shop: Shop) -> None:
    shop = sold(shop, attrs.evolve(shop.rules, reasons=(BROKEN, DULL)))

    assert shop.codes(v.ask_repair.on("r-1", "o-17", (), "dull")) == ["another_way"]
    assert shop.codes(v.ask_return.on("r-1", "o-17", (), "broken")) == ["another_way"]
    shop.clock.forward(days=15)
    assert shop.codes(v.ask_repair.on("r-1", "o-17", (), "broken")) == ["window_closed"]


@pytest.mark.feature("F244")
def test_a_warranty_of_two_years_keeps_its_order_from_being_put_away(any_shop: Shop) -> None:
    reasons = (attrs.evolve(BROKEN, window=Window(730, "Europe/London")), DULL)
    shop = sold(any_shop, attrs.evolve(any_shop.rules, reasons=reasons))
    shop.complete("o-17")
    shop.clock.forward(days=600)
    assert shop.codes(v.ask_return.on("r-1", "o-17", (), "dull")) == ["window_closed"]
    assert shop.codes(v.archive.on("o-17")) == ["window_open"]

    came(shop, 1)
    shop.mend("r-1")
    shop.deliver_again("o-17")

    shop.clock.forward(days=131)
    assert shop.codes(v.ask_repair.on("r-2", "o-17", (), "broken")) == ["window_closed"]
    shop.complete("o-17")
    shop.archive("o-17")
    shop.assert_lawful()


# --- what cannot be mended ------------------------------------------------------------------------


@pytest.mark.feature("F244")
def test_what_cannot_be_mended_is_taken_back_and_paid_back(shop: Shop) -> None:
    shop = sold(shop)
    came(shop)
    shop.mend("r-1", (("1", 1),))

    shop.inspect("r-1", (("1", 1, Verdict.DAMAGED),))

    assert shop.returned("r-1").state is R.SETTLED
    assert shop.bag("o-17") == {"delivered": 1, "sent back": 1, "returned": 1}
    assert owed_back(shop.order("o-17")) == 1000
    shop.assert_lawful()


@pytest.mark.feature("F228", "F244")
def test_what_cannot_be_mended_is_exchanged_without_being_sent_a_second_time(
    any_shop: Shop,
) -> None:
    shop = sold(any_shop)
    came(shop, 1)

    shop.ask_exchange("e-1", "o-17", "r-1", (), (line("1", LAMP, 1),), "not repairable")
    shop.approve_exchange("e-1")
    shop.inspect("r-1", (("1", 1, Verdict.DAMAGED),))
    shop.send_replacement("e-1", "o-18")

    assert [due(shop.order(order)) for order in ("o-17", "o-18")] == [0, 0]
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.deliver("p-2")
    shop.settle_exchange("e-1")
    shop.complete("o-17")
    shop.complete("o-18")
    shop.assert_lawful()


@pytest.mark.parametrize("lines", ((), (("1", 1),)))
def test_a_return_that_is_no_repair_or_not_here_is_of_no_second_exchange(
    shop: Shop, lines: Any
) -> None:
    shop = sold(shop)
    shop.ask_repair("r-1", "o-17", (("1", 1),), "broken")

    call = v.ask_exchange.on("e-1", "o-17", "r-1", lines, (line("1", LAMP, 1),))

    assert "already_there" in shop.codes(call)


# --- silence --------------------------------------------------------------------------------------


@pytest.mark.feature("F242", "F244")
def test_what_nobody_mends_is_taken_back_for_good(any_shop: Shop) -> None:
    shop = sold(any_shop, PATIENT)
    came(shop)
    assert wait_of(shop.returned("r-1"), shop.order) is Wait.REPAIR

    shop.clock.forward(days=30, microseconds=-1)
    assert [one.call.verb for one in shop.due(shop.clock.at) if one.ref.kind == "return"] == []
    shop.clock.forward(microseconds=1)
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "return"]
    assert (one.who, one.call.verb) == ("seller", "inspect")
    shop.apply(one.call, key=one.key)

    assert owed_back(shop.order("o-17")) == 2000
    shop.assert_lawful()


# --- random lives ---------------------------------------------------------------------------------

DEEDS: Final = (
    lambda i: v.ask_repair.on(f"r-{i}", "o-17", (("1", 1),)),
    lambda i: v.ask_return.on(f"r-{i}", "o-17", (("1", 1),)),
    lambda i: v.receive_return.on(f"r-{i}", "leith"),
    lambda i: v.mend.on(f"r-{i}"),
    lambda i: v.inspect.on(f"r-{i}"),
    lambda i: v.close_return.on(f"r-{i}"),
    lambda i: v.deliver_again.on("o-17"),
    lambda i: v.ask_reissue.on(f"i-{i}", "o-17", (("1", 1),), "faulty"),
    lambda i: v.refund.on("o-17"),
)


@given(st.lists(st.tuples(st.integers(0, len(DEEDS) - 1), st.integers(1, 3)), max_size=20))
@settings(max_examples=60, deadline=None)
def test_only_what_was_accepted_is_owed_back_whatever_was_mended(
    deeds: list[tuple[int, int]],
) -> None:
    shop = sold(Shop(MemoryStore()))
    for what, i in deeds:
        try:
            shop.apply(DEEDS[what](i))
        except Refused:
            continue

    gone = shop.bag("o-17").get("returned", 0)
    assert total(shop.order("o-17")) == 1000 * (3 - gone)
    assert sum(shop.bag("o-17").values()) == 3
    shop.assert_lawful()
