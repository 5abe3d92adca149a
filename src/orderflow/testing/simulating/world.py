"""A world in which a story happens: a shop on a store, and the people and wires around it.

It knows who does what next, and refuses to know what may be done: the shop says no by itself.
Who is told no shrugs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import attrs

from orderflow import verbs
from orderflow.adapters.carriers import Asked, Fault, book_open, track_all
from orderflow.adapters.gateways import Fault as GatewayFault
from orderflow.adapters.gateways import send_open
from orderflow.money import Money
from orderflow.ports import Query, Store, every
from orderflow.pricing import due
from orderflow.records import Order, Outcome, Parcel, Payment
from orderflow.rules import Rules
from orderflow.states import ParcelState, PaymentState, UnitState
from orderflow.testing.samples import BELL, LAMP, order_of
from orderflow.testing.simulating.host import CARRIER, START, Host
from orderflow.testing.simulating.laws import (
    METHOD,
    digest_of,
    hold_to_the_laws,
    hold_to_the_wires,
)
from orderflow.testing.simulating.story import Act, Faults, Happening
from orderflow.tracking import TrackingStatus
from orderflow.values import Position, Sku

ROPE: Final = Sku("HEMP-ROPE", "m", scale=3, per=1_000)
SKUS: Final = (LAMP, BELL, ROPE)


@attrs.frozen
class Simulated:
    """What a story came to: how many commands were carried out, refused and sent again after a
    crash, what became of the orders, and the digest of the journal.
    """

    seed: int
    happenings: int
    done: int
    refused: int
    crashes: int
    orders: int
    delivered: int
    sent_back: int
    entries: int
    digest: str

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.happenings:,} happenings; {self.done:,} commands carried out,"
            f" {self.refused:,} refused, {self.crashes:,} crashes; {self.orders:,} orders,"
            f" {self.delivered:,} parcels delivered, {self.sent_back:,} returns; every law holds;"
            f" journal of {self.entries:,} entries, digest {self.digest}"
        )


class World(Host):
    """A shop, its carrier, its gateway, and a clock; all of them as their seed says."""

    def __init__(self, seed: int, rules: Rules, faults: Faults, store: Store) -> None:
        super().__init__(seed, rules, faults, store)
        self._orders: list[str] = []
        self._returns: list[str] = []
        self._supplies: list[str] = []
        self._scanned: set[str] = set()

    # --- the story -----------------------------------------------------------------------------

    def live(self, story: Sequence[Happening]) -> Simulated:
        """Let it happen; raises `Broken` where a law does not hold."""
        day = -1
        for happening in story:
            if happening.at.days != day:
                day = happening.at.days
                hold_to_the_laws(self.store)
            self._subject, self._drawn = f"{happening.act} {happening.n}", 0
            self.clock.at = START + happening.at + self._jump()
            _ACTS[happening.act](self, happening.n)
        self._come_to_rest()
        return self._told(story)

    def _come_to_rest(self) -> None:
        """Nothing goes wrong any more, and what is open is worked off."""
        self._faults = Faults.none()
        for i in range(3):
            self._subject, self._drawn = f"the end {i}", 0
            self.clock.forward(days=2)
            self._wires(i)
            self._due(i)
            self._wires(i)
        hold_to_the_laws(self.store)
        hold_to_the_wires(self.store, self.carrier, self.gateway)

    def _told(self, story: Sequence[Happening]) -> Simulated:
        parcels = [one for one in self._parcels() if one.state is ParcelState.DELIVERED]
        return Simulated(
            self._seed,
            len(story),
            self._done,
            self._refused,
            self._crashes,
            len(self._orders),
            len(parcels),
            len(self._returns),
            sum(1 for _ in self.store.entries()),
            digest_of(self.store),
        )

    # --- customers -----------------------------------------------------------------------------

    def _order(self, n: int) -> None:
        """One to three lines, paid at the door or by card."""
        id, at_door = f"o-{n}", self._chance(4, "door") == 0
        wanted = [
            (SKUS[self._chance(len(SKUS), "sku", i)], 1 + self._chance(5, "units", i))
            for i in range(1 + self._chance(3, "lines"))
        ]
        price = f"{1 + self._chance(90, 'price')}.{self._chance(100, 'cents'):02}"
        new = order_of(*wanted, price=price, customer=f"c-{n % 17}", cash_on_delivery=at_door)
        if self._do(verbs.place.on(id, new, self._cart(n, *wanted[0]))) is None:
            return
        self._orders.append(id)
        owed = due(self._house.order(id))
        if owed > 0 and not at_door:
            payment, limit = f"pay-{n}", self.clock.at + timedelta(days=2)
            asked = verbs.await_payment.on(
                payment, Money(owed, "EUR"), METHOD, "", limit, ((id, owed),)
            )
            self._do(asked)
            self._do(verbs.ask_authorise.on(payment))

    def _cart(self, n: int, sku: Sku, units: int) -> tuple[str, ...]:
        """Some have put their first line into a cart before, for a quarter of an hour."""
        if self._chance(3, "cart"):
            return ()
        shelf = Position(sku.code, self._rules.locations[0].id)
        until = self.clock.at + timedelta(minutes=15)
        held = self._do(verbs.hold_stock.on(f"h-{n}", shelf, units, until))
        return () if held is None or self._chance(4, "left") == 0 else (f"h-{n}",)

    def _cancel(self, n: int) -> None:
        id = self._some(self._orders)
        if id:
            self._do(verbs.cancel.on(id))

    def _send_back(self, n: int) -> None:
        """A customer who has goods sends some back; they come, and are looked at."""
        kept = [one for one in self._orders if _has(self._house.order(one), UnitState.DELIVERED)]
        id, back = self._some(kept), f"r-{n}"
        if not id:
            return
        asked = self._do(verbs.ask_return.on(back, id))
        if asked is not None:
            self._returns.append(back)
            place = self._rules.locations[0].id
            self._do(verbs.receive_return.on(back, place))
            self._do(verbs.inspect.on(back))

    # --- goods ---------------------------------------------------------------------------------

    def _shelf(self) -> Position:
        locations = self._rules.locations
        sku = SKUS[self._chance(len(SKUS), "shelf")]
        return Position(sku.code, locations[self._chance(len(locations), "place")].id)

    def _supply(self, n: int) -> None:
        id, shelf, units = f"s-{n}", self._shelf(), 5 + self._chance(40, "expected")
        coming = self.clock.at + timedelta(days=2)
        if self._do(verbs.expect.on(id, shelf, units, coming)):
            self._supplies.append(id)

    def _arrival(self, n: int) -> None:
        """What was announced first comes, or less; and something that nobody has announced."""
        shelf, found = self._shelf(), 3 + self._chance(12, "found")
        self._do(verbs.receive.on(shelf.sku, shelf, found))
        if not self._supplies:
            return
        id = self._supplies.pop(0)
        expected = self._house.supply(id).expected
        short = self._goes_wrong(self._faults.shorts, "short")
        units = max(1, expected // 2) if short else max(1, expected)
        self._do(verbs.receive_supply.on(id, units, last=True))

    def _count(self, n: int) -> None:
        shelf = self._shelf()
        rows = self.store.counters("", (shelf.sku,), self.clock.at)
        there = next((row.there for row in rows if row.position == shelf), 0)
        counted = max(0, there + self._chance(5, "difference") - 2)
        self._do(verbs.count.on(shelf.sku, shelf, counted))

    def _break(self, n: int) -> None:
        shelf = self._shelf()
        self._do(verbs.record_breakage.on(shelf.sku, shelf, 1))

    # --- the warehouse -------------------------------------------------------------------------

    def _work(self, n: int) -> None:
        """Each order goes one step on, as far as it can."""
        for id in self._orders:
            order = self._house.order(id)
            states = {spot.state for _, spot in order.units()}
            for state, step in _STEPS:
                if state in states:
                    step(self, order, n)
                    break

    def _allocate(self, order: Order, n: int) -> None:
        self._do(verbs.allocate.on(order.ref.id))

    def _release(self, order: Order, n: int) -> None:
        id = order.ref.id
        self._do(verbs.release.on(id, f"d-{id}-{n}"))

    def _pick(self, order: Order, n: int) -> None:
        for dispatch in _tags(order, UnitState.RELEASED, "dispatch"):
            self._do(verbs.pick.on(dispatch))

    def _pack(self, order: Order, n: int) -> None:
        for dispatch in _tags(order, UnitState.PICKED, "dispatch"):
            self._do(verbs.pack.on(f"p-{dispatch}", (dispatch,), 500))

    def _send(self, order: Order, n: int) -> None:
        """A parcel that has its number leaves; one that has none asks for it."""
        for id in _tags(order, UnitState.PACKED, "parcel"):
            if not self._house.parcel(id).tracking:
                self._do(verbs.ask_booking.on(id, CARRIER))
            else:
                self._do(verbs.hand_over.on(id))

    # --- wires and time ------------------------------------------------------------------------

    def _wires(self, n: int) -> None:
        """Ask gateway and carrier for all that is open, while some of their replies get lost."""
        for payment in self._payments():
            pending = any(one.outcome is Outcome.PENDING for one in payment.requests)
            if payment.state is PaymentState.AUTHORISED and not pending:
                id = payment.ref.id
                self._do(verbs.ask_capture.on(id))
        for id in self._orders:
            if due(self._house.order(id)) < 0:
                self._do(verbs.ask_refund.on(id))
        if self._goes_wrong(self._faults.lost, "gateway"):
            self.gateway.fail(
                (GatewayFault.REPLY_LOST, GatewayFault.TIMED_OUT)[self._chance(2, "which")]
            )
        for asked in (Asked.BOOK, Asked.CANCEL, Asked.TRACK):
            if self._goes_wrong(self._faults.lost, asked):
                self.carrier.fail(asked, (Fault.REPLY_LOST, Fault.TIMED_OUT)[self._chance(2)])
        at = self.clock.at
        self._ask(lambda shop: send_open(shop, self.gateway, at))
        self._ask(lambda shop: book_open(shop, {CARRIER: self.carrier}, at))
        self._move_parcels()
        self._ask(lambda shop: track_all(shop, {CARRIER: self.carrier}))

    def _move_parcels(self) -> None:
        """What has left is scanned once and for all: each parcel has its way before it."""
        for parcel in self._parcels():
            number = parcel.tracking
            if parcel.state is not ParcelState.SHIPPED or not number or number in self._scanned:
                continue
            self._scanned.add(number)
            end = TrackingStatus.DELIVERED
            words = [TrackingStatus.PICKED_UP, TrackingStatus.IN_TRANSIT]
            if self._goes_wrong(self._faults.refusals, "refusal"):
                words += [TrackingStatus.DELIVERY_FAILED, TrackingStatus.RETURN_TO_SENDER]
            if not self._goes_wrong(self._faults.losses, "loss"):
                words.append(end)
            for i, word in enumerate(words):
                made = self.clock.at + timedelta(hours=7 * i)
                late = timedelta(days=1) if self._goes_wrong(self._faults.late, "late") else None
                times = 3 if self._goes_wrong(self._faults.doubled, "doubled") else 1
                seen = made if late is None else made + late
                self.carrier.scan(number, word, at=made, seen_at=seen, times=times)

    def _due(self, n: int) -> None:
        """Do what the library lists as due, but for what the wires do."""
        for found in self._house.due(self.clock.at):
            if found.call.verb not in ("send_request", "send_booking"):
                self._do(found.call)

    # --- looking -------------------------------------------------------------------------------

    def _some(self, ids: Sequence[str]) -> str:
        return ids[self._chance(len(ids), "which")] if ids else ""

    def _parcels(self) -> list[Parcel]:
        found = (stored.value for stored in every(self.store, Query("parcel")))
        return [one for one in found if isinstance(one, Parcel)]

    def _payments(self) -> list[Payment]:
        found = (stored.value for stored in every(self.store, Query("payment")))
        return [one for one in found if isinstance(one, Payment)]


def _has(order: Order, state: UnitState) -> bool:
    return any(spot.state is state for _, spot in order.units())


def _tags(order: Order, state: UnitState, name: str) -> list[str]:
    found = {getattr(spot.slice, name) for _, spot in order.units() if spot.state is state}
    return sorted(found - {""})


_STEPS: Final[tuple[tuple[UnitState, Callable[[World, Order, int], None]], ...]] = (
    (UnitState.PACKED, World._send),
    (UnitState.PICKED, World._pack),
    (UnitState.RELEASED, World._pick),
    (UnitState.ALLOCATED, World._release),
    (UnitState.OPEN, World._allocate),
    (UnitState.BACKORDERED, World._allocate),
)
"""What the warehouse does next, by the state of units; what is further on comes first."""

_ACTS: Final[dict[Act, Callable[[World, int], None]]] = {
    Act.ORDER: World._order,
    Act.CANCEL: World._cancel,
    Act.RETURN: World._send_back,
    Act.SUPPLY: World._supply,
    Act.ARRIVAL: World._arrival,
    Act.COUNT: World._count,
    Act.BREAKAGE: World._break,
    Act.WORK: World._work,
    Act.WIRES: World._wires,
    Act.DUE: World._due,
}
