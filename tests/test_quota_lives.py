"""Lives of shops with quotas, limits, carts and days: nothing that is kept is ever entered.

Whatever is promised, reserved, allocated, pegged anew, cancelled, late, received or left to run
out: members have no more than their quota, others nothing of it, no pool gives more than it has,
and no day more than it bears.
"""

from __future__ import annotations

from collections import Counter as Tally
from datetime import timedelta
from typing import ClassVar

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from orderflow import Position, Ref, Rules, verbs
from orderflow.audit.reconcile import reconcile
from orderflow.pools import capacity_pool, quota_pool
from orderflow.ports import Query
from orderflow.records import Counter, Order, Quota
from orderflow.states import UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, new_order
from tests.test_promise_lives import DAYS, NUMBER, SOME, Lives, shelf

QUOTAS = ("web", "vip", "c-8", "york", "presale")
KEPT = st.sampled_from(QUOTAS)
CUSTOMER = st.sampled_from(("c-7", "c-8"))
CHANNEL = st.sampled_from(("", "web"))
WAITING = (UnitState.OPEN, UnitState.BACKORDERED, UnitState.CANCELLED)


class LivesUnderQuotas(Lives):
    """The same shop, that keeps goods for a channel, for customers, and for a presale."""

    @initialize()
    def fill(self) -> None:
        for place in ("leith", "york"):
            self.shop.receive(shelf(place), 6)
        self.shop.expect("s-0", shelf("leith"), 4, self.day(4))
        self.rows = 1

    @rule(quota=KEPT, n=st.integers(1, 4), until=st.none() | DAYS)
    def keep(self, quota: str, n: int, until: int | None) -> None:
        at = {"york": shelf("york"), "presale": shelf("leith")._replace(peg="s-0")}
        more = {"customer": "c-8"} if quota in ("vip", "c-8") else {"channel": "web"}
        within = "web" if quota == "vip" else ""
        end = None if until is None else self.day(until)
        position = at.get(quota, shelf("leith"))
        known, web = self.quota(quota), self.quota("web")
        end = end if known is None else known.until
        if end is not None and end <= self.clock.at:
            return
        if within and (web is None or not self.runs(web) or web.until != end):
            return
        self.attempt(verbs.set_quota.on(quota, position, n, until=end, within=within, **more))

    @rule(quota=KEPT)
    def release(self, quota: str) -> None:
        if self.quota(quota) is not None:
            self.attempt(verbs.release_quota.on(quota))

    @rule(n=SOME, by=st.none() | DAYS, channel=CHANNEL, customer=CUSTOMER)
    def sell_by_channel(self, n: int, by: int | None, channel: str, customer: str) -> None:
        id = self.place(n, channel, customer)
        date = None if by is None else self.day(by)
        self.attempt(verbs.promise.on(id, date=date, policy="partial"))

    @rule(n=SOME, channel=CHANNEL, customer=CUSTOMER, how=st.sampled_from(("reserve", "allocate")))
    def take(self, n: int, channel: str, customer: str, how: str) -> None:
        id = self.place(n, channel, customer)
        self.attempt(verbs.reserve.on(id) if how == "reserve" else verbs.allocate.on(id))

    @rule(number=NUMBER)
    def unreserve(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.unreserve.on(id))

    @rule(number=NUMBER)
    def reserve_supply(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.reserve.on(id, self.some("s", number)))

    @rule(quota=KEPT, n=st.integers(1, 3), hours=st.integers(1, 30), used=st.booleans())
    def fill_cart(self, quota: str, n: int, hours: int, used: bool) -> None:
        if self.quota(quota) is None:
            return
        self.orders += 1
        cart, until = f"cart-{self.orders}", self.clock.at + timedelta(hours=hours)
        pool = Position(quota_pool(quota))
        if self.attempt(verbs.hold_stock.on(cart, pool, n, until)) and used:
            new = new_order((LAMP, n), channel="web", customer="c-8", cash_on_delivery=True)
            if not self.attempt(verbs.place.on(f"o-{self.orders - 1}", new, (cart,))):
                self.shop.place(f"o-{self.orders - 1}", new)
        else:
            self.shop.place(f"o-{self.orders - 1}", new_order((LAMP, 1), cash_on_delivery=True))

    @rule(number=NUMBER, lost=st.booleans())
    def ship(self, number: int, lost: bool) -> None:
        """Out of the house, and lost there or back again."""
        id = self.some("o", number)
        if not id or not self.attempt(verbs.release.on(id, f"d-{id}-{self.orders}")):
            return
        self.shop.pick(f"d-{id}-{self.orders}")
        parcel = f"p-{id}-{self.orders}"
        self.shop.pack(parcel, (f"d-{id}-{self.orders}",))
        self.shop.hand_over(parcel)
        if lost:
            self.shop.lose(parcel)
        else:
            self.shop.receive_back(parcel)

    @rule(number=NUMBER)
    def reopen(self, number: int) -> None:
        if id := self.some("o", number):
            self.attempt(verbs.reopen.on(id))

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def what_a_quota_keeps_and_what_its_members_have_is_what_it_was_set_to(self) -> None:
        carried = Tally[str]()
        for order in self.all_orders():
            for _, spot in order.units():
                for pool in spot.slice.pools:
                    carried[pool] += spot.n
        for id in QUOTAS:
            quota = self.quota(id)
            if quota is not None and self.runs(quota):
                row = self.counter(Position(quota_pool(id)))
                assert row.claimed <= row.there == quota.n
                assert quota.left >= 0
                assert quota.left + carried[quota_pool(id)] == quota.n

    @invariant()
    def others_have_nothing_that_a_quota_keeps(self) -> None:
        """Units at a quota's source are its members', or were there before it was set."""
        for order in self.all_orders():
            for _, spot in order.units():
                for id in QUOTAS:
                    quota = self.quota(id)
                    if quota is not None and quota_pool(id) in spot.slice.pools:
                        assert quota.channel in ("", order.channel)
                        assert quota.customer in ("", order.customer)
                        if spot.state is UnitState.RESERVED and self.runs(quota):
                            at = quota.position
                            tags = (spot.slice.location, spot.slice.lot, spot.slice.peg)
                            assert tags == (at.location, at.lot, at.peg)

    # --- looking ---------------------------------------------------------------------------------

    def place(self, n: int, channel: str, customer: str) -> str:
        id = f"o-{self.orders}"
        self.orders += 1
        wanted = new_order((LAMP, n), channel=channel, customer=customer, cash_on_delivery=True)
        self.shop.place(id, wanted)
        return id

    def all_orders(self) -> list[Order]:
        found = [stored.value for stored in self.store.find(Query("order", limit=1_000))]
        return [one for one in found if isinstance(one, Order)]

    def quota(self, id: str) -> Quota | None:
        stored = self.store.load(Ref[Quota]("", "quota", id))
        return None if stored is None else stored.value

    def runs(self, quota: Quota) -> bool:
        outer = self.quota(quota.within) if quota.within else None
        ended = quota.until is not None and quota.until <= self.clock.at
        return not ended and (outer is None or self.runs(outer))

    def counter(self, at: Position) -> Counter:
        rows = self.store.counters("", [at.sku], self.clock.at)
        return next(row for row in rows if row.position == at)

    def teardown(self) -> None:
        super().teardown()
        assert reconcile(self.store).repairs == ()


class LivesOfBusyDays(LivesUnderQuotas):
    """A shop that packs few units a day."""

    house: ClassVar[Rules] = attrs.evolve(TWO_PLACES, capacity=(("leith", 3), ("york", 2)))

    def ask_what_is_available(self) -> None:
        """Not by itself: on a full day less can be promised than there is."""

    @invariant()
    def no_day_bears_more_than_it_can_and_each_unit_counts_once(self) -> None:
        carried = Tally[str]()
        for order in self.all_orders():
            for _, spot in order.units():
                days = [pool for pool in spot.slice.pools if pool.startswith("capacity:")]
                assert len(days) == (spot.state not in WAITING)
                carried.update(dict.fromkeys(days, spot.n))
        for i in range(40):
            for place, most in self.house.capacity:
                pool = capacity_pool(place, (MORNING + timedelta(days=i)).date())
                assert carried[pool] <= most


TestLivesUnderQuotas = pytest.mark.feature("F125")(LivesUnderQuotas.TestCase)
TestLivesUnderQuotas.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLivesOfBusyDays = pytest.mark.feature("F139")(LivesOfBusyDays.TestCase)
TestLivesOfBusyDays.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
