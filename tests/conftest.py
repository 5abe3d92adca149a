"""Fixtures and Hypothesis profiles of the whole suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings

from orderflow.adapters.memory import MemoryStore
from orderflow.ports import Store
from tests import servers
from tests.builders import Shop
from tests.stores import empty, stores_of

settings.register_profile("orderflow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A mutant is dead at the first wrong example: nobody reads a smaller one.
settings.register_profile(
    "mutants",
    settings.get_profile("orderflow"),
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    database=None,
)
settings.load_profile("orderflow")


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL for the whole run, for whoever asks for it."""
    if not hasattr(config, "workerinput"):
        servers.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """It ends with the run."""
    if not hasattr(config, "workerinput"):
        servers.end()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was seen of the promises on docs/explanation/promises.md."""
    passed = terminalreporter.getreports("passed")
    told = {pair for one in passed for pair in one.user_properties if pair[0].startswith("promise")}
    if told:
        terminalreporter.section("promises")
    for name, figure in sorted(told):
        terminalreporter.write_line(f"{name}: {figure}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell a test on each store that it is for."""
    if "store" in metafunc.fixturenames:
        folder, module = metafunc.module.__file__.split("/")[-2:]
        names = stores_of(f"{folder}.{module}" if folder == "stories" else module)
        metafunc.parametrize("store", names, indirect=True)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store that a test is told on, empty."""
    made = empty(cast("str", request.param), tmp_path)
    yield made
    close = getattr(made, "close", None)
    if close is not None:
        close()


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Callable[[int, str], None]:
    """Tell at the end of the run with which figure a test has seen a promise kept."""
    return lambda number, figure: record_property(f"promise {number:02}", figure)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with warehouses at leith and york, in memory. The laws hold when a test is over."""
    shop = Shop(MemoryStore())
    yield shop
    shop.assert_lawful()


@pytest.fixture
def any_shop(store: Store) -> Iterator[Shop]:
    """The same shop on each store."""
    shop = Shop(store)
    yield shop
    shop.assert_lawful()
