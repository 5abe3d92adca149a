"""Many processes on one file: what is granted is exactly what is there."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from orderflow import (
    Money,
    NewLine,
    NewOrder,
    Outcome,
    Position,
    Rules,
    Sku,
    StoredKind,
    Workflow,
)
from orderflow.audit import audit
from orderflow.books import postings
from orderflow.payments import key_of
from orderflow.pools import coupon_pool, coupon_pool_of, credit_pool, limit_pool
from orderflow.ports import Query, Store, every
from orderflow.pricing import due
from orderflow.records import Order, Payment, RequestKind, credit_id
from orderflow.rules import ReserveWhen
from orderflow.states import UnitState
from tests import servers
from tests.giving_back import ROUNDS, assert_given_back_once, deliver_all, give_back
from tests.giving_back import RULES as RETURNING
from tests.stores import EVERYWHERE, KINDS, opened
from tests.workers import (
    BASKETS,
    BELL,
    CARD,
    COUPONS,
    DEALERS,
    DUE,
    FEED,
    FRIDAY,
    LAMP,
    LATER,
    MONDAY,
    PRICE,
    SHELVES,
    START,
    flow,
    gateway_file,
)

Promise = Callable[[int, str], None]
ROOT = Path(__file__).resolve().parent.parent


LASTING = KINDS if EVERYWHERE else ("sqlite",)
ON_EACH = pytest.mark.parametrize("database", KINDS, indirect=True)
"""What is taken by many is told on each store at all times, and the rest in `make test-slow`."""


@pytest.fixture(params=LASTING)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a store stands that many processes open."""
    return tmp_path / f"storm.{request.param}"


