"""Any life of orders with suppliers and bearers: what is settled is what was kept, to the coin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from orderflow import ChargeKind, NewCharge, Price, Refused
from orderflow.adapters.memory import MemoryStore
from orderflow.records import Order
from orderflow.settlement import PartySettled, Quote, Reason, Role
from orderflow.states import UnitState
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, assert_laws, eur, line

FAR: Final = timedelta(days=400)
COST, N = 1000, 7
QUOTE: Final = Quote("maker-3", "BRASS-LAMP", Price.of("1.115", "EUR"))
COUNTS: Final = st.integers(1, 4)


class Settled(RuleBasedStateMachine):
    """The mill ships seven lamps straight or to us; seven of maker-3 are on consignment."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore(), attrs.evolve(TWO_PLACES, sells_for=("maker-3",)))
        self.parcels = self.returns = 0
        self.ends = [MORNING]

    def attempt(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except Refused:
            return

    @initialize(off=st.integers(0, 900), cost=st.sampled_from((1, 999, COST)))
    def open(self, off: int, cost: int) -> None:
        shop = self.shop
        charges = (
            NewCharge(ChargeKind.DISCOUNT, -off, ("1",), bearer="platform"),
            NewCharge(ChargeKind.DISCOUNT, -off // 2, bearer="mill"),
            NewCharge(ChargeKind.FREIGHT, 490),
        )
        shop.stock(LAMP, "york", N, owner="maker-3")
        lines = (line("1", LAMP, N, "3.335"), line("2", LAMP, N, "3.333"))
        shop.sell("o-17", *lines, charges=charges)
        shop.plan_to_buy("o-17", (("1", N),))
        shop.purchase("pu-1", ("o-17",), "mill", "leith", cost=eur(cost))
        shop.send_purchase("pu-1")
        shop.allocate("o-17")
        self.cost = cost

    def parcel(self) -> str:
        self.parcels += 1
        return f"p-{self.parcels}"

    @rule(n=COUNTS)
    def ship_straight(self, n: int) -> None:
        self.attempt(lambda: self.shop.ship_direct(self.parcel(), "pu-1", (("1", n),)))

    @rule(n=COUNTS)
    def come_to_us(self, n: int) -> None:
        self.attempt(lambda: self.shop.receive_purchase("pu-1", (("1", n),)))

    @rule(n=COUNTS, of=st.sampled_from(("1", "2")), at=st.sampled_from(("leith", "york")))
    def ship(self, n: int, of: str, at: str) -> None:
        parcel = self.parcel()
        self.attempt(lambda: self.shop.release("o-17", f"d-{parcel}", at, ((of, n),)))
        self.attempt(lambda: self.shop.pick(f"d-{parcel}"))
        self.attempt(lambda: self.shop.pack(parcel, (f"d-{parcel}",)))
        self.attempt(lambda: self.shop.hand_over(parcel))

    @rule(all_of_them=st.booleans())
    def arrive(self, all_of_them: bool) -> None:
        for n in range(1 if all_of_them else self.parcels, self.parcels + 1):
            self.attempt(lambda n=n: self.shop.deliver(f"p-{n}"))  # type: ignore[misc] # bound now

    @rule()
    def turn_back(self) -> None:
        parcel = f"p-{self.parcels}"
        self.attempt(lambda: self.shop.turn_back(parcel, "refused at the door"))
        self.attempt(lambda: self.shop.receive_back(parcel, "leith"))
        self.attempt(lambda: self.shop.take_back("o-17"))

    @rule(n=COUNTS, of=st.sampled_from(("1", "2")))
    def ask_return(self, n: int, of: str) -> None:
        self.returns += 1
        self.attempt(lambda: self.shop.ask_return(f"r-{self.returns}", "o-17", ((of, n),)))

    @rule(n=st.integers(0, 2))
    def come_back(self, n: int) -> None:
        returned = f"r-{self.returns - n}"
        self.attempt(lambda: self.shop.receive_return(returned, "leith"))
        self.attempt(lambda: self.shop.inspect(returned))

    @rule(n=st.integers(0, 2))
    def keep(self, n: int) -> None:
        self.attempt(lambda: self.shop.close_return(f"r-{self.returns - n}"))

    @rule(n=COUNTS, of=st.sampled_from(("1", "2")))
    def cancel(self, n: int, of: str) -> None:
        self.attempt(lambda: self.shop.cancel("o-17", ((of, n),)))
        self.attempt(lambda: self.shop.refund("o-17"))

    @rule(days=st.sampled_from((1, 5, 15)), month=st.booleans())
    def wait(self, days: int, month: bool) -> None:
        self.shop.clock.forward(days=days)
        if month:
            self.ends.append(self.shop.clock.at)

    def teardown(self) -> None:
        assert_laws(self.shop.store)
        self.ends.append(self.shop.clock.at + FAR)
        whole = self.shop.settlement(MORNING, self.ends[-1], (QUOTE,))
        for one in whole.parties:
            moved = self.moved(one)
            assert sum(moved) == one.closing
            if one.role is Role.BEARER:  # what is kept for good stays so
                assert all(part >= 0 for part in moved)  # no months: nothing moved
        maker = whole.of(Role.SUPPLIER, "maker-3", "EUR")
        earned = QUOTE.price.times(kept_for_good(self.shop.order("o-17"), "2"))
        assert (0 if maker is None else maker.closing) == -earned
        self.assert_the_mill_is_paid(whole.of(Role.SUPPLIER, "mill", "EUR"))

    def moved(self, one: PartySettled) -> list[int]:
        """What each month has changed for a party."""
        found = []
        for since, until in zip(self.ends, self.ends[1:], strict=False):
            if since == until:
                continue
            part = self.shop.settlement(since, until, (QUOTE,)).of(
                one.role, one.party, one.currency
            )
            found.append(0 if part is None else part.closing - part.opening)
        return found

    def assert_the_mill_is_paid(self, mill: PartySettled | None) -> None:
        """Never more than the purchase costs, less what it bears; all of it where all is kept."""
        rows = () if mill is None else mill.rows  # none: all that waits comes to nothing
        goods = -sum(row.amount for row in rows if not row.bearer)
        n = sum(row.n for row in rows if not row.bearer)
        assert 0 <= goods <= self.cost
        assert abs(goods * N - self.cost * n) <= N
        assert (n == N) <= (goods == self.cost)
        came = sum(row.n for row in rows if row.reason is Reason.BOUGHT)
        straight = [
            spot.n
            for _, spot in self.shop.order("o-17").units()
            if spot.slice.supplier == "mill"
            and spot.state is UnitState.DELIVERED
            and not spot.slice.returning
        ]
        assert n == came + sum(straight)


def kept_for_good(order: Order, line: str) -> int:
    """The units of a line that have arrived, and for which no return is asked."""
    return sum(
        spot.n
        for one, spot in order.units()
        if one.id == line and spot.state is UnitState.DELIVERED and not spot.slice.returning
    )


TestSettled = Settled.TestCase
TestSettled.settings = settings(max_examples=40, stateful_step_count=30)


def test_what_a_mill_bears_may_come_to_its_whole_price() -> None:
    """Nothing is open with it, so no settlement names it; nobody else has to pay for that."""
    settled = Settled()
    settled.open(off=1, cost=1)

    settled.teardown()

    assert settled.shop.settlement(MORNING, MORNING + FAR).of(Role.SUPPLIER, "mill", "EUR") is None
