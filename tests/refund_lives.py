"""Random lives of what comes back: goods, money, papers, and other goods in their stead."""

from __future__ import annotations

from collections import Counter as Tally
from contextlib import suppress
from itertools import count
from random import Random
from typing import Any, Final

import attrs

from orderflow import (
    BadInput,
    Call,
    ChargeKind,
    Money,
    NewCharge,
    NewLine,
    Position,
    Price,
    Refused,
    Sku,
    Workflow,
    verbs,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import DAMAGED, TO_INSPECT, TO_REPAIR, Verdict
from orderflow.records import ClaimCause, Order
from orderflow.refunds import refund
from orderflow.states import UnitState
from orderflow.taxes import (
    Taxing,
)
from tests.builders import MORNING
from tests.by_unit import amounts_of, cost_of, given_up, of_the_order
from tests.refund_worlds import (
    COMPENSATED_MOST,
    LATE,
    LINES,
    new_order_of,
    price_of,
    rules_of,
)

HERE: Final = (UnitState.ALLOCATED, UnitState.DELIVERED)
ACTS: Final = (
    *("send_back", "send_back", "send_back", "all_back", "ask", "receive", "inspect", "close"),
    *("again", "cancel", "refund", "refund", "some_money", "goodwill", "of_a_line", "freight"),
    *("reprice", "protect", "exchange", "exchange", "pay", "ship", "invoice", "credit", "credit"),
    *("off_the_paper", "money_only", "money_only"),
    *("repair", "compensate", "compensate", "stray", "regrade", "claim", "question"),
)


@attrs.define
class Life:
    """Orders of one customer in a store of their own, and what a plain book says of them."""

    house: Workflow
    chance: Random
    orders: list[str] = attrs.field(factory=lambda: ["o"])
    names: Any = attrs.field(factory=lambda: count(1))
    paid: Tally[str] = attrs.field(factory=Tally)
    back: Tally[str] = attrs.field(factory=Tally)
    gone: dict[tuple[str, str, int], int] = attrs.field(factory=dict)
    """What each unit carried when it was given up, by order, line and index."""
    returns: list[str] = attrs.field(factory=list)

    @classmethod
    def begun(cls, chance: Random, currency: str, taxing: Taxing | None) -> Life:
        """An order that is placed, allocated, and mostly paid for and sent."""
        rules = rules_of(chance, currency, taxing)
        house = Workflow(MemoryStore(), rules, clock=lambda: MORNING)
        life = cls(house, chance)
        for id in LINES:
            house.receive(Position(f"SKU-{id}", "leith"), 40)
        house.place("o", new_order_of(chance, currency, taxing))
        for _ in range(3):
            life.act("pay")
        life.act("allocate")
        for _ in range(chance.randint(1, 4)):
            life.act("ship")
        if chance.random() < 0.5:
            life.act("invoice")
        return life

    def order(self, id: str) -> Order:
        return self.house.order(id)

    def why(self) -> str:
        """One of the reasons that the shop knows; any word where it knows none."""
        return self.chance.choice([one.code for one in self.house.rules.reasons] or ["no"])

    def name(self, kind: str) -> str:
        return f"{kind}-{next(self.names)}"

    def act(self, what: str = "") -> None:
        """Something happens, or is refused; at times more is asked for than there is."""
        order = self.chance.choice(self.orders)
        act = getattr(self, f"_{what or self.chance.choice(ACTS)}")
        line = self.chance.choice(self.order(order).lines)
        here = sum([spot.n for spot in line.spots if spot.state in HERE])
        with suppress(Refused):
            act(order, line.id, self.chance.randint(1, here or 3))

    # --- money ------------------------------------------------------------------------------------

    def _pay(self, order: str, line: str, n: int) -> None:
        """What is due, or some of it, by a payment of its own."""
        now = self.order(order)
        owed = cost_of(now) - now.applied
        part = owed if self.chance.random() < 0.7 else min(owed, 1 + owed // 2)
        if part > 0:
            name = self.name("pay")
            self.house.pay(name, Money(part, now.currency), ((order, part),))
            self.paid[name] += part

    def _refund(self, order: str, line: str, n: int) -> None:
        """What is owed back, and not a coin of anything else."""
        now = self.order(order)
        owed = now.applied - cost_of(now)
        if owed <= 0:
            return
        if self.chance.random() < 0.5:
            proposed = self.house.propose(order)
            assert (proposed.owed, proposed.left) == (owed, 0)
            self._paid_back(order, owed, proposed.confirm())
        else:
            self._paid_back(order, owed, refund.on(order))
        assert self.order(order).applied == cost_of(self.order(order))

    def _some_money(self, order: str, line: str, n: int) -> None:
        now = self.order(order)
        owed = now.applied - cost_of(now)
        if owed > n:
            self._paid_back(order, n, refund.on(order, Money(n, now.currency)))

    def _paid_back(self, order: str, amount: int, call: Call[Order]) -> None:
        """The payments of an order give back so much together, each no more than it gave."""
        applied = {one.payment: one.applied for one in self.order(order).tenders}
        before = {id: self.house.payment(id).refunded for id in applied}
        self.house.apply(call)
        parts = {id: self.house.payment(id).refunded - before[id] for id in applied}
        assert sum(parts.values()) == amount
        assert all(0 <= part <= applied[id] for id, part in parts.items())
        self.back.update(parts)

    # --- the price ----------------------------------------------------------------------------

    def _adjust(self, order: str, charge: NewCharge) -> None:
        with suppress(BadInput):  # more off than there is
            self.house.adjust(order, charge)

    def _goodwill(self, order: str, line: str, n: int) -> None:
        self._adjust(order, NewCharge(ChargeKind.DISCOUNT, -self.chance.randint(1, 300)))

    def _of_a_line(self, order: str, line: str, n: int) -> None:
        """Up to all that the kept units of a line carry."""
        now = self.order(order)
        kept = set(range(99)) - given_up(now).get(line, set())
        units = amounts_of(now).get(line, [])
        there = sum([amount for i, amount in enumerate(units) if i in kept])
        off = self.chance.choice([1, there, self.chance.randint(0, there + 1)])
        self._adjust(order, NewCharge(ChargeKind.DISCOUNT, -off, (line,)))

    def _money_only(self, order: str, line: str, n: int) -> None:
        """Money back for goods that are kept: all that they carry, some, or not what was asked."""
        name, currency = self.name("q"), self._currency()
        some = Money(self.chance.choice([1, 100, 4999]), currency)
        amount = some if self.chance.random() < 0.7 else None
        wanted = ((line, n),) if self.chance.random() < 0.7 else ()
        self.house.ask_refund_only(name, order, amount, wanted, self.why())
        asked = self.house.complaint(name).amount
        before = cost_of(self.order(order))
        if self.chance.random() < 0.2:
            other = Money(self.chance.randint(1, 2 * asked), currency)
            self.house.grant_complaint(name, other)
            asked = other.minor
        else:
            self.house.grant_complaint(name)
        assert before - cost_of(self.order(order)) == asked

    def _freight(self, order: str, line: str, n: int) -> None:
        self._adjust(order, NewCharge(ChargeKind.FREIGHT, self.chance.choice([-490, -n, n])))

    def _reprice(self, order: str, line: str, n: int) -> None:
        price = price_of(self.chance, self.order(order).currency)
        self.house.reprice(order, ((line, price),), invoiced=self.chance.random() < 0.5)

    def _protect(self, order: str, line: str, n: int) -> None:
        """Something less than the price, which may be less than what is off it."""
        (found,) = [one for one in self.order(order).lines if one.id == line]
        less = found.price * self.chance.randint(5, 10) / 10
        self.house.protect_price(order, ((line, Price(less, self._currency(), found.per)),))

    def _currency(self) -> str:
        return self.order("o").currency

    # --- goods ------------------------------------------------------------------------------------

    def _allocate(self, order: str, line: str, n: int) -> None:
        self.house.allocate(order)

    def _ship(self, order: str, line: str, n: int) -> None:
        """Some units of a line go out in a parcel of their own, or all that is there."""
        parcel = self.name("p")
        wanted = ((line, n),) if self.chance.random() < 0.7 else ()
        self.house.release(order, f"d-{parcel}", "leith", wanted)
        self.house.pick(f"d-{parcel}")
        self.house.pack(parcel, (f"d-{parcel}",))
        self.house.hand_over(parcel)
        self.house.deliver(parcel)

    def _cancel(self, order: str, line: str, n: int) -> None:
        self.house.cancel(order, ((line, n),))

    def _ask(self, order: str, line: str, n: int) -> None:
        name = self.name("r")
        self.house.ask_return(name, order, ((line, n),), self.why())
        self.returns.append(name)

    def _receive(self, order: str, line: str, n: int) -> None:
        if self.returns:
            wanted = ((line, n),) if self.chance.random() < 0.5 else ()
            self.house.receive_return(self.chance.choice(self.returns), "leith", wanted)

    def _inspect(self, order: str, line: str, n: int) -> None:
        if self.returns:
            verdict = self.chance.choice(list(Verdict))
            self.house.inspect(self.chance.choice(self.returns), ((line, 1, verdict),))

    def _close(self, order: str, line: str, n: int) -> None:
        if self.returns:
            self.house.close_return(self.chance.choice(self.returns))

    def _again(self, order: str, line: str, n: int) -> None:
        self.house.deliver_again(order)

    def _send_back(self, order: str, line: str, n: int) -> None:
        """A return from its asking to its end, which comes to what was foreseen."""
        name, verdict = self.name("r"), self.chance.choice(list(Verdict))
        why = self.why()
        foreseen = self.house.propose_return(order, ((line, n),), why, verdict)
        self.house.ask_return(name, order, ((line, n),), why)
        self.house.receive_return(name, "leith")
        self.house.inspect(name, ((line, n, verdict),))
        assert cost_of(self.order(order)) - self.order(order).applied == foreseen.due

    def _all_back(self, order: str, line: str, n: int) -> None:
        name = self.name("r")
        self.house.ask_return(name, order, (), self.why())
        self.house.receive_return(name, "leith")
        self.house.inspect(name)

    def _exchange(self, order: str, line: str, n: int) -> None:
        """Other goods at another price, in advance or when the old ones are back; or never."""
        currency = self._currency()
        name, anew = self.name("x"), self.name("new")
        new = NewLine("1", Sku(f"SKU-{line}"), n, price_of(self.chance, currency))
        self.house.ask_exchange(name, order, f"r-{name}", ((line, n),), (new,), self.why())
        self.house.approve_exchange(name)
        first = self.chance.random() < 0.5
        comes = self.chance.random() < 0.8
        if first:
            with suppress(Refused):
                self._send_anew(name, anew)
        if not comes:
            self.house.undo_exchange(name) if first else self.house.cancel_exchange(name)
            return
        self.house.receive_return(f"r-{name}", "leith")
        self.house.inspect(f"r-{name}", ((line, n, self.chance.choice(list(Verdict))),))
        if anew not in self.orders:
            self._send_anew(name, anew)
        with suppress(Refused):
            self.house.pay_over(name)
        self._pay(anew, line, n)
        self._allocate(anew, line, n)
        self._ship(anew, "1", n)
        self.house.settle_exchange(name)

    def _send_anew(self, name: str, anew: str) -> None:
        self.house.send_replacement(name, anew)
        self.orders.append(anew)

    # --- what leaves the price alone --------------------------------------------------------------

    def _stays(self, order: str, *calls: Call[Any]) -> None:
        """Calls after which the order costs what it did, and has been paid as it was."""
        before = (cost_of(self.order(order)), self.order(order).applied)
        with suppress(Refused):
            for call in calls:
                self.house.apply(call)
        assert (cost_of(self.order(order)), self.order(order).applied) == before

    def _repair(self, order: str, line: str, n: int) -> None:
        """Goods come to be mended and go to their customer again, all of them or some."""
        name = self.name("m")
        self._stays(
            order,
            verbs.ask_repair.on(name, order, ((line, n),), self.why()),
            verbs.receive_return.on(name, "leith"),
            verbs.mend.on(name, ((line, self.chance.randint(1, n)),)),
            verbs.deliver_again.on(order),
        )
        self.returns.append(name)

    def _compensate(self, order: str, line: str, n: int) -> None:
        """Money that is no part of the price, up to a limit for all that was paid and stayed so."""
        amount = Money(self.chance.randint(1, COMPENSATED_MOST), self._currency())
        some = Money(self.chance.randint(1, amount.minor), amount.currency)
        self._stays(
            order,
            verbs.compensate.on(order, LATE, amount, "one"),
            verbs.return_compensation.on(order, LATE, some, self.chance.choice(("one", "two"))),
        )
        paid = Tally[str]()
        for one in self.order(order).compensations:
            paid[one.payee] += one.amount
        assert min(paid.values(), default=0) >= 0
        assert paid.total() <= COMPENSATED_MOST

    def _stray(self, order: str, line: str, n: int) -> None:
        """Goods come that nobody waits for: those of a return, and others that go back or stay."""
        name, sku = self.name("a"), f"SKU-{line}"
        self._stays(order, verbs.record_arrival.on(name, "leith", ((sku, n),)))
        if self.returns:
            self._stays(order, verbs.attach_arrival.on(name, self.chance.choice(self.returns)))
        verdict = self.chance.choice([one for one in Verdict if one is not Verdict.REJECTED])
        keep = verbs.keep_arrival
        rest = (keep.on(name, ((sku, 1, verdict),)), keep.on(name))
        self._stays(order, *self.chance.choice([rest, (verbs.send_back_arrival.on(name),)]))

    def _regrade(self, order: str, line: str, n: int) -> None:
        grades = ("", "second", DAMAGED, TO_REPAIR, TO_INSPECT)
        at = Position(f"SKU-{line}", "leith", grade=self.chance.choice(grades))
        with suppress(Refused, BadInput):
            self.house.regrade(at, n, self.chance.choice(grades))

    def _claim(self, order: str, line: str, n: int) -> None:
        """A carrier makes good what it has lost, damaged or brought late, or does not."""
        name = self.name("c")
        parcels = {spot.slice.parcel for _, spot in self.order(order).units()} - {""}
        if not parcels:
            return
        parcel, cause = self.chance.choice(sorted(parcels)), self.chance.choice(list(ClaimCause))
        amount = Money(self.chance.randint(1, 9999), self._currency())
        paid = verbs.record_claim_payment.on(name, amount)
        last = self.chance.choice([paid, verbs.withdraw_carrier_claim.on(name)])
        self._stays(order, verbs.claim_on_carrier.on(name, parcel, amount, cause), last)

    def _question(self, order: str, line: str, n: int) -> None:
        """A question is answered, or withdrawn."""
        name = self.name("q")
        ends = (verbs.answer_complaint.on(name, "Yes."), verbs.withdraw_complaint.on(name))
        self._stays(
            order, verbs.complain.on(name, order, "Does it ring?"), self.chance.choice(ends)
        )

    # --- papers -----------------------------------------------------------------------------------

    def _invoice(self, order: str, line: str, n: int) -> None:
        self.house.invoice(order, "I")

    def _credit(self, order: str, line: str, n: int) -> None:
        ids = self.order(order).invoices
        if ids:
            self.house.credit(self.chance.choice(ids), "C")

    def _off_the_paper(self, order: str, line: str, n: int) -> None:
        ids = self.order(order).invoices
        if ids:
            amount = Money(self.chance.randint(1, 300), self._currency())
            self.house.credit(self.chance.choice(ids), "C", line, amount)

    # --- what must hold ---------------------------------------------------------------------------

    def look(self) -> None:
        """Money is conserved, nothing carried is below zero, and what went back stays so."""
        applied = 0
        for id in self.orders:
            order = self.order(id)
            units, gone = amounts_of(order), given_up(order)
            assert min([amount for one in units.values() for amount in one]) >= 0
            assert of_the_order(order) >= 0
            for line in order.lines:
                ended = line.count(UnitState.CANCELLED, UnitState.RETURNED)
                assert len(gone[line.id]) == ended
                for i in gone[line.id]:
                    had = self.gone.setdefault((id, line.id, i), units[line.id][i])
                    assert units[line.id][i] == had, "what was given up is never changed again"
            assert self.house.account(id).total == cost_of(order)
            assert order.applied >= 0
            applied += order.applied
        kept = 0
        for id, amount in self.paid.items():
            payment = self.house.payment(id)
            assert (payment.captured, payment.refunded) == (amount, self.back[id])
            assert 0 <= payment.refunded <= payment.captured
            kept += payment.captured - payment.refunded - payment.unapplied
        assert kept == applied

    def wind_up(self) -> None:
        """All that may end ends: goods go out and come back, papers are written, money is paid."""
        for id in self.orders:
            for name in self.returns:
                for last in (self.house.inspect, self.house.close_return):
                    with suppress(Refused):
                        last(name)
            for act in ("_again", "_invoice", "_refund"):
                with suppress(Refused):
                    getattr(self, act)(id, "1", 1)
            for paper in self.order(id).invoices:
                with suppress(Refused):
                    self.house.credit(paper, "C")