def storm(mode: str, database: Path, processes: int, count: int) -> list[str]:
    """The last line that each process prints, all of them started at one moment."""
    gate = database.with_suffix(".gate")
    worker = [sys.executable, "-m", "tests.workers"]
    running = [
        subprocess.Popen(
            [*worker, mode, str(database), str(gate), str(i), str(count)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(processes)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    gate.touch()
    outputs = [process.communicate(timeout=300)[0] for process in running]
    assert all(process.returncode == 0 for process in running)
    return [output.splitlines()[-1] for output in outputs]


def whole(full: int, small: int) -> int:
    """How large a storm is: small, but in `make test-slow`."""
    return full if EVERYWHERE else small


def kind_of(database: Path) -> str:
    return database.suffix[1:]


def assert_lawful(database: Path) -> None:
    with opened(database) as store:
        breaches = [breach for law in audit(store) for breach in law.breaches]
        assert breaches == []


def test_processes_that_open_one_new_file_at_once_all_have_it(tmp_path: Path) -> None:
    assert storm("opening", tmp_path / "orders.sqlite", 4, 20) == ["0", "1", "2", "3"]


@ON_EACH
@pytest.mark.feature("F117", "F125")
def test_eight_processes_get_exactly_the_units_that_are_there(
    database: Path, promise: Promise
) -> None:
    there = whole(5_000, 250)
    flow(str(database)).receive(LAMP, there)

    outputs = storm("reserve", database, processes=8, count=2 * there)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes == {"granted": there, "short": 15 * there}
    with opened(database) as store:
        (counter,) = store.books("").counters
        assert (counter.there, counter.claimed) == (there, there)
        assert sum(1 for _ in store.entries()) == there + 1
    assert_lawful(database)
    promise(1, f"{kind_of(database)}: {there:,} granted, {15 * there:,} refused, 0 errors")


@ON_EACH
def test_a_key_that_eight_processes_send_is_carried_out_once(
    database: Path, promise: Promise
) -> None:
    """With another question the same key is an error, to each of them, each time."""
    ids = whole(2_000, 60)
    flow(str(database)).receive(LAMP, ids)

    outputs = storm("same_keys", database, processes=8, count=ids)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes == {"done": ids, "repeated": 7 * ids, "another question": 8 * ids}
    with opened(database) as store:
        (counter,) = store.books("").counters
        assert (counter.there, counter.claimed) == (ids, ids)
        assert sum(1 for _ in store.entries()) == ids + 1
    assert_lawful(database)
    promise(6, f"{kind_of(database)}: {ids:,} keys from 8 senders, {ids:,} effects")


@ON_EACH
def test_processes_with_threads_lead_whole_lives_side_by_side(
    database: Path, promise: Promise
) -> None:
    seconds = whole(60, 2)
    flow(str(database)).receive(LAMP, 1_000_000)

    outputs = storm("together", database, processes=4, count=seconds)

    done = sum(int(output) for output in outputs)
    with opened(database) as store:
        assert sum(1 for _ in store.entries()) == done + 1
    assert_lawful(database)
    told = f"{done:,} commands of 4 processes with 4 threads in {seconds} s, no law broken"
    promise(13, f"{kind_of(database)}: {told}")


@pytest.mark.feature("F118")
def test_a_hold_is_either_kept_or_taken_at_its_expiry_by_exactly_one(
    database: Path, promise: Promise
) -> None:
    races = whole(10_000, 500)
    workflow = flow(str(database))
    for i in range(races):
        last = Position(f"LAST-{i}", "leith")
        workflow.receive(last, 1)
        workflow.hold_stock(f"hold-{i}", last, 1, START + timedelta(minutes=15))

    outputs = storm("race", database, processes=8, count=races)

    won = Counter(i for output in outputs for i in json.loads(output))
    assert won == dict.fromkeys(range(races), 1)
    kept = {i for output in outputs[0::2] for i in json.loads(output)}
    with opened(database) as store:
        for i in range(races):
            (claim,) = store.claims("", Position(f"LAST-{i}", "leith"))
            assert claim.holder.id.startswith("hold-" if i in kept else "new-")
            assert claim.until is None
    assert_lawful(database)
    promise(14, f"{kind_of(database)}: {races:,} races at an expiry, one winner each")


@pytest.mark.feature("F116", "F125")
def test_eight_processes_take_four_shelves_and_leave_the_safety_stock(database: Path) -> None:
    workflow = flow(str(database))
    for shelf in SHELVES:
        workflow.receive(shelf, 30)
    workflow.expect("po-1", LAMP, 24, START + timedelta(days=5))
    workflow.describe_item("BRASS-LAMP", safety=(("leith", 20, None),))

    outputs = storm("kept", database, processes=8, count=40)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes == {"granted": 100, "safety_stock": 140, "late": 80}
    with opened(database) as store:
        rows = store.counters("", ["BRASS-LAMP"], START)
        assert sum(row.free for row in rows if not row.position.peg) == 20
    assert workflow.available("BRASS-LAMP", START) == 0
    assert_lawful(database)


@pytest.mark.feature("F116", "F125", "F139")
def test_eight_processes_promise_one_purchase_within_quota_limit_and_date(database: Path) -> None:
    workflow = flow(str(database))
    workflow.expect("po-1", LAMP, 500, DUE)
    workflow.describe_item("BRASS-LAMP", 2)
    source = LAMP._replace(peg="po-1")
    workflow.set_quota("web", source, 100, "web")

    outputs = storm("presale", database, processes=8, count=180)

    granted = sum(json.loads(output)["granted"] for output in outputs)
    assert granted == 500
    with opened(database) as store:
        slipped = 0
        before: list[str] = []
        channels: Counter[str] = Counter()
        buyers: Counter[str] = Counter()
        for entry in store.entries():
            if entry.call.verb == "slip":
                slipped = entry.seq
            elif entry.call.verb == "promise":
                order = workflow.order(entry.call.ref.id)
                (spot,) = order.lines[0].spots
                channels[order.channel] += 1
                buyers[order.customer] += 1
                assert spot.slice.promised == (LATER if slipped else DUE)
                if not slipped:
                    before.append(order.ref.id)
        assert channels == {"web": 100, "": 400}
        assert max(buyers.values()) == 2
        endangered = {c.holder.id for one in workflow.in_danger() for c in one.claims}
        assert endangered == set(before)
    for id in sorted(before)[:3]:
        workflow.repromise(id)
        (spot,) = workflow.order(id).lines[0].spots
        assert spot.slice.promised == LATER
    assert_lawful(database)


@pytest.mark.feature("F116", "F125", "F139")
def test_eight_processes_promise_a_future_purchase_that_slips_and_none_keeps_the_date_that_is_gone(
    database: Path,
) -> None:
    shop = flow(str(database))
    shop.expect("po-1", LAMP, 500, FRIDAY)

    outputs = storm("future", database, processes=8, count=20)

    told: Counter[str] = Counter()
    for output in outputs:
        told.update(json.loads(output))
    early, late = told[str(FRIDAY)], told[str(MONDAY)]
    assert early + late == 500
    assert early
    assert late
    assert told == {str(FRIDAY): early, str(MONDAY): late, "not_in_time": 140}
    assert dates_in_order(shop) == [FRIDAY] * (early // 4) + [None] + [MONDAY] * (late // 4)
    endangered = {claim.holder.id for danger in shop.in_danger() for claim in danger.claims}
    assert endangered == {order for order, date in promises(shop).items() if date == FRIDAY}
    assert_lawful(database)

    for order in sorted(endangered):
        shop.repromise(order)

    assert shop.in_danger() == ()
    assert set(promises(shop).values()) == {MONDAY}
    assert len(promises(shop)) == 125
    assert_lawful(database)


@pytest.mark.feature("F116", "F125", "F155")
def test_eight_processes_promise_and_order_no_more_than_a_supplier_has(database: Path) -> None:
    """He has 300, then 500, of which 100 stay: 400 in all, promised or ordered."""
    shop = flow(str(database))
    shop.record_feed(FEED, "leith", 300, START - timedelta(hours=1), 100, 3)

    outputs = storm("feed", database, processes=8, count=60)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes["granted"] == 400
    assert outcomes["not_in_time"] == 80
    ordered = outcomes["ordered"]
    feed = shop.feed("acme", "BRASS-LAMP")
    assert sum(row.n for row in feed.ordered) == ordered > 0
    with opened(database) as store:
        (counter,) = store.books("").counters
        assert (counter.there, counter.claimed) == (400 - ordered, 400 - ordered)
    assert shop.in_danger() == ()
    assert_lawful(database)


DEALT = int(os.environ.get("ORDERFLOW_CREDIT", "40"))
"""How many orders each process places on account; `make laws` has it larger."""
CREDIT, USES, EACH, BUYER = 25_00 * DEALT, DEALT // 2, DEALT // 8, DEALT // 2


@ON_EACH
@pytest.mark.feature("F117", "F125")
def test_eight_processes_that_want_the_same_goods_in_any_order_never_lock_each_other_out(
    database: Path, promise: Promise
) -> None:
    """Two to five goods of twenty an order: all of it or nothing, and no deadlock."""
    shop, each = flow(str(database)), whole(400, 40)
    for at in BASKETS:
        shop.receive(at, each)

    outputs = storm("baskets", database, processes=8, count=each)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes["granted"] > each
    assert outcomes["short"]
    reserved: Counter[str] = Counter()
    for stored in every(shop.store, Query("order")):
        assert isinstance(stored.value, Order)
        states = {spot.state for _, spot in stored.value.units()}
        assert states in ({UnitState.RESERVED}, {UnitState.OPEN})
        if states == {UnitState.RESERVED}:
            reserved.update(line.sku for line in stored.value.lines)
    for counter in shop.store.books("").counters:
        assert counter.claimed == reserved[counter.position.sku] <= counter.there
    if database.suffix == ".postgres":
        assert deadlocks() == 0
    assert_lawful(database)
    told = (
        f"{8 * each:,} orders of 2 to 5 of 20 goods, {outcomes['granted']:,} granted, 0 deadlocks"
    )
    promise(2, f"{kind_of(database)}: {told}, 0 deadlocks")


def deadlocks() -> int:
    """How many there have been on the server, in this whole run of the tests."""
    with psycopg.connect(servers.url()) as line:
        row = line.execute("select sum(deadlocks)::bigint from pg_stat_database").fetchone()
    assert row is not None
    return int(row[0])


@ON_EACH
@pytest.mark.feature("F125")
def test_eight_processes_exceed_neither_credit_nor_coupons_nor_buyers_limits(
    database: Path,
) -> None:
    """What a bank takes back may raise a debt beyond its limit; an order that is placed never."""
    shop = flow(str(database))
    for shelf in (LAMP, BELL):
        shop.receive(shelf, 1_000_000)
    shop.describe_item("BRASS-LAMP", BUYER)
    in_all, of_each = COUPONS
    shop.set_coupon(in_all, USES)
    shop.set_coupon(of_each, None, EACH)
    for dealer in DEALERS:
        shop.set_credit(credit_id(dealer, "EUR"), Money(CREDIT, "EUR"))
    wire = gateway_file(str(database))

    outputs = storm("dealers", database, processes=8, count=DEALT)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes["charged back"]
    assert outcomes["died"]
    for code in ("credit_exceeded", "coupon_used_up", "coupon_used", "over_limit"):
        assert outcomes[code], outcomes
    credits = {credit_pool(dealer, "EUR"): CREDIT for dealer in DEALERS}
    most = {
        **credits,
        coupon_pool(in_all): USES,
        **{coupon_pool_of(of_each, dealer): EACH for dealer in DEALERS},
        **{limit_pool("BRASS-LAMP", dealer): BUYER for dealer in DEALERS},
    }
    claimed: Counter[str] = Counter()
    for entry in shop.store.entries():
        for claim in postings(entry.facts).claims:
            pool = claim.position.sku
            claimed[pool] += claim.n
            if pool in most and claimed[pool] > most[pool] and claim.n > 0:
                assert pool in credits, entry
                assert entry.call.verb == "charge_back", entry
    owed: Counter[str] = Counter()
    for stored in every(shop.store, Query("order")):
        assert isinstance(stored.value, Order)
        owed[stored.value.customer] += max(0, due(stored.value))
    for dealer in DEALERS:
        assert claimed[credit_pool(dealer, "EUR")] == owed[dealer]
        assert shop.credit_standing(dealer, "EUR").owed == owed[dealer]
    done = "select payment, sum(minor) from effect where outcome = 'done' group by payment"
    for payment, captured in wire.execute(done):
        assert shop.payment(payment).captured == captured
    wire.close()
    assert_lawful(database)


@pytest.mark.feature("F125", "F176")
def test_eight_processes_spend_no_more_of_a_balance_than_is_on_it(database: Path) -> None:
    shop = flow(str(database))
    shop.open_stored_value(CARD, StoredKind.STORED_VALUE, "EUR", 10_000)
    shop.open_stored_value("points", StoredKind.POINTS, "points", 30_000)

    outputs = storm("spending", database, processes=8, count=100)

    outcomes: Counter[str] = Counter()
    for output in outputs:
        outcomes.update(json.loads(output))
    assert outcomes["stored_short"] > 200
    # What has come back may be free again at the end; what is spent is never more than there was.
    spent = {CARD: outcomes[CARD] * 100, "points": outcomes["points"] * 300}
    for balance, there in ((CARD, 15_000), ("points", 45_000)):
        assert shop.stored_value(balance).n == there
        assert spent[balance] + shop.balance(balance) == there
    with opened(database) as store:
        payments = [one.value for one in every(store, Query("payment"))]
        claimed = Counter[str]()
        for one in payments:
            assert isinstance(one, Payment)
            claimed[one.stored] += one.spent
    assert claimed == spent
    assert_lawful(database)


@ON_EACH
@pytest.mark.feature("F125", "F231")
def test_eight_processes_give_back_the_same_units_and_each_is_refunded_once(database: Path) -> None:
    shop = Workflow(opened(database), RETURNING, clock=lambda: START)
    deliver_all(shop)

    outputs = storm("giving_back", database, processes=8, count=whole(ROUNDS, 3))

    assert_given_back_once(shop, [json.loads(output) for output in outputs])
    assert_lawful(database)


@pytest.mark.feature("F125", "F231")
def test_eight_threads_give_back_the_same_units_and_each_is_refunded_once(store: Store) -> None:
    shop = Workflow(store, RETURNING, clock=lambda: START)
    deliver_all(shop)

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda who: give_back(shop, who, ROUNDS), range(8)))

    assert_given_back_once(shop, done)
    assert [breach for law in audit(store) for breach in law.breaches] == []


def promises(shop: Workflow) -> dict[str, datetime]:
    """The date that each order was told, of those that were told any."""
    found = {}
    for stored in every(shop.store, Query("order")):
        assert isinstance(stored.value, Order)
        ((_, spot),) = stored.value.units()
        if spot.slice.promised is not None:
            found[stored.value.ref.id] = spot.slice.promised
    return found


def dates_in_order(shop: Workflow) -> list[datetime | None]:
    """The date of each promise, in the order in which they were granted; `None` is the slip."""
    told = promises(shop)
    return [
        told.get(entry.call.ref.id)
        for entry in shop.store.entries()
        if entry.call.verb in ("promise", "slip")
    ]


GATEWAYS = int(os.environ.get("ORDERFLOW_GATEWAYS", str(whole(300, 60))))
"""How many payments are in the storm of gateways."""


@pytest.mark.feature("F176", "F181", "F183", "F185")
def test_eight_processes_on_a_bad_wire_have_one_effect_for_each_request(
    database: Path, promise: Promise
) -> None:
    workflow = Workflow(opened(database))
    for i in range(GATEWAYS):
        line = NewLine("1", Sku("BRASS-LAMP"), 10, PRICE)
        workflow.place(f"o-{i}", NewOrder("c-7", "EUR", (line,)))
        workflow.await_payment(f"pay-{i}", Money(10_000, "EUR"), "card", "c-7")
        workflow.ask_authorise(f"pay-{i}")
    wire = gateway_file(str(database))

    died = storm("gateway", database, processes=8, count=GATEWAYS)

    assert sum(map(int, died)) > 0
    assert wire.execute("select * from other_question").fetchall() == []
    assert wire.execute("select * from webhook").fetchall() == []
    assert_effects_are_booked(wire, [workflow.payment(f"pay-{i}") for i in range(GATEWAYS)])
    assert_nothing_is_sent_again_unasked(wire)
    wire.close()
    assert_lawful(database)
    told = f"{GATEWAYS} payments, 8 processes, {sum(map(int, died))} died on the wire, 0 twice"
    promise(7, f"{kind_of(database)}: {told}")


def assert_effects_are_booked(wire: sqlite3.Connection, payments: list[Payment]) -> None:
    """What the gateway has done is what was asked, and what stands in the books.

    Of what was withdrawn it has never heard; what it did not know when somebody asked it about the
    key, and was not wanted then, it has not done either. Only the payer's money is left like that.
    """
    done: Counter[tuple[str, str]] = Counter()
    effects: dict[str, tuple[str, int, str]] = {}
    rows = wire.execute("select key, kind, payment, minor, outcome from effect order by n")
    for key, kind, payment, minor, outcome in rows:
        effects[key] = (kind, minor, outcome)
        done[payment, kind] += minor if outcome == "done" else 0
    calls: dict[str, list[tuple[str, str]]] = {}
    for key, kind, heard in wire.execute("select key, kind, heard from call order by n"):
        calls.setdefault(key, []).append((kind, heard))
    for one in payments:
        captured, refunded, voided = (
            done[one.ref.id, kind] for kind in ("capture", "refund", "void")
        )
        assert refunded <= captured <= captured + voided <= done[one.ref.id, "authorise"]
        assert (one.captured, one.by_gateway, one.refunded) == (captured, captured, refunded)
        for asked in one.requests:
            key = key_of(one.ref, asked.id)
            if asked.tries and key in effects:
                assert effects.pop(key) == (asked.kind, asked.amount, asked.outcome)
                continue
            assert asked.outcome is Outcome.FAILED, asked
            assert asked.kind in (RequestKind.AUTHORISE, RequestKind.CAPTURE), asked
            assert (asked.done, asked.booked) == (0, 0), asked
            if asked.tries:
                assert calls[key][-1] == ("query", "unknown"), asked
            else:
                assert key not in calls, asked
    assert effects == {}, "an effect that nobody has asked for"
    kinds = {kind for (_, kind), minor in done.items() if minor}
    assert kinds == {"authorise", "capture", "refund", "void"}


def assert_nothing_is_sent_again_unasked(wire: sqlite3.Connection) -> None:
    """Who sends a key, but for the first, has been told just before that it is unknown.

    The first may be slow, and be overtaken by another; so it is the only one that asks nobody.
    """
    calls: dict[str, list[tuple[str, str, str]]] = {}
    for key, name, kind, heard in wire.execute(
        "select key, name, kind, heard from call order by n"
    ):
        calls.setdefault(key, []).append((name, kind, heard))
    seen: Counter[str] = Counter()
    for of_key in calls.values():
        unasked, told = 0, dict[str, str]()
        for name, kind, heard in of_key:
            if kind == "query":
                told[name] = heard
            elif kind == "webhook":
                seen["a webhook after the crash"] += any(one[2] == "dies" for one in of_key)
            elif kind == "reply":
                queried = [who for who, what, _ in of_key if what == "query" and who != name]
                seen["a reply that comes after another has taken over"] += bool(queried)
            else:
                unasked += told.pop(name, "never asked") != "unknown"
                seen[heard] += 1
        assert unasked <= 1, of_key
    odd = ("lost", "timed out", "dies", "late", "declined", "slow", "a webhook after the crash")
    for what in (*odd, "a reply that comes after another has taken over"):
        assert seen[what], f"the wire was not bad enough: no {what}"


@pytest.mark.feature("F117", "F181", "F183")
def test_of_late_payments_as_many_orders_stand_again_as_there_are_goods(database: Path) -> None:
    orders, lamps = 60, 25
    rules = Rules(reserve_when=ReserveWhen.PLACED)
    now = [START]
    workflow = Workflow(opened(database), rules, clock=lambda: now[0])
    workflow.receive(LAMP, orders)
    limit = START + timedelta(hours=1)
    for i in range(orders):
        line = NewLine("1", Sku("BRASS-LAMP"), 1, PRICE)
        workflow.place(f"o-{i}", NewOrder("c-7", "EUR", (line,), pay_by=limit))
        meant = ((f"o-{i}", 4_990),)
        workflow.await_payment(f"pay-{i}", Money(4_990, "EUR"), "", "", limit, meant)
    now[0] = limit
    for found in workflow.due(limit, limit=2 * orders):
        workflow.apply(found.call)
    workflow.count(LAMP, lamps)

    storm("late", database, processes=8, count=orders)

    states = Counter(workflow.order(f"o-{i}").state.value for i in range(orders))
    assert states == {"confirmed": lamps, "expired": orders - lamps}
    payments = [workflow.payment(f"pay-{i}") for i in range(orders)]
    assert Counter((one.captured, one.applied, one.refunding) for one in payments) == {
        (4_990, 4_990, 0): lamps,
        (4_990, 0, 4_990): orders - lamps,
    }
    with opened(database) as store:
        (counter,) = store.books("").counters
        assert (counter.there, counter.claimed) == (lamps, lamps)
    assert_lawful(database)
