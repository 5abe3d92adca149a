"""What a host's own tests get: fixtures, strategies, and a report of its conformance suites."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from orderflow import NewOrder, Position, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.testing.samples import CountedIds, FixedClock
from orderflow.testing.strategies import journals, orders, stock

ROOT = Path(__file__).resolve().parent.parent

HOST = """
from orderflow import Position
from orderflow.testing.kit import NotAsked, Suite, agree


def test_a_hold_runs_out(orderflow_workflow, orderflow_clock):
    shelf = Position("BRASS-LAMP", "leith")
    orderflow_workflow.receive(shelf, 1)
    orderflow_workflow.hold_stock("h-1", shelf, 1, orderflow_clock.at.replace(hour=10))
    orderflow_clock.forward(hours=1)
    assert orderflow_workflow.hold_stock("h-2", shelf, 1).repeated is False
    assert [entry.key for entry in orderflow_workflow.store.entries()] == ["k-1", "k-2", "k-3"]


def test_a_wire(orderflow_carrier, orderflow_gateway, orderflow_ids):
    assert orderflow_carrier.running == ()
    assert orderflow_gateway.effects == ()
    assert orderflow_ids() == "k-1"


class TestThing(Suite):
    of = "a thing"

    def test_it_is_there(self):
        self.told = "3 seen"

    def test_it_is_whole(self):
        agree(1, 2, "its parts")

    def test_it_flies(self):
        raise NotAsked("no wings")
"""

TOLD = """# a thing: does not conform

Suite of orderflow 0.1.0: 1 passed, 1 failed, 1 not asked.

| check | result |
|---|---|
| it flies | not asked: no wings |
| it is there | passed: 3 seen |
| it is whole | failed: its parts: 1 was found, 2 is wanted |
"""


def run(folder: Path, *options: str) -> str:
    """What pytest prints of a host's tests, with the plugin and without our own settings."""
    (folder / "test_host.py").write_text(HOST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "_orderflow_pytest", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_a_host_has_fixtures_and_a_report_to_publish(tmp_path: Path) -> None:
    printed = run(tmp_path, "-n", "2", "--conformance-report", "report.md")

    assert "3 passed" in printed
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == TOLD


def test_the_report_may_be_printed(tmp_path: Path) -> None:
    assert TOLD.strip() in run(tmp_path, "-n", "0", "--conformance-report", "-")


@pytest.mark.parametrize(
    ("imported", "unwanted"),
    (
        ("_orderflow_pytest", "orderflow"),
        ("orderflow.testing", "pytest"),
        ("orderflow.testing", "hypothesis"),
        ("orderflow.testing.broken", "pytest"),
    ),
)
def test_nothing_is_imported_before_it_is_used(imported: str, unwanted: str) -> None:
    program = f"import sys, {imported}; print({unwanted!r} in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# --- strategies -----------------------------------------------------------------------------------


def shop_of(store: MemoryStore) -> Workflow:
    return Workflow(store, clock=FixedClock(), keys=CountedIds())


@given(orders())
def test_whatever_order_is_drawn_can_be_placed(order: NewOrder) -> None:
    placed = shop_of(MemoryStore()).place("o-1", order).document

    assert [line.n for line in placed.lines] == [line.n for line in order.lines]


@given(orders(currency="JPY", lines_max=2, units_max=3, cash_on_delivery=True))
def test_orders_keep_to_their_bounds(order: NewOrder) -> None:
    assert order.currency == "JPY"
    assert len(order.lines) <= 2
    assert max(line.n for line in order.lines) <= 3
    assert order.cash_on_delivery


@given(stock(most=5))
def test_whatever_stock_is_drawn_can_be_received(lying: dict[Position, int]) -> None:
    shop = shop_of(MemoryStore())
    for position, n in lying.items():
        shop.receive(position, n)

    counters = shop.store.books("").counters
    assert {row.position: row.there for row in counters} == lying
    assert max(lying.values(), default=0) <= 5


@settings(max_examples=20)
@given(journals())
def test_whatever_journal_is_drawn_keeps_every_law(store: MemoryStore) -> None:
    assert [one for law in audit(store) for one in law.breaches] == []
    entries = list(store.entries())
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


def test_journals_come_far() -> None:
    verbs: set[str] = set()

    @settings(max_examples=100, database=None)
    @given(journals(steps_max=25))
    def look(store: MemoryStore) -> None:
        verbs.update(entry.call.verb for entry in store.entries())

    look()
    assert {"receive", "place", "pay", "allocate", "cancel"} <= verbs
