"""The law of money over random lives of payments: whatever comes, and whenever, is somewhere.

Captured is applied, unapplied, refunded or charged back, in the currency of the orders and in the
unit of the tender; and a ledger that is kept apart, by what was done, says the same.
An order is rounded by less than a coin, and its doors ask no more than is to be collected.
What is refunded is with the payer, asked for of a gateway, or on a balance that may be spent; and
no goods leave whose money a bank has taken back, unless they are on account or a door asks for it.
Nothing that would take the payer's money is sent for the first time when nobody wants it any more.
"""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    ChargeKind,
    Instalment,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Outcome,
    Position,
    Price,
    Ref,
    Refused,
    Rounding,
    Rules,
    Sku,
    StoredKind,
    Tendered,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.cash import CashRounding
from orderflow.cod.following import coin_of
from orderflow.cod.sharing import staying, to_collect
from orderflow.payments import Notice
from orderflow.payments.balances import BALANCE_DUE
from orderflow.payments.losses import left_of
from orderflow.plans import due_by
from orderflow.pricing import due, parts_carried, shares_of, total
from orderflow.records import Order, Parcel, Payment, Request, RequestKind
from orderflow.rules import ReserveWhen
from orderflow.states import PaymentState
from orderflow.tenders import MethodKind, PaymentMethod
from tests.builders import Clock

# ORDERFLOW_PAYMENTS=20000 tries as many lives; it takes some minutes. See `make laws`.
LIVES: Final = int(os.environ.get("ORDERFLOW_PAYMENTS", "400"))

CURRENCIES: Final = ("EUR", "JPY", "KWD")
ORDERS: Final = ("o-1", "o-2", "o-cod", "o-acc")
DOOR: Final = "o-cod"
ON_ACCOUNT: Final = "o-acc"
OVER: Final = ("voided", "expired", "failed", "captured", "refunded", "part refunded", "disputed")
CALLED_OFF: Final = ("cancelled", "expired", "rejected")
BALANCES: Final = ("g-1", "g-2", "points")
AMOUNTS: Final = (1, 7, 100, 333, 700, 1000, 1500, 3000)
TRIES: Final = 3
METHODS: Final = ("", "card", "voucher")
LAMP: Final = Position("LAMP", "leith")
RULES: Final = (
    Rules(),
    Rules(confirm_when_paid=False, approve_returns=False),
    Rules(reserve_when=ReserveWhen.PLACED),
    Rules(
        reserve_when=ReserveWhen.PAID,
        methods=(PaymentMethod("voucher", MethodKind.VOUCHER, goes_back=False),),
        cash_rounding=tuple([CashRounding(one, 5) for one in CURRENCIES]),
    ),
)


@attrs.define
class Ledger:
    """What one payment should say, by what was done with it."""

    came: int = 0
    back: int = 0
    taken: int = 0
    disputed: int = 0
    carrier: int = 0
    fees: int = 0
    units: int = 0
    events: set[tuple[Notice, str]] = attrs.Factory(set)


