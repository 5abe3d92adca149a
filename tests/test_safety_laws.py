"""Whatever is promised, cancelled, late, received and counted: nobody enters the safety stock.

What is left of it is worked out a second time here, by sums over the claims of the store: at each
instant what has come by then, less what has been claimed for then or before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Call, Position, Refused, Workflow, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.records import SafetyRow
from orderflow.states import SupplyState, UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, Clock, new_order

SKU: Final = "BRASS-LAMP"
PLACES: Final = ("leith", "york")
LAST: Final = 9
PLACE: Final = st.sampled_from(PLACES)
DAY: Final = st.integers(0, LAST - 1)
SOME: Final = st.integers(1, 6)
WHICH: Final = st.integers(0, 5)
ROW: Final = st.tuples(PLACE, st.integers(0, 8), st.none() | DAY)


def day(n: int) -> datetime:
    return MORNING + timedelta(days=n)


def shelf(place: str) -> Position:
    return Position(SKU, place)


ACTIONS: Final = st.one_of(
    st.tuples(st.just("promise"), SOME, DAY, st.sampled_from(("", *PLACES))),
    st.tuples(st.just("promise"), SOME, DAY, st.just("")),
    st.tuples(st.just("receive"), PLACE, SOME),
    st.tuples(st.just("count"), PLACE, st.integers(0, 8)),
    st.tuples(st.just("expect"), PLACE, SOME, DAY),
    st.tuples(st.just("slip"), WHICH, DAY, st.none() | st.integers(0, 4)),
    st.tuples(st.just("receive_supply"), WHICH, SOME, st.booleans()),
    st.tuples(st.sampled_from(("cancel", "repeg", "repromise", "allocate")), WHICH),
    st.tuples(st.just("reserve"), SOME, st.booleans()),
    st.tuples(st.just("reserve_supply"), SOME, WHICH),
    st.tuples(st.just("hold"), PLACE, SOME, DAY),
    st.tuples(st.just("keep"), st.lists(ROW, max_size=3, unique_by=lambda row: (row[0], row[2]))),
    st.tuples(st.just("wait"), st.integers(1, 30)),
)


Flows = list[tuple[datetime, int]]


def there(flows: Flows, at: datetime) -> int:
    """What has come by an instant, less what has gone."""
    return sum(n for when, n in flows if when <= at)


class Trade:
    """A shop with one SKU at two places, and what is left of it at each instant."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore()
        self.shop = Workflow(self.store, TWO_PLACES, clock=self.clock)
        self.orders = 0
        self.rows = 0
        self.carts = 0

    # --- worked out anew -----------------------------------------------------------------------

    def level(self, place: str, at: datetime) -> int:
        """The safety stock of a place at an instant."""
        try:
            rows = self.shop.item(SKU).safety
        except Refused:
            return 0
        begun: list[SafetyRow] = [
            row for row in rows if row.location == place and (row.since is None or row.since <= at)
        ]
        begun.sort(key=lambda row: (row.since is not None, row.since or at))
        return begun[-1].n if begun else 0

    def ready(self, at: Position) -> datetime:
        """When the goods of a position are there."""
        if not at.peg:
            return self.clock.at
        supply = self.shop.supply(at.peg)
        if supply.state is SupplyState.CLOSED or supply.received >= supply.expected:
            return self.clock.at
        return max(supply.due, self.clock.at)

    def flows(self, place: str) -> tuple[Flows, Flows]:
        """What comes and is claimed at a place, and when; and the same of what is over-committed.

        Of that nobody gets any more, and what there is goes to those who want it first.
        """
        found: Flows = []
        stuck: Flows = []
        now = self.clock.at
        claims = self.store.claims_of("", [SKU], now)
        for row in self.store.counters("", [SKU], now):
            if row.position.location != place:
                continue
            here = self.ready(row.position)
            mine = [one for one in claims if one.position == row.position]
            dated = sorted((one.due, one.n) for one in mine if one.due)
            left = max(0, row.there - sum(one.n for one in mine if one.due is None))
            if left >= sum(n for _, n in dated):
                found += [(here, left), *((max(due, here), -n) for due, n in dated)]
                continue
            stuck.append((here, left))
            for due, n in dated:
                stuck.append((max(due, here), -min(n, left)))
                left -= min(n, left)
        return found, stuck

    def left(self, place: str) -> dict[datetime, int]:
        """What stands unclaimed at a place at each instant."""
        flows, _ = self.flows(place)
        dates = {day(n) for n in range(LAST + 1)} | {when for when, _ in flows} | {self.clock.at}
        return {at: there(flows, at) for at in sorted(dates) if at >= self.clock.at}

    def asked(self, place: str, at: datetime) -> int:
        """How much of what stands unclaimed at a place must stay so."""
        _, stuck = self.flows(place)
        return max(0, self.level(place, at) - there(stuck, at))

    def available(self, by: datetime, place: str = "") -> int:
        """The least that is left from a date on beyond the safety stock, over all places."""
        found = 0
        for one in (place,) if place else PLACES:
            left = self.left(one)
            found += max(0, min(n - self.asked(one, at) for at, n in left.items() if at >= by))
        return found

    def agreed(self, by: datetime, place: str = "") -> int:
        """What the shop says is available: as much as there is beyond the safety stock.

        Of what is over-committed some may be safety stock until it goes out; the shop may say that
        other goods are.
        """
        said, can = self.shop.available(SKU, by, place), self.available(by, place)
        stuck = any(self.flows(one)[1] for one in PLACES)
        assert said <= can if stuck else said == can
        return said

    # --- what is done --------------------------------------------------------------------------

    def attempt(self, call: Call[Any]) -> bool:
        try:
            self.shop.apply(call)
        except Refused:
            return False
        return True

    def granted(self, call: Call[Any]) -> bool:
        """Ask for a claim: where it is granted, it leaves safety stock, or what was left of it."""
        before = {place: self.left(place) for place in PLACES}
        done = self.attempt(call)
        if done:
            for place in PLACES:
                for at, n in self.left(place).items():
                    assert n >= min(self.asked(place, at), before[place].get(at, n))
        return done

    def order(self, n: int) -> str:
        id = f"o-{self.orders}"
        self.orders += 1
        self.shop.place(id, new_order((LAMP, n), cash_on_delivery=True))
        return id

    def act(self, what: str, *args: Any) -> None:
        getattr(self, f"do_{what}")(*args)

    def do_promise(self, n: int, by: int, place: str) -> None:
        """A promise is granted exactly when there is as much beyond the safety stock."""
        date = max(day(by), self.clock.at)
        can = self.agreed(date, place)
        done = self.granted(verbs.promise.on(self.order(n), date=date, location=place))
        assert done == (n <= can)

    def do_receive(self, place: str, n: int) -> None:
        self.shop.receive(shelf(place), n)

    def do_count(self, place: str, n: int) -> None:
        self.shop.count(shelf(place), n)

    def do_expect(self, place: str, n: int, due: int) -> None:
        self.shop.expect(f"s-{self.rows}", shelf(place), n, day(due))
        self.rows += 1

    def do_slip(self, which: int, due: int, to_come: int | None) -> None:
        if self.rows:
            self.attempt(verbs.slip.on(f"s-{which % self.rows}", day(due), to_come))

    def do_receive_supply(self, which: int, n: int, last: bool) -> None:
        if self.rows:
            self.attempt(verbs.receive_supply.on(f"s-{which % self.rows}", n, last=last))

    def do_cancel(self, which: int) -> None:
        self.attempt(verbs.cancel.on(f"o-{which}"))

    def do_repeg(self, which: int) -> None:
        self.granted(verbs.repeg.on(f"o-{which}"))

    def do_repromise(self, which: int) -> None:
        self.granted(verbs.repromise.on(f"o-{which}"))

    def do_allocate(self, which: int) -> None:
        """What was promised for later may go out at once, and others' promises be left alone."""
        if which >= self.orders:
            return
        order = self.shop.order(f"o-{which}")
        promised = any(spot.state is UnitState.RESERVED for _, spot in order.units())
        ask = self.attempt if promised else self.granted
        ask(verbs.allocate.on(f"o-{which}"))

    def do_reserve(self, n: int, at_once: bool) -> None:
        id = self.order(n)
        self.granted(verbs.allocate.on(id) if at_once else verbs.reserve.on(id))

    def do_reserve_supply(self, n: int, which: int) -> None:
        if self.rows:
            self.granted(verbs.reserve.on(self.order(n), f"s-{which % self.rows}"))

    def do_hold(self, place: str, n: int, until: int) -> None:
        self.carts += 1
        if day(until) > self.clock.at:
            self.granted(verbs.hold_stock.on(f"cart-{self.carts}", shelf(place), n, day(until)))

    def do_keep(self, rows: list[tuple[str, int, int | None]]) -> None:
        said = tuple((place, n, None if at is None else day(at)) for place, n, at in rows)
        self.shop.describe_item(SKU, safety=said)

    def do_wait(self, hours: int) -> None:
        self.clock.forward(hours=hours)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=3, unique_by=lambda row: (row[0], row[2])), st.lists(ACTIONS))
def test_no_sequence_enters_the_safety_stock_and_each_promise_that_leaves_it_is_granted(
    rows: list[tuple[str, int, int | None]], actions: list[tuple[Any, ...]]
) -> None:
    trade = Trade()
    trade.do_receive("leith", 6)
    trade.do_expect("leith", 5, 4)
    trade.do_keep(rows)

    for what, *args in actions:
        trade.act(what, *args)
        for n in range(0, LAST, 2):
            date = max(day(n), trade.clock.at)
            trade.agreed(date)

    assert [breach for law in audit(trade.store) for breach in law.breaches] == []
    for entry in trade.store.entries():
        assert trade.shop.again(entry) == entry.facts
