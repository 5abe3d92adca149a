"""The stores that every story is told on. A new store is one line here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.ports import Store

STORES: Final[dict[str, Callable[[Path], Store]]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "orders.sqlite", synchronous="normal"),
}