class Life:
    """A shop in which anything is done with payments, and a ledger of each beside it."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.currency = self.chance.choice(CURRENCIES)
        self.clock = Clock()
        rules = self.chance.choice(RULES)
        self.shop = Workflow(MemoryStore(), rules, clock=self.clock)
        self.shop.receive(LAMP, 20)
        self.shop.set_credit(f"c-7/{self.currency}", Money(9_000, self.currency))
        self.ledgers: dict[str, Ledger] = {}
        self.done: Tally[str] = Tally()
        self.booked: dict[tuple[str, str], int] = {}
        self.units_of: dict[tuple[str, str], int] = {}  # what was named of a capture
        self.stood: dict[str, Payment] = {}  # as they were before a dispute, or all went back
        self.gone: set[str] = set()  # orders whose money a bank has taken, and none has come since
        self.door_taken = False  # what the order at the door had been paid, and nobody won it back
        self.given_up: dict[str, set[str]] = {}  # orders that ended before a balance was missed
        self.parcels: dict[str, str] = {}
        self.refused_to_change: set[str] = set()  # payments whose carrier collects what it was told
        self.papers = 0
        for id in ORDERS:
            line = NewLine("1", Sku("LAMP"), 3, self.price)
            new = NewOrder("c-7", self.currency, (line,))
            new = attrs.evolve(new, cash_on_delivery=id == DOOR, on_account=id == ON_ACCOUNT)
            self.shop.place(id, new)
        for id in BALANCES:
            unit, kind = (self.currency, StoredKind.STORE_CREDIT)
            if id == "points":
                unit, kind = "points", StoredKind.POINTS
            until = self.clock.at + timedelta(days=self.chance.choice((1, 2, 90)))
            self.shop.open_stored_value(id, kind, unit, self.chance.choice((0, 5000)), until=until)

    @property
    def coin(self) -> int:
        return coin_of(self.shop.rules, self.currency)

    @property
    def price(self) -> Price:
        """Ten hundred of the smallest coin."""
        one = Money(1000, self.currency)
        return Price(one.decimal, self.currency)

    # --- drawing -------------------------------------------------------------------------------

    def money(self) -> Money:
        return Money(self.chance.choice(AMOUNTS), self.currency)

    def some_of(self, most: int) -> Money:
        """An amount that is mostly not too much."""
        fitting = [one for one in AMOUNTS if one <= most]
        return Money(self.chance.choice(fitting), self.currency) if fitting else self.money()

    def owing_back(self) -> Order:
        """An order, mostly one that owes something back."""
        orders = [self.shop.order(id) for id in ORDERS]
        owing = [one for one in orders if due(one) < 0]
        return self.chance.choice(owing if owing and self.chance.random() < 0.9 else orders)

    def tendered(self, unit: str) -> Tendered:
        """Units of a tender at some rate; they are worth a coin at least."""
        units = self.chance.choice((1, 90, 299, 1000, 4321))
        part = Price(self.price.amount / 1000, self.currency, self.chance.choice((1, 3)))
        rounding = self.chance.choice((Rounding.UP, Rounding.HALF_UP))
        return Tendered(unit, units, part, rounding)

    def tender(self, payment: Payment | None = None) -> tuple[Money, Tendered | None]:
        """Money that comes, perhaps in another unit; in that of the payment where it has one."""
        book = None if payment is None or payment.stored else payment.tendered
        unit = "XPT" if book is None else book.unit
        if self.chance.random() < (0.5 if book is None else 0.3):
            return self.money(), None
        tendered = self.tendered(unit)
        if not tendered.worth:
            return self.money(), None
        return Money(tendered.worth, self.currency), tendered

    def any_payment(self, *states: str) -> Payment:
        """A payment, mostly in one of these states where there is one."""
        payments = [self.shop.payment(id) for id in self.ledgers]
        fitting = [one for one in payments if one.state in states]
        return self.chance.choice(fitting if fitting and self.chance.random() < 0.8 else payments)

    def fresh(self) -> str:
        return f"pay-{len(self.ledgers) + 1}"

    def shares(self, free: int) -> tuple[tuple[str, int], ...]:
        """Some of the orders, each with a part of what it still costs."""
        shares = []
        for id in ORDERS:
            part = min(free, max(0, due(self.shop.order(id))))
            if self.chance.random() < 0.3:
                part = min(part, self.chance.choice(AMOUNTS))
            if part > 0 and self.chance.random() < 0.6:
                shares.append((id, part))
                free -= part
        return tuple(shares)

    def to(self) -> str:
        return self.chance.choice(("", "", *BALANCES))

    # --- acting --------------------------------------------------------------------------------

    def live(self) -> None:
        self.pay()
        for _ in range(self.chance.randint(5, 40)):
            for _ in range(TRIES):
                if self.did(self.chance.choice(ACTS)):
                    break
            self.check()

    def did(self, act: Callable[[Life], None]) -> bool:
        """Whether something was done; what is refused is refused, and something else is tried."""
        try:
            act(self)
        except Refused:
            self.done["refused"] += 1
            return False
        self.done[act.__name__] += 1
        return True

    def pay(self) -> None:
        money, tendered = self.tender()
        shares, id = self.shares(money.minor), self.fresh()
        self.shop.pay(id, money, shares, self.chance.choice(METHODS), tendered=tendered)
        self.opened(id, money.minor, tendered)

    def opened(self, id: str, minor: int, tendered: Tendered | None = None) -> None:
        units = 0 if tendered is None else tendered.n
        self.ledgers[id] = Ledger(came=minor, units=units)

    def pay_up(self) -> None:
        """An order is paid by money of its own, whatever else was to come for it."""
        owing = [(id, due(self.shop.order(id))) for id in ORDERS]
        wanted = [(id, minor) for id, minor in owing if minor > 0]
        if wanted:
            order, minor = self.chance.choice(wanted)
            id = self.fresh()
            method = self.chance.choice(METHODS)
            self.shop.pay(id, Money(minor, self.currency), ((order, minor),), method)
            self.opened(id, minor)

    def spend(self) -> None:
        stored, id = self.chance.choice(BALANCES), self.fresh()
        tendered = self.tendered("points") if stored == "points" else None
        money = self.money()
        if tendered is not None:
            if not tendered.worth:
                return
            money = Money(tendered.worth, self.currency)
        self.shop.spend(id, stored, money, self.shares(money.minor), tendered)
        self.opened(id, money.minor, tendered)

    def top_up(self) -> None:
        self.shop.top_up(self.chance.choice(BALANCES), self.chance.choice(AMOUNTS), "earned")

    def take_deposit(self) -> None:
        money, tendered = self.tender()
        id, shares = self.fresh(), self.shares(money.minor)
        whole = Money(money.minor + self.chance.choice(AMOUNTS), self.currency)
        self.shop.take_deposit(id, whole, money, shares, tendered=tendered)
        self.opened(id, money.minor, tendered)

    def ask_for_a_balance(self) -> None:
        payment, days = self.any_payment("deposit taken"), self.chance.choice((0, 0, 1))
        until = self.clock.at + timedelta(days=days)
        self.shop.open_balance(payment.ref.id, until, self.chance.random() < 0.5)
        if self.chance.random() < 0.5:
            self.wait()

    def wait(self) -> None:
        self.clock.forward(days=self.chance.choice((0.5, 1)))
        for found in self.shop.due(self.clock.at):
            if found.call.verb != "send_request":
                paid = self.paid_up()
                owed = self.owed_in_time(found.ref.id)
                try:
                    self.shop.apply(found.call)
                except Refused:  # what was done before it in this sweep has changed that
                    assert found not in self.shop.due(self.clock.at), "what is due can be done"
                assert owed == self.owed_in_time(found.ref.id), "what ended in time misses nothing"
                assert paid <= self.paid_up(), "silence ends no order that owes nothing"

    def paid_up(self) -> set[str]:
        """The orders that stand and owe nothing."""
        orders = map(self.shop.order, ORDERS)
        return {one.ref.id for one in orders if one.state not in CALLED_OFF and due(one) <= 0}

    def forfeit(self) -> None:
        id = self.any_payment("balance overdue").ref.id
        owed = self.owed_in_time(id)
        self.shop.forfeit_deposit(id, None if self.chance.random() < 0.5 else self.money())
        assert owed == self.owed_in_time(id), "what ended in time misses nothing"

    def owed_in_time(self, payment: str) -> list[int]:
        """What is owed back on orders that had ended before the balance of a payment was missed."""
        return [due(self.shop.order(id)) for id in sorted(self.given_up.get(payment, ()))]

    def miss_a_balance(self) -> None:
        """A deposit and a part of its balance come for one order, and not the rest."""
        standing = [one for one in map(self.shop.order, ORDERS) if one.state not in CALLED_OFF]
        owing = [one for one in standing if due(one) >= 1000]
        if not owing:
            return
        order, id = self.chance.choice(owing), self.fresh()
        minor = due(order)
        deposit, part = Money(minor // 3, self.currency), Money(minor // 4, self.currency)
        whole, name = Money(minor, self.currency), order.ref.id
        self.shop.take_deposit(id, whole, deposit, ((name, deposit.minor),))
        self.opened(id, deposit.minor)
        self.shop.pay_balance(id, part, ((name, part.minor),))
        self.came(id, part.minor)
        self.shop.open_balance(id, self.clock.at)
        self.shop.miss_balance(id)
        self.shop.forfeit_deposit(id)

    def pay_balance(self) -> None:
        payment = self.any_payment("deposit taken", "balance open", "balance overdue")
        money, tendered = self.tender(payment)
        id = payment.ref.id
        shares = self.shares(money.minor)
        self.shop.pay_balance(id, money, shares, tendered)
        self.came(id, money.minor, tendered)

    def came(self, id: str, minor: int, tendered: Tendered | None = None) -> None:
        self.ledgers[id].came += minor
        if self.shop.payment(id).stored:
            return  # its units are those of its balance
        self.ledgers[id].units += 0 if tendered is None else tendered.n

    def await_payment(self) -> None:
        id = self.fresh()
        until = self.clock.at + timedelta(days=2)
        money = self.money()
        meant = self.shares(money.minor) if self.chance.random() < 0.5 else ()
        price = Money(money.minor + self.chance.choice(AMOUNTS), self.currency)
        if self.chance.random() < 0.4:  # the money is the deposit of a whole price
            self.shop.await_payment(id, price, expires_at=until, orders=meant, deposit=money)
        else:
            self.shop.await_payment(id, money, expires_at=until, orders=meant)
        self.ledgers[id] = Ledger()
        if self.chance.random() < 0.7:
            self.shop.ask_authorise(id)

    def ask_capture(self) -> None:
        payment = self.any_payment("authorised", "part captured", *BALANCE_DUE)
        rest = (payment.authorised or payment.amount) - payment.captured
        amount = None if self.chance.random() < 0.2 else self.some_of(rest // 2)
        after = self.shop.ask_capture(payment.ref.id, amount).document
        assert not self.owes_nothing(payment), "nobody pays twice"
        whole = after.authorised or after.deposit or after.amount  # what is meant for none is free
        if after.meant and sum([one.amount for one in after.meant]) >= whole:
            costs = sum([max(0, due(self.shop.order(one.order))) for one in after.meant])
            assert after.state in BALANCE_DUE or after.asked(RequestKind.CAPTURE) <= costs

    def ask_void(self) -> None:
        payment = self.any_payment("authorised", "part captured")
        self.shop.ask_void(payment.ref.id, "wanted no more")

    def answer(self) -> None:
        asked = [one for one in map(self.shop.payment, self.ledgers) if one.requests]
        waiting = [one for one in asked if any(map(is_open, one.requests))]
        if not asked:
            return
        payment = self.chance.choice(waiting if waiting and self.chance.random() < 0.9 else asked)
        open_yet = [one for one in payment.requests if is_open(one)] or payment.requests
        one = self.chance.choice(open_yet if self.chance.random() < 0.9 else payment.requests)
        outcome, id = self.chance.choice((*Outcome, Outcome.DONE, Outcome.DONE)), payment.ref.id
        said = self.money() if self.chance.random() < 0.2 else None
        done = 0
        if outcome is Outcome.DONE:
            done = one.amount if said is None else said.minor
        paid_at, before = self.paid_at(), self.payments()
        tendered = self.told_units(payment, one, (said.minor if said else one.amount))
        new = self.shop.record_answer(
            id, one.id, outcome, said, paid_at=paid_at, tendered=tendered
        ).document
        self.others_sent_back(before, id)
        self.named(payment, one, done, tendered)
        if outcome is Outcome.PENDING:
            return
        if one.kind is RequestKind.CAPTURE:
            judged(payment, new, paid_at or self.clock.at)
        known = self.booked.get((id, one.id), 0)
        if one.kind is RequestKind.CAPTURE and done > known:
            self.booked[id, one.id] = done
            self.came(id, done - known)
            self.back(id, sent_back(payment, new))
        elif one.kind is RequestKind.REFUND:
            self.answered_refund(payment, new, one, done)

    def told_units(self, payment: Payment, one: Request, minor: int) -> Tendered | None:
        """What a gateway may say of a capture: as many units as coins."""
        if one.kind is not RequestKind.CAPTURE or self.chance.random() < 0.6:
            return None
        unit = "XPT" if payment.tendered is None or payment.stored else payment.tendered.unit
        return Tendered(unit, minor, Price(self.price.amount / 1000, self.currency))

    def named(self, payment: Payment, one: Request, done: int, tendered: Tendered | None) -> None:
        """Units of what has come are named once, whoever names them first."""
        key = (payment.ref.id, one.id)
        if tendered is None or not done or payment.stored:
            return
        before = self.units_of.get(key, 0)
        known = self.booked.get(key, 0)
        more = done if not before else max(0, done - before) if done > known else 0
        self.ledgers[payment.ref.id].units += more
        self.units_of[key] = before + more

    def send(self) -> None:
        """What is open goes over the wire, but takes no money that nobody wants any more."""
        waiting = [one for one in map(self.shop.payment, self.ledgers) if one.requests]
        asked = [(one, each) for one in waiting for each in one.requests if is_open(each)]
        if not asked:
            return
        payment, one = self.chance.choice(asked)
        after = self.shop.send_request(payment.ref.id, one.id, 1).document.request(one.id)
        assert after is not None
        first_sent = after.tries == 1 and after.tries > one.tries
        takes = one.kind in (RequestKind.AUTHORISE, RequestKind.CAPTURE)
        names = {each.order for each in (*payment.meant, *payment.applications)}
        over = names and all(self.shop.order(id).state in CALLED_OFF for id in names)
        paid = self.owes_nothing(payment)
        if takes and (over or paid or payment.state in OVER):
            assert not first_sent, "nobody wants it any more"
            assert one.tries or after.outcome is Outcome.FAILED

    def owes_nothing(self, payment: Payment) -> bool:
        """Whether all of a payment is for orders that are paid; some may be for none."""
        names = {one.order for one in (*payment.meant, *payment.applications)}
        meant = sum([one.amount for one in payment.meant])
        if payment.state in BALANCE_DUE and not payment.applications and meant < payment.deposit:
            return False
        if payment.state not in BALANCE_DUE:
            ready = payment.authorised
            if payment.state is PaymentState.AWAITING:
                ready = payment.deposit or payment.amount
            names = {one.order for one in payment.meant}
            if meant < ready:
                return False
        return bool(names) and all(due(self.shop.order(id)) <= 0 for id in names)

    def paid_at(self) -> datetime | None:
        """When the payer has paid, where the gateway says it: a while ago."""
        ago = self.chance.choice((None, 0, 1, 3))
        return None if ago is None else self.clock.at - timedelta(days=ago)

    def answered_refund(self, payment: Payment, new: Payment, one: Request, done: int) -> None:
        """What failed is there again; more than was asked has gone as far as there was any."""
        key = (payment.ref.id, one.id)
        booked = self.booked.get(key, one.amount)
        # What came from a balance is with no gateway.
        left = payment.outside if payment.stored else left_of(payment)
        more = min(done - booked, max(0, left))
        if one.outcome is Outcome.DONE and one.done == done:
            more = 0  # told before
        self.booked[key] = booked + more
        self.back(payment.ref.id, more)
        assert new.refunded == payment.refunded + more

    def back(self, id: str, minor: int) -> None:
        self.ledgers[id].back += minor

    def notice(self) -> None:
        payment = self.any_payment()
        id, notice = payment.ref.id, self.chance.choice(tuple(Notice))
        money, tendered = self.tender(payment)
        if notice is not Notice.CAPTURED:
            tendered = None
        event = self.chance.choice(("", "ev-1", "ev-2"))
        paid_at, before = self.paid_at(), self.payments()
        told = self.shop.record_notice(id, notice, money, event, paid_at, tendered).document
        self.others_sent_back(before, id)
        if event and (notice, event) in self.ledgers[id].events:
            return
        self.back(id, sent_back(payment, told))
        self.ledgers[id].events.add((notice, event))
        if notice is Notice.CAPTURED:
            judged(payment, told, paid_at or self.clock.at)
            self.came(id, money.minor, tendered)

    def payments(self) -> dict[str, Payment]:
        return {id: self.shop.payment(id) for id in self.ledgers}

    def others_sent_back(self, before: dict[str, Payment], told: str) -> None:
        """What another payment brings in time may send a deposit back that was to be kept."""
        for id, was in before.items():
            sent = self.shop.payment(id).refunded - was.refunded
            if id != told and sent:
                assert 0 < sent <= was.forfeited + max(0, was.unapplied)
                self.back(id, sent)

    def late_balance(self) -> None:
        """A balance is told of when its limit is over, and perhaps its deposit was kept."""
        payment = self.any_payment("balance open")
        id, limit = payment.ref.id, payment.expires_at
        if payment.state != "balance open" or limit is None or payment.stored:
            return
        self.clock.at = max(self.clock.at, limit)
        self.shop.miss_balance(id)
        with suppress(Refused):
            self.shop.forfeit_deposit(id)
        before, all_before = self.shop.payment(id), self.payments()
        rest = payment.amount - payment.captured
        paid_at = limit + timedelta(seconds=self.chance.choice((-1, -1, 0)))
        money = Money(rest, self.currency)
        told = self.shop.record_notice(id, Notice.CAPTURED, money, "", paid_at).document
        self.others_sent_back(all_before, id)
        self.back(id, sent_back(before, told))
        self.came(id, rest)
        judged(before, told, paid_at)

    def apply(self) -> None:
        payment = self.any_payment()
        owed_back = sum([max(0, -due(self.shop.order(one.order))) for one in payment.applications])
        there = max(0, payment.unapplied) + self.chance.choice((0, owed_back))
        self.shop.apply_payment(payment.ref.id, self.shares(there))

    def void(self) -> None:
        self.shop.void_payment(self.any_payment().ref.id, "wanted no more")

    def charge_back(self) -> None:
        payment, money = self.any_payment(*self.chance.choice(((), BALANCE_DUE))), self.money()
        kept = [one for one in map(self.shop.payment, self.ledgers) if one.forfeited]
        if kept and self.chance.random() < 0.3:  # a bank does not know what is ours of it
            payment = self.chance.choice(kept)
        order = self.chance.choice(("", *ORDERS, *[one.order for one in payment.applications]))
        owed = {id: due(self.shop.order(id)) for id in ORDERS}
        after = self.shop.charge_back(payment.ref.id, money, order).document
        self.withdrawn(payment, after)
        missing = {id for id in ORDERS if due(self.shop.order(id)) > owed[id]}
        self.gone |= missing - {DOOR, ON_ACCOUNT}  # a bank may name one that was never paid
        if DOOR in missing:  # a cent may be less than its coin
            self.door_taken = True
        ledger = self.ledgers[payment.ref.id]
        ledger.taken += money.minor
        ledger.disputed += money.minor

    def withdrawn(self, before: Payment, after: Payment) -> None:
        """What was to go back and was never sent stays, where a bank takes that money itself."""
        for was, now in zip(before.requests, after.requests, strict=True):
            if was.kind is RequestKind.REFUND and is_open(was) and not is_open(now):
                assert not was.tries
                self.booked[after.ref.id, now.id] = 0
                self.back(after.ref.id, -was.booked)

    def settle(self) -> None:
        payment, won = self.any_payment("disputed"), self.chance.random() < 0.5
        self.is_asked_as_before(payment, self.shop.settle_dispute(payment.ref.id, won).document)
        ledger = self.ledgers[payment.ref.id]
        self.door_taken = self.door_taken and not won
        ledger.taken -= ledger.disputed if won else 0
        ledger.disputed = 0

    def is_asked_as_before(self, payment: Payment, after: Payment) -> None:
        """A dispute leaves a balance where it stood, with its limit, where one is wanted still."""
        stood = self.stood.get(payment.ref.id)
        if stood is None or stood.state not in BALANCE_DUE or left_of(after) <= 0:
            return
        assert after.expires_at == stood.expires_at
        owed = [due(self.shop.order(one.order)) for one in after.applications]
        to_come = sum([max(0, minor) for minor in owed]) - max(0, after.unapplied)
        assert after.state == stood.state or (payment.state == "disputed" and to_come <= 0)

    def cancel(self) -> None:
        lines = () if self.chance.random() < 0.3 else (("1", 1),)
        self.shop.cancel(self.chance.choice(ORDERS), lines)

    def agree_plan(self) -> None:
        """An order is to be paid in some parts, the first of them perhaps overdue already."""
        id = self.chance.choice(ORDERS)
        cost, n = total(self.shop.order(id)), self.chance.randint(1, 3)
        if cost < n:
            return
        first = self.clock.at + timedelta(days=self.chance.choice((-1, 0, 1)))
        parts = [cost // n] * (n - 1)
        days = enumerate((*parts, cost - sum(parts)))
        plan = tuple([Instalment(part, first + timedelta(days=i)) for i, part in days])
        self.shop.agree_plan(id, plan, self.chance.choice(((), ("onward",))))

    def plan_balance(self) -> None:
        payment = self.any_payment("deposit taken")
        start = self.clock.at + timedelta(days=self.chance.choice((0, 1)))
        until = start + timedelta(days=self.chance.choice((0.5, 2)))
        self.shop.plan_balance(payment.ref.id, start, until, self.chance.random() < 0.5)

    def adjust(self) -> None:
        down = self.chance.random() < 0.5
        kind, amount = (ChargeKind.DISCOUNT, -100) if down else (ChargeKind.FEE, 100)
        order = self.shop.order(self.chance.choice(ORDERS))
        if order.state != "cancelled" and due(order) > 100:
            self.shop.adjust(order.ref.id, NewCharge(kind, amount))

    # --- goods ---------------------------------------------------------------------------------

    def paper(self, kind: str) -> str:
        self.papers += 1
        return f"{kind}-{self.papers}"

    def ship(self) -> None:
        """Goods of an order leave, all or one; none whose money a bank has taken back."""
        id, parcel = self.chance.choice([*ORDERS, *sorted(self.gone) * 3]), self.paper("p")
        with suppress(Refused):  # they may be on the shelf, or not be confirmed yet
            self.shop.confirm(id)
        with suppress(Refused):
            self.shop.allocate(id)
        lines = () if self.chance.random() < 0.5 else (("1", 1),)
        at_door = self.shop.order(DOOR)
        owed = min(due_by(at_door, self.clock.at), to_collect(at_door))
        unasked = self.door_taken and self.asked_at_doors() < owed
        self.shop.release(id, f"d-{parcel}", "leith", lines)
        assert id not in self.gone, "its money is with the bank"
        assert id != DOOR or not unasked, "its money is with the bank, and asked at no door"
        self.shop.pick(f"d-{parcel}")
        self.shop.pack(parcel, (f"d-{parcel}",))
        self.shop.hand_over(parcel)
        self.parcels[parcel] = id

    def parcel(self) -> str:
        """A parcel that is under way, where there is one."""
        going = [one for one in self.parcels if self.state_of(one) == "shipped"]
        return self.chance.choice(going or [*self.parcels, "p-0"])

    def state_of(self, parcel: str) -> str:
        ref: Ref[Parcel] = Ref("", "parcel", parcel)
        stored = self.shop.store.load(ref)
        assert stored is not None
        return stored.value.state

    def arrive(self) -> None:
        self.shop.deliver(self.parcel())

    def lose(self) -> None:
        parcel = self.parcel()
        self.shop.lose(parcel)
        self.shop.cancel(self.parcels[parcel])

    def turn_back(self) -> None:
        """A parcel is refused at the door, and its goods are taken back."""
        parcel = self.parcel()
        self.shop.turn_back(parcel, "refused")
        self.shop.receive_back(parcel, "leith")
        self.shop.take_back(self.parcels[parcel])

    def give_back(self) -> None:
        """Goods that were delivered come back, and are accepted."""
        there = [self.parcels[one] for one in self.parcels if self.state_of(one) == "delivered"]
        back, order = self.paper("r"), self.chance.choice(there or ORDERS)
        self.shop.ask_return(back, order, (("1", 1),))
        with suppress(Refused):  # it may be agreed to already
            self.shop.approve_return(back)
        self.shop.receive_return(back, "leith")
        self.shop.inspect(back)

    # --- money back ----------------------------------------------------------------------------

    def refund(self) -> None:
        self.refunded(lambda id, amount, to: self.shop.refund(id, amount, to=to), self.to())

    def ask_refund(self) -> None:
        self.refunded(lambda id, amount, to: self.shop.ask_refund(id, amount), "")

    def refunded(self, refund: Callable[[str, Money | None, str], object], to: str) -> None:
        order = self.owing_back()
        amount = None if self.chance.random() < 0.4 else self.some_of(-due(order))
        had = {one.payment: one.applied for one in order.tenders}
        owed = max(0, -due(order))
        before = {id: self.shop.payment(id) for id in had}
        there = self.spendable()
        refund(order.ref.id, amount, to)
        self.is_somewhere(before, there, to)
        sent = 0
        for id, payment in before.items():
            part = self.shop.payment(id).refunded - payment.refunded
            assert 0 <= part <= min(had[id], max(0, left_of(payment) - payment.forfeited))
            self.back(id, part)
            sent += part
        assert sent <= (owed if amount is None else amount.minor) <= owed

    def spendable(self) -> dict[str, int]:
        """What may be spent of each balance whose time is not over."""
        return {id: self.shop.balance(id) for id in BALANCES}

    def is_somewhere(
        self, before: dict[str, Payment], there: dict[str, int], to: str, *, free: bool = False
    ) -> None:
        """What has gone back is with the payer or to come to him, or may be spent."""
        onto: Tally[str] = Tally()
        for id, payment in before.items():
            after = self.shop.payment(id)
            part = after.refunded - payment.refunded
            assert after.credited - payment.credited == (part if to else 0)
            # What has come beside what was spent of a balance goes back by hand.
            of_balance = min(part, left_of(payment) - payment.outside)
            if free:  # of money on no order, what came from elsewhere is first
                of_balance = max(0, part - payment.outside)
            onto[to or payment.stored] += part if to else of_balance
        for id, n in onto.items():
            if not id or not n:
                continue
            until = self.shop.stored_value(id).until
            assert until is None or until > self.clock.at
            if id != "points":
                assert self.shop.balance(id) - there[id] == n

    def with_a_rest(self) -> Payment:
        """A payment, mostly one of whose money something is on no order."""
        payments = [self.shop.payment(id) for id in self.ledgers]
        free = [one for one in payments if one.unapplied > 0]
        return self.chance.choice(free if free and self.chance.random() < 0.9 else payments)

    def pay_back(self) -> None:
        payment, to = self.with_a_rest(), self.to()
        free = min(payment.unapplied, left_of(payment))
        amount = None if self.chance.random() < 0.3 else self.some_of(free)
        there = self.spendable()
        self.shop.pay_back(payment.ref.id, amount, to)
        self.is_somewhere({payment.ref.id: payment}, there, to, free=True)
        self.back(payment.ref.id, free if amount is None else amount.minor)

    def ask_pay_back(self) -> None:
        payment = self.with_a_rest()
        money = self.some_of(payment.unapplied)
        self.shop.ask_pay_back(payment.ref.id, money)
        self.back(payment.ref.id, money.minor)

    def expect_cash(self) -> None:
        """A door is told the rest, or what a parcel carries, or just an amount."""
        id = self.fresh()
        of_door = [one for one, order in self.parcels.items() if order == DOOR]
        parcel = self.chance.choice(("", *of_door))
        amount = self.money() if self.chance.random() < 0.5 else None
        self.shop.expect_cash(id, DOOR, amount, parcel)
        self.ledgers[id] = Ledger()

    def change_cash(self) -> None:
        self.shop.change_cash(self.any_payment("due at door").ref.id, self.money())

    def answer_cash_change(self) -> None:
        """The carrier answers, mostly where it was asked."""
        asked = [one for one in self.ledgers if self.shop.payment(one).cash_asked is not None]
        agreed, id = self.chance.random() < 0.5, self.any_payment().ref.id
        id = self.chance.choice(asked) if asked else id
        self.shop.answer_cash_change(id, agreed)
        if not agreed:
            self.refused_to_change.add(id)

    def collect(self) -> None:
        id = self.fresh() if self.chance.random() < 0.5 else self.any_payment().ref.id
        money = self.money()
        self.shop.collect_on_delivery(id, DOOR, money)
        ledger = self.ledgers.setdefault(id, Ledger())
        self.came(id, money.minor)
        ledger.carrier += money.minor

    def remit(self) -> None:
        payment, money = self.any_payment("collected", "short paid"), self.money()
        ledger = self.ledgers[payment.ref.id]
        kept = self.chance.choice((0, 0, 1, money.minor // 3, money.minor))
        fee = Money(kept, self.currency) if kept else None
        self.shop.remit(payment.ref.id, money, fee)
        settled = min(money.minor, ledger.carrier)
        ledger.carrier -= settled
        ledger.fees += kept
        if payment.state == "due at door":  # all of it must have been collected
            self.came(payment.ref.id, money.minor)
        else:  # what was kept beyond the debt was our own money
            self.came(payment.ref.id, money.minor - max(kept, settled))

    # --- the law -------------------------------------------------------------------------------

    def check(self) -> None:
        orders = map(self.shop.order, self.gone)  # with a plan, what is due later keeps no goods
        self.gone = {one.ref.id for one in orders if due_by(one, self.clock.at) > 0}
        self.asks_what_is_to_be_collected()
        spent: Tally[str] = Tally()
        over = {id for id in ORDERS if self.shop.order(id).state in CALLED_OFF}
        for id, ledger in self.ledgers.items():
            payment = self.shop.payment(id)
            if payment.state in ("deposit taken", "balance open"):
                self.given_up[id] = over
            obeys(payment)
            if payment.state not in ("disputed", "refunded"):
                self.stood[id] = payment
            if payment.state in OVER:
                assert not any(map(may_take_money, payment.requests))
            told = (payment.captured, payment.refunded, payment.charged_back, payment.disputed)
            assert told == (ledger.came, ledger.back, ledger.taken, ledger.disputed)
            assert (payment.with_carrier, payment.fees) == (ledger.carrier, ledger.fees)
            units = 0 if payment.tendered is None else payment.tendered.captured
            assert units == ledger.units
            spent[payment.stored] += payment.spent
        for id in BALANCES:
            stored = self.shop.stored_value(id)
            if stored.until is None or stored.until > self.clock.at:  # then nothing may be spent
                assert self.shop.balance(id) + spent[id] == stored.n
        for id in ORDERS:
            assert abs(rounded_by(self.shop.order(id))) < self.coin, "parts add no roundings up"
            for one in self.shop.order(id).tenders:
                applied = self.shop.payment(one.payment).applications
                assert [row.amount for row in applied if row.order == id] == [one.applied]
            self.holds_of_money(self.shop.order(id))

    def holds_of_money(self, order: Order) -> None:
        """No order that owes nothing by now has a hold that is named after money."""
        owes = due_by(order, self.clock.at) > 0
        gone = [self.shop.payment(one.payment) for one in order.tenders if one.applied]
        with_bank = any(one.charged_back and one.unapplied < 0 for one in gone)
        for hold in order.holds:
            if hold.code in ("instalment_overdue", "terms_overdue"):
                assert owes
            elif hold.code == "charged_back":
                assert owes or with_bank

    def asks_what_is_to_be_collected(self) -> None:
        """No door asks more, but for one whose carrier will not hear of it, or that has money."""
        doors = self.shop.order(DOOR).doors
        held = {one.payment for one in doors if self.shop.payment(one.payment).captured}
        if not held and not any(one.payment in self.refused_to_change for one in doors):
            assert self.asked_at_doors() <= to_collect(self.shop.order(DOOR))

    def asked_at_doors(self) -> int:
        return sum(one.amount for one in self.shop.order(DOOR).doors)


def sent_back(before: Payment, after: Payment) -> int:
    """What has gone back by itself, since it came too late for the orders that it was meant for."""
    sent = after.refunded - before.refunded
    came = after.captured - before.captured
    assert 0 <= sent <= came + max(0, before.unapplied) + before.forfeited
    assert not sent or before.meant or before.forfeited
    return sent


def rounded_by(order: Order) -> int:
    """What the units that are kept, and not coming back, carry of the roundings of an order."""
    shares = shares_of(order.charges)
    parts = [
        part
        for line in order.lines
        for part in parts_carried(shares.get(line.id, ()), staying(line))
    ]
    return sum(n for charge, n in parts if charge.kind is ChargeKind.CASH)


def judged(before: Payment, after: Payment, paid_at: datetime) -> None:
    """Who has paid his balance in time has lost no deposit; what came too late gets none back."""
    limit, came = before.expires_at, after.captured - before.captured
    if before.forfeited and limit is not None and before.state in ("captured", "part refunded"):
        whole = came > 0 and left_of(before) + came >= before.amount
        kept = 0 if paid_at < limit and whole else None
        assert after.forfeited == (before.forfeited if kept is None else kept)


def is_open(request: Request) -> bool:
    return request.outcome is Outcome.PENDING


def may_take_money(request: Request) -> bool:
    """Whether a request that was never sent would take money of the payer."""
    takes = request.kind in (RequestKind.AUTHORISE, RequestKind.CAPTURE)
    return is_open(request) and not request.tries and takes


def obeys(payment: Payment) -> None:
    """Money is somewhere, in both units, and no part of it is more than the whole."""
    parts = payment.applied + payment.unapplied + payment.refunded + payment.charged_back
    assert payment.captured == parts
    assert 0 <= payment.refunded <= payment.captured
    assert 0 <= payment.credited <= payment.refunded
    assert 0 <= payment.refunding <= payment.refunded
    assert 0 <= payment.forfeited <= min(payment.deposit, payment.applied)
    assert 0 <= payment.with_carrier <= payment.captured
    assert 0 <= payment.disputed <= payment.charged_back
    if payment.state == "captured":
        assert not payment.refunded
        assert not payment.charged_back
    assert all(one.amount >= 0 for one in payment.applications)  # on no order: nothing is applied
    book = payment.tendered
    if payment.stored and not payment.credited:
        of_balance = left_of(payment) - payment.outside
        assert payment.spent == (of_balance if book is None else book.held)
        assert bool(of_balance) == bool(payment.spent) or book is not None
    assert 0 <= payment.outside <= max(0, left_of(payment))
    if book is None:
        return
    assert book.captured == book.held + book.refunded + book.charged_back
    assert min(book.held, book.refunded, book.charged_back) >= 0
    if not payment.charged_back and payment.refunded == payment.captured:
        assert book.refunded == book.captured, "all of the money is all of the units"
    if not payment.refunded:
        assert not book.refunded
    if book.worth is not None:
        worth = book.worth
        assert not payment.stored
        assert worth.held >= 0
        assert payment.charged_back or worth.held <= left_of(payment)  # a bank may take too much
        assert 0 <= worth.refunded <= payment.refunded
        assert 0 <= worth.charged_back <= payment.charged_back
        assert worth.by_gateway <= min(worth.captured, payment.by_gateway)
        assert bool(worth.held) >= bool(book.held), "units stand for money that is there"
        backs = [one for one in payment.requests if one.kind is RequestKind.REFUND]
        asked = sum([min(one.booked, one.amount) for one in backs if one.units is not None])
        assert asked <= worth.captured, "no units are asked for money that came without"


ACTS: Final[tuple[Callable[[Life], None], ...]] = (
    *(
        Life.pay,
        Life.pay,
        Life.pay_up,
        Life.spend,
        Life.top_up,
        Life.take_deposit,
        Life.take_deposit,
    ),
    *(Life.ask_for_a_balance, Life.ask_for_a_balance, Life.wait, Life.wait, Life.forfeit),
    *(Life.ask_for_a_balance, Life.wait, Life.forfeit, Life.miss_a_balance, Life.send, Life.send),
    Life.late_balance,
    *(Life.pay_balance, Life.pay_balance, Life.await_payment, Life.await_payment),
    *(Life.ask_capture, Life.ask_capture, Life.ask_void, Life.answer, Life.answer, Life.answer),
    *(Life.notice, Life.notice, Life.apply, Life.void, Life.charge_back, Life.settle, Life.cancel),
    *(Life.cancel, Life.cancel, Life.adjust, Life.refund, Life.refund, Life.ask_refund),
    *(Life.ask_refund, Life.pay_back, Life.pay_back, Life.ask_pay_back, Life.apply),
    *(Life.expect_cash, Life.expect_cash, Life.change_cash, Life.answer_cash_change),
    *(Life.expect_cash, Life.collect, Life.remit, Life.ship, Life.ship, Life.ship, Life.arrive),
    *(Life.arrive, Life.lose, Life.turn_back, Life.give_back, Life.give_back, Life.give_back),
    *(Life.agree_plan, Life.agree_plan, Life.wait, Life.plan_balance, Life.ask_refund),
    *(Life.pay_up, Life.pay_up, Life.refund, Life.refund, Life.ask_refund, Life.charge_back),
)
"""What may happen; twice what else would seldom be reached."""


@pytest.mark.feature("F180", "F183", "F185")
@settings(max_examples=LIVES)
@given(seed=st.integers(0, 2**40))
def test_captured_money_is_always_somewhere_in_each_currency_and_unit(seed: int) -> None:
    life = Life(seed)

    life.live()

    assert [law.breaches for law in audit(life.shop.store) if law.breaches] == []


def test_lives_of_payments_do_everything_that_can_be_done() -> None:
    done: Tally[str] = Tally()
    for seed in range(150):
        life = Life(seed)
        life.live()
        done += life.done
        assert [law.breaches for law in audit(life.shop.store) if law.breaches] == []

    assert {act.__name__ for act in ACTS} <= done.keys()
    assert done["refused"] < done.total() * 2 / 3
