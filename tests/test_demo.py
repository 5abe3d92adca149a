"""The demo: TPC-H's order stream through the library, and what it has to show."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from orderflow.adapters.memory import MemoryStore
from orderflow.agreed import NewLine, NewOrder
from orderflow.calls import Ref
from orderflow.demo import GeneratorMissing, run_files, run_world
from orderflow.demo.chance import draw
from orderflow.demo.journey import DAY, Journey
from orderflow.demo.life import Stream
from orderflow.demo.nations import CAPITALS
from orderflow.demo.tpch import World, generate, read_world
from orderflow.errors import BadInput
from orderflow.intake import Stocked, orders, stock
from orderflow.money import Price
from orderflow.records import Order
from orderflow.reporting import Outcome
from orderflow.rules import Rules
from orderflow.states import UnitState
from orderflow.values import Position, Sku
from orderflow.views import Headline, headline

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SCALE = 0.0002


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tpch")
    generate(folder, SCALE)
    return folder


@pytest.fixture(scope="module")
def world(folder: Path) -> World:
    return read_world(folder, 7)


@pytest.fixture(scope="module")
def outcome(world: World) -> Outcome:
    return run_world(MemoryStore(), world, 7)


# --- what is fed ----------------------------------------------------------------------------------


def test_every_order_line_and_price_of_tpc_h_is_taken_as_it_is(world: World) -> None:
    assert len(world.journeys) == 300
    lines = [line for journey in world.journeys for line in journey.new.lines]
    assert len(lines) == world.lines

    first = next(journey for journey in world.journeys if journey.id == "o-1")

    assert first.at.date().isoformat() == "1996-01-02"
    line = first.new.lines[0]
    assert (line.n, line.price.per) == (17, 17)
    discount, tax = first.new.charges[:2]
    goods = line.price.times(17)
    assert discount.amount == -((goods * 4 + 50) // 100)
    assert tax.amount == ((goods + discount.amount) * 2 + 50) // 100
    assert first.ships["1"].date().isoformat() == "1996-03-13"
    assert first.arrives["1"].date().isoformat() == "1996-03-22"


def test_demand_is_1_05_of_the_stock_for_a_third_of_the_parts_and_half_for_the_others(
    world: World,
) -> None:
    demand: dict[str, int] = {}
    for journey in world.journeys:
        for line in journey.new.lines:
            demand[line.sku.code] = demand.get(line.sku.code, 0) + line.n
    there: dict[str, int] = {}
    for row in world.stock:
        there[row.position.sku] = there.get(row.position.sku, 0) + row.n
    for purchase in world.purchases:
        there[purchase.position.sku] += purchase.n

    scarce = [sku for sku, n in demand.items() if there[sku] != 2 * n]

    assert len(scarce) == len(demand) // 3
    for sku in scarce:
        assert there[sku] == demand[sku] * 20 // 21
    assert sum(there.values()) == world.factor.stock


def test_every_nation_has_a_place(folder: Path) -> None:
    rows = (folder / "nation.csv").read_text().splitlines()[1:]

    assert {row.split(",")[1] for row in rows} == set(CAPITALS)


def test_a_scale_that_is_no_scale_is_refused(tmp_path: Path) -> None:
    for scale in (0.0, -1.0, float("nan"), 2.0):
        with pytest.raises(BadInput, match="scale"):
            generate(tmp_path, scale)


def test_a_missing_generator_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(GeneratorMissing, match=r"pip install 'orderflow-oms\[demo\]'"):
        generate(tmp_path, SCALE)


# --- what it shows --------------------------------------------------------------------------------


def test_all_laws_hold_and_nothing_is_missed(outcome: Outcome) -> None:
    assert outcome.missed == ()
    assert outcome.all_laws_hold
    assert [law.name for law in outcome.laws if law.breaches] == []
    assert outcome.good
    assert outcome.summary.orders == 300
    assert outcome.findings == ()


@pytest.mark.feature("F299", "F312")
def test_the_figures_of_a_run_agree_with_each_other(outcome: Outcome, world: World) -> None:
    summary, pace = outcome.summary, outcome.pace
    assert pace is not None

    units = sum(line.n for journey in world.journeys for line in journey.new.lines)

    assert sum(n for _, n in summary.units) == units
    assert sum(n for _, n in summary.headlines) == summary.orders == pace.orders
    assert sum(n for _, n in summary.shipments) == summary.orders
    assert sum(n for _, n in summary.months) == summary.orders
    assert summary.parcels == pace.parcels_delivered
    assert sum(n for _, n in summary.stock) == 0
    (flow,) = summary.money
    assert flow.kept == flow.captured - flow.refunded > 0


def test_each_kind_of_refusal_was_met(outcome: Outcome) -> None:
    met = {one.code for one in outcome.summary.refusals}

    assert met >= {"short", "illegal_move", "window_closed", "over_refund"}


def test_the_same_seed_gives_the_same_journal_and_another_another(folder: Path) -> None:
    def journal(seed: int) -> list[object]:
        world = read_world(folder, seed)
        store = MemoryStore()
        run_world(store, attrs.evolve(world, journeys=world.journeys[:40]), seed)
        return [(entry.key, entry.call, entry.at, entry.facts) for entry in store.entries()]

    assert journal(7) == journal(7)
    assert journal(7) != journal(8)


def test_a_run_that_shows_too_little_says_what(world: World) -> None:
    few = attrs.evolve(world, journeys=world.journeys[:3])

    outcome = run_world(MemoryStore(), few, 7)

    assert outcome.all_laws_hold
    assert not outcome.good
    assert any("short at first" in one for one in outcome.missed)
    assert any("return window" in one for one in outcome.missed)


def test_chance_depends_on_what_it_is_about_only() -> None:
    drawn = [draw(7, 100, f"o-{i}", "cancels") for i in range(2_000)]

    assert drawn == [draw(7, 100, f"o-{i}", "cancels") for i in range(2_000)]
    assert 40 < sum(drawn) / len(drawn) < 60


# --- single lives ---------------------------------------------------------------------------------


def journey(id: str, n: int, *, priority: int = 0, cash: bool = False, day: int = 0) -> Journey:
    at = START + day * DAY
    line = NewLine("1", Sku("LAMP"), n, Price.of("9.90", "EUR"))
    new = NewOrder("c-7", "EUR", (line,), priority=priority, cash_on_delivery=cash)
    return Journey(id, new, at, ships={"1": at + DAY}, arrives={"1": at + 3 * DAY})


def run(*journeys: Journey, there: int, later: int = 0) -> MemoryStore:
    store = MemoryStore()
    stream = Stream(store, Rules(), mark="test")
    at = Position("LAMP", "leith")
    stream.stock(START - DAY, [Stocked(0, at, there)])
    if later:
        stream.purchase(at, later, START - DAY, START + 10 * DAY)
    for one in journeys:
        stream.follow(one)
    stream.run()
    return store


def order(store: MemoryStore, id: str) -> Order:
    stored = store.load(Ref[Order]("", "order", id))
    assert stored is not None
    return stored.value


@pytest.mark.feature("F031")
def test_what_comes_in_late_goes_to_the_most_urgent_order_first() -> None:
    store = run(
        journey("o-1", 3, priority=5),
        journey("o-2", 3, priority=1, day=1),
        there=1,
        later=3,
    )

    assert headline(order(store, "o-2")) is Headline.COMPLETED
    assert headline(order(store, "o-1")) is Headline.PARTLY_SHIPPED
    assert order(store, "o-1").lines[0].count(UnitState.BACKORDERED) == 2


@pytest.mark.feature("F177", "F182")
def test_cash_is_collected_with_each_parcel_and_remitted_in_the_next_month() -> None:
    store = run(journey("o-1", 3, cash=True), there=1, later=2)

    assert headline(order(store, "o-1")) is Headline.COMPLETED
    remitted = [entry for entry in store.entries() if entry.call.verb == "remit"]
    collected = [e for e in store.entries() if e.call.verb == "collect_on_delivery"]
    assert len(remitted) == len(collected) == 2
    assert {entry.at.date().isoformat() for entry in remitted} == {"2026-02-01"}
    assert order(store, "o-1").applied == 2970


def test_an_order_that_was_cancelled_gives_its_goods_to_who_waits() -> None:
    first = attrs.evolve(journey("o-1", 2), cancel_at=START + timedelta(hours=5))

    store = run(first, journey("o-2", 2), there=2)

    assert headline(order(store, "o-1")) is Headline.CANCELLED
    assert headline(order(store, "o-2")) is Headline.COMPLETED


# --- files of one's own ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "wanted"),
    (
        ("placed", Headline.AWAITING_PAYMENT),
        ("paid", Headline.TO_ALLOCATE),
        ("allocated", Headline.TO_SHIP),
        ("shipped", Headline.SHIPPED),
        ("delivered", Headline.RECEIVED),
        ("completed", Headline.COMPLETED),
        ("cancelled", Headline.CANCELLED),
        ("returned", Headline.RETURNED),
        ("", Headline.RECEIVED),
    ),
)
@pytest.mark.feature("F021")
def test_an_order_of_a_file_goes_as_far_as_its_status_says(status: str, wanted: Headline) -> None:
    taken = orders(
        "order,sku,quantity,price,tax,freight,currency,customer,status\n"
        f"o-1,LAMP,2,9.90,1.50,4.90,EUR,c-7,{status}\n"
    )
    shelves = stock("sku,location,quantity\nLAMP,leith,1\nLAMP,york,1\n")
    store = MemoryStore()

    outcome = run_files(store, taken, shelves, START)

    assert headline(order(store, "o-1")) is wanted
    assert outcome.good
    assert outcome.findings == ()


def test_an_order_of_a_file_that_was_not_weighed_yet_is_not_completed() -> None:
    taken = orders(
        "order,sku,quantity,price,currency,customer,status,grams_each\n"
        "o-1,HAM,2,15.80,EUR,c-7,completed,600\n"
    )
    shelves = stock("sku,location,quantity\nHAM,leith,2\n", skus=taken.skus)
    store = MemoryStore()

    outcome = run_files(store, taken, shelves, START)

    assert headline(order(store, "o-1")) is Headline.RECEIVED
    assert outcome.good


@pytest.mark.feature("F022")
def test_every_order_of_a_file_is_taken_or_has_a_finding() -> None:
    taken = orders(
        "order,sku,quantity,price,currency,customer,cash_on_delivery,freight\n"
        "o-1,LAMP,2,9.90,EUR,c-7,yes,4.90\no-2,LAMP,x,9.90,EUR,c-7,no,\no-3,LAMP,9,0,EUR,c-7,,\n"
    )
    shelves = stock("sku,location,quantity\nLAMP,leith,4\nLAMP,leith,5\n", skus=taken.skus)
    store = MemoryStore()

    outcome = run_files(store, taken, shelves, START)

    assert outcome.summary.headlines == (("partly shipped", 1), ("received", 1))
    assert [(one.row, one.column) for one in outcome.findings] == [
        (3, "quantity"),
        (3, "stock.sku"),
    ]
    assert order(store, "o-1").applied == 2470
    assert outcome.good
