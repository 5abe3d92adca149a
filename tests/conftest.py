"""Fixtures and Hypothesis profiles of the whole suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings

from orderflow.adapters.memory import MemoryStore
from orderflow.ports import Store
from tests.builders import Shop
from tests.stores import STORES

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


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store that there is, empty."""
    made = STORES[cast("str", request.param)](tmp_path)
    yield made
    close = getattr(made, "close", None)
    if close is not None:
        close()


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
