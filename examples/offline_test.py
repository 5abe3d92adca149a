"""Tests of a host's own code, offline: a whole order life in memory, under a fixed clock.

    pytest examples/offline_test.py

`sell_and_deliver` stands for code of the host. Nothing is mocked: the store in memory is a store
like any other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderflow import Money, MoveRefused, NewLine, NewOrder, Position, Price, Rules, Sku, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.views import Headline, headline

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = Rules(return_window_days=30)


class Clock:
    """Stands still until it is put forward."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(clock: Clock) -> Workflow:
    shop = Workflow(MemoryStore(), RULES, clock=clock)
    shop.receive(Position("BRASS-LAMP", "leith"), 3)
    return shop


def sell_and_deliver(shop: Workflow) -> None:
    lamps = NewLine("1", Sku("BRASS-LAMP"), 2, Price.of("10.00", "EUR"))
    shop.place("o-17", NewOrder("c-7", "EUR", (lamps,)))
    shop.pay("pay-1", Money.of("20.00", "EUR"), (("o-17", 2000),))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")
    shop.deliver("p-1")


def test_a_lamp_comes_back_on_the_last_day(shop: Workflow, clock: Clock) -> None:
    sell_and_deliver(shop)
    clock.at += timedelta(days=30)

    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    order = shop.refund("o-17").document

    assert order.applied == 1000
    assert headline(order) is Headline.PARTLY_RETURNED
    assert all(law.holds for law in audit(shop.store, rules=RULES, sample=100))


def test_a_day_later_it_is_too_late(shop: Workflow, clock: Clock) -> None:
    sell_and_deliver(shop)
    clock.at += timedelta(days=31)

    with pytest.raises(MoveRefused) as no:
        shop.ask_return("r-1", "o-17")

    assert [refusal.code for refusal in no.value.refusals] == ["window_closed"]
