"""What the processes of the storm tests do: `python -m tests.workers MODE DATABASE ...`.

Each prints one JSON line at its end, or one line for each command that was acknowledged.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count as numbers
from pathlib import Path
from typing import Any, TypeVar

from orderflow import (
    GatewayFailed,
    KeyReused,
    Money,
    MoveRefused,
    NewLine,
    NewOrder,
    Notice,
    Outcome,
    OutcomeUnknown,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
    Tendered,
    Workflow,
)
from orderflow.adapters.gateways import UniformGateway, send_open
from orderflow.adapters.sqlite import SqliteStore
from orderflow.allocation import allocate
from orderflow.allocation import reserve as reserve_at_once
from orderflow.calls import Call
from orderflow.errors import StoreUnavailable
from orderflow.fulfilment import deliver, hand_over, pack, pick, release
from orderflow.inspecting import inspect
from orderflow.inventory import confirm_stock_hold, record_feed
from orderflow.orders import cancel, place
from orderflow.payments import ask_capture, await_payment, charge_back, pay, spend, top_up
from orderflow.ports import GatewayAnswer, GatewayRequest, Query, every
from orderflow.pricing import due
from orderflow.production import purchase
from orderflow.promising.committing import promise
from orderflow.promising.slipping import slip
from orderflow.promising.stock_holds import hold_stock
from orderflow.receiving import receive_return
from orderflow.records import RequestKind
from orderflow.refunds import pay_back, refund
from orderflow.returns import ask_return
from orderflow.rules import ReserveWhen
from tests.giving_back import RULES as RETURNING
from tests.giving_back import give_back
from tests.stores import opened

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LAMP = Position("BRASS-LAMP", "leith")
BELL = Position("SHIP-BELL", "leith")
PRICE = Price.of("49.90", "EUR")


def flow(database: str, at: datetime = START) -> Workflow:
    return Workflow(opened(database), Rules(), clock=lambda: at)


def wait_for(gate: str) -> None:
    """Start together: each process says that it is ready, and goes when the gate is there."""
    print("ready", flush=True)
    while not Path(gate).exists():
        time.sleep(0.002)


def opening(database: str, gate: str, name: str, count: str) -> None:
    """Open a new file, so many times, each at the same instant as the other processes."""
    wait_for(gate)
    began = Path(gate).stat().st_mtime
    for i in range(int(count)):
        time.sleep(max(0.0, began + 0.02 * (i + 1) - time.time()))
        SqliteStore(f"{database}-{i}").close()
    print(name)


def reserve(database: str, gate: str, name: str, count: str) -> None:
    """Ask for one unit, so many times."""
    workflow = flow(database)
    outcomes: Counter[str] = Counter()
    wait_for(gate)
    for i in range(int(count)):
        id = f"{name}-{i}"
        try:
            workflow.apply(hold_stock.on(id, LAMP, 1), key=id)
            outcomes["granted"] += 1
        except Refused as no:
            outcomes[no.refusals[0].code] += 1
    print(json.dumps(outcomes))


def race(database: str, gate: str, name: str, count: str) -> None:
    """Race for one unit each time: keep a hold in its last instant, or take it as it runs out.

    Even processes confirm just before the expiry, odd ones reserve at the expiry itself.
    """
    confirms = int(name) % 2 == 0
    until = START + timedelta(minutes=15)
    workflow = flow(database, until - timedelta(microseconds=1) if confirms else until)
    won: list[int] = []
    wait_for(gate)
    for i in range(int(count)):
        try:
            if confirms:
                workflow.apply(confirm_stock_hold.on(f"hold-{i}"), key=f"{name}-{i}")
            else:
                there = Position(f"LAST-{i}", "leith")
                workflow.apply(hold_stock.on(f"new-{name}-{i}", there, 1), key=f"{name}-{i}")
        except Refused:
            continue
        won.append(i)
    print(json.dumps(won))


SHELVES = [LAMP._replace(lot=f"L-{i}") for i in range(4)]


def kept(database: str, gate: str, name: str, count: str) -> None:
    """Promise for now out of four shelves, while others promise for later and give it up again.

    Every fourth process has the late goods, in turns; the others want theirs at once, one by one,
    with a date and without.
    """
    store = opened(database)
    workflow = Workflow(store, Rules(tries_max=1_000), clock=lambda: START)
    outcomes: Counter[str] = Counter()
    wait_for(gate)
    for i in range(int(count)):
        id, late = f"o-{name}-{i}", int(name) % 4 == 0
        line = NewLine("1", Sku("BRASS-LAMP"), 5 if late else 1, PRICE)
        workflow.apply(place.on(id, NewOrder("c-7", "EUR", (line,), cash_on_delivery=True)))
        try:
            if late:
                workflow.apply(promise.on(id, date=START + timedelta(days=9)))
                workflow.apply(cancel.on(id))
            elif i % 2:
                workflow.apply(promise.on(id, date=START))
            else:
                workflow.apply(reserve_at_once.on(id))
        except Refused as no:
            outcomes[no.refusals[-1].code] += 1
        else:
            outcomes["late" if late else "granted"] += 1
    print(json.dumps(outcomes))


DUE = START + timedelta(days=30)
LATER = START + timedelta(days=44)


def presale(database: str, gate: str, name: str, count: str) -> None:
    """Place orders of one unit and promise them; the first process lets the supply slip midway.

    Every third order comes through the channel that has a quota. Who is refused a few times in turn
    by both channels has seen the end.
    """
    store = opened(database)
    workflow = Workflow(store, Rules(tries_max=1_000), clock=lambda: START)
    outcomes: Counter[str] = Counter()
    wait_for(gate)
    over = {"web": 0, "": 0}
    for i in range(int(count)):
        if name == "0" and i == 30:
            workflow.apply(slip.on("po-1", LATER))
        channel, id = "web" if i % 3 == 0 else "", f"o-{name}-{i}"
        if over[channel] == 3:
            continue
        line = NewLine("1", Sku("BRASS-LAMP"), 1, PRICE)
        buyer = f"c-{(i + 37 * int(name)) % 330}"
        workflow.apply(place.on(id, NewOrder(buyer, "EUR", (line,), channel=channel)))
        try:
            workflow.apply(promise.on(id))
        except Refused as no:
            code = no.refusals[0].code
            over[channel] += code != "over_limit"
            outcomes[code] += 1
        else:
            outcomes["granted"] += 1
    print(json.dumps(outcomes))


FRIDAY = START + timedelta(days=4)
MONDAY = START + timedelta(days=7)


def future(database: str, gate: str, name: str, count: str) -> None:
    """Sell a purchase that is to come on Friday, in fours; in the middle one says: on Monday.

    Who cannot have his by Friday is told the earliest day there is, and so are all after him.
    """
    workflow = flow(database)
    told: Counter[str] = Counter()
    day: datetime | None = FRIDAY
    wait_for(gate)
    for i in range(int(count)):
        order, line = f"{name}-{i}", NewLine("1", Sku("BRASS-LAMP"), 4, PRICE)
        if name == "0" and i == int(count) // 4:
            workflow.apply(slip.on("po-1", MONDAY), key="slip")
        while i == int(count) // 2 and workflow.store.seen("", "slip") is None:
            time.sleep(0.002)  # the others do not sell all of it before
        workflow.apply(place.on(order, NewOrder("c-7", "EUR", (line,), cash_on_delivery=True)))
        while True:
            try:
                done = workflow.apply(promise.on(order, date=day))
            except MoveRefused as no:
                if day is None:
                    told[no.refusals[0].code] += 4
                    break
                day = None
            else:
                (spot,) = done.document.lines[0].spots
                told[str(spot.slice.promised)] += spot.n
                break
    print(json.dumps(told))


FEED = "acme/BRASS-LAMP"


def feed(database: str, gate: str, name: str, count: str) -> None:
    """Promise what a supplier has, one by one, and order every third at once.

    In the middle the first process hears a new word of him; nobody comes to the end before that.
    """
    store = opened(database)
    workflow = Workflow(store, Rules(tries_max=1_000), clock=lambda: START)
    outcomes: Counter[str] = Counter()
    wait_for(gate)
    for i in range(int(count)):
        if name == "0" and i == int(count) // 4:
            workflow.apply(record_feed.on(FEED, "leith", 500, START, 100, 3), key="word")
        while i == int(count) // 4 and workflow.store.seen("", "word") is None:
            time.sleep(0.002)
        id, line = f"o-{name}-{i}", NewLine("1", Sku("BRASS-LAMP"), 1, PRICE)
        workflow.apply(place.on(id, NewOrder("c-7", "EUR", (line,), cash_on_delivery=True)))
        try:
            workflow.apply(promise.on(id))
        except Refused as no:
            outcomes[no.refusals[0].code] += 1
            continue
        outcomes["granted"] += 1
        if i % 3 == 0:
            workflow.apply(purchase.on(f"pu-{name}-{i}", (id,), "acme"))
            outcomes["ordered"] += 1
    print(json.dumps(outcomes))


def gateway(database: str, gate: str, name: str, count: str) -> None:
    """Ask a gateway for money, in parts, and for some of it back, side by side with seven others.

    The wire is bad, and every now and then the process dies in the middle of it: then another one
    goes on in its place. It ends when nothing is open any more.
    """
    wait_for(gate)
    life, ended = -1, DIED
    while ended == DIED:
        life += 1
        child = os.fork()
        if not child:
            clerk_and_wire(database, f"{name}.{life}", int(count))
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended == 0, f"life {life} of {name} ended with {ended}"
    print(life)


PATIENCE = 1
"""How many seconds whoever has sent a request is left alone with it."""


def clerk_and_wire(database: str, name: str, count: int) -> None:
    """One life of it: it clerks first, and then sends and hands on until nothing is open."""
    chance = random.Random(name)
    workflow = Workflow(opened(database), Rules(tries_max=1_000))
    wire = FileGateway(database + ".gateway", workflow, chance, name)
    clerks = Path(f"{database}.{name.split('.')[0]}.clerked")

    def send() -> bool:
        return bool(send_open(workflow, wire, datetime.now(UTC), patience_seconds=PATIENCE))

    while not clerks.exists():
        for i in chance.sample(range(count), count):
            clerk(workflow, f"pay-{i}", chance)
            if chance.random() < 0.2:
                send()
            if chance.random() < 0.2:
                wire.hand_on()
        clerks.touch()
    while send() or wire.hand_on() or open_yet(workflow):
        time.sleep(0.05)


def open_yet(workflow: Workflow) -> bool:
    due = Query("payment", due_by=datetime.now(UTC) + timedelta(days=1))
    return any(True for _ in every(workflow.store, due))


def clerk(workflow: Workflow, id: str, chance: random.Random) -> None:
    """Ask for a part of a payment, or for a part of it back; now and then give up its rest."""
    part = Money(chance.choice((1_000, 3_000, 6_000)), "EUR")
    with suppress(Refused):
        if chance.random() < 0.05:
            workflow.ask_void(id, "wanted no more")
        elif chance.random() < 0.5:
            workflow.ask_capture(id, part)
        elif chance.random() < 0.5:
            workflow.ask_pay_back(id, part)
        else:
            order = id.replace("pay", "o")
            free = min(workflow.payment(id).unapplied, due(workflow.order(order)))
            if free > 0:
                workflow.apply_payment(id, ((order, free),))
            workflow.cancel(order, (("1", 1),))
            workflow.ask_refund(order)


def late(database: str, gate: str, name: str, count: str) -> None:
    """Tell of payments whose orders have expired, each by its own event, as all others do."""
    rules = Rules(tries_max=1_000, reserve_when=ReserveWhen.PLACED)
    store = opened(database)
    workflow = Workflow(store, rules, clock=lambda: START + timedelta(hours=2))
    wait_for(gate)
    for i in random.Random(name).sample(range(int(count)), int(count)):
        paid_at = START + timedelta(minutes=59)
        workflow.record_notice(
            f"pay-{i}", Notice.CAPTURED, Money(4_990, "EUR"), f"e-{i}", paid_at=paid_at
        )
    print("end")


DIED = 9


FAULTS = (
    *("", "", "", "", "", ""),
    *("lost", "lost", "timed out", "timed out", "dies", "dies", "late", "late", "declined"),
    "slow",
)
"""What happens on the wire: mostly nothing odd."""

NOTICES = {
    RequestKind.AUTHORISE: Notice.AUTHORISED,
    RequestKind.CAPTURE: Notice.CAPTURED,
    RequestKind.VOID: Notice.VOIDED,
}


def gateway_file(database: str) -> sqlite3.Connection:
    """Make the file of a `FileGateway`, before anybody calls it.

    Of many processes that turn a new file to WAL at once, SQLite refuses some, and has none wait.
    """
    file = sqlite3.connect(database + ".gateway", timeout=60, isolation_level=None)
    file.execute("pragma journal_mode = wal")
    for table in (
        "effect (n integer primary key, key unique, kind, payment, request, minor, outcome)",
        "call (n integer primary key, key, name, kind, heard)",
        "other_question (n integer primary key, key, kind, payment, request, minor)",
        "webhook (n integer primary key, key)",
    ):
        file.execute(f"create table {table}")
    return file


class FileGateway(UniformGateway):
    """A gateway that many processes call, over a wire on which everything goes wrong.

    Each key has one effect, which stands in a file of its own; every call is written down there,
    by whom and with what its caller has heard of it. So is every other question under a known key.
    Webhooks come before the reply or wait in the file, for whoever hands them on: after the reply,
    or after the caller has died.
    """

    def __init__(self, path: str, workflow: Workflow, chance: random.Random, name: str) -> None:
        self.file = sqlite3.connect(path, timeout=60, isolation_level=None)
        self.file.execute("pragma synchronous = off")
        self.workflow, self.chance, self.name = workflow, chance, name

    def query(self, key: str) -> GatewayAnswer | None:
        if self.chance.random() < 0.5:  # what was late comes to its end
            late = "update effect set outcome = 'done' where key = ? and outcome = 'pending'"
            if self.file.execute(late, (key,)).rowcount:
                self._webhook_later(key)
        known = self._known(key)
        self._heard(key, "query", "unknown" if known is None else known.outcome)
        return known

    def do(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        fault = self.chance.choice(FAULTS)
        if fault == "declined" and request.kind is RequestKind.AUTHORISE:
            fault = self.chance.choice(("", "", "declined"))
        self._heard(key, request.kind, fault)
        if fault == "timed out":
            raise GatewayFailed("file", request.kind, key, fault)
        self._take_effect(request, key, {"late": "pending", "declined": "failed"}.get(fault))
        answer = self._known(key)
        assert answer is not None
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            if self.chance.random() < 0.5:
                self._tell(key)  # before the reply
            else:
                self._webhook_later(key)
        if fault == "dies":
            os._exit(DIED)
        if fault == "slow":  # others have lost their patience by now
            time.sleep(1.5 * PATIENCE)
            self._heard(key, "reply", "slow")
        if fault == "lost":
            raise GatewayFailed("file", request.kind, key, fault)
        return answer

    def hand_on(self) -> bool:
        """Hand on the webhook that has waited longest; whether there was one."""
        first = "delete from webhook where n = (select min(n) from webhook) returning key"
        row = self.file.execute(first).fetchone()
        if row is not None:
            self._heard(row[0], "webhook", "handed on")
            self._tell(row[0])
        return row is not None

    def _take_effect(self, request: GatewayRequest, key: str, outcome: str | None) -> None:
        """Do what is asked, once a key; another question under that key is written down."""
        asked = (request.kind, request.payment, request.request, request.amount.minor)
        new = self.file.execute(
            "insert into effect (key, kind, payment, request, minor, outcome) "
            "values (?, ?, ?, ?, ?, ?) on conflict do nothing",
            (key, *asked, outcome or "done"),
        )
        if not new.rowcount and self._asked(key) != asked:
            self.file.execute(
                "insert into other_question (key, kind, payment, request, minor) "
                "values (?, ?, ?, ?, ?)",
                (key, *asked),
            )

    def _asked(self, key: str) -> tuple[str, str, str, int]:
        asked = "select kind, payment, request, minor from effect where key = ?"
        row: tuple[str, str, str, int] = self.file.execute(asked, (key,)).fetchone()
        return row

    def _webhook_later(self, key: str) -> None:
        self.file.execute("insert into webhook (key) values (?)", (key,))

    def _tell(self, key: str) -> None:
        """A webhook about what is done; one that is about no refund may know nothing of ours."""
        kind, payment, request, minor = self._asked(key)
        answer = self._known(key)
        if answer is None or answer.outcome is not Outcome.DONE:
            return
        notice, event = NOTICES.get(RequestKind(kind)), answer.event
        if notice is not None and self.chance.random() < 0.5:
            self.workflow.record_notice(payment, notice, Money(minor, "EUR"), event)
        else:
            self.workflow.record_answer(payment, request, answer.outcome, event=event)

    def _known(self, key: str) -> GatewayAnswer | None:
        row = self.file.execute("select n, outcome from effect where key = ?", (key,)).fetchone()
        return None if row is None else GatewayAnswer(Outcome(row[1]), event=f"e-{row[0]}")

    def _heard(self, key: str, kind: str, heard: str) -> None:
        self.file.execute(
            "insert into call (key, name, kind, heard) values (?, ?, ?, ?)",
            (key, self.name, kind, heard),
        )


DEALERS = tuple(f"d-{i}" for i in range(4))
COUPONS = ("SPRING", "AUTUMN")
AT_PLACING = Rules(
    reserve_when=ReserveWhen.PLACED, split=False, tries_max=1_000, confirm_when_paid=True
)


def dealers(database: str, gate: str, name: str, count: str) -> None:
    """Order on account, with coupons, what each buyer may have little of; pay, cancel, charge back.

    Who has no credit left pays the oldest of his own orders, and goes on. The wire to the bank is
    bad, and the process dies on it, or when it has placed an order and has not told anybody: then
    another one goes on in its place, with the same keys.
    """
    wait_for(gate)
    life, ended = -1, DIED
    while ended == DIED:
        life += 1
        child = os.fork()
        if not child:
            Dealing(database, name, life).live(int(count))
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended == 0, f"life {life} of {name} ended with {ended}"
    kept = json.loads(Path(f"{database}.{name}.dealt").read_text())
    print(json.dumps(kept["outcomes"] | {"died": life}))


class Dealing:
    """One life of it; what comes of each order is written down before the next one."""

    def __init__(self, database: str, name: str, life: int) -> None:
        self.name, self.chance = name, random.Random(f"{name}.{life}")
        self.workflow = Workflow(opened(database), AT_PLACING)
        self.wire = FileGateway(database + ".gateway", self.workflow, self.chance, f"{name}.{life}")
        self.kept = Path(f"{database}.{name}.dealt")
        known = json.loads(self.kept.read_text()) if self.kept.exists() else {}
        self.next, self.unpaid = known.get("next", 0), known.get("unpaid", [])
        self.outcomes: Counter[str] = Counter(known.get("outcomes", {}))

    def live(self, count: int) -> None:
        while self.next < count:
            self.deal(self.next)
            self.next += 1
            self.keep()
        while self.send() or self.wire.hand_on() or open_yet(self.workflow):
            time.sleep(0.05)

    def keep(self) -> None:
        new = self.kept.with_suffix(".new")
        told = {"next": self.next, "unpaid": self.unpaid, "outcomes": self.outcomes}
        new.write_text(json.dumps(told))
        new.replace(self.kept)

    def send(self) -> bool:
        at = datetime.now(UTC)
        return bool(send_open(self.workflow, self.wire, at, patience_seconds=PATIENCE))

    def deal(self, i: int) -> None:
        id, dealer = f"o-{self.name}-{i}", DEALERS[(i + int(self.name)) % len(DEALERS)]
        scarce = NewLine("1", Sku(LAMP.sku), 2, PRICE)
        lines = (NewLine("1", Sku(BELL.sku), 1 + i % 2, PRICE) if i % 3 else scarce,)
        coupon = (COUPONS[i % 3 - 1],) if i % 3 else ()
        new = NewOrder(dealer, "EUR", lines, on_account=True, coupons=coupon)
        try:
            self.workflow.apply(place.on(id, new), key=id)
        except Refused as no:
            self.outcomes.update({one.code for one in no.refusals})
            if self.unpaid:
                oldest = self.unpaid.pop(0)  # a life that died on the wire may have paid it
                self.pay_by_wire(oldest, f"late-{oldest}")
            return
        if self.chance.random() < 0.05:
            os._exit(DIED)
        self.outcomes["granted"] += 1
        act = (i + int(self.name)) % 5
        if act == 0:
            self.workflow.apply(cancel.on(id), key=f"c-{id}")
        elif act == 1:
            self.pay_off(id, f"pay-{id}")
            back = charge_back.on(f"pay-{id}", Money(4990, "EUR"), id)
            self.workflow.apply(back, key=f"b-{id}")
            self.outcomes["charged back"] += 1
        if act:
            self.unpaid.append(id)

    def pay_off(self, order: str, paid: str) -> None:
        owed = due(self.workflow.order(order))
        if owed > 0:
            self.workflow.apply(pay.on(paid, Money(owed, "EUR"), ((order, owed),)), key=paid)

    def pay_by_wire(self, order: str, paid: str) -> None:
        owed = due(self.workflow.order(order))
        if owed > 0:
            wanted = await_payment.on(paid, Money(owed, "EUR"), "card", orders=((order, owed),))
            self.workflow.apply(wanted, key=paid)
            self.workflow.apply(ask_capture.on(paid), key=f"ask-{paid}")
        self.send()


CARD = "card-1"
SPENT_POINTS = Tendered("points", 300, Price.of("1.00", "EUR", per=300))


BASKETS = tuple(Position(f"GOODS-{i:02}", "leith") for i in range(20))


def baskets(database: str, gate: str, name: str, count: str) -> None:
    """Order two to five goods of twenty, in any order, and have all of them reserved or none."""
    workflow, chance = Workflow(opened(database), Rules(tries_max=1_000)), random.Random(name)
    outcomes: Counter[str] = Counter()
    wait_for(gate)
    for i in range(int(count)):
        id, wanted = f"o-{name}-{i}", chance.sample(BASKETS, chance.randint(2, 5))
        lines = tuple(NewLine(str(k), Sku(at.sku), 1, PRICE) for k, at in enumerate(wanted))
        workflow.apply(place.on(id, NewOrder("c-7", "EUR", lines, cash_on_delivery=True)))
        try:
            workflow.apply(reserve_at_once.on(id))
            outcomes["granted"] += 1
        except Refused as no:
            outcomes.update({one.code for one in no.refusals})
    print(json.dumps(outcomes))


def spending(database: str, gate: str, name: str, count: str) -> None:
    """Spend a gift card and an account of points, 1.00 at a time; every fourth goes back again.

    The first process tops both up in the middle.
    """
    store = opened(database)
    workflow = Workflow(store, Rules(tries_max=1_000), clock=lambda: START)
    outcomes: Counter[str] = Counter()
    euro = Money(100, "EUR")
    wait_for(gate)
    for i in range(int(count)):
        if name == "0" and i == int(count) // 2:
            workflow.apply(top_up.on(CARD, 5_000, "a birthday"))
            workflow.apply(top_up.on("points", 15_000, "earned"))
        points = (i + int(name)) % 2 == 0
        id, balance = f"pay-{name}-{i}", "points" if points else CARD
        try:
            workflow.apply(spend.on(id, balance, euro, (), SPENT_POINTS if points else None))
        except Refused as no:
            outcomes[no.refusals[0].code] += 1
            continue
        outcomes[balance] += 1
        if i % 4 == 0:
            workflow.apply(pay_back.on(id))
            outcomes[balance] -= 1
    print(json.dumps(outcomes))


def giving_back(database: str, gate: str, name: str, count: str) -> None:
    """Give units back, and be paid for them, beside others who give back the same ones."""
    store = opened(database)
    shop = Workflow(store, RETURNING, clock=lambda: START)
    wait_for(gate)
    print(json.dumps(give_back(shop, int(name), int(count))))


def life(i: int) -> Iterator[Call[Any]]:
    """The commands of one order: every third is cancelled in part, every other comes back."""
    order, line = f"o-{i}", NewLine("1", Sku("BRASS-LAMP"), 3, PRICE)
    yield place.on(order, NewOrder("c-7", "EUR", (line,)))
    yield pay.on(f"pay-{i}", Money(14970, "EUR"), ((order, 14970),))
    yield allocate.on(order)
    left = 3
    if i % 3 == 0:
        left = 2
        yield cancel.on(order, (("1", 1),))
        yield refund.on(order)
    yield release.on(order, f"d-{i}", "leith")
    yield pick.on(f"d-{i}")
    yield pack.on(f"p-{i}", (f"d-{i}",))
    yield hand_over.on(f"p-{i}")
    yield deliver.on(f"p-{i}")
    if i % 2 == 0:
        yield ask_return.on(f"r-{i}", order, (("1", left),))
        yield receive_return.on(f"r-{i}", "leith")
        yield inspect.on(f"r-{i}")


T = TypeVar("T")


def until_it_is_there(ask: Callable[[], T]) -> T:
    """Ask a server that may be down as long as it takes, for a minute at most."""
    for _ in range(600):
        try:
            return ask()
        except (OutcomeUnknown, StoreUnavailable):
            time.sleep(0.1)
    return ask()


def live(database: str, name: str, orders: str, done: str) -> None:
    """Whole lives, one command after the other, from the `done`-th on; each acknowledged aloud."""
    workflow = until_it_is_there(lambda: flow(database))
    number = 0
    for i in range(int(orders)):
        for call in life(int(name) * 100_000 + i):
            if number >= int(done):
                send = partial(workflow.apply, call, key=f"{name}/{number}")
                until_it_is_there(send)
                print(number, flush=True)
            number += 1
    print("end", flush=True)


def together(database: str, gate: str, name: str, seconds: str) -> None:
    """Four threads on one store, each with whole lives of its own, until the time is up."""
    workflow = Workflow(opened(database), Rules(tries_max=1_000), clock=lambda: START)
    wait_for(gate)
    end = time.monotonic() + float(seconds)

    def one(thread: int) -> int:
        done, lives, who = 0, numbers(), int(name) * 10 + thread
        while time.monotonic() < end:
            for call in life(who * 100_000 + next(lives)):
                workflow.apply(call, key=f"{who}/{done}")
                done += 1
        return done

    with ThreadPoolExecutor(4) as threads:
        print(sum(threads.map(one, range(4))))


def same_keys(database: str, gate: str, name: str, count: str) -> None:
    """Send what all others send too, under the same keys, in an order of one's own."""
    workflow = Workflow(opened(database), Rules(tries_max=1_000), clock=lambda: START)
    order = list(range(int(count)))
    random.Random(name).shuffle(order)
    outcomes: Counter[str] = Counter()
    wait_for(gate)
    for i in order:
        given = workflow.apply(hold_stock.on(f"h-{i}", LAMP, 1), key=f"k-{i}")
        outcomes["repeated" if given.repeated else "done"] += 1
        try:
            workflow.apply(hold_stock.on(f"h-{i}", LAMP, 2), key=f"k-{i}")
        except KeyReused:
            outcomes["another question"] += 1
    print(json.dumps(outcomes))


if __name__ == "__main__":
    acts = {
        "together": together,
        "same_keys": same_keys,
        "opening": opening,
        "reserve": reserve,
        "race": race,
        "kept": kept,
        "presale": presale,
        "future": future,
        "feed": feed,
        "gateway": gateway,
        "late": late,
        "live": live,
        "spending": spending,
        "baskets": baskets,
        "giving_back": giving_back,
        "dealers": dealers,
    }
    acts[sys.argv[1]](*sys.argv[2:])
