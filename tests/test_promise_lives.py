"""Lives of promises: whatever is promised, cancelled, late or counted, nothing is forgotten.

After every step each promise has its supply, or is listed as in danger.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orderflow import Call, Danger, Position, Ref, Refusal, Refused, Rules, Workflow, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.ports import Query
from orderflow.promising.dangers import Why
from orderflow.records import Lot, Order, Supply
from orderflow.states import UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, Clock, new_order
from tests.test_shipping import DATED, MOMENT

PLACES: Final = ("leith", "york")
DAYS: Final = st.integers(0, 8)
SOME: Final = st.integers(1, 4)
NUMBER: Final = st.integers(0, 9)
PLACE: Final = st.sampled_from(PLACES)
LOTS: Final = ("L-1", "L-2")
LOT: Final = st.sampled_from(LOTS)
EITHER: Final = st.sampled_from(("", *LOTS))
OWNER: Final = st.sampled_from(("", "", "c-8"))


def shelf(place: str, lot: str = "", owner: str = "") -> Position:
    return Position("BRASS-LAMP", place, owner, lot)


class Lives(RuleBasedStateMachine):
    """A shop with one SKU at two places, several supply rows and several orders."""

    house: ClassVar[Rules] = TWO_PLACES

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.store = MemoryStore()
        self.shop = Workflow(self.store, self.house, clock=self.clock)
        self.orders = 0
        self.rows = 0

    def day(self, n: int) -> datetime:
        return MORNING + timedelta(days=n)

    def attempt(self, call: Call[Any]) -> bool:
        """Ask for it; `why_not` must have known."""
        foreseen = self.shop.why_not(call)
        said: tuple[Refusal, ...] = ()
        try:
            self.shop.apply(call)
        except Refused as no:
            said = no.refusals
        assert foreseen == said
        return not said

    def some(self, kind: str, number: int) -> str:
        """The id of some document; of none, where there is none."""
        there = self.orders if kind == "o" else self.rows
        return f"{kind}-{number % there}" if there else ""

    @rule(place=PLACE, n=SOME, owner=OWNER)
    def receive(self, place: str, n: int, owner: str) -> None:
        self.shop.receive(shelf(place, owner=owner), n)

    @rule(place=PLACE, lot=LOT, n=SOME, until=DAYS)
    def receive_lot(self, place: str, lot: str, n: int, until: int) -> None:
        """What a later receipt says otherwise puts the lot on hold."""
        self.shop.receive(shelf(place, lot), n, expires_at=self.day(until))

    @rule(lot=LOT, until=st.none() | DAYS)
    def set_expiry(self, lot: str, until: int | None) -> None:
        if self.lot(lot) is not None:
            good = None if until is None else self.day(until)
            assert self.attempt(verbs.set_expiry.on(f"BRASS-LAMP/{lot}", good))

    @rule(lot=LOT)
    def hold_lot(self, lot: str) -> None:
        if self.lot(lot) is not None:
            self.attempt(verbs.hold_lot.on(f"BRASS-LAMP/{lot}", "recall", "of the maker"))

    @rule(lot=LOT)
    def lift_lot_holds(self, lot: str) -> None:
        known = self.lot(lot)
        for hold in known.holds if known is not None else ():
            assert self.attempt(verbs.lift_lot_hold.on(f"BRASS-LAMP/{lot}", hold.code))

    @rule(place=PLACE, lot=EITHER, n=st.integers(0, 3))
    def count(self, place: str, lot: str, n: int) -> None:
        self.shop.count(shelf(place, lot), n)

    @rule(place=PLACE, lot=EITHER, n=SOME, due=DAYS)
    def expect(self, place: str, lot: str, n: int, due: int) -> None:
        self.shop.expect(f"s-{self.rows}", shelf(place, lot), n, self.day(due))
        self.rows += 1

    @rule(
        n=SOME,
        by=DAYS,
        urgency=st.integers(0, 2),
        policy=st.sampled_from(("partial", "one date")),
        customer=st.sampled_from(("c-7", "c-8")),
    )
    def sell(self, n: int, by: int, urgency: int, policy: str, customer: str) -> None:
        id = f"o-{self.orders}"
        self.orders += 1
        wanted = new_order((LAMP, n), cash_on_delivery=True, priority=urgency, customer=customer)
        self.shop.place(id, wanted)
        self.attempt(verbs.promise.on(id, date=self.day(by), policy=policy))

    @rule(number=NUMBER, n=st.sampled_from((0, 1)))
    def promise_rest(self, number: int, n: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.promise.on(id, (("1", n),) if n else ()))

    @rule(number=NUMBER)
    def cancel(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.cancel.on(id))

    @rule(number=NUMBER)
    def allocate(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.allocate.on(id))

    @rule(number=NUMBER, due=DAYS, to_come=st.none() | st.integers(0, 3))
    def slip(self, number: int, due: int, to_come: int | None) -> None:
        if id := self.some("s", number):
            assert self.attempt(verbs.slip.on(id, self.day(due), to_come))

    @rule(number=NUMBER, due=DAYS)
    def slip_and_save(self, number: int, due: int) -> None:
        id = self.some("s", number)
        if not id:
            return
        foreseen = self.shop.slipped(id, self.day(due))
        for call in foreseen.calls or (verbs.slip.on(id, self.day(due)),):
            assert self.attempt(call), call
        peg = self.shop.supply(id).position._replace(peg=id)
        there = [danger for danger in self.shop.in_danger() if danger.counter.position == peg]
        if all(danger.why is not Why.OVER_COMMITTED for danger in there):  # none: none is lost
            listed = sum(claim.n for danger in there for claim in danger.claims if claim.due)
            assert listed == sum(one.n for one in foreseen.lost)

    @rule(number=NUMBER, n=SOME, last=st.booleans())
    def receive_supply(self, number: int, n: int, last: bool) -> None:
        if id := self.some("s", number):
            assert self.attempt(verbs.receive_supply.on(id, n, last=last))

    @rule(number=NUMBER)
    def repeg(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.repeg.on(id))

    @rule(number=NUMBER)
    def repromise(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.repromise.on(id))

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.clock.forward(hours=hours)

    @rule(by=DAYS)
    def ask_what_is_available(self, by: int) -> None:
        """As many can be promised as are said to be available, and no unit more."""
        by_then = max(self.day(by), self.clock.at)
        n = self.shop.available("BRASS-LAMP", by_then)
        id = f"o-{self.orders}"
        self.orders += 1
        self.shop.place(id, new_order((LAMP, n + 1), cash_on_delivery=True))
        assert self.shop.why_not(verbs.promise.on(id, (("1", n + 1),), by_then))
        if n:
            assert not self.shop.why_not(verbs.promise.on(id, (("1", n),), by_then))

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def every_promise_has_its_supply_or_is_listed(self) -> None:
        waiting: dict[Position, list[datetime]] = {}
        for stored in self.store.find(Query("order", limit=1_000)):
            assert isinstance(stored.value, Order)
            for line, spot in stored.value.units():
                tags = spot.slice
                assert tags.owner in ("", stored.value.customer)
                if spot.state is UnitState.RESERVED and tags.ready_by is not None:
                    at = Position(line.sku, tags.location, tags.owner, tags.lot, peg=tags.peg)
                    waiting.setdefault(at, []).extend([tags.ready_by] * spot.n)
        listed: dict[Position, list[Danger]] = {}
        for danger in self.shop.in_danger():
            listed.setdefault(danger.counter.position, []).append(danger)
        for at, dates in waiting.items():
            rows = self.store.counters("", [at.sku], self.clock.at)
            row = next(row for row in rows if row.position == at)
            spoiled = self.spoiled(at.lot, dates)
            failed = len(spoiled)
            if at.lot and self.spoiled(at.lot, [self.clock.at]):
                failed += self.undated(at)
            if at.peg:
                failed += len(self.beyond(at.peg, [date for date in dates if date not in spoiled]))
            over = row.claimed > row.there
            assert (at in listed) == (over or failed > 0)
            if failed and not over:
                assert sum(claim.n for one in listed[at] for claim in one.claims) == failed

    def undated(self, at: Position) -> int:
        """How many units are claimed at a position for no date."""
        claims = self.store.claims_of("", [at.sku], self.clock.at)
        waits = [one for one in claims if one.holder.kind in ("order", "stock hold")]
        return sum([one.n for one in waits if one.position == at and one.due is None])

    def spoiled(self, lot: str, dates: list[datetime]) -> list[datetime]:
        """The dates until which a lot is not good, or all while nobody may have any of it."""
        known = self.lot(lot) if lot else None
        if known is None:
            return []
        end = known.expires_at
        if known.holds or (end is not None and end <= self.clock.at):
            return dates
        return [date for date in dates if end is not None and end <= date]

    def lot(self, lot: str) -> Lot | None:
        stored = self.store.load(Ref[Lot]("", "lot", f"BRASS-LAMP/{lot}"))
        return None if stored is None else stored.value

    def beyond(self, peg: str, dates: list[datetime]) -> list[datetime]:
        """The dates that a supply row misses, when what has come goes to the earliest."""
        supply: Supply = self.shop.supply(peg)
        if supply.state.value == "closed" or supply.received >= supply.expected:
            return []
        ready = max(supply.due, self.clock.at)
        return [date for date in sorted(dates)[supply.earmarked :] if date < ready]

    def teardown(self) -> None:
        assert [breach for law in audit(self.store) for breach in law.breaches] == []
        for entry in self.store.entries():
            assert self.shop.again(entry) == entry.facts


class LivesOnTheRoad(Lives):
    """The same shop, whose goods are on the road for days that the carrier works."""

    house = DATED

    @invariant()
    def what_is_ready_in_time_arrives_by_the_date_that_was_told(self) -> None:
        ways = {place.id: place.ships for place in DATED.locations}
        for stored in self.store.find(Query("order", limit=1_000)):
            assert isinstance(stored.value, Order)
            for _, spot in stored.value.units():
                tags, ways_of = spot.slice, ways.get(spot.slice.location)
                if tags.ready_by is not None and tags.promised is not None:
                    assert ways_of is not None
                    assert ways_of.arrives(tags.ready_by) <= tags.promised
                    assert ways_of.arrives(tags.ready_by + MOMENT) > tags.promised


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLivesOnTheRoad = LivesOnTheRoad.TestCase
TestLivesOnTheRoad.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
