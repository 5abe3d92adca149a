"""What is due and what is to be told is done by an engine that goes on after a crash."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from dbos import DBOS, SetWorkflowID

from orderflow import BadInput
from orderflow.adapters.durable import Tick, ticking
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.outbox import Event, drain
from orderflow.adapters.sqlite import SqliteStore
from orderflow.errors import StoreUnavailable
from orderflow.states import OrderState
from tests import servers
from tests.builders import LAMP, MORNING, Shop, new_order
from tests.stores import schema_of
from tests.test_outbox import outgoing

AN_HOUR = MORNING + timedelta(hours=1)
ROOT = Path(__file__).parents[1]


class Heard:
    """A publisher that keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[None]:
    """An engine of its own, launched by the test once its workflows are known."""
    engine_on(tmp_path)
    yield
    DBOS.destroy(destroy_registry=True)


def engine_on(folder: Path) -> None:
    """An engine in a database of its own; in a file it wants SQLite 3.42 from Python 3.12 on."""
    url = servers.url().replace("/postgres?", f"/{schema_of(folder)}?", 1)
    DBOS(config={"name": "shop", "system_database_url": url, "log_level": "CRITICAL"})


def house() -> Shop:
    """A shop with two orders that nobody pays."""
    shop = Shop(MemoryStore())
    for id in ("o-17", "o-18"):
        shop.place(id, new_order((LAMP, 1), pay_by=AN_HOUR))
    shop.clock.forward(hours=2)
    return shop


def test_a_tick_acts_upon_what_is_due_and_tells_what_has_happened(engine: None) -> None:
    shop, heard = house(), Heard()
    tick = ticking(shop, lambda: drain(outgoing(shop.store), heard, 3))
    DBOS.launch()

    with SetWorkflowID("at ten"):
        done = tick(shop.clock.at, None)

    keys = tuple(f"order {id}/placed/{AN_HOUR.isoformat()}" for id in ("o-17", "o-18"))
    assert done == Tick(keys, (), 4)
    assert [event.type for event in heard.events[2:]] == ["orderflow.expire"] * 2
    assert shop.order("o-17").state is OrderState.EXPIRED
    assert [entry.by for entry in shop.store.entries()][2:] == ["due", "due"]
    with SetWorkflowID("at ten"):  # the same tick has no second effect
        assert tick(shop.clock.at, None) == done
    assert len(heard.events) == 4
    with SetWorkflowID("at eleven"):
        assert tick(shop.clock.at, None) == Tick((), (), 0)


def test_what_others_have_changed_meanwhile_is_refused_and_the_rest_is_done(engine: None) -> None:
    shop = house()
    listed = shop.due(shop.clock.at)
    shop.cancel("o-17")

    class Before(Shop):
        def due(self, at: datetime, *, limit: int = 100) -> list[Any]:
            return listed

    tick = ticking(Before(shop.store, clock=shop.clock))
    DBOS.launch()

    done = tick(shop.clock.at, None)

    assert done.made == (f"order o-18/placed/{AN_HOUR.isoformat()}",)
    assert [key for key, _ in done.refused] == [f"order o-17/placed/{AN_HOUR.isoformat()}"]
    assert "o-17" in done.refused[0][1]


def test_a_step_that_fails_is_tried_again(engine: None) -> None:
    shop, failures = house(), [StoreUnavailable("orders", "is gone")]

    def tell() -> int:
        if failures:
            raise failures.pop()
        return 0

    tick = ticking(shop, tell)
    DBOS.launch()

    assert tick(shop.clock.at, None).told == 0
    assert not failures


def test_a_schedule_of_the_engine_calls_it(engine: None) -> None:
    shop = house()
    tick = ticking(shop)
    DBOS.launch()
    DBOS.apply_schedules(
        [
            {
                "schedule_name": "due",
                "workflow_fn": cast("Any", tick),
                "schedule": "* * * * * *",
                "context": None,
            }
        ]
    )

    until = time.monotonic() + 20
    while time.monotonic() < until and shop.order("o-18").state is not OrderState.EXPIRED:
        time.sleep(0.05)

    assert shop.order("o-17").state is OrderState.EXPIRED
    assert shop.order("o-18").state is OrderState.EXPIRED


DIES = """
import os, sys
from pathlib import Path
from dbos import DBOS, SetWorkflowID
from orderflow.adapters.durable import ticking
from orderflow.adapters.sqlite import SqliteStore
from tests.builders import Shop
from tests.test_durable import engine_on

folder = Path(sys.argv[1])

class Dying(SqliteStore):
    def commit(self, change):
        done = super().commit(change)
        if change.call.ref.id == "o-18":
            os._exit(9)
        return done

shop = Shop(Dying(folder / "orders.sqlite"))
shop.clock.forward(hours=2)
tick = ticking(shop)
engine_on(folder)
DBOS.launch()
with SetWorkflowID("at ten"):
    tick(shop.clock.at, None)
"""


def test_a_tick_that_died_is_gone_on_with_and_nothing_is_done_twice(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "orders.sqlite") as store:
        shop = Shop(store)
        for id in ("o-17", "o-18", "o-19"):
            shop.place(id, new_order((LAMP, 1), pay_by=AN_HOUR))
        shop.clock.forward(hours=2)
        died = subprocess.run([sys.executable, "-c", DIES, tmp_path], cwd=ROOT, check=False)
        assert died.returncode == 9
        assert shop.order("o-19").state is OrderState.PLACED
        tick = ticking(shop)
        engine_on(tmp_path)
        try:
            DBOS.launch()
            with SetWorkflowID("at ten"):
                done = tick(shop.clock.at, None)
        finally:
            DBOS.destroy(destroy_registry=True)

        # What was committed before it died is told as made, though it is made only once.
        assert len(done.made) == 3
        assert not done.refused
        assert [entry.call.verb for entry in store.entries()] == ["place"] * 3 + ["expire"] * 3
        shop.assert_lawful()


@pytest.mark.parametrize(
    ("wrong", "path"), (({"name": ""}, "name"), ({"tell": 5}, "tell"), ({"name": 5}, "name"))
)
def test_what_it_cannot_do_is_refused_in_words(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        ticking(house(), **wrong)
    assert no.value.path == path
