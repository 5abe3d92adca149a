"""Goods that are to come, promised, received in any portions and given up, against plain numbers.

What comes is marked for promises first; what is endangered is what was promised and did not come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from orderflow import Call, Position, Refused
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, reserve, unreserve
from orderflow.inventory import free_surplus, receive_supply
from orderflow.orders import cancel
from tests.builders import LAMP, MORNING, Shop, assert_claims, assert_goods

SHELF: Final = Position("BRASS-LAMP", "leith")
DUE: Final = MORNING + timedelta(days=7)

rows = st.sampled_from(("s-1", "s-2"))
which = st.integers(0, 3)
some = st.integers(1, 5)


@dataclass(slots=True)
class Row:
    """A supply row in plain numbers."""

    to_come: int
    promised: int = 0
    marked: int = 0  # came, and waits for promises
    received: int = 0
    closed: bool = False

    def may_promise(self) -> int:
        return max(0, self.to_come + self.marked - self.promised)

    def endangered(self) -> int:
        return max(0, self.promised - self.marked - self.to_come)


class SupplyLives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.rows: dict[str, Row] = {}
        self.orders: list[str] = []
        self.shelf = 0

    def attempt(self, call: Call[Any], possible: bool) -> bool:
        try:
            self.shop.apply(call)
        except Refused as no:
            if possible:
                raise AssertionError(f"{call} was refused: {no}") from no
            return False
        assert possible, f"{call} was not refused"
        return True

    def order(self, i: int) -> str:
        return self.orders[i % len(self.orders)]

    def count(self, id: str, *states: str) -> int:
        return sum(n for state, n in self.shop.bag(id).items() if state in states)

    def pegged(self, id: str) -> dict[str, int]:
        """How many units of an order wait for each row."""
        found: dict[str, int] = {}
        for _, spot in self.shop.order(id).units():
            if spot.slice.peg:
                found[spot.slice.peg] = found.get(spot.slice.peg, 0) + spot.n
        return found

    @initialize(n=some, m=some, wanted=some)
    def announce(self, n: int, m: int, wanted: int) -> None:
        for id, expected in (("s-1", n), ("s-2", m)):
            self.shop.expect(id, SHELF, expected, DUE)
            self.rows[id] = Row(expected)
        self.sell(wanted)

    @rule(n=some)
    def sell(self, n: int) -> None:
        id = f"o-{len(self.orders) + 1}"
        self.shop.sell(id, (LAMP, n))
        self.orders.append(id)

    @rule(i=which, id=rows, n=some)
    def promise(self, i: int, id: str, n: int) -> None:
        order, row = self.order(i), self.rows[id]
        waiting = self.count(order, "open", "backordered")
        possible = not row.closed and n <= waiting and n <= row.may_promise()
        if self.attempt(reserve.on(order, id, (("1", n),)), possible):
            row.promised += n

    @rule(id=rows, n=st.integers(0, 6), last=st.booleans())
    def goods_come(self, id: str, n: int, last: bool) -> None:
        row = self.rows[id]
        self.attempt(receive_supply.on(id, n, last=last), True)
        row.marked += min(n, max(0, row.promised - row.marked))
        row.received += n
        row.to_come = max(0, row.to_come - n)
        self.shelf += n
        if last and not row.closed:
            row.closed, row.to_come = True, 0

    @rule(i=which)
    def allocate(self, i: int) -> None:
        order = self.order(i)
        here = {id: min(n, self.rows[id].marked) for id, n in self.pegged(order).items()}
        free = max(0, self.shelf - self.claimed_on_hand())
        waiting, open_ = self.count(order, "open", "backordered"), self.count(order, "open")
        possible = any(here.values()) or bool(waiting and free) or open_ > 0
        if self.attempt(allocate.on(order), possible):
            for id, n in here.items():
                self.rows[id].marked -= n
                self.rows[id].promised -= n

    @rule(i=which, n=some, whole=st.booleans())
    def give_up(self, i: int, n: int, whole: bool) -> None:
        order = self.order(i)
        there = self.count(order, "open", "backordered", "reserved", "allocated")
        before = self.pegged(order)
        possible = there > 0 if whole else n <= there
        if self.attempt(cancel.on(order, () if whole else (("1", n),)), possible):
            self.let_go(before, self.pegged(order))

    @rule(i=which)
    def unreserve(self, i: int) -> None:
        order = self.order(i)
        before = self.pegged(order)
        if self.attempt(unreserve.on(order), self.count(order, "reserved", "allocated") > 0):
            self.let_go(before, self.pegged(order))

    def let_go(self, before: dict[str, int], after: dict[str, int]) -> None:
        for id, n in before.items():
            self.rows[id].promised -= n - after.get(id, 0)

    @rule(id=rows)
    def free_surplus(self, id: str) -> None:
        row = self.rows[id]
        surplus = max(0, row.marked - row.promised)
        if self.attempt(free_surplus.on(id), surplus > 0):
            row.marked -= surplus

    @rule(n=st.integers(0, 8))
    def count_goods(self, n: int) -> None:
        self.shop.count(SHELF, n)
        self.shelf = n

    def claimed_on_hand(self) -> int:
        by_orders = sum(
            spot.n
            for id in self.orders
            for _, spot in self.shop.order(id).units()
            if spot.state.value in ("reserved", "allocated") and not spot.slice.peg
        )
        return by_orders + sum(row.marked for row in self.rows.values())

    @invariant()
    def books_say_what_the_numbers_say(self) -> None:
        danger = {d.counter.position: d.counter.over_committed for d in self.shop.in_danger()}
        for id, row in self.rows.items():
            supply = self.shop.supply(id)
            assert (supply.received, supply.earmarked) == (row.received, row.marked)
            assert supply.expected - supply.received == row.to_come
            peg = SHELF._replace(peg=id)
            assert self.shop.counter(peg).free == row.may_promise()
            assert danger.get(peg, 0) == row.endangered()
        on_hand = self.shop.counter(SHELF)
        assert (on_hand.there, on_hand.claimed) == (self.shelf, self.claimed_on_hand())
        assert danger.get(SHELF, 0) == max(0, self.claimed_on_hand() - self.shelf)

    @invariant()
    def goods_and_claims_are_conserved(self) -> None:
        books = self.shop.store.books("")
        assert_goods([self.shop.order(id) for id in self.orders], books)
        assert_claims(self.shop.documents(), books)

    def teardown(self) -> None:
        self.shop.assert_lawful()


@pytest.mark.feature("F121", "F290")
def test_whatever_comes_promises_are_served_first_and_dangers_are_listed() -> None:
    run_state_machine_as_test(
        SupplyLives,
        settings=settings(
            max_examples=150,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
