"""Whole order lives along a clock of dates: who does what when, from placing to completion.

It knows the days on which things happen, and refuses to know where the orders come from.

`Stream` turns journeys into events, takes them in the order of their times, and asks the library.
It never looks whether something is allowed: it asks, and counts the refusals.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from orderflow.allocation import allocate, reserve
from orderflow.calls import Ref
from orderflow.closing import complete
from orderflow.conditions import Verdict
from orderflow.demo.chance import draw
from orderflow.demo.clockwork import Clockwork
from orderflow.demo.journey import DAY, NO_HABITS, Habits, Journey
from orderflow.errors import BadInput
from orderflow.fulfilment import deliver, hand_over, pack, pick, release
from orderflow.inspecting import deliver_again, inspect
from orderflow.intake import Status, Stocked
from orderflow.inventory import expect, receive, receive_supply
from orderflow.journal import STOCK
from orderflow.money import Money
from orderflow.orders import cancel, place
from orderflow.payments import collect_on_delivery, pay, remit
from orderflow.ports import Store
from orderflow.pricing import carried, due, order_facts
from orderflow.receiving import receive_return
from orderflow.records import ChargeKind, CutKind, Document, Line, Order
from orderflow.refunds import owed_back, refund
from orderflow.returns import ask_return
from orderflow.rules import Rules
from orderflow.states import OrderState, UnitState
from orderflow.units import LineQuantities
from orderflow.values import Position

D = TypeVar("D", bound=Document)

_SHIPS: Final = (Status.SHIPPED, Status.DELIVERED, Status.COMPLETED, Status.RETURNED)
_DELIVERS: Final = _SHIPS[1:]


class Stream(Clockwork):
    """Runs journeys on a store; the same journeys and seed give the same journal."""

    def __init__(
        self, store: Store, rules: Rules, *, mark: str, seed: int = 0, habits: Habits = NO_HABITS
    ) -> None:
        super().__init__(store, rules, mark)
        self._seed, self._habits = seed, habits
        self._journeys: dict[str, Journey] = {}
        self._waiting: dict[str, set[str]] = {}
        self._leaving: set[tuple[str, str]] = set()

    # --- what is planned from outside -----------------------------------------------------------

    def stock(self, at: datetime, stocked: Iterable[Stocked]) -> None:
        """Goods that are there from a time on."""
        self.plan(at, partial(self._stock, [(row.position, row.n) for row in stocked if row.n]))

    def purchase(self, position: Position, n: int, announced: datetime, comes: datetime) -> None:
        """Goods that are announced, and come later; whoever waits for them gets them then."""
        id = self.next("s")
        self.plan_call(announced, expect.on(id, position, n, comes))
        self.plan(comes, partial(self._come, id, position.sku, n))

    def follow(self, journey: Journey) -> None:
        """An order, from its placing on."""
        self._journeys[journey.id] = journey
        self.plan(journey.at, partial(self._place, journey))
        if journey.cancel_at is not None:
            self.plan(journey.cancel_at, partial(self._want_rid, journey))

    # --- stock ----------------------------------------------------------------------------------

    def _stock(self, goods: list[tuple[Position, int]]) -> None:
        for position, n in goods:
            self.attempt(receive.of(Ref("", STOCK, position.sku), position, n))

    def _come(self, supply: str, sku: str, n: int) -> None:
        self.attempt(receive_supply.on(supply, n, last=True))
        self._serve_waiting((sku,))

    def _serve_waiting(self, skus: Iterable[str]) -> None:
        """Allocate what has become free, the most urgent order first, until there is no more."""
        for sku in skus:
            for id in sorted(self._waiting.get(sku, ()), key=self._urgency):
                order = self.order(id)
                wanted = tuple(
                    (line.id, line.count(UnitState.BACKORDERED))
                    for line in order.lines
                    if line.sku == sku and line.count(UnitState.BACKORDERED)
                )
                if wanted:
                    done = self.attempt(allocate.on(id, wanted))
                    if done is None:
                        break
                    order = done.document
                    self._plan_leaving(order)
                self._note_waiting(order)

    def _urgency(self, id: str) -> tuple[int, datetime, str]:
        journey = self._journeys[id]
        return (journey.new.priority, journey.at, id)

    def _note_waiting(self, order: Order) -> None:
        for line in order.lines:
            waits = self._waiting.setdefault(line.sku, set())
            waits.discard(order.ref.id)
        for line in order.lines:
            if line.count(UnitState.BACKORDERED):
                self._waiting[line.sku].add(order.ref.id)

    # --- the order ------------------------------------------------------------------------------

    def _place(self, journey: Journey) -> None:
        id, status = journey.id, journey.status
        try:
            done = self.attempt(place.on(id, journey.new), journey.by)
        except BadInput as no:
            self.tally.bad_orders.append((id, str(no)))
            return
        if done is None:
            return
        self.tally.orders += 1
        if status is Status.CANCELLED:
            self._cancel(journey)
        if status in (Status.PLACED, Status.CANCELLED):
            return
        cost = due(done.document)
        if cost > 0 and not journey.new.cash_on_delivery:
            money = Money(cost, journey.new.currency)
            self.attempt(
                pay.on(self.next("pay"), money, ((id, cost),), "card", journey.new.customer)
            )
        if status is not Status.PAID:
            self._allocate(journey)

    def _allocate(self, journey: Journey) -> None:
        """All of it if it is there; else what is there, and the rest waits."""
        id = journey.id
        self.attempt(reserve.on(id))
        done = self.attempt(allocate.on(id))
        if done is None:
            return
        order = done.document
        self.tally.units_asked += sum(line.n for line in order.lines)
        self.tally.units_short += sum(line.count(UnitState.BACKORDERED) for line in order.lines)
        self._note_waiting(order)
        self._plan_leaving(order)

    def _want_rid(self, journey: Journey) -> None:
        """The customer wants to cancel; whoever succeeds clicks twice."""
        if self._cancel(journey):
            self._cancel(journey)

    def _cancel(self, journey: Journey) -> bool:
        call = cancel.on(journey.id, reason="changed my mind")
        done = self.attempt(call, journey.new.customer)
        if done is None:
            return False
        if owed_back(done.document):
            self.attempt(refund.on(journey.id))
        self._note_waiting(done.document)
        self._serve_waiting(sorted({line.sku for line in done.document.lines}))
        return True

    def _close(self, journey: Journey) -> None:
        """Complete an order that has nothing left to come."""
        order = self.order(journey.id)
        facts = order_facts(order)
        coming_back = any(
            spot.slice.returning and spot.state is UnitState.DELIVERED for _, spot in order.units()
        )
        open_ = facts.units_live or facts.due_minor or facts.estimates
        ready = not open_ and not coming_back
        if ready and order.state is OrderState.CONFIRMED:
            self.attempt(complete.on(journey.id))

    # --- warehouse and road ---------------------------------------------------------------------

    def _plan_leaving(self, order: Order) -> None:
        """From each location, what stands there leaves together when its last line is ready."""
        journey = self._journeys[order.ref.id]
        if journey.status not in _SHIPS:
            return
        ready: dict[str, datetime] = {}
        for line, spot in order.units():
            if spot.state is UnitState.ALLOCATED:
                place = spot.slice.location
                ready[place] = max(ready.get(place, self.now), journey.ships[line.id])
        for location, at in sorted(ready.items()):
            if (journey.id, location) not in self._leaving:
                self._leaving.add((journey.id, location))
                self.plan(at, partial(self._leave, journey, location))

    def _leave(self, journey: Journey, location: str) -> None:
        self._leaving.discard((journey.id, location))
        lines = [
            line
            for line, spot in self.order(journey.id).units()
            if spot.state is UnitState.ALLOCATED and spot.slice.location == location
        ]
        if not lines:
            return  # cancelled in between
        work, parcel = self.next("d"), self.next("p")
        for call in (
            release.on(journey.id, work, location),
            pick.on(work),
            pack.on(parcel, (work,)),
            hand_over.on(parcel, journey.carrier, f"WB{parcel[2:]:0>8}" if journey.carrier else ""),
        ):
            if not self.done(call):
                return
        if journey.status in _DELIVERS:
            arrives = max(
                journey.arrives[line.id] + max(timedelta(0), self.now - journey.ships[line.id])
                for line in lines
            )
            self.plan(arrives, partial(self._arrive, journey, parcel, location))

    def _arrive(self, journey: Journey, parcel: str, location: str) -> None:
        if not self.done(deliver.on(parcel)):
            return
        order = self.order(journey.id)
        inside = [
            (line, spot.n)
            for line, spot in order.units()
            if spot.slice.parcel == parcel and spot.state is UnitState.DELIVERED
        ]
        self.tally.parcels_delivered += 1
        promised = [line.promised for line, _ in inside if line.promised is not None]
        self.tally.parcels_promised += bool(promised)
        self.tally.parcels_late += any(self.now > date for date in promised)
        if journey.new.cash_on_delivery:
            self._collect(order, parcel)
        back = tuple((line.id, n) for line, n in inside if line.id in journey.back)
        if back:
            days = 1 + draw(self._seed, self._habits.asks_after_days, parcel, "asks")
            self.plan(self.now + days * DAY, partial(self._ask_back, journey, back, location))
        if journey.status is Status.COMPLETED:
            closes = self.now + (self.rules.return_window_days + 1) * DAY
            self.plan(closes, partial(self._close, journey))

    def _collect(self, order: Order, parcel: str) -> None:
        """The carrier takes what the parcel was billed for, and with the first one the freight.

        It takes no more than is due: what came back of an earlier parcel is set off.
        """
        amount = sum(
            carried(line, order.charges, [(cut.start, cut.stop)])
            for line in order.lines
            for cut in line.cuts
            if cut.kind is CutKind.BILLED and cut.document == parcel
        )
        if not order.tenders:
            amount += sum(charge.amount for charge in order.charges if not charge.spans)
        amount = min(amount, due(order))
        if amount <= 0:
            return
        payment, money = self.next("pay"), Money(amount, order.currency)
        if self.done(collect_on_delivery.on(payment, order.ref.id, money)):
            month_end = (self.now.replace(day=28) + 4 * DAY).replace(day=1, hour=10)
            self.plan_call(month_end, remit.on(payment, money))

    # --- coming back ----------------------------------------------------------------------------

    def _ask_back(self, journey: Journey, lines: LineQuantities, location: str) -> None:
        id = self.next("r")
        call = ask_return.on(id, journey.id, lines, "not as expected")
        if self.attempt(call, journey.new.customer) is not None:
            comes = partial(self._come_back, journey, id, lines, location)
            self.plan(self.now + 5 * DAY, comes)

    def _come_back(self, journey: Journey, id: str, lines: LineQuantities, location: str) -> None:
        if self.done(receive_return.on(id, location)):
            self.plan(self.now + DAY, partial(self._look_at, journey, id, lines))

    def _look_at(self, journey: Journey, id: str, lines: LineQuantities) -> None:
        verdicts = tuple((line, n, self._verdict(id, line)) for line, n in lines)
        if not self.done(inspect.on(id, verdicts)):
            return
        order = self.order(journey.id)
        back = owed_back(order)
        if back:
            if draw(self._seed, 100, id, "overpays") < self._habits.overpays:
                before_discount = back + _discount(order, lines)
                self.attempt(refund.on(journey.id, Money(before_discount, order.currency)))
            self.attempt(refund.on(journey.id))
        if any(verdict is Verdict.REJECTED for _, _, verdict in verdicts):
            self.plan_call(self.now + 4 * DAY, deliver_again.on(journey.id))
        self._serve_waiting(sorted({line.sku for line in order.lines if line.id in dict(lines)}))
        if journey.status is Status.COMPLETED:
            closes = self.now + (self.rules.return_window_days + 1) * DAY
            self.plan(closes, partial(self._close, journey))

    def _verdict(self, id: str, line: str) -> Verdict:
        drawn, habits = draw(self._seed, 100, id, line, "verdict"), self._habits
        for verdict, percent in (
            (Verdict.REJECTED, habits.rejected),
            (Verdict.DAMAGED, habits.damaged),
            (Verdict.SECOND, habits.seconds),
        ):
            if drawn < percent:
                return verdict
            drawn -= percent
        return Verdict.SOUND


def _discount(order: Order, lines: LineQuantities) -> int:
    """What the discounts took off so many units of some lines, and at least a cent."""
    discounts = [charge for charge in order.charges if charge.kind is ChargeKind.DISCOUNT]

    def taken_off(line: Line, n: int) -> int:
        return -carried(line, discounts, [(0, line.n)]) * n // line.n

    return max(1, sum(taken_off(line, dict(lines).get(line.id, 0)) for line in order.lines))
