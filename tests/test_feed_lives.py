"""Lives of a feed, against plain numbers: whatever is said, promised, ordered and given up.

Never is more promised than his word leaves: what he has, less the buffer, less what was ordered
that it does not know of. What a new word or another order takes away is listed until it is
decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orderflow import Call, Position, Refused, Rules, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit, reconcile
from orderflow.records import Order
from orderflow.states import UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop

ACME: Final = "acme/BRASS-LAMP"
PEG: Final = Position("BRASS-LAMP", "leith", peg="feed:acme")
SHELF: Final = Position("BRASS-LAMP", "leith")
SOME: Final = st.integers(1, 4)
NUMBER: Final = st.integers(0, 9)


@dataclass(slots=True)
class Bought:
    """A purchase of acme, or goods for the shelf: what of it a word may not know."""

    n: int
    made: datetime
    sent: datetime | None = None
    over: bool = False
    known: bool = False  # a word has known of it: nothing of it counts any more


class FeedLives(RuleBasedStateMachine):
    house: Rules = TWO_PLACES

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore(), self.house)
        self.has = 0
        self.as_of: datetime | None = None
        self.until: datetime | None = None
        self.bought: dict[str, Bought] = {}
        self.orders: list[str] = []
        self.rows = 0

    # --- the plain numbers -----------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.shop.clock.at

    def there(self) -> int:
        return max(0, self.has - sum(one.n for one in self.bought.values() if not one.known))

    def is_old(self) -> bool:
        return self.until is not None and self.until <= self.now

    def promised(self) -> int:
        return sum(self.fed(id) for id in self.orders)

    def free(self) -> int:
        return 0 if self.is_old() else max(0, self.there() - self.promised())

    def fed(self, id: str) -> int:
        return sum(
            spot.n
            for _, spot in self.order(id).units()
            if spot.state is UnitState.RESERVED and spot.slice.peg == PEG.peg
        )

    def order(self, id: str) -> Order:
        return self.shop.order(id)

    def waiting(self, id: str, *states: str) -> int:
        return sum(n for state, n in self.shop.bag(id).items() if state in states)

    def some(self, number: int) -> str:
        return self.orders[number % len(self.orders)] if self.orders else ""

    def attempt(self, call: Call[Any], possible: bool | None = None) -> bool:
        try:
            self.shop.apply(call)
        except Refused as no:
            if possible:
                raise AssertionError(f"{call} was refused: {no}") from no
            return False
        assert possible is not False, f"{call} was not refused"
        return True

    # --- what happens ----------------------------------------------------------------------------

    @rule(
        n=st.integers(0, 12),
        buffer=st.integers(0, 2),
        ago=st.integers(0, 6),
        lead=st.integers(0, 3),
        valid=st.none() | st.integers(1, 40),
    )
    def say(self, n: int, buffer: int, ago: int, lead: int, valid: int | None) -> None:
        as_of = self.now - timedelta(hours=ago)
        until = None if valid is None else as_of + timedelta(hours=valid)
        newer = self.as_of is None or as_of > self.as_of
        call = verbs.record_feed.on(ACME, "leith", n, as_of, buffer, lead, until)
        if not self.attempt(call, newer):
            return
        for one in self.bought.values():
            since = one.sent or (one.made if one.over else None)
            if since is not None and since < as_of:
                one.known = True
        self.has, self.as_of, self.until = n - buffer, as_of, until

    @rule(n=SOME)
    def sell(self, n: int) -> None:
        id = f"o-{len(self.orders)}"
        self.shop.sell(id, (LAMP, n))
        self.orders.append(id)

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER, n=SOME)
    def promise(self, number: int, n: int) -> None:
        """It is granted exactly where as much is free, with him or anywhere."""
        id = self.some(number)
        rows = self.shop.store.counters("", [PEG.sku], self.now)
        free = self.free() + sum(row.free for row in rows if row.position != PEG)
        possible = n <= self.waiting(id, "open", "backordered") and n <= free
        self.attempt(verbs.promise.on(id, (("1", n),)), possible)

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER, n=SOME)
    def reserve(self, number: int, n: int) -> None:
        id = self.some(number)
        waits = self.waiting(id, "open", "backordered")
        possible = self.as_of is not None and n <= waits and n <= self.free()
        self.attempt(verbs.reserve.on(id, PEG.peg, (("1", n),)), possible)

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER, n=st.none() | SOME)
    def cancel(self, number: int, n: int | None) -> None:
        self.attempt(verbs.cancel.on(self.some(number), () if n is None else (("1", n),)))

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER)
    def unreserve(self, number: int) -> None:
        self.attempt(verbs.unreserve.on(self.some(number)))

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER, n=SOME)
    def plan(self, number: int, n: int) -> None:
        self.attempt(verbs.plan_to_buy.on(self.some(number), (("1", n),)))

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER, n=st.none() | SOME)
    def buy(self, number: int, n: int | None) -> None:
        """What is promised goes from the feed to the purchase: as much is free as was before."""
        id = self.some(number)
        promised, planned = self.fed(id), self.waiting(id, "to buy")
        asked = promised + planned if n is None else n
        free, of = self.shop.counter(PEG).free, f"pu-{self.rows}"
        lines = () if n is None else (("1", n),)
        call = verbs.purchase.on(of, (id,), "acme", "leith", lines)
        if self.attempt(call, 0 < asked <= promised + planned):
            self.rows += 1
            self.bought[of] = Bought(asked, self.now, known=self.as_of is None)
            assert self.fed(id) == max(0, promised - asked)
            if asked <= promised and self.there() > 0:
                assert self.shop.counter(PEG).free == free

    @rule(n=SOME)
    def order_for_the_shelf(self, n: int) -> None:
        id = f"s-{self.rows}"
        self.rows += 1
        self.shop.expect(id, SHELF._replace(location="york"), n, MORNING, source="acme")
        self.bought[id] = Bought(n, self.now, over=True, known=self.as_of is None)

    def purchases(self) -> list[str]:
        return [id for id in self.bought if id.startswith("pu-")]

    def a_purchase(self, number: int) -> str:
        there = self.purchases()
        return there[number % len(there)]

    @precondition(lambda self: self.purchases())
    @rule(number=NUMBER)
    def send(self, number: int) -> None:
        id = self.a_purchase(number)
        if self.attempt(verbs.send_purchase.on(id)):
            self.bought[id].sent = self.now

    @precondition(lambda self: self.purchases())
    @rule(number=NUMBER, n=SOME)
    def stop_buying(self, number: int, n: int) -> None:
        id = self.a_purchase(number)
        (order,) = self.shop.bought(id).orders
        if self.attempt(verbs.stop_buying.on(id, order, (("1", n),))):
            self.leave(id, n)

    @precondition(lambda self: self.purchases())
    @rule(number=NUMBER, refused=st.booleans())
    def end(self, number: int, refused: bool) -> None:
        id = self.a_purchase(number)
        (order,) = self.shop.bought(id).orders
        before = self.being_bought(order, id)
        if refused:
            self.shop.refuse_purchase(id, "out of brass")
            for hold in self.order(order).holds:
                self.shop.lift_hold(order, hold.code)
        else:
            self.shop.cancel_purchase(id)
            self.leave(id, before - self.being_bought(order, id))
        self.look(id)

    @precondition(lambda self: self.purchases())
    @rule(number=NUMBER)
    def come(self, number: int) -> None:
        id = self.a_purchase(number)
        self.shop.receive_purchase(id)
        self.look(id)

    def leave(self, id: str, n: int) -> None:
        one = self.bought[id]
        if one.sent is None:
            one.n -= n
        self.look(id)

    def look(self, id: str) -> None:
        state = self.shop.bought(id).state.value
        self.bought[id].over = state in ("done", "cancelled", "refused")

    def being_bought(self, order: str, id: str) -> int:
        return sum(
            spot.n
            for _, spot in self.order(order).units()
            if spot.state is UnitState.BUYING and spot.slice.peg == id
        )

    @rule(n=SOME)
    def receive(self, n: int) -> None:
        self.shop.receive(SHELF, n)

    @precondition(lambda self: self.orders)
    @rule(number=NUMBER, verb=st.sampled_from((verbs.repeg, verbs.repromise, verbs.allocate)))
    def mend(self, number: int, verb: Any) -> None:
        self.attempt(verb.on(self.some(number)))

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.shop.clock.forward(hours=hours)

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def the_books_say_what_the_numbers_say(self) -> None:
        row = self.shop.counter(PEG)
        assert (row.there, row.claimed) == (self.there(), self.promised())

    @invariant()
    def what_his_word_does_not_cover_is_listed(self) -> None:
        listed = {
            (one.why.value, claim.holder.id)
            for one in self.shop.in_danger()
            if one.counter.position == PEG
            for claim in one.claims
        }
        whys = {why for why, _ in listed}
        mine = {id for id in self.orders if self.fed(id)}
        assert ("over-committed" in whys) == (self.promised() > self.there())
        if self.promised() > self.there():
            assert {id for _, id in listed} == mine
        elif self.is_old():
            dated = {
                id
                for id in mine
                for _, spot in self.order(id).units()
                if spot.slice.peg == PEG.peg and spot.slice.ready_by is not None
            }
            assert listed == {("too old", id) for id in dated}

    def teardown(self) -> None:
        assert [breach for law in audit(self.shop.store) for breach in law.breaches] == []
        assert reconcile(self.shop.store).drifts == ()  # type: ignore[arg-type]
        self.shop.assert_lawful()


@pytest.mark.feature("F116", "F139", "F155")
def test_never_is_more_promised_than_a_supplier_leaves_whatever_happens() -> None:
    run_state_machine_as_test(
        FeedLives,
        settings=settings(
            max_examples=80,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
